import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { KERNEL_BASE } from '../../src/machine/abi.js';
import { toJsonLines } from '../../src/trace/export.js';
import { comparePositions, formatPosition, parsePosition } from '../../src/trace/position.js';
import { count, last, select } from '../../src/trace/query.js';
import { type EventData, Trace } from '../../src/trace/trace.js';

const THREAD = KERNEL_BASE + 0x4001000;

/** A trace with a clock that the test moves. */
function traced() {
  const clock = { step: 0, time: 0, cpu: 0, thread: THREAD };
  return { clock, trace: new Trace(clock) };
}

function story(n = 50, from = 0, seed = 1) {
  const t = traced();
  play(t, n, from, seed);
  return t;
}

function play({ clock, trace }: ReturnType<typeof traced>, n: number, from = 0, seed = 1): void {
  for (let i = from; i < n; i++) {
    clock.step = 10 * (i >> 1);
    clock.time = clock.step + (i % 3);
    clock.cpu = i % 2;
    if (i % 3 === 0) trace.event('ke.switch', { from: THREAD + i, to: THREAD, reason: i % 2 ? 'quantum' : 'preempted' });
    else if (i % 3 === 1) trace.event('io.output', { text: `line ${i * seed}` });
    else trace.event('ke.bugcheck', { code: 0xd1, p1: 0xfffff80001234567n });
  }
}

test('an event gives back what was recorded', () => {
  const { trace, clock } = traced();
  Object.assign(clock, { step: 0x1a3, time: 7, cpu: 3 });
  trace.event('a.b');
  trace.event('ke.x', { n: -5, a: THREAD, big: -1n, text: 'Grüße', f: 0.5 });
  const i = trace.length - 1;
  assert.deepEqual(trace.get(i), {
    index: 1,
    position: { step: 0x1a3, sequence: 1 },
    kind: 'ke.x',
    cpu: 3,
    time: 7,
    thread: THREAD,
    data: { n: -5, a: THREAD, big: 0xffffffffffffffffn, text: 'Grüße', f: 0.5 },
  });
  assert.equal(trace.positionText(i), '1A3:1');
  assert.deepEqual(trace.now(), { step: 0x1a3, sequence: 2 });
});

test('positions: text form, order, look-up', () => {
  fc.assert(
    fc.property(fc.nat(2 ** 31), fc.nat(9999), (step, sequence) => {
      assert.deepEqual(parsePosition(formatPosition({ step, sequence })), { step, sequence });
    }),
  );
  assert.equal(parsePosition('x:1'), undefined);
  assert.deepEqual(parsePosition('1a3'), { step: 0x1a3, sequence: 0 });
  const { trace } = story();
  for (let i = 0; i < trace.length; i++) {
    assert.equal(trace.indexAt(trace.position(i)), i);
    if (i) assert.equal(comparePositions(trace.position(i - 1), trace.position(i)) < 0, true);
  }
  assert.equal(trace.indexAt({ step: 1e9, sequence: 0 }), trace.length);
});

test('the hash depends on every part of every event', () => {
  const base = story().trace.hash();
  assert.match(base, /^[0-9a-f]{16}$/);
  assert.equal(story().trace.hash(), base);
  assert.notEqual(story(49).trace.hash(), base);
  const hashes = new Set<string>();
  const one = (kind: string, data: EventData, change: object = {}) => {
    const t = traced();
    Object.assign(t.clock, change);
    t.trace.event(kind, data);
    hashes.add(t.trace.hash());
  };
  one('a', { x: 1 });
  one('b', { x: 1 });
  one('a', { y: 1 });
  one('a', { x: 2 });
  one('a', { x: '1' });
  one('a', { x: 1n });
  one('a', { x: 1.5 });
  one('a', { x: 2 ** 32 + 1 });
  one('a', { x: 1 }, { cpu: 1 });
  one('a', { x: 1 }, { time: 1 });
  one('a', { x: 1 }, { step: 1 });
  one('a', { x: 1 }, { thread: 0 });
  assert.equal(hashes.size, 12);
});

test('running again after going back verifies and appends nothing', () => {
  const t = story(50);
  const before = t.trace.hash();
  t.trace.seek(20);
  assert.equal(t.trace.inPast, true);
  assert.equal(t.trace.hash(), story(20).trace.hash());
  play(t, 50, 20);
  assert.equal(t.trace.length, 50);
  assert.equal(t.trace.difference, undefined);
  assert.equal(t.trace.hash(), before);
  play(t, 60, 50);
  assert.equal(t.trace.hash(), story(60).trace.hash());
});

test('the first difference is reported and starts a branch', () => {
  const t = story(50);
  t.trace.seek(20);
  play(t, 30, 20, 2); // other texts: first at 22
  assert.equal(t.trace.difference?.index, 22);
  assert.deepEqual(t.trace.difference?.expected.data, { text: 'line 22' });
  assert.deepEqual(t.trace.difference?.actual.data, { text: 'line 44' });
  assert.equal(t.trace.length, 30);
  assert.equal(t.trace.inPast, false);
});

test('a branch forgets the future', () => {
  const t = story(50);
  t.trace.seek(20);
  t.trace.branch();
  assert.equal(t.trace.length, 20);
  play(t, 50, 20);
  assert.equal(t.trace.hash(), story(50).trace.hash());
  assert.throws(() => t.trace.seek(51), RangeError);
});

test('queries by kind, prefix, thread, CPU and time', () => {
  const { trace } = story(60);
  assert.equal(count(trace, { kinds: ['ke.'] }), 40);
  assert.equal(count(trace, { kinds: ['io.output'], cpu: 0 }), 10);
  assert.deepEqual(select(trace, { kinds: ['ke.switch'] }, 2), [0, 3]);
  assert.equal(count(trace, { thread: 1 }), 0);
  assert.equal(last(trace, { kinds: ['io.output'] }, 10)?.index, 7);
  assert.equal(last(trace, { kinds: ['none'] }), undefined);
  const timed = select(trace, { timeFrom: 100, timeTo: 120 });
  assert.equal(timed.length > 0, true);
  assert.equal(
    timed.every((i) => trace.time(i) >= 100 && trace.time(i) < 120),
    true,
  );
});

test('JSON lines', () => {
  const { trace } = story(3);
  const lines = [...toJsonLines(trace)].map((l) => JSON.parse(l));
  assert.equal(lines.length, 3);
  assert.equal(lines[0].data.to, 'FFFFF80004001000');
  assert.equal(lines[0].thread, 'FFFFF80004001000');
  assert.equal(lines[2].data.p1, '0xFFFFF80001234567');
  assert.equal(lines[1].position, '0:1');
});

test('a million events', () => {
  const { clock, trace } = traced();
  for (let i = 0; i < 1_000_000; i++) {
    clock.step = i;
    trace.event('ke.x', { a: i, s: 'text' });
  }
  assert.equal(trace.length, 1_000_000);
  assert.deepEqual(trace.data(999_999), { a: 999_999, s: 'text' });
});
