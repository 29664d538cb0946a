// Waiting, as the routines for drivers (wait-routines.ts) and all others of the kernel do it (reference: scheduler.md §7).
// The waiting routine's frame stays where it is; `wait` either writes the status into its result slot at once or commits the wait and gives up the CPU.
// A kernel APC takes a waiting thread off its lists, runs, and `resumeWait` queues it again at the tail, invisible to the caller.
import { type Addr, FRAME, Reason, type Status, toAddress } from '../../machine/abi.js';
import type { Frame } from '../../machine/routine.js';
import { addressWord, encode } from '../../trace/word.js';
import type { Kernel } from '../kernel.js';
import { DISPATCHER_HEADER, KMUTANT, KPRCB, KQUEUE, KTHREAD, KWAIT_BLOCK } from '../layouts.gen.js';
import { isEmpty } from '../rtl/list.js';
import { apcList, REGULAR_USER_APC, USER_APC_PENDING } from './apc.js';
import { DISPATCH_LEVEL, ObjectType, STATUS, UserMode, WaitAll, WaitAny, WaitReason } from './constants.js';
import {
  checkInitialised,
  hex,
  isSignalled,
  isWaitable,
  objectType,
  satisfy,
  satisfyAt,
  takeEntry,
  WAIT_LIST,
  waitObjects,
} from './dispatcher.js';
import { addressAt, currentThreadAt, placeOf, setPointer, T, touchThread } from './fields.js';
import { softwareInterruptDue } from './irql.js';
import { isPlain, probeObject } from './probe-object.js';
import { interruptTime100 } from './time.js';
import { dueFromTimeout, noteWait, queueBlocks, record, setBlockObject } from './wait-blocks.js';

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

function finish(k: Kernel, fp: number, status: number): Status {
  k.mem.raw.setPtr(fp + FRAME.result, status);
  k.mem.registers.top = fp;
  return k.stop(Reason.Call);
}

/** Status when an alert or a user APC ends (or forbids) the wait, 0 when not. */
export function interruption(k: Kernel, thread: Addr, mode: number, alertable: boolean): number {
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
  if (r.object !== undefined) {
    const o = waitableAt(k, k.mem.wordAt(r.object));
    if (o >= 0) return waitAt(k, f, nextPc, o, r.reason ?? 0, r.mode ?? 0, r.alertable ?? false, r.timeout);
  }
  f.pc = nextPc;
  const objects = r.objects ?? (r.object === undefined ? [] : [r.object]);
  if (k.irql >= DISPATCH_LEVEL && r.timeout !== 0n) return waitAtDispatch(k, objects[0] ?? 0, r.timeout);
  if (objects.length > (r.blocks ? 64 : 3)) {
    return k.bugCheck(0xc, 0, 0, 0, 0, `wait for ${objects.length} objects: at most 3 without a wait block array, 64 with one`);
  }
  const mode = r.mode ?? 0;
  for (const o of objects) {
    const bad = checkObject(k, o, r.reason ?? 0);
    if (bad !== undefined) return bad;
  }
  const thread = k.currentThread();
  if (mode === UserMode) {
    for (const o of objects) {
      const bad = checkOnStack(k, thread, o);
      if (bad !== undefined) return bad;
    }
  }
  const satisfied = trySatisfy(k, thread, objects, r.type ?? WaitAny);
  if (satisfied === LIMIT) return k.raiseStatus(STATUS.MUTANT_LIMIT_EXCEEDED);
  if (satisfied >= 0) return finish(k, f.fp, satisfied);
  const over = endsAtOnce(k, thread, mode, r.alertable ?? false, r.timeout);
  if (over !== undefined) return finish(k, f.fp, over);
  const blocks = placeOf(r.blocks ?? 0) || placeOf(thread + KTHREAD.WaitBlock);
  for (let i = 0; i < objects.length; i++) setBlockObject(k, blocks + i * (KWAIT_BLOCK.sizeof >> 2), objects[i]);
  record(k, placeOf(thread), blocks, objects.length, r.type ?? WaitAny, r.reason ?? 0, mode, r.alertable ?? false, r.timeout);
  queueBlocks(k, placeOf(thread));
  const first = objects[0] ?? 0;
  noteWait(k, placeOf(thread), encode(first), objects.length, r.type ?? WaitAny, first);
  for (let i = 1; i < objects.length; i++) k.event('ke.wait.object', { thread, object: objects[i], index: i });
  for (const o of objects) noteMutex(k, o);
  k.hooks.verifier?.waitBegins(k, thread, f.fp, objects, (r.reason ?? 0) & 0xff);
  return giveUp(k, f, placeOf(thread));
}

/** The same for one object by its place (`waitableAt`), which is what nearly every wait is. */
export function waitAt(
  k: Kernel,
  f: Frame,
  nextPc: number,
  o: number,
  reason: number,
  mode: number,
  alertable: boolean,
  timeout: bigint | undefined,
): Status {
  f.pc = nextPc;
  if (k.irql >= DISPATCH_LEVEL && timeout !== 0n) return waitAtDispatch(k, addressAt(o), timeout);
  const w = k.mem.words;
  const t = currentThreadAt(k);
  if (mode === UserMode) {
    const stop = checkOnStack(k, addressAt(t), addressAt(o));
    if (stop !== undefined) return stop;
  }
  const mutant = (w[o] & 0x7f) === ObjectType.Mutant;
  if (mutant && isFull(k, addressAt(o), addressAt(t))) return k.raiseStatus(STATUS.MUTANT_LIMIT_EXCEEDED);
  if (w[o + (DISPATCHER_HEADER.SignalState >> 2)] > 0 || (mutant && isSignalled(k, addressAt(o), addressAt(t))))
    return finish(k, f.fp, satisfyAt(k, o, t));
  if (timeout !== undefined || alertable || mode === UserMode) {
    const over = endsAtOnce(k, addressAt(t), mode, alertable, timeout);
    if (over !== undefined) return finish(k, f.fp, over);
  }
  const block = t + T.waitBlock;
  setPointer(w, block + (KWAIT_BLOCK.Object >> 2), o);
  record(k, t, block, 1, WaitAny, reason, mode, alertable, timeout);
  queueBlocks(k, t);
  noteWait(k, t, addressWord(o << 2), 1, WaitAny);
  if (mutant) noteMutex(k, addressAt(o));
  if (w[t + T.invocation] !== 0) k.hooks.verifier?.waitBegins(k, addressAt(t), f.fp, [addressAt(o)], reason & 0xff);
  return giveUp(k, f, t);
}

/** The place of an object, when it is initialised, one that one waits for other than a queue, and in memory that the dispatcher may touch; else -1. */
export function waitableAt(k: Kernel, o: number): number {
  if (o < 0) return -1;
  const w = k.mem.words;
  const type = w[o] & 0x7f;
  if (!isWaitable(type) || type === ObjectType.Queue || w[o + (WAIT_LIST >> 2)] === 0) return -1;
  return isPlain(k.mem, o << 2, DISPATCHER_HEADER.sizeof) ? o : -1;
}

/** Bug check of an object that is none, or one of the wrong kind. */
function checkObject(k: Kernel, o: Addr, reason: number): Status | undefined {
  probeObject(k, o, DISPATCHER_HEADER.sizeof);
  checkInitialised(k, o);
  const type = objectType(k, o);
  if (isWaitable(type) && (type !== ObjectType.Queue || reason === WaitReason.WrQueue)) return undefined;
  return k.bugCheck(0xa, o, 2, 0, 0, `the address ${hex(o)} given to a wait is no object that one waits for (type byte ${type})`);
}

/** UserMode waits for an object on the own kernel stack. */
function checkOnStack(k: Kernel, thread: Addr, o: Addr): Status | undefined {
  if (!k.verifies('miscellaneous')) return undefined;
  if (o < k.mem.ptr(thread + KTHREAD.StackLimit) || o >= k.mem.ptr(thread + KTHREAD.StackBase)) return undefined;
  return k.violation(0x123, o, 0, 0, `UserMode wait for the object at ${hex(o)} on the kernel stack, which may be paged out meanwhile`);
}

/** Status of a wait that is not satisfied and does not begin either: only a test, an alert or APC that is there, a time that is over. */
function endsAtOnce(k: Kernel, thread: Addr, mode: number, alertable: boolean, timeout: bigint | undefined): number | undefined {
  if (timeout === 0n) return STATUS.TIMEOUT;
  const interrupted = interruption(k, thread, mode, alertable);
  if (interrupted) return interrupted;
  return timeout !== undefined && dueFromTimeout(k, timeout) <= interruptTime100(k) ? STATUS.TIMEOUT : undefined;
}

/** The wait is on its lists: the thread gives up the CPU. */
function giveUp(k: Kernel, f: Frame, t: number): Status {
  const m = k.mem;
  setPointer(m.words, t + T.kernelStack, f.fp >> 2);
  touchThread(m, t);
  m.registers.top = f.fp;
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

function noteMutex(k: Kernel, o: Addr): void {
  if (objectType(k, o) === ObjectType.Mutant) k.event('ke.mutex.wait', { mutex: o, owner: k.mem.ptr(o + KMUTANT.OwnerThread) });
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
  queueBlocks(k, placeOf(thread));
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

export function waitAtDispatch(k: Kernel, object: Addr, due: bigint | undefined): Status {
  const timeout = due === undefined ? 'no timeout' : `timeout ${due}`;
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
