// IO_REMOVE_LOCK: counts of users that the remove path waits for.
#include "check.h"
LONG g_Failures;
static IO_REMOVE_LOCK g_Lock;
static KEVENT g_In, g_Done;
static volatile LONG g_Gone;

static VOID Remover(PVOID Context) {
  UNREFERENCED_PARAMETER(Context);
  CHECK_EQ(IoAcquireRemoveLock(&g_Lock, (PVOID)9), STATUS_SUCCESS);
  KeSetEvent(&g_In, 0, FALSE);
  IoReleaseRemoveLockAndWait(&g_Lock, (PVOID)9);
  g_Gone = 1;
}

TEST_ENTRY {
  KeInitializeEvent(&g_In, SynchronizationEvent, FALSE);
  KeInitializeEvent(&g_Done, NotificationEvent, FALSE);
  IoInitializeRemoveLock(&g_Lock, 'kcoL', 0, 0);
  HEADER("scheduler 13 IO_REMOVE_LOCK 0x20 free build: Removed 0, IoCount 4, RemoveEvent 8", sizeof(IO_REMOVE_LOCK) == 0x20 && FIELD_OFFSET(IO_REMOVE_LOCK_COMMON_BLOCK, Removed) == 0 && FIELD_OFFSET(IO_REMOVE_LOCK_COMMON_BLOCK, IoCount) == 4 && FIELD_OFFSET(IO_REMOVE_LOCK_COMMON_BLOCK, RemoveEvent) == 8);
  FACT("scheduler 13 remove lock: initialised", !g_Lock.Common.Removed && g_Lock.Common.IoCount == 1);
  FACT_EQ("scheduler 13 IoAcquireRemoveLock -> SUCCESS", IoAcquireRemoveLock(&g_Lock, (PVOID)1), STATUS_SUCCESS);
  FACT_EQ("scheduler 13 remove lock: a count", g_Lock.Common.IoCount, 2);
  CHECK_EQ(IoAcquireRemoveLock(&g_Lock, (PVOID)2), STATUS_SUCCESS);
  KIRQL old = KeRaiseIrqlToDpcLevel();
  FACT_EQ("scheduler 13 remove lock at DISPATCH_LEVEL", IoAcquireRemoveLock(&g_Lock, (PVOID)3), STATUS_SUCCESS);
  IoReleaseRemoveLock(&g_Lock, (PVOID)3);
  KeLowerIrql(old);
  IoReleaseRemoveLock(&g_Lock, (PVOID)2);
  FACT_EQ("scheduler 13 remove lock: released", g_Lock.Common.IoCount, 2);
  TestStartThread(Remover, NULL, 12, &g_Done);
  KeWaitForSingleObject(&g_In, Executive, KernelMode, FALSE, NULL);
  SleepMs(40);
  FACT("scheduler 13 IoReleaseRemoveLockAndWait waits for the others", g_Gone == 0 && g_Lock.Common.Removed);
  FACT_EQ("scheduler 13 STATUS_DELETE_PENDING once removal began", (ULONG)IoAcquireRemoveLock(&g_Lock, (PVOID)4), 0xC0000056);
  IoReleaseRemoveLock(&g_Lock, (PVOID)1);
  KeWaitForSingleObject(&g_Done, Executive, KernelMode, FALSE, NULL);
  FACT("scheduler 13 the last release ends the wait", g_Gone == 1 && g_Lock.Common.IoCount == 0);
  FACT_EQ("scheduler 13 and it stays removed", IoAcquireRemoveLock(&g_Lock, NULL), STATUS_DELETE_PENDING);
  return RESULT();
}

BAD(TooOften, 0xC4, 0xD5) {
  IoInitializeRemoveLock(&g_Lock, 'kcoL', 0, 0);
  IoReleaseRemoveLock(&g_Lock, NULL);
  EXPECT_STOP("scheduler 13 remove lock: released more often than acquired", 0xC4, 0xD5, &g_Lock, ANY, ANY);
  IoReleaseRemoveLock(&g_Lock, NULL);
  return STATUS_SUCCESS;
}
