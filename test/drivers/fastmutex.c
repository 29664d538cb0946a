// Fast and guarded mutexes, with push locks beside them under contention (push locks themselves: pushlock.c).
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

static KEVENT g_Held, g_LetGo;
static VOID Holder(PVOID Mutex) {
  ExAcquireFastMutex(Mutex);
  KeSetEvent(&g_Held, 0, FALSE);
  KeWaitForSingleObject(&g_LetGo, Executive, KernelMode, FALSE, NULL);
  ExReleaseFastMutex(Mutex);
}
static VOID WantsIt(PVOID Mutex) {
  ExAcquireFastMutex(Mutex);
  ExReleaseFastMutex(Mutex);
}

static VOID Facts(VOID) {
  static FAST_MUTEX f;
  static KGUARDED_MUTEX g;
  KIRQL old;
  ExInitializeFastMutex(&f);
  HEADER("scheduler 13 FAST_MUTEX 0x38: Count 0, Owner 8, Contention 0x10, Event 0x18, OldIrql 0x30", sizeof(FAST_MUTEX) == 0x38 && FIELD_OFFSET(FAST_MUTEX, Count) == 0 && FIELD_OFFSET(FAST_MUTEX, Owner) == 8 && FIELD_OFFSET(FAST_MUTEX, Contention) == 0x10 && FIELD_OFFSET(FAST_MUTEX, Event) == 0x18 && FIELD_OFFSET(FAST_MUTEX, OldIrql) == 0x30);
  FACT("scheduler 13 FAST_MUTEX Count 1 = free", f.Count == 1 && f.Owner == NULL && f.Contention == 0);
  ExAcquireFastMutex(&f);
  FACT_EQ("scheduler 13 ExAcquireFastMutex raises to APC_LEVEL", KeGetCurrentIrql(), APC_LEVEL);
  FACT("scheduler 13 the owner is the thread, Count 0, OldIrql kept", f.Owner == KeGetCurrentThread() && f.Count == 0 && f.OldIrql == PASSIVE_LEVEL);
  FACT("scheduler 13 at APC_LEVEL all APCs are off", KeAreAllApcsDisabled());
  FACT_EQ("scheduler 13 ExTryToAcquireFastMutex: FALSE when it is held", ExTryToAcquireFastMutex(&f), FALSE);
  ExReleaseFastMutex(&f);
  FACT("scheduler 13 ExReleaseFastMutex goes back to the old IRQL", KeGetCurrentIrql() == PASSIVE_LEVEL && f.Count == 1 && f.Owner == NULL);
  KeRaiseIrql(APC_LEVEL, &old);
  ExAcquireFastMutex(&f);
  ExReleaseFastMutex(&f);
  FACT_EQ("scheduler 13 acquired at APC_LEVEL: stays there", KeGetCurrentIrql(), APC_LEVEL);
  ExAcquireFastMutexUnsafe(&f);
  FACT("scheduler 13 Unsafe at APC_LEVEL", f.Owner == KeGetCurrentThread() && KeGetCurrentIrql() == APC_LEVEL);
  ExReleaseFastMutexUnsafe(&f);
  KeLowerIrql(old);
  FACT_EQ("scheduler 13 ExTryToAcquireFastMutex: TRUE raises", ExTryToAcquireFastMutex(&f) ? KeGetCurrentIrql() : 0, APC_LEVEL);
  ExReleaseFastMutex(&f);
  KeEnterCriticalRegion();
  ExAcquireFastMutexUnsafe(&f);
  FACT_EQ("scheduler 13 Unsafe inside a critical region: IRQL is the caller's job", KeGetCurrentIrql(), PASSIVE_LEVEL);
  ExReleaseFastMutexUnsafe(&f);
  KeLeaveCriticalRegion();
  ExEnterCriticalRegionAndAcquireFastMutexUnsafe(&f);
  FACT("documentation ExEnterCriticalRegionAndAcquireFastMutexUnsafe", KeAreApcsDisabled() && f.Owner == KeGetCurrentThread());
  ExReleaseFastMutexUnsafeAndLeaveCriticalRegion(&f);
  CHECK(!KeAreApcsDisabled());

  KeInitializeGuardedMutex(&g);
  HEADER("scheduler 13 KGUARDED_MUTEX is a FAST_MUTEX since Windows 8", sizeof(KGUARDED_MUTEX) == sizeof(FAST_MUTEX));
  KeAcquireGuardedMutex(&g);
  FACT("scheduler 13 KeAcquireGuardedMutex: APC_LEVEL since Windows 8, all APCs off", KeGetCurrentIrql() == APC_LEVEL && KeAreAllApcsDisabled() && g.Owner == KeGetCurrentThread());
  FACT_EQ("scheduler 13 KeTryToAcquireGuardedMutex: FALSE when it is held", KeTryToAcquireGuardedMutex(&g), FALSE);
  KeReleaseGuardedMutex(&g);
  FACT("scheduler 13 KeReleaseGuardedMutex", KeGetCurrentIrql() == PASSIVE_LEVEL && !KeAreApcsDisabled());
  CHECK(KeTryToAcquireGuardedMutex(&g));
  KeReleaseGuardedMutex(&g);
  KeEnterGuardedRegion();
  KeAcquireGuardedMutexUnsafe(&g);
  FACT("scheduler 13 guarded Unsafe needs APCs already disabled", KeGetCurrentIrql() == PASSIVE_LEVEL && g.Owner == KeGetCurrentThread());
  KeReleaseGuardedMutexUnsafe(&g);
  KeLeaveGuardedRegion();

  KEVENT done[2];
  for (int i = 0; i < 2; i++) KeInitializeEvent(&done[i], NotificationEvent, FALSE);
  KeInitializeEvent(&g_Held, SynchronizationEvent, FALSE);
  KeInitializeEvent(&g_LetGo, SynchronizationEvent, FALSE);
  TestStartThread(Holder, &f, 9, &done[0]);
  KeWaitForSingleObject(&g_Held, Executive, KernelMode, FALSE, NULL);
  FACT_EQ("scheduler 13 ExTryToAcquireFastMutex does not wait", ExTryToAcquireFastMutex(&f), FALSE);
  FACT_EQ("scheduler 13 and leaves IRQL alone then", KeGetCurrentIrql(), PASSIVE_LEVEL);
  TestStartThread(WantsIt, &f, 10, &done[1]);
  SleepMs(40);
  FACT("scheduler 13 FAST_MUTEX Contention counts waiters", f.Contention == 1 && f.Owner != NULL);
  KeSetEvent(&g_LetGo, 0, FALSE);
  for (int i = 0; i < 2; i++) KeWaitForSingleObject(&done[i], Executive, KernelMode, FALSE, NULL);
  FACT("scheduler 13 the waiter got it and gave it back", f.Count == 1 && f.Owner == NULL);
}

TEST_ENTRY {
  Facts();
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
  EXPECT_STOP("bugchecks 5 0xBF: fast mutex acquired recursively", 0xBF, &g_Fast, KeGetCurrentThread(), 0, 0);
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
BAD(RecursiveGuarded, 0xBF, -1) {
  KeInitializeGuardedMutex(&g_Guarded);
  KeAcquireGuardedMutex(&g_Guarded);
  EXPECT_STOP("bugchecks 5 0xBF: guarded mutex acquired recursively", 0xBF, &g_Guarded, KeGetCurrentThread(), 0, 0);
  KeAcquireGuardedMutex(&g_Guarded);
  return STATUS_SUCCESS;
}
BAD(RecursiveUnsafe, 0xBF, -1) {
  ExInitializeFastMutex(&g_Fast);
  KeEnterCriticalRegion();
  ExAcquireFastMutexUnsafe(&g_Fast);
  EXPECT_STOP("bugchecks 5 0xBF: unsafe fast mutex acquired recursively", 0xBF, &g_Fast, KeGetCurrentThread(), 0, 0);
  ExAcquireFastMutexUnsafe(&g_Fast);
  return STATUS_SUCCESS;
}
BAD(ReleaseLowered, 0xC4, 0x34) {
  ExInitializeFastMutex(&g_Fast);
  ExAcquireFastMutex(&g_Fast);
  KeLowerIrql(PASSIVE_LEVEL);
  EXPECT_STOP("scheduler 13 fast mutex release at exactly APC_LEVEL", 0xC4, 0x34, PASSIVE_LEVEL, 0, &g_Fast);
  ExReleaseFastMutex(&g_Fast);
  return STATUS_SUCCESS;
}
