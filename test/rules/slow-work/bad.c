// The callback reads the file of every image that is loaded.
#include <ntifs.h>

static LONG g_Inspected;

static VOID Inspect(PUNICODE_STRING Name)
{
    OBJECT_ATTRIBUTES attributes;
    IO_STATUS_BLOCK io;
    HANDLE file;
    UCHAR header[64];

    InitializeObjectAttributes(&attributes, Name, OBJ_KERNEL_HANDLE | OBJ_CASE_INSENSITIVE, NULL, NULL);
    if (!NT_SUCCESS(ZwOpenFile(&file, GENERIC_READ | SYNCHRONIZE, &attributes, &io, FILE_SHARE_READ,
                               FILE_SYNCHRONOUS_IO_NONALERT))) {
        return;
    }
    if (NT_SUCCESS(ZwReadFile(file, NULL, NULL, NULL, &io, header, sizeof(header), NULL, NULL))) {
        InterlockedIncrement(&g_Inspected);
    }
    ZwClose(file);
}

static VOID OnImage(PUNICODE_STRING FullImageName, HANDLE ProcessId, PIMAGE_INFO ImageInfo)
{
    UNREFERENCED_PARAMETER(ProcessId);
    UNREFERENCED_PARAMETER(ImageInfo);
    if (FullImageName != NULL) {
        Inspect(FullImageName);
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
