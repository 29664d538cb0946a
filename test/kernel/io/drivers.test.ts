// Several drivers: a driver image is reported with process ID 0, an unload waits for open devices, a failing DriverEntry leaves nothing, drivers are not loaded twice.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assertPasses, leaks, ofKind, runSystem } from '../system.js';

const FIRST = `#include "system.h"
static LONG g_System;
static VOID Image(PUNICODE_STRING Name, HANDLE ProcessId, PIMAGE_INFO Info) {
  if (!Info->SystemModeImage) return;
  g_System++;
  CHECK(ProcessId == NULL && PsGetCurrentProcessId() == (HANDLE)4);
  CHECK(KeAreApcsDisabled() && wcsstr(Name->Buffer, L"second.sys") != NULL);
  CHECK((ULONG_PTR)Info->ImageBase >= 0xFFFFF80000000000ULL && Info->ImageSize >= 0x1000);
}
static VOID Unload(PDRIVER_OBJECT DriverObject) {
  UNREFERENCED_PARAMETER(DriverObject);
  CHECK_EQ(g_System, 1);
  PsRemoveLoadImageNotifyRoutine(Image);
}
TEST_ENTRY { UNREFERENCED_PARAMETER(RegistryPath); DriverObject->DriverUnload = Unload; return PsSetLoadImageNotifyRoutine(Image); }
`;
const SECOND = `#include "system.h"
static VOID Unload(PDRIVER_OBJECT DriverObject) { UNREFERENCED_PARAMETER(DriverObject); DropDevice(); DbgPrint("second unloads\\n"); }
TEST_ENTRY { UNREFERENCED_PARAMETER(RegistryPath); DriverObject->DriverUnload = Unload; return MakeDevice(DriverObject, OpenClose); }
`;
/** Keeps the second driver's device open and lets go in its own unload. */
const HOLDER = `#include "system.h"
static PFILE_OBJECT g_File;
static VOID Unload(PDRIVER_OBJECT DriverObject) { UNREFERENCED_PARAMETER(DriverObject); ObDereferenceObject(g_File); SleepMs(50); DbgPrint("holder unloads\\n"); }
TEST_ENTRY {
  UNREFERENCED_PARAMETER(RegistryPath);
  DriverObject->DriverUnload = Unload;
  CHECK_EQ(IoGetDeviceObjectPointer((PUNICODE_STRING)&g_DeviceName, FILE_READ_DATA, &g_File, &g_Device), STATUS_SUCCESS);
  return STATUS_SUCCESS;
}
`;

/** Loaded first, opens the other's device later: so the other is asked to unload while its device is open. */
const LATE = `#include "system.h"
static PFILE_OBJECT g_File;
static PETHREAD g_Thread;
static VOID Open(PVOID Context) {
  UNREFERENCED_PARAMETER(Context);
  SleepMs(20);
  CHECK_EQ(IoGetDeviceObjectPointer((PUNICODE_STRING)&g_DeviceName, FILE_READ_DATA, &g_File, &g_Device), STATUS_SUCCESS);
}
static VOID Unload(PDRIVER_OBJECT DriverObject) {
  UNREFERENCED_PARAMETER(DriverObject);
  KeWaitForSingleObject(g_Thread, Executive, KernelMode, FALSE, NULL);
  ObDereferenceObject(g_Thread);
  DbgPrint("late lets go\\n");
  ObDereferenceObject(g_File);
  SleepMs(50);
  DbgPrint("late unloads\\n");
}
TEST_ENTRY {
  HANDLE h;
  UNREFERENCED_PARAMETER(RegistryPath);
  DriverObject->DriverUnload = Unload;
  PsCreateSystemThread(&h, THREAD_ALL_ACCESS, NULL, NULL, NULL, Open, NULL);
  ObReferenceObjectByHandle(h, SYNCHRONIZE, *PsThreadType, KernelMode, (PVOID *)&g_Thread, NULL);
  ZwClose(h);
  return STATUS_SUCCESS;
}
`;

test('the image callback sees another driver with process ID 0', () => {
  const r = runSystem({
    scenario: 'machine { cpus 2 }\ndriver "first" { sources "a.c"; }\ndriver "second" { sources "b.c"; }',
    files: { 'a.c': FIRST, 'b.c': SECOND },
  });
  assertPasses(r);
});

test('an unload waits until the last file on its devices is closed', () => {
  // unloaded in reverse: the order of the blocks makes "second" the first to be asked
  const r = runSystem({
    scenario:
      'machine { cpus 2 }\ndriver "second" { sources "b.c"; }\ndriver "holder" { sources "c.c"; keep-loaded; }\nprocess "C:\\\\a.exe" { thread main { } }',
    files: { 'b.c': SECOND, 'c.c': HOLDER },
  });
  assert.equal(r.end, 'done');
  assert.equal(ofKind(r, 'io.unload-pending').length, 1);
  assert.ok(!r.output.includes('second unloads\n'));

  const late = runSystem({
    scenario:
      'machine { cpus 2 }\ndriver "late" { sources "d.c"; }\ndriver "second" { sources "b.c"; }\nprocess "C:\\\\a.exe" { thread main { Sleep(60); } }',
    files: { 'd.c': LATE, 'b.c': SECOND },
  });
  assertPasses(late);
  assert.equal(ofKind(late, 'io.unload-pending').length, 1);
  assert.deepEqual(
    late.output.filter((t) => t.includes('unloads') || t.includes('lets')),
    ['late lets go\n', 'second unloads\n', 'late unloads\n'],
  );

  const q = runSystem({
    scenario: 'machine { cpus 2 }\ndriver "second" { sources "b.c"; }\ndriver "holder" { sources "c.c"; }',
    files: { 'b.c': SECOND, 'c.c': HOLDER },
  });
  assertPasses(q);
  assert.deepEqual(
    q.output.filter((t) => t.includes('unloads')),
    ['holder unloads\n', 'second unloads\n'],
  );
});

test('a DriverEntry that fails is unmapped at once, without DriverUnload', () => {
  const r = runSystem({
    driver: `#include "system.h"
static VOID Unload(PDRIVER_OBJECT d) { UNREFERENCED_PARAMETER(d); DbgPrint("FAIL unload\\n"); }
TEST_ENTRY { UNREFERENCED_PARAMETER(RegistryPath); DriverObject->DriverUnload = Unload; MakeDevice(DriverObject, OpenClose); return STATUS_INSUFFICIENT_RESOURCES; }
`,
  });
  assert.deepEqual(
    r.output.filter((t) => t.startsWith('FAIL')),
    [],
  );
  assert.equal(ofKind(r, 'io.driver-entry-return')[0]?.status, 0xc000009a);
  assert.ok(leaks(r).some((t) => t.includes('device object')));
});
