#include <ntddk.h>

static LONG g_Calls;

static VOID Fill(WCHAR *text, int n)
{
    for (int i = 0; i < n; i++) text[i] = L'x';
}

static VOID Deep(VOID)
{
    WCHAR text[3000];
    Fill(text, 3);
    if (text[0] == L'x') InterlockedIncrement(&g_Calls);
}

static VOID OnProcess(PEPROCESS process, HANDLE id, PPS_CREATE_NOTIFY_INFO info)
{
    UNREFERENCED_PARAMETER(process);
    UNREFERENCED_PARAMETER(id);
    UNREFERENCED_PARAMETER(info);
    Deep(); /* finding */
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
