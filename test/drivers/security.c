// Security descriptors between their two forms, ACLs, replaced SIDs; heaps of the run-time library.
#include "check.h"
LONG g_Failures;

static VOID Descriptors(VOID) {
  SID_IDENTIFIER_AUTHORITY nt = SECURITY_NT_AUTHORITY;
  PSID system, admins, users;
  CHECK_EQ(RtlAllocateAndInitializeSid(&nt, 1, 18, 0, 0, 0, 0, 0, 0, 0, &system), STATUS_SUCCESS);
  CHECK_EQ(RtlAllocateAndInitializeSid(&nt, 2, 32, 544, 0, 0, 0, 0, 0, 0, &admins), STATUS_SUCCESS);
  CHECK_EQ(RtlAllocateAndInitializeSid(&nt, 2, 32, 545, 0, 0, 0, 0, 0, 0, &users), STATUS_SUCCESS);
  UCHAR aclBuffer[128], relative[256], absolute[sizeof(SECURITY_DESCRIPTOR)], parts[3][128];
  PACL acl = (PACL)aclBuffer;
  SECURITY_DESCRIPTOR sd;
  CHECK_EQ(RtlCreateAcl(acl, sizeof(aclBuffer), ACL_REVISION), STATUS_SUCCESS);
  CHECK_EQ(RtlAddAccessAllowedAce(acl, ACL_REVISION, GENERIC_ALL, system), STATUS_SUCCESS);
  CHECK_EQ(RtlAddAccessAllowedAce(acl, ACL_REVISION, GENERIC_READ, users), STATUS_SUCCESS);
  // RtlAddAce: one entry in front of the others
  struct { ACE_HEADER Header; ACCESS_MASK Mask; UCHAR Sid[16]; } ace = {{ACCESS_DENIED_ACE_TYPE, 0, 24}, GENERIC_WRITE};
  CHECK_EQ(RtlCopySid(sizeof(ace.Sid), (PSID)ace.Sid, admins), STATUS_SUCCESS);
  CHECK_EQ(RtlAddAce(acl, ACL_REVISION, 0, &ace, ace.Header.AceSize), STATUS_SUCCESS);
  CHECK_EQ(acl->AceCount, 3);
  PVOID first = NULL;
  CHECK_EQ(RtlGetAce(acl, 0, &first), STATUS_SUCCESS);
  CHECK_EQ(((PACE_HEADER)first)->AceType, ACCESS_DENIED_ACE_TYPE);
  ace.Header.AceSize = 60;
  CHECK_EQ(RtlAddAce(acl, ACL_REVISION, MAXULONG, &ace, 24), STATUS_INVALID_PARAMETER);
  ace.Header.AceSize = 24;
  CHECK_EQ(RtlAddAce(acl, 9, MAXULONG, &ace, 24), STATUS_INVALID_PARAMETER);
  CHECK_EQ(RtlAddAce(acl, ACL_REVISION, MAXULONG, &ace, 24), STATUS_SUCCESS);
  CHECK_EQ(RtlDeleteAce(acl, 3), STATUS_SUCCESS);

  CHECK_EQ(RtlCreateSecurityDescriptor(&sd, SECURITY_DESCRIPTOR_REVISION), STATUS_SUCCESS);
  CHECK_EQ(RtlSetOwnerSecurityDescriptor(&sd, admins, FALSE), STATUS_SUCCESS);
  CHECK_EQ(RtlSetGroupSecurityDescriptor(&sd, system, FALSE), STATUS_SUCCESS);
  CHECK_EQ(RtlSetDaclSecurityDescriptor(&sd, TRUE, acl, FALSE), STATUS_SUCCESS);
  ULONG size = 0;
  CHECK_EQ(RtlAbsoluteToSelfRelativeSD(&sd, NULL, &size), STATUS_BUFFER_TOO_SMALL);
  CHECK_EQ(size, 20 + 128 + 16 + 12);
  CHECK_EQ(RtlAbsoluteToSelfRelativeSD(&sd, relative, &size), STATUS_SUCCESS);
  CHECK(RtlValidSecurityDescriptor(relative));
  CHECK(RtlValidRelativeSecurityDescriptor(relative, size, OWNER_SECURITY_INFORMATION | DACL_SECURITY_INFORMATION));
  CHECK(!RtlValidRelativeSecurityDescriptor(relative, size - 1, 0));
  CHECK(!RtlValidRelativeSecurityDescriptor(&sd, sizeof(sd), 0));
  CHECK_EQ(RtlAbsoluteToSelfRelativeSD(relative, relative, &size), STATUS_BAD_DESCRIPTOR_FORMAT);

  ULONG sdSize = 0, dacl = 0, sacl = 0, owner = 0, group = 0;
  CHECK_EQ(RtlSelfRelativeToAbsoluteSD(relative, absolute, &sdSize, NULL, &dacl, NULL, &sacl, NULL, &owner, NULL, &group), STATUS_BUFFER_TOO_SMALL);
  CHECK_EQ(sdSize, 40);
  CHECK_EQ(dacl, 128);
  CHECK_EQ(sacl, 0);
  CHECK_EQ(owner, 16);
  CHECK_EQ(group, 12);
  CHECK_EQ(RtlSelfRelativeToAbsoluteSD(relative, absolute, &sdSize, (PACL)parts[0], &dacl, NULL, &sacl, (PSID)parts[1], &owner, (PSID)parts[2], &group), STATUS_SUCCESS);
  CHECK(RtlValidSecurityDescriptor(absolute));
  CHECK(RtlEqualSid((PSID)parts[1], admins));
  CHECK_EQ(RtlCompareMemory(parts[0], acl, 128), 128);

  ULONG changes = 0;
  CHECK_EQ(RtlReplaceSidInSd(relative, admins, users, &changes), STATUS_SUCCESS);
  CHECK_EQ(changes, 2);
  CHECK_EQ(RtlReplaceSidInSd(relative, users, system, &changes), STATUS_INVALID_SID);
  RtlFreeSid(system);
  RtlFreeSid(admins);
  RtlFreeSid(users);
}

static VOID Heaps(VOID) {
  PVOID heap = RtlCreateHeap(HEAP_GROWABLE, NULL, 0, 0, NULL, NULL);
  CHECK(heap != NULL);
  PULONG a = RtlAllocateHeap(heap, HEAP_ZERO_MEMORY, 40);
  PULONG b = RtlAllocateHeap(heap, 0, 4096);
  CHECK(a != NULL && b != NULL && a != b);
  CHECK_EQ(a[9], 0);
  CHECK_EQ((ULONG_PTR)a & 15, 0);
  b[1023] = 5;
  CHECK(RtlFreeHeap(heap, 0, a));
  CHECK(RtlFreeHeap(heap, 0, NULL));
  CHECK(RtlAllocateHeap(heap, 0, (SIZE_T)1 << 50) == NULL);
  NTSTATUS caught = 0;
  __try {
    RtlAllocateHeap(heap, HEAP_GENERATE_EXCEPTIONS, (SIZE_T)1 << 50);
  } __except (EXCEPTION_EXECUTE_HANDLER) {
    caught = GetExceptionCode();
  }
  CHECK_EQ(caught, STATUS_NO_MEMORY);
  CHECK(RtlDestroyHeap(heap) == NULL);
}

TEST_ENTRY {
  Descriptors();
  Heaps();
  return RESULT();
}

BAD(HeapFreeTwice, 0x13A, -1) {
  PVOID heap = RtlCreateHeap(0, NULL, 0, 0, NULL, NULL), a = RtlAllocateHeap(heap, 0, 32);
  RtlFreeHeap(heap, 0, a);
  RtlFreeHeap(heap, 0, a);
  return STATUS_SUCCESS;
}
BAD(HeapOverrun, 0xD6, -1) {
  PVOID heap = RtlCreateHeap(0, NULL, 0, 0, NULL, NULL);
  PUCHAR a = RtlAllocateHeap(heap, 0, 32);
  a[48] = 1;
  return STATUS_SUCCESS;
}
BAD(NoHeap, 0x13A, -1) {
  PVOID block = ExAllocatePoolWithTag(PagedPool, 64, 'paeH');
  RtlAllocateHeap(block, 0, 32);
  return STATUS_SUCCESS;
}
