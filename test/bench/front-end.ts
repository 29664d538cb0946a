// Time of the front end against the size of its input, for shapes of text that grow in one way each: the exponent of a shape is log2 of the time ratio when
// the size doubles, over the largest doublings; 1.0 is linear. Lowering and emitting are part of it where the text has no errors.
// `node --import tsx test/bench/front-end.ts [FACTOR] [SHAPE ...]`; FACTOR makes every size that many times larger.
import { MemoryFiles } from '../../src/base/files.js';
import { compileUnit } from '../../src/c/compile-unit.js';
import { wdkHeaders } from '../../src/wdk/headers.gen.js';
import { imageOf } from '../c/image-of.js';

const lines = (n: number, line: (i: number) => string): string => Array.from({ length: n }, (_, i) => line(i)).join('\n');
const body = (inner: string): string => `int a, b, c, d; int g(int x) { return x; }\nint f(int p, int q) {\n${inner}\nreturn 0; }`;
const nested = (n: number, open: string, middle: string, close: string): string => open.repeat(n) + middle + close.repeat(n);
const files: Record<string, string> = {};

/** The smallest number of pieces, and the text of n pieces. */
const SHAPES: Record<string, readonly [n: number, (n: number) => string]> = {
  'long expression': [2000, (n) => body(lines(n / 100, () => `a = ${Array.from({ length: 100 }, (_, i) => `b + ${i} * c`).join(' - ')};`))],
  'one endless expression': [20000, (n) => body(`a = ${'b + '.repeat(n)}c;`)],
  'comma expression': [20000, (n) => body(`a = (${'b, '.repeat(n)}c);`)],
  'many declarations': [2000, (n) => lines(n, (i) => `static int v${i} = ${i}; extern int w${i}; typedef int t${i};`)],
  'many functions': [
    500,
    (n) => lines(n, (i) => `int f${i}(int x) { int y = x + ${i}; if (y > 3) return f${i > 0 ? i - 1 : 0}(y); return x; }`),
  ],
  'one long function': [1000, (n) => body(lines(n, (i) => `a = b + ${i}; if (c) g(a);`))],
  'many locals': [1000, (n) => body(lines(n, (i) => `int v${i} = p + ${i}; v${i} += q;`))],
  'many calls in a call': [
    2000,
    (n) => `int h();\nint f(void) { return h(${Array.from({ length: n }, (_, i) => `h(${i})`).join(', ')}); }`,
  ],
  'deep parentheses': [1000, (n) => body(`a = ${nested(n, '(', 'b', ')')};`)],
  'deep blocks': [1000, (n) => body(nested(n, '{ a++; ', '', ' }'))],
  'deep if else': [1000, (n) => body(`${'if (a) b++; else '.repeat(n)}c++;`)],
  'deep declarators': [1000, (n) => `int ${nested(n, '(*', 'x', ')')};`],
  'deep initialisers': [1000, (n) => `int x[] = ${nested(n, '{', '1', '}')};`],
  'deep records': [1000, (n) => `${nested(n, 'struct { int a; ', '', ' } ;')}`],
  'many blocks': [2000, (n) => body(lines(n, (i) => `{ int x = ${i}; while (x--) { if (x == 3) break; } }`))],
  'many macros': [2000, (n) => `${lines(n, (i) => `#define M${i}(x) ((x) + ${i})`)}\n${body(lines(n, (i) => `a = M${i}(b);`))}`],
  'macro in macro': [200, (n) => `#define M0(x) x\n${lines(n, (i) => `#define M${i + 1}(x) M${i}(x)`)}\nint a = M${n}(1);`],
  'macro arguments': [
    2000,
    (n) =>
      `#define V(...) h(__VA_ARGS__)\nint h();\nint f(void) { return ${Array.from({ length: n / 100 }, () => `V(${'1, '.repeat(100)}2)`).join(' + ')}; }`,
  ],
  'many conditions': [
    2000,
    (n) => lines(n, (i) => `#if ${i} & 1 && defined(X${i})\nint x${i};\n#elif ${i} > 3\nint y${i};\n#else\nint z${i};\n#endif`),
  ],
  'deep conditions': [1000, (n) => `${'#if 1\n'.repeat(n)}int x;\n${'#endif\n'.repeat(n)}`],
  'many includes': [500, (n) => lines(n, (i) => `#include "h${i % 50}.h"`)],
  'big initialiser': [
    5000,
    (n) => `int x[] = { ${Array.from({ length: n }, (_, i) => i).join(', ')} };\nstruct { int a, b; } y[] = { ${'{ 1, 2 }, '.repeat(n)} };`,
  ],
  'local initialiser': [500, (n) => body(`int x[] = { ${Array.from({ length: n }, (_, i) => `p + ${i}`).join(', ')} }; a = x[0];`)],
  'designated initialiser': [2000, (n) => `int x[${n}] = { ${Array.from({ length: n }, (_, i) => `[${n - 1 - i}] = ${i}`).join(', ')} };`],
  'big switch': [1000, (n) => body(`switch (a) { ${lines(n, (i) => `case ${i * 3}: b += ${i}; break;`)} default: c++; }`)],
  'many labels': [500, (n) => body(lines(n, (i) => `l${i}: if (a == ${i}) goto l${(i * 7) % n};`))],
  'big enumeration': [2000, (n) => `enum E { ${Array.from({ length: n }, (_, i) => `E${i}`).join(', ')} };\nint x = E${n - 1};`],
  'big record': [
    1000,
    (n) => `struct S { ${lines(n, (i) => `int m${i}; unsigned b${i} : 3;`)} };\n${body(lines(n, (i) => `((struct S *)0)->m${i} = 1;`))}`,
  ],
  'long string': [20000, (n) => `char x[] = "${'abcdefghij'.repeat(n)}"; char *y = ${'"abc" '.repeat(n)};`],
  'long comment': [50000, (n) => `/*${' * abc'.repeat(n)} */ int x; // ${'x'.repeat(n)}`],
  'many strings': [2000, (n) => body(lines(n, (i) => `a = "s${i}"[0];`))],
  'many tries': [200, (n) => body(lines(n, () => '__try { a = *(int *)0; } __except (1) { b++; }'))],
  'nested tries': [200, (n) => body(nested(n, '__try { ', 'a++;', ' } __finally { b++; }'))],
  'undeclared names': [2000, (n) => body(lines(n, (i) => `a = nothing${i} + b;`))],
  'syntax errors': [2000, (n) => lines(n, (i) => `int x${i} = ) ${i}; struct { ; int [;`)],
  'unclosed braces': [5000, (n) => `int f(void) ${'{ if (a) '.repeat(n)}`],
  splices: [5000, (n) => `int x = ${'1 + \\\n'.repeat(900)}1;\n${lines(n, (i) => `int y\\\n${i};`)}`],
  'one line': [5000, (n) => lines(n, (i) => `int o${i} = ${i};`).replaceAll('\n', ' ')],
  driver: [20, (n) => `#include <ntddk.h>\n${lines(n, driver)}`],
};

function driver(i: number): string {
  return `typedef struct _E${i} { LIST_ENTRY Link; HANDLE Pid; ULONG Flags : 3; UNICODE_STRING Name; } E${i}, *PE${i};
static LIST_ENTRY g_List${i}; static KSPIN_LOCK g_Lock${i};
_IRQL_requires_max_(DISPATCH_LEVEL) static NTSTATUS Add${i}(_In_ HANDLE Pid, _In_opt_ PUNICODE_STRING Name) {
  KIRQL irql; PE${i} e = ExAllocatePoolWithTag(NonPagedPool, sizeof(*e), 'gaTp');
  if (e == NULL) return STATUS_INSUFFICIENT_RESOURCES;
  RtlZeroMemory(e, sizeof(*e)); e->Pid = Pid;
  if (Name != NULL) { e->Name = *Name; }
  KeAcquireSpinLock(&g_Lock${i}, &irql); InsertTailList(&g_List${i}, &e->Link); KeReleaseSpinLock(&g_Lock${i}, irql);
  DbgPrint("added %p %wZ\\n", Pid, Name); return STATUS_SUCCESS; }
PVOID g_Use${i} = (PVOID)Add${i};`;
}

for (let i = 0; i < 50; i++) files[`h${i}.h`] = lines(20, (k) => `extern int h${i}_${k};`);

/** Processor time, not wall time: other processes of the machine take no part in it. */
function cpuMs(): number {
  const used = process.cpuUsage();
  return (used.user + used.system) / 1000;
}

function measure(text: string): { ms: number; errors: number } {
  const started = cpuMs();
  const unit = compileUnit('b.c', {
    files: new MemoryFiles({ ...files, 'b.c': text }),
    builtinHeaders: wdkHeaders,
    includePaths: [''],
    defines: {},
  });
  const errors = unit.diagnostics.filter((d) => d.severity === 'error').length;
  if (errors === 0) imageOf([unit]);
  return { ms: cpuMs() - started, errors };
}

const wanted = process.argv.slice(2).filter((a) => !/^\d+$/.test(a));
const factor = Number(process.argv.slice(2).find((a) => /^\d+$/.test(a)) ?? 1);
console.log('shape                     KB at 8n    ms n      2n      4n      8n   exponent');
for (const [name, [n, make]] of Object.entries(SHAPES)) {
  if (wanted.length && !wanted.includes(name)) continue;
  const times: number[] = [];
  let size = 0;
  let note = '';
  for (const k of [1, 2, 4, 8]) {
    if (times.length && times[times.length - 1] > 4000) {
      note += '  (given up)';
      break;
    }
    const text = make(n * k * factor);
    size = text.length;
    let best = Number.POSITIVE_INFINITY;
    for (let i = 0, spent = 0; i < 5 && spent < 1500; i++) {
      const r = measure(text);
      best = Math.min(best, r.ms);
      spent += r.ms;
      note = r.errors ? `  (${r.errors} errors)` : '';
    }
    times.push(best);
  }
  const last = times.length - 1;
  const exponent = Math.log2(times[last] / times[Math.max(0, last - 2)]) / Math.min(2, last);
  console.log(
    `${name.padEnd(24)} ${(size / 1024).toFixed(0).padStart(8)} ${times.map((t) => t.toFixed(1).padStart(7)).join(' ')} ${exponent.toFixed(2).padStart(8)}${exponent > 1.3 ? ' !' : '  '}${note}`,
  );
}
