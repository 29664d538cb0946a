// Priority classes, relative priorities, affinity, ideal processors and boosts as bodies set them, and what the driver sees of it.
#include "system.h"

/** Current priority of the thread that sends the request. */
static NTSTATUS Control(PDEVICE_OBJECT DeviceObject, PIRP Irp) {
  UNREFERENCED_PARAMETER(DeviceObject);
  *(LONG *)Irp->AssociatedIrp.SystemBuffer = KeQueryPriorityThread(KeGetCurrentThread());
  return CompleteIrp(Irp, STATUS_SUCCESS, sizeof(LONG));
}
TEST_ENTRY {
  UNREFERENCED_PARAMETER(RegistryPath);
  DriverObject->DriverUnload = UnloadDevice;
  return MakeDevice(DriverObject, Control);
}
#if 0 // threads
code {
  static HANDLE g_Go;
  static volatile LONG g_Priority;
  static LONG Now(HANDLE d) { LONG p = 0; DWORD n; DeviceIoControl(d, IOCTL_BUFFERED, &p, sizeof p, &p, sizeof p, &n, NULL); return p; }
  // base priority of the current thread as the system knows it
  static LONG Base(void) {
    LONG b = -1;
    NtQueryInformationThread(GetCurrentThread(), ThreadActualBasePriority, &b, sizeof b, NULL);
    return b;
  }
  static DWORD WINAPI Waiter(LPVOID d) {
    WaitForSingleObject(g_Go, INFINITE);
    g_Priority = Now(d);
    return 0;
  }
}
thread main {
  HANDLE d = CreateFileW(L"\\\\.\\Test", GENERIC_READ | GENERIC_WRITE, 0, NULL, OPEN_EXISTING, 0, NULL);
  HANDLE me = GetCurrentThread(), us = GetCurrentProcess();
  const DWORD classes[6] = { IDLE_PRIORITY_CLASS, BELOW_NORMAL_PRIORITY_CLASS, NORMAL_PRIORITY_CLASS, ABOVE_NORMAL_PRIORITY_CLASS, HIGH_PRIORITY_CLASS, REALTIME_PRIORITY_CLASS };
  const int levels[7] = { THREAD_PRIORITY_IDLE, THREAD_PRIORITY_LOWEST, THREAD_PRIORITY_BELOW_NORMAL, THREAD_PRIORITY_NORMAL, THREAD_PRIORITY_ABOVE_NORMAL, THREAD_PRIORITY_HIGHEST, THREAD_PRIORITY_TIME_CRITICAL };
  const LONG table[6][7] = { {1, 2, 3, 4, 5, 6, 15}, {1, 4, 5, 6, 7, 8, 15}, {1, 6, 7, 8, 9, 10, 15}, {1, 8, 9, 10, 11, 12, 15}, {1, 11, 12, 13, 14, 15, 15}, {16, 22, 23, 24, 25, 26, 31} };
  const UCHAR numbers[6] = {1, 5, 2, 6, 3, 4};
  int i, j;
  LONG wrong = 0, kept = 0;
  BOOL off = 5;
  DWORD_PTR mask = 0, system = 0;
  DWORD cpus = GetActiveProcessorCount(ALL_PROCESSOR_GROUPS);

  EXPECT(d != INVALID_HANDLE_VALUE);
  FACT_EQ("scheduler 1 Class values: NORMAL 0x20 is what a process begins with", GetPriorityClass(us), NORMAL_PRIORITY_CLASS);
  FACT_EQ("scheduler 1 Base priority: NORMAL, NORMAL 8", Base(), 8);
  for (i = 0; i < 6; i++) {
    PROCESS_PRIORITY_CLASS kernel = {0};
    SetPriorityClass(us, classes[i]);
    NtQueryInformationProcess(us, ProcessPriorityClass, &kernel, sizeof kernel, NULL);
    wrong += kernel.PriorityClass != numbers[i];
  }
  FACT_EQ("scheduler 1 Kernel PROCESS_PRIORITY_CLASS values: Idle 1, Normal 2, High 3, RealTime 4, BelowNormal 5, AboveNormal 6", wrong, 0);
  for (i = 0; i < 6; i++) {
    wrong += !SetPriorityClass(us, classes[i]) || GetPriorityClass(us) != classes[i];
    for (j = 0; j < 7; j++) wrong += !SetThreadPriority(me, levels[j]) || GetThreadPriority(me) != levels[j] || Base() != table[i][j] || Now(d) != table[i][j];
  }
  FACT_EQ("scheduler 1 Base priority = f(class, relative level): all 42 of the table", wrong, 0);
  SetThreadPriority(me, THREAD_PRIORITY_TIME_CRITICAL);
  for (i = 0; i < 6; i++) { SetPriorityClass(us, classes[i]); kept += Base() != table[i][6] || GetThreadPriority(me) != THREAD_PRIORITY_TIME_CRITICAL; }
  SetThreadPriority(me, THREAD_PRIORITY_IDLE);
  for (i = 0; i < 6; i++) { SetPriorityClass(us, classes[i]); kept += Base() != table[i][0] || GetThreadPriority(me) != THREAD_PRIORITY_IDLE; }
  SetThreadPriority(me, THREAD_PRIORITY_LOWEST);
  for (i = 0; i < 6; i++) { SetPriorityClass(us, classes[i]); kept += Base() != table[i][1]; }
  FACT_EQ("scheduler 1 Base priority: a thread keeps its level when the class of the process changes", kept, 0);
  wrong = 0;
  for (j = -7; j <= 6; j++) wrong += !SetThreadPriority(me, j) || Base() != 24 + j;
  FACT_EQ("scheduler 1 REALTIME class also accepts -7..-3 and 3..6 as levels", wrong, 0);
  SetPriorityClass(us, NORMAL_PRIORITY_CLASS);
  SetThreadPriority(me, THREAD_PRIORITY_NORMAL);
  FACT("scheduler 1 Relative priorities: 3 is none outside of REALTIME", !SetThreadPriority(me, 3) && GetLastError() == 87 && Base() == 8);
  FACT("scheduler 1 Relative priorities: 16 is none of Win32's", !SetThreadPriority(me, 16));
  FACT("scheduler 1 Class values: others are refused", !SetPriorityClass(us, 0x60) && GetLastError() == 87 && GetPriorityClass(us) == NORMAL_PRIORITY_CLASS);

  // affinity
  EXPECT(GetProcessAffinityMask(us, &mask, &system));
  FACT("scheduler 5 Types: a process may use all processors", mask == system && mask == ((DWORD_PTR)1 << cpus) - 1);
  FACT_EQ("scheduler 5 Thread: SetThreadAffinityMask returns the old mask", SetThreadAffinityMask(me, (DWORD_PTR)1 << (cpus - 1)), mask);
  FACT_EQ("scheduler 5 Thread: and the thread runs there", GetCurrentProcessorNumber(), cpus - 1);
  FACT_EQ("scheduler 5 Thread: an empty mask is refused", SetThreadAffinityMask(me, 0), 0);
  FACT_EQ("scheduler 5 Thread: a mask outside that of the process is refused", SetThreadAffinityMask(me, (DWORD_PTR)1 << 40), 0);
  FACT_EQ("scheduler 5 Thread: the mask is what it was", SetThreadAffinityMask(me, mask), (DWORD_PTR)1 << (cpus - 1));
  EXPECT(SetProcessAffinityMask(us, 1));
  FACT_EQ("scheduler 5 Thread: SetProcessAffinityMask moves its threads", GetCurrentProcessorNumber(), 0);
  EXPECT(SetProcessAffinityMask(us, mask));
  GROUP_AFFINITY group, old;
  memset(&group, 0, sizeof group);
  group.Mask = 1;
  EXPECT(SetThreadGroupAffinity(me, &group, &old));
  FACT("scheduler 5 Thread: runs in one group; SetThreadGroupAffinity gives the old affinity", old.Mask == mask && old.Group == 0 && GetCurrentProcessorNumber() == 0);
  EXPECT(GetThreadGroupAffinity(me, &group));
  FACT("scheduler 5 Thread: GetThreadGroupAffinity", group.Mask == 1 && group.Group == 0);
  group.Group = 1;
  FACT("scheduler 5 Thread: a group that is not there is refused", !SetThreadGroupAffinity(me, &group, NULL));
  SetThreadAffinityMask(me, mask);
  DWORD ideal = SetThreadIdealProcessor(me, MAXIMUM_PROCESSORS);
  FACT("scheduler 3 Ideal processor: SetThreadIdealProcessor(MAXIMUM_PROCESSORS) = query", ideal < cpus && SetThreadIdealProcessor(me, MAXIMUM_PROCESSORS) == ideal);
  FACT_EQ("scheduler 3 Ideal processor: returns the old one", SetThreadIdealProcessor(me, cpus - 1), ideal);
  FACT_EQ("scheduler 3 Ideal processor: beyond MAXIMUM_PROCESSORS is refused", SetThreadIdealProcessor(me, MAXIMUM_PROCESSORS + 1), 0xFFFFFFFF);
  PROCESSOR_NUMBER number, before;
  EXPECT(GetThreadIdealProcessorEx(me, &number));
  FACT("scheduler 3 Ideal processor: GetThreadIdealProcessorEx", number.Group == 0 && number.Number == cpus - 1);
  number.Number = 0;
  EXPECT(SetThreadIdealProcessorEx(me, &number, &before));
  FACT_EQ("scheduler 3 Ideal processor: SetThreadIdealProcessorEx gives the old one", before.Number, cpus - 1);
  FACT("scheduler 5 Group size: one group", GetActiveProcessorGroupCount() == 1 && GetMaximumProcessorGroupCount() == 1 && GetActiveProcessorCount(0) == cpus);

  // boosts
  g_Go = CreateEventW(NULL, TRUE, FALSE, NULL);
  for (i = 0; i < 4; i++) {
    // 0: as it is, 1: boosts switched off for the thread, 2: in the foreground, 3: in the foreground, boosts off for the process
    HANDLE t = CreateThread(NULL, 0, Waiter, d, CREATE_SUSPENDED, NULL);
    if (i == 1) EXPECT(SetThreadPriorityBoost(t, TRUE) && GetThreadPriorityBoost(t, &off) && off == TRUE);
    if (i >= 2) EXPECT(SetForegroundProcess(NULL, TRUE));
    if (i == 3) EXPECT(SetProcessPriorityBoost(us, TRUE) && GetProcessPriorityBoost(us, &off) && off == TRUE);
    ResetEvent(g_Go);
    ResumeThread(t);
    Sleep(20);
    SetEvent(g_Go);
    WaitForSingleObject(t, INFINITE);
    CloseHandle(t);
    if (i == 0) FACT_EQ("scheduler 4 EVENT_INCREMENT: SetEvent boosts by 1", g_Priority, 9);
    if (i == 1) FACT_EQ("scheduler 4 Disable: SetThreadPriorityBoost", g_Priority, 8);
    if (i == 2) FACT_EQ("scheduler 4 Foreground: + separation (2) when a wait completes", g_Priority, 11);
    if (i == 3) FACT_EQ("scheduler 4 Disable: of the whole process, also of threads to come", g_Priority, 8);
    SetForegroundProcess(NULL, FALSE);
  }
  SetProcessPriorityBoost(us, FALSE);
  FACT("scheduler 2 Yield: SwitchToThread with nobody to yield to", !SwitchToThread());
  CloseHandle(g_Go);
  CloseHandle(d);
}
#endif
