// Semaphores: counting, limits as exceptions, producer and consumers.
#include "check.h"
LONG g_Failures;
static KSEMAPHORE g_Items;
static KEVENT g_Done[3];
static LONG g_Taken;

static VOID Consumer(PVOID Context) {
  UNREFERENCED_PARAMETER(Context);
  for (int i = 0; i < 10; i++) {
    CHECK_EQ(KeWaitForSingleObject(&g_Items, Executive, KernelMode, FALSE, NULL), STATUS_SUCCESS);
    InterlockedIncrement(&g_Taken);
  }
}

static NTSTATUS Caught(LONG Adjustment) {
  __try {
    KeReleaseSemaphore(&g_Items, 0, Adjustment, FALSE);
  } __except (EXCEPTION_EXECUTE_HANDLER) {
    return GetExceptionCode();
  }
  return STATUS_SUCCESS;
}
static VOID Facts(VOID) {
  LARGE_INTEGER zero = {0};
  KeInitializeSemaphore(&g_Items, 2, 4);
  FACT("scheduler 8 SemaphoreObject 5, 0x20, Limit 0x18", g_Items.Header.Type == 5 && sizeof(KSEMAPHORE) == 0x20 && g_Items.Header.Size == 8 && FIELD_OFFSET(KSEMAPHORE, Limit) == 0x18);
  FACT("scheduler 8 KeInitializeSemaphore: count and limit", g_Items.Header.SignalState == 2 && g_Items.Limit == 4);
  FACT_EQ("scheduler 8 KeReadStateSemaphore: count", KeReadStateSemaphore(&g_Items), 2);
  FACT_EQ("scheduler 8 signalled when count > 0", KeWaitForSingleObject(&g_Items, Executive, KernelMode, FALSE, &zero), STATUS_SUCCESS);
  FACT_EQ("scheduler 8 a satisfied wait: count - 1", KeReadStateSemaphore(&g_Items), 1);
  FACT_EQ("scheduler 8 KeReleaseSemaphore: previous count", KeReleaseSemaphore(&g_Items, 0, 3, FALSE), 1);
  FACT_EQ("scheduler 8 up to the limit", KeReadStateSemaphore(&g_Items), 4);
  FACT_EQ("scheduler 8 result > Limit raises STATUS_SEMAPHORE_LIMIT_EXCEEDED", (ULONG)Caught(1), 0xC0000047);
  FACT_EQ("scheduler 8 count unchanged", KeReadStateSemaphore(&g_Items), 4);
  FACT_EQ("scheduler 8 overflow raises too", Caught(MAXLONG), STATUS_SEMAPHORE_LIMIT_EXCEEDED);
  FACT_EQ("scheduler 8 Adjustment >= 1", Caught(0), STATUS_SEMAPHORE_LIMIT_EXCEEDED);
  while (KeWaitForSingleObject(&g_Items, Executive, KernelMode, FALSE, &zero) == STATUS_SUCCESS) {}
  FACT_EQ("scheduler 8 not signalled at 0", KeReadStateSemaphore(&g_Items), 0);
  KIRQL old = KeRaiseIrqlToDpcLevel();
  FACT_EQ("scheduler 6 KeReleaseSemaphore at DISPATCH_LEVEL", KeReleaseSemaphore(&g_Items, 0, 1, FALSE), 0);
  KeLowerIrql(old);
}

TEST_ENTRY {
  Facts();
  LARGE_INTEGER zero = {0};
  NTSTATUS caught = 0;
  KeInitializeSemaphore(&g_Items, 1, 5);
  CHECK_EQ(KeReadStateSemaphore(&g_Items), 1);
  CHECK_EQ(KeWaitForSingleObject(&g_Items, Executive, KernelMode, FALSE, &zero), STATUS_SUCCESS);
  CHECK_EQ(KeWaitForSingleObject(&g_Items, Executive, KernelMode, FALSE, &zero), STATUS_TIMEOUT);
  CHECK_EQ(KeReleaseSemaphore(&g_Items, 0, 3, FALSE), 0);
  __try {
    KeReleaseSemaphore(&g_Items, 0, 3, FALSE);
  } __except (EXCEPTION_EXECUTE_HANDLER) {
    caught = GetExceptionCode();
  }
  CHECK_EQ(caught, STATUS_SEMAPHORE_LIMIT_EXCEEDED);
  CHECK_EQ(KeReadStateSemaphore(&g_Items), 3);
  KeInitializeSemaphore(&g_Items, 0, MAXLONG);
  for (int i = 0; i < 3; i++) {
    KeInitializeEvent(&g_Done[i], NotificationEvent, FALSE);
    TestStartThread(Consumer, NULL, 9, &g_Done[i]);
  }
  for (int i = 0; i < 15; i++) KeReleaseSemaphore(&g_Items, IO_NO_INCREMENT, 2, FALSE);
  PVOID all[3] = {&g_Done[0], &g_Done[1], &g_Done[2]};
  CHECK_EQ(KeWaitForMultipleObjects(3, all, WaitAll, Executive, KernelMode, FALSE, NULL, NULL), STATUS_SUCCESS);
  CHECK_EQ(g_Taken, 30);
  CHECK_EQ(KeReadStateSemaphore(&g_Items), 0);
  return RESULT();
}

BAD(TooManyObjects, 0xC, 0) {
  KEVENT e[4];
  PVOID p[4];
  for (int i = 0; i < 4; i++) { KeInitializeEvent(&e[i], NotificationEvent, TRUE); p[i] = &e[i]; }
  KeWaitForMultipleObjects(4, p, WaitAny, Executive, KernelMode, FALSE, NULL, NULL);
  return STATUS_SUCCESS;
}
BAD(LimitExceeded, 0x7E, 0xC0000047) {
  KeInitializeSemaphore(&g_Items, 1, 1);
  EXPECT_STOP("bugchecks 5 raise: STATUS_SEMAPHORE_LIMIT_EXCEEDED unhandled", 0x7E, ANY, ANY, ANY, ANY);
  KeReleaseSemaphore(&g_Items, 0, 1, FALSE);
  return STATUS_SUCCESS;
}
