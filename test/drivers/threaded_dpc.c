// Threaded DPCs: in a thread of their CPU at PASSIVE_LEVEL and priority 31, after ordinary DPCs; locks that are right in both kinds. With them switched off
// (-DDISABLED in test/kernel/threaded-dpc.test.ts) the same routine runs at DISPATCH_LEVEL.
#include "check.h"
LONG g_Failures;
static KDPC g_Dpc, g_Second, g_Plain;
static KEVENT g_Ran;
static KSPIN_LOCK g_Lock;
static volatile LONG g_Runs, g_Order[4], g_Next;
static ULONG g_Cpu;
static PKTHREAD g_Thread;

static VOID Threaded(PKDPC Dpc, PVOID Context, PVOID A1, PVOID A2) {
  UNREFERENCED_PARAMETER(Dpc);
#ifdef DISABLED
  CHECK_EQ(KeGetCurrentIrql(), DISPATCH_LEVEL);
#else
  FACT_EQ("scheduler 10 threaded DPC: runs at PASSIVE_LEVEL", KeGetCurrentIrql(), PASSIVE_LEVEL);
  FACT_EQ("scheduler 10 threaded DPC: in a thread of priority 31", KeQueryPriorityThread(KeGetCurrentThread()), 31);
#endif
  FACT("scheduler 10 threaded DPC: context and arguments as for any DPC", Context == &g_Runs && A1 == (PVOID)1 && A2 == (PVOID)2);
  g_Thread = KeGetCurrentThread();
  g_Cpu = KeGetCurrentProcessorNumberEx(NULL);
  KIRQL old = KeAcquireSpinLockForDpc(&g_Lock);
  FACT_EQ("scheduler 12 KeAcquireSpinLockForDpc: at DISPATCH_LEVEL in both kinds of DPC", KeGetCurrentIrql(), DISPATCH_LEVEL);
  KeReleaseSpinLockForDpc(&g_Lock, old);
  InterlockedIncrement(&g_Runs);
  KeSetEvent(&g_Ran, 0, FALSE);
}
static VOID Note(PKDPC Dpc, PVOID Context, PVOID A1, PVOID A2) {
  UNREFERENCED_PARAMETER(Dpc); UNREFERENCED_PARAMETER(A1); UNREFERENCED_PARAMETER(A2);
  g_Order[g_Next++] = (LONG)(LONG_PTR)Context;
}

TEST_ENTRY {
  KIRQL old;
  ULONG n = KeQueryActiveProcessorCountEx(ALL_PROCESSOR_GROUPS);
  KeInitializeSpinLock(&g_Lock);
  KeInitializeEvent(&g_Ran, SynchronizationEvent, FALSE);
  KeSetSystemAffinityThreadEx(1);
  KeInitializeThreadedDpc(&g_Dpc, Threaded, (PVOID)&g_Runs);
  FACT_EQ("scheduler 10 KeInitializeThreadedDpc: type ThreadedDpcObject", g_Dpc.Type, 26);
  FACT_EQ("scheduler 10 KeInitializeThreadedDpc: MediumImportance", g_Dpc.Importance, MediumImportance);
  FACT("scheduler 10 KeInsertQueueDpc: TRUE when it was not queued (threaded)", KeInsertQueueDpc(&g_Dpc, (PVOID)1, (PVOID)2));
  FACT_EQ("scheduler 10 threaded DPC: its thread preempts at once", g_Runs, 1);
#ifdef DISABLED
  CHECK(g_Thread == KeGetCurrentThread());
#else
  FACT("scheduler 10 threaded DPC: not in the thread that queued it", g_Thread != KeGetCurrentThread());
#endif
  KeRaiseIrql(DISPATCH_LEVEL, &old);
  KeInsertQueueDpc(&g_Dpc, (PVOID)1, (PVOID)2);
  FACT("scheduler 10 KeInsertQueueDpc: FALSE if already queued (threaded)", !KeInsertQueueDpc(&g_Dpc, NULL, NULL));
  FACT_EQ("scheduler 10 threaded DPC: not before the IRQL falls", g_Runs, 1);
  KeLowerIrql(old);
  FACT_EQ("scheduler 10 threaded DPC: as the IRQL falls", g_Runs, 2);
  KeRaiseIrql(DISPATCH_LEVEL, &old);
  KeInsertQueueDpc(&g_Dpc, (PVOID)1, (PVOID)2);
  FACT("scheduler 10 KeRemoveQueueDpc: TRUE for a queued threaded DPC", KeRemoveQueueDpc(&g_Dpc));
  KeLowerIrql(old);
  CHECK_EQ(g_Runs, 2);
  // order: an ordinary DPC that is queued later comes first; in the queue of threaded ones High goes first
  KeInitializeThreadedDpc(&g_Dpc, Note, (PVOID)1);
  KeInitializeThreadedDpc(&g_Second, Note, (PVOID)2);
  KeSetImportanceDpc(&g_Second, HighImportance);
  KeInitializeDpc(&g_Plain, Note, (PVOID)3);
  KeRaiseIrql(DISPATCH_LEVEL, &old);
  KeInsertQueueDpc(&g_Dpc, NULL, NULL);
  KeInsertQueueDpc(&g_Second, NULL, NULL);
  KeInsertQueueDpc(&g_Plain, NULL, NULL);
  KeLowerIrql(old);
  FACT_EQ("scheduler 10 threaded DPC: all have run", g_Next, 3);
#ifdef DISABLED
  CHECK_EQ(g_Order[0] * 100 + g_Order[1] * 10 + g_Order[2], 213);
#else
  FACT_EQ("scheduler 10 threaded DPC: ordinary DPCs run before it", g_Order[0], 3);
  FACT_EQ("scheduler 10 threaded DPC: High goes to the front of their queue", g_Order[1], 2);
  CHECK_EQ(g_Order[2], 1);
#endif
  KeRevertToUserAffinityThreadEx(0);
  for (ULONG i = 0; i < n; i++) {
    KeInitializeThreadedDpc(&g_Dpc, Threaded, (PVOID)&g_Runs);
    KeSetTargetProcessorDpc(&g_Dpc, (CCHAR)i);
    KeClearEvent(&g_Ran);
    KeInsertQueueDpc(&g_Dpc, (PVOID)1, (PVOID)2);
    KeWaitForSingleObject(&g_Ran, Executive, KernelMode, FALSE, NULL);
    FACT_EQ("scheduler 10 threaded DPC: runs on its target processor", g_Cpu, i);
  }
  g_Runs = 0;
  KeInsertQueueDpc(&g_Dpc, (PVOID)1, (PVOID)2);
  KeFlushQueuedDpcs();
  FACT_EQ("scheduler 10 KeFlushQueuedDpcs: threaded DPCs too", g_Runs, 1);
  return RESULT();
}

static VOID Raise(PKDPC Dpc, PVOID Context, PVOID A1, PVOID A2) {
  UNREFERENCED_PARAMETER(Dpc); UNREFERENCED_PARAMETER(Context); UNREFERENCED_PARAMETER(A1); UNREFERENCED_PARAMETER(A2);
  KeRaiseIrqlToDpcLevel();
}
static VOID Region(PKDPC Dpc, PVOID Context, PVOID A1, PVOID A2) {
  UNREFERENCED_PARAMETER(Dpc); UNREFERENCED_PARAMETER(Context); UNREFERENCED_PARAMETER(A1); UNREFERENCED_PARAMETER(A2);
  KeEnterGuardedRegion();
}
BAD(ReturnsRaised, 0xC8, -1) {
  KeInitializeThreadedDpc(&g_Dpc, Raise, NULL);
  EXPECT_STOP("bugchecks 2 0xC8: a threaded DPC returns at another IRQL", 0xC8, (2 << 16) | (0 << 8) | 2, &g_Dpc, 0, 0);
  KeInsertQueueDpc(&g_Dpc, NULL, NULL);
  SleepMs(10);
  return STATUS_SUCCESS;
}
BAD(ReturnsInRegion, 0xC7, 4) {
  KeInitializeThreadedDpc(&g_Dpc, Region, NULL);
  EXPECT_STOP("bugchecks 2 0xC7: 4 = APC disable count changed by a threaded DPC", 0xC7, 4, Region, 0, 0xFFFF0000);
  KeInsertQueueDpc(&g_Dpc, NULL, NULL);
  SleepMs(10);
  return STATUS_SUCCESS;
}
