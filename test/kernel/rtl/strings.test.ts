// Counted strings: statuses, truncation, terminators and what is allocated (special pool would catch one byte too few).
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { routines as poolRoutines } from '../../../src/kernel/mm/pool-routines.js';
import { routines as codePage } from '../../../src/kernel/rtl/code-page.js';
import { routines as unicodeString } from '../../../src/kernel/rtl/unicode-string.js';
import { Rig } from './rig.js';

const rig = new Rig([unicodeString, codePage, poolRoutines]);
const m = rig.k.mem;
const SUCCESS = 0;
const OVERFLOW = 0x80000005;
const TOO_SMALL = 0xc0000023;
const INVALID = 0xc000000d;

test('initialising from terminated text', () => {
  const us = rig.alloc(16);
  const text = rig.wide('abc');
  rig.call('RtlInitUnicodeString', us, text);
  assert.deepEqual([m.u16(us), m.u16(us + 2), m.ptr(us + 8)], [6, 8, text]);
  rig.call('RtlInitUnicodeString', us, 0);
  assert.deepEqual([m.u16(us), m.u16(us + 2), m.ptr(us + 8)], [0, 0, 0]);
  rig.call('RtlInitAnsiString', us, rig.ansi('abcd'));
  assert.deepEqual([m.u16(us), m.u16(us + 2)], [4, 5]);
  const long = rig.wide('x'.repeat(32768));
  rig.call('RtlInitUnicodeString', us, long);
  assert.deepEqual([m.u16(us), m.u16(us + 2)], [0xfffc, 0xfffe]);
  assert.equal(rig.status('RtlInitUnicodeStringEx', us, long), 0xc0000106);
  const page = rig.guardedPage();
  m.fill(page, 4096, 0x41); // no terminator before the end of the page
  assert.equal(rig.fails('RtlInitUnicodeString', us, page).exception?.address, page + 4096);
});

test('copying and appending', () => {
  const d = rig.unicode('', 8);
  rig.call('RtlCopyUnicodeString', d, rig.unicode('abcdef'));
  assert.equal(rig.text(d), 'abcd'); // silently cut
  rig.call('RtlCopyUnicodeString', d, rig.unicode('xy'));
  assert.equal(rig.text(d), 'xy');
  assert.equal(m.u16(m.ptr(d + 8) + 4), 0); // terminated where it fits
  assert.equal(rig.status('RtlAppendUnicodeToString', d, rig.wide('z1')), SUCCESS);
  assert.equal(rig.text(d), 'xyz1');
  assert.equal(rig.status('RtlAppendUnicodeStringToString', d, rig.unicode('!')), TOO_SMALL);
  assert.equal(rig.text(d), 'xyz1');
  assert.equal(rig.status('RtlAppendUnicodeToString', d, 0), SUCCESS);
  rig.call('RtlCopyUnicodeString', d, 0);
  assert.equal(m.u16(d), 0);
  const a = rig.counted('', 4);
  assert.equal(rig.status('RtlAppendAsciizToString', a, rig.ansi('abcd')), SUCCESS);
  assert.equal(rig.status('RtlAppendAsciizToString', a, rig.ansi('e')), TOO_SMALL);
});

test('comparing', () => {
  const us = (t: string): number => rig.unicode(t);
  assert.equal(rig.call('RtlCompareUnicodeString', us('abc'), us('abd'), 0), -1);
  assert.equal(rig.call('RtlCompareUnicodeString', us('abc'), us('ab'), 0) > 0, true);
  assert.equal(rig.call('RtlCompareUnicodeString', us('ABC'), us('abc'), 1), 0);
  assert.equal(rig.call('RtlEqualUnicodeString', us('Notepad.EXE'), us('NOTEPAD.exe'), 1), 1);
  assert.equal(rig.call('RtlEqualUnicodeString', us('Notepad.EXE'), us('NOTEPAD.exe'), 0), 0);
  assert.equal(rig.call('RtlEqualUnicodeString', us('\u00e4'), us('\u00c4'), 1), 1);
  assert.equal(rig.call('RtlPrefixUnicodeString', us('\\DEVICE'), us('\\Device\\X'), 1), 1);
  assert.equal(rig.call('RtlPrefixUnicodeString', us('\\Device\\Long'), us('\\Device'), 1), 0);
  assert.equal(rig.call('RtlSuffixUnicodeString', us('.SYS'), us('driver.sys'), 1), 1);
  const big = us('hello world');
  assert.equal(rig.call('RtlFindUnicodeSubstring', big, us('WORLD'), 1), m.ptr(big + 8) + 12);
  assert.equal(rig.call('RtlFindUnicodeSubstring', big, us('mars'), 1), 0);
  assert.equal(rig.call('RtlCompareUnicodeStrings', rig.wide('ab'), 2, rig.wide('AB'), 2, 1), 0);
  assert.equal(rig.call('RtlEqualString', rig.counted('a'), rig.counted('A'), 1), 1);
});

test('case conversion allocates exactly the text, without terminator', () => {
  const d = rig.alloc(16);
  assert.equal(rig.status('RtlUpcaseUnicodeString', d, rig.unicode('stra\u00dfe'), 1), SUCCESS);
  assert.equal(rig.text(d), 'STRA\u00dfE');
  assert.equal(m.u16(d + 2), 12);
  assert.equal(rig.k.pool.sizeOf(m.ptr(d + 8)), 12);
  rig.call('RtlFreeUnicodeString', d);
  assert.equal(m.ptr(d + 8), 0);
  assert.equal(rig.k.pool.live().length, 0);
  assert.equal(rig.status('RtlDowncaseUnicodeString', rig.unicode('', 4), rig.unicode('ABC'), 0), OVERFLOW);
  assert.equal(rig.call('RtlUpcaseUnicodeChar', 0xe4), 0xc4);
});

test('ANSI and Unicode', () => {
  const d = rig.alloc(16);
  assert.equal(rig.status('RtlAnsiStringToUnicodeString', d, rig.counted('abc'), 1), SUCCESS);
  assert.deepEqual([rig.text(d), m.u16(d + 2), rig.k.pool.sizeOf(m.ptr(d + 8))], ['abc', 8, 8]);
  rig.call('RtlFreeUnicodeString', d);
  assert.equal(rig.status('RtlAnsiStringToUnicodeString', rig.unicode('', 6), rig.counted('abc'), 0), OVERFLOW); // no room for the end
  assert.equal(rig.status('RtlUnicodeStringToAnsiString', d, rig.unicode('a\u20acb'), 1), SUCCESS);
  assert.equal(rig.ansiText(d), 'a?b');
  rig.call('RtlFreeAnsiString', d);
  const n = rig.alloc(8);
  const buffer = rig.alloc(32);
  assert.equal(rig.status('RtlMultiByteToUnicodeN', buffer, 4, n, rig.ansi('abc'), 3), SUCCESS);
  assert.equal(m.u32(n), 4);
  assert.equal(m.readUtf16(buffer, 4), 'ab');
  assert.equal(rig.status('RtlUpcaseUnicodeToMultiByteN', buffer, 8, n, rig.wide('xyz'), 6), SUCCESS);
  assert.equal(m.readAnsi(buffer, 3), 'XYZ');
});

test('numbers', () => {
  const v = rig.alloc(8);
  const number = (text: string, base: number): [number, number] => [
    rig.status('RtlUnicodeStringToInteger', rig.unicode(text), base, v),
    m.u32(v),
  ];
  assert.deepEqual(number('123', 10), [SUCCESS, 123]);
  assert.deepEqual(number('  -5', 0), [SUCCESS, 0xfffffffb]);
  assert.deepEqual(number('0x1F', 0), [SUCCESS, 31]);
  assert.deepEqual(number('0b101', 0), [SUCCESS, 5]);
  assert.deepEqual(number('ffz', 16), [SUCCESS, 255]);
  assert.equal(number('1', 7)[0], INVALID);
  const us = rig.unicode('', 12);
  assert.equal(rig.status('RtlIntegerToUnicodeString', 0xbeef, 16, us), SUCCESS);
  assert.equal(rig.text(us), 'BEEF');
  assert.equal(rig.status('RtlIntegerToUnicodeString', 123456, 10, us), OVERFLOW); // 12 bytes of text, none for the end
  assert.equal(rig.status('RtlIntegerToUnicodeString', 1, 3, us), INVALID);
  const wide = rig.unicode('', 64);
  assert.equal(rig.status('RtlInt64ToUnicodeString', 0xffffffffffffffffn, 10, wide), SUCCESS);
  assert.equal(rig.text(wide), '18446744073709551615');
  assert.equal(rig.status('RtlUnicodeStringToInt64', wide, 10, v, 0), SUCCESS);
  assert.equal(m.i64(v), -1n);
});

test('duplicating, hashing, validating', () => {
  const d = rig.alloc(16);
  assert.equal(rig.status('RtlDuplicateUnicodeString', 1, rig.unicode('ab'), d), SUCCESS);
  assert.deepEqual([rig.text(d), m.u16(d + 2)], ['ab', 6]);
  rig.call('RtlFreeUnicodeString', d);
  assert.equal(rig.status('RtlDuplicateUnicodeString', 0, rig.unicode('ab'), d), SUCCESS);
  assert.equal(m.u16(d + 2), 4);
  rig.call('RtlFreeUnicodeString', d);
  assert.equal(rig.status('RtlDuplicateUnicodeString', 2, rig.unicode('ab'), d), INVALID);
  const h = rig.alloc(8);
  assert.equal(rig.status('RtlHashUnicodeString', rig.unicode('ab'), 0, 1, h), SUCCESS);
  assert.equal(m.u32(h), (0x61 * 65599 + 0x62) >>> 0);
  assert.equal(rig.status('RtlHashUnicodeString', rig.unicode('ab'), 0, 9, h), INVALID);
  const bad = rig.unicode('abc');
  m.setU16(bad, 5);
  assert.equal(rig.status('RtlValidateUnicodeString', 0, bad), INVALID);
  assert.equal(rig.status('RtlValidateUnicodeString', 0, rig.unicode('abc')), SUCCESS);
});

test('freeing twice is a bug check', () => {
  const d = rig.alloc(16);
  rig.call('RtlCreateUnicodeString', d, rig.wide('x'));
  const copy = rig.alloc(16);
  m.copy(copy, d, 16);
  rig.call('RtlFreeUnicodeString', d);
  const failure = rig.fails('RtlFreeUnicodeString', copy);
  assert.equal(failure.bugCheck, 0xc2);
  assert.equal(failure.parameters?.[0], 7n);
});
