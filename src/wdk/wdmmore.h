// More routines of wdm.h that are inline code on Windows: triage dump data, statistics counters, parameters of timers.
#pragma once
#include "wdminline.h"
#include "ntdevice.h"
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
