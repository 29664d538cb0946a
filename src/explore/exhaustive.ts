// Every order, up to swapping steps that do not touch the same shared memory. Depth first; after one CPU's step has been explored it *sleeps* in the alternatives
// until somebody does something that depends on it, so that of all orders that differ only by such swaps one is followed.
// P. Godefroid: Partial-Order Methods for the Verification of Concurrent Systems, LNCS 1032, 1996 (sleep sets, and their use together with a store of states).
//
// A state that was seen before, with the same CPUs asleep, has the same future: the orders through it are counted, not executed again. So the common end of
// all orders (threads and processes end, drivers are unloaded) runs once for each state in which it can begin.

import { type Footprint, independent } from './sharing.js';
import type { Search, SearchEnd, Strategy } from './strategy.js';
import type { Transition, Walker } from './walker.js';

type Sleepers = ReadonlyMap<number, Footprint>;

/** Choices in one order; beyond it the order is cut. The host's stack is the limit. */
const DEEPEST = 4_000;
/** From this depth on a CPU that is alone is not stopped any more, so that long stretches of one thread do not count as depth. */
const ASK_ALONE = 1_000;

export const exhaustive: Strategy = {
  name: 'exhaustive',
  search(s: Search): SearchEnd {
    // Each round knows more of what is shared; the last one found nothing new.
    for (;;) {
      s.walker.restart();
      s.progress.orders = 0;
      s.progress.executed = 0;
      s.progress.cut = 0;
      s.progress.failing = 0;
      const round = new Round(s);
      round.explore(new Map(), 0);
      if (round.end) return round.end;
      if (!s.walker.sharing.grown) return 'complete';
    }
  },
};

interface Known {
  readonly orders: number;
  readonly failing: number;
}

class Round {
  end: SearchEnd | undefined;
  private readonly known = new Map<number, Map<number, Known>>();

  constructor(private readonly s: Search) {}

  explore(sleepers: Sleepers, depth: number): void {
    const { walker, progress } = this.s;
    if (walker.position === 'stopped' || this.s.stop()) this.end = 'budget';
    if (this.over) return;
    if (walker.position !== 'choice' || depth >= DEEPEST) {
      if (walker.position === 'choice') walker.position = 'cut';
      if (this.s.outcome()) this.end = progress.failing > 0 ? 'failure' : 'not-simulated';
      return;
    }
    const state = walker.stateNumber;
    const asleep = cpuSet(sleepers);
    const before = this.known.get(state)?.get(asleep);
    if (before) {
      progress.orders += before.orders;
      progress.failing += before.failing;
      if (progress.orders >= this.s.budget.schedules) this.end = 'budget';
      return;
    }
    const orders = progress.orders;
    const failing = progress.failing;
    this.alternatives(sleepers, depth);
    if (this.over) return;
    let sets = this.known.get(state);
    if (!sets) this.known.set(state, (sets = new Map()));
    sets.set(asleep, { orders: progress.orders - orders, failing: progress.failing - failing });
  }

  private alternatives(sleepers: Sleepers, depth: number): void {
    const { walker } = this.s;
    const mark = walker.mark();
    const done = new Map(sleepers);
    let first = true;
    for (const cpu of walker.choices) {
      if (sleepers.has(cpu)) continue;
      if (!first) walker.back(mark);
      first = false;
      walker.chooser.askAlone = depth < ASK_ALONE;
      const t = walker.take(cpu);
      this.explore(stillAsleep(done, t, walker), depth + 1);
      if (this.over) return;
      done.set(cpu, t.footprint);
    }
  }

  /** The search is over, or something new is shared, so that this round is worth nothing. */
  private get over(): boolean {
    return this.end !== undefined || (this.s.walker.sharing.grown && this.s.progress.orders > 0);
  }
}

/** Sleepers whose step would still do the same, and whose order with the step that was taken does not matter. */
function stillAsleep(sleepers: Sleepers, t: Transition, walker: Walker): Sleepers {
  const out = new Map<number, Footprint>();
  if (walker.position !== 'choice') return out;
  for (const [cpu, footprint] of sleepers) if (t.undisturbed.includes(cpu) && independent(footprint, t.footprint)) out.set(cpu, footprint);
  return out;
}

const cpuSet = (m: Sleepers): number => {
  let set = 0;
  for (const cpu of m.keys()) set += 2 ** cpu;
  return set;
};
