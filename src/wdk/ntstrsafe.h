// Counted string routines. Simple ones are inline C, as on Windows; formatting ones are routines of the simulated kernel.
// Truncation answers STATUS_BUFFER_OVERFLOW and leaves a terminated string; a size of 0 or above the limit STATUS_INVALID_PARAMETER.
#pragma once
#include "ntdef.h"
#include "ntstatus.h"
#include "stdarg.h"
#include "string.h"
#define NTSTRSAFE_MAX_CCH 2147483647
#define NTSTRSAFE_UNICODE_STRING_MAX_CCH (0xffff / sizeof(wchar_t))
#define NTSTRSAFE_MAX_LENGTH (NTSTRSAFE_MAX_CCH - 1)
#define STRSAFE_MAX_CCH NTSTRSAFE_MAX_CCH
#define STRSAFE_FILL_BEHIND_NULL 0x00000200
#define STRSAFE_IGNORE_NULLS 0x00000100
#define STRSAFE_FILL_ON_FAILURE 0x00000400
#define STRSAFE_NULL_ON_FAILURE 0x00000800
#define STRSAFE_NO_TRUNCATION 0x00001000
#define NTSTRSAFEDDI FORCEINLINE NTSTATUS
typedef char *NTSTRSAFE_PSTR;
typedef const char *NTSTRSAFE_PCSTR;
typedef wchar_t *NTSTRSAFE_PWSTR;
typedef const wchar_t *NTSTRSAFE_PCWSTR;

// One family for each character type: S is the suffix, C the character.
#define INTERLOCK_STRSAFE(S, C) \
NTSTRSAFEDDI RtlpStrCopy##S(_Out_writes_(Size) C *To, _In_ size_t Size, _In_reads_(Count) const C *From, _In_ size_t Count) \
{ \
  NTSTATUS Status = STATUS_SUCCESS; \
  if (Size == 0 || Size > NTSTRSAFE_MAX_CCH) return STATUS_INVALID_PARAMETER; \
  while (Size > 1 && Count != 0 && *From != 0) { *To++ = *From++; Size--; Count--; } \
  if (Count != 0 && *From != 0) Status = STATUS_BUFFER_OVERFLOW; \
  *To = 0; \
  return Status; \
} \
NTSTRSAFEDDI RtlpStrCat##S(_Inout_updates_(Size) C *To, _In_ size_t Size, _In_reads_(Count) const C *From, _In_ size_t Count) \
{ \
  if (Size == 0 || Size > NTSTRSAFE_MAX_CCH) return STATUS_INVALID_PARAMETER; \
  while (Size != 0 && *To != 0) { To++; Size--; } \
  if (Size == 0) return STATUS_INVALID_PARAMETER; \
  return RtlpStrCopy##S(To, Size, From, Count); \
} \
NTSTRSAFEDDI RtlStringCchLength##S(_In_reads_or_z_(Max) const C *String, _In_ size_t Max, _Out_opt_ size_t *Length) \
{ \
  size_t Left = Max; \
  if (Length) *Length = 0; \
  if (String == NULL || Max > NTSTRSAFE_MAX_CCH) return STATUS_INVALID_PARAMETER; \
  while (Left != 0 && *String != 0) { String++; Left--; } \
  if (Left == 0) return STATUS_INVALID_PARAMETER; \
  if (Length) *Length = Max - Left; \
  return STATUS_SUCCESS; \
} \
NTSTRSAFEDDI RtlStringCbLength##S(_In_ const C *String, _In_ size_t Max, _Out_opt_ size_t *Length) \
{ \
  NTSTATUS Status = RtlStringCchLength##S(String, Max / sizeof(C), Length); \
  if (Length && NT_SUCCESS(Status)) *Length *= sizeof(C); \
  return Status; \
} \
NTSTRSAFEDDI RtlStringCchCopy##S(_Out_writes_(Size) C *To, _In_ size_t Size, _In_z_ const C *From) { return RtlpStrCopy##S(To, Size, From, NTSTRSAFE_MAX_CCH); } \
NTSTRSAFEDDI RtlStringCbCopy##S(_Out_writes_bytes_(Size) C *To, _In_ size_t Size, _In_z_ const C *From) { return RtlpStrCopy##S(To, Size / sizeof(C), From, NTSTRSAFE_MAX_CCH); } \
NTSTRSAFEDDI RtlStringCchCopyN##S(_Out_writes_(Size) C *To, _In_ size_t Size, _In_reads_(Count) const C *From, _In_ size_t Count) { return RtlpStrCopy##S(To, Size, From, Count); } \
NTSTRSAFEDDI RtlStringCbCopyN##S(_Out_writes_bytes_(Size) C *To, _In_ size_t Size, _In_reads_bytes_(Count) const C *From, _In_ size_t Count) { return RtlpStrCopy##S(To, Size / sizeof(C), From, Count / sizeof(C)); } \
NTSTRSAFEDDI RtlStringCchCat##S(_Inout_updates_(Size) C *To, _In_ size_t Size, _In_z_ const C *From) { return RtlpStrCat##S(To, Size, From, NTSTRSAFE_MAX_CCH); } \
NTSTRSAFEDDI RtlStringCbCat##S(_Inout_updates_bytes_(Size) C *To, _In_ size_t Size, _In_z_ const C *From) { return RtlpStrCat##S(To, Size / sizeof(C), From, NTSTRSAFE_MAX_CCH); } \
NTSTRSAFEDDI RtlStringCchCatN##S(_Inout_updates_(Size) C *To, _In_ size_t Size, _In_reads_(Count) const C *From, _In_ size_t Count) { return RtlpStrCat##S(To, Size, From, Count); } \
NTSTRSAFEDDI RtlStringCbCatN##S(_Inout_updates_bytes_(Size) C *To, _In_ size_t Size, _In_reads_bytes_(Count) const C *From, _In_ size_t Count) { return RtlpStrCat##S(To, Size / sizeof(C), From, Count / sizeof(C)); } \
_IRQL_requires_max_(PASSIVE_LEVEL) NTSTATUS RtlStringCchPrintf##S(_Out_writes_(Size) C *To, _In_ size_t Size, _In_z_ _Printf_format_string_ const C *Format, ...); \
_IRQL_requires_max_(PASSIVE_LEVEL) NTSTATUS RtlStringCbPrintf##S(_Out_writes_bytes_(Size) C *To, _In_ size_t Size, _In_z_ _Printf_format_string_ const C *Format, ...); \
_IRQL_requires_max_(PASSIVE_LEVEL) NTSTATUS RtlStringCchVPrintf##S(_Out_writes_(Size) C *To, _In_ size_t Size, _In_z_ _Printf_format_string_ const C *Format, _In_ va_list Arguments); \
_IRQL_requires_max_(PASSIVE_LEVEL) NTSTATUS RtlStringCbVPrintf##S(_Out_writes_bytes_(Size) C *To, _In_ size_t Size, _In_z_ _Printf_format_string_ const C *Format, _In_ va_list Arguments); \
_IRQL_requires_max_(PASSIVE_LEVEL) NTSTATUS RtlStringCchPrintfEx##S(_Out_writes_(Size) C *To, _In_ size_t Size, _Out_opt_ C **End, _Out_opt_ size_t *Remaining, _In_ ULONG Flags, _In_opt_ const C *Format, ...); \
_IRQL_requires_max_(PASSIVE_LEVEL) NTSTATUS RtlStringCbPrintfEx##S(_Out_writes_bytes_(Size) C *To, _In_ size_t Size, _Out_opt_ C **End, _Out_opt_ size_t *Remaining, _In_ ULONG Flags, _In_opt_ const C *Format, ...);
INTERLOCK_STRSAFE(A, char)
INTERLOCK_STRSAFE(W, wchar_t)
#ifdef UNICODE
#define RtlStringCchCopy RtlStringCchCopyW
#define RtlStringCbCopy RtlStringCbCopyW
#define RtlStringCchCat RtlStringCchCatW
#define RtlStringCbCat RtlStringCbCatW
#define RtlStringCchPrintf RtlStringCchPrintfW
#define RtlStringCbPrintf RtlStringCbPrintfW
#define RtlStringCchLength RtlStringCchLengthW
#define RtlStringCbLength RtlStringCbLengthW
#endif

NTSTRSAFEDDI RtlUnicodeStringValidate(_In_ PCUNICODE_STRING Source)
{
  if (Source->Length % sizeof(wchar_t) || Source->MaximumLength % sizeof(wchar_t) || Source->Length > Source->MaximumLength) return STATUS_INVALID_PARAMETER;
  return (Source->Buffer == NULL && Source->MaximumLength != 0) ? STATUS_INVALID_PARAMETER : STATUS_SUCCESS;
}
NTSTRSAFEDDI RtlUnicodeStringInit(_Out_ PUNICODE_STRING Destination, _In_opt_z_ NTSTRSAFE_PCWSTR Source)
{
  size_t Length = 0;
  Destination->Length = Destination->MaximumLength = 0;
  Destination->Buffer = NULL;
  if (Source == NULL) return STATUS_SUCCESS;
  while (Source[Length] != 0) if (++Length >= NTSTRSAFE_UNICODE_STRING_MAX_CCH) return STATUS_INVALID_PARAMETER;
  Destination->Length = (USHORT)(Length * sizeof(wchar_t));
  Destination->MaximumLength = (USHORT)((Length + 1) * sizeof(wchar_t));
  Destination->Buffer = (PWCH)Source;
  return STATUS_SUCCESS;
}
NTSTRSAFEDDI RtlpUnicodeStringAppend(_Inout_ PUNICODE_STRING Destination, _In_ size_t At, _In_reads_(Count) NTSTRSAFE_PCWSTR Source, _In_ size_t Count)
{
  size_t Room = Destination->MaximumLength / sizeof(wchar_t);
  NTSTATUS Status = STATUS_SUCCESS;
  if (Count > Room - At) { Count = Room - At; Status = STATUS_BUFFER_OVERFLOW; }
  memmove(Destination->Buffer + At, Source, Count * sizeof(wchar_t));
  Destination->Length = (USHORT)((At + Count) * sizeof(wchar_t));
  return Status;
}
NTSTRSAFEDDI RtlUnicodeStringCopy(_Inout_ PUNICODE_STRING Destination, _In_ PCUNICODE_STRING Source)
{
  if (!NT_SUCCESS(RtlUnicodeStringValidate(Destination)) || !NT_SUCCESS(RtlUnicodeStringValidate(Source))) return STATUS_INVALID_PARAMETER;
  return RtlpUnicodeStringAppend(Destination, 0, Source->Buffer, Source->Length / sizeof(wchar_t));
}
NTSTRSAFEDDI RtlUnicodeStringCopyString(_Inout_ PUNICODE_STRING Destination, _In_z_ NTSTRSAFE_PCWSTR Source)
{
  if (!NT_SUCCESS(RtlUnicodeStringValidate(Destination)) || Source == NULL) return STATUS_INVALID_PARAMETER;
  return RtlpUnicodeStringAppend(Destination, 0, Source, wcslen(Source));
}
NTSTRSAFEDDI RtlUnicodeStringCbCopyN(_Inout_ PUNICODE_STRING Destination, _In_ PCUNICODE_STRING Source, _In_ size_t Count)
{
  if (!NT_SUCCESS(RtlUnicodeStringValidate(Destination)) || !NT_SUCCESS(RtlUnicodeStringValidate(Source))) return STATUS_INVALID_PARAMETER;
  return RtlpUnicodeStringAppend(Destination, 0, Source->Buffer, min(Count, Source->Length) / sizeof(wchar_t));
}
#define RtlUnicodeStringCchCopyN(d, s, n) RtlUnicodeStringCbCopyN((d), (s), (n) * sizeof(wchar_t))
NTSTRSAFEDDI RtlUnicodeStringCat(_Inout_ PUNICODE_STRING Destination, _In_ PCUNICODE_STRING Source)
{
  if (!NT_SUCCESS(RtlUnicodeStringValidate(Destination)) || !NT_SUCCESS(RtlUnicodeStringValidate(Source))) return STATUS_INVALID_PARAMETER;
  return RtlpUnicodeStringAppend(Destination, Destination->Length / sizeof(wchar_t), Source->Buffer, Source->Length / sizeof(wchar_t));
}
NTSTRSAFEDDI RtlUnicodeStringCatString(_Inout_ PUNICODE_STRING Destination, _In_z_ NTSTRSAFE_PCWSTR Source)
{
  if (!NT_SUCCESS(RtlUnicodeStringValidate(Destination)) || Source == NULL) return STATUS_INVALID_PARAMETER;
  return RtlpUnicodeStringAppend(Destination, Destination->Length / sizeof(wchar_t), Source, wcslen(Source));
}
_IRQL_requires_max_(PASSIVE_LEVEL) NTSTATUS RtlUnicodeStringPrintf(_Inout_ PUNICODE_STRING Destination, _In_z_ _Printf_format_string_ NTSTRSAFE_PCWSTR Format, ...);
_IRQL_requires_max_(PASSIVE_LEVEL) NTSTATUS RtlUnicodeStringVPrintf(_Inout_ PUNICODE_STRING Destination, _In_z_ _Printf_format_string_ NTSTRSAFE_PCWSTR Format, _In_ va_list Arguments);
_IRQL_requires_max_(PASSIVE_LEVEL) NTSTATUS RtlUnicodeStringPrintfEx(_Inout_ PUNICODE_STRING Destination, _Out_opt_ PUNICODE_STRING Remaining, _In_ ULONG Flags, _In_opt_ NTSTRSAFE_PCWSTR Format, ...);
