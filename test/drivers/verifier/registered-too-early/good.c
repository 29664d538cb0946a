#include <ntddk.h>

static LONG g_Calls;

static FAST_MUTEX g_Lock;

static VOID Idle(PVOID context)
{
    UNREFERENCED_PARAMETER(context);
    PsTerminateSystemThread(STATUS_SUCCESS);
}

static VOID OnThread(HANDLE process, HANDLE thread, BOOLEAN create)
{
    UNREFERENCED_PARAMETER(process);
    UNREFERENCED_PARAMETER(thread);
    UNREFERENCED_PARAMETER(create);
    ExAcquireFastMutex(&g_Lock);
    g_Calls++;
    ExReleaseFastMutex(&g_Lock);
}

static VOID Unload(PDRIVER_OBJECT driver)
{
    UNREFERENCED_PARAMETER(driver);
    PsRemoveCreateThreadNotifyRoutine(OnThread);
}

NTSTATUS DriverEntry(PDRIVER_OBJECT driver, PUNICODE_STRING path)
{
    HANDLE thread;
    NTSTATUS status;
    UNREFERENCED_PARAMETER(path);
    driver->DriverUnload = Unload;
    ExInitializeFastMutex(&g_Lock);
    status = PsSetCreateThreadNotifyRoutine(OnThread);
    if (!NT_SUCCESS(status)) return status;
    status = PsCreateSystemThread(&thread, THREAD_ALL_ACCESS, NULL, NULL, NULL, Idle, NULL);
    if (NT_SUCCESS(status)) ZwClose(thread);
    return STATUS_SUCCESS;
}
