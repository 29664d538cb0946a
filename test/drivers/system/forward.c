// Requests sent down and waited for: IoForwardIrpSynchronously from a filter device, IoSynchronousCallDriver with a packet of one's own, both with a driver below
// that pends. Also reinitialisation after DriverEntry and what the I/O manager keeps for drivers.
#include "system.h"
#if 0 // threads
thread main {
  HANDLE d = CreateFileW(L"\\\\.\\Test", GENERIC_READ, 0, NULL, OPEN_EXISTING, 0, NULL);
  DWORD got;
  int value = 5;
  FACT("documentation IoForwardIrpSynchronously: what was done below, then above", DeviceIoControl(d, IOCTL_BUFFERED, &value, sizeof value, &value, sizeof value, &got, NULL) && value == 11);
  value = 7;
  FACT("documentation IoForwardIrpSynchronously: the same when the driver below pends", DeviceIoControl(d, IOCTL_PEND, &value, sizeof value, &value, sizeof value, &got, NULL) && value == 15);
  EXPECT(DeviceIoControl(d, IOCTL_RELEASE, NULL, 0, NULL, 0, &got, NULL));
  CloseHandle(d);
}
#endif

static PDEVICE_OBJECT g_Filter, g_Below;
static KTIMER g_Timer;
static KDPC g_Dpc;
static LONG g_Reinitialized;
static BOOLEAN g_Running;

static VOID Complete(PKDPC Dpc, PVOID Irp, PVOID A, PVOID B) {
  UNREFERENCED_PARAMETER(Dpc);
  UNREFERENCED_PARAMETER(A);
  UNREFERENCED_PARAMETER(B);
  CompleteIrp(Irp, STATUS_SUCCESS, sizeof(int));
}

static NTSTATUS Pend(PIRP Irp) {
  LARGE_INTEGER due;
  due.QuadPart = -50000;
  IoMarkIrpPending(Irp);
  KeInitializeDpc(&g_Dpc, Complete, Irp);
  KeSetTimer(&g_Timer, due, &g_Dpc);
  return STATUS_PENDING;
}

static VOID Own(VOID) {
  PIRP irp = IoAllocateIrp(2, FALSE);
  FACT_EQ("documentation IoRegisterDriverReinitialization: once more for each registration", g_Reinitialized, 2);
  IoGetNextIrpStackLocation(irp)->MajorFunction = IRP_MJ_READ;
  FACT_EQ("documentation IoSynchronousCallDriver: the final status", IoSynchronousCallDriver(g_Below, irp), STATUS_END_OF_FILE);
  IoReuseIrp(irp, STATUS_SUCCESS);
  IoGetNextIrpStackLocation(irp)->MajorFunction = IRP_MJ_FLUSH_BUFFERS;
  FACT_EQ("documentation IoSynchronousCallDriver: waits for a driver that pends", IoSynchronousCallDriver(g_Below, irp), STATUS_SUCCESS);
  IoFreeIrp(irp);
}

static NTSTATUS Dispatch(PDEVICE_OBJECT DeviceObject, PIRP Irp) {
  PIO_STACK_LOCATION s = IoGetCurrentIrpStackLocation(Irp);
  if (DeviceObject == g_Filter && s->MajorFunction == IRP_MJ_DEVICE_CONTROL) {
    NTSTATUS status;
    if (s->Parameters.DeviceIoControl.IoControlCode == IOCTL_RELEASE) {
      // a device that something is attached to keeps its driver
      Own();
      IoDetachDevice(g_Below);
      IoDeleteDevice(DeviceObject);
      return CompleteIrp(Irp, STATUS_SUCCESS, 0);
    }
    FACT("documentation IoForwardIrpSynchronously: TRUE", IoForwardIrpSynchronously(g_Below, Irp));
    FACT("documentation IoForwardIrpSynchronously: the packet is the driver's again", Irp->IoStatus.Status == STATUS_SUCCESS && IoGetCurrentIrpStackLocation(Irp) == s);
    ++*(int *)Irp->AssociatedIrp.SystemBuffer;
    status = Irp->IoStatus.Status;
    IoCompleteRequest(Irp, IO_NO_INCREMENT);
    return status;
  }
  if (DeviceObject == g_Filter) {
    IoSkipCurrentIrpStackLocation(Irp);
    return IoCallDriver(g_Below, Irp);
  }
  if (s->MajorFunction == IRP_MJ_DEVICE_CONTROL) {
    *(int *)Irp->AssociatedIrp.SystemBuffer *= 2;
    if (s->Parameters.DeviceIoControl.IoControlCode == IOCTL_PEND) return Pend(Irp);
    return CompleteIrp(Irp, STATUS_SUCCESS, sizeof(int));
  }
  if (s->MajorFunction == IRP_MJ_FLUSH_BUFFERS) return Pend(Irp);
  return CompleteIrp(Irp, s->MajorFunction == IRP_MJ_READ ? STATUS_END_OF_FILE : STATUS_SUCCESS, 0);
}

static VOID Again(PDRIVER_OBJECT DriverObject, PVOID Context, ULONG Count) {
  FACT("documentation IoRegisterDriverReinitialization: driver, context and how often", g_Running && DriverObject == g_Device->DriverObject && Context == &g_Reinitialized && Count == (ULONG)++g_Reinitialized);
  if (Count < 2) IoRegisterDriverReinitialization(DriverObject, Again, Context);
}

TEST_ENTRY {
  PCONFIGURATION_INFORMATION configuration = IoGetConfigurationInformation();
  NTSTATUS status;
  UNREFERENCED_PARAMETER(RegistryPath);
  KeInitializeTimer(&g_Timer);
  DriverObject->DriverUnload = UnloadDevice;
  status = MakeDevice(DriverObject, Dispatch);
  if (!NT_SUCCESS(status)) return status;
  DriverObject->MajorFunction[IRP_MJ_CREATE] = Dispatch;
  DriverObject->MajorFunction[IRP_MJ_CLOSE] = Dispatch;
  DriverObject->MajorFunction[IRP_MJ_READ] = Dispatch;
  DriverObject->MajorFunction[IRP_MJ_FLUSH_BUFFERS] = Dispatch;
  CHECK_EQ(IoCreateDevice(DriverObject, 0, NULL, FILE_DEVICE_UNKNOWN, 0, FALSE, &g_Filter), STATUS_SUCCESS);
  g_Below = IoAttachDeviceToDeviceStack(g_Filter, g_Device);
  IoRegisterDriverReinitialization(DriverObject, Again, &g_Reinitialized);
  CHECK_EQ(g_Reinitialized, 0);
  g_Running = TRUE;
  FACT("documentation IoGetConfigurationInformation: disks that were found", configuration != NULL && configuration->DiskCount == 1);
  configuration->SerialCount++;
  FACT("documentation IoGetConfigurationInformation: drivers count in it", IoGetConfigurationInformation()->SerialCount == 1);
  FACT("documentation IoGetDeviceToVerify: NULL unless set", IoGetDeviceToVerify(PsGetCurrentThread()) == NULL);
  IoSetDeviceToVerify(PsGetCurrentThread(), g_Device);
  FACT("documentation IoSetDeviceToVerify: of this thread", IoGetDeviceToVerify(PsGetCurrentThread()) == g_Device);
  IoSetDeviceToVerify(PsGetCurrentThread(), NULL);
  return RESULT();
}
