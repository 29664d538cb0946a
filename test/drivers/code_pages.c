// Conversions between Unicode, the ANSI and OEM code pages and UTF-8: lengths in bytes, what does not fit, what cannot be said.
#include "check.h"
LONG g_Failures;

static BOOLEAN Same(PCUNICODE_STRING a, PCWSTR text) { return a->Length == 2 * wcslen(text) && memcmp(a->Buffer, text, a->Length) == 0; }
static BOOLEAN SameA(const STRING *a, const char *text) { return a->Length == strlen(text) && memcmp(a->Buffer, text, a->Length) == 0; }

static VOID Counted(VOID) {
  CHAR room[8];
  OEM_STRING oem, small = {0, 3, room};
  ANSI_STRING ansi;
  UNICODE_STRING name = RTL_CONSTANT_STRING(L"Name"), back;
  RtlFillMemory(room, sizeof room, '#');
  FACT_EQ("documentation RtlUnicodeStringToOemString: allocates", RtlUnicodeStringToOemString(&oem, &name, TRUE), STATUS_SUCCESS);
  FACT("documentation RtlUnicodeStringToOemString: with a terminator", SameA((const STRING *)&oem, "Name") && oem.MaximumLength == 5 && oem.Buffer[4] == 0);
  FACT("documentation RtlOemStringToUnicodeString: and back", RtlOemStringToUnicodeString(&back, &oem, TRUE) == STATUS_SUCCESS && Same(&back, L"Name") && back.MaximumLength == 10 && back.Buffer[4] == 0);
  RtlFreeUnicodeString(&back);
  FACT("documentation RtlOemStringToCountedUnicodeString: no terminator", RtlOemStringToCountedUnicodeString(&back, &oem, TRUE) == STATUS_SUCCESS && back.MaximumLength == 8 && Same(&back, L"Name"));
  RtlFreeUnicodeString(&back);
  RtlFreeOemString(&oem);
  FACT("documentation RtlFreeOemString: the string is empty afterwards", oem.Buffer == NULL);
  FACT("documentation RtlUnicodeStringToCountedOemString: no terminator", RtlUnicodeStringToCountedOemString(&oem, &name, TRUE) == STATUS_SUCCESS && oem.MaximumLength == 4 && SameA((const STRING *)&oem, "Name"));
  RtlFreeOemString(&oem);
  FACT_EQ("documentation RtlUnicodeStringToOemString: no room", RtlUnicodeStringToOemString(&small, &name, FALSE), STATUS_BUFFER_OVERFLOW);
  FACT("documentation RtlUpcaseUnicodeStringToOemString: upper case", RtlUpcaseUnicodeStringToOemString(&oem, &name, TRUE) == STATUS_SUCCESS && SameA((const STRING *)&oem, "NAME") && oem.Buffer[4] == 0);
  RtlFreeOemString(&oem);
  FACT("documentation RtlUpcaseUnicodeStringToCountedOemString: no terminator", RtlUpcaseUnicodeStringToCountedOemString(&oem, &name, TRUE) == STATUS_SUCCESS && SameA((const STRING *)&oem, "NAME") && oem.MaximumLength == 4);
  RtlFreeOemString(&oem);
  FACT("documentation RtlUpcaseUnicodeStringToAnsiString: upper case", RtlUpcaseUnicodeStringToAnsiString(&ansi, &name, TRUE) == STATUS_SUCCESS && SameA(&ansi, "NAME"));
  FACT("documentation RtlxUnicodeStringToAnsiSize: with the terminator", RtlxUnicodeStringToAnsiSize(&name) == 5 && RtlxUnicodeStringToOemSize(&name) == 5);
  FACT("documentation RtlxAnsiStringToUnicodeSize: with the terminator", RtlxAnsiStringToUnicodeSize(&ansi) == 10);
  FACT("documentation RtlxOemStringToUnicodeSize: with the terminator", RtlxOemStringToUnicodeSize((PCOEM_STRING)&ansi) == 10);
  RtlFreeAnsiString(&ansi);
}

static VOID Buffers(VOID) {
  WCHAR wide[8], character = L'A', unknown = 0x3042;
  CHAR bytes[8];
  ULONG n = 0;
  FACT("documentation RtlMultiByteToUnicodeN: bytes written", RtlMultiByteToUnicodeN(wide, sizeof wide, &n, "abc", 3) == STATUS_SUCCESS && n == 6 && wide[2] == L'c');
  FACT("documentation RtlMultiByteToUnicodeN: cuts off", RtlMultiByteToUnicodeN(wide, 4, &n, "abc", 3) == STATUS_SUCCESS && n == 4);
  FACT("documentation RtlMultiByteToUnicodeSize: bytes without a terminator", RtlMultiByteToUnicodeSize(&n, "abc", 3) == STATUS_SUCCESS && n == 6);
  FACT("documentation RtlUnicodeToMultiByteN: bytes written", RtlUnicodeToMultiByteN(bytes, sizeof bytes, &n, L"xyz", 6) == STATUS_SUCCESS && n == 3 && memcmp(bytes, "xyz", 3) == 0);
  FACT("documentation RtlUnicodeToMultiByteN: cuts off", (RtlUnicodeToMultiByteN(bytes, 2, &n, L"xyz", 6), n == 2));
  FACT("documentation RtlUnicodeToMultiByteSize: bytes without a terminator", RtlUnicodeToMultiByteSize(&n, L"xyz", 6) == STATUS_SUCCESS && n == 3);
  FACT("documentation RtlUpcaseUnicodeToMultiByteN: upper case", RtlUpcaseUnicodeToMultiByteN(bytes, sizeof bytes, &n, L"xyz", 6) == STATUS_SUCCESS && memcmp(bytes, "XYZ", 3) == 0);
  FACT("documentation RtlOemToUnicodeN: bytes written", RtlOemToUnicodeN(wide, sizeof wide, &n, "ab", 2) == STATUS_SUCCESS && n == 4 && wide[1] == L'b');
  FACT("documentation RtlUnicodeToOemN: bytes written", RtlUnicodeToOemN(bytes, sizeof bytes, &n, L"ab", 4) == STATUS_SUCCESS && n == 2 && bytes[1] == 'b');
  FACT("documentation RtlUpcaseUnicodeToOemN: upper case", RtlUpcaseUnicodeToOemN(bytes, sizeof bytes, &n, L"ab", 4) == STATUS_SUCCESS && n == 2 && bytes[1] == 'B');
  FACT("documentation RtlIsValidOemCharacter: one of the code page", RtlIsValidOemCharacter(&character));
  FACT("documentation RtlIsValidOemCharacter: one that is in no code page", !RtlIsValidOemCharacter(&unknown));
}

static VOID Utf8(VOID) {
  static const char text[] = "a\xC3\xA4\xE2\x82\xAC\xF0\x9F\x98\x80"; // a, a-umlaut, euro, an emoji (two UTF-16 units)
  static const WCHAR wide[] = L"a\x00E4\x20AC\xD83D\xDE00";
  WCHAR units[8], lone[2] = {L'x', 0xD800};
  CHAR bytes[16];
  ULONG n = 0;
  UTF8_STRING u;
  UNICODE_STRING w, from = RTL_CONSTANT_STRING(L"\x20AC");
  FACT("documentation RtlUTF8ToUnicodeN: one to four bytes a character", RtlUTF8ToUnicodeN(units, sizeof units, &n, text, sizeof text - 1) == STATUS_SUCCESS && n == 10 && memcmp(units, wide, 10) == 0);
  FACT("documentation RtlUTF8ToUnicodeN: without a buffer the size", RtlUTF8ToUnicodeN(NULL, 0, &n, text, sizeof text - 1) == STATUS_SUCCESS && n == 10);
  FACT_EQ("documentation RtlUTF8ToUnicodeN: no room", RtlUTF8ToUnicodeN(units, 4, &n, text, sizeof text - 1), STATUS_BUFFER_TOO_SMALL);
  FACT("documentation RtlUTF8ToUnicodeN: an invalid byte becomes U+FFFD", RtlUTF8ToUnicodeN(units, sizeof units, &n, "\xFFz", 2) == STATUS_SOME_NOT_MAPPED && units[0] == 0xFFFD && units[1] == L'z');
  FACT("documentation RtlUnicodeToUTF8N: one to four bytes a character", RtlUnicodeToUTF8N(bytes, sizeof bytes, &n, wide, 10) == STATUS_SUCCESS && n == sizeof text - 1 && memcmp(bytes, text, n) == 0);
  FACT("documentation RtlUnicodeToUTF8N: without a buffer the size", RtlUnicodeToUTF8N(NULL, 0, &n, wide, 10) == STATUS_SUCCESS && n == 10);
  FACT_EQ("documentation RtlUnicodeToUTF8N: no room", RtlUnicodeToUTF8N(bytes, 2, &n, wide, 10), STATUS_BUFFER_TOO_SMALL);
  FACT("documentation RtlUnicodeToUTF8N: a lone surrogate becomes U+FFFD", RtlUnicodeToUTF8N(bytes, sizeof bytes, &n, lone, 4) == STATUS_SOME_NOT_MAPPED && n == 4 && memcmp(bytes, "x\xEF\xBF\xBD", 4) == 0);
  FACT("documentation RtlUnicodeStringToUTF8String: allocates", RtlUnicodeStringToUTF8String(&u, &from, TRUE) == STATUS_SUCCESS && u.Length == 3 && u.Buffer[3] == 0);
  FACT("documentation RtlUTF8StringToUnicodeString: allocates", RtlUTF8StringToUnicodeString(&w, &u, TRUE) == STATUS_SUCCESS && Same(&w, L"\x20AC"));
  RtlFreeUnicodeString(&w);
  RtlFreeUTF8String(&u);
  FACT("documentation RtlFreeUTF8String: the string is empty afterwards", u.Buffer == NULL);
}

TEST_ENTRY {
  Counted();
  Buffers();
  Utf8();
  return RESULT();
}
