// User mode without a driver: processes, threads, exit codes, exceptions, priorities, limits; all through Win32 names.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { imageOfCommand } from '../../../src/kernel/um/process.js';
import { assertPasses, ofKind, runSystem } from '../system.js';

const passes = (threads: string, cpus = 2): ReturnType<typeof runSystem> => {
  const r = runSystem({ threads, cpus });
  assertPasses(r);
  return r;
};

test('the image of a command line', () => {
  assert.equal(imageOfCommand('notepad a.txt'), 'notepad.exe');
  assert.equal(imageOfCommand('"C:\\Program Files\\x.exe" -a'), 'C:\\Program Files\\x.exe');
  assert.equal(imageOfCommand('  tool.com /x'), 'tool.com');
  assert.equal(imageOfCommand(''), '');
});

test('CreateProcessW: handles, IDs, suspended start', () => {
  passes(`thread main {
    STARTUPINFOW si = { sizeof si };
    PROCESS_INFORMATION pi = { 0 };
    WCHAR command[] = L"notepad x";
    DWORD code = 0;
    EXPECT(CreateProcessW(NULL, command, NULL, NULL, FALSE, CREATE_SUSPENDED, NULL, NULL, &si, &pi));
    EXPECT(pi.dwProcessId == GetProcessId(pi.hProcess) && pi.dwThreadId == GetThreadId(pi.hThread));
    EXPECT(WaitForSingleObject(pi.hProcess, 300) == WAIT_TIMEOUT);
    EXPECT(ResumeThread(pi.hThread) == 1);
    EXPECT(WaitForSingleObject(pi.hProcess, 1000) == WAIT_OBJECT_0);
    EXPECT(GetExitCodeProcess(pi.hProcess, &code) && code == 0);
    CloseHandle(pi.hProcess);
    CloseHandle(pi.hThread);
  }`);
});

test('ExitProcess ends the other threads; a process ends with its last thread', () => {
  const r = passes(`thread main { Sleep(5); ExitProcess(33); }
    thread waits { Sleep(INFINITE); printf("FAIL came back\\n"); }
    thread spins { for (;;) { } }`);
  const exit = ofKind(r, 'ps.process-exit').find((e) => e.status === 33);
  assert.ok(exit, 'the exit code of ExitProcess');
});

test('an unhandled exception of a body ends its process with the code, not the machine', () => {
  const r = passes(`thread main { *(volatile int *)16 = 1; printf("FAIL came back\\n"); }`);
  assert.equal(ofKind(r, 'ps.process-exit').at(-1)?.status, 0xc0000005);
  assert.equal(ofKind(r, 'ps.user-exception').length, 1);
});

test('user mode cannot touch kernel memory, and a body may catch that', () => {
  passes(`thread main {
    int caught = 0;
    __try { *(volatile int *)0xFFFFF80004000000ULL = 1; } __except (EXCEPTION_EXECUTE_HANDLER) { caught = 1; }
    EXPECT(caught);
  }`);
});

test('sleeping takes virtual time, rounded up to clock ticks', () => {
  passes(`thread main {
    ULONGLONG a = GetTickCount64();
    Sleep(100);
    ULONGLONG b = GetTickCount64();
    EXPECT(b - a >= 99 && b - a <= 132);
  }`);
});

test('the 33rd thread of a process is refused', () => {
  passes(`code { static DWORD WINAPI Wait(LPVOID e) { WaitForSingleObject((HANDLE)e, INFINITE); return 0; } }
  thread main {
    HANDLE go = CreateEventW(NULL, TRUE, FALSE, NULL), t[40];
    int n = 0;
    while (n < 40 && (t[n] = CreateThread(NULL, 0, Wait, go, 0, NULL)) != NULL) n++;
    EXPECT(n == 31 && GetLastError() == 1450);
    SetEvent(go);
    for (int i = 0; i < n; i++) { WaitForSingleObject(t[i], INFINITE); CloseHandle(t[i]); }
    EXPECT((t[0] = CreateThread(NULL, 0, Wait, go, 0, NULL)) != NULL);
  }`);
});

test('many processes come and go; IDs are not reused at once', () => {
  const r = passes(`thread main {
    DWORD last = 0;
    for (int i = 0; i < 30; i++) {
      HANDLE p = StartProcess(NOTEPAD, L"n");
      EXPECT(p != NULL && GetProcessId(p) != last);
      last = GetProcessId(p);
      TerminateProcess(p, 0);
      WaitForSingleObject(p, INFINITE);
      CloseHandle(p);
    }
  }`);
  assert.equal(ofKind(r, 'ps.process-delete').length >= 30, true);
});

test('a program block says what StartProcess runs', () => {
  const r = runSystem({
    scenario: `machine { cpus 2 }
process "C:\\\\Test\\\\main.exe" { #include "shared.h"
  thread main {
    HANDLE p = StartProcess(L"C:\\\\Test\\\\tool.exe", L"tool");
    DWORD code;
    EXPECT(WaitForSingleObject(p, 1000) == WAIT_OBJECT_0 && GetExitCodeProcess(p, &code) && code == 12);
  } }
program "C:\\\\Test\\\\tool.exe" { thread main { printf("tool %lu\\n", GetCurrentProcessId() % 4); ExitProcess(12); } }`.replace(
      '{ #include',
      '{\n#include',
    ),
  });
  assertPasses(r);
  assert.ok(r.output.includes('tool 0\n'));
});

test('the same run is the same trace, another seed another one', () => {
  const threads = `thread a { for (int i = 0; i < 20; i++) Sleep(1); } thread b { HANDLE p = StartProcess(NOTEPAD, L"n"); WaitForSingleObject(p, INFINITE); CloseHandle(p); }`;
  const run = (seed: number): string => runSystem({ threads, cpus: 4, seed }).hash;
  const first = run(1);
  assert.equal(run(1), first);
  assert.notEqual(run(2), first);
});
