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

TEST_ENTRY {
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

BAD(LockHeld, 0xF, -1) {
  KIRQL old;
  InitializeListHead(&g_List);
  KeInitializeSpinLock(&g_Lock);
  KeAcquireSpinLock(&g_Lock, &old);
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
