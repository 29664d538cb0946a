// Facts along the paths of a function: a rule says how an operation and a test change what it knows and what is left of it where paths meet; this runs it to a
// fixed point.
import type { Expr } from '../c/tree.js';
import type { End, Flow, Op } from './flow.js';

/** How facts move along the paths of a function. States are values: no step changes its argument. */
export interface Analysis<S> {
  readonly start: S;
  step(op: Op, state: S): S;
  /** The state after a test came out one way; undefined: it cannot. */
  branch?(test: Expr, taken: boolean, state: S): S | undefined;
  join(a: S, b: S): S;
  same(a: S, b: S): boolean;
}

/** State at the entry of each block that can be reached. Ends even if an analysis has no fixed point. */
export function solve<S>(flow: Flow, a: Analysis<S>): (S | undefined)[] {
  const { blocks } = flow;
  const states: (S | undefined)[] = new Array(blocks.length).fill(undefined);
  const visits = new Uint16Array(blocks.length);
  const work = [0];
  const queued = new Set(work);
  states[0] = a.start;
  const to = (b: number, s: S): void => {
    const before = states[b];
    const next = before === undefined ? s : a.join(before, s);
    if (before !== undefined && a.same(before, next)) return;
    states[b] = next;
    if (!queued.has(b) && visits[b] < 40) {
      queued.add(b);
      work.push(b);
    }
  };
  for (let i = work.shift(); i !== undefined; i = work.shift()) {
    queued.delete(i);
    visits[i]++;
    const block = blocks[i];
    let s = states[i] as S;
    const inner = block.handlers.at(-1);
    if (inner !== undefined && inner !== i) to(inner, s);
    for (const op of block.ops) s = a.step(op, s);
    if (inner !== undefined && inner !== i) to(inner, s);
    switch (block.end.kind) {
      case 'jump':
        to(block.end.to, s);
        break;
      case 'switch':
        for (const t of block.end.to) to(t, s);
        break;
      case 'branch': {
        const yes = a.branch ? a.branch(block.end.test, true, s) : s;
        const no = a.branch ? a.branch(block.end.test, false, s) : s;
        if (yes !== undefined) to(block.end.yes, yes);
        if (no !== undefined) to(block.end.no, no);
        break;
      }
    }
  }
  return states;
}

/** Runs an analysis to its end, then once more over each reachable block to look at the state before each operation and at each way out. */
export function inspect<S>(flow: Flow, a: Analysis<S>, look: { op?(op: Op, before: S): void; end?(end: End, state: S): void }): void {
  const states = solve(flow, a);
  flow.blocks.forEach((b, i) => {
    let s = states[i];
    if (s === undefined) return;
    for (const op of b.ops) {
      look.op?.(op, s);
      s = a.step(op, s);
    }
    look.end?.(b.end, s);
  });
}
