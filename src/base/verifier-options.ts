// The options of Driver Verifier that a machine can switch, by the names and flag bits of the tool (reference: verification-rules 1.1). Here and not in the kernel,
// because scenarios are read without one.

export const VERIFIER_OPTIONS = {
  /** Blocks on pages of their own: overruns, use after free. Off: blocks share pages. */
  'special-pool': 0x1,
  /** Pageable memory is gone at DISPATCH_LEVEL and above. */
  'force-irql': 0x2,
  /** Allocations of drivers fail at random (by the seed). */
  'low-resources': 0x4,
  /** What a driver leaves in pool when it unloads. */
  'pool-tracking': 0x8,
  /** Order in which spin locks, mutexes and fast mutexes are acquired. */
  'deadlock-detection': 0x20,
  /** What is given to Zw routines: user-mode addresses, malformed strings. */
  security: 0x100,
  /** Pool that is freed with something in it that is still used; objects in pageable memory; handles. */
  miscellaneous: 0x800,
  /** IRQL of every routine by its annotation. */
  'ddi-compliance': 0x20000,
} as const;
export type VerifierOption = keyof typeof VERIFIER_OPTIONS;
export const VERIFIER_OPTION_NAMES = Object.keys(VERIFIER_OPTIONS) as VerifierOption[];

/** What `verifier /standard` switches on, as far as it is simulated. */
export const VERIFIER_STANDARD = VERIFIER_OPTION_NAMES.filter((n) => n !== 'low-resources').reduce(
  (bits, n) => bits | VERIFIER_OPTIONS[n],
  0,
);

/** Names of the options that are set in flag bits. */
export const verifierNames = (flags: number): VerifierOption[] => VERIFIER_OPTION_NAMES.filter((n) => flags & VERIFIER_OPTIONS[n]);
