// The timer queue: one list of KTIMERs, sorted by due time and then by order of setting, looked at by the clock interrupt.
// A timer is queued exactly when its TimerListEntry.Flink is not zero.
import type { Addr } from '../../machine/abi.js';
import type { Kernel } from '../kernel.js';
import { KE_GLOBALS, KTIMER } from '../layouts.gen.js';
import { initListHead, insertBefore, remove } from '../rtl/list.js';

const ENTRY = KTIMER.TimerListEntry;

export const timerHead = (k: Kernel): Addr => k.globals.KE + KE_GLOBALS.TimerListHead;

export function initTimerQueue(k: Kernel): void {
  initListHead(k.mem, timerHead(k));
}

export const isQueued = (k: Kernel, timer: Addr): boolean => k.mem.ptr(timer + ENTRY) !== 0;

/** Due time in interrupt time, 100 ns. */
export const dueTime = (k: Kernel, timer: Addr): number => k.mem.ptr(timer + KTIMER.DueTime);

export function insertTimer(k: Kernel, timer: Addr, due: number): void {
  const m = k.mem;
  m.setPtr(timer + KTIMER.DueTime, due);
  const head = timerHead(k);
  let position = head;
  for (let e = m.ptr(head + 8); e !== head && m.ptr(e - ENTRY + KTIMER.DueTime) > due; e = m.ptr(e + 8)) position = e;
  insertBefore(m, position, timer + ENTRY);
}

export function removeTimer(k: Kernel, timer: Addr): boolean {
  if (!isQueued(k, timer)) return false;
  remove(k.mem, timer + ENTRY);
  k.mem.setPtr(timer + ENTRY, 0);
  k.mem.setPtr(timer + ENTRY + 8, 0);
  return true;
}

/** The timer that is due first, or 0. */
export function firstTimer(k: Kernel): Addr {
  const e = k.mem.ptr(timerHead(k));
  return e === timerHead(k) ? 0 : e - ENTRY;
}
