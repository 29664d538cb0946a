// Bit maps against a plain array of booleans.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { routines } from '../../../src/kernel/rtl/bitmap.js';
import { PAGE_SIZE } from '../../../src/machine/abi.js';
import { Rig } from './rig.js';

const rig = new Rig([routines]);
const m = rig.k.mem;
const NONE = -1;

function map(size: number, set: readonly number[] = []): number {
  const at = rig.alloc(16);
  const buffer = rig.alloc(((size + 31) >> 5) * 4);
  rig.call('RtlInitializeBitMap', at, buffer, size);
  for (const i of set) rig.call('RtlSetBit', at, i);
  return at;
}
const bitsOf = (at: number): boolean[] => Array.from({ length: m.u32(at) }, (_, i) => rig.call('RtlTestBit', at, i) === 1);

test('setting and clearing ranges', () => {
  const at = map(70);
  const model = new Array<boolean>(70).fill(false);
  let x = 1;
  const next = (n: number): number => (x = (x * 1103515245 + 12345) % 2147483648) % n;
  for (let i = 0; i < 60; i++) {
    const start = next(70);
    const n = next(70 - start + 1);
    const value = next(2) === 1;
    rig.call(value ? 'RtlSetBits' : 'RtlClearBits', at, start, n);
    model.fill(value, start, start + n);
    assert.deepEqual(bitsOf(at), model);
    assert.equal(rig.call('RtlNumberOfSetBits', at), model.filter((b) => b).length);
    assert.equal(rig.call('RtlNumberOfClearBits', at), model.filter((b) => !b).length);
    const length = next(10) + 1;
    const clear = (p: number): boolean => p + length <= 70 && model.slice(p, p + length).every((b) => !b);
    const hint = next(70);
    const from = [...model.keys()].filter((p) => p >= hint).find(clear);
    const expected = from ?? [...model.keys()].find(clear) ?? NONE;
    const found = rig.call('RtlFindClearBits', at, length, hint);
    if (from !== undefined || expected === NONE) assert.equal(found, expected, `find ${length} from ${hint}`);
    else assert.equal(clear(found), true);
    assert.equal(rig.call('RtlAreBitsClear', at, hint, length), clear(hint) ? 1 : 0);
  }
});

test('finding changes nothing, finding and setting does', () => {
  const at = map(32, [0, 1, 5]);
  assert.equal(rig.call('RtlFindClearBits', at, 3, 0), 2);
  assert.equal(rig.call('RtlFindClearBitsAndSet', at, 3, 0), 2);
  assert.equal(rig.call('RtlAreBitsSet', at, 0, 6), 1);
  assert.equal(rig.call('RtlFindClearBits', at, 27, 0), NONE);
  assert.equal(rig.call('RtlFindClearBits', at, 4, 100), 6); // a hint beyond the map counts as 0
  assert.equal(rig.call('RtlFindSetBitsAndClear', at, 6, 0), 0);
  assert.equal(rig.call('RtlNumberOfSetBits', at), 0);
  assert.equal(rig.call('RtlFindSetBits', at, 1, 0), NONE);
});

test('runs', () => {
  const at = map(40, [0, 1, 4, 5, 6, 20, 39]);
  const start = rig.alloc(8);
  assert.equal(rig.call('RtlFindNextForwardRunClear', at, 0, start), 2);
  assert.equal(m.u32(start), 2);
  assert.equal(rig.call('RtlFindNextForwardRunClear', at, 8, start), 12);
  assert.equal(m.u32(start), 8);
  assert.equal(rig.call('RtlFindFirstRunClear', at, start), 2);
  assert.equal(rig.call('RtlFindLongestRunClear', at, start), 18);
  assert.equal(m.u32(start), 21);
  assert.equal(rig.call('RtlFindLastBackwardRunClear', at, 6, start), 2);
  assert.equal(m.u32(start), 2);
  const runs = rig.alloc(64);
  assert.equal(rig.call('RtlFindClearRuns', at, runs, 2, 1), 2);
  assert.deepEqual(
    [0, 4, 8, 12].map((o) => m.u32(runs + o)),
    [21, 18, 7, 13],
  );
  assert.equal(rig.call('RtlFindClearRuns', at, runs, 8, 0), 3);
});

test('bits of a number', () => {
  assert.equal(rig.call('RtlFindMostSignificantBit', 0x8000000000000000n), 63);
  assert.equal(rig.call('RtlFindLeastSignificantBit', 0x50n), 4);
  assert.equal(rig.call('RtlFindMostSignificantBit', 0n), -1);
  assert.equal(rig.call('RtlNumberOfSetBitsUlongPtr', 0xffn), 8);
});

test('copy and extract', () => {
  const a = map(16, [1, 3]);
  const b = map(32);
  rig.call('RtlCopyBitMap', a, b, 8);
  assert.equal(rig.call('RtlTestBit', b, 9), 1);
  const c = map(8);
  rig.call('RtlExtractBitMap', b, c, 9, 8);
  assert.deepEqual(bitsOf(c), [true, false, true, false, false, false, false, false]);
});

test('a range beyond the buffer is written, and faults where memory ends', () => {
  const page = rig.guardedPage();
  const at = rig.alloc(16);
  rig.call('RtlInitializeBitMap', at, page + PAGE_SIZE - 4, 32);
  const failure = rig.fails('RtlSetBits', at, 30, 4);
  assert.equal(failure.exception?.address, page + PAGE_SIZE);
});
