// Subsystem (WSL) processes: only Ex2 and Subsystems registrations see them, names may be missing, no image callbacks (reference: callbacks.md 8).
import { test } from 'node:test';
import { assertPasses, runSystem } from '../system.js';

const DRIVER = `#include "system.h"
static LONG g_Legacy, g_Ex, g_Ex2, g_Ex2Exit, g_Plain, g_Subsystems, g_Images;
static HANDLE g_Pico;
static VOID Legacy(HANDLE a, HANDLE ProcessId, BOOLEAN c) { UNREFERENCED_PARAMETER(a); UNREFERENCED_PARAMETER(c); if (ProcessId == g_Pico) g_Legacy++; }
static VOID Ex(PEPROCESS p, HANDLE ProcessId, PPS_CREATE_NOTIFY_INFO i) { UNREFERENCED_PARAMETER(p); UNREFERENCED_PARAMETER(i); if (ProcessId == g_Pico) g_Ex++; }
static VOID Ex2(PEPROCESS Process, HANDLE ProcessId, PPS_CREATE_NOTIFY_INFO Info) {
  if (Info != NULL && Info->IsSubsystemProcess) {
    g_Pico = ProcessId;
    g_Ex2++;
    CHECK(Info->FileObject != NULL && Info->ImageFileName != NULL && !Info->FileOpenNameAvailable);
    CHECK(PsGetProcessPeb(Process) == NULL);
  }
  if (Info == NULL && ProcessId == g_Pico) g_Ex2Exit++;
}
static VOID Plain(HANDLE p, HANDLE t, BOOLEAN c) { UNREFERENCED_PARAMETER(t); UNREFERENCED_PARAMETER(c); if (p == g_Pico) g_Plain++; }
static VOID Subsystems(HANDLE p, HANDLE t, BOOLEAN c) { UNREFERENCED_PARAMETER(t); UNREFERENCED_PARAMETER(c); if (p == g_Pico) g_Subsystems++; }
static VOID Image(PUNICODE_STRING n, HANDLE p, PIMAGE_INFO i) { UNREFERENCED_PARAMETER(n); UNREFERENCED_PARAMETER(i); if (p == g_Pico) g_Images++; }
static VOID Unload(PDRIVER_OBJECT DriverObject) {
  UNREFERENCED_PARAMETER(DriverObject);
  CHECK(g_Legacy == 0 && g_Ex == 0 && g_Plain == 0 && g_Images == 0);
  CHECK_EQ(g_Ex2, 1);
  CHECK_EQ(g_Ex2Exit, 1);
  CHECK_EQ(g_Subsystems, 2);
  PsSetCreateProcessNotifyRoutine(Legacy, TRUE);
  PsSetCreateProcessNotifyRoutineEx(Ex, TRUE);
  PsSetCreateProcessNotifyRoutineEx2(PsCreateProcessNotifySubsystems, (PVOID)Ex2, TRUE);
  PsRemoveCreateThreadNotifyRoutine(Plain);
  PsRemoveCreateThreadNotifyRoutine(Subsystems);
  PsRemoveLoadImageNotifyRoutine(Image);
}
TEST_ENTRY {
  UNREFERENCED_PARAMETER(RegistryPath);
  DriverObject->DriverUnload = Unload;
  PsSetCreateProcessNotifyRoutineEx2(PsCreateProcessNotifySubsystems, (PVOID)Ex2, FALSE);
  PsSetCreateProcessNotifyRoutine(Legacy, FALSE);
  PsSetCreateProcessNotifyRoutineEx(Ex, FALSE);
  PsSetCreateThreadNotifyRoutine(Plain);
  PsSetCreateThreadNotifyRoutineEx(PsCreateThreadNotifySubsystems, (PVOID)Subsystems);
  PsSetLoadImageNotifyRoutine(Image);
  return STATUS_SUCCESS;
}
`;

test('a WSL process is seen by Ex2 and Subsystems registrations only', () => {
  const r = runSystem({
    scenario: `machine { cpus 2 }
driver "t" { sources "t.c"; }
process "C:\\\\a.exe" { thread main { Sleep(1); } }
process "/bin/bash" subsystem wsl { thread main { usleep(1000); } }`,
    driver: DRIVER,
  });
  assertPasses(r);
});
