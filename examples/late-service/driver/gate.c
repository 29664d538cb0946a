// gate, as it should not be: the process callback asks the service and waits for its answer.
//
// The callback runs in the thread that creates the process, so that thread now waits for a program. The program may be slow, be suspended, be debugged, have ended,
// or wait for a lock that the waiting thread holds. And it may itself start a process: then its thread runs this callback and waits for an answer that only it could
// give. A time limit turns the second mistake into the first one, and into a hole: what is not answered in time is allowed.
#include "queue.h"

#ifndef GATE_WAIT_MS
#define GATE_WAIT_MS 50                 // 0: for ever
#endif

typedef struct _GATE_QUESTION {
    LIST_ENTRY Link;                    // in g_Questions while the callback waits; lies on the stack of the callback
    unsigned long ProcessId;
    BOOLEAN Allow;
    KEVENT Answered;
} GATE_QUESTION, *PGATE_QUESTION;

DRIVER_INITIALIZE DriverEntry;
DRIVER_UNLOAD GateUnload;
DRIVER_DISPATCH GateControl;
VOID GateProcessNotify(_Inout_ PEPROCESS Process, _In_ HANDLE ProcessId, _Inout_opt_ PPS_CREATE_NOTIFY_INFO CreateInfo);

static FAST_MUTEX g_Lock;               // protects g_Questions
static LIST_ENTRY g_Questions;
volatile LONG g_Asked;
volatile LONG g_TooLate;

VOID GateProcessNotify(_Inout_ PEPROCESS Process, _In_ HANDLE ProcessId, _Inout_opt_ PPS_CREATE_NOTIFY_INFO CreateInfo)
{
    GATE_QUESTION question = { 0 };
    GATE_EVENT event = { 0 };
    LARGE_INTEGER limit;
    NTSTATUS status;

    UNREFERENCED_PARAMETER(Process);
    if (CreateInfo == NULL || PsGetCurrentProcess() == PsInitialSystemProcess) {
        return;                         // an end, or started by the system before anybody could answer
    }
    event.ProcessId = question.ProcessId = HandleToULong(ProcessId);
    question.Allow = TRUE;
    KeInitializeEvent(&question.Answered, NotificationEvent, FALSE);
    ExAcquireFastMutex(&g_Lock);
    InsertTailList(&g_Questions, &question.Link);
    ExReleaseFastMutex(&g_Lock);
    InterlockedIncrement(&g_Asked);

    GateTell(&event);                   // completes the service's request ...
    limit.QuadPart = -10000LL * GATE_WAIT_MS;
    status = KeWaitForSingleObject(&question.Answered, Executive, KernelMode, FALSE, GATE_WAIT_MS == 0 ? NULL : &limit);    // ... and waits for the service

    ExAcquireFastMutex(&g_Lock);
    RemoveEntryList(&question.Link);
    ExReleaseFastMutex(&g_Lock);
    if (status == STATUS_TIMEOUT) {
        InterlockedIncrement(&g_TooLate);
        DbgPrintEx(DPFLTR_IHVDRIVER_ID, DPFLTR_INFO_LEVEL, "gate: no answer about process %lu, it may start\n", event.ProcessId);
    } else if (!question.Allow) {
        CreateInfo->CreationStatus = STATUS_ACCESS_DENIED;
    }
}

NTSTATUS GateControl(_In_ PDEVICE_OBJECT DeviceObject, _Inout_ PIRP Irp)
{
    PIO_STACK_LOCATION stack = IoGetCurrentIrpStackLocation(Irp);
    const GATE_ANSWER *answer = Irp->AssociatedIrp.SystemBuffer;
    NTSTATUS status = STATUS_NOT_FOUND; // nobody waits for it any more

    UNREFERENCED_PARAMETER(DeviceObject);
    if (stack->Parameters.DeviceIoControl.IoControlCode != IOCTL_GATE_ANSWER) {
        return GateComplete(Irp, STATUS_INVALID_DEVICE_REQUEST, 0);
    }
    if (stack->Parameters.DeviceIoControl.InputBufferLength < sizeof *answer) {
        return GateComplete(Irp, STATUS_BUFFER_TOO_SMALL, 0);
    }
    ExAcquireFastMutex(&g_Lock);
    for (PLIST_ENTRY link = g_Questions.Flink; link != &g_Questions; link = link->Flink) {
        PGATE_QUESTION question = CONTAINING_RECORD(link, GATE_QUESTION, Link);

        if (question->ProcessId == answer->ProcessId) {
            question->Allow = answer->Allow != 0;
            KeSetEvent(&question->Answered, IO_NO_INCREMENT, FALSE);
            status = STATUS_SUCCESS;
        }
    }
    ExReleaseFastMutex(&g_Lock);
    return GateComplete(Irp, status, 0);
}

VOID GateUnload(_In_ PDRIVER_OBJECT DriverObject)
{
    PsSetCreateProcessNotifyRoutineEx(GateProcessNotify, TRUE);
    DbgPrintEx(DPFLTR_IHVDRIVER_ID, DPFLTR_INFO_LEVEL, "gate: asked %ld times, %ld answers came too late\n", g_Asked, g_TooLate);
    GateDeleteDevice(DriverObject);
}

NTSTATUS DriverEntry(_In_ PDRIVER_OBJECT DriverObject, _In_ PUNICODE_STRING RegistryPath)
{
    NTSTATUS status;

    UNREFERENCED_PARAMETER(RegistryPath);
    InitializeListHead(&g_Questions);
    ExInitializeFastMutex(&g_Lock);
    status = GateCreateDevice(DriverObject, GateControl);
    if (!NT_SUCCESS(status)) {
        return status;
    }
    DriverObject->DriverUnload = GateUnload;
    status = PsSetCreateProcessNotifyRoutineEx(GateProcessNotify, FALSE);
    if (!NT_SUCCESS(status)) {
        GateDeleteDevice(DriverObject);
    }
    return status;
}
