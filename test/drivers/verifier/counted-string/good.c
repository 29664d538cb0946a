#include <ntddk.h>

static LONG g_Calls;

static VOID OnProcess(PEPROCESS process, HANDLE id, PPS_CREATE_NOTIFY_INFO info)
{
    UNREFERENCED_PARAMETER(process);
    UNREFERENCED_PARAMETER(id);
    UNICODE_STRING wanted = RTL_CONSTANT_STRING(L"notepad.exe");
    if (info == NULL || info->CommandLine == NULL) return;
    if (RtlPrefixUnicodeString(&wanted, info->CommandLine, TRUE)) InterlockedIncrement(&g_Calls);
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
