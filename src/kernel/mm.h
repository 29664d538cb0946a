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
  UCHAR PageLocks[0x3f000];          // by page above the nt region: locks (0..127) and 0x80 = the page was pageable before the first one
} MM_GLOBALS;

// Memory that NtAllocateVirtualMemory gave to a process.
typedef struct _MM_VAD {
  LIST_ENTRY Link;          // EPROCESS.VadList
  ULONG FirstPage;          // from the start of the window
  ULONG Pages;
  ULONG AllocationProtect;
  UCHAR Protection[1];      // by page, 0: reserved
} MM_VAD;
