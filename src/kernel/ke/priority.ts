// Current and base priority of threads and processes (reference: scheduler.md §1; ps-routines.md 6). A change acts wherever the thread is: on a ready list, standby
// or running. Base priorities never cross between 1-15 and 16-31; an increment of 16 or more saturates: the thread stays at the end of its range.
import type { Addr } from '../../machine/abi.js';
import type { Kernel } from '../kernel.js';
import { KPRCB, KPROCESS, KTHREAD } from '../layouts.gen.js';
import { find } from '../rtl/list.js';
import { HIGH_PRIORITY, LOW_REALTIME_PRIORITY, MAXIMUM_DYNAMIC_PRIORITY, ThreadState } from './constants.js';
import { prcbOf } from './prcb.js';
import { armQuantum } from './quantum.js';
import { dequeue, displaceIfHigherReady, displaceStandby, placeThread, WHY } from './ready.js';

const SATURATING = (HIGH_PRIORITY + 1) / 2;

/** Inside the range that the process' base is in. */
export const clampToClass = (processBase: number, wanted: number): number =>
  processBase >= LOW_REALTIME_PRIORITY
    ? Math.min(HIGH_PRIORITY, Math.max(LOW_REALTIME_PRIORITY, wanted))
    : Math.min(MAXIMUM_DYNAMIC_PRIORITY, Math.max(1, wanted));

/** Sets the current priority wherever the thread is; queues and CPUs follow. */
export function setPriority(k: Kernel, thread: Addr, priority: number): void {
  const m = k.mem;
  const old = m.i8(thread + KTHREAD.Priority);
  if (old === priority) return;
  const state = m.u32(thread + KTHREAD.State);
  if (state === ThreadState.Ready) dequeue(k, thread);
  m.setU8(thread + KTHREAD.Priority, priority);
  k.event('ke.priority', { thread, from: old, to: priority });
  if (state === ThreadState.Ready) return placeThread(k, thread, false, WHY.priority);
  if (priority > old) return;
  const cpu = m.u32(thread + KTHREAD.NextProcessor);
  if (state === ThreadState.Running) displaceIfHigherReady(k, cpu);
  else if (state === ThreadState.Standby && m.ptr(prcbOf(k, cpu) + KPRCB.NextThread) === thread) displaceStandby(k, cpu);
}

/** New base priority; the current one follows, boosts are over. */
export function setBasePriority(k: Kernel, thread: Addr, base: number): void {
  k.mem.setU8(thread + KTHREAD.BasePriority, base);
  k.mem.setU8(thread + KTHREAD.PriorityDecrement, 0);
  armQuantum(k, thread);
  setPriority(k, thread, base);
}

const processBaseOf = (k: Kernel, thread: Addr): number => k.mem.i8(k.mem.ptr(thread + KTHREAD.Process) + KPROCESS.BasePriority);

/** Distance of a thread's base to that of its process; 16 or -16 when it is saturated. */
export function baseIncrement(k: Kernel, thread: Addr): number {
  const saturation = k.mem.i8(thread + KTHREAD.Saturation);
  return saturation !== 0 ? saturation * SATURATING : k.mem.i8(thread + KTHREAD.BasePriority) - processBaseOf(k, thread);
}

/** KeSetBasePriorityThread: previous increment. */
export function setBaseIncrement(k: Kernel, thread: Addr, increment: number): number {
  const old = baseIncrement(k, thread);
  const processBase = processBaseOf(k, thread);
  k.mem.setU8(thread + KTHREAD.Saturation, Math.abs(increment) >= SATURATING ? Math.sign(increment) : 0);
  setBasePriority(k, thread, clampToClass(processBase, processBase + increment));
  return old;
}

/**
 * Current priority set by a driver; returns the previous one. The base stays, so that of a dynamic priority above it each quantum end takes one. 0 is the zero page
 * thread's alone and becomes 1.
 */
export function setThreadPriority(k: Kernel, thread: Addr, priority: number): number {
  const old = k.mem.i8(thread + KTHREAD.Priority);
  k.mem.setU8(thread + KTHREAD.PriorityDecrement, 0);
  if (priority !== old) armQuantum(k, thread);
  setPriority(k, thread, priority === 0 && k.mem.i8(thread + KTHREAD.BasePriority) !== 0 ? 1 : priority);
  return old;
}

/** New base priority of a process; its threads keep their distance to it, saturated ones their end of the range. */
export function setProcessBasePriority(k: Kernel, process: Addr, base: number): void {
  const m = k.mem;
  const old = m.i8(process + KPROCESS.BasePriority);
  m.setU8(process + KPROCESS.BasePriority, base);
  find(m, process + KPROCESS.ThreadListHead, (e) => {
    const t = e - KTHREAD.ThreadListEntry;
    const saturation = m.i8(t + KTHREAD.Saturation);
    const distance = saturation !== 0 ? saturation * SATURATING : m.i8(t + KTHREAD.BasePriority) - old;
    setBasePriority(k, t, clampToClass(base, base + distance));
    return false;
  });
}
