// A process-create callback refuses a process: the creator gets the status, the exit notification still comes (reference: callbacks.md 2).
#include "system.h"
#if 0 // threads
thread main {
  HANDLE p = StartProcess(NOTEPAD, L"notepad forbidden");
  EXPECT(p == NULL);
  EXPECT(GetLastError() == 5);
  p = StartProcess(NOTEPAD, L"notepad allowed");
  EXPECT(p != NULL);
  WaitForSingleObject(p, INFINITE);
  CloseHandle(p);
}
#endif

static LONG g_Refused, g_RefusedExit, g_ThreadsOfRefused;
static HANDLE g_Id;

/* A counted string has no terminator: the search ends with its length. */
static BOOLEAN Contains(PCUNICODE_STRING Text, PCWSTR Part, USHORT Length) {
  for (USHORT i = 0; i + Length <= Text->Length / sizeof(WCHAR); i++)
    if (RtlCompareMemory(Text->Buffer + i, Part, Length * sizeof(WCHAR)) == Length * sizeof(WCHAR)) return TRUE;
  return FALSE;
}

static VOID First(PEPROCESS Process, HANDLE ProcessId, PPS_CREATE_NOTIFY_INFO Info) {
  if (Info != NULL && Info->CommandLine != NULL && Contains(Info->CommandLine, L"forbidden", 9)) {
    Info->CreationStatus = STATUS_ACCESS_DENIED;
    g_Refused++;
    g_Id = ProcessId;
  }
  if (Info == NULL && ProcessId == g_Id) {
    g_RefusedExit++;
    CHECK_EQ(PsGetProcessExitStatus(Process), STATUS_ACCESS_DENIED);
  }
}

// sees what the first one stored
static VOID Second(PEPROCESS Process, HANDLE ProcessId, PPS_CREATE_NOTIFY_INFO Info) {
  UNREFERENCED_PARAMETER(Process);
  if (Info != NULL) CHECK_EQ(Info->CreationStatus, ProcessId == g_Id ? STATUS_ACCESS_DENIED : STATUS_SUCCESS);
}

static VOID Thread(HANDLE ProcessId, HANDLE ThreadId, BOOLEAN Create) {
  UNREFERENCED_PARAMETER(ThreadId);
  UNREFERENCED_PARAMETER(Create);
  if (ProcessId == g_Id) g_ThreadsOfRefused++;
}

static VOID Unload(PDRIVER_OBJECT DriverObject) {
  UNREFERENCED_PARAMETER(DriverObject);
  CHECK_EQ(g_Refused, 1);
  CHECK_EQ(g_RefusedExit, 1);
  CHECK_EQ(g_ThreadsOfRefused, 0);
  PsSetCreateProcessNotifyRoutineEx(First, TRUE);
  PsSetCreateProcessNotifyRoutineEx(Second, TRUE);
  PsRemoveCreateThreadNotifyRoutine(Thread);
}

TEST_ENTRY {
  UNREFERENCED_PARAMETER(RegistryPath);
  DriverObject->DriverUnload = Unload;
  CHECK_EQ(PsSetCreateProcessNotifyRoutineEx(First, FALSE), STATUS_SUCCESS);
  CHECK_EQ(PsSetCreateProcessNotifyRoutineEx(Second, FALSE), STATUS_SUCCESS);
  CHECK_EQ(PsSetCreateThreadNotifyRoutine(Thread), STATUS_SUCCESS);
  return STATUS_SUCCESS;
}
