// The built-in provider of Linux system calls, where several threads or refusals meet (what drivers see of it: test/drivers/system/wsl_watch.c).
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runSystem, type SystemResult } from './system.js';

const text = (r: SystemResult): string => r.output.join('');
const machine = (cpus: number): string => `machine { cpus ${cpus}; time-limit 20s; step-limit 5000000 }\n`;

for (const cpus of [1, 2, 4])
  test(`two threads wait4 for a child each: the end of one wakes the right thread, on ${cpus} CPUs`, () => {
    // The one that waits first waits for the child that ends last.
    const r = runSystem({
      scenario: `${machine(cpus)}process "/init" subsystem wsl {
        thread a { pid_t c = fork(); if (c == 0) { usleep(9000); exit(5); } int s = 0; pid_t w = wait4(c, &s, 0, 0); printf("a %d %d;", w == c, WEXITSTATUS(s)); syscall(SYS_exit, 0); }
        thread b at 1ms { pid_t c = fork(); if (c == 0) { usleep(2000); exit(6); } int s = 0; pid_t w = wait4(c, &s, 0, 0); printf("b %d %d;", w == c, WEXITSTATUS(s)); syscall(SYS_exit, 0); }
      }`,
    });
    assert.equal(r.end, 'done');
    assert.match(text(r), /a 1 5;/);
    assert.match(text(r), /b 1 6;/);
  });

test('kill of a process group by its number ends nobody; rt_sigaction is not simulated', () => {
  const r = runSystem({
    scenario: `${machine(1)}process "/init" subsystem wsl {
      thread main {
        int s = 0;
        pid_t c = fork();
        if (c == 0) { usleep(5000); exit(4); }
        printf("%d %d;", kill(-77, 9), (int)syscall(SYS_rt_sigaction, 15, 0, 0, 8));
        wait4(c, &s, 0, 0);
        printf("%d", WEXITSTATUS(s));
        exit(0);
      }
    }`,
  });
  assert.equal(r.end, 'done');
  assert.match(text(r), /-3 -38;/);
  assert.match(text(r), /4$/m);
});

const REFUSES = `#include <ntifs.h>
static VOID Notify(PEPROCESS Process, HANDLE Id, PPS_CREATE_NOTIFY_INFO Info) {
  UNREFERENCED_PARAMETER(Process); UNREFERENCED_PARAMETER(Id);
  if (Info == NULL) DbgPrint("gone;");
  else if (Info->ImageFileName == NULL) Info->CreationStatus = STATUS_ACCESS_DENIED;
}
static VOID Unload(PDRIVER_OBJECT Driver) { UNREFERENCED_PARAMETER(Driver); PsSetCreateProcessNotifyRoutineEx2(PsCreateProcessNotifySubsystems, (PVOID)Notify, TRUE); }
NTSTATUS DriverEntry(PDRIVER_OBJECT Driver, PUNICODE_STRING Path) {
  UNREFERENCED_PARAMETER(Path);
  Driver->DriverUnload = Unload;
  return PsSetCreateProcessNotifyRoutineEx2(PsCreateProcessNotifySubsystems, (PVOID)Notify, FALSE);
}
`;
for (const [how, exits] of [
  ['in-creator', 2],
  ['in-its-thread', 2],
  ['not-told', 1],
] as const)
  test(`a refused fork with vetoed-process-exit ${how}: the run goes on to its end, ${exits} exit notifications`, () => {
    const r = runSystem({
      driver: REFUSES,
      machine: `choice vetoed-process-exit ${how};`,
      processes: 'process "/init" subsystem wsl { thread main { printf("%d;", fork()); exit(0); } }',
    });
    assert.equal(r.end, 'done');
    assert.match(text(r), /-13;/);
    assert.equal(text(r).split('gone;').length - 1, exits);
  });
