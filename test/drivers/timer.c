// Timers and time: one shot and periodic, both types, DPC of a timer, cancelling, coalescing, waiting on a timer; clocks and how they belong together.
#include "check.h"
LONG g_Failures;
static KTIMER g_Timer, g_Other, g_Periodic;
static KDPC g_Dpc, g_OneShot;
static LONG g_Ticks, g_Shots;
static KEVENT g_Five;
#define TICK 156250

static VOID OnTimer(PKDPC Dpc, PVOID Context, PVOID A1, PVOID A2) {
  UNREFERENCED_PARAMETER(A1); UNREFERENCED_PARAMETER(A2);
  FACT_EQ("scheduler 9 timer DPC: DISPATCH_LEVEL", KeGetCurrentIrql(), DISPATCH_LEVEL);
  FACT("scheduler 9 timer DPC: the DPC and its context", Dpc == &g_Dpc && Context == &g_Ticks);
  if (InterlockedIncrement(&g_Ticks) == 5) KeSetEvent(&g_Five, 0, FALSE);
}
static VOID Shot(PKDPC Dpc, PVOID Context, PVOID A1, PVOID A2) {
  UNREFERENCED_PARAMETER(Dpc); UNREFERENCED_PARAMETER(Context); UNREFERENCED_PARAMETER(A1); UNREFERENCED_PARAMETER(A2);
  InterlockedIncrement(&g_Shots);
}
static LONGLONG Now(VOID) { return (LONGLONG)KeQueryInterruptTimePrecise(NULL); }

static VOID Layout(VOID) {
  HEADER("scheduler 8 KTIMER: 0x40 bytes", sizeof(KTIMER) == 0x40);
  HEADER("scheduler 8 KTIMER: DueTime at 0x18", FIELD_OFFSET(KTIMER, DueTime) == 0x18);
  HEADER("scheduler 8 KTIMER: TimerListEntry at 0x20", FIELD_OFFSET(KTIMER, TimerListEntry) == 0x20);
  HEADER("scheduler 8 KTIMER: Dpc at 0x30", FIELD_OFFSET(KTIMER, Dpc) == 0x30);
  HEADER("scheduler 8 KTIMER: Processor at 0x38", FIELD_OFFSET(KTIMER, Processor) == 0x38);
  HEADER("scheduler 8 KTIMER: TimerType at 0x3A", FIELD_OFFSET(KTIMER, TimerType) == 0x3A);
  HEADER("scheduler 8 KTIMER: Period at 0x3C", FIELD_OFFSET(KTIMER, Period) == 0x3C);
  HEADER("scheduler 9 TIMER_TYPE: NotificationTimer 0", NotificationTimer == 0);
  HEADER("scheduler 9 TIMER_TYPE: SynchronizationTimer 1", SynchronizationTimer == 1);
  KeInitializeTimer(&g_Timer);
  FACT_EQ("scheduler 9 KeInitializeTimer: a notification timer", g_Timer.Header.Type & 0x7F, 8);
  KeInitializeTimerEx(&g_Timer, NotificationTimer);
  FACT_EQ("scheduler 8 TimerNotificationObject 8", g_Timer.Header.Type & 0x7F, 8);
  KeInitializeTimerEx(&g_Periodic, SynchronizationTimer);
  FACT_EQ("scheduler 8 TimerSynchronizationObject 9", g_Periodic.Header.Type & 0x7F, 9);
  FACT("scheduler 9 KeInitializeTimer: not signalled", !KeReadStateTimer(&g_Timer) && !KeReadStateTimer(&g_Periodic));
}

static VOID OneShot(VOID) {
  LARGE_INTEGER due;
  LONGLONG t0, t1;
  due.QuadPart = -300000;
  KeInitializeTimer(&g_Timer);
  FACT_EQ("scheduler 9 KeSetTimer: FALSE when it was not in the queue", KeSetTimer(&g_Timer, due, NULL), FALSE);
  CHECK_EQ(KeReadStateTimer(&g_Timer), FALSE);
  FACT_EQ("scheduler 9 KeSetTimer: TRUE if it was in the queue, then re-armed", KeSetTimer(&g_Timer, due, NULL), TRUE);
  t0 = Now();
  FACT_EQ("scheduler 8 timer: a wait ends when it expires", KeWaitForSingleObject(&g_Timer, Executive, KernelMode, FALSE, NULL), STATUS_SUCCESS);
  t1 = Now();
  FACT("scheduler 9 expiry granularity: relative, up to one interval early", t1 - t0 >= 300000 - TICK);
  FACT("scheduler 9 expiry granularity: relative, up to one interval late", t1 - t0 <= 300000 + TICK + 20000);
  FACT_EQ("scheduler 9 KeReadStateTimer: TRUE after expiry", KeReadStateTimer(&g_Timer), TRUE);
  FACT_EQ("scheduler 9 KeCancelTimer: FALSE when it has expired", KeCancelTimer(&g_Timer), FALSE);
  FACT("scheduler 9 KeCancelTimer: does not change the signal state (signalled)", KeReadStateTimer(&g_Timer));
  FACT("scheduler 8 notification timer: stays signalled, a wait changes nothing", Signalled(&g_Timer) && Signalled(&g_Timer));
  KeSetTimer(&g_Timer, due, NULL);
  FACT_EQ("scheduler 9 KeSetTimer: state set to not signalled", KeReadStateTimer(&g_Timer), FALSE);
  FACT_EQ("scheduler 9 KeCancelTimer: TRUE if it was queued", KeCancelTimer(&g_Timer), TRUE);
  FACT("scheduler 9 KeCancelTimer: does not change the signal state (not signalled)", !KeReadStateTimer(&g_Timer));
  SleepMs(60);
  FACT("scheduler 9 KeCancelTimer: a cancelled timer does not expire", !KeReadStateTimer(&g_Timer));
  FACT_EQ("scheduler 9 KeCancelTimer: FALSE the second time", KeCancelTimer(&g_Timer), FALSE);
  // re-armed: the first due time counts no more
  due.QuadPart = -200000;
  KeSetTimer(&g_Timer, due, NULL);
  due.QuadPart = -2000000;
  KeSetTimer(&g_Timer, due, NULL);
  SleepMs(60);
  FACT("scheduler 9 KeSetTimer: a timer that is set again is cancelled first", !KeReadStateTimer(&g_Timer));
  KeCancelTimer(&g_Timer);
  // due already
  KeInitializeDpc(&g_OneShot, Shot, NULL);
  due.QuadPart = 0;
  KeSetTimer(&g_Timer, due, &g_OneShot);
  FACT("scheduler 7 absolute in the past: immediate", KeReadStateTimer(&g_Timer));
  due.QuadPart = 10000000;
  KeInitializeTimer(&g_Timer);
  KeSetTimer(&g_Timer, due, &g_OneShot);
  FACT("scheduler 7 absolute in the past: immediate (a date of 1601)", KeReadStateTimer(&g_Timer));
  KeFlushQueuedDpcs();
  FACT_EQ("scheduler 9 timer DPC: queued also when the timer is due at once", g_Shots, 2);
  // absolute
  LARGE_INTEGER before, after;
  KeQuerySystemTimePrecise(&before);
  due.QuadPart = before.QuadPart + 500000;
  KeInitializeTimer(&g_Timer);
  KeSetTimer(&g_Timer, due, NULL);
  KeWaitForSingleObject(&g_Timer, Executive, KernelMode, FALSE, NULL);
  KeQuerySystemTimePrecise(&after);
  FACT("scheduler 9 absolute: not early", after.QuadPart >= due.QuadPart);
  FACT("scheduler 9 absolute: up to one interval late", after.QuadPart <= due.QuadPart + TICK + 20000);
  // timer, DISPATCH_LEVEL
  KIRQL irql = KeRaiseIrqlToDpcLevel();
  due.QuadPart = -100000;
  FACT("scheduler 18 KeSetTimer, KeCancelTimer, KeInitializeTimerEx, KeReadStateTimer: at DISPATCH_LEVEL", !KeSetTimer(&g_Timer, due, NULL) && !KeReadStateTimer(&g_Timer) && KeCancelTimer(&g_Timer));
  KeLowerIrql(irql);
  // delay: never early
  for (int i = 0; i < 4; i++) {
    t0 = Now();
    SleepMs(3 + 5 * i);
    FACT("scheduler 9 KeDelayExecutionThread: never early", Now() - t0 >= 10000 * (3 + 5 * i));
  }
}

static VOID Waiter(PVOID Timer) { KeWaitForSingleObject(Timer, Executive, KernelMode, FALSE, NULL); InterlockedIncrement(&g_Shots); }

static VOID Waiters(VOID) {
  LARGE_INTEGER due;
  due.QuadPart = -400000;
  for (int type = 0; type < 2; type++) {
    KEVENT done[2];
    g_Shots = 0;
    KeInitializeTimerEx(&g_Timer, type ? SynchronizationTimer : NotificationTimer);
    for (int i = 0; i < 2; i++) {
      KeInitializeEvent(&done[i], NotificationEvent, FALSE);
      TestStartThread(Waiter, &g_Timer, 9, &done[i]);
    }
    KeSetTimer(&g_Timer, due, NULL);
    SleepMs(100);
    if (type == 0) FACT_EQ("scheduler 8 notification timer: all waiters released", g_Shots, 2);
    else {
      FACT_EQ("scheduler 8 synchronization timer: one waiter, state -> 0", g_Shots, 1);
      FACT("scheduler 8 synchronization timer: not signalled afterwards", !KeReadStateTimer(&g_Timer));
      KeSetTimer(&g_Timer, due, NULL);
    }
    for (int i = 0; i < 2; i++) KeWaitForSingleObject(&done[i], Executive, KernelMode, FALSE, NULL);
  }
}

static VOID Periodic(VOID) {
  LARGE_INTEGER due;
  due.QuadPart = -300000;
  KeInitializeEvent(&g_Five, NotificationEvent, FALSE);
  KeInitializeTimerEx(&g_Periodic, SynchronizationTimer);
  KeInitializeDpc(&g_Dpc, OnTimer, &g_Ticks);
  CHECK_EQ(KeSetTimerEx(&g_Periodic, due, 20, &g_Dpc), FALSE);
  PUCHAR raw = (PUCHAR)&g_Periodic;
  FACT_EQ("scheduler 8 KTIMER: Period at 0x3C, in milliseconds", *(PULONG)(raw + 0x3C), 20);
  FACT("scheduler 8 KTIMER: DueTime at 0x18, in interrupt time", *(PLONGLONG)(raw + 0x18) - Now() > 300000 - 2 * TICK && *(PLONGLONG)(raw + 0x18) - Now() <= 300000);
  FACT("scheduler 8 KTIMER: TimerListEntry at 0x20, in a list while it is set", ((PLIST_ENTRY)(raw + 0x20))->Flink->Blink == (PLIST_ENTRY)(raw + 0x20));
  LONGLONG t0 = Now();
  KeWaitForSingleObject(&g_Five, Executive, KernelMode, FALSE, NULL);
  LONGLONG t = Now() - t0;
  FACT("scheduler 9 KeSetTimerEx: Period in milliseconds after the first expiry", t >= 300000 + 4 * 200000 - TICK && t <= 300000 + 4 * 200000 + 2 * TICK);
  FACT_EQ("scheduler 9 KeCancelTimer: always TRUE for a set periodic timer", KeCancelTimer(&g_Periodic), TRUE);
  KeFlushQueuedDpcs();
  LONG n = g_Ticks;
  SleepMs(100);
  FACT_EQ("scheduler 9 KeCancelTimer and KeFlushQueuedDpcs: its DPC runs no more", g_Ticks, n);
  FACT("scheduler 8 synchronization timer: signalled once for several expiries", Signalled(&g_Periodic) && !Signalled(&g_Periodic));
  // one that is shorter than a clock interval expires once per interrupt at most for each period that has passed
  g_Ticks = 0;
  due.QuadPart = -1;
  KeSetTimerEx(&g_Periodic, due, 1, &g_Dpc);
  SleepMs(200);
  KeCancelTimer(&g_Periodic);
  KeFlushQueuedDpcs();
  FACT("scheduler 9 expiry: checked on the clock interrupt, some 13 in 200 ms", g_Ticks >= 11 && g_Ticks <= 15);
}

static VOID Coalescing(VOID) {
  LARGE_INTEGER due;
  LONGLONG start = Now();
  KeInitializeTimer(&g_Timer);
  KeInitializeTimer(&g_Other);
  due.QuadPart = -1000000;
  FACT("scheduler 9 KeSetCoalescableTimer: FALSE when it was not in the queue", !KeSetCoalescableTimer(&g_Timer, due, 0, 1000, NULL));
  due.QuadPart = -4000000;
  KeSetCoalescableTimer(&g_Other, due, 0, 1000, NULL);
  LONGLONG t0 = Now();
  KeWaitForSingleObject(&g_Timer, Executive, KernelMode, FALSE, NULL);
  LONGLONG t1 = Now();
  FACT("scheduler 9 KeSetCoalescableTimer: not before its due time", t1 - start >= 1000000 - TICK);
  FACT("scheduler 9 KeSetCoalescableTimer: later up to the tolerance", t1 - t0 <= 1000000 + 10000000 + TICK + 20000);
  KeWaitForSingleObject(&g_Other, Executive, KernelMode, FALSE, NULL);
  FACT("scheduler 9 KeSetCoalescableTimer: two whose windows overlap by enough expire close together", Now() - start <= 4000000 + 10000000 + TICK + 20000);
  FACT("scheduler 9 KeSetCoalescableTimer: TRUE if it was in the queue", !KeSetCoalescableTimer(&g_Timer, due, 0, 10, NULL) && KeSetCoalescableTimer(&g_Timer, due, 0, 10, NULL));
  KeCancelTimer(&g_Timer);
}

static VOID Clocks(VOID) {
  LARGE_INTEGER ticks, ticks2, system, precise, frequency, counter;
  ULONG maximum, minimum, current;
  FACT_EQ("scheduler 2 clock interval: KeQueryTimeIncrement", KeQueryTimeIncrement(), TICK);
  KIRQL irql = KeRaiseIrqlToDpcLevel();
  KeQueryTickCount(&ticks);
  LONGLONG coarse = KeQueryInterruptTime();
  KeQuerySystemTime(&system);
  KeQuerySystemTimePrecise(&precise);
  LONGLONG exact = Now();
  FACT("scheduler 9 tick count: x KeQueryTimeIncrement = interrupt time", coarse >= ticks.QuadPart * TICK && coarse <= (ticks.QuadPart + 1) * TICK);
  FACT("scheduler 9 interrupt time: of the last clock interrupt", coarse <= exact && exact - coarse <= TICK + 20000);
  FACT("scheduler 9 system time: KeQuerySystemTime up to one interval behind the precise one", system.QuadPart <= precise.QuadPart && precise.QuadPart - system.QuadPart <= TICK + 20000);
  FACT("scheduler 9 system time and interrupt time: a constant apart", (precise.QuadPart - exact) - (system.QuadPart - coarse) < 20000 && (precise.QuadPart - exact) - (system.QuadPart - coarse) > -20000);
  FACT("scheduler 9 system time: 100 ns since 1601", system.QuadPart > 131000000000000000LL && system.QuadPart < 160000000000000000LL);
  FACT("scheduler 9 KeQueryUnbiasedInterruptTime: interrupt time without sleep", KeQueryUnbiasedInterruptTime() >= (ULONGLONG)coarse && KeQueryUnbiasedInterruptTime() - coarse <= TICK);
  counter = KeQueryPerformanceCounter(&frequency);
  FACT_EQ("scheduler 9 KeQueryPerformanceCounter: 10 MHz", frequency.QuadPart, 10000000);
  FACT("scheduler 9 KeQueryPerformanceCounter: goes forward", KeQueryPerformanceCounter(NULL).QuadPart > counter.QuadPart);
  KeLowerIrql(irql);
  KeRaiseIrql(HIGH_LEVEL, &irql);
  LONGLONG before = Now();
  KeStallExecutionProcessor(50);
  FACT("scheduler 6 KeStallExecutionProcessor: any IRQL, nothing else runs on the CPU", Now() - before >= 500 && Now() - before < 1000);
  KeLowerIrql(irql);
  KeQueryTickCount(&ticks);
  SleepMs(200);
  KeQueryTickCount(&ticks2);
  FACT("scheduler 9 tick count: in clock intervals", ticks2.QuadPart - ticks.QuadPart >= 12 && ticks2.QuadPart - ticks.QuadPart <= 15);
  ExQueryTimerResolution(&maximum, &minimum, &current);
  FACT("scheduler 2 ExQueryTimerResolution: the longest interval is the default", maximum == TICK && minimum <= 10000 && current <= maximum);
  FACT_EQ("scheduler 2 ExSetTimerResolution: gives the resolution that holds now", ExSetTimerResolution(10000, TRUE), 10000);
  FACT_EQ("scheduler 2 ExSetTimerResolution: KeQueryTimeIncrement does not change with it", KeQueryTimeIncrement(), TICK);
  ExQueryTimerResolution(&maximum, &minimum, &current);
  FACT_EQ("scheduler 2 ExQueryTimerResolution: the current interval", current, 10000);
  for (int i = 0; i < 3; i++) {
    before = Now();
    SleepMs(3);
    FACT("scheduler 2 ExSetTimerResolution: raises the resolution of timeouts", Now() - before >= 30000 && Now() - before <= 30000 + 2 * 10000);
  }
  FACT_EQ("scheduler 2 ExSetTimerResolution: released, the default again", ExSetTimerResolution(0, FALSE), TICK);
  SleepMs(1); // at a tick, so that the next one is a whole interval away
  before = Now();
  SleepMs(3);
  FACT("scheduler 2 ExSetTimerResolution: released, timeouts end at clock ticks again", Now() - before > 100000);
}

TEST_ENTRY {
  Layout();
  OneShot();
  Waiters();
  Periodic();
  Coalescing();
  Clocks();
  return RESULT();
}

BAD(FreedTimer, 0xC7, 0) {
  LARGE_INTEGER due;
  due.QuadPart = -100000;
  KTIMER *t = ExAllocatePoolWithTag(NonPagedPoolNx, sizeof *t, 'rmiT');
  KeInitializeTimer(t);
  KeSetTimer(t, due, NULL);
  EXPECT_STOP("bugchecks 2 0xC7: 0 = timer object in freed memory, with its range", 0xC7, 0, t, t, t + 1);
  ExFreePoolWithTag(t, 'rmiT');
  SleepMs(100);
  return STATUS_SUCCESS;
}
BAD(NeverInitialisedTimer, 0xC7, 0) {
  static KTIMER zero;
  LARGE_INTEGER due;
  due.QuadPart = -100000;
  EXPECT_STOP("bugchecks 2 0xC7: 0 = no timer object", 0xC7, 0, &zero, &zero, &zero + 1);
  KeSetTimer(&zero, due, NULL);
  return STATUS_SUCCESS;
}
BAD(FreedTimerDpc, 0xC7, 1) {
  LARGE_INTEGER due;
  due.QuadPart = -100000;
  PKDPC dpc = ExAllocatePoolWithTag(NonPagedPoolNx, sizeof *dpc, 'rmiT');
  KeInitializeTimer(&g_Timer);
  KeInitializeDpc(dpc, Shot, NULL);
  KeSetTimer(&g_Timer, due, dpc);
  EXPECT_STOP("bugchecks 2 0xC7: 1 = DPC object of a timer in freed memory", 0xC7, 1, dpc, dpc, dpc + 1);
  ExFreePoolWithTag(dpc, 'rmiT');
  SleepMs(100);
  return STATUS_SUCCESS;
}
