// No input may crash or hang the preprocessor: random text, mutated C, macro bombs.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { codes, run, type Setup } from './pp-helper.js';

/** Runs and checks what holds for every input. */
function check(text: string, setup: Setup = {}): void {
  const r = run(text, setup);
  const last = r.tokens[r.tokens.length - 1];
  assert.equal(last.kind, 'eof');
  for (const t of r.tokens) {
    const { file, start, end } = t.range;
    assert.ok(0 <= start && start <= end && end <= file.text.length, `${t.kind} ${JSON.stringify(t.text)} ${start}..${end}`);
    if (t.spelling) assert.ok(t.spelling.start <= t.spelling.end && t.spelling.end <= t.spelling.file.text.length);
    if (t.kind !== 'eof' && t.kind !== 'pragma') assert.ok(t.text.length > 0);
    if (!t.spelling && t.kind === 'identifier' && !t.range.file.text.includes('\\')) assert.equal(file.text.slice(start, end), t.text);
  }
  for (const d of r.diagnostics) {
    assert.ok(
      d.range && d.range.start >= 0 && d.range.start <= d.range.end && d.range.end <= d.range.file.text.length,
      JSON.stringify(d.message),
    );
    assert.ok(d.hint);
  }
  for (const m of r.macros.values()) assert.equal(typeof m.body, 'string');
}

const SAMPLE = `#include <ntddk.h>
#include "own.h"
#define TAG 'gaTp'
#define LOG(level, fmt, ...) DbgPrintEx(77, level, "[drv] " fmt, __VA_ARGS__)
#define CAT(a, b) a ## b
#define STR(x) #x
#define REC(x) REC2(x) x
#define REC2(x) REC(x)
#if NTDDI_VERSION >= 0x0A000000 && !defined(NO)
#pragma alloc_text(PAGE, DriverUnload)
static const wchar_t name[] = L"\\\\Device\\\\X"; /* comment */
#elif __has_include("own.h")
int CAT(x, 1) = 0x10ui64; // line
#else
#error no
#endif
NTSTATUS f(void) { LOG(1, "a"); LOG(2, "%d", __LINE__); REC(REC(1)); __pragma(pack(1)) return STR(a "b\\n" 'c'); }
#ifdef A
#endif \\
`;
const FILES = {
  files: { 'own.h': '#ifndef OWN\n#define OWN\nint own(STR(x), CAT(a,b));\n#endif' },
  builtinHeaders: { 'ntddk.h': '#pragma once\n#define NTSTATUS long\n' },
};

test('any text', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (s) => check(s, FILES)),
    { numRuns: 300, seed: 1 },
  );
});

test('any sequence of pieces of the language', () => {
  const pieces = [
    '#',
    '##',
    '#define ',
    '#define F(x',
    '#define F(x) x F',
    '#define G(...) __VA_OPT__(',
    '__VA_ARGS__',
    '#if ',
    '#elif ',
    '#else\n',
    '#endif\n',
    '#include "own.h"\n',
    '#include ',
    '#undef F\n',
    'F',
    'G',
    '(',
    ')',
    ',',
    '\n',
    '\\\n',
    '\r\n',
    '/*',
    '*/',
    '//',
    '"',
    "'",
    'L',
    'defined',
    '1',
    '0x',
    '...',
    '__pragma(',
    '_Pragma("',
    '#pragma ',
    '#line 3\n',
    '<',
    '>',
    ' ',
    'x',
    '__LINE__',
    '__has_include(',
    '\\',
    '\u3000',
    '变',
    '%:',
  ];
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...pieces), { maxLength: 60 }), (list) => check(list.join(''), FILES)),
    { numRuns: 1500, seed: 2 },
  );
});

test('mutations of C: cuts, doublings, swaps, foreign characters', () => {
  const at = fc.nat(SAMPLE.length);
  const edit = fc.record({
    at,
    length: fc.nat(12),
    insert: fc.oneof(
      fc.constant(''),
      fc.constantFrom('"', '(', ')', '#', '\n', '\\\n', '/*', '\0', "'", 'REC(', ','),
      fc.nat(SAMPLE.length - 10).map((n) => SAMPLE.slice(n, n + 10)),
    ),
  });
  fc.assert(
    fc.property(fc.array(edit, { minLength: 1, maxLength: 6 }), (edits) => {
      let text = SAMPLE;
      for (const e of edits) text = text.slice(0, e.at) + e.insert + text.slice(e.at + e.length);
      check(text, FILES);
    }),
    { numRuns: 1000, seed: 3 },
  );
});

test('macro bombs end with a message', () => {
  let doubling = '#define A0 x x\n';
  for (let i = 1; i < 40; i++) doubling += `#define A${i} A${i - 1} A${i - 1}\n`;
  assert.ok(codes(run(`${doubling}A39`)).includes('pp-expansion-limit'));

  let empty = '#define B0\n';
  for (let i = 1; i < 40; i++) empty += `#define B${i} B${i - 1} B${i - 1}\n`;
  assert.ok(codes(run(`${empty}B39`)).includes('pp-expansion-limit'));

  let paste = '#define C0 a\n#define P2(a) a ## a\n#define P(a) P2(a)\n';
  for (let i = 1; i < 60; i++) paste += `#define C${i} P(C${i - 1})\n`;
  check(`${paste}C59`);

  let quotes = '#define S(x) #x\n#define T(x) S(x)\n';
  quotes += `${'T('.repeat(60)}"\\\\"${')'.repeat(60)}`;
  check(quotes);

  const arguments_ = `#define D(x) x x\n${'D('.repeat(200)}1${')'.repeat(200)}`;
  assert.ok(codes(run(arguments_)).includes('pp-expansion-limit'));
  const deep = `#define I(x) x\n${'I('.repeat(20_000)}1${')'.repeat(20_000)}`;
  assert.ok(codes(run(deep)).includes('pp-nesting-limit'));

  let chain = '';
  for (let i = 0; i < 20_000; i++) chain += `#define K${i} K${i + 1}\n`;
  check(`${chain}K0`);
});

test('long and deep inputs are read in reasonable time', () => {
  check(`#if ${'('.repeat(50_000)}1\n#endif`);
  check(`#if ${'!'.repeat(50_000)}1\n#endif`);
  check(`#if ${'1?'.repeat(20_000)}1\n#endif`);
  check('#if 1\n'.repeat(20_000));
  check('+\\\n'.repeat(50_000));
  check('/*'.repeat(50_000));
  check('"'.repeat(50_001));
  check(`#include "${'a/'.repeat(100_000)}"`);
  check(`#include "${'a/'.repeat(400)}b.h"`, { files: { 'z.h': '' } });
  check(`#define F(${Array.from({ length: 3_000 }, (_, i) => `p${i}`).join()}) p1\nF(${'1,'.repeat(2_999)}1)`);
});
