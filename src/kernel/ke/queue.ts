// Queues that threads serve (KQUEUE) and queues that a device serves (KDEVICE_QUEUE) (reference: scheduler.md §8).
// KQUEUE: SignalState counts the entries. A thread that has removed from a queue serves it (KTHREAD.Queue) and counts in CurrentCount while it does not wait,
// whatever for; an entry goes to a waiting server only while CurrentCount is below MaximumCount, to the one that came last, so that a warm stack serves again. When a
// server waits, the next one may run (`serverStops`). All of that happens where waits begin and end, in dispatcher.ts and wait.ts.
import type { Addr, Status } from '../../machine/abi.js';
import type { Frame } from '../../machine/routine.js';
import type { Kernel, KernelRoutine } from '../kernel.js';
import { DISPATCHER_HEADER, KDEVICE_QUEUE, KDEVICE_QUEUE_ENTRY, KQUEUE, KTHREAD, KWAIT_BLOCK } from '../layouts.gen.js';
import { entries, first, initListHead, insertBefore, insertHead, insertTail, isEmpty, remove } from '../rtl/list.js';
import { ObjectType, STATUS, WaitReason } from './constants.js';
import { checkInitialised, initHeader, releaseServer, serverStops, takeEntry, unwaitThread, WAIT_LIST } from './dispatcher.js';
import { probeObject } from './probe-object.js';
import { cpuCount } from './ready.js';
import { endWaitNext, mayTakeEntry } from './wait.js';

const STATE = DISPATCHER_HEADER.SignalState;
const LIST = KQUEUE.EntryListHead;
/** DISPATCHER_HEADER.Abandoned: run down (U: where Windows keeps it). */
const ABANDONED = 1;

function insert(k: Kernel, f: Frame, head: boolean): Status {
  const queue = f.ptr(0);
  probeObject(k, queue, KQUEUE.sizeof);
  checkInitialised(k, queue);
  k.mem.checked.setPtr(f.ptr(1), 0);
  const old = k.mem.i32(queue + STATE);
  if (head) insertHead(k.mem, queue + LIST, f.ptr(1));
  else insertTail(k.mem, queue + LIST, f.ptr(1));
  k.mem.setI32(queue + STATE, old + 1);
  k.hooks.races?.signalled(queue);
  releaseServer(k, queue, 0);
  return k.return(old);
}

/** The thread serves no queue any more. */
export function leaveQueue(k: Kernel, thread: Addr): void {
  const queue = k.mem.ptr(thread + KTHREAD.Queue);
  if (queue === 0) return;
  k.mem.setPtr(thread + KTHREAD.Queue, 0);
  remove(k.mem, thread + KTHREAD.QueueListEntry);
  serverStops(k, queue);
}

function serve(k: Kernel, thread: Addr, queue: Addr): void {
  const m = k.mem;
  if (m.ptr(thread + KTHREAD.Queue) === queue) return;
  leaveQueue(k, thread);
  m.setPtr(thread + KTHREAD.Queue, queue);
  insertTail(m, queue + KQUEUE.ThreadListHead, thread + KTHREAD.QueueListEntry);
  m.setU32(queue + KQUEUE.CurrentCount, m.u32(queue + KQUEUE.CurrentCount) + 1);
}

/** Takes an entry, or waits for one: `got` answers the result in both cases: the entry's address or a wait status, told apart by their sign. */
function removeEntry(k: Kernel, f: Frame, alertable: boolean, timeoutAt: Addr, got: (result: Addr) => Status): Status {
  const m = k.mem;
  const queue = f.ptr(0);
  if (f.pc === 1) return got(f.result);
  const later = endWaitNext(k, f, 2);
  if (later !== undefined) return later;
  probeObject(k, queue, KQUEUE.sizeof);
  checkInitialised(k, queue);
  if (m.u8(queue + ABANDONED)) return got(STATUS.ABANDONED);
  serve(k, k.currentThread(), queue);
  if (mayTakeEntry(k, queue)) {
    k.hooks.races?.satisfied(queue, k.currentThread());
    return got(takeEntry(k, queue));
  }
  const timeout = timeoutAt === 0 ? undefined : m.checked.i64(timeoutAt);
  return k.wait(f, 1, { object: queue, reason: WaitReason.WrQueue, mode: f.u8(1), alertable, timeout });
}

/** KeRemoveQueueEx: fills the caller's array with the entry and what else is there; the number of entries, or the status of a wait that ended otherwise. */
function removeEntries(k: Kernel, f: Frame): Status {
  const array = f.ptr(4);
  return removeEntry(k, f, f.bool(2), f.ptr(3), (result) => {
    if (result >= 0) return k.return(result);
    const m = k.mem;
    const most = f.u32(5);
    m.checked.bytes(array, 8 * most);
    let n = 0;
    for (let entry = result; ; entry = takeEntry(k, f.ptr(0))) {
      m.checked.setPtr(array + 8 * n++, entry);
      if (n >= most || m.i32(f.ptr(0) + STATE) <= 0) return k.return(n);
    }
  });
}

/** Nobody serves it any more; its waiters are told STATUS_ABANDONED. Returns the entries as a ring without head, NULL when there are none. */
function rundown(k: Kernel, queue: Addr): Status {
  const m = k.mem;
  probeObject(k, queue, KQUEUE.sizeof);
  m.setU8(queue + ABANDONED, 1);
  const head = queue + LIST;
  const entry = first(m, head);
  if (entry !== 0) {
    remove(m, head);
    initListHead(m, head);
    m.setI32(queue + STATE, 0);
  }
  for (const block of entries(m, queue + WAIT_LIST)) unwaitThread(k, m.ptr(block + KWAIT_BLOCK.Thread), STATUS.ABANDONED, 0, queue);
  for (const e of entries(m, queue + KQUEUE.ThreadListHead)) leaveQueue(k, e - KTHREAD.QueueListEntry);
  return k.return(entry);
}

const D = KDEVICE_QUEUE;
const E = KDEVICE_QUEUE_ENTRY;

/** False: the device was idle, it is busy with this entry now, which is not queued. */
function insertDevice(k: Kernel, f: Frame, key: number | undefined): Status {
  const m = k.mem;
  const queue = f.ptr(0);
  const entry = f.ptr(1);
  m.checked.bytes(queue, D.sizeof);
  if (key !== undefined) m.checked.setU32(entry + E.SortKey, key);
  if (!m.u8(queue + D.Busy)) {
    m.setU8(queue + D.Busy, 1);
    m.checked.setU8(entry + E.Inserted, 0);
    return k.return(0);
  }
  m.checked.setU8(entry + E.Inserted, 1);
  const head = queue + D.DeviceListHead;
  const after = key === undefined ? undefined : entries(m, head).find((e) => m.u32(e + E.SortKey) > key);
  insertBefore(m, after ?? head, entry + E.DeviceListEntry);
  return k.return(1);
}

function removeDevice(k: Kernel, f: Frame, key: number | undefined): Status {
  const m = k.mem;
  const queue = f.ptr(0);
  const head = queue + D.DeviceListHead;
  m.checked.bytes(queue, D.sizeof);
  if (isEmpty(m, head)) {
    m.setU8(queue + D.Busy, 0);
    return k.return(0);
  }
  const at = key === undefined ? undefined : entries(m, head).find((e) => m.u32(e + E.SortKey) >= key);
  const entry = at ?? first(m, head);
  remove(m, entry);
  m.setU8(entry + E.Inserted, 0);
  return k.return(entry);
}

export const routines: KernelRoutine[] = [
  {
    name: 'KeInitializeQueue',
    step(k, f) {
      k.mem.checked.fill(f.ptr(0), KQUEUE.sizeof);
      initHeader(k, f.ptr(0), ObjectType.Queue, KQUEUE.sizeof, 0);
      initListHead(k.mem, f.ptr(0) + LIST);
      initListHead(k.mem, f.ptr(0) + KQUEUE.ThreadListHead);
      k.mem.setU32(f.ptr(0) + KQUEUE.MaximumCount, f.u32(1) || cpuCount(k));
      return k.returnVoid();
    },
  },
  { name: 'KeInsertQueue', step: (k, f) => insert(k, f, false) },
  { name: 'KeInsertHeadQueue', step: (k, f) => insert(k, f, true) },
  { name: 'KeReadStateQueue', cost: 3, step: (k, f) => k.return(k.mem.checked.i32(f.ptr(0) + STATE)) },
  { name: 'KeRemoveQueue', step: (k, f) => removeEntry(k, f, false, f.ptr(2), (result) => k.return(result)) },
  { name: 'KeRemoveQueueEx', step: removeEntries },
  { name: 'KeRundownQueue', step: (k, f) => rundown(k, f.ptr(0)) },
  {
    name: 'KeInitializeDeviceQueue',
    step(k, f) {
      k.mem.checked.fill(f.ptr(0), D.sizeof);
      k.mem.setU16(f.ptr(0) + D.Type, 20);
      k.mem.setU16(f.ptr(0) + D.Size, D.sizeof);
      initListHead(k.mem, f.ptr(0) + D.DeviceListHead);
      return k.returnVoid();
    },
  },
  { name: 'KeInsertDeviceQueue', step: (k, f) => insertDevice(k, f, undefined) },
  { name: 'KeInsertByKeyDeviceQueue', step: (k, f) => insertDevice(k, f, f.u32(2)) },
  { name: 'KeRemoveDeviceQueue', step: (k, f) => removeDevice(k, f, undefined) },
  { name: 'KeRemoveByKeyDeviceQueue', step: (k, f) => removeDevice(k, f, f.u32(1)) },
  {
    name: 'KeRemoveByKeyDeviceQueueIfBusy',
    step: (k, f) => (k.mem.checked.u8(f.ptr(0) + D.Busy) ? removeDevice(k, f, f.u32(1)) : k.return(0)),
  },
  {
    name: 'KeRemoveEntryDeviceQueue',
    step(k, f) {
      const entry: Addr = f.ptr(1);
      if (!k.mem.checked.u8(entry + E.Inserted)) return k.return(0);
      remove(k.mem, entry + E.DeviceListEntry);
      k.mem.setU8(entry + E.Inserted, 0);
      return k.return(1);
    },
  },
];
