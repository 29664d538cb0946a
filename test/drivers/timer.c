// Timers: one shot and periodic, both types, DPC of a timer, cancelling, waiting on a timer.
#include "check.h"
LONG g_Failures;
static KTIMER g_Timer, g_Periodic;
static KDPC g_Dpc;
static LONG g_Ticks;
static KEVENT g_Five;

static VOID OnTimer(PKDPC Dpc, PVOID Context, PVOID A1, PVOID A2) {
  UNREFERENCED_PARAMETER(Dpc); UNREFERENCED_PARAMETER(A1); UNREFERENCED_PARAMETER(A2);
  CHECK_EQ(KeGetCurrentIrql(), DISPATCH_LEVEL);
  CHECK(Context == &g_Ticks);
  if (InterlockedIncrement(&g_Ticks) == 5) KeSetEvent(&g_Five, 0, FALSE);
}

TEST_ENTRY {
  LARGE_INTEGER due, zero = {0}, t0, t1;
  due.QuadPart = -300000;
  KeInitializeTimer(&g_Timer);
  CHECK_EQ(KeSetTimer(&g_Timer, due, NULL), FALSE);
  CHECK_EQ(KeReadStateTimer(&g_Timer), FALSE);
  CHECK_EQ(KeSetTimer(&g_Timer, due, NULL), TRUE);
  KeQuerySystemTimePrecise(&t0);
  CHECK_EQ(KeWaitForSingleObject(&g_Timer, Executive, KernelMode, FALSE, NULL), STATUS_SUCCESS);
  KeQuerySystemTimePrecise(&t1);
  CHECK(t1.QuadPart - t0.QuadPart >= 300000 - 1000);
  CHECK(t1.QuadPart - t0.QuadPart <= 300000 + 2 * 156250);
  CHECK_EQ(KeReadStateTimer(&g_Timer), TRUE);
  CHECK_EQ(KeCancelTimer(&g_Timer), FALSE);
  CHECK_EQ(KeWaitForSingleObject(&g_Timer, Executive, KernelMode, FALSE, &zero), STATUS_SUCCESS);

  KeInitializeEvent(&g_Five, NotificationEvent, FALSE);
  KeInitializeTimerEx(&g_Periodic, SynchronizationTimer);
  KeInitializeDpc(&g_Dpc, OnTimer, &g_Ticks);
  CHECK_EQ(KeSetTimerEx(&g_Periodic, due, 20, &g_Dpc), FALSE);
  KeWaitForSingleObject(&g_Five, Executive, KernelMode, FALSE, NULL);
  CHECK_EQ(KeCancelTimer(&g_Periodic), TRUE);
  KeFlushQueuedDpcs();
  LONG n = g_Ticks;
  SleepMs(100);
  CHECK_EQ(g_Ticks, n);
  CHECK_EQ(KeWaitForSingleObject(&g_Periodic, Executive, KernelMode, FALSE, &zero), STATUS_SUCCESS);
  CHECK_EQ(KeWaitForSingleObject(&g_Periodic, Executive, KernelMode, FALSE, &zero), STATUS_TIMEOUT);
  // absolute time
  KeQuerySystemTime(&t0);
  due.QuadPart = t0.QuadPart + 500000;
  KeSetTimer(&g_Timer, due, NULL);
  KeWaitForSingleObject(&g_Timer, Executive, KernelMode, FALSE, NULL);
  KeQuerySystemTime(&t1);
  CHECK(t1.QuadPart >= due.QuadPart - 156250);
  return RESULT();
}

BAD(FreedTimer, 0xC7, 0) {
  LARGE_INTEGER due;
  due.QuadPart = -100000;
  KTIMER *t = ExAllocatePoolWithTag(NonPagedPoolNx, sizeof *t, 'rmiT');
  KeInitializeTimer(t);
  KeSetTimer(t, due, NULL);
  ExFreePoolWithTag(t, 'rmiT');
  SleepMs(100);
  return STATUS_SUCCESS;
}
BAD(NeverInitialisedTimer, 0xC7, 0) {
  static KTIMER zero;
  LARGE_INTEGER due;
  due.QuadPart = -100000;
  KeSetTimer(&zero, due, NULL);
  return STATUS_SUCCESS;
}
