// !process: processes and their threads. `!process 0 0` lists, flag 1 adds statistics, 2 threads with what they wait for, 4 with stacks.

import { EPROCESS, HANDLE_TABLE, KPROCESS } from '../../kernel/layouts.gen.js';
import type { Addr } from '../../machine/abi.js';
import { EvaluationError } from '../../machine/inspect/value.js';
import type { MachineView } from '../inspect/machine-view.js';
import { activeProcesses, threadsOf } from '../inspect/processes.js';
import { address } from '../inspect/reader.js';
import { parseNumber, plain, smallNumber } from './arguments.js';
import { type Command, type CommandContext, misused } from './command.js';
import { callSite, stackLines, threadDetails, threadLine, visibleStack, waitLines } from './thread-text.js';

const hex4 = (n: number): string => n.toString(16).padStart(4, '0');
const Flag = { Statistics: 1, Threads: 2, Stack: 4, Addresses: 8 } as const;
const CURRENT = -1;

export function processText(v: MachineView, process: Addr, flags: number): string {
  const { mem } = v;
  const table = mem.ptr(process + EPROCESS.ObjectTable);
  const out = [
    `PROCESS ${address(process)}`,
    `    SessionId: ${mem.u32(process + EPROCESS.SessionId)}  Cid: ${hex4(v.pid(process))}    Peb: ${address(mem.ptr(process + EPROCESS.Peb))}  ParentCid: ${hex4(mem.ptr(process + EPROCESS.InheritedFromUniqueProcessId))}`,
    `    DirBase: ${mem
      .ptr(process + KPROCESS.DirectoryTableBase)
      .toString(16)
      .padStart(
        8,
        '0',
      )}  ObjectTable: ${address(table)}  HandleCount: ${String(table === 0 ? 0 : mem.u32(table + HANDLE_TABLE.HandleCount)).padStart(3)}.`,
    `    Image: ${v.imageName(process)}`,
  ];
  if (flags & Flag.Statistics) {
    const command = mem.unicode(process + EPROCESS.CommandLine);
    out.push(
      `    Token                             ${address(mem.ptr(process + EPROCESS.Token))}`,
      `    BasePriority                      ${mem.i8(process + KPROCESS.BasePriority)}`,
      `    ActiveThreads                     ${mem.u32(process + EPROCESS.ActiveThreads)}`,
      ...(command ? [`    CommandLine                       ${command}`] : []),
    );
  }
  const threads = flags & (Flag.Threads | Flag.Stack) ? threadsOf(v, process) : { entries: [], problem: undefined };
  for (const t of threads.entries) {
    out.push('', `        ${threadLine(v, t)}`);
    if (!(flags & Flag.Threads)) {
      out.push(`            ${visibleStack(v, t)[0] ? callSite(v, visibleStack(v, t)[0]) : ''}`);
      continue;
    }
    out.push(...waitLines(v, t).map((l) => `        ${l}`));
    if (flags & Flag.Stack) {
      out.push(...threadDetails(v, t).map((l) => `    ${l}`));
      const options = {
        args: false,
        addresses: (flags & Flag.Addresses) !== 0,
        numbers: false,
        sources: true,
        limit: 64,
        indent: '        ',
      };
      out.push(...stackLines(v, t, options));
    }
  }
  if (threads.problem) out.push(`        ${threads.problem}`);
  return out.join('\n');
}

/** A PID, an EPROCESS address, or -1. */
function processOf(c: CommandContext, text: string): Addr {
  const number = text === '-1' ? BigInt(CURRENT) : parseNumber(text);
  if (number === BigInt(CURRENT)) return current(c);
  const all = activeProcesses(c.view).entries;
  const at = c.address(text);
  const found = all.includes(at) ? at : all.find((p) => c.view.pid(p) === at);
  if (found !== undefined) return found;
  if (at < 0 && c.view.mem.readable(at, EPROCESS.sizeof) && c.view.pid(at) !== 0) return at; // ended and still referenced
  throw new EvaluationError(`there is no process ${text} (numbers are hexadecimal; !process 0 0 lists them)`);
}

function current(c: CommandContext): Addr {
  if (c.thread === 0) throw new EvaluationError('no thread is in focus, so there is no current process');
  return c.view.processOf(c.thread);
}

function run(c: CommandContext, args: readonly string[]): string {
  const words = args.map(plain);
  const option = words.find((w) => w.startsWith('-') && w !== '-1');
  if (option || words.length > 3) throw misused(process, option ? `there is no option '${option}'` : 'too many arguments');
  const [which, flagText, image] = words;
  const all = which !== undefined && parseNumber(which) === 0n;
  const standard = which === undefined || all || which === '-1' ? 3 : 0xf;
  const flags = flagText === undefined ? standard : smallNumber(flagText, 'set of flags', 0x1f);
  if (!all && image === undefined) return processText(c.view, which === undefined ? current(c) : processOf(c, which), flags);
  const walk = activeProcesses(c.view);
  const wanted = walk.entries.filter((p) => image === undefined || c.view.imageName(p).toLowerCase() === image.toLowerCase().slice(0, 15));
  if (image !== undefined && wanted.length === 0) throw new EvaluationError(`there is no process with the image name '${image}'`);
  const out = wanted.map((p) => processText(c.view, p, flags));
  if (walk.problem) out.push(walk.problem);
  return [...(image === undefined ? ['**** NT ACTIVE PROCESS DUMP ****'] : []), ...out].join('\n\n');
}

export const process: Command = {
  names: ['!process'],
  usage: '!process [0 | -1 | pid | address [flags [image]]]',
  summary: 'processes; 0 0 lists all, flags 1 statistics, 2 threads, 4 stacks',
  options: [
    { text: '0 0', detail: 'all processes, short' },
    { text: '0 7', detail: 'all processes with threads and stacks' },
    { text: '-1', detail: 'the process of the thread in focus' },
  ],
  run,
  complete: (c) =>
    activeProcesses(c.view).entries.map((p) => ({
      text: c.view.pid(p).toString(16),
      kind: 'process' as const,
      detail: c.view.imageName(p),
    })),
};
