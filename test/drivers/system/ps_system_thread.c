// System threads (ps-routines 2): how they begin, their handles, how they end.
#include "system.h"
#if 0 // threads
thread main {
  HANDLE d = CreateFileW(L"\\\\.\\Test", GENERIC_READ, 0, NULL, OPEN_EXISTING, 0, NULL);
  DWORD got;
  EXPECT(DeviceIoControl(d, IOCTL_BUFFERED, NULL, 0, NULL, 0, &got, NULL));
  CloseHandle(d);
}
#endif

static KEVENT g_Started, g_Stop;

static VOID Body(PVOID Context) {
  FACT("ps-routines 2 PsCreateSystemThread: StartContext is handed on", Context == (PVOID)0x1234);
  FACT_EQ("ps-routines 2 PsCreateSystemThread: starts at PASSIVE_LEVEL", KeGetCurrentIrql(), PASSIVE_LEVEL);
  FACT("ps-routines 2 PsCreateSystemThread: starts inside a critical region (normal kernel APCs disabled)", KeAreApcsDisabled() && !KeAreAllApcsDisabled());
  FACT("ps-routines 2 PsCreateSystemThread: no TEB", PsGetCurrentThreadTeb() == NULL);
  FACT("ps-routines 2 PsCreateSystemThread: kernel mode only", ExGetPreviousMode() == KernelMode);
  FACT("ps-routines 2 PsCreateSystemThread: ProcessHandle NULL is the System process", PsGetCurrentProcess() == PsInitialSystemProcess && PsGetCurrentProcessId() == (HANDLE)4);
  FACT("ps-routines 3 PsIsSystemThread: TRUE for threads made by PsCreateSystemThread", PsIsSystemThread(PsGetCurrentThread()) && IoIsSystemThread(PsGetCurrentThread()));
  KeSetEvent(&g_Started, IO_NO_INCREMENT, FALSE);
  KeWaitForSingleObject(&g_Stop, Executive, KernelMode, FALSE, NULL);
  PsTerminateSystemThread(STATUS_CANCELLED);
  CHECK(FALSE); // does not come back
}

static VOID Returns(PVOID Context) { UNREFERENCED_PARAMETER(Context); }

static VOID Hosted(PVOID Context) {
  FACT("ps-routines 2 PsCreateSystemThread: runs in the process of the handle", PsGetCurrentProcess() == (PEPROCESS)Context && PsGetCurrentProcess() != PsInitialSystemProcess);
  FACT("ps-routines 2 PsCreateSystemThread: in another process it has no TEB either", PsGetCurrentThreadTeb() == NULL && PsIsSystemThread(PsGetCurrentThread()));
}

static VOID IoBody(PVOID Context) { KeWaitForSingleObject((PKEVENT)Context, Executive, KernelMode, FALSE, NULL); }

static PETHREAD ByHandle(HANDLE h) {
  PETHREAD thread = NULL;
  CHECK_EQ(ObReferenceObjectByHandle(h, THREAD_ALL_ACCESS, *PsThreadType, KernelMode, (PVOID *)&thread, NULL), STATUS_SUCCESS);
  return thread;
}

static NTSTATUS Control(PDEVICE_OBJECT DeviceObject, PIRP Irp) {
  HANDLE h, process;
  CLIENT_ID id;
  OBJECT_ATTRIBUTES oa;
  PETHREAD thread, again;
  LARGE_INTEGER none = {0};
  KEVENT stop;
  LONG_PTR before;
  KeClearEvent(&g_Started);
  KeClearEvent(&g_Stop);
  InitializeObjectAttributes(&oa, NULL, OBJ_KERNEL_HANDLE, NULL, NULL);
  FACT_EQ("ps-routines 2 PsCreateSystemThread: SUCCESS", PsCreateSystemThread(&h, THREAD_ALL_ACCESS, &oa, NULL, &id, Body, (PVOID)0x1234), STATUS_SUCCESS);
  FACT("ps-routines 2 PsCreateSystemThread: ClientId of the new thread", id.UniqueProcess == (HANDLE)4 && (ULONG_PTR)id.UniqueThread % 4 == 0 && id.UniqueThread != NULL);
  FACT("ps-routines 2 PsCreateSystemThread: with OBJ_KERNEL_HANDLE the handle is the kernel's", (LONG_PTR)h < 0);
  thread = ByHandle(h);
  FACT("ps-routines 2 PsCreateSystemThread: the handle names the thread", PsGetThreadId(thread) == id.UniqueThread);
  KeWaitForSingleObject(&g_Started, Executive, KernelMode, FALSE, NULL);
  CHECK_EQ(ZwClose(h), STATUS_SUCCESS);
  FACT_EQ("ps-routines 2 closing the handle does not stop the thread", KeWaitForSingleObject(thread, Executive, KernelMode, FALSE, &none), STATUS_TIMEOUT);
  FACT_EQ("ps-routines 3 PsGetThreadExitStatus: STATUS_PENDING while it waits", PsGetThreadExitStatus(thread), STATUS_PENDING);
  FACT("ps-routines 3 PsIsThreadTerminating: FALSE while it waits", !PsIsThreadTerminating(thread));
  KeSetEvent(&g_Stop, IO_NO_INCREMENT, FALSE);
  FACT_EQ("ps-routines 2 PsTerminateSystemThread: the thread object is signalled", KeWaitForSingleObject(thread, Executive, KernelMode, FALSE, NULL), STATUS_SUCCESS);
  FACT_EQ("ps-routines 2 PsTerminateSystemThread: exit status", PsGetThreadExitStatus(thread), STATUS_CANCELLED);
  FACT("ps-routines 3 PsIsThreadTerminating: TRUE once termination started", PsIsThreadTerminating(thread));
  FACT_EQ("ps-routines 3 PsLookupThreadByThreadId: an ended thread is found while its object exists", PsLookupThreadByThreadId(id.UniqueThread, &again), STATUS_SUCCESS);
  ObDereferenceObject(again);
  ObDereferenceObject(thread);
  SleepMs(1);
  FACT_EQ("ps-routines 3 the TID is gone with the last reference", PsLookupThreadByThreadId(id.UniqueThread, &again), STATUS_INVALID_CID);
  FACT_EQ("ps-routines 2 PsTerminateSystemThread: INVALID_PARAMETER for a thread that is no system thread", PsTerminateSystemThread(STATUS_SUCCESS), STATUS_INVALID_PARAMETER);

  CHECK_EQ(PsCreateSystemThread(&h, THREAD_ALL_ACCESS, &oa, NULL, NULL, Returns, NULL), STATUS_SUCCESS);
  thread = ByHandle(h);
  ZwClose(h);
  KeWaitForSingleObject(thread, Executive, KernelMode, FALSE, NULL);
  FACT_EQ("ps-routines 2 returning from the start routine: exit status SUCCESS", PsGetThreadExitStatus(thread), STATUS_SUCCESS);
  ObDereferenceObject(thread);

  CHECK_EQ(ObOpenObjectByPointer(PsGetCurrentProcess(), OBJ_KERNEL_HANDLE, NULL, PROCESS_ALL_ACCESS, *PsProcessType, KernelMode, &process), STATUS_SUCCESS);
  CHECK_EQ(PsCreateSystemThread(&h, THREAD_ALL_ACCESS, &oa, process, &id, Hosted, PsGetCurrentProcess()), STATUS_SUCCESS);
  FACT("ps-routines 2 PsCreateSystemThread: ClientId names the process of the handle", id.UniqueProcess == PsGetCurrentProcessId());
  thread = ByHandle(h);
  ZwClose(h);
  KeWaitForSingleObject(thread, Executive, KernelMode, FALSE, NULL);
  ObDereferenceObject(thread);
  ZwClose(process);
  FACT_EQ("ps-routines 2 PsCreateSystemThread: INVALID_HANDLE", PsCreateSystemThread(&h, THREAD_ALL_ACCESS, &oa, (HANDLE)0x7FF0, NULL, Returns, NULL), STATUS_INVALID_HANDLE);
  FACT_EQ("ps-routines 2 PsCreateSystemThread: OBJECT_TYPE_MISMATCH", PsCreateSystemThread(&h, THREAD_ALL_ACCESS, &oa, ZwCurrentThread(), NULL, Returns, NULL), STATUS_OBJECT_TYPE_MISMATCH);

  KeInitializeEvent(&stop, NotificationEvent, FALSE);
  before = References(DeviceObject);
  FACT_EQ("ps-routines 2 IoCreateSystemThread: SUCCESS", IoCreateSystemThread(DeviceObject, &h, THREAD_ALL_ACCESS, &oa, NULL, NULL, IoBody, &stop), STATUS_SUCCESS);
  FACT_EQ("ps-routines 2 IoCreateSystemThread: takes a reference on the device object", References(DeviceObject), before + 1);
  thread = ByHandle(h);
  ZwClose(h);
  KeSetEvent(&stop, IO_NO_INCREMENT, FALSE);
  KeWaitForSingleObject(thread, Executive, KernelMode, FALSE, NULL);
  FACT_EQ("ps-routines 2 IoCreateSystemThread: the I/O manager ends the thread when its routine returns", PsGetThreadExitStatus(thread), STATUS_SUCCESS);
  ObDereferenceObject(thread);
  SleepMs(1);
  FACT_EQ("ps-routines 2 IoCreateSystemThread: the reference goes with the thread", References(DeviceObject), before);
  return CompleteIrp(Irp, STATUS_SUCCESS, 0);
}

TEST_ENTRY {
  UNREFERENCED_PARAMETER(RegistryPath);
  KeInitializeEvent(&g_Started, NotificationEvent, FALSE);
  KeInitializeEvent(&g_Stop, NotificationEvent, FALSE);
  DriverObject->DriverUnload = UnloadDevice;
  return MakeDevice(DriverObject, Control);
}
