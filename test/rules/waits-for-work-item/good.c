// The work has its own memory and finishes alone; unloading waits for what is still queued.
#include <ntddk.h>

typedef struct _WORK {
    WORK_QUEUE_ITEM Item;
    HANDLE ProcessId;
} WORK, *PWORK;

static LONG g_Handled;
static EX_RUNDOWN_REF g_Rundown;

static VOID WorkRoutine(PVOID Context)
{
    InterlockedIncrement(&g_Handled);
    ExFreePool(Context);
    ExReleaseRundownProtection(&g_Rundown);
}

static VOID OnProcess(HANDLE ParentId, HANDLE ProcessId, BOOLEAN Create)
{
    PWORK work;

    UNREFERENCED_PARAMETER(ParentId);
    UNREFERENCED_PARAMETER(Create);
    if (!ExAcquireRundownProtection(&g_Rundown)) {
        return;
    }
    work = (PWORK)ExAllocatePool2(POOL_FLAG_NON_PAGED, sizeof(*work), 'kroW');
    if (work == NULL) {
        ExReleaseRundownProtection(&g_Rundown);
        return;
    }
    work->ProcessId = ProcessId;
    ExInitializeWorkItem(&work->Item, WorkRoutine, work);
    ExQueueWorkItem(&work->Item, DelayedWorkQueue);
}

static VOID DriverUnload(PDRIVER_OBJECT DriverObject)
{
    UNREFERENCED_PARAMETER(DriverObject);
    PsSetCreateProcessNotifyRoutine(OnProcess, TRUE);
    ExWaitForRundownProtectionRelease(&g_Rundown);
}

NTSTATUS DriverEntry(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath)
{
    UNREFERENCED_PARAMETER(RegistryPath);
    DriverObject->DriverUnload = DriverUnload;
    ExInitializeRundownProtection(&g_Rundown);
    return PsSetCreateProcessNotifyRoutine(OnProcess, FALSE);
}
