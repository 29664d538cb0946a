// A device that counts requests: every IOCTL_COUNTER_HIT is one hit. Repaired: the count is raised by an interlocked operation, which no other processor can
// get in between of.
#include <ntddk.h>
#include "counter.h"

DRIVER_INITIALIZE DriverEntry;
DRIVER_UNLOAD CounterUnload;
_Dispatch_type_(IRP_MJ_CREATE) _Dispatch_type_(IRP_MJ_CLOSE) DRIVER_DISPATCH CounterCreateClose;
_Dispatch_type_(IRP_MJ_DEVICE_CONTROL) DRIVER_DISPATCH CounterDeviceControl;

// Hits since the driver was loaded.
LONG g_Count;

static UNICODE_STRING g_LinkName = RTL_CONSTANT_STRING(L"\\DosDevices\\Counter");

static NTSTATUS CounterComplete(_Inout_ PIRP Irp, _In_ NTSTATUS Status)
{
    Irp->IoStatus.Status = Status;
    Irp->IoStatus.Information = 0;
    IoCompleteRequest(Irp, IO_NO_INCREMENT);
    return Status;
}

NTSTATUS CounterCreateClose(_In_ PDEVICE_OBJECT DeviceObject, _Inout_ PIRP Irp)
{
    UNREFERENCED_PARAMETER(DeviceObject);
    return CounterComplete(Irp, STATUS_SUCCESS);
}

NTSTATUS CounterDeviceControl(_In_ PDEVICE_OBJECT DeviceObject, _Inout_ PIRP Irp)
{
    PIO_STACK_LOCATION stack = IoGetCurrentIrpStackLocation(Irp);

    UNREFERENCED_PARAMETER(DeviceObject);
    if (stack->Parameters.DeviceIoControl.IoControlCode != IOCTL_COUNTER_HIT) {
        return CounterComplete(Irp, STATUS_INVALID_DEVICE_REQUEST);
    }
    InterlockedIncrement(&g_Count);
    return CounterComplete(Irp, STATUS_SUCCESS);
}

VOID CounterUnload(_In_ PDRIVER_OBJECT DriverObject)
{
    DbgPrintEx(DPFLTR_IHVDRIVER_ID, DPFLTR_INFO_LEVEL, "counter: %ld hits\n", g_Count);
    IoDeleteSymbolicLink(&g_LinkName);
    IoDeleteDevice(DriverObject->DeviceObject);
}

NTSTATUS DriverEntry(_In_ PDRIVER_OBJECT DriverObject, _In_ PUNICODE_STRING RegistryPath)
{
    UNICODE_STRING deviceName = RTL_CONSTANT_STRING(L"\\Device\\Counter");
    PDEVICE_OBJECT device;
    NTSTATUS status;

    UNREFERENCED_PARAMETER(RegistryPath);
    status = IoCreateDevice(DriverObject, 0, &deviceName, FILE_DEVICE_UNKNOWN, FILE_DEVICE_SECURE_OPEN, FALSE, &device);
    if (!NT_SUCCESS(status)) {
        return status;
    }
    status = IoCreateSymbolicLink(&g_LinkName, &deviceName);
    if (!NT_SUCCESS(status)) {
        IoDeleteDevice(device);
        return status;
    }
    DriverObject->MajorFunction[IRP_MJ_CREATE] = CounterCreateClose;
    DriverObject->MajorFunction[IRP_MJ_CLOSE] = CounterCreateClose;
    DriverObject->MajorFunction[IRP_MJ_DEVICE_CONTROL] = CounterDeviceControl;
    DriverObject->DriverUnload = CounterUnload;
    return STATUS_SUCCESS;
}
