// How processes and threads end (ps-routines 3, 7; life cycle): exit statuses, termination in every state, last thread, what the kernel may and may not end.
#include "system.h"
#if 0 // threads
code {
  static HANDLE g_Device;
  static volatile LONG g_Ran;
  static DWORD WINAPI Spins(LPVOID p) { for (;;) g_Ran = 1; }
  static DWORD WINAPI Sleeps(LPVOID p) { Sleep(INFINITE); return 1; }
  static DWORD WINAPI SleepsAlertable(LPVOID p) { SleepEx(INFINITE, TRUE); return 1; }
  static DWORD WINAPI Never(LPVOID p) { g_Ran = 99; return 1; }
  static DWORD WINAPI InKernel(LPVOID p) { DWORD got; DeviceIoControl(g_Device, IOCTL_PEND, NULL, 0, NULL, 0, &got, NULL); g_Ran = 98; return 1; }
  static DWORD WINAPI Exits(LPVOID p) { ExitThread(33); }
  static DWORD Ends(HANDLE t, DWORD code) {
    DWORD got = 0;
    return TerminateThread(t, code) && WaitForSingleObject(t, 2000) == WAIT_OBJECT_0 && GetExitCodeThread(t, &got) && got == code;
  }
}
thread main {
  HANDLE d = CreateFileW(L"\\\\.\\Test", GENERIC_READ, 0, NULL, OPEN_EXISTING, 0, NULL), t, p;
  DWORD got, code = 0, id;
  g_Device = d;
  t = CreateThread(NULL, 0, Exits, NULL, CREATE_SUSPENDED, NULL);
  EXPECT(GetExitCodeThread(t, &code));
  FACT_EQ("ps-routines 3 exit status of a living thread is STATUS_PENDING (STILL_ACTIVE)", code, STILL_ACTIVE);
  EXPECT(ResumeThread(t) == 1);
  EXPECT(WaitForSingleObject(t, 1000) == WAIT_OBJECT_0 && GetExitCodeThread(t, &code));
  FACT_EQ("ps-routines 3 exit status of an ended thread", code, 33);
  CloseHandle(t);
  t = CreateThread(NULL, 0, Never, NULL, CREATE_SUSPENDED, NULL);
  FACT("ps-routines 7 NtTerminateThread: a thread that has not started never runs its routine", Ends(t, 40) && g_Ran != 99);
  CloseHandle(t);
  t = CreateThread(NULL, 0, Sleeps, NULL, 0, NULL);
  Sleep(2);
  FACT("ps-routines 7 NtTerminateThread: a user-mode wait is broken", Ends(t, 41));
  CloseHandle(t);
  t = CreateThread(NULL, 0, SleepsAlertable, NULL, 0, NULL);
  Sleep(2);
  FACT("ps-routines 7 NtTerminateThread: an alertable wait is broken", Ends(t, 42));
  CloseHandle(t);
  t = CreateThread(NULL, 0, Sleeps, NULL, 0, NULL);
  Sleep(2);
  EXPECT(SuspendThread(t) == 0);
  FACT("ps-routines 7 NtTerminateThread: a suspended thread ends", Ends(t, 43));
  CloseHandle(t);
  t = CreateThread(NULL, 0, Spins, NULL, 0, NULL);
  while (!g_Ran) Sleep(1);
  FACT("ps-routines 7 NtTerminateThread: a thread that runs or is ready ends", Ends(t, 44));
  CloseHandle(t);
  t = CreateThread(NULL, 0, InKernel, NULL, 0, &id);
  Sleep(2);
  EXPECT(TerminateThread(t, 45));
  FACT("ps-routines 7 NtTerminateThread: a kernel-mode wait is not broken", WaitForSingleObject(t, 20) == WAIT_TIMEOUT);
  EXPECT(DeviceIoControl(d, IOCTL_RELEASE, &id, sizeof id, NULL, 0, &got, NULL));
  EXPECT(WaitForSingleObject(t, 1000) == WAIT_OBJECT_0 && GetExitCodeThread(t, &code));
  FACT("ps-routines 7 NtTerminateThread: it ends before it goes back to user mode", code == 45 && g_Ran != 98);
  CloseHandle(t);
  Sleep(2);
  FACT_EQ("ps-routines 7 NtTerminateThread: CANT_TERMINATE_SELF (NULL handle and last thread)", NtTerminateThread(NULL, 0), STATUS_CANT_TERMINATE_SELF);
  FACT_EQ("ps-routines 7 NtTerminateProcess NULL: the other threads of the process, none here", NtTerminateProcess(NULL, 5), STATUS_SUCCESS);
  t = CreateThread(NULL, 0, Sleeps, NULL, 0, NULL);
  EXPECT(NtTerminateProcess(NULL, 46) == STATUS_SUCCESS);
  EXPECT(WaitForSingleObject(t, 1000) == WAIT_OBJECT_0 && GetExitCodeThread(t, &code));
  FACT_EQ("ps-routines 7 NtTerminateProcess NULL handle: all other threads of the current process", code, 46);
  CloseHandle(t);
  FACT_EQ("ps-routines 7 NtTerminateProcess: INVALID_HANDLE", NtTerminateProcess((HANDLE)0x7FF0, 0), STATUS_INVALID_HANDLE);
  FACT_EQ("ps-routines 7 NtTerminateProcess: OBJECT_TYPE_MISMATCH", NtTerminateProcess(d, 0), STATUS_OBJECT_TYPE_MISMATCH);
  p = StartProcess(NOTEPAD, L"notepad");
  t = OpenProcess(PROCESS_QUERY_LIMITED_INFORMATION, FALSE, GetProcessId(p));
  FACT_EQ("ps-routines 7 NtTerminateProcess: ACCESS_DENIED", NtTerminateProcess(t, 0), STATUS_ACCESS_DENIED);
  CloseHandle(t);
  EXPECT(GetExitCodeProcess(p, &code));
  FACT_EQ("ps-routines 3 exit status of a running process is STATUS_PENDING", code, STILL_ACTIVE);
  id = GetProcessId(p);
  EXPECT(DeviceIoControl(d, IOCTL_BUFFERED, &id, sizeof id, NULL, 0, &got, NULL));
  FACT_EQ("ps-routines 7 ZwTerminateProcess: ends all threads, the object is signalled", WaitForSingleObject(p, 2000), WAIT_OBJECT_0);
  EXPECT(GetExitCodeProcess(p, &code));
  FACT_EQ("ps-routines 7 ZwTerminateProcess: the exit status", code, 0xC0000022);
  FACT_EQ("ps-routines 7 NtTerminateProcess: PROCESS_IS_TERMINATING", NtTerminateProcess(p, 0), STATUS_PROCESS_IS_TERMINATING);
  FACT("ps-routines 7 no thread can be made in an ended process", CreateRemoteThread(p, NULL, 0, Sleeps, NULL, 0, NULL) == NULL);
  CloseHandle(p);
  EXPECT(DeviceIoControl(d, IOCTL_IN_DIRECT, NULL, 0, NULL, 0, &got, NULL));
  CloseHandle(d);
}
#endif

static KEVENT g_Release, g_Stop;
static PETHREAD g_Inside;

static VOID Worker(PVOID Context) {
  UNREFERENCED_PARAMETER(Context);
  KeWaitForSingleObject(&g_Stop, Executive, KernelMode, FALSE, NULL);
}

// Terminates the process, holds on to its address space for a while, and looks.
static VOID Terminate(HANDLE Pid) {
  PEPROCESS process;
  HANDLE h, thread;
  OBJECT_ATTRIBUTES oa;
  CLIENT_ID cid = {Pid, NULL};
  LARGE_INTEGER shortly;
  PROCESS_EXTENDED_BASIC_INFORMATION extended = {0};
  NTSTATUS status;
  InitializeObjectAttributes(&oa, NULL, OBJ_KERNEL_HANDLE, NULL, NULL);
  CHECK_EQ(ZwOpenProcess(&h, PROCESS_ALL_ACCESS, &oa, &cid), STATUS_SUCCESS);
  CHECK_EQ(PsLookupProcessByProcessId(Pid, &process), STATUS_SUCCESS);
  CHECK_EQ(PsAcquireProcessExitSynchronization(process), STATUS_SUCCESS);
  FACT_EQ("ps-routines 7 ZwTerminateProcess: SUCCESS", ZwTerminateProcess(h, STATUS_ACCESS_DENIED), STATUS_SUCCESS);
  shortly.QuadPart = -200000; // 20 ms: all its threads are gone
  FACT_EQ("ps-routines 10 PsAcquireProcessExitSynchronization: the address space stays until it is released", KeWaitForSingleObject(process, Executive, KernelMode, FALSE, &shortly), STATUS_TIMEOUT);
  FACT_EQ("ps-routines 7 a terminating process is found by its ID", ZwOpenProcess(&thread, PROCESS_QUERY_LIMITED_INFORMATION, &oa, &cid), STATUS_SUCCESS);
  ZwClose(thread);
  CHECK_EQ(ZwQueryInformationProcess(h, ProcessBasicInformation, &extended, sizeof extended, NULL), STATUS_SUCCESS);
  FACT("ps-routines 8 PROCESS_EXTENDED_BASIC_INFORMATION: IsProcessDeleting", extended.IsProcessDeleting == 1);
  status = PsCreateSystemThread(&thread, THREAD_ALL_ACCESS, &oa, h, NULL, Worker, NULL);
  FACT_EQ("ps-routines 2 PsCreateSystemThread: PROCESS_IS_TERMINATING", status, STATUS_PROCESS_IS_TERMINATING);
  FACT_EQ("ps-routines 10 PsAcquireProcessExitSynchronization: PROCESS_IS_TERMINATING meanwhile", PsAcquireProcessExitSynchronization(process), STATUS_PROCESS_IS_TERMINATING);
  PsReleaseProcessExitSynchronization(process);
  CHECK_EQ(KeWaitForSingleObject(process, Executive, KernelMode, FALSE, NULL), STATUS_SUCCESS);
  ObDereferenceObject(process);
  ZwClose(h);
}

static VOID Kernel(VOID) {
  HANDLE h;
  OBJECT_ATTRIBUTES oa;
  CLIENT_ID cid = {(HANDLE)4, NULL};
  InitializeObjectAttributes(&oa, NULL, OBJ_KERNEL_HANDLE, NULL, NULL);
  CHECK_EQ(ZwOpenProcess(&h, PROCESS_ALL_ACCESS, &oa, &cid), STATUS_SUCCESS);
  FACT_EQ("ps-routines 7 ZwTerminateProcess: ACCESS_DENIED for the System process", ZwTerminateProcess(h, STATUS_SUCCESS), STATUS_ACCESS_DENIED);
  ZwClose(h);
  CHECK_EQ(PsCreateSystemThread(&h, THREAD_ALL_ACCESS, &oa, NULL, NULL, Worker, NULL), STATUS_SUCCESS);
  FACT_EQ("ps-routines 7 NtTerminateThread: ACCESS_DENIED for a system thread", ZwTerminateThread(h, STATUS_SUCCESS), STATUS_ACCESS_DENIED);
  KeSetEvent(&g_Stop, IO_NO_INCREMENT, FALSE);
  CHECK_EQ(ZwWaitForSingleObject(h, FALSE, NULL), STATUS_SUCCESS);
  ZwClose(h);
}

static NTSTATUS Control(PDEVICE_OBJECT DeviceObject, PIRP Irp) {
  UNREFERENCED_PARAMETER(DeviceObject);
  switch (IoGetCurrentIrpStackLocation(Irp)->Parameters.DeviceIoControl.IoControlCode) {
  case IOCTL_BUFFERED:
    Terminate((HANDLE)(ULONG_PTR)*(PULONG)Irp->AssociatedIrp.SystemBuffer);
    break;
  case IOCTL_IN_DIRECT:
    Kernel();
    break;
  case IOCTL_PEND:
    g_Inside = PsGetCurrentThread();
    KeEnterCriticalRegion();
    KeWaitForSingleObject(&g_Release, Executive, KernelMode, FALSE, NULL);
    FACT("ps-routines 3 PsIsThreadTerminating: TRUE in a thread that was told to end", PsIsThreadTerminating(PsGetCurrentThread()));
    FACT_EQ("ps-routines 3 PsGetThreadExitStatus: STATUS_PENDING while it still lives", PsGetThreadExitStatus(PsGetCurrentThread()), STATUS_PENDING);
    KeLeaveCriticalRegion();
    break;
  default:
    FACT("ps-routines 3 PsIsThreadTerminating: TRUE once termination started, seen from outside", PsIsThreadTerminating(g_Inside));
    KeSetEvent(&g_Release, IO_NO_INCREMENT, FALSE);
  }
  return CompleteIrp(Irp, STATUS_SUCCESS, 0);
}

TEST_ENTRY {
  UNREFERENCED_PARAMETER(RegistryPath);
  KeInitializeEvent(&g_Release, NotificationEvent, FALSE);
  KeInitializeEvent(&g_Stop, NotificationEvent, FALSE);
  DriverObject->DriverUnload = UnloadDevice;
  return MakeDevice(DriverObject, Control);
}
