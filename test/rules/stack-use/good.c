// Only what is needed is copied, and a big buffer would come from pool.
#include <ntddk.h>

static WCHAR g_Last[16];

static VOID OnImage(PUNICODE_STRING FullImageName, HANDLE ProcessId, PIMAGE_INFO ImageInfo)
{
    PWCHAR copy;

    UNREFERENCED_PARAMETER(ProcessId);
    UNREFERENCED_PARAMETER(ImageInfo);
    if (FullImageName == NULL || FullImageName->Length == 0) {
        return;
    }
    copy = (PWCHAR)ExAllocatePool2(POOL_FLAG_PAGED, FullImageName->Length, 'ypoC');
    if (copy == NULL) {
        return;
    }
    RtlCopyMemory(copy, FullImageName->Buffer, FullImageName->Length);
    RtlCopyMemory(g_Last, copy, min(FullImageName->Length, sizeof(g_Last)));
    ExFreePool(copy);
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
