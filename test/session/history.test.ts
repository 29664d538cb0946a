// The recorded run: any moment of it can be shown again exactly, running back stops where running forward would have stopped, the budget is kept, and a change in the
// past makes a branch. That recording changes nothing in a run is shown by looking.test.ts, whose sessions record.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Build } from '../../src/scenario/build.js';
import { buildFile } from '../scenario/product.js';
import { driverBuild, lineWith, type Rig, rig, stateOf } from './history-rig.js';

const c = `#include <ntddk.h>
static ULONG g_Table[65536];
static int g_Extra;
static ULONG Mix(ULONG x)
{
    x ^= x << 13;
    x ^= x >> 17;
    return x ^ (x << 5);
}
static VOID Unload(PDRIVER_OBJECT d) { (void)d; }
NTSTATUS DriverEntry(PDRIVER_OBJECT d, PUNICODE_STRING p)
{
    ULONG x = 1;
    d->DriverUnload = Unload;
    for (int round = 0; round < ROUNDS; round++) {
        for (int i = 0; i < 1000; i++) {
            x = Mix(x + i);
            g_Table[x & 65535] += round;
        }
        if (round % 4 == 1) {
            DbgPrint("round %d: %lu, extra %d\\n", round, x, g_Extra);
        }
    }
    return STATUS_SUCCESS;
}
`;
const line = (part: string): number => lineWith(c, part);
const rounds = (n: number): Build => driverBuild(c.replace('ROUNDS', String(n)));
const small = rounds(12);

const paused = (build: Build, steps: number, options = {}): Rig => {
  const r = rig(build, options);
  while (r.session.simulation.stepsRun < steps)
    assert.equal(r.session.run(Math.min(10_000, steps - r.session.simulation.stepsRun)).kind, 'running');
  return r;
};
const goTo = (r: Rig, step: number): string => {
  r.session.goTo({ step, sequence: 0 });
  r.stop();
  return r.position();
};
/** Steps of the whole run. */
const lengthOf = (build: Build): number => {
  const r = rig(build);
  assert.equal(r.go().kind, 'ended');
  return r.session.simulation.stepsRun;
};

test('any moment: the memory is what it was on the way forward', () => {
  for (const build of [buildFile('examples/procwatch/procwatch.scenario', { cpus: 4, seed: 7 }), rounds(100)]) {
    const total = lengthOf(build);
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: total - 2 }), { minLength: 1, maxLength: 12 }), (moments) => {
        const way = paused(build, 0);
        const seen = new Map<number, unknown>();
        for (const m of [...new Set(moments)].sort((a, b) => a - b)) {
          const s = way.session.simulation;
          while (s.stepsRun < m) way.session.run(m - s.stepsRun);
          s.settle();
          seen.set(m, stateOf(way.session));
        }
        const r = paused(build, total - 1);
        for (const m of moments) {
          goTo(r, m);
          assert.deepEqual(stateOf(r.session), seen.get(m), `step ${m}`);
        }
        assert.equal(r.session.simulation.kernel.trace.difference, undefined);
      }),
      { numRuns: 6, seed: 12 },
    );
  }
});

test('forward again is the identical run, and its output is not repeated', () => {
  const alone = rig(small);
  assert.equal(alone.go().kind, 'ended');
  const whole = alone.session.simulation.kernel.trace.hash();
  const r = paused(small, 30_000);
  for (const step of [20_000, 5, 29_000]) {
    goTo(r, step);
    assert.ok(r.session.moment(0).inPast);
  }
  goTo(r, 100);
  r.session.continue();
  assert.deepEqual(r.go(777), { kind: 'ended', exitCode: 0 });
  assert.equal(r.session.simulation.kernel.trace.hash(), whole);
  assert.equal(r.session.simulation.kernel.trace.difference, undefined);
  assert.equal(r.text('console'), alone.text('console'));
});

test('a moment that has not been reached, and the present', () => {
  const r = paused(small, 30_000);
  const present = r.position();
  assert.throws(() => r.session.goTo({ step: 30_001, sequence: 0 }), /has not come to 7531:0 yet/);
  goTo(r, 10);
  assert.equal(r.session.moment(0).present, present);
  r.session.goTo('present');
  const stop = r.stop();
  assert.equal(r.position(), present);
  assert.equal(r.session.moment(0).inPast, false);
  assert.doesNotMatch(stop.description ?? '', /past/);
  r.session.goTo('present');
  r.stop();
  assert.equal(r.position(), present);
});

test('running back: two breakpoints, conditions, hit counts, none', () => {
  const r = rig(small);
  r.session.setBreakpoints('d.c', [
    { line: line('if (round % 4') },
    { line: line('g_Table[x'), condition: 'round == 3 && i == 500' },
    { line: line('x = Mix'), hitCondition: '== 2500' },
    { line: line('return x'), logMessage: 'never a stop' },
  ]);
  const way: string[] = [];
  let thread = 0;
  for (;;) {
    const event = r.go();
    if (event.kind !== 'stopped' || way.length === 8) break;
    thread = event.stop.threadId;
    way.push(`${r.position()} ${r.where(thread)}`);
    r.session.continue();
  }
  assert.equal(way.length, 8);
  assert.ok(way.some((w) => w.endsWith(`:${line('g_Table[x')}`)) && way.some((w) => w.endsWith(`:${line('x = Mix')}`)));
  for (const expected of way.reverse()) {
    r.session.reverseContinue();
    const stop = r.stop();
    assert.equal(stop.reason, 'breakpoint');
    assert.equal(stop.breakpointIds?.length, 1);
    assert.equal(`${r.position()} ${r.where(stop.threadId)}`, expected);
  }
  r.session.reverseContinue();
  const start = r.stop();
  assert.match(start.description ?? '', /Start of the recorded run/);
  assert.equal(r.session.simulation.stepsRun, 0);
  // and forward again to the same stops: hit counts went back too
  for (const expected of way.reverse()) {
    r.session.continue();
    r.stop();
    assert.equal(`${r.position()} ${r.where(thread)}`, expected);
  }
  r.session.setBreakpoints('d.c', []);
  r.session.reverseContinue();
  assert.match(r.stop().description ?? '', /Start of the recorded run/);
});

test('a breakpoint in a tight loop, whose condition holds once long ago', () => {
  const r = paused(rounds(300), 2_000_000);
  r.session.setBreakpoints('d.c', [{ line: line('g_Table[x'), condition: 'round == 2 && i == 77' }]);
  r.session.reverseContinue();
  const stop = r.stop();
  assert.equal(stop.reason, 'breakpoint');
  const frame = r.session.stackTrace(stop.threadId, 0, 1).frames[0].id;
  assert.deepEqual(
    ['round', 'i'].map((e) => r.session.evaluate(e, frame, false).value),
    ['2', '77 (0x4D)'],
  );
});

test('a journey back can be paused', () => {
  const r = paused(rounds(600), 4_000_000);
  r.session.setBreakpoints('d.c', [{ line: line('g_Table[x'), condition: 'round == 0 && i == 1' }]);
  r.session.reverseContinue();
  assert.equal(r.session.run(1).kind, 'running');
  r.session.pause(0);
  const stop = r.stop();
  assert.equal(stop.reason, 'pause');
  assert.ok(r.session.simulation.stepsRun < 4_000_000);
  r.session.continue();
  assert.equal(r.session.run(1000).kind, 'running');
});

test('the record keeps its budget and still reaches back to the start', () => {
  const build = rounds(2200);
  const budget = 5 << 20;
  const r = paused(build, 16_000_000, { historyBudget: budget });
  const { history } = r.session.past;
  assert.ok(history.bytes <= budget, `${history.bytes} bytes are held`);
  assert.equal(history.first?.steps, 0);
  assert.ok(history.length >= 5);
  const unbounded = paused(build, 16_000_000);
  assert.ok(unbounded.session.past.history.bytes > 2 * budget, 'the run would need more');
  for (const step of [15_999_990, 15_000_000, 1_000_000, 17]) {
    assert.equal(goTo(r, step), goTo(unbounded, step));
    assert.deepEqual(stateOf(r.session), stateOf(unbounded.session), `step ${step}`);
    assert.ok(history.bytes <= budget, `${history.bytes} bytes are held`);
  }
});

test('a change in the past makes a branch; a change in the present is part of the record', () => {
  const r = rig(small);
  r.session.setBreakpoints('d.c', [{ line: line('if (round % 4') }]);
  const set = (value: number): void => {
    const stop = r.stop();
    r.session.evaluate(`g_Extra = ${value}`, r.session.stackTrace(stop.threadId, 0, 1).frames[0].id, true);
  };
  const value = (): string => r.session.evaluate('g_Extra', undefined, false).value;
  set(5); // round 0
  const edit = r.session.simulation.stepsRun;
  for (let i = 0; i < 3; i++) {
    r.session.continue();
    r.stop();
  }
  assert.match(r.text('console'), /round 1: \d+, extra 5/);
  const hashAtThree = r.session.simulation.kernel.trace.hash();
  // before the change it is not there, behind it it is, running over it makes it again
  goTo(r, edit - 1);
  assert.equal(value(), '0');
  goTo(r, edit);
  assert.equal(value(), '5');
  goTo(r, edit - 500);
  assert.equal(value(), '0');
  for (let i = 0; i < 4; i++) {
    r.session.continue();
    r.stop();
  }
  assert.equal(value(), '5');
  assert.equal(r.session.simulation.kernel.trace.hash(), hashAtThree);
  assert.equal(r.session.simulation.kernel.trace.difference, undefined);
  assert.equal(r.text('important'), '');

  // in the past: what was ahead is dropped, and that is said once
  r.session.reverseContinue();
  r.stop();
  r.session.reverseContinue();
  set(9); // round 1
  r.session.evaluate('g_Extra = 8', undefined, true);
  assert.equal(r.session.moment(0).inPast, false);
  assert.equal(r.text('important').match(/goes another way/g)?.length, 1);
  r.session.setBreakpoints('d.c', []);
  r.session.continue();
  assert.deepEqual(r.go(), { kind: 'ended', exitCode: 0 });
  const rest = r.text('console');
  assert.match(rest, /round 1: \d+, extra 5/);
  assert.match(rest, /round 1: \d+, extra 8[\s\S]*round 5: \d+, extra 8[\s\S]*round 9: \d+, extra 8/);
  assert.equal(r.session.simulation.kernel.trace.difference, undefined);
});

test('a run that differs when it is repeated is said loudly and goes on as a branch', () => {
  const r = paused(small, 30_000);
  goTo(r, 5_000);
  // what nobody may do: simulated memory changed behind the record's back
  const { kernel } = r.session.simulation;
  const at = r.session.evaluate('&g_Extra', undefined, false).value;
  kernel.mem.setU32(Number(BigInt.asIntN(64, BigInt(/0x[0-9A-Fa-f`]+/.exec(at)![0].replaceAll('`', '')))), 77);
  r.session.continue();
  assert.equal(r.go().kind, 'ended');
  assert.match(r.text('important'), /the repeated run was not the recorded one/);
  assert.ok(kernel.trace.difference);
});
