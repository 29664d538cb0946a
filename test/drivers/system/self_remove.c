// Removing a callback from inside itself waits for itself: a deadlock (reference: callbacks.md 7).
// expect end deadlock
#include "system.h"
#if 0 // threads
thread main { StartProcess(NOTEPAD, L"notepad"); }
#endif

static VOID Legacy(HANDLE a, HANDLE b, BOOLEAN c) {
  UNREFERENCED_PARAMETER(a);
  UNREFERENCED_PARAMETER(b);
  UNREFERENCED_PARAMETER(c);
  PsSetCreateProcessNotifyRoutine(Legacy, TRUE);
  CHECK(FALSE);
}

TEST_ENTRY {
  UNREFERENCED_PARAMETER(DriverObject);
  UNREFERENCED_PARAMETER(RegistryPath);
  return PsSetCreateProcessNotifyRoutine(Legacy, FALSE);
}
