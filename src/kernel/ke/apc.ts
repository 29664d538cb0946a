// Asynchronous procedure calls (reference: scheduler.md §11): queueing, and delivery of kernel APCs in one frame, KiDeliverApc, on the thread's kernel
// stack. A waiting thread is taken off its wait, runs its APCs, and waits again without its caller noticing. User APCs: user-apc.ts.
import { type Addr, FrameFlag, Reason, type Status } from '../../machine/abi.js';
import type { Frame } from '../../machine/routine.js';
import type { Kernel, KernelRoutine } from '../kernel.js';
import { KAPC, KAPC_STATE, KTHREAD, KWAIT_BLOCK } from '../layouts.gen.js';
import { insertBefore, insertTail, isEmpty, remove } from '../rtl/list.js';
import { APC_LEVEL, KernelMode, ObjectType, PASSIVE_LEVEL, STATUS, ThreadState, UserMode, WaitReason } from './constants.js';
import { hex, removeWaitBlocks, unwaitThread } from './dispatcher.js';
import { INTERRUPT_SLOTS, interruptedTop, pushInterrupt, returnFromInterrupt } from './interrupt.js';
import { readyThread, WHY } from './ready.js';
import { dueTime } from './timer-queue.js';
import { resumeWait } from './wait.js';

const STATE = KTHREAD.ApcState;
export const KERNEL_APC_PENDING = STATE + KAPC_STATE.KernelApcPending;
export const USER_APC_PENDING = STATE + KAPC_STATE.UserApcPendingAll;
const IN_PROGRESS = STATE + KAPC_STATE.InProgressFlags;
/** Bits of UserApcPendingAll: before user mode goes on, a special user APC or the thread's end is due; a regular user APC is. */
export const SPECIAL_USER_APC = 1;
export const REGULAR_USER_APC = 2;
/** APC list of the environment that the thread is in. */
export const apcList = (thread: Addr, mode: number): Addr => thread + STATE + KAPC_STATE.ApcListHead + 16 * mode;
export const KERNEL_ROUTINE = KAPC.Reserved;
export const RUNDOWN_ROUTINE = KAPC.Reserved + 8;
export const NORMAL_ROUTINE = KAPC.Reserved + 16;
const Environment = { Original: 0, Attached: 1, Current: 2, Insert: 3 } as const;
/** KAPC.AllFlags: CallbackDataContext is bit 0, this one marks a special user APC. */
const SPECIAL_USER = 2;

/** The KAPC_STATE of an environment (0 original, 1 attached): the thread's present one, or the one that is put by. */
const stateOf = (k: Kernel, thread: Addr, index: number): Addr =>
  thread + (index === k.mem.u8(thread + KTHREAD.ApcStateIndex) ? KTHREAD.ApcState : KTHREAD.SavedApcState);

export interface ApcOptions {
  readonly kernelRoutine: Addr;
  readonly rundownRoutine?: Addr;
  readonly normalRoutine?: Addr;
  readonly mode?: number;
  readonly context?: number | bigint;
  /** KAPC_ENVIRONMENT, default the original one. */
  readonly environment?: number;
  /** A user APC that needs no alertable wait. */
  readonly special?: boolean;
}

export function initializeApc(k: Kernel, apc: Addr, thread: Addr, o: ApcOptions): void {
  const m = k.mem;
  m.checked.fill(apc, KAPC.sizeof);
  m.setU8(apc + KAPC.Type, ObjectType.Apc);
  m.setU8(apc + KAPC.Size, KAPC.sizeof);
  m.setPtr(apc + KAPC.Thread, thread);
  m.setPtr(apc + KERNEL_ROUTINE, o.kernelRoutine);
  m.setPtr(apc + RUNDOWN_ROUTINE, o.rundownRoutine ?? 0);
  m.setPtr(apc + NORMAL_ROUTINE, o.normalRoutine ?? 0);
  if (o.normalRoutine) {
    m.setU8(apc + KAPC.ApcMode, o.mode ?? KernelMode);
    m.setI64(apc + KAPC.NormalContext, BigInt(o.context ?? 0));
  }
  const environment = o.environment ?? Environment.Original;
  m.setU8(apc + KAPC.ApcStateIndex, environment === Environment.Current ? m.u8(thread + KTHREAD.ApcStateIndex) : environment);
  if (o.special) m.setU8(apc + KAPC.AllFlags, SPECIAL_USER);
}

/** KeInsertQueueApc: false when it is queued already or the thread takes no APCs any more. */
export function insertQueueApc(k: Kernel, apc: Addr, argument1: number | bigint, argument2: number | bigint, increment: number): boolean {
  const m = k.mem;
  const thread = m.ptr(apc + KAPC.Thread);
  if (m.u8(apc + KAPC.Inserted) || !m.u8(thread + KTHREAD.ApcQueueable)) return false;
  m.setI64(apc + KAPC.SystemArgument1, BigInt(argument1));
  m.setI64(apc + KAPC.SystemArgument2, BigInt(argument2));
  m.setU8(apc + KAPC.Inserted, 1);
  const mode = m.u8(apc + KAPC.ApcMode);
  if (m.u8(apc + KAPC.ApcStateIndex) === Environment.Insert) m.setU8(apc + KAPC.ApcStateIndex, m.u8(thread + KTHREAD.ApcStateIndex));
  const state = stateOf(k, thread, m.u8(apc + KAPC.ApcStateIndex));
  const list = state + KAPC_STATE.ApcListHead + 16 * mode;
  const special = mode === KernelMode ? m.ptr(apc + NORMAL_ROUTINE) === 0 : m.u8(apc + KAPC.AllFlags) === SPECIAL_USER;
  if (special) insertBefore(m, firstNormal(k, list, mode), apc + KAPC.ApcListEntry);
  else insertTail(m, list, apc + KAPC.ApcListEntry);
  k.event('ke.apc.queue', { apc, thread, mode });
  if (mode === KernelMode) m.setU8(state + KAPC_STATE.KernelApcPending, 1);
  if (state !== thread + STATE) return true; // of the environment that the thread has left: due when it comes back to it
  if (mode === KernelMode) notifyKernelApc(k, thread, increment);
  else notifyUserApc(k, thread, increment, special);
  return true;
}

/** First entry of a list that is no special APC, or the head: special ones go in front of it, in their order. */
function firstNormal(k: Kernel, head: Addr, mode: number): Addr {
  const m = k.mem;
  for (let e = m.ptr(head); e !== head; e = m.ptr(e)) {
    const apc = e - KAPC.ApcListEntry;
    if (mode === KernelMode ? m.ptr(apc + NORMAL_ROUTINE) !== 0 : m.u8(apc + KAPC.AllFlags) !== SPECIAL_USER) return e;
  }
  return head;
}

/** KeRemoveQueueApc: true when it was queued. */
export function removeQueueApc(k: Kernel, apc: Addr): boolean {
  if (!k.mem.u8(apc + KAPC.Inserted)) return false;
  removeApc(k, apc);
  return true;
}

function notifyKernelApc(k: Kernel, thread: Addr, increment: number): void {
  const m = k.mem;
  const state = m.u32(thread + KTHREAD.State);
  if (state === ThreadState.Running) {
    if (thread === k.currentThread()) k.checkSoftwareInterrupts();
    return;
  }
  if (state !== ThreadState.Waiting || m.u8(thread + KTHREAD.WaitIrql) >= APC_LEVEL || !firstDeliverable(k, thread)) return;
  suspendWait(k, thread);
  readyThread(k, thread, increment, WHY.apc);
}

/** Takes the thread off its wait but remembers it: KiDeliverApc queues it again. */
function suspendWait(k: Kernel, thread: Addr): void {
  const m = k.mem;
  const count = m.u32(thread + KTHREAD.WaitBlockCount);
  const timeout = m.u32(thread + KTHREAD.WaitHasTimeout);
  if (timeout) m.setPtr(thread + KTHREAD.WaitDueTime, dueTime(k, thread + KTHREAD.Timer)); // the clock may have been set
  removeWaitBlocks(k, thread);
  m.setU32(thread + KTHREAD.WaitBlockCount, count);
  m.setU32(thread + KTHREAD.WaitHasTimeout, timeout);
  m.setU32(thread + KTHREAD.WaitRestart, 1);
}

/** A wait of user mode that is alertable (or one with a special user APC) ends; the APC runs on the way back to user mode. */
function notifyUserApc(k: Kernel, thread: Addr, increment: number, special: boolean): void {
  const m = k.mem;
  const pending = thread + USER_APC_PENDING;
  if (special) m.setU8(pending, m.u8(pending) | SPECIAL_USER_APC);
  const waits = m.u32(thread + KTHREAD.State) === ThreadState.Waiting && m.u8(thread + KTHREAD.WaitMode) === UserMode;
  if (!waits || (!m.u8(thread + KTHREAD.Alertable) && m.u8(pending) === 0)) return;
  if (!special) m.setU8(pending, m.u8(pending) | REGULAR_USER_APC);
  unwaitThread(k, thread, STATUS.USER_APC, increment, 0);
}

/** Something must be done before the thread goes on in user mode (terminate, user APC): breaks a user-mode wait. */
export function requestUserApc(k: Kernel, thread: Addr): void {
  const m = k.mem;
  m.setU8(thread + USER_APC_PENDING, m.u8(thread + USER_APC_PENDING) | SPECIAL_USER_APC);
  if (
    m.u32(thread + KTHREAD.State) === ThreadState.Waiting &&
    m.u8(thread + KTHREAD.WaitMode) === UserMode &&
    !m.u32(thread + KTHREAD.WaitRestart)
  ) {
    unwaitThread(k, thread, STATUS.USER_APC, 0, 0);
  } else if (thread === k.currentThread()) {
    k.requestStop();
  }
}

/** First kernel APC that may run now: special ones always, normal ones outside critical regions and one at a time. */
function firstDeliverable(k: Kernel, thread: Addr): Addr {
  const m = k.mem;
  const head = apcList(thread, KernelMode);
  if (m.i16(thread + KTHREAD.SpecialApcDisable) !== 0) return 0;
  const normalAllowed = m.i16(thread + KTHREAD.KernelApcDisable) === 0 && (m.u8(thread + IN_PROGRESS) & 1) === 0;
  for (let e = m.ptr(head); e !== head; e = m.ptr(e)) {
    const apc = e - KAPC.ApcListEntry;
    if (m.ptr(apc + NORMAL_ROUTINE) === 0 || normalAllowed) return apc;
  }
  return 0;
}

/** Is a kernel APC deliverable to the current thread right now (IRQL aside)? */
export const kernelApcDue = (k: Kernel, thread: Addr): boolean =>
  k.mem.u8(thread + KERNEL_APC_PENDING) !== 0 && firstDeliverable(k, thread) !== 0;

/** Takes the APC software interrupt on this CPU. */
export function takeApcInterrupt(k: Kernel): void {
  pushInterrupt(k, { routine: 'KiDeliverApc', irql: APC_LEVEL, flags: FrameFlag.Apc });
}

// Slots of KiDeliverApc after the interrupted context: the APC, the four values the kernel routine may change, and the interrupted wait.
const APC = INTERRUPT_SLOTS;
const NORMAL = APC + 1;
const CONTEXT = APC + 2;
const ARG1 = APC + 3;
const ARG2 = APC + 4;
const KERNEL = APC + 5;
const RESTART = APC + 6;
const WAIT = APC + 7;
const WAIT_SLOTS = 10;

const waitWords = [KTHREAD.WaitBlockList, KTHREAD.WaitDueTime, KTHREAD.WaitTime] as const;

function saveWait(k: Kernel, f: Frame, thread: Addr): void {
  const m = k.mem;
  f.set(RESTART, m.u32(thread + KTHREAD.WaitRestart));
  m.setU32(thread + KTHREAD.WaitRestart, 0);
  if (!f.get(RESTART)) return;
  waitWords.forEach((w, i) => f.set(WAIT + i, m.ptr(thread + w)));
  f.set(WAIT + 3, m.u32(thread + KTHREAD.WaitBlockCount));
  f.set(WAIT + 4, m.u32(thread + KTHREAD.WaitHasTimeout));
  f.set(
    WAIT + 5,
    m.u8(thread + KTHREAD.WaitReason) |
      (m.u8(thread + KTHREAD.WaitType) << 8) |
      (m.u8(thread + KTHREAD.WaitMode) << 16) |
      (m.u8(thread + KTHREAD.Alertable) << 24),
  );
  for (let i = 0; i < 3; i++) f.set(WAIT + 6 + i, m.ptr(thread + KTHREAD.WaitBlock + i * KWAIT_BLOCK.sizeof + KWAIT_BLOCK.Object));
}

function restoreWait(k: Kernel, f: Frame, thread: Addr): void {
  const m = k.mem;
  waitWords.forEach((w, i) => m.setPtr(thread + w, f.get(WAIT + i)));
  m.setU32(thread + KTHREAD.WaitBlockCount, f.get(WAIT + 3));
  m.setU32(thread + KTHREAD.WaitHasTimeout, f.get(WAIT + 4));
  const bits = f.get(WAIT + 5);
  m.setU8(thread + KTHREAD.WaitReason, bits & 0xff);
  m.setU8(thread + KTHREAD.WaitType, (bits >> 8) & 0xff);
  m.setU8(thread + KTHREAD.WaitMode, (bits >> 16) & 0xff);
  m.setU8(thread + KTHREAD.Alertable, (bits >> 24) & 0xff);
  for (let i = 0; i < 3; i++) m.setPtr(thread + KTHREAD.WaitBlock + i * KWAIT_BLOCK.sizeof + KWAIT_BLOCK.Object, f.get(WAIT + 6 + i));
}

function deliver(k: Kernel, f: Frame): Status {
  const m = k.mem;
  const thread = k.currentThread();
  switch (f.pc) {
    case 0:
      saveWait(k, f, thread);
      return next(k, f, thread);
    case 1: // kernel routine returned
      if (k.irql !== APC_LEVEL) return wrongIrql(k, f, APC_LEVEL, 0, 'kernel');
      if (f.get(NORMAL) === 0) {
        k.event('ke.apc.return', { apc: f.get(APC), thread });
        return next(k, f, thread);
      }
      m.setU8(thread + IN_PROGRESS, m.u8(thread + IN_PROGRESS) | 1);
      k.lowerIrql(PASSIVE_LEVEL);
      return k.call(f, 2, f.get(NORMAL), [f.get(CONTEXT), f.get(ARG1), f.get(ARG2)]);
    default: // normal routine returned
      if (k.irql !== PASSIVE_LEVEL) return wrongIrql(k, f, PASSIVE_LEVEL, 1, 'normal');
      m.setU8(thread + IN_PROGRESS, m.u8(thread + IN_PROGRESS) & ~1);
      k.raiseIrql(APC_LEVEL);
      k.event('ke.apc.return', { apc: f.get(APC), thread });
      return next(k, f, thread);
  }
}

function wrongIrql(k: Kernel, f: Frame, expected: number, id: number, which: string): Status {
  const value = (k.irql << 16) | (expected << 8) | id;
  const text = `the ${which} routine of an APC returned at IRQL ${k.irql} instead of ${expected}`;
  return k.bugCheck(0xc8, value, f.get(KERNEL), f.get(APC), f.get(NORMAL), text);
}

function next(k: Kernel, f: Frame, thread: Addr): Status {
  const m = k.mem;
  const apc = firstDeliverable(k, thread);
  if (apc === 0) {
    if (isEmpty(m, apcList(thread, KernelMode))) m.setU8(thread + KERNEL_APC_PENDING, 0);
    if (f.get(RESTART)) {
      restoreWait(k, f, thread);
      const fp = interruptedTop(f);
      if (!resumeWait(k, thread, fp)) {
        returnFromInterrupt(k, f);
        return k.stop(Reason.Dispatch);
      }
    }
    return returnFromInterrupt(k, f);
  }
  removeApc(k, apc);
  f.set(APC, apc);
  f.set(NORMAL, m.ptr(apc + NORMAL_ROUTINE));
  f.set(CONTEXT, m.ptr(apc + KAPC.NormalContext));
  f.set(ARG1, m.ptr(apc + KAPC.SystemArgument1));
  f.set(ARG2, m.ptr(apc + KAPC.SystemArgument2));
  k.event('ke.apc.deliver', { apc, thread, normal: f.get(NORMAL) });
  f.set(KERNEL, m.ptr(apc + KERNEL_ROUTINE));
  return k.call(f, 1, f.get(KERNEL), [apc, f.localAddress(NORMAL), f.localAddress(CONTEXT), f.localAddress(ARG1), f.localAddress(ARG2)]);
}

/** A switched-in thread whose wait was suspended for an APC that is gone: it waits again. True: it is waiting now. */
export function restartWait(k: Kernel, thread: Addr): boolean {
  k.mem.setU32(thread + KTHREAD.WaitRestart, 0);
  return !resumeWait(k, thread, k.mem.registers.top);
}

/** KeTestAlertThread for the current thread: was it alerted? */
export function testAlert(k: Kernel, mode: number): boolean {
  const m = k.mem;
  const thread = k.currentThread();
  const at = thread + KTHREAD.Alerted + mode;
  if (m.u8(at)) {
    m.setU8(at, 0);
    return true;
  }
  if (mode === UserMode && !isEmpty(m, apcList(thread, UserMode)))
    m.setU8(thread + USER_APC_PENDING, m.u8(thread + USER_APC_PENDING) | REGULAR_USER_APC);
  return false;
}

/** KeAlertThread: was it alerted already? An alertable wait in that mode or a less privileged one ends. */
export function alertThread(k: Kernel, thread: Addr, mode: number): boolean {
  const m = k.mem;
  const old = m.u8(thread + KTHREAD.Alerted + mode) !== 0;
  const waits = m.u32(thread + KTHREAD.State) === ThreadState.Waiting && m.u8(thread + KTHREAD.Alertable) !== 0;
  if (!old && waits && mode <= m.u8(thread + KTHREAD.WaitMode)) unwaitThread(k, thread, STATUS.ALERTED, 0, 0);
  else m.setU8(thread + KTHREAD.Alerted + mode, 1);
  return old;
}

/** Takes a queued APC off its list. */
export function removeApc(k: Kernel, apc: Addr): void {
  remove(k.mem, apc + KAPC.ApcListEntry);
  k.mem.setU8(apc + KAPC.Inserted, 0);
}

/** Suspends a thread: count of suspensions before. -1 when the count is at its maximum. */
export function suspendThread(k: Kernel, thread: Addr): number {
  const m = k.mem;
  const count = m.u32(thread + KTHREAD.SuspendCount);
  if (count >= 127) return -1;
  m.setU32(thread + KTHREAD.SuspendCount, count + 1);
  if (count === 0) {
    m.setI32(thread + KTHREAD.SuspendEvent + 4, 0);
    if (!m.u8(thread + KTHREAD.SuspendApc + KAPC.Inserted)) insertQueueApc(k, thread + KTHREAD.SuspendApc, 0, 0, 0);
  }
  return count;
}

/** Resumes: count of suspensions before. */
export function resumeThread(k: Kernel, thread: Addr): number {
  const count = k.mem.u32(thread + KTHREAD.SuspendCount);
  if (count === 0) return 0;
  k.mem.setU32(thread + KTHREAD.SuspendCount, count - 1);
  if (count === 1) k.signalEvent(thread + KTHREAD.SuspendEvent);
  return count;
}

export const routines: KernelRoutine[] = [
  { name: 'KiDeliverApc', locals: WAIT + WAIT_SLOTS, cost: 10, step: deliver },
  { name: 'KiSuspendNop', cost: 1, step: (k) => k.returnVoid() },
  {
    name: 'KiSuspendThread',
    cost: 2,
    step(k, f) {
      const thread = k.currentThread();
      if (k.mem.u32(thread + KTHREAD.SuspendCount) === 0) return k.returnVoid();
      return k.wait(f, 0, { object: thread + KTHREAD.SuspendEvent, reason: WaitReason.Suspended });
    },
  },
  {
    // (Apc, Thread, Environment, KernelRoutine, RundownRoutine, NormalRoutine, Mode, Context)
    name: 'KeInitializeApc',
    cost: 5,
    step(k, f) {
      initializeApc(k, f.ptr(0), f.ptr(1), {
        kernelRoutine: f.ptr(3),
        rundownRoutine: f.ptr(4),
        normalRoutine: f.ptr(5),
        mode: f.u8(6),
        context: f.i64(7),
        environment: f.u32(2),
      });
      return k.returnVoid();
    },
  },
  {
    name: 'KeInsertQueueApc',
    cost: 8,
    step(k, f) {
      k.mem.checked.bytes(f.ptr(0), KAPC.sizeof);
      if (k.mem.u8(f.ptr(0) + KAPC.Type) !== ObjectType.Apc) {
        return k.bugCheck(0xa, f.ptr(0), k.irql, 0, 0, `KeInsertQueueApc: the object at ${hex(f.ptr(0))} is no initialised KAPC`);
      }
      return k.return(insertQueueApc(k, f.ptr(0), f.i64(1), f.i64(2), f.i32(3)) ? 1 : 0);
    },
  },
  {
    name: 'KeRemoveQueueApc',
    cost: 6,
    step(k, f) {
      k.mem.checked.u8(f.ptr(0) + KAPC.Inserted);
      return k.return(removeQueueApc(k, f.ptr(0)) ? 1 : 0);
    },
  },
  {
    // (AlertMode): tells whether the thread was alerted; if not, and user APCs wait, they become due
    name: 'KeTestAlertThread',
    cost: 4,
    step: (k, f) => k.return(testAlert(k, f.u8(0) ? UserMode : KernelMode) ? 1 : 0),
  },
  {
    name: 'KeAlertThread',
    cost: 6,
    step(k, f) {
      k.mem.checked.u8(f.ptr(0) + KTHREAD.Alerted);
      return k.return(alertThread(k, f.ptr(0), f.u8(1) ? UserMode : KernelMode) ? 1 : 0);
    },
  },
];
