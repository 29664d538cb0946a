// Executive work items: queues and priorities, context of the routine, reuse inside it, order, wrong states after it, wrong uses.
#include "check.h"
LONG g_Failures;
static WORK_QUEUE_ITEM g_Item, g_Again, g_Items[8];
static KEVENT g_Done, g_Blocked;
static volatile LONG g_Runs, g_Priority, g_Order[8], g_Next;
static PKTHREAD g_Worker;

static VOID Work(PVOID Context) {
  CHECK(Context == (PVOID)&g_Runs);
  FACT_EQ("scheduler 15 run: at PASSIVE_LEVEL", KeGetCurrentIrql(), PASSIVE_LEVEL);
  FACT("scheduler 15 run: no APC disable", !KeAreApcsDisabled());
  if (++g_Runs < 3) ExQueueWorkItem(&g_Again, DelayedWorkQueue);
  else KeSetEvent(&g_Done, 0, FALSE);
}
static VOID Note(PVOID Context) {
  g_Worker = KeGetCurrentThread();
  g_Priority = KeQueryPriorityThread(KeGetCurrentThread());
  g_Order[g_Next++ & 7] = (LONG)(LONG_PTR)Context;
  KeSetEvent(&g_Done, 0, FALSE);
}
static VOID SelfFree(PVOID Context) {
  ExFreePoolWithTag(Context, 'kroW'); // the item: dequeued before its routine is called
  KeSetEvent(&g_Done, 0, FALSE);
}
static VOID Blocks(PVOID Context) {
  UNREFERENCED_PARAMETER(Context);
  KeWaitForSingleObject(&g_Blocked, Executive, KernelMode, FALSE, NULL);
  KeSetEvent(&g_Done, 0, FALSE);
}
static VOID ChangesPriority(PVOID Context) {
  UNREFERENCED_PARAMETER(Context);
  KeSetPriorityThread(KeGetCurrentThread(), 3);
  KeSetEvent(&g_Done, 0, FALSE);
}

static LONG PriorityOf(ULONG Queue) {
  ExInitializeWorkItem(&g_Item, Note, NULL);
  ExQueueWorkItem(&g_Item, (WORK_QUEUE_TYPE)Queue);
  KeWaitForSingleObject(&g_Done, Executive, KernelMode, FALSE, NULL);
  SleepMs(10);
  return g_Priority;
}

TEST_ENTRY {
  KIRQL irql;
  KeInitializeEvent(&g_Done, SynchronizationEvent, FALSE);
  KeInitializeEvent(&g_Blocked, NotificationEvent, FALSE);
  ExInitializeWorkItem(&g_Item, Work, (PVOID)&g_Runs);
  HEADER("scheduler 15 WORK_QUEUE_ITEM: 0x20 bytes", sizeof(WORK_QUEUE_ITEM) == 0x20);
  FACT("scheduler 15 WORK_QUEUE_ITEM: List at 0, zero after ExInitializeWorkItem", *(PVOID *)&g_Item == NULL);
  FACT("scheduler 15 WORK_QUEUE_ITEM: WorkerRoutine at 0x10", *(PVOID *)((UCHAR *)&g_Item + 0x10) == (PVOID)Work);
  FACT("scheduler 15 WORK_QUEUE_ITEM: Parameter at 0x18", *(PVOID *)((UCHAR *)&g_Item + 0x18) == (PVOID)&g_Runs);
  ExInitializeWorkItem(&g_Again, Work, (PVOID)&g_Runs);
  irql = KeRaiseIrqlToDpcLevel();
  ExQueueWorkItem(&g_Item, CriticalWorkQueue);
  KeLowerIrql(irql);
  FACT_EQ("scheduler 18 ExQueueWorkItem: at DISPATCH_LEVEL", KeWaitForSingleObject(&g_Done, Executive, KernelMode, FALSE, NULL), STATUS_SUCCESS);
  FACT_EQ("scheduler 15 item state: dequeued before the routine is called, may be queued again in it", g_Runs, 3);
  PWORK_QUEUE_ITEM item = ExAllocatePoolWithTag(NonPagedPoolNx, sizeof *item, 'kroW');
  ExInitializeWorkItem(item, SelfFree, item);
  ExQueueWorkItem(item, DelayedWorkQueue);
  FACT_EQ("scheduler 15 item state: may be freed in the routine", KeWaitForSingleObject(&g_Done, Executive, KernelMode, FALSE, NULL), STATUS_SUCCESS);

  HEADER("scheduler 15 WORK_QUEUE_TYPE: CriticalWorkQueue 0", CriticalWorkQueue == 0);
  HEADER("scheduler 15 WORK_QUEUE_TYPE: DelayedWorkQueue 1", DelayedWorkQueue == 1);
  HEADER("scheduler 15 WORK_QUEUE_TYPE: HyperCriticalWorkQueue 2", HyperCriticalWorkQueue == 2);
  HEADER("scheduler 15 WORK_QUEUE_TYPE: NormalWorkQueue 3", NormalWorkQueue == 3);
  HEADER("scheduler 15 WORK_QUEUE_TYPE: BackgroundWorkQueue 4", BackgroundWorkQueue == 4);
  HEADER("scheduler 15 WORK_QUEUE_TYPE: RealTimeWorkQueue 5", RealTimeWorkQueue == 5);
  HEADER("scheduler 15 WORK_QUEUE_TYPE: SuperCriticalWorkQueue 6", SuperCriticalWorkQueue == 6);
  HEADER("scheduler 15 WORK_QUEUE_TYPE: MaximumWorkQueue 7", MaximumWorkQueue == 7);
  HEADER("scheduler 15 WORK_QUEUE_TYPE: CustomPriorityWorkQueue 32", CustomPriorityWorkQueue == 32);
  // the signal of the wait that ended carries no boost, so the current priority is the queue's
  FACT_EQ("scheduler 15 CriticalWorkQueue: thread priority 13", PriorityOf(CriticalWorkQueue), 13);
  FACT_EQ("scheduler 15 DelayedWorkQueue: thread priority 12", PriorityOf(DelayedWorkQueue), 12);
  FACT_EQ("scheduler 15 HyperCriticalWorkQueue: thread priority 15", PriorityOf(HyperCriticalWorkQueue), 15);
  FACT_EQ("scheduler 15 NormalWorkQueue: thread priority 8", PriorityOf(NormalWorkQueue), 8);
  FACT_EQ("scheduler 15 BackgroundWorkQueue: thread priority 7", PriorityOf(BackgroundWorkQueue), 7);
  FACT_EQ("scheduler 15 RealTimeWorkQueue: thread priority 18", PriorityOf(RealTimeWorkQueue), 18);
  FACT_EQ("scheduler 15 SuperCriticalWorkQueue: thread priority 14", PriorityOf(SuperCriticalWorkQueue), 14);
  for (ULONG p = 1; p < 17; p += 5) FACT_EQ("scheduler 15 CustomPriorityWorkQueue + n: thread priority n", PriorityOf(CustomPriorityWorkQueue + p), p);
  ExInitializeWorkItem(&g_Item, ChangesPriority, NULL);
  ExQueueWorkItem(&g_Item, NormalWorkQueue);
  KeWaitForSingleObject(&g_Done, Executive, KernelMode, FALSE, NULL);
  SleepMs(10);
  CHECK_EQ(PriorityOf(NormalWorkQueue), 8);

  // one worker: first in first out
  g_Next = 0;
  irql = KeRaiseIrqlToDpcLevel();
  for (LONG i = 0; i < 8; i++) {
    ExInitializeWorkItem(&g_Items[i], Note, (PVOID)(LONG_PTR)i);
    ExQueueWorkItem(&g_Items[i], NormalWorkQueue);
  }
  KeLowerIrql(irql);
  SleepMs(40);
  FACT_EQ("scheduler 15 queue: every item runs once", g_Next, 8);
  for (LONG i = 0; i < 8; i++) FACT_EQ("scheduler 15 queue: first in first out", g_Order[i], i);

  // all workers of the queue blocked: the next item waits for one that the balance manager adds
  LARGE_INTEGER before, after, none = {0};
  KeClearEvent(&g_Done);
  for (LONG i = 0; i < 4; i++) {
    ExInitializeWorkItem(&g_Items[i], Blocks, NULL);
    ExQueueWorkItem(&g_Items[i], BackgroundWorkQueue);
  }
  SleepMs(20);
  ExInitializeWorkItem(&g_Item, Note, (PVOID)5);
  KeQueryTickCount(&before);
  ExQueueWorkItem(&g_Item, BackgroundWorkQueue);
  SleepMs(20);
  FACT_EQ("scheduler 15 threads: an item waits while all workers of its queue are blocked", KeWaitForSingleObject(&g_Done, Executive, KernelMode, FALSE, &none), STATUS_TIMEOUT);
  KeWaitForSingleObject(&g_Done, Executive, KernelMode, FALSE, NULL);
  KeQueryTickCount(&after);
  FACT("scheduler 15 threads: a queue without progress gets a worker more, looked at once a second", after.QuadPart - before.QuadPart >= 32);
  FACT("scheduler 15 threads: other queues are not held up", PriorityOf(DelayedWorkQueue) == 12);
  KeSetEvent(&g_Blocked, 0, FALSE);
  SleepMs(100);
  return RESULT();
}

static VOID Raised(PVOID Context) { UNREFERENCED_PARAMETER(Context); KeRaiseIrqlToDpcLevel(); }
static VOID Critical(PVOID Context) { UNREFERENCED_PARAMETER(Context); KeEnterCriticalRegion(); }
static VOID OwnsMutex(PVOID Context) { KeWaitForSingleObject(Context, Executive, KernelMode, FALSE, NULL); }
static VOID BlocksQueue(PVOID Context) { UNREFERENCED_PARAMETER(Context); while (!g_Runs) SleepMs(10); }
static VOID Nothing(PVOID Context) { UNREFERENCED_PARAMETER(Context); }
static VOID Fault(PVOID Context) { *(LONG *)Context = 1; }

static NTSTATUS Run(PWORKER_THREAD_ROUTINE Routine, PVOID Context) {
  ExInitializeWorkItem(&g_Item, Routine, Context);
  ExQueueWorkItem(&g_Item, DelayedWorkQueue);
  SleepMs(50);
  return STATUS_SUCCESS;
}
static VOID Guarded(PVOID Context) { UNREFERENCED_PARAMETER(Context); KeEnterGuardedRegion(); }
BAD(ReturnsRaised, 0xE1, -1) {
  EXPECT_STOP("bugchecks 4 0xE1: returned at DISPATCH_LEVEL", 0xE1, Raised, DISPATCH_LEVEL, 7, &g_Item);
  return Run(Raised, (PVOID)7);
}
BAD(ReturnsInRegion, 0x1, -1) {
  EXPECT_STOP("bugchecks 3 0x1: return from a worker routine in a critical region, P4 = 1", 0x1, Critical, 0, 0xFFFF, 1);
  return Run(Critical, NULL);
}
BAD(ReturnsInGuardedRegion, 0x1, -1) {
  EXPECT_STOP("bugchecks 3 0x1: CombinedApcDisable of a guarded region", 0x1, Guarded, 0, 0xFFFF0000, 1);
  return Run(Guarded, NULL);
}
BAD(ReturnsOwning, 0x39, -1) {
  static KMUTEX m;
  KeInitializeMutex(&m, 0);
  EXPECT_STOP("bugchecks 3 0x39: work item returns owning a mutex", 0x39, OwnsMutex, &m, &g_Item, 0);
  return Run(OwnsMutex, &m);
}
BAD(QueuedTwice, 0xE4, 1) {
  ExInitializeWorkItem(&g_Item, Nothing, NULL);
  ExInitializeWorkItem(&g_Again, BlocksQueue, NULL);
  ExQueueWorkItem(&g_Again, BackgroundWorkQueue); // the only worker of the queue is busy with it
  SleepMs(10);
  ExQueueWorkItem(&g_Item, BackgroundWorkQueue);
  EXPECT_STOP("bugchecks 4 0xE4: 1 = active item queued again", 0xE4, 1, &g_Item, BackgroundWorkQueue, 0);
  ExQueueWorkItem(&g_Item, BackgroundWorkQueue);
  return STATUS_SUCCESS;
}
BAD(InitialisedWhileQueued, 0x96, -1) {
  ExInitializeWorkItem(&g_Item, Nothing, NULL);
  ExInitializeWorkItem(&g_Again, BlocksQueue, NULL);
  ExQueueWorkItem(&g_Again, BackgroundWorkQueue);
  SleepMs(10);
  ExQueueWorkItem(&g_Item, BackgroundWorkQueue);
  ExInitializeWorkItem(&g_Item, Nothing, NULL);
  EXPECT_STOP("bugchecks 4 0x96: reinitialised while queued", 0x96, &g_Item, ANY, ANY, Nothing);
  g_Runs = 1;
  SleepMs(50);
  return STATUS_SUCCESS;
}
BAD(InitialisedAndQueuedAgain, 0xE4, 1) {
  ExInitializeWorkItem(&g_Item, Nothing, NULL);
  ExInitializeWorkItem(&g_Again, BlocksQueue, NULL);
  ExQueueWorkItem(&g_Again, BackgroundWorkQueue);
  SleepMs(10);
  ExQueueWorkItem(&g_Item, BackgroundWorkQueue);
  ExInitializeWorkItem(&g_Item, Nothing, NULL);
  EXPECT_STOP("scheduler 15 item state: queuing while queued is detected as 0x96 or 0xE4", 0xE4, 1, &g_Item, BackgroundWorkQueue, 0);
  ExQueueWorkItem(&g_Item, BackgroundWorkQueue);
  return STATUS_SUCCESS;
}
BAD(FreedWhileQueued, 0xE4, 0) {
  PWORK_QUEUE_ITEM item = ExAllocatePoolWithTag(NonPagedPoolNx, sizeof *item + 64, 'kroW');
  ExInitializeWorkItem(item + 1, Nothing, NULL);
  ExInitializeWorkItem(&g_Again, BlocksQueue, NULL);
  ExQueueWorkItem(&g_Again, BackgroundWorkQueue);
  SleepMs(10);
  ExQueueWorkItem(item + 1, BackgroundWorkQueue);
  EXPECT_STOP("bugchecks 4 0xE4: 0 = active item freed, with the pool's start and end", 0xE4, 0, item + 1, item, (UCHAR *)(item + 1) + 64);
  ExFreePoolWithTag(item, 'kroW');
  return STATUS_SUCCESS;
}
BAD(BadQueue, 0xE4, 6) {
  ExInitializeWorkItem(&g_Item, Nothing, NULL);
  EXPECT_STOP("bugchecks 4 0xE4: 6 = invalid queue type", 0xE4, 6, &g_Item, MaximumWorkQueue, 0);
  ExQueueWorkItem(&g_Item, MaximumWorkQueue);
  return STATUS_SUCCESS;
}
BAD(BadRoutine, 0xE4, 7) {
  ExInitializeWorkItem(&g_Item, NULL, NULL);
  EXPECT_STOP("bugchecks 4 0xE4: 7 = invalid worker routine", 0xE4, 7, &g_Item, DelayedWorkQueue, 0);
  ExQueueWorkItem(&g_Item, DelayedWorkQueue);
  return STATUS_SUCCESS;
}
BAD(FaultInWorker, 0x7E, 0xC0000005) {
  EXPECT_STOP("bugchecks 1 0x7E: unhandled exception in a worker", 0x7E, ANY, ANY, ANY, ANY);
  return Run(Fault, NULL);
}
