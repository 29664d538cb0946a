// I/O work items: arguments, what is referenced while one is queued, again and freed inside, IoTryQueueWorkItem, IoInitializeWorkItem; wrong uses.
// case FREE_QUEUED bugcheck 0xE4
// case UNINITIALIZE_QUEUED bugcheck 0xE4
// case QUEUED_TWICE bugcheck 0xE4
// case BAD_OBJECT bugcheck 0xE4
// case BAD_ROUTINE bugcheck 0xE4
// case RAISED bugcheck 0xE1
// case ATTACHED bugcheck 0x1
// case TERMINATES bugcheck 0xE9
// case IN_APC bugcheck 0x20
// case IMPERSONATES bugcheck 0xDF
// case IO_PRIORITY bugcheck 0x128
#include "system.h"
#if 0 // threads
thread main {
  CloseHandle(CreateFileW(L"\\\\.\\Test", GENERIC_READ, 0, NULL, OPEN_EXISTING, 0, NULL));
}
#endif

static PIO_WORKITEM g_Item, g_Blocker, g_Own;
static KEVENT g_Done, g_Release;
static LONG g_Runs;
static PEPROCESS g_Opener;
static PDRIVER_OBJECT g_Driver;

static VOID Plain(PDEVICE_OBJECT DeviceObject, PVOID Context) {
  FACT("scheduler 15 IoQueueWorkItem: routine gets the device object and the context", DeviceObject == g_Device && Context == (PVOID)9);
  FACT_EQ("scheduler 15 I/O work item: PASSIVE_LEVEL", KeGetCurrentIrql(), PASSIVE_LEVEL);
  FACT("scheduler 15 I/O work item: in the System process", PsGetCurrentProcess() == PsInitialSystemProcess && PsIsSystemThread(PsGetCurrentThread()));
  FACT("scheduler 15 I/O work item: no APC disable", !KeAreApcsDisabled());
  FACT("scheduler 15 I/O work item: not impersonating", !PsIsThreadImpersonating(PsGetCurrentThread()));
  g_Runs++;
  KeSetEvent(&g_Done, 0, FALSE);
}
static VOID Ex(PVOID IoObject, PVOID Context, PIO_WORKITEM Item) {
  FACT("scheduler 15 IoQueueWorkItemEx: routine gets the I/O object, the context and the item", IoObject == g_Device && Context == (PVOID)9 && Item == g_Item);
  g_Runs++;
  if (g_Runs < 4) IoQueueWorkItemEx(Item, Ex, DelayedWorkQueue, Context);
  else KeSetEvent(&g_Done, 0, FALSE);
}
static VOID ForDriver(PVOID IoObject, PVOID Context, PIO_WORKITEM Item) {
  UNREFERENCED_PARAMETER(Context);
  FACT("scheduler 15 I/O work item: of a driver object", IoObject == g_Driver);
  IoFreeWorkItem(Item);
  KeSetEvent(&g_Done, 0, FALSE);
}
static VOID Blocks(PVOID IoObject, PVOID Context, PIO_WORKITEM Item) {
  UNREFERENCED_PARAMETER(IoObject); UNREFERENCED_PARAMETER(Context); UNREFERENCED_PARAMETER(Item);
  KeWaitForSingleObject(&g_Release, Executive, KernelMode, FALSE, NULL);
}
#ifdef CASE_RAISED
static VOID Raised(PDEVICE_OBJECT DeviceObject, PVOID Context) {
  UNREFERENCED_PARAMETER(DeviceObject); UNREFERENCED_PARAMETER(Context);
  EXPECT_STOP("bugchecks 4 0xE1: an I/O work routine returns at DISPATCH_LEVEL", 0xE1, ANY, DISPATCH_LEVEL, ANY, ANY);
  KeRaiseIrqlToDpcLevel();
}
#endif
#ifdef CASE_ATTACHED
static VOID Attached(PDEVICE_OBJECT DeviceObject, PVOID Context) {
  static KAPC_STATE state;
  UNREFERENCED_PARAMETER(DeviceObject);
  KeStackAttachProcess(Context, &state);
  EXPECT_STOP("bugchecks 3 0x1: a worker routine returns attached, P4 = 1", 0x1, ANY, 1, 0, 1);
}
#endif
#ifdef CASE_IMPERSONATES
static VOID Impersonates(PDEVICE_OBJECT DeviceObject, PVOID Context) {
  UNREFERENCED_PARAMETER(DeviceObject); UNREFERENCED_PARAMETER(Context);
  PACCESS_TOKEN token = PsReferencePrimaryToken(PsInitialSystemProcess);
  CHECK_EQ(PsImpersonateClient(PsGetCurrentThread(), token, FALSE, FALSE, SecurityImpersonation), STATUS_SUCCESS);
  EXPECT_STOP("bugchecks 4 0xDF: a work routine returns impersonating", 0xDF, ANY, g_Item, ANY, 0);
}
#endif
#ifdef CASE_IO_PRIORITY
static VOID Priority(PDEVICE_OBJECT DeviceObject, PVOID Context) {
  ULONG low = 1; // IoPriorityLow
  UNREFERENCED_PARAMETER(DeviceObject); UNREFERENCED_PARAMETER(Context);
  CHECK_EQ(ZwSetInformationThread(ZwCurrentThread(), 22 /* ThreadIoPriority */, &low, sizeof low), STATUS_SUCCESS);
  EXPECT_STOP("bugchecks 4 0x128: a work routine returns with another I/O priority", 0x128, ANY, 1, g_Item, ANY);
}
#endif
#ifdef CASE_TERMINATES
static VOID Terminates(PDEVICE_OBJECT DeviceObject, PVOID Context) {
  UNREFERENCED_PARAMETER(DeviceObject); UNREFERENCED_PARAMETER(Context);
  EXPECT_STOP("bugchecks 3 0xE9: work item calls PsTerminateSystemThread", 0xE9, PsGetCurrentThread(), 0, 0, 0);
  PsTerminateSystemThread(STATUS_SUCCESS);
}
#endif
#ifdef CASE_IN_APC
static KAPC g_First, g_Second;
static VOID Quiet(PKAPC Apc, PKNORMAL_ROUTINE *N, PVOID *C, PVOID *A, PVOID *B) {
  UNREFERENCED_PARAMETER(Apc); UNREFERENCED_PARAMETER(N); UNREFERENCED_PARAMETER(C); UNREFERENCED_PARAMETER(A); UNREFERENCED_PARAMETER(B);
}
static VOID Ends(PVOID Context, PVOID A1, PVOID A2) {
  UNREFERENCED_PARAMETER(Context); UNREFERENCED_PARAMETER(A1); UNREFERENCED_PARAMETER(A2);
  KeInitializeApc(&g_Second, KeGetCurrentThread(), OriginalApcEnvironment, Quiet, NULL, Ends, KernelMode, NULL);
  KeInsertQueueApc(&g_Second, NULL, NULL, 0); // not while this one is in progress
  EXPECT_STOP("bugchecks 3 0x20: thread exits with a pending APC", 0x20, &g_Second, 0, 0, 0);
  KeEnterCriticalRegion();
  PsTerminateSystemThread(STATUS_SUCCESS);
}
static VOID ApcThread(PVOID Context) {
  UNREFERENCED_PARAMETER(Context);
  KeLeaveCriticalRegion(); // that of every system thread
  KeInitializeApc(&g_First, KeGetCurrentThread(), OriginalApcEnvironment, Quiet, NULL, Ends, KernelMode, NULL);
  KeInsertQueueApc(&g_First, NULL, NULL, 0);
}
#endif

static NTSTATUS Open(PDEVICE_OBJECT DeviceObject, PIRP Irp) {
  UNREFERENCED_PARAMETER(DeviceObject);
  g_Opener = PsGetCurrentProcess();
  ObReferenceObject(g_Opener);
  return CompleteIrp(Irp, STATUS_SUCCESS, 0);
}

static VOID BlockQueue(WORK_QUEUE_TYPE Queue) {
  g_Blocker = IoAllocateWorkItem(g_Device);
  IoQueueWorkItemEx(g_Blocker, Blocks, Queue, NULL); // the first item of such a queue gets its only worker
  SleepMs(10);
}

static VOID Unload(PDRIVER_OBJECT DriverObject) {
  UNREFERENCED_PARAMETER(DriverObject);
  g_Item = IoAllocateWorkItem(g_Device);
  FACT("scheduler 15 IoAllocateWorkItem: not NULL", g_Item != NULL);
#ifdef CASE_BAD_OBJECT
  static UCHAR garbage[512];
  EXPECT_STOP("bugchecks 4 0xE4: 3 = initialised with an invalid object", 0xE4, 3, ANY, garbage + 256, 0);
  IoAllocateWorkItem((PDEVICE_OBJECT)(garbage + 256));
#endif
#ifdef CASE_BAD_ROUTINE
  EXPECT_STOP("bugchecks 4 0xE4: 7 = invalid worker routine of an I/O work item", 0xE4, 7, g_Item, DelayedWorkQueue, 0);
  IoQueueWorkItem(g_Item, NULL, DelayedWorkQueue, NULL);
#endif
#ifdef CASE_RAISED
  IoQueueWorkItem(g_Item, Raised, DelayedWorkQueue, NULL);
  SleepMs(50);
#endif
#ifdef CASE_ATTACHED
  IoQueueWorkItem(g_Item, Attached, DelayedWorkQueue, g_Opener);
  SleepMs(50);
#endif
#ifdef CASE_IMPERSONATES
  IoQueueWorkItem(g_Item, Impersonates, DelayedWorkQueue, NULL);
  SleepMs(50);
#endif
#ifdef CASE_IO_PRIORITY
  IoQueueWorkItem(g_Item, Priority, DelayedWorkQueue, NULL);
  SleepMs(50);
#endif
#ifdef CASE_TERMINATES
  IoQueueWorkItem(g_Item, Terminates, DelayedWorkQueue, NULL);
  SleepMs(50);
#endif
#ifdef CASE_IN_APC
  HANDLE h;
  PsCreateSystemThread(&h, THREAD_ALL_ACCESS, NULL, NULL, NULL, ApcThread, NULL);
  SleepMs(50);
#endif
  IoQueueWorkItem(g_Item, Plain, DelayedWorkQueue, (PVOID)9);
  KeWaitForSingleObject(&g_Done, Executive, KernelMode, FALSE, NULL);
  CHECK_EQ(g_Runs, 1);
  IoQueueWorkItemEx(g_Item, Ex, DelayedWorkQueue, (PVOID)9);
  KeWaitForSingleObject(&g_Done, Executive, KernelMode, FALSE, NULL);
  FACT_EQ("scheduler 15 item state: an I/O work item may be queued again in its routine", g_Runs, 4);
  // IoTryQueueWorkItem: TRUE, then FALSE while it waits behind the blocker
  BlockQueue(BackgroundWorkQueue);
  g_Runs = 3;
  FACT("scheduler 15 IoTryQueueWorkItem: TRUE when it was not queued", IoTryQueueWorkItem(g_Item, Ex, BackgroundWorkQueue, (PVOID)9));
  FACT("scheduler 15 IoTryQueueWorkItem: FALSE if already queued", !IoTryQueueWorkItem(g_Item, Ex, BackgroundWorkQueue, (PVOID)9));
#ifdef CASE_FREE_QUEUED
  EXPECT_STOP("bugchecks 4 0xE4: 2 = queued I/O work item freed", 0xE4, 2, g_Item, Ex, 0);
  IoFreeWorkItem(g_Item);
#endif
#ifdef CASE_UNINITIALIZE_QUEUED
  EXPECT_STOP("bugchecks 4 0xE4: 2 = queued I/O work item uninitialised", 0xE4, 2, g_Item, Ex, 0);
  IoUninitializeWorkItem(g_Item);
#endif
#ifdef CASE_QUEUED_TWICE
  EXPECT_STOP("bugchecks 4 0xE4: 1 = I/O work item queued again", 0xE4, 1, g_Item, BackgroundWorkQueue, 0);
  IoQueueWorkItemEx(g_Item, Ex, BackgroundWorkQueue, NULL);
#endif
  KeSetEvent(&g_Release, 0, FALSE);
  KeWaitForSingleObject(&g_Done, Executive, KernelMode, FALSE, NULL);
  SleepMs(10);
  IoFreeWorkItem(g_Blocker);
  IoFreeWorkItem(g_Item);
  // of a driver object
  g_Item = IoAllocateWorkItem((PDEVICE_OBJECT)g_Driver);
  IoQueueWorkItemEx(g_Item, ForDriver, NormalWorkQueue, NULL);
  KeWaitForSingleObject(&g_Done, Executive, KernelMode, FALSE, NULL);
  // in memory of the driver
  g_Own = ExAllocatePoolWithTag(NonPagedPoolNx, IoSizeofWorkItem(), 'kroW');
  IoInitializeWorkItem(g_Device, g_Own);
  IoQueueWorkItem(g_Own, Plain, NormalWorkQueue, (PVOID)9);
  FACT_EQ("scheduler 15 IoInitializeWorkItem: in a buffer of IoSizeofWorkItem bytes", KeWaitForSingleObject(&g_Done, Executive, KernelMode, FALSE, NULL), STATUS_SUCCESS);
  SleepMs(10);
  IoUninitializeWorkItem(g_Own);
  ExFreePoolWithTag(g_Own, 'kroW');
  ObDereferenceObject(g_Opener);
  DropDevice();
}

TEST_ENTRY {
  UNREFERENCED_PARAMETER(RegistryPath);
  g_Driver = DriverObject;
  KeInitializeEvent(&g_Done, SynchronizationEvent, FALSE);
  KeInitializeEvent(&g_Release, NotificationEvent, FALSE);
  DriverObject->DriverUnload = Unload;
  NTSTATUS status = MakeDevice(DriverObject, OpenClose);
  DriverObject->MajorFunction[IRP_MJ_CREATE] = Open;
  return status;
}
