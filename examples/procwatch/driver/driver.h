// Private declarations of the driver: its one list of watched processes and the routines of its three source files.
#pragma once
#include <ntddk.h>
#include "procwatch.h"

#define PROCWATCH_TAG 'hctW'
#define IMAGE_NAME_CHARS 64

typedef struct _WATCHED_PROCESS {
    LIST_ENTRY Links;
    HANDLE ProcessId;
    HANDLE ParentId;
    BOOLEAN Exited;
    ULONG Images;
    WCHAR ImageName[IMAGE_NAME_CHARS];
} WATCHED_PROCESS, *PWATCHED_PROCESS;

// The list and everything in it are protected by the fast mutex.
typedef struct _PROCWATCH_STATE {
    FAST_MUTEX Lock;
    LIST_ENTRY Processes;
    PROCWATCH_COUNTS Counts;
    PDEVICE_OBJECT Device;
    EX_RUNDOWN_REF WorkRundown;     // held by every queued work item; unload waits for it
} PROCWATCH_STATE;

extern PROCWATCH_STATE g_State;

DRIVER_INITIALIZE DriverEntry;
DRIVER_UNLOAD ProcWatchUnload;
DRIVER_DISPATCH ProcWatchCreateClose;
DRIVER_DISPATCH ProcWatchDeviceControl;

VOID ProcWatchProcessNotify(_Inout_ PEPROCESS Process, _In_ HANDLE ProcessId, _Inout_opt_ PPS_CREATE_NOTIFY_INFO CreateInfo);
VOID ProcWatchThreadNotify(_In_ HANDLE ProcessId, _In_ HANDLE ThreadId, _In_ BOOLEAN Create);
VOID ProcWatchImageNotify(_In_opt_ PUNICODE_STRING FullImageName, _In_ HANDLE ProcessId, _In_ PIMAGE_INFO ImageInfo);

VOID ProcWatchInitializeState(_In_ PDEVICE_OBJECT Device);
VOID ProcWatchAddProcess(_In_ HANDLE ProcessId, _In_ HANDLE ParentId, _In_opt_ PCUNICODE_STRING ImageName);
VOID ProcWatchMarkExited(_In_ HANDLE ProcessId);
VOID ProcWatchCountImage(_In_ HANDLE ProcessId);
VOID ProcWatchFreeAll(VOID);
VOID ProcWatchQueueDescription(VOID);
