// Generic work items of minifilters: an executive work item that calls Routine(FltWorkItem, FltObject, Context). The filter stays from queueing until the routine has
// returned: FltUnregisterFilter waits for it, and from then on nothing can be queued for it any more.
import type { Addr, Status } from '../../machine/abi.js';
import type { Frame } from '../../machine/routine.js';
import { hex } from '../ke/dispatcher.js';
import type { Kernel, KernelRoutine } from '../kernel.js';
import { FLTP_FILTER, KTHREAD, FLT_GENERIC_WORKITEM as W, WORK_QUEUE_ITEM } from '../layouts.gen.js';
import { NT } from '../ob/status.js';
import { isFilter } from './filter.js';

const SIGNATURE = 0x6957466c; // 'lFWi'
/** It belongs to the driver: one that is never freed is found as a leak. */
export const WORK_ITEM_TAG = 'FMwi';

/** Undefined when it is a work item of FltAllocateGenericWorkItem that nobody waits to run; else the bug check. A freed one faults when it is read. */
function refuse(k: Kernel, name: string, item: Addr, whenQueued: number, type: number): Status | undefined {
  if (k.mem.checked.u32(item + W.Signature) !== SIGNATURE)
    return k.bugCheck(0xe4, 3, item, 0, 0, `${name}: ${hex(item)} is no work item of FltAllocateGenericWorkItem`);
  if (k.mem.u32(item + W.Queued) === 0) return undefined;
  const routine = k.mem.ptr(item + W.Routine);
  const text = `${name} of a work item that is still queued (${k.functionAtText(routine)}): wait until its routine has run`;
  return k.bugCheck(0xe4, whenQueued, item, whenQueued === 1 ? type : routine, 0, text);
}

/** (FltWorkItem, FltObject, WorkerRoutine, QueueType, Context). Filters are the only objects here: there are no instances. */
function queue(k: Kernel, f: Frame): Status {
  if (f.pc === 1) return k.return(NT.SUCCESS);
  const m = k.mem;
  const [item, filter, routine, type] = [f.ptr(0), f.ptr(1), f.ptr(2), f.u32(3)];
  const bad = refuse(k, 'FltQueueGenericWorkItem', item, 1, type);
  if (bad !== undefined) return bad;
  if (!isFilter(k, filter, 'FltQueueGenericWorkItem')) return k.return(NT.INVALID_PARAMETER);
  if (m.u32(filter + FLTP_FILTER.Deleting) !== 0) return k.return(NT.FLT_DELETING_OBJECT);
  if (routine >= 0) return k.bugCheck(0xe4, 7, item, type, 0, `FltQueueGenericWorkItem with the invalid worker routine ${hex(routine)}`);
  m.setPtr(item + W.Routine, routine);
  m.setPtr(item + W.Object, filter);
  m.setI64(item + W.Context, f.i64(4));
  m.setU32(item + W.Queued, 1);
  m.setI32(filter + FLTP_FILTER.WorkItems, m.i32(filter + FLTP_FILTER.WorkItems) + 1);
  k.event('io.work-item.queue', { item, routine, context: f.ptr(4) });
  return k.call(f, 1, 'ExQueueWorkItem', [item + W.Item, type]);
}

/** (FLT_GENERIC_WORKITEM *): runs in a worker thread. Its routine may free the item or queue it again. Slot 0: the filter. */
function run(k: Kernel, f: Frame): Status {
  const m = k.mem;
  const item = f.ptr(0);
  if (f.pc === 0) {
    const [routine, filter, context] = [m.ptr(item + W.Routine), m.ptr(item + W.Object), m.i64(item + W.Context)];
    f.set(0, filter);
    m.setU32(item + W.Queued, 0);
    m.setPtr(k.currentThread() + KTHREAD.ActiveWorker, routine);
    k.event('io.work-item', { item, routine });
    return k.call(f, 1, routine, [item, filter, context]);
  }
  const filter = f.get(0);
  const left = m.i32(filter + FLTP_FILTER.WorkItems) - 1;
  m.setI32(filter + FLTP_FILTER.WorkItems, left);
  k.event('io.work-item-return', { item });
  if (left === 0 && m.u32(filter + FLTP_FILTER.Deleting) !== 0) k.signalEvent(filter + FLTP_FILTER.Drained, 0);
  return k.returnVoid();
}

export const routines: KernelRoutine[] = [
  {
    name: 'FltAllocateGenericWorkItem',
    cost: 15,
    step(k) {
      const item = k.pool.allocate('nonpaged', W.sizeof, WORK_ITEM_TAG);
      if (item === 0) return k.return(0);
      k.mem.fill(item, W.sizeof);
      k.mem.setU32(item + W.Signature, SIGNATURE);
      k.mem.setPtr(item + W.Item + WORK_QUEUE_ITEM.WorkerRoutine, k.addressOf('FltpProcessGenericWorkItem'));
      k.mem.setPtr(item + W.Item + WORK_QUEUE_ITEM.Parameter, item);
      return k.return(item);
    },
  },
  {
    // (FltWorkItem)
    name: 'FltFreeGenericWorkItem',
    cost: 10,
    step(k, f) {
      const bad = refuse(k, 'FltFreeGenericWorkItem', f.ptr(0), 2, 0);
      if (bad !== undefined) return bad;
      k.mem.setU32(f.ptr(0) + W.Signature, 0);
      k.pool.free(f.ptr(0));
      return k.returnVoid();
    },
  },
  { name: 'FltQueueGenericWorkItem', cost: 15, step: queue },
  { name: 'FltpProcessGenericWorkItem', locals: 1, step: run },
];
