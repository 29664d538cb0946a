// A driver that protects one process: picked by its command line when it starts, its handles are stripped afterwards. Written for the tests, with defects that
// real drivers of this kind have; findings.test.ts says which of them the rules find.
#pragma once
#include <ntddk.h>

#define NAME_CHARS 200

typedef struct _GUARD_NAMES {
    WCHAR Protect[NAME_CHARS];
    WCHAR Reject[NAME_CHARS];
} GUARD_NAMES, *PGUARD_NAMES;

typedef struct _CALL_CONTEXT {
    ACCESS_MASK Removed;
} CALL_CONTEXT, *PCALL_CONTEXT;

extern KGUARDED_MUTEX g_NamesLock;
extern GUARD_NAMES g_Names;
extern PVOID g_HandleCallbacks;
extern PEPROCESS g_Protected;

VOID OnProcess(PEPROCESS Process, HANDLE ProcessId, PPS_CREATE_NOTIFY_INFO CreateInfo);
NTSTATUS StartGuard(VOID);
NTSTATUS StopGuard(VOID);
