// Everything that crosses between the debug adapter, the extension and the scheduler panel (a webview). Types only. A batch of trace events passes
// through the extension untouched; it keeps the batches so that a webview that was hidden or reloaded gets the whole picture again.
import type { MomentEvent } from './moment.js';

/** A kind of event with the names and types of its values: `n` number, `s` text, `q` 64-bit (two numbers: low and high word). */
export interface EventKind {
  readonly kind: string;
  readonly names: readonly string[];
  readonly types: string;
  /** What happened, in a few words, and what each value is (see src/trace/kinds.ts); missing for kinds outside the catalogue. */
  readonly meaning?: string;
  readonly values?: readonly string[];
  readonly lock?: 'acquire' | 'wait' | 'release';
}

/** Events [from, to) in the encoding of src/trace/stream.ts. A batch is complete in itself: it refers to no other. */
export interface EncodedEvents {
  readonly from: number;
  readonly to: number;
  readonly kinds: readonly EventKind[];
  readonly texts: readonly string[];
  /** Base64 of a Float64Array (little endian): numbers that are no small integers, addresses among them. */
  readonly wide: string;
  /** Base64 of variable-length integers. */
  readonly data: string;
}

/** Name of a thread, or of an object, lock or routine, that the events of a batch mention. */
export interface AddressName {
  readonly address: number;
  readonly name: string;
  /** Of a thread: its id in the Threads request of DAP. */
  readonly threadId?: number;
  /** Of a thread: index of the event that started it; an address can be used again by another thread. */
  readonly from?: number;
}

/** Request `interlock/trace`: the events from an index on. */
export interface TraceArguments {
  readonly from: number;
  /** At most this many events; default and maximum 20,000. */
  readonly limit?: number;
  /** True: tell (`interlock/traceGrew`) when there is more, and send the rest (`interlock/traceRest`) before the session ends. False: no more. */
  readonly follow?: boolean;
}

/** Answer of `interlock/trace`, and body of the event `interlock/traceRest`. */
export interface TraceBatch {
  /** Events of another generation (a restart, another branch of the past) have nothing to do with these: forget them and ask from 0. */
  readonly generation: number;
  /** Number of events of the trace now. */
  readonly length: number;
  /** Nanoseconds of a step of virtual time. */
  readonly stepNs: number;
  readonly cpus: number;
  readonly events: EncodedEvents;
  readonly names: readonly AddressName[];
}

/** Event `interlock/traceGrew`: sent once after an answer to a follower, when there is more to ask for. */
export interface TraceGrewEvent {
  readonly generation: number;
  readonly length: number;
}

/** Request `interlock/scheduleAt`. */
export interface ScheduleArguments {
  /** A position such as `1A3:7`. */
  readonly position: string;
}

export interface ScheduledThread {
  readonly address: number;
  readonly threadId: number;
  readonly name: string;
  readonly state: 'initialized' | 'ready' | 'standby' | 'running' | 'waiting' | 'terminated';
  readonly priority: number;
  /** CPU it runs on, is standby for or is queued on; -1 when none. */
  readonly cpu: number;
  /** What it does or waits for, in words. */
  readonly detail: string;
}

export interface ScheduledCpu {
  readonly cpu: number;
  readonly irql: number;
  /** `Idle` or the thread's name, and the DPC that interrupts it. */
  readonly running: string;
  readonly standby: string;
  /** Names with priorities, next to run first. */
  readonly ready: readonly string[];
}

/** Answer of `interlock/scheduleAt`: CPUs and threads as they were before the first event at or after the position. */
export interface ScheduleAnswer {
  readonly position: string;
  readonly index: number;
  readonly cpus: readonly ScheduledCpu[];
  readonly threads: readonly ScheduledThread[];
}

/** What the panel shows: one run of one debug session. */
export interface RecordingInfo {
  /** Different for every run; the webview forgets everything when it changes. */
  readonly id: string;
  readonly name: string;
  readonly state: 'running' | 'stopped' | 'ended';
}

/** Extension -> webview. */
export type ToSchedulerPanel =
  /** `recording` is missing when there is no session to show. `hint` says what the user can do. */
  | { readonly type: 'recording'; readonly recording?: RecordingInfo; readonly hint?: string }
  | { readonly type: 'batch'; readonly recording: string; readonly batch: TraceBatch }
  | { readonly type: 'moment'; readonly moment: MomentEvent }
  | { readonly type: 'schedule'; readonly position: string; readonly answer?: ScheduleAnswer; readonly error?: string }
  | { readonly type: 'message'; readonly text: string };

/** Webview -> extension. */
export type FromSchedulerPanel =
  /** The webview has just been loaded and knows nothing: send all. */
  | { readonly type: 'ready' }
  | { readonly type: 'goTo'; readonly position: string; readonly threadId?: number }
  | { readonly type: 'scheduleAt'; readonly position: string }
  /** Start debugging the current file. */
  | { readonly type: 'run' };

/** Kept by the webview across reloads (`setState`). */
export interface SchedulerViewState {
  readonly left: number;
  readonly scale: number;
  readonly top: number;
  readonly following: boolean;
  readonly selected: number;
}
