// Executive work items: queues by priority and the system worker threads that serve them (reference: scheduler.md §15, bugchecks.md §4).
// A worker waits on its queue's semaphore, dequeues (from then on the item is the driver's again), calls, and checks how the routine left the thread.
import { type Addr, KERNEL_BASE, MAP, type Status } from '../../machine/abi.js';
import type { Frame } from '../../machine/routine.js';
import { KernelMode, PASSIVE_LEVEL, WaitReason } from '../ke/constants.js';
import { createCoreThread } from '../ke/core-thread.js';
import { hex } from '../ke/dispatcher.js';
import { setBasePriority } from '../ke/priority.js';
import { combinedApcDisable } from '../ke/region.js';
import { initializeSemaphore, releaseSemaphore } from '../ke/semaphore.js';
import type { Kernel, KernelRoutine } from '../kernel.js';
import { EX_WORK_QUEUE, KAPC_STATE, KE_GLOBALS, KTHREAD, WORK_QUEUE_ITEM } from '../layouts.gen.js';
import { first, initListHead, insertTail, remove } from '../rtl/list.js';

const Q = EX_WORK_QUEUE;
/** WORK_QUEUE_TYPE 0..6 -> thread priority. */
const PRIORITY_OF_TYPE = [13, 12, 15, 8, 7, 18, 14];
const CUSTOM_PRIORITY = 32;
/** Workers made at boot by queue priority; other queues get their first when they are first used. */
const INITIAL: readonly (readonly [number, number])[] = [
  [12, 2],
  [13, 2],
];
/** Workers of one queue at most; only the first few with choice `worker-threads` 16. */
const MAX_WORKERS = 4096;
const FEW_WORKERS = 16;

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

/** A queue with items and no progress since the last look, which may get one more worker. */
function mayGrow(k: Kernel, q: Addr): boolean {
  if (k.mem.u32(q + Q.Depth) === 0 || k.mem.u32(q + Q.ItemsProcessed) !== k.mem.u32(q + Q.LastProcessed)) return false;
  const count = k.mem.u32(q + Q.ThreadCount);
  return count < FEW_WORKERS || (count < k.mem.u32(q + Q.MaximumThreads) && k.choice('worker-threads') === '4096');
}

/** Once a second: so work items that wait for work items behind them in their queue go on after a while, one thread a second. */
export function balanceWorkers(k: Kernel): void {
  for (let p = 0; p < 32; p++) {
    const q = queueAt(k, p);
    const grow = mayGrow(k, q);
    k.mem.setU32(q + Q.LastProcessed, k.mem.u32(q + Q.ItemsProcessed));
    if (grow) createWorker(k, p);
  }
}

/** Will the balance manager do something although nothing runs and no timer is set? */
export function balanceDue(k: Kernel): boolean {
  for (let p = 0; p < 32; p++) {
    const q = queueAt(k, p);
    if (k.mem.u32(q + Q.Depth) === 0) continue;
    if (k.mem.u32(q + Q.ItemsProcessed) !== k.mem.u32(q + Q.LastProcessed) || mayGrow(k, q)) return true;
  }
  return false;
}

/** A queued work item inside [address, address + size), or 0: pool that is freed must not hold one. */
export function queuedWorkItemIn(k: Kernel, address: Addr, size: number): Addr {
  for (let p = 0; p < 32; p++) {
    const q = queueAt(k, p);
    if (k.mem.u32(q + Q.Depth) === 0) continue;
    const head = q + Q.EntryListHead;
    let e = k.mem.ptr(head);
    // an item that was initialised again has a zero link: the list ends there
    for (let n = 0; e !== head && e !== 0 && n < 10_000; e = k.mem.ptr(e), n++) {
      if (e >= address && e < address + size) return e - WORK_QUEUE_ITEM.List;
    }
  }
  return 0;
}

const onStack = (address: Addr): boolean => address - KERNEL_BASE >= MAP.stacks.start && address - KERNEL_BASE < MAP.stacks.end;

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
  // an item that was initialised again while it is queued says that it is free, but it still is in the list
  if (m.ptr(item + WORK_QUEUE_ITEM.List) !== 0 || queuedWorkItemIn(k, item, WORK_QUEUE_ITEM.sizeof) !== 0) {
    const stack = onStack(item) ? '; it lies on a kernel stack, where it is gone when its function returns: put it into pool' : '';
    return k.bugCheck(
      0xe4,
      1,
      item,
      type,
      0,
      `work item ${hex(item)} is queued while it is queued already (or was not initialised)${stack}`,
    );
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
    const priority = m.u32(q + Q.Priority);
    const changed = m.i8(thread + KTHREAD.Priority) !== priority && m.i8(thread + KTHREAD.PriorityDecrement) === 0; // by the routine, not by a boost
    if (changed || m.i8(thread + KTHREAD.BasePriority) !== priority) setBasePriority(k, thread, priority);
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
  const routine = m.ptr(item + WORK_QUEUE_ITEM.WorkerRoutine);
  if (m.ptr(entry) === 0) {
    const text = `the work item at ${hex(item)} was initialised again (or overwritten) while it was queued: its link is zero`;
    return k.bugCheck(0x96, entry, q, queueAt(k, 0), routine, text);
  }
  remove(m, entry);
  m.setU32(q + Q.Depth, m.u32(q + Q.Depth) - 1);
  m.setPtr(entry, 0);
  f.set(ITEM, item);
  f.set(ROUTINE, routine);
  f.set(PARAMETER, m.ptr(item + WORK_QUEUE_ITEM.Parameter));
  m.setPtr(thread + KTHREAD.ActiveWorker, f.get(ROUTINE));
  k.event('ex.work.start', { item, routine: f.get(ROUTINE) });
  return k.call(f, 2, f.get(ROUTINE), [f.get(PARAMETER)]);
}

function checkAfter(k: Kernel, f: Frame, thread: Addr): Status | undefined {
  const routine = f.get(ROUTINE);
  // the driver's own routine where an I/O work item stands between
  const name = k.functionAtText(k.mem.ptr(thread + KTHREAD.ActiveWorker));
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
  const attached = k.mem.ptr(thread + KTHREAD.ApcState + KAPC_STATE.Process) !== k.mem.ptr(thread + KTHREAD.Process);
  if (disable !== 0 || attached) {
    const what = attached ? 'while attached to another process' : 'inside a critical or guarded region';
    return k.bugCheck(0x1, routine, k.mem.u8(thread + KTHREAD.ApcStateIndex), disable, 1, `the work routine ${name} returned ${what}`);
  }
  const bad = k.hooks.workerReturned?.(k, { thread, routine, parameter: f.get(PARAMETER), item: f.get(ITEM), name });
  if (bad !== undefined) return bad;
  if (k.mem.u32(thread + KTHREAD.HeldResources) !== 0) {
    k.finding('work-item-holds-resource', `the work routine ${name} returned while the worker thread holds an ERESOURCE`);
  }
  return undefined;
}

export const routines: KernelRoutine[] = [
  { name: 'ExpWorkerThread', locals: 3, step: worker },
  { name: 'ExQueueWorkItem', step: (k, f) => queueWorkItem(k, f.ptr(0), f.u32(1)) ?? k.returnVoid() },
];
