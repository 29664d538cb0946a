// Time slices on one CPU: how long a quantum is, who goes on after a preemption and after a quantum end, yielding.
#include "check.h"
LONG g_Failures;
#define SWITCHES 10
#define TICK 156250
static KEVENT g_Done[4], g_Enough;
static volatile LONG g_Owner, g_Count, g_Stop, g_Disturbed;
static ULONG64 g_At[SWITCHES + 1];
static volatile LONG g_Ran[4];

/** Runs, and notes when the CPU has gone to it from another one of its kind. */
static VOID Spin(PVOID Context) {
  LONG me = (LONG)(LONG_PTR)Context;
  ULONG64 stamp;
  KeSetSystemAffinityThread(1);
  while (!g_Stop) {
    if (g_Owner != me) {
      g_Owner = me;
      if (g_Count <= SWITCHES) g_At[g_Count] = KeQueryInterruptTimePrecise(&stamp);
      if (++g_Count == SWITCHES + 1) KeSetEvent(&g_Enough, 0, FALSE);
    }
    g_Ran[me]++;
    KeStallExecutionProcessor(20);
  }
}
/** Preempts whoever runs, at every clock tick, for a moment. */
static VOID Disturber(PVOID Context) {
  UNREFERENCED_PARAMETER(Context);
  KeSetSystemAffinityThread(1);
  while (!g_Stop) {
    SleepMs(1);
    g_Disturbed++;
    KeStallExecutionProcessor(1000);
  }
}
static VOID RunPair(LONG priority, LONG disturber, LONG ms) {
  LARGE_INTEGER t;
  t.QuadPart = -10000LL * ms;
  g_Owner = -1;
  g_Count = g_Stop = g_Disturbed = g_Ran[1] = g_Ran[2] = 0;
  KeInitializeEvent(&g_Enough, NotificationEvent, FALSE);
  for (LONG i = 0; i < 3; i++) KeInitializeEvent(&g_Done[i], NotificationEvent, FALSE);
  TestStartThread(Spin, (PVOID)1, priority, &g_Done[0]);
  TestStartThread(Spin, (PVOID)2, priority, &g_Done[1]);
  if (disturber) TestStartThread(Disturber, NULL, disturber, &g_Done[2]);
  KeWaitForSingleObject(&g_Enough, Executive, KernelMode, FALSE, &t);
  g_Stop = 1;
  for (LONG i = 0; i < (disturber ? 3 : 2); i++) KeWaitForSingleObject(&g_Done[i], Executive, KernelMode, FALSE, NULL);
}
/** All turns but the first, which begins in the middle of an interval, in clock intervals; -1: not all are alike. */
static LONG Intervals(VOID) {
  LONG all = 0;
  for (LONG i = 2; i <= SWITCHES; i++) {
    LONG n = (LONG)((g_At[i] - g_At[i - 1] + TICK / 2) / TICK);
    if (all == 0) all = n;
    if (n != all) return -1;
  }
  return all;
}
static volatile LONG g_Step;
static KEVENT g_Go[3], g_There;
/** Waits for its event on CPU 0, counts, and ends. */
static VOID OnceNow(PVOID Context) {
  KeSetSystemAffinityThread(1);
  KeSetEvent(&g_There, 0, FALSE);
  KeWaitForSingleObject(&g_Go[(LONG)(LONG_PTR)Context], Executive, KernelMode, FALSE, NULL);
  g_Step++;
}

TEST_ENTRY {
  PKTHREAD me = KeGetCurrentThread();
  KeSetSystemAffinityThread(1);
  KeSetPriorityThread(me, 25);
  FACT_EQ("scheduler 2 Clock interval: 15.625 ms", KeQueryTimeIncrement(), TICK);

  RunPair(8, 0, 5000);
  FACT("scheduler 1 Selection: same level, round robin by quantum", g_Count >= SWITCHES + 1);
  FACT_EQ("scheduler 2 Client default: background 6 units = 2 intervals", Intervals(), 2);
  FACT("scheduler 2 Client default: about 31.25 ms", g_At[5] - g_At[4] > 310000 && g_At[5] - g_At[4] < 330000);
  LARGE_INTEGER a, b;
  KeQueryTickCount(&a);
  RunPair(16, 0, 5000);
  KeQueryTickCount(&b);
  FACT_EQ("scheduler 2 Expiry: real-time threads have quanta too", Intervals(), 2);
  FACT("scheduler 2 Expiry: at the clock tick", b.QuadPart - a.QuadPart >= 2 * SWITCHES && b.QuadPart - a.QuadPart <= 2 * SWITCHES + 6);

  // somebody above them comes at every tick for a moment
  RunPair(8, 12, 5000);
  FACT("scheduler 3 Preemption: the higher thread came in between", g_Disturbed > 10);
  FACT_EQ("scheduler 3 Preemption: preempted dynamic thread goes to the head and keeps the rest of its quantum: charged what it ran, it lasts one interval more", Intervals(), 3);
  RunPair(16, 18, 400);
  FACT("scheduler 3 Preemption: real-time thread gets a full quantum again, so with a preemption at each tick its equal never runs", g_Ran[1] == 0 || g_Ran[2] == 0);
  FACT_EQ("scheduler 3 Preemption: and it was at the head of its list each time", g_Count, 1);

  // yielding
  KeSetBasePriorityThread(me, 2);
  FACT_EQ("scheduler 2 Yield: STATUS_NO_YIELD_PERFORMED if there is none", ZwYieldExecution(), STATUS_NO_YIELD_PERFORMED);
  HEADER("scheduler 2 Yield: its value", STATUS_NO_YIELD_PERFORMED == 0x40000024);
  LARGE_INTEGER zero = {0};
  FACT_EQ("scheduler 2 Yield: KeDelayExecutionThread(0) succeeds with nobody to yield to", KeDelayExecutionThread(KernelMode, FALSE, &zero), STATUS_SUCCESS);
  for (LONG i = 0; i < 3; i++) {
    KeInitializeEvent(&g_Go[i], NotificationEvent, FALSE);
    KeInitializeEvent(&g_Done[i], NotificationEvent, FALSE);
    KeInitializeEvent(&g_There, NotificationEvent, FALSE);
    TestStartThread(OnceNow, (PVOID)(LONG_PTR)i, i == 0 ? 9 : 10, &g_Done[i]);
    KeWaitForSingleObject(&g_There, Executive, KernelMode, FALSE, NULL);
    SleepMs(1);
  }
  g_Step = 0;
  KeSetEvent(&g_Go[0], 0, FALSE);
  FACT_EQ("scheduler 2 Yield: not to a thread of lower priority", ZwYieldExecution(), STATUS_NO_YIELD_PERFORMED);
  FACT_EQ("scheduler 3 Preemption: a lower thread does not run while this one does not wait", g_Step, 0);
  KeSetEvent(&g_Go[1], 0, FALSE);
  FACT_EQ("scheduler 3 Preemption: an equal thread does not preempt", g_Step, 0);
  FACT_EQ("scheduler 2 Yield: to a ready thread of equal priority", ZwYieldExecution(), STATUS_SUCCESS);
  FACT_EQ("scheduler 3 Quantum end: to the tail, so the equal has run, the lower has not", g_Step, 1);
  KeSetEvent(&g_Go[2], 0, FALSE);
  FACT_EQ("scheduler 2 Yield: KeDelayExecutionThread(0) yields", KeDelayExecutionThread(KernelMode, FALSE, &zero), STATUS_SUCCESS);
  FACT_EQ("scheduler 2 Yield: the equal has run", g_Step, 2);
  for (LONG i = 0; i < 3; i++) KeWaitForSingleObject(&g_Done[i], Executive, KernelMode, FALSE, NULL);
  KeSetBasePriorityThread(me, 0);
  KeRevertToUserAffinityThread();
  return RESULT();
}
