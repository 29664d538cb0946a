// Device interfaces of a reported device: registering, enabling, opening, listing, aliases, the registry keys behind them, and what is answered to wrong names and to
// device objects that are no PDOs (source: the documentation of the routines).
#include "system.h"
#include <devpropdef.h>
#if 0 // threads
thread main {
  HANDLE h = CreateFileW(L"\\\\.\\ROOT#t#0000#{5e5c8b4a-21c9-4b1e-9a53-0d7f3c4b2a10}", GENERIC_READ, 0, NULL, OPEN_EXISTING, 0, NULL);
  FACT("documentation IoSetDeviceInterfaceState: applications can open interfaces that are enabled", h != INVALID_HANDLE_VALUE);
  CloseHandle(h);
  h = CreateFileW(L"\\\\.\\ROOT#t#0000#{5e5c8b4a-21c9-4b1e-9a53-0d7f3c4b2a10}\\pin", GENERIC_READ, 0, NULL, OPEN_EXISTING, 0, NULL);
  EXPECT(h != INVALID_HANDLE_VALUE);
  CloseHandle(h);
  h = CreateFileW(L"\\\\.\\ROOT#t#0000#{5e5c8b4a-21c9-4b1e-9a53-0d7f3c4b2a11}", GENERIC_READ, 0, NULL, OPEN_EXISTING, 0, NULL);
  FACT("documentation IoSetDeviceInterfaceState: only interfaces that are enabled", h == INVALID_HANDLE_VALUE && GetLastError() == ERROR_FILE_NOT_FOUND);
}
#endif

static const GUID g_Class = {0x5e5c8b4a, 0x21c9, 0x4b1e, {0x9a, 0x53, 0x0d, 0x7f, 0x3c, 0x4b, 0x2a, 0x10}};
static const GUID g_Other = {0x5e5c8b4a, 0x21c9, 0x4b1e, {0x9a, 0x53, 0x0d, 0x7f, 0x3c, 0x4b, 0x2a, 0x11}};
static const GUID g_Third = {0x5e5c8b4a, 0x21c9, 0x4b1e, {0x9a, 0x53, 0x0d, 0x7f, 0x3c, 0x4b, 0x2a, 0x12}};
static const DEVPROPKEY g_Enabled = {{0x026e516e, 0xb814, 0x414b, {0x83, 0xcd, 0x85, 0x6d, 0x6f, 0xef, 0x48, 0x22}}, 3}; // DEVPKEY_DeviceInterface_Enabled
static const DEVPROPKEY g_Mine = {{0x11111111, 0x2222, 0x3333, {1, 2, 3, 4, 5, 6, 7, 8}}, 2};
static PDEVICE_OBJECT g_Pdo, g_Fdo, g_Second;
static UNICODE_STRING g_Link, g_PinLink, g_OtherLink;
static LONG g_Opened, g_Pins;

static NTSTATUS Create(PDEVICE_OBJECT DeviceObject, PIRP Irp) {
  PFILE_OBJECT file = IoGetCurrentIrpStackLocation(Irp)->FileObject;
  UNICODE_STRING pin = RTL_CONSTANT_STRING(L"\\pin");
  CHECK(DeviceObject == g_Fdo);
  if (IoGetCurrentIrpStackLocation(Irp)->MajorFunction == IRP_MJ_CREATE) {
    g_Opened++;
    if (file->FileName.Length != 0) {
      FACT("documentation IoRegisterDeviceInterface: the reference string is passed when an instance is opened", RtlEqualUnicodeString(&file->FileName, &pin, FALSE));
      g_Pins++;
    }
  }
  return CompleteIrp(Irp, STATUS_SUCCESS, 0);
}

static NTSTATUS OpenByName(PCUNICODE_STRING Name) {
  PFILE_OBJECT file;
  PDEVICE_OBJECT device = NULL;
  NTSTATUS status = IoGetDeviceObjectPointer((PUNICODE_STRING)Name, FILE_READ_ATTRIBUTES, &file, &device);
  if (!NT_SUCCESS(status)) return status;
  FACT("documentation IoGetDeviceInterfaces: the link leads to the top of the device's stack", device == g_Fdo && IoGetRelatedDeviceObject(file) == g_Fdo);
  ObDereferenceObject(file);
  return status;
}

static ULONG Count(PCWSTR List, PCWSTR First) {
  ULONG n = 0;
  if (First != NULL) CHECK(_wcsicmp(List, First) == 0);
  for (; *List != 0; List += wcslen(List) + 1) n++;
  return n;
}
static ULONG List(PDEVICE_OBJECT Pdo, ULONG Flags, PCWSTR First) {
  PWSTR list = NULL;
  ULONG n;
  CHECK_EQ(IoGetDeviceInterfaces(&g_Class, Pdo, Flags, &list), STATUS_SUCCESS);
  n = Count(list, First);
  ExFreePool(list);
  return n;
}

static VOID Registry(VOID) {
  UNICODE_STRING path = RTL_CONSTANT_STRING(L"\\Registry\\Machine\\System\\CurrentControlSet\\Control\\DeviceClasses\\{5E5C8B4A-21C9-4B1E-9A53-0D7F3C4B2A10}\\##?#ROOT#t#0000#{5E5C8B4A-21C9-4B1E-9A53-0D7F3C4B2A10}");
  UNICODE_STRING value = RTL_CONSTANT_STRING(L"DeviceInstance"), number = RTL_CONSTANT_STRING(L"Number"), wrong = RTL_CONSTANT_STRING(L"\\??\\Nothing"), unknown = RTL_CONSTANT_STRING(L"\\??\\ROOT#t#0000#{00000000-21c9-4b1e-9a53-0d7f3c4b2a10}");
  OBJECT_ATTRIBUTES oa;
  HANDLE key = NULL, again = NULL;
  UCHAR buffer[128];
  PKEY_VALUE_PARTIAL_INFORMATION p = (PVOID)buffer;
  ULONG size, n = 42;
  InitializeObjectAttributes(&oa, &path, OBJ_KERNEL_HANDLE | OBJ_CASE_INSENSITIVE, NULL, NULL);
  FACT_EQ("documentation IoRegisterDeviceInterface: the I/O manager creates a registry key for the class", ZwOpenKey(&key, KEY_READ, &oa), STATUS_SUCCESS);
  CHECK_EQ(ZwQueryValueKey(key, &value, KeyValuePartialInformation, buffer, sizeof buffer, &size), STATUS_SUCCESS);
  CHECK(p->Type == REG_SZ && _wcsicmp((PCWSTR)p->Data, L"ROOT\\t\\0000") == 0);
  ZwClose(key);
  FACT_EQ("documentation IoOpenDeviceInterfaceRegistryKey", IoOpenDeviceInterfaceRegistryKey(&g_Link, KEY_ALL_ACCESS, &key), STATUS_SUCCESS);
  CHECK_EQ(ZwSetValueKey(key, &number, 0, REG_DWORD, &n, sizeof n), STATUS_SUCCESS);
  CHECK_EQ(IoOpenDeviceInterfaceRegistryKey(&g_Link, KEY_READ, &again), STATUS_SUCCESS);
  CHECK_EQ(ZwQueryValueKey(again, &number, KeyValuePartialInformation, buffer, sizeof buffer, &size), STATUS_SUCCESS);
  FACT("documentation IoOpenDeviceInterfaceRegistryKey: information about this instance", *(PULONG)p->Data == 42);
  ZwClose(again);
  CHECK_EQ(IoOpenDeviceInterfaceRegistryKey(&g_PinLink, KEY_READ, &again), STATUS_SUCCESS);
  FACT_EQ("documentation IoOpenDeviceInterfaceRegistryKey: another instance has a key of its own", ZwQueryValueKey(again, &number, KeyValuePartialInformation, buffer, sizeof buffer, &size), STATUS_OBJECT_NAME_NOT_FOUND);
  ZwClose(again);
  ZwClose(key);
  FACT_EQ("documentation IoOpenDeviceInterfaceRegistryKey: an error in the SymbolicLinkName", IoOpenDeviceInterfaceRegistryKey(&wrong, KEY_READ, &key), STATUS_INVALID_PARAMETER);
  FACT_EQ("documentation IoOpenDeviceInterfaceRegistryKey: no such instance", IoOpenDeviceInterfaceRegistryKey(&unknown, KEY_READ, &key), STATUS_OBJECT_NAME_NOT_FOUND);
}

static VOID Properties(VOID) {
  DEVPROP_BOOLEAN on = 0;
  DEVPROPTYPE type = 0;
  ULONG size = 0, n = 7, read = 0;
  CHECK_EQ(IoGetDeviceInterfacePropertyData(&g_Link, &g_Enabled, LOCALE_NEUTRAL, 0, sizeof on, &on, &size, &type), STATUS_SUCCESS);
  FACT("documentation DEVPKEY_DeviceInterface_Enabled", type == DEVPROP_TYPE_BOOLEAN && size == 1 && on != 0);
  CHECK_EQ(IoGetDeviceInterfacePropertyData(&g_OtherLink, &g_Enabled, LOCALE_NEUTRAL, 0, sizeof on, &on, &size, &type), STATUS_SUCCESS);
  CHECK_EQ(on, 0);
  CHECK_EQ(IoSetDeviceInterfacePropertyData(&g_Link, &g_Enabled, LOCALE_NEUTRAL, 0, DEVPROP_TYPE_BOOLEAN, sizeof on, &on), STATUS_ACCESS_DENIED);
  FACT_EQ("documentation IoSetDeviceInterfacePropertyData", IoSetDeviceInterfacePropertyData(&g_Link, &g_Mine, LOCALE_NEUTRAL, PLUGPLAY_PROPERTY_PERSISTENT, DEVPROP_TYPE_UINT32, sizeof n, &n), STATUS_SUCCESS);
  FACT_EQ("documentation IoGetDeviceInterfacePropertyData", IoGetDeviceInterfacePropertyData(&g_Link, &g_Mine, LOCALE_NEUTRAL, 0, sizeof read, &read, &size, &type), STATUS_SUCCESS);
  CHECK(read == 7 && size == 4 && type == DEVPROP_TYPE_UINT32);
  FACT_EQ("documentation IoGetDeviceInterfacePropertyData: not found", IoGetDeviceInterfacePropertyData(&g_OtherLink, &g_Mine, LOCALE_NEUTRAL, 0, sizeof read, &read, &size, &type), STATUS_OBJECT_NAME_NOT_FOUND);
}

static VOID Unload(PDRIVER_OBJECT DriverObject) {
  UNREFERENCED_PARAMETER(DriverObject);
  CHECK_EQ(g_Pins, 1);
  CHECK_EQ(IoSetDeviceInterfaceState(&g_PinLink, FALSE), STATUS_SUCCESS);
  CHECK_EQ(OpenByName(&g_Link), STATUS_SUCCESS); // the other instance keeps the link
  CHECK_EQ(IoSetDeviceInterfaceState(&g_Link, FALSE), STATUS_SUCCESS);
  FACT_EQ("documentation IoSetDeviceInterfaceState: a disabled interface cannot be opened", OpenByName(&g_Link), STATUS_OBJECT_NAME_NOT_FOUND);
  FACT_EQ("documentation IoSetDeviceInterfaceState: disabling what is not enabled", IoSetDeviceInterfaceState(&g_Link, FALSE), STATUS_OBJECT_NAME_NOT_FOUND);
  RtlFreeUnicodeString(&g_Link);
  RtlFreeUnicodeString(&g_PinLink);
  RtlFreeUnicodeString(&g_OtherLink);
  IoDetachDevice(g_Pdo);
  IoDeleteDevice(g_Fdo);
}

TEST_ENTRY {
  UNICODE_STRING pin = RTL_CONSTANT_STRING(L"pin"), bad = RTL_CONSTANT_STRING(L"a\\b"), slash = RTL_CONSTANT_STRING(L"a/b"), wrong = RTL_CONSTANT_STRING(L"\\Device\\Thing"), unknown = RTL_CONSTANT_STRING(L"\\??\\ROOT#x#0000#{00000000-21c9-4b1e-9a53-0d7f3c4b2a10}");
  UNICODE_STRING again = {0}, alias = {0};
  PWSTR list = NULL;
  UNREFERENCED_PARAMETER(RegistryPath);
  DriverObject->DriverUnload = Unload;
  DriverObject->MajorFunction[IRP_MJ_CREATE] = Create;
  DriverObject->MajorFunction[IRP_MJ_CLEANUP] = Create;
  DriverObject->MajorFunction[IRP_MJ_CLOSE] = Create;
  FACT_EQ("documentation IoReportDetectedDevice", IoReportDetectedDevice(DriverObject, InterfaceTypeUndefined, (ULONG)-1, (ULONG)-1, NULL, NULL, FALSE, &g_Pdo), STATUS_SUCCESS);
  CHECK_EQ(IoReportDetectedDevice(DriverObject, Isa, 0, 1, NULL, NULL, FALSE, &g_Second), STATUS_SUCCESS);
  FACT("documentation IoReportDetectedDevice: the PnP manager creates a PDO", g_Pdo != NULL && g_Pdo->DriverObject != DriverObject && g_Pdo != g_Second);
  CHECK_EQ(IoCreateDevice(DriverObject, 0, NULL, FILE_DEVICE_UNKNOWN, 0, FALSE, &g_Fdo), STATUS_SUCCESS);
  FACT("documentation IoReportDetectedDevice: the caller attaches its FDO to the PDO", IoAttachDeviceToDeviceStack(g_Fdo, g_Pdo) == g_Pdo);
  g_Fdo->Flags &= ~DO_DEVICE_INITIALIZING;

  FACT_EQ("documentation IoRegisterDeviceInterface", IoRegisterDeviceInterface(g_Pdo, &g_Class, NULL, &g_Link), STATUS_SUCCESS);
  FACT_EQ("documentation IoRegisterDeviceInterface: already registered", IoRegisterDeviceInterface(g_Pdo, &g_Class, NULL, &again), STATUS_OBJECT_NAME_EXISTS);
  FACT("documentation IoRegisterDeviceInterface: and its name is passed", RtlEqualUnicodeString(&g_Link, &again, TRUE));
  RtlFreeUnicodeString(&again);
  CHECK_EQ(IoRegisterDeviceInterface(g_Pdo, &g_Class, &pin, &g_PinLink), STATUS_SUCCESS);
  CHECK_EQ(IoRegisterDeviceInterface(g_Pdo, &g_Other, NULL, &g_OtherLink), STATUS_SUCCESS);
  FACT("documentation IoRegisterDeviceInterface: the reference string is an appended path component", EndsWith(&g_PinLink, L"\\pin") && !RtlEqualUnicodeString(&g_Link, &g_PinLink, TRUE));
  FACT_EQ("documentation IoRegisterDeviceInterface: a device object that is no PDO", IoRegisterDeviceInterface(g_Fdo, &g_Class, NULL, &again), STATUS_INVALID_DEVICE_REQUEST);
  CHECK_EQ(IoRegisterDeviceInterface(NULL, &g_Class, NULL, &again), STATUS_INVALID_DEVICE_REQUEST);
  CHECK_EQ(IoRegisterDeviceInterface((PDEVICE_OBJECT)&g_Link, &g_Class, NULL, &again), STATUS_INVALID_DEVICE_REQUEST);
  FACT_EQ("documentation IoRegisterDeviceInterface: a reference string with a path separator", IoRegisterDeviceInterface(g_Pdo, &g_Class, &bad, &again), STATUS_INVALID_DEVICE_REQUEST);
  CHECK_EQ(IoRegisterDeviceInterface(g_Pdo, &g_Class, &slash, &again), STATUS_INVALID_DEVICE_REQUEST);
  CHECK(again.Buffer == NULL);

  CHECK_EQ(OpenByName(&g_Link), STATUS_OBJECT_NAME_NOT_FOUND);
  FACT_EQ("documentation IoGetDeviceInterfaces: nothing is enabled: a single NULL character", List(NULL, 0, NULL), 0);
  FACT_EQ("documentation DEVICE_INTERFACE_INCLUDE_NONACTIVE: disabled ones too", List(NULL, DEVICE_INTERFACE_INCLUDE_NONACTIVE, NULL), 2);
  FACT_EQ("documentation IoSetDeviceInterfaceState", IoSetDeviceInterfaceState(&g_Link, TRUE), STATUS_SUCCESS);
  FACT_EQ("documentation IoSetDeviceInterfaceState: already enabled", IoSetDeviceInterfaceState(&g_Link, TRUE), STATUS_OBJECT_NAME_EXISTS);
  CHECK_EQ(OpenByName(&g_Link), STATUS_SUCCESS);
  CHECK_EQ(IoSetDeviceInterfaceState(&g_PinLink, TRUE), STATUS_SUCCESS);
  CHECK_EQ(IoSetDeviceInterfaceState(&wrong, TRUE), STATUS_INVALID_PARAMETER);
  CHECK_EQ(IoSetDeviceInterfaceState(&unknown, TRUE), STATUS_OBJECT_NAME_NOT_FOUND);

  FACT_EQ("documentation IoGetDeviceInterfaces: enabled instances of the class", List(NULL, 0, g_Link.Buffer), 2);
  FACT_EQ("documentation IoGetDeviceInterfaces: those of one device", List(g_Pdo, 0, NULL), 2);
  CHECK_EQ(List(g_Second, DEVICE_INTERFACE_INCLUDE_NONACTIVE, NULL), 0);
  FACT_EQ("documentation IoGetDeviceInterfaces: a device object that is no PDO", IoGetDeviceInterfaces(&g_Class, g_Fdo, 0, &list), STATUS_INVALID_DEVICE_REQUEST);
  CHECK_EQ(IoGetDeviceInterfaces(&g_Class, NULL, 0x80, &list), STATUS_INVALID_PARAMETER);
  CHECK(list == NULL);

  FACT_EQ("documentation IoGetDeviceInterfaceAlias: same device and reference string, other class", IoGetDeviceInterfaceAlias(&g_Link, &g_Other, &alias), STATUS_SUCCESS);
  FACT("documentation IoGetDeviceInterfaceAlias: the name of the alias", RtlEqualUnicodeString(&alias, &g_OtherLink, TRUE));
  RtlFreeUnicodeString(&alias);
  FACT_EQ("documentation IoGetDeviceInterfaceAlias: another reference string is no alias", IoGetDeviceInterfaceAlias(&g_PinLink, &g_Other, &alias), STATUS_OBJECT_NAME_NOT_FOUND);
  FACT_EQ("documentation IoGetDeviceInterfaceAlias: no alias of this class", IoGetDeviceInterfaceAlias(&g_Link, &g_Third, &alias), STATUS_OBJECT_NAME_NOT_FOUND);
  FACT_EQ("documentation IoGetDeviceInterfaceAlias: an invalid SymbolicLinkName", IoGetDeviceInterfaceAlias(&wrong, &g_Other, &alias), STATUS_INVALID_HANDLE);
  Registry();
  Properties();
  return STATUS_SUCCESS;
}
