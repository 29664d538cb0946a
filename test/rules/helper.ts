// Compiles driver sources for rule tests and says findings as short lines.
import assert from 'node:assert/strict';
import { formatDiagnostic } from '../../src/base/diagnostic.js';
import { MemoryFiles } from '../../src/base/files.js';
import { compileUnit } from '../../src/c/compile-unit.js';
import type { TranslationUnit } from '../../src/c/tree.js';
import { checkDriver, type Finding, type RuleOptions } from '../../src/rules/check.js';
import { wdkHeaders } from '../../src/wdk/headers.gen.js';

/** Compiles files that must be good C. Names ending in `.c` are units. */
export function compileDriverText(files: Record<string, string>): TranslationUnit[] {
  const units = compileAny(files);
  assert.deepEqual(
    units.flatMap((u) => u.diagnostics.filter((d) => d.severity === 'error' || d.severity === 'warning').map(formatDiagnostic)),
    [],
  );
  return units;
}

/** The same for any text. */
export function compileAny(files: Record<string, string>): TranslationUnit[] {
  const provider = new MemoryFiles(files);
  return Object.keys(files)
    .filter((n) => n.endsWith('.c'))
    .map((n) => compileUnit(n, { files: provider, builtinHeaders: wdkHeaders, includePaths: [], defines: { DBG: '1' } }));
}

export function check(text: string | Record<string, string>, options: Partial<RuleOptions> = {}): Finding[] {
  return checkDriver({ units: compileDriverText(typeof text === 'string' ? { 'driver.c': text } : text) }, options);
}

/** `line severity rule` of each finding, or only of those of one rule. */
export function lines(findings: readonly Finding[], rule?: string): string[] {
  return findings
    .filter((f) => rule === undefined || f.rule === rule)
    .map((f) => `${f.range.file.position(f.range.start).line} ${f.severity}${rule === undefined ? ` ${f.rule}` : ''}`);
}

/** The text with the edits of a fix applied, by file. */
export function applyFix(finding: Finding, files: Record<string, string>, index = 0): Record<string, string> {
  const fix = finding.fixes[index];
  assert.ok(fix, `${finding.rule} has fix ${index}`);
  const out = { ...files };
  const edits = [...fix.edits].sort((a, b) => b.range.start - a.range.start || b.range.end - a.range.end);
  edits.forEach((e, i) => {
    const before = edits[i - 1];
    assert.ok(!before || before.range.file !== e.range.file || e.range.end <= before.range.start, 'edits of a fix do not overlap');
    const path = e.range.file.path;
    out[path] = out[path].slice(0, e.range.start) + e.text + out[path].slice(e.range.end);
  });
  return out;
}
