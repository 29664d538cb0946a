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

TEST_ENTRY {
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

BAD(TooManyObjects, 0xC, -1) {
  KEVENT e[4];
  PVOID p[4];
  for (int i = 0; i < 4; i++) { KeInitializeEvent(&e[i], NotificationEvent, TRUE); p[i] = &e[i]; }
  KeWaitForMultipleObjects(4, p, WaitAny, Executive, KernelMode, FALSE, NULL, NULL);
  return STATUS_SUCCESS;
}
BAD(LimitExceeded, 0x7E, 0xC0000047) {
  KeInitializeSemaphore(&g_Items, 1, 1);
  KeReleaseSemaphore(&g_Items, 0, 1, FALSE);
  return STATUS_SUCCESS;
}
