// The callback waits until somebody has room for the record.
#include <ntddk.h>

static KEVENT g_Room;
static LONG g_Count;

static VOID OnProcess(HANDLE ParentId, HANDLE ProcessId, BOOLEAN Create)
{
    LARGE_INTEGER timeout;

    UNREFERENCED_PARAMETER(ParentId);
    UNREFERENCED_PARAMETER(ProcessId);
    UNREFERENCED_PARAMETER(Create);
    timeout.QuadPart = -10 * 1000 * 1000;
    if (KeWaitForSingleObject(&g_Room, Executive, KernelMode, FALSE, &timeout) == STATUS_SUCCESS) {
        InterlockedIncrement(&g_Count);
    }
}

static VOID DriverUnload(PDRIVER_OBJECT DriverObject)
{
    UNREFERENCED_PARAMETER(DriverObject);
    PsSetCreateProcessNotifyRoutine(OnProcess, TRUE);
}

NTSTATUS DriverEntry(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath)
{
    UNREFERENCED_PARAMETER(RegistryPath);
    DriverObject->DriverUnload = DriverUnload;
    KeInitializeEvent(&g_Room, SynchronizationEvent, TRUE);
    return PsSetCreateProcessNotifyRoutine(OnProcess, FALSE);
}
