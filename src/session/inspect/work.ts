// Work queues: the items that wait in each, and the worker threads with the routine that each is running.
import { EX_WORK_QUEUE, IO_WORKITEM, KE_GLOBALS, KTHREAD, WORK_QUEUE_ITEM } from '../../kernel/layouts.gen.js';
import type { Addr } from '../../machine/abi.js';
import { allThreads } from './all-threads.js';
import type { MachineView } from './machine-view.js';
import { type Children, childId, emptyNode, type Node, problemNode } from './node.js';
import { address, type ListWalk } from './reader.js';
import { threadNode } from './threads.js';

const QUEUES = 32;
/** WORK_QUEUE_TYPE by the priority of the queue's threads. */
const TYPES: Record<number, string> = {
  7: 'BackgroundWorkQueue',
  8: 'NormalWorkQueue',
  12: 'DelayedWorkQueue',
  13: 'CriticalWorkQueue',
  14: 'SuperCriticalWorkQueue',
  15: 'HyperCriticalWorkQueue',
  18: 'RealTimeWorkQueue',
};

export interface WorkItem {
  readonly item: Addr;
  /** The driver's routine, also of an I/O work item. */
  readonly routine: Addr;
  readonly context: Addr;
}
export interface WorkQueue {
  readonly address: Addr;
  readonly priority: number;
  readonly name: string;
  readonly pending: readonly WorkItem[];
  readonly problem?: string;
  readonly workers: readonly Addr[];
  readonly processed: number;
}

const queueAt = (v: MachineView, priority: number): Addr => v.kernel.globals.KE + KE_GLOBALS.WorkQueue + priority * EX_WORK_QUEUE.sizeof;

/** Queues that have items or threads. */
export function workQueues(v: MachineView): WorkQueue[] {
  const { mem } = v;
  const threads = allThreads(v).entries;
  const out: WorkQueue[] = [];
  for (let priority = QUEUES - 1; priority >= 0; priority--) {
    const q = queueAt(v, priority);
    if (mem.ptr(q + EX_WORK_QUEUE.EntryListHead) === 0) continue; // before the queues are initialised
    const walk: ListWalk = mem.list(q + EX_WORK_QUEUE.EntryListHead);
    const workers = threads.filter((t) => mem.ptr(t + KTHREAD.StartContext) === q && isWorker(v, t));
    if (walk.entries.length + workers.length === 0 && !walk.problem) continue;
    out.push({
      address: q,
      priority,
      name: TYPES[priority] ?? `work queue of priority ${priority}`,
      pending: walk.entries.map((e) => workItem(v, e - WORK_QUEUE_ITEM.List)),
      ...(walk.problem ? { problem: walk.problem } : {}),
      workers,
      processed: mem.u32(q + EX_WORK_QUEUE.ItemsProcessed),
    });
  }
  return out;
}

const isWorker = (v: MachineView, t: Addr): boolean => v.mem.ptr(t + KTHREAD.StartRoutine) === v.kernel.addressOf('ExpWorkerThread');

/** IO_WORKITEM begins with its WORK_QUEUE_ITEM, whose routine is the I/O manager's. */
function workItem(v: MachineView, item: Addr): WorkItem {
  const routine = v.mem.ptr(item + WORK_QUEUE_ITEM.WorkerRoutine);
  if (routine === v.kernel.addressOf('IopProcessWorkItem'))
    return { item, routine: v.mem.ptr(item + IO_WORKITEM.Routine), context: v.mem.ptr(item + IO_WORKITEM.Context) };
  return { item, routine, context: v.mem.ptr(item + WORK_QUEUE_ITEM.Parameter) };
}

/** What a worker is running now: the outermost driver function on its stack; 0 when it has nothing to do. */
export function runningRoutine(v: MachineView, worker: Addr): Addr {
  const active = v.mem.ptr(worker + KTHREAD.ActiveWorker);
  if (active === 0) return 0;
  const driver = v.stack(worker).filter((f) => f.info && f.mode === 'kernel' && v.target.imageOf(f.info));
  return driver.length ? v.frameAddress(driver[driver.length - 1]) : active;
}

export const workChildren: Children<MachineView> = (v, id) => {
  const out = workQueues(v).map((q): Node => {
    const running = q.workers.filter((w) => v.mem.ptr(w + KTHREAD.ActiveWorker) !== 0).length;
    return {
      id: childId(id, 'queue', q.priority),
      label: q.name,
      description:
        q.problem ?? `${q.pending.length} queued, ${running} running, ${q.workers.length} worker${q.workers.length === 1 ? '' : 's'}`,
      tooltip: `priority ${q.priority}, ${q.processed} items done`,
      icon: q.problem ? 'warning' : 'list-ordered',
      hasChildren: true,
      kind: 'queue',
    };
  });
  return out.length ? out : [emptyNode(id, 'no work queue has been used yet')];
};

export const queueChildren: Children<MachineView> = (v, id, priority) => {
  const q = workQueues(v).find((x) => x.priority === priority);
  if (!q) return [];
  const out: Node[] = q.pending.map((w) => ({
    id: childId(id, 'item', w.item),
    label: v.codeName(w.routine),
    description: 'queued',
    tooltip: `work item ${address(w.item)}\nroutine ${v.codeName(w.routine)}\ncontext ${address(w.context)}`,
    icon: 'clock',
    range: v.rangeOf(w.routine),
    kind: 'work-item',
  }));
  if (q.problem) out.push(problemNode(id, q.problem));
  for (const w of q.workers) {
    const routine = runningRoutine(v, w);
    const node = threadNode(v, id, w);
    out.push(
      routine === 0
        ? { ...node, description: 'worker without work' }
        : { ...node, label: `runs ${v.codeName(routine)}`, description: node.label },
    );
  }
  return out;
};
