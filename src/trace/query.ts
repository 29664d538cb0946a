// Questions to a trace by kind, thread, CPU, object and time. They use the index (trace-index.ts) where a kind, CPU or address narrows them down, and the
// rows otherwise, so they stay fast over a million events.
import type { Trace, TraceEvent } from './trace.js';
import { lowerBound, TraceIndex } from './trace-index.js';

export interface TraceQuery {
  /** Exact kinds, or prefixes that end with `.` (`ke.`). */
  readonly kinds?: readonly string[];
  /** Thread on which it happened. */
  readonly thread?: number;
  readonly cpu?: number;
  /** An address: of the events that name it among their values (lock, object, thread, routine ...). */
  readonly object?: number;
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
  const accept = acceptor(t, q);
  forward(t, q, (i) => {
    if (accept(i)) out.push(i);
    return out.length < limit;
  });
  return out;
}

export function count(t: Trace, q: TraceQuery): number {
  let n = 0;
  const accept = acceptor(t, q);
  forward(t, q, (i) => {
    if (accept(i)) n++;
    return true;
  });
  return n;
}

/** The first event at or after `from` that matches, -1 when there is none. */
export function next(t: Trace, q: TraceQuery, from: number): number {
  const [i] = select(t, { ...q, from: Math.max(from, q.from ?? 0) }, 1);
  return i ?? -1;
}

/** Index of the last event before `before` that matches, -1 when there is none. */
export function lastIndex(t: Trace, q: TraceQuery, before = t.cursor): number {
  const accept = acceptor(t, q);
  const from = Math.max(q.from ?? 0, t.begin);
  const end = Math.min(before, t.length);
  const list = narrow(t, q);
  if (list) {
    for (let p = lowerBound(list, end) - 1; p >= 0 && list[p] >= from; p--) if (accept(list[p])) return list[p];
    return -1;
  }
  for (let i = end - 1; i >= from; i--) if (accept(i)) return i;
  return -1;
}

/** The last event before `before` that matches: "who readied it", "who wrote this". */
export function last(t: Trace, q: TraceQuery, before = t.cursor): TraceEvent | undefined {
  const i = lastIndex(t, q, before);
  return i < 0 ? undefined : t.get(i);
}

/** Index of the first event of a CPU at or after a virtual time (steps), `t.length` when there is none. */
export function atTime(t: Trace, cpu: number, time: number): number {
  const list = TraceIndex.of(t).cpu(cpu);
  let lo = 0;
  let hi = list.length;
  while (lo < hi) {
    const mid = (lo + hi) >> 1;
    if (t.time(list[mid]) < time) lo = mid + 1;
    else hi = mid;
  }
  return list[lo] ?? t.length;
}

function forward(t: Trace, q: TraceQuery, visit: (i: number) => boolean): void {
  const from = Math.max(q.from ?? 0, t.begin);
  const end = Math.min(q.to ?? t.cursor, t.length);
  const list = narrow(t, q);
  if (list) {
    for (let p = lowerBound(list, from); p < list.length && list[p] < end; p++) if (!visit(list[p])) return;
    return;
  }
  for (let i = from; i < end; i++) if (!visit(i)) return;
}

/** The shortest list that holds every match, undefined when all events must be looked at. */
function narrow(t: Trace, q: TraceQuery): readonly number[] | undefined {
  const lists: (readonly number[])[] = [];
  if (q.object !== undefined) lists.push(TraceIndex.of(t).address(q.object));
  if (q.thread !== undefined && q.thread !== 0) lists.push(TraceIndex.of(t).address(q.thread));
  if (q.kinds?.length === 1 && !q.kinds[0].endsWith('.')) {
    const ids = t.kindIds(q.kinds[0]);
    if (ids.length === 0) return [];
    if (ids.length === 1) lists.push(TraceIndex.of(t).kind(ids[0]));
  }
  return lists.length === 0 ? undefined : lists.reduce((a, b) => (b.length < a.length ? b : a));
}

function acceptor(t: Trace, q: TraceQuery): (i: number) => boolean {
  const kinds = q.kinds ? kindSet(t, q.kinds) : undefined;
  return (i) => {
    if (kinds && !kinds.has(t.kindId(i))) return false;
    if (q.thread !== undefined && t.thread(i) !== q.thread) return false;
    if (q.cpu !== undefined && t.cpu(i) !== q.cpu) return false;
    if (q.timeFrom !== undefined && t.time(i) < q.timeFrom) return false;
    if (q.timeTo !== undefined && t.time(i) >= q.timeTo) return false;
    return q.object === undefined || names(t, i, q.object);
  };
}

function kindSet(t: Trace, kinds: readonly string[]): Set<number> {
  const out = new Set<number>();
  for (let id = 0; id < t.kindCount; id++) {
    const name = t.kindName(id);
    if (kinds.some((k) => k === name || (k.endsWith('.') && name.startsWith(k)))) out.add(id);
  }
  return out;
}

function names(t: Trace, i: number, object: number): boolean {
  let found = false;
  t.addresses(i, (a) => {
    if (a === object) found = true;
  });
  return found;
}
