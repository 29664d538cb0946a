// Threads, processes, mutants, semaphores and timers as wait objects: by pointer and by handle; waits in user mode and what breaks them; the Nt services' statuses.
#include "system.h"
#define IOCTL_KILLED CTL_CODE(0x22, 0x810, 0, 0)
#define IOCTL_OWNER CTL_CODE(0x22, 0x811, 0, 0)
#define IOCTL_PROCESS CTL_CODE(0x22, 0x812, 0, 0)
#if 0 // threads
code {
  #define IOCTL_KILLED CTL_CODE(0x22, 0x810, 0, 0)
  #define IOCTL_OWNER CTL_CODE(0x22, 0x811, 0, 0)
  #define IOCTL_PROCESS CTL_CODE(0x22, 0x812, 0, 0)
  static DWORD WINAPI Dies(LPVOID d) {
    DWORD got;
    DeviceIoControl((HANDLE)d, IOCTL_KILLED, NULL, 0, NULL, 0, &got, NULL);
    printf("FAIL the thread came back\n");
    return 0;
  }
  static DWORD WINAPI Owns(LPVOID m) {
    WaitForSingleObject((HANDLE)m, INFINITE);
    return 0;
  }
}
thread main {
  HANDLE d = CreateFileW(L"\\\\.\\Test", GENERIC_ALL, 0, NULL, OPEN_EXISTING, 0, NULL);
  DWORD got;
  EXPECT(d != INVALID_HANDLE_VALUE);
  HANDLE t = CreateThread(NULL, 0, Dies, d, 0, NULL);
  Sleep(40);
  EXPECT(TerminateThread(t, 9));
  FACT("scheduler 8 ThreadObject 6: signalled when the thread terminated", WaitForSingleObject(t, 5000) == WAIT_OBJECT_0);
  FACT("scheduler 8 ThreadObject: stays signalled", WaitForSingleObject(t, 0) == WAIT_OBJECT_0);
  CloseHandle(t);
  HANDLE p = StartProcess(NOTEPAD, NULL);
  FACT("scheduler 8 ProcessObject 3: not signalled while it runs", WaitForSingleObject(p, 0) == WAIT_TIMEOUT);
  EXPECT(DeviceIoControl(d, IOCTL_PROCESS, &p, sizeof p, NULL, 0, &got, NULL));
  EXPECT(TerminateProcess(p, 3));
  FACT("scheduler 8 ProcessObject 3: signalled when the process terminated", WaitForSingleObject(p, 5000) == WAIT_OBJECT_0);
  FACT("scheduler 8 ProcessObject: stays signalled", WaitForSingleObject(p, 0) == WAIT_OBJECT_0);
  CloseHandle(p);
  HANDLE m = CreateMutexW(NULL, FALSE, L"Wanted");
  t = CreateThread(NULL, 0, Owns, m, 0, NULL);
  WaitForSingleObject(t, INFINITE);
  FACT("scheduler 8 a mutant whose owner terminated: next waiter gets ABANDONED", WaitForSingleObject(m, 0) == WAIT_ABANDONED);
  EXPECT(DeviceIoControl(d, IOCTL_OWNER, &m, sizeof m, NULL, 0, &got, NULL));
  EXPECT(ReleaseMutex(m));
  CloseHandle(t);
  CloseHandle(m);
  CloseHandle(d);
}
#endif

static LONG g_Killed;
static KEVENT g_Never;

static NTSTATUS Control(PDEVICE_OBJECT DeviceObject, PIRP Irp) {
  PIO_STACK_LOCATION s = IoGetCurrentIrpStackLocation(Irp);
  PVOID object = NULL;
  LARGE_INTEGER zero = {0}, ms;
  NTSTATUS status;
  UNREFERENCED_PARAMETER(DeviceObject);
  ms.QuadPart = -300000;
  switch (s->Parameters.DeviceIoControl.IoControlCode) {
    case IOCTL_KILLED: {
      // the thread is terminated meanwhile: that breaks waits of user mode, alertable or not, and none of kernel mode
      status = KeWaitForSingleObject(&g_Never, Executive, UserMode, FALSE, NULL);
      FACT_EQ("scheduler 7 (FALSE, User): broken by thread termination only: USER_APC", status, STATUS_USER_APC);
      FACT("scheduler 7 NT_SUCCESS is TRUE for USER_APC: code must compare", NT_SUCCESS(status));
      status = KeWaitForSingleObject(&g_Never, Executive, KernelMode, FALSE, &ms);
      FACT_EQ("scheduler 7 (FALSE, Kernel): never broken, by termination neither", status, STATUS_TIMEOUT);
      status = KeDelayExecutionThread(UserMode, FALSE, &ms);
      FACT_EQ("scheduler 7 KeDelayExecutionThread returns USER_APC", status, STATUS_USER_APC);
      g_Killed++;
      return CompleteIrp(Irp, STATUS_SUCCESS, 0);
    }
    case IOCTL_PROCESS: {
      status = ObReferenceObjectByHandle(*(PHANDLE)Irp->AssociatedIrp.SystemBuffer, SYNCHRONIZE, *PsProcessType, UserMode, &object, NULL);
      CHECK_EQ(status, STATUS_SUCCESS);
      FACT_EQ("scheduler 8 waitable with PEPROCESS after ObReferenceObjectByHandle", KeWaitForSingleObject(object, Executive, KernelMode, FALSE, &zero), STATUS_TIMEOUT);
      FACT_EQ("scheduler 8 the type byte of a process", *(PUCHAR)object, 3);
      ObDereferenceObject(object);
      return CompleteIrp(Irp, STATUS_SUCCESS, 0);
    }
    case IOCTL_OWNER: {
      CLIENT_ID id;
      status = ObReferenceObjectByHandle(*(PHANDLE)Irp->AssociatedIrp.SystemBuffer, 0, NULL, UserMode, &object, NULL);
      CHECK_EQ(status, STATUS_SUCCESS);
      KeQueryOwnerMutant(object, &id);
      FACT("documentation KeQueryOwnerMutant: the owner's client id", id.UniqueThread == PsGetCurrentThreadId() && id.UniqueProcess == PsGetCurrentProcessId());
      FACT("scheduler 8 owning a user-mode mutant leaves kernel APCs on", !KeAreApcsDisabled());
      ObDereferenceObject(object);
      return CompleteIrp(Irp, STATUS_SUCCESS, 0);
    }
  }
  return CompleteIrp(Irp, STATUS_INVALID_DEVICE_REQUEST, 0);
}

static VOID Unload(PDRIVER_OBJECT DriverObject) {
  UNREFERENCED_PARAMETER(DriverObject);
  CHECK_EQ(g_Killed, 1);
  DropDevice();
}

static KEVENT g_Ready;
static NTSTATUS g_Status;
static VOID Waits(PVOID Context) {
  UNREFERENCED_PARAMETER(Context);
  KeSetEvent(&g_Ready, 0, FALSE);
  g_Status = KeWaitForSingleObject(&g_Never, Executive, UserMode, TRUE, NULL);
  PsTerminateSystemThread(STATUS_NO_MEMORY);
}

static VOID Threads(VOID) {
  HANDLE h;
  PETHREAD thread;
  OBJECT_ATTRIBUTES oa;
  LARGE_INTEGER zero = {0};
  InitializeObjectAttributes(&oa, NULL, OBJ_KERNEL_HANDLE, NULL, NULL);
  CHECK_EQ(PsCreateSystemThread(&h, THREAD_ALL_ACCESS, &oa, NULL, NULL, Waits, NULL), STATUS_SUCCESS);
  CHECK_EQ(ObReferenceObjectByHandle(h, SYNCHRONIZE, *PsThreadType, KernelMode, (PVOID *)&thread, NULL), STATUS_SUCCESS);
  KeWaitForSingleObject(&g_Ready, Executive, KernelMode, FALSE, NULL);
  SleepMs(40);
  FACT_EQ("scheduler 8 a running thread is not signalled", KeWaitForSingleObject(thread, Executive, KernelMode, FALSE, &zero), STATUS_TIMEOUT);
  FACT_EQ("scheduler 8 the type byte of a thread", *(PUCHAR)thread, 6);
  KeAlertThread((PKTHREAD)thread, UserMode);
  FACT_EQ("scheduler 8 waitable with PETHREAD", KeWaitForSingleObject(thread, Executive, KernelMode, FALSE, NULL), STATUS_SUCCESS);
  FACT_EQ("scheduler 7 (TRUE, User): an alert breaks the wait: ALERTED", g_Status, STATUS_ALERTED);
  FACT_EQ("scheduler 8 a terminated thread stays signalled", KeWaitForSingleObject(thread, Executive, KernelMode, FALSE, NULL), STATUS_SUCCESS);
  FACT_EQ("scheduler 8 waitable by handle", ZwWaitForSingleObject(h, FALSE, &zero), STATUS_SUCCESS);
  ObDereferenceObject(thread);
  ZwClose(h);
}

static VOID Services(VOID) {
  HANDLE e, m, s, refused, none = (HANDLE)0x12345678;
  LONG old = -1;
  OBJECT_ATTRIBUTES oa;
  LARGE_INTEGER zero = {0};
  HANDLE list[65];
  UNICODE_STRING name = RTL_CONSTANT_STRING(L"\\BaseNamedObjects\\WaitObjects");
  InitializeObjectAttributes(&oa, NULL, OBJ_KERNEL_HANDLE, NULL, NULL);
  CHECK_EQ(ZwCreateEvent(&e, EVENT_ALL_ACCESS, &oa, SynchronizationEvent, FALSE), STATUS_SUCCESS);
  FACT_EQ("documentation ZwCreateEvent: a wrong type", ZwCreateEvent(&m, EVENT_ALL_ACCESS, &oa, (EVENT_TYPE)7, FALSE), STATUS_INVALID_PARAMETER);
  FACT("scheduler 8 ZwSetEvent: previous state", ZwSetEvent(e, &old) == STATUS_SUCCESS && old == 0);
  FACT("scheduler 8 ZwSetEvent of a set event", ZwSetEvent(e, &old) == STATUS_SUCCESS && old == 1);
  FACT_EQ("scheduler 7 ZwWaitForSingleObject", ZwWaitForSingleObject(e, FALSE, NULL), STATUS_SUCCESS);
  FACT_EQ("scheduler 7 ZwWaitForSingleObject: STATUS_TIMEOUT", ZwWaitForSingleObject(e, FALSE, &zero), STATUS_TIMEOUT);
  FACT("scheduler 8 ZwPulseEvent and ZwResetEvent: previous state", ZwPulseEvent(e, &old) == STATUS_SUCCESS && old == 0 && ZwSetEvent(e, NULL) == STATUS_SUCCESS && ZwResetEvent(e, &old) == STATUS_SUCCESS && old == 1);
  ZwSetEvent(e, NULL);
  FACT("scheduler 8 ZwClearEvent", ZwClearEvent(e) == STATUS_SUCCESS && ZwWaitForSingleObject(e, FALSE, &zero) == STATUS_TIMEOUT);
  FACT_EQ("scheduler 7 a handle that is none", ZwWaitForSingleObject(none, FALSE, &zero), STATUS_INVALID_HANDLE);

  CHECK_EQ(ZwCreateMutant(&m, MUTANT_ALL_ACCESS, &oa, TRUE), STATUS_SUCCESS);
  FACT("scheduler 8 NtCreateMutant with an initial owner leaves kernel APCs on", !KeAreApcsDisabled());
  FACT_EQ("scheduler 8 the owner may acquire again", ZwWaitForSingleObject(m, FALSE, &zero), STATUS_SUCCESS);
  FACT("documentation NtReleaseMutant: previous state", ZwReleaseMutant(m, &old) == STATUS_SUCCESS && old == -1);
  FACT("documentation NtReleaseMutant: 0 = now free", ZwReleaseMutant(m, &old) == STATUS_SUCCESS && old == 0);
  FACT_EQ("documentation NtReleaseMutant by a non-owner: a status, no exception", ZwReleaseMutant(m, NULL), STATUS_MUTANT_NOT_OWNED);

  CHECK_EQ(ZwCreateSemaphore(&s, SEMAPHORE_ALL_ACCESS, &oa, 1, 2), STATUS_SUCCESS);
  FACT_EQ("documentation NtCreateSemaphore: 0 <= Count <= Limit", ZwCreateSemaphore(&refused, SEMAPHORE_ALL_ACCESS, &oa, 3, 2), STATUS_INVALID_PARAMETER);
  FACT("scheduler 8 NtReleaseSemaphore: previous count", ZwReleaseSemaphore(s, 1, &old) == STATUS_SUCCESS && old == 1);
  FACT_EQ("scheduler 8 NtReleaseSemaphore: limit exceeded is a status, no exception", ZwReleaseSemaphore(s, 1, NULL), STATUS_SEMAPHORE_LIMIT_EXCEEDED);
  FACT("scheduler 8 NtReleaseSemaphore: Adjustment >= 1", !NT_SUCCESS(ZwReleaseSemaphore(s, 0, NULL)));
  FACT_EQ("scheduler 8 a handle of another type", ZwReleaseSemaphore(e, 1, NULL), STATUS_OBJECT_TYPE_MISMATCH);

  list[0] = e;
  list[1] = m;
  list[2] = s;
  FACT_EQ("scheduler 7 ZwWaitForMultipleObjects WaitAny: the index", ZwWaitForMultipleObjects(3, list, WaitAny, FALSE, &zero), STATUS_WAIT_1);
  ZwReleaseMutant(m, NULL);
  FACT_EQ("scheduler 7 ZwWaitForMultipleObjects WaitAll", ZwWaitForMultipleObjects(3, list, WaitAll, FALSE, &zero), STATUS_TIMEOUT);
  ZwSetEvent(e, NULL);
  FACT_EQ("scheduler 7 ZwWaitForMultipleObjects WaitAll: success", ZwWaitForMultipleObjects(3, list, WaitAll, FALSE, &zero), STATUS_SUCCESS);
  ZwReleaseMutant(m, NULL);
  list[1] = e;
  FACT_EQ("scheduler 7 duplicate handles and WaitAll: INVALID_PARAMETER_MIX", (ULONG)ZwWaitForMultipleObjects(2, list, WaitAll, FALSE, &zero), 0xC0000030);
  FACT_EQ("scheduler 7 duplicate handles and WaitAny", ZwWaitForMultipleObjects(2, list, WaitAny, FALSE, &zero), STATUS_TIMEOUT);
  for (int i = 0; i < 65; i++) list[i] = e;
  FACT("scheduler 7 ZwWaitForMultipleObjects: 1 to 64 objects", ZwWaitForMultipleObjects(65, list, WaitAny, FALSE, &zero) == STATUS_INVALID_PARAMETER_1 && ZwWaitForMultipleObjects(0, list, WaitAny, FALSE, &zero) == STATUS_INVALID_PARAMETER_1);
  ZwSetEvent(e, NULL);
  FACT_EQ("scheduler 7 ZwWaitForMultipleObjects of 64", ZwWaitForMultipleObjects(64, list, WaitAny, FALSE, &zero), STATUS_WAIT_0);
  ZwClose(s);
  ZwClose(m);
  ZwClose(e);
  InitializeObjectAttributes(&oa, &name, OBJ_KERNEL_HANDLE, NULL, NULL);
  CHECK_EQ(ZwCreateEvent(&e, EVENT_ALL_ACCESS, &oa, NotificationEvent, TRUE), STATUS_SUCCESS);
  FACT_EQ("documentation ZwCreateEvent: the name exists", ZwCreateEvent(&m, EVENT_ALL_ACCESS, &oa, NotificationEvent, TRUE), STATUS_OBJECT_NAME_COLLISION);
  FACT("documentation ZwOpenEvent", ZwOpenEvent(&m, SYNCHRONIZE, &oa) == STATUS_SUCCESS && ZwWaitForSingleObject(m, FALSE, &zero) == STATUS_SUCCESS);
  ZwClose(m);
  ZwClose(e);
  FACT_EQ("scheduler 8 the last handle takes the name", ZwOpenEvent(&m, SYNCHRONIZE, &oa), STATUS_OBJECT_NAME_NOT_FOUND);
}

static LONG g_TimerApcs;
static PVOID g_TimerContext;
static VOID TimerApc(PVOID Context, ULONG Low, LONG High) {
  UNREFERENCED_PARAMETER(Low);
  UNREFERENCED_PARAMETER(High);
  g_TimerContext = Context;
  g_TimerApcs++;
}

static VOID Timers(VOID) {
  HANDLE n, s;
  BOOLEAN was = TRUE;
  OBJECT_ATTRIBUTES oa;
  LARGE_INTEGER zero = {0}, due, before, after;
  InitializeObjectAttributes(&oa, NULL, OBJ_KERNEL_HANDLE, NULL, NULL);
  CHECK_EQ(ZwCreateTimer(&n, TIMER_ALL_ACCESS, &oa, NotificationTimer), STATUS_SUCCESS);
  CHECK_EQ(ZwCreateTimer(&s, TIMER_ALL_ACCESS, &oa, SynchronizationTimer), STATUS_SUCCESS);
  due.QuadPart = -300000;
  FACT("scheduler 8 ZwSetTimer: not signalled before", ZwSetTimer(n, &due, NULL, NULL, FALSE, 0, &was) == STATUS_SUCCESS && !was);
  FACT_EQ("scheduler 8 a timer that is set is not signalled", ZwWaitForSingleObject(n, FALSE, &zero), STATUS_TIMEOUT);
  KeQuerySystemTimePrecise(&before);
  FACT_EQ("scheduler 8 a timer: signalled when expired", ZwWaitForSingleObject(n, FALSE, NULL), STATUS_SUCCESS);
  KeQuerySystemTimePrecise(&after);
  CHECK(after.QuadPart > before.QuadPart);
  FACT_EQ("scheduler 8 a notification timer stays until set again", ZwWaitForSingleObject(n, FALSE, &zero), STATUS_SUCCESS);
  FACT("scheduler 8 ZwSetTimer: previous state; set again it is not signalled", ZwSetTimer(n, &due, NULL, NULL, FALSE, 0, &was) == STATUS_SUCCESS && was && ZwWaitForSingleObject(n, FALSE, &zero) == STATUS_TIMEOUT);
  FACT("scheduler 8 ZwCancelTimer: current state", ZwCancelTimer(n, &was) == STATUS_SUCCESS && !was);
  SleepMs(60);
  FACT_EQ("scheduler 8 a cancelled timer does not expire", ZwWaitForSingleObject(n, FALSE, &zero), STATUS_TIMEOUT);
  CHECK_EQ(ZwSetTimer(s, &due, NULL, NULL, FALSE, 0, NULL), STATUS_SUCCESS);
  FACT("scheduler 8 a synchronization timer: one waiter, state 0", ZwWaitForSingleObject(s, FALSE, NULL) == STATUS_SUCCESS && ZwWaitForSingleObject(s, FALSE, &zero) == STATUS_TIMEOUT);
  CHECK_EQ(ZwSetTimer(s, &due, NULL, NULL, FALSE, 20, NULL), STATUS_SUCCESS);
  FACT("scheduler 8 a periodic timer expires again", ZwWaitForSingleObject(s, FALSE, NULL) == STATUS_SUCCESS && ZwWaitForSingleObject(s, FALSE, NULL) == STATUS_SUCCESS);
  CHECK_EQ(ZwCancelTimer(s, NULL), STATUS_SUCCESS);
  FACT("scheduler 8 ZwSetTimer: a negative period", !NT_SUCCESS(ZwSetTimer(s, &due, NULL, NULL, FALSE, -1, NULL)));
  CHECK_EQ(ZwSetTimer(n, &due, TimerApc, (PVOID)0x77, FALSE, 0, NULL), STATUS_SUCCESS);
  CHECK_EQ(ZwWaitForSingleObject(n, FALSE, NULL), STATUS_SUCCESS);
  SleepMs(20);
  FACT("scheduler 9 ZwSetTimer: the APC routine runs in the thread that set it", g_TimerApcs == 1 && g_TimerContext == (PVOID)0x77);
  CHECK_EQ(ZwSetTimer(n, &due, TimerApc, NULL, FALSE, 0, NULL), STATUS_SUCCESS);
  CHECK_EQ(ZwCancelTimer(n, NULL), STATUS_SUCCESS);
  SleepMs(60);
  FACT_EQ("scheduler 9 ZwCancelTimer: no APC", g_TimerApcs, 1);
  FACT_EQ("scheduler 8 a handle of another type", ZwCancelTimer(NtCurrentProcess(), NULL), STATUS_OBJECT_TYPE_MISMATCH);
  ZwClose(n);
  ZwClose(s);
}

// A system thread begins inside a critical region: it leaves it here, because an APC is wanted.
static VOID Body(PVOID Context) {
  UNREFERENCED_PARAMETER(Context);
  KeLeaveCriticalRegion();
  Services();
  Timers();
  KeEnterCriticalRegion();
  PsTerminateSystemThread(STATUS_SUCCESS);
}

TEST_ENTRY {
  UNREFERENCED_PARAMETER(RegistryPath);
  KeInitializeEvent(&g_Never, NotificationEvent, FALSE);
  KeInitializeEvent(&g_Ready, SynchronizationEvent, FALSE);
  DriverObject->DriverUnload = Unload;
  MakeDevice(DriverObject, Control);
  Threads();
  Join(StartThread(Body, NULL));
  return RESULT();
}
