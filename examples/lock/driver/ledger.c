// A ledger of deposits, once with its locks and once without (NO_LOCKS): the same code, so that you see what each lock is good for.
//
// A lock is chosen by where the data is touched and by what the owner does meanwhile:
//
//   g_Deposits   one number, nothing else depends on it      no lock: an interlocked operation
//   g_Last       two numbers that belong together, also      spin lock: the only one that may be taken at DISPATCH_LEVEL. Held for a few instructions;
//                read by a timer's DPC                       no waiting, no paged memory, no unknown code under it
//   g_Entries    a list whose entries are allocated          fast mutex: at PASSIVE_LEVEL, may be held while pool is allocated; raises to APC_LEVEL, so that
//                                                            no APC can come back into this code and wait for the mutex that its own thread holds
//   g_Limits     read by every request, hardly ever          push lock (or ERESOURCE): readers do not shut each other out. Acquired inside a critical region:
//                written                                     a suspended thread would keep everybody waiting
//
// What goes wrong without them is at each place.
#include <ntddk.h>
#include "ledger.h"

#ifdef NO_LOCKS
#define LOCKED(x) ((VOID)0)
#else
#define LOCKED(x) (x)
#endif

typedef struct _LEDGER_ENTRY {
    SINGLE_LIST_ENTRY Link;
    LONG Amount;
} LEDGER_ENTRY, *PLEDGER_ENTRY;

DRIVER_INITIALIZE DriverEntry;
DRIVER_UNLOAD LedgerUnload;
KDEFERRED_ROUTINE LedgerTick;
_Dispatch_type_(IRP_MJ_CREATE) _Dispatch_type_(IRP_MJ_CLOSE) DRIVER_DISPATCH LedgerCreateClose;
_Dispatch_type_(IRP_MJ_DEVICE_CONTROL) DRIVER_DISPATCH LedgerDeviceControl;

// What the scenarios look at.
LONG g_Deposits;        // how many deposits there were
LONG g_Balance;         // the sum of all entries
LONG g_Torn;            // how often somebody saw halves of two different states

static struct {
    LONG Amount;
    LONG Check;         // always -Amount
} g_Last;
static KSPIN_LOCK g_LastLock;

static SINGLE_LIST_ENTRY g_Entries;
static FAST_MUTEX g_EntriesMutex;

static LEDGER_LIMITS g_Limits = { 0, 100 };
static EX_PUSH_LOCK g_LimitsLock;

static KTIMER g_Timer;
static KDPC g_Dpc;

static UNICODE_STRING g_LinkName = RTL_CONSTANT_STRING(L"\\DosDevices\\Ledger");

static NTSTATUS LedgerComplete(_Inout_ PIRP Irp, _In_ NTSTATUS Status)
{
    Irp->IoStatus.Status = Status;
    Irp->IoStatus.Information = 0;
    IoCompleteRequest(Irp, IO_NO_INCREMENT);
    return Status;
}

NTSTATUS LedgerCreateClose(_In_ PDEVICE_OBJECT DeviceObject, _Inout_ PIRP Irp)
{
    UNREFERENCED_PARAMETER(DeviceObject);
    return LedgerComplete(Irp, STATUS_SUCCESS);
}

// Readers share. Without the lock a request may see the new Low with the old High: limits that nobody has ever set.
static BOOLEAN LedgerPermits(_In_ LONG Amount)
{
    LEDGER_LIMITS limits;

    LOCKED(KeEnterCriticalRegion());
    LOCKED(ExAcquirePushLockShared(&g_LimitsLock));
    limits = g_Limits;
    LOCKED(ExReleasePushLockShared(&g_LimitsLock));
    LOCKED(KeLeaveCriticalRegion());
    if (limits.Low > limits.High) {
        InterlockedIncrement(&g_Torn);
    }
    return Amount >= limits.Low && Amount <= limits.High;
}

static VOID LedgerSetLimits(_In_ const LEDGER_LIMITS *Limits)
{
    LOCKED(KeEnterCriticalRegion());
    LOCKED(ExAcquirePushLockExclusive(&g_LimitsLock));
    g_Limits.Low = Limits->Low;
    g_Limits.High = Limits->High;
    LOCKED(ExReleasePushLockExclusive(&g_LimitsLock));
    LOCKED(KeLeaveCriticalRegion());
}

// Without the mutex two threads may both make the same entry their next one: one of the two is lost (and its memory with it), and so is one addition.
static NTSTATUS LedgerAddEntry(_In_ LONG Amount)
{
    PLEDGER_ENTRY entry;

    LOCKED(ExAcquireFastMutex(&g_EntriesMutex));
    entry = (PLEDGER_ENTRY)ExAllocatePool2(POOL_FLAG_NON_PAGED, sizeof(*entry), 'rgdL');
    if (entry != NULL) {
        entry->Amount = Amount;
        entry->Link.Next = g_Entries.Next;
        g_Entries.Next = &entry->Link;
        g_Balance += Amount;
    }
    LOCKED(ExReleaseFastMutex(&g_EntriesMutex));
    return entry != NULL ? STATUS_SUCCESS : STATUS_INSUFFICIENT_RESOURCES;
}

// Without the spin lock the DPC (or another processor) may see Amount of one deposit and Check of another.
static VOID LedgerNoteLast(_In_ LONG Amount)
{
#ifndef NO_LOCKS
    KIRQL oldIrql;
#endif

    LOCKED(KeAcquireSpinLock(&g_LastLock, &oldIrql));
    if (g_Last.Amount + g_Last.Check != 0) {
        InterlockedIncrement(&g_Torn);
    }
    g_Last.Amount = Amount;
    g_Last.Check = -Amount;
    LOCKED(KeReleaseSpinLock(&g_LastLock, oldIrql));
}

// A DPC runs at DISPATCH_LEVEL already: the cheaper form, which does not raise.
_Use_decl_annotations_
VOID LedgerTick(PKDPC Dpc, PVOID Context, PVOID Argument1, PVOID Argument2)
{
    UNREFERENCED_PARAMETER(Dpc);
    UNREFERENCED_PARAMETER(Context);
    UNREFERENCED_PARAMETER(Argument1);
    UNREFERENCED_PARAMETER(Argument2);
    LOCKED(KeAcquireSpinLockAtDpcLevel(&g_LastLock));
    if (g_Last.Amount + g_Last.Check != 0) {
        InterlockedIncrement(&g_Torn);
    }
    LOCKED(KeReleaseSpinLockFromDpcLevel(&g_LastLock));
}

static NTSTATUS LedgerDeposit(_In_ LONG Amount)
{
    NTSTATUS status;

    if (!LedgerPermits(Amount)) {
        return STATUS_INVALID_PARAMETER;
    }
    status = LedgerAddEntry(Amount);
    if (!NT_SUCCESS(status)) {
        return status;
    }
    LedgerNoteLast(Amount);
#ifdef NO_LOCKS
    g_Deposits++;
#else
    InterlockedIncrement(&g_Deposits);
#endif
    return STATUS_SUCCESS;
}

NTSTATUS LedgerDeviceControl(_In_ PDEVICE_OBJECT DeviceObject, _Inout_ PIRP Irp)
{
    PIO_STACK_LOCATION stack = IoGetCurrentIrpStackLocation(Irp);
    PVOID input = Irp->AssociatedIrp.SystemBuffer;
    ULONG length = stack->Parameters.DeviceIoControl.InputBufferLength;

    UNREFERENCED_PARAMETER(DeviceObject);
    switch (stack->Parameters.DeviceIoControl.IoControlCode) {
    case IOCTL_LEDGER_DEPOSIT:
        if (length < sizeof(LONG)) {
            return LedgerComplete(Irp, STATUS_BUFFER_TOO_SMALL);
        }
        return LedgerComplete(Irp, LedgerDeposit(*(PLONG)input));

    case IOCTL_LEDGER_SET_LIMITS:
        if (length < sizeof(LEDGER_LIMITS) || ((LEDGER_LIMITS *)input)->Low > ((LEDGER_LIMITS *)input)->High) {
            return LedgerComplete(Irp, STATUS_INVALID_PARAMETER);
        }
        LedgerSetLimits((LEDGER_LIMITS *)input);
        return LedgerComplete(Irp, STATUS_SUCCESS);

    default:
        return LedgerComplete(Irp, STATUS_INVALID_DEVICE_REQUEST);
    }
}

VOID LedgerUnload(_In_ PDRIVER_OBJECT DriverObject)
{
    PSINGLE_LIST_ENTRY link;

    KeCancelTimer(&g_Timer);
    KeFlushQueuedDpcs();
    while ((link = PopEntryList(&g_Entries)) != NULL) {
        ExFreePoolWithTag(CONTAINING_RECORD(link, LEDGER_ENTRY, Link), 'rgdL');
    }
    IoDeleteSymbolicLink(&g_LinkName);
    IoDeleteDevice(DriverObject->DeviceObject);
}

NTSTATUS DriverEntry(_In_ PDRIVER_OBJECT DriverObject, _In_ PUNICODE_STRING RegistryPath)
{
    UNICODE_STRING deviceName = RTL_CONSTANT_STRING(L"\\Device\\Ledger");
    LARGE_INTEGER due;
    PDEVICE_OBJECT device;
    NTSTATUS status;

    UNREFERENCED_PARAMETER(RegistryPath);
    KeInitializeSpinLock(&g_LastLock);
    ExInitializeFastMutex(&g_EntriesMutex);
    ExInitializePushLock(&g_LimitsLock);
    status = IoCreateDevice(DriverObject, 0, &deviceName, FILE_DEVICE_UNKNOWN, FILE_DEVICE_SECURE_OPEN, FALSE, &device);
    if (!NT_SUCCESS(status)) {
        return status;
    }
    status = IoCreateSymbolicLink(&g_LinkName, &deviceName);
    if (!NT_SUCCESS(status)) {
        IoDeleteDevice(device);
        return status;
    }
    DriverObject->MajorFunction[IRP_MJ_CREATE] = LedgerCreateClose;
    DriverObject->MajorFunction[IRP_MJ_CLOSE] = LedgerCreateClose;
    DriverObject->MajorFunction[IRP_MJ_DEVICE_CONTROL] = LedgerDeviceControl;
    DriverObject->DriverUnload = LedgerUnload;
    KeInitializeDpc(&g_Dpc, LedgerTick, NULL);
    KeInitializeTimer(&g_Timer);
    due.QuadPart = -10LL * 1000 * 20;   // 20 ms
    KeSetTimerEx(&g_Timer, due, 20, &g_Dpc);
    return STATUS_SUCCESS;
}
