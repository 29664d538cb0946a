// Integer arithmetic that answers STATUS_INTEGER_OVERFLOW; conversions that lose bits answer the same.
#pragma once
#include "ntdef.h"
#include "ntstatus.h"
#define INTSAFE_E_ARITHMETIC_OVERFLOW STATUS_INTEGER_OVERFLOW
#define INTERLOCK_INTSAFE_UNSIGNED(N, T, MAX) \
FORCEINLINE NTSTATUS Rtl##N##Add(_In_ T A, _In_ T B, _Out_ T *Result) { if (A > (MAX) - B) { *Result = (T)(MAX); return STATUS_INTEGER_OVERFLOW; } *Result = (T)(A + B); return STATUS_SUCCESS; } \
FORCEINLINE NTSTATUS Rtl##N##Sub(_In_ T A, _In_ T B, _Out_ T *Result) { if (A < B) { *Result = (T)(MAX); return STATUS_INTEGER_OVERFLOW; } *Result = (T)(A - B); return STATUS_SUCCESS; } \
FORCEINLINE NTSTATUS Rtl##N##Mult(_In_ T A, _In_ T B, _Out_ T *Result) { if (B != 0 && A > (MAX) / B) { *Result = (T)(MAX); return STATUS_INTEGER_OVERFLOW; } *Result = (T)(A * B); return STATUS_SUCCESS; }
INTERLOCK_INTSAFE_UNSIGNED(UChar, UCHAR, 0xff)
INTERLOCK_INTSAFE_UNSIGNED(UShort, USHORT, 0xffff)
INTERLOCK_INTSAFE_UNSIGNED(ULong, ULONG, 0xffffffffUL)
INTERLOCK_INTSAFE_UNSIGNED(ULongLong, ULONGLONG, 0xffffffffffffffffULL)
INTERLOCK_INTSAFE_UNSIGNED(UInt, UINT, 0xffffffffU)
INTERLOCK_INTSAFE_UNSIGNED(SizeT, SIZE_T, 0xffffffffffffffffULL)
INTERLOCK_INTSAFE_UNSIGNED(ULongPtr, ULONG_PTR, 0xffffffffffffffffULL)
#define RtlSIZETAdd RtlSizeTAdd
#define RtlSIZETSub RtlSizeTSub
#define RtlSIZETMult RtlSizeTMult
#define RtlUInt8Add RtlUCharAdd
#define RtlUInt16Add RtlUShortAdd
#define RtlUInt32Add RtlUIntAdd
#define RtlUInt64Add RtlULongLongAdd
#define RtlUInt64Mult RtlULongLongMult
#define RtlDWordAdd RtlULongAdd
#define RtlDWordMult RtlULongMult
FORCEINLINE NTSTATUS RtlLongAdd(_In_ LONG A, _In_ LONG B, _Out_ LONG *Result)
{
  LONGLONG Wide = (LONGLONG)A + B;
  *Result = (LONG)Wide;
  if (Wide == *Result) return STATUS_SUCCESS;
  *Result = -1;
  return STATUS_INTEGER_OVERFLOW;
}
FORCEINLINE NTSTATUS RtlLongSub(_In_ LONG A, _In_ LONG B, _Out_ LONG *Result)
{
  LONGLONG Wide = (LONGLONG)A - B;
  *Result = (LONG)Wide;
  if (Wide == *Result) return STATUS_SUCCESS;
  *Result = -1;
  return STATUS_INTEGER_OVERFLOW;
}
FORCEINLINE NTSTATUS RtlLongLongAdd(_In_ LONGLONG A, _In_ LONGLONG B, _Out_ LONGLONG *Result)
{
  if ((B > 0 && A > MAXLONGLONG - B) || (B < 0 && A < (-MAXLONGLONG - 1) - B)) { *Result = -1; return STATUS_INTEGER_OVERFLOW; }
  *Result = A + B;
  return STATUS_SUCCESS;
}
#define INTERLOCK_INTSAFE_CONVERT(N, F, T, MAX) \
FORCEINLINE NTSTATUS Rtl##N(_In_ F Value, _Out_ T *Result) { if ((ULONGLONG)Value > (MAX)) { *Result = (T)(MAX); return STATUS_INTEGER_OVERFLOW; } *Result = (T)Value; return STATUS_SUCCESS; }
INTERLOCK_INTSAFE_CONVERT(ULongLongToULong, ULONGLONG, ULONG, 0xffffffffUL)
INTERLOCK_INTSAFE_CONVERT(ULongLongToUShort, ULONGLONG, USHORT, 0xffff)
INTERLOCK_INTSAFE_CONVERT(ULongToUShort, ULONG, USHORT, 0xffff)
INTERLOCK_INTSAFE_CONVERT(ULongToUChar, ULONG, UCHAR, 0xff)
INTERLOCK_INTSAFE_CONVERT(ULongToLong, ULONG, LONG, 0x7fffffffUL)
INTERLOCK_INTSAFE_CONVERT(LongToULong, LONG, ULONG, 0xffffffffUL)
INTERLOCK_INTSAFE_CONVERT(LongLongToULong, LONGLONG, ULONG, 0xffffffffUL)
INTERLOCK_INTSAFE_CONVERT(LongLongToULongLong, LONGLONG, ULONGLONG, 0x7fffffffffffffffULL)
INTERLOCK_INTSAFE_CONVERT(SizeTToULong, SIZE_T, ULONG, 0xffffffffUL)
INTERLOCK_INTSAFE_CONVERT(SizeTToUShort, SIZE_T, USHORT, 0xffff)
INTERLOCK_INTSAFE_CONVERT(SizeTToLong, SIZE_T, LONG, 0x7fffffffUL)
INTERLOCK_INTSAFE_CONVERT(ULongPtrToULong, ULONG_PTR, ULONG, 0xffffffffUL)
INTERLOCK_INTSAFE_CONVERT(UShortToUChar, USHORT, UCHAR, 0xff)
#define RtlSIZETToULong RtlSizeTToULong
#define RtlSIZETToUShort RtlSizeTToUShort
