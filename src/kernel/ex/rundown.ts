// Run-down protection and remove locks: counts of users that a remover waits for (reference: scheduler.md §13).
// EX_RUNDOWN_REF: count << 1, or (after ExWaitForRundownProtectionRelease began) bit 0 set and the address of the waiter's block.
import type { Addr, Status } from '../../machine/abi.js';
import type { Frame } from '../../machine/routine.js';
import { ObjectType, STATUS, WaitReason } from '../ke/constants.js';
import { hex, initHeader } from '../ke/dispatcher.js';
import type { Kernel, KernelRoutine } from '../kernel.js';
import { IO_REMOVE_LOCK_COMMON_BLOCK, KEVENT } from '../layouts.gen.js';

const ACTIVE = 1n;

function acquire(k: Kernel, ref: Addr, n: bigint): Status {
  const v = k.mem.checked.u64(ref);
  if (v & ACTIVE) return k.return(0);
  k.mem.checked.setU64(ref, v + 2n * n);
  k.event('ex.rundown.acquire', { ref, count: Number(n), exclusive: 0 });
  return k.return(1);
}

/** Waiter block on the waiting frame's stack: remaining count, then a KEVENT. */
function release(k: Kernel, ref: Addr, n: bigint): Status {
  const m = k.mem.checked;
  const v = m.u64(ref);
  if ((v & ACTIVE) === 0n) {
    if (v < 2n * n)
      return k.bugCheck(
        0x162,
        k.currentThread(),
        ref,
        0,
        0,
        `the rundown reference at ${hex(ref)} is released more often than it was acquired`,
      );
    m.setU64(ref, v - 2n * n);
    k.event('ex.rundown.release', { ref, count: Number(n) });
    return k.returnVoid();
  }
  const block = Number(BigInt.asIntN(64, v & ~ACTIVE));
  if (block === 0)
    return k.bugCheck(0x162, k.currentThread(), ref, 0, 0, `the rundown reference at ${hex(ref)} is released after its rundown completed`);
  const left = k.mem.u64(block) - n;
  k.mem.setU64(block, left);
  k.event('ex.rundown.release', { ref, count: Number(n) });
  if (left === 0n) k.signalEvent(block + 8, 0);
  return k.returnVoid();
}

function waitForRelease(k: Kernel, f: Frame): Status {
  const m = k.mem.checked;
  const ref = f.ptr(0);
  if (f.pc === 1) {
    m.setU64(ref, ACTIVE);
    k.event('ex.rundown.complete', { ref });
    return k.returnVoid();
  }
  const v = m.u64(ref);
  if (v & ACTIVE) return k.returnVoid();
  if (v === 0n) {
    m.setU64(ref, ACTIVE);
    k.event('ex.rundown.complete', { ref });
    return k.returnVoid();
  }
  const block = f.localAddress(0);
  k.mem.setU64(block, v >> 1n);
  initHeader(k, block + 8, ObjectType.SynchronizationEvent, KEVENT.sizeof, 0);
  m.setU64(ref, BigInt.asUintN(64, BigInt(block)) | ACTIVE);
  k.event('ex.rundown.wait', { ref, users: Number(v >> 1n) });
  return k.wait(f, 1, { object: block + 8, reason: WaitReason.WrRundown });
}

const R = IO_REMOVE_LOCK_COMMON_BLOCK;

function releaseRemoveLock(k: Kernel, lock: Addr): Status | undefined {
  const m = k.mem.checked;
  const count = m.i32(lock + R.IoCount) - 1;
  if (count < 0) return k.bugCheck(0xc4, 0xd5, lock, 0, 0, `the remove lock at ${hex(lock)} is released more often than it was acquired`);
  m.setI32(lock + R.IoCount, count);
  k.event('ex.rundown.release', { ref: lock, count: 1 });
  if (count === 0) k.signalEvent(lock + R.RemoveEvent, 0);
  return undefined;
}

/** A state as a whole: free of holders, or run down. */
function set(k: Kernel, ref: Addr, state: bigint): Status {
  k.mem.checked.setU64(ref, state);
  return k.returnVoid();
}

/** Cache-aware references are one plain reference in a block of ours: which CPU counts is invisible. */
const cacheAware: KernelRoutine[] = [
  {
    name: 'ExAllocateCacheAwareRundownProtection',
    step(k, f) {
      const block = k.pool.allocate(f.u32(0), 8, f.u32(1));
      if (block !== 0) k.mem.setU64(block, 0n);
      return k.return(block);
    },
  },
  {
    name: 'ExFreeCacheAwareRundownProtection',
    step(k, f) {
      k.pool.free(f.ptr(0));
      return k.returnVoid();
    },
  },
  { name: 'ExSizeOfRundownProtectionCacheAware', cost: 2, step: (k) => k.return(8) },
  { name: 'ExInitializeRundownProtectionCacheAware', step: (k, f) => set(k, f.ptr(0), 0n) },
  {
    // (RunRef, Flags: EX_CARR_ALLOCATE_PAGED_POOL 0 or EX_CARR_ALLOCATE_NONPAGED_POOL 1)
    name: 'ExInitializeRundownProtectionCacheAwareEx',
    step(k, f) {
      const flags = f.u32(1);
      if (flags <= 1) return set(k, f.ptr(0), 0n);
      const why = `ExInitializeRundownProtectionCacheAwareEx with unknown flags 0x${flags.toString(16)}`;
      return k.bugCheck(0x16c, flags, f.ptr(0), 0, 0, why);
    },
  },
  // counterpart of the initialisation in place: there is nothing behind it to give back
  { name: 'ExCleanupRundownProtectionCacheAware', step: (k, f) => set(k, f.ptr(0), ACTIVE) },
  { name: 'ExReInitializeRundownProtectionCacheAware', step: (k, f) => set(k, f.ptr(0), 0n) },
  { name: 'ExAcquireRundownProtectionCacheAware', cost: 4, step: (k, f) => acquire(k, f.ptr(0), 1n) },
  { name: 'ExAcquireRundownProtectionCacheAwareEx', cost: 4, step: (k, f) => acquire(k, f.ptr(0), BigInt(f.u32(1))) },
  { name: 'ExReleaseRundownProtectionCacheAware', cost: 4, step: (k, f) => release(k, f.ptr(0), 1n) },
  { name: 'ExReleaseRundownProtectionCacheAwareEx', cost: 4, step: (k, f) => release(k, f.ptr(0), BigInt(f.u32(1))) },
  { name: 'ExWaitForRundownProtectionReleaseCacheAware', locals: 4, step: waitForRelease },
  { name: 'ExRundownCompletedCacheAware', cost: 3, step: (k, f) => set(k, f.ptr(0), ACTIVE) },
];

export const routines: KernelRoutine[] = [
  ...cacheAware,
  { name: 'ExInitializeRundownProtection', cost: 3, step: (k, f) => set(k, f.ptr(0), 0n) },
  { name: 'ExReInitializeRundownProtection', cost: 3, step: (k, f) => set(k, f.ptr(0), 0n) },
  { name: 'ExAcquireRundownProtection', cost: 4, step: (k, f) => acquire(k, f.ptr(0), 1n) },
  { name: 'ExAcquireRundownProtectionEx', cost: 4, step: (k, f) => acquire(k, f.ptr(0), BigInt(f.u32(1))) },
  { name: 'ExReleaseRundownProtection', cost: 4, step: (k, f) => release(k, f.ptr(0), 1n) },
  { name: 'ExReleaseRundownProtectionEx', cost: 4, step: (k, f) => release(k, f.ptr(0), BigInt(f.u32(1))) },
  { name: 'ExWaitForRundownProtectionRelease', locals: 4, step: waitForRelease },
  { name: 'ExRundownCompleted', cost: 3, step: (k, f) => set(k, f.ptr(0), ACTIVE) },
  {
    // (Lock, AllocateTag, MaxLockedMinutes, HighWatermark, size)
    name: 'IoInitializeRemoveLockEx',
    cost: 4,
    step(k, f) {
      k.mem.checked.fill(f.ptr(0), R.sizeof);
      k.mem.setI32(f.ptr(0) + R.IoCount, 1);
      initHeader(k, f.ptr(0) + R.RemoveEvent, ObjectType.SynchronizationEvent, KEVENT.sizeof, 0);
      return k.returnVoid();
    },
  },
  {
    name: 'IoAcquireRemoveLockEx',
    cost: 5,
    step(k, f) {
      const m = k.mem.checked;
      const lock = f.ptr(0);
      if (m.u8(lock + R.Removed)) return k.return(STATUS.DELETE_PENDING);
      m.setI32(lock + R.IoCount, m.i32(lock + R.IoCount) + 1);
      k.event('ex.rundown.acquire', { ref: lock, count: 1, exclusive: 0 });
      return k.return(STATUS.SUCCESS);
    },
  },
  { name: 'IoReleaseRemoveLockEx', cost: 5, step: (k, f) => releaseRemoveLock(k, f.ptr(0)) ?? k.returnVoid() },
  {
    name: 'IoReleaseRemoveLockAndWaitEx',
    step(k, f) {
      const lock = f.ptr(0);
      if (f.pc === 1) return k.returnVoid();
      k.mem.checked.setU8(lock + R.Removed, 1);
      const bad = releaseRemoveLock(k, lock) ?? releaseRemoveLock(k, lock);
      if (bad !== undefined) return bad;
      k.event('ex.rundown.wait', { ref: lock, users: k.mem.i32(lock + R.IoCount) });
      return k.wait(f, 1, { object: lock + R.RemoveEvent, reason: WaitReason.Executive });
    },
  },
];
