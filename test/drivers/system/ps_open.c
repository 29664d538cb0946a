// NtOpenProcess, NtOpenThread and enumeration (ps-routines 7): every status, from kernel mode (Zw, Nt) and from user mode.
#include "system.h"
#if 0 // threads
thread main {
  HANDLE d = CreateFileW(L"\\\\.\\Test", GENERIC_READ, 0, NULL, OPEN_EXISTING, 0, NULL), h = NULL, t = NULL;
  OBJECT_ATTRIBUTES oa;
  CLIENT_ID cid = {(HANDLE)(ULONG_PTR)GetCurrentProcessId(), NULL};
  UNICODE_STRING name = {2, 4, L"x"};
  UCHAR odd[sizeof(CLIENT_ID) + 8];
  DWORD got;
  InitializeObjectAttributes(&oa, NULL, 0, NULL, NULL);
  FACT_EQ("ps-routines 7 NtOpenProcess: SUCCESS from user mode", NtOpenProcess(&h, PROCESS_QUERY_LIMITED_INFORMATION, &oa, &cid), STATUS_SUCCESS);
  FACT("ps-routines 7 NtOpenProcess: a handle is a multiple of 4", ((ULONG_PTR)h & 3) == 0);
  CloseHandle(h);
  FACT_EQ("ps-routines 7 NtOpenProcess: INVALID_PARAMETER_MIX without a ClientId", NtOpenProcess(&h, PROCESS_ALL_ACCESS, &oa, NULL), STATUS_INVALID_PARAMETER_MIX);
  FACT_EQ("ps-routines 7 NtOpenProcess: ACCESS_VIOLATION for a kernel pointer", NtOpenProcess((PHANDLE)0xFFFFF80000020000, PROCESS_ALL_ACCESS, &oa, &cid), STATUS_ACCESS_VIOLATION);
  memcpy(odd + 1, &cid, sizeof cid);
  FACT_EQ("ps-routines 7 NtOpenProcess: DATATYPE_MISALIGNMENT", NtOpenProcess(&h, PROCESS_ALL_ACCESS, &oa, (PCLIENT_ID)(odd + 1)), STATUS_DATATYPE_MISALIGNMENT);
  cid.UniqueProcess = (HANDLE)4;
  FACT_EQ("ps-routines 7 NtOpenProcess: ACCESS_DENIED to a protected process", NtOpenProcess(&h, PROCESS_VM_READ, &oa, &cid), STATUS_ACCESS_DENIED);
  FACT_EQ("ps-routines 7 NtOpenProcess: limited access to a protected process", NtOpenProcess(&h, PROCESS_QUERY_LIMITED_INFORMATION, &oa, &cid), STATUS_SUCCESS);
  CloseHandle(h);
  oa.ObjectName = &name;
  FACT_EQ("ps-routines 7 NtOpenThread: INVALID_PARAMETER_MIX for name and ClientId", NtOpenThread(&t, THREAD_ALL_ACCESS, &oa, &cid), STATUS_INVALID_PARAMETER_MIX);
  EXPECT(DeviceIoControl(d, IOCTL_BUFFERED, NULL, 0, NULL, 0, &got, NULL));
  CloseHandle(d);
}
#endif

static VOID Processes(VOID) {
  HANDLE h = NULL;
  OBJECT_ATTRIBUTES oa;
  CLIENT_ID cid = {PsGetCurrentProcessId(), NULL};
  UNICODE_STRING name = RTL_CONSTANT_STRING(L"\\Anything");
  PVOID object;
  OBJECT_HANDLE_INFORMATION info;
  InitializeObjectAttributes(&oa, NULL, OBJ_KERNEL_HANDLE, NULL, NULL);
  FACT_EQ("ps-routines 7 ZwOpenProcess: SUCCESS", ZwOpenProcess(&h, PROCESS_TERMINATE | PROCESS_VM_READ, &oa, &cid), STATUS_SUCCESS);
  FACT("ps-routines 7 ZwOpenProcess: OBJ_KERNEL_HANDLE gives a kernel handle", (LONG_PTR)h < 0 && ObIsKernelHandle(h));
  FACT_EQ("ps-routines 7 ObReferenceObjectByHandle: from handle to object", ObReferenceObjectByHandle(h, PROCESS_TERMINATE, *PsProcessType, KernelMode, &object, &info), STATUS_SUCCESS);
  FACT("ps-routines 7 ZwOpenProcess: the granted access is that asked for", object == PsGetCurrentProcess() && info.GrantedAccess == (PROCESS_TERMINATE | PROCESS_VM_READ));
  ObDereferenceObject(object);
  FACT_EQ("ps-routines 7 kernel handles are not found with PreviousMode UserMode", ObReferenceObjectByHandle(h, 0, *PsProcessType, UserMode, &object, NULL), STATUS_INVALID_HANDLE);
  FACT_EQ("ps-routines 7 Nt keeps PreviousMode: a kernel handle is not found", NtTerminateProcess(h, STATUS_SUCCESS), STATUS_INVALID_HANDLE);
  CHECK_EQ(ZwClose(h), STATUS_SUCCESS);
  FACT_EQ("ps-routines 7 NtOpenProcess in a user thread's context: kernel pointers fail probing", NtOpenProcess(&h, PROCESS_ALL_ACCESS, &oa, &cid), STATUS_ACCESS_VIOLATION);
  FACT_EQ("ps-routines 7 ZwOpenProcess: INVALID_PARAMETER_MIX (no ClientId)", ZwOpenProcess(&h, PROCESS_ALL_ACCESS, &oa, NULL), STATUS_INVALID_PARAMETER_MIX);
  oa.ObjectName = &name;
  FACT_EQ("ps-routines 7 ZwOpenProcess: INVALID_PARAMETER_MIX (object name given)", ZwOpenProcess(&h, PROCESS_ALL_ACCESS, &oa, &cid), STATUS_INVALID_PARAMETER_MIX);
  oa.ObjectName = NULL;
  FACT_EQ("ps-routines 7 ZwOpenProcess: INVALID_PARAMETER (access bits invalid)", ZwOpenProcess(&h, 0x00400000, &oa, &cid), STATUS_INVALID_PARAMETER);
  cid.UniqueThread = PsGetCurrentThreadId();
  FACT_EQ("ps-routines 7 ZwOpenProcess: UniqueThread may be given and must fit", ZwOpenProcess(&h, PROCESS_ALL_ACCESS, &oa, &cid), STATUS_SUCCESS);
  CHECK_EQ(ZwClose(h), STATUS_SUCCESS);
  cid.UniqueProcess = (HANDLE)4;
  FACT_EQ("ps-routines 7 ZwOpenProcess: INVALID_CID for a thread of another process", ZwOpenProcess(&h, PROCESS_ALL_ACCESS, &oa, &cid), STATUS_INVALID_CID);
  cid.UniqueThread = NULL;
  FACT_EQ("ps-routines 7 ZwOpenProcess: kernel mode may open a protected process", ZwOpenProcess(&h, PROCESS_ALL_ACCESS, &oa, &cid), STATUS_SUCCESS);
  CHECK_EQ(ZwClose(h), STATUS_SUCCESS);
  cid.UniqueProcess = (HANDLE)0x7FFF0;
  FACT_EQ("ps-routines 7 ZwOpenProcess: INVALID_CID", ZwOpenProcess(&h, PROCESS_ALL_ACCESS, &oa, &cid), STATUS_INVALID_CID);
  cid.UniqueProcess = PsGetCurrentProcessId();
  oa.Attributes = 0;
  FACT_EQ("ps-routines 7 ZwOpenProcess without OBJ_KERNEL_HANDLE: a handle of the current process", ZwOpenProcess(&h, GENERIC_READ, &oa, &cid), STATUS_SUCCESS);
  CHECK((LONG_PTR)h > 0 && ((ULONG_PTR)h & 3) == 0);
  CHECK_EQ(ObReferenceObjectByHandle(h, 0, *PsProcessType, UserMode, &object, &info), STATUS_SUCCESS);
  CHECK_EQ(info.GrantedAccess, 0x20410); // generic rights are mapped
  ObDereferenceObject(object);
  CHECK_EQ(ZwClose(h), STATUS_SUCCESS);
}

static VOID Threads(VOID) {
  HANDLE h = NULL;
  OBJECT_ATTRIBUTES oa;
  CLIENT_ID cid = {NULL, PsGetCurrentThreadId()};
  UNICODE_STRING name = RTL_CONSTANT_STRING(L"\\BaseNamedObjects\\NoSuchThread");
  PVOID object = NULL;
  InitializeObjectAttributes(&oa, NULL, OBJ_KERNEL_HANDLE, NULL, NULL);
  FACT_EQ("ps-routines 7 ZwOpenThread: UniqueProcess 0 looks up by TID only", ZwOpenThread(&h, THREAD_ALL_ACCESS, &oa, &cid), STATUS_SUCCESS);
  CHECK_EQ(ObReferenceObjectByHandle(h, 0, *PsThreadType, KernelMode, &object, NULL), STATUS_SUCCESS);
  FACT("ps-routines 7 ZwOpenThread: the thread", object == PsGetCurrentThread());
  ObDereferenceObject(object);
  CHECK_EQ(ZwClose(h), STATUS_SUCCESS);
  cid.UniqueProcess = PsGetCurrentProcessId();
  FACT_EQ("ps-routines 7 ZwOpenThread: UniqueProcess that matches", ZwOpenThread(&h, THREAD_ALL_ACCESS, &oa, &cid), STATUS_SUCCESS);
  CHECK_EQ(ZwClose(h), STATUS_SUCCESS);
  cid.UniqueProcess = (HANDLE)4;
  FACT_EQ("ps-routines 7 ZwOpenThread: UniqueProcess that does not match", ZwOpenThread(&h, THREAD_ALL_ACCESS, &oa, &cid), STATUS_INVALID_CID);
  cid.UniqueProcess = NULL;
  cid.UniqueThread = (HANDLE)0x7FFF0;
  FACT_EQ("ps-routines 7 ZwOpenThread: unknown thread", ZwOpenThread(&h, THREAD_ALL_ACCESS, &oa, &cid), STATUS_INVALID_CID);
  FACT_EQ("ps-routines 7 ZwOpenThread: INVALID_PARAMETER_MIX (neither name nor ClientId)", ZwOpenThread(&h, THREAD_ALL_ACCESS, &oa, NULL), STATUS_INVALID_PARAMETER_MIX);
  oa.ObjectName = &name;
  FACT_EQ("ps-routines 7 ZwOpenThread: INVALID_PARAMETER_MIX (name and ClientId)", ZwOpenThread(&h, THREAD_ALL_ACCESS, &oa, &cid), STATUS_INVALID_PARAMETER_MIX);
  CHECK_EQ(ZwOpenThread(&h, THREAD_ALL_ACCESS, &oa, NULL), STATUS_OBJECT_NAME_NOT_FOUND);
}

static VOID Enumerate(VOID) {
  HANDLE last = NULL, next = NULL;
  ULONG n = 0, own = 0, mine = 0;
  PVOID object;
  NTSTATUS status;
  for (;;) {
    status = ZwGetNextProcess(last, PROCESS_QUERY_LIMITED_INFORMATION, OBJ_KERNEL_HANDLE, 0, &next);
    if (last != NULL) ZwClose(last);
    if (status != STATUS_SUCCESS || n > 20) break;
    CHECK_EQ(ObReferenceObjectByHandle(next, 0, *PsProcessType, KernelMode, &object, NULL), STATUS_SUCCESS);
    if (object == PsGetCurrentProcess()) own++;
    if (n == 0) CHECK(object == PsInitialSystemProcess);
    ObDereferenceObject(object);
    n++;
    last = next;
  }
  FACT_EQ("ps-routines 7 ZwGetNextProcess: NO_MORE_ENTRIES at the end", status, STATUS_NO_MORE_ENTRIES);
  FACT("ps-routines 7 ZwGetNextProcess: each process once", own == 1 && n == 2);
  last = NULL;
  for (n = 0;; n++) {
    status = ZwGetNextThread(ZwCurrentProcess(), last, THREAD_QUERY_LIMITED_INFORMATION, OBJ_KERNEL_HANDLE, 0, &next);
    if (last != NULL) ZwClose(last);
    if (status != STATUS_SUCCESS || n > 20) break;
    CHECK_EQ(ObReferenceObjectByHandle(next, 0, *PsThreadType, KernelMode, &object, NULL), STATUS_SUCCESS);
    if (object == PsGetCurrentThread()) mine++;
    ObDereferenceObject(object);
    last = next;
  }
  FACT_EQ("ps-routines 7 ZwGetNextThread: NO_MORE_ENTRIES at the end", status, STATUS_NO_MORE_ENTRIES);
  FACT("ps-routines 7 ZwGetNextThread: each thread of the process once", mine == 1 && n == 1);
  CHECK_EQ(ZwGetNextProcess(NULL, PROCESS_ALL_ACCESS, OBJ_KERNEL_HANDLE, 8, &next), STATUS_INVALID_PARAMETER);
  CHECK_EQ(ZwGetNextProcess((HANDLE)0x7FF0, PROCESS_ALL_ACCESS, OBJ_KERNEL_HANDLE, 0, &next), STATUS_INVALID_HANDLE);
}

static NTSTATUS Control(PDEVICE_OBJECT DeviceObject, PIRP Irp) {
  UNREFERENCED_PARAMETER(DeviceObject);
  Processes();
  Threads();
  Enumerate();
  return CompleteIrp(Irp, STATUS_SUCCESS, 0);
}

TEST_ENTRY {
  UNREFERENCED_PARAMETER(RegistryPath);
  DriverObject->DriverUnload = UnloadDevice;
  return MakeDevice(DriverObject, Control);
}
