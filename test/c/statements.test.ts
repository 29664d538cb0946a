// Statements, structured exception handling, annotations in all their places, scopes at a place.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { scopeAt } from '../../src/c/compile-unit.js';
import type { Scope, Stmt } from '../../src/c/tree.js';
import { clean, fn, global, messages, problems, record, show } from './tree-helper.js';

/** Shape of a statement: kinds with their expressions. */
function shape(s: Stmt): string {
  switch (s.kind) {
    case 'compound':
      return `{${s.body.map(shape).join(' ')}}`;
    case 'expr':
      return show(s.expr);
    case 'decl':
      return `decl(${s.vars.map((v) => v.name).join()})`;
    case 'if':
      return `if ${show(s.test)} ${shape(s.then)}${s.else ? ` else ${shape(s.else)}` : ''}`;
    case 'while':
      return `while ${show(s.test)} ${shape(s.body)}`;
    case 'do':
      return `do ${shape(s.body)} ${show(s.test)}`;
    case 'for':
      return `for (${s.init ? shape(s.init) : ''};${s.test ? show(s.test) : ''};${s.step ? show(s.step) : ''}) ${shape(s.body)}`;
    case 'switch':
      return `switch ${show(s.value)}[${s.cases.map((c) => c.low ?? 'default').join()}] ${shape(s.body)}`;
    case 'case':
      return `case ${s.low ?? 'default'}: ${shape(s.body)}`;
    case 'label':
      return `${s.name}: ${shape(s.body)}`;
    case 'goto':
      return `goto ${s.target?.name}`;
    case 'return':
      return `return${s.value ? ` ${show(s.value)}` : ''}`;
    case 'try':
      return `try ${shape(s.body)} ${s.handler.kind}${s.handler.kind === 'except' ? ` (${show(s.handler.filter)})` : ''} ${shape(s.handler.body)}`;
    default:
      return s.kind;
  }
}

function body(text: string, before = ''): string {
  return shape(fn(clean(`${before} int g(int); void f(int n, int *p) { ${text} }`), 'f').body);
}

test('control statements', () => {
  assert.equal(body('if (n) g(1); else if (p) g(2); else { g(3); }'), '{if n g(1) else if p g(2) else {g(3)}}');
  assert.equal(body('while (n--) { if (n == 3) continue; break; }'), '{while (n --) {if (n == 3) continue break}}');
  assert.equal(body('do n++; while (n < 5);'), '{do (n ++) (n < 5)}');
  assert.equal(body('for (int i = 0, j = 1; i < n; i++, j--) ;'), '{for (decl(i,j);(i < n);((i ++) , (j --))) null}');
  assert.equal(body('for (;;) return;'), '{for (;;) return}');
  assert.equal(body('goto end; again: n--; end: if (n) goto again;'), '{goto end again: (n --) end: if n goto again}');
});

test('switch: cases are wrapped to the promoted type, nested switches keep their own', () => {
  assert.equal(
    body('switch (n) { case 1: case -1: g(1); break; case 0xC0000005: { switch (*p) { case 7: g(7); } } default: ; }'),
    '{switch n[1,-1,-1073741819,default] {case 1: case -1: g(1) break case -1073741819: {switch (* p)[7] {case 7: g(7)}} case default: null}}',
  );
});

test('structured exception handling', () => {
  assert.equal(
    body('__try { *p = 1; if (n) __leave; } __except (_exception_code() == 0xC0000005UL ? 1 : 0) { g(_exception_code()); }'),
    '{try {((* p) = 1) if n leave} except (((exception_code!() == 3221225477) ? 1 : 0)) {g(<int>exception_code!())}}',
  );
  assert.equal(
    body('__try { g(1); } __finally { if (_abnormal_termination()) g(2); }'),
    '{try {g(1)} finally {if abnormal_termination!() g(2)}}',
  );
  assert.equal(
    body(
      '__try { g(1); } __except (h(_exception_info())) { }',
      'struct _EXCEPTION_POINTERS { int x; }; int h(struct _EXCEPTION_POINTERS *);',
    ),
    '{try {g(1)} except (h(exception_info!())) {}}',
  );
});

test('SEH words outside of their places are errors', () => {
  assert.deepEqual(problems('void f(void) { __leave; _exception_code(); _exception_info(); _abnormal_termination(); }'), [
    '1:16 error c-seh',
    '1:25 error c-seh',
    '1:44 error c-seh',
    '1:63 error c-seh',
  ]);
  assert.deepEqual(problems('void f(void) { __try { } f(); }'), ['1:26 error c-syntax']);
  assert.match(messages('void f(void) { __try { } f(); }')[0], /__except \(\.\.\.\)' or '__finally'/);
});

test('annotations wherever MSVC allows them', () => {
  const u = clean(`
    typedef void *PVOID; typedef unsigned long ULONG; typedef int NTSTATUS;
    _IRQL_requires_max_(APC_LEVEL) _Must_inspect_result_ __drv_allocatesMem(Mem)
    NTSTATUS _Success_(return >= 0) F(_In_ PVOID A, _Out_writes_bytes_to_opt_(Len, *Got) PVOID *_Nullable_ B, _In_range_(0, 10) ULONG Len, _When_(Len > 0, _Notnull_) PVOID, _Inout_ ULONG *Got) _Acquires_lock_(A);
    struct _Struct_size_bytes_(Size) S { _Field_size_(Count) ULONG *Items; ULONG Count; _Guarded_by_(Lock) ULONG g _Field_range_(0, 3); };
    _Guarded_by_(x) static ULONG v;
    _Use_decl_annotations_
    NTSTATUS F(PVOID A, PVOID *B, ULONG Len, PVOID D, ULONG *Got) {
      _Analysis_assume_(Len > 0);
      _At_(*Got, _Post_ _In_) ULONG local = Len;
      if (Len) _Fallthrough_ ; 
      return (int)local;
    }`);
  const f = fn(u, 'F').symbol;
  assert.deepEqual(
    f.sal.map((a) => a.name),
    ['_IRQL_requires_max_', '_Must_inspect_result_', '__drv_allocatesMem', '_Success_', '_Acquires_lock_', '_Use_decl_annotations_'],
  );
  assert.deepEqual(f.sal[0].args, ['APC_LEVEL']);
  assert.deepEqual(f.sal[3].args, ['return >= 0']);
  const proto = clean('void P(_In_ int A, _Out_writes_(Len) char *B, int Len);').scope.names.get('P') as {
    type: import('../../src/c/types.js').FunctionType;
  };
  assert.deepEqual(
    proto.type.params.map((q) => q.sal.map((a) => `${a.name}${a.args.join()}`)),
    [['_In_'], ['_Out_writes_Len'], []],
  );
  assert.deepEqual(
    record(u, 'S').fields.map((x) => x.sal!.map((a) => a.name).join()),
    ['_Field_size_', '', '_Guarded_by_,_Field_range_'],
  );
  assert.deepEqual(
    global(u, 'v').sal.map((a) => a.name),
    ['_Guarded_by_'],
  );
});

test('a declared name that looks like an annotation is a name', () => {
  clean('typedef int _My_type_; _My_type_ x; int _In_my_way_ = 3, _Other_[2]; int f(void) { return _In_my_way_ + x + _Other_[1]; }');
});

test('a definition inherits the annotations of its prototype', () => {
  const u = clean('typedef int ROUTINE(_In_ int A, _Out_ int *B); ROUTINE D; int D(int X, int *Y) { return *Y = X; }');
  const f = fn(u, 'D');
  assert.deepEqual(
    f.symbol.type.params.map((q) => `${q.name} ${q.sal.map((a) => a.name).join()}`),
    ['X _In_', 'Y _Out_'],
  );
  assert.deepEqual(
    f.params.map((v) => `${v.name} ${v.sal.map((a) => a.name).join()}`),
    ['X _In_', 'Y _Out_'],
  );
});

test('scopeAt shows the names that are declared before a place', () => {
  const text =
    'int g; void f(int p) { int a = 1; { int b = a; { int a = b; a++; } b++; } for (int i = 0; i < p; i++) { int c = i; c++; } int z = a; }';
  const f = fn(clean(text), 'f');
  const names = (at: string, after = 0): string => {
    const out: string[] = [];
    for (let s: Scope | undefined = scopeAt(f, text.indexOf(at) + after); s?.parent; s = s.parent) out.unshift([...s.names.keys()].join());
    return out.join('|');
  };
  assert.equal(names('int a = 1'), 'p|');
  assert.equal(names('a++'), 'p|a|b|a');
  assert.equal(names('b++'), 'p|a|b');
  assert.equal(names('c++'), 'p|a|i|c');
  assert.equal(names('int z'), 'p|a');
  assert.equal(names('int g'), 'p');
});

test('missing return values, as MSVC sees them', () => {
  const warned = (b: string): boolean =>
    problems(`__declspec(noreturn) void die(int); int g(void); int f(int n) { ${b} }`).some((x) => x.endsWith('c-missing-return'));
  for (const fine of [
    'return 1;',
    'if (n) return 1; else return 2;',
    'for (;;) g();',
    'while (1) { if (n) return 1; }',
    'die(1);',
    'switch (n) { case 1: return 1; default: return 2; }',
    '__try { return 1; } __except (1) { return 2; }',
    '__try { return 1; } __finally { g(); }',
    'goto out; out: return 1;',
    'do { return 1; } while (n);',
    'if (n) { return 1; } die(2);',
    'switch (n) { case 1: return 1; default: break; } return 3;',
    '__fastfail(3);',
    '{ { return 1; } }',
  ])
    assert.equal(warned(fine), false, fine);
  for (const bad of [
    '',
    'if (n) return 1;',
    'while (n) return 1;',
    'for (;;) break; ',
    'switch (n) { case 1: return 1; }',
    'switch (n) { case 1: return 1; default: break; }',
    '__try { __leave; } __finally { } ',
    '__try { return 1; } __except (1) { g(); }',
    'return 1; out: g(); if (n) goto out;',
    'return;',
  ])
    assert.equal(warned(bad), true, bad);
});
