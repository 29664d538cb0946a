// !analyze -v: what the bug check means, where it happened, and what led to it. Before a bug check: what the machine stands at.

import type { BugCheckInfo } from '../../kernel/kernel.js';
import { type Addr, isKernelAddress, Reg } from '../../machine/abi.js';
import { describeNotSimulated } from '../../scenario/not-simulated.js';
import { statusName } from '../../scenario/status-name.js';
import { allThreads } from '../inspect/all-threads.js';
import { dataName } from '../inspect/data-names.js';
import type { MachineView } from '../inspect/machine-view.js';
import { activeProcesses } from '../inspect/processes.js';
import { address } from '../inspect/reader.js';
import { bugCheckMeaning } from './bugcheck-arguments.js';
import { type Command, type CommandContext, misused } from './command.js';
import { stackLines, visibleStack } from './thread-text.js';

/** Events that are looked through, back from the bug check, for what happened to its memory. */
const LOOK_BACK = 500_000;
const EVENTS_PER_ADDRESS = 3;
/** Argument that is an exception code. */
const EXCEPTIONS = new Set([0x1e, 0x3b, 0x7e]);
const signed = (p: bigint): Addr => Number(BigInt.asIntN(64, p));

function banner(): string[] {
  const stars = '*'.repeat(79);
  const row = (text: string): string => `*${text.padStart(39 + Math.ceil(text.length / 2)).padEnd(77)}*`;
  return [stars, row(''), row('Bugcheck Analysis'), row(''), stars, ''];
}

/** `4.32 System!scenario` for a thread object, `explorer.exe` for a process. */
function kernelObject(v: MachineView, a: Addr): string | undefined {
  if (allThreads(v).entries.includes(a)) return v.threadName(a);
  return activeProcesses(v).entries.includes(a) ? v.imageName(a) : undefined;
}

/** What an argument is, when that can be said: a symbol, a pool block, a thread. */
function what(v: MachineView, p: bigint): string {
  const a = signed(p);
  if (!isKernelAddress(a)) return '';
  const object = kernelObject(v, a);
  const symbol = object ?? dataName(v, a) ?? v.symbol(a);
  if (symbol) return ` (${symbol})`;
  const block = v.kernel.pool.describe(a);
  if (block) return ` (${block.state === 'live' ? 'in' : block.state === 'freed' ? 'in freed' : 'beyond'} ${block.text})`;
  const gone = v.unloadedImageAt(a);
  return gone ? ` (in ${gone}, which is unloaded)` : '';
}

function argumentLines(v: MachineView, b: BugCheckInfo): string[] {
  const meaning = bugCheckMeaning(b.code, b.parameters[0]);
  return b.parameters.map((p, i) => {
    const words = meaning?.arguments[i] ?? 'argument that the driver passed';
    const note = EXCEPTIONS.has(b.code) && i === 0 ? ` (${statusName(Number(p & 0xffffffffn)).replace(/ \(0x.*$/, '')})` : what(v, p);
    return `Arg${i + 1}: ${address(p)}, ${words}${note}`;
  });
}

/** The last events before the bug check that were about the memory of its arguments. */
function earlierEvents(v: MachineView, b: BugCheckInfo): string[] {
  const { trace } = v.kernel;
  const wanted = new Map<Addr, number>();
  for (const p of b.parameters) {
    const a = signed(p);
    // code and threads say nothing about how it came to this
    if (!isKernelAddress(a) || v.functionAt(a) || v.kernel.machine.resolveCode(a) >= 0 || kernelObject(v, a)) continue;
    wanted.set(a, 0);
    const block = v.kernel.pool.describe(a);
    if (block) wanted.set(block.address, 0);
  }
  const out: string[] = [];
  if (wanted.size === 0) return out;
  for (let i = trace.cursor - 1; i >= Math.max(trace.begin, trace.cursor - LOOK_BACK); i--) {
    const kind = trace.kind(i);
    if (kind === 'ke.bugcheck') continue;
    const data = trace.data(i);
    const hit = Object.values(data).find((x) => typeof x === 'number' && (wanted.get(x) ?? EVENTS_PER_ADDRESS) < EVENTS_PER_ADDRESS);
    if (hit === undefined) continue;
    wanted.set(hit as Addr, (wanted.get(hit as Addr) ?? 0) + 1);
    const thread = trace.thread(i);
    out.unshift(
      `    ${trace.positionText(i)}  ${kind}  ${dataName(v, hit as Addr) ?? address(hit as Addr)}  CPU ${trace.cpu(i)}, thread ${thread === 0 ? 'none' : v.threadName(thread)}`,
    );
  }
  return out;
}

function bugCheckText(c: CommandContext, b: BugCheckInfo, verbose: boolean): string {
  const { view: v } = c;
  const meaning = bugCheckMeaning(b.code, b.parameters[0]);
  const code = b.code.toString(16);
  const out = [
    ...banner(),
    `${b.name} (${code})`,
    meaning?.text ?? 'The driver stopped the machine with a code of its own.',
    'Arguments:',
    ...argumentLines(v, b),
  ];
  if (!verbose) return [...out, '', 'Use !analyze -v to get more.'].join('\n');
  const frames = visibleStack(v, b.thread);
  const own = frames.find((f) => f.step && !f.step.range.file.builtin);
  const place = own?.step?.range;
  out.push('', 'Debugging Details:', '------------------', '');
  out.push(`BUGCHECK_CODE:  ${code}`, '', ...b.parameters.flatMap((p, i) => [`BUGCHECK_P${i + 1}: ${p.toString(16)}`, '']));
  out.push(`PROCESS_NAME:  ${v.imageName(v.processOf(b.thread))}`, '');
  if (EXCEPTIONS.has(b.code)) {
    const status = Number(b.parameters[0] & 0xffffffffn);
    out.push(`EXCEPTION_CODE: (NTSTATUS) 0x${status.toString(16)} - ${statusName(status).replace(/ \(0x.*$/, '')}`, '');
  }
  out.push(`CURRENT_IRQL:  ${c.view.target.machine.wordsOf(b.cpu)[Reg.Irql >> 2]}`, '');
  out.push(
    'STACK_TEXT:',
    ...stackLines(v, b.thread, { args: true, addresses: true, numbers: false, sources: true, limit: 64, indent: '' }),
    '',
  );
  if (own?.info && place) {
    const module = v.target.imageOf(own.info)?.name ?? 'nt';
    const at = place.file.position(place.start);
    const lines = place.file.text.split('\n');
    out.push(`FAULTING_SOURCE_LINE:  ${place.file.path}`, '', `FAULTING_SOURCE_LINE_NUMBER:  ${at.line}`, '', 'FAULTING_SOURCE_CODE:');
    for (let n = Math.max(1, at.line - 3); n <= Math.min(lines.length, at.line + 2); n++)
      out.push(`${n === at.line ? '>' : ' '} ${String(n).padStart(4)}: ${lines[n - 1].replace(/\r$/, '')}`);
    out.push('', `SYMBOL_NAME:  ${module}!${own.name}`, '', `MODULE_NAME: ${module}`, '', `IMAGE_NAME:  ${module}.sys`, '');
    out.push(`FAILURE_BUCKET_ID:  0x${code.toUpperCase()}_${module}!${own.name}`, '');
  }
  out.push('WHAT_LED_TO_IT:');
  if (b.explanation) out.push(`    ${b.explanation}`);
  const earlier = earlierEvents(v, b);
  if (earlier.length) out.push('    Events before it that touched the same memory:', ...earlier);
  if (!b.explanation && !earlier.length) out.push('    nothing more is known');
  return out.join('\n');
}

function run(c: CommandContext, args: readonly string[]): string {
  const bad = args.find((a) => !/^-(v\d*|f)$/.test(a));
  if (bad !== undefined) throw misused(analyze, `'${bad}' is not understood`);
  const b = c.view.kernel.bugCheckInfo();
  if (b) return bugCheckText(c, b, args.includes('-v') || args.some((a) => /^-v\d/.test(a)));
  const { end } = c.simulation;
  const lines = ['No bug check has stopped this machine.'];
  if (end?.kind === 'deadlock')
    lines.push(
      'The run ended in a deadlock: nothing can run any more.',
      ...end.waiters.filter((w) => !w.idle).map((w) => `    ${w.name} waits for ${w.text}`),
    );
  const missing = describeNotSimulated(c.simulation);
  if (missing) lines.push('The run ended at a call that nothing answers.', missing.text);
  if (!end && c.thread !== 0)
    lines.push(
      `The thread in focus is ${c.view.threadName(c.thread)}.`,
      ...stackLines(c.view, c.thread, { args: false, addresses: true, numbers: false, sources: true, limit: 16, indent: '' }),
    );
  return lines.join('\n');
}

export const analyze: Command = {
  names: ['!analyze'],
  usage: '!analyze [-v]',
  summary: 'the bug check: meaning, arguments, stack, source line, what led to it',
  options: [{ text: '-v', detail: 'in full' }],
  run,
};
