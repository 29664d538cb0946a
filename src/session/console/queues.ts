// !dpcs, !timer, !exqueue: what is queued in the kernel, from the same facts as the inspector's trees.
import { EX_WORK_QUEUE, KDPC, KTHREAD } from '../../kernel/layouts.gen.js';
import { EvaluationError } from '../../machine/inspect/value.js';
import { dpcQueue } from '../inspect/cpus.js';
import { address } from '../inspect/reader.js';
import { dueText, interruptTime, timers } from '../inspect/timers.js';
import { runningRoutine, workQueues } from '../inspect/work.js';
import { smallNumber } from './arguments.js';
import { type Command, misused } from './command.js';
import { sourceText } from './thread-text.js';

export const dpcs: Command = {
  names: ['!dpcs'],
  usage: '!dpcs [CPU]',
  summary: 'queued DPCs by CPU',
  run(c, args) {
    if (args.length > 1) throw misused(dpcs, 'too many arguments');
    const { view: v } = c;
    const only = args.length ? smallNumber(args[0], 'CPU number') : undefined;
    if (only !== undefined && only >= v.cpus)
      throw new EvaluationError(`there is no CPU ${only}; this machine has ${v.cpus}, numbered from 0`);
    const out = ['CPU Type      KDPC              Function'];
    for (let cpu = 0; cpu < v.cpus; cpu++) {
      if (only !== undefined && cpu !== only) continue;
      for (const kind of [0, 1] as const) {
        const q = dpcQueue(v, cpu, kind);
        for (const d of q.entries) {
          const routine = v.mem.ptr(d + KDPC.DeferredRoutine);
          out.push(
            `${String(cpu).padStart(3)} ${kind ? 'Threaded' : 'Normal  '}: ${address(d)} : ${address(routine)} ${v.codeName(routine)}${sourceText(v.rangeOf(routine))}`,
          );
        }
        if (q.problem) out.push(`${String(cpu).padStart(3)} ${q.problem}`);
      }
    }
    return out.join('\n');
  },
};

export const timer: Command = {
  names: ['!timer'],
  usage: '!timer',
  summary: 'timers that are set, in the order in which they fall due',
  run(c, args) {
    if (args.length) throw misused(timer, 'it takes no arguments');
    const { view: v } = c;
    const { list, problem } = timers(v);
    const out = [
      'Dump system timers',
      '',
      `Interrupt time: ${interruptTime(v)} (100 ns)`,
      '',
      'Timer             Due                    DPC/thread',
    ];
    for (const t of list) {
      const what =
        t.thread !== 0
          ? `thread ${address(t.thread)} ${v.threadName(t.thread)}`
          : t.dpc !== 0
            ? `${v.codeName(t.routine)} (DPC @ ${address(t.dpc)})`
            : '';
      out.push(`${address(t.timer)}${t.periodMs ? ' P ' : '   '}${dueText(t).padEnd(22)} ${what}`);
    }
    out.push('', `Total Timers: ${list.length}`);
    return [...out, ...(problem ? [problem] : [])].join('\n');
  },
};

export const exqueue: Command = {
  names: ['!exqueue'],
  usage: '!exqueue',
  summary: 'work queues: queued items, and what the worker threads run',
  run(c, args) {
    if (args.length) throw misused(exqueue, 'it takes no arguments');
    const { view: v } = c;
    const out: string[] = [];
    for (const q of workQueues(v)) {
      const running = q.workers.filter((w) => v.mem.ptr(w + KTHREAD.ActiveWorker) !== 0).length;
      out.push(
        `**** ${q.name} (priority ${q.priority}) @ ${address(q.address)}  current = ${running} maximum = ${v.mem.u32(q.address + EX_WORK_QUEUE.MaximumThreads)}`,
      );
      for (const w of q.pending)
        out.push(`PENDING: WorkItem (${address(w.item)}) Routine ${v.codeName(w.routine)} (${address(w.context)})`);
      if (q.problem) out.push(q.problem);
      for (const w of q.workers) {
        const routine = runningRoutine(v, w);
        out.push(`THREAD ${address(w)}  ${v.threadName(w)}  ${routine === 0 ? 'idle' : `running ${v.codeName(routine)}`}`);
      }
      out.push('');
    }
    return out.join('\n').trimEnd() || 'no work queue has been used yet';
  },
};
