// How many callbacks the tables hold, by version of Windows; a slot freed in the middle is used again first (reference: ps-routines.md 1, callbacks.md 2-4, 6).
// variant
// variant windows "6.1.7601"
// variant choice thread-callback-limit eight
// variant windows "5.1.2600"
#include "system.h"
#if 0 // threads
thread main { HANDLE p = StartProcess(NOTEPAD, L"notepad"); WaitForSingleObject(p, INFINITE); CloseHandle(p); }
#endif

// 72 functions with addresses of their own
static LONG g_Calls[72], g_Sequence[72], g_Next;
static VOID Called(LONG n) { if (g_Calls[n]++ == 0) g_Sequence[n] = g_Next++; }
#define F(n) static VOID P##n(HANDLE a, HANDLE b, BOOLEAN c) { UNREFERENCED_PARAMETER(a); UNREFERENCED_PARAMETER(b); UNREFERENCED_PARAMETER(c); Called(0##n); } \
  static VOID I##n(PUNICODE_STRING a, HANDLE b, PIMAGE_INFO c) { UNREFERENCED_PARAMETER(a); UNREFERENCED_PARAMETER(b); UNREFERENCED_PARAMETER(c); }
#define F8(n) F(n##0) F(n##1) F(n##2) F(n##3) F(n##4) F(n##5) F(n##6) F(n##7)
F8(0) F8(1) F8(2) F8(3) F8(4) F8(5) F8(6) F8(7) F8(10)
#define N8(p, n) p##n##0, p##n##1, p##n##2, p##n##3, p##n##4, p##n##5, p##n##6, p##n##7
#define ALL(p) {N8(p, 0), N8(p, 1), N8(p, 2), N8(p, 3), N8(p, 4), N8(p, 5), N8(p, 6), N8(p, 7), N8(p, 10)}
static PCREATE_PROCESS_NOTIFY_ROUTINE g_All[] = ALL(P);
static PLOAD_IMAGE_NOTIFY_ROUTINE g_Images[] = ALL(I);
static LONG g_Process = VARIANT == 3 ? 8 : 64, g_Thread = VARIANT >= 2 ? 8 : 64, g_Image = VARIANT == 1 || VARIANT == 3 ? 8 : 64;

static VOID Unload(PDRIVER_OBJECT DriverObject) {
  int i;
  UNREFERENCED_PARAMETER(DriverObject);
  for (i = 0; i < g_Process - 1; i++) CHECK(g_Calls[i == 2 ? g_Process : i] > 0);
  FACT("callbacks 6 slots are called from the first to the last", g_Sequence[0] == 0 && g_Sequence[1] == 1 && g_Sequence[g_Process - 1] == g_Process - 1);
  FACT_EQ("callbacks 6 a slot freed by a removal is used by the next registration", g_Sequence[g_Process], 2);
  for (i = 0; i <= g_Process; i++)
    if (i != 2) CHECK_EQ(PsSetCreateProcessNotifyRoutine(g_All[i], TRUE), STATUS_SUCCESS);
}

TEST_ENTRY {
  int i;
  UNREFERENCED_PARAMETER(RegistryPath);
  DriverObject->DriverUnload = Unload;
  for (i = 0; i < g_Thread; i++) CHECK_EQ(PsSetCreateThreadNotifyRoutine(g_All[i]), STATUS_SUCCESS);
  FACT_EQ("callbacks 3 limit of thread callbacks: 64, 8 on old versions", PsSetCreateThreadNotifyRoutine(g_All[g_Thread]), STATUS_INSUFFICIENT_RESOURCES);
  FACT_EQ("ps-routines 1 thread Ex: the same table", PsSetCreateThreadNotifyRoutineEx(PsCreateThreadNotifySubsystems, (PVOID)g_All[g_Thread]), STATUS_INSUFFICIENT_RESOURCES);
  for (i = 0; i < g_Thread; i++) CHECK_EQ(PsRemoveCreateThreadNotifyRoutine(g_All[i]), STATUS_SUCCESS);
  for (i = 0; i < g_Image; i++) CHECK_EQ(PsSetLoadImageNotifyRoutine(g_Images[i]), STATUS_SUCCESS);
  FACT_EQ("callbacks 4 limit of image callbacks: 64, 8 before Windows 8.1", PsSetLoadImageNotifyRoutine(g_Images[g_Image]), STATUS_INSUFFICIENT_RESOURCES);
  FACT_EQ("ps-routines 1 image Ex: the same table", PsSetLoadImageNotifyRoutineEx(g_Images[g_Image], 0), STATUS_INSUFFICIENT_RESOURCES);
  for (i = 0; i < g_Image; i++) CHECK_EQ(PsRemoveLoadImageNotifyRoutine(g_Images[i]), STATUS_SUCCESS);
  for (i = 0; i < g_Process; i++) CHECK_EQ(PsSetCreateProcessNotifyRoutine(g_All[i], FALSE), STATUS_SUCCESS);
  FACT_EQ("ps-routines 1 limit of process callbacks: 64 since Vista, 8 before", PsSetCreateProcessNotifyRoutine(g_All[g_Process], FALSE), STATUS_INVALID_PARAMETER);
  FACT_EQ("callbacks 2 legacy and Ex share the one table", PsSetCreateProcessNotifyRoutineEx((PCREATE_PROCESS_NOTIFY_ROUTINE_EX)g_All[g_Process], FALSE), STATUS_INVALID_PARAMETER);
  FACT_EQ("callbacks 2 legacy and Ex2 share the one table", PsSetCreateProcessNotifyRoutineEx2(PsCreateProcessNotifySubsystems, (PVOID)g_All[g_Process], FALSE), STATUS_INVALID_PARAMETER);
  CHECK_EQ(PsSetCreateProcessNotifyRoutine(g_All[2], TRUE), STATUS_SUCCESS);
  FACT_EQ("callbacks 6 a removal makes room", PsSetCreateProcessNotifyRoutine(g_All[g_Process], FALSE), STATUS_SUCCESS);
  return STATUS_SUCCESS;
}
