// Executive work items: queues by priority and the system worker threads that serve them (reference: scheduler.md §15, bugchecks.md §4).
// A worker waits on its queue's semaphore, dequeues (from then on the item is the driver's again), calls, and checks how the routine left the thread.
import type { Addr, Status } from '../../machine/abi.js';
import type { Frame } from '../../machine/routine.js';
import { KernelMode, PASSIVE_LEVEL, WaitReason } from '../ke/constants.js';
import { createCoreThread } from '../ke/core-thread.js';
import { hex } from '../ke/dispatcher.js';
import { setBasePriority } from '../ke/priority.js';
import { combinedApcDisable } from '../ke/region.js';
import { initializeSemaphore, releaseSemaphore } from '../ke/semaphore.js';
import type { Kernel, KernelRoutine } from '../kernel.js';
import { EX_WORK_QUEUE, KE_GLOBALS, KTHREAD, WORK_QUEUE_ITEM } from '../layouts.gen.js';
import { first, initListHead, insertTail, isEmpty, remove } from '../rtl/list.js';

const Q = EX_WORK_QUEUE;
/** WORK_QUEUE_TYPE 0..6 -> thread priority. */
const PRIORITY_OF_TYPE = [13, 12, 15, 8, 7, 18, 14];
const CUSTOM_PRIORITY = 32;
/** Workers made at boot by queue priority; other queues get their first when they are first used. */
const INITIAL: readonly (readonly [number, number])[] = [
  [12, 2],
  [13, 2],
];
const MAX_WORKERS = 16;

const queueAt = (k: Kernel, priority: number): Addr => k.globals.KE + KE_GLOBALS.WorkQueue + priority * Q.sizeof;

export function initializeWorkQueues(k: Kernel): void {
  for (let p = 0; p < 32; p++) {
    const q = queueAt(k, p);
    initListHead(k.mem, q + Q.EntryListHead);
    initializeSemaphore(k, q + Q.Semaphore, 0, 0x7fffffff);
    k.mem.setU32(q + Q.Priority, p);
    k.mem.setU32(q + Q.MaximumThreads, MAX_WORKERS);
  }
}

/** The system process must exist. */
export function startWorkers(k: Kernel): void {
  for (const [priority, count] of INITIAL) for (let i = 0; i < count; i++) createWorker(k, priority);
}

function createWorker(k: Kernel, priority: number): boolean {
  const q = queueAt(k, priority);
  if (createCoreThread(k, { start: 'ExpWorkerThread', context: q, priority }) === 0) return false;
  k.mem.setU32(q + Q.ThreadCount, k.mem.u32(q + Q.ThreadCount) + 1);
  return true;
}

/** Once a second: a queue with items and no progress since the last look gets one more worker. */
export function balanceWorkers(k: Kernel): void {
  const m = k.mem;
  for (let p = 0; p < 32; p++) {
    const q = queueAt(k, p);
    const done = m.u32(q + Q.ItemsProcessed);
    const stuck = !isEmpty(m, q + Q.EntryListHead) && done === m.u32(q + Q.LastProcessed);
    m.setU32(q + Q.LastProcessed, done);
    if (stuck && m.u32(q + Q.ThreadCount) < m.u32(q + Q.MaximumThreads)) createWorker(k, p);
  }
}

/** ExQueueWorkItem. Undefined, or the bug check it raised. */
export function queueWorkItem(k: Kernel, item: Addr, type: number): Status | undefined {
  const m = k.mem;
  m.checked.bytes(item, WORK_QUEUE_ITEM.sizeof);
  const priority = type >= CUSTOM_PRIORITY && type < CUSTOM_PRIORITY + 32 ? type - CUSTOM_PRIORITY : PRIORITY_OF_TYPE[type];
  if (priority === undefined || priority < 1)
    return k.bugCheck(0xe4, 6, item, type, 0, `work item ${hex(item)} queued to the invalid queue type ${type}`);
  const routine = m.ptr(item + WORK_QUEUE_ITEM.WorkerRoutine);
  if (routine >= 0)
    return k.bugCheck(0xe4, 7, item, type, 0, `work item ${hex(item)} has the invalid worker routine ${hex(routine)}: initialise it first`);
  if (m.ptr(item + WORK_QUEUE_ITEM.List) !== 0) {
    return k.bugCheck(0xe4, 1, item, type, 0, `work item ${hex(item)} is queued while it is queued already (or was not initialised)`);
  }
  const q = queueAt(k, priority);
  insertTail(m, q + Q.EntryListHead, item + WORK_QUEUE_ITEM.List);
  m.setU32(q + Q.Depth, m.u32(q + Q.Depth) + 1);
  k.event('ex.work.queue', { item, routine, parameter: m.ptr(item + WORK_QUEUE_ITEM.Parameter), priority });
  releaseSemaphore(k, q + Q.Semaphore, 1, 0);
  if (m.u32(q + Q.ThreadCount) === 0) createWorker(k, priority);
  return undefined;
}

const ITEM = 0;
const ROUTINE = 1;
const PARAMETER = 2;

function worker(k: Kernel, f: Frame): Status {
  const m = k.mem;
  const q = f.ptr(0);
  const thread = k.currentThread();
  if (f.pc === 2) {
    const bad = checkAfter(k, f, thread);
    if (bad !== undefined) return bad;
    m.setPtr(thread + KTHREAD.ActiveWorker, 0);
    m.setU32(q + Q.ItemsProcessed, m.u32(q + Q.ItemsProcessed) + 1);
    if (m.i8(thread + KTHREAD.BasePriority) !== m.u32(q + Q.Priority)) setBasePriority(k, thread, m.u32(q + Q.Priority));
    f.pc = 0;
  }
  if (f.pc === 0) return k.wait(f, 1, { object: q + Q.Semaphore, reason: WaitReason.WrQueue, mode: KernelMode });
  const entry = first(m, q + Q.EntryListHead);
  if (entry === 0) {
    f.pc = 0;
    return worker(k, f);
  }
  const item = entry - WORK_QUEUE_ITEM.List;
  if (!m.allowed(item, WORK_QUEUE_ITEM.sizeof, true)) {
    return k.bugCheck(
      0xe4,
      0,
      item,
      item,
      item + WORK_QUEUE_ITEM.sizeof,
      `the work item at ${hex(item)} was freed (or unloaded) while it was queued`,
    );
  }
  remove(m, entry);
  m.setU32(q + Q.Depth, m.u32(q + Q.Depth) - 1);
  m.setPtr(entry, 0);
  f.set(ITEM, item);
  f.set(ROUTINE, m.ptr(item + WORK_QUEUE_ITEM.WorkerRoutine));
  f.set(PARAMETER, m.ptr(item + WORK_QUEUE_ITEM.Parameter));
  m.setPtr(thread + KTHREAD.ActiveWorker, f.get(ROUTINE));
  k.event('ex.work.start', { item, routine: f.get(ROUTINE) });
  return k.call(f, 2, f.get(ROUTINE), [f.get(PARAMETER)]);
}

function checkAfter(k: Kernel, f: Frame, thread: Addr): Status | undefined {
  const routine = f.get(ROUTINE);
  const name = k.functionAtText(routine);
  k.event('ex.work.end', { item: f.get(ITEM), routine });
  k.hooks.verifier?.workItemDone(k, f.get(ITEM));
  if (k.irql !== PASSIVE_LEVEL) {
    return k.bugCheck(
      0xe1,
      routine,
      k.irql,
      f.get(PARAMETER),
      f.get(ITEM),
      `the work routine ${name} returned at IRQL ${k.irql} (spin lock or fast mutex not released)`,
    );
  }
  if (k.hooks.attachedSilo?.(k, thread))
    return k.bugCheck(
      0x19a,
      routine,
      f.get(PARAMETER),
      f.get(ITEM),
      0,
      `the work routine ${name} returned while attached to a silo (PsDetachSiloFromCurrentThread is missing)`,
    );
  if (first(k.mem, thread + KTHREAD.MutantListHead) !== 0)
    return k.bugCheck(0x39, routine, f.get(PARAMETER), f.get(ITEM), 0, `the work routine ${name} returned while it owned a mutex`);
  const disable = combinedApcDisable(k, thread);
  const attached = k.mem.ptr(thread + KTHREAD.ApcState + 0x20) !== k.mem.ptr(thread + KTHREAD.Process);
  if (disable !== 0 || attached) {
    const what = attached ? 'while attached to another process' : 'inside a critical or guarded region';
    return k.bugCheck(0x1, routine, k.mem.u8(thread + KTHREAD.ApcStateIndex), disable, 1, `the work routine ${name} returned ${what}`);
  }
  if (k.mem.u32(thread + KTHREAD.HeldResources) !== 0) {
    k.finding('work-item-holds-resource', `the work routine ${name} returned while the worker thread holds an ERESOURCE`);
  }
  return undefined;
}

export const routines: KernelRoutine[] = [
  { name: 'ExpWorkerThread', locals: 3, step: worker },
  { name: 'ExQueueWorkItem', step: (k, f) => queueWorkItem(k, f.ptr(0), f.u32(1)) ?? k.returnVoid() },
];
