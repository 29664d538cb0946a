// Driver Verifier: the order of locks, IRQL rules of DDI compliance, pool with a held lock. What a clean use is stands beside each.
#include "check.h"
LONG g_Failures;
static KSPIN_LOCK g_SpinA, g_SpinB, g_SpinC;
static FAST_MUTEX g_FastA, g_FastB;
static KMUTEX g_Mutex;

static VOID Init(VOID) {
  KeInitializeSpinLock(&g_SpinA);
  KeInitializeSpinLock(&g_SpinB);
  KeInitializeSpinLock(&g_SpinC);
  ExInitializeFastMutex(&g_FastA);
  ExInitializeFastMutex(&g_FastB);
  KeInitializeMutex(&g_Mutex, 0);
}

TEST_ENTRY {
  KIRQL a, b;
  Init();
  // always in the same order, and a try in the other one: nothing is said
  for (int i = 0; i < 3; i++) {
    KeAcquireSpinLock(&g_SpinA, &a);
    KeAcquireSpinLock(&g_SpinB, &b);
    KeReleaseSpinLock(&g_SpinB, b);
    KeReleaseSpinLock(&g_SpinA, a);
  }
  KeRaiseIrql(DISPATCH_LEVEL, &a);
  KeAcquireSpinLockAtDpcLevel(&g_SpinB);
  FACT("verification-rules 1 deadlock detection: a try orders nothing", KeTryToAcquireSpinLockAtDpcLevel(&g_SpinA));
  KeReleaseSpinLockFromDpcLevel(&g_SpinA);
  KeReleaseSpinLockFromDpcLevel(&g_SpinB);
  KeLowerIrql(a);
  // one after the other is no order
  ExAcquireFastMutex(&g_FastB);
  ExReleaseFastMutex(&g_FastB);
  ExAcquireFastMutex(&g_FastA);
  ExReleaseFastMutex(&g_FastA);
  return RESULT();
}

BAD(SpinOrder, 0xC4, 0x1001) {
  KIRQL a, b;
  Init();
  KeAcquireSpinLock(&g_SpinA, &a);
  KeAcquireSpinLock(&g_SpinB, &b);
  KeReleaseSpinLock(&g_SpinB, b);
  KeReleaseSpinLock(&g_SpinA, a);
  KeAcquireSpinLock(&g_SpinB, &b);
  EXPECT_STOP("bugchecks 8 0x1001: lock hierarchy violation", 0xC4, 0x1001, &g_SpinA, &g_SpinB, 0);
  KeAcquireSpinLock(&g_SpinA, &a);
  return STATUS_SUCCESS;
}

BAD(OrderOverThree, 0xC4, 0x1001) {
  KIRQL a, b;
  Init();
  KeAcquireSpinLock(&g_SpinA, &a);
  KeAcquireSpinLock(&g_SpinB, &b);
  KeReleaseSpinLock(&g_SpinB, b);
  KeReleaseSpinLock(&g_SpinA, a);
  KeAcquireSpinLock(&g_SpinB, &a);
  KeAcquireSpinLock(&g_SpinC, &b);
  KeReleaseSpinLock(&g_SpinC, b);
  KeReleaseSpinLock(&g_SpinB, a);
  KeAcquireSpinLock(&g_SpinC, &b);
  EXPECT_STOP("bugchecks 8 0x1001: over a third lock", 0xC4, 0x1001, &g_SpinA, &g_SpinC, 0);
  KeAcquireSpinLock(&g_SpinA, &a);
  return STATUS_SUCCESS;
}

BAD(MutexAndFastMutex, 0xC4, 0x1001) {
  Init();
  KeWaitForSingleObject(&g_Mutex, Executive, KernelMode, FALSE, NULL);
  ExAcquireFastMutex(&g_FastA);
  ExReleaseFastMutex(&g_FastA);
  KeReleaseMutex(&g_Mutex, FALSE);
  ExAcquireFastMutex(&g_FastA);
  EXPECT_STOP("bugchecks 8 0x1001: mutexes and fast mutexes in one order", 0xC4, 0x1001, &g_Mutex, &g_FastA, 0);
  KeWaitForSingleObject(&g_Mutex, Executive, KernelMode, FALSE, NULL);
  return STATUS_SUCCESS;
}

BAD(FreedWhileHeld, 0xC4, 0x100B) {
  PFAST_MUTEX mutex = ExAllocatePoolWithTag(NonPagedPool, sizeof *mutex, 'tuMf');
  ExInitializeFastMutex(mutex);
  ExAcquireFastMutex(mutex);
  EXPECT_STOP("bugchecks 8 0x100B: deleted lock still owned", 0xC4, 0x100B, mutex, KeGetCurrentThread(), 0);
  ExFreePoolWithTag(mutex, 'tuMf');
  return STATUS_SUCCESS;
}

BAD(TimerAtHigh, 0xC4, 0x20011) {
  static KTIMER timer;
  LARGE_INTEGER due;
  KIRQL old;
  due.QuadPart = -10000;
  KeInitializeTimer(&timer);
  KeRaiseIrql(HIGH_LEVEL, &old);
  EXPECT_STOP("verification-rules 2 IrqlKeDispatchLte; bugchecks 8", 0xC4, 0x20011, ANY, HIGH_LEVEL, 0);
  KeSetTimer(&timer, due, NULL);
  return STATUS_SUCCESS;
}

BAD(ProbeAtDispatch, 0xC4, 0x20006) {
  KIRQL old;
  KeRaiseIrql(DISPATCH_LEVEL, &old);
  EXPECT_STOP("verification-rules 2 IrqlExApcLte2", 0xC4, 0x20006, ANY, DISPATCH_LEVEL, 0);
  ProbeForRead((PVOID)0x10000, 4, 1);
  return STATUS_SUCCESS;
}

BAD(ResolutionAtDispatch, 0xC4, 0x20006) {
  KIRQL old;
  KeRaiseIrql(DISPATCH_LEVEL, &old);
  EXPECT_STOP("verification-rules 2 IrqlExApcLte2: ExSetTimerResolution", 0xC4, 0x20006, ANY, DISPATCH_LEVEL, 0);
  ExSetTimerResolution(10000, TRUE);
  return STATUS_SUCCESS;
}

BAD(GuardedRegionAtDispatch, 0xC4, 0x20010) {
  KIRQL old;
  KeRaiseIrql(DISPATCH_LEVEL, &old);
  EXPECT_STOP("verification-rules 2 IrqlKeApcLte2", 0xC4, 0x20010, ANY, DISPATCH_LEVEL, 0);
  KeEnterGuardedRegion();
  return STATUS_SUCCESS;
}

BAD(RundownAtHigh, 0xC4, 0xE5) {
  static EX_RUNDOWN_REF ref;
  KIRQL old;
  ExInitializeRundownProtection(&ref);
  KeRaiseIrql(HIGH_LEVEL, &old);
  EXPECT_STOP("bugchecks 8 0xE5: a routine above the IRQL that its header permits", 0xC4, 0xE5, HIGH_LEVEL, DISPATCH_LEVEL, ANY);
  ExAcquireRundownProtection(&ref);
  return STATUS_SUCCESS;
}
