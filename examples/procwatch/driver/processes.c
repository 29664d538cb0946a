// The list of watched processes, and the work item that describes new ones outside of the callbacks.
#include "driver.h"

PROCWATCH_STATE g_State;

typedef struct _DESCRIBE_WORK {
    PIO_WORKITEM Item;
} DESCRIBE_WORK, *PDESCRIBE_WORK;

static IO_WORKITEM_ROUTINE DescribeWorker;

VOID ProcWatchInitializeState(_In_ PDEVICE_OBJECT Device)
{
    ExInitializeFastMutex(&g_State.Lock);
    InitializeListHead(&g_State.Processes);
    ExInitializeRundownProtection(&g_State.WorkRundown);
    g_State.Device = Device;
}

// The caller holds g_State.Lock.
static PWATCHED_PROCESS FindProcess(_In_ HANDLE ProcessId)
{
    PLIST_ENTRY entry;

    for (entry = g_State.Processes.Flink; entry != &g_State.Processes; entry = entry->Flink) {
        PWATCHED_PROCESS process = CONTAINING_RECORD(entry, WATCHED_PROCESS, Links);
        if (process->ProcessId == ProcessId && !process->Exited) {
            return process;
        }
    }
    return NULL;
}

VOID ProcWatchAddProcess(_In_ HANDLE ProcessId, _In_ HANDLE ParentId, _In_opt_ PCUNICODE_STRING ImageName)
{
    PWATCHED_PROCESS process = ExAllocatePool2(POOL_FLAG_PAGED, sizeof(WATCHED_PROCESS), PROCWATCH_TAG);

    if (process == NULL) {
        return;
    }
    process->ProcessId = ProcessId;
    process->ParentId = ParentId;
    if (ImageName != NULL) {
        // A counted string: copy what fits and keep a terminator (the pool is zeroed).
        SIZE_T bytes = min(ImageName->Length, (IMAGE_NAME_CHARS - 1) * sizeof(WCHAR));
        RtlCopyMemory(process->ImageName, ImageName->Buffer, bytes);
    }

    ExAcquireFastMutex(&g_State.Lock);
    InsertTailList(&g_State.Processes, &process->Links);
    g_State.Counts.Watched++;
    g_State.Counts.ProcessesCreated++;
    ExReleaseFastMutex(&g_State.Lock);
}

VOID ProcWatchMarkExited(_In_ HANDLE ProcessId)
{
    PWATCHED_PROCESS process;

    ExAcquireFastMutex(&g_State.Lock);
    g_State.Counts.ProcessesExited++;
    process = FindProcess(ProcessId);
    if (process != NULL) {
        process->Exited = TRUE;
    }
    ExReleaseFastMutex(&g_State.Lock);
}

VOID ProcWatchCountImage(_In_ HANDLE ProcessId)
{
    PWATCHED_PROCESS process;

    ExAcquireFastMutex(&g_State.Lock);
    g_State.Counts.ImagesLoaded++;
    process = FindProcess(ProcessId);
    if (process != NULL) {
        process->Images++;
    }
    ExReleaseFastMutex(&g_State.Lock);
}

// Runs in a system worker thread: it may take its time, the creator of the process does not wait for it.
static VOID DescribeWorker(_In_ PDEVICE_OBJECT DeviceObject, _In_opt_ PVOID Context)
{
    PDESCRIBE_WORK work = Context;
    PLIST_ENTRY entry;

    UNREFERENCED_PARAMETER(DeviceObject);

    ExAcquireFastMutex(&g_State.Lock);
    for (entry = g_State.Processes.Flink; entry != &g_State.Processes; entry = entry->Flink) {
        PWATCHED_PROCESS process = CONTAINING_RECORD(entry, WATCHED_PROCESS, Links);
        DbgPrintEx(DPFLTR_IHVDRIVER_ID, DPFLTR_INFO_LEVEL, "procwatch: %p (parent %p) %s%ws\n",
                   process->ProcessId, process->ParentId, process->Exited ? "exited " : "", process->ImageName);
    }
    g_State.Counts.Described++;
    ExReleaseFastMutex(&g_State.Lock);

    IoFreeWorkItem(work->Item);
    ExFreePoolWithTag(work, PROCWATCH_TAG);
    ExReleaseRundownProtection(&g_State.WorkRundown);
}

VOID ProcWatchQueueDescription(VOID)
{
    PDESCRIBE_WORK work;

    if (!ExAcquireRundownProtection(&g_State.WorkRundown)) {
        return;     // unload has begun
    }
    work = ExAllocatePool2(POOL_FLAG_NON_PAGED, sizeof(DESCRIBE_WORK), PROCWATCH_TAG);
    if (work != NULL) {
        work->Item = IoAllocateWorkItem(g_State.Device);
        if (work->Item != NULL) {
            IoQueueWorkItem(work->Item, DescribeWorker, DelayedWorkQueue, work);
            return;
        }
        ExFreePoolWithTag(work, PROCWATCH_TAG);
    }
    ExReleaseRundownProtection(&g_State.WorkRundown);
}

VOID ProcWatchFreeAll(VOID)
{
    ExAcquireFastMutex(&g_State.Lock);
    while (!IsListEmpty(&g_State.Processes)) {
        PWATCHED_PROCESS process = CONTAINING_RECORD(RemoveHeadList(&g_State.Processes), WATCHED_PROCESS, Links);
        ExFreePoolWithTag(process, PROCWATCH_TAG);
        g_State.Counts.Watched--;
    }
    ExReleaseFastMutex(&g_State.Lock);
}
