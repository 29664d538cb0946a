// A small driver for the language server's tests: a process callback with an empty body to type into, registered and unregistered.
export const DRIVER = `#include <ntddk.h>

typedef struct _STATE {
    ULONG Count; // of processes
    KSPIN_LOCK Lock;
} STATE;

STATE g_State;
UNICODE_STRING g_Path = RTL_CONSTANT_STRING(L"\\\\Registry\\\\Machine\\\\Software\\\\Watch");

VOID OnProcess(HANDLE ParentId, HANDLE ProcessId, BOOLEAN Create)
{
    UNREFERENCED_PARAMETER(ParentId);
    UNREFERENCED_PARAMETER(ProcessId);
    if (Create) {
        g_State.Count++;
    }
}

VOID Unload(PDRIVER_OBJECT DriverObject)
{
    UNREFERENCED_PARAMETER(DriverObject);
    PsSetCreateProcessNotifyRoutine(OnProcess, TRUE);
}

NTSTATUS DriverEntry(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath)
{
    UNREFERENCED_PARAMETER(RegistryPath);
    DriverObject->DriverUnload = Unload;
    KeInitializeSpinLock(&g_State.Lock);
    return PsSetCreateProcessNotifyRoutine(OnProcess, FALSE);
}
`;

/** A registry call for the callback's body. */
export const REGISTRY_CALL = `        HANDLE key;
        OBJECT_ATTRIBUTES attributes;
        InitializeObjectAttributes(&attributes, &g_Path, OBJ_CASE_INSENSITIVE | OBJ_KERNEL_HANDLE, NULL, NULL);
        if (NT_SUCCESS(ZwOpenKey(&key, KEY_READ, &attributes))) {
            ZwClose(key);
        }
`;

/** Line before which the call is typed. */
export const CALL_LINE = DRIVER.split('\n').findIndex((l) => l.includes('g_State.Count++'));

/** The driver with the call typed in. */
export const DRIVER_WITH_CALL = DRIVER.replace('        g_State.Count++', `${REGISTRY_CALL}        g_State.Count++`);
