// Private structures of the best-practice checks at run time: which notify callbacks run now, and which findings were already told.
#pragma once
#include "ps.h"

// One running invocation of a process, thread, image or object callback.
typedef struct _VF_INVOCATION {
    PVOID Thread; // 0: free
    PVOID Previous; // the invocation that this one interrupts on the same thread
    PVOID Routine;
    ULONG Kind; // CallbackKind
    ULONG Depth;
    ULONG64 Started; // steps that the thread had run
    PVOID StackTop; // offset of the kernel frame that calls it
    PVOID PaintedFrom; // lowest painted offset of the stack, 0: not painted
    PVOID Info; // PPS_CREATE_NOTIFY_INFO of a process callback that gets one, PUNICODE_STRING of an image callback
    ULONG HasInfo; // the callback has such an argument; Info 0 then means NULL
    ULONG CompletedIrps; // requests completed since it began
    ULONG QueuedCount;
    ULONG Reserved;
    PVOID Queued[8]; // work items that it queued and whose routine has not returned
    PVOID WaitSite; // machine step of the call that waits, + 1
    ULONG WaitKind; // of the wait that goes on: VF_WAIT_*
    ULONG Reserved2;
} VF_INVOCATION;

typedef struct _VF_SITE {
    ULONG Id; // hash of rule and severity, 0: free
    ULONG Site;
} VF_SITE;

// Deadlock detection: a lock that somebody holds; and "To was waited for by one who held From".
typedef struct _VF_HELD {
    PVOID Lock;
    LONG64 Holder; // KTHREAD; -1 - n: DPCs of CPU n
} VF_HELD;
typedef struct _VF_LOCK_EDGE {
    USHORT From; // index in LockNodes + 1, 0: free
    USHORT To;
    ULONG Site; // machine step of the acquisition of To
    PVOID Thread;
} VF_LOCK_EDGE;
#define VF_MAX_HELD 256
#define VF_MAX_NODES 512
#define VF_MAX_EDGES 1024

typedef struct _VF_GLOBALS {
    VF_INVOCATION Invocations[256];
    VF_SITE Sites[1024];
    ULONG Running; // records in use
    ULONG HeldCount;
    ULONG NodeCount;
    ULONG EdgeCount;
    VF_HELD Held[VF_MAX_HELD];
    PVOID LockNodes[VF_MAX_NODES];
    VF_LOCK_EDGE LockEdges[VF_MAX_EDGES]; // by hash of From and To
} VF_GLOBALS;
