// The scheduler's state from the trace: rules that hold in every run, the small cases by hand, and agreement with the machine itself.
import assert from 'node:assert/strict';
import path from 'node:path';
import { test } from 'node:test';
import { DiskFiles } from '../../src/cli/disk-files.js';
import { ThreadState } from '../../src/kernel/ke/constants.js';
import { prcbOf } from '../../src/kernel/ke/prcb.js';
import { KPRCB, KTHREAD, LIST_ENTRY } from '../../src/kernel/layouts.gen.js';
import { entries } from '../../src/kernel/rtl/list.js';
import { buildScenario } from '../../src/scenario/build.js';
import { Simulation } from '../../src/scenario/simulation.js';
import { ScheduleHistory, type ThreadActivity } from '../../src/trace/schedule.js';
import { type EventData, Trace } from '../../src/trace/trace.js';
import { wdkHeaders as headers } from '../../src/wdk/headers.gen.js';
import { makeStory } from '../bench/scheduler-events.js';

const A = -1000;
const B = -2000;
const C = -3000;

function play(...list: [string, EventData, cpu?: number][]): ScheduleHistory {
  const clock = { step: 0, time: 0, cpu: 0, thread: 0 };
  const trace = new Trace(clock);
  for (const [kind, data, cpu] of list) {
    clock.step++;
    clock.cpu = cpu ?? 0;
    trace.event(kind, data);
  }
  return new ScheduleHistory(trace);
}

const ready = (thread: number, priority: number, standby = 0): [string, EventData] => ['ke.ready', { thread, cpu: 0, priority, standby }];
const to = (from: number, thread: number, reason: string): [string, EventData] => ['ke.switch', { cpu: 0, from, to: thread, reason }];

test('queues are ordered by priority, a preempted thread is the first of its equals', () => {
  const h = play(ready(A, 8), to(0, A, 'idle'), ready(B, 8), ready(C, 10, 1), to(A, C, 'preempted'), ready(A, 8));
  const before = h.at(4);
  assert.deepEqual([before.cpus[0].thread, before.cpus[0].standby, before.cpus[0].ready], [A, C, [B]]);
  const after = h.at(6);
  assert.deepEqual([after.cpus[0].thread, after.cpus[0].standby, after.cpus[0].ready], [C, 0, [A, B]]);
  assert.equal(after.threads.get(A)?.activity, 'ready');
});

test('a wait says for what and why, its end who ended it', () => {
  const h = play(
    ready(A, 8),
    to(0, A, 'idle'),
    ['ke.wait', { thread: A, object: -77, count: 1, type: 1, reason: 'Executive', due: -1 }],
    to(A, 0, 'wait'),
    ['ke.unwait', { thread: A, status: 0, object: -77, by: B }],
    ready(A, 9, 1),
  );
  const waiting = h.at(4).threads.get(A);
  assert.deepEqual([waiting?.activity, waiting?.object, waiting?.reason, waiting?.since], ['waiting', -77, 'Executive', 2]);
  const woken = h.at(6).threads.get(A);
  assert.deepEqual([woken?.activity, woken?.wokenBy, woken?.priority], ['standby', B, 9]);
});

test('IRQL, DPCs and spinning belong to a CPU; an address used again is another thread', () => {
  const h = play(
    ['ke.boot', { cpus: 3, seed: 1, build: 1 }],
    ['ke.irql', { from: 0, to: 2 }, 1],
    ['ke.spin.wait', { lock: -5 }, 1],
    ['ke.dpc.start', { dpc: -6, routine: -7, cpu: 2 }, 2],
    ['ke.thread.start', { thread: A, start: 0 }],
    ['ke.thread.exit', { thread: A, status: 0 }],
    ['ke.thread.start', { thread: A, start: 0 }],
    ['ke.spin.acquire', { lock: -5 }, 1],
    ['ke.dpc.end', { dpc: -6, routine: -7, cpu: 2 }, 2],
  );
  const s = h.at(6);
  assert.deepEqual(
    s.cpus.map((c) => [c.irql, c.spinning, c.dpc]),
    [
      [0, 0, 0],
      [2, -5, 0],
      [2, 0, -7],
    ],
  );
  assert.deepEqual([s.threads.get(A)?.activity, s.threads.get(A)?.from], ['terminated', 4]);
  assert.deepEqual([h.at(7).threads.get(A)?.activity, h.at(7).threads.get(A)?.from], ['initialized', 6]);
  assert.deepEqual(
    h.at(99).cpus.map((c) => [c.irql, c.spinning, c.dpc]),
    [
      [0, 0, 0],
      [2, 0, 0],
      [0, 0, 0],
    ],
  );
});

test('the state at a moment does not depend on what was asked before', () => {
  const { trace, cpus } = makeStory(20_000);
  const h = new ScheduleHistory(trace);
  for (const index of [0, 1, 4095, 4096, 4097, 15_000, 3, 20_000, 12_288]) {
    const fresh = new ScheduleHistory(trace).at(index);
    const s = h.at(index);
    assert.deepEqual(s, fresh);
    assert.equal(s.cpus.length, index === 0 ? 0 : cpus);
    const running = s.cpus.map((c) => c.thread).filter((t) => t !== 0);
    assert.equal(new Set(running).size, running.length, 'no thread runs twice');
    for (const t of running) assert.equal(['running', 'waiting', 'ready'].includes(s.threads.get(t)?.activity ?? ''), true);
    for (const c of s.cpus) for (const t of c.ready) assert.equal(s.threads.get(t)?.activity, 'ready');
  }
});

test('after a branch of the trace the history says that it is old', () => {
  const { trace } = makeStory(1000);
  const h = new ScheduleHistory(trace);
  assert.equal(h.valid, true);
  trace.seek(500);
  assert.equal(h.valid, true);
  trace.branch();
  assert.equal(h.valid, false);
});

const NAMES: Record<number, ThreadActivity> = {
  [ThreadState.Initialized]: 'initialized',
  [ThreadState.Ready]: 'ready',
  [ThreadState.Running]: 'running',
  [ThreadState.Standby]: 'standby',
  [ThreadState.Waiting]: 'waiting',
  [ThreadState.Terminated]: 'terminated',
};

test('at every pause of a real run the trace tells the scheduler state that the memory has', () => {
  const root = path.resolve(import.meta.dirname, '../..');
  const build = buildScenario(path.join(root, 'examples/procwatch/procwatch.scenario'), { files: new DiskFiles(), headers });
  const simulation = new Simulation(build, { debug: false });
  const { kernel } = simulation;
  const { mem, trace } = kernel;
  const history = new ScheduleHistory(trace);
  let compared = 0;
  for (;;) {
    const { kind } = simulation.advance(97, false);
    const s = history.at(trace.cursor);
    for (let cpu = 0; cpu < kernel.config.cpus; cpu++) {
      const prcb = prcbOf(kernel, cpu);
      const current = mem.ptr(prcb + KPRCB.CurrentThread);
      const c = s.cpus[cpu];
      assert.equal(c.thread, current === mem.ptr(prcb + KPRCB.IdleThread) ? 0 : current);
      assert.equal(c.standby, mem.ptr(prcb + KPRCB.NextThread));
      const queued: number[] = [];
      for (let priority = 31; priority >= 0; priority--) {
        const head = prcb + KPRCB.DispatcherReadyListHead + priority * LIST_ENTRY.sizeof;
        for (const entry of entries(mem, head, 1000)) queued.push(entry - KTHREAD.WaitListEntry);
      }
      assert.deepEqual(c.ready, queued);
    }
    for (const t of s.threads.values()) {
      if (t.activity === 'terminated') continue; // its memory may be another's by now
      assert.equal(t.activity, NAMES[mem.u32(t.thread + KTHREAD.State)]);
      assert.equal(t.priority === 0 || t.priority === mem.i8(t.thread + KTHREAD.Priority), true);
      compared++;
    }
    if (kind === 'ended') break;
  }
  assert.ok(compared > 500, `${compared} comparisons`);
});
