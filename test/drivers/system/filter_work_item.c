// Generic work items of a minifilter (documentation of FltAllocateGenericWorkItem, FltQueueGenericWorkItem, FltFreeGenericWorkItem, FltUnregisterFilter).
// case FREED bugcheck 0xE4
// case TWICE bugcheck 0xE4
// case NO_ITEM bugcheck 0xE4
// case NO_ROUTINE bugcheck 0xE4
// case NO_TYPE bugcheck 0xE4
#include <fltkernel.h>
#include "system.h"

static PFLT_FILTER Filter;
static PFLT_GENERIC_WORKITEM Item, Late;
static KEVENT Done, Go, Left;
static LONG Runs;
static BOOLEAN Freed, Slept;

static VOID FLTAPI Again(PFLT_GENERIC_WORKITEM FltWorkItem, PVOID FltObject, PVOID Context) {
  FACT("documentation FltQueueGenericWorkItem: the routine gets the work item", FltWorkItem == Item);
  FACT("documentation FltQueueGenericWorkItem: the routine gets the object", FltObject == Filter);
  FACT("documentation FltQueueGenericWorkItem: the routine gets the context", Context == &Runs);
  FACT_EQ("documentation FltQueueGenericWorkItem: PASSIVE_LEVEL", KeGetCurrentIrql(), PASSIVE_LEVEL);
  FACT("documentation FltQueueGenericWorkItem: a system worker thread", PsGetCurrentProcess() == PsInitialSystemProcess && PsIsSystemThread(PsGetCurrentThread()));
  if (++Runs < 3) {
    FACT_EQ("documentation FltQueueGenericWorkItem: its routine may queue it again", FltQueueGenericWorkItem(FltWorkItem, FltObject, Again, CriticalWorkQueue, Context), STATUS_SUCCESS);
    return;
  }
  FltFreeGenericWorkItem(FltWorkItem);
  KeSetEvent(&Done, IO_NO_INCREMENT, FALSE);
}

// Runs while the filter is unregistered.
static VOID FLTAPI Slow(PFLT_GENERIC_WORKITEM FltWorkItem, PVOID FltObject, PVOID Context) {
  PFLT_GENERIC_WORKITEM other;
  NTSTATUS status;
  UNREFERENCED_PARAMETER(Context);
  KeSetEvent(&Go, IO_NO_INCREMENT, FALSE);
  SleepMs(20); // FltUnregisterFilter waits by now
  other = FltAllocateGenericWorkItem();
  status = FltQueueGenericWorkItem(other, FltObject, Slow, DelayedWorkQueue, NULL);
  FACT_EQ("documentation FltQueueGenericWorkItem: a filter that is torn down is STATUS_FLT_DELETING_OBJECT", status, STATUS_FLT_DELETING_OBJECT);
  FACT_EQ("documentation FltObjectReference: a filter that is torn down is STATUS_FLT_DELETING_OBJECT", FltObjectReference(FltObject), STATUS_FLT_DELETING_OBJECT);
  FltFreeGenericWorkItem(other);
  FltFreeGenericWorkItem(FltWorkItem);
  Slept = TRUE;
}

static NTSTATUS FLTAPI FilterUnload(FLT_FILTER_UNLOAD_FLAGS Flags) {
  UNREFERENCED_PARAMETER(Flags);
  Late = FltAllocateGenericWorkItem();
  FACT_EQ("documentation FltQueueGenericWorkItem: STATUS_SUCCESS", FltQueueGenericWorkItem(Late, Filter, Slow, DelayedWorkQueue, NULL), STATUS_SUCCESS);
  KeWaitForSingleObject(&Go, Executive, KernelMode, FALSE, NULL);
  CHECK(!Slept);
  FltUnregisterFilter(Filter);
  FACT("documentation FltUnregisterFilter: waits until the work items have run", Slept);
  return STATUS_SUCCESS;
}

static const FLT_REGISTRATION Registration = {sizeof(FLT_REGISTRATION), FLT_REGISTRATION_VERSION, 0, NULL, NULL, FilterUnload};

static VOID FLTAPI Waits(PFLT_GENERIC_WORKITEM FltWorkItem, PVOID FltObject, PVOID Context) {
  UNREFERENCED_PARAMETER(FltWorkItem); UNREFERENCED_PARAMETER(FltObject); UNREFERENCED_PARAMETER(Context);
  KeWaitForSingleObject(&Left, Executive, KernelMode, FALSE, NULL);
}

// Keeps every worker of the delayed queue busy, so that what is queued then stays queued.
static VOID Occupy(VOID) {
  LONG i;
  for (i = 0; i < 2; i++) CHECK_EQ(FltQueueGenericWorkItem(FltAllocateGenericWorkItem(), Filter, Waits, DelayedWorkQueue, NULL), STATUS_SUCCESS);
  SleepMs(1);
}

static VOID Bad(VOID) {
#ifdef CASE_FREED
  Occupy();
  CHECK_EQ(FltQueueGenericWorkItem(Item, Filter, Again, DelayedWorkQueue, NULL), STATUS_SUCCESS);
  EXPECT_STOP("documentation FltFreeGenericWorkItem: not while it is queued", 0xE4, 2, Item, Again, 0);
  FltFreeGenericWorkItem(Item);
#endif
#ifdef CASE_TWICE
  Occupy();
  CHECK_EQ(FltQueueGenericWorkItem(Item, Filter, Again, DelayedWorkQueue, NULL), STATUS_SUCCESS);
  EXPECT_STOP("documentation FltQueueGenericWorkItem: not while it is queued", 0xE4, 1, Item, 1, 0);
  FltQueueGenericWorkItem(Item, Filter, Again, DelayedWorkQueue, NULL);
#endif
#ifdef CASE_NO_ITEM
  EXPECT_STOP("documentation FltQueueGenericWorkItem: FltWorkItem is of FltAllocateGenericWorkItem", 0xE4, 3, &Done, 0, 0);
  FltQueueGenericWorkItem((PFLT_GENERIC_WORKITEM)&Done, Filter, Again, DelayedWorkQueue, NULL);
#endif
#ifdef CASE_NO_ROUTINE
  EXPECT_STOP("documentation FltQueueGenericWorkItem: WorkerRoutine is required", 0xE4, 7, Item, 1, 0);
  FltQueueGenericWorkItem(Item, Filter, NULL, DelayedWorkQueue, NULL);
#endif
#ifdef CASE_NO_TYPE
  EXPECT_STOP("bugchecks 4 WORKER_INVALID: the queue type", 0xE4, 6, Item, 7, 0);
  FltQueueGenericWorkItem(Item, Filter, Again, MaximumWorkQueue, NULL);
#endif
  Freed = TRUE;
  Occupy();
}

TEST_ENTRY {
  KIRQL irql;
  UNREFERENCED_PARAMETER(RegistryPath);
  KeInitializeEvent(&Done, SynchronizationEvent, FALSE);
  KeInitializeEvent(&Go, SynchronizationEvent, FALSE);
  KeInitializeEvent(&Left, NotificationEvent, FALSE);
  CHECK_EQ(FltRegisterFilter(DriverObject, &Registration, &Filter), STATUS_SUCCESS);
  Item = FltAllocateGenericWorkItem();
  FACT("documentation FltAllocateGenericWorkItem: a work item", Item != NULL);
#if defined(CASE_FREED) || defined(CASE_TWICE) || defined(CASE_NO_ITEM) || defined(CASE_NO_ROUTINE) || defined(CASE_NO_TYPE)
  Bad();
#else
  UNREFERENCED_PARAMETER(Bad);
#endif
  CHECK_EQ(FltQueueGenericWorkItem(Item, (PVOID)&Registration, Again, DelayedWorkQueue, NULL), STATUS_INVALID_PARAMETER); // no filter: nothing is queued
  KeRaiseIrql(DISPATCH_LEVEL, &irql);
  FACT_EQ("documentation FltQueueGenericWorkItem: IRQL <= DISPATCH_LEVEL", FltQueueGenericWorkItem(Item, Filter, Again, CriticalWorkQueue, &Runs), STATUS_SUCCESS);
  KeLowerIrql(irql);
  KeWaitForSingleObject(&Done, Executive, KernelMode, FALSE, NULL);
  CHECK_EQ(Runs, 3);
  return STATUS_SUCCESS;
}
