// Registry callbacks: every class that a registry operation produces, before and after it, with its information; contexts of callbacks on key objects and their
// clean-up; the object and the name of a notification (reference: callbacks.md 7; the rest is the documentation of RegistryCallback).
#include "system.h"

static LARGE_INTEGER g_Cookie, g_Second;
static LONG g_Count[64], g_Cleanups, g_SecondCleanups, g_Contexts;
static PVOID g_Key, g_Thread;
static REG_NOTIFY_CLASS g_Last;

static NTSTATUS Callback(PVOID Context, PVOID Argument1, PVOID Argument2) {
  REG_NOTIFY_CLASS c = (REG_NOTIFY_CLASS)(ULONG_PTR)Argument1;
  UNREFERENCED_PARAMETER(Context);
  if (PsGetCurrentThread() != g_Thread) return STATUS_SUCCESS;
  FACT("callbacks 7 registry callbacks run in the thread of the operation, at PASSIVE_LEVEL", KeGetCurrentIrql() == PASSIVE_LEVEL);
  if (c >= 64) return STATUS_SUCCESS;
  g_Count[c]++;
  switch (c) {
  case RegNtPostCreateKeyEx: {
    PREG_POST_OPERATION_INFORMATION i = Argument2;
    PVOID old = (PVOID)1;
    PCUNICODE_STRING name;
    ULONG_PTR id = 0, again = 1;
    UNICODE_STRING want = RTL_CONSTANT_STRING(L"\\REGISTRY\\MACHINE\\SOFTWARE\\Classes2");
    FACT("documentation post: the key object is there", NT_SUCCESS(i->Status) && i->Object != NULL);
    FACT_EQ("documentation post: ReturnStatus begins as Status", i->ReturnStatus, i->Status);
    g_Key = i->Object;
    FACT_EQ("documentation CmSetCallbackObjectContext", CmSetCallbackObjectContext(i->Object, &g_Cookie, (PVOID)0x1111, &old), STATUS_SUCCESS);
    FACT("documentation CmSetCallbackObjectContext: no context before", old == NULL);
    FACT_EQ("documentation CmSetCallbackObjectContext again", CmSetCallbackObjectContext(i->Object, &g_Cookie, (PVOID)0x2222, &old), STATUS_SUCCESS);
    FACT("documentation CmSetCallbackObjectContext: the old context", old == (PVOID)0x1111);
    FACT("documentation CmGetBoundTransaction: NULL without a transaction", CmGetBoundTransaction(&g_Cookie, i->Object) == NULL);
    FACT_EQ("documentation CmCallbackGetKeyObjectID", CmCallbackGetKeyObjectID(&g_Cookie, i->Object, &id, &name), STATUS_SUCCESS);
    FACT("documentation CmCallbackGetKeyObjectID: the full name", RtlEqualUnicodeString(name, &want, TRUE));
    FACT_EQ("documentation CmCallbackGetKeyObjectIDEx", CmCallbackGetKeyObjectIDEx(&g_Cookie, i->Object, &again, &name, 0), STATUS_SUCCESS);
    FACT("documentation CmCallbackGetKeyObjectIDEx: the same ID and name", id == again && RtlEqualUnicodeString(name, &want, TRUE));
    CmCallbackReleaseKeyObjectIDEx(name);
    FACT("documentation CmCallbackGetKeyObjectIDEx: flags must be 0", !NT_SUCCESS(CmCallbackGetKeyObjectIDEx(&g_Cookie, i->Object, NULL, NULL, 1)));
    break;
  }
  case RegNtPreSetValueKey: {
    PREG_SET_VALUE_KEY_INFORMATION i = Argument2;
    g_Contexts += i->ObjectContext == (PVOID)0x2222;
    i->CallContext = (PVOID)0x33;
    FACT("documentation pre set value: the key object, type and size", i->Object == g_Key && i->Type == REG_DWORD && i->DataSize == 4);
    break;
  }
  case RegNtPostSetValueKey: {
    PREG_POST_OPERATION_INFORMATION i = Argument2;
    FACT("documentation post: ObjectContext of this callback", i->ObjectContext == (PVOID)0x2222);
    FACT("documentation post: CallContext of the pre notification", i->CallContext == (PVOID)0x33);
    FACT("documentation post: PreInformation is the block of the pre notification", ((PREG_SET_VALUE_KEY_INFORMATION)i->PreInformation)->DataSize == 4);
    break;
  }
  case RegNtPreQueryValueKey:
    FACT_EQ("documentation pre query value: the class", ((PREG_QUERY_VALUE_KEY_INFORMATION)Argument2)->KeyValueInformationClass, KeyValuePartialInformation);
    break;
  case RegNtPostQueryValueKey:
    break;
  case RegNtPreEnumerateKey:
    FACT_EQ("documentation pre enumerate: the index", ((PREG_ENUMERATE_KEY_INFORMATION)Argument2)->Index, 0);
    break;
  case RegNtPreEnumerateValueKey:
    FACT_EQ("documentation pre enumerate value: the length", ((PREG_ENUMERATE_VALUE_KEY_INFORMATION)Argument2)->Length, 64);
    break;
  case RegNtPreQueryKey:
    FACT_EQ("documentation pre query key: the class", ((PREG_QUERY_KEY_INFORMATION)Argument2)->KeyInformationClass, KeyFullInformation);
    break;
  case RegNtPreRenameKey: {
    UNICODE_STRING want = RTL_CONSTANT_STRING(L"Renamed");
    FACT("documentation pre rename: the new name", RtlEqualUnicodeString(((PREG_RENAME_KEY_INFORMATION)Argument2)->NewName, &want, FALSE));
    break;
  }
  case RegNtPreDeleteValueKey: {
    UNICODE_STRING want = RTL_CONSTANT_STRING(L"Number");
    FACT("documentation pre delete value: its name", RtlEqualUnicodeString(((PREG_DELETE_VALUE_KEY_INFORMATION)Argument2)->ValueName, &want, FALSE));
    break;
  }
  case RegNtPostOpenKeyEx:
    FACT_EQ("documentation post: Status of an operation that failed", ((PREG_POST_OPERATION_INFORMATION)Argument2)->Status, STATUS_OBJECT_NAME_NOT_FOUND);
    break;
  case RegNtCallbackObjectContextCleanup: {
    PREG_CALLBACK_CONTEXT_CLEANUP_INFORMATION i = Argument2;
    g_Cleanups++;
    FACT("documentation clean-up: the context that was set last", i->ObjectContext == (PVOID)0x2222);
    break;
  }
  default: break;
  }
  g_Last = c;
  return STATUS_SUCCESS;
}

static NTSTATUS Second(PVOID Context, PVOID Argument1, PVOID Argument2) {
  REG_NOTIFY_CLASS c = (REG_NOTIFY_CLASS)(ULONG_PTR)Argument1;
  UNREFERENCED_PARAMETER(Context);
  if (PsGetCurrentThread() != g_Thread) return STATUS_SUCCESS;
  if (c == RegNtPreSetValueKey) FACT("documentation ObjectContext of another callback is not seen", ((PREG_SET_VALUE_KEY_INFORMATION)Argument2)->ObjectContext == (PVOID)0x9999);
  if (c == RegNtPostCreateKeyEx) CHECK_EQ(CmSetCallbackObjectContext(((PREG_POST_OPERATION_INFORMATION)Argument2)->Object, &g_Second, (PVOID)0x9999, NULL), STATUS_SUCCESS);
  if (c == RegNtCallbackObjectContextCleanup) g_SecondCleanups++;
  return STATUS_SUCCESS;
}

TEST_ENTRY {
  UNICODE_STRING path = RTL_CONSTANT_STRING(L"\\Registry\\Machine\\Software\\Classes2"), missing = RTL_CONSTANT_STRING(L"\\Registry\\Machine\\Software\\Missing");
  UNICODE_STRING value = RTL_CONSTANT_STRING(L"Number"), renamed = RTL_CONSTANT_STRING(L"Renamed"), altitude = RTL_CONSTANT_STRING(L"400000");
  OBJECT_ATTRIBUTES oa, none;
  HANDLE key, other;
  UCHAR buffer[256];
  ULONG number = 7, size, disposition = 0;
  LARGE_INTEGER time = {.QuadPart = 1};
  LARGE_INTEGER unknown = {.QuadPart = 0x7777};
  UNREFERENCED_PARAMETER(RegistryPath);
  DriverObject->DriverUnload = UnloadNothing;
  g_Thread = PsGetCurrentThread();
  FACT_EQ("documentation CmRegisterCallback", CmRegisterCallback(Callback, NULL, &g_Cookie), STATUS_SUCCESS);
  FACT_EQ("documentation CmRegisterCallbackEx", CmRegisterCallbackEx(Second, &altitude, DriverObject, NULL, &g_Second, NULL), STATUS_SUCCESS);
  FACT("documentation cookies differ", g_Cookie.QuadPart != g_Second.QuadPart);
  InitializeObjectAttributes(&oa, &path, OBJ_CASE_INSENSITIVE | OBJ_KERNEL_HANDLE, NULL, NULL);
  InitializeObjectAttributes(&none, &missing, OBJ_CASE_INSENSITIVE | OBJ_KERNEL_HANDLE, NULL, NULL);
  CHECK_EQ(ZwCreateKey(&key, KEY_ALL_ACCESS, &oa, 0, NULL, 0, &disposition), STATUS_SUCCESS);
  FACT_EQ("documentation a callback does not change the disposition", disposition, REG_CREATED_NEW_KEY);
  CHECK_EQ(ZwOpenKey(&other, KEY_READ, &none), STATUS_OBJECT_NAME_NOT_FOUND);
  CHECK_EQ(ZwSetValueKey(key, &value, 0, REG_DWORD, &number, sizeof number), STATUS_SUCCESS);
  CHECK_EQ(ZwQueryValueKey(key, &value, KeyValuePartialInformation, buffer, sizeof buffer, &size), STATUS_SUCCESS);
  CHECK_EQ(ZwEnumerateValueKey(key, 0, KeyValueBasicInformation, buffer, 64, &size), STATUS_SUCCESS);
  CHECK_EQ(ZwEnumerateKey(key, 0, KeyBasicInformation, buffer, sizeof buffer, &size), STATUS_NO_MORE_ENTRIES);
  CHECK_EQ(ZwQueryKey(key, KeyFullInformation, buffer, sizeof buffer, &size), STATUS_SUCCESS);
  CHECK_EQ(ZwSetInformationKey(key, KeyWriteTimeInformation, &time, sizeof time), STATUS_SUCCESS);
  CHECK_EQ(ZwFlushKey(key), STATUS_SUCCESS);
  CHECK_EQ(ZwDeleteValueKey(key, &value), STATUS_SUCCESS);
  CHECK_EQ(ZwRenameKey(key, &renamed), STATUS_SUCCESS);
  CHECK_EQ(ZwDeleteKey(key), STATUS_SUCCESS);
  FACT_EQ("documentation no clean-up while the key object is open", g_Cleanups, 0);
  CHECK_EQ(CmUnRegisterCallback(g_Second), STATUS_SUCCESS);
  FACT_EQ("documentation unregistering cleans the contexts of the callback up", g_SecondCleanups, 1);
  FACT_EQ("documentation and only those", g_Cleanups, 0);
  CHECK_EQ(ZwClose(key), STATUS_SUCCESS);
  FACT_EQ("documentation the end of the key object cleans its contexts up", g_Cleanups, 1);
  FACT_EQ("documentation the pre notification carries the context too", g_Contexts, 1);
  FACT_EQ("documentation RegNtPreCreateKeyEx", g_Count[RegNtPreCreateKeyEx], 1);
  FACT_EQ("documentation RegNtPostCreateKeyEx", g_Count[RegNtPostCreateKeyEx], 1);
  FACT_EQ("documentation RegNtPreOpenKeyEx", g_Count[RegNtPreOpenKeyEx], 1);
  FACT_EQ("documentation RegNtPostOpenKeyEx", g_Count[RegNtPostOpenKeyEx], 1);
  FACT_EQ("documentation RegNtPreSetValueKey", g_Count[RegNtPreSetValueKey], 1);
  FACT_EQ("documentation RegNtPostSetValueKey", g_Count[RegNtPostSetValueKey], 1);
  FACT_EQ("documentation RegNtPreQueryValueKey", g_Count[RegNtPreQueryValueKey], 1);
  FACT_EQ("documentation RegNtPostQueryValueKey", g_Count[RegNtPostQueryValueKey], 1);
  FACT_EQ("documentation RegNtPreEnumerateValueKey", g_Count[RegNtPreEnumerateValueKey], 1);
  FACT_EQ("documentation RegNtPostEnumerateValueKey", g_Count[RegNtPostEnumerateValueKey], 1);
  FACT_EQ("documentation RegNtPreEnumerateKey", g_Count[RegNtPreEnumerateKey], 1);
  FACT_EQ("documentation RegNtPostEnumerateKey", g_Count[RegNtPostEnumerateKey], 1);
  FACT_EQ("documentation RegNtPreQueryKey", g_Count[RegNtPreQueryKey], 1);
  FACT_EQ("documentation RegNtPostQueryKey", g_Count[RegNtPostQueryKey], 1);
  FACT_EQ("documentation RegNtPreSetInformationKey", g_Count[RegNtPreSetInformationKey], 1);
  FACT_EQ("documentation RegNtPostSetInformationKey", g_Count[RegNtPostSetInformationKey], 1);
  FACT_EQ("documentation RegNtPreFlushKey", g_Count[RegNtPreFlushKey], 1);
  FACT_EQ("documentation RegNtPostFlushKey", g_Count[RegNtPostFlushKey], 1);
  FACT_EQ("documentation RegNtPreDeleteValueKey", g_Count[RegNtPreDeleteValueKey], 1);
  FACT_EQ("documentation RegNtPostDeleteValueKey", g_Count[RegNtPostDeleteValueKey], 1);
  FACT_EQ("documentation RegNtPreRenameKey", g_Count[RegNtPreRenameKey], 1);
  FACT_EQ("documentation RegNtPostRenameKey", g_Count[RegNtPostRenameKey], 1);
  FACT_EQ("documentation RegNtPreDeleteKey", g_Count[RegNtPreDeleteKey], 1);
  FACT_EQ("documentation RegNtPostDeleteKey", g_Count[RegNtPostDeleteKey], 1);
  FACT_EQ("documentation RegNtPreKeyHandleClose", g_Count[RegNtPreKeyHandleClose], 1);
  FACT_EQ("documentation RegNtPostKeyHandleClose", g_Count[RegNtPostKeyHandleClose], 1);
  FACT("documentation CmSetCallbackObjectContext: an unknown cookie", !NT_SUCCESS(CmSetCallbackObjectContext(g_Key, &unknown, NULL, NULL)));
  FACT_EQ("documentation CmUnRegisterCallback", CmUnRegisterCallback(g_Cookie), STATUS_SUCCESS);
  FACT_EQ("documentation CmUnRegisterCallback twice", CmUnRegisterCallback(g_Cookie), STATUS_INVALID_PARAMETER);
  return STATUS_SUCCESS;
}
