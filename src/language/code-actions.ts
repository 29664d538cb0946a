// Quick fixes: the repairs that a finding brings along, and a comment that switches the rule off for the line.
import {
  type CodeAction,
  CodeActionKind,
  type Range as LspRange,
  type TextEdit as LspTextEdit,
  type WorkspaceEdit,
} from 'vscode-languageserver';
import { basename } from '../base/files.js';
import { SourceFile } from '../base/source.js';
import type { Finding, TextEdit } from '../rules/check.js';
import { driverDiagnostics, lspRange, NOT_SIMULATED, shownFindings, shownUnanswered } from './diagnostics.js';
import type { AnalysedDriver } from './driver-analysis.js';
import type { StubPlace } from './not-simulated.js';
import type { Settings } from './settings.js';
import type { Workspace } from './workspace.js';

/** Actions for the findings that touch a range of a file. */
export function codeActions(
  path: string,
  range: LspRange,
  d: AnalysedDriver,
  settings: Settings,
  workspace: Workspace,
  versioned: boolean,
): CodeAction[] {
  const out: CodeAction[] = [];
  const all = driverDiagnostics(d, settings, workspace).get(path) ?? [];
  for (const f of shownFindings(d, settings)) {
    if (f.range.file.path !== path || !touches(lspRange(f.range), range)) continue;
    const diagnostics = all.filter((x) => x.code === f.rule && sameRange(x.range, lspRange(f.range)));
    const edits = f.fixes.map((fix) => ({ title: fix.title, preferred: fix.preferred === true, edits: fix.edits }));
    edits.push({ title: `Disable rule ${f.rule} for this line`, preferred: false, edits: [disableLine(f)] });
    for (const e of edits)
      out.push({
        title: e.title,
        kind: CodeActionKind.QuickFix,
        diagnostics,
        ...(e.preferred ? { isPreferred: true } : {}),
        edit: workspaceEdit(e.edits, d, workspace, versioned),
      });
  }
  for (const call of shownUnanswered(d, settings)) {
    const places = call.places.filter((p) => p.file.path === path && touches(lspRange(p), range));
    if (!places.length || !call.stub) continue;
    const { statement, scenarios } = call.stub;
    const diagnostics = all.filter((x) => x.code === NOT_SIMULATED && places.some((p) => sameRange(x.range, lspRange(p))));
    for (const s of scenarios)
      out.push({
        title: `Add stub ${call.name} to ${basename(s.path)}`,
        kind: CodeActionKind.QuickFix,
        diagnostics,
        edit: workspaceEdit([insertion(s, statement)], d, workspace, versioned),
      });
  }
  return out;
}

/** A line of its own in the scenario. */
function insertion(place: StubPlace, statement: string): TextEdit {
  const file = new SourceFile(place.path, place.scenario.file.text);
  const end = file.text.includes('\r\n') ? '\r\n' : '\n';
  return { range: { file, start: place.offset, end: place.offset }, text: `${statement}${end}` };
}

function touches(a: LspRange, b: LspRange): boolean {
  const before = (x: LspRange, y: LspRange) =>
    x.end.line < y.start.line || (x.end.line === y.start.line && x.end.character < y.start.character);
  return !before(a, b) && !before(b, a);
}

function sameRange(a: LspRange, b: LspRange): boolean {
  return (
    a.start.line === b.start.line &&
    a.start.character === b.start.character &&
    a.end.line === b.end.line &&
    a.end.character === b.end.character
  );
}

/** A comment line above the finding, indented like its line. */
function disableLine(f: Finding): TextEdit {
  const { file, start } = f.range;
  const at = file.offset(file.position(start).line);
  const indent = /^[ \t]*/.exec(file.text.slice(at, at + 200))![0];
  const end = file.text.includes('\r\n') ? '\r\n' : '\n';
  return { range: { file, start: at, end: at }, text: `${indent}// interlock-disable-next-line ${f.rule}${end}` };
}

function workspaceEdit(edits: readonly TextEdit[], d: AnalysedDriver, workspace: Workspace, versioned: boolean): WorkspaceEdit {
  const byFile = new Map<string, LspTextEdit[]>();
  for (const e of edits) {
    const { path } = e.range.file;
    if (!byFile.has(path)) byFile.set(path, []);
    byFile.get(path)!.push({ range: lspRange(e.range), newText: e.text });
  }
  if (!versioned) return { changes: Object.fromEntries([...byFile].map(([path, list]) => [workspace.uri(path), list])) };
  return {
    documentChanges: [...byFile].map(([path, list]) => ({
      textDocument: { uri: workspace.uri(path), version: d.versions.get(path) ?? workspace.document(path)?.version ?? null },
      edits: list,
    })),
  };
}
