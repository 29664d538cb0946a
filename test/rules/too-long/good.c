// One attempt: when the slot is taken, the event is counted as lost.
#include <ntddk.h>

static volatile LONG g_Slot;
static LONG g_Lost;

static VOID OnProcess(HANDLE ParentId, HANDLE ProcessId, BOOLEAN Create)
{
    UNREFERENCED_PARAMETER(ParentId);
    UNREFERENCED_PARAMETER(ProcessId);
    UNREFERENCED_PARAMETER(Create);
    if (InterlockedCompareExchange(&g_Slot, 1, 0) != 0) {
        InterlockedIncrement(&g_Lost);
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
    return PsSetCreateProcessNotifyRoutine(OnProcess, FALSE);
}
