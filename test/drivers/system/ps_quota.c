// Quotas, disk counters, prefetching, cycles, affinity tokens (ps-routines 3, 4).
#include "system.h"
#if 0 // threads
thread main {
  HANDLE d = CreateFileW(L"\\\\.\\Test", GENERIC_READ, 0, NULL, OPEN_EXISTING, 0, NULL);
  DWORD got;
  EXPECT(DeviceIoControl(d, IOCTL_BUFFERED, NULL, 0, NULL, 0, &got, NULL));
  CloseHandle(d);
}
#endif

static VM_COUNTERS Counters(VOID) {
  VM_COUNTERS c;
  CHECK_EQ(ZwQueryInformationProcess(ZwCurrentProcess(), ProcessVmCounters, &c, sizeof c, NULL), STATUS_SUCCESS);
  return c;
}

static NTSTATUS Charge(PEPROCESS Process, POOL_TYPE Type, ULONG_PTR Amount) {
  __try {
    PsChargePoolQuota(Process, Type, Amount);
  } __except (EXCEPTION_EXECUTE_HANDLER) {
    return GetExceptionCode();
  }
  return STATUS_SUCCESS;
}

static NTSTATUS Return(PEPROCESS Process, POOL_TYPE Type, ULONG_PTR Amount) {
  __try {
    PsReturnPoolQuota(Process, Type, Amount);
  } __except (EXCEPTION_EXECUTE_HANDLER) {
    return GetExceptionCode();
  }
  return STATUS_SUCCESS;
}

static NTSTATUS Allocate(POOL_TYPE Type, SIZE_T Size, PVOID *Block) {
  *Block = NULL;
  __try {
    *Block = ExAllocatePoolWithQuotaTag(Type, Size, 'atuQ');
  } __except (EXCEPTION_EXECUTE_HANDLER) {
    return GetExceptionCode();
  }
  return STATUS_SUCCESS;
}

static VOID Quota(VOID) {
  PEPROCESS self = PsGetCurrentProcess();
  VM_COUNTERS before = Counters(), now;
  QUOTA_LIMITS limits;
  PVOID block;
  CHECK_EQ(ZwQueryInformationProcess(ZwCurrentProcess(), ProcessQuotaLimits, &limits, sizeof limits, NULL), STATUS_SUCCESS);
  FACT_EQ("ps-routines 4 PsChargeProcessPoolQuota: SUCCESS", PsChargeProcessPoolQuota(self, PagedPool, 1000), STATUS_SUCCESS);
  now = Counters();
  FACT_EQ("ps-routines 4 PsChargeProcessPoolQuota: adds to the usage of the kind of pool", now.QuotaPagedPoolUsage - before.QuotaPagedPoolUsage, 1000);
  FACT_EQ("ps-routines 4 PsChargeProcessPoolQuota: the other kind is untouched", now.QuotaNonPagedPoolUsage, before.QuotaNonPagedPoolUsage);
  FACT_EQ("ps-routines 4 PsChargePoolQuota: charges nonpaged pool", Charge(self, NonPagedPool, 64), STATUS_SUCCESS);
  FACT_EQ("ps-routines 4 PsChargePoolQuota: adds to the usage", Counters().QuotaNonPagedPoolUsage - before.QuotaNonPagedPoolUsage, 64);
  FACT_EQ("ps-routines 4 PsChargePoolQuota: raises STATUS_QUOTA_EXCEEDED", Charge(self, NonPagedPool, limits.NonPagedPoolLimit), STATUS_QUOTA_EXCEEDED);
  FACT_EQ("ps-routines 4 PsChargeProcessPoolQuota: QUOTA_EXCEEDED without raising", PsChargeProcessPoolQuota(self, PagedPool, limits.PagedPoolLimit), STATUS_QUOTA_EXCEEDED);
  FACT_EQ("ps-routines 4 a refused charge changes nothing", Counters().QuotaPagedPoolUsage - before.QuotaPagedPoolUsage, 1000);
  FACT_EQ("ps-routines 4 PsReturnPoolQuota: takes from the usage", Return(self, PagedPool, 1000), STATUS_SUCCESS);
  CHECK_EQ(Return(self, NonPagedPool, 64), STATUS_SUCCESS);
  FACT_EQ("ps-routines 4 PsReturnPoolQuota: usage as before", Counters().QuotaPagedPoolUsage, before.QuotaPagedPoolUsage);
  FACT_EQ("ps-routines 4 PsReturnPoolQuota: raises if more is returned than was charged", Return(self, PagedPool, before.QuotaPagedPoolUsage + 1), STATUS_QUOTA_EXCEEDED);
  FACT("ps-routines 8 VM_COUNTERS: the peak stays", Counters().QuotaPeakPagedPoolUsage >= before.QuotaPagedPoolUsage + 1000);
  CHECK_EQ(Charge(PsInitialSystemProcess, PagedPool, (ULONG_PTR)1 << 40), STATUS_SUCCESS); // System is never charged
  FACT_EQ("documentation ExAllocatePoolWithQuotaTag", Allocate(PagedPool, 256, &block), STATUS_SUCCESS);
  FACT("documentation ExAllocatePoolWithQuotaTag: the current process is charged", Counters().QuotaPagedPoolUsage - before.QuotaPagedPoolUsage >= 256);
  ExFreePoolWithTag(block, 'atuQ');
  FACT_EQ("ps-routines 4 ExFreePool: the charge goes back", Counters().QuotaPagedPoolUsage, before.QuotaPagedPoolUsage);
  limits.PagedPoolLimit = before.QuotaPagedPoolUsage + 512;
  CHECK_EQ(ZwSetInformationProcess(ZwCurrentProcess(), ProcessQuotaLimits, &limits, sizeof limits), STATUS_SUCCESS);
  FACT_EQ("documentation ExAllocatePoolWithQuotaTag: raises when the quota is exceeded", Allocate(PagedPool, 1024, &block), STATUS_QUOTA_EXCEEDED);
  FACT_EQ("documentation POOL_QUOTA_FAIL_INSTEAD_OF_RAISE: NULL instead", Allocate(PagedPool | POOL_QUOTA_FAIL_INSTEAD_OF_RAISE, 1024, &block), STATUS_SUCCESS);
  CHECK(block == NULL);
  block = ExAllocatePool2(POOL_FLAG_PAGED | POOL_FLAG_USE_QUOTA, 1024, 'atuQ');
  FACT("documentation ExAllocatePool2 POOL_FLAG_USE_QUOTA: NULL when exceeded", block == NULL);
}

static VOID Small(VOID) {
  ULONG64 stamp = 0, first, second;
  ULONG major = 0, minor = 9, build = 0;
  UNICODE_STRING csd = {4, 4, L"xx"};
  PUCHAR process = (PUCHAR)PsGetCurrentProcess();
  PVOID context = (PVOID)1, routine = (PVOID)2;
  FACT("ps-routines 3 PsIsCurrentThreadPrefetching: FALSE at first", !PsIsCurrentThreadPrefetching());
  FACT("ps-routines 3 PsSetCurrentThreadPrefetching: the previous state", !PsSetCurrentThreadPrefetching(TRUE) && PsIsCurrentThreadPrefetching());
  FACT("ps-routines 3 PsSetCurrentThreadPrefetching: switched off again", PsSetCurrentThreadPrefetching(FALSE) && !PsIsCurrentThreadPrefetching());
  first = PsQueryTotalCycleTimeProcess(PsGetCurrentProcess(), &stamp);
  KeStallExecutionProcessor(50);
  second = PsQueryTotalCycleTimeProcess(PsGetCurrentProcess(), NULL);
  FACT("ps-routines 3 PsQueryTotalCycleTimeProcess: grows while a thread runs", first > 0 && second > first);
  FACT("ps-routines 3 PsQueryTotalCycleTimeProcess: CycleTimeStamp receives the counter", stamp != 0);
  FACT("ps-routines 3 PsGetVersion: FALSE on a free build, as RtlGetVersion", !PsGetVersion(&major, &minor, &build, &csd) && major == 10 && minor == 0 && build == 22621 && csd.Length == 0);
  FACT("ps-routines 3 PsGetVersion: all pointers are optional", !PsGetVersion(NULL, NULL, NULL, NULL));
  FACT("ps-routines 3 PsGetThreadProperty: nothing is set", PsGetThreadProperty(PsGetCurrentThread(), 1, 0) == NULL);
  FACT("ps-routines 4 PsIsDiskCountersEnabled", PsIsDiskCountersEnabled());
  PsUpdateDiskCounters((PEPROCESS)process, 4096, 512, 1, 2, 3);
  FACT_EQ("ps-routines 2 PsWrapApcWow64Thread: nothing to wrap for a 64-bit thread", PsWrapApcWow64Thread(&context, &routine), STATUS_SUCCESS);
  CHECK(context == (PVOID)1 && routine == (PVOID)2);
}

static VOID Affinity(VOID) {
  PAFFINITY_TOKEN token = NULL;
  GROUP_AFFINITY first = {0}, none = {0}, now = {0};
  KAFFINITY all = KeQueryActiveProcessors();
  first.Mask = 1;
  FACT_EQ("ps-routines 4 PsAllocateAffinityToken: SUCCESS", PsAllocateAffinityToken(&token), STATUS_SUCCESS);
  CHECK(token != NULL);
  FACT_EQ("ps-routines 4 PsSetSystemMultipleGroupAffinityThread: SUCCESS", PsSetSystemMultipleGroupAffinityThread(&first, 1, token), STATUS_SUCCESS);
  FACT_EQ("ps-routines 4 PsSetSystemMultipleGroupAffinityThread: the thread runs where it was told", KeGetCurrentProcessorNumber(), 0);
  KeSetSystemGroupAffinityThread(&first, &now);
  FACT_EQ("ps-routines 4 PsSetSystemMultipleGroupAffinityThread: a system affinity is in force", now.Mask, 1);
  PsRevertToUserMultipleGroupAffinityThread(token);
  KeSetSystemGroupAffinityThread(&first, &now);
  FACT_EQ("ps-routines 4 PsRevertToUserMultipleGroupAffinityThread: the affinity before", now.Mask, 0);
  KeRevertToUserGroupAffinityThread(&now);
  FACT_EQ("ps-routines 4 PsSetSystemMultipleGroupAffinityThread: INVALID_PARAMETER without a processor", PsSetSystemMultipleGroupAffinityThread(&none, 1, token), STATUS_INVALID_PARAMETER);
  first.Mask = all << 1 | all;
  CHECK_EQ(PsSetSystemMultipleGroupAffinityThread(&first, 1, token), STATUS_INVALID_PARAMETER); // a processor that is not there
  CHECK_EQ(PsSetSystemMultipleGroupAffinityThread(&first, 0, token), STATUS_INVALID_PARAMETER);
  PsFreeAffinityToken(token);
}

static NTSTATUS Control(PDEVICE_OBJECT DeviceObject, PIRP Irp) {
  UNREFERENCED_PARAMETER(DeviceObject);
  Small();
  Affinity();
  Quota();
  return CompleteIrp(Irp, STATUS_SUCCESS, 0);
}

TEST_ENTRY {
  UNREFERENCED_PARAMETER(RegistryPath);
  DriverObject->DriverUnload = UnloadDevice;
  return MakeDevice(DriverObject, Control);
}
