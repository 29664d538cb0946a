// What waiting, waking and switching cost, and whether that depends on how many threads there are. Every figure stands beside a peer of the same run: calls of a
// kernel routine that does nearly nothing, ten threads instead of ten thousand, and two processes of the host that wake each other through pipes. CPU time, best of
// several. Run with `npm run bench dispatcher` (dispatcher.mjs bundles this first). Prints; asserts nothing.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { KPRCB } from '../../src/kernel/layouts.gen.js';
import { MEMORY_SIZE, PAGE_SIZE } from '../../src/machine/abi.js';
import type { Build } from '../../src/scenario/build.js';
import { Simulation } from '../../src/scenario/simulation.js';
import { buildText } from '../scenario/product.js';
import { besideWaiters, emptyCalls, NOTHING, pingPong, scenario, sleepers, timers, yielders } from './dispatcher-driver.js';

const ROUNDS = Number(process.argv[2] ?? 7);
const PIECE = 4_000;

const build = (driver: string, cpus = 1): Build => buildText(scenario(cpus), { 'driver.c': driver });

interface Measured {
  readonly ns: number;
  readonly switches: number;
  readonly simulation: Simulation;
}

/** Runs until the driver has printed `stop`, or to the end; the time since it printed `go`. */
function measure(b: Build, last: Simulation | undefined, v: Variant): Measured {
  const s = new Simulation(b, { debug: false, reuse: last });
  const k = s.kernel;
  const switches = (): number => {
    let n = 0;
    for (let c = 0; c < k.config.cpus; c++) n += k.mem.u32(k.prcb(c) + KPRCB.KeContextSwitches);
    return n;
  };
  let seen = 0;
  const printed = (text: string): boolean => {
    for (; seen < k.trace.length; seen++)
      if (k.trace.kind(seen) === 'ke.output' && String(k.trace.data(seen).text).includes(text)) return true;
    return false;
  };
  const until = (text: string): void => {
    while (!printed(text))
      if (s.advance(PIECE, false).kind === 'ended' && !printed(text)) throw new Error(`the driver never printed ${text}`);
  };
  until('go');
  const before = switches();
  const start = process.cpuUsage();
  k.trace.recording = v.recording ?? true;
  if (v.whole) while (s.advance(100_000_000, false).kind !== 'ended');
  else until('stop');
  const used = process.cpuUsage(start);
  if (k.trace.recording && !printed('stop')) throw new Error('the driver never printed stop');
  return { ns: (used.user + used.system) * 1000, switches: switches() - before, simulation: s };
}

interface Variant {
  readonly name: string;
  readonly b: Build;
  readonly recording?: boolean;
  /** To the end of the run: nobody looks at the events meanwhile, and what follows the measured part is little. */
  readonly whole?: boolean;
  /** Operations of the measured part; default: its context switches. */
  readonly operations?: number;
}

/** Best of several for each variant, alternating: nanoseconds an operation. */
function best(variants: readonly Variant[], rounds = ROUNDS): number[] {
  const out = variants.map(() => Number.POSITIVE_INFINITY);
  const last: (Simulation | undefined)[] = [];
  for (let i = 0; i < rounds; i++)
    variants.forEach((v, j) => {
      const m = measure(v.b, last[j], v);
      last[j] = m.simulation;
      out[j] = Math.min(out[j], m.ns / (v.operations ?? m.switches));
    });
  return out;
}

const perSecond = (ns: number): string => `${Math.round(1e6 / ns)},000 a second`.replace(/^(\d+)(\d{3}),/, '$1,$2,');

/** Two processes of the host that wake each other through pipes: microseconds a wake. Undefined without a C compiler. */
function hostPingPong(): number | undefined {
  const folder = mkdtempSync(join(tmpdir(), 'bench-'));
  try {
    const source = join(folder, 'pipe.c');
    writeFileSync(source, HOST);
    if (spawnSync('gcc', ['-O2', '-o', join(folder, 'pipe'), source]).status !== 0) return undefined;
    return Number(spawnSync(join(folder, 'pipe'), { encoding: 'utf8' }).stdout);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const HOST = `#define _GNU_SOURCE
#include <sched.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>
#define ROUNDS 100000
int main(void) {
  int a[2], b[2];
  char c = 0;
  cpu_set_t one;
  CPU_ZERO(&one);
  CPU_SET(0, &one);
  sched_setaffinity(0, sizeof one, &one);
  if (pipe(a) || pipe(b)) return 1;
  if (fork() == 0) {
    for (int i = 0; i < ROUNDS; i++) if (read(a[0], &c, 1) != 1 || write(b[1], &c, 1) != 1) return 1;
    return 0;
  }
  struct timespec s, e;
  clock_gettime(CLOCK_MONOTONIC, &s);
  for (int i = 0; i < ROUNDS; i++) if (write(a[1], &c, 1) != 1 || read(b[0], &c, 1) != 1) return 1;
  clock_gettime(CLOCK_MONOTONIC, &e);
  printf("%f", ((e.tv_sec - s.tv_sec) * 1e9 + (e.tv_nsec - s.tv_nsec)) / 1e3 / (2.0 * ROUNDS));
  return 0;
}
`;

function wakes(): void {
  const rounds = 50_000;
  const [pair, silent, call] = best([
    { name: 'pair', b: build(pingPong(rounds)), whole: true, operations: 2 * rounds },
    { name: 'without recording', b: build(pingPong(rounds)), recording: false, whole: true, operations: 2 * rounds },
    { name: 'calls', b: build(emptyCalls(5 * rounds)), operations: 10 * rounds },
  ]);
  console.log(
    `KeSetEvent + KeWaitForSingleObject between two threads: ${pair.toFixed(0)} ns a pair, ${perSecond(pair)}; not recorded: ${silent.toFixed(0)} ns, ${perSecond(silent)}`,
  );
  console.log(
    `  a call of KeReadStateEvent from compiled code takes ${call.toFixed(0)} ns: a pair costs ${(pair / call).toFixed(1)} calls`,
  );
  const host = hostPingPong();
  if (host !== undefined)
    console.log(
      `  two processes of this host on one core, through pipes: ${(1000 * host).toFixed(0)} ns a wake: ${(pair / 1000 / host).toFixed(2)} of it`,
    );
}

/** The same with few and with many, as a ratio. */
function growth(title: string, few: Variant, many: Variant): void {
  const [a, b] = best([few, many], Math.max(3, ROUNDS - 3));
  console.log(`${title.padEnd(66)} ${few.name} ${a.toFixed(0)} ns, ${many.name} ${b.toFixed(0)} ns: ${(b / a).toFixed(2)}`);
}

function switching(): void {
  for (const cpus of [1, 4, 64]) {
    for (const spread of [false, true]) {
      const variant = (threads: number): Variant => ({ name: String(threads), b: build(yielders(threads, 40_000, spread), cpus) });
      growth(
        `context switch, ${cpus} CPUs, ready threads of ${spread ? 'five priorities' : 'one priority'}:`,
        variant(10 * cpus),
        variant(10_000),
      );
    }
  }
  const waiters = (n: number): Variant => ({ name: String(n), b: build(besideWaiters(n, 20_000)), operations: 40_000 });
  growth('pair beside threads that wait for one event:', waiters(10), waiters(10_000));
  const set = (n: number): Variant => ({ name: String(n), b: build(timers(n, 40_000)), operations: 40_000 });
  growth('KeSetTimer among timers that are set:', set(10), set(10_000));
}

/** Memory of the host for threads that do nothing, beside the pages of simulated memory that they touched. */
function idle(): void {
  idleThreads('system', build(besideWaiters(10, 10)), build(besideWaiters(10_000, 10)));
  idleThreads('user', buildText(sleepers(10), { 'driver.c': NOTHING }), buildText(sleepers(10_000), { 'driver.c': NOTHING }));
}

function idleThreads(kind: string, small: Build, large: Build): void {
  const count = 9_990;
  const touched = (x: Simulation): number => {
    let n = 0;
    for (let o = 0; o < MEMORY_SIZE; o += PAGE_SIZE) if (x.kernel.mem.raw.unequal(o, o + PAGE_SIZE, 0) < o + PAGE_SIZE) n++;
    return n * PAGE_SIZE;
  };
  const run = (x: Build): { rss: number; touched: number; trace: number } => {
    global.gc?.();
    const before = process.memoryUsage().rss;
    const s = new Simulation(x, { debug: false });
    let seen = 0;
    for (let go = false; !go; ) {
      s.advance(PIECE, false);
      for (; seen < s.kernel.trace.length; seen++)
        go ||= s.kernel.trace.kind(seen) === 'ke.output' || s.kernel.trace.kind(seen) === 'um.output';
    }
    global.gc?.();
    return { rss: process.memoryUsage().rss - before, touched: touched(s), trace: s.kernel.trace.length };
  };
  const few = run(small);
  const many = run(large);
  const host = (many.rss - few.rss) / count;
  const pages = (many.touched - few.touched) / count;
  console.log(
    `an idle ${kind} thread: ${(pages / PAGE_SIZE).toFixed(2)} pages touched, ${(host / 1024).toFixed(1)} KiB of the host: ${(host / pages).toFixed(2)} of them (with ${((many.trace - few.trace) / count).toFixed(0)} events of the trace)`,
  );
}

const parts: Record<string, () => void> = { wakes, switching, idle };
const part = parts[process.argv[3] ?? ''];
if (!part) throw new Error(`no part called ${process.argv[3]}; there are: ${Object.keys(parts).join(', ')}`);
part();
