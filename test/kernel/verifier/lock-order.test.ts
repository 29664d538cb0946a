// What the deadlock detection knows and forgets: full tables, locks whose memory began a new life, locks released by others.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runDriver } from '../harness.js';

const run = (body: string) =>
  runDriver(
    `#include "check.h"
LONG g_Failures;
static KSPIN_LOCK a, b, many[64];
static FAST_MUTEX f;
static KSPIN_LOCK *Two(KSPIN_LOCK *from, KSPIN_LOCK *to) {
  KIRQL q;
  KeAcquireSpinLock(from, &q); KeAcquireSpinLockAtDpcLevel(to); KeReleaseSpinLockFromDpcLevel(to); KeReleaseSpinLock(from, q);
  return from;
}
static VOID Stacked(BOOLEAN second) {
  FAST_MUTEX m;
  ExInitializeFastMutex(&m);
  if (second) { ExAcquireFastMutex(&m); ExAcquireFastMutex(&f); ExReleaseFastMutex(&f); ExReleaseFastMutex(&m); }
  else { ExAcquireFastMutex(&f); ExAcquireFastMutex(&m); ExReleaseFastMutex(&m); ExReleaseFastMutex(&f); }
}
TEST_ENTRY { ${body} return STATUS_SUCCESS; }`,
    { cpus: 1, name: 'lock-order.c' },
  );
const contradiction = (r: ReturnType<typeof run>): string => {
  assert.deepEqual([r.bugCheck?.code, r.bugCheck?.parameters[0]], [0xc4, 0x1001n], r.output.join('\n'));
  return r.bugCheck!.explanation;
};

test('a contradiction over a third lock names the way', () => {
  assert.match(
    contradiction(run('Two(&a, &b); Two(&b, many); Two(many, &a);')),
    /sys!a is acquired while .*many.* is held, but before at lock-order\.c:\d+ .*sys!b was acquired while .*sys!a was held and led to .*many/,
  );
});

test('more orders than there is room for: what was known is forgotten, the next contradiction is found', () => {
  // 64 locks, each acquired once alone with the next, then all inside each other: 2016 orders and no new lock
  const all = `KIRQL q;
    for (int i = 0; i + 1 < 64; i++) Two(&many[i], &many[i + 1]);
    KeRaiseIrql(DISPATCH_LEVEL, &q);
    for (int i = 0; i < 64; i++) KeAcquireSpinLockAtDpcLevel(&many[i]);
    for (int i = 63; i >= 0; i--) KeReleaseSpinLockFromDpcLevel(&many[i]);
    KeLowerIrql(q);`;
  assert.equal(run(all).status, 0);
  contradiction(run(`${all} Two(&a, &b); Two(&b, &a);`));
});

test('a lock in pool that was freed orders nothing; a thousand of them leave the others known', () => {
  const context = (body: string): string =>
    `KSPIN_LOCK *p = ExAllocatePoolWithTag(NonPagedPool, sizeof *p, 'kcoL'); KeInitializeSpinLock(p); ${body} ExFreePool(p);`;
  const r = run(`for (int i = 0; i < 1000; i++) { ${context('if (i % 2) Two(&a, p); else Two(p, &a);')} }`);
  assert.equal(r.status, 0, r.bugCheck?.explanation);
  contradiction(run(`Two(&a, &b); for (int i = 0; i < 1000; i++) { ${context('Two(p, &a);')} } Two(&b, &a);`));
});

test('a lock that is a local variable orders nothing', () => {
  const r = run('ExInitializeFastMutex(&f); Stacked(FALSE); Stacked(TRUE);');
  assert.equal(r.status, 0, r.bugCheck?.explanation);
});

test('a mutex acquired again by its owner orders nothing', () => {
  const r = run(`KMUTEX *m = ExAllocatePoolWithTag(NonPagedPool, sizeof *m, 'kcoL'); KeInitializeMutex(m, 0); ExInitializeFastMutex(&f);
    KeWaitForSingleObject(m, Executive, KernelMode, FALSE, NULL); KeWaitForSingleObject(m, Executive, KernelMode, FALSE, NULL);
    KeReleaseMutex(m, FALSE); KeReleaseMutex(m, FALSE);
    ExAcquireFastMutex(&f); KeWaitForSingleObject(m, Executive, KernelMode, FALSE, NULL); KeReleaseMutex(m, FALSE); ExReleaseFastMutex(&f);
    ExFreePool(m);`);
  assert.equal(r.status, 0, r.bugCheck?.explanation);
});
