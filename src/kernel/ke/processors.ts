// Which processors there are: counts, numbers, groups, NUMA nodes, topology (reference: scheduler.md §5). A machine of up to 64 CPUs is one group, one node and one
// package, each CPU a core of its own; so index and number are the same, and every routine says no to any other group or node.
import type { Addr, Status } from '../../machine/abi.js';
import type { Frame } from '../../machine/routine.js';
import type { Kernel, KernelRoutine } from '../kernel.js';
import {
  GROUP_AFFINITY,
  GROUP_RELATIONSHIP,
  SYSTEM_LOGICAL_PROCESSOR_INFORMATION_EX as INFORMATION,
  NUMA_NODE_RELATIONSHIP,
  PROCESSOR_GROUP_INFO,
  PROCESSOR_NUMBER,
  PROCESSOR_RELATIONSHIP,
} from '../layouts.gen.js';
import { STATUS } from './constants.js';
import { cpuCount } from './ready.js';
import { allProcessors } from './thread.js';

const ALL_GROUPS = 0xffff;
const INVALID_PROCESSOR_INDEX = 0xffffffff | 0;
const HEADER = INFORMATION.Processor;

/** Relations of LOGICAL_PROCESSOR_RELATIONSHIP that this machine has something of; no caches (U: no size would be a fact). */
const RELATION = { core: 0, node: 1, package: 3, group: 4, die: 5, all: 0xffff } as const;

export function writeProcessorNumber(k: Kernel, at: Addr, index: number): void {
  if (at === 0) return;
  k.mem.checked.fill(at, PROCESSOR_NUMBER.sizeof);
  k.mem.checked.setU8(at + PROCESSOR_NUMBER.Number, index);
}

/** Index of a PROCESSOR_NUMBER; undefined: there is no such processor, or its reserved byte is not 0. */
export function readProcessorNumber(k: Kernel, at: Addr): number | undefined {
  const c = k.mem.checked;
  const number = c.u8(at + PROCESSOR_NUMBER.Number);
  const ok = c.u16(at + PROCESSOR_NUMBER.Group) === 0 && number < cpuCount(k) && c.u8(at + PROCESSOR_NUMBER.Reserved) === 0;
  return ok ? number : undefined;
}

export function writeGroupAffinity(k: Kernel, at: Addr, mask: bigint): void {
  if (at === 0) return;
  k.mem.checked.fill(at, GROUP_AFFINITY.sizeof);
  k.mem.checked.setU64(at + GROUP_AFFINITY.Mask, mask);
}

/** Processors of this machine that a GROUP_AFFINITY names; 0: none, another group, or reserved words that are not 0. */
export function readGroupAffinity(k: Kernel, at: Addr): bigint {
  const c = k.mem.checked;
  const mask = c.u64(at + GROUP_AFFINITY.Mask);
  for (let i = 0; i < 3; i++) if (c.u16(at + GROUP_AFFINITY.Reserved + 2 * i) !== 0) return 0n;
  return c.u16(at + GROUP_AFFINITY.Group) === 0 ? mask & allProcessors(k) : 0n;
}

const inGroup: KernelRoutine['step'] = (k, f) => k.return(f.u16(0) === 0 || f.u16(0) === ALL_GROUPS ? cpuCount(k) : 0);
const onNode: KernelRoutine['step'] = (k, f) => k.return(f.u16(0) === 0 ? cpuCount(k) : 0);

interface Entry {
  readonly relation: number;
  readonly mask: bigint;
}

function entriesOf(k: Kernel, relation: number, cpu: number | undefined): Entry[] {
  const all = allProcessors(k);
  const wants = (r: number): boolean => relation === r || relation === RELATION.all;
  const cores = cpu === undefined ? Array.from({ length: cpuCount(k) }, (_, c) => c) : [cpu];
  return [
    ...(wants(RELATION.core) ? cores.map((c) => ({ relation: RELATION.core, mask: 1n << BigInt(c) })) : []),
    ...[RELATION.node, RELATION.package, RELATION.group, RELATION.die].filter(wants).map((r) => ({ relation: r, mask: all })),
  ];
}

const sizeOf = (relation: number): number =>
  HEADER +
  (relation === RELATION.group
    ? GROUP_RELATIONSHIP.GroupInfo + PROCESSOR_GROUP_INFO.sizeof
    : relation === RELATION.node
      ? NUMA_NODE_RELATIONSHIP.GroupMask + GROUP_AFFINITY.sizeof
      : PROCESSOR_RELATIONSHIP.GroupMask + GROUP_AFFINITY.sizeof);

function writeEntry(k: Kernel, at: Addr, e: Entry): void {
  const c = k.mem.checked;
  c.fill(at, sizeOf(e.relation));
  c.setU32(at + INFORMATION.Relationship, e.relation);
  c.setU32(at + INFORMATION.Size, sizeOf(e.relation));
  const body = at + HEADER;
  if (e.relation === RELATION.group) {
    c.setU16(body + GROUP_RELATIONSHIP.MaximumGroupCount, 1);
    c.setU16(body + GROUP_RELATIONSHIP.ActiveGroupCount, 1);
    const info = body + GROUP_RELATIONSHIP.GroupInfo;
    c.setU8(info + PROCESSOR_GROUP_INFO.MaximumProcessorCount, cpuCount(k));
    c.setU8(info + PROCESSOR_GROUP_INFO.ActiveProcessorCount, cpuCount(k));
    c.setU64(info + PROCESSOR_GROUP_INFO.ActiveProcessorMask, e.mask);
  } else if (e.relation === RELATION.node) {
    c.setU16(body + NUMA_NODE_RELATIONSHIP.GroupCount, 1);
    c.setU64(body + NUMA_NODE_RELATIONSHIP.GroupMask + GROUP_AFFINITY.Mask, e.mask);
  } else {
    c.setU16(body + PROCESSOR_RELATIONSHIP.GroupCount, 1);
    c.setU64(body + PROCESSOR_RELATIONSHIP.GroupMask + GROUP_AFFINITY.Mask, e.mask);
  }
}

/** (ProcessorNumber | NULL, Relation, Information | NULL, *Length): the entries, or how many bytes they need. */
function relationship(k: Kernel, f: Frame): Status {
  const c = k.mem.checked;
  const cpu = f.ptr(0) === 0 ? undefined : readProcessorNumber(k, f.ptr(0));
  if (f.ptr(0) !== 0 && cpu === undefined) return k.return(STATUS.INVALID_PARAMETER);
  const found = entriesOf(k, f.u32(1), cpu);
  const bytes = found.reduce((n, e) => n + sizeOf(e.relation), 0);
  const room = f.ptr(2) === 0 ? 0 : c.u32(f.ptr(3));
  c.setU32(f.ptr(3), bytes);
  if (found.length === 0) return k.return(STATUS.NOT_FOUND);
  if (room < bytes) return k.return(STATUS.INFO_LENGTH_MISMATCH);
  let at = f.ptr(2);
  for (const e of found) {
    writeEntry(k, at, e);
    at += sizeOf(e.relation);
  }
  return k.return(STATUS.SUCCESS);
}

export const routines: KernelRoutine[] = [
  { name: 'KeGetCurrentProcessorNumber', cost: 1, step: (k) => k.return(k.cpuNumber) },
  {
    name: 'KeGetCurrentProcessorNumberEx',
    cost: 2,
    step(k, f) {
      writeProcessorNumber(k, f.ptr(0), k.cpuNumber);
      return k.return(k.cpuNumber);
    },
  },
  { name: 'KeGetCurrentProcessorIndex', cost: 2, step: (k) => k.return(k.cpuNumber) },
  { name: 'KeQueryActiveProcessorCountEx', cost: 2, step: inGroup },
  { name: 'KeQueryMaximumProcessorCountEx', cost: 2, step: inGroup },
  { name: 'KeQueryMaximumProcessorCount', cost: 2, step: (k) => k.return(cpuCount(k)) },
  { name: 'KeQueryActiveGroupCount', cost: 2, step: (k) => k.return(1) },
  { name: 'KeQueryMaximumGroupCount', cost: 2, step: (k) => k.return(1) },
  { name: 'KeQueryActiveProcessors', cost: 2, step: (k) => k.returnBig(allProcessors(k)) },
  { name: 'KeQueryGroupAffinity', cost: 2, step: (k, f) => k.returnBig(f.u16(0) === 0 ? allProcessors(k) : 0n) },
  {
    name: 'KeQueryActiveProcessorCount',
    cost: 2,
    step(k, f) {
      if (f.ptr(0) !== 0) k.mem.checked.setU64(f.ptr(0), allProcessors(k));
      return k.return(cpuCount(k));
    },
  },
  {
    name: 'KeGetProcessorNumberFromIndex',
    cost: 3,
    step(k, f) {
      if (f.u32(0) >= cpuCount(k)) return k.return(STATUS.INVALID_PARAMETER);
      writeProcessorNumber(k, f.ptr(1), f.u32(0));
      return k.return(STATUS.SUCCESS);
    },
  },
  {
    name: 'KeGetProcessorIndexFromNumber',
    cost: 3,
    step: (k, f) => k.return(readProcessorNumber(k, f.ptr(0)) ?? INVALID_PROCESSOR_INDEX),
  },
  { name: 'KeGetCurrentNodeNumber', cost: 2, step: (k) => k.return(0) },
  { name: 'KeQueryHighestNodeNumber', cost: 2, step: (k) => k.return(0) },
  { name: 'KeQueryNodeMaximumProcessorCount', cost: 2, step: onNode },
  { name: 'KeQueryNodeActiveProcessorCount', cost: 2, step: onNode },
  {
    // (Node, GROUP_AFFINITY | NULL, USHORT *Count | NULL)
    name: 'KeQueryNodeActiveAffinity',
    cost: 4,
    step(k, f) {
      const there = f.u16(0) === 0;
      writeGroupAffinity(k, f.ptr(1), there ? allProcessors(k) : 0n);
      if (f.ptr(2) !== 0) k.mem.checked.setU16(f.ptr(2), there ? cpuCount(k) : 0);
      return k.returnVoid();
    },
  },
  {
    // (Node, GROUP_AFFINITY[], how many there is room for, USHORT *how many there are)
    name: 'KeQueryNodeActiveAffinity2',
    cost: 4,
    step(k, f) {
      if (f.u16(0) !== 0) return k.return(STATUS.INVALID_PARAMETER);
      k.mem.checked.setU16(f.ptr(3), 1);
      if (f.u16(2) < 1) return k.return(STATUS.BUFFER_TOO_SMALL);
      writeGroupAffinity(k, f.ptr(1), allProcessors(k));
      return k.return(STATUS.SUCCESS);
    },
  },
  { name: 'KeQueryLogicalProcessorRelationship', cost: 20, step: relationship },
];
