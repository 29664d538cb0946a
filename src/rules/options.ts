// What a user can set: thresholds of the rules that measure, and rules that are switched off. The defaults are the ones that docs/rules names.
import type { RuleId } from '../base/rules.js';

export interface RuleOptions {
  /** Rules that report nothing. */
  readonly off: readonly RuleId[];
  /** Bytes of one function's frame from which `stack-use` speaks; it warns from twice as many. */
  readonly frameBytes: number;
  /** Bytes of the deepest path of a callback from which `stack-use` warns. */
  readonly pathBytes: number;
  /** Independent paths through a callback (cyclomatic complexity) from which `too-long` speaks. */
  readonly complexity: number;
  /** Statements of a callback, its own helpers counted, from which `too-long` speaks. */
  readonly statements: number;
  /** Calls below each other from which `too-long` speaks. */
  readonly depth: number;
}

export const DEFAULT_OPTIONS: RuleOptions = {
  off: [],
  frameBytes: 1024,
  pathBytes: 4096,
  complexity: 25,
  statements: 200,
  depth: 8,
};
