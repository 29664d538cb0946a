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
