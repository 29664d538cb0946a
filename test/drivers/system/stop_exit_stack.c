// PsTerminateSystemThread inside a callout on an expanded stack.
// expect bugcheck 0x107
#include "system.h"
static VOID Callout(PVOID Parameter) {
  UNREFERENCED_PARAMETER(Parameter);
  EXPECT_STOP("bugchecks 3 0x107: PsTerminateSystemThread inside an expanded-stack callout", 0x107, KeGetCurrentThread(), 0, 0, 0);
  PsTerminateSystemThread(STATUS_SUCCESS);
}
static VOID Body(PVOID Context) {
  UNREFERENCED_PARAMETER(Context);
  KeExpandKernelStackAndCallout(Callout, NULL, MAXIMUM_EXPANSION_SIZE);
}
TEST_ENTRY {
  UNREFERENCED_PARAMETER(RegistryPath);
  UNREFERENCED_PARAMETER(DriverObject);
  Join(StartThread(Body, NULL));
  return STATUS_SUCCESS;
}
