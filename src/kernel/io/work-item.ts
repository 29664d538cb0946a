// I/O work items: the object (device or driver) stays referenced from queueing until the routine has returned, so that its driver cannot unload meanwhile.
import type { Addr, Status } from '../../machine/abi.js';
import { hex } from '../ke/dispatcher.js';
import type { Kernel, KernelRoutine } from '../kernel.js';
import { DEVICE_OBJECT, IO_GLOBALS, IO_WORKITEM, IOP_DRIVER, KTHREAD, WORK_QUEUE_ITEM } from '../layouts.gen.js';
import { isType, referenceObject } from '../ob/object.js';
import { ObType } from '../ob/types.js';
import { entries, insertTail, remove } from '../rtl/list.js';

const PLAIN = 0;
const EX = 1;

function initialize(k: Kernel, item: Addr, object: Addr): void {
  k.mem.fill(item, IO_WORKITEM.sizeof);
  k.mem.setPtr(item + IO_WORKITEM.IoObject, object);
  k.mem.setPtr(item + IO_WORKITEM.Item + WORK_QUEUE_ITEM.WorkerRoutine, k.addressOf('IopProcessWorkItem'));
  k.mem.setPtr(item + IO_WORKITEM.Item + WORK_QUEUE_ITEM.Parameter, item);
  insertTail(k.mem, k.globals.IO + IO_GLOBALS.WorkItems, item + IO_WORKITEM.Link);
}

/** Work items that exist, queued or not. */
export const workItems = (k: Kernel): Addr[] => entries(k.mem, k.globals.IO + IO_GLOBALS.WorkItems).map((e) => e - IO_WORKITEM.Link);

/** Driver object of a device or driver object. */
export const driverOf = (k: Kernel, object: Addr): Addr =>
  isType(k, object, ObType.Device) ? k.mem.ptr(object + DEVICE_OBJECT.DriverObject) : object;

function countOutstanding(k: Kernel, object: Addr, delta: number): void {
  const at = driverOf(k, object) + IOP_DRIVER.OutstandingWorkItems;
  k.mem.setI32(at, k.mem.i32(at) + delta);
}

/** The object is a device or a driver; anything else is a bug check, undefined when it is fine. */
function refuseObject(k: Kernel, name: string, item: Addr, object: Addr): Status | undefined {
  k.mem.checked.u16(object);
  if (isType(k, object, ObType.Device) || isType(k, object, ObType.Driver)) return undefined;
  return k.bugCheck(0xe4, 3, item, object, 0, `${name}: ${hex(object)} is no device object and no driver object`);
}

/** A work item that is given back while it is queued. */
function refuseQueued(k: Kernel, name: string, item: Addr): Status | undefined {
  if (k.mem.checked.u32(item + IO_WORKITEM.Queued) === 0) return undefined;
  const routine = k.mem.ptr(item + IO_WORKITEM.Routine);
  const text = `${name} of a work item that is still queued (${k.functionAtText(routine)}): wait until its routine has run, or free it there`;
  return k.bugCheck(0xe4, 2, item, routine, 0, text);
}

/** (IoWorkItem, WorkerRoutine, QueueType, Context) */
function queue(name: string, type: number, test = false): KernelRoutine {
  return {
    name,
    cost: 15,
    step(k, f) {
      if (f.pc === 1) return k.return(1);
      const m = k.mem;
      const item = f.ptr(0);
      const routine = f.ptr(1);
      const object = m.checked.ptr(item + IO_WORKITEM.IoObject);
      if (m.u32(item + IO_WORKITEM.Queued) !== 0) {
        if (test) return k.return(0);
        return k.bugCheck(0xe4, 1, item, f.u32(2), 0, `${name} for a work item that is queued already: its first call has not run yet`);
      }
      if (routine >= 0) return k.bugCheck(0xe4, 7, item, f.u32(2), 0, `${name} with the invalid worker routine ${hex(routine)}`);
      m.setPtr(item + IO_WORKITEM.Routine, routine);
      m.setPtr(item + IO_WORKITEM.Context, f.ptr(3));
      m.setU32(item + IO_WORKITEM.Type, type);
      m.setU32(item + IO_WORKITEM.Queued, 1);
      referenceObject(k, object);
      countOutstanding(k, object, 1);
      k.event('io.work-item.queue', { item, routine, context: f.ptr(3) });
      return k.call(f, 1, 'ExQueueWorkItem', [item + IO_WORKITEM.Item, f.u32(2)]);
    },
  };
}

export const routines: KernelRoutine[] = [
  {
    // (DeviceObject)
    name: 'IoAllocateWorkItem',
    cost: 15,
    step(k, f) {
      const item = k.pool.allocate('nonpaged', IO_WORKITEM.sizeof, 'IoWI');
      if (item === 0) return k.return(0);
      const bad = refuseObject(k, 'IoAllocateWorkItem', item, f.ptr(0));
      if (bad !== undefined) return bad;
      initialize(k, item, f.ptr(0));
      return k.return(item);
    },
  },
  { name: 'IoSizeofWorkItem', cost: 1, step: (k) => k.return(IO_WORKITEM.sizeof) },
  {
    // (IoObject, IoWorkItem): memory of the caller
    name: 'IoInitializeWorkItem',
    cost: 10,
    step(k, f) {
      k.mem.checked.fill(f.ptr(1), IO_WORKITEM.sizeof);
      const bad = refuseObject(k, 'IoInitializeWorkItem', f.ptr(1), f.ptr(0));
      if (bad !== undefined) return bad;
      initialize(k, f.ptr(1), f.ptr(0));
      return k.returnVoid();
    },
  },
  {
    name: 'IoUninitializeWorkItem',
    cost: 5,
    step(k, f) {
      const bad = refuseQueued(k, 'IoUninitializeWorkItem', f.ptr(0));
      if (bad !== undefined) return bad;
      remove(k.mem, f.ptr(0) + IO_WORKITEM.Link);
      return k.returnVoid();
    },
  },
  {
    name: 'IoFreeWorkItem',
    cost: 10,
    step(k, f) {
      const item = f.ptr(0);
      const bad = refuseQueued(k, 'IoFreeWorkItem', item);
      if (bad !== undefined) return bad;
      remove(k.mem, item + IO_WORKITEM.Link);
      k.pool.free(item);
      return k.returnVoid();
    },
  },
  queue('IoQueueWorkItem', PLAIN),
  queue('IoQueueWorkItemEx', EX),
  queue('IoTryQueueWorkItem', EX, true), // FALSE: it is queued
  {
    // (IO_WORKITEM *): runs in a worker thread. The item may be freed or queued again by its routine.
    name: 'IopProcessWorkItem',
    locals: 1,
    step(k, f) {
      const m = k.mem;
      const item = f.ptr(0);
      if (f.pc === 0) {
        const object = m.ptr(item + IO_WORKITEM.IoObject);
        const routine = m.ptr(item + IO_WORKITEM.Routine);
        const context = m.ptr(item + IO_WORKITEM.Context);
        f.set(0, object);
        m.setU32(item + IO_WORKITEM.Queued, 0);
        m.setPtr(k.currentThread() + KTHREAD.ActiveWorker, routine);
        k.event('io.work-item', { item, routine });
        return k.call(f, 1, routine, m.u32(item + IO_WORKITEM.Type) === EX ? [object, context, item] : [object, context]);
      }
      if (f.pc === 1) {
        k.event('io.work-item-return', { item });
        countOutstanding(k, f.get(0), -1);
        return k.call(f, 2, 'ObfDereferenceObject', [f.get(0)]);
      }
      return k.returnVoid();
    },
  },
];
