// The run loop from outside: limits, reasons to stop, many CPUs, a call of something that is not simulated, watchdogs.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { prepareDriver, runDriver } from '../harness.js';

const driver = (body: string, before = ''): string => `#include "check.h"
LONG g_Failures;
${before}
TEST_ENTRY { ${body} return RESULT(); }`;

test('an endless loop ends at the limit of steps or of virtual time, and can go on', () => {
  const { k } = prepareDriver(driver('volatile LONG n = 0; for (;;) n++;'), { name: 'loop.c' });
  assert.equal(k.run({ maxSteps: 10_000 }).reason, 'maxSteps');
  assert.equal(k.stepsRun, 10_000);
  assert.equal(k.run({ maxSteps: 5_000 }).reason, 'maxSteps');
  assert.equal(k.stepsRun, 15_000);
  assert.equal(k.run({ maxTime: 1_000_000 }).reason, 'maxTime');
  assert.ok(k.machine.cpus[0].time >= 1_000_000 && k.machine.cpus[0].time < 1_001_000);
});

test('a timer that never ends the waiting ends at the limit of virtual time', () => {
  const text = driver(
    'KeInitializeTimer(&t); KeInitializeEvent(&e, 0, FALSE); due.QuadPart = -10000; KeSetTimerEx(&t, due, 10, NULL); KeWaitForSingleObject(&e, 0, 0, 0, NULL);',
    'static KTIMER t; static KEVENT e; static LARGE_INTEGER due;',
  );
  const r = runDriver(text, { name: 'periodic.c', maxTime: 20_000_000 });
  assert.equal(r.run.reason, 'maxTime');
});

test('64 CPUs: 64 threads count under a spin lock', () => {
  const text = driver(
    `KeInitializeSpinLock(&l);
     for (int i = 0; i < 64; i++) { KeInitializeEvent(&done[i], 0, FALSE); TestStartThread(W, NULL, 8, &done[i]); }
     for (int i = 0; i < 64; i++) KeWaitForSingleObject(&done[i], 0, 0, 0, NULL);
     CHECK_EQ(n, 640); LONG used = 0; for (int i = 0; i < 64; i++) used += seen[i] != 0; DbgPrint("%d", used);`,
    `static KSPIN_LOCK l; static KEVENT done[64]; static LONG n; static LONG seen[64];
     static VOID W(PVOID c) { UNREFERENCED_PARAMETER(c); KIRQL q; for (int i = 0; i < 10; i++) { KeAcquireSpinLock(&l, &q); LONG v = n; seen[KeGetCurrentProcessorNumberEx(NULL)] = 1; n = v + 1; KeReleaseSpinLock(&l, q); KeStallExecutionProcessor(50); } }`,
  );
  const r = runDriver(text, { cpus: 64, name: 'many.c' });
  assert.equal(r.status, 0, r.output.join(''));
  assert.ok(Number(r.output.at(-1)) > 16, `only ${r.output.at(-1)} CPUs were used`);
});

test('a declared DDI that is not simulated stops the run with its name and place', () => {
  const r = runDriver(driver('HalMakeBeep(1);', 'NTKERNELAPI BOOLEAN HalMakeBeep(ULONG Frequency);'), { name: 'beep.c' });
  assert.equal(r.run.reason, 'notSimulated');
  assert.equal(r.k.notSimulated?.name, 'HalMakeBeep');
  assert.match(r.k.notSimulated!.where, /beep\.c:4/);
});

test('a DPC that never ends is DPC_WATCHDOG_VIOLATION', () => {
  const text = driver(
    'KeInitializeDpc(&d, D, NULL); KeInsertQueueDpc(&d, NULL, NULL);',
    'static KDPC d; static VOID D(PKDPC a, PVOID b, PVOID c, PVOID e) { UNREFERENCED_PARAMETER(a); UNREFERENCED_PARAMETER(b); UNREFERENCED_PARAMETER(c); UNREFERENCED_PARAMETER(e); for (;;) KeStallExecutionProcessor(1000); }',
  );
  const r = runDriver(text, { name: 'watchdog.c' });
  assert.equal(r.bugCheck?.code, 0x133, r.run.reason);
  assert.equal(r.bugCheck?.parameters[0], 0n);
});

test('two threads that take two spin locks in opposite order: both CPUs spin, the report says on what', () => {
  const text = driver(
    `KeInitializeSpinLock(&a); KeInitializeSpinLock(&b); KeInitializeEvent(&done[0], 0, FALSE); KeInitializeEvent(&done[1], 0, FALSE);
     TestStartThread(W, (PVOID)0, 8, &done[0]); TestStartThread(W, (PVOID)1, 8, &done[1]); KeWaitForSingleObject(&done[0], 0, 0, 0, NULL);`,
    `static KSPIN_LOCK a, b; static KEVENT done[2]; static volatile LONG both;
     static VOID W(PVOID c) { KIRQL q; PKSPIN_LOCK x = c ? &a : &b, y = c ? &b : &a; KeAcquireSpinLock(x, &q); InterlockedIncrement(&both); while (both < 2) KeStallExecutionProcessor(1); KeAcquireSpinLockAtDpcLevel(y); }`,
  );
  const r = runDriver(text, { cpus: 4, name: 'abba.c', verifierFlags: 0 });
  assert.equal(r.run.reason, 'deadlock');
  assert.equal(r.run.waiters!.filter((w) => w.state === 'Spinning').length, 2);
});
