// A device that keeps a table of jobs. IOCTL_PLACES_ENTER takes the next free place.
//
// The mistake: PlacesEnter raises to DISPATCH_LEVEL "so that nobody interrupts". On one processor that is a lock: no other thread runs there until the IRQL falls.
// On two processors the other one goes on, reads the same g_Used, and both enter the same place. IRQL protects against this processor, a spin lock against all of
// them: it raises the IRQL and keeps the other processors out. The cure is KeAcquireSpinLock instead of KeRaiseIrql.
#include <ntddk.h>
#include "places.h"

DRIVER_INITIALIZE DriverEntry;
DRIVER_UNLOAD PlacesUnload;
_Dispatch_type_(IRP_MJ_CREATE) _Dispatch_type_(IRP_MJ_CLOSE) DRIVER_DISPATCH PlacesCreateClose;
_Dispatch_type_(IRP_MJ_DEVICE_CONTROL) DRIVER_DISPATCH PlacesDeviceControl;

#define PLACES 32

// The table, and how many of its places are taken.
PVOID g_Places[PLACES];
ULONG g_Used;

static UNICODE_STRING g_LinkName = RTL_CONSTANT_STRING(L"\\DosDevices\\Places");

static NTSTATUS PlacesEnter(_In_opt_ PVOID Job)
{
    KIRQL irql;
    ULONG place;
    NTSTATUS status = STATUS_INSUFFICIENT_RESOURCES;

    KeRaiseIrql(DISPATCH_LEVEL, &irql);   // should be KeAcquireSpinLock(&g_Lock, &irql)
    place = g_Used;
    if (place < PLACES) {
        g_Places[place] = Job;
        g_Used = place + 1;
        status = STATUS_SUCCESS;
    }
    KeLowerIrql(irql);
    return status;
}

static NTSTATUS PlacesComplete(_Inout_ PIRP Irp, _In_ NTSTATUS Status)
{
    Irp->IoStatus.Status = Status;
    Irp->IoStatus.Information = 0;
    IoCompleteRequest(Irp, IO_NO_INCREMENT);
    return Status;
}

NTSTATUS PlacesCreateClose(_In_ PDEVICE_OBJECT DeviceObject, _Inout_ PIRP Irp)
{
    UNREFERENCED_PARAMETER(DeviceObject);
    return PlacesComplete(Irp, STATUS_SUCCESS);
}

NTSTATUS PlacesDeviceControl(_In_ PDEVICE_OBJECT DeviceObject, _Inout_ PIRP Irp)
{
    PIO_STACK_LOCATION stack = IoGetCurrentIrpStackLocation(Irp);

    UNREFERENCED_PARAMETER(DeviceObject);
    if (stack->Parameters.DeviceIoControl.IoControlCode != IOCTL_PLACES_ENTER) {
        return PlacesComplete(Irp, STATUS_INVALID_DEVICE_REQUEST);
    }
    return PlacesComplete(Irp, PlacesEnter(PsGetCurrentThreadId()));
}

VOID PlacesUnload(_In_ PDRIVER_OBJECT DriverObject)
{
    DbgPrintEx(DPFLTR_IHVDRIVER_ID, DPFLTR_INFO_LEVEL, "places: %lu taken\n", g_Used);
    IoDeleteSymbolicLink(&g_LinkName);
    IoDeleteDevice(DriverObject->DeviceObject);
}

NTSTATUS DriverEntry(_In_ PDRIVER_OBJECT DriverObject, _In_ PUNICODE_STRING RegistryPath)
{
    UNICODE_STRING deviceName = RTL_CONSTANT_STRING(L"\\Device\\Places");
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
    DriverObject->MajorFunction[IRP_MJ_CREATE] = PlacesCreateClose;
    DriverObject->MajorFunction[IRP_MJ_CLOSE] = PlacesCreateClose;
    DriverObject->MajorFunction[IRP_MJ_DEVICE_CONTROL] = PlacesDeviceControl;
    DriverObject->DriverUnload = PlacesUnload;
    return STATUS_SUCCESS;
}
