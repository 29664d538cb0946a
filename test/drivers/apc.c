// Kernel APCs: delivery to a running, a raised and a waiting thread; regions and locks that hold them back; order; the interrupted wait goes on; rundown.
#include "check.h"
LONG g_Failures;
static KAPC g_Apc, g_Special, g_Second, g_Third;
static volatile LONG g_Order[8], g_Next, g_Rundown;
static volatile LONG g_Kernel, g_Normal, g_SpecialRan;
static KEVENT g_Ready, g_Release, g_Done, g_InApc;
static PKTHREAD g_Waiter;

static VOID KernelPart(PKAPC Apc, PKNORMAL_ROUTINE *Normal, PVOID *Context, PVOID *A1, PVOID *A2) {
  UNREFERENCED_PARAMETER(Normal); UNREFERENCED_PARAMETER(A2);
  FACT_EQ("scheduler 11 normal kernel APC: its KernelRoutine runs first, at APC_LEVEL", KeGetCurrentIrql(), APC_LEVEL);
  FACT_EQ("scheduler 11 KAPC: Inserted is FALSE when the kernel routine runs", Apc->Inserted, FALSE);
  CHECK_EQ((LONG_PTR)*Context, 5);
  CHECK_EQ((LONG_PTR)*A1, 1);
  g_Kernel++;
}
static VOID NormalPart(PVOID Context, PVOID A1, PVOID A2) {
  FACT_EQ("scheduler 11 normal kernel APC: runs at PASSIVE_LEVEL", KeGetCurrentIrql(), PASSIVE_LEVEL);
  FACT("scheduler 11 normal kernel APC: APCs are not disabled in it", !KeAreApcsDisabled());
  CHECK_EQ((LONG_PTR)Context + (LONG_PTR)A1 + (LONG_PTR)A2, 8);
  g_Normal++;
}
static VOID SpecialPart(PKAPC Apc, PKNORMAL_ROUTINE *Normal, PVOID *Context, PVOID *A1, PVOID *A2) {
  UNREFERENCED_PARAMETER(Apc); UNREFERENCED_PARAMETER(Normal); UNREFERENCED_PARAMETER(Context); UNREFERENCED_PARAMETER(A1); UNREFERENCED_PARAMETER(A2);
  FACT_EQ("scheduler 11 special kernel APC: runs at APC_LEVEL", KeGetCurrentIrql(), APC_LEVEL);
  g_SpecialRan++;
}
static VOID WaitingPart(PVOID Context, PVOID A1, PVOID A2) {
  UNREFERENCED_PARAMETER(Context); UNREFERENCED_PARAMETER(A1); UNREFERENCED_PARAMETER(A2);
  CHECK(KeGetCurrentThread() == g_Waiter);
  KeSetEvent(&g_InApc, 0, FALSE);
  SleepMs(30);
  g_Normal++;
}
static VOID Waiter(PVOID Context) {
  UNREFERENCED_PARAMETER(Context);
  LARGE_INTEGER t;
  t.QuadPart = -10000000;
  g_Waiter = KeGetCurrentThread();
  KeSetEvent(&g_Ready, 0, FALSE);
  FACT_EQ("scheduler 7 kernel APC during a wait: runs, and the wait goes on, not visible to the caller", KeWaitForSingleObject(&g_Release, Executive, KernelMode, FALSE, &t), STATUS_SUCCESS);
  CHECK_EQ(g_Normal, 1);
}

static VOID Quiet(PKAPC Apc, PKNORMAL_ROUTINE *Normal, PVOID *Context, PVOID *A1, PVOID *A2) {
  UNREFERENCED_PARAMETER(Apc); UNREFERENCED_PARAMETER(Normal); UNREFERENCED_PARAMETER(Context); UNREFERENCED_PARAMETER(A1); UNREFERENCED_PARAMETER(A2);
}
static VOID Note(PVOID Context, PVOID A1, PVOID A2) {
  UNREFERENCED_PARAMETER(A1); UNREFERENCED_PARAMETER(A2);
  g_Order[g_Next++] = (LONG)(LONG_PTR)Context;
}
static VOID NoteSpecial(PKAPC Apc, PKNORMAL_ROUTINE *Normal, PVOID *Context, PVOID *A1, PVOID *A2) {
  UNREFERENCED_PARAMETER(Apc); UNREFERENCED_PARAMETER(Normal); UNREFERENCED_PARAMETER(Context); UNREFERENCED_PARAMETER(A2);
  g_Order[g_Next++] = (LONG)(LONG_PTR)*A1;
}
static VOID Suppress(PKAPC Apc, PKNORMAL_ROUTINE *Normal, PVOID *Context, PVOID *A1, PVOID *A2) {
  UNREFERENCED_PARAMETER(Apc); UNREFERENCED_PARAMETER(Context); UNREFERENCED_PARAMETER(A1); UNREFERENCED_PARAMETER(A2);
  *Normal = NULL;
}
static VOID Change(PKAPC Apc, PKNORMAL_ROUTINE *Normal, PVOID *Context, PVOID *A1, PVOID *A2) {
  UNREFERENCED_PARAMETER(Apc); UNREFERENCED_PARAMETER(Normal); UNREFERENCED_PARAMETER(A1); UNREFERENCED_PARAMETER(A2);
  *Context = (PVOID)77;
}
// A normal APC that queues a normal and a special one.
static VOID Nesting(PVOID Context, PVOID A1, PVOID A2) {
  UNREFERENCED_PARAMETER(Context); UNREFERENCED_PARAMETER(A1); UNREFERENCED_PARAMETER(A2);
  CHECK(KeInsertQueueApc(&g_Second, NULL, NULL, 0));
  CHECK(KeInsertQueueApc(&g_Special, (PVOID)9, NULL, 0));
  FACT("scheduler 11 normal kernel APC: not while another one is in progress; special ones run", g_Next == 1 && g_Order[0] == 9);
  g_Order[g_Next++] = 1;
}
static VOID Rundown(PKAPC Apc) {
  FACT("scheduler 11 rundown routine: gets the APC", Apc == &g_Third);
  FACT("scheduler 11 rundown routine: runs in the thread that ends", Apc->Thread == KeGetCurrentThread());
  g_Rundown++;
}
static VOID Ends(PVOID Context) {
  UNREFERENCED_PARAMETER(Context);
  KeInitializeApc(&g_Third, KeGetCurrentThread(), OriginalApcEnvironment, Quiet, Rundown, Note, UserMode, NULL);
  CHECK(KeInsertQueueApc(&g_Third, NULL, NULL, 0));
  g_Waiter = KeGetCurrentThread();
}
static VOID Spins(PVOID Context) {
  g_Waiter = KeGetCurrentThread();
  KeSetEvent(&g_Ready, 0, FALSE);
  while (!*(volatile LONG *)Context) YieldProcessor();
}

static VOID Layout(PKTHREAD Me) {
  KeInitializeApc(&g_Apc, Me, OriginalApcEnvironment, KernelPart, NULL, NormalPart, KernelMode, (PVOID)5);
  HEADER("scheduler 11 KAPC: 0x58 bytes", sizeof(KAPC) == 0x58);
  FACT_EQ("scheduler 11 KAPC: Type is ApcObject", g_Apc.Type, 18);
  FACT_EQ("scheduler 11 KAPC: Size at 2", *((UCHAR *)&g_Apc + 2), sizeof(KAPC));
  FACT("scheduler 11 KAPC: Thread at 8", *(PVOID *)((UCHAR *)&g_Apc + 8) == Me);
  HEADER("scheduler 11 KAPC: ApcListEntry at 0x10", FIELD_OFFSET(KAPC, ApcListEntry) == 0x10);
  FACT("scheduler 11 KAPC: KernelRoutine at 0x20", *(PVOID *)((UCHAR *)&g_Apc + 0x20) == (PVOID)KernelPart);
  FACT("scheduler 11 KAPC: RundownRoutine at 0x28", *(PVOID *)((UCHAR *)&g_Apc + 0x28) == NULL);
  FACT("scheduler 11 KAPC: NormalRoutine at 0x30", *(PVOID *)((UCHAR *)&g_Apc + 0x30) == (PVOID)NormalPart);
  FACT_EQ("scheduler 11 KAPC: NormalContext at 0x38", *(LONG_PTR *)((UCHAR *)&g_Apc + 0x38), 5);
  HEADER("scheduler 11 KAPC: SystemArgument1 at 0x40", FIELD_OFFSET(KAPC, SystemArgument1) == 0x40);
  HEADER("scheduler 11 KAPC: SystemArgument2 at 0x48", FIELD_OFFSET(KAPC, SystemArgument2) == 0x48);
  HEADER("scheduler 11 KAPC: ApcStateIndex at 0x50", FIELD_OFFSET(KAPC, ApcStateIndex) == 0x50);
  HEADER("scheduler 11 KAPC: ApcMode at 0x51", FIELD_OFFSET(KAPC, ApcMode) == 0x51);
  HEADER("scheduler 11 KAPC: Inserted at 0x52", FIELD_OFFSET(KAPC, Inserted) == 0x52);
  HEADER("scheduler 11 KAPC_STATE: 0x30 bytes", sizeof(KAPC_STATE) == 0x30);
  HEADER("scheduler 11 KAPC_STATE: Process at 0x20", FIELD_OFFSET(KAPC_STATE, Process) == 0x20);
  HEADER("scheduler 11 KAPC_STATE: in-progress flags at 0x28", FIELD_OFFSET(KAPC_STATE, InProgressFlags) == 0x28);
  HEADER("scheduler 11 KAPC_STATE: KernelApcPending at 0x29", FIELD_OFFSET(KAPC_STATE, KernelApcPending) == 0x29);
  HEADER("scheduler 11 KAPC_STATE: UserApcPending at 0x2A", FIELD_OFFSET(KAPC_STATE, UserApcPendingAll) == 0x2A);
}

static VOID Regions(PKTHREAD Me) {
  KIRQL irql;
  FACT("scheduler 11 KeAreApcsDisabled: FALSE at first", !KeAreApcsDisabled() && !KeAreAllApcsDisabled());
  CHECK(KeInsertQueueApc(&g_Apc, (PVOID)1, (PVOID)2, 0));
  FACT_EQ("scheduler 11 normal kernel APC: delivered at once below APC_LEVEL", g_Kernel * 10 + g_Normal, 11);
  KeInitializeApc(&g_Special, Me, OriginalApcEnvironment, SpecialPart, NULL, NULL, KernelMode, NULL);
  KeEnterCriticalRegion();
  FACT("scheduler 11 KeAreApcsDisabled: TRUE in a critical region", KeAreApcsDisabled());
  FACT("scheduler 11 KeAreAllApcsDisabled: FALSE in a critical region", !KeAreAllApcsDisabled());
  CHECK(KeInsertQueueApc(&g_Apc, (PVOID)1, (PVOID)2, 0));
  PUCHAR raw = (PUCHAR)&g_Apc;
  FACT_EQ("scheduler 11 KAPC: Inserted while queued", g_Apc.Inserted, TRUE);
  FACT_EQ("scheduler 11 KAPC: Inserted at 0x52", raw[0x52], TRUE);
  FACT("scheduler 11 KAPC: ApcListEntry at 0x10, in the thread's list while queued", ((PLIST_ENTRY)(raw + 0x10))->Flink->Blink == (PLIST_ENTRY)(raw + 0x10));
  FACT("scheduler 11 KAPC: SystemArgument1 at 0x40, SystemArgument2 at 0x48", *(PVOID *)(raw + 0x40) == (PVOID)1 && *(PVOID *)(raw + 0x48) == (PVOID)2);
  FACT("scheduler 11 KeInsertQueueApc: FALSE if already queued", !KeInsertQueueApc(&g_Apc, (PVOID)1, (PVOID)2, 0));
  CHECK(KeInsertQueueApc(&g_Special, NULL, NULL, 0));
  FACT_EQ("scheduler 11 special kernel APC: not blocked by a critical region", g_SpecialRan, 1);
  FACT_EQ("scheduler 11 normal kernel APC: blocked by a critical region", g_Normal, 1);
  KeEnterCriticalRegion();
  KeLeaveCriticalRegion();
  FACT_EQ("scheduler 11 KeEnterCriticalRegion: nests", g_Normal, 1);
  KeLeaveCriticalRegion();
  FACT_EQ("scheduler 11 KeLeaveCriticalRegion: delivers what is pending", g_Normal, 2);
  FsRtlEnterFileSystem();
  FACT("scheduler 11 FsRtlEnterFileSystem: a critical region", KeAreApcsDisabled() && !KeAreAllApcsDisabled());
  FsRtlExitFileSystem();
  KeEnterGuardedRegion();
  FACT("scheduler 11 KeAreApcsDisabled: TRUE in a guarded region", KeAreApcsDisabled());
  FACT("scheduler 11 KeAreAllApcsDisabled: TRUE in a guarded region", KeAreAllApcsDisabled());
  KeInsertQueueApc(&g_Special, NULL, NULL, 0);
  KeInsertQueueApc(&g_Apc, (PVOID)1, (PVOID)2, 0);
  FACT_EQ("scheduler 11 special kernel APC: blocked by a guarded region", g_SpecialRan, 1);
  FACT_EQ("scheduler 11 normal kernel APC: blocked by a guarded region", g_Normal, 2);
  KeEnterGuardedRegion();
  KeLeaveGuardedRegion();
  FACT_EQ("scheduler 11 KeEnterGuardedRegion: nests", g_SpecialRan, 1);
  KeLeaveGuardedRegion();
  FACT_EQ("scheduler 11 KeLeaveGuardedRegion: delivers special ones", g_SpecialRan, 2);
  FACT_EQ("scheduler 11 KeLeaveGuardedRegion: delivers normal ones", g_Normal, 3);
  KeEnterCriticalRegion();
  KeEnterGuardedRegion();
  KeInsertQueueApc(&g_Apc, (PVOID)1, (PVOID)2, 0);
  KeLeaveGuardedRegion();
  FACT_EQ("scheduler 11 regions: a guarded region that ends inside a critical one does not deliver normal APCs", g_Normal, 3);
  KeLeaveCriticalRegion();
  CHECK_EQ(g_Normal, 4);
  KeRaiseIrql(APC_LEVEL, &irql);
  FACT("scheduler 11 KeAreAllApcsDisabled: TRUE at APC_LEVEL", KeAreApcsDisabled() && KeAreAllApcsDisabled());
  KeInsertQueueApc(&g_Special, NULL, NULL, 0);
  KeInsertQueueApc(&g_Apc, (PVOID)1, (PVOID)2, 0);
  FACT_EQ("scheduler 11 special kernel APC: blocked at APC_LEVEL", g_SpecialRan, 2);
  FACT_EQ("scheduler 11 normal kernel APC: blocked at APC_LEVEL", g_Normal, 4);
  KeLowerIrql(irql);
  FACT_EQ("scheduler 6 KeLowerIrql: may deliver APCs at once", g_SpecialRan * 10 + g_Normal, 35);
  KeRaiseIrql(DISPATCH_LEVEL, &irql);
  FACT("scheduler 11 KeInsertQueueApc: at DISPATCH_LEVEL", KeInsertQueueApc(&g_Special, NULL, NULL, 0));
  KeLowerIrql(irql);
  CHECK_EQ(g_SpecialRan, 4);
}

static VOID Locks(PKTHREAD Me) {
  static FAST_MUTEX fast;
  static KGUARDED_MUTEX guarded;
  static KMUTEX mutex;
  KeInitializeApc(&g_Second, Me, OriginalApcEnvironment, Quiet, NULL, Note, KernelMode, (PVOID)1);
  KeInitializeMutex(&mutex, 0);
  g_Next = 0;
  g_SpecialRan = 0;
  KeWaitForSingleObject(&mutex, Executive, KernelMode, FALSE, NULL);
  FACT("scheduler 11 locks: owning a kernel mutex disables normal APCs", KeAreApcsDisabled() && !KeAreAllApcsDisabled());
  KeInsertQueueApc(&g_Second, NULL, NULL, 0);
  KeInsertQueueApc(&g_Special, NULL, NULL, 0);
  FACT_EQ("scheduler 11 normal kernel APC: blocked by owning a kernel mutex", g_Next, 0);
  FACT_EQ("scheduler 8 mutex and APCs: special kernel APCs still run", g_SpecialRan, 1);
  KeReleaseMutex(&mutex, FALSE);
  FACT_EQ("scheduler 11 normal kernel APC: delivered when the mutex is released", g_Next, 1);
  ExInitializeFastMutex(&fast);
  ExAcquireFastMutex(&fast);
  FACT("scheduler 11 locks: a fast mutex disables all APCs", KeAreAllApcsDisabled());
  KeInsertQueueApc(&g_Special, NULL, NULL, 0);
  CHECK_EQ(g_SpecialRan, 1);
  ExReleaseFastMutex(&fast);
  FACT_EQ("scheduler 11 special kernel APC: delivered when the fast mutex is released", g_SpecialRan, 2);
  KeInitializeGuardedMutex(&guarded);
  KeAcquireGuardedMutex(&guarded);
  FACT("scheduler 11 locks: a guarded mutex disables all APCs", KeAreAllApcsDisabled());
  KeReleaseGuardedMutex(&guarded);
}

static VOID Order(PKTHREAD Me) {
  g_Next = 0;
  KeInitializeApc(&g_Special, Me, OriginalApcEnvironment, NoteSpecial, NULL, NULL, KernelMode, NULL);
  KeInitializeApc(&g_Apc, Me, OriginalApcEnvironment, Quiet, NULL, Note, KernelMode, (PVOID)1);
  KeInitializeApc(&g_Second, Me, OriginalApcEnvironment, Quiet, NULL, Note, KernelMode, (PVOID)2);
  KeEnterGuardedRegion();
  KeInsertQueueApc(&g_Apc, NULL, NULL, 0);
  KeInsertQueueApc(&g_Second, NULL, NULL, 0);
  KeInsertQueueApc(&g_Special, (PVOID)9, NULL, 0);
  KeLeaveGuardedRegion();
  FACT("scheduler 11 order: special APCs before normal ones, these first in first out", g_Order[0] == 9 && g_Order[1] == 1 && g_Order[2] == 2);
  KeInitializeApc(&g_Apc, Me, OriginalApcEnvironment, Quiet, NULL, Nesting, KernelMode, NULL);
  g_Next = 0;
  KeInsertQueueApc(&g_Apc, NULL, NULL, 0);
  FACT("scheduler 11 normal kernel APC: the next one follows when the one in progress has returned", g_Next == 3 && g_Order[1] == 1 && g_Order[2] == 2);
  g_Next = 0;
  KeInitializeApc(&g_Apc, Me, OriginalApcEnvironment, Suppress, NULL, Note, KernelMode, NULL);
  KeInsertQueueApc(&g_Apc, NULL, NULL, 0);
  FACT_EQ("scheduler 11 KernelRoutine: may take the normal routine away", g_Next, 0);
  KeInitializeApc(&g_Apc, Me, OriginalApcEnvironment, Change, NULL, Note, KernelMode, (PVOID)1);
  KeInsertQueueApc(&g_Apc, NULL, NULL, 0);
  FACT_EQ("scheduler 11 KernelRoutine: may change the arguments of the normal routine", g_Order[0], 77);
  KeEnterCriticalRegion();
  KeInsertQueueApc(&g_Apc, NULL, NULL, 0);
  FACT("documentation KeRemoveQueueApc: TRUE if it was queued", KeRemoveQueueApc(&g_Apc));
  FACT("documentation KeRemoveQueueApc: FALSE if it was not", !KeRemoveQueueApc(&g_Apc));
  KeLeaveCriticalRegion();
  FACT_EQ("documentation KeRemoveQueueApc: a removed APC does not run", g_Next, 1);
}

static VOID OtherThreads(VOID) {
  static volatile LONG stop;
  KeInitializeEvent(&g_Done, NotificationEvent, FALSE);
  TestStartThread(Ends, NULL, 9, &g_Done);
  KeWaitForSingleObject(&g_Done, Executive, KernelMode, FALSE, NULL);
  SleepMs(20);
  FACT_EQ("scheduler 11 rundown routine: runs if the thread ends before delivery", g_Rundown, 1);
  // a thread that runs (on another CPU where there is one) is interrupted
  KeClearEvent(&g_Ready);
  KeClearEvent(&g_Done);
  TestStartThread(Spins, (PVOID)&stop, 8, &g_Done);
  KeWaitForSingleObject(&g_Ready, Executive, KernelMode, FALSE, NULL);
  g_Next = 0;
  KeInitializeApc(&g_Apc, g_Waiter, OriginalApcEnvironment, Quiet, NULL, Note, KernelMode, (PVOID)4);
  CHECK(KeInsertQueueApc(&g_Apc, NULL, NULL, 0));
  SleepMs(40);
  FACT("scheduler 11 normal kernel APC: interrupts a thread that runs", g_Next == 1 && g_Order[0] == 4);
  stop = 1;
  KeWaitForSingleObject(&g_Done, Executive, KernelMode, FALSE, NULL);
}

TEST_ENTRY {
  PKTHREAD me = KeGetCurrentThread();
  Layout(me);
  Regions(me);
  Locks(me);
  Order(me);
  g_Normal = 0;
  KeInitializeEvent(&g_Ready, NotificationEvent, FALSE);
  KeInitializeEvent(&g_Release, SynchronizationEvent, FALSE);
  KeInitializeEvent(&g_Done, NotificationEvent, FALSE);
  KeInitializeEvent(&g_InApc, NotificationEvent, FALSE);
  TestStartThread(Waiter, NULL, 8, &g_Done);
  KeWaitForSingleObject(&g_Ready, Executive, KernelMode, FALSE, NULL);
  SleepMs(20);
  g_SpecialRan = 0;
  KeInitializeApc(&g_Apc, g_Waiter, OriginalApcEnvironment, SpecialPart, NULL, WaitingPart, KernelMode, NULL);
  CHECK(KeInsertQueueApc(&g_Apc, NULL, NULL, 0));
  KeWaitForSingleObject(&g_InApc, Executive, KernelMode, FALSE, NULL);
  SleepMs(80);
  CHECK_EQ(g_Normal, 1);
  FACT_EQ("scheduler 7 kernel APC during a wait: the thread waits again afterwards", KeReadStateEvent(&g_Done), 0);
  KeSetEvent(&g_Release, 0, FALSE);
  CHECK_EQ(KeWaitForSingleObject(&g_Done, Executive, KernelMode, FALSE, NULL), STATUS_SUCCESS);
  OtherThreads();
  return RESULT();
}

static VOID RaiseKernel(PKAPC Apc, PKNORMAL_ROUTINE *Normal, PVOID *Context, PVOID *A1, PVOID *A2) {
  UNREFERENCED_PARAMETER(Apc); UNREFERENCED_PARAMETER(Normal); UNREFERENCED_PARAMETER(Context); UNREFERENCED_PARAMETER(A1); UNREFERENCED_PARAMETER(A2);
  KeRaiseIrqlToDpcLevel();
}
static VOID RaiseNormal(PVOID Context, PVOID A1, PVOID A2) {
  UNREFERENCED_PARAMETER(Context); UNREFERENCED_PARAMETER(A1); UNREFERENCED_PARAMETER(A2);
  KeRaiseIrqlToDpcLevel();
}
static VOID Critical(PVOID Context) { UNREFERENCED_PARAMETER(Context); KeEnterCriticalRegion(); }
BAD(KernelRoutineRaises, 0xC8, -1) {
  KeInitializeApc(&g_Apc, KeGetCurrentThread(), OriginalApcEnvironment, RaiseKernel, NULL, Note, KernelMode, NULL);
  EXPECT_STOP("bugchecks 2 0xC8: id 0 = kernel routine of an APC", 0xC8, (2 << 16) | (1 << 8) | 0, RaiseKernel, &g_Apc, Note);
  KeInsertQueueApc(&g_Apc, NULL, NULL, 0);
  return STATUS_SUCCESS;
}
BAD(NormalRoutineRaises, 0xC8, -1) {
  KeInitializeApc(&g_Apc, KeGetCurrentThread(), OriginalApcEnvironment, Quiet, NULL, RaiseNormal, KernelMode, NULL);
  EXPECT_STOP("bugchecks 2 0xC8: id 1 = normal routine of an APC", 0xC8, (2 << 16) | (0 << 8) | 1, Quiet, &g_Apc, RaiseNormal);
  KeInsertQueueApc(&g_Apc, NULL, NULL, 0);
  return STATUS_SUCCESS;
}
BAD(ExitInCriticalRegion, 0x20, 0) {
  EXPECT_STOP("bugchecks 3 0x20: a thread ends with APCs disabled, -1 = a leave is missing", 0x20, 0, 0xFFFF, 0, 1);
  TestStartThread(Critical, NULL, 8, NULL);
  SleepMs(50);
  return STATUS_SUCCESS;
}
BAD(LeaveWithoutEnter, 0xC4, 0x3E) {
  EXPECT_STOP("bugchecks 8 0xC4/0x3E: KeLeaveCriticalRegion while not in one", 0xC4, 0x3E, 0, 0, 0);
  KeLeaveCriticalRegion();
  return STATUS_SUCCESS;
}
BAD(NotInitialised, 0xA, -1) {
  static KAPC zero;
  KeInsertQueueApc(&zero, NULL, NULL, 0);
  return STATUS_SUCCESS;
}
BAD(LeaveGuardedWithoutEnter, 0xC4, 0x4000E) {
  EXPECT_STOP("bugchecks 8 0x4000E: GuardedRegions", 0xC4, 0x4000E, ANY, ANY, ANY);
  KeLeaveGuardedRegion();
  return STATUS_SUCCESS;
}
BAD(EnterAtDispatch, 0xC4, 0x11A) {
  KeRaiseIrqlToDpcLevel();
  EXPECT_STOP("bugchecks 8 0x11A: KeEnterCriticalRegion > APC", 0xC4, 0x11A, DISPATCH_LEVEL, 0, 0);
  KeEnterCriticalRegion();
  return STATUS_SUCCESS;
}
BAD(LeaveAtDispatch, 0xC4, 0x11B) {
  KeEnterCriticalRegion();
  KeRaiseIrqlToDpcLevel();
  EXPECT_STOP("bugchecks 8 0x11B: KeLeaveCriticalRegion > APC", 0xC4, 0x11B, DISPATCH_LEVEL, 0, 0);
  KeLeaveCriticalRegion();
  return STATUS_SUCCESS;
}
