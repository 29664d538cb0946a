// Identity and lookup (ps-routines conventions, 3, 10): one table of IDs, referenced results, small queries of processes and threads.
#include "system.h"
#if 0 // threads
thread main {
  HANDLE d = CreateFileW(L"\\\\.\\Test", GENERIC_READ, 0, NULL, OPEN_EXISTING, 0, NULL), p, t;
  DWORD ids[2], got;
  FACT("ps-routines conventions IDs are multiples of 4 and unique among processes and threads", GetCurrentProcessId() % 4 == 0 && GetCurrentThreadId() % 4 == 0 && GetCurrentProcessId() != GetCurrentThreadId());
  p = StartProcess(NOTEPAD, L"notepad victim");
  Sleep(2);
  ids[0] = GetProcessId(p);
  ids[1] = GetCurrentThreadId();
  EXPECT(DeviceIoControl(d, IOCTL_BUFFERED, ids, sizeof ids, NULL, 0, &got, NULL));
  EXPECT(TerminateProcess(p, 7));
  EXPECT(WaitForSingleObject(p, INFINITE) == WAIT_OBJECT_0);
  EXPECT(DeviceIoControl(d, IOCTL_PEND, ids, sizeof ids, NULL, 0, &got, NULL)); // ended, but our handle keeps the object
  CloseHandle(p);
  Sleep(2);
  EXPECT(DeviceIoControl(d, IOCTL_RELEASE, ids, sizeof ids, NULL, 0, &got, NULL)); // gone
  t = CreateThread(NULL, 0, (LPTHREAD_START_ROUTINE)GetCurrentThreadId, NULL, 0, NULL);
  FACT("ps-routines conventions thread IDs are never 0", GetThreadId(t) != 0 && GetThreadId(t) % 4 == 0);
  CloseHandle(t);
  CloseHandle(d);
}
#endif

static PEPROCESS g_Victim;

static BOOLEAN Same(PCUNICODE_STRING a, PCWSTR b) {
  UNICODE_STRING s;
  RtlInitUnicodeString(&s, b);
  return RtlEqualUnicodeString(a, &s, TRUE);
}

static VOID Unknown(VOID) {
  PEPROCESS process = NULL;
  PETHREAD thread = NULL;
  FACT_EQ("ps-routines 3 PsLookupProcessByProcessId: INVALID_CID for an unknown PID", PsLookupProcessByProcessId((HANDLE)0x7FFF0, &process), STATUS_INVALID_CID);
  FACT_EQ("ps-routines 3 PsLookupProcessByProcessId: the Idle process (0) has no object here", PsLookupProcessByProcessId((HANDLE)0, &process), STATUS_INVALID_CID);
  FACT_EQ("ps-routines 3 PsLookupThreadByThreadId: INVALID_CID for an unknown TID on Vista+ (U)", PsLookupThreadByThreadId((HANDLE)0x7FFF0, &thread), STATUS_INVALID_CID);
  FACT_EQ("ps-routines conventions PIDs and TIDs share a table: a TID is no PID", PsLookupProcessByProcessId(PsGetCurrentThreadId(), &process), STATUS_INVALID_CID);
  FACT_EQ("ps-routines conventions PIDs and TIDs share a table: a PID is no TID", PsLookupThreadByThreadId(PsGetCurrentProcessId(), &thread), STATUS_INVALID_CID);
}

static VOID System(VOID) {
  PEPROCESS process = NULL;
  UNICODE_STRING want = RTL_CONSTANT_STRING(L"");
  PUNICODE_STRING name = NULL;
  FACT_EQ("ps-routines conventions System process PID = 4", PsLookupProcessByProcessId((HANDLE)4, &process), STATUS_SUCCESS);
  FACT("ps-routines conventions PsInitialSystemProcess is the System process", process == PsInitialSystemProcess && PsGetProcessId(process) == (HANDLE)4);
  FACT("ps-routines 10 PsGetProcessPeb: NULL for System", PsGetProcessPeb(process) == NULL);
  FACT("ps-routines 10 PsGetProcessImageFileName: System", strcmp(PsGetProcessImageFileName(process), "System") == 0);
  FACT("ps-routines 10 PsIsProtectedProcess: System is", PsIsProtectedProcess(process) && !PsIsProtectedProcessLight(process));
  FACT_EQ("ps-routines 10 PsGetProcessSessionId: System is in session 0", PsGetProcessSessionId(process), 0);
  FACT("ps-routines 10 PsGetProcessInheritedFromUniqueProcessId: nobody made System", PsGetProcessInheritedFromUniqueProcessId(process) == NULL);
  FACT_EQ("ps-routines 3 PsGetProcessExitStatus: STATUS_PENDING while running", PsGetProcessExitStatus(process), STATUS_PENDING);
  FACT_EQ("ps-routines 3 SeLocateProcessImageName: System has an empty name", SeLocateProcessImageName(process, &name), STATUS_SUCCESS);
  CHECK(RtlEqualUnicodeString(name, &want, FALSE));
  ExFreePool(name);
  CHECK(PsIsSystemProcess(process));
  ObDereferenceObject(process);
}

static VOID Self(VOID) {
  PEPROCESS self = PsGetCurrentProcess(), found = NULL;
  PETHREAD me = PsGetCurrentThread(), thread = NULL;
  PUNICODE_STRING name = NULL;
  PFILE_OBJECT file = NULL;
  UCHAR buffer[256];
  ULONG length = 0;
  LARGE_INTEGER now;
  FACT("ps-routines conventions PsGetCurrentProcess is IoGetCurrentProcess", self == IoGetCurrentProcess());
  FACT("ps-routines conventions PsGetCurrentThread is KeGetCurrentThread", (PKTHREAD)me == KeGetCurrentThread());
  FACT("ps-routines 3 ExGetCurrentResourceThread is PsGetCurrentThread", ExGetCurrentResourceThread() == (ERESOURCE_THREAD)me);
  FACT_EQ("ps-routines 3 PsLookupProcessByProcessId: SUCCESS", PsLookupProcessByProcessId(PsGetCurrentProcessId(), &found), STATUS_SUCCESS);
  FACT("ps-routines 3 PsGetCurrentProcessId: PID of the owning process", found == self && PsGetProcessId(self) == PsGetCurrentProcessId());
  ObDereferenceObject(found);
  FACT_EQ("ps-routines 3 PsLookupThreadByThreadId: SUCCESS", PsLookupThreadByThreadId(PsGetCurrentThreadId(), &thread), STATUS_SUCCESS);
  FACT("ps-routines 3 PsGetThreadId: TID of the thread", thread == me && PsGetThreadId(me) == PsGetCurrentThreadId());
  ObDereferenceObject(thread);
  FACT("ps-routines 3 PsGetThreadProcessId: PID of a thread's process", PsGetThreadProcessId(me) == PsGetCurrentProcessId());
  FACT("ps-routines 3 PsGetThreadProcess, IoThreadToProcess: the owning process", PsGetThreadProcess(me) == self && IoThreadToProcess(me) == self);
  FACT("ps-routines 3 PsIsSystemThread: FALSE for a user thread", !PsIsSystemThread(me) && !IoIsSystemThread(me));
  FACT("ps-routines 3 PsIsThreadTerminating: FALSE before termination", !PsIsThreadTerminating(me));
  FACT("ps-routines 3 PsGetCurrentThreadTeb: the TEB of a user thread", PsGetCurrentThreadTeb() != NULL && PsGetCurrentThreadTeb() == PsGetThreadTeb(me));
  FACT("ps-routines 3 PsGetProcessExitTime: 0 while running", PsGetProcessExitTime().QuadPart == 0);
  FACT_EQ("ps-routines 3 PsGetThreadExitStatus: STATUS_PENDING while alive", PsGetThreadExitStatus(me), STATUS_PENDING);
  KeQuerySystemTimePrecise(&now);
  FACT("ps-routines 3 PsGetProcessCreateTimeQuadPart: 100 ns since 1601, in the past", PsGetProcessCreateTimeQuadPart(self) > PsGetProcessCreateTimeQuadPart(PsInitialSystemProcess) && PsGetProcessCreateTimeQuadPart(self) <= now.QuadPart);
  FACT("ps-routines 3 PsGetThreadCreateTime: not before its process", PsGetThreadCreateTime(me) >= PsGetProcessCreateTimeQuadPart(self) && PsGetThreadCreateTime(me) <= now.QuadPart);
  FACT("ps-routines 3 PsGetProcessStartKey: sequence number in the low 48 bits, boot id above (U)", (PsGetProcessStartKey(self) >> 48) == (PsGetProcessStartKey(PsInitialSystemProcess) >> 48) && PsGetProcessStartKey(self) > PsGetProcessStartKey(PsInitialSystemProcess));
  FACT_EQ("ps-routines 3 SeLocateProcessImageName: SUCCESS", SeLocateProcessImageName(self, &name), STATUS_SUCCESS);
  FACT("ps-routines 3 SeLocateProcessImageName: full image path, one block that the caller frees", Same(name, L"\\Device\\HarddiskVolume3\\Test\\main.exe") && (PVOID)(name + 1) == (PVOID)name->Buffer);
  ExFreePool(name);
  FACT("ps-routines 10 PsGetProcessImageFileName: at most 15 characters of the name", strcmp(PsGetProcessImageFileName(self), "main.exe") == 0);
  FACT("ps-routines 10 PsGetProcessInheritedFromUniqueProcessId: parent PID", PsGetProcessInheritedFromUniqueProcessId(self) == (HANDLE)4);
  FACT("ps-routines 10 PsGetProcessPeb: a user address", PsGetProcessPeb(self) != NULL && (ULONG_PTR)PsGetProcessPeb(self) < (ULONG_PTR)MM_SYSTEM_RANGE_START);
  FACT("ps-routines 10 PsGetProcessWow64Process: NULL for a 64-bit process", PsGetProcessWow64Process(self) == NULL);
  FACT("ps-routines 10 PsIsProtectedProcess: an ordinary process is not", !PsIsProtectedProcess(self) && !PsIsProtectedProcessLight(self));
  FACT("ps-routines 10 PsIsThreadImpersonating: FALSE", !PsIsThreadImpersonating(me));
  FACT_EQ("ps-routines 10 PsReferenceProcessFilePointer: SUCCESS", PsReferenceProcessFilePointer(self, &file), STATUS_SUCCESS);
  CHECK_EQ(ObQueryNameString(file, (POBJECT_NAME_INFORMATION)buffer, sizeof buffer, &length), STATUS_SUCCESS);
  FACT("ps-routines 10 PsReferenceProcessFilePointer: the file of the image, referenced", Same(&((POBJECT_NAME_INFORMATION)buffer)->Name, L"\\Device\\HarddiskVolume3\\Test\\main.exe"));
  ObDereferenceObject(file);
}

static NTSTATUS Control(PDEVICE_OBJECT DeviceObject, PIRP Irp) {
  PULONG ids = Irp->AssociatedIrp.SystemBuffer;
  HANDLE pid = (HANDLE)(ULONG_PTR)ids[0];
  ULONG code = IoGetCurrentIrpStackLocation(Irp)->Parameters.DeviceIoControl.IoControlCode;
  PEPROCESS process = NULL;
  LARGE_INTEGER none = {0};
  UNREFERENCED_PARAMETER(DeviceObject);
  if (code == IOCTL_BUFFERED) {
    Unknown();
    System();
    Self();
    FACT_EQ("ps-routines 3 PsLookupProcessByProcessId: another process", PsLookupProcessByProcessId(pid, &g_Victim), STATUS_SUCCESS);
    FACT("ps-routines 10 parent of a child", PsGetProcessInheritedFromUniqueProcessId(g_Victim) == PsGetCurrentProcessId());
    FACT_EQ("ps-routines 10 PsAcquireProcessExitSynchronization: SUCCESS while it runs", PsAcquireProcessExitSynchronization(g_Victim), STATUS_SUCCESS);
    PsReleaseProcessExitSynchronization(g_Victim);
  } else if (code == IOCTL_PEND) {
    FACT_EQ("ps-routines 3 PsLookupProcessByProcessId: succeeds for an ended process while its object exists", PsLookupProcessByProcessId(pid, &process), STATUS_SUCCESS);
    FACT("ps-routines conventions a referenced pointer keeps the object", process == g_Victim);
    FACT_EQ("ps-routines 3 PsGetProcessExitStatus: the exit status afterwards", PsGetProcessExitStatus(process), 7);
    FACT_EQ("ps-routines 10 PsAcquireProcessExitSynchronization: PROCESS_IS_TERMINATING afterwards", PsAcquireProcessExitSynchronization(process), STATUS_PROCESS_IS_TERMINATING);
    FACT("ps-routines conventions the object of an ended process is signalled", KeWaitForSingleObject(process, Executive, KernelMode, FALSE, &none) == STATUS_SUCCESS);
    ObDereferenceObject(process);
    ObDereferenceObject(g_Victim);
  } else {
    FACT_EQ("ps-routines conventions the ID dies with the object", PsLookupProcessByProcessId(pid, &process), STATUS_INVALID_CID);
  }
  return CompleteIrp(Irp, STATUS_SUCCESS, 0);
}

TEST_ENTRY {
  UNREFERENCED_PARAMETER(RegistryPath);
  DriverObject->DriverUnload = UnloadDevice;
  return MakeDevice(DriverObject, Control);
}
