// The interlocked family: values, widths and ordering variants; no update is lost on several CPUs; list operations with their lock; list macros that verify.
#include "check.h"
LONG g_Failures;

static volatile LONG Sum, Flags;
static volatile LONG64 Sum64;
static volatile SHORT Sum16;
static volatile CHAR Mask8;
static LARGE_INTEGER Large;
static ULONG Ulong;
static KSPIN_LOCK Lock;
static LIST_ENTRY Head;
static SLIST_HEADER Slist;
static DECLSPEC_ALIGN(16) LONG64 Wide[2];

typedef struct DECLSPEC_ALIGN(16) _NODE { SLIST_ENTRY Entry; LIST_ENTRY Links; SINGLE_LIST_ENTRY Single; } NODE;
static NODE Nodes[64];

static VOID Worker(PVOID Context) {
  ULONG me = (ULONG)(ULONG_PTR)Context;
  for (int i = 0; i < 100; i++) {
    InterlockedIncrement(&Sum);
    InterlockedAdd(&Sum, 2);
    InterlockedExchangeAddNoFence(&Sum, 3);
    InterlockedIncrement16(&Sum16);
    InterlockedAdd64(&Sum64, 0x100000001LL);
    InterlockedIncrement64(&Sum64);
    ExInterlockedAddUlong(&Ulong, 1, &Lock);
    ExInterlockedAddLargeInteger(&Large, RtlConvertLongToLargeInteger(1), &Lock);
    LONG old;
    do {
      old = Flags;
    } while (InterlockedCompareExchangeAcquire(&Flags, old + 1, old) != old);
    LONG64 compare[2];
    do {
      compare[0] = Wide[0];
      compare[1] = Wide[1];
    } while (!InterlockedCompareExchange128(Wide, compare[1] + 2, compare[0] + 1, compare));
  }
  InterlockedOr8(&Mask8, (CHAR)(1 << me));
  for (int i = 0; i < 16; i++) {
    ExInterlockedInsertTailList(&Head, &Nodes[16 * me + i].Links, &Lock);
    InterlockedPushEntrySList(&Slist, &Nodes[16 * me + i].Entry);
  }
}

static VOID Values(VOID) {
  volatile LONG a = 5;
  volatile LONG64 b = 5;
  volatile SHORT s = 5;
  volatile CHAR c = 5;
  PVOID volatile p = (PVOID)1;
  CHECK_EQ(InterlockedIncrement(&a), 6);
  CHECK_EQ(InterlockedDecrementRelease(&a), 5);
  CHECK_EQ(InterlockedExchange(&a, 9), 5);
  CHECK_EQ(InterlockedExchangeAdd(&a, -4), 9);
  CHECK_EQ(InterlockedAdd(&a, 10), 15);
  CHECK_EQ(InterlockedCompareExchange(&a, 1, 2), 15);
  CHECK_EQ(InterlockedCompareExchangeNoFence(&a, 0xF0, 15), 15);
  CHECK_EQ(InterlockedOr(&a, 0xF), 0xF0);
  CHECK_EQ(InterlockedAndAcquire(&a, 0x3C), 0xFF);
  CHECK_EQ(InterlockedXorRelease(&a, 0xFF), 0x3C);
  CHECK_EQ(a, 0xC3);
  CHECK_EQ(InterlockedBitTestAndSet(&a, 2), 0);
  CHECK_EQ(InterlockedBitTestAndReset(&a, 2), 1);
  CHECK_EQ(InterlockedBitTestAndReset(&a, 7), 1);
  CHECK_EQ(a, 0x43);
  CHECK_EQ(InterlockedIncrement64(&b), 6);
  CHECK_EQ(InterlockedExchangeAdd64(&b, 1LL << 40), 6);
  CHECK_EQ(InterlockedOr64(&b, 1LL << 62), 6 + (1LL << 40));
  CHECK_EQ(InterlockedBitTestAndSet64(&b, 63), 0);
  CHECK_EQ(InterlockedBitTestAndReset64(&b, 62), 1);
  CHECK_EQ(InterlockedAnd64(&b, 0xFF), (LONG64)0x8000010000000006ULL);
  CHECK_EQ(InterlockedCompareExchange64(&b, -1, 6), 6);
  CHECK_EQ(b, -1);
  CHECK_EQ(InterlockedDecrement16(&s), 4);
  CHECK_EQ(InterlockedCompareExchange16(&s, -2, 4), 4);
  CHECK_EQ(InterlockedXor16(&s, 1), -2);
  CHECK_EQ(s, -1);
  CHECK_EQ(InterlockedExchange8(&c, -7), 5);
  CHECK_EQ(InterlockedExchangeAdd8(&c, 1), -7);
  CHECK_EQ(InterlockedAnd8(&c, 0x0F), -6);
  CHECK_EQ(c, 0x0A);
  CHECK(InterlockedExchangePointer(&p, &a) == (PVOID)1);
  CHECK(InterlockedCompareExchangePointer(&p, NULL, &a) == &a);
  CHECK(p == NULL);
  LONG64 compare[2] = {1, 2};
  Wide[0] = 3;
  Wide[1] = 4;
  CHECK_EQ(InterlockedCompareExchange128(Wide, 8, 7, compare), 0);
  CHECK(compare[0] == 3 && compare[1] == 4);
  CHECK_EQ(InterlockedCompareExchange128(Wide, 0, 0, compare), 1);
  LARGE_INTEGER statistic = {0};
  ExInterlockedAddLargeStatistic(&statistic, 7);
  CHECK_EQ(statistic.QuadPart, 7);
  LONGLONG exchange = 9, comparand = 7;
  CHECK_EQ(ExInterlockedCompareExchange64(&statistic.QuadPart, &exchange, &comparand, &Lock), 7);
  CHECK_EQ(statistic.QuadPart, 9);
}

static VOID Facts(VOID) {
  volatile LONG a = 5;
  volatile SHORT s = 5;
  volatile LONG64 b = 5;
  FACT("scheduler 12 Increment returns the new value", InterlockedIncrement(&a) == 6 && InterlockedIncrement16(&s) == 6 && InterlockedIncrement64(&b) == 6);
  FACT("scheduler 12 Decrement returns the new value", InterlockedDecrement(&a) == 5 && InterlockedDecrement16(&s) == 5 && InterlockedDecrement64(&b) == 5);
  FACT("scheduler 12 Exchange returns the old value", InterlockedExchange(&a, 8) == 5 && InterlockedExchange64(&b, 8) == 5);
  FACT("scheduler 12 ExchangeAdd returns the old value", InterlockedExchangeAdd(&a, 2) == 8 && a == 10);
  FACT("scheduler 12 CompareExchange returns the old value", InterlockedCompareExchange(&a, 1, 10) == 10 && InterlockedCompareExchange(&a, 2, 10) == 1 && a == 1);
  FACT("scheduler 12 Or, And, Xor return the old value", InterlockedOr(&a, 6) == 1 && InterlockedAnd(&a, 3) == 7 && InterlockedXor(&a, 1) == 3 && a == 2);
  KIRQL old;
  KeRaiseIrql(HIGH_LEVEL, &old);
  LONG r = InterlockedIncrement(&a);
  KeLowerIrql(old);
  FACT_EQ("scheduler 12 Interlocked*: any IRQL", r, 3);

  LIST_ENTRY head;
  SINGLE_LIST_ENTRY single = {NULL};
  LARGE_INTEGER sum = {0};
  ULONG n = 5;
  InitializeListHead(&head);
  KeInitializeSpinLock(&Lock);
  FACT("scheduler 12 ExInterlockedInsertHeadList: NULL = list was empty", ExInterlockedInsertHeadList(&head, &Nodes[0].Links, &Lock) == NULL);
  FACT("scheduler 12 ExInterlockedInsertHeadList: previous head", ExInterlockedInsertHeadList(&head, &Nodes[1].Links, &Lock) == &Nodes[0].Links);
  FACT("scheduler 12 ExInterlockedInsertTailList: previous tail", ExInterlockedInsertTailList(&head, &Nodes[2].Links, &Lock) == &Nodes[0].Links);
  FACT("scheduler 12 ExInterlockedRemoveHeadList: the first", ExInterlockedRemoveHeadList(&head, &Lock) == &Nodes[1].Links);
  ExInterlockedRemoveHeadList(&head, &Lock);
  ExInterlockedRemoveHeadList(&head, &Lock);
  FACT("scheduler 12 ExInterlockedRemoveHeadList: NULL = list was empty", ExInterlockedRemoveHeadList(&head, &Lock) == NULL);
  FACT("scheduler 12 ExInterlockedPushEntryList: previous head", ExInterlockedPushEntryList(&single, &Nodes[0].Single, &Lock) == NULL && ExInterlockedPushEntryList(&single, &Nodes[1].Single, &Lock) == &Nodes[0].Single);
  FACT("scheduler 12 ExInterlockedPopEntryList", ExInterlockedPopEntryList(&single, &Lock) == &Nodes[1].Single && ExInterlockedPopEntryList(&single, &Lock) == &Nodes[0].Single && ExInterlockedPopEntryList(&single, &Lock) == NULL);
  sum = ExInterlockedAddLargeInteger(&sum, RtlConvertLongToLargeInteger(7), &Lock);
  FACT_EQ("scheduler 12 ExInterlockedAddLargeInteger returns the old value", sum.QuadPart, 0);
  FACT("scheduler 12 ExInterlockedAddUlong returns the old value", ExInterlockedAddUlong(&n, 3, &Lock) == 5 && n == 8);
  KeRaiseIrql(HIGH_LEVEL, &old);
  PLIST_ENTRY first = ExInterlockedInsertTailList(&head, &Nodes[3].Links, &Lock);
  KIRQL now = KeGetCurrentIrql();
  ExInterlockedRemoveHeadList(&head, &Lock);
  KeLowerIrql(old);
  FACT("scheduler 12 ExInterlocked lists: any IRQL, which stays", first == NULL && now == HIGH_LEVEL && Lock == 0);
}

TEST_ENTRY {
  Facts();
  KEVENT done[4];
  KeInitializeSpinLock(&Lock);
  InitializeListHead(&Head);
  InitializeSListHead(&Slist);
  Values();
  for (int i = 0; i < 4; i++) {
    KeInitializeEvent(&done[i], NotificationEvent, FALSE);
    TestStartThread(Worker, (PVOID)(ULONG_PTR)i, 8, &done[i]);
  }
  for (int i = 0; i < 4; i++) KeWaitForSingleObject(&done[i], Executive, KernelMode, FALSE, NULL);
  CHECK_EQ(Sum, 4 * 100 * 6);
  CHECK_EQ(Sum16, 400);
  CHECK_EQ(Sum64, 400 * 0x100000001LL + 400);
  CHECK_EQ(Ulong, 400);
  CHECK_EQ(Large.QuadPart, 400);
  CHECK_EQ(Flags, 400);
  CHECK_EQ(Mask8, 15);
  CHECK(Wide[0] == 400 && Wide[1] == 800);
  ULONG n = 0;
  while (ExInterlockedRemoveHeadList(&Head, &Lock) != NULL) n++;
  CHECK_EQ(n, 64);
  CHECK_EQ(ExQueryDepthSList(&Slist), 64);
  PSLIST_ENTRY chain = InterlockedFlushSList(&Slist), last = chain;
  for (n = 1; last->Next != NULL; n++) last = last->Next;
  CHECK_EQ(n, 64);
  CHECK_EQ(ExQueryDepthSList(&Slist), 0);
  CHECK(InterlockedPushListSList(&Slist, chain, last, 64) == NULL);
  CHECK_EQ(ExQueryDepthSList(&Slist), 64);
  for (n = 0; InterlockedPopEntrySList(&Slist) != NULL; n++) {}
  CHECK_EQ(n, 64);

  SINGLE_LIST_ENTRY single = {NULL};
  ExInterlockedPushEntryList(&single, &Nodes[0].Single, &Lock);
  PushEntryList(&single, &Nodes[1].Single);
  CHECK(PopEntryList(&single) == &Nodes[1].Single);
  CHECK(ExInterlockedPopEntryList(&single, &Lock) == &Nodes[0].Single);
  CHECK(PopEntryList(&single) == NULL);

  LIST_ENTRY other;
  InitializeListHead(&Head);
  InitializeListHead(&other);
  InsertTailList(&Head, &Nodes[0].Links);
  InsertHeadList(&Head, &Nodes[1].Links);
  InsertTailList(&other, &Nodes[2].Links);
  AppendTailList(&Head, &other.Flink[0]);
  CHECK(RemoveHeadList(&Head) == &Nodes[1].Links);
  CHECK(RemoveTailList(&Head) != NULL);
  return RESULT();
}

BAD(CorruptRemove, 0x139, 3) {
  InitializeListHead(&Head);
  InsertTailList(&Head, &Nodes[0].Links);
  InsertTailList(&Head, &Nodes[1].Links);
  RemoveEntryList(&Nodes[0].Links);
  RemoveEntryList(&Nodes[0].Links);
  return STATUS_SUCCESS;
}
BAD(CorruptInsert, 0x139, 3) {
  InitializeListHead(&Head);
  InsertTailList(&Head, &Nodes[0].Links);
  InitializeListHead(&Nodes[0].Links);
  InsertTailList(&Head, &Nodes[1].Links);
  InsertHeadList(&Head, &Nodes[2].Links);
  return STATUS_SUCCESS;
}
BAD(MisalignedInterlocked, 0x7E, -1) {
  static UCHAR bytes[16];
  return InterlockedIncrement((LONG volatile *)(bytes + 1));
}
