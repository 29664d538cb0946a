// Routines for counted strings use the length.
#include <ntddk.h>

static LONG g_Matches;

static VOID OnImage(PUNICODE_STRING FullImageName, HANDLE ProcessId, PIMAGE_INFO ImageInfo)
{
    UNICODE_STRING wanted = RTL_CONSTANT_STRING(L"\\SystemRoot\\System32\\ntdll.dll");

    UNREFERENCED_PARAMETER(ImageInfo);
    if (FullImageName == NULL) {
        return;
    }
    DbgPrint("%p loads %wZ\n", ProcessId, FullImageName);
    if (RtlEqualUnicodeString(FullImageName, &wanted, TRUE)) {
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
