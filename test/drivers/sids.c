// SIDs, ACEs with flags, parts of security descriptors, generic rights.
#include "check.h"
LONG g_Failures;

TEST_ENTRY {
  SID_IDENTIFIER_AUTHORITY nt = SECURITY_NT_AUTHORITY;
  UCHAR room[64], aclRoom[128], small[24];
  PSID sid = (PSID)room, made, owner = NULL, group = NULL;
  ULONG sub[3] = {32, 544, 7};
  PACL acl = (PACL)aclRoom, got = NULL;
  PACE_HEADER ace = NULL;
  SECURITY_DESCRIPTOR sd;
  BOOLEAN defaulted = TRUE, present = FALSE;
  GENERIC_MAPPING map = {0x11, 0x22, 0x44, 0xFF};
  ACCESS_MASK mask = GENERIC_READ | GENERIC_WRITE | SYNCHRONIZE;
  FACT("documentation RtlLengthRequiredSid: 8 bytes and 4 for each subauthority", RtlLengthRequiredSid(0) == 8 && RtlLengthRequiredSid(2) == 16);
  FACT_EQ("documentation RtlInitializeSid: an empty SID", RtlInitializeSid(sid, &nt, 2), STATUS_SUCCESS);
  *RtlSubAuthoritySid(sid, 0) = 32;
  *RtlSubAuthoritySid(sid, 1) = 544;
  FACT("documentation RtlSubAuthorityCountSid: how many", *RtlSubAuthorityCountSid(sid) == 2);
  FACT("documentation RtlLengthSid: of the whole SID", RtlLengthSid(sid) == 16 && RtlValidSid(sid));
  FACT("documentation RtlIdentifierAuthoritySid: the authority", RtlEqualMemory(RtlIdentifierAuthoritySid(sid), &nt, sizeof nt));
  FACT_EQ("documentation RtlInitializeSid: at most 15 subauthorities", RtlInitializeSid(small, &nt, 16), STATUS_INVALID_PARAMETER);
  FACT("documentation RtlAllocateAndInitializeSidEx: subauthorities from an array", RtlAllocateAndInitializeSidEx(&nt, 2, sub, &made) == STATUS_SUCCESS && RtlEqualSid(made, sid));
  *RtlSubAuthoritySid(made, 1) = 545;
  FACT("documentation RtlEqualPrefixSid: equal but for the last subauthority", RtlEqualPrefixSid(made, sid) && !RtlEqualSid(made, sid));
  *RtlSubAuthoritySid(made, 0) = 33;
  FACT("documentation RtlEqualPrefixSid: another one differs", !RtlEqualPrefixSid(made, sid));
  RtlFreeSid(made);
  FACT_EQ("documentation RtlInitializeSidEx: subauthorities as arguments", RtlInitializeSidEx((PSID)small, &nt, 2, 32, 544), STATUS_SUCCESS);
  FACT("documentation RtlInitializeSidEx: the SID", RtlEqualSid((PSID)small, sid));

  CHECK_EQ(RtlCreateAcl(acl, sizeof aclRoom, ACL_REVISION), STATUS_SUCCESS);
  FACT_EQ("documentation RtlAddAccessAllowedAceEx: with inheritance", RtlAddAccessAllowedAceEx(acl, ACL_REVISION, CONTAINER_INHERIT_ACE, 0x1234, sid), STATUS_SUCCESS);
  CHECK_EQ(RtlGetAce(acl, 0, (PVOID *)&ace), STATUS_SUCCESS);
  FACT("documentation RtlAddAccessAllowedAceEx: the entry", ace->AceType == ACCESS_ALLOWED_ACE_TYPE && ace->AceFlags == CONTAINER_INHERIT_ACE && ((PACCESS_ALLOWED_ACE)ace)->Mask == 0x1234);
  CHECK_EQ(RtlCreateAcl(acl, 16, ACL_REVISION), STATUS_SUCCESS);
  FACT_EQ("documentation RtlAddAccessAllowedAceEx: no room", RtlAddAccessAllowedAceEx(acl, ACL_REVISION, 0, 1, sid), STATUS_ALLOTTED_SPACE_EXCEEDED);
  CHECK_EQ(RtlCreateAcl(acl, sizeof aclRoom, ACL_REVISION), STATUS_SUCCESS);

  CHECK_EQ(RtlCreateSecurityDescriptor(&sd, SECURITY_DESCRIPTOR_REVISION), STATUS_SUCCESS);
  FACT("documentation RtlGetOwnerSecurityDescriptor: NULL without one", RtlGetOwnerSecurityDescriptor(&sd, &owner, &defaulted) == STATUS_SUCCESS && owner == NULL);
  FACT("documentation RtlLengthSecurityDescriptor: the header alone", RtlLengthSecurityDescriptor(&sd) == sizeof(SECURITY_DESCRIPTOR));
  CHECK_EQ(RtlSetOwnerSecurityDescriptor(&sd, sid, TRUE), STATUS_SUCCESS);
  CHECK_EQ(RtlSetGroupSecurityDescriptor(&sd, sid, FALSE), STATUS_SUCCESS);
  FACT("documentation RtlGetOwnerSecurityDescriptor: owner and whether by default", RtlGetOwnerSecurityDescriptor(&sd, &owner, &defaulted) == STATUS_SUCCESS && owner == sid && defaulted);
  FACT("documentation RtlGetGroupSecurityDescriptor: group and whether by default", RtlGetGroupSecurityDescriptor(&sd, &group, &defaulted) == STATUS_SUCCESS && group == sid && !defaulted);
  FACT("documentation RtlLengthSecurityDescriptor: with owner and group", RtlLengthSecurityDescriptor(&sd) == sizeof(SECURITY_DESCRIPTOR) + 32);
  FACT("documentation RtlGetSaclSecurityDescriptor: none", RtlGetSaclSecurityDescriptor(&sd, &present, &got, &defaulted) == STATUS_SUCCESS && !present);
  FACT_EQ("documentation RtlSetSaclSecurityDescriptor: absolute descriptors", RtlSetSaclSecurityDescriptor(&sd, TRUE, acl, FALSE), STATUS_SUCCESS);
  FACT("documentation RtlGetSaclSecurityDescriptor: the one that was set", RtlGetSaclSecurityDescriptor(&sd, &present, &got, &defaulted) == STATUS_SUCCESS && present && got == acl && !defaulted);
  FACT_EQ("documentation RtlCreateSecurityDescriptorRelative: one revision", RtlCreateSecurityDescriptorRelative((PISECURITY_DESCRIPTOR_RELATIVE)small, 2), STATUS_UNKNOWN_REVISION);
  FACT("documentation RtlCreateSecurityDescriptorRelative: self-relative", RtlCreateSecurityDescriptorRelative((PISECURITY_DESCRIPTOR_RELATIVE)small, 1) == STATUS_SUCCESS && (((PISECURITY_DESCRIPTOR_RELATIVE)small)->Control & SE_SELF_RELATIVE));
  FACT_EQ("documentation RtlSetSaclSecurityDescriptor: not self-relative ones", RtlSetSaclSecurityDescriptor(small, TRUE, acl, FALSE), STATUS_INVALID_SECURITY_DESCR);
  RtlMapGenericMask(&mask, &map);
  FACT("documentation RtlMapGenericMask: generic bits become those of the mapping", mask == (0x11 | 0x22 | SYNCHRONIZE));
  return RESULT();
}

// The length is read from the SID: a made-up count leads out of the block.
BAD(LengthLies, 0xCD, -1) {
  SID_IDENTIFIER_AUTHORITY nt = SECURITY_NT_AUTHORITY;
  PSID a = ExAllocatePoolWithTag(NonPagedPool, 16, 'diS ');
  UCHAR copy[68];
  RtlInitializeSid(a, &nt, 2);
  *RtlSubAuthorityCountSid(a) = 15;
  return RtlCopySid(sizeof copy, (PSID)copy, a);
}
