// Devices, links, attachment and completion routines: a filter device of the same driver on top of the named one, exclusive devices, names.
#include "system.h"
#if 0 // threads
thread main {
  HANDLE d = CreateFileW(L"\\\\.\\Test", GENERIC_READ, 0, NULL, OPEN_EXISTING, 0, NULL);
  EXPECT(d != INVALID_HANDLE_VALUE);
  EXPECT(CreateFileW(L"\\\\.\\Test", GENERIC_READ, 0, NULL, OPEN_EXISTING, 0, NULL) == INVALID_HANDLE_VALUE && GetLastError() == 5);
  int value = 5;
  DWORD got;
  EXPECT(DeviceIoControl(d, IOCTL_BUFFERED, &value, sizeof value, &value, sizeof value, &got, NULL) && value == 11);
  CloseHandle(d);
  d = CreateFileW(L"\\\\.\\Global\\Test", GENERIC_READ, 0, NULL, OPEN_EXISTING, 0, NULL);
  EXPECT(d != INVALID_HANDLE_VALUE);
  EXPECT(DeviceIoControl(d, IOCTL_RELEASE, NULL, 0, NULL, 0, &got, NULL));
  CloseHandle(d);
}
#endif

static PDEVICE_OBJECT g_Filter, g_Below;
static LONG g_Completions;

static NTSTATUS Done(PDEVICE_OBJECT DeviceObject, PIRP Irp, PVOID Context) {
  CHECK(DeviceObject == g_Filter && Context == (PVOID)0x55);
  CHECK_EQ(Irp->IoStatus.Status, STATUS_SUCCESS);
  *(int *)Irp->AssociatedIrp.SystemBuffer += 1;
  g_Completions++;
  if (Irp->PendingReturned) IoMarkIrpPending(Irp);
  return STATUS_CONTINUE_COMPLETION;
}

static NTSTATUS Dispatch(PDEVICE_OBJECT DeviceObject, PIRP Irp) {
  PIO_STACK_LOCATION s = IoGetCurrentIrpStackLocation(Irp);
  if (DeviceObject == g_Filter) {
    if (s->MajorFunction != IRP_MJ_DEVICE_CONTROL) {
      IoSkipCurrentIrpStackLocation(Irp);
      return IoCallDriver(g_Below, Irp);
    }
    if (s->Parameters.DeviceIoControl.IoControlCode == IOCTL_RELEASE) {
      IoDetachDevice(g_Below);
      IoDeleteDevice(g_Filter);
      return CompleteIrp(Irp, STATUS_SUCCESS, 0);
    }
    IoCopyCurrentIrpStackLocationToNext(Irp);
    IoSetCompletionRoutine(Irp, Done, (PVOID)0x55, TRUE, TRUE, TRUE);
    return IoCallDriver(g_Below, Irp);
  }
  if (s->MajorFunction == IRP_MJ_DEVICE_CONTROL) {
    *(int *)Irp->AssociatedIrp.SystemBuffer *= 2;
    return CompleteIrp(Irp, STATUS_SUCCESS, sizeof(int));
  }
  return CompleteIrp(Irp, STATUS_SUCCESS, 0);
}

static VOID Unload(PDRIVER_OBJECT DriverObject) {
  CHECK_EQ(g_Completions, 1);
  FACT("documentation DriverUnload: called when nothing is attached to its devices any more", DriverObject->DeviceObject == g_Device);
  DropDevice();
  FACT("documentation IoDeleteDevice: the last device is gone from the driver object", DriverObject->DeviceObject == NULL);
}

TEST_ENTRY {
  UNICODE_STRING other = RTL_CONSTANT_STRING(L"\\DosDevices\\Test"), path = RTL_CONSTANT_STRING(L"\\Driver\\t");
  PDEVICE_OBJECT again;
  PFILE_OBJECT file;
  PDRIVER_OBJECT driver;
  PVOID extension = NULL;
  LARGE_INTEGER zero = {0};
  KEVENT event;
  IO_STATUS_BLOCK iosb;
  PIRP irp;
  int value = 3;
  UNREFERENCED_PARAMETER(zero);
  CHECK(RtlEqualUnicodeString(&DriverObject->DriverName, &path, FALSE));
  CHECK(RegistryPath->Length > 20 && wcsstr(RegistryPath->Buffer, L"\\Services\\t") != NULL);
  DriverObject->DriverUnload = Unload;
  CHECK_EQ(IoCreateDevice(DriverObject, 64, (PUNICODE_STRING)&g_DeviceName, FILE_DEVICE_UNKNOWN, 0, TRUE, &g_Device), STATUS_SUCCESS);
  CHECK(g_Device->DeviceExtension == (PVOID)(g_Device + 1) && *(PULONG)g_Device->DeviceExtension == 0);
  CHECK_EQ(IoCreateDevice(DriverObject, 0, (PUNICODE_STRING)&g_DeviceName, FILE_DEVICE_UNKNOWN, 0, FALSE, &again), STATUS_OBJECT_NAME_COLLISION);
  CHECK_EQ(IoCreateSymbolicLink((PUNICODE_STRING)&g_LinkName, (PUNICODE_STRING)&g_DeviceName), STATUS_SUCCESS);
  CHECK_EQ(IoCreateSymbolicLink(&other, (PUNICODE_STRING)&g_DeviceName), STATUS_OBJECT_NAME_COLLISION);
  CHECK_EQ(IoGetDeviceObjectPointer((PUNICODE_STRING)&g_LinkName, FILE_READ_DATA, &file, &again), STATUS_NO_SUCH_DEVICE); // still initialising
  CHECK_EQ(IoCreateDevice(DriverObject, 0, NULL, FILE_DEVICE_UNKNOWN, 0, FALSE, &g_Filter), STATUS_SUCCESS);
  g_Below = IoAttachDeviceToDeviceStack(g_Filter, g_Device);
  CHECK(g_Below == g_Device && g_Filter->StackSize == 2 && IoGetAttachedDevice(g_Device) == g_Filter);
  DriverObject->MajorFunction[IRP_MJ_CREATE] = Dispatch;
  DriverObject->MajorFunction[IRP_MJ_CLOSE] = Dispatch;
  DriverObject->MajorFunction[IRP_MJ_DEVICE_CONTROL] = Dispatch;
  g_Device->Flags &= ~DO_DEVICE_INITIALIZING;
  g_Filter->Flags &= ~DO_DEVICE_INITIALIZING;
  CHECK_EQ(IoGetDeviceObjectPointer((PUNICODE_STRING)&g_LinkName, FILE_READ_DATA, &file, &again), STATUS_SUCCESS);
  CHECK(again == g_Filter && file->DeviceObject == g_Device);
  KeInitializeEvent(&event, NotificationEvent, FALSE);
  irp = IoBuildDeviceIoControlRequest(IOCTL_BUFFERED, g_Device, &value, sizeof value, &value, sizeof value, FALSE, &event, &iosb);
  CHECK_EQ(IoCallDriver(g_Device, irp), STATUS_SUCCESS);
  CHECK(value == 6 && iosb.Information == sizeof value && KeReadStateEvent(&event) != 0);
  ObDereferenceObject(file);
  CHECK_EQ(ObReferenceObjectByName(&path, 0, NULL, 0, *IoDriverObjectType, KernelMode, NULL, (PVOID *)&driver), STATUS_SUCCESS);
  CHECK(driver == DriverObject);
  ObDereferenceObject(driver);
  CHECK_EQ(IoAllocateDriverObjectExtension(DriverObject, (PVOID)1, 32, &extension), STATUS_SUCCESS);
  CHECK(extension != NULL && IoGetDriverObjectExtension(DriverObject, (PVOID)1) == extension && IoGetDriverObjectExtension(DriverObject, (PVOID)2) == NULL);
  return STATUS_SUCCESS;
}
