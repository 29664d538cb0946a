// A thread ends while it is attached to a silo.
// expect bugcheck 0x1CB
#include "system.h"
static VOID Thread(PVOID Context) {
  UNREFERENCED_PARAMETER(Context);
  PsAttachSiloToCurrentThread(PsGetHostSilo());
  EXPECT_STOP("bugchecks 3 0x1CB: silo attach unbalanced", 0x1CB, PsGetCurrentThread(), PsGetHostSilo(), PsInitialSystemProcess, 0);
  PsTerminateSystemThread(STATUS_SUCCESS);
}
TEST_ENTRY {
  HANDLE thread;
  UNREFERENCED_PARAMETER(DriverObject);
  UNREFERENCED_PARAMETER(RegistryPath);
  PsCreateSystemThread(&thread, THREAD_ALL_ACCESS, NULL, NULL, NULL, Thread, NULL);
  ZwWaitForSingleObject(thread, FALSE, NULL);
  return STATUS_SUCCESS;
}
