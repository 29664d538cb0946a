// For the checking drivers of whole-system tests: check.h plus what they share. The bodies of the process that acts on the driver stand in each file
// between `#if 0 // threads` and `#endif`; lines `// expect ...` say how the run must end.
#pragma once
#include "check.h"
#include "shared.h"



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

// DriverUnload of a driver that has nothing to take back, and of one that has its device.
static VOID UnloadNothing(PDRIVER_OBJECT DriverObject) { UNREFERENCED_PARAMETER(DriverObject); }
static VOID UnloadDevice(PDRIVER_OBJECT DriverObject) {
  UNREFERENCED_PARAMETER(DriverObject);
  DropDevice();
}

// A system thread, referenced: Join waits for its end and gives the reference back.
static PETHREAD StartThread(PKSTART_ROUTINE Routine, PVOID Context) {
  HANDLE h;
  PETHREAD thread = NULL;
  OBJECT_ATTRIBUTES oa;
  InitializeObjectAttributes(&oa, NULL, OBJ_KERNEL_HANDLE, NULL, NULL);
  CHECK_EQ(PsCreateSystemThread(&h, THREAD_ALL_ACCESS, &oa, NULL, NULL, Routine, Context), STATUS_SUCCESS);
  CHECK_EQ(ObReferenceObjectByHandle(h, SYNCHRONIZE, *PsThreadType, KernelMode, (PVOID *)&thread, NULL), STATUS_SUCCESS);
  ZwClose(h);
  return thread;
}
static VOID Join(PETHREAD Thread) {
  KeWaitForSingleObject(Thread, Executive, KernelMode, FALSE, NULL);
  ObDereferenceObject(Thread);
}

// References of an object: PointerCount of the OBJECT_HEADER in front of it.
static LONG_PTR References(PVOID Object) { return *(PLONG_PTR)((PUCHAR)Object - 0x30); }

static BOOLEAN EndsWith(PCUNICODE_STRING Name, PCWSTR End) {
  USHORT n = (USHORT)wcslen(End);
  return Name != NULL && Name->Length / 2 >= n && _wcsnicmp(Name->Buffer + Name->Length / 2 - n, End, n) == 0;
}
