// Safe formatted output with an argument list: narrow and wide, counted in bytes and characters, with the end and what remains, and into counted strings.
#include "check.h"
#include <ntstrsafe.h>
LONG g_Failures;

static NTSTATUS Cb(char *To, size_t Size, const char *Format, ...) {
  va_list a;
  NTSTATUS s;
  va_start(a, Format);
  s = RtlStringCbVPrintfA(To, Size, Format, a);
  va_end(a);
  return s;
}
static NTSTATUS Cch(char *To, size_t Size, const char *Format, ...) {
  va_list a;
  NTSTATUS s;
  va_start(a, Format);
  s = RtlStringCchVPrintfA(To, Size, Format, a);
  va_end(a);
  return s;
}
static NTSTATUS CbW(WCHAR *To, size_t Size, PCWSTR Format, ...) {
  va_list a;
  NTSTATUS s;
  va_start(a, Format);
  s = RtlStringCbVPrintfW(To, Size, Format, a);
  va_end(a);
  return s;
}
static NTSTATUS CchW(WCHAR *To, size_t Size, PCWSTR Format, ...) {
  va_list a;
  NTSTATUS s;
  va_start(a, Format);
  s = RtlStringCchVPrintfW(To, Size, Format, a);
  va_end(a);
  return s;
}
static NTSTATUS Ex(int Which, PVOID To, size_t Size, PVOID *End, size_t *Left, ...) {
  va_list a;
  NTSTATUS s;
  va_start(a, Left);
  switch (Which) {
  case 0: s = RtlStringCbVPrintfExA(To, Size, (char **)End, Left, 0, "%d", a); break;
  case 1: s = RtlStringCchVPrintfExA(To, Size, (char **)End, Left, 0, "%d", a); break;
  case 2: s = RtlStringCbVPrintfExW(To, Size, (WCHAR **)End, Left, 0, L"%d", a); break;
  default: s = RtlStringCchVPrintfExW(To, Size, (WCHAR **)End, Left, 0, L"%d", a);
  }
  va_end(a);
  return s;
}
static NTSTATUS Counted(PUNICODE_STRING To, PUNICODE_STRING Left, PCWSTR Format, ...) {
  va_list a;
  NTSTATUS s;
  va_start(a, Format);
  s = Left == NULL ? RtlUnicodeStringVPrintf(To, Format, a) : RtlUnicodeStringVPrintfEx(To, Left, 0, Format, a);
  va_end(a);
  return s;
}

TEST_ENTRY {
  char to[8], *end;
  WCHAR wide[8];
  PVOID at;
  size_t left;
  UNICODE_STRING u = {0, sizeof wide, wide}, rest;
  FACT("documentation RtlStringCbPrintfA: fits", RtlStringCbPrintfA(to, sizeof to, "%s-%d", "ab", 12) == STATUS_SUCCESS && strcmp(to, "ab-12") == 0);
  FACT("documentation RtlStringCbPrintfA: cut off and terminated", RtlStringCbPrintfA(to, sizeof to, "%s", "abcdefghij") == STATUS_BUFFER_OVERFLOW && strcmp(to, "abcdefg") == 0);
  FACT_EQ("documentation RtlStringCbPrintfA: no room at all", RtlStringCbPrintfA(to, 0, "x"), STATUS_INVALID_PARAMETER);
  FACT("documentation RtlStringCbPrintfExA: end and remaining bytes", RtlStringCbPrintfExA(to, sizeof to, &end, &left, 0, "%d", 123) == STATUS_SUCCESS && end == to + 3 && left == 5);
  FACT("documentation RtlStringCchPrintfExA: end and remaining characters", RtlStringCchPrintfExA(to, 8, &end, &left, 0, "%d", 12) == STATUS_SUCCESS && end == to + 2 && left == 6);
  FACT("documentation RtlStringCbVPrintfA: fits", Cb(to, 8, "%x", 255) == STATUS_SUCCESS && strcmp(to, "ff") == 0);
  FACT("documentation RtlStringCchVPrintfA: cut off", Cch(to, 3, "%x", 0xABCD) == STATUS_BUFFER_OVERFLOW && strcmp(to, "ab") == 0);
  FACT("documentation RtlStringCbVPrintfW: size in bytes", CbW(wide, 6, L"%d", 1234) == STATUS_BUFFER_OVERFLOW && wcscmp(wide, L"12") == 0);
  FACT("documentation RtlStringCchVPrintfW: size in characters", CchW(wide, 6, L"%d", 1234) == STATUS_SUCCESS && wcscmp(wide, L"1234") == 0);
  FACT("documentation RtlStringCbVPrintfExA: what remains", Ex(0, to, 8, &at, &left, 77) == STATUS_SUCCESS && at == to + 2 && left == 6);
  FACT("documentation RtlStringCchVPrintfExA: what remains", Ex(1, to, 8, &at, &left, 777) == STATUS_SUCCESS && at == to + 3 && left == 5);
  FACT("documentation RtlStringCbVPrintfExW: what remains, in bytes", Ex(2, wide, 16, &at, &left, 77) == STATUS_SUCCESS && at == wide + 2 && left == 12);
  FACT("documentation RtlStringCchVPrintfExW: what remains, in characters", Ex(3, wide, 8, &at, &left, 77) == STATUS_SUCCESS && at == wide + 2 && left == 6);
  FACT("documentation RtlUnicodeStringVPrintf: Length without a terminator", Counted(&u, NULL, L"%d", 12345) == STATUS_SUCCESS && u.Length == 10 && memcmp(wide, L"12345", 10) == 0);
  FACT("documentation RtlUnicodeStringVPrintf: cut off at MaximumLength", Counted(&u, NULL, L"%s", L"abcdefghij") == STATUS_BUFFER_OVERFLOW && u.Length == 16);
  FACT("documentation RtlUnicodeStringVPrintfEx: the rest of the buffer", Counted(&u, &rest, L"%d", 12) == STATUS_SUCCESS && rest.Buffer == wide + 2 && rest.MaximumLength == 12 && rest.Length == 0);
  return RESULT();
}
