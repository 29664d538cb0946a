// Many CPUs, threads and processes: counts in scenarios, what a body knows of its number, what happens at the limits, and that a run with all of it is the same run
// every time, also through checkpoints.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { KE_GLOBALS } from '../../src/kernel/layouts.gen.js';
import { makeReport } from '../../src/scenario/make-report.js';
import { runSystem } from '../kernel/system.js';

const findings = (r: ReturnType<typeof runSystem>): string[] => makeReport(r.simulation).findings.map((f) => f.message);

test('each of the threads and processes of a block knows its number', () => {
  const r = runSystem({
    scenario: `machine { cpus 4 }
process "C:\\\\Test\\\\many.exe" count 3 {
  code { static volatile LONG seen; }
  thread main { Sleep(50); printf("process %u: %x", ProcessNumber(), seen); }
  thread worker count 5 priority highest { InterlockedOr(&seen, 1 << ThreadNumber()); }
  thread other count 2 { InterlockedOr(&seen, 0x100 << ThreadNumber()); }
}
process "C:\\\\Test\\\\one.exe" { thread main { printf("one: %u %u", ProcessNumber(), ThreadNumber()); } }`,
  });
  assert.equal(r.end, 'done');
  assert.deepEqual([...r.output].sort(), ['one: 0 0', 'process 0: 31f', 'process 1: 31f', 'process 2: 31f']);
});

test('numbers begin anew in every process that a program starts', () => {
  const r = runSystem({
    scenario: `machine { cpus 2 }
program "C:\\\\Test\\\\child.exe" { thread main count 3 { printf("child %u %u", ProcessNumber(), ThreadNumber()); } }
process "C:\\\\Test\\\\main.exe" { thread main { WaitForSingleObject(StartProcess(L"C:\\\\Test\\\\child.exe", NULL), INFINITE); } }`,
  });
  assert.deepEqual([...r.output].sort(), ['child 0 0', 'child 0 1', 'child 0 2']);
});

const BIG = (body: string): string => `machine { cpus 64; seed 3 }
process "C:\\\\Test\\\\many.exe" count 1000 {
  code { static volatile LONG sum; }
  thread main { Sleep(2000); if (sum != 45) printf("sum %d", sum); }
  thread worker count 9 { InterlockedExchangeAdd(&sum, ThreadNumber() + 1); ${body} }
}`;

test('1,000 processes with 10,000 threads on 64 CPUs, all alive at once; the same run twice, and through checkpoints', () => {
  const scenario = BIG('Sleep(3000);');
  const first = runSystem({ scenario });
  assert.equal(first.end, 'done');
  assert.deepEqual(first.output, []);
  let alive = 0;
  let most = 0;
  let processes = 0;
  for (const e of first.events) {
    if (e.kind === 'ps.thread-create') most = Math.max(most, ++alive);
    else if (e.kind === 'ke.thread.exit') alive--;
    else if (e.kind === 'ps.process-create') processes++;
  }
  assert.equal(processes, 1000);
  assert.ok(most >= 10_000, `${most} threads at once`);
  const again = runSystem({ scenario, restoreEvery: 3_000_000 });
  assert.equal(again.hash, first.hash);
});

test('10,000 threads in one process on 64 CPUs', () => {
  const r = runSystem({
    scenario: `machine { cpus 64 }
process "C:\\\\Test\\\\many.exe" {
  code { static volatile LONG here; static HANDLE go; }
  thread main { go = CreateEventW(NULL, TRUE, FALSE, NULL); while (here != 10000) Sleep(100); printf("all"); SetEvent(go); }
  thread worker count 10000 { while (!go) Sleep(1); InterlockedIncrement(&here); WaitForSingleObject(go, INFINITE); }
}`,
  });
  assert.deepEqual([r.end, r.output], ['done', ['all']]);
});

test('too many threads and processes: the run says how many there was room for, those that there are go on', () => {
  const threads = runSystem({
    scenario: `machine { cpus 2 }
process "C:\\\\Test\\\\a.exe" count 3 { thread main { Sleep(3000); } thread worker count 6000 { Sleep(2000); } }`,
  });
  assert.equal(threads.end, 'done');
  assert.match(findings(threads).join('\n'), /room for \d+ of the 6000 threads of worker \(STATUS_INSUFFICIENT_RESOURCES/);
  const processes = runSystem({
    scenario: `machine { cpus 2 }
process "C:\\\\Test\\\\a.exe" count 600 { thread main { Sleep(3000); } }
process "C:\\\\Test\\\\b.exe" count 600 { thread main { Sleep(3000); } }`,
  });
  assert.equal(processes.end, 'done');
  assert.match(findings(processes).join('\n'), /room for \d+ of the 600 processes of .*b\.exe \(STATUS_NO_MEMORY/);
  assert.equal(makeReport(processes.simulation).verdict, 'failed');
});

test('PsCreateSystemThread fails when there is no stack left, and works again when threads have ended', () => {
  const r = runSystem({
    driver: `#include "check.h"
LONG g_Failures;
static KEVENT g_Go;
static volatile LONG g_Running;
static VOID Waiter(PVOID context) {
  UNREFERENCED_PARAMETER(context);
  KeWaitForSingleObject(&g_Go, Executive, KernelMode, FALSE, NULL);
  InterlockedDecrement(&g_Running);
  PsTerminateSystemThread(STATUS_SUCCESS);
}
static NTSTATUS Start(VOID) {
  HANDLE h;
  NTSTATUS s = PsCreateSystemThread(&h, THREAD_ALL_ACCESS, NULL, NULL, NULL, Waiter, NULL);
  if (NT_SUCCESS(s)) { InterlockedIncrement(&g_Running); ZwClose(h); }
  return s;
}
static VOID Unload(PDRIVER_OBJECT driver) { UNREFERENCED_PARAMETER(driver); }
NTSTATUS DriverEntry(PDRIVER_OBJECT driver, PUNICODE_STRING path) {
  NTSTATUS s = STATUS_SUCCESS;
  UNREFERENCED_PARAMETER(path);
  driver->DriverUnload = Unload;
  KeInitializeEvent(&g_Go, NotificationEvent, FALSE);
  for (int round = 0; round < 2; round++) {
    int n = 0;
    KeClearEvent(&g_Go);
    while (NT_SUCCESS(s = Start())) n++;
    CHECK_EQ(s, STATUS_INSUFFICIENT_RESOURCES);
    CHECK(n > 11000);
    DbgPrint("round %d: %d", round, n);
    KeSetEvent(&g_Go, 0, FALSE);
    while (g_Running != 0) SleepMs(10);
    SleepMs(100);
  }
  return RESULT();
}`,
    cpus: 2,
  });
  assert.equal(r.end, 'done');
  const counts = r.output.map((l) => l.replace(/^round \d: /, ''));
  assert.equal(r.output.length, 2, r.output.join('\n'));
  assert.equal(counts[0], counts[1], 'as many as the first time');
});

test('threads and processes created and ended again and again leave nothing behind: IDs, stacks and pool are used again', () => {
  const loop = (times: number): string => `machine { cpus 2 }
program "C:\\\\Test\\\\child.exe" { thread main { } }
process "C:\\\\Test\\\\main.exe" {
  code { static DWORD WINAPI Nothing(LPVOID p) { return 0; } }
  thread main {
    DWORD highest = 0, id = 0;
    for (int i = 0; i < ${times}; i++) {
      HANDLE h = i % 8 ? CreateThread(NULL, 0, Nothing, NULL, 0, &id) : StartProcess(L"C:\\\\Test\\\\child.exe", NULL);
      if (!h) { printf("failed at %d", i); return; }
      if (id > highest) highest = id;
      WaitForSingleObject(h, INFINITE);
      CloseHandle(h);
    }
    printf("highest %u", highest);
  }
}`;
  const pool = (r: ReturnType<typeof runSystem>): number[] =>
    [KE_GLOBALS.PoolBytes, KE_GLOBALS.PoolBlocks].map((f) => r.k.mem.ptr(r.k.globals.KE + f));
  const few = runSystem({ scenario: loop(400) });
  const many = runSystem({ scenario: loop(4000) });
  assert.deepEqual([few.end, many.end], ['done', 'done']);
  assert.match(many.output[0], /^highest \d+$/);
  assert.equal(many.output[0], few.output[0]);
  assert.deepEqual(pool(many), pool(few));
});
