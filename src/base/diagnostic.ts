// A problem in the user's input, as data: what, where, what to do. Rooms return lists of these; they never throw for bad input.
import { formatRange, type Range } from './source.js';

export type Severity = 'error' | 'warning' | 'information' | 'hint';

export interface RelatedInformation {
  readonly range: Range;
  readonly message: string;
}

export interface Diagnostic {
  readonly severity: Severity;
  /** Stable id such as `c-undeclared` or `scenario-unknown-word`. */
  readonly code: string;
  readonly message: string;
  /** Absent only for problems that have no place in a text (a missing file given on the command line). */
  readonly range?: Range;
  /** What the user can do about it, one sentence. */
  readonly hint?: string;
  readonly related?: readonly RelatedInformation[];
}

/** One line per diagnostic plus its related places, in the form `path:line:column: error: message`. */
export function formatDiagnostic(d: Diagnostic): string {
  const where = d.range ? `${formatRange(d.range)}: ` : '';
  const lines = [`${where}${d.severity}: ${d.message}${d.hint ? ` (${d.hint})` : ''}`];
  for (const r of d.related ?? []) lines.push(`  ${formatRange(r.range)}: ${r.message}`);
  return lines.join('\n');
}
