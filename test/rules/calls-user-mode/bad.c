// The callback asks a service in user mode and waits for its answer.
#include <fltKernel.h>

static PFLT_FILTER g_Filter;
static PFLT_PORT g_ClientPort;

static VOID OnProcess(PEPROCESS Process, HANDLE ProcessId, PPS_CREATE_NOTIFY_INFO CreateInfo)
{
    ULONG allow = 0;
    ULONG length = sizeof(allow);
    NTSTATUS status;

    UNREFERENCED_PARAMETER(Process);
    if (CreateInfo == NULL) {
        return;
    }
    status = FltSendMessage(g_Filter, &g_ClientPort, &ProcessId, sizeof(ProcessId), &allow, &length, NULL);
    if (NT_SUCCESS(status) && allow == 0) {
        CreateInfo->CreationStatus = STATUS_ACCESS_DENIED;
    }
}

static VOID DriverUnload(PDRIVER_OBJECT DriverObject)
{
    UNREFERENCED_PARAMETER(DriverObject);
    PsSetCreateProcessNotifyRoutineEx(OnProcess, TRUE);
}

NTSTATUS DriverEntry(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath)
{
    UNREFERENCED_PARAMETER(RegistryPath);
    DriverObject->DriverUnload = DriverUnload;
    return PsSetCreateProcessNotifyRoutineEx(OnProcess, FALSE);
}
