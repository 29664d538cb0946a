// Timers that are set, in the order in which they fall due, with what happens then: a DPC, or the end of a thread's wait.
import { KDPC, KE_GLOBALS, KTHREAD, KTIMER, LIST_ENTRY } from '../../kernel/layouts.gen.js';
import type { Addr } from '../../machine/abi.js';
import { allThreads } from './all-threads.js';
import type { MachineView } from './machine-view.js';
import { type Children, childId, emptyNode, type Node, problemNode } from './node.js';
import { address } from './reader.js';

export interface Timer {
  readonly timer: Addr;
  /** 100 ns from now; negative: overdue, waits for the next clock interrupt. */
  readonly dueIn: number;
  readonly periodMs: number;
  readonly dpc: Addr;
  readonly routine: Addr;
  /** The thread whose wait it ends. */
  readonly thread: Addr;
}

/** Virtual time now in 100 ns: the CPU that is furthest. */
export const interruptTime = (v: MachineView): number =>
  Math.round((Math.max(...v.target.machine.cpus.map((c) => c.time)) * v.kernel.config.stepNs) / 100);

export function timers(v: MachineView): { list: Timer[]; problem?: string } {
  const { mem } = v;
  const heads = v.kernel.globals.KE + KE_GLOBALS.TimerTable;
  const lists = Array.from({ length: (KE_GLOBALS.TimerTableSummary - KE_GLOBALS.TimerTable) / LIST_ENTRY.sizeof }, (_, i) =>
    mem.list(heads + i * LIST_ENTRY.sizeof),
  );
  const waits = new Map(allThreads(v).entries.map((t) => [t + KTHREAD.Timer, t]));
  const now = interruptTime(v);
  const entries = lists.flatMap((l) => l.entries);
  const list = entries.map((e): Timer => {
    const timer = e - KTIMER.TimerListEntry;
    const dpc = mem.ptr(timer + KTIMER.Dpc);
    return {
      timer,
      dueIn: mem.ptr(timer + KTIMER.DueTime) - now,
      periodMs: mem.u32(timer + KTIMER.Period),
      dpc,
      routine: dpc === 0 ? 0 : mem.ptr(dpc + KDPC.DeferredRoutine),
      thread: waits.get(timer) ?? 0,
    };
  });
  list.sort((a, b) => a.dueIn - b.dueIn);
  const problem = lists.find((l) => l.problem)?.problem;
  return problem ? { list, problem } : { list };
}

export const dueText = (t: Timer): string => (t.dueIn <= 0 ? 'due now' : `due in ${(t.dueIn / 10_000).toFixed(3)} ms`);

export const timersChildren: Children<MachineView> = (v, id) => {
  const { list, problem } = timers(v);
  const out = list.map((t): Node => {
    const what =
      t.thread !== 0
        ? `end of the wait of ${v.threadName(t.thread)}`
        : t.routine !== 0
          ? v.codeName(t.routine)
          : (v.symbol(t.timer) ?? address(t.timer));
    return {
      id: childId(id, 'timer', t.timer),
      label: what,
      description: `${dueText(t)}${t.periodMs ? `, every ${t.periodMs} ms` : ''}`,
      tooltip: `KTIMER ${v.symbol(t.timer) ?? address(t.timer)}${t.dpc ? `\nDPC ${v.symbol(t.dpc) ?? address(t.dpc)} ${v.codeName(t.routine)}` : ''}`,
      icon: 'watch',
      range: t.thread !== 0 ? v.placeOf(t.thread) : (v.rangeOf(t.routine) ?? v.rangeOf(t.timer)),
      kind: 'timer',
    };
  });
  if (problem) out.push(problemNode(id, problem));
  return out.length ? out : [emptyNode(id, 'no timer is set')];
};
