// Lookaside lists of all three kinds; allocation and free are inline code of the header.
#include "check.h"
LONG g_Failures;
static LONG g_Allocated, g_Freed;
static PLOOKASIDE_LIST_EX g_List;

static PVOID Allocate(POOL_TYPE type, SIZE_T size, ULONG tag, PLOOKASIDE_LIST_EX list) {
  g_List = list;
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

static LONG g_PlainAllocated, g_PlainFreed;
static POOL_TYPE g_Type;
static SIZE_T g_Size;
static ULONG g_Tag;
static PVOID PlainAllocate(POOL_TYPE type, SIZE_T size, ULONG tag) {
  g_Type = type;
  g_Size = size;
  g_Tag = tag;
  g_PlainAllocated++;
  return ExAllocatePoolWithTag(type, size, tag);
}
static VOID PlainFree(PVOID block) {
  g_PlainFreed++;
  ExFreePool(block);
}

static VOID Facts(VOID) {
  static NPAGED_LOOKASIDE_LIST n;
  static PAGED_LOOKASIDE_LIST p;
  static LOOKASIDE_LIST_EX ex;
  KIRQL old;
  FACT("scheduler 14 storage 16-byte aligned on 64-bit", ((ULONG_PTR)&n & 15) == 0 && ((ULONG_PTR)&ex & 15) == 0);
  ExInitializeNPagedLookasideList(&n, PlainAllocate, PlainFree, 0, 48, '1kaL', 0);
  FACT("scheduler 14 Depth: max 256; the driver cannot set it", n.L.MaximumDepth == 256 && n.L.Depth <= 256);
  FACT("scheduler 14 Init: size and tag", n.L.Size == 48 && n.L.Tag == '1kaL' && n.L.TotalAllocates == 0);
  PVOID block = ExAllocateFromNPagedLookasideList(&n);
  FACT("scheduler 14 an empty list calls Allocate with pool type, size, tag", g_PlainAllocated == 1 && g_Type == n.L.Type && g_Size == 48 && g_Tag == '1kaL' && block != NULL);
  FACT("scheduler 14 nonpaged list: nonpaged pool", (g_Type & 1) == 0 && n.L.AllocateMisses == 1);
  old = KeRaiseIrqlToDpcLevel();
  ExFreeToNPagedLookasideList(&n, block);
  block = ExAllocateFromNPagedLookasideList(&n);
  FACT("scheduler 14 nonpaged: <= DISPATCH all", block != NULL && n.L.TotalAllocates == 2 && n.L.TotalFrees == 1);
  ExFreeToNPagedLookasideList(&n, block);
  KeLowerIrql(old);
  ExDeleteNPagedLookasideList(&n);
  FACT_EQ("scheduler 14 Delete frees cached entries", g_PlainAllocated - g_PlainFreed, 0);

  ExInitializeNPagedLookasideList(&n, NULL, NULL, 0, 48, '1kaL', 0);
  block = ExAllocateFromNPagedLookasideList(&n);
  ExDeleteNPagedLookasideList(&n);
  *(volatile LONG *)block = 1;
  FACT_EQ("scheduler 14 entries still in use are not freed by Delete", *(volatile LONG *)block, 1);
  ExFreePoolWithTag(block, '1kaL');

  KeRaiseIrql(APC_LEVEL, &old);
  ExInitializePagedLookasideList(&p, PlainAllocate, PlainFree, 0, 100, '2kaL', 0);
  block = ExAllocateFromPagedLookasideList(&p);
  FACT("scheduler 14 paged: paged pool, <= APC all", block != NULL && (g_Type & 1) == 1);
  ExFreeToPagedLookasideList(&p, block);
  ExDeletePagedLookasideList(&p);
  KeLowerIrql(old);

  HEADER("scheduler 14 LOOKASIDE_LIST_EX flags 0x1 and 0x2", EX_LOOKASIDE_LIST_EX_FLAGS_RAISE_ON_FAIL == 1 && EX_LOOKASIDE_LIST_EX_FLAGS_FAIL_NO_RAISE == 2);
  FACT("scheduler 14 both flags at once are invalid", !NT_SUCCESS(ExInitializeLookasideListEx(&ex, NULL, NULL, NonPagedPoolNx, 3, 64, '3kaL', 0)));
  CHECK_EQ(ExInitializeLookasideListEx(&ex, NULL, NULL, NonPagedPoolNx, EX_LOOKASIDE_LIST_EX_FLAGS_RAISE_ON_FAIL, 64, '3kaL', 0), STATUS_SUCCESS);
  FACT("scheduler 14 RAISE_ON_FAIL: the pool type says so", (ex.L.Type & POOL_RAISE_IF_ALLOCATION_FAILURE) != 0);
  block = ExAllocateFromLookasideListEx(&ex);
  CHECK(block != NULL);
  ExFreeToLookasideListEx(&ex, block);
  ExDeleteLookasideListEx(&ex);
  CHECK_EQ(ExInitializeLookasideListEx(&ex, Allocate, Free, PagedPool, EX_LOOKASIDE_LIST_EX_FLAGS_FAIL_NO_RAISE, 64, '3kaL', 0), STATUS_SUCCESS);
  g_Allocated = g_Freed = 0;
  block = ExAllocateFromLookasideListEx(&ex);
  FACT("scheduler 14 LOOKASIDE_LIST_EX: custom Allocate gets the list", block != NULL && g_Allocated == 1 && g_List == &ex);
  ExFreeToLookasideListEx(&ex, block);
  ExFlushLookasideListEx(&ex);
  FACT("scheduler 14 LOOKASIDE_LIST_EX: custom FreeEx; Flush leaves nothing cached", g_Freed == 1);
  ExDeleteLookasideListEx(&ex);
  g_Allocated = g_Freed = 0;
}

TEST_ENTRY {
  Facts();
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
BAD(PagedAtDispatch, 0xC4, 0x20006) {
  ExInitializePagedLookasideList(&g_Paged, NULL, NULL, 0, 48, '2kaL', 0);
  KeRaiseIrqlToDpcLevel();
  EXPECT_STOP("scheduler 14 paged: <= APC all", 0xC4, 0x20006, ANY, DISPATCH_LEVEL, 0);
  ExDeletePagedLookasideList(&g_Paged);
  return STATUS_SUCCESS;
}
