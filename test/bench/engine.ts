// Engine figures: our code against gcc -O0 on small C programs in the same run, and what one stop, routine call, page copy etc. costs.
// Run with `npm run bench`. Prints a table; asserts nothing (times depend on the machine).
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DIRTY_TABLE, MAP, PAGE_SIZE, Reason } from '../../src/machine/abi.js';
import { compileText, compileUnits, hasGcc, parseText, TestRun } from '../machine/compile/harness.js';
import { KERNELS } from './kernels.js';

const now = (): number => performance.now();

/** Milliseconds per repetition by the slope between two sizes, each the best of five: other work on the machine only ever adds. */
function slope(run: (n: number) => number, n: number): number {
  let small = Infinity;
  let big = Infinity;
  for (let i = 0; i < 5; i++) {
    small = Math.min(small, run(n));
    big = Math.min(big, run(3 * n));
  }
  return (big - small) / (2 * n);
}

/** Repetitions that take about 30 ms. */
function calibrate(run: (n: number) => number): number {
  let n = 4;
  while (n < 1 << 24) {
    if (run(n) > 25) break;
    n *= 2;
  }
  return n;
}

/** One long run warms the code up: V8 tiers up on entry, the machine re-enters every two million steps. */
function ours(text: string, debug: boolean): (n: number) => number {
  const image = compileText(text, { debug });
  const r = new TestRun(image);
  r.run('run', undefined, [2]);
  return (n) => {
    r.output.length = 0;
    const t = now();
    r.run('run', undefined, [n]);
    return now() - t;
  };
}

function native(text: string, dir: string): (n: number) => number {
  const main = `#include <stdio.h>\n#include <stdlib.h>\n#include <time.h>\nstatic void print(long long v) {}\n${text}\nint main(int c, char **v) { struct timespec a, b; clock_gettime(CLOCK_MONOTONIC, &a); volatile int r = run(atoi(v[1])); clock_gettime(CLOCK_MONOTONIC, &b); printf("%f\\n", (b.tv_sec - a.tv_sec) * 1e3 + (b.tv_nsec - a.tv_nsec) / 1e6); return 0; }\n`;
  writeFileSync(join(dir, 'k.c'), main);
  execFileSync('gcc', ['-O0', '-w', '-o', join(dir, 'k'), join(dir, 'k.c')]);
  return (n) => Number(execFileSync(join(dir, 'k'), [String(n)], { encoding: 'utf8' }));
}

function programs(): void {
  const dir = mkdtempSync(join(tmpdir(), 'bench-'));
  let product = 1;
  let productDebug = 1;
  let count = 0;
  console.log('program     gcc -O0 us    plain us  ratio    debug us  ratio  steps/us');
  for (const { name, text } of KERNELS) {
    const plainRun = ours(text, false);
    const n = calibrate(plainRun);
    const plain = slope(plainRun, n) * 1e3;
    const debug = slope(ours(text, true), n) * 1e3;
    const steps = stepsOf(text, 2) - stepsOf(text, 1);
    const base = hasGcc ? slope(native(text, dir), n) * 1e3 : NaN;
    console.log(
      `${name.padEnd(10)} ${base.toFixed(1).padStart(11)} ${plain.toFixed(1).padStart(11)} ${(plain / base).toFixed(2).padStart(6)} ${debug.toFixed(1).padStart(11)} ${(debug / base).toFixed(2).padStart(6)} ${(steps / plain).toFixed(0).padStart(9)}`,
    );
    product *= plain / base;
    productDebug *= debug / base;
    count++;
  }
  console.log(`geometric mean ${(product ** (1 / count)).toFixed(2)} (debug ${(productDebug ** (1 / count)).toFixed(2)})`);
  rmSync(dir, { recursive: true, force: true });
}

function stepsOf(text: string, n: number): number {
  const r = new TestRun(compileText(text));
  r.run('run', undefined, [n]);
  return r.machine.totalSteps;
}

function perCall(times: number, f: () => void): number {
  let best = Infinity;
  for (let i = 0; i < 3; i++) {
    const t = now();
    for (let k = 0; k < times; k++) f();
    best = Math.min(best, ((now() - t) / times) * 1e6);
  }
  return best;
}

function figures(): void {
  const show = (what: string, value: number, unit: string): void =>
    console.log(`${what.padEnd(52)} ${value.toFixed(value < 10 ? 2 : 0).padStart(9)} ${unit}`);
  // Stop and resume: slices of one step against one slice.
  const spin = new TestRun(compileText('int run(int n) { int i; int s = 0; for (i = 0; i < n; i++) s += i; return s; }'));
  spin.call('run', [1_000_000_000]);
  spin.machine.run(3_000_000);
  show(
    'stop and resume (machine.run(1))',
    perCall(300_000, () => spin.machine.run(1)),
    'ns',
  );
  const nested = new TestRun(
    compileText('int f(int d) { int i = 0; if (d) return f(d - 1) + 1; for (;;) i++; } int run(int n) { return f(n); }'),
  );
  nested.call('run', [100]);
  nested.machine.run(3_000_000);
  show(
    'the same below 100 frames',
    perCall(300_000, () => nested.machine.run(1)),
    'ns',
  );
  // Routine call from wasm with an argument in memory.
  const call = new TestRun(
    compileText('int run(int n) { int i; for (i = 0; i < n; i++) yieldless(i); return 0; }'.replace('yieldless(i)', 'native_sum(0, i)')),
  );
  const empty = new TestRun(
    compileText('int g(int a, int b) { return 0; } int run(int n) { int i; for (i = 0; i < n; i++) g(0, i); return 0; }'),
  );
  const loop = new TestRun(compileText('int run(int n) { int i; for (i = 0; i < n; i++) ; return 0; }'));
  const per = (r: TestRun, n: number): number =>
    slope((k) => {
      const t = now();
      r.run('run', undefined, [k]);
      return now() - t;
    }, n) * 1e6;
  for (const r of [call, empty, loop]) r.run('run', undefined, [200_000]);
  const base = per(loop, 2_000_000);
  show('kernel routine call from compiled code', per(call, 500_000) - base, 'ns');
  show('compiled call and return', per(empty, 2_000_000) - base, 'ns');
  // Pages and flags.
  const bytes = new Uint8Array(spin.machine.mem.buffer.buffer);
  const pool = new Uint8Array(1024 * PAGE_SIZE);
  let p = 0;
  show(
    'copy a page into a pre-allocated pool',
    perCall(100_000, () => {
      const from = MAP.drivers.start + (p & 255) * PAGE_SIZE;
      pool.set(bytes.subarray(from, from + PAGE_SIZE), (p++ & 1023) * PAGE_SIZE);
    }) / 1e3,
    'us',
  );
  const flags = new Float64Array(bytes.buffer, DIRTY_TABLE, 0x40000 / 8);
  let dirty = 0;
  show(
    'scan dirty flags of all 262,144 pages',
    perCall(200, () => {
      for (let i = 0; i < flags.length; i++) if (flags[i] !== 0) dirty++;
    }) / 1e3,
    'us',
  );
  show(
    'checkpoint after 1,000 steps',
    perCall(200, () => {
      spin.machine.run(1000);
      const c = spin.machine.checkpoint();
      spin.machine.release(c);
    }) / 1e3,
    'us',
  );
  // Compiling.
  const lines: string[] = [];
  for (let i = 0; i < 540; i++) {
    lines.push(
      `struct s${i} { int a; struct s${i} *next; };`,
      `int f${i}(struct s${i} *p, int n) {`,
      '  int i, sum = 0;',
      '  for (i = 0; i < n; i++) {',
      '    if (p->a > i) sum += p->a;',
      '    else sum -= i;',
      '    p = p->next;',
      '  }',
      '  return sum;',
      '}',
    );
  }
  const text = `${lines.join('\n')}\nint main(void) { return 0; }`;
  const parsed: number[] = [];
  const emitted: number[] = [];
  let image = compileText('int main(void) { return 0; }');
  let t = now();
  for (let i = 0; i < 4; i++) {
    t = now();
    const units = parseText(text);
    parsed.push(now() - t);
    t = now();
    image = compileUnits(units);
    emitted.push(now() - t);
  }
  show('parse 5,400 lines, first time', parsed[0], 'ms');
  show('parse 5,400 lines, warm', Math.min(...parsed), 'ms');
  show('lower, lay out and emit 5,400 lines, first time', emitted[0], 'ms');
  show('lower, lay out and emit 5,400 lines, warm', Math.min(...emitted), 'ms');
  t = now();
  new WebAssembly.Module(image.wasm as BufferSource);
  show(`new WebAssembly.Module of ${(image.wasm.length / 1024).toFixed(0)} KB`, now() - t, 'ms');
  const trap = spin.machine.run(1);
  if (trap !== Reason.Fuel || dirty < 0) console.log('unexpected');
}

if (!process.argv.includes('--figures')) programs();
if (!process.argv.includes('--programs')) figures();
