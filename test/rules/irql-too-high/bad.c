// Strings are compared while a spin lock is held: the routine and the name are pageable, and the IRQL is DISPATCH_LEVEL.
#include <ntddk.h>

static KSPIN_LOCK g_Lock;
static UNICODE_STRING g_Allowed;
static LONG g_Matches;

static VOID OnImage(PUNICODE_STRING FullImageName, HANDLE ProcessId, PIMAGE_INFO ImageInfo)
{
    KIRQL irql;

    UNREFERENCED_PARAMETER(ProcessId);
    UNREFERENCED_PARAMETER(ImageInfo);
    if (FullImageName == NULL) {
        return;
    }
    KeAcquireSpinLock(&g_Lock, &irql);
    if (RtlCompareUnicodeString(FullImageName, &g_Allowed, TRUE) == 0) {
        g_Matches++;
    }
    KeReleaseSpinLock(&g_Lock, irql);
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
    RtlInitUnicodeString(&g_Allowed, L"\\SystemRoot\\System32\\ntdll.dll");
    KeInitializeSpinLock(&g_Lock);
    status = PsSetLoadImageNotifyRoutine(OnImage);
    return status;
}
