#include <ntddk.h>

static LONG g_Calls;

static FAST_MUTEX g_Lock;

static VOID OnProcess(PEPROCESS process, HANDLE id, PPS_CREATE_NOTIFY_INFO info)
{
    UNREFERENCED_PARAMETER(process);
    UNREFERENCED_PARAMETER(id);
    UNREFERENCED_PARAMETER(info);
    ExAcquireFastMutex(&g_Lock);
    g_Calls++;
    ExReleaseFastMutex(&g_Lock);
}

static VOID Unload(PDRIVER_OBJECT driver)
{
    UNREFERENCED_PARAMETER(driver);
    PsSetCreateProcessNotifyRoutineEx(OnProcess, TRUE);
}

NTSTATUS DriverEntry(PDRIVER_OBJECT driver, PUNICODE_STRING path)
{
    UNREFERENCED_PARAMETER(path);
    driver->DriverUnload = Unload;
    ExInitializeFastMutex(&g_Lock);
    return PsSetCreateProcessNotifyRoutineEx(OnProcess, FALSE);
}
