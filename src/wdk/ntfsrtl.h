// What ntifs.h gives file systems and their filters as macros and inline code (legal characters, per-stream contexts, advanced FCB headers, extra
// create parameters), and the types that the FsRtl*, Mm* and section routines of ntifs.h need.
#pragma once
#define RTL_DUPLICATE_UNICODE_STRING_NULL_TERMINATE 1
#define RTL_DUPLICATE_UNICODE_STRING_ALLOCATE_NULL_STRING 2
#include "ntmisc.h"
typedef struct _ECP_HEADER *PECP_HEADER;
typedef enum _FSRTL_CHANGE_BACKING_TYPE { ChangeDataControlArea, ChangeImageControlArea, ChangeSharedCacheMap } FSRTL_CHANGE_BACKING_TYPE, *PFSRTL_CHANGE_BACKING_TYPE;
typedef struct _FILE_FS_SECTOR_SIZE_INFORMATION {
  ULONG LogicalBytesPerSector; ULONG PhysicalBytesPerSectorForAtomicity; ULONG PhysicalBytesPerSectorForPerformance; ULONG FileSystemEffectivePhysicalBytesPerSectorForAtomicity;
  ULONG Flags; ULONG ByteOffsetForSectorAlignment; ULONG ByteOffsetForPartitionAlignment;
} FILE_FS_SECTOR_SIZE_INFORMATION, *PFILE_FS_SECTOR_SIZE_INFORMATION;
#define SSINFO_FLAGS_ALIGNED_DEVICE 0x00000001
#define SSINFO_FLAGS_PARTITION_ALIGNED_ON_DEVICE 0x00000002
#define SSINFO_FLAGS_NO_SEEK_PENALTY 0x00000004
#define SSINFO_FLAGS_TRIM_ENABLED 0x00000008
#define SSINFO_OFFSET_UNKNOWN 0xffffffff
typedef enum _FS_FILTER_STREAM_FO_NOTIFICATION_TYPE { NotifyTypeCreate, NotifyTypeRetired } FS_FILTER_STREAM_FO_NOTIFICATION_TYPE, *PFS_FILTER_STREAM_FO_NOTIFICATION_TYPE;
typedef ULONG FSRTL_UNC_PROVIDER_FLAGS;
#define FSRTL_UNC_PROVIDER_FLAGS_MAILSLOTS_SUPPORTED 0x00000001
#define FSRTL_UNC_PROVIDER_FLAGS_CSC_ENABLED 0x00000002
#define FSRTL_UNC_PROVIDER_FLAGS_DOMAIN_SVC_AWARE 0x00000004
#define FSRTL_UNC_PROVIDER_FLAGS_CONTAINERS_AWARE 0x00000008
// Names of the bits of the second union, and the bits of the first beyond the flags above, are chosen (U).
typedef struct _FSRTL_UNC_PROVIDER_REGISTRATION {
  ULONG Size; ULONG Version;
  union { ULONG ProviderFlags; struct { ULONG MailslotsSupported : 1; ULONG CscEnabled : 1; ULONG DomainSvcAware : 1; ULONG ContainersAware : 1; ULONG Reserved : 28; }; };
  union { ULONG HardeningCapabilities; struct { ULONG SupportsMutualAuth : 1; ULONG SupportsIntegrity : 1; ULONG SupportsPrivacy : 1; ULONG ReservedHardening : 29; }; };
} FSRTL_UNC_PROVIDER_REGISTRATION, *PFSRTL_UNC_PROVIDER_REGISTRATION;
typedef struct _IO_CREATE_STREAM_FILE_OPTIONS { USHORT Size; USHORT Flags; PDEVICE_OBJECT TargetDeviceObject; } IO_CREATE_STREAM_FILE_OPTIONS, *PIO_CREATE_STREAM_FILE_OPTIONS;
#define IO_CREATE_STREAM_FILE_RAISE_ON_ERROR 0x0001
#define IO_CREATE_STREAM_FILE_LITE 0x0002
typedef struct _COPY_INFORMATION { PFILE_OBJECT SourceFileObject; LONGLONG SourceFileOffset; } COPY_INFORMATION, *PCOPY_INFORMATION;
typedef struct _IO_IRP_EXT_TRACK_OFFSET_HEADER { USHORT Validation; USHORT Flags; PVOID TrackedOffsetCallback; } IO_IRP_EXT_TRACK_OFFSET_HEADER, *PIO_IRP_EXT_TRACK_OFFSET_HEADER;
typedef struct _READ_LIST { PFILE_OBJECT FileObject; ULONG NumberOfEntries; LOGICAL IsImage; FILE_SEGMENT_ELEMENT List[ANYSIZE_ARRAY]; } READ_LIST, *PREAD_LIST;

typedef enum MEM_EXTENDED_PARAMETER_TYPE {
  MemExtendedParameterInvalidType, MemExtendedParameterAddressRequirements, MemExtendedParameterNumaNode, MemExtendedParameterPartitionHandle, MemExtendedParameterUserPhysicalHandle,
  MemExtendedParameterAttributeFlags, MemExtendedParameterImageMachine, MemExtendedParameterMax
} MEM_EXTENDED_PARAMETER_TYPE, *PMEM_EXTENDED_PARAMETER_TYPE;
#define MEM_EXTENDED_PARAMETER_TYPE_BITS 8
typedef struct MEM_EXTENDED_PARAMETER {
  struct { ULONG64 Type : 8; ULONG64 Reserved : 56; };
  union { ULONG64 ULong64; PVOID Pointer; SIZE_T Size; HANDLE Handle; ULONG ULong; };
} MEM_EXTENDED_PARAMETER, *PMEM_EXTENDED_PARAMETER;
typedef struct _MEM_ADDRESS_REQUIREMENTS { PVOID LowestStartingAddress; PVOID HighestEndingAddress; SIZE_T Alignment; } MEM_ADDRESS_REQUIREMENTS, *PMEM_ADDRESS_REQUIREMENTS;
#define HEAP_REALLOC_IN_PLACE_ONLY 0x00000010
#define HEAP_TAIL_CHECKING_ENABLED 0x00000020
#define HEAP_FREE_CHECKING_ENABLED 0x00000040
#define HEAP_DISABLE_COALESCE_ON_FREE 0x00000080
#define HEAP_CREATE_ALIGN_16 0x00010000
#define HEAP_CREATE_ENABLE_TRACING 0x00020000
#define HEAP_CREATE_ENABLE_EXECUTE 0x00040000

// ---- advanced FCB headers
#define FSRTL_FCB_HEADER_V0 0x00
#define FSRTL_FCB_HEADER_V1 0x01
#define FSRTL_FCB_HEADER_V2 0x02
#define FSRTL_FCB_HEADER_V3 0x03
#define FSRTL_FCB_HEADER_V4 0x04
#define FSRTL_FLAG_FILE_MODIFIED 0x01
#define FSRTL_FLAG_FILE_LENGTH_CHANGED 0x02
#define FSRTL_FLAG_LIMIT_MODIFIED_PAGES 0x04
#define FSRTL_FLAG_ACQUIRE_MAIN_RSRC_EX 0x08
#define FSRTL_FLAG_ACQUIRE_MAIN_RSRC_SH 0x10
#define FSRTL_FLAG_USER_MAPPED_FILE 0x20
#define FSRTL_FLAG_ADVANCED_HEADER 0x40
#define FSRTL_FLAG_EOF_ADVANCE_ACTIVE 0x80
#define FSRTL_FLAG2_DO_MODIFIED_WRITE 0x01
#define FSRTL_FLAG2_SUPPORTS_FILTER_CONTEXTS 0x02
#define FSRTL_FLAG2_PURGE_WHEN_MAPPED 0x04
#define FSRTL_FLAG2_IS_PAGING_FILE 0x08
#define FSRTL_FLAG2_BYPASSIO_STREAM_PAUSED 0x10
#define FSRTL_CC_FLUSH_ERROR_FLAG_NO_HARD_ERROR 0x1
#define FSRTL_CC_FLUSH_ERROR_FLAG_NO_LOG_ENTRY 0x2
#define FsRtlGetPerStreamContextPointer(FileObject) ((PFSRTL_ADVANCED_FCB_HEADER)((FileObject)->FsContext))
#define FsRtlInitPerStreamContext(PerStream, Owner, Instance, Free) ((PerStream)->OwnerId = (Owner), (PerStream)->InstanceId = (Instance), (PerStream)->FreeCallback = (Free))
#define FsRtlLookupPerStreamContext(Header, Owner, Instance) \
  (((Header) != NULL && FlagOn((Header)->Flags2, FSRTL_FLAG2_SUPPORTS_FILTER_CONTEXTS) && !IsListEmpty(&(Header)->FilterContexts)) ? FsRtlLookupPerStreamContextInternal((Header), (Owner), (Instance)) : NULL)
#define FsRtlSetupAdvancedHeaderEx(Header, Mutex, FileContexts) \
  { FsRtlSetupAdvancedHeader((Header), (Mutex)); if ((FileContexts) != NULL) (Header)->FileContextSupportPointer = (PVOID *)(FileContexts); }
#define FsRtlSetupAdvancedHeaderEx2(Header, Mutex, FileContexts, PushLock) \
  { FsRtlSetupAdvancedHeaderEx(Header, Mutex, FileContexts) if ((PushLock) != NULL) (Header)->AePushLock = (PVOID)(PushLock); }
#define FsRtlGetBypassIoOpenCount(Header) ((Header)->Version >= FSRTL_FCB_HEADER_V4 ? (Header)->BypassIoOpenCount : 0)
#define FsRtlGetBypassIoOpenCountPtr(Header) ((Header)->Version >= FSRTL_FCB_HEADER_V4 ? &(Header)->BypassIoOpenCount : NULL)
#define FsRtlGetPerFileContextPointer(FileObject) (FsRtlSupportsPerFileContexts(FileObject) ? FsRtlGetPerStreamContextPointer(FileObject)->FileContextSupportPointer : NULL)
#define FsRtlSupportsPerFileContexts(FileObject) \
  (FsRtlGetPerStreamContextPointer(FileObject) != NULL && FsRtlGetPerStreamContextPointer(FileObject)->Version >= FSRTL_FCB_HEADER_V1 && FsRtlGetPerStreamContextPointer(FileObject)->FileContextSupportPointer != NULL)
#define IoIsFileOpenedExclusively(FileObject) ((BOOLEAN)!((FileObject)->SharedRead || (FileObject)->SharedWrite || (FileObject)->SharedDelete))
#define FsRtlCompleteRequest(Irp, Result) { (Irp)->IoStatus.Status = (Result); IoCompleteRequest((Irp), IO_DISK_INCREMENT); }
#define FsRtlAreThereCurrentFileLocks(Lock) ((Lock)->FastIoIsQuestionable)
#define FsRtlFastLock(Lock, FileObject, Offset, Length, Process, Key, Fail, Exclusive, Iosb, Context, Synchronized) \
  FsRtlPrivateLock(Lock, FileObject, Offset, Length, Process, Key, Fail, Exclusive, Iosb, NULL, Context, Synchronized)
#define FsRtlAllocatePoolWithTag(Type, Bytes, Tag) ExAllocatePoolWithTag((POOL_TYPE)((Type) | POOL_RAISE_IF_ALLOCATION_FAILURE), (Bytes), (Tag))
#define FsRtlAllocatePoolWithQuotaTag(Type, Bytes, Tag) ExAllocatePoolWithQuotaTag((POOL_TYPE)((Type) | POOL_RAISE_IF_ALLOCATION_FAILURE), (Bytes), (Tag))
#define FsRtlAllocatePool(Type, Bytes) FsRtlAllocatePoolWithTag(Type, Bytes, 'trSF')
#define FsRtlAllocatePoolWithQuota(Type, Bytes) FsRtlAllocatePoolWithQuotaTag(Type, Bytes, 'trSF')

// ---- characters of file names. Windows exports a table; the same classes are computed here.
#define FSRTL_FAT_LEGAL 0x01
#define FSRTL_HPFS_LEGAL 0x02
#define FSRTL_NTFS_LEGAL 0x04
#define FSRTL_WILD_CHARACTER 0x08
#define FSRTL_OLE_LEGAL 0x10
#define FSRTL_NTFS_STREAM_LEGAL (FSRTL_NTFS_LEGAL | FSRTL_OLE_LEGAL)
#define ANSI_DOS_STAR ('<')
#define ANSI_DOS_QM ('>')
#define ANSI_DOS_DOT ('"')
#define DOS_STAR (L'<')
#define DOS_QM (L'>')
#define DOS_DOT (L'"')
/** Classes in which an OEM character is legal (FSRTL_x_LEGAL), with FSRTL_WILD_CHARACTER for the wild ones. */
FORCEINLINE UCHAR FsRtlpCharacterClasses(_In_ UCHAR Character)
{
  switch (Character) {
  case 0: case '/': case '\\': return 0;
  case '"': case '*': case '<': case '>': case '?': return FSRTL_WILD_CHARACTER | FSRTL_OLE_LEGAL;
  case ':': case '|': return FSRTL_OLE_LEGAL;
  case '+': case ',': case ';': case '=': case '[': case ']': return FSRTL_HPFS_LEGAL | FSRTL_NTFS_LEGAL | FSRTL_OLE_LEGAL;
  }
  return Character < 0x20 ? FSRTL_OLE_LEGAL : FSRTL_FAT_LEGAL | FSRTL_HPFS_LEGAL | FSRTL_NTFS_LEGAL | FSRTL_OLE_LEGAL;
}
/** The OEM code page of the simulated machine (437) has no lead bytes. */
#define FsRtlIsLeadDbcsCharacter(Character) ((BOOLEAN)((void)(Character), FALSE))
#define FsRtlIsAnsiCharacterWild(Character) ((BOOLEAN)FlagOn(FsRtlpCharacterClasses((UCHAR)(Character)), FSRTL_WILD_CHARACTER))
#define FsRtlIsUnicodeCharacterWild(Character) ((Character) >= 0x40 ? FALSE : (BOOLEAN)FlagOn(FsRtlpCharacterClasses((UCHAR)(Character)), FSRTL_WILD_CHARACTER))
#define FsRtlTestAnsiCharacter(Character, DefaultReturn, WildcardsPermissible, LegalFlags) \
  ((SCHAR)(Character) < 0 ? (DefaultReturn) : (BOOLEAN)(FlagOn(FsRtlpCharacterClasses((UCHAR)(Character)), (LegalFlags) | ((WildcardsPermissible) ? FSRTL_WILD_CHARACTER : 0)) != 0))
#define FsRtlIsAnsiCharacterLegal(Character, LegalFlags) FsRtlTestAnsiCharacter((Character), TRUE, FALSE, (LegalFlags))
#define FsRtlIsAnsiCharacterLegalFat(Character, Wild) FsRtlTestAnsiCharacter((Character), TRUE, (Wild), FSRTL_FAT_LEGAL)
#define FsRtlIsAnsiCharacterLegalHpfs(Character, Wild) FsRtlTestAnsiCharacter((Character), TRUE, (Wild), FSRTL_HPFS_LEGAL)
#define FsRtlIsAnsiCharacterLegalNtfs(Character, Wild) FsRtlTestAnsiCharacter((Character), TRUE, (Wild), FSRTL_NTFS_LEGAL)
#define FsRtlIsAnsiCharacterLegalNtfsStream(Character, Wild) FsRtlTestAnsiCharacter((Character), TRUE, (Wild), FSRTL_NTFS_STREAM_LEGAL)

#define RtlUnicodeStringToCountedOemSize(String) ((ULONG)(RtlUnicodeStringToOemSize(String) - sizeof(ANSI_NULL)))
#define IsReparseTagMicrosoft(Tag) ((Tag) & 0x80000000)
#define IsReparseTagNameSurrogate(Tag) ((Tag) & 0x20000000)
