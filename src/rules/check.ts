// Runs the rules over the typed trees of one driver. The language server and `interlock check` call this and nothing else of this room.
// Nothing here throws for bad source: trees with error nodes give fewer findings, not wrong ones.
import { compareCodePoints } from '../base/files.js';
import { ALL_RULES } from './all.js';
import type { Rule } from './context.js';
import { RuleContext } from './context.js';
import { DEFAULT_OPTIONS, type RuleOptions } from './options.js';
import type { DriverUnits, Finding } from './rule.js';
import { isSuppressed } from './suppress.js';

export type { RuleOptions } from './options.js';
export type { Certainty, DriverUnits, Finding, Fix, TextEdit } from './rule.js';

/** All findings in a driver, by file and place, without those that a comment switches off. */
export function checkDriver(driver: DriverUnits, options: Partial<RuleOptions> = {}, rules: readonly Rule[] = ALL_RULES): Finding[] {
  const settings: RuleOptions = { ...DEFAULT_OPTIONS, ...options };
  const context = new RuleContext(driver, settings);
  const out = rules.filter((r) => !settings.off.includes(r.id)).flatMap((r) => r.check(context));
  return unique(out.filter((f) => !f.range.file.builtin && !isSuppressed(f)));
}

/** Sorted, one finding per rule and place. */
function unique(findings: readonly Finding[]): Finding[] {
  const seen = new Set<string>();
  return [...findings]
    .sort((a, b) => compareCodePoints(a.range.file.path, b.range.file.path) || a.range.start - b.range.start || a.range.end - b.range.end)
    .filter((f) => {
      const key = `${f.rule}|${f.range.file.path}|${f.range.start}|${f.range.end}`;
      if (seen.has(key)) return false;
      seen.add(key);
      return true;
    });
}
