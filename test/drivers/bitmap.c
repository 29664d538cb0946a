// Bit maps as an allocator of numbers uses them.
#include "check.h"
LONG g_Failures;
static ULONG g_Bits[4];

TEST_ENTRY {
  RTL_BITMAP map;
  RtlInitializeBitMap(&map, g_Bits, 100);
  RtlClearAllBits(&map);
  for (ULONG i = 0; i < 10; i++) CHECK_EQ(RtlFindClearBitsAndSet(&map, 7, 0), 7 * i);
  CHECK_EQ(RtlNumberOfSetBits(&map), 70);
  CHECK_EQ(RtlNumberOfClearBits(&map), 30);
  RtlClearBits(&map, 14, 7);
  CHECK(RtlAreBitsClear(&map, 14, 7));
  CHECK(!RtlAreBitsClear(&map, 13, 2));
  CHECK_EQ(RtlFindClearBits(&map, 8, 0), 70);
  CHECK_EQ(RtlFindClearBits(&map, 7, 0), 14);
  CHECK_EQ(RtlFindClearBits(&map, 31, 0), 0xFFFFFFFF);
  ULONG start;
  CHECK_EQ(RtlFindLongestRunClear(&map, &start), 30);
  CHECK_EQ(start, 70);
  CHECK(RtlTestBit(&map, 0));
  RtlClearBit(&map, 0);
  CHECK(!RtlTestBit(&map, 0));
  CHECK_EQ(RtlFindSetBits(&map, 1, 0), 1);
  return RESULT();
}

BAD(SetBeyond, 0xCD, -1) {
  RTL_BITMAP map;
  PULONG bits = ExAllocatePoolWithTag(NonPagedPool, 16, 'paMB');
  RtlInitializeBitMap(&map, bits, 128);
  RtlClearAllBits(&map);
  RtlSetBits(&map, 120, 16);
  return STATUS_SUCCESS;
}
BAD(BufferFreed, 0xCC, -1) {
  RTL_BITMAP map;
  PULONG bits = ExAllocatePoolWithTag(NonPagedPool, 16, 'paMB');
  RtlInitializeBitMap(&map, bits, 128);
  ExFreePoolWithTag(bits, 'paMB');
  return RtlTestBit(&map, 5) ? STATUS_SUCCESS : STATUS_UNSUCCESSFUL;
}
