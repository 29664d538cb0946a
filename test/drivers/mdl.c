// MDLs: nonpaged and locked paged memory, partial MDLs, pages of their own, probing; and the wrong uses.
#include "check.h"
LONG g_Failures;

TEST_ENTRY {
  PUCHAR buffer = ExAllocatePoolWithTag(NonPagedPool, 2 * PAGE_SIZE, 'tldM');
  buffer[5000] = 0x42;
  PMDL mdl = IoAllocateMdl(buffer, 2 * PAGE_SIZE, FALSE, FALSE, NULL);
  CHECK(mdl != NULL);
  MmBuildMdlForNonPagedPool(mdl);
  CHECK(MmGetSystemAddressForMdlSafe(mdl, NormalPagePriority) == buffer);
  CHECK_EQ(MmGetMdlByteCount(mdl), 2 * PAGE_SIZE);
  PMDL part = IoAllocateMdl(buffer + 5000, 16, FALSE, FALSE, NULL);
  IoBuildPartialMdl(mdl, part, buffer + 5000, 16);
  PUCHAR p = MmGetSystemAddressForMdlSafe(part, NormalPagePriority);
  CHECK_EQ(p[0], 0x42);
  CHECK_EQ(MmGetMdlPfnArray(part)[0], MmGetMdlPfnArray(mdl)[1]);
  IoFreeMdl(part);
  IoFreeMdl(mdl);
  CHECK_EQ(MmGetPhysicalAddress(buffer + PAGE_SIZE).QuadPart - MmGetPhysicalAddress(buffer).QuadPart, PAGE_SIZE);
  CHECK(MmIsAddressValid(buffer));
  ExFreePoolWithTag(buffer, 'tldM');
  CHECK(!MmIsAddressValid(buffer));

  // paged pool may be touched at DISPATCH_LEVEL while it is locked
  PULONG paged = ExAllocatePoolWithTag(PagedPool, 64, 'tldM');
  *paged = 7;
  mdl = IoAllocateMdl(paged, 64, FALSE, FALSE, NULL);
  MmProbeAndLockPages(mdl, KernelMode, IoModifyAccess);
  PULONG mapped = MmGetSystemAddressForMdlSafe(mdl, NormalPagePriority | MdlMappingNoExecute);
  CHECK(mapped != NULL);
  KIRQL old;
  KeRaiseIrql(DISPATCH_LEVEL, &old);
  CHECK_EQ(*mapped, 7);
  *mapped = 8;
  KeLowerIrql(old);
  CHECK_EQ(*paged, 8);
  MmUnlockPages(mdl);
  IoFreeMdl(mdl);
  ExFreePoolWithTag(paged, 'tldM');

  PHYSICAL_ADDRESS low = {0}, high, skip = {0};
  high.QuadPart = -1;
  mdl = MmAllocatePagesForMdl(low, high, skip, 3 * PAGE_SIZE);
  p = MmMapLockedPagesSpecifyCache(mdl, KernelMode, MmCached, NULL, FALSE, NormalPagePriority);
  CHECK_EQ(p[2 * PAGE_SIZE + 5], 0);
  MmUnmapLockedPages(p, mdl);
  MmFreePagesFromMdl(mdl);
  ExFreePool(mdl);

  NTSTATUS caught = 0;
  mdl = IoAllocateMdl((PVOID)0x10000, 64, FALSE, FALSE, NULL);
  __try {
    MmProbeAndLockPages(mdl, UserMode, IoReadAccess);
  } __except (EXCEPTION_EXECUTE_HANDLER) {
    caught = GetExceptionCode();
  }
  CHECK_EQ(caught, STATUS_ACCESS_VIOLATION);
  IoFreeMdl(mdl);
  caught = 0;
  __try {
    ProbeForRead(&caught, sizeof(caught), 1);
  } __except (EXCEPTION_EXECUTE_HANDLER) {
    caught = GetExceptionCode();
  }
  CHECK_EQ(caught, STATUS_ACCESS_VIOLATION);
  caught = 0;
  __try {
    ProbeForWrite((PVOID)0x10001, 4, 4);
  } __except (EXCEPTION_EXECUTE_HANDLER) {
    caught = GetExceptionCode();
  }
  CHECK_EQ(caught, STATUS_DATATYPE_MISALIGNMENT);
  CHECK_EQ((ULONG_PTR)MmUserProbeAddress, 0x7FFFFFFF0000);

  // pages picked from anywhere become one range
  PUCHAR pages = ExAllocatePoolWithTag(NonPagedPool, 4 * PAGE_SIZE, 'tldM');
  for (int i = 0; i < 4; i++) RtlFillMemory(pages + i * PAGE_SIZE, PAGE_SIZE, 'a' + i);
  FILE_SEGMENT_ELEMENT segments[3] = {{pages + 3 * PAGE_SIZE}, {pages}, {pages + PAGE_SIZE}};
  mdl = IoAllocateMdl(NULL, 3 * PAGE_SIZE, FALSE, FALSE, NULL);
  MmProbeAndLockSelectedPages(mdl, segments, KernelMode, IoModifyAccess);
  p = MmGetSystemAddressForMdlSafe(mdl, NormalPagePriority);
  CHECK_EQ(p[0], 'd');
  CHECK_EQ(p[PAGE_SIZE], 'a');
  CHECK_EQ(p[3 * PAGE_SIZE - 1], 'b');
  p[PAGE_SIZE + 1] = '!';
  CHECK_EQ(pages[1], '!');
  CHECK_EQ(MmProtectMdlSystemAddress(mdl, PAGE_READONLY), STATUS_SUCCESS);
  CHECK_EQ(MmProtectMdlSystemAddress(mdl, 0x80000), STATUS_INVALID_PAGE_PROTECTION);
  MmUnmapLockedPages(p, mdl);
  CHECK_EQ(MmProtectMdlSystemAddress(mdl, PAGE_READONLY), STATUS_NOT_MAPPED_VIEW);
  MmUnlockPages(mdl);
  IoFreeMdl(mdl);

  // a reserved mapping is used again and again
  PUCHAR reserved = MmAllocateMappingAddress(2 * PAGE_SIZE, 'tldM');
  CHECK(reserved != NULL && !MmIsAddressValid(reserved));
  for (int i = 0; i < 3; i++) {
    mdl = IoAllocateMdl(pages + i * PAGE_SIZE + 16, PAGE_SIZE, FALSE, FALSE, NULL);
    MmProbeAndLockPages(mdl, KernelMode, IoModifyAccess);
    p = MmMapLockedPagesWithReservedMapping(reserved, 'tldM', mdl, MmCached);
    CHECK(p == reserved + 16);
    CHECK_EQ(p[0], 'a' + i);
    p[1] = (UCHAR)i;
    MmUnmapReservedMapping(reserved, 'tldM', mdl);
    MmUnlockPages(mdl);
    CHECK_EQ(pages[i * PAGE_SIZE + 17], i);
    IoFreeMdl(mdl);
  }
  mdl = IoAllocateMdl(pages, 4 * PAGE_SIZE, FALSE, FALSE, NULL);
  MmBuildMdlForNonPagedPool(mdl);
  CHECK(MmMapLockedPagesWithReservedMapping(reserved, 'tldM', mdl, MmCached) == NULL); // too large
  IoFreeMdl(mdl);
  MmFreeMappingAddress(reserved, 'tldM');

  // advance: the first bytes are forgotten
  mdl = IoAllocateMdl(pages + 100, 2 * PAGE_SIZE, FALSE, FALSE, NULL);
  MmProbeAndLockPages(mdl, KernelMode, IoReadAccess);
  CHECK_EQ(MmAdvanceMdl(mdl, PAGE_SIZE), STATUS_SUCCESS);
  CHECK_EQ(MmGetMdlByteCount(mdl), PAGE_SIZE);
  CHECK(MmGetMdlVirtualAddress(mdl) == pages + PAGE_SIZE + 100);
  CHECK_EQ(MmAdvanceMdl(mdl, PAGE_SIZE), STATUS_INVALID_PARAMETER);
  MmUnlockPages(mdl);
  IoFreeMdl(mdl);
  ExFreePoolWithTag(pages, 'tldM');

  UNICODE_STRING name = RTL_CONSTANT_STRING(L"IoFreeMdl");
  CHECK(MmGetSystemRoutineAddress(&name) == (PVOID)(ULONG_PTR)IoFreeMdl);
  return RESULT();
}

BAD(BuildForPagedPool, 0xC4, 0x140) {
  PVOID p = ExAllocatePoolWithTag(PagedPool, 64, 'tldM');
  PMDL mdl = IoAllocateMdl(p, 64, FALSE, FALSE, NULL);
  MmBuildMdlForNonPagedPool(mdl);
  return STATUS_SUCCESS;
}
BAD(UnlockTwice, 0x76, 1) {
  PVOID p = ExAllocatePoolWithTag(PagedPool, 64, 'tldM');
  PMDL mdl = IoAllocateMdl(p, 64, FALSE, FALSE, NULL);
  MmProbeAndLockPages(mdl, KernelMode, IoReadAccess);
  MmUnlockPages(mdl);
  MmUnlockPages(mdl);
  return STATUS_SUCCESS;
}
BAD(UnlockedPagedAtDispatch, 0xD1, -1) {
  volatile ULONG *p = ExAllocatePoolWithTag(PagedPool, 64, 'tldM');
  PMDL mdl = IoAllocateMdl((PVOID)p, 64, FALSE, FALSE, NULL);
  MmProbeAndLockPages(mdl, KernelMode, IoReadAccess);
  MmUnlockPages(mdl);
  KIRQL old;
  KeRaiseIrql(DISPATCH_LEVEL, &old);
  return (NTSTATUS)*p;
}
BAD(MapUnlocked, 0xC4, 0xB5) {
  PVOID p = ExAllocatePoolWithTag(PagedPool, 64, 'tldM');
  PMDL mdl = IoAllocateMdl(p, 64, FALSE, FALSE, NULL);
  return MmGetSystemAddressForMdlSafe(mdl, NormalPagePriority) != NULL ? STATUS_SUCCESS : STATUS_UNSUCCESSFUL;
}
BAD(TargetTooSmall, 0x40, -1) {
  PVOID p = ExAllocatePoolWithTag(NonPagedPool, 4 * PAGE_SIZE, 'tldM');
  PMDL mdl = IoAllocateMdl(p, 4 * PAGE_SIZE, FALSE, FALSE, NULL), part = IoAllocateMdl(p, 16, FALSE, FALSE, NULL);
  MmBuildMdlForNonPagedPool(mdl);
  IoBuildPartialMdl(mdl, part, p, 4 * PAGE_SIZE);
  return STATUS_SUCCESS;
}
BAD(UnhandledProbe, 0x7E, 0xC0000005) {
  ProbeForRead((PVOID)(ULONG_PTR)0xFFFF800000000000, 8, 1);
  return STATUS_SUCCESS;
}
BAD(ReservedWrongTag, 0xDA, 0x102) {
  PVOID reserved = MmAllocateMappingAddress(PAGE_SIZE, 'tldM');
  MmFreeMappingAddress(reserved, 'oooM');
  return STATUS_SUCCESS;
}
BAD(ReservedTouched, 0x50, -1) {
  PULONG reserved = MmAllocateMappingAddress(PAGE_SIZE, 'tldM');
  return (NTSTATUS)*reserved;
}
BAD(ReservedMappedTwice, 0xDA, 0x105) {
  PVOID p = ExAllocatePoolWithTag(NonPagedPool, 64, 'tldM'), reserved = MmAllocateMappingAddress(2 * PAGE_SIZE, 'tldM');
  PMDL mdl = IoAllocateMdl(p, 64, FALSE, FALSE, NULL);
  MmBuildMdlForNonPagedPool(mdl);
  MmMapLockedPagesWithReservedMapping(reserved, 'tldM', mdl, MmCached);
  MmMapLockedPagesWithReservedMapping(reserved, 'tldM', mdl, MmCached);
  return STATUS_SUCCESS;
}
