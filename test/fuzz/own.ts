// Our own generators of C programs in number. A tool, not a test (docs/differential-testing.md):
//   npx tsx test/fuzz/own.ts --count 300 --seed 1 [--kinds seh,layout,windows,statements] [--keep DIR]
//   npx tsx test/fuzz/own.ts --write-golden
// layout, windows and statements need gcc; layout also compares with the Windows compiler of mingw-w64 where that is present.
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { hasGcc, parseText } from '../machine/compile/harness.js';
import { checksum, KINDS, type Kind, nativeOutput, program, runEverywhere, TEST_SEEDS } from './kinds.js';

const MINGW = 'x86_64-w64-mingw32-gcc';
const hasMingw = spawnSync(MINGW, ['--version']).status === 0;

/** Bytes of the section `.lay` as this compiler makes them. */
function section(dir: string, compiler: string, text: string): string {
  writeFileSync(join(dir, 's.c'), text);
  const o = join(dir, 's.o');
  execFileSync(compiler, [
    '-w',
    '-O0',
    '-c',
    '-mms-bitfields',
    '-fno-toplevel-reorder',
    '-fms-extensions',
    '-fsigned-char',
    '-o',
    o,
    join(dir, 's.c'),
  ]);
  execFileSync('objcopy', ['-O', 'binary', '--only-section=.lay', o, `${o}.bin`]);
  return readFileSync(`${o}.bin`).toString('latin1').replace(/\0+$/, '');
}

/** golden-outputs.json: what gcc prints for the programs of differential.test.ts. */
function writeGolden(): void {
  const table: Record<string, Record<string, string>> = {};
  for (const kind of Object.keys(KINDS) as Kind[])
    if (KINDS[kind].gcc)
      table[kind] = Object.fromEntries(TEST_SEEDS[kind].map((seed) => [seed, checksum(nativeOutput(program(kind, seed)!))]));
  writeFileSync(new URL('golden-outputs.json', import.meta.url), `${JSON.stringify(table, undefined, 2)}\n`);
}

function main(): void {
  const { values: o } = parseArgs({
    options: {
      count: { type: 'string', default: '100' },
      seed: { type: 'string', default: '1' },
      kinds: { type: 'string', default: Object.keys(KINDS).join(',') },
      keep: { type: 'string' },
      'write-golden': { type: 'boolean' },
    },
  });
  if (o['write-golden']) return writeGolden();
  const kinds = o.kinds.split(',') as Kind[];
  const unknown = kinds.find((k) => !(k in KINDS));
  if (unknown) throw new Error(`no kind ${unknown}; there are ${Object.keys(KINDS).join(', ')}`);
  if (!hasGcc && kinds.some((k) => KINDS[k].gcc)) throw new Error('gcc is not installed; only --kinds seh works without it');
  const dir = mkdtempSync(join(tmpdir(), 'own-'));
  let bad = 0;
  console.log('kind         equal different  values  skipped');
  try {
    for (const kind of kinds) {
      let equal = 0;
      let different = 0;
      let values = 0;
      let skipped = 0;
      for (let i = 0; i < Number(o.count); i++) {
        const seed = Number(o.seed) + i;
        const p = program(kind, seed);
        const expected = p && (p.expected ?? nativeOutput(p));
        if (!p || !expected) {
          skipped++;
          continue;
        }
        values += expected.length;
        let problem: string | undefined;
        try {
          problem = runEverywhere(parseText(p.ours), expected, i);
          if (!problem && p.section && hasMingw && section(dir, 'gcc', p.section) !== section(dir, MINGW, p.section))
            problem = 'gcc and mingw-w64 disagree';
        } catch (e) {
          problem = String((e as Error).message).slice(0, 500);
        }
        if (!problem) {
          equal++;
          continue;
        }
        different++;
        console.log(`${kind} seed ${seed}: ${problem}`);
        if (o.keep) {
          mkdirSync(o.keep, { recursive: true });
          writeFileSync(join(o.keep, `${kind}-${seed}.c`), p.ours);
          if (p.gcc) writeFileSync(join(o.keep, `${kind}-${seed}.gcc.c`), p.gcc);
        }
      }
      bad += different;
      console.log(`${kind.padEnd(10)}${[equal, different, values, skipped].map((n) => String(n).padStart(8)).join(' ')}`);
    }
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
  process.exitCode = bad ? 1 : 0;
}

main();
