// One dereference too many: the object is gone while others still use it.
// expect bugcheck 0x18
#include "system.h"
#if 0 // threads
thread main {
  HANDLE d = CreateFileW(L"\\\\.\\Test", GENERIC_READ, 0, NULL, OPEN_EXISTING, 0, NULL);
  DWORD got;
  DeviceIoControl(d, IOCTL_BUFFERED, NULL, 0, NULL, 0, &got, NULL);
}
#endif
static NTSTATUS Control(PDEVICE_OBJECT DeviceObject, PIRP Irp) {
  PFILE_OBJECT file = IoGetCurrentIrpStackLocation(Irp)->FileObject;
  int i;
  UNREFERENCED_PARAMETER(DeviceObject);
  for (i = 0; i < 8; i++) ObDereferenceObject(file);
  return CompleteIrp(Irp, STATUS_SUCCESS, 0);
}
TEST_ENTRY {
  UNREFERENCED_PARAMETER(RegistryPath);
  return MakeDevice(DriverObject, Control);
}
