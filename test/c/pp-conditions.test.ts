// #if and relatives: arithmetic, operators, structure.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { codes, expand, messages, run, show } from './pp-helper.js';

const truth = (condition: string, defines: Record<string, string> = {}) =>
  expand(`#if ${condition}\nyes\n#else\nno\n#endif`, { defines }) === 'yes';

test('64-bit arithmetic, signed and unsigned', () => {
  const yes = [
    '1',
    '-1 < 0',
    '-1 > 0u',
    '(2 || 3) != 2 && 1',
    '1 + 2 * 3 == 7',
    '(1 + 2) * 3 == 9',
    '0x7fffffffffffffff + 1 < 0',
    '0xffffffffffffffff > 0',
    '~0 == -1',
    '1 << 63 < 0',
    '-8 >> 1 == -4',
    '7 / -2 == -3',
    '-7 % 3 == -1',
    '1 ? 2 : 0',
    '0 ? 0 : 5',
    '!0',
    '10 == 012',
    '0b101 == 5',
    '5 == 5ui64',
    '3i64',
    "'a' == 97",
    "'ab' == 0x6162",
    "'\\xff' == -1",
    "L'\\xff' == 255",
    '0 && 1/0 || 1',
    '1 || 1/0',
    '1 ? 1 : 1/0',
    '4 - 2 - 1 == 1',
    '1 ? 0 ? 2 : 3 : 4',
    '2 > 1 > 0',
    '1 == 1 != 0',
    '6 & 3 | 8 ^ 1',
    'undefined_name == 0',
    '1, 1',
  ];
  for (const c of yes) assert.ok(truth(c), c);
  for (const c of ['0', '!1', 'while', '1 - 1', '0x0', 'false', '-1 < 0u', '2 - 3 > 0']) assert.ok(!truth(c), c);
});

test('macros, defined, __has_include', () => {
  assert.ok(truth('V >= 0x0A000000 && defined V && !defined(W)', { V: '0x0A00000C' }));
  assert.ok(truth('IS_ON', { IS_ON: '(defined(FEATURE) && FEATURE)', FEATURE: '1' }));
  assert.ok(truth('defined(__has_include) && __has_include("main.c") && !__has_include(<none.h>)'));
  assert.equal(expand('#ifdef __has_include\na\n#endif'), 'a');
});

test('#ifdef, #ifndef, #elif, nesting, inactive branches are not evaluated', () => {
  assert.equal(
    expand(`#define A
#ifdef B
1
#elif defined A
2
#  if 0
3
#  else
4
#  endif
#elif 1/0
5
#else
6
#endif
#ifndef A
7
#elifdef A
8
#endif
#if 0
#unknown thing
#if 1/0
#else
#endif
#include "nothing"
#else
9
#endif`),
    '2 4 8 9',
  );
});

test('wrong conditions are false and say why', () => {
  const bad: [string, RegExp][] = [
    ['', /empty/],
    ['1 +', /ends too early/],
    ['(1', /not closed/],
    ['1)', /without a matching/],
    ['1 2', /'2' does not belong/],
    ['X = 1', /does not belong.*==/],
    ['"a" == "a"', /string/],
    ['1.5', /not an integer/],
    ['1/0', /division by zero/],
    ['1 % 0', /division by zero/],
    ['defined', /needs the name/],
    ['F(1)', /'F' is not defined/],
    ['08', /not an integer/],
    ["''", /character constant/],
    ['1 ? 2', /':'/],
  ];
  for (const [c, message] of bad) {
    const r = run(`#if ${c}\nyes\n#endif`);
    assert.equal(show(r.tokens), '', c);
    assert.equal(r.diagnostics.length, 1, `${c}: ${messages(r).join()}`);
    assert.match(messages(r)[0], message);
    assert.equal(r.diagnostics[0].range!.file.path, 'main.c');
  }
});

test('structure problems point at the directive that is open or superfluous', () => {
  const r = run('int a;\n#if 1\n#ifdef X\n#endif\nint b;');
  assert.deepEqual(
    messages(r).map((m) => m.split(' (')[0]),
    ['main.c:2:1: error: this #if has no #endif'],
  );
  assert.equal(show(r.tokens), 'int a; int b;');
  assert.deepEqual(codes(run('#else\n#endif\n#elif 1\nx')), [
    'pp-unmatched-conditional',
    'pp-unmatched-conditional',
    'pp-unmatched-conditional',
  ]);
  const twice = run('#if 1\na\n#else\nb\n#else\nc\n#endif\nd');
  assert.equal(show(twice.tokens), 'a d');
  assert.deepEqual(codes(twice), ['pp-unmatched-conditional']);
  assert.equal(twice.diagnostics[0].related!.length, 1);
});

test('directives in odd shapes', () => {
  assert.equal(expand('/* c */ # /* d */ define A 1\n#\n  #\tdefine B \\\n 2\n%: define C 3\nA B C'), '1 2 3');
  assert.equal(expand('s = "\\\n#define X\n"; /*\n#define Y\n*/ X Y'.replace('"\\\n#define X\n"', '"#define X"')), 's = "#define X"; X Y');
  assert.deepEqual(
    codes(run('#defin A\n#import "x.tlb"\n#warning take care\n#ifdef\n#endif\n#ifdef A B\n#endif\n#undef 3\n# 12 "x.c"\n#line x\n')),
    ['pp-unknown-directive', 'pp-import', 'pp-warning-directive', 'pp-name-expected', 'pp-extra-tokens', 'pp-name-expected', 'pp-line'],
  );
});

test('pragmas: three spellings, one token', () => {
  const r = run(
    '#define N 8\n#define PACK(n) __pragma(pack(push, n))\n#pragma pack( push,N )\nPACK(1) _Pragma("warning(disable: \\"x\\")") int a;\n#pragma\n',
  );
  assert.equal(show(r.tokens), '<pack( push,8 )> <pack(push, 1)> <warning(disable: "x")> int a; <>');
  assert.equal(r.tokens[1].macro, 'PACK');
  assert.deepEqual(codes(r), []);
  assert.deepEqual(codes(run('__pragma x _Pragma(1) __pragma(a')), ['pp-pragma', 'pp-pragma', 'pp-pragma']);
});

test('a #pragma between arguments comes before the expansion', () => {
  assert.equal(expand('#define F(x) [x]\nF(1\n#pragma warning(push)\n+2)'), '<warning(push)> [1 +2]');
});
