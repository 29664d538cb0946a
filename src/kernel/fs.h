// Private structures of the file system: files of the one simulated volume, and what each open of a file keeps.
#pragma once
#include <ntifs.h>

// A file or directory. FILE_OBJECT.FsContext points here, so it begins as file systems' control blocks do.
typedef struct _FCB {
  FSRTL_ADVANCED_FCB_HEADER Header; // FileSize is the end of file; ValidDataLength what `Data` holds
  LIST_ENTRY Link;                  // IO_GLOBALS.Files
  UNICODE_STRING Name;              // from the root of the volume: \Windows\Temp\a.log
  LARGE_INTEGER CreationTime;
  LARGE_INTEGER LastAccessTime;
  LARGE_INTEGER LastWriteTime;
  LARGE_INTEGER ChangeTime;
  LARGE_INTEGER FileId;
  ULONG FileAttributes;
  ULONG References;      // file objects between create and close
  ULONG Opens;           // file objects between create and cleanup
  ULONG DeletePending;
  ULONG Unlinked;        // deleted: in no list, goes with the last file object
  ULONG Image;           // made from an image that the run knows
  SHARE_ACCESS ShareAccess;
  SECTION_OBJECT_POINTERS SectionObjectPointers;
  PVOID Data;            // pool; NULL while nothing was written
  ULONG Capacity;
} FCB;

// FILE_OBJECT.FsContext2
typedef struct _CCB {
  ULONG DeleteOnClose;
  ULONG Scanned;         // a scan of the directory has begun
  ULONG Next;            // index of the next entry
  UNICODE_STRING Pattern;
} CCB;
