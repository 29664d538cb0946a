// What the driver and its user-mode clients share: device names, the control code and the answer's layout.
#pragma once

#define PROCWATCH_DEVICE_NAME L"\\Device\\ProcWatch"
#define PROCWATCH_LINK_NAME L"\\DosDevices\\ProcWatch"

#define IOCTL_PROCWATCH_QUERY CTL_CODE(FILE_DEVICE_UNKNOWN, 0x801, METHOD_BUFFERED, FILE_READ_ACCESS)

typedef struct _PROCWATCH_COUNTS {
    ULONG ProcessesCreated;
    ULONG ProcessesExited;
    ULONG ThreadsCreated;
    ULONG ThreadsExited;
    ULONG ImagesLoaded;
    ULONG Watched;          // records in the list now
    ULONG Described;        // records a work item has finished
} PROCWATCH_COUNTS, *PPROCWATCH_COUNTS;
