// Routines that are inline code or macros on Windows x64 too: lists, IRP stack locations, lookaside lists, memory, assertions.
#pragma once
#include "ddi-wdm.h"
#include "ddi-extra.h"
#include "ntlargeint.h"

#define RtlEqualMemory(a, b, n) (!memcmp((a), (b), (n)))
#define RtlMoveMemory(d, s, n) memmove((d), (s), (n))
#define RtlCopyMemory(d, s, n) memcpy((d), (s), (n))
#define RtlFillMemory(d, n, v) memset((d), (v), (n))
#define RtlZeroMemory(d, n) memset((d), 0, (n))
#define RtlCopyBytes RtlCopyMemory
#define RtlZeroBytes RtlZeroMemory
#define RtlFillBytes RtlFillMemory
#define RtlCopyMemoryNonTemporal RtlCopyMemory
#define RtlCopyVolatileMemory RtlCopyMemory
#define RtlSecureZeroMemory(d, n) memset((d), 0, (n))

#define ObReferenceObject ObfReferenceObject
#define ObDereferenceObject ObfDereferenceObject
#define ObReferenceObjectWithTag ObfReferenceObjectWithTag
#define ObDereferenceObjectWithTag ObfDereferenceObjectWithTag
#define IoCallDriver(d, i) IofCallDriver(d, i)
#define IoCompleteRequest(i, b) IofCompleteRequest(i, b)
#define PsGetCurrentProcess IoGetCurrentProcess
#define KeRaiseIrql(n, o) (*(o) = KfRaiseIrql(n))
#define KeAcquireSpinLock(l, o) (*(o) = KeAcquireSpinLockRaiseToDpc(l))
#define KeWaitForMutexObject KeWaitForSingleObject
#define KeMemoryBarrier() __faststorefence()
#define KeMemoryBarrierWithoutFence() _ReadWriteBarrier()
#define ExFreePool(p) ExFreePoolWithTag((p), 0)
#define ExAcquirePushLockExclusive(l) ExAcquirePushLockExclusiveEx(l, EX_DEFAULT_PUSH_LOCK_FLAGS)
#define ExAcquirePushLockShared(l) ExAcquirePushLockSharedEx(l, EX_DEFAULT_PUSH_LOCK_FLAGS)
#define ExReleasePushLockExclusive(l) ExReleasePushLockExclusiveEx(l, EX_DEFAULT_PUSH_LOCK_FLAGS)
#define ExReleasePushLockShared(l) ExReleasePushLockSharedEx(l, EX_DEFAULT_PUSH_LOCK_FLAGS)
#define ExGetCurrentResourceThread() ((ERESOURCE_THREAD)PsGetCurrentThread())
#define ExIsResourceAcquired ExIsResourceAcquiredSharedLite
#define ExIsResourceAcquiredLite ExIsResourceAcquiredSharedLite
#define ExReleaseResource(r) ExReleaseResourceLite(r)
#define ExInterlockedIncrementLong(a, l) InterlockedIncrement(a)
#define ExInterlockedDecrementLong(a, l) InterlockedDecrement(a)
#define ExInterlockedExchangeUlong(a, v, l) InterlockedExchange((PLONG)(a), (LONG)(v))
#define ExInterlockedPopEntrySList(h, l) ExpInterlockedPopEntrySList(h)
#define ExInterlockedPushEntrySList(h, e, l) ExpInterlockedPushEntrySList(h, e)
#define InterlockedPopEntrySList(h) ExpInterlockedPopEntrySList(h)
#define InterlockedPushEntrySList(h, e) ExpInterlockedPushEntrySList(h, e)
#define InterlockedFlushSList(h) ExpInterlockedFlushSList(h)
#define ExInitializeSListHead InitializeSListHead
#define ExInitializeDriverRuntime(f) UNREFERENCED_PARAMETER(f)
#define MmLockPagableCodeSection(a) MmLockPagableDataSection(a)
#define RtlFailFast(c) __fastfail(c)

_IRQL_requires_max_(DISPATCH_LEVEL) FORCEINLINE PETHREAD PsGetCurrentThread(VOID) { return (PETHREAD)KeGetCurrentThread(); }
FORCEINLINE VOID InitializeListHead(_Out_ PLIST_ENTRY ListHead) { ListHead->Flink = ListHead->Blink = ListHead; }
_Must_inspect_result_ FORCEINLINE BOOLEAN IsListEmpty(_In_ const LIST_ENTRY *ListHead) { return (BOOLEAN)(ListHead->Flink == ListHead); }
FORCEINLINE BOOLEAN RemoveEntryList(_In_ PLIST_ENTRY Entry)
{
  PLIST_ENTRY Next = Entry->Flink;
  PLIST_ENTRY Previous = Entry->Blink;
  if (Next->Blink != Entry || Previous->Flink != Entry) RtlFailFast(FAST_FAIL_CORRUPT_LIST_ENTRY);
  Previous->Flink = Next;
  Next->Blink = Previous;
  return (BOOLEAN)(Next == Previous);
}
FORCEINLINE PLIST_ENTRY RemoveHeadList(_Inout_ PLIST_ENTRY ListHead)
{
  PLIST_ENTRY Entry = ListHead->Flink;
  PLIST_ENTRY Next = Entry->Flink;
  if (Entry->Blink != ListHead || Next->Blink != Entry) RtlFailFast(FAST_FAIL_CORRUPT_LIST_ENTRY);
  ListHead->Flink = Next;
  Next->Blink = ListHead;
  return Entry;
}
FORCEINLINE PLIST_ENTRY RemoveTailList(_Inout_ PLIST_ENTRY ListHead)
{
  PLIST_ENTRY Entry = ListHead->Blink;
  PLIST_ENTRY Previous = Entry->Blink;
  if (Entry->Flink != ListHead || Previous->Flink != Entry) RtlFailFast(FAST_FAIL_CORRUPT_LIST_ENTRY);
  ListHead->Blink = Previous;
  Previous->Flink = ListHead;
  return Entry;
}
FORCEINLINE VOID InsertTailList(_Inout_ PLIST_ENTRY ListHead, _Inout_ PLIST_ENTRY Entry)
{
  PLIST_ENTRY Previous = ListHead->Blink;
  if (Previous->Flink != ListHead) RtlFailFast(FAST_FAIL_CORRUPT_LIST_ENTRY);
  Entry->Flink = ListHead;
  Entry->Blink = Previous;
  Previous->Flink = Entry;
  ListHead->Blink = Entry;
}
FORCEINLINE VOID InsertHeadList(_Inout_ PLIST_ENTRY ListHead, _Inout_ PLIST_ENTRY Entry)
{
  PLIST_ENTRY Next = ListHead->Flink;
  if (Next->Blink != ListHead) RtlFailFast(FAST_FAIL_CORRUPT_LIST_ENTRY);
  Entry->Flink = Next;
  Entry->Blink = ListHead;
  Next->Blink = Entry;
  ListHead->Flink = Entry;
}
FORCEINLINE VOID AppendTailList(_Inout_ PLIST_ENTRY ListHead, _Inout_ PLIST_ENTRY ListToAppend)
{
  PLIST_ENTRY End = ListHead->Blink;
  if (End->Flink != ListHead || ListToAppend->Blink->Flink != ListToAppend) RtlFailFast(FAST_FAIL_CORRUPT_LIST_ENTRY);
  ListHead->Blink->Flink = ListToAppend;
  ListHead->Blink = ListToAppend->Blink;
  ListToAppend->Blink->Flink = ListHead;
  ListToAppend->Blink = End;
}
FORCEINLINE PSINGLE_LIST_ENTRY PopEntryList(_Inout_ PSINGLE_LIST_ENTRY ListHead)
{
  PSINGLE_LIST_ENTRY First = ListHead->Next;
  if (First != NULL) ListHead->Next = First->Next;
  return First;
}
FORCEINLINE VOID PushEntryList(_Inout_ PSINGLE_LIST_ENTRY ListHead, _Inout_ PSINGLE_LIST_ENTRY Entry)
{
  Entry->Next = ListHead->Next;
  ListHead->Next = Entry;
}

FORCEINLINE PIO_STACK_LOCATION IoGetCurrentIrpStackLocation(_In_ PIRP Irp) { return Irp->Tail.Overlay.CurrentStackLocation; }
FORCEINLINE PIO_STACK_LOCATION IoGetNextIrpStackLocation(_In_ PIRP Irp) { return Irp->Tail.Overlay.CurrentStackLocation - 1; }
FORCEINLINE PIO_STACK_LOCATION IoGetPreviousIrpStackLocation(_In_ PIRP Irp) { return Irp->Tail.Overlay.CurrentStackLocation + 1; }
FORCEINLINE VOID IoSetNextIrpStackLocation(_Inout_ PIRP Irp) { Irp->CurrentLocation--; Irp->Tail.Overlay.CurrentStackLocation--; }
FORCEINLINE VOID IoSkipCurrentIrpStackLocation(_Inout_ PIRP Irp) { Irp->CurrentLocation++; Irp->Tail.Overlay.CurrentStackLocation++; }
FORCEINLINE VOID IoCopyCurrentIrpStackLocationToNext(_Inout_ PIRP Irp)
{
  PIO_STACK_LOCATION Current = IoGetCurrentIrpStackLocation(Irp);
  PIO_STACK_LOCATION Next = IoGetNextIrpStackLocation(Irp);
  RtlCopyMemory(Next, Current, FIELD_OFFSET(IO_STACK_LOCATION, CompletionRoutine));
  Next->Control = 0;
}
_IRQL_requires_max_(DISPATCH_LEVEL) FORCEINLINE VOID IoSetCompletionRoutine(_In_ PIRP Irp, _In_opt_ PIO_COMPLETION_ROUTINE CompletionRoutine, _In_opt_ PVOID Context,
  _In_ BOOLEAN InvokeOnSuccess, _In_ BOOLEAN InvokeOnError, _In_ BOOLEAN InvokeOnCancel)
{
  PIO_STACK_LOCATION Next = IoGetNextIrpStackLocation(Irp);
  Next->CompletionRoutine = CompletionRoutine;
  Next->Context = Context;
  Next->Control = 0;
  if (InvokeOnSuccess) Next->Control = SL_INVOKE_ON_SUCCESS;
  if (InvokeOnError) Next->Control |= SL_INVOKE_ON_ERROR;
  if (InvokeOnCancel) Next->Control |= SL_INVOKE_ON_CANCEL;
}
FORCEINLINE VOID IoMarkIrpPending(_Inout_ PIRP Irp) { IoGetCurrentIrpStackLocation(Irp)->Control |= SL_PENDING_RETURNED; }
FORCEINLINE VOID IoUnmarkIrpPending(_Inout_ PIRP Irp) { IoGetCurrentIrpStackLocation(Irp)->Control &= ~SL_PENDING_RETURNED; }
FORCEINLINE VOID IoRetryIrpCompletion(_Inout_ PIRP Irp) { IoSetNextIrpStackLocation(Irp); }
_IRQL_requires_max_(DISPATCH_LEVEL) FORCEINLINE PDRIVER_CANCEL IoSetCancelRoutine(_Inout_ PIRP Irp, _In_opt_ PDRIVER_CANCEL CancelRoutine)
{
  return (PDRIVER_CANCEL)(ULONG_PTR)_InterlockedExchangePointer((PVOID volatile *)&Irp->CancelRoutine, (PVOID)(ULONG_PTR)CancelRoutine);
}
FORCEINLINE VOID IoInitializeDriverCreateContext(_Out_ PIO_DRIVER_CREATE_CONTEXT Context)
{
  RtlZeroMemory(Context, sizeof(IO_DRIVER_CREATE_CONTEXT));
  Context->Size = sizeof(IO_DRIVER_CREATE_CONTEXT);
}
#define IoSizeOfIrp(n) ((USHORT)(sizeof(IRP) + ((n) * sizeof(IO_STACK_LOCATION))))
#define IoGetFunctionCodeFromCtlCode(c) ((c >> 2) & 0x00000FFF)
#define IoInitializeDpcRequest(d, r) KeInitializeDpc(&(d)->Dpc, (PKDEFERRED_ROUTINE)(r), (d))
#define IoRequestDpc(d, i, c) KeInsertQueueDpc(&(d)->Dpc, (i), (c))
#define IoIsErrorUserInduced(s) \
  ((BOOLEAN)((s) == STATUS_DEVICE_NOT_READY || (s) == STATUS_IO_TIMEOUT || (s) == STATUS_MEDIA_WRITE_PROTECTED || (s) == STATUS_NO_MEDIA_IN_DEVICE || \
    (s) == STATUS_VERIFY_REQUIRED || (s) == STATUS_UNRECOGNIZED_MEDIA || (s) == STATUS_WRONG_VOLUME))
_IRQL_requires_max_(DISPATCH_LEVEL) FORCEINLINE PVOID MmGetSystemAddressForMdlSafe(_Inout_ PMDL Mdl, _In_ ULONG Priority)
{
  if (Mdl->MdlFlags & (MDL_MAPPED_TO_SYSTEM_VA | MDL_SOURCE_IS_NONPAGED_POOL)) return Mdl->MappedSystemVa;
  return MmMapLockedPagesSpecifyCache(Mdl, KernelMode, MmCached, NULL, FALSE, Priority);
}

FORCEINLINE VOID ExInitializeFastMutex(_Out_ PFAST_MUTEX FastMutex)
{
  FastMutex->Count = 1;
  FastMutex->Owner = NULL;
  FastMutex->Contention = 0;
  KeInitializeEvent(&FastMutex->Event, SynchronizationEvent, FALSE);
}
FORCEINLINE VOID ExInitializeWorkItem(_Out_ PWORK_QUEUE_ITEM Item, _In_ PWORKER_THREAD_ROUTINE Routine, _In_opt_ PVOID Context)
{
  Item->WorkerRoutine = Routine;
  Item->Parameter = Context;
  Item->List.Flink = NULL;
}
_IRQL_requires_max_(DISPATCH_LEVEL) FORCEINLINE PVOID ExAllocateFromLookasideListEx(_Inout_ PLOOKASIDE_LIST_EX Lookaside)
{
  PVOID Entry;
  Lookaside->L.TotalAllocates += 1;
  Entry = InterlockedPopEntrySList(&Lookaside->L.ListHead);
  if (Entry == NULL) {
    Lookaside->L.AllocateMisses += 1;
    Entry = (Lookaside->L.AllocateEx)(Lookaside->L.Type, Lookaside->L.Size, Lookaside->L.Tag, Lookaside);
  }
  return Entry;
}
_IRQL_requires_max_(DISPATCH_LEVEL) FORCEINLINE VOID ExFreeToLookasideListEx(_Inout_ PLOOKASIDE_LIST_EX Lookaside, _In_ PVOID Entry)
{
  Lookaside->L.TotalFrees += 1;
  if (ExQueryDepthSList(&Lookaside->L.ListHead) >= Lookaside->L.Depth) {
    Lookaside->L.FreeMisses += 1;
    (Lookaside->L.FreeEx)(Entry, Lookaside);
  } else {
    InterlockedPushEntrySList(&Lookaside->L.ListHead, (PSLIST_ENTRY)Entry);
  }
}
_IRQL_requires_max_(DISPATCH_LEVEL) FORCEINLINE PVOID ExAllocateFromNPagedLookasideList(_Inout_ PNPAGED_LOOKASIDE_LIST Lookaside)
{
  PVOID Entry;
  Lookaside->L.TotalAllocates += 1;
  Entry = InterlockedPopEntrySList(&Lookaside->L.ListHead);
  if (Entry == NULL) {
    Lookaside->L.AllocateMisses += 1;
    Entry = (Lookaside->L.Allocate)(Lookaside->L.Type, Lookaside->L.Size, Lookaside->L.Tag);
  }
  return Entry;
}
_IRQL_requires_max_(DISPATCH_LEVEL) FORCEINLINE VOID ExFreeToNPagedLookasideList(_Inout_ PNPAGED_LOOKASIDE_LIST Lookaside, _In_ PVOID Entry)
{
  Lookaside->L.TotalFrees += 1;
  if (ExQueryDepthSList(&Lookaside->L.ListHead) >= Lookaside->L.Depth) {
    Lookaside->L.FreeMisses += 1;
    (Lookaside->L.Free)(Entry);
  } else {
    InterlockedPushEntrySList(&Lookaside->L.ListHead, (PSLIST_ENTRY)Entry);
  }
}
_IRQL_requires_max_(APC_LEVEL) FORCEINLINE PVOID ExAllocateFromPagedLookasideList(_Inout_ PPAGED_LOOKASIDE_LIST Lookaside)
{
  return ExAllocateFromNPagedLookasideList((PNPAGED_LOOKASIDE_LIST)Lookaside);
}
_IRQL_requires_max_(APC_LEVEL) FORCEINLINE VOID ExFreeToPagedLookasideList(_Inout_ PPAGED_LOOKASIDE_LIST Lookaside, _In_ PVOID Entry)
{
  ExFreeToNPagedLookasideList((PNPAGED_LOOKASIDE_LIST)Lookaside, Entry);
}
_When_((PoolType & PagedPool) != 0, _IRQL_requires_max_(APC_LEVEL)) _When_((PoolType & PagedPool) == 0, _IRQL_requires_max_(DISPATCH_LEVEL)) _Must_inspect_result_ FORCEINLINE PVOID ExAllocatePoolZero(_In_ POOL_TYPE PoolType, _In_ SIZE_T NumberOfBytes, _In_ ULONG Tag)
{
  PVOID Block = ExAllocatePoolWithTag((POOL_TYPE)(PoolType | POOL_ZERO_ALLOCATION), NumberOfBytes, Tag);
  if (Block != NULL) RtlZeroMemory(Block, NumberOfBytes);
  return Block;
}
#define ExAllocatePoolUninitialized(t, n, g) ExAllocatePoolWithTag((t), (n), (g))
#define ExAllocatePoolQuotaZero(t, n, g) ExAllocatePoolWithQuotaTag((POOL_TYPE)((t) | POOL_ZERO_ALLOCATION), (n), (g))
#define ExAllocatePoolQuotaUninitialized(t, n, g) ExAllocatePoolWithQuotaTag((t), (n), (g))
#define ExAllocatePoolPriorityZero(t, n, g, p) ExAllocatePoolWithTagPriority((POOL_TYPE)((t) | POOL_ZERO_ALLOCATION), (n), (g), (p))
#define ExAllocatePoolPriorityUninitialized(t, n, g, p) ExAllocatePoolWithTagPriority((t), (n), (g), (p))
FORCEINLINE VOID ExInitializeSetTimerParameters(_Out_ PEXT_SET_PARAMETERS Parameters) { RtlZeroMemory(Parameters, sizeof(*Parameters)); }
FORCEINLINE VOID ExInitializeDeleteTimerParameters(_Out_ PEXT_DELETE_PARAMETERS Parameters) { RtlZeroMemory(Parameters, sizeof(*Parameters)); }

FORCEINLINE VOID RtlInitEmptyUnicodeString(_Out_ PUNICODE_STRING String, _In_opt_ PWCHAR Buffer, _In_ USHORT BufferSize)
{
  String->Length = 0;
  String->MaximumLength = BufferSize;
  String->Buffer = Buffer;
}
FORCEINLINE VOID RtlInitEmptyAnsiString(_Out_ PANSI_STRING String, _In_opt_ PCHAR Buffer, _In_ USHORT BufferSize)
{
  String->Length = 0;
  String->MaximumLength = BufferSize;
  String->Buffer = Buffer;
}
FORCEINLINE LARGE_INTEGER RtlConvertLongToLargeInteger(_In_ LONG Value) { LARGE_INTEGER Large; Large.QuadPart = Value; return Large; }
FORCEINLINE LARGE_INTEGER RtlConvertUlongToLargeInteger(_In_ ULONG Value) { LARGE_INTEGER Large; Large.QuadPart = Value; return Large; }
FORCEINLINE LUID RtlConvertLongToLuid(_In_ LONG Value) { LUID Luid; Luid.LowPart = (ULONG)Value; Luid.HighPart = Value < 0 ? -1 : 0; return Luid; }
FORCEINLINE LUID RtlConvertUlongToLuid(_In_ ULONG Value) { LUID Luid; Luid.LowPart = Value; Luid.HighPart = 0; return Luid; }
FORCEINLINE LARGE_INTEGER RtlLargeIntegerAdd(_In_ LARGE_INTEGER A, _In_ LARGE_INTEGER B) { LARGE_INTEGER Large; Large.QuadPart = A.QuadPart + B.QuadPart; return Large; }
FORCEINLINE LARGE_INTEGER RtlLargeIntegerSubtract(_In_ LARGE_INTEGER A, _In_ LARGE_INTEGER B) { LARGE_INTEGER Large; Large.QuadPart = A.QuadPart - B.QuadPart; return Large; }
FORCEINLINE LARGE_INTEGER RtlLargeIntegerNegate(_In_ LARGE_INTEGER A) { LARGE_INTEGER Large; Large.QuadPart = -A.QuadPart; return Large; }
FORCEINLINE LARGE_INTEGER RtlExtendedIntegerMultiply(_In_ LARGE_INTEGER A, _In_ LONG B) { LARGE_INTEGER Large; Large.QuadPart = A.QuadPart * B; return Large; }
FORCEINLINE LARGE_INTEGER RtlEnlargedIntegerMultiply(_In_ LONG A, _In_ LONG B) { LARGE_INTEGER Large; Large.QuadPart = (LONGLONG)A * B; return Large; }
FORCEINLINE LARGE_INTEGER RtlEnlargedUnsignedMultiply(_In_ ULONG A, _In_ ULONG B) { LARGE_INTEGER Large; Large.QuadPart = (LONGLONG)((ULONGLONG)A * B); return Large; }
FORCEINLINE LARGE_INTEGER RtlExtendedLargeIntegerDivide(_In_ LARGE_INTEGER Dividend, _In_ ULONG Divisor, _Out_opt_ PULONG Remainder)
{
  LARGE_INTEGER Large;
  Large.QuadPart = (LONGLONG)((ULONGLONG)Dividend.QuadPart / Divisor);
  if (Remainder != NULL) *Remainder = (ULONG)((ULONGLONG)Dividend.QuadPart % Divisor);
  return Large;
}
#define RtlEqualLuid(a, b) (((a)->LowPart == (b)->LowPart) && ((a)->HighPart == (b)->HighPart))
#define RtlIsZeroLuid(a) ((BOOLEAN)(((a)->LowPart | (a)->HighPart) == 0))
#define RtlUlongByteSwap(v) _byteswap_ulong(v)
#define RtlUshortByteSwap(v) _byteswap_ushort(v)
#define RtlUlonglongByteSwap(v) _byteswap_uint64(v)
#define RtlCheckBit(m, n) (((((PULONG)(m)->Buffer)[(n) / 32]) >> ((n) % 32)) & 0x1)
#define RtlParent(l) ((PRTL_SPLAY_LINKS)(l)->Parent)
#define RtlLeftChild(l) ((PRTL_SPLAY_LINKS)(l)->LeftChild)
#define RtlRightChild(l) ((PRTL_SPLAY_LINKS)(l)->RightChild)
#define RtlIsRoot(l) (RtlParent(l) == ((PRTL_SPLAY_LINKS)(l)))
#define RtlIsLeftChild(l) (RtlLeftChild(RtlParent(l)) == (PRTL_SPLAY_LINKS)(l))
#define RtlIsRightChild(l) (RtlRightChild(RtlParent(l)) == (PRTL_SPLAY_LINKS)(l))
#define RtlUnicodeStringToAnsiSize(s) RtlxUnicodeStringToAnsiSize(s)
#define RtlAnsiStringToUnicodeSize(s) RtlxAnsiStringToUnicodeSize(s)
#define RtlRetrieveUlong(d, s) memcpy((d), (s), sizeof(ULONG))
#define RtlRetrieveUshort(d, s) memcpy((d), (s), sizeof(USHORT))
#define RtlStoreUlong(a, v) (*(ULONG UNALIGNED *)(a) = (v))
#define RtlStoreUshort(a, v) (*(USHORT UNALIGNED *)(a) = (v))
#define RtlStoreUlonglong(a, v) (*(ULONGLONG UNALIGNED *)(a) = (v))
#define RtlStoreUlongPtr(a, v) (*(ULONG_PTR UNALIGNED *)(a) = (v))
#define FsRtlEnterFileSystem KeEnterCriticalRegion
#define FsRtlExitFileSystem KeLeaveCriticalRegion
#define RtlInterlockedSetBits(f, b) InterlockedOr((PLONG)(f), (LONG)(b))
#define RtlInterlockedClearBits(f, b) InterlockedAnd((PLONG)(f), ~(LONG)(b))
#define RtlInterlockedSetClearBits(f, s, c) (InterlockedOr((PLONG)(f), (LONG)(s)), InterlockedAnd((PLONG)(f), ~(LONG)(c)))
#define SeQuerySubjectContextToken(c) (ARGUMENT_PRESENT(((PSECURITY_SUBJECT_CONTEXT)(c))->ClientToken) ? ((PSECURITY_SUBJECT_CONTEXT)(c))->ClientToken : ((PSECURITY_SUBJECT_CONTEXT)(c))->PrimaryToken)
#define ExAllocatePoolWithQuota(t, n) ExAllocatePoolWithQuotaTag((t), (n), 'enoN')
#define ExInterlockedCompareExchange64(d, x, c, l) InterlockedCompareExchange64((PLONG64)(d), *(PLONG64)(x), *(PLONG64)(c))
#define ExInterlockedAddLargeStatistic(Addend, Increment) ((VOID)_InterlockedExchangeAdd64(&(Addend)->QuadPart, (LONGLONG)(ULONG)(Increment)))
#define SeLengthSid(s) (8 + (4 * ((SID *)(s))->SubAuthorityCount))
#define KeInitializeCallbackRecord(r) ((r)->State = BufferEmpty)
#define PoSetDeviceBusy(p) (*(p) = 0)
#define ReadNoFence(p) (*(volatile const LONG *)(p))
#define ReadNoFence64(p) (*(volatile const LONG64 *)(p))
#define ReadULongNoFence(p) (*(volatile const ULONG *)(p))
#define ReadPointerNoFence(p) (*(PVOID volatile const *)(p))
#define ReadForWriteAccess(p) (*(p))
#define ReadAcquire(p) (*(volatile const LONG *)(p))
#define ReadULongAcquire(p) (*(volatile const ULONG *)(p))
#define ReadPointerAcquire(p) (*(PVOID volatile const *)(p))
#define ReadBooleanRaw(p) (*(volatile const BOOLEAN *)(p))
#define WriteNoFence(p, v) (*(volatile LONG *)(p) = (v))
#define WriteULongNoFence(p, v) (*(volatile ULONG *)(p) = (v))
#define WriteRelease(p, v) (*(volatile LONG *)(p) = (v))
#define WriteULongRelease(p, v) (*(volatile ULONG *)(p) = (v))
#define WritePointerRelease(p, v) (*(PVOID volatile *)(p) = (v))
#define READ_PORT_UCHAR(p) __inbyte((USHORT)(ULONG_PTR)(p))
#define READ_PORT_USHORT(p) __inword((USHORT)(ULONG_PTR)(p))
#define READ_PORT_ULONG(p) __indword((USHORT)(ULONG_PTR)(p))
#define WRITE_PORT_UCHAR(p, v) __outbyte((USHORT)(ULONG_PTR)(p), (v))
#define WRITE_PORT_USHORT(p, v) __outword((USHORT)(ULONG_PTR)(p), (v))
#define WRITE_PORT_ULONG(p, v) __outdword((USHORT)(ULONG_PTR)(p), (v))
#define READ_REGISTER_UCHAR(p) (*(volatile UCHAR *)(p))
#define READ_REGISTER_USHORT(p) (*(volatile USHORT *)(p))
#define READ_REGISTER_ULONG(p) (*(volatile ULONG *)(p))
#define READ_REGISTER_ULONG64(p) (*(volatile ULONG64 *)(p))
#define WRITE_REGISTER_UCHAR(p, v) (*(volatile UCHAR *)(p) = (v), KeMemoryBarrier())
#define WRITE_REGISTER_USHORT(p, v) (*(volatile USHORT *)(p) = (v), KeMemoryBarrier())
#define WRITE_REGISTER_ULONG(p, v) (*(volatile ULONG *)(p) = (v), KeMemoryBarrier())
#define WRITE_REGISTER_ULONG64(p, v) (*(volatile ULONG64 *)(p) = (v), KeMemoryBarrier())

#if DBG
#define KdPrint(x) DbgPrint x
#define KdPrintEx(x) DbgPrintEx x
#define vKdPrintEx(x) vDbgPrintEx x
#define KdBreakPoint() DbgBreakPoint()
#define ASSERT(e) ((!(e)) ? (RtlAssert((PVOID)#e, (PVOID)__FILE__, __LINE__, NULL), FALSE) : TRUE)
#define ASSERTMSG(m, e) ((!(e)) ? (RtlAssert((PVOID)#e, (PVOID)__FILE__, __LINE__, (PCHAR)m), FALSE) : TRUE)
#define RTL_SOFT_ASSERT(e) ((!(e)) ? (DbgPrint("%s(%d): Soft assertion failed\n   Expression: %s\n", __FILE__, __LINE__, #e), FALSE) : TRUE)
#define RTL_VERIFY ASSERT
#define NT_ASSERT(e) ((!(e)) ? (DbgRaiseAssertionFailure(), FALSE) : TRUE)
#define NT_ASSERTMSG(m, e) NT_ASSERT(e)
#define NT_VERIFY NT_ASSERT
#define PAGED_ASSERT(e) NT_ASSERT(e)
#define PAGED_CODE() \
  { if (KeGetCurrentIrql() > APC_LEVEL) { KdPrint(("EX: Pageable code called at IRQL %d\n", KeGetCurrentIrql())); NT_ASSERT(FALSE); } }
#else
#define KdPrint(x) ((void)0)
#define KdPrintEx(x) ((void)0)
#define vKdPrintEx(x) ((void)0)
#define KdBreakPoint() ((void)0)
#define ASSERT(e) ((void)0)
#define ASSERTMSG(m, e) ((void)0)
#define RTL_SOFT_ASSERT(e) ((void)0)
#define RTL_VERIFY(e) ((e) ? TRUE : FALSE)
#define NT_ASSERT(e) ((void)0)
#define NT_ASSERTMSG(m, e) ((void)0)
#define NT_VERIFY(e) ((e) ? TRUE : FALSE)
#define PAGED_ASSERT(e) ((void)0)
#define PAGED_CODE() ((void)0)
#endif
#define RTL_ASSERT ASSERT
#define RTL_ASSERTMSG ASSERTMSG
#define NT_ASSERT_ASSUME(e) NT_ASSERT(e)
#define PAGED_CODE_LOCKED() ((void)0)
#define NT_ANALYSIS_ASSUME(e) ((void)0)
