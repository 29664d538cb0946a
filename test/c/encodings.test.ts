// Sources as editors of thirty years have written them: encodings with and without marks, line ends of three systems, what old tools leave at the end.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatDiagnostic } from '../../src/base/diagnostic.js';
import { decodeSource } from '../../src/c/decode.js';
import { clean, compile, global } from './tree-helper.js';

const bytes = (...parts: (string | number[])[]): Uint8Array =>
  Uint8Array.from(parts.flatMap((p) => (typeof p === 'string' ? [...p].map((c) => c.charCodeAt(0)) : p)));
const utf16 = (text: string, big: boolean, mark: boolean): Uint8Array =>
  Uint8Array.from(
    [...(mark ? '\ufeff' : ''), ...text].flatMap((c) =>
      big ? [c.charCodeAt(0) >> 8, c.charCodeAt(0) & 255] : [c.charCodeAt(0) & 255, c.charCodeAt(0) >> 8],
    ),
  );

test('UTF-8, UTF-16 of both orders, with and without mark, are the same text', () => {
  const text = '// gr\u00fc\u00df dich, \u4e2d\u6587\nint x = 1;\n';
  assert.equal(decodeSource(new TextEncoder().encode(text)), text);
  assert.equal(decodeSource(new TextEncoder().encode(`\ufeff${text}`)), text);
  for (const big of [false, true]) {
    assert.equal(decodeSource(utf16(text, big, true)), text);
    assert.equal(decodeSource(utf16('#include <ntddk.h>\n', big, false)), '#include <ntddk.h>\n');
  }
  assert.equal(decodeSource(utf16('int x;', false, true).subarray(0, 9)), 'int'); // cut in the middle of a character
});

test('GBK: Chinese comments and strings; a backslash inside a character joins no lines', () => {
  // 中文 and 俓 (second byte 0x5C) before the line end
  const text = decodeSource(bytes('// ', [0xd6, 0xd0, 0xce, 0xc4, 0xd6, 0xd0], ' ', [0xd6, 0xd0, 0x82, 0x5c], '\nint x = 1;\n'));
  assert.match(text, /^\/\/ 中文中 中俓\nint x/);
  assert.equal(global(clean(text), 'x').name, 'x');
});

test('Windows-1252: accents, quotes and the euro sign', () => {
  assert.equal(
    decodeSource(bytes('// caf', [0xe9], ' na', [0xef], 've ', [0x93], 'x', [0x94], ' ', [0x80], '5\nint x;\n')),
    '// café naïve “x” €5\nint x;\n',
  );
  assert.equal(decodeSource(bytes('// ', [0xe9], 'e ', [0xfc], 'ber\n')), '// ée über\n');
});

test('no bytes, and bytes that are no text, give a text', () => {
  assert.equal(decodeSource(new Uint8Array()), '');
  for (let seed = 0; seed < 300; seed++) {
    const b = Uint8Array.from({ length: seed }, (_, i) => (i * 7919 + seed * 104729 + ((i * seed) >> 3)) & 255);
    assert.equal(typeof decodeSource(b), 'string');
  }
});

test('lines end in LF, CRLF or CR, also in one file; places count them', () => {
  for (const end of ['\n', '\r\n', '\r']) {
    const u = compile(`#define A 1${end}#define B \\${end}  2${end}int x = A + B;${end}// comment${end}int y = zzzz;${end}`);
    assert.deepEqual(u.diagnostics.map(formatDiagnostic), ["t.c:6:9: error: 'zzzz' is not declared"], JSON.stringify(end));
    assert.equal(u.globals.length, 2);
  }
  const mixed = compile('int a;\rint b;\r\nint c;\nint d = eeee;');
  assert.deepEqual(mixed.diagnostics.map(formatDiagnostic), ["t.c:4:9: error: 'eeee' is not declared"]);
});

test('Ctrl-Z at the end, form feeds, a NUL: blanks, or one error with a place', () => {
  clean('int x;\f\nint y;\v\n\x1a');
  const u = compile('int x;\n\0int y = 1;\n');
  assert.equal(u.diagnostics.length, 1);
  assert.match(formatDiagnostic(u.diagnostics[0]), /^t\.c:2:1: error: character U\+0000 does not belong in C source/);
  assert.equal(u.globals.length, 2);
});

test('half of a surrogate pair is a character like another', () => {
  clean('// \ud800\nint x; char *s = "\udfff"; unsigned short w[] = L"\ud800";');
  assert.match(compile('int \ud800 = 1;').diagnostics.map(formatDiagnostic).join(), /does not belong in C source/);
});
