// Faults that nobody handles: which bug check, with which parameters, by the place and the IRQL (reference: bugchecks 1, 10).
#include "check.h"
LONG g_Failures;
static volatile LONG *g_Null = (volatile LONG *)8;

TEST_ENTRY {
  LONG caught = 0;
  __try {
    *g_Null = 1;
  } __except (GetExceptionCode() == STATUS_ACCESS_VIOLATION ? EXCEPTION_EXECUTE_HANDLER : EXCEPTION_CONTINUE_SEARCH) {
    caught = 1;
  }
  FACT("bugchecks 1 0x7E: only what nobody handles", caught == 1);
  return RESULT();
}

BAD(NullWrite, 0x7E, -1) {
  EXPECT_STOP("bugchecks 1 0x7E: exception code, IP", 0x7E, (ULONG)STATUS_ACCESS_VIOLATION, NullWrite, ANY, ANY);
  *g_Null = 1;
  return STATUS_SUCCESS;
}
static LONG g_Zero;
BAD(Division, 0x7E, -1) {
  EXPECT_STOP("bugchecks 1 0x7E: integer division by zero", 0x7E, (ULONG)STATUS_INTEGER_DIVIDE_BY_ZERO, Division, ANY, ANY);
  return 1 / g_Zero;
}
BAD(Raised, 0x7E, -1) {
  EXPECT_STOP("bugchecks 1 0x7E: an exception that a routine raised", 0x7E, (ULONG)STATUS_INSUFFICIENT_RESOURCES, ANY, ANY, ANY);
  ExRaiseStatus(STATUS_INSUFFICIENT_RESOURCES);
}
BAD(LookedAt, 0x7E, -1) {
  PEXCEPTION_RECORD r;
  EXPECT_STOP("bugchecks 1 0x7E: after the filters have seen it", 0x7E, (ULONG)STATUS_ACCESS_VIOLATION, LookedAt, ANY, ANY);
  __try {
    *g_Null = 1;
  } __except (r = GetExceptionInformation()->ExceptionRecord,
              FACT("bugchecks 1 0x1E: info 0 = 1 write, info 1 = address", r->NumberParameters == 2 && r->ExceptionInformation[0] == 1 && r->ExceptionInformation[1] == 8),
              EXCEPTION_CONTINUE_SEARCH) {
  }
  return STATUS_SUCCESS;
}
static KDPC g_Dpc;
static VOID BadDpc(PKDPC Dpc, PVOID Context, PVOID A1, PVOID A2) {
  UNREFERENCED_PARAMETER(Dpc);
  UNREFERENCED_PARAMETER(Context);
  UNREFERENCED_PARAMETER(A1);
  UNREFERENCED_PARAMETER(A2);
  g_Zero = 1 / g_Zero;
}
BAD(InDpc, 0x1E, -1) {
  KeInitializeDpc(&g_Dpc, BadDpc, NULL);
  EXPECT_STOP("bugchecks 1 0x1E: any other unhandled kernel exception, in a DPC", 0x1E, (ULONG)STATUS_INTEGER_DIVIDE_BY_ZERO, BadDpc, ANY, ANY);
  KeInsertQueueDpc(&g_Dpc, NULL, NULL);
  SleepMs(10);
  return STATUS_SUCCESS;
}
static VOID QuotaDpc(PKDPC Dpc, PVOID Context, PVOID A1, PVOID A2) {
  UNREFERENCED_PARAMETER(Dpc);
  UNREFERENCED_PARAMETER(Context);
  UNREFERENCED_PARAMETER(A1);
  UNREFERENCED_PARAMETER(A2);
  ExAllocatePoolWithQuotaTag(NonPagedPoolNx, 16, 'atuQ');
}
// verifier standard
BAD(QuotaInDpc, 0xC4, 0x10B) {
  KeInitializeDpc(&g_Dpc, QuotaDpc, NULL);
  EXPECT_STOP("bugchecks 8 0x10B: quota charged from a DPC", 0xC4, 0x10B, ANY, ANY, ANY);
  KeInsertQueueDpc(&g_Dpc, NULL, NULL);
  SleepMs(10);
  return STATUS_SUCCESS;
}
BAD(NullAtDispatch, 0xD1, -1) {
  KeRaiseIrqlToDpcLevel();
  EXPECT_STOP("bugchecks 1 0xD1: address, IRQL, 1 write, IP", 0xD1, 8, DISPATCH_LEVEL, 1, NullAtDispatch);
  *g_Null = 1;
  return STATUS_SUCCESS;
}
BAD(PagedAtDispatch, 0xD1, -1) {
  volatile LONG *p = ExAllocatePoolWithTag(PagedPool, 16, 'gaPU');
  KeRaiseIrqlToDpcLevel();
  EXPECT_STOP("bugchecks 10 paged access at DISPATCH: 0xD1, 0 read", 0xD1, p, DISPATCH_LEVEL, 0, PagedAtDispatch);
  return *p;
}
BAD(NullObject, 0xA, -1) {
  EXPECT_STOP("bugchecks 1 0xA: kernel code at DISPATCH_LEVEL; P1 < 0x1000 suggests NULL pointer", 0xA, ANY, DISPATCH_LEVEL, ANY, ANY);
  KeSetEvent(NULL, 0, FALSE);
  return STATUS_SUCCESS;
}
BAD(WildRead, 0x50, -1) {
  EXPECT_STOP("bugchecks 1 0x50: 0 read; 2 no active page-table entry", 0x50, 0xFFFFF80012345678, 0, WildRead, 2);
  return *(volatile LONG *)0xFFFFF80012345678;
}
BAD(WildWrite, 0x50, -1) {
  EXPECT_STOP("bugchecks 1 0x50: 2 write", 0x50, 0xFFFFF80012345678, 2, WildWrite, 2);
  *(volatile LONG *)0xFFFFF80012345678 = 1;
  return STATUS_SUCCESS;
}
BAD(WildInTry, 0x50, -1) {
  EXPECT_STOP("bugchecks 1 0x50: try/except does not help", 0x50, 0xFFFFF80012345678, 0, WildInTry, 2);
  __try {
    return *(volatile LONG *)0xFFFFF80012345678;
  } __except (EXCEPTION_EXECUTE_HANDLER) {
  }
  return STATUS_SUCCESS;
}
BAD(ConstWrite, 0xBE, -1) {
  static const LONG table[4] = {1, 2, 3, 4};
  EXPECT_STOP("bugchecks 1 0xBE: address of const data", 0xBE, &table[1], ANY, ANY, ANY);
  *(volatile LONG *)&table[1] = 5;
  return STATUS_SUCCESS;
}
BAD(CallOfData, 0xFC, -1) {
  static ULONG64 data[4];
  EXPECT_STOP("bugchecks 1 0xFC: call through a pointer to data", 0xFC, data, ANY, ANY, ANY);
  ((VOID (*)(VOID))(PVOID)data)();
  return STATUS_SUCCESS;
}
BAD(RemovedTwice, 0x139, 3) {
  LIST_ENTRY head, a;
  InitializeListHead(&head);
  InsertTailList(&head, &a);
  RemoveEntryList(&a);
  EXPECT_STOP("bugchecks 1 0x139: 3 LIST_ENTRY corrupted (double remove)", 0x139, 3, ANY, ANY, 0);
  a.Flink->Blink = &head;
  RemoveEntryList(&a);
  return STATUS_SUCCESS;
}
BAD(FatalParameter, 0x139, 5) {
  EXPECT_STOP("bugchecks 1 0x139: 5 fatal invalid parameter", 0x139, FAST_FAIL_INVALID_ARG, ANY, ANY, 0);
  RtlFailFast(FAST_FAIL_INVALID_ARG);
}
BAD(ReferenceCount, 0x139, 14) {
  EXPECT_STOP("bugchecks 1 0x139: 14 reference count invalid", 0x139, FAST_FAIL_INVALID_REFERENCE_COUNT, ANY, ANY, 0);
  RtlFailFast(FAST_FAIL_INVALID_REFERENCE_COUNT);
}
static LONG Deep(LONG n) {
  volatile UCHAR room[512];
  room[0] = (UCHAR)n;
  return Deep(n + 1) + room[0];
}
BAD(StackOverflow, 0x7F, 8) {
  EXPECT_STOP("bugchecks 10 stack overflow: 0x7F P1=8", 0x7F, 8, ANY, ANY, ANY);
  return Deep(0);
}
