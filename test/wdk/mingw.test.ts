// A second opinion: everything that our headers and mingw-w64's driver headers both declare has the same size, offset, value and parameters, but for the
// differences of mingw-differences.txt. Skipped where that compiler is not installed (Debian: gcc-mingw-w64-x86-64).
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { compareWithMingw, mingwFolder } from './mingw.js';

const ddk = mingwFolder();

test('structures, constants and prototypes agree with mingw-w64', { skip: ddk === undefined && 'no x86_64-w64-mingw32-gcc here' }, (t) => {
  const known = new Set(
    readFileSync(new URL('./mingw-differences.txt', import.meta.url), 'utf8')
      .split('\n')
      .filter((l) => l !== '' && !l.startsWith('#'))
      .map((l) => l.split(' ')[0]),
  );
  const c = compareWithMingw(ddk!);
  const hex = (v: bigint): string => `0x${v.toString(16)}`;
  const wrong = [...c.differences]
    .filter(([name]) => !known.has(name))
    .map(([name, [ours, theirs]]) => `${name}: ${hex(ours)}, mingw ${hex(theirs)}`);
  assert.deepEqual(wrong, []);
  assert.ok(
    c.structures >= 300 && c.fields >= 1900 && c.constants >= 3500 && c.functions >= 1500,
    JSON.stringify({ ...c, differences: undefined }),
  );
  t.diagnostic(
    `compared ${c.structures} structures, ${c.fields} fields, ${c.constants} constants, ${c.functions} functions; ${c.differences.size} known differences`,
  );
});
