// KQUEUE with two servers, device queues, cache-aware run-down protection.
#include "check.h"
LONG g_Failures;
static KQUEUE g_Queue;
static KEVENT g_Done[2];
static LONG g_Served, g_Sum;
typedef struct _ITEM { LIST_ENTRY Link; LONG Value; } ITEM;
static ITEM g_Items[20];

static VOID Server(PVOID Context) {
  UNREFERENCED_PARAMETER(Context);
  for (;;) {
    PLIST_ENTRY e = KeRemoveQueue(&g_Queue, KernelMode, NULL);
    ITEM *item = CONTAINING_RECORD(e, ITEM, Link);
    if (item->Value < 0) break;
    InterlockedIncrement(&g_Served);
    InterlockedExchangeAdd(&g_Sum, item->Value);
  }
}

static KQUEUE g_Limited;
static KEVENT g_Taken;
static LONG g_Order[3], g_Orders;
typedef struct _SERVER { LONG Number; PLIST_ENTRY Entry; KEVENT Ready, Block, Done; } SERVER;
static SERVER g_Servers[3];

// Takes one entry, says so, waits for its event, takes no further.
static VOID OneEntry(PVOID Context) {
  SERVER *s = Context;
  KeSetEvent(&s->Ready, 0, FALSE);
  s->Entry = KeRemoveQueue(&g_Limited, KernelMode, NULL);
  g_Order[InterlockedIncrement(&g_Orders) - 1] = s->Number;
  KeWaitForSingleObject(&s->Block, Executive, KernelMode, FALSE, NULL);
}
static VOID StartServers(int n) {
  g_Orders = 0;
  for (int i = 0; i < n; i++) {
    SERVER *s = &g_Servers[i];
    s->Number = i;
    s->Entry = NULL;
    KeInitializeEvent(&s->Ready, NotificationEvent, FALSE);
    KeInitializeEvent(&s->Block, NotificationEvent, FALSE);
    KeInitializeEvent(&s->Done, NotificationEvent, FALSE);
    TestStartThread(OneEntry, s, 10, &s->Done);
    KeWaitForSingleObject(&s->Ready, Executive, KernelMode, FALSE, NULL);
    SleepMs(40);
  }
}
static VOID EndServers(int n) {
  for (int i = 0; i < n; i++) {
    KeSetEvent(&g_Servers[i].Block, 0, FALSE);
    KeWaitForSingleObject(&g_Servers[i].Done, Executive, KernelMode, FALSE, NULL);
  }
  SleepMs(40);
}

// A server that does not wait counts; while as many run as the queue permits, entries stay.
static volatile LONG g_Stop;
static VOID Spinner(PVOID Context) {
  SERVER *s = Context;
  s->Entry = KeRemoveQueue(&g_Limited, KernelMode, NULL);
  KeSetEvent(&g_Taken, 0, FALSE);
  while (!g_Stop) KeStallExecutionProcessor(50);
  KeWaitForSingleObject(&s->Block, Executive, KernelMode, FALSE, NULL);
}

static VOID Facts(VOID) {
  LARGE_INTEGER zero = {0}, ms;
  ITEM a, b, c;
  PLIST_ENTRY array[4];
  ms.QuadPart = -300000;
  KeInitializeQueue(&g_Limited, 1);
  FACT("scheduler 8 QueueObject 4, 0x40", g_Limited.Header.Type == 4 && sizeof(KQUEUE) == 0x40 && g_Limited.Header.Size == 16);
  FACT("scheduler 8 KQUEUE: EntryListHead, CurrentCount, MaximumCount, ThreadListHead", IsListEmpty(&g_Limited.EntryListHead) && g_Limited.CurrentCount == 0 && g_Limited.MaximumCount == 1 && IsListEmpty(&g_Limited.ThreadListHead));
  FACT_EQ("scheduler 8 KeInsertQueue: previous number of entries", KeInsertQueue(&g_Limited, &a.Link), 0);
  CHECK_EQ(KeInsertQueue(&g_Limited, &b.Link), 1);
  FACT_EQ("documentation KeInsertHeadQueue: previous number of entries", KeInsertHeadQueue(&g_Limited, &c.Link), 2);
  FACT_EQ("scheduler 8 signalled when an entry is present", KeReadStateQueue(&g_Limited), 3);
  FACT("scheduler 8 entries leave first in, first out; the head insert first", KeRemoveQueue(&g_Limited, KernelMode, &zero) == &c.Link && KeRemoveQueue(&g_Limited, KernelMode, &zero) == &a.Link);
  FACT("scheduler 8 the thread serves the queue now and counts", g_Limited.CurrentCount == 1 && !IsListEmpty(&g_Limited.ThreadListHead));
  FACT("scheduler 8 entry removed", KeReadStateQueue(&g_Limited) == 1 && KeRemoveQueue(&g_Limited, KernelMode, NULL) == &b.Link && b.Link.Flink == NULL);
  FACT_EQ("scheduler 8 KeRemoveQueue: STATUS_TIMEOUT in place of an entry", (LONG_PTR)KeRemoveQueue(&g_Limited, KernelMode, &zero), STATUS_TIMEOUT);
  FACT_EQ("scheduler 8 KeRemoveQueue with a timeout", (LONG_PTR)KeRemoveQueue(&g_Limited, KernelMode, &ms), STATUS_TIMEOUT);
  KeInsertQueue(&g_Limited, &a.Link);
  KeInsertQueue(&g_Limited, &b.Link);
  FACT("documentation KeRemoveQueueEx: as many entries as there are", KeRemoveQueueEx(&g_Limited, KernelMode, FALSE, &zero, array, 4) == 2 && array[0] == &a.Link && array[1] == &b.Link);
  FACT_EQ("documentation KeRemoveQueueEx: STATUS_TIMEOUT", KeRemoveQueueEx(&g_Limited, KernelMode, FALSE, &zero, array, 4), STATUS_TIMEOUT);
  KeInsertQueue(&g_Limited, &a.Link);
  KeInsertQueue(&g_Limited, &b.Link);
  FACT("documentation KeRemoveQueueEx: Count entries at most", KeRemoveQueueEx(&g_Limited, KernelMode, FALSE, &zero, array, 1) == 1 && KeReadStateQueue(&g_Limited) == 1);
  CHECK(KeRemoveQueue(&g_Limited, KernelMode, &zero) == &b.Link);

  KeRundownQueue(&g_Limited);
  KeInitializeQueue(&g_Limited, 3);
  StartServers(3);
  FACT_EQ("scheduler 8 waiting servers do not count", g_Limited.CurrentCount, 0);
  KeInsertQueue(&g_Limited, &a.Link);
  SleepMs(40);
  KeInsertQueue(&g_Limited, &b.Link);
  SleepMs(40);
  FACT("scheduler 8 LIFO waiters", g_Order[0] == 2 && g_Order[1] == 1 && g_Orders == 2);
  FACT("scheduler 8 FIFO entries", g_Servers[2].Entry == &a.Link && g_Servers[1].Entry == &b.Link);
  KeInsertQueue(&g_Limited, &c.Link);
  SleepMs(40);
  EndServers(3);
  FACT("scheduler 8 a thread that ends serves nothing any more", IsListEmpty(&g_Limited.ThreadListHead) && g_Limited.CurrentCount == 0);
  CHECK(KeRundownQueue(&g_Limited) == NULL);

  // one at a time: the second entry waits until the first server waits, whatever for
  KeInitializeQueue(&g_Limited, 1);
  KeInitializeEvent(&g_Taken, SynchronizationEvent, FALSE);
  StartServers(1);
  g_Stop = 0;
  KeInitializeEvent(&g_Servers[1].Block, NotificationEvent, FALSE);
  KeInitializeEvent(&g_Servers[1].Done, NotificationEvent, FALSE);
  TestStartThread(Spinner, &g_Servers[1], 7, &g_Servers[1].Done);
  SleepMs(40);
  KeInsertQueue(&g_Limited, &a.Link);
  KeWaitForSingleObject(&g_Taken, Executive, KernelMode, FALSE, NULL);
  FACT_EQ("scheduler 8 CurrentCount: servers that run", g_Limited.CurrentCount, 1);
  KeInsertQueue(&g_Limited, &b.Link);
  SleepMs(40);
  FACT("scheduler 8 no entry is given while MaximumCount servers run", g_Orders == 0 && KeReadStateQueue(&g_Limited) == 1);
  g_Stop = 1;
  SleepMs(60);
  FACT("scheduler 8 a server that waits for something else lets the next one run", g_Orders == 1 && g_Servers[0].Entry == &b.Link && KeReadStateQueue(&g_Limited) == 0);
  EndServers(2);

  StartServers(2);
  FACT("documentation KeRundownQueue: NULL when there are no entries", KeRundownQueue(&g_Limited) == NULL);
  SleepMs(40);
  FACT("documentation KeRundownQueue wakes its waiters with STATUS_ABANDONED", (LONG_PTR)g_Servers[0].Entry == STATUS_ABANDONED && (LONG_PTR)g_Servers[1].Entry == STATUS_ABANDONED);
  FACT_EQ("scheduler 8 a later wait fails at once", (LONG_PTR)KeRemoveQueue(&g_Limited, KernelMode, NULL), STATUS_ABANDONED);
  EndServers(2);
  KeInitializeQueue(&g_Limited, 0);
  FACT_EQ("documentation KeInitializeQueue Count 0: number of processors", g_Limited.MaximumCount, KeQueryActiveProcessorCount(NULL));
  KeInsertQueue(&g_Limited, &a.Link);
  KeInsertQueue(&g_Limited, &b.Link);
  PLIST_ENTRY ring = KeRundownQueue(&g_Limited);
  FACT("documentation KeRundownQueue: the entries that are left, as a ring", ring == &a.Link && ring->Flink == &b.Link && b.Link.Flink == &a.Link);
}

TEST_ENTRY {
  Facts();
  LARGE_INTEGER zero = {0};
  KeInitializeQueue(&g_Queue, 0);
  CHECK_EQ(KeRemoveQueue(&g_Queue, KernelMode, &zero), STATUS_TIMEOUT);
  CHECK_EQ(KeInsertQueue(&g_Queue, &g_Items[0].Link), 0);
  CHECK_EQ(KeReadStateQueue(&g_Queue), 1);
  CHECK(KeRemoveQueue(&g_Queue, KernelMode, &zero) == &g_Items[0].Link);
  for (int i = 0; i < 2; i++) {
    KeInitializeEvent(&g_Done[i], NotificationEvent, FALSE);
    TestStartThread(Server, NULL, 9, &g_Done[i]);
  }
  for (int i = 0; i < 18; i++) {
    g_Items[i].Value = i + 1;
    KeInsertQueue(&g_Queue, &g_Items[i].Link);
  }
  g_Items[18].Value = g_Items[19].Value = -1;
  KeInsertQueue(&g_Queue, &g_Items[18].Link);
  KeInsertQueue(&g_Queue, &g_Items[19].Link);
  for (int i = 0; i < 2; i++) KeWaitForSingleObject(&g_Done[i], Executive, KernelMode, FALSE, NULL);
  CHECK_EQ(g_Served, 18);
  CHECK_EQ(g_Sum, 171);
  CHECK(KeRundownQueue(&g_Queue) == NULL);

  KDEVICE_QUEUE device;
  KDEVICE_QUEUE_ENTRY e[4];
  KIRQL irql;
  KeInitializeDeviceQueue(&device);
  KeRaiseIrql(DISPATCH_LEVEL, &irql);
  CHECK(!KeInsertDeviceQueue(&device, &e[0]));
  CHECK(KeInsertByKeyDeviceQueue(&device, &e[1], 30));
  CHECK(KeInsertByKeyDeviceQueue(&device, &e[2], 10));
  CHECK(KeInsertByKeyDeviceQueue(&device, &e[3], 20));
  CHECK(KeRemoveByKeyDeviceQueue(&device, 15) == &e[3]);
  CHECK(KeRemoveDeviceQueue(&device) == &e[2]);
  CHECK(KeRemoveEntryDeviceQueue(&device, &e[1]));
  CHECK(KeRemoveDeviceQueue(&device) == NULL);
  CHECK(!KeInsertDeviceQueue(&device, &e[0]));
  KeLowerIrql(irql);

  PEX_RUNDOWN_REF_CACHE_AWARE r = ExAllocateCacheAwareRundownProtection(NonPagedPoolNx, 'dnuR');
  CHECK(r != NULL);
  CHECK(ExAcquireRundownProtectionCacheAware(r));
  ExReleaseRundownProtectionCacheAware(r);
  ExWaitForRundownProtectionReleaseCacheAware(r);
  CHECK(!ExAcquireRundownProtectionCacheAware(r));
  ExFreeCacheAwareRundownProtection(r);
  return RESULT();
}
