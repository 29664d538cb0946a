// ~ lists the CPUs; ~1s puts CPU 1 in focus, and with it the thread that runs there.
import { EvaluationError } from '../../machine/inspect/value.js';
import { address } from '../inspect/reader.js';
import { smallNumber } from './arguments.js';
import { type Command, type CommandContext, misused } from './command.js';

function line(c: CommandContext, cpu: number): string {
  const { view: v } = c;
  const thread = v.currentThread(cpu);
  const what = v.isIdleThread(thread) ? 'Idle' : v.threadName(thread);
  return `${cpu === c.cpu ? '.' : ' '} ${cpu}  KPRCB ${address(v.prcb(cpu))}  IRQL ${v.irqlText(v.irql(cpu))}  ${address(thread)} ${what}`;
}

function run(c: CommandContext, args: readonly string[]): string {
  if (args.length === 0) return Array.from({ length: c.view.cpus }, (_, cpu) => line(c, cpu)).join('\n');
  const m = /^([0-9a-f]+)s?$/i.exec(args[0]);
  if (!m || args.length > 1) throw misused(tilde, `'${args.join(' ')}' is no CPU`);
  const cpu = smallNumber(m[1], 'CPU number');
  if (cpu >= c.view.cpus) throw new EvaluationError(`there is no CPU ${cpu}; this machine has ${c.view.cpus}, numbered from 0`);
  if (/s$/i.test(args[0])) c.selectCpu(cpu);
  return line(c, cpu).replace(/^ /, /s$/i.test(args[0]) ? '.' : ' ');
}

export const tilde: Command = {
  names: ['~'],
  usage: '~ (list), ~Ns (CPU N in focus)',
  summary: 'CPUs: list, or put one in focus',
  run,
  complete: (c) =>
    Array.from({ length: c.view.cpus }, (_, cpu) => ({ text: `${cpu}s`, kind: 'option' as const, detail: `CPU ${cpu} in focus` })),
};
