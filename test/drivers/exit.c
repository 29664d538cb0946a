// Ending a thread with something left undone: which bug check follows, in the order in which Windows looks (bugchecks 3).
#include "check.h"
LONG g_Failures;

BAD(InGuardedRegion, 0x20, 0) {
  KeEnterGuardedRegion();
  EXPECT_STOP("bugchecks 3 0x20: SpecialApcDisable is the upper half", 0x20, 0, 0xFFFF0000, PASSIVE_LEVEL, 1);
  return STATUS_SUCCESS;
}
BAD(InTwoRegions, 0x20, 0) {
  KeEnterCriticalRegion();
  KeEnterCriticalRegion();
  EXPECT_STOP("bugchecks 3 0x20: APC disable count, -2 as 0xFFFE", 0x20, 0, 0xFFFE, PASSIVE_LEVEL, 1);
  return STATUS_SUCCESS;
}
BAD(StackLocked, 0x94, 0) {
  KeSetKernelStackSwapEnable(FALSE);
  EXPECT_STOP("bugchecks 3 0x94: KeSetKernelStackSwapEnable(FALSE)", 0x94, 0, 0, 0, 0);
  return STATUS_SUCCESS;
}
BAD(RegionBeforeStack, 0x20, 0) {
  KeSetKernelStackSwapEnable(FALSE);
  KeEnterCriticalRegion();
  EXPECT_STOP("bugchecks 3 exit order: APC disable count before stack swap", 0x20, 0, 0xFFFF, PASSIVE_LEVEL, 1);
  return STATUS_SUCCESS;
}
BAD(StackBeforeMutex, 0x94, 0) {
  static KMUTEX mutex;
  KeInitializeMutex(&mutex, 0);
  KeWaitForSingleObject(&mutex, Executive, KernelMode, FALSE, NULL);
  KeLeaveCriticalRegion();
  KeSetKernelStackSwapEnable(FALSE);
  EXPECT_STOP("bugchecks 3 exit order: stack swap before owned mutex", 0x94, 0, 0, 0, 0);
  return STATUS_SUCCESS;
}
BAD(HoldingResource, 0x153, -1) {
  static ERESOURCE resource;
  ExInitializeResourceLite(&resource);
  KeEnterCriticalRegion();
  ExAcquireResourceExclusiveLite(&resource, TRUE);
  KeLeaveCriticalRegion();
  EXPECT_STOP("bugchecks 3 0x153: thread exits holding an ERESOURCE", 0x153, KeGetCurrentThread(), ANY, 1, 0);
  return STATUS_SUCCESS;
}
