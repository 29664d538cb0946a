// For the *-full.scenario files: a driver that was there first. It takes every place for process callbacks that Windows has, and the altitude of one object filter,
// so that the DriverEntry of the next driver fails in the middle.
#include <ntddk.h>

#define ONE(n) static VOID Process##n(HANDLE ParentId, HANDLE ProcessId, BOOLEAN Create) { UNREFERENCED_PARAMETER(ParentId); UNREFERENCED_PARAMETER(ProcessId); UNREFERENCED_PARAMETER(Create); }
#define NAME(n) Process##n,
#define EIGHT(m, n) m(n##0) m(n##1) m(n##2) m(n##3) m(n##4) m(n##5) m(n##6) m(n##7)
#define ALL(m) EIGHT(m, 0) EIGHT(m, 1) EIGHT(m, 2) EIGHT(m, 3) EIGHT(m, 4) EIGHT(m, 5) EIGHT(m, 6) EIGHT(m, 7)
ALL(ONE)
static PCREATE_PROCESS_NOTIFY_ROUTINE Routines[] = {ALL(NAME)};
static PVOID Handle;

static OB_PREOP_CALLBACK_STATUS Pre(PVOID Context, POB_PRE_OPERATION_INFORMATION Information) {
  UNREFERENCED_PARAMETER(Context);
  UNREFERENCED_PARAMETER(Information);
  return OB_PREOP_SUCCESS;
}

static VOID Unload(PDRIVER_OBJECT DriverObject) {
  ULONG i;
  UNREFERENCED_PARAMETER(DriverObject);
  if (Handle) ObUnRegisterCallbacks(Handle);
  for (i = 0; i < RTL_NUMBER_OF(Routines); i++) PsSetCreateProcessNotifyRoutine(Routines[i], TRUE);
}

NTSTATUS DriverEntry(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath) {
  OB_OPERATION_REGISTRATION operation = {PsProcessType, OB_OPERATION_HANDLE_CREATE, Pre, NULL};
  OB_CALLBACK_REGISTRATION registration = {OB_FLT_REGISTRATION_VERSION, 1, RTL_CONSTANT_STRING(L"369010"), NULL, &operation};
  ULONG i;
  UNREFERENCED_PARAMETER(RegistryPath);
  DriverObject->DriverUnload = Unload;
  for (i = 0; i < RTL_NUMBER_OF(Routines); i++)
    if (!NT_SUCCESS(PsSetCreateProcessNotifyRoutine(Routines[i], FALSE))) break;
  return ObRegisterCallbacks(&registration, &Handle);
}
