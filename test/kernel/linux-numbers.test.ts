// The numbers of Linux that scenario bodies get from wdk/linux.h are those that the built-in provider and the trace know.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { ERRNO, SYS } from '../../src/kernel/lx/numbers.js';

const header = readFileSync(new URL('../../src/wdk/linux.h', import.meta.url), 'utf8');
const defined = (pattern: RegExp): Record<string, number> =>
  Object.fromEntries([...header.matchAll(pattern)].map((m) => [m[1], Number(m[2])]));

test('SYS_ and E numbers agree', () => {
  assert.deepEqual(defined(/^#define SYS_(\w+) (\d+)$/gm), { ...SYS });
  const errors = defined(/^#define (E[A-Z]+) (\d+)$/gm);
  for (const [name, value] of Object.entries(ERRNO)) assert.equal(errors[name], value, name);
});
