// registry-call: a callback makes registry calls. They can block on hive locks, read hive data from disk and run other drivers' registry callbacks, all while the
// thread that creates or ends something is held up.
import { KIND_NAMES } from './callbacks.js';
import { finding, type Rule } from './context.js';
import type { Finding } from './rule.js';
import { workItemFixes } from './work-item-fix.js';

export const registryCall: Rule = {
  id: 'registry-call',
  check(c) {
    const out: Finding[] = [];
    for (const call of c.reachedDdis()) {
      const { ddi } = call;
      if (!ddi?.registry) continue;
      const root = c.rootOf(call.caller);
      if (!root) continue;
      out.push(
        finding(
          'registry-call',
          'warning',
          'certain',
          call.expr.range,
          `${ddi.name} is a registry call in ${c.subject(call.caller)}: it can block on registry locks and run other drivers' registry callbacks while the ${KIND_NAMES[root.kind].replace(' callback', '')} event waits. Read the value once in DriverEntry, or move the call to a work item`,
          c.pathTo(call.caller),
          workItemFixes(c, call),
        ),
      );
    }
    return out;
  },
};
