// Facts about Windows that are not confirmed in public, where a machine can be told which way to take: `machine { choice NAME VALUE; }`. The first value is the
// default. The kernel asks with `k.choice(NAME)`; a run lists those that it asked for and that could have been otherwise (reference: entries marked (U) or (O)).
// Names of concepts stand here and not in the kernel because the language server reads scenarios without one.

export interface Choice {
  /** The first is the default. */
  readonly values: readonly [string, string, ...string[]];
  /** Page and section of the reference. */
  readonly source: string;
  /** What is chosen, as a sentence; and what each value means. */
  readonly text: string;
}

/** Append at the end: a run remembers which were asked for by their index (at most 64). */
export const CHOICES = {
  'thread-callback-twice': {
    values: ['accept', 'reject'],
    source: 'callbacks 3',
    text: 'A thread callback that is registered already: accepted and called twice, or rejected with STATUS_INVALID_PARAMETER',
  },
  'subsystem-veto': {
    values: ['deny', 'ignore'],
    source: 'subsystem-processes 3, 5',
    text: 'An error in CreationStatus for a subsystem process: the process is refused and its creator gets the status, or nothing happens',
  },
  'subsystem-names': {
    values: ['given', 'null'],
    source: 'subsystem-processes 3',
    text: 'FileObject, ImageFileName and CommandLine of a subsystem process: as the provider gave them, or all NULL',
  },
  'fork-image-name': {
    values: ['null', 'same'],
    source: 'subsystem-processes 3',
    text: 'ImageFileName of the process that fork makes: NULL, or that of its parent',
  },
  'pico-thread-start': {
    values: ['running', 'suspended'],
    source: 'subsystem-processes 4',
    text: 'A thread made with the CreateThread routine of a pico provider: runs at once, or waits for ResumeThread',
  },
  'token-kernel-handle': {
    values: ['required', 'optional'],
    source: 'ps-routines 7',
    text: 'ZwOpenProcessTokenEx and ZwOpenThreadTokenEx from kernel mode without OBJ_KERNEL_HANDLE: refused with STATUS_INVALID_PARAMETER as documented, or a handle of the current process',
  },
  'id-reuse': {
    values: ['late', 'soon'],
    source: 'ps-routines conventions',
    text: 'A process or thread ID whose object is gone: used again as late as possible (after all other free IDs), or by the next process or thread',
  },
  'id-low-bits': {
    values: ['ignored', 'compared'],
    source: 'ps-routines conventions',
    text: 'Looking up an ID that is not a multiple of 4: the two low bits are ignored as those of a handle, or nothing is found',
  },
  'lookup-unknown-thread': {
    values: ['invalid-cid', 'invalid-parameter'],
    source: 'ps-routines 3',
    text: 'PsLookupThreadByThreadId of an unknown ID: STATUS_INVALID_CID as since Vista, or STATUS_INVALID_PARAMETER as documented',
  },
} as const satisfies Record<string, Choice>;

export type ChoiceName = keyof typeof CHOICES;
export type ChoiceValue<N extends ChoiceName> = (typeof CHOICES)[N]['values'][number];

export const CHOICE_NAMES = Object.keys(CHOICES) as ChoiceName[];
