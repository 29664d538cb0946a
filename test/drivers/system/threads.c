// System threads, device work items and device timers.
#include "system.h"

static KEVENT g_Started, g_Stop;
static PETHREAD g_Thread;
static LONG g_Runs, g_Ticks;
static KEVENT g_WorkDone;

static VOID Worker(PVOID Context) {
  CHECK(Context == (PVOID)7);
  CHECK(PsIsSystemThread(PsGetCurrentThread()) && PsGetCurrentThreadTeb() == NULL);
  CHECK(ExGetPreviousMode() == KernelMode);
  KeSetEvent(&g_Started, 0, FALSE);
  KeWaitForSingleObject(&g_Stop, Executive, KernelMode, FALSE, NULL);
  // returning is the same as PsTerminateSystemThread(STATUS_SUCCESS)
}

static VOID WorkEx(PVOID IoObject, PVOID Context, PIO_WORKITEM Item) {
  CHECK(IoObject == g_Device && Context == (PVOID)9 && PsGetCurrentProcess() == PsInitialSystemProcess);
  g_Runs++;
  if (g_Runs < 3) IoQueueWorkItemEx(Item, WorkEx, DelayedWorkQueue, Context); // queues itself again
  else {
    IoFreeWorkItem(Item);
    KeSetEvent(&g_WorkDone, 0, FALSE);
  }
}

static VOID Tick(PDEVICE_OBJECT DeviceObject, PVOID Context) {
  CHECK(DeviceObject == g_Device && Context == (PVOID)3);
  CHECK_EQ(KeGetCurrentIrql(), DISPATCH_LEVEL);
  g_Ticks++;
}

static VOID Unload(PDRIVER_OBJECT DriverObject) {
  UNREFERENCED_PARAMETER(DriverObject);
  SleepMs(2500);
  IoStopTimer(g_Device);
  CHECK_EQ(g_Ticks, 2);
  KeSetEvent(&g_Stop, 0, FALSE);
  KeWaitForSingleObject(g_Thread, Executive, KernelMode, FALSE, NULL);
  CHECK(PsIsThreadTerminating(g_Thread));
  ObDereferenceObject(g_Thread);
  KeWaitForSingleObject(&g_WorkDone, Executive, KernelMode, FALSE, NULL);
  CHECK_EQ(g_Runs, 3);
  DropDevice();
}

TEST_ENTRY {
  HANDLE h;
  CLIENT_ID id;
  OBJECT_ATTRIBUTES oa;
  LARGE_INTEGER none = {0};
  UNREFERENCED_PARAMETER(RegistryPath);
  KeInitializeEvent(&g_Started, NotificationEvent, FALSE);
  KeInitializeEvent(&g_Stop, NotificationEvent, FALSE);
  KeInitializeEvent(&g_WorkDone, NotificationEvent, FALSE);
  DriverObject->DriverUnload = Unload;
  MakeDevice(DriverObject, OpenClose);
  InitializeObjectAttributes(&oa, NULL, OBJ_KERNEL_HANDLE, NULL, NULL);
  CHECK_EQ(PsCreateSystemThread(&h, THREAD_ALL_ACCESS, &oa, NULL, &id, Worker, (PVOID)7), STATUS_SUCCESS);
  CHECK(id.UniqueProcess == (HANDLE)4);
  CHECK_EQ(ObReferenceObjectByHandle(h, SYNCHRONIZE, *PsThreadType, KernelMode, (PVOID *)&g_Thread, NULL), STATUS_SUCCESS);
  CHECK(PsGetThreadId(g_Thread) == id.UniqueThread);
  CHECK_EQ(ZwClose(h), STATUS_SUCCESS);
  KeWaitForSingleObject(&g_Started, Executive, KernelMode, FALSE, NULL);
  CHECK_EQ(KeWaitForSingleObject(g_Thread, Executive, KernelMode, FALSE, &none), STATUS_TIMEOUT);
  CHECK_EQ(PsGetThreadExitStatus(g_Thread), STATUS_PENDING);
  IoQueueWorkItemEx(IoAllocateWorkItem(g_Device), WorkEx, DelayedWorkQueue, (PVOID)9);
  CHECK_EQ(IoInitializeTimer(g_Device, Tick, (PVOID)3), STATUS_SUCCESS);
  IoStartTimer(g_Device);
  return STATUS_SUCCESS;
}
