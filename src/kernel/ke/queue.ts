// Queues that threads serve (KQUEUE) and queues that a device serves (KDEVICE_QUEUE) (reference: scheduler.md §8).
// KQUEUE: SignalState counts entries that no satisfied waiter has been promised yet. The limit of concurrently running threads is kept but not enforced (U).
import type { Addr, Status } from '../../machine/abi.js';
import type { Frame } from '../../machine/routine.js';
import type { Kernel, KernelRoutine } from '../kernel.js';
import { DISPATCHER_HEADER, KDEVICE_QUEUE, KDEVICE_QUEUE_ENTRY, KQUEUE } from '../layouts.gen.js';
import { entries, first, initListHead, insertBefore, insertHead, insertTail, isEmpty, remove, removeHead } from '../rtl/list.js';
import { ObjectType, STATUS, WaitReason } from './constants.js';
import { initHeader, waitTest } from './dispatcher.js';
import { probeObject } from './probe-object.js';
import { cpuCount } from './ready.js';

const STATE = DISPATCHER_HEADER.SignalState;
const LIST = KQUEUE.EntryListHead;

function insert(k: Kernel, f: Frame, head: boolean): Status {
  const queue = f.ptr(0);
  probeObject(k, queue, KQUEUE.sizeof);
  k.mem.checked.setPtr(f.ptr(1), 0);
  const old = k.mem.i32(queue + STATE);
  if (head) insertHead(k.mem, queue + LIST, f.ptr(1));
  else insertTail(k.mem, queue + LIST, f.ptr(1));
  k.mem.setI32(queue + STATE, old + 1);
  waitTest(k, queue, 1);
  return k.return(old);
}

/** The entry, or the wait status in place of a pointer when the wait ended otherwise. */
function removeEntry(k: Kernel, f: Frame): Status {
  const m = k.mem;
  const queue = f.ptr(0);
  if (f.pc === 1) return f.result === STATUS.SUCCESS ? k.return(removeHead(m, queue + LIST)) : k.return(f.result);
  probeObject(k, queue, KQUEUE.sizeof);
  const timeout = f.ptr(2) === 0 ? undefined : m.checked.i64(f.ptr(2));
  return k.wait(f, 1, { object: queue, reason: WaitReason.WrQueue, mode: f.u8(1), timeout });
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
  { name: 'KeRemoveQueue', step: removeEntry },
  {
    // the remaining entries as a ring without head, NULL when there are none
    name: 'KeRundownQueue',
    step(k, f) {
      const head = f.ptr(0) + LIST;
      const entry = first(k.mem, head);
      if (entry === 0) return k.return(0);
      remove(k.mem, head);
      initListHead(k.mem, head);
      k.mem.setI32(f.ptr(0) + STATE, 0);
      return k.return(entry);
    },
  },
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
