// Structures, enumerations, rights and constants (ps-routines 8, 9) as the headers have them: all is settled when this compiles. What the kernel writes through them
// is read at these offsets by notify_process.c, notify_image.c, ob_callbacks.c, ps_query.c and others.
#include "system.h"

static VOID Create(VOID) {
  HEADER("ps-routines 8 PS_CREATE_NOTIFY_INFO is 0x48", sizeof(PS_CREATE_NOTIFY_INFO) == 0x48);
  HEADER("ps-routines 8 PS_CREATE_NOTIFY_INFO offsets", FIELD_OFFSET(PS_CREATE_NOTIFY_INFO, Size) == 0 && FIELD_OFFSET(PS_CREATE_NOTIFY_INFO, Flags) == 8 && FIELD_OFFSET(PS_CREATE_NOTIFY_INFO, ParentProcessId) == 0x10 && FIELD_OFFSET(PS_CREATE_NOTIFY_INFO, CreatingThreadId) == 0x18);
  HEADER("ps-routines 8 PS_CREATE_NOTIFY_INFO offsets of the rest", FIELD_OFFSET(PS_CREATE_NOTIFY_INFO, FileObject) == 0x28 && FIELD_OFFSET(PS_CREATE_NOTIFY_INFO, ImageFileName) == 0x30 && FIELD_OFFSET(PS_CREATE_NOTIFY_INFO, CommandLine) == 0x38 && FIELD_OFFSET(PS_CREATE_NOTIFY_INFO, CreationStatus) == 0x40);
  PS_CREATE_NOTIFY_INFO info = {0};
  info.FileOpenNameAvailable = 1;
  CHECK(info.Flags == 1);
  info.Flags = 0;
  info.IsSubsystemProcess = 1;
  CHECK(info.Flags == 2);
  HEADER("ps-routines 8 CLIENT_ID: two handles", sizeof(CLIENT_ID) == 16 && FIELD_OFFSET(CLIENT_ID, UniqueThread) == 8);
  HEADER("ps-routines 8 KPROCESSOR_MODE", KernelMode == 0 && UserMode == 1 && MaximumMode == 2);
  HEADER("ps-routines 8 PSCREATEPROCESSNOTIFYTYPE", PsCreateProcessNotifySubsystems == 0);
  HEADER("ps-routines 8 PSCREATETHREADNOTIFYTYPE", PsCreateThreadNotifyNonSystem == 0 && PsCreateThreadNotifySubsystems == 1);
  HEADER("ps-routines 8 SUBSYSTEM_INFORMATION_TYPE", SubsystemInformationTypeWin32 == 0 && SubsystemInformationTypeWSL == 1 && MaxSubsystemInformationType == 2);
}

static VOID Image(VOID) {
  IMAGE_INFO i = {0};
  HEADER("ps-routines 8 IMAGE_INFO is 0x28", sizeof(IMAGE_INFO) == 0x28 && FIELD_OFFSET(IMAGE_INFO, ImageBase) == 8 && FIELD_OFFSET(IMAGE_INFO, ImageSelector) == 0x10 && FIELD_OFFSET(IMAGE_INFO, ImageSize) == 0x18 && FIELD_OFFSET(IMAGE_INFO, ImageSectionNumber) == 0x20);
  HEADER("ps-routines 8 IMAGE_INFO_EX is 0x38", sizeof(IMAGE_INFO_EX) == 0x38 && FIELD_OFFSET(IMAGE_INFO_EX, ImageInfo) == 8 && FIELD_OFFSET(IMAGE_INFO_EX, FileObject) == 0x30);
  i.ImageAddressingMode = 0xFF;
  CHECK(i.Properties == 0xFF);
  i.Properties = 0;
  i.SystemModeImage = 1;
  CHECK(i.Properties == 0x100);
  i.Properties = 0;
  i.ImageMappedToAllPids = 1;
  CHECK(i.Properties == 0x200);
  i.Properties = 0;
  i.ExtendedInfoPresent = 1;
  CHECK(i.Properties == 0x400);
  i.Properties = 0;
  i.MachineTypeMismatch = 1;
  CHECK(i.Properties == 0x800);
  i.Properties = 0;
  i.ImageSignatureLevel = 15;
  CHECK(i.Properties == 0xF000);
  i.Properties = 0;
  i.ImageSignatureType = 7;
  CHECK(i.Properties == 0x70000);
  i.Properties = 0;
  i.ImagePartialMap = 1;
  CHECK(i.Properties == 0x80000);
  HEADER("ps-routines 8 IMAGE_ADDRESSING_MODE_32BIT = 3", IMAGE_ADDRESSING_MODE_32BIT == 3);
}

static VOID Queries(VOID) {
  HEADER("ps-routines 8 PROCESS_BASIC_INFORMATION 0x30", sizeof(PROCESS_BASIC_INFORMATION) == 0x30 && FIELD_OFFSET(PROCESS_BASIC_INFORMATION, PebBaseAddress) == 8 && FIELD_OFFSET(PROCESS_BASIC_INFORMATION, AffinityMask) == 0x10 && FIELD_OFFSET(PROCESS_BASIC_INFORMATION, BasePriority) == 0x18);
  HEADER("ps-routines 8 PROCESS_BASIC_INFORMATION IDs", FIELD_OFFSET(PROCESS_BASIC_INFORMATION, UniqueProcessId) == 0x20 && FIELD_OFFSET(PROCESS_BASIC_INFORMATION, InheritedFromUniqueProcessId) == 0x28);
  HEADER("ps-routines 8 PROCESS_EXTENDED_BASIC_INFORMATION 0x40", sizeof(PROCESS_EXTENDED_BASIC_INFORMATION) == 0x40 && FIELD_OFFSET(PROCESS_EXTENDED_BASIC_INFORMATION, BasicInfo) == 8 && FIELD_OFFSET(PROCESS_EXTENDED_BASIC_INFORMATION, Flags) == 0x38);
  HEADER("ps-routines 8 KERNEL_USER_TIMES 0x20", sizeof(KERNEL_USER_TIMES) == 0x20);
  HEADER("ps-routines 8 IO_COUNTERS 0x30", sizeof(IO_COUNTERS) == 0x30);
  HEADER("ps-routines 8 VM_COUNTERS 0x58", sizeof(VM_COUNTERS) == 0x58 && FIELD_OFFSET(VM_COUNTERS, PageFaultCount) == 0x10 && FIELD_OFFSET(VM_COUNTERS, QuotaPagedPoolUsage) == 0x30);
  HEADER("ps-routines 8 PROCESS_PRIORITY_CLASS: BOOLEAN and UCHAR", sizeof(PROCESS_PRIORITY_CLASS) == 2 && FIELD_OFFSET(PROCESS_PRIORITY_CLASS, PriorityClass) == 1);
  HEADER("ps-routines 8 SUBSYSTEM_INFORMATION_TYPE: 4 bytes", sizeof(SUBSYSTEM_INFORMATION_TYPE) == 4);
  HEADER("ps-routines 8 PROCESSINFOCLASS values", ProcessBasicInformation == 0 && ProcessTimes == 4 && ProcessDebugPort == 7 && ProcessPriorityClass == 18 && ProcessWow64Information == 26 && ProcessImageFileName == 27 && ProcessBreakOnTermination == 29);
  HEADER("ps-routines 8 PROCESSINFOCLASS values above 30", ProcessDebugObjectHandle == 30 && ProcessDebugFlags == 31 && ProcessImageFileNameWin32 == 43 && ProcessCommandLineInformation == 60 && ProcessProtectionInformation == 61 && ProcessSubsystemProcess == 68 && ProcessSubsystemInformation == 75);
  HEADER("ps-routines 8 THREADINFOCLASS values", ThreadBasicInformation == 0 && ThreadTimes == 1 && ThreadPriority == 2 && ThreadBasePriority == 3 && ThreadImpersonationToken == 5 && ThreadQuerySetWin32StartAddress == 9 && ThreadAmILastThread == 12 && ThreadIsIoPending == 16 && ThreadHideFromDebugger == 17);
  HEADER("ps-routines 8 THREADINFOCLASS values above 17", ThreadBreakOnTermination == 18 && ThreadPagePriority == 24 && ThreadActualBasePriority == 25 && ThreadSuspendCount == 35 && ThreadNameInformation == 38 && ThreadSubsystemInformation == 45 && MaxThreadInfoClass == 56);
}

static VOID Constants(VOID) {
  HEADER("ps-routines 8 PROCESS_ALL_ACCESS, THREAD_ALL_ACCESS", PROCESS_ALL_ACCESS == 0x1FFFFF && THREAD_ALL_ACCESS == 0x1FFFFF);
  HEADER("ps-routines 8 process rights", PROCESS_TERMINATE == 1 && PROCESS_CREATE_THREAD == 2 && PROCESS_VM_OPERATION == 8 && PROCESS_VM_READ == 0x10 && PROCESS_VM_WRITE == 0x20 && PROCESS_DUP_HANDLE == 0x40);
  HEADER("ps-routines 8 thread rights", THREAD_TERMINATE == 1 && THREAD_SUSPEND_RESUME == 2 && THREAD_ALERT == 4 && THREAD_GET_CONTEXT == 8 && THREAD_SET_CONTEXT == 0x10 && THREAD_SET_INFORMATION == 0x20);
  HEADER("ps-routines 8 limited rights", THREAD_SET_LIMITED_INFORMATION == 0x400 && THREAD_QUERY_LIMITED_INFORMATION == 0x800);
  HEADER("ps-routines 8 object attribute flags", OBJ_INHERIT == 2 && OBJ_PERMANENT == 0x10 && OBJ_EXCLUSIVE == 0x20 && OBJ_CASE_INSENSITIVE == 0x40 && OBJ_OPENIF == 0x80 && OBJ_OPENLINK == 0x100 && OBJ_KERNEL_HANDLE == 0x200 && OBJ_FORCE_ACCESS_CHECK == 0x400);
  HEADER("ps-routines 8 OBJ_VALID_ATTRIBUTES", OBJ_IGNORE_IMPERSONATED_DEVICEMAP == 0x800 && OBJ_DONT_REPARSE == 0x1000 && OBJ_VALID_ATTRIBUTES == 0x1FF2);
  HEADER("ps-routines 8 wait limits", MAXIMUM_WAIT_OBJECTS == 64 && THREAD_WAIT_OBJECTS == 3 && MAXIMUM_SUSPEND_COUNT == 127);
  HEADER("ps-routines 8 priorities", LOW_PRIORITY == 0 && LOW_REALTIME_PRIORITY == 16 && HIGH_PRIORITY == 31 && MAXIMUM_PRIORITY == 32);
  HEADER("ps-routines 8 base priority increments", THREAD_BASE_PRIORITY_LOWRT == 15 && THREAD_BASE_PRIORITY_MAX == 2 && THREAD_BASE_PRIORITY_MIN == -2 && THREAD_BASE_PRIORITY_IDLE == -15);
  HEADER("ps-routines 8 kernel stacks of x64", KERNEL_STACK_SIZE == 0x6000 && KERNEL_LARGE_STACK_SIZE == 0x12000 && KERNEL_LARGE_STACK_COMMIT == KERNEL_STACK_SIZE && MAXIMUM_EXPANSION_SIZE == 0x11800);
  HEADER("ps-routines 8 processors", MAXIMUM_PROC_PER_GROUP == 64 && ALL_PROCESSOR_GROUPS == 0xFFFF);
  HEADER("ps-routines 8 PS_IMAGE_NOTIFY_CONFLICTING_ARCHITECTURE", PS_IMAGE_NOTIFY_CONFLICTING_ARCHITECTURE == 1);
  CHECK(ZwCurrentProcess() == (HANDLE)-1 && ZwCurrentThread() == (HANDLE)-2 && NtCurrentSession() == (HANDLE)-3);
  HEADER("ps-routines 9 NT_SUCCESS: timeouts, APCs, alerts, abandoned and pending count as success", NT_SUCCESS(STATUS_TIMEOUT) && NT_SUCCESS(STATUS_USER_APC) && NT_SUCCESS(STATUS_ALERTED) && NT_SUCCESS(STATUS_ABANDONED) && NT_SUCCESS(STATUS_PENDING) && !NT_SUCCESS(STATUS_NO_MORE_ENTRIES));
  HEADER("ps-routines 9 status values", STATUS_INVALID_CID == (NTSTATUS)0xC000000B && STATUS_PROCESS_IS_TERMINATING == (NTSTATUS)0xC000010A && STATUS_THREAD_IS_TERMINATING == (NTSTATUS)0xC000004B && STATUS_SUSPEND_COUNT_EXCEEDED == (NTSTATUS)0xC000004A && STATUS_CANT_TERMINATE_SELF == (NTSTATUS)0xC00000DB);
  HEADER("ps-routines 9 more status values", STATUS_QUOTA_EXCEEDED == (NTSTATUS)0xC0000044 && STATUS_NO_TOKEN == (NTSTATUS)0xC000007C && STATUS_CANT_OPEN_ANONYMOUS == (NTSTATUS)0xC00000A6 && STATUS_INFO_LENGTH_MISMATCH == (NTSTATUS)0xC0000004 && STATUS_INVALID_PARAMETER_MIX == (NTSTATUS)0xC0000030);
}

TEST_ENTRY {
  UNREFERENCED_PARAMETER(RegistryPath);
  DriverObject->DriverUnload = UnloadNothing;
  Create();
  Image();
  Queries();
  Constants();
  return STATUS_SUCCESS;
}
