// Kernel stacks: sizes, limits and what is left, the DPC stack, callouts on a larger stack and their statuses; overflow. What a thread must undo before it ends: exit.c.
#include "check.h"
LONG g_Failures;
static ULONG_PTR g_Low, g_High, g_Remaining;
static LONG g_Ran, g_Depth;
static KEVENT g_Done;

static VOID Callout(PVOID Parameter) {
  FACT("scheduler 16 KeExpandKernelStackAndCallout: the callout gets the parameter", Parameter == (PVOID)7);
  IoGetStackLimits(&g_Low, &g_High);
  g_Remaining = IoGetRemainingStackSize();
  g_Ran++;
}
static LONG Deep(LONG n) {
  volatile UCHAR room[2048];
  room[0] = (UCHAR)n;
  return n == 0 ? 0 : 1 + Deep(n - 1) + 0 * room[0];
}
static VOID DeepCallout(PVOID Parameter) {
  g_Depth = Deep((LONG)(LONG_PTR)Parameter);
  LARGE_INTEGER t;
  t.QuadPart = -10000;
  FACT_EQ("scheduler 16 KeExpandKernelStackAndCallout: the callout may wait", KeDelayExecutionThread(KernelMode, FALSE, &t), STATUS_SUCCESS);
}
static VOID Nested(PVOID Parameter) {
  UNREFERENCED_PARAMETER(Parameter);
  FACT_EQ("scheduler 16 KeExpandKernelStackAndCallout: nests", KeExpandKernelStackAndCallout(Callout, (PVOID)7, MAXIMUM_EXPANSION_SIZE), STATUS_SUCCESS);
}
static VOID Raises(PVOID Parameter) {
  UNREFERENCED_PARAMETER(Parameter);
  ExRaiseStatus(STATUS_DISK_FULL);
}
static VOID InDpc(PKDPC Dpc, PVOID Context, PVOID A1, PVOID A2) {
  UNREFERENCED_PARAMETER(Dpc); UNREFERENCED_PARAMETER(Context); UNREFERENCED_PARAMETER(A1); UNREFERENCED_PARAMETER(A2);
  LONG local;
  IoGetStackLimits(&g_Low, &g_High);
  FACT("scheduler 16 IoGetStackLimits: any IRQL, in a DPC those of the DPC stack", (ULONG_PTR)&local >= g_Low && (ULONG_PTR)&local < g_High);
  FACT("scheduler 16 IoGetRemainingStackSize: any IRQL", IoGetRemainingStackSize() <= (ULONG_PTR)&local - g_Low);
  KeSetEvent(&g_Done, 0, FALSE);
}

TEST_ENTRY {
  ULONG_PTR low, high, remaining;
  LONG local;
  static LONG global;
  static KDPC dpc;
  KIRQL irql;
  IoGetStackLimits(&low, &high);
  FACT_EQ("scheduler 16 IoGetStackLimits: a kernel stack has 24 KB", high - low, KERNEL_STACK_SIZE);
  FACT("scheduler 16 IoGetStackLimits: locals lie between the bounds", (ULONG_PTR)&local >= low && (ULONG_PTR)&local < high);
  remaining = IoGetRemainingStackSize();
  FACT("scheduler 16 IoGetRemainingStackSize: stack pointer - low bound", remaining > 0 && remaining <= (ULONG_PTR)&local - low);
  FACT("scheduler 16 IoWithinStackLimits: TRUE for a local", IoWithinStackLimits((ULONG_PTR)&local, sizeof local));
  FACT("scheduler 16 IoWithinStackLimits: FALSE for a global", !IoWithinStackLimits((ULONG_PTR)&global, sizeof global));
  FACT("scheduler 16 IoWithinStackLimits: FALSE when the end is outside", !IoWithinStackLimits(high - 4, 8));
  KeInitializeEvent(&g_Done, SynchronizationEvent, FALSE);
  KeInitializeDpc(&dpc, InDpc, NULL);
  KeInsertQueueDpc(&dpc, NULL, NULL);
  KeWaitForSingleObject(&g_Done, Executive, KernelMode, FALSE, NULL);
  FACT("scheduler 16 DPC stack: separate", g_High <= low || g_Low >= high);

  FACT_EQ("scheduler 16 KeExpandKernelStackAndCallout: STATUS_SUCCESS", KeExpandKernelStackAndCallout(Callout, (PVOID)7, 0x10000), STATUS_SUCCESS);
  FACT("scheduler 16 KeExpandKernelStackAndCallout: on a stack with room for Size", g_Ran == 1 && g_Remaining >= 0xF000 && g_High - g_Low >= 0x10000);
  FACT("scheduler 16 KeExpandKernelStackAndCallout: the limits are those of the larger stack", g_High <= low || g_Low >= high);
  IoGetStackLimits(&g_Low, &g_High);
  FACT("scheduler 16 KeExpandKernelStackAndCallout: afterwards the thread is on its own stack", g_Low == low && g_High == high);
  FACT_EQ("scheduler 16 KeExpandKernelStackAndCallout: Size too big", KeExpandKernelStackAndCallout(Callout, (PVOID)7, MAXIMUM_EXPANSION_SIZE + 1), STATUS_INVALID_PARAMETER_3);
  FACT_EQ("scheduler 16 KeExpandKernelStackAndCalloutEx: Size too big", KeExpandKernelStackAndCalloutEx(Callout, (PVOID)7, MAXIMUM_EXPANSION_SIZE + 1, TRUE, NULL), STATUS_INVALID_PARAMETER_3);
  FACT_EQ("scheduler 16 KeExpandKernelStackAndCalloutEx: the callout runs only if SUCCESS is returned", g_Ran, 1);
  FACT_EQ("scheduler 16 KeExpandKernelStackAndCalloutEx: STATUS_SUCCESS", KeExpandKernelStackAndCalloutEx(Callout, (PVOID)7, 0x8000, TRUE, NULL), STATUS_SUCCESS);
  irql = KeRaiseIrqlToDpcLevel();
  FACT_EQ("scheduler 16 KeExpandKernelStackAndCalloutEx: Wait at DISPATCH_LEVEL", KeExpandKernelStackAndCalloutEx(Callout, (PVOID)7, 0x8000, TRUE, NULL), STATUS_INVALID_PARAMETER_4);
  FACT_EQ("scheduler 16 KeExpandKernelStackAndCalloutEx: without Wait at DISPATCH_LEVEL", KeExpandKernelStackAndCalloutEx(Callout, (PVOID)7, 0x8000, FALSE, NULL), STATUS_SUCCESS);
  KeLowerIrql(irql);
  CHECK_EQ(g_Ran, 3);
  // 24 frames of two kilobytes do not fit on 24 KB
  CHECK_EQ(KeExpandKernelStackAndCallout(DeepCallout, (PVOID)24, MAXIMUM_EXPANSION_SIZE), STATUS_SUCCESS);
  FACT_EQ("scheduler 16 KeExpandKernelStackAndCallout: deeper than the thread's own stack", g_Depth, 24);
  CHECK_EQ(KeExpandKernelStackAndCallout(Nested, NULL, 0x8000), STATUS_SUCCESS);
  CHECK_EQ(g_Ran, 4);
  NTSTATUS code = 0;
  __try {
    KeExpandKernelStackAndCallout(Raises, NULL, 0x8000);
  } __except (code = GetExceptionCode(), EXCEPTION_EXECUTE_HANDLER) {
  }
  CHECK_EQ(code, STATUS_DISK_FULL);
  IoGetStackLimits(&g_Low, &g_High);
  CHECK(g_Low == low && g_High == high);
  FACT("scheduler 16 KeSetKernelStackSwapEnable: the old state, TRUE at first", KeSetKernelStackSwapEnable(FALSE));
  FACT("scheduler 16 KeSetKernelStackSwapEnable: FALSE after it was disabled", !KeSetKernelStackSwapEnable(TRUE));
  return RESULT();
}

static VOID RaisesIrql(PVOID Parameter) { UNREFERENCED_PARAMETER(Parameter); KeRaiseIrqlToDpcLevel(); }
BAD(Overflow, 0x7F, 8) {
  EXPECT_STOP("bugchecks 1 0x7F: 8 = double fault, the guard page was touched", 0x7F, 8, ANY, ANY, ANY);
  Deep(24);
  return STATUS_SUCCESS;
}
BAD(CalloutRaises, 0xC8, -1) {
  EXPECT_STOP("bugchecks 2 0xC8: id 2 = callout", 0xC8, (2 << 16) | (0 << 8) | 2, RaisesIrql, 7, 0);
  KeExpandKernelStackAndCallout(RaisesIrql, (PVOID)7, 0x8000);
  return STATUS_SUCCESS;
}
