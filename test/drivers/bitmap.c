// Bit maps as an allocator of numbers uses them.
#include "check.h"
LONG g_Failures;
static ULONG g_Bits[4];

// Two runs of zeros: 3 to 9 and 20 to 23; everything else of 40 bits is set.
static VOID Runs(VOID) {
  ULONG bits[2] = {0}, copy[2] = {0}, at = 99;
  RTL_BITMAP map, other;
  RTL_BITMAP_RUN runs[3];
  RtlInitializeBitMap(&map, bits, 40);
  RtlInitializeBitMap(&other, copy, 40);
  RtlSetAllBits(&map);
  FACT_EQ("documentation RtlSetAllBits: all of them", RtlNumberOfSetBits(&map), 40);
  FACT("documentation RtlFindFirstRunClear: none", RtlFindFirstRunClear(&map, &at) == 0);
  RtlClearBits(&map, 3, 7);
  RtlClearBits(&map, 20, 4);
  FACT("documentation RtlFindFirstRunClear: length and beginning", RtlFindFirstRunClear(&map, &at) == 7 && at == 3);
  FACT("documentation RtlFindNextForwardRunClear: from an index on", RtlFindNextForwardRunClear(&map, 10, &at) == 4 && at == 20);
  FACT("documentation RtlFindNextForwardRunClear: within a run the rest of it", RtlFindNextForwardRunClear(&map, 5, &at) == 5 && at == 5);
  FACT("documentation RtlFindLastBackwardRunClear: before an index", RtlFindLastBackwardRunClear(&map, 19, &at) == 7 && at == 3);
  FACT("documentation RtlFindClearRuns: in their order", RtlFindClearRuns(&map, runs, 3, FALSE) == 2 && runs[0].StartingIndex == 3 && runs[0].NumberOfBits == 7 && runs[1].StartingIndex == 20);
  FACT("documentation RtlFindClearRuns: the longest first", RtlFindClearRuns(&map, runs, 1, TRUE) == 1 && runs[0].StartingIndex == 3);
  FACT("documentation RtlAreBitsSet: a whole range", RtlAreBitsSet(&map, 10, 10) && !RtlAreBitsSet(&map, 10, 11));
  FACT("documentation RtlAreBitsSet: no range", !RtlAreBitsSet(&map, 10, 0) && !RtlAreBitsSet(&map, 39, 2));
  FACT("documentation RtlNumberOfClearBitsInRange, RtlNumberOfSetBitsInRange: within a range", RtlNumberOfClearBitsInRange(&map, 0, 22) == 9 && RtlNumberOfSetBitsInRange(&map, 0, 22) == 13);
  RtlSetBit(&map, 3);
  FACT("documentation RtlSetBit: one bit", RtlCheckBit(&map, 3) && !RtlCheckBit(&map, 4));
  FACT("documentation RtlFindSetBitsAndClear: clears what it found", RtlFindSetBitsAndClear(&map, 4, 0) == 0 && RtlAreBitsClear(&map, 0, 10));
  FACT("documentation RtlFindSetBitsAndClear: 0xFFFFFFFF if there are none", RtlFindSetBitsAndClear(&map, 30, 0) == 0xFFFFFFFF);
  RtlCopyBitMap(&map, &other, 0);
  FACT("documentation RtlCopyBitMap: the bits", copy[0] == bits[0] && (copy[1] & 0xFF) == (bits[1] & 0xFF));
  RtlClearAllBits(&other);
  RtlExtractBitMap(&map, &other, 8, 16);
  FACT("documentation RtlExtractBitMap: so many from there on", !RtlCheckBit(&other, 0) && !RtlCheckBit(&other, 1) && RtlCheckBit(&other, 2) && !RtlCheckBit(&other, 12));
  FACT("documentation RtlFindLeastSignificantBit, RtlFindMostSignificantBit: positions", RtlFindLeastSignificantBit(0x8000000000100ULL) == 8 && RtlFindMostSignificantBit(0x8000000000100ULL) == 51);
  FACT("documentation RtlFindLeastSignificantBit, RtlFindMostSignificantBit: -1 without a bit", RtlFindLeastSignificantBit(0) == -1 && RtlFindMostSignificantBit(0) == -1);
  FACT_EQ("documentation RtlNumberOfSetBitsUlongPtr: bits of a word", RtlNumberOfSetBitsUlongPtr(0xF00000000000000FULL), 8);
}

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
  Runs();
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
