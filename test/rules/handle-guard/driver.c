#include "guard.h"

static BOOLEAN Matches(PCUNICODE_STRING CommandLine, PCWCH Wanted)
{
    WCHAR text[NAME_CHARS + 1] = { 0 };
    BOOLEAN found = FALSE;

    if (CommandLine == NULL || CommandLine->Buffer == NULL) {
        return FALSE;
    }
    RtlCopyMemory(text, CommandLine->Buffer, min(CommandLine->Length, NAME_CHARS * sizeof(WCHAR)));
    KeAcquireGuardedMutex(&g_NamesLock);
    if (Wanted[0] != L'\0' && wcsstr(text, Wanted) != NULL) {
        found = TRUE;
    }
    KeReleaseGuardedMutex(&g_NamesLock);
    return found;
}

VOID OnProcess(PEPROCESS Process, HANDLE ProcessId, PPS_CREATE_NOTIFY_INFO CreateInfo)
{
    if (CreateInfo == NULL) {
        return;
    }
    DbgPrintEx(DPFLTR_IHVDRIVER_ID, DPFLTR_INFO_LEVEL, "process %p: %wZ\n", ProcessId, CreateInfo->CommandLine);
    if (Matches(CreateInfo->CommandLine, g_Names.Protect)) {
        g_Protected = Process;
    } else if (Matches(CreateInfo->CommandLine, g_Names.Reject)) {
        CreateInfo->CreationStatus = STATUS_ACCESS_DENIED;
    }
}

static NTSTATUS Control(PDEVICE_OBJECT DeviceObject, PIRP Irp)
{
    NTSTATUS status = Irp->Flags != 0 ? StartGuard() : StopGuard();

    UNREFERENCED_PARAMETER(DeviceObject);
    Irp->IoStatus.Status = status;
    Irp->IoStatus.Information = 0;
    IoCompleteRequest(Irp, IO_NO_INCREMENT);
    return status;
}

static VOID DriverUnload(PDRIVER_OBJECT DriverObject)
{
    PsSetCreateProcessNotifyRoutineEx(OnProcess, TRUE);
    StopGuard();
    IoDeleteDevice(DriverObject->DeviceObject);
}

NTSTATUS DriverEntry(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath)
{
    UNICODE_STRING link = RTL_CONSTANT_STRING(L"\\DosDevices\\HandleGuard");
    UNICODE_STRING name = RTL_CONSTANT_STRING(L"\\Device\\HandleGuard");
    PDEVICE_OBJECT device = NULL;
    BOOLEAN registered = FALSE;
    NTSTATUS status;

    UNREFERENCED_PARAMETER(RegistryPath);
    DriverObject->DriverUnload = DriverUnload;
    DriverObject->MajorFunction[IRP_MJ_DEVICE_CONTROL] = Control;
    KeInitializeGuardedMutex(&g_NamesLock);
    status = PsSetCreateProcessNotifyRoutineEx(OnProcess, FALSE);
    if (!NT_SUCCESS(status)) {
        goto Exit;
    }
    registered = TRUE;
    status = IoCreateDevice(DriverObject, 0, &name, FILE_DEVICE_UNKNOWN, FILE_DEVICE_SECURE_OPEN, FALSE, &device);
    if (!NT_SUCCESS(status)) {
        goto Exit;
    }
    status = IoCreateSymbolicLink(&link, &name);

Exit:
    if (!NT_SUCCESS(status)) {
        if (registered) {
            // the failure is lost here: the result of the removal takes its place
            status = PsSetCreateProcessNotifyRoutineEx(OnProcess, TRUE);
        }
        if (device != NULL) {
            IoDeleteDevice(device);
        }
    }
    return status;
}
