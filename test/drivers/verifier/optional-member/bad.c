#include <ntddk.h>

static LONG g_Calls;

static USHORT g_Length;

static VOID OnProcess(PEPROCESS process, HANDLE id, PPS_CREATE_NOTIFY_INFO info)
{
    UNREFERENCED_PARAMETER(process);
    UNREFERENCED_PARAMETER(id);
    InterlockedIncrement(&g_Calls);
    g_Length = info->CommandLine->Length; /* finding */
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
    return PsSetCreateProcessNotifyRoutineEx(OnProcess, FALSE);
}
