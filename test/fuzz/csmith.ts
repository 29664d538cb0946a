// Random programs of csmith under gcc and on our machine, value by value. A tool, not a test (docs/differential-testing.md):
//   npx tsx test/fuzz/csmith.ts --count 1000 --seed 1 [--sets plain,packed] [--keep DIR]
// Every program runs whole in the plain and in the debug variant of the emitter; some also in slices and with the machine taken back to a checkpoint.
// A program that does not end in time under gcc (or whose making does not) is replaced by another. The programs are not ours: none is kept unless it
// fails and `--keep` names a folder.
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { parseText } from '../machine/compile/harness.js';
import { adapt } from './csmith-runtime.js';
import { runEverywhere } from './kinds.js';

const SMALL = ['--max-funcs', '6', '--max-block-depth', '3'];
/** What is generated; each set puts weight on something else. */
const SETS: Readonly<Record<string, readonly string[]>> = {
  plain: [],
  packed: ['--packed-struct', '--bitfields', '--max-struct-fields', '6', '--max-union-fields', '4'],
  aligned: ['--no-packed-struct', '--bitfields', '--max-struct-fields', '8', '--max-union-fields', '6'],
  float: ['--float', ...SMALL],
  calls: ['--max-funcs', '20', '--max-block-size', '3', '--max-expr-complexity', '6'],
  pointers: ['--no-volatiles', '--no-consts', '--max-pointer-depth', '4', '--max-array-dim', '2'],
  deep: ['--max-block-depth', '6', '--max-funcs', '4', '--max-expr-complexity', '16'],
};
const COMMON = ['--no-argc', '--concise'];
const GCC = ['-O0', '-w', '-fwrapv', '-fsigned-char', '-mms-bitfields', '-fno-strict-aliasing'];
const TIME_LIMIT = 2000; // ms under gcc

interface Outcome {
  readonly kind: 'equal' | 'different' | 'refused' | 'timeout';
  readonly detail?: string;
}

/** What gcc makes of a program: values and names; undefined when it does not end in time or breaks. */
function native(dir: string, text: string): { values: string[]; names: string[] } | undefined {
  writeFileSync(join(dir, 'a.c'), text);
  const built = spawnSync('gcc', [...GCC, '-o', join(dir, 'a'), join(dir, 'a.c'), '-lm'], { encoding: 'utf8' });
  if (built.status !== 0) throw new Error(`gcc: ${built.stderr.slice(0, 600)}`);
  const run = spawnSync(join(dir, 'a'), { encoding: 'utf8', timeout: TIME_LIMIT, maxBuffer: 64 << 20 });
  if (run.status !== 0) return undefined;
  const lines = run.stdout.trimEnd().split('\n');
  return { values: lines.map((l) => l.slice(0, l.indexOf(' '))), names: lines.map((l) => l.slice(l.indexOf(' ') + 1)) };
}

/** `part`: number of the program; some also run in slices and with restores. */
function compare(ours: string, expected: { values: string[]; names: string[] }, part: number): Outcome {
  let units: ReturnType<typeof parseText>;
  try {
    units = parseText(ours);
  } catch (e) {
    return { kind: 'refused', detail: (e as Error).message.slice(0, 400) };
  }
  const problem = runEverywhere(units, [...expected.values, '= 0'], part);
  if (!problem) return { kind: 'equal' };
  const line = /line (\d+)/.exec(problem);
  return { kind: 'different', detail: `${problem}${line ? ` (${expected.names[Number(line[1])] ?? 'end'})` : ''}` };
}

/** undefined: csmith itself does not come to an end with this seed. */
function generate(dir: string, seed: number, set: string): string | undefined {
  const options = [...COMMON, ...SETS[set], '--seed', String(seed), '-o', join(dir, 'p.c')];
  const r = spawnSync('csmith', options, { encoding: 'utf8', cwd: dir, timeout: 10_000 });
  if (r.error && (r.error as NodeJS.ErrnoException).code === 'ETIMEDOUT') return undefined;
  if (r.status !== 0) throw new Error(`csmith: ${r.stderr || r.error}`);
  return readFileSync(join(dir, 'p.c'), 'utf8');
}

function main(): void {
  const { values: o } = parseArgs({
    options: {
      count: { type: 'string', default: '100' },
      seed: { type: 'string', default: '1' },
      sets: { type: 'string', default: Object.keys(SETS).join(',') },
      keep: { type: 'string' },
      minutes: { type: 'string', default: '600' },
    },
  });
  const sets = o.sets.split(',');
  const unknown = sets.find((s) => !SETS[s]);
  if (unknown) throw new Error(`no option set ${unknown}; there are ${Object.keys(SETS).join(', ')}`);
  const dir = mkdtempSync(join(tmpdir(), 'csmith-'));
  const counts = new Map(sets.map((s) => [s, { equal: 0, different: 0, refused: 0, timeout: 0 }]));
  const end = Date.now() + Number(o.minutes) * 60_000;
  try {
    for (let i = 0; i < Number(o.count) && Date.now() < end; i++) {
      const set = sets[i % sets.length];
      for (let again = 0; ; again++) {
        const seed = Number(o.seed) + i + again * 1_000_003;
        let outcome: Outcome;
        let ours = '';
        try {
          const text = generate(dir, seed, set);
          const texts = text === undefined ? undefined : adapt(text);
          ours = texts?.ours ?? '';
          const expected = texts && native(dir, texts.gcc);
          outcome = expected ? compare(ours, expected, i) : { kind: 'timeout' };
        } catch (e) {
          outcome = { kind: 'different', detail: String((e as Error).stack).slice(0, 800) };
        }
        counts.get(set)![outcome.kind]++;
        if (outcome.kind === 'timeout') continue;
        if (outcome.kind !== 'equal') {
          console.log(`${set} seed ${seed}: ${outcome.kind}: ${outcome.detail}`);
          if (o.keep) {
            mkdirSync(o.keep, { recursive: true });
            writeFileSync(join(o.keep, `${set}-${seed}.c`), ours);
            writeFileSync(join(o.keep, `${set}-${seed}.gcc.c`), readFileSync(join(dir, 'a.c')));
          }
        }
        break;
      }
      if ((i + 1) % 50 === 0) console.error(`${i + 1} programs`);
    }
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
  console.log('set        equal different refused  replaced');
  const total = { equal: 0, different: 0, refused: 0, timeout: 0 };
  for (const [set, c] of [...counts, ['total', total] as const]) {
    console.log(`${set.padEnd(9)}${[c.equal, c.different, c.refused, c.timeout].map((n) => String(n).padStart(8)).join(' ')}`);
    if (c !== total) for (const k of ['equal', 'different', 'refused', 'timeout'] as const) total[k] += c[k];
  }
  process.exitCode = total.different + total.refused ? 1 : 0;
}

main();
