// Waiting, as the routines for drivers (wait-routines.ts) and all others of the kernel do it (reference: scheduler.md §7).
// The waiting routine's frame stays where it is; `wait` either writes the status into its result slot at once or commits the wait and gives up the CPU.
// A kernel APC takes a waiting thread off its lists, runs, and `resumeWait` queues it again at the tail, invisible to the caller.
import { type Addr, FRAME, KERNEL_BASE, Reason, type Status, toAddress } from '../../machine/abi.js';
import type { Frame } from '../../machine/routine.js';
import { KIND_ID, WORD } from '../../trace/kinds.js';
import { addressWord } from '../../trace/rows.js';
import type { Kernel } from '../kernel.js';
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
import { addressAt, placeOf, pointee, setNumber, setPointer, T, touchThread } from './fields.js';
import { softwareInterruptDue } from './irql.js';
import { isPlain, probeObject } from './probe-object.js';
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

/** Words of a KWAIT_BLOCK. */
const B = { type: KWAIT_BLOCK.WaitType >> 2, thread: KWAIT_BLOCK.Thread >> 2, object: KWAIT_BLOCK.Object >> 2 } as const;
/** Numbers of the reasons' names in the trace. */
const REASON: readonly (number | undefined)[] = WAIT_REASON_NAMES.map((name) => WORD[name]);

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
  if (r.object !== undefined) return waitForOne(k, f, nextPc, r.object, r.reason ?? 0, r.mode ?? 0, r.alertable ?? false, r.timeout);
  f.pc = nextPc;
  const objects = r.objects ?? [];
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
  for (let i = 0; i < objects.length; i++) k.mem.setPtr(addressAt(blocks) + i * KWAIT_BLOCK.sizeof + KWAIT_BLOCK.Object, objects[i]);
  record(k, placeOf(thread), blocks, objects.length, r.type ?? WaitAny, r.reason ?? 0, mode, r.alertable ?? false, r.timeout);
  queueBlocks(k, placeOf(thread));
  note(k, thread, objects[0] ?? 0, objects.length, r.type ?? WaitAny);
  for (let i = 1; i < objects.length; i++) k.event('ke.wait.object', { thread, object: objects[i], index: i });
  for (const o of objects) noteMutex(k, o);
  return giveUp(k, f, thread, objects);
}

/** The same for one object, which is what nearly every wait is. */
export function waitForOne(
  k: Kernel,
  f: Frame,
  nextPc: number,
  object: Addr,
  reason: number,
  mode: number,
  alertable: boolean,
  timeout: bigint | undefined,
): Status {
  f.pc = nextPc;
  if (k.irql >= DISPATCH_LEVEL && timeout !== 0n) return waitAtDispatch(k, object, timeout);
  const o = k.mem.wordAt(object);
  if (o < 0 || !isSimple(k, o)) {
    const bad = checkObject(k, object, reason);
    if (bad !== undefined) return bad;
  }
  const thread = k.currentThread();
  if (mode === UserMode) {
    const stop = checkOnStack(k, thread, object);
    if (stop !== undefined) return stop;
  }
  const type = o < 0 ? objectType(k, object) : k.mem.words[o] & 0x7f;
  if (type === ObjectType.Mutant && isFull(k, object, thread)) return k.raiseStatus(STATUS.MUTANT_LIMIT_EXCEEDED);
  if (type !== ObjectType.Queue && isSignalled(k, object, thread)) return finish(k, f.fp, satisfy(k, object, thread));
  if (timeout !== undefined || alertable || mode === UserMode) {
    const over = endsAtOnce(k, thread, mode, alertable, timeout);
    if (over !== undefined) return finish(k, f.fp, over);
  }
  const t = placeOf(thread);
  const block = t + T.waitBlock;
  setNumber(k.mem.words, block + B.object, object);
  record(k, t, block, 1, WaitAny, reason, mode, alertable, timeout);
  queueBlocks(k, t);
  note(k, thread, object, 1, WaitAny);
  if (type === ObjectType.Mutant) noteMutex(k, object);
  if (k.mem.words[t + T.invocation] === 0) return giveUp(k, f, thread);
  return giveUp(k, f, thread, [object]);
}

/** An initialised object that one waits for, other than a queue, in memory that the dispatcher may touch. `o`: its place. */
function isSimple(k: Kernel, o: number): boolean {
  const w = k.mem.words;
  const type = w[o] & 0x7f;
  if (!isWaitable(type) || type === ObjectType.Queue || w[o + (WAIT_LIST >> 2)] === 0) return false;
  return isPlain(k.mem, o << 2, DISPATCHER_HEADER.sizeof);
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

/** The wait is on its lists: the thread gives up the CPU. `objects`: of a thread with a callback that the verifier looks at. */
function giveUp(k: Kernel, f: Frame, thread: Addr, objects?: readonly Addr[]): Status {
  const m = k.mem;
  const t = placeOf(thread);
  if (objects) k.hooks.verifier?.waitBegins(k, thread, f.fp, objects, m.u8(thread + KTHREAD.WaitReason));
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

/** What the thread waits for, in its KTHREAD; who calls it queues the blocks and so marks the thread written. */
function record(
  k: Kernel,
  t: number,
  blocks: number,
  count: number,
  type: number,
  reason: number,
  mode: number,
  alertable: boolean,
  timeout: bigint | undefined,
): void {
  const { words: w, buffer: bytes } = k.mem;
  setPointer(w, t + T.waitBlockList, blocks);
  const o = t << 2;
  bytes[o + KTHREAD.WaitType] = type;
  bytes[o + KTHREAD.WaitReason] = reason;
  bytes[o + KTHREAD.WaitMode] = mode;
  bytes[o + KTHREAD.Alertable] = alertable ? 1 : 0;
  setNumber(w, t + T.waitTime, k.now);
  w[t + T.waitBlockCount] = count;
  w[t + T.waitHasTimeout] = timeout === undefined ? 0 : timeout > 0n ? 2 : 1; // 2: of the system clock
  if (timeout !== undefined) k.mem.setPtr(addressAt(t) + KTHREAD.WaitDueTime, dueFromTimeout(k, timeout));
}

function note(k: Kernel, thread: Addr, first: Addr, count: number, type: number): void {
  const { trace, mem } = k;
  if (!trace.recording) return;
  const { words: w, buffer: bytes } = mem;
  const o = thread >>> 0;
  const number = bytes[o + KTHREAD.WaitReason];
  const reason = REASON[number] ?? trace.text(String(number));
  const mode = bytes[o + KTHREAD.WaitMode];
  const alertable = bytes[o + KTHREAD.Alertable];
  const timed = w[(o + KTHREAD.WaitHasTimeout) >> 2] !== 0;
  const p = timed || first > 0 || first < KERNEL_BASE ? -1 : trace.reserve(KIND_ID['ke.wait']);
  if (p < 0)
    return trace.note(
      KIND_ID['ke.wait'],
      thread,
      first,
      count,
      type,
      reason,
      mode,
      alertable,
      timed ? mem.ptr(thread + KTHREAD.WaitDueTime) : -1,
    );
  const t = trace.words;
  t[p] = addressWord(o);
  t[p + 1] = addressWord(first >>> 0);
  t[p + 2] = count;
  t[p + 3] = type;
  t[p + 4] = reason;
  t[p + 5] = mode;
  t[p + 6] = alertable;
  t[p + 7] = -1;
}

function noteMutex(k: Kernel, o: Addr): void {
  if (objectType(k, o) === ObjectType.Mutant) k.event('ke.mutex.wait', { mutex: o, owner: k.mem.ptr(o + KMUTANT.OwnerThread) });
}

/** Puts the blocks of the thread's recorded wait on their lists, starts the timeout, state = Waiting. */
function queueBlocks(k: Kernel, t: number): void {
  const m = k.mem;
  const w = m.words;
  const blocks = pointee(m, t + T.waitBlockList);
  const type = m.buffer[(t << 2) + KTHREAD.WaitType];
  const count = w[t + T.waitBlockCount];
  for (let i = 0; i < count; i++) {
    const block = blocks + i * (KWAIT_BLOCK.sizeof >> 2);
    fillBlock(k, block, t, m.ptr(addressAt(block + B.object)), i, type);
  }
  if (w[t + T.waitHasTimeout] !== 0) {
    const thread = addressAt(t);
    const timer = thread + KTHREAD.Timer;
    initHeader(k, timer, ObjectType.NotificationTimer, KTIMER.sizeof, 0);
    m.setU8(timer + DISPATCHER_HEADER.Absolute, w[t + T.waitHasTimeout] - 1);
    m.setPtr(timer + KTIMER.Dpc, 0);
    m.setU32(timer + KTIMER.Period, 0);
    fillBlock(k, t + T.waitBlock + 3 * (KWAIT_BLOCK.sizeof >> 2), t, timer, STATUS.TIMEOUT, WaitAny);
    insertTimer(k, timer, m.ptr(thread + KTHREAD.WaitDueTime));
  }
  w[t + T.state] = ThreadState.Waiting;
  touchThread(m, t);
  if (w[t + T.queue] !== 0) serverStops(k, m.ptr(addressAt(t) + KTHREAD.Queue));
}

function fillBlock(k: Kernel, block: number, t: number, object: Addr, key: number, type: number): void {
  const m = k.mem;
  // one word: WaitType, BlockState (4), WaitKey
  m.words[block + B.type] = type | (4 << 8) | (key << 16);
  setPointer(m.words, block + B.thread, t);
  setNumber(m.words, block + B.object, object);
  m.touch(block << 2, KWAIT_BLOCK.sizeof);
  insertTail(m, object + WAIT_LIST, addressAt(block));
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
