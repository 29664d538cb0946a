// Virtual memory of a process: reserve, commit, protect, query, free, in the own process and in another; errors.
#include "system.h"
#if 0 // threads
thread main {
  HANDLE p = StartProcess(NOTEPAD, L"notepad victim");
  HANDLE d = CreateFileW(L"\\\\.\\Test", GENERIC_READ, 0, NULL, OPEN_EXISTING, 0, NULL);
  DWORD id = GetProcessId(p), got;
  Sleep(5);
  EXPECT(DeviceIoControl(d, IOCTL_BUFFERED, &id, sizeof id, NULL, 0, &got, NULL));
  CloseHandle(p);
  CloseHandle(d);
}
#endif

static VOID Use(HANDLE Process, PEPROCESS Target) {
  PVOID base = NULL, at;
  SIZE_T size = 0x2345, got = 0;
  ULONG old = 0;
  KAPC_STATE state;
  NTSTATUS caught = STATUS_SUCCESS;
  MEMORY_BASIC_INFORMATION info;
  CHECK_EQ(ZwAllocateVirtualMemory(Process, &base, 0, &size, MEM_RESERVE, PAGE_READWRITE), STATUS_SUCCESS);
  CHECK(base != NULL && ((ULONG_PTR)base & 0xffff) == 0 && size == 0x3000);
  CHECK_EQ(ZwQueryVirtualMemory(Process, base, MemoryBasicInformation, &info, sizeof info, &got), STATUS_SUCCESS);
  CHECK(info.State == MEM_RESERVE && info.RegionSize == 0x3000 && info.Type == MEM_PRIVATE && info.AllocationBase == base && got == sizeof info);
  at = (PUCHAR)base + 0x1000;
  size = 0x1000;
  CHECK_EQ(ZwAllocateVirtualMemory(Process, &at, 0, &size, MEM_COMMIT, PAGE_READWRITE), STATUS_SUCCESS);
  CHECK_EQ(ZwQueryVirtualMemory(Process, at, MemoryBasicInformation, &info, sizeof info, NULL), STATUS_SUCCESS);
  CHECK(info.State == MEM_COMMIT && info.RegionSize == 0x1000 && info.Protect == PAGE_READWRITE && info.AllocationBase == base && info.BaseAddress == at);
  KeStackAttachProcess((PRKPROCESS)Target, &state);
  __try {
    ProbeForWrite(at, 16, 1);
    CHECK_EQ(*(PULONG)at, 0);
    *(PULONG)at = 0x12345678;
    *(PULONG)base = 1; // reserved only
  } __except (EXCEPTION_EXECUTE_HANDLER) {
    caught = GetExceptionCode();
  }
  CHECK_EQ(caught, STATUS_ACCESS_VIOLATION);
  KeUnstackDetachProcess(&state);
  CHECK_EQ(ZwProtectVirtualMemory(Process, &at, &size, PAGE_READONLY, &old), STATUS_SUCCESS);
  CHECK_EQ(old, PAGE_READWRITE);
  caught = STATUS_SUCCESS;
  KeStackAttachProcess((PRKPROCESS)Target, &state);
  __try {
    CHECK_EQ(*(PULONG)at, 0x12345678);
    *(PULONG)at = 1;
  } __except (EXCEPTION_EXECUTE_HANDLER) {
    caught = GetExceptionCode();
  }
  CHECK_EQ(caught, STATUS_ACCESS_VIOLATION);
  KeUnstackDetachProcess(&state);
  at = base;
  size = 0x2000;
  CHECK_EQ(ZwProtectVirtualMemory(Process, &at, &size, PAGE_READONLY, &old), STATUS_NOT_COMMITTED);
  size = 0x10000;
  CHECK_EQ(ZwAllocateVirtualMemory(Process, &at, 0, &size, MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE), STATUS_CONFLICTING_ADDRESSES);
  at = (PUCHAR)base + 0x1000;
  size = 0;
  CHECK_EQ(ZwFreeVirtualMemory(Process, &at, &size, MEM_RELEASE), STATUS_FREE_VM_NOT_AT_BASE);
  CHECK_EQ(ZwFreeVirtualMemory(Process, &at, &size, 77), STATUS_INVALID_PARAMETER_4);
  size = 0x1000;
  CHECK_EQ(ZwFreeVirtualMemory(Process, &at, &size, MEM_DECOMMIT), STATUS_SUCCESS);
  at = base;
  size = 0;
  CHECK_EQ(ZwFreeVirtualMemory(Process, &at, &size, MEM_RELEASE), STATUS_SUCCESS);
  CHECK_EQ(size, 0x3000);
  size = 0;
  CHECK_EQ(ZwFreeVirtualMemory(Process, &at, &size, MEM_RELEASE), STATUS_MEMORY_NOT_ALLOCATED);
  CHECK_EQ(ZwQueryVirtualMemory(Process, base, MemoryBasicInformation, &info, sizeof info, NULL), STATUS_SUCCESS);
  CHECK(info.State == MEM_FREE && info.AllocationBase == NULL);
}

static VOID Errors(HANDLE Process, PEPROCESS Target) {
  PVOID base = NULL;
  SIZE_T size = 0x1000;
  MEMORY_BASIC_INFORMATION info;
  UCHAR name[300];
  UNICODE_STRING want = RTL_CONSTANT_STRING(L"\\Device\\HarddiskVolume3\\Windows\\System32\\notepad.exe");
  CHECK_EQ(ZwAllocateVirtualMemory(Process, &base, 0, &size, MEM_COMMIT, 3), STATUS_INVALID_PAGE_PROTECTION);
  CHECK_EQ(ZwAllocateVirtualMemory(Process, &base, 0, &size, 1, PAGE_READWRITE), STATUS_INVALID_PARAMETER_5);
  base = (PVOID)0xFFFFF80000000000;
  CHECK_EQ(ZwAllocateVirtualMemory(Process, &base, 0, &size, MEM_COMMIT | MEM_RESERVE, PAGE_READWRITE), STATUS_INVALID_PARAMETER_2);
  base = NULL;
  size = 0x40000000;
  CHECK_EQ(ZwAllocateVirtualMemory(Process, &base, 0, &size, MEM_COMMIT, PAGE_READWRITE), STATUS_NO_MEMORY);
  CHECK_EQ(ZwQueryVirtualMemory(Process, (PVOID)0xFFFFF80000000000, MemoryBasicInformation, &info, sizeof info, NULL), STATUS_INVALID_PARAMETER);
  CHECK_EQ(ZwQueryVirtualMemory(Process, NULL, MemoryBasicInformation, &info, 8, NULL), STATUS_INFO_LENGTH_MISMATCH);
  CHECK_EQ(ZwQueryVirtualMemory(Process, PsGetProcessSectionBaseAddress(Target), MemoryBasicInformation, &info, sizeof info, NULL), STATUS_SUCCESS);
  CHECK(info.Type == MEM_IMAGE && info.AllocationBase == PsGetProcessSectionBaseAddress(Target) && info.State == MEM_COMMIT);
  CHECK_EQ(ZwQueryVirtualMemory(Process, PsGetProcessSectionBaseAddress(Target), MemoryMappedFilenameInformation, name, sizeof name, NULL), STATUS_SUCCESS);
  CHECK(RtlEqualUnicodeString((PUNICODE_STRING)name, &want, TRUE));
  CHECK_EQ(ZwQueryVirtualMemory(Process, PsGetProcessPeb(Target), MemoryMappedFilenameInformation, name, sizeof name, NULL), STATUS_INVALID_ADDRESS);
  CHECK_EQ(ZwAllocateVirtualMemory((HANDLE)0x7778, &base, 0, &size, MEM_COMMIT, PAGE_READWRITE), STATUS_INVALID_HANDLE);
}

static NTSTATUS Control(PDEVICE_OBJECT DeviceObject, PIRP Irp) {
  HANDLE h;
  PEPROCESS process;
  OBJECT_ATTRIBUTES oa;
  CLIENT_ID cid = {(HANDLE)(ULONG_PTR)*(PULONG)Irp->AssociatedIrp.SystemBuffer, NULL};
  PVOID base = NULL;
  SIZE_T size = 0x1000;
  UNREFERENCED_PARAMETER(DeviceObject);
  InitializeObjectAttributes(&oa, NULL, OBJ_KERNEL_HANDLE, NULL, NULL);
  CHECK_EQ(ZwOpenProcess(&h, PROCESS_ALL_ACCESS, &oa, &cid), STATUS_SUCCESS);
  CHECK_EQ(PsLookupProcessByProcessId(cid.UniqueProcess, &process), STATUS_SUCCESS);
  Use(h, process);
  Use(ZwCurrentProcess(), PsGetCurrentProcess());
  Errors(h, process);
  // left to the end of the process
  CHECK_EQ(ZwAllocateVirtualMemory(h, &base, 0, &size, MEM_COMMIT | MEM_TOP_DOWN, PAGE_EXECUTE_READWRITE), STATUS_SUCCESS);
  ZwTerminateProcess(h, STATUS_SUCCESS);
  ObDereferenceObject(process);
  ZwClose(h);
  return CompleteIrp(Irp, STATUS_SUCCESS, 0);
}

TEST_ENTRY {
  UNREFERENCED_PARAMETER(RegistryPath);
  DriverObject->DriverUnload = UnloadDevice;
  return MakeDevice(DriverObject, Control);
}
