// Where a call came from: return addresses of the callers, skipped and hashed; generic AVL tables by place and by first match.
#include "check.h"
LONG g_Failures;
static PVOID g_Trace[8], g_Deep[8];
static USHORT g_Count, g_DeepCount;
static ULONG g_Hash, g_DeepHash;

static DECLSPEC_NOINLINE VOID Inner(VOID) { g_DeepCount = RtlCaptureStackBackTrace(0, 8, g_Deep, &g_DeepHash); }
static DECLSPEC_NOINLINE VOID Capture(ULONG Skip) { g_Count = RtlCaptureStackBackTrace(Skip, 8, g_Trace, &g_Hash); }

static RTL_GENERIC_COMPARE_RESULTS NTAPI Compare(PRTL_AVL_TABLE Table, PVOID A, PVOID B) {
  LONG a = *(PLONG)A / 10, b = *(PLONG)B / 10; // equal in their tens
  UNREFERENCED_PARAMETER(Table);
  return a < b ? GenericLessThan : a > b ? GenericGreaterThan : GenericEqual;
}
static PVOID NTAPI Allocate(PRTL_AVL_TABLE Table, CLONG Bytes) {
  UNREFERENCED_PARAMETER(Table);
  return ExAllocatePoolWithTag(NonPagedPool, Bytes, 'lvaT');
}
static VOID NTAPI Free(PRTL_AVL_TABLE Table, PVOID Buffer) {
  UNREFERENCED_PARAMETER(Table);
  ExFreePoolWithTag(Buffer, 'lvaT');
}

static VOID Avl(VOID) {
  static const LONG keys[] = {50, 20, 70, 10, 60};
  RTL_AVL_TABLE table;
  TABLE_SEARCH_RESULT found;
  PVOID node = NULL, key = NULL, p;
  BOOLEAN fresh = FALSE;
  LONG value = 65, n = 0, last = 0, order = 0;
  RtlInitializeGenericTableAvl(&table, Compare, Allocate, Free, NULL);
  for (int i = 0; i < 5; i++) CHECK(RtlInsertElementGenericTableAvl(&table, (PVOID)&keys[i], sizeof(LONG), NULL) != NULL);
  p = RtlLookupElementGenericTableFullAvl(&table, &value, &node, &found);
  FACT("documentation RtlLookupElementGenericTableFullAvl: found", p != NULL && *(PLONG)p == 60 && found == TableFoundNode);
  value = 35;
  p = RtlLookupElementGenericTableFullAvl(&table, &value, &node, &found);
  FACT("documentation RtlLookupElementGenericTableFullAvl: where it would go", p == NULL && found != TableFoundNode && found != TableEmptyTree);
  p = RtlInsertElementGenericTableFullAvl(&table, &value, sizeof value, &fresh, node, found);
  FACT("documentation RtlInsertElementGenericTableFullAvl: goes there", p != NULL && *(PLONG)p == 35 && fresh && RtlNumberGenericTableElementsAvl(&table) == 6);
  for (p = RtlEnumerateGenericTableWithoutSplayingAvl(&table, &key); p != NULL; p = RtlEnumerateGenericTableWithoutSplayingAvl(&table, &key), n++) {
    if (*(PLONG)p > last) order++;
    last = *(PLONG)p;
  }
  FACT("documentation RtlEnumerateGenericTableWithoutSplayingAvl: all in order", n == 6 && order == 6 && last == 70);
  value = 21;
  p = RtlLookupFirstMatchingElementGenericTableAvl(&table, &value, &key);
  FACT("documentation RtlLookupFirstMatchingElementGenericTableAvl: the element", p != NULL && *(PLONG)p == 20);
  p = RtlEnumerateGenericTableWithoutSplayingAvl(&table, &key);
  FACT("documentation RtlLookupFirstMatchingElementGenericTableAvl: enumeration goes on behind it", p != NULL && *(PLONG)p == 35);
  RtlLookupElementGenericTableFullAvl(&table, &value, &node, &found);
  RtlDeleteElementGenericTableAvlEx(&table, node);
  FACT("documentation RtlDeleteElementGenericTableAvlEx: the node that was looked up", RtlLookupElementGenericTableAvl(&table, &value) == NULL && RtlNumberGenericTableElementsAvl(&table) == 5);
  while ((p = RtlGetElementGenericTableAvl(&table, 0)) != NULL) {
    value = *(PLONG)p;
    RtlDeleteElementGenericTableAvl(&table, &value);
  }
}

TEST_ENTRY {
  CONTEXT context;
  ULONG_PTR low, high;
  ULONG first;
  int i;
  Inner();
  Capture(0);
  FACT("documentation RtlCaptureStackBackTrace: at least the function and its caller", g_Count >= 2 && g_DeepCount >= 2 && g_Trace[0] != g_Deep[0]);
  for (i = 0; i < 2; i++) {
    Capture(0);
    if (i == 0) first = g_Hash;
  }
  FACT("documentation RtlCaptureStackBackTrace: one place has one hash", g_Hash == first && g_Hash != g_DeepHash);
  PVOID caller = NULL;
  USHORT all = 0;
  for (i = 0; i < 2; i++) {
    Capture(i);
    if (i == 0) {
      caller = g_Trace[1];
      all = g_Count;
    }
  }
  FACT("documentation RtlCaptureStackBackTrace: frames to skip", g_Count == all - 1 && g_Trace[0] == caller);
  RtlCaptureContext2(&context);
  IoGetStackLimits(&low, &high);
  FACT("documentation RtlCaptureContext2: the stack pointer lies on the stack", context.Rsp > low && context.Rsp < high);
  Avl();
  return RESULT();
}
