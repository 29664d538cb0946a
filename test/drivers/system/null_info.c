// The classic mistake: CreateInfo is NULL when a process exits. The exiting thread is in a system call: 0x3B.
// expect bugcheck 0x3B
#include "system.h"
#if 0 // threads
thread main { StartProcess(NOTEPAD, L"notepad"); }
#endif
static VOID Ex(PEPROCESS Process, HANDLE ProcessId, PPS_CREATE_NOTIFY_INFO Info) {
  UNREFERENCED_PARAMETER(Process);
  DbgPrint("%p %wZ\n", ProcessId, Info->CommandLine);
}
TEST_ENTRY {
  UNREFERENCED_PARAMETER(DriverObject);
  UNREFERENCED_PARAMETER(RegistryPath);
  return PsSetCreateProcessNotifyRoutineEx(Ex, FALSE);
}
