// !irql: the IRQL of a CPU.
import { EvaluationError } from '../../machine/inspect/value.js';
import { smallNumber } from './arguments.js';
import { type Command, misused } from './command.js';

export const irql: Command = {
  names: ['!irql'],
  usage: '!irql [CPU]',
  summary: 'IRQL of the CPU in focus or of another one',
  run(c, args) {
    if (args.length > 1) throw misused(irql, 'too many arguments');
    const cpu = args.length ? smallNumber(args[0], 'CPU number') : c.cpu;
    if (cpu >= c.view.cpus) throw new EvaluationError(`there is no CPU ${cpu}; this machine has ${c.view.cpus}, numbered from 0`);
    return `Debugger saved IRQL for processor 0x${cpu.toString(16)} -- ${c.view.irqlText(c.view.irql(cpu))}`;
  },
};
