// Text at and beyond the limits, through the whole way to code: nesting 10,000 deep and a file of 10 MB end in a message or in an image, in bounded memory.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { MemoryFiles } from '../../src/base/files.js';
import { compileUnit } from '../../src/c/compile-unit.js';
import { imageOf } from './image-of.js';

/** Errors of the front end and of linking; the image is emitted when there are none of the first. */
function errorsOf(text: string): string[] {
  const unit = compileUnit('l.c', { files: new MemoryFiles({ 'l.c': text }), builtinHeaders: {}, includePaths: [], defines: {} });
  const image = imageOf([unit]);
  const errors = [...unit.diagnostics, ...image.diagnostics].filter((d) => d.severity === 'error');
  if (errors.length === 0) assert.ok(WebAssembly.validate(image.wasm as BufferSource), 'the code of a text without errors is valid');
  return errors.map((d) => d.code);
}

const nested = (n: number, open: string, middle: string, close: string): string => open.repeat(n) + middle + close.repeat(n);

/** Each as it may be written a few times, and as nobody writes it 10,000 times. */
const SHAPES: Record<string, (n: number) => string> = {
  parentheses: (n) => `int f(int a) { return ${nested(n, '(', 'a', ')')}; }`,
  'unary operators': (n) => `int f(int a) { return ${'- '.repeat(n)}a; }`,
  'one long sum': (n) => `int f(int a) { return ${'a + '.repeat(n)}a; }`,
  'nested calls': (n) => `int f(int a) { return ${nested(n, 'f(', 'a', ')')}; }`,
  conditionals: (n) => `int f(int a) { return ${'a ? 1 : '.repeat(n)}2; }`,
  braces: (n) => `void f(int a) { ${nested(n, '{ a++; ', '', '}')} }`,
  ifs: (n) => `void f(int a) { ${'if (a) '.repeat(n)}; }`,
  loops: (n) => `void f(int a) { ${'while (a) '.repeat(n)}a--; }`,
  tries: (n) => `void f(int a) { ${nested(n, '__try { ', 'a++;', ' } __except (1) { a--; }')} }`,
  declarators: (n) => `int ${nested(n, '(*', 'x', ')')};`,
  'arrays of arrays': (n) => `int x${'[1]'.repeat(n)}; int *f(void) { return (int *)x; }`,
  initialisers: (n) => `int x${'[1]'.repeat(n)} = ${nested(n, '{', '1', '}')};`,
  records: (n) => `${nested(n, 'struct { int a; ', '', ' } m;')}`,
  'unions in records': (n) => `struct S { ${nested(n, 'union { struct { ', 'int a;', ' }; };')} } s; int f(void) { return s.a; }`,
  '#if': (n) => `${'#if 1\n'.repeat(n)}int x;\n${'#endif\n'.repeat(n)}`,
  '#if that never ends': (n) => `${'#if 1\n'.repeat(n)}int x;\n`,
  '#if parentheses': (n) => `#if ${nested(n, '(', '1', ')')}\nint x;\n#endif`,
  'macro calls': (n) => `#define M(x) (x)\nint x = ${nested(n, 'M(', '1', ')')};`,
  'macros that name each other': (n) =>
    `#define M0 1\n${Array.from({ length: n }, (_, i) => `#define M${i + 1} M${i}\n`).join('')}int x = M${n};`,
};

/** Deepest that must compile, where that is not 120; 0: never right. */
const DEEPEST: Record<string, number> = { '#if that never ends': 0, '#if parentheses': 60 };

for (const [name, shape] of process.argv[2] === 'big' ? [] : Object.entries(SHAPES)) {
  test(`${name}: ordinary depth compiles, 10,000 deep ends in a few errors or compiles`, () => {
    for (const n of [12, 120, 250, 500, 999, 10_000]) {
      const errors = errorsOf(shape(n));
      if (n <= (DEEPEST[name] ?? 120)) assert.deepEqual(errors, [], `${n} deep`);
      else if (DEEPEST[name] === 0) assert.ok(errors.includes('pp-unterminated-conditional') && errors.length <= 501, `${n} deep`);
      else assert.ok(errors.length <= 3, `${n} deep: ${errors.length} errors`);
    }
  });
}

/** About 10 MB each: what generators, dumps of firmware and broken tools write. */
const BIG: Record<string, { readonly text: () => string; readonly errors: boolean }> = {
  'a table': { text: () => `unsigned char t[] = {${'0x12,'.repeat(2_000_000)}}; int f(int i) { return t[i]; }`, errors: false },
  comments: { text: () => `/* ${'text '.repeat(1_000_000)}*/\n${'// more text\n'.repeat(400_000)}int x;`, errors: false },
  noise: { text: () => '{ ) 0x1.p "'.repeat(1_000_000), errors: true },
};

if (process.argv[2] === 'big') {
  const found = Object.entries(BIG).map(([name, b]) => [name, errorsOf(b.text()).length]);
  console.log(JSON.stringify({ found: Object.fromEntries(found), maxRssMb: Math.round(process.resourceUsage().maxRSS / 1024) }));
} else {
  test('files of 10 MB are read in 2 GB of heap', { timeout: 120_000 }, () => {
    const r = spawnSync(process.execPath, ['--max-old-space-size=2048', '--import', 'tsx', fileURLToPath(import.meta.url), 'big'], {
      encoding: 'utf8',
    });
    assert.equal(r.status, 0, r.stderr.slice(-2000));
    const { found } = JSON.parse(r.stdout.split('\n').find((l) => l.startsWith('{'))!) as { found: Record<string, number> };
    for (const [name, b] of Object.entries(BIG)) {
      if (b.errors) assert.ok(found[name] >= 1 && found[name] <= 201, `${name}: ${found[name]} errors`);
      else assert.equal(found[name], 0, name);
    }
  });
}
