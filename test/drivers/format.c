// DbgPrint and sprintf with real variadic calls: promotions, 64-bit values, counted strings, nested va_list.
#include "check.h"
#include <stdarg.h>
#include <stdio.h>
LONG g_Failures;
static CHAR g_Text[128];

static int Print(const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  int n = _vsnprintf(g_Text, sizeof(g_Text), format, arguments);
  va_end(arguments);
  return n;
}
#define PRINTS(expected, ...)                                                                     \
  do {                                                                                            \
    int n_ = Print(__VA_ARGS__);                                                                  \
    if (strcmp(g_Text, expected) != 0 || n_ != (int)strlen(expected)) {                           \
      g_Failures++;                                                                               \
      DbgPrint("FAIL %s:%d '%s', not '%s'\n", __FILE__, __LINE__, g_Text, expected);              \
    }                                                                                             \
  } while (0)

TEST_ENTRY {
  UNICODE_STRING us = RTL_CONSTANT_STRING(L"counted");
  ANSI_STRING as = RTL_CONSTANT_STRING("ansi");
  CHAR c = -5;
  UCHAR u = 250;
  SHORT s = -300;
  LARGE_INTEGER big;
  big.QuadPart = 0x123456789ABCDEF0;
  PRINTS("-5 250 -300", "%d %u %d", c, u, s);
  PRINTS("123456789abcdef0 1311768467463790320", "%I64x %I64d", big.QuadPart, big.QuadPart);
  PRINTS("ffffffff 4294967295", "%x %lu", -1, (ULONG)-1);
  PRINTS("-1 18446744073709551615", "%lld %llu", -1LL, ~0ULL);
  PRINTS("[counted] [ansi]", "[%wZ] [%Z]", &us, &as);
  PRINTS("narrow wide W h", "%s %S %ws %hs", "narrow", L"wide", L"W", "h");
  PRINTS("(null)", "%s", (char *)NULL);
  PRINTS("|   42|42   |00042|+42|", "|%5d|%-5d|%05d|%+d|", 42, 42, 42, 42);
  PRINTS("abc|  ab|", "%.3s|%*.*s|", "abcdef", 4, 2, "abcdef");
  PRINTS("0x2a 0X2A 052", "%#x %#X %#o", 42, 42, 42);
  PRINTS("FFFFF78000000000", "%p", (PVOID)0xFFFFF78000000000);
  PRINTS("A B 100%", "%c %C %d%%", 'A', L'B', 100);
  PRINTS("3221225473 c0000001", "%u %08x", STATUS_UNSUCCESSFUL, STATUS_UNSUCCESSFUL);
  CHECK_EQ(_snprintf(g_Text, 4, "%s", "12345678"), -1);
  CHECK_EQ(RtlCompareMemory(g_Text, "1234", 4), 4);
  CHECK_EQ(sprintf_s(g_Text, sizeof(g_Text), "%d-%d", 1, 2), 3);
  DbgPrint("plain\n");
  DbgPrintEx(DPFLTR_IHVDRIVER_ID, DPFLTR_ERROR_LEVEL, "%wZ\n", &us);
  KdPrint(("kd %d\n", 1));
  return RESULT();
}

// A NULL pointer is printed, any other wrong one is followed.
BAD(FreedString, 0xCC, -1) {
  PCHAR p = ExAllocatePoolWithTag(NonPagedPool, 32, 'rtsF');
  strcpy(p, "gone");
  ExFreePoolWithTag(p, 'rtsF');
  DbgPrint("%s\n", p);
  return STATUS_SUCCESS;
}
BAD(OverflowingSprintf, 0xCD, -1) {
  PCHAR p = ExAllocatePoolWithTag(NonPagedPool, 16, 'rtsO');
  sprintf(p, "%s %d", "sixteen bytes or", 17);
  return STATUS_SUCCESS;
}
