// Without /INTEGRITYCHECK the extended registrations are refused, the others are not (reference: callbacks.md 2).
// no integrity-check
#include "system.h"

static VOID Legacy(HANDLE a, HANDLE b, BOOLEAN c) { UNREFERENCED_PARAMETER(a); UNREFERENCED_PARAMETER(b); UNREFERENCED_PARAMETER(c); }
static VOID Ex(PEPROCESS a, HANDLE b, PPS_CREATE_NOTIFY_INFO c) { UNREFERENCED_PARAMETER(a); UNREFERENCED_PARAMETER(b); UNREFERENCED_PARAMETER(c); }

static VOID Unload(PDRIVER_OBJECT DriverObject) {
  UNREFERENCED_PARAMETER(DriverObject);
  CHECK_EQ(PsSetCreateProcessNotifyRoutine(Legacy, TRUE), STATUS_SUCCESS);
  CHECK_EQ(PsRemoveCreateThreadNotifyRoutine(Legacy), STATUS_SUCCESS);
}

TEST_ENTRY {
  UNREFERENCED_PARAMETER(RegistryPath);
  DriverObject->DriverUnload = Unload;
  CHECK_EQ(PsSetCreateProcessNotifyRoutineEx(Ex, FALSE), STATUS_ACCESS_DENIED);
  CHECK_EQ(PsSetCreateProcessNotifyRoutineEx2(PsCreateProcessNotifySubsystems, (PVOID)Ex, FALSE), STATUS_ACCESS_DENIED);
  CHECK_EQ(PsSetCreateProcessNotifyRoutine(Legacy, FALSE), STATUS_SUCCESS);
  CHECK_EQ(PsSetCreateThreadNotifyRoutine(Legacy), STATUS_SUCCESS);
  return STATUS_SUCCESS;
}
