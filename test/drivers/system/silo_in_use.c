// A silo context slot is freed while a silo uses it.
// expect bugcheck 0x199
#include "system.h"
TEST_ENTRY {
  ULONG slot = 0;
  PVOID context = NULL;
  UNREFERENCED_PARAMETER(DriverObject);
  UNREFERENCED_PARAMETER(RegistryPath);
  PsAllocSiloContextSlot(0, &slot);
  PsCreateSiloContext(PsGetHostSilo(), 16, NonPagedPoolNx, NULL, &context);
  PsInsertSiloContext(PsGetHostSilo(), slot, context);
  EXPECT_STOP("bugchecks 3 0x199: PsFreeSiloContextSlot while used", 0x199, ANY, 0, 0, 0);
  PsFreeSiloContextSlot(slot);
  return STATUS_SUCCESS;
}
