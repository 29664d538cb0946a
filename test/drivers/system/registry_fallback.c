// RtlQueryRegistryValueWithFallback: which key answers, lengths, what is not there.
#include "system.h"

static HANDLE Key(PCWSTR Path) {
  UNICODE_STRING name;
  OBJECT_ATTRIBUTES oa;
  HANDLE h = NULL;
  RtlInitUnicodeString(&name, Path);
  InitializeObjectAttributes(&oa, &name, OBJ_KERNEL_HANDLE | OBJ_CASE_INSENSITIVE, NULL, NULL);
  CHECK_EQ(ZwCreateKey(&h, KEY_ALL_ACCESS, &oa, 0, NULL, REG_OPTION_VOLATILE, NULL), STATUS_SUCCESS);
  return h;
}

TEST_ENTRY {
  UNICODE_STRING both = RTL_CONSTANT_STRING(L"Both"), only = RTL_CONSTANT_STRING(L"OnlyFallback"), none = RTL_CONSTANT_STRING(L"None");
  HANDLE primary = Key(L"\\Registry\\Machine\\SOFTWARE\\Primary"), fallback = Key(L"\\Registry\\Machine\\SOFTWARE\\Fallback");
  ULONG one = 1, two = 2, type = 0, value = 0, length = 0;
  UNREFERENCED_PARAMETER(RegistryPath);
  DriverObject->DriverUnload = UnloadNothing;
  CHECK_EQ(ZwSetValueKey(primary, &both, 0, REG_DWORD, &one, sizeof one), STATUS_SUCCESS);
  CHECK_EQ(ZwSetValueKey(fallback, &both, 0, REG_DWORD, &two, sizeof two), STATUS_SUCCESS);
  CHECK_EQ(ZwSetValueKey(fallback, &only, 0, REG_DWORD, &two, sizeof two), STATUS_SUCCESS);
  FACT_EQ("documentation RtlQueryRegistryValueWithFallback: STATUS_SUCCESS", RtlQueryRegistryValueWithFallback(primary, fallback, &both, sizeof value, &type, &value, &length), STATUS_SUCCESS);
  FACT("documentation RtlQueryRegistryValueWithFallback: of the primary key", value == 1 && type == REG_DWORD && length == 4);
  FACT("documentation RtlQueryRegistryValueWithFallback: else of the fallback", RtlQueryRegistryValueWithFallback(primary, fallback, &only, sizeof value, &type, &value, &length) == STATUS_SUCCESS && value == 2);
  FACT("documentation RtlQueryRegistryValueWithFallback: a NULL handle is skipped", RtlQueryRegistryValueWithFallback(NULL, fallback, &both, sizeof value, &type, &value, &length) == STATUS_SUCCESS && value == 2);
  FACT_EQ("documentation RtlQueryRegistryValueWithFallback: in neither key", RtlQueryRegistryValueWithFallback(primary, fallback, &none, sizeof value, &type, &value, &length), STATUS_OBJECT_NAME_NOT_FOUND);
  FACT("documentation RtlQueryRegistryValueWithFallback: too small a buffer, and how much it needs", !NT_SUCCESS(RtlQueryRegistryValueWithFallback(primary, fallback, &both, 2, &type, &value, &length)) && length == 4);
  CHECK_EQ(ZwDeleteKey(primary), STATUS_SUCCESS);
  CHECK_EQ(ZwDeleteKey(fallback), STATUS_SUCCESS);
  ZwClose(primary);
  ZwClose(fallback);
  return RESULT();
}
