// File system run-time library: what is macros and inline code in ntifs.h.
#pragma once
#include "ntifs.h"
#define FSRTL_FAT_LEGAL 0x01
#define FSRTL_HPFS_LEGAL 0x02
#define FSRTL_NTFS_LEGAL 0x04
#define FSRTL_WILD_CHARACTER 0x08
#define FSRTL_OLE_LEGAL 0x10
#define FSRTL_NTFS_STREAM_LEGAL (FSRTL_NTFS_LEGAL | FSRTL_OLE_LEGAL)
// Which file systems take a character below 128 in a name: Windows reads it from an exported table.
FORCEINLINE UCHAR FsRtlpLegalAnsiCharacter(_In_ UCHAR C)
{
  if (C == 0) return 0;
  if (C < 0x20) return FSRTL_OLE_LEGAL;
  switch (C) {
    case '"': case '*': case '<': case '>': case '?': return FSRTL_WILD_CHARACTER;
    case '+': case ',': case ';': case '=': case '[': case ']': return FSRTL_HPFS_LEGAL | FSRTL_NTFS_LEGAL | FSRTL_OLE_LEGAL;
    case '/': case '\\': return 0;
    case ':': case '|': return FSRTL_OLE_LEGAL;
  }
  return FSRTL_FAT_LEGAL | FSRTL_HPFS_LEGAL | FSRTL_NTFS_LEGAL | FSRTL_OLE_LEGAL;
}
#define FsRtlTestAnsiCharacter(c, d, w, f) \
  (((signed char)(c) < 0) ? (BOOLEAN)(d) : (BOOLEAN)((FsRtlpLegalAnsiCharacter((UCHAR)(c)) & ((f) | ((w) ? FSRTL_WILD_CHARACTER : 0))) != 0))
#define FsRtlIsAnsiCharacterWild(c) FsRtlTestAnsiCharacter((c), FALSE, FALSE, FSRTL_WILD_CHARACTER)
#define FsRtlIsAnsiCharacterLegal(c, f) FsRtlTestAnsiCharacter((c), TRUE, FALSE, (f))
#define FsRtlIsAnsiCharacterLegalFat(c, w) FsRtlTestAnsiCharacter((c), TRUE, (w), FSRTL_FAT_LEGAL)
#define FsRtlIsAnsiCharacterLegalHpfs(c, w) FsRtlTestAnsiCharacter((c), TRUE, (w), FSRTL_HPFS_LEGAL)
#define FsRtlIsAnsiCharacterLegalNtfs(c, w) FsRtlTestAnsiCharacter((c), TRUE, (w), FSRTL_NTFS_LEGAL)
#define FsRtlIsAnsiCharacterLegalNtfsStream(c, w) FsRtlTestAnsiCharacter((c), TRUE, (w), FSRTL_NTFS_STREAM_LEGAL)
#define FsRtlIsUnicodeCharacterWild(c) ((((c) >= 0x40) ? FALSE : (BOOLEAN)((FsRtlpLegalAnsiCharacter((UCHAR)(c)) & FSRTL_WILD_CHARACTER) != 0)))
// The ANSI code page has no lead bytes.
#define FsRtlIsLeadDbcsCharacter(c) ((BOOLEAN)((UNREFERENCED_PARAMETER(c)), FALSE))

#define FsRtlAllocatePoolWithTag(t, n, g) ExAllocatePoolWithTag((POOL_TYPE)((t) | POOL_RAISE_IF_ALLOCATION_FAILURE), (n), (g))
#define FsRtlAllocatePool(t, n) FsRtlAllocatePoolWithTag((t), (n), 'trSF')
#define FsRtlAllocatePoolWithQuotaTag(t, n, g) ExAllocatePoolWithQuotaTag((POOL_TYPE)((t) & ~POOL_QUOTA_FAIL_INSTEAD_OF_RAISE), (n), (g))
#define FsRtlAllocatePoolWithQuota(t, n) FsRtlAllocatePoolWithQuotaTag((t), (n), 'trSF')

#define FSRTL_FLAG_ADVANCED_HEADER 0x40
#define FSRTL_FLAG2_SUPPORTS_FILTER_CONTEXTS 0x02
#define FSRTL_FCB_HEADER_V0 0x00
#define FSRTL_FCB_HEADER_V1 0x01
#define FSRTL_FCB_HEADER_V2 0x02
#define FSRTL_FCB_HEADER_V3 0x03
#define FSRTL_FCB_HEADER_V4 0x04
FORCEINLINE VOID FsRtlSetupAdvancedHeader(_In_ PVOID AdvHdr, _Inout_ PFAST_MUTEX FMutex)
{
  PFSRTL_ADVANCED_FCB_HEADER Header = (PFSRTL_ADVANCED_FCB_HEADER)AdvHdr;
  Header->Flags |= FSRTL_FLAG_ADVANCED_HEADER;
  Header->Flags2 |= FSRTL_FLAG2_SUPPORTS_FILTER_CONTEXTS;
  Header->Version = FSRTL_FCB_HEADER_V4;
  InitializeListHead(&Header->FilterContexts);
  if (FMutex != NULL) Header->FastMutex = FMutex;
  ExInitializePushLock(&Header->PushLock);
  Header->FileContextSupportPointer = NULL;
  Header->Oplock = NULL;
  Header->AePushLock = NULL;
  Header->BypassIoOpenCount = 0;
}
#define FsRtlSetupAdvancedHeaderEx(h, m, p) { FsRtlSetupAdvancedHeader((h), (m)); if ((p) != NULL) ((PFSRTL_ADVANCED_FCB_HEADER)(h))->FileContextSupportPointer = (p); }
#define FsRtlSetupAdvancedHeaderEx2(h, m, p, a) { FsRtlSetupAdvancedHeaderEx((h), (m), (p)); if ((a) != NULL) ((PFSRTL_ADVANCED_FCB_HEADER)(h))->AePushLock = (a); }
#define FsRtlInitPerStreamContext(c, o, i, f) { (c)->OwnerId = (o); (c)->InstanceId = (i); (c)->FreeCallback = (f); }
#define FsRtlInitPerFileContext(c, o, i, f) { (c)->OwnerId = (o); (c)->InstanceId = (i); (c)->FreeCallback = (f); }
#define FsRtlInitPerFileObjectContext(c, o, i) { (c)->OwnerId = (o); (c)->InstanceId = (i); }
#define FsRtlGetPerStreamContextPointer(o) ((PFSRTL_ADVANCED_FCB_HEADER)((o)->FsContext))
#define FsRtlSupportsPerStreamContexts(o) \
  ((FsRtlGetPerStreamContextPointer(o) != NULL && (FsRtlGetPerStreamContextPointer(o)->Flags2 & FSRTL_FLAG2_SUPPORTS_FILTER_CONTEXTS)) ? TRUE : FALSE)
#define FsRtlLookupPerStreamContext(s, o, i) \
  ((((s) != NULL) && ((s)->Flags2 & FSRTL_FLAG2_SUPPORTS_FILTER_CONTEXTS) && !IsListEmpty(&(s)->FilterContexts)) ? FsRtlLookupPerStreamContextInternal((s), (o), (i)) : NULL)
#define FsRtlGetPerFileContextPointer(o) \
  (FsRtlSupportsPerFileContexts(o) ? FsRtlGetPerStreamContextPointer(o)->FileContextSupportPointer : NULL)
#define FsRtlSupportsPerFileContexts(o) \
  ((FsRtlGetPerStreamContextPointer(o) != NULL && FsRtlGetPerStreamContextPointer(o)->Version >= FSRTL_FCB_HEADER_V1 && FsRtlGetPerStreamContextPointer(o)->FileContextSupportPointer != NULL) ? TRUE : FALSE)
#define FSRTL_ALLOCATE_ECPLIST_FLAG_CHARGE_QUOTA 0x00000001
#define FSRTL_ALLOCATE_ECP_FLAG_CHARGE_QUOTA 0x00000001
#define FSRTL_ALLOCATE_ECP_FLAG_NONPAGED_POOL 0x00000002
#define FSRTL_ECP_LOOKASIDE_FLAG_NONPAGED_POOL 0x00000002
