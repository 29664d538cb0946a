// Priorities of threads: levels, current and base priority, saturation, who runs first, what a change does at once.
#include "check.h"
LONG g_Failures;
static KEVENT g_Go, g_Ready, g_Done[8];
static volatile LONG g_Next;
static LONG g_Order[8];
static PKTHREAD g_Threads[8];

/** Waits for g_Go on CPU 0, then says when its turn came. */
static VOID Ordered(PVOID Context) {
  LONG i = (LONG)(LONG_PTR)Context;
  KeSetSystemAffinityThread(1);
  g_Threads[i] = KeGetCurrentThread();
  KeSetEvent(&g_Ready, 0, FALSE);
  KeWaitForSingleObject(&g_Go, Executive, KernelMode, FALSE, NULL);
  g_Order[InterlockedIncrement(&g_Next) - 1] = i;
}
static VOID Begin(LONG i, LONG priority) {
  KeInitializeEvent(&g_Done[i], NotificationEvent, FALSE);
  KeInitializeEvent(&g_Ready, SynchronizationEvent, FALSE);
  TestStartThread(Ordered, (PVOID)(LONG_PTR)i, priority, &g_Done[i]);
  KeWaitForSingleObject(&g_Ready, Executive, KernelMode, FALSE, NULL);
  SleepMs(1); // it waits for g_Go
}
static VOID End(LONG count) {
  for (LONG i = 0; i < count; i++) KeWaitForSingleObject(&g_Done[i], Executive, KernelMode, FALSE, NULL);
  KeClearEvent(&g_Go);
  g_Next = 0;
}

TEST_ENTRY {
  PKTHREAD me = KeGetCurrentThread();
  FACT_EQ("scheduler 1 System threads: priority 8, the base of the System process", KeQueryPriorityThread(me), 8);

  // current priority
  LONG before = 8;
  BOOLEAN previous = TRUE, now = TRUE;
  for (LONG p = 1; p < MAXIMUM_PRIORITY; p++) {
    previous = previous && KeSetPriorityThread(me, p) == before;
    now = now && KeQueryPriorityThread(me) == p;
    before = p;
  }
  FACT("scheduler 1 KeSetPriorityThread: gives back the previous value", previous);
  FACT("scheduler 1 KeQueryPriorityThread: current run-time priority, at every level 1-31", now);
  KeSetPriorityThread(me, LOW_PRIORITY);
  FACT("scheduler 1 KeSetPriorityThread: 0 is reserved for the system, no driver thread gets it", KeQueryPriorityThread(me) != 0);
  KeSetPriorityThread(me, LOW_REALTIME_PRIORITY);
  FACT_EQ("scheduler 1 KeSetPriorityThread: LOW_REALTIME_PRIORITY", KeQueryPriorityThread(me), 16);
  FACT_EQ("scheduler 1 KeSetPriorityThread: changes the current priority, the base stays", KeSetBasePriorityThread(me, 0), 0);
  FACT_EQ("scheduler 1 KeSetBasePriorityThread: new base = process base + increment", KeQueryPriorityThread(me), 8);

  // base priority
  FACT_EQ("ps-routines 6 KeSetBasePriorityThread: previous increment, 0 at first", KeSetBasePriorityThread(me, 3), 0);
  FACT_EQ("scheduler 1 KeSetBasePriorityThread: process base 8 + 3", KeQueryPriorityThread(me), 11);
  FACT_EQ("scheduler 1 KeSetBasePriorityThread: returns the previous increment", KeSetBasePriorityThread(me, -3), 3);
  FACT_EQ("scheduler 1 KeSetBasePriorityThread: increment may be negative", KeQueryPriorityThread(me), 5);
  FACT_EQ("scheduler 1 KeSetBasePriorityThread: previous increment -3", KeSetBasePriorityThread(me, 7), -3);
  FACT_EQ("scheduler 1 KeSetBasePriorityThread: 8 + 7 is the last of its class range", KeQueryPriorityThread(me), 15);
  KeSetBasePriorityThread(me, 8);
  FACT_EQ("scheduler 1 KeSetBasePriorityThread: never crosses from 15 to 16", KeQueryPriorityThread(me), 15);
  KeSetBasePriorityThread(me, -8);
  FACT_EQ("scheduler 1 KeSetBasePriorityThread: never below 1", KeQueryPriorityThread(me), 1);
  KeSetBasePriorityThread(me, THREAD_BASE_PRIORITY_LOWRT);
  FACT_EQ("ps-routines 6 KeSetBasePriorityThread: THREAD_BASE_PRIORITY_LOWRT saturates at 15", KeQueryPriorityThread(me), 15);
  KeSetBasePriorityThread(me, THREAD_BASE_PRIORITY_IDLE);
  FACT_EQ("ps-routines 6 KeSetBasePriorityThread: THREAD_BASE_PRIORITY_IDLE saturates at 1", KeQueryPriorityThread(me), 1);
  KeSetBasePriorityThread(me, 16);
  FACT_EQ("ps-routines 6 KeSetBasePriorityThread: cannot cross the 15/16 boundary", KeQueryPriorityThread(me), 15);
  FACT_EQ("ps-routines 6 KeSetBasePriorityThread: a saturated thread has increment 16", KeSetBasePriorityThread(me, -16), 16);
  FACT_EQ("ps-routines 6 KeSetBasePriorityThread: saturated at the low end", KeQueryPriorityThread(me), 1);
  FACT_EQ("ps-routines 6 KeSetBasePriorityThread: and -16 at the low end", KeSetBasePriorityThread(me, 0), -16);
  FACT_EQ("scheduler 1 KeSetBasePriorityThread: 0 is the base of the process again", KeQueryPriorityThread(me), 8);
  KeSetPriorityThread(me, 20);
  KeSetBasePriorityThread(me, 1);
  FACT_EQ("scheduler 1 KeSetBasePriorityThread: takes a real-time current priority away", KeQueryPriorityThread(me), 9);

  // selection: all on CPU 0, released together by a thread of higher priority
  KeInitializeEvent(&g_Go, NotificationEvent, FALSE);
  KeSetSystemAffinityThread(1);
  KeSetPriorityThread(me, 28);
  const LONG priorities[6] = {4, 20, 8, 15, 16, 9};
  const LONG expected[6] = {1, 4, 3, 5, 2, 0};
  for (LONG i = 0; i < 6; i++) Begin(i, priorities[i]);
  KeSetEvent(&g_Go, 0, FALSE);
  FACT_EQ("scheduler 3 Preemption: a ready thread of lower priority does not run beside a higher one", g_Next, 0);
  End(6);
  BOOLEAN order = TRUE;
  for (LONG i = 0; i < 6; i++) order = order && g_Order[i] == expected[i];
  FACT("scheduler 1 Selection: highest-priority ready thread first", order);

  for (LONG i = 0; i < 4; i++) Begin(i, 10);
  KeSetEvent(&g_Go, 0, FALSE);
  End(4);
  order = TRUE;
  for (LONG i = 0; i < 4; i++) order = order && g_Order[i] == i;
  FACT("scheduler 3 Voluntary wait: after the wait to the tail, so equals run in the order in which they were released", order);

  // changing the priority of a ready thread moves it
  Begin(0, 10);
  Begin(1, 10);
  Begin(2, 10);
  KeSetEvent(&g_Go, 0, FALSE);
  KeSetPriorityThread(g_Threads[2], 12);
  KeSetPriorityThread(g_Threads[0], 9);
  FACT_EQ("scheduler 1 KeSetPriorityThread: of another thread", KeQueryPriorityThread(g_Threads[2]), 12);
  End(3);
  FACT("scheduler 3 Ready queues: a ready thread moves to the list of its new priority", g_Order[0] == 2 && g_Order[1] == 1 && g_Order[2] == 0);

  // raising a ready thread above the running one preempts at once; lowering oneself gives the CPU away at once
  Begin(0, 10);
  KeSetEvent(&g_Go, 0, FALSE);
  CHECK_EQ(g_Next, 0);
  KeSetPriorityThread(g_Threads[0], 30);
  FACT_EQ("scheduler 3 Preemption: a thread of higher priority becoming ready preempts at once", g_Next, 1);
  End(1);
  Begin(0, 10);
  KeSetEvent(&g_Go, 0, FALSE);
  CHECK_EQ(g_Next, 0);
  KeSetPriorityThread(me, 9);
  FACT_EQ("scheduler 1 KeSetPriorityThread: lowering may reschedule the thread at once", g_Next, 1);
  KeSetPriorityThread(me, 28);
  End(1);
  // a wake by a thread of lower priority
  Begin(0, 30);
  KeSetEvent(&g_Go, 0, FALSE);
  FACT_EQ("scheduler 3 Preemption: KeSetEvent does not return before the higher thread has run", g_Next, 1);
  End(1);

  // run time
  ULONG user = 77;
  ULONG ticks = KeQueryRuntimeThread(me, &user);
  ULONG64 stamp = 0, cycles = KeQueryTotalCycleTimeThread(me, &stamp);
  KeStallExecutionProcessor(200000);
  FACT_EQ("ps-routines 6 KeQueryRuntimeThread: UserTime of a system thread", user, 0);
  FACT("ps-routines 6 KeQueryRuntimeThread: kernel clock ticks", KeQueryRuntimeThread(me, &user) - ticks >= 11 && KeQueryRuntimeThread(me, &user) - ticks <= 14);
  FACT("ps-routines 6 KeQueryTotalCycleTimeThread: grows with what the thread runs", KeQueryTotalCycleTimeThread(me, &stamp) > cycles);
  FACT("ps-routines 6 KeGetCurrentThread: the running thread", KeGetCurrentThread() == me);
  KeSetPriorityThread(me, 8);
  KeRevertToUserAffinityThread();
  KeSetBasePriorityThread(me, 0);
  return RESULT();
}
