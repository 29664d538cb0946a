// Interface between the kernel and the paired driver of a subsystem (pico provider). It is not in the WDK: names and layouts are those that the community
// has published (reference: subsystem-processes.md 4), so a driver includes this header by name. Sizes differ by build: SubsystemInformationType came with
// Windows 10 1703 (RS2), the create information of CreateThread with 1703 and that of CreateProcess with 1803 (RS4); here is the newest form.
#pragma once
#include <ntddk.h>
#include "ntprocinfo.h"

// ------------------------------------------------------------------ registers of a thread that is in the kernel (public symbols, x64)
typedef struct _KTRAP_FRAME {
  ULONG64 P1Home, P2Home, P3Home, P4Home, P5;
  KPROCESSOR_MODE PreviousMode;
  KIRQL PreviousIrql;
  UCHAR FaultIndicator;
  UCHAR ExceptionActive;
  ULONG MxCsr;
  ULONG64 Rax, Rcx, Rdx, R8, R9, R10, R11;
  union { ULONG64 GsBase; ULONG64 GsSwap; };
  M128A Xmm0, Xmm1, Xmm2, Xmm3, Xmm4, Xmm5;
  union { ULONG64 FaultAddress; ULONG64 ContextRecord; };
  ULONG64 Dr0, Dr1, Dr2, Dr3, Dr6, Dr7;
  ULONG64 DebugControl, LastBranchToRip, LastBranchFromRip, LastExceptionToRip, LastExceptionFromRip;
  USHORT SegDs, SegEs, SegFs, SegGs;
  ULONG64 TrapFrame;
  ULONG64 Rbx, Rdi, Rsi, Rbp;
  union { ULONG64 ErrorCode; ULONG64 ExceptionFrame; };
  ULONG64 Rip;
  USHORT SegCs;
  UCHAR Fill0;
  UCHAR Logging;
  USHORT Fill1[2];
  ULONG EFlags;
  ULONG Fill2;
  ULONG64 Rsp;
  USHORT SegSs;
  USHORT Fill3;
  ULONG Fill4;
} KTRAP_FRAME;

typedef struct _KEXCEPTION_FRAME {
  ULONG64 P1Home, P2Home, P3Home, P4Home, P5;
  ULONG64 Spare1;
  M128A Xmm6, Xmm7, Xmm8, Xmm9, Xmm10, Xmm11, Xmm12, Xmm13, Xmm14, Xmm15;
  ULONG64 TrapFrame;
  ULONG64 OutputBuffer;
  ULONG64 OutputLength;
  ULONG64 Spare2;
  ULONG64 MxCsr;
  ULONG64 Rbp, Rbx, Rdi, Rsi, R12, R13, R14, R15;
  ULONG64 Return;
} KEXCEPTION_FRAME, *PKEXCEPTION_FRAME;

typedef struct _KADDRESS_RANGE_DESCRIPTOR { ULONG_PTR Address; SIZE_T Size; } KADDRESS_RANGE_DESCRIPTOR;

// ------------------------------------------------------------------ kernel -> provider
typedef struct _PS_PICO_SYSTEM_CALL_INFORMATION { PKTRAP_FRAME TrapFrame; } PS_PICO_SYSTEM_CALL_INFORMATION, *PPS_PICO_SYSTEM_CALL_INFORMATION;

// Every `syscall` of a pico thread, at PASSIVE_LEVEL: number in Rax, arguments in Rdi, Rsi, Rdx, R10, R8, R9; the result goes into Rax.
typedef VOID PS_PICO_PROVIDER_SYSTEM_CALL_DISPATCH(_In_ PPS_PICO_SYSTEM_CALL_INFORMATION SystemCall);
typedef PS_PICO_PROVIDER_SYSTEM_CALL_DISPATCH *PPS_PICO_PROVIDER_SYSTEM_CALL_DISPATCH;
typedef VOID PS_PICO_PROVIDER_THREAD_EXIT(_In_ PETHREAD Thread);
typedef PS_PICO_PROVIDER_THREAD_EXIT *PPS_PICO_PROVIDER_THREAD_EXIT;
typedef VOID PS_PICO_PROVIDER_PROCESS_EXIT(_In_ PEPROCESS Process);
typedef PS_PICO_PROVIDER_PROCESS_EXIT *PPS_PICO_PROVIDER_PROCESS_EXIT;
// TRUE: handled, the thread goes on with the registers of the trap frame.
typedef BOOLEAN PS_PICO_PROVIDER_DISPATCH_EXCEPTION(
  _Inout_ PEXCEPTION_RECORD ExceptionRecord, _Inout_ PKEXCEPTION_FRAME ExceptionFrame, _Inout_ PKTRAP_FRAME TrapFrame, _In_ ULONG Chance,
  _In_ KPROCESSOR_MODE PreviousMode);
typedef PS_PICO_PROVIDER_DISPATCH_EXCEPTION *PPS_PICO_PROVIDER_DISPATCH_EXCEPTION;
typedef NTSTATUS PS_PICO_PROVIDER_TERMINATE_PROCESS(_In_ PEPROCESS Process, _In_ NTSTATUS TerminateStatus);
typedef PS_PICO_PROVIDER_TERMINATE_PROCESS *PPS_PICO_PROVIDER_TERMINATE_PROCESS;
// Frames written.
typedef ULONG PS_PICO_PROVIDER_WALK_USER_STACK(_In_ PKTRAP_FRAME TrapFrame, _Out_ PVOID *Callers, _In_ ULONG FrameCount);
typedef PS_PICO_PROVIDER_WALK_USER_STACK *PPS_PICO_PROVIDER_WALK_USER_STACK;
// The kernel frees the string (one block of pool) after use.
typedef NTSTATUS PS_PICO_GET_ALLOCATED_PROCESS_IMAGE_NAME(_In_ PEPROCESS Process, _Outptr_ PUNICODE_STRING *ImageName);
typedef PS_PICO_GET_ALLOCATED_PROCESS_IMAGE_NAME *PPS_PICO_GET_ALLOCATED_PROCESS_IMAGE_NAME;

typedef struct _PS_PICO_PROVIDER_ROUTINES {
  SIZE_T Size;
  PPS_PICO_PROVIDER_SYSTEM_CALL_DISPATCH DispatchSystemCall;
  PPS_PICO_PROVIDER_THREAD_EXIT ExitThread;
  PPS_PICO_PROVIDER_PROCESS_EXIT ExitProcess;
  PPS_PICO_PROVIDER_DISPATCH_EXCEPTION DispatchException;
  PPS_PICO_PROVIDER_TERMINATE_PROCESS TerminateProcess;
  PPS_PICO_PROVIDER_WALK_USER_STACK WalkUserStack;
  const KADDRESS_RANGE_DESCRIPTOR *ProtectedRanges;
  PPS_PICO_GET_ALLOCATED_PROCESS_IMAGE_NAME GetAllocatedProcessImageName;
  ACCESS_MASK OpenProcess; // what others may have of pico processes at most
  ACCESS_MASK OpenThread;
  SUBSYSTEM_INFORMATION_TYPE SubsystemInformationType;
} PS_PICO_PROVIDER_ROUTINES, *PPS_PICO_PROVIDER_ROUTINES;

// ------------------------------------------------------------------ provider -> kernel
#define PS_PICO_CREATE_PROCESS_CLONE_PARENT 0x1 // fork: the new process begins with a copy of the parent's address space
#define PS_PICO_CREATE_PROCESS_INHERIT_HANDLES 0x2
#define PS_PICO_CREATE_PROCESS_CLONE_REDUCED_COMMIT 0x4
#define PS_PICO_CREATE_PROCESS_BREAKAWAY 0x8
#define PS_PICO_CREATE_PROCESS_PACKAGED_PROCESS 0x10

typedef struct _PS_PICO_PROCESS_ATTRIBUTES {
  HANDLE ParentProcess; // NULL: the current process
  HANDLE Token; // NULL: the parent's
  PVOID Context;
  ULONG Flags;
} PS_PICO_PROCESS_ATTRIBUTES, *PPS_PICO_PROCESS_ATTRIBUTES;

typedef struct _PS_PICO_THREAD_ATTRIBUTES {
  HANDLE Process;
  ULONG_PTR UserStack;
  ULONG_PTR StartRoutine;
  ULONG_PTR StartParameter1;
  ULONG_PTR StartParameter2;
  ULONG64 UserFsBase;
  ULONG64 UserGsBase;
  ULONG_PTR Rax, Rcx, Rdx, Rbx, Rsp, Rbp, Rsi, Rdi, R8, R9, R10, R11, R12, R13, R14, R15;
  PVOID Context;
} PS_PICO_THREAD_ATTRIBUTES, *PPS_PICO_THREAD_ATTRIBUTES;

// What notify callbacks see of a process.
typedef struct _PS_PICO_CREATE_INFO {
  struct _FILE_OBJECT *FileObject;
  PUNICODE_STRING ImageFileName;
  PUNICODE_STRING CommandLine;
} PS_PICO_CREATE_INFO, *PPS_PICO_CREATE_INFO;

typedef enum _PS_PICO_THREAD_DESCRIPTOR_TYPE { PicoThreadDescriptorTypeFs, PicoThreadDescriptorTypeGs } PS_PICO_THREAD_DESCRIPTOR_TYPE;

// Handles that the kernel gives back are kernel handles.
typedef NTSTATUS PS_PICO_CREATE_PROCESS(_In_ PPS_PICO_PROCESS_ATTRIBUTES ProcessAttributes, _In_opt_ PPS_PICO_CREATE_INFO CreateInfo, _Out_ PHANDLE ProcessHandle);
typedef PS_PICO_CREATE_PROCESS *PPS_PICO_CREATE_PROCESS;
typedef NTSTATUS PS_PICO_CREATE_THREAD(_In_ PPS_PICO_THREAD_ATTRIBUTES ThreadAttributes, _In_opt_ PPS_PICO_CREATE_INFO CreateInfo, _Out_ PHANDLE ThreadHandle);
typedef PS_PICO_CREATE_THREAD *PPS_PICO_CREATE_THREAD;
typedef PVOID PS_PICO_GET_PROCESS_CONTEXT(_In_ PEPROCESS Process);
typedef PS_PICO_GET_PROCESS_CONTEXT *PPS_PICO_GET_PROCESS_CONTEXT;
typedef PVOID PS_PICO_GET_THREAD_CONTEXT(_In_ PETHREAD Thread);
typedef PS_PICO_GET_THREAD_CONTEXT *PPS_PICO_GET_THREAD_CONTEXT;
typedef NTSTATUS PS_PICO_GET_CONTEXT_THREAD_INTERNAL(
  _In_ PETHREAD Thread, _Inout_ PCONTEXT ThreadContext, _In_ KPROCESSOR_MODE ProbeMode, _In_ KPROCESSOR_MODE CtxMode, _In_ BOOLEAN PerformUnwind);
typedef PS_PICO_GET_CONTEXT_THREAD_INTERNAL *PPS_PICO_GET_CONTEXT_THREAD_INTERNAL;
typedef NTSTATUS PS_PICO_SET_CONTEXT_THREAD_INTERNAL(
  _In_ PETHREAD Thread, _In_ PCONTEXT ThreadContext, _In_ KPROCESSOR_MODE ProbeMode, _In_ KPROCESSOR_MODE CtxMode, _In_ BOOLEAN PerformUnwind);
typedef PS_PICO_SET_CONTEXT_THREAD_INTERNAL *PPS_PICO_SET_CONTEXT_THREAD_INTERNAL;
typedef NTSTATUS PS_PICO_TERMINATE_THREAD(_In_ PETHREAD Thread, _In_ NTSTATUS ExitStatus, _In_ BOOLEAN DirectTerminate);
typedef PS_PICO_TERMINATE_THREAD *PPS_PICO_TERMINATE_THREAD;
typedef NTSTATUS PS_PICO_RESUME_THREAD(_In_ PETHREAD Thread, _Out_opt_ PULONG PreviousSuspendCount);
typedef PS_PICO_RESUME_THREAD *PPS_PICO_RESUME_THREAD;
typedef VOID PS_PICO_SET_THREAD_DESCRIPTOR_BASE(_In_ PS_PICO_THREAD_DESCRIPTOR_TYPE Type, _In_ ULONG_PTR Base);
typedef PS_PICO_SET_THREAD_DESCRIPTOR_BASE *PPS_PICO_SET_THREAD_DESCRIPTOR_BASE;
typedef NTSTATUS PS_PICO_SUSPEND_THREAD(_In_ PETHREAD Thread, _Out_opt_ PULONG PreviousSuspendCount);
typedef PS_PICO_SUSPEND_THREAD *PPS_PICO_SUSPEND_THREAD;
typedef NTSTATUS PS_PICO_TERMINATE_PROCESS(_In_ PEPROCESS Process, _In_ NTSTATUS ExitStatus);
typedef PS_PICO_TERMINATE_PROCESS *PPS_PICO_TERMINATE_PROCESS;

typedef struct _PS_PICO_ROUTINES {
  SIZE_T Size;
  PPS_PICO_CREATE_PROCESS CreateProcess;
  PPS_PICO_CREATE_THREAD CreateThread;
  PPS_PICO_GET_PROCESS_CONTEXT GetProcessContext;
  PPS_PICO_GET_THREAD_CONTEXT GetThreadContext;
  PPS_PICO_GET_CONTEXT_THREAD_INTERNAL GetContextThreadInternal;
  PPS_PICO_SET_CONTEXT_THREAD_INTERNAL SetContextThreadInternal;
  PPS_PICO_TERMINATE_THREAD TerminateThread;
  PPS_PICO_RESUME_THREAD ResumeThread;
  PPS_PICO_SET_THREAD_DESCRIPTOR_BASE SetThreadDescriptorBase;
  PPS_PICO_SUSPEND_THREAD SuspendThread;
  PPS_PICO_TERMINATE_PROCESS TerminateProcess;
} PS_PICO_ROUTINES, *PPS_PICO_ROUTINES;

// STATUS_INFO_LENGTH_MISMATCH: a Size is not that of this build. STATUS_TOO_LATE: the core drivers (`boot-start` in a scenario) have been loaded, or there is a
// provider already. There is no way back: a provider stays loaded.
_IRQL_requires_max_(PASSIVE_LEVEL) NTKERNELAPI NTSTATUS PsRegisterPicoProvider(_In_ PPS_PICO_PROVIDER_ROUTINES ProviderRoutines, _Inout_ PPS_PICO_ROUTINES PicoRoutines);

// Interlock's own, in the place of an ELF loader: maps the bodies that the scenario has for the path ("/bin/bash"; a path without a block gets a program that
// lives for a moment and ends) into a pico process that has nothing mapped yet, with a stack. StartRoutine and UserStack are for CreateThread.
_IRQL_requires_max_(PASSIVE_LEVEL) NTKERNELAPI NTSTATUS InterlockMapPicoProgram(_In_ HANDLE Process, _In_ PCUNICODE_STRING Path, _Out_ PULONG_PTR StartRoutine, _Out_ PULONG_PTR UserStack);
