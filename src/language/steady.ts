// Findings while a text is half typed. Most rules see something in the tree and are right whatever else is broken; a rule that concludes from something not being
// there would speak up at every second keystroke in an unload routine. Its findings wait until the driver compiles, unless they were there before.
import type { RuleId } from '../base/rules.js';
import type { TranslationUnit } from '../c/tree.js';
import type { Finding } from '../rules/check.js';

const FROM_ABSENCE: ReadonlySet<RuleId> = new Set<RuleId>(['not-unregistered', 'registered-too-early']);

/** The findings to show. `before`: those of the last analysis of the driver, if there was one. */
export function steadyFindings(
  findings: readonly Finding[],
  units: readonly TranslationUnit[],
  before: readonly Finding[] | undefined,
): readonly Finding[] {
  const broken = units.some((u) => u.diagnostics.some((d) => d.severity === 'error' && d.code.startsWith('c-')));
  if (!before || !broken) return findings;
  const known = new Set(before.map(identity));
  return findings.filter((f) => !FROM_ABSENCE.has(f.rule) || known.has(identity(f)));
}

/** The same finding in a text that was edited elsewhere. */
function identity(f: Finding): string {
  return `${f.rule}|${f.range.file.path}|${f.message}`;
}
