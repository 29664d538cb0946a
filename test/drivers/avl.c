// Generic tables, balanced and splay, with compare, allocate and free routines of the driver.
#include "check.h"
LONG g_Failures;
static LONG g_Compares, g_Live;

typedef struct _ITEM { ULONG_PTR Pid; LONG Value; } ITEM;

static RTL_GENERIC_COMPARE_RESULTS Order(const ITEM *a, const ITEM *b) {
  g_Compares++;
  return a->Pid < b->Pid ? GenericLessThan : a->Pid > b->Pid ? GenericGreaterThan : GenericEqual;
}
static RTL_AVL_COMPARE_ROUTINE CompareAvl;
static RTL_GENERIC_COMPARE_RESULTS CompareAvl(PRTL_AVL_TABLE Table, PVOID a, PVOID b) {
  CHECK_EQ((LONG_PTR)Table->TableContext, 77);
  return Order(a, b);
}
static PVOID AllocateAvl(PRTL_AVL_TABLE Table, CLONG size) {
  UNREFERENCED_PARAMETER(Table);
  g_Live++;
  return ExAllocatePoolWithTag(NonPagedPool, size, 'lvAT');
}
static VOID FreeAvl(PRTL_AVL_TABLE Table, PVOID block) {
  UNREFERENCED_PARAMETER(Table);
  g_Live--;
  ExFreePoolWithTag(block, 'lvAT');
}
static RTL_GENERIC_COMPARE_RESULTS CompareSplay(PRTL_GENERIC_TABLE Table, PVOID a, PVOID b) { UNREFERENCED_PARAMETER(Table); return Order(a, b); }
static PVOID AllocateSplay(PRTL_GENERIC_TABLE Table, CLONG size) { UNREFERENCED_PARAMETER(Table); g_Live++; return ExAllocatePoolWithTag(PagedPool, size, 'lpST'); }
static VOID FreeSplay(PRTL_GENERIC_TABLE Table, PVOID block) { UNREFERENCED_PARAMETER(Table); g_Live--; ExFreePoolWithTag(block, 'lpST'); }

static VOID Balanced(VOID) {
  static RTL_AVL_TABLE table;
  ITEM item, *found;
  BOOLEAN isNew;
  RtlInitializeGenericTableAvl(&table, CompareAvl, AllocateAvl, FreeAvl, (PVOID)77);
  CHECK(RtlIsGenericTableEmptyAvl(&table));
  for (LONG i = 0; i < 100; i++) {
    item.Pid = (ULONG_PTR)((i * 37) % 101);
    item.Value = i;
    found = RtlInsertElementGenericTableAvl(&table, &item, sizeof(item), &isNew);
    CHECK(found != NULL && isNew && found->Value == i);
  }
  CHECK(RtlInsertElementGenericTableAvl(&table, &item, sizeof(item), &isNew) != NULL && !isNew);
  CHECK_EQ(RtlNumberGenericTableElementsAvl(&table), 100);
  g_Compares = 0;
  found = RtlLookupElementGenericTableAvl(&table, &item);
  CHECK(found != NULL && found->Value == 99);
  CHECK(g_Compares <= 9);
  ULONG_PTR last = 0;
  LONG n = 0;
  for (found = RtlEnumerateGenericTableAvl(&table, TRUE); found != NULL; found = RtlEnumerateGenericTableAvl(&table, FALSE)) {
    CHECK(n == 0 || found->Pid > last);
    last = found->Pid;
    n++;
  }
  CHECK_EQ(n, 100);
  item.Pid = 5000;
  CHECK(!RtlDeleteElementGenericTableAvl(&table, &item));
  while (!RtlIsGenericTableEmptyAvl(&table)) {
    item = *(ITEM *)RtlGetElementGenericTableAvl(&table, 0);
    CHECK(RtlDeleteElementGenericTableAvl(&table, &item));
  }
  CHECK_EQ(g_Live, 0);
}

static VOID Splayed(VOID) {
  static RTL_GENERIC_TABLE table;
  ITEM item = {0};
  BOOLEAN isNew;
  RtlInitializeGenericTable(&table, CompareSplay, AllocateSplay, FreeSplay, NULL);
  for (ULONG_PTR i = 0; i < 40; i++) {
    item.Pid = (i * 17) % 41;
    RtlInsertElementGenericTable(&table, &item, sizeof(item), &isNew);
    CHECK(isNew);
  }
  CHECK_EQ(((ITEM *)RtlGetElementGenericTable(&table, 1))->Pid, 17);
  PVOID restart = NULL;
  ULONG_PTR last = 0;
  for (ITEM *p = RtlEnumerateGenericTableWithoutSplaying(&table, &restart); p != NULL; p = RtlEnumerateGenericTableWithoutSplaying(&table, &restart)) {
    CHECK(p->Pid >= last);
    last = p->Pid;
  }
  for (ULONG_PTR i = 0; i < 41; i++) {
    item.Pid = i;
    RtlDeleteElementGenericTable(&table, &item);
  }
  CHECK(RtlIsGenericTableEmpty(&table));
  CHECK_EQ(g_Live, 0);
}

TEST_ENTRY {
  Balanced();
  Splayed();
  return RESULT();
}

static VOID FreeNothing(PRTL_AVL_TABLE Table, PVOID block) {
  UNREFERENCED_PARAMETER(Table);
  UNREFERENCED_PARAMETER(block);
}
// An element freed behind the table's back is found by the next search.
BAD(FreedElement, 0xD5, -1) {
  static RTL_AVL_TABLE table;
  ITEM item = {1, 1};
  RtlInitializeGenericTableAvl(&table, CompareAvl, AllocateAvl, FreeNothing, (PVOID)77);
  PUCHAR p = RtlInsertElementGenericTableAvl(&table, &item, sizeof(item), NULL);
  ExFreePoolWithTag(p - sizeof(RTL_BALANCED_LINKS), 'lvAT');
  item.Pid = 2;
  RtlLookupElementGenericTableAvl(&table, &item);
  return STATUS_SUCCESS;
}
// The damaged insertion list of a splay table is caught when an element is taken off it.
BAD(DamagedList, 0x139, 3) {
  static RTL_GENERIC_TABLE table;
  ITEM item = {1, 1};
  RtlInitializeGenericTable(&table, CompareSplay, AllocateSplay, FreeSplay, NULL);
  RtlInsertElementGenericTable(&table, &item, sizeof(item), NULL);
  table.InsertOrderList.Flink = &table.InsertOrderList;
  RtlDeleteElementGenericTable(&table, &item);
  return STATUS_SUCCESS;
}
