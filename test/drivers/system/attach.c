// Attaching to another process: its user memory is seen, nested attaches come back in order, APCs of an environment wait until it is current; wrong uses (ending while attached: stop_exit_attached.c).
// case DPC bugcheck 0x5
// case NESTED bugcheck 0x5
// case NOT_ATTACHED bugcheck 0x6
// case PENDING bugcheck 0x6
// case SYSTEM_CALL bugcheck 0x1
// case CRITICAL bugcheck 0x1
// case GUARDED bugcheck 0x1
// case RAISED bugcheck 0x4A
#include "system.h"
#if 0 // threads
code {
  static volatile LONG g_Word = 0x51515151;
}
thread main {
  HANDLE d = CreateFileW(L"\\\\.\\Test", GENERIC_READ, 0, NULL, OPEN_EXISTING, 0, NULL);
  volatile LONG *address = &g_Word;
  DWORD got;
  EXPECT(DeviceIoControl(d, IOCTL_BUFFERED, &address, sizeof address, NULL, 0, &got, NULL));
  EXPECT(g_Word == 0x62626262);
  CloseHandle(d);
}
#endif

static PEPROCESS g_Process;
static PLONG g_Address;
static KAPC g_Apc, g_Other;
static LONG g_Ran;

static VOID Apc(PKAPC Apc, PKNORMAL_ROUTINE *Normal, PVOID *Context, PVOID *A1, PVOID *A2) {
  UNREFERENCED_PARAMETER(Apc); UNREFERENCED_PARAMETER(Normal); UNREFERENCED_PARAMETER(Context); UNREFERENCED_PARAMETER(A2);
  CHECK(PsGetCurrentProcess() == (PEPROCESS)*A1);
  g_Ran++;
}

static VOID Environments(VOID) {
  KAPC_STATE a;
  PKTHREAD me = KeGetCurrentThread();
  KeInitializeApc(&g_Apc, me, OriginalApcEnvironment, Apc, NULL, NULL, KernelMode, NULL);
  FACT_EQ("scheduler 11 OriginalApcEnvironment 0: ApcStateIndex 0", g_Apc.ApcStateIndex, 0);
  KeInitializeApc(&g_Other, me, CurrentApcEnvironment, Apc, NULL, NULL, KernelMode, NULL);
  FACT_EQ("scheduler 11 CurrentApcEnvironment 2: the thread's index, 0 = original", g_Other.ApcStateIndex, 0);
  KeStackAttachProcess(g_Process, &a);
  KeInsertQueueApc(&g_Apc, PsInitialSystemProcess, NULL, 0);
  FACT_EQ("scheduler 11 APC of the original environment: waits while the thread is attached", g_Ran, 0);
  KeInitializeApc(&g_Other, me, CurrentApcEnvironment, Apc, NULL, NULL, KernelMode, NULL);
  FACT_EQ("scheduler 11 CurrentApcEnvironment 2: the thread's index, 1 = attached", g_Other.ApcStateIndex, 1);
  KeInsertQueueApc(&g_Other, g_Process, NULL, 0);
  FACT_EQ("scheduler 11 APC of the attached environment: delivered while attached", g_Ran, 1);
  KeInitializeApc(&g_Other, me, InsertApcEnvironment, Apc, NULL, NULL, KernelMode, NULL);
  FACT_EQ("scheduler 11 InsertApcEnvironment 3: not decided yet", g_Other.ApcStateIndex, 3);
  KeInsertQueueApc(&g_Other, g_Process, NULL, 0);
  FACT_EQ("scheduler 11 InsertApcEnvironment 3: decided when it is inserted", g_Other.ApcStateIndex, 1);
  FACT_EQ("scheduler 11 InsertApcEnvironment 3: delivered there", g_Ran, 2);
  KeUnstackDetachProcess(&a);
  FACT_EQ("scheduler 11 APC of the original environment: delivered after the detach, in the original process", g_Ran, 3);
}

static VOID Other(PVOID Context) {
  KAPC_STATE a, b, c;
  LONG seen = 0;
  UNREFERENCED_PARAMETER(Context);
  CHECK(PsGetCurrentProcess() == PsInitialSystemProcess);
#ifdef CASE_NESTED
  KeAttachProcess(g_Process);
  EXPECT_STOP("bugchecks 3 0x5: KeAttachProcess nested", 0x5, PsInitialSystemProcess, g_Process, 1, 0);
  KeAttachProcess(PsInitialSystemProcess);
#endif
#ifdef CASE_NOT_ATTACHED
  RtlZeroMemory(&a, sizeof a);
  EXPECT_STOP("bugchecks 3 0x6: detach without attach", 0x6, 0, 0, 0, 0);
  KeUnstackDetachProcess(&a);
#endif
#ifdef CASE_PENDING
  KeStackAttachProcess(g_Process, &a);
  KeEnterGuardedRegion();
  KeInitializeApc(&g_Apc, KeGetCurrentThread(), AttachedApcEnvironment, Apc, NULL, NULL, KernelMode, NULL);
  KeInsertQueueApc(&g_Apc, NULL, NULL, 0);
  EXPECT_STOP("bugchecks 3 0x6: detach with a pending APC", 0x6, 0, 0, 0, 0);
  KeUnstackDetachProcess(&a);
#endif
  KeStackAttachProcess(g_Process, &a);
  FACT("scheduler 17 attach: the current process is the other one", PsGetCurrentProcess() == g_Process);
  FACT("scheduler 17 attach: PsGetCurrentProcessId is still that of the thread's process", PsGetCurrentProcessId() == (HANDLE)4);
  FACT("scheduler 17 attach: the thread's process does not change", IoThreadToProcess(PsGetCurrentThread()) == PsInitialSystemProcess);
  FACT_EQ("scheduler 17 attach: the first state is kept in the thread, KAPC_STATE.Process says 0", a.Process, NULL);
  __try {
    seen = *g_Address;
    *g_Address = 0x62626262;
  } __except (EXCEPTION_EXECUTE_HANDLER) {
    CHECK(FALSE);
  }
  FACT_EQ("scheduler 17 attach: the other process' user memory is read and written", seen, 0x51515151);
  KeStackAttachProcess(PsInitialSystemProcess, &b);
  FACT("scheduler 17 attach: nests with a KAPC_STATE of its own", PsGetCurrentProcess() == PsInitialSystemProcess);
  FACT("scheduler 17 attach: a nested one saves the state that was", b.Process == (PVOID)g_Process);
  KeStackAttachProcess(g_Process, &c);
  CHECK(PsGetCurrentProcess() == g_Process);
  KeUnstackDetachProcess(&c);
  FACT("scheduler 17 detach: back to the process before", PsGetCurrentProcess() == PsInitialSystemProcess);
  KeUnstackDetachProcess(&b);
  CHECK(PsGetCurrentProcess() == g_Process);
  KeStackAttachProcess(g_Process, &b);
  FACT("scheduler 17 attach: to the current process nothing is saved, the detach does nothing", b.Process == (PVOID)1);
  KeUnstackDetachProcess(&b);
  CHECK(PsGetCurrentProcess() == g_Process);
  KeUnstackDetachProcess(&a);
  FACT("scheduler 17 detach: back to the thread's own process", PsGetCurrentProcess() == PsInitialSystemProcess);
  seen = 0;
  __try {
    seen = *g_Address;
    CHECK(FALSE);
  } __except (EXCEPTION_EXECUTE_HANDLER) {
    seen = 1;
  }
  FACT_EQ("scheduler 17 detach: the other process' user memory is out of reach", seen, 1);
  KeAttachProcess(g_Process);
  CHECK(PsGetCurrentProcess() == g_Process);
  KeDetachProcess();
  FACT("scheduler 17 KeDetachProcess: back to the thread's own process", PsGetCurrentProcess() == PsInitialSystemProcess);
  KeDetachProcess();
  Environments();
}

#ifdef CASE_DPC
static VOID InDpc(PKDPC Dpc, PVOID Context, PVOID A1, PVOID A2) {
  KAPC_STATE state;
  UNREFERENCED_PARAMETER(Dpc); UNREFERENCED_PARAMETER(Context); UNREFERENCED_PARAMETER(A1); UNREFERENCED_PARAMETER(A2);
  EXPECT_STOP("bugchecks 3 0x5: attach in a DPC, P4 is not zero", 0x5, PsInitialSystemProcess, PsGetCurrentProcess(), 0, 1);
  KeStackAttachProcess(PsInitialSystemProcess, &state);
}
#endif

static NTSTATUS Control(PDEVICE_OBJECT DeviceObject, PIRP Irp) {
  UNREFERENCED_PARAMETER(DeviceObject);
  g_Process = PsGetCurrentProcess();
  g_Address = *(PLONG *)Irp->AssociatedIrp.SystemBuffer;
#ifdef CASE_DPC
  static KDPC dpc;
  KeInitializeDpc(&dpc, InDpc, NULL);
  KeInsertQueueDpc(&dpc, NULL, NULL);
#endif
#ifdef CASE_SYSTEM_CALL
  static KAPC_STATE state;
  KeStackAttachProcess(PsInitialSystemProcess, &state);
  EXPECT_STOP("bugchecks 3 0x1: return from a system call while attached", 0x1, ANY, 1, 0, 0);
  return CompleteIrp(Irp, STATUS_SUCCESS, 0);
#endif
#ifdef CASE_CRITICAL
  KeEnterCriticalRegion();
  EXPECT_STOP("bugchecks 3 0x1: return from a system call in a critical region, -1 = left disabled", 0x1, ANY, 0, 0xFFFF, 0);
  return CompleteIrp(Irp, STATUS_SUCCESS, 0);
#endif
#ifdef CASE_GUARDED
  KeEnterGuardedRegion();
  EXPECT_STOP("bugchecks 3 0x1: return from a system call in a guarded region", 0x1, ANY, 0, 0xFFFF0000, 0);
  return CompleteIrp(Irp, STATUS_SUCCESS, 0);
#endif
#ifdef CASE_RAISED
  KIRQL irql;
  CompleteIrp(Irp, STATUS_SUCCESS, 0);
  KeRaiseIrql(APC_LEVEL, &irql);
  EXPECT_STOP("bugchecks 2 0x4A: return to user mode above PASSIVE_LEVEL", 0x4A, ANY, APC_LEVEL, 0, 0);
  return STATUS_SUCCESS;
#endif
  Join(StartThread(Other, NULL));
  return CompleteIrp(Irp, STATUS_SUCCESS, 0);
}

TEST_ENTRY {
  UNREFERENCED_PARAMETER(RegistryPath);
  DriverObject->DriverUnload = UnloadDevice;
  return MakeDevice(DriverObject, Control);
}
