// What is not confirmed about process and thread callbacks, taken the one and the other way (reference: callbacks.md 2, 3, 6).
// variant
// variant choice legacy-parent-id inherit-handles-only
// variant choice callback-order slots-backwards
// variant choice creation-order thread-first
// variant choice non-system-thread-irql apc
// variant choice subsystems-thread-context new-thread
// variant choice process-callback-kinds by-kind
// variant choice thread-callback-twice reject
// variant choice image-callback-guarded yes
// variant choice image-signature evaluated
#include "system.h"
#if 0 // threads
thread main {
  STARTUPINFOW si = { sizeof si };
  PROCESS_INFORMATION pi = { 0 };
  WCHAR command[] = L"notepad inherits";
  HANDLE p = StartProcess(NOTEPAD, L"notepad plain");
  WaitForSingleObject(p, INFINITE);
  CloseHandle(p);
  EXPECT(CreateProcessW(NOTEPAD, command, NULL, NULL, TRUE, 0, NULL, NULL, &si, &pi));
  WaitForSingleObject(pi.hProcess, INFINITE);
  CloseHandle(pi.hProcess);
  CloseHandle(pi.hThread);
}
#endif

enum { Plain, LegacyParent, Backwards, ThreadFirst, AtApc, NewThread, ByKind, Reject, Guarded, Signed };
static LONG g_Order, g_Twice, g_Processes;
static HANDLE g_Main, g_LastProcess, g_TwiceFor;
static LONG g_EarlyThreads;
static BOOLEAN g_Inherits;
static HANDLE g_LegacyParent;

static VOID First(PEPROCESS Process, HANDLE ProcessId, PPS_CREATE_NOTIFY_INFO Info) {
  UNREFERENCED_PARAMETER(Process);
  if (Info == NULL) return;
  if (g_Main == NULL) g_Main = ProcessId;
  g_LastProcess = ProcessId;
  g_Inherits = wcsncmp(Info->CommandLine->Buffer, L"notepad inherits", 16) == 0;
  FACT("callbacks 6 order among callbacks of one kind", VARIANT == Backwards ? g_Order == 1 : g_Order == 0);
  g_Order++;
  g_Processes++;
}

static VOID Second(PEPROCESS Process, HANDLE ProcessId, PPS_CREATE_NOTIFY_INFO Info) {
  UNREFERENCED_PARAMETER(Process);
  UNREFERENCED_PARAMETER(ProcessId);
  if (Info == NULL) return;
  FACT("callbacks 6 order among callbacks of one kind: the other one", VARIANT == Backwards ? g_Order == 0 : g_Order == 1);
  g_Order++;
}

static VOID Legacy(HANDLE ParentId, HANDLE ProcessId, BOOLEAN Create) {
  if (Create) g_Order = 0;
  if (VARIANT == Backwards) return; // it comes before what it looks at
  if (ProcessId == g_Main) return;
  if (Create) g_LegacyParent = ParentId;
  if (Create && g_Inherits) FACT("callbacks 2 ParentId of a process that inherits handles", ParentId == g_Main);
  else if (Create) FACT("callbacks 2 ParentId of a process that does not", ParentId == (VARIANT == LegacyParent ? NULL : g_Main));
  else FACT("callbacks 2 ParentId at exit is that of the creation", ParentId == g_LegacyParent);
}

static VOID Thread(HANDLE ProcessId, HANDLE ThreadId, BOOLEAN Create) {
  UNREFERENCED_PARAMETER(ThreadId);
  if (ProcessId == (HANDLE)4 || !Create) return;
  if (g_LastProcess != ProcessId) g_EarlyThreads++;
}

static VOID NonSystem(HANDLE ProcessId, HANDLE ThreadId, BOOLEAN Create) {
  UNREFERENCED_PARAMETER(ProcessId);
  UNREFERENCED_PARAMETER(ThreadId);
  FACT_EQ("callbacks 3 NonSystem: APC_LEVEL is possible for a creation", KeGetCurrentIrql(), VARIANT == AtApc && Create ? APC_LEVEL : PASSIVE_LEVEL);
}

static VOID Subsystems(HANDLE ProcessId, HANDLE ThreadId, BOOLEAN Create) {
  if (ProcessId == (HANDLE)4 || !Create) return;
  FACT("callbacks 3 Subsystems: context of a creation", (PsGetCurrentThreadId() == ThreadId) == (VARIANT == NewThread));
}

static VOID Twice(HANDLE ProcessId, HANDLE ThreadId, BOOLEAN Create) {
  UNREFERENCED_PARAMETER(ThreadId);
  if (ProcessId == (HANDLE)4 || !Create) return;
  if (g_TwiceFor == NULL) g_TwiceFor = ProcessId;
  if (ProcessId == g_TwiceFor) g_Twice++;
}

static VOID Image(PUNICODE_STRING Name, HANDLE ProcessId, PIMAGE_INFO Info) {
  BOOLEAN windows = wcsncmp(Name->Buffer, L"\\Device\\HarddiskVolume3\\Windows\\", 32) == 0;
  UNREFERENCED_PARAMETER(ProcessId);
  FACT("callbacks 4 image callbacks: special kernel APCs are sometimes off too", KeAreAllApcsDisabled() == (VARIANT == Guarded));
  FACT_EQ("callbacks 4 ImageSignatureLevel", Info->ImageSignatureLevel, VARIANT == Signed && windows ? 12 : 0);
  FACT_EQ("callbacks 4 ImageSignatureType", Info->ImageSignatureType, VARIANT == Signed && windows ? SeImageSignatureCatalogCached : SeImageSignatureNone);
}

static VOID Both(PEPROCESS Process, HANDLE ProcessId, PPS_CREATE_NOTIFY_INFO Info) {
  UNREFERENCED_PARAMETER(Process);
  UNREFERENCED_PARAMETER(ProcessId);
  UNREFERENCED_PARAMETER(Info);
}

static VOID Unload(PDRIVER_OBJECT DriverObject) {
  UNREFERENCED_PARAMETER(DriverObject);
  CHECK_EQ(g_Processes, 3);
  FACT_EQ("callbacks 3 a thread routine registered twice", g_Twice, VARIANT == Reject ? 1 : 2);
  if (VARIANT == ThreadFirst || VARIANT == Plain) FACT_EQ("callbacks 3 the first thread of a process: after the process, or before", g_EarlyThreads, VARIANT == ThreadFirst ? 3 : 0);
  PsSetCreateProcessNotifyRoutine(Legacy, TRUE);
  PsSetCreateProcessNotifyRoutineEx(First, TRUE);
  PsSetCreateProcessNotifyRoutineEx(Second, TRUE);
  PsRemoveCreateThreadNotifyRoutine(Thread);
  PsRemoveCreateThreadNotifyRoutine(NonSystem);
  PsRemoveCreateThreadNotifyRoutine(Subsystems);
  PsRemoveCreateThreadNotifyRoutine(Twice);
  PsRemoveCreateThreadNotifyRoutine(Twice);
  PsRemoveLoadImageNotifyRoutine(Image);
}

TEST_ENTRY {
  NTSTATUS second;
  UNREFERENCED_PARAMETER(RegistryPath);
  DriverObject->DriverUnload = Unload;
  CHECK_EQ(PsSetCreateProcessNotifyRoutineEx(First, FALSE), STATUS_SUCCESS);
  CHECK_EQ(PsSetCreateProcessNotifyRoutineEx(Second, FALSE), STATUS_SUCCESS);
  CHECK_EQ(PsSetCreateProcessNotifyRoutine(Legacy, FALSE), STATUS_SUCCESS);
  CHECK_EQ(PsSetCreateThreadNotifyRoutine(Thread), STATUS_SUCCESS);
  CHECK_EQ(PsSetCreateThreadNotifyRoutineEx(PsCreateThreadNotifyNonSystem, (PVOID)NonSystem), STATUS_SUCCESS);
  CHECK_EQ(PsSetCreateThreadNotifyRoutineEx(PsCreateThreadNotifySubsystems, (PVOID)Subsystems), STATUS_SUCCESS);
  CHECK_EQ(PsSetCreateThreadNotifyRoutine(Twice), STATUS_SUCCESS);
  second = PsSetCreateThreadNotifyRoutine(Twice);
  FACT_EQ("callbacks 3 the same thread routine twice", second, VARIANT == Reject ? STATUS_INVALID_PARAMETER : STATUS_SUCCESS);
  CHECK_EQ(PsSetLoadImageNotifyRoutine(Image), STATUS_SUCCESS);
  CHECK_EQ(PsSetCreateProcessNotifyRoutineEx(Both, FALSE), STATUS_SUCCESS);
  second = PsSetCreateProcessNotifyRoutineEx2(PsCreateProcessNotifySubsystems, (PVOID)Both, FALSE);
  FACT_EQ("callbacks 2 one routine registered as Ex and as Ex2", second, VARIANT == ByKind ? STATUS_SUCCESS : STATUS_INVALID_PARAMETER);
  if (NT_SUCCESS(second)) CHECK_EQ(PsSetCreateProcessNotifyRoutineEx2(PsCreateProcessNotifySubsystems, (PVOID)Both, TRUE), STATUS_SUCCESS);
  CHECK_EQ(PsSetCreateProcessNotifyRoutineEx(Both, TRUE), STATUS_SUCCESS);
  return STATUS_SUCCESS;
}
