// The stop at a call of a routine that is not simulated, as our own client hears of it beyond the protocol's `stopped` event.

/** Event `interlock/notSimulated`: sent after the `stopped` event. */
export interface NotSimulatedEvent {
  readonly name: string;
  /** How the scenario can answer for it; absent when no stub can, or when the run has no scenario file. */
  readonly stub?: {
    /** Path of the scenario as the editor knows it. */
    readonly scenario: string;
    /** Line, from 0, above which the statement goes. */
    readonly line: number;
    readonly statement: string;
  };
}
