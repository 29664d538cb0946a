// The checked routines of the kernel's CRT: numbers to text, case, filling, paths, conversions between narrow and wide. Sizes too small are refused.
#include "check.h"
#include <stdlib.h>
#include <string.h>
LONG g_Failures;

static void Numbers(void) {
  char a[12]; WCHAR w[24];
  CHECK_EQ(_itoa_s(-12, a, sizeof a, 10), 0); CHECK(strcmp(a, "-12") == 0); CHECK_EQ(_ultoa_s(0xFFFFFFFF, a, sizeof a, 16), 0); CHECK(strcmp(a, "ffffffff") == 0);
  CHECK_EQ(_i64tow_s(-5, w, 24, 10), 0); CHECK(wcscmp(w, L"-5") == 0); CHECK_EQ(_ui64tow_s(~0ULL, w, 24, 10), 0); CHECK(wcscmp(w, L"18446744073709551615") == 0);
  CHECK_EQ(_itoa_s(12345, a, 5, 10), 34); CHECK_EQ(a[0], 0); CHECK_EQ(_itoa_s(1, a, sizeof a, 1), 22); CHECK_EQ(_itoa_s(1, NULL, 4, 10), 22);
}

static void Text(void) {
  char a[8] = "AbC1"; WCHAR w[8] = L"xYz";
  CHECK_EQ(_strlwr_s(a, sizeof a), 0); CHECK(strcmp(a, "abc1") == 0); CHECK_EQ(_wcsupr_s(w, 8), 0); CHECK(wcscmp(w, L"XYZ") == 0);
  CHECK_EQ(_strupr_s(a, 4), 22); CHECK_EQ(a[0], 0);
  strcpy(a, "abcd"); CHECK(strcmp(_strset(a, '-'), "----") == 0); CHECK(strcmp(_strnset(a, '+', 2), "++--") == 0); CHECK(wcscmp(_wcsnset(w, L'q', 100), L"qqq") == 0);
  CHECK_EQ(_strset_s(a, sizeof a, 'x'), 0); CHECK(strcmp(a, "xxxx") == 0); CHECK_EQ(_wcsnset_s(w, 8, L'a', 1), 0); CHECK(wcscmp(w, L"aqq") == 0); CHECK_EQ(_strset_s(a, 4, 'y'), 22);
}

static void Paths(void) {
  WCHAR drive[4], folder[16], name[8], ext[8], path[32];
  CHECK_EQ(_wsplitpath_s(L"C:\\a.b\\file.tar.gz", drive, 4, folder, 16, name, 8, ext, 8), 34); CHECK_EQ(name[0], 0);
  CHECK_EQ(_wsplitpath_s(L"C:\\a.b\\file.gz", drive, 4, folder, 16, name, 8, ext, 8), 0);
  CHECK(wcscmp(drive, L"C:") == 0); CHECK(wcscmp(folder, L"\\a.b\\") == 0); CHECK(wcscmp(name, L"file") == 0); CHECK(wcscmp(ext, L".gz") == 0);
  CHECK_EQ(_wmakepath_s(path, 32, L"d", L"x/y", L"file", L"c"), 0); CHECK(wcscmp(path, L"d:x/y\\file.c") == 0);
  CHECK_EQ(_wsplitpath_s(L"name", NULL, 0, folder, 16, name, 8, NULL, 0), 0); CHECK_EQ(folder[0], 0); CHECK(wcscmp(name, L"name") == 0);
  CHECK_EQ(_wsplitpath_s(L"name", NULL, 4, folder, 16, name, 8, ext, 8), 22); CHECK_EQ(_wmakepath_s(path, 4, NULL, NULL, L"long", NULL), 34);
}

static void Conversions(void) {
  WCHAR w[8]; char a[8];
  CHECK_EQ(mbstowcs(w, "h\xE4t", 8), 3); CHECK(wcscmp(w, L"h\x00E4t") == 0); CHECK_EQ(mbstowcs(NULL, "abc", 0), 3); CHECK_EQ(wcstombs(a, L"abc", 8), 3); CHECK(strcmp(a, "abc") == 0);
  CHECK_EQ((LONG)wcstombs(a, L"\x4E2D", 8), -1); CHECK_EQ(mbtowc(w, "q", 1), 1); CHECK_EQ(w[0], L'q'); CHECK_EQ(wctomb(a, L'z'), 1); CHECK_EQ(a[0], 'z'); CHECK_EQ(wctomb(a, 0x4E2D), -1);
}

TEST_ENTRY {
  Numbers(); Text(); Paths(); Conversions();
  return RESULT();
}
