// The pool DDIs over Pool: argument rules, failure by NULL or exception, zeroing (reference: bugchecks.md §7).
import type { Addr, Status } from '../../machine/abi.js';
import { instructionPointer } from '../../machine/exception-record.js';
import type { Frame } from '../../machine/routine.js';
import { queuedWorkItemIn } from '../ex/work-queue.js';
import { APC_LEVEL, DISPATCH_LEVEL, STATUS } from '../ke/constants.js';
import { hex } from '../ke/dispatcher.js';
import { randomBytes } from '../ke/random.js';
import { queuedTimerIn } from '../ke/timer-queue.js';
import type { Kernel, KernelRoutine } from '../kernel.js';
import { KPRCB } from '../layouts.gen.js';
import { isPageable } from '../verifier/call-check.js';
import { heldLockIn } from '../verifier/lock-order.js';
import { objectsInFreedPool } from '../verifier/object-checks.js';
import { PAGED, tagText } from './pool.js';

const POOL_QUOTA_FAIL_INSTEAD_OF_RAISE = 8;
const POOL_MUST_SUCCEED = 2;
const POOL_RAISE_IF_ALLOCATION_FAILURE = 16;
const POOL_ZERO_ALLOCATION = 0x400;
const FLAG = { quota: 1n, uninitialized: 2n, raise: 0x20n, nonpaged: 0x40n, execute: 0x80n, paged: 0x100n } as const;
const NONE = 0x656e6f4e; // 'None': the tag of allocations without one
const BIG = /^BIG[ .]$/;
/** Larger requests than this never succeed on the simulated machine; keeps sizes exact numbers. */
const LARGEST = 1n << 30n;

interface Request {
  readonly paged: boolean;
  readonly bytes: bigint;
  readonly tag: number;
  readonly zero: boolean;
  readonly raise: boolean;
  readonly type: number;
  /** Charged to the current process. */
  readonly quota: boolean;
}

/** Nobody may ask so. Pool tracking that was asked for has codes of its own, special pool alone too (U: which one comes when both would is not documented). */
function badRequest(k: Kernel, r: Request): Status | undefined {
  if (k.irql > (r.paged ? APC_LEVEL : DISPATCH_LEVEL)) {
    const kind = r.paged ? 'paged pool: only at APC_LEVEL or below' : 'nonpaged pool: only at DISPATCH_LEVEL or below';
    const text = `allocation at IRQL ${k.irql} from ${kind}`;
    if (k.asked('pool-tracking')) return k.violation(r.paged ? 0x1 : 0x2, k.irql, r.type, r.bytes, text);
    if (k.asked('special-pool')) return k.bugCheck(0xc1, k.irql, r.type, r.bytes, 0x30, text);
    return k.bugCheck(0xc2, 0x8, k.irql, r.type, r.bytes, text);
  }
  if (r.bytes === 0n) {
    const text = 'pool allocation of zero bytes';
    return k.asked('pool-tracking') ? k.violation(0, k.irql, r.type, 0, text) : k.bugCheck(0xc2, 0, 0, r.type, r.tag, text);
  }
  return undefined;
}

const callerOf = (k: Kernel, f: Frame): Addr => instructionPointer(k.machine, k.machine.headers.prev(f.fp));

const NAMES_A_POOL = /[A-Za-z0-9]/;

/** Pool that must not fail, tags that nobody could find again: what the classic routines stop at. */
function badClassic(k: Kernel, f: Frame, type: number, bytes: bigint, tag: number, quota: boolean): Status | undefined {
  if (type & POOL_MUST_SUCCEED)
    return k.bugCheck(0xc2, 0x9a, type, bytes, tag, 'allocation from must-succeed pool, which does not exist any more');
  if (!k.verifies('pool-tracking')) return undefined;
  if (quota && k.asked() && k.mem.u8(k.prcb() + KPRCB.DpcRoutineActive))
    return k.violation(0x10b, 0, 0, 0, 'pool quota is charged in a DPC routine: to whatever process was interrupted');
  if (tag === 0) return k.bugCheck(0xc2, 0x9b, type, bytes, callerOf(k, f), 'pool is allocated with the tag 0');
  if (BIG.test(tagText(tag)))
    return k.bugCheck(
      0xc2,
      0x9c,
      type,
      bytes,
      callerOf(k, f),
      `pool is allocated with the tag '${tagText(tag)}', which is the kernel's own`,
    );
  if (NAMES_A_POOL.test(tagText(tag))) return undefined;
  return k.bugCheck(0xc2, 0x9d, tag, type, callerOf(k, f), 'pool is allocated with a tag that has no letter or digit');
}

function allocate(k: Kernel, r: Request): Status {
  const wrong = badRequest(k, r);
  if (wrong !== undefined) return wrong;
  const fails = k.verifies('low-resources') && new DataView(randomBytes(k, 4).buffer).getUint32(0) % 10_000 < k.config.faultProbability;
  const address = fails || r.bytes > LARGEST ? 0 : k.pool.allocate(r.paged ? PAGED : 0, Number(r.bytes), r.tag);
  if (address === 0) {
    k.event('mm.pool.failed', { bytes: r.bytes, tag: tagText(r.tag) });
    return r.raise ? k.raiseStatus(STATUS.INSUFFICIENT_RESOURCES) : k.return(0);
  }
  if (r.quota && k.hooks.quota && !k.hooks.quota.allocated(k, address, Number(r.bytes), r.paged)) {
    k.pool.free(address, r.tag);
    return r.raise ? k.raiseStatus(STATUS.QUOTA_EXCEEDED) : k.return(0);
  }
  if (r.zero) k.mem.fill(address, Number(r.bytes));
  k.machine.charge(r.zero ? Math.ceil(Number(r.bytes) / 64) : 0);
  return k.return(address);
}

function classic(k: Kernel, f: Frame, tag: number, quota: boolean): Status {
  const type = f.u32(0);
  const bytes = f.u64(1);
  const wrong = badClassic(k, f, type, bytes, tag, quota);
  if (wrong !== undefined) return wrong;
  const raise = quota ? (type & POOL_QUOTA_FAIL_INSTEAD_OF_RAISE) === 0 : (type & POOL_RAISE_IF_ALLOCATION_FAILURE) !== 0;
  return allocate(k, { paged: (type & PAGED) !== 0, bytes, tag, zero: (type & POOL_ZERO_ALLOCATION) !== 0, raise, type, quota });
}

/** ExAllocatePool2/3: bad flags or no size give NULL (or the exception asked for), memory is zeroed unless told otherwise. */
function byFlags(k: Kernel, flags: bigint, bytes: bigint, tag: number): Status {
  const paged = (flags & FLAG.paged) !== 0n;
  const kinds = [FLAG.nonpaged, FLAG.execute, FLAG.paged].filter((b) => flags & b).length;
  const raise = (flags & FLAG.raise) !== 0n;
  if (kinds !== 1 || bytes === 0n || tag === 0) return raise ? k.raiseStatus(STATUS.INVALID_PARAMETER) : k.return(0);
  const zero = (flags & FLAG.uninitialized) === 0n;
  return allocate(k, { paged, bytes, tag, zero, raise, type: Number(flags & 0xffffffffn), quota: (flags & FLAG.quota) !== 0n });
}

/** A block that is about to be freed holds something that the kernel will come back to: the bug check. */
function stillUsed(k: Kernel, address: Addr, size: number | undefined): Status | undefined {
  if (size === undefined) return undefined;
  const end = address + size;
  const timer = queuedTimerIn(k, address, size);
  if (timer !== 0 && k.asked('pool-tracking'))
    return k.violation(
      0x15,
      timer,
      isPageable(k, address) ? PAGED : 0,
      address,
      'pool is freed that contains a timer which is still set: KeCancelTimer first',
    );
  if (timer !== 0)
    return k.bugCheck(0xc7, 0, timer, address, end, 'pool is freed that contains a timer which is still set: KeCancelTimer first');
  const item = queuedWorkItemIn(k, address, size);
  if (item !== 0) return k.bugCheck(0xe4, 0, item, address, end, 'pool is freed that contains a work item which is still queued');
  const object = objectsInFreedPool(k, address, size);
  if (object !== undefined) return object;
  const held = k.verifies('deadlock-detection') ? heldLockIn(k, address, size) : undefined;
  if (!held) return undefined;
  return k.violation(0x100b, held.lock, held.holder, 0, `pool is freed that contains the lock at ${hex(held.lock)}, which is still held`);
}

function free(k: Kernel, f: Frame, tag: number): Status {
  const address = f.ptr(0);
  const stop = k.verifies('miscellaneous') ? stillUsed(k, address, k.pool.sizeOf(address)) : undefined;
  if (stop !== undefined) return stop;
  k.pool.free(address, tag);
  k.hooks.quota?.freed(k, address);
  return k.returnVoid();
}

export const routines: KernelRoutine[] = [
  { name: 'ExAllocatePool', cost: 20, step: (k, f) => classic(k, f, NONE, false) },
  { name: 'ExAllocatePoolWithTag', cost: 20, step: (k, f) => classic(k, f, f.u32(2), false) },
  { name: 'ExAllocatePoolWithTagPriority', cost: 20, step: (k, f) => classic(k, f, f.u32(2), false) },
  { name: 'ExAllocatePoolWithQuota', cost: 20, step: (k, f) => classic(k, f, NONE, true) },
  { name: 'ExAllocatePoolWithQuotaTag', cost: 20, step: (k, f) => classic(k, f, f.u32(2), true) },
  { name: 'ExAllocatePool2', cost: 20, step: (k, f) => byFlags(k, f.u64(0), f.u64(1), f.u32(2)) },
  // extended parameters (priority, secure pool) change nothing here
  { name: 'ExAllocatePool3', cost: 20, step: (k, f) => byFlags(k, f.u64(0), f.u64(1), f.u32(2)) },
  {
    // (Block, PBOOLEAN QuotaCharged): bytes of the block as it was asked for, rounded as pool rounds
    name: 'ExQueryPoolBlockSize',
    cost: 6,
    step(k, f) {
      const size = k.pool.sizeOf(f.ptr(0)) ?? 0;
      k.mem.checked.setU8(f.ptr(1), 0);
      return k.return(Math.ceil(size / 16) * 16);
    },
  },
  { name: 'ExFreePool', cost: 15, step: (k, f) => free(k, f, 0) },
  { name: 'ExFreePoolWithTag', cost: 15, step: (k, f) => free(k, f, f.u32(1)) },
  { name: 'ExFreePool2', cost: 15, step: (k, f) => free(k, f, f.u32(1)) },
];
