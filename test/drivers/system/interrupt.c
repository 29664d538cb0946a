// Interrupt objects: their spin lock and synchronised execution. No device raises one here.
#include "system.h"
#if 0 // threads
thread main { Sleep(1); }
#endif
static PKINTERRUPT g_Interrupt;
static LONG g_Shared;
static KIRQL g_Irql;
static KEVENT g_Done[2];

static BOOLEAN Service(PKINTERRUPT Interrupt, PVOID Context) {
  UNREFERENCED_PARAMETER(Interrupt);
  UNREFERENCED_PARAMETER(Context);
  return FALSE;
}
static BOOLEAN Synchronized(PVOID Context) {
  g_Irql = KeGetCurrentIrql();
  return Context == (PVOID)5;
}
static BOOLEAN Count(PVOID Context) {
  UNREFERENCED_PARAMETER(Context);
  LONG v = g_Shared;
  for (volatile int i = 0; i < 5; i++) {}
  g_Shared = v + 1;
  return TRUE;
}
static VOID Worker(PVOID Context) {
  for (int i = 0; i < 30; i++) {
    if (i % 2) KeSynchronizeExecution(g_Interrupt, Count, NULL);
    else {
      KIRQL old = KeAcquireInterruptSpinLock(g_Interrupt);
      Count(NULL);
      KeReleaseInterruptSpinLock(g_Interrupt, old);
    }
  }
  KeSetEvent(Context, 0, FALSE);
  PsTerminateSystemThread(STATUS_SUCCESS);
}
static VOID Unload(PDRIVER_OBJECT DriverObject) { UNREFERENCED_PARAMETER(DriverObject); }

TEST_ENTRY {
  HANDLE h;
  OBJECT_ATTRIBUTES oa;
  static KSPIN_LOCK lock;
  UNREFERENCED_PARAMETER(RegistryPath);
  DriverObject->DriverUnload = Unload;
  KeInitializeSpinLock(&lock);
  FACT_EQ("scheduler 12 interrupt: SynchronizeIrql below Irql", IoConnectInterrupt(&g_Interrupt, Service, NULL, NULL, 0x51, 6, 5, LevelSensitive, TRUE, 1, FALSE), STATUS_INVALID_PARAMETER);
  FACT_EQ("scheduler 12 interrupt: connected", IoConnectInterrupt(&g_Interrupt, Service, NULL, &lock, 0x51, 5, 6, LevelSensitive, TRUE, 1, FALSE), STATUS_SUCCESS);
  KIRQL old = KeAcquireInterruptSpinLock(g_Interrupt);
  FACT("scheduler 12 KeAcquireInterruptSpinLock: SynchronizeIrql, old IRQL is told", KeGetCurrentIrql() == 6 && old == PASSIVE_LEVEL);
  FACT("scheduler 12 the lock is the one that the driver gave", lock != 0);
  KeReleaseInterruptSpinLock(g_Interrupt, old);
  FACT("scheduler 12 KeReleaseInterruptSpinLock", KeGetCurrentIrql() == PASSIVE_LEVEL && lock == 0);
  FACT("scheduler 12 KeSynchronizeExecution(Interrupt, f, ctx): what f returns", KeSynchronizeExecution(g_Interrupt, Synchronized, (PVOID)5) == TRUE && KeSynchronizeExecution(g_Interrupt, Synchronized, NULL) == FALSE);
  FACT("scheduler 12 KeSynchronizeExecution: at SynchronizeIrql", g_Irql == 6 && KeGetCurrentIrql() == PASSIVE_LEVEL);
  InitializeObjectAttributes(&oa, NULL, OBJ_KERNEL_HANDLE, NULL, NULL);
  for (int i = 0; i < 2; i++) {
    KeInitializeEvent(&g_Done[i], NotificationEvent, FALSE);
    CHECK_EQ(PsCreateSystemThread(&h, THREAD_ALL_ACCESS, &oa, NULL, NULL, Worker, &g_Done[i]), STATUS_SUCCESS);
    ZwClose(h);
  }
  for (int i = 0; i < 2; i++) KeWaitForSingleObject(&g_Done[i], Executive, KernelMode, FALSE, NULL);
  FACT_EQ("scheduler 12 interrupt spin lock and KeSynchronizeExecution exclude each other", g_Shared, 60);
  IoDisconnectInterrupt(g_Interrupt);
  SleepMs(40); // the workers have set their events and still run in this image
  return RESULT();
}
