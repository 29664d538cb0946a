// Kernel timers: setting, cancelling, and expiry at the clock interrupt (reference: scheduler.md §9).
import type { Addr } from '../../machine/abi.js';
import type { Frame } from '../../machine/routine.js';
import type { Kernel, KernelRoutine } from '../kernel.js';
import { DISPATCHER_HEADER, KDPC, KE_GLOBALS, KTIMER } from '../layouts.gen.js';
import { ObjectType } from './constants.js';
import { checkInitialised, hex, initHeader, objectType, waitTest } from './dispatcher.js';
import { insertQueueDpc } from './dpc.js';
import { probeObject } from './probe-object.js';
import { interruptTime100 } from './time.js';
import {
  armEarlyInterrupt,
  dueTime,
  firstTimer,
  hasEarlyInterrupts,
  insertTimer,
  isHighResolution,
  queuedTimers,
  removeTimer,
} from './timer-queue.js';
import { dueFromTimeout } from './wait-blocks.js';

export function initializeTimer(k: Kernel, timer: Addr, type: number): void {
  k.mem.checked.fill(timer, KTIMER.sizeof);
  initHeader(k, timer, type === 0 ? ObjectType.NotificationTimer : ObjectType.SynchronizationTimer, KTIMER.sizeof, 0);
}

/** Boundaries (100 ns) on which timers with tolerance meet, coarsest first. */
const COALESCING = [10_000_000, 5_000_000, 2_500_000, 1_000_000, 500_000];

/** The coarsest boundary inside [due, due + tolerance]: timers that may expire together do. */
function coalesced(due: number, tolerance: number): number {
  for (const b of COALESCING) {
    const at = Math.floor((due + tolerance) / b) * b;
    if (at >= due) return at;
  }
  return due;
}

/**
 * KeSetTimerEx: true when it was queued before. `due`: sign as in a wait timeout; `period` and `tolerance` in ms. One that is due already expires at once and
 * not at the next clock interrupt.
 */
export function setTimer(k: Kernel, timer: Addr, due: bigint, period: number, dpc: Addr, tolerance = 0): boolean {
  const m = k.mem;
  checkInitialised(k, timer);
  const was = removeTimer(k, timer);
  m.setI32(timer + DISPATCHER_HEADER.SignalState, 0);
  m.setPtr(timer + KTIMER.Dpc, dpc);
  m.setU32(timer + KTIMER.Period, period >>> 0);
  m.setU8(timer + DISPATCHER_HEADER.Absolute, due > 0n ? 1 : 0);
  const at = coalesced(Math.max(dueFromTimeout(k, due), 0), tolerance * 10_000);
  k.event('ke.timer.set', { timer, due: at, period, dpc });
  const now = interruptTime100(k);
  if (at > now) insertTimer(k, timer, at);
  else {
    m.setPtr(timer + KTIMER.DueTime, now);
    expire(k, timer);
  }
  return was;
}

export function cancelTimer(k: Kernel, timer: Addr): boolean {
  const was = removeTimer(k, timer);
  if (was) k.event('ke.timer.cancel', { timer });
  return was;
}

/** Clock interrupt: every timer that is due now becomes signalled, releases its waiters and queues its DPC; periodic ones go in again. */
export function expireTimers(k: Kernel): void {
  const now = interruptTime100(k);
  for (let timer = firstTimer(k); timer !== 0 && timerDue(k, timer) <= now; timer = firstTimer(k)) {
    removeTimer(k, timer);
    expire(k, timer);
  }
}

/** Early clock interrupt: timers that are due and need not wait for the tick; then the interrupt for the next of them. */
export function expireEarly(k: Kernel): void {
  const raised = k.mem.u32(k.globals.KE + KE_GLOBALS.TimerResolution) !== 0;
  const now = interruptTime100(k);
  const due = queuedTimers(k).filter((t) => (raised || isHighResolution(k, t)) && timerDue(k, t) <= now);
  for (const timer of due.sort((a, b) => dueTime(k, a) - dueTime(k, b))) if (removeTimer(k, timer)) expire(k, timer);
  rearmEarly(k);
}

/** After a clock interrupt: the next early one, when something is set that needs it. */
export function rearmEarly(k: Kernel): void {
  if (!hasEarlyInterrupts(k)) return;
  for (const timer of queuedTimers(k)) armEarlyInterrupt(k, timer);
}

/** A timer that is in no queue expires. */
function expire(k: Kernel, timer: Addr): void {
  const m = k.mem;
  const period = m.u32(timer + KTIMER.Period);
  if (period !== 0) {
    m.setU8(timer + DISPATCHER_HEADER.Absolute, 0); // periods are counted in interrupt time
    insertTimer(k, timer, dueTime(k, timer) + period * 10_000);
  }
  m.setI32(timer + DISPATCHER_HEADER.SignalState, 1);
  k.event('ke.timer.expire', { timer });
  waitTest(k, timer, 0);
  const dpc = m.ptr(timer + KTIMER.Dpc);
  if (dpc === 0) return;
  if (!m.allowed(dpc, KDPC.sizeof, true)) {
    k.throwBugCheck(
      0xc7,
      [1, dpc, dpc, dpc + KDPC.sizeof],
      `the DPC object of an expired timer (${hex(timer)}) lies in memory that was freed or unloaded`,
    );
  }
  insertQueueDpc(k, dpc, 0, 0, true);
}

/** The system clock moves by `delta` (100 ns): absolute timers, also those of waits, keep their time on it. What is due by that expires at the next tick. */
export function moveAbsoluteTimers(k: Kernel, delta: number): void {
  const m = k.mem;
  for (const timer of queuedTimers(k).filter((t) => m.u8(t + DISPATCHER_HEADER.Absolute) !== 0)) {
    const due = Math.max(0, dueTime(k, timer) - delta);
    removeTimer(k, timer);
    insertTimer(k, timer, due);
  }
}

/** Due time of a queued timer; a timer in freed memory is a bug check (0xC7). */
function timerDue(k: Kernel, timer: Addr): number {
  if (!k.mem.allowed(timer, KTIMER.sizeof, true)) {
    k.throwBugCheck(
      0xc7,
      [0, timer, timer, timer + KTIMER.sizeof],
      `a timer object (${hex(timer)}) that is still queued lies in memory that was freed or unloaded: KeCancelTimer first`,
    );
  }
  return dueTime(k, timer);
}

function checkedTimer(k: Kernel, f: Frame): Addr {
  const timer = f.ptr(0);
  probeObject(k, timer, KTIMER.sizeof);
  const type = objectType(k, timer);
  if (type !== ObjectType.NotificationTimer && type !== ObjectType.SynchronizationTimer) {
    k.throwBugCheck(
      0xc7,
      [0, timer, timer, timer + KTIMER.sizeof],
      `the object at ${hex(timer)} is no initialised KTIMER: call KeInitializeTimer(Ex) first`,
    );
  }
  return timer;
}

export const routines: KernelRoutine[] = [
  {
    name: 'KeInitializeTimer',
    cost: 4,
    step(k, f) {
      initializeTimer(k, f.ptr(0), 0);
      return k.returnVoid();
    },
  },
  {
    name: 'KeInitializeTimerEx',
    cost: 4,
    step(k, f) {
      initializeTimer(k, f.ptr(0), f.u32(1));
      return k.returnVoid();
    },
  },
  { name: 'KeSetTimer', step: (k, f) => k.return(setTimer(k, checkedTimer(k, f), f.i64(1), 0, f.ptr(2)) ? 1 : 0) },
  { name: 'KeSetTimerEx', step: (k, f) => k.return(setTimer(k, checkedTimer(k, f), f.i64(1), f.i32(2), f.ptr(3)) ? 1 : 0) },
  {
    // (Timer, DueTime, Period, TolerableDelay, Dpc)
    name: 'KeSetCoalescableTimer',
    step: (k, f) => k.return(setTimer(k, checkedTimer(k, f), f.i64(1), f.u32(2), f.ptr(4), f.u32(3)) ? 1 : 0),
  },
  { name: 'KeCancelTimer', step: (k, f) => k.return(cancelTimer(k, checkedTimer(k, f)) ? 1 : 0) },
  {
    name: 'KeReadStateTimer',
    cost: 3,
    step: (k, f) => k.return(k.mem.checked.i32(f.ptr(0) + DISPATCHER_HEADER.SignalState) !== 0 ? 1 : 0),
  },
];
