// The kernel's CRT: string routines narrow and wide, memory, numbers, sorting with a compare function of the driver.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { routines as crtMisc } from '../../../src/kernel/rtl/crt-misc.js';
import { routines as crtSort } from '../../../src/kernel/rtl/crt-sort.js';
import { routines as crtStrings } from '../../../src/kernel/rtl/crt-strings.js';
import { routines as memory } from '../../../src/kernel/rtl/memory.js';
import { PAGE_SIZE } from '../../../src/machine/abi.js';
import { Rig } from './rig.js';

const lists = [crtStrings, crtMisc, crtSort, memory];
const rig = new Rig(lists);
const m = rig.k.mem;

test('strlen family, compare, search', () => {
  const s = rig.ansi('hello world');
  const w = rig.wide('hello world');
  assert.equal(rig.call('strlen', s), 11);
  assert.equal(rig.call('wcslen', w), 11);
  assert.equal(rig.call('strnlen', s, 5), 5);
  assert.equal(rig.call('strcmp', rig.ansi('a'), rig.ansi('b')), -1);
  assert.equal(rig.call('_wcsicmp', rig.wide('ABC'), rig.wide('abc')), 0);
  assert.equal(rig.call('_stricmp', rig.ansi('\u00c4'), rig.ansi('\u00e4')) !== 0, true); // C locale: ASCII only
  assert.equal(rig.call('wcsncmp', rig.wide('abX'), rig.wide('abY'), 2), 0);
  assert.equal(rig.call('strchr', s, 0x6f), s + 4);
  assert.equal(rig.call('strrchr', s, 0x6f), s + 7);
  assert.equal(rig.call('wcsrchr', w, 0x7a), 0);
  assert.equal(rig.call('wcschr', w, 0), w + 22); // the terminator can be searched
  assert.equal(rig.call('strstr', s, rig.ansi('wor')), s + 6);
  assert.equal(rig.call('wcsstr', w, rig.wide('')), w);
  assert.equal(rig.call('strspn', s, rig.ansi('ehl')), 4);
  assert.equal(rig.call('strcspn', s, rig.ansi(' ')), 5);
  assert.equal(rig.call('strpbrk', s, rig.ansi('dw')), s + 6);
});

test('copying, with and without limits', () => {
  const d = rig.alloc(64);
  assert.equal(rig.call('strcpy', d, rig.ansi('abc')), d);
  rig.call('strcat', d, rig.ansi('def'));
  assert.equal(m.readAnsiz(d), 'abcdef');
  m.fill(d, 16, 0x78);
  rig.call('strncpy', d, rig.ansi('ab'), 5);
  assert.equal(m.readAnsi(d, 6), 'ab\0\0\0x'); // padded with zeros
  rig.call('wcsncpy', d, rig.wide('abcdef'), 3);
  assert.equal(m.readUtf16(d, 6), 'abc'); // and not terminated
  assert.equal(rig.call('wcscpy_s', d, 4, rig.wide('abc')), 0);
  assert.equal(rig.call('wcscpy_s', d, 3, rig.wide('abc')), 34);
  assert.equal(m.readUtf16z(d), '');
  assert.equal(rig.call('strncpy_s', d, 4, rig.ansi('abcdef'), -1), 80); // _TRUNCATE
  assert.equal(m.readAnsiz(d), 'abc');
  assert.equal(rig.call('strcat_s', d, 5, rig.ansi('de')), 34);
});

test('an overrun faults at the first byte behind the buffer', () => {
  const page = rig.guardedPage();
  const failure = rig.fails('strcpy', page + PAGE_SIZE - 4, rig.ansi('abcd'));
  assert.equal(failure.exception?.address, page + PAGE_SIZE);
  assert.equal(failure.exception?.parameters[0], 1n); // a write
  assert.equal(m.readAnsi(page + PAGE_SIZE - 4, 4), 'abcd');
});

test('tokens', () => {
  const s = rig.ansi(',a,,bc');
  const comma = rig.ansi(',');
  const context = rig.alloc(8);
  const first = rig.call('strtok_s', s, comma, context);
  assert.equal(m.readAnsiz(first), 'a');
  assert.equal(m.readAnsiz(rig.call('strtok_s', 0, comma, context)), 'bc');
  assert.equal(rig.call('strtok_s', 0, comma, context), 0);
  const t = rig.ansi('x=1;y=2');
  const set = rig.ansi(';=');
  const seen = [rig.call('strtok', t, set)];
  for (let i = 0; i < 4; i++) seen.push(rig.call('strtok', 0, set));
  assert.deepEqual(
    seen.map((a) => (a === 0 ? '' : m.readAnsiz(a))),
    ['x', '1', 'y', '2', ''],
  );
});

test('numbers and characters', () => {
  assert.equal(rig.call('atoi', rig.ansi('  -12x')), -12);
  assert.equal(rig.call('_wtoi', rig.wide('77')), 77);
  const end = rig.alloc(8);
  const s = rig.ansi('0x1fz');
  assert.equal(rig.call('strtoul', s, end, 0), 31);
  assert.equal(m.ptr(end), s + 4);
  assert.equal(rig.call('strtol', rig.ansi('99999999999'), 0, 10), 0x7fffffff);
  assert.equal(rig.callBig('_strtoui64', rig.ansi('18446744073709551615'), 0, 10) & 0xffffffffffffffffn, 0xffffffffffffffffn);
  const d = rig.alloc(80);
  rig.call('_itoa', -255, d, 16);
  assert.equal(m.readAnsiz(d), 'ffffff01');
  rig.call('_itow', -255, d, 10);
  assert.equal(m.readUtf16z(d), '-255');
  assert.equal(rig.call('toupper', 0x61), 0x41);
  assert.equal(rig.call('toupper', 0xe4), 0xe4);
  assert.equal(rig.call('towupper', 0xe4), 0xc4);
  assert.deepEqual(
    [rig.call('isdigit', 0x39), rig.call('isalpha', 0xe4), rig.call('iswalpha', 0xe4), rig.call('isspace', 9)],
    [1, 0, 1, 1],
  );
  assert.equal(rig.call('_byteswap_ulong', 0x12345678), 0x78563412);
  assert.equal(rig.callBig('_rotl64', 0x8000000000000001n, 1), 3n);
  assert.equal(rig.call('_rotr', 1, 1) >>> 0, 0x80000000);
});

test('rand is the documented generator and its state lies in memory', () => {
  const fresh = new Rig(lists);
  assert.deepEqual([fresh.call('rand'), fresh.call('rand'), fresh.call('rand')], [41, 18467, 6334]);
  fresh.call('srand', 1);
  assert.equal(fresh.call('rand'), 41);
});

test('memory', () => {
  const a = rig.alloc(32);
  const b = rig.alloc(32);
  rig.call('memset', a, 0x5a, 16);
  rig.call('memcpy', b, a, 16);
  assert.equal(rig.call('memcmp', a, b, 16), 0);
  assert.equal(rig.call('RtlCompareMemory', a, b, 20), 20);
  m.setU8(b + 3, 0);
  assert.equal(rig.call('RtlCompareMemory', a, b, 16), 3);
  assert.equal(rig.call('memcmp', a, b, 16), 1);
  m.writeAnsi(a, '0123456789');
  rig.call('memmove', a + 2, a, 8);
  assert.equal(m.readAnsi(a, 10), '0101234567');
  assert.equal(rig.call('memchr', a, 0x33, 10), a + 5);
  rig.call('RtlFillMemoryUlong', a, 9, 0xdeadbeef);
  assert.equal(m.u32(a + 4), 0xdeadbeef);
  assert.equal(m.u8(a + 8), 0x36); // the odd byte stays
  assert.equal(rig.call('memcpy_s', a, 4, b, 8), 34);
  assert.equal(rig.call('RtlIsZeroMemory', a, 4), 1); // and the destination is cleared
  assert.equal(rig.fails('memcpy', a, 0x1234, 8).exception?.address, 0x1234);
});

test('qsort and bsearch call the compare function', () => {
  let calls = 0;
  const compare = rig.callback((f) => {
    calls++;
    return Math.sign(m.i32(f.ptr(0)) - m.i32(f.ptr(1)));
  });
  for (const n of [0, 1, 2, 3, 10, 100]) {
    const values = Array.from({ length: n }, (_, i) => ((i * 7919) % 101) - 50);
    const base = rig.alloc(8 * n + 8);
    values.forEach((v, i) => {
      m.setI32(base + 8 * i, v);
      m.setU32(base + 8 * i + 4, i); // the rest of the element moves along
    });
    calls = 0;
    rig.call('qsort', base, n, 8, compare);
    assert.deepEqual(
      values.map((_, i) => m.i32(base + 8 * i)),
      [...values].sort((x, y) => x - y),
    );
    assert.equal(new Set(values.map((_, i) => m.u32(base + 8 * i + 4))).size, n);
    assert.ok(calls <= 2 * n * Math.ceil(Math.log2(n + 2)));
    if (n > 5) {
      const key = rig.alloc(8);
      m.setI32(key, m.i32(base + 8 * 5));
      assert.equal(m.i32(rig.call('bsearch', key, base, n, 8, compare)), m.i32(key));
      m.setI32(key, 1000);
      assert.equal(rig.call('bsearch', key, base, n, 8, compare), 0);
    }
  }
});

test('qsort ends whatever the compare function says', () => {
  let x = 1;
  const liar = rig.callback(() => ((x = (x * 5 + 3) % 7) > 3 ? -1 : 1));
  const base = rig.alloc(4 * 64);
  rig.call('qsort', base, 64, 4, liar);
});
