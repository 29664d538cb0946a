// Declarations: specifiers, declarators, records and their layout, enums, initialisers, functions.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sizeOf } from '../../src/c/layout.js';
import { typeToString } from '../../src/c/type-names.js';
import { clean, compile, fields, fn, global, record, show, showInit } from './tree-helper.js';

function type(declaration: string, name = 'x', before = ''): string {
  const u = clean(`${before}\n${declaration};`);
  const s = u.scope.names.get(name)!;
  return typeToString((s as { type: import('../../src/c/types.js').CType }).type);
}

test('type words in any order', () => {
  assert.equal(type('unsigned long long int x'), 'unsigned __int64');
  assert.equal(type('long unsigned x'), 'unsigned long');
  assert.equal(type('short int signed x'), 'short');
  assert.equal(type('const char volatile x'), 'const volatile char');
  assert.equal(type('__int8 x'), 'char');
  assert.equal(type('unsigned __int32 x'), 'unsigned int');
  assert.equal(type('static long double x'), 'long double');
  assert.equal(type('_Bool x'), '_Bool');
});

test('declarators inside out', () => {
  assert.equal(type('int *x[3]'), 'int *[3]');
  assert.equal(type('int (*x)[3]'), 'int (*)[3]');
  assert.equal(type('int (*x)(char, ...)'), 'int (*)(char, ...)');
  assert.equal(type('int (*(*x)(void))[2]'), 'int (*(*)(void))[2]');
  assert.equal(type('void (*x(int, void (*)(int)))(int)'), 'void (*(int, void (*)(int)))(int)');
  assert.equal(type('int x[2][3]'), 'int[2][3]');
  assert.equal(type('int *const *volatile x'), 'int *const *volatile');
  assert.equal(type('int (__stdcall *x)(int (*)[4], int [5])'), 'int (*)(int (*)[4], int *)');
  assert.equal(type('T * __ptr64 x', 'x', 'typedef struct _T T;'), 'T *');
  assert.equal(type('T x', 'x', 'typedef const int T;'), 'const T');
});

test('typedef names may be hidden and declared again', () => {
  clean('typedef int T; typedef int T; void f(T T) { T = 1; } struct S { T T; }; void g(void) { T x = 2; { int T = 3; T++; } x = (T)x; }');
});

test('function typedefs declare functions', () => {
  const u = clean(
    '_Function_class_(START) _IRQL_requires_(0) typedef void START(_In_ void *Context); START Routine; void Routine(void *Context) { Context = 0; }',
  );
  const f = fn(u, 'Routine').symbol;
  assert.equal(typeToString(f.type), 'void (void *)');
  assert.deepEqual(
    f.sal.map((a) => `${a.name}(${a.args.join()})`),
    ['_Function_class_(START)', '_IRQL_requires_(0)'],
  );
});

test('layout of structures and unions', () => {
  const u = clean(`
    struct A { char a; short b; char c; __int64 d; char e; };
    struct B { char a; union { int b; char c[7]; }; struct { short d; } e; };
    union U { char a; struct { int b, c; } s; short d[5]; };
    struct P { void *p; char c; int z[0]; };
    struct F { int n; short tail[]; };
    #pragma pack(push, 1)
    struct Q { char a; int b; short c; };
    #pragma pack(2)
    struct R { char a; __int64 b; };
    #pragma pack(pop)
    __declspec(align(16)) struct H { int a; };
    struct __declspec(align(32)) I { char c; struct H h; };
    struct J { char a; __declspec(align(8)) char b; };`);
  assert.deepEqual(fields(record(u, 'A')), ['a@0', 'b@2', 'c@4', 'd@8', 'e@16']);
  assert.deepEqual(fields(record(u, 'B')), ['a@0', '@4', 'e@12']);
  const size = (tag: string): string => `${record(u, tag).size}/${record(u, tag).align}`;
  assert.deepEqual(['A', 'B', 'U', 'P', 'F', 'Q', 'R', 'I', 'J'].map(size), [
    '24/8',
    '16/4',
    '12/4',
    '16/8',
    '4/4',
    '7/1',
    '10/2',
    '32/32',
    '16/8',
  ]);
  assert.deepEqual(fields(record(u, 'Q')), ['a@0', 'b@1', 'c@5']);
  assert.deepEqual(fields(record(u, 'F')), ['n@0', 'tail@4']);
});

test('alignment of objects and of records', () => {
  const u = clean('__declspec(align(64)) int x; typedef struct __declspec(align(16)) _S { int a; } S; S y; int z = sizeof(S);');
  assert.equal(global(u, 'x').align, 64);
  assert.equal(sizeOf(global(u, 'y').type), 16);
});

test('__declspec(align) of a bit-field starts its unit; pack limits what it does to the size', () => {
  const text = (n: number): string =>
    `#pragma pack(${n})\nstruct S { int x : 12; char y : 6; __int64 z : 63; __declspec(align(16)) char a : 4; __int64 b : 2; };`;
  for (const [pack, size, places] of [
    [1, 25, ['x@0:0+12', 'y@4:0+6', 'z@5:0+63', 'a@16:0+4', 'b@17:0+2']],
    [8, 32, ['x@0:0+12', 'y@4:0+6', 'z@8:0+63', 'a@16:0+4', 'b@24:0+2']],
  ] as const) {
    const d = record(clean(text(pack)), 'S');
    assert.deepEqual([d.align, d.size, fields(d)], [16, size, places]);
  }
});

test('an alignment that __declspec demands goes through pack and through records; bit-fields do not align a union', () => {
  const u = clean(`
    struct __declspec(align(32)) A { int a; };
    #pragma pack(push, 1)
    struct B { char c; struct A a; };
    struct C { char c; __declspec(align(8)) int x; };
    struct D { char c; struct C x[2]; };
    #pragma pack(pop)
    struct E { char c; union { struct A a; char b; } u; };
    union F { unsigned __int64 a : 1; char b; };
    struct G { char c; union F u; short s; };
    struct H { char a : 1; int : 0; char b; };`);
  const of = (tag: string): unknown => [`${record(u, tag).size}/${record(u, tag).align}`, ...fields(record(u, tag))];
  assert.deepEqual(of('B'), ['64/32', 'c@0', 'a@32']);
  assert.deepEqual(of('C'), ['16/8', 'c@0', 'x@8']);
  assert.deepEqual(of('D'), ['40/8', 'c@0', 'x@8']);
  assert.deepEqual(of('E'), ['64/32', 'c@0', 'u@32']);
  assert.deepEqual(of('F'), ['8/1', 'a@0:0+1', 'b@0']);
  assert.deepEqual(of('G'), ['12/2', 'c@0', 'u@1', 's@10']);
  assert.deepEqual(of('H'), ['8/4', 'a@0:0+1', 'b@4']);
});

test('bit-fields as MSVC lays them out', () => {
  const u = clean(`
    struct A { int a : 3; int b : 5; char c : 4; char d : 5; };
    struct B { unsigned a : 20; unsigned b : 20; unsigned short c : 1; unsigned : 0; unsigned d : 1; };
    struct C { unsigned __int64 Present : 1; unsigned __int64 : 11; unsigned __int64 Frame : 40; unsigned char x; };
    struct D { char a; int : 0; char b; int c : 2; int : 0; int d : 2; };
    union E { int a : 3; unsigned char b : 7; };`);
  assert.deepEqual(fields(record(u, 'A')), ['a@0:0+3', 'b@0:3+5', 'c@4:0+4', 'd@5:0+5']);
  assert.equal(record(u, 'A').size, 8);
  assert.deepEqual(fields(record(u, 'B')), ['a@0:0+20', 'b@4:0+20', 'c@8:0+1', 'd@12:0+1']);
  assert.deepEqual(fields(record(u, 'C')), ['Present@0:0+1', '@0:1+11', 'Frame@0:12+40', 'x@8']);
  assert.deepEqual(fields(record(u, 'D')), ['a@0', 'b@1', 'c@4:0+2', 'd@8:0+2']);
  assert.equal(record(u, 'E').size, 4);
});

test('unnamed members of MSVC: tagged and by typedef name', () => {
  const u = clean(
    'typedef struct _IN { int a, b; } IN_T; struct S { char c; IN_T; struct _IN2 { short d; }; union { int e; }; }; int f(struct S *s) { return s->b + s->d + s->e; }',
  );
  const s = fn(u, 'f').body.body[0];
  assert.equal(s.kind === 'return' && show(s.value!), '((s->b@8 + <int>s->d@12) + s->e@16)');
});

test('enums are int and count on', () => {
  const u = clean('enum E { A, B = 10, C, D = -1, F } e; typedef enum { X = 0x80000000 } T; T t;');
  const d = u.scope.tags.get('E')!;
  assert.deepEqual('members' in d && d.members.map((m) => `${m.name}=${m.value}`), ['A=0', 'B=10', 'C=11', 'D=-1', 'F=0']);
  assert.equal((u.scope.names.get('X') as { value: bigint }).value, -2147483648n);
  assert.equal(typeToString(global(u, 't').type), 'T');
});

test('initialisers: braces, elision, designators, strings', () => {
  const u = clean(`
    struct P { int x, y; }; struct L { struct P a[2]; char n[4]; union { int u; char c; } v; int b : 4; int d : 4; };
    int a[] = { 1, 2, [5] = 9, 10 };
    struct L l1 = { 1, 2, 3, 4, "abc", 7, 5, 6 };
    struct L l2 = { { { 1 }, { .y = 2 } }, { 'x' }, { .c = 'y' } };
    struct L l3 = { .a[1].x = 1, 2, .v.c = 3, .d = 4 };
    struct P m[][2] = { { { 1, 2 }, { 3 } }, 4, 5, 6, 7 };
    char s[] = "hi"; char t[2] = "hi"; unsigned short w[] = { L"ab" }; const char *names[] = { "a", "b" };
    int z = { 5 }; struct P e = { 0 }; int neg = -1; struct P over = { .x = 1, .x = 2 };
    struct { struct { int p; union { int q; char r; }; }; int t; } an = { .r = 1, 2 };`);
  const init = (name: string): string => showInit(global(u, name).init!);
  assert.equal(init('a'), '0 {0:1 4:2 20:9 24:10}');
  assert.equal(sizeOf(global(u, 'a').type), 28);
  assert.equal(init('l1'), '0 {0:1 4:2 8:3 12:4 16:"abc" 20:7 24.0:5 24.4:6}');
  assert.equal(init('l2'), '0 {0:1 12:2 16:120 20:121}');
  assert.equal(init('l3'), '0 {8:1 12:2 20:3 24.4:4}');
  assert.equal(init('m'), '0 {0:1 4:2 8:3 16:4 20:5 24:6 28:7}');
  assert.equal(typeToString(global(u, 'm').type), 'struct P[2][2]');
  assert.equal(typeToString(global(u, 's').type), 'char[3]');
  assert.equal(typeToString(global(u, 'w').type), 'unsigned short[3]');
  assert.equal(init('z'), '{0:5}');
  assert.equal(init('e'), '0 {0:0}');
  assert.equal(init('over'), '0 {0:1 0:2}');
  assert.equal(init('an'), '0 {4:1 8:2}');
  assert.equal(typeToString(global(u, 'names').type), 'const char *[2]');
});

test('a sub-object in braces forgets what was set in it before', () => {
  const u = clean('struct P { int x, y; }; struct S { struct P a, b; } s = { .a.y = 1, .a = { .x = 2 }, .b = { 3, 4 } };');
  assert.equal(showInit(global(u, 's').init!), '0 {0:2 8:3 12:4}');
});

test('locals are initialised with run-time values, records are copied whole', () => {
  const u = clean(
    'struct P { int x, y; }; struct P g(void); void f(int n) { struct P a = g(), b[2] = { a, { n, n + 1 } }; char s[4] = "ab"; int *p = &n; }',
  );
  const f = fn(u, 'f');
  const init = (name: string): string => showInit(f.locals.find((v) => v.name === name)!.init!);
  assert.equal(init('a'), '{0:g()}');
  assert.equal(init('b'), '0 {0:a 8:n 12:(n + 1)}');
  assert.equal(init('s'), '0 {0:"ab"}');
  assert.deepEqual(
    f.locals.map((v) => `${v.name}${v.localId}`),
    ['a0', 'b1', 's2', 'p3'],
  );
});

test('functions: parameters, K&R definitions, static and extern', () => {
  const u = clean(
    'static int s(int a, char *b); int k(a, b) int a; char *b; { return s(a, b); } static int s(int a, char *b) { return a + *b; } extern int e(void); int (g)(void) { return e(); }',
  );
  assert.deepEqual(
    u.functions.map((f) => `${f.symbol.name} ${f.symbol.linkage} ${f.params.map((p) => `${p.name}:${typeToString(p.type)}`).join()}`),
    ['k external a:int,b:char *', 's internal a:int,b:char *', 'g external '],
  );
});

test('tentative definitions and extern declarations', () => {
  const u = clean(
    'int a; int a; int a = 3; extern int b; extern int unused; int c[]; int f(void) { extern int d; static int s = 4; return a + b + d + s; }',
  );
  assert.deepEqual(
    u.globals.map((v) => `${v.name} ${v.scope} ${v.defined}`),
    ['a global true', 'b global false', 'c global true', 'd global false', 's static true'],
  );
  assert.equal(typeToString(global(u, 'c').type), 'int[1]');
});

test('pragmas place code and data', () => {
  const u = clean(`
    int f(void); int g(void);
    #pragma alloc_text(INIT, f)
    #pragma alloc_text("PAGE", g)
    #pragma data_seg("PAGEDATA")
    int x = 1;
    #pragma data_seg()
    int y = 1; __declspec(allocate("MINE")) int z;
    int f(void) { return 1; }
    int g(void) { return 2; }
    #pragma code_seg(push, "CODE")
    int h(void) { return 3; }
    #pragma code_seg(pop)
    int i(void) { return 3; }`);
  assert.deepEqual(
    u.functions.map((f) => f.symbol.section),
    ['INIT', 'PAGE', 'CODE', undefined],
  );
  assert.deepEqual(
    u.globals.map((v) => v.section),
    ['PAGEDATA', undefined, 'MINE'],
  );
});

test('built-in headers: declarations are DDIs, inline functions exist only if used', () => {
  const headers = {
    'k.h':
      'int KeA(int); inline int used(int x) { return KeA(x) + helper2(x); } int helper2(int); static __inline int unused(int x) { return x; } extern int Data; extern int Other; const int C = 3;',
  };
  const before = 'int helper2(int);';
  const u = clean(`${before}\n#include <k.h>\nint f(void) { return used(Data); } int KeMine(void);`, headers);
  assert.deepEqual(
    u.functions.map((f) => f.symbol.name),
    ['f', 'used'],
  );
  const s = (n: string) => u.scope.names.get(n) as { builtin: boolean };
  assert.deepEqual([s('KeA').builtin, s('used').builtin, s('KeMine').builtin], [true, false, false]);
  assert.deepEqual(
    u.globals.map((v) => v.name),
    ['Data'],
  );
});

test('a driver may define what a built-in header declares', () => {
  const u = clean('#include <k.h>\nint KeA(int x) { return x; }', { 'k.h': 'int KeA(int);' });
  assert.equal(fn(u, 'KeA').symbol.builtin, false);
});

test("inline functions of the driver's own headers are checked always and kept only if used", () => {
  const u = compile(
    '#include "m.h"\nint f(void) { return b(); }',
    {},
    { 'm.h': '__forceinline int a(void) { return nowhere; } __forceinline int b(void) { return 1; }' },
  );
  assert.deepEqual(
    u.functions.map((f) => f.symbol.name),
    ['b', 'f'],
  );
  assert.deepEqual(
    u.diagnostics.map((d) => d.code),
    ['c-undeclared'],
  );
});

test('static assertions', () => {
  clean(
    '_Static_assert(sizeof(int) == 4, "int"); struct S { int a; static_assert(sizeof(long) == 4, "long"); }; void f(void) { static_assert(1, "x"); }',
  );
  assert.deepEqual(
    compile('static_assert(sizeof(long) == 8, "LP64 " "only");').diagnostics.map((d) => d.message),
    ['static assertion failed: LP64 only'],
  );
});

test('GNU attributes that change a layout are refused, others are skipped', () => {
  for (const word of ['packed', '__packed__', 'aligned(16)']) {
    const found = compile(
      `struct s { char a; int b; } __attribute__((${word})); struct __attribute__((${word})) t { char a; int b; };`,
    ).diagnostics;
    assert.ok(
      found.some((d) => d.code === 'c-attribute' && /would change the layout/.test(d.message)),
      word,
    );
  }
  clean('struct __attribute__((deprecated("x"))) s { char a; };');
});
