// Counted strings: making, copying, appending, comparing, changing case, numbers. Lengths are in bytes and a terminator is never counted.
#include "check.h"
LONG g_Failures;

static BOOLEAN Same(PCUNICODE_STRING a, PCWSTR text) { return a->Length == 2 * wcslen(text) && memcmp(a->Buffer, text, a->Length) == 0; }
static BOOLEAN SameA(const STRING *a, const char *text) { return a->Length == strlen(text) && memcmp(a->Buffer, text, a->Length) == 0; }

static VOID Making(VOID) {
  STRING s;
  UTF8_STRING u;
  UNICODE_STRING w, copy;
  ULONG bytes = 0x10004;
  PCHAR text = ExAllocatePoolWithTag(PagedPool, bytes, 'gnoL');
  PWCHAR wide = (PWCHAR)text;
  RtlInitString(&s, "abc");
  FACT("documentation RtlInitString: the terminator counts in MaximumLength only", s.Length == 3 && s.MaximumLength == 4 && s.Buffer[0] == 'a');
  RtlInitString(&s, NULL);
  FACT("documentation RtlInitString: NULL makes an empty string", s.Length == 0 && s.MaximumLength == 0 && s.Buffer == NULL);
  RtlInitUTF8String(&u, "\xC3\xA4");
  FACT("documentation RtlInitUTF8String: lengths are bytes, not characters", u.Length == 2 && u.MaximumLength == 3);
  FACT_EQ("documentation RtlInitUnicodeStringEx: STATUS_SUCCESS", RtlInitUnicodeStringEx(&w, L"abc"), STATUS_SUCCESS);
  FACT("documentation RtlInitUnicodeStringEx: bytes", w.Length == 6 && w.MaximumLength == 8);
  FACT("documentation RtlInitUnicodeStringEx: NULL makes an empty string", RtlInitUnicodeStringEx(&w, NULL) == STATUS_SUCCESS && w.Length == 0 && w.Buffer == NULL);
  RtlFillMemory(text, bytes, 'x');
  text[bytes - 1] = text[bytes - 2] = 0;
  FACT_EQ("documentation RtlInitUnicodeStringEx: beyond 65,534 bytes", RtlInitUnicodeStringEx(&w, wide), STATUS_NAME_TOO_LONG);
  FACT_EQ("documentation RtlInitAnsiStringEx: beyond 65,534 bytes", RtlInitAnsiStringEx(&s, text), STATUS_NAME_TOO_LONG);
  FACT_EQ("documentation RtlInitStringEx: beyond 65,534 bytes", RtlInitStringEx(&s, text), STATUS_NAME_TOO_LONG);
  FACT_EQ("documentation RtlInitUTF8StringEx: beyond 65,534 bytes", RtlInitUTF8StringEx(&u, text), STATUS_NAME_TOO_LONG);
  text[3] = 0;
  FACT("documentation RtlInitAnsiStringEx: a short one", RtlInitAnsiStringEx(&s, text) == STATUS_SUCCESS && s.Length == 3 && s.Buffer == text);
  FACT("documentation RtlInitStringEx: a short one", RtlInitStringEx(&s, text) == STATUS_SUCCESS && s.Length == 3 && s.Buffer == text);
  FACT("documentation RtlInitUTF8StringEx: a short one", RtlInitUTF8StringEx(&u, text) == STATUS_SUCCESS && u.Length == 3 && u.Buffer == text);
  ExFreePool(text);
  FACT("documentation RtlCreateUnicodeString: a copy in pool with its terminator", RtlCreateUnicodeString(&w, L"new") && w.Length == 6 && w.MaximumLength == 8 && w.Buffer[3] == 0);
  FACT_EQ("documentation RtlDuplicateUnicodeString: no terminator without the flag", RtlDuplicateUnicodeString(0, &w, &copy), STATUS_SUCCESS);
  FACT("documentation RtlDuplicateUnicodeString: exactly the characters", copy.Buffer != w.Buffer && copy.MaximumLength == 6 && Same(&copy, L"new"));
  RtlFreeUnicodeString(&copy);
  FACT("documentation RtlFreeUnicodeString: the string is empty afterwards", copy.Buffer == NULL && copy.Length == 0 && copy.MaximumLength == 0);
  CHECK_EQ(RtlDuplicateUnicodeString(RTL_DUPLICATE_UNICODE_STRING_NULL_TERMINATE, &w, &copy), STATUS_SUCCESS);
  FACT("documentation RtlDuplicateUnicodeString: NULL_TERMINATE adds a terminator", copy.MaximumLength == 8 && copy.Buffer[3] == 0);
  RtlFreeUnicodeString(&copy);
  FACT_EQ("documentation RtlDuplicateUnicodeString: ALLOCATE_NULL_STRING alone", RtlDuplicateUnicodeString(RTL_DUPLICATE_UNICODE_STRING_ALLOCATE_NULL_STRING, &w, &copy), STATUS_INVALID_PARAMETER);
  RtlFreeUnicodeString(&w);
  FACT("documentation RtlDuplicateUnicodeString: an empty string has no buffer", RtlDuplicateUnicodeString(1, &w, &copy) == STATUS_SUCCESS && copy.Buffer == NULL);
  FACT("documentation RtlDuplicateUnicodeString: or a terminator when asked", RtlDuplicateUnicodeString(3, &w, &copy) == STATUS_SUCCESS && copy.MaximumLength == 2 && copy.Buffer[0] == 0);
  RtlFreeUnicodeString(&copy);
}

static VOID Valid(VOID) {
  UNICODE_STRING w = RTL_CONSTANT_STRING(L"valid");
  FACT_EQ("documentation RtlValidateUnicodeString: a good string", RtlValidateUnicodeString(0, &w), STATUS_SUCCESS);
  FACT_EQ("documentation RtlValidateUnicodeString: Flags must be 0", RtlValidateUnicodeString(1, &w), STATUS_INVALID_PARAMETER);
  w.Length = 3;
  FACT_EQ("documentation RtlValidateUnicodeString: an odd Length", RtlValidateUnicodeString(0, &w), STATUS_INVALID_PARAMETER);
  w.Length = 14;
  FACT_EQ("documentation RtlValidateUnicodeString: Length above MaximumLength", RtlValidateUnicodeString(0, &w), STATUS_INVALID_PARAMETER);
  w.Length = 4;
  w.Buffer = NULL;
  FACT_EQ("documentation RtlValidateUnicodeString: a length without a buffer", RtlValidateUnicodeString(0, &w), STATUS_INVALID_PARAMETER);
}

static VOID CopyAndAppend(VOID) {
  CHAR room[8];
  WCHAR wide[6];
  STRING s = {0, 8, room}, from, empty = {0};
  UNICODE_STRING w = {0, sizeof wide, wide}, add = RTL_CONSTANT_STRING(L"abc");
  RtlInitString(&from, "a longer text");
  RtlCopyString(&s, &from);
  FACT("documentation RtlCopyString: cut off at MaximumLength", s.Length == 8 && memcmp(room, "a longer", 8) == 0);
  RtlCopyString(&s, NULL);
  FACT("documentation RtlCopyString: no source empties the destination", s.Length == 0);
  RtlInitString(&from, "12345");
  FACT("documentation RtlAppendStringToString: appends", RtlAppendStringToString(&s, &from) == STATUS_SUCCESS && SameA(&s, "12345"));
  FACT_EQ("documentation RtlAppendStringToString: no room", RtlAppendStringToString(&s, &from), STATUS_BUFFER_TOO_SMALL);
  FACT("documentation RtlAppendStringToString: then nothing is appended", SameA(&s, "12345"));
  FACT("documentation RtlAppendStringToString: an empty source", RtlAppendStringToString(&s, &empty) == STATUS_SUCCESS && s.Length == 5);
  FACT("documentation RtlAppendAsciizToString: appends", RtlAppendAsciizToString(&s, "67") == STATUS_SUCCESS && SameA(&s, "1234567"));
  FACT("documentation RtlAppendAsciizToString: NULL appends nothing", RtlAppendAsciizToString(&s, NULL) == STATUS_SUCCESS && s.Length == 7);
  FACT_EQ("documentation RtlAppendAsciizToString: no room", RtlAppendAsciizToString(&s, "89"), STATUS_BUFFER_TOO_SMALL);
  RtlFillMemory(wide, sizeof wide, 'x');
  FACT_EQ("documentation RtlAppendUnicodeStringToString: appends", RtlAppendUnicodeStringToString(&w, &add), STATUS_SUCCESS);
  FACT("documentation RtlAppendUnicodeStringToString: a terminator where there is room", Same(&w, L"abc") && wide[3] == 0);
  FACT("documentation RtlAppendUnicodeStringToString: up to the last character", RtlAppendUnicodeStringToString(&w, &add) == STATUS_SUCCESS && w.Length == 12);
  FACT_EQ("documentation RtlAppendUnicodeStringToString: no room", RtlAppendUnicodeStringToString(&w, &add), STATUS_BUFFER_TOO_SMALL);
  FACT("documentation RtlAppendUnicodeStringToString: then nothing is appended", Same(&w, L"abcabc"));
}

static VOID Compare(VOID) {
  STRING a, b, long_;
  UNICODE_STRING name = RTL_CONSTANT_STRING(L"Driver.SYS"), suffix = RTL_CONSTANT_STRING(L".sys"), part = RTL_CONSTANT_STRING(L"VER"), none = RTL_CONSTANT_STRING(L"xyz");
  RtlInitString(&a, "alpha");
  RtlInitString(&b, "ALPHA");
  RtlInitString(&long_, "alphabet");
  FACT("documentation RtlCompareString: order of the characters", RtlCompareString(&a, &b, FALSE) > 0 && RtlCompareString(&b, &a, FALSE) < 0);
  FACT_EQ("documentation RtlCompareString: without regard to case", RtlCompareString(&a, &b, TRUE), 0);
  FACT("documentation RtlCompareString: a beginning is less", RtlCompareString(&a, &long_, FALSE) < 0 && RtlCompareString(&long_, &a, TRUE) > 0);
  FACT("documentation RtlEqualString: case", !RtlEqualString(&a, &b, FALSE) && RtlEqualString(&a, &b, TRUE));
  FACT("documentation RtlEqualString: lengths must be equal", !RtlEqualString(&a, &long_, TRUE));
  FACT("documentation RtlPrefixString: String1 begins String2", RtlPrefixString(&a, &long_, FALSE) && !RtlPrefixString(&long_, &a, FALSE));
  FACT("documentation RtlPrefixString: case", !RtlPrefixString(&b, &long_, FALSE) && RtlPrefixString(&b, &long_, TRUE));
  FACT("documentation RtlSuffixUnicodeString: case", RtlSuffixUnicodeString(&suffix, &name, TRUE) && !RtlSuffixUnicodeString(&suffix, &name, FALSE));
  FACT("documentation RtlSuffixUnicodeString: String1 ends String2", !RtlSuffixUnicodeString(&name, &suffix, TRUE));
  FACT("documentation RtlFindUnicodeSubstring: where it begins", RtlFindUnicodeSubstring(&name, &part, TRUE) == name.Buffer + 3);
  FACT("documentation RtlFindUnicodeSubstring: NULL if it is not there", RtlFindUnicodeSubstring(&name, &part, FALSE) == NULL && RtlFindUnicodeSubstring(&name, &none, TRUE) == NULL);
  FACT("documentation RtlCompareUnicodeStrings: counts are characters", RtlCompareUnicodeStrings(L"abX", 2, L"abY", 2, FALSE) == 0);
  FACT("documentation RtlCompareUnicodeStrings: case", RtlCompareUnicodeStrings(L"ab", 2, L"AB", 2, TRUE) == 0 && RtlCompareUnicodeStrings(L"ab", 2, L"AB", 2, FALSE) > 0);
  FACT("documentation RtlCompareUnicodeStrings: a beginning is less", RtlCompareUnicodeStrings(L"ab", 2, L"abc", 3, TRUE) < 0);
}

static VOID Case(VOID) {
  CHAR room[4];
  WCHAR wide[4];
  STRING s = {0, sizeof room, room}, from;
  UNICODE_STRING w = {0, sizeof wide, wide}, name = RTL_CONSTANT_STRING(L"ABC\x00C4"), long_ = RTL_CONSTANT_STRING(L"ABCDE"), made;
  RtlInitString(&from, "mIxed");
  RtlUpperString(&s, &from);
  FACT("documentation RtlUpperString: upper case, cut off at MaximumLength", SameA(&s, "MIXE"));
  FACT("documentation RtlUpperChar: letters only", RtlUpperChar('q') == 'Q' && RtlUpperChar('Q') == 'Q' && RtlUpperChar('7') == '7');
  FACT("documentation RtlDowncaseUnicodeString: into the caller's buffer", RtlDowncaseUnicodeString(&w, &name, FALSE) == STATUS_SUCCESS && Same(&w, L"abc\x00E4"));
  FACT_EQ("documentation RtlDowncaseUnicodeString: no room", RtlDowncaseUnicodeString(&w, &long_, FALSE), STATUS_BUFFER_OVERFLOW);
  FACT("documentation RtlDowncaseUnicodeString: allocates", RtlDowncaseUnicodeString(&made, &long_, TRUE) == STATUS_SUCCESS && Same(&made, L"abcde"));
  RtlFreeUnicodeString(&made);
}

static VOID Numbers(VOID) {
  ULONG value = 0;
  LONG64 big = 0;
  WCHAR room[20], *end = NULL;
  UNICODE_STRING w = {0, sizeof room, room}, text = RTL_CONSTANT_STRING(L"  -1234567890123x"), hex = RTL_CONSTANT_STRING(L"0x100000000");
  FACT("documentation RtlCharToInteger: base 0 reads a prefix", RtlCharToInteger("0x1A", 0, &value) == STATUS_SUCCESS && value == 26);
  FACT("documentation RtlCharToInteger: octal and binary prefixes", RtlCharToInteger("0o17", 0, &value) == STATUS_SUCCESS && value == 15 && RtlCharToInteger("0b101", 0, &value) == STATUS_SUCCESS && value == 5);
  FACT("documentation RtlCharToInteger: a sign", RtlCharToInteger("-12", 10, &value) == STATUS_SUCCESS && value == (ULONG)-12);
  FACT("documentation RtlCharToInteger: ends at the first other character", RtlCharToInteger("77q", 8, &value) == STATUS_SUCCESS && value == 63);
  FACT_EQ("documentation RtlCharToInteger: bases are 0, 2, 8, 10 and 16", RtlCharToInteger("1", 3, &value), STATUS_INVALID_PARAMETER);
  FACT("documentation RtlInt64ToUnicodeString: base 16", RtlInt64ToUnicodeString(0x1234567890ABCDEFULL, 16, &w) == STATUS_SUCCESS && _wcsnicmp(room, L"1234567890ABCDEF", 16) == 0 && w.Length == 32);
  FACT("documentation RtlInt64ToUnicodeString: base 0 is 10", RtlInt64ToUnicodeString(12345678901ULL, 0, &w) == STATUS_SUCCESS && Same(&w, L"12345678901"));
  FACT_EQ("documentation RtlInt64ToUnicodeString: another base", RtlInt64ToUnicodeString(1, 7, &w), STATUS_INVALID_PARAMETER);
  w.MaximumLength = 4;
  FACT_EQ("documentation RtlInt64ToUnicodeString: no room", RtlInt64ToUnicodeString(12345, 10, &w), STATUS_BUFFER_OVERFLOW);
  FACT("documentation RtlUnicodeStringToInt64: blanks and a sign", RtlUnicodeStringToInt64(&text, 10, &big, &end) == STATUS_SUCCESS && big == -1234567890123LL);
  FACT("documentation RtlUnicodeStringToInt64: where the number ends", end == text.Buffer + 16);
  FACT("documentation RtlUnicodeStringToInt64: more than 32 bits, base from the prefix", RtlUnicodeStringToInt64(&hex, 0, &big, NULL) == STATUS_SUCCESS && big == 0x100000000LL);
}

TEST_ENTRY {
  Making();
  Valid();
  CopyAndAppend();
  Compare();
  Case();
  Numbers();
  return RESULT();
}

// RtlAppendUnicodeStringToString writes where the string ends, whatever its MaximumLength claims.
BAD(AppendBeyondBlock, 0xCD, -1) {
  UNICODE_STRING w, add = RTL_CONSTANT_STRING(L"12345678");
  w.Buffer = ExAllocatePoolWithTag(NonPagedPool, 16, 'rtS ');
  w.Length = 8;
  w.MaximumLength = 64;
  return RtlAppendUnicodeStringToString(&w, &add);
}
