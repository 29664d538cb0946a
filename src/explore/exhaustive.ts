// Every order, up to swapping steps that do not touch the same shared memory. Depth first; after one CPU's step has been explored it *sleeps* in the alternatives
// until somebody does something that depends on it, so that of all orders that differ only by such swaps one is followed.
// P. Godefroid: Partial-Order Methods for the Verification of Concurrent Systems, LNCS 1032, 1996 (sleep sets, and their use together with a store of states).
//
// A state that was seen before, with the same CPUs asleep, has the same future: the orders through it are counted, not executed again. So the common end of
// all orders (threads and processes end, drivers are unloaded) runs once for each state in which it can begin.

import { type Footprint, independent } from './sharing.js';
import type { Search, SearchEnd, Strategy } from './strategy.js';
import type { Mark, Transition, Walker } from './walker.js';

type Sleepers = ReadonlyMap<number, Footprint>;

/** Choices in one order; beyond it the order is cut. Each needs a mark of about a kilobyte. */
const DEEPEST = 20_000;
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
      round.run();
      if (round.end) return round.end;
      if (!s.walker.sharing.grown) return 'complete';
    }
  },
};

interface Known {
  readonly orders: number;
  readonly failing: number;
}

/** A choice that is being worked through. */
interface Level {
  readonly mark: Mark;
  readonly sleepers: Sleepers;
  readonly state: number;
  readonly choices: readonly number[];
  /** Steps that were taken here, and those that slept already. */
  readonly done: Map<number, Footprint>;
  readonly orders: number;
  readonly failing: number;
  next: number;
}

class Round {
  end: SearchEnd | undefined;
  private readonly known = new Map<number, Map<number, Known>>();
  private readonly levels: Level[] = [];

  constructor(private readonly s: Search) {}

  run(): void {
    const { walker, budget } = this.s;
    this.arrive(new Map());
    while (this.levels.length > 0 && !this.over) {
      const level = this.levels[this.levels.length - 1];
      const cpu = level.choices[level.next++];
      if (cpu === undefined) this.leave(level);
      else if (!level.sleepers.has(cpu)) {
        if (walker.depth !== level.mark.log) walker.back(level.mark);
        walker.chooser.askAlone = this.levels.length < ASK_ALONE;
        const t = walker.take(cpu);
        const asleep = stillAsleep(level.done, t, walker);
        if (budget.reduce) level.done.set(cpu, t.footprint);
        this.arrive(asleep);
      }
    }
  }

  /** At a new position: its outcome, what is known of it, or a new level. */
  private arrive(sleepers: Sleepers): void {
    const { walker, progress, budget } = this.s;
    if (walker.position === 'stopped' || this.s.stop()) this.end = 'budget';
    if (this.over) return;
    if (walker.position === 'choice' && this.levels.length >= DEEPEST) walker.position = 'cut';
    if (walker.position !== 'choice') {
      if (this.s.outcome()) this.end = progress.failing > 0 ? 'failure' : 'not-simulated';
    } else {
      const state = walker.stateNumber;
      const before = budget.remember ? this.known.get(state)?.get(cpuSet(sleepers)) : undefined;
      if (before) {
        progress.orders += before.orders;
        progress.failing += before.failing;
      } else {
        this.levels.push({
          mark: walker.mark(),
          sleepers,
          state,
          choices: walker.choices,
          done: new Map(sleepers),
          orders: progress.orders,
          failing: progress.failing,
          next: 0,
        });
      }
    }
    if (!this.end && progress.orders > budget.schedules) this.end = 'budget';
  }

  /** All steps of a choice are explored: what follows from its state is known now. */
  private leave(level: Level): void {
    this.levels.pop();
    const { progress } = this.s;
    let sets = this.known.get(level.state);
    if (!sets) this.known.set(level.state, (sets = new Map()));
    sets.set(cpuSet(level.sleepers), { orders: progress.orders - level.orders, failing: progress.failing - level.failing });
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
