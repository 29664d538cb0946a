// A program of seh-generator.ts as C. Words of the machine's own test harness (`print`, `raise`) by default; with those of DRIVER it is a part of one.
import type { Expr, Filter, Program, Stmt } from './seh-generator.js';
import { FilterMode, GLOBALS, VARIABLES } from './seh-generator.js';

const HARNESS = `
#define GetExceptionCode() ((int)_exception_code())
#define GetExceptionInformation() ((struct EP *)_exception_info())
#define AbnormalTermination() _abnormal_termination()
#define RAISE(c) raise(c)
#define RAISE_CONTINUABLE(c) raise_continuable(c)
struct ER { unsigned long ExceptionCode, ExceptionFlags; struct ER *ExceptionRecord; void *ExceptionAddress; unsigned long NumberParameters; unsigned long long ExceptionInformation[15]; };
struct EP { struct ER *ExceptionRecord; void *ContextRecord; };
`;
/** The same words where the program is a driver: what it prints goes to the debugger's output. */
export const DRIVER = `
#include <ntifs.h>
#define print(v) ((void)DbgPrint("%I64d\\n", (LONGLONG)(v)))
#undef GetExceptionCode
#undef GetExceptionInformation
#undef AbnormalTermination
#define GetExceptionCode() ((int)_exception_code())
#define GetExceptionInformation() ((struct EP *)_exception_info())
#define AbnormalTermination() _abnormal_termination()
#define ER _EXCEPTION_RECORD
#define EP _EXCEPTION_POINTERS
#define RAISE(c) ExRaiseStatus((NTSTATUS)(c))
#define RAISE_CONTINUABLE(c) RaiseContinuable((NTSTATUS)(c))
static VOID RaiseContinuable(NTSTATUS c) { EXCEPTION_RECORD r; RtlZeroMemory(&r, sizeof r); r.ExceptionCode = c; RtlRaiseException(&r); }
`;
const FRAME = `
static int ${Array.from({ length: GLOBALS }, (_, i) => `g${i}`).join(', ')}, cell = 3, once[1024];
static int *ptr(int k) { return (k & 7) == 1 ? (int *)(unsigned long long)(k & 0xf8) : &cell; }
static int same(int x) { return x; }
static int (*target(int k))(int) { return (k & 7) == 1 ? (int (*)(int))0 : same; }
static int info_code(struct EP *p) { struct ER *r = p->ExceptionRecord; print(r->NumberParameters); if (r->NumberParameters == 2) { print(r->ExceptionInformation[0]); print(r->ExceptionInformation[1]); } return (int)r->ExceptionCode; }
static int inner(int k) { int r = 0; __try { r = *ptr(k); r += 10; } __except (GetExceptionCode() == (int)0xC0000005) { r = 77; } return r; }
static int flt(int id, int code, int mode, int (*f)(int)) {
  int soft = (code & 0xF0000000) == 0xE0000000;
  print(id); print(code);
  switch (mode) {
    case ${FilterMode.Execute}: return 1;
    case ${FilterMode.Search}: return 0;
    case ${FilterMode.Software}: return soft;
    case ${FilterMode.Hardware}: return !soft;
    case ${FilterMode.ContinueOrSearch}: return soft ? -1 : 0;
    case ${FilterMode.ContinueOrExecute}: return soft ? -1 : 1;
    case ${FilterMode.Call}: if (once[id]++ == 0) print(f(code & 7)); return 1;
    case ${FilterMode.Raise}: if (once[id]++ == 0) RAISE(0xE0000500); return 1;
    default: if (once[id]++ == 0) print(inner(code & 1)); return soft;
  }
}
`;

function expr(e: Expr): string {
  switch (e.k) {
    case 'num':
      return String(e.n);
    case 'var':
      return e.i === VARIABLES ? 'a' : `v${e.i}`;
    case 'global':
      return `g${e.i}`;
    case 'add':
      return `(int)((unsigned)${expr(e.a)} + ${e.n})`;
    case 'mask':
      return `(${expr(e.a)} & ${e.n})`;
    case 'call':
      return `f${e.f}(${expr(e.a)})`;
    case 'and':
      return `(${expr(e.a)} && ${expr(e.b)})`;
    case 'or':
      return `(${expr(e.a)} || ${expr(e.b)})`;
    case 'code':
      return 'GetExceptionCode()';
    case 'abnormal':
      return '(AbnormalTermination() ? 1 : 0)';
    case 'fault': {
      const a = e.a.k === 'num' ? `same(${e.a.n})` : expr(e.a); // no constant that the compiler would fold
      switch (e.kind) {
        case 'divide':
          return `(100 / ((${a} & 7) - 1))`;
        case 'remainder':
          return `(100 % ((${a} & 7) - 1))`;
        case 'overflow':
          return `((-2147483647 - 1) / ((${a} & 7) - 2))`;
        case 'read':
          return `(*ptr(${a}))`;
        case 'write':
          return `(*ptr(${a}) = 5)`;
        case 'execute':
          return `target(${a})(6)`;
      }
    }
  }
}

function filter(f: Filter): string {
  if (f.constant !== undefined) return String(f.constant);
  const code = f.info ? 'info_code(GetExceptionInformation())' : 'GetExceptionCode()';
  const ask = `flt(${f.id}, ${code}, ${f.mode}, ${f.mode === FilterMode.Call ? `f${f.f}` : '0'})`;
  return f.bump === undefined ? ask : `v${f.bump} = (int)((unsigned)v${f.bump} + 7), print(v${f.bump}), ${ask}`;
}

function block(list: readonly Stmt[]): string {
  return `{ ${list.map(stmt).join(' ')} }`;
}

function stmt(s: Stmt): string {
  switch (s.k) {
    case 'note':
      return `print(${expr(s.e)});`;
    case 'set':
      return `v${s.i} = ${expr(s.e)};`;
    case 'setglobal':
      return `g${s.i} = ${expr(s.e)};`;
    case 'raise':
      return `${s.continuable ? 'RAISE_CONTINUABLE' : 'RAISE'}(0x${s.code.toString(16)});`;
    case 'if':
      return `if (${expr(s.e)}) ${block(s.a)}${s.b.length ? ` else ${block(s.b)}` : ''}`;
    case 'loop': {
      const n = `n${s.id}`;
      if (s.form === 'for') return `{ int ${n}; for (${n} = 0; ${n} < ${s.n}; ${n}++) ${block(s.body)} }`;
      if (s.form === 'while') return `{ int ${n} = 0; while (${n}++ < ${s.n}) ${block(s.body)} }`;
      return `{ int ${n} = 0; do ${block(s.body)} while (++${n} < ${s.n}); }`;
    }
    case 'switch':
      return `switch (${expr(s.e)} & 3) { ${s.cases.map((c, i) => `${i === 2 ? 'default' : `case ${i}`}: ${c.map(stmt).join(' ')}${i === 1 ? '' : ' break;'}`).join(' ')} }`;
    case 'except':
      return `__try ${block(s.body)} __except (${filter(s.filter)}) ${block(s.handler)}`;
    case 'finally':
      return `__try ${block(s.body)} __finally ${block(s.handler)}`;
    case 'forward':
      return `${block(s.body)} L${s.label}: ;`;
    case 'backward':
      return `{ int c${s.label} = 0; L${s.label}: ${block(s.body)} }`;
    case 'goto':
      return s.backward ? `if (c${s.label}++ < 2) goto L${s.label};` : `goto L${s.label};`;
    case 'return':
      return `return ${expr(s.e)};`;
    default:
      return s.k === 'leave' ? '__leave;' : `${s.k};`;
  }
}

export function printSeh(p: Program, words = HARNESS): string {
  const locals = Array.from({ length: VARIABLES }, (_, i) => `v${i} = ${i + 1}`).join(', ');
  return `${words}${p.functions.map((_, i) => `static int f${i}(int a);`).join(' ')}${FRAME}
${p.functions.map((body, i) => `static int f${i}(int a) { int ${locals}; print(${1000 + i});\n  ${body.map(stmt).join('\n  ')}\n  return v0; }`).join('\n')}
int main(void) { ${p.guarded ? '__try { print(f0(5)); } __except (1) { print(GetExceptionCode()); }' : 'print(f0(5));'} print(g0); print(g1); print(cell); return 0; }
`;
}
