// EX_TIMER: allocated timers with a callback; attributes, setting, cancelling, deleting in every state, the delete callback.
#include "check.h"
LONG g_Failures;
static volatile LONG g_Calls, g_Deleted;
static PEX_TIMER g_Timer;
static KEVENT g_Called;

static VOID Callback(PEX_TIMER Timer, PVOID Context) {
  FACT("scheduler 9 EX_TIMER callback: the timer and its context", Timer == g_Timer && Context == (PVOID)7);
  FACT_EQ("scheduler 9 EX_TIMER callback: DISPATCH_LEVEL", KeGetCurrentIrql(), DISPATCH_LEVEL);
  InterlockedIncrement(&g_Calls);
  KeSetEvent(&g_Called, 0, FALSE);
}
static VOID DeletesItself(PEX_TIMER Timer, PVOID Context) {
  EXT_DELETE_PARAMETERS *p = Context;
  ExDeleteTimer(Timer, TRUE, FALSE, p);
  FACT_EQ("scheduler 9 ExDeleteTimer: not deleted while its callback runs", g_Deleted, 0);
  g_Calls++;
  KeSetEvent(&g_Called, 0, FALSE);
}
static VOID Deleted(PVOID Context) {
  FACT("scheduler 9 ExDeleteTimer: the delete callback gets its context", Context == (PVOID)9);
  InterlockedIncrement(&g_Deleted);
}

TEST_ENTRY {
  EXT_DELETE_PARAMETERS p;
  EXT_SET_PARAMETERS set;
  static const ULONG attributes[] = {0, EX_TIMER_HIGH_RESOLUTION, EX_TIMER_NO_WAKE, EX_TIMER_NOTIFICATION, EX_TIMER_HIGH_RESOLUTION | EX_TIMER_NOTIFICATION};
  HEADER("scheduler 9 EX_TIMER_HIGH_RESOLUTION", EX_TIMER_HIGH_RESOLUTION == 4);
  HEADER("scheduler 9 EX_TIMER_NO_WAKE", EX_TIMER_NO_WAKE == 8);
  HEADER("scheduler 9 EX_TIMER_NOTIFICATION", EX_TIMER_NOTIFICATION == 0x80000000);
  KeInitializeEvent(&g_Called, SynchronizationEvent, FALSE);
  for (int i = 0; i < 5; i++) {
    g_Calls = 0;
    g_Timer = ExAllocateTimer(Callback, (PVOID)7, attributes[i]);
    FACT("scheduler 9 ExAllocateTimer: every attribute gives a timer", g_Timer != NULL);
    ExInitializeSetTimerParameters(&set);
    LONGLONG t0 = (LONGLONG)KeQueryInterruptTimePrecise(NULL);
    FACT("scheduler 9 ExSetTimer: FALSE when it was not set", !ExSetTimer(g_Timer, -200000, 0, &set));
    FACT("scheduler 9 ExSetTimer: TRUE when it was set", ExSetTimer(g_Timer, -200000, 0, NULL));
    KeWaitForSingleObject(&g_Called, Executive, KernelMode, FALSE, NULL);
    LONGLONG t = (LONGLONG)KeQueryInterruptTimePrecise(NULL) - t0;
    FACT("scheduler 9 ExSetTimer: due time in 100 ns, up to one interval late", t >= 200000 && t <= 200000 + 156250 + 30000);
    if (attributes[i] & EX_TIMER_HIGH_RESOLUTION) FACT("scheduler 9 EX_TIMER_HIGH_RESOLUTION: does not wait for the next clock tick", t <= 200000 + 10000);
    FACT("scheduler 9 EX_TIMER: can be waited for", Signalled(g_Timer));
    if (attributes[i] & EX_TIMER_NOTIFICATION) FACT("scheduler 9 EX_TIMER_NOTIFICATION: stays signalled", Signalled(g_Timer));
    else FACT("scheduler 9 EX_TIMER without EX_TIMER_NOTIFICATION: one wait resets it", !Signalled(g_Timer));
    FACT("scheduler 9 ExCancelTimer: FALSE when it has expired", !ExCancelTimer(g_Timer, NULL));
    ExSetTimer(g_Timer, -10000000, 0, NULL);
    FACT("scheduler 9 ExCancelTimer: TRUE when it was set", ExCancelTimer(g_Timer, NULL));
    FACT("scheduler 9 ExDeleteTimer: FALSE when nothing was cancelled", !ExDeleteTimer(g_Timer, TRUE, TRUE, NULL));
    FACT_EQ("scheduler 9 EX_TIMER: one call for one expiry", g_Calls, 1);
  }
  // periodic, in 100 ns
  g_Calls = 0;
  g_Timer = ExAllocateTimer(Callback, (PVOID)7, 0);
  ExSetTimer(g_Timer, -200000, 500000, NULL);
  SleepMs(250);
  FACT("scheduler 9 ExSetTimer: Period in 100 ns", g_Calls >= 4 && g_Calls <= 5);
  FACT("scheduler 9 ExDeleteTimer: TRUE when Cancel cancelled a set timer", ExDeleteTimer(g_Timer, TRUE, TRUE, NULL));
  LONG n = g_Calls;
  SleepMs(120);
  FACT_EQ("scheduler 9 ExDeleteTimer: with Wait no callback runs afterwards", g_Calls, n);
  // periodic, finer than the clock
  g_Calls = 0;
  g_Timer = ExAllocateTimer(Callback, (PVOID)7, EX_TIMER_HIGH_RESOLUTION);
  ExSetTimer(g_Timer, -20000, 20000, NULL);
  SleepMs(100);
  FACT("scheduler 9 EX_TIMER_HIGH_RESOLUTION: a period below the clock interval", g_Calls >= 45 && g_Calls <= 60);
  ExDeleteTimer(g_Timer, TRUE, TRUE, NULL);
  // without a callback it is a timer to wait for
  g_Timer = ExAllocateTimer(NULL, NULL, EX_TIMER_NOTIFICATION);
  ExSetTimer(g_Timer, -100000, 0, NULL);
  FACT_EQ("scheduler 9 ExAllocateTimer: the callback is optional", KeWaitForSingleObject(g_Timer, Executive, KernelMode, FALSE, NULL), STATUS_SUCCESS);
  ExInitializeDeleteTimerParameters(&p);
  p.DeleteCallback = Deleted;
  p.DeleteContext = (PVOID)9;
  ExDeleteTimer(g_Timer, TRUE, FALSE, &p);
  FACT_EQ("scheduler 9 ExDeleteTimer: the delete callback runs when the timer is gone", g_Deleted, 1);
  // in its own callback
  g_Deleted = 0;
  KeClearEvent(&g_Called);
  g_Timer = ExAllocateTimer(DeletesItself, &p, 0);
  ExSetTimer(g_Timer, -100000, 0, NULL);
  KeWaitForSingleObject(&g_Called, Executive, KernelMode, FALSE, NULL);
  KeFlushQueuedDpcs();
  FACT_EQ("scheduler 9 ExDeleteTimer: in its callback without Wait, deleted when that returns", g_Deleted, 1);
  // without Cancel
  g_Deleted = g_Calls = 0;
  g_Timer = ExAllocateTimer(Callback, (PVOID)7, 0);
  ExSetTimer(g_Timer, -200000, 0, NULL);
  FACT("scheduler 9 ExDeleteTimer: without Cancel a set timer expires first", !ExDeleteTimer(g_Timer, FALSE, FALSE, &p) && g_Deleted == 0);
  SleepMs(60);
  FACT("scheduler 9 ExDeleteTimer: then it is deleted", g_Deleted == 1 && g_Calls == 1);
  // at DISPATCH_LEVEL
  KIRQL irql = KeRaiseIrqlToDpcLevel();
  g_Timer = ExAllocateTimer(NULL, NULL, 0);
  ExSetTimer(g_Timer, -10000000, 0, NULL);
  FACT("scheduler 18 ExAllocateTimer, ExSetTimer, ExCancelTimer, ExDeleteTimer without Wait: at DISPATCH_LEVEL", ExCancelTimer(g_Timer, NULL) && !ExDeleteTimer(g_Timer, TRUE, FALSE, NULL));
  KeLowerIrql(irql);
  return RESULT();
}

BAD(DeletedTwice, 0xC7, 0) {
  g_Timer = ExAllocateTimer(NULL, NULL, 0);
  ExDeleteTimer(g_Timer, TRUE, TRUE, NULL);
  EXPECT_STOP("bugchecks 2 0xC7: 0 = a deleted EX_TIMER", 0xC7, 0, g_Timer, g_Timer, ANY);
  ExDeleteTimer(g_Timer, TRUE, TRUE, NULL);
  return STATUS_SUCCESS;
}
BAD(WaitAtDispatch, 0xC4, 0xE5) {
  g_Timer = ExAllocateTimer(NULL, NULL, 0);
  KeRaiseIrqlToDpcLevel();
  EXPECT_STOP("scheduler 9 ExDeleteTimer: Wait only at <= APC_LEVEL", 0xC4, 0xE5, DISPATCH_LEVEL, APC_LEVEL, ANY);
  ExDeleteTimer(g_Timer, TRUE, TRUE, NULL);
  return STATUS_SUCCESS;
}
