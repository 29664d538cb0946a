// Executive odds and ends: newer and older allocators, names of interlocked lists, owner pointers, suites.
#include "check.h"
LONG g_Failures;

static VOID Pool(VOID) {
  POOL_EXTENDED_PARAMETER priority = {0};
  PUCHAR p;
  LONG i, zero = 0;
  NTSTATUS caught = 0;
  p = ExAllocatePoolWithTagPriority(NonPagedPoolNx, 64, 'oirP', NormalPoolPriority);
  FACT("documentation ExAllocatePoolWithTagPriority: a block", p != NULL);
  ExFreePoolWithTag(p, 'oirP');
  priority.Type = PoolExtendedParameterPriority;
  priority.Priority = HighPoolPriority;
  p = ExAllocatePool3(POOL_FLAG_NON_PAGED, 100, '3 xE', &priority, 1);
  for (i = 0; i < 100; i++) zero += p[i];
  FACT("documentation ExAllocatePool3: zeroed", p != NULL && zero == 0);
  ExFreePool2(p, '3 xE', NULL, 0);
  FACT("documentation ExAllocatePool3: NULL without a kind of pool", ExAllocatePool3(0, 100, '3 xE', NULL, 0) == NULL);
  p = ExAllocatePoolWithQuota(NonPagedPoolNx, 32);
  FACT("documentation ExAllocatePoolWithQuota: a block", p != NULL);
  ExFreePool(p);
  __try {
    ExAllocatePoolWithQuota(PagedPool, (SIZE_T)1 << 45);
  } __except (EXCEPTION_EXECUTE_HANDLER) {
    caught = GetExceptionCode();
  }
  FACT_EQ("documentation ExAllocatePoolWithQuota: raises when there is no memory", caught, STATUS_INSUFFICIENT_RESOURCES);
}

static VOID Lists(VOID) {
  DECLSPEC_ALIGN(16) static SLIST_ENTRY entries[3];
  DECLSPEC_ALIGN(16) static SLIST_HEADER head;
  static NPAGED_LOOKASIDE_LIST list;
  PSLIST_ENTRY all;
  PVOID a, b;
  ExInitializeSListHead(&head);
  FACT("documentation ExpInterlockedPushEntrySList: the first before", ExpInterlockedPushEntrySList(&head, &entries[0]) == NULL && ExpInterlockedPushEntrySList(&head, &entries[1]) == &entries[0]);
  FACT("documentation ExpInterlockedPopEntrySList: last in, first out", ExpInterlockedPopEntrySList(&head) == &entries[1] && ExQueryDepthSList(&head) == 1);
  ExpInterlockedPushEntrySList(&head, &entries[2]);
  all = ExInterlockedFlushSList(&head);
  FACT("documentation ExInterlockedFlushSList: the whole list", all == &entries[2] && all->Next == &entries[0] && entries[0].Next == NULL && ExQueryDepthSList(&head) == 0);
  FACT("documentation ExpInterlockedFlushSList: NULL when it is empty", ExpInterlockedFlushSList(&head) == NULL);
  ExInitializeNPagedLookasideList(&list, NULL, NULL, POOL_NX_ALLOCATION, 48, 'kooL', 0);
  a = ExAllocateFromNPagedLookasideList(&list);
  ExFreeToNPagedLookasideList(&list, a);
  b = ExAllocateFromNPagedLookasideList(&list);
  CHECK(a != NULL && b != NULL);
  ExFreeToNPagedLookasideList(&list, b);
  ExDeleteNPagedLookasideList(&list);
}

static VOID Owners(VOID) {
  static ERESOURCE resource;
  ULONG_PTR owner;
  PVOID pointer;
  CHECK_EQ(ExInitializeResourceLite(&resource), STATUS_SUCCESS);
  pointer = (PVOID)((ULONG_PTR)&resource | 3);
  KeEnterCriticalRegion();
  CHECK(ExAcquireResourceExclusiveLite(&resource, TRUE));
  FACT("scheduler 13 ExIsResourceAcquired: held by this thread", ExIsResourceAcquired(&resource) && ExIsResourceAcquiredExclusiveLite(&resource));
  ExSetResourceOwnerPointerEx(&resource, pointer, 0);
  owner = (ULONG_PTR)pointer;
  FACT("documentation ExSetResourceOwnerPointerEx: the thread holds it no longer", !ExIsResourceAcquiredExclusiveLite(&resource));
  ExReleaseResourceForThreadLite(&resource, owner);
  FACT("documentation ExSetResourceOwnerPointerEx: released under that pointer", !ExIsResourceAcquiredLite(&resource) && ExAcquireResourceSharedLite(&resource, FALSE));
  ExReleaseResource(&resource);
  FACT("scheduler 18 ExReleaseResource: as ExReleaseResourceLite", !ExIsResourceAcquired(&resource));
  KeLeaveCriticalRegion();
  CHECK_EQ(ExDeleteResourceLite(&resource), STATUS_SUCCESS);
}

TEST_ENTRY {
  Pool();
  Lists();
  Owners();
  FACT("documentation ExVerifySuite: a workstation is no terminal server or data center", !ExVerifySuite(DataCenter) && !ExVerifySuite(Enterprise));
  FACT("documentation ExIsProcessorFeaturePresent: what every x64 processor has", ExIsProcessorFeaturePresent(PF_COMPARE_EXCHANGE128) && ExIsProcessorFeaturePresent(PF_XMMI64_INSTRUCTIONS_AVAILABLE) && ExIsProcessorFeaturePresent(PF_RDTSC_INSTRUCTION_AVAILABLE) && ExIsProcessorFeaturePresent(PF_NX_ENABLED));
  FACT("documentation ExIsProcessorFeaturePresent: floating point is not emulated", !ExIsProcessorFeaturePresent(PF_FLOATING_POINT_EMULATED) && !ExIsProcessorFeaturePresent(1000));
  return RESULT();
}
