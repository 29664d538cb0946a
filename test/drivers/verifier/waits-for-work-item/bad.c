#include <ntddk.h>

static LONG g_Calls;

static PDEVICE_OBJECT g_Device;
static KEVENT g_Done;

static VOID Worker(PDEVICE_OBJECT device, PVOID context)
{
    UNREFERENCED_PARAMETER(device);
    UNREFERENCED_PARAMETER(context);
    KeSetEvent(&g_Done, 0, FALSE);
}

static VOID OnProcess(PEPROCESS process, HANDLE id, PPS_CREATE_NOTIFY_INFO info)
{
    UNREFERENCED_PARAMETER(process);
    UNREFERENCED_PARAMETER(id);
    UNREFERENCED_PARAMETER(info);
    PIO_WORKITEM item = IoAllocateWorkItem(g_Device);
    InterlockedIncrement(&g_Calls);
    if (item == NULL) return;
    KeClearEvent(&g_Done);
    IoQueueWorkItem(item, Worker, DelayedWorkQueue, NULL);
    KeWaitForSingleObject(&g_Done, Executive, KernelMode, FALSE, NULL); /* finding */
    IoFreeWorkItem(item);
}

static VOID Unload(PDRIVER_OBJECT driver)
{
    UNREFERENCED_PARAMETER(driver);
    PsSetCreateProcessNotifyRoutineEx(OnProcess, TRUE);
    IoDeleteDevice(g_Device);
}

NTSTATUS DriverEntry(PDRIVER_OBJECT driver, PUNICODE_STRING path)
{
    UNREFERENCED_PARAMETER(path);
    driver->DriverUnload = Unload;
    KeInitializeEvent(&g_Done, NotificationEvent, FALSE);
    NTSTATUS status = IoCreateDevice(driver, 0, NULL, FILE_DEVICE_UNKNOWN, 0, FALSE, &g_Device);
    if (!NT_SUCCESS(status)) return status;
    return PsSetCreateProcessNotifyRoutineEx(OnProcess, FALSE);
}
