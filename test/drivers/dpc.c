// DPCs: context, arguments, double insertion, importance, targets, removal, flush, two instances at once, KeGenericCallDpc; wrong behaviour in one.
#include "check.h"
LONG g_Failures;
static KDPC g_Dpc, g_Other, g_Many[8];
static volatile LONG g_Runs, g_Where, g_Order[8], g_Next, g_Inside;
static KEVENT g_Ran;
static PKTHREAD g_Interrupted;
static ULONG_PTR g_Low, g_High, g_SavedLow, g_SavedHigh;

static VOID Count(PKDPC Dpc, PVOID Context, PVOID A1, PVOID A2) {
  FACT_EQ("scheduler 10 DPC: the object that was queued is the first argument; DpcData is zero while the routine runs", Dpc->DpcData, NULL);
  FACT_EQ("scheduler 10 DPC: runs at DISPATCH_LEVEL", KeGetCurrentIrql(), DISPATCH_LEVEL);
  FACT_EQ("scheduler 10 DPC: context of KeInitializeDpc", (LONG_PTR)Context, 7);
  FACT_EQ("scheduler 10 DPC: SystemArgument1 of KeInsertQueueDpc", (LONG_PTR)A1, 1);
  FACT_EQ("scheduler 10 DPC: SystemArgument2 of KeInsertQueueDpc", (LONG_PTR)A2, 2);
  FACT("documentation KeIsExecutingDpc: TRUE in a DPC routine", KeIsExecutingDpc());
  g_Where = (LONG)KeGetCurrentProcessorNumberEx(NULL);
  g_Interrupted = KeGetCurrentThread();
  IoGetStackLimits(&g_Low, &g_High);
  InterlockedIncrement(&g_Runs);
  KeSetEvent(&g_Ran, 0, FALSE);
}
static VOID Record(PKDPC Dpc, PVOID Context, PVOID A1, PVOID A2) {
  UNREFERENCED_PARAMETER(Dpc); UNREFERENCED_PARAMETER(A1); UNREFERENCED_PARAMETER(A2);
  g_Order[g_Next++] = (LONG)(LONG_PTR)Context;
}
static VOID Again(PKDPC Dpc, PVOID Context, PVOID A1, PVOID A2) {
  UNREFERENCED_PARAMETER(Context); UNREFERENCED_PARAMETER(A1); UNREFERENCED_PARAMETER(A2);
  if (++g_Runs < 3) FACT("scheduler 10 KeInsertQueueDpc: a DPC can be queued again while its routine runs", KeInsertQueueDpc(Dpc, NULL, NULL));
}
static VOID Nothing(PKDPC Dpc, PVOID Context, PVOID A1, PVOID A2) {
  UNREFERENCED_PARAMETER(Dpc); UNREFERENCED_PARAMETER(Context); UNREFERENCED_PARAMETER(A1); UNREFERENCED_PARAMETER(A2);
}
// Stays inside until somebody else is there too.
static VOID Meet(PKDPC Dpc, PVOID Context, PVOID A1, PVOID A2) {
  UNREFERENCED_PARAMETER(Dpc); UNREFERENCED_PARAMETER(Context); UNREFERENCED_PARAMETER(A1); UNREFERENCED_PARAMETER(A2);
  InterlockedIncrement(&g_Inside);
  while (g_Inside < 2) YieldProcessor();
}
static VOID Everywhere(PKDPC Dpc, PVOID Context, PVOID A1, PVOID A2) {
  UNREFERENCED_PARAMETER(Dpc);
  CHECK(Context == &g_Runs);
  CHECK_EQ(KeGetCurrentIrql(), DISPATCH_LEVEL);
  InterlockedOr(&g_Where, 1 << KeGetCurrentProcessorNumberEx(NULL));
  InterlockedIncrement(&g_Runs);
  if (KeSignalCallDpcSynchronize(A2)) {
    CHECK_EQ(g_Runs, (LONG)KeQueryActiveProcessorCountEx(ALL_PROCESSOR_GROUPS));
    InterlockedIncrement(&g_Next);
  }
  CHECK_EQ(g_Runs, (LONG)KeQueryActiveProcessorCountEx(ALL_PROCESSOR_GROUPS));
  KeSignalCallDpcDone(A1);
}

static VOID Queue(PRKDPC Dpc, LONG Number, KDPC_IMPORTANCE Importance) {
  KeInitializeDpc(Dpc, Record, (PVOID)(LONG_PTR)Number);
  KeSetImportanceDpc(Dpc, Importance);
  CHECK(KeInsertQueueDpc(Dpc, NULL, NULL));
}

static VOID Layout(VOID) {
  KeInitializeDpc(&g_Dpc, Count, (PVOID)7);
  HEADER("scheduler 10 KDPC: 0x40 bytes", sizeof(KDPC) == 0x40);
  FACT_EQ("scheduler 10 KDPC: Type is DpcObject", g_Dpc.Type, 19);
  FACT_EQ("scheduler 10 KDPC: Importance at 1, MediumImportance by default", ((UCHAR *)&g_Dpc)[1], MediumImportance);
  HEADER("scheduler 10 KDPC: Number at 2", FIELD_OFFSET(KDPC, Number) == 2);
  HEADER("scheduler 10 KDPC: DpcListEntry at 8", FIELD_OFFSET(KDPC, DpcListEntry) == 8);
  HEADER("scheduler 10 KDPC: ProcessorHistory at 0x10", FIELD_OFFSET(KDPC, ProcessorHistory) == 0x10);
  FACT("scheduler 10 KDPC: DeferredRoutine at 0x18", *(PVOID *)((UCHAR *)&g_Dpc + 0x18) == (PVOID)Count);
  FACT_EQ("scheduler 10 KDPC: DeferredContext at 0x20", *(LONG_PTR *)((UCHAR *)&g_Dpc + 0x20), 7);
  HEADER("scheduler 10 KDPC: SystemArgument1 at 0x28", FIELD_OFFSET(KDPC, SystemArgument1) == 0x28);
  HEADER("scheduler 10 KDPC: SystemArgument2 at 0x30", FIELD_OFFSET(KDPC, SystemArgument2) == 0x30);
  HEADER("scheduler 10 KDPC: DpcData at 0x38", FIELD_OFFSET(KDPC, DpcData) == 0x38);
  HEADER("scheduler 10 KDPC_IMPORTANCE: LowImportance 0", LowImportance == 0);
  HEADER("scheduler 10 KDPC_IMPORTANCE: MediumImportance 1", MediumImportance == 1);
  HEADER("scheduler 10 KDPC_IMPORTANCE: HighImportance 2", HighImportance == 2);
  HEADER("scheduler 10 KDPC_IMPORTANCE: MediumHighImportance 3", MediumHighImportance == 3);
}

static VOID Local(VOID) {
  KIRQL old;
  FACT("scheduler 10 KeInsertQueueDpc: TRUE when it was not queued", KeInsertQueueDpc(&g_Dpc, (PVOID)1, (PVOID)2));
  KeWaitForSingleObject(&g_Ran, Executive, KernelMode, FALSE, NULL);
  CHECK_EQ(g_Runs, 1);
  // One CPU from here on, so that "at once" is what this thread sees.
  KeSetSystemAffinityThreadEx(1);
  g_Runs = 0;
  CHECK(KeInsertQueueDpc(&g_Dpc, (PVOID)1, (PVOID)2));
  FACT_EQ("scheduler 10 start, local CPU: at once when IRQL < DISPATCH", g_Runs, 1);
  FACT("scheduler 10 context: the thread that was interrupted", g_Interrupted == KeGetCurrentThread());
  IoGetStackLimits(&g_SavedLow, &g_SavedHigh);
  FACT("scheduler 16 DPC stack: not the thread's stack", g_High <= g_SavedLow || g_Low >= g_SavedHigh);
  KeRaiseIrql(APC_LEVEL, &old);
  CHECK(KeInsertQueueDpc(&g_Dpc, (PVOID)1, (PVOID)2));
  FACT_EQ("scheduler 10 start, local CPU: also at APC_LEVEL", g_Runs, 2);
  KeLowerIrql(old);
  KeRaiseIrql(DISPATCH_LEVEL, &old);
  CHECK(KeInsertQueueDpc(&g_Dpc, (PVOID)1, (PVOID)2));
  PUCHAR raw = (PUCHAR)&g_Dpc;
  FACT("scheduler 10 KDPC: DpcData at 0x38, not zero while queued", *(PVOID *)(raw + 0x38) != NULL && g_Dpc.DpcData != NULL);
  FACT("scheduler 10 KDPC: SystemArgument1 at 0x28, SystemArgument2 at 0x30", *(PVOID *)(raw + 0x28) == (PVOID)1 && *(PVOID *)(raw + 0x30) == (PVOID)2);
  FACT("scheduler 10 KeInsertQueueDpc: FALSE if already queued", !KeInsertQueueDpc(&g_Dpc, (PVOID)9, (PVOID)9)); // Count checks that 9 is lost
  FACT_EQ("scheduler 10 start: not before the IRQL falls below DISPATCH_LEVEL", g_Runs, 2);
  KeLowerIrql(old);
  FACT_EQ("scheduler 10 start: as the IRQL falls below DISPATCH_LEVEL", g_Runs, 3);
  KeRaiseIrql(DISPATCH_LEVEL, &old);
  KeInsertQueueDpc(&g_Dpc, (PVOID)1, (PVOID)2);
  FACT("scheduler 10 KeRemoveQueueDpc: TRUE if removed from the queue", KeRemoveQueueDpc(&g_Dpc));
  FACT("scheduler 10 KeRemoveQueueDpc: FALSE if it is not queued", !KeRemoveQueueDpc(&g_Dpc));
  KeInsertQueueDpc(&g_Dpc, (PVOID)1, (PVOID)2);
  CHECK(KeRemoveQueueDpcEx(&g_Dpc, TRUE));
  CHECK(!KeRemoveQueueDpcEx(&g_Dpc, TRUE));
  KeLowerIrql(old);
  FACT_EQ("scheduler 10 KeRemoveQueueDpc: a removed DPC does not run", g_Runs, 3);
  // any IRQL
  KeRaiseIrql(HIGH_LEVEL, &old);
  FACT("scheduler 18 KeInsertQueueDpc: any IRQL", KeInsertQueueDpc(&g_Dpc, (PVOID)1, (PVOID)2));
  KeLowerIrql(old);
  CHECK_EQ(g_Runs, 4);
  // again in its own routine
  g_Runs = 0;
  KeInitializeDpc(&g_Other, Again, NULL);
  KeInsertQueueDpc(&g_Other, NULL, NULL);
  FACT_EQ("scheduler 10 KeInsertQueueDpc: queued from its routine, it runs again", g_Runs, 3);
}

static VOID Order(VOID) {
  KIRQL old;
  static const LONG expected[] = {4, 3, 0, 1, 2, 5};
  g_Next = 0;
  KeRaiseIrql(DISPATCH_LEVEL, &old);
  Queue(&g_Many[0], 0, MediumImportance);
  Queue(&g_Many[1], 1, LowImportance);
  Queue(&g_Many[2], 2, MediumImportance);
  Queue(&g_Many[3], 3, HighImportance);
  Queue(&g_Many[4], 4, HighImportance);
  Queue(&g_Many[5], 5, MediumHighImportance);
  KeLowerIrql(old);
  FACT_EQ("scheduler 10 queue: all of it is run in one go", g_Next, 6);
  for (LONG i = 0; i < 6; i++)
    FACT_EQ("scheduler 10 importance: only High goes to the front of the queue, the others in order", g_Order[i], expected[i]);
  FACT("scheduler 10 importance: MediumHigh does not go to the front", g_Order[5] == 5);
}

static VOID Low(VOID) {
  KIRQL old;
  LARGE_INTEGER t;
  // a quiet CPU: the request rate is below the minimum of 3 a tick
  SleepMs(500);
  g_Next = 0;
  Queue(&g_Many[0], 0, LowImportance);
  FACT_EQ("scheduler 10 start, local CPU: Low starts at once too when the request rate is below the minimum", g_Next, 1);
  // a busy CPU: some 500 DPCs a tick
  KeInitializeDpc(&g_Other, Nothing, NULL);
  LONGLONG end;
  KeQueryTickCount(&t);
  end = t.QuadPart + 4;
  do {
    for (int i = 0; i < 20; i++) KeInsertQueueDpc(&g_Other, NULL, NULL);
    KeStallExecutionProcessor(100);
    KeQueryTickCount(&t);
  } while (t.QuadPart < end);
  g_Next = 0;
  KeRaiseIrql(DISPATCH_LEVEL, &old);
  Queue(&g_Many[0], 0, LowImportance);
  KeLowerIrql(old);
  FACT_EQ("scheduler 10 start, local CPU: Low waits when the queue is short and the request rate is not low", g_Next, 0);
  Queue(&g_Many[1], 1, MediumImportance);
  FACT("scheduler 10 start: a waiting one runs when the queue is retired for another", g_Next == 2 && g_Order[0] == 0 && g_Order[1] == 1);
  g_Next = 0;
  KeRaiseIrql(DISPATCH_LEVEL, &old);
  for (LONG i = 0; i < 4; i++) Queue(&g_Many[i], i, LowImportance);
  KeLowerIrql(old);
  FACT_EQ("scheduler 10 defaults: maximum depth 4", g_Next, 0);
  Queue(&g_Many[4], 4, LowImportance);
  FACT_EQ("scheduler 10 start, local CPU: Low starts at once when the depth is above the maximum", g_Next, 5);
  Queue(&g_Many[0], 0, LowImportance);
  SleepMs(40);
  FACT_EQ("scheduler 10 start: what was left in the queue runs at the clock interrupt", g_Next, 6);
}

static VOID Targets(VOID) {
  PROCESSOR_NUMBER bad = {0, 63, 0}, group = {1, 0, 0};
  ULONG n = KeQueryActiveProcessorCountEx(ALL_PROCESSOR_GROUPS);
  for (ULONG i = 0; i < n; i++) {
    PROCESSOR_NUMBER p = {0, (UCHAR)i, 0};
    KeInitializeDpc(&g_Other, Count, (PVOID)7);
    FACT_EQ("scheduler 10 KeSetTargetProcessorDpcEx: STATUS_SUCCESS", KeSetTargetProcessorDpcEx(&g_Other, &p), STATUS_SUCCESS);
    KeSetImportanceDpc(&g_Other, HighImportance);
    KeClearEvent(&g_Ran);
    KeInsertQueueDpc(&g_Other, (PVOID)1, (PVOID)2);
    KeWaitForSingleObject(&g_Ran, Executive, KernelMode, FALSE, NULL);
    FACT_EQ("scheduler 10 KeSetTargetProcessorDpcEx: runs on that processor", g_Where, i);
    KeInitializeDpc(&g_Other, Count, (PVOID)7);
    KeSetTargetProcessorDpc(&g_Other, (CCHAR)i);
    KeInsertQueueDpc(&g_Other, (PVOID)1, (PVOID)2);
    KeFlushQueuedDpcs();
    FACT_EQ("scheduler 10 KeSetTargetProcessorDpc: runs on that processor", g_Where, i);
  }
  FACT_EQ("scheduler 10 KeSetTargetProcessorDpcEx: a bad number is refused", KeSetTargetProcessorDpcEx(&g_Other, &bad), STATUS_INVALID_PARAMETER);
  FACT_EQ("scheduler 10 KeSetTargetProcessorDpcEx: a bad group is refused", KeSetTargetProcessorDpcEx(&g_Other, &group), STATUS_INVALID_PARAMETER);
}

static VOID TwoAtOnce(VOID) {
  ULONG n = KeQueryActiveProcessorCountEx(ALL_PROCESSOR_GROUPS);
  g_Inside = n < 2 ? 1 : 0; // nobody to meet on one CPU
  KeInitializeDpc(&g_Other, Meet, NULL);
  KeSetTargetProcessorDpc(&g_Other, (CCHAR)(n - 1));
  KeSetImportanceDpc(&g_Other, HighImportance);
  KeInsertQueueDpc(&g_Other, NULL, NULL);
  if (n >= 2) {
    while (g_Inside == 0) YieldProcessor();
    MAY_FACT("scheduler 10 KeRemoveQueueDpc: does not wait for a running instance", !KeRemoveQueueDpc(&g_Other) && g_Inside == 1);
    KeSetTargetProcessorDpc(&g_Other, 0);
    KeInsertQueueDpc(&g_Other, NULL, NULL);
  }
  KeFlushQueuedDpcs();
  FACT_EQ("scheduler 10 KeInsertQueueDpc: a running DPC can run on another CPU at the same time", g_Inside, 2);
}

TEST_ENTRY {
  LONG n = (LONG)KeQueryActiveProcessorCountEx(ALL_PROCESSOR_GROUPS);
  KeInitializeEvent(&g_Ran, SynchronizationEvent, FALSE);
  Layout();
  Local();
  Order();
  Low();
  KeRevertToUserAffinityThreadEx(0);
  Targets();
  TwoAtOnce();
  g_Runs = 0;
  KeInsertQueueDpc(&g_Dpc, (PVOID)1, (PVOID)2);
  KeFlushQueuedDpcs();
  FACT_EQ("scheduler 10 KeFlushQueuedDpcs: returns when all queued DPCs have run", g_Runs, 1);
  KeFlushQueuedDpcs();
  g_Runs = g_Where = g_Next = 0;
  KeGenericCallDpc(Everywhere, (PVOID)&g_Runs);
  CHECK_EQ(g_Runs, n);
  CHECK_EQ(g_Where, (1 << n) - 1);
  CHECK_EQ(g_Next, 1);
  return RESULT();
}

static VOID Wait(PKDPC Dpc, PVOID Context, PVOID A1, PVOID A2) {
  UNREFERENCED_PARAMETER(Dpc); UNREFERENCED_PARAMETER(Context); UNREFERENCED_PARAMETER(A1); UNREFERENCED_PARAMETER(A2);
  KeWaitForSingleObject(&g_Ran, Executive, KernelMode, FALSE, NULL);
}
static VOID Lower(PKDPC Dpc, PVOID Context, PVOID A1, PVOID A2) {
  UNREFERENCED_PARAMETER(Dpc); UNREFERENCED_PARAMETER(Context); UNREFERENCED_PARAMETER(A1); UNREFERENCED_PARAMETER(A2);
  KeLowerIrql(PASSIVE_LEVEL);
}
static VOID Null(PKDPC Dpc, PVOID Context, PVOID A1, PVOID A2) {
  UNREFERENCED_PARAMETER(Dpc); UNREFERENCED_PARAMETER(A1); UNREFERENCED_PARAMETER(A2);
  *(LONG *)Context = 1;
}
static VOID Region(PKDPC Dpc, PVOID Context, PVOID A1, PVOID A2) {
  UNREFERENCED_PARAMETER(Dpc); UNREFERENCED_PARAMETER(Context); UNREFERENCED_PARAMETER(A1); UNREFERENCED_PARAMETER(A2);
  *(LONG *)Context = *(LONG *)Context / (LONG)(LONG_PTR)A1;
}

static NTSTATUS RunBad(PKDEFERRED_ROUTINE Routine, PVOID Context) {
  KeInitializeEvent(&g_Ran, SynchronizationEvent, FALSE);
  KeInitializeDpc(&g_Dpc, Routine, Context);
  KeInsertQueueDpc(&g_Dpc, NULL, NULL);
  SleepMs(50);
  return STATUS_SUCCESS;
}
static VOID Raise(PKDPC Dpc, PVOID Context, PVOID A1, PVOID A2) {
  UNREFERENCED_PARAMETER(Context); UNREFERENCED_PARAMETER(A1); UNREFERENCED_PARAMETER(A2);
  KIRQL old;
  UNREFERENCED_PARAMETER(Dpc);
  KeRaiseIrql(5, &old);
}
static VOID Unbalanced(PKDPC Dpc, PVOID Context, PVOID A1, PVOID A2) {
  UNREFERENCED_PARAMETER(Dpc); UNREFERENCED_PARAMETER(Context); UNREFERENCED_PARAMETER(A1); UNREFERENCED_PARAMETER(A2);
  FsRtlEnterFileSystem();
}
static VOID Stall(PKDPC Dpc, PVOID Context, PVOID A1, PVOID A2) {
  UNREFERENCED_PARAMETER(Dpc); UNREFERENCED_PARAMETER(Context); UNREFERENCED_PARAMETER(A1); UNREFERENCED_PARAMETER(A2);
  for (int i = 0; i < 30000; i++) KeStallExecutionProcessor(1000);
}
BAD(WaitInDpc, 0xB8, -1) { return RunBad(Wait, NULL); }
BAD1(WaitInDpcOfThisThread, 0xB8, -1) {
  EXPECT_STOP("bugchecks 2 0xB8: wait inside a DPC", 0xB8, KeGetCurrentThread(), ANY, ANY, 0);
  KeInitializeEvent(&g_Ran, SynchronizationEvent, FALSE);
  KeInitializeDpc(&g_Dpc, Wait, NULL);
  KeInsertQueueDpc(&g_Dpc, NULL, NULL);
  return STATUS_SUCCESS;
}
BAD(LowerInDpc, 0xC4, 0x31) { return RunBad(Lower, NULL); }
BAD(NullInDpc, 0xD1, 0) { return RunBad(Null, NULL); }
BAD(DivideInDpc, 0x1E, 0xC0000094) { return RunBad(Region, &g_Failures); }
BAD1(RaiseInDpc, 0xC8, -1) {
  EXPECT_STOP("bugchecks 2 0xC8: (current << 16) | (expected << 8) | id after a callout", 0xC8, (5 << 16) | (2 << 8) | 2, &g_Dpc, 0, 0);
  return RunBad(Raise, NULL);
}
BAD1(RegionInDpc, 0xC7, 4) {
  EXPECT_STOP("bugchecks 2 0xC7: 4 = APC disable count changed by a DPC", 0xC7, 4, Unbalanced, 0, 0xFFFF);
  return RunBad(Unbalanced, NULL);
}
BAD(RegionInTimerDpc, 0xC7, 5) {
  static KTIMER timer;
  LARGE_INTEGER due;
  due.QuadPart = -10000;
  KeInitializeTimer(&timer);
  KeInitializeDpc(&g_Dpc, Unbalanced, NULL);
  EXPECT_STOP("bugchecks 2 0xC7: 5 = APC disable count changed by a timer DPC", 0xC7, 5, Unbalanced, ANY, ANY);
  KeSetTimer(&timer, due, &g_Dpc);
  SleepMs(50);
  return STATUS_SUCCESS;
}
BAD(GarbageDpc, 0xC7, 1) {
  static KDPC zero;
  EXPECT_STOP("bugchecks 2 0xC7: 1 = no DPC object", 0xC7, 1, &zero, &zero, &zero + 1);
  KeInsertQueueDpc(&zero, NULL, NULL);
  return STATUS_SUCCESS;
}
BAD(FreedDpc, 0xC7, 1) {
  PKDPC dpc = ExAllocatePoolWithTag(NonPagedPoolNx, sizeof *dpc, 'cpdD');
  KeInitializeDpc(dpc, Nothing, NULL);
  EXPECT_STOP("bugchecks 2 0xC7: 1 = queued DPC object in freed memory", 0xC7, 1, dpc, dpc, dpc + 1);
  KIRQL old = KeRaiseIrqlToDpcLevel();
  KeInsertQueueDpc(dpc, NULL, NULL);
  ExFreePoolWithTag(dpc, 'cpdD');
  KeLowerIrql(old);
  return STATUS_SUCCESS;
}
BAD(BadTarget, 0xC7, 3) {
  KeInitializeDpc(&g_Dpc, Nothing, NULL);
  KeSetTargetProcessorDpc(&g_Dpc, 77);
  EXPECT_STOP("bugchecks 2 0xC7: 3 = bad CPU number", 0xC7, 3, &g_Dpc, 77, KeQueryActiveProcessorCountEx(ALL_PROCESSOR_GROUPS));
  KeInsertQueueDpc(&g_Dpc, NULL, NULL);
  return STATUS_SUCCESS;
}
BAD(LongDpc, 0x133, 0) {
  EXPECT_STOP("bugchecks 2 0x133: 0 = single DPC too long, allotment 0x500 ticks", 0x133, 0, ANY, 0x500, 0);
  return RunBad(Stall, NULL);
}
BAD(LongAtDispatch, 0x133, 1) {
  EXPECT_STOP("bugchecks 2 0x133: 1 = cumulative time at DISPATCH_LEVEL, period 0x1E00 ticks", 0x133, 1, 0x1E00, 0, 0);
  KeRaiseIrqlToDpcLevel();
  Stall(NULL, NULL, NULL, NULL), Stall(NULL, NULL, NULL, NULL), Stall(NULL, NULL, NULL, NULL), Stall(NULL, NULL, NULL, NULL), Stall(NULL, NULL, NULL, NULL);
  return STATUS_SUCCESS;
}
BAD2(NoClockInterrupts, 0x101, -1) {
  KIRQL old;
  KeSetSystemAffinityThreadEx(2);
  EXPECT_STOP("bugchecks 2 0x101: a CPU takes no clock interrupts", 0x101, ANY, 0, ANY, 1);
  KeRaiseIrql(HIGH_LEVEL, &old);
  for (int i = 0; i < 1000; i++) KeStallExecutionProcessor(1000);
  return STATUS_SUCCESS;
}
