// RtlQueryRegistryValues with its table, RtlWriteRegistryValue and relatives.
#include "system.h"

static LONG g_Calls;

static NTSTATUS Routine(PWSTR Name, ULONG Type, PVOID Data, ULONG Length, PVOID Context, PVOID EntryContext) {
  g_Calls++;
  CHECK(_wcsicmp(Name, L"Text") == 0 && Type == REG_SZ && Length == 8 && wcscmp(Data, L"abc") == 0);
  CHECK(Context == (PVOID)1 && EntryContext == (PVOID)2);
  return STATUS_SUCCESS;
}

TEST_ENTRY {
  RTL_QUERY_REGISTRY_TABLE t[5];
  ULONG number = 0, missing = 0, fallback = 7;
  UNICODE_STRING text = {0};
  ULONG value = 42;
  DriverObject->DriverUnload = UnloadNothing;
  CHECK_EQ(RtlCheckRegistryKey(RTL_REGISTRY_SERVICES, L"t"), STATUS_SUCCESS);
  CHECK_EQ(RtlCheckRegistryKey(RTL_REGISTRY_SERVICES, L"nobody"), STATUS_OBJECT_NAME_NOT_FOUND);
  CHECK_EQ(RtlCreateRegistryKey(RTL_REGISTRY_SERVICES, L"t\\Parameters"), STATUS_SUCCESS);
  CHECK_EQ(RtlWriteRegistryValue(RTL_REGISTRY_SERVICES, L"t\\Parameters", L"Number", REG_DWORD, &value, sizeof value), STATUS_SUCCESS);
  CHECK_EQ(RtlWriteRegistryValue(RTL_REGISTRY_SERVICES, L"t\\Parameters", L"Text", REG_SZ, L"abc", 8), STATUS_SUCCESS);
  RtlZeroMemory(t, sizeof t);
  t[0].Flags = RTL_QUERY_REGISTRY_SUBKEY;
  t[0].Name = L"Parameters";
  t[1].Flags = RTL_QUERY_REGISTRY_DIRECT;
  t[1].Name = L"Number";
  t[1].EntryContext = &number;
  t[2].Flags = RTL_QUERY_REGISTRY_DIRECT;
  t[2].Name = L"Missing";
  t[2].EntryContext = &missing;
  t[2].DefaultType = REG_DWORD;
  t[2].DefaultData = &fallback;
  t[2].DefaultLength = sizeof fallback;
  t[3].Flags = RTL_QUERY_REGISTRY_DIRECT;
  t[3].Name = L"Text";
  t[3].EntryContext = &text;
  CHECK_EQ(RtlQueryRegistryValues(RTL_REGISTRY_ABSOLUTE, RegistryPath->Buffer, t, NULL, NULL), STATUS_SUCCESS);
  CHECK(number == 42 && missing == 7 && text.Length == 6 && wcscmp(text.Buffer, L"abc") == 0);
  RtlFreeUnicodeString(&text);
  RtlZeroMemory(t, sizeof t);
  t[0].QueryRoutine = Routine;
  t[0].Name = L"Text";
  t[0].EntryContext = (PVOID)2;
  CHECK_EQ(RtlQueryRegistryValues(RTL_REGISTRY_SERVICES, L"t\\Parameters", t, (PVOID)1, NULL), STATUS_SUCCESS);
  CHECK_EQ(g_Calls, 1);
  t[0].Name = L"Absent";
  t[0].Flags = RTL_QUERY_REGISTRY_REQUIRED;
  CHECK_EQ(RtlQueryRegistryValues(RTL_REGISTRY_SERVICES, L"t\\Parameters", t, NULL, NULL), STATUS_OBJECT_NAME_NOT_FOUND);
  CHECK_EQ(RtlDeleteRegistryValue(RTL_REGISTRY_SERVICES, L"t\\Parameters", L"Number"), STATUS_SUCCESS);
  CHECK_EQ(RtlDeleteRegistryValue(RTL_REGISTRY_SERVICES, L"t\\Parameters", L"Number"), STATUS_OBJECT_NAME_NOT_FOUND);
  return STATUS_SUCCESS;
}
