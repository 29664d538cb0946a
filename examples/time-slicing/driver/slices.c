// A device whose requests do nothing but use the processor, so that one can see who gets it and for how long.
//
// A request runs in the context of the thread that sent it, at its priority. Nothing here yields: what changes hands does so because a quantum ends, or because a
// thread of higher priority wakes.
#include <ntddk.h>
#include "slices.h"

DRIVER_INITIALIZE DriverEntry;
DRIVER_UNLOAD SlicesUnload;
_Dispatch_type_(IRP_MJ_CREATE) _Dispatch_type_(IRP_MJ_CLOSE) DRIVER_DISPATCH SlicesCreateClose;
_Dispatch_type_(IRP_MJ_DEVICE_CONTROL) DRIVER_DISPATCH SlicesDeviceControl;

#define WORK_MS 400
#define QUICK_WAKES 10

// How often the processor came to each of the two equal threads.
volatile LONG g_Turns[2];
// How often the quick thread woke, and how often it then had to wait for the processor.
volatile LONG g_Wakes, g_Late;
// The patient thread ran although an equal one was ready.
volatile LONG g_RanTooEarly;

static volatile LONG g_Owner = -1;
static volatile LONG g_Working;
static UNICODE_STRING g_LinkName = RTL_CONSTANT_STRING(L"\\DosDevices\\Slices");

// Uses the processor for WORK_MS of wall time, and counts how often it comes here from the other one.
static VOID SlicesWork(_In_ LONG Who)
{
    ULONGLONG end = KeQueryInterruptTime() + WORK_MS * 10000ULL;

    InterlockedIncrement(&g_Working);
    while (KeQueryInterruptTime() < end) {
        if (g_Owner != Who) {
            g_Owner = Who;
            InterlockedIncrement(&g_Turns[Who]);
        }
        KeStallExecutionProcessor(20);
    }
    InterlockedDecrement(&g_Working);
}

// Lower priority: on one processor this runs only while nobody works, because those who work never wait.
static VOID SlicesPatient(VOID)
{
    for (LONG i = 0; i < 100; i++) {
        if (g_Working != 0 && KeQueryActiveProcessorCountEx(ALL_PROCESSOR_GROUPS) == 1) {
            InterlockedIncrement(&g_RanTooEarly);
        }
        KeStallExecutionProcessor(50);
    }
}

// Higher priority: sleeps, and runs at once when it wakes.
static VOID SlicesQuick(VOID)
{
    LARGE_INTEGER interval;
    ULONGLONG stamp, before;

    interval.QuadPart = -30 * 10000LL;
    for (LONG i = 0; i < QUICK_WAKES; i++) {
        before = KeQueryInterruptTimePrecise(&stamp);
        KeDelayExecutionThread(KernelMode, FALSE, &interval);
        // Timers expire at a clock tick, so up to one tick after the 30 ms; then the thread runs at once, whoever had the processor.
        if (KeQueryInterruptTimePrecise(&stamp) - before > 30 * 10000ULL + KeQueryTimeIncrement() + 1000) {
            InterlockedIncrement(&g_Late);
        }
        InterlockedIncrement(&g_Wakes);
    }
}

static NTSTATUS SlicesComplete(_Inout_ PIRP Irp, _In_ NTSTATUS Status)
{
    Irp->IoStatus.Status = Status;
    Irp->IoStatus.Information = 0;
    // No boost: the thread that sent the request did not wait.
    IoCompleteRequest(Irp, IO_NO_INCREMENT);
    return Status;
}

NTSTATUS SlicesCreateClose(_In_ PDEVICE_OBJECT DeviceObject, _Inout_ PIRP Irp)
{
    UNREFERENCED_PARAMETER(DeviceObject);
    return SlicesComplete(Irp, STATUS_SUCCESS);
}

NTSTATUS SlicesDeviceControl(_In_ PDEVICE_OBJECT DeviceObject, _Inout_ PIRP Irp)
{
    PIO_STACK_LOCATION stack = IoGetCurrentIrpStackLocation(Irp);

    UNREFERENCED_PARAMETER(DeviceObject);
    if (stack->Parameters.DeviceIoControl.IoControlCode != IOCTL_SLICES_WORK) {
        return SlicesComplete(Irp, STATUS_INVALID_DEVICE_REQUEST);
    }
    if (stack->Parameters.DeviceIoControl.InputBufferLength < sizeof(SLICE_THREAD)) {
        return SlicesComplete(Irp, STATUS_BUFFER_TOO_SMALL);
    }
    switch (*(SLICE_THREAD *)Irp->AssociatedIrp.SystemBuffer) {
    case SliceEven:
        SlicesWork(0);
        break;
    case SliceOdd:
        SlicesWork(1);
        break;
    case SlicePatient:
        SlicesPatient();
        break;
    case SliceQuick:
        SlicesQuick();
        break;
    default:
        return SlicesComplete(Irp, STATUS_INVALID_PARAMETER);
    }
    return SlicesComplete(Irp, STATUS_SUCCESS);
}

VOID SlicesUnload(_In_ PDRIVER_OBJECT DriverObject)
{
    DbgPrintEx(DPFLTR_IHVDRIVER_ID, DPFLTR_INFO_LEVEL, "slices: %ld and %ld turns, %ld wakes\n", g_Turns[0], g_Turns[1], g_Wakes);
    IoDeleteSymbolicLink(&g_LinkName);
    IoDeleteDevice(DriverObject->DeviceObject);
}

NTSTATUS DriverEntry(_In_ PDRIVER_OBJECT DriverObject, _In_ PUNICODE_STRING RegistryPath)
{
    UNICODE_STRING deviceName = RTL_CONSTANT_STRING(L"\\Device\\Slices");
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
    DriverObject->MajorFunction[IRP_MJ_CREATE] = SlicesCreateClose;
    DriverObject->MajorFunction[IRP_MJ_CLOSE] = SlicesCreateClose;
    DriverObject->MajorFunction[IRP_MJ_DEVICE_CONTROL] = SlicesDeviceControl;
    DriverObject->DriverUnload = SlicesUnload;
    return STATUS_SUCCESS;
}
