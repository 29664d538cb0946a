// gate, as it should be: nobody is asked. The service says beforehand what is refused, the callback looks that up and decides by itself, and the service learns
// afterwards what happened. Nothing in the callback waits for a program; when the service is slow or gone, the rules that it gave still hold.
#include "queue.h"

#define GATE_RULES 8
#define GATE_NAME 64

typedef struct _GATE_RULE {
    USHORT Length;                      // bytes
    WCHAR Name[GATE_NAME];
} GATE_RULE;

DRIVER_INITIALIZE DriverEntry;
DRIVER_UNLOAD GateUnload;
DRIVER_DISPATCH GateControl;
VOID GateProcessNotify(_Inout_ PEPROCESS Process, _In_ HANDLE ProcessId, _Inout_opt_ PPS_CREATE_NOTIFY_INFO CreateInfo);

// A rule is written before the count says that it is there, and never changes after that: the callback reads without a lock.
static GATE_RULE g_Rules[GATE_RULES];
static volatile LONG g_RuleCount;
static FAST_MUTEX g_WriterLock;         // one writer at a time
volatile LONG g_Refused;

static BOOLEAN GateIsRefused(_In_ PCUNICODE_STRING Image)
{
    LONG count = ReadAcquire(&g_RuleCount);

    for (LONG i = 0; i < count; i++) {
        UNICODE_STRING name = { g_Rules[i].Length, sizeof g_Rules[i].Name, g_Rules[i].Name };

        if (RtlSuffixUnicodeString(&name, Image, TRUE)) {
            return TRUE;
        }
    }
    return FALSE;
}

VOID GateProcessNotify(_Inout_ PEPROCESS Process, _In_ HANDLE ProcessId, _Inout_opt_ PPS_CREATE_NOTIFY_INFO CreateInfo)
{
    GATE_EVENT event = { 0 };

    UNREFERENCED_PARAMETER(Process);
    if (CreateInfo == NULL) {
        return;
    }
    event.ProcessId = HandleToULong(ProcessId);
    if (CreateInfo->ImageFileName != NULL && GateIsRefused(CreateInfo->ImageFileName)) {
        CreateInfo->CreationStatus = STATUS_ACCESS_DENIED;
        event.Refused = 1;
        InterlockedIncrement(&g_Refused);
    }
    GateTell(&event);                   // the service reads it when it has time
}

NTSTATUS GateControl(_In_ PDEVICE_OBJECT DeviceObject, _Inout_ PIRP Irp)
{
    PIO_STACK_LOCATION stack = IoGetCurrentIrpStackLocation(Irp);
    ULONG length = stack->Parameters.DeviceIoControl.InputBufferLength;
    NTSTATUS status = STATUS_SUCCESS;

    UNREFERENCED_PARAMETER(DeviceObject);
    if (stack->Parameters.DeviceIoControl.IoControlCode != IOCTL_GATE_POLICY) {
        return GateComplete(Irp, STATUS_INVALID_DEVICE_REQUEST, 0);
    }
    if (length == 0 || length > sizeof g_Rules[0].Name || length % sizeof(WCHAR) != 0) {
        return GateComplete(Irp, STATUS_INVALID_PARAMETER, 0);
    }
    ExAcquireFastMutex(&g_WriterLock);
    if (g_RuleCount == GATE_RULES) {
        status = STATUS_INSUFFICIENT_RESOURCES;
    } else {
        RtlCopyMemory(g_Rules[g_RuleCount].Name, Irp->AssociatedIrp.SystemBuffer, length);
        g_Rules[g_RuleCount].Length = (USHORT)length;
        WriteRelease(&g_RuleCount, g_RuleCount + 1);
    }
    ExReleaseFastMutex(&g_WriterLock);
    return GateComplete(Irp, status, 0);
}

VOID GateUnload(_In_ PDRIVER_OBJECT DriverObject)
{
    PsSetCreateProcessNotifyRoutineEx(GateProcessNotify, TRUE);
    GateDeleteDevice(DriverObject);
}

NTSTATUS DriverEntry(_In_ PDRIVER_OBJECT DriverObject, _In_ PUNICODE_STRING RegistryPath)
{
    NTSTATUS status;

    UNREFERENCED_PARAMETER(RegistryPath);
    ExInitializeFastMutex(&g_WriterLock);
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
