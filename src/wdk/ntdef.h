// The basic NT types and macros with their Windows x64 (LLP64) sizes, shared by drivers (wdm.h) and scenario bodies (windows.h).
#pragma once
#include "sal.h"
#include "stddef.h"
#include "basetsd.h"
#include "guiddef.h"

#ifndef _WIN64
#define _WIN64 1
#endif
#ifndef _WIN32
#define _WIN32 1
#endif
#ifndef _AMD64_
#define _AMD64_ 1
#endif
#ifndef _M_AMD64
#define _M_AMD64 100
#endif
#ifndef _M_X64
#define _M_X64 100
#endif
#ifndef NTDDI_VERSION
#define NTDDI_VERSION 0x0A00000C
#endif
#ifndef _WIN32_WINNT
#define _WIN32_WINNT 0x0A00
#endif
#ifndef WINVER
#define WINVER _WIN32_WINNT
#endif
#define _WIN32_WINNT_WIN7 0x0601
#define _WIN32_WINNT_WIN8 0x0602
#define _WIN32_WINNT_WINBLUE 0x0603
#define _WIN32_WINNT_WIN10 0x0A00
#define NTDDI_WINXP 0x05010000
#define NTDDI_WS03 0x05020000
#define NTDDI_LONGHORN 0x06000000
#define NTDDI_VISTA 0x06000000
#define NTDDI_VISTASP1 0x06000100
#define NTDDI_WIN7 0x06010000
#define NTDDI_WIN8 0x06020000
#define NTDDI_WINBLUE 0x06030000
#define NTDDI_WINTHRESHOLD 0x0A000000
#define NTDDI_WIN10 0x0A000000
#define NTDDI_WIN10_TH2 0x0A000001
#define NTDDI_WIN10_RS1 0x0A000002
#define NTDDI_WIN10_RS2 0x0A000003
#define NTDDI_WIN10_RS3 0x0A000004
#define NTDDI_WIN10_RS4 0x0A000005
#define NTDDI_WIN10_RS5 0x0A000006
#define NTDDI_WIN10_19H1 0x0A000007
#define NTDDI_WIN10_VB 0x0A000008
#define NTDDI_WIN10_MN 0x0A000009
#define NTDDI_WIN10_FE 0x0A00000A
#define NTDDI_WIN10_CO 0x0A00000B
#define NTDDI_WIN10_NI 0x0A00000C
#define NTDDI_WIN10_CU 0x0A00000D
#define NTDDI_WIN11_ZN 0x0A00000E
#define NTDDI_WIN11_GA 0x0A00000F
#define NTDDI_WIN11_GE 0x0A000010
#define OSVERSION_MASK 0xFFFF0000

#ifndef VOID
#define VOID void
#endif
#ifndef CONST
#define CONST const
#endif
#define FALSE 0
#define TRUE 1
#define NTAPI __stdcall
#define FASTCALL __fastcall
#define CDECL __cdecl
#define NTAPI_INLINE NTAPI
#define CDECL_NON_WVMPURE __cdecl
#define FORCEINLINE __forceinline
#define CFORCEINLINE __forceinline
#define DECLSPEC_IMPORT __declspec(dllimport)
#define DECLSPEC_EXPORT __declspec(dllexport)
#define DECLSPEC_NORETURN __declspec(noreturn)
#define DECLSPEC_NOINLINE __declspec(noinline)
#define DECLSPEC_ALIGN(n) __declspec(align(n))
#define DECLSPEC_CACHEALIGN __declspec(align(64))
#define DECLSPEC_ALLOCATE(s) __declspec(allocate(s))
#define DECLSPEC_DEPRECATED __declspec(deprecated)
#define DECLSPEC_DEPRECATED_DDK
#define DECLSPEC_DEPRECATED_DDK_WIN2K
#define DECLSPEC_RESTRICT
#define DECLSPEC_NOTHROW
#define DECLSPEC_GUARD_SUPPRESS
#ifndef DECLSPEC_SELECTANY
#define DECLSPEC_SELECTANY __declspec(selectany)
#endif
#define DECLSPEC_UUID(x)
#define DECLSPEC_NOVTABLE
#define DECLSPEC_ADDRSAFE
#define POINTER_ALIGNMENT __declspec(align(8))
#define MAX_NATURAL_ALIGNMENT 8
#define MEMORY_ALLOCATION_ALIGNMENT 16
#define SYSTEM_CACHE_ALIGNMENT_SIZE 64
#define UNALIGNED __unaligned
#define UNALIGNED64 __unaligned
#define RESTRICTED_POINTER __restrict
#define NTSYSAPI
#define NTSYSCALLAPI
#define NTKERNELAPI
#define NTHALAPI
#define NTNLSAPI
#define NTXIAPI
#define EXTERN_C_START
#define EXTERN_C_END
#define DUMMYUNIONNAME
#define DUMMYUNIONNAME2
#define DUMMYUNIONNAME3
#define DUMMYUNIONNAME4
#define DUMMYSTRUCTNAME
#define DUMMYSTRUCTNAME2
#define DUMMYSTRUCTNAME3
#define _ANONYMOUS_STRUCT
#define _ANONYMOUS_UNION
#define __volatile volatile
#define POINTER_64 __ptr64
#define POINTER_32 __ptr32
#define POINTER_SIGNED
#define POINTER_UNSIGNED

typedef char CHAR, *PCHAR, *LPCH, *PCH, *NPSTR, *LPSTR, *PSTR, CCHAR, *PCCHAR, *PSZ;
typedef const char *LPCCH, *PCCH, *LPCSTR, *PCSTR, *PCSZ;
typedef PSTR *PZPSTR;
typedef PCSTR *PZPCSTR;
typedef signed char SCHAR, *PSCHAR;
typedef unsigned char UCHAR, *PUCHAR, BOOLEAN, *PBOOLEAN;
typedef const unsigned char *PCUCHAR;
typedef short SHORT, *PSHORT, CSHORT, *PCSHORT;
typedef unsigned short USHORT, *PUSHORT;
typedef const unsigned short *PCUSHORT;
typedef long LONG, *PLONG, NTSTATUS, *PNTSTATUS, HRESULT;
typedef unsigned long ULONG, *PULONG, LOGICAL, *PLOGICAL, CLONG, *PCLONG, LCID, *PLCID;
typedef const unsigned long *PCULONG;
typedef int INT, *PINT;
typedef unsigned int UINT, *PUINT;
typedef float FLOAT, *PFLOAT;
typedef double DOUBLE;
typedef __int64 LONGLONG, *PLONGLONG, USN;
typedef unsigned __int64 ULONGLONG, *PULONGLONG, DWORDLONG, *PDWORDLONG, QWORD, *PQWORD;
typedef wchar_t WCHAR, *PWCHAR, *LPWCH, *PWCH, *NWPSTR, *LPWSTR, *PWSTR;
typedef const wchar_t *LPCWCH, *PCWCH, *LPCWSTR, *PCWSTR, *PCNZWCH, *LPCWCHAR;
typedef PWSTR *PZPWSTR, PZZWSTR, PNZWCH;
typedef PCWSTR *PZPCWSTR, PCZZWSTR;
typedef wchar_t __unaligned *PUWSTR;
typedef const wchar_t __unaligned *PCUWSTR;
typedef unsigned short LANGID;
typedef void *PVOID, *LPVOID, *HANDLE, *PVOID64;
typedef const void *PCVOID, *LPCVOID;
typedef HANDLE *PHANDLE;
typedef UCHAR KIRQL, *PKIRQL;
typedef CCHAR KPROCESSOR_MODE;
typedef LONG KPRIORITY;
typedef ULONG ACCESS_MASK, *PACCESS_MASK;
typedef ULONG_PTR KSPIN_LOCK, *PKSPIN_LOCK;
typedef ULONG DEVICE_TYPE;
typedef enum _MODE { KernelMode, UserMode, MaximumMode } MODE;

#define MINCHAR 0x80
#define MAXCHAR 0x7f
#define MINSHORT 0x8000
#define MAXSHORT 0x7fff
#define MINLONG 0x80000000
#define MAXLONG 0x7fffffff
#define MAXUCHAR 0xff
#define MAXUSHORT 0xffff
#define MAXULONG 0xffffffff
#define MAXDWORD 0xffffffff
#define MAXLONGLONG 0x7fffffffffffffffLL
#define MAXULONGLONG 0xffffffffffffffffULL
#define UNICODE_NULL ((WCHAR)0)
#define ANSI_NULL ((CHAR)0)
#define UNICODE_STRING_MAX_BYTES ((USHORT)65534)
#define UNICODE_STRING_MAX_CHARS (32767)
#define ANYSIZE_ARRAY 1

typedef union _LARGE_INTEGER {
  struct { ULONG LowPart; LONG HighPart; };
  struct { ULONG LowPart; LONG HighPart; } u;
  LONGLONG QuadPart;
} LARGE_INTEGER, *PLARGE_INTEGER;
typedef union _ULARGE_INTEGER {
  struct { ULONG LowPart; ULONG HighPart; };
  struct { ULONG LowPart; ULONG HighPart; } u;
  ULONGLONG QuadPart;
} ULARGE_INTEGER, *PULARGE_INTEGER;
typedef LARGE_INTEGER PHYSICAL_ADDRESS, *PPHYSICAL_ADDRESS;
typedef struct _LUID { ULONG LowPart; LONG HighPart; } LUID, *PLUID;
typedef struct _STRING { USHORT Length; USHORT MaximumLength; _Field_size_bytes_part_opt_(MaximumLength, Length) PCHAR Buffer; }
  STRING, *PSTRING, ANSI_STRING, *PANSI_STRING, OEM_STRING, *POEM_STRING, UTF8_STRING, *PUTF8_STRING;
typedef const STRING *PCSTRING, *PCANSI_STRING, *PCOEM_STRING, *PCUTF8_STRING;

typedef struct _UNICODE_STRING { USHORT Length; USHORT MaximumLength; _Field_size_bytes_part_opt_(MaximumLength, Length) PWCH Buffer; }
  UNICODE_STRING, *PUNICODE_STRING;
typedef const UNICODE_STRING *PCUNICODE_STRING;
typedef struct _LIST_ENTRY { struct _LIST_ENTRY *Flink; struct _LIST_ENTRY *Blink; } LIST_ENTRY, *PLIST_ENTRY;
typedef struct _SINGLE_LIST_ENTRY { struct _SINGLE_LIST_ENTRY *Next; } SINGLE_LIST_ENTRY, *PSINGLE_LIST_ENTRY;
typedef struct LIST_ENTRY32 { ULONG Flink; ULONG Blink; } LIST_ENTRY32, *PLIST_ENTRY32;
typedef struct LIST_ENTRY64 { ULONGLONG Flink; ULONGLONG Blink; } LIST_ENTRY64, *PLIST_ENTRY64;
typedef struct _OBJECT_ATTRIBUTES {
  ULONG Length; HANDLE RootDirectory; PUNICODE_STRING ObjectName; ULONG Attributes; PVOID SecurityDescriptor; PVOID SecurityQualityOfService;
} OBJECT_ATTRIBUTES, *POBJECT_ATTRIBUTES;
typedef const OBJECT_ATTRIBUTES *PCOBJECT_ATTRIBUTES;
typedef struct _CLIENT_ID { HANDLE UniqueProcess; HANDLE UniqueThread; } CLIENT_ID, *PCLIENT_ID;
typedef struct _IO_STATUS_BLOCK { union { NTSTATUS Status; PVOID Pointer; }; ULONG_PTR Information; } IO_STATUS_BLOCK, *PIO_STATUS_BLOCK;
typedef struct _PROCESSOR_NUMBER { USHORT Group; UCHAR Number; UCHAR Reserved; } PROCESSOR_NUMBER, *PPROCESSOR_NUMBER;
typedef struct _GROUP_AFFINITY { KAFFINITY Mask; USHORT Group; USHORT Reserved[3]; } GROUP_AFFINITY, *PGROUP_AFFINITY;
typedef struct DECLSPEC_ALIGN(16) _M128A { ULONGLONG Low; LONGLONG High; } M128A, *PM128A;
typedef enum _EVENT_TYPE { NotificationEvent, SynchronizationEvent } EVENT_TYPE;
typedef enum _TIMER_TYPE { NotificationTimer, SynchronizationTimer } TIMER_TYPE;
typedef enum _WAIT_TYPE { WaitAll, WaitAny, WaitNotification, WaitDequeue, WaitDpc } WAIT_TYPE;
typedef enum _NT_PRODUCT_TYPE { NtProductWinNt = 1, NtProductLanManNt, NtProductServer } NT_PRODUCT_TYPE, *PNT_PRODUCT_TYPE;
typedef enum _SUITE_TYPE {
  SmallBusiness, Enterprise, BackOffice, CommunicationServer, TerminalServer, SmallBusinessRestricted, EmbeddedNT, DataCenter, SingleUserTS, Personal, Blade,
  EmbeddedRestricted, SecurityAppliance, StorageServer, ComputeServer, WHServer, PhoneNT
} SUITE_TYPE;
typedef struct _QUAD { double UseThisFieldToCopy; } QUAD, *PQUAD, UQUAD, *PUQUAD;

#define OBJ_INHERIT 0x00000002L
#define OBJ_PERMANENT 0x00000010L
#define OBJ_EXCLUSIVE 0x00000020L
#define OBJ_CASE_INSENSITIVE 0x00000040L
#define OBJ_OPENIF 0x00000080L
#define OBJ_OPENLINK 0x00000100L
#define OBJ_KERNEL_HANDLE 0x00000200L
#define OBJ_FORCE_ACCESS_CHECK 0x00000400L
#define OBJ_IGNORE_IMPERSONATED_DEVICEMAP 0x00000800L
#define OBJ_DONT_REPARSE 0x00001000L
#define OBJ_VALID_ATTRIBUTES 0x00001FF2L
#define InitializeObjectAttributes(p, n, a, r, s) \
  { (p)->Length = sizeof(OBJECT_ATTRIBUTES); (p)->RootDirectory = r; (p)->Attributes = a; (p)->ObjectName = n; \
    (p)->SecurityDescriptor = s; (p)->SecurityQualityOfService = NULL; }
#define RTL_INIT_OBJECT_ATTRIBUTES(n, a) { sizeof(OBJECT_ATTRIBUTES), NULL, n, a, NULL, NULL }
#define RTL_CONSTANT_OBJECT_ATTRIBUTES(n, a) { sizeof(OBJECT_ATTRIBUTES), NULL, n, a, NULL, NULL }
#define RTL_CONSTANT_STRING(s) { sizeof(s) - sizeof((s)[0]), sizeof(s), s }
#define DECLARE_CONST_UNICODE_STRING(v, s) \
  const WCHAR v##_buffer[] = s; const UNICODE_STRING v = { sizeof(s) - sizeof(WCHAR), sizeof(s), (PWCH)v##_buffer }
#define DECLARE_GLOBAL_CONST_UNICODE_STRING(v, s) extern const UNICODE_STRING v; DECLARE_CONST_UNICODE_STRING(v, s)
#define DECLARE_UNICODE_STRING_SIZE(v, n) WCHAR v##_buffer[n]; UNICODE_STRING v = { 0, (n) * sizeof(WCHAR), v##_buffer }

#define NT_SUCCESS(s) (((NTSTATUS)(s)) >= 0)
#define NT_INFORMATION(s) ((((ULONG)(s)) >> 30) == 1)
#define NT_WARNING(s) ((((ULONG)(s)) >> 30) == 2)
#define NT_ERROR(s) ((((ULONG)(s)) >> 30) == 3)
#define NT_FACILITY_MASK 0xfff
#define NT_FACILITY_SHIFT 16
#define NT_FACILITY(s) ((((ULONG)(s)) >> NT_FACILITY_SHIFT) & NT_FACILITY_MASK)
#define APPLICATION_ERROR_MASK 0x20000000
#define ERROR_SEVERITY_SUCCESS 0x00000000
#define ERROR_SEVERITY_INFORMATIONAL 0x40000000
#define ERROR_SEVERITY_WARNING 0x80000000
#define ERROR_SEVERITY_ERROR 0xC0000000

#define FIELD_OFFSET(t, f) ((LONG)__builtin_offsetof(t, f))
#define UFIELD_OFFSET(t, f) ((ULONG)__builtin_offsetof(t, f))
#define RTL_FIELD_SIZE(t, f) (sizeof(((t *)0)->f))
#define RTL_SIZEOF_THROUGH_FIELD(t, f) (FIELD_OFFSET(t, f) + RTL_FIELD_SIZE(t, f))
#define RTL_CONTAINS_FIELD(s, n, f) ((((PCHAR)(&(s)->f)) + sizeof((s)->f)) <= (((PCHAR)(s)) + (n)))
#define RTL_NUMBER_OF(a) (sizeof(a) / sizeof((a)[0]))
#define RTL_NUMBER_OF_V1(a) RTL_NUMBER_OF(a)
#define RTL_NUMBER_OF_V2(a) RTL_NUMBER_OF(a)
#define RTL_NUMBER_OF_FIELD(t, f) (RTL_NUMBER_OF(((t *)0)->f))
#define RTL_FIELD_TYPE(t, f) (((t *)0)->f)
#define RTL_PADDING_BETWEEN_FIELDS(t, a, b) (FIELD_OFFSET(t, b) - FIELD_OFFSET(t, a) - RTL_FIELD_SIZE(t, a))
#define ARRAYSIZE(a) RTL_NUMBER_OF(a)
#ifndef _countof
#define _countof(a) (sizeof(a) / sizeof((a)[0]))
#endif
#define _ARRAYSIZE(a) RTL_NUMBER_OF(a)
#define CONTAINING_RECORD(p, t, f) ((t *)((PCHAR)(p) - (ULONG_PTR)__builtin_offsetof(t, f)))
#define C_ASSERT(e) _Static_assert(e, #e)
#define TYPE_ALIGNMENT(t) ((LONG)__alignof(t))
#define PROBE_ALIGNMENT(t) TYPE_ALIGNMENT(t)
#define UNREFERENCED_PARAMETER(p) ((void)(p))
#define DBG_UNREFERENCED_PARAMETER(p) ((void)(p))
#define DBG_UNREFERENCED_LOCAL_VARIABLE(v) ((void)(v))
#define DEFAULT_UNREACHABLE default: __assume(0)
#define __noop(...) ((void)0)
#define __annotation(...) ((void)0)
#ifndef min
#define min(a, b) (((a) < (b)) ? (a) : (b))
#endif
#ifndef max
#define max(a, b) (((a) > (b)) ? (a) : (b))
#endif
#define NOTHING
#define IS_ALIGNED(p, a) (((ULONG_PTR)(p) & ((a) - 1)) == 0)
#define Add2Ptr(p, n) ((PVOID)((PUCHAR)(p) + (n)))
#define RtlOffsetToPointer(b, o) ((PCHAR)(((PCHAR)(b)) + ((ULONG_PTR)(o))))
#define RtlPointerToOffset(b, p) ((ULONG)(((PCHAR)(p)) - ((PCHAR)(b))))
#define FlagOn(f, b) ((f) & (b))
#define BooleanFlagOn(f, b) ((BOOLEAN)(((f) & (b)) != 0))
#define SetFlag(f, b) ((f) |= (b))
#define ClearFlag(f, b) ((f) &= ~(b))
#define ARGUMENT_PRESENT(p) ((CHAR *)((ULONG_PTR)(p)) != (CHAR *)NULL)
#define Int32x32To64(a, b) (((__int64)((long)(a))) * ((__int64)((long)(b))))
#define UInt32x32To64(a, b) (((unsigned __int64)((unsigned int)(a))) * ((unsigned __int64)((unsigned int)(b))))
#define Int64ShllMod32(a, b) (((unsigned __int64)(a)) << (b))
#define Int64ShraMod32(a, b) (((__int64)(a)) >> (b))
#define Int64ShrlMod32(a, b) (((unsigned __int64)(a)) >> (b))
#define DEFINE_ENUM_FLAG_OPERATORS(t)
#define STATIC_ASSERT(e) _Static_assert(e, #e)
#define __TEXT(s) L##s
#define __CONCAT_(a, b) a##b
#define MAKEWORD(a, b) ((USHORT)(((UCHAR)(a)) | (((USHORT)((UCHAR)(b))) << 8)))
#define MAKELONG(a, b) ((LONG)(((USHORT)(a)) | (((ULONG)((USHORT)(b))) << 16)))
#define LOWORD(l) ((USHORT)(l))
#define HIWORD(l) ((USHORT)(((ULONG)(l)) >> 16))
#define LOBYTE(w) ((UCHAR)(w))
#define HIBYTE(w) ((UCHAR)(((USHORT)(w)) >> 8))
#define SORT_DEFAULT 0
#define LANG_NEUTRAL 0
#define SUBLANG_DEFAULT 1
#define LANG_ENGLISH 9
#define MAKELANGID(p, s) ((((USHORT)(s)) << 10) | (USHORT)(p))
