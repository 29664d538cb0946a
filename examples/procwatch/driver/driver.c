// Start, stop and the device of procwatch: a driver that watches processes, threads and images.
#include "driver.h"

NTSTATUS DriverEntry(_In_ PDRIVER_OBJECT DriverObject, _In_ PUNICODE_STRING RegistryPath)
{
    UNICODE_STRING deviceName = RTL_CONSTANT_STRING(PROCWATCH_DEVICE_NAME);
    UNICODE_STRING linkName = RTL_CONSTANT_STRING(PROCWATCH_LINK_NAME);
    PDEVICE_OBJECT device;
    NTSTATUS status;

    DbgPrintEx(DPFLTR_IHVDRIVER_ID, DPFLTR_INFO_LEVEL, "procwatch: loading from %wZ\n", RegistryPath);

    status = IoCreateDevice(DriverObject, 0, &deviceName, FILE_DEVICE_UNKNOWN, FILE_DEVICE_SECURE_OPEN, FALSE, &device);
    if (!NT_SUCCESS(status)) {
        return status;
    }
    status = IoCreateSymbolicLink(&linkName, &deviceName);
    if (!NT_SUCCESS(status)) {
        IoDeleteDevice(device);
        return status;
    }

    DriverObject->MajorFunction[IRP_MJ_CREATE] = ProcWatchCreateClose;
    DriverObject->MajorFunction[IRP_MJ_CLOSE] = ProcWatchCreateClose;
    DriverObject->MajorFunction[IRP_MJ_DEVICE_CONTROL] = ProcWatchDeviceControl;
    DriverObject->DriverUnload = ProcWatchUnload;

    // Everything that the callbacks use exists before the first of them is registered.
    ProcWatchInitializeState(device);

    status = PsSetCreateProcessNotifyRoutineEx(ProcWatchProcessNotify, FALSE);
    if (!NT_SUCCESS(status)) {
        goto RemoveDevice;
    }
    status = PsSetCreateThreadNotifyRoutine(ProcWatchThreadNotify);
    if (!NT_SUCCESS(status)) {
        goto RemoveProcessNotify;
    }
    status = PsSetLoadImageNotifyRoutine(ProcWatchImageNotify);
    if (!NT_SUCCESS(status)) {
        goto RemoveThreadNotify;
    }
    DbgPrintEx(DPFLTR_IHVDRIVER_ID, DPFLTR_INFO_LEVEL, "procwatch: watching\n");
    return STATUS_SUCCESS;

RemoveThreadNotify:
    PsRemoveCreateThreadNotifyRoutine(ProcWatchThreadNotify);
RemoveProcessNotify:
    PsSetCreateProcessNotifyRoutineEx(ProcWatchProcessNotify, TRUE);
RemoveDevice:
    IoDeleteSymbolicLink(&linkName);
    IoDeleteDevice(device);
    return status;
}

VOID ProcWatchUnload(_In_ PDRIVER_OBJECT DriverObject)
{
    UNICODE_STRING linkName = RTL_CONSTANT_STRING(PROCWATCH_LINK_NAME);

    // First the events stop, then the queued work ends, then what both of them used goes away.
    PsRemoveLoadImageNotifyRoutine(ProcWatchImageNotify);
    PsRemoveCreateThreadNotifyRoutine(ProcWatchThreadNotify);
    PsSetCreateProcessNotifyRoutineEx(ProcWatchProcessNotify, TRUE);
    ExWaitForRundownProtectionRelease(&g_State.WorkRundown);

    DbgPrintEx(DPFLTR_IHVDRIVER_ID, DPFLTR_INFO_LEVEL, "procwatch: saw %lu processes, %lu threads, %lu images\n",
               g_State.Counts.ProcessesCreated, g_State.Counts.ThreadsCreated, g_State.Counts.ImagesLoaded);
    ProcWatchFreeAll();
    IoDeleteSymbolicLink(&linkName);
    IoDeleteDevice(DriverObject->DeviceObject);
}

NTSTATUS ProcWatchCreateClose(_In_ PDEVICE_OBJECT DeviceObject, _Inout_ PIRP Irp)
{
    UNREFERENCED_PARAMETER(DeviceObject);
    Irp->IoStatus.Status = STATUS_SUCCESS;
    Irp->IoStatus.Information = 0;
    IoCompleteRequest(Irp, IO_NO_INCREMENT);
    return STATUS_SUCCESS;
}

NTSTATUS ProcWatchDeviceControl(_In_ PDEVICE_OBJECT DeviceObject, _Inout_ PIRP Irp)
{
    PIO_STACK_LOCATION stack = IoGetCurrentIrpStackLocation(Irp);
    NTSTATUS status = STATUS_INVALID_DEVICE_REQUEST;
    ULONG_PTR information = 0;

    UNREFERENCED_PARAMETER(DeviceObject);

    if (stack->Parameters.DeviceIoControl.IoControlCode == IOCTL_PROCWATCH_QUERY) {
        if (stack->Parameters.DeviceIoControl.OutputBufferLength < sizeof(PROCWATCH_COUNTS)) {
            status = STATUS_BUFFER_TOO_SMALL;
        } else {
            ExAcquireFastMutex(&g_State.Lock);
            *(PPROCWATCH_COUNTS)Irp->AssociatedIrp.SystemBuffer = g_State.Counts;
            ExReleaseFastMutex(&g_State.Lock);
            information = sizeof(PROCWATCH_COUNTS);
            status = STATUS_SUCCESS;
        }
    }
    Irp->IoStatus.Status = status;
    Irp->IoStatus.Information = information;
    IoCompleteRequest(Irp, IO_NO_INCREMENT);
    return status;
}
