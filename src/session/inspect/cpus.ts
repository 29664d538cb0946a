// CPUs: who runs, who is next, at which IRQL; ready queue by priority and DPC queue, from each KPRCB.
import { KDPC, KDPC_DATA, KPRCB, KTHREAD, LIST_ENTRY } from '../../kernel/layouts.gen.js';
import type { Addr } from '../../machine/abi.js';
import type { MachineView } from './machine-view.js';
import { type Children, childId, emptyNode, type Node, problemNode } from './node.js';
import { address, type ListWalk } from './reader.js';
import { threadNode, waitNode } from './threads.js';
import { waitsOf } from './waits.js';

const PRIORITIES = 32;

export interface ReadyThreads extends ListWalk {
  readonly priority: number;
}

/** Ready threads of a CPU, highest priority first. */
export function readyQueue(v: MachineView, cpu: number): ReadyThreads[] {
  const out: ReadyThreads[] = [];
  for (let p = PRIORITIES - 1; p >= 0; p--) {
    const head = v.prcb(cpu) + KPRCB.DispatcherReadyListHead + p * LIST_ENTRY.sizeof;
    const walk = v.mem.list(head);
    if (walk.entries.length || walk.problem)
      out.push({ ...walk, priority: p, entries: walk.entries.map((e) => e - KTHREAD.WaitListEntry) });
  }
  return out;
}

/** Queued DPCs of a CPU: `kind` 0 normal, 1 threaded. */
export function dpcQueue(v: MachineView, cpu: number, kind: 0 | 1): ListWalk {
  const walk = v.mem.list(v.prcb(cpu) + KPRCB.DpcData + kind * KDPC_DATA.sizeof + KDPC_DATA.DpcListHead);
  return { ...walk, entries: walk.entries.map((e) => e - KDPC.DpcListEntry) };
}

export const cpusChildren: Children<MachineView> = (v, id) =>
  Array.from({ length: v.cpus }, (_, cpu): Node => {
    const prcb = v.prcb(cpu);
    const current = v.currentThread(cpu);
    const dpc = v.mem.u8(prcb + KPRCB.DpcRoutineActive) !== 0;
    return {
      id: childId(id, 'cpu', cpu),
      label: `CPU ${cpu}`,
      description: `IRQL ${v.irqlText(v.irql(cpu))}, ${dpc ? 'in a DPC over ' : ''}${v.isIdleThread(current) ? 'idle' : v.threadName(current)}`,
      tooltip: `PRCB ${address(prcb)}\nIRQL ${v.irqlText(v.irql(cpu))}\nContext switches ${v.mem.u32(prcb + KPRCB.KeContextSwitches)}`,
      icon: 'chip',
      range: v.isIdleThread(current) && !dpc ? undefined : v.placeOf(current),
      hasChildren: true,
      kind: 'cpu',
    };
  });

export const cpuChildren: Children<MachineView> = (v, id, cpu) => {
  if (cpu < 0 || cpu >= v.cpus) return [];
  const prcb = v.prcb(cpu);
  const current = v.currentThread(cpu);
  const out: Node[] = [threadNode(v, `${id}/current`, current, 'current')];
  // the same id as below the thread's own node would not open here: it is found by the thread in front
  for (const w of v.mem.ptr(prcb + KPRCB.SpinAddress) === 0 ? [] : waitsOf(v, current))
    out.push(waitNode(v, childId(`${id}/spins`, 'thread', current), w));
  const next = v.mem.ptr(prcb + KPRCB.NextThread);
  if (next !== 0) out.push(threadNode(v, `${id}/next`, next, 'next'));
  const ready = readyQueue(v, cpu);
  const count = ready.reduce((n, r) => n + r.entries.length, 0);
  out.push({
    id: childId(id, 'ready', cpu),
    label: 'Ready queue',
    description: count === 0 ? (ready.some((r) => r.problem) ? 'corrupted list' : 'empty') : `${count} thread${count === 1 ? '' : 's'}`,
    icon: 'list-ordered',
    hasChildren: ready.length > 0,
    kind: 'queue',
  });
  const dpcs = [dpcQueue(v, cpu, 0), dpcQueue(v, cpu, 1)];
  const queued = dpcs.reduce((n, q) => n + q.entries.length, 0);
  out.push({
    id: childId(id, 'dpcs', cpu),
    label: 'DPC queue',
    description: queued === 0 ? (dpcs.some((q) => q.problem) ? 'corrupted list' : 'empty') : `${queued} queued`,
    icon: 'list-unordered',
    hasChildren: dpcs.some((q) => q.entries.length > 0 || q.problem !== undefined),
    kind: 'queue',
  });
  return out;
};

export const readyChildren: Children<MachineView> = (v, id, cpu) =>
  cpu >= v.cpus
    ? []
    : readyQueue(v, cpu).map((r) => ({
        id: childId(`${id}/cpu:${cpu.toString(16)}`, 'priority', r.priority),
        label: `priority ${r.priority}`,
        description: r.problem ?? `${r.entries.length} thread${r.entries.length === 1 ? '' : 's'}`,
        icon: r.problem ? 'warning' : 'list-ordered',
        hasChildren: true,
        kind: 'queue',
      }));

export function priorityChildren(v: MachineView, id: string, cpu: number, priority: number): Node[] {
  const r = cpu < v.cpus ? readyQueue(v, cpu).find((x) => x.priority === priority) : undefined;
  if (!r) return [];
  const out = r.entries.map((t) => threadNode(v, id, t));
  if (r.problem) out.push(problemNode(id, r.problem));
  return out;
}

export function dpcNode(v: MachineView, parent: string, dpc: Addr, threaded: boolean): Node {
  const routine = v.mem.ptr(dpc + KDPC.DeferredRoutine);
  return {
    id: childId(parent, 'dpc', dpc),
    label: v.codeName(routine),
    description: `KDPC ${v.symbol(dpc) ?? address(dpc)}${threaded ? ', threaded' : ''}`,
    tooltip: `KDPC ${address(dpc)}\nDeferredContext ${address(v.mem.ptr(dpc + KDPC.DeferredContext))}`,
    icon: 'zap',
    range: v.rangeOf(routine),
    kind: 'dpc',
  };
}

export const dpcsChildren: Children<MachineView> = (v, id, cpu) => {
  if (cpu >= v.cpus) return [];
  const out: Node[] = [];
  for (const kind of [0, 1] as const) {
    const q = dpcQueue(v, cpu, kind);
    out.push(...q.entries.map((d) => dpcNode(v, id, d, kind === 1)));
    if (q.problem) out.push(problemNode(`${id}/${kind === 0 ? 'normal' : 'threaded'}`, q.problem));
  }
  return out.length ? out : [emptyNode(id, 'no DPC is queued')];
};
