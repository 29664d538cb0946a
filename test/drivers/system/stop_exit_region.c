// A system thread leaves the critical region that it began in: one leave too many.
// expect bugcheck 0x20
#include "system.h"
static VOID Body(PVOID Context) {
  UNREFERENCED_PARAMETER(Context);
  KeLeaveCriticalRegion();
  EXPECT_STOP("bugchecks 3 0x20: positive count, one leave too many", 0x20, 0, 1, PASSIVE_LEVEL, 1);
}
TEST_ENTRY {
  HANDLE h;
  OBJECT_ATTRIBUTES oa;
  UNREFERENCED_PARAMETER(RegistryPath);
  UNREFERENCED_PARAMETER(DriverObject);
  InitializeObjectAttributes(&oa, NULL, OBJ_KERNEL_HANDLE, NULL, NULL);
  if (NT_SUCCESS(PsCreateSystemThread(&h, THREAD_ALL_ACCESS, &oa, NULL, NULL, Body, NULL))) ZwWaitForSingleObject(h, FALSE, NULL);
  return STATUS_SUCCESS;
}
