// Safe strings with all their flags, safe integers, large integers.
#include "check.h"
#include <ntstrsafe.h>
#include <ntintsafe.h>
LONG g_Failures;

static VOID Narrow(VOID) {
  char to[8];
  char *end;
  size_t left;
  CHECK_EQ(RtlStringCchCopyExA(to, 8, "abc", &end, &left, 0), STATUS_SUCCESS);
  CHECK(end == to + 3 && left == 5);
  CHECK_EQ(RtlStringCchCatExA(to, 8, "defghi", &end, &left, 0), STATUS_BUFFER_OVERFLOW);
  CHECK(strcmp(to, "abcdefg") == 0 && end == to + 7 && left == 1);
  // the bytes behind the text are filled
  memset(to, '#', 8);
  CHECK_EQ(RtlStringCchCopyExA(to, 8, "ab", &end, &left, STRSAFE_FILL_BYTE('.')), STATUS_SUCCESS);
  CHECK(memcmp(to, "ab\0.....", 8) == 0);
  // nothing is cut: what was there stays for Cat, nothing for Copy
  CHECK_EQ(RtlStringCchCatExA(to, 8, "1234567", &end, &left, STRSAFE_NO_TRUNCATION), STATUS_BUFFER_OVERFLOW);
  CHECK(strcmp(to, "ab") == 0 && end == to + 2 && left == 6);
  CHECK_EQ(RtlStringCchCopyExA(to, 8, "12345678", &end, &left, STRSAFE_NO_TRUNCATION), STATUS_BUFFER_OVERFLOW);
  CHECK(to[0] == 0 && end == to && left == 8);
  CHECK_EQ(RtlStringCchCopyExA(to, 8, "12345678", &end, &left, STRSAFE_FAILURE_BYTE('z')), STATUS_BUFFER_OVERFLOW);
  CHECK(memcmp(to, "zzzzzzz\0", 8) == 0 && end == to + 7 && left == 1);
  CHECK_EQ(RtlStringCchCopyExA(to, 8, "12345678", &end, &left, STRSAFE_NULL_ON_FAILURE), STATUS_BUFFER_OVERFLOW);
  CHECK(to[0] == 0 && end == to && left == 8);
  // NULL is an empty string only with the flag
  CHECK_EQ(RtlStringCchCopyExA(to, 8, NULL, &end, &left, STRSAFE_IGNORE_NULLS), STATUS_SUCCESS);
  CHECK(to[0] == 0 && left == 8);
  CHECK_EQ(RtlStringCchCopyExA(NULL, 0, NULL, &end, &left, STRSAFE_IGNORE_NULLS), STATUS_SUCCESS);
  CHECK(left == 0);
  CHECK_EQ(RtlStringCchCopyExA(NULL, 0, "x", &end, &left, STRSAFE_IGNORE_NULLS), STATUS_INVALID_PARAMETER);
  CHECK_EQ(RtlStringCchCopyExA(to, 0, "x", &end, &left, STRSAFE_IGNORE_NULLS), STATUS_BUFFER_OVERFLOW);
  CHECK_EQ(RtlStringCchCopyExA(to, 0, "x", &end, &left, 0), STATUS_INVALID_PARAMETER);
  CHECK_EQ(RtlStringCchCopyExA(to, 8, "x", &end, &left, 0x10000), STATUS_INVALID_PARAMETER);
  CHECK_EQ(RtlStringCchCopyNExA(to, 8, "abcdef", 3, &end, &left, 0), STATUS_SUCCESS);
  CHECK(strcmp(to, "abc") == 0);
  CHECK_EQ(RtlStringCchCatNA(to, 8, "xyz", 1), STATUS_SUCCESS);
  CHECK(strcmp(to, "abcx") == 0);
  memset(to, '#', 8);
  CHECK_EQ(RtlStringCchCatA(to, 8, "x"), STATUS_INVALID_PARAMETER); // not terminated
  CHECK_EQ(RtlStringCchCopyA(to, (size_t)NTSTRSAFE_MAX_CCH + 1, "x"), STATUS_INVALID_PARAMETER);
}

static VOID Wide(VOID) {
  WCHAR to[8], *end;
  size_t left, length;
  CHECK_EQ(RtlStringCbCopyExW(to, 15, L"abc", &end, &left, 0), STATUS_SUCCESS); // 7 characters and a byte
  CHECK(end == to + 3 && left == 9);
  CHECK_EQ(RtlStringCbCopyNExW(to, sizeof(to), L"abcdef", 5, &end, &left, 0), STATUS_SUCCESS); // two characters and a byte
  CHECK(wcscmp(to, L"ab") == 0 && left == 12);
  CHECK_EQ(RtlStringCbLengthW(to, sizeof(to), &length), STATUS_SUCCESS);
  CHECK_EQ(length, 4);
  CHECK_EQ(RtlStringCbLengthW(L"abc", 6, &length), STATUS_INVALID_PARAMETER);
  CHECK_EQ(RtlStringCchPrintfExW(to, 8, &end, &left, STRSAFE_FILL_BYTE(0xEE), L"%d", 42), STATUS_SUCCESS);
  CHECK(end == to + 2 && left == 6 && to[3] == 0xEEEE && to[7] == 0xEEEE);
  CHECK_EQ(RtlStringCchPrintfExW(to, 8, &end, &left, STRSAFE_FAILURE_BYTE(0x41), L"%s", L"much too long"), STATUS_BUFFER_OVERFLOW);
  CHECK(to[0] == 0x4141 && to[6] == 0x4141 && to[7] == 0 && end == to + 7 && left == 1);
  CHECK_EQ(RtlStringCbPrintfExW(to, 16, &end, &left, STRSAFE_NO_TRUNCATION, L"%s", L"much too long"), STATUS_BUFFER_OVERFLOW);
  CHECK(to[0] == 0 && left == 16);
  CHECK_EQ(RtlStringCchPrintfExW(NULL, 0, NULL, NULL, STRSAFE_IGNORE_NULLS, NULL), STATUS_SUCCESS);
}

static VOID Counted(VOID) {
  WCHAR buffer[6];
  UNICODE_STRING to, from = RTL_CONSTANT_STRING(L"abcd"), rest, bad = {3, 8, buffer};
  RtlInitEmptyUnicodeString(&to, buffer, sizeof(buffer));
  CHECK_EQ(RtlUnicodeStringCopyEx(&to, &from, &rest, 0), STATUS_SUCCESS);
  CHECK(to.Length == 8 && rest.Buffer == buffer + 4 && rest.MaximumLength == 4 && rest.Length == 0);
  CHECK_EQ(RtlUnicodeStringCat(&to, &from), STATUS_BUFFER_OVERFLOW);
  CHECK(to.Length == 12 && memcmp(buffer, L"abcdab", 12) == 0);
  CHECK_EQ(RtlUnicodeStringCopyString(&to, L"xy"), STATUS_SUCCESS);
  CHECK_EQ(RtlUnicodeStringCatStringEx(&to, L"12345", NULL, STRSAFE_NO_TRUNCATION), STATUS_BUFFER_OVERFLOW);
  CHECK_EQ(to.Length, 4);
  CHECK_EQ(RtlUnicodeStringCchCatStringN(&to, L"12345", 2), STATUS_SUCCESS);
  CHECK(to.Length == 8 && memcmp(buffer, L"xy12", 8) == 0);
  CHECK_EQ(RtlUnicodeStringCbCatN(&to, &from, 3), STATUS_SUCCESS);
  CHECK(to.Length == 10 && buffer[4] == L'a');
  CHECK_EQ(RtlUnicodeStringCopyEx(&to, &from, NULL, STRSAFE_FILL_BYTE(0xCC)), STATUS_SUCCESS);
  CHECK(buffer[4] == 0xCCCC && buffer[5] == 0xCCCC);
  CHECK_EQ(RtlUnicodeStringCopyString(&to, L"123456789"), STATUS_BUFFER_OVERFLOW);
  CHECK_EQ(to.Length, 12);
  CHECK_EQ(RtlUnicodeStringCopyStringEx(&to, L"123456789", &rest, STRSAFE_ZERO_LENGTH_ON_FAILURE), STATUS_BUFFER_OVERFLOW);
  CHECK(to.Length == 0 && rest.MaximumLength == 12);
  CHECK_EQ(RtlUnicodeStringCopy(&bad, &from), STATUS_INVALID_PARAMETER);
  CHECK_EQ(RtlUnicodeStringValidate(&bad), STATUS_INVALID_PARAMETER);
  CHECK_EQ(RtlUnicodeStringValidateEx(NULL, STRSAFE_IGNORE_NULLS), STATUS_SUCCESS);
  CHECK_EQ(RtlUnicodeStringPrintf(&to, L"%d-%x", 17, 255), STATUS_SUCCESS);
  CHECK(to.Length == 10 && memcmp(buffer, L"17-ff", 10) == 0);
  CHECK_EQ(RtlUnicodeStringPrintfEx(&to, &rest, STRSAFE_NO_TRUNCATION, L"%s", L"too long text"), STATUS_BUFFER_OVERFLOW);
  CHECK(to.Length == 0 && rest.MaximumLength == 12);
}

static VOID Integers(VOID) {
  UCHAR c; USHORT s; ULONG u; LONG l; LONGLONG ll; ULONGLONG ull; SIZE_T size; int i; UINT ui;
  CHECK_EQ(RtlUInt8Add(250, 5, &c), STATUS_SUCCESS);
  CHECK_EQ(RtlUInt8Add(250, 6, &c), STATUS_INTEGER_OVERFLOW);
  CHECK_EQ(c, 0xff);
  CHECK_EQ(RtlUShortMult(256, 256, &s), STATUS_INTEGER_OVERFLOW);
  CHECK_EQ(RtlUShortMult(255, 257, &s), STATUS_SUCCESS);
  CHECK_EQ(s, 65535);
  CHECK_EQ(RtlULongSub(3, 4, &u), STATUS_INTEGER_OVERFLOW);
  CHECK_EQ(RtlULongAdd(0xfffffffe, 1, &u), STATUS_SUCCESS);
  CHECK_EQ(RtlSizeTMult((SIZE_T)1 << 33, (SIZE_T)1 << 31, &size), STATUS_INTEGER_OVERFLOW);
  CHECK_EQ(RtlSIZETMult((SIZE_T)1 << 32, (SIZE_T)1 << 31, &size), STATUS_SUCCESS);
  CHECK_EQ(RtlULongLongAdd(MAXULONGLONG, 1, &ull), STATUS_INTEGER_OVERFLOW);
  CHECK_EQ(RtlIntAdd(MAXLONG, 1, &i), STATUS_INTEGER_OVERFLOW);
  CHECK_EQ(RtlIntSub(-1, MAXLONG, &i), STATUS_SUCCESS);
  CHECK_EQ(i, (LONG)MINLONG);
  CHECK_EQ(RtlIntMult(-65536, 32768, &i), STATUS_SUCCESS);
  CHECK_EQ(RtlLongMult(65536, 32768, &l), STATUS_INTEGER_OVERFLOW);
  CHECK_EQ(l, -1);
  CHECK_EQ(RtlLongLongMult((-MAXLONGLONG - 1), -1, &ll), STATUS_INTEGER_OVERFLOW);
  CHECK_EQ(RtlLongLongMult(-3000000000LL, 3000000000LL, &ll), STATUS_SUCCESS);
  CHECK_EQ(ll, -9000000000000000000LL);
  CHECK_EQ(RtlLongLongSub((-MAXLONGLONG - 1), 1, &ll), STATUS_INTEGER_OVERFLOW);
  CHECK_EQ(RtlLongLongSub((-MAXLONGLONG - 1), (-MAXLONGLONG - 1), &ll), STATUS_SUCCESS);
  CHECK_EQ(ll, 0);
  CHECK_EQ(RtlLongLongSub(0, (-MAXLONGLONG - 1), &ll), STATUS_INTEGER_OVERFLOW);
  CHECK_EQ(RtlSizeTToULong((SIZE_T)1 << 32, &u), STATUS_INTEGER_OVERFLOW);
  CHECK_EQ(u, MAXULONG);
  CHECK_EQ(RtlLongToULong(-1, &u), STATUS_INTEGER_OVERFLOW);
  CHECK_EQ(RtlULongToLong(0x80000000, &l), STATUS_INTEGER_OVERFLOW);
  CHECK_EQ(RtlULongLongToInt(5, &i), STATUS_SUCCESS);
  CHECK_EQ(RtlLongLongToUInt(-5, &ui), STATUS_INTEGER_OVERFLOW);
  CHECK_EQ(RtlLongLongToLong(-5, &l), STATUS_SUCCESS);
  CHECK_EQ(l, -5);
  CHECK_EQ(RtlULongToUShort(65536, &s), STATUS_INTEGER_OVERFLOW);
  CHECK_EQ(RtlIntToUChar(-1, &c), STATUS_INTEGER_OVERFLOW);
  CHECK_EQ(RtlULongLongToLongLong(MAXULONGLONG, &ll), STATUS_INTEGER_OVERFLOW);
}

static VOID LargeIntegers(VOID) {
  LARGE_INTEGER a, b, r, rest;
  ULARGE_INTEGER u;
  ULONG remainder;
  u.QuadPart = 0x123456789ABULL;
  CHECK_EQ(RtlEnlargedUnsignedDivide(u, 1000, &remainder), (ULONG)(0x123456789ABULL / 1000));
  CHECK_EQ(remainder, 0x123456789ABULL % 1000);
  a.QuadPart = -1000000000007LL;
  b.QuadPart = 1000;
  r = RtlLargeIntegerDivide(a, b, &rest);
  CHECK(r.QuadPart == -1000000000 && rest.QuadPart == -7);
  // the constant for a division by 10000 and its shift, as timer code of old uses it
  a.QuadPart = 123456789012LL;
  b.QuadPart = (LONGLONG)0xd1b71758e219652cULL;
  r = RtlExtendedMagicDivide(a, b, 13);
  CHECK_EQ(r.QuadPart, 12345678);
  a.QuadPart = -123456789012LL;
  CHECK_EQ(RtlExtendedMagicDivide(a, b, 13).QuadPart, -12345678);
  a.QuadPart = -16;
  CHECK_EQ(RtlLargeIntegerArithmeticShift(a, 2).QuadPart, -4);
  CHECK_EQ(RtlLargeIntegerShiftRight(a, 60).QuadPart, 15);
  CHECK_EQ(RtlLargeIntegerShiftLeft(a, 4).QuadPart, -256);
  CHECK(RtlLargeIntegerLessThanZero(a) && RtlLargeIntegerLessThan(a, b) == (a.QuadPart < b.QuadPart));
  CHECK(RtlConstantTimeEqualMemory("abc", "abc", 3) && !RtlConstantTimeEqualMemory("abc", "abd", 3));
  ULONGLONG length;
  CHECK_EQ(RtlFindClosestEncodableLength(0xFFFFFFFF, &length), STATUS_SUCCESS);
  CHECK_EQ(length, 0xFFFFFFFF);
  CHECK_EQ(RtlFindClosestEncodableLength(0x100000001, &length), STATUS_SUCCESS);
  CHECK_EQ(length, 0x100000100);
  CHECK_EQ(RtlFindClosestEncodableLength(MAXULONGLONG, &length), STATUS_UNSUCCESSFUL);
}

TEST_ENTRY {
  Narrow();
  Wide();
  Counted();
  Integers();
  LargeIntegers();
  return RESULT();
}

BAD(WrongSize, 0xD6, -1) {
  PWCHAR to = ExAllocatePoolWithTag(NonPagedPool, 16, 'fasS');
  return RtlStringCchCopyW(to, 16, L"a text that is longer"); // 16 characters, not bytes
}
BAD(NoDestination, 0x7E, 0xC0000005) { return RtlStringCbCopyExA(NULL, 8, "x", NULL, NULL, 0); }
