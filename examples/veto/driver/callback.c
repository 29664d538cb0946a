// The callback: runs in the thread that creates the process, before the new process has executed anything, and in the last thread of each process that ends.
#include "gatekeeper.h"

volatile LONG g_Started;
volatile LONG g_Ended;
volatile LONG g_Refused;

VOID GatekeeperProcessNotify(_Inout_ PEPROCESS Process, _In_ HANDLE ProcessId, _Inout_opt_ PPS_CREATE_NOTIFY_INFO CreateInfo)
{
    UNREFERENCED_PARAMETER(Process);
    UNREFERENCED_PARAMETER(ProcessId);

    // CreateInfo is NULL when a process ends, and that is the only difference between the two calls.
    if (CreateInfo == NULL) {
        InterlockedIncrement(&g_Ended);
        return;
    }
    InterlockedIncrement(&g_Started);

    // Another driver may have refused it already: CreationStatus is what the callbacks before this one stored. Leave that alone.
    if (!NT_SUCCESS(CreateInfo->CreationStatus)) {
        return;
    }
    // The name may be NULL for processes of other subsystems.
    if (CreateInfo->ImageFileName != NULL && GatekeeperIsBlocked(CreateInfo->ImageFileName)) {
        InterlockedIncrement(&g_Refused);
        CreateInfo->CreationStatus = STATUS_ACCESS_DISABLED_BY_POLICY_DEFAULT;  // an error: a success or informational status would change nothing
    }
}
