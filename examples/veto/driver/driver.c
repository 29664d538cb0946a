// Start and stop. The order counts: what the callback reads exists before it is registered, and goes after it was removed.
#include "gatekeeper.h"

NTSTATUS DriverEntry(_In_ PDRIVER_OBJECT DriverObject, _In_ PUNICODE_STRING RegistryPath)
{
    NTSTATUS status = GatekeeperLoadPolicy(RegistryPath);

    if (!NT_SUCCESS(status)) {
        return status;
    }
    DriverObject->DriverUnload = GatekeeperUnload;

    // Refusing needs the Ex routine, and that needs an image that was linked with /INTEGRITYCHECK; otherwise this answers STATUS_ACCESS_DENIED.
    status = PsSetCreateProcessNotifyRoutineEx(GatekeeperProcessNotify, FALSE);
    if (!NT_SUCCESS(status)) {
        GatekeeperFreePolicy();         // DriverUnload is not called when DriverEntry fails
    }
    return status;
}

VOID GatekeeperUnload(_In_ PDRIVER_OBJECT DriverObject)
{
    UNREFERENCED_PARAMETER(DriverObject);

    // Returns when no invocation runs any more; only then may the list go.
    PsSetCreateProcessNotifyRoutineEx(GatekeeperProcessNotify, TRUE);
    DbgPrintEx(DPFLTR_IHVDRIVER_ID, DPFLTR_INFO_LEVEL, "gatekeeper: %ld started, %ld of them refused\n", g_Started, g_Refused);
    GatekeeperFreePolicy();
}
