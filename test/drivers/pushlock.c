// Push locks: shared and exclusive, pointer size, any pool, who waits for whom; wrong releases and flags.
#include "check.h"
LONG g_Failures;
static EX_PUSH_LOCK g_Lock;
static KEVENT g_Ready, g_Done[3];
static LONG g_In;

static VOID Reader(PVOID Lock) {
  KeSetEvent(&g_Ready, 0, FALSE);
  KeEnterCriticalRegion();
  ExAcquirePushLockShared((PEX_PUSH_LOCK)Lock);
  InterlockedIncrement(&g_In);
  ExReleasePushLockShared((PEX_PUSH_LOCK)Lock);
  KeLeaveCriticalRegion();
}
static VOID Writer(PVOID Lock) {
  KeSetEvent(&g_Ready, 0, FALSE);
  KeEnterCriticalRegion();
  ExAcquirePushLockExclusive((PEX_PUSH_LOCK)Lock);
  InterlockedIncrement(&g_In);
  ExReleasePushLockExclusive((PEX_PUSH_LOCK)Lock);
  KeLeaveCriticalRegion();
}
static VOID Start(VOID (*Routine)(PVOID), PVOID Lock, int n) {
  KeInitializeEvent(&g_Done[n], NotificationEvent, FALSE);
  TestStartThread(Routine, Lock, 10, &g_Done[n]);
  KeWaitForSingleObject(&g_Ready, Executive, KernelMode, FALSE, NULL);
  SleepMs(40);
}

TEST_ENTRY {
  KeInitializeEvent(&g_Ready, SynchronizationEvent, FALSE);
  g_Lock = 77;
  ExInitializePushLock(&g_Lock);
  FACT("scheduler 13 EX_PUSH_LOCK: pointer size, zero = free", sizeof(EX_PUSH_LOCK) == sizeof(PVOID) && g_Lock == 0);
  KeEnterCriticalRegion();
  ExAcquirePushLockExclusive(&g_Lock);
  FACT("scheduler 13 push lock: none by itself (IRQL, APCs)", KeGetCurrentIrql() == PASSIVE_LEVEL && !KeAreAllApcsDisabled());
  FACT("scheduler 13 push lock: not zero while held", g_Lock != 0);
  Start(Reader, &g_Lock, 0);
  Start(Writer, &g_Lock, 1);
  FACT_EQ("scheduler 13 push lock: nobody beside the exclusive owner", g_In, 0);
  ExReleasePushLockExclusive(&g_Lock);
  KeLeaveCriticalRegion();
  for (int i = 0; i < 2; i++) KeWaitForSingleObject(&g_Done[i], Executive, KernelMode, FALSE, NULL);
  FACT("scheduler 13 push lock: both waiters get it, then it is free", g_In == 2 && g_Lock == 0);

  g_In = 0;
  KeEnterCriticalRegion();
  ExAcquirePushLockShared(&g_Lock);
  Start(Reader, &g_Lock, 0);
  FACT_EQ("scheduler 13 push lock: readers share", g_In, 1);
  Start(Writer, &g_Lock, 1);
  FACT_EQ("scheduler 13 push lock: a writer waits for the readers", g_In, 1);
  ExReleasePushLockShared(&g_Lock);
  KeLeaveCriticalRegion();
  for (int i = 0; i < 2; i++) KeWaitForSingleObject(&g_Done[i], Executive, KernelMode, FALSE, NULL);
  FACT_EQ("scheduler 13 push lock: then the writer gets it", g_In, 2);

  PEX_PUSH_LOCK paged = ExAllocatePoolWithTag(PagedPool, sizeof *paged, 'hsuP');
  ExInitializePushLock(paged);
  KIRQL old;
  KeRaiseIrql(APC_LEVEL, &old);
  ExAcquirePushLockExclusiveEx(paged, EX_DEFAULT_PUSH_LOCK_FLAGS);
  FACT("scheduler 13 push lock: any pool type, at APC_LEVEL", *paged != 0);
  ExReleasePushLockExclusiveEx(paged, EX_DEFAULT_PUSH_LOCK_FLAGS);
  ExAcquirePushLockSharedEx(paged, EX_DEFAULT_PUSH_LOCK_FLAGS);
  ExReleasePushLockSharedEx(paged, EX_DEFAULT_PUSH_LOCK_FLAGS);
  KeLowerIrql(old);
  FACT_EQ("scheduler 13 push lock: free again", *paged, 0);
  ExFreePoolWithTag(paged, 'hsuP');
  return RESULT();
}

BAD(AcquireFlags, 0x152, 0x100) {
  KeEnterCriticalRegion();
  EXPECT_STOP("bugchecks 5 0x152: bad flags to the Ex versions", 0x152, 0x100, &g_Lock, 0, 0);
  ExAcquirePushLockExclusiveEx(&g_Lock, 0x100);
  return STATUS_SUCCESS;
}
BAD(ReleaseFlags, 0x152, 0x80) {
  KeEnterCriticalRegion();
  ExAcquirePushLockShared(&g_Lock);
  EXPECT_STOP("bugchecks 5 0x152: bad flags at release", 0x152, 0x80, &g_Lock, 0, 0);
  ExReleasePushLockSharedEx(&g_Lock, 0x80);
  return STATUS_SUCCESS;
}
BAD(ReleaseFree, 0x162, -1) {
  KeEnterCriticalRegion();
  EXPECT_STOP("bugchecks 5 0x162: release of a push lock that nobody holds", 0x162, KeGetCurrentThread(), &g_Lock, 0, 0);
  ExReleasePushLockExclusive(&g_Lock);
  return STATUS_SUCCESS;
}
BAD(ReleaseSharedExclusive, 0x162, -1) {
  KeEnterCriticalRegion();
  ExAcquirePushLockShared(&g_Lock);
  EXPECT_STOP("bugchecks 5 0x162: release of a push lock in another mode", 0x162, KeGetCurrentThread(), &g_Lock, 0, 0);
  ExReleasePushLockExclusive(&g_Lock);
  return STATUS_SUCCESS;
}
BAD(AtDispatch, 0xC4, 0xEA) {
  KeRaiseIrqlToDpcLevel();
  EXPECT_STOP("scheduler 13 push lock: acquire at <= APC", 0xC4, 0xEA, DISPATCH_LEVEL, ANY, &g_Lock);
  ExAcquirePushLockExclusive(&g_Lock);
  return STATUS_SUCCESS;
}
BAD(ReleaseAtDispatch, 0xC4, 0xEB) {
  KeEnterCriticalRegion();
  ExAcquirePushLockExclusive(&g_Lock);
  KeRaiseIrqlToDpcLevel();
  EXPECT_STOP("bugchecks 8 0xEB: push lock release at <= APC", 0xC4, 0xEB, DISPATCH_LEVEL, ANY, &g_Lock);
  ExReleasePushLockExclusive(&g_Lock);
  return STATUS_SUCCESS;
}
