// Contexts of filters and extra create parameters: inline code and macros of ntifs.h that need the whole header.
#pragma once
#include "ntifs.h"
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
#define FsRtlInitPerFileContext(c, o, i, f) ((c)->OwnerId = (o), (c)->InstanceId = (i), (c)->FreeCallback = (f))
#define FsRtlInitPerFileObjectContext(c, o, i) ((c)->OwnerId = (o), (c)->InstanceId = (i))
#define FsRtlSupportsPerStreamContexts(o) \
  ((FsRtlGetPerStreamContextPointer(o) != NULL && (FsRtlGetPerStreamContextPointer(o)->Flags2 & FSRTL_FLAG2_SUPPORTS_FILTER_CONTEXTS)) ? TRUE : FALSE)
#define FSRTL_ALLOCATE_ECPLIST_FLAG_CHARGE_QUOTA 0x00000001
#define FSRTL_ALLOCATE_ECP_FLAG_CHARGE_QUOTA 0x00000001
#define FSRTL_ALLOCATE_ECP_FLAG_NONPAGED_POOL 0x00000002
#define FSRTL_ECP_LOOKASIDE_FLAG_NONPAGED_POOL 0x00000002
