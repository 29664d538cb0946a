// What a best-practice rule is: a finder over the typed trees of one driver. The language server and `interlock check` call `checkDriver`; a rule
// knows neither of them. Bad source never throws here: a rule sees trees with error nodes in them.
import type { Severity } from '../base/diagnostic.js';
import type { RuleId } from '../base/rules.js';
import type { Range } from '../base/source.js';
import type { TranslationUnit } from '../c/tree.js';

/**
 * How sure the rule is. certain: it happens on every path that gets there; likely: on some path that the code allows; possible: it depends on what the
 * rule cannot see.
 */
export type Certainty = 'certain' | 'likely' | 'possible';

export interface TextEdit {
  readonly range: Range;
  readonly text: string;
}

/** A repair that the editor offers. All edits are in files of the driver and do not overlap. */
export interface Fix {
  readonly title: string;
  readonly edits: readonly TextEdit[];
  /** The one to take when the user asks for "fix". */
  readonly preferred?: boolean;
}

export interface Finding {
  readonly rule: RuleId;
  readonly severity: Severity;
  readonly certainty: Certainty;
  /** Where the user wrote it (through macros). */
  readonly range: Range;
  readonly message: string;
  /** The path from the registration through the callback to the call, in that order. */
  readonly path: readonly { readonly range: Range; readonly message: string }[];
  readonly fixes: readonly Fix[];
}

/** The sources of one driver as the front end left them. */
export interface DriverUnits {
  readonly units: readonly TranslationUnit[];
}
