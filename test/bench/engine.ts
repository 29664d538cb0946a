// Engine figures: our code in its variants, tcc and picoc against gcc -O0 on small C programs in the same run, and what one stop, routine call, page copy etc. costs.
// Run with `npm run bench`. Prints a table; asserts nothing (times depend on the machine).
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Kernel } from '../../src/kernel/kernel.js';
import { RaceDetector } from '../../src/kernel/verifier/race/detector.js';
import { DIRTY_TABLE, MAP, MEMORY_SIZE, PAGE_SIZE, Reason } from '../../src/machine/abi.js';
import { compileText, compileUnits, parseText, TestRun } from '../machine/compile/harness.js';
import { KERNELS } from './kernels.js';

const now = (): number => performance.now();

/** Runs n repetitions, answers milliseconds. */
type Run = (n: number) => number;

/** Time per repetition by the slope between two sizes, each the best of several: other work on the machine only ever adds. */
class Slope {
  private small = Infinity;
  private big = Infinity;
  constructor(
    private readonly run: Run,
    private readonly n: number,
  ) {}
  round(): void {
    this.small = Math.min(this.small, this.run(this.n));
    this.big = Math.min(this.big, this.run(3 * this.n));
  }
  /** Milliseconds a repetition. */
  get value(): number {
    return (this.big - this.small) / (2 * this.n);
  }
}

function slope(run: Run, n: number): number {
  const s = new Slope(run, n);
  for (let i = 0; i < 5; i++) s.round();
  return s.value;
}

/** Repetitions that take about 10 ms longer than one does. */
function calibrate(run: Run): number {
  const once = run(1);
  let n = 1;
  while (n < 1 << 24) {
    if (run(n) - once > 10) break;
    n *= 2;
  }
  return n;
}

/** CPU time of this process in milliseconds: what others do on the machine is not in it. */
const cpu = (): number => {
  const u = process.cpuUsage();
  return (u.user + u.system) / 1e3;
};

const VARIANTS = ['plain', 'debug', 'race'] as const;
type Variant = (typeof VARIANTS)[number];

/** One long run warms the code up: V8 tiers up on entry, the machine re-enters every two million steps. */
function ours(text: string, variant: Variant): Run {
  const image = compileText(text, { debug: variant === 'debug', race: variant === 'race' });
  const r = new TestRun(image, undefined, [], variant === 'race');
  if (variant === 'race') watchRaces(r);
  const measured: Run = (n) => {
    r.output.length = 0;
    const t = cpu();
    r.run('run', undefined, [n]);
    return cpu() - t;
  };
  for (let n = 1, spent = 0; spent < 60; n *= 2) spent += measured(n);
  return measured;
}

/** The detector on one thread, without a kernel: what compiled code does not settle itself costs what it costs there. */
function watchRaces(r: TestRun): void {
  const { machine } = r;
  const kernel = { mem: machine.mem, machine, trace: { watcher: undefined as unknown }, config: { cpus: 1 }, cpuNumber: 0 };
  const detector = new RaceDetector(kernel as unknown as Kernel);
  detector.switched(0, 1);
  detector.atomic(1);
}

/** The peers, as commands on a C file with a main that takes the repetitions and prints its own CPU time. */
const PEERS: Record<string, (file: string, program: string) => { readonly build?: string[]; readonly run: string[] }> = {
  'gcc -O0': (file, program) => ({ build: ['gcc', '-O0', '-w', '-o', program, file], run: [program] }),
  'tcc -run': (file) => ({ run: ['tcc', '-w', '-run', file] }),
  picoc: (file) => ({ run: ['picoc', file, '-'] }),
};

const isPresent = (command: string): boolean => !spawnSync(command.split(' ')[0], ['-v'], { timeout: 5000 }).error;

/** Undefined when the peer cannot do the program. */
function peer(name: string, text: string, dir: string): Run | undefined {
  const file = join(dir, 'k.c');
  const main =
    'int main(int c, char **v) { int r; double t; t = clock(); r = run(atoi(v[1])); t = clock() - t; printf("%d %f\\n", r, t); return 0; }';
  writeFileSync(file, `#include <stdio.h>\n#include <stdlib.h>\n#include <time.h>\n${text}\n${main}\n`);
  const program = join(dir, name.split(' ')[0]);
  const { build, run } = PEERS[name](file, program);
  const start = (n: number): number => {
    const r = spawnSync(run[0], [...run.slice(1), String(n)], { encoding: 'utf8', timeout: 20_000 });
    return r.status === 0 ? Number(/^-?\d+ ([\d.]+)\s*$/.exec(r.stdout)?.[1]) / 1e3 : NaN;
  };
  if (build && spawnSync(build[0], build.slice(1)).status !== 0) return undefined;
  return start(1) >= 0 ? start : undefined;
}

const ROUNDS = 9;

function programs(): void {
  const dir = mkdtempSync(join(tmpdir(), 'bench-'));
  const peers = Object.keys(PEERS).filter(isPresent);
  const absent = Object.keys(PEERS).filter((p) => !peers.includes(p));
  if (absent.length) console.log(`not here, so not measured: ${absent.join(', ')}`);
  const ratios = new Map<string, number[]>();
  const base = 'gcc -O0';
  const columns = [...peers.filter((p) => p !== base), ...VARIANTS];
  const only = process.argv.find((a) => a.startsWith('--only='))?.slice(7);
  console.log(`us of CPU time a repetition, and times ${base}`);
  console.log(`${'program'.padEnd(9)}${[base, ...columns].map((c) => c.padStart(c === base ? 10 : 17)).join('')}  steps/us`);
  for (const { name, text } of KERNELS) {
    if (only && only !== name) continue;
    const slopes = new Map<string, Slope>();
    for (const c of [base, ...columns]) {
      const run = (VARIANTS as readonly string[]).includes(c)
        ? ours(text, c as Variant)
        : peers.includes(c)
          ? peer(c, text, dir)
          : undefined;
      if (run) slopes.set(c, new Slope(run, calibrate(run)));
    }
    // In turns, so that a slow moment of the machine does not hit one of them alone.
    for (let i = 0; i < ROUNDS; i++) for (const [c, s] of slopes) if (c !== 'picoc' || i < 2) s.round();
    const one = (slopes.get(base)?.value ?? NaN) * 1e3;
    let line = `${name.padEnd(9)}${one.toFixed(1).padStart(10)}`;
    for (const c of columns) {
      const us = (slopes.get(c)?.value ?? NaN) * 1e3;
      const list = ratios.get(c) ?? [];
      ratios.set(c, list);
      if (us / one > 0) list.push(us / one);
      line += us > 0 ? `${us.toFixed(1).padStart(10)} ${(us / one).toFixed(2).padStart(6)}` : '-'.padStart(17);
    }
    console.log(`${line} ${((stepsOf(text, 2) - stepsOf(text, 1)) / (slopes.get('plain')!.value * 1e3)).toFixed(0).padStart(9)}`);
  }
  const mean = (list: readonly number[]): string =>
    list.length ? Math.exp(list.reduce((s, x) => s + Math.log(x), 0) / list.length).toFixed(2) : '-';
  const row = (title: string, f: (list: readonly number[]) => string): void =>
    console.log(`${title.padEnd(19)}${columns.map((c) => f(ratios.get(c) ?? []).padStart(17)).join('')}`);
  row('geometric mean', mean);
  row('worst', (list) => (list.length ? Math.max(...list).toFixed(2) : '-'));
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
  const flags = new Float64Array(bytes.buffer, DIRTY_TABLE, MEMORY_SIZE / PAGE_SIZE / 8);
  let dirty = 0;
  show(
    `scan dirty flags of all ${(MEMORY_SIZE / PAGE_SIZE).toLocaleString('en')} pages`,
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
