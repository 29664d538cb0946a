// Places: every token knows where the user wrote it, through any depth of macros.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SourceFile } from '../../src/base/source.js';
import { preprocessSnippet } from '../../src/c/preprocessor.js';
import { run, show, textOf } from './pp-helper.js';

const places = (text: string) =>
  run(text)
    .tokens.slice(0, -1)
    .map((t) => `${t.text}@${textOf(t.range)}${t.spelling ? `<${textOf(t.spelling)}` : ''}${t.macro ? `:${t.macro}` : ''}`);

test('tokens of the file and of arguments have their own place, tokens of bodies that of the invocation', () => {
  assert.deepEqual(places('#define NT_SUCCESS(s) ((s) >= 0)\nif (NT_SUCCESS(status))'), [
    'if@if',
    '(@(',
    '(@NT_SUCCESS<(:NT_SUCCESS',
    '(@NT_SUCCESS<(:NT_SUCCESS',
    'status@status',
    ')@NT_SUCCESS<):NT_SUCCESS',
    '>=@NT_SUCCESS<>=:NT_SUCCESS',
    '0@NT_SUCCESS<0:NT_SUCCESS',
    ')@NT_SUCCESS<):NT_SUCCESS',
    ')@)',
  ]);
});

test('nested macros: the outermost invocation the user wrote; the spelling is the innermost body', () => {
  assert.deepEqual(places('#define INNER 42\n#define OUTER INNER + 1\nOUTER;'), [
    '42@OUTER<42:OUTER',
    '+@OUTER<+:OUTER',
    '1@OUTER<1:OUTER',
    ';@;',
  ]);
});

test('a macro invoked inside an argument is placed where it stands in the argument', () => {
  assert.deepEqual(places('#define ID(x) x\n#define V 7\nID(V) ID(ID(a))'), ['7@V<7:V', 'a@a']);
});

test('# and ## results come from the body', () => {
  assert.deepEqual(places('#define S(x) #x\n#define P(a,b) a##b\nS(q) P(u,v)'), ['"q"@S<#:S', 'uv@P<u:P']);
});

test('second line of an invocation keeps exact places', () => {
  const r = run('#define F(a,b) a + b\nx = F(first,\n      second);\n');
  const second = r.tokens.find((t) => t.text === 'second')!;
  assert.deepEqual(r.tokens.find((t) => t.text === 'second')!.range.file.position(second.range.start), { line: 3, column: 7 });
  assert.ok(second.spaceBefore);
});

test('eof is at the end of the main file', () => {
  const r = run('int x;\n');
  assert.deepEqual([r.tokens[3].kind, r.tokens[3].range.start, r.tokens[3].range.end], ['eof', 7, 7]);
});

test('snippets: macros of a unit, ranges in the snippet, plain macro data too', () => {
  const unit = run('#define HANDLE_OF(p) ((p)->Handle)\n#define ONE 1\n#define HERE __LINE__\n');
  const file = new SourceFile('expect.lock', 'wait until HANDLE_OF(dev) == ONE');
  const text = 'HANDLE_OF(dev) == ONE';
  const s = preprocessSnippet(text, unit.macros, file, 11);
  assert.equal(show(s.tokens), '((dev)->Handle) == 1');
  assert.deepEqual(s.diagnostics, []);
  assert.equal(textOf(s.tokens.find((t) => t.text === 'dev')!.range), 'dev');
  assert.equal(textOf(s.tokens.find((t) => t.text === 'Handle')!.range), 'HANDLE_OF');
  assert.equal(s.tokens[s.tokens.length - 1].range.start, file.text.length);

  const plain = new Map(
    [...unit.macros].map(([k, m]) => [k, { name: m.name, params: m.params, variadic: m.variadic, body: m.body, range: m.range }]),
  );
  assert.equal(
    show(preprocessSnippet('HANDLE_OF(ONE) # HERE', plain, new SourceFile('x', 'HANDLE_OF(ONE) # HERE')).tokens),
    '((1)->Handle) # 1',
  );
  const bad = preprocessSnippet('"open', unit.macros, new SourceFile('x', '"open'));
  assert.deepEqual(
    bad.diagnostics.map((d) => d.code),
    ['pp-unterminated-string'],
  );
});
