// States of threads and the reason why they wait or lost the CPU, as SYSTEM_THREAD_INFORMATION shows KTHREAD.State and WaitReason.
#include "system.h"
static KEVENT g_Go, g_There, g_Resume;
static volatile LONG g_Mode;
static HANDLE g_Thread;

static VOID Pinned(PVOID Context) {
  LARGE_INTEGER far = {.QuadPart = -1000000};
  UNREFERENCED_PARAMETER(Context);
  KeSetSystemAffinityThread(1);
  KeSetBasePriorityThread(KeGetCurrentThread(), 0);
  for (;;) {
    LONG mode = g_Mode;
    KeSetEvent(&g_There, 0, FALSE);
    if (mode == 0) KeWaitForSingleObject(&g_Go, Executive, KernelMode, FALSE, NULL);
    else if (mode == 1) KeWaitForSingleObject(&g_Go, UserRequest, KernelMode, FALSE, NULL);
    else if (mode == 2) KeDelayExecutionThread(KernelMode, FALSE, &far);
    else if (mode == 3) while (g_Mode == 3) KeStallExecutionProcessor(50); // preempted
    else if (mode == 4) while (g_Mode == 4) ZwYieldExecution();
    else if (mode == 5) return;
  }
}
static VOID Rival(PVOID Context) {
  LONG mode = (LONG)(LONG_PTR)Context;
  KeSetSystemAffinityThread(1);
  KeSetEvent(&g_Resume, 0, FALSE);
  while (g_Mode == mode) {
    if (mode == 4) ZwYieldExecution();
    else KeStallExecutionProcessor(50);
  }
}
static SYSTEM_THREAD_INFORMATION Info(VOID) {
  SYSTEM_THREAD_INFORMATION info = {0};
  CHECK_EQ(ZwQueryInformationThread(g_Thread, ThreadSystemThreadInformation, &info, sizeof info, NULL), STATUS_SUCCESS);
  return info;
}
/** The next mode of the thread, while this one sleeps. */
static VOID Next(LONG mode) {
  g_Mode = mode;
  KeClearEvent(&g_There);
  KeSetEvent(&g_Go, 0, FALSE);
  KeWaitForSingleObject(&g_There, Executive, KernelMode, FALSE, NULL);
  SleepMs(40);
}

TEST_ENTRY {
  HANDLE rival;
  PVOID object;
  SYSTEM_THREAD_INFORMATION info;
  PKTHREAD me = KeGetCurrentThread();
  UNREFERENCED_PARAMETER(RegistryPath);
  DriverObject->DriverUnload = UnloadNothing;
  KeInitializeEvent(&g_Go, SynchronizationEvent, FALSE);
  KeInitializeEvent(&g_There, NotificationEvent, FALSE);
  KeInitializeEvent(&g_Resume, SynchronizationEvent, FALSE);
  KeSetSystemAffinityThread(1);
  KeSetPriorityThread(me, 20);
  CHECK_EQ(PsCreateSystemThread(&g_Thread, THREAD_ALL_ACCESS, NULL, NULL, NULL, Pinned, NULL), STATUS_SUCCESS);
  ObReferenceObjectByHandle(g_Thread, SYNCHRONIZE, *PsThreadType, KernelMode, &object, NULL);
  KeWaitForSingleObject(&g_There, Executive, KernelMode, FALSE, NULL);
  SleepMs(40);
  info = Info();
  FACT_EQ("scheduler 3 KTHREAD_STATE: Waiting 5", info.ThreadState, 5);
  FACT_EQ("scheduler 3 KWAIT_REASON: Executive 0", info.WaitReason, Executive);
  FACT_EQ("scheduler 1 System threads: priority 8 by default", info.BasePriority, 8);
  KeSetEvent(&g_Go, 0, FALSE);
  info = Info();
  FACT_EQ("scheduler 3 KTHREAD_STATE: Ready 1, below the thread that runs on its only CPU", info.ThreadState, 1);
  Next(1);
  info = Info();
  FACT("scheduler 3 KWAIT_REASON: UserRequest 6", info.ThreadState == 5 && info.WaitReason == UserRequest);
  Next(2);
  info = Info();
  FACT("scheduler 3 KWAIT_REASON: DelayExecution 4", info.ThreadState == 5 && info.WaitReason == DelayExecution);
  Next(3);
  info = Info();
  FACT_EQ("scheduler 3 KTHREAD_STATE: Ready 1 after it was preempted", info.ThreadState, 1);
  // at some ticks its quantum is over as well
  BOOLEAN preempted = FALSE;
  for (LONG i = 0; i < 8; i++) {
    SleepMs(1);
    preempted = preempted || Info().WaitReason == WrPreempted;
  }
  FACT("scheduler 3 KWAIT_REASON: WrPreempted 32, why it lost the CPU", preempted);
  info = Info();
  // an equal that never waits: one of the two has lost the CPU by quantum end when nobody preempts (this thread is on no CPU while it sleeps, so look from another)
  ULONG switches = info.ContextSwitches;
  CHECK_EQ(PsCreateSystemThread(&rival, THREAD_ALL_ACCESS, NULL, NULL, NULL, Rival, (PVOID)3), STATUS_SUCCESS);
  KeWaitForSingleObject(&g_Resume, Executive, KernelMode, FALSE, NULL);
  BOOLEAN quantum = FALSE;
  for (LONG i = 0; i < 8; i++) {
    SleepMs(40);
    quantum = quantum || Info().WaitReason == WrQuantumEnd;
  }
  FACT("scheduler 3 KWAIT_REASON: WrQuantumEnd 30", quantum);
  FACT("scheduler 1 Selection: both had their turns", Info().ContextSwitches > switches + 2);
  ZwClose(rival);
  g_Mode = 4;
  CHECK_EQ(PsCreateSystemThread(&rival, THREAD_ALL_ACCESS, NULL, NULL, NULL, Rival, (PVOID)4), STATUS_SUCCESS);
  KeWaitForSingleObject(&g_Resume, Executive, KernelMode, FALSE, NULL);
  BOOLEAN yield = FALSE;
  for (LONG i = 0; i < 8; i++) {
    SleepMs(20);
    yield = yield || Info().WaitReason == WrYieldExecution;
  }
  FACT("scheduler 3 KWAIT_REASON: WrYieldExecution 33", yield);
  ZwClose(rival);
  g_Mode = 5;
  KeSetEvent(&g_Go, 0, FALSE);
  KeWaitForSingleObject(object, Executive, KernelMode, FALSE, NULL);
  FACT_EQ("scheduler 3 KTHREAD_STATE: Terminated 4", Info().ThreadState, 4);
  ObDereferenceObject(object);
  ZwClose(g_Thread);
  SleepMs(50);
  KeSetPriorityThread(me, 8);
  KeRevertToUserAffinityThread();
  return RESULT();
}
