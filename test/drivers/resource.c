// ERESOURCE: sharing, recursion, the four ways to acquire, hand-over, conversion, owner pointers, counts; wrong uses. Its neighbours: rundown.c, removelock.c.
#include "check.h"
LONG g_Failures;

static ERESOURCE g_Resource;
static KEVENT g_Done[4], g_Ready;
static LONG g_Value, g_Readers, g_MaxReaders;

static VOID Worker(PVOID Context) {
  LONG n = (LONG)(LONG_PTR)Context;
  for (int i = 0; i < 20; i++) {
    KeEnterCriticalRegion();
    if ((i + n) % 4 == 0) {
      CHECK(ExAcquireResourceExclusiveLite(&g_Resource, TRUE));
      CHECK_EQ(g_Readers, 0);
      CHECK(ExIsResourceAcquiredExclusiveLite(&g_Resource));
      CHECK(ExAcquireResourceExclusiveLite(&g_Resource, TRUE));
      LONG v = g_Value;
      KeStallExecutionProcessor(5);
      g_Value = v + 1;
      ExReleaseResourceLite(&g_Resource);
      ExReleaseResourceLite(&g_Resource);
    } else {
      CHECK(ExAcquireResourceSharedLite(&g_Resource, TRUE));
      LONG r = InterlockedIncrement(&g_Readers);
      if (r > g_MaxReaders) g_MaxReaders = r;
      LONG v = g_Value;
      KeStallExecutionProcessor(10);
      CHECK_EQ(g_Value, v);
      InterlockedDecrement(&g_Readers);
      ExReleaseResourceLite(&g_Resource);
    }
    KeLeaveCriticalRegion();
  }
}

// A thread that acquires one way, says so, and releases when it may.
enum { EXCLUSIVE, SHARED, STARVE, WAIT_FOR };
typedef struct _USER { int How; BOOLEAN Wait; volatile LONG Result; LONG Place; BOOLEAN Keep; KEVENT Ready, Release, Done; PKTHREAD Thread; } USER;
static LONG g_Places;
static BOOLEAN Acquire(int How, BOOLEAN Wait) {
  switch (How) {
    case EXCLUSIVE: return ExAcquireResourceExclusiveLite(&g_Resource, Wait);
    case SHARED: return ExAcquireResourceSharedLite(&g_Resource, Wait);
    case STARVE: return ExAcquireSharedStarveExclusive(&g_Resource, Wait);
    default: return ExAcquireSharedWaitForExclusive(&g_Resource, Wait);
  }
}
static VOID User(PVOID Context) {
  USER *u = Context;
  u->Thread = KeGetCurrentThread();
  KeEnterCriticalRegion();
  KeSetEvent(&u->Ready, 0, FALSE);
  u->Result = Acquire(u->How, u->Wait);
  if (u->Result) u->Place = InterlockedIncrement(&g_Places);
  KeWaitForSingleObject(&u->Release, Executive, KernelMode, FALSE, NULL);
  if (u->Result && !u->Keep) ExReleaseResourceLite(&g_Resource);
  KeLeaveCriticalRegion();
}
static VOID Start(USER *u, int How, BOOLEAN Wait) {
  u->How = How;
  u->Wait = Wait;
  u->Result = -1;
  u->Place = 0;
  KeInitializeEvent(&u->Ready, NotificationEvent, FALSE);
  KeInitializeEvent(&u->Release, NotificationEvent, FALSE);
  KeInitializeEvent(&u->Done, NotificationEvent, FALSE);
  TestStartThread(User, u, 10, &u->Done);
  KeWaitForSingleObject(&u->Ready, Executive, KernelMode, FALSE, NULL);
  SleepMs(40);
}
static VOID End(USER *u) {
  KeSetEvent(&u->Release, 0, FALSE);
  KeWaitForSingleObject(&u->Done, Executive, KernelMode, FALSE, NULL);
  SleepMs(20);
}

static VOID Layout(VOID) {
  HEADER("scheduler 13 ERESOURCE 0x68: list 0, OwnerTable 0x10, ActiveCount 0x18, Flag 0x1A", sizeof(ERESOURCE) == 0x68 && FIELD_OFFSET(ERESOURCE, OwnerTable) == 0x10 && FIELD_OFFSET(ERESOURCE, ActiveCount) == 0x18 && FIELD_OFFSET(ERESOURCE, Flag) == 0x1A);
  HEADER("scheduler 13 ERESOURCE SharedWaiters 0x20, ExclusiveWaiters 0x28, OwnerEntry 0x30, ActiveEntries 0x40", FIELD_OFFSET(ERESOURCE, SharedWaiters) == 0x20 && FIELD_OFFSET(ERESOURCE, ExclusiveWaiters) == 0x28 && FIELD_OFFSET(ERESOURCE, OwnerEntry) == 0x30 && FIELD_OFFSET(ERESOURCE, ActiveEntries) == 0x40);
  HEADER("scheduler 13 ERESOURCE ContentionCount 0x44, NumberOfSharedWaiters 0x48, NumberOfExclusiveWaiters 0x4C, Address 0x58, SpinLock 0x60", FIELD_OFFSET(ERESOURCE, ContentionCount) == 0x44 && FIELD_OFFSET(ERESOURCE, NumberOfSharedWaiters) == 0x48 && FIELD_OFFSET(ERESOURCE, NumberOfExclusiveWaiters) == 0x4C && FIELD_OFFSET(ERESOURCE, Address) == 0x58 && FIELD_OFFSET(ERESOURCE, SpinLock) == 0x60);
  CHECK_EQ(ExInitializeResourceLite(&g_Resource), STATUS_SUCCESS);
  FACT("scheduler 13 ERESOURCE in the global list", g_Resource.SystemResourcesList.Flink != NULL && g_Resource.SystemResourcesList.Flink->Blink == &g_Resource.SystemResourcesList);
  FACT("scheduler 13 ERESOURCE initialised: nobody", g_Resource.ActiveEntries == 0 && g_Resource.ActiveCount == 0 && g_Resource.OwnerEntry.OwnerThread == 0);
}

static VOID Recursion(VOID) {
  KeEnterCriticalRegion();
  FACT_EQ("scheduler 13 exclusive: TRUE when free", ExAcquireResourceExclusiveLite(&g_Resource, FALSE), TRUE);
  FACT("scheduler 13 the owner entry names the thread", g_Resource.OwnerEntry.OwnerThread == ExGetCurrentResourceThread() && g_Resource.OwnerEntry.OwnerCount == 1 && (g_Resource.Flag & ResourceOwnedExclusive) != 0);
  FACT_EQ("scheduler 13 exclusive owner may reacquire exclusive", ExAcquireResourceExclusiveLite(&g_Resource, FALSE), TRUE);
  FACT_EQ("scheduler 13 exclusive owner may reacquire shared", ExAcquireResourceSharedLite(&g_Resource, FALSE), TRUE);
  FACT_EQ("documentation ExIsResourceAcquiredSharedLite counts the acquisitions", ExIsResourceAcquiredSharedLite(&g_Resource), 3);
  FACT_EQ("documentation ExIsResourceAcquiredExclusiveLite", ExIsResourceAcquiredExclusiveLite(&g_Resource), TRUE);
  ExReleaseResourceLite(&g_Resource);
  ExReleaseResourceLite(&g_Resource);
  FACT("scheduler 13 each acquire one release", ExIsResourceAcquiredExclusiveLite(&g_Resource) && g_Resource.ActiveEntries == 1);
  ExReleaseResourceLite(&g_Resource);
  FACT("scheduler 13 the last release frees", ExIsResourceAcquiredLite(&g_Resource) == 0 && g_Resource.ActiveEntries == 0);
  FACT_EQ("scheduler 13 shared: TRUE when free", ExAcquireResourceSharedLite(&g_Resource, FALSE), TRUE);
  FACT_EQ("scheduler 13 shared owner may reacquire shared", ExAcquireResourceSharedLite(&g_Resource, FALSE), TRUE);
  FACT_EQ("scheduler 13 not exclusive", ExIsResourceAcquiredExclusiveLite(&g_Resource), FALSE);
  FACT_EQ("scheduler 13 shared -> exclusive with Wait = FALSE: FALSE", ExAcquireResourceExclusiveLite(&g_Resource, FALSE), FALSE);
  ExReleaseResourceLite(&g_Resource);
  ExReleaseResourceLite(&g_Resource);
  KIRQL old;
  CHECK(ExAcquireResourceSharedLite(&g_Resource, TRUE));
  old = KeRaiseIrqlToDpcLevel();
  ExReleaseResourceLite(&g_Resource);
  FACT_EQ("scheduler 13 ERESOURCE release at DISPATCH_LEVEL", g_Resource.ActiveEntries, 0);
  KeLowerIrql(old);
  KeRaiseIrql(APC_LEVEL, &old);
  FACT_EQ("scheduler 13 ERESOURCE acquire at APC_LEVEL", ExAcquireResourceExclusiveLite(&g_Resource, TRUE), TRUE);
  ExReleaseResourceLite(&g_Resource);
  KeLowerIrql(old);
  KeLeaveCriticalRegion();
}

static VOID Flavours(VOID) {
  static USER a, b, c;
  KeEnterCriticalRegion();
  // exclusive owner: everybody else waits or gets FALSE
  CHECK(ExAcquireResourceExclusiveLite(&g_Resource, TRUE));
  for (int how = EXCLUSIVE; how <= WAIT_FOR; how++) {
    Start(&a, how, FALSE);
    FACT_EQ("scheduler 13 Wait = FALSE returns FALSE at once", a.Result, FALSE);
    End(&a);
  }
  ULONG contention = g_Resource.ContentionCount;
  Start(&a, EXCLUSIVE, TRUE);
  FACT("scheduler 13 an exclusive waiter is counted", ExGetExclusiveWaiterCount(&g_Resource) == 1 && g_Resource.NumberOfExclusiveWaiters == 1);
  Start(&b, SHARED, TRUE);
  FACT("scheduler 13 a shared waiter is counted", ExGetSharedWaiterCount(&g_Resource) == 1 && g_Resource.NumberOfSharedWaiters == 1);
  FACT_EQ("scheduler 13 ContentionCount: acquisitions that had to wait", g_Resource.ContentionCount - contention, 2);
  g_Places = 0;
  ExReleaseResourceLite(&g_Resource);
  SleepMs(40);
  FACT("scheduler 13 after an exclusive owner: the shared waiters", b.Result == TRUE && a.Result == -1);
  End(&b);
  FACT("scheduler 13 after the last reader: an exclusive waiter", a.Result == TRUE && ExGetExclusiveWaiterCount(&g_Resource) == 0);
  End(&a);

  // readers inside and a writer that waits: the flavours differ
  CHECK(ExAcquireResourceSharedLite(&g_Resource, TRUE));
  Start(&c, SHARED, TRUE);
  FACT("scheduler 13 readers share", c.Result == TRUE && g_Resource.ActiveEntries == 2);
  Start(&a, EXCLUSIVE, TRUE);
  FACT_EQ("scheduler 13 a writer waits for the readers", a.Result, -1);
  Start(&b, SHARED, FALSE);
  FACT_EQ("scheduler 13 SharedLite: waits if exclusive waiters exist", b.Result, FALSE);
  End(&b);
  Start(&b, WAIT_FOR, FALSE);
  FACT_EQ("scheduler 13 WaitForExclusive: waits if exclusive waiters exist", b.Result, FALSE);
  End(&b);
  Start(&b, STARVE, FALSE);
  FACT_EQ("scheduler 13 StarveExclusive: ignores exclusive waiters", b.Result, TRUE);
  End(&b);
  FACT_EQ("scheduler 13 SharedLite: unless already owner", ExAcquireResourceSharedLite(&g_Resource, FALSE), TRUE);
  ExReleaseResourceLite(&g_Resource);
  FACT_EQ("scheduler 13 StarveExclusive: an owner again", ExAcquireSharedStarveExclusive(&g_Resource, FALSE), TRUE);
  ExReleaseResourceLite(&g_Resource);
  FACT_EQ("scheduler 13 WaitForExclusive: an owner too queues behind pending exclusive requests", ExAcquireSharedWaitForExclusive(&g_Resource, FALSE), FALSE);
  ExReleaseResourceLite(&g_Resource);
  FACT_EQ("scheduler 13 the writer waits for the other reader", a.Result, -1);
  End(&c);
  FACT_EQ("scheduler 13 then it gets it", a.Result, TRUE);
  FACT_EQ("documentation ExTryToAcquireResourceExclusiveLite does not wait", ExTryToAcquireResourceExclusiveLite(&g_Resource), FALSE);
  End(&a);
  // WaitForExclusive of an owner deadlocks unless another thread releases its ownership
  Start(&c, SHARED, TRUE);
  c.Keep = TRUE;
  Start(&a, EXCLUSIVE, TRUE);
  ExReleaseResourceForThreadLite(&g_Resource, (ERESOURCE_THREAD)c.Thread);
  SleepMs(40);
  FACT_EQ("scheduler 13 ExReleaseResourceForThreadLite: another thread releases for the owner", a.Result, TRUE);
  End(&a);
  End(&c);
  c.Keep = FALSE;
  KeLeaveCriticalRegion();
}

static VOID Conversions(VOID) {
  static USER a, b;
  KeEnterCriticalRegion();
  CHECK(ExAcquireResourceExclusiveLite(&g_Resource, TRUE));
  Start(&a, SHARED, TRUE);
  CHECK_EQ(a.Result, -1);
  ExConvertExclusiveToSharedLite(&g_Resource);
  SleepMs(40);
  FACT_EQ("scheduler 13 ExConvertExclusiveToSharedLite wakes shared waiters", a.Result, TRUE);
  FACT("scheduler 13 after it the thread owns shared", !ExIsResourceAcquiredExclusiveLite(&g_Resource) && ExIsResourceAcquiredSharedLite(&g_Resource) == 1);
  Start(&b, EXCLUSIVE, FALSE);
  FACT_EQ("scheduler 13 no writer beside the two readers", b.Result, FALSE);
  End(&b);
  ExReleaseResourceLite(&g_Resource);
  End(&a);

  // an owner that is no thread: another thread may release it
  PVOID owner = (PVOID)((ULONG_PTR)&a | 3);
  CHECK(ExAcquireResourceSharedLite(&g_Resource, TRUE));
  ExSetResourceOwnerPointer(&g_Resource, owner);
  FACT_EQ("scheduler 13 ExSetResourceOwnerPointer: the thread is no owner any more", ExIsResourceAcquiredLite(&g_Resource), 0);
  Start(&b, EXCLUSIVE, FALSE);
  FACT_EQ("scheduler 13 ExSetResourceOwnerPointer: it is still owned", b.Result, FALSE);
  End(&b);
  ExReleaseResourceForThreadLite(&g_Resource, (ERESOURCE_THREAD)owner);
  FACT_EQ("scheduler 13 released for the owner pointer", g_Resource.ActiveEntries, 0);
  KeLeaveCriticalRegion();

  PVOID name = ExEnterCriticalRegionAndAcquireResourceExclusive(&g_Resource);
  UNREFERENCED_PARAMETER(name);
  FACT("documentation ExEnterCriticalRegionAndAcquireResourceExclusive", KeAreApcsDisabled() && ExIsResourceAcquiredExclusiveLite(&g_Resource));
  ExReleaseResourceAndLeaveCriticalRegion(&g_Resource);
  FACT("documentation ExReleaseResourceAndLeaveCriticalRegion", !KeAreApcsDisabled() && g_Resource.ActiveEntries == 0);
  ExEnterCriticalRegionAndAcquireResourceShared(&g_Resource);
  FACT("documentation ExEnterCriticalRegionAndAcquireResourceShared", KeAreApcsDisabled() && ExIsResourceAcquiredSharedLite(&g_Resource) == 1 && !ExIsResourceAcquiredExclusiveLite(&g_Resource));
  ExReleaseResourceAndLeaveCriticalRegion(&g_Resource);
  ExEnterCriticalRegionAndAcquireSharedWaitForExclusive(&g_Resource);
  FACT("documentation ExEnterCriticalRegionAndAcquireSharedWaitForExclusive", ExIsResourceAcquiredSharedLite(&g_Resource) == 1);
  ExReleaseResourceAndLeaveCriticalRegion(&g_Resource);
  ExDisableResourceBoostLite(&g_Resource);
}

// More owners than the first table has room for.
static VOID ManyOwners(VOID) {
  static USER u[12];
  for (int i = 0; i < 12; i++) Start(&u[i], SHARED, TRUE);
  FACT("scheduler 13 OwnerTable: one entry an owner", g_Resource.OwnerTable != NULL && g_Resource.ActiveEntries == 12);
  for (int i = 0; i < 12; i++) {
    CHECK_EQ(u[i].Result, TRUE);
    End(&u[i]);
  }
  CHECK_EQ(g_Resource.ActiveEntries, 0);
  CHECK_EQ(ExReinitializeResourceLite(&g_Resource), STATUS_SUCCESS);
  FACT("documentation ExReinitializeResourceLite: as new, and in the list", g_Resource.ContentionCount == 0 && g_Resource.ActiveEntries == 0 && g_Resource.SystemResourcesList.Flink->Blink == &g_Resource.SystemResourcesList);
}

TEST_ENTRY {
  KeInitializeEvent(&g_Ready, SynchronizationEvent, FALSE);
  Layout();
  Recursion();
  Flavours();
  Conversions();
  ManyOwners();
  for (LONG i = 0; i < 4; i++) {
    KeInitializeEvent(&g_Done[i], NotificationEvent, FALSE);
    TestStartThread(Worker, (PVOID)(LONG_PTR)i, 8, &g_Done[i]);
  }
  for (int i = 0; i < 4; i++) KeWaitForSingleObject(&g_Done[i], Executive, KernelMode, FALSE, NULL);
  CHECK_EQ(g_Value, 20);
  CHECK_EQ(ExDeleteResourceLite(&g_Resource), STATUS_SUCCESS);
  FACT("scheduler 13 ExDeleteResourceLite takes it out of the list", g_Resource.SystemResourcesList.Flink == NULL);
  return RESULT();
}

BAD(ReleaseNotOwned, 0xE3, -1) {
  ExInitializeResourceLite(&g_Resource);
  EXPECT_STOP("bugchecks 5 0xE3: ExReleaseResourceLite by a non-owner", 0xE3, &g_Resource, KeGetCurrentThread(), g_Resource.OwnerTable, 0);
  ExReleaseResourceLite(&g_Resource);
  return STATUS_SUCCESS;
}
BAD(ReleaseForNobody, 0x16E, -1) {
  ExInitializeResourceLite(&g_Resource);
  KeEnterCriticalRegion();
  ExAcquireResourceExclusiveLite(&g_Resource, TRUE);
  EXPECT_STOP("bugchecks 5 0x16E: ExReleaseResourceForThreadLite with a thread that is not an owner", 0x16E, &g_Resource, KeGetCurrentThread(), &g_Done[0], 0);
  ExReleaseResourceForThreadLite(&g_Resource, (ERESOURCE_THREAD)&g_Done[0]);
  return STATUS_SUCCESS;
}
BAD(Upgrade, 0xC4, 0x1000) {
  ExInitializeResourceLite(&g_Resource);
  KeEnterCriticalRegion();
  ExAcquireResourceSharedLite(&g_Resource, TRUE);
  EXPECT_STOP("scheduler 13 shared -> exclusive with Wait = TRUE deadlocks", 0xC4, 0x1000, &g_Resource, KeGetCurrentThread(), 0);
  ExAcquireResourceExclusiveLite(&g_Resource, TRUE);
  return STATUS_SUCCESS;
}
BAD(ConvertShared, 0x1F, 0) {
  ExInitializeResourceLite(&g_Resource);
  KeEnterCriticalRegion();
  ExAcquireResourceSharedLite(&g_Resource, TRUE);
  EXPECT_STOP("bugchecks 5 0x1F: convert of a resource not owned exclusive", 0x1F, 0, 0, 0, 0);
  ExConvertExclusiveToSharedLite(&g_Resource);
  return STATUS_SUCCESS;
}
BAD(ConvertFree, 0x1F, 0) {
  ExInitializeResourceLite(&g_Resource);
  EXPECT_STOP("bugchecks 5 0x1F: convert of a resource that nobody owns", 0x1F, 0, 0, 0, 0);
  ExConvertExclusiveToSharedLite(&g_Resource);
  return STATUS_SUCCESS;
}
BAD(ExitHoldingResource, 0x153, -1) {
  ExInitializeResourceLite(&g_Resource);
  KeEnterCriticalRegion();
  ExAcquireResourceSharedLite(&g_Resource, TRUE);
  KeLeaveCriticalRegion();
  return STATUS_SUCCESS;
}
BAD(AcquireAtDispatch, 0xC4, 0x37) {
  ExInitializeResourceLite(&g_Resource);
  KeRaiseIrqlToDpcLevel();
  EXPECT_STOP("scheduler 13 ERESOURCE acquire at <= APC", 0xC4, 0x37, DISPATCH_LEVEL, ANY, &g_Resource);
  ExAcquireResourceSharedLite(&g_Resource, TRUE);
  return STATUS_SUCCESS;
}
BAD(DeletedTwice, 0xC4, 0xD1) {
  ExInitializeResourceLite(&g_Resource);
  ExDeleteResourceLite(&g_Resource);
  EXPECT_STOP("bugchecks 8 0xD1: delete of an uninitialised ERESOURCE", 0xC4, 0xD1, &g_Resource, 0, 0);
  ExDeleteResourceLite(&g_Resource);
  return STATUS_SUCCESS;
}
BAD(InitialisedTwice, 0xC4, 0xD0) {
  ExInitializeResourceLite(&g_Resource);
  EXPECT_STOP("bugchecks 8 0xD0: ERESOURCE re-initialised", 0xC4, 0xD0, &g_Resource, 0, 0);
  ExInitializeResourceLite(&g_Resource);
  return STATUS_SUCCESS;
}
BAD(NotInitialised, 0xC4, 0x1002) {
  static ERESOURCE never;
  KeEnterCriticalRegion();
  EXPECT_STOP("bugchecks 8 0x1002: uninitialised lock used", 0xC4, 0x1002, &never, 0, 0);
  ExAcquireResourceExclusiveLite(&never, TRUE);
  return STATUS_SUCCESS;
}
BAD(Unaligned, 0xC4, 0x3D) {
  static UCHAR room[sizeof(ERESOURCE) + 16];
  PERESOURCE r = (PERESOURCE)(((ULONG_PTR)room & ~(ULONG_PTR)7) + 12);
  EXPECT_STOP("bugchecks 8 0x3D: unaligned resource", 0xC4, 0x3D, 0, 0, r);
  ExInitializeResourceLite(r);
  return STATUS_SUCCESS;
}
BAD(FreedWhileInitialised, 0xC4, 0xD2) {
  PERESOURCE r = ExAllocatePoolWithTag(NonPagedPoolNx, sizeof *r, 'seR ');
  ExInitializeResourceLite(r);
  EXPECT_STOP("bugchecks 8 0xD2: pool with an active ERESOURCE freed", 0xC4, 0xD2, r, r, sizeof *r);
  ExFreePoolWithTag(r, 'seR ');
  return STATUS_SUCCESS;
}
