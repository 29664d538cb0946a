// k, kb, kn ...: the call stack of the thread in focus, or of another one.

import { KTHREAD } from '../../kernel/layouts.gen.js';
import type { Addr } from '../../machine/abi.js';
import { EvaluationError } from '../../machine/inspect/value.js';
import { allThreads } from '../inspect/all-threads.js';
import { smallNumber } from './arguments.js';
import { type Command, type CommandContext, misused } from './command.js';
import { stackLines } from './thread-text.js';

/** Letters after `k`; others of WinDbg that say nothing here (P, v, M ...) are accepted. */
export const K_NAMES = ['k', 'kb', 'kn', 'kbn', 'kc', 'kL', 'kp', 'kP', 'kv', 'kf', 'kM'] as const;
const DEFAULT_FRAMES = 100;

export function isThread(c: CommandContext, a: Addr): boolean {
  return allThreads(c.view).entries.includes(a) || c.view.isIdleThread(a);
}

export function threadById(c: CommandContext, tid: number): Addr {
  const found = allThreads(c.view).entries.find((t) => c.view.tid(t) === tid);
  if (found === undefined)
    throw new EvaluationError(`there is no thread with the ID ${tid.toString(16)} (0n${tid}); !process 0 2 lists them`);
  return found;
}

function run(c: CommandContext, args: readonly string[], name: string): string {
  let thread = c.thread;
  let limit: number | undefined;
  const words = [...args];
  for (let w = words.shift(); w !== undefined; w = words.shift()) {
    if (w === '-t') {
      const tid = words.shift();
      if (tid === undefined) throw misused(k, 'the thread ID after -t is missing');
      thread = threadById(c, smallNumber(tid, 'thread ID'));
      continue;
    }
    if (w.startsWith('-')) throw misused(k, `there is no option '${w}'`);
    const n = c.address(w);
    if (isThread(c, n)) thread = n;
    else if (n >= 0 && n <= 0xffff && limit === undefined) limit = n;
    else throw new EvaluationError(`'${w}' is neither a number of frames nor the address of a thread`);
  }
  if (thread === 0) return 'no thread runs on this CPU';
  const letters = name.slice(1);
  const lines = stackLines(c.view, thread, {
    args: letters.includes('b') || letters.includes('v'),
    addresses: !letters.includes('c'),
    numbers: letters.includes('n'),
    sources: !letters.includes('L') && !letters.includes('c'),
    limit: Math.max(1, limit ?? DEFAULT_FRAMES),
    indent: '',
  });
  if (lines.length > 1) return lines.join('\n');
  const where = c.view.threadName(thread);
  return c.view.mem.ptr(thread + KTHREAD.KernelStack) === 0 || c.view.isIdleThread(thread) ? `${where}: no frames` : lines.join('\n');
}

export const k: Command = {
  names: K_NAMES,
  usage: 'k[b][n][c][L] [frames] [thread address | -t tid]',
  summary: 'call stack of the thread in focus or of another one',
  options: [{ text: '-t', detail: 'of the thread with this ID' }],
  run,
};
