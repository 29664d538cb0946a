// ZwLoadDriver and ZwUnloadDriver (documentation of both, and of DriverEntry and DriverUnload): by service key, in a system thread, again after an unload, and what is refused.
// The same text is three drivers: t, which loads the others, and two that the run does not load.
#include "system.h"
#if 0 // processes
driver "late" { sources "t.c"; define SECOND=1; demand-start; integrity-check yes; registry "Parameters" { "Value" = dword 7; } }
driver "fails" { sources "t.c"; define SECOND=2; demand-start; integrity-check yes; }
#endif
#if 0 // threads
#include <winternl.h>
code {
  #define SERVICES L"\\Registry\\Machine\\System\\CurrentControlSet\\Services\\"
  static NTSTATUS Load(PCWSTR Name, BOOLEAN Unload) {
    UNICODE_STRING name;
    name.Buffer = (PWSTR)Name;
    name.Length = name.MaximumLength = (USHORT)(2 * wcslen(Name));
    return Unload ? NtUnloadDriver(&name) : NtLoadDriver(&name);
  }
  static void Service(PCWSTR Key, PCWSTR Path) {
    HKEY k;
    EXPECT(RegCreateKeyExW(HKEY_LOCAL_MACHINE, Key, 0, NULL, 0, KEY_ALL_ACCESS, NULL, &k, NULL) == 0);
    if (Path) EXPECT(RegSetValueExW(k, L"ImagePath", 0, REG_EXPAND_SZ, (const BYTE *)Path, (DWORD)(2 * wcslen(Path) + 2)) == 0);
    RegCloseKey(k);
  }
}
thread main {
  HANDLE d = CreateFileW(L"\\\\.\\Test", GENERIC_ALL, 0, NULL, OPEN_EXISTING, 0, NULL);
  UNICODE_STRING bad = { 8, 8, (PWSTR)0xFFFFF80000000000 };
  DWORD got;
  char on = 0;
  EXPECT(d != INVALID_HANDLE_VALUE);
  FACT_EQ("documentation ZwLoadDriver: an unknown service is STATUS_OBJECT_NAME_NOT_FOUND", Load(SERVICES L"nobody", FALSE), (LONG)0xC0000034);
  FACT_EQ("documentation ZwLoadDriver: DriverServiceName is a full path", Load(L"late", FALSE), (LONG)0xC000003B);
  FACT_EQ("documentation ZwLoadDriver: DriverServiceName is a path of the registry", Load(L"\\Device\\Test", FALSE), (LONG)0xC0000024);
  FACT_EQ("documentation ZwLoadDriver: an empty name is STATUS_INVALID_PARAMETER", Load(L"", FALSE), (LONG)0xC000000D);
  FACT_EQ("documentation ZwLoadDriver: the name is probed", NtLoadDriver(&bad), (LONG)0xC0000005);
  FACT_EQ("documentation ZwLoadDriver: a service whose file is missing is STATUS_OBJECT_NAME_NOT_FOUND", (Service(L"SYSTEM\\CurrentControlSet\\Services\\nofile", L"\\SystemRoot\\System32\\drivers\\nofile.sys"), Load(SERVICES L"nofile", FALSE)), (LONG)0xC0000034);
  EXPECT(DeviceIoControl(d, IOCTL_BUFFERED, &on, 1, NULL, 0, &got, NULL));
  FACT_EQ("documentation ZwLoadDriver: SeLoadDriverPrivilege is required", Load(SERVICES L"late", FALSE), (LONG)0xC0000061);
  FACT_EQ("documentation ZwUnloadDriver: SeLoadDriverPrivilege is required", Load(SERVICES L"t", TRUE), (LONG)0xC0000061);
  on = 1;
  EXPECT(DeviceIoControl(d, IOCTL_BUFFERED, &on, 1, NULL, 0, &got, NULL));
  FACT_EQ("documentation ZwUnloadDriver: a driver that is not loaded is STATUS_OBJECT_NAME_NOT_FOUND", Load(SERVICES L"late", TRUE), (LONG)0xC0000034);
  FACT_EQ("documentation ZwLoadDriver: STATUS_SUCCESS", Load(SERVICES L"late", FALSE), 0);
  FACT_EQ("documentation ZwLoadDriver: a driver that is loaded is STATUS_IMAGE_ALREADY_LOADED", Load(SERVICES L"LATE", FALSE), (LONG)0xC000010E);
  Service(L"SYSTEM\\CurrentControlSet\\Services\\alias", L"\\SystemRoot\\System32\\drivers\\late.sys");
  FACT_EQ("documentation ZwLoadDriver: by another service, the image is loaded", Load(SERVICES L"alias", FALSE), (LONG)0xC000010E);
  FACT_EQ("documentation ZwLoadDriver: the status of DriverEntry", Load(SERVICES L"fails", FALSE), (LONG)0xC00000C0);
  FACT_EQ("documentation ZwLoadDriver: a driver whose DriverEntry failed is not loaded", Load(SERVICES L"fails", TRUE), (LONG)0xC0000034);
  FACT_EQ("documentation ZwLoadDriver: and can be tried again", Load(SERVICES L"fails", FALSE), (LONG)0xC00000C0);
  FACT_EQ("documentation ZwUnloadDriver: STATUS_SUCCESS", Load(SERVICES L"late", TRUE), 0);
  FACT_EQ("documentation ZwUnloadDriver: it is gone", Load(SERVICES L"late", TRUE), (LONG)0xC0000034);
  FACT_EQ("documentation ZwLoadDriver: ImagePath of the service key names the image", Load(SERVICES L"alias", FALSE), 0);
  FACT_EQ("documentation ZwUnloadDriver: by the name of the service", Load(SERVICES L"alias", TRUE), 0);
  EXPECT(DeviceIoControl(d, IOCTL_IN_DIRECT, NULL, 0, NULL, 0, &got, NULL)); // Zw from a dispatch routine: kernel mode in this process
  EXPECT(DeviceIoControl(d, IOCTL_OUT_DIRECT, NULL, 0, NULL, 0, &got, NULL));
  CloseHandle(d);
}
#endif

static LONG g_Entries;

static BOOLEAN InSystem(VOID) { return PsGetCurrentProcess() == PsInitialSystemProcess && PsIsSystemThread(PsGetCurrentThread()); }

#ifdef SECOND
static VOID Unload(PDRIVER_OBJECT DriverObject) {
  UNREFERENCED_PARAMETER(DriverObject);
  FACT("documentation DriverUnload: in the context of a system thread", InSystem());
  FACT_EQ("documentation DriverUnload: PASSIVE_LEVEL", KeGetCurrentIrql(), PASSIVE_LEVEL);
}
TEST_ENTRY {
  ULONG value = 0;
  RTL_QUERY_REGISTRY_TABLE table[2] = {{NULL, RTL_QUERY_REGISTRY_DIRECT | RTL_QUERY_REGISTRY_REQUIRED, L"Value", &value}};
  if (SECOND == 2) return STATUS_DEVICE_DOES_NOT_EXIST;
  FACT("documentation DriverEntry: in the context of a system thread", InSystem());
  FACT_EQ("documentation DriverEntry: PASSIVE_LEVEL", KeGetCurrentIrql(), PASSIVE_LEVEL);
  FACT_EQ("documentation ZwLoadDriver: the image is loaded afresh", g_Entries++, 0);
  if (EndsWith(RegistryPath, L"\\Services\\alias"))
    FACT("documentation ZwLoadDriver: the driver object has the name of the service", EndsWith(&DriverObject->DriverName, L"\\Driver\\alias"));
  else {
    FACT("documentation DriverEntry: RegistryPath is the service key", EndsWith(RegistryPath, L"\\Services\\late"));
    CHECK(NT_SUCCESS(RtlQueryRegistryValues(RTL_REGISTRY_SERVICES, L"late\\Parameters", table, NULL, NULL)));
    CHECK_EQ(value, 7);
  }
  DriverObject->DriverUnload = Unload;
  return STATUS_SUCCESS;
}
#else
// The user's SeLoadDriverPrivilege, on or off.
static NTSTATUS Privilege(BOOLEAN On) {
  TOKEN_PRIVILEGES p = {1, {{{SE_LOAD_DRIVER_PRIVILEGE, 0}, On ? SE_PRIVILEGE_ENABLED : 0}}};
  HANDLE token;
  NTSTATUS status = ZwOpenProcessTokenEx(NtCurrentProcess(), TOKEN_ADJUST_PRIVILEGES, OBJ_KERNEL_HANDLE, &token);
  if (!NT_SUCCESS(status)) return status;
  status = ZwAdjustPrivilegesToken(token, FALSE, &p, sizeof p, NULL, NULL);
  ZwClose(token);
  return status;
}

static UNICODE_STRING g_Late = RTL_CONSTANT_STRING(L"\\Registry\\Machine\\System\\CurrentControlSet\\Services\\late");

static NTSTATUS Control(PDEVICE_OBJECT DeviceObject, PIRP Irp) {
  ULONG code = IoGetCurrentIrpStackLocation(Irp)->Parameters.DeviceIoControl.IoControlCode;
  NTSTATUS status = STATUS_SUCCESS;
  UNREFERENCED_PARAMETER(DeviceObject);
  if (code == IOCTL_BUFFERED) status = Privilege(*(PUCHAR)Irp->AssociatedIrp.SystemBuffer);
  else if (code == IOCTL_IN_DIRECT) {
    CHECK(NT_SUCCESS(Privilege(FALSE)));
    FACT_EQ("documentation ZwLoadDriver: kernel mode needs no privilege", ZwLoadDriver(&g_Late), STATUS_SUCCESS);
  } else
    FACT_EQ("documentation ZwUnloadDriver: kernel mode needs no privilege", ZwUnloadDriver(&g_Late), STATUS_SUCCESS);
  return CompleteIrp(Irp, status, 0);
}

TEST_ENTRY {
  UNREFERENCED_PARAMETER(RegistryPath);
  CHECK_EQ(++g_Entries, 1);
  DriverObject->DriverUnload = UnloadDevice;
  // from a system thread: done by the caller itself
  FACT_EQ("documentation ZwLoadDriver: from DriverEntry of another driver", ZwLoadDriver(&g_Late), STATUS_SUCCESS);
  FACT_EQ("documentation ZwLoadDriver: itself, while it loads", ZwLoadDriver(RegistryPath), STATUS_IMAGE_ALREADY_LOADED);
  FACT_EQ("documentation ZwUnloadDriver: from a driver", ZwUnloadDriver(&g_Late), STATUS_SUCCESS);
  return MakeDevice(DriverObject, Control);
}
#endif
