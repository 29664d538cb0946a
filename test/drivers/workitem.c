// Executive work items: context of the routine, reuse inside it, wrong states after it.
#include "check.h"
LONG g_Failures;
static WORK_QUEUE_ITEM g_Item, g_Again;
static KEVENT g_Done;
static LONG g_Runs;

static VOID Work(PVOID Context) {
  CHECK(Context == &g_Runs);
  CHECK_EQ(KeGetCurrentIrql(), PASSIVE_LEVEL);
  CHECK(!KeAreApcsDisabled());
  if (++g_Runs < 3) ExQueueWorkItem(&g_Again, DelayedWorkQueue);
  else KeSetEvent(&g_Done, 0, FALSE);
}

TEST_ENTRY {
  KIRQL irql;
  KeInitializeEvent(&g_Done, NotificationEvent, FALSE);
  ExInitializeWorkItem(&g_Item, Work, &g_Runs);
  ExInitializeWorkItem(&g_Again, Work, &g_Runs);
  irql = KeRaiseIrqlToDpcLevel();
  ExQueueWorkItem(&g_Item, CriticalWorkQueue);
  KeLowerIrql(irql);
  CHECK_EQ(KeWaitForSingleObject(&g_Done, Executive, KernelMode, FALSE, NULL), STATUS_SUCCESS);
  CHECK_EQ(g_Runs, 3);
  g_Runs = 2;
  KeClearEvent(&g_Done);
  ExQueueWorkItem(&g_Item, BackgroundWorkQueue);
  KeWaitForSingleObject(&g_Done, Executive, KernelMode, FALSE, NULL);
  return RESULT();
}

static VOID Raised(PVOID Context) { UNREFERENCED_PARAMETER(Context); KeRaiseIrqlToDpcLevel(); }
static VOID Critical(PVOID Context) { UNREFERENCED_PARAMETER(Context); KeEnterCriticalRegion(); }
static VOID OwnsMutex(PVOID Context) { KeWaitForSingleObject(Context, Executive, KernelMode, FALSE, NULL); }
static VOID Nothing(PVOID Context) { UNREFERENCED_PARAMETER(Context); }
static VOID Fault(PVOID Context) { *(LONG *)Context = 1; }

BAD(ReturnsRaised, 0xE1, -1) {
  ExInitializeWorkItem(&g_Item, Raised, NULL);
  ExQueueWorkItem(&g_Item, DelayedWorkQueue);
  SleepMs(50);
  return STATUS_SUCCESS;
}
BAD(ReturnsInRegion, 0x1, -1) {
  ExInitializeWorkItem(&g_Item, Critical, NULL);
  ExQueueWorkItem(&g_Item, DelayedWorkQueue);
  SleepMs(50);
  return STATUS_SUCCESS;
}
BAD(ReturnsOwning, 0x39, -1) {
  static KMUTEX m;
  KeInitializeMutex(&m, 0);
  ExInitializeWorkItem(&g_Item, OwnsMutex, &m);
  ExQueueWorkItem(&g_Item, DelayedWorkQueue);
  SleepMs(50);
  return STATUS_SUCCESS;
}
BAD1(QueuedTwice, 0xE4, 1) {
  ExInitializeWorkItem(&g_Item, Nothing, NULL);
  KeRaiseIrqlToDpcLevel();
  ExQueueWorkItem(&g_Item, BackgroundWorkQueue);
  ExQueueWorkItem(&g_Item, BackgroundWorkQueue);
  return STATUS_SUCCESS;
}
BAD(BadQueue, 0xE4, 6) {
  ExInitializeWorkItem(&g_Item, Nothing, NULL);
  ExQueueWorkItem(&g_Item, MaximumWorkQueue);
  return STATUS_SUCCESS;
}
BAD(FaultInWorker, 0x7E, 0xC0000005) {
  ExInitializeWorkItem(&g_Item, Fault, NULL);
  ExQueueWorkItem(&g_Item, DelayedWorkQueue);
  SleepMs(50);
  return STATUS_SUCCESS;
}
