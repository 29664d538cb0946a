// The callback queues work and stands still until it is done.
#include <ntddk.h>

typedef struct _WORK {
    WORK_QUEUE_ITEM Item;
    KEVENT Done;
    HANDLE ProcessId;
} WORK, *PWORK;

static LONG g_Handled;

static VOID WorkRoutine(PVOID Context)
{
    PWORK work = (PWORK)Context;

    InterlockedIncrement(&g_Handled);
    KeSetEvent(&work->Done, IO_NO_INCREMENT, FALSE);
}

static VOID OnProcess(HANDLE ParentId, HANDLE ProcessId, BOOLEAN Create)
{
    WORK work;

    UNREFERENCED_PARAMETER(ParentId);
    UNREFERENCED_PARAMETER(Create);
    work.ProcessId = ProcessId;
    KeInitializeEvent(&work.Done, NotificationEvent, FALSE);
    ExInitializeWorkItem(&work.Item, WorkRoutine, &work);
    ExQueueWorkItem(&work.Item, DelayedWorkQueue);
    KeWaitForSingleObject(&work.Done, Executive, KernelMode, FALSE, NULL);
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
