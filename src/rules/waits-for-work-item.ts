// waits-for-work-item: a callback queues work and waits for it. That is slower than doing the work in place, and when all worker threads stand in such callbacks (or
// the work starts a process itself) nothing goes on.
import { finding, type Rule } from './context.js';
import type { Finding } from './rule.js';
import { purposeOf, waitOf } from './waits.js';

export const waitsForWorkItem: Rule = {
  id: 'waits-for-work-item',
  check(c) {
    const out: Finding[] = [];
    for (const call of c.reachedDdis()) {
      const wait = waitOf(call);
      if (!wait) continue;
      const purpose = purposeOf(c, call);
      if (purpose.kind !== 'work-item' || !purpose.source || !purpose.signal) continue;
      out.push(
        finding(
          'waits-for-work-item',
          'error',
          wait,
          call.expr.range,
          `${call.ddi?.name} waits for the work item that ${c.subject(call.caller)} has queued itself: the worker may need what this thread holds, and a pool of workers that all wait like this deadlocks the system. Let the work item finish on its own; give it its own copy of what it needs`,
          [
            ...c.pathTo(call.caller),
            { range: purpose.source.expr.range, message: 'the work is queued here' },
            { range: purpose.signal.expr.range, message: `${purpose.signal.caller.name} signals the object that is waited for here` },
          ],
        ),
      );
    }
    return out;
  },
};
