// slow-work: file I/O, work in another process' address space and big copies belong into a work item, not into the path that creates a process or loads an image.

import { strip } from '../c/walk.js';
import { KIND_NAMES } from './callbacks.js';
import { userModeCall } from './calls-user-mode.js';
import { finding, type Rule } from './context.js';
import type { Finding } from './rule.js';
import { workItemFixes } from './work-item-fix.js';

const ATTACH = /^(KeStackAttachProcess|KeAttachProcess)$/;
const COPY = /^(memcpy|memmove|RtlCopyMemory|RtlMoveMemory|RtlCopyBytes|MmCopyVirtualMemory)$/;
const BIG = 64n * 1024n;
/** Closing a handle is the end of something that is reported where it was opened. */
const CLOSE = /^(Zw|Nt|Flt)Close$/;

export const slowWork: Rule = {
  id: 'slow-work',
  check(c) {
    const out: Finding[] = [];
    for (const call of c.reachedDdis()) {
      const { ddi } = call;
      if (!ddi || CLOSE.test(ddi.name) || ddi.registry || userModeCall(call) !== undefined) continue;
      const root = c.rootOf(call.caller);
      if (!root) continue;
      const event = KIND_NAMES[root.kind].replace(' callback', '');
      if (ddi.file)
        out.push(
          finding(
            'slow-work',
            'warning',
            'certain',
            call.expr.range,
            `${ddi.name} is file or device I/O in ${c.subject(call.caller)}: the ${event} event waits for the disk, and completion may need a kernel APC that is off here. Copy what is needed and do it in a work item (IoQueueWorkItem)`,
            c.pathTo(call.caller),
            workItemFixes(c, call),
          ),
        );
      else if (ATTACH.test(ddi.name))
        out.push(
          finding(
            'slow-work',
            'warning',
            'likely',
            call.expr.range,
            `${ddi.name} works in another process' address space in ${c.subject(call.caller)}: page faults there are disk reads while the ${event} event waits. Reference the process and do it in a work item (IoQueueWorkItem)`,
            c.pathTo(call.caller),
            workItemFixes(c, call),
          ),
        );
      else if (COPY.test(ddi.name)) {
        const size = call.expr.args.at(-1);
        const n = size && strip(size);
        if (n?.kind === 'int' && n.value >= BIG)
          out.push(
            finding(
              'slow-work',
              'information',
              'certain',
              call.expr.range,
              `${ddi.name} copies ${n.value} bytes in ${c.subject(call.caller)} at every event. Copy less, or do it in a work item`,
              c.pathTo(call.caller),
            ),
          );
      }
    }
    return out;
  },
};
