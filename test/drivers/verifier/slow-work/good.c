#include <ntddk.h>

static LONG g_Calls;

static VOID Look(VOID)
{
    UNICODE_STRING name = RTL_CONSTANT_STRING(L"\\??\\C:\\Windows\\notes.txt");
    OBJECT_ATTRIBUTES attributes;
    IO_STATUS_BLOCK io;
    HANDLE file;
    InitializeObjectAttributes(&attributes, &name, OBJ_CASE_INSENSITIVE | OBJ_KERNEL_HANDLE, NULL, NULL);
    if (NT_SUCCESS(ZwCreateFile(&file, GENERIC_READ | SYNCHRONIZE, &attributes, &io, NULL, 0, FILE_SHARE_READ, FILE_OPEN, FILE_SYNCHRONOUS_IO_NONALERT, NULL, 0)))
        ZwClose(file);
}

static PDEVICE_OBJECT g_Device;
static EX_RUNDOWN_REF g_Rundown;

static VOID Worker(PDEVICE_OBJECT device, PVOID context)
{
    UNREFERENCED_PARAMETER(device);
    Look();
    IoFreeWorkItem((PIO_WORKITEM)context);
    ExReleaseRundownProtection(&g_Rundown);
}

static VOID OnProcess(PEPROCESS process, HANDLE id, PPS_CREATE_NOTIFY_INFO info)
{
    UNREFERENCED_PARAMETER(process);
    UNREFERENCED_PARAMETER(id);
    UNREFERENCED_PARAMETER(info);
    InterlockedIncrement(&g_Calls);
    if (!ExAcquireRundownProtection(&g_Rundown)) return;
    PIO_WORKITEM item = IoAllocateWorkItem(g_Device);
    if (item == NULL) {
        ExReleaseRundownProtection(&g_Rundown);
        return;
    }
    IoQueueWorkItem(item, Worker, DelayedWorkQueue, item);
}

static VOID Unload(PDRIVER_OBJECT driver)
{
    UNREFERENCED_PARAMETER(driver);
    PsSetCreateProcessNotifyRoutineEx(OnProcess, TRUE);
    ExWaitForRundownProtectionRelease(&g_Rundown);
    IoDeleteDevice(g_Device);
}

NTSTATUS DriverEntry(PDRIVER_OBJECT driver, PUNICODE_STRING path)
{
    UNREFERENCED_PARAMETER(path);
    driver->DriverUnload = Unload;
    ExInitializeRundownProtection(&g_Rundown);
    NTSTATUS status = IoCreateDevice(driver, 0, NULL, FILE_DEVICE_UNKNOWN, 0, FALSE, &g_Device);
    if (!NT_SUCCESS(status)) return status;
    return PsSetCreateProcessNotifyRoutineEx(OnProcess, FALSE);
}
