// blocking-call: a callback waits. Its thread creates or ends a process, thread or handle; normal kernel APCs are off there, and the locks of its callers stay held.
// Locks are the matter of synchronizes, files of slow-work, the registry of registry-call; a zero timeout is a poll and no wait.
import { invertedCall, userModeCall } from './calls-user-mode.js';
import { finding, type Rule } from './context.js';
import { acquisition } from './locks.js';
import type { Finding } from './rule.js';
import { purposeOf, waitOf } from './waits.js';
import { workItemFixes } from './work-item-fix.js';

const REMOVES = /^(PsSet|PsRemove|ObUnRegister|CmUnRegister)/;

export const blockingCall: Rule = {
  id: 'blocking-call',
  check(c) {
    const out: Finding[] = [];
    for (const call of c.reachedDdis()) {
      const { ddi } = call;
      if (!ddi || ddi.registry || ddi.file || acquisition(call) || REMOVES.test(ddi.name)) continue;
      const wait = waitOf(call);
      if (!wait && !(ddi.ipc && !ddi.userMode)) continue;
      if (userModeCall(call) || invertedCall(c, call) || purposeOf(c, call).kind !== 'other') continue;
      const what =
        ddi.name === 'KeDelayExecutionThread'
          ? 'KeDelayExecutionThread puts the thread to sleep'
          : wait
            ? `${ddi.name} ${wait === 'certain' ? 'waits' : 'can wait'}`
            : `${ddi.name} is interprocess communication`;
      out.push(
        finding(
          'blocking-call',
          'warning',
          wait ?? 'likely',
          call.expr.range,
          `${what} in ${c.subject(call.caller)}: the thread that this event belongs to stands still meanwhile, with normal kernel APCs off and its callers' locks held. Queue a work item, or poll with a zero timeout`,
          c.pathTo(call.caller),
          workItemFixes(c, call),
        ),
      );
    }
    return out;
  },
};
