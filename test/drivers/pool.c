// Pool: zeroing, alignment, sizes, and every wrong use that special pool catches at the access.
#include "check.h"
LONG g_Failures;

TEST_ENTRY {
  PUCHAR p = ExAllocatePool2(POOL_FLAG_NON_PAGED, 100, 'looP');
  CHECK(p != NULL);
  for (int i = 0; i < 100; i++) CHECK_EQ(p[i], 0);
  CHECK_EQ((ULONG_PTR)p & 15, 0);
  RtlFillMemory(p, 100, 0xAB);
  CHECK_EQ(p[99], 0xAB);
  ExFreePoolWithTag(p, 'looP');
  p = ExAllocatePoolWithTag(PagedPool, 5000, 'looP');
  CHECK_EQ((ULONG_PTR)p & (PAGE_SIZE - 1), 0);
  p[4999] = 1;
  ExFreePool(p);
  p = ExAllocatePoolZero(NonPagedPoolNx, 16, 'looP');
  CHECK_EQ(p[15], 0);
  ExFreePoolWithTag(p, 'looP');
  CHECK(ExAllocatePool2(0, 10, 'looP') == NULL);
  PVOID many[64];
  for (int i = 0; i < 64; i++) many[i] = ExAllocatePoolWithTag(NonPagedPool, 1 + 37 * i, 'ynaM');
  for (int i = 0; i < 64; i++) RtlFillMemory(many[i], 1 + 37 * i, (UCHAR)i);
  for (int i = 0; i < 64; i++) CHECK_EQ(((PUCHAR)many[i])[37 * i], i);
  for (int i = 63; i >= 0; i--) ExFreePoolWithTag(many[i], 'ynaM');
  NTSTATUS caught = 0;
  __try {
    ExAllocatePoolWithQuotaTag(NonPagedPool, (SIZE_T)1 << 45, 'giB ');
  } __except (EXCEPTION_EXECUTE_HANDLER) {
    caught = GetExceptionCode();
  }
  CHECK_EQ(caught, STATUS_INSUFFICIENT_RESOURCES);
  return RESULT();
}

BAD(UseAfterFree, 0xD5, -1) {
  volatile LONG *p = ExAllocatePoolWithTag(NonPagedPool, 32, 'eerF');
  ExFreePoolWithTag((PVOID)p, 'eerF');
  return p[0];
}
BAD(Overrun, 0xD6, -1) {
  volatile UCHAR *p = ExAllocatePoolWithTag(NonPagedPool, 32, 'revO');
  for (int i = 0; i <= 32; i++) p[i] = 1;
  return STATUS_SUCCESS;
}
BAD(SmallOverrun, 0xC1, -1) {
  volatile UCHAR *p = ExAllocatePoolWithTag(NonPagedPool, 30, 'revO');
  p[30] = 1;
  ExFreePoolWithTag((PVOID)p, 'revO');
  return STATUS_SUCCESS;
}
BAD(Underrun, 0xC1, -1) {
  volatile UCHAR *p = ExAllocatePoolWithTag(NonPagedPool, 32, 'rdnU');
  p[-1] = 1;
  ExFreePoolWithTag((PVOID)p, 'rdnU');
  return STATUS_SUCCESS;
}
BAD(DoubleFree, 0xC2, 7) {
  PVOID p = ExAllocatePoolWithTag(NonPagedPool, 32, 'lbuD');
  ExFreePoolWithTag(p, 'lbuD');
  ExFreePoolWithTag(p, 'lbuD');
  return STATUS_SUCCESS;
}
BAD(WrongTag, 0xC2, 0xA) {
  PVOID p = ExAllocatePoolWithTag(NonPagedPool, 32, 'enO ');
  ExFreePoolWithTag(p, 'owT ');
  return STATUS_SUCCESS;
}
BAD(FreeStack, 0xC2, 0x46) {
  LONG local = 1;
  ExFreePool(&local);
  return local;
}
BAD(FreeNull, 0xC2, 0x46) {
  ExFreePool(NULL);
  return STATUS_SUCCESS;
}
BAD(PagedAtDispatch, 0xC2, 8) {
  KeRaiseIrqlToDpcLevel();
  ExAllocatePoolWithTag(PagedPool, 16, 'gaP ');
  return STATUS_SUCCESS;
}
BAD(ZeroBytes, 0xC2, 0) {
  ExAllocatePoolWithTag(NonPagedPool, 0, 'oreZ');
  return STATUS_SUCCESS;
}
BAD(MemcpyOverrun, 0xCD, -1) {
  PUCHAR p = ExAllocatePoolWithTag(NonPagedPool, 64, 'ypC ');
  RtlFillMemory(p, 65, 0);
  return STATUS_SUCCESS;
}
BAD(WriteConst, 0xBE, -1) {
  static const LONG table[4] = {1, 2, 3, 4};
  *(volatile LONG *)table = 5;
  return STATUS_SUCCESS;
}
BAD(CallData, 0xFC, -1) {
  static ULONG64 data[4];
  ((VOID (*)(VOID))(PVOID)data)();
  return STATUS_SUCCESS;
}
BAD(WildPointer, 0x50, -1) {
  return *(volatile LONG *)0xFFFFF80012345678;
}
BAD(FreeUserAddress, 0xC2, 0x40) {
  EXPECT_STOP("bugchecks 7 0x40: freeing a user-mode address", 0xC2, 0x40, 0x20000, 0, ANY);
  ExFreePool((PVOID)0x20000);
  return STATUS_SUCCESS;
}
BAD(FreePagedAtDispatch, 0xC2, 9) {
  PVOID p = ExAllocatePoolWithTag(PagedPool, 64, 'gaP ');
  KeRaiseIrqlToDpcLevel();
  EXPECT_STOP("bugchecks 7 0x09: free at invalid IRQL", 0xC2, 9, DISPATCH_LEVEL, PagedPool, p);
  ExFreePoolWithTag(p, 'gaP ');
  return STATUS_SUCCESS;
}
BAD(TagZero, 0xC2, 0x9B) {
  EXPECT_STOP("bugchecks 7 0x9B: tag 0", 0xC2, 0x9B, NonPagedPoolNx, 64, ANY);
  ExAllocatePoolWithTag(NonPagedPoolNx, 64, 0);
  return STATUS_SUCCESS;
}
BAD(TagBig, 0xC2, 0x9C) {
  EXPECT_STOP("bugchecks 7 0x9C: tag BIG", 0xC2, 0x9C, NonPagedPoolNx, 64, ANY);
  ExAllocatePoolWithTag(NonPagedPoolNx, 64, 'GIB');
  return STATUS_SUCCESS;
}
BAD(TagOfBlanks, 0xC2, 0x9D) {
  EXPECT_STOP("bugchecks 7 0x9D: tag without letters or digits", 0xC2, 0x9D, ' -. ', NonPagedPoolNx, ANY);
  ExAllocatePoolWithTag(NonPagedPoolNx, 64, ' -. ');
  return STATUS_SUCCESS;
}
