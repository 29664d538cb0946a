// TraceLogging: events of a registered provider are printed with their fields; before and after registration they go nowhere.
#include "system.h"
#include <TraceLoggingProvider.h>
#include <winmeta.h>

TRACELOGGING_DECLARE_PROVIDER(g_Provider);
TRACELOGGING_DEFINE_PROVIDER(g_Provider, "Test.Provider", (0x71ae54db, 0x0862, 0x41bf, 0xa2, 0x4f, 0x53, 0x30, 0xce, 0xc7, 0xf6, 0xc9),
                             TraceLoggingOptionGroup(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11));

static VOID Unload(PDRIVER_OBJECT DriverObject) {
  UNREFERENCED_PARAMETER(DriverObject);
  TraceLoggingUnregister(g_Provider);
  CHECK(!TraceLoggingProviderEnabled(g_Provider, 0, 0));
  TraceLoggingWrite(g_Provider, "Late", TraceLoggingUInt32(1, "x"));
}

NTSTATUS DriverEntry(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath) {
  UNICODE_STRING name = RTL_CONSTANT_STRING(L"wide");
  UCHAR bytes[] = {1, 2, 255};
  ULONG numbers[] = {3, 4};
  ULONG Count = 5;
  BOOLEAN yes = TRUE;
  UNREFERENCED_PARAMETER(RegistryPath);
  DriverObject->DriverUnload = Unload;
  TraceLoggingWrite(g_Provider, "Early");
  CHECK(TraceLoggingRegister(g_Provider) == STATUS_SUCCESS);
  CHECK(TraceLoggingProviderEnabled(g_Provider, WINEVENT_LEVEL_VERBOSE, 0x10));
  TraceLoggingWrite(g_Provider, "Empty");
  TraceLoggingWrite(g_Provider, "Numbers", TraceLoggingLevel(WINEVENT_LEVEL_ERROR), TraceLoggingKeyword(0x10), TraceLoggingUInt32(Count),
                    TraceLoggingInt32(-1, "Minus", "what it is"), TraceLoggingHexUInt64(0x1234567890ull, "Big"), TraceLoggingBoolean(yes, "Yes"),
                    TraceLoggingNTStatus(STATUS_ACCESS_DENIED, "Status"), TraceLoggingPid(4), TraceLoggingInt8((CHAR)0xfe, "Small"));
  TraceLoggingWrite(g_Provider, "Texts", TraceLoggingUnicodeString(&name, "U"), TraceLoggingWideString(L"w", "W"), TraceLoggingString("s", "S"),
                    TraceLoggingCountedWideString(L"counted", 3, "C"), TraceLoggingWideString(NULL, "N"), TraceLoggingGuid(g_Provider->Id, "Id"));
  TraceLoggingWrite(g_Provider, "Groups", TraceLoggingStruct(2, "Point"), TraceLoggingUInt8(1, "X"), TraceLoggingUInt8(2, "Y"),
                    TraceLoggingBinary(bytes, sizeof bytes, "Bytes"), TraceLoggingUInt32Array(numbers, 2, "List"), TraceLoggingValue(Count, "V"));
  return STATUS_SUCCESS;
}
