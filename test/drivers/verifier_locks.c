// Driver Verifier's checks of locks beyond their order: releases, recursion, initialisation, IRQL and APCs.
// every run: verifier standard
#include "check.h"
LONG g_Failures;
static KSPIN_LOCK g_Spin;
static FAST_MUTEX g_Fast;
static KLOCK_QUEUE_HANDLE g_Handle;

TEST_ENTRY {
  KIRQL old;
  KeInitializeSpinLock(&g_Spin);
  ExInitializeFastMutex(&g_Fast);
  KeAcquireInStackQueuedSpinLock(&g_Spin, &g_Handle);
  KeReleaseInStackQueuedSpinLock(&g_Handle);
  KeAcquireSpinLock(&g_Spin, &old);
  KeReleaseSpinLock(&g_Spin, old);
  KeInitializeSpinLock(&g_Spin);
  FACT("bugchecks 8 0x1005: a free lock may be initialised again", KeGetCurrentIrql() == PASSIVE_LEVEL);
  KeEnterCriticalRegion();
  ExAcquireFastMutexUnsafe(&g_Fast);
  ExReleaseFastMutexUnsafe(&g_Fast);
  KeLeaveCriticalRegion();
  FACT("bugchecks 8 0x39: unsafe fast mutex in a critical region is right", KeGetCurrentIrql() == PASSIVE_LEVEL);
  return RESULT();
}

BAD(ReleaseFree, 0xC4, 0x1007) {
  KIRQL old;
  KeInitializeSpinLock(&g_Spin);
  KeRaiseIrql(DISPATCH_LEVEL, &old);
  EXPECT_STOP("bugchecks 8 0x1007: released but not acquired", 0xC4, 0x1007, &g_Spin, ANY, ANY);
  KeReleaseSpinLock(&g_Spin, old);
  return STATUS_SUCCESS;
}
BAD(ReleasePlainOfQueued, 0xC4, 0x1009) {
  KeInitializeSpinLock(&g_Spin);
  KeAcquireInStackQueuedSpinLock(&g_Spin, &g_Handle);
  EXPECT_STOP("bugchecks 8 0x1009: release with mismatching API", 0xC4, 0x1009, &g_Spin, ANY, ANY);
  KeReleaseSpinLock(&g_Spin, PASSIVE_LEVEL);
  return STATUS_SUCCESS;
}
BAD(AcquirePlainOfQueued, 0xC4, 0x1008) {
  KeInitializeSpinLock(&g_Spin);
  KeAcquireInStackQueuedSpinLock(&g_Spin, &g_Handle);
  EXPECT_STOP("bugchecks 8 0x1008: acquire with mismatching API; verification-rules 1 same KSPIN_LOCK used plain and queued", 0xC4, 0x1008, &g_Spin, ANY, ANY);
  KeAcquireSpinLockAtDpcLevel(&g_Spin);
  return STATUS_SUCCESS;
}
BAD(InitialisedWhileHeld, 0xC4, 0x1005) {
  KIRQL old;
  KeInitializeSpinLock(&g_Spin);
  KeAcquireSpinLock(&g_Spin, &old);
  EXPECT_STOP("bugchecks 8 0x1005: initialised twice", 0xC4, 0x1005, &g_Spin, ANY, ANY);
  KeInitializeSpinLock(&g_Spin);
  return STATUS_SUCCESS;
}
BAD(FastRecursion, 0xC4, 0x1000) {
  ExInitializeFastMutex(&g_Fast);
  ExAcquireFastMutex(&g_Fast);
  EXPECT_STOP("bugchecks 10 fast mutex recursion with verifier: 0x1000", 0xC4, 0x1000, &g_Fast, ANY, ANY);
  ExAcquireFastMutex(&g_Fast);
  return STATUS_SUCCESS;
}
BAD(FastNeverInitialised, 0xC4, 0x1002) {
  static FAST_MUTEX raw;
  EXPECT_STOP("bugchecks 8 0x1002: uninitialised lock used", 0xC4, 0x1002, &raw, ANY, ANY);
  ExAcquireFastMutex(&raw);
  return STATUS_SUCCESS;
}
BAD(UnsafeAcquire, 0xC4, 0x39) {
  ExInitializeFastMutex(&g_Fast);
  EXPECT_STOP("bugchecks 8 0x39: unsafe fast mutex acquire, not at APC", 0xC4, 0x39, PASSIVE_LEVEL, 0, &g_Fast);
  ExAcquireFastMutexUnsafe(&g_Fast);
  return STATUS_SUCCESS;
}
BAD(UnsafeRelease, 0xC4, 0x3A) {
  ExInitializeFastMutex(&g_Fast);
  KeEnterCriticalRegion();
  ExAcquireFastMutexUnsafe(&g_Fast);
  KeLeaveCriticalRegion();
  EXPECT_STOP("bugchecks 8 0x3A: unsafe fast mutex release, not at APC", 0xC4, 0x3A, PASSIVE_LEVEL, 0, &g_Fast);
  ExReleaseFastMutexUnsafe(&g_Fast);
  return STATUS_SUCCESS;
}
BAD(OldIrqlTooHigh, 0xC4, 0x35) {
  KIRQL old;
  KeInitializeSpinLock(&g_Spin);
  KeAcquireSpinLock(&g_Spin, &old);
  EXPECT_STOP("bugchecks 8 0x35: lock, old IRQL", 0xC4, 0x35, DISPATCH_LEVEL, &g_Spin, HIGH_LEVEL);
  KeReleaseSpinLock(&g_Spin, HIGH_LEVEL);
  return STATUS_SUCCESS;
}
BAD(QueuedReleaseLow, 0xC4, 0x36) {
  KeInitializeSpinLock(&g_Spin);
  KeAcquireInStackQueuedSpinLock(&g_Spin, &g_Handle);
  KeLowerIrql(APC_LEVEL);
  EXPECT_STOP("bugchecks 8 0x36: queued spin lock released not at DISPATCH", 0xC4, 0x36, APC_LEVEL, ANY, PASSIVE_LEVEL);
  KeReleaseInStackQueuedSpinLock(&g_Handle);
  return STATUS_SUCCESS;
}
BAD(ReleaseFromDpcLow, 0xC4, 0x41) {
  KIRQL old;
  KeInitializeSpinLock(&g_Spin);
  KeAcquireSpinLock(&g_Spin, &old);
  KeLowerIrql(old);
  EXPECT_STOP("bugchecks 8 0x41: ReleaseFromDpcLevel < DISPATCH", 0xC4, 0x41, PASSIVE_LEVEL, &g_Spin, 0);
  KeReleaseSpinLockFromDpcLevel(&g_Spin);
  return STATUS_SUCCESS;
}
BAD(AcquireHigh, 0xC4, 0x42) {
  KIRQL old;
  KeInitializeSpinLock(&g_Spin);
  KeRaiseIrql(HIGH_LEVEL, &old);
  EXPECT_STOP("bugchecks 8 0x42: AcquireSpinLock > DISPATCH", 0xC4, 0x42, HIGH_LEVEL, &g_Spin, 0);
  KeAcquireSpinLock(&g_Spin, &old);
  return STATUS_SUCCESS;
}
BAD(LeaveGuarded, 0xC4, 0x4000E) {
  EXPECT_STOP("bugchecks 8 0x4000E: GuardedRegions", 0xC4, 0x4000E, ANY, ANY, ANY);
  KeLeaveGuardedRegion();
  return STATUS_SUCCESS;
}
BAD(ResourceReleasedTooLate, 0xC4, 0x38) {
  static ERESOURCE resource;
  ExInitializeResourceLite(&resource);
  KeEnterCriticalRegion();
  ExAcquireResourceExclusiveLite(&resource, TRUE);
  KeLeaveCriticalRegion();
  EXPECT_STOP("bugchecks 8 0x38: ERESOURCE release with APCs enabled", 0xC4, 0x38, PASSIVE_LEVEL, 0, &resource);
  ExReleaseResourceLite(&resource);
  return STATUS_SUCCESS;
}
static PKTHREAD g_Keeper;
static KEVENT g_End;
static VOID KeepsLock(PVOID Context) {
  UNREFERENCED_PARAMETER(Context);
  g_Keeper = KeGetCurrentThread();
  KeWaitForSingleObject(&g_End, Executive, KernelMode, FALSE, NULL);
  ExAcquireFastMutex(&g_Fast);
}
BAD(EndsWithLock, 0xC4, 0x100A) {
  ExInitializeFastMutex(&g_Fast);
  KeInitializeEvent(&g_End, NotificationEvent, FALSE);
  TestStartThread(KeepsLock, NULL, 8, NULL);
  SleepMs(10);
  EXPECT_STOP("bugchecks 8 0x100A: a terminating thread owns a lock", 0xC4, 0x100A, g_Keeper, ANY, ANY);
  KeSetEvent(&g_End, 0, FALSE);
  SleepMs(50);
  return STATUS_SUCCESS;
}

// the rules of ddi-compliance, where deadlock detection does not see the mistake first
// verifier none ddi-compliance on
BAD(RuleCriticalRegions, 0xC4, 0x40003) {
  EXPECT_STOP("bugchecks 8 0x40003: CriticalRegions", 0xC4, 0x40003, ANY, ANY, ANY);
  KeLeaveCriticalRegion();
  return STATUS_SUCCESS;
}
// verifier none ddi-compliance on
BAD(RuleSpinLock, 0xC4, 0x40009) {
  KIRQL old;
  KeInitializeSpinLock(&g_Spin);
  KeAcquireSpinLock(&g_Spin, &old);
  EXPECT_STOP("bugchecks 8 0x40009: SpinLock", 0xC4, 0x40009, ANY, ANY, ANY);
  KeAcquireSpinLock(&g_Spin, &old);
  return STATUS_SUCCESS;
}
// verifier none ddi-compliance on
BAD(RuleSpinlockRelease, 0xC4, 0x4000A) {
  KIRQL old;
  KeInitializeSpinLock(&g_Spin);
  KeRaiseIrql(DISPATCH_LEVEL, &old);
  EXPECT_STOP("bugchecks 8 0x4000A: SpinlockRelease", 0xC4, 0x4000A, ANY, ANY, ANY);
  KeReleaseSpinLock(&g_Spin, old);
  return STATUS_SUCCESS;
}
// verifier none ddi-compliance on
BAD(RuleQueuedSpinLock, 0xC4, 0x40006) {
  KeInitializeSpinLock(&g_Spin);
  KeAcquireInStackQueuedSpinLock(&g_Spin, &g_Handle);
  EXPECT_STOP("bugchecks 8 0x40006: QueuedSpinLock", 0xC4, 0x40006, ANY, ANY, ANY);
  KeAcquireInStackQueuedSpinLock(&g_Spin, &g_Handle);
  return STATUS_SUCCESS;
}
// verifier none ddi-compliance on
BAD(RuleQueuedSpinLockRelease, 0xC4, 0x40007) {
  KIRQL old;
  KeInitializeSpinLock(&g_Spin);
  KeAcquireInStackQueuedSpinLock(&g_Spin, &g_Handle);
  KeReleaseInStackQueuedSpinLock(&g_Handle);
  KeRaiseIrql(DISPATCH_LEVEL, &old);
  EXPECT_STOP("bugchecks 8 0x40007: QueuedSpinLockRelease", 0xC4, 0x40007, ANY, ANY, ANY);
  KeReleaseInStackQueuedSpinLock(&g_Handle);
  return STATUS_SUCCESS;
}
