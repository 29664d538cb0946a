// Bad text never throws and never hangs: nesting to any depth, text cut or changed at random, tokens in random order.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { MemoryFiles } from '../../src/base/files.js';
import { compileUnit, parseExpression } from '../../src/c/compile-unit.js';
import { clean, compile } from './tree-helper.js';

const DRIVER = `
typedef long NTSTATUS; typedef void *PVOID; typedef unsigned long ULONG; typedef unsigned short WCHAR;
typedef struct _S { ULONG a : 3; union { int b; struct { short c, d; }; }; WCHAR *n; struct _S *next; int tail[1]; } S, *PS;
#pragma pack(push, 1)
enum E { A, B = 3, C };
_IRQL_requires_max_(2) NTSTATUS F(_In_ PS s, _Out_opt_ ULONG *out, ...);
typedef NTSTATUS CB(PVOID ctx); CB Callback;
static S g = { .b = 1, .n = L"abc", { 1 } }; int arr[] = { [3] = 1, 2 };
#define MAX(a, b) ((a) > (b) ? (a) : (b))
static __inline int inl(int x) { return MAX(x, 'gaTp'); }
NTSTATUS Callback(PVOID ctx) {
  PS s = (PS)ctx; ULONG i; char buf[8] = "hi";
  for (i = 0; i < sizeof(buf); i++) { if (buf[i] == '\\0') break; else continue; }
  __try { s->next->b += arr[i] << 2; __leave; } __except (_exception_code() ? 1 : 0) { goto out; }
  __try { F(s, &i, 1.5f, "x" L"y"); } __finally { i = ~i; }
  switch (s->a) { case A: case B: { int z = -1; return z; } default: do { i--; } while (i); }
out:
  _InterlockedIncrement((long *)&i);
  return (NTSTATUS)(s ? inl(s->c) : (S){ 1 }.d) , 0;
}
`;

const tokens = DRIVER.match(/\w+|"[^"]*"|'[^']*'|[^\s\w]/g)!;

function survives(text: string): void {
  const u = compile(text);
  for (const d of u.diagnostics)
    assert.ok(d.message.length > 0 && (!d.range || (d.range.start <= d.range.end && d.range.end <= d.range.file.text.length)));
}

test('the sample is right', () => {
  const u = compile(DRIVER);
  assert.deepEqual(
    u.diagnostics.filter((d) => d.severity === 'error').map((d) => d.message),
    [],
  );
});

test('deep nesting gives one error and no stack overflow', () => {
  const n = 20_000;
  const cases: Record<string, string> = {
    parentheses: `int x = ${'('.repeat(n)}1${')'.repeat(n)};`,
    'open parentheses': `int x = ${'('.repeat(n)}`,
    prefixes: `int f(int a) { return ${'-'.repeat(2)}${'- '.repeat(n)}a; }`,
    nots: `int f(int a) { return ${'!'.repeat(n)}a; }`,
    sums: `int f(int a) { return ${'a + '.repeat(n)}a; }`,
    commas: `int f(int a) { return ${'a, '.repeat(n)}a; }`,
    indexes: `int f(int *a) { return a${'[0]'.repeat(n)}; }`,
    calls: `int f(int a) { return ${'f('.repeat(n)}1${')'.repeat(n)}; }`,
    conditionals: `int f(int a) { return ${'a ? 1 : '.repeat(n)}2; }`,
    'conditionals inside': `int f(int a) { return ${'a ? '.repeat(n)}2; }`,
    assignments: `void f(int a) { ${'a = '.repeat(n)}2; }`,
    casts: `int f(int a) { return ${'(int)'.repeat(n)}a; }`,
    sizeofs: `int f(int a) { return ${'sizeof '.repeat(n)}a; }`,
    blocks: `void f(void) { ${'{'.repeat(n)}${'}'.repeat(n)} }`,
    'open blocks': `void f(void) ${'{'.repeat(n)}`,
    ifs: `void f(int a) { ${'if (a) '.repeat(n)}; }`,
    elses: `void f(int a) { ${'if (a) ; else '.repeat(n)}; }`,
    labels: `void f(int a) { switch (a) { ${Array.from({ length: 5000 }, (_, i) => `case ${i}: `).join('')} ; } }`,
    pointers: `int ${'*'.repeat(n)}x;`,
    declarators: `int ${'('.repeat(n)}x${')'.repeat(n)};`,
    arrays: `int x${'[1]'.repeat(n)};`,
    parameters: `void f${'(int a'.repeat(n)}${')'.repeat(n)};`,
    structs: `${'struct { '.repeat(n)} int a; ${'} b; '.repeat(n)}`,
    initialisers: `int x = ${'{'.repeat(n)}1${'}'.repeat(n)};`,
    tries: `void f(void) { ${'__try { '.repeat(n)} ${'} __finally { }'.repeat(n)} }`,
  };
  for (const [name, text] of Object.entries(cases)) {
    const u = compile(text);
    const errors = u.diagnostics.filter((d) => d.severity === 'error');
    assert.ok(
      errors.length >= 1 && errors.length <= 3,
      `${name}: ${errors.length} errors, first: ${errors
        .slice(0, 4)
        .map((e) => e.message)
        .join(' / ')}`,
    );
    assert.ok(
      errors.some((e) => e.code === 'c-nesting'),
      `${name}: ${errors[0].message}`,
    );
  }
});

test('ordinary depth is fine', () => {
  clean(`int f(int a) { return ${'('.repeat(150)}a${')'.repeat(150)}; }`);
  clean(`int f(int a) { return ${'a + '.repeat(500)}a; }`);
  clean(`void f(int a) { ${'if (a) ; else '.repeat(150)}; }`);
  clean(`void f(int a) { switch (a) { ${Array.from({ length: 200 }, (_, i) => `case ${i}: `).join('')} ; } }`);
});

test('text cut anywhere', () => {
  fc.assert(
    fc.property(fc.nat(DRIVER.length), fc.nat(DRIVER.length), (a, b) => survives(DRIVER.slice(0, a) + DRIVER.slice(b))),
    { numRuns: 150, seed: 1 },
  );
});

test('tokens replaced, dropped and doubled', () => {
  const change = fc.record({
    at: fc.nat(tokens.length - 1),
    with: fc.nat(tokens.length - 1),
    how: fc.constantFrom('replace', 'drop', 'insert'),
  });
  fc.assert(
    fc.property(fc.array(change, { minLength: 1, maxLength: 6 }), (changes) => {
      const list: string[] = [...tokens];
      for (const c of changes) {
        if (c.how === 'drop') list[c.at] = '';
        else list[c.at] = c.how === 'insert' ? `${list[c.at]} ${tokens[c.with]}` : tokens[c.with];
      }
      survives(list.join(' '));
    }),
    { numRuns: 300, seed: 2 },
  );
});

test('token soup', () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...tokens), { maxLength: 60 }), (list) => survives(list.join(' '))),
    { numRuns: 300, seed: 3 },
  );
});

test('token soup in a function and as an expression', () => {
  const u = clean('struct S { int a; int *p; } s, *q; int g(int); int x;');
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...tokens, 's', 'q', 'x', 'g', 'a', 'p'), { maxLength: 40 }), (list) => {
      survives(`struct S { int a; int *p; } s, *q; int g(int); int x; void f(void) { ${list.join(' ')} }`);
      parseExpression(list.join(' '), { unit: u, scope: u.scope });
    }),
    { numRuns: 300, seed: 4 },
  );
});

test('arbitrary characters', () => {
  fc.assert(fc.property(fc.string({ maxLength: 80 }), survives), { numRuns: 150, seed: 5 });
});

test('a missing file is a diagnostic', () => {
  const u = compileUnit('no/such.c', { files: new MemoryFiles(), builtinHeaders: {}, includePaths: [], defines: {} });
  assert.deepEqual(
    u.diagnostics.map((d) => d.message),
    ["cannot read 'no/such.c'"],
  );
  assert.equal(u.functions.length, 0);
});
