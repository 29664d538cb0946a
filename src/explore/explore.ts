// `explore`: a scenario under many orders of its threads, by one strategy, until one of them fails, all are seen, or the budget is spent.
import type { Build } from '../scenario/build.js';
import type { RunReport } from '../scenario/report.js';
import { exhaustive } from './exhaustive.js';
import { pct } from './pct.js';
import { random } from './random.js';
import type { Budget, Failure, Progress, Search, SearchEnd, Strategy, StrategyName } from './strategy.js';
import { Walker } from './walker.js';

export const STRATEGIES: Readonly<Record<StrategyName, Strategy>> = { random, pct, exhaustive };

export interface ExploreOptions extends Partial<Budget> {
  readonly strategy?: StrategyName;
  /** Steps of one order, at most (also limited by the scenario). */
  readonly steps?: number;
  /** Asked now and then: the search is to be given up (time is up, the user does not want to wait). */
  stop?(): boolean;
  onProgress?(p: Readonly<Progress>): void;
  /** Every order that was executed to its end. */
  onOutcome?(r: RunReport): void;
}

export interface ExploreResult {
  readonly strategy: StrategyName;
  readonly end: SearchEnd;
  readonly progress: Readonly<Progress>;
  /** The first order that fails. */
  readonly failure?: Failure;
  /** Report of the last order that was executed to its end. */
  readonly last?: RunReport;
  /** 4-byte places of memory that several threads touch and one writes. */
  readonly sharedPlaces: number;
  /** Visible operations that were executed. */
  readonly operations: number;
  readonly budget: Budget;
  readonly steps: number;
  readonly diagnostics: Walker['simulation']['diagnostics'];
}

export const DEFAULT_SCHEDULES: Readonly<Record<StrategyName, number>> = { random: 1_000, pct: 1_000, exhaustive: 100_000_000 };
export const DEFAULT_STEPS = 5_000_000;

/** `build` has no errors. When the simulation has (`diagnostics`), nothing was run. */
export function explore(build: Build, options: ExploreOptions = {}): ExploreResult {
  const name = options.strategy ?? 'exhaustive';
  const budget: Budget = {
    schedules: options.schedules ?? DEFAULT_SCHEDULES[name],
    seed: options.seed ?? 1,
    depth: options.depth ?? 3,
    all: options.all ?? false,
    reduce: options.reduce ?? true,
    remember: options.remember ?? true,
  };
  const steps = options.steps ?? DEFAULT_STEPS;
  const progress: Progress = { orders: 0, executed: 0, failing: 0, cut: 0 };
  const stop = options.stop ?? (() => false);
  const walker = new Walker(build, { steps, stop });
  let failure: Failure | undefined;
  let last: RunReport | undefined;
  let calls = 0;
  let stopped = false;
  const search: Search = {
    walker,
    budget,
    progress,
    outcome() {
      progress.orders++;
      if (walker.position === 'cut') {
        progress.cut++;
        return false;
      }
      progress.executed++;
      last = walker.report();
      options.onOutcome?.(last);
      if (last.verdict === 'not-simulated') return true;
      if (last.verdict === 'held') return false;
      progress.failing++;
      failure ??= { report: last, log: [...walker.chooser.log] };
      return !budget.all;
    },
    stop() {
      if (!stopped && (++calls & 63) === 0) {
        stopped = stop();
        options.onProgress?.(progress);
      }
      return stopped;
    },
  };
  const hasErrors = walker.simulation.diagnostics.some((d) => d.severity === 'error');
  const end = hasErrors ? 'budget' : STRATEGIES[name].search(search);
  return {
    strategy: name,
    end,
    progress,
    ...(failure ? { failure } : {}),
    ...(last ? { last } : {}),
    sharedPlaces: walker.sharing.places,
    operations: walker.transitions,
    budget,
    steps,
    diagnostics: walker.simulation.diagnostics,
  };
}
