// What the compiler says about wrong programs: one message per cause, at its place, with a hint where there is one.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compile, messages, problems } from './tree-helper.js';

const only = (text: string, wanted: string): void => assert.deepEqual(messages(text), [wanted], text);

test('undeclared names have a hint and are reported once per function', () => {
  only(
    'int KeFoo(int); void f(void) { KeFooo(1); KeFooo(2); }',
    "error: function 'KeFooo' is called, but neither declared nor defined (did you mean 'KeFoo'?)",
  );
  only(
    'void f(void) { Zw(1); }',
    "error: function 'Zw' is called, but neither declared nor defined (is a header missing, or the declaration of 'Zw'?)",
  );
  only('void f(int count) { coutn = 1; }', "error: 'coutn' is not declared (did you mean 'count'?)");
  only('typedef int NTSTATUS; void f(void) { NTSTAUS s = 1; s++; }', "error: unknown type name 'NTSTAUS' (did you mean 'NTSTATUS'?)");
  only('typedef int NTSTATUS; NTSTAUS g(int a); ', "error: unknown type name 'NTSTAUS' (did you mean 'NTSTATUS'?)");
  only(
    'void f(void) { PFOO *p = 0; p = (PFOO *)0; }',
    "error: unknown type name 'PFOO' (is a header missing, or the declaration of 'PFOO'?)",
  );
  only(
    'struct S { PFOO p; int x; } s; int f(void) { return s.x; }',
    "error: unknown type name 'PFOO' (is a header missing, or the declaration of 'PFOO'?)",
  );
  only('void f(PFOO a, int b) { a = b; }', "error: unknown type name 'PFOO' (is a header missing, or the declaration of 'PFOO'?)");
  only('void CALLSPEC f(int a) { a++; }', "error: unknown word 'CALLSPEC' in a declaration (a macro that is not defined?)");
});

test('members', () => {
  only(
    'struct S { int Length; } *s; int x; void f(void) { x = s->Lenght; }',
    "error: 'struct S' has no member 'Lenght' (did you mean 'Length'?)",
  );
  only('struct S { int a; } *s; void f(void) { s.a = 1; }', "error: '.' on 'struct S *': use '->'");
  only('struct S { int a; } s; void f(void) { s->a = 1; }', "error: '->' on 'struct S': use '.'");
  only('struct S *s; void f(void) { s->a = 1; }', "error: 'struct S' is declared but not defined, so it has no members here");
  only('int i; void f(void) { i.a = 1; }', "error: '.a' needs a structure; this is 'int'");
});

test('calls', () => {
  only('int g(int, int); void f(void) { g(1); }', "error: 'g' takes 2 arguments, but 1 is given (its type is 'int g(int, int)')");
  only('int g(void); void f(void) { g(1); }', "warning: 'g' takes no arguments, but 1 are given (its type is 'int g(void)')");
  only(
    'int g(const char *, ...); void f(void) { g(); }',
    "error: 'g' takes at least 1 argument, but 0 are given (its type is 'int g(const char *, ...)')",
  );
  only('int i; void f(void) { i(1); }', "error: 'int' is not a function and cannot be called");
  only('void g(void); int x; void f(void) { x = g(); }', 'error: assignment: the expression has no value (its type is void)');
  only('void g(void); void f(void) { g; }', "warning: 'g' is not called here: the parentheses are missing");
});

test('pointers that do not fit, as MSVC at /W3', () => {
  const w = (text: string): string[] =>
    problems(
      `struct A { int x; } *pa; struct B { int y; } *pb; int *pi; unsigned long *pul; long *pl; char *pc; const char *pcc; void *pv; int **ppi; int i; __int64 q; int (*fn)(int); void g(int *); void f(void) { ${text} }`,
    ).map((x) => x.split(' ').slice(1).join(' '));
  for (const fine of [
    'pi = pv;',
    'pv = pi;',
    'pul = (unsigned long *)pl;',
    'pl = pul;',
    'pi = pl;',
    'pcc = pc;',
    'pi = 0;',
    'pi = (void *)0;',
    'if (pi == pv) ;',
    'pv = fn;',
    'pc = "x";',
    'q = (__int64)pi;',
  ])
    assert.deepEqual(w(fine), [], fine);
  assert.deepEqual(w('pa = pb;'), ['warning c-pointer-types']);
  assert.deepEqual(w('pi = pc;'), ['warning c-pointer-types']);
  assert.deepEqual(w('pc = pcc;'), ['warning c-qualifiers']);
  assert.deepEqual(w('pi = ppi;'), ['warning c-levels']);
  assert.deepEqual(w('pi = i;'), ['warning c-levels']);
  assert.deepEqual(w('i = pi;'), ['warning c-levels']);
  assert.deepEqual(w('g(pa);'), ['warning c-pointer-types']);
  assert.deepEqual(w('if (pa == pb) ;'), ['warning c-pointer-types']);
  assert.deepEqual(w('if (pi == 5) ;'), ['warning c-levels']);
  assert.deepEqual(w('fn = g;'), ['warning c-parameters']);
  assert.deepEqual(w('*pa = *pb;'), ['error c-types']);
  assert.deepEqual(w('i = *pa;'), ['error c-types']);
  assert.deepEqual(w('pi = 1.0;'), ['error c-types']);
  assert.deepEqual(w('*pv = 1;'), ['error c-operands']);
  assert.deepEqual(w('pv + 1;'), ['error c-incomplete']);
});

test('assignment', () => {
  only('const int c = 1; void f(void) { c = 2; }', "error: '=': the object is const ('const int')");
  only('struct S { int a; }; void f(const struct S *s) { s->a = 2; }', "error: '=': the object is const ('const int')");
  only('int a, b; void f(void) { a + b = 2; }', "error: '=' needs an object on its left: this is only a value");
  only('int a[2], b[2]; void f(void) { a = b; }', "error: '=': an array as a whole cannot be changed");
  only('void f(void) { 5++; }', "error: '++' needs an object on its left: this is only a value");
  only('struct S { int b : 3; } s; int *p; void f(void) { p = &s.b; }', "error: the bit-field 'b' has no address");
  only('int a; void f(void) { a == 1; }', "warning: '==' has no effect here; is '=' meant?");
});

test('duplicates name both places', () => {
  const both = (text: string): string[] =>
    compile(text).diagnostics.map((d) => `${d.code} ${d.range!.start} ${d.related?.[0].range.start}`);
  assert.deepEqual(both('int f(void) { return 1; } int f(void) { return 2; }'), ['c-redefined 30 4']);
  assert.deepEqual(both('int x; long x;'), ['c-redefined 12 4']);
  assert.deepEqual(both('int x = 1; int x = 2;'), ['c-redefined 15 4']);
  assert.deepEqual(both('struct S { int a; }; struct S { int b; };'), ['c-redefined 28 7']);
  assert.deepEqual(both('struct S { int a; int a; };'), ['c-redefined 22 15']);
  assert.deepEqual(both('void f(int a) { int a; }'), ['c-redefined 20 11']);
  assert.deepEqual(both('void f(void) { int a; long a; }'), ['c-redefined 27 19']);
  assert.deepEqual(both('void f(void) { x: ; x: ; goto x; }'), ['c-redefined 20 15']);
  assert.deepEqual(both('void f(int n) { switch (n) { case 1: ; case 1: ; } }'), ['c-redefined 44 34']);
  assert.deepEqual(both('enum E { A, A };'), ['c-redefined 12 9']);
  assert.deepEqual(both('int f(int); int f(char *);'), ['c-parameters 16 4']);
  assert.deepEqual(both('int f(int); void f(int);'), ['c-redefined 17 4']);
  assert.deepEqual(both('typedef int T; typedef char *T;'), ['c-redefined 29 12']);
});

test('places for jumps', () => {
  assert.deepEqual(problems('void f(void) { break; continue; case 1: ; goto nowhere; }'), [
    '1:16 error c-break',
    '1:23 error c-break',
    '1:33 error c-break',
    '1:48 error c-label',
  ]);
  assert.deepEqual(problems('void f(int n) { while (n) { switch (n) { case 1: continue; } } switch (n) { default: continue; } }'), [
    '1:86 error c-break',
  ]);
});

test('incomplete types', () => {
  assert.deepEqual(problems('struct S; struct S s;'), ['1:20 error c-incomplete']);
  assert.deepEqual(problems('struct S; void f(void) { struct S s; }'), ['1:35 error c-incomplete']);
  assert.deepEqual(problems('struct S { struct T t; };'), ['1:21 error c-incomplete']);
  assert.deepEqual(problems('struct S; int f(void) { return sizeof(struct S); }'), ['1:32 error c-incomplete']);
  assert.deepEqual(problems('struct S s; struct S { int a; };'), []);
  assert.deepEqual(problems('void x;'), ['1:6 error c-types']);
});

test('one message per syntax error, and the rest is still read', () => {
  assert.deepEqual(problems('int a = ;\nint b\nint c; void f(void) { a = (1; b = 2; c = ] ; undeclared1(); }'), [
    '1:9 error c-syntax',
    '2:5 error c-syntax',
    '3:28 error c-syntax',
    '3:42 error c-syntax',
    '3:46 error c-undeclared',
  ]);
  only('void f(void) { if (1 { } }', "error: expected ')' after the condition of 'if' before '{'");
  only('int f(void) { return 1 }', "error: expected ';' after 'return' before '}'");
  only('void f(void) { ', "error: expected '}' before the end of the file");
  only('}', "error: '}' without a matching '{'");
  only('void f(void) { else ; }', "error: 'else' without an 'if': expected a statement before 'else'");
  only('struct S { int a };', "error: expected ';' after the member before '}'");
});

test('what cannot be simulated is said once', () => {
  only(
    'void f(void) { __asm { mov eax, 1\n int 3 } }',
    'error: inline assembly cannot be simulated (x64 compilers do not accept it either: use an intrinsic)',
  );
  only(
    'void f(int n) { __asm nop\n n++; }',
    'error: inline assembly cannot be simulated (x64 compilers do not accept it either: use an intrinsic)',
  );
  only(
    'class A { public: int x; }; template <class T> T f(T a) { return a; }',
    "error: 'class' is C++; Interlock runs drivers written in C (compile this file as C, or leave it out of the scenario)",
  );
  only(
    'extern "C" { int f(void) { return 1; } }',
    "error: 'extern' is C++; Interlock runs drivers written in C (compile this file as C, or leave it out of the scenario)",
  );
  only(
    'void f(void) { int *p = nullptr; }',
    "error: 'nullptr' is C++; Interlock runs drivers written in C (compile this file as C, or leave it out of the scenario)",
  );
  only(
    'void f(void) { std::move(1); }',
    "error: 'std' is C++; Interlock runs drivers written in C (compile this file as C, or leave it out of the scenario)",
  );
});

test('implicit int is read with a warning', () => {
  assert.deepEqual(problems('f() { return 1; } static x; '), ['1:1 warning c-implicit-int', '1:26 warning c-implicit-int']);
});

test('initialisers', () => {
  assert.deepEqual(problems('int a[2] = { 1, 2, 3 };'), ['1:20 error c-initializer']);
  assert.deepEqual(problems('int a = { 1, 2 };'), ['1:9 error c-initializer']);
  assert.deepEqual(problems('char s[2] = "abc";'), ['1:13 error c-initializer']);
  assert.deepEqual(problems('struct S { int a; } s = { .b = 1 };'), ['1:28 error c-no-member']);
  assert.deepEqual(problems('int a[2] = { [2] = 1 };'), ['1:15 error c-initializer']);
  assert.deepEqual(problems('int g(void); int x = g();'), ['1:22 error c-constant']);
  assert.deepEqual(problems('void f(int n) { static int x = n; }'), ['1:32 error c-constant']);
  assert.deepEqual(problems('int a[] = 5;'), ['1:11 error c-initializer']);
  assert.deepEqual(problems('int n; int a[n];'), ['1:14 error c-constant']);
});

test('a missing include hides its consequences', () => {
  const u = compile('#include "nowhere.h"\nFOO x; void f(void) { BAR(); }');
  assert.deepEqual(
    u.diagnostics.map((d) => d.code),
    ['pp-include-not-found'],
  );
});

test('unknown pragmas are a hint', () => {
  assert.deepEqual(
    problems('#pragma wibble(1)\n#pragma warning(disable: 4100)\nint x;'),
    ['1:1 hint c-unknown-pragma'].map((s) => s.replace('1:1', problems('#pragma wibble(1)\nint x;')[0].split(' ')[0])),
  );
  assert.deepEqual(
    problems('#pragma pack(3)\nint x;').map((s) => s.split(' ').slice(1).join(' ')),
    ['warning c-pragma'],
  );
});

test('errors land on the macro invocation and tell where the macro says so', () => {
  const u = compile('#define BAD(x) undeclared_thing(x)\nvoid f(void) { BAD(1); }');
  const d = u.diagnostics[0];
  assert.deepEqual(d.range!.file.position(d.range!.start), { line: 2, column: 16 });
  assert.equal(d.related![0].range.file.position(d.related![0].range.start).line, 1);
});

test('an unknown escape sequence is the character itself, with a warning as in MSVC (C4129)', () => {
  only(String.raw`char *path = "C:\Driver";`, String.raw`warning: '\D' is not a known escape sequence; it means 'D'`);
  only(String.raw`int c = '\q';`, String.raw`warning: '\q' is not a known escape sequence; it means 'q'`);
});

test('a flexible array member can be initialised in its own object only', () => {
  const s = 'struct S { int n; char s[]; }; struct T { int n; struct S in; };';
  assert.deepEqual(messages(`${s} struct S a = { 1, "abc" }, b = { 1, { 2, 3 } };`), []);
  only(`${s} struct T t = { 1, { 2, "abc" } };`, 'error: an array without length in a nested structure cannot be initialised');
});
