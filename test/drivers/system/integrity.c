// Without /INTEGRITYCHECK the extended process registrations are refused, the others are not, as far as is known (reference: callbacks.md 2, 5).
// no integrity-check
// variant
// variant choice thread-ex-integrity-check needed
// variant choice object-integrity-check needed
#include "system.h"

static VOID Legacy(HANDLE a, HANDLE b, BOOLEAN c) { UNREFERENCED_PARAMETER(a); UNREFERENCED_PARAMETER(b); UNREFERENCED_PARAMETER(c); }
static VOID Ex(PEPROCESS a, HANDLE b, PPS_CREATE_NOTIFY_INFO c) { UNREFERENCED_PARAMETER(a); UNREFERENCED_PARAMETER(b); UNREFERENCED_PARAMETER(c); }
static VOID Image(PUNICODE_STRING a, HANDLE b, PIMAGE_INFO c) { UNREFERENCED_PARAMETER(a); UNREFERENCED_PARAMETER(b); UNREFERENCED_PARAMETER(c); }
static OB_PREOP_CALLBACK_STATUS Pre(PVOID a, POB_PRE_OPERATION_INFORMATION b) { UNREFERENCED_PARAMETER(a); UNREFERENCED_PARAMETER(b); return OB_PREOP_SUCCESS; }

static VOID Unload(PDRIVER_OBJECT DriverObject) {
  UNREFERENCED_PARAMETER(DriverObject);
  CHECK_EQ(PsSetCreateProcessNotifyRoutine(Legacy, TRUE), STATUS_SUCCESS);
  CHECK_EQ(PsRemoveCreateThreadNotifyRoutine(Legacy), STATUS_SUCCESS);
  CHECK_EQ(PsRemoveLoadImageNotifyRoutine(Image), STATUS_SUCCESS);
  CHECK_EQ(PsRemoveLoadImageNotifyRoutine(Image), STATUS_SUCCESS);
}

TEST_ENTRY {
  OB_OPERATION_REGISTRATION operation = {PsProcessType, OB_OPERATION_HANDLE_CREATE, Pre, NULL};
  OB_CALLBACK_REGISTRATION registration = {OB_FLT_REGISTRATION_VERSION, 1, RTL_CONSTANT_STRING(L"1000"), NULL, &operation};
  PVOID handle;
  NTSTATUS status;
  UNREFERENCED_PARAMETER(RegistryPath);
  DriverObject->DriverUnload = Unload;
  FACT_EQ("callbacks 2 Ex without /INTEGRITYCHECK", PsSetCreateProcessNotifyRoutineEx(Ex, FALSE), STATUS_ACCESS_DENIED);
  FACT_EQ("callbacks 2 Ex2 without /INTEGRITYCHECK", PsSetCreateProcessNotifyRoutineEx2(PsCreateProcessNotifySubsystems, (PVOID)Ex, FALSE), STATUS_ACCESS_DENIED);
  FACT_EQ("callbacks 2 legacy needs no flag", PsSetCreateProcessNotifyRoutine(Legacy, FALSE), STATUS_SUCCESS);
  FACT_EQ("callbacks 2 plain thread registration needs no flag", PsSetCreateThreadNotifyRoutine(Legacy), STATUS_SUCCESS);
  FACT_EQ("callbacks 2 plain image registration needs no flag", PsSetLoadImageNotifyRoutine(Image), STATUS_SUCCESS);
  FACT_EQ("callbacks 2 image Ex needs no flag", PsSetLoadImageNotifyRoutineEx(Image, 0), STATUS_SUCCESS);
  status = PsSetCreateThreadNotifyRoutineEx(PsCreateThreadNotifyNonSystem, (PVOID)Ex);
  FACT_EQ("callbacks 2 thread Ex without /INTEGRITYCHECK", status, VARIANT == 1 ? STATUS_ACCESS_DENIED : STATUS_SUCCESS);
  if (NT_SUCCESS(status)) PsRemoveCreateThreadNotifyRoutine((PCREATE_THREAD_NOTIFY_ROUTINE)Ex);
  status = ObRegisterCallbacks(&registration, &handle);
  FACT_EQ("callbacks 5 ObRegisterCallbacks without /INTEGRITYCHECK", status, VARIANT == 2 ? STATUS_ACCESS_DENIED : STATUS_SUCCESS);
  if (NT_SUCCESS(status)) ObUnRegisterCallbacks(handle);
  return STATUS_SUCCESS;
}
