// Kernel APCs: delivery to a running, a raised and a waiting thread; regions that hold them back; the interrupted wait goes on.
#include "check.h"
LONG g_Failures;
#ifndef INTERLOCK_APC_DECLARED
typedef VOID (*KKERNEL)(PKAPC, PVOID *, PVOID *, PVOID *, PVOID *);
typedef VOID (*KNORMAL)(PVOID, PVOID, PVOID);
VOID KeInitializeApc(PKAPC, PKTHREAD, LONG, KKERNEL, PVOID, KNORMAL, KPROCESSOR_MODE, PVOID);
BOOLEAN KeInsertQueueApc(PKAPC, PVOID, PVOID, KPRIORITY);
#endif
static KAPC g_Apc, g_Special;
static volatile LONG g_Kernel, g_Normal, g_SpecialRan;
static KEVENT g_Ready, g_Release, g_Done, g_InApc;
static PKTHREAD g_Waiter;

static VOID KernelPart(PKAPC Apc, PVOID *Normal, PVOID *Context, PVOID *A1, PVOID *A2) {
  UNREFERENCED_PARAMETER(Apc); UNREFERENCED_PARAMETER(Normal); UNREFERENCED_PARAMETER(A2);
  CHECK_EQ(KeGetCurrentIrql(), APC_LEVEL);
  CHECK_EQ((LONG_PTR)*Context, 5);
  CHECK_EQ((LONG_PTR)*A1, 1);
  g_Kernel++;
}
static VOID NormalPart(PVOID Context, PVOID A1, PVOID A2) {
  CHECK_EQ(KeGetCurrentIrql(), PASSIVE_LEVEL);
  CHECK_EQ((LONG_PTR)Context + (LONG_PTR)A1 + (LONG_PTR)A2, 8);
  g_Normal++;
}
static VOID SpecialPart(PKAPC Apc, PVOID *Normal, PVOID *Context, PVOID *A1, PVOID *A2) {
  UNREFERENCED_PARAMETER(Apc); UNREFERENCED_PARAMETER(Normal); UNREFERENCED_PARAMETER(Context); UNREFERENCED_PARAMETER(A1); UNREFERENCED_PARAMETER(A2);
  g_SpecialRan++;
}
static VOID WaitingPart(PVOID Context, PVOID A1, PVOID A2) {
  UNREFERENCED_PARAMETER(Context); UNREFERENCED_PARAMETER(A1); UNREFERENCED_PARAMETER(A2);
  CHECK(KeGetCurrentThread() == g_Waiter);
  KeSetEvent(&g_InApc, 0, FALSE);
  SleepMs(30);
  g_Normal++;
}
static VOID Waiter(PVOID Context) {
  UNREFERENCED_PARAMETER(Context);
  LARGE_INTEGER t;
  t.QuadPart = -10000000;
  g_Waiter = KeGetCurrentThread();
  KeSetEvent(&g_Ready, 0, FALSE);
  CHECK_EQ(KeWaitForSingleObject(&g_Release, Executive, KernelMode, FALSE, &t), STATUS_SUCCESS);
  CHECK_EQ(g_Normal, 1);
}

TEST_ENTRY {
  KIRQL irql;
  PKTHREAD me = KeGetCurrentThread();
  KeInitializeApc(&g_Apc, me, 0, KernelPart, NULL, NormalPart, KernelMode, (PVOID)5);
  CHECK(KeInsertQueueApc(&g_Apc, (PVOID)1, (PVOID)2, 0));
  CHECK_EQ(g_Kernel * 10 + g_Normal, 11);
  KeInitializeApc(&g_Special, me, 0, SpecialPart, NULL, NULL, KernelMode, NULL);
  KeEnterCriticalRegion();
  CHECK(KeInsertQueueApc(&g_Apc, (PVOID)1, (PVOID)2, 0));
  CHECK(!KeInsertQueueApc(&g_Apc, (PVOID)1, (PVOID)2, 0));
  CHECK(KeInsertQueueApc(&g_Special, NULL, NULL, 0));
  CHECK_EQ(g_SpecialRan, 1);
  CHECK_EQ(g_Normal, 1);
  KeLeaveCriticalRegion();
  CHECK_EQ(g_Normal, 2);
  KeEnterGuardedRegion();
  KeInsertQueueApc(&g_Special, NULL, NULL, 0);
  CHECK_EQ(g_SpecialRan, 1);
  KeLeaveGuardedRegion();
  CHECK_EQ(g_SpecialRan, 2);
  KeRaiseIrql(APC_LEVEL, &irql);
  KeInsertQueueApc(&g_Special, NULL, NULL, 0);
  CHECK_EQ(g_SpecialRan, 2);
  KeLowerIrql(irql);
  CHECK_EQ(g_SpecialRan, 3);

  g_Normal = 0;
  KeInitializeEvent(&g_Ready, NotificationEvent, FALSE);
  KeInitializeEvent(&g_Release, SynchronizationEvent, FALSE);
  KeInitializeEvent(&g_Done, NotificationEvent, FALSE);
  KeInitializeEvent(&g_InApc, NotificationEvent, FALSE);
  TestStartThread(Waiter, NULL, 8, &g_Done);
  KeWaitForSingleObject(&g_Ready, Executive, KernelMode, FALSE, NULL);
  SleepMs(20);
  KeInitializeApc(&g_Apc, g_Waiter, 0, SpecialPart, NULL, WaitingPart, KernelMode, NULL);
  CHECK(KeInsertQueueApc(&g_Apc, NULL, NULL, 0));
  KeWaitForSingleObject(&g_InApc, Executive, KernelMode, FALSE, NULL);
  SleepMs(80);
  CHECK_EQ(g_Normal, 1);
  CHECK_EQ(KeReadStateEvent(&g_Done), 0); // it waits again
  KeSetEvent(&g_Release, 0, FALSE);
  CHECK_EQ(KeWaitForSingleObject(&g_Done, Executive, KernelMode, FALSE, NULL), STATUS_SUCCESS);
  return RESULT();
}
