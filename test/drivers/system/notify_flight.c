// Callbacks that run while others are registered and removed: removal waits for running invocations, a removed callback is not called again, one that is registered
// meanwhile is called or not by the place of its slot (reference: callbacks.md 6, 7; ps-routines.md 1).
#include "system.h"
#if 0 // threads
thread main {
  HANDLE d = CreateFileW(L"\\\\.\\Test", GENERIC_READ | GENERIC_WRITE, 0, NULL, OPEN_EXISTING, 0, NULL), p;
  DWORD n = 0, kind;
  for (kind = 0; kind < 5; kind++) {
    EXPECT(DeviceIoControl(d, IOCTL_BUFFERED, &kind, sizeof kind, NULL, 0, &n, NULL));
    p = StartProcess(NOTEPAD, L"notepad"); // its first event holds the callback that is being removed
    EXPECT(p != NULL);
    EXPECT(DeviceIoControl(d, IOCTL_RELEASE, NULL, 0, NULL, 0, &n, NULL));
    TerminateProcess(p, 0);
    WaitForSingleObject(p, INFINITE);
    CloseHandle(p);
  }
  CloseHandle(d);
}
#endif

enum { Legacy, Ex, ThreadPlain, Image, Object };
static ULONG g_Kind;
static LONG g_Inside, g_Calls, g_Removed, g_LateCalls, g_EarlyCalls, g_Held;
static BOOLEAN g_Armed;
static KEVENT g_Entered, g_Go;
static PETHREAD g_Remover;
static PVOID g_Object;

// The callback of each kind comes here on its first call: it is inside when the removal begins.
static VOID Hold(VOID) {
  InterlockedIncrement(&g_Calls);
  if (!g_Armed || InterlockedCompareExchange(&g_Inside, 1, 0) != 0) return;
  KeSetEvent(&g_Entered, 0, FALSE);
  KeWaitForSingleObject(&g_Go, Executive, KernelMode, FALSE, NULL);
  SleepMs(5);
  FACT_EQ("callbacks 7 removal waits while an invocation runs", g_Removed, 0);
  InterlockedExchange(&g_Inside, 2);
}

static VOID OnLegacy(HANDLE a, HANDLE b, BOOLEAN c) { UNREFERENCED_PARAMETER(a); UNREFERENCED_PARAMETER(b); UNREFERENCED_PARAMETER(c); Hold(); }
static VOID OnThread(HANDLE a, HANDLE b, BOOLEAN c) { UNREFERENCED_PARAMETER(b); if (a != (HANDLE)4 && c) Hold(); }
static VOID OnImage(PUNICODE_STRING a, HANDLE b, PIMAGE_INFO c) { UNREFERENCED_PARAMETER(a); UNREFERENCED_PARAMETER(b); UNREFERENCED_PARAMETER(c); Hold(); }
static OB_PREOP_CALLBACK_STATUS OnObject(PVOID a, POB_PRE_OPERATION_INFORMATION b) { UNREFERENCED_PARAMETER(a); UNREFERENCED_PARAMETER(b); Hold(); return OB_PREOP_SUCCESS; }
static VOID OnEx(PEPROCESS a, HANDLE b, PPS_CREATE_NOTIFY_INFO c) { UNREFERENCED_PARAMETER(a); UNREFERENCED_PARAMETER(b); UNREFERENCED_PARAMETER(c); Hold(); }

// Registered and removed from inside a process callback (that is allowed: it is not its own removal).
static VOID Late(HANDLE a, HANDLE b, BOOLEAN c) { UNREFERENCED_PARAMETER(a); UNREFERENCED_PARAMETER(b); UNREFERENCED_PARAMETER(c); g_LateCalls++; }
static VOID Early(HANDLE a, HANDLE b, BOOLEAN c) { UNREFERENCED_PARAMETER(a); UNREFERENCED_PARAMETER(b); UNREFERENCED_PARAMETER(c); g_EarlyCalls++; }
static VOID Holder(HANDLE a, HANDLE b, BOOLEAN c) { UNREFERENCED_PARAMETER(a); UNREFERENCED_PARAMETER(b); UNREFERENCED_PARAMETER(c); }

static VOID Registers(HANDLE ParentId, HANDLE ProcessId, BOOLEAN Create) {
  UNREFERENCED_PARAMETER(ParentId);
  UNREFERENCED_PARAMETER(ProcessId);
  if (!Create || g_Held++ != 0) return;
  // slot 0 was made free: a registration takes it, and the walk is past it; the next one goes behind
  FACT_EQ("callbacks 6 registration from inside a callback", PsSetCreateProcessNotifyRoutine(Early, FALSE), STATUS_SUCCESS);
  FACT_EQ("callbacks 6 registration from inside a callback, behind it", PsSetCreateProcessNotifyRoutine(Late, FALSE), STATUS_SUCCESS);
}

static NTSTATUS Register(VOID) {
  OB_OPERATION_REGISTRATION operation = {PsProcessType, OB_OPERATION_HANDLE_CREATE, OnObject, NULL};
  OB_CALLBACK_REGISTRATION registration = {OB_FLT_REGISTRATION_VERSION, 1, RTL_CONSTANT_STRING(L"1000"), NULL, &operation};
  switch (g_Kind) {
  case Legacy: return PsSetCreateProcessNotifyRoutine(OnLegacy, FALSE);
  case Ex: return PsSetCreateProcessNotifyRoutineEx(OnEx, FALSE);
  case ThreadPlain: return PsSetCreateThreadNotifyRoutine(OnThread);
  case Image: return PsSetLoadImageNotifyRoutine(OnImage);
  default: return ObRegisterCallbacks(&registration, &g_Object);
  }
}

static VOID Remover(PVOID Context) {
  NTSTATUS status = STATUS_SUCCESS;
  LONG calls;
  UNREFERENCED_PARAMETER(Context);
  KeWaitForSingleObject(&g_Entered, Executive, KernelMode, FALSE, NULL);
  KeSetEvent(&g_Go, 0, FALSE);
  switch (g_Kind) {
  case Legacy: status = PsSetCreateProcessNotifyRoutine(OnLegacy, TRUE); break;
  case Ex: status = PsSetCreateProcessNotifyRoutineEx(OnEx, TRUE); break;
  case ThreadPlain: status = PsRemoveCreateThreadNotifyRoutine(OnThread); break;
  case Image: status = PsRemoveLoadImageNotifyRoutine(OnImage); break;
  default: ObUnRegisterCallbacks(g_Object);
  }
  InterlockedExchange(&g_Removed, 1);
  FACT_EQ("ps-routines 1 removal returns when the running invocation has ended", g_Inside, 2);
  CHECK_EQ(status, STATUS_SUCCESS);
  calls = g_Calls;
  SleepMs(20);
  FACT_EQ("callbacks 7 after the removal it is not called any more", g_Calls, calls);
  PsTerminateSystemThread(STATUS_SUCCESS);
}

static NTSTATUS Control(PDEVICE_OBJECT DeviceObject, PIRP Irp) {
  UNREFERENCED_PARAMETER(DeviceObject);
  if (IoGetCurrentIrpStackLocation(Irp)->Parameters.DeviceIoControl.IoControlCode == IOCTL_BUFFERED) {
    g_Kind = *(PULONG)Irp->AssociatedIrp.SystemBuffer;
    g_Inside = g_Calls = g_Removed = 0;
    KeClearEvent(&g_Entered);
    KeClearEvent(&g_Go);
    g_Armed = TRUE;
    CHECK_EQ(Register(), STATUS_SUCCESS);
    g_Remover = StartThread(Remover, NULL);
  } else {
    Join(g_Remover);
    g_Armed = FALSE;
  }
  return CompleteIrp(Irp, STATUS_SUCCESS, 0);
}

static VOID Unload(PDRIVER_OBJECT DriverObject) {
  UNREFERENCED_PARAMETER(DriverObject);
  FACT_EQ("callbacks 6 registered in a slot behind: called for the event that runs", g_LateCalls, g_EarlyCalls + 1);
  CHECK_EQ(PsSetCreateProcessNotifyRoutine(Registers, TRUE), STATUS_SUCCESS);
  CHECK_EQ(PsSetCreateProcessNotifyRoutine(Late, TRUE), STATUS_SUCCESS);
  CHECK_EQ(PsSetCreateProcessNotifyRoutine(Early, TRUE), STATUS_SUCCESS);
  DropDevice();
}

TEST_ENTRY {
  UNREFERENCED_PARAMETER(RegistryPath);
  DriverObject->DriverUnload = Unload;
  KeInitializeEvent(&g_Entered, NotificationEvent, FALSE);
  KeInitializeEvent(&g_Go, NotificationEvent, FALSE);
  CHECK_EQ(PsSetCreateProcessNotifyRoutine(Holder, FALSE), STATUS_SUCCESS);
  CHECK_EQ(PsSetCreateProcessNotifyRoutine(Registers, FALSE), STATUS_SUCCESS);
  CHECK_EQ(PsSetCreateProcessNotifyRoutine(Holder, TRUE), STATUS_SUCCESS);
  return MakeDevice(DriverObject, Control);
}
