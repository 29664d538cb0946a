// The bounded functions of the C run-time library (..._s): what they refuse, and what the destination holds then.
#include "check.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <errno.h>
LONG g_Failures;

static int Vs(CHAR *Buffer, size_t Size, const char *Format, ...) {
  va_list a;
  int n;
  va_start(a, Format);
  n = vsprintf_s(Buffer, Size, Format, a);
  va_end(a);
  return n;
}
static int Vws(WCHAR *Buffer, size_t Size, const wchar_t *Format, ...) {
  va_list a;
  int n;
  va_start(a, Format);
  n = vswprintf_s(Buffer, Size, Format, a);
  va_end(a);
  return n;
}
static int Vns(CHAR *Buffer, size_t Size, size_t Count, const char *Format, ...) {
  va_list a;
  int n;
  va_start(a, Format);
  n = _vsnprintf_s(Buffer, Size, Count, Format, a);
  va_end(a);
  return n;
}
static int Vnws(WCHAR *Buffer, size_t Size, size_t Count, const wchar_t *Format, ...) {
  va_list a;
  int n;
  va_start(a, Format);
  n = _vsnwprintf_s(Buffer, Size, Count, Format, a);
  va_end(a);
  return n;
}

static VOID Copies(VOID) {
  CHAR s[8];
  WCHAR w[8];
  FACT("documentation memcpy_s: copies", memcpy_s(s, sizeof s, "abcdefg", 8) == 0 && strcmp(s, "abcdefg") == 0);
  FACT("documentation memcpy_s: a destination too small is emptied", memcpy_s(s, 2, "abc", 3) == ERANGE && s[0] == 0 && s[1] == 0);
  strcpy(s, "abcdefg");
  FACT("documentation memmove_s: overlapping", memmove_s(s + 1, 7, s, 3) == 0 && memcmp(s, "aabcefg", 7) == 0);
  FACT("documentation memmove_s: a destination too small", memmove_s(s, 2, "xyz", 3) == ERANGE);
  FACT("documentation strcpy_s: copies", strcpy_s(s, sizeof s, "abc") == 0 && strcmp(s, "abc") == 0);
  FACT("documentation strcat_s: appends", strcat_s(s, sizeof s, "def") == 0 && strcmp(s, "abcdef") == 0);
  FACT("documentation strcpy_s: too long empties the destination", strcpy_s(s, 3, "abc") == ERANGE && s[0] == 0);
  strcpy(s, "abc");
  FACT("documentation strcat_s: too long empties the destination", strcat_s(s, 5, "def") == ERANGE && s[0] == 0);
  FACT("documentation strncpy_s: so many and a terminator", strncpy_s(s, sizeof s, "abcdef", 3) == 0 && strcmp(s, "abc") == 0);
  FACT("documentation strncat_s: so many and a terminator", strncat_s(s, sizeof s, "xyz", 2) == 0 && strcmp(s, "abcxy") == 0);
  FACT("documentation wcscpy_s, wcscat_s: copy and append", wcscpy_s(w, 8, L"abc") == 0 && wcscat_s(w, 8, L"def") == 0 && wcscmp(w, L"abcdef") == 0);
  FACT("documentation wcscpy_s: too long empties the destination", wcscpy_s(w, 3, L"abc") == ERANGE && w[0] == 0);
  FACT("documentation wcsncpy_s, wcsncat_s: so many and a terminator", wcsncpy_s(w, 8, L"abcdef", 3) == 0 && wcsncat_s(w, 8, L"xyz", 2) == 0 && wcscmp(w, L"abcxy") == 0);
  FACT("documentation _wcslwr_s: in place", _wcslwr_s(wcscpy(w, L"ABC"), 8) == 0 && wcscmp(w, L"abc") == 0);
  FACT("documentation _wcsset_s: every character", _wcsset_s(w, 8, L'-') == 0 && wcscmp(w, L"---") == 0);
  FACT("documentation _strnset_s: so many characters", _strnset_s(strcpy(s, "abcd"), sizeof s, '-', 2) == 0 && strcmp(s, "--cd") == 0);
}

static VOID Numbers(VOID) {
  CHAR s[16];
  WCHAR w[16];
  FACT("documentation _ltoa_s, _i64toa_s, _ui64toa_s: decimal", _ltoa_s(-5, s, 16, 10) == 0 && strcmp(s, "-5") == 0 && _i64toa_s(-6, s, 16, 10) == 0 && strcmp(s, "-6") == 0 && _ui64toa_s(7, s, 16, 10) == 0 && strcmp(s, "7") == 0);
  FACT("documentation _itow_s, _ltow_s, _ultow_s: other bases", _itow_s(10, w, 16, 2) == 0 && wcscmp(w, L"1010") == 0 && _ltow_s(255, w, 16, 16) == 0 && wcscmp(w, L"ff") == 0 && _ultow_s(8, w, 16, 8) == 0 && wcscmp(w, L"10") == 0);
}

static VOID Printing(VOID) {
  CHAR s[16];
  WCHAR w[16], *context = NULL, parts[] = L"a,b";
  FACT("documentation vsprintf_s: characters written", Vs(s, sizeof s, "%s=%d", "n", 5) == 3 && strcmp(s, "n=5") == 0);
  FACT("documentation swprintf_s, vswprintf_s: characters written", swprintf_s(w, 16, L"%d", 12) == 2 && Vws(w, 16, L"%s!", L"hi") == 3 && wcscmp(w, L"hi!") == 0);
  FACT("documentation _snprintf_s: _TRUNCATE cuts off and says -1", _snprintf_s(s, 4, _TRUNCATE, "%s", "abcdef") == -1 && strcmp(s, "abc") == 0);
  FACT("documentation _vsnprintf_s: the same with a list", Vns(s, 4, _TRUNCATE, "%s", "xyzw") == -1 && strcmp(s, "xyz") == 0);
  FACT("documentation _snwprintf_s: at most so many", _snwprintf_s(w, 16, 2, L"%s", L"abc") == -1 && wcscmp(w, L"ab") == 0);
  FACT("documentation _vsnwprintf_s: the same with a list", Vnws(w, 16, _TRUNCATE, L"%s", L"abc") == 3 && wcscmp(w, L"abc") == 0);
  FACT("documentation wcstok_s: the parts", wcscmp(wcstok_s(parts, L",", &context), L"a") == 0 && wcscmp(wcstok_s(NULL, L",", &context), L"b") == 0 && wcstok_s(NULL, L",", &context) == NULL);
}

static VOID Paths(VOID) {
  CHAR drive[4], dir[16], name[16], ext[8], path[32];
  FACT_EQ("documentation _splitpath_s: the parts of a path", _splitpath_s("C:\\dir\\file.txt", drive, 4, dir, 16, name, 16, ext, 8), 0);
  FACT("documentation _splitpath_s: with their separators", strcmp(drive, "C:") == 0 && strcmp(dir, "\\dir\\") == 0 && strcmp(name, "file") == 0 && strcmp(ext, ".txt") == 0);
  FACT("documentation _makepath_s: together again", _makepath_s(path, sizeof path, drive, dir, name, ext) == 0 && strcmp(path, "C:\\dir\\file.txt") == 0);
}

TEST_ENTRY {
  Copies();
  Numbers();
  Printing();
  Paths();
  return RESULT();
}
