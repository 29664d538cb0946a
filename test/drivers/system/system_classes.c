// ZwQuerySystemInformation: handles in both forms, big pool blocks, modules with headers, debugger and code integrity.
#include "system.h"
#if 0 // threads
thread main {
  HANDLE d = CreateFileW(L"\\\\.\\Test", GENERIC_READ, 0, NULL, OPEN_EXISTING, 0, NULL);
  ULONG64 h = (ULONG64)d;
  DWORD got;
  EXPECT(DeviceIoControl(d, IOCTL_BUFFERED, &h, sizeof h, NULL, 0, &got, NULL));
  CloseHandle(d);
}
#endif

static PUCHAR Query(ULONG Class, PULONG Length) {
  PUCHAR list;
  CHECK_EQ(ZwQuerySystemInformation(Class, NULL, 0, Length), STATUS_INFO_LENGTH_MISMATCH);
  *Length += 4096; // the list itself may change it
  list = ExAllocatePoolWithTag(NonPagedPool, *Length, 'bigP');
  CHECK_EQ(ZwQuerySystemInformation(Class, list, *Length, Length), STATUS_SUCCESS);
  return list;
}

static NTSTATUS Control(PDEVICE_OBJECT DeviceObject, PIRP Irp) {
  ULONG64 handle = *(PULONG64)Irp->AssociatedIrp.SystemBuffer;
  PFILE_OBJECT file = IoGetCurrentIrpStackLocation(Irp)->FileObject;
  ULONG length, i, count, found = 0;
  PUCHAR list = Query(16, &length);
  UNREFERENCED_PARAMETER(DeviceObject);
  count = *(PULONG)list;
  CHECK_EQ(length, 8 + count * 24);
  for (i = 0; i < count; i++) {
    PUCHAR e = list + 8 + i * 24;
    if (*(PVOID *)(e + 8) == file && *(PUSHORT)e == (USHORT)(ULONG_PTR)PsGetCurrentProcessId()) {
      found++;
      CHECK_EQ(*(PUSHORT)(e + 6), (USHORT)handle);
      CHECK((*(PULONG)(e + 16) & FILE_READ_DATA) != 0 && (*(PULONG)(e + 16) & FILE_WRITE_DATA) == 0);
    }
  }
  CHECK_EQ(found, 1);
  ExFreePoolWithTag(list, 'bigP');
  list = Query(64, &length);
  for (i = 0, found = 0; i < *(PULONG64)list; i++) {
    PUCHAR e = list + 16 + i * 40;
    if (*(PVOID *)e == file && *(PHANDLE)(e + 8) == PsGetCurrentProcessId() && *(PULONG64)(e + 16) == handle) found++;
  }
  CHECK_EQ(found, 1);
  ExFreePoolWithTag(list, 'bigP');
  list = Query(66, &length);
  for (i = 0, found = 0; i < *(PULONG)list; i++) {
    PUCHAR e = list + 8 + i * 24;
    if (*(PULONG64)e == ((ULONG64)list | 1) && *(PULONG64)(e + 8) >= 4096 && *(PULONG)(e + 16) == 'bigP') found++;
  }
  CHECK_EQ(found, 1);
  ExFreePoolWithTag(list, 'bigP');
  list = Query(77, &length);
  CHECK(*(PUSHORT)list == 0x140 && strstr((char *)list + 8 + 0x28, "ntoskrnl.exe") != NULL && *(PULONG)(list + 0x134) != 0);
  CHECK(*(PVOID *)(list + 0x140 + 0x138) < (PVOID)Control);
  ExFreePoolWithTag(list, 'bigP');
  return CompleteIrp(Irp, STATUS_SUCCESS, 0);
}

TEST_ENTRY {
  UCHAR debugger[2] = {9, 9};
  ULONG integrity[2] = {8, 0};
  UNREFERENCED_PARAMETER(RegistryPath);
  DriverObject->DriverUnload = UnloadDevice;
  CHECK_EQ(ZwQuerySystemInformation(35, debugger, sizeof debugger, NULL), STATUS_SUCCESS);
  CHECK(debugger[0] == 0 && debugger[1] == 1);
  CHECK_EQ(ZwQuerySystemInformation(103, integrity, sizeof integrity, NULL), STATUS_SUCCESS);
  CHECK(integrity[1] & 1);
  CHECK_EQ(ZwQuerySystemInformation(103, integrity, 4, NULL), STATUS_INFO_LENGTH_MISMATCH);
  CHECK_EQ(ZwQuerySystemInformation(9999, integrity, sizeof integrity, NULL), STATUS_INVALID_INFO_CLASS);
  return MakeDevice(DriverObject, Control);
}
