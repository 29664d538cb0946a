// The journal of journal.c with one of three mistakes, by MISTAKE (the scenarios define it). Each of them may go unnoticed for long while only one program starts now and then.
#include <ntifs.h>

DRIVER_INITIALIZE DriverEntry;
DRIVER_UNLOAD JournalUnload;

typedef struct _NOTE {
    WORK_QUEUE_ITEM WorkItem;
    KEVENT Done;
    HANDLE ProcessId;
} NOTE, *PNOTE;

LONG g_Written;

static WORKER_THREAD_ROUTINE JournalWrite;
static VOID JournalWrite(_In_ PVOID Context)
{
    PNOTE note = Context;
    LARGE_INTEGER slow;

    slow.QuadPart = -50000; // five milliseconds: as long as a disk takes
    KeDelayExecutionThread(KernelMode, FALSE, &slow);
    DbgPrint("journal: process %Iu\n", (ULONG_PTR)note->ProcessId);
    InterlockedIncrement(&g_Written);
    KeSetEvent(&note->Done, IO_NO_INCREMENT, FALSE);
}

#if MISTAKE == 1

// The item and what it works on lie on the stack of the callback. It returns at once; what the worker thread finds later is the stack of somebody else.
static VOID JournalNote(_In_ HANDLE ProcessId)
{
    NOTE note;

    KeInitializeEvent(&note.Done, NotificationEvent, FALSE);
    note.ProcessId = ProcessId;
    ExInitializeWorkItem(&note.WorkItem, JournalWrite, &note);
    ExQueueWorkItem(&note.WorkItem, DelayedWorkQueue);
}

#elif MISTAKE == 2

// One item for all: the second program starts while the first one's item still waits for a worker thread.
static NOTE g_Note;

static VOID JournalNote(_In_ HANDLE ProcessId)
{
    g_Note.ProcessId = ProcessId;
    ExQueueWorkItem(&g_Note.WorkItem, DelayedWorkQueue);
}

#else

// On the stack too, and so the callback waits until it is done with: the program's start takes as long as the work, and when the worker threads are busy, longer.
static VOID JournalNote(_In_ HANDLE ProcessId)
{
    NOTE note;

    KeInitializeEvent(&note.Done, NotificationEvent, FALSE);
    note.ProcessId = ProcessId;
    ExInitializeWorkItem(&note.WorkItem, JournalWrite, &note);
    ExQueueWorkItem(&note.WorkItem, DelayedWorkQueue);
    KeWaitForSingleObject(&note.Done, Executive, KernelMode, FALSE, NULL);
}

#endif

static VOID JournalOnProcess(_Inout_ PEPROCESS Process, _In_ HANDLE ProcessId, _Inout_opt_ PPS_CREATE_NOTIFY_INFO CreateInfo)
{
    UNREFERENCED_PARAMETER(Process);
    if (CreateInfo != NULL) {
        JournalNote(ProcessId);
    }
}

VOID JournalUnload(_In_ PDRIVER_OBJECT DriverObject)
{
    UNREFERENCED_PARAMETER(DriverObject);
    PsSetCreateProcessNotifyRoutineEx(JournalOnProcess, TRUE);
}

NTSTATUS DriverEntry(_In_ PDRIVER_OBJECT DriverObject, _In_ PUNICODE_STRING RegistryPath)
{
    UNREFERENCED_PARAMETER(RegistryPath);
#if MISTAKE == 2
    KeInitializeEvent(&g_Note.Done, NotificationEvent, FALSE);
    ExInitializeWorkItem(&g_Note.WorkItem, JournalWrite, &g_Note);
#endif
    DriverObject->DriverUnload = JournalUnload;
    return PsSetCreateProcessNotifyRoutineEx(JournalOnProcess, FALSE);
}
