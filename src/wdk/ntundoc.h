// Exports of ntoskrnl that no WDK header declares. Drivers declare these for themselves, so no other header includes this one; it is the
// contract that the simulated kernel fills for them. Signatures are community knowledge (U) (reference: ps-routines.md section 10).
#pragma once
#include "ntifs.h"
#include "ntimage.h"
#include "ntsysinfo.h"
#include "ntservices.h"
typedef enum _KAPC_ENVIRONMENT { OriginalApcEnvironment, AttachedApcEnvironment, CurrentApcEnvironment, InsertApcEnvironment } KAPC_ENVIRONMENT;
typedef _IRQL_requires_(PASSIVE_LEVEL) VOID KNORMAL_ROUTINE(_In_opt_ PVOID NormalContext, _In_opt_ PVOID SystemArgument1, _In_opt_ PVOID SystemArgument2);
typedef KNORMAL_ROUTINE *PKNORMAL_ROUTINE;
typedef _IRQL_requires_(APC_LEVEL) VOID KKERNEL_ROUTINE(_In_ PKAPC Apc, _Inout_ PKNORMAL_ROUTINE *NormalRoutine, _Inout_ PVOID *NormalContext, _Inout_ PVOID *SystemArgument1, _Inout_ PVOID *SystemArgument2);
typedef KKERNEL_ROUTINE *PKKERNEL_ROUTINE;
typedef VOID KRUNDOWN_ROUTINE(_In_ PKAPC Apc);
typedef KRUNDOWN_ROUTINE *PKRUNDOWN_ROUTINE;
_IRQL_requires_max_(DISPATCH_LEVEL) NTKERNELAPI VOID KeInitializeApc(_Out_ PRKAPC Apc, _In_ PRKTHREAD Thread, _In_ KAPC_ENVIRONMENT Environment, _In_ PKKERNEL_ROUTINE KernelRoutine, _In_opt_ PKRUNDOWN_ROUTINE RundownRoutine, _In_opt_ PKNORMAL_ROUTINE NormalRoutine, _In_ KPROCESSOR_MODE ApcMode, _In_opt_ PVOID NormalContext);
_IRQL_requires_max_(DISPATCH_LEVEL) NTKERNELAPI BOOLEAN KeInsertQueueApc(_Inout_ PRKAPC Apc, _In_opt_ PVOID SystemArgument1, _In_opt_ PVOID SystemArgument2, _In_ KPRIORITY Increment);
_IRQL_requires_max_(DISPATCH_LEVEL) NTKERNELAPI BOOLEAN KeRemoveQueueApc(_Inout_ PRKAPC Apc);
_IRQL_requires_max_(DISPATCH_LEVEL) NTKERNELAPI BOOLEAN KeTestAlertThread(_In_ KPROCESSOR_MODE AlertMode);
_IRQL_requires_max_(DISPATCH_LEVEL) NTKERNELAPI BOOLEAN KeAlertThread(_Inout_ PKTHREAD Thread, _In_ KPROCESSOR_MODE AlertMode);
_IRQL_requires_max_(APC_LEVEL) _Interlock_blocks_ _Interlock_calls_user_mode_ NTKERNELAPI NTSTATUS KeUserModeCallback(_In_ ULONG ApiNumber, _In_opt_ PVOID InputBuffer, _In_ ULONG InputLength, _Outptr_ PVOID *OutputBuffer, _Out_ PULONG OutputLength);
_IRQL_requires_max_(APC_LEVEL) _Interlock_blocks_ NTKERNELAPI ULONG KeRemoveQueueEx(_Inout_ PKQUEUE Queue, _In_ KPROCESSOR_MODE WaitMode, _In_ BOOLEAN Alertable, _In_opt_ PLARGE_INTEGER Timeout, _Out_writes_(Count) PLIST_ENTRY *EntryArray, _In_ ULONG Count);
_IRQL_requires_max_(DISPATCH_LEVEL) NTKERNELAPI PUCHAR PsGetProcessImageFileName(_In_ PEPROCESS Process);
_IRQL_requires_max_(DISPATCH_LEVEL) NTKERNELAPI HANDLE PsGetProcessInheritedFromUniqueProcessId(_In_ PEPROCESS Process);
_IRQL_requires_max_(DISPATCH_LEVEL) NTKERNELAPI PPEB PsGetProcessPeb(_In_ PEPROCESS Process);
_IRQL_requires_max_(DISPATCH_LEVEL) NTKERNELAPI PVOID PsGetProcessWow64Process(_In_ PEPROCESS Process);
_IRQL_requires_max_(DISPATCH_LEVEL) NTKERNELAPI PVOID PsGetCurrentProcessWow64Process(VOID);
_IRQL_requires_max_(DISPATCH_LEVEL) NTKERNELAPI PVOID PsGetProcessSectionBaseAddress(_In_ PEPROCESS Process);
_IRQL_requires_max_(DISPATCH_LEVEL) NTKERNELAPI ULONG PsGetProcessSessionId(_In_ PEPROCESS Process);
_IRQL_requires_max_(DISPATCH_LEVEL) NTKERNELAPI ULONG PsGetProcessSessionIdEx(_In_ PEPROCESS Process);
_IRQL_requires_max_(DISPATCH_LEVEL) NTKERNELAPI ULONG PsGetCurrentProcessSessionId(VOID);
_IRQL_requires_max_(DISPATCH_LEVEL) NTKERNELAPI PVOID PsGetProcessJob(_In_ PEPROCESS Process);
_IRQL_requires_max_(DISPATCH_LEVEL) NTKERNELAPI PVOID PsGetProcessDebugPort(_In_ PEPROCESS Process);
_IRQL_requires_max_(DISPATCH_LEVEL) NTKERNELAPI BOOLEAN PsIsProcessBeingDebugged(_In_ PEPROCESS Process);
_IRQL_requires_max_(DISPATCH_LEVEL) NTKERNELAPI BOOLEAN PsGetProcessExitProcessCalled(_In_ PEPROCESS Process);
_IRQL_requires_max_(DISPATCH_LEVEL) NTKERNELAPI BOOLEAN PsIsProtectedProcess(_In_ PEPROCESS Process);
_IRQL_requires_max_(DISPATCH_LEVEL) NTKERNELAPI BOOLEAN PsIsProtectedProcessLight(_In_ PEPROCESS Process);
_IRQL_requires_max_(DISPATCH_LEVEL) NTKERNELAPI BOOLEAN PsIsSystemProcess(_In_ PEPROCESS Process);
_IRQL_requires_max_(DISPATCH_LEVEL) NTKERNELAPI PVOID PsGetProcessWin32Process(_In_ PEPROCESS Process);
_IRQL_requires_max_(DISPATCH_LEVEL) NTKERNELAPI UCHAR PsGetProcessProtection(_In_ PEPROCESS Process);
_IRQL_requires_max_(DISPATCH_LEVEL) NTKERNELAPI UCHAR PsGetProcessPriorityClass(_In_ PEPROCESS Process);
_IRQL_requires_max_(DISPATCH_LEVEL) NTKERNELAPI PVOID PsGetThreadTeb(_In_ PETHREAD Thread);
_IRQL_requires_max_(DISPATCH_LEVEL) NTKERNELAPI PVOID PsGetThreadWin32Thread(_In_ PETHREAD Thread);
_IRQL_requires_max_(DISPATCH_LEVEL) NTKERNELAPI BOOLEAN PsIsThreadImpersonating(_In_ PETHREAD Thread);
_IRQL_requires_max_(APC_LEVEL) _Interlock_pageable_ _Interlock_blocks_ NTKERNELAPI NTSTATUS PsSuspendProcess(_In_ PEPROCESS Process);
_IRQL_requires_max_(APC_LEVEL) _Interlock_pageable_ NTKERNELAPI NTSTATUS PsResumeProcess(_In_ PEPROCESS Process);
_IRQL_requires_max_(APC_LEVEL) _Interlock_pageable_ _Interlock_blocks_ NTKERNELAPI NTSTATUS PsSuspendThread(_In_ PETHREAD Thread, _Out_opt_ PULONG PreviousSuspendCount);
_IRQL_requires_max_(APC_LEVEL) _Interlock_pageable_ NTKERNELAPI NTSTATUS PsResumeThread(_In_ PETHREAD Thread, _Out_opt_ PULONG PreviousSuspendCount);
_IRQL_requires_max_(APC_LEVEL) _Interlock_pageable_ _Interlock_blocks_ NTKERNELAPI NTSTATUS PsAcquireProcessExitSynchronization(_In_ PEPROCESS Process);
_IRQL_requires_max_(APC_LEVEL) NTKERNELAPI VOID PsReleaseProcessExitSynchronization(_In_ PEPROCESS Process);
_IRQL_requires_max_(APC_LEVEL) _Interlock_pageable_ NTKERNELAPI NTSTATUS PsReferenceProcessFilePointer(_In_ PEPROCESS Process, _Outptr_ PFILE_OBJECT *FileObject);
_IRQL_requires_max_(APC_LEVEL) _Interlock_pageable_ _Must_inspect_result_ NTKERNELAPI NTSTATUS PsLookupProcessThreadByCid(_In_ PCLIENT_ID ClientId, _Outptr_opt_ PEPROCESS *Process, _Outptr_ PETHREAD *Thread);
_IRQL_requires_max_(APC_LEVEL) _Interlock_pageable_ NTKERNELAPI NTSTATUS MmCopyVirtualMemory(_In_ PEPROCESS FromProcess, _In_ PVOID FromAddress, _In_ PEPROCESS ToProcess, _Out_ PVOID ToAddress, _In_ SIZE_T BufferSize, _In_ KPROCESSOR_MODE PreviousMode, _Out_ PSIZE_T NumberOfBytesCopied);
NTKERNELAPI PVOID MmGetVirtualForPhysical(_In_ PHYSICAL_ADDRESS PhysicalAddress);
_IRQL_requires_max_(PASSIVE_LEVEL) _Interlock_pageable_ NTKERNELAPI NTSTATUS ObReferenceObjectByName(_In_ PUNICODE_STRING ObjectName, _In_ ULONG Attributes, _In_opt_ PACCESS_STATE AccessState, _In_ ACCESS_MASK DesiredAccess, _In_ POBJECT_TYPE ObjectType, _In_ KPROCESSOR_MODE AccessMode, _Inout_opt_ PVOID ParseContext, _Outptr_ PVOID *Object);
_IRQL_requires_max_(PASSIVE_LEVEL) _Interlock_pageable_ NTKERNELAPI NTSTATUS ObOpenObjectByName(_In_ POBJECT_ATTRIBUTES ObjectAttributes, _In_ POBJECT_TYPE ObjectType, _In_ KPROCESSOR_MODE AccessMode, _Inout_opt_ PACCESS_STATE AccessState, _In_ ACCESS_MASK DesiredAccess, _Inout_opt_ PVOID ParseContext, _Out_ PHANDLE Handle);
_IRQL_requires_max_(DISPATCH_LEVEL) NTKERNELAPI POBJECT_TYPE ObGetObjectType(_In_ PVOID Object);
_IRQL_requires_max_(PASSIVE_LEVEL) _Interlock_pageable_ NTSYSAPI NTSTATUS ZwQuerySystemInformation(_In_ SYSTEM_INFORMATION_CLASS SystemInformationClass, _Out_writes_bytes_opt_(SystemInformationLength) PVOID SystemInformation, _In_ ULONG SystemInformationLength, _Out_opt_ PULONG ReturnLength);
_IRQL_requires_max_(PASSIVE_LEVEL) _Interlock_pageable_ NTSYSAPI NTSTATUS NtQuerySystemInformation(_In_ SYSTEM_INFORMATION_CLASS SystemInformationClass, _Out_writes_bytes_opt_(SystemInformationLength) PVOID SystemInformation, _In_ ULONG SystemInformationLength, _Out_opt_ PULONG ReturnLength);
_IRQL_requires_max_(PASSIVE_LEVEL) _Interlock_pageable_ NTSYSAPI NTSTATUS ZwQueryInformationProcess(_In_ HANDLE ProcessHandle, _In_ PROCESSINFOCLASS ProcessInformationClass, _Out_writes_bytes_opt_(ProcessInformationLength) PVOID ProcessInformation, _In_ ULONG ProcessInformationLength, _Out_opt_ PULONG ReturnLength);
_IRQL_requires_max_(PASSIVE_LEVEL) _Interlock_pageable_ NTSYSAPI NTSTATUS NtQueryInformationProcess(_In_ HANDLE ProcessHandle, _In_ PROCESSINFOCLASS ProcessInformationClass, _Out_writes_bytes_opt_(ProcessInformationLength) PVOID ProcessInformation, _In_ ULONG ProcessInformationLength, _Out_opt_ PULONG ReturnLength);
_IRQL_requires_max_(PASSIVE_LEVEL) _Interlock_pageable_ NTSYSAPI NTSTATUS ZwSetInformationProcess(_In_ HANDLE ProcessHandle, _In_ PROCESSINFOCLASS ProcessInformationClass, _In_reads_bytes_(ProcessInformationLength) PVOID ProcessInformation, _In_ ULONG ProcessInformationLength);
_IRQL_requires_max_(PASSIVE_LEVEL) _Interlock_pageable_ NTSYSAPI NTSTATUS ZwQueryInformationThread(_In_ HANDLE ThreadHandle, _In_ THREADINFOCLASS ThreadInformationClass, _Out_writes_bytes_opt_(ThreadInformationLength) PVOID ThreadInformation, _In_ ULONG ThreadInformationLength, _Out_opt_ PULONG ReturnLength);
_IRQL_requires_max_(PASSIVE_LEVEL) _Interlock_pageable_ NTSYSAPI NTSTATUS NtQueryInformationThread(_In_ HANDLE ThreadHandle, _In_ THREADINFOCLASS ThreadInformationClass, _Out_writes_bytes_opt_(ThreadInformationLength) PVOID ThreadInformation, _In_ ULONG ThreadInformationLength, _Out_opt_ PULONG ReturnLength);
_IRQL_requires_max_(PASSIVE_LEVEL) _Interlock_pageable_ _Must_inspect_result_ NTSYSAPI NTSTATUS ZwOpenThread(_Out_ PHANDLE ThreadHandle, _In_ ACCESS_MASK DesiredAccess, _In_ POBJECT_ATTRIBUTES ObjectAttributes, _In_opt_ PCLIENT_ID ClientId);
_IRQL_requires_max_(PASSIVE_LEVEL) _Interlock_pageable_ _Must_inspect_result_ NTSYSAPI NTSTATUS NtOpenThread(_Out_ PHANDLE ThreadHandle, _In_ ACCESS_MASK DesiredAccess, _In_ POBJECT_ATTRIBUTES ObjectAttributes, _In_opt_ PCLIENT_ID ClientId);
_IRQL_requires_max_(PASSIVE_LEVEL) _Interlock_pageable_ _Interlock_blocks_ NTSYSAPI NTSTATUS ZwTerminateThread(_In_opt_ HANDLE ThreadHandle, _In_ NTSTATUS ExitStatus);
_IRQL_requires_max_(PASSIVE_LEVEL) _Interlock_pageable_ _Interlock_blocks_ NTSYSAPI NTSTATUS NtTerminateThread(_In_opt_ HANDLE ThreadHandle, _In_ NTSTATUS ExitStatus);
_IRQL_requires_max_(PASSIVE_LEVEL) _Interlock_pageable_ NTSYSAPI NTSTATUS ZwOpenProcessToken(_In_ HANDLE ProcessHandle, _In_ ACCESS_MASK DesiredAccess, _Out_ PHANDLE TokenHandle);
_IRQL_requires_max_(PASSIVE_LEVEL) _Interlock_pageable_ NTSYSAPI NTSTATUS ZwOpenThreadToken(_In_ HANDLE ThreadHandle, _In_ ACCESS_MASK DesiredAccess, _In_ BOOLEAN OpenAsSelf, _Out_ PHANDLE TokenHandle);
_IRQL_requires_max_(PASSIVE_LEVEL) _Interlock_pageable_ NTSYSAPI NTSTATUS ZwProtectVirtualMemory(_In_ HANDLE ProcessHandle, _Inout_ PVOID *BaseAddress, _Inout_ PSIZE_T RegionSize, _In_ ULONG NewProtect, _Out_ PULONG OldProtect);
_IRQL_requires_max_(PASSIVE_LEVEL) _Interlock_pageable_ NTSYSAPI NTSTATUS ZwQueryDirectoryObject(_In_ HANDLE DirectoryHandle, _Out_writes_bytes_(Length) PVOID Buffer, _In_ ULONG Length, _In_ BOOLEAN ReturnSingleEntry, _In_ BOOLEAN RestartScan, _Inout_ PULONG Context, _Out_opt_ PULONG ReturnLength);
_IRQL_requires_max_(PASSIVE_LEVEL) NTSYSAPI NTSTATUS ZwYieldExecution(VOID);
_IRQL_requires_max_(APC_LEVEL) NTSYSAPI PIMAGE_NT_HEADERS RtlImageNtHeader(_In_ PVOID Base);
_IRQL_requires_max_(APC_LEVEL) NTSYSAPI PVOID RtlImageDirectoryEntryToData(_In_ PVOID Base, _In_ BOOLEAN MappedAsImage, _In_ USHORT DirectoryEntry, _Out_ PULONG Size);
_IRQL_requires_max_(APC_LEVEL) NTSYSAPI PVOID RtlFindExportedRoutineByName(_In_ PVOID Base, _In_z_ PCSTR RoutineName);
_IRQL_requires_max_(PASSIVE_LEVEL) NTSYSAPI LONG RtlCompareUnicodeStrings(_In_reads_(String1Length) PCWCH String1, _In_ SIZE_T String1Length, _In_reads_(String2Length) PCWCH String2, _In_ SIZE_T String2Length, _In_ BOOLEAN CaseInSensitive);
_IRQL_requires_max_(APC_LEVEL) NTKERNELAPI BOOLEAN ExEnumHandleTable(_In_ PVOID HandleTable, _In_ PVOID EnumHandleProcedure, _In_opt_ PVOID EnumParameter, _Out_opt_ PHANDLE Handle);
_IRQL_requires_max_(PASSIVE_LEVEL) _Interlock_pageable_ NTSYSAPI NTSTATUS ZwGetNextProcess(_In_opt_ HANDLE ProcessHandle, _In_ ACCESS_MASK DesiredAccess, _In_ ULONG HandleAttributes, _In_ ULONG Flags, _Out_ PHANDLE NewProcessHandle);
_IRQL_requires_max_(PASSIVE_LEVEL) _Interlock_pageable_ NTSYSAPI NTSTATUS ZwGetNextThread(_In_ HANDLE ProcessHandle, _In_opt_ HANDLE ThreadHandle, _In_ ACCESS_MASK DesiredAccess, _In_ ULONG HandleAttributes, _In_ ULONG Flags, _Out_ PHANDLE NewThreadHandle);
