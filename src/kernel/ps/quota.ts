// Pool quota of processes: PsChargePoolQuota and relatives, and what ExAllocatePoolWithQuota charges to the process in whose context it runs. The System process
// is never charged. Windows raises a process' limits while it has memory; here they are fixed (U) unless NtSetInformationProcess changes them
// (reference: ps-routines.md 4).
import type { Addr, Status } from '../../machine/abi.js';
import type { Frame, Kernel, KernelRoutine } from '../kernel.js';
import { EPROCESS, PS_GLOBALS, PSP_QUOTA_BLOCK } from '../layouts.gen.js';
import { dropReferenceDeferred, referenceObject } from '../ob/object.js';
import { NT } from '../ob/status.js';
import { entries, insertTail, isEmpty, remove } from '../rtl/list.js';
import { systemProcess } from './state.js';

/** Index in EPROCESS.ProcessQuotaUsage and POOL_TYPE bit. */
export const NONPAGED = 0;
export const PAGED = 1;
/** Bytes that a process may have charged: round figures (U). */
export const NONPAGED_LIMIT = 0x0800_0000;
export const PAGED_LIMIT = 0x0800_0000;

const usageAt = (process: Addr, kind: number): Addr => process + EPROCESS.ProcessQuotaUsage + 8 * kind;

/** Adds to the usage; false when that would pass the limit. */
export function chargeQuota(k: Kernel, process: Addr, kind: number, amount: number): boolean {
  const m = k.mem;
  if (process === systemProcess(k)) return true;
  const used = m.checked.ptr(usageAt(process, kind));
  const limit = m.ptr(process + EPROCESS.ProcessQuotaLimit + 8 * kind) || (kind === PAGED ? PAGED_LIMIT : NONPAGED_LIMIT);
  if (amount < 0 || used + amount > limit) return false;
  m.setPtr(usageAt(process, kind), used + amount);
  const peak = process + EPROCESS.ProcessQuotaPeak + 8 * kind;
  if (used + amount > m.ptr(peak)) m.setPtr(peak, used + amount);
  return true;
}

/** Takes from the usage; false when so much was not charged. */
function returnQuota(k: Kernel, process: Addr, kind: number, amount: number): boolean {
  if (process === systemProcess(k)) return true;
  const used = k.mem.checked.ptr(usageAt(process, kind));
  if (amount < 0 || amount > used) return false;
  k.mem.setPtr(usageAt(process, kind), used - amount);
  return true;
}

/** Hook of the pool: a block that is charged to the current process. False: over quota, nothing is charged. */
export function quotaAllocated(k: Kernel, block: Addr, bytes: number, paged: boolean): boolean {
  const process = k.currentProcess();
  if (process === systemProcess(k)) return true;
  const amount = (bytes + 15) & ~15;
  const kind = paged ? PAGED : NONPAGED;
  if (!chargeQuota(k, process, kind, amount)) return false;
  const record = k.pool.allocate('nonpaged', PSP_QUOTA_BLOCK.sizeof, 'PsQb');
  if (record === 0) {
    returnQuota(k, process, kind, amount);
    return false;
  }
  k.mem.fill(record, PSP_QUOTA_BLOCK.sizeof);
  k.mem.setPtr(record + PSP_QUOTA_BLOCK.Block, block);
  k.mem.setPtr(record + PSP_QUOTA_BLOCK.Process, process);
  k.mem.setPtr(record + PSP_QUOTA_BLOCK.Amount, amount);
  k.mem.setU32(record + PSP_QUOTA_BLOCK.PoolType, kind);
  referenceObject(k, process);
  insertTail(k.mem, k.globals.PS + PS_GLOBALS.QuotaBlocks, record + PSP_QUOTA_BLOCK.Link);
  return true;
}

/** Hook of the pool: a block is freed; what was charged for it goes back to its process. */
export function quotaFreed(k: Kernel, block: Addr): void {
  const head = k.globals.PS + PS_GLOBALS.QuotaBlocks;
  if (isEmpty(k.mem, head)) return;
  for (const e of entries(k.mem, head)) {
    const record = e - PSP_QUOTA_BLOCK.Link;
    if (k.mem.ptr(record + PSP_QUOTA_BLOCK.Block) !== block) continue;
    const process = k.mem.ptr(record + PSP_QUOTA_BLOCK.Process);
    returnQuota(k, process, k.mem.u32(record + PSP_QUOTA_BLOCK.PoolType), k.mem.ptr(record + PSP_QUOTA_BLOCK.Amount));
    remove(k.mem, e);
    k.pool.free(record);
    dropReferenceDeferred(k, process);
    return;
  }
}

/** (Process, PoolType, Amount) */
const charge = (k: Kernel, f: Frame): boolean => chargeQuota(k, f.ptr(0), f.u32(1) & PAGED, f.ptr(2));
const raise = (k: Kernel): Status => k.raiseStatus(NT.QUOTA_EXCEEDED);

export const routines: KernelRoutine[] = [
  { name: 'PsChargePoolQuota', cost: 5, step: (k, f) => (charge(k, f) ? k.returnVoid() : raise(k)) },
  { name: 'PsChargeProcessPoolQuota', cost: 5, step: (k, f) => k.return(charge(k, f) ? NT.SUCCESS : NT.QUOTA_EXCEEDED) },
  {
    name: 'PsReturnPoolQuota',
    cost: 5,
    step: (k, f) => (returnQuota(k, f.ptr(0), f.u32(1) & PAGED, f.ptr(2)) ? k.returnVoid() : raise(k)),
  },
];
