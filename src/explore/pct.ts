// Probabilistic concurrency testing: every thread gets a random priority and the highest that can go on does; at d - 1 random moments the running thread falls
// below all others. A bug that needs d ordering constraints among n threads and k choices is found by one order with probability at least 1 / (n * k^(d-1)).
// S. Burckhardt, P. Kothari, M. Musuvathi, S. Nagarakatte: A Randomized Scheduler with Probabilistic Guarantees of Finding Bugs, ASPLOS 2010.
import { seedState, xorshift32 } from '../base/prng.js';
import type { Search, SearchEnd, Strategy } from './strategy.js';

export const pct: Strategy = {
  name: 'pct',
  search(s: Search): SearchEnd {
    const { walker, budget } = s;
    let state = seedState(budget.seed);
    const next = (limit: number): number => {
      state = xorshift32(state);
      return state % limit;
    };
    /** Choices in an order: the longest so far. */
    let length = 1;
    while (s.progress.orders < budget.schedules) {
      walker.restart();
      const priorities = new Map<number, number>();
      const changes = Array.from({ length: budget.depth - 1 }, () => next(length));
      const priorityOf = (thread: number): number => {
        let p = priorities.get(thread);
        if (p === undefined) priorities.set(thread, (p = budget.depth + next(1 << 20)));
        return p;
      };
      let at = 0;
      for (; walker.position === 'choice'; at++) {
        if (s.stop()) return 'budget'; // an order may have millions of choices
        let best = highest(walker.choices, (c) => priorityOf(walker.threadOn(c)));
        const change = changes.indexOf(at);
        if (change >= 0) {
          priorities.set(walker.threadOn(best), change);
          best = highest(walker.choices, (c) => priorityOf(walker.threadOn(c)));
        }
        walker.take(best);
      }
      length = Math.max(length, at);
      if (walker.position === 'stopped' || s.stop()) return 'budget';
      if (s.outcome()) return s.progress.failing > 0 ? 'failure' : 'not-simulated';
    }
    return 'complete';
  },
};

function highest(cpus: readonly number[], priority: (cpu: number) => number): number {
  return cpus.reduce((a, b) => (priority(b) > priority(a) ? b : a));
}
