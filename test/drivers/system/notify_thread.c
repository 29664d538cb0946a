// Thread notify callbacks: who runs them, for which threads (reference: callbacks.md 3).
#include "system.h"
#if 0 // threads
code {
  static DWORD WINAPI Worker(LPVOID p) { (void)p; return 3; }
}
thread main {
  DWORD id = 0, code = 0;
  HANDLE t = CreateThread(NULL, 0, Worker, NULL, 0, &id);
  EXPECT(t != NULL && id != 0 && id % 4 == 0);
  EXPECT(WaitForSingleObject(t, INFINITE) == WAIT_OBJECT_0);
  EXPECT(GetExitCodeThread(t, &code) && code == 3);
  CloseHandle(t);
}
#endif

static LONG g_Create, g_Exit, g_NonSystem, g_NonSystemExit, g_System;

static VOID Plain(HANDLE ProcessId, HANDLE ThreadId, BOOLEAN Create) {
  CHECK(KeAreApcsDisabled());
  CHECK(KeGetCurrentIrql() <= APC_LEVEL);
  if (ProcessId == (HANDLE)4) {
    g_System++;
    return;
  }
  if (Create) {
    g_Create++;
    CHECK(PsGetCurrentThreadId() != ThreadId);
  } else {
    g_Exit++;
    CHECK(PsGetCurrentThreadId() == ThreadId);
    CHECK(PsGetCurrentProcessId() == ProcessId);
    CHECK(PsIsThreadTerminating(PsGetCurrentThread()));
  }
}

static VOID NonSystem(HANDLE ProcessId, HANDLE ThreadId, BOOLEAN Create) {
  PETHREAD thread;
  CHECK(PsGetCurrentThreadId() == ThreadId);
  CHECK(PsGetCurrentProcessId() == ProcessId);
  CHECK(ProcessId != (HANDLE)4);
  CHECK(NT_SUCCESS(PsLookupThreadByThreadId(ThreadId, &thread)));
  CHECK(thread == PsGetCurrentThread() && PsGetThreadProcessId(thread) == ProcessId && !PsIsSystemThread(thread));
  ObDereferenceObject(thread);
  if (Create) g_NonSystem++;
  else g_NonSystemExit++;
}

static VOID SystemThread(PVOID Context) {
  CHECK(PsIsSystemThread(PsGetCurrentThread()));
  CHECK(PsGetCurrentProcessId() == (HANDLE)4);
  KeSetEvent((PKEVENT)Context, 0, FALSE);
  PsTerminateSystemThread(STATUS_SUCCESS);
}

static VOID Unload(PDRIVER_OBJECT DriverObject) {
  UNREFERENCED_PARAMETER(DriverObject);
  CHECK_EQ(g_Create, 2);
  CHECK_EQ(g_Exit, 2);
  CHECK_EQ(g_NonSystem, 2);
  CHECK_EQ(g_NonSystemExit, 2);
  CHECK_EQ(g_System, 2);
  CHECK_EQ(PsRemoveCreateThreadNotifyRoutine(Plain), STATUS_SUCCESS);
  CHECK_EQ(PsRemoveCreateThreadNotifyRoutine(Plain), STATUS_PROCEDURE_NOT_FOUND);
  CHECK_EQ(PsRemoveCreateThreadNotifyRoutine(NonSystem), STATUS_SUCCESS);
}

TEST_ENTRY {
  HANDLE h;
  KEVENT done;
  PVOID object;
  UNREFERENCED_PARAMETER(RegistryPath);
  DriverObject->DriverUnload = Unload;
  CHECK_EQ(PsSetCreateThreadNotifyRoutine(Plain), STATUS_SUCCESS);
  CHECK_EQ(PsSetCreateThreadNotifyRoutineEx((PSCREATETHREADNOTIFYTYPE)2, (PVOID)NonSystem), STATUS_INVALID_PARAMETER);
  CHECK_EQ(PsSetCreateThreadNotifyRoutineEx(PsCreateThreadNotifyNonSystem, (PVOID)NonSystem), STATUS_SUCCESS);
  KeInitializeEvent(&done, NotificationEvent, FALSE);
  CHECK(NT_SUCCESS(PsCreateSystemThread(&h, THREAD_ALL_ACCESS, NULL, NULL, NULL, SystemThread, &done)));
  CHECK(NT_SUCCESS(ObReferenceObjectByHandle(h, SYNCHRONIZE, *PsThreadType, KernelMode, &object, NULL)));
  ZwClose(h);
  CHECK_EQ(KeWaitForSingleObject(object, Executive, KernelMode, FALSE, NULL), STATUS_SUCCESS);
  CHECK_EQ(PsGetThreadExitStatus((PETHREAD)object), STATUS_SUCCESS);
  ObDereferenceObject(object);
  return STATUS_SUCCESS;
}
