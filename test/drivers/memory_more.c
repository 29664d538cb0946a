// More of memory: contiguous memory by status and by node, reserved mappings, MDLs that a driver makes itself, device memory that is not there, questions.
#include "check.h"
LONG g_Failures;

TEST_ENTRY {
  PHYSICAL_ADDRESS low = {0}, high, none = {0}, device;
  SIZE_T size = 3 * PAGE_SIZE;
  PVOID at = NULL, p;
  PMDL mdl, own;
  PPHYSICAL_MEMORY_RANGE ranges;
  ULONG flags = 1;
  high.QuadPart = MAXLONGLONG;
  FACT("documentation MmAllocateContiguousMemoryEx: a status, and where", MmAllocateContiguousMemoryEx(&size, low, high, none, MM_ANY_NODE_OK, PAGE_READWRITE, NULL, 'noC ', 0, &at) == STATUS_SUCCESS && at != NULL && ((ULONG_PTR)at & (PAGE_SIZE - 1)) == 0);
  MmFreeContiguousMemory(at);
  high.QuadPart = 1;
  FACT("documentation MmAllocateContiguousMemoryEx: an error and NULL if there is none", !NT_SUCCESS(MmAllocateContiguousMemoryEx(&size, low, high, none, MM_ANY_NODE_OK, PAGE_READWRITE, NULL, 'noC ', 0, &at)) && at == NULL);
  high.QuadPart = MAXLONGLONG;
  p = MmAllocateContiguousMemorySpecifyCacheNode(PAGE_SIZE, low, high, none, MmCached, MM_ANY_NODE_OK);
  FACT("documentation MmAllocateContiguousMemorySpecifyCacheNode: memory", p != NULL);
  MmFreeContiguousMemorySpecifyCache(p, PAGE_SIZE, MmCached);
  mdl = MmAllocateNodePagesForMdlEx(low, high, none, PAGE_SIZE, MmCached, 0, 0);
  FACT("documentation MmAllocateNodePagesForMdlEx: pages", mdl != NULL && MmGetMdlByteCount(mdl) == PAGE_SIZE);
  FACT("documentation MmAreMdlPagesCached: ordinary memory is", MmAreMdlPagesCached(mdl));
  p = MmMapLockedPagesSpecifyCache_NXOptIn(mdl, KernelMode, MmCached, NULL, FALSE, NormalPagePriority);
  FACT("documentation MmMapLockedPagesSpecifyCache: mapped", p != NULL && *(PULONG)p == 0);
  MmUnmapLockedPages(p, mdl);
  MmFreePagesFromMdlEx(mdl, 0);
  ExFreePool(mdl);
  p = MmAllocateMappingAddressEx(2 * PAGE_SIZE, 'paM ', 0);
  FACT("documentation MmAllocateMappingAddressEx: addresses without memory", p != NULL && !MmIsAddressValid(p));
  MmFreeMappingAddress(p, 'paM ');
  p = ExAllocatePoolWithTag(NonPagedPoolNx, 100, 'fubM');
  own = MmCreateMdl(NULL, p, 100);
  FACT("documentation MmCreateMdl: describes the buffer", own != NULL && MmGetMdlVirtualAddress(own) == p && MmGetMdlByteCount(own) == 100);
  ExFreePool(own);
  ExFreePoolWithTag(p, 'fubM');
  ranges = MmGetPhysicalMemoryRangesEx2(NULL, 0);
  FACT("documentation MmGetPhysicalMemoryRangesEx2: ranges", ranges != NULL && ranges[0].NumberOfBytes.QuadPart > 0);
  ExFreePool(ranges);
  device.QuadPart = 0xFEE0000000LL;
  p = MmMapIoSpaceEx(device, PAGE_SIZE, PAGE_READWRITE);
  FACT("documentation MmMapIoSpaceEx: NULL if it cannot be mapped", p == NULL);
  FACT("documentation MmMapVideoDisplay: NULL if it cannot be mapped", MmMapVideoDisplay(device, PAGE_SIZE, MmNonCached) == NULL);
  FACT("documentation MmIsIoSpaceActive: nobody has mapped it", !MmIsIoSpaceActive(device, PAGE_SIZE));
  FACT("documentation MmQuerySystemSize: one of three", MmQuerySystemSize() <= MmLargeSystem);
  FACT("documentation MmIsThisAnNtAsSystem: a workstation is none", !MmIsThisAnNtAsSystem());
  FACT("documentation MmIsRecursiveIoFault: no fault is being served", !MmIsRecursiveIoFault());
  // the machine of the tests runs with Driver Verifier
  FACT("documentation MmIsVerifierEnabled: STATUS_SUCCESS and the options", MmIsVerifierEnabled(&flags) == STATUS_SUCCESS && (flags & 1) != 0);
  FACT("documentation MmIsDriverVerifyingByAddress: code of a driver, no other memory", MmIsDriverVerifyingByAddress((PVOID)(ULONG_PTR)DriverEntry) && !MmIsDriverVerifyingByAddress(&flags));
  return RESULT();
}
