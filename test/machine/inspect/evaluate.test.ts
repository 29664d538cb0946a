// C expressions over a small flat memory: the arithmetic of the target, not of the host; assignments only where allowed; every failure is a message.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MemoryFiles } from '../../../src/base/files.js';
import { compileUnit, parseExpression } from '../../../src/c/compile-unit.js';
import { sizeOf } from '../../../src/c/layout.js';
import type { VarSymbol } from '../../../src/c/tree.js';
import { type EvaluationContext, evaluate } from '../../../src/machine/inspect/evaluate.js';
import { asInteger, asNumber, EvaluationError, type TargetMemory } from '../../../src/machine/inspect/value.js';

const SOURCE = `
typedef unsigned long ULONG; typedef unsigned short WCHAR;
enum color { red, green = 5 };
struct pair { int a; unsigned b : 3; int c : 5; struct { short x, y; }; };
int n = 7; unsigned char u8 = 200; double d = 2.5; int array[4]; struct pair p; struct pair *pp; ULONG big; enum color e; char text[8];
int twice(int x) { return 2 * x; }
`;
const unit = compileUnit('t.c', { files: new MemoryFiles({ 't.c': SOURCE }), builtinHeaders: {}, includePaths: [], defines: {} });

const BASE = 0x1000;
const bytes = new Uint8Array(4096);
const memory: TargetMemory = {
  read: (a, size) => (a >= BASE && a + size <= BASE + bytes.length ? bytes.slice(a - BASE, a - BASE + size) : undefined),
  write: (a, b) => {
    if (a < BASE || a + b.length > BASE + bytes.length) return false;
    bytes.set(b, a - BASE);
    return true;
  },
};
const places = new Map<VarSymbol, number>();
let next = BASE;
for (const g of unit.globals) {
  places.set(g, next);
  next += (sizeOf(g.type) + 15) & ~15;
}
const context = (allowWrites: boolean): EvaluationContext => ({
  memory,
  allowWrites,
  addressOfVariable: (s) => places.get(s),
  addressOfFunction: () => -0x7ffff000000,
});
function run(text: string, writes = true) {
  const { expr, diagnostics } = parseExpression(text, { unit, scope: unit.scope });
  assert.deepEqual(
    diagnostics.filter((x) => x.severity === 'error'),
    [],
    text,
  );
  assert.ok(expr, text);
  return evaluate(expr, context(writes));
}
const int = (text: string) => asInteger(run(text));

test('unit compiles', () =>
  assert.deepEqual(
    unit.diagnostics.filter((d) => d.severity === 'error'),
    [],
  ));

test('arithmetic is the target machine', () => {
  run('n = 7');
  run('u8 = 200');
  assert.equal(int('n * 3 - 1'), 20n);
  assert.equal(int('u8 + 100'), 300n, 'promoted to int');
  assert.equal(int('(unsigned char)(u8 + 100)'), 44n);
  assert.equal(int('-7 / 2'), -3n);
  assert.equal(int('-7 % 2'), -1n);
  assert.equal(int('0xFFFFFFFF + 1'), 0n, 'unsigned long wraps at 32 bits');
  assert.equal(int('1 << 31'), -(2n ** 31n));
  assert.equal(int('n > 3 && n < 10 ? 1 : 2'), 1n);
  assert.equal(int('!n'), 0n);
  assert.equal(int('sizeof(struct pair)'), 12n);
  run('d = 2.5');
  assert.equal(asNumber(run('d * 2')), 5);
  assert.equal(int('(int)d'), 2n);
});

test('places: members, bit-fields, arrays, pointers', () => {
  run('p.a = -5');
  run('p.b = 6');
  run('p.c = -3');
  run('p.y = 9');
  assert.equal(int('p.a'), -5n);
  assert.equal(int('p.b'), 6n);
  assert.equal(int('p.c'), -3n);
  run('pp = &p');
  assert.equal(int('pp->y'), 9n);
  assert.equal(int('(*pp).b + 1'), 7n);
  run('array[2] = 42');
  assert.equal(int('*(array + 2)'), 42n);
  assert.equal(int('&array[3] - array'), 3n);
  assert.equal(int('array[2]++'), 42n);
  assert.equal(int('array[2]'), 43n);
  assert.equal(int('(array[2] += 7)'), 50n);
  assert.equal(int('p.b++'), 6n);
  assert.equal(int('p.b'), 7n);
  assert.equal(int('e = green'), 5n);
});

test('what cannot be done is said', () => {
  assert.throws(
    () => run('n = 1', false),
    (x) => x instanceof EvaluationError && /would change the machine/.test(x.message),
  );
  assert.throws(
    () => run('twice(2)'),
    (x) => x instanceof EvaluationError && /not called/.test(x.message),
  );
  assert.throws(
    () => asInteger(run('*(int *)0')),
    (x) => x instanceof EvaluationError && /cannot be read/.test(x.message),
  );
  assert.throws(
    () => run('n / 0'),
    (x) => x instanceof EvaluationError && /zero/.test(x.message),
  );
  const { diagnostics } = parseExpression('nn + 1', { unit, scope: unit.scope });
  assert.equal(diagnostics[0]?.severity, 'error');
});
