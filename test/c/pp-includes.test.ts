// #include: where files are found, in what order, what happens when they are not.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { codes, expand, messages, run, show } from './pp-helper.js';

test('names ignore case and take both slashes, in every part of the path', () => {
  const files = { 'Inc/Sub/Driver.H': 'int found;' };
  for (const name of ['"inc/sub/driver.h"', '"INC\\SUB\\DRIVER.H"', '"./inc//sub/../sub/Driver.h"', '<sub\\driver.h>']) {
    assert.equal(expand(`#include ${name}`, { files, includePaths: ['inc'] }), 'int found;', name);
  }
});

test('order: including folder, its includers, include paths, built-in headers', () => {
  const files = {
    'a/one.h': '#include "two.h"\n#include "three.h"\n#include <four.h>',
    'a/two.h': 'two_near',
    'two.h': 'two_far',
    'three.h': 'three_of_includer',
    'a/four.h': 'four_wrong',
    'inc/four.h': 'four_path',
    'inc/five.h': 'five_user',
  };
  assert.equal(
    expand('#include "a/one.h"\n#include <five.h>\n#include "SIX.h"', {
      files,
      includePaths: ['inc'],
      builtinHeaders: { 'five.h': 'five_builtin', 'six.h': 'six_builtin' },
    }),
    'two_near three_of_includer four_path five_user six_builtin',
  );
});

test('included files are shown relative to what the main file is shown relative to', () => {
  const r = run('#include "../inc/x.h"\n#include <b.h>', {
    path: '/w/drv/src/a.c',
    shown: 'src/a.c',
    files: { '/w/drv/inc/x.h': '__FILE__', '/sdk/b.h': '__FILE__' },
    includePaths: ['/sdk'],
  });
  assert.equal(show(r.tokens), '"inc/x.h" "/sdk/b.h"');
  assert.deepEqual(
    r.includes.map((f) => f.path),
    ['inc/x.h', '/sdk/b.h'],
  );
});

test('macro form, __has_include form, file names that are not names', () => {
  const files = { 'x.h': 'X', 'dir/y.h': 'Y' };
  assert.equal(expand('#define A "x.h"\n#define LT <\n#define B <y.h>\n#include A\n#include B\n', { files, includePaths: ['dir'] }), 'X Y');
  assert.deepEqual(codes(run('#include\n#include x\n#include <\n#include ""\n#include "a\n')), [
    'pp-include',
    'pp-include',
    'pp-include',
    'pp-include',
    'pp-include',
  ]);
});

test('a missing file says where it was searched, and collects the paths asked for', () => {
  const missing = new Set<string>();
  const r = run('#include "No.h"\n#include <wdf.h>\n#include <vector>\n#include <fltKernel.h>', {
    path: 'src/a.c',
    includePaths: ['inc'],
    missing,
  });
  assert.equal(
    messages(r)[0],
    "src/a.c:1:10: error: cannot open include file 'No.h' (searched src, inc and Interlock's own headers; check the name, or add its folder to the include paths)",
  );
  assert.match(messages(r)[1], /Windows Driver Framework/);
  assert.match(messages(r)[2], /C\+\+/);
  assert.match(messages(r)[3], /filter manager/);
  assert.deepEqual([...missing], ['src/No.h', 'inc/No.h', 'inc/wdf.h', 'inc/vector', 'inc/fltKernel.h']);
});

test('a header that a tool makes is asked for before the files are, with what has been read so far', () => {
  const asked: string[] = [];
  const r = run('#include "o.h"\n#include "sub\\Driver.TMH"\nint x;', {
    files: { 'o.h': 'int o;', 'sub/driver.tmh': 'stale' },
    generated: (name, files) => {
      asked.push(
        `${name}: ${files
          .filter((f) => !f.builtin)
          .map((f) => f.path.replace(/.*\//, ''))
          .join(' ')}`,
      );
      return /\.tmh$/i.test(name) ? 'int made;' : undefined;
    },
  });
  assert.equal(show(r.tokens), 'int o; int made; int x;');
  assert.equal(asked.length, 2);
  assert.match(asked[1], /^sub\\Driver.TMH: \S+ o\.h$/);
});

test('what is not simulated is one sentence; a header of the message compiler says where it comes from', () => {
  const r = run('#include <wdf.h>\n#include "Log.h"\n#include <arm64_neon.h>', { files: { 'log.mc': '' } });
  assert.deepEqual(
    r.diagnostics.map((d) => `${d.code}: ${d.message}`),
    [
      "pp-not-simulated: 'wdf.h' cannot be used: the Windows Driver Framework (KMDF) is not simulated",
      "pp-include-not-found: cannot open include file 'Log.h'",
      "pp-not-simulated: 'arm64_neon.h' cannot be used: it is for ARM64, and Interlock simulates x64 only",
    ],
  );
  assert.match(r.diagnostics[1].hint ?? '', /made by the message compiler from log\.mc/);
});

test('#pragma once and include guards', () => {
  const files = {
    'o.h': '#pragma once\no',
    'G.h': '// c\n#ifndef G_H\n#define G_H\ng\n#endif // G_H\n',
    'd.h': '#if !defined(D_H)\n#define D_H\nd\n#endif',
    'n.h': '#ifndef N_H\nn\n#endif\nrest',
  };
  const r = run(
    '#include "o.h"\n#include "O.H"\n#include "g.h"\n#include "G.h"\n#include "d.h"\n#include "d.h"\n#include "n.h"\n#define N_H\n#include "n.h"\n#undef G_H\n#include "g.h"',
    { files },
  );
  assert.equal(show(r.tokens), 'o g d n rest rest g');
  assert.deepEqual(codes(r), []);
  assert.deepEqual(
    r.includes.map((f) => f.path),
    ['o.h', 'G.h', 'd.h', 'n.h'],
  );
});

test('forced includes come after the command line', () => {
  assert.equal(
    expand('int main_;', { defines: { T: 'long' }, forcedIncludes: ['pre.h'], files: { 'pre.h': 'T pre;' } }),
    'long pre; int main_;',
  );
});

test('built-in headers are marked and shared between units', () => {
  const options = { builtinHeaders: { 'ntddk.h': '#define STATUS 5\nint shared_token;' } };
  const a = run('#include <ntddk.h>\nSTATUS', options);
  const b = run('#include <NTDDK.H>\nSTATUS', options);
  assert.ok(a.includes[0].builtin);
  assert.equal(a.includes[0], b.includes[0]);
  assert.equal(a.tokens[1], b.tokens[1]);
  assert.equal(a.macros.get('STATUS'), b.macros.get('STATUS'));
});

test('a header that changed is read anew', () => {
  assert.equal(expand('#include "c.h"', { files: { 'c.h': 'old' } }), 'old');
  assert.equal(expand('#include "c.h"', { files: { 'c.h': 'new' } }), 'new');
});

test('recursion has limits', () => {
  const self = run('#include "s.h"', { files: { 's.h': 's\n#include "s.h"' } });
  assert.deepEqual(codes(self), ['pp-include-depth']);
  assert.equal(self.tokens.length, 201);
  const twice = run('#include "t.h"', { files: { 't.h': '#include "t.h"\n#include "t.h"' } });
  assert.ok(codes(twice).includes('pp-limit'));
  assert.ok(twice.diagnostics.length <= 501);
});

test('an invocation does not reach out of its file; a conditional neither', () => {
  const r = run('#define F(x) x\n#include "h.h"\n(1)', { files: { 'h.h': '#if 1\nF' } });
  assert.equal(show(r.tokens), 'F (1)');
  assert.deepEqual(codes(r), ['pp-unterminated-conditional']);
});
