// Thread notify callbacks: who runs them, for which threads, in which order, and what can be registered (reference: callbacks.md 3, 6; ps-routines.md 1).
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

static LONG g_Create, g_Exit, g_NonSystem, g_NonSystemExit, g_System, g_Subsystems, g_SubsystemsExit, g_SystemSubsystems, g_Twice, g_Images;
static HANDLE g_New;

static VOID Image(PUNICODE_STRING Name, HANDLE ProcessId, PIMAGE_INFO Info) {
  UNREFERENCED_PARAMETER(Name);
  UNREFERENCED_PARAMETER(Info);
  if (ProcessId != NULL) g_Images++;
}

static VOID Plain(HANDLE ProcessId, HANDLE ThreadId, BOOLEAN Create) {
  PETHREAD thread;
  LARGE_INTEGER now = {.QuadPart = 0};
  FACT("callbacks 3 plain: normal kernel APCs are off", KeAreApcsDisabled());
  FACT("callbacks 3 thread callbacks run at or below APC_LEVEL", KeGetCurrentIrql() <= APC_LEVEL);
  FACT("callbacks 3 the thread object is in the ID table", NT_SUCCESS(PsLookupThreadByThreadId(ThreadId, &thread)));
  FACT("callbacks 3 it belongs to the process of the call", PsGetThreadProcessId(thread) == ProcessId);
  FACT_EQ("callbacks 6 it is not signalled yet", KeWaitForSingleObject(thread, Executive, KernelMode, FALSE, &now), STATUS_TIMEOUT);
  ObDereferenceObject(thread);
  if (ProcessId == (HANDLE)4) {
    g_System++;
    FACT("callbacks 3 PsCreateSystemThread: ProcessId is 4, in the creating thread", !Create || PsGetCurrentThreadId() != ThreadId);
    return;
  }
  if (Create) {
    g_Create++;
    g_New = ThreadId;
    FACT("callbacks 3 plain: the creation is told in the thread that creates", PsGetCurrentThreadId() != ThreadId);
  } else {
    g_Exit++;
    FACT("callbacks 3 plain: the exit is told in the thread that ends", PsGetCurrentThreadId() == ThreadId);
    FACT("callbacks 3 plain: its process is the current one", PsGetCurrentProcessId() == ProcessId);
    FACT_EQ("callbacks 3 exit: at PASSIVE_LEVEL", KeGetCurrentIrql(), PASSIVE_LEVEL);
    FACT("callbacks 3 exit: the thread is terminating", PsIsThreadTerminating(PsGetCurrentThread()));
  }
}

static VOID NonSystem(HANDLE ProcessId, HANDLE ThreadId, BOOLEAN Create) {
  PETHREAD thread;
  FACT("callbacks 3 NonSystem: on the new thread itself, and on the one that ends", PsGetCurrentThreadId() == ThreadId);
  FACT("callbacks 3 NonSystem: its process is the current one", PsGetCurrentProcessId() == ProcessId);
  FACT("callbacks 3 NonSystem: no system threads", ProcessId != (HANDLE)4);
  CHECK(NT_SUCCESS(PsLookupThreadByThreadId(ThreadId, &thread)));
  FACT("callbacks 3 NonSystem: not a system thread", thread == PsGetCurrentThread() && !PsIsSystemThread(thread));
  ObDereferenceObject(thread);
  FACT("callbacks 3 NonSystem: normal kernel APCs are off", KeAreApcsDisabled());
  if (Create) {
    if (g_NonSystem == 0) FACT_EQ("callbacks 6 the first thread: before the image callbacks for exe and ntdll", g_Images, 0);
    FACT("callbacks 6 after the callback in the creator", g_New == ThreadId);
    FACT("callbacks 3 NonSystem: before the thread reaches user mode", !PsIsThreadTerminating(PsGetCurrentThread()));
    g_NonSystem++;
  } else {
    g_NonSystemExit++;
  }
}

static VOID Subsystems(HANDLE ProcessId, HANDLE ThreadId, BOOLEAN Create) {
  if (ProcessId == (HANDLE)4) {
    g_SystemSubsystems++;
    return;
  }
  if (Create) {
    FACT("callbacks 3 Subsystems: the creation is told in the thread that creates", PsGetCurrentThreadId() != ThreadId);
    g_Subsystems++;
  } else {
    FACT("callbacks 3 Subsystems: the exit is told in the thread that ends", PsGetCurrentThreadId() == ThreadId);
    g_SubsystemsExit++;
  }
}

static VOID Twice(HANDLE ProcessId, HANDLE ThreadId, BOOLEAN Create) {
  UNREFERENCED_PARAMETER(ThreadId);
  if (ProcessId != (HANDLE)4 && Create) g_Twice++;
}

static VOID Never(HANDLE ProcessId, HANDLE ThreadId, BOOLEAN Create) {
  UNREFERENCED_PARAMETER(ProcessId);
  UNREFERENCED_PARAMETER(ThreadId);
  UNREFERENCED_PARAMETER(Create);
}

static VOID SystemThread(PVOID Context) {
  CHECK(PsIsSystemThread(PsGetCurrentThread()));
  CHECK(PsGetCurrentProcessId() == (HANDLE)4);
  KeSetEvent((PKEVENT)Context, 0, FALSE);
  PsTerminateSystemThread(STATUS_SUCCESS);
}

static VOID Unload(PDRIVER_OBJECT DriverObject) {
  UNREFERENCED_PARAMETER(DriverObject);
  FACT_EQ("callbacks 3 plain: one creation for each thread", g_Create, 2);
  FACT_EQ("callbacks 3 plain: one exit for each thread", g_Exit, 2);
  FACT_EQ("callbacks 3 NonSystem: one creation for each thread", g_NonSystem, 2);
  FACT_EQ("callbacks 3 NonSystem: one exit for each thread", g_NonSystemExit, 2);
  FACT_EQ("callbacks 8 Subsystems: Win32 threads too, creation", g_Subsystems, 2);
  FACT_EQ("callbacks 8 Subsystems: Win32 threads too, exit", g_SubsystemsExit, 2);
  FACT_EQ("callbacks 3 plain: system threads, creation and exit", g_System, 2);
  FACT_EQ("callbacks 3 the same routine registered twice is called twice", g_Twice, 4);
  FACT_EQ("ps-routines 1 removal of a plain thread callback", PsRemoveCreateThreadNotifyRoutine(Plain), STATUS_SUCCESS);
  FACT_EQ("ps-routines 1 removal of an unknown thread callback", PsRemoveCreateThreadNotifyRoutine(Plain), STATUS_PROCEDURE_NOT_FOUND);
  FACT_EQ("ps-routines 1 the same removal for a NonSystem registration", PsRemoveCreateThreadNotifyRoutine(NonSystem), STATUS_SUCCESS);
  FACT_EQ("ps-routines 1 the same removal for a Subsystems registration", PsRemoveCreateThreadNotifyRoutine(Subsystems), STATUS_SUCCESS);
  FACT_EQ("callbacks 3 a routine registered twice: removal of the first", PsRemoveCreateThreadNotifyRoutine(Twice), STATUS_SUCCESS);
  FACT_EQ("callbacks 3 a routine registered twice: removal of the second", PsRemoveCreateThreadNotifyRoutine(Twice), STATUS_SUCCESS);
  FACT_EQ("callbacks 3 a routine registered twice: nothing is left", PsRemoveCreateThreadNotifyRoutine(Twice), STATUS_PROCEDURE_NOT_FOUND);
  PsRemoveLoadImageNotifyRoutine(Image);
}

TEST_ENTRY {
  HANDLE h;
  KEVENT done;
  PVOID object;
  KIRQL irql;
  UNREFERENCED_PARAMETER(RegistryPath);
  DriverObject->DriverUnload = Unload;
  FACT_EQ("ps-routines 1 plain thread registration", PsSetCreateThreadNotifyRoutine(Plain), STATUS_SUCCESS);
  FACT_EQ("ps-routines 1 thread Ex: a type that does not exist", PsSetCreateThreadNotifyRoutineEx((PSCREATETHREADNOTIFYTYPE)2, (PVOID)NonSystem), STATUS_INVALID_PARAMETER);
  FACT_EQ("ps-routines 1 thread Ex: NonSystem", PsSetCreateThreadNotifyRoutineEx(PsCreateThreadNotifyNonSystem, (PVOID)NonSystem), STATUS_SUCCESS);
  FACT_EQ("ps-routines 1 thread Ex: Subsystems", PsSetCreateThreadNotifyRoutineEx(PsCreateThreadNotifySubsystems, (PVOID)Subsystems), STATUS_SUCCESS);
  CHECK(!NT_SUCCESS(PsSetCreateThreadNotifyRoutine(NULL)));
  CHECK_EQ(PsSetCreateThreadNotifyRoutine(Twice), STATUS_SUCCESS);
  FACT_EQ("callbacks 3 the same thread routine twice is accepted", PsSetCreateThreadNotifyRoutine(Twice), STATUS_SUCCESS);
  KeRaiseIrql(APC_LEVEL, &irql);
  FACT_EQ("ps-routines 1 removal is permitted at APC_LEVEL", PsRemoveCreateThreadNotifyRoutine(Never), STATUS_PROCEDURE_NOT_FOUND);
  KeLowerIrql(irql);
  CHECK_EQ(PsSetLoadImageNotifyRoutine(Image), STATUS_SUCCESS);
  KeInitializeEvent(&done, NotificationEvent, FALSE);
  CHECK(NT_SUCCESS(PsCreateSystemThread(&h, THREAD_ALL_ACCESS, NULL, NULL, NULL, SystemThread, &done)));
  CHECK(NT_SUCCESS(ObReferenceObjectByHandle(h, SYNCHRONIZE, *PsThreadType, KernelMode, &object, NULL)));
  KeWaitForSingleObject(object, Executive, KernelMode, FALSE, NULL);
  ObDereferenceObject(object);
  ZwClose(h);
  return STATUS_SUCCESS;
}
