// !running: what every CPU runs. !ready: what waits for a CPU.
import { KPRCB, KTHREAD } from '../../kernel/layouts.gen.js';
import { readyQueue } from '../inspect/cpus.js';
import { address } from '../inspect/reader.js';
import { smallNumber } from './arguments.js';
import { type Command, misused } from './command.js';
import { threadText } from './thread.js';
import { stackLines } from './thread-text.js';

export const running: Command = {
  names: ['!running'],
  usage: '!running [-i] [-t]',
  summary: 'threads that run: per CPU the current and the next one',
  options: [
    { text: '-i', detail: 'idle CPUs too' },
    { text: '-t', detail: 'with stacks' },
  ],
  run(c, args) {
    const { view: v } = c;
    const bad = args.find((a) => !/^-(i|t|it|ti)$/.test(a));
    if (bad !== undefined) throw misused(running, `there is no option '${bad}'`);
    const has = (letter: string): boolean => args.some((a) => a.includes(letter));
    const mask = (take: (cpu: number) => boolean): string => {
      let m = 0n;
      for (let cpu = 0; cpu < v.cpus; cpu++) if (take(cpu)) m |= 1n << BigInt(cpu);
      return m.toString(16).padStart(16, '0');
    };
    const idle = (cpu: number): boolean => v.isIdleThread(v.currentThread(cpu));
    const out = [`System Processors:  (${mask(() => true)})`, `  Idle Processors:  (${mask(idle)})`, ''];
    out.push('       Prcb               Current            (pri) Next               (pri)');
    for (let cpu = 0; cpu < v.cpus; cpu++) {
      if (idle(cpu) && !has('i')) continue;
      const one = (t: number): string =>
        t === 0 ? ''.padEnd(24) : `${address(t)}  (${String(v.mem.i8(t + KTHREAD.Priority)).padStart(2)})`;
      const thread = v.currentThread(cpu);
      out.push(
        `  ${String(cpu).padStart(2)}   ${address(v.prcb(cpu))}  ${one(thread)}  ${one(v.mem.ptr(v.prcb(cpu) + KPRCB.NextThread))}  ${idle(cpu) ? 'Idle' : v.threadName(thread)}`,
      );
      if (has('t')) {
        const options = { args: false, addresses: true, numbers: true, sources: true, limit: 64, indent: '' };
        out.push('', ...stackLines(v, thread, options), '');
      }
    }
    return out.join('\n').trimEnd();
  },
};

export const ready: Command = {
  names: ['!ready'],
  usage: '!ready [flags]',
  summary: 'ready threads by CPU, highest priority first',
  run(c, args) {
    if (args.length > 1) throw misused(ready, 'too many arguments');
    const flags = args.length ? smallNumber(args[0], 'set of flags', 0x1f) : 6;
    const { view: v } = c;
    const out: string[] = [];
    for (let cpu = 0; cpu < v.cpus; cpu++) {
      const queue = readyQueue(v, cpu);
      if (queue.length === 0) {
        out.push(`Processor ${cpu}: No threads in READY state`);
        continue;
      }
      out.push(`Processor ${cpu}: Ready Threads`);
      for (const q of queue) {
        for (const t of q.entries) out.push(`priority ${q.priority}: ${threadText(v, t, flags)}`);
        if (q.problem) out.push(`priority ${q.priority}: ${q.problem}`);
      }
    }
    return out.join('\n');
  },
};
