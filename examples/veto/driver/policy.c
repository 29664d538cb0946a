// The list of blocked programs: the value Blocked (REG_MULTI_SZ) of the driver's Parameters key.
#include "gatekeeper.h"

static PKEY_VALUE_PARTIAL_INFORMATION g_Blocked;

NTSTATUS GatekeeperLoadPolicy(_In_ PUNICODE_STRING RegistryPath)
{
    UNICODE_STRING parametersName = RTL_CONSTANT_STRING(L"Parameters");
    UNICODE_STRING valueName = RTL_CONSTANT_STRING(L"Blocked");
    OBJECT_ATTRIBUTES attributes;
    HANDLE service;
    HANDLE parameters;
    ULONG length = 0;
    NTSTATUS status;

    InitializeObjectAttributes(&attributes, RegistryPath, OBJ_CASE_INSENSITIVE | OBJ_KERNEL_HANDLE, NULL, NULL);
    status = ZwOpenKey(&service, KEY_READ, &attributes);
    if (!NT_SUCCESS(status)) {
        return status;
    }
    InitializeObjectAttributes(&attributes, &parametersName, OBJ_CASE_INSENSITIVE | OBJ_KERNEL_HANDLE, service, NULL);
    status = ZwOpenKey(&parameters, KEY_READ, &attributes);
    ZwClose(service);
    if (!NT_SUCCESS(status)) {
        return status;
    }

    status = ZwQueryValueKey(parameters, &valueName, KeyValuePartialInformation, NULL, 0, &length);
    if (status == STATUS_BUFFER_TOO_SMALL || status == STATUS_BUFFER_OVERFLOW) {
        g_Blocked = ExAllocatePool2(POOL_FLAG_PAGED, length, GATEKEEPER_TAG);
        status = g_Blocked == NULL ? STATUS_INSUFFICIENT_RESOURCES
                                   : ZwQueryValueKey(parameters, &valueName, KeyValuePartialInformation, g_Blocked, length, &length);
    }
    ZwClose(parameters);
    if (NT_SUCCESS(status) && g_Blocked->Type != REG_MULTI_SZ) {
        status = STATUS_OBJECT_TYPE_MISMATCH;
    }
    if (!NT_SUCCESS(status)) {
        GatekeeperFreePolicy();
    }
    return status;
}

VOID GatekeeperFreePolicy(VOID)
{
    if (g_Blocked != NULL) {
        ExFreePoolWithTag(g_Blocked, GATEKEEPER_TAG);
        g_Blocked = NULL;
    }
}

// Runs in the callback: it only compares. The strings of the registry are counted here too, since nobody promises that a value ends with a zero.
BOOLEAN GatekeeperIsBlocked(_In_ PCUNICODE_STRING ImageFileName)
{
    UNICODE_STRING file = *ImageFileName;
    PWCHAR name = (PWCHAR)g_Blocked->Data;
    PWCHAR end = name + g_Blocked->DataLength / sizeof(WCHAR);

    // The last part of the path: an image file name is an NT path, or may be only a part of one.
    for (USHORT i = file.Length / sizeof(WCHAR); i > 0; i--) {
        if (file.Buffer[i - 1] == L'\\') {
            file.Buffer += i;
            file.Length -= i * sizeof(WCHAR);
            break;
        }
    }
    while (name < end && *name != 0) {
        UNICODE_STRING blocked = { 0, 0, name };

        while (name < end && *name != 0) {
            name++;
        }
        blocked.Length = blocked.MaximumLength = (USHORT)((name - blocked.Buffer) * sizeof(WCHAR));
        if (RtlEqualUnicodeString(&file, &blocked, TRUE)) {
            return TRUE;
        }
        name++;
    }
    return FALSE;
}
