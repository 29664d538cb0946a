// A critical process ends by itself: the same as being terminated.
// expect bugcheck 0xEF
#include "system.h"
#if 0 // threads
thread main {
  HANDLE d = CreateFileW(L"\\\\.\\Test", GENERIC_READ, 0, NULL, OPEN_EXISTING, 0, NULL);
  DWORD got;
  DeviceIoControl(d, IOCTL_BUFFERED, NULL, 0, NULL, 0, &got, NULL);
}
#endif
static NTSTATUS Control(PDEVICE_OBJECT DeviceObject, PIRP Irp) {
  ULONG on = 1;
  UNREFERENCED_PARAMETER(DeviceObject);
  CHECK_EQ(ZwSetInformationProcess(ZwCurrentProcess(), ProcessBreakOnTermination, &on, sizeof on), STATUS_SUCCESS);
  EXPECT_STOP("bugchecks 3 0xEF: the last thread of a critical process exits", 0xEF, PsGetCurrentProcess(), 0, 0, 0);
  return CompleteIrp(Irp, STATUS_SUCCESS, 0);
}
TEST_ENTRY {
  UNREFERENCED_PARAMETER(RegistryPath);
  return MakeDevice(DriverObject, Control);
}
