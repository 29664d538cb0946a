// More that is not confirmed about process and object callbacks, taken the one and the other way (reference: callbacks.md 2, 5).
// variant
// variant choice legacy-exit-parent-id null
// variant choice exiting-process-lookup not-found
// variant choice exit-callback-status pending
// variant choice creation-status-on-entry success
// variant choice object-callback-order registration
#include "system.h"
#if 0 // threads
thread main {
  HANDLE p = StartProcess(NOTEPAD, L"notepad");
  TerminateProcess(p, 5);
  WaitForSingleObject(p, INFINITE);
  CloseHandle(p);
  FACT("callbacks 2 a status that an earlier callback stored counts", StartProcess(NOTEPAD, L"refused") == NULL);
}
#endif

enum { Plain, NullParent, NotFound, Pending, Success, Registration };
static HANDLE g_Main, g_Child;
static LONG g_ExitCalls, g_Refused, g_High, g_Low, g_LowFirst;
static PVOID g_HighHandle, g_LowHandle;

static VOID First(PEPROCESS Process, HANDLE ProcessId, PPS_CREATE_NOTIFY_INFO Info) {
  if (Info != NULL) {
    if (g_Main == NULL) g_Main = ProcessId;
    else if (g_Child == NULL) g_Child = ProcessId;
    else Info->CreationStatus = STATUS_VIRUS_INFECTED;
    return;
  }
  if (ProcessId == g_Child) {
    PEPROCESS found = NULL;
    NTSTATUS status = PsLookupProcessByProcessId(ProcessId, &found);
    g_ExitCalls++;
    FACT_EQ("callbacks 2 exit: PsLookupProcessByProcessId still succeeds", status, VARIANT == NotFound ? STATUS_INVALID_CID : STATUS_SUCCESS);
    if (found != NULL) ObDereferenceObject(found);
    FACT_EQ("callbacks 2 exit: PsGetProcessExitStatus is final", PsGetProcessExitStatus(Process), VARIANT == Pending ? STATUS_PENDING : 5);
  }
}

static VOID Second(PEPROCESS Process, HANDLE ProcessId, PPS_CREATE_NOTIFY_INFO Info) {
  UNREFERENCED_PARAMETER(Process);
  if (Info == NULL || ProcessId == g_Main || ProcessId == g_Child) return;
  g_Refused++;
  FACT_EQ("callbacks 2 CreationStatus on entry: what an earlier callback stored", Info->CreationStatus, VARIANT == Success ? STATUS_SUCCESS : STATUS_VIRUS_INFECTED);
}

static VOID Legacy(HANDLE ParentId, HANDLE ProcessId, BOOLEAN Create) {
  if (ProcessId == g_Child && !Create) FACT("callbacks 2 Legacy exit ParentId: the same as at creation", ParentId == (VARIANT == NullParent ? NULL : g_Main));
  if (ProcessId == g_Child && Create) FACT("callbacks 2 Legacy ParentId at creation", ParentId == g_Main);
}

static OB_PREOP_CALLBACK_STATUS High(PVOID Context, POB_PRE_OPERATION_INFORMATION Info) {
  UNREFERENCED_PARAMETER(Context);
  UNREFERENCED_PARAMETER(Info);
  g_High++;
  return OB_PREOP_SUCCESS;
}
static OB_PREOP_CALLBACK_STATUS Low(PVOID Context, POB_PRE_OPERATION_INFORMATION Info) {
  UNREFERENCED_PARAMETER(Context);
  UNREFERENCED_PARAMETER(Info);
  if (g_Low++ == g_High) g_LowFirst++;
  return OB_PREOP_SUCCESS;
}

static NTSTATUS Register(POB_PRE_OPERATION_CALLBACK Pre, PCWSTR Altitude, PVOID *Handle) {
  OB_OPERATION_REGISTRATION operation = {PsProcessType, OB_OPERATION_HANDLE_CREATE, Pre, NULL};
  OB_CALLBACK_REGISTRATION registration = {OB_FLT_REGISTRATION_VERSION, 1, {0, 0, NULL}, NULL, &operation};
  RtlInitUnicodeString(&registration.Altitude, Altitude);
  return ObRegisterCallbacks(&registration, Handle);
}

static VOID Unload(PDRIVER_OBJECT DriverObject) {
  HANDLE h;
  LONG before = g_Low;
  UNREFERENCED_PARAMETER(DriverObject);
  CHECK_EQ(g_ExitCalls, 1);
  CHECK_EQ(g_Refused, 1);
  g_High = g_Low = g_LowFirst = 0;
  UNREFERENCED_PARAMETER(before);
  CHECK_EQ(ObOpenObjectByPointer(PsInitialSystemProcess, OBJ_KERNEL_HANDLE, NULL, PROCESS_TERMINATE, *PsProcessType, KernelMode, &h), STATUS_SUCCESS);
  ZwClose(h);
  FACT("callbacks 5 both object callbacks are called once", g_High == 1 && g_Low == 1);
  FACT_EQ("callbacks 5 Altitude: higher ones run earlier", g_LowFirst, VARIANT == Registration ? 1 : 0);
  ObUnRegisterCallbacks(g_HighHandle);
  ObUnRegisterCallbacks(g_LowHandle);
  PsSetCreateProcessNotifyRoutineEx(First, TRUE);
  PsSetCreateProcessNotifyRoutineEx(Second, TRUE);
  PsSetCreateProcessNotifyRoutine(Legacy, TRUE);
}

TEST_ENTRY {
  UNREFERENCED_PARAMETER(RegistryPath);
  DriverObject->DriverUnload = Unload;
  CHECK_EQ(PsSetCreateProcessNotifyRoutineEx(First, FALSE), STATUS_SUCCESS);
  CHECK_EQ(PsSetCreateProcessNotifyRoutineEx(Second, FALSE), STATUS_SUCCESS);
  CHECK_EQ(PsSetCreateProcessNotifyRoutine(Legacy, FALSE), STATUS_SUCCESS);
  CHECK_EQ(Register(Low, L"100000", &g_LowHandle), STATUS_SUCCESS);
  CHECK_EQ(Register(High, L"200000", &g_HighHandle), STATUS_SUCCESS);
  return RESULT();
}
