// One-time initialization: one thread initializes while the others wait; asynchronous, failed and wrong uses.
#include "check.h"
LONG g_Failures;
static RTL_RUN_ONCE Once = RTL_RUN_ONCE_INIT;
static LONG Calls, Finished;
static ULONG Object;

static LOGICAL NTAPI Init(PRTL_RUN_ONCE RunOnce, PVOID Parameter, PVOID *Context) {
  InterlockedIncrement(&Calls);
  SleepMs(5);
  CHECK(Parameter == &Object);
  *Context = Parameter;
  return TRUE;
}
static LOGICAL NTAPI Fails(PRTL_RUN_ONCE RunOnce, PVOID Parameter, PVOID *Context) { return FALSE; }
static VOID Worker(PVOID Context) {
  PVOID result = NULL;
  CHECK_EQ(RtlRunOnceExecuteOnce(&Once, Init, &Object, &result), STATUS_SUCCESS);
  CHECK(result == &Object);
  InterlockedIncrement(&Finished);
}

TEST_ENTRY {
  KEVENT done[4];
  PVOID context = NULL;
  for (int i = 0; i < 4; i++) {
    KeInitializeEvent(&done[i], NotificationEvent, FALSE);
    TestStartThread(Worker, NULL, 8, &done[i]);
  }
  for (int i = 0; i < 4; i++) KeWaitForSingleObject(&done[i], Executive, KernelMode, FALSE, NULL);
  CHECK_EQ(Calls, 1);
  CHECK_EQ(Finished, 4);
  CHECK_EQ(RtlRunOnceBeginInitialize(&Once, RTL_RUN_ONCE_CHECK_ONLY, &context), STATUS_SUCCESS);
  CHECK(context == &Object);

  RTL_RUN_ONCE once;
  RtlRunOnceInitialize(&once);
  CHECK_EQ(RtlRunOnceBeginInitialize(&once, RTL_RUN_ONCE_CHECK_ONLY, &context), STATUS_UNSUCCESSFUL);
  CHECK_EQ(RtlRunOnceExecuteOnce(&once, Fails, NULL, NULL), STATUS_UNSUCCESSFUL);
  CHECK_EQ(RtlRunOnceBeginInitialize(&once, 0, &context), STATUS_PENDING);
  CHECK_EQ(RtlRunOnceBeginInitialize(&once, RTL_RUN_ONCE_ASYNC, &context), STATUS_INVALID_PARAMETER_2);
  CHECK_EQ(RtlRunOnceComplete(&once, 0, (PVOID)1), STATUS_INVALID_PARAMETER_3);
  CHECK_EQ(RtlRunOnceComplete(&once, RTL_RUN_ONCE_INIT_FAILED, &Object), STATUS_INVALID_PARAMETER_3);
  CHECK_EQ(RtlRunOnceComplete(&once, RTL_RUN_ONCE_INIT_FAILED, NULL), STATUS_SUCCESS);
  CHECK_EQ(RtlRunOnceComplete(&once, 0, NULL), STATUS_UNSUCCESSFUL);

  // asynchronous: several may initialize, the first one to complete wins
  CHECK_EQ(RtlRunOnceBeginInitialize(&once, RTL_RUN_ONCE_ASYNC, &context), STATUS_PENDING);
  CHECK_EQ(RtlRunOnceBeginInitialize(&once, RTL_RUN_ONCE_ASYNC, &context), STATUS_PENDING);
  CHECK_EQ(RtlRunOnceBeginInitialize(&once, 0, &context), STATUS_INVALID_PARAMETER_2);
  CHECK_EQ(RtlRunOnceComplete(&once, RTL_RUN_ONCE_ASYNC, &Calls), STATUS_SUCCESS);
  CHECK_EQ(RtlRunOnceComplete(&once, RTL_RUN_ONCE_ASYNC, &Object), STATUS_OBJECT_NAME_COLLISION);
  CHECK_EQ(RtlRunOnceBeginInitialize(&once, 0, &context), STATUS_SUCCESS);
  CHECK(context == &Calls);
  return RESULT();
}

BAD(BeginAtDispatch, 0xC4, 0xE5) {
  RTL_RUN_ONCE once = RTL_RUN_ONCE_INIT;
  PVOID context;
  KIRQL old;
  KeRaiseIrql(DISPATCH_LEVEL, &old);
  RtlRunOnceBeginInitialize(&once, 0, &context);
  return STATUS_SUCCESS;
}
