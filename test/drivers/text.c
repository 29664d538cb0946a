// Texts in depth: numbers and their prefixes, hash values, name expressions with the five wild cards, case outside ASCII, times, formats of the kernel.
#include "check.h"
#include <ntstrsafe.h>
LONG g_Failures;
static LONG U(PCWSTR t, ULONG base) {
  UNICODE_STRING s; ULONG v = 0xDEAD; NTSTATUS st; RtlInitUnicodeString(&s, t); st = RtlUnicodeStringToInteger(&s, base, &v);
  return NT_SUCCESS(st) ? (LONG)v : (LONG)st; }
static ULONG H(PCWSTR t, BOOLEAN ic) {
  UNICODE_STRING s; ULONG h = 0; RtlInitUnicodeString(&s, t); RtlHashUnicodeString(&s, ic, HASH_STRING_ALGORITHM_X65599, &h);
  return h; }
static BOOLEAN N(PCWSTR e, PCWSTR n) {
  UNICODE_STRING a, b; RtlInitUnicodeString(&a, e); RtlInitUnicodeString(&b, n);
  return FsRtlIsNameInExpression(&a, &b, FALSE, NULL); }
TEST_ENTRY {
  CHECK_EQ(U(L"0x1F", 0), 31);
  CHECK_EQ(U(L"0o17", 0), 15);
  CHECK_EQ(U(L"0b101", 0), 5);
  CHECK_EQ(U(L" \t-12", 0), -12);
  CHECK_EQ(U(L"+7x", 10), 7);
  CHECK_EQ(U(L"", 10), 0);
  CHECK_EQ(U(L"zz", 10), 0);
  CHECK_EQ(U(L"ff", 16), 255);
  CHECK_EQ(U(L"12", 7), (LONG)STATUS_INVALID_PARAMETER);
  CHECK_EQ(U(L"4294967297", 10), 1);
  CHECK_EQ(U(L"017", 0), 17);
  CHECK_EQ(U(L"0X1F", 0), 0);
  CHECK_EQ(H(L"a", FALSE), 97);
  CHECK_EQ(H(L"AB", FALSE), 65 * 65599 + 66);
  CHECK_EQ(H(L"ab", TRUE), 65 * 65599 + 66);
  CHECK(N(L"*.TXT", L"a.TXT"));
  CHECK(N(L"<.TXT", L"a.b.TXT"));
  CHECK(!N(L"<.TXT", L"a.TXTX"));
  CHECK(N(L"A>>", L"A"));
  CHECK(N(L"A>>", L"AB"));
  CHECK(!N(L"A>>", L"ABCD"));
  CHECK(N(L"A\"", L"A"));
  CHECK(N(L"A\"", L"A."));
  CHECK(N(L"*", L""));
  CHECK(!N(L"?", L""));
  CHECK(N(L"?A", L"BA"));
  CHECK(N(L"<\"<", L"foo"));
  CHECK(N(L"<", L"abc"));
  CHECK(!N(L"<", L"a.b.c"));
  CHECK(N(L"<\"TXT", L"a.b.TXT"));
  CHECK(N(L">>>\"TXT", L"AB.TXT"));
  CHECK_EQ(RtlUpcaseUnicodeChar(0xE4), 0xC4);
  CHECK_EQ(RtlUpcaseUnicodeChar(0xFF), 0x178);
  CHECK_EQ(RtlUpcaseUnicodeChar(0xDF), 0xDF);
  CHECK_EQ(RtlUpcaseUnicodeChar(0x131), 0x131);
  CHECK_EQ(RtlDowncaseUnicodeChar(0x130), 0x130);
  CHECK_EQ(RtlUpcaseUnicodeChar(0xB5), 0x39C);
  CHECK_EQ(RtlUpcaseUnicodeChar(0x17F), 0x17F);
  CHECK_EQ(RtlUpcaseUnicodeChar(0x3C2), 0x3A3);
  CHECK_EQ(RtlUpcaseUnicodeChar(0x1C5), 0x1C4);
  CHECK_EQ(RtlUpcaseUnicodeChar(0x450), 0x400);
  CHECK_EQ(RtlUpcaseUnicodeChar(0x1F80), 0x1F88);
  TIME_FIELDS tf = {2000, 2, 30, 0, 0, 0, 0, 0}; LARGE_INTEGER t;
  CHECK(!RtlTimeFieldsToTime(&tf, &t));
  tf.Day = 29;
  CHECK(RtlTimeFieldsToTime(&tf, &t));
  RtlTimeToTimeFields(&t, &tf);
  CHECK_EQ(tf.Weekday, 2);
  tf.Year = 1600;
  CHECK(!RtlTimeFieldsToTime(&tf, &t));
  tf.Year = 30828;
  CHECK(!RtlTimeFieldsToTime(&tf, &t));
  t.QuadPart = 0;
  RtlTimeToTimeFields(&t, &tf);
  CHECK(tf.Year == 1601 && tf.Weekday == 1);
  WCHAR b[128]; UNICODE_STRING us = RTL_CONSTANT_STRING(L"uni"); ANSI_STRING as = RTL_CONSTANT_STRING("ansi");
  RtlStringCchPrintfW(b, 128, L"%wZ|%Z|%S|%hs|%ws|%I64x|%p|%Iu|%#x|%05d|%-5d|%c|%hc|%llu|%.3s", &us, &as, "nar", "nar", L"wid", 0x123456789abcULL, (PVOID)0x10, (SIZE_T)5, 255, 42, 42, L'w', 'n', 7ULL, L"abcdef");
  CHECK_EQ(wcscmp(b, L"uni|ansi|nar|nar|wid|123456789abc|0000000000000010|5|0xff|00042|42   |w|n|7|abc"), 0);
  CHAR c[128];
  RtlStringCchPrintfA(c, 128, "%wZ|%Z|%S|%s|%ws|%I64d|%hu|%hhx|%o|%+d|% d|%x", &us, &as, L"wid", "nar", L"wid", -5LL, 65537, 0x1ff, 8, 5, 5, -1);
  CHECK_EQ(strcmp(c, "uni|ansi|wid|nar|wid|-5|1|ff|10|+5| 5|ffffffff"), 0);
  UNICODE_STRING x = RTL_CONSTANT_STRING(L"abc"), y = RTL_CONSTANT_STRING(L"ABD"), e = {0, 0, NULL}, odd = {5, 6, L"abc"};
  CHECK(RtlCompareUnicodeString(&x, &y, TRUE) < 0);
  CHECK(RtlCompareUnicodeString(&x, &y, FALSE) > 0);
  CHECK(RtlPrefixUnicodeString(&e, &x, FALSE));
  CHECK(RtlCompareUnicodeString(&e, &x, FALSE) < 0);
  CHECK_EQ(RtlCompareUnicodeString(&e, &e, FALSE), 0);
  CHECK(!RtlEqualUnicodeString(&x, &odd, FALSE));
  UNICODE_STRING us0 = RTL_CONSTANT_STRING(L"a_b"), us1 = RTL_CONSTANT_STRING(L"aab"); // '_' (5F) sorts after 'A' (41), before 'a' (61)
  CHECK(RtlCompareUnicodeString(&us0, &us1, TRUE) > 0);
  CHECK(RtlCompareUnicodeString(&us0, &us1, FALSE) < 0);
  WCHAR ib[4]; UNICODE_STRING is = {0, sizeof(ib), ib};
  CHECK_EQ(RtlIntegerToUnicodeString(1234, 10, &is), STATUS_BUFFER_OVERFLOW);
  CHECK_EQ(RtlIntegerToUnicodeString(123, 10, &is), STATUS_SUCCESS);
  CHECK_EQ(RtlIntegerToUnicodeString(255, 16, &is), STATUS_SUCCESS);
  CHECK(ib[0] == L'F');
  CHECK_EQ(RtlIntegerToUnicodeString(255, 3, &is), STATUS_INVALID_PARAMETER);
  is.MaximumLength = 6; // no room for the terminator
  CHECK_EQ(RtlIntegerToUnicodeString(123, 10, &is), STATUS_BUFFER_OVERFLOW);
  return RESULT();
}
