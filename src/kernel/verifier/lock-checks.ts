// Driver Verifier's checks of locks beyond their order (lock-order.ts): who releases what, with which routine, and in what state a lock is initialised
// (reference: bugchecks 8, 0xC4/0x1000-0x1009, 0x38-0x3A, 0xEA, 0xEB). A spin lock's word is the owner thread | 1, or the handle of a queued holder.
import type { Addr } from '../../machine/abi.js';
import { APC_LEVEL } from '../ke/constants.js';
import { hex } from '../ke/dispatcher.js';
import type { Kernel } from '../kernel.js';
import { FAST_MUTEX, KTHREAD } from '../layouts.gen.js';
import type { CallCheck, CallChecks } from './call-check.js';
import { heldLockIn } from './lock-order.js';

/** The word of a lock; undefined where it cannot be read: the routine itself says what follows. */
const wordOf = (k: Kernel, lock: Addr): number | undefined => (k.mem.allowed(lock, 8, true) ? k.mem.ptr(lock) : undefined);
const isQueued = (word: number): boolean => word !== 0 && word % 2 === 0;
const ownerOf = (word: number): Addr => (isQueued(word) || word === 0 ? 0 : word - 1);

const acquiresSpinLock: CallCheck = (k, f, name) => {
  const lock = f.ptr(0);
  if (!isQueued(wordOf(k, lock) ?? 0)) return undefined;
  return k.violation(0x1008, lock, 0, 0, `${name} of the spin lock at ${hex(lock)}, which is held as an in-stack queued one`);
};

const releasesSpinLock: CallCheck = (k, f, name) => {
  const lock = f.ptr(0);
  const word = wordOf(k, lock);
  if (word === undefined) return undefined;
  if (word === 0) return k.violation(0x1007, lock, 0, 0, `${name}: the spin lock at ${hex(lock)} is released but nobody holds it`);
  if (isQueued(word))
    return k.violation(0x1009, lock, 0, 0, `${name} of the spin lock at ${hex(lock)}, which is held as an in-stack queued one`);
  const owner = ownerOf(word);
  if (owner === k.currentThread()) return undefined;
  const by = k.hooks.describeThread?.(k, owner) ?? hex(owner);
  return k.violation(0x1004, lock, owner, k.currentThread(), `${name}: the spin lock at ${hex(lock)} was acquired by ${by}`);
};

const acquiresFastMutex: CallCheck = (k, f, name) => {
  const mutex = f.ptr(0);
  const m = k.mem;
  if (!m.allowed(mutex, FAST_MUTEX.sizeof, true)) return undefined;
  if (m.i32(mutex + FAST_MUTEX.Count) === 1 || m.ptr(mutex + FAST_MUTEX.Owner) !== k.currentThread()) return undefined;
  const text = `${name}: the fast mutex at ${hex(mutex)} is acquired again by the thread that already owns it`;
  return k.violation(0x1000, mutex, 0, 0, text);
};

const initialises: CallCheck = (k, f, name) => {
  const lock = f.ptr(0);
  const held = heldLockIn(k, lock, 1);
  return held ? k.violation(0x1005, lock, 0, 0, `${name}: the lock at ${hex(lock)} is initialised again while it is held`) : undefined;
};

const combined = (k: Kernel): number => k.mem.u32(k.currentThread() + KTHREAD.CombinedApcDisable);

/** Normal kernel APCs can still come: the thread could be suspended while it owns the lock. */
const apcsEnabled = (k: Kernel): boolean => k.irql < APC_LEVEL && combined(k) === 0;

const unsafeMutex =
  (code: number): CallCheck =>
  (k, f, name) => {
    if (!apcsEnabled(k)) return undefined;
    const text = `${name} of the fast mutex at ${hex(f.ptr(0))} needs APC_LEVEL or a critical region: normal kernel APCs are still enabled`;
    return k.violation(code, k.irql, combined(k), f.ptr(0), text);
  };

const releasesResource: CallCheck = (k, f, name) => {
  if (!apcsEnabled(k)) return undefined;
  const text = `${name} of the resource at ${hex(f.ptr(0))} with normal kernel APCs enabled: the critical region was left too early`;
  return k.violation(0x38, k.irql, combined(k), f.ptr(0), text);
};

export const SPIN_ACQUIRES =
  'KeAcquireSpinLock KeAcquireSpinLockRaiseToDpc KfAcquireSpinLock KeAcquireSpinLockAtDpcLevel KefAcquireSpinLockAtDpcLevel KeAcquireSpinLockForDpc';
export const SPIN_RELEASES =
  'KeReleaseSpinLock KfReleaseSpinLock KeReleaseSpinLockFromDpcLevel KefReleaseSpinLockFromDpcLevel KeReleaseSpinLockForDpc';

export const lockChecks: readonly CallChecks[] = [
  { option: 'deadlock-detection', routines: SPIN_ACQUIRES, check: acquiresSpinLock },
  { option: 'deadlock-detection', routines: SPIN_RELEASES, check: releasesSpinLock },
  {
    option: 'deadlock-detection',
    routines: 'ExAcquireFastMutex ExAcquireFastMutexUnsafe KeAcquireGuardedMutex KeAcquireGuardedMutexUnsafe',
    check: acquiresFastMutex,
  },
  {
    option: 'deadlock-detection',
    routines: 'KeInitializeSpinLock KeInitializeMutex KeInitializeGuardedMutex ExInitializeFastMutex',
    check: initialises,
  },
  { option: undefined, routines: 'ExReleaseResourceLite ExReleaseResourceForThreadLite', check: releasesResource },
  { option: undefined, routines: 'ExAcquireFastMutexUnsafe', check: unsafeMutex(0x39) },
  { option: undefined, routines: 'ExReleaseFastMutexUnsafe', check: unsafeMutex(0x3a) },
];
