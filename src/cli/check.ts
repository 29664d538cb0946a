// `interlock check`: the best-practice rules over a driver's sources, for the terminal and for continuous integration.
import { type Diagnostic, formatDiagnostic, type Severity } from '../base/diagnostic.js';
import { basename, normalizePath } from '../base/files.js';
import { RULES, type RuleId } from '../base/rules.js';
import { formatRange, type Range } from '../base/source.js';
import { checkDriver, type Finding, type RuleOptions } from '../rules/check.js';
import { unitProblems } from '../scenario/sources.js';
import { UsageError } from './arguments.js';
import { sarif } from './check-sarif.js';
import { driversAt } from './drivers-at.js';
import { version } from './version.js';

export const CHECK_OPTIONS = {
  format: 'text',
  level: 'text',
  off: 'text',
  'frame-bytes': 'number',
  'path-bytes': 'number',
  complexity: 'number',
  statements: 'number',
  depth: 'number',
} as const;

type Options = Readonly<Record<string, number | string | boolean | undefined>>;

const SEVERITIES: readonly Severity[] = ['error', 'warning', 'information', 'hint'];
/** What a run says, apart from the form in which it says it. */
export interface CheckResult {
  readonly findings: readonly Finding[];
  /** Findings below the wished level. */
  readonly below: number;
  /** What made the input bad: nothing there, or C that does not compile. */
  readonly errors: readonly Diagnostic[];
  readonly drivers: readonly string[];
  readonly exitCode: 0 | 1 | 2;
}

export function checkCommand(path: string, options: Options): number {
  const format = oneOf('format', options.format, ['text', 'json', 'sarif']) ?? 'text';
  const level = (oneOf('level', options.level, SEVERITIES) ?? 'warning') as Severity;
  const result = checkPath(path, level, ruleOptions(options));
  if (format === 'text') tellText(result, path);
  else
    process.stdout.write(
      `${JSON.stringify(format === 'json' ? jsonReport(result) : sarif(result.findings, result.errors, version), null, 2)}\n`,
    );
  if (format !== 'text') for (const d of result.errors) process.stderr.write(`${formatDiagnostic(d)}\n`);
  return result.exitCode;
}

function oneOf(name: string, value: unknown, known: readonly string[]): string | undefined {
  if (value === undefined) return undefined;
  if (typeof value !== 'string' || !known.includes(value))
    throw new UsageError(`--${name} must be one of ${known.join(', ')}, not '${String(value)}'`);
  return value;
}

function ruleOptions(options: Options): Partial<RuleOptions> {
  const off = typeof options.off === 'string' ? options.off.split(/[\s,]+/).filter((s) => s !== '') : [];
  const ids: readonly string[] = RULES.map((r) => r.id);
  const unknown = off.find((id) => !ids.includes(id));
  if (unknown !== undefined) throw new UsageError(`--off: there is no rule '${unknown}'; the rules are ${ids.join(', ')}`);
  const number = (key: string): number | undefined => (typeof options[key] === 'number' ? options[key] : undefined);
  const given = {
    off: off as RuleId[],
    frameBytes: number('frame-bytes'),
    pathBytes: number('path-bytes'),
    complexity: number('complexity'),
    statements: number('statements'),
    depth: number('depth'),
  };
  return Object.fromEntries(Object.entries(given).filter(([, v]) => v !== undefined));
}

/** Checks every driver at a path. */
export function checkPath(path: string, level: Severity, options: Partial<RuleOptions> = {}): CheckResult {
  const { drivers, errors } = driversAt(normalizePath(path));
  const all = drivers.flatMap((d) => checkDriver({ units: d.units }, options));
  const limit = SEVERITIES.indexOf(level);
  const findings = all.filter((f) => SEVERITIES.indexOf(f.severity) <= limit);
  const problems = [...errors, ...drivers.flatMap((d) => d.problems), ...drivers.flatMap((d) => unitProblems(d.units))];
  const bad = problems.filter((d) => d.severity === 'error');
  return {
    findings,
    below: all.length - findings.length,
    errors: bad,
    drivers: drivers.map((d) => d.name),
    exitCode: bad.length ? 2 : findings.length ? 1 : 0,
  };
}

function tellText(r: CheckResult, path: string): void {
  for (const f of r.findings) {
    const lines = [`${formatRange(f.range)}: ${f.severity}: ${f.message} [${f.rule}, ${f.certainty}]`];
    for (const p of f.path) lines.push(`  ${formatRange(p.range)}: ${p.message}`);
    for (const fix of f.fixes) lines.push(`  repair: ${fix.title}`);
    process.stdout.write(`${lines.join('\n')}\n`);
  }
  for (const d of r.errors) process.stderr.write(`${formatDiagnostic(d)}\n`);
  const n = r.findings.length;
  const more = r.below ? ` (${r.below} below the level not shown)` : '';
  const count = `${n === 0 ? 'no finding' : n === 1 ? '1 finding' : `${n} findings`}${more}`;
  if (r.errors.length)
    process.stderr.write(
      `interlock: ${r.errors.length} error${r.errors.length === 1 ? '' : 's'} in the input${r.drivers.length ? `; ${count} in what could be read` : ''}\n`,
    );
  else
    process.stdout.write(
      `${basename(path) || path}: ${count} in ${r.drivers.length === 1 ? `driver ${r.drivers[0]}` : `${r.drivers.length} drivers`}\n`,
    );
}

function place(r: Range): { file: string; line: number; column: number; endLine: number; endColumn: number } {
  const a = r.file.position(r.start);
  const b = r.file.position(r.end);
  return { file: r.file.path, line: a.line, column: a.column, endLine: b.line, endColumn: b.column };
}

/** The report of docs/check.md. */
function jsonReport(r: CheckResult): unknown {
  return {
    verdict: r.exitCode === 0 ? 'clean' : r.exitCode === 1 ? 'findings' : 'bad-input',
    drivers: r.drivers,
    findings: r.findings.map((f) => ({
      rule: f.rule,
      severity: f.severity,
      certainty: f.certainty,
      place: place(f.range),
      message: f.message,
      path: f.path.map((p) => ({ place: place(p.range), message: p.message })),
      repairs: f.fixes.map((x) => x.title),
    })),
    below: r.below,
    errors: r.errors.map((d) => ({
      severity: 'error',
      code: d.code,
      message: d.message,
      ...(d.hint ? { hint: d.hint } : {}),
      ...(d.range ? { place: place(d.range) } : {}),
    })),
  };
}
