// Rules of DDI compliance about what a driver holds (reference: bugchecks 8, 0x40003-0x4000A). Their parameters are the text of the rule and its state, which
// Windows keeps in tables of its own. Where deadlock detection is asked for as well, its codes for the same mistakes come first (U).
import type { Addr, Status } from '../../machine/abi.js';
import { hex } from '../ke/dispatcher.js';
import type { Kernel } from '../kernel.js';
import { KLOCK_QUEUE_HANDLE, KSPIN_LOCK_QUEUE, KTHREAD } from '../layouts.gen.js';
import type { CallCheck, CallChecks } from './call-check.js';
import { SPIN_ACQUIRES, SPIN_RELEASES } from './lock-checks.js';
import { ruleText } from './rule-text.js';

const broken = (k: Kernel, code: number, rule: string, text: string): Status | undefined =>
  k.violation(code, k.config.verifierReports ? 0 : ruleText(k, rule), 0, 0, `${text} (rule ${rule})`);

/** A pointer in driver memory; undefined where it cannot be read: the routine itself says what follows. */
const pointerAt = (k: Kernel, at: Addr): Addr | undefined => (k.mem.allowed(at, 8, true) ? k.mem.ptr(at) : undefined);

const acquires: CallCheck = (k, f, name) => {
  const lock = f.ptr(0);
  if (pointerAt(k, lock) !== k.currentThread() + 1) return undefined;
  return broken(k, 0x40009, 'SpinLock', `${name} of the spin lock at ${hex(lock)}, which this thread holds already`);
};

const releases: CallCheck = (k, f, name) => {
  const lock = f.ptr(0);
  if (pointerAt(k, lock) !== 0) return undefined;
  return broken(k, 0x4000a, 'SpinlockRelease', `${name} of the spin lock at ${hex(lock)}, which nobody holds`);
};

/** The lock that a handle holds, 0: none. */
const heldBy = (k: Kernel, handle: Addr): Addr | undefined => pointerAt(k, handle + KLOCK_QUEUE_HANDLE.LockQueue + KSPIN_LOCK_QUEUE.Lock);

/** (SpinLock, LockHandle) */
const acquiresQueued: CallCheck = (k, f, name) => {
  const lock = f.ptr(0);
  if (pointerAt(k, lock) !== f.ptr(1) || heldBy(k, f.ptr(1)) !== lock) return undefined;
  return broken(k, 0x40006, 'QueuedSpinLock', `${name} of the spin lock at ${hex(lock)} with the handle that holds it already`);
};

const releasesQueued: CallCheck = (k, f, name) => {
  if (heldBy(k, f.ptr(0)) !== 0) return undefined;
  return broken(k, 0x40007, 'QueuedSpinLockRelease', `${name} of the handle at ${hex(f.ptr(0))}, which holds no spin lock`);
};

const leaves: CallCheck = (k, _, name) =>
  k.mem.i16(k.currentThread() + KTHREAD.KernelApcDisable) < 0
    ? undefined
    : broken(k, 0x40003, 'CriticalRegions', `${name} although the thread is in no critical region`);

const rule = (routines: string, check: CallCheck): CallChecks => ({ option: 'ddi-compliance', routines, check });

export const ruleChecks: readonly CallChecks[] = [
  rule(SPIN_ACQUIRES, acquires),
  rule(SPIN_RELEASES, releases),
  rule('KeAcquireInStackQueuedSpinLock KeAcquireInStackQueuedSpinLockAtDpcLevel', acquiresQueued),
  rule('KeReleaseInStackQueuedSpinLock KeReleaseInStackQueuedSpinLockFromDpcLevel', releasesQueued),
  rule('KeLeaveCriticalRegion', leaves),
];
