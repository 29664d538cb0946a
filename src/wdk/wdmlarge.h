// More routines of wdm.h that are inline code on Windows: arithmetic of large integers, constant-time comparison, triage dump data, counters.
#pragma once
#include "wdminline.h"
#include "ntdevice.h"
/** Quotient of 64 by 32 bits; the caller knows that it fits into 32 bits. */
FORCEINLINE ULONG RtlEnlargedUnsignedDivide(_In_ ULARGE_INTEGER Dividend, _In_ ULONG Divisor, _Out_opt_ PULONG Remainder)
{
  if (Remainder != NULL) *Remainder = (ULONG)(Dividend.QuadPart % Divisor);
  return (ULONG)(Dividend.QuadPart / Divisor);
}
FORCEINLINE LARGE_INTEGER RtlLargeIntegerDivide(_In_ LARGE_INTEGER Dividend, _In_ LARGE_INTEGER Divisor, _Out_opt_ PLARGE_INTEGER Remainder)
{
  LARGE_INTEGER Quotient;
  Quotient.QuadPart = (LONGLONG)((ULONGLONG)Dividend.QuadPart / (ULONGLONG)Divisor.QuadPart);
  if (Remainder != NULL) Remainder->QuadPart = (LONGLONG)((ULONGLONG)Dividend.QuadPart % (ULONGLONG)Divisor.QuadPart);
  return Quotient;
}
/** Division by a constant: multiply by its reciprocal (a fraction of 2^64), keep the upper half, shift; the sign is that of the dividend. */
FORCEINLINE LARGE_INTEGER RtlExtendedMagicDivide(_In_ LARGE_INTEGER Dividend, _In_ LARGE_INTEGER MagicDivisor, _In_ CCHAR ShiftCount)
{
  LARGE_INTEGER Quotient;
  ULONGLONG Magnitude = Dividend.QuadPart < 0 ? 0 - (ULONGLONG)Dividend.QuadPart : (ULONGLONG)Dividend.QuadPart;
  ULONGLONG High = __umulh(Magnitude, (ULONGLONG)MagicDivisor.QuadPart) >> ShiftCount;
  Quotient.QuadPart = Dividend.QuadPart < 0 ? -(LONGLONG)High : (LONGLONG)High;
  return Quotient;
}
FORCEINLINE LARGE_INTEGER RtlLargeIntegerShiftLeft(_In_ LARGE_INTEGER LargeInteger, _In_ CCHAR ShiftCount) { LARGE_INTEGER Shifted; Shifted.QuadPart = (LONGLONG)((ULONGLONG)LargeInteger.QuadPart << ShiftCount); return Shifted; }
FORCEINLINE LARGE_INTEGER RtlLargeIntegerShiftRight(_In_ LARGE_INTEGER LargeInteger, _In_ CCHAR ShiftCount) { LARGE_INTEGER Shifted; Shifted.QuadPart = (LONGLONG)((ULONGLONG)LargeInteger.QuadPart >> ShiftCount); return Shifted; }
FORCEINLINE LARGE_INTEGER RtlLargeIntegerArithmeticShift(_In_ LARGE_INTEGER LargeInteger, _In_ CCHAR ShiftCount) { LARGE_INTEGER Shifted; Shifted.QuadPart = LargeInteger.QuadPart >> ShiftCount; return Shifted; }
/** 1 when both are equal, else 0; looks at every byte whatever it finds. */
FORCEINLINE int RtlConstantTimeEqualMemory(_In_reads_bytes_(len) const void *v1, _In_reads_bytes_(len) const void *v2, _In_ unsigned long len)
{
  const volatile unsigned char *a = (const volatile unsigned char *)v1;
  const volatile unsigned char *b = (const volatile unsigned char *)v2;
  unsigned char differing = 0;
  unsigned long i;
  for (i = 0; i < len; i++) differing |= (unsigned char)(a[i] ^ b[i]);
  return differing == 0;
}
#define RtlIntPtrToUnicodeString(Value, Base, String) RtlInt64ToUnicodeString((ULONGLONG)(Value), (Base), (String))
#define ExInterlockedAddLargeStatistic(Addend, Increment) ((VOID)_InterlockedExchangeAdd64(&(Addend)->QuadPart, (LONGLONG)(ULONG)(Increment)))
#define IoAdjustPagingPathCount(Count, Increase) { if (Increase) InterlockedIncrement(Count); else InterlockedDecrement(Count); }
FORCEINLINE VOID KeInitializeTimer2SetParameters(_Out_ PKT2_SET_PARAMETERS Parameters) { RtlZeroMemory(Parameters, sizeof(*Parameters)); Parameters->NoWakeTolerance = -1; }

/** `Size` is the whole array in bytes; the header must fit. */
FORCEINLINE NTSTATUS KeInitializeTriageDumpDataArray(_Out_writes_bytes_(Size) PKTRIAGE_DUMP_DATA_ARRAY KtriageDumpDataArray, _In_ ULONG Size)
{
  if (KtriageDumpDataArray == NULL || Size < sizeof(KTRIAGE_DUMP_DATA_ARRAY)) return STATUS_INVALID_PARAMETER;
  RtlZeroMemory(KtriageDumpDataArray, Size);
  InitializeListHead(&KtriageDumpDataArray->List);
  KtriageDumpDataArray->NumBlocksTotal = (Size - FIELD_OFFSET(KTRIAGE_DUMP_DATA_ARRAY, Blocks)) / sizeof(KADDRESS_RANGE);
  KtriageDumpDataArray->MaxDataSize = 0xFFFFFFFF;
  return STATUS_SUCCESS;
}
FORCEINLINE NTSTATUS KeAddTriageDumpDataBlock(_Inout_ PKTRIAGE_DUMP_DATA_ARRAY KtriageDumpDataArray, _In_ PVOID Address, _In_ SIZE_T Size)
{
  ULONG Index;
  if (KtriageDumpDataArray == NULL || Address == NULL || Size == 0) return STATUS_INVALID_PARAMETER;
  for (Index = 0; Index < KtriageDumpDataArray->NumBlocksUsed; Index++) {
    PKADDRESS_RANGE Block = &KtriageDumpDataArray->Blocks[Index];
    if ((PUCHAR)Address >= (PUCHAR)Block->Address && (PUCHAR)Address + Size <= (PUCHAR)Block->Address + Block->Size) return STATUS_SUCCESS;
  }
  if (KtriageDumpDataArray->NumBlocksUsed >= KtriageDumpDataArray->NumBlocksTotal) return STATUS_INSUFFICIENT_RESOURCES;
  if (Size > KtriageDumpDataArray->MaxDataSize - KtriageDumpDataArray->DataSize) return STATUS_BUFFER_OVERFLOW;
  KtriageDumpDataArray->Blocks[KtriageDumpDataArray->NumBlocksUsed].Address = Address;
  KtriageDumpDataArray->Blocks[KtriageDumpDataArray->NumBlocksUsed].Size = Size;
  KtriageDumpDataArray->NumBlocksUsed++;
  KtriageDumpDataArray->DataSize += (ULONG)Size;
  return STATUS_SUCCESS;
}
