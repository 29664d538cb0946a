// What an event of the trace is for those who read it.
import type { Position } from './position.js';

/** Values of an event: numbers (also simulated addresses), exact 64-bit values, texts. */
export type EventData = Readonly<Record<string, number | bigint | string>>;

export interface TraceEvent {
  readonly index: number;
  readonly position: Position;
  /** `room.what`, such as `ke.switch`. */
  readonly kind: string;
  readonly cpu: number;
  /** Virtual time of that CPU in steps. */
  readonly time: number;
  readonly thread: number;
  readonly data: EventData;
}

/** The first event that was not the same when the run was repeated. */
export interface Difference {
  readonly index: number;
  readonly expected: TraceEvent;
  readonly actual: Omit<TraceEvent, 'index' | 'position'> & { readonly step: number };
}

/** The moment of a trace that a checkpoint keeps: enough to find it again here, or to go on from it in a fresh trace. Plain data. */
export interface TraceMark {
  /** Events before it. */
  readonly index: number;
  /** Hash over them, two words. */
  readonly a: number;
  readonly b: number;
  /** Step of the last of them and its number at that step; -1 when there is none. */
  readonly step: number;
  readonly sequence: number;
}
