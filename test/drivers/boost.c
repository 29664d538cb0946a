// Priority boosts: by whom, how much, how they decay; starvation relief.
#include "check.h"
LONG g_Failures;
static KEVENT g_Event, g_Manual, g_Ready, g_Done[3], g_Spun;
static KSEMAPHORE g_Semaphore;
static KMUTEX g_Mutex;
static PKTHREAD g_Waiter;
static PVOID g_Object;
static volatile LONG g_Spin, g_Stop, g_LowRan;
static LONG g_Steps[16], g_StepCount;
static LONGLONG g_Gap;
static volatile LONG g_LowAfter, g_LowFirst;
static LARGE_INTEGER g_LowAt;
static PKTHREAD g_LowThread;

/** Waits again and again for what it is told, on CPU 0. */
static VOID Waiter(PVOID Context) {
  UNREFERENCED_PARAMETER(Context);
  KeSetSystemAffinityThread(1);
  g_Waiter = KeGetCurrentThread();
  while (!g_Stop) {
    KeSetEvent(&g_Ready, 0, FALSE);
    PVOID object = g_Object;
    NTSTATUS status = KeWaitForSingleObject(object, Executive, KernelMode, FALSE, NULL);
    if (object == &g_Mutex && status == STATUS_SUCCESS) KeReleaseMutex(&g_Mutex, FALSE);
    if (g_Spin) {
      // until the boost is gone, noting each value
      g_Spin = 0;
      g_StepCount = 0;
      LONG last = -1;
      LONGLONG before = (LONGLONG)KeQueryInterruptTimePrecise(NULL), now;
      g_Gap = 0;
      for (LONG n = 0; n < 200000 && (last != 8 || n < 8000); n++) {
        LONG p = KeQueryPriorityThread(g_Waiter);
        if (p != last && g_StepCount < 16) g_Steps[g_StepCount++] = p;
        last = p;
        KeStallExecutionProcessor(20);
        now = (LONGLONG)KeQueryInterruptTimePrecise(NULL);
        if (now - before > g_Gap) g_Gap = now - before;
        before = now;
      }
      KeSetEvent(&g_Spun, 0, FALSE);
    }
  }
}
/** The waiter waits for `object` with no boost left. */
static VOID Arm(PVOID object, LONG base) {
  g_Object = object;
  KeWaitForSingleObject(&g_Ready, Executive, KernelMode, FALSE, NULL);
  SleepMs(1);
  KeSetPriorityThread(g_Waiter, base);
}
/** It is released with this increment: its priority then, before it has run. */
static LONG Boosted(KPRIORITY increment) {
  Arm(&g_Event, 8);
  KeSetEvent(&g_Event, increment, FALSE);
  return KeQueryPriorityThread(g_Waiter);
}
static VOID Busy(PVOID Context) {
  UNREFERENCED_PARAMETER(Context);
  KeSetSystemAffinityThread(1);
  while (!g_Stop) {
    if (g_LowRan && g_LowAfter == 0) g_LowAfter = KeQueryPriorityThread(g_LowThread);
    KeStallExecutionProcessor(200);
  }
}
static VOID Low(PVOID Context) {
  UNREFERENCED_PARAMETER(Context);
  KeSetSystemAffinityThread(1);
  g_LowThread = KeGetCurrentThread();
  KeSetBasePriorityThread(g_LowThread, -4); // loses CPU 0 here
  g_LowFirst = KeQueryPriorityThread(g_LowThread);
  KeQueryTickCount(&g_LowAt);
  g_LowRan = 1;
  while (!g_Stop) KeStallExecutionProcessor(200);
}

TEST_ENTRY {
  PKTHREAD me = KeGetCurrentThread();
  KeSetSystemAffinityThread(1);
  KeSetPriorityThread(me, 25);
  KeInitializeEvent(&g_Event, SynchronizationEvent, FALSE);
  KeInitializeEvent(&g_Manual, NotificationEvent, FALSE);
  KeInitializeEvent(&g_Ready, SynchronizationEvent, FALSE);
  KeInitializeEvent(&g_Spun, SynchronizationEvent, FALSE);
  for (LONG i = 0; i < 3; i++) KeInitializeEvent(&g_Done[i], NotificationEvent, FALSE);
  KeInitializeSemaphore(&g_Semaphore, 0, 10);
  KeInitializeMutex(&g_Mutex, 0);
  g_Object = &g_Event;
  TestStartThread(Waiter, NULL, 8, &g_Done[0]);

  HEADER("scheduler 4 IO_NO_INCREMENT: 0", IO_NO_INCREMENT == 0);
  HEADER("scheduler 4 IO_CD_ROM_INCREMENT: 1", IO_CD_ROM_INCREMENT == 1);
  HEADER("scheduler 4 IO_DISK_INCREMENT: 1", IO_DISK_INCREMENT == 1);
  HEADER("scheduler 4 IO_PARALLEL_INCREMENT: 1", IO_PARALLEL_INCREMENT == 1);
  HEADER("scheduler 4 IO_VIDEO_INCREMENT: 1", IO_VIDEO_INCREMENT == 1);
  HEADER("scheduler 4 IO_MAILSLOT_INCREMENT: 2", IO_MAILSLOT_INCREMENT == 2);
  HEADER("scheduler 4 IO_NAMED_PIPE_INCREMENT: 2", IO_NAMED_PIPE_INCREMENT == 2);
  HEADER("scheduler 4 IO_NETWORK_INCREMENT: 2", IO_NETWORK_INCREMENT == 2);
  HEADER("scheduler 4 IO_SERIAL_INCREMENT: 2", IO_SERIAL_INCREMENT == 2);
  HEADER("scheduler 4 IO_KEYBOARD_INCREMENT: 6", IO_KEYBOARD_INCREMENT == 6);
  HEADER("scheduler 4 IO_MOUSE_INCREMENT: 6", IO_MOUSE_INCREMENT == 6);
  HEADER("scheduler 4 IO_SOUND_INCREMENT: 8", IO_SOUND_INCREMENT == 8);
  HEADER("scheduler 4 EVENT_INCREMENT: 1", EVENT_INCREMENT == 1);
  HEADER("scheduler 4 SEMAPHORE_INCREMENT: 1", SEMAPHORE_INCREMENT == 1);

  FACT_EQ("scheduler 4 Parameter use: driver passing 0 gives no boost", Boosted(IO_NO_INCREMENT), 8);
  FACT_EQ("scheduler 4 Parameter use: KeSetEvent(EVENT_INCREMENT)", Boosted(EVENT_INCREMENT), 9);
  FACT_EQ("scheduler 4 Parameter use: KeSetEvent(IO_SERIAL_INCREMENT)", Boosted(IO_SERIAL_INCREMENT), 10);
  FACT_EQ("scheduler 4 Parameter use: KeSetEvent(IO_KEYBOARD_INCREMENT)", Boosted(IO_KEYBOARD_INCREMENT), 14);
  FACT_EQ("scheduler 4 Rules: result never above 15", Boosted(IO_SOUND_INCREMENT), 15);

  Arm(&g_Event, 8);
  KePulseEvent(&g_Event, 3, FALSE);
  FACT_EQ("scheduler 4 Parameter use: KePulseEvent", KeQueryPriorityThread(g_Waiter), 11);
  g_Object = &g_Semaphore;
  KeSetEvent(&g_Event, 0, FALSE);
  Arm(&g_Semaphore, 8);
  KeReleaseSemaphore(&g_Semaphore, SEMAPHORE_INCREMENT + 3, 1, FALSE);
  FACT_EQ("scheduler 4 Parameter use: KeReleaseSemaphore", KeQueryPriorityThread(g_Waiter), 12);
  KeWaitForSingleObject(&g_Mutex, Executive, KernelMode, FALSE, NULL);
  g_Object = &g_Mutex;
  KeReleaseSemaphore(&g_Semaphore, 0, 1, FALSE);
  Arm(&g_Mutex, 8);
  g_Object = &g_Event;
  KeReleaseMutex(&g_Mutex, FALSE);
  FACT_EQ("scheduler 4 MUTANT_INCREMENT: 1", KeQueryPriorityThread(g_Waiter), 9);

  // a boost below what the thread has is none; the boost is over the base, not over the current priority
  Arm(&g_Event, 12);
  KeSetEvent(&g_Event, 2, FALSE);
  FACT_EQ("scheduler 4 Rules: over the base; what is higher already stays", KeQueryPriorityThread(g_Waiter), 12);
  Arm(&g_Event, 16);
  KeSetEvent(&g_Event, 6, FALSE);
  FACT_EQ("scheduler 4 Rules: real-time threads never boosted", KeQueryPriorityThread(g_Waiter), 16);
  Arm(&g_Event, 8);
  KeSetBasePriorityThread(g_Waiter, 7);
  KeSetEvent(&g_Event, 6, FALSE);
  FACT_EQ("scheduler 4 Rules: a base of 15 stays 15", KeQueryPriorityThread(g_Waiter), 15);
  KeSetBasePriorityThread(g_Waiter, 0);

  // decay: the waiter runs alone on CPU 0 while this thread waits
  Arm(&g_Event, 8);
  g_Spin = 1;
  KeSetEvent(&g_Event, 4, FALSE);
  KeWaitForSingleObject(&g_Spun, Executive, KernelMode, FALSE, NULL);
  BOOLEAN byOne = g_StepCount == 5;
  for (LONG i = 0; i < 5; i++) byOne = byOne && g_Steps[i] == 12 - i;
  FACT("scheduler 4 Rules: each quantum end drops 1 until base", byOne);
  FACT_EQ("scheduler 2 Expiry: never below the base", g_Steps[g_StepCount - 1], 8);
  FACT("scheduler 2 Expiry: with no other thread of the same priority it continues", g_Gap < 10000);
  KeWaitForSingleObject(&g_Ready, Executive, KernelMode, FALSE, NULL);
  g_Stop = 1;
  KeSetEvent(&g_Event, 0, FALSE);
  KeWaitForSingleObject(&g_Done[0], Executive, KernelMode, FALSE, NULL);

  // starvation: priority 4 below a thread of priority 10 that never waits, on one CPU
  g_Stop = 0;
  KeClearEvent(&g_Done[0]);
  KeInitializeEvent(&g_Ready, SynchronizationEvent, FALSE);
  LARGE_INTEGER start;
  TestStartThread(Busy, NULL, 10, &g_Done[0]);
  SleepMs(20);
  KeSetPriorityThread(me, 31);
  KeQueryTickCount(&start);
  TestStartThread(Low, NULL, 28, &g_Done[1]);
  while (!g_LowAfter) SleepMs(100);
  FACT("scheduler 4 Starvation: not before it has been ready for about 300 ticks", g_LowAt.QuadPart - start.QuadPart >= 300);
  FACT("scheduler 4 Starvation: the balance set manager wakes each second", g_LowAt.QuadPart - start.QuadPart <= 300 + 2 * 64 + 8);
  FACT_EQ("scheduler 4 Starvation: raises to 15", g_LowFirst, 15);
  FACT_EQ("scheduler 4 Starvation: for one boosted quantum, then back to the base", g_LowAfter, 4);
  g_Stop = 1;
  KeWaitForSingleObject(&g_Done[1], Executive, KernelMode, FALSE, NULL);
  g_Stop = 1;
  KeWaitForSingleObject(&g_Done[0], Executive, KernelMode, FALSE, NULL);
  KeSetPriorityThread(me, 8);
  KeRevertToUserAffinityThread();
  return RESULT();
}
