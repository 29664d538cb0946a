// The timer queue: a table of 256 lists, chosen by due time as in Windows' timer table, each sorted by due time and then by order of setting, so that setting
// one of ten thousand timers looks at a few dozen. Which is due first is remembered; the clock interrupt and an idle machine ask for it.
// A timer is queued exactly when its TimerListEntry.Flink is not zero.
import type { Addr } from '../../machine/abi.js';
import type { Kernel } from '../kernel.js';
import { DISPATCHER_HEADER, KE_GLOBALS, KPRCB, KTIMER, LIST_ENTRY } from '../layouts.gen.js';
import { entries, initListHead, insertBefore, remove } from '../rtl/list.js';
import { ObjectType } from './constants.js';
import { stepsFrom100ns } from './time.js';

const ENTRY = KTIMER.TimerListEntry;
const LISTS = 256;
/** Due times (100 ns) that differ by less than this are in one list or its neighbour: about a clock tick. */
const SLOT = 2 ** 18;

const headOf = (k: Kernel, list: number): Addr => k.globals.KE + KE_GLOBALS.TimerTable + list * LIST_ENTRY.sizeof;
const listOf = (due: number): number => Math.floor(due / SLOT) % LISTS;
const summaryOf = (k: Kernel, list: number): Addr => k.globals.KE + KE_GLOBALS.TimerTableSummary + 4 * (list >> 5);

export function initTimerQueue(k: Kernel): void {
  for (let i = 0; i < LISTS; i++) initListHead(k.mem, headOf(k, i));
}

export const isQueued = (k: Kernel, timer: Addr): boolean => k.mem.ptr(timer + ENTRY) !== 0;

/** Due time in interrupt time, 100 ns. */
export const dueTime = (k: Kernel, timer: Addr): number => k.mem.ptr(timer + KTIMER.DueTime);

const countAt = (k: Kernel): Addr => k.globals.KE + KE_GLOBALS.TimerCount;
const firstAt = (k: Kernel): Addr => k.globals.KE + KE_GLOBALS.FirstTimer;

export function insertTimer(k: Kernel, timer: Addr, due: number): void {
  const m = k.mem;
  m.setPtr(timer + KTIMER.DueTime, due);
  const list = listOf(due);
  const head = headOf(k, list);
  let position = head;
  for (let e = m.ptr(head + 8); e !== head && m.ptr(e - ENTRY + KTIMER.DueTime) > due; e = m.ptr(e + 8)) position = e;
  insertBefore(m, position, timer + ENTRY);
  const summary = summaryOf(k, list);
  m.setU32(summary, (m.u32(summary) | (1 << (list & 31))) >>> 0);
  m.setU32(countAt(k), m.u32(countAt(k)) + 1);
  const before = firstTimer(k);
  if (before === 0 || due < dueTime(k, before)) m.setPtr(firstAt(k), timer);
  if (hasEarlyInterrupts(k)) armEarlyInterrupt(k, timer);
}

/** May a timer want an interrupt before the next tick? */
export const hasEarlyInterrupts = (k: Kernel): boolean =>
  k.mem.u32(k.globals.KE + KE_GLOBALS.TimerResolution) !== 0 || k.mem.u32(k.globals.KE + KE_GLOBALS.HighResolutionTimers) !== 0;

/** In the header of a timer that does not wait for the next clock tick. */
const HIGH_RESOLUTION = 0x40;
export const isHighResolution = (k: Kernel, timer: Addr): boolean =>
  (k.mem.u8(timer + DISPATCHER_HEADER.TimerMiscFlags) & HIGH_RESOLUTION) !== 0;
export const setHighResolution = (k: Kernel, timer: Addr): void => k.mem.setU8(timer + DISPATCHER_HEADER.TimerMiscFlags, HIGH_RESOLUTION);

/** CPU 0 takes a clock interrupt before its next tick when the timer is due before that and may: it is of high resolution, or the clock's was raised. */
export function armEarlyInterrupt(k: Kernel, timer: Addr): void {
  const m = k.mem;
  const grid = m.u32(k.globals.KE + KE_GLOBALS.TimerResolution);
  if (grid === 0 && !isHighResolution(k, timer)) return;
  const due = isHighResolution(k, timer) ? dueTime(k, timer) : Math.ceil(dueTime(k, timer) / grid) * grid;
  const at = stepsFrom100ns(k, due);
  const next = k.globals.KE + KE_GLOBALS.Prcb + KPRCB.NextTick;
  if (at >= m.ptr(next)) return;
  const full = k.globals.KE + KE_GLOBALS.FullTick;
  if (m.ptr(full) === 0) m.setPtr(full, m.ptr(next));
  m.setPtr(next, at);
  k.endSlice(); // what runs was given steps up to the old one
}

export function removeTimer(k: Kernel, timer: Addr): boolean {
  const m = k.mem;
  if (!isQueued(k, timer)) return false;
  const next = m.ptr(timer + ENTRY);
  // The only one of its list: its neighbour is the list's head, whose number follows from its address (the due time may have been overwritten).
  if (remove(m, timer + ENTRY)) {
    const list = (next - headOf(k, 0)) / LIST_ENTRY.sizeof;
    const summary = summaryOf(k, list);
    m.setU32(summary, (m.u32(summary) & ~(1 << (list & 31))) >>> 0);
  }
  m.setPtr(timer + ENTRY, 0);
  m.setPtr(timer + ENTRY + 8, 0);
  m.setU32(countAt(k), m.u32(countAt(k)) - 1);
  if (firstTimer(k) === timer) m.setPtr(firstAt(k), earliest(k));
  return true;
}

/** The timer that is due first, or 0. */
export const firstTimer = (k: Kernel): Addr => k.mem.ptr(firstAt(k));

/** Timers that are due at the same time are in the same list, in order: the first of some list is the first of all. */
function earliest(k: Kernel): Addr {
  let best: Addr = 0;
  for (let i = 0; i < LISTS; i += 32) {
    for (let bits = k.mem.u32(summaryOf(k, i)); bits !== 0; bits &= bits - 1) {
      const timer = k.mem.ptr(headOf(k, i + 31 - Math.clz32(bits & -bits))) - ENTRY;
      if (best === 0 || dueTime(k, timer) < dueTime(k, best)) best = timer;
    }
  }
  return best;
}

/** Every timer that is set, by list. For those who look for some: not in order of due time. */
export function queuedTimers(k: Kernel): Addr[] {
  const all: Addr[] = [];
  if (firstTimer(k) === 0) return all;
  for (let i = 0; i < LISTS; i++)
    if (k.mem.ptr(headOf(k, i)) !== headOf(k, i)) for (const e of entries(k.mem, headOf(k, i))) all.push(e - ENTRY);
  return all;
}

/** A timer that is set inside [address, address + size), or 0: pool that is freed must not hold one. Looks at the smaller of both, timers or memory. */
export function queuedTimerIn(k: Kernel, address: Addr, size: number): Addr {
  const m = k.mem;
  const count = m.u32(countAt(k));
  if (count === 0 || size < KTIMER.sizeof) return 0;
  if (count <= size / 8) return queuedTimers(k).find((t) => t >= address && t < address + size) ?? 0;
  for (let t = address; t + KTIMER.sizeof <= address + size; t += 8) {
    const type = m.u8(t + DISPATCHER_HEADER.Type) & 0x7f;
    if (type !== ObjectType.NotificationTimer && type !== ObjectType.SynchronizationTimer) continue;
    const next = m.ptr(t + ENTRY);
    if (m.offsetOf(next, LIST_ENTRY.sizeof) >= 0 && m.ptr(next + 8) === t + ENTRY) return t;
  }
  return 0;
}
