#include "guard.h"

KGUARDED_MUTEX g_NamesLock;
GUARD_NAMES g_Names;
PVOID g_HandleCallbacks;
PEPROCESS g_Protected;

static OB_PREOP_CALLBACK_STATUS BeforeOpen(PVOID Context, POB_PRE_OPERATION_INFORMATION Info)
{
    PCALL_CONTEXT call;

    UNREFERENCED_PARAMETER(Context);
    if (Info->KernelHandle || Info->Object != g_Protected || PsGetCurrentProcess() == g_Protected) {
        return OB_PREOP_SUCCESS;
    }
    call = (PCALL_CONTEXT)ExAllocatePool2(POOL_FLAG_PAGED, sizeof(*call), 'drGH');
    if (call != NULL) {
        call->Removed = Info->Parameters->CreateHandleInformation.DesiredAccess & 1;
        Info->Parameters->CreateHandleInformation.DesiredAccess &= ~1u;
        Info->CallContext = call;
    }
    return OB_PREOP_SUCCESS;
}

static VOID AfterOpen(PVOID Context, POB_POST_OPERATION_INFORMATION Info)
{
    UNREFERENCED_PARAMETER(Context);
    if (Info->CallContext != NULL) {
        ExFreePool(Info->CallContext);
    }
}

NTSTATUS StartGuard(VOID)
{
    OB_OPERATION_REGISTRATION operations[1] = { { 0 } };
    OB_CALLBACK_REGISTRATION registration = { 0 };

    operations[0].ObjectType = PsProcessType;
    operations[0].Operations = OB_OPERATION_HANDLE_CREATE | OB_OPERATION_HANDLE_DUPLICATE;
    operations[0].PreOperation = BeforeOpen;
    operations[0].PostOperation = AfterOpen;
    registration.Version = OB_FLT_REGISTRATION_VERSION;
    registration.OperationRegistrationCount = 1;
    RtlInitUnicodeString(&registration.Altitude, L"1000");
    registration.OperationRegistration = operations;
    return ObRegisterCallbacks(&registration, &g_HandleCallbacks);
}

NTSTATUS StopGuard(VOID)
{
    KeAcquireGuardedMutex(&g_NamesLock);
    if (g_HandleCallbacks != NULL) {
        // the handle callbacks do not take this mutex, so removing them under it is no deadlock
        ObUnRegisterCallbacks(g_HandleCallbacks);
        g_HandleCallbacks = NULL;
    }
    KeReleaseGuardedMutex(&g_NamesLock);
    return STATUS_SUCCESS;
}
