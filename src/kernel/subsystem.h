// Private structures around pico processes: what is kept between the creation of such a process and its first thread, and the tasks of the built-in provider,
// which answers Linux system calls when no driver has registered itself (src/kernel/lx).
#pragma once
#include "ke.h"
#include <pico.h>

// What CreateProcess was told for the notify callbacks, kept until the first thread is created (EPROCESS.PicoCreateInfo).
typedef struct _PSP_PICO_CREATE_INFO {
    PFILE_OBJECT FileObject; // referenced
    ULONG HasImageFileName;
    ULONG HasCommandLine;
    UNICODE_STRING ImageFileName;
    UNICODE_STRING CommandLine;
} PSP_PICO_CREATE_INFO;

// A Linux process. Its NT process changes with exec; it lives on as a zombie until the parent has waited for it.
typedef struct _LX_TASK {
    LIST_ENTRY Link; // LX_GLOBALS.Tasks
    ULONG Pid;
    ULONG ParentPid;
    ULONG State; // 1 alive, 2 zombie
    ULONG WaitStatus; // as wait4 gives it
    ULONG ExitCode; // wait status of the exit under way
    ULONG Exiting;
    PEPROCESS Process;
    ULONG Break; // end of the data segment, relative to the window; 0: not asked for yet
    ULONG Reserved;
    KEVENT ChildChanged; // synchronisation event: a child has ended
} LX_TASK;
