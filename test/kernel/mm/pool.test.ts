// Pool beyond special pool's budget: freed pages are used again, packed blocks still refuse wrong accesses; the records survive as leak report.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { toAddress } from '../../../src/machine/abi.js';
import { driverText, runDriver } from '../harness.js';

const small = { specialPoolPages: 24 };

test('pool.c holds when special pool is almost empty', () => {
  const r = runDriver(driverText('pool.c'), { ...small, name: 'pool.c' });
  assert.equal(r.status, 0, `${r.bugCheck?.explanation} ${r.output.join('')}`);
});

test('packed blocks: use after free, overrun and double free are bug checks too', () => {
  const text = (body: string): string => `#include "check.h"
LONG g_Failures;
TEST_ENTRY {
  PUCHAR fill[32];
  for (int i = 0; i < 32; i++) fill[i] = ExAllocatePoolWithTag(NonPagedPool, 64, 'lliF');
  ${body}
  return fill[0][0] & 0;
}`;
  const run = (body: string) => runDriver(text(body), { ...small, name: 'packed.c' });
  assert.equal(run('fill[31][63] = 1;').status, 0);
  assert.equal(run("ExFreePoolWithTag(fill[31], 'lliF'); fill[31][0] = 1;").bugCheck?.code, 0xd5);
  assert.equal(run('fill[31][64] = 1;').bugCheck?.code, 0xd6);
  assert.equal(run("ExFreePoolWithTag(fill[31], 'lliF'); ExFreePoolWithTag(fill[31], 'lliF');").bugCheck?.code, 0xc2);
  assert.equal(run("ExFreePoolWithTag(fill[31], 'xliF');").bugCheck?.code, 0xc2);
});

test('the oldest freed pages come back first, and only when no fresh ones are left', () => {
  const text = `#include "check.h"
LONG g_Failures;
TEST_ENTRY {
  PVOID seen[40];
  for (int i = 0; i < 40; i++) {
    seen[i] = ExAllocatePoolWithTag(NonPagedPool, 100, 'dloO');
    for (int j = i > 20 ? i - 20 : 0; j < i; j++) CHECK(seen[j] != seen[i]);
    ExFreePoolWithTag(seen[i], 'dloO');
  }
  return RESULT();
}`;
  const r = runDriver(text, { specialPoolPages: 80, name: 'reuse.c' });
  assert.equal(r.status, 0, r.output.join(''));
});

test('live blocks name size, tag and place of allocation', () => {
  const text = `#include "check.h"
LONG g_Failures;
TEST_ENTRY {
  ExAllocatePoolWithTag(PagedPool, 123, 'kaeL');
  ExFreePool(ExAllocatePoolWithTag(NonPagedPool, 10, 'enoG'));
  return 0;
}`;
  const r = runDriver(text, { name: 'leak.c' });
  const own = r.k.pool.live(toAddress(r.image.start), toAddress(r.image.end)).filter((b) => b.tag !== 'Thre');
  assert.deepEqual(
    own.map((b) => [b.bytes, b.tag, b.paged, b.site]),
    [[123, 'Leak', true, 'DriverEntry (leak.c:4)']],
  );
});
