// What Driver Verifier stops at when a driver is unloaded, or has to do with what it registered (reference: bugchecks 6, 8: 0x62, 0xDC, 0xDD). Where nobody asks for pool-tracking
// (the last two) the same pool is a leak and nothing else.
// variant verifier standard;
// variant verifier standard;
// variant verifier standard;
// variant verifier deadlock-detection on;
// variant
// expect leak of 3 100 bytes of pool, tag 'VrLt', allocated at DriverEntry
// expect leak of 4 100 bytes of pool, tag 'VrLt', allocated at DriverEntry
#include "system.h"
#include <evntprov.h>

static const GUID Id = {0x0b7a4c1d, 0x5a2e, 0x4b52, {0x91, 0x0c, 0x43, 0x6f, 0x6e, 0x66, 0x21, 0x07}};
static REGHANDLE g_Handle;
DRIVER_INITIALIZE DriverEntry;

static VOID Unload(PDRIVER_OBJECT DriverObject) {
  switch (VARIANT) {
  case 0:
    ExFreePoolWithTag(ExAllocatePoolWithTag(NonPagedPoolNx, 16, 'tLrV'), 'tLrV');
    EXPECT_STOP("bugchecks 6 0xC4/0x62: pool leak at unload; 8 0x62", 0xC4, 0x62, ANY, ANY, 2);
    break;
  case 1:
    EXPECT_STOP("bugchecks 8 0xDD: unloaded without EtwUnregister", 0xC4, 0xDD, DriverEntry, DriverObject->DriverStart, g_Handle);
    break;
  case 2:
    FACT_EQ("bugchecks 8 0xDC: a registration ends once", EtwUnregister(g_Handle), STATUS_SUCCESS);
    EXPECT_STOP("bugchecks 8 0xDC: EtwUnregister of an invalid RegHandle", 0xC4, 0xDC, ANY, ANY, ANY);
    EtwUnregister(g_Handle);
    break;
  }
}

TEST_ENTRY {
  UNREFERENCED_PARAMETER(RegistryPath);
  DriverObject->DriverUnload = Unload;
  if (VARIANT == 1 || VARIANT == 2) CHECK_EQ(EtwRegister(&Id, NULL, NULL, &g_Handle), STATUS_SUCCESS);
  else ExAllocatePoolWithTag(NonPagedPoolNx, 100, 'tLrV');
  if (VARIANT == 0) ExAllocatePoolWithTag(PagedPool, 50, 'tLrV');
  return STATUS_SUCCESS;
}
