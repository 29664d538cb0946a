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
    PVOID text = ExAllocatePool2(POOL_FLAG_NON_PAGED, 16, 'gnoL');
    ZwClose(NULL); /* finding */
    if (text != NULL) ExFreePoolWithTag(text, 'gnoL');
    KeReleaseSpinLock(&g_Lock, old);
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
