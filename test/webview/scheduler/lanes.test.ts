// The panel's lanes, made from events: spans, shares, what is under the mouse, and that the picture shows it. No DOM anywhere.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { ScheduleHistory } from '../../../src/trace/schedule.js';
import { encodeEvents } from '../../../src/trace/stream.js';
import { type EventData, Trace } from '../../../src/trace/trace.js';
import { describeEvent, describeHit, describeRow } from '../../../src/webview/scheduler/describe.js';
import { cpuFor, heightOf, hit, positionAt, type Row, rowAt, rowsOf } from '../../../src/webview/scheduler/layout.js';
import { localSchedule } from '../../../src/webview/scheduler/local-schedule.js';
import { Activity, Model } from '../../../src/webview/scheduler/model.js';
import { lastAtMost, NumberList } from '../../../src/webview/scheduler/numbers.js';
import { neighbour, rowOf, selectEvent, selectHit } from '../../../src/webview/scheduler/selection.js';
import { Series } from '../../../src/webview/scheduler/series.js';
import { timeAt, type View, xOf } from '../../../src/webview/scheduler/view.js';
import { batchesOf } from '../../bench/panel-page.js';
import { makeStory } from '../../bench/scheduler-events.js';

const A = -0x70000000000;
const B = A + 0x1000;
const EVENT = A + 0x2000;

/** A model of events given as time, CPU, thread, kind, data. */
function modelOf(...list: [number, number, number, string, EventData][]): Model {
  const clock = { step: 0, time: 0, cpu: 0, thread: 0 };
  const trace = new Trace(clock);
  for (const [time, cpu, thread, kind, data] of list) {
    Object.assign(clock, { step: clock.step + 10, time, cpu, thread });
    trace.event(kind, data);
  }
  const model = new Model();
  const names = [
    { address: A, name: '4.8 System!a', threadId: 8, from: 0 },
    { address: B, name: '4.12 System!b', threadId: 12, from: 0 },
    { address: EVENT, name: 'driver!g_Done' },
  ];
  assert.equal(
    model.append({ generation: 1, length: trace.length, stepNs: 100, cpus: 1, events: encodeEvents(trace, 0, trace.length), names }),
    true,
  );
  return model;
}

/** Two threads on one CPU: A runs, waits; B runs, enters a callback at raised IRQL with a lock, wakes A, is preempted. */
const small = (): Model =>
  modelOf(
    [0, 0, 0, 'ke.ready', { thread: A, cpu: 0, priority: 8, standby: 0 }],
    [0, 0, 0, 'ke.ready', { thread: B, cpu: 0, priority: 8, standby: 0 }],
    [10, 0, A, 'ke.switch', { cpu: 0, from: 0, to: A, reason: 'idle' }],
    [40, 0, A, 'ke.wait', { thread: A, object: EVENT, count: 1, type: 1, reason: 'Executive', due: -1 }],
    [40, 0, B, 'ke.switch', { cpu: 0, from: A, to: B, reason: 'wait' }],
    [50, 0, B, 'ps.callback-enter', { kind: 'process', routine: EVENT, what: 'create 36', depth: 1 }],
    [52, 0, B, 'ke.irql', { from: 0, to: 2 }],
    [52, 0, B, 'ke.spin.acquire', { lock: EVENT }],
    [58, 0, B, 'ke.spin.release', { lock: EVENT }],
    [58, 0, B, 'ke.irql', { from: 2, to: 0 }],
    [60, 0, B, 'ps.callback-leave', { kind: 'process', routine: EVENT, result: 0 }],
    [70, 0, B, 'ke.unwait', { thread: A, status: 0, object: EVENT, by: B }],
    [70, 0, B, 'ke.ready', { thread: A, cpu: 0, priority: 9, standby: 1 }],
    [80, 0, A, 'ke.switch', { cpu: 0, from: B, to: A, reason: 'preempted' }],
    [80, 0, A, 'ke.ready', { thread: B, cpu: 0, priority: 8, standby: 0 }],
    [100, 0, A, 'something.new', { answer: 42, text: 'hello' }],
  );

const spansOf = (s: Series, end: number): [number, number, number][] =>
  Array.from({ length: s.length }, (_, i): [number, number, number] => [s.start(i), s.end(i, end), s.value(i)]).filter(([a, b]) => a < b);

test('spans of CPUs and threads', () => {
  const m = small();
  assert.deepEqual(spansOf(m.cpus[0].run, m.end), [
    [10, 40, 1],
    [40, 80, 2],
    [80, 100, 1],
  ]);
  assert.deepEqual(spansOf(m.cpus[0].irql, m.end), [
    [52, 58, 2],
    [58, 100, 0],
  ]);
  const [a, b] = m.threads;
  assert.deepEqual([a.name, a.threadId, b.name], ['4.8 System!a', 8, '4.12 System!b']);
  assert.deepEqual(spansOf(a.activity, m.end), [
    [0, 10, Activity.Ready],
    [10, 40, Activity.Running],
    [40, 70, Activity.Waiting],
    [70, 80, Activity.Standby],
    [80, 100, Activity.Running],
  ]);
  assert.deepEqual(spansOf(b.activity, m.end), [
    [0, 40, Activity.Ready],
    [40, 80, Activity.Running],
    [80, 100, Activity.Ready],
  ]);
  assert.deepEqual(
    spansOf(b.inside, m.end).filter(([, , v]) => v > 0),
    [[50, 60, 1]],
  );
  assert.deepEqual(
    spansOf(b.locks, m.end).filter(([, , v]) => v > 0),
    [[52, 58, 1]],
  );
});

test('a series: the last value at most, running totals by any cut', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat(20), fc.nat(4)), { minLength: 1, maxLength: 40 }), fc.nat(400), fc.nat(400), (list, p, q) => {
      const s = new Series((v) => (v > 3 ? 3 : v), 3);
      let time = 0;
      const points: [number, number][] = [];
      for (const [passed, value] of list) {
        time += passed;
        points.push([time, value]);
        s.push(time, value, 0);
      }
      const [from, to] = [Math.min(p, q), Math.max(p, q)];
      const expected = [0, 0, 0, 0];
      for (let t = from; t < to; t++) {
        const at = points.filter(([start]) => start <= t).pop();
        if (at) expected[Math.min(3, at[1])]++;
      }
      for (let k = 1; k <= 3; k++) {
        const i = s.find(from);
        const before = i < 0 ? 0 : s.total(k, i, from);
        assert.equal(s.total(k, s.find(to), to) - before, expected[k]);
      }
    }),
  );
});

test('lastAtMost finds what a scan finds, from any guess', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(50)), fc.integer({ min: -2, max: 52 }), fc.nat(60), (list, x, guess) => {
      const numbers = new NumberList();
      for (const v of [...list].sort((a, b) => a - b)) numbers.push(v);
      const expected = list.filter((v) => v <= x).length - 1;
      assert.equal(lastAtMost(numbers.data, numbers.length, x, guess), expected);
    }),
  );
});

const view = (over: Partial<View> = {}): View => ({ left: 0, scale: 1, top: 0, width: 200, height: 200, following: false, ...over });

test('rows lie one below the other and are found by height', () => {
  const rows = rowsOf(small());
  assert.deepEqual(
    rows.map((r) => r.kind),
    ['cpu', 'thread', 'thread'],
  );
  for (const row of rows) {
    assert.equal(rowAt(rows, view({ top: 5 }), row.top - 5), row);
    assert.equal(rowAt(rows, view({ top: 5 }), row.top + row.height - 6), row);
  }
  assert.equal(rowAt(rows, view(), heightOf(rows)), undefined);
});

test('the mouse hits events within reach, else the moment between them', () => {
  const m = small();
  const rows = rowsOf(m);
  const v = view({ scale: 0.5 });
  const at = (row: Row, time: number) => hit(m, rows, v, xOf(v, time), row.top + 1 - v.top);
  assert.equal(m.events.kind(at(rows[0], 51)?.event ?? -1).kind, 'ps.callback-enter'); // 2 pixels from it, also from the next: the nearer
  const between = at(rows[0], 25);
  assert.equal(between?.event, -1);
  assert.equal(between?.row, rows[0]);
  assert.equal(hit(m, rows, v, -1, 0), undefined);
  assert.equal(hit(m, rows, v, 0, 5000), undefined);
  const s = selectHit(m, between as NonNullable<typeof between>);
  assert.deepEqual([s.time, s.event, s.threadId], [25, -1, 8]);
  // half way between the events at steps 30 (time 10) and 40 (time 40)
  assert.equal(s.position, (35).toString(16).toUpperCase() + ':0');
});

test('positions between events lie between theirs', () => {
  const m = new Model();
  for (const batch of batchesOf(makeStory(3000))) m.append(batch);
  fc.assert(
    fc.property(fc.double({ min: 0, max: 1, noNaN: true }), fc.nat(m.cpus.length - 1), (share, c) => {
      const cpu = m.cpus[c];
      const time = m.begin + share * (m.end - m.begin);
      const position = positionAt(m, cpu, time);
      const i = lastAtMost(cpu.times.data, cpu.times.length, time);
      const step = Number.parseInt(position, 16);
      if (i >= 0) assert.ok(step >= m.events.step(cpu.events.data[i]));
      if (i >= 0 && i + 1 < cpu.times.length) assert.ok(step <= m.events.step(cpu.events.data[i + 1]));
    }),
  );
});

test('the keyboard goes from event to event of a row and stays inside', () => {
  const m = small();
  const rows = rowsOf(m);
  const row = rows[1];
  const seen: number[] = [];
  let s = undefined as ReturnType<typeof selectEvent> | undefined;
  for (let i = 0; i < 30; i++) {
    const e = neighbour(row, s, 1);
    seen.push(e);
    s = selectEvent(m, e, row);
  }
  const own = Array.from(row.lane.events.data.subarray(0, row.lane.events.length));
  assert.deepEqual([...new Set(seen)], own);
  const back: number[] = [];
  for (let i = 0; i < 30; i++) {
    const e = neighbour(row, s, -1);
    back.push(e);
    s = selectEvent(m, e, row);
  }
  assert.deepEqual([...new Set([own[own.length - 1], ...back])], [...own].reverse());
  assert.equal(rowOf(m, rows, own[0], row), row);
  assert.equal(rowOf(m, rows, 15, rows[2]), rows[0], 'an event of another thread is shown in its CPU');
});

test('words: events, rows, what is under the mouse', () => {
  const m = small();
  const rows = rowsOf(m);
  assert.equal(describeEvent(m, 4), 'context switch: 4.8 System!a → 4.12 System!b (wait)');
  assert.equal(describeEvent(m, 3), '4.8 System!a waits for driver!g_Done (Executive)');
  assert.equal(describeEvent(m, 11), '4.8 System!a woken by 4.12 System!b, driver!g_Done');
  assert.equal(describeEvent(m, 6), 'IRQL PASSIVE_LEVEL → DISPATCH_LEVEL');
  assert.equal(describeEvent(m, 15), 'new: answer 42, text hello');
  assert.deepEqual(describeRow(m, 3), {
    time: '4.0 µs',
    place: 'CPU 0 · 4.8 System!a',
    text: '4.8 System!a waits for driver!g_Done (Executive)',
  });
  const waiting = describeHit(m, { row: rows[1], time: 55, event: -1 }).join('\n');
  assert.match(waiting, /4\.8 System!a\nwaiting, 4\.0 µs to 7\.0 µs \(3\.0 µs\)/);
  assert.match(waiting, /waits for driver!g_Done \(Executive\)/);
  assert.match(waiting, /woken by 4\.12 System!b/);
  const busy = describeHit(m, { row: rows[2], time: 55, event: -1 }).join('\n');
  assert.match(busy, /inside: notify callback called: kind process/);
  assert.match(busy, /holds 1 lock/);
  const cpu = describeHit(m, { row: rows[0], time: 55, event: 5 }).join('\n');
  assert.match(cpu, /CPU 0: 4\.12 System!b/);
  assert.match(cpu, /because of: wait/);
  assert.match(cpu, /DISPATCH_LEVEL/);
  assert.match(cpu, /position 3C:0/);
});

test('a thread whose address is used again has a lane of its own', () => {
  const m = modelOf(
    [0, 0, 0, 'ke.thread.start', { thread: A, start: 0 }],
    [1, 0, 0, 'ke.ready', { thread: A, cpu: 0, priority: 8, standby: 0 }],
    [2, 0, A, 'ke.switch', { cpu: 0, from: 0, to: A, reason: 'idle' }],
    [3, 0, A, 'ke.thread.exit', { thread: A, status: 0 }],
    [3, 0, 0, 'ke.switch', { cpu: 0, from: A, to: 0, reason: 'exit' }],
    [5, 0, 0, 'ke.thread.start', { thread: A, start: 0 }],
    [6, 0, 0, 'ke.ready', { thread: A, cpu: 0, priority: 8, standby: 0 }],
  );
  assert.equal(m.threads.length, 2);
  assert.equal(m.threads[0].activity.last, Activity.None);
  assert.equal(m.threads[1].activity.last, Activity.Ready);
  assert.equal(m.threadAt(A, 3), m.threads[0]);
  assert.equal(m.threadAt(A, 6), m.threads[1]);
});

test('the state from the lanes agrees with the state from the trace', () => {
  const story = makeStory(4000);
  const m = new Model();
  for (const batch of batchesOf(story)) m.append(batch);
  const h = new ScheduleHistory(story.trace);
  for (const index of [100, 777, 2048, 3999, story.trace.length]) {
    const exact = h.at(index);
    const local = localSchedule(m, index);
    assert.equal(cpuFor(m, rowsOf(m)[0], 0), m.cpus[0]);
    for (const t of local.threads) {
      const other = exact.threads.get(t.address);
      const between = other?.activity === 'waiting' && exact.cpus.some((c) => c.thread === t.address); // still on its CPU
      if (!between) assert.equal(t.state, other?.activity === 'initialized' ? t.state : other?.activity, `${t.name} at ${index}`);
    }
    for (const c of local.cpus) {
      const { thread } = exact.cpus[c.cpu];
      assert.equal(c.running, thread === 0 ? 'Idle' : m.nameOf(thread));
    }
  }
});

test('times and pixels are each other’s inverse', () => {
  fc.assert(
    fc.property(fc.double({ min: 0.1, max: 1e4, noNaN: true }), fc.nat(1_000_000), fc.nat(2000), (scale, left, x) => {
      const v = view({ scale, left });
      assert.ok(Math.abs(xOf(v, timeAt(v, x)) - x) < 1e-4);
    }),
  );
});
