// ZwClose of a kernel handle that is protected from close.
// expect bugcheck 0x93
#include "system.h"

TEST_ENTRY {
  HANDLE h;
  OBJECT_ATTRIBUTES oa;
  OBJECT_HANDLE_FLAG_INFORMATION flags = {FALSE, TRUE};
  UNREFERENCED_PARAMETER(RegistryPath);
  UNREFERENCED_PARAMETER(DriverObject);
  InitializeObjectAttributes(&oa, NULL, OBJ_KERNEL_HANDLE, NULL, NULL);
  CHECK_EQ(ZwCreateEvent(&h, EVENT_ALL_ACCESS, &oa, NotificationEvent, FALSE), STATUS_SUCCESS);
  CHECK_EQ(ObSetHandleAttributes(h, &flags, KernelMode), STATUS_SUCCESS);
  EXPECT_STOP("bugchecks 1 0x93: protected handle closed", 0x93, h, 0, 0, 0);
  ZwClose(h);
  return STATUS_SUCCESS;
}
