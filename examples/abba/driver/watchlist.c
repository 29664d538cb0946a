// A device that keeps a list of watched processes and statistics about it, each with a lock of its own.
//
// The mistake: adding takes the list's lock and then that of the statistics, removing takes them the other way round. When one thread adds while another
// removes, each may hold one lock and wait for the other for ever. Every path alone is correct, and the window is a few instructions wide.
#include <ntddk.h>
#include "watchlist.h"

#define WATCHLIST_TAG 'tsLW'

typedef struct _WATCH_ENTRY {
    LIST_ENTRY Link;
    HANDLE ProcessId;
} WATCH_ENTRY, *PWATCH_ENTRY;

typedef struct _WATCH_STATISTICS {
    ULONG Added;
    ULONG Removed;
    ULONG Longest;          // most entries at a time
    ULONG Length;
} WATCH_STATISTICS;

DRIVER_INITIALIZE DriverEntry;
DRIVER_UNLOAD WatchListUnload;
_Dispatch_type_(IRP_MJ_CREATE) _Dispatch_type_(IRP_MJ_CLOSE) DRIVER_DISPATCH WatchListCreateClose;
_Dispatch_type_(IRP_MJ_DEVICE_CONTROL) DRIVER_DISPATCH WatchListDeviceControl;

static FAST_MUTEX g_ListLock;               // protects g_List
static LIST_ENTRY g_List;
static FAST_MUTEX g_StatisticsLock;         // protects g_Statistics
static WATCH_STATISTICS g_Statistics;

static UNICODE_STRING g_LinkName = RTL_CONSTANT_STRING(L"\\DosDevices\\WatchList");

static NTSTATUS WatchListAdd(_In_ HANDLE ProcessId)
{
    PWATCH_ENTRY entry = ExAllocatePool2(POOL_FLAG_NON_PAGED, sizeof *entry, WATCHLIST_TAG);

    if (entry == NULL) {
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    entry->ProcessId = ProcessId;

    ExAcquireFastMutex(&g_ListLock);
    InsertTailList(&g_List, &entry->Link);
    ExAcquireFastMutex(&g_StatisticsLock);
    g_Statistics.Added++;
    g_Statistics.Length++;
    if (g_Statistics.Length > g_Statistics.Longest) {
        g_Statistics.Longest = g_Statistics.Length;
    }
    ExReleaseFastMutex(&g_StatisticsLock);
    ExReleaseFastMutex(&g_ListLock);
    return STATUS_SUCCESS;
}

static NTSTATUS WatchListRemove(_In_ HANDLE ProcessId)
{
    PWATCH_ENTRY found = NULL;

    // The length is looked at first, so that an empty list costs nothing - and so the second lock is taken inside the first.
    ExAcquireFastMutex(&g_StatisticsLock);
    if (g_Statistics.Length != 0) {
        ExAcquireFastMutex(&g_ListLock);    // the wrong way round: WatchListAdd holds this lock when it takes the other
        for (PLIST_ENTRY link = g_List.Flink; link != &g_List; link = link->Flink) {
            PWATCH_ENTRY entry = CONTAINING_RECORD(link, WATCH_ENTRY, Link);

            if (entry->ProcessId == ProcessId) {
                RemoveEntryList(&entry->Link);
                found = entry;
                break;
            }
        }
        if (found != NULL) {
            g_Statistics.Removed++;
            g_Statistics.Length--;
        }
        ExReleaseFastMutex(&g_ListLock);
    }
    ExReleaseFastMutex(&g_StatisticsLock);

    if (found == NULL) {
        return STATUS_NOT_FOUND;
    }
    ExFreePoolWithTag(found, WATCHLIST_TAG);
    return STATUS_SUCCESS;
}

static NTSTATUS WatchListComplete(_Inout_ PIRP Irp, _In_ NTSTATUS Status)
{
    Irp->IoStatus.Status = Status;
    Irp->IoStatus.Information = 0;
    IoCompleteRequest(Irp, IO_NO_INCREMENT);
    return Status;
}

NTSTATUS WatchListCreateClose(_In_ PDEVICE_OBJECT DeviceObject, _Inout_ PIRP Irp)
{
    UNREFERENCED_PARAMETER(DeviceObject);
    return WatchListComplete(Irp, STATUS_SUCCESS);
}

NTSTATUS WatchListDeviceControl(_In_ PDEVICE_OBJECT DeviceObject, _Inout_ PIRP Irp)
{
    PIO_STACK_LOCATION stack = IoGetCurrentIrpStackLocation(Irp);

    UNREFERENCED_PARAMETER(DeviceObject);
    switch (stack->Parameters.DeviceIoControl.IoControlCode) {
    case IOCTL_WATCHLIST_ADD:
        return WatchListComplete(Irp, WatchListAdd(PsGetCurrentProcessId()));
    case IOCTL_WATCHLIST_REMOVE:
        return WatchListComplete(Irp, WatchListRemove(PsGetCurrentProcessId()));
    default:
        return WatchListComplete(Irp, STATUS_INVALID_DEVICE_REQUEST);
    }
}

VOID WatchListUnload(_In_ PDRIVER_OBJECT DriverObject)
{
    while (!IsListEmpty(&g_List)) {
        ExFreePoolWithTag(CONTAINING_RECORD(RemoveHeadList(&g_List), WATCH_ENTRY, Link), WATCHLIST_TAG);
    }
    DbgPrintEx(DPFLTR_IHVDRIVER_ID, DPFLTR_INFO_LEVEL, "watchlist: %lu added, %lu removed\n", g_Statistics.Added, g_Statistics.Removed);
    IoDeleteSymbolicLink(&g_LinkName);
    IoDeleteDevice(DriverObject->DeviceObject);
}

NTSTATUS DriverEntry(_In_ PDRIVER_OBJECT DriverObject, _In_ PUNICODE_STRING RegistryPath)
{
    UNICODE_STRING deviceName = RTL_CONSTANT_STRING(L"\\Device\\WatchList");
    PDEVICE_OBJECT device;
    NTSTATUS status;

    UNREFERENCED_PARAMETER(RegistryPath);
    InitializeListHead(&g_List);
    ExInitializeFastMutex(&g_ListLock);
    ExInitializeFastMutex(&g_StatisticsLock);

    status = IoCreateDevice(DriverObject, 0, &deviceName, FILE_DEVICE_UNKNOWN, FILE_DEVICE_SECURE_OPEN, FALSE, &device);
    if (!NT_SUCCESS(status)) {
        return status;
    }
    status = IoCreateSymbolicLink(&g_LinkName, &deviceName);
    if (!NT_SUCCESS(status)) {
        IoDeleteDevice(device);
        return status;
    }
    DriverObject->MajorFunction[IRP_MJ_CREATE] = WatchListCreateClose;
    DriverObject->MajorFunction[IRP_MJ_CLOSE] = WatchListCreateClose;
    DriverObject->MajorFunction[IRP_MJ_DEVICE_CONTROL] = WatchListDeviceControl;
    DriverObject->DriverUnload = WatchListUnload;
    return STATUS_SUCCESS;
}
