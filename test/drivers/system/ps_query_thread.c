// NtQueryInformationThread and its Set form, suspension (ps-routines 7, 8).
#include "system.h"
#if 0 // threads
code {
  static volatile LONG g_Go;
  static DWORD WINAPI Other(LPVOID p) {
    while (!g_Go) Sleep(1);
    return 5;
  }
}
thread main {
  HANDLE d = CreateFileW(L"\\\\.\\Test", GENERIC_READ, 0, NULL, OPEN_EXISTING, 0, NULL), weak;
  HANDLE t = CreateThread(NULL, 0, Other, (LPVOID)3, CREATE_SUSPENDED, NULL);
  THREAD_BASIC_INFORMATION basic;
  DWORD id, got;
  ULONG count = 77, n;
  id = GetThreadId(t);
  FACT_EQ("ps-routines 7 NtQueryInformationThread: INFO_LENGTH_MISMATCH", NtQueryInformationThread(t, ThreadBasicInformation, &basic, sizeof basic - 1, NULL), STATUS_INFO_LENGTH_MISMATCH);
  FACT_EQ("ps-routines 7 NtQueryInformationThread: SUCCESS", NtQueryInformationThread(t, ThreadBasicInformation, &basic, sizeof basic, &count), STATUS_SUCCESS);
  FACT_EQ("ps-routines 8 THREAD_BASIC_INFORMATION is 0x30", count, 0x30);
  FACT("ps-routines 8 ThreadBasicInformation: STATUS_PENDING, TEB and IDs", basic.ExitStatus == STATUS_PENDING && basic.TebBaseAddress != NULL && basic.ClientId.UniqueProcess == (HANDLE)(ULONG_PTR)GetCurrentProcessId() && basic.ClientId.UniqueThread == (HANDLE)(ULONG_PTR)id);
  FACT_EQ("ps-routines 7 NtQueryInformationThread: OBJECT_TYPE_MISMATCH", NtQueryInformationThread(NtCurrentProcess(), ThreadBasicInformation, &basic, sizeof basic, NULL), STATUS_OBJECT_TYPE_MISMATCH);
  weak = OpenThread(THREAD_SUSPEND_RESUME, FALSE, id);
  FACT_EQ("ps-routines 7 NtQueryInformationThread: ACCESS_DENIED", NtQueryInformationThread(weak, ThreadBasicInformation, &basic, sizeof basic, NULL), STATUS_ACCESS_DENIED);
  FACT_EQ("ps-routines 7 NtSuspendThread: previous count", NtSuspendThread(weak, &count), STATUS_SUCCESS);
  FACT_EQ("ps-routines 7 suspend count per thread: created suspended is 1", count, 1);
  CloseHandle(weak);
  weak = OpenThread(THREAD_QUERY_INFORMATION, FALSE, id);
  FACT_EQ("ps-routines 7 NtSuspendThread: ACCESS_DENIED", NtSuspendThread(weak, &count), STATUS_ACCESS_DENIED);
  FACT("ps-routines 8 ThreadSuspendCount 35", NtQueryInformationThread(weak, ThreadSuspendCount, &count, sizeof count, NULL) == STATUS_SUCCESS && count == 2);
  CloseHandle(weak);
  for (n = 2; n < 127; n++) EXPECT(NtSuspendThread(t, &count) == STATUS_SUCCESS && count == n);
  FACT_EQ("ps-routines 7 SUSPEND_COUNT_EXCEEDED at MAXIMUM_SUSPEND_COUNT (127)", NtSuspendThread(t, &count), STATUS_SUSPEND_COUNT_EXCEEDED);
  for (n = 127; n > 2; n--) EXPECT(NtResumeThread(t, &count) == STATUS_SUCCESS && count == n);
  FACT_EQ("ps-routines 7 NtSuspendThread: a bad pointer is ACCESS_VIOLATION", NtSuspendThread(t, (PULONG)8), STATUS_ACCESS_VIOLATION);
  EXPECT(DeviceIoControl(d, IOCTL_BUFFERED, &id, sizeof id, NULL, 0, &got, NULL));
  g_Go = 1;
  EXPECT(ResumeThread(t) == 2);
  FACT("ps-routines 7 a suspended thread does not run", WaitForSingleObject(t, 20) == WAIT_TIMEOUT);
  EXPECT(ResumeThread(t) == 1);
  EXPECT(WaitForSingleObject(t, INFINITE) == WAIT_OBJECT_0);
  FACT_EQ("ps-routines 7 NtSuspendThread: THREAD_IS_TERMINATING", NtSuspendThread(t, &count), STATUS_THREAD_IS_TERMINATING);
  FACT("ps-routines 8 ThreadIsTerminated 20", NtQueryInformationThread(t, ThreadIsTerminated, &count, sizeof count, NULL) == STATUS_SUCCESS && count == 1);
  FACT("ps-routines 8 ThreadBasicInformation: the exit status afterwards", NtQueryInformationThread(t, ThreadBasicInformation, &basic, sizeof basic, NULL) == STATUS_SUCCESS && basic.ExitStatus == 5);
  CloseHandle(t);
  Sleep(2);
  FACT("ps-routines 8 ThreadAmILastThread 12", NtQueryInformationThread(NtCurrentThread(), ThreadAmILastThread, &count, sizeof count, NULL) == STATUS_SUCCESS && count == 1);
  CloseHandle(d);
}
#endif

static VOID Set(HANDLE t, PETHREAD Thread) {
  LONG value = 0;
  ULONG now = 9;
  PVOID start = NULL;
  KAFFINITY mask = 0;
  UCHAR buffer[64];
  UNICODE_STRING name = RTL_CONSTANT_STRING(L"worker");
  FACT_EQ("ps-routines 7 ZwSetInformationThread ThreadPriority: value > LOW_PRIORITY", ZwSetInformationThread(t, ThreadPriority, &value, sizeof value), STATUS_INVALID_PARAMETER);
  value = 32;
  FACT_EQ("ps-routines 7 ZwSetInformationThread ThreadPriority: value <= HIGH_PRIORITY", ZwSetInformationThread(t, ThreadPriority, &value, sizeof value), STATUS_INVALID_PARAMETER);
  value = 11;
  FACT_EQ("ps-routines 7 ZwSetInformationThread ThreadPriority: SUCCESS", ZwSetInformationThread(t, ThreadPriority, &value, sizeof value), STATUS_SUCCESS);
  FACT_EQ("ps-routines 7 ZwSetInformationThread ThreadPriority: the run-time priority", KeQueryPriorityThread((PKTHREAD)Thread), 11);
  FACT_EQ("ps-routines 7 ZwSetInformationThread: INFO_LENGTH_MISMATCH", ZwSetInformationThread(t, ThreadPriority, &value, 2), STATUS_INFO_LENGTH_MISMATCH);
  FACT_EQ("ps-routines 7 ZwSetInformationThread: INVALID_INFO_CLASS", ZwSetInformationThread(t, (THREADINFOCLASS)500, &value, 4), STATUS_INVALID_INFO_CLASS);
  value = 2;
  FACT_EQ("ps-routines 7 ZwSetInformationThread ThreadBasePriority: THREAD_BASE_PRIORITY_MAX", ZwSetInformationThread(t, ThreadBasePriority, &value, sizeof value), STATUS_SUCCESS);
  FACT_EQ("ps-routines 7 ThreadBasePriority: process base + increment", KeQueryPriorityThread((PKTHREAD)Thread), 10);
  value = 12;
  FACT_EQ("ps-routines 7 ThreadBasePriority: out of THREAD_BASE_PRIORITY_MIN..MAX", ZwSetInformationThread(t, ThreadBasePriority, &value, sizeof value), STATUS_INVALID_PARAMETER);
  value = 0;
  CHECK_EQ(ZwSetInformationThread(t, ThreadBasePriority, &value, sizeof value), STATUS_SUCCESS);
  value = 3;
  FACT_EQ("ps-routines 7 ZwSetInformationThread ThreadPagePriority", ZwSetInformationThread(t, ThreadPagePriority, &value, sizeof value), STATUS_SUCCESS);
  FACT("ps-routines 8 ThreadPagePriority reads what was set", ZwQueryInformationThread(t, ThreadPagePriority, &now, 4, NULL) == STATUS_SUCCESS && now == 3);
  FACT_EQ("ps-routines 8 ThreadAffinityMask: none is refused", ZwSetInformationThread(t, ThreadAffinityMask, &mask, sizeof mask), STATUS_INVALID_PARAMETER);
  mask = 1;
  FACT_EQ("ps-routines 8 ThreadAffinityMask", ZwSetInformationThread(t, ThreadAffinityMask, &mask, sizeof mask), STATUS_SUCCESS);
  FACT("ps-routines 8 ThreadQuerySetWin32StartAddress: PVOID", ZwQueryInformationThread(t, ThreadQuerySetWin32StartAddress, &start, sizeof start, NULL) == STATUS_SUCCESS && start != NULL && (ULONG_PTR)start < (ULONG_PTR)MM_SYSTEM_RANGE_START);
  FACT("ps-routines 8 ThreadIsIoPending: ULONG", ZwQueryInformationThread(t, ThreadIsIoPending, &now, 4, NULL) == STATUS_SUCCESS && now == 0);
  FACT("ps-routines 8 ThreadIsIoPending: a thread in a request", ZwQueryInformationThread(ZwCurrentThread(), ThreadIsIoPending, &now, 4, NULL) == STATUS_SUCCESS && now == 1);
  FACT_EQ("ps-routines 8 ThreadNameInformation: UNICODE_STRING", ZwSetInformationThread(t, ThreadNameInformation, &name, sizeof name), STATUS_SUCCESS);
  FACT("ps-routines 8 ThreadNameInformation reads it", ZwQueryInformationThread(t, ThreadNameInformation, buffer, sizeof buffer, NULL) == STATUS_SUCCESS && RtlEqualUnicodeString((PUNICODE_STRING)buffer, &name, FALSE));
  FACT("ps-routines 8 ThreadSubsystemInformation: 0 Win32", ZwQueryInformationThread(t, ThreadSubsystemInformation, &now, 4, NULL) == STATUS_SUCCESS && now == SubsystemInformationTypeWin32);
  FACT_EQ("ps-routines 8 ThreadHideFromDebugger has no value", ZwSetInformationThread(t, ThreadHideFromDebugger, NULL, 0), STATUS_SUCCESS);
  CHECK(ZwQueryInformationThread(t, ThreadHideFromDebugger, buffer, 1, NULL) == STATUS_SUCCESS && buffer[0] == 1);
  CHECK_EQ(ZwSetInformationThread(t, ThreadHideFromDebugger, &value, 4), STATUS_INFO_LENGTH_MISMATCH);
}

static NTSTATUS Control(PDEVICE_OBJECT DeviceObject, PIRP Irp) {
  PETHREAD thread;
  HANDLE h;
  ULONG count = 9;
  UNREFERENCED_PARAMETER(DeviceObject);
  CHECK_EQ(PsLookupThreadByThreadId((HANDLE)(ULONG_PTR)*(PULONG)Irp->AssociatedIrp.SystemBuffer, &thread), STATUS_SUCCESS);
  CHECK_EQ(ObOpenObjectByPointer(thread, OBJ_KERNEL_HANDLE, NULL, THREAD_ALL_ACCESS, *PsThreadType, KernelMode, &h), STATUS_SUCCESS);
  CHECK(PsSuspendThread(thread, &count) == STATUS_SUCCESS && count == 2);
  CHECK(PsResumeThread(thread, &count) == STATUS_SUCCESS && count == 3);
  Set(h, thread);
  ZwClose(h);
  ObDereferenceObject(thread);
  return CompleteIrp(Irp, STATUS_SUCCESS, 0);
}

TEST_ENTRY {
  UNREFERENCED_PARAMETER(RegistryPath);
  DriverObject->DriverUnload = UnloadDevice;
  return MakeDevice(DriverObject, Control);
}
