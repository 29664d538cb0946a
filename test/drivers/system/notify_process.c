// Process notify callbacks: the three kinds, their contexts, arguments and order; registration rules (reference: callbacks.md 2, 6).
#include "system.h"
#if 0 // threads
thread main {
  HANDLE p = StartProcess(NOTEPAD, L"notepad a.txt");
  EXPECT(p != NULL);
  EXPECT(TerminateProcess(p, 7));
  EXPECT(WaitForSingleObject(p, INFINITE) == WAIT_OBJECT_0);
  DWORD code = 0;
  EXPECT(GetExitCodeProcess(p, &code) && code == 7);
  CloseHandle(p);
}
#endif

static LONG g_Legacy, g_LegacyExit, g_Ex, g_ExExit, g_Ex2, g_Order;
static HANDLE g_Child;
static PEPROCESS g_ChildObject;

static BOOLEAN IsNotepad(PCUNICODE_STRING Name) {
  return Name != NULL && Name->Length >= 22 && _wcsnicmp(Name->Buffer + Name->Length / 2 - 11, L"notepad.exe", 11) == 0;
}

static VOID Legacy(HANDLE ParentId, HANDLE ProcessId, BOOLEAN Create) {
  CHECK_EQ(KeGetCurrentIrql(), PASSIVE_LEVEL);
  CHECK(KeAreApcsDisabled());
  CHECK(!KeAreAllApcsDisabled());
  if (Create) {
    g_Legacy++;
    CHECK(g_Order++ % 3 == 0);
    CHECK(PsGetCurrentProcessId() == ParentId);
  } else {
    g_LegacyExit++;
    CHECK(PsGetCurrentProcessId() == ProcessId);
  }
}

static VOID Ex(PEPROCESS Process, HANDLE ProcessId, PPS_CREATE_NOTIFY_INFO Info) {
  CHECK(PsGetProcessId(Process) == ProcessId);
  if (Info != NULL) {
    PEPROCESS found;
    g_Ex++;
    CHECK(g_Order++ % 3 == 1);
    CHECK_EQ(Info->Size, sizeof(*Info));
    CHECK_EQ(sizeof(*Info), 0x48);
    CHECK(Info->FileOpenNameAvailable && !Info->IsSubsystemProcess);
    CHECK(Info->CreatingThreadId.UniqueThread == PsGetCurrentThreadId());
    CHECK(Info->CreatingThreadId.UniqueProcess == PsGetCurrentProcessId());
    CHECK(Info->FileObject != NULL && Info->ImageFileName != NULL && Info->CommandLine != NULL);
    CHECK_EQ(Info->CreationStatus, STATUS_SUCCESS);
    CHECK(PsGetCurrentProcess() != Process);
    CHECK_EQ(PsGetProcessExitStatus(Process), STATUS_PENDING);
    CHECK(NT_SUCCESS(PsLookupProcessByProcessId(ProcessId, &found)) && found == Process);
    ObDereferenceObject(found);
    if (IsNotepad(Info->ImageFileName)) {
      UNICODE_STRING want = RTL_CONSTANT_STRING(L"notepad a.txt");
      CHECK(RtlEqualUnicodeString(Info->CommandLine, &want, FALSE));
      CHECK(strcmp(PsGetProcessImageFileName(Process), "notepad.exe") == 0);
      CHECK(PsGetProcessInheritedFromUniqueProcessId(Process) == Info->ParentProcessId);
      CHECK(PsGetProcessPeb(Process) != NULL);
      g_Child = ProcessId;
      g_ChildObject = Process;
    }
  } else {
    PEPROCESS found;
    g_ExExit++;
    CHECK(PsGetCurrentProcess() == Process);
    CHECK(NT_SUCCESS(PsLookupProcessByProcessId(ProcessId, &found)));
    ObDereferenceObject(found);
    if (ProcessId == g_Child) CHECK_EQ(PsGetProcessExitStatus(Process), 7);
  }
}

static VOID Ex2(PEPROCESS Process, HANDLE ProcessId, PPS_CREATE_NOTIFY_INFO Info) {
  UNREFERENCED_PARAMETER(Process);
  UNREFERENCED_PARAMETER(ProcessId);
  if (Info != NULL) {
    g_Ex2++;
    CHECK(g_Order++ % 3 == 2);
  }
}

static VOID Unload(PDRIVER_OBJECT DriverObject) {
  PEPROCESS gone;
  UNREFERENCED_PARAMETER(DriverObject);
  CHECK_EQ(g_Legacy, 2);
  CHECK_EQ(g_LegacyExit, 2);
  CHECK_EQ(g_Ex, 2);
  CHECK_EQ(g_ExExit, 2);
  CHECK_EQ(g_Ex2, 2);
  CHECK_EQ(PsLookupProcessByProcessId(g_Child, &gone), STATUS_INVALID_CID);
  // removal must be of the kind that registered
  CHECK_EQ(PsSetCreateProcessNotifyRoutine((PCREATE_PROCESS_NOTIFY_ROUTINE)Ex, TRUE), STATUS_PROCEDURE_NOT_FOUND);
  CHECK_EQ(PsSetCreateProcessNotifyRoutineEx(Ex2, TRUE), STATUS_PROCEDURE_NOT_FOUND);
  CHECK_EQ(PsSetCreateProcessNotifyRoutine(Legacy, TRUE), STATUS_SUCCESS);
  CHECK_EQ(PsSetCreateProcessNotifyRoutine(Legacy, TRUE), STATUS_PROCEDURE_NOT_FOUND);
  CHECK_EQ(PsSetCreateProcessNotifyRoutineEx(Ex, TRUE), STATUS_SUCCESS);
  CHECK_EQ(PsSetCreateProcessNotifyRoutineEx2(PsCreateProcessNotifySubsystems, Ex2, TRUE), STATUS_SUCCESS);
}

TEST_ENTRY {
  UNREFERENCED_PARAMETER(RegistryPath);
  DriverObject->DriverUnload = Unload;
  CHECK_EQ(PsSetCreateProcessNotifyRoutine(Legacy, FALSE), STATUS_SUCCESS);
  CHECK_EQ(PsSetCreateProcessNotifyRoutine(Legacy, FALSE), STATUS_INVALID_PARAMETER);
  CHECK_EQ(PsSetCreateProcessNotifyRoutineEx(Ex, FALSE), STATUS_SUCCESS);
  CHECK_EQ(PsSetCreateProcessNotifyRoutineEx(Ex, FALSE), STATUS_INVALID_PARAMETER);
  CHECK_EQ(PsSetCreateProcessNotifyRoutineEx2((PSCREATEPROCESSNOTIFYTYPE)1, Ex2, FALSE), STATUS_INVALID_PARAMETER);
  CHECK_EQ(PsSetCreateProcessNotifyRoutineEx2(PsCreateProcessNotifySubsystems, Ex2, FALSE), STATUS_SUCCESS);
  CHECK_EQ(PsSetCreateProcessNotifyRoutine(NULL, FALSE), STATUS_INVALID_PARAMETER);
  CHECK_EQ(PsSetCreateProcessNotifyRoutine((PCREATE_PROCESS_NOTIFY_ROUTINE)((PUCHAR)&g_Failures + 0x4000000), FALSE), STATUS_ACCESS_DENIED);
  return STATUS_SUCCESS;
}
