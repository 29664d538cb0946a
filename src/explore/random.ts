// Random walk: at every choice each CPU is as likely as the others. Simple, and hard to beat for bugs that many orders show. The seed decides everything.
import { seedState, xorshift32 } from '../base/prng.js';
import type { Search, SearchEnd, Strategy } from './strategy.js';

export const random: Strategy = {
  name: 'random',
  search(s: Search): SearchEnd {
    const { walker } = s;
    let state = seedState(s.budget.seed);
    while (s.progress.orders < s.budget.schedules) {
      walker.restart();
      while (walker.position === 'choice') {
        if (s.stop()) return 'budget'; // an order may have millions of choices
        state = xorshift32(state);
        const choices = walker.choices;
        walker.take(choices[state % choices.length]);
      }
      if (walker.position === 'stopped' || s.stop()) return 'budget';
      if (s.outcome()) return s.progress.failing > 0 ? 'failure' : 'not-simulated';
    }
    return 'complete';
  },
};
