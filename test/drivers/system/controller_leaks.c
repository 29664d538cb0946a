// A controller object that is never deleted is left behind.
// expect leak controller object created at
#include "system.h"
TEST_ENTRY {
  UNREFERENCED_PARAMETER(RegistryPath);
  DriverObject->DriverUnload = UnloadNothing;
  CHECK(IoCreateController(8) != NULL);
  return STATUS_SUCCESS;
}
