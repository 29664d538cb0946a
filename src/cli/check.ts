// `interlock check`: the best-practice rules over a driver's sources, for the terminal and for continuous integration.
import { type Diagnostic, formatDiagnostic, type Severity } from '../base/diagnostic.js';
import { basename, joinPath, normalizePath } from '../base/files.js';
import { RULES, type RuleId } from '../base/rules.js';
import { formatRange, type Range } from '../base/source.js';
import type { TranslationUnit } from '../c/tree.js';
import { checkDriver, type Finding, type RuleOptions } from '../rules/check.js';
import { buildScenario } from '../scenario/build.js';
import { compileDriverUnit, type DriverFolder, findDriver, findDrivers } from '../scenario/driver-folder.js';
import { driverOfFile } from '../scenario/driver-of-file.js';
import { isRefusal, unitProblems } from '../scenario/sources.js';
import { wdkHeaders } from '../wdk/headers.gen.js';
import { UsageError } from './arguments.js';
import { sarif } from './check-sarif.js';
import { DiskFiles } from './disk-files.js';
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
const MAX_DEPTH = 8;

interface Checked {
  readonly name: string;
  readonly units: readonly TranslationUnit[];
  readonly problems: readonly Diagnostic[];
}

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

function driversAt(path: string): { drivers: Checked[]; errors: Diagnostic[] } {
  const files = new DiskFiles();
  const isFile = files.read(path) !== undefined;
  if (!isFile && files.list(path) === undefined)
    return {
      drivers: [],
      errors: [
        {
          severity: 'error',
          code: 'check-missing',
          message: `${path} was not found`,
          hint: 'check the path; it is taken relative to the current folder',
        },
      ],
    };
  if (/\.scenario$/i.test(path)) {
    const build = buildScenario(path, { files, headers: wdkHeaders });
    // what is wrong with the C comes with the units; the rest is about the scenario
    const own = new Set(build.drivers.flatMap((d) => d.units.flatMap((u) => u.diagnostics)));
    return {
      drivers: build.drivers.map((d) => ({ name: d.block.name, units: d.units, problems: [] })),
      errors: build.diagnostics.filter((d) => d.severity === 'error' && !own.has(d)),
    };
  }
  let found: DriverFolder[] = [];
  if (isFile) {
    const one = /\.(vcxproj|sln)$/i.test(path)
      ? findDriver(path, files)
      : /\.(c|h|inl)$/i.test(path)
        ? driverOfFile(path, files)
        : undefined;
    if (one) found = [one];
  } else found = below(path, files, MAX_DEPTH);
  if (!found.length)
    return {
      drivers: [],
      errors: [
        {
          severity: 'error',
          code: 'check-no-driver',
          message: `there is no driver at ${path}`,
          hint: 'give a folder, .vcxproj, .sln, .scenario or C file of a driver: its C sources include ntddk.h, wdm.h, ntifs.h or fltKernel.h (C++ is not read yet)',
        },
      ],
    };
  return {
    drivers: found.map((d) => ({
      name: d.name,
      units: (d.diagnostics.some(isRefusal) ? [] : d.sources.paths).map((p) => compileDriverUnit(d, p, { files, headers: wdkHeaders }, p)),
      problems: d.diagnostics,
    })),
    errors: [],
  };
}

/** The drivers of a folder, else those of the folders in it. */
function below(folder: string, files: DiskFiles, depth: number): DriverFolder[] {
  const here = findDrivers(folder, files);
  if (here.length) return here;
  const named = namedByScenarios(folder, files);
  if (named.length || depth === 0) return named;
  return (files.list(folder) ?? [])
    .filter((n) => !n.startsWith('.') && n !== 'node_modules' && !/\.[a-z]{1,8}$/i.test(n))
    .flatMap((n) => below(joinPath(folder, n), files, depth - 1));
}

/** Drivers whose sources here find their headers only with the include folders that a scenario gives. */
function namedByScenarios(folder: string, files: DiskFiles): DriverFolder[] {
  const found = new Map<string, DriverFolder>();
  for (const name of files.list(folder) ?? []) {
    const driver = /\.c$/i.test(name) ? driverOfFile(joinPath(folder, name), files) : undefined;
    if (driver) found.set(driver.key, driver);
  }
  return [...found.values()];
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
