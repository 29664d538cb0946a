// Cache manager. Declared for filters and file systems; there is no file cache in the simulation.
#pragma once
#include "ntmisc.h"
typedef struct _CC_FILE_SIZES { LARGE_INTEGER AllocationSize; LARGE_INTEGER FileSize; LARGE_INTEGER ValidDataLength; } CC_FILE_SIZES, *PCC_FILE_SIZES;
typedef BOOLEAN (*PACQUIRE_FOR_LAZY_WRITE)(_In_ PVOID Context, _In_ BOOLEAN Wait);
typedef VOID (*PRELEASE_FROM_LAZY_WRITE)(_In_ PVOID Context);
typedef BOOLEAN (*PACQUIRE_FOR_READ_AHEAD)(_In_ PVOID Context, _In_ BOOLEAN Wait);
typedef VOID (*PRELEASE_FROM_READ_AHEAD)(_In_ PVOID Context);
typedef struct _CACHE_MANAGER_CALLBACKS {
  PACQUIRE_FOR_LAZY_WRITE AcquireForLazyWrite; PRELEASE_FROM_LAZY_WRITE ReleaseFromLazyWrite; PACQUIRE_FOR_READ_AHEAD AcquireForReadAhead; PRELEASE_FROM_READ_AHEAD ReleaseFromReadAhead;
} CACHE_MANAGER_CALLBACKS, *PCACHE_MANAGER_CALLBACKS;
typedef struct _CACHE_UNINITIALIZE_EVENT { struct _CACHE_UNINITIALIZE_EVENT *Next; KEVENT Event; } CACHE_UNINITIALIZE_EVENT, *PCACHE_UNINITIALIZE_EVENT;
typedef struct _PUBLIC_BCB { CSHORT NodeTypeCode; CSHORT NodeByteSize; ULONG MappedLength; LARGE_INTEGER MappedFileOffset; } PUBLIC_BCB, *PPUBLIC_BCB;
typedef VOID (*PCC_POST_DEFERRED_WRITE)(_In_ PVOID Context1, _In_ PVOID Context2);
typedef VOID (*PDIRTY_PAGE_ROUTINE)(_In_ PFILE_OBJECT FileObject, _In_ PLARGE_INTEGER FileOffset, _In_ ULONG Length, _In_ PLARGE_INTEGER OldestLsn, _In_ PLARGE_INTEGER NewestLsn, _In_ PVOID Context1, _In_ PVOID Context2);
typedef VOID (*PFLUSH_TO_LSN)(_In_ PVOID LogHandle, _In_ LARGE_INTEGER Lsn);
#define PIN_WAIT 1
#define PIN_EXCLUSIVE 2
#define PIN_NO_READ 4
#define PIN_IF_BCB 8
#define MAP_WAIT 1
#define MAP_NO_READ 16
#define VACB_MAPPING_GRANULARITY 0x40000
#define UNINITIALIZE_CACHE_MAPS 1
#define CC_DISABLE_READ_AHEAD 2
#define CcIsFileCached(FileObject) ((FileObject)->SectionObjectPointer != NULL && (FileObject)->SectionObjectPointer->SharedCacheMap != NULL)
#define CcGetFileSizePointer(FileObject) ((PLARGE_INTEGER)((PUCHAR)(FileObject)->SectionObjectPointer->SharedCacheMap + 8))
#define CcCopyWriteWontFlush(FileObject, Offset, Length) ((Length) <= 0x10000)
_IRQL_requires_max_(APC_LEVEL) NTKERNELAPI VOID CcInitializeCacheMap(_In_ PFILE_OBJECT FileObject, _In_ PCC_FILE_SIZES FileSizes, _In_ BOOLEAN PinAccess, _In_ PCACHE_MANAGER_CALLBACKS Callbacks, _In_ PVOID LazyWriteContext);
_IRQL_requires_max_(APC_LEVEL) NTKERNELAPI BOOLEAN CcUninitializeCacheMap(_In_ PFILE_OBJECT FileObject, _In_opt_ PLARGE_INTEGER TruncateSize, _In_opt_ PCACHE_UNINITIALIZE_EVENT UninitializeEvent);
_IRQL_requires_max_(APC_LEVEL) NTKERNELAPI VOID CcSetFileSizes(_In_ PFILE_OBJECT FileObject, _In_ PCC_FILE_SIZES FileSizes);
_IRQL_requires_max_(APC_LEVEL) NTKERNELAPI NTSTATUS CcSetFileSizesEx(_In_ PFILE_OBJECT FileObject, _In_ PCC_FILE_SIZES FileSizes);
_IRQL_requires_max_(APC_LEVEL) NTKERNELAPI BOOLEAN CcPurgeCacheSection(_In_ PSECTION_OBJECT_POINTERS SectionObjectPointer, _In_opt_ PLARGE_INTEGER FileOffset, _In_ ULONG Length, _In_ ULONG Flags);
_IRQL_requires_max_(APC_LEVEL) _Interlock_blocks_ _Interlock_file_ NTKERNELAPI VOID CcFlushCache(_In_ PSECTION_OBJECT_POINTERS SectionObjectPointer, _In_opt_ PLARGE_INTEGER FileOffset, _In_ ULONG Length, _Out_opt_ PIO_STATUS_BLOCK IoStatus);
_IRQL_requires_max_(PASSIVE_LEVEL) _Interlock_blocks_ NTKERNELAPI VOID CcCoherencyFlushAndPurgeCache(_In_ PSECTION_OBJECT_POINTERS SectionObjectPointer, _In_opt_ PLARGE_INTEGER FileOffset, _In_ ULONG Length, _Out_ PIO_STATUS_BLOCK IoStatus, _In_ ULONG Flags);
_IRQL_requires_max_(APC_LEVEL) _Interlock_blocks_ _Interlock_file_ NTKERNELAPI BOOLEAN CcCopyRead(_In_ PFILE_OBJECT FileObject, _In_ PLARGE_INTEGER FileOffset, _In_ ULONG Length, _In_ BOOLEAN Wait, _Out_writes_bytes_(Length) PVOID Buffer, _Out_ PIO_STATUS_BLOCK IoStatus);
_IRQL_requires_max_(APC_LEVEL) _Interlock_blocks_ _Interlock_file_ NTKERNELAPI BOOLEAN CcCopyReadEx(_In_ PFILE_OBJECT FileObject, _In_ PLARGE_INTEGER FileOffset, _In_ ULONG Length, _In_ BOOLEAN Wait, _Out_writes_bytes_(Length) PVOID Buffer, _Out_ PIO_STATUS_BLOCK IoStatus, _In_ PETHREAD IoIssuerThread);
_IRQL_requires_max_(APC_LEVEL) _Interlock_blocks_ NTKERNELAPI VOID CcFastCopyRead(_In_ PFILE_OBJECT FileObject, _In_ ULONG FileOffset, _In_ ULONG Length, _In_ ULONG PageCount, _Out_writes_bytes_(Length) PVOID Buffer, _Out_ PIO_STATUS_BLOCK IoStatus);
_IRQL_requires_max_(APC_LEVEL) _Interlock_blocks_ _Interlock_file_ NTKERNELAPI BOOLEAN CcCopyWrite(_In_ PFILE_OBJECT FileObject, _In_ PLARGE_INTEGER FileOffset, _In_ ULONG Length, _In_ BOOLEAN Wait, _In_reads_bytes_(Length) PVOID Buffer);
_IRQL_requires_max_(APC_LEVEL) _Interlock_blocks_ _Interlock_file_ NTKERNELAPI BOOLEAN CcCopyWriteEx(_In_ PFILE_OBJECT FileObject, _In_ PLARGE_INTEGER FileOffset, _In_ ULONG Length, _In_ BOOLEAN Wait, _In_reads_bytes_(Length) PVOID Buffer, _In_ PETHREAD IoIssuerThread);
_IRQL_requires_max_(APC_LEVEL) _Interlock_blocks_ NTKERNELAPI VOID CcFastCopyWrite(_In_ PFILE_OBJECT FileObject, _In_ ULONG FileOffset, _In_ ULONG Length, _In_reads_bytes_(Length) PVOID Buffer);
_IRQL_requires_max_(APC_LEVEL) NTKERNELAPI BOOLEAN CcCanIWrite(_In_opt_ PFILE_OBJECT FileObject, _In_ ULONG BytesToWrite, _In_ BOOLEAN Wait, _In_ UCHAR Retrying);
_IRQL_requires_max_(APC_LEVEL) NTKERNELAPI VOID CcDeferWrite(_In_ PFILE_OBJECT FileObject, _In_ PCC_POST_DEFERRED_WRITE PostRoutine, _In_ PVOID Context1, _In_ PVOID Context2, _In_ ULONG BytesToWrite, _In_ BOOLEAN Retrying);
_IRQL_requires_max_(APC_LEVEL) _Interlock_blocks_ NTKERNELAPI VOID CcMdlRead(_In_ PFILE_OBJECT FileObject, _In_ PLARGE_INTEGER FileOffset, _In_ ULONG Length, _Outptr_ PMDL *MdlChain, _Out_ PIO_STATUS_BLOCK IoStatus);
_IRQL_requires_max_(PASSIVE_LEVEL) NTKERNELAPI VOID CcMdlReadComplete(_In_ PFILE_OBJECT FileObject, _In_ PMDL MdlChain);
_IRQL_requires_max_(APC_LEVEL) _Interlock_blocks_ NTKERNELAPI VOID CcPrepareMdlWrite(_In_ PFILE_OBJECT FileObject, _In_ PLARGE_INTEGER FileOffset, _In_ ULONG Length, _Outptr_ PMDL *MdlChain, _Out_ PIO_STATUS_BLOCK IoStatus);
_IRQL_requires_max_(PASSIVE_LEVEL) NTKERNELAPI VOID CcMdlWriteComplete(_In_ PFILE_OBJECT FileObject, _In_ PLARGE_INTEGER FileOffset, _In_ PMDL MdlChain);
_IRQL_requires_max_(PASSIVE_LEVEL) NTKERNELAPI VOID CcMdlWriteAbort(_In_ PFILE_OBJECT FileObject, _In_ PMDL MdlChain);
_IRQL_requires_max_(APC_LEVEL) _Interlock_blocks_ NTKERNELAPI BOOLEAN CcMapData(_In_ PFILE_OBJECT FileObject, _In_ PLARGE_INTEGER FileOffset, _In_ ULONG Length, _In_ ULONG Flags, _Outptr_ PVOID *Bcb, _Outptr_ PVOID *Buffer);
_IRQL_requires_max_(APC_LEVEL) _Interlock_blocks_ NTKERNELAPI BOOLEAN CcPinRead(_In_ PFILE_OBJECT FileObject, _In_ PLARGE_INTEGER FileOffset, _In_ ULONG Length, _In_ ULONG Flags, _Outptr_ PVOID *Bcb, _Outptr_ PVOID *Buffer);
_IRQL_requires_max_(APC_LEVEL) _Interlock_blocks_ NTKERNELAPI BOOLEAN CcPinMappedData(_In_ PFILE_OBJECT FileObject, _In_ PLARGE_INTEGER FileOffset, _In_ ULONG Length, _In_ ULONG Flags, _Inout_ PVOID *Bcb);
_IRQL_requires_max_(APC_LEVEL) _Interlock_blocks_ NTKERNELAPI BOOLEAN CcPreparePinWrite(_In_ PFILE_OBJECT FileObject, _In_ PLARGE_INTEGER FileOffset, _In_ ULONG Length, _In_ BOOLEAN Zero, _In_ ULONG Flags, _Outptr_ PVOID *Bcb, _Outptr_ PVOID *Buffer);
_IRQL_requires_max_(APC_LEVEL) NTKERNELAPI VOID CcSetDirtyPinnedData(_In_ PVOID BcbVoid, _In_opt_ PLARGE_INTEGER Lsn);
_IRQL_requires_max_(APC_LEVEL) NTKERNELAPI VOID CcUnpinData(_In_ PVOID Bcb);
_IRQL_requires_max_(APC_LEVEL) NTKERNELAPI VOID CcUnpinDataForThread(_In_ PVOID Bcb, _In_ ERESOURCE_THREAD ResourceThreadId);
_IRQL_requires_max_(APC_LEVEL) NTKERNELAPI VOID CcSetBcbOwnerPointer(_In_ PVOID Bcb, _In_ PVOID OwnerPointer);
_IRQL_requires_max_(APC_LEVEL) NTKERNELAPI VOID CcRepinBcb(_In_ PVOID Bcb);
_IRQL_requires_max_(PASSIVE_LEVEL) _Interlock_blocks_ NTKERNELAPI VOID CcUnpinRepinnedBcb(_In_ PVOID Bcb, _In_ BOOLEAN WriteThrough, _Out_ PIO_STATUS_BLOCK IoStatus);
_IRQL_requires_max_(APC_LEVEL) NTKERNELAPI PVOID CcRemapBcb(_In_ PVOID Bcb);
NTKERNELAPI PFILE_OBJECT CcGetFileObjectFromBcb(_In_ PVOID Bcb);
NTKERNELAPI PFILE_OBJECT CcGetFileObjectFromSectionPtrs(_In_ PSECTION_OBJECT_POINTERS SectionObjectPointer);
NTKERNELAPI PFILE_OBJECT CcGetFileObjectFromSectionPtrsRef(_In_ PSECTION_OBJECT_POINTERS SectionObjectPointer);
NTKERNELAPI LARGE_INTEGER CcGetFlushedValidData(_In_ PSECTION_OBJECT_POINTERS SectionObjectPointer, _In_ BOOLEAN BcbListHeld);
NTKERNELAPI LARGE_INTEGER CcGetDirtyPages(_In_ PVOID LogHandle, _In_ PDIRTY_PAGE_ROUTINE DirtyPageRoutine, _In_ PVOID Context1, _In_ PVOID Context2);
NTKERNELAPI BOOLEAN CcIsThereDirtyData(_In_ PVPB Vpb);
NTKERNELAPI BOOLEAN CcIsThereDirtyDataEx(_In_ PVPB Vpb, _In_opt_ PULONG NumberOfDirtyPages);
_IRQL_requires_max_(APC_LEVEL) NTKERNELAPI VOID CcSetAdditionalCacheAttributes(_In_ PFILE_OBJECT FileObject, _In_ BOOLEAN DisableReadAhead, _In_ BOOLEAN DisableWriteBehind);
_IRQL_requires_max_(APC_LEVEL) NTKERNELAPI VOID CcSetAdditionalCacheAttributesEx(_In_ PFILE_OBJECT FileObject, _In_ ULONG Flags);
NTKERNELAPI VOID CcSetDirtyPageThreshold(_In_ PFILE_OBJECT FileObject, _In_ ULONG DirtyPageThreshold);
NTKERNELAPI VOID CcSetLogHandleForFile(_In_ PFILE_OBJECT FileObject, _In_ PVOID LogHandle, _In_ PFLUSH_TO_LSN FlushToLsnRoutine);
NTKERNELAPI VOID CcSetReadAheadGranularity(_In_ PFILE_OBJECT FileObject, _In_ ULONG Granularity);
_IRQL_requires_max_(APC_LEVEL) NTKERNELAPI VOID CcScheduleReadAhead(_In_ PFILE_OBJECT FileObject, _In_ PLARGE_INTEGER FileOffset, _In_ ULONG Length);
_IRQL_requires_max_(APC_LEVEL) NTKERNELAPI VOID CcScheduleReadAheadEx(_In_ PFILE_OBJECT FileObject, _In_ PLARGE_INTEGER FileOffset, _In_ ULONG Length, _In_ PETHREAD IoIssuerThread);
_IRQL_requires_max_(PASSIVE_LEVEL) _Interlock_blocks_ NTKERNELAPI NTSTATUS CcWaitForCurrentLazyWriterActivity(VOID);
_IRQL_requires_max_(APC_LEVEL) _Interlock_blocks_ _Interlock_file_ NTKERNELAPI BOOLEAN CcZeroData(_In_ PFILE_OBJECT FileObject, _In_ PLARGE_INTEGER StartOffset, _In_ PLARGE_INTEGER EndOffset, _In_ BOOLEAN Wait);
