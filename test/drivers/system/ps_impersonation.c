// Impersonation and tokens (ps-routines 4, 7): levels, EffectiveOnly, saving and restoring, client contexts, token handles.
#include "system.h"
#if 0 // threads
thread main {
  HANDLE d = CreateFileW(L"\\\\.\\Test", GENERIC_READ, 0, NULL, OPEN_EXISTING, 0, NULL);
  DWORD got;
  EXPECT(DeviceIoControl(d, IOCTL_BUFFERED, NULL, 0, NULL, 0, &got, NULL));
  CloseHandle(d);
}
#endif

static PACCESS_TOKEN Now(PBOOLEAN Copy, PBOOLEAN Effective, PSECURITY_IMPERSONATION_LEVEL Level) {
  PACCESS_TOKEN token = PsReferenceImpersonationToken(PsGetCurrentThread(), Copy, Effective, Level);
  if (token != NULL) PsDereferenceImpersonationToken(token);
  return token;
}

static VOID Clients(PACCESS_TOKEN System) {
  PETHREAD me = PsGetCurrentThread();
  BOOLEAN copy = 9, effective = 9;
  SECURITY_IMPERSONATION_LEVEL level = 9;
  SE_IMPERSONATION_STATE state;
  LONG_PTR before = References(System);
  SECURITY_SUBJECT_CONTEXT subject;
  FACT("ps-routines 4 PsReferenceImpersonationToken: NULL when not impersonating", PsReferenceImpersonationToken(me, &copy, &effective, &level) == NULL);
  FACT("ps-routines 4 PsDereferenceImpersonationToken: NULL is accepted", (PsDereferenceImpersonationToken(NULL), TRUE));
  FACT("ps-routines 4 PsDisableImpersonation: FALSE when not impersonating", !PsDisableImpersonation(me, &state));
  FACT("ps-routines 4 PsDisableImpersonation: then the state is empty", state.Token == NULL && !state.CopyOnOpen && !state.EffectiveOnly && state.Level == SecurityAnonymous);
  PsRestoreImpersonation(me, &state);
  CHECK(!PsIsThreadImpersonating(me));
  FACT_EQ("ps-routines 4 PsImpersonateClient: SUCCESS", PsImpersonateClient(me, System, TRUE, FALSE, SecurityImpersonation), STATUS_SUCCESS);
  FACT("ps-routines 10 PsIsThreadImpersonating: TRUE", PsIsThreadImpersonating(me));
  FACT("ps-routines 4 PsReferenceImpersonationToken: the client's token with what was said", Now(&copy, &effective, &level) == System && copy == TRUE && effective == FALSE && level == SecurityImpersonation);
  FACT_EQ("ps-routines 4 PsImpersonateClient: references the token", References(System), before + 1);
  SeCaptureSubjectContext(&subject);
  FACT("documentation SeCaptureSubjectContext: client and process token", subject.ClientToken == System && subject.PrimaryToken != System && subject.ImpersonationLevel == SecurityImpersonation && SeQuerySubjectContextToken(&subject) == System);
  SeReleaseSubjectContext(&subject);
  FACT("ps-routines 4 PsDisableImpersonation: TRUE when impersonating, saves token, flags and level", PsDisableImpersonation(me, &state) && state.Token == System && state.CopyOnOpen && !state.EffectiveOnly && state.Level == SecurityImpersonation);
  FACT("ps-routines 4 PsDisableImpersonation: the thread acts for itself", !PsIsThreadImpersonating(me));
  PsRestoreImpersonation(me, &state);
  FACT("ps-routines 4 PsRestoreImpersonation: as before", Now(&copy, &effective, &level) == System && copy && level == SecurityImpersonation);
  FACT_EQ("ps-routines 4 PsRestoreImpersonation: gives the saved reference back", References(System), before + 1);
  FACT_EQ("ps-routines 4 PsImpersonateClient: Token NULL ends impersonation", PsImpersonateClient(me, NULL, FALSE, FALSE, SecurityAnonymous), STATUS_SUCCESS);
  FACT("ps-routines 4 PsImpersonateClient NULL: not impersonating", !PsIsThreadImpersonating(me));
  CHECK_EQ(PsImpersonateClient(me, System, FALSE, TRUE, SecurityIdentification), STATUS_SUCCESS);
  FACT("ps-routines 4 PsImpersonateClient: EffectiveOnly and level are kept", Now(&copy, &effective, &level) == System && !copy && effective && level == SecurityIdentification);
  PsRevertToSelf();
  FACT("ps-routines 4 PsRevertToSelf: ends all impersonation of the calling thread", !PsIsThreadImpersonating(me));
  FACT_EQ("ps-routines 4 PsRevertToSelf: drops the reference", References(System), before);
}

static VOID Handles(PACCESS_TOKEN System) {
  PETHREAD me = PsGetCurrentThread();
  HANDLE token, duplicate, thread, bad;
  OBJECT_ATTRIBUTES oa;
  SECURITY_QUALITY_OF_SERVICE qos = {sizeof qos, SecurityImpersonation, SECURITY_STATIC_TRACKING, FALSE};
  TOKEN_STATISTICS statistics;
  ULONG length = 0, value = 99;
  BOOLEAN copy, effective;
  SECURITY_IMPERSONATION_LEVEL level;
  FACT_EQ("ps-routines 7 ZwOpenProcessTokenEx: SUCCESS, the primary token", ZwOpenProcessTokenEx(ZwCurrentProcess(), TOKEN_ALL_ACCESS, OBJ_KERNEL_HANDLE, &token), STATUS_SUCCESS);
  FACT_EQ("ps-routines 7 ZwOpenProcessTokenEx: INVALID_PARAMETER without OBJ_KERNEL_HANDLE", ZwOpenProcessTokenEx(ZwCurrentProcess(), TOKEN_QUERY, 0, &bad), STATUS_INVALID_PARAMETER);
  FACT_EQ("ps-routines 7 ZwOpenProcessTokenEx: INVALID_HANDLE", ZwOpenProcessTokenEx((HANDLE)0x7FF0, TOKEN_QUERY, OBJ_KERNEL_HANDLE, &bad), STATUS_INVALID_HANDLE);
  FACT_EQ("ps-routines 7 ZwOpenProcessTokenEx: OBJECT_TYPE_MISMATCH", ZwOpenProcessTokenEx(ZwCurrentThread(), TOKEN_QUERY, OBJ_KERNEL_HANDLE, &bad), STATUS_OBJECT_TYPE_MISMATCH);
  FACT_EQ("ps-routines 7 ZwOpenThreadTokenEx: NO_TOKEN when not impersonating", ZwOpenThreadTokenEx(ZwCurrentThread(), TOKEN_QUERY, TRUE, OBJ_KERNEL_HANDLE, &bad), STATUS_NO_TOKEN);
  CHECK_EQ(ZwQueryInformationToken(token, TokenStatistics, &statistics, sizeof statistics, &length), STATUS_SUCCESS);
  CHECK(length == sizeof statistics && statistics.TokenType == TokenPrimary && statistics.PrivilegeCount > 0);
  CHECK_EQ(ZwQueryInformationToken(token, TokenImpersonationLevel, &value, sizeof value, &length), STATUS_INVALID_INFO_CLASS);
  CHECK(NT_SUCCESS(ZwQueryInformationToken(token, TokenType, &value, sizeof value, &length)) && value == TokenPrimary && length == 4);
  CHECK_EQ(ZwQueryInformationToken(token, TokenPrivileges, NULL, 0, &length), STATUS_BUFFER_TOO_SMALL);
  CHECK_EQ(length, 4 + 12 * statistics.PrivilegeCount);
  FACT_EQ("ps-routines 4 PsAssignImpersonationToken: a primary token is refused", PsAssignImpersonationToken(me, token), STATUS_BAD_TOKEN_TYPE);
  InitializeObjectAttributes(&oa, NULL, OBJ_KERNEL_HANDLE, NULL, NULL);
  oa.SecurityQualityOfService = &qos;
  CHECK_EQ(ZwDuplicateToken(token, TOKEN_ALL_ACCESS, &oa, FALSE, TokenImpersonation, &duplicate), STATUS_SUCCESS);
  CHECK(NT_SUCCESS(ZwQueryInformationToken(duplicate, TokenImpersonationLevel, &value, sizeof value, &length)) && value == SecurityImpersonation);
  FACT_EQ("ps-routines 4 PsAssignImpersonationToken: by handle", PsAssignImpersonationToken(me, duplicate), STATUS_SUCCESS);
  CHECK(Now(&copy, &effective, &level) != NULL && SeTokenType(Now(&copy, &effective, &level)) == TokenImpersonation);
  FACT("ps-routines 4 PsAssignImpersonationToken: the token's own level", level == SecurityImpersonation && SeTokenImpersonationLevel(Now(&copy, &effective, &level)) == SecurityImpersonation);
  FACT_EQ("ps-routines 7 ZwOpenThreadTokenEx: SUCCESS while impersonating", ZwOpenThreadTokenEx(ZwCurrentThread(), TOKEN_QUERY, TRUE, OBJ_KERNEL_HANDLE, &thread), STATUS_SUCCESS);
  CHECK_EQ(ZwClose(thread), STATUS_SUCCESS);
  FACT_EQ("ps-routines 7 ZwOpenThreadTokenEx: INVALID_PARAMETER without OBJ_KERNEL_HANDLE", ZwOpenThreadTokenEx(ZwCurrentThread(), TOKEN_QUERY, TRUE, 0, &bad), STATUS_INVALID_PARAMETER);
  FACT_EQ("ps-routines 4 PsAssignImpersonationToken: NULL handle ends impersonation", PsAssignImpersonationToken(me, NULL), STATUS_SUCCESS);
  CHECK(!PsIsThreadImpersonating(me));
  CHECK_EQ(PsImpersonateClient(me, System, FALSE, FALSE, SecurityAnonymous), STATUS_SUCCESS);
  FACT_EQ("ps-routines 7 ZwOpenThreadTokenEx: CANT_OPEN_ANONYMOUS", ZwOpenThreadTokenEx(ZwCurrentThread(), TOKEN_QUERY, TRUE, OBJ_KERNEL_HANDLE, &bad), STATUS_CANT_OPEN_ANONYMOUS);
  PsRevertToSelf();
  qos.ImpersonationLevel = SecurityIdentification;
  CHECK_EQ(ZwDuplicateToken(duplicate, TOKEN_ALL_ACCESS, &oa, FALSE, TokenImpersonation, &bad), STATUS_SUCCESS);
  qos.ImpersonationLevel = SecurityDelegation;
  CHECK_EQ(ZwDuplicateToken(duplicate, TOKEN_ALL_ACCESS, &oa, FALSE, TokenImpersonation, &thread), STATUS_BAD_IMPERSONATION_LEVEL);
  CHECK_EQ(ZwDuplicateToken(bad, TOKEN_ALL_ACCESS, &oa, FALSE, TokenPrimary, &thread), STATUS_BAD_IMPERSONATION_LEVEL);
  CHECK_EQ(ZwClose(bad), STATUS_SUCCESS);
  CHECK_EQ(ZwClose(duplicate), STATUS_SUCCESS);
  CHECK_EQ(ZwClose(token), STATUS_SUCCESS);
}

// A process that has given up SeImpersonatePrivilege acts for another account at identification level only.
static VOID Unprivileged(PACCESS_TOKEN System) {
  HANDLE token;
  TOKEN_PRIVILEGES off = {1, {{{29, 0}, 0}}};
  ULONG length = 0;
  BOOLEAN copy, effective;
  LUID impersonate = {29, 0};
  SECURITY_IMPERSONATION_LEVEL level;
  PACCESS_TOKEN seen;
  CHECK_EQ(NtOpenProcessTokenEx(NtCurrentProcess(), TOKEN_ALL_ACCESS, 0, &token), STATUS_ACCESS_VIOLATION); // the result lies in kernel memory
  CHECK_EQ(ZwOpenProcessTokenEx(ZwCurrentProcess(), TOKEN_ALL_ACCESS, OBJ_KERNEL_HANDLE, &token), STATUS_SUCCESS);
  CHECK(SeSinglePrivilegeCheck(impersonate, UserMode));
  CHECK_EQ(ZwAdjustPrivilegesToken(token, FALSE, &off, 0, NULL, &length), STATUS_SUCCESS);
  CHECK(!SeSinglePrivilegeCheck(impersonate, UserMode) && SeSinglePrivilegeCheck(impersonate, KernelMode));
  FACT_EQ("ps-routines 4 PsImpersonateClient: identities do not match, still SUCCESS", PsImpersonateClient(PsGetCurrentThread(), System, FALSE, FALSE, SecurityImpersonation), STATUS_SUCCESS);
  seen = Now(&copy, &effective, &level);
  FACT("ps-routines 4 PsImpersonateClient: an identification-level copy is used instead", seen != NULL && seen != System && level == SecurityIdentification && SeTokenType(seen) == TokenImpersonation);
  PsRevertToSelf();
  off.Privileges[0].Attributes = SE_PRIVILEGE_ENABLED;
  CHECK_EQ(ZwAdjustPrivilegesToken(token, FALSE, &off, 0, NULL, &length), STATUS_SUCCESS);
  CHECK_EQ(ZwClose(token), STATUS_SUCCESS);
}

static VOID Contexts(PACCESS_TOKEN System) {
  PETHREAD me = PsGetCurrentThread();
  SECURITY_QUALITY_OF_SERVICE qos = {sizeof qos, SecurityImpersonation, SECURITY_STATIC_TRACKING, FALSE};
  SECURITY_CLIENT_CONTEXT client;
  BOOLEAN copy, effective;
  SECURITY_IMPERSONATION_LEVEL level;
  CHECK_EQ(SeCreateClientSecurity(me, &qos, FALSE, &client), STATUS_SUCCESS);
  CHECK(client.ClientToken != NULL && !client.DirectlyAccessClientToken && SeTokenType(client.ClientToken) == TokenImpersonation);
  CHECK_EQ(SeImpersonateClientEx(&client, NULL), STATUS_SUCCESS);
  CHECK(Now(&copy, &effective, &level) == client.ClientToken && copy && !effective && level == SecurityImpersonation);
  PsRevertToSelf();
  SeDeleteClientSecurity(&client);
  qos.ContextTrackingMode = SECURITY_DYNAMIC_TRACKING;
  CHECK_EQ(PsImpersonateClient(me, System, FALSE, TRUE, SecurityImpersonation), STATUS_SUCCESS);
  CHECK_EQ(SeCreateClientSecurity(me, &qos, FALSE, &client), STATUS_SUCCESS);
  CHECK(client.ClientToken == System && client.DirectlyAccessClientToken && client.DirectAccessEffectiveOnly);
  SeDeleteClientSecurity(&client);
  qos.ImpersonationLevel = SecurityDelegation;
  CHECK_EQ(SeCreateClientSecurity(me, &qos, FALSE, &client), STATUS_BAD_IMPERSONATION_LEVEL);
  CHECK_EQ(PsImpersonateClient(me, System, FALSE, TRUE, SecurityIdentification), STATUS_SUCCESS);
  qos.ImpersonationLevel = SecurityIdentification;
  CHECK_EQ(SeCreateClientSecurity(me, &qos, FALSE, &client), STATUS_BAD_IMPERSONATION_LEVEL);
  PsRevertToSelf();
}

static NTSTATUS Control(PDEVICE_OBJECT DeviceObject, PIRP Irp) {
  PACCESS_TOKEN system = PsReferencePrimaryToken(PsInitialSystemProcess), own = PsReferencePrimaryToken(PsGetCurrentProcess());
  UNREFERENCED_PARAMETER(DeviceObject);
  FACT("ps-routines 4 PsReferencePrimaryToken: each process has its own token", system != NULL && own != NULL && system != own && SeTokenType(own) == TokenPrimary);
  Clients(system);
  Handles(system);
  Unprivileged(system);
  Contexts(system);
  PsDereferencePrimaryToken(system);
  PsDereferencePrimaryToken(own);
  return CompleteIrp(Irp, STATUS_SUCCESS, 0);
}

TEST_ENTRY {
  UNREFERENCED_PARAMETER(RegistryPath);
  DriverObject->DriverUnload = UnloadDevice;
  return MakeDevice(DriverObject, Control);
}
