// A packet completed twice.
// expect bugcheck 0x44
#include "system.h"
#if 0 // threads
thread main {
  HANDLE d = CreateFileW(L"\\\\.\\Test", GENERIC_READ, 0, NULL, OPEN_EXISTING, 0, NULL);
  DWORD got;
  DeviceIoControl(d, IOCTL_BUFFERED, NULL, 0, NULL, 0, &got, NULL);
}
#endif
static NTSTATUS Control(PDEVICE_OBJECT DeviceObject, PIRP Irp) {
  UNREFERENCED_PARAMETER(DeviceObject);
  CompleteIrp(Irp, STATUS_SUCCESS, 0);
  return CompleteIrp(Irp, STATUS_SUCCESS, 0);
}
TEST_ENTRY {
  UNREFERENCED_PARAMETER(RegistryPath);
  return MakeDevice(DriverObject, Control);
}
