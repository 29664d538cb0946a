// Lookaside lists of all three kinds; allocation and free are inline code of the header.
#include "check.h"
LONG g_Failures;
static LONG g_Allocated, g_Freed;

static PVOID Allocate(POOL_TYPE type, SIZE_T size, ULONG tag, PLOOKASIDE_LIST_EX list) {
  UNREFERENCED_PARAMETER(list);
  g_Allocated++;
  return ExAllocatePoolWithTag(type, size, tag);
}
static VOID Free(PVOID block, PLOOKASIDE_LIST_EX list) {
  UNREFERENCED_PARAMETER(list);
  g_Freed++;
  ExFreePool(block);
}

static NPAGED_LOOKASIDE_LIST g_NonPaged;
static PAGED_LOOKASIDE_LIST g_Paged;
static LOOKASIDE_LIST_EX g_Ex;

TEST_ENTRY {
  PVOID blocks[10];
  ExInitializeNPagedLookasideList(&g_NonPaged, NULL, NULL, 0, 48, '1kaL', 0);
  for (int i = 0; i < 10; i++) {
    blocks[i] = ExAllocateFromNPagedLookasideList(&g_NonPaged);
    CHECK(blocks[i] != NULL);
    RtlFillMemory(blocks[i], 48, i);
  }
  for (int i = 0; i < 10; i++) ExFreeToNPagedLookasideList(&g_NonPaged, blocks[i]);
  CHECK_EQ(g_NonPaged.L.TotalAllocates, 10);
  CHECK_EQ(g_NonPaged.L.TotalFrees, 10);
  ExDeleteNPagedLookasideList(&g_NonPaged);

  ExInitializePagedLookasideList(&g_Paged, NULL, NULL, 0, 100, '2kaL', 0);
  PVOID p = ExAllocateFromPagedLookasideList(&g_Paged);
  CHECK(p != NULL);
  ExFreeToPagedLookasideList(&g_Paged, p);
  ExDeletePagedLookasideList(&g_Paged);

  CHECK_EQ(ExInitializeLookasideListEx(&g_Ex, Allocate, Free, NonPagedPoolNx, 0, 64, '3kaL', 0), STATUS_SUCCESS);
  for (int i = 0; i < 10; i++) blocks[i] = ExAllocateFromLookasideListEx(&g_Ex);
  CHECK_EQ(g_Allocated, 10);
  for (int i = 0; i < 10; i++) ExFreeToLookasideListEx(&g_Ex, blocks[i]);
  ExFlushLookasideListEx(&g_Ex);
  CHECK_EQ(g_Freed, 10);
  ExDeleteLookasideListEx(&g_Ex);
  return RESULT();
}

// The list keeps nothing while special pool lasts, so a freed block is gone at once.
BAD(UseAfterFree, 0xD5, -1) {
  ExInitializeNPagedLookasideList(&g_NonPaged, NULL, NULL, 0, 48, '1kaL', 0);
  volatile LONG *p = ExAllocateFromNPagedLookasideList(&g_NonPaged);
  ExFreeToNPagedLookasideList(&g_NonPaged, (PVOID)p);
  return *p;
}
BAD(DeleteTwice, 0x139, 3) {
  ExInitializeNPagedLookasideList(&g_NonPaged, NULL, NULL, 0, 48, '1kaL', 0);
  ExInitializePagedLookasideList(&g_Paged, NULL, NULL, 0, 48, '2kaL', 0);
  ExDeleteNPagedLookasideList(&g_NonPaged);
  ExDeleteNPagedLookasideList(&g_NonPaged);
  return STATUS_SUCCESS;
}
// The header of a list that was freed with its structure is still on the system's list of lists.
BAD(FreedWithoutDelete, 0xCC, -1) {
  PNPAGED_LOOKASIDE_LIST list = ExAllocatePoolWithTag(NonPagedPool, sizeof(*list), 'tsiL');
  ExInitializeNPagedLookasideList(list, NULL, NULL, 0, 48, '1kaL', 0);
  ExFreePoolWithTag(list, 'tsiL');
  ExInitializePagedLookasideList(&g_Paged, NULL, NULL, 0, 48, '2kaL', 0);
  return STATUS_SUCCESS;
}
