// The heart of waiting: when is an object signalled, what does satisfying a wait do to it, whom does a signal release (reference: scheduler.md §7, §8).
// Waiters are the KWAIT_BLOCKs on the object's WaitListHead, first in first out. A waiting thread's innermost frame is the routine that waits;
// the wait status is written into that frame's result slot, so nothing else has to remember it.
import { type Addr, FRAME } from '../../machine/abi.js';
import { KIND_ID } from '../../trace/kinds.js';
import { addressWord, decode, encode, LARGEST, NONE } from '../../trace/word.js';
import type { Kernel } from '../kernel.js';
import { DISPATCHER_HEADER, KMUTANT, KQUEUE, KTHREAD, KWAIT_BLOCK } from '../layouts.gen.js';
import { corrupt, insertTail, LIST_LIMIT, remove, removeAt, removeHead } from '../rtl/list.js';
import { BugCheckError } from './bugcheck.js';
import { ObjectType, STATUS, WaitAll, WaitAny } from './constants.js';
import { addressAt, currentThreadAt, placeOf, pointee, setNumber, T, touchThread } from './fields.js';
import { readyAt, WHY } from './ready.js';
import { removeTimer } from './timer-queue.js';

const STATE = DISPATCHER_HEADER.SignalState;
// Constants: a look-up by name at every wake costs as much as the event.
const KE_UNWAIT = KIND_ID['ke.unwait'];
const KE_EVENT_SET = KIND_ID['ke.event.set'];
export const WAIT_LIST = DISPATCHER_HEADER.WaitListHead;

export const objectType = (k: Kernel, object: Addr): number => k.mem.u8(object) & 0x7f;

/** Bit of KMUTANT.MutantFlags: its owner ended without releasing it. */
export const MUTANT_ABANDONED = 1;

/** A dispatcher object that was never initialised has a zero wait list; Windows faults on it at DISPATCH_LEVEL. */
export function checkInitialised(k: Kernel, object: Addr): void {
  if (k.mem.ptr(object + WAIT_LIST) === 0) {
    k.hooks.verifier?.uninitialised(k, `the dispatcher object at ${hex(object)}`);
    throw new BugCheckError(
      0xa,
      [0, 2, 1, 0],
      `the dispatcher object at ${hex(object)} was never initialised (its wait list is zero): call KeInitializeXxx first`,
    );
  }
}

export const hex = (a: Addr): string => `0x${BigInt.asUintN(64, BigInt(a)).toString(16).toUpperCase()}`;

/** Would a wait of this thread on the object be satisfied now? */
export function isSignalled(k: Kernel, object: Addr, thread: Addr): boolean {
  if (k.mem.i32(object + STATE) > 0) return true;
  return objectType(k, object) === ObjectType.Mutant && k.mem.ptr(object + KMUTANT.OwnerThread) === thread;
}

/** Side effect of a satisfied wait. Returns STATUS_ABANDONED (0x80) for an abandoned mutant, else 0. */
export function satisfy(k: Kernel, object: Addr, thread: Addr): number {
  const m = k.mem;
  k.hooks.races?.satisfied(object, thread);
  switch (objectType(k, object)) {
    case ObjectType.SynchronizationEvent:
    case ObjectType.SynchronizationTimer:
    case ObjectType.Gate:
      m.setI32(object + STATE, 0);
      return 0;
    case ObjectType.Semaphore:
      m.setI32(object + STATE, m.i32(object + STATE) - 1);
      return 0;
    case ObjectType.Mutant: {
      const state = m.i32(object + STATE) - 1;
      m.setI32(object + STATE, state);
      if (state === 0) {
        takeMutant(k, object, thread);
        const flags = m.u8(object + KMUTANT.MutantFlags);
        if (flags & MUTANT_ABANDONED) {
          m.setU8(object + KMUTANT.MutantFlags, flags & ~MUTANT_ABANDONED);
          return STATUS.ABANDONED;
        }
      }
      return 0;
    }
    default:
      return 0;
  }
}

/** The same by place (fields.ts). */
export function satisfyAt(k: Kernel, o: number, t: number): number {
  const w = k.mem.words;
  const type = w[o] & 0x7f;
  if (k.hooks.races === undefined && (type === ObjectType.SynchronizationEvent || type === ObjectType.NotificationEvent)) {
    if (type === ObjectType.SynchronizationEvent) setSignalState(k, o, 0);
    return 0;
  }
  return satisfy(k, addressAt(o), addressAt(t));
}

function setSignalState(k: Kernel, o: number, state: number): void {
  k.mem.words[o + (STATE >> 2)] = state;
  k.mem.touchPlace(o + (STATE >> 2));
}

/** The thread owns a mutant from now on; kernel mutexes switch normal kernel APCs off. */
export function takeMutant(k: Kernel, mutant: Addr, thread: Addr): void {
  const m = k.mem;
  m.setPtr(mutant + KMUTANT.OwnerThread, thread);
  const disable = m.u8(mutant + KMUTANT.ApcDisable);
  m.setU16(thread + KTHREAD.KernelApcDisable, (m.i16(thread + KTHREAD.KernelApcDisable) - disable) & 0xffff);
  insertTail(m, thread + KTHREAD.MutantListHead, mutant + KMUTANT.MutantListEntry);
  k.trace.note(KIND_ID['ke.mutex.acquire'], mutant, thread);
}

/** Timers are signalled by the clock: what ran there has nothing to do with it. */
const isTimer = (type: number): boolean => type === ObjectType.NotificationTimer || type === ObjectType.SynchronizationTimer;

/** The kind of object is known to the dispatcher (events, mutexes, semaphores, timers, processes, threads, queues, gates). */
export const isWaitable = (type: number): boolean => type <= ObjectType.SynchronizationTimer;

/** Objects of the thread's wait, in their order. */
export function waitObjects(k: Kernel, thread: Addr): Addr[] {
  const m = k.mem;
  const list = m.ptr(thread + KTHREAD.WaitBlockList);
  return Array.from({ length: m.u32(thread + KTHREAD.WaitBlockCount) }, (_, i) =>
    m.ptr(list + i * KWAIT_BLOCK.sizeof + KWAIT_BLOCK.Object),
  );
}

/** Takes all blocks of the thread's wait off their lists and its timeout timer out of the timer queue. */
export const removeWaitBlocks = (k: Kernel, thread: Addr): void => removeBlocks(k, placeOf(thread));

function removeBlocks(k: Kernel, t: number): void {
  const m = k.mem;
  const w = m.words;
  const count = w[t + T.waitBlockCount];
  const list = pointee(m, t + T.waitBlockList);
  for (let i = 0; i < count; i++) removeAt(m, list + i * (KWAIT_BLOCK.sizeof >> 2));
  w[t + T.waitBlockCount] = 0;
  touchThread(m, t);
  if (w[t + T.waitHasTimeout] !== 0) {
    const thread = addressAt(t);
    remove(m, thread + KTHREAD.WaitBlock + 3 * KWAIT_BLOCK.sizeof);
    removeTimer(k, thread + KTHREAD.Timer);
    w[t + T.waitHasTimeout] = 0;
  }
  if (w[t + T.queue] !== 0) {
    const count = m.ptr(addressAt(t) + KTHREAD.Queue) + KQUEUE.CurrentCount;
    m.setU32(count, m.u32(count) + 1);
  }
}

/** A thread that serves the queue does not run for it any more (it waits, leaves or ended): another one may take an entry now. */
export function serverStops(k: Kernel, queue: Addr): void {
  const m = k.mem;
  m.setU32(queue + KQUEUE.CurrentCount, m.u32(queue + KQUEUE.CurrentCount) - 1);
  if (m.i32(queue + STATE) > 0) releaseServer(k, queue, 0);
}

/** Gives the first entry to the thread that waits for the shortest time, when the queue's limit of running threads permits one more. */
export function releaseServer(k: Kernel, queue: Addr, increment: number): boolean {
  const m = k.mem;
  const last = m.ptr(queue + WAIT_LIST + 8);
  if (last === queue + WAIT_LIST || m.u32(queue + KQUEUE.CurrentCount) >= m.u32(queue + KQUEUE.MaximumCount)) return false;
  const thread = m.ptr(last + KWAIT_BLOCK.Thread);
  const entry = takeEntry(k, queue);
  k.hooks.races?.satisfied(queue, thread);
  unwaitThread(k, thread, entry, increment, queue);
  return true;
}

/** Removes the first entry of a queue that has one. It is on no list then: its Flink is NULL. */
export function takeEntry(k: Kernel, queue: Addr): Addr {
  const entry = removeHead(k.mem, queue + KQUEUE.EntryListHead);
  k.mem.setPtr(entry, 0);
  k.mem.setI32(queue + STATE, k.mem.i32(queue + STATE) - 1);
  return entry;
}

/** Ends the wait of a thread with a status; the thread becomes ready. `by`: the object that did it, or 0. */
export function unwaitThread(k: Kernel, thread: Addr, status: number, increment: number, by: Addr): void {
  const t = placeOf(thread);
  endWait(k, t, status);
  const word = encode(by);
  if (word !== NONE) noteUnwait(k, t, status, word);
  else k.trace.note(KE_UNWAIT, thread, status >>> 0, by, addressAt(currentThreadAt(k)));
  if (k.mem.words[t + T.invocation] !== 0) k.hooks.verifier?.waitEnds(k, thread, by, addressAt(currentThreadAt(k)));
  readyAt(k, t, increment, WHY.woken);
}

/** The same by place (fields.ts), by an object. */
function unwaitAt(k: Kernel, t: number, status: number, increment: number, o: number): void {
  endWait(k, t, status);
  noteUnwait(k, t, status, addressWord(o << 2));
  if (k.mem.words[t + T.invocation] !== 0) k.hooks.verifier?.waitEnds(k, addressAt(t), addressAt(o), addressAt(currentThreadAt(k)));
  readyAt(k, t, increment, WHY.woken);
}

function endWait(k: Kernel, t: number, status: number): void {
  const m = k.mem;
  removeBlocks(k, t);
  setNumber(m.words, t + T.waitStatus, status);
  // the frame that waits: a stack that a driver has overwritten is found when the thread goes on
  const frame = m.words[t + T.kernelStack];
  setNumber(m.words, (frame + FRAME.result) >> 2, status);
  m.touch(frame + FRAME.result, 8);
}

/** `by`: as a word of the trace. */
function noteUnwait(k: Kernel, t: number, status: number, by: number): void {
  const { trace } = k;
  const running = currentThreadAt(k);
  const p = status >= 0 && status <= LARGEST ? trace.reserve(KE_UNWAIT) : -1;
  if (p < 0) return trace.note(KE_UNWAIT, addressAt(t), status >>> 0, decode(by), addressAt(running));
  const w = trace.words;
  w[p] = addressWord(t << 2);
  w[p + 1] = status;
  w[p + 2] = by;
  w[p + 3] = addressWord(running << 2);
}

/** After an object became signalled: releases the waiters it can satisfy, in order. */
export function waitTest(k: Kernel, object: Addr, increment: number): void {
  const m = k.mem;
  if (k.hooks.races && !isTimer(objectType(k, object))) k.hooks.races.signalled(object);
  const o = m.wordAt(object);
  if (o >= 0 && alone(k, o, increment)) return;
  const head = object + WAIT_LIST;
  // Who is released leaves the list, with all its blocks: the place to go on from is taken before, behind the blocks of the same thread.
  let next = m.ptr(head);
  for (let n = 0; next !== head; n++) {
    const block = next;
    const thread = m.ptr(block + KWAIT_BLOCK.Thread);
    for (let previous = block; ; n++) {
      next = m.ptr(previous);
      if (n > LIST_LIMIT || m.ptr(next + 8) !== previous) corrupt(next);
      if (next === head || m.ptr(next + KWAIT_BLOCK.Thread) !== thread) break;
      previous = next;
    }
    if (!isSignalled(k, object, thread)) {
      if (objectType(k, object) !== ObjectType.Mutant) return;
      continue;
    }
    const key = m.u16(block + KWAIT_BLOCK.WaitKey);
    if (m.u8(block + KWAIT_BLOCK.WaitType) === WaitAll) {
      const objects = waitObjects(k, thread);
      if (!objects.every((o) => isSignalled(k, o, thread))) continue;
      let abandoned = 0;
      for (const o of objects) abandoned |= satisfy(k, o, thread);
      unwaitThread(k, thread, abandoned, increment, object);
    } else {
      unwaitThread(k, thread, key | satisfy(k, object, thread), increment, object);
    }
  }
}

/** No waiter, or one, as nearly always: released without the search of `waitTest`. False: it is not so simple. */
function alone(k: Kernel, o: number, increment: number): boolean {
  const m = k.mem;
  const w = m.words;
  const head = o + (WAIT_LIST >> 2);
  if (w[head] !== w[head + 2]) return false;
  const block = m.placeOf(w[head]);
  if (block < 0 || w[head + 1] !== w[head + 3] || w[block] !== head << 2 || w[block + 2] !== head << 2) return false;
  if (block === head) return true; // nobody waits
  const b = block << 2;
  const type = m.buffer[b + KWAIT_BLOCK.WaitType];
  if (type !== WaitAny || w[o + (STATE >> 2)] <= 0 || (w[o] & 0x7f) === ObjectType.Mutant) return false;
  const t = pointee(m, block + (KWAIT_BLOCK.Thread >> 2));
  const key = m.buffer[b + KWAIT_BLOCK.WaitKey] | (m.buffer[b + KWAIT_BLOCK.WaitKey + 1] << 8);
  unwaitAt(k, t, key | satisfyAt(k, o, t), increment, o);
  return true;
}

/** KeSetEvent. Returns the previous state. */
export function signalEvent(k: Kernel, event: Addr, increment = 0): number {
  checkInitialised(k, event);
  return signalChecked(k, event, increment);
}

/** The same for an event that was initialised. */
export function signalChecked(k: Kernel, event: Addr, increment: number): number {
  const m = k.mem;
  const o = m.wordAt(event);
  if (o >= 0) return signalAt(k, o, increment);
  const old = m.i32(event + STATE);
  m.setI32(event + STATE, 1);
  k.trace.note(KE_EVENT_SET, event, old);
  if (old === 0) waitTest(k, event, increment);
  return old;
}

/** The same by place (fields.ts). */
export function signalAt(k: Kernel, o: number, increment: number): number {
  const old = k.mem.words[o + (STATE >> 2)];
  setSignalState(k, o, 1);
  noteSet(k, o, old);
  if (old === 0 && (k.hooks.races !== undefined || !alone(k, o, increment))) waitTest(k, addressAt(o), increment);
  return old;
}

function noteSet(k: Kernel, o: number, old: number): void {
  const { trace } = k;
  const p = old < 0 ? -1 : trace.reserve(KE_EVENT_SET);
  if (p < 0) return trace.note(KE_EVENT_SET, addressAt(o), old);
  trace.words[p] = addressWord(o << 2);
  trace.words[p + 1] = old;
}

/** Makes a process, thread or other stay-signalled object signalled and releases everybody. */
export function signalObject(k: Kernel, object: Addr, increment = 0): void {
  k.mem.setI32(object + STATE, 1);
  waitTest(k, object, increment);
}

/** Writes a dispatcher header. Size in ULONGs. */
export function initHeader(k: Kernel, object: Addr, type: number, size: number, state: number): void {
  const m = k.mem;
  m.setU32(object, type | ((size >> 2) << 16));
  m.setI32(object + STATE, state);
  m.setPtr(object + WAIT_LIST, object + WAIT_LIST);
  m.setPtr(object + WAIT_LIST + 8, object + WAIT_LIST);
}
