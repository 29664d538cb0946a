// A descriptor in a buffer that is never released is left behind; one of the object itself is only a count.
// expect leak security descriptor got at
#include "system.h"
static VOID Unload(PDRIVER_OBJECT DriverObject) { IoDeleteDevice(DriverObject->DeviceObject); }
TEST_ENTRY {
  PSECURITY_DESCRIPTOR sd;
  BOOLEAN allocated;
  PDEVICE_OBJECT device;
  UNREFERENCED_PARAMETER(RegistryPath);
  DriverObject->DriverUnload = Unload;
  CHECK_EQ(IoCreateDevice(DriverObject, 0, NULL, FILE_DEVICE_UNKNOWN, 0, FALSE, &device), STATUS_SUCCESS);
  CHECK(NT_SUCCESS(ObGetObjectSecurity(device, &sd, &allocated)) && allocated);
  CHECK(NT_SUCCESS(ObGetObjectSecurity(PsGetCurrentProcess(), &sd, &allocated)) && !allocated);
  return STATUS_SUCCESS;
}
