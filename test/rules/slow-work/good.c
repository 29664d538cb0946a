// The callback copies the name and queues the work; the device object keeps the driver loaded until it has run.
#include <ntifs.h>

typedef struct _INSPECT_WORK {
    PIO_WORKITEM Item;
    UNICODE_STRING Name;
} INSPECT_WORK, *PINSPECT_WORK;

static LONG g_Inspected;
static PDEVICE_OBJECT g_Device;

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

static VOID InspectRoutine(PDEVICE_OBJECT DeviceObject, PVOID Context)
{
    PINSPECT_WORK work = (PINSPECT_WORK)Context;

    UNREFERENCED_PARAMETER(DeviceObject);
    Inspect(&work->Name);
    IoFreeWorkItem(work->Item);
    ExFreePool(work);
}

static VOID OnImage(PUNICODE_STRING FullImageName, HANDLE ProcessId, PIMAGE_INFO ImageInfo)
{
    PINSPECT_WORK work;

    UNREFERENCED_PARAMETER(ProcessId);
    UNREFERENCED_PARAMETER(ImageInfo);
    if (FullImageName == NULL) {
        return;
    }
    work = (PINSPECT_WORK)ExAllocatePool2(POOL_FLAG_NON_PAGED, sizeof(*work) + FullImageName->Length, 'kroW');
    if (work == NULL) {
        return;
    }
    work->Name.Buffer = (PWCHAR)(work + 1);
    work->Name.MaximumLength = FullImageName->Length;
    RtlCopyUnicodeString(&work->Name, FullImageName);
    work->Item = IoAllocateWorkItem(g_Device);
    if (work->Item == NULL) {
        ExFreePool(work);
        return;
    }
    IoQueueWorkItem(work->Item, InspectRoutine, DelayedWorkQueue, work);
}

static VOID DriverUnload(PDRIVER_OBJECT DriverObject)
{
    UNREFERENCED_PARAMETER(DriverObject);
    PsRemoveLoadImageNotifyRoutine(OnImage);
    IoDeleteDevice(g_Device);
}

NTSTATUS DriverEntry(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath)
{
    NTSTATUS status;

    UNREFERENCED_PARAMETER(RegistryPath);
    DriverObject->DriverUnload = DriverUnload;
    status = IoCreateDevice(DriverObject, 0, NULL, FILE_DEVICE_UNKNOWN, 0, FALSE, &g_Device);
    if (!NT_SUCCESS(status)) {
        return status;
    }
    status = PsSetLoadImageNotifyRoutine(OnImage);
    if (!NT_SUCCESS(status)) {
        IoDeleteDevice(g_Device);
    }
    return status;
}
