// Registry callbacks: pre and post notifications, refusing, taking over, key names; removal (registry services themselves: registry.c).
#include "system.h"
#if 0 // threads
thread main {
  HKEY k;
  DWORD v = 5, type = 0, size = sizeof v, read = 0;
  EXPECT(RegCreateKeyExW(HKEY_LOCAL_MACHINE, L"SOFTWARE\\Test", 0, NULL, 0, KEY_ALL_ACCESS, NULL, &k, NULL) == 0);
  EXPECT(RegSetValueExW(k, L"Value", 0, REG_DWORD, (const BYTE *)&v, 4) == 0);
  EXPECT(RegQueryValueExW(k, L"Value", NULL, &type, (LPBYTE)&read, &size) == 0 && read == 5 && type == REG_DWORD && size == 4);
  FACT("documentation an error of a pre callback is what the caller gets", RegSetValueExW(k, L"Forbidden", 0, REG_DWORD, (const BYTE *)&v, 4) == 5);
  FACT("documentation STATUS_CALLBACK_BYPASS: the caller sees success", RegSetValueExW(k, L"Swallowed", 0, REG_DWORD, (const BYTE *)&v, 4) == 0);
  FACT("documentation STATUS_CALLBACK_BYPASS: nothing was done", RegQueryValueExW(k, L"Swallowed", NULL, NULL, (LPBYTE)&read, &size) == 2);
  EXPECT(RegDeleteValueW(k, L"Value") == 0);
  EXPECT(RegCloseKey(k) == 0);
  EXPECT(RegDeleteKeyW(HKEY_LOCAL_MACHINE, L"SOFTWARE\\Test") == 0);
  EXPECT(RegOpenKeyExW(HKEY_LOCAL_MACHINE, L"SOFTWARE\\Test", 0, KEY_READ, &k) == 2);
}
#endif

static LARGE_INTEGER g_High, g_Low;
static LONG g_Pre[64], g_Post[64], g_LowSets;
static PVOID g_Object;

static NTSTATUS High(PVOID Context, PVOID Argument1, PVOID Argument2) {
  REG_NOTIFY_CLASS c = (REG_NOTIFY_CLASS)(ULONG_PTR)Argument1;
  FACT("documentation the context of the registration is handed over", Context == (PVOID)0x99);
  FACT_EQ("documentation registry callbacks run at PASSIVE_LEVEL", KeGetCurrentIrql(), PASSIVE_LEVEL);
  switch (c) {
  case RegNtPreCreateKeyEx: {
    PREG_CREATE_KEY_INFORMATION i = Argument2;
    UNICODE_STRING want = RTL_CONSTANT_STRING(L"\\REGISTRY\\MACHINE\\SOFTWARE\\Test");
    FACT("documentation pre create: CompleteName", RtlEqualUnicodeString(i->CompleteName, &want, TRUE));
    FACT("documentation pre create: DesiredAccess", i->DesiredAccess == KEY_ALL_ACCESS);
    i->CallContext = (PVOID)0x42;
    g_Pre[c]++;
    break;
  }
  case RegNtPostCreateKeyEx: {
    PREG_POST_OPERATION_INFORMATION i = Argument2;
    PCUNICODE_STRING name = NULL;
    ULONG_PTR id = 0;
    UNICODE_STRING want = RTL_CONSTANT_STRING(L"\\REGISTRY\\MACHINE\\SOFTWARE\\Test");
    FACT("documentation post create: Status, CallContext and PreInformation", NT_SUCCESS(i->Status) && i->CallContext == (PVOID)0x42 && i->PreInformation != NULL);
    CHECK_EQ(CmCallbackGetKeyObjectIDEx(&g_High, i->Object, &id, &name, 0), STATUS_SUCCESS);
    CHECK(id != 0 && RtlEqualUnicodeString(name, &want, TRUE));
    CmCallbackReleaseKeyObjectIDEx(name);
    g_Object = i->Object;
    g_Post[c]++;
    break;
  }
  case RegNtPreSetValueKey: {
    PREG_SET_VALUE_KEY_INFORMATION i = Argument2;
    g_Pre[c]++;
    FACT("documentation pre set value: Object, Type, DataSize", i->Object == g_Object && i->Type == REG_DWORD && i->DataSize == 4);
    __try {
      FACT_EQ("documentation pre set value: Data", *(PULONG)i->Data, 5);
    } __except (EXCEPTION_EXECUTE_HANDLER) {
      CHECK(FALSE);
    }
    if (_wcsicmp(i->ValueName->Buffer, L"Forbidden") == 0) return STATUS_ACCESS_DENIED;
    if (_wcsicmp(i->ValueName->Buffer, L"Swallowed") == 0) return STATUS_CALLBACK_BYPASS;
    break;
  }
  case RegNtPostSetValueKey:
    g_Post[c]++;
    break;
  default:
    if (c < 64) g_Pre[c]++;
  }
  return STATUS_SUCCESS;
}

static NTSTATUS Low(PVOID Context, PVOID Argument1, PVOID Argument2) {
  UNREFERENCED_PARAMETER(Context);
  UNREFERENCED_PARAMETER(Argument2);
  if ((REG_NOTIFY_CLASS)(ULONG_PTR)Argument1 == RegNtPreSetValueKey) g_LowSets++;
  return STATUS_SUCCESS;
}

static VOID Unload(PDRIVER_OBJECT DriverObject) {
  LARGE_INTEGER unknown = {.QuadPart = 12345};
  UNREFERENCED_PARAMETER(DriverObject);
  CHECK_EQ(g_Pre[RegNtPreCreateKeyEx], 1);
  CHECK_EQ(g_Post[RegNtPostCreateKeyEx], 1);
  FACT_EQ("documentation the higher altitude sees every operation", g_Pre[RegNtPreSetValueKey], 3);
  FACT_EQ("documentation no post notification for what the callback itself refused or took over", g_Post[RegNtPostSetValueKey], 1);
  FACT_EQ("documentation the lower altitude sees only what went on", g_LowSets, 1);
  CHECK_EQ(g_Pre[RegNtPreDeleteValueKey], 1);
  CHECK_EQ(g_Pre[RegNtPreDeleteKey], 1);
  FACT("documentation closing the last handle is a notification", g_Pre[RegNtPreKeyHandleClose] >= 1);
  FACT_EQ("documentation CmUnRegisterCallback with an unknown cookie", CmUnRegisterCallback(unknown), STATUS_INVALID_PARAMETER);
  CHECK_EQ(CmUnRegisterCallback(g_Low), STATUS_SUCCESS);
  CHECK_EQ(CmUnRegisterCallback(g_High), STATUS_SUCCESS);
  CHECK_EQ(CmUnRegisterCallback(g_High), STATUS_INVALID_PARAMETER);
}

TEST_ENTRY {
  UNICODE_STRING a = RTL_CONSTANT_STRING(L"390000"), b = RTL_CONSTANT_STRING(L"360000");
  LARGE_INTEGER c;
  ULONG major = 0, minor = 9;
  UNREFERENCED_PARAMETER(RegistryPath);
  DriverObject->DriverUnload = Unload;
  CmGetCallbackVersion(&major, &minor);
  FACT("documentation CmGetCallbackVersion", major >= 1 && minor <= 1);
  CHECK_EQ(CmRegisterCallbackEx(Low, &b, DriverObject, NULL, &g_Low, NULL), STATUS_SUCCESS);
  CHECK_EQ(CmRegisterCallbackEx(High, &a, DriverObject, (PVOID)0x99, &g_High, NULL), STATUS_SUCCESS);
  FACT_EQ("documentation an altitude that is in use", CmRegisterCallbackEx(High, &a, DriverObject, NULL, &c, NULL), STATUS_FLT_INSTANCE_ALTITUDE_COLLISION);
  return STATUS_SUCCESS;
}
