// DPCs: context, arguments, double insertion, importance, targets, removal, flush; wrong behaviour in one.
#include "check.h"
LONG g_Failures;
static KDPC g_Dpc, g_Other;
static volatile LONG g_Runs, g_Where;
static KEVENT g_Ran;

static VOID Count(PKDPC Dpc, PVOID Context, PVOID A1, PVOID A2) {
  UNREFERENCED_PARAMETER(Dpc);
  CHECK_EQ(KeGetCurrentIrql(), DISPATCH_LEVEL);
  CHECK_EQ((LONG_PTR)Context, 7);
  CHECK_EQ((LONG_PTR)A1, 1);
  CHECK_EQ((LONG_PTR)A2, 2);
  g_Where = (LONG)KeGetCurrentProcessorNumberEx(NULL);
  InterlockedIncrement(&g_Runs);
  KeSetEvent(&g_Ran, 0, FALSE);
}

TEST_ENTRY {
  KIRQL old;
  KeInitializeEvent(&g_Ran, SynchronizationEvent, FALSE);
  KeInitializeDpc(&g_Dpc, Count, (PVOID)7);
  CHECK(KeInsertQueueDpc(&g_Dpc, (PVOID)1, (PVOID)2));
  KeWaitForSingleObject(&g_Ran, Executive, KernelMode, FALSE, NULL);
  CHECK_EQ(g_Runs, 1);
  KeRaiseIrql(DISPATCH_LEVEL, &old);
  CHECK_EQ(old, PASSIVE_LEVEL);
  CHECK(KeInsertQueueDpc(&g_Dpc, (PVOID)1, (PVOID)2));
  CHECK(!KeInsertQueueDpc(&g_Dpc, (PVOID)9, (PVOID)9));
  CHECK_EQ(g_Runs, 1); // not before the IRQL falls
  KeLowerIrql(old);
  CHECK_EQ(g_Runs, 2);
  KeRaiseIrql(DISPATCH_LEVEL, &old);
  KeInsertQueueDpc(&g_Dpc, (PVOID)1, (PVOID)2);
  CHECK(KeRemoveQueueDpc(&g_Dpc));
  CHECK(!KeRemoveQueueDpc(&g_Dpc));
  KeLowerIrql(old);
  CHECK_EQ(g_Runs, 2);
  ULONG n = KeQueryActiveProcessorCountEx(ALL_PROCESSOR_GROUPS);
  for (ULONG i = 0; i < n; i++) {
    PROCESSOR_NUMBER p = {0, (UCHAR)i, 0};
    KeInitializeDpc(&g_Other, Count, (PVOID)7);
    CHECK_EQ(KeSetTargetProcessorDpcEx(&g_Other, &p), STATUS_SUCCESS);
    KeSetImportanceDpc(&g_Other, HighImportance);
    KeClearEvent(&g_Ran);
    KeInsertQueueDpc(&g_Other, (PVOID)1, (PVOID)2);
    KeWaitForSingleObject(&g_Ran, Executive, KernelMode, FALSE, NULL);
    CHECK_EQ(g_Where, i);
  }
  KeInsertQueueDpc(&g_Dpc, (PVOID)1, (PVOID)2);
  KeFlushQueuedDpcs();
  CHECK_EQ(g_Runs, 3 + n);
  return RESULT();
}

static VOID Wait(PKDPC Dpc, PVOID Context, PVOID A1, PVOID A2) {
  UNREFERENCED_PARAMETER(Dpc); UNREFERENCED_PARAMETER(Context); UNREFERENCED_PARAMETER(A1); UNREFERENCED_PARAMETER(A2);
  KeWaitForSingleObject(&g_Ran, Executive, KernelMode, FALSE, NULL);
}
static VOID Lower(PKDPC Dpc, PVOID Context, PVOID A1, PVOID A2) {
  UNREFERENCED_PARAMETER(Dpc); UNREFERENCED_PARAMETER(Context); UNREFERENCED_PARAMETER(A1); UNREFERENCED_PARAMETER(A2);
  KeLowerIrql(PASSIVE_LEVEL);
}
static VOID Null(PKDPC Dpc, PVOID Context, PVOID A1, PVOID A2) {
  UNREFERENCED_PARAMETER(Dpc); UNREFERENCED_PARAMETER(A1); UNREFERENCED_PARAMETER(A2);
  *(LONG *)Context = 1;
}
static VOID Region(PKDPC Dpc, PVOID Context, PVOID A1, PVOID A2) {
  UNREFERENCED_PARAMETER(Dpc); UNREFERENCED_PARAMETER(Context); UNREFERENCED_PARAMETER(A1); UNREFERENCED_PARAMETER(A2);
  *(LONG *)Context = *(LONG *)Context / (LONG)(LONG_PTR)A1;
}

static NTSTATUS RunBad(PKDEFERRED_ROUTINE Routine, PVOID Context) {
  KeInitializeEvent(&g_Ran, SynchronizationEvent, FALSE);
  KeInitializeDpc(&g_Dpc, Routine, Context);
  KeInsertQueueDpc(&g_Dpc, NULL, NULL);
  SleepMs(50);
  return STATUS_SUCCESS;
}
BAD(WaitInDpc, 0xB8, -1) { return RunBad(Wait, NULL); }
BAD(LowerInDpc, 0xC4, 0x31) { return RunBad(Lower, NULL); }
BAD(NullInDpc, 0xD1, 0) { return RunBad(Null, NULL); }
BAD(DivideInDpc, 0x1E, 0xC0000094) { return RunBad(Region, &g_Failures); }
BAD(GarbageDpc, 0xC7, 1) {
  static KDPC zero;
  KeInsertQueueDpc(&zero, NULL, NULL);
  return STATUS_SUCCESS;
}
