// Removing a callback from inside itself waits for itself: a deadlock, and the run says so (reference: callbacks.md 7; ps-routines.md 1).
// Each FACT says that its callback began to remove itself; that the removal never returned is said by the end of the run, a deadlock, and by the CHECK behind it.
// variant
// variant
// variant
// variant
// variant
// variant
// variant
// expect end deadlock
#include "system.h"
#if 0 // threads
thread main {
  HANDLE p = StartProcess(NOTEPAD, L"notepad");
  HKEY k;
  RegCreateKeyExW(HKEY_LOCAL_MACHINE, L"SOFTWARE\\Test", 0, NULL, 0, KEY_ALL_ACCESS, NULL, &k, NULL);
  WaitForSingleObject(p, INFINITE);
  Sleep(INFINITE);
}
#endif

static PVOID g_Object;
static LARGE_INTEGER g_Cookie;

static VOID Legacy(HANDLE a, HANDLE b, BOOLEAN c) {
  UNREFERENCED_PARAMETER(a);
  UNREFERENCED_PARAMETER(b);
  UNREFERENCED_PARAMETER(c);
  FACT("ps-routines 1 a legacy process callback must not remove itself", VARIANT == 0);
  PsSetCreateProcessNotifyRoutine(Legacy, TRUE);
  CHECK(FALSE);
}
static VOID Ex(PEPROCESS a, HANDLE b, PPS_CREATE_NOTIFY_INFO c) {
  UNREFERENCED_PARAMETER(a);
  UNREFERENCED_PARAMETER(b);
  UNREFERENCED_PARAMETER(c);
  FACT("ps-routines 1 Ex: Remove waits for running invocations", VARIANT == 1);
  PsSetCreateProcessNotifyRoutineEx(Ex, TRUE);
  CHECK(FALSE);
}
static VOID Ex2(PEPROCESS a, HANDLE b, PPS_CREATE_NOTIFY_INFO c) {
  UNREFERENCED_PARAMETER(a);
  UNREFERENCED_PARAMETER(b);
  UNREFERENCED_PARAMETER(c);
  FACT("ps-routines 1 Ex2: Remove waits for running invocations", VARIANT == 2);
  PsSetCreateProcessNotifyRoutineEx2(PsCreateProcessNotifySubsystems, (PVOID)Ex2, TRUE);
  CHECK(FALSE);
}
static VOID Thread(HANDLE a, HANDLE b, BOOLEAN c) {
  UNREFERENCED_PARAMETER(a);
  UNREFERENCED_PARAMETER(b);
  UNREFERENCED_PARAMETER(c);
  FACT("ps-routines 1 calling the removal from a thread callback deadlocks", VARIANT == 3);
  PsRemoveCreateThreadNotifyRoutine(Thread);
  CHECK(FALSE);
}
static VOID Image(PUNICODE_STRING a, HANDLE b, PIMAGE_INFO c) {
  UNREFERENCED_PARAMETER(a);
  UNREFERENCED_PARAMETER(b);
  UNREFERENCED_PARAMETER(c);
  FACT("ps-routines 1 an image callback must not remove itself", VARIANT == 4);
  PsRemoveLoadImageNotifyRoutine(Image);
  CHECK(FALSE);
}
static OB_PREOP_CALLBACK_STATUS Pre(PVOID a, POB_PRE_OPERATION_INFORMATION b) {
  UNREFERENCED_PARAMETER(a);
  UNREFERENCED_PARAMETER(b);
  FACT("callbacks 5 ObUnRegisterCallbacks waits for callbacks in flight", VARIANT == 5);
  ObUnRegisterCallbacks(g_Object);
  CHECK(FALSE);
  return OB_PREOP_SUCCESS;
}
static NTSTATUS Registry(PVOID a, PVOID b, PVOID c) {
  UNREFERENCED_PARAMETER(a);
  UNREFERENCED_PARAMETER(b);
  UNREFERENCED_PARAMETER(c);
  FACT("callbacks 7 CmUnRegisterCallback waits for callbacks in flight", VARIANT == 6);
  CmUnRegisterCallback(g_Cookie);
  CHECK(FALSE);
  return STATUS_SUCCESS;
}

TEST_ENTRY {
  OB_OPERATION_REGISTRATION operation = {PsProcessType, OB_OPERATION_HANDLE_CREATE, Pre, NULL};
  OB_CALLBACK_REGISTRATION registration = {OB_FLT_REGISTRATION_VERSION, 1, RTL_CONSTANT_STRING(L"1000"), NULL, &operation};
  UNREFERENCED_PARAMETER(DriverObject);
  UNREFERENCED_PARAMETER(RegistryPath);
  switch (VARIANT) {
  case 0: return PsSetCreateProcessNotifyRoutine(Legacy, FALSE);
  case 1: return PsSetCreateProcessNotifyRoutineEx(Ex, FALSE);
  case 2: return PsSetCreateProcessNotifyRoutineEx2(PsCreateProcessNotifySubsystems, (PVOID)Ex2, FALSE);
  case 3: return PsSetCreateThreadNotifyRoutine(Thread);
  case 4: return PsSetLoadImageNotifyRoutine(Image);
  case 5: return ObRegisterCallbacks(&registration, &g_Object);
  default: return CmRegisterCallback(Registry, NULL, &g_Cookie);
  }
}
