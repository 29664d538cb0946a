// What scenario bodies may call: a subset of Win32 over the simulated kernel, and helpers of Interlock.
#pragma once
#define _WINDOWS_
#define INTERLOCK_NO_LOWER_CASE_SEH
#include "winnt.h"
#include "excpt.h"
#include "winerror.h"
#include "ntstatus.h"
#include "string.h"
#include "stdio.h"
#include "stdlib.h"
#include "intrin.h"
#include "winioctl.h"
#include "winternl.h"

#define INVALID_HANDLE_VALUE ((HANDLE)(LONG_PTR)-1)
#define INFINITE 0xFFFFFFFF
#define WAIT_FAILED ((DWORD)0xFFFFFFFF)
#define WAIT_OBJECT_0 0
#define WAIT_ABANDONED 0x80
#define WAIT_ABANDONED_0 0x80
#define WAIT_IO_COMPLETION 0xC0
#define WAIT_TIMEOUT 258
#define STILL_ACTIVE 259
#define CREATE_NEW 1
#define CREATE_ALWAYS 2
#define OPEN_EXISTING 3
#define OPEN_ALWAYS 4
#define TRUNCATE_EXISTING 5
#define FILE_FLAG_WRITE_THROUGH 0x80000000
#define FILE_FLAG_OVERLAPPED 0x40000000
#define FILE_FLAG_NO_BUFFERING 0x20000000
#define FILE_FLAG_DELETE_ON_CLOSE 0x04000000
#define FILE_FLAG_BACKUP_SEMANTICS 0x02000000
#define CREATE_SUSPENDED 0x00000004
#define CREATE_NO_WINDOW 0x08000000
#define IDLE_PRIORITY_CLASS 0x00000040
#define BELOW_NORMAL_PRIORITY_CLASS 0x00004000
#define NORMAL_PRIORITY_CLASS 0x00000020
#define ABOVE_NORMAL_PRIORITY_CLASS 0x00008000
#define HIGH_PRIORITY_CLASS 0x00000080
#define REALTIME_PRIORITY_CLASS 0x00000100
#define THREAD_PRIORITY_IDLE (-15)
#define THREAD_PRIORITY_LOWEST (-2)
#define THREAD_PRIORITY_BELOW_NORMAL (-1)
#define THREAD_PRIORITY_NORMAL 0
#define THREAD_PRIORITY_ABOVE_NORMAL 1
#define THREAD_PRIORITY_HIGHEST 2
#define THREAD_PRIORITY_TIME_CRITICAL 15
#define THREAD_PRIORITY_ERROR_RETURN 0x7FFFFFFF
#define ALL_PROCESSOR_GROUPS 0xffff
#define STARTF_USESTDHANDLES 0x00000100
#define HEAP_ZERO_MEMORY 0x00000008
#define ZeroMemory(d, n) memset((d), 0, (n))
#define CopyMemory(d, s, n) memcpy((d), (s), (n))
#define FillMemory(d, n, v) memset((d), (v), (n))
#define RtlZeroMemory(d, n) memset((d), 0, (n))
#define RtlCopyMemory(d, s, n) memcpy((d), (s), (n))

typedef struct _SECURITY_ATTRIBUTES { DWORD nLength; LPVOID lpSecurityDescriptor; BOOL bInheritHandle; } SECURITY_ATTRIBUTES, *PSECURITY_ATTRIBUTES, *LPSECURITY_ATTRIBUTES;
typedef struct _OVERLAPPED { ULONG_PTR Internal; ULONG_PTR InternalHigh; union { struct { DWORD Offset; DWORD OffsetHigh; }; PVOID Pointer; }; HANDLE hEvent; } OVERLAPPED, *LPOVERLAPPED;
typedef struct _PROCESS_INFORMATION { HANDLE hProcess; HANDLE hThread; DWORD dwProcessId; DWORD dwThreadId; } PROCESS_INFORMATION, *PPROCESS_INFORMATION, *LPPROCESS_INFORMATION;
typedef struct _STARTUPINFOW {
  DWORD cb; LPWSTR lpReserved; LPWSTR lpDesktop; LPWSTR lpTitle; DWORD dwX; DWORD dwY; DWORD dwXSize; DWORD dwYSize; DWORD dwXCountChars; DWORD dwYCountChars;
  DWORD dwFillAttribute; DWORD dwFlags; WORD wShowWindow; WORD cbReserved2; LPBYTE lpReserved2; HANDLE hStdInput; HANDLE hStdOutput; HANDLE hStdError;
} STARTUPINFOW, *LPSTARTUPINFOW, STARTUPINFO;
typedef struct _PROC_THREAD_ATTRIBUTE_LIST *PPROC_THREAD_ATTRIBUTE_LIST, *LPPROC_THREAD_ATTRIBUTE_LIST;
typedef struct _STARTUPINFOEXW { STARTUPINFOW StartupInfo; LPPROC_THREAD_ATTRIBUTE_LIST lpAttributeList; } STARTUPINFOEXW, *LPSTARTUPINFOEXW, STARTUPINFOEX;
#define EXTENDED_STARTUPINFO_PRESENT 0x00080000
#define PROC_THREAD_ATTRIBUTE_PARENT_PROCESS 0x00020000
#define LOAD_LIBRARY_AS_DATAFILE 0x00000002
#define LOAD_LIBRARY_AS_IMAGE_RESOURCE 0x00000020
#define LOAD_LIBRARY_AS_DATAFILE_EXCLUSIVE 0x00000040
typedef DWORD (WINAPI *PTHREAD_START_ROUTINE)(LPVOID Parameter);
typedef PTHREAD_START_ROUTINE LPTHREAD_START_ROUTINE;

HANDLE WINAPI CreateFileW(_In_z_ LPCWSTR FileName, _In_ DWORD DesiredAccess, _In_ DWORD ShareMode, _In_opt_ LPSECURITY_ATTRIBUTES SecurityAttributes, _In_ DWORD CreationDisposition, _In_ DWORD FlagsAndAttributes, _In_opt_ HANDLE TemplateFile);
BOOL WINAPI DeviceIoControl(_In_ HANDLE Device, _In_ DWORD IoControlCode, _In_reads_bytes_opt_(InBufferSize) LPVOID InBuffer, _In_ DWORD InBufferSize, _Out_writes_bytes_opt_(OutBufferSize) LPVOID OutBuffer, _In_ DWORD OutBufferSize, _Out_opt_ LPDWORD BytesReturned, _Inout_opt_ LPOVERLAPPED Overlapped);
BOOL WINAPI ReadFile(_In_ HANDLE File, _Out_writes_bytes_opt_(Length) LPVOID Buffer, _In_ DWORD Length, _Out_opt_ LPDWORD Read, _Inout_opt_ LPOVERLAPPED Overlapped);
BOOL WINAPI WriteFile(_In_ HANDLE File, _In_reads_bytes_opt_(Length) LPCVOID Buffer, _In_ DWORD Length, _Out_opt_ LPDWORD Written, _Inout_opt_ LPOVERLAPPED Overlapped);
BOOL WINAPI CancelIo(_In_ HANDLE File);
BOOL WINAPI CancelIoEx(_In_ HANDLE File, _In_opt_ LPOVERLAPPED Overlapped);
BOOL WINAPI GetOverlappedResult(_In_ HANDLE File, _In_ LPOVERLAPPED Overlapped, _Out_ LPDWORD Transferred, _In_ BOOL Wait);
BOOL WINAPI CloseHandle(_In_ HANDLE Object);
BOOL WINAPI DuplicateHandle(_In_ HANDLE SourceProcess, _In_ HANDLE Source, _In_ HANDLE TargetProcess, _Out_opt_ LPHANDLE Target, _In_ DWORD DesiredAccess, _In_ BOOL InheritHandle, _In_ DWORD Options);
#define HANDLE_FLAG_INHERIT 0x00000001
#define HANDLE_FLAG_PROTECT_FROM_CLOSE 0x00000002
BOOL WINAPI GetHandleInformation(_In_ HANDLE Object, _Out_ LPDWORD Flags);
BOOL WINAPI SetHandleInformation(_In_ HANDLE Object, _In_ DWORD Mask, _In_ DWORD Flags);
VOID WINAPI Sleep(_In_ DWORD Milliseconds);
DWORD WINAPI SleepEx(_In_ DWORD Milliseconds, _In_ BOOL Alertable);
BOOL WINAPI SwitchToThread(VOID);
typedef VOID (NTAPI *PAPCFUNC)(ULONG_PTR Parameter);
typedef enum _QUEUE_USER_APC_FLAGS { QUEUE_USER_APC_FLAGS_NONE = 0, QUEUE_USER_APC_FLAGS_SPECIAL_USER_APC = 1 } QUEUE_USER_APC_FLAGS;
DWORD WINAPI QueueUserAPC(_In_ PAPCFUNC Routine, _In_ HANDLE Thread, _In_ ULONG_PTR Data);
BOOL WINAPI QueueUserAPC2(_In_ PAPCFUNC Routine, _In_ HANDLE Thread, _In_ ULONG_PTR Data, _In_ QUEUE_USER_APC_FLAGS Flags);
DWORD WINAPI GetLastError(VOID);
VOID WINAPI SetLastError(_In_ DWORD Code);
HANDLE WINAPI CreateThread(_In_opt_ LPSECURITY_ATTRIBUTES Attributes, _In_ SIZE_T StackSize, _In_ LPTHREAD_START_ROUTINE StartAddress, _In_opt_ LPVOID Parameter, _In_ DWORD CreationFlags, _Out_opt_ LPDWORD ThreadId);
HANDLE WINAPI CreateRemoteThread(_In_ HANDLE Process, _In_opt_ LPSECURITY_ATTRIBUTES Attributes, _In_ SIZE_T StackSize, _In_ LPTHREAD_START_ROUTINE StartAddress, _In_opt_ LPVOID Parameter, _In_ DWORD CreationFlags, _Out_opt_ LPDWORD ThreadId);
DWORD WINAPI SuspendThread(_In_ HANDLE Thread);
DWORD WINAPI ResumeThread(_In_ HANDLE Thread);
BOOL WINAPI TerminateThread(_In_ HANDLE Thread, _In_ DWORD ExitCode);
BOOL WINAPI GetExitCodeThread(_In_ HANDLE Thread, _Out_ LPDWORD ExitCode);
BOOL WINAPI SetThreadPriority(_In_ HANDLE Thread, _In_ int Priority);
int WINAPI GetThreadPriority(_In_ HANDLE Thread);
BOOL WINAPI SetThreadPriorityBoost(_In_ HANDLE Thread, _In_ BOOL DisableBoost);
BOOL WINAPI GetThreadPriorityBoost(_In_ HANDLE Thread, _Out_ PBOOL DisableBoost);
DWORD_PTR WINAPI SetThreadAffinityMask(_In_ HANDLE Thread, _In_ DWORD_PTR Mask);
BOOL WINAPI SetThreadGroupAffinity(_In_ HANDLE Thread, _In_ const GROUP_AFFINITY *Affinity, _Out_opt_ PGROUP_AFFINITY Previous);
BOOL WINAPI GetThreadGroupAffinity(_In_ HANDLE Thread, _Out_ PGROUP_AFFINITY Affinity);
DWORD WINAPI SetThreadIdealProcessor(_In_ HANDLE Thread, _In_ DWORD Processor);
BOOL WINAPI SetThreadIdealProcessorEx(_In_ HANDLE Thread, _In_ PPROCESSOR_NUMBER Processor, _Out_opt_ PPROCESSOR_NUMBER Previous);
BOOL WINAPI GetThreadIdealProcessorEx(_In_ HANDLE Thread, _Out_ PPROCESSOR_NUMBER Processor);
DWORD WINAPI GetCurrentProcessorNumber(VOID);
VOID WINAPI GetCurrentProcessorNumberEx(_Out_ PPROCESSOR_NUMBER Processor);
DWORD WINAPI GetActiveProcessorCount(_In_ WORD Group);
DWORD WINAPI GetMaximumProcessorCount(_In_ WORD Group);
WORD WINAPI GetActiveProcessorGroupCount(VOID);
WORD WINAPI GetMaximumProcessorGroupCount(VOID);
HANDLE WINAPI OpenThread(_In_ DWORD DesiredAccess, _In_ BOOL InheritHandle, _In_ DWORD ThreadId);
DECLSPEC_NORETURN VOID WINAPI ExitThread(_In_ DWORD ExitCode);
HANDLE WINAPI GetCurrentThread(VOID);
DWORD WINAPI GetCurrentThreadId(VOID);
DWORD WINAPI GetThreadId(_In_ HANDLE Thread);
BOOL WINAPI CreateProcessW(_In_opt_z_ LPCWSTR ApplicationName, _Inout_opt_z_ LPWSTR CommandLine, _In_opt_ LPSECURITY_ATTRIBUTES ProcessAttributes, _In_opt_ LPSECURITY_ATTRIBUTES ThreadAttributes, _In_ BOOL InheritHandles, _In_ DWORD CreationFlags, _In_opt_ LPVOID Environment, _In_opt_z_ LPCWSTR CurrentDirectory, _In_ LPSTARTUPINFOW StartupInfo, _Out_ LPPROCESS_INFORMATION ProcessInformation);
BOOL WINAPI InitializeProcThreadAttributeList(_Out_opt_ LPPROC_THREAD_ATTRIBUTE_LIST List, _In_ DWORD Count, _Reserved_ DWORD Flags, _Inout_ PSIZE_T Size);
BOOL WINAPI UpdateProcThreadAttribute(_Inout_ LPPROC_THREAD_ATTRIBUTE_LIST List, _In_ DWORD Flags, _In_ DWORD_PTR Attribute, _In_reads_bytes_opt_(Size) PVOID Value, _In_ SIZE_T Size, _Out_opt_ PVOID PreviousValue, _Out_opt_ PSIZE_T ReturnSize);
VOID WINAPI DeleteProcThreadAttributeList(_Inout_ LPPROC_THREAD_ATTRIBUTE_LIST List);
HANDLE WINAPI OpenProcess(_In_ DWORD DesiredAccess, _In_ BOOL InheritHandle, _In_ DWORD ProcessId);
BOOL WINAPI TerminateProcess(_In_ HANDLE Process, _In_ UINT ExitCode);
DECLSPEC_NORETURN VOID WINAPI ExitProcess(_In_ UINT ExitCode);
BOOL WINAPI GetExitCodeProcess(_In_ HANDLE Process, _Out_ LPDWORD ExitCode);
BOOL WINAPI SetPriorityClass(_In_ HANDLE Process, _In_ DWORD PriorityClass);
DWORD WINAPI GetPriorityClass(_In_ HANDLE Process);
BOOL WINAPI SetProcessPriorityBoost(_In_ HANDLE Process, _In_ BOOL DisableBoost);
BOOL WINAPI GetProcessPriorityBoost(_In_ HANDLE Process, _Out_ PBOOL DisableBoost);
BOOL WINAPI SetProcessAffinityMask(_In_ HANDLE Process, _In_ DWORD_PTR Mask);
BOOL WINAPI GetProcessAffinityMask(_In_ HANDLE Process, _Out_ PDWORD_PTR ProcessMask, _Out_ PDWORD_PTR SystemMask);
HANDLE WINAPI GetCurrentProcess(VOID);
DWORD WINAPI GetCurrentProcessId(VOID);
DWORD WINAPI GetProcessId(_In_ HANDLE Process);
DWORD WINAPI WaitForSingleObject(_In_ HANDLE Handle, _In_ DWORD Milliseconds);
DWORD WINAPI WaitForSingleObjectEx(_In_ HANDLE Handle, _In_ DWORD Milliseconds, _In_ BOOL Alertable);
DWORD WINAPI WaitForMultipleObjects(_In_ DWORD Count, _In_reads_(Count) const HANDLE *Handles, _In_ BOOL All, _In_ DWORD Milliseconds);
HANDLE WINAPI CreateEventW(_In_opt_ LPSECURITY_ATTRIBUTES Attributes, _In_ BOOL ManualReset, _In_ BOOL InitialState, _In_opt_z_ LPCWSTR Name);
HANDLE WINAPI OpenEventW(_In_ DWORD DesiredAccess, _In_ BOOL InheritHandle, _In_z_ LPCWSTR Name);
BOOL WINAPI SetEvent(_In_ HANDLE Event);
BOOL WINAPI ResetEvent(_In_ HANDLE Event);
HANDLE WINAPI CreateMutexW(_In_opt_ LPSECURITY_ATTRIBUTES Attributes, _In_ BOOL InitialOwner, _In_opt_z_ LPCWSTR Name);
BOOL WINAPI ReleaseMutex(_In_ HANDLE Mutex);
HANDLE WINAPI CreateSemaphoreW(_In_opt_ LPSECURITY_ATTRIBUTES Attributes, _In_ LONG InitialCount, _In_ LONG MaximumCount, _In_opt_z_ LPCWSTR Name);
BOOL WINAPI ReleaseSemaphore(_In_ HANDLE Semaphore, _In_ LONG ReleaseCount, _Out_opt_ LPLONG PreviousCount);
HMODULE WINAPI LoadLibraryW(_In_z_ LPCWSTR FileName);
HMODULE WINAPI LoadLibraryExW(_In_z_ LPCWSTR FileName, _Reserved_ HANDLE File, _In_ DWORD Flags);
typedef HANDLE HDESK;
#define DESKTOP_READOBJECTS 0x0001
#define DESKTOP_CREATEWINDOW 0x0002
HDESK WINAPI OpenDesktopW(_In_z_ LPCWSTR Desktop, _In_ DWORD Flags, _In_ BOOL Inherit, _In_ ACCESS_MASK DesiredAccess);
BOOL WINAPI CloseDesktop(_In_ HDESK Desktop);
BOOL WINAPI FreeLibrary(_In_ HMODULE Module);
HMODULE WINAPI GetModuleHandleW(_In_opt_z_ LPCWSTR ModuleName);
LPVOID WINAPI VirtualAlloc(_In_opt_ LPVOID Address, _In_ SIZE_T Size, _In_ DWORD AllocationType, _In_ DWORD Protect);
BOOL WINAPI VirtualFree(_In_ LPVOID Address, _In_ SIZE_T Size, _In_ DWORD FreeType);
LPVOID WINAPI VirtualAllocEx(_In_ HANDLE Process, _In_opt_ LPVOID Address, _In_ SIZE_T Size, _In_ DWORD AllocationType, _In_ DWORD Protect);
BOOL WINAPI VirtualProtect(_In_ LPVOID Address, _In_ SIZE_T Size, _In_ DWORD NewProtect, _Out_ PDWORD OldProtect);
BOOL WINAPI ReadProcessMemory(_In_ HANDLE Process, _In_ LPCVOID BaseAddress, _Out_writes_bytes_(Size) LPVOID Buffer, _In_ SIZE_T Size, _Out_opt_ SIZE_T *Read);
BOOL WINAPI WriteProcessMemory(_In_ HANDLE Process, _In_ LPVOID BaseAddress, _In_reads_bytes_(Size) LPCVOID Buffer, _In_ SIZE_T Size, _Out_opt_ SIZE_T *Written);
HANDLE WINAPI GetProcessHeap(VOID);
LPVOID WINAPI HeapAlloc(_In_ HANDLE Heap, _In_ DWORD Flags, _In_ SIZE_T Bytes);
BOOL WINAPI HeapFree(_In_ HANDLE Heap, _In_ DWORD Flags, _In_opt_ LPVOID Block);
DWORD WINAPI GetTickCount(VOID);
ULONGLONG WINAPI GetTickCount64(VOID);
BOOL WINAPI QueryPerformanceCounter(_Out_ LARGE_INTEGER *Count);
BOOL WINAPI QueryPerformanceFrequency(_Out_ LARGE_INTEGER *Frequency);
VOID WINAPI GetSystemTimeAsFileTime(_Out_ LPFILETIME Time);
VOID WINAPI OutputDebugStringA(_In_opt_z_ LPCSTR Text);
VOID WINAPI OutputDebugStringW(_In_opt_z_ LPCWSTR Text);
BOOL WINAPI DeleteFileW(_In_z_ LPCWSTR FileName);
LSTATUS WINAPI RegCreateKeyExW(_In_ HKEY Key, _In_z_ LPCWSTR SubKey, _Reserved_ DWORD Reserved, _In_opt_z_ LPWSTR Class, _In_ DWORD Options, _In_ ACCESS_MASK Access, _In_opt_ LPSECURITY_ATTRIBUTES Attributes, _Out_ PHKEY Result, _Out_opt_ LPDWORD Disposition);
LSTATUS WINAPI RegOpenKeyExW(_In_ HKEY Key, _In_opt_z_ LPCWSTR SubKey, _In_ DWORD Options, _In_ ACCESS_MASK Access, _Out_ PHKEY Result);
LSTATUS WINAPI RegSetValueExW(_In_ HKEY Key, _In_opt_z_ LPCWSTR ValueName, _Reserved_ DWORD Reserved, _In_ DWORD Type, _In_reads_bytes_opt_(Size) const BYTE *Data, _In_ DWORD Size);
LSTATUS WINAPI RegQueryValueExW(_In_ HKEY Key, _In_opt_z_ LPCWSTR ValueName, _Reserved_ LPDWORD Reserved, _Out_opt_ LPDWORD Type, _Out_writes_bytes_opt_(*Size) LPBYTE Data, _Inout_opt_ LPDWORD Size);
LSTATUS WINAPI RegDeleteValueW(_In_ HKEY Key, _In_opt_z_ LPCWSTR ValueName);
LSTATUS WINAPI RegDeleteKeyW(_In_ HKEY Key, _In_z_ LPCWSTR SubKey);
LSTATUS WINAPI RegCloseKey(_In_ HKEY Key);
#define HKEY_CLASSES_ROOT ((HKEY)(ULONG_PTR)0xFFFFFFFF80000000)
#define HKEY_CURRENT_USER ((HKEY)(ULONG_PTR)0xFFFFFFFF80000001)
#define HKEY_LOCAL_MACHINE ((HKEY)(ULONG_PTR)0xFFFFFFFF80000002)
#define HKEY_USERS ((HKEY)(ULONG_PTR)0xFFFFFFFF80000003)
#define CreateFile CreateFileW
#define CreateProcess CreateProcessW
#define CreateEvent CreateEventW
#define OpenEvent OpenEventW
#define CreateMutex CreateMutexW
#define CreateSemaphore CreateSemaphoreW
#define LoadLibrary LoadLibraryW
#define LoadLibraryEx LoadLibraryExW
#define GetModuleHandle GetModuleHandleW
#define OutputDebugString OutputDebugStringW
#define DeleteFile DeleteFileW
#define OpenDesktop OpenDesktopW

HANDLE WINAPI CreateFileMappingW(_In_ HANDLE File, _In_opt_ LPSECURITY_ATTRIBUTES Attributes, _In_ DWORD Protect, _In_ DWORD MaximumSizeHigh, _In_ DWORD MaximumSizeLow, _In_opt_z_ LPCWSTR Name);
HANDLE WINAPI OpenFileMappingW(_In_ DWORD DesiredAccess, _In_ BOOL InheritHandle, _In_z_ LPCWSTR Name);
LPVOID WINAPI MapViewOfFile(_In_ HANDLE Mapping, _In_ DWORD DesiredAccess, _In_ DWORD OffsetHigh, _In_ DWORD OffsetLow, _In_ SIZE_T Bytes);
LPVOID WINAPI MapViewOfFileEx(_In_ HANDLE Mapping, _In_ DWORD DesiredAccess, _In_ DWORD OffsetHigh, _In_ DWORD OffsetLow, _In_ SIZE_T Bytes, _In_opt_ LPVOID BaseAddress);
BOOL WINAPI UnmapViewOfFile(_In_ LPCVOID BaseAddress);
#define FILE_MAP_COPY 0x00000001
#define FILE_MAP_WRITE 0x00000002
#define FILE_MAP_READ 0x00000004
#define FILE_MAP_EXECUTE 0x00000020
#define FILE_MAP_ALL_ACCESS 0x000F001F
#define CreateFileMapping CreateFileMappingW
#define OpenFileMapping OpenFileMappingW

// Helper of Interlock. StartProcess: CreateProcess in one line, answers the process handle (NULL and GetLastError on failure).
HANDLE StartProcess(_In_z_ PCWSTR Image, _In_opt_z_ PCWSTR CommandLine);
// What a click on a window of the process does (NULL: this one): its threads get longer quanta and more priority after a wait, by Win32PrioritySeparation.
BOOL WINAPI SetForegroundProcess(_In_opt_ HANDLE Process, _In_ BOOL Foreground);
// Number of the running thread among those of its `thread NAME count N` block, and of its process among those of its `process PATH count N` block, from 0.
ULONG ThreadNumber(VOID);
ULONG ProcessNumber(VOID);
// Maps the first bytes of an image (0: all) into this process, as MapViewOfFile of a section made with SEC_IMAGE does.
PVOID MapImageView(_In_z_ PCWSTR FileName, _In_ SIZE_T Bytes);
// Opens and closes every device of the drivers under test, as a program that knows nothing about them would.
VOID OpenEachDevice(VOID);
