// Strategies against known numbers and against brute force: the exact counts of orders, the same final states with and without partial-order reduction, five
// classics of concurrency found wrong and held right, and the two examples.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type ExploreOptions, explore } from '../../src/explore/explore.js';
import { outcomeOf } from '../../src/explore/outcome.js';
import { ReplayChooser } from '../../src/explore/replay.js';
import { Walker } from '../../src/explore/walker.js';
import type { Build } from '../../src/scenario/build.js';
import { Simulation } from '../../src/scenario/simulation.js';
import { buildFile, buildText, finish } from '../scenario/product.js';
import { boundedBuffer, dining, lostUpdate, peterson, threadsBuild } from './programs.js';

/** Why runs fail, over all orders: what decides whether two searches saw the same. */
function outcomes(build: Build, options: ExploreOptions): { orders: number; seen: string[] } {
  const seen = new Set<string>();
  const r = explore(build, {
    ...options,
    all: true,
    onOutcome: (report) => seen.add(`${report.verdict} ${report.expectations.map((e) => `${e.held} ${e.reason ?? ''}`).join()}`),
  });
  assert.equal(r.end, 'complete');
  return { orders: r.progress.orders, seen: [...seen].sort() };
}

test('two threads of N increments: as many orders as there are Mazurkiewicz traces, and interleavings without reduction', () => {
  for (const [n, traces, interleavings] of [
    [1, 4, 6],
    [2, 34, 70],
    [3, 328, 924],
    [4, 3_334, 12_870],
    [5, 34_904, 184_756],
  ]) {
    const build = lostUpdate(n);
    const reduced = outcomes(build, {});
    const brute = outcomes(build, { reduce: false });
    assert.equal(reduced.orders, traces, `${n} increments each`);
    assert.equal(brute.orders, interleavings, `${n} increments each, every interleaving`);
    assert.deepEqual(reduced.seen, brute.seen);
    // the last write decides: from 2 (1 for a single increment) up to all
    assert.equal(reduced.seen.length, n === 1 ? 2 : 2 * n - 1);
  }
});

test('three threads, and an interlocked operation, which is one step', () => {
  const build = lostUpdate(1, 'g_Count++;', 3);
  const reduced = outcomes(build, {});
  assert.deepEqual(reduced.seen, outcomes(build, { reduce: false }).seen);
  assert.equal(reduced.seen.length, 3);
  const right = explore(lostUpdate(3, 'InterlockedIncrement(&g_Count);'));
  assert.equal(right.end, 'complete');
  assert.equal(right.progress.orders, 20); // 6! / (3! 3!): every order of six operations on one place matters
  assert.equal(right.failure, undefined);
});

test('threads that share nothing have one order', () => {
  const build = threadsBuild('LONG g_A; LONG g_B;', ['g_A++; g_A++;', 'g_B++; g_B++;'], 'finally g_A + g_B == 4;');
  const r = explore(build);
  assert.equal(r.end, 'complete');
  assert.equal(r.progress.orders, 1);
  assert.equal(r.sharedPlaces, 0);
  assert.match(outcomeOf(build, r, 'x.scenario').summary, /there is one order/);
});

for (const [name, program] of [
  ['Peterson', peterson],
  ['dining philosophers', dining],
] as const) {
  test(`${name}: the wrong one is found, the right one holds, reduced as by brute force`, () => {
    const wrong = explore(program(false));
    assert.equal(wrong.end, 'failure');
    const right = explore(program(true));
    assert.equal(right.end, 'complete');
    assert.equal(right.failure, undefined);
    assert.equal(right.progress.cut, 0);
    if (name === 'Peterson') {
      const seen = outcomes(program(false), {}).seen;
      assert.equal(seen.length, 2);
      assert.deepEqual(seen, outcomes(program(false), { reduce: false }).seen);
    }
  });
}

test('bounded buffer with `if` for `while`: found by every strategy', () => {
  for (const strategy of ['random', 'pct', 'exhaustive'] as const) {
    const r = explore(boundedBuffer(false), { strategy, schedules: 300 });
    assert.equal(r.end, 'failure', strategy);
    assert.match(r.failure!.report.expectations.find((e) => !e.held)!.text, /g_Bad/);
  }
  assert.equal(explore(boundedBuffer(true), { strategy: 'random', schedules: 100 }).end, 'complete');
});

test('an order that was found is given again by its slices: same trace, in one piece or in many, with and without break tests', () => {
  for (const build of [lostUpdate(2), peterson(false), dining(false), boundedBuffer(false), buildFile('examples/abba/abba.scenario')]) {
    for (const strategy of ['exhaustive', 'random', 'pct'] as const) {
      const r = explore(build, { strategy, schedules: 500 });
      assert.ok(r.failure, `${build.scenario.file.path} ${strategy}`);
      const { report, log } = r.failure;
      let n = 1;
      for (const [debug, piece] of [
        [false, () => 10_000_000],
        [true, () => 10_000_000],
        [true, () => 1 + ((n = (n * 7 + 3) % 1009) % 97)],
      ] as const) {
        const chooser = new ReplayChooser(log);
        const again = finish(new Simulation(build, { debug, chooser }), piece);
        assert.equal(chooser.mismatch, undefined);
        assert.equal(again.kernel.trace.hash(), report.traceHash);
        assert.equal(again.report().verdict, report.verdict);
      }
    }
  }
});

test('random and pct: the seed decides everything', () => {
  for (const strategy of ['random', 'pct'] as const) {
    const logs = [1, 1, 2].map((seed) => {
      const ends: string[] = [];
      explore(lostUpdate(3), { strategy, seed, schedules: 20, all: true, onOutcome: (r) => ends.push(r.traceHash) });
      return ends.join();
    });
    assert.equal(logs[0], logs[1]);
    assert.notEqual(logs[0], logs[2]);
  }
});

test('going back to a mark and taking the same way gives the same state and trace; another way and back too', () => {
  const walker = new Walker(lostUpdate(3), { steps: 1e7, stop: () => false });
  for (walker.restart(); walker.position === 'choice'; ) walker.take(walker.choices[0]);
  walker.restart();
  let dice = 12345;
  const next = (): number => (dice = (Math.imul(dice, 1103515245) + 12345) >>> 0) >>> 8;
  while ((walker.position as string) === 'choice') {
    const mark = walker.mark();
    const before = walker.stateNumber;
    const choices = walker.choices;
    const cpu = choices[next() % choices.length];
    walker.take(cpu);
    const after: unknown[] = [walker.stateNumber, walker.simulation.kernel.trace.hash(), walker.position];
    walker.back(mark);
    assert.equal(walker.stateNumber, before);
    for (let n = next() % 4; n > 0 && (walker.position as string) === 'choice'; n--)
      walker.take(walker.choices[next() % walker.choices.length]);
    walker.back(mark);
    assert.equal(walker.stateNumber, before);
    walker.take(cpu);
    assert.deepEqual([walker.stateNumber, walker.simulation.kernel.trace.hash(), walker.position], after);
  }
});

test('the time is looked at inside an order too: one that never ends does not outlast the budget', () => {
  const build = threadsBuild('volatile LONG g_A;', ['for (;;) g_A++;', 'for (;;) g_A--;'], 'finally g_A == 0;');
  for (const strategy of ['random', 'pct', 'exhaustive'] as const) {
    let asked = 0;
    const r = explore(build, { strategy, stop: () => ++asked > 3 });
    assert.equal(r.end, 'budget', strategy);
    assert.equal(r.progress.executed, 0, strategy);
    assert.ok(r.operations < 5_000, `${strategy}: ${r.operations} operations after the budget was spent`);
  }
});

test('a scenario that never ends: orders are cut, nothing hangs, no verdict', () => {
  const build = threadsBuild('volatile LONG g_Stop; volatile LONG g_X;', ['while (!g_Stop) g_X++;', 'g_X--;'], 'no deadlock;');
  for (const strategy of ['random', 'exhaustive'] as const) {
    const r = explore(build, { strategy, schedules: 3, steps: 30_000 });
    assert.ok(r.progress.cut > 0);
    assert.equal(r.failure, undefined);
    const o = outcomeOf(build, r, 'x.scenario');
    assert.equal(o.verdict, 'budget');
    assert.match(o.summary, /no verdict/);
  }
});

test('a thread that polls for ever is a waiter, not a stream of orders', () => {
  const build = threadsBuild(
    'volatile LONG g_Go; LONG g_Seen;',
    ['while (g_Go == 0) { } g_Seen = g_Go;', 'g_Go = 1; g_Go = 2;'],
    'finally g_Seen > 0;',
  );
  const r = explore(build);
  assert.equal(r.end, 'complete');
  assert.equal(r.progress.cut, 0);
  assert.ok(r.progress.orders < 20, `${r.progress.orders} orders`);
});

test('the search can be given up at any moment', () => {
  let n = 0;
  const build = lostUpdate(5);
  const r = explore(build, { all: true, stop: () => ++n > 3 });
  assert.equal(r.end, 'budget');
  assert.ok(r.progress.orders < 34_904);
  assert.equal(outcomeOf(build, { ...r, failure: undefined } as never, 's').verdict, 'budget');
});

test('a use after free that only some orders have is a bug check', () => {
  const build = buildText('machine { cpus 3; seed 1 }\ndriver "d" { sources "d.c"; }\nexpect { no bugcheck; }\n', {
    'd.c': `
#include <ntddk.h>
static PLONG g_Block;
static PETHREAD g_Threads[2];
static VOID User(PVOID Context) { UNREFERENCED_PARAMETER(Context); PLONG p = g_Block; if (p != NULL) *p += 1; PsTerminateSystemThread(STATUS_SUCCESS); }
static VOID Owner(PVOID Context) { UNREFERENCED_PARAMETER(Context); PLONG p = g_Block; g_Block = NULL; ExFreePoolWithTag(p, 'kcoB'); PsTerminateSystemThread(STATUS_SUCCESS); }
VOID Unload(PDRIVER_OBJECT DriverObject) { UNREFERENCED_PARAMETER(DriverObject); for (int i = 0; i < 2; i++) { KeWaitForSingleObject(g_Threads[i], Executive, KernelMode, FALSE, NULL); ObDereferenceObject(g_Threads[i]); } }
NTSTATUS DriverEntry(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath)
{
    UNREFERENCED_PARAMETER(RegistryPath);
    DriverObject->DriverUnload = Unload;
    g_Block = ExAllocatePool2(POOL_FLAG_NON_PAGED, sizeof(LONG), 'kcoB');
    if (g_Block == NULL) return STATUS_INSUFFICIENT_RESOURCES;
    for (int i = 0; i < 2; i++) {
        HANDLE thread;
        PsCreateSystemThread(&thread, THREAD_ALL_ACCESS, NULL, NULL, NULL, i == 0 ? User : Owner, NULL);
        ObReferenceObjectByHandle(thread, THREAD_ALL_ACCESS, *PsThreadType, KernelMode, (PVOID *)&g_Threads[i], NULL);
        ZwClose(thread);
    }
    return STATUS_SUCCESS;
}
`,
  });
  const r = explore(build);
  assert.equal(r.failure?.report.verdict, 'bugcheck');
});

for (const name of ['lost-update', 'abba']) {
  test(`example ${name}: the default order holds, exhaustive finds the bug and holds for the repaired twin`, () => {
    const build = buildFile(`examples/${name}/${name}.scenario`);
    assert.equal(finish(new Simulation(build, { debug: false })).report().verdict, 'held');
    const r = explore(build);
    assert.equal(r.end, 'failure');
    const repaired = buildFile(`examples/repaired/${name}/${name}.scenario`);
    const held = explore(repaired);
    assert.equal(held.end, 'complete');
    assert.equal(held.failure, undefined);
    assert.equal(outcomeOf(repaired, held, `${name}.scenario`).verdict, 'held');
  });
}
