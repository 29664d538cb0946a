// The stream that events are stored in: whatever is recorded comes back, narrow or wide, over chunks, after a cut; words are the same as numbers.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { KERNEL_BASE } from '../../src/machine/abi.js';
import { KIND_ID, KINDS, WORD } from '../../src/trace/kinds.js';
import { MAX_VALUES, Rows } from '../../src/trace/rows.js';
import { Trace } from '../../src/trace/trace.js';
import { addressWord, encode } from '../../src/trace/word.js';

const anyNumber = fc.oneof(
  fc.integer({ min: -2, max: 70 }),
  fc.integer({ min: 0x7ffffff0, max: 0x80000010 }),
  fc.integer({ min: 0, max: 0x6f800000 }).map((o) => KERNEL_BASE + o),
  fc.integer({ min: -0x8000000000000, max: 0x10000000000000 }),
);
/** A kind has as many values in every row. */
const WIDTHS = Array.from({ length: 1100 }, (_, kind) => (kind * 7) % (MAX_VALUES + 1));
const row = fc.record({
  kind: fc.oneof(fc.integer({ min: 0, max: 20 }), fc.integer({ min: 1010, max: 1040 })),
  cpu: fc.integer({ min: 0, max: 63 }),
  steps: fc.oneof(fc.integer({ min: 0, max: 100 }), fc.integer({ min: 0, max: 0x100000010 })),
  time: fc.oneof(fc.integer({ min: 0, max: 1000 }), fc.integer({ min: 0, max: 0x1000000000 })),
  thread: anyNumber,
  values: fc.array(anyNumber, { minLength: MAX_VALUES, maxLength: MAX_VALUES }),
  /** The time is as far from that of the row before as the step. */
  even: fc.boolean(),
});

test('any rows come back as they were recorded, also after a cut', () => {
  fc.assert(
    fc.property(fc.array(row, { minLength: 1, maxLength: 40 }), fc.nat(), fc.array(row, { maxLength: 10 }), (first, cut, then) => {
      const rows = new Rows(WIDTHS);
      const kept: { r: (typeof first)[number]; step: number; time: number }[] = [];
      let step = 0;
      let time = 0;
      const add = (list: typeof first): void => {
        for (const r of list) {
          step += r.steps;
          time = r.even ? time + r.steps : r.time;
          r.values.forEach((v, i) => (rows.scratch[i] = v));
          rows.append(r.kind, r.cpu, Float64Array.of(step, time, r.thread), encode(r.thread));
          kept.push({ r, step, time });
        }
      };
      add(first);
      rows.truncate(cut % (first.length + 1));
      kept.length = cut % (first.length + 1);
      add(then);
      assert.equal(rows.length, kept.length);
      const order = [...kept.keys(), ...kept.map((_, i) => kept.length - 1 - i)];
      for (const i of order) {
        const { r, step, time } = kept[i];
        const values = r.values.slice(0, WIDTHS[r.kind]);
        assert.deepEqual(
          [rows.kind(i), rows.cpu(i), rows.step(i), rows.time(i), rows.thread(i), ...values.map((_, j) => rows.value(i, j))],
          [r.kind, r.cpu, step, time, r.thread, ...values],
        );
      }
    }),
  );
});

test('rows of several chunks, and a cut back into the first', () => {
  const rows = new Rows([8, 8, 8, 8, 8, 8, 8]);
  const many = 40_000;
  for (let i = 0; i < many; i++) {
    for (let j = 0; j < 8; j++) rows.scratch[j] = i + j;
    rows.append(i % 7, i % 64, Float64Array.of(3 * i, 5 * i, 0), 0);
  }
  for (const i of [0, 1, 10_921, 10_922, 10_923, 21_845, many - 1]) {
    assert.deepEqual([rows.kind(i), rows.cpu(i), rows.step(i), rows.time(i), rows.value(i, 7)], [i % 7, i % 64, 3 * i, 5 * i, i + 7]);
  }
  rows.truncate(100);
  rows.scratch[0] = 2 ** 40;
  rows.append(1, 0, Float64Array.of(301, 7, 0), encode(KERNEL_BASE + 16));
  assert.deepEqual(
    [rows.length, rows.step(99), rows.step(100), rows.value(100, 0), rows.thread(100)],
    [101, 297, 301, 2 ** 40, KERNEL_BASE + 16],
  );
});

test('an event in words is the same event', () => {
  const clock = { step: 1, time: 2, cpu: 3, thread: KERNEL_BASE + 0x40 };
  const [a, b] = [new Trace(clock, KINDS), new Trace(clock, KINDS)];
  const kind = KIND_ID['ke.ready'];
  a.note(kind, KERNEL_BASE + 0x1000, 2, 8, 0, WORD.woken);
  const p = b.reserve(kind);
  assert.ok(p >= 0);
  [addressWord(0x1000), 2, 8, 0, WORD.woken].forEach((word, i) => (b.words[p + i] = word));
  assert.deepEqual(a.get(0), b.get(0));
  assert.equal(a.hash(), b.hash());
});

test('an event that somebody watches, or that happened before, is not given as words', () => {
  const t = new Trace(undefined, KINDS);
  const kind = KIND_ID['ke.event.set'];
  const seen: number[][] = [];
  t.note(kind, 1, 0);
  t.seek(0);
  assert.equal(t.reserve(kind), -1);
  t.note(kind, 1, 0);
  assert.ok(t.reserve(KIND_ID['ke.event.reset']) >= 0);
  t.watch([kind], (k, values) => seen.push([k, values[0], values[1]]));
  assert.equal(t.reserve(kind), -1);
  t.note(kind, 7, 1);
  assert.deepEqual(seen, [[kind, 7, 1]]);
  assert.equal(t.difference, undefined);
  t.recording = false;
  assert.equal(t.reserve(KIND_ID['ke.event.reset']), -1);
});
