// A thread that is critical for the system ends.
// expect bugcheck 0xEF
#include "system.h"
static VOID Body(PVOID Context) {
  ULONG on = 1;
  UNREFERENCED_PARAMETER(Context);
  CHECK_EQ(ZwSetInformationThread(ZwCurrentThread(), ThreadBreakOnTermination, &on, sizeof on), STATUS_SUCCESS);
  EXPECT_STOP("bugchecks 3 0xEF: critical thread exits", 0xEF, PsGetCurrentThread(), 1, 0, 0);
}
TEST_ENTRY {
  UNREFERENCED_PARAMETER(RegistryPath);
  UNREFERENCED_PARAMETER(DriverObject);
  Join(StartThread(Body, NULL));
  return STATUS_SUCCESS;
}
