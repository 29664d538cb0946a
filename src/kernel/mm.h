// Private structures of the memory manager and the run-time library: variables that the kernel exports, what the CRT remembers, locks of pages.
#pragma once
#include <ntifs.h>

// A second name of memory (alias.ts): an MDL mapped into a process, or a reserved system mapping.
typedef struct _MI_MAPPING {
  PVOID Process;                     // whose address space; NULL: kernel addresses
  PVOID Address;                     // page-aligned
  ULONG64 Bytes;
  PMDL Mdl;                          // what is mapped there
  ULONG Offset;                      // in linear memory
  ULONG State;                       // MI_MAPPING_STATE
  ULONG Tag;                         // of the reservation
  ULONG Reservation;                 // bytes reserved, 0: none
} MI_MAPPING;
typedef enum _MI_MAPPING_STATE { MiMappingFree, MiMappingReserved, MiMappingReadWrite, MiMappingReadOnly } MI_MAPPING_STATE;

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
  ULONG MappingCount;                // entries of Mappings that were ever used
  MI_MAPPING Mappings[60];
  UCHAR PageLocks[0x3f000];          // by page above the nt region: locks (0..127) and 0x80 = the page was pageable before the first one
  LIST_ENTRY ViewListHead;           // MI_VIEW.Link of every view of a section; zero until the first
  ULONG LocallyUniqueIds;            // how many ZwAllocateLocallyUniqueId gave
} MM_GLOBALS;

// What stands behind a section (control-area.ts): memory of its own, or a file. Sections of one file share it.
typedef struct _CONTROL_AREA {
  ULONG NumberOfSectionReferences;
  ULONG NumberOfMappedViews;
  PFILE_OBJECT FilePointer;          // referenced; NULL: the page file
  PVOID Fcb;                         // of the file
  PVOID Pages;                       // of the page file, or an image as it is mapped; the data of a file lies in its FCB
  ULONG64 Bytes;                     // of Pages
  ULONG Image;
} CONTROL_AREA;

// Body of a section object.
typedef struct _SECTION {
  CONTROL_AREA *ControlArea;
  LARGE_INTEGER SizeOfSection;
  ULONG InitialPageProtection;
  ULONG AllocationAttributes;        // SEC_
} SECTION;

// A view of a section (view.ts).
typedef struct _MI_VIEW {
  LIST_ENTRY Link;                   // MM_GLOBALS.ViewListHead
  PVOID Process;                     // NULL: in system space
  PVOID Address;
  ULONG64 Bytes;
  CONTROL_AREA *ControlArea;
  PVOID Copy;                        // of a view that is copied on write, and of an image
  ULONG SectionProtection;
  ULONG Protection;
} MI_VIEW;

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

// Extra create parameters: the list, and the header in front of a context.
typedef struct _FSRTLP_ECP_LIST {
  ULONG Signature;
  ULONG Flags;
  LIST_ENTRY EcpList;                // FSRTLP_ECP.ListEntry
} FSRTLP_ECP_LIST;
typedef struct _FSRTLP_ECP {
  ULONG Signature;
  ULONG Flags;                       // 1: acknowledged
  LIST_ENTRY ListEntry;
  GUID EcpType;
  PVOID CleanupCallback;
  ULONG Size;                        // of the context
  ULONG Spare[3];
} FSRTLP_ECP;
// Memory that NtAllocateVirtualMemory gave to a process.
typedef struct _MM_VAD {
  LIST_ENTRY Link;          // EPROCESS.VadList
  ULONG FirstPage;          // from the start of the window
  ULONG Pages;
  ULONG AllocationProtect;
  ULONG Secured;            // handles of MmSecureVirtualMemory
  UCHAR Protection[1];      // by page, 0: reserved
} MM_VAD;

// SectionBasicInformation of NtQuerySection, which the public headers do not have.
typedef struct _SECTION_BASIC_INFORMATION { PVOID BaseAddress; ULONG AllocationAttributes; LARGE_INTEGER MaximumSize; } SECTION_BASIC_INFORMATION;
