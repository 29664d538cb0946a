// Half-typed and mutated C never makes the rules throw or hang, and their findings stay inside the sources.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import fc from 'fast-check';
import { RULES } from '../../src/base/rules.js';
import { checkDriver } from '../../src/rules/check.js';
import { compileAny } from './helper.js';

const seeds = RULES.flatMap(({ id }) => ['bad', 'good'].map((n) => readFileSync(new URL(`./${id}/${n}.c`, import.meta.url), 'utf8')));
const PIECES = [
  '{',
  '}',
  '(',
  ')',
  ';',
  ',',
  '->',
  '*',
  '&',
  '"',
  '#',
  'if',
  'while (1)',
  'goto',
  'return',
  'switch',
  'case 1:',
  '__try',
  '__finally {',
  'NULL',
  '0',
  'sizeof',
  '?',
  ':',
  '||',
  'PVOID',
  'static',
  '= {',
  '\\\n',
  'L"',
];

/** Checks any text; findings and repairs lie in files of the driver. */
function checkAny(text: string): void {
  for (const f of checkDriver({ units: compileAny({ 'driver.c': text }) })) {
    for (const r of [f.range, ...f.path.map((p) => p.range), ...f.fixes.flatMap((x) => x.edits.map((e) => e.range))]) {
      assert.ok(r.start >= 0 && r.start <= r.end && r.end <= r.file.text.length, `${f.rule} ${r.start}..${r.end}`);
    }
    for (const fix of f.fixes) {
      const edits = [...fix.edits].sort((a, b) => a.range.start - b.range.start || a.range.end - b.range.end);
      edits.forEach((e, i) =>
        assert.ok(i === 0 || edits[i - 1].range.file !== e.range.file || edits[i - 1].range.end <= e.range.start, 'no overlap'),
      );
    }
  }
}

test('mutated examples', () => {
  const edit = fc.record({
    at: fc.double({ min: 0, max: 1, noNaN: true }),
    cut: fc.integer({ min: 0, max: 40 }),
    put: fc.constantFrom('', ...PIECES),
  });
  fc.assert(
    fc.property(fc.constantFrom(...seeds), fc.array(edit, { minLength: 1, maxLength: 4 }), (seed, edits) => {
      let text = seed;
      for (const e of edits) {
        const at = Math.floor(e.at * text.length);
        text = text.slice(0, at) + e.put + text.slice(at + e.cut);
      }
      checkAny(text);
    }),
    { numRuns: Number(process.env.FUZZ_RUNS ?? 300) },
  );
});

test('every prefix of an example, as while it is typed', () => {
  for (const seed of seeds.slice(0, 6)) for (let n = 0; n < seed.length; n += 41) checkAny(seed.slice(0, n));
});

test('deep and wide code ends in time', () => {
  const entry = 'NTSTATUS DriverEntry(PDRIVER_OBJECT d, PUNICODE_STRING p) { NTSTATUS s; (void)d; (void)p;';
  const callback = 'VOID C(HANDLE a, HANDLE b, BOOLEAN c) { (void)a; (void)b; (void)c; F0(); }';
  const chain = Array.from({ length: 300 }, (_, i) => `static VOID F${299 - i}(VOID) { ${i ? `F${300 - i}(); F${300 - i}();` : ''} }`).join(
    '\n',
  );
  checkAny(`#include <ntifs.h>\n${chain}\n${callback}\n${entry} return PsSetCreateProcessNotifyRoutine(C, FALSE); }`);
  const steps = 's = PsSetCreateThreadNotifyRoutine(T); if (!NT_SUCCESS(s)) DbgPrint("x"); if (s == 5) s = 6; '.repeat(60);
  checkAny(`#include <ntifs.h>\nVOID T(HANDLE a, HANDLE b, BOOLEAN c) { (void)a; (void)b; (void)c; }\n${entry} ${steps} return s; }`);
  checkAny(
    `#include <ntifs.h>\n${callback.replace('F0();', `${'if (c) {'.repeat(200)}${'}'.repeat(200)}`)}\n${entry} return PsSetCreateProcessNotifyRoutine(C, FALSE); }`,
  );
  checkAny(
    `#include <ntifs.h>\nVOID C(HANDLE a, HANDLE b, BOOLEAN c) { ${'__try { '.repeat(24)} if (c) return; ${'} __finally { (void)a; (void)b; }'.repeat(24)} }\n${entry} return PsSetCreateProcessNotifyRoutine(C, FALSE); }`,
  );
  checkAny(
    '#include <ntifs.h>\nVOID C(HANDLE a, HANDLE b, BOOLEAN c) { (void)a; (void)b; C(a, b, c); }\nNTSTATUS DriverEntry(PDRIVER_OBJECT d, PUNICODE_STRING p) { (void)d; (void)p; return PsSetCreateProcessNotifyRoutine(C, FALSE); }',
  );
});
