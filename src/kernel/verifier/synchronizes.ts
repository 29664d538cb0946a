// synchronizes at run time: a callback takes a lock. A short lock that is free is information; it is a warning when the
// holder waits for something, and so is the same callback running again inside itself. Whether a holder of the lock waited while it held it is found in the trace afterwards (lock-order.ts).
import type { Addr } from '../../machine/abi.js';
import { ThreadState, WaitReason } from '../ke/constants.js';
import type { Kernel } from '../kernel.js';
import { ERESOURCE, FAST_MUTEX, KTHREAD, OWNER_ENTRY, VF_INVOCATION } from '../layouts.gen.js';
import type { EntryCheck } from './check.js';
import { callbackName, report } from './finding.js';
import { invocationsOf, kindWord } from './invocation.js';

const LOCKS =
  'KeAcquireSpinLock KeAcquireSpinLockRaiseToDpc KfAcquireSpinLock KeAcquireSpinLockAtDpcLevel KefAcquireSpinLockAtDpcLevel KeAcquireInStackQueuedSpinLock KeAcquireInStackQueuedSpinLockAtDpcLevel ExAcquireSpinLockExclusive ExAcquireSpinLockShared ExAcquireSpinLockExclusiveAtDpcLevel ExAcquireSpinLockSharedAtDpcLevel ExAcquireFastMutex ExAcquireFastMutexUnsafe ExEnterCriticalRegionAndAcquireFastMutexUnsafe KeAcquireGuardedMutex KeAcquireGuardedMutexUnsafe ExAcquireResourceExclusiveLite ExAcquireResourceSharedLite ExAcquireSharedStarveExclusive ExAcquireSharedWaitForExclusive ExEnterCriticalRegionAndAcquireResourceExclusive ExEnterCriticalRegionAndAcquireResourceShared ExAcquirePushLockExclusive ExAcquirePushLockShared ExAcquirePushLockExclusiveEx ExAcquirePushLockSharedEx FltAcquirePushLockExclusive FltAcquirePushLockShared FltAcquireResourceExclusive FltAcquireResourceShared'.split(
    ' ',
  );

const LOCK_REASONS: ReadonlySet<number> = new Set([
  WaitReason.WrFastMutex,
  WaitReason.WrGuardedMutex,
  WaitReason.WrResource,
  WaitReason.WrPushLock,
]);
export const isLockWait = (reason: number): boolean => LOCK_REASONS.has(reason);

/** Owner of the lock that the routine at this frame wants, 0: not known. */
function ownerOf(k: Kernel, frame: number, reason: number): Addr {
  const lock = k.mem.raw.ptr(frame + k.machine.fixedSize(k.machine.headers.fn(frame)));
  if (reason === WaitReason.WrResource) return k.mem.ptr(lock + ERESOURCE.OwnerEntry + OWNER_ENTRY.OwnerThread) & ~3;
  return reason === WaitReason.WrPushLock ? 0 : k.mem.ptr(lock + FAST_MUTEX.Owner);
}

/** A lock that the callback wants is held by somebody else. That is a moment's delay, but a finding when the holder itself waits for something. */
export function contended(k: Kernel, invocation: Addr, frame: number, reason: number, mutexOwner: Addr): void {
  const holder = mutexOwner !== 0 ? mutexOwner : ownerOf(k, frame, reason);
  if (holder === 0 || k.mem.u32(holder + KTHREAD.State) !== ThreadState.Waiting) return;
  const owner = k.hooks.describeThread?.(k, holder) ?? 'another thread';
  report(k, {
    rule: 'synchronizes',
    severity: 'warning',
    text: `${callbackName(k, invocation)} waits for a lock that ${owner} holds while it waits itself, inside ${kindWord(k, invocation)} callback: deadlock when the holder waits for what this thread holds up`,
    frame,
    invocation,
  });
}

/** A callback begins on a thread where the same callback runs already. */
export function nestedCall(k: Kernel, invocation: Addr): void {
  const routine = k.mem.ptr(invocation + VF_INVOCATION.Routine);
  for (const r of invocationsOf(k, k.mem.ptr(invocation + VF_INVOCATION.Previous))) {
    if (k.mem.ptr(r + VF_INVOCATION.Routine) !== routine) continue;
    report(k, {
      rule: 'synchronizes',
      severity: 'warning',
      text: `${callbackName(k, r)} does what calls it again: a second invocation begins inside the first on the same thread; any lock held across the call is acquired twice`,
      invocation: r,
    });
    return;
  }
}

export const checks: EntryCheck[] = [
  {
    routines: LOCKS,
    check: (k, f, invocation, name) =>
      report(k, {
        rule: 'synchronizes',
        severity: 'information',
        text: `${callbackName(k, invocation)} takes a lock with ${name} inside ${kindWord(k, invocation)} callback: harmless while no holder of it waits`,
        frame: f.fp,
        invocation,
      }),
  },
];
