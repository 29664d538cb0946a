// blocking-call at run time: the thread begins to wait while a callback runs on it. What it waits for decides whose finding it is: a lock, a work item of
// its own, a user-mode service, or just a wait.
import type { Addr } from '../../machine/abi.js';
import { ObjectType, WAIT_REASON_NAMES, WaitReason } from '../ke/constants.js';
import { hex, objectType } from '../ke/dispatcher.js';
import { variableAt } from '../ke/waiters.js';
import type { Kernel } from '../kernel.js';
import { KMUTANT, KPRCB, VF_INVOCATION } from '../layouts.gen.js';
import { signalledByUserMode, waitAfterCompletion } from './calls-user-mode.js';
import type { EntryCheck } from './check.js';
import { callbackName, NO_SITE, report, siteOf } from './finding.js';
import { invocationOf, kindWord } from './invocation.js';
import { contended, isLockWait } from './synchronizes.js';
import { signalledByWorker, waitWithQueuedItem } from './waits-for-work-item.js';

const REMOVAL = /^(nt!)?(Ps|Ob|Cm)/;

/** VF_INVOCATION.WaitKind */
const Wait = { None: 0, Lock: 1, Other: 2 } as const;

function describe(k: Kernel, object: Addr): string {
  if (object === 0) return 'for a time to pass';
  const name = variableAt(k, object);
  return `for ${name ?? hex(object)}`;
}

/** The current thread begins to wait at the routine frame `frame`. */
export function waitBegins(k: Kernel, thread: Addr, frame: number, objects: readonly Addr[], reason: number): void {
  const invocation = invocationOf(k, thread);
  if (invocation === 0 || reason === WaitReason.Suspended || k.mem.u8(k.prcb() + KPRCB.DpcRoutineActive)) return;
  const site = siteOf(k, frame);
  if (site === NO_SITE) return;
  const mutant = objects.find((o) => objectType(k, o) === ObjectType.Mutant);
  const lock = mutant !== undefined || isLockWait(reason);
  k.mem.setPtr(invocation + VF_INVOCATION.WaitSite, site + 1);
  k.mem.setU32(invocation + VF_INVOCATION.WaitKind, lock ? Wait.Lock : Wait.Other);
  if (lock) {
    const owner = mutant === undefined ? 0 : k.mem.ptr(mutant + KMUTANT.OwnerThread);
    contended(k, invocation, frame, reason, owner);
    return;
  }
  // The removal of a callback waits too, and has its own rule.
  if (reason === WaitReason.WrRundown && REMOVAL.test(k.machine.functionName(k.machine.headers.fn(frame)))) return;
  if (waitWithQueuedItem(k, invocation, frame) || waitAfterCompletion(k, invocation, frame)) return;
  report(k, {
    rule: 'blocking-call',
    severity: 'warning',
    text: `${callbackName(k, invocation)} waits ${describe(k, objects[0] ?? 0)} (${WAIT_REASON_NAMES[reason] ?? reason}) inside ${kindWord(k, invocation)} callback: the thread that caused the event stands still`,
    frame,
    invocation,
  });
}

/** The wait of a thread ended: `object` is what was signalled (0: time or an alert), `by` the thread that ran there. */
export function waitEnds(k: Kernel, thread: Addr, object: Addr, by: Addr): void {
  const invocation = invocationOf(k, thread);
  if (invocation === 0) return;
  const site = k.mem.ptr(invocation + VF_INVOCATION.WaitSite) - 1;
  const kind = k.mem.u32(invocation + VF_INVOCATION.WaitKind);
  if (site < 0) return;
  k.mem.setPtr(invocation + VF_INVOCATION.WaitSite, 0);
  if (kind !== Wait.Other || object === 0 || k.mem.u8(k.prcb() + KPRCB.DpcRoutineActive)) return;
  signalledByWorker(k, invocation, by, site);
  signalledByUserMode(k, invocation, object, by, site);
}

const STALL_LIMIT_US = 50;

export const checks: EntryCheck[] = [
  {
    routines: ['KeStallExecutionProcessor'],
    check(k, f, invocation) {
      if (f.u32(0) <= STALL_LIMIT_US) return;
      report(k, {
        rule: 'blocking-call',
        severity: 'warning',
        text: `${callbackName(k, invocation)} stalls the processor for ${f.u32(0)} us inside ${kindWord(k, invocation)} callback`,
        frame: f.fp,
        invocation,
      });
    },
  },
];
