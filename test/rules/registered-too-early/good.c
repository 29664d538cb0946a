// Registering is the last step: everything is ready when the first event comes.
#include <ntddk.h>

typedef struct _RECORD {
    LIST_ENTRY Link;
    HANDLE ProcessId;
} RECORD, *PRECORD;

static LIST_ENTRY g_Records;
static KSPIN_LOCK g_Lock;

static VOID OnProcess(HANDLE ParentId, HANDLE ProcessId, BOOLEAN Create)
{
    PRECORD record;

    UNREFERENCED_PARAMETER(ParentId);
    if (!Create) {
        return;
    }
    record = (PRECORD)ExAllocatePool2(POOL_FLAG_NON_PAGED, sizeof(*record), 'ceRE');
    if (record != NULL) {
        record->ProcessId = ProcessId;
        ExInterlockedInsertTailList(&g_Records, &record->Link, &g_Lock);
    }
}

static VOID DriverUnload(PDRIVER_OBJECT DriverObject)
{
    PLIST_ENTRY link;

    UNREFERENCED_PARAMETER(DriverObject);
    PsSetCreateProcessNotifyRoutine(OnProcess, TRUE);
    while ((link = ExInterlockedRemoveHeadList(&g_Records, &g_Lock)) != NULL) {
        ExFreePool(CONTAINING_RECORD(link, RECORD, Link));
    }
}

NTSTATUS DriverEntry(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath)
{
    NTSTATUS status;

    UNREFERENCED_PARAMETER(RegistryPath);
    InitializeListHead(&g_Records);
    KeInitializeSpinLock(&g_Lock);
    DriverObject->DriverUnload = DriverUnload;
    status = PsSetCreateProcessNotifyRoutine(OnProcess, FALSE);
    if (!NT_SUCCESS(status)) {
        return status;
    }
    return STATUS_SUCCESS;
}
