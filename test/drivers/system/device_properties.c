// A reported device: its registry keys, its properties by number and by key, its directories and those of the driver; what is answered for device objects that are no
// PDOs and for wrong arguments (source: the documentation of the routines).
#include "system.h"
#include <devpropdef.h>

static const DEVPROPKEY g_Mine = {{0x11111111, 0x2222, 0x3333, {1, 2, 3, 4, 5, 6, 7, 8}}, 2};
// DEVPKEY_Device_FriendlyName, DEVPKEY_Device_PDOName, DEVPKEY_Device_InstanceId
static const DEVPROPKEY g_Friendly = {{0xa45c254e, 0xdf1c, 0x4efd, {0x80, 0x20, 0x67, 0xd1, 0x46, 0xa8, 0x50, 0xe0}}, 14};
static const DEVPROPKEY g_PdoName = {{0xa45c254e, 0xdf1c, 0x4efd, {0x80, 0x20, 0x67, 0xd1, 0x46, 0xa8, 0x50, 0xe0}}, 16};
static const DEVPROPKEY g_Instance = {{0x78c34fc8, 0x104a, 0x4aca, {0x9e, 0xa4, 0x52, 0x4d, 0x52, 0x99, 0x6e, 0x57}}, 256};
static PDEVICE_OBJECT g_Pdo, g_Own;
static LONG g_Opens;
static LARGE_INTEGER g_Cookie;
static PVOID g_Thread;

static NTSTATUS Callback(PVOID Context, PVOID Argument1, PVOID Argument2) {
  UNREFERENCED_PARAMETER(Context);
  UNREFERENCED_PARAMETER(Argument2);
  if (PsGetCurrentThread() == g_Thread && (REG_NOTIFY_CLASS)(ULONG_PTR)Argument1 == RegNtPreOpenKeyEx) g_Opens++;
  return STATUS_SUCCESS;
}

static BOOLEAN NamedLike(HANDLE Handle, PCWSTR End) {
  UCHAR buffer[512];
  ULONG size;
  POBJECT_NAME_INFORMATION info = (PVOID)buffer;
  PVOID object;
  BOOLEAN is = FALSE;
  if (!NT_SUCCESS(ObReferenceObjectByHandle(Handle, 0, NULL, KernelMode, &object, NULL))) return FALSE;
  if (NT_SUCCESS(ObQueryNameString(object, info, sizeof buffer, &size))) is = EndsWith(&info->Name, End);
  if (!is) DbgPrint("name %wZ\n", &info->Name);
  ObDereferenceObject(object);
  return is;
}

static VOID Keys(PDRIVER_OBJECT DriverObject) {
  HANDLE key = NULL;
  UNICODE_STRING value = RTL_CONSTANT_STRING(L"Speed");
  UCHAR buffer[64];
  ULONG n = 9600, size;
  FACT_EQ("documentation PLUGPLAY_REGKEY_DEVICE", IoOpenDeviceRegistryKey(g_Pdo, PLUGPLAY_REGKEY_DEVICE, KEY_ALL_ACCESS, &key), STATUS_SUCCESS);
  FACT("documentation PLUGPLAY_REGKEY_DEVICE: Device Parameters below the device's hardware key", NamedLike(key, L"\\CurrentControlSet\\Enum\\ROOT\\t\\0000\\Device Parameters"));
  CHECK_EQ(ZwSetValueKey(key, &value, 0, REG_DWORD, &n, sizeof n), STATUS_SUCCESS);
  ZwClose(key);
  CHECK_EQ(IoOpenDeviceRegistryKey(g_Pdo, PLUGPLAY_REGKEY_DEVICE, KEY_READ, &key), STATUS_SUCCESS);
  FACT_EQ("documentation IoOpenDeviceRegistryKey: the keys are nonvolatile", ZwQueryValueKey(key, &value, KeyValuePartialInformation, buffer, sizeof buffer, &size), STATUS_SUCCESS);
  ZwClose(key);
  FACT_EQ("documentation PLUGPLAY_REGKEY_DRIVER", IoOpenDeviceRegistryKey(g_Pdo, PLUGPLAY_REGKEY_DRIVER, KEY_READ, &key), STATUS_SUCCESS);
  FACT("documentation PLUGPLAY_REGKEY_DRIVER: the software key below the device class", NamedLike(key, L"}\\0000"));
  ZwClose(key);
  CHECK_EQ(IoOpenDeviceRegistryKey(g_Pdo, PLUGPLAY_REGKEY_DEVICE | PLUGPLAY_REGKEY_CURRENT_HWPROFILE, KEY_READ, &key), STATUS_SUCCESS);
  CHECK_EQ(ZwQueryValueKey(key, &value, KeyValuePartialInformation, buffer, sizeof buffer, &size), STATUS_OBJECT_NAME_NOT_FOUND);
  ZwClose(key);
  FACT_EQ("documentation IoOpenDeviceRegistryKey: both flags", IoOpenDeviceRegistryKey(g_Pdo, PLUGPLAY_REGKEY_DEVICE | PLUGPLAY_REGKEY_DRIVER, KEY_READ, &key), STATUS_INVALID_PARAMETER);
  CHECK_EQ(IoOpenDeviceRegistryKey(g_Pdo, 0, KEY_READ, &key), STATUS_INVALID_PARAMETER);
  CHECK_EQ(IoOpenDeviceRegistryKey(g_Pdo, PLUGPLAY_REGKEY_CURRENT_HWPROFILE, KEY_READ, &key), STATUS_INVALID_PARAMETER);
  FACT_EQ("documentation IoOpenDeviceRegistryKey: a device object that is no PDO", IoOpenDeviceRegistryKey(g_Own, PLUGPLAY_REGKEY_DEVICE, KEY_READ, &key), STATUS_INVALID_DEVICE_REQUEST);
  CHECK_EQ(IoOpenDeviceRegistryKey(NULL, PLUGPLAY_REGKEY_DEVICE, KEY_READ, &key), STATUS_INVALID_DEVICE_REQUEST);
  FACT_EQ("documentation IoOpenDriverRegistryKey", IoOpenDriverRegistryKey(DriverObject, DriverRegKeyParameters, KEY_READ, 0, &key), STATUS_SUCCESS);
  FACT("documentation DriverRegKeyParameters: the Parameters subkey of the service", NamedLike(key, L"\\Services\\t\\Parameters"));
  ZwClose(key);
  CHECK_EQ(IoOpenDriverRegistryKey(DriverObject, DriverRegKeyPersistentState, KEY_ALL_ACCESS, 0, &key), STATUS_SUCCESS);
  ZwClose(key);
  CHECK_EQ(IoOpenDriverRegistryKey(DriverObject, DriverRegKeySharedPersistentState, KEY_ALL_ACCESS, 0, &key), STATUS_SUCCESS);
  ZwClose(key);
  FACT_EQ("documentation IoOpenDriverRegistryKey: Flags must be zero", IoOpenDriverRegistryKey(DriverObject, DriverRegKeyParameters, KEY_READ, 1, &key), STATUS_INVALID_PARAMETER);
  CHECK_EQ(IoOpenDriverRegistryKey(DriverObject, (DRIVER_REGKEY_TYPE)7, KEY_READ, 0, &key), STATUS_INVALID_PARAMETER);
  CHECK_EQ(IoOpenDriverRegistryKey(NULL, DriverRegKeyParameters, KEY_READ, 0, &key), STATUS_INVALID_PARAMETER);
}

static BOOLEAN Text(DEVICE_REGISTRY_PROPERTY Property, PCWSTR Want) {
  WCHAR text[128];
  ULONG size = 0;
  return IoGetDeviceProperty(g_Pdo, Property, sizeof text, text, &size) == STATUS_SUCCESS && size == (wcslen(text) + 1) * 2 && _wcsicmp(text, Want) == 0;
}
static ULONG Number(DEVICE_REGISTRY_PROPERTY Property) {
  ULONG n = 0xEEEEEEEE, size = 0;
  CHECK_EQ(IoGetDeviceProperty(g_Pdo, Property, sizeof n, &n, &size), STATUS_SUCCESS);
  CHECK_EQ(size, 4);
  return n;
}

static VOID ByNumber(VOID) {
  WCHAR text[128];
  ULONG size = 0;
  static const WCHAR ids[] = L"DETECTEDInternal\\t\0DETECTED\\t\0";
  FACT("documentation DevicePropertyEnumeratorName", Text(DevicePropertyEnumeratorName, L"ROOT"));
  CHECK_EQ(IoGetDeviceProperty(g_Pdo, DevicePropertyCompatibleIDs, sizeof text, text, &size), STATUS_SUCCESS);
  FACT("documentation IoReportDetectedDevice: two compatible ID strings", size == sizeof ids && RtlCompareMemory(text, ids, sizeof ids) == sizeof ids);
  CHECK_EQ(IoGetDeviceProperty(g_Pdo, DevicePropertyPhysicalDeviceObjectName, sizeof text, text, &size), STATUS_SUCCESS);
  FACT("documentation DevicePropertyPhysicalDeviceObjectName", _wcsnicmp(text, L"\\Device\\", 8) == 0);
  FACT_EQ("documentation IoGetDeviceProperty: the buffer is too small", IoGetDeviceProperty(g_Pdo, DevicePropertyPhysicalDeviceObjectName, 4, text, &size), STATUS_BUFFER_TOO_SMALL);
  FACT_EQ("documentation IoGetDeviceProperty: ResultLength is the required length", size, (wcslen(text) + 1) * 2);
  CHECK(Text(DevicePropertyClassName, L"LegacyDriver"));
  FACT("documentation DevicePropertyClassGuid: a GUID in a string format", Text(DevicePropertyClassGuid, L"{8ECC055D-047F-11D1-A537-0000F8753ED1}"));
  FACT("documentation DevicePropertyDriverKeyName", Text(DevicePropertyDriverKeyName, L"{8ECC055D-047F-11D1-A537-0000F8753ED1}\\0000"));
  FACT_EQ("documentation DevicePropertyAddress: the bus driver did not supply one", Number(DevicePropertyAddress), 0xFFFFFFFF);
  FACT_EQ("documentation DevicePropertyUINumber: none", Number(DevicePropertyUINumber), 0xFFFFFFFF);
  FACT_EQ("documentation DevicePropertyLegacyBusType", Number(DevicePropertyLegacyBusType), Isa);
  FACT_EQ("documentation DevicePropertyBusNumber", Number(DevicePropertyBusNumber), 3);
  CHECK_EQ(Number(DevicePropertyInstallState), InstallStateInstalled);
  CHECK_EQ(Number(DevicePropertyRemovalPolicy), RemovalPolicyExpectNoRemoval);
  CHECK_EQ(IoGetDeviceProperty(g_Pdo, DevicePropertyHardwareID, sizeof text, text, &size), STATUS_OBJECT_NAME_NOT_FOUND);
  CHECK_EQ(IoGetDeviceProperty(g_Pdo, DevicePropertyBusTypeGuid, sizeof text, text, &size), STATUS_OBJECT_NAME_NOT_FOUND);
  FACT_EQ("documentation IoGetDeviceProperty: a property that there is not", IoGetDeviceProperty(g_Pdo, (DEVICE_REGISTRY_PROPERTY)99, sizeof text, text, &size), STATUS_INVALID_PARAMETER_2);
  FACT_EQ("documentation IoGetDeviceProperty: a device object that is no PDO", IoGetDeviceProperty(g_Own, DevicePropertyEnumeratorName, sizeof text, text, &size), STATUS_INVALID_DEVICE_REQUEST);
}

static NTSTATUS Get(const DEVPROPKEY *Key, LCID Lcid, PVOID Data, ULONG Size, PULONG Required, PDEVPROPTYPE Type) {
  return IoGetDevicePropertyData(g_Pdo, Key, Lcid, 0, Size, Data, Required, Type);
}

static VOID ByKey(VOID) {
  ULONG n = 5, read = 0, size = 0;
  DEVPROPTYPE type = 0;
  WCHAR text[64];
  static WCHAR name[] = L"Friendly";
  FACT_EQ("documentation IoGetDevicePropertyData: not found", Get(&g_Mine, LOCALE_NEUTRAL, &read, sizeof read, &size, &type), STATUS_OBJECT_NAME_NOT_FOUND);
  FACT_EQ("documentation IoSetDevicePropertyData", IoSetDevicePropertyData(g_Pdo, &g_Mine, LOCALE_NEUTRAL, PLUGPLAY_PROPERTY_PERSISTENT, DEVPROP_TYPE_UINT32, sizeof n, &n), STATUS_SUCCESS);
  FACT_EQ("documentation IoGetDevicePropertyData", Get(&g_Mine, LOCALE_NEUTRAL, &read, sizeof read, &size, &type), STATUS_SUCCESS);
  FACT("documentation IoGetDevicePropertyData: data, size and type", read == 5 && size == 4 && type == DEVPROP_TYPE_UINT32);
  FACT_EQ("documentation IoGetDevicePropertyData: the buffer is too small", Get(&g_Mine, LOCALE_NEUTRAL, &read, 2, &size, &type), STATUS_BUFFER_TOO_SMALL);
  CHECK_EQ(size, 4);
  FACT_EQ("documentation IoSetDevicePropertyData: a locale has a value of its own", Get(&g_Mine, 0x409, &read, sizeof read, &size, &type), STATUS_OBJECT_NAME_NOT_FOUND);
  n = 6;
  CHECK_EQ(IoSetDevicePropertyData(g_Pdo, &g_Mine, 0x409, 0, DEVPROP_TYPE_UINT32, sizeof n, &n), STATUS_SUCCESS);
  CHECK(Get(&g_Mine, 0x409, &read, sizeof read, &size, &type) == STATUS_SUCCESS && read == 6);
  CHECK(Get(&g_Mine, LOCALE_NEUTRAL, &read, sizeof read, &size, &type) == STATUS_SUCCESS && read == 5);
  FACT_EQ("documentation IoSetDevicePropertyData: Data NULL deletes the property", IoSetDevicePropertyData(g_Pdo, &g_Mine, LOCALE_NEUTRAL, 0, DEVPROP_TYPE_EMPTY, 0, NULL), STATUS_SUCCESS);
  CHECK_EQ(Get(&g_Mine, LOCALE_NEUTRAL, &read, sizeof read, &size, &type), STATUS_OBJECT_NAME_NOT_FOUND);
  CHECK_EQ(IoSetDevicePropertyData(g_Pdo, &g_Mine, LOCALE_NEUTRAL, 0, DEVPROP_TYPE_EMPTY, 0, NULL), STATUS_OBJECT_NAME_NOT_FOUND);
  // the registry's own properties
  CHECK_EQ(IoSetDevicePropertyData(g_Pdo, &g_Friendly, LOCALE_NEUTRAL, 0, DEVPROP_TYPE_STRING, sizeof name, name), STATUS_SUCCESS);
  FACT("documentation DEVPKEY_Device_FriendlyName: the same as DevicePropertyFriendlyName", Text(DevicePropertyFriendlyName, name));
  CHECK_EQ(IoSetDevicePropertyData(g_Pdo, &g_Friendly, LOCALE_NEUTRAL, 0, DEVPROP_TYPE_UINT32, sizeof n, &n), STATUS_INVALID_PARAMETER);
  CHECK(Get(&g_Instance, LOCALE_NEUTRAL, text, sizeof text, &size, &type) == STATUS_SUCCESS && type == DEVPROP_TYPE_STRING);
  FACT("documentation DEVPKEY_Device_InstanceId", _wcsicmp(text, L"ROOT\\t\\0000") == 0);
  CHECK(Get(&g_PdoName, LOCALE_NEUTRAL, text, sizeof text, &size, &type) == STATUS_SUCCESS && _wcsnicmp(text, L"\\Device\\", 8) == 0);
  CHECK_EQ(IoSetDevicePropertyData(g_Pdo, &g_PdoName, LOCALE_NEUTRAL, 0, DEVPROP_TYPE_STRING, sizeof name, name), STATUS_ACCESS_DENIED);
  // wrong uses
  FACT_EQ("documentation IoSetDevicePropertyData: not LOCALE_SYSTEM_DEFAULT", IoSetDevicePropertyData(g_Pdo, &g_Mine, LOCALE_SYSTEM_DEFAULT, 0, DEVPROP_TYPE_UINT32, sizeof n, &n), STATUS_INVALID_PARAMETER);
  FACT_EQ("documentation IoGetDevicePropertyData: not LOCALE_USER_DEFAULT", Get(&g_Mine, LOCALE_USER_DEFAULT, &read, sizeof read, &size, &type), STATUS_INVALID_PARAMETER);
  FACT_EQ("documentation DEVPROP_TYPE_UINT32: the size does not fit", IoSetDevicePropertyData(g_Pdo, &g_Mine, LOCALE_NEUTRAL, 0, DEVPROP_TYPE_UINT32, 3, &n), STATUS_INVALID_PARAMETER);
  FACT_EQ("documentation DEVPROP_TYPE_STRING: not terminated", IoSetDevicePropertyData(g_Pdo, &g_Mine, LOCALE_NEUTRAL, 0, DEVPROP_TYPE_STRING, 4, name), STATUS_INVALID_PARAMETER);
  CHECK_EQ(IoSetDevicePropertyData(g_Pdo, &g_Mine, LOCALE_NEUTRAL, 0, 0x777, sizeof n, &n), STATUS_INVALID_PARAMETER);
  CHECK_EQ(IoSetDevicePropertyData(g_Pdo, &g_Mine, LOCALE_NEUTRAL, 0x10, DEVPROP_TYPE_UINT32, sizeof n, &n), STATUS_INVALID_PARAMETER);
  CHECK_EQ(IoSetDevicePropertyData(g_Pdo, NULL, LOCALE_NEUTRAL, 0, DEVPROP_TYPE_UINT32, sizeof n, &n), STATUS_INVALID_PARAMETER);
  FACT_EQ("documentation IoSetDevicePropertyData: a device object that is no PDO", IoSetDevicePropertyData(g_Own, &g_Mine, LOCALE_NEUTRAL, 0, DEVPROP_TYPE_UINT32, sizeof n, &n), STATUS_INVALID_DEVICE_REQUEST);
  CHECK_EQ(IoGetDevicePropertyData(g_Own, &g_Mine, LOCALE_NEUTRAL, 0, sizeof read, &read, &size, &type), STATUS_INVALID_DEVICE_REQUEST);
}

static NTSTATUS FileIn(HANDLE Directory, PCWSTR Name, ULONG Disposition) {
  UNICODE_STRING name;
  OBJECT_ATTRIBUTES oa;
  IO_STATUS_BLOCK block;
  HANDLE file;
  NTSTATUS status;
  RtlInitUnicodeString(&name, Name);
  InitializeObjectAttributes(&oa, &name, OBJ_KERNEL_HANDLE | OBJ_CASE_INSENSITIVE, Directory, NULL);
  status = ZwCreateFile(&file, GENERIC_READ | GENERIC_WRITE | SYNCHRONIZE, &oa, &block, NULL, FILE_ATTRIBUTE_NORMAL, FILE_SHARE_READ, Disposition, FILE_SYNCHRONOUS_IO_NONALERT | FILE_NON_DIRECTORY_FILE, NULL, 0);
  if (NT_SUCCESS(status)) ZwClose(file);
  return status;
}

static VOID Directories(PDRIVER_OBJECT DriverObject) {
  HANDLE d = NULL, again = NULL;
  FACT_EQ("documentation DriverDirectoryImage", IoGetDriverDirectory(DriverObject, DriverDirectoryImage, 0, &d), STATUS_SUCCESS);
  FACT("documentation DriverDirectoryImage: the directory from which the driver was loaded", NamedLike(d, L"\\Windows\\System32\\drivers"));
  ZwClose(d);
  FACT_EQ("documentation DriverDirectoryData", IoGetDriverDirectory(DriverObject, DriverDirectoryData, 0, &d), STATUS_SUCCESS);
  FACT_EQ("documentation IoGetDriverDirectory: the driver can write files there", FileIn(d, L"state.bin", FILE_CREATE), STATUS_SUCCESS);
  CHECK_EQ(IoGetDriverDirectory(DriverObject, DriverDirectoryData, 0, &again), STATUS_SUCCESS);
  FACT_EQ("documentation IoGetDriverDirectory: and read them", FileIn(again, L"state.bin", FILE_OPEN), STATUS_SUCCESS);
  ZwClose(again);
  ZwClose(d);
  CHECK_EQ(IoGetDriverDirectory(DriverObject, DriverDirectorySharedData, 0, &d), STATUS_SUCCESS);
  CHECK_EQ(FileIn(d, L"state.bin", FILE_OPEN), STATUS_OBJECT_NAME_NOT_FOUND);
  ZwClose(d);
  FACT_EQ("documentation IoGetDeviceDirectory", IoGetDeviceDirectory(g_Pdo, DeviceDirectoryData, 0, NULL, &d), STATUS_SUCCESS);
  FACT_EQ("documentation IoGetDeviceDirectory: files of one device instance", FileIn(d, L"state.bin", FILE_CREATE), STATUS_SUCCESS);
  ZwClose(d);
  FACT_EQ("documentation IoGetDriverDirectory: Flags is not 0", IoGetDriverDirectory(DriverObject, DriverDirectoryData, 1, &d), STATUS_INVALID_PARAMETER);
  FACT_EQ("documentation IoGetDriverDirectory: DriverObject is NULL", IoGetDriverDirectory(NULL, DriverDirectoryData, 0, &d), STATUS_INVALID_PARAMETER);
  FACT_EQ("documentation IoGetDriverDirectory: DriverDirectoryHandle is NULL", IoGetDriverDirectory(DriverObject, DriverDirectoryData, 0, NULL), STATUS_INVALID_PARAMETER);
  CHECK_EQ(IoGetDriverDirectory(DriverObject, (DRIVER_DIRECTORY_TYPE)5, 0, &d), STATUS_INVALID_PARAMETER);
  FACT_EQ("documentation IoGetDeviceDirectory: PhysicalDeviceObject is NULL", IoGetDeviceDirectory(NULL, DeviceDirectoryData, 0, NULL, &d), STATUS_INVALID_PARAMETER);
  FACT_EQ("documentation IoGetDeviceDirectory: Flags is not 0", IoGetDeviceDirectory(g_Pdo, DeviceDirectoryData, 1, NULL, &d), STATUS_INVALID_PARAMETER);
  FACT_EQ("documentation IoGetDeviceDirectory: Reserved is not NULL", IoGetDeviceDirectory(g_Pdo, DeviceDirectoryData, 0, &d, &d), STATUS_INVALID_PARAMETER);
  CHECK_EQ(IoGetDeviceDirectory(g_Own, DeviceDirectoryData, 0, NULL, &d), STATUS_INVALID_DEVICE_REQUEST);
}

// A PDO of the driver's own, reported: it is one until it is deleted.
static VOID OwnPdo(PDRIVER_OBJECT DriverObject) {
  PDEVICE_OBJECT pdo, same;
  UNICODE_STRING name = RTL_CONSTANT_STRING(L"\\Device\\TestPdo");
  HANDLE key;
  CHECK_EQ(IoCreateDevice(DriverObject, 0, &name, FILE_DEVICE_UNKNOWN, 0, FALSE, &pdo), STATUS_SUCCESS);
  same = pdo;
  FACT_EQ("documentation IoReportDetectedDevice: a PDO of the caller", IoReportDetectedDevice(DriverObject, InterfaceTypeUndefined, (ULONG)-1, (ULONG)-1, NULL, NULL, TRUE, &same), STATUS_SUCCESS);
  FACT("documentation IoReportDetectedDevice: the PnP manager does not create a new PDO", same == pdo);
  CHECK_EQ(IoOpenDeviceRegistryKey(pdo, PLUGPLAY_REGKEY_DEVICE, KEY_READ, &key), STATUS_SUCCESS);
  CHECK(NamedLike(key, L"\\Enum\\ROOT\\t\\0001\\Device Parameters"));
  ZwClose(key);
  CHECK_EQ(IoReportDetectedDevice(DriverObject, InterfaceTypeUndefined, (ULONG)-1, (ULONG)-1, NULL, NULL, TRUE, &same), STATUS_INVALID_DEVICE_REQUEST);
  IoDeleteDevice(pdo);
  same = (PDEVICE_OBJECT)&name;
  CHECK_EQ(IoReportDetectedDevice(DriverObject, InterfaceTypeUndefined, (ULONG)-1, (ULONG)-1, NULL, NULL, TRUE, &same), STATUS_INVALID_DEVICE_REQUEST);
  same = NULL;
  CHECK_EQ(IoReportDetectedDevice(NULL, InterfaceTypeUndefined, (ULONG)-1, (ULONG)-1, NULL, NULL, TRUE, &same), STATUS_INVALID_PARAMETER);
}

static VOID Unload(PDRIVER_OBJECT DriverObject) {
  UNREFERENCED_PARAMETER(DriverObject);
  IoDeleteDevice(g_Own);
}

TEST_ENTRY {
  UNREFERENCED_PARAMETER(RegistryPath);
  DriverObject->DriverUnload = Unload;
  g_Thread = PsGetCurrentThread();
  CHECK_EQ(IoCreateDevice(DriverObject, 0, NULL, FILE_DEVICE_UNKNOWN, 0, FALSE, &g_Own), STATUS_SUCCESS);
  CHECK_EQ(IoReportDetectedDevice(DriverObject, Isa, 3, 1, NULL, NULL, FALSE, &g_Pdo), STATUS_SUCCESS);
  CHECK_EQ(CmRegisterCallback(Callback, NULL, &g_Cookie), STATUS_SUCCESS);
  Keys(DriverObject);
  CHECK(g_Opens >= 5);
  CHECK_EQ(CmUnRegisterCallback(g_Cookie), STATUS_SUCCESS);
  ByNumber();
  ByKey();
  Directories(DriverObject);
  OwnPdo(DriverObject);
  return STATUS_SUCCESS;
}
