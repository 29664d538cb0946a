// Events: both types, previous states, release order, timeouts, WaitAll and WaitAny.
#include "check.h"
LONG g_Failures;
static KEVENT g_Go, g_Done, g_Ready;
static LONG g_Woken, g_Order[4];

static VOID Waiter(PVOID Context) {
  LONG n = (LONG)(LONG_PTR)Context;
  KeSetEvent(&g_Ready, 0, FALSE);
  NTSTATUS s = KeWaitForSingleObject(&g_Go, Executive, KernelMode, FALSE, NULL);
  CHECK_EQ(s, STATUS_SUCCESS);
  LONG at = InterlockedIncrement(&g_Woken) - 1;
  g_Order[at] = n;
  if (at == 2) KeSetEvent(&g_Done, 0, FALSE);
}

static LONG g_Through;
static VOID PassThrough(PVOID Event) {
  KeSetEvent(&g_Ready, 0, FALSE);
  KeWaitForSingleObject(Event, Executive, KernelMode, FALSE, NULL);
  InterlockedIncrement(&g_Through);
}
static VOID StartWaiters(PKEVENT Event, int Count, PKEVENT Done) {
  for (int i = 0; i < Count; i++) {
    KeInitializeEvent(&Done[i], NotificationEvent, FALSE);
    TestStartThread(PassThrough, Event, 10, &Done[i]);
    KeWaitForSingleObject(&g_Ready, Executive, KernelMode, FALSE, NULL);
  }
  SleepMs(40);
}

static VOID Kinds(VOID) {
  static KEVENT n, s, done[3];
  KeInitializeEvent(&n, NotificationEvent, FALSE);
  KeInitializeEvent(&s, SynchronizationEvent, TRUE);
  FACT_EQ("scheduler 8 EventNotificationObject 0", n.Header.Type, 0);
  FACT_EQ("scheduler 8 EventSynchronizationObject 1", s.Header.Type, 1);
  FACT("scheduler 8 KEVENT 0x18", sizeof(KEVENT) == 0x18 && n.Header.Size == 6);
  FACT("scheduler 8 KeInitializeEvent State", n.Header.SignalState == 0 && s.Header.SignalState == 1);
  FACT("scheduler 8 KeReadStateEvent nonzero when set", KeReadStateEvent(&n) == 0 && KeReadStateEvent(&s) != 0);
  KeSetEvent(&s, 0, FALSE);
  LARGE_INTEGER zero = {0};
  FACT("scheduler 8 auto reset: set twice without waiter = one release only",
       KeWaitForSingleObject(&s, Executive, KernelMode, FALSE, &zero) == STATUS_SUCCESS && KeWaitForSingleObject(&s, Executive, KernelMode, FALSE, &zero) == STATUS_TIMEOUT);
  KeSetEvent(&n, 0, FALSE);
  FACT("scheduler 8 manual reset: a satisfied wait changes nothing",
       KeWaitForSingleObject(&n, Executive, KernelMode, FALSE, &zero) == STATUS_SUCCESS && KeWaitForSingleObject(&n, Executive, KernelMode, FALSE, &zero) == STATUS_SUCCESS && KeReadStateEvent(&n) != 0);
  FACT_EQ("scheduler 8 KeResetEvent: previous state", KeResetEvent(&n), 1);
  FACT_EQ("scheduler 8 KeResetEvent of a clear event", KeResetEvent(&n), 0);
  KeSetEvent(&n, 0, FALSE);
  KeClearEvent(&n);
  FACT_EQ("scheduler 8 KeClearEvent clears", KeReadStateEvent(&n), 0);

  StartWaiters(&n, 3, done);
  KeSetEvent(&n, 0, FALSE);
  for (int i = 0; i < 3; i++) KeWaitForSingleObject(&done[i], Executive, KernelMode, FALSE, NULL);
  FACT("scheduler 8 manual reset: all waiters released; stays until KeResetEvent", g_Through == 3 && KeReadStateEvent(&n) != 0);
  g_Through = 0;
  StartWaiters(&s, 3, done);
  FACT_EQ("scheduler 8 KeSetEvent with waiters: it was clear", KeSetEvent(&s, 0, FALSE), 0);
  SleepMs(40);
  FACT("scheduler 8 auto reset: one waiter released, state 0", g_Through == 1 && KeReadStateEvent(&s) == 0);
  FACT_EQ("scheduler 8 KePulseEvent: previous state", KePulseEvent(&s, 0, FALSE), 0);
  SleepMs(40);
  FACT("scheduler 8 KePulseEvent of an auto reset event releases one waiter and clears", g_Through == 2 && KeReadStateEvent(&s) == 0);
  KeSetEvent(&s, 0, FALSE);
  for (int i = 0; i < 3; i++) KeWaitForSingleObject(&done[i], Executive, KernelMode, FALSE, NULL);
  g_Through = 0;
  KeClearEvent(&n);
  StartWaiters(&n, 3, done);
  KePulseEvent(&n, 0, FALSE);
  for (int i = 0; i < 3; i++) KeWaitForSingleObject(&done[i], Executive, KernelMode, FALSE, NULL);
  FACT("scheduler 8 KePulseEvent: set, release current waiters, clear", g_Through == 3 && KeReadStateEvent(&n) == 0);
  KeSetEvent(&n, 0, FALSE);
  FACT("scheduler 8 KePulseEvent of a set event: it is clear afterwards", KePulseEvent(&n, 0, FALSE) == 1 && KeReadStateEvent(&n) == 0);
  KIRQL old;
  KeRaiseIrql(HIGH_LEVEL, &old);
  KeInitializeEvent(&n, NotificationEvent, TRUE);
  FACT_EQ("scheduler 8 KeInitializeEvent: any IRQL", n.Header.SignalState, 1);
  KeLowerIrql(old);
  old = KeRaiseIrqlToDpcLevel();
  FACT_EQ("scheduler 6 KeSetEvent Wait = FALSE at DISPATCH_LEVEL", KeSetEvent(&n, 0, FALSE), 1);
  KeLowerIrql(old);
}

NTSTATUS DriverEntry(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath) {
  UNREFERENCED_PARAMETER(DriverObject);
  UNREFERENCED_PARAMETER(RegistryPath);
  LARGE_INTEGER zero = {0}, ten;
  ten.QuadPart = -100000;
  KeInitializeEvent(&g_Go, NotificationEvent, FALSE);
  KeInitializeEvent(&g_Done, SynchronizationEvent, FALSE);
  KeInitializeEvent(&g_Ready, SynchronizationEvent, FALSE);

  CHECK_EQ(KeReadStateEvent(&g_Go), 0);
  FACT_EQ("scheduler 8 KeSetEvent: previous state, 0 = was clear", KeSetEvent(&g_Done, 0, FALSE), 0);
  FACT_EQ("scheduler 8 KeSetEvent: previous state of a set event", KeSetEvent(&g_Done, 0, FALSE), 1);
  CHECK_EQ(KeWaitForSingleObject(&g_Done, Executive, KernelMode, FALSE, &zero), STATUS_SUCCESS);
  CHECK_EQ(KeWaitForSingleObject(&g_Done, Executive, KernelMode, FALSE, &zero), STATUS_TIMEOUT);
  LARGE_INTEGER before, after;
  KeQuerySystemTimePrecise(&before);
  CHECK_EQ(KeWaitForSingleObject(&g_Done, Executive, KernelMode, FALSE, &ten), STATUS_TIMEOUT);
  KeQuerySystemTimePrecise(&after);
  CHECK(after.QuadPart - before.QuadPart >= 100000);
  CHECK(after.QuadPart - before.QuadPart <= 100000 + 2 * 156250);

  for (LONG i = 0; i < 3; i++) {
    TestStartThread(Waiter, (PVOID)(LONG_PTR)i, 8, NULL);
    KeWaitForSingleObject(&g_Ready, Executive, KernelMode, FALSE, NULL);
    KeDelayExecutionThread(KernelMode, FALSE, &ten);
  }
  CHECK_EQ(KeSetEvent(&g_Go, 0, FALSE), 0);
  KeWaitForSingleObject(&g_Done, Executive, KernelMode, FALSE, NULL);
  CHECK_EQ(g_Woken, 3);
  CHECK_EQ(KeReadStateEvent(&g_Go), 1);
  CHECK_EQ(KeResetEvent(&g_Go), 1);
  KeClearEvent(&g_Go);

  KEVENT a, b;
  KeInitializeEvent(&a, SynchronizationEvent, TRUE);
  KeInitializeEvent(&b, SynchronizationEvent, FALSE);
  PVOID objects[2] = {&a, &b};
  CHECK_EQ(KeWaitForMultipleObjects(2, objects, WaitAll, Executive, KernelMode, FALSE, &zero, NULL), STATUS_TIMEOUT);
  CHECK_EQ(KeReadStateEvent(&a), 1);
  KeSetEvent(&b, 0, FALSE);
  CHECK_EQ(KeWaitForMultipleObjects(2, objects, WaitAll, Executive, KernelMode, FALSE, NULL, NULL), STATUS_SUCCESS);
  CHECK_EQ(KeReadStateEvent(&a) + KeReadStateEvent(&b), 0);
  KeSetEvent(&b, 0, FALSE);
  CHECK_EQ(KeWaitForMultipleObjects(2, objects, WaitAny, Executive, KernelMode, FALSE, NULL, NULL), STATUS_WAIT_1);
  Kinds();
  DbgPrint("event done %d\n", g_Failures);
  return RESULT();
}

BAD(SetNullEvent, 0xA, 0) {
  EXPECT_STOP("bugchecks 1 0xA: bad KEVENT pointer given to a Ke routine", 0xA, 0, DISPATCH_LEVEL, 1, ANY);
  return KeSetEvent(NULL, 0, FALSE);
}
BAD(PagedEvent, 0xA, -1) {
  PKEVENT e = ExAllocatePoolWithTag(PagedPool, sizeof *e, 'evEp');
  KeInitializeEvent(e, NotificationEvent, FALSE);
  KeSetEvent(e, 0, FALSE);
  return STATUS_SUCCESS;
}
