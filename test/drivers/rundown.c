// Run-down protection: counts, waiting for the last user, re-use, the cache-aware form.
#include "check.h"
LONG g_Failures;
static EX_RUNDOWN_REF g_Ref;
static KEVENT g_In, g_Done, g_Done2;
static volatile LONG g_Gone;

static VOID Remover(PVOID Context) {
  UNREFERENCED_PARAMETER(Context);
  KeSetEvent(&g_In, 0, FALSE);
  ExWaitForRundownProtectionRelease(&g_Ref);
  g_Gone = 1;
}
// any thread may release
static VOID Releaser(PVOID Context) {
  UNREFERENCED_PARAMETER(Context);
  ExReleaseRundownProtection(&g_Ref);
}

TEST_ENTRY {
  KIRQL old;
  KeInitializeEvent(&g_In, SynchronizationEvent, FALSE);
  KeInitializeEvent(&g_Done, NotificationEvent, FALSE);
  KeInitializeEvent(&g_Done2, NotificationEvent, FALSE);
  g_Ref.Count = 77;
  ExInitializeRundownProtection(&g_Ref);
  FACT("scheduler 13 EX_RUNDOWN_REF 8 bytes", sizeof(EX_RUNDOWN_REF) == 8 && g_Ref.Count == 0);
  FACT_EQ("scheduler 13 ExAcquireRundownProtection: TRUE", ExAcquireRundownProtection(&g_Ref), TRUE);
  FACT_EQ("scheduler 13 count << 1", g_Ref.Count, 2);
  FACT_EQ("scheduler 13 run-down recursion: a count", ExAcquireRundownProtectionEx(&g_Ref, 3), TRUE);
  FACT_EQ("scheduler 13 Ex: with counts", g_Ref.Count, 8);
  ExReleaseRundownProtectionEx(&g_Ref, 2);
  ExReleaseRundownProtection(&g_Ref);
  CHECK_EQ(g_Ref.Count, 2);
  old = KeRaiseIrqlToDpcLevel();
  FACT("scheduler 13 run-down at DISPATCH_LEVEL", ExAcquireRundownProtection(&g_Ref) && g_Ref.Count == 4);
  ExReleaseRundownProtection(&g_Ref);
  KeLowerIrql(old);
  TestStartThread(Remover, NULL, 12, &g_Done);
  KeWaitForSingleObject(&g_In, Executive, KernelMode, FALSE, NULL);
  SleepMs(40);
  FACT_EQ("scheduler 13 ExWaitForRundownProtectionRelease blocks until 0", g_Gone, 0);
  FACT_EQ("scheduler 13 FALSE once rundown started", ExAcquireRundownProtection(&g_Ref), FALSE);
  FACT_EQ("scheduler 13 Ex: FALSE too", ExAcquireRundownProtectionEx(&g_Ref, 2), FALSE);
  FACT_EQ("scheduler 13 bit 0 active", g_Ref.Count & 1, 1);
  TestStartThread(Releaser, NULL, 8, &g_Done2);
  KeWaitForSingleObject(&g_Done, Executive, KernelMode, FALSE, NULL);
  FACT_EQ("scheduler 13 any thread may release; the last release ends the wait", g_Gone, 1);
  KeWaitForSingleObject(&g_Done2, Executive, KernelMode, FALSE, NULL);
  FACT_EQ("scheduler 13 later acquires fail", ExAcquireRundownProtection(&g_Ref), FALSE);
  ExWaitForRundownProtectionRelease(&g_Ref);
  ExRundownCompleted(&g_Ref);
  FACT("scheduler 13 ExRundownCompleted marks", (g_Ref.Count & 1) == 1 && !ExAcquireRundownProtection(&g_Ref));
  ExReInitializeRundownProtection(&g_Ref);
  FACT("scheduler 13 ExReInitializeRundownProtection allows re-use", ExAcquireRundownProtection(&g_Ref) && g_Ref.Count == 2);
  ExReleaseRundownProtection(&g_Ref);
  ExWaitForRundownProtectionRelease(&g_Ref);
  FACT("scheduler 13 nobody holds it: no wait", !ExAcquireRundownProtection(&g_Ref));

  PEX_RUNDOWN_REF_CACHE_AWARE c = ExAllocateCacheAwareRundownProtection(NonPagedPoolNx, 'dnuR');
  FACT("scheduler 13 cache aware: acquire", c != NULL && ExAcquireRundownProtectionCacheAware(c) && ExAcquireRundownProtectionCacheAwareEx(c, 2));
  ExReleaseRundownProtectionCacheAwareEx(c, 2);
  ExReleaseRundownProtectionCacheAware(c);
  ExWaitForRundownProtectionReleaseCacheAware(c);
  FACT("scheduler 13 cache aware: FALSE after the wait", !ExAcquireRundownProtectionCacheAware(c));
  ExRundownCompletedCacheAware(c);
  ExReInitializeRundownProtectionCacheAware(c);
  FACT("scheduler 13 cache aware: re-use", ExAcquireRundownProtectionCacheAware(c));
  ExReleaseRundownProtectionCacheAware(c);
  ExFreeCacheAwareRundownProtection(c);
  SIZE_T size = ExSizeOfRundownProtectionCacheAware();
  c = ExAllocatePoolWithTag(NonPagedPoolNx, size, 'dnuR');
  ExInitializeRundownProtectionCacheAware(c, size);
  FACT("scheduler 13 cache aware: in memory of the caller", ExAcquireRundownProtectionCacheAware(c));
  ExReleaseRundownProtectionCacheAware(c);
  ExFreePoolWithTag(c, 'dnuR');
  c = ExAllocatePoolWithTag(NonPagedPoolNx, size, 'dnuR');
  ExInitializeRundownProtectionCacheAwareEx(c, EX_CARR_ALLOCATE_NONPAGED_POOL);
  FACT("scheduler 13 cache aware: Ex", ExAcquireRundownProtectionCacheAware(c));
  ExReleaseRundownProtectionCacheAware(c);
  ExCleanupRundownProtectionCacheAware(c);
  ExFreePoolWithTag(c, 'dnuR');
  return RESULT();
}

BAD(TooOften, 0x162, -1) {
  ExInitializeRundownProtection(&g_Ref);
  EXPECT_STOP("bugchecks 5 0x162: run-down protection released more often than acquired", 0x162, KeGetCurrentThread(), &g_Ref, 0, 0);
  ExReleaseRundownProtection(&g_Ref);
  return STATUS_SUCCESS;
}
BAD(Flags, 0x16C, 0x40) {
  PEX_RUNDOWN_REF_CACHE_AWARE c = ExAllocatePoolWithTag(NonPagedPoolNx, ExSizeOfRundownProtectionCacheAware(), 'dnuR');
  EXPECT_STOP("bugchecks 5 0x16C: bad flags", 0x16C, 0x40, c, 0, 0);
  ExInitializeRundownProtectionCacheAwareEx(c, 0x40);
  return STATUS_SUCCESS;
}
