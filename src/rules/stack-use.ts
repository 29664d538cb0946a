// stack-use: a callback runs on the stack of whoever creates or ends something, which may already be deep (24 KB in all on x64). Frames are estimated from the types
// of their variables, paths from the call graph.
import { alignOf, sizeOf } from '../c/layout.js';
import type { VarSymbol } from '../c/tree.js';
import { chain, reach } from './call-graph.js';
import { KIND_NAMES } from './callbacks.js';
import { finding, type Rule } from './context.js';
import type { Fn } from './program.js';
import type { Finding } from './rule.js';

/** Return address, saved registers and alignment of a compiled function. */
const FIXED = 64;

export function frameBytes(fn: Fn): { bytes: number; largest: VarSymbol | undefined; largestBytes: number } {
  let bytes = 0;
  let largest: VarSymbol | undefined;
  let largestBytes = 0;
  for (const v of fn.def.locals) {
    const size = sizeOf(v.type);
    const align = Math.max(alignOf(v.type), 1);
    bytes = Math.ceil(bytes / align) * align + size;
    if (size > largestBytes) {
      largest = v;
      largestBytes = size;
    }
  }
  // slots for the arguments of the calls it makes: four at least, as the calling convention wants
  const args = fn.calls.reduce((n, c) => Math.max(n, c.expr.args.length), fn.calls.length ? 4 : 0);
  return { bytes: Math.ceil(bytes / 16) * 16 + FIXED + args * 8, largest, largestBytes };
}

export const stackUse: Rule = {
  id: 'stack-use',
  check(c) {
    const out: Finding[] = [];
    for (const fn of c.reach.keys()) {
      const { bytes, largest, largestBytes } = frameBytes(fn);
      if (bytes < c.options.frameBytes || !largest) continue;
      out.push(
        finding(
          'stack-use',
          // a frame that is big but not yet twice as big as wished is worth a note
          bytes >= 2 * c.options.frameBytes ? 'warning' : 'information',
          'certain',
          largest.range,
          `${fn.name} needs about ${bytes} bytes of kernel stack, ${largestBytes} of them for ${largest.name}, in ${c.subject(fn)}, which runs on a stack that is already deep. Allocate it from pool (ExAllocatePool2 or a lookaside list)`,
          c.pathTo(fn),
        ),
      );
    }
    for (const cb of c.callbacks.guideline) {
      const deepest = deepestPath(cb.fn);
      if (deepest.recursive) {
        const steps = reach([cb.fn]);
        out.push(
          finding(
            'stack-use',
            'information',
            'likely',
            deepest.recursive.def.nameRange,
            `${deepest.recursive.name} calls itself (directly or through others) below the ${KIND_NAMES[cb.kind]} ${cb.fn.name}: how much stack it needs depends on data. Use a loop, or bound the depth`,
            [...c.pathTo(deepest.recursive, steps)],
          ),
        );
      }
      if (deepest.bytes < c.options.pathBytes) continue;
      const steps = reach([cb.fn]);
      const last = deepest.path[deepest.path.length - 1] ?? cb.fn;
      out.push(
        finding(
          'stack-use',
          'warning',
          'likely',
          cb.fn.def.nameRange,
          `the ${KIND_NAMES[cb.kind]} ${cb.fn.name} and what it calls need about ${deepest.bytes} bytes of kernel stack at the deepest (${deepest.path.map((f) => f.name).join(' > ')}), on a stack that is already deep. Take large variables from pool, or run the deep part in a work item`,
          chain(steps, last).length ? c.pathTo(last, steps) : c.pathTo(cb.fn),
        ),
      );
    }
    return out;
  },
};

interface Depth {
  readonly bytes: number;
  readonly path: readonly Fn[];
  readonly recursive?: Fn;
}

function deepestPath(root: Fn): Depth {
  const known = new Map<Fn, Depth>();
  const open = new Set<Fn>();
  let recursive: Fn | undefined;
  const visit = (fn: Fn, level: number): Depth => {
    const k = known.get(fn);
    if (k) return k;
    if (open.has(fn) || level > 200) {
      if (open.has(fn)) recursive ??= fn;
      return { bytes: 0, path: [] };
    }
    open.add(fn);
    let best: Depth = { bytes: 0, path: [] };
    // a routine called through KeExpandKernelStackAndCallout has a stack of its own
    for (const call of fn.calls)
      if (!call.ddi)
        for (const t of call.targets) {
          const d = visit(t, level + 1);
          if (d.bytes > best.bytes) best = d;
        }
    open.delete(fn);
    const out: Depth = { bytes: best.bytes + frameBytes(fn).bytes, path: [fn, ...best.path] };
    known.set(fn, out);
    return out;
  };
  const d = visit(root, 0);
  return recursive ? { ...d, recursive } : d;
}
