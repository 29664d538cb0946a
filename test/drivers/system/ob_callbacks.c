// Object callbacks: altitude order, access bits, duplicate, post calls with context, kernel handles, registration rules (reference: callbacks.md 5).
#include "system.h"
#if 0 // threads
thread main {
  HANDLE p = StartProcess(NOTEPAD, L"notepad");
  DWORD id = GetProcessId(p);
  HANDLE weak = OpenProcess(PROCESS_TERMINATE | PROCESS_QUERY_LIMITED_INFORMATION | PROCESS_VM_WRITE, FALSE, id);
  EXPECT(weak != NULL);
  EXPECT(!TerminateProcess(weak, 1) && GetLastError() == 5);
  HANDLE copy = NULL;
  EXPECT(DuplicateHandle(GetCurrentProcess(), p, GetCurrentProcess(), &copy, PROCESS_TERMINATE | SYNCHRONIZE, FALSE, 0));
  EXPECT(!TerminateProcess(copy, 1) && GetLastError() == 5);
  CloseHandle(copy);
  CloseHandle(weak);
  EXPECT(TerminateProcess(p, 1)); // the creator's handle: the callbacks were registered by then, they leave the creator alone
  WaitForSingleObject(p, INFINITE);
  CloseHandle(p);
}
#endif

static PVOID g_High, g_Low;
static LONG g_Order, g_PostHigh, g_PostLow, g_Duplicates, g_Kernel;
static HANDLE g_Target;

static OB_PREOP_CALLBACK_STATUS PreHigh(PVOID Context, POB_PRE_OPERATION_INFORMATION Info) {
  CHECK(Context == (PVOID)0x1234);
  CHECK(KeAreApcsDisabled() && KeGetCurrentIrql() == PASSIVE_LEVEL);
  CHECK(Info->CallContext == NULL);
  if (Info->ObjectType != *PsProcessType) return OB_PREOP_SUCCESS;
  g_Order = 1;
  Info->CallContext = (PVOID)0x77;
  if (Info->KernelHandle) {
    g_Kernel++;
    return OB_PREOP_SUCCESS;
  }
  if (strcmp(PsGetProcessImageFileName((PEPROCESS)Info->Object), "notepad.exe") != 0) return OB_PREOP_SUCCESS;
  if (g_Target == NULL) { // the creation itself
    g_Target = PsGetProcessId((PEPROCESS)Info->Object);
    return OB_PREOP_SUCCESS;
  }
  if (Info->Operation == OB_OPERATION_HANDLE_CREATE) {
    Info->Parameters->CreateHandleInformation.DesiredAccess &= ~PROCESS_TERMINATE;
    Info->Parameters->CreateHandleInformation.DesiredAccess &= ~PROCESS_QUERY_LIMITED_INFORMATION; // not removable
    Info->Parameters->CreateHandleInformation.DesiredAccess |= PROCESS_VM_READ;                    // not addable
  } else {
    g_Duplicates++;
    CHECK(Info->Parameters->DuplicateHandleInformation.SourceProcess == PsGetCurrentProcess());
    CHECK(Info->Parameters->DuplicateHandleInformation.TargetProcess == PsGetCurrentProcess());
    Info->Parameters->DuplicateHandleInformation.DesiredAccess &= ~PROCESS_TERMINATE;
  }
  return OB_PREOP_SUCCESS;
}

static OB_PREOP_CALLBACK_STATUS PreLow(PVOID Context, POB_PRE_OPERATION_INFORMATION Info) {
  UNREFERENCED_PARAMETER(Context);
  CHECK_EQ(g_Order, 1);
  g_Order = 2;
  if (Info->Operation == OB_OPERATION_HANDLE_CREATE && !Info->KernelHandle && PsGetProcessId((PEPROCESS)Info->Object) == g_Target &&
      Info->Parameters->CreateHandleInformation.OriginalDesiredAccess == (PROCESS_TERMINATE | 0x1000 | PROCESS_VM_WRITE)) {
    CHECK_EQ(Info->Parameters->CreateHandleInformation.DesiredAccess, 0x1000 | PROCESS_VM_WRITE);
  }
  return OB_PREOP_SUCCESS;
}

static VOID PostHigh(PVOID Context, POB_POST_OPERATION_INFORMATION Info) {
  UNREFERENCED_PARAMETER(Context);
  if (Info->ObjectType != *PsProcessType) return;
  g_PostHigh++;
  CHECK_EQ(g_Order, 3); // after the low one
  CHECK(Info->CallContext == (PVOID)0x77);
  CHECK(NT_SUCCESS(Info->ReturnStatus));
}

static VOID PostLow(PVOID Context, POB_POST_OPERATION_INFORMATION Info) {
  UNREFERENCED_PARAMETER(Context);
  CHECK_EQ(g_Order, 2);
  g_Order = 3;
  g_PostLow++;
  CHECK(Info->CallContext == NULL);
}

static NTSTATUS Register(PCWSTR Altitude, PVOID Context, POB_OPERATION_REGISTRATION Operations, USHORT Count, PVOID *Handle) {
  OB_CALLBACK_REGISTRATION r;
  RtlZeroMemory(&r, sizeof r);
  r.Version = ObGetFilterVersion();
  r.OperationRegistrationCount = Count;
  RtlInitUnicodeString(&r.Altitude, Altitude);
  r.RegistrationContext = Context;
  r.OperationRegistration = Operations;
  return ObRegisterCallbacks(&r, Handle);
}

static VOID Unload(PDRIVER_OBJECT DriverObject) {
  UNREFERENCED_PARAMETER(DriverObject);
  CHECK_EQ(g_PostHigh, g_PostLow);
  CHECK(g_PostHigh >= 4);
  CHECK_EQ(g_Duplicates, 1);
  CHECK(g_Kernel >= 1);
  ObUnRegisterCallbacks(g_Low);
  ObUnRegisterCallbacks(g_High);
}

TEST_ENTRY {
  OB_OPERATION_REGISTRATION high[2] = {{0}}, low[1] = {{0}}, wrong[1] = {{0}};
  PVOID h;
  UNREFERENCED_PARAMETER(RegistryPath);
  DriverObject->DriverUnload = Unload;
  CHECK_EQ(ObGetFilterVersion(), 0x100);
  low[0].ObjectType = PsProcessType;
  low[0].Operations = OB_OPERATION_HANDLE_CREATE | OB_OPERATION_HANDLE_DUPLICATE;
  low[0].PreOperation = PreLow;
  low[0].PostOperation = PostLow;
  CHECK_EQ(Register(L"1000", NULL, low, 1, &g_Low), STATUS_SUCCESS);
  high[0].ObjectType = PsProcessType;
  high[0].Operations = OB_OPERATION_HANDLE_CREATE | OB_OPERATION_HANDLE_DUPLICATE;
  high[0].PreOperation = PreHigh;
  high[0].PostOperation = PostHigh;
  high[1].ObjectType = PsThreadType;
  high[1].Operations = OB_OPERATION_HANDLE_CREATE;
  high[1].PreOperation = PreHigh;
  CHECK_EQ(Register(L"20000.5", (PVOID)0x1234, high, 2, &g_High), STATUS_SUCCESS);
  CHECK_EQ(Register(L"1000", NULL, low, 1, &h), STATUS_FLT_INSTANCE_ALTITUDE_COLLISION);
  wrong[0] = low[0];
  wrong[0].ObjectType = ExEventObjectType;
  CHECK_EQ(Register(L"7", NULL, wrong, 1, &h), STATUS_INVALID_PARAMETER);
  wrong[0] = low[0];
  wrong[0].PreOperation = NULL;
  wrong[0].PostOperation = NULL;
  CHECK_EQ(Register(L"7", NULL, wrong, 1, &h), STATUS_INVALID_PARAMETER);
  CHECK_EQ(Register(L"7", NULL, low, 0, &h), STATUS_INVALID_PARAMETER);
  CHECK_EQ(Register(L"x7", NULL, low, 1, &h), STATUS_INVALID_PARAMETER);
  return STATUS_SUCCESS;
}
