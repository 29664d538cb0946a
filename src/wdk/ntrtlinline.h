// Run-time library routines that are inline code or macros in ntddk.h and ntifs.h, and those for which the reference table has no signature.
#pragma once
#include "ntddk.h"
#define RTL_HASH_RESERVED_SIGNATURE 0
#define HASH_ENTRY_KEY(x) ((x)->Signature)
FORCEINLINE VOID RtlInitHashTableContext(_Out_ PRTL_DYNAMIC_HASH_TABLE_CONTEXT Context)
{
  Context->ChainHead = NULL;
  Context->PrevLinkage = NULL;
}
FORCEINLINE VOID RtlInitHashTableContextFromEnumerator(_Out_ PRTL_DYNAMIC_HASH_TABLE_CONTEXT Context, _Out_ PRTL_DYNAMIC_HASH_TABLE_ENUMERATOR Enumerator)
{
  Context->ChainHead = Enumerator->ChainHead;
  Context->PrevLinkage = Enumerator->HashEntry.Linkage.Blink;
}
FORCEINLINE void RtlReleaseHashTableContext(_Inout_ PRTL_DYNAMIC_HASH_TABLE_CONTEXT Context) { UNREFERENCED_PARAMETER(Context); }
FORCEINLINE ULONG RtlTotalBucketsHashTable(_Inout_ PRTL_DYNAMIC_HASH_TABLE HashTable) { return HashTable->TableSize; }
FORCEINLINE ULONG RtlNonEmptyBucketsHashTable(_Inout_ PRTL_DYNAMIC_HASH_TABLE HashTable) { return HashTable->NonEmptyBuckets; }
FORCEINLINE ULONG RtlEmptyBucketsHashTable(_Inout_ PRTL_DYNAMIC_HASH_TABLE HashTable) { return HashTable->TableSize - HashTable->NonEmptyBuckets; }
FORCEINLINE ULONG RtlTotalEntriesHashTable(_Inout_ PRTL_DYNAMIC_HASH_TABLE HashTable) { return HashTable->NumEntries; }
FORCEINLINE ULONG RtlActiveEnumeratorsHashTable(_Inout_ PRTL_DYNAMIC_HASH_TABLE HashTable) { return HashTable->NumEnumerators; }

typedef NTSTATUS NTAPI RTL_HEAP_COMMIT_ROUTINE(_In_ PVOID Base, _Inout_ PVOID *CommitAddress, _Inout_ PSIZE_T CommitSize);
typedef RTL_HEAP_COMMIT_ROUTINE *PRTL_HEAP_COMMIT_ROUTINE;
typedef struct _RTL_HEAP_PARAMETERS {
  ULONG Length; SIZE_T SegmentReserve; SIZE_T SegmentCommit; SIZE_T DeCommitFreeBlockThreshold; SIZE_T DeCommitTotalFreeThreshold; SIZE_T MaximumAllocationSize;
  SIZE_T VirtualMemoryThreshold; SIZE_T InitialCommit; SIZE_T InitialReserve; PRTL_HEAP_COMMIT_ROUTINE CommitRoutine; SIZE_T Reserved[2];
} RTL_HEAP_PARAMETERS, *PRTL_HEAP_PARAMETERS;
#define HEAP_NO_SERIALIZE 0x00000001
#define HEAP_GROWABLE 0x00000002
#define HEAP_GENERATE_EXCEPTIONS 0x00000004
#define HEAP_ZERO_MEMORY 0x00000008
_IRQL_requires_max_(APC_LEVEL) _Must_inspect_result_ NTSYSAPI PVOID RtlCreateHeap(_In_ ULONG Flags, _In_opt_ PVOID HeapBase, _In_ SIZE_T ReserveSize, _In_ SIZE_T CommitSize, _In_opt_ PVOID Lock, _In_opt_ PRTL_HEAP_PARAMETERS Parameters);

typedef enum _STATE_LOCATION_TYPE { LocationTypeRegistry = 0, LocationTypeFileSystem = 1, LocationTypeMaximum = 2 } STATE_LOCATION_TYPE;
_IRQL_requires_max_(PASSIVE_LEVEL) _Interlock_pageable_ _Must_inspect_result_ NTSYSAPI NTSTATUS RtlGetPersistedStateLocation(_In_z_ PCWSTR SourceID, _In_opt_z_ PCWSTR CustomValue, _In_opt_z_ PCWSTR DefaultPath, _In_ STATE_LOCATION_TYPE StateLocationType, _Out_writes_bytes_opt_(BufferLengthIn) PWCHAR TargetPath, _In_ ULONG BufferLengthIn, _Out_opt_ PULONG BufferLengthOut);

#define RTL_CORRELATION_VECTOR_VERSION_1 1
#define RTL_CORRELATION_VECTOR_VERSION_2 2
#define RTL_CORRELATION_VECTOR_VERSION_CURRENT RTL_CORRELATION_VECTOR_VERSION_2

#define COMPRESSION_FORMAT_XPRESS 0x0003
#define COMPRESSION_FORMAT_XPRESS_HUFF 0x0004
#define COMPRESSION_ENGINE_STANDARD 0x0000
#define COMPRESSION_ENGINE_MAXIMUM 0x0100
#define COMPRESSION_ENGINE_HIBER 0x0200

_IRQL_requires_max_(PASSIVE_LEVEL) _Interlock_pageable_ NTSYSAPI ULONG RtlxOemStringToUnicodeSize(_In_ PCOEM_STRING OemString);
_IRQL_requires_max_(PASSIVE_LEVEL) _Interlock_pageable_ NTSYSAPI ULONG RtlxUnicodeStringToOemSize(_In_ PCUNICODE_STRING UnicodeString);
#define RtlOemStringToUnicodeSize(s) RtlxOemStringToUnicodeSize(s)
#define RtlUnicodeStringToOemSize(s) RtlxUnicodeStringToOemSize(s)
#define RtlOemStringToCountedUnicodeSize(s) ((ULONG)(RtlOemStringToUnicodeSize(s) - sizeof(UNICODE_NULL)))
_IRQL_requires_max_(DISPATCH_LEVEL) NTKERNELAPI PSLIST_ENTRY InterlockedPushListSList(_Inout_ PSLIST_HEADER ListHead, _Inout_ PSLIST_ENTRY List, _Inout_ PSLIST_ENTRY ListEnd, _In_ ULONG Count);
