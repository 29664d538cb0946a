// Dynamic hash tables: insert, look up, walk equal signatures, enumerate in three ways while entries come and go, grow and shrink.
#include "check.h"
LONG g_Failures;

typedef struct _ITEM { RTL_DYNAMIC_HASH_TABLE_ENTRY Entry; ULONG Number; BOOLEAN Seen; } ITEM, *PITEM;
static ITEM Items[300];

static ULONG CountSignature(PRTL_DYNAMIC_HASH_TABLE Table, ULONG_PTR Signature) {
  RTL_DYNAMIC_HASH_TABLE_CONTEXT context;
  ULONG n = 0;
  RtlInitHashTableContext(&context);
  for (PRTL_DYNAMIC_HASH_TABLE_ENTRY e = RtlLookupEntryHashTable(Table, Signature, &context); e != NULL; e = RtlGetNextEntryHashTable(Table, &context)) {
    CHECK_EQ(HASH_ENTRY_KEY(e), Signature);
    n++;
  }
  RtlReleaseHashTableContext(&context);
  return n;
}

static ULONG EnumerateAll(PRTL_DYNAMIC_HASH_TABLE Table, BOOLEAN RemoveThem) {
  RTL_DYNAMIC_HASH_TABLE_ENUMERATOR enumerator;
  ULONG n = 0;
  CHECK(RtlInitEnumerationHashTable(Table, &enumerator));
  CHECK_EQ(RtlActiveEnumeratorsHashTable(Table), 1);
  CHECK(!RtlExpandHashTable(Table));
  for (PRTL_DYNAMIC_HASH_TABLE_ENTRY e; (e = RtlEnumerateEntryHashTable(Table, &enumerator)) != NULL; n++) {
    PITEM item = CONTAINING_RECORD(e, ITEM, Entry);
    CHECK(!item->Seen);
    item->Seen = TRUE;
    if (RemoveThem) RtlRemoveEntryHashTable(Table, e, NULL);
  }
  RtlEndEnumerationHashTable(Table, &enumerator);
  CHECK_EQ(RtlActiveEnumeratorsHashTable(Table), 0);
  for (ULONG i = 0; i < 300; i++) Items[i].Seen = FALSE;
  return n;
}

TEST_ENTRY {
  PRTL_DYNAMIC_HASH_TABLE table = NULL;
  RTL_DYNAMIC_HASH_TABLE_CONTEXT context;
  RTL_DYNAMIC_HASH_TABLE_ENUMERATOR enumerator;
  CHECK(RtlCreateHashTable(&table, 0, 0));
  CHECK(table->Flags & RTL_HASH_ALLOCATED_HEADER);
  CHECK_EQ(RtlTotalBucketsHashTable(table), 128);
  CHECK_EQ(RtlEmptyBucketsHashTable(table), 128);
  CHECK(RtlLookupEntryHashTable(table, 5, NULL) == NULL);

  // 300 entries, signatures 0..99 three times each; 0 is kept as 1
  for (ULONG i = 0; i < 300; i++) {
    Items[i].Number = i;
    CHECK(RtlInsertEntryHashTable(table, &Items[i].Entry, i % 100, NULL));
  }
  CHECK_EQ(RtlTotalEntriesHashTable(table), 300);
  CHECK_EQ(RtlNonEmptyBucketsHashTable(table), 99);
  CHECK_EQ(CountSignature(table, 42), 3);
  CHECK_EQ(CountSignature(table, 1), 6);
  CHECK_EQ(CountSignature(table, 0x12345), 0);
  CHECK_EQ(EnumerateAll(table, FALSE), 300);

  // grow beyond the first level of the directory, everything is still found
  for (ULONG i = 0; i < 200; i++) CHECK(RtlExpandHashTable(table));
  CHECK_EQ(RtlTotalBucketsHashTable(table), 328);
  for (ULONG s = 2; s < 100; s++) CHECK_EQ(CountSignature(table, s), 3);
  RtlRemoveEntryHashTable(table, &Items[7].Entry, NULL);
  for (ULONG i = 0; i < 200; i++) CHECK(RtlContractHashTable(table));
  CHECK(!RtlContractHashTable(table));
  CHECK_EQ(RtlTotalBucketsHashTable(table), 128);
  CHECK_EQ(EnumerateAll(table, FALSE), 299);

  // a context from a lookup serves the insertion behind it
  RtlInitHashTableContext(&context);
  CHECK(RtlLookupEntryHashTable(table, 7, &context) != NULL);
  RtlInsertEntryHashTable(table, &Items[7].Entry, 7, &context);
  CHECK_EQ(CountSignature(table, 7), 3);

  // strong: the table stands still; weak: like the plain one
  ULONG n = 0;
  CHECK(RtlInitStrongEnumerationHashTable(table, &enumerator));
  while (RtlStronglyEnumerateEntryHashTable(table, &enumerator) != NULL) n++;
  RtlEndStrongEnumerationHashTable(table, &enumerator);
  CHECK_EQ(n, 300);
  n = 0;
  CHECK(RtlInitWeakEnumerationHashTable(table, &enumerator));
  while (RtlWeaklyEnumerateEntryHashTable(table, &enumerator) != NULL) n++;
  RtlEndWeakEnumerationHashTable(table, &enumerator);
  CHECK_EQ(n, 300);

  CHECK_EQ(EnumerateAll(table, TRUE), 300);
  CHECK_EQ(RtlTotalEntriesHashTable(table), 0);
  CHECK_EQ(RtlNonEmptyBucketsHashTable(table), 0);
  RtlDeleteHashTable(table);

  // a header of one's own, a larger first size, sizes that are no power of two
  RTL_DYNAMIC_HASH_TABLE own;
  table = &own;
  CHECK(RtlCreateHashTableEx(&table, 1024, 4, 0));
  CHECK_EQ(own.Flags & RTL_HASH_ALLOCATED_HEADER, 0);
  CHECK_EQ(RtlTotalBucketsHashTable(&own), 1024);
  RtlInsertEntryHashTable(&own, &Items[0].Entry, 0xFFFFF80012345670, NULL);
  CHECK(RtlLookupEntryHashTable(&own, 0xFFFFF80012345670, NULL) == &Items[0].Entry);
  CHECK(RtlLookupEntryHashTable(&own, 0xFFFFF80012345671, NULL) == NULL);
  RtlRemoveEntryHashTable(&own, &Items[0].Entry, NULL);
  RtlDeleteHashTable(&own);
  table = NULL;
  CHECK(!RtlCreateHashTableEx(&table, 1000, 0, 0));
  CHECK(!RtlCreateHashTableEx(&table, 64, 0, 0));
  CHECK(table == NULL);
  return RESULT();
}

BAD(RemoveTwice, 0x139, 3) {
  PRTL_DYNAMIC_HASH_TABLE table = NULL;
  RtlCreateHashTable(&table, 0, 0);
  RtlInsertEntryHashTable(table, &Items[0].Entry, 9, NULL);
  RtlInsertEntryHashTable(table, &Items[1].Entry, 9, NULL);
  RtlRemoveEntryHashTable(table, &Items[0].Entry, NULL);
  RtlRemoveEntryHashTable(table, &Items[0].Entry, NULL);
  return STATUS_SUCCESS;
}
BAD(UseAfterFree, 0xCC, -1) {
  PRTL_DYNAMIC_HASH_TABLE table = NULL;
  PITEM item = ExAllocatePoolWithTag(NonPagedPool, sizeof(ITEM), 'tseT');
  RtlCreateHashTable(&table, 0, 0);
  RtlInsertEntryHashTable(table, &item->Entry, 9, NULL);
  ExFreePoolWithTag(item, 'tseT');
  RtlLookupEntryHashTable(table, 9, NULL);
  return STATUS_SUCCESS;
}
