// The name is counted: nothing says that a zero follows it.
#include <ntddk.h>

static LONG g_Matches;

static VOID OnImage(PUNICODE_STRING FullImageName, HANDLE ProcessId, PIMAGE_INFO ImageInfo)
{
    UNREFERENCED_PARAMETER(ImageInfo);
    if (FullImageName == NULL) {
        return;
    }
    DbgPrint("%p loads %ws\n", ProcessId, FullImageName->Buffer);
    if (_wcsicmp(FullImageName->Buffer, L"\\SystemRoot\\System32\\ntdll.dll") == 0) {
        InterlockedIncrement(&g_Matches);
    }
}

static VOID DriverUnload(PDRIVER_OBJECT DriverObject)
{
    UNREFERENCED_PARAMETER(DriverObject);
    PsRemoveLoadImageNotifyRoutine(OnImage);
}

NTSTATUS DriverEntry(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath)
{
    NTSTATUS status;

    UNREFERENCED_PARAMETER(RegistryPath);
    DriverObject->DriverUnload = DriverUnload;
    status = PsSetLoadImageNotifyRoutine(OnImage);
    return status;
}
