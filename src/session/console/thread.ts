// !thread: one thread in full: state, what it waits for and who owns that, process, times, stack.

import type { Addr } from '../../machine/abi.js';
import { EvaluationError } from '../../machine/inspect/value.js';
import { allThreads } from '../inspect/all-threads.js';
import type { MachineView } from '../inspect/machine-view.js';
import { smallNumber } from './arguments.js';
import { type Command, type CommandContext, misused } from './command.js';
import { isThread, threadById } from './k.js';
import { processText } from './process.js';
import { stackLines, threadDetails, threadLine, waitLines } from './thread-text.js';

const Flag = { Waits: 2, Stack: 4, Addresses: 8 } as const;

export function threadText(v: MachineView, thread: Addr, flags: number): string {
  const out = [threadLine(v, thread)];
  if (flags & Flag.Waits) out.push(...waitLines(v, thread), ...threadDetails(v, thread));
  if (flags & Flag.Waits && flags & Flag.Stack) {
    const options = { args: false, addresses: (flags & Flag.Addresses) !== 0, numbers: false, sources: true, limit: 64, indent: '    ' };
    out.push(...stackLines(v, thread, options));
  }
  return out.join('\n');
}

function run(c: CommandContext, args: readonly string[]): string {
  const words = [...args];
  let byId = false;
  let withProcess = false;
  while (words[0]?.startsWith('-') && words[0] !== '-1') {
    const option = words.shift();
    if (option === '-t') byId = true;
    else if (option === '-p') withProcess = true;
    else throw misused(thread, `there is no option '${option}'`);
  }
  if (words.length > 2) throw misused(thread, 'too many arguments');
  const [which, flagText] = words;
  if (byId && which === undefined) throw misused(thread, 'the thread ID after -t is missing');
  let at = c.thread;
  if (which !== undefined && which !== '-1') at = byId ? threadById(c, smallNumber(which, 'thread ID')) : c.address(which);
  if (at === 0 && which === undefined) throw new EvaluationError('no thread is in focus');
  if (!isThread(c, at)) {
    const asId = allThreads(c.view).entries.some((t) => c.view.tid(t) === at);
    throw new EvaluationError(`there is no thread at ${c.view.hex(at)}${asId ? `; for the thread ID write !thread -t ${which}` : ''}`);
  }
  const text = threadText(c.view, at, flagText === undefined ? 6 : smallNumber(flagText, 'set of flags', 0x1f));
  return withProcess ? `${processText(c.view, c.view.processOf(at), 0)}\n\n${text}` : text;
}

export const thread: Command = {
  names: ['!thread'],
  usage: '!thread [-p] [-t] [address [flags]]',
  summary: 'a thread: state, wait objects and their owners, stack',
  options: [
    { text: '-t', detail: 'the address is a thread ID' },
    { text: '-p', detail: 'its process too' },
  ],
  run,
  complete: (c, args) =>
    allThreads(c.view)
      .entries.filter((t) => c.view.tid(t) !== 0)
      .map((t) => ({
        text: args.includes('-t') ? c.view.tid(t).toString(16) : c.view.hex(t),
        kind: 'thread' as const,
        detail: c.view.threadName(t),
      })),
};
