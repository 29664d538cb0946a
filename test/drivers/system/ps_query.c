// NtQueryInformationProcess and its Set form (ps-routines 7, 8): lengths, ReturnLength, buffers of user mode, access rights, and what the classes say.
#include "system.h"
#if 0 // threads
thread main {
  HANDLE d = CreateFileW(L"\\\\.\\Test", GENERIC_READ, 0, NULL, OPEN_EXISTING, 0, NULL), self = NtCurrentProcess(), weak, dup;
  PROCESS_BASIC_INFORMATION basic[2];
  KERNEL_USER_TIMES times;
  ULONG length = 0x55, value = 1;
  DWORD got;
  FACT_EQ("ps-routines 7 NtQueryInformationProcess: INFO_LENGTH_MISMATCH before anything else", NtQueryInformationProcess(NULL, ProcessTimes, NULL, 0, NULL), STATUS_INFO_LENGTH_MISMATCH);
  FACT_EQ("ps-routines 7 NtQueryInformationProcess: INVALID_HANDLE with the right length", NtQueryInformationProcess((HANDLE)0x7FF0, ProcessTimes, &times, sizeof times, NULL), STATUS_INVALID_HANDLE);
  FACT_EQ("ps-routines 7 NtQueryInformationProcess: DATATYPE_MISALIGNMENT", NtQueryInformationProcess(self, ProcessTimes, (PVOID)2, sizeof times, NULL), STATUS_DATATYPE_MISALIGNMENT);
  FACT_EQ("ps-routines 7 NtQueryInformationProcess: no probing of an empty buffer", NtQueryInformationProcess(self, ProcessTimes, (PVOID)2, 0, NULL), STATUS_INFO_LENGTH_MISMATCH);
  FACT_EQ("ps-routines 7 NtQueryInformationProcess: ACCESS_VIOLATION for a NULL buffer", NtQueryInformationProcess(self, ProcessTimes, NULL, sizeof times, NULL), STATUS_ACCESS_VIOLATION);
  FACT_EQ("ps-routines 7 NtQueryInformationProcess: ACCESS_VIOLATION for a kernel buffer", NtQueryInformationProcess(self, ProcessTimes, (PVOID)0xFFFFF80000020000, sizeof times, NULL), STATUS_ACCESS_VIOLATION);
  FACT_EQ("ps-routines 7 NtQueryInformationProcess: too large is a mismatch too", NtQueryInformationProcess(self, ProcessTimes, &times, sizeof times + 1, &length), STATUS_INFO_LENGTH_MISMATCH);
  FACT_EQ("ps-routines 7 NtQueryInformationProcess: ReturnLength is left alone on a mismatch", length, 0x55);
  FACT_EQ("ps-routines 7 NtQueryInformationProcess: SUCCESS", NtQueryInformationProcess(self, ProcessTimes, &times, sizeof times, &length), STATUS_SUCCESS);
  FACT_EQ("ps-routines 7 NtQueryInformationProcess: ReturnLength is the bytes written", length, sizeof times);
  FACT_EQ("ps-routines 7 NtQueryInformationProcess: ACCESS_VIOLATION for a bad ReturnLength", NtQueryInformationProcess(self, ProcessTimes, &times, sizeof times, (PULONG)8), STATUS_ACCESS_VIOLATION);
  FACT_EQ("ps-routines 7 NtQueryInformationProcess: OBJECT_TYPE_MISMATCH", NtQueryInformationProcess(NtCurrentThread(), ProcessBasicInformation, basic, sizeof basic[0], NULL), STATUS_OBJECT_TYPE_MISMATCH);
  FACT_EQ("ps-routines 7 NtQueryInformationProcess: INVALID_INFO_CLASS", NtQueryInformationProcess(self, (PROCESSINFOCLASS)500, basic, sizeof basic[0], NULL), STATUS_INVALID_INFO_CLASS);
  weak = OpenProcess(PROCESS_TERMINATE, FALSE, GetCurrentProcessId());
  FACT_EQ("ps-routines 7 NtQueryInformationProcess: ACCESS_DENIED", NtQueryInformationProcess(weak, ProcessBasicInformation, basic, sizeof basic[0], NULL), STATUS_ACCESS_DENIED);
  FACT_EQ("ps-routines 7 NtSetInformationProcess: ACCESS_DENIED", NtSetInformationProcess(weak, ProcessBreakOnTermination, &value, sizeof value), STATUS_ACCESS_DENIED);
  CloseHandle(weak);
  weak = OpenProcess(PROCESS_QUERY_LIMITED_INFORMATION, FALSE, GetCurrentProcessId());
  FACT_EQ("ps-routines 8 PROCESS_QUERY_LIMITED_INFORMATION is enough for basic information", NtQueryInformationProcess(weak, ProcessBasicInformation, basic, sizeof basic[0], NULL), STATUS_SUCCESS);
  FACT_EQ("ps-routines 8 PROCESS_QUERY_INFORMATION is needed for the debug port", NtQueryInformationProcess(weak, ProcessDebugPort, &dup, sizeof dup, NULL), STATUS_ACCESS_DENIED);
  CloseHandle(weak);
  FACT("ps-routines 8 ProcessBasicInformation: fields", basic[0].ExitStatus == STATUS_PENDING && basic[0].UniqueProcessId == GetCurrentProcessId() && basic[0].InheritedFromUniqueProcessId == 4 && basic[0].BasePriority == 8 && (basic[0].AffinityMask & 1));
  EXPECT(DeviceIoControl(d, IOCTL_BUFFERED, NULL, 0, NULL, 0, &got, NULL));
  CloseHandle(d);
}
#endif

static BOOLEAN Is(PVOID Text, PCWSTR Wanted) {
  UNICODE_STRING wanted;
  RtlInitUnicodeString(&wanted, Wanted);
  return RtlEqualUnicodeString((PUNICODE_STRING)Text, &wanted, FALSE) && ((PUNICODE_STRING)Text)->Buffer == (PWCH)((PUNICODE_STRING)Text + 1);
}

static VOID Strings(HANDLE Self) {
  UCHAR buffer[256];
  ULONG length = 0, needed = 0;
  FACT_EQ("ps-routines 8 ProcessImageFileName: INFO_LENGTH_MISMATCH if short", ZwQueryInformationProcess(Self, ProcessImageFileName, buffer, 4, &needed), STATUS_INFO_LENGTH_MISMATCH);
  FACT_EQ("ps-routines 8 ProcessImageFileName: SUCCESS with what it said was needed", ZwQueryInformationProcess(Self, ProcessImageFileName, buffer, needed, &length), STATUS_SUCCESS);
  FACT_EQ("ps-routines 7 ReturnLength: bytes needed when too small (strings)", length, needed);
  FACT("ps-routines 8 ProcessImageFileName: UNICODE_STRING and characters in the same buffer, NT path", Is(buffer, L"\\Device\\HarddiskVolume3\\Test\\main.exe"));
  CHECK_EQ(ZwQueryInformationProcess(Self, ProcessImageFileNameWin32, buffer, sizeof buffer, &length), STATUS_SUCCESS);
  FACT("ps-routines 8 ProcessImageFileNameWin32: the Win32 path", Is(buffer, L"C:\\Test\\main.exe"));
  CHECK_EQ(ZwQueryInformationProcess(Self, ProcessCommandLineInformation, buffer, sizeof buffer, &length), STATUS_SUCCESS);
  FACT("ps-routines 8 ProcessCommandLineInformation: UNICODE_STRING and characters", Is(buffer, L"main.exe -x"));
}

static VOID Classes(HANDLE Self) {
  PROCESS_BASIC_INFORMATION basic;
  PROCESS_EXTENDED_BASIC_INFORMATION extended = {0};
  KERNEL_USER_TIMES times;
  IO_COUNTERS io;
  VM_COUNTERS vm;
  POOLED_USAGE_AND_LIMITS pooled;
  QUOTA_LIMITS limits;
  PROCESS_PRIORITY_CLASS priority;
  PROCESS_DEVICEMAP_INFORMATION map;
  struct { ULONG64 Accumulated, Current; } cycles;
  ULONG_PTR wide = 99;
  ULONG value = 99, length = 0, handles[2];
  UCHAR byte = 99;
  ULONG64 sequence = 0;
  UCHAR snapshot[4096];
  CHECK_EQ(ZwQueryInformationProcess(Self, ProcessBasicInformation, &basic, sizeof basic, &length), STATUS_SUCCESS);
  FACT("ps-routines 8 ProcessBasicInformation: PEB address", (PVOID)basic.PebBaseAddress == PsGetProcessPeb(PsGetCurrentProcess()) && length == 0x30);
  CHECK_EQ(ZwQueryInformationProcess(Self, ProcessBasicInformation, &extended, sizeof extended, &length), STATUS_SUCCESS);
  FACT("ps-routines 8 PROCESS_EXTENDED_BASIC_INFORMATION: Size is written", extended.Size == 0x40 && length == 0x40 && extended.BasicInfo.UniqueProcessId == basic.UniqueProcessId);
  FACT("ps-routines 8 PROCESS_EXTENDED_BASIC_INFORMATION: flags of an ordinary process", extended.Flags == 0);
  CHECK_EQ(ZwQueryInformationProcess(Self, ProcessTimes, &times, sizeof times, &length), STATUS_SUCCESS);
  FACT("ps-routines 8 ProcessTimes: creation, no exit yet", times.CreateTime.QuadPart == PsGetProcessCreateTimeQuadPart(PsGetCurrentProcess()) && times.ExitTime.QuadPart == 0 && times.KernelTime.QuadPart >= 0);
  CHECK_EQ(ZwQueryInformationProcess(Self, ProcessIoCounters, &io, sizeof io, &length), STATUS_SUCCESS);
  FACT("ps-routines 8 ProcessIoCounters: a device control counts as another operation", io.OtherOperationCount >= 1);
  CHECK_EQ(ZwQueryInformationProcess(Self, ProcessVmCounters, &vm, sizeof vm, &length), STATUS_SUCCESS);
  FACT("ps-routines 8 ProcessVmCounters: memory in use", vm.VirtualSize > 0 && vm.PeakVirtualSize >= vm.VirtualSize && vm.WorkingSetSize > 0);
  FACT_EQ("documentation VM_COUNTERS_EX: PrivateUsage behind", ZwQueryInformationProcess(Self, ProcessVmCounters, snapshot, sizeof vm + 8, &length), STATUS_SUCCESS);
  FACT_EQ("documentation VM_COUNTERS_EX2: two more", ZwQueryInformationProcess(Self, ProcessVmCounters, snapshot, sizeof vm + 24, &length), STATUS_SUCCESS);
  CHECK_EQ(ZwQueryInformationProcess(Self, ProcessPooledUsageAndLimits, &pooled, sizeof pooled, &length), STATUS_SUCCESS);
  CHECK_EQ(ZwQueryInformationProcess(Self, ProcessQuotaLimits, &limits, sizeof limits, &length), STATUS_SUCCESS);
  CHECK(pooled.PagedPoolLimit == limits.PagedPoolLimit && pooled.NonPagedPoolLimit == limits.NonPagedPoolLimit && limits.MinimumWorkingSetSize < limits.MaximumWorkingSetSize);
  CHECK_EQ(ZwQueryInformationProcess(Self, ProcessDebugPort, &wide, sizeof wide, &length), STATUS_SUCCESS);
  FACT_EQ("ps-routines 8 ProcessDebugPort: 0 when nobody debugs it", wide, 0);
  FACT_EQ("ps-routines 8 ProcessDebugObjectHandle: PORT_NOT_SET", ZwQueryInformationProcess(Self, ProcessDebugObjectHandle, &wide, sizeof wide, &length), STATUS_PORT_NOT_SET);
  FACT("ps-routines 8 ProcessDebugFlags: 1, not debugged", ZwQueryInformationProcess(Self, ProcessDebugFlags, &value, sizeof value, &length) == STATUS_SUCCESS && value == 1);
  CHECK_EQ(ZwQueryInformationProcess(Self, ProcessPriorityClass, &priority, sizeof priority, &length), STATUS_SUCCESS);
  FACT("ps-routines 8 PROCESS_PRIORITY_CLASS: 2 normal", priority.PriorityClass == 2 && length == 2);
  CHECK_EQ(ZwQueryInformationProcess(Self, ProcessHandleCount, handles, 4, &length), STATUS_SUCCESS);
  CHECK_EQ(ZwQueryInformationProcess(Self, ProcessHandleCount, handles, 8, &length), STATUS_SUCCESS);
  FACT("ps-routines 8 ProcessHandleCount: open handles, and the most there were", handles[0] >= 1 && handles[1] >= handles[0]);
  CHECK_EQ(ZwQueryInformationProcess(Self, ProcessDeviceMap, &map, sizeof map.Query, &length), STATUS_SUCCESS);
  CHECK(map.Query.DriveMap & 4);
  CHECK_EQ(ZwQueryInformationProcess(Self, ProcessSessionInformation, &value, sizeof value, &length), STATUS_SUCCESS);
  FACT_EQ("ps-routines 8 ProcessSessionInformation: the session", value, 1);
  CHECK_EQ(ZwQueryInformationProcess(Self, ProcessWow64Information, &wide, sizeof wide, &length), STATUS_SUCCESS);
  FACT_EQ("ps-routines 8 ProcessWow64Information: nonzero = WOW64", wide, 0);
  FACT("ps-routines 8 ProcessBreakOnTermination: ULONG, 0 for an ordinary process", ZwQueryInformationProcess(Self, ProcessBreakOnTermination, &value, sizeof value, &length) == STATUS_SUCCESS && value == 0);
  FACT("ps-routines 8 ProcessProtectionInformation: UCHAR, 0 unprotected", ZwQueryInformationProcess(Self, ProcessProtectionInformation, &byte, sizeof byte, &length) == STATUS_SUCCESS && byte == 0 && length == 1);
  FACT("ps-routines 8 ProcessSubsystemInformation: 0 Win32", ZwQueryInformationProcess(Self, ProcessSubsystemInformation, &value, sizeof value, &length) == STATUS_SUCCESS && value == SubsystemInformationTypeWin32);
  FACT("ps-routines 8 ProcessSequenceNumber: low part of the start key", ZwQueryInformationProcess(Self, ProcessSequenceNumber, &sequence, sizeof sequence, &length) == STATUS_SUCCESS && sequence == (PsGetProcessStartKey(PsGetCurrentProcess()) & 0xFFFFFFFFFFFF));
  FACT("ps-routines 8 ProcessCycleTime", ZwQueryInformationProcess(Self, ProcessCycleTime, &cycles, sizeof cycles, &length) == STATUS_SUCCESS && cycles.Accumulated > 0);
  FACT("ps-routines 8 ProcessIoPriority: normal", ZwQueryInformationProcess(Self, ProcessIoPriority, &value, sizeof value, &length) == STATUS_SUCCESS && value == IoPriorityNormal);
  FACT("ps-routines 8 ProcessPagePriority: MEMORY_PRIORITY_NORMAL 5", ZwQueryInformationProcess(Self, ProcessPagePriority, &value, sizeof value, &length) == STATUS_SUCCESS && value == 5);
  FACT("ps-routines 8 ProcessCookie: the calling process only", ZwQueryInformationProcess(ZwCurrentProcess(), ProcessCookie, &value, sizeof value, &length) == STATUS_SUCCESS && ZwQueryInformationProcess(Self, ProcessCookie, &value, sizeof value, &length) == STATUS_INVALID_PARAMETER);
  CHECK_EQ(ZwQueryInformationProcess(Self, ProcessHandleInformation, snapshot, 16, &length), STATUS_INFO_LENGTH_MISMATCH);
  CHECK_EQ(ZwQueryInformationProcess(Self, ProcessHandleInformation, snapshot, sizeof snapshot, &length), STATUS_SUCCESS);
  FACT("ps-routines 8 ProcessHandleInformation: one entry a handle", *(PULONG_PTR)snapshot == handles[0] && length == 16 + 40 * handles[0]);
  CHECK_EQ(ZwQueryInformationProcess(Self, ProcessImageInformation, snapshot, 64, &length), STATUS_SUCCESS);
  CHECK_EQ(*(PUSHORT)(snapshot + 0x30), 0x8664);
  FACT_EQ("ps-routines 7 NtQueryInformationProcess: kernel handles are not found from a user thread", NtQueryInformationProcess(Self, ProcessBasicInformation, &basic, sizeof basic, NULL), STATUS_ACCESS_VIOLATION);
}

static VOID Set(HANDLE Self) {
  ULONG value = 1, now = 9;
  PROCESS_PRIORITY_CLASS class = {FALSE, 6}, was;
  PROCESS_BASIC_INFORMATION basic;
  ULONG_PTR none = 0;
  FACT_EQ("ps-routines 7 NtSetInformationProcess: INFO_LENGTH_MISMATCH", ZwSetInformationProcess(Self, ProcessBreakOnTermination, &value, 8), STATUS_INFO_LENGTH_MISMATCH);
  FACT_EQ("ps-routines 7 NtSetInformationProcess: INVALID_INFO_CLASS", ZwSetInformationProcess(Self, ProcessBasicInformation, &value, 4), STATUS_INVALID_INFO_CLASS);
  CHECK_EQ(ZwSetInformationProcess(Self, ProcessBreakOnTermination, &value, 4), STATUS_SUCCESS);
  FACT("ps-routines 8 ProcessBreakOnTermination: can be set and read", ZwQueryInformationProcess(Self, ProcessBreakOnTermination, &now, 4, NULL) == STATUS_SUCCESS && now == 1);
  value = 0;
  CHECK_EQ(ZwSetInformationProcess(Self, ProcessBreakOnTermination, &value, 4), STATUS_SUCCESS);
  CHECK_EQ(ZwSetInformationProcess(Self, ProcessPriorityClass, &class, sizeof class), STATUS_SUCCESS);
  CHECK_EQ(ZwQueryInformationProcess(Self, ProcessPriorityClass, &was, sizeof was, NULL), STATUS_SUCCESS);
  CHECK_EQ(ZwQueryInformationProcess(Self, ProcessBasicInformation, &basic, sizeof basic, NULL), STATUS_SUCCESS);
  FACT("ps-routines 8 PROCESS_PRIORITY_CLASS: 6 above normal is base priority 10", was.PriorityClass == 6 && basic.BasePriority == 10 && KeQueryPriorityThread(KeGetCurrentThread()) >= 10);
  class.PriorityClass = 2;
  CHECK_EQ(ZwSetInformationProcess(Self, ProcessPriorityClass, &class, sizeof class), STATUS_SUCCESS);
  class.PriorityClass = 9;
  FACT_EQ("ps-routines 8 PROCESS_PRIORITY_CLASS: other values are refused", ZwSetInformationProcess(Self, ProcessPriorityClass, &class, sizeof class), STATUS_INVALID_PARAMETER);
  FACT_EQ("ps-routines 8 ProcessAffinityMask: no processor", ZwSetInformationProcess(Self, ProcessAffinityMask, &none, sizeof none), STATUS_INVALID_PARAMETER);
  none = basic.AffinityMask;
  FACT_EQ("ps-routines 8 ProcessAffinityMask: processors that are there", ZwSetInformationProcess(Self, ProcessAffinityMask, &none, sizeof none), STATUS_SUCCESS);
  value = 6;
  FACT_EQ("ps-routines 8 MEMORY_PRIORITY: at most 5", ZwSetInformationProcess(Self, ProcessPagePriority, &value, 4), STATUS_INVALID_PARAMETER);
}

static NTSTATUS Control(PDEVICE_OBJECT DeviceObject, PIRP Irp) {
  HANDLE self, system;
  UCHAR protection = 0;
  ULONG value = 9;
  UNREFERENCED_PARAMETER(DeviceObject);
  CHECK_EQ(ObOpenObjectByPointer(PsGetCurrentProcess(), OBJ_KERNEL_HANDLE, NULL, PROCESS_ALL_ACCESS, *PsProcessType, KernelMode, &self), STATUS_SUCCESS);
  Strings(self);
  Classes(self);
  Set(self);
  ZwClose(self);
  CHECK_EQ(ObOpenObjectByPointer(PsInitialSystemProcess, OBJ_KERNEL_HANDLE, NULL, 0, *PsProcessType, KernelMode, &system), STATUS_SUCCESS);
  FACT_EQ("ps-routines 7 access rights are not looked at in kernel mode", ZwQueryInformationProcess(system, ProcessProtectionInformation, &protection, 1, NULL), STATUS_SUCCESS);
  FACT("ps-routines 8 PS_PROTECTION: System is full (2) with signer WinSystem (7)", (protection & 7) == 2 && protection >> 4 == 7);
  CHECK_EQ(ZwQueryInformationProcess(system, ProcessSessionInformation, &value, 4, NULL), STATUS_SUCCESS);
  CHECK_EQ(value, 0);
  ZwClose(system);
  return CompleteIrp(Irp, STATUS_SUCCESS, 0);
}

TEST_ENTRY {
  UNREFERENCED_PARAMETER(RegistryPath);
  DriverObject->DriverUnload = UnloadDevice;
  return MakeDevice(DriverObject, Control);
}
