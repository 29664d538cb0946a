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
  UNREFERENCED_PARAMETER(DriverObject);
  UNREFERENCED_PARAMETER(RegistryPath);
  Join(StartThread(Thread, NULL));
  return STATUS_SUCCESS;
}
