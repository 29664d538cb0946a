#include <ntddk.h>

static LONG g_Calls;

static VOID OnProcess(PEPROCESS process, HANDLE id, PPS_CREATE_NOTIFY_INFO info)
{
    UNREFERENCED_PARAMETER(process);
    UNREFERENCED_PARAMETER(id);
    UNREFERENCED_PARAMETER(info);
    WCHAR *text = ExAllocatePool2(POOL_FLAG_PAGED, 3000 * sizeof(WCHAR), 'gnoL');
    if (text == NULL) return;
    text[0] = L'x';
    InterlockedIncrement(&g_Calls);
    ExFreePoolWithTag(text, 'gnoL');
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
