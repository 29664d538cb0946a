// A work item returns while its thread is attached to a silo.
// expect bugcheck 0x19A
#include "system.h"
static WORK_QUEUE_ITEM g_Item;
static KEVENT g_Never;
static VOID Work(PVOID Parameter) {
  EXPECT_STOP("bugchecks 4 0x19A: worker thread returned while attached to a silo", 0x19A, Work, Parameter, &g_Item, 0);
  PsAttachSiloToCurrentThread(PsGetHostSilo());
}
TEST_ENTRY {
  UNREFERENCED_PARAMETER(DriverObject);
  UNREFERENCED_PARAMETER(RegistryPath);
  KeInitializeEvent(&g_Never, NotificationEvent, FALSE);
  ExInitializeWorkItem(&g_Item, Work, (PVOID)0x77);
  ExQueueWorkItem(&g_Item, DelayedWorkQueue);
  KeWaitForSingleObject(&g_Never, Executive, KernelMode, FALSE, NULL);
  return STATUS_SUCCESS;
}
