// Waiting: KeWaitForSingleObject, KeWaitForMultipleObjects, KeDelayExecutionThread and what other routines use to wait (reference: scheduler.md §7).
// The waiting routine's frame stays where it is; `wait` either writes the status into its result slot at once or commits the wait and gives up the CPU.
// A kernel APC takes a waiting thread off its lists, runs, and `resumeWait` queues it again at the tail, invisible to the caller.
import { type Addr, FRAME, Reason, type Status, toAddress } from '../../machine/abi.js';
import type { Frame } from '../../machine/routine.js';
import { KIND_ID } from '../../trace/kinds.js';
import type { Kernel, KernelRoutine } from '../kernel.js';
import { DISPATCHER_HEADER, KMUTANT, KPRCB, KQUEUE, KTHREAD, KTIMER, KWAIT_BLOCK } from '../layouts.gen.js';
import { insertTail, isEmpty } from '../rtl/list.js';
import { apcList, REGULAR_USER_APC, USER_APC_PENDING } from './apc.js';
import { DISPATCH_LEVEL, ObjectType, STATUS, ThreadState, UserMode, WAIT_REASON_NAMES, WaitAll, WaitAny, WaitReason } from './constants.js';
import {
  checkInitialised,
  hex,
  initHeader,
  isSignalled,
  isWaitable,
  objectType,
  satisfy,
  serverStops,
  takeEntry,
  WAIT_LIST,
  waitObjects,
} from './dispatcher.js';
import { softwareInterruptDue } from './irql.js';
import { probeObject } from './probe-object.js';
import { yieldThread } from './switch.js';
import { interruptTime100, systemTimeOffset } from './time.js';
import { insertTimer } from './timer-queue.js';

export interface WaitRequest {
  /** One object, or several; none with a timeout = a delay. */
  readonly object?: Addr;
  readonly objects?: readonly Addr[];
  /** WaitAll 0 or WaitAny 1 (default). */
  readonly type?: number;
  /** KWAIT_REASON, default Executive. */
  readonly reason?: number;
  /** KernelMode 0 (default) or UserMode 1. */
  readonly mode?: number;
  readonly alertable?: boolean;
  /** 100 ns: negative relative, positive absolute system time, 0 = only test; undefined = for ever. */
  readonly timeout?: bigint;
  /** Simulated address of the caller's KWAIT_BLOCK array for more than three objects. */
  readonly blocks?: Addr;
}

const FOREVER = 2 ** 52;

/** Interrupt time (100 ns) at which a timeout is due. */
export function dueFromTimeout(k: Kernel, timeout: bigint): number {
  const due = timeout < 0n ? interruptTime100(k) + Number(-timeout) : Number(timeout - systemTimeOffset(k));
  // exact in a double and in the KTHREAD field; nobody lives to see it
  return Math.min(due, FOREVER);
}

function finish(k: Kernel, fp: number, status: number): Status {
  k.mem.raw.setPtr(fp + FRAME.result, status);
  k.mem.registers.top = fp;
  return k.stop(Reason.Call);
}

/** Status when an alert or a user APC ends (or forbids) the wait, 0 when not. */
function interruption(k: Kernel, thread: Addr, mode: number, alertable: boolean): number {
  const m = k.mem;
  if (alertable) {
    if (m.u8(thread + KTHREAD.Alerted + mode)) {
      m.setU8(thread + KTHREAD.Alerted + mode, 0);
      return STATUS.ALERTED;
    }
    if (mode === UserMode && !isEmpty(m, apcList(thread, UserMode))) {
      m.setU8(thread + USER_APC_PENDING, m.u8(thread + USER_APC_PENDING) | REGULAR_USER_APC);
      return STATUS.USER_APC;
    }
    if (m.u8(thread + KTHREAD.Alerted)) {
      m.setU8(thread + KTHREAD.Alerted, 0);
      return STATUS.ALERTED;
    }
  }
  return mode === UserMode && m.u8(thread + USER_APC_PENDING) ? STATUS.USER_APC : 0;
}

export function wait(k: Kernel, f: Frame, nextPc: number, r: WaitRequest): Status {
  f.pc = nextPc;
  const m = k.mem;
  const objects = r.objects ?? (r.object === undefined ? [] : [r.object]);
  if (k.irql >= DISPATCH_LEVEL && r.timeout !== 0n) return waitAtDispatch(k, objects[0] ?? 0, r);
  if (objects.length > (r.blocks ? 64 : 3)) {
    return k.bugCheck(0xc, 0, 0, 0, 0, `wait for ${objects.length} objects: at most 3 without a wait block array, 64 with one`);
  }
  for (const o of objects) {
    probeObject(k, o, DISPATCHER_HEADER.sizeof);
    checkInitialised(k, o);
    if (!isWaitable(objectType(k, o)) || (objectType(k, o) === ObjectType.Queue && r.reason !== WaitReason.WrQueue)) {
      return k.bugCheck(
        0xa,
        o,
        2,
        0,
        0,
        `the address ${hex(o)} given to a wait is no object that one waits for (type byte ${objectType(k, o)})`,
      );
    }
  }
  const thread = k.currentThread();
  if ((r.mode ?? 0) === UserMode && k.verifies('miscellaneous')) {
    for (const o of objects) {
      if (o < m.ptr(thread + KTHREAD.StackLimit) || o >= m.ptr(thread + KTHREAD.StackBase)) continue;
      const stop = k.violation(
        0x123,
        o,
        0,
        0,
        `UserMode wait for the object at ${hex(o)} on the kernel stack, which may be paged out meanwhile`,
      );
      if (stop !== undefined) return stop;
    }
  }
  const satisfied = trySatisfy(k, thread, objects, r.type ?? WaitAny);
  if (satisfied === LIMIT) return k.raiseStatus(STATUS.MUTANT_LIMIT_EXCEEDED);
  if (satisfied >= 0) return finish(k, f.fp, satisfied);
  if (r.timeout === 0n) return finish(k, f.fp, STATUS.TIMEOUT);
  const interrupted = interruption(k, thread, r.mode ?? 0, r.alertable ?? false);
  if (interrupted) return finish(k, f.fp, interrupted);
  let due: number | undefined;
  if (r.timeout !== undefined) {
    due = dueFromTimeout(k, r.timeout);
    if (due <= interruptTime100(k)) return finish(k, f.fp, STATUS.TIMEOUT);
  }
  commit(k, thread, objects, r, due);
  k.hooks.verifier?.waitBegins(k, thread, f.fp, objects, r.reason ?? 0);
  m.setPtr(thread + KTHREAD.KernelStack, toAddress(f.fp));
  k.mem.registers.top = f.fp;
  return k.stop(Reason.Dispatch);
}

/** trySatisfy: a mutex would be acquired more often than its state can count. */
const LIMIT = -2;
const MINLONG = -0x80000000;

const isFull = (k: Kernel, object: Addr, thread: Addr): boolean =>
  k.mem.i32(object + DISPATCHER_HEADER.SignalState) === MINLONG &&
  objectType(k, object) === ObjectType.Mutant &&
  k.mem.ptr(object + KMUTANT.OwnerThread) === thread;

/** Wait status when the wait is satisfied now, -1 when not, or LIMIT. A queue is never satisfied here: KeRemoveQueue has looked already. */
function trySatisfy(k: Kernel, thread: Addr, objects: readonly Addr[], type: number): number {
  if (objects.length === 0 || objectType(k, objects[0]) === ObjectType.Queue) return -1;
  for (const o of objects) if (isFull(k, o, thread)) return LIMIT;
  if (type === WaitAll) {
    if (!objects.every((o) => isSignalled(k, o, thread))) return -1;
    let abandoned = 0;
    for (const o of objects) abandoned |= satisfy(k, o, thread);
    return abandoned;
  }
  for (let i = 0; i < objects.length; i++) if (isSignalled(k, objects[i], thread)) return i | satisfy(k, objects[i], thread);
  return -1;
}

function commit(k: Kernel, thread: Addr, objects: readonly Addr[], r: WaitRequest, due: number | undefined): void {
  const m = k.mem;
  const blocks = r.blocks || thread + KTHREAD.WaitBlock;
  m.setPtr(thread + KTHREAD.WaitBlockList, blocks);
  m.setU8(thread + KTHREAD.WaitType, r.type ?? WaitAny);
  m.setU8(thread + KTHREAD.WaitReason, r.reason ?? 0);
  m.setU8(thread + KTHREAD.WaitMode, r.mode ?? 0);
  m.setU8(thread + KTHREAD.Alertable, r.alertable ? 1 : 0);
  m.setPtr(thread + KTHREAD.WaitTime, k.now);
  for (let i = 0; i < objects.length; i++) m.setPtr(blocks + i * KWAIT_BLOCK.sizeof + KWAIT_BLOCK.Object, objects[i]);
  m.setU32(thread + KTHREAD.WaitBlockCount, objects.length);
  m.setU32(thread + KTHREAD.WaitHasTimeout, due === undefined ? 0 : (r.timeout ?? 0n) > 0n ? 2 : 1); // 2: of the system clock
  if (due !== undefined) m.setPtr(thread + KTHREAD.WaitDueTime, due);
  queueBlocks(k, thread);
  const reason = k.trace.text(WAIT_REASON_NAMES[r.reason ?? 0] ?? String(r.reason));
  k.trace.note(
    KIND_ID['ke.wait'],
    thread,
    objects[0] ?? 0,
    objects.length,
    r.type ?? WaitAny,
    reason,
    r.mode ?? 0,
    r.alertable ? 1 : 0,
    due ?? -1,
  );
  for (let i = 1; i < objects.length; i++) k.event('ke.wait.object', { thread, object: objects[i], index: i });
  for (const o of objects)
    if (objectType(k, o) === ObjectType.Mutant) k.event('ke.mutex.wait', { mutex: o, owner: m.ptr(o + KMUTANT.OwnerThread) });
}

/** Puts the blocks of the thread's recorded wait on their lists, starts the timeout, state = Waiting. */
function queueBlocks(k: Kernel, thread: Addr): void {
  const m = k.mem;
  const blocks = m.ptr(thread + KTHREAD.WaitBlockList);
  const type = m.u8(thread + KTHREAD.WaitType);
  for (let i = 0; i < m.u32(thread + KTHREAD.WaitBlockCount); i++) {
    fillBlock(k, blocks + i * KWAIT_BLOCK.sizeof, thread, m.ptr(blocks + i * KWAIT_BLOCK.sizeof + KWAIT_BLOCK.Object), i, type);
  }
  if (m.u32(thread + KTHREAD.WaitHasTimeout)) {
    const timer = thread + KTHREAD.Timer;
    initHeader(k, timer, ObjectType.NotificationTimer, KTIMER.sizeof, 0);
    m.setU8(timer + DISPATCHER_HEADER.Absolute, m.u32(thread + KTHREAD.WaitHasTimeout) - 1);
    m.setPtr(timer + KTIMER.Dpc, 0);
    m.setU32(timer + KTIMER.Period, 0);
    fillBlock(k, thread + KTHREAD.WaitBlock + 3 * KWAIT_BLOCK.sizeof, thread, timer, STATUS.TIMEOUT, WaitAny);
    insertTimer(k, timer, m.ptr(thread + KTHREAD.WaitDueTime));
  }
  m.setU32(thread + KTHREAD.State, ThreadState.Waiting);
  const queue = m.ptr(thread + KTHREAD.Queue);
  if (queue !== 0) serverStops(k, queue);
}

function fillBlock(k: Kernel, block: Addr, thread: Addr, object: Addr, key: number, type: number): void {
  const m = k.mem;
  m.setU8(block + KWAIT_BLOCK.WaitType, type);
  m.setU8(block + KWAIT_BLOCK.BlockState, 4);
  m.setU16(block + KWAIT_BLOCK.WaitKey, key);
  m.setPtr(block + KWAIT_BLOCK.Thread, thread);
  m.setPtr(block + KWAIT_BLOCK.Object, object);
  insertTail(m, object + WAIT_LIST, block + KWAIT_BLOCK.WaitListEntry);
}

/**
 * After a kernel APC ran on top of a waiting frame: tests the objects again and either finishes the wait or queues the blocks at the tail.
 * Returns true when the wait is over (its status is in the frame's result slot).
 */
export function resumeWait(k: Kernel, thread: Addr, fp: number): boolean {
  const m = k.mem;
  const objects = waitObjects(k, thread);
  if (objects.length === 1 && objectType(k, objects[0]) === ObjectType.Queue && mayTakeEntry(k, objects[0]))
    return over(k, thread, fp, takeEntry(k, objects[0]));
  let status = trySatisfy(k, thread, objects, m.u8(thread + KTHREAD.WaitType));
  if (status < 0) status = interruption(k, thread, m.u8(thread + KTHREAD.WaitMode), m.u8(thread + KTHREAD.Alertable) !== 0) || -1;
  if (status < 0 && m.u32(thread + KTHREAD.WaitHasTimeout) && m.ptr(thread + KTHREAD.WaitDueTime) <= interruptTime100(k))
    status = STATUS.TIMEOUT;
  if (status >= 0) return over(k, thread, fp, status);
  queueBlocks(k, thread);
  m.setPtr(thread + KTHREAD.KernelStack, toAddress(fp));
  return false;
}

function over(k: Kernel, thread: Addr, fp: number, result: number): true {
  k.mem.setU32(thread + KTHREAD.WaitBlockCount, 0);
  k.mem.setU32(thread + KTHREAD.WaitHasTimeout, 0);
  k.mem.raw.setPtr(fp + FRAME.result, result);
  return true;
}

/** A running thread that serves the queue (and so counts in CurrentCount) may take an entry now. */
export const mayTakeEntry = (k: Kernel, queue: Addr): boolean =>
  k.mem.i32(queue + DISPATCHER_HEADER.SignalState) > 0 && k.mem.u32(queue + KQUEUE.CurrentCount) <= k.mem.u32(queue + KQUEUE.MaximumCount);

/**
 * First thing that every routine that may wait does: ends what a release with Wait = TRUE began (DISPATCH_LEVEL). What became due with that, a DPC or a kernel
 * APC, is taken first; the routine goes on at `nextPc` then, without having waited.
 */
export function endWaitNext(k: Kernel, f: Frame, nextPc: number): Status | undefined {
  const m = k.mem;
  const thread = k.currentThread();
  if (m.u8(thread + KTHREAD.WaitNext) === 0) return undefined;
  m.setU8(thread + KTHREAD.WaitNext, 0);
  k.lowerIrql(m.u8(thread + KTHREAD.WaitIrql));
  if (!softwareInterruptDue(k)) return undefined;
  f.pc = nextPc;
  m.registers.top = f.fp;
  return k.stop(Reason.Dispatch);
}

function waitAtDispatch(k: Kernel, object: Addr, r: WaitRequest): Status {
  const timeout = r.timeout === undefined ? 'no timeout' : `timeout ${r.timeout}`;
  if (k.mem.u8(k.prcb() + KPRCB.DpcRoutineActive)) {
    return k.bugCheck(0xb8, k.currentThread(), 0, 0, 0, `wait with ${timeout} inside a DPC routine: a DPC must not block`);
  }
  // (U) Windows without verifier hangs or dies later; the code is the verifier's.
  return k.bugCheck(
    0xc4,
    0x3b,
    k.irql,
    object,
    0,
    `wait with ${timeout} at IRQL ${k.irql}: a thread may only wait below DISPATCH_LEVEL (is a spin lock held?)`,
  );
}

function timeoutArgument(k: Kernel, address: Addr): bigint | undefined {
  return address === 0 ? undefined : k.mem.checked.i64(address);
}

export const routines: KernelRoutine[] = [
  {
    name: 'KeWaitForSingleObject',
    step(k, f) {
      if (f.pc === 1) return k.return(f.result);
      const later = endWaitNext(k, f, 2);
      if (later !== undefined) return later;
      return k.wait(f, 1, {
        object: f.ptr(0),
        reason: f.u32(1),
        mode: f.u8(2),
        alertable: f.bool(3),
        timeout: timeoutArgument(k, f.ptr(4)),
      });
    },
  },
  {
    name: 'KeWaitForMultipleObjects',
    step(k, f) {
      if (f.pc === 1) return k.return(f.result);
      const later = endWaitNext(k, f, 2);
      if (later !== undefined) return later;
      const count = f.u32(0);
      const blocks = f.ptr(7);
      if (count > (blocks === 0 ? 3 : 64)) {
        return k.bugCheck(
          0xc,
          0,
          0,
          0,
          0,
          `KeWaitForMultipleObjects for ${count} objects: at most 3 without a wait block array, 64 with one`,
        );
      }
      const objects = Array.from({ length: count }, (_, i) => k.mem.checked.ptr(f.ptr(1) + 8 * i));
      if (blocks !== 0) k.mem.checked.bytes(blocks, count * KWAIT_BLOCK.sizeof);
      return k.wait(f, 1, {
        objects,
        type: f.u32(2),
        reason: f.u32(3),
        mode: f.u8(4),
        alertable: f.bool(5),
        timeout: timeoutArgument(k, f.ptr(6)),
        blocks: blocks === 0 ? undefined : blocks,
      });
    },
  },
  {
    name: 'KeDelayExecutionThread',
    step(k, f) {
      if (f.pc === 1) return k.return(f.result === STATUS.TIMEOUT ? STATUS.SUCCESS : f.result);
      if (f.pc === 2) return k.return(STATUS.SUCCESS);
      const later = endWaitNext(k, f, 3);
      if (later !== undefined) return later;
      const interval = k.mem.checked.i64(f.ptr(2));
      if (interval === 0n && k.irql < DISPATCH_LEVEL) {
        const interrupted = interruption(k, k.currentThread(), f.u8(0), f.bool(1));
        if (interrupted) return k.return(interrupted);
        f.pc = 2;
        return yieldThread(k, f.fp) ? k.stop(Reason.Dispatch) : k.return(STATUS.SUCCESS);
      }
      if (interval === 0n) return waitAtDispatch(k, 0, { timeout: 0n });
      return k.wait(f, 1, { reason: WaitReason.DelayExecution, mode: f.u8(0), alertable: f.bool(1), timeout: interval });
    },
  },
];
