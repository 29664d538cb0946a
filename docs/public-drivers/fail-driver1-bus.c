// For fail-driver1-*.scenario: what a bus driver does for a device of fail_driver1. It makes a physical device, has AddDevice called, and sends one request of
// the kind that a program asks for (IOCTL_SEND, with the major function as input) to the top of the stack.
#include <ntifs.h>
#include "fail-driver1-bus.h"

NTKERNELAPI NTSTATUS ObReferenceObjectByName(PUNICODE_STRING Name, ULONG Attributes, PVOID AccessState, ACCESS_MASK Access, POBJECT_TYPE Type,
  KPROCESSOR_MODE Mode, PVOID ParseContext, PVOID *Object);
extern POBJECT_TYPE *IoDriverObjectType;

static PDEVICE_OBJECT g_Control, g_Pdo;
static PDRIVER_OBJECT g_Target;

static NTSTATUS Complete(PIRP Irp, NTSTATUS Status) {
  Irp->IoStatus.Status = Status;
  Irp->IoStatus.Information = 0;
  IoCompleteRequest(Irp, IO_NO_INCREMENT);
  return Status;
}
static NTSTATUS OnOther(PDEVICE_OBJECT DeviceObject, PIRP Irp) {
  UNREFERENCED_PARAMETER(DeviceObject);
  return Complete(Irp, STATUS_SUCCESS);
}

static NTSTATUS OnDone(PDEVICE_OBJECT DeviceObject, PIRP Irp, PVOID Context) {
  UNREFERENCED_PARAMETER(DeviceObject);
  UNREFERENCED_PARAMETER(Irp);
  KeSetEvent((PKEVENT)Context, IO_NO_INCREMENT, FALSE);
  return STATUS_MORE_PROCESSING_REQUIRED;
}

static NTSTATUS Send(UCHAR MajorFunction) {
  PDEVICE_OBJECT top = IoGetAttachedDeviceReference(g_Pdo);
  PIRP irp = IoAllocateIrp(top->StackSize, FALSE);
  KEVENT done;
  LARGE_INTEGER second;
  NTSTATUS status;
  KIRQL before = KeGetCurrentIrql();
  if (irp == NULL) {
    ObDereferenceObject(top);
    return STATUS_INSUFFICIENT_RESOURCES;
  }
  KeInitializeEvent(&done, NotificationEvent, FALSE);
  irp->IoStatus.Status = STATUS_NOT_SUPPORTED;
  IoGetNextIrpStackLocation(irp)->MajorFunction = MajorFunction;
  IoSetCompletionRoutine(irp, OnDone, &done, TRUE, TRUE, TRUE);
  status = IoCallDriver(top, irp);
  DbgPrint("sent %02x: status %08x, IRQL %d -> %d\n", MajorFunction, status, before, KeGetCurrentIrql());
  if (KeGetCurrentIrql() != before) KeLowerIrql(before); // so that this driver can go on
  second.QuadPart = -10000000;
  if (KeWaitForSingleObject(&done, Executive, KernelMode, FALSE, &second) == STATUS_TIMEOUT)
    DbgPrint("request %02x was never completed\n", MajorFunction);
  IoFreeIrp(irp);
  ObDereferenceObject(top);
  return status;
}

static NTSTATUS OnControl(PDEVICE_OBJECT DeviceObject, PIRP Irp) {
  PIO_STACK_LOCATION s = IoGetCurrentIrpStackLocation(Irp);
  UNREFERENCED_PARAMETER(DeviceObject);
  if (s->Parameters.DeviceIoControl.IoControlCode != IOCTL_SEND || s->Parameters.DeviceIoControl.InputBufferLength < 1)
    return Complete(Irp, STATUS_INVALID_PARAMETER);
  return Complete(Irp, Send(*(UCHAR *)Irp->AssociatedIrp.SystemBuffer));
}

static VOID Unload(PDRIVER_OBJECT DriverObject) {
  UNICODE_STRING link = RTL_CONSTANT_STRING(L"\\??\\FailBus");
  UNREFERENCED_PARAMETER(DriverObject);
  IoDeleteSymbolicLink(&link);
  IoDeleteDevice(g_Control);
  if (g_Pdo->AttachedDevice == NULL) IoDeleteDevice(g_Pdo);
  ObDereferenceObject(g_Target);
}

NTSTATUS DriverEntry(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath) {
  UNICODE_STRING name = RTL_CONSTANT_STRING(L"\\Device\\FailBus"), link = RTL_CONSTANT_STRING(L"\\??\\FailBus");
  UNICODE_STRING target = RTL_CONSTANT_STRING(L"\\Driver\\fail_driver1");
  NTSTATUS status;
  UNREFERENCED_PARAMETER(RegistryPath);
  for (int i = 0; i <= IRP_MJ_MAXIMUM_FUNCTION; i++) DriverObject->MajorFunction[i] = OnOther;
  DriverObject->MajorFunction[IRP_MJ_DEVICE_CONTROL] = OnControl;
  DriverObject->DriverUnload = Unload;
  status = ObReferenceObjectByName(&target, 0, NULL, 0, *IoDriverObjectType, KernelMode, NULL, (PVOID *)&g_Target);
  if (!NT_SUCCESS(status)) return status;
  status = IoCreateDevice(DriverObject, 0, NULL, FILE_DEVICE_UNKNOWN, 0, FALSE, &g_Pdo);
  if (NT_SUCCESS(status)) status = IoCreateDevice(DriverObject, 0, &name, FILE_DEVICE_UNKNOWN, 0, FALSE, &g_Control);
  if (NT_SUCCESS(status)) status = IoCreateSymbolicLink(&link, &name);
  if (!NT_SUCCESS(status)) return status;
  g_Pdo->Flags &= ~DO_DEVICE_INITIALIZING;
  return g_Target->DriverExtension->AddDevice(g_Target, g_Pdo);
}
