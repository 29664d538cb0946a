// A passive-level interrupt has no interrupt spin lock.
// expect bugcheck 0x13B
#include "system.h"
static BOOLEAN Service(PKINTERRUPT Interrupt, PVOID Context) {
  UNREFERENCED_PARAMETER(Interrupt);
  UNREFERENCED_PARAMETER(Context);
  return FALSE;
}
TEST_ENTRY {
  PKINTERRUPT interrupt;
  UNREFERENCED_PARAMETER(DriverObject);
  UNREFERENCED_PARAMETER(RegistryPath);
  CHECK_EQ(IoConnectInterrupt(&interrupt, Service, NULL, NULL, 0x51, PASSIVE_LEVEL, PASSIVE_LEVEL, LevelSensitive, TRUE, 1, FALSE), STATUS_SUCCESS);
  EXPECT_STOP("bugchecks 2 0x13B: interrupt spin lock on a passive interrupt", 0x13B, 1, interrupt, 0, 0);
  KeAcquireInterruptSpinLock(interrupt);
  return STATUS_SUCCESS;
}
