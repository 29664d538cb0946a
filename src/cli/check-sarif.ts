// Findings as SARIF 2.1.0, the form that code-scanning services read: rules with their help, one result per finding with the path to it as code flow, and repairs.

import type { Diagnostic, Severity } from '../base/diagnostic.js';
import { RULES, type RuleId } from '../base/rules.js';
import type { Range } from '../base/source.js';
import type { Finding, Fix } from '../rules/check.js';
import { RULE_HELP } from '../rules/help.js';

const LEVELS: Readonly<Record<Severity, string>> = { error: 'error', warning: 'warning', information: 'note', hint: 'note' };
/** What SARIF calls rank: how sure the rule is, of 100. */
const RANKS: Readonly<Record<Finding['certainty'], number>> = { certain: 100, likely: 70, possible: 40 };

export function sarif(findings: readonly Finding[], errors: readonly Diagnostic[], version: string): unknown {
  const index = new Map<RuleId, number>(RULES.map((r, i) => [r.id, i]));
  return {
    $schema: 'https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: {
            name: 'Interlock',
            version,
            rules: RULES.map((r) => ({
              id: r.id,
              name: r.id.replace(/(^|-)([a-z])/g, (_, _dash: string, c: string) => c.toUpperCase()),
              shortDescription: { text: r.title },
              fullDescription: { text: RULE_HELP[r.id] },
              help: { text: RULE_HELP[r.id], markdown: `${RULE_HELP[r.id]}\n\nSee docs/rules/${r.id}.md.` },
              defaultConfiguration: { level: 'warning' },
            })),
          },
        },
        columnKind: 'utf16CodeUnits',
        invocations: [
          {
            executionSuccessful: errors.length === 0,
            toolExecutionNotifications: errors.map((d) => ({
              level: LEVELS[d.severity],
              message: { text: d.message },
              descriptor: { id: d.code },
              ...(d.range ? { locations: [location(d.range)] } : {}),
            })),
          },
        ],
        results: findings.map((f) => ({
          ruleId: f.rule,
          ruleIndex: index.get(f.rule) ?? -1,
          level: LEVELS[f.severity],
          rank: RANKS[f.certainty],
          message: { text: f.message },
          locations: [location(f.range)],
          ...(f.path.length
            ? {
                relatedLocations: f.path.map((p, i) => ({ id: i + 1, ...location(p.range), message: { text: p.message } })),
                codeFlows: [
                  {
                    threadFlows: [
                      {
                        locations: [...f.path, { range: f.range, message: f.message }].map((p) => ({
                          location: { ...location(p.range), message: { text: p.message } },
                        })),
                      },
                    ],
                  },
                ],
              }
            : {}),
          ...(f.fixes.length ? { fixes: f.fixes.map(fixOf) } : {}),
          properties: { certainty: f.certainty, severity: f.severity },
        })),
      },
    ],
  };
}

const uri = (path: string): string =>
  path
    .split('/')
    .map((p) => encodeURIComponent(p).replace(/%3A/g, ':'))
    .join('/');

function location(r: Range): { physicalLocation: unknown } {
  return { physicalLocation: { artifactLocation: { uri: uri(r.file.path) }, region: region(r) } };
}

function region(r: Range): Record<string, number> {
  const a = r.file.position(r.start);
  const b = r.file.position(r.end);
  return { startLine: a.line, startColumn: a.column, endLine: b.line, endColumn: b.column };
}

function fixOf(fix: Fix): unknown {
  const byFile = new Map<string, Fix['edits'][number][]>();
  for (const e of fix.edits) byFile.set(e.range.file.path, [...(byFile.get(e.range.file.path) ?? []), e]);
  return {
    description: { text: fix.title },
    artifactChanges: [...byFile].map(([path, edits]) => ({
      artifactLocation: { uri: uri(path) },
      replacements: edits.map((e) => ({ deletedRegion: region(e.range), ...(e.text === '' ? {} : { insertedContent: { text: e.text } }) })),
    })),
  };
}
