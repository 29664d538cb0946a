// The three notify routines. Each does little and never waits for another thread: slow work goes to a work item.
#include "driver.h"

VOID ProcWatchProcessNotify(_Inout_ PEPROCESS Process, _In_ HANDLE ProcessId, _Inout_opt_ PPS_CREATE_NOTIFY_INFO CreateInfo)
{
    UNREFERENCED_PARAMETER(Process);

    if (CreateInfo != NULL) {
        ProcWatchAddProcess(ProcessId, CreateInfo->ParentProcessId, CreateInfo->ImageFileName);
        ProcWatchQueueDescription();
    } else {
        ProcWatchMarkExited(ProcessId);
    }
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

    if (ImageInfo->SystemModeImage) {
        return;     // a driver, not a process
    }
    ProcWatchCountImage(ProcessId);
}
