// A callback that was not removed is called after its driver is gone.
// expect bugcheck 0xCE
#include "system.h"
#if 0 // threads
thread main {
  HANDLE d = CreateFileW(L"\\\\.\\Test", GENERIC_READ, 0, NULL, OPEN_EXISTING, 0, NULL);
  EXPECT(d == INVALID_HANDLE_VALUE);
}
#endif

static VOID Legacy(HANDLE a, HANDLE b, BOOLEAN c) { UNREFERENCED_PARAMETER(a); UNREFERENCED_PARAMETER(b); UNREFERENCED_PARAMETER(c); }

// DriverEntry fails after registering: DriverUnload is not called, the image goes.
TEST_ENTRY {
  UNREFERENCED_PARAMETER(DriverObject);
  UNREFERENCED_PARAMETER(RegistryPath);
  CHECK_EQ(PsSetCreateProcessNotifyRoutine(Legacy, FALSE), STATUS_SUCCESS);
  return STATUS_UNSUCCESSFUL;
}
