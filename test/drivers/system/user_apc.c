// User APCs: from bodies (QueueUserAPC, NtQueueApcThread, alerts) and from the driver (KeInitializeApc with UserMode); what they wait for, special ones, rundown.
#include "system.h"
#if 0 // threads
#include <winternl.h>
code {
  static volatile LONG g_Ran, g_Data, g_Order[8];
  static volatile LONG g_Stop;
  static VOID NTAPI Apc(ULONG_PTR Data) {
    g_Order[g_Ran++] = (LONG)Data;
    g_Data = (LONG)Data;
  }
  static VOID NTAPI Three(PVOID A, PVOID B, PVOID C) {
    g_Data = (LONG)(ULONG_PTR)A * 100 + (LONG)(ULONG_PTR)B * 10 + (LONG)(ULONG_PTR)C;
    g_Ran++;
  }
  static VOID NTAPI Requeues(ULONG_PTR Data) {
    g_Order[g_Ran++] = (LONG)Data;
    if (Data < 3) QueueUserAPC(Requeues, GetCurrentThread(), Data + 1);
  }
  static DWORD WINAPI Waits(LPVOID Event) {
    return WaitForSingleObjectEx((HANDLE)Event, INFINITE, TRUE);
  }
  static DWORD WINAPI Spins(LPVOID Unused) {
    (void)Unused;
    while (!g_Stop) {}
    return 5;
  }
  static DWORD WINAPI Plain(LPVOID Event) {
    return WaitForSingleObjectEx((HANDLE)Event, INFINITE, FALSE);
  }
}
thread main {
  HANDLE d = CreateFileW(L"\\\\.\\Test", GENERIC_READ, 0, NULL, OPEN_EXISTING, 0, NULL);
  HANDLE event = CreateEventW(NULL, TRUE, FALSE, NULL), t;
  DWORD got, code;
  PVOID in[2];
  FACT("scheduler 11 user APC: QueueUserAPC succeeds", QueueUserAPC(Apc, GetCurrentThread(), 1));
  Sleep(1);
  FACT_EQ("scheduler 11 user APC: not delivered without an alertable wait", g_Ran, 0);
  FACT_EQ("scheduler 7 alertable wait of user mode: returns USER_APC", SleepEx(1000, TRUE), STATUS_USER_APC);
  FACT("scheduler 11 user APC: delivered in an alertable wait of user mode, with its argument", g_Ran == 1 && g_Data == 1);
  FACT_EQ("scheduler 7 alertable wait: STATUS_SUCCESS when no APC came", SleepEx(1, TRUE), 0);
  g_Ran = 0;
  QueueUserAPC(Apc, GetCurrentThread(), 1);
  QueueUserAPC(Apc, GetCurrentThread(), 2);
  QueueUserAPC(Apc, GetCurrentThread(), 3);
  FACT_EQ("scheduler 7 alertable wait: a satisfied wait is not broken", WaitForSingleObjectEx(GetCurrentProcess(), 0, TRUE), WAIT_TIMEOUT);
  SleepEx(0, TRUE);
  FACT("scheduler 11 user APC: all that are queued run, first in first out", g_Ran == 3 && g_Order[0] == 1 && g_Order[1] == 2 && g_Order[2] == 3);
  g_Ran = 0;
  QueueUserAPC(Requeues, GetCurrentThread(), 1);
  SleepEx(100, TRUE);
  FACT("scheduler 11 user APC: those queued by one run in the same wait", g_Ran == 3 && g_Order[2] == 3);
  g_Ran = 0;
  EXPECT(NtQueueApcThread(GetCurrentThread(), Three, (PVOID)1, (PVOID)2, (PVOID)3) == 0);
  FACT_EQ("documentation NtTestAlert: delivers pending user APCs", NtTestAlert(), 0);
  FACT("documentation NtQueueApcThread: three arguments", g_Ran == 1 && g_Data == 123);
  FACT_EQ("scheduler 7 alert: NtAlertThread", NtAlertThread(GetCurrentThread()), 0);
  FACT_EQ("documentation NtTestAlert: STATUS_ALERTED when alerted", NtTestAlert(), STATUS_ALERTED);
  FACT_EQ("documentation NtTestAlert: clears the alert", NtTestAlert(), 0);
  NtAlertThread(GetCurrentThread());
  LARGE_INTEGER due;
  due.QuadPart = -10000000;
  FACT_EQ("scheduler 7 alert: an alertable wait returns ALERTED", NtDelayExecution(TRUE, &due), STATUS_ALERTED);

  g_Ran = 0;
  t = CreateThread(NULL, 0, Waits, event, 0, NULL);
  Sleep(20);
  QueueUserAPC(Apc, t, 7);
  WaitForSingleObject(t, INFINITE);
  GetExitCodeThread(t, &code);
  FACT("scheduler 7 (TRUE, User): a user APC breaks the wait and is delivered", code == STATUS_USER_APC && g_Data == 7 && g_Ran == 1);
  FACT("scheduler 11 user APC: not queued to a thread that has ended", !QueueUserAPC(Apc, t, 8));
  CloseHandle(t);
  t = CreateThread(NULL, 0, Plain, event, 0, NULL);
  Sleep(20);
  QueueUserAPC(Apc, t, 8);
  Sleep(20);
  FACT_EQ("scheduler 7 (FALSE, User): not broken by a user APC", g_Ran, 1);
  QueueUserAPC2(Apc, t, 9, QUEUE_USER_APC_FLAGS_SPECIAL_USER_APC);
  Sleep(20);
  FACT("scheduler 11 special user APC: needs no alertable wait; the regular one follows by its test alert", g_Ran == 3 && g_Order[1] == 9 && g_Order[2] == 8);
  SetEvent(event);
  WaitForSingleObject(t, INFINITE);
  CloseHandle(t);
  g_Ran = 0;
  t = CreateThread(NULL, 0, Spins, NULL, 0, NULL);
  Sleep(20);
  QueueUserAPC(Apc, t, 1);
  Sleep(20);
  FACT_EQ("scheduler 11 user APC: not delivered to a thread that runs in user mode", g_Ran, 0);
  QueueUserAPC2(Apc, t, 2, QUEUE_USER_APC_FLAGS_SPECIAL_USER_APC);
  Sleep(50);
  FACT("scheduler 11 special user APC: delivered at any return to user mode", g_Ran >= 1 && g_Order[0] == 2);
  g_Stop = 1;
  WaitForSingleObject(t, INFINITE);
  GetExitCodeThread(t, &code);
  FACT_EQ("scheduler 11 special user APC: the interrupted code goes on as if nothing had been", code, 5);
  CloseHandle(t);

  // from the driver: a kernel routine in front of the normal one, a critical region that holds it back
  g_Ran = 0;
  in[0] = (PVOID)Three;
  EXPECT(DeviceIoControl(d, IOCTL_BUFFERED, in, sizeof in, NULL, 0, &got, NULL));
  FACT_EQ("scheduler 11 user APC of a driver: waits for an alertable wait", g_Ran, 0);
  FACT_EQ("scheduler 11 user APC of a driver: breaks it", SleepEx(1000, TRUE), STATUS_USER_APC);
  FACT("scheduler 11 user APC of a driver: context and arguments reach user mode", g_Ran == 1 && g_Data == 456);
  // run down: queued, never delivered
  EXPECT(DeviceIoControl(d, IOCTL_RELEASE, in, sizeof in, NULL, 0, &got, NULL));
  CloseHandle(event);
  CloseHandle(d);
}
#endif

static KAPC g_Apc;
static LONG g_Kernel, g_Rundown;

static VOID KernelRoutine(PKAPC Apc, PKNORMAL_ROUTINE *Normal, PVOID *Context, PVOID *A1, PVOID *A2) {
  UNREFERENCED_PARAMETER(Normal); UNREFERENCED_PARAMETER(A1); UNREFERENCED_PARAMETER(A2);
  FACT("scheduler 11 user APC: its kernel routine runs at APC_LEVEL in the thread", KeGetCurrentIrql() == APC_LEVEL && Apc->Thread == KeGetCurrentThread());
  CHECK(*Context == (PVOID)4);
  g_Kernel++;
}
static VOID Rundown(PKAPC Apc) {
  FACT("scheduler 11 rundown routine: runs if the thread exits before delivery (user APC)", Apc == &g_Apc);
  g_Rundown++;
}

static NTSTATUS Control(PDEVICE_OBJECT DeviceObject, PIRP Irp) {
  PKNORMAL_ROUTINE routine = *(PKNORMAL_ROUTINE *)Irp->AssociatedIrp.SystemBuffer;
  UNREFERENCED_PARAMETER(DeviceObject);
  KeInitializeApc(&g_Apc, KeGetCurrentThread(), OriginalApcEnvironment, KernelRoutine, Rundown, routine, UserMode, (PVOID)4);
  FACT("scheduler 11 KeInsertQueueApc: a user APC", KeInsertQueueApc(&g_Apc, (PVOID)5, (PVOID)6, 0));
  FACT_EQ("scheduler 11 KAPC: Inserted (user APC)", g_Apc.Inserted, TRUE);
  return CompleteIrp(Irp, STATUS_SUCCESS, 0);
}

static VOID Unload(PDRIVER_OBJECT DriverObject) {
  UNREFERENCED_PARAMETER(DriverObject);
  CHECK_EQ(g_Kernel, 1);
  CHECK_EQ(g_Rundown, 1);
  DropDevice();
}

TEST_ENTRY {
  UNREFERENCED_PARAMETER(RegistryPath);
  DriverObject->DriverUnload = Unload;
  return MakeDevice(DriverObject, Control);
}
