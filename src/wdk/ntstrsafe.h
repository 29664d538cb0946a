// Counted string routines. Copying and concatenation are inline C, as on Windows; formatting is done by routines of the simulated kernel.
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
#define STRSAFE_MAX_LENGTH NTSTRSAFE_MAX_LENGTH
#define STRSAFE_IGNORE_NULLS 0x00000100
#define STRSAFE_FILL_BEHIND_NULL 0x00000200
#define STRSAFE_FILL_BEHIND STRSAFE_FILL_BEHIND_NULL
#define STRSAFE_FILL_ON_FAILURE 0x00000400
#define STRSAFE_NULL_ON_FAILURE 0x00000800
#define STRSAFE_ZERO_LENGTH_ON_FAILURE STRSAFE_NULL_ON_FAILURE
#define STRSAFE_NO_TRUNCATION 0x00001000
#define STRSAFE_VALID_FLAGS (0x000000ff | STRSAFE_IGNORE_NULLS | STRSAFE_FILL_BEHIND_NULL | STRSAFE_FILL_ON_FAILURE | STRSAFE_NULL_ON_FAILURE | STRSAFE_NO_TRUNCATION)
#define STRSAFE_UNICODE_STRING_VALID_FLAGS STRSAFE_VALID_FLAGS
#define STRSAFE_FILL_BYTE(x) ((ULONG)(((x) & 0xff) | STRSAFE_FILL_BEHIND_NULL))
#define STRSAFE_FAILURE_BYTE(x) ((ULONG)(((x) & 0xff) | STRSAFE_FILL_ON_FAILURE))
#define STRSAFE_GET_FILL_PATTERN(f) ((int)((f) & 0xff))
#define NTSTRSAFEDDI FORCEINLINE NTSTATUS
typedef char *NTSTRSAFE_PSTR;
typedef const char *NTSTRSAFE_PCSTR;
typedef wchar_t *NTSTRSAFE_PWSTR;
typedef const wchar_t *NTSTRSAFE_PCWSTR;
typedef const wchar_t UNALIGNED *NTSTRSAFE_PCUWSTR;

// One family for each character type: S is the suffix, C the character. Unit is 1 for sizes in characters and sizeof(C) for sizes in bytes.
#define INTERLOCK_STRSAFE(S, C) \
NTSTRSAFEDDI RtlpStrCopy##S(_Out_writes_(Size) C *To, _In_ size_t Size, _In_reads_(Count) const C *From, _In_ size_t Count) \
{ \
  NTSTATUS Status = STATUS_SUCCESS; \
  if (Size == 0 || Size > NTSTRSAFE_MAX_CCH) return STATUS_INVALID_PARAMETER; \
  if (Count > NTSTRSAFE_MAX_CCH) { *To = 0; return STATUS_INVALID_PARAMETER; } \
  while (Size > 1 && Count != 0 && *From != 0) { *To++ = *From++; Size--; Count--; } \
  if (Count != 0 && *From != 0) Status = STATUS_BUFFER_OVERFLOW; \
  *To = 0; \
  return Status; \
} \
NTSTRSAFEDDI RtlpStrCat##S(_Inout_updates_(Size) C *To, _In_ size_t Size, _In_reads_(Count) const C *From, _In_ size_t Count) \
{ \
  if (Size == 0 || Size > NTSTRSAFE_MAX_CCH || Count > NTSTRSAFE_MAX_CCH) return STATUS_INVALID_PARAMETER; \
  while (Size != 0 && *To != 0) { To++; Size--; } \
  if (Size == 0) return STATUS_INVALID_PARAMETER; \
  return RtlpStrCopy##S(To, Size, From, Count); \
} \
NTSTRSAFEDDI RtlpStrPutEx##S(_Out_writes_opt_(Size) C *To, _In_ size_t Size, _In_ size_t At, _In_reads_opt_(Count) const C *From, _In_ size_t Count, \
  _Out_opt_ C **End, _Out_opt_ size_t *Remaining, _In_ ULONG Flags, _In_ size_t Unit, _In_ size_t Odd) \
{ \
  NTSTATUS Status = STATUS_SUCCESS; \
  C *Stop = To + At; \
  size_t Left = Size - At; \
  if (From == NULL && (Flags & STRSAFE_IGNORE_NULLS)) Count = 0; \
  if (Left == 0) { \
    if (Count != 0 && *From != 0) Status = To == NULL ? STATUS_INVALID_PARAMETER : STATUS_BUFFER_OVERFLOW; \
  } else { \
    while (Left > 1 && Count != 0 && *From != 0) { *Stop++ = *From++; Left--; Count--; } \
    if (Count != 0 && *From != 0) Status = STATUS_BUFFER_OVERFLOW; \
    *Stop = 0; \
    if (NT_SUCCESS(Status) && (Flags & STRSAFE_FILL_BEHIND_NULL) && Left > 1) memset(Stop + 1, STRSAFE_GET_FILL_PATTERN(Flags), (Left - 1) * sizeof(C) + Odd); \
  } \
  if (!NT_SUCCESS(Status) && Size != 0) { \
    if (Flags & STRSAFE_NO_TRUNCATION) { Stop = To + At; Left = Size - At; if (Left != 0) *Stop = 0; } \
    if (Flags & STRSAFE_FILL_ON_FAILURE) { \
      memset(To, STRSAFE_GET_FILL_PATTERN(Flags), Size * sizeof(C) + Odd); \
      if (STRSAFE_GET_FILL_PATTERN(Flags) == 0) { Stop = To; Left = Size; } \
      else { Stop = To + Size - 1; Left = 1; *Stop = 0; } \
    } \
    if (Flags & STRSAFE_NULL_ON_FAILURE) { Stop = To; Left = Size; *Stop = 0; } \
  } \
  if (NT_SUCCESS(Status) || Status == STATUS_BUFFER_OVERFLOW) { \
    if (End) *End = Stop; \
    if (Remaining) *Remaining = Left * Unit + Odd; \
  } \
  return Status; \
} \
NTSTRSAFEDDI RtlpStrCheckEx##S(_In_opt_ const C *To, _In_ size_t Size, _In_ size_t Count, _In_ ULONG Flags) \
{ \
  if ((Flags & ~STRSAFE_VALID_FLAGS) || Size > NTSTRSAFE_MAX_CCH || Count > NTSTRSAFE_MAX_CCH) return STATUS_INVALID_PARAMETER; \
  if (Flags & STRSAFE_IGNORE_NULLS) return To == NULL && Size != 0 ? STATUS_INVALID_PARAMETER : STATUS_SUCCESS; \
  return Size == 0 ? STATUS_INVALID_PARAMETER : STATUS_SUCCESS; \
} \
NTSTRSAFEDDI RtlpStrCopyEx##S(_Out_writes_opt_(Size) C *To, _In_ size_t Size, _In_reads_opt_(Count) const C *From, _In_ size_t Count, _Out_opt_ C **End, \
  _Out_opt_ size_t *Remaining, _In_ ULONG Flags, _In_ size_t Unit, _In_ size_t Odd) \
{ \
  if (!NT_SUCCESS(RtlpStrCheckEx##S(To, Size, Count, Flags))) return STATUS_INVALID_PARAMETER; \
  return RtlpStrPutEx##S(To, Size, 0, From, Count, End, Remaining, Flags, Unit, Odd); \
} \
NTSTRSAFEDDI RtlpStrCatEx##S(_Inout_updates_opt_(Size) C *To, _In_ size_t Size, _In_reads_opt_(Count) const C *From, _In_ size_t Count, _Out_opt_ C **End, \
  _Out_opt_ size_t *Remaining, _In_ ULONG Flags, _In_ size_t Unit, _In_ size_t Odd) \
{ \
  size_t At = 0; \
  if (!NT_SUCCESS(RtlpStrCheckEx##S(To, Size, Count, Flags))) return STATUS_INVALID_PARAMETER; \
  while (At < Size && To[At] != 0) At++; \
  if (Size != 0 && At == Size) return STATUS_INVALID_PARAMETER; \
  return RtlpStrPutEx##S(To, Size, At, From, Count, End, Remaining, Flags, Unit, Odd); \
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
NTSTRSAFEDDI RtlStringCchCopyEx##S(_Out_writes_opt_(Size) C *To, _In_ size_t Size, _In_opt_z_ const C *From, _Out_opt_ C **End, _Out_opt_ size_t *Remaining, _In_ ULONG Flags) { return RtlpStrCopyEx##S(To, Size, From, NTSTRSAFE_MAX_CCH, End, Remaining, Flags, 1, 0); } \
NTSTRSAFEDDI RtlStringCbCopyEx##S(_Out_writes_bytes_opt_(Size) C *To, _In_ size_t Size, _In_opt_z_ const C *From, _Out_opt_ C **End, _Out_opt_ size_t *Remaining, _In_ ULONG Flags) { return RtlpStrCopyEx##S(To, Size / sizeof(C), From, NTSTRSAFE_MAX_CCH, End, Remaining, Flags, sizeof(C), Size % sizeof(C)); } \
NTSTRSAFEDDI RtlStringCchCopyNEx##S(_Out_writes_opt_(Size) C *To, _In_ size_t Size, _In_reads_opt_(Count) const C *From, _In_ size_t Count, _Out_opt_ C **End, _Out_opt_ size_t *Remaining, _In_ ULONG Flags) { return RtlpStrCopyEx##S(To, Size, From, Count, End, Remaining, Flags, 1, 0); } \
NTSTRSAFEDDI RtlStringCbCopyNEx##S(_Out_writes_bytes_opt_(Size) C *To, _In_ size_t Size, _In_reads_bytes_opt_(Count) const C *From, _In_ size_t Count, _Out_opt_ C **End, _Out_opt_ size_t *Remaining, _In_ ULONG Flags) { return RtlpStrCopyEx##S(To, Size / sizeof(C), From, Count / sizeof(C), End, Remaining, Flags, sizeof(C), Size % sizeof(C)); } \
NTSTRSAFEDDI RtlStringCchCatEx##S(_Inout_updates_opt_(Size) C *To, _In_ size_t Size, _In_opt_z_ const C *From, _Out_opt_ C **End, _Out_opt_ size_t *Remaining, _In_ ULONG Flags) { return RtlpStrCatEx##S(To, Size, From, NTSTRSAFE_MAX_CCH, End, Remaining, Flags, 1, 0); } \
NTSTRSAFEDDI RtlStringCbCatEx##S(_Inout_updates_bytes_opt_(Size) C *To, _In_ size_t Size, _In_opt_z_ const C *From, _Out_opt_ C **End, _Out_opt_ size_t *Remaining, _In_ ULONG Flags) { return RtlpStrCatEx##S(To, Size / sizeof(C), From, NTSTRSAFE_MAX_CCH, End, Remaining, Flags, sizeof(C), Size % sizeof(C)); } \
NTSTRSAFEDDI RtlStringCchCatNEx##S(_Inout_updates_opt_(Size) C *To, _In_ size_t Size, _In_reads_opt_(Count) const C *From, _In_ size_t Count, _Out_opt_ C **End, _Out_opt_ size_t *Remaining, _In_ ULONG Flags) { return RtlpStrCatEx##S(To, Size, From, Count, End, Remaining, Flags, 1, 0); } \
NTSTRSAFEDDI RtlStringCbCatNEx##S(_Inout_updates_bytes_opt_(Size) C *To, _In_ size_t Size, _In_reads_bytes_opt_(Count) const C *From, _In_ size_t Count, _Out_opt_ C **End, _Out_opt_ size_t *Remaining, _In_ ULONG Flags) { return RtlpStrCatEx##S(To, Size / sizeof(C), From, Count / sizeof(C), End, Remaining, Flags, sizeof(C), Size % sizeof(C)); } \
_IRQL_requires_max_(PASSIVE_LEVEL) NTSTATUS RtlStringCchPrintf##S(_Out_writes_(Size) C *To, _In_ size_t Size, _In_z_ _Printf_format_string_ const C *Format, ...); \
_IRQL_requires_max_(PASSIVE_LEVEL) NTSTATUS RtlStringCbPrintf##S(_Out_writes_bytes_(Size) C *To, _In_ size_t Size, _In_z_ _Printf_format_string_ const C *Format, ...); \
_IRQL_requires_max_(PASSIVE_LEVEL) NTSTATUS RtlStringCchVPrintf##S(_Out_writes_(Size) C *To, _In_ size_t Size, _In_z_ _Printf_format_string_ const C *Format, _In_ va_list Arguments); \
_IRQL_requires_max_(PASSIVE_LEVEL) NTSTATUS RtlStringCbVPrintf##S(_Out_writes_bytes_(Size) C *To, _In_ size_t Size, _In_z_ _Printf_format_string_ const C *Format, _In_ va_list Arguments); \
_IRQL_requires_max_(PASSIVE_LEVEL) NTSTATUS RtlStringCchPrintfEx##S(_Out_writes_opt_(Size) C *To, _In_ size_t Size, _Out_opt_ C **End, _Out_opt_ size_t *Remaining, _In_ ULONG Flags, _In_opt_ _Printf_format_string_ const C *Format, ...); \
_IRQL_requires_max_(PASSIVE_LEVEL) NTSTATUS RtlStringCbPrintfEx##S(_Out_writes_bytes_opt_(Size) C *To, _In_ size_t Size, _Out_opt_ C **End, _Out_opt_ size_t *Remaining, _In_ ULONG Flags, _In_opt_ _Printf_format_string_ const C *Format, ...); \
_IRQL_requires_max_(PASSIVE_LEVEL) NTSTATUS RtlStringCchVPrintfEx##S(_Out_writes_opt_(Size) C *To, _In_ size_t Size, _Out_opt_ C **End, _Out_opt_ size_t *Remaining, _In_ ULONG Flags, _In_opt_ _Printf_format_string_ const C *Format, _In_ va_list Arguments); \
_IRQL_requires_max_(PASSIVE_LEVEL) NTSTATUS RtlStringCbVPrintfEx##S(_Out_writes_bytes_opt_(Size) C *To, _In_ size_t Size, _Out_opt_ C **End, _Out_opt_ size_t *Remaining, _In_ ULONG Flags, _In_opt_ _Printf_format_string_ const C *Format, _In_ va_list Arguments);
INTERLOCK_STRSAFE(A, char)
INTERLOCK_STRSAFE(W, wchar_t)
#ifdef UNICODE
#define RtlStringCchCopy RtlStringCchCopyW
#define RtlStringCbCopy RtlStringCbCopyW
#define RtlStringCchCopyN RtlStringCchCopyNW
#define RtlStringCbCopyN RtlStringCbCopyNW
#define RtlStringCchCat RtlStringCchCatW
#define RtlStringCbCat RtlStringCbCatW
#define RtlStringCchPrintf RtlStringCchPrintfW
#define RtlStringCbPrintf RtlStringCbPrintfW
#define RtlStringCchLength RtlStringCchLengthW
#define RtlStringCbLength RtlStringCbLengthW
#endif
#define RtlUnalignedStringCchLengthW(s, m, l) RtlStringCchLengthW((NTSTRSAFE_PCWSTR)(s), (m), (l))
#define RtlUnalignedStringCbLengthW(s, m, l) RtlStringCbLengthW((NTSTRSAFE_PCWSTR)(s), (m), (l))

// The same over UNICODE_STRING: the text is not terminated, its length counts.
NTSTRSAFEDDI RtlUnicodeStringValidateEx(_In_opt_ PCUNICODE_STRING Source, _In_ ULONG Flags)
{
  if (Flags & ~STRSAFE_UNICODE_STRING_VALID_FLAGS) return STATUS_INVALID_PARAMETER;
  if (Source == NULL) return (Flags & STRSAFE_IGNORE_NULLS) ? STATUS_SUCCESS : STATUS_INVALID_PARAMETER;
  if (Source->Length % sizeof(wchar_t) || Source->MaximumLength % sizeof(wchar_t) || Source->Length > Source->MaximumLength) return STATUS_INVALID_PARAMETER;
  return (Source->Buffer == NULL && (Source->Length != 0 || Source->MaximumLength != 0)) ? STATUS_INVALID_PARAMETER : STATUS_SUCCESS;
}
NTSTRSAFEDDI RtlUnicodeStringValidate(_In_ PCUNICODE_STRING Source) { return RtlUnicodeStringValidateEx(Source, 0); }
NTSTRSAFEDDI RtlUnicodeStringInitEx(_Out_ PUNICODE_STRING Destination, _In_opt_z_ NTSTRSAFE_PCWSTR Source, _In_ ULONG Flags)
{
  size_t Length = 0;
  if (Flags & ~STRSAFE_UNICODE_STRING_VALID_FLAGS) return STATUS_INVALID_PARAMETER;
  Destination->Length = Destination->MaximumLength = 0;
  Destination->Buffer = NULL;
  if (Source == NULL) return STATUS_SUCCESS;
  while (Source[Length] != 0) if (++Length >= NTSTRSAFE_UNICODE_STRING_MAX_CCH) return STATUS_INVALID_PARAMETER;
  Destination->Length = (USHORT)(Length * sizeof(wchar_t));
  Destination->MaximumLength = (USHORT)((Length + 1) * sizeof(wchar_t));
  Destination->Buffer = (PWCH)Source;
  return STATUS_SUCCESS;
}
NTSTRSAFEDDI RtlUnicodeStringInit(_Out_ PUNICODE_STRING Destination, _In_opt_z_ NTSTRSAFE_PCWSTR Source) { return RtlUnicodeStringInitEx(Destination, Source, 0); }
// Puts Count characters (with ZeroEnds: up to a terminator) at character At.
NTSTRSAFEDDI RtlpUnicodeStringPut(_Inout_ PUNICODE_STRING Destination, _In_ BOOLEAN Append, _In_reads_opt_(Count) NTSTRSAFE_PCWSTR Source, _In_ size_t Count,
  _In_ BOOLEAN ZeroEnds, _Out_opt_ PUNICODE_STRING Remaining, _In_ ULONG Flags)
{
  NTSTATUS Status = STATUS_SUCCESS;
  size_t At, Room, Stop, i = 0;
  if (!NT_SUCCESS(RtlUnicodeStringValidateEx(Destination, Flags)) || Count > NTSTRSAFE_MAX_CCH) return STATUS_INVALID_PARAMETER;
  if (Source == NULL) {
    if ((Flags & STRSAFE_IGNORE_NULLS) == 0 && (ZeroEnds || Count != 0)) return STATUS_INVALID_PARAMETER;
    Count = 0;
  }
  if (Destination == NULL) return Count == 0 || (ZeroEnds && *Source == 0) ? STATUS_SUCCESS : STATUS_INVALID_PARAMETER;
  Room = Destination->MaximumLength / sizeof(wchar_t);
  At = Append ? Destination->Length / sizeof(wchar_t) : 0;
  Stop = At;
  if (ZeroEnds) {
    while (i < Count && Source[i] != 0) {
      if (Stop == Room) { Status = STATUS_BUFFER_OVERFLOW; break; }
      Destination->Buffer[Stop++] = Source[i++];
    }
  } else {
    if (Count > Room - At) { Count = Room - At; Status = STATUS_BUFFER_OVERFLOW; }
    if (Count != 0) memmove(Destination->Buffer + At, Source, Count * sizeof(wchar_t));
    Stop = At + Count;
  }
  if (!NT_SUCCESS(Status)) {
    if (Flags & STRSAFE_NO_TRUNCATION) Stop = At;
    if (Flags & STRSAFE_FILL_ON_FAILURE) { memset(Destination->Buffer, STRSAFE_GET_FILL_PATTERN(Flags), Destination->MaximumLength); Stop = STRSAFE_GET_FILL_PATTERN(Flags) == 0 ? 0 : Room; }
    if (Flags & STRSAFE_ZERO_LENGTH_ON_FAILURE) Stop = 0;
  } else if ((Flags & STRSAFE_FILL_BEHIND) && Stop < Room) memset(Destination->Buffer + Stop, STRSAFE_GET_FILL_PATTERN(Flags), (Room - Stop) * sizeof(wchar_t));
  Destination->Length = (USHORT)(Stop * sizeof(wchar_t));
  if (Remaining != NULL) {
    Remaining->Length = 0;
    Remaining->MaximumLength = (USHORT)((Room - Stop) * sizeof(wchar_t));
    Remaining->Buffer = Destination->Buffer + Stop;
  }
  return Status;
}
NTSTRSAFEDDI RtlpUnicodeStringPutCounted(_Inout_ PUNICODE_STRING Destination, _In_ BOOLEAN Append, _In_opt_ PCUNICODE_STRING Source, _In_ size_t Count, _Out_opt_ PUNICODE_STRING Remaining, _In_ ULONG Flags)
{
  size_t Length = 0;
  if (!NT_SUCCESS(RtlUnicodeStringValidateEx(Source, Flags)) || Count > NTSTRSAFE_MAX_CCH) return STATUS_INVALID_PARAMETER;
  if (Source != NULL) Length = Source->Length / sizeof(wchar_t);
  return RtlpUnicodeStringPut(Destination, Append, Source != NULL ? Source->Buffer : NULL, Count < Length ? Count : Length, FALSE, Remaining, Flags);
}
#define INTERLOCK_STRSAFE_COUNTED(OP, APPEND) \
NTSTRSAFEDDI RtlUnicodeString##OP(_Inout_ PUNICODE_STRING Destination, _In_ PCUNICODE_STRING Source) { return RtlpUnicodeStringPutCounted(Destination, APPEND, Source, NTSTRSAFE_MAX_CCH, NULL, 0); } \
NTSTRSAFEDDI RtlUnicodeString##OP##Ex(_Inout_ PUNICODE_STRING Destination, _In_ PCUNICODE_STRING Source, _Out_opt_ PUNICODE_STRING Remaining, _In_ ULONG Flags) { return RtlpUnicodeStringPutCounted(Destination, APPEND, Source, NTSTRSAFE_MAX_CCH, Remaining, Flags); } \
NTSTRSAFEDDI RtlUnicodeString##OP##String(_Inout_ PUNICODE_STRING Destination, _In_z_ NTSTRSAFE_PCWSTR Source) { return RtlpUnicodeStringPut(Destination, APPEND, Source, NTSTRSAFE_MAX_CCH, TRUE, NULL, 0); } \
NTSTRSAFEDDI RtlUnicodeString##OP##StringEx(_Inout_ PUNICODE_STRING Destination, _In_opt_z_ NTSTRSAFE_PCWSTR Source, _Out_opt_ PUNICODE_STRING Remaining, _In_ ULONG Flags) { return RtlpUnicodeStringPut(Destination, APPEND, Source, NTSTRSAFE_MAX_CCH, TRUE, Remaining, Flags); } \
NTSTRSAFEDDI RtlUnicodeStringCch##OP##N(_Inout_ PUNICODE_STRING Destination, _In_ PCUNICODE_STRING Source, _In_ size_t Count) { return RtlpUnicodeStringPutCounted(Destination, APPEND, Source, Count, NULL, 0); } \
NTSTRSAFEDDI RtlUnicodeStringCb##OP##N(_Inout_ PUNICODE_STRING Destination, _In_ PCUNICODE_STRING Source, _In_ size_t Count) { return RtlpUnicodeStringPutCounted(Destination, APPEND, Source, Count / sizeof(wchar_t), NULL, 0); } \
NTSTRSAFEDDI RtlUnicodeStringCch##OP##NEx(_Inout_ PUNICODE_STRING Destination, _In_ PCUNICODE_STRING Source, _In_ size_t Count, _Out_opt_ PUNICODE_STRING Remaining, _In_ ULONG Flags) { return RtlpUnicodeStringPutCounted(Destination, APPEND, Source, Count, Remaining, Flags); } \
NTSTRSAFEDDI RtlUnicodeStringCb##OP##NEx(_Inout_ PUNICODE_STRING Destination, _In_ PCUNICODE_STRING Source, _In_ size_t Count, _Out_opt_ PUNICODE_STRING Remaining, _In_ ULONG Flags) { return RtlpUnicodeStringPutCounted(Destination, APPEND, Source, Count / sizeof(wchar_t), Remaining, Flags); } \
NTSTRSAFEDDI RtlUnicodeStringCch##OP##StringN(_Inout_ PUNICODE_STRING Destination, _In_reads_(Count) NTSTRSAFE_PCWSTR Source, _In_ size_t Count) { return RtlpUnicodeStringPut(Destination, APPEND, Source, Count, TRUE, NULL, 0); } \
NTSTRSAFEDDI RtlUnicodeStringCb##OP##StringN(_Inout_ PUNICODE_STRING Destination, _In_reads_bytes_(Count) NTSTRSAFE_PCWSTR Source, _In_ size_t Count) { return RtlpUnicodeStringPut(Destination, APPEND, Source, Count / sizeof(wchar_t), TRUE, NULL, 0); } \
NTSTRSAFEDDI RtlUnicodeStringCch##OP##StringNEx(_Inout_ PUNICODE_STRING Destination, _In_reads_opt_(Count) NTSTRSAFE_PCWSTR Source, _In_ size_t Count, _Out_opt_ PUNICODE_STRING Remaining, _In_ ULONG Flags) { return RtlpUnicodeStringPut(Destination, APPEND, Source, Count, TRUE, Remaining, Flags); } \
NTSTRSAFEDDI RtlUnicodeStringCb##OP##StringNEx(_Inout_ PUNICODE_STRING Destination, _In_reads_bytes_opt_(Count) NTSTRSAFE_PCWSTR Source, _In_ size_t Count, _Out_opt_ PUNICODE_STRING Remaining, _In_ ULONG Flags) { return RtlpUnicodeStringPut(Destination, APPEND, Source, Count / sizeof(wchar_t), TRUE, Remaining, Flags); }
INTERLOCK_STRSAFE_COUNTED(Copy, FALSE)
INTERLOCK_STRSAFE_COUNTED(Cat, TRUE)
_IRQL_requires_max_(PASSIVE_LEVEL) NTSTATUS RtlUnicodeStringPrintf(_Inout_ PUNICODE_STRING Destination, _In_z_ _Printf_format_string_ NTSTRSAFE_PCWSTR Format, ...);
_IRQL_requires_max_(PASSIVE_LEVEL) NTSTATUS RtlUnicodeStringVPrintf(_Inout_ PUNICODE_STRING Destination, _In_z_ _Printf_format_string_ NTSTRSAFE_PCWSTR Format, _In_ va_list Arguments);
_IRQL_requires_max_(PASSIVE_LEVEL) NTSTATUS RtlUnicodeStringPrintfEx(_Inout_opt_ PUNICODE_STRING Destination, _Out_opt_ PUNICODE_STRING Remaining, _In_ ULONG Flags, _In_opt_ _Printf_format_string_ NTSTRSAFE_PCWSTR Format, ...);
_IRQL_requires_max_(PASSIVE_LEVEL) NTSTATUS RtlUnicodeStringVPrintfEx(_Inout_opt_ PUNICODE_STRING Destination, _Out_opt_ PUNICODE_STRING Remaining, _In_ ULONG Flags, _In_opt_ _Printf_format_string_ NTSTRSAFE_PCWSTR Format, _In_ va_list Arguments);
