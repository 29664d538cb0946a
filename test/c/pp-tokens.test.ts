// Tokens: kinds, literals of C17 and MSVC, splices, lexical problems; and the decoding of source bytes.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodeSource } from '../../src/c/decode.js';
import { codes, expand, run, textOf } from './pp-helper.js';

const kinds = (text: string) =>
  run(text)
    .tokens.slice(0, -1)
    .map((t) => `${t.kind}:${t.text}`);

test('numbers', () => {
  assert.deepEqual(kinds('1ui64 0x1i64 0x1.8p-3 1e+5f .5 1.e3 0xE+1 1...'), [
    'number:1ui64',
    'number:0x1i64',
    'number:0x1.8p-3',
    'number:1e+5f',
    'number:.5',
    'number:1.e3',
    'number:0xE',
    'punctuator:+',
    'number:1',
    'number:1...',
  ]);
});

test('characters and strings keep prefix and quotes', () => {
  const text = `'a' L'x' 'gaTp' '\\'' u8"s" L"a\\"b" u"1" U"2" "" LX"q"`;
  assert.deepEqual(kinds(text), [
    "char:'a'",
    "char:L'x'",
    "char:'gaTp'",
    "char:'\\''",
    'string:u8"s"',
    'string:L"a\\"b"',
    'string:u"1"',
    'string:U"2"',
    'string:""',
    'identifier:LX',
    'string:"q"',
  ]);
});

test('identifiers: $, other alphabets, universal names; keywords', () => {
  assert.deepEqual(kinds('a$1 变量 é2 \\u00e9x m² ¾ __try while __int64 Foo_'), [
    'identifier:a$1',
    'identifier:变量',
    'identifier:é2',
    'identifier:éx',
    'identifier:m²',
    'identifier:¾',
    'keyword:__try',
    'keyword:while',
    'keyword:__int64',
    'identifier:Foo_',
  ]);
});

test('punctuators, longest first; digraphs are what they stand for', () => {
  const all = '[ ] ( ) { } . -> ++ -- & * + - ~ ! / % << >> < > <= >= == != ^ | && || ? : ; ... = *= /= %= += -= <<= >>= &= ^= |= , # ##';
  assert.deepEqual(
    run(`x ${all}`)
      .tokens.slice(1, -1)
      .map((t) => t.text),
    all.split(' '),
  );
  assert.deepEqual(
    kinds('x <: :> <% %> %: %:%: a+++b')
      .slice(1)
      .map((k) => k.replace(/^\w+:/, '')),
    ['[', ']', '{', '}', '#', '##', 'a', '++', '+', 'b'],
  );
  assert.equal(expand('#define S(x) #x\nS(<: %>)'), '"<: %>"');
});

test('line splices anywhere, with both line ends; ranges are those of the file', () => {
  const text = 'in\\\nt a\\\r\nb = 1\\\n2; /\\\n* c *\\\n/ "x\\\ny" /\\\n/ gone \\\n too\nz';
  const r = run(text);
  assert.deepEqual(
    r.tokens.slice(0, -1).map((t) => t.text),
    ['int', 'ab', '=', '12', ';', '"xy"', 'z'],
  );
  assert.deepEqual(
    r.tokens.slice(0, -1).map((t) => textOf(t.range)),
    ['in\\\nt', 'a\\\r\nb', '=', '1\\\n2', ';', '"x\\\ny"', 'z'],
  );
});

test('CRLF is one line end and stays out of tokens', () => {
  const r = run('#define A 1\r\nint A;\r\n"open\r\nx');
  assert.deepEqual(
    r.tokens.map((t) => t.text),
    ['int', '1', ';', '"open', 'x', ''],
  );
  assert.deepEqual(
    r.tokens.map((t) => t.atLineStart),
    [true, false, false, true, true, true],
  );
});

test('unterminated strings, characters and comments point at their opening', () => {
  const r = run('char *s = "abc\nint c = \'x;\n/* never');
  assert.deepEqual(r.diagnostics.map((d) => `${d.code} ${textOf(d.range!)}`).sort(), [
    "pp-unterminated-char '",
    'pp-unterminated-comment /*',
    'pp-unterminated-string "',
  ]);
  for (const d of r.diagnostics) assert.ok(d.hint);
});

test('stray characters are reported with what was meant', () => {
  const r = run('int a\u00a0= 1；\n@');
  assert.deepEqual(codes(r), ['pp-stray-character', 'pp-stray-character', 'pp-stray-character']);
  assert.match(r.diagnostics[0].hint!, /non-breaking space/);
  assert.ok(r.diagnostics.some((d) => /full-width ';'/.test(d.hint!)));
});

test('text in inactive groups and in #error is not judged', () => {
  assert.equal(expand('#if 0\nit\'s @ all `fine` "here\n#endif\nint x;'), 'int x;');
  assert.deepEqual(codes(run("#error don't do this")), ['pp-error-directive']);
});

test('decoding: UTF-8, UTF-16, GBK, Latin-1', () => {
  const u8 = new TextEncoder().encode('int é; // 变\r\n');
  assert.equal(decodeSource(u8), 'int é; // 变\r\n');
  assert.equal(decodeSource(new Uint8Array([0xef, 0xbb, 0xbf, ...u8])), 'int é; // 变\r\n');
  assert.equal(decodeSource(new Uint8Array([0xff, 0xfe, 0x61, 0, 0xd8, 0x53])), 'a\u53d8');
  assert.equal(decodeSource(new Uint8Array([0xfe, 0xff, 0, 0x61, 0x53, 0xd8])), 'a\u53d8');
  assert.equal(decodeSource(new Uint8Array([0x2f, 0x2f, 0xb1, 0xe4])), '//变'); // GBK
  assert.equal(decodeSource(new Uint8Array([0x61, 0xff])).length, 2);
  assert.equal(decodeSource(new Uint8Array([])), '');
  const long = new Uint8Array(50_000).fill(0x61);
  assert.equal(decodeSource(new Uint8Array([0xff, 0xfe, ...long])).length, 25_000);
});
