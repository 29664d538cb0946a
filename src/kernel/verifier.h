// Private structures of the best-practice checks at run time: which notify callbacks run now, and which findings were already told.
#pragma once
#include "ps.h"

// Lengths of the tables below; the kernel's code reads them as layouts.gen.ts has them.
typedef enum _VF_LIMITS {
    VfInvocations = 256,
    VfQueued = 8,
    VfSites = 1024,
    VfHeld = 256,
    VfLockNodes = 512,
    VfLockEdges = 1024
} VF_LIMITS;

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
    PVOID Queued[VfQueued]; // work items that it queued and whose routine has not returned
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

typedef struct _VF_GLOBALS {
    VF_INVOCATION Invocations[VfInvocations];
    VF_SITE Sites[VfSites];
    ULONG Running; // records in use
    ULONG HeldCount;
    ULONG NodeCount;
    ULONG EdgeCount;
    VF_HELD Held[VfHeld];
    PVOID LockNodes[VfLockNodes]; // 0: free
    VF_LOCK_EDGE LockEdges[VfLockEdges]; // by hash of From and To
} VF_GLOBALS;
