// Pool as Driver Verifier looks at it: its codes (0xC4, 0xC1), and what the same mistakes are with options off (0xC2, 0x19, or nothing).
// every run: verifier standard
#include "check.h"
LONG g_Failures;

// verifier none
TEST_ENTRY {
  // neighbours in one page: nobody looks
  PUCHAR a = ExAllocatePoolWithTag(NonPagedPool, 24, 'gniN');
  PVOID tagless = ExAllocatePoolWithTag(NonPagedPool, 24, 0);
  FACT("bugchecks 7 0x9B: tag 0 is refused only while drivers are verified", tagless != NULL);
  a[24] = 1;
  ExFreePool(a);
  FACT("verification-rules 1 pool tracking off: bytes behind the end are not looked at", TRUE);
  FACT_EQ("verification-rules 1 special pool off: freed memory can be read", a[0] == a[0], TRUE);
  ExFreePool(tagless);
  return RESULT();
}

static PVOID Block(ULONG bytes) { return ExAllocatePoolWithTag(NonPagedPool, bytes, 'gTrV'); }

BAD(ZeroBytes, 0xC4, 0) {
  EXPECT_STOP("bugchecks 8 0x00: zero-byte allocation", 0xC4, 0, PASSIVE_LEVEL, PagedPool, 0);
  ExAllocatePoolWithTag(PagedPool, 0, 'gTrV');
  return STATUS_SUCCESS;
}
BAD(PagedAtDispatch, 0xC4, 1) {
  KeRaiseIrqlToDpcLevel();
  EXPECT_STOP("bugchecks 8 0x01: paged allocation above APC_LEVEL", 0xC4, 1, DISPATCH_LEVEL, PagedPool, 40);
  ExAllocatePoolWithTag(PagedPool, 40, 'gTrV');
  return STATUS_SUCCESS;
}
BAD(NonPagedAtHigh, 0xC4, 2) {
  KIRQL old;
  KeRaiseIrql(HIGH_LEVEL, &old);
  EXPECT_STOP("bugchecks 8 0x02: nonpaged allocation above DISPATCH_LEVEL", 0xC4, 2, HIGH_LEVEL, NonPagedPoolNx, 40);
  ExAllocatePoolWithTag(NonPagedPoolNx, 40, 'gTrV');
  return STATUS_SUCCESS;
}
BAD(FreeGlobal, 0xC4, 0x10) {
  static LONG global;
  EXPECT_STOP("bugchecks 8 0x10: free of an address never allocated", 0xC4, 0x10, &global, 0, 0);
  ExFreePool(&global);
  return STATUS_SUCCESS;
}
BAD(FreeMiddle, 0xC4, 0x10) {
  PUCHAR p = Block(64);
  EXPECT_STOP("bugchecks 8 0x10: free of an address inside a block", 0xC4, 0x10, p + 16, 0, 0);
  ExFreePool(p + 16);
  return STATUS_SUCCESS;
}
BAD(PagedFreeAtDispatch, 0xC4, 0x11) {
  PVOID p = ExAllocatePoolWithTag(PagedPool, 40, 'gTrV');
  KeRaiseIrqlToDpcLevel();
  EXPECT_STOP("bugchecks 8 0x11: paged free above APC_LEVEL", 0xC4, 0x11, DISPATCH_LEVEL, PagedPool, p);
  ExFreePool(p);
  return STATUS_SUCCESS;
}
BAD(NonPagedFreeAtHigh, 0xC4, 0x12) {
  PVOID p = Block(40);
  KIRQL old;
  KeRaiseIrql(HIGH_LEVEL, &old);
  EXPECT_STOP("bugchecks 8 0x12: nonpaged free above DISPATCH_LEVEL", 0xC4, 0x12, HIGH_LEVEL, NonPagedPool, p);
  ExFreePool(p);
  return STATUS_SUCCESS;
}
BAD(FreeTwice, 0xC4, 0x13) {
  PVOID p = Block(40);
  ExFreePool(p);
  EXPECT_STOP("bugchecks 8 0x13: double free", 0xC4, 0x13, ANY, p, 'gTrV');
  ExFreePool(p);
  return STATUS_SUCCESS;
}
BAD(FreeTimer, 0xC4, 0x15) {
  LARGE_INTEGER later = {.QuadPart = -10000000};
  PKTIMER timer = ExAllocatePoolWithTag(NonPagedPoolNx, sizeof *timer, 'gTrV');
  KeInitializeTimer(timer);
  KeSetTimer(timer, later, NULL);
  EXPECT_STOP("bugchecks 8 0x15: freeing pool with an active timer", 0xC4, 0x15, timer, NonPagedPool, timer);
  ExFreePool(timer);
  return STATUS_SUCCESS;
}
BAD(FreeNull, 0xC4, 0x16) {
  EXPECT_STOP("bugchecks 8 0x16: free at a bad address", 0xC4, 0x16, 0, NULL, 0);
  ExFreePool(NULL);
  return STATUS_SUCCESS;
}
BAD(FreeUser, 0xC4, 0x16) {
  EXPECT_STOP("bugchecks 8 0x16: free of a user-mode address", 0xC4, 0x16, 0, 0x7FF60000, 0);
  ExFreePool((PVOID)0x7FF60000);
  return STATUS_SUCCESS;
}
// verifier standard special-pool off
BAD(TrackedOverrun, 0xC4, 0x51) {
  PUCHAR p = Block(20);
  p[20] = 1;
  EXPECT_STOP("bugchecks 8 0x51: overrun found at free by pool tracking", 0xC4, 0x51, p, p + 20, 20);
  ExFreePool(p);
  return STATUS_SUCCESS;
}

// special pool alone
// verifier none special-pool on
BAD(SpecialAllocateIrql, 0xC1, -1) {
  KeRaiseIrqlToDpcLevel();
  EXPECT_STOP("bugchecks 1 0xC1/0x30: allocation at a wrong IRQL", 0xC1, DISPATCH_LEVEL, PagedPool, 40, 0x30);
  ExAllocatePoolWithTag(PagedPool, 40, 'gTrV');
  return STATUS_SUCCESS;
}
// verifier none special-pool on
BAD(SpecialFreeIrql, 0xC1, -1) {
  PVOID p = ExAllocatePoolWithTag(PagedPool, 40, 'gTrV');
  KeRaiseIrqlToDpcLevel();
  EXPECT_STOP("bugchecks 1 0xC1/0x31: free at a wrong IRQL", 0xC1, DISPATCH_LEVEL, PagedPool, p, 0x31);
  ExFreePool(p);
  return STATUS_SUCCESS;
}
// verifier none special-pool on
BAD(SpecialFreeMiddle, 0xC1, -1) {
  PUCHAR p = Block(64);
  EXPECT_STOP("bugchecks 1 0xC1/0x21: bad address; bytes requested, bytes given", 0xC1, p + 16, 64, PAGE_SIZE, 0x21);
  ExFreePool(p + 16);
  return STATUS_SUCCESS;
}
// verifier none special-pool on
BAD(SpecialFreeGuard, 0xC1, -1) {
  PUCHAR p = ExAllocatePoolWithTag(NonPagedPool, PAGE_SIZE, 'gTrV');
  EXPECT_STOP("bugchecks 1 0xC1/0x20: free of what was never allocated", 0xC1, p + PAGE_SIZE, ANY, ANY, 0x20);
  ExFreePool(p + PAGE_SIZE);
  return STATUS_SUCCESS;
}
BAD(SpecialSlack, 0xC1, -1) {
  PUCHAR p = Block(30);
  p[30] = 1;
  EXPECT_STOP("bugchecks 1 0xC1/0x24: bytes after the end changed", 0xC1, p, p + 30, ANY, 0x24);
  ExFreePool(p);
  return STATUS_SUCCESS;
}
BAD(SpecialUnderrun, 0xC1, -1) {
  PUCHAR p = Block(32);
  p[-1] = 1;
  EXPECT_STOP("bugchecks 1 0xC1/0x23: bytes of the page changed", 0xC1, p, p - 1, ANY, 0x23);
  ExFreePool(p);
  return STATUS_SUCCESS;
}
BAD(ReadFreed, 0xD5, -1) {
  volatile LONG *p = Block(32);
  ExFreePool((PVOID)p);
  EXPECT_STOP("bugchecks 1 0xD5: special pool, use after free", 0xD5, p, 0, ReadFreed, 0);
  return p[0];
}
BAD(WriteBeyond, 0xD6, -1) {
  PUCHAR p = Block(32);
  EXPECT_STOP("bugchecks 1 0xD6: special pool, overrun", 0xD6, p + 32, 1, WriteBeyond, 0);
  ((volatile UCHAR *)p)[32] = 1;
  return STATUS_SUCCESS;
}
BAD(KernelReadsFreed, 0xCC, -1) {
  UCHAR copy[8];
  PUCHAR p = Block(32);
  ExFreePool(p);
  EXPECT_STOP("bugchecks 1 0xCC: freed special pool, kernel code", 0xCC, p, 0, ANY, 0);
  RtlMoveMemory(copy, p, 8);
  return STATUS_SUCCESS;
}
BAD(KernelWritesBeyond, 0xCD, -1) {
  PUCHAR p = Block(64);
  EXPECT_STOP("bugchecks 1 0xCD: beyond the end, kernel code", 0xCD, p + 64, 1, ANY, 0);
  RtlFillMemory(p, 65, 0);
  return STATUS_SUCCESS;
}

// the pool's own codes: nobody verifies
// verifier none
BAD(PlainZero, 0xC2, 0) {
  EXPECT_STOP("bugchecks 7 0x00: zero-byte request", 0xC2, 0, 0, NonPagedPool, 'gTrV');
  ExAllocatePoolWithTag(NonPagedPool, 0, 'gTrV');
  return STATUS_SUCCESS;
}
// verifier none
BAD(PlainAllocateIrql, 0xC2, 8) {
  KeRaiseIrqlToDpcLevel();
  EXPECT_STOP("bugchecks 7 0x08: allocation at invalid IRQL", 0xC2, 8, DISPATCH_LEVEL, PagedPool, 40);
  ExAllocatePoolWithTag(PagedPool, 40, 'gTrV');
  return STATUS_SUCCESS;
}
// verifier none
BAD(PlainFreeIrql, 0xC2, 9) {
  PVOID p = ExAllocatePoolWithTag(PagedPool, 40, 'gTrV');
  KeRaiseIrqlToDpcLevel();
  EXPECT_STOP("bugchecks 7 0x09: free at invalid IRQL", 0xC2, 9, DISPATCH_LEVEL, PagedPool, p);
  ExFreePool(p);
  return STATUS_SUCCESS;
}
// verifier none
BAD(PlainFreeTwice, 0xC2, 7) {
  PVOID p = Block(40);
  ExFreePool(p);
  EXPECT_STOP("bugchecks 7 0x07: free of already freed block", 0xC2, 7, ANY, ANY, p);
  ExFreePool(p);
  return STATUS_SUCCESS;
}
// verifier none
BAD(PlainWrongTag, 0xC2, 0xA) {
  PVOID p = Block(40);
  EXPECT_STOP("bugchecks 7 0x0A: wrong tag", 0xC2, 0xA, p, 'gTrV', 'rehO');
  ExFreePoolWithTag(p, 'rehO');
  return STATUS_SUCCESS;
}
BAD(WrongTag, 0xC2, 0xA) {
  PVOID p = Block(40);
  EXPECT_STOP("bugchecks 7 0x0A: wrong tag", 0xC2, 0xA, p, 'gTrV', 'rehO');
  ExFreePoolWithTag(p, 'rehO');
  return STATUS_SUCCESS;
}
// verifier none
BAD(PlainFreeUser, 0xC2, 0x40) {
  EXPECT_STOP("bugchecks 7 0x40: freeing a user-mode address", 0xC2, 0x40, 0x7FF60000, ANY, ANY);
  ExFreePool((PVOID)0x7FF60000);
  return STATUS_SUCCESS;
}
// verifier none
BAD(PlainFreeStack, 0xC2, 0x46) {
  LONG local = 1;
  EXPECT_STOP("bugchecks 7 0x46: free of an address that is not an allocation", 0xC2, 0x46, &local, ANY, ANY);
  ExFreePool(&local);
  return local;
}
// verifier none
BAD(PlainFreeMiddle, 0xC2, 0x41286) {
  PUCHAR p = ExAllocatePoolWithTag(PagedPool, 3 * PAGE_SIZE, 'gTrV');
  EXPECT_STOP("bugchecks 7 0x41286: free in the middle of a paged allocation", 0xC2, 0x41286, ANY, ANY, 2);
  ExFreePool(p + 2 * PAGE_SIZE);
  return STATUS_SUCCESS;
}
BAD(MustSucceed, 0xC2, 0x9A) {
  EXPECT_STOP("bugchecks 7 0x9A: MUST_SUCCEED pool", 0xC2, 0x9A, NonPagedPoolMustSucceed, 40, 'gTrV');
  ExAllocatePoolWithTag(NonPagedPoolMustSucceed, 40, 'gTrV');
  return STATUS_SUCCESS;
}
BAD(TagZero, 0xC2, 0x9B) {
  EXPECT_STOP("bugchecks 7 0x9B: tag 0", 0xC2, 0x9B, PagedPool, 40, TagZero);
  ExAllocatePoolWithTag(PagedPool, 40, 0);
  return STATUS_SUCCESS;
}
BAD(TagBig, 0xC2, 0x9C) {
  EXPECT_STOP("bugchecks 7 0x9C: tag BIG", 0xC2, 0x9C, NonPagedPool, 40, TagBig);
  ExAllocatePoolWithTag(NonPagedPool, 40, ' GIB');
  return STATUS_SUCCESS;
}
BAD(TagOfSigns, 0xC2, 0x9D) {
  EXPECT_STOP("bugchecks 7 0x9D: tag without letters or digits", 0xC2, 0x9D, '----', NonPagedPool, TagOfSigns);
  ExAllocatePoolWithTag(NonPagedPool, 40, '----');
  return STATUS_SUCCESS;
}
// verifier none
BAD(HeaderOverwritten, 0x19, 0x20) {
  PUCHAR p = Block(48);
  RtlFillMemory(p + 48, 64, 0x41);
  EXPECT_STOP("bugchecks 1 0x19/0x20: the header behind the block is damaged, found at free", 0x19, 0x20, ANY, ANY, ANY);
  ExFreePool(p);
  return STATUS_SUCCESS;
}
// verifier none
BAD(FreeListOverwritten, 0x19, 3) {
  PUCHAR p = Block(48);
  RtlFillMemory(p + 48, PAGE_SIZE - BYTE_OFFSET(p + 48), 0x41);
  EXPECT_STOP("bugchecks 1 0x19: the list of free blocks is damaged", 0x19, 3, ANY, ANY, ANY);
  Block(48);
  return STATUS_SUCCESS;
}
// verifier none
BAD(FreeListAtDispatch, 0xC5, -1) {
  PUCHAR p = Block(48);
  RtlFillMemory(p + 48, PAGE_SIZE - BYTE_OFFSET(p + 48), 0x41);
  KeRaiseIrqlToDpcLevel();
  EXPECT_STOP("bugchecks 1 0xC5: pool free lists corrupted, at DISPATCH_LEVEL", 0xC5, ANY, DISPATCH_LEVEL, ANY, ANY);
  Block(48);
  return STATUS_SUCCESS;
}
