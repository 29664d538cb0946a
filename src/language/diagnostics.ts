// Findings and front-end diagnostics in the form of the protocol. The code is the rule's id and links to its page; the related information is the path from
// the registration through the callback to the call.
import {
  type DiagnosticRelatedInformation,
  DiagnosticSeverity,
  type Diagnostic as LspDiagnostic,
  type Range as LspRange,
} from 'vscode-languageserver';
import type { Diagnostic, Severity } from '../base/diagnostic.js';
import type { Range } from '../base/source.js';
import type { Finding } from '../rules/check.js';
import type { AnalysedDriver } from './driver-analysis.js';
import type { UnansweredCall } from './not-simulated.js';
import { isShown, type Settings, showsCErrors } from './settings.js';
import type { Workspace } from './workspace.js';

/** What the editor names as the origin of our diagnostics. */
export const SOURCE = 'interlock';

/** Code of the diagnostics at calls that a run would stop at. */
export const NOT_SIMULATED = 'not-simulated';

const SEVERITIES: Readonly<Record<Severity, DiagnosticSeverity>> = {
  error: DiagnosticSeverity.Error,
  warning: DiagnosticSeverity.Warning,
  information: DiagnosticSeverity.Information,
  hint: DiagnosticSeverity.Hint,
};

export function lspRange(r: Range): LspRange {
  const a = r.file.position(r.start);
  const b = r.file.position(Math.max(r.start, r.end));
  return { start: { line: a.line - 1, character: a.column - 1 }, end: { line: b.line - 1, character: b.column - 1 } };
}

/** Diagnostics of a driver by file; every file of the driver is a key, with an empty list where all is well. */
export function driverDiagnostics(d: AnalysedDriver, settings: Settings, workspace: Workspace): Map<string, LspDiagnostic[]> {
  const out = new Map<string, LspDiagnostic[]>([...d.files].map((f) => [f, []]));
  const add = (path: string, x: LspDiagnostic) => out.get(path)?.push(x);
  if (showsCErrors(settings)) {
    const seen = new Set<string>();
    for (const x of d.units.flatMap((u) => u.diagnostics)) {
      if (!x.range || x.range.file.builtin) continue;
      // a header's mistake comes with each unit that includes it
      const key = `${x.range.file.path}|${x.range.start}|${x.range.end}|${x.code}|${x.message}`;
      if (seen.has(key)) continue;
      seen.add(key);
      add(x.range.file.path, frontEndDiagnostic(x, x.range, workspace));
    }
  }
  for (const f of shownFindings(d, settings)) add(f.range.file.path, findingDiagnostic(f, workspace));
  for (const u of shownUnanswered(d, settings))
    for (const range of u.places)
      add(range.file.path, {
        range: lspRange(range),
        severity: SEVERITIES.information,
        code: NOT_SIMULATED,
        source: SOURCE,
        message: u.message,
      });
  return out;
}

/** The findings that the user wants to see. */
export function shownFindings(d: AnalysedDriver, settings: Settings): readonly Finding[] {
  return settings.enable ? d.findings.filter((f) => isShown(f.severity, settings.level)) : [];
}

/** The calls that a run would stop at, if the user wants to see information. */
export function shownUnanswered(d: AnalysedDriver, settings: Settings): readonly UnansweredCall[] {
  return settings.enable && isShown('information', settings.level) ? d.unanswered : [];
}

/** A problem that the front end or the scenario parser reports. */
export function frontEndDiagnostic(d: Diagnostic, range: Range, workspace: Workspace): LspDiagnostic {
  return {
    range: lspRange(range),
    severity: SEVERITIES[d.severity],
    code: d.code,
    source: SOURCE,
    message: d.hint ? `${d.message} (${d.hint})` : d.message,
    ...related(d.related ?? [], workspace),
  };
}

function findingDiagnostic(f: Finding, workspace: Workspace): LspDiagnostic {
  const pages = workspace.rulePages;
  return {
    range: lspRange(f.range),
    severity: SEVERITIES[f.severity],
    code: f.rule,
    ...(pages === undefined ? {} : { codeDescription: { href: `${pages.replace(/\/$/, '')}/${f.rule}.md` } }),
    source: SOURCE,
    message: f.message,
    ...related(f.path, workspace),
    data: { certainty: f.certainty },
  };
}

function related(
  list: readonly { readonly range: Range; readonly message: string }[],
  workspace: Workspace,
): { relatedInformation?: DiagnosticRelatedInformation[] } {
  // our own headers are no files that the editor could open
  const shown = list.filter((r) => !r.range.file.builtin);
  if (!shown.length) return {};
  return {
    relatedInformation: shown.map((r) => ({
      location: { uri: workspace.uri(r.range.file.path), range: lspRange(r.range) },
      message: r.message,
    })),
  };
}
