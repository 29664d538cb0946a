// What the trace tells about threads and CPUs at a moment: who readied a thread, what it waits for, who runs where at which IRQL.
// `before` is an event index: the state when that many events had happened (default: now).
import { last, lastIndex } from './query.js';
import type { Trace } from './trace.js';

export interface Readied {
  /** Event that ended the wait, or with which the thread was started. */
  readonly index: number;
  /** Thread that ran there; 0 = none (an idle CPU, a DPC there). In a DPC it is the thread that was interrupted. */
  readonly by: number;
  /** What was signalled; 0 for a timeout, an alert or a start. */
  readonly object: number;
}

/** Who made the thread runnable last. */
export function readiedBy(t: Trace, thread: number, before = t.cursor): Readied | undefined {
  for (let end = before; ; ) {
    const i = lastIndex(t, { kinds: ['ke.unwait', 'ke.thread.start'], object: thread }, end);
    if (i < 0) return undefined;
    if (t.value(i, 'thread') === thread) {
      const woken = t.kind(i) === 'ke.unwait';
      return { index: i, by: woken ? Number(t.value(i, 'by')) : t.thread(i), object: woken ? Number(t.value(i, 'object')) : 0 };
    }
    end = i;
  }
}

/** Index of the `ke.wait` in which the thread is, -1 when it does not wait. */
export function waitOf(t: Trace, thread: number, before = t.cursor): number {
  for (let end = before; ; ) {
    const i = lastIndex(t, { kinds: ['ke.wait', 'ke.unwait'], object: thread }, end);
    if (i < 0) return -1;
    // by, object: the thread can be named by the waits of others
    if (t.value(i, 'thread') === thread) return t.kind(i) === 'ke.wait' ? i : -1;
    end = i;
  }
}

/** Thread on a CPU, 0 = idle. */
export function runningOn(t: Trace, cpu: number, before = t.cursor): number {
  return Number(last(t, { kinds: ['ke.switch'], cpu }, before)?.data.to ?? 0);
}

export function irqlOn(t: Trace, cpu: number, before = t.cursor): number {
  return Number(last(t, { kinds: ['ke.irql'], cpu }, before)?.data.to ?? 0);
}
