// Driver Verifier's checks of objects: where they lie, whether they are initialised, what is freed with them; and of the calls around them.
// every run: verifier standard
#include "check.h"
LONG g_Failures;
static ERESOURCE g_Resource;
static NPAGED_LOOKASIDE_LIST g_List;
static KEVENT g_Event;

TEST_ENTRY {
  KEVENT local;
  LARGE_INTEGER zero = {0};
  KIRQL old;
  PERESOURCE r = ExAllocatePoolWithTag(NonPagedPool, sizeof *r, 'seRV');
  UCHAR bytes[64] = {1};
  // what is right
  KeInitializeEvent(&local, NotificationEvent, TRUE);
  FACT_EQ("bugchecks 8 0x123: KernelMode on the stack is right", KeWaitForSingleObject(&local, Executive, KernelMode, FALSE, &zero), STATUS_SUCCESS);
  KeInitializeEvent(&g_Event, NotificationEvent, TRUE);
  FACT_EQ("bugchecks 8 0x123: UserMode off the stack is right", KeWaitForSingleObject(&g_Event, Executive, UserMode, FALSE, &zero), STATUS_SUCCESS);
  ExInitializeResourceLite(r);
  FACT_EQ("bugchecks 8 0xD1: an initialised resource is deleted", ExDeleteResourceLite(r), STATUS_SUCCESS);
  FACT_EQ("bugchecks 8 0xD0: after its deletion it is initialised again", ExInitializeResourceLite(r), STATUS_SUCCESS);
  ExDeleteResourceLite(r);
  ExFreePoolWithTag(r, 'seRV');
  RtlMoveMemory(bytes + 1, bytes, 32);
  FACT("bugchecks 8 0xF0: RtlMoveMemory may overlap", bytes[1] == 1);
  RtlCopyMemory(bytes + 32, bytes, 32);
  FACT("bugchecks 8 0xF0: ranges that touch do not overlap", bytes[33] == 1);
  KeRaiseIrql(DISPATCH_LEVEL, &old);
  FACT("bugchecks 8 0x80: KeSetEvent at DISPATCH_LEVEL is right", KeSetEvent(&g_Event, 0, FALSE) != 0);
  KeLowerIrql(old);
  return RESULT();
}

BAD(SetAtHigh, 0xC4, 0x80) {
  KIRQL old;
  KeInitializeEvent(&g_Event, NotificationEvent, FALSE);
  KeRaiseIrql(HIGH_LEVEL, &old);
  EXPECT_STOP("bugchecks 8 0x80: KeSetEvent > DISPATCH", 0xC4, 0x80, HIGH_LEVEL, &g_Event, 0);
  KeSetEvent(&g_Event, 0, FALSE);
  return STATUS_SUCCESS;
}
BAD(UserEvent, 0xC4, 0xE0) {
  EXPECT_STOP("bugchecks 8 0xE0: user-mode address given to a kernel routine", 0xC4, 0xE0, 0x7FF60000, sizeof(KEVENT), ANY);
  KeInitializeEvent((PRKEVENT)0x7FF60000, NotificationEvent, FALSE);
  return STATUS_SUCCESS;
}
BAD(PageableEvent, 0xC4, 0xE1) {
  PKEVENT event = ExAllocatePoolWithTag(PagedPool, sizeof *event, 'gaPV');
  EXPECT_STOP("bugchecks 8 0xE1: sync object at pageable address", 0xC4, 0xE1, event, 0, 0);
  KeInitializeEvent(event, NotificationEvent, FALSE);
  return STATUS_SUCCESS;
}
BAD(PageableMutex, 0xC4, 0xE1) {
  PKMUTEX mutex = ExAllocatePoolWithTag(PagedPool, sizeof *mutex, 'gaPV');
  EXPECT_STOP("bugchecks 8 0xE1: mutex at pageable address", 0xC4, 0xE1, mutex, 0, 0);
  KeInitializeMutex(mutex, 0);
  return STATUS_SUCCESS;
}
BAD(PageableTimer, 0xC4, 0xE1) {
  PKTIMER timer = ExAllocatePoolWithTag(PagedPool, sizeof *timer, 'gaPV');
  EXPECT_STOP("bugchecks 8 0xE1: timer at pageable address", 0xC4, 0xE1, timer, 0, 0);
  KeInitializeTimer(timer);
  return STATUS_SUCCESS;
}
BAD(PageableResource, 0xC4, 0xE1) {
  PERESOURCE r = ExAllocatePoolWithTag(PagedPool, sizeof *r, 'gaPV');
  EXPECT_STOP("bugchecks 8 0xE1: resource at pageable address", 0xC4, 0xE1, r, 0, 0);
  ExInitializeResourceLite(r);
  return STATUS_SUCCESS;
}
static VOID Work(PVOID Context) { UNREFERENCED_PARAMETER(Context); }
BAD(PageableWorkItem, 0xC4, 0x131) {
  PWORK_QUEUE_ITEM item = ExAllocatePoolWithTag(PagedPool, sizeof *item, 'gaPV');
  ExInitializeWorkItem(item, Work, NULL);
  EXPECT_STOP("bugchecks 8 0x131: work item in pageable memory", 0xC4, 0x131, item, 0, 0);
  ExQueueWorkItem(item, DelayedWorkQueue);
  return STATUS_SUCCESS;
}
BAD(WaitHigh, 0xC4, 0x120) {
  LARGE_INTEGER zero = {0};
  KIRQL old;
  KeInitializeEvent(&g_Event, NotificationEvent, TRUE);
  KeRaiseIrql(HIGH_LEVEL, &old);
  EXPECT_STOP("bugchecks 8 0x120: wait > DISPATCH", 0xC4, 0x120, ANY, &g_Event, &zero);
  return KeWaitForSingleObject(&g_Event, Executive, KernelMode, FALSE, &zero);
}
BAD(WaitForEver, 0xC4, 0x121) {
  KeInitializeEvent(&g_Event, NotificationEvent, FALSE);
  KeRaiseIrqlToDpcLevel();
  EXPECT_STOP("bugchecks 8 0x121: wait at DISPATCH with NULL timeout", 0xC4, 0x121, ANY, &g_Event, NULL);
  return KeWaitForSingleObject(&g_Event, Executive, KernelMode, FALSE, NULL);
}
BAD(WaitForSome, 0xC4, 0x122) {
  LARGE_INTEGER soon = {.QuadPart = -10};
  PVOID objects[1] = {&g_Event};
  KeInitializeEvent(&g_Event, NotificationEvent, FALSE);
  KeRaiseIrqlToDpcLevel();
  EXPECT_STOP("bugchecks 8 0x122: wait at DISPATCH with nonzero timeout", 0xC4, 0x122, ANY, &g_Event, &soon);
  return KeWaitForMultipleObjects(1, objects, WaitAny, Executive, KernelMode, FALSE, &soon, NULL);
}
BAD(UserWaitOnStack, 0xC4, 0x123) {
  KEVENT local;
  KeInitializeEvent(&local, NotificationEvent, TRUE);
  EXPECT_STOP("bugchecks 8 0x123: UserMode wait on an object on the kernel stack", 0xC4, 0x123, &local, 0, 0);
  return KeWaitForSingleObject(&local, Executive, UserMode, FALSE, NULL);
}
BAD(UserWaitOnSeveral, 0xC4, 0x123) {
  KEVENT local;
  PVOID objects[2] = {&g_Event, &local};
  KeInitializeEvent(&g_Event, NotificationEvent, TRUE);
  KeInitializeEvent(&local, NotificationEvent, TRUE);
  EXPECT_STOP("bugchecks 8 0x123: one of several objects on the kernel stack", 0xC4, 0x123, &local, 0, 0);
  return KeWaitForMultipleObjects(2, objects, WaitAny, Executive, UserMode, FALSE, NULL, NULL);
}
BAD(UnalignedResource, 0xC4, 0x3D) {
  PUCHAR p = ExAllocatePoolWithTag(NonPagedPool, 2 * sizeof(ERESOURCE), 'seRV');
  EXPECT_STOP("bugchecks 8 0x3D: unaligned resource", 0xC4, 0x3D, 0, 0, p + 4);
  ExInitializeResourceLite((PERESOURCE)(p + 4));
  return STATUS_SUCCESS;
}
BAD(ResourceTwice, 0xC4, 0xD0) {
  ExInitializeResourceLite(&g_Resource);
  EXPECT_STOP("bugchecks 8 0xD0: ERESOURCE re-init", 0xC4, 0xD0, &g_Resource, 0, 0);
  ExInitializeResourceLite(&g_Resource);
  return STATUS_SUCCESS;
}
BAD(ResourceDeletedTwice, 0xC4, 0xD1) {
  ExInitializeResourceLite(&g_Resource);
  ExDeleteResourceLite(&g_Resource);
  EXPECT_STOP("bugchecks 8 0xD1: delete of an uninitialised ERESOURCE", 0xC4, 0xD1, &g_Resource, 0, 0);
  ExDeleteResourceLite(&g_Resource);
  return STATUS_SUCCESS;
}
BAD(ResourceNeverInitialised, 0xC4, 0xD1) {
  PERESOURCE r = ExAllocatePoolWithTag(NonPagedPool, sizeof *r, 'seRV');
  EXPECT_STOP("bugchecks 8 0xD1: memory that never was an ERESOURCE", 0xC4, 0xD1, r, 0, 0);
  ExDeleteResourceLite(r);
  return STATUS_SUCCESS;
}
BAD(ResourceFreed, 0xC4, 0xD2) {
  struct { LONG Before[4]; ERESOURCE Resource; } *p = ExAllocatePoolWithTag(NonPagedPool, sizeof *p, 'seRV');
  ExInitializeResourceLite(&p->Resource);
  EXPECT_STOP("bugchecks 8 0xD2: pool with active ERESOURCE freed; pool start, size", 0xC4, 0xD2, &p->Resource, p, sizeof *p);
  ExFreePoolWithTag(p, 'seRV');
  return STATUS_SUCCESS;
}
BAD(ListTwice, 0xC4, 0xCA) {
  ExInitializeNPagedLookasideList(&g_List, NULL, NULL, 0, 32, 'tsiV', 0);
  EXPECT_STOP("bugchecks 8 0xCA: lookaside re-init", 0xC4, 0xCA, &g_List, ANY, ANY);
  ExInitializeNPagedLookasideList(&g_List, NULL, NULL, 0, 32, 'tsiV', 0);
  return STATUS_SUCCESS;
}
BAD(ListDeletedTwice, 0xC4, 0xCB) {
  ExInitializeNPagedLookasideList(&g_List, NULL, NULL, 0, 32, 'tsiV', 0);
  ExDeleteNPagedLookasideList(&g_List);
  EXPECT_STOP("bugchecks 8 0xCB: delete of an uninitialised lookaside list", 0xC4, 0xCB, &g_List, ANY, ANY);
  ExDeleteNPagedLookasideList(&g_List);
  return STATUS_SUCCESS;
}
BAD(ListFreed, 0xC4, 0xCC) {
  PNPAGED_LOOKASIDE_LIST p = ExAllocatePoolWithTag(NonPagedPool, sizeof *p, 'tsiV');
  ExInitializeNPagedLookasideList(p, NULL, NULL, 0, 32, 'tsiV', 0);
  EXPECT_STOP("bugchecks 8 0xCC: pool with active list freed", 0xC4, 0xCC, p, ANY, ANY);
  ExFreePoolWithTag(p, 'tsiV');
  return STATUS_SUCCESS;
}
BAD(ListOfSmallBlocks, 0xC4, 0xCD) {
  EXPECT_STOP("bugchecks 8 0xCD: block too small", 0xC4, 0xCD, &g_List, ANY, ANY);
  ExInitializeNPagedLookasideList(&g_List, NULL, NULL, 0, 4, 'tsiV', 0);
  return STATUS_SUCCESS;
}
BAD(CopyOverlaps, 0xC4, 0xF0) {
  static UCHAR bytes[64];
  EXPECT_STOP("bugchecks 8 0xF0: memcpy overlap", 0xC4, 0xF0, bytes + 8, bytes, 16);
  RtlCopyMemory(bytes + 8, bytes, 16);
  return STATUS_SUCCESS;
}
// with the options off nothing is said
// verifier none
BAD(NobodyLooks, 0xE2, 1) {
  KEVENT local;
  KIRQL old;
  UCHAR bytes[64] = {1};
  KeInitializeEvent(&local, NotificationEvent, TRUE);
  FACT_EQ("verification-rules 1 off: a UserMode wait on the stack", KeWaitForSingleObject(&local, Executive, UserMode, FALSE, NULL), STATUS_SUCCESS);
  RtlCopyMemory(bytes + 1, bytes, 16);
  KeRaiseIrql(DISPATCH_LEVEL, &old);
  KeEnterCriticalRegion();
  KeLeaveCriticalRegion();
  KeLowerIrql(old);
  FACT("verification-rules 1 off: regions at DISPATCH_LEVEL", KeGetCurrentIrql() == PASSIVE_LEVEL);
  EXPECT_STOP("bugchecks 9 0xE2 MANUALLY_INITIATED_CRASH", 0xE2, 1, 2, 3, 4);
  KeBugCheckEx(MANUALLY_INITIATED_CRASH, 1, 2, 3, 4);
}
BAD(Manual1, 0xDEADDEAD, 0) {
  EXPECT_STOP("bugchecks 9 0xDEADDEAD; 0 KeBugCheck: all parameters 0", 0xDEADDEAD, 0, 0, 0, 0);
  KeBugCheck(0xDEADDEAD);
}
