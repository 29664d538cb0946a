// Fast and guarded mutexes, push locks.
#include "check.h"
LONG g_Failures;
static FAST_MUTEX g_Fast;
static KGUARDED_MUTEX g_Guarded;
static EX_PUSH_LOCK g_Push;
static KEVENT g_Done[4];
static LONG g_A, g_B, g_C;

static VOID Worker(PVOID Context) {
  LONG n = (LONG)(LONG_PTR)Context;
  for (int i = 0; i < 20; i++) {
    ExAcquireFastMutex(&g_Fast);
    CHECK_EQ(KeGetCurrentIrql(), APC_LEVEL);
    LONG v = g_A;
    if (i % 6 == n) KeStallExecutionProcessor(30);
    g_A = v + 1;
    ExReleaseFastMutex(&g_Fast);
    CHECK_EQ(KeGetCurrentIrql(), PASSIVE_LEVEL);
    KeAcquireGuardedMutex(&g_Guarded);
    v = g_B;
    if (i % 9 == n) SleepMs(1);
    g_B = v + 1;
    KeReleaseGuardedMutex(&g_Guarded);
    KeEnterCriticalRegion();
    if (i % 3 == 0) {
      ExAcquirePushLockExclusive(&g_Push);
      v = g_C;
      if (i % 6 == 0) KeStallExecutionProcessor(15);
      g_C = v + 1;
      ExReleasePushLockExclusive(&g_Push);
    } else {
      ExAcquirePushLockShared(&g_Push);
      v = g_C;
      KeStallExecutionProcessor(2);
      CHECK_EQ(g_C, v);
      ExReleasePushLockShared(&g_Push);
    }
    KeLeaveCriticalRegion();
  }
}

TEST_ENTRY {
  ExInitializeFastMutex(&g_Fast);
  KeInitializeGuardedMutex(&g_Guarded);
  ExInitializePushLock(&g_Push);
  CHECK(ExTryToAcquireFastMutex(&g_Fast));
  CHECK_EQ(KeGetCurrentIrql(), APC_LEVEL);
  CHECK(KeAreAllApcsDisabled());
  ExReleaseFastMutex(&g_Fast);
  KeEnterCriticalRegion();
  ExAcquireFastMutexUnsafe(&g_Fast);
  CHECK_EQ(KeGetCurrentIrql(), PASSIVE_LEVEL);
  ExReleaseFastMutexUnsafe(&g_Fast);
  KeLeaveCriticalRegion();
  for (LONG i = 0; i < 4; i++) {
    KeInitializeEvent(&g_Done[i], NotificationEvent, FALSE);
    TestStartThread(Worker, (PVOID)(LONG_PTR)i, 8, &g_Done[i]);
  }
  for (int i = 0; i < 4; i++) KeWaitForSingleObject(&g_Done[i], Executive, KernelMode, FALSE, NULL);
  CHECK_EQ(g_A, 80);
  CHECK_EQ(g_B, 80);
  CHECK_EQ(g_C, 28);
  return RESULT();
}

BAD(RecursiveFast, 0xBF, -1) {
  ExInitializeFastMutex(&g_Fast);
  ExAcquireFastMutex(&g_Fast);
  ExAcquireFastMutex(&g_Fast);
  return STATUS_SUCCESS;
}
BAD(ReleaseForeign, 0xC4, 0x1004) {
  KIRQL irql;
  ExInitializeFastMutex(&g_Fast);
  KeRaiseIrql(APC_LEVEL, &irql);
  ExReleaseFastMutex(&g_Fast);
  return STATUS_SUCCESS;
}
BAD(AcquireAtDispatch, 0xC4, 0x33) {
  ExInitializeFastMutex(&g_Fast);
  KeRaiseIrqlToDpcLevel();
  ExAcquireFastMutex(&g_Fast);
  return STATUS_SUCCESS;
}
BAD(ExitHoldingFast, 0x20, -1) {
  ExInitializeFastMutex(&g_Fast);
  ExAcquireFastMutex(&g_Fast);
  return STATUS_SUCCESS;
}
BAD(ExitInRegion, 0x20, 0) {
  KeEnterCriticalRegion();
  return STATUS_SUCCESS;
}
BAD(LeaveTooOften, 0xC4, 0x3E) {
  KeLeaveCriticalRegion();
  return STATUS_SUCCESS;
}
BAD(WrongPushRelease, 0x162, -1) {
  ExInitializePushLock(&g_Push);
  KeEnterCriticalRegion();
  ExAcquirePushLockShared(&g_Push);
  ExReleasePushLockExclusive(&g_Push);
  KeLeaveCriticalRegion();
  return STATUS_SUCCESS;
}
