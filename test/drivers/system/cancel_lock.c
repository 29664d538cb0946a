// A cancel routine that does not release the cancel spin lock.
// case HOLDS bugcheck 0x11B
#include "system.h"
#if 0 // threads
thread main {
  DWORD got;
  HANDLE d = CreateFileW(L"\\\\.\\Test", GENERIC_READ, 0, NULL, OPEN_EXISTING, 0, NULL);
  EXPECT(!DeviceIoControl(d, IOCTL_BUFFERED, NULL, 0, NULL, 0, &got, NULL));
  CloseHandle(d);
}
#endif

static KIRQL g_Irql;

static VOID Cancel(PDEVICE_OBJECT DeviceObject, PIRP Irp) {
  UNREFERENCED_PARAMETER(DeviceObject);
  CHECK_EQ(KeGetCurrentIrql(), DISPATCH_LEVEL);
  g_Irql = Irp->CancelIrql;
#ifdef CASE_HOLDS
  EXPECT_STOP("bugchecks 2 0x11B: cancel routine returns holding the cancel lock", 0x11B, Irp, Cancel, 0, 0);
  return;
#endif
  IoReleaseCancelSpinLock(Irp->CancelIrql);
}

static NTSTATUS Control(PDEVICE_OBJECT DeviceObject, PIRP Irp) {
  UNREFERENCED_PARAMETER(DeviceObject);
  IoSetCancelRoutine(Irp, Cancel);
  CHECK(IoCancelIrp(Irp));
  CHECK_EQ(g_Irql, PASSIVE_LEVEL);
  CHECK_EQ(KeGetCurrentIrql(), PASSIVE_LEVEL);
  return CompleteIrp(Irp, STATUS_CANCELLED, 0);
}

TEST_ENTRY {
  UNREFERENCED_PARAMETER(RegistryPath);
  DriverObject->DriverUnload = UnloadDevice;
  return MakeDevice(DriverObject, Control);
}
