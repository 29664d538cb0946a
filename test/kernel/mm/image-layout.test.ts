// Whatever a file holds, it is an image or it is refused: nothing is read or written outside of it. What is laid out has its sections at their places.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { layOut, partsOf, readHeaders, relocate } from '../../../src/kernel/mm/image-layout.js';

const PAGE = 4096;
const NT_AT = 0x80;
const TABLE = NT_AT + 0x18 + 0xf0;
const MOST = 1 << 20;

interface Part {
  readonly start: number;
  readonly writable: boolean;
}
/** A file whose sections lie one behind the other, other than in memory; each begins with its number. */
function file(parts: readonly Part[], pointerAt?: number): Uint8Array {
  const bytes = new Uint8Array(0x400 + 0x200 * parts.length);
  const v = new DataView(bytes.buffer);
  v.setUint16(0, 0x5a4d, true);
  v.setUint32(0x3c, NT_AT, true);
  v.setUint32(NT_AT, 0x4550, true);
  v.setUint16(NT_AT + 6, parts.length, true);
  v.setUint16(NT_AT + 0x14, 0xf0, true);
  const o = NT_AT + 0x18;
  v.setUint16(o, 0x20b, true);
  v.setBigUint64(o + 0x18, 0x140000000n, true);
  v.setUint32(o + 0x38, 64 * PAGE, true);
  v.setUint32(o + 0x3c, 0x400, true);
  v.setUint32(o + 0x6c, 16, true);
  parts.forEach((p, i) => {
    const at = TABLE + 40 * i;
    [PAGE, p.start * PAGE, 0x200, 0x400 + 0x200 * i].forEach((x, j) => {
      v.setUint32(at + 8 + 4 * j, x, true);
    });
    v.setUint32(at + 36, p.writable ? 0xc0000000 : 0x40000000, true);
    bytes[0x400 + 0x200 * i] = i + 1;
  });
  if (pointerAt !== undefined) {
    // the first section holds a block of base relocations for one pointer, which lies in it too
    const section = 0x400;
    v.setUint32(o + 0x70 + 40, parts[0].start * PAGE + 8, true);
    v.setUint32(o + 0x70 + 44, 12, true);
    v.setUint32(section + 8, parts[0].start * PAGE, true);
    v.setUint32(section + 12, 12, true);
    v.setUint16(section + 16, (10 << 12) | pointerAt, true);
    v.setBigUint64(section + pointerAt, 0x140001234n, true);
  }
  return bytes;
}
const parts = fc
  .uniqueArray(fc.integer({ min: 1, max: 63 }), { minLength: 1, maxLength: 8 })
  .chain((starts) => fc.tuple(...starts.map((start) => fc.boolean().map((writable) => ({ start, writable })))));

test('sections lie at their places, with their rights', () => {
  fc.assert(
    fc.property(parts, fc.nat(62), fc.integer({ min: 1, max: 64 }), (list, first, count) => {
      const f = file(list);
      const h = readHeaders(f, MOST);
      assert.ok(typeof h !== 'number');
      const image = layOut(f, h);
      assert.equal(image.length, 64 * PAGE);
      list.forEach((p, i) => assert.equal(image[p.start * PAGE], i + 1));
      const pages = Math.min(count, 64 - first);
      const found = partsOf(h, first * PAGE, pages * PAGE);
      assert.equal(
        found.reduce((n, p) => n + p.bytes, 0),
        pages * PAGE,
      );
      for (const p of found)
        for (let at = p.offset; at < p.offset + p.bytes; at += PAGE)
          assert.equal(
            p.writable,
            list.some((s) => s.writable && s.start === first + at / PAGE),
          );
    }),
  );
});

test('a moved image says where it is, and its pointers follow', () => {
  const f = file([{ start: 3, writable: true }], 0x100);
  const h = readHeaders(f, MOST);
  assert.ok(typeof h !== 'number');
  const image = layOut(f, h);
  const v = new DataView(image.buffer);
  assert.deepEqual(relocate(image, 0x140000000), { moved: false });
  assert.deepEqual(relocate(image, 0x7ff400000000), { moved: true });
  assert.equal(v.getBigUint64(NT_AT + 0x30, true), 0x7ff400000000n);
  assert.equal(v.getBigUint64(3 * PAGE + 0x100, true), 0x7ff400001234n);
});

test('any bytes are an image or are refused', () => {
  const change = fc.tuple(fc.nat(0x5ff), fc.nat(255));
  fc.assert(
    fc.property(fc.array(change, { maxLength: 12 }), fc.nat(0x600), (changes, length) => {
      const f = file([{ start: 1, writable: false }], 0x40);
      for (const [at, value] of changes) f[at] = value;
      const cut = f.subarray(0, length);
      const h = readHeaders(cut, MOST);
      if (typeof h === 'number') return;
      const image = layOut(cut, h);
      assert.equal(image.length, h.size);
      partsOf(h, 0, h.size);
      relocate(image, 0x7ff400000000);
    }),
    { numRuns: 2000 },
  );
});
