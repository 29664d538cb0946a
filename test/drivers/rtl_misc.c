// Odds and ends of the run-time library: what kind of system it is, callers, condition masks, checksums, output, older names of the C library.
#include "check.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
LONG g_Failures;
static PVOID g_Caller, g_CallersCaller;

static DECLSPEC_NOINLINE VOID Callee(VOID) { RtlGetCallersAddress(&g_Caller, &g_CallersCaller); }

static ULONG Print(ULONG Level, PCCH Format, ...) {
  va_list a;
  ULONG status;
  va_start(a, Format);
  status = vDbgPrintEx(DPFLTR_IHVDRIVER_ID, Level, Format, a);
  va_end(a);
  return status;
}
static ULONG Prefixed(PCCH Prefix, PCCH Format, ...) {
  va_list a;
  ULONG status;
  va_start(a, Format);
  status = vDbgPrintExWithPrefix(Prefix, DPFLTR_IHVDRIVER_ID, DPFLTR_ERROR_LEVEL, Format, a);
  va_end(a);
  return status;
}

TEST_ENTRY {
  NT_PRODUCT_TYPE type = 0;
  ULONGLONG mask;
  UNICODE_STRING none = RTL_CONSTANT_STRING(L"NoSuchComponent");
  WCHAR wide[16];
  CHAR narrow[8];
  int written = 0;
  PVOID block;
  FACT("documentation RtlGetNtProductType: a workstation", RtlGetNtProductType(&type) && type == NtProductWinNt);
  FACT("documentation RtlGetSuiteMask: what RtlGetVersion says", RtlGetSuiteMask() == 0x100);
  FACT("documentation RtlIsMultiUsersInSessionSku: no", !RtlIsMultiUsersInSessionSku());
  FACT("documentation RtlIsServicePackVersionInstalled: no service packs of Windows 10", RtlIsServicePackVersionInstalled(0x0A000000) && !RtlIsServicePackVersionInstalled(0x0A000100));
  FACT_EQ("documentation RtlQueryValidationRunlevel: 0 for a component that has none", RtlQueryValidationRunlevel(&none), 0);
  FACT("documentation RtlGetEnabledExtendedFeatures: of those that are asked for", (RtlGetEnabledExtendedFeatures(3) & ~3ULL) == 0);
  mask = VerSetConditionMask(0, VER_MAJORVERSION, VER_GREATER_EQUAL);
  FACT("documentation VerSetConditionMask: three bits for each type", mask != 0 && VerSetConditionMask(mask, VER_BUILDNUMBER, VER_LESS) != mask && (VerSetConditionMask(mask, VER_BUILDNUMBER, VER_LESS) & mask) == mask);
  Callee();
  FACT("documentation RtlGetCallersAddress: caller and its caller", g_Caller != NULL && g_CallersCaller != NULL && g_Caller != g_CallersCaller);
  FACT("documentation RtlCrc64: depends on every byte and on the initial value", RtlCrc64("123456789", 9, 0) != RtlCrc64("123456780", 9, 0) && RtlCrc64("1", 1, 0) != RtlCrc64("1", 1, 1));
  FACT("documentation RtlCrc64: goes on from the value of the first part", RtlCrc64("6789", 4, RtlCrc64("12345", 5, 0)) == RtlCrc64("123456789", 9, 0));
  RtlPrefetchMemoryNonTemporal(narrow, sizeof narrow);
  KeFlushWriteBuffer();
  ExAdjustLookasideDepth();
  FACT("documentation vDbgPrintEx: STATUS_SUCCESS", NT_SUCCESS(Print(DPFLTR_ERROR_LEVEL, "%s", "")));
  FACT("documentation vDbgPrintExWithPrefix: STATUS_SUCCESS", NT_SUCCESS(Prefixed("", "%s", "")));
  FACT("documentation swprintf: characters written", swprintf(wide, L"%d!", 42) == 3 && wcscmp(wide, L"42!") == 0);
  FACT("documentation stricmp, strnicmp: without regard to case", stricmp("Abc", "aBC") == 0 && strnicmp("ABx", "aby", 2) == 0);
  FACT("documentation wcsicmp, wcsnicmp: without regard to case", wcsicmp(L"Abc", L"aBC") == 0 && wcsnicmp(L"ABx", L"aby", 2) == 0);
  FACT("documentation wctomb_s: one character", wctomb_s(&written, narrow, sizeof narrow, L'z') == 0 && written == 1 && narrow[0] == 'z');
  FACT("documentation _mm_getcsr: all exceptions masked", (_mm_getcsr() & 0x1F80) == 0x1F80);
  FACT("documentation __getcallerseflags: interrupts are enabled", (__getcallerseflags() & 0x200) != 0);
  UNREFERENCED_PARAMETER(block);
  return RESULT();
}
