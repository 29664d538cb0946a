#include <ntddk.h>

static LONG g_Calls;

static KSPIN_LOCK g_Lock;

static VOID OnProcess(PEPROCESS process, HANDLE id, PPS_CREATE_NOTIFY_INFO info)
{
    UNREFERENCED_PARAMETER(process);
    UNREFERENCED_PARAMETER(id);
    UNREFERENCED_PARAMETER(info);
    KIRQL old;
    KeAcquireSpinLock(&g_Lock, &old);
    g_Calls++;
    KeReleaseSpinLock(&g_Lock, old);
    ZwClose(NULL);
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
    KeInitializeSpinLock(&g_Lock);
    return PsSetCreateProcessNotifyRoutineEx(OnProcess, FALSE);
}
