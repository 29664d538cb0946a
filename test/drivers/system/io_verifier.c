// Objects of the I/O manager that are none: what Driver Verifier's I/O checking stops at (reference: bugchecks.md 6).
// variant
// variant
// variant
#include "system.h"

TEST_ENTRY {
  PDEVICE_OBJECT device;
  PIRP irp;
  UNREFERENCED_PARAMETER(RegistryPath);
  DriverObject->DriverUnload = UnloadNothing;
  CHECK_EQ(IoCreateDevice(DriverObject, 0, NULL, FILE_DEVICE_UNKNOWN, 0, FALSE, &device), STATUS_SUCCESS);
  // never an IRP: memory of the driver that was not initialised (a freed IRP is found as freed pool, 0xCC)
  irp = ExAllocatePoolZero(NonPagedPoolNx, 0x200, 'tset');
  switch (VARIANT) {
  case 0:
    EXPECT_STOP("bugchecks 6 0xC9: what is freed is no IRP", 0xC9, 0x1, ANY, irp, ANY);
    IoFreeIrp(irp);
    break;
  case 1:
    EXPECT_STOP("bugchecks 6 0xC9: what is sent is no IRP", 0xC9, 0x7, ANY, irp, ANY);
    IoCallDriver(device, irp);
    break;
  case 2:
    ObReferenceObject(device);
    IoDeleteDevice(device);
    EXPECT_STOP("bugchecks 6 0xC9: a device is deleted twice", 0xC9, 0x2, ANY, device, ANY);
    IoDeleteDevice(device);
    break;
  }
  return STATUS_SUCCESS;
}
