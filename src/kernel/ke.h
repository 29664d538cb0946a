// Private kernel structures of the core (ke, mm, ex): what drivers may not see but debuggers read. Field names are the public Windows names
// where Windows has the field; the rest is named after what it does. Layout comes from this text only (scripts/gen-layouts.mjs).
#pragma once
#include <ntifs.h>

typedef enum _KTHREAD_STATE {
  Initialized, Ready, Running, Standby, Terminated, Waiting, Transition, DeferredReady, GateWaitObsolete, WaitingForProcessInSwap
} KTHREAD_STATE;

// A process as the scheduler sees it; EPROCESS (ps.h) begins with it.
typedef struct _KPROCESS {
  DISPATCHER_HEADER Header;
  LIST_ENTRY ProfileListHead;
  ULONG_PTR DirectoryTableBase;
  LIST_ENTRY ThreadListHead;         // KTHREAD.ThreadListEntry
  ULONG ProcessLock;
  ULONG ProcessTimerDelay;
  KAFFINITY Affinity;
  LIST_ENTRY ReadyListHead;
  SCHAR BasePriority;
  SCHAR QuantumReset;                // quantum units given to new threads
  UCHAR Visited;
  UCHAR DisableBoost;
  ULONG IdealSeed;                   // round robin of ideal processors
  ULONG UserOffset;                  // the user window in linear memory (0: none), machine/abi.ts
  ULONG UserSize;
  ULONG64 CycleTime;
  ULONG64 KernelTime;
  ULONG64 UserTime;
  ULONG StackCount;
  UCHAR Foreground;                  // its threads get PsPrioritySeparation more at the end of a wait, and its quantum
  UCHAR Spare[3];
  LIST_ENTRY ProcessListEntry;
} KPROCESS;

// A thread as the scheduler sees it; ETHREAD (ps.h) begins with it. Stack places are simulated addresses.
typedef struct _KTHREAD {
  DISPATCHER_HEADER Header;
  PVOID SListFaultAddress;
  ULONG64 QuantumTarget;             // CycleTime at which the quantum is used up
  PVOID InitialStack;                // first address above the kernel stack
  PVOID StackLimit;                  // lowest usable address of the kernel stack
  PVOID StackBase;                   // = InitialStack
  KSPIN_LOCK ThreadLock;
  ULONG64 CycleTime;                 // steps spent running
  PVOID KernelStack;                 // innermost frame while not running (0: none)
  ULONG64 ReturnValue;               // Reg.ReturnValue while not running
  ULONG ExceptionCode;               // Reg.ExceptionCode while not running
  UCHAR Running;
  UCHAR Alerted[2];
  UCHAR UserModeContext;             // 1: stopped in user mode (preempted there)
  KAPC_STATE ApcState;
  KAPC_STATE SavedApcState;
  UCHAR ApcStateIndex;               // 0 original, 1 attached
  UCHAR ApcQueueable;
  UCHAR Alertable;                   // the current wait is alertable
  KPROCESSOR_MODE WaitMode;
  union {
    struct { SHORT KernelApcDisable; SHORT SpecialApcDisable; };
    ULONG CombinedApcDisable;
  };
  LONG_PTR WaitStatus;
  KIRQL WaitIrql;
  UCHAR WaitReason;
  UCHAR WaitType;
  UCHAR WaitNext;                    // a KeSetEvent(..., Wait TRUE) waits for its KeWait
  PKWAIT_BLOCK WaitBlockList;        // blocks of the current wait
  ULONG WaitBlockCount;
  ULONG WaitRestart;                 // the wait was interrupted by a kernel APC and is queued again afterwards
  LIST_ENTRY WaitListEntry;          // ready lists, deferred ready list
  ULONG64 WaitTime;                  // virtual time (steps) at which the wait (or ready time) began
  LONGLONG WaitDueTime;              // interrupt time at which the timeout is due (with WaitHasTimeout)
  ULONG WaitHasTimeout;
  volatile ULONG State;              // KTHREAD_STATE
  KTIMER Timer;
  KWAIT_BLOCK WaitBlock[4];          // [3] is the timer's
  SCHAR Priority;
  SCHAR BasePriority;
  union {
    SCHAR PriorityDecrement;         // what of Priority is a boost
    struct { UCHAR ForegroundBoost : 4; UCHAR UnusualBoost : 4; }; // UnusualBoost: starvation relief, gone at the next quantum end
  };
  SCHAR Quantum;                     // units left
  SCHAR QuantumReset;
  UCHAR DisableBoost;
  SCHAR Saturation;                  // 1 time-critical, -1 idle: BasePriority stays at the end of its range whatever the process does
  UCHAR Preempted;                   // keeps the rest of its quantum, head of the ready list
  KPROCESSOR_MODE PreviousMode;
  UCHAR SystemThread;
  UCHAR StackSwapDisabled;
  UCHAR Spare0;
  ULONG SuspendCount;
  ULONG IdealProcessor;
  ULONG NextProcessor;               // CPU it runs on, is standby for or last ran on
  KAFFINITY Affinity;
  KAFFINITY UserAffinity;
  ULONG SystemAffinityActive;
  ULONG ContextSwitches;
  struct _KPROCESS *Process;         // owner
  LIST_ENTRY ThreadListEntry;        // KPROCESS.ThreadListHead
  LIST_ENTRY MutantListHead;         // mutexes owned
  struct _KAPC SuspendApc;
  KEVENT SuspendEvent;
  PVOID TrapFrame;                   // user frame to go back to
  PVOID UserStackBase;               // user addresses
  PVOID UserStackLimit;
  PVOID Teb;
  PVOID SystemRoutine;               // what KiThreadStartup calls: (StartRoutine, StartContext)
  PVOID StartRoutine;
  PVOID StartContext;
  PVOID ActiveWorker;                // worker thread: WORK_QUEUE_ITEM's routine while one runs
  ULONG StackExpansions;             // KeExpandKernelStackAndCallout: callouts that run on stacks of their own
  ULONG HeldSpinLocks;               // locks taken at >= DISPATCH by this thread (always-on checks)
  ULONG HeldFastMutexes;
  ULONG HeldResources;
  ULONG HeldPushLocks;
  ULONG UserTime;
  ULONG KernelTime;
  LIST_ENTRY AllThreadsEntry;        // KE_GLOBALS.AllThreads
  PKQUEUE Queue;                     // KQUEUE that the thread serves: it counts in CurrentCount while it does not wait
  LIST_ENTRY QueueListEntry;         // KQUEUE.ThreadListHead
  PVOID CallbackInvocation;          // VF_INVOCATION of the innermost notify callback that runs on this thread
  ULONG Spare1[2];
} KTHREAD;

typedef struct _KDPC_DATA {
  LIST_ENTRY DpcListHead;
  KSPIN_LOCK DpcLock;
  volatile LONG DpcQueueDepth;
  ULONG DpcCount;
  PKDPC ActiveDpc;
} KDPC_DATA;

// One per CPU. Registers of a CPU that is not current are the machine's; everything else the scheduler knows about a CPU is here.
typedef struct _KPRCB {
  ULONG Number;
  ULONG ReadySummary;
  PKTHREAD CurrentThread;
  PKTHREAD NextThread;
  PKTHREAD IdleThread;
  ULONG64 NextTick;                  // virtual time (steps) of its next clock interrupt
  ULONG64 DpcStack;                  // first address above the DPC stack
  ULONG64 DpcStackLimit;
  UCHAR DpcRoutineActive;
  UCHAR DpcRequested;                // DPCs are to be retired when IRQL < DISPATCH
  UCHAR QuantumEnd;
  UCHAR DispatchPending;             // the current thread gave up the CPU
  UCHAR Idle;
  UCHAR InInterrupt;
  UCHAR Spare[2];
  ULONG RequestSummary;              // 1: an IPI packet of KE_GLOBALS waits for this CPU
  ULONG MaximumDpcQueueDepth;
  KDPC_DATA DpcData[2];              // [0] normal, [1] threaded
  LIST_ENTRY DispatcherReadyListHead[32];
  SINGLE_LIST_ENTRY DeferredReadyListHead;
  ULONG64 SpinAddress;               // lock this CPU spins on (0: none)
  ULONG64 SpinValue;                 // value it saw there: runnable again when the word differs
  ULONG64 SpinStart;
  ULONG64 DpcSince;                  // virtual time at which the running DPC routine began
  ULONG64 DispatchSince;             // virtual time since which the CPU is at >= DISPATCH (watchdog)
  ULONG MinimumDpcRate;              // DPCs a tick: below it a DPC of low importance starts at once too
  ULONG DpcRequestRate;              // average over the last ticks
  ULONG DpcLastCount;                // DpcData[0].DpcCount at the last tick
  ULONG DpcLastTick;                 // number of that tick
  ULONG AdjustDpcThreshold;          // ticks until MaximumDpcQueueDepth may grow again
  ULONG DpcThreadActive;             // the thread of threaded DPCs is not waiting
  PKTHREAD DpcThread;                // made when the first threaded DPC is queued to this CPU
  KEVENT DpcThreadEvent;
  ULONG InterruptCount;
  ULONG KeContextSwitches;
  ULONG KeSystemCalls;
  ULONG IdleTicks;
  ULONG64 IdleTime;
  ULONG64 KernelTime;
  ULONG64 UserTime;
  ULONG64 DpcTime;
  KSPIN_LOCK PrcbLock;
} KPRCB;

// Record of one pool block; special pool keeps one for each page of the region, packed blocks one in front of the block.
typedef struct _MI_POOL_RECORD {
  ULONG State;                       // 0 never used, 1 allocated, 2 freed (quarantined), 3 tail page of a block, 4 guard
  ULONG Tag;
  ULONG64 Address;                   // of the block
  ULONG Bytes;
  ULONG Type;                        // POOL_TYPE bits: 1 paged
  ULONG AllocatedBy;                 // global function number of the allocating driver function
  ULONG AllocatedAt;                 // global step number there
  ULONG FreedBy;
  ULONG FreedAt;
  ULONG Pages;
  ULONG Next;                        // quarantine queue / free list: index + 1
  ULONG64 Owner;                     // start of the image that allocated
  ULONG64 Sequence;                  // allocation number
} MI_POOL_RECORD;

// Where special pool takes its pages from. One for all CPUs, but while orders are explored one for each, so that the address of a block does not depend on what
// other CPUs allocate.
typedef struct _MI_POOL_ARENA {
  ULONG64 Sequence;
  ULONG Next;                        // first page never used
  ULONG FreeHead;                    // quarantine queue: oldest
  ULONG FreeTail;
  ULONG Spare;
} MI_POOL_ARENA;

typedef struct _EX_WORK_QUEUE {
  LIST_ENTRY EntryListHead;
  KSEMAPHORE Semaphore;              // counts queued items; workers wait on it
  ULONG Priority;
  ULONG ThreadCount;
  ULONG MaximumThreads;
  ULONG ItemsProcessed;
  ULONG LastProcessed;
  ULONG Depth;
} EX_WORK_QUEUE;

// An interrupt that a driver has connected; no device here ever raises it.
typedef struct _KINTERRUPT {
  SHORT Type;                        // 22
  SHORT Size;
  LIST_ENTRY InterruptListEntry;
  PVOID ServiceRoutine;
  PVOID ServiceContext;
  KSPIN_LOCK SpinLock;               // used when the driver gave none
  PKSPIN_LOCK ActualLock;
  ULONG Vector;
  KIRQL Irql;
  KIRQL SynchronizeIrql;
  BOOLEAN Connected;
  BOOLEAN ShareVector;
} KINTERRUPT;

// Body of a timer object; the dispatcher's timer comes first.
typedef struct _ETIMER {
  KTIMER KeTimer;
  KAPC TimerApc;                     // queued to ApcThread at expiry
  KDPC TimerDpc;
  PKTHREAD ApcThread;                // who asked for an APC, referenced; NULL: nobody
} ETIMER;

// An executive callback object; named, a name does not keep it alive.
typedef struct _CALLBACK_OBJECT {
  ULONG Signature;                   // 'Call'
  KSPIN_LOCK Lock;
  LIST_ENTRY RegisteredCallbacks;    // CALLBACK_REGISTRATION.Link, in the order of registration
  BOOLEAN AllowMultipleCallbacks;
} CALLBACK_OBJECT;

// What ExRegisterCallback returns a pointer to. Each holds a reference to its object.
typedef struct _CALLBACK_REGISTRATION {
  LIST_ENTRY Link;
  PCALLBACK_OBJECT CallbackObject;
  PCALLBACK_FUNCTION CallbackFunction;
  PVOID CallbackContext;
  ULONG Busy;                        // notifications that are inside the function
  BOOLEAN UnregisterWaiting;         // it is not called any more
  KEVENT Idle;                       // set when Busy becomes 0 while ExUnregisterCallback waits
} CALLBACK_REGISTRATION;

// What PEX_TIMER points to.
typedef struct _EXP_TIMER {
  KTIMER Timer;
  KDPC Dpc;
  PVOID Callback;
  PVOID CallbackContext;
  ULONG Signature;
  ULONG Active;                      // callbacks that run
  ULONG Deleted;                     // ExDeleteTimer was called: the last callback frees
  ULONG Spare;
  PVOID DeleteCallback;
  PVOID DeleteContext;
} EXP_TIMER;

typedef struct _KI_BUGCHECK_DATA {
  ULONG64 Code;
  ULONG64 Parameter1;
  ULONG64 Parameter2;
  ULONG64 Parameter3;
  ULONG64 Parameter4;
  ULONG64 Cpu;
  ULONG64 Thread;
  ULONG64 Frame;                     // innermost frame when it was raised
  ULONG64 Active;
} KI_BUGCHECK_DATA;

// Variables that the kernel exports to drivers. Those that headers declare as pointers have a cell that holds the address, like a slot of an import table.
typedef struct _KI_SYSTEM_VARIABLES {
  BOOLEAN KdDebuggerEnabled;
  BOOLEAN KdDebuggerNotPresent;
  CCHAR KeNumberProcessors;
  UCHAR Spare;
  ULONG InitSafeBootMode;
  ULONG NtBuildNumber;               // 0xF0000000: a free build
  ULONG NtGlobalFlag;
  PBOOLEAN KdDebuggerEnabledCell;
  PBOOLEAN KdDebuggerNotPresentCell;
  PULONG InitSafeBootModeCell;
  PULONG NtBuildNumberCell;
} KI_SYSTEM_VARIABLES;

typedef struct _KE_GLOBALS {
  KI_BUGCHECK_DATA KiBugCheckData;
  ULONG NumberProcessors;
  ULONG ChoiceState;                 // seeded generator of the interleaving
  ULONG RandomSeed;
  ULONG StackHint;                   // no kernel stack fits below this page
  ULONG64 BootTime;                  // system time (100 ns since 1601) at interrupt time 0
  LONGLONG SystemTimeOffset;
  KSPIN_LOCK KiDispatcherLock;
  LIST_ENTRY TimerTable[256];        // KTIMERs by due time, see ke/timer-queue.ts; each list sorted by due time, then order of setting
  ULONG TimerTableSummary[8];        // bit n: list n is not empty
  KTIMER *FirstTimer;                // that is due first, NULL: none is set
  LIST_ENTRY AllThreads;
  LIST_ENTRY ReaperListHead;
  LIST_ENTRY ResourceListHead;       // ExpSystemResourcesList
  KPROCESS *InitialProcess;          // System process
  KPROCESS *IdleProcess;
  EX_WORK_QUEUE WorkQueue[32];       // by priority
  ULONG64 PoolSequence;              // these four: MI_POOL_ARENA of all CPUs together
  ULONG PoolNext;                    // first page never used
  ULONG PoolFreeHead;                // quarantine queue: oldest
  ULONG PoolFreeTail;
  ULONG PoolFreePages;
  ULONG PoolQuarantine;
  ULONG PoolPackedNext;
  ULONG64 PoolPackedFree[128];       // free lists of packed blocks, by size class
  ULONG64 PoolBytes[2];              // nonpaged, paged bytes in use
  ULONG64 PoolBlocks[2];
  ULONG64 NextBalanceTime;           // balance set manager: next scan
  ULONG ReadyScanLast;               // and where it goes on looking: CPU and priority
  ULONG PsPrioritySeparation;        // Win32PrioritySeparation: what a foreground process gets more
  UCHAR PspForegroundQuantum[4];     // quantum units of background processes, and of foreground ones by separation
  ULONG PsRawPrioritySeparation;     // the value as it was set
  ULONG TimerCount;                  // timers that are set
  ULONG64 IpiOwner;                  // thread whose KeIpiGenericCall is under way (one at a time)
  ULONG64 IpiRoutine;
  ULONG64 IpiContext;
  ULONG64 IpiPending;                // CPUs that have not run it yet
  LIST_ENTRY BugCheckCallbackListHead;
  LIST_ENTRY BugCheckReasonCallbackListHead;
  LIST_ENTRY NmiCallbackListHead;
  ULONG DebugPrintFlags;
  KSPIN_LOCK CancelSpinLock;
  KEVENT FlushDpcEvent;
  ULONG64 FullTick;                  // not 0: KPRCB.NextTick of CPU 0 is an early interrupt for a timer, and this is the tick that follows
  ULONG TimerResolution;             // ExSetTimerResolution, 100 ns: every timer may have an early interrupt on this grid (0: none asked for it)
  ULONG TimerResolutionCount;
  ULONG HighResolutionTimers;        // EX_TIMERs with that attribute that exist
  ULONG SpareTimer;
  KEVENT GenericDpcFree;             // KeGenericCallDpc: one at a time
  ULONG64 GenericDpcCount;           // CPUs that have not called KeSignalCallDpcDone
  ULONG64 GenericDpcBarrier[2];      // KeSignalCallDpcSynchronize: CPUs still expected, generation
  KDPC GenericDpc[64];               // by CPU
  KSPIN_LOCK QueuedSpinLocks[17];    // KeAcquireQueuedSpinLock, by number
  KEVENT PushLockEvents[64];         // waiters of push locks, by hash of the address
  ULONG64 TickCount;
  ULONG64 SliceLeft;                 // steps left of the slice that a stop interrupted
  ULONG64 StepsRun;                  // by all CPUs together
  ULONG64 ChoicesAsked;              // bit n: the n-th unconfirmed choice (base/choices.ts) was asked for
  ULONG64 StopRequested;             // hooks: the run loop leaves at the next boundary
  KPRCB Prcb[64];
  KI_SYSTEM_VARIABLES SystemVariables;
  MI_POOL_ARENA PoolArenas[64];      // by CPU
  ULONG64 ControlRegions[64];        // KPCR by CPU, 0: no driver has asked for it
} KE_GLOBALS;
