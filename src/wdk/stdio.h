// Formatted output. In a driver the _sn* forms are exports of ntoskrnl; printf belongs to scenario bodies.
#pragma once
#include "crtdefs.h"
int __cdecl sprintf(_Out_writes_z_(_Inexpressible_) char *Buffer, _In_z_ _Printf_format_string_ const char *Format, ...);
int __cdecl swprintf(_Out_writes_z_(_Inexpressible_) wchar_t *Buffer, _In_z_ _Printf_format_string_ const wchar_t *Format, ...);
int __cdecl vsprintf(_Out_writes_z_(_Inexpressible_) char *Buffer, _In_z_ _Printf_format_string_ const char *Format, va_list Arguments);
int __cdecl _snprintf(_Out_writes_opt_(Count) char *Buffer, _In_ size_t Count, _In_z_ _Printf_format_string_ const char *Format, ...);
int __cdecl _vsnprintf(_Out_writes_opt_(Count) char *Buffer, _In_ size_t Count, _In_z_ _Printf_format_string_ const char *Format, va_list Arguments);
int __cdecl snprintf(_Out_writes_opt_(Count) char *Buffer, _In_ size_t Count, _In_z_ _Printf_format_string_ const char *Format, ...);
int __cdecl _snwprintf(_Out_writes_opt_(Count) wchar_t *Buffer, _In_ size_t Count, _In_z_ _Printf_format_string_ const wchar_t *Format, ...);
int __cdecl _vsnwprintf(_Out_writes_opt_(Count) wchar_t *Buffer, _In_ size_t Count, _In_z_ _Printf_format_string_ const wchar_t *Format, va_list Arguments);
int __cdecl sprintf_s(_Out_writes_z_(Size) char *Buffer, _In_ size_t Size, _In_z_ _Printf_format_string_ const char *Format, ...);
int __cdecl vsprintf_s(_Out_writes_z_(Size) char *Buffer, _In_ size_t Size, _In_z_ _Printf_format_string_ const char *Format, va_list Arguments);
int __cdecl swprintf_s(_Out_writes_z_(Size) wchar_t *Buffer, _In_ size_t Size, _In_z_ _Printf_format_string_ const wchar_t *Format, ...);
int __cdecl vswprintf_s(_Out_writes_z_(Size) wchar_t *Buffer, _In_ size_t Size, _In_z_ _Printf_format_string_ const wchar_t *Format, va_list Arguments);
int __cdecl _snprintf_s(_Out_writes_z_(Size) char *Buffer, _In_ size_t Size, _In_ size_t Max, _In_z_ _Printf_format_string_ const char *Format, ...);
int __cdecl _vsnprintf_s(_Out_writes_z_(Size) char *Buffer, _In_ size_t Size, _In_ size_t Max, _In_z_ _Printf_format_string_ const char *Format, va_list Arguments);
int __cdecl _snwprintf_s(_Out_writes_z_(Size) wchar_t *Buffer, _In_ size_t Size, _In_ size_t Max, _In_z_ _Printf_format_string_ const wchar_t *Format, ...);
int __cdecl _vsnwprintf_s(_Out_writes_z_(Size) wchar_t *Buffer, _In_ size_t Size, _In_ size_t Max, _In_z_ _Printf_format_string_ const wchar_t *Format, va_list Arguments);
int __cdecl sscanf_s(_In_z_ const char *Buffer, _In_z_ const char *Format, ...);
int __cdecl swscanf_s(_In_z_ const wchar_t *Buffer, _In_z_ const wchar_t *Format, ...);
int __cdecl _snscanf_s(_In_reads_or_z_(Count) const char *Buffer, _In_ size_t Count, _In_z_ const char *Format, ...);
int __cdecl _snwscanf_s(_In_reads_or_z_(Count) const wchar_t *Buffer, _In_ size_t Count, _In_z_ const wchar_t *Format, ...);
int __cdecl printf(_In_z_ _Printf_format_string_ const char *Format, ...);
int __cdecl wprintf(_In_z_ _Printf_format_string_ const wchar_t *Format, ...);
int __cdecl vprintf(_In_z_ _Printf_format_string_ const char *Format, va_list Arguments);
int __cdecl puts(_In_z_ const char *Text);
int __cdecl putchar(_In_ int Character);
