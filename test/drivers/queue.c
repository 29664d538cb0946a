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

TEST_ENTRY {
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
