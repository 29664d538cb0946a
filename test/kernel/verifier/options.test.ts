// Options of Driver Verifier: with one off the kernel does what it does without the tool; reported violations do not stop the run.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { VERIFIER_OPTIONS, VERIFIER_STANDARD, type VerifierOption } from '../../../src/base/verifier-options.js';
import { routineTable } from '../../../src/kernel/boot.js';
import { CALL_CHECKS } from '../../../src/kernel/verifier/call-checks.js';
import { runDriver } from '../harness.js';
import { verifierSettings } from '../verifier-words.js';

const HEAD = `#include "check.h"
LONG g_Failures;
static KSPIN_LOCK a, b;
`;
const driver = (body: string): string => `${HEAD}TEST_ENTRY { ${body} return STATUS_SUCCESS; }`;
const without = (o: VerifierOption): number => VERIFIER_STANDARD & ~VERIFIER_OPTIONS[o];
const run = (
  body: string,
  options: { verifierFlags?: number; verifierAsked?: number; verifierReports?: boolean; faultProbability?: number; seed?: number } = {},
) => runDriver(driver(body), { cpus: 1, name: 'options.c', ...options });

const ORDER = `KIRQL q; KeInitializeSpinLock(&a); KeInitializeSpinLock(&b);
  KeAcquireSpinLock(&a, &q); KeAcquireSpinLockAtDpcLevel(&b); KeReleaseSpinLockFromDpcLevel(&b); KeReleaseSpinLock(&a, q);
  KeAcquireSpinLock(&b, &q); KeAcquireSpinLockAtDpcLevel(&a); KeReleaseSpinLockFromDpcLevel(&a); KeReleaseSpinLock(&b, q);`;
const findings = (r: ReturnType<typeof run>): string[] => {
  const out: string[] = [];
  for (let i = 0; i < r.k.trace.length; i++) {
    const e = r.k.trace.get(i);
    if (e.kind === 'verifier.finding') out.push(String(e.data.text));
  }
  return out;
};

test('deadlock-detection: stops with both places, is told, or is off', () => {
  const stopped = run(ORDER);
  assert.equal(stopped.bugCheck?.code, 0xc4);
  assert.match(
    stopped.bugCheck!.explanation,
    /lock order: driver\.sys!a is acquired while driver\.sys!b is held, but before at options\.c:\d+ .*sys!b was acquired while driver\.sys!a was held/,
  );
  const told = run(ORDER, { verifierReports: true });
  assert.equal(told.status, 0);
  assert.equal(findings(told).filter((t) => t.startsWith('lock order')).length, 1);
  assert.equal(run(ORDER, { verifierFlags: without('deadlock-detection') }).status, 0);
});

test('ddi-compliance: stops, is told, or is off', () => {
  const body = 'KIRQL q; KeRaiseIrql(DISPATCH_LEVEL, &q); ExSetTimerResolution(10000, TRUE); KeLowerIrql(q);';
  assert.equal(run(body).bugCheck?.parameters[0], 0x20006n);
  const told = run(body, { verifierReports: true });
  assert.equal(told.status, 0);
  assert.match(findings(told).join('\n'), /ExSetTimerResolution is called at IRQL 2.*IrqlExApcLte2/);
  assert.equal(run(body, { verifierFlags: without('ddi-compliance') }).status, 0);
});

test('force-irql: paged pool at DISPATCH_LEVEL', () => {
  const body = `KIRQL q; volatile LONG *p = ExAllocatePoolWithTag(PagedPool, 8, 'gaP1'); KeRaiseIrql(DISPATCH_LEVEL, &q); *p = 1; KeLowerIrql(q); ExFreePool((PVOID)p);`;
  assert.equal(run(body).bugCheck?.code, 0xd1);
  assert.equal(run(body, { verifierFlags: without('force-irql') }).status, 0);
});

test('special-pool: bytes behind a block are checked when it is freed', () => {
  const body = `volatile UCHAR *p = ExAllocatePoolWithTag(NonPagedPool, 8, 'gaP1'); p[8] = 1; DbgPrint("on"); ExFreePool((PVOID)p);`;
  assert.deepEqual([run(body).bugCheck?.code, run(body).bugCheck?.parameters[3]], [0xc1, 0x24n]);
  assert.equal(run(body, { verifierFlags: without('special-pool') }).status, 0);
});

test('low-resources: allocations fail by the seed', () => {
  const body = `LONG n = 0; for (int i = 0; i < 200; i++) { PVOID p = ExAllocatePoolWithTag(NonPagedPool, 32, 'gaP1'); if (p) ExFreePool(p); else n++; } DbgPrint("%d failed", n);`;
  const failed = (options: Parameters<typeof run>[1]): number => Number.parseInt(run(body, options).output[0], 10);
  const flags = VERIFIER_STANDARD | VERIFIER_OPTIONS['low-resources'];
  assert.equal(failed({}), 0);
  assert.equal(failed({ verifierFlags: flags, faultProbability: 10_000 }), 200);
  const half = failed({ verifierFlags: flags, faultProbability: 5_000 });
  assert.ok(half > 50 && half < 150, String(half));
  assert.equal(failed({ verifierFlags: flags, faultProbability: 5_000 }), half);
});

test('codes of Driver Verifier only where somebody asked for the option', () => {
  const stop = (body: string, words?: string): string | undefined => {
    const bug = run(body, verifierSettings(words)).bugCheck;
    return bug && `${bug.code.toString(16)}/${bug.parameters[0].toString(16)}`;
  };
  const twice = `PVOID p = ExAllocatePoolWithTag(NonPagedPool, 8, 'gaP1'); ExFreePool(p); ExFreePool(p);`;
  assert.equal(stop(twice), 'c2/7');
  assert.equal(stop(twice, 'special-pool off'), 'c2/7');
  assert.equal(stop(twice, 'deadlock-detection on'), 'c2/7');
  assert.equal(stop(twice, 'pool-tracking on'), 'c4/13');
  assert.equal(stop(twice, 'standard'), 'c4/13');
  assert.equal(stop(twice, 'standard pool-tracking off'), 'c2/7');
  const free = 'KIRQL q; KeInitializeSpinLock(&a); KeRaiseIrql(DISPATCH_LEVEL, &q); KeReleaseSpinLock(&a, q);';
  assert.equal(stop(free), '10/0');
  assert.equal(stop(free, 'flags 0x20'), 'c4/1007');
  const overlap = 'static UCHAR bytes[32]; RtlCopyMemory(bytes + 8, bytes, 16);';
  assert.equal(stop(overlap), undefined);
  assert.equal(stop(overlap, 'report'), undefined);
  assert.equal(stop(overlap, 'miscellaneous on'), 'c4/f0', 'an automatic check comes with any option');
});

test('checks of calls name routines that exist, and change no routine that they do not name', () => {
  const table = routineTable();
  const named = new Set(CALL_CHECKS.flatMap((c) => c.routines.split(' ')));
  assert.deepEqual(
    [...named].filter((n) => !table.index.has(n)),
    [],
  );
  assert.equal(table.verified(0), table.list);
  const all = table.verified(VERIFIER_STANDARD);
  assert.deepEqual(
    table.list.filter((r, i) => all[i] !== r).map((r) => r.name),
    [...named].sort(),
  );
});
