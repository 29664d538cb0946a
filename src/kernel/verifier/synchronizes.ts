// synchronizes at run time: a callback takes a lock. A short lock that is free is information; one that somebody else holds is a warning, and so is the
// same callback running again inside itself. Whether a holder of the lock waited while it held it is found in the trace afterwards (lock-order.ts).
import type { Addr } from '../../machine/abi.js';
import { WaitReason } from '../ke/constants.js';
import type { Kernel } from '../kernel.js';
import { VF_INVOCATION } from '../layouts.gen.js';
import type { EntryCheck } from './check.js';
import { callbackName, calledByDriver, report } from './finding.js';
import { currentInvocation, invocationsOf, kindWord } from './invocation.js';

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

/** A lock that the callback wants is held by somebody else. */
export function contended(k: Kernel, invocation: Addr, frame: number, owner: string): void {
  report(k, {
    rule: 'synchronizes',
    severity: 'warning',
    text: `${callbackName(k, invocation)} waits for a lock that ${owner} holds, inside a ${kindWord(k, invocation)} callback: deadlock when the holder waits for what this thread holds up`,
    frame,
    invocation,
  });
}

/** A CPU begins to spin. */
export function spinBegins(k: Kernel, frame: number): void {
  const invocation = currentInvocation(k);
  if (invocation !== 0 && calledByDriver(k, frame)) contended(k, invocation, frame, 'another CPU');
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
        text: `${callbackName(k, invocation)} takes a lock with ${name} inside a ${kindWord(k, invocation)} callback: harmless while no holder of it waits`,
        frame: f.fp,
        invocation,
      }),
  },
];
