// Waiting itself: results, timeouts, limits, WaitAll and WaitAny, alerts, who is released first, kernel APCs during a wait, what stands in the wait blocks.
#include "check.h"
LONG g_Failures;

typedef struct _WAITER {
  ULONG Count;
  WAIT_TYPE Type;
  KPROCESSOR_MODE Mode;
  BOOLEAN Alertable;
  BOOLEAN Apcs;               // outside a critical region
  PLARGE_INTEGER Timeout;
  PVOID Objects[6];
  KWAIT_BLOCK Blocks[6];
  BOOLEAN UseBlocks;
  PKTHREAD Thread;
  KEVENT Ready, Done;
  NTSTATUS Status;
  LONG Place;                 // in the order of release
} WAITER;
static LONG g_Released;
static LARGE_INTEGER g_Zero;

static VOID Wait(PVOID Context) {
  WAITER *w = Context;
  w->Thread = KeGetCurrentThread();
  KeSetEvent(&w->Ready, 0, FALSE);
  if (w->Count == 1)
    w->Status = KeWaitForSingleObject(w->Objects[0], Executive, w->Mode, w->Alertable, w->Timeout);
  else
    w->Status = KeWaitForMultipleObjects(w->Count, w->Objects, w->Type, Executive, w->Mode, w->Alertable, w->Timeout, w->UseBlocks ? w->Blocks : NULL);
  w->Place = InterlockedIncrement(&g_Released);
}

// Starts the thread and comes back when it waits: its event was set before, and this thread has slept for a tick.
static VOID Start(WAITER *w, LONG Priority) {
  KeInitializeEvent(&w->Ready, NotificationEvent, FALSE);
  KeInitializeEvent(&w->Done, NotificationEvent, FALSE);
  w->Status = -1;
  w->Place = 0;
  TestStartThread(Wait, w, Priority, &w->Done);
  KeWaitForSingleObject(&w->Ready, Executive, KernelMode, FALSE, NULL);
  SleepMs(40);
}
static NTSTATUS Finish(WAITER *w) {
  KeWaitForSingleObject(&w->Done, Executive, KernelMode, FALSE, NULL);
  return w->Status;
}

static VOID Timeouts(VOID) {
  KEVENT e;
  LARGE_INTEGER t, before, after;
  KeInitializeEvent(&e, NotificationEvent, FALSE);
  FACT_EQ("scheduler 7 Timeout 0 = test, no wait: STATUS_TIMEOUT", KeWaitForSingleObject(&e, Executive, KernelMode, FALSE, &g_Zero), STATUS_TIMEOUT);
  t.QuadPart = -300000;
  KeQuerySystemTimePrecise(&before);
  FACT_EQ("scheduler 7 Timeout negative = relative", KeWaitForSingleObject(&e, Executive, KernelMode, FALSE, &t), STATUS_TIMEOUT);
  KeQuerySystemTimePrecise(&after);
  FACT("scheduler 7 relative timeout: not earlier, in 100 ns units", after.QuadPart - before.QuadPart >= 300000);
  FACT("scheduler 7 relative timeout: at a clock tick after it", after.QuadPart - before.QuadPart < 300000 + 3 * 156250);
  KeQuerySystemTimePrecise(&before);
  t.QuadPart = before.QuadPart + 300000;
  FACT_EQ("scheduler 7 Timeout positive = absolute system time", KeWaitForSingleObject(&e, Executive, KernelMode, FALSE, &t), STATUS_TIMEOUT);
  KeQuerySystemTimePrecise(&after);
  FACT("scheduler 7 absolute timeout: not before that time", after.QuadPart >= t.QuadPart && after.QuadPart < t.QuadPart + 3 * 156250);
  t.QuadPart = 1;
  KeQuerySystemTimePrecise(&before);
  FACT_EQ("scheduler 7 absolute in the past = immediate", KeWaitForSingleObject(&e, Executive, KernelMode, FALSE, &t), STATUS_TIMEOUT);
  KeQuerySystemTimePrecise(&after);
  FACT("scheduler 7 absolute in the past: no tick passes", after.QuadPart - before.QuadPart < 100000);
  KeSetEvent(&e, 0, FALSE);
  FACT_EQ("scheduler 7 a signalled object satisfies a wait whose timeout has passed", KeWaitForSingleObject(&e, Executive, KernelMode, FALSE, &t), STATUS_SUCCESS);
  KIRQL old = KeRaiseIrqlToDpcLevel();
  FACT_EQ("scheduler 7 Timeout 0 is permitted at DISPATCH_LEVEL", KeWaitForSingleObject(&e, Executive, KernelMode, FALSE, &g_Zero), STATUS_SUCCESS);
  KeLowerIrql(old);
  t.QuadPart = -200000;
  KeQuerySystemTimePrecise(&before);
  FACT_EQ("scheduler 7 KeDelayExecutionThread returns SUCCESS when the interval elapsed", KeDelayExecutionThread(KernelMode, FALSE, &t), STATUS_SUCCESS);
  KeQuerySystemTimePrecise(&after);
  CHECK(after.QuadPart - before.QuadPart >= 200000);
  FACT_EQ("scheduler 7 KeDelayExecutionThread interval 0 = yield", KeDelayExecutionThread(KernelMode, FALSE, &g_Zero), STATUS_SUCCESS);
}

static VOID Multiple(VOID) {
  KEVENT e[6];
  KSEMAPHORE s;
  KMUTEX m;
  PVOID p[64];
  static KWAIT_BLOCK blocks[64];
  static KEVENT many[64];
  KeInitializeSemaphore(&s, 2, 5);
  KeInitializeMutex(&m, 0);
  for (int i = 0; i < 6; i++) KeInitializeEvent(&e[i], SynchronizationEvent, FALSE);
  PVOID three[3] = {&e[0], &e[1], &e[2]};
  KeSetEvent(&e[1], 0, FALSE);
  KeSetEvent(&e[2], 0, FALSE);
  FACT_EQ("scheduler 7 WaitAny: lowest index signalled", KeWaitForMultipleObjects(3, three, WaitAny, Executive, KernelMode, FALSE, &g_Zero, NULL), STATUS_WAIT_0 + 1);
  FACT("scheduler 7 WaitAny: only the object that satisfied changes state", KeReadStateEvent(&e[1]) == 0 && KeReadStateEvent(&e[2]) != 0);
  FACT_EQ("scheduler 7 WaitAny: index of the next", KeWaitForMultipleObjects(3, three, WaitAny, Executive, KernelMode, FALSE, &g_Zero, NULL), STATUS_WAIT_2);
  FACT_EQ("scheduler 7 WaitAny: none signalled", KeWaitForMultipleObjects(3, three, WaitAny, Executive, KernelMode, FALSE, &g_Zero, NULL), STATUS_TIMEOUT);
  PVOID all[3] = {&e[0], &s, &m};
  FACT_EQ("scheduler 7 WaitAll: not satisfied while one is not signalled", KeWaitForMultipleObjects(3, all, WaitAll, Executive, KernelMode, FALSE, &g_Zero, NULL), STATUS_TIMEOUT);
  FACT("scheduler 7 WaitAll: no object's state is changed until then", KeReadStateSemaphore(&s) == 2 && KeReadStateMutex(&m) == 1);
  KeSetEvent(&e[0], 0, FALSE);
  FACT_EQ("scheduler 7 WaitAll: STATUS_SUCCESS", KeWaitForMultipleObjects(3, all, WaitAll, Executive, KernelMode, FALSE, &g_Zero, NULL), STATUS_SUCCESS);
  FACT("scheduler 7 WaitAll: all objects change state at once", KeReadStateEvent(&e[0]) == 0 && KeReadStateSemaphore(&s) == 1 && KeReadStateMutex(&m) == 0);
  KeReleaseMutex(&m, FALSE);
  HEADER("scheduler 7 WAIT_TYPE WaitAll 0", WaitAll == 0);
  HEADER("scheduler 7 WAIT_TYPE WaitAny 1", WaitAny == 1);
  HEADER("scheduler 7 WAIT_TYPE WaitNotification 2", WaitNotification == 2);
  HEADER("scheduler 7 WAIT_TYPE WaitDequeue 3", WaitDequeue == 3);
  HEADER("scheduler 7 WAIT_TYPE WaitDpc 4", WaitDpc == 4);
  for (int i = 0; i < 64; i++) {
    KeInitializeEvent(&many[i], NotificationEvent, FALSE);
    p[i] = &many[i];
  }
  KeSetEvent(&many[63], 0, FALSE);
  FACT_EQ("scheduler 7 64 objects with a wait block array", KeWaitForMultipleObjects(64, p, WaitAny, Executive, KernelMode, FALSE, NULL, blocks), STATUS_WAIT_63);
}

// WaitAll does not take one object while it waits for the other: a second thread gets it meanwhile.
static VOID NoPartial(VOID) {
  static WAITER w;
  KEVENT a, b;
  KeInitializeEvent(&a, SynchronizationEvent, TRUE);
  KeInitializeEvent(&b, SynchronizationEvent, FALSE);
  w.Count = 2;
  w.Type = WaitAll;
  w.Objects[0] = &a;
  w.Objects[1] = &b;
  Start(&w, 10);
  FACT("scheduler 7 WaitAll: no partial acquisition while it waits", KeReadStateEvent(&a) == 1 && w.Status == -1);
  FACT_EQ("scheduler 7 WaitAll: another thread may take the object meanwhile", KeWaitForSingleObject(&a, Executive, KernelMode, FALSE, &g_Zero), STATUS_SUCCESS);
  KeSetEvent(&b, 0, FALSE);
  SleepMs(40);
  FACT("scheduler 7 WaitAll: satisfied only when all are signalled at the same time", w.Status == -1 && KeReadStateEvent(&b) == 1);
  KeSetEvent(&a, 0, FALSE);
  FACT_EQ("scheduler 7 WaitAll: then it is", Finish(&w), STATUS_SUCCESS);
  FACT("scheduler 7 WaitAll: both are taken", KeReadStateEvent(&a) == 0 && KeReadStateEvent(&b) == 0);
}

// What a debugger reads of a thread that waits (KWAIT_BLOCK and DISPATCHER_HEADER).
static VOID Blocks(VOID) {
  static WAITER w;
  KEVENT e[4];
  for (int i = 0; i < 4; i++) KeInitializeEvent(&e[i], SynchronizationEvent, FALSE);
  HEADER("scheduler 8 DISPATCHER_HEADER: Type 0, Size in ULONGs at 2, SignalState at 4, WaitListHead at 8", FIELD_OFFSET(DISPATCHER_HEADER, Type) == 0 && FIELD_OFFSET(DISPATCHER_HEADER, Size) == 2 && FIELD_OFFSET(DISPATCHER_HEADER, SignalState) == 4 && FIELD_OFFSET(DISPATCHER_HEADER, WaitListHead) == 8 && sizeof(DISPATCHER_HEADER) == 0x18);
  FACT_EQ("scheduler 8 KEVENT Size in ULONGs", e[0].Header.Size, sizeof(KEVENT) / 4);
  FACT("scheduler 8 WaitListHead is empty without waiters", IsListEmpty(&e[0].Header.WaitListHead));
  w.Count = 4;
  w.Type = WaitAny;
  w.UseBlocks = TRUE;
  for (int i = 0; i < 4; i++) w.Objects[i] = &e[i];
  Start(&w, 10);
  FACT("scheduler 7 WaitBlockArray holds the object of each index", w.Blocks[0].Object == &e[0] && w.Blocks[3].Object == &e[3]);
  FACT("scheduler 7 KWAIT_BLOCK: thread, key and wait type", w.Blocks[2].Thread == w.Thread && w.Blocks[2].WaitKey == 2 && w.Blocks[2].WaitType == WaitAny);
  FACT("scheduler 8 the block is on the object's WaitListHead", e[2].Header.WaitListHead.Flink == &w.Blocks[2].WaitListEntry);
  KeSetEvent(&e[3], 0, FALSE);
  FACT_EQ("scheduler 7 the index is in the low six bits of the status", Finish(&w) & 0x3F, 3);
  FACT("scheduler 7 a wait that ends takes its blocks off every object", IsListEmpty(&e[0].Header.WaitListHead) && IsListEmpty(&e[2].Header.WaitListHead));
  w.Count = 2;
  Start(&w, 10);
  FACT("scheduler 7 a WaitBlockArray is used for few objects too", e[1].Header.WaitListHead.Flink == &w.Blocks[1].WaitListEntry);
  KeSetEvent(&e[1], 0, FALSE);
  CHECK_EQ(Finish(&w), STATUS_WAIT_1);
}

static VOID Order(VOID) {
  static WAITER w[4];
  KEVENT e;
  KeInitializeEvent(&e, SynchronizationEvent, FALSE);
  g_Released = 0;
  LONG priority[3] = {9, 14, 11};
  for (int i = 0; i < 3; i++) {
    w[i].Count = 1;
    w[i].Objects[0] = &e;
    Start(&w[i], priority[i]);
  }
  for (int i = 0; i < 3; i++) {
    KeSetEvent(&e, 0, FALSE);
    SleepMs(40);
    FACT_EQ("scheduler 7 waiters are released in FIFO order of queuing, whatever their priority", w[i].Place, i + 1);
  }
  for (int i = 0; i < 3; i++) Finish(&w[i]);
  FACT_EQ("scheduler 8 a synchronization event releases one waiter and is clear again", KeReadStateEvent(&e), 0);
}

static LONG g_ApcRan, g_NormalRan;
static KIRQL g_ApcIrql, g_NormalIrql;
static VOID ApcNormal(PVOID Context, PVOID A1, PVOID A2) {
  UNREFERENCED_PARAMETER(Context);
  UNREFERENCED_PARAMETER(A1);
  UNREFERENCED_PARAMETER(A2);
  g_NormalIrql = KeGetCurrentIrql();
  g_NormalRan++;
}
static VOID ApcKernel(PKAPC Apc, PKNORMAL_ROUTINE *Normal, PVOID *Context, PVOID *A1, PVOID *A2) {
  UNREFERENCED_PARAMETER(Apc);
  UNREFERENCED_PARAMETER(Normal);
  UNREFERENCED_PARAMETER(Context);
  UNREFERENCED_PARAMETER(A1);
  UNREFERENCED_PARAMETER(A2);
  g_ApcIrql = KeGetCurrentIrql();
  g_ApcRan++;
}

static VOID Apcs(VOID) {
  static WAITER w[2];
  static KAPC apc;
  KEVENT e;
  KeInitializeEvent(&e, SynchronizationEvent, FALSE);
  g_Released = 0;
  for (int i = 0; i < 2; i++) {
    w[i].Count = 1;
    w[i].Objects[0] = &e;
    Start(&w[i], 10);
  }
  KeInitializeApc(&apc, w[0].Thread, OriginalApcEnvironment, ApcKernel, NULL, ApcNormal, KernelMode, NULL);
  CHECK(KeInsertQueueApc(&apc, NULL, NULL, 0));
  SleepMs(40);
  FACT("scheduler 7 a kernel APC runs during the wait", g_ApcRan == 1 && g_NormalRan == 1 && g_ApcIrql == APC_LEVEL && g_NormalIrql == PASSIVE_LEVEL);
  FACT_EQ("scheduler 7 and the wait resumes, not visible to the caller", w[0].Status, -1);
  KeSetEvent(&e, 0, FALSE);
  SleepMs(40);
  FACT("scheduler 7 a kernel APC makes the thread re-queue at the tail", w[1].Place == 1 && w[0].Place == 0);
  // a pulse while the thread is busy in its APC would be missed; set once more
  KeSetEvent(&e, 0, FALSE);
  FACT_EQ("scheduler 7 the resumed wait is satisfied later", Finish(&w[0]), STATUS_SUCCESS);
  Finish(&w[1]);
}

static VOID Alerts(VOID) {
  static WAITER w;
  KEVENT e;
  KeInitializeEvent(&e, SynchronizationEvent, FALSE);
  w.Count = 1;
  w.Objects[0] = &e;
  w.Alertable = TRUE;
  w.Mode = KernelMode;
  Start(&w, 10);
  KeAlertThread(w.Thread, KernelMode);
  FACT_EQ("scheduler 7 (TRUE, Kernel): an alert breaks the wait", Finish(&w), STATUS_ALERTED);
  w.Alertable = FALSE;
  Start(&w, 10);
  KeAlertThread(w.Thread, KernelMode);
  SleepMs(40);
  FACT_EQ("scheduler 7 (FALSE, Kernel): never broken", w.Status, -1);
  KeSetEvent(&e, 0, FALSE);
  FACT_EQ("scheduler 7 (FALSE, Kernel): only its object ends it", Finish(&w), STATUS_SUCCESS);
  KeAlertThread(KeGetCurrentThread(), KernelMode);
  FACT_EQ("scheduler 7 an alert before the wait breaks it", KeWaitForSingleObject(&e, Executive, KernelMode, TRUE, NULL), STATUS_ALERTED);
  LARGE_INTEGER t;
  t.QuadPart = -100000;
  FACT_EQ("scheduler 7 an alert is used up by the wait that it breaks", KeWaitForSingleObject(&e, Executive, KernelMode, TRUE, &t), STATUS_TIMEOUT);
  KeAlertThread(KeGetCurrentThread(), KernelMode);
  KeSetEvent(&e, 0, FALSE);
  FACT_EQ("scheduler 7 a signalled object comes before an alert", KeWaitForSingleObject(&e, Executive, KernelMode, TRUE, NULL), STATUS_SUCCESS);
  FACT_EQ("scheduler 7 KeDelayExecutionThread returns ALERTED", KeDelayExecutionThread(KernelMode, TRUE, &t), STATUS_ALERTED);
}

// Wait = TRUE: nothing comes between the release and the wait.
static VOID WaitNext(VOID) {
  KEVENT a, b;
  KSEMAPHORE s;
  KMUTEX m;
  LARGE_INTEGER t;
  t.QuadPart = -100000;
  KeInitializeEvent(&a, NotificationEvent, FALSE);
  KeInitializeEvent(&b, NotificationEvent, FALSE);
  KeInitializeSemaphore(&s, 0, 1);
  KeInitializeMutex(&m, 0);
  CHECK_EQ(KeSetEvent(&a, 0, TRUE), 0);
  FACT_EQ("scheduler 6 KeSetEvent Wait = TRUE: dispatcher lock stays held until the wait", KeGetCurrentIrql(), DISPATCH_LEVEL);
  FACT_EQ("scheduler 6 the wait that follows at once", KeWaitForSingleObject(&b, Executive, KernelMode, FALSE, &t), STATUS_TIMEOUT);
  FACT_EQ("scheduler 6 the wait ends it: IRQL is as before", KeGetCurrentIrql(), PASSIVE_LEVEL);
  KeReleaseSemaphore(&s, 0, 1, TRUE);
  FACT("scheduler 6 KeReleaseSemaphore Wait = TRUE", KeGetCurrentIrql() == DISPATCH_LEVEL && KeWaitForSingleObject(&s, Executive, KernelMode, FALSE, NULL) == STATUS_SUCCESS);
  KeWaitForSingleObject(&m, Executive, KernelMode, FALSE, NULL);
  KeReleaseMutex(&m, TRUE);
  PVOID both[2] = {&a, &m};
  FACT_EQ("scheduler 6 KeReleaseMutex Wait = TRUE", KeWaitForMultipleObjects(2, both, WaitAll, Executive, KernelMode, FALSE, NULL, NULL), STATUS_SUCCESS);
  CHECK_EQ(KeGetCurrentIrql(), PASSIVE_LEVEL);
  KeReleaseMutex(&m, FALSE);
}

TEST_ENTRY {
  Timeouts();
  Multiple();
  NoPartial();
  Blocks();
  Order();
  Apcs();
  Alerts();
  WaitNext();
  return RESULT();
}

static KEVENT g_Events[65];
static PVOID g_Objects[65];
static KWAIT_BLOCK g_Blocks[65];
static VOID InitAll(VOID) {
  for (int i = 0; i < 65; i++) {
    KeInitializeEvent(&g_Events[i], NotificationEvent, TRUE);
    g_Objects[i] = &g_Events[i];
  }
}
BAD(FourWithoutBlocks, 0xC, 0) {
  InitAll();
  EXPECT_STOP("bugchecks 5 0xC: Count > 3 without wait block array", 0xC, 0, 0, 0, 0);
  return KeWaitForMultipleObjects(4, g_Objects, WaitAny, Executive, KernelMode, FALSE, NULL, NULL);
}
BAD(SixtyFive, 0xC, 0) {
  InitAll();
  EXPECT_STOP("bugchecks 5 0xC: Count > 64 with wait block array", 0xC, 0, 0, 0, 0);
  return KeWaitForMultipleObjects(65, g_Objects, WaitAny, Executive, KernelMode, FALSE, NULL, g_Blocks);
}
BAD(WaitNextAtDispatch, 0xC4, 0x20016) {
  InitAll();
  KeRaiseIrqlToDpcLevel();
  EXPECT_STOP("scheduler 6 KeSetEvent with Wait = TRUE only at APC_LEVEL or below", 0xC4, 0x20016, ANY, DISPATCH_LEVEL, 0);
  return KeSetEvent(&g_Events[0], 0, TRUE);
}
BAD(WaitOnNothing, 0xA, -1) {
  static UCHAR bytes[64];
  RtlFillMemory(bytes, 64, 0x55);
  EXPECT_STOP("bugchecks 1 0xA: a pointer to no dispatcher object", 0xA, bytes, DISPATCH_LEVEL, 0, ANY);
  return KeWaitForSingleObject(bytes, Executive, KernelMode, FALSE, NULL);
}
BAD(WaitInDpc, 0xB8, -1) {
  InitAll();
  KeClearEvent(&g_Events[0]);
  static KDPC dpc;
  extern KDEFERRED_ROUTINE BlockingDpc;
  KeInitializeDpc(&dpc, BlockingDpc, NULL);
  EXPECT_STOP("bugchecks 2 0xB8: wait attempted inside a DPC", 0xB8, ANY, ANY, ANY, 0);
  KeInsertQueueDpc(&dpc, NULL, NULL);
  SleepMs(100);
  return STATUS_SUCCESS;
}
VOID BlockingDpc(PKDPC Dpc, PVOID Context, PVOID A1, PVOID A2) {
  UNREFERENCED_PARAMETER(Dpc);
  UNREFERENCED_PARAMETER(Context);
  UNREFERENCED_PARAMETER(A1);
  UNREFERENCED_PARAMETER(A2);
  KeWaitForSingleObject(&g_Events[0], Executive, KernelMode, FALSE, NULL);
}
BAD(UserModeWaitOnStack, 0xC4, 0x123) {
  KEVENT event;
  KeInitializeEvent(&event, NotificationEvent, FALSE);
  EXPECT_STOP("bugchecks 8 0x123: UserMode wait on an object on the kernel stack", 0xC4, 0x123, &event, 0, 0);
  KeWaitForSingleObject(&event, Executive, UserMode, FALSE, NULL);
  return STATUS_SUCCESS;
}
