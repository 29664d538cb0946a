// The commands that there are.
import { analyze } from './analyze.js';
import { bugcheck } from './bugcheck.js';
import type { Command } from './command.js';
import { dt } from './dt.js';
import { irql } from './irql.js';
import { k } from './k.js';
import { locks } from './locks.js';
import { notify } from './notify.js';
import { poolused } from './poolused.js';
import { process } from './process.js';
import { dpcs, exqueue, timer } from './queues.js';
import { ready, running } from './running.js';
import { thread } from './thread.js';
import { tilde } from './tilde.js';

const help: Command = {
  names: ['.help', '.hh'],
  usage: '.help [command]',
  summary: 'this list, or the usage of one command',
  run(_c, args) {
    const wanted = args[0];
    const one =
      wanted === undefined ? undefined : commands.find((x) => x.names.some((n) => n === wanted || n.replace(/^[!.]/, '') === wanted));
    if (one)
      return [`${one.usage}`, `    ${one.summary}`, ...(one.options ?? []).map((o) => `    ${o.text.padEnd(8)} ${o.detail}`)].join('\n');
    const width = Math.max(...commands.map((x) => x.names[0].length));
    return [
      ...(wanted === undefined ? [] : [`there is no command '${wanted}'; there are:`]),
      ...commands.map((x) => `${x.names[0].padEnd(width)}  ${x.summary}`),
      `${'?? expr'.padEnd(width)}  a C expression, also when its first word is a command's (every other input is a C expression too)`,
      'Numbers are hexadecimal; 0n10 is decimal ten. Addresses may have a back-tick; symbols are module!name; C expressions stand as they are or in @@c++( ).',
    ].join('\n');
  },
  complete: () => commands.map((x) => ({ text: x.names[0], kind: 'command' as const, detail: x.summary })),
};

export const commands: readonly Command[] = [
  k,
  tilde,
  dt,
  process,
  thread,
  running,
  ready,
  irql,
  dpcs,
  timer,
  exqueue,
  locks,
  notify,
  poolused,
  analyze,
  bugcheck,
  help,
];
export const byName: ReadonlyMap<string, Command> = new Map(commands.flatMap((c) => c.names.map((n) => [n, c] as const)));
