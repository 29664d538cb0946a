// A driver locks pages of a process and forgets them.
// expect bugcheck 0x76
#include "system.h"
#if 0 // threads
thread main {
  static UCHAR buffer[5000];
  HANDLE d = CreateFileW(L"\\\\.\\Test", GENERIC_READ, 0, NULL, OPEN_EXISTING, 0, NULL);
  PVOID address = (PVOID)(((ULONG_PTR)buffer + 4095) & ~(ULONG_PTR)4095); // within one page
  DWORD got;
  buffer[0] = 1;
  DeviceIoControl(d, IOCTL_BUFFERED, &address, sizeof address, NULL, 0, &got, NULL);
}
#endif
static NTSTATUS Control(PDEVICE_OBJECT DeviceObject, PIRP Irp) {
  PMDL mdl = IoAllocateMdl(*(PVOID *)Irp->AssociatedIrp.SystemBuffer, 64, FALSE, FALSE, NULL);
  UNREFERENCED_PARAMETER(DeviceObject);
  MmProbeAndLockPages(mdl, UserMode, IoReadAccess);
  EXPECT_STOP("bugchecks 3 0x76: process exits with locked pages", 0x76, 0, PsGetCurrentProcess(), 1, 0);
  return CompleteIrp(Irp, STATUS_SUCCESS, 0);
}
TEST_ENTRY {
  UNREFERENCED_PARAMETER(RegistryPath);
  return MakeDevice(DriverObject, Control);
}
