// Random programs against gcc: integer expressions over variables of all widths (local, shared, global, members, array elements),
// assignments and loops. One C file of many functions, so that gcc runs once.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { compileText, hasGcc, runNative, TestRun } from './harness.js';

const VARIABLES = [
  'lc',
  'luc',
  'ls',
  'lus',
  'li',
  'lu',
  'll',
  'lul',
  'gi',
  'gu',
  'gll',
  'gc',
  's.a',
  's.b',
  's.bf',
  's.ubf',
  'p->c',
  'ar[i & 3]',
  '(*q)',
  'gs.d',
  'big[(unsigned)li & 7]',
];
const DECLARATIONS = `
  struct S { int a; short b; int bf : 5; unsigned ubf : 11; long long c; unsigned char d; };
  int gi; unsigned gu; long long gll; signed char gc; struct S gs; short big[8];
  int pick(int a, int b) { return a > b ? a : b; } unsigned char low(int a) { return (unsigned char)a; } long long wide(int a, unsigned b) { return (long long)a << 20 ^ b; }`;

const leaf = fc.oneof(
  // Unsigned bit-fields promote to int in gcc; the cast keeps this file about code generation.
  fc.constantFrom(...VARIABLES.map((v) => (v === 's.ubf' ? '(int)s.ubf' : v))),
  fc.integer({ min: -200, max: 200 }).map((n) => `(${n})`),
  fc.constantFrom(
    '2147483647',
    '(-2147483647 - 1)',
    '4294967295u',
    '65535',
    '0x7fffffffffffffffLL',
    '0x8000000000000000ULL',
    '255u',
    '1LL',
  ),
);
const { expression } = fc.letrec<{ expression: string }>((tie) => {
  const e = tie('expression');
  return {
    expression: fc.oneof(
      { maxDepth: 4, depthIdentifier: 'e' },
      leaf,
      fc
        .tuple(e, fc.constantFrom('+', '-', '*', '&', '|', '^', '<', '<=', '>', '>=', '==', '!=', '&&', '||'), e)
        .map(([a, o, b]) => `(${a} ${o} ${b})`),
      fc.tuple(e, fc.constantFrom('<<', '>>'), e).map(([a, o, b]) => `(${a} ${o} ((${b}) & 15))`),
      fc.tuple(e, fc.constantFrom('/', '%'), e).map(([a, o, b]) => `(${a} ${o} (((${b}) & 63) + 1))`),
      fc
        .tuple(
          fc.constantFrom(
            '-',
            '~',
            '!',
            '(signed char)',
            '(unsigned short)',
            '(unsigned)',
            '(long long)',
            '(int)',
            '(_Bool)',
            '(unsigned char)',
          ),
          e,
        )
        .map(([o, a]) => `${o}(${a})`),
      fc.tuple(e, e, e).map(([c, a, b]) => `(${c} ? ${a} : ${b})`),
      fc.tuple(e, e).map(([a, b]) => `pick((int)(${a}), (int)(${b}))`),
      fc.tuple(e, e).map(([a, b]) => `wide((int)(${a}), low((int)(${b})))`),
    ),
  };
});
const assignment = fc
  .tuple(fc.constantFrom(...VARIABLES), fc.constantFrom('=', '+=', '-=', '*=', '&=', '|=', '^='), expression)
  .map(([v, o, e]) => `${v} ${o} ${e};`);
const step = fc
  .tuple(fc.constantFrom(...VARIABLES), fc.constantFrom('++', '--'), fc.boolean())
  .map(([v, o, pre]) => (pre ? `gll ^= ${o}${v.startsWith('(') ? v : v};` : `gu += (unsigned)(${v}${o});`));
const { statement } = fc.letrec<{ statement: string }>((tie) => ({
  statement: fc.oneof(
    { maxDepth: 2, depthIdentifier: 's' },
    assignment,
    step,
    fc.tuple(expression, tie('statement'), tie('statement')).map(([c, a, b]) => `if (${c}) { ${a} } else { ${b} }`),
    tie('statement').map((s) => `{ int k; for (k = 0; k < 3; k++) { ${s} if (k == 1 && li > 3) continue; lu++; } }`),
    fc
      .tuple(expression, tie('statement'), tie('statement'))
      .map(([e, a, b]) => `switch ((int)(${e}) & 3) { case 0: ${a} case 1: ${b} break; default: li ^= 5; case 3: ; }`),
  ),
}));

function program(bodies: readonly string[][]): string {
  const functions = bodies.map(
    (b, n) => `
    void f${n}(void) { signed char lc = ${n}; unsigned char luc = 200; short ls = -3000; unsigned short lus = 60000; int li = ${n * 77}; unsigned lu = 0xfedcba98u; long long ll = -5000000000LL; unsigned long long lul = 0xf00000000000000fULL;
      struct S s = { 1, -2, 3, 1000, 7 }; struct S other = { 5, 4, 3, 2, 1 }; struct S *p = &other; int ar[4] = { 9, -8, 7, -6 }; int i = ${n}; int target = 3; int *q = &target;
      ${b.join('\n      ')}
      print(lc); print(luc); print(ls); print(lus); print(li); print(lu); print(ll); print((long long)lul); print(s.a ^ s.b ^ s.bf ^ (int)s.ubf ^ s.c ^ s.d); print(p->c); print(ar[0] ^ ar[1] ^ ar[2] ^ ar[3]); print(target); print(gi); print(gu); print(gll); print(gc); print(gs.d); print(big[0] ^ big[3] ^ big[7]); }`,
  );
  return `${DECLARATIONS}\n${functions.join('\n')}\nint main(void) { ${bodies.map((_, n) => `f${n}();`).join(' ')} return 0; }`;
}

test('random programs print the same as under gcc', { skip: hasGcc ? false : 'gcc is not installed' }, () => {
  const bodies = fc.sample(fc.array(statement, { minLength: 2, maxLength: 6 }), { numRuns: 150, seed: 20240 });
  const text = program(bodies);
  const image = compileText(text);
  const whole = new TestRun(image).run();
  const expected = runNative(text);
  const per = 18;
  for (let n = 0; n < bodies.length; n++)
    assert.deepEqual(whole.slice(n * per, n * per + per), expected.slice(n * per, n * per + per), bodies[n].join('\n'));
  assert.deepEqual(
    new TestRun(image).run('main', () => 3),
    whole,
  );
});
