// What a driver leaves of executive callbacks is reported at its unload.
// expect leak ExRegisterCallback at DriverEntry
// expect leak callback object created at DriverEntry
#include "system.h"
static VOID Nothing(PVOID Context, PVOID A, PVOID B) {
  UNREFERENCED_PARAMETER(Context);
  UNREFERENCED_PARAMETER(A);
  UNREFERENCED_PARAMETER(B);
}
TEST_ENTRY {
  OBJECT_ATTRIBUTES oa;
  PCALLBACK_OBJECT object;
  UNREFERENCED_PARAMETER(RegistryPath);
  DriverObject->DriverUnload = UnloadNothing;
  InitializeObjectAttributes(&oa, NULL, 0, NULL, NULL);
  CHECK_EQ(ExCreateCallback(&object, &oa, TRUE, TRUE), STATUS_SUCCESS);
  CHECK(ExRegisterCallback(object, Nothing, NULL) != NULL);
  return STATUS_SUCCESS;
}
