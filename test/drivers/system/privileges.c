// What a token says: privileges, administrators, logon session, contexts of subjects locked and impersonated.
#include "system.h"
#if 0 // threads
thread main {
  HANDLE d = CreateFileW(L"\\\\.\\Test", GENERIC_READ, 0, NULL, OPEN_EXISTING, 0, NULL);
  DWORD got;
  EXPECT(DeviceIoControl(d, IOCTL_BUFFERED, NULL, 0, NULL, 0, &got, NULL));
  CloseHandle(d);
}
#endif

static NTSTATUS Control(PDEVICE_OBJECT DeviceObject, PIRP Irp) {
  SECURITY_SUBJECT_CONTEXT subject;
  SECURITY_CLIENT_CONTEXT client;
  SECURITY_QUALITY_OF_SERVICE qos = {sizeof qos, SecurityImpersonation, SECURITY_STATIC_TRACKING, FALSE};
  PRIVILEGE_SET one = {1, PRIVILEGE_SET_ALL_NECESSARY, {{{29, 0}, 0}}}; // SeImpersonatePrivilege
  PRIVILEGE_SET none = {1, PRIVILEGE_SET_ALL_NECESSARY, {{{99, 0}, 0}}}; // no privilege that there is
  PACCESS_TOKEN system = PsReferencePrimaryToken(PsInitialSystemProcess), own = PsReferencePrimaryToken(PsGetCurrentProcess());
  LUID systemId = {0x3E7, 0}, id;
  UNREFERENCED_PARAMETER(DeviceObject);
  SeCaptureSubjectContext(&subject);
  SeLockSubjectContext(&subject);
  FACT("documentation SePrivilegeCheck: held by the process", SePrivilegeCheck(&one, &subject, UserMode));
  FACT("documentation SePrivilegeCheck: marks what was used", (one.Privilege[0].Attributes & SE_PRIVILEGE_USED_FOR_ACCESS) != 0);
  FACT("documentation SePrivilegeCheck: not held", !SePrivilegeCheck(&none, &subject, UserMode));
  FACT("documentation SePrivilegeCheck: kernel mode is always allowed", SePrivilegeCheck(&none, &subject, KernelMode));
  SeUnlockSubjectContext(&subject);
  FACT_EQ("documentation SeCreateClientSecurityFromSubjectContext: STATUS_SUCCESS", SeCreateClientSecurityFromSubjectContext(&subject, &qos, FALSE, &client), STATUS_SUCCESS);
  SeReleaseSubjectContext(&subject);
  SeImpersonateClient(&client, NULL);
  FACT("documentation SeImpersonateClient: the calling thread acts as the client", PsIsThreadImpersonating(PsGetCurrentThread()));
  PsRevertThreadToSelf(PsGetCurrentThread());
  FACT("documentation PsRevertThreadToSelf: and no longer", !PsIsThreadImpersonating(PsGetCurrentThread()));
  SeDeleteClientSecurity(&client);
  FACT("documentation SeTokenIsAdmin: the system account is", SeTokenIsAdmin(system));
  FACT("documentation SeTokenIsRestricted: no restricting SIDs", !SeTokenIsRestricted(system) && !SeTokenIsRestricted(own));
  FACT("documentation SeQueryAuthenticationIdToken: the logon session of the system", SeQueryAuthenticationIdToken(system, &id) == STATUS_SUCCESS && RtlEqualLuid(&id, &systemId));
  FACT("documentation SeQueryAuthenticationIdToken: another one for a user", SeQueryAuthenticationIdToken(own, &id) == STATUS_SUCCESS && !RtlEqualLuid(&id, &systemId));
  PsDereferencePrimaryToken(system);
  PsDereferencePrimaryToken(own);
  return CompleteIrp(Irp, STATUS_SUCCESS, 0);
}

TEST_ENTRY {
  UNREFERENCED_PARAMETER(RegistryPath);
  DriverObject->DriverUnload = UnloadDevice;
  return MakeDevice(DriverObject, Control);
}
