// Processor groups, processor numbers and indices, NUMA nodes, topology. A machine of up to 64 processors has one group.
#include "check.h"
LONG g_Failures;

TEST_ENTRY {
  ULONG cpus = KeQueryActiveProcessorCount(NULL);
  KAFFINITY all = 0;
  PROCESSOR_NUMBER number = {7, 7, 7};
  GROUP_AFFINITY affinity, old;

  HEADER("scheduler 5 Group size: MAXIMUM_GROUPS 32 in newer headers", MAXIMUM_GROUPS == 32);
  HEADER("scheduler 5 Types: GROUP_AFFINITY", sizeof(GROUP_AFFINITY) == 16);
  HEADER("scheduler 5 Types: GROUP_AFFINITY.Group", FIELD_OFFSET(GROUP_AFFINITY, Group) == 8);
  HEADER("scheduler 5 Types: PROCESSOR_NUMBER", sizeof(PROCESSOR_NUMBER) == 4);
  HEADER("scheduler 5 Types: PROCESSOR_NUMBER.Number", FIELD_OFFSET(PROCESSOR_NUMBER, Number) == 2);
  FACT_EQ("scheduler 5 Group size: systems with up to 64 LPs have one group", KeQueryActiveGroupCount(), 1);
  FACT_EQ("scheduler 5 Group size: and can have no more", KeQueryMaximumGroupCount(), 1);
  FACT_EQ("scheduler 5 KeQueryActiveProcessorCountEx: group 0", KeQueryActiveProcessorCountEx(0), cpus);
  FACT_EQ("scheduler 5 KeQueryActiveProcessorCountEx: all groups", KeQueryActiveProcessorCountEx(ALL_PROCESSOR_GROUPS), cpus);
  FACT_EQ("scheduler 5 KeQueryActiveProcessorCountEx: a group that is not there", KeQueryActiveProcessorCountEx(1), 0);
  FACT_EQ("scheduler 5 KeQueryMaximumProcessorCountEx: group 0", KeQueryMaximumProcessorCountEx(0), cpus);
  FACT_EQ("scheduler 5 KeQueryMaximumProcessorCountEx: a group that is not there", KeQueryMaximumProcessorCountEx(3), 0);
  FACT("scheduler 5 KeQueryMaximumProcessorCount: at least the active ones", KeQueryMaximumProcessorCount() >= cpus);
  KeQueryActiveProcessorCount(&all);
  FACT_EQ("scheduler 5 KeQueryActiveProcessorCount: gives the mask", all, cpus == 64 ? ~(KAFFINITY)0 : ((KAFFINITY)1 << cpus) - 1);
  FACT_EQ("scheduler 5 KeQueryActiveProcessors: the same mask", KeQueryActiveProcessors(), all);
  FACT_EQ("documentation KeQueryGroupAffinity: active processors of group 0", KeQueryGroupAffinity(0), all);
  FACT_EQ("documentation KeQueryGroupAffinity: 0 for a group that is not there", KeQueryGroupAffinity(1), 0);

  BOOLEAN both = TRUE;
  for (ULONG i = 0; i < cpus; i++) {
    both = both && KeGetProcessorNumberFromIndex(i, &number) == STATUS_SUCCESS && number.Group == 0 && number.Number == i && number.Reserved == 0;
    both = both && KeGetProcessorIndexFromNumber(&number) == i;
  }
  FACT("scheduler 5 KeGetProcessorNumberFromIndex and KeGetProcessorIndexFromNumber: index is 0..N-1 over all groups", both);
  FACT_EQ("scheduler 5 KeGetProcessorNumberFromIndex: bad index", KeGetProcessorNumberFromIndex(cpus, &number), STATUS_INVALID_PARAMETER);
  number.Group = 1; number.Number = 0; number.Reserved = 0;
  FACT_EQ("scheduler 5 KeGetProcessorIndexFromNumber: bad group", KeGetProcessorIndexFromNumber(&number), INVALID_PROCESSOR_INDEX);
  number.Group = 0; number.Number = (UCHAR)cpus;
  FACT_EQ("scheduler 5 KeGetProcessorIndexFromNumber: bad number", KeGetProcessorIndexFromNumber(&number), INVALID_PROCESSOR_INDEX);
  HEADER("scheduler 5 KeGetProcessorIndexFromNumber: INVALID_PROCESSOR_INDEX", INVALID_PROCESSOR_INDEX == 0xFFFFFFFF);
  KIRQL irql;
  KeRaiseIrql(HIGH_LEVEL, &irql);
  ULONG index = KeGetCurrentProcessorNumberEx(&number);
  FACT("scheduler 5 KeGetProcessorIndexFromNumber: any IRQL", KeGetProcessorIndexFromNumber(&number) == index && KeQueryActiveProcessorCountEx(0) == cpus);
  FACT("scheduler 5 KeGetCurrentProcessorNumberEx: returns the index, writes group and number", number.Group == 0 && number.Number == index && number.Reserved == 0);
  KeLowerIrql(irql);

  // group affinity of the current thread
  RtlZeroMemory(&affinity, sizeof affinity);
  RtlFillMemory(&old, sizeof old, 0xCC);
  affinity.Mask = (KAFFINITY)1 << (cpus - 1);
  KeSetSystemGroupAffinityThread(&affinity, &old);
  FACT("ps-routines 6 KeSetSystemGroupAffinityThread: zeros when the previous one was user-assigned", old.Mask == 0 && old.Group == 0 && old.Reserved[0] == 0 && old.Reserved[2] == 0);
  FACT_EQ("ps-routines 6 KeSetSystemGroupAffinityThread: the thread has moved", KeGetCurrentProcessorNumberEx(NULL), cpus - 1);
  GROUP_AFFINITY outer = old;
  affinity.Mask = 1;
  KeSetSystemGroupAffinityThread(&affinity, &old);
  FACT_EQ("scheduler 5 KeSetSystemGroupAffinityThread: the previous system affinity", old.Mask, (KAFFINITY)1 << (cpus - 1));
  KeRevertToUserGroupAffinityThread(&old);
  FACT_EQ("scheduler 5 KeRevertToUserGroupAffinityThread: pairwise, back to the one before", KeGetCurrentProcessorNumberEx(NULL), cpus - 1);
  affinity.Mask = 0;
  RtlFillMemory(&old, sizeof old, 0xCC);
  KeSetSystemGroupAffinityThread(&affinity, &old);
  FACT("scheduler 5 KeSetSystemGroupAffinityThread: an empty mask is ignored, the old one returned as zero", old.Mask == 0 && KeGetCurrentProcessorNumberEx(NULL) == cpus - 1);
  affinity.Mask = 1; affinity.Group = 2;
  RtlFillMemory(&old, sizeof old, 0xCC);
  KeSetSystemGroupAffinityThread(&affinity, &old);
  FACT_EQ("scheduler 5 KeSetSystemGroupAffinityThread: an impossible group is ignored", old.Mask, 0);
  affinity.Group = 0; affinity.Reserved[1] = 1;
  RtlFillMemory(&old, sizeof old, 0xCC);
  KeSetSystemGroupAffinityThread(&affinity, &old);
  FACT_EQ("scheduler 5 Types: GROUP_AFFINITY.Reserved must be 0", old.Mask, 0);
  KeRevertToUserGroupAffinityThread(&outer);
  FACT_EQ("scheduler 5 KeRevertToUserGroupAffinityThread: the user affinity again", KeSetSystemAffinityThreadEx(1), 0);
  KeRevertToUserAffinityThreadEx(0);

  // NUMA nodes: one
  USHORT count = 99;
  FACT_EQ("documentation nodes: KeQueryHighestNodeNumber of a machine with one node", KeQueryHighestNodeNumber(), 0);
  FACT_EQ("documentation nodes: KeGetCurrentNodeNumber", KeGetCurrentNodeNumber(), 0);
  KeQueryNodeActiveAffinity(0, &affinity, &count);
  FACT("documentation nodes: KeQueryNodeActiveAffinity", affinity.Mask == all && affinity.Group == 0 && count == cpus);
  KeQueryNodeActiveAffinity(0, NULL, NULL);
  KeQueryNodeActiveAffinity(5, &affinity, &count);
  FACT("documentation nodes: KeQueryNodeActiveAffinity of a node that is not there", affinity.Mask == 0 && count == 0);
  FACT_EQ("documentation nodes: KeQueryNodeMaximumProcessorCount", KeQueryNodeMaximumProcessorCount(0), cpus);
  FACT_EQ("documentation nodes: KeQueryNodeActiveProcessorCount", KeQueryNodeActiveProcessorCount(0), cpus);
  FACT_EQ("documentation nodes: KeQueryNodeActiveAffinity2 without room", KeQueryNodeActiveAffinity2(0, NULL, 0, &count), STATUS_BUFFER_TOO_SMALL);
  FACT_EQ("documentation nodes: KeQueryNodeActiveAffinity2 says how many there are", count, 1);
  FACT_EQ("documentation nodes: KeQueryNodeActiveAffinity2", KeQueryNodeActiveAffinity2(0, &affinity, 1, &count), STATUS_SUCCESS);
  FACT_EQ("documentation nodes: KeQueryNodeActiveAffinity2 of a node that is not there", KeQueryNodeActiveAffinity2(1, &affinity, 1, &count), STATUS_INVALID_PARAMETER);

  // topology
  static UCHAR buffer[4096];
  PSYSTEM_LOGICAL_PROCESSOR_INFORMATION_EX info = (PVOID)buffer;
  ULONG length = 0;
  FACT_EQ("documentation topology: KeQueryLogicalProcessorRelationship without a buffer", KeQueryLogicalProcessorRelationship(NULL, RelationGroup, NULL, &length), STATUS_INFO_LENGTH_MISMATCH);
  FACT_EQ("documentation topology: the length that is needed", length, 80);
  FACT_EQ("documentation topology: RelationGroup", KeQueryLogicalProcessorRelationship(NULL, RelationGroup, info, &length), STATUS_SUCCESS);
  FACT("documentation topology: one group with all processors", info->Relationship == RelationGroup && info->Size == 80 && info->Group.ActiveGroupCount == 1 &&
       info->Group.MaximumGroupCount == 1 && info->Group.GroupInfo[0].ActiveProcessorCount == cpus && info->Group.GroupInfo[0].ActiveProcessorMask == all);
  length = sizeof buffer;
  FACT_EQ("documentation topology: RelationProcessorCore", KeQueryLogicalProcessorRelationship(NULL, RelationProcessorCore, info, &length), STATUS_SUCCESS);
  KAFFINITY seen = 0;
  ULONG cores = 0;
  for (ULONG at = 0; at < length; at += ((PSYSTEM_LOGICAL_PROCESSOR_INFORMATION_EX)(buffer + at))->Size, cores++)
    seen |= ((PSYSTEM_LOGICAL_PROCESSOR_INFORMATION_EX)(buffer + at))->Processor.GroupMask[0].Mask;
  FACT("documentation topology: entries follow each other by Size, together they name each processor", cores == cpus && seen == all);
  KeGetProcessorNumberFromIndex(cpus - 1, &number);
  length = sizeof buffer;
  KeQueryLogicalProcessorRelationship(&number, RelationProcessorCore, info, &length);
  FACT("documentation topology: of one processor", length == info->Size && info->Processor.GroupMask[0].Mask == (KAFFINITY)1 << (cpus - 1));
  number.Number = 63; number.Group = 9;
  FACT_EQ("documentation topology: of a processor that is not there", KeQueryLogicalProcessorRelationship(&number, RelationProcessorCore, info, &length), STATUS_INVALID_PARAMETER);
  length = sizeof buffer;
  KeQueryLogicalProcessorRelationship(NULL, RelationNumaNode, info, &length);
  FACT("documentation topology: RelationNumaNode", info->NumaNode.NodeNumber == 0 && info->NumaNode.GroupMask.Mask == all);
  return RESULT();
}
