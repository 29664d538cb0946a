// Registry services from a driver: create, set, query with lengths, enumerate in order, delete rules.
#include "system.h"

static NTSTATUS Open(PHANDLE Key, PCWSTR Path, BOOLEAN Create, PULONG Disposition) {
  UNICODE_STRING name;
  OBJECT_ATTRIBUTES oa;
  RtlInitUnicodeString(&name, Path);
  InitializeObjectAttributes(&oa, &name, OBJ_KERNEL_HANDLE | OBJ_CASE_INSENSITIVE, NULL, NULL);
  return Create ? ZwCreateKey(Key, KEY_ALL_ACCESS, &oa, 0, NULL, REG_OPTION_NON_VOLATILE, Disposition) : ZwOpenKey(Key, KEY_ALL_ACCESS, &oa);
}

TEST_ENTRY {
  HANDLE key, sub;
  ULONG disposition = 0, length = 0, value = 0x12345678;
  UNICODE_STRING name = RTL_CONSTANT_STRING(L"Number"), missing = RTL_CONSTANT_STRING(L"Missing");
  UCHAR buffer[256];
  PKEY_VALUE_PARTIAL_INFORMATION partial = (PVOID)buffer;
  PKEY_VALUE_FULL_INFORMATION full = (PVOID)buffer;
  PKEY_BASIC_INFORMATION basic = (PVOID)buffer;
  UNREFERENCED_PARAMETER(RegistryPath);
  DriverObject->DriverUnload = UnloadNothing;
  CHECK_EQ(Open(&key, L"\\Registry\\Machine\\SOFTWARE\\Nope", FALSE, NULL), STATUS_OBJECT_NAME_NOT_FOUND);
  {
    UNICODE_STRING current = RTL_CONSTANT_STRING(L"Current");
    CHECK_EQ(Open(&key, L"\\Registry\\Machine\\SYSTEM\\Select", FALSE, NULL), STATUS_SUCCESS);
    CHECK_EQ(ZwQueryValueKey(key, &current, KeyValuePartialInformation, buffer, sizeof buffer, &length), STATUS_SUCCESS);
    CHECK(partial->Type == REG_DWORD && *(PULONG)partial->Data == 1);
    ZwClose(key);
  }
  CHECK_EQ(Open(&key, L"\\Registry\\Machine\\SOFTWARE\\T", TRUE, &disposition), STATUS_SUCCESS);
  CHECK_EQ(disposition, REG_CREATED_NEW_KEY);
  CHECK_EQ(ZwSetValueKey(key, &name, 0, REG_DWORD, &value, sizeof value), STATUS_SUCCESS);
  CHECK_EQ(ZwQueryValueKey(key, &missing, KeyValuePartialInformation, buffer, sizeof buffer, &length), STATUS_OBJECT_NAME_NOT_FOUND);
  CHECK_EQ(ZwQueryValueKey(key, &name, KeyValuePartialInformation, NULL, 0, &length), STATUS_BUFFER_TOO_SMALL);
  CHECK_EQ(length, 16);
  CHECK_EQ(ZwQueryValueKey(key, &name, KeyValuePartialInformation, buffer, 13, &length), STATUS_BUFFER_OVERFLOW);
  CHECK_EQ(ZwQueryValueKey(key, &name, KeyValuePartialInformation, buffer, sizeof buffer, &length), STATUS_SUCCESS);
  CHECK(partial->Type == REG_DWORD && partial->DataLength == 4 && *(PULONG)partial->Data == value);
  CHECK_EQ(ZwEnumerateValueKey(key, 0, KeyValueFullInformation, buffer, sizeof buffer, &length), STATUS_SUCCESS);
  CHECK(full->NameLength == 12 && *(PULONG)(buffer + full->DataOffset) == value);
  CHECK_EQ(ZwEnumerateValueKey(key, 1, KeyValueFullInformation, buffer, sizeof buffer, &length), STATUS_NO_MORE_ENTRIES);
  CHECK_EQ(Open(&sub, L"\\Registry\\Machine\\Software\\t\\Zeta", TRUE, NULL), STATUS_SUCCESS);
  ZwClose(sub);
  CHECK_EQ(Open(&sub, L"\\Registry\\Machine\\Software\\t\\alpha", TRUE, NULL), STATUS_SUCCESS);
  CHECK_EQ(ZwEnumerateKey(key, 0, KeyBasicInformation, buffer, sizeof buffer, &length), STATUS_SUCCESS);
  CHECK(basic->NameLength == 10 && _wcsnicmp(basic->Name, L"alpha", 5) == 0);
  CHECK_EQ(ZwEnumerateKey(key, 2, KeyBasicInformation, buffer, sizeof buffer, &length), STATUS_NO_MORE_ENTRIES);
  CHECK_EQ(ZwDeleteKey(key), STATUS_CANNOT_DELETE);
  CHECK_EQ(ZwDeleteKey(sub), STATUS_SUCCESS);
  CHECK_EQ(ZwSetValueKey(sub, &name, 0, REG_DWORD, &value, sizeof value), STATUS_KEY_DELETED);
  ZwClose(sub);
  CHECK_EQ(Open(&sub, L"\\Registry\\Machine\\Software\\t\\Zeta", FALSE, NULL), STATUS_SUCCESS);
  CHECK_EQ(ZwDeleteKey(sub), STATUS_SUCCESS);
  ZwClose(sub);
  CHECK_EQ(ZwDeleteValueKey(key, &name), STATUS_SUCCESS);
  CHECK_EQ(ZwDeleteValueKey(key, &name), STATUS_OBJECT_NAME_NOT_FOUND);
  CHECK_EQ(ZwDeleteKey(key), STATUS_SUCCESS);
  ZwClose(key);
  // the driver's own service key, with what the scenario declared
  CHECK_EQ(Open(&key, RegistryPath->Buffer, FALSE, NULL), STATUS_SUCCESS);
  RtlInitUnicodeString(&name, L"Type");
  CHECK_EQ(ZwQueryValueKey(key, &name, KeyValuePartialInformation, buffer, sizeof buffer, &length), STATUS_SUCCESS);
  CHECK_EQ(*(PULONG)partial->Data, 1);
  ZwClose(key);
  return STATUS_SUCCESS;
}
