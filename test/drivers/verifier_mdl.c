// MDLs as Driver Verifier looks at them: states that a routine cannot work with, and IRQLs that are too high.
// every run: verifier standard
#include "check.h"
LONG g_Failures;

static PMDL Nonpaged(void) {
  PMDL mdl = IoAllocateMdl(ExAllocatePoolWithTag(NonPagedPoolNx, 64, 'ldmV'), 64, FALSE, FALSE, NULL);
  MmBuildMdlForNonPagedPool(mdl);
  return mdl;
}
static PMDL Paged(void) { return IoAllocateMdl(ExAllocatePoolWithTag(PagedPool, 64, 'ldmV'), 64, FALSE, FALSE, NULL); }
static PMDL Locked(void) {
  PMDL mdl = Paged();
  MmProbeAndLockPages(mdl, KernelMode, IoReadAccess);
  return mdl;
}
static void High(void) {
  KIRQL old;
  KeRaiseIrql(HIGH_LEVEL, &old);
}

TEST_ENTRY {
  PMDL mdl = Locked();
  KIRQL old;
  FACT("bugchecks 8 0xB8: a locked MDL is mapped", MmGetSystemAddressForMdlSafe(mdl, NormalPagePriority) != NULL);
  KeRaiseIrql(DISPATCH_LEVEL, &old);
  MmUnlockPages(mdl);
  KeLowerIrql(old);
  FACT_EQ("bugchecks 8 0x78: MmUnlockPages at DISPATCH_LEVEL is right, and ends the mapping", mdl->MdlFlags & (MDL_PAGES_LOCKED | MDL_MAPPED_TO_SYSTEM_VA), 0);
  IoFreeMdl(mdl);
  return RESULT();
}

BAD(UnlockNeverLocked, 0xC4, 0x7C) {
  PMDL mdl = Paged();
  EXPECT_STOP("bugchecks 8 0x7C: MmUnlockPages of an MDL that was never locked", 0xC4, 0x7C, mdl, mdl->MdlFlags, 0);
  MmUnlockPages(mdl);
  return STATUS_SUCCESS;
}
BAD(UnlockNonpaged, 0xC4, 0x7D) {
  PMDL mdl = Nonpaged();
  EXPECT_STOP("bugchecks 8 0x7D: MmUnlockPages of nonpaged pool", 0xC4, 0x7D, mdl, mdl->MdlFlags, 0);
  MmUnlockPages(mdl);
  return STATUS_SUCCESS;
}
BAD(UnlockPartial, 0xC4, 0xB4) {
  PMDL mdl = Locked();
  PMDL part = IoAllocateMdl(MmGetMdlVirtualAddress(mdl), 16, FALSE, FALSE, NULL);
  IoBuildPartialMdl(mdl, part, MmGetMdlVirtualAddress(mdl), 16);
  EXPECT_STOP("bugchecks 8 0xB4: MmUnlockPages of a partial MDL", 0xC4, 0xB4, part, part->MdlFlags, MDL_PARTIAL);
  MmUnlockPages(part);
  return STATUS_SUCCESS;
}
BAD(LockTwice, 0xC4, 0xB0) {
  PMDL mdl = Locked();
  EXPECT_STOP("bugchecks 8 0xB0: MmProbeAndLockPages of a locked MDL", 0xC4, 0xB0, mdl, mdl->MdlFlags, MDL_PAGES_LOCKED);
  MmProbeAndLockPages(mdl, KernelMode, IoReadAccess);
  return STATUS_SUCCESS;
}
BAD(LockProcessNonpaged, 0xC4, 0xB1) {
  PMDL mdl = Nonpaged();
  EXPECT_STOP("bugchecks 8 0xB1: MmProbeAndLockProcessPages of nonpaged pool", 0xC4, 0xB1, mdl, mdl->MdlFlags, MDL_SOURCE_IS_NONPAGED_POOL);
  MmProbeAndLockProcessPages(mdl, (PEPROCESS)&g_Failures, KernelMode, IoReadAccess);
  return STATUS_SUCCESS;
}
BAD(FreeMapped, 0xC4, 0xB8) {
  PMDL mdl = Locked();
  MmGetSystemAddressForMdlSafe(mdl, NormalPagePriority);
  EXPECT_STOP("bugchecks 8 0xB8: IoFreeMdl of an MDL that is mapped", 0xC4, 0xB8, mdl, mdl->MdlFlags, 0);
  IoFreeMdl(mdl);
  return STATUS_SUCCESS;
}

// the IRQL, where no rule of ddi-compliance names it
// verifier none miscellaneous on
BAD(LockHigh, 0xC4, 0x70) {
  PMDL mdl = Paged();
  High();
  EXPECT_STOP("bugchecks 8 0x70: MmProbeAndLockPages above DISPATCH_LEVEL", 0xC4, 0x70, HIGH_LEVEL, mdl, KernelMode);
  MmProbeAndLockPages(mdl, KernelMode, IoReadAccess);
  return STATUS_SUCCESS;
}
// verifier none miscellaneous on
BAD(LockProcessHigh, 0xC4, 0x71) {
  PMDL mdl = Paged();
  PEPROCESS process = (PEPROCESS)&g_Failures; // nobody looks at it
  High();
  EXPECT_STOP("bugchecks 8 0x71: MmProbeAndLockProcessPages above DISPATCH_LEVEL", 0xC4, 0x71, HIGH_LEVEL, mdl, process);
  MmProbeAndLockProcessPages(mdl, process, KernelMode, IoReadAccess);
  return STATUS_SUCCESS;
}
// verifier none miscellaneous on
BAD(LockSelectedHigh, 0xC4, 0x72) {
  PMDL mdl = Paged();
  High();
  EXPECT_STOP("bugchecks 8 0x72: MmProbeAndLockSelectedPages above DISPATCH_LEVEL", 0xC4, 0x72, HIGH_LEVEL, mdl, ANY);
  MmProbeAndLockSelectedPages(mdl, NULL, KernelMode, IoReadAccess);
  return STATUS_SUCCESS;
}
// verifier none miscellaneous on
BAD(MapIoHigh, 0xC4, 0x73) {
  PHYSICAL_ADDRESS at = {.QuadPart = 0xFED00000};
  High();
  EXPECT_STOP("bugchecks 8 0x73: MmMapIoSpace above DISPATCH_LEVEL", 0xC4, 0x73, HIGH_LEVEL, 0xFED00000, PAGE_SIZE);
  MmMapIoSpace(at, PAGE_SIZE, MmNonCached);
  return STATUS_SUCCESS;
}
// verifier none miscellaneous on
BAD(MapHigh, 0xC4, 0x74) {
  PMDL mdl = Locked();
  High();
  EXPECT_STOP("bugchecks 8 0x74: MmMapLockedPages in kernel mode above DISPATCH_LEVEL", 0xC4, 0x74, HIGH_LEVEL, mdl, KernelMode);
  MmMapLockedPages(mdl, KernelMode);
  return STATUS_SUCCESS;
}
// verifier none miscellaneous on
BAD(MapUserAtDispatch, 0xC4, 0x75) {
  PMDL mdl = Locked();
  KeRaiseIrqlToDpcLevel();
  EXPECT_STOP("bugchecks 8 0x75: MmMapLockedPages in user mode above APC_LEVEL", 0xC4, 0x75, DISPATCH_LEVEL, mdl, UserMode);
  MmMapLockedPages(mdl, UserMode);
  return STATUS_SUCCESS;
}
// verifier none miscellaneous on
BAD(MapCacheHigh, 0xC4, 0x76) {
  PMDL mdl = Locked();
  High();
  EXPECT_STOP("bugchecks 8 0x76: MmMapLockedPagesSpecifyCache in kernel mode above DISPATCH_LEVEL", 0xC4, 0x76, HIGH_LEVEL, mdl, KernelMode);
  MmMapLockedPagesSpecifyCache(mdl, KernelMode, MmCached, NULL, FALSE, NormalPagePriority);
  return STATUS_SUCCESS;
}
// verifier none miscellaneous on
BAD(MapCacheUserAtDispatch, 0xC4, 0x77) {
  PMDL mdl = Locked();
  KeRaiseIrqlToDpcLevel();
  EXPECT_STOP("bugchecks 8 0x77: MmMapLockedPagesSpecifyCache in user mode above APC_LEVEL", 0xC4, 0x77, DISPATCH_LEVEL, mdl, UserMode);
  MmMapLockedPagesSpecifyCache(mdl, UserMode, MmCached, NULL, FALSE, NormalPagePriority);
  return STATUS_SUCCESS;
}
// verifier none miscellaneous on
BAD(UnlockHigh, 0xC4, 0x78) {
  PMDL mdl = Locked();
  High();
  EXPECT_STOP("bugchecks 8 0x78: MmUnlockPages above DISPATCH_LEVEL", 0xC4, 0x78, HIGH_LEVEL, mdl, 0);
  MmUnlockPages(mdl);
  return STATUS_SUCCESS;
}
// verifier none miscellaneous on
BAD(UnmapHigh, 0xC4, 0x79) {
  PMDL mdl = Locked();
  PVOID at = MmGetSystemAddressForMdlSafe(mdl, NormalPagePriority);
  High();
  EXPECT_STOP("bugchecks 8 0x79: MmUnmapLockedPages in kernel mode above DISPATCH_LEVEL", 0xC4, 0x79, HIGH_LEVEL, at, mdl);
  MmUnmapLockedPages(at, mdl);
  return STATUS_SUCCESS;
}
// verifier none miscellaneous on
BAD(UnmapUserAtDispatch, 0xC4, 0x7A) {
  PMDL mdl = Locked();
  KeRaiseIrqlToDpcLevel();
  EXPECT_STOP("bugchecks 8 0x7A: MmUnmapLockedPages in user mode above APC_LEVEL", 0xC4, 0x7A, DISPATCH_LEVEL, 0x7FF60000, mdl);
  MmUnmapLockedPages((PVOID)0x7FF60000, mdl);
  return STATUS_SUCCESS;
}
// verifier none miscellaneous on
BAD(UnmapIoAtDispatch, 0xC4, 0x7B) {
  PUCHAR at = ExAllocatePoolWithTag(NonPagedPoolNx, 64, 'ldmV');
  KeRaiseIrqlToDpcLevel();
  EXPECT_STOP("bugchecks 8 0x7B: MmUnmapIoSpace above APC_LEVEL", 0xC4, 0x7B, DISPATCH_LEVEL, at, 64);
  MmUnmapIoSpace(at, 64);
  return STATUS_SUCCESS;
}
// verifier none miscellaneous on
BAD(PagesHigh, 0xC4, 0x7E) {
  PHYSICAL_ADDRESS none = {0}, all = {.QuadPart = -1};
  High();
  EXPECT_STOP("bugchecks 8 0x7E: MmAllocatePagesForMdl above DISPATCH_LEVEL", 0xC4, 0x7E, HIGH_LEVEL, DISPATCH_LEVEL, 0);
  MmAllocatePagesForMdl(none, all, none, PAGE_SIZE);
  return STATUS_SUCCESS;
}
