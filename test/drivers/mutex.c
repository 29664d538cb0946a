// Kernel mutexes: recursion, exclusion between threads, kernel APCs, wrong releases as exceptions.
#include "check.h"
LONG g_Failures;
static KMUTEX g_Mutex;
static KEVENT g_Done[4];
static LONG g_Inside, g_Count;

static VOID Worker(PVOID Context) {
  UNREFERENCED_PARAMETER(Context);
  for (int i = 0; i < 20; i++) {
    CHECK_EQ(KeWaitForSingleObject(&g_Mutex, Executive, KernelMode, FALSE, NULL), STATUS_SUCCESS);
    CHECK_EQ(InterlockedIncrement(&g_Inside), 1);
    LONG v = g_Count;
    if (i % 5 == 0) KeStallExecutionProcessor(20);
    g_Count = v + 1;
    CHECK_EQ(InterlockedDecrement(&g_Inside), 0);
    KeReleaseMutex(&g_Mutex, FALSE);
    if (i % 7 == 0) SleepMs(1);
  }
}

TEST_ENTRY {
  KeInitializeMutex(&g_Mutex, 0);
  CHECK_EQ(KeReadStateMutex(&g_Mutex), 1);
  CHECK(!KeAreApcsDisabled());
  KeWaitForSingleObject(&g_Mutex, Executive, KernelMode, FALSE, NULL);
  KeWaitForSingleObject(&g_Mutex, Executive, KernelMode, FALSE, NULL);
  CHECK(KeAreApcsDisabled());
  CHECK(!KeAreAllApcsDisabled());
  CHECK_EQ(KeReadStateMutex(&g_Mutex), -1);
  CHECK_EQ(KeReleaseMutex(&g_Mutex, FALSE), -1);
  CHECK_EQ(KeReleaseMutex(&g_Mutex, FALSE), 0);
  CHECK(!KeAreApcsDisabled());
  NTSTATUS caught = 0;
  __try {
    KeReleaseMutex(&g_Mutex, FALSE);
  } __except (EXCEPTION_EXECUTE_HANDLER) {
    caught = GetExceptionCode();
  }
  CHECK_EQ(caught, STATUS_MUTANT_NOT_OWNED);
  for (int i = 0; i < 4; i++) {
    KeInitializeEvent(&g_Done[i], NotificationEvent, FALSE);
    TestStartThread(Worker, NULL, 8 + (i & 1), &g_Done[i]);
  }
  for (int i = 0; i < 4; i++) KeWaitForSingleObject(&g_Done[i], Executive, KernelMode, FALSE, NULL);
  CHECK_EQ(g_Count, 80);
  return RESULT();
}

// (unhandled exception in a system thread: P1 = STATUS_MUTANT_NOT_OWNED, sign-extended)
BAD(ReleaseNotOwned, 0x7E, 0xC0000046) {
  KeInitializeMutex(&g_Mutex, 0);
  KeReleaseMutex(&g_Mutex, FALSE);
  return STATUS_SUCCESS;
}
// A kernel mutex holds normal APCs off, and that is looked at first: 0x20 with the count. Who leaves the region by hand meets the mutex itself.
BAD(ExitOwningInRegion, 0x20, 0) {
  KeInitializeMutex(&g_Mutex, 0);
  KeWaitForSingleObject(&g_Mutex, Executive, KernelMode, FALSE, NULL);
  EXPECT_STOP("bugchecks 3 exit order: APC disable count before owned mutex", 0x20, 0, 0xFFFF, PASSIVE_LEVEL, 1);
  return STATUS_SUCCESS;
}
BAD(ExitOwning, 0x4000008A, -1) {
  KeInitializeMutex(&g_Mutex, 0);
  KeWaitForSingleObject(&g_Mutex, Executive, KernelMode, FALSE, NULL);
  KeLeaveCriticalRegion();
  EXPECT_STOP("bugchecks 3 0x4000008A: thread exits owning a kernel mutex", 0x4000008A, KeGetCurrentThread(), &g_Mutex, 0, 0);
  return STATUS_SUCCESS;
}
BAD(NeverInitialised, 0xA, 0) {
  static KMUTEX zero;
  KeWaitForSingleObject(&zero, Executive, KernelMode, FALSE, NULL);
  return STATUS_SUCCESS;
}
