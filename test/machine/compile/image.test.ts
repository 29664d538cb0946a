// Images: linking of several units, sections, unresolved names, user mode, and what the debugger relies on (break bytes, step tables,
// uninitialised locals).
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatDiagnostic } from '../../../src/base/diagnostic.js';
import { CODE_MAGIC, MAP, PAGE_SIZE, Reason, toAddress, USER_BASE } from '../../../src/machine/abi.js';
import { compileText, TestRun } from './harness.js';

const run = (text: string, more: Record<string, string> = {}): string[] => new TestRun(compileText(text, { more })).run();

test('external names unify, static ones do not', () => {
  const a =
    'extern int shared; int twice(int); static int mine = 1; static int local(void) { return 10; } int table[]; int main(void) { print(shared); shared++; print(twice(4)); print(mine + local()); print(table[2]); return shared; }';
  const b =
    'int shared = 5; static int mine = 2; static int local(void) { return 20; } int twice(int x) { shared += 100; return 2 * x + mine + local(); } int table[3] = { 7, 8, 9 };';
  assert.deepEqual(run(a, { 'b.c': b }), ['5', '30', '11', '9', '= 106']);
});

test('tentative definitions and selectany merge', () => {
  assert.deepEqual(
    run('int t; __declspec(selectany) int s = 3; int get(void); int main(void) { t = 4; return get() + s; }', {
      'b.c': 'int t; __declspec(selectany) int s = 3; int get(void) { return t * 10; }',
    }),
    ['= 43'],
  );
});

test('duplicate definitions name both places', () => {
  const image = compileText('int f(void) { return 1; } int v = 1; int main(void) { return f(); }', {
    more: { 'b.c': 'int f(void) { return 2; }\nint v = 2;' },
  });
  const text = image.diagnostics.map(formatDiagnostic).join('\n');
  assert.match(text, /b\.c:2:5: error: function 'f' is defined twice.*\n {2}test\.c:2:5: the first definition is here/);
  assert.match(text, /variable 'v' is defined twice/);
});

test('a variable that nobody defines is an error with both places', () => {
  const image = compileText('extern int missing; int main(void) { return missing; }');
  assert.equal(image.diagnostics.length, 1);
  assert.match(
    formatDiagnostic(image.diagnostics[0]),
    /^test\.c:2:45: error: variable 'missing' is used but defined nowhere.*\n {2}test\.c:2:12: it is declared here/,
  );
});

test('functions that nobody provides are called by name, directly and by address', () => {
  const image = compileText('int KeGone(int); int KeAway(void); int main(void) { int (*f)(void) = KeAway; KeGone(1); f(); return 2; }');
  assert.deepEqual(image.unresolved.map((u) => u.name).sort(), ['KeAway', 'KeGone']);
  assert.deepEqual(new TestRun(image).run(), ['unresolved KeGone', 'unresolved KeAway', '= 2']);
});

test('only inline functions that are referred to are compiled', () => {
  const image = compileText(
    'static __inline int used(int x) { return x + 1; } static __inline int idle(int x) { return x + 2; } __forceinline int outer(void) { return used(1); } int main(void) { return outer(); }',
  );
  assert.deepEqual(image.functions.map((f) => f.name).sort(), ['main', 'outer', 'used']);
});

test('sections: code entries, constants read-only, PAGE pageable, addresses in data', () => {
  const image = compileText(`
    void paged(void); void init(void);
    #pragma alloc_text(PAGE, paged)
    #pragma alloc_text(INIT, init)
    void paged(void) {} void init(void) {} const int k = 5; int v = 6; int zero[3000]; int *where = &zero[2]; void (*fn)(void) = paged; const char *text = "same"; const char *again = "same"; int main(void) { return text == again; }`);
  const by = (name: string) => image.sections.find((s) => s.name === name)!;
  assert.deepEqual([by('.text').executable, by('.text').writable, by('.text').pageable], [true, false, false]);
  assert.deepEqual([by('PAGE').executable, by('PAGE').pageable, by('INIT').pageable], [true, true, false]);
  assert.deepEqual([by('.rdata').writable, by('.data').writable], [false, true]);
  assert.ok(by('.data').size >= 12000 && by('.data').bytes.length < 100);
  for (const s of image.sections) assert.equal(s.start % PAGE_SIZE, 0);
  const read = (offset: number): bigint => {
    const s = image.sections.find((x) => offset >= x.start && offset < x.start + x.size)!;
    return new DataView(s.bytes.buffer).getBigInt64(offset - s.start, true);
  };
  const global = (name: string) => image.globals.find((g) => g.symbol.name === name)!;
  assert.equal(read(global('where').offset), BigInt(toAddress(global('zero').offset + 8)));
  const paged = image.functions.find((f) => f.name === 'paged')!;
  assert.equal(read(global('fn').offset), BigInt(toAddress(paged.codeOffset)));
  assert.equal(Number(read(paged.codeOffset) & 0xffffffffn), CODE_MAGIC);
  assert.equal(Number(read(paged.codeOffset) >> 32n), paged.number);
  assert.deepEqual(new TestRun(image).run(), ['= 1']);
});

test('static initialisers: floats, bit-fields, nested records, designators, members of other objects', () => {
  assert.deepEqual(
    run(`
    struct in { short s; int b : 3; int c : 6; }; struct out { double d; float f; struct in in[2]; char name[6]; unsigned char raw[3]; struct in *link; int *into; };
    struct in other = { 9, -2, 17 }; int arr[4] = { [2] = 5, 6 }; struct out o = { 1.5, 2.5f, { { 1, 2, 3 }, { -4, -1, -30 } }, "abc", { 255, 254 }, &other, &arr[1] + 1 }; static struct out *p = &o; int diff = (int)(sizeof(struct out)); long long neg = -1; unsigned char *bytes = (unsigned char *)&o + 8;
    int main(void) { static int count = 3; static char buf[] = "xyz"; printd(o.d + o.f); print(o.in[1].s); print(o.in[0].c); print(o.in[1].b); print(o.in[1].c); print(o.name[2]); print(o.name[5]); print(o.raw[1]); print(p->link->c); print(*o.into); print(arr[3]); print(neg); print(bytes == (unsigned char *)&o.f); count++; print(count + sizeof(buf)); return o.in[1].s; }`),
    ['4.00000000000', '-4', '3', '-1', '-30', '99', '0', '254', '17', '5', '6', '-1', '1', '8', '= -4'],
  );
});

test('uninitialised locals are the same in every run', () => {
  assert.deepEqual(
    run(
      'int f(void) { int x; int *p = &x; return *p; } int g(void) { int a[4]; a[0] = 1; a[3] = 2; return f() + a[0]; } int main(void) { g(); print((unsigned)f()); return 0; }',
    ),
    [String(0xcccccccc), '= 0'],
  );
});

test('recursion deeper than the host stack would allow', () => {
  const image = compileText('int f(int n) { return n == 0 ? 0 : f(n - 1) + 1; } int main(void) { return f(100000); }');
  assert.deepEqual(new TestRun(image, 4000 * PAGE_SIZE).run(), ['= 100000']);
});

test('a function of thousands of statements', () => {
  const lines: string[] = [];
  for (let i = 0; i < 3000; i++) lines.push(i % 3 ? `x = x * 3 + ${i};` : `if (x & ${1 << (i % 20)}) x ^= ${i};`);
  const body = lines.join('\n');
  const image = compileText(`int main(void) { unsigned x = 1;\n${body}\nreturn x; }`);
  let x = 1;
  for (let i = 0; i < 3000; i++) {
    if (i % 3) x = (Math.imul(x, 3) + i) | 0;
    else if (x & (1 << (i % 20))) x ^= i;
  }
  assert.deepEqual(new TestRun(image).run(), [`= ${x}`]);
});

test('user mode: globals, locals, pointers and calls lie in the window of the process', () => {
  const image = compileText(
    'int g = 3; char *name = "user"; int fib(int n) { return n < 2 ? n : fib(n - 1) + fib(n - 2); } int (*fp)(int) = fib; void set(int *p) { *p += 5; } int main(void) { int local = 1; int a[3] = { 1, 2, 3 }; int *q = a; set(&local); set(&g); print(local); print(g); print(fp(10)); print(name[1]); print(q[1] + *++q); print((long long)&g); int bad = 0; __try { *(int *)0xFFFFF80000100000 = 1; } __except (1) { bad = 1; } return bad; }',
    { mode: 'user' },
  );
  const r = new TestRun(image);
  const base = MAP.user.start + 0x100000;
  const m = r.machine;
  m.mapImage(image, base);
  m.registers.setUserWindow(base, 0x100000, USER_BASE - base);
  m.mem.pages.map(base + 0x80000, 0x10000, { writable: true, user: true });
  m.registers.stackLimit = base + 0x80000;
  m.registers.userMode = true;
  m.registers.updateMasks();
  const main = image.functions.find((f) => f.name === 'main')!;
  m.pushFrame(main.number, [], { prev: 0, base: base + 0x90000, flags: 1 });
  const g = image.globals.find((x) => x.symbol.name === 'g')!;
  assert.equal(m.run(1_000_000), Reason.Done);
  assert.deepEqual(r.output, ['6', '8', '55', '115', '4', String(USER_BASE + g.offset)]);
  assert.equal(m.registers.returnValue, 1);
});

test('break bytes stop before a step, and going on changes nothing', () => {
  const image = compileText('int g; int main(void) { int i; for (i = 0; i < 5; i++) { g += i; } return g; }', { debug: true });
  const r = new TestRun(image);
  const main = image.functions.find((f) => f.name === 'main')!;
  const store = main.steps.findIndex((s) => s.kind === 'store');
  r.machine.setBreak(main.stepBase + store, true);
  r.call('main');
  const seen: number[] = [];
  let reason = r.machine.run(1_000_000);
  while (reason === Reason.Break) {
    const at = r.machine.stepInfo(main.stepBase + store)!;
    assert.equal(at.local, store);
    seen.push(r.machine.mem.raw.i32(image.globals[0].offset));
    reason = r.machine.run(1_000_000, true);
  }
  assert.equal(reason, Reason.Done);
  assert.deepEqual(seen, [0, 0, 1, 3, 6]);
  const plain = new TestRun(compileText('int g; int main(void) { int i; for (i = 0; i < 5; i++) { g += i; } return g; }'));
  plain.run();
  assert.equal(r.machine.totalSteps, plain.machine.totalSteps);
});

test('steps carry the place in the source and the statement', () => {
  const text = 'int g;\nint main(void) {\n  int x = 2;\n  g = x +\n    g;\n  return g;\n}';
  const image = compileText(text);
  const main = image.functions[0];
  const line = (n: number): number => main.steps[n].range.file.position(main.steps[n].range.start).line - 1;
  const firsts = main.steps.map((s, i) => (s.first ? line(i) : 0)).filter((n) => n);
  assert.deepEqual(firsts, [3, 4, 6, 7]);
  const x = main.locals.find((l) => l.symbol.name === 'x')!;
  assert.ok(x.offset >= 32 && x.offset < main.fixedSize);
});

test('lost updates are possible: ++ on shared memory is a load and a store', () => {
  const image = compileText('int g; int main(void) { g++; return g; }');
  const kinds = image.functions[0].steps.map((s) => s.kind);
  assert.deepEqual(kinds.slice(0, 2), ['load', 'store']);
});

test('an image calls and reads another one, and loses it when it is unmapped', () => {
  const first = compileText('int base = 40; int add(int a, int b) { return a + b + base; } int (*get(void))(int, int) { return add; }');
  const steps = first.functions.reduce((n, f) => n + f.steps.length, 1);
  const text =
    'extern int base; int add(int a, int b); int (*get(void))(int, int); int (*kept)(int, int) = add; int main(void) { base = 50; print(add(1, 2)); print(get()(3, 4)); print(kept == get()); print(kept(5, 6)); return base; }';
  const second = compileText(text, { uses: first, functionBase: 10, stepBase: steps, start: first.end });
  assert.deepEqual(
    new TestRun(second, undefined, [first]).run('main', () => 2),
    ['53', '57', '1', '61', '= 50'],
  );
  const gone = new TestRun(
    compileText('int add(int a, int b); int main(void) { int (*f)(int, int) = add; return f(1, 2); }', {
      uses: first,
      functionBase: 10,
      stepBase: steps,
      start: first.end,
    }),
    undefined,
    [first],
  );
  gone.machine.unmapImage(first);
  assert.deepEqual(gone.run(), ['! c0000005']);
});
