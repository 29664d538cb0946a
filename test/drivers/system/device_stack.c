// A stack of three devices: attaching by name and by pointer, who is above and below, references; requests of the driver's own going down it more than once.
#include "system.h"
#if 0 // threads
thread main {
  HANDLE d = CreateFileW(L"\\\\.\\Test", GENERIC_READ, 0, NULL, OPEN_EXISTING, 0, NULL);
  DWORD got;
  EXPECT(DeviceIoControl(d, IOCTL_BUFFERED, NULL, 0, NULL, 0, &got, NULL));
  CloseHandle(d);
}
#endif

static PDEVICE_OBJECT g_Middle, g_Top;
static LONG g_Seen;
static NTSTATUS g_Answer;

static NTSTATUS Answer(PDEVICE_OBJECT DeviceObject, PIRP Irp) {
  UNREFERENCED_PARAMETER(DeviceObject);
  g_Seen++;
  Irp->IoStatus.Status = g_Answer;
  Irp->IoStatus.Information = 5;
  IofCompleteRequest(Irp, IO_NO_INCREMENT);
  return g_Answer;
}

static NTSTATUS Stop(PDEVICE_OBJECT DeviceObject, PIRP Irp, PVOID Context) {
  UNREFERENCED_PARAMETER(DeviceObject);
  UNREFERENCED_PARAMETER(Irp);
  KeSetEvent(Context, IO_NO_INCREMENT, FALSE);
  return STATUS_MORE_PROCESSING_REQUIRED;
}

static NTSTATUS SendFlush(PIRP Irp, PKEVENT Event) {
  PIO_STACK_LOCATION s = IoGetNextIrpStackLocation(Irp);
  s->MajorFunction = IRP_MJ_FLUSH_BUFFERS;
  KeClearEvent(Event);
  IoSetCompletionRoutine(Irp, Stop, Event, TRUE, TRUE, TRUE);
  return IofCallDriver(g_Device, Irp);
}

static VOID Reuse(VOID) {
  KEVENT event;
  PIRP irp = IoAllocateIrp(2, FALSE), own;
  UCHAR flags;
  KeInitializeEvent(&event, NotificationEvent, FALSE);
  flags = irp->AllocationFlags;
  g_Answer = STATUS_DISK_FULL;
  FACT_EQ("documentation IofCallDriver: the driver's status", SendFlush(irp, &event), STATUS_DISK_FULL);
  FACT("documentation IofCompleteRequest: status and information in the packet", irp->IoStatus.Status == STATUS_DISK_FULL && irp->IoStatus.Information == 5 && Signalled(&event));
  FACT_EQ("documentation IoGetIoPriorityHint: normal unless set", IoGetIoPriorityHint(irp), IoPriorityNormal);
  FACT_EQ("documentation IoGetPagingIoPriority: no paging I/O", IoGetPagingIoPriority(irp), IoPagingPriorityInvalid);
  irp->UserBuffer = irp;
  irp->Cancel = TRUE;
  IoReuseIrp(irp, STATUS_UNSUCCESSFUL);
  FACT("documentation IoReuseIrp: fresh, with the status that was given", irp->IoStatus.Status == STATUS_UNSUCCESSFUL && irp->IoStatus.Information == 0 && irp->UserBuffer == NULL && !irp->Cancel);
  FACT("documentation IoReuseIrp: how it was allocated stays", irp->AllocationFlags == flags && irp->StackCount == 2);
  g_Answer = STATUS_SUCCESS;
  FACT("documentation IoReuseIrp: goes down again", SendFlush(irp, &event) == STATUS_SUCCESS && irp->IoStatus.Status == STATUS_SUCCESS);
  IoFreeIrp(irp);
  FACT("documentation IoSizeofIrp: a packet and its stack locations", IoSizeOfIrp(3) == sizeof(IRP) + 3 * sizeof(IO_STACK_LOCATION));
  own = ExAllocatePoolWithTag(NonPagedPoolNx, IoSizeOfIrp(3), 'prI ');
  RtlFillMemory(own, IoSizeOfIrp(3), 0xCC);
  IoInitializeIrp(own, IoSizeOfIrp(3), 3);
  FACT("documentation IoInitializeIrp: the driver's own memory as a packet", own->Type == IO_TYPE_IRP && own->Size == IoSizeOfIrp(3) && own->StackCount == 3 && own->CurrentLocation == 4 && own->UserEvent == NULL);
  FACT_EQ("documentation IoInitializeIrp: goes down", SendFlush(own, &event), STATUS_SUCCESS);
  ExFreePoolWithTag(own, 'prI ');
}

static VOID Power(VOID) {
  KEVENT event;
  PIRP irp = IoAllocateIrp(2, FALSE);
  PIO_STACK_LOCATION s = IoGetNextIrpStackLocation(irp);
  KeInitializeEvent(&event, NotificationEvent, FALSE);
  s->MajorFunction = IRP_MJ_POWER;
  s->MinorFunction = IRP_MN_QUERY_POWER;
  irp->IoStatus.Status = STATUS_NOT_SUPPORTED;
  IoSetCompletionRoutine(irp, Stop, &event, TRUE, TRUE, TRUE);
  g_Seen = 0;
  PoStartNextPowerIrp(irp);
  FACT("documentation PoCallDriver: as IoCallDriver since Windows Vista", PoCallDriver(g_Device, irp) == STATUS_SUCCESS && g_Seen == 1 && Signalled(&event));
  IoFreeIrp(irp);
}

static NTSTATUS Control(PDEVICE_OBJECT DeviceObject, PIRP Irp) {
  ULONG session = 99;
  if (DeviceObject != g_Device) {
    IoSkipCurrentIrpStackLocation(Irp);
    return IofCallDriver(DeviceObject == g_Top ? g_Middle : g_Device, Irp);
  }
  FACT("documentation IoGetRequestorSessionId: the session of the process that asks", IoGetRequestorSessionId(Irp, &session) == STATUS_SUCCESS && session == PsGetProcessSessionId(PsGetCurrentProcess()));
  FACT("documentation IoGetTransactionParameterBlock: NULL outside of transactions", IoGetTransactionParameterBlock(IoGetCurrentIrpStackLocation(Irp)->FileObject) == NULL);
  FACT("documentation IoIsFileOriginRemote: a local open", !IoIsFileOriginRemote(IoGetCurrentIrpStackLocation(Irp)->FileObject));
  FACT("documentation IoIsFileObjectIgnoringSharing: an ordinary open", !IoIsFileObjectIgnoringSharing(IoGetCurrentIrpStackLocation(Irp)->FileObject));
  IoSetTopLevelIrp(Irp);
  FACT("documentation IoSetTopLevelIrp: of this thread", IoGetTopLevelIrp() == Irp);
  IoSetTopLevelIrp(NULL);
  FACT("documentation IoGetInitialStack: above what the thread uses", (ULONG_PTR)IoGetInitialStack() > (ULONG_PTR)&session && (ULONG_PTR)IoGetInitialStack() - (ULONG_PTR)&session < 4 * KERNEL_STACK_SIZE);
  // a device that something is attached to keeps its driver
  IoDetachDevice(g_Middle);
  IoDeleteDevice(g_Top);
  IoDetachDevice(g_Device);
  IoDeleteDevice(g_Middle);
  g_Top = g_Middle = NULL;
  return CompleteIrp(Irp, STATUS_SUCCESS, 0);
}

static NTSTATUS Pass(PDEVICE_OBJECT DeviceObject, PIRP Irp) {
  if (DeviceObject == g_Device) return CompleteIrp(Irp, STATUS_SUCCESS, 0);
  IoSkipCurrentIrpStackLocation(Irp);
  return IofCallDriver(DeviceObject == g_Top ? g_Middle : g_Device, Irp);
}

static VOID ErrorLog(VOID) {
  PIO_ERROR_LOG_PACKET p = IoAllocateErrorLogEntry(g_Device, sizeof(IO_ERROR_LOG_PACKET));
  FACT("documentation IoAllocateErrorLogEntry: an entry", p != NULL);
  p->ErrorCode = STATUS_DEVICE_DATA_ERROR;
  IoWriteErrorLogEntry(p);
  p = IoAllocateErrorLogEntry(g_Device, ERROR_LOG_MAXIMUM_SIZE);
  FACT("documentation IoAllocateErrorLogEntry: up to ERROR_LOG_MAXIMUM_SIZE", p != NULL);
  IoFreeErrorLogEntry(p);
  FACT("documentation IoAllocateErrorLogEntry: NULL above it", ERROR_LOG_MAXIMUM_SIZE < 255 && IoAllocateErrorLogEntry(g_Device, 255) == NULL);
  FACT("documentation IoAllocateErrorLogEntry: NULL below the size of a packet", IoAllocateErrorLogEntry(g_Device, 8) == NULL);
}

static VOID Unload(PDRIVER_OBJECT DriverObject) {
  FACT("documentation DriverUnload: only the device that is left", DriverObject->DeviceObject == g_Device && g_Device->NextDevice == NULL);
  IoUnregisterShutdownNotification(g_Device);
  DropDevice();
}

TEST_ENTRY {
  UNICODE_STRING none = RTL_CONSTANT_STRING(L"\\Device\\NoSuchDevice"), plain = RTL_CONSTANT_STRING(L"\\??\\TestPlain");
  PDEVICE_OBJECT below = NULL;
  LONG_PTR references;
  NTSTATUS status = MakeDevice(DriverObject, Control);
  UNREFERENCED_PARAMETER(RegistryPath);
  if (!NT_SUCCESS(status)) return status;
  DriverObject->DriverUnload = Unload;
  DriverObject->MajorFunction[IRP_MJ_CREATE] = Pass;
  DriverObject->MajorFunction[IRP_MJ_CLOSE] = Pass;
  DriverObject->MajorFunction[IRP_MJ_FLUSH_BUFFERS] = Answer;
  DriverObject->MajorFunction[IRP_MJ_POWER] = Answer;
  g_Device->Flags &= ~DO_DEVICE_INITIALIZING;
  CHECK_EQ(IoCreateDevice(DriverObject, 0, NULL, FILE_DEVICE_UNKNOWN, 0, FALSE, &g_Middle), STATUS_SUCCESS);
  CHECK_EQ(IoCreateDevice(DriverObject, 0, NULL, FILE_DEVICE_UNKNOWN, 0, FALSE, &g_Top), STATUS_SUCCESS);
  FACT("documentation IoAttachDevice: no such device", !NT_SUCCESS(IoAttachDevice(g_Middle, &none, &below)));
  FACT("documentation IoAttachDevice: by name", IoAttachDevice(g_Middle, (PUNICODE_STRING)&g_DeviceName, &below) == STATUS_SUCCESS && below == g_Device);
  FACT("documentation IoAttachDevice: one more stack location", g_Middle->StackSize == g_Device->StackSize + 1);
  FACT("documentation IoAttachDeviceToDeviceStackSafe: on top of the stack", IoAttachDeviceToDeviceStackSafe(g_Top, g_Device, &below) == STATUS_SUCCESS && below == g_Middle);
  references = References(g_Top);
  below = IoGetAttachedDeviceReference(g_Device);
  FACT("verification-rules 2 IoGetAttachedDeviceReference: the top, referenced", below == g_Top && References(g_Top) == references + 1);
  ObDereferenceObject(below);
  below = IoGetLowerDeviceObject(g_Top);
  FACT("documentation IoGetLowerDeviceObject: the one below", below == g_Middle);
  ObDereferenceObject(below);
  FACT("documentation IoGetLowerDeviceObject: NULL at the bottom", IoGetLowerDeviceObject(g_Device) == NULL);
  below = IoGetDeviceAttachmentBaseRef(g_Top);
  FACT("documentation IoGetDeviceAttachmentBaseRef: the bottom", below == g_Device);
  ObDereferenceObject(below);
  FACT_EQ("documentation IoCreateUnprotectedSymbolicLink: a link", IoCreateUnprotectedSymbolicLink(&plain, (PUNICODE_STRING)&g_DeviceName), STATUS_SUCCESS);
  FACT_EQ("documentation IoCreateUnprotectedSymbolicLink: that name is taken", IoCreateUnprotectedSymbolicLink(&plain, (PUNICODE_STRING)&g_DeviceName), STATUS_OBJECT_NAME_COLLISION);
  FACT_EQ("documentation IoDeleteSymbolicLink: STATUS_SUCCESS", IoDeleteSymbolicLink(&plain), STATUS_SUCCESS);
  FACT_EQ("documentation IoDeleteSymbolicLink: no such link", IoDeleteSymbolicLink(&plain), STATUS_OBJECT_NAME_NOT_FOUND);
  FACT_EQ("documentation IoAssignArcName: a link to the device", IoAssignArcName(&plain, (PUNICODE_STRING)&g_DeviceName), STATUS_SUCCESS);
  IoDeassignArcName(&plain);
  FACT_EQ("documentation IoDeassignArcName: the link is gone", IoDeleteSymbolicLink(&plain), STATUS_OBJECT_NAME_NOT_FOUND);
  FACT_EQ("documentation IoRegisterShutdownNotification: STATUS_SUCCESS", IoRegisterShutdownNotification(g_Device), STATUS_SUCCESS);
  Reuse();
  Power();
  ErrorLog();
  return RESULT();
}
