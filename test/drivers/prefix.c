// Unicode prefix tables, 8.3 names, correlation vectors, SIDs and GUIDs made from names.
#include "check.h"
LONG g_Failures;

static UNICODE_PREFIX_TABLE Table;
static UNICODE_PREFIX_TABLE_ENTRY Entries[6];
static UNICODE_STRING Names[6] = {RTL_CONSTANT_STRING(L"\\"), RTL_CONSTANT_STRING(L"\\Device"), RTL_CONSTANT_STRING(L"\\Device\\HarddiskVolume1"),
  RTL_CONSTANT_STRING(L"\\Device\\Mup"), RTL_CONSTANT_STRING(L"\\device"), RTL_CONSTANT_STRING(L"\\Device\\HarddiskVolume1\\Windows")};

static int Find(PCWSTR name, ULONG insensitive) {
  UNICODE_STRING s;
  RtlInitUnicodeString(&s, name);
  PUNICODE_PREFIX_TABLE_ENTRY e = RtlFindUnicodePrefix(&Table, &s, insensitive);
  return e == NULL ? -1 : (int)(e - Entries);
}

static VOID Prefixes(VOID) {
  RtlInitializeUnicodePrefix(&Table);
  CHECK_EQ(Find(L"\\Device", 0), -1);
  for (int i = 0; i < 6; i++) CHECK(RtlInsertUnicodePrefix(&Table, &Names[i], &Entries[i]));
  CHECK(!RtlInsertUnicodePrefix(&Table, &Names[2], &Entries[2]));
  CHECK_EQ(Find(L"\\Device\\HarddiskVolume1\\Windows\\System32", 0), 5);
  CHECK_EQ(Find(L"\\Device\\HarddiskVolume1\\WindowsOld", 0), 2);
  CHECK_EQ(Find(L"\\DEVICE\\MUP\\server\\share", 0), 3);
  CHECK_EQ(Find(L"\\Device\\HarddiskVolume12", MAXULONG), 1);
  CHECK_EQ(Find(L"\\device\\null", MAXULONG), 4);
  CHECK_EQ(Find(L"\\Driver", 0), 0);
  RtlRemoveUnicodePrefix(&Table, &Entries[5]);
  CHECK_EQ(Find(L"\\Device\\HarddiskVolume1\\Windows\\System32", 0), 2);
  int n = 0;
  for (PUNICODE_PREFIX_TABLE_ENTRY e = RtlNextUnicodePrefix(&Table, TRUE); e != NULL; e = RtlNextUnicodePrefix(&Table, FALSE)) n++;
  CHECK_EQ(n, 5);
}

static BOOLEAN Legal(PCWSTR name, BOOLEAN *spaces) {
  UNICODE_STRING s;
  CHAR buffer[12];
  OEM_STRING oem = {0, sizeof(buffer), buffer};
  RtlInitUnicodeString(&s, name);
  return RtlIsNameLegalDOS8Dot3(&s, &oem, spaces);
}
static VOID Generate(PGENERATE_NAME_CONTEXT context, PCWSTR name, PCWSTR wanted) {
  WCHAR buffer[13];
  UNICODE_STRING s, w, out = {0, sizeof(buffer), buffer};
  RtlInitUnicodeString(&s, name);
  RtlInitUnicodeString(&w, wanted);
  CHECK_EQ(RtlGenerate8dot3Name(&s, FALSE, context, &out), STATUS_SUCCESS);
  if (!RtlEqualUnicodeString(&out, &w, FALSE)) { g_Failures++; DbgPrint("FAIL %wZ: %wZ, not %wZ\n", &s, &out, &w); }
}

static VOID ShortNames(VOID) {
  BOOLEAN spaces = FALSE;
  CHECK(Legal(L"NOTEPAD.EXE", &spaces) && !spaces);
  CHECK(Legal(L"a b.txt", &spaces) && spaces);
  CHECK(Legal(L".", NULL) && Legal(L"..", NULL));
  CHECK(!Legal(L"ninechars.txt", NULL));
  CHECK(!Legal(L"a.html", NULL));
  CHECK(!Legal(L"a.b.c", NULL));
  CHECK(!Legal(L".txt", NULL));
  CHECK(!Legal(L"a .txt", NULL));
  CHECK(!Legal(L"a.", NULL));
  CHECK(!Legal(L"a*.txt", NULL));
  CHECK(!Legal(L"\x4e2d", NULL));
  GENERATE_NAME_CONTEXT context = {0};
  Generate(&context, L"Long File Name.html", L"LONGFI~1.HTM");
  Generate(&context, L"Long File Name.html", L"LONGFI~2.HTM");
  Generate(&context, L"Long File Name.html", L"LONGFI~3.HTM");
  Generate(&context, L"Long File Name.html", L"LONGFI~4.HTM");
  WCHAR buffer[13];
  UNICODE_STRING name = RTL_CONSTANT_STRING(L"Long File Name.html"), out = {0, sizeof(buffer), buffer};
  CHECK_EQ(RtlGenerate8dot3Name(&name, FALSE, &context, &out), STATUS_SUCCESS);
  CHECK_EQ(out.Length, 24);
  CHECK(out.Buffer[0] == L'L' && out.Buffer[1] == L'O' && out.Buffer[6] == L'~' && out.Buffer[7] == L'1');
  CHECK(context.ChecksumInserted);
  RtlZeroMemory(&context, sizeof(context));
  Generate(&context, L"a+b=c,d.tar.gz", L"A_B_C_~1.GZ");
}

static VOID Digests(VOID) {
  UNICODE_STRING service = RTL_CONSTANT_STRING(L"TrustedInstaller"), text;
  UNICODE_STRING wanted = RTL_CONSTANT_STRING(L"S-1-5-80-956008885-3418522649-1831038044-1853292631-2271478464");
  UCHAR sid[SECURITY_MAX_SID_SIZE];
  ULONG length = 4;
  CHECK_EQ(RtlCreateServiceSid(&service, (PSID)sid, &length), STATUS_BUFFER_TOO_SMALL);
  CHECK_EQ(length, 32);
  CHECK_EQ(RtlCreateServiceSid(&service, (PSID)sid, &length), STATUS_SUCCESS);
  CHECK_EQ(RtlConvertSidToUnicodeString(&text, (PSID)sid, TRUE), STATUS_SUCCESS);
  CHECK(RtlEqualUnicodeString(&text, &wanted, FALSE));
  RtlFreeUnicodeString(&text);
  CHECK_EQ(RtlCreateVirtualAccountSid(&service, 111, (PSID)sid, &length), STATUS_SUCCESS);
  CHECK_EQ(*RtlSubAuthoritySid((PSID)sid, 0), 111);
  CHECK_EQ(*RtlSubAuthoritySid((PSID)sid, 1), 956008885);

  // RFC 4122: version 5 of the name python.org in the namespace of domain names
  static const GUID dns = {0x6ba7b810, 0x9dad, 0x11d1, {0x80, 0xb4, 0x00, 0xc0, 0x4f, 0xd4, 0x30, 0xc8}};
  static const GUID python = {0x886313e1, 0x3b8a, 0x5372, {0x9b, 0x90, 0x0c, 0x9a, 0xee, 0x19, 0x9e, 0x5d}};
  GUID made;
  CHECK_EQ(RtlGenerateClass5Guid(&dns, "python.org", 10, &made), STATUS_SUCCESS);
  CHECK(RtlEqualMemory(&made, &python, sizeof(GUID)));

  CORRELATION_VECTOR v;
  CHECK_EQ(RtlInitializeCorrelationVector(&v, 3, &dns), STATUS_INVALID_PARAMETER);
  CHECK_EQ(RtlInitializeCorrelationVector(&v, RTL_CORRELATION_VECTOR_VERSION_2, &dns), STATUS_SUCCESS);
  CHECK_EQ(strcmp(v.Vector, "ELina62d0RGAtADAT9QwyA.0"), 0);
  CHECK_EQ(RtlIncrementCorrelationVector(&v), STATUS_SUCCESS);
  CHECK_EQ(RtlExtendCorrelationVector(&v), STATUS_SUCCESS);
  CHECK_EQ(RtlIncrementCorrelationVector(&v), STATUS_SUCCESS);
  CHECK_EQ(strcmp(v.Vector, "ELina62d0RGAtADAT9QwyA.1.1"), 0);
  CHECK_EQ(RtlValidateCorrelationVector(&v), STATUS_SUCCESS);
  for (int i = 0; i < 60; i++) if (RtlExtendCorrelationVector(&v) != STATUS_SUCCESS) break;
  CHECK_EQ(RtlExtendCorrelationVector(&v), STATUS_BUFFER_OVERFLOW);
  CHECK(strlen(v.Vector) < sizeof(v.Vector));
  v.Vector[3] = '!';
  CHECK_EQ(RtlValidateCorrelationVector(&v), STATUS_INVALID_PARAMETER);
}

TEST_ENTRY {
  Prefixes();
  ShortNames();
  Digests();
  return RESULT();
}

BAD(EntryFreed, 0xCC, -1) {
  PUNICODE_PREFIX_TABLE_ENTRY entry = ExAllocatePoolWithTag(PagedPool, sizeof(*entry), 'xfrP');
  RtlInitializeUnicodePrefix(&Table);
  RtlInsertUnicodePrefix(&Table, &Names[1], entry);
  ExFreePool(entry);
  return RtlFindUnicodePrefix(&Table, &Names[2], 0) != NULL ? STATUS_SUCCESS : STATUS_UNSUCCESSFUL;
}
BAD(SidTooSmall, 0xCD, -1) {
  ULONG length = 32;
  PSID sid = ExAllocatePoolWithTag(NonPagedPool, 16, 'xfrP');
  return RtlCreateServiceSid(&Names[1], sid, &length);
}
