// The header of an object is overwritten: its last dereference does not know what to delete.
// expect bugcheck 0x189
#include "system.h"
TEST_ENTRY {
  enum { HeaderBytes = 0x30, TypeIndex = 0x18 };
  HANDLE h;
  PUCHAR event;
  UNREFERENCED_PARAMETER(DriverObject);
  UNREFERENCED_PARAMETER(RegistryPath);
  CHECK_EQ(ZwCreateEvent(&h, EVENT_ALL_ACCESS, NULL, NotificationEvent, FALSE), STATUS_SUCCESS);
  CHECK_EQ(ObReferenceObjectByHandle(h, 0, *ExEventObjectType, KernelMode, (PVOID *)&event, NULL), STATUS_SUCCESS);
  ZwClose(h);
  event[TypeIndex - HeaderBytes] = 0xEE;
  EXPECT_STOP("bugchecks 1 0x189: type index corrupt", 0x189, event - HeaderBytes, 0xEE, 0, ANY);
  ObDereferenceObject(event);
  return STATUS_SUCCESS;
}
