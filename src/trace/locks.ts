// What the trace tells about locks of every family: who holds one at a moment, who took it last, and whether a holder waited meanwhile.
import { kindInfo, type LockRole } from './kinds.js';
import { next } from './query.js';
import type { Trace } from './trace.js';
import { TraceIndex } from './trace-index.js';

export interface LockEvent {
  readonly index: number;
  readonly role: LockRole;
  /** Who takes, waits or releases. */
  readonly thread: number;
  readonly exclusive: boolean;
}

export interface LockHolder {
  readonly thread: number;
  /** Event with which it took it first. */
  readonly since: number;
  readonly exclusive: boolean;
  /** Acquired so many times (ERESOURCE, rundown protection). */
  readonly count: number;
}

/** The lock that an event is about, undefined when it is about none. */
export function lockOf(t: Trace, i: number): number | undefined {
  const info = kindInfo(t.kind(i));
  if (!info?.lock) return undefined;
  const place = Object.values(info.values).indexOf('lock');
  return t.number(i, place);
}

function lockEvent(t: Trace, i: number): LockEvent | undefined {
  const info = kindInfo(t.kind(i));
  if (!info?.lock) return undefined;
  // The owner that a wait names is somebody else; those of acquire and release are who does it.
  const owner = info.lock === 'wait' ? undefined : (t.value(i, 'thread') ?? t.value(i, 'owner'));
  return { index: i, role: info.lock, thread: Number(owner ?? t.thread(i)), exclusive: t.value(i, 'exclusive') !== 0 };
}

/** Everything that happened to a lock before `before`, in order. */
export function lockHistory(t: Trace, lock: number, before = t.cursor): LockEvent[] {
  const out: LockEvent[] = [];
  for (const i of TraceIndex.of(t).address(lock)) {
    if (i >= before) break;
    if (lockOf(t, i) !== lock) continue;
    const e = lockEvent(t, i);
    if (e) out.push(e);
  }
  return out;
}

/** Who holds the lock when `before` events had happened. */
export function lockHolders(t: Trace, lock: number, before = t.cursor): LockHolder[] {
  const holders = new Map<number, LockHolder>();
  for (const e of lockHistory(t, lock, before)) {
    const held = holders.get(e.thread);
    if (e.role === 'acquire') {
      const since = held?.since ?? e.index;
      holders.set(e.thread, { thread: e.thread, since, exclusive: e.exclusive, count: (held?.count ?? 0) + 1 });
    } else if (e.role === 'release') {
      if (held && held.count > 1) holders.set(e.thread, { ...held, count: held.count - 1 });
      else holders.delete(e.thread);
    }
  }
  return [...holders.values()];
}

/** The last time that somebody took the lock. */
export function lastAcquire(t: Trace, lock: number, before = t.cursor): LockEvent | undefined {
  const history = lockHistory(t, lock, before);
  for (let i = history.length - 1; i >= 0; i--) if (history[i].role === 'acquire') return history[i];
  return undefined;
}

/** Of the lock that the thread of event `index` takes next: a thread that began to wait for something while it held it. */
export function heldWhileWaiting(t: Trace, index: number): { readonly lock?: number; readonly waits?: number } {
  const thread = t.thread(index);
  let lock: number | undefined;
  for (let i = next(t, { thread }, index); i >= 0 && lock === undefined; i = next(t, { thread }, i + 1)) {
    if (t.kind(i) === 'ps.callback-leave') return {};
    lock = lockOf(t, i);
  }
  if (lock === undefined) return {};
  const held = new Map<number, number>();
  for (const e of lockHistory(t, lock)) {
    if (e.role === 'acquire') held.set(e.thread, e.index);
    else if (e.role === 'release' && held.has(e.thread)) {
      if (waitsBetween(t, e.thread, held.get(e.thread)!, e.index)) return { lock, waits: e.thread };
      held.delete(e.thread);
    }
  }
  for (const [holder, since] of held) if (waitsBetween(t, holder, since, t.cursor)) return { lock, waits: holder };
  return { lock };
}

const waitsBetween = (t: Trace, thread: number, from: number, to: number): boolean => {
  const i = next(t, { kinds: ['ke.wait'], thread, to }, from);
  return i >= 0;
};
