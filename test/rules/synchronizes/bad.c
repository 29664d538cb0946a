// The callback needs a lock that a dispatch routine holds while it waits.
#include <ntddk.h>

static FAST_MUTEX g_Lock;
static KEVENT g_Flushed;
static LONG g_Count;

static VOID OnProcess(HANDLE ParentId, HANDLE ProcessId, BOOLEAN Create)
{
    UNREFERENCED_PARAMETER(ParentId);
    UNREFERENCED_PARAMETER(ProcessId);
    ExAcquireFastMutex(&g_Lock);
    g_Count += Create ? 1 : -1;
    ExReleaseFastMutex(&g_Lock);
}

static NTSTATUS Flush(PDEVICE_OBJECT DeviceObject, PIRP Irp)
{
    UNREFERENCED_PARAMETER(DeviceObject);
    ExAcquireFastMutex(&g_Lock);
    KeWaitForSingleObject(&g_Flushed, Executive, KernelMode, FALSE, NULL);
    g_Count = 0;
    ExReleaseFastMutex(&g_Lock);
    Irp->IoStatus.Status = STATUS_SUCCESS;
    Irp->IoStatus.Information = 0;
    IoCompleteRequest(Irp, IO_NO_INCREMENT);
    return STATUS_SUCCESS;
}

static VOID DriverUnload(PDRIVER_OBJECT DriverObject)
{
    UNREFERENCED_PARAMETER(DriverObject);
    PsSetCreateProcessNotifyRoutine(OnProcess, TRUE);
}

NTSTATUS DriverEntry(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath)
{
    UNREFERENCED_PARAMETER(RegistryPath);
    DriverObject->DriverUnload = DriverUnload;
    ExInitializeFastMutex(&g_Lock);
    KeInitializeEvent(&g_Flushed, SynchronizationEvent, FALSE);
    DriverObject->MajorFunction[IRP_MJ_FLUSH_BUFFERS] = Flush;
    return PsSetCreateProcessNotifyRoutine(OnProcess, FALSE);
}
