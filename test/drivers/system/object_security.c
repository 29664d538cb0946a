// Security descriptors of objects (documentation of ObGetObjectSecurity and ObReleaseObjectSecurity, of access control lists and default descriptors).
// case ALLOCATED bugcheck 0xC2
// case NO_OBJECT bugcheck 0x189
#include "system.h"
#include <wdmsec.h>
#if 0 // threads
thread main {
  HANDLE d = CreateFileW(L"\\\\.\\Test", GENERIC_ALL, 0, NULL, OPEN_EXISTING, 0, NULL);
  HANDLE e = CreateEventW(NULL, TRUE, FALSE, L"Global\\Named");
  DWORD got;
  EXPECT(e != NULL);
  EXPECT(DeviceIoControl(d, IOCTL_BUFFERED, &e, sizeof e, NULL, 0, &got, NULL));
  CloseHandle(e);
  CloseHandle(d);
}
#endif

static SID g_System = {1, 1, SECURITY_NT_AUTHORITY, {SECURITY_LOCAL_SYSTEM_RID}}, g_World = {1, 1, SECURITY_WORLD_SID_AUTHORITY, {SECURITY_WORLD_RID}};
static struct { SID Sid; ULONG Rid; } g_Admins = {{1, 2, SECURITY_NT_AUTHORITY, {SECURITY_BUILTIN_DOMAIN_RID}}, DOMAIN_ALIAS_RID_ADMINS};

// Mask of the entry for a SID, 0: none.
static ACCESS_MASK Allowed(PACL Acl, PSID Sid) {
  ULONG i;
  PACCESS_ALLOWED_ACE ace;
  for (i = 0; Acl != NULL && i < Acl->AceCount; i++)
    if (NT_SUCCESS(RtlGetAce(Acl, i, (PVOID *)&ace)) && ace->Header.AceType == ACCESS_ALLOWED_ACE_TYPE && RtlEqualSid(&ace->SidStart, Sid)) return ace->Mask;
  return 0;
}
static PACL Dacl(PSECURITY_DESCRIPTOR Sd, PBOOLEAN Present) {
  BOOLEAN defaulted;
  PACL acl = NULL;
  CHECK_EQ(RtlGetDaclSecurityDescriptor(Sd, Present, &acl, &defaulted), STATUS_SUCCESS);
  return acl;
}
static PSID Owner(PSECURITY_DESCRIPTOR Sd) {
  BOOLEAN defaulted;
  PSID sid = NULL;
  CHECK_EQ(RtlGetOwnerSecurityDescriptor(Sd, &sid, &defaulted), STATUS_SUCCESS);
  return sid;
}

static PVOID Object(HANDLE Handle) {
  PVOID object = NULL;
  CHECK_EQ(ObReferenceObjectByHandle(Handle, 0, NULL, KernelMode, &object, NULL), STATUS_SUCCESS);
  return object;
}

static NTSTATUS Control(PDEVICE_OBJECT DeviceObject, PIRP Irp) {
  PSECURITY_DESCRIPTOR sd;
  BOOLEAN allocated, present;
  PVOID event = NULL;
  UNREFERENCED_PARAMETER(DeviceObject);
  CHECK_EQ(ObReferenceObjectByHandle(*(HANDLE *)Irp->AssociatedIrp.SystemBuffer, 0, NULL, UserMode, &event, NULL), STATUS_SUCCESS);
  FACT_EQ("documentation ObGetObjectSecurity: STATUS_SUCCESS for an object of a program", ObGetObjectSecurity(event, &sd, &allocated), STATUS_SUCCESS);
  FACT("documentation default descriptor: the owner is that of the creator's token", RtlEqualSid(Owner(sd), &g_Admins));
  FACT("documentation default descriptor: the default list of the creator's token, mapped to the type", Allowed(Dacl(sd, &present), &g_Admins) == EVENT_ALL_ACCESS && present && Allowed(Dacl(sd, &present), &g_System) == EVENT_ALL_ACCESS);
  ObReleaseObjectSecurity(sd, allocated);
  ObDereferenceObject(event);
  FACT_EQ("documentation ObGetObjectSecurity: a process has one", ObGetObjectSecurity(PsGetCurrentProcess(), &sd, &allocated), STATUS_SUCCESS);
  FACT_EQ("documentation default descriptor: of a process", Allowed(Dacl(sd, &present), &g_Admins), 0x1FFFFF);
  ObReleaseObjectSecurity(sd, allocated);
  FACT_EQ("documentation ObGetObjectSecurity: the file object of a device tells that of the device", ObGetObjectSecurity(IoGetCurrentIrpStackLocation(Irp)->FileObject, &sd, &allocated), STATUS_SUCCESS);
  FACT("documentation ObGetObjectSecurity: in a buffer", allocated && Allowed(Dacl(sd, &present), &g_System) == FILE_ALL_ACCESS);
  ObReleaseObjectSecurity(sd, allocated);
  return CompleteIrp(Irp, STATUS_SUCCESS, 0);
}

// Objects without and with a name, and what ObReleaseObjectSecurity is given.
static VOID Own(VOID) {
  UNICODE_STRING name = RTL_CONSTANT_STRING(L"\\BaseNamedObjects\\Ours");
  OBJECT_ATTRIBUTES oa;
  PSECURITY_DESCRIPTOR sd = (PVOID)1, again;
  BOOLEAN allocated = TRUE, present;
  HANDLE h;
  PVOID object;
  LONG_PTR references;
  InitializeObjectAttributes(&oa, NULL, OBJ_KERNEL_HANDLE, NULL, NULL);
  CHECK_EQ(ZwCreateEvent(&h, EVENT_ALL_ACCESS, &oa, NotificationEvent, FALSE), STATUS_SUCCESS);
  object = Object(h);
  FACT_EQ("documentation ObGetObjectSecurity: STATUS_SUCCESS without a descriptor", ObGetObjectSecurity(object, &sd, &allocated), STATUS_SUCCESS);
  FACT("documentation ObGetObjectSecurity: an object without name has none: NULL", sd == NULL && !allocated);
  ObReleaseObjectSecurity(sd, allocated); // nothing to do
  ObDereferenceObject(object);
  ZwClose(h);

  InitializeObjectAttributes(&oa, &name, OBJ_KERNEL_HANDLE, NULL, NULL);
  CHECK_EQ(ZwCreateEvent(&h, EVENT_ALL_ACCESS, &oa, NotificationEvent, FALSE), STATUS_SUCCESS);
  object = Object(h);
  references = References(object);
  FACT_EQ("documentation ObGetObjectSecurity: a named object has one", ObGetObjectSecurity(object, &sd, &allocated), STATUS_SUCCESS);
  FACT("documentation ObGetObjectSecurity: the object's own, not allocated", sd != NULL && !allocated);
  FACT("documentation ObGetObjectSecurity: it is valid and self-relative", RtlValidSecurityDescriptor(sd) && (((SECURITY_DESCRIPTOR *)sd)->Control & SE_SELF_RELATIVE));
  FACT("documentation default descriptor: made by the system, everything for it", Allowed(Dacl(sd, &present), &g_System) == EVENT_ALL_ACCESS);
  FACT("documentation default descriptor: administrators read", (Allowed(Dacl(sd, &present), &g_Admins) & (EVENT_MODIFY_STATE | EVENT_QUERY_STATE)) == EVENT_QUERY_STATE);
  CHECK_EQ(ObGetObjectSecurity(object, &again, &allocated), STATUS_SUCCESS);
  FACT("documentation ObGetObjectSecurity: the same for everybody", again == sd);
  FACT_EQ("documentation ObGetObjectSecurity: the object is not referenced", References(object), references);
  ObReleaseObjectSecurity(again, allocated);
  ObDereferenceObject(object);
  ZwClose(h);
  FACT("documentation ObReleaseObjectSecurity: the descriptor stays until then, the object may be gone", RtlValidSecurityDescriptor(sd) && RtlEqualSid(Owner(sd), &g_Admins));
  ObReleaseObjectSecurity(sd, allocated);
  ObReleaseObjectSecurity((PUCHAR)&oa, FALSE); // a finding, and nothing else
}

// A descriptor given at the creation.
static VOID Given(VOID) {
  SECURITY_DESCRIPTOR mine;
  UCHAR buffer[128];
  PACL acl = (PACL)buffer;
  OBJECT_ATTRIBUTES oa;
  PSECURITY_DESCRIPTOR sd;
  BOOLEAN allocated, present;
  HANDLE h;
  PVOID object;
  CHECK_EQ(RtlCreateSecurityDescriptor(&mine, SECURITY_DESCRIPTOR_REVISION), STATUS_SUCCESS);
  CHECK_EQ(RtlCreateAcl(acl, sizeof buffer, ACL_REVISION), STATUS_SUCCESS);
  CHECK_EQ(RtlAddAccessAllowedAce(acl, ACL_REVISION, GENERIC_READ, &g_World), STATUS_SUCCESS);
  CHECK_EQ(RtlSetDaclSecurityDescriptor(&mine, TRUE, acl, FALSE), STATUS_SUCCESS);
  CHECK_EQ(RtlSetOwnerSecurityDescriptor(&mine, &g_System, FALSE), STATUS_SUCCESS);
  InitializeObjectAttributes(&oa, NULL, OBJ_KERNEL_HANDLE, NULL, &mine);
  CHECK_EQ(ZwCreateEvent(&h, EVENT_ALL_ACCESS, &oa, NotificationEvent, FALSE), STATUS_SUCCESS);
  memset(buffer, 0, sizeof buffer); // it has been copied
  object = Object(h);
  CHECK_EQ(ObGetObjectSecurity(object, &sd, &allocated), STATUS_SUCCESS);
  FACT("documentation InitializeObjectAttributes: SecurityDescriptor is given to the new object", sd != NULL && RtlEqualSid(Owner(sd), &g_System));
  FACT_EQ("documentation generic rights: mapped to those of the type", Allowed(Dacl(sd, &present), &g_World), READ_CONTROL | EVENT_QUERY_STATE);
  ObReleaseObjectSecurity(sd, allocated);
  ObDereferenceObject(object);
  ZwClose(h);
  CHECK_EQ(RtlSetDaclSecurityDescriptor(&mine, TRUE, NULL, FALSE), STATUS_SUCCESS);
  CHECK_EQ(ZwCreateEvent(&h, EVENT_ALL_ACCESS, &oa, NotificationEvent, FALSE), STATUS_SUCCESS);
  object = Object(h);
  CHECK_EQ(ObGetObjectSecurity(object, &sd, &allocated), STATUS_SUCCESS);
  FACT("documentation NULL DACL: present, and everybody may do everything", Dacl(sd, &present) == NULL && present);
  ObReleaseObjectSecurity(sd, allocated);
  ObDereferenceObject(object);
  ZwClose(h);
  CHECK_EQ(RtlSetDaclSecurityDescriptor(&mine, TRUE, acl, FALSE), STATUS_SUCCESS);
  FACT_EQ("documentation InitializeObjectAttributes: an invalid list is STATUS_INVALID_ACL", ZwCreateEvent(&h, EVENT_ALL_ACCESS, &oa, NotificationEvent, FALSE), STATUS_INVALID_ACL);
  mine.Revision = 2;
  FACT_EQ("documentation InitializeObjectAttributes: an unknown revision is STATUS_UNKNOWN_REVISION", ZwCreateEvent(&h, EVENT_ALL_ACCESS, &oa, NotificationEvent, FALSE), STATUS_UNKNOWN_REVISION);
}

static VOID Device(VOID) {
  PSECURITY_DESCRIPTOR sd;
  BOOLEAN allocated, present;
  CHECK_EQ(ObGetObjectSecurity(g_Device, &sd, &allocated), STATUS_SUCCESS);
  FACT("documentation ObGetObjectSecurity: MemoryAllocated is TRUE when it is in a buffer", sd != NULL && allocated);
  FACT_EQ("documentation IoCreateDevice: everybody reads and writes by default", Allowed(Dacl(sd, &present), &g_World), FILE_GENERIC_READ | FILE_GENERIC_WRITE | FILE_GENERIC_EXECUTE);
#ifdef CASE_ALLOCATED
  ObReleaseObjectSecurity(sd, TRUE);
  EXPECT_STOP("documentation ObReleaseObjectSecurity: once for each ObGetObjectSecurity", 0xC2, 7, ANY, ANY, sd);
  ObReleaseObjectSecurity(sd, TRUE);
#endif
  ObReleaseObjectSecurity(sd, allocated);
#ifdef CASE_NO_OBJECT
  sd = ExAllocatePoolWithTag(NonPagedPoolNx, 256, 'tset');
  memset(sd, 0, 256);
  EXPECT_STOP("documentation ObGetObjectSecurity: Object is an object", 0x189, (PUCHAR)sd + 0x50, 0, 0, 0);
  if (NT_SUCCESS(ObGetObjectSecurity((PUCHAR)sd + 0x80, &sd, &allocated))) ObReleaseObjectSecurity(sd, allocated);
#endif
}

// IoCreateDeviceSecure: the descriptor of its SDDL string.
static VOID Secure(PDRIVER_OBJECT DriverObject) {
  UNICODE_STRING bad[] = {
    RTL_CONSTANT_STRING(L"D:P(A;;GA;;;XX)"), RTL_CONSTANT_STRING(L"D:P(A;;QQ;;;SY)"), RTL_CONSTANT_STRING(L"D:P(A;;GA;;;SY"), RTL_CONSTANT_STRING(L"everybody"),
  };
  UNICODE_STRING sid = RTL_CONSTANT_STRING(L"D:(D;;0x1;;;S-1-5-11)(A;;GRGX;;;S-1-1-0)");
  PDEVICE_OBJECT device;
  PSECURITY_DESCRIPTOR sd;
  BOOLEAN allocated, present;
  ULONG i, refused = 0;
  for (i = 0; i < 4; i++) refused += IoCreateDeviceSecure(DriverObject, 0, NULL, FILE_DEVICE_UNKNOWN, 0, FALSE, &bad[i], NULL, &device) == STATUS_INVALID_PARAMETER;
  FACT_EQ("documentation IoCreateDeviceSecure: a wrong string is refused", refused, 4);
  CHECK_EQ(IoCreateDeviceSecure(DriverObject, 0, NULL, FILE_DEVICE_UNKNOWN, 0, FALSE, &SDDL_DEVOBJ_SYS_ALL_ADM_RX, NULL, &device), STATUS_SUCCESS);
  CHECK_EQ(ObGetObjectSecurity(device, &sd, &allocated), STATUS_SUCCESS);
  FACT("documentation IoCreateDeviceSecure: DefaultSDDLString is the list of the device", Dacl(sd, &present)->AceCount == 2 && Allowed(Dacl(sd, &present), &g_System) == FILE_ALL_ACCESS && Allowed(Dacl(sd, &present), &g_Admins) == (FILE_GENERIC_READ | FILE_GENERIC_EXECUTE));
  FACT("documentation SDDL: P protects the list", (((SECURITY_DESCRIPTOR *)sd)->Control & SE_DACL_PROTECTED) != 0);
  ObReleaseObjectSecurity(sd, allocated);
  IoDeleteDevice(device);
  CHECK_EQ(IoCreateDeviceSecure(DriverObject, 0, NULL, FILE_DEVICE_UNKNOWN, 0, FALSE, &sid, NULL, &device), STATUS_SUCCESS);
  CHECK_EQ(ObGetObjectSecurity(device, &sd, &allocated), STATUS_SUCCESS);
  FACT("documentation SDDL: SIDs and rights as numbers, denying entries", Dacl(sd, &present)->AceCount == 2 && ((PACE_HEADER)(Dacl(sd, &present) + 1))->AceType == ACCESS_DENIED_ACE_TYPE && Allowed(Dacl(sd, &present), &g_World) == (FILE_GENERIC_READ | FILE_GENERIC_EXECUTE));
  ObReleaseObjectSecurity(sd, allocated);
  IoDeleteDevice(device);
  CHECK_EQ(IoCreateDeviceSecure(DriverObject, 0, NULL, FILE_DEVICE_UNKNOWN, 0, FALSE, &SDDL_DEVOBJ_KERNEL_ONLY, NULL, &device), STATUS_SUCCESS);
  CHECK_EQ(ObGetObjectSecurity(device, &sd, &allocated), STATUS_SUCCESS);
  FACT("documentation SDDL_DEVOBJ_KERNEL_ONLY: an empty list, nobody may do anything", Dacl(sd, &present)->AceCount == 0 && present);
  ObReleaseObjectSecurity(sd, allocated);
  IoDeleteDevice(device);
}

TEST_ENTRY {
  NTSTATUS status;
  UNREFERENCED_PARAMETER(RegistryPath);
  DriverObject->DriverUnload = UnloadDevice;
  status = MakeDevice(DriverObject, Control);
  if (!NT_SUCCESS(status)) return status;
  Device();
  Own();
  Given();
  Secure(DriverObject);
  return STATUS_SUCCESS;
}
