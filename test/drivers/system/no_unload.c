// A driver with registrations and without DriverUnload cannot be unloaded: its callbacks go on being called (reference: callbacks.md 7).
#include "system.h"
#if 0 // threads
#include <winternl.h>
thread main {
  static WCHAR name[] = L"\\Registry\\Machine\\System\\CurrentControlSet\\Services\\t";
  UNICODE_STRING service = { sizeof name - sizeof name[0], sizeof name, name };
  HANDLE p;
  FACT_EQ("callbacks 7 no DriverUnload: the driver cannot be unloaded", NtUnloadDriver(&service), (LONG)0xC0000010);
  p = StartProcess(NOTEPAD, L"notepad after");
  WaitForSingleObject(p, INFINITE);
  CloseHandle(p);
}
#endif

static VOID Ex(PEPROCESS Process, HANDLE ProcessId, PPS_CREATE_NOTIFY_INFO Info) {
  UNREFERENCED_PARAMETER(Process);
  UNREFERENCED_PARAMETER(ProcessId);
  if (Info != NULL && Info->CommandLine != NULL && wcsncmp(Info->CommandLine->Buffer, L"notepad after", 13) == 0)
    FACT("callbacks 7 its callbacks are called as before", Info->FileObject != NULL);
}

TEST_ENTRY {
  UNREFERENCED_PARAMETER(DriverObject);
  UNREFERENCED_PARAMETER(RegistryPath);
  return PsSetCreateProcessNotifyRoutineEx(Ex, FALSE);
}
