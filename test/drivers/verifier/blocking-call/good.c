#include <ntddk.h>

static LONG g_Calls;

static KEVENT g_Event;

static VOID OnProcess(PEPROCESS process, HANDLE id, PPS_CREATE_NOTIFY_INFO info)
{
    UNREFERENCED_PARAMETER(process);
    UNREFERENCED_PARAMETER(id);
    UNREFERENCED_PARAMETER(info);
    LARGE_INTEGER none;
    InterlockedIncrement(&g_Calls);
    none.QuadPart = 0;
    KeSetEvent(&g_Event, 0, FALSE);
    KeWaitForSingleObject(&g_Event, Executive, KernelMode, FALSE, &none);
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
    KeInitializeEvent(&g_Event, NotificationEvent, FALSE);
    return PsSetCreateProcessNotifyRoutineEx(OnProcess, FALSE);
}
