// What a run of the kernel may be told from outside: everything that the scenario's machine block can set. Fixed at boot; together with the
// sources it determines the run.

import type { ChoiceName } from '../base/choices.js';
import { VERIFIER_STANDARD } from '../base/verifier-options.js';

export interface KernelConfig {
  /** 1..64 */
  readonly cpus: number;
  readonly seed: number;
  /** Virtual time of one step in nanoseconds. */
  readonly stepNs: number;
  /** `22621` of "10.0.22621". */
  readonly windowsBuild: number;
  /** System time at boot, 100 ns since 1601-01-01 UTC. */
  readonly bootTime: bigint;
  /** Pool blocks get pages of their own (end of page, freed pages unmapped) while this many pages last; 0 switches special pool off. */
  readonly specialPoolPages: number;
  /** Best-practice checks of callbacks (verifier/). They change no order and no time, only findings. */
  readonly verifier: boolean;
  /** Options of Driver Verifier: flag bits (base/verifier-options.ts). */
  readonly verifierFlags: number;
  /**
   * Those of them that somebody asked for. Only they bring what Driver Verifier does beyond what plain Windows notices: its codes instead of the kernel's own, and
   * stops at arguments that Windows answers with a status. The rest is on because it finds mistakes in any driver.
   */
  readonly verifierAsked: number;
  /** A violation is a finding and the run goes on where it can, instead of bug check 0xC4. */
  readonly verifierReports: boolean;
  /** Of low-resources: so many of 10,000 allocations of drivers fail. */
  readonly faultProbability: number;
  /** Data races are searched for (verifier/race): the machine needs a shadow and kernel images of the race variant. */
  readonly races: boolean;
  /** Virtual time that a callback may run, waits not counted. */
  readonly callbackTimeNs: number;
  /** Kernel stack that a callback and what it calls may use. */
  readonly callbackStackBytes: number;
  /** Win32PrioritySeparation: length and kind of quanta, what a foreground process gets more. */
  readonly prioritySeparation: number;
  /** Unconfirmed facts taken another way than by default (base/choices.ts). */
  readonly choices: Readonly<Partial<Record<ChoiceName, string>>>;
}

export const DEFAULT_CONFIG: KernelConfig = {
  cpus: 1,
  seed: 1,
  stepNs: 100,
  windowsBuild: 22621,
  bootTime: 133_500_000_000_000_000n, // 2024-01-16, fixed: a run must not depend on the day
  specialPoolPages: 24576,
  verifier: true,
  verifierFlags: VERIFIER_STANDARD,
  verifierAsked: 0,
  verifierReports: false,
  faultProbability: 600,
  races: false,
  callbackTimeNs: 100_000,
  callbackStackBytes: 4096,
  prioritySeparation: 2,
  choices: {},
};
