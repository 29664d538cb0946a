// Object callbacks: altitude order, access bits, duplicate, post calls with context, kernel handles, desktops, registration rules (reference: callbacks.md 5).
#include "system.h"
#if 0 // threads
thread main {
  HANDLE p = StartProcess(NOTEPAD, L"notepad"), other, gone, copy = NULL, weak, d;
  DWORD id = GetProcessId(p), n = 0;
  HDESK desk;
  weak = OpenProcess(PROCESS_TERMINATE | PROCESS_QUERY_LIMITED_INFORMATION | PROCESS_VM_WRITE, FALSE, id);
  FACT("callbacks 5 a pre callback cannot fail the open", weak != NULL);
  FACT("callbacks 5 what a pre callback took away is not granted", !TerminateProcess(weak, 1) && GetLastError() == 5);
  FACT("callbacks 5 duplicate: what a pre callback took away is not granted",
    DuplicateHandle(GetCurrentProcess(), p, GetCurrentProcess(), &copy, PROCESS_TERMINATE | SYNCHRONIZE, FALSE, 0) && !TerminateProcess(copy, 1));
  CloseHandle(copy);
  // to another process, and to one that has ended
  other = StartProcess(L"C:\\Windows\\System32\\calc.exe", L"calc");
  EXPECT(DuplicateHandle(GetCurrentProcess(), p, other, &copy, SYNCHRONIZE, FALSE, 0));
  gone = StartProcess(L"C:\\Windows\\System32\\calc.exe", L"calc");
  EXPECT(TerminateProcess(gone, 0) && WaitForSingleObject(gone, INFINITE) == WAIT_OBJECT_0);
  EXPECT(!DuplicateHandle(GetCurrentProcess(), p, gone, &copy, SYNCHRONIZE, FALSE, 0) && GetLastError() == 5);
  desk = OpenDesktopW(L"Default", 0, FALSE, DESKTOP_READOBJECTS | DESKTOP_CREATEWINDOW);
  EXPECT(desk != NULL && CloseDesktop(desk));
  d = CreateFileW(L"\\\\.\\Test", GENERIC_READ | GENERIC_WRITE, 0, NULL, OPEN_EXISTING, 0, NULL);
  EXPECT(DeviceIoControl(d, IOCTL_BUFFERED, &id, sizeof id, NULL, 0, &n, NULL));
  CloseHandle(d);
  CloseHandle(weak);
  FACT("callbacks 5 the creator's handle: untouched", TerminateProcess(p, 1));
  WaitForSingleObject(p, INFINITE);
  CloseHandle(p);
}
#endif

static PVOID g_High, g_Low, g_Desktop;
static LONG g_Order, g_PostHigh, g_PostLow, g_Duplicates, g_Kernel, g_Other, g_Failed, g_DesktopPre, g_DesktopPost, g_All;
static HANDLE g_Target;
static ACCESS_MASK g_Wanted, g_Granted;
static PEPROCESS g_Opened;

static OB_PREOP_CALLBACK_STATUS PreHigh(PVOID Context, POB_PRE_OPERATION_INFORMATION Info) {
  FACT("callbacks 5 RegistrationContext is handed over", Context == (PVOID)0x1234);
  FACT("callbacks 5 normal kernel APCs are disabled", KeAreApcsDisabled());
  FACT("callbacks 5 special kernel APCs are enabled", !KeAreAllApcsDisabled());
  FACT_EQ("callbacks 5 object callbacks run at PASSIVE_LEVEL", KeGetCurrentIrql(), PASSIVE_LEVEL);
  FACT("callbacks 5 CallContext is empty at first", Info->CallContext == NULL);
  if (Info->ObjectType != *PsProcessType) return OB_PREOP_SUCCESS;
  g_Order = 1;
  Info->CallContext = (PVOID)0x77;
  if (Info->KernelHandle) {
    g_Kernel++;
    FACT("callbacks 5 KernelHandle is bit 0 of Flags", Info->Flags == 1);
    return OB_PREOP_SUCCESS;
  }
  if (g_All) { // the driver opens the process itself, see Control
    PUCHAR raw = (PUCHAR)Info;
    FACT("callbacks 5 pre information: Operation at 0, Flags at 4", *(PULONG)raw == OB_OPERATION_HANDLE_CREATE && *(PULONG)(raw + 4) == 0);
    FACT("callbacks 5 pre information: Object at 8, ObjectType at 0x10", *(PVOID *)(raw + 8) == g_Opened && *(POBJECT_TYPE *)(raw + 0x10) == *PsProcessType);
    FACT_EQ("callbacks 5 pre information: Parameters at 0x20", **(PULONG *)(raw + 0x20), g_Wanted);
    FACT_EQ("callbacks 5 create: DesiredAccess as it was asked for", Info->Parameters->CreateHandleInformation.DesiredAccess, g_Wanted);
    FACT_EQ("callbacks 5 create: OriginalDesiredAccess", Info->Parameters->CreateHandleInformation.OriginalDesiredAccess, g_Wanted);
    Info->Parameters->CreateHandleInformation.DesiredAccess = g_All == 1 ? 0 : 0x1fffff;
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
    FACT_EQ("callbacks 5 OB_OPERATION_HANDLE_DUPLICATE", Info->Operation, 2);
    FACT("callbacks 5 duplicate: SourceProcess", Info->Parameters->DuplicateHandleInformation.SourceProcess == PsGetCurrentProcess());
    if (Info->Parameters->DuplicateHandleInformation.TargetProcess != PsGetCurrentProcess()) {
      g_Other++;
      FACT("callbacks 5 duplicate: TargetProcess is another process", strcmp(PsGetProcessImageFileName(Info->Parameters->DuplicateHandleInformation.TargetProcess), "calc.exe") == 0);
    } else {
      FACT_EQ("callbacks 5 duplicate: OriginalDesiredAccess", Info->Parameters->DuplicateHandleInformation.OriginalDesiredAccess, PROCESS_TERMINATE | SYNCHRONIZE);
    }
    Info->Parameters->DuplicateHandleInformation.DesiredAccess &= ~PROCESS_TERMINATE;
  }
  return OB_PREOP_SUCCESS;
}

static OB_PREOP_CALLBACK_STATUS PreLow(PVOID Context, POB_PRE_OPERATION_INFORMATION Info) {
  UNREFERENCED_PARAMETER(Context);
  FACT_EQ("callbacks 5 pre callbacks: the higher altitude first", g_Order, 1);
  FACT("callbacks 5 CallContext of another driver is not seen", Info->CallContext == NULL);
  g_Order = 2;
  if (Info->Operation == OB_OPERATION_HANDLE_CREATE && !Info->KernelHandle && PsGetProcessId((PEPROCESS)Info->Object) == g_Target &&
      Info->Parameters->CreateHandleInformation.OriginalDesiredAccess == (PROCESS_TERMINATE | 0x1000 | PROCESS_VM_WRITE)) {
    FACT_EQ("callbacks 5 the next callback sees what is left; bits cannot be added", Info->Parameters->CreateHandleInformation.DesiredAccess, 0x1000 | PROCESS_VM_WRITE);
  }
  return OB_PREOP_SUCCESS;
}

static VOID PostHigh(PVOID Context, POB_POST_OPERATION_INFORMATION Info) {
  UNREFERENCED_PARAMETER(Context);
  if (Info->ObjectType != *PsProcessType) return;
  g_PostHigh++;
  FACT_EQ("callbacks 5 post callbacks: in reverse order", g_Order, 3);
  FACT("callbacks 5 CallContext of the matching pre callback", Info->CallContext == (PVOID)0x77);
  if (!NT_SUCCESS(Info->ReturnStatus)) {
    g_Failed++;
    FACT_EQ("callbacks 5 post: ReturnStatus of an operation that failed", Info->ReturnStatus, STATUS_PROCESS_IS_TERMINATING);
    return;
  }
  g_Granted = Info->Parameters->CreateHandleInformation.GrantedAccess;
  if (g_All) FACT("callbacks 5 post information: CallContext at 0x18, ReturnStatus at 0x20, Parameters at 0x28", *(PVOID *)((PUCHAR)Info + 0x18) == (PVOID)0x77 && *(PULONG)((PUCHAR)Info + 0x20) == 0 && **(PULONG *)((PUCHAR)Info + 0x28) == g_Granted);
}

static VOID PostLow(PVOID Context, POB_POST_OPERATION_INFORMATION Info) {
  UNREFERENCED_PARAMETER(Context);
  FACT("callbacks 5 post callbacks run with normal kernel APCs disabled too", KeAreApcsDisabled() && !KeAreAllApcsDisabled());
  CHECK_EQ(g_Order, 2);
  g_Order = 3;
  g_PostLow++;
  FACT("callbacks 5 a pre callback that stored no CallContext: NULL in the post callback", Info->CallContext == NULL);
}

static OB_PREOP_CALLBACK_STATUS PreDesktop(PVOID Context, POB_PRE_OPERATION_INFORMATION Info) {
  UNREFERENCED_PARAMETER(Context);
  g_DesktopPre++;
  FACT("callbacks 5 ExDesktopObjectType", Info->ObjectType == *ExDesktopObjectType);
  FACT_EQ("callbacks 5 a desktop: DesiredAccess", Info->Parameters->CreateHandleInformation.DesiredAccess, 3);
  Info->Parameters->CreateHandleInformation.DesiredAccess &= ~2u;
  return OB_PREOP_SUCCESS;
}
static VOID PostDesktop(PVOID Context, POB_POST_OPERATION_INFORMATION Info) {
  UNREFERENCED_PARAMETER(Context);
  g_DesktopPost++;
  FACT_EQ("callbacks 5 a desktop: GrantedAccess", Info->Parameters->CreateHandleInformation.GrantedAccess, 1);
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

// Opens the process with every right; the pre callback takes all away (1) or asks for all (2).
static ACCESS_MASK OpenAll(PEPROCESS Process, LONG How, ACCESS_MASK Wanted, ULONG Attributes) {
  HANDLE h;
  g_All = How;
  g_Opened = Process;
  g_Wanted = Wanted;
  g_Granted = 0xdead;
  CHECK_EQ(ObOpenObjectByPointer(Process, Attributes, NULL, Wanted, *PsProcessType, KernelMode, &h), STATUS_SUCCESS);
  g_All = 0;
  ZwClose(h);
  return g_Granted;
}

static NTSTATUS Control(PDEVICE_OBJECT DeviceObject, PIRP Irp) {
  PEPROCESS process;
  ACCESS_MASK left;
  UNREFERENCED_PARAMETER(DeviceObject);
  CHECK_EQ(PsLookupProcessByProcessId((HANDLE)(ULONG_PTR)*(PULONG)Irp->AssociatedIrp.SystemBuffer, &process), STATUS_SUCCESS);
  left = OpenAll(process, 1, 0x1fffff, 0);
  FACT_EQ("callbacks 5 process: PROCESS_TERMINATE may be removed", left & 0x1, 0);
  FACT_EQ("callbacks 5 process: PROCESS_CREATE_THREAD may be removed", left & 0x2, 0);
  FACT_EQ("callbacks 5 process: PROCESS_VM_OPERATION may be removed", left & 0x8, 0);
  FACT_EQ("callbacks 5 process: PROCESS_VM_WRITE may be removed", left & 0x20, 0);
  FACT_EQ("callbacks 5 process: PROCESS_DUP_HANDLE may be removed", left & 0x40, 0);
  FACT_EQ("callbacks 5 process: PROCESS_CREATE_PROCESS may be removed", left & 0x80, 0);
  FACT_EQ("callbacks 5 process: PROCESS_SET_QUOTA may be removed", left & 0x100, 0);
  FACT_EQ("callbacks 5 process: PROCESS_SET_INFORMATION may be removed", left & 0x200, 0);
  FACT_EQ("callbacks 5 process: PROCESS_SUSPEND_RESUME may be removed", left & 0x800, 0);
  FACT_EQ("callbacks 5 process: all other rights stay", left, 0x1fffff & ~0xbebu);
  FACT_EQ("callbacks 5 rights that were not asked for cannot be added", OpenAll(process, 2, SYNCHRONIZE | PROCESS_VM_READ, 0), SYNCHRONIZE | PROCESS_VM_READ);
  FACT_EQ("callbacks 5 a kernel handle: the driver leaves it alone", OpenAll(process, 1, 0x1fffff, OBJ_KERNEL_HANDLE), 0x1fffff);
  ObDereferenceObject(process);
  return CompleteIrp(Irp, STATUS_SUCCESS, 0);
}

static VOID Unload(PDRIVER_OBJECT DriverObject) {
  UNREFERENCED_PARAMETER(DriverObject);
  FACT_EQ("callbacks 5 one post call for each pre call", g_PostHigh, g_PostLow);
  CHECK(g_PostHigh >= 4);
  FACT_EQ("callbacks 5 duplicates are seen", g_Duplicates, 3);
  FACT_EQ("callbacks 5 duplicates into other processes are seen", g_Other, 2);
  FACT_EQ("callbacks 5 the post callback sees a failure", g_Failed, 1);
  FACT("callbacks 5 kernel handles are seen", g_Kernel >= 1);
  FACT("callbacks 5 desktops: pre and post", g_DesktopPre == 1 && g_DesktopPost == 1);
  ObUnRegisterCallbacks(g_Low);
  ObUnRegisterCallbacks(g_High);
  ObUnRegisterCallbacks(g_Desktop);
  DropDevice();
}

TEST_ENTRY {
  OB_OPERATION_REGISTRATION high[2] = {{0}}, low[1] = {{0}}, wrong[1] = {{0}}, desktop[1] = {{0}};
  OB_CALLBACK_REGISTRATION version = {0x0200, 1, RTL_CONSTANT_STRING(L"7"), NULL, low};
  PVOID h;
  KIRQL irql;
  UNREFERENCED_PARAMETER(RegistryPath);
  DriverObject->DriverUnload = Unload;
  FACT_EQ("callbacks 5 ObGetFilterVersion", ObGetFilterVersion(), 0x100);
  HEADER("callbacks 5 OB_FLT_REGISTRATION_VERSION", OB_FLT_REGISTRATION_VERSION == 0x100);
  HEADER("callbacks 5 OB_PREOP_SUCCESS", OB_PREOP_SUCCESS == 0);
  HEADER("callbacks 5 OB_OPERATION_HANDLE_CREATE", OB_OPERATION_HANDLE_CREATE == 1);
  HEADER("callbacks 5 pre information: Flags", FIELD_OFFSET(OB_PRE_OPERATION_INFORMATION, Flags) == 4);
  HEADER("callbacks 5 pre information: Object", FIELD_OFFSET(OB_PRE_OPERATION_INFORMATION, Object) == 8);
  HEADER("callbacks 5 pre information: ObjectType", FIELD_OFFSET(OB_PRE_OPERATION_INFORMATION, ObjectType) == 0x10);
  HEADER("callbacks 5 pre information: CallContext", FIELD_OFFSET(OB_PRE_OPERATION_INFORMATION, CallContext) == 0x18);
  HEADER("callbacks 5 pre information: Parameters", FIELD_OFFSET(OB_PRE_OPERATION_INFORMATION, Parameters) == 0x20);
  HEADER("callbacks 5 post information: ReturnStatus", FIELD_OFFSET(OB_POST_OPERATION_INFORMATION, ReturnStatus) == 0x20);
  HEADER("callbacks 5 post information: Parameters", FIELD_OFFSET(OB_POST_OPERATION_INFORMATION, Parameters) == 0x28);
  HEADER("callbacks 5 duplicate parameters: SourceProcess", FIELD_OFFSET(OB_PRE_DUPLICATE_HANDLE_INFORMATION, SourceProcess) == 8);
  HEADER("callbacks 5 duplicate parameters: TargetProcess", FIELD_OFFSET(OB_PRE_DUPLICATE_HANDLE_INFORMATION, TargetProcess) == 0x10);
  low[0].ObjectType = PsProcessType;
  low[0].Operations = OB_OPERATION_HANDLE_CREATE | OB_OPERATION_HANDLE_DUPLICATE;
  low[0].PreOperation = PreLow;
  low[0].PostOperation = PostLow;
  FACT_EQ("callbacks 5 registration", Register(L"1000", NULL, low, 1, &g_Low), STATUS_SUCCESS);
  high[0].ObjectType = PsProcessType;
  high[0].Operations = OB_OPERATION_HANDLE_CREATE | OB_OPERATION_HANDLE_DUPLICATE;
  high[0].PreOperation = PreHigh;
  high[0].PostOperation = PostHigh;
  high[1].ObjectType = PsThreadType;
  high[1].Operations = OB_OPERATION_HANDLE_CREATE;
  high[1].PreOperation = PreHigh;
  FACT_EQ("callbacks 5 registration of two types", Register(L"20000.5", (PVOID)0x1234, high, 2, &g_High), STATUS_SUCCESS);
  desktop[0].ObjectType = ExDesktopObjectType;
  desktop[0].Operations = OB_OPERATION_HANDLE_CREATE;
  desktop[0].PreOperation = PreDesktop;
  desktop[0].PostOperation = PostDesktop;
  KeRaiseIrql(APC_LEVEL, &irql);
  FACT_EQ("callbacks 5 registration at APC_LEVEL, of desktops", Register(L"30000", NULL, desktop, 1, &g_Desktop), STATUS_SUCCESS);
  KeLowerIrql(irql);
  FACT_EQ("callbacks 5 an altitude that is in use, also by the same driver", Register(L"1000", NULL, low, 1, &h), STATUS_FLT_INSTANCE_ALTITUDE_COLLISION);
  HEADER("callbacks 5 STATUS_FLT_INSTANCE_ALTITUDE_COLLISION", (ULONG)STATUS_FLT_INSTANCE_ALTITUDE_COLLISION == 0xC01C0011);
  wrong[0] = low[0];
  wrong[0].ObjectType = ExEventObjectType;
  FACT_EQ("callbacks 5 an object type without callbacks", Register(L"7", NULL, wrong, 1, &h), STATUS_INVALID_PARAMETER);
  wrong[0] = low[0];
  wrong[0].PreOperation = NULL;
  wrong[0].PostOperation = NULL;
  FACT_EQ("callbacks 5 an operation without callbacks", Register(L"7", NULL, wrong, 1, &h), STATUS_INVALID_PARAMETER);
  FACT_EQ("callbacks 5 no operations", Register(L"7", NULL, low, 0, &h), STATUS_INVALID_PARAMETER);
  FACT_EQ("callbacks 5 an altitude is a decimal number", Register(L"x7", NULL, low, 1, &h), STATUS_INVALID_PARAMETER);
  FACT_EQ("callbacks 5 a wrong version", ObRegisterCallbacks(&version, &h), STATUS_INVALID_PARAMETER);
  wrong[0] = low[0];
  wrong[0].PreOperation = (POB_PRE_OPERATION_CALLBACK)((PUCHAR)&g_Failures + 0x4000000);
  FACT_EQ("callbacks 5 a callback outside of every image", Register(L"7", NULL, wrong, 1, &h), STATUS_ACCESS_DENIED);
  return MakeDevice(DriverObject, Control);
}
