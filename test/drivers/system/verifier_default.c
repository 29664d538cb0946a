// Nobody asked for Driver Verifier: handles, strings and addresses that its checks would stop at (verifier_stops.c) are answered with the status that Windows
// gives, because tests of the routines call them so on purpose.
#include "system.h"

#if 0 // threads
thread main {
  HANDLE d = CreateFileW(L"\\\\.\\Test", GENERIC_READ, 0, NULL, OPEN_EXISTING, 0, NULL);
  DWORD got;
  HANDLE e = CreateEventW(NULL, TRUE, FALSE, NULL);
  DeviceIoControl(d, IOCTL_BUFFERED, &e, sizeof e, NULL, 0, &got, NULL);
  CloseHandle(e);
  CloseHandle(d);
}
#endif

#define REFERENCE(handle, mode) ObReferenceObjectByHandle(handle, 0, *ExEventObjectType, mode, &object, NULL)

/** In the context of a user-mode thread. */
static NTSTATUS Control(PDEVICE_OBJECT DeviceObject, PIRP Irp) {
  HANDLE user = *(HANDLE *)Irp->AssociatedIrp.SystemBuffer;
  PVOID object = NULL;
  UNREFERENCED_PARAMETER(DeviceObject);
  FACT_EQ("bugchecks 8 0xF6: a user handle with KernelMode, nobody verifies", REFERENCE(user, KernelMode), STATUS_SUCCESS);
  ObDereferenceObject(object);
  FACT_EQ("bugchecks 8 0x3C: a bad handle with KernelMode, nobody verifies", REFERENCE((HANDLE)0x7FF0, KernelMode), STATUS_INVALID_HANDLE);
  FACT_EQ("bugchecks 8 0xF5: a NULL handle with KernelMode, nobody verifies", REFERENCE(NULL, KernelMode), STATUS_INVALID_HANDLE);
  return CompleteIrp(Irp, STATUS_SUCCESS, 0);
}

TEST_ENTRY {
  static UNICODE_STRING name = RTL_CONSTANT_STRING(L"\\Registry\\Machine\\Software");
  static UNICODE_STRING odd = RTL_CONSTANT_STRING(L"Value");
  OBJECT_ATTRIBUTES oa;
  HANDLE h;
  PVOID object = NULL;
  ULONG length;
  UCHAR bytes[32] = {1};
  PERESOURCE paged;
  UNREFERENCED_PARAMETER(RegistryPath);
  DriverObject->DriverUnload = UnloadDevice;

  InitializeObjectAttributes(&oa, NULL, OBJ_KERNEL_HANDLE, NULL, NULL);
  CHECK_EQ(ZwCreateEvent(&h, EVENT_ALL_ACCESS, &oa, NotificationEvent, FALSE), STATUS_SUCCESS);
  FACT_EQ("bugchecks 8 0xF7: a kernel handle with UserMode in System, nobody verifies", REFERENCE(h, UserMode), STATUS_INVALID_HANDLE);
  ZwClose(h);

  InitializeObjectAttributes(&oa, &name, OBJ_KERNEL_HANDLE | OBJ_CASE_INSENSITIVE, NULL, NULL);
  KeEnterGuardedRegion();
  FACT_EQ("bugchecks 8 0xE6: a Zw routine in a guarded region, nobody verifies", ZwOpenKey(&h, KEY_READ, &oa), STATUS_SUCCESS);
  KeLeaveGuardedRegion();
  odd.Length = 3;
  FACT("bugchecks 8 0xE4: an odd Length is a status, nobody verifies", !NT_SUCCESS(ZwQueryValueKey(h, &odd, KeyValuePartialInformation, NULL, 0, &length)));
  ZwClose(h);

  RtlCopyMemory(bytes + 8, bytes, 16);
  FACT_EQ("bugchecks 8 0xF0: memory that overlaps is copied, nobody verifies", bytes[8], 1);
  paged = ExAllocatePoolWithTag(PagedPool, sizeof *paged, 'dgaP');
  FACT_EQ("bugchecks 8 0xE1: a resource in pageable memory, nobody verifies", ExInitializeResourceLite(paged), STATUS_SUCCESS);
  ExDeleteResourceLite(paged);
  ExFreePoolWithTag(paged, 'dgaP');
  return MakeDevice(DriverObject, Control);
}
