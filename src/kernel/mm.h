// Private structures of the memory manager and the run-time library: variables that the kernel exports, what the CRT remembers, locks of pages.
#pragma once
#include <ntifs.h>

typedef struct _MM_GLOBALS {
  PVOID MmHighestUserAddress;        // exported variables
  PVOID MmSystemRangeStart;
  ULONG_PTR MmUserProbeAddress;
  PVOID StrtokNext;                  // strtok: where the next call goes on
  LIST_ENTRY LookasideListHead;      // GENERAL_LOOKASIDE_POOL.ListEntry of every initialised list
  ULONG RandState;                   // rand, srand
  ULONG RandSeeded;
  ULONG DebugFilterMask[128];        // DbgSetDebugFilterState: levels by component
  WCHAR NtSystemRoot[16];            // RtlGetNtSystemRoot
  UCHAR PageLocks[0x3f000];          // by page above the nt region: locks (0..127) and 0x80 = the page was pageable before the first one
} MM_GLOBALS;

// A heap of RtlCreateHeap and the header in front of each of its blocks.
typedef struct _RTLP_HEAP {
  ULONG Signature;
  ULONG Flags;
  LIST_ENTRY BlockList;              // RTLP_HEAP_BLOCK.Links
} RTLP_HEAP;
typedef struct _RTLP_HEAP_BLOCK {
  LIST_ENTRY Links;
  PVOID Heap;
  ULONG_PTR Size;                    // what was asked for
} RTLP_HEAP_BLOCK;
