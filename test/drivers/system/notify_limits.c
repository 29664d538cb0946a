// The tables hold 64 callbacks; a slot freed in the middle is reused first (reference: callbacks.md 6).
#include "system.h"

// 66 functions with addresses of their own
#define F(n) static VOID P##n(HANDLE a, HANDLE b, BOOLEAN c) { UNREFERENCED_PARAMETER(a); UNREFERENCED_PARAMETER(b); UNREFERENCED_PARAMETER(c); }
#define F8(n) F(n##0) F(n##1) F(n##2) F(n##3) F(n##4) F(n##5) F(n##6) F(n##7)
F8(0) F8(1) F8(2) F8(3) F8(4) F8(5) F8(6) F8(7) F8(8)
#define N8(n) P##n##0, P##n##1, P##n##2, P##n##3, P##n##4, P##n##5, P##n##6, P##n##7
static PCREATE_PROCESS_NOTIFY_ROUTINE g_All[] = {N8(0), N8(1), N8(2), N8(3), N8(4), N8(5), N8(6), N8(7), N8(8)};

static VOID Unload(PDRIVER_OBJECT DriverObject) { UNREFERENCED_PARAMETER(DriverObject); }

TEST_ENTRY {
  int i;
  UNREFERENCED_PARAMETER(RegistryPath);
  DriverObject->DriverUnload = Unload;
  for (i = 0; i < 64; i++) CHECK_EQ(PsSetCreateProcessNotifyRoutine(g_All[i], FALSE), STATUS_SUCCESS);
  CHECK_EQ(PsSetCreateProcessNotifyRoutine(g_All[64], FALSE), STATUS_INVALID_PARAMETER);
  CHECK_EQ(PsSetCreateProcessNotifyRoutine(g_All[10], TRUE), STATUS_SUCCESS);
  CHECK_EQ(PsSetCreateProcessNotifyRoutine(g_All[64], FALSE), STATUS_SUCCESS);
  for (i = 0; i < 65; i++) {
    if (i != 10) CHECK_EQ(PsSetCreateProcessNotifyRoutine(g_All[i], TRUE), STATUS_SUCCESS);
  }
  for (i = 0; i < 64; i++) CHECK_EQ(PsSetCreateThreadNotifyRoutine(g_All[i]), STATUS_SUCCESS);
  CHECK_EQ(PsSetCreateThreadNotifyRoutine(g_All[64]), STATUS_INSUFFICIENT_RESOURCES);
  for (i = 0; i < 64; i++) CHECK_EQ(PsRemoveCreateThreadNotifyRoutine(g_All[i]), STATUS_SUCCESS);
  return STATUS_SUCCESS;
}
