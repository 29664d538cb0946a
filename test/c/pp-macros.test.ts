// Macro expansion: the examples of C17 6.10.3.5 and the dialect of MSVC.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { codes, expand, messages, run, show } from './pp-helper.js';

const squeeze = (s: string) => s.replace(/\s+/g, ' ').trim();

test('C17 6.10.3.5 example 3: rescanning', () => {
  const out = expand(`
#define x 3
#define f(a) f(x * (a))
#undef x
#define x 2
#define g f
#define z z[0]
#define h g(~
#define m(a) a(w)
#define w 0,1
#define t(a) a
#define p() int
#define q(x) x
#define r(x,y) x ## y
#define str(x) # x
f(y+1) + f(f(z)) % t(t(g)(0) + t)(1);
g(x+(3,4)-w) | h 5) & m
(f)^m(m);
p() i[q()] = { q(1), r(2,3), r(4,), r(,5), r(,) };
char c[2][6] = { str(hello), str() };
`);
  assert.equal(
    squeeze(out),
    squeeze(`f(2 * (y+1)) + f(2 * (f(2 * (z[0])))) % f(2 * (0)) + t(1);
f(2 * (2+(3,4)-0,1)) | f(2 * (~ 5)) & f(2 * (0,1))^m(0,1);
int i[] = { 1, 23, 4, 5, };
char c[2][6] = { "hello", "" };`),
  );
});

test('C17 6.10.3.5 example 4: # and ##', () => {
  const out = expand(`
#define str(s) # s
#define xstr(s) str(s)
#define debug(s, t) printf("x" # s "= %d, x" # t "= %s", \\
                x ## s, x ## t)
#define INCFILE(n) vers ## n
#define glue(a, b) a ## b
#define xglue(a, b) glue(a, b)
#define HIGHLOW "hello"
#define LOW LOW ", world"
debug(1, 2);
fputs(str(strncmp("abc\\0d", "abc", '\\4') // this goes away
== 0) str(: @\\n), s);
xstr(INCFILE(2).h)
glue(HIGH, LOW);
xglue(HIGH, LOW)
`);
  assert.equal(
    squeeze(out),
    squeeze(`printf("x" "1" "= %d, x" "2" "= %s", x1, x2);
fputs("strncmp(\\"abc\\\\0d\\", \\"abc\\", '\\\\4') == 0" ": @\\n", s);
"vers2.h"
"hello";
"hello" ", world"`),
  );
});

test('C17 6.10.3.5 examples 5 to 7: placemarkers, redefinition, variable arguments', () => {
  assert.equal(
    expand(`#define t(x,y,z) x ## y ## z
int j[] = { t(1,2,3), t(,4,5), t(6,,7), t(8,9,),
 t(10,,), t(,11,), t(,,12), t(,,) };`),
    'int j[] = { 123, 45, 67, 89, 10, 11, 12, };',
  );
  assert.deepEqual(
    codes(
      run(`#define OBJ_LIKE (1-1)
#define OBJ_LIKE /* white space */ (1-1) /* other */
#define FUNC_LIKE(a) ( a )
#define FUNC_LIKE( a )( /* note the white space */ \\
a /* other stuff on this line
*/ )
`),
    ),
    [],
  );
  assert.deepEqual(codes(run('#define A (0)\n#define A (1)\n#define B(a) (a)\n#define B(b) (b)\n')), [
    'pp-redefinition',
    'pp-redefinition',
  ]);
  assert.equal(
    expand(`#define debug(...) fprintf(stderr, __VA_ARGS__)
#define showlist(...) puts(#__VA_ARGS__)
#define report(test, ...) ((test)?puts(#test): printf(__VA_ARGS__))
debug("Flag"); debug("X = %d\\n", x); showlist(The first, second, and third items.); report(x>y, "x is %d but y is %d", x, y);`),
    'fprintf(stderr, "Flag"); fprintf(stderr, "X = %d\\n", x); puts("The first, second, and third items."); ((x>y)?puts("x>y"): printf("x is %d but y is %d", x, y));',
  );
});

test('C17 6.10.3.3 example: ## made by # ## # is no operator', () => {
  assert.equal(
    expand(`#define hash_hash # ## #
#define mkstr(a) # a
#define in_between(a) mkstr(a)
#define join(c, d) in_between(c hash_hash d)
char p[] = join(x, y);`),
    'char p[] = "x ## y";',
  );
});

test('the comma before an empty variadic part goes, as with MSVC and GNU', () => {
  const d =
    '#define MS(f, ...) DbgPrint(f, __VA_ARGS__)\n#define GNU(f, ...) DbgPrint(f, ##__VA_ARGS__)\n#define NAMED(f, args...) DbgPrint(f, ##args)\n';
  assert.equal(expand(`${d}MS("a") MS("a", 1, 2)`), 'DbgPrint("a") DbgPrint("a", 1, 2)');
  assert.equal(expand(`${d}GNU("a") GNU("a", 1, 2)`), 'DbgPrint("a") DbgPrint("a",1, 2)');
  assert.equal(expand(`${d}NAMED("a") NAMED("a", 1, 2)`), 'DbgPrint("a") DbgPrint("a",1, 2)');
});

test('__VA_OPT__', () => {
  assert.equal(expand('#define F(a, ...) f(a __VA_OPT__(, [__VA_ARGS__]))\nF(1) F(1, 2, 3)'), 'f(1) f(1, [2, 3])');
  assert.deepEqual(codes(run('#define F(...) __VA_OPT__(a\n')), ['pp-va-opt']);
});

test('wide strings by L## and by L#', () => {
  assert.equal(expand('#define W2(s) L##s\n#define W(s) W2(s)\n#define T(x) L#x\nW("a") T(b c)'), 'L"a" L"b c"');
});

test('KdPrint with double parentheses, empty arguments, nested invocations over lines', () => {
  assert.equal(expand('#define KdPrint(_x_) DbgPrint _x_\nKdPrint(("%d\\n", 1));'), 'DbgPrint ("%d\\n", 1);');
  assert.equal(expand('#define F(a,b) [a|b]\nF(,) F(1,\n\n2) F((a,b), F(3,4))'), '[|] [1|2] [(a,b)|[3|4]]');
});

test('a function-like name without parentheses stays, also before a directive and at the end of a file', () => {
  assert.equal(expand('#define F(x) <x>\nF\n#define G 1\nF G F\n(2) F'), 'F F 1 <2> F');
});

test('directives between arguments are carried out', () => {
  assert.equal(expand('#define F(x) {x}\nF(1\n#if 0\n+ 2\n#else\n+ 3\n#endif\n)'), '{1 + 3}');
});

test('wrong numbers of arguments warn and are made to fit (C4002, C4003)', () => {
  const r = run('#define F(a,b) a-b\nF(1) F(1,2,3)');
  assert.equal(show(r.tokens), '1- 1-2');
  assert.deepEqual(codes(r), ['pp-too-few-arguments', 'pp-too-many-arguments']);
  assert.match(messages(r)[0], /main\.c:2:1: warning: macro 'F' takes 2 arguments, but 1 is given/);
});

test('an invocation that is not closed points at its name and its parenthesis', () => {
  const r = run('#define F(a) a\nint x;\nF(1, (2)\nint y;');
  assert.deepEqual(codes(r), ['pp-unterminated-invocation']);
  assert.match(messages(r)[0], /^main\.c:3:1: error: .*'F'.*\n {2}main\.c:3:2/);
});

test('pastes that make no token keep both and warn', () => {
  const r = run('#define P(a,b) a##b\nP(+,x) P(.,5) P(<,<=) P(L,"s") P(1,e5)');
  assert.equal(show(r.tokens), '+x .5 <<= L"s" 1e5');
  assert.deepEqual(codes(r), ['pp-bad-paste']);
});

test('bad definitions', () => {
  for (const bad of [
    '#define',
    '#define 1',
    '#define F(a',
    '#define F(a,a) a',
    '#define F(a b) a',
    '#define F(..., a)',
    '#define F(a,) a',
    '#define defined 1',
    '#define F(a) #b',
    '#define A ##',
    '#define A ## b',
  ]) {
    assert.equal(run(`${bad}\nint x;`).diagnostics.filter((d) => d.severity === 'error').length, 1, bad);
    assert.equal(show(run(`${bad}\nint x;`).tokens), 'int x;');
  }
});

test('predefined and place-dependent macros', () => {
  assert.equal(
    expand('_MSC_VER _M_AMD64 __STDC_VERSION__ __LINE__ __FILE__\n__LINE__ __COUNTER__ __COUNTER__ __DATE__', {
      path: '/w/drv/a.c',
      shown: 'drv/a.c',
    }),
    '1939 100 201710L 1 "drv/a.c" 2 0 1 "Jan  1 2024"',
  );
  assert.equal(expand('#define L __LINE__\n#define A(x) x L\n\nA(\n__LINE__\n)'), '5 4');
  assert.equal(expand('#line 100 "x.c"\n__LINE__ __FILE__'), '100 "x.c"');
  assert.deepEqual(codes(run('#define __LINE__ 3\n#undef __FILE__\n')), ['pp-redefinition', 'pp-redefinition']);
  assert.equal(expand('DBG F(2) NTDDI_VERSION', { defines: { DBG: '1', 'F(x)': '(x)', NTDDI_VERSION: '0x06010000' } }), '1 (2) 0x06010000');
});

test('macros of the result have name, parameters, body and place', () => {
  const r = run('#define MAX(a, b)   ((a)  > (b)\\\n ? (a) : (b)) // larger\n#define V(...) f(__VA_ARGS__)\n');
  const m = r.macros.get('MAX')!;
  assert.deepEqual([m.name, m.params, m.variadic, m.body], ['MAX', ['a', 'b'], false, '((a) > (b) ? (a) : (b))']);
  assert.equal(m.range.file.text.slice(m.range.start, m.range.end), 'MAX');
  assert.equal(r.macros.get('V')!.variadic, true);
});

test('push_macro and pop_macro', () => {
  assert.equal(expand('#define A 1\n#pragma push_macro("A")\n#undef A\n#define A 2\nA\n#pragma pop_macro("A")\nA'), '2 1');
});
