// The callback keeps a copy of the name on the stack, with room for the longest.
#include <ntddk.h>

static WCHAR g_Last[16];

static VOID OnImage(PUNICODE_STRING FullImageName, HANDLE ProcessId, PIMAGE_INFO ImageInfo)
{
    WCHAR copy[1024];
    USHORT length;

    UNREFERENCED_PARAMETER(ProcessId);
    UNREFERENCED_PARAMETER(ImageInfo);
    if (FullImageName == NULL) {
        return;
    }
    length = min(FullImageName->Length, sizeof(copy));
    RtlCopyMemory(copy, FullImageName->Buffer, length);
    RtlCopyMemory(g_Last, copy, min(length, sizeof(g_Last)));
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
