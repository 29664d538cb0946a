// Expressions: conversions made explicit, folding, pointer arithmetic, members, calls.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { clean, expression, fn, global, showInit } from './tree-helper.js';

const D =
  'typedef unsigned long ULONG; typedef long LONG; char c; unsigned char uc; short s; int i; unsigned u; long l; ULONG ul; __int64 q; unsigned __int64 uq; double d; float fl; int *p; void *v; int a[4]; struct S { int x; struct { short y; union { int z; char w; }; }; unsigned b : 3; } st, *sp; int g(int, char *); enum E { RED, GREEN = 5, BLUE } e;';

function check(text: string, wanted: string, type?: string): void {
  const r = expression(text, D);
  assert.equal(r.text, wanted, text);
  if (type) assert.equal(r.type, type, text);
}

test('usual arithmetic conversions for LLP64', () => {
  check('c + s', '(<int>c + <int>s)', 'int');
  check('i + ul', '(<ULONG>i + ul)', 'ULONG');
  check('u + l', '(<unsigned long>u + <unsigned long>l)', 'unsigned long');
  check('i + l', '(<long>i + l)', 'long');
  check('l + q', '(<__int64>l + q)', '__int64');
  check('ul + q', '(<__int64>ul + q)', '__int64');
  check('q + uq', '(<unsigned __int64>q + uq)', 'unsigned __int64');
  check('i * fl', '(<float>i * fl)', 'float');
  check('fl + d', '(<double>fl + d)', 'double');
  check('uc << q', '(<int>uc << q)', 'int');
  check('-c', '(- <int>c)', 'int');
  check('~uc', '(~ <int>uc)', 'int');
  check('!p', '(! p)', 'int');
  check('e + 1', '(<int>e + 1)', 'int');
});

test('precedence and associativity', () => {
  check('i - u * 2 - l', '(<unsigned long>(<unsigned int>i - (u * 2)) - <unsigned long>l)');
  check('i = l = 3', '(i = <int>(l = 3))');
  check('i ? u : i ? 1 : 2', '(i ? u : <unsigned int>(i ? 1 : 2))');
  check('i & u == 0 || c && s', '((i & (u == 0)) || (c && s))');
  check('i | 1 && c', '((i | 1) && c)');
  check('i, u', '(i , u)', 'unsigned int');
  check('*p++', '(* (p ++))');
});

test('integer constants fold with the width of their type', () => {
  check('(unsigned char)300', '44');
  check('0x7fffffff + 1', '-2147483648', 'int');
  check('0xffffffff + 1', '0', 'unsigned int');
  check('(long)0xC0000005L', '-1073741819', 'long');
  check('1 << 31', '-2147483648');
  check('(unsigned)-1 >> 28', '15');
  check('-7 / 2', '-3');
  check('-7 % 3', '-1');
  check('sizeof(struct S)', '16', 'size_t');
  check('sizeof a / sizeof a[0]', '4');
  check('GREEN', 'GREEN', 'int');
  check('BLUE + 1', '7');
  check('1 ? 2 : 3', '2');
  check('3 > 2 && 0', '0');
  check("'A' + 1", '66');
  check('(int)3.99', '3');
  check('(char)200', '-56', 'char');
  check('(_Bool)17', '1');
});

test('types of constants', () => {
  for (const [text, type] of [
    ['1', 'int'],
    ['2147483648', 'unsigned long'],
    ['4294967296', '__int64'],
    ['0x80000000', 'unsigned int'],
    ['1u', 'unsigned int'],
    ['1L', 'long'],
    ['1UL', 'unsigned long'],
    ['1LL', '__int64'],
    ['1ui64', 'unsigned __int64'],
    ['1i8', 'char'],
    ['0x8000000000000000', 'unsigned __int64'],
    ["L'x'", 'wchar_t'],
    ["'gaTp'", 'int'],
    ['1.0', 'double'],
    ['1.f', 'float'],
    ['1.0L', 'long double'],
  ])
    assert.equal(expression(text, D).type, type, text);
  check("'gaTp'", String(0x67615470));
  check("'\\xff'", '-1');
  check("L'\\xffff'", '65535');
  check('0777', '511');
  check('0b101', '5');
  check('0x1p4', '16f');
});

test('pointers, arrays and members', () => {
  check('p + 1', '(p + 1)', 'int *');
  check('1 + a', '(1 + decay a)', 'int *');
  check('&a[2] - p', '((& decay a[2]) - p)', '__int64');
  check('a[c]', 'decay a[<int>c]', 'int');
  check('2[a]', 'decay a[2]', 'int');
  check('&*p', 'p', 'int *');
  check('st.y', 'st.y@4', 'short');
  check('sp->w', 'sp->w@8', 'char');
  check('(*sp).z', '(* sp).z@8', 'int');
  check('sp->b = 5', '(sp->b@12 = 5)');
  check('&((struct S *)0)->w', '8', 'char *');
  check('(unsigned)(unsigned __int64)&((struct S *)0)->y', '4');
  check('__builtin_offsetof(struct S, z)', '8', 'size_t');
  check('p = 0', '(p = 0)');
  check('i = p == 0', '(i = (p == 0))');
  check('p = v', '(p = <int *>v)');
  check('v = p', '(v = <void *>p)');
  check('i ? p : 0', '(i ? p : 0)', 'int *');
  check('i ? v : p', '(i ? v : <void *>p)', 'void *');
  check('(char)q', '(char)q', 'char');
  check('(void *)uq', '(void *)uq', 'void *');
  check('(unsigned __int64)p', '(unsigned __int64)p');
});

test('compound assignment tells the type it computes in', () => {
  check('c += 1', '(c +={int} 1)', 'char');
  check('i += q', '(i +={__int64} q)', 'int');
  check('uc <<= 3', '(uc <<={int} 3)', 'unsigned char');
  check('p += i', '(p +={int *} i)', 'int *');
  check('ul |= 1', '(ul |={ULONG} 1)', 'ULONG');
});

test('calls convert their arguments', () => {
  check('g(c, 0)', 'g(<int>c, 0)', 'int');
  check('(*g)(1, 0)', 'g(1, 0)');
  check('(&g)(1, 0)', 'g(1, 0)');
  assert.equal(expression('h(1, c, fl, 2.0, p, g)', `${D} int h(int, ...);`).text, 'h(1, <int>c, <double>fl, 2f, p, decay g)');
  assert.equal(expression('(*fp)(1)', `${D} int (*fp)(long);`).text, 'fp(1)');
  assert.equal(expression('t.fn(c)', `${D} struct T { void (*fn)(__int64); } t;`).text, 't.fn@0(<__int64>c)');
});

test('strings, __func__ and concatenation', () => {
  assert.equal(expression('"a" "b\\n"').text, '"ab\n"');
  const wide = expression('L"a" "b"');
  assert.equal(wide.type, 'wchar_t[3]');
  assert.deepEqual([...(wide.expr as { bytes: Uint8Array }).bytes], [97, 0, 98, 0, 0, 0]);
  assert.equal(expression('__FUNCTION__ ": x"').text, '"f: x"');
  assert.equal(expression('sizeof(__func__)').text, '2');
});

test('_Generic, alignof, compound literals', () => {
  check('_Generic(ul, int: 1, unsigned long: 2, default: 3)', '2');
  check('_Generic(d, int: 1, default: 3)', '3');
  check('_Alignof(double)', '8');
  check('(struct S){ 1, .z = 2 }.x', 'literal 0 {0:1 8:2}.x@0', 'int');
});

test("intrinsics and the compiler's own words become builtin nodes", () => {
  check('_InterlockedIncrement(&l)', '_InterlockedIncrement!((& l))', 'long');
  check('_InterlockedCompareExchange64(&q, 1, c)', '_InterlockedCompareExchange64!((& q), 1, <__int64>c)', '__int64');
  check('_InterlockedExchangePointer(&v, p)', '_InterlockedExchangePointer!((& v), <void *>p)', 'void *');
  check('__readcr8()', '__readcr8!()', 'unsigned __int64');
  check('_alloca(i)', 'alloca!(<size_t>i)', 'void *');
  const u = clean('void f(int n, ...) { char *ap; __builtin_va_start(ap, n); n = __builtin_va_arg(ap, int); __builtin_va_end(ap); }');
  assert.equal(fn(u, 'f').body.body.length, 4);
});

test('addressTaken follows &, decay and members of local objects', () => {
  const u = clean(
    'struct S { int a[2]; int b; }; void g(int *); void f(void) { int x = 0, y = 0; struct S s, t, w; int z[2]; g(&x); s.b = y; g(t.a); g(&w.b); z[0] = 1; sizeof(&y); }',
  );
  const taken = fn(u, 'f')
    .locals.filter((v) => v.addressTaken)
    .map((v) => v.name);
  assert.deepEqual(taken, ['x', 't', 'w', 'z']);
});

test('static initialisers may hold addresses', () => {
  const u = clean(
    'int a[3]; struct S { int x, *p; } s = { 1, &a[1] }; int *q = a + 2; void f(void); void (*fp)(void) = f; const char *t = "x"; int *r = &s.x;',
  );
  assert.equal(showInit(global(u, 's').init!), '0 {0:1 8:(& decay a[1])}');
  assert.equal(showInit(global(u, 'q').init!), '{0:(decay a + 2)}');
  assert.equal(showInit(global(u, 'fp').init!), '{0:decay f}');
  assert.equal(showInit(global(u, 't').init!), '{0:decay "x"}');
});
