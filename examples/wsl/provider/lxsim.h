// lxsim: the part of Linux that the programs of this scenario need.
#pragma once
#include <ntifs.h>
#include <pico.h> // the provider interface; it is in no WDK header

#define LX_TAG 'mSxL'

// A Linux process. It outlives its NT processes: exec gives it a new one, and its parent still asks for its status when the last one is gone.
typedef struct _LX_PROCESS {
    LIST_ENTRY Link;            // g_Processes
    LONG Pid;                   // what getpid says; the NT ID is another number
    LONG ParentPid;
    PEPROCESS Process;          // the NT process that runs it now; not referenced, only compared
    BOOLEAN Ended;
    LONG Status;                // for wait4
    KEVENT ChildEnded;          // a child of it has ended
} LX_PROCESS, *PLX_PROCESS;

extern PS_PICO_ROUTINES g_Pico; // what the kernel offers a provider

VOID LxInitialize(VOID);
PLX_PROCESS LxCreate(LONG ParentPid);
PLX_PROCESS LxCurrent(VOID);
VOID LxDiscard(PLX_PROCESS Linux);
VOID LxExit(PLX_PROCESS Linux, LONG Status);
VOID LxProcessGone(PEPROCESS Process);
LONGLONG LxWait(LONG Pid, LONG *UserStatus, BOOLEAN NoHang);

LONGLONG LxFork(PKTRAP_FRAME Trap);
LONGLONG LxExec(PCSTR UserPath, PCSTR *UserArgv);
