// IOCTL_GATE_NEXT is kept pending until there is an event: how a driver calls a service. The requests wait in a cancel-safe queue, so that the service may end at
// any time; events that nobody waits for are kept in a small ring, the oldest is lost when it is full.
#include "queue.h"

#define GATE_KEPT 16

_Dispatch_type_(IRP_MJ_CREATE) _Dispatch_type_(IRP_MJ_CLOSE) DRIVER_DISPATCH GateCreateClose;
_Dispatch_type_(IRP_MJ_DEVICE_CONTROL) DRIVER_DISPATCH GateDeviceControl;
IO_CSQ_INSERT_IRP GateInsertIrp;
IO_CSQ_REMOVE_IRP GateRemoveIrp;
IO_CSQ_PEEK_NEXT_IRP GatePeekNextIrp;
IO_CSQ_ACQUIRE_LOCK GateAcquireLock;
IO_CSQ_RELEASE_LOCK GateReleaseLock;
IO_CSQ_COMPLETE_CANCELED_IRP GateCompleteCanceledIrp;

static IO_CSQ g_Queue;
static KSPIN_LOCK g_QueueLock;          // protects g_Irps
static LIST_ENTRY g_Irps;
static KSPIN_LOCK g_EventLock;          // protects g_Kept, g_First, g_Count; makes "no request waits" and "the event is kept" one step
static GATE_EVENT g_Kept[GATE_KEPT];
static ULONG g_First;
static ULONG g_Count;
static PDRIVER_DISPATCH g_Control;
static UNICODE_STRING g_LinkName = RTL_CONSTANT_STRING(L"\\DosDevices\\Gate");

VOID GateInsertIrp(_In_ PIO_CSQ Csq, _In_ PIRP Irp)
{
    UNREFERENCED_PARAMETER(Csq);
    InsertTailList(&g_Irps, &Irp->Tail.Overlay.ListEntry);
}

VOID GateRemoveIrp(_In_ PIO_CSQ Csq, _In_ PIRP Irp)
{
    UNREFERENCED_PARAMETER(Csq);
    RemoveEntryList(&Irp->Tail.Overlay.ListEntry);
}

PIRP GatePeekNextIrp(_In_ PIO_CSQ Csq, _In_opt_ PIRP Irp, _In_opt_ PVOID PeekContext)
{
    PLIST_ENTRY next = Irp == NULL ? g_Irps.Flink : Irp->Tail.Overlay.ListEntry.Flink;

    UNREFERENCED_PARAMETER(Csq);
    UNREFERENCED_PARAMETER(PeekContext);
    return next == &g_Irps ? NULL : CONTAINING_RECORD(next, IRP, Tail.Overlay.ListEntry);
}

_IRQL_raises_(DISPATCH_LEVEL) VOID GateAcquireLock(_In_ PIO_CSQ Csq, _Out_ PKIRQL Irql)
{
    UNREFERENCED_PARAMETER(Csq);
    KeAcquireSpinLock(&g_QueueLock, Irql);
}

VOID GateReleaseLock(_In_ PIO_CSQ Csq, _In_ KIRQL Irql)
{
    UNREFERENCED_PARAMETER(Csq);
    KeReleaseSpinLock(&g_QueueLock, Irql);
}

VOID GateCompleteCanceledIrp(_In_ PIO_CSQ Csq, _In_ PIRP Irp)
{
    UNREFERENCED_PARAMETER(Csq);
    GateComplete(Irp, STATUS_CANCELLED, 0);
}

NTSTATUS GateComplete(_Inout_ PIRP Irp, _In_ NTSTATUS Status, _In_ ULONG_PTR Information)
{
    Irp->IoStatus.Status = Status;
    Irp->IoStatus.Information = Information;
    IoCompleteRequest(Irp, IO_NO_INCREMENT);
    return Status;
}

static VOID GateDeliver(_Inout_ PIRP Irp, _In_ const GATE_EVENT *Event)
{
    *(GATE_EVENT *)Irp->AssociatedIrp.SystemBuffer = *Event;
    GateComplete(Irp, STATUS_SUCCESS, sizeof *Event);
}

VOID GateTell(_In_ const GATE_EVENT *Event)
{
    KIRQL irql;
    PIRP irp;

    KeAcquireSpinLock(&g_EventLock, &irql);
    irp = IoCsqRemoveNextIrp(&g_Queue, NULL);
    if (irp == NULL) {
        if (g_Count == GATE_KEPT) {
            g_First = (g_First + 1) % GATE_KEPT;
            g_Count--;
        }
        g_Kept[(g_First + g_Count) % GATE_KEPT] = *Event;
        g_Count++;
    }
    KeReleaseSpinLock(&g_EventLock, irql);
    if (irp != NULL) {
        GateDeliver(irp, Event);        // no lock is held while a request is completed
    }
}

static NTSTATUS GateNext(_Inout_ PIRP Irp)
{
    GATE_EVENT event = { 0 };
    BOOLEAN kept;
    KIRQL irql;

    if (IoGetCurrentIrpStackLocation(Irp)->Parameters.DeviceIoControl.OutputBufferLength < sizeof event) {
        return GateComplete(Irp, STATUS_BUFFER_TOO_SMALL, 0);
    }
    KeAcquireSpinLock(&g_EventLock, &irql);
    kept = g_Count != 0;
    if (kept) {
        event = g_Kept[g_First];
        g_First = (g_First + 1) % GATE_KEPT;
        g_Count--;
    } else {
        IoCsqInsertIrp(&g_Queue, Irp, NULL);    // marks the request pending
    }
    KeReleaseSpinLock(&g_EventLock, irql);
    if (!kept) {
        return STATUS_PENDING;
    }
    GateDeliver(Irp, &event);
    return STATUS_SUCCESS;
}

NTSTATUS GateCreateClose(_In_ PDEVICE_OBJECT DeviceObject, _Inout_ PIRP Irp)
{
    UNREFERENCED_PARAMETER(DeviceObject);
    return GateComplete(Irp, STATUS_SUCCESS, 0);
}

NTSTATUS GateDeviceControl(_In_ PDEVICE_OBJECT DeviceObject, _Inout_ PIRP Irp)
{
    if (IoGetCurrentIrpStackLocation(Irp)->Parameters.DeviceIoControl.IoControlCode == IOCTL_GATE_NEXT) {
        return GateNext(Irp);
    }
    return g_Control(DeviceObject, Irp);
}

NTSTATUS GateCreateDevice(_In_ PDRIVER_OBJECT DriverObject, _In_ PDRIVER_DISPATCH Control)
{
    UNICODE_STRING deviceName = RTL_CONSTANT_STRING(L"\\Device\\Gate");
    PDEVICE_OBJECT device;
    NTSTATUS status;

    g_Control = Control;
    InitializeListHead(&g_Irps);
    KeInitializeSpinLock(&g_QueueLock);
    KeInitializeSpinLock(&g_EventLock);
    IoCsqInitialize(&g_Queue, GateInsertIrp, GateRemoveIrp, GatePeekNextIrp, GateAcquireLock, GateReleaseLock, GateCompleteCanceledIrp);

    status = IoCreateDevice(DriverObject, 0, &deviceName, FILE_DEVICE_UNKNOWN, FILE_DEVICE_SECURE_OPEN, FALSE, &device);
    if (!NT_SUCCESS(status)) {
        return status;
    }
    status = IoCreateSymbolicLink(&g_LinkName, &deviceName);
    if (!NT_SUCCESS(status)) {
        IoDeleteDevice(device);
        return status;
    }
    DriverObject->MajorFunction[IRP_MJ_CREATE] = GateCreateClose;
    DriverObject->MajorFunction[IRP_MJ_CLOSE] = GateCreateClose;
    DriverObject->MajorFunction[IRP_MJ_DEVICE_CONTROL] = GateDeviceControl;
    return STATUS_SUCCESS;
}

VOID GateDeleteDevice(_In_ PDRIVER_OBJECT DriverObject)
{
    IoDeleteSymbolicLink(&g_LinkName);
    IoDeleteDevice(DriverObject->DeviceObject);
}
