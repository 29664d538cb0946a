// Services that had no driver: threads made in a process, jobs by name, coalescable timers, protected handles, keys with options; DPCs of devices, remove locks
// and queues under their long names.
#include "system.h"
#if 0 // threads
thread main {
  HANDLE d = CreateFileW(L"\\\\.\\Test", GENERIC_READ, 0, NULL, OPEN_EXISTING, 0, NULL), p;
  DWORD got, code = 0;
  ULONG_PTR in;
  p = StartProcess(NOTEPAD, L"notepad");
  in = (ULONG_PTR)p;
  EXPECT(DeviceIoControl(d, IOCTL_BUFFERED, &in, sizeof in, NULL, 0, &got, NULL));
  EXPECT(WaitForSingleObject(p, 1000) == WAIT_OBJECT_0);
  FACT("documentation ZwTerminateJobObject: its processes end with that status", GetExitCodeProcess(p, &code) && code == 77);
  CloseHandle(p);
  CloseHandle(d);
}
#endif

static VOID Init(POBJECT_ATTRIBUTES Oa, PUNICODE_STRING Name, PCWSTR Text) {
  RtlInitUnicodeString(Name, Text);
  InitializeObjectAttributes(Oa, Name, OBJ_KERNEL_HANDLE | OBJ_CASE_INSENSITIVE, NULL, NULL);
}

static VOID Job(HANDLE User) {
  OBJECT_ATTRIBUTES oa;
  UNICODE_STRING name;
  PEPROCESS process;
  HANDLE job = NULL, same = NULL, h;
  Init(&oa, &name, L"\\BaseNamedObjects\\TestJob");
  FACT_EQ("documentation ZwOpenJobObject: no such job", ZwOpenJobObject(&same, 0x1F003F, &oa), STATUS_OBJECT_NAME_NOT_FOUND);
  CHECK_EQ(ZwCreateJobObject(&job, 0x1F003F, &oa), STATUS_SUCCESS);
  FACT_EQ("documentation ZwOpenJobObject: by name", ZwOpenJobObject(&same, 0x1F003F, &oa), STATUS_SUCCESS);
  CHECK_EQ(ObReferenceObjectByHandle(User, 0, *PsProcessType, UserMode, (PVOID *)&process, NULL), STATUS_SUCCESS);
  CHECK_EQ(ObOpenObjectByPointer(process, OBJ_KERNEL_HANDLE, NULL, PROCESS_ALL_ACCESS, *PsProcessType, KernelMode, &h), STATUS_SUCCESS);
  CHECK_EQ(ZwAssignProcessToJobObject(same, h), STATUS_SUCCESS);
  FACT_EQ("documentation ZwTerminateJobObject: STATUS_SUCCESS", ZwTerminateJobObject(job, 77), STATUS_SUCCESS);
  ZwClose(h);
  ObDereferenceObject(process);
  ZwClose(same);
  ZwClose(job);
}

static VOID Handles(VOID) {
  OBJECT_ATTRIBUTES oa;
  UNICODE_STRING name;
  HANDLE h = NULL;
  TIMER_SET_COALESCABLE_TIMER_INFO info = {0};
  OBJECT_HANDLE_FLAG_INFORMATION flags = {FALSE, TRUE};
  LARGE_INTEGER due;
  BOOLEAN previous = TRUE;
  InitializeObjectAttributes(&oa, NULL, OBJ_KERNEL_HANDLE, NULL, NULL);
  CHECK_EQ(ZwCreateTimer(&h, TIMER_ALL_ACCESS, &oa, NotificationTimer), STATUS_SUCCESS);
  due.QuadPart = -10000;
  info.DueTime = due;
  info.PreviousState = &previous;
  FACT_EQ("documentation ZwSetTimerEx: a coalescable timer", ZwSetTimerEx(h, TimerSetCoalescableTimer, &info, sizeof info), STATUS_SUCCESS);
  FACT("documentation ZwSetTimerEx: its state before", !previous);
  FACT_EQ("documentation ZwSetTimerEx: it expires", ZwWaitForSingleObject(h, FALSE, NULL), STATUS_SUCCESS);
  FACT("documentation ZwSetTimerEx: another class", !NT_SUCCESS(ZwSetTimerEx(h, (TIMER_SET_INFORMATION_CLASS)9, &info, sizeof info)));
  FACT_EQ("documentation ZwSetInformationObject: protects the handle", ZwSetInformationObject(h, (OBJECT_INFORMATION_CLASS)4, &flags, sizeof flags), STATUS_SUCCESS);
  flags.ProtectFromClose = FALSE;
  FACT_EQ("documentation ZwSetInformationObject: and lets it go", ZwSetInformationObject(h, (OBJECT_INFORMATION_CLASS)4, &flags, sizeof flags), STATUS_SUCCESS);
  FACT_EQ("documentation ZwSetInformationObject: a wrong length", ZwSetInformationObject(h, (OBJECT_INFORMATION_CLASS)4, &flags, 1), STATUS_INFO_LENGTH_MISMATCH);
  FACT_EQ("documentation ZwClose: a handle that is no longer protected", ZwClose(h), STATUS_SUCCESS);
  Init(&oa, &name, L"\\Registry\\Machine\\SOFTWARE");
  FACT_EQ("documentation ZwOpenKeyEx: a key", ZwOpenKeyEx(&h, KEY_READ, &oa, 0), STATUS_SUCCESS);
  ZwClose(h);
  Init(&oa, &name, L"\\Registry\\Machine\\NoSuchKey");
  FACT_EQ("documentation ZwOpenKeyEx: no such key", ZwOpenKeyEx(&h, KEY_READ, &oa, 0), STATUS_OBJECT_NAME_NOT_FOUND);
}

static KEVENT g_Dpc;
static volatile LONG g_DpcIrql;
static VOID Dpc(PKDPC Object, PDEVICE_OBJECT DeviceObject, PIRP Irp, PVOID Context) {
  UNREFERENCED_PARAMETER(Object);
  if (DeviceObject == g_Device && Irp == NULL && Context == (PVOID)5) g_DpcIrql = KeGetCurrentIrql();
  KeSetEvent(&g_Dpc, IO_NO_INCREMENT, FALSE);
}

static VOID Devices(VOID) {
  IO_REMOVE_LOCK lock;
  KDEVICE_QUEUE queue;
  KDEVICE_QUEUE_ENTRY e[3];
  KMUTEX mutex;
  PMDL mdl;
  KIRQL old;
  KeInitializeEvent(&g_Dpc, SynchronizationEvent, FALSE);
  IoInitializeDpcRequest(g_Device, Dpc);
  IoRequestDpc(g_Device, NULL, (PVOID)5);
  KeWaitForSingleObject(&g_Dpc, Executive, KernelMode, FALSE, NULL);
  FACT_EQ("scheduler 18 IoRequestDpc: the routine of the device at DISPATCH_LEVEL with its arguments", g_DpcIrql, DISPATCH_LEVEL);
  g_DpcIrql = -1;
  IoInitializeThreadedDpcRequest(g_Device, Dpc);
  IoRequestDpc(g_Device, NULL, (PVOID)5);
  KeWaitForSingleObject(&g_Dpc, Executive, KernelMode, FALSE, NULL);
  FACT_EQ("documentation IoInitializeThreadedDpcRequest: at PASSIVE_LEVEL in a thread", g_DpcIrql, PASSIVE_LEVEL);
  IoInitializeRemoveLockEx(&lock, 'kcoL', 0, 0, sizeof lock);
  FACT_EQ("documentation IoAcquireRemoveLockEx: STATUS_SUCCESS", IoAcquireRemoveLockEx(&lock, &queue, __FILE__, __LINE__, sizeof lock), STATUS_SUCCESS);
  CHECK_EQ(IoAcquireRemoveLockEx(&lock, &mutex, __FILE__, __LINE__, sizeof lock), STATUS_SUCCESS);
  IoReleaseRemoveLockEx(&lock, &queue, sizeof lock);
  IoReleaseRemoveLockAndWaitEx(&lock, &mutex, sizeof lock);
  FACT_EQ("documentation IoReleaseRemoveLockAndWaitEx: nobody gets it any more", IoAcquireRemoveLockEx(&lock, &queue, __FILE__, __LINE__, sizeof lock), STATUS_DELETE_PENDING);
  KeInitializeDeviceQueue(&queue);
  KeRaiseIrql(DISPATCH_LEVEL, &old);
  FACT("documentation KeRemoveByKeyDeviceQueueIfBusy: NULL when it is not busy", KeRemoveByKeyDeviceQueueIfBusy(&queue, 1) == NULL && !queue.Busy);
  CHECK(!KeInsertByKeyDeviceQueue(&queue, &e[0], 10));
  CHECK(KeInsertByKeyDeviceQueue(&queue, &e[1], 10));
  CHECK(KeInsertByKeyDeviceQueue(&queue, &e[2], 20));
  FACT("documentation KeRemoveByKeyDeviceQueueIfBusy: the first of at least that key", KeRemoveByKeyDeviceQueueIfBusy(&queue, 15) == &e[2]);
  FACT("documentation KeRemoveByKeyDeviceQueueIfBusy: else the first", KeRemoveByKeyDeviceQueueIfBusy(&queue, 99) == &e[1]);
  FACT("documentation KeRemoveByKeyDeviceQueueIfBusy: an empty queue is busy no longer", KeRemoveByKeyDeviceQueueIfBusy(&queue, 1) == NULL && !queue.Busy);
  KeLowerIrql(old);
  KeInitializeMutex(&mutex, 0);
  FACT_EQ("callbacks 9 KeWaitForMutexObject: as KeWaitForSingleObject", KeWaitForMutexObject(&mutex, Executive, KernelMode, FALSE, NULL), STATUS_SUCCESS);
  FACT("callbacks 9 KeWaitForMutexObject: the mutex is held", KeReadStateMutex(&mutex) == 0);
  KeReleaseMutex(&mutex, FALSE);
  mdl = IoAllocateMdl(ExAllocatePoolWithTag(NonPagedPoolNx, 64, 'bufM'), 64, FALSE, FALSE, NULL);
  MmBuildMdlForNonPagedPool(mdl);
  *(PULONG)MmGetMdlVirtualAddress(mdl) = 0xF1F1F1F1;
  KeRaiseIrql(DISPATCH_LEVEL, &old);
  KeFlushIoBuffers(mdl, TRUE, TRUE);
  KeLowerIrql(old);
  FACT("verification-rules 2 KeFlushIoBuffers: at DISPATCH_LEVEL, the contents stay", *(PULONG)MmGetMdlVirtualAddress(mdl) == 0xF1F1F1F1);
  ExFreePool(MmGetMdlVirtualAddress(mdl));
  IoFreeMdl(mdl);
}

static NTSTATUS Control(PDEVICE_OBJECT DeviceObject, PIRP Irp) {
  UNREFERENCED_PARAMETER(DeviceObject);
  Job(*(HANDLE *)Irp->AssociatedIrp.SystemBuffer);
  Handles();
  Devices();
  return CompleteIrp(Irp, STATUS_SUCCESS, 0);
}

TEST_ENTRY {
  UNREFERENCED_PARAMETER(RegistryPath);
  DriverObject->DriverUnload = UnloadDevice;
  return MakeDevice(DriverObject, Control);
}
