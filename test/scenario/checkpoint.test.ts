// A checkpoint is the whole state: taken at any statement and restored into a fresh machine it gives exactly the rest of the same trace; restored in the same
// machine it is verified against what happened; and throwing every object of the kernel away between two pieces changes nothing.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { seedState, xorshift32 } from '../../src/base/prng.js';
import { type Checkpoint, memoryHash } from '../../src/machine/checkpoint.js';
import type { RunReport } from '../../src/scenario/report.js';
import { Simulation } from '../../src/scenario/simulation.js';
import { buildFile, buildText, finish, run, traceText, withMachine } from './product.js';

function dice(seed: number): (limit: number) => number {
  let state = seedState(seed);
  return (limit) => {
    state = xorshift32(state);
    return (state >>> 0) % limit;
  };
}

const build = buildFile('examples/procwatch/procwatch.scenario', { cpus: 4, seed: 7 });
const whole = run(build);
const hash = whole.kernel.trace.hash();
const text = traceText(whole);
const report = whole.report();

test('200 random statements: restored into a fresh machine the rest of the trace is the same', () => {
  const random = dice(2024);
  const total = whole.stepsRun;
  const moments = Array.from({ length: 200 }, () => random(total)).sort((a, b) => a - b);
  const first = new Simulation(build, { debug: false });
  for (const moment of moments) {
    if (moment > first.stepsRun) first.advance(moment - first.stepsRun, false);
    const at = first.kernel.trace.cursor;
    const bytes = first.save();

    const fresh = new Simulation(build, { debug: false, start: 'restore', code: first });
    fresh.load(bytes);
    assert.equal(fresh.stepsRun, first.stepsRun);
    if (at % 5 === 0) assert.equal(memoryHash(fresh.kernel.machine), memoryHash(first.kernel.machine), `memory at step ${moment}`);
    finish(fresh);
    assert.equal(fresh.kernel.trace.hash(), hash, `restored at step ${moment}`);
    assert.deepEqual(traceText(fresh), text.slice(at), `restored at step ${moment}`);
  }
  finish(first);
  assert.equal(first.kernel.trace.hash(), hash, 'taking checkpoints changes nothing');
});

test('a checkpoint is loaded into a machine that booted, and into one that ran another seed', () => {
  const first = new Simulation(build, { debug: false });
  first.advance(6_000, false);
  const bytes = first.save();
  const at = first.kernel.trace.cursor;

  const booted = new Simulation(build, { debug: false });
  booted.load(bytes);
  finish(booted);
  assert.equal(booted.kernel.trace.hash(), hash);
  assert.deepEqual(traceText(booted), text.slice(at));

  const other = run(withMachine(build, { seed: 12345 }));
  const reused = new Simulation(build, { debug: false, reuse: other, start: 'restore' });
  reused.load(bytes);
  finish(reused);
  assert.equal(reused.kernel.trace.hash(), hash);
});

test('restored in the same machine, the run is verified event by event', () => {
  const random = dice(5);
  const s = new Simulation(build, { debug: false });
  const points: { checkpoint: Checkpoint; steps: number; cursor: number }[] = [];
  for (let i = 0; i < 40; i++) {
    points.push({ checkpoint: s.checkpoint(), steps: s.stepsRun, cursor: s.kernel.trace.cursor });
    s.advance(1 + random(500), false);
  }
  finish(s);
  for (let i = 0; i < 60; i++) {
    const p = points[random(points.length)];
    s.restore(p.checkpoint);
    assert.equal(s.stepsRun, p.steps);
    assert.equal(s.kernel.trace.cursor, p.cursor);
    assert.ok(s.kernel.trace.inPast);
    if (i % 3 === 0) finish(s);
    else s.advance(1 + random(4000), false);
    assert.equal(s.kernel.trace.difference, undefined);
    assert.equal(s.kernel.trace.length, text.length);
  }
  finish(s);
  assert.equal(s.kernel.trace.hash(), hash);
  assert.deepEqual(s.report(), report);
});

test('paranoid: every object of the kernel is thrown away between pieces', () => {
  for (const piece of [40, 777]) {
    let s = new Simulation(build, { debug: false });
    const events = traceText(s);
    while (s.advance(piece, false).kind !== 'ended') {
      events.push(...traceText(s, Math.max(s.kernel.trace.begin, events.length)));
      s = new Simulation(build, { debug: false, reuse: s, start: 'continue' });
    }
    events.push(...traceText(s, Math.max(s.kernel.trace.begin, events.length)));
    assert.equal(s.kernel.trace.hash(), hash, `pieces of ${piece}`);
    assert.deepEqual(events, text);
  }
});

test('paranoid: a checkpoint, an emptied machine and a new kernel every 500 steps', () => {
  let s = new Simulation(build, { debug: false });
  while (s.advance(500, false).kind !== 'ended') {
    const bytes = s.save();
    s = new Simulation(build, { debug: false, reuse: s, start: 'restore' });
    s.load(bytes);
  }
  assert.equal(s.kernel.trace.hash(), hash);
  assert.equal(s.stepsRun, whole.stepsRun);
});

test('paranoid: other scenarios end the same way when nothing but the memory survives', () => {
  const paths = ['programs', 'threads', 'registry', 'deadlock', 'conditions', 'bugcheck', 'limits'].map(
    (n) => `test/fixtures/scenarios/${n}.scenario`,
  );
  for (const path of [...paths, 'examples/procwatch-bug/procwatch-bug.scenario']) {
    const other = buildFile(path);
    const wanted = run(other);
    // what is counted from events (calls, output) is not compared: the trace begins at the last checkpoint
    const judgement = ({ bugcheck, statements, traceHash, virtualTime }: RunReport) => ({ bugcheck, statements, traceHash, virtualTime });
    for (const start of ['continue', 'restore'] as const) {
      let s = new Simulation(other, { debug: false });
      while (s.advance(211, false).kind !== 'ended') {
        const bytes = start === 'restore' ? s.save() : undefined;
        s = new Simulation(other, { debug: false, reuse: s, start });
        if (bytes) s.load(bytes);
      }
      assert.deepEqual(judgement(s.report()), judgement(wanted.report()), `${path}, ${start}`);
      assert.deepEqual(
        s.violations.map((v) => v.reason),
        wanted.violations.map((v) => v.reason),
      );
    }
  }
});

test('a bug check and the expectations that failed before it are part of the state', () => {
  const bug = buildText(
    `machine { cpus 2 }
driver "d" { sources "d.c"; }
expect { always g_Value < 5; no bugcheck; }`,
    {
      'd.c': `#include <ntddk.h>
volatile LONG g_Value;
NTSTATUS DriverEntry(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath)
{
    UNREFERENCED_PARAMETER(DriverObject); UNREFERENCED_PARAMETER(RegistryPath);
    for (int i = 0; i < 10; i++) {
        g_Value++;
    }
    *(volatile LONG *)NULL = 1;
    return STATUS_SUCCESS;
}
`,
    },
  );
  const once = run(bug);
  const wanted = once.report();
  assert.equal(wanted.verdict, 'bugcheck');
  assert.match(wanted.expectations[0].reason ?? '', /left side is 5, right side is 5 at d\.c:7/);
  for (const steps of [once.stepsRun - 1, once.stepsRun]) {
    const s = new Simulation(bug, { debug: false });
    s.advance(steps, false);
    const fresh = new Simulation(bug, { debug: false, start: 'restore', code: s });
    fresh.load(s.save());
    finish(fresh);
    assert.deepEqual(fresh.report().bugcheck, wanted.bugcheck);
    assert.deepEqual(fresh.report().expectations, wanted.expectations);
    assert.equal(fresh.kernel.trace.hash(), once.kernel.trace.hash());
  }
});

test('what is no checkpoint is refused', () => {
  const s = new Simulation(build, { debug: false });
  assert.throws(() => s.load(new Uint8Array(40)), /not a saved checkpoint/);
  const bytes = s.save();
  assert.throws(() => s.load(bytes.subarray(0, bytes.length - 1)), /cut off/);
  const two = run(withMachine(build, { cpus: 2 }));
  assert.throws(() => two.load(bytes), /has 4 CPUs, the machine 2/);
});
