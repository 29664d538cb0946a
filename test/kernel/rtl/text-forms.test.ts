// UTF-8, GUIDs, file name expressions, altitudes.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { routines as guid } from '../../../src/kernel/rtl/guid.js';
import { compareAltitudes, isNameInExpression, routines as nameExpression } from '../../../src/kernel/rtl/name-expression.js';
import { routines as utf8, utf8FromUtf16, utf16FromUtf8 } from '../../../src/kernel/rtl/utf8.js';
import { Rig } from './rig.js';

const rig = new Rig([guid, nameExpression, utf8]);
const m = rig.k.mem;
const bytes = (t: string): string => String.fromCharCode(...new TextEncoder().encode(t));

test('UTF-8 there and back', () => {
  for (const t of ['', 'abc', '\u00e4\u20ac\ud83d\ude00', '\u07ff\u0800\uffff']) {
    assert.deepEqual(utf8FromUtf16(t), { text: bytes(t), status: 0 });
    assert.deepEqual(utf16FromUtf8(bytes(t)), { text: t, status: 0 });
  }
  assert.deepEqual(utf8FromUtf16('a\ud800b'), { text: bytes('a\ufffdb'), status: 0x107 });
});

test('ill-formed UTF-8 gives replacement characters like a standard decoder', () => {
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  for (const b of [[0x80], [0xc0, 0xaf], [0xe2, 0x82], [0xed, 0xa0, 0x80], [0xf4, 0x90, 0x80, 0x80], [0x61, 0xff, 0x62], [0xe2, 0x41]]) {
    const text = utf16FromUtf8(String.fromCharCode(...b));
    assert.equal(text.text, decoder.decode(Uint8Array.from(b)), b.map((x) => x.toString(16)).join(' '));
    assert.equal(text.status, 0x107);
  }
});

test('RtlUTF8ToUnicodeN and RtlUnicodeToUTF8N: sizes and truncation at whole characters', () => {
  const n = rig.alloc(8);
  const d = rig.alloc(32);
  const source = bytes('a\u20ac\ud83d\ude00');
  const at = rig.ansi(source);
  assert.equal(rig.status('RtlUTF8ToUnicodeN', 0, 0, n, at, source.length), 0);
  assert.equal(m.u32(n), 8);
  assert.equal(rig.status('RtlUTF8ToUnicodeN', d, 7, n, at, source.length), 0xc0000023);
  assert.equal(m.u32(n), 4); // the surrogate pair does not fit and is not split
  assert.equal(rig.status('RtlUnicodeToUTF8N', d, 3, n, rig.wide('a\u20ac'), 4), 0xc0000023);
  assert.equal(m.u32(n), 1);
  const us = rig.alloc(16);
  assert.equal(rig.status('RtlUTF8StringToUnicodeString', us, rig.counted(source), 1), 0);
  assert.equal(rig.text(us), 'a\u20ac\ud83d\ude00');
});

test('GUIDs', () => {
  const g = rig.alloc(16);
  const text = '{6B29FC40-CA47-1067-B31D-00DD010662DA}';
  assert.equal(rig.status('RtlGUIDFromString', rig.unicode(text.toLowerCase()), g), 0);
  assert.equal(m.u32(g), 0x6b29fc40);
  assert.deepEqual([...m.bytes(g + 8, 3)], [0xb3, 0x1d, 0]);
  const us = rig.alloc(16);
  assert.equal(rig.status('RtlStringFromGUID', g, us), 0);
  assert.equal(rig.text(us), text);
  for (const bad of [text.slice(1), text.replace('4', 'g'), `${text} `])
    assert.equal(rig.status('RtlGUIDFromString', rig.unicode(bad), g), 0xc000000d);
});

test('names in expressions', () => {
  const yes: [string, string][] = [
    ['*', ''],
    ['*', 'a.b'],
    ['*.SYS', 'x.sys'],
    ['?.?', 'a.b'],
    ['A*C*E', 'abcde'],
    ['**', 'x'],
    ['<.TXT', 'a.b.txt'],
    ['>>>.T', 'a.t'],
    ['A"', 'a'],
    ['A"B', 'a.b'],
    ['*.*.*', 'a.b.c'],
  ];
  const no: [string, string][] = [
    ['?', ''],
    ['*.SYS', 'x.sy'],
    ['A', 'ab'],
    ['A*C', 'abcd'],
    ['<.B', 'a.b.c'],
    ['>.T', 'ab.t'],
    ['', 'a'],
    ['*.*', 'a'],
  ];
  for (const [e, n] of yes) assert.equal(isNameInExpression(e, n, true), true, `${e} ${n}`);
  for (const [e, n] of no) assert.equal(isNameInExpression(e, n, true), false, `${e} ${n}`);
  assert.equal(isNameInExpression(`${'*a'.repeat(200)}b`, 'a'.repeat(2000), false), false); // no explosion
  assert.equal(rig.call('FsRtlIsNameInExpression', rig.unicode('*.EXE'), rig.unicode('note.exe'), 1, 0), 1);
  assert.equal(rig.call('FsRtlIsNameInExpression', rig.unicode('*.EXE'), rig.unicode('note.exe'), 0, 0), 0);
  assert.equal(rig.call('FsRtlDoesNameContainWildCards', rig.unicode('a<b')), 1);
  assert.equal(rig.call('FsRtlDoesNameContainWildCards', rig.unicode('a.b')), 0);
});

test('dissecting a path', () => {
  const first = rig.alloc(16);
  const rest = rig.alloc(16);
  const parts: string[] = [];
  let path = rig.unicode('\\Dir\\Sub\\file.txt');
  for (let i = 0; i < 3; i++) {
    rig.call('FsRtlDissectName', path, first, rest);
    parts.push(rig.text(first));
    path = rig.alloc(16);
    m.copy(path, rest, 16);
  }
  assert.deepEqual(parts, ['Dir', 'Sub', 'file.txt']);
  assert.equal(m.u16(rest), 0);
});

test('altitudes are numbers of any length', () => {
  assert.equal(compareAltitudes('320000', '320000.5'), -1);
  assert.equal(compareAltitudes('45', '320000'), -1);
  assert.equal(compareAltitudes('0045.10', '45.1'), 0);
  assert.equal(compareAltitudes('45.9', '45.10'), 1);
});
