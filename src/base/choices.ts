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
  'threaded-dpc': {
    values: ['enabled', 'disabled'],
    source: 'scheduler 10',
    text: 'Threaded DPCs: run in a thread of their CPU at PASSIVE_LEVEL, or as ordinary DPCs at DISPATCH_LEVEL (ThreadDpcEnable = 0)',
  },
  'worker-threads': {
    values: ['4096', '16'],
    source: 'scheduler 15',
    text: 'Worker threads of one queue at most: 4096 (since Windows 8), or 16 (before): how many work items may wait for others before their queue stands still',
  },
} as const satisfies Record<string, Choice>;

export type ChoiceName = keyof typeof CHOICES;
export type ChoiceValue<N extends ChoiceName> = (typeof CHOICES)[N]['values'][number];

export const CHOICE_NAMES = Object.keys(CHOICES) as ChoiceName[];
