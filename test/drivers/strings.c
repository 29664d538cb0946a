// Counted strings, conversions, GUIDs, safe strings as a driver uses them; and what goes wrong with them.
#include "check.h"
#include <ntstrsafe.h>
LONG g_Failures;

static BOOLEAN Same(PCUNICODE_STRING a, PCWSTR text) {
  UNICODE_STRING b;
  RtlInitUnicodeString(&b, text);
  return RtlEqualUnicodeString(a, &b, FALSE);
}

TEST_ENTRY {
  UNICODE_STRING name, copy, upper, prefix = RTL_CONSTANT_STRING(L"\\device\\");
  WCHAR buffer[16];
  RtlInitUnicodeString(&name, L"\\Device\\Sample");
  CHECK_EQ(name.Length, 28);
  CHECK_EQ(name.MaximumLength, 30);
  CHECK(RtlPrefixUnicodeString(&prefix, &name, TRUE));
  CHECK(!RtlPrefixUnicodeString(&prefix, &name, FALSE));

  RtlInitEmptyUnicodeString(&copy, buffer, sizeof(buffer));
  RtlCopyUnicodeString(&copy, &name);
  CHECK(Same(&copy, L"\\Device\\Sample"));
  CHECK_EQ(RtlAppendUnicodeToString(&copy, L"01"), STATUS_SUCCESS);
  CHECK_EQ(RtlAppendUnicodeToString(&copy, L"2"), STATUS_BUFFER_TOO_SMALL);
  CHECK(Same(&copy, L"\\Device\\Sample01"));

  CHECK_EQ(RtlUpcaseUnicodeString(&upper, &name, TRUE), STATUS_SUCCESS);
  CHECK(Same(&upper, L"\\DEVICE\\SAMPLE"));
  CHECK_EQ(RtlCompareUnicodeString(&upper, &name, TRUE), 0);
  RtlFreeUnicodeString(&upper);

  ANSI_STRING ansi;
  UNICODE_STRING wide;
  RtlInitAnsiString(&ansi, "narrow");
  CHECK_EQ(RtlAnsiStringToUnicodeString(&wide, &ansi, TRUE), STATUS_SUCCESS);
  CHECK(Same(&wide, L"narrow"));
  RtlFreeUnicodeString(&wide);
  CHECK_EQ(RtlUnicodeStringToAnsiString(&ansi, &name, TRUE), STATUS_SUCCESS);
  CHECK_EQ(strncmp(ansi.Buffer, "\\Device\\Sample", ansi.Length), 0);
  RtlFreeAnsiString(&ansi);

  ULONG value = 0;
  UNICODE_STRING number = RTL_CONSTANT_STRING(L"0x1F");
  CHECK_EQ(RtlUnicodeStringToInteger(&number, 0, &value), STATUS_SUCCESS);
  CHECK_EQ(value, 31);
  RtlInitEmptyUnicodeString(&copy, buffer, sizeof(buffer));
  CHECK_EQ(RtlIntegerToUnicodeString(4711, 10, &copy), STATUS_SUCCESS);
  CHECK(Same(&copy, L"4711"));

  GUID guid, again;
  UNICODE_STRING text = RTL_CONSTANT_STRING(L"{6B29FC40-CA47-1067-B31D-00DD010662DA}");
  CHECK_EQ(RtlGUIDFromString(&text, &guid), STATUS_SUCCESS);
  CHECK_EQ(guid.Data1, 0x6B29FC40);
  CHECK_EQ(RtlStringFromGUID(&guid, &wide), STATUS_SUCCESS);
  CHECK_EQ(RtlGUIDFromString(&wide, &again), STATUS_SUCCESS);
  CHECK(RtlEqualMemory(&guid, &again, sizeof(GUID)));
  RtlFreeUnicodeString(&wide);

  UNICODE_STRING expression = RTL_CONSTANT_STRING(L"*.EXE"), file = RTL_CONSTANT_STRING(L"notepad.exe");
  CHECK(FsRtlIsNameInExpression(&expression, &file, TRUE, NULL));

  WCHAR safe[8];
  size_t length = 0;
  CHECK_EQ(RtlStringCchCopyW(safe, ARRAYSIZE(safe), L"abc"), STATUS_SUCCESS);
  CHECK_EQ(RtlStringCbCatW(safe, sizeof(safe), L"defghij"), STATUS_BUFFER_OVERFLOW);
  CHECK_EQ(wcscmp(safe, L"abcdefg"), 0);
  CHECK_EQ(RtlStringCchLengthW(safe, ARRAYSIZE(safe), &length), STATUS_SUCCESS);
  CHECK_EQ(length, 7);
  CHECK_EQ(RtlStringCbPrintfW(safe, sizeof(safe), L"%wZ", &number), STATUS_SUCCESS);
  CHECK_EQ(wcscmp(safe, L"0x1F"), 0);

  // a user-mode style bad pointer is an exception that the driver can catch
  NTSTATUS caught = 0;
  __try {
    RtlInitUnicodeString(&name, (PCWSTR)0x10);
  } __except (EXCEPTION_EXECUTE_HANDLER) {
    caught = GetExceptionCode();
  }
  CHECK_EQ(caught, STATUS_ACCESS_VIOLATION);
  return RESULT();
}

BAD(FreeTwice, 0xC2, 7) {
  UNICODE_STRING a, b;
  ANSI_STRING text;
  RtlInitAnsiString(&text, "twice");
  RtlAnsiStringToUnicodeString(&a, &text, TRUE);
  b = a;
  RtlFreeUnicodeString(&a);
  RtlFreeUnicodeString(&b);
  return STATUS_SUCCESS;
}
// The upper-case copy holds the characters only: whoever reads on to a terminator leaves the block.
BAD(ReadToTerminator, 0xCD, -1) {
  UNICODE_STRING name = RTL_CONSTANT_STRING(L"eightchr"), upper;
  RtlUpcaseUnicodeString(&upper, &name, TRUE);
  return (NTSTATUS)wcslen(upper.Buffer);
}
BAD(FreeConstant, 0xC2, -1) {
  UNICODE_STRING name;
  RtlInitUnicodeString(&name, L"constant");
  RtlFreeUnicodeString(&name);
  return STATUS_SUCCESS;
}
BAD(CopyTooLong, 0xCD, -1) {
  PWCHAR p = ExAllocatePoolWithTag(NonPagedPool, 16, 'ypoC');
  wcscpy(p, L"12345678");
  return STATUS_SUCCESS;
}
