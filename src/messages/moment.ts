// Moments of a run as they cross between adapter, extension and panels: custom DAP requests and events beyond the protocol.
// A position is the text form of src/trace/position.ts (`1A3:7`).

/** Event `interlock/moment`: sent with every stop, before the `stopped` event's views refresh, and when a run starts or ends. */
export interface MomentEvent {
  readonly state: 'running' | 'stopped' | 'ended';
  readonly position: string;
  /** Virtual time in nanoseconds of the CPU that stopped. */
  readonly timeNs: number;
  /** The view is before the furthest point that the run has reached. */
  readonly inPast: boolean;
  /** Furthest position of this branch. */
  readonly present: string;
  readonly threadId: number;
}

/** Request `interlock/goTo`: shows the moment (a `stopped` event follows with reason `goto`). */
export interface GoToArguments {
  /** A position, or `present` for the furthest point. */
  readonly position: string;
  /** Thread that should be selected; default: the one that ran there. */
  readonly threadId?: number;
}
