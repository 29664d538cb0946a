// For the checking drivers of whole-system tests: check.h plus what they share. The bodies of the process that acts on the driver stand in each file
// between `#if 0 // threads` and `#endif`; lines `// expect ...` say how the run must end.
#pragma once
#include "check.h"
#include "shared.h"

// exported, but in no header: drivers declare them themselves
NTKERNELAPI PCHAR PsGetProcessImageFileName(PEPROCESS Process);
NTKERNELAPI HANDLE PsGetProcessInheritedFromUniqueProcessId(PEPROCESS Process);
NTKERNELAPI PVOID PsGetProcessPeb(PEPROCESS Process);
NTKERNELAPI PVOID PsGetProcessSectionBaseAddress(PEPROCESS Process);
NTKERNELAPI NTSTATUS PsReferenceProcessFilePointer(PEPROCESS Process, PFILE_OBJECT *FileObject);

NTKERNELAPI NTSTATUS ObReferenceObjectByName(PUNICODE_STRING Name, ULONG Attributes, PVOID AccessState, ACCESS_MASK Access, POBJECT_TYPE Type,
  KPROCESSOR_MODE Mode, PVOID ParseContext, PVOID *Object);

LONG g_Failures = 0;
PDEVICE_OBJECT g_Device = NULL;

static const UNICODE_STRING g_DeviceName = RTL_CONSTANT_STRING(L"\\Device\\Test");
static const UNICODE_STRING g_LinkName = RTL_CONSTANT_STRING(L"\\??\\Test");

static NTSTATUS CompleteIrp(PIRP Irp, NTSTATUS Status, ULONG_PTR Information) {
  Irp->IoStatus.Status = Status;
  Irp->IoStatus.Information = Information;
  IoCompleteRequest(Irp, IO_NO_INCREMENT);
  return Status;
}

static NTSTATUS OpenClose(PDEVICE_OBJECT DeviceObject, PIRP Irp) {
  UNREFERENCED_PARAMETER(DeviceObject);
  return CompleteIrp(Irp, STATUS_SUCCESS, 0);
}

static NTSTATUS MakeDevice(PDRIVER_OBJECT DriverObject, PDRIVER_DISPATCH Control) {
  NTSTATUS status = IoCreateDevice(DriverObject, 0, (PUNICODE_STRING)&g_DeviceName, FILE_DEVICE_UNKNOWN, 0, FALSE, &g_Device);
  if (!NT_SUCCESS(status)) return status;
  DriverObject->MajorFunction[IRP_MJ_CREATE] = OpenClose;
  DriverObject->MajorFunction[IRP_MJ_CLOSE] = OpenClose;
  DriverObject->MajorFunction[IRP_MJ_DEVICE_CONTROL] = Control;
  return IoCreateSymbolicLink((PUNICODE_STRING)&g_LinkName, (PUNICODE_STRING)&g_DeviceName);
}

static VOID DropDevice(VOID) {
  IoDeleteSymbolicLink((PUNICODE_STRING)&g_LinkName);
  IoDeleteDevice(g_Device);
}
