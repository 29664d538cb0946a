// Priorities, yield, affinity, processors, starvation boost, inter-processor calls, EX_TIMER.
#include "check.h"
LONG g_Failures;
static KEVENT g_Done[8], g_Go;
static volatile LONG g_Next, g_Stop, g_LowRan;
static LONG g_Order[8];
static volatile LONG g_Cpus[64];

static VOID Ordered(PVOID Context) {
  KeWaitForSingleObject(&g_Go, Executive, KernelMode, FALSE, NULL);
  g_Order[InterlockedIncrement(&g_Next) - 1] = (LONG)(LONG_PTR)Context;
}
static VOID Busy(PVOID Context) {
  UNREFERENCED_PARAMETER(Context);
  while (!g_Stop) KeStallExecutionProcessor(500);
}
static VOID Low(PVOID Context) {
  UNREFERENCED_PARAMETER(Context);
  g_LowRan = 1;
  g_Stop = 1;
}
static ULONG_PTR OnEach(ULONG_PTR Context) {
  CHECK_EQ(KeGetCurrentIrql(), IPI_LEVEL);
  InterlockedIncrement(&g_Cpus[KeGetCurrentProcessorNumberEx(NULL)]);
  return Context + 1;
}
static VOID OnExTimer(PEX_TIMER Timer, PVOID Context) {
  UNREFERENCED_PARAMETER(Timer);
  KeSetEvent(Context, 0, FALSE);
}

TEST_ENTRY {
  ULONG cpus = KeQueryActiveProcessorCountEx(ALL_PROCESSOR_GROUPS);
  PKTHREAD me = KeGetCurrentThread();
  CHECK_EQ(KeQueryPriorityThread(me), 8);
  CHECK_EQ(KeSetPriorityThread(me, LOW_REALTIME_PRIORITY), 8);
  CHECK_EQ(KeQueryPriorityThread(me), 16);
  CHECK_EQ(KeSetPriorityThread(me, 8), 16);
  CHECK_EQ(KeSetBasePriorityThread(me, 2), 0);
  CHECK_EQ(KeQueryPriorityThread(me), 10);
  CHECK_EQ(KeSetBasePriorityThread(me, 0), 2);

  for (ULONG i = 0; i < cpus; i++) {
    KAFFINITY old = KeSetSystemAffinityThreadEx((KAFFINITY)1 << i);
    CHECK_EQ(KeGetCurrentProcessorNumberEx(NULL), i);
    KeRevertToUserAffinityThreadEx(old);
  }

  // on one CPU, threads released together run by priority
  KeSetSystemAffinityThread(1);
  KeSetPriorityThread(me, 20);
  KeInitializeEvent(&g_Go, NotificationEvent, FALSE);
  for (LONG i = 0; i < 4; i++) {
    KeInitializeEvent(&g_Done[i], NotificationEvent, FALSE);
    TestStartThread(Ordered, (PVOID)(LONG_PTR)i, 8 + 2 * i, &g_Done[i]);
  }
  SleepMs(50);
  KeSetEvent(&g_Go, 0, FALSE);
  for (int i = 0; i < 4; i++) KeWaitForSingleObject(&g_Done[i], Executive, KernelMode, FALSE, NULL);
  CHECK_EQ(g_Next, 4);
  if (cpus == 1) for (int i = 0; i < 4; i++) CHECK_EQ(g_Order[i], 3 - i);
  KeRevertToUserAffinityThread();
  KeSetPriorityThread(me, 8);

  // a busy thread of priority 10 on every CPU; one of priority 4 gets its turn through the balance set manager
  for (ULONG i = 0; i < cpus; i++) { KeInitializeEvent(&g_Done[i], NotificationEvent, FALSE); TestStartThread(Busy, NULL, 10, &g_Done[i]); }
  KeInitializeEvent(&g_Done[7], NotificationEvent, FALSE);
  TestStartThread(Low, NULL, 4, &g_Done[7]);
  KeWaitForSingleObject(&g_Done[7], Executive, KernelMode, FALSE, NULL);
  CHECK_EQ(g_LowRan, 1);
  for (ULONG i = 0; i < cpus; i++) KeWaitForSingleObject(&g_Done[i], Executive, KernelMode, FALSE, NULL);

  CHECK_EQ(KeIpiGenericCall(OnEach, 41), 42);
  for (ULONG i = 0; i < cpus; i++) CHECK_EQ(g_Cpus[i], 1);
  CHECK_EQ(KeGetCurrentIrql(), PASSIVE_LEVEL);

  PEX_TIMER timer = ExAllocateTimer(OnExTimer, &g_Go, 0);
  CHECK(timer != NULL);
  KeClearEvent(&g_Go);
  CHECK(!ExSetTimer(timer, -100000, 0, NULL));
  CHECK_EQ(KeWaitForSingleObject(&g_Go, Executive, KernelMode, FALSE, NULL), STATUS_SUCCESS);
  ExSetTimer(timer, -100000000, 0, NULL);
  CHECK(ExDeleteTimer(timer, TRUE, TRUE, NULL));
  CHECK_EQ(ZwYieldExecution(), STATUS_NO_YIELD_PERFORMED);
  return RESULT();
}

BAD(EmptyAffinity, 0x3, -1) {
  KeSetSystemAffinityThread(0);
  return STATUS_SUCCESS;
}
