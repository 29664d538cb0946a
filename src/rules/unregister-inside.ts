// unregister-inside: a callback removes itself. The removal waits until no invocation runs, and this one runs until the removal returns.

import { reach } from './call-graph.js';
import { KIND_NAMES, type Removal } from './callbacks.js';
import { finding, type Rule } from './context.js';
import type { Finding } from './rule.js';

export const unregisterInside: Rule = {
  id: 'unregister-inside',
  check(c) {
    const out: Finding[] = [];
    for (const cb of c.callbacks.callbacks) {
      const { what } = cb.registration.registrar;
      const removals = c.callbacks.removals.filter((r) => r.what === what);
      if (!removals.length) continue;
      const steps = reach([cb.fn]);
      for (const r of removals) {
        if (!steps.has(r.call.caller)) continue;
        const itself = removesItself(r, cb.fn.index);
        if (!itself && r.routines.length) {
          out.push(
            finding(
              'unregister-inside',
              'warning',
              'likely',
              r.call.expr.range,
              `${r.call.ddi?.name} removes another ${what} from inside the ${KIND_NAMES[cb.kind]} ${cb.fn.name}: it waits for the one that runs, which may wait for this thread. Remove callbacks in DriverUnload or from a work item`,
              c.pathTo(r.call.caller, steps),
            ),
          );
          continue;
        }
        out.push(
          finding(
            'unregister-inside',
            'error',
            r.routines.length === 1 ? 'certain' : 'likely',
            r.call.expr.range,
            `${r.call.ddi?.name} removes the ${KIND_NAMES[cb.kind]} ${cb.fn.name} from inside itself: removal waits until no invocation runs, and this one runs until removal returns, so the thread waits for ever. Set a flag that the callback tests, and remove it in DriverUnload or from a work item`,
            c.pathTo(r.call.caller, steps),
          ),
        );
      }
    }
    return out;
  },
};

const removesItself = (r: Removal, index: number): boolean => r.routines.length === 0 || r.routines.some((fn) => fn.index === index);
