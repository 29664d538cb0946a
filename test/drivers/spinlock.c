// Spin locks of all kinds under contention, and their wrong uses.
#include "check.h"
LONG g_Failures;
static KSPIN_LOCK g_Lock, g_Queued;
static EX_SPIN_LOCK g_Ex;
static KEVENT g_Done[4];
static LONG g_Plain, g_InQueue, g_Shared, g_Readers;

static VOID Worker(PVOID Context) {
  UNREFERENCED_PARAMETER(Context);
  KIRQL irql;
  KLOCK_QUEUE_HANDLE handle;
  for (int i = 0; i < 50; i++) {
    KeAcquireSpinLock(&g_Lock, &irql);
    CHECK_EQ(irql, PASSIVE_LEVEL);
    CHECK_EQ(KeGetCurrentIrql(), DISPATCH_LEVEL);
    LONG v = g_Plain;
    for (volatile int n = 0; n < i % 5; n++) {}
    g_Plain = v + 1;
    KeReleaseSpinLock(&g_Lock, irql);
    CHECK_EQ(KeGetCurrentIrql(), PASSIVE_LEVEL);

    KeAcquireInStackQueuedSpinLock(&g_Queued, &handle);
    v = g_InQueue;
    for (volatile int n = 0; n < i % 3; n++) {}
    g_InQueue = v + 1;
    KeReleaseInStackQueuedSpinLock(&handle);

    if (i % 4 == 0) {
      irql = ExAcquireSpinLockExclusive(&g_Ex);
      CHECK_EQ(g_Readers, 0);
      g_Shared++;
      ExReleaseSpinLockExclusive(&g_Ex, irql);
    } else {
      irql = ExAcquireSpinLockShared(&g_Ex);
      InterlockedIncrement(&g_Readers);
      LONG s = g_Shared;
      CHECK_EQ(g_Shared, s);
      InterlockedDecrement(&g_Readers);
      ExReleaseSpinLockShared(&g_Ex, irql);
    }
  }
}

static VOID Levels(VOID) {
  KIRQL irql, old;
  KLOCK_QUEUE_HANDLE h;
  static KSPIN_LOCK l = 77;
  static EX_SPIN_LOCK ex;
  KeInitializeSpinLock(&l);
  FACT("scheduler 12 KSPIN_LOCK: pointer size, zero = free", sizeof(KSPIN_LOCK) == sizeof(PVOID) && l == 0);
  KeAcquireSpinLock(&l, &irql);
  FACT("scheduler 12 KeAcquireSpinLock: <= DISPATCH -> DISPATCH, old IRQL is told", irql == PASSIVE_LEVEL && KeGetCurrentIrql() == DISPATCH_LEVEL && l != 0);
  FACT_EQ("scheduler 12 KeTestSpinLock: FALSE while it is held", KeTestSpinLock(&l), FALSE);
  KeReleaseSpinLock(&l, irql);
  FACT("scheduler 12 KeReleaseSpinLock: the old IRQL again", KeGetCurrentIrql() == PASSIVE_LEVEL && l == 0 && KeTestSpinLock(&l));
  KeRaiseIrql(APC_LEVEL, &old);
  KeAcquireSpinLock(&l, &irql);
  KeReleaseSpinLock(&l, irql);
  FACT("scheduler 12 KeAcquireSpinLock at APC_LEVEL goes back to it", irql == APC_LEVEL && KeGetCurrentIrql() == APC_LEVEL);
  KeLowerIrql(old);
  old = KeRaiseIrqlToDpcLevel();
  KeAcquireSpinLockAtDpcLevel(&l);
  FACT("scheduler 12 AtDpcLevel does not change IRQL", KeGetCurrentIrql() == DISPATCH_LEVEL && l != 0);
  FACT_EQ("scheduler 12 KeTryToAcquireSpinLockAtDpcLevel: FALSE when it is held", KeTryToAcquireSpinLockAtDpcLevel(&l), FALSE);
  KeReleaseSpinLockFromDpcLevel(&l);
  FACT_EQ("scheduler 12 KeTryToAcquireSpinLockAtDpcLevel: TRUE takes it", KeTryToAcquireSpinLockAtDpcLevel(&l), TRUE);
  KeReleaseSpinLockFromDpcLevel(&l);
  KeAcquireInStackQueuedSpinLockAtDpcLevel(&l, &h);
  FACT("scheduler 12 queued AtDpcLevel", KeGetCurrentIrql() == DISPATCH_LEVEL && !KeTestSpinLock(&l));
  KeReleaseInStackQueuedSpinLockFromDpcLevel(&h);
  irql = KeAcquireSpinLockForDpc(&l);
  FACT_EQ("scheduler 12 ForDpc at DISPATCH_LEVEL", irql, DISPATCH_LEVEL);
  KeReleaseSpinLockForDpc(&l, irql);
  KeAcquireSpinLock(&l, &irql);
  FACT_EQ("scheduler 12 KeAcquireSpinLock at DISPATCH_LEVEL", irql, DISPATCH_LEVEL);
  KeReleaseSpinLock(&l, irql);
  KeLowerIrql(old);
  irql = KeAcquireSpinLockForDpc(&l);
  FACT("scheduler 12 ForDpc: for code that may be threaded DPC, below DISPATCH_LEVEL", irql == PASSIVE_LEVEL && KeGetCurrentIrql() == DISPATCH_LEVEL);
  KeReleaseSpinLockForDpc(&l, irql);
  KeAcquireInStackQueuedSpinLockForDpc(&l, &h);
  FACT_EQ("scheduler 12 queued ForDpc", h.OldIrql, PASSIVE_LEVEL);
  KeReleaseInStackQueuedSpinLockForDpc(&h);
  CHECK_EQ(KeGetCurrentIrql(), PASSIVE_LEVEL);

  HEADER("scheduler 12 KLOCK_QUEUE_HANDLE 0x18", sizeof(KLOCK_QUEUE_HANDLE) == 0x18);
  KeAcquireInStackQueuedSpinLock(&l, &h);
  FACT("scheduler 12 queued in-stack: the handle keeps the old IRQL", h.OldIrql == PASSIVE_LEVEL && KeGetCurrentIrql() == DISPATCH_LEVEL && l != 0);
  KeReleaseInStackQueuedSpinLock(&h);
  FACT("scheduler 12 queued in-stack: released", KeGetCurrentIrql() == PASSIVE_LEVEL && l == 0);
  irql = KeAcquireSpinLockRaiseToSynch(&l);
  FACT("scheduler 12 RaiseToSynch: SYNCH_LEVEL", irql == PASSIVE_LEVEL && KeGetCurrentIrql() == SYNCH_LEVEL);
  KeReleaseSpinLock(&l, irql);
  irql = KeAcquireQueuedSpinLock(4);
  FACT("scheduler 12 queued spin lock by number", irql == PASSIVE_LEVEL && KeGetCurrentIrql() == DISPATCH_LEVEL && !KeTryToAcquireQueuedSpinLock(4, &old));
  KeReleaseQueuedSpinLock(4, irql);
  CHECK(KeTryToAcquireQueuedSpinLock(4, &irql));
  KeReleaseQueuedSpinLock(4, irql);
  IoAcquireCancelSpinLock(&irql);
  FACT("scheduler 12 IoAcquireCancelSpinLock: <= DISPATCH", irql == PASSIVE_LEVEL && KeGetCurrentIrql() == DISPATCH_LEVEL);
  IoReleaseCancelSpinLock(irql);
  CHECK_EQ(KeGetCurrentIrql(), PASSIVE_LEVEL);

  HEADER("scheduler 12 EX_SPIN_LOCK: LONG", sizeof(EX_SPIN_LOCK) == sizeof(LONG));
  irql = ExAcquireSpinLockShared(&ex);
  FACT("scheduler 12 ExAcquireSpinLockShared returns old IRQL; DISPATCH", irql == PASSIVE_LEVEL && KeGetCurrentIrql() == DISPATCH_LEVEL);
  FACT_EQ("scheduler 12 readers share", ExTryAcquireSpinLockSharedAtDpcLevel(&ex), TRUE);
  FACT_EQ("scheduler 12 no writer among readers", ExTryAcquireSpinLockExclusiveAtDpcLevel(&ex), FALSE);
  FACT_EQ("scheduler 12 ExTryConvertSharedSpinLockExclusive fails with two readers", ExTryConvertSharedSpinLockExclusive(&ex), FALSE);
  ExReleaseSpinLockSharedFromDpcLevel(&ex);
  FACT_EQ("scheduler 12 ExTryConvertSharedSpinLockExclusive: the only reader becomes the writer", ExTryConvertSharedSpinLockExclusive(&ex), TRUE);
  FACT_EQ("scheduler 12 no reader beside a writer", ExTryAcquireSpinLockSharedAtDpcLevel(&ex), FALSE);
  ExReleaseSpinLockExclusive(&ex, irql);
  FACT("scheduler 12 ExReleaseSpinLockExclusive lowers", ex == 0 && KeGetCurrentIrql() == PASSIVE_LEVEL);
  irql = ExAcquireSpinLockExclusive(&ex);
  FACT("scheduler 12 ExAcquireSpinLockExclusive returns old IRQL", irql == PASSIVE_LEVEL && KeGetCurrentIrql() == DISPATCH_LEVEL);
  ExReleaseSpinLockExclusiveFromDpcLevel(&ex);
  ExAcquireSpinLockSharedAtDpcLevel(&ex);
  ExReleaseSpinLockSharedFromDpcLevel(&ex);
  ExAcquireSpinLockExclusiveAtDpcLevel(&ex);
  ExReleaseSpinLockExclusive(&ex, irql);
}

// In a threaded DPC or a plain one: ForDpc works in both.
static LONG g_InDpc;
static VOID LockDpc(PKDPC Dpc, PVOID Context, PVOID A1, PVOID A2) {
  UNREFERENCED_PARAMETER(Dpc);
  UNREFERENCED_PARAMETER(A1);
  UNREFERENCED_PARAMETER(A2);
  KIRQL old = KeAcquireSpinLockForDpc(&g_Lock);
  g_InDpc += KeGetCurrentIrql() == DISPATCH_LEVEL;
  KeReleaseSpinLockForDpc(&g_Lock, old);
  KeSetEvent(Context, 0, FALSE);
}

// FIFO of queued locks; whoever spins is at the lock when its handle is the last one there.
typedef struct _QUEUER { ULONG Cpu; KLOCK_QUEUE_HANDLE Handle; volatile LONG Go; KEVENT Done; } QUEUER;
static QUEUER g_Queuers[2];
static volatile LONG g_QueueOrder[2], g_Queued2;
static VOID Queuer(PVOID Context) {
  QUEUER *q = Context;
  KeSetSystemAffinityThread((KAFFINITY)1 << q->Cpu);
  while (!q->Go) SleepMs(1);
  KeAcquireInStackQueuedSpinLock(&g_Queued, &q->Handle);
  g_QueueOrder[g_Queued2++] = (LONG)q->Cpu;
  KeReleaseInStackQueuedSpinLock(&q->Handle);
}
static VOID Fifo(VOID) {
  KLOCK_QUEUE_HANDLE h;
  if (KeQueryActiveProcessorCount(NULL) < 3) return;
  KeSetSystemAffinityThread(1);
  for (ULONG i = 0; i < 2; i++) {
    g_Queuers[i].Cpu = 2 - i;
    KeInitializeEvent(&g_Queuers[i].Done, NotificationEvent, FALSE);
    TestStartThread(Queuer, &g_Queuers[i], 10, &g_Queuers[i].Done);
  }
  SleepMs(40);
  KeAcquireInStackQueuedSpinLock(&g_Queued, &h);
  for (int i = 0; i < 2; i++) {
    g_Queuers[i].Go = 1;
    for (int n = 0; n < 100000 && *(volatile ULONG_PTR *)&g_Queued != (ULONG_PTR)&g_Queuers[i].Handle; n++) YieldProcessor();
  }
  KeReleaseInStackQueuedSpinLock(&h);
  for (int i = 0; i < 2; i++) KeWaitForSingleObject(&g_Queuers[i].Done, Executive, KernelMode, FALSE, NULL);
  KeRevertToUserAffinityThread();
  MAY_FACT("scheduler 12 queued in-stack: FIFO", g_QueueOrder[0] == 2 && g_QueueOrder[1] == 1);
}

TEST_ENTRY {
  Levels();
  static KDPC dpc;
  KeInitializeEvent(&g_Done[0], NotificationEvent, FALSE);
  KeInitializeDpc(&dpc, LockDpc, &g_Done[0]);
  KeInsertQueueDpc(&dpc, NULL, NULL);
  KeWaitForSingleObject(&g_Done[0], Executive, KernelMode, FALSE, NULL);
  KeClearEvent(&g_Done[0]);
  KeInitializeThreadedDpc(&dpc, LockDpc, &g_Done[0]);
  KeInsertQueueDpc(&dpc, NULL, NULL);
  KeWaitForSingleObject(&g_Done[0], Executive, KernelMode, FALSE, NULL);
  FACT_EQ("scheduler 12 KeAcquireSpinLockForDpc in a DPC and in a threaded DPC", g_InDpc, 2);
  KeInitializeSpinLock(&g_Queued);
  Fifo();
  KIRQL irql;
  KeInitializeSpinLock(&g_Lock);
  KeInitializeSpinLock(&g_Queued);
  CHECK(KeTestSpinLock(&g_Lock));
  irql = KeRaiseIrqlToDpcLevel();
  CHECK(KeTryToAcquireSpinLockAtDpcLevel(&g_Lock));
  CHECK(!KeTryToAcquireSpinLockAtDpcLevel(&g_Lock));
  KeReleaseSpinLockFromDpcLevel(&g_Lock);
  KeAcquireSpinLockAtDpcLevel(&g_Lock);
  CHECK(!KeTestSpinLock(&g_Lock));
  KeReleaseSpinLockFromDpcLevel(&g_Lock);
  KeLowerIrql(irql);
  for (int i = 0; i < 4; i++) {
    KeInitializeEvent(&g_Done[i], NotificationEvent, FALSE);
    TestStartThread(Worker, NULL, 8, &g_Done[i]);
  }
  for (int i = 0; i < 4; i++) KeWaitForSingleObject(&g_Done[i], Executive, KernelMode, FALSE, NULL);
  CHECK_EQ(g_Plain, 200);
  CHECK_EQ(g_InQueue, 200);
  CHECK_EQ(g_Shared, 52);
  return RESULT();
}

BAD(Recursive, 0xF, 0) {
  KIRQL a, b;
  KeInitializeSpinLock(&g_Lock);
  KeAcquireSpinLock(&g_Lock, &a);
  EXPECT_STOP("bugchecks 2 0xF: recursive acquire of a spin lock", 0xF, 0, 0, 0, 0);
  KeAcquireSpinLock(&g_Lock, &b);
  return STATUS_SUCCESS;
}
BAD(ReleaseFree, 0x10, 0) {
  KeInitializeSpinLock(&g_Lock);
  KIRQL irql = KeRaiseIrqlToDpcLevel();
  EXPECT_STOP("bugchecks 2 0x10: release of a free spin lock", 0x10, 0, 0, 0, 0);
  KeReleaseSpinLock(&g_Lock, irql);
  return STATUS_SUCCESS;
}
BAD(ReleaseAtPassive, 0xC4, 0x32) {
  KIRQL irql;
  KeInitializeSpinLock(&g_Lock);
  KeAcquireSpinLock(&g_Lock, &irql);
  KeLowerIrql(irql);
  KeReleaseSpinLock(&g_Lock, irql);
  return STATUS_SUCCESS;
}
BAD(AtDpcLevelAtPassive, 0xC4, 0x40) {
  KeInitializeSpinLock(&g_Lock);
  KeAcquireSpinLockAtDpcLevel(&g_Lock);
  return STATUS_SUCCESS;
}
BAD(WaitHoldingLock, 0xC4, 0x3B) {
  KIRQL irql;
  KeInitializeSpinLock(&g_Lock);
  KeInitializeEvent(&g_Done[0], NotificationEvent, FALSE);
  KeAcquireSpinLock(&g_Lock, &irql);
  KeWaitForSingleObject(&g_Done[0], Executive, KernelMode, FALSE, NULL);
  KeReleaseSpinLock(&g_Lock, irql);
  return STATUS_SUCCESS;
}
BAD(PagedUnderLock, 0xD1, -1) {
  KIRQL irql;
  KeInitializeSpinLock(&g_Lock);
  volatile LONG *p = ExAllocatePoolWithTag(PagedPool, 64, 'gapT');
  KeAcquireSpinLock(&g_Lock, &irql);
  *p = 1;
  KeReleaseSpinLock(&g_Lock, irql);
  return STATUS_SUCCESS;
}
BAD(NullLock, 0xA, 0) {
  KIRQL irql;
  KeAcquireSpinLock((PKSPIN_LOCK)NULL, &irql);
  return STATUS_SUCCESS;
}
BAD(PassiveApiUnderLock, 0xC4, 0xE5) {
  KIRQL irql;
  KeInitializeSpinLock(&g_Lock);
  KeAcquireSpinLock(&g_Lock, &irql);
  KeSetPriorityThread(KeGetCurrentThread(), 10);
  KeReleaseSpinLock(&g_Lock, irql);
  return STATUS_SUCCESS;
}
BAD(RaiseLower, 0xC4, 0x30) {
  KIRQL irql;
  KeRaiseIrql(DISPATCH_LEVEL, &irql);
  KeRaiseIrql(APC_LEVEL, &irql);
  return STATUS_SUCCESS;
}
BAD(LowerHigher, 0xC4, 0x31) {
  KeLowerIrql(DISPATCH_LEVEL);
  return STATUS_SUCCESS;
}
BAD(ReturnHoldingLock, 0x20, -1) {
  KIRQL irql;
  KeInitializeSpinLock(&g_Lock);
  KeAcquireSpinLock(&g_Lock, &irql);
  return STATUS_SUCCESS;
}
BAD(RecursiveAtDpc, 0xF, 0) {
  KeInitializeSpinLock(&g_Lock);
  KeRaiseIrqlToDpcLevel();
  KeAcquireSpinLockAtDpcLevel(&g_Lock);
  EXPECT_STOP("bugchecks 2 0xF: recursive acquire at DISPATCH_LEVEL", 0xF, 0, 0, 0, 0);
  KeAcquireSpinLockAtDpcLevel(&g_Lock);
  return STATUS_SUCCESS;
}
BAD(ReleaseQueuedTwice, 0x10, 0) {
  KLOCK_QUEUE_HANDLE h;
  KeInitializeSpinLock(&g_Queued);
  KeAcquireInStackQueuedSpinLock(&g_Queued, &h);
  KeReleaseInStackQueuedSpinLock(&h);
  KeRaiseIrqlToDpcLevel();
  EXPECT_STOP("bugchecks 2 0x10: release of a queued spin lock that is free", 0x10, 0, 0, 0, 0);
  KeReleaseInStackQueuedSpinLock(&h);
  return STATUS_SUCCESS;
}
BAD(ReleaseSharedAsExclusive, 0x10, 0) {
  KIRQL irql = ExAcquireSpinLockShared(&g_Ex);
  EXPECT_STOP("bugchecks 2 0x10: a shared EX_SPIN_LOCK released exclusive", 0x10, 0, 0, 0, 0);
  ExReleaseSpinLockExclusive(&g_Ex, irql);
  return STATUS_SUCCESS;
}
BAD(ReleaseFreeEx, 0x10, 0) {
  KIRQL irql = KeRaiseIrqlToDpcLevel();
  EXPECT_STOP("bugchecks 2 0x10: release of a free EX_SPIN_LOCK", 0x10, 0, 0, 0, 0);
  ExReleaseSpinLockShared(&g_Ex, irql);
  return STATUS_SUCCESS;
}
BAD(ReleaseOfOther, 0x10, 0) {
  // the lock is taken by another thread's word: what a release by the wrong thread finds
  KIRQL irql = KeRaiseIrqlToDpcLevel();
  g_Lock = (KSPIN_LOCK)&g_Done | 1;
  EXPECT_STOP("bugchecks 2 0x10: release of a spin lock that another thread holds", 0x10, 0, 0, 0, 0);
  KeReleaseSpinLock(&g_Lock, irql);
  return STATUS_SUCCESS;
}
BAD(FromDpcLevelAtPassive, 0xC4, 0x41) {
  KIRQL irql;
  KeInitializeSpinLock(&g_Lock);
  KeAcquireSpinLock(&g_Lock, &irql);
  KeLowerIrql(irql);
  EXPECT_STOP("bugchecks 8 0x41: ReleaseFromDpcLevel < DISPATCH", 0xC4, 0x41, PASSIVE_LEVEL, &g_Lock, 0);
  KeReleaseSpinLockFromDpcLevel(&g_Lock);
  return STATUS_SUCCESS;
}
BAD(AcquireAtHigh, 0xC4, 0x42) {
  KIRQL irql;
  KeInitializeSpinLock(&g_Lock);
  KeRaiseIrql(HIGH_LEVEL, &irql);
  EXPECT_STOP("bugchecks 8 0x42: AcquireSpinLock > DISPATCH", 0xC4, 0x42, HIGH_LEVEL, &g_Lock, 0);
  KeAcquireSpinLock(&g_Lock, &irql);
  return STATUS_SUCCESS;
}
BAD(ReleaseToHigher, 0xC4, 0x35) {
  KIRQL irql;
  KeInitializeSpinLock(&g_Lock);
  KeAcquireSpinLock(&g_Lock, &irql);
  EXPECT_STOP("bugchecks 8 0x35: kernel spin lock released with an old IRQL above", 0xC4, 0x35, DISPATCH_LEVEL, ANY, HIGH_LEVEL);
  KeReleaseSpinLock(&g_Lock, HIGH_LEVEL);
  return STATUS_SUCCESS;
}
BAD(ReleaseQueuedAtPassive, 0xC4, 0x36) {
  KLOCK_QUEUE_HANDLE h;
  KeInitializeSpinLock(&g_Queued);
  KeAcquireInStackQueuedSpinLock(&g_Queued, &h);
  KeLowerIrql(PASSIVE_LEVEL);
  EXPECT_STOP("bugchecks 8 0x36: queued spin lock released not at DISPATCH", 0xC4, 0x36, PASSIVE_LEVEL, ANY, 0);
  KeReleaseInStackQueuedSpinLock(&h);
  return STATUS_SUCCESS;
}

BAD(ExFromDpcLevelAtPassive, 0xC4, 0x41) {
  static EX_SPIN_LOCK lock;
  KIRQL old = ExAcquireSpinLockShared(&lock);
  KeLowerIrql(old);
  EXPECT_STOP("bugchecks 8 0x41: ReleaseFromDpcLevel < DISPATCH", 0xC4, 0x41, PASSIVE_LEVEL, &lock, 0);
  ExReleaseSpinLockSharedFromDpcLevel(&lock);
  return STATUS_SUCCESS;
}

BAD(ExReleaseAtPassive, 0xC4, 0x32) {
  static EX_SPIN_LOCK lock;
  KIRQL old = ExAcquireSpinLockExclusive(&lock);
  KeLowerIrql(old);
  EXPECT_STOP("bugchecks 8 0x32: release of a spin lock not at DISPATCH", 0xC4, 0x32, PASSIVE_LEVEL, &lock, 0);
  ExReleaseSpinLockExclusive(&lock, old);
  return STATUS_SUCCESS;
}

BAD(ExTryAtPassive, 0xC4, 0x40) {
  static EX_SPIN_LOCK lock;
  EXPECT_STOP("bugchecks 8 0x40: AcquireAtDpcLevel < DISPATCH", 0xC4, 0x40, PASSIVE_LEVEL, &lock, 0);
  ExTryAcquireSpinLockSharedAtDpcLevel(&lock);
  return STATUS_SUCCESS;
}

BAD(InStackFromDpcLevelAtPassive, 0xC4, 0x41) {
  static KSPIN_LOCK lock;
  KLOCK_QUEUE_HANDLE handle;
  KeAcquireInStackQueuedSpinLock(&lock, &handle);
  KeLowerIrql(PASSIVE_LEVEL);
  EXPECT_STOP("bugchecks 8 0x41: ReleaseFromDpcLevel < DISPATCH", 0xC4, 0x41, PASSIVE_LEVEL, &handle, 0);
  KeReleaseInStackQueuedSpinLockFromDpcLevel(&handle);
  return STATUS_SUCCESS;
}
