// For windows-platform-028.scenario: a driver whose loading, system thread and registry key give callbacks something to see before there is any process.
#include <ntddk.h>

static VOID Nothing(PVOID Context) {
  UNREFERENCED_PARAMETER(Context);
  PsTerminateSystemThread(STATUS_SUCCESS);
}

static VOID Unload(PDRIVER_OBJECT DriverObject) { UNREFERENCED_PARAMETER(DriverObject); }

NTSTATUS DriverEntry(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath) {
  UNICODE_STRING name = RTL_CONSTANT_STRING(L"\\Registry\\Machine\\Software\\Bystander");
  OBJECT_ATTRIBUTES attributes;
  HANDLE handle;
  PVOID thread;
  NTSTATUS status;
  UNREFERENCED_PARAMETER(RegistryPath);
  InitializeObjectAttributes(&attributes, NULL, OBJ_KERNEL_HANDLE, NULL, NULL);
  status = PsCreateSystemThread(&handle, THREAD_ALL_ACCESS, &attributes, NULL, NULL, Nothing, NULL);
  if (!NT_SUCCESS(status)) return status;
  status = ObReferenceObjectByHandle(handle, THREAD_ALL_ACCESS, *PsThreadType, KernelMode, &thread, NULL);
  ZwClose(handle);
  if (!NT_SUCCESS(status)) return status;
  KeWaitForSingleObject(thread, Executive, KernelMode, FALSE, NULL);
  ObDereferenceObject(thread);
  InitializeObjectAttributes(&attributes, &name, OBJ_KERNEL_HANDLE | OBJ_CASE_INSENSITIVE, NULL, NULL);
  status = ZwCreateKey(&handle, KEY_ALL_ACCESS, &attributes, 0, NULL, REG_OPTION_VOLATILE, NULL);
  if (!NT_SUCCESS(status)) return status;
  ZwClose(handle);
  DriverObject->DriverUnload = Unload;
  return STATUS_SUCCESS;
}
