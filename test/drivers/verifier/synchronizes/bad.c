#include <ntddk.h>

static LONG g_Calls;

static KEVENT g_Stop;
static PVOID g_Thread;

static NTSTATUS StartThread(PKSTART_ROUTINE routine)
{
    HANDLE handle;
    NTSTATUS status = PsCreateSystemThread(&handle, THREAD_ALL_ACCESS, NULL, NULL, NULL, routine, NULL);
    if (!NT_SUCCESS(status)) return status;
    ObReferenceObjectByHandle(handle, THREAD_ALL_ACCESS, NULL, KernelMode, &g_Thread, NULL);
    return ZwClose(handle);
}

static FAST_MUTEX g_Lock;

/* Holds the lock while it waits: what a callback that takes the lock has to wait for. */
static VOID Holder(PVOID context)
{
    LARGE_INTEGER delay;
    UNREFERENCED_PARAMETER(context);
    delay.QuadPart = -20000;
    for (;;) {
        ExAcquireFastMutex(&g_Lock);
        KeDelayExecutionThread(KernelMode, FALSE, &delay);
        ExReleaseFastMutex(&g_Lock);
        if (KeWaitForSingleObject(&g_Stop, Executive, KernelMode, FALSE, &delay) == STATUS_SUCCESS) break;
    }
    PsTerminateSystemThread(STATUS_SUCCESS);
}

static VOID OnProcess(PEPROCESS process, HANDLE id, PPS_CREATE_NOTIFY_INFO info)
{
    UNREFERENCED_PARAMETER(process);
    UNREFERENCED_PARAMETER(id);
    UNREFERENCED_PARAMETER(info);
    ExAcquireFastMutex(&g_Lock); /* finding */
    g_Calls++;
    ExReleaseFastMutex(&g_Lock);
}

static VOID Unload(PDRIVER_OBJECT driver)
{
    UNREFERENCED_PARAMETER(driver);
    PsSetCreateProcessNotifyRoutineEx(OnProcess, TRUE);
    KeSetEvent(&g_Stop, 0, FALSE);
    KeWaitForSingleObject(g_Thread, Executive, KernelMode, FALSE, NULL);
    ObDereferenceObject(g_Thread);
}

NTSTATUS DriverEntry(PDRIVER_OBJECT driver, PUNICODE_STRING path)
{
    UNREFERENCED_PARAMETER(path);
    driver->DriverUnload = Unload;
    ExInitializeFastMutex(&g_Lock);
    KeInitializeEvent(&g_Stop, NotificationEvent, FALSE);
    StartThread(Holder);
    return PsSetCreateProcessNotifyRoutineEx(OnProcess, FALSE);
}
