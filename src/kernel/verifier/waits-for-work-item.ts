// waits-for-work-item at run time: a callback waits while a work item that it queued has not run; certain when the worker that runs it ends the wait.
import type { Addr } from '../../machine/abi.js';
import type { Kernel } from '../kernel.js';
import { FLT_GENERIC_WORKITEM, IO_WORKITEM, KTHREAD, VF_INVOCATION, VF_LIMITS } from '../layouts.gen.js';
import type { EntryCheck } from './check.js';
import { callbackName, report } from './finding.js';
import { allInvocations, kindWord } from './invocation.js';

const V = VF_INVOCATION;

function noteQueued(k: Kernel, invocation: Addr, item: Addr): void {
  const n = k.mem.u32(invocation + V.QueuedCount);
  if (n >= VF_LIMITS.VfQueued) return;
  k.mem.setPtr(invocation + V.Queued + 8 * n, item);
  k.mem.setU32(invocation + V.QueuedCount, n + 1);
}

/** The routine of a work item has returned: nobody waits for it any more. */
export function workItemDone(k: Kernel, item: Addr): void {
  for (const r of allInvocations(k)) {
    const n = k.mem.u32(r + V.QueuedCount);
    for (let i = 0; i < n; i++) {
      if (k.mem.ptr(r + V.Queued + 8 * i) !== item) continue;
      k.mem.setPtr(r + V.Queued + 8 * i, k.mem.ptr(r + V.Queued + 8 * (n - 1)));
      k.mem.setU32(r + V.QueuedCount, n - 1);
      break;
    }
  }
}

const text = (k: Kernel, invocation: Addr, what: string): string =>
  `${callbackName(k, invocation)} ${what} inside ${kindWord(k, invocation)} callback: that is the same as doing the work there, and the worker may need what this thread holds`;

/** False: it has queued nothing that is still to run. */
export function waitWithQueuedItem(k: Kernel, invocation: Addr, frame: number): boolean {
  if (k.mem.u32(invocation + V.QueuedCount) === 0) return false;
  report(k, {
    rule: 'waits-for-work-item',
    severity: 'warning',
    text: text(k, invocation, 'waits while its own work item has not run'),
    frame,
    invocation,
  });
  return true;
}

/** A wait of a callback ended: by the worker that runs one of its items? */
export function signalledByWorker(k: Kernel, invocation: Addr, by: Addr, site: number): void {
  if (by === 0 || k.mem.ptr(by + KTHREAD.ActiveWorker) === 0 || k.mem.u32(invocation + V.QueuedCount) === 0) return;
  report(k, {
    rule: 'waits-for-work-item',
    severity: 'error',
    text: text(k, invocation, 'waited until its own work item had run'),
    site,
    invocation,
  });
}

export const checks: EntryCheck[] = [
  { routines: ['ExQueueWorkItem'], check: (k, f, invocation) => noteQueued(k, invocation, f.ptr(0)) },
  {
    routines: ['IoQueueWorkItem', 'IoQueueWorkItemEx'],
    check: (k, f, invocation) => noteQueued(k, invocation, f.ptr(0) + IO_WORKITEM.Item),
  },
  {
    routines: ['FltQueueGenericWorkItem'],
    check: (k, f, invocation) => noteQueued(k, invocation, f.ptr(0) + FLT_GENERIC_WORKITEM.Item),
  },
];
