// Simple questions to a trace. They only look at columns, so they stay fast over millions of events.
import type { Trace, TraceEvent } from './trace.js';

export interface TraceQuery {
  /** Exact kinds, or prefixes that end with `.` (`ke.`). */
  readonly kinds?: readonly string[];
  readonly thread?: number;
  readonly cpu?: number;
  /** Index range [from, to); default: everything before the cursor. */
  readonly from?: number;
  readonly to?: number;
  /** Virtual time range [timeFrom, timeTo) in steps. */
  readonly timeFrom?: number;
  readonly timeTo?: number;
}

/** Indices of the events that match, in order; at most `limit`. */
export function select(t: Trace, q: TraceQuery, limit = Number.POSITIVE_INFINITY): number[] {
  const out: number[] = [];
  const end = Math.min(q.to ?? t.cursor, t.length);
  for (let i = Math.max(q.from ?? 0, t.begin); i < end && out.length < limit; i++) if (accepts(t, q, i)) out.push(i);
  return out;
}

/** The last event before `before` that matches: "who readied it", "who wrote this". */
export function last(t: Trace, q: TraceQuery, before = t.cursor): TraceEvent | undefined {
  for (let i = Math.min(before, t.length) - 1; i >= Math.max(q.from ?? 0, t.begin); i--) if (accepts(t, q, i)) return t.get(i);
  return undefined;
}

export function count(t: Trace, q: TraceQuery): number {
  let n = 0;
  const end = Math.min(q.to ?? t.cursor, t.length);
  for (let i = Math.max(q.from ?? 0, t.begin); i < end; i++) if (accepts(t, q, i)) n++;
  return n;
}

function accepts(t: Trace, q: TraceQuery, i: number): boolean {
  if (q.thread !== undefined && t.thread(i) !== q.thread) return false;
  if (q.cpu !== undefined && t.cpu(i) !== q.cpu) return false;
  if (q.timeFrom !== undefined && t.time(i) < q.timeFrom) return false;
  if (q.timeTo !== undefined && t.time(i) >= q.timeTo) return false;
  if (!q.kinds) return true;
  const kind = t.kind(i);
  return q.kinds.some((k) => k === kind || (k.endsWith('.') && kind.startsWith(k)));
}
