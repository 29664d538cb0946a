// Structured exception handling across compiled frames: searching, filters, unwinding, leaving guarded bodies in every way; each program
// also under pre-emption.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compileText, TestRun } from './harness.js';

const WORDS = `
#define EXECUTE 1
#define SEARCH 0
#define RESUME -1
#define CODE() ((int)_exception_code())
`;

function check(name: string, text: string, expect: string[]): void {
  test(name, () => {
    const image = compileText(WORDS + text);
    assert.deepEqual(new TestRun(image).run(), expect);
    let n = 0;
    for (const slice of [() => 1, () => 1 + (n = (n * 7 + 3) % 11)]) assert.deepEqual(new TestRun(image).run('main', slice), expect);
  });
}

check(
  'a null pointer is caught',
  `int main(void) { int *p = 0; int r = 0; __try { r = 1; *p = 5; r = 2; } __except (EXECUTE) { print(CODE() == 0xC0000005); r += 10; } return r; }`,
  ['1', '= 11'],
);

check(
  'divisions',
  `
  int z; int f(int a, int b) { __try { return a / b; } __except (CODE() == 0xC0000094 ? EXECUTE : SEARCH) { return -1; } }
  int g(int a, int b) { __try { return f(a, b); } __except (CODE() == 0xC0000095) { return -2; } }
  int main(void) { print(g(7, 2)); print(g(7, z)); print(g(0x80000000, z - 1)); __try { print(5 % z); } __except (1) { print(99); } return 0; }`,
  ['3', '-1', '-2', '99', '= 0'],
);

// The faulting step has p in a temporary, like a processor register: correcting p and resuming faults again, until the filter gives up.
check(
  'filters see locals of the parent and may refuse or resume',
  `
  int good = 7; int calls;
  int filter(int **p, int code, int limit) { calls++; if (calls > limit) return EXECUTE; *p = &good; return RESUME; }
  int main(void) {
    int *p = 0; int local = 3; int v = 0;
    __try { v = *p + local; } __except (filter(&p, CODE(), 5)) { v = -1; }
    print(v); print(calls); p = 0;
    __try { __try { v = *p; } __except (local++, SEARCH) { v = 100; } } __except (local == 4 ? EXECUTE : SEARCH) { v = 200; }
    print(v); print(local); return 0; }`,
  ['-1', '6', '200', '4', '= 0'],
);

check(
  'exceptions cross frames and run finally bodies',
  `
  int trace; void note(int n) { trace = trace * 10 + n; }
  void inner(int *p) { __try { note(1); *p = 1; note(9); } __finally { note(_abnormal_termination() ? 2 : 3); } }
  void middle(int *p) { __try { inner(p); note(4); } __finally { note(5); } note(6); }
  int main(void) { int x; __try { middle(&x); } __except (EXECUTE) { note(7); } print(trace); trace = 0; __try { middle(0); } __except (EXECUTE) { note(7); } print(trace); return 0; }`,
  ['193456', '1257', '= 0'],
);

check(
  'return, break, continue and goto out of guarded bodies',
  `
  int trace; void note(int n) { trace = trace * 10 + n; }
  int ret(int n) { __try { __try { note(1); if (n) return n * 2; note(2); } __finally { note(3); } } __finally { note(4); n = 100; } return n; }
  int loop(void) { int i; for (i = 0; i < 5; i++) { __try { if (i == 1) continue; if (i == 3) break; note(i); } __finally { note(8); } } return i; }
  int jump(int n) { again: __try { __try { if (n-- > 0) goto again; if (n < -1) goto out; note(5); } __finally { note(6); } } __finally { note(7); } out: return n; }
  int leave(int n) { __try { if (n) __leave; note(1); } __finally { note(_abnormal_termination() ? 9 : 2); } return trace; }
  int within(int n) { __try { if (n) goto skip; note(1); skip: note(2); } __finally { note(_abnormal_termination() ? 9 : 3); } return 0; }
  int main(void) { print(ret(5)); print(trace); trace = 0; print(ret(0)); print(trace); trace = 0; print(loop()); print(trace); trace = 0; print(jump(2)); print(trace); trace = 0; leave(1); leave(0); print(trace); trace = 0; within(1); within(0); print(trace); return 0; }`,
  ['10', '134', '100', '1234', '3', '88288', '-1', '6767567', '212', '23123', '= 0'],
);

check(
  'raised exceptions, nested handlers, exception in a handler',
  `
  int deep(int n) { if (n == 0) raise(0xE0000001); return deep(n - 1) + 1; }
  int twice(void) { int r = 0; __try { __try { raise(0xE0000002); } __except (EXECUTE) { r = 1; raise(0xE0000003); } } __except (EXECUTE) { r += CODE() == 0xE0000003 ? 10 : 20; } return r; }
  int codes(void) { int a = 0, b = 0; __try { raise(0xE0000004); } __except (EXECUTE) { __try { raise(0xE0000005); } __except (EXECUTE) { b = CODE() & 15; } a = CODE() & 15; } return a * 10 + b; }
  int infinally(void) { int r = 0; __try { __try { raise(0xE0000006); } __finally { r = 5; __try { raise(0xE0000007); } __except (EXECUTE) { r += CODE() & 15; } } } __except (EXECUTE) { r = r * 10 + (CODE() & 15); } return r; }
  int replace(void) { __try { raise(0xE0000008); } __finally { return 42; } return 1; }
  int main(void) { __try { deep(20); } __except (EXECUTE) { print(CODE() & 15); } print(twice()); print(codes()); print(infinally()); __try { print(replace()); } __except (EXECUTE) { print(77); } return 1; }`,
  ['1', '11', '45', '126', '42', '= 1'],
);

check(
  'exception information',
  `
  typedef struct { unsigned long Code, Flags; void *Record; void *Address; unsigned long Count; unsigned __int64 Info[15]; } RECORD; typedef struct { RECORD *Record; void *Context; } POINTERS;
  int look(POINTERS *p) { print(p->Record->Code == 0xC0000005); print(p->Record->Count); print(p->Record->Info[0]); print((__int64)p->Record->Info[1]); return EXECUTE; }
  int main(void) { __try { *(int *)0x1234 = 1; } __except (look((POINTERS *)_exception_info())) { return 3; } return 4; }`,
  ['1', '2', '1', '4660', '= 3'],
);

check('nobody handles it', `int main(void) { *(volatile char *)8 = 1; return 1; }`, ['! c0000005']);
check('stack overflow', `int f(int n) { int pad[200]; pad[0] = n; return f(n + 1) + pad[0]; } int main(void) { return f(0); }`, [
  '! c00000fd',
]);
check(
  'call of what is no function',
  `typedef void (*fn)(void); int x; int main(void) { __try { ((fn)&x)(); } __except (EXECUTE) { print(CODE() == 0xC0000005); } ((fn)0)(); return 1; }`,
  ['1', '! c0000005'],
);
check('read-only data', `const int k = 5; int main(void) { __try { *(int *)&k = 6; } __except (EXECUTE) { return k; } return 9; }`, [
  '= 5',
]);
check(
  'codes and abnormal termination inside each other',
  `
  int f(int n) { int r = 0; __try { if (n) return 9; } __finally { __try { raise(0xE0000009); } __except (print(_abnormal_termination() ? 8 : 7), EXECUTE) { r = CODE() & 15; print(_abnormal_termination() ? 1 : 0); } print(r); } return r; }
  int main(void) { f(0); f(1); __try { raise(0xE0000005); } __except (EXECUTE) { __try { print(CODE() & 15); } __finally { print(CODE() & 15); print(_abnormal_termination()); } } return 0; }`,
  ['7', '0', '9', '8', '1', '9', '5', '5', '0', '= 0'],
);
