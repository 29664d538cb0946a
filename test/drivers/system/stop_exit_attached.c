// A system thread ends while it is attached to another process.
// expect bugcheck 0x5
#include "system.h"
#if 0 // threads
thread main {
  HANDLE d = CreateFileW(L"\\\\.\\Test", GENERIC_READ, 0, NULL, OPEN_EXISTING, 0, NULL);
  DWORD got;
  DeviceIoControl(d, IOCTL_BUFFERED, NULL, 0, NULL, 0, &got, NULL);
}
#endif
static VOID Attached(PVOID Context) {
  KAPC_STATE state;
  KeStackAttachProcess((PRKPROCESS)Context, &state);
  KeEnterGuardedRegion(); // the attachment is looked at first
  EXPECT_STOP("bugchecks 3 0x5: thread exits attached", 0x5, PsInitialSystemProcess, Context, 1, 0);
  PsTerminateSystemThread(STATUS_SUCCESS);
}
static NTSTATUS Control(PDEVICE_OBJECT DeviceObject, PIRP Irp) {
  UNREFERENCED_PARAMETER(DeviceObject);
  Join(StartThread(Attached, PsGetCurrentProcess()));
  return CompleteIrp(Irp, STATUS_SUCCESS, 0);
}
TEST_ENTRY {
  UNREFERENCED_PARAMETER(RegistryPath);
  return MakeDevice(DriverObject, Control);
}
