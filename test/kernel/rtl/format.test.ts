// printf formatting, first-hand: what each conversion of the kernel's printf gives. The arguments lie in 8-byte slots as a caller leaves them.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatText } from '../../../src/kernel/rtl/format.js';
import { routines as print } from '../../../src/kernel/rtl/print.js';
import { routines as stringPrintf } from '../../../src/kernel/rtl/string-printf.js';
import { Rig } from './rig.js';

const rig = new Rig([print, stringPrintf]);

type Argument = number | bigint | { a: string } | { w: string } | { us: string } | { as: string };
function slots(args: readonly Argument[]): number {
  const at = rig.alloc(8 * Math.max(1, args.length));
  args.forEach((x, i) => {
    const v =
      typeof x === 'object' ? ('a' in x ? rig.ansi(x.a) : 'w' in x ? rig.wide(x.w) : 'us' in x ? rig.unicode(x.us) : rig.counted(x.as)) : x;
    if (typeof v === 'bigint') rig.k.mem.setI64(at + 8 * i, v);
    else rig.k.mem.setPtr(at + 8 * i, v);
  });
  return at;
}
const narrow = (format: string, ...args: Argument[]): string => formatText(rig.k.mem.checked, format, slots(args), false);
const wide = (format: string, ...args: Argument[]): string => formatText(rig.k.mem.checked, format, slots(args), true);

test('integers', () => {
  const cases: [string, Argument[], string][] = [
    ['%d', [42], '42'],
    ['%d', [-1], '-1'],
    ['%i %u', [-1, -1], '-1 4294967295'],
    ['%d', [0x1_0000_0005], '5'], // only the low 32 bits are an int
    ['%x %X', [0xbeef, 0xbeef], 'beef BEEF'],
    ['%#x %#X %#o', [255, 255, 8], '0xff 0XFF 010'],
    ['%#x', [0], '0'],
    ['%08x|%-8x|%8x', [0xab, 0xab, 0xab], '000000ab|ab      |      ab'],
    ['%+d % d', [5, 5], '+5  5'],
    ['%05d', [-42], '-0042'],
    ['%.5d|%8.3d|%-8.3d|', [42, 42, 42], '00042|     042|042     |'],
    ['%.0d', [0], ''],
    ['%*d|%-*d|%.*d', [6, 42, 6, 42, 4, 42], '    42|42    |0042'],
    ['%*d|', [-6, 42], '42    |'],
    ['%I64d %I64x %I64u', [-1n, 0x123456789abcdef0n, -1n], '-1 123456789abcdef0 18446744073709551615'],
    ['%lld %llx %llu', [-5n, -1n, -1n], '-5 ffffffffffffffff 18446744073709551615'],
    ['%ld %lx %lu', [-1, -1, -1], '-1 ffffffff 4294967295'],
    ['%I32d %Id', [-1, -1n], '-1 -1'],
    ['%hd %hu %hhx', [0x18000, 0x18000, 0x1ff], '-32768 32768 ff'],
    ['%zu %td', [5, -5], '5 -5'],
    ['%o', [64], '100'],
    ['%%|%5%', [], '%|%'],
  ];
  for (const [format, args, expected] of cases) assert.equal(narrow(format, ...args), expected, format);
});

test('pointers have 16 upper-case digits', () => {
  assert.equal(narrow('%p', -0x7ffffff0000), 'FFFFF80000010000');
  assert.equal(narrow('%p|%20p|', 0, 1), '0000000000000000|    0000000000000001|');
});

test('strings: width of the character follows the format and its prefix', () => {
  assert.equal(narrow('%s %S', { a: 'narrow' }, { w: 'wide' }), 'narrow wide');
  assert.equal(wide('%s %S', { w: 'wide' }, { a: 'narrow' }), 'wide narrow');
  assert.equal(narrow('%ws %ls %hs', { w: 'w' }, { w: 'l' }, { a: 'h' }), 'w l h');
  assert.equal(wide('%ws %hs', { w: 'w' }, { a: 'h' }), 'w h');
  assert.equal(narrow('%.3s|%10s|%-10s|%.0s|', { a: 'abcdef' }, { a: 'abc' }, { a: 'abc' }, { a: 'abc' }), 'abc|       abc|abc       ||');
  assert.equal(narrow('%s %S %.2s', 0, 0, 0), '(null) (null) (n');
});

test('counted strings: %wZ, %Z, NULL', () => {
  assert.equal(narrow('[%wZ] [%Z] [%lZ]', { us: '\\Device\\X' }, { as: 'ansi' }, { us: '' }), '[\\Device\\X] [ansi] []');
  assert.equal(narrow('%wZ', 0), '(null)');
  assert.equal(wide('%wZ|%12wZ|%-6wZ|', { us: 'abc' }, { us: 'abc' }, { us: 'abc' }), 'abc|         abc|abc   |');
  const empty = rig.alloc(16);
  assert.equal(narrow('%wZ', empty), '(null)'); // Buffer is NULL
  // the text of a counted string does not end at a zero and needs none
  assert.equal(narrow('%wZ', { us: 'a\0b' }), 'a\0b');
});

test('characters', () => {
  assert.equal(narrow('%c%c %C %lc', 0x41, 0x142, 0x43, 0x20ac), 'AB C \u20ac');
  assert.equal(wide('%c %C', 0x20ac, 0x43), '\u20ac C');
  assert.equal(narrow('%5c|%-3c|', 0x41, 0x42), '    A|B  |');
});

test('floating point and unknown conversions', () => {
  const bits = (v: number): bigint => {
    const d = new DataView(new ArrayBuffer(8));
    d.setFloat64(0, v);
    return d.getBigInt64(0);
  };
  assert.equal(narrow('%f %.2f %e %g', bits(1.5), bits(2.345), bits(12345.678), bits(0.0001)), '1.500000 2.35 1.234568e+04 0.0001');
  assert.equal(narrow('%08.2f|%+.1f', bits(-2.5), bits(2)), '-0002.50|+2.0');
  assert.equal(narrow('%y and %', 1), 'y and ');
});

test('a bad pointer faults at its address', () => {
  assert.throws(() => narrow('%s', 0x10), { address: 0x10 });
  assert.throws(() => narrow('%wZ', -0x7ffffffff00), { address: -0x7ffffffff00 });
});

test('DbgPrint is an event and cuts at 512 characters', () => {
  rig.call('DbgPrint', rig.ansi('%s=%d\n'), rig.ansi('x'), 7);
  const event = rig.k.trace.get(rig.k.trace.length - 1);
  assert.equal(event.kind, 'ke.output');
  assert.equal(event.data.text, 'x=7\n');
  rig.call('DbgPrintEx', 77, 3, rig.ansi('%s'), rig.ansi('y'.repeat(600)));
  const long = rig.k.trace.get(rig.k.trace.length - 1);
  assert.equal(String(long.data.text).length, 512);
  assert.equal(long.data.component, 77);
});

test('_snprintf leaves no terminator when the buffer is full; snprintf always terminates', () => {
  const buffer = rig.alloc(32);
  const format = rig.ansi('%s');
  const seven = rig.ansi('1234567');
  const read = (): string => rig.k.mem.readAnsi(buffer, 8).replace(/\0/g, '.');
  const fresh = (): void => rig.k.mem.setBytes(buffer, new Uint8Array(16).fill(0x78));
  fresh();
  assert.equal(rig.call('_snprintf', buffer, 8, format, seven), 7);
  assert.equal(read(), '1234567.');
  fresh();
  assert.equal(rig.call('_snprintf', buffer, 7, format, seven), 7);
  assert.equal(read(), '1234567x');
  fresh();
  assert.equal(rig.call('_snprintf', buffer, 4, format, seven), -1);
  assert.equal(read(), '1234xxxx');
  fresh();
  assert.equal(rig.call('snprintf', buffer, 4, format, seven), 7);
  assert.equal(read(), '123.xxxx');
  assert.equal(rig.call('_vsnprintf', 0, 0, format, slots([{ a: '12345' }])), 5);
});

test('the secure forms empty a buffer that is too small', () => {
  const buffer = rig.alloc(32);
  const format = rig.ansi('%s');
  const seven = rig.ansi('1234567');
  assert.equal(rig.call('sprintf_s', buffer, 8, format, seven), 7);
  assert.equal(rig.k.mem.readAnsiz(buffer), '1234567');
  assert.equal(rig.call('sprintf_s', buffer, 7, format, seven), -1);
  assert.equal(rig.k.mem.readAnsiz(buffer), '');
  assert.equal(rig.call('_snprintf_s', buffer, 8, 3, format, seven), -1);
  assert.equal(rig.k.mem.readAnsiz(buffer), '123');
  assert.equal(rig.call('_snprintf_s', buffer, 5, -1, format, seven), -1); // _TRUNCATE
  assert.equal(rig.k.mem.readAnsiz(buffer), '1234');
  assert.equal(rig.call('swprintf_s', buffer, 8, rig.wide('%s-%d'), rig.wide('ab'), 9), 4);
  assert.equal(rig.k.mem.readUtf16z(buffer), 'ab-9');
});

test('RtlStringCb/CchPrintf', () => {
  const buffer = rig.alloc(64);
  assert.equal(rig.status('RtlStringCchPrintfW', buffer, 16, rig.wide('%s:%u'), rig.wide('pid'), 4), 0);
  assert.equal(rig.k.mem.readUtf16z(buffer), 'pid:4');
  assert.equal(rig.status('RtlStringCbPrintfW', buffer, 8, rig.wide('%s'), rig.wide('abcdef')), 0x80000005);
  assert.equal(rig.k.mem.readUtf16z(buffer), 'abc');
  assert.equal(rig.status('RtlStringCbPrintfA', buffer, 7, rig.ansi('%s'), rig.ansi('abcdef')), 0);
  assert.equal(rig.k.mem.readAnsiz(buffer), 'abcdef');
  assert.equal(rig.status('RtlStringCchPrintfA', buffer, 0, rig.ansi('x')), 0xc000000d);
  assert.equal(rig.status('RtlStringCbVPrintfA', buffer, 5, rig.ansi('%d-%d'), slots([12, 34])), 0x80000005);
  assert.equal(rig.k.mem.readAnsiz(buffer), '12-3');
});

test('RtlStringCchPrintfEx: end, remaining, flags', () => {
  const buffer = rig.alloc(64);
  const end = rig.alloc(8);
  const left = rig.alloc(8);
  assert.equal(rig.status('RtlStringCchPrintfExW', buffer, 8, end, left, 0, rig.wide('%d'), 123), 0);
  assert.equal(rig.k.mem.ptr(end), buffer + 6);
  assert.equal(rig.k.mem.ptr(left), 5);
  assert.equal(rig.status('RtlStringCbPrintfExW', buffer, 16, end, left, 0, rig.wide('%d'), 123), 0);
  assert.equal(rig.k.mem.ptr(left), 10);
  assert.equal(rig.status('RtlStringCchPrintfExA', buffer, 3, 0, 0, 0x1000, rig.ansi('abcd')), 0x80000005); // NO_TRUNCATION
  assert.equal(rig.k.mem.readAnsiz(buffer), '');
  assert.equal(rig.status('RtlStringCchPrintfExA', buffer, 4, 0, 0, 0x100, 0), 0); // IGNORE_NULLS
});

test('RtlUnicodeStringPrintf writes no terminator and cuts at MaximumLength', () => {
  const us = rig.unicode('', 10);
  assert.equal(rig.status('RtlUnicodeStringPrintf', us, rig.wide('%04x'), 0xab), 0);
  assert.equal(rig.text(us), '00ab');
  assert.equal(rig.status('RtlUnicodeStringPrintf', us, rig.wide('%s'), rig.wide('abcdefgh')), 0x80000005);
  assert.equal(rig.text(us), 'abcde');
  rig.k.mem.setU16(us, 12); // Length beyond MaximumLength
  assert.equal(rig.status('RtlUnicodeStringPrintf', us, rig.wide('x')), 0xc000000d);
});
