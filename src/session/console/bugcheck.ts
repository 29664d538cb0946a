// .bugcheck: code and arguments of the bug check that stopped the machine.
import { address } from '../inspect/reader.js';
import { type Command, misused } from './command.js';

export const bugcheck: Command = {
  names: ['.bugcheck'],
  usage: '.bugcheck',
  summary: 'code and arguments of the bug check',
  run(c, args) {
    if (args.length) throw misused(bugcheck, 'it takes no arguments');
    const b = c.view.kernel.bugCheckInfo();
    if (!b) return 'Bugcheck code 00000000\nArguments 00000000 00000000 00000000 00000000';
    const code = b.code.toString(16).toUpperCase().padStart(8, '0');
    return `Bugcheck code ${code}\nArguments ${b.parameters.map((p) => address(p)).join(' ')}`;
  },
};
