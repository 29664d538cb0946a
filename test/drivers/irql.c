// IRQL: levels, raising and lowering, what is held off at which level.
#include "check.h"
LONG g_Failures;
static KEVENT g_Go, g_Ready, g_Done;
static volatile LONG g_Ran;
static KDPC g_Dpc;
static KIRQL g_DpcIrql, g_IpiIrql;
static volatile LONG g_DpcRan;
static PKTHREAD g_DpcThread;

static VOID Higher(PVOID Context) {
  UNREFERENCED_PARAMETER(Context);
  KeSetSystemAffinityThread(1);
  KeSetEvent(&g_Ready, 0, FALSE);
  KeWaitForSingleObject(&g_Go, Executive, KernelMode, FALSE, NULL);
  g_Ran = 1;
}
static VOID OnDpc(PKDPC Dpc, PVOID Context, PVOID A, PVOID B) {
  UNREFERENCED_PARAMETER(Dpc); UNREFERENCED_PARAMETER(Context); UNREFERENCED_PARAMETER(A); UNREFERENCED_PARAMETER(B);
  g_DpcIrql = KeGetCurrentIrql();
  g_DpcThread = KeGetCurrentThread();
  g_DpcRan++;
}
static ULONG_PTR OnIpi(ULONG_PTR Context) {
  g_IpiIrql = KeGetCurrentIrql();
  return Context;
}

TEST_ENTRY {
  PKTHREAD me = KeGetCurrentThread();
  KIRQL irql, old;
  HEADER("scheduler 6 PASSIVE_LEVEL", PASSIVE_LEVEL == 0);
  HEADER("scheduler 6 APC_LEVEL", APC_LEVEL == 1);
  HEADER("scheduler 6 DISPATCH_LEVEL", DISPATCH_LEVEL == 2);
  HEADER("scheduler 6 CMCI_LEVEL 5", CMCI_LEVEL == 5);
  HEADER("scheduler 6 SYNCH_LEVEL 12", SYNCH_LEVEL == 12);
  HEADER("scheduler 6 CLOCK_LEVEL 13", CLOCK_LEVEL == 13);
  HEADER("scheduler 6 IPI_LEVEL 14", IPI_LEVEL == 14);
  HEADER("scheduler 6 DRS_LEVEL 14", DRS_LEVEL == 14);
  HEADER("scheduler 6 POWER_LEVEL 14", POWER_LEVEL == 14);
  HEADER("scheduler 6 PROFILE_LEVEL 15", PROFILE_LEVEL == 15);
  HEADER("scheduler 6 HIGH_LEVEL 15", HIGH_LEVEL == 15);
  FACT_EQ("scheduler 6 PASSIVE_LEVEL: system threads begin there", KeGetCurrentIrql(), PASSIVE_LEVEL);

  BOOLEAN all = TRUE;
  for (KIRQL i = PASSIVE_LEVEL; i <= HIGH_LEVEL; i++) {
    KeRaiseIrql(i, &old);
    all = all && old == PASSIVE_LEVEL && KeGetCurrentIrql() == i;
    KeLowerIrql(old);
    all = all && KeGetCurrentIrql() == PASSIVE_LEVEL;
  }
  FACT("scheduler 6 KeRaiseIrql: every level, gives back the old one; KeLowerIrql goes back to it", all);
  KeRaiseIrql(APC_LEVEL, &old);
  KeRaiseIrql(APC_LEVEL, &irql);
  FACT_EQ("scheduler 6 KeRaiseIrql: new >= current, equal is allowed", irql, APC_LEVEL);
  KeLowerIrql(irql);
  FACT_EQ("scheduler 6 KeLowerIrql: to the level before", KeGetCurrentIrql(), APC_LEVEL);
  FACT_EQ("scheduler 6 KeRaiseIrqlToDpcLevel: returns the old level", KeRaiseIrqlToDpcLevel(), APC_LEVEL);
  FACT_EQ("scheduler 6 KeRaiseIrqlToDpcLevel: DISPATCH_LEVEL", KeGetCurrentIrql(), DISPATCH_LEVEL);
  KeLowerIrql(APC_LEVEL);
  KeLowerIrql(old);

  // waits
  KeInitializeEvent(&g_Go, SynchronizationEvent, FALSE);
  LARGE_INTEGER zero = {0};
  irql = KeRaiseIrqlToDpcLevel();
  FACT_EQ("scheduler 6 Wait rules: Timeout == 0 at DISPATCH_LEVEL", KeWaitForSingleObject(&g_Go, Executive, KernelMode, FALSE, &zero), STATUS_TIMEOUT);
  FACT_EQ("scheduler 6 KeSetEvent with Wait=FALSE at DISPATCH_LEVEL", KeSetEvent(&g_Go, 0, FALSE), 0);
  FACT_EQ("scheduler 6 Wait rules: satisfied at DISPATCH_LEVEL", KeWaitForSingleObject(&g_Go, Executive, KernelMode, FALSE, &zero), STATUS_SUCCESS);
  KeLowerIrql(irql);
  KeRaiseIrql(APC_LEVEL, &irql);
  LARGE_INTEGER ms = {.QuadPart = -10000};
  FACT_EQ("scheduler 6 APC_LEVEL: waits allowed", KeWaitForSingleObject(&g_Go, Executive, KernelMode, FALSE, &ms), STATUS_TIMEOUT);
  FACT_EQ("scheduler 6 APC_LEVEL: and it is there again after the wait", KeGetCurrentIrql(), APC_LEVEL);
  KeLowerIrql(irql);

  // preemption is held off at DISPATCH_LEVEL, not at APC_LEVEL
  KeSetSystemAffinityThread(1);
  for (LONG round = 0; round < 2; round++) {
    KeInitializeEvent(&g_Ready, SynchronizationEvent, FALSE);
    KeInitializeEvent(&g_Done, NotificationEvent, FALSE);
    g_Ran = 0;
    TestStartThread(Higher, NULL, 20, &g_Done);
    KeWaitForSingleObject(&g_Ready, Executive, KernelMode, FALSE, NULL);
    SleepMs(1);
    if (round == 0) {
      irql = KeRaiseIrqlToDpcLevel();
      KeSetEvent(&g_Go, 0, FALSE);
      FACT("scheduler 3 Preemption: DISPATCH_LEVEL holds it off", g_Ran == 0);
      FACT("documentation KeShouldYieldProcessor: somebody waits for this CPU", KeShouldYieldProcessor());
      KeLowerIrql(irql);
      FACT("scheduler 3 Context switch point: taken as the IRQL falls below DISPATCH_LEVEL", g_Ran == 1);
    } else {
      KeRaiseIrql(APC_LEVEL, &irql);
      KeSetEvent(&g_Go, 0, FALSE);
      FACT("scheduler 3 Context switch point: below DISPATCH_LEVEL, so at APC_LEVEL at once", g_Ran == 1);
      KeLowerIrql(irql);
    }
    KeWaitForSingleObject(&g_Done, Executive, KernelMode, FALSE, NULL);
  }
  // a quantum cannot end at DISPATCH_LEVEL
  irql = KeRaiseIrqlToDpcLevel();
  KeStallExecutionProcessor(100000);
  FACT("scheduler 6 DISPATCH_LEVEL: no preemption, also not by the clock", KeGetCurrentThread() == me && KeGetCurrentIrql() == DISPATCH_LEVEL);
  KeLowerIrql(irql);

  // DPC and IPI
  KeInitializeDpc(&g_Dpc, OnDpc, NULL);
  irql = KeRaiseIrqlToDpcLevel();
  KeInsertQueueDpc(&g_Dpc, NULL, NULL);
  KeStallExecutionProcessor(1000);
  FACT_EQ("scheduler 6 DISPATCH_LEVEL: a DPC of this CPU waits", g_DpcRan, 0);
  KeLowerIrql(irql);
  FACT_EQ("scheduler 6 KeLowerIrql: may deliver DPCs at once", g_DpcRan, 1);
  FACT_EQ("scheduler 6 DISPATCH_LEVEL: DPC", g_DpcIrql, DISPATCH_LEVEL);
  FACT("scheduler 3 Interrupts: a DPC runs in the context of the interrupted thread", g_DpcThread == me);
  FACT_EQ("scheduler 5 KeIpiGenericCall: the result of the routine", KeIpiGenericCall(OnIpi, 5), 5);
  FACT_EQ("scheduler 6 IPI_LEVEL: IPI", g_IpiIrql, IPI_LEVEL);
  ULONG64 stamp, before = KeQueryInterruptTimePrecise(&stamp);
  KeStallExecutionProcessor(50);
  ULONG64 passed = KeQueryInterruptTimePrecise(&stamp) - before;
  FACT("scheduler 6 KeStallExecutionProcessor: argument in microseconds", passed >= 500 && passed < 1000);
  KeRaiseIrql(HIGH_LEVEL, &irql);
  KeStallExecutionProcessor(1);
  FACT_EQ("scheduler 6 KeStallExecutionProcessor: any IRQL", KeGetCurrentIrql(), HIGH_LEVEL);
  KeLowerIrql(irql);
  KeRevertToUserAffinityThread();
  return RESULT();
}

BAD(RaiseToLower, 0xC4, 0x30) {
  KIRQL old, older;
  KeRaiseIrql(DISPATCH_LEVEL, &old);
  EXPECT_STOP("bugchecks 8 0xC4/0x30: KeRaiseIrql to a lower level", 0xC4, 0x30, DISPATCH_LEVEL, APC_LEVEL, 0);
  KeRaiseIrql(APC_LEVEL, &older);
  return STATUS_SUCCESS;
}
BAD(RaiseTooFar, 0xC4, 0x30) {
  KIRQL old;
  EXPECT_STOP("bugchecks 8 0xC4/0x30: KeRaiseIrql above HIGH_LEVEL", 0xC4, 0x30, PASSIVE_LEVEL, 16, 0);
  KeRaiseIrql(16, &old);
  return STATUS_SUCCESS;
}
BAD(RaiseToDpcFromAbove, 0xC4, 0x30) {
  KIRQL old;
  KeRaiseIrql(SYNCH_LEVEL, &old);
  EXPECT_STOP("bugchecks 8 0xC4/0x30: KeRaiseIrqlToDpcLevel from above", 0xC4, 0x30, SYNCH_LEVEL, DISPATCH_LEVEL, 0);
  KfRaiseIrql(DISPATCH_LEVEL);
  return STATUS_SUCCESS;
}
BAD(LowerToHigher, 0xC4, 0x31) {
  EXPECT_STOP("bugchecks 8 0xC4/0x31: KeLowerIrql to a higher level", 0xC4, 0x31, PASSIVE_LEVEL, DISPATCH_LEVEL, 0);
  KeLowerIrql(DISPATCH_LEVEL);
  return STATUS_SUCCESS;
}
static VOID LowersInDpc(PKDPC Dpc, PVOID Context, PVOID A, PVOID B) {
  UNREFERENCED_PARAMETER(Dpc); UNREFERENCED_PARAMETER(Context); UNREFERENCED_PARAMETER(A); UNREFERENCED_PARAMETER(B);
  KeLowerIrql(PASSIVE_LEVEL);
}
BAD(LowerInDpc, 0xC4, 0x31) {
  KeInitializeDpc(&g_Dpc, LowersInDpc, NULL);
  EXPECT_STOP("bugchecks 8 0xC4/0x31: KeLowerIrql inside a DPC routine", 0xC4, 0x31, DISPATCH_LEVEL, PASSIVE_LEVEL, 1);
  KeInsertQueueDpc(&g_Dpc, NULL, NULL);
  SleepMs(1);
  return STATUS_SUCCESS;
}
