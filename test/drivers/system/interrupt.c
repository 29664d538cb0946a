// Interrupt objects: their spin lock and synchronised execution. No device raises one here.
#include "system.h"
#if 0 // threads
thread main { Sleep(1); }
#endif
static PKINTERRUPT g_Interrupt;
static LONG g_Shared;
static KIRQL g_Irql;

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
  UNREFERENCED_PARAMETER(Context);
  for (int i = 0; i < 30; i++) {
    if (i % 2) KeSynchronizeExecution(g_Interrupt, Count, NULL);
    else {
      KIRQL old = KeAcquireInterruptSpinLock(g_Interrupt);
      Count(NULL);
      KeReleaseInterruptSpinLock(g_Interrupt, old);
    }
  }
}

TEST_ENTRY {
  PETHREAD workers[2];
  static KSPIN_LOCK lock;
  UNREFERENCED_PARAMETER(RegistryPath);
  DriverObject->DriverUnload = UnloadNothing;
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
  for (int i = 0; i < 2; i++) workers[i] = StartThread(Worker, NULL);
  for (int i = 0; i < 2; i++) Join(workers[i]);
  FACT_EQ("scheduler 12 interrupt spin lock and KeSynchronizeExecution exclude each other", g_Shared, 60);
  IoDisconnectInterrupt(g_Interrupt);
  return RESULT();
}
