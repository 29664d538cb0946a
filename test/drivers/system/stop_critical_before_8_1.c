// Before Windows 8.1 the end of a critical thread or process is another bug check.
// variant windows "6.2.9200"
// variant windows "6.2.9200"
#include "system.h"
static VOID Body(PVOID Context) {
  ULONG on = 1;
  UNREFERENCED_PARAMETER(Context);
  CHECK_EQ(ZwSetInformationThread(ZwCurrentThread(), ThreadBreakOnTermination, &on, sizeof on), STATUS_SUCCESS);
  EXPECT_STOP("bugchecks 3 0xF4: a critical thread ended, Windows 8", 0xF4, 6, PsGetCurrentThread(), PsGetProcessImageFileName(PsGetCurrentProcess()), ANY);
}
static NTSTATUS Control(PDEVICE_OBJECT DeviceObject, PIRP Irp) {
  ULONG on = 1;
  UNREFERENCED_PARAMETER(DeviceObject);
  CHECK_EQ(ZwSetInformationProcess(ZwCurrentProcess(), ProcessBreakOnTermination, &on, sizeof on), STATUS_SUCCESS);
  EXPECT_STOP("bugchecks 3 0xF4: a critical process ended, Windows 8", 0xF4, 3, PsGetCurrentProcess(), PsGetProcessImageFileName(PsGetCurrentProcess()), ANY);
  return CompleteIrp(Irp, STATUS_SUCCESS, 0);
}
#if 0 // threads
thread main {
  HANDLE d = CreateFileW(L"\\\\.\\Test", GENERIC_READ, 0, NULL, OPEN_EXISTING, 0, NULL);
  DWORD got;
  DeviceIoControl(d, IOCTL_BUFFERED, NULL, 0, NULL, 0, &got, NULL);
}
#endif
TEST_ENTRY {
  UNREFERENCED_PARAMETER(RegistryPath);
  if (VARIANT == 0) Join(StartThread(Body, NULL));
  return MakeDevice(DriverObject, Control);
}
