// The callback decides from what the driver knows already; the service is told afterwards, by a thread of the driver.
#include <fltKernel.h>

static volatile LONG g_BlockNew;
static volatile LONG g_Started;
static KEVENT g_Tell;

static VOID OnProcess(PEPROCESS Process, HANDLE ProcessId, PPS_CREATE_NOTIFY_INFO CreateInfo)
{
    UNREFERENCED_PARAMETER(Process);
    UNREFERENCED_PARAMETER(ProcessId);
    if (CreateInfo == NULL) {
        return;
    }
    if (g_BlockNew != 0) {
        CreateInfo->CreationStatus = STATUS_ACCESS_DENIED;
        return;
    }
    InterlockedIncrement(&g_Started);
    KeSetEvent(&g_Tell, IO_NO_INCREMENT, FALSE);
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
    KeInitializeEvent(&g_Tell, SynchronizationEvent, FALSE);
    return PsSetCreateProcessNotifyRoutineEx(OnProcess, FALSE);
}
