// C run-time library: classes of characters, text and wide text, numbers, formatted output into buffers.
#include "check.h"
#include <ctype.h>
#include <wctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
LONG g_Failures;

static VOID Classes(VOID) {
  int i, alnum = 0, print = 0, punct = 0, space = 0, wide = 0;
  for (i = 0; i < 128; i++) {
    if (isalnum(i)) alnum++;
    if (isprint(i)) print++;
    if (ispunct(i)) punct++;
    if (isspace(i)) space++;
    if ((isalnum(i) != 0) == (iswalnum(i) != 0) && (isspace(i) != 0) == (iswspace(i) != 0) && (ispunct(i) != 0) == (iswpunct(i) != 0) && (isprint(i) != 0) == (iswprint(i) != 0)) wide++;
  }
  FACT("documentation isalnum: 62 of ASCII", alnum == 62);
  FACT("documentation isprint: 95 of ASCII", print == 95);
  FACT("documentation ispunct: 32 of ASCII", punct == 32);
  FACT("documentation isspace: 6 of ASCII", space == 6);
  FACT("documentation iswalnum, iswspace, iswpunct, iswprint: the same for ASCII", wide == 128);
  FACT("documentation isalpha: letters", isalpha('z') && isalpha('A') && !isalpha('1') && iswalpha(L'z') && !iswalpha(L'_'));
  FACT("documentation isdigit: digits", isdigit('0') && isdigit('9') && !isdigit('a') && iswdigit(L'5') && !iswdigit(L'a'));
  FACT("documentation isxdigit: hexadecimal digits", isxdigit('f') && isxdigit('F') && !isxdigit('g') && iswxdigit(L'A') && !iswxdigit(L'G'));
  FACT("documentation islower, isupper: case", islower('a') && !islower('A') && isupper('A') && !isupper('a') && iswlower(L'a') && iswupper(L'A') && !iswlower(L'A') && !iswupper(L'a'));
  FACT("documentation tolower: letters only", tolower('Q') == 'q' && tolower('1') == '1' && towlower(L'Q') == L'q' && towupper(L'q') == L'Q' && towupper(L'1') == L'1');
}

static VOID Narrow(VOID) {
  CHAR s[32] = "alpha,beta;gamma", t[32];
  FACT("documentation memchr: the first of them", memchr(s, 'a', 16) == s && memchr(s + 1, 'a', 15) == s + 4 && memchr(s, 'q', 16) == NULL);
  memcpy(t, "0123456789", 11);
  memmove(t + 2, t, 8);
  FACT("documentation memmove: overlapping", strcmp(t, "0101234567") == 0);
  FACT("documentation strcspn: up to one of them", strcspn(s, ",;") == 5 && strspn(s, "aphl") == 5);
  FACT("documentation strpbrk: where one of them is", strpbrk(s, ";,") == s + 5 && strpbrk(s, "#") == NULL);
  FACT("documentation strnlen: at most so many", strnlen(s, 3) == 3 && strnlen(s, 100) == 16);
  strcpy(t, "ab");
  FACT("documentation strncat: appends at most so many and a terminator", strcmp(strncat(t, "cdef", 2), "abcd") == 0);
  memset(t, '#', sizeof t);
  strncpy(t, "ab", 4);
  FACT("documentation strncpy: fills up with zeros", t[2] == 0 && t[3] == 0 && t[4] == '#');
  strncpy(t, "abcdef", 3);
  FACT("documentation strncpy: no terminator if there is no room", memcmp(t, "abc\0#", 5) == 0);
  strcpy(t, "MiXed");
  FACT("documentation _strlwr, _strupr: in place", strcmp(_strlwr(t), "mixed") == 0 && strcmp(_strupr(t), "MIXED") == 0);
  FACT("documentation _strrev: in place", strcmp(_strrev(t), "DEXIM") == 0);
  FACT("documentation _strnicmp: at most so many, without regard to case", _strnicmp("ABCx", "abcy", 3) == 0 && _strnicmp("ABCx", "abcy", 4) < 0);
  FACT("documentation strtok: the parts", strcmp(strtok(s, ",;"), "alpha") == 0 && strcmp(strtok(NULL, ",;"), "beta") == 0 && strcmp(strtok(NULL, ",;"), "gamma") == 0 && strtok(NULL, ",;") == NULL);
}

static VOID Wide(VOID) {
  WCHAR s[32] = L"alpha,beta", t[32];
  FACT("documentation wcschr, wcsrchr: first and last", wcschr(s, L'a') == s && wcsrchr(s, L'a') == s + 9 && wcschr(s, L'q') == NULL && wcsrchr(s, L'q') == NULL);
  FACT("documentation wcscspn, wcsspn: how far", wcscspn(s, L",") == 5 && wcsspn(s, L"aphl") == 5);
  FACT("documentation wcspbrk: where one of them is", wcspbrk(s, L"b,") == s + 5 && wcspbrk(s, L"#") == NULL);
  wcscpy(t, L"ab");
  FACT("documentation wcscat, wcsncat: append", wcscmp(wcscat(t, L"cd"), L"abcd") == 0 && wcscmp(wcsncat(t, L"efgh", 2), L"abcdef") == 0);
  RtlFillMemory(t, sizeof t, 0x23);
  wcsncpy(t, L"ab", 4);
  FACT("documentation wcsncpy: fills up with zeros", t[2] == 0 && t[3] == 0 && t[4] == 0x2323);
  wcscpy(t, L"MiXed");
  FACT("documentation _wcslwr, _wcsupr: in place", wcscmp(_wcslwr(t), L"mixed") == 0 && wcscmp(_wcsupr(t), L"MIXED") == 0);
  FACT("documentation _wcsrev: in place", wcscmp(_wcsrev(t), L"DEXIM") == 0);
  FACT("documentation _wcsset: every character", wcscmp(_wcsset(t, L'x'), L"xxxxx") == 0);
}

static VOID Numbers(VOID) {
  CHAR s[72], *end;
  WCHAR w[72], *wend;
  FACT("documentation abs, labs: without the sign", abs(-5) == 5 && labs(-7L) == 7 && abs(3) == 3);
  FACT("documentation atol, _atoi64: up to the first other character", atol(" 123x") == 123 && _atoi64("-12345678901") == -12345678901LL);
  FACT("documentation _wtoi, _wtol, _wtoi64: the same for wide text", _wtoi(L"-42") == -42 && _wtol(L"77 ") == 77 && _wtoi64(L"12345678901") == 12345678901LL);
  FACT("documentation strtol: base 0 reads the prefix", strtol("0x1Fz", &end, 0) == 31 && *end == 'z' && strtol("017", &end, 0) == 15 && *end == 0);
  FACT("documentation strtol: the end is the text when there is no number", strtol("q", &end, 10) == 0 && *end == 'q');
  FACT("documentation strtol: LONG_MAX and LONG_MIN beyond the range", strtol("99999999999", NULL, 10) == MAXLONG && strtol("-99999999999", NULL, 10) == MINLONG);
  FACT("documentation strtoul: ULONG_MAX beyond the range", strtoul("4294967295", &end, 10) == MAXULONG && strtoul("9999999999", NULL, 10) == MAXULONG);
  FACT("documentation wcstoul: base 16", wcstoul(L"ffg", &wend, 16) == 255 && *wend == L'g');
  FACT("documentation _strtoui64, _wcstoui64: 64 bits", _strtoui64("18446744073709551615", NULL, 10) == MAXULONGLONG && _wcstoui64(L"0x123456789A", NULL, 0) == 0x123456789AULL);
  FACT("documentation _itoa: decimal with a sign", strcmp(_itoa(-42, s, 10), "-42") == 0 && wcscmp(_itow(-42, w, 10), L"-42") == 0);
  FACT("documentation _itoa: other bases have none", strcmp(_itoa(-1, s, 16), "ffffffff") == 0 && strcmp(_ltoa(5, s, 2), "101") == 0);
  FACT("documentation _ltow, _ultoa, _ultow: the same", wcscmp(_ltow(-7, w, 10), L"-7") == 0 && strcmp(_ultoa(MAXULONG, s, 10), "4294967295") == 0 && wcscmp(_ultow(255, w, 16), L"ff") == 0);
  FACT("documentation _i64toa, _ui64toa: 64 bits", strcmp(_i64toa(-12345678901LL, s, 10), "-12345678901") == 0 && strcmp(_ui64toa(MAXULONGLONG, s, 10), "18446744073709551615") == 0);
  FACT("documentation _i64tow, _ui64tow: 64 bits", wcscmp(_i64tow(-12345678901LL, w, 10), L"-12345678901") == 0 && wcscmp(_ui64tow(MAXULONGLONG, w, 16), L"ffffffffffffffff") == 0);
}

static int V(CHAR *Buffer, const char *Format, ...) {
  va_list a;
  int n;
  va_start(a, Format);
  n = vsprintf(Buffer, Format, a);
  va_end(a);
  return n;
}
static int VnW(WCHAR *Buffer, size_t Size, const wchar_t *Format, ...) {
  va_list a;
  int n;
  va_start(a, Format);
  n = _vsnwprintf(Buffer, Size, Format, a);
  va_end(a);
  return n;
}

static VOID Printing(VOID) {
  CHAR s[32];
  WCHAR w[32];
  FACT("documentation vsprintf: characters written", V(s, "%d-%s", 42, "x") == 4 && strcmp(s, "42-x") == 0);
  FACT("documentation _snwprintf: characters written", _snwprintf(w, 32, L"%04x", 0xAB) == 4 && wcscmp(w, L"00ab") == 0);
  FACT("documentation _snwprintf: -1 if it does not fit", _snwprintf(w, 3, L"%s", L"abcdef") == -1 && w[2] == L'c');
  FACT("documentation _vsnwprintf: the same with a list", VnW(w, 32, L"%ws|%d", L"ab", 7) == 4 && wcscmp(w, L"ab|7") == 0 && VnW(w, 2, L"%d", 123) == -1);
  FACT("documentation snprintf: what would have been written", snprintf(s, 4, "%s", "abcdef") == 6 && strcmp(s, "abc") == 0);
}

TEST_ENTRY {
  Classes();
  Narrow();
  Wide();
  Numbers();
  Printing();
  return RESULT();
}
