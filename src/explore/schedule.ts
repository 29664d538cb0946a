// A `.schedule` file: one order of a scenario's threads, as text. It names the scenario, what the order was found on (CPUs, seed, hashes of the sources), what
// fails, and the slices: which CPU goes on, and for how many steps (`*`: until it gives up the processor or a clock interrupt comes).
import { ALONE } from '../kernel/ke/choice.js';
import type { SourceHash } from './sources.js';

export interface Schedule {
  /** Path of the scenario relative to the schedule's folder. */
  readonly scenario: string;
  readonly cpus: number;
  readonly seed: number;
  readonly sources: readonly SourceHash[];
  /** Hash of the trace that the order gives. */
  readonly trace: string;
  /** What fails, in words. */
  readonly failure: string;
  /** CPU, steps; CPU, steps ... */
  readonly slices: readonly number[];
}

export interface ScheduleError {
  readonly line: number;
  readonly message: string;
}

/** Changes when the meaning of a slice does. */
const VERSION = 1;
const FIRST = 'interlock schedule';
const PER_LINE = 12;
const MOST_SLICES = 10_000_000;
const oneLine = (s: string): string => s.replace(/[\r\n]+/g, ' ');

export function formatSchedule(s: Schedule): string {
  const out = [`${FIRST} ${VERSION}`, `scenario ${s.scenario}`, `cpus ${s.cpus}`, `seed ${s.seed}`];
  for (const f of s.sources) out.push(`source ${f.hash} ${f.path}`);
  out.push(`trace ${s.trace}`, ...(s.failure ? [`failure ${oneLine(s.failure)}`] : []), 'order');
  const tokens: string[] = [];
  for (let i = 0; i < s.slices.length; ) {
    const [cpu, steps] = [s.slices[i], s.slices[i + 1]];
    let n = 1;
    while (s.slices[i + 2 * n] === cpu && s.slices[i + 2 * n + 1] === steps) n++;
    tokens.push(`${cpu}:${steps === ALONE ? '*' : steps}${n > 1 ? `x${n}` : ''}`);
    i += 2 * n;
  }
  for (let i = 0; i < tokens.length; i += PER_LINE) out.push(`  ${tokens.slice(i, i + PER_LINE).join(' ')}`);
  return `${out.join('\n')}\nend\n`;
}

/** Reads a schedule. Never throws; the first error says where. */
export function parseSchedule(text: string): Schedule | ScheduleError {
  const lines = text.replace(/^\uFEFF/, '').split(/\r\n?|\n/);
  const head = /^interlock schedule (\d+)\s*$/.exec(lines[0] ?? '');
  if (!head) return { line: 1, message: `this is no schedule: its first line must be '${FIRST} ${VERSION}'` };
  if (Number(head[1]) !== VERSION)
    return {
      line: 1,
      message: `a schedule of version ${head[1]} cannot be replayed by this version of Interlock (it knows ${VERSION}); explore again`,
    };
  const sources: SourceHash[] = [];
  const values = new Map<string, string>();
  let at = 1;
  for (; at < lines.length; at++) {
    const line = lines[at].trim();
    if (line === '' || line.startsWith('#')) continue;
    if (line === 'order') break;
    const m = /^(\w+) (.*)$/.exec(line);
    const source = m?.[1] === 'source' ? /^([0-9a-f]{16}) (.+)$/.exec(m[2]) : undefined;
    if (source) sources.push({ hash: source[1], path: source[2] });
    else if (m && ['scenario', 'cpus', 'seed', 'trace', 'failure'].includes(m[1]) && !values.has(m[1])) values.set(m[1], m[2]);
    else return { line: at + 1, message: `'${line.slice(0, 40)}' is not understood here` };
  }
  for (const name of ['scenario', 'cpus', 'seed', 'trace']) {
    if (!values.has(name)) return { line: Math.min(at + 1, lines.length), message: `the line '${name} ...' is missing` };
  }
  const cpus = Number(values.get('cpus'));
  const seed = Number(values.get('seed'));
  if (!(Number.isInteger(cpus) && cpus >= 1 && cpus <= 64))
    return { line: 1, message: `'cpus ${values.get('cpus')}': 1 to 64 are possible` };
  if (!(Number.isInteger(seed) && seed >= 0 && seed <= 0xffffffff)) return { line: 1, message: `'seed ${values.get('seed')}' is no seed` };
  if (at >= lines.length) return { line: lines.length, message: "the line 'order' is missing" };
  const slices: number[] = [];
  for (at++; at < lines.length; at++) {
    const line = lines[at].trim();
    if (line === 'end') {
      return {
        scenario: values.get('scenario')!,
        cpus,
        seed,
        sources,
        trace: values.get('trace')!,
        failure: values.get('failure') ?? '',
        slices,
      };
    }
    for (const token of line === '' ? [] : line.split(/\s+/)) {
      const m = /^(\d{1,2}):(\*|\d{1,10})(?:x(\d{1,8}))?$/.exec(token);
      const steps = m && (m[2] === '*' ? ALONE : Number(m[2]));
      const count = m?.[3] === undefined ? 1 : Number(m[3]);
      if (!m || steps === null || steps > ALONE || Number(m[1]) >= cpus || count < 1)
        return { line: at + 1, message: `'${token.slice(0, 40)}' is no slice: CPU:STEPS is wanted, with a CPU below ${cpus}` };
      if (slices.length / 2 + count > MOST_SLICES) return { line: at + 1, message: 'the order is too long' };
      for (let n = 0; n < count; n++) slices.push(Number(m[1]), steps);
    }
  }
  return { line: lines.length, message: "the file is cut off: the line 'end' is missing" };
}
