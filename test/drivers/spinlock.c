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

TEST_ENTRY {
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

BAD(Recursive, 0xF, -1) {
  KIRQL a, b;
  KeInitializeSpinLock(&g_Lock);
  KeAcquireSpinLock(&g_Lock, &a);
  KeAcquireSpinLock(&g_Lock, &b);
  return STATUS_SUCCESS;
}
BAD(ReleaseFree, 0x10, -1) {
  KeInitializeSpinLock(&g_Lock);
  KIRQL irql = KeRaiseIrqlToDpcLevel();
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
