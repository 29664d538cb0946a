// procwatch's notify routines with the most common mistake of such drivers: an exit notification has no CreateInfo (it is NULL), but this code uses it.
#include "driver.h"

VOID ProcWatchProcessNotify(_Inout_ PEPROCESS Process, _In_ HANDLE ProcessId, _Inout_opt_ PPS_CREATE_NOTIFY_INFO CreateInfo)
{
    UNREFERENCED_PARAMETER(Process);

    // BUG: when a process ends CreateInfo is NULL.
    DbgPrintEx(DPFLTR_IHVDRIVER_ID, DPFLTR_INFO_LEVEL, "procwatch: %p has parent %p\n", ProcessId, CreateInfo->ParentProcessId);
    ProcWatchAddProcess(ProcessId, CreateInfo->ParentProcessId, CreateInfo->ImageFileName);
    ProcWatchQueueDescription();
}

VOID ProcWatchThreadNotify(_In_ HANDLE ProcessId, _In_ HANDLE ThreadId, _In_ BOOLEAN Create)
{
    UNREFERENCED_PARAMETER(ProcessId);
    UNREFERENCED_PARAMETER(ThreadId);

    ExAcquireFastMutex(&g_State.Lock);
    if (Create) {
        g_State.Counts.ThreadsCreated++;
    } else {
        g_State.Counts.ThreadsExited++;
    }
    ExReleaseFastMutex(&g_State.Lock);
}

VOID ProcWatchImageNotify(_In_opt_ PUNICODE_STRING FullImageName, _In_ HANDLE ProcessId, _In_ PIMAGE_INFO ImageInfo)
{
    UNREFERENCED_PARAMETER(FullImageName);

    if (!ImageInfo->SystemModeImage) {
        ProcWatchCountImage(ProcessId);
    }
}
