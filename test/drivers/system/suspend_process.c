// Suspending whole processes by handle and by pointer; tokens by handle; what the exports about a process and its threads say.
#include "system.h"
#if 0 // threads
thread main {
  HANDLE d = CreateFileW(L"\\\\.\\Test", GENERIC_READ, 0, NULL, OPEN_EXISTING, 0, NULL), p, t;
  DWORD got;
  ULONG_PTR in[2];
  p = StartProcess(NOTEPAD, L"notepad");
  in[0] = (ULONG_PTR)p;
  in[1] = GetProcessId(p);
  EXPECT(DeviceIoControl(d, IOCTL_BUFFERED, in, sizeof in, NULL, 0, &got, NULL));
  EXPECT(NtSuspendProcess(p) == 0);
  EXPECT(DeviceIoControl(d, IOCTL_PEND, in, sizeof in, NULL, 0, &got, NULL));
  FACT("ps-routines 7 NtResumeProcess: SUCCESS", NtResumeProcess(p) == 0);
  EXPECT(TerminateProcess(p, 3));
  FACT("ps-routines 7 NtSuspendProcess: PROCESS_IS_TERMINATING", WaitForSingleObject(p, 1000) == WAIT_OBJECT_0 && NtSuspendProcess(p) == (NTSTATUS)0xC000010A);
  EXPECT(DeviceIoControl(d, IOCTL_RELEASE, in, sizeof in, NULL, 0, &got, NULL));
  t = OpenProcess(PROCESS_QUERY_LIMITED_INFORMATION, FALSE, GetCurrentProcessId());
  FACT("ps-routines 7 NtSuspendProcess: needs PROCESS_SUSPEND_RESUME", NtSuspendProcess(t) == (NTSTATUS)0xC0000022);
  CloseHandle(t);
  CloseHandle(p);
  CloseHandle(d);
}
#endif

static PEPROCESS g_Process;

// Suspend count of its first thread.
static ULONG SuspendCount(PEPROCESS Process) {
  HANDLE p, h;
  ULONG count = 99;
  CHECK_EQ(ObOpenObjectByPointer(Process, OBJ_KERNEL_HANDLE, NULL, PROCESS_ALL_ACCESS, *PsProcessType, KernelMode, &p), STATUS_SUCCESS);
  CHECK_EQ(ZwGetNextThread(p, NULL, THREAD_ALL_ACCESS, OBJ_KERNEL_HANDLE, 0, &h), STATUS_SUCCESS);
  CHECK_EQ(ZwQueryInformationThread(h, ThreadSuspendCount, &count, sizeof count, NULL), STATUS_SUCCESS);
  ZwClose(h);
  ZwClose(p);
  return count;
}

static VOID Suspend(HANDLE User) {
  HANDLE h, token, bad;
  CHECK_EQ(ObReferenceObjectByHandle(User, 0, *PsProcessType, UserMode, (PVOID *)&g_Process, NULL), STATUS_SUCCESS);
  CHECK_EQ(ObOpenObjectByPointer(g_Process, OBJ_KERNEL_HANDLE, NULL, PROCESS_ALL_ACCESS, *PsProcessType, KernelMode, &h), STATUS_SUCCESS);
  FACT("ps-routines 10 PsSuspendProcess: counts in its threads", PsSuspendProcess(g_Process) == STATUS_SUCCESS && SuspendCount(g_Process) == 1);
  FACT("ps-routines 7 ZwSuspendProcess: counts again", ZwSuspendProcess(h) == STATUS_SUCCESS && SuspendCount(g_Process) == 2);
  FACT("ps-routines 10 PsResumeProcess: one less", PsResumeProcess(g_Process) == STATUS_SUCCESS && SuspendCount(g_Process) == 1);
  FACT("ps-routines 7 ZwResumeProcess: runs again", ZwResumeProcess(h) == STATUS_SUCCESS && SuspendCount(g_Process) == 0);
  FACT_EQ("ps-routines 7 ZwResumeProcess: one that is not suspended", ZwResumeProcess(h), STATUS_SUCCESS);
  FACT_EQ("ps-routines 7 ZwSuspendProcess: OBJECT_TYPE_MISMATCH", ZwSuspendProcess(ZwCurrentThread()), STATUS_OBJECT_TYPE_MISMATCH);
  FACT_EQ("ps-routines 7 ZwSuspendProcess: INVALID_HANDLE", ZwSuspendProcess((HANDLE)0x7FF0), STATUS_INVALID_HANDLE);
  FACT_EQ("ps-routines 7 NtOpenProcessToken: as NtOpenProcessTokenEx with no attributes", ZwOpenProcessTokenEx(h, TOKEN_QUERY, OBJ_KERNEL_HANDLE, &token), STATUS_SUCCESS);
  ZwClose(token);
  FACT_EQ("ps-routines 7 ZwOpenProcessToken: INVALID_HANDLE", ZwOpenProcessToken((HANDLE)0x7FF0, TOKEN_QUERY, &bad), STATUS_INVALID_HANDLE);
  FACT_EQ("ps-routines 7 ZwOpenProcessToken: OBJECT_TYPE_MISMATCH", ZwOpenProcessToken(ZwCurrentThread(), TOKEN_QUERY, &bad), STATUS_OBJECT_TYPE_MISMATCH);
  FACT_EQ("ps-routines 7 ZwOpenThreadToken: NO_TOKEN when not impersonating", ZwOpenThreadToken(ZwCurrentThread(), TOKEN_QUERY, TRUE, &bad), STATUS_NO_TOKEN);
  ZwClose(h);
}

static VOID Exports(VOID) {
  PETHREAD me = PsGetCurrentThread();
  PEPROCESS process = PsGetCurrentProcess();
  FACT("documentation PsGetCurrentThreadProcess: the process of the thread", PsGetCurrentThreadProcess() == process && PsGetCurrentThreadProcessId() == PsGetCurrentProcessId());
  FACT("documentation PsGetCurrentProcessSessionId: as PsGetProcessSessionId", PsGetCurrentProcessSessionId() == PsGetProcessSessionId(process) && PsGetProcessSessionIdEx(process) == PsGetProcessSessionId(process) && PsGetThreadSessionId(me) == PsGetProcessSessionId(process));
  FACT("documentation PsGetCurrentProcessWow64Process: NULL in a 64-bit process", PsGetCurrentProcessWow64Process() == NULL && !FsRtlIs32BitProcess(process));
  FACT("documentation PsGetProcessDebugPort: NULL when nobody debugs", PsGetProcessDebugPort(process) == NULL);
  FACT("documentation PsGetProcessExitProcessCalled: not yet", !PsGetProcessExitProcessCalled(process));
  FACT("documentation PsGetProcessPriorityClass: normal", PsGetProcessPriorityClass(process) == 2);
  FACT("documentation PsGetProcessProtection: none", PsGetProcessProtection(process) == 0 && PsGetProcessProtection(PsInitialSystemProcess) == 0x72);
  FACT("documentation PsGetProcessWin32Process: no graphics", PsGetProcessWin32Process(process) == NULL && PsGetProcessWin32WindowStation(process) == NULL && PsGetThreadWin32Thread(me) == NULL && PsGetCurrentThreadWin32Thread() == NULL);
  PsSetThreadHardErrorsAreDisabled(me, TRUE);
  FACT("documentation PsSetThreadHardErrorsAreDisabled: what was set", PsGetThreadHardErrorsAreDisabled(me));
  PsSetThreadHardErrorsAreDisabled(me, FALSE);
  FACT("documentation PsGetThreadHardErrorsAreDisabled: and taken back", !PsGetThreadHardErrorsAreDisabled(me));
}

static NTSTATUS Control(PDEVICE_OBJECT DeviceObject, PIRP Irp) {
  UNREFERENCED_PARAMETER(DeviceObject);
  switch (IoGetCurrentIrpStackLocation(Irp)->Parameters.DeviceIoControl.IoControlCode) {
  case IOCTL_BUFFERED:
    Suspend(*(HANDLE *)Irp->AssociatedIrp.SystemBuffer);
    Exports();
    break;
  case IOCTL_PEND:
    FACT_EQ("ps-routines 7 NtSuspendProcess: counts in the threads", SuspendCount(g_Process), 1);
    break;
  default:
    FACT("documentation PsGetProcessExitProcessCalled: a process that is over", PsGetProcessExitProcessCalled(g_Process));
    FACT("ps-routines 10 PsSuspendProcess: a process that is over", PsSuspendProcess(g_Process) == STATUS_PROCESS_IS_TERMINATING);
    FACT("ps-routines 10 PsResumeProcess: a process that is over", PsResumeProcess(g_Process) == STATUS_PROCESS_IS_TERMINATING);
    ObDereferenceObject(g_Process);
  }
  return CompleteIrp(Irp, STATUS_SUCCESS, 0);
}

TEST_ENTRY {
  UNREFERENCED_PARAMETER(RegistryPath);
  DriverObject->DriverUnload = UnloadDevice;
  return MakeDevice(DriverObject, Control);
}
