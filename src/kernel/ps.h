// Private structures of the process, object, I/O, configuration and user-mode parts of the simulated kernel (not visible to drivers).
// The public opaque structures (EPROCESS, ETHREAD, OBJECT_HEADER, OBJECT_TYPE, HANDLE_TABLE, PEB, TEB) carry the fields that drivers and debuggers
// read, under their public names; everything else is ours. TypeScript takes every offset from here (layouts.gen.ts).
#pragma once
#include "ke.h"
#include "subsystem.h"
#include <aux_klib.h>

// ------------------------------------------------------------------ object manager
typedef struct _OBJECT_TYPE_INITIALIZER {
    USHORT Length;
    UCHAR ObjectTypeFlags; // bit 6: SupportsObjectCallbacks
    UCHAR Reserved;
    ULONG ObjectTypeCode;
    ULONG InvalidAttributes;
    GENERIC_MAPPING GenericMapping;
    ULONG ValidAccessMask;
    ULONG RetainAccess;
    POOL_TYPE PoolType;
    ULONG DefaultPagedPoolCharge;
    ULONG DefaultNonPagedPoolCharge;
    PVOID DeleteProcedure; // routine that destroys the body: (object)
} OBJECT_TYPE_INITIALIZER;

typedef struct _OBJECT_TYPE {
    LIST_ENTRY TypeList;
    UNICODE_STRING Name;
    PVOID DefaultObject;
    UCHAR Index;
    ULONG TotalNumberOfObjects;
    ULONG TotalNumberOfHandles;
    ULONG HighWaterNumberOfObjects;
    ULONG HighWaterNumberOfHandles;
    OBJECT_TYPE_INITIALIZER TypeInfo;
    ULONG_PTR TypeLock;
    ULONG Key;
    LIST_ENTRY CallbackList; // OBP_CALLBACK_ITEM.Link in altitude order, highest first
} OBJECT_TYPE;

typedef struct _OBJECT_HEADER_NAME_INFO {
    PVOID Directory;
    UNICODE_STRING Name;
    LONG ReferenceCount;
    ULONG Reserved;
} OBJECT_HEADER_NAME_INFO;

typedef struct _OBJECT_HEADER {
    LONG_PTR PointerCount;
    LONG_PTR HandleCount;
    ULONG_PTR Lock;
    UCHAR TypeIndex;
    UCHAR TraceFlags;
    UCHAR InfoMask; // 2: OBJECT_HEADER_NAME_INFO lies in front of the header (always, here)
    UCHAR Flags; // OBP_PERMANENT ...
    ULONG Account; // who gave it its name, for the descriptor that it has by default: 0 SYSTEM, 1 the user
    PVOID ObjectCreateInfo;
    PVOID SecurityDescriptor; // behind an OBP_SECURITY; made when somebody asks for it, or when it was given at the creation
    // the body follows at 0x30
} OBJECT_HEADER;

// In front of a self-relative descriptor that belongs to an object.
typedef struct _OBP_SECURITY {
    ULONG Signature;
    LONG References; // of the object, and of ObGetObjectSecurity
    PVOID Object; // 0: deleted
} OBP_SECURITY;

typedef struct _OBJECT_DIRECTORY {
    LIST_ENTRY Entries; // OBJECT_DIRECTORY_ENTRY.Link
    ULONG_PTR Lock;
} OBJECT_DIRECTORY;

typedef struct _OBJECT_DIRECTORY_ENTRY {
    LIST_ENTRY Link;
    PVOID Object;
    ULONG HashValue;
} OBJECT_DIRECTORY_ENTRY;

typedef struct _OBJECT_SYMBOLIC_LINK {
    LARGE_INTEGER CreationTime;
    UNICODE_STRING LinkTarget;
} OBJECT_SYMBOLIC_LINK;

typedef struct _HANDLE_TABLE_ENTRY {
    PVOID Object; // object header, or the body in the CID table; 0 = free
    ULONG GrantedAccess;
    ULONG Attributes; // OBJ_INHERIT, OBJ_AUDIT, OBP_PROTECT_CLOSE; index of the next free entry while free
} HANDLE_TABLE_ENTRY;

typedef struct _HANDLE_TABLE {
    ULONG NextHandleNeedingPool;
    LONG ExtraInfoPages;
    PVOID TableCode; // array of HANDLE_TABLE_ENTRY; entry 0 is never used
    PVOID QuotaProcess;
    LIST_ENTRY HandleTableList;
    HANDLE UniqueProcessId;
    PVOID HandleContentionEvent; // push lock that drivers wake after ExEnumHandleTable; nobody ever waits on it
    ULONG HandleCount;
    ULONG Capacity;
    ULONG FirstFree;
    ULONG LastFree;
    ULONG StrictFifo; // CID table: a freed ID is reused last
    ULONG HandleCountHighWatermark;
} HANDLE_TABLE;

// One ObRegisterCallbacks call, and one operation of it on its type's CallbackList.
typedef struct _OBP_REGISTRATION {
    LIST_ENTRY Link;
    UNICODE_STRING Altitude;
    PVOID Context;
    USHORT Version;
    USHORT Count;
    ULONG Unregistering;
    PVOID Items; // array of OBP_CALLBACK_ITEM
} OBP_REGISTRATION;

typedef struct _OBP_CALLBACK_ITEM {
    LIST_ENTRY Link;
    ULONG Operations;
    ULONG Active; // 0: being removed
    OBP_REGISTRATION *Registration;
    POBJECT_TYPE ObjectType;
    PVOID PreOperation;
    PVOID PostOperation;
    LONG Running;
    ULONG Waiters;
    KEVENT Drained;
} OBP_CALLBACK_ITEM;

// One pre callback that was called and whose post callback is still owed (list in a handle operation).
typedef struct _OBP_CALL_CONTEXT {
    LIST_ENTRY Link;
    OBP_CALLBACK_ITEM *Item;
    PVOID CallContext;
} OBP_CALL_CONTEXT;

typedef struct _OBP_OPERATION {
    ULONG Operation;
    ULONG KernelHandle;
    PVOID Object;
    POBJECT_TYPE ObjectType;
    ULONG DesiredAccess;
    ULONG OriginalDesiredAccess;
    PVOID SourceProcess;
    PVOID TargetProcess;
    LIST_ENTRY Calls;
    OB_PRE_OPERATION_INFORMATION PreInfo;
    OB_PRE_OPERATION_PARAMETERS PreParameters;
    OB_POST_OPERATION_INFORMATION PostInfo;
    OB_POST_OPERATION_PARAMETERS PostParameters;
} OBP_OPERATION;

// A reference or handle that a driver holds: which object, from which place of its code (function number and step), how many.
typedef struct _OBP_HELD_REFERENCE {
    PVOID Object; // for a handle its HANDLE_TABLE_ENTRY
    PVOID Target; // for a handle the object that it names, else NULL
    ULONG Function;
    ULONG Step;
    LONG Image;
    ULONG Count;
} OBP_HELD_REFERENCE;

#define OBP_MAX_TYPES 32
#define OBP_MAX_HELD 1024
typedef struct _OB_GLOBALS {
    POBJECT_TYPE Types[OBP_MAX_TYPES];
    ULONG TypeCount;
    ULONG Reserved;
    PVOID RootDirectory;
    HANDLE_TABLE *KernelHandleTable;
    LIST_ENTRY HandleTables;
    LIST_ENTRY Registrations; // OBP_REGISTRATION.Link
    PVOID DeferredDeletes; // bodies chained through OBJECT_HEADER.ObjectCreateInfo
    KEVENT DeferredDeleteEvent;
    // Exported variables: `*PsProcessType` and the like read these.
    POBJECT_TYPE PsProcessTypeVariable;
    POBJECT_TYPE PsThreadTypeVariable;
    POBJECT_TYPE PsJobTypeVariable;
    POBJECT_TYPE SeTokenTypeVariable;
    POBJECT_TYPE IoFileTypeVariable;
    POBJECT_TYPE IoDeviceTypeVariable;
    POBJECT_TYPE IoDriverTypeVariable;
    POBJECT_TYPE ExEventTypeVariable;
    POBJECT_TYPE ExSemaphoreTypeVariable;
    POBJECT_TYPE ExMutantTypeVariable;
    POBJECT_TYPE ExTimerTypeVariable;
    POBJECT_TYPE CmKeyTypeVariable;
    POBJECT_TYPE ExDesktopTypeVariable;
    POBJECT_TYPE MmSectionTypeVariable;
    POBJECT_TYPE ObDirectoryTypeVariable;
    POBJECT_TYPE ObSymbolicLinkTypeVariable;
    POBJECT_TYPE ObTypeTypeVariable;
    POBJECT_TYPE ExCallbackTypeVariable;
    POBJECT_TYPE ExWindowStationTypeVariable;
    PVOID DefaultDesktop; // the one desktop, of the window station WinSta0
    ULONG HeldCount;
    ULONG Reserved2;
    OBP_HELD_REFERENCE Held[OBP_MAX_HELD];
} OB_GLOBALS;

// ------------------------------------------------------------------ process manager
typedef struct _SE_AUDIT_PROCESS_CREATION_INFO {
    POBJECT_NAME_INFORMATION ImageFileName;
} SE_AUDIT_PROCESS_CREATION_INFO;

typedef struct _EPROCESS {
    KPROCESS Pcb;
    ULONG_PTR ProcessLock;
    HANDLE UniqueProcessId;
    LIST_ENTRY ActiveProcessLinks;
    ULONG_PTR RundownProtect;
    ULONG Flags2;
    ULONG Flags; // PSP_PROCESS_*
    LARGE_INTEGER CreateTime;
    LARGE_INTEGER ExitTime;
    ULONG_PTR ProcessQuotaUsage[2];
    SIZE_T PeakVirtualSize;
    SIZE_T VirtualSize;
    PVOID Token;
    PVOID SectionObject;
    PVOID SectionBaseAddress;
    struct _PEB *Peb;
    PVOID Session;
    HANDLE_TABLE *ObjectTable;
    PVOID DebugPort;
    PVOID WoW64Process;
    PVOID DeviceMap;
    PFILE_OBJECT ImageFilePointer;
    UCHAR ImageFileName[15];
    UCHAR PriorityClass;
    PVOID SecurityPort;
    SE_AUDIT_PROCESS_CREATION_INFO SeAuditProcessCreationInfo;
    PVOID Job;
    LIST_ENTRY ThreadListHead;
    ULONG ActiveThreads;
    ULONG ActiveThreadsHighWatermark;
    NTSTATUS ExitStatus;
    NTSTATUS LastThreadExitStatus;
    HANDLE InheritedFromUniqueProcessId;
    HANDLE OwnerProcessId;
    ULONG SessionId;
    UCHAR Protection; // PS_PROTECTION
    UCHAR SignatureLevel;
    UCHAR SubsystemType; // SUBSYSTEM_INFORMATION_TYPE
    UCHAR Reserved;
    ULONG64 SequenceNumber;
    UNICODE_STRING CommandLine; // kernel copy of the command line, for the debugger
    struct _PSP_PROGRAM *Program; // what its threads execute, 0: default body
    ULONG TebHint; // no place for TEB and user stack below this one is free
    ULONG HeapNext; // next free byte of the user heap, relative to the window
    ULONG DllNext; // next free place for a DLL image, relative to the window
    ULONG ScenarioProcess; // started by a process block: the scenario waits for it. Its number + 1
    LIST_ENTRY VadList; // MM_VAD.Link; zero until the first allocation
    PVOID PicoContext; // of the provider (or LX_TASK of the built-in one)
    PSP_PICO_CREATE_INFO *PicoCreateInfo;
    ULONG_PTR ProcessQuotaPeak[2]; // like ProcessQuotaUsage: [0] nonpaged, [1] paged
    ULONG_PTR ProcessQuotaLimit[2];
    IO_COUNTERS IoCounters; // requests of system services and the bytes they moved
    ULONG64 DiskBytesRead; // PsUpdateDiskCounters
    ULONG64 DiskBytesWritten;
    ULONG64 DiskReadCount;
    ULONG64 DiskWriteCount;
    ULONG64 DiskFlushCount;
    LONG ExitSynchronizations; // PsAcquireProcessExitSynchronization: the address space stays while > 0
    ULONG DefaultHardErrorProcessing;
    KEVENT ExitSynchronizationEvent;
    UCHAR IoPriority;
    UCHAR PagePriority;
    UCHAR ForegroundProcess;
    UCHAR Reserved2;
    ULONG Reserved3;
    LIST_ENTRY JobLinks; // EJOB.ProcessListHead
} EPROCESS;

#define PSP_PROCESS_CREATE_REPORTED 0x1
#define PSP_PROCESS_DELETING 0x2 // PROCESS_EXITING: no new threads
#define PSP_PROCESS_BREAK_ON_TERMINATION 0x4
#define PSP_PROCESS_VETOED 0x8
#define PSP_PROCESS_EXIT_REPORTED 0x10
#define PSP_PROCESS_IMAGES_LOADED 0x20
#define PSP_PROCESS_SUBSYSTEM 0x40 // pico: a minimal process with a provider
#define PSP_PROCESS_MINIMAL 0x80 // no image, no PEB, no TEBs
#define PSP_PROCESS_INHERITS_HANDLES 0x1000 // was created with inherit-handles
#define PSP_PROCESS_CLONED 0x2000 // copy of another process: no create notification

typedef struct _ETHREAD {
    KTHREAD Tcb;
    LARGE_INTEGER CreateTime;
    LARGE_INTEGER ExitTime;
    CLIENT_ID Cid;
    PVOID StartAddress;
    PVOID Win32StartAddress;
    LIST_ENTRY ThreadListEntry;
    ULONG_PTR RundownProtect;
    ULONG CrossThreadFlags; // PSP_THREAD_*
    NTSTATUS ExitStatus;
    LIST_ENTRY IrpList; // IRP.ThreadListEntry
    PVOID StartContext;
    UNICODE_STRING ThreadName;
    ULONG TebSlot; // index + 1, 0: none
    LONG CallbackDepth; // notify callbacks running on this thread
    ULONG CallbackKind;
    ULONG UserCallback; // frame of the KeUserModeCallback that user code runs for, 0: none
    PVOID ImpersonationToken;
    LARGE_INTEGER StartDelay; // user threads of a program: waits this long before the body runs
    KAPC ExitApc;
    PVOID TopLevelIrp;
    PVOID DeviceToVerify;
    PVOID HeldIoObject; // IoCreateSystemThread: object that stays referenced until the thread ends
    PVOID PicoContext; // of the provider
    KTRAP_FRAME *PicoFrame; // pico thread: registers it begins with, in pool; 0 once it has been in user mode
    ULONG64 PicoFsBase;
    ULONG64 PicoGsBase;
    struct _EJOB *Silo; // PsAttachSiloToCurrentThread; 0: not attached, the process' own counts
    ULONG ImpersonationLevel; // with ImpersonationToken: what PsImpersonateClient was told
    UCHAR CopyOnOpen;
    UCHAR EffectiveOnly;
    UCHAR Prefetching;
    UCHAR HardErrorsAreDisabled;
    UCHAR IoPriority;
    UCHAR PagePriority;
    UCHAR HideFromDebugger;
    UCHAR ByIoCreateSystemThread;
} ETHREAD;

// What PAFFINITY_TOKEN points to: the affinity that the thread had before.
typedef struct _PSP_AFFINITY_TOKEN {
    GROUP_AFFINITY Previous;
    PVOID Thread; // that is under the token's affinity, 0: none
} PSP_AFFINITY_TOKEN;

#define PSP_SILO_SLOTS 64
#define PSP_SILO_IS_SILO 1
#define PSP_SILO_SERVER 2 // a server silo that runs
#define PSP_SILO_TERMINATING 4
#define PSP_SILO_GONE 8

// In front of what PsCreateSiloContext returns.
typedef struct _PSP_SILO_CONTEXT {
    ULONG Magic;
    LONG References;
    PVOID Cleanup; // SILO_CONTEXT_CLEANUP_CALLBACK
    ULONG64 Size;
    ULONG64 Reserved;
} PSP_SILO_CONTEXT;

struct _SILO_MONITOR {
    LIST_ENTRY Link; // PS_GLOBALS.SiloMonitors
    ULONG Slot;
    UCHAR MonitorHost;
    UCHAR MonitorExistingSilos;
    UCHAR Started;
    UCHAR Reserved;
    PVOID CreateCallback;
    PVOID TerminateCallback;
};

// A job: processes with common limits.
typedef struct _EJOB {
    KEVENT Event; // signalled when a time limit ends the job
    LIST_ENTRY ProcessListHead; // EPROCESS.JobLinks
    ULONG TotalProcesses;
    ULONG ActiveProcesses;
    ULONG TotalTerminatedProcesses;
    ULONG LimitFlags; // JOB_OBJECT_LIMIT_*
    ULONG ActiveProcessLimit;
    ULONG PriorityClass;
    KAFFINITY Affinity;
    ULONG UIRestrictionsClass;
    ULONG SecurityLimitFlags; // JOB_OBJECT_SECURITY_*
    ULONG JobId;
    ULONG Terminated;
    struct _EJOB *ParentJob;
    ULONG SiloFlags; // PSP_SILO_*, 0: an ordinary job
    LONG SiloHardReferences;
    ULONG SiloSessionId;
    ULONG SiloReserved;
    LIST_ENTRY SiloLink; // PS_GLOBALS.Silos, host included
    GUID SiloContainerId;
    UNICODE_STRING SiloName;
    PVOID SiloSlots[PSP_SILO_SLOTS]; // contexts
    ULONG64 SiloPermanent; // slots that are read-only
} EJOB;

#define PSP_THREAD_TERMINATED 0x1
#define PSP_THREAD_DEAD 0x2
#define PSP_THREAD_SYSTEM 0x10
#define PSP_THREAD_CREATE_REPORTED 0x20
#define PSP_THREAD_NEW_REPORTED 0x40
#define PSP_THREAD_FIRST 0x80
#define PSP_THREAD_EXITING 0x100
#define PSP_THREAD_BODY 0x200
#define PSP_THREAD_BREAK_ON_TERMINATION 0x400

// Notification tables: fixed arrays scanned from slot 0; registration takes the first free slot (reference: callbacks.md 6).
typedef struct _PSP_NOTIFY_SLOT {
    PVOID Routine;
    ULONG Kind; // PSP_NOTIFY_*
    ULONG Flags; // image: PS_IMAGE_NOTIFY_*
    LONG Running;
    ULONG Removing;
    ULONG Calls;
    ULONG Reserved;
    KEVENT Drained;
} PSP_NOTIFY_SLOT;

#define PSP_NOTIFY_PROCESS_LEGACY 1
#define PSP_NOTIFY_PROCESS_EX 2
#define PSP_NOTIFY_PROCESS_EX2 3
#define PSP_NOTIFY_THREAD 4
#define PSP_NOTIFY_THREAD_NONSYSTEM 5
#define PSP_NOTIFY_THREAD_SUBSYSTEMS 6
#define PSP_NOTIFY_IMAGE 7
#define PSP_MAX_NOTIFY 64

// What the threads of a process execute: registered before its first start (scenario blocks).
typedef struct _PSP_PROGRAM_THREAD {
    PVOID Entry; // user address of the body
    PVOID Parameter;
    LONG Priority; // increment over the process' base priority
    ULONG Count; // threads that run the body
    KAFFINITY Affinity; // 0: all
    LONGLONG Delay; // 100 ns
    UNICODE_STRING Name;
} PSP_PROGRAM_THREAD;

typedef struct _PSP_PROGRAM {
    LIST_ENTRY Link;
    UNICODE_STRING ImagePath; // NT path
    LONG ImageIndex; // user image mapped into the process, -1: none
    ULONG ThreadCount;
    UCHAR BasePriority;
    UCHAR Subsystem;
    USHORT Reserved;
    LONGLONG Lifetime; // default body: ends after this time, 0: when it is terminated
    PSP_PROGRAM_THREAD Threads[1];
} PSP_PROGRAM;

// Image that user processes map (ntdll.dll ...): name and size only, one page of headers is mapped.
typedef struct _PSP_KNOWN_IMAGE {
    LIST_ENTRY Link;
    UNICODE_STRING Name; // NT path
    ULONG Size;
    ULONG Reserved;
    PFILE_OBJECT File;
} PSP_KNOWN_IMAGE;

// Everything a process creation carries along (pool block, lives while PspCreateUserProcess runs).
typedef struct _PSP_CREATE {
    PVOID Parent; // EPROCESS for inheritance, referenced
    PVOID Process;
    PVOID Thread;
    PSP_PROGRAM *Program;
    UNICODE_STRING ImagePath; // NT path
    UNICODE_STRING CommandLine;
    PFILE_OBJECT File;
    PVOID StartAddress; // user start of the first thread; 0: from the program
    PVOID Parameter;
    ULONG Subsystem;
    ULONG Suspended;
    ULONG Scenario; // started by the scenario controller: number + 1
    ULONG InheritHandles; // PROCESS_CREATE_FLAGS_INHERIT_HANDLES
    ULONG Reserved;
    HANDLE ProcessHandle;
    HANDLE ThreadHandle;
    PS_CREATE_NOTIFY_INFO NotifyInfo;
} PSP_CREATE;

typedef struct _PS_GLOBALS {
    PEPROCESS PsInitialSystemProcess;
    PEPROCESS PsIdleProcess;
    HANDLE_TABLE *PspCidTable;
    LIST_ENTRY PsActiveProcessHead;
    LIST_ENTRY PsLoadedModuleList; // LDR_DATA_TABLE_ENTRY.InLoadOrderLinks
    ULONG_PTR PsLoadedModuleResource[16];
    ULONG PspCreateProcessNotifyRoutineCount;
    ULONG PspCreateThreadNotifyRoutineCount;
    ULONG PspLoadImageNotifyRoutineCount;
    ULONG NextSequence;
    ULONG NextTokenId;
    ULONG NextJobId;
    PSP_NOTIFY_SLOT PspCreateProcessNotifyRoutine[PSP_MAX_NOTIFY];
    PSP_NOTIFY_SLOT PspCreateThreadNotifyRoutine[PSP_MAX_NOTIFY];
    PSP_NOTIFY_SLOT PspLoadImageNotifyRoutine[PSP_MAX_NOTIFY];
    LIST_ENTRY Programs; // PSP_PROGRAM.Link
    LIST_ENTRY KnownImages; // PSP_KNOWN_IMAGE.Link
    LONGLONG DefaultLifetime; // 100 ns a process without a program lives
    ULONG WindowMap[64]; // pieces of user memory that windows have, one bit each (ps/window.ts)
    ULONG WindowCount;
    PVOID SystemToken;
    PVOID UserToken;
    LIST_ENTRY ReaperListHead; // terminated ETHREADs whose self reference is still to be dropped
    KEVENT ReaperEvent;
    PVOID Script; // PSP_SCRIPT of the scenario controller
    ULONG ScriptLength;
    ULONG ScriptDone;
    KEVENT ScriptEvent;
    ULONG LiveUserProcesses;
    ULONG LiveUserThreads;
    PS_PICO_PROVIDER_ROUTINES PspPicoProviderRoutines; // Size 0: none registered
    ULONG PspPicoRegistrationDisabled; // the core drivers have been loaded
    ULONG LxNextPid;
    LIST_ENTRY LxTasks; // LX_TASK.Link
    PVOID HostSilo;
    LIST_ENTRY Silos; // EJOB.SiloLink
    LIST_ENTRY SiloMonitors; // SILO_MONITOR.Link
    ULONG64 SiloSlotMap; // slots that are allocated
    KEVENT SiloSlotEvent; // a context has left its slot
    ULONG NextSiloSession;
    ULONG SiloReserved;
    LIST_ENTRY QuotaBlocks; // PSP_QUOTA_BLOCK.Link
} PS_GLOBALS;

// A pool block that ExAllocatePoolWithQuota charged to a process; the process stays referenced until the block is freed.
typedef struct _PSP_QUOTA_BLOCK {
    LIST_ENTRY Link;
    PVOID Block;
    PVOID Process;
    ULONG_PTR Amount;
    ULONG PoolType; // 0 nonpaged, 1 paged
    ULONG Reserved;
} PSP_QUOTA_BLOCK;

// ------------------------------------------------------------------ scenario controller
// One operation of the controller thread. The table lies in pool; Status and Result are filled when it has run.
typedef struct _PSP_SCRIPT_STEP {
    ULONG Operation; // PSP_SCRIPT_*
    ULONG State; // 0 to do, 1 running, 2 done
    NTSTATUS Status;
    LONG ImageIndex;
    UNICODE_STRING Name;
    UNICODE_STRING CommandLine;
    PVOID Argument;
    LONGLONG Time; // 100 ns
    PVOID Result;
    ULONG Flags;
    ULONG Count; // processes to start
} PSP_SCRIPT_STEP;
#define PSP_SCRIPT_LOAD_DRIVER 1
#define PSP_SCRIPT_UNLOAD_DRIVER 2
#define PSP_SCRIPT_START_PROCESS 3
#define PSP_SCRIPT_DELAY 4
#define PSP_SCRIPT_WAIT_PROCESSES 5
#define PSP_SCRIPT_SET_VALUE 6
#define PSP_SCRIPT_WAIT_IDLE 7
#define PSP_SCRIPT_END_CHILDREN 8
#define PSP_SCRIPT_FINALLY 9

// ------------------------------------------------------------------ user-mode structures (public offsets of the x64 ones)
typedef struct _PEB_LDR_DATA {
    ULONG Length;
    BOOLEAN Initialized;
    PVOID SsHandle;
    LIST_ENTRY InLoadOrderModuleList;
    LIST_ENTRY InMemoryOrderModuleList;
    LIST_ENTRY InInitializationOrderModuleList;
} PEB_LDR_DATA;

typedef struct _RTL_USER_PROCESS_PARAMETERS {
    ULONG MaximumLength;
    ULONG Length;
    ULONG Flags;
    ULONG DebugFlags;
    HANDLE ConsoleHandle;
    ULONG ConsoleFlags;
    HANDLE StandardInput;
    HANDLE StandardOutput;
    HANDLE StandardError;
    UNICODE_STRING CurrentDirectoryPath;
    HANDLE CurrentDirectoryHandle;
    UNICODE_STRING DllPath;
    UNICODE_STRING ImagePathName;
    UNICODE_STRING CommandLine;
    PVOID Environment;
} RTL_USER_PROCESS_PARAMETERS;

typedef struct _PEB {
    UCHAR InheritedAddressSpace;
    UCHAR ReadImageFileExecOptions;
    UCHAR BeingDebugged;
    UCHAR BitField;
    PVOID Mutant;
    PVOID ImageBaseAddress;
    PEB_LDR_DATA *Ldr;
    RTL_USER_PROCESS_PARAMETERS *ProcessParameters;
    PVOID SubSystemData;
    PVOID ProcessHeap;
    PVOID Reserved[4];
    PVOID KernelCallbackTable; // routines that KeUserModeCallback calls by number
    PVOID Reserved3[11];
    ULONG NumberOfProcessors;
    ULONG NtGlobalFlag;
    PVOID Reserved2[11];
    ULONG OSMajorVersion;
    ULONG OSMinorVersion;
    USHORT OSBuildNumber;
    USHORT OSCSDVersion;
    ULONG OSPlatformId;
    ULONG SessionIdPad[102];
    ULONG SessionId;
} PEB;

typedef struct _TEB {
    PVOID ExceptionList;
    PVOID StackBase;
    PVOID StackLimit;
    PVOID SubSystemTib;
    PVOID FiberData;
    PVOID ArbitraryUserPointer;
    struct _TEB *Self;
    PVOID EnvironmentPointer;
    CLIENT_ID ClientId;
    PVOID ActiveRpcHandle;
    PVOID ThreadLocalStoragePointer;
    struct _PEB *ProcessEnvironmentBlock;
    ULONG LastErrorValue;
    ULONG CountOfOwnedCriticalSections;
    PVOID CsrClientThread;
    PVOID Win32ThreadInfo;
    PVOID TlsSlots[64];
} TEB;

// ------------------------------------------------------------------ I/O manager
// Entry of PsLoadedModuleList (public names and order of the loader's structure).
typedef struct _LDR_DATA_TABLE_ENTRY {
    LIST_ENTRY InLoadOrderLinks;
    LIST_ENTRY InMemoryOrderLinks;
    LIST_ENTRY InInitializationOrderLinks;
    PVOID DllBase;
    PVOID EntryPoint;
    ULONG SizeOfImage;
    UNICODE_STRING FullDllName;
    UNICODE_STRING BaseDllName;
    ULONG Flags; // 0x20: linked with /INTEGRITYCHECK
    USHORT LoadCount;
    USHORT TlsIndex;
    LIST_ENTRY HashLinks;
    PVOID SectionPointer;
    ULONG CheckSum;
    ULONG TimeDateStamp;
    PVOID LoadedImports;
    PVOID PatchInformation;
    // ours
    LONG ImageIndex;
    ULONG Unloading;
    PDRIVER_OBJECT DriverObject;
} LDR_DATA_TABLE_ENTRY;
#define LDRP_IMAGE_INTEGRITY_FORCED 0x20

// In front of the private part of a DRIVER_OBJECT (object body), after the public structure.
typedef struct _IOP_DRIVER {
    DRIVER_OBJECT Object;
    DRIVER_EXTENSION Extension;
    LDR_DATA_TABLE_ENTRY *Module;
    UNICODE_STRING RegistryPath;
    ULONG State; // IOP_DRIVER_*
    NTSTATUS EntryStatus;
    LONG OutstandingWorkItems;
    ULONG ReinitializeCount;
    LIST_ENTRY Link; // IO_GLOBALS.Drivers
    LIST_ENTRY ExtensionList; // IoAllocateDriverObjectExtension
} IOP_DRIVER;
#define IOP_DRIVER_LOADING 1
#define IOP_DRIVER_STARTED 2
#define IOP_DRIVER_UNLOADING 3
#define IOP_DRIVER_UNLOADED 4
#define IOP_DRIVER_FAILED 5

typedef struct _IOP_CLIENT_EXTENSION {
    LIST_ENTRY Link;
    PVOID Identification;
    ULONG Size;
    ULONG Reserved;
} IOP_CLIENT_EXTENSION;

// DEVOBJ_EXTENSION as far as the simulation needs it (DEVICE_OBJECT.DeviceObjectExtension points here).
typedef struct _IOP_DEVICE_EXTENSION {
    SHORT Type;
    USHORT Size;
    PDEVICE_OBJECT DeviceObject;
    ULONG PowerFlags;
    ULONG ExtensionFlags; // DOE_DELETE_PENDING 2 ...
    PDEVICE_OBJECT AttachedTo;
    LONG StartIoCount;
    ULONG Reserved;
    PIO_TIMER_ROUTINE TimerRoutine;
    PVOID TimerContext;
    LIST_ENTRY TimerLink;
    ULONG TimerActive;
    ULONG OpenCount;
    LIST_ENTRY ShutdownLink;
    ULONG ShutdownRegistered;
    ULONG WorkItems;
    PVOID DeviceNode; // DEVICE_NODE of a physical device object, else 0
} IOP_DEVICE_EXTENSION;

struct _IO_WORKITEM {
    WORK_QUEUE_ITEM Item; // must be first: the worker hands its address to IopProcessWorkItem
    PVOID Routine;
    PVOID IoObject;
    PVOID Context;
    ULONG Type; // 0 IO_WORKITEM_ROUTINE, 1 _EX
    ULONG Queued;
    LIST_ENTRY Link; // IO_GLOBALS.WorkItems
};

// One request that a system service made: lives in pool while the service runs.
typedef struct _IOP_REQUEST {
    PIRP Irp;
    PFILE_OBJECT File;
    PDEVICE_OBJECT Device;
    KEVENT Event; // completion
    IO_STATUS_BLOCK Iosb;
    PVOID UserBuffer; // output buffer of the caller
    ULONG OutputLength;
    ULONG CopyBack; // METHOD_BUFFERED: copy SystemBuffer to UserBuffer
    PMDL Mdl;
    ULONG Completed;
    ULONG Cancelled;
    IO_SECURITY_CONTEXT SecurityContext;
    ACCESS_STATE AccessState;
    ULONG Major;
    ULONG Reserved;
} IOP_REQUEST;

typedef struct _IOP_UNLOADED_DRIVER {
    UNICODE_STRING Name;
    PVOID StartAddress;
    PVOID EndAddress;
    LARGE_INTEGER CurrentTime;
} IOP_UNLOADED_DRIVER;

#define IOP_MAX_UNLOADED 50
typedef struct _IO_GLOBALS {
    LIST_ENTRY Drivers; // IOP_DRIVER.Link
    LIST_ENTRY WorkItems; // IO_WORKITEM.Link
    LIST_ENTRY Timers; // IOP_DEVICE_EXTENSION.TimerLink
    LIST_ENTRY ShutdownDevices;
    IOP_UNLOADED_DRIVER MmUnloadedDrivers[IOP_MAX_UNLOADED];
    ULONG MmLastUnloadedDriver;
    ULONG OutstandingIrps;
    PVOID NullDriver; // driver object of files that have no driver
    PVOID DiskDevice; // \Device\HarddiskVolume3: device of file objects of images
    KTIMER Timer;
    KDPC TimerDpc;
    LIST_ENTRY Irps; // IOP_IRP_TAIL of every allocated IRP
    LIST_ENTRY Files; // FCB.Link of every file of the volume that was touched
    ULONG NextFileId;
    KSPIN_LOCK VpbLock;
    LIST_ENTRY Reinitialize; // IOP_REINITIALIZE.Link
    CONFIGURATION_INFORMATION Configuration;
    LIST_ENTRY HardErrors; // IOP_HARD_ERROR.Link: messages that are still to be shown
    ULONG AuxKlibInitialized;
} IO_GLOBALS;

// What stands for the context of a completion routine of IoSetCompletionRoutineEx.
typedef struct _IOP_UNLOAD_SAFE_COMPLETION {
    PDEVICE_OBJECT DeviceObject; // referenced
    PIO_COMPLETION_ROUTINE CompletionRoutine;
    PVOID Context;
} IOP_UNLOAD_SAFE_COMPLETION;

// What ZwLoadDriver and ZwUnloadDriver hand to a system worker thread: lies in the frame of the service, which waits.
typedef struct _IOP_LOAD_PACKET {
    WORK_QUEUE_ITEM Item;
    KEVENT Event;
    UNICODE_STRING ServiceName; // path of the service key
    ULONG Load; // 0: unload
    NTSTATUS Status;
} IOP_LOAD_PACKET;

// A hard error on its way to the thread (or system worker) that shows it.
typedef struct _IOP_HARD_ERROR {
    LIST_ENTRY Link;
    union {
        KAPC Apc;
        WORK_QUEUE_ITEM Item;
    };
    NTSTATUS Status;
    ULONG Reserved;
    UNICODE_STRING String;
    PIRP Irp; // of IoRaiseHardError: completed when the message has been answered
    PDEVICE_OBJECT RealDevice;
    PVPB Vpb;
} IOP_HARD_ERROR;

typedef struct _IOP_REINITIALIZE {
    LIST_ENTRY Link;
    PVOID Driver;
    PVOID Routine;
    PVOID Context;
} IOP_REINITIALIZE;

// ------------------------------------------------------------------ configuration manager
typedef struct _CMP_VALUE {
    LIST_ENTRY Link;
    UNICODE_STRING Name;
    ULONG Type;
    ULONG Length;
    PVOID Data;
} CMP_VALUE;

// A key of the in-memory registry (the "hive"); objects of type Key (CM_KEY_BODY) point to it.
typedef struct _CMP_NODE {
    LIST_ENTRY Link; // in the parent's SubKeys, sorted by name
    LIST_ENTRY SubKeys;
    LIST_ENTRY Values;
    struct _CMP_NODE *Parent;
    UNICODE_STRING Name;
    UNICODE_STRING FullName; // \REGISTRY\MACHINE\...
    LARGE_INTEGER LastWriteTime;
    ULONG Deleted;
    ULONG Bodies;
    ULONG SubKeyCount;
    ULONG ValueCount;
    ULONG_PTR ObjectId;
} CMP_NODE;

typedef struct _CM_KEY_BODY {
    ULONG Type; // 0x6B793032 'ky02'
    ULONG Trans;
    CMP_NODE *KeyControlBlock;
    PVOID ProcessID;
    LIST_ENTRY CallbackContexts;
} CM_KEY_BODY;

typedef struct _CMP_CALLBACK {
    LIST_ENTRY Link; // altitude order, highest first
    LARGE_INTEGER Cookie;
    PVOID Routine;
    PVOID Context;
    UNICODE_STRING Altitude;
    PVOID Driver;
    LONG Running;
    ULONG Removing;
    ULONG Active;
    ULONG Waiters;
    KEVENT Drained;
} CMP_CALLBACK;

typedef struct _CMP_CALL {
    LIST_ENTRY Link;
    CMP_CALLBACK *Callback;
    PVOID CallContext;
} CMP_CALL;

// What CmSetCallbackObjectContext keeps for one callback and one key object.
typedef struct _CMP_OBJECT_CONTEXT {
    LIST_ENTRY Link; // CM_KEY_BODY.CallbackContexts
    LIST_ENTRY All; // CM_GLOBALS.Contexts
    LARGE_INTEGER Cookie;
    PVOID Object;
    PVOID Context;
} CMP_OBJECT_CONTEXT;

// One registry operation while callbacks may see it (pool block of the service).
typedef struct _CMP_OPERATION {
    ULONG PreClass; // REG_NOTIFY_CLASS
    ULONG PostClass;
    PVOID Object;
    LIST_ENTRY Calls; // CMP_CALL: callbacks that saw the pre notification and are owed the post one
    UNICODE_STRING Name; // captured value, key or new name
    ULONG CallContextOffset; // of CallContext in Info
    ULONG Reserved;
    UCHAR Info[0x90]; // the information block of the operation (REG_..._KEY_INFORMATION)
    REG_POST_OPERATION_INFORMATION Post;
    PVOID ResultObject;
    ULONG Disposition;
    ULONG GrantedAccess;
} CMP_OPERATION;

typedef struct _CM_GLOBALS {
    CMP_NODE *Root;
    LIST_ENTRY Callbacks;
    LIST_ENTRY Contexts; // CMP_OBJECT_CONTEXT.All
    LARGE_INTEGER NextCookie;
    ULONG CallbackCount;
    ULONG NextObjectId;
    LIST_ENTRY Notifies; // CMP_NOTIFY.Link
} CM_GLOBALS;

// ------------------------------------------------------------------ security
typedef struct _SEP_TOKEN {
    LUID TokenId;
    LUID AuthenticationId;
    ULONG SessionId;
    ULONG TokenType;
    ULONG Elevated;
    ULONG ImpersonationLevel; // SECURITY_IMPERSONATION_LEVEL of an impersonation token
    ULONG EffectiveOnly;
    ULONG Reserved;
    LUID ModifiedId;
    ULONG64 PrivilegesPresent; // bit n: privilege with LUID n
    ULONG64 PrivilegesEnabled;
    CHAR User[32];
} SEP_TOKEN;
