// Suspension is a kernel APC that waits: a thread in a critical region, or one that owns a lock, goes on until it may be delivered.
#include "system.h"
#if 0 // threads
thread main {
  Sleep(1);
}
#endif

static volatile LONG g_Beats, g_Leave, g_Stop;

static VOID Loop(PVOID Context) {
  UNREFERENCED_PARAMETER(Context);
  FACT("scheduler 11 system thread start: in a critical region", KeAreApcsDisabled() && !KeAreAllApcsDisabled());
  while (!g_Leave) {
    g_Beats++;
    SleepMs(10);
  }
  KeLeaveCriticalRegion();
  while (!g_Stop) {
    g_Beats++;
    SleepMs(10);
  }
  KeEnterCriticalRegion();
}

static VOID Unload(PDRIVER_OBJECT DriverObject) {
  HANDLE h;
  PETHREAD thread;
  ULONG count;
  LONG n;
  UNREFERENCED_PARAMETER(DriverObject);
  CHECK_EQ(PsCreateSystemThread(&h, THREAD_ALL_ACCESS, NULL, NULL, NULL, Loop, NULL), STATUS_SUCCESS);
  CHECK_EQ(ObReferenceObjectByHandle(h, SYNCHRONIZE, *PsThreadType, KernelMode, (PVOID *)&thread, NULL), STATUS_SUCCESS);
  SleepMs(30);
  FACT("scheduler 11 suspend: previous count", ZwSuspendThread(h, &count) == STATUS_SUCCESS && count == 0);
  n = g_Beats;
  SleepMs(100);
  FACT("scheduler 11 suspend: a thread in a critical region is not suspended", g_Beats > n);
  g_Leave = 1;
  SleepMs(50);
  n = g_Beats;
  SleepMs(100);
  FACT_EQ("scheduler 11 suspend: until it leaves the region", g_Beats, n);
  for (int i = 1; i < 127; i++) CHECK_EQ(ZwSuspendThread(h, NULL), STATUS_SUCCESS);
  FACT_EQ("scheduler 11 suspend: count at most 127", ZwSuspendThread(h, NULL), STATUS_SUSPEND_COUNT_EXCEEDED);
  for (int i = 0; i < 126; i++) ZwResumeThread(h, &count);
  SleepMs(50);
  FACT("scheduler 11 suspend: as often resumed as suspended", g_Beats == n && count == 2);
  ZwResumeThread(h, &count);
  SleepMs(50);
  FACT("scheduler 11 suspend: then it goes on", g_Beats > n && count == 1);
  g_Stop = 1;
  KeWaitForSingleObject(thread, Executive, KernelMode, FALSE, NULL);
  ObDereferenceObject(thread);
  ZwClose(h);
  DropDevice();
}

TEST_ENTRY {
  UNREFERENCED_PARAMETER(RegistryPath);
  DriverObject->DriverUnload = Unload;
  return MakeDevice(DriverObject, OpenClose);
}
