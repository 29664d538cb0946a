// What a strategy is: something that walks a scenario by choices until it has found an order that fails, has seen all, or may not go on.
import type { RunReport } from '../scenario/report.js';
import type { Walker } from './walker.js';

export type StrategyName = 'random' | 'pct' | 'exhaustive';

export interface Budget {
  /** Orders to look at, at most. */
  readonly schedules: number;
  readonly seed: number;
  /** pct: number of ordering constraints that a bug to be found may need. */
  readonly depth: number;
  /** Goes on after an order that fails (tests, measurements). */
  readonly all: boolean;
  /** exhaustive: orders that differ only by swapping independent steps are one (default). Without, every interleaving counts (tests). */
  readonly reduce: boolean;
  /** exhaustive: the future of a state that was seen before is known (default). Without, every order is executed to its end (measurements). */
  readonly remember: boolean;
}

/** What a search has done so far. */
export interface Progress {
  /** Orders whose outcome is known. */
  orders: number;
  /** Of them those that were executed to their end (exhaustive: the others came to a state whose future was known). */
  executed: number;
  failing: number;
  /** Orders that were given up because they went on too long. */
  cut: number;
}

export interface Failure {
  readonly report: RunReport;
  /** Slices of the order: CPU, steps. */
  readonly log: readonly number[];
}

export type SearchEnd =
  /** Every order (exhaustive), or as many as were asked for. */
  | 'complete'
  | 'failure'
  /** The budget of orders or of time is spent, or it was cancelled. */
  | 'budget'
  /** The run met something that is not simulated: it says nothing. */
  | 'not-simulated';

export interface Search {
  readonly walker: Walker;
  readonly budget: Budget;
  readonly progress: Progress;
  /** Looks at the outcome of an order at its end. True: the search is over. */
  outcome(): boolean;
  /** The budget is spent or the search cancelled; looked at in every order. */
  stop(): boolean;
}

export interface Strategy {
  readonly name: StrategyName;
  search(s: Search): SearchEnd;
}
