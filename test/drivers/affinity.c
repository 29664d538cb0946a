// Affinity of threads: system affinity over the user's, moving at once, who is placed where.
#include "check.h"
LONG g_Failures;
static KEVENT g_Done[66], g_Go, g_Ready;
static volatile LONG g_On[64], g_Stop, g_Seen = -1;
static ULONG64 g_SeenAt;

static ULONG Cpu(VOID) { return KeGetCurrentProcessorNumberEx(NULL); }
/** Starts anywhere, may run anywhere. */
static VOID Where(PVOID Context) {
  UNREFERENCED_PARAMETER(Context);
  KeSetEvent(&g_Ready, 0, FALSE);
  KeWaitForSingleObject(&g_Go, Executive, KernelMode, FALSE, NULL);
  g_SeenAt = KeQueryInterruptTimePrecise(NULL);
  g_Seen = (LONG)Cpu();
}
/** Never waits, on one CPU. */
static VOID Busy(PVOID Context) {
  ULONG cpu = (ULONG)(ULONG_PTR)Context;
  KeSetSystemAffinityThread((KAFFINITY)1 << cpu);
  while (!g_Stop) {
    g_On[Cpu()]++;
    KeStallExecutionProcessor(50);
  }
}

TEST_ENTRY {
  ULONG cpus = KeQueryActiveProcessorCountEx(ALL_PROCESSOR_GROUPS);
  KAFFINITY all = KeQueryActiveProcessors();
  PKTHREAD me = KeGetCurrentThread();
  ULONG last = cpus - 1;

  HEADER("scheduler 5 Types: KAFFINITY = ULONG_PTR", sizeof(KAFFINITY) == sizeof(ULONG_PTR));
  FACT_EQ("scheduler 5 KeSetSystemAffinityThreadEx: returns 0 if there was none", KeSetSystemAffinityThreadEx(1), 0);
  FACT_EQ("scheduler 5 KeSetSystemAffinityThreadEx: at PASSIVE the thread moves before return", Cpu(), 0);
  KAFFINITY old = KeSetSystemAffinityThreadEx((KAFFINITY)1 << last);
  FACT_EQ("scheduler 5 KeSetSystemAffinityThreadEx: returns the previous system affinity", old, 1);
  FACT_EQ("scheduler 5 KeSetSystemAffinityThreadEx: to the last processor", Cpu(), last);
  KeRevertToUserAffinityThreadEx(old);
  FACT_EQ("ps-routines 6 KeRevertToUserAffinityThreadEx: back to the system affinity before", Cpu(), 0);
  FACT_EQ("ps-routines 6 KeRevertToUserAffinityThreadEx: which is in force again", KeSetSystemAffinityThreadEx((KAFFINITY)1 << last), 1);
  KeRevertToUserAffinityThreadEx(0);
  FACT_EQ("ps-routines 6 KeRevertToUserAffinityThreadEx: 0 restores the user affinity", KeSetSystemAffinityThreadEx(all), 0);
  KeRevertToUserAffinityThread();
  FACT_EQ("ps-routines 6 KeSetSystemAffinityThread: old form, no return value; reverted by KeRevertToUserAffinityThread", KeSetSystemAffinityThreadEx(1), 0);
  KeRevertToUserAffinityThread();
  BOOLEAN each = TRUE;
  for (ULONG i = 0; i < cpus; i++) {
    KeSetSystemAffinityThread((KAFFINITY)1 << i);
    each = each && Cpu() == i;
  }
  FACT("ps-routines 6 KeSetSystemAffinityThread: takes effect before return, on every processor", each);
  KeSetSystemAffinityThread(all | ((KAFFINITY)1 << 63));
  FACT("scheduler 5 KeSetSystemAffinityThread: bits of processors that are not there do not count", Cpu() < cpus);
  KeRevertToUserAffinityThread();

  // at APC_LEVEL the thread moves at once, too
  KIRQL irql;
  KeRaiseIrql(APC_LEVEL, &irql);
  KeSetSystemAffinityThread((KAFFINITY)1 << last);
  FACT_EQ("scheduler 5 KeSetSystemAffinityThreadEx: at APC_LEVEL the thread moves before return", Cpu(), last);
  KeSetSystemAffinityThread(1);
  FACT_EQ("scheduler 5 KeSetSystemAffinityThreadEx: and the IRQL goes with it", KeGetCurrentIrql(), APC_LEVEL);
  KeLowerIrql(irql);

  // KeGetCurrentProcessorNumberEx is stable with an affinity of one processor
  BOOLEAN stable = TRUE;
  for (ULONG i = 0; i < 20; i++) {
    stable = stable && Cpu() == 0;
    SleepMs(1);
  }
  FACT("scheduler 5 KeGetCurrentProcessorNumberEx: stable with affinity set", stable);
  irql = KeRaiseIrqlToDpcLevel();
  ULONG here = Cpu();
  KeStallExecutionProcessor(100000);
  FACT_EQ("scheduler 5 KeGetCurrentProcessorNumberEx: stable at DISPATCH_LEVEL", Cpu(), here);
  KeLowerIrql(irql);

  // ideal processor
  UCHAR ideal = KeSetIdealProcessorThread(me, MAXIMUM_PROCESSORS);
  FACT("scheduler 3 Ideal processor: value MAXIMUM_PROCESSORS = query", ideal < cpus && KeSetIdealProcessorThread(me, MAXIMUM_PROCESSORS) == ideal);
  FACT_EQ("scheduler 3 Ideal processor: KeSetIdealProcessorThread returns the old one", KeSetIdealProcessorThread(me, (UCHAR)last), ideal);
  FACT_EQ("scheduler 3 Ideal processor: and has set the new one", KeSetIdealProcessorThread(me, ideal), last);

  // placement: all CPUs but this one are idle
  KeInitializeEvent(&g_Go, NotificationEvent, FALSE);
  KeInitializeEvent(&g_Ready, SynchronizationEvent, FALSE);
  KeSetPriorityThread(me, 24);
  KeInitializeEvent(&g_Done[0], NotificationEvent, FALSE);
  TestStartThread(Where, NULL, 10, &g_Done[0]);
  KeWaitForSingleObject(&g_Ready, Executive, KernelMode, FALSE, NULL);
  SleepMs(2);
  KeSetEvent(&g_Go, 0, FALSE);
  for (ULONG n = 0; n < 20000 && g_Seen < 0 && cpus > 1; n++) KeStallExecutionProcessor(10);
  FACT("scheduler 3 Placement of a readied thread: an idle CPU in its affinity takes it while this one is busy", cpus == 1 ? g_Seen == -1 : g_Seen > 0);
  KeWaitForSingleObject(&g_Done[0], Executive, KernelMode, FALSE, NULL);

  // one busy thread for each CPU: each runs on its own only
  for (ULONG i = 0; i < cpus; i++) {
    KeInitializeEvent(&g_Done[i], NotificationEvent, FALSE);
    TestStartThread(Busy, (PVOID)(ULONG_PTR)i, 12, &g_Done[i]);
  }
  SleepMs(100);
  BOOLEAN busy = TRUE;
  for (ULONG i = 0; i < cpus; i++) busy = busy && g_On[i] > 0;
  FACT("scheduler 3 CPU state: threads bound to different processors run at the same time", busy);
  // all are busy now; the ideal one is preempted by a higher thread
  g_Seen = -1;
  KeClearEvent(&g_Go);
  KeInitializeEvent(&g_Done[65], NotificationEvent, FALSE);
  TestStartThread(Where, NULL, 20, &g_Done[65]);
  KeWaitForSingleObject(&g_Ready, Executive, KernelMode, FALSE, NULL);
  SleepMs(2);
  ULONG64 released = KeQueryInterruptTimePrecise(NULL);
  KeSetEvent(&g_Go, 0, FALSE);
  KeWaitForSingleObject(&g_Done[65], Executive, KernelMode, FALSE, NULL);
  FACT("scheduler 3 Placement of a readied thread: with no idle CPU it preempts a lower thread, at once", g_SeenAt - released < 10000);
  g_Stop = 1;
  for (ULONG i = 0; i < cpus; i++) KeWaitForSingleObject(&g_Done[i], Executive, KernelMode, FALSE, NULL);

  KeRevertToUserAffinityThread();
  KeSetPriorityThread(me, 8);
  return RESULT();
}

BAD(NoProcessor, 0x3, 0) {
  EXPECT_STOP("bugchecks 3 0x3: affinity with no valid processor", 0x3, 0, 0, 0, 0);
  KeSetSystemAffinityThreadEx(0);
  return STATUS_SUCCESS;
}
BAD(NoSuchProcessor, 0x3, -1) {
  EXPECT_STOP("bugchecks 3 0x3: affinity with a processor that the machine does not have", 0x3, (KAFFINITY)1 << 40, 0, 0, 0);
  KeSetSystemAffinityThread((KAFFINITY)1 << 40);
  return STATUS_SUCCESS;
}
