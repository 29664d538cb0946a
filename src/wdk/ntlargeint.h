// Large integer arithmetic of the time before compilers had 64 bits. Inline on Windows x64 too.
#pragma once
#include "ntdef.h"
FORCEINLINE ULONG RtlEnlargedUnsignedDivide(_In_ ULARGE_INTEGER Dividend, _In_ ULONG Divisor, _Out_opt_ PULONG Remainder)
{
  if (Remainder != NULL) *Remainder = (ULONG)(Dividend.QuadPart % Divisor);
  return (ULONG)(Dividend.QuadPart / Divisor);
}
FORCEINLINE LARGE_INTEGER RtlLargeIntegerDivide(_In_ LARGE_INTEGER Dividend, _In_ LARGE_INTEGER Divisor, _Out_opt_ PLARGE_INTEGER Remainder)
{
  LARGE_INTEGER Quotient;
  Quotient.QuadPart = Dividend.QuadPart / Divisor.QuadPart;
  if (Remainder != NULL) Remainder->QuadPart = Dividend.QuadPart % Divisor.QuadPart;
  return Quotient;
}
// The high 64 bits of the unsigned product, shifted right; the dividend's sign comes back afterwards.
FORCEINLINE LARGE_INTEGER RtlExtendedMagicDivide(_In_ LARGE_INTEGER Dividend, _In_ LARGE_INTEGER MagicDivisor, _In_ CCHAR ShiftCount)
{
  LARGE_INTEGER Quotient;
  if (Dividend.QuadPart >= 0)
    Quotient.QuadPart = (LONGLONG)(__umulh((ULONGLONG)Dividend.QuadPart, (ULONGLONG)MagicDivisor.QuadPart) >> ShiftCount);
  else
    Quotient.QuadPart = -(LONGLONG)(__umulh((ULONGLONG)-Dividend.QuadPart, (ULONGLONG)MagicDivisor.QuadPart) >> ShiftCount);
  return Quotient;
}
FORCEINLINE LARGE_INTEGER RtlLargeIntegerShiftLeft(_In_ LARGE_INTEGER Value, _In_ CCHAR ShiftCount) { LARGE_INTEGER Shifted; Shifted.QuadPart = (LONGLONG)((ULONGLONG)Value.QuadPart << ShiftCount); return Shifted; }
FORCEINLINE LARGE_INTEGER RtlLargeIntegerShiftRight(_In_ LARGE_INTEGER Value, _In_ CCHAR ShiftCount) { LARGE_INTEGER Shifted; Shifted.QuadPart = (LONGLONG)((ULONGLONG)Value.QuadPart >> ShiftCount); return Shifted; }
FORCEINLINE LARGE_INTEGER RtlLargeIntegerArithmeticShift(_In_ LARGE_INTEGER Value, _In_ CCHAR ShiftCount) { LARGE_INTEGER Shifted; Shifted.QuadPart = Value.QuadPart >> ShiftCount; return Shifted; }
#define RtlLargeIntegerAnd(r, s, m) ((r).QuadPart = (s).QuadPart & (m).QuadPart)
#define RtlLargeIntegerGreaterThan(x, y) ((x).QuadPart > (y).QuadPart)
#define RtlLargeIntegerGreaterThanOrEqualTo(x, y) ((x).QuadPart >= (y).QuadPart)
#define RtlLargeIntegerEqualTo(x, y) ((x).QuadPart == (y).QuadPart)
#define RtlLargeIntegerNotEqualTo(x, y) ((x).QuadPart != (y).QuadPart)
#define RtlLargeIntegerLessThan(x, y) ((x).QuadPart < (y).QuadPart)
#define RtlLargeIntegerLessThanOrEqualTo(x, y) ((x).QuadPart <= (y).QuadPart)
#define RtlLargeIntegerGreaterThanZero(x) ((x).QuadPart > 0)
#define RtlLargeIntegerGreaterOrEqualToZero(x) ((x).QuadPart >= 0)
#define RtlLargeIntegerEqualToZero(x) ((x).QuadPart == 0)
#define RtlLargeIntegerNotEqualToZero(x) ((x).QuadPart != 0)
#define RtlLargeIntegerLessThanZero(x) ((x).QuadPart < 0)
#define RtlLargeIntegerLessOrEqualToZero(x) ((x).QuadPart <= 0)
#define RtlIntPtrToUnicodeString(v, b, s) RtlInt64ToUnicodeString((ULONGLONG)(v), (b), (s))
// Time does not depend on where the first difference is.
FORCEINLINE int RtlConstantTimeEqualMemory(_In_reads_bytes_(Length) const void *First, _In_reads_bytes_(Length) const void *Second, _In_ unsigned long Length)
{
  const volatile unsigned char *A = First;
  const volatile unsigned char *B = Second;
  unsigned char Difference = 0;
  while (Length-- != 0) Difference |= *A++ ^ *B++;
  return Difference == 0;
}
