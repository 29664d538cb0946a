// Splay trees that a driver links itself, and generic tables built on them.
#include "check.h"
LONG g_Failures;

typedef struct _NODE { LONG Key; RTL_SPLAY_LINKS Links; } NODE, *PNODE;
static NODE g_Nodes[7];

static VOID Links(VOID) {
  PRTL_SPLAY_LINKS root, at;
  int i;
  for (i = 0; i < 7; i++) {
    g_Nodes[i].Key = i;
    RtlInitializeSplayLinks(&g_Nodes[i].Links);
  }
  FACT("documentation RtlInitializeSplayLinks: a root is its own parent", RtlIsRoot(&g_Nodes[3].Links) && RtlLeftChild(&g_Nodes[3].Links) == NULL && RtlRightChild(&g_Nodes[3].Links) == NULL);
  RtlInsertAsLeftChild(&g_Nodes[3].Links, &g_Nodes[1].Links);
  RtlInsertAsRightChild(&g_Nodes[3].Links, &g_Nodes[5].Links);
  RtlInsertAsLeftChild(&g_Nodes[1].Links, &g_Nodes[0].Links);
  RtlInsertAsRightChild(&g_Nodes[1].Links, &g_Nodes[2].Links);
  RtlInsertAsLeftChild(&g_Nodes[5].Links, &g_Nodes[4].Links);
  RtlInsertAsRightChild(&g_Nodes[5].Links, &g_Nodes[6].Links);
  FACT("documentation RtlInsertAsLeftChild: left of its parent", RtlLeftChild(&g_Nodes[3].Links) == &g_Nodes[1].Links && RtlParent(&g_Nodes[1].Links) == &g_Nodes[3].Links);
  FACT("documentation RtlInsertAsRightChild: right of its parent", RtlRightChild(&g_Nodes[3].Links) == &g_Nodes[5].Links && RtlIsRightChild(&g_Nodes[5].Links));
  for (i = 0, at = &g_Nodes[0].Links; at != NULL && i < 8; at = RtlRealSuccessor(at), i++) CHECK_EQ(CONTAINING_RECORD(at, NODE, Links)->Key, i);
  FACT_EQ("documentation RtlRealSuccessor: in order, NULL after the last", i, 7);
  FACT("documentation RtlRealPredecessor: in order, NULL before the first", RtlRealPredecessor(&g_Nodes[3].Links) == &g_Nodes[2].Links && RtlRealPredecessor(&g_Nodes[0].Links) == NULL);
  FACT("documentation RtlSubtreeSuccessor: below the node only", RtlSubtreeSuccessor(&g_Nodes[3].Links) == &g_Nodes[4].Links && RtlSubtreeSuccessor(&g_Nodes[2].Links) == NULL);
  FACT("documentation RtlSubtreePredecessor: below the node only", RtlSubtreePredecessor(&g_Nodes[3].Links) == &g_Nodes[2].Links && RtlSubtreePredecessor(&g_Nodes[4].Links) == NULL);
  root = RtlSplay(&g_Nodes[6].Links);
  FACT("documentation RtlSplay: the node becomes the root", root == &g_Nodes[6].Links && RtlIsRoot(root) && RtlRightChild(root) == NULL);
  for (i = 0, at = &g_Nodes[0].Links; at != NULL && i < 8; at = RtlRealSuccessor(at), i++) CHECK_EQ(CONTAINING_RECORD(at, NODE, Links)->Key, i);
  FACT_EQ("documentation RtlSplay: the order stays", i, 7);
  root = RtlDelete(&g_Nodes[3].Links);
  FACT("documentation RtlDelete: gone from the order", root != NULL && RtlIsRoot(root) && RtlRealSuccessor(&g_Nodes[2].Links) == &g_Nodes[4].Links);
  RtlDeleteNoSplay(&g_Nodes[0].Links, &root);
  FACT("documentation RtlDeleteNoSplay: gone from the order", RtlIsRoot(root) && RtlRealPredecessor(&g_Nodes[1].Links) == NULL);
}

static RTL_GENERIC_COMPARE_RESULTS NTAPI Compare(PRTL_GENERIC_TABLE Table, PVOID A, PVOID B) {
  LONG a = *(PLONG)A, b = *(PLONG)B;
  UNREFERENCED_PARAMETER(Table);
  return a < b ? GenericLessThan : a > b ? GenericGreaterThan : GenericEqual;
}
static PVOID NTAPI Allocate(PRTL_GENERIC_TABLE Table, CLONG Bytes) {
  UNREFERENCED_PARAMETER(Table);
  return ExAllocatePoolWithTag(NonPagedPool, Bytes, 'lbaT');
}
static VOID NTAPI Free(PRTL_GENERIC_TABLE Table, PVOID Buffer) {
  UNREFERENCED_PARAMETER(Table);
  ExFreePoolWithTag(Buffer, 'lbaT');
}

static VOID Table(VOID) {
  static const LONG keys[] = {50, 20, 70, 10, 60};
  RTL_GENERIC_TABLE table;
  TABLE_SEARCH_RESULT found;
  PVOID node = NULL;
  BOOLEAN fresh = FALSE;
  LONG key = 60, last = -1, n = 0, *p;
  RtlInitializeGenericTable(&table, Compare, Allocate, Free, NULL);
  CHECK(RtlIsGenericTableEmpty(&table));
  for (int i = 0; i < 5; i++) CHECK(RtlInsertElementGenericTable(&table, (PVOID)&keys[i], sizeof(LONG), NULL) != NULL);
  FACT_EQ("documentation RtlNumberGenericTableElements: elements", RtlNumberGenericTableElements(&table), 5);
  p = RtlLookupElementGenericTable(&table, &key);
  FACT("documentation RtlLookupElementGenericTable: the table's copy", p != NULL && *p == 60 && p != &keys[4]);
  for (p = RtlEnumerateGenericTable(&table, TRUE); p != NULL; p = RtlEnumerateGenericTable(&table, FALSE), n++) {
    CHECK(*p > last);
    last = *p;
  }
  FACT("documentation RtlEnumerateGenericTable: all in order", n == 5 && last == 70);
  key = 55;
  FACT("documentation RtlLookupElementGenericTable: NULL if there is none", RtlLookupElementGenericTable(&table, &key) == NULL);
  p = RtlLookupElementGenericTableFull(&table, &key, &node, &found);
  FACT("documentation RtlLookupElementGenericTableFull: where it would go", p == NULL && (found == TableInsertAsLeft || found == TableInsertAsRight) && node != NULL);
  p = RtlInsertElementGenericTableFull(&table, &key, sizeof key, &fresh, node, found);
  FACT("documentation RtlInsertElementGenericTableFull: goes there", p != NULL && *p == 55 && fresh && RtlNumberGenericTableElements(&table) == 6);
  p = RtlLookupElementGenericTableFull(&table, &key, &node, &found);
  FACT("documentation RtlLookupElementGenericTableFull: found", p != NULL && *p == 55 && found == TableFoundNode);
  p = RtlInsertElementGenericTableFull(&table, &key, sizeof key, &fresh, node, found);
  FACT("documentation RtlInsertElementGenericTableFull: an equal element stays", p != NULL && !fresh && RtlNumberGenericTableElements(&table) == 6);
  for (n = 0; RtlNumberGenericTableElements(&table) != 0 && n < 10; n++) {
    key = *(PLONG)RtlGetElementGenericTable(&table, 0);
    CHECK(RtlDeleteElementGenericTable(&table, &key));
  }
  FACT("documentation RtlDeleteElementGenericTable: empty after all are gone", n == 6 && RtlIsGenericTableEmpty(&table));
}

TEST_ENTRY {
  Links();
  Table();
  return RESULT();
}
