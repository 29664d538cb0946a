// Memory of special kinds and questions about memory: physical and contiguous memory, MDLs over pages of nobody, copying with faults caught, patterns.
#include "check.h"
LONG g_Failures;
static ULONG g_Here = 0x600DF00D;

static VOID Physical(VOID) {
  PHYSICAL_ADDRESS at = MmGetPhysicalAddress(&g_Here), low = {0}, high, none = {0};
  PPHYSICAL_MEMORY_RANGE ranges = MmGetPhysicalMemoryRanges();
  PUCHAR p;
  ULONG i;
  BOOLEAN inside = FALSE;
  FACT("documentation MmGetVirtualForPhysical: back from MmGetPhysicalAddress", MmGetVirtualForPhysical(at) == &g_Here);
  FACT("documentation MmGetPhysicalMemoryRanges: ends in a range of no bytes", ranges != NULL && ranges[0].NumberOfBytes.QuadPart > 0);
  for (i = 0; ranges[i].NumberOfBytes.QuadPart != 0; i++)
    if (at.QuadPart >= ranges[i].BaseAddress.QuadPart && at.QuadPart < ranges[i].BaseAddress.QuadPart + ranges[i].NumberOfBytes.QuadPart) inside = TRUE;
  FACT("documentation MmGetPhysicalMemoryRanges: what backs the driver's data is in one of them", inside);
  ExFreePool(ranges);
  ranges = MmGetPhysicalMemoryRangesEx(NULL);
  FACT("documentation MmGetPhysicalMemoryRangesEx: of the system partition", ranges != NULL && ranges[0].NumberOfBytes.QuadPart > 0);
  ExFreePool(ranges);
  high.QuadPart = MAXLONGLONG;
  p = MmAllocateContiguousMemory(3 * PAGE_SIZE, high);
  FACT("documentation MmAllocateContiguousMemory: on a page boundary", p != NULL && ((ULONG_PTR)p & (PAGE_SIZE - 1)) == 0);
  FACT("documentation MmAllocateContiguousMemory: physically contiguous", MmGetPhysicalAddress(p + 2 * PAGE_SIZE).QuadPart == MmGetPhysicalAddress(p).QuadPart + 2 * PAGE_SIZE);
  high.QuadPart = MmGetPhysicalAddress(p).QuadPart;
  MmFreeContiguousMemory(p);
  high.QuadPart = PAGE_SIZE - 1;
  FACT("documentation MmAllocateContiguousMemory: NULL if nothing lies below the highest address", MmAllocateContiguousMemory(2 * PAGE_SIZE, high) == NULL);
  high.QuadPart = MAXLONGLONG;
  p = MmAllocateContiguousMemorySpecifyCache(100, low, high, none, MmCached);
  FACT("documentation MmAllocateContiguousMemorySpecifyCache: whole pages", p != NULL && ((ULONG_PTR)p & (PAGE_SIZE - 1)) == 0);
  p[PAGE_SIZE - 1] = 1;
  MmFreeContiguousMemorySpecifyCache(p, 100, MmCached);
  low.QuadPart = MAXLONGLONG - PAGE_SIZE;
  FACT("documentation MmAllocateContiguousMemorySpecifyCache: NULL if nothing lies above the lowest address", MmAllocateContiguousMemorySpecifyCache(100, low, high, none, MmCached) == NULL);
  low.QuadPart = 0;
  p = MmAllocateContiguousNodeMemory(PAGE_SIZE, low, high, none, PAGE_READWRITE, 0);
  FACT("documentation MmAllocateContiguousNodeMemory: memory of a node", p != NULL);
  MmFreeContiguousMemory(p);
  p = MmAllocateNonCachedMemory(10);
  FACT("documentation MmAllocateNonCachedMemory: whole pages", p != NULL && ((ULONG_PTR)p & (PAGE_SIZE - 1)) == 0);
  MmFreeNonCachedMemory(p, 10);
}

static VOID Pages(VOID) {
  PHYSICAL_ADDRESS low = {0}, high, skip = {0};
  PMDL mdl;
  PUCHAR p;
  high.QuadPart = MAXLONGLONG;
  mdl = MmAllocatePagesForMdlEx(low, high, skip, 2 * PAGE_SIZE + 1, MmCached, 0);
  FACT("documentation MmAllocatePagesForMdlEx: whole pages", mdl != NULL && MmGetMdlByteCount(mdl) >= 2 * PAGE_SIZE + 1 && MmGetMdlByteOffset(mdl) == 0);
  FACT("documentation MmAllocatePagesForMdlEx: locked", (mdl->MdlFlags & MDL_PAGES_LOCKED) != 0);
  p = MmMapLockedPagesSpecifyCache(mdl, KernelMode, MmCached, NULL, FALSE, NormalPagePriority);
  FACT("documentation MmAllocatePagesForMdlEx: zeroed", p != NULL && p[0] == 0 && p[2 * PAGE_SIZE] == 0);
  p[2 * PAGE_SIZE] = 7;
  MmUnmapLockedPages(p, mdl);
  p = MmMapLockedPages(mdl, KernelMode);
  FACT("documentation MmMapLockedPages: the same pages again", p != NULL && p[2 * PAGE_SIZE] == 7);
  MmUnmapLockedPages(p, mdl);
  MmFreePagesFromMdl(mdl);
  ExFreePool(mdl);
  FACT("documentation MmSizeOfMdl: a header and a frame number for each page touched", MmSizeOfMdl((PVOID)(PAGE_SIZE - 1), 2) == sizeof(MDL) + 2 * sizeof(PFN_NUMBER));
  FACT("documentation MmSizeOfMdl: one page", MmSizeOfMdl((PVOID)PAGE_SIZE, PAGE_SIZE) == sizeof(MDL) + sizeof(PFN_NUMBER));
}

static VOID Copy(VOID) {
  UCHAR to[16] = {0};
  SIZE_T n = 99;
  MM_COPY_ADDRESS from;
  PUCHAR freed = ExAllocatePoolWithTag(NonPagedPool, PAGE_SIZE, 'eerF');
  from.VirtualAddress = &g_Here;
  FACT("documentation MmCopyMemory: from a virtual address", MmCopyMemory(to, from, 4, MM_COPY_MEMORY_VIRTUAL, &n) == STATUS_SUCCESS && n == 4 && *(PULONG)to == 0x600DF00D);
  from.PhysicalAddress = MmGetPhysicalAddress(&g_Here);
  to[0] = 0;
  FACT("documentation MmCopyMemory: from a physical address", MmCopyMemory(to, from, 4, MM_COPY_MEMORY_PHYSICAL, &n) == STATUS_SUCCESS && *(PULONG)to == 0x600DF00D);
  FACT("documentation MmCopyMemory: one kind or the other", !NT_SUCCESS(MmCopyMemory(to, from, 4, MM_COPY_MEMORY_VIRTUAL | MM_COPY_MEMORY_PHYSICAL, &n)));
  ExFreePoolWithTag(freed, 'eerF');
  from.VirtualAddress = (PVOID)0xFFFF900000000000;
  FACT("documentation MmCopyMemory: an address that is not there is a status", !NT_SUCCESS(MmCopyMemory(to, from, 4, MM_COPY_MEMORY_VIRTUAL, &n)) && n == 0);
  FACT("documentation MmIsNonPagedSystemAddressValid: data of a driver", MmIsNonPagedSystemAddressValid(&g_Here) && !MmIsNonPagedSystemAddressValid((PVOID)0xFFFF900000000000));
  PVOID paged = ExAllocatePoolWithTag(PagedPool, 16, 'gaP ');
  FACT("documentation MmIsNonPagedSystemAddressValid: FALSE for paged memory", !MmIsNonPagedSystemAddressValid(paged) && MmIsAddressValid(paged));
  ExFreePoolWithTag(paged, 'gaP ');
}

static VOID Patterns(VOID) {
  ULONG words[6] = {0};
  ULONGLONG longs[2];
  UCHAR copy[24];
  RtlFillMemoryUlong(words, 20, 0xABCD1234);
  FACT("documentation RtlFillMemoryUlong: whole ULONGs", words[0] == 0xABCD1234 && words[4] == 0xABCD1234 && words[5] == 0);
  FACT("documentation RtlCompareMemoryUlong: bytes that match the pattern", RtlCompareMemoryUlong(words, 24, 0xABCD1234) == 20 && RtlCompareMemoryUlong(words, 24, 0) == 0);
  RtlFillMemoryUlonglong(longs, 16, 0x123456789ABCDEF0ULL);
  FACT("documentation RtlFillMemoryUlonglong: whole ULONGLONGs", longs[0] == 0x123456789ABCDEF0ULL && longs[1] == longs[0]);
  RtlCopyMemoryNonTemporal(copy, words, 24);
  FACT("documentation RtlCopyMemoryNonTemporal: copies", RtlEqualMemory(copy, words, 24));
  RtlFillMemoryNonTemporal(copy, 20, 0x5A);
  FACT("documentation RtlFillMemoryNonTemporal: fills", copy[0] == 0x5A && copy[19] == 0x5A && copy[20] == 0);
  RtlZeroMemory(copy, 24);
  FACT("documentation RtlIsZeroMemory: all bytes are 0", RtlIsZeroMemory(copy, 24));
  copy[23] = 1;
  FACT("documentation RtlIsZeroMemory: one is not", !RtlIsZeroMemory(copy, 24) && RtlIsZeroMemory(copy, 23));
  FACT("documentation RtlCrc32: CRC-32 of the check string", RtlCrc32("123456789", 9, 0) == 0xCBF43926);
}

TEST_ENTRY {
  UNICODE_STRING nt = RTL_CONSTANT_STRING(L"ntoskrnl.exe"), other = RTL_CONSTANT_STRING(L"nosuch.sys");
  Physical();
  Pages();
  Copy();
  Patterns();
  FACT("documentation MmGetSystemRoutineAddressEx: a routine of the module", MmGetSystemRoutineAddressEx(&nt, "IoFreeMdl") == (PVOID)(ULONG_PTR)IoFreeMdl);
  FACT("documentation MmGetSystemRoutineAddressEx: NULL for what is not there", MmGetSystemRoutineAddressEx(&nt, "NoSuchRoutine") == NULL && MmGetSystemRoutineAddressEx(&other, "IoFreeMdl") == NULL);
  return RESULT();
}
