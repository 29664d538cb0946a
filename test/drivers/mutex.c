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

static KEVENT g_Owned, g_Release;
static VOID Owner(PVOID Mutex) {
  KeWaitForSingleObject(Mutex, Executive, KernelMode, FALSE, NULL);
  KeSetEvent(&g_Owned, 0, FALSE);
  KeWaitForSingleObject(&g_Release, Executive, KernelMode, FALSE, NULL);
  KeReleaseMutex(Mutex, FALSE);
}
static VOID OwnerEnds(PVOID Mutant) {
  KeWaitForSingleObject(Mutant, Executive, KernelMode, FALSE, NULL);
  KeSetEvent(&g_Owned, 0, FALSE);
}
static NTSTATUS Caught(PRKMUTEX Mutex) {
  __try {
    KeReleaseMutex(Mutex, FALSE);
  } __except (EXCEPTION_EXECUTE_HANDLER) {
    return GetExceptionCode();
  }
  return STATUS_SUCCESS;
}

static VOID Fields(VOID) {
  static KMUTEX m;
  LARGE_INTEGER zero = {0};
  KeInitializeMutex(&m, 0);
  HEADER("scheduler 8 KMUTEX 0x38: MutantListEntry 0x18, OwnerThread 0x28, Abandoned bit 0x30, ApcDisable 0x31", sizeof(KMUTEX) == 0x38 && FIELD_OFFSET(KMUTEX, MutantListEntry) == 0x18 && FIELD_OFFSET(KMUTEX, OwnerThread) == 0x28 && FIELD_OFFSET(KMUTEX, MutantFlags) == 0x30 && FIELD_OFFSET(KMUTEX, ApcDisable) == 0x31);
  FACT("scheduler 8 MutantObject 2", m.Header.Type == 2 && m.Header.Size == 14);
  FACT("scheduler 8 KeInitializeMutex: free state", m.Header.SignalState == 1 && m.OwnerThread == NULL && m.ApcDisable == 1 && !m.Abandoned);
  FACT_EQ("scheduler 8 signalled when SignalState = 1 (free)", KeReadStateMutex(&m), 1);
  KeWaitForSingleObject(&m, Executive, KernelMode, FALSE, NULL);
  FACT("scheduler 8 a wait makes SignalState 0 (owned) and names the owner", m.Header.SignalState == 0 && m.OwnerThread == KeGetCurrentThread());
  FACT("scheduler 8 owner: user and normal kernel APCs off", KeAreApcsDisabled());
  FACT("scheduler 8 owner: special kernel APCs still run", !KeAreAllApcsDisabled());
  FACT_EQ("scheduler 8 signalled when the caller owns it", KeWaitForSingleObject(&m, Executive, KernelMode, FALSE, &zero), STATUS_SUCCESS);
  FACT_EQ("scheduler 8 recursion: SignalState -1", m.Header.SignalState, -1);
  FACT_EQ("scheduler 8 KeReleaseMutex: previous state", KeReleaseMutex(&m, FALSE), -1);
  FACT("scheduler 8 each wait needs a release", m.OwnerThread == KeGetCurrentThread() && KeAreApcsDisabled());
  FACT_EQ("scheduler 8 KeReleaseMutex: 0 = now free", KeReleaseMutex(&m, FALSE), 0);
  FACT("scheduler 8 the last release switches APCs on again", m.OwnerThread == NULL && !KeAreApcsDisabled());
  FACT_EQ("scheduler 8 release by a non-owner raises STATUS_MUTANT_NOT_OWNED", (ULONG)Caught(&m), 0xC0000046);
  FACT_EQ("scheduler 8 and changes nothing", KeReadStateMutex(&m), 1);
  KeInitializeMutex(&m, 5);
  FACT_EQ("scheduler 13 KMUTEX Level is ignored", KeReadStateMutex(&m), 1);
  static KMUTEX low;
  KeInitializeMutex(&low, 1);
  KeWaitForSingleObject(&m, Executive, KernelMode, FALSE, NULL);
  FACT_EQ("scheduler 13 mutexes in the wrong order of levels: no 0xD on this Windows", KeWaitForSingleObject(&low, Executive, KernelMode, FALSE, NULL), STATUS_SUCCESS);
  KeReleaseMutex(&low, FALSE);
  KIRQL old = KeRaiseIrqlToDpcLevel();
  FACT_EQ("scheduler 13 KMUTEX release at DISPATCH_LEVEL", KeReleaseMutex(&m, FALSE), 0);
  KeLowerIrql(old);
  FACT("scheduler 13 KMUTEX in a wait for several objects", KeWaitForMultipleObjects(2, (PVOID[]){&m, &low}, WaitAll, Executive, KernelMode, FALSE, NULL, NULL) == STATUS_SUCCESS);
  KeReleaseMutex(&m, FALSE);
  KeReleaseMutex(&low, FALSE);

  KeWaitForSingleObject(&m, Executive, KernelMode, FALSE, NULL);
  m.Header.SignalState = MINLONG;
  NTSTATUS caught = 0;
  __try {
    KeWaitForSingleObject(&m, Executive, KernelMode, FALSE, NULL);
  } __except (EXCEPTION_EXECUTE_HANDLER) {
    caught = GetExceptionCode();
  }
  FACT_EQ("scheduler 8 recursion past MINLONG raises STATUS_MUTANT_LIMIT_EXCEEDED", (ULONG)caught, 0xC0000191);
  m.Header.SignalState = 0;
  KeReleaseMutex(&m, FALSE);
}

static VOID Ownership(VOID) {
  static KMUTEX m;
  static KMUTANT mutant;
  KEVENT done;
  LARGE_INTEGER zero = {0};
  KeInitializeEvent(&g_Owned, SynchronizationEvent, FALSE);
  KeInitializeEvent(&g_Release, SynchronizationEvent, FALSE);
  KeInitializeEvent(&done, NotificationEvent, FALSE);
  KeInitializeMutex(&m, 0);
  TestStartThread(Owner, &m, 9, &done);
  KeWaitForSingleObject(&g_Owned, Executive, KernelMode, FALSE, NULL);
  FACT_EQ("scheduler 8 a mutex of another thread is not signalled", KeWaitForSingleObject(&m, Executive, KernelMode, FALSE, &zero), STATUS_TIMEOUT);
  FACT_EQ("scheduler 13 KMUTEX: another thread's release raises", Caught(&m), STATUS_MUTANT_NOT_OWNED);
  KeSetEvent(&g_Release, 0, FALSE);
  FACT_EQ("scheduler 8 the next waiter gets it", KeWaitForSingleObject(&m, Executive, KernelMode, FALSE, NULL), STATUS_SUCCESS);
  KeReleaseMutex(&m, FALSE);
  KeWaitForSingleObject(&done, Executive, KernelMode, FALSE, NULL);

  KeInitializeMutant(&mutant, TRUE);
  FACT("scheduler 8 a mutant with an initial owner is owned, and APCs stay on",
       mutant.Header.SignalState == 0 && mutant.OwnerThread == KeGetCurrentThread() && mutant.ApcDisable == 0 && !KeAreApcsDisabled());
  FACT_EQ("documentation KeReleaseMutant: previous state", KeReleaseMutant(&mutant, 0, FALSE, FALSE), 0);
  KeClearEvent(&done);
  TestStartThread(OwnerEnds, &mutant, 9, &done);
  KeWaitForSingleObject(&done, Executive, KernelMode, FALSE, NULL);
  SleepMs(40);
  FACT("scheduler 8 abandonment: owner of a mutant terminates", mutant.OwnerThread == NULL && mutant.Abandoned && KeReadStateMutant(&mutant) == 1);
  FACT_EQ("scheduler 8 release by a non-owner raises STATUS_ABANDONED if abandoned", Caught(&mutant), STATUS_ABANDONED);
  FACT_EQ("scheduler 7 STATUS_ABANDONED_WAIT_0 for an abandoned mutant", KeWaitForSingleObject(&mutant, Executive, KernelMode, FALSE, NULL), 0x80);
  FACT("scheduler 8 the new owner owns it, not abandoned any more", !mutant.Abandoned && mutant.OwnerThread == KeGetCurrentThread());
  KeReleaseMutant(&mutant, 0, TRUE, FALSE);
  FACT("documentation KeReleaseMutant with Abandoned: free and abandoned", mutant.Abandoned && KeReadStateMutant(&mutant) == 1);
  KEVENT never;
  KeInitializeEvent(&never, NotificationEvent, FALSE);
  PVOID two[2] = {&never, &mutant};
  FACT_EQ("scheduler 7 WaitAny: STATUS_ABANDONED_WAIT_0 + i", KeWaitForMultipleObjects(2, two, WaitAny, Executive, KernelMode, FALSE, NULL, NULL), STATUS_ABANDONED_WAIT_0 + 1);
  KeReleaseMutant(&mutant, 0, TRUE, FALSE);
  KeSetEvent(&never, 0, FALSE);
  FACT("scheduler 7 WaitAll: SUCCESS or ABANDONED value", (KeWaitForMultipleObjects(2, two, WaitAll, Executive, KernelMode, FALSE, NULL, NULL) & 0x80) != 0);
  KeReleaseMutant(&mutant, 0, FALSE, FALSE);
}

TEST_ENTRY {
  Fields();
  Ownership();
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
  EXPECT_STOP("bugchecks 5 raise: STATUS_MUTANT_NOT_OWNED unhandled", 0x7E, ANY, ANY, ANY, ANY);
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
  EXPECT_STOP("bugchecks 1 0xA: an object that was never initialised", 0xA, 0, DISPATCH_LEVEL, 1, 0);
  KeWaitForSingleObject(&zero, Executive, KernelMode, FALSE, NULL);
  return STATUS_SUCCESS;
}
BAD(ReleaseAbandoned, 0x7E, 0x80) {
  static KMUTANT m;
  KeInitializeMutant(&m, TRUE);
  KeReleaseMutant(&m, 0, TRUE, FALSE);
  EXPECT_STOP("bugchecks 5 raise: STATUS_ABANDONED unhandled", 0x7E, ANY, ANY, ANY, ANY);
  KeReleaseMutex(&m, FALSE);
  return STATUS_SUCCESS;
}
BAD(TooOften, 0x7E, 0xC0000191) {
  KeInitializeMutex(&g_Mutex, 0);
  KeWaitForSingleObject(&g_Mutex, Executive, KernelMode, FALSE, NULL);
  g_Mutex.Header.SignalState = MINLONG;
  EXPECT_STOP("bugchecks 5 raise: STATUS_MUTANT_LIMIT_EXCEEDED unhandled", 0x7E, ANY, ANY, ANY, ANY);
  KeWaitForSingleObject(&g_Mutex, Executive, KernelMode, FALSE, NULL);
  return STATUS_SUCCESS;
}
