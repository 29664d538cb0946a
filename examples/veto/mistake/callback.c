// The callback of gatekeeper, with the mistake: an end of a process is taken for a creation.
#include "gatekeeper.h"

volatile LONG g_Started;
volatile LONG g_Ended;
volatile LONG g_Refused;

VOID GatekeeperProcessNotify(_Inout_ PEPROCESS Process, _In_ HANDLE ProcessId, _Inout_opt_ PPS_CREATE_NOTIFY_INFO CreateInfo)
{
    UNREFERENCED_PARAMETER(Process);
    UNREFERENCED_PARAMETER(ProcessId);

    InterlockedIncrement(&g_Started);

    // The mistake: CreateInfo is NULL when a process ends. Reading through it is an access violation in kernel mode that nobody handles.
    if (GatekeeperIsBlocked(CreateInfo->ImageFileName)) {
        InterlockedIncrement(&g_Refused);
        CreateInfo->CreationStatus = STATUS_ACCESS_DISABLED_BY_POLICY_DEFAULT;
    }
}
