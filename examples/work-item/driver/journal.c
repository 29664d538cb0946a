// A driver that writes a journal of started programs, and does the slow part where it belongs.
//
// A process callback runs in the thread that creates the process, with the process half made: whatever it does, somebody waits for. Writing to disk or
// registry there makes every program start slowly. So the callback only notes what it has to know, and a work item does the rest later in a system worker thread:
//
//  * The note is a block of pool. The callback's stack is gone when the work item runs, and so is PS_CREATE_NOTIFY_INFO: what is needed of it is copied.
//  * Each note has a work item of its own (IoAllocateWorkItem). One item for all could still be queued when the next process starts, and queuing it twice is a
//    bug check.
//  * The callback does not wait for the work item. If it did, it would be as slow as the work, and one busy work queue would stop all programs from starting.
//  * An I/O work item keeps the device object, and with it the driver's image, until its routine has returned. The driver's own data it does not keep:
//    run-down protection counts the notes, and unload waits for them after the callback is gone, so that no new ones come.
#include <ntddk.h>

DRIVER_INITIALIZE DriverEntry;
DRIVER_UNLOAD JournalUnload;

#define JOURNAL_TAG 'lnrJ'

// What one start of a program leaves to be done.
typedef struct _NOTE {
    PIO_WORKITEM WorkItem;
    HANDLE ProcessId;
    HANDLE ParentId;
} NOTE, *PNOTE;

PDEVICE_OBJECT g_Device;
EX_RUNDOWN_REF g_Notes;

// Notes that were made, and those that are written.
LONG g_Noted;
LONG g_Written;

// Runs in a system worker thread at PASSIVE_LEVEL. It owns the note, and frees it and its work item.
static IO_WORKITEM_ROUTINE JournalWrite;
static VOID JournalWrite(_In_ PDEVICE_OBJECT DeviceObject, _In_opt_ PVOID Context)
{
    PNOTE note = Context;
    LARGE_INTEGER slow;

    UNREFERENCED_PARAMETER(DeviceObject);
    slow.QuadPart = -50000; // five milliseconds: as long as a disk takes
    KeDelayExecutionThread(KernelMode, FALSE, &slow);
    DbgPrint("journal: process %Iu, started by %Iu\n", (ULONG_PTR)note->ProcessId, (ULONG_PTR)note->ParentId);
    InterlockedIncrement(&g_Written);

    IoFreeWorkItem(note->WorkItem);
    ExFreePoolWithTag(note, JOURNAL_TAG);
    ExReleaseRundownProtection(&g_Notes); // the last thing: from here on the driver may unload
}

static VOID JournalOnProcess(_Inout_ PEPROCESS Process, _In_ HANDLE ProcessId, _Inout_opt_ PPS_CREATE_NOTIFY_INFO CreateInfo)
{
    PNOTE note;

    UNREFERENCED_PARAMETER(Process);
    if (CreateInfo == NULL || !ExAcquireRundownProtection(&g_Notes)) {
        return;
    }
    note = ExAllocatePool2(POOL_FLAG_NON_PAGED, sizeof(NOTE), JOURNAL_TAG);
    if (note != NULL) {
        note->ProcessId = ProcessId;
        note->ParentId = CreateInfo->ParentProcessId;
        note->WorkItem = IoAllocateWorkItem(g_Device);
        if (note->WorkItem != NULL) {
            InterlockedIncrement(&g_Noted);
            IoQueueWorkItem(note->WorkItem, JournalWrite, DelayedWorkQueue, note);
            return;
        }
        ExFreePoolWithTag(note, JOURNAL_TAG);
    }
    ExReleaseRundownProtection(&g_Notes);
}

VOID JournalUnload(_In_ PDRIVER_OBJECT DriverObject)
{
    UNREFERENCED_PARAMETER(DriverObject);
    PsSetCreateProcessNotifyRoutineEx(JournalOnProcess, TRUE); // no new notes
    ExWaitForRundownProtectionRelease(&g_Notes);               // the old ones are written
    IoDeleteDevice(g_Device);
}

NTSTATUS DriverEntry(_In_ PDRIVER_OBJECT DriverObject, _In_ PUNICODE_STRING RegistryPath)
{
    NTSTATUS status;

    UNREFERENCED_PARAMETER(RegistryPath);
    ExInitializeRundownProtection(&g_Notes);
    // Nobody opens this device: it is what the work items refer to.
    status = IoCreateDevice(DriverObject, 0, NULL, FILE_DEVICE_UNKNOWN, FILE_DEVICE_SECURE_OPEN, FALSE, &g_Device);
    if (!NT_SUCCESS(status)) {
        return status;
    }
    DriverObject->DriverUnload = JournalUnload;
    status = PsSetCreateProcessNotifyRoutineEx(JournalOnProcess, FALSE);
    if (!NT_SUCCESS(status)) {
        IoDeleteDevice(g_Device);
    }
    return status;
}
