#pragma once
#include "crtdefs.h"
#include "limits.h"
#ifndef _MAX_PATH
#define _MAX_PATH 260
#define _MAX_DRIVE 3
#define _MAX_DIR 256
#define _MAX_FNAME 256
#define _MAX_EXT 256
#endif
int __cdecl atoi(_In_z_ const char *String);
long __cdecl atol(_In_z_ const char *String);
int __cdecl _wtoi(_In_z_ const wchar_t *String);
long __cdecl _wtol(_In_z_ const wchar_t *String);
long __cdecl strtol(_In_z_ const char *String, _Out_opt_ char **End, _In_ int Radix);
unsigned long __cdecl strtoul(_In_z_ const char *String, _Out_opt_ char **End, _In_ int Radix);
unsigned __int64 __cdecl _strtoui64(_In_z_ const char *String, _Out_opt_ char **End, _In_ int Radix);
long __cdecl wcstol(_In_z_ const wchar_t *String, _Out_opt_ wchar_t **End, _In_ int Radix);
unsigned long __cdecl wcstoul(_In_z_ const wchar_t *String, _Out_opt_ wchar_t **End, _In_ int Radix);
unsigned __int64 __cdecl _wcstoui64(_In_z_ const wchar_t *String, _Out_opt_ wchar_t **End, _In_ int Radix);
__int64 __cdecl _atoi64(_In_z_ const char *String);
__int64 __cdecl _wtoi64(_In_z_ const wchar_t *String);
char *__cdecl _ltoa(_In_ long Value, _Out_writes_z_(_Inexpressible_) char *Buffer, _In_ int Radix);
char *__cdecl _ultoa(_In_ unsigned long Value, _Out_writes_z_(_Inexpressible_) char *Buffer, _In_ int Radix);
char *__cdecl _i64toa(_In_ __int64 Value, _Out_writes_z_(_Inexpressible_) char *Buffer, _In_ int Radix);
char *__cdecl _ui64toa(_In_ unsigned __int64 Value, _Out_writes_z_(_Inexpressible_) char *Buffer, _In_ int Radix);
wchar_t *__cdecl _ltow(_In_ long Value, _Out_writes_z_(_Inexpressible_) wchar_t *Buffer, _In_ int Radix);
wchar_t *__cdecl _ultow(_In_ unsigned long Value, _Out_writes_z_(_Inexpressible_) wchar_t *Buffer, _In_ int Radix);
wchar_t *__cdecl _i64tow(_In_ __int64 Value, _Out_writes_z_(_Inexpressible_) wchar_t *Buffer, _In_ int Radix);
wchar_t *__cdecl _ui64tow(_In_ unsigned __int64 Value, _Out_writes_z_(_Inexpressible_) wchar_t *Buffer, _In_ int Radix);
char *__cdecl _itoa(_In_ int Value, _Out_writes_z_(_Inexpressible_) char *Buffer, _In_ int Radix);
wchar_t *__cdecl _itow(_In_ int Value, _Out_writes_z_(_Inexpressible_) wchar_t *Buffer, _In_ int Radix);
errno_t __cdecl _itoa_s(_In_ int Value, _Out_writes_z_(Size) char *Buffer, _In_ size_t Size, _In_ int Radix);
errno_t __cdecl _itow_s(_In_ int Value, _Out_writes_z_(Size) wchar_t *Buffer, _In_ size_t Size, _In_ int Radix);
errno_t __cdecl _ltoa_s(_In_ long Value, _Out_writes_z_(Size) char *Buffer, _In_ size_t Size, _In_ int Radix);
errno_t __cdecl _ltow_s(_In_ long Value, _Out_writes_z_(Size) wchar_t *Buffer, _In_ size_t Size, _In_ int Radix);
errno_t __cdecl _ultoa_s(_In_ unsigned long Value, _Out_writes_z_(Size) char *Buffer, _In_ size_t Size, _In_ int Radix);
errno_t __cdecl _ultow_s(_In_ unsigned long Value, _Out_writes_z_(Size) wchar_t *Buffer, _In_ size_t Size, _In_ int Radix);
errno_t __cdecl _i64toa_s(_In_ __int64 Value, _Out_writes_z_(Size) char *Buffer, _In_ size_t Size, _In_ int Radix);
errno_t __cdecl _i64tow_s(_In_ __int64 Value, _Out_writes_z_(Size) wchar_t *Buffer, _In_ size_t Size, _In_ int Radix);
errno_t __cdecl _ui64toa_s(_In_ unsigned __int64 Value, _Out_writes_z_(Size) char *Buffer, _In_ size_t Size, _In_ int Radix);
errno_t __cdecl _ui64tow_s(_In_ unsigned __int64 Value, _Out_writes_z_(Size) wchar_t *Buffer, _In_ size_t Size, _In_ int Radix);
errno_t __cdecl _splitpath_s(_In_z_ const char *Path, _Out_writes_z_(DriveSize) char *Drive, _In_ size_t DriveSize, _Out_writes_z_(DirectorySize) char *Directory, _In_ size_t DirectorySize, _Out_writes_z_(NameSize) char *Name, _In_ size_t NameSize, _Out_writes_z_(ExtensionSize) char *Extension, _In_ size_t ExtensionSize);
errno_t __cdecl _wsplitpath_s(_In_z_ const wchar_t *Path, _Out_writes_z_(DriveSize) wchar_t *Drive, _In_ size_t DriveSize, _Out_writes_z_(DirectorySize) wchar_t *Directory, _In_ size_t DirectorySize, _Out_writes_z_(NameSize) wchar_t *Name, _In_ size_t NameSize, _Out_writes_z_(ExtensionSize) wchar_t *Extension, _In_ size_t ExtensionSize);
errno_t __cdecl _makepath_s(_Out_writes_z_(Size) char *Path, _In_ size_t Size, _In_opt_z_ const char *Drive, _In_opt_z_ const char *Directory, _In_opt_z_ const char *Name, _In_opt_z_ const char *Extension);
errno_t __cdecl _wmakepath_s(_Out_writes_z_(Size) wchar_t *Path, _In_ size_t Size, _In_opt_z_ const wchar_t *Drive, _In_opt_z_ const wchar_t *Directory, _In_opt_z_ const wchar_t *Name, _In_opt_z_ const wchar_t *Extension);
size_t __cdecl mbstowcs(_Out_writes_opt_(Count) wchar_t *Destination, _In_z_ const char *Source, _In_ size_t Count);
size_t __cdecl wcstombs(_Out_writes_bytes_opt_(Count) char *Destination, _In_z_ const wchar_t *Source, _In_ size_t Count);
int __cdecl mbtowc(_Out_opt_ wchar_t *Destination, _In_reads_bytes_opt_(Count) const char *Source, _In_ size_t Count);
int __cdecl wctomb(_Out_opt_ char *Destination, _In_ wchar_t Character);
errno_t __cdecl wctomb_s(_Out_opt_ int *Written, _Out_writes_bytes_opt_(Size) char *Destination, _In_ rsize_t Size, _In_ wchar_t Character);
void __cdecl qsort_s(_Inout_updates_bytes_(Count * Size) void *Base, _In_ rsize_t Count, _In_ rsize_t Size, int(__cdecl *Compare)(void *, const void *, const void *), _In_opt_ void *Context);
void *__cdecl bsearch_s(_In_ const void *Key, _In_reads_bytes_(Count * Size) const void *Base, _In_ rsize_t Count, _In_ rsize_t Size, int(__cdecl *Compare)(void *, const void *, const void *), _In_opt_ void *Context);
int __cdecl abs(_In_ int Value);
long __cdecl labs(_In_ long Value);
int __cdecl rand(void);
void __cdecl srand(_In_ unsigned Seed);
void __cdecl qsort(_Inout_updates_bytes_(Count * Size) void *Base, _In_ size_t Count, _In_ size_t Size, int(__cdecl *Compare)(const void *, const void *));
void *__cdecl bsearch(_In_ const void *Key, _In_reads_bytes_(Count * Size) const void *Base, _In_ size_t Count, _In_ size_t Size, int(__cdecl *Compare)(const void *, const void *));
void *__cdecl malloc(_In_ size_t Size);
void *__cdecl calloc(_In_ size_t Count, _In_ size_t Size);
void *__cdecl realloc(_In_opt_ void *Block, _In_ size_t Size);
void __cdecl free(_In_opt_ void *Block);
__declspec(noreturn) void __cdecl exit(_In_ int Code);
__declspec(noreturn) void __cdecl abort(void);
unsigned long __cdecl _byteswap_ulong(_In_ unsigned long Value);
unsigned short __cdecl _byteswap_ushort(_In_ unsigned short Value);
unsigned __int64 __cdecl _byteswap_uint64(_In_ unsigned __int64 Value);
unsigned int __cdecl _rotl(_In_ unsigned int Value, _In_ int Shift);
unsigned int __cdecl _rotr(_In_ unsigned int Value, _In_ int Shift);
unsigned __int64 __cdecl _rotl64(_In_ unsigned __int64 Value, _In_ int Shift);
unsigned __int64 __cdecl _rotr64(_In_ unsigned __int64 Value, _In_ int Shift);
