// A system thread leaves the critical region that it began in: one leave too many.
// expect bugcheck 0x20
#include "system.h"
static VOID Body(PVOID Context) {
  UNREFERENCED_PARAMETER(Context);
  KeLeaveCriticalRegion();
  EXPECT_STOP("bugchecks 3 0x20: positive count, one leave too many", 0x20, 0, 1, PASSIVE_LEVEL, 1);
}
TEST_ENTRY {
  UNREFERENCED_PARAMETER(RegistryPath);
  UNREFERENCED_PARAMETER(DriverObject);
  Join(StartThread(Body, NULL));
  return STATUS_SUCCESS;
}
