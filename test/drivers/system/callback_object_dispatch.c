// A callback object is registered with at APC_LEVEL at most.
// expect bugcheck 0xC4
#include "system.h"
static VOID Nothing(PVOID Context, PVOID A, PVOID B) {
  UNREFERENCED_PARAMETER(Context);
  UNREFERENCED_PARAMETER(A);
  UNREFERENCED_PARAMETER(B);
}
TEST_ENTRY {
  OBJECT_ATTRIBUTES oa;
  PCALLBACK_OBJECT object;
  UNREFERENCED_PARAMETER(DriverObject);
  UNREFERENCED_PARAMETER(RegistryPath);
  InitializeObjectAttributes(&oa, NULL, 0, NULL, NULL);
  CHECK_EQ(ExCreateCallback(&object, &oa, TRUE, TRUE), STATUS_SUCCESS);
  KeRaiseIrqlToDpcLevel();
  EXPECT_STOP("verification-rules 2 IrqlExApcLte2: ExRegisterCallback <= APC", 0xC4, 0x20006, ANY, DISPATCH_LEVEL, 0);
  ExRegisterCallback(object, Nothing, NULL);
  return STATUS_SUCCESS;
}
