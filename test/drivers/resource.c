// ERESOURCE: sharing, recursion, hand-over, conversion, queries; run-down protection and remove locks.
#include "check.h"
LONG g_Failures;
static ERESOURCE g_Resource;
static EX_RUNDOWN_REF g_Rundown;
static IO_REMOVE_LOCK g_Remove;
static KEVENT g_Done[4], g_In;
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

static VOID Remover(PVOID Context) {
  UNREFERENCED_PARAMETER(Context);
  KeSetEvent(&g_In, 0, FALSE);
  ExWaitForRundownProtectionRelease(&g_Rundown);
  g_Value = 1000;
}
static VOID RemoveWaiter(PVOID Context) {
  UNREFERENCED_PARAMETER(Context);
  CHECK_EQ(IoAcquireRemoveLock(&g_Remove, NULL), STATUS_SUCCESS);
  KeSetEvent(&g_In, 0, FALSE);
  IoReleaseRemoveLockAndWait(&g_Remove, NULL);
  g_Value = 2000;
}

TEST_ENTRY {
  CHECK_EQ(ExInitializeResourceLite(&g_Resource), STATUS_SUCCESS);
  KeEnterCriticalRegion();
  CHECK(ExAcquireResourceExclusiveLite(&g_Resource, FALSE));
  ExConvertExclusiveToSharedLite(&g_Resource);
  CHECK(!ExIsResourceAcquiredExclusiveLite(&g_Resource));
  CHECK_EQ(ExIsResourceAcquiredSharedLite(&g_Resource), 1);
  ExReleaseResourceLite(&g_Resource);
  KeLeaveCriticalRegion();
  for (LONG i = 0; i < 4; i++) {
    KeInitializeEvent(&g_Done[i], NotificationEvent, FALSE);
    TestStartThread(Worker, (PVOID)(LONG_PTR)i, 8, &g_Done[i]);
  }
  for (int i = 0; i < 4; i++) KeWaitForSingleObject(&g_Done[i], Executive, KernelMode, FALSE, NULL);
  CHECK_EQ(g_Value, 20);
  CHECK_EQ(ExDeleteResourceLite(&g_Resource), STATUS_SUCCESS);

  KeInitializeEvent(&g_In, SynchronizationEvent, FALSE);
  ExInitializeRundownProtection(&g_Rundown);
  CHECK(ExAcquireRundownProtection(&g_Rundown));
  CHECK(ExAcquireRundownProtection(&g_Rundown));
  ExReleaseRundownProtection(&g_Rundown);
  KeClearEvent(&g_Done[0]);
  TestStartThread(Remover, NULL, 12, &g_Done[0]);
  KeWaitForSingleObject(&g_In, Executive, KernelMode, FALSE, NULL);
  SleepMs(20);
  CHECK(!ExAcquireRundownProtection(&g_Rundown));
  CHECK(g_Value != 1000);
  ExReleaseRundownProtection(&g_Rundown);
  KeWaitForSingleObject(&g_Done[0], Executive, KernelMode, FALSE, NULL);
  CHECK_EQ(g_Value, 1000);

  IoInitializeRemoveLock(&g_Remove, 'kcoL', 0, 0);
  CHECK_EQ(IoAcquireRemoveLock(&g_Remove, &g_Remove), STATUS_SUCCESS);
  KeClearEvent(&g_Done[0]);
  TestStartThread(RemoveWaiter, NULL, 12, &g_Done[0]);
  KeWaitForSingleObject(&g_In, Executive, KernelMode, FALSE, NULL);
  SleepMs(20);
  CHECK_EQ(IoAcquireRemoveLock(&g_Remove, NULL), STATUS_DELETE_PENDING);
  CHECK(g_Value != 2000);
  IoReleaseRemoveLock(&g_Remove, &g_Remove);
  KeWaitForSingleObject(&g_Done[0], Executive, KernelMode, FALSE, NULL);
  CHECK_EQ(g_Value, 2000);
  return RESULT();
}

BAD(ReleaseNotOwned, 0xE3, -1) {
  ExInitializeResourceLite(&g_Resource);
  ExReleaseResourceLite(&g_Resource);
  return STATUS_SUCCESS;
}
BAD(Upgrade, 0xC4, 0x1000) {
  ExInitializeResourceLite(&g_Resource);
  KeEnterCriticalRegion();
  ExAcquireResourceSharedLite(&g_Resource, TRUE);
  ExAcquireResourceExclusiveLite(&g_Resource, TRUE);
  return STATUS_SUCCESS;
}
BAD(ConvertShared, 0x1F, -1) {
  ExInitializeResourceLite(&g_Resource);
  KeEnterCriticalRegion();
  ExAcquireResourceSharedLite(&g_Resource, TRUE);
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
BAD(RundownUnderflow, 0x162, -1) {
  ExInitializeRundownProtection(&g_Rundown);
  ExReleaseRundownProtection(&g_Rundown);
  return STATUS_SUCCESS;
}
