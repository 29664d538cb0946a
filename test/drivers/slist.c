// S-lists and interlocked lists shared by threads on several CPUs: nothing is lost and nothing comes twice.
#include "check.h"
LONG g_Failures;

#define THREADS 3
#define ITEMS 40
typedef struct DECLSPEC_ALIGN(16) _ITEM { SLIST_ENTRY Link; LIST_ENTRY Entry; LONG Number; } ITEM;
static SLIST_HEADER g_Stack;
static LIST_ENTRY g_List;
static KSPIN_LOCK g_Lock;
static ITEM g_Items[THREADS * ITEMS];
static LONG g_Seen[THREADS * ITEMS];
static ULONG g_Sum;
static KEVENT g_Finished[THREADS];

static VOID Producer(PVOID Context) {
  LONG n = (LONG)(LONG_PTR)Context;
  for (LONG i = 0; i < ITEMS; i++) {
    ITEM *item = &g_Items[n * ITEMS + i];
    item->Number = n * ITEMS + i;
    InterlockedPushEntrySList(&g_Stack, &item->Link);
    if (i % 3 == 0) {
      PSLIST_ENTRY entry = InterlockedPopEntrySList(&g_Stack);
      if (entry != NULL) {
        ITEM *other = CONTAINING_RECORD(entry, ITEM, Link);
        InterlockedIncrement(&g_Seen[other->Number]);
        ExInterlockedInsertTailList(&g_List, &other->Entry, &g_Lock);
      }
    }
    ExInterlockedAddUlong(&g_Sum, 1, &g_Lock);
  }
}

static NTSTATUS Misaligned(PSLIST_HEADER Head, PSLIST_ENTRY Entry) {
  __try {
    InterlockedPushEntrySList(Head, Entry);
  } __except (EXCEPTION_EXECUTE_HANDLER) {
    return GetExceptionCode();
  }
  return STATUS_SUCCESS;
}
static VOID Facts(VOID) {
  static SLIST_HEADER h;
  static ITEM item[3];
  static DECLSPEC_ALIGN(16) UCHAR bytes[64];
  HEADER("scheduler 12 MEMORY_ALLOCATION_ALIGNMENT 16", MEMORY_ALLOCATION_ALIGNMENT == 16);
  FACT("scheduler 12 SLIST_HEADER 16 bytes, 16-byte aligned", sizeof(SLIST_HEADER) == 16 && ((ULONG_PTR)&h & 15) == 0);
  FACT("scheduler 12 pool is aligned for entries", ((ULONG_PTR)ExAllocatePoolWithTag(NonPagedPool, 32, 'tsLS') & 15) == 0);
  ExInitializeSListHead(&h);
  FACT("scheduler 12 ExInitializeSListHead: empty", ExQueryDepthSList(&h) == 0 && InterlockedPopEntrySList(&h) == NULL && InterlockedFlushSList(&h) == NULL);
  FACT("scheduler 12 push: previous first, NULL = was empty", ExInterlockedPushEntrySList(&h, &item[0].Link, &g_Lock) == NULL);
  FACT("scheduler 12 push: previous first", InterlockedPushEntrySList(&h, &item[1].Link) == &item[0].Link && InterlockedPushEntrySList(&h, &item[2].Link) == &item[1].Link);
  FACT_EQ("scheduler 12 ExQueryDepthSList", ExQueryDepthSList(&h), 3);
  FACT("scheduler 12 depth in the low 16 bits of the header", h.HeaderX64.Depth == 3 && (PSLIST_ENTRY)((ULONG_PTR)h.HeaderX64.NextEntry << 4) == &item[2].Link);
  FACT("scheduler 12 LIFO", ExInterlockedPopEntrySList(&h, &g_Lock) == &item[2].Link && InterlockedPopEntrySList(&h) == &item[1].Link);
  CHECK(InterlockedPushEntrySList(&h, &item[1].Link) == &item[0].Link);
  FACT("scheduler 12 FlushSList: the chain, last in first", InterlockedFlushSList(&h) == &item[1].Link && item[1].Link.Next == &item[0].Link && item[0].Link.Next == NULL);
  FACT_EQ("scheduler 12 FlushSList: depth 0", ExQueryDepthSList(&h), 0);
  KIRQL old = KeRaiseIrqlToDpcLevel();
  FACT("scheduler 12 SLIST at DISPATCH_LEVEL", InterlockedPushEntrySList(&h, &item[0].Link) == NULL && InterlockedPopEntrySList(&h) == &item[0].Link);
  KeLowerIrql(old);
  FACT_EQ("scheduler 12 an entry that is not 16-byte aligned: STATUS_DATATYPE_MISALIGNMENT", (ULONG)Misaligned(&h, (PSLIST_ENTRY)(bytes + 8)), 0x80000002);
  FACT_EQ("scheduler 12 a header that is not 16-byte aligned: STATUS_DATATYPE_MISALIGNMENT", (ULONG)Misaligned((PSLIST_HEADER)(bytes + 8), &item[0].Link), 0x80000002);
}

TEST_ENTRY {
  KeInitializeSpinLock(&g_Lock);
  Facts();
  InitializeSListHead(&g_Stack);
  InitializeListHead(&g_List);
  KeInitializeSpinLock(&g_Lock);
  CHECK(InterlockedPopEntrySList(&g_Stack) == NULL);
  for (LONG n = 0; n < THREADS; n++) {
    KeInitializeEvent(&g_Finished[n], NotificationEvent, FALSE);
    TestStartThread(Producer, (PVOID)(LONG_PTR)n, 8, &g_Finished[n]);
  }
  for (LONG n = 0; n < THREADS; n++) KeWaitForSingleObject(&g_Finished[n], Executive, KernelMode, FALSE, NULL);
  CHECK_EQ(g_Sum, THREADS * ITEMS);
  LONG depth = ExQueryDepthSList(&g_Stack), listed = 0;
  while (ExInterlockedRemoveHeadList(&g_List, &g_Lock) != NULL) listed++;
  CHECK_EQ(depth + listed, THREADS * ITEMS);
  for (PSLIST_ENTRY e = InterlockedFlushSList(&g_Stack); e != NULL; e = e->Next) g_Seen[CONTAINING_RECORD(e, ITEM, Link)->Number]++;
  for (LONG i = 0; i < THREADS * ITEMS; i++) CHECK_EQ(g_Seen[i], 1);

  // an operation waits for the lock its caller's other accesses use
  KIRQL old;
  KeAcquireSpinLock(&g_Lock, &old);
  InsertTailList(&g_List, &g_Items[0].Entry);
  KeReleaseSpinLock(&g_Lock, old);
  CHECK(ExInterlockedRemoveHeadList(&g_List, &g_Lock) == &g_Items[0].Entry);
  return RESULT();
}

BAD(LockHeld, 0xF, 0) {
  KIRQL old;
  InitializeListHead(&g_List);
  KeInitializeSpinLock(&g_Lock);
  KeAcquireSpinLock(&g_Lock, &old);
  EXPECT_STOP("bugchecks 2 0xF: an Ex list routine with its spin lock held", 0xF, 0, 0, 0, 0);
  ExInterlockedInsertTailList(&g_List, &g_Items[0].Entry, &g_Lock);
  return STATUS_SUCCESS;
}
BAD(InsertedTwice, 0x139, 3) {
  InitializeListHead(&g_List);
  KeInitializeSpinLock(&g_Lock);
  ExInterlockedInsertTailList(&g_List, &g_Items[0].Entry, &g_Lock);
  ExInterlockedInsertTailList(&g_List, &g_Items[1].Entry, &g_Lock);
  ExInterlockedInsertTailList(&g_List, &g_Items[0].Entry, &g_Lock);
  ExInterlockedRemoveHeadList(&g_List, &g_Lock);
  ExInterlockedRemoveHeadList(&g_List, &g_Lock);
  ExInterlockedRemoveHeadList(&g_List, &g_Lock);
  return STATUS_SUCCESS;
}
BAD(FreedEntry, 0xCC, -1) {
  InitializeSListHead(&g_Stack);
  PSLIST_ENTRY entry = ExAllocatePoolWithTag(NonPagedPool, 32, 'tsLS');
  InterlockedPushEntrySList(&g_Stack, entry);
  ExFreePoolWithTag(entry, 'tsLS');
  InterlockedPopEntrySList(&g_Stack);
  return STATUS_SUCCESS;
}
BAD(FreedListEntry, 0xCC, -1) {
  ITEM *item = ExAllocatePoolWithTag(NonPagedPool, sizeof(ITEM), 'tsLS');
  InitializeListHead(&g_List);
  KeInitializeSpinLock(&g_Lock);
  ExInterlockedInsertTailList(&g_List, &item->Entry, &g_Lock);
  ExFreePoolWithTag(item, 'tsLS');
  ExInterlockedInsertTailList(&g_List, &g_Items[1].Entry, &g_Lock);
  return STATUS_SUCCESS;
}
BAD(MisalignedEntry, 0x7E, 0x80000002) {
  static DECLSPEC_ALIGN(16) UCHAR bytes[64];
  InitializeSListHead(&g_Stack);
  EXPECT_STOP("scheduler 12 misaligned entry, unhandled", 0x7E, ANY, ANY, ANY, ANY);
  InterlockedPushEntrySList(&g_Stack, (PSLIST_ENTRY)(bytes + 8));
  return STATUS_SUCCESS;
}
