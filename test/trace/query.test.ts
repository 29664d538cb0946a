// The indexed queries answer what a plain look at every event answers, on random traces with branches, and fast on a million events.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { KIND_ID, KINDS, WORD } from '../../src/trace/kinds.js';
import { heldWhileWaiting, lastAcquire, lockHolders } from '../../src/trace/locks.js';
import { atTime, count, last, lastIndex, next, select, type TraceQuery } from '../../src/trace/query.js';
import { irqlOn, readiedBy, runningOn, waitOf } from '../../src/trace/threads.js';
import { Trace } from '../../src/trace/trace.js';

const A = -8e12;
const B = A + 0x1000;
const LOCK = A + 0x9000;
const EVENT = A + 0x9100;

function traced() {
  const clock = { step: 0, time: 0, cpu: 0, thread: A };
  const trace = new Trace(clock, KINDS);
  const at = (thread: number, cpu = 0): Trace => {
    clock.step += 3;
    clock.time = clock.step;
    clock.cpu = cpu;
    clock.thread = thread;
    return trace;
  };
  return { clock, trace, at };
}

const anyEvent = fc.record({ kind: fc.nat(4), thread: fc.constantFrom(0, A, B), cpu: fc.nat(2), object: fc.constantFrom(LOCK, EVENT) });

function play(
  at: (thread: number, cpu?: number) => Trace,
  events: readonly { kind: number; thread: number; cpu: number; object: number }[],
) {
  for (const e of events) {
    const t = at(e.thread, e.cpu);
    if (e.kind === 0) t.event('ke.spin.acquire', { lock: e.object, exclusive: 1, type: 'plain' });
    else if (e.kind === 1) t.event('ke.spin.release', { lock: e.object });
    else if (e.kind === 2) t.event('ke.irql', { from: 0, to: 2 });
    else if (e.kind === 3) t.event('ke.unwait', { thread: B, status: 0, object: e.object, by: A });
    else t.event('um.output', { text: 'x' });
  }
}

/** The same question asked of every event. */
function plain(t: Trace, q: TraceQuery): number[] {
  const out: number[] = [];
  for (let i = Math.max(t.begin, q.from ?? 0); i < Math.min(q.to ?? t.cursor, t.length); i++) {
    const e = t.get(i);
    const kind = !q.kinds || q.kinds.some((k) => k === e.kind || (k.endsWith('.') && e.kind.startsWith(k)));
    const object = q.object === undefined || Object.values(e.data).includes(q.object);
    const time = (q.timeFrom === undefined || e.time >= q.timeFrom) && (q.timeTo === undefined || e.time < q.timeTo);
    if (kind && object && time && (q.thread === undefined || e.thread === q.thread) && (q.cpu === undefined || e.cpu === q.cpu))
      out.push(i);
  }
  return out;
}

const anyQuery = fc.record(
  {
    kinds: fc.constantFrom(['ke.'], ['ke.irql'], ['ke.spin.acquire', 'ke.spin.release'], ['none'], ['um.output']),
    thread: fc.constantFrom(A, B, 0, 7),
    cpu: fc.nat(2),
    object: fc.constantFrom(LOCK, EVENT, A, 5),
    from: fc.nat(40),
    to: fc.nat(40),
    timeFrom: fc.nat(90),
    timeTo: fc.nat(90),
  },
  { requiredKeys: [] },
);

test('select, count, next and last agree with a plain look, also after a branch', () => {
  fc.assert(
    fc.property(
      fc.array(anyEvent, { maxLength: 40 }),
      fc.array(anyEvent, { maxLength: 20 }),
      fc.nat(40),
      anyQuery,
      (first, more, cut, q) => {
        const { trace, at } = traced();
        play(at, first);
        select(trace, q); // the index has seen what the branch takes away
        trace.seek(Math.min(cut, trace.length));
        assert.deepEqual(select(trace, q), plain(trace, q));
        trace.branch();
        play(at, more);
        const expected = plain(trace, q);
        assert.deepEqual(select(trace, q), expected);
        assert.equal(count(trace, q), expected.length);
        assert.equal(next(trace, q, 3), expected.find((i) => i >= 3) ?? -1);
        assert.equal(lastIndex(trace, { ...q, to: undefined }, q.to ?? trace.cursor), plain(trace, q).at(-1) ?? -1);
      },
    ),
  );
});

test('who readied it, what it waits for, who runs, at which IRQL', () => {
  const { trace, at } = traced();
  at(0).event('ke.switch', { cpu: 0, from: 0, to: B, reason: 'idle' });
  at(B).event('ke.wait', { thread: B, object: EVENT, count: 1, type: 1, reason: 'Executive', mode: 0, alertable: 0, due: -1 });
  at(B).event('ke.switch', { cpu: 0, from: B, to: A, reason: 'wait' });
  assert.equal(waitOf(trace, B), 1);
  assert.equal(runningOn(trace, 0), A);
  at(A).event('ke.irql', { from: 0, to: 2 });
  at(A).event('ke.unwait', { thread: B, status: 0, object: EVENT, by: A });
  // B is named by the wake-up of somebody else: not its own
  at(B).event('ke.unwait', { thread: A, status: 0, object: EVENT, by: B });
  assert.deepEqual(readiedBy(trace, B), { index: 4, by: A, object: EVENT });
  assert.equal(waitOf(trace, B), -1);
  assert.equal(waitOf(trace, B, 3), 1, 'at an earlier moment it waited');
  assert.equal(readiedBy(trace, B, 3), undefined);
  assert.deepEqual([irqlOn(trace, 0), irqlOn(trace, 0, 3), irqlOn(trace, 1)], [2, 0, 0]);
  assert.equal(last(trace, { kinds: ['ke.switch'] })?.data.to, A);
  assert.equal(atTime(trace, 0, 4), 1);
  assert.equal(atTime(trace, 0, 1e9), trace.length);
});

test('who holds a lock at a moment; a holder that waits', () => {
  const { trace, at } = traced();
  at(A).event('ex.resource.acquire', { resource: LOCK, exclusive: 0 }); // 0
  at(A).event('ex.resource.acquire', { resource: LOCK, exclusive: 0 }); // 1
  at(B).event('ex.resource.acquire', { resource: LOCK, exclusive: 0 }); // 2
  at(A).event('ex.resource.release', { resource: LOCK, owner: A }); // 3
  assert.deepEqual(lockHolders(trace, LOCK), [
    { thread: A, since: 0, exclusive: false, count: 1 },
    { thread: B, since: 2, exclusive: false, count: 1 },
  ]);
  at(A).event('ex.resource.release', { resource: LOCK, owner: A }); // 4
  assert.deepEqual(
    lockHolders(trace, LOCK).map((h) => h.thread),
    [B],
  );
  assert.deepEqual(
    lockHolders(trace, LOCK, 1).map((h) => [h.thread, h.count]),
    [[A, 1]],
  );
  assert.equal(lastAcquire(trace, LOCK)?.thread, B);
  assert.deepEqual(heldWhileWaiting(trace, 2), { lock: LOCK });
  at(B).event('ke.wait', { thread: B, object: EVENT, count: 1, type: 1, reason: 'Executive', mode: 0, alertable: 0, due: -1 });
  assert.deepEqual(heldWhileWaiting(trace, 0), { lock: LOCK, waits: B });
});

test('a million events are asked by index', () => {
  const { trace, at } = traced();
  for (let i = 0; i < 1_000_000; i++) at(i % 100 === 0 ? B : A).note(KIND_ID['ke.spin.acquire'], LOCK + 8 * (i % 1000), 1, WORD.plain);
  assert.equal(count(trace, { object: LOCK + 8 * 7 }), 1000);
  assert.equal(count(trace, { thread: B }), 10_000);
  for (let i = 0; i < 1000; i++) assert.equal(lastIndex(trace, { object: LOCK + 8 * i }, 500_000), 499_000 + i);
});
