// What the machine says about itself; captured contexts, normal forms, AVL tables read like a directory, placeholders.
#include "check.h"
LONG g_Failures;

static RTL_GENERIC_COMPARE_RESULTS NTAPI Compare(PRTL_AVL_TABLE Table, PVOID A, PVOID B) {
  ULONG a = *(PULONG)A, b = *(PULONG)B;
  return a < b ? GenericLessThan : a > b ? GenericGreaterThan : GenericEqual;
}
static PVOID NTAPI Allocate(PRTL_AVL_TABLE Table, CLONG Size) { return ExAllocatePoolWithTag(NonPagedPool, Size, 'lvAF'); }
static VOID NTAPI Free(PRTL_AVL_TABLE Table, PVOID Buffer) { ExFreePoolWithTag(Buffer, 'lvAF'); }
static NTSTATUS NTAPI EvenBelow(PRTL_AVL_TABLE Table, PVOID Element, PVOID Limit) {
  ULONG v = *(PULONG)Element;
  if (v >= *(PULONG)Limit) return STATUS_NO_MORE_MATCHES;
  return v % 2 == 0 ? STATUS_SUCCESS : STATUS_NO_MATCH;
}

static VOID Directory(VOID) {
  RTL_AVL_TABLE table;
  ULONG limit = 15, from = 3, deleted = 0, v;
  PVOID key = NULL;
  PULONG p;
  RtlInitializeGenericTableAvl(&table, Compare, Allocate, Free, NULL);
  CHECK(RtlEnumerateGenericTableLikeADirectory(&table, EvenBelow, &limit, FALSE, &key, &deleted, &from) == NULL);
  for (v = 0; v < 20; v++) RtlInsertElementGenericTableAvl(&table, &v, sizeof(v), NULL);
  p = RtlEnumerateGenericTableLikeADirectory(&table, EvenBelow, &limit, FALSE, &key, &deleted, &from);
  CHECK(p != NULL && *p == 4);
  p = RtlEnumerateGenericTableLikeADirectory(&table, EvenBelow, &limit, TRUE, &key, &deleted, &from);
  CHECK(p != NULL && *p == 6);
  v = 7;
  CHECK(RtlDeleteElementGenericTableAvl(&table, &v)); // now the key is looked up anew
  from = 6;
  p = RtlEnumerateGenericTableLikeADirectory(&table, EvenBelow, &limit, TRUE, &key, &deleted, &from);
  CHECK(p != NULL && *p == 8);
  ULONG n = 0;
  while (RtlEnumerateGenericTableLikeADirectory(&table, EvenBelow, &limit, TRUE, &key, &deleted, &from) != NULL) n++;
  CHECK_EQ(n, 3);
  while ((p = RtlGetElementGenericTableAvl(&table, 0)) != NULL) RtlDeleteElementGenericTableAvl(&table, p);
}

TEST_ENTRY {
  CONTEXT context;
  ULONG product = 0, needed = 0;
  Directory();
  RtlCaptureContext(&context);
  CHECK_EQ(context.Rip, (ULONG_PTR)DriverEntry);
  CHECK((LONG_PTR)context.Rsp < 0 && context.SegCs == 0x10 && (context.ContextFlags & CONTEXT_CONTROL) == CONTEXT_CONTROL);
  CHECK(RtlGetProductInfo(10, 0, 0, 0, &product));
  CHECK_EQ(product, 0x30);
  CHECK_EQ(RtlGetActiveConsoleId(), 1);
  CHECK(wcscmp(RtlGetNtSystemRoot(), L"C:\\WINDOWS") == 0);
  CHECK(!RtlIsStateSeparationEnabled() && !RtlIsMultiSessionSku());
  WCHAR path[32];
  CHECK_EQ(RtlGetPersistedStateLocation(L"id", NULL, L"\\Registry\\x", LocationTypeRegistry, path, 4, &needed), STATUS_BUFFER_OVERFLOW);
  CHECK_EQ(needed, 24);
  CHECK_EQ(RtlGetPersistedStateLocation(L"id", NULL, L"\\Registry\\x", LocationTypeRegistry, path, sizeof(path), NULL), STATUS_SUCCESS);
  CHECK(wcscmp(path, L"\\Registry\\x") == 0);
  CHECK_EQ(RtlGetPersistedStateLocation(L"id", NULL, NULL, LocationTypeRegistry, path, sizeof(path), NULL), STATUS_NOT_FOUND);

  WCHAR out[8];
  LONG length = 8;
  BOOLEAN normal = TRUE;
  CHECK_EQ(RtlNormalizeString(1, L"a\x0308", -1, out, &length), STATUS_SUCCESS); // a and dots above
  CHECK(length == 2 && out[0] == 0xE4 && out[1] == 0);
  length = 1;
  CHECK_EQ(RtlNormalizeString(2, L"\xE4", 1, out, &length), STATUS_BUFFER_TOO_SMALL);
  CHECK_EQ(length, 2);
  CHECK_EQ(RtlIsNormalizedString(2, L"\xE4", 1, &normal), STATUS_SUCCESS);
  CHECK(!normal);
  CHECK_EQ(RtlIsNormalizedString(1, L"\xD800", 1, &normal), STATUS_NO_UNICODE_TRANSLATION);
  CHECK_EQ(RtlIsNormalizedString(3, L"a", 1, &normal), STATUS_OBJECT_NAME_NOT_FOUND);

  WCHAR buffer[4] = {L'a', L'b', L'c', L'd'};
  UNICODE_STRING s = {4, 8, buffer};
  RtlSanitizeUnicodeStringPadding(&s);
  CHECK(buffer[1] == L'b' && buffer[2] == 0 && buffer[3] == 0);
  CHECK(RtlIsPartialPlaceholder(0x400400, 0x9000101A) && !RtlIsPartialPlaceholder(0x400, 0x9000001A));
  CHECK(RtlIsCloudFilesPlaceholder(0x400, 0x9000201A) && !RtlIsCloudFilesPlaceholder(0, 0x9000001A));
  return RESULT();
}

BAD(RootAtDispatch, 0xC4, 0xE5) {
  KIRQL old;
  KeRaiseIrql(DISPATCH_LEVEL, &old);
  return RtlGetNtSystemRoot() != NULL ? STATUS_SUCCESS : STATUS_UNSUCCESSFUL;
}
