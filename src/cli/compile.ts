// `interlock compile`: does a driver compile, and what comes of each routine that it calls? Nothing is run. Exit codes: 0 no errors (also when routines are only
// declared), 1 errors or undeclared routines, 2 the input is no driver that can be read.
import { type Diagnostic, formatDiagnostic } from '../base/diagnostic.js';
import { basename, normalizePath } from '../base/files.js';
import {
  type CompiledDriverReport,
  DDI_STATUSES,
  type DdiStatus,
  type ReportedDdi,
  type ReportedProblem,
  reportDriver,
  reportProblem,
} from '../scenario/compile-report.js';
import { isRefusal } from '../scenario/sources.js';
import { UsageError } from './arguments.js';
import { driversAt } from './drivers-at.js';

export const COMPILE_OPTIONS = { json: 'flag', define: 'list', include: 'list' } as const;

/** The whole report (docs/json.md). */
export interface CompileReport {
  readonly verdict: 'compiles' | 'errors' | 'bad-input';
  readonly path: string;
  readonly drivers: readonly CompiledDriverReport[];
  /** Errors that belong to no driver: nothing there, a mistake in the scenario. */
  readonly errors: readonly ReportedProblem[];
}

export function compileCommand(path: string, json: boolean, includes: readonly string[], defines: readonly string[]): number {
  const { report, diagnostics } = compilePath(path, includes, definitions(defines));
  for (const d of diagnostics) if (d.severity !== 'hint') process.stderr.write(`${formatDiagnostic(d)}\n`);
  process.stdout.write(json ? `${JSON.stringify(report, null, 2)}\n` : tellCompile(report));
  return { compiles: 0, errors: 1, 'bad-input': 2 }[report.verdict];
}

/** `X=Y` and `X` (then 1), as compilers take them. */
function definitions(texts: readonly string[]): Record<string, string> {
  const out: Record<string, string> = {};
  for (const text of texts) {
    const m = /^([A-Za-z_]\w*)(?:=([\s\S]*))?$/.exec(text);
    if (!m) throw new UsageError(`--define wants NAME or NAME=VALUE, not '${text}'`);
    out[m[1]] = m[2] ?? '1';
  }
  return out;
}

/** Compiles every driver at a path. */
export function compilePath(
  path: string,
  includes: readonly string[] = [],
  defines: Readonly<Record<string, string>> = {},
): { report: CompileReport; diagnostics: readonly Diagnostic[] } {
  const p = normalizePath(path);
  if (/\.scenario$/i.test(p) && (includes.length || Object.keys(defines).length))
    throw new UsageError('--define and --include are for a folder, file or project; the driver blocks of a scenario say them themselves');
  const { drivers, errors } = driversAt(p, { includes: includes.map(normalizePath), defines });
  const reports = drivers.map((d) => reportDriver(d));
  const problems = reports.flatMap((r) => r.diagnostics.filter((x) => x.severity === 'error'));
  // a scenario that cannot be read is bad input; one whose driver has no DriverEntry compiles wrong
  const bad = errors.some((x) => x.code !== 'driver-no-entry') || problems.some((x) => isRefusal(x));
  return {
    report: {
      verdict: bad ? 'bad-input' : problems.length + errors.length > 0 ? 'errors' : 'compiles',
      path,
      drivers: reports.map((r) => r.report),
      errors: errors.map(reportProblem),
    },
    diagnostics: [...reports.flatMap((r) => r.diagnostics), ...errors],
  };
}

/** What each status means for a run, in the order in which it matters to the reader. */
const SECTIONS: readonly (readonly [DdiStatus, string])[] = [
  ['undeclared', 'undeclared: no header declares them'],
  ['declared', 'declared only: a run stops there, unless a scenario has a `stub` or `models` for it'],
  ['external', 'declared by the driver and defined nowhere: a scenario must have a `stub` or `models` for it'],
  ['stubbed', 'stubbed by the scenario'],
  ['modelled', 'modelled by the scenario'],
  ['imported', 'from a driver that is loaded before'],
  ['simulated', 'simulated'],
];
const WIDTH = 100;

/** The report for people. */
export function tellCompile(r: CompileReport): string {
  const out: string[] = [];
  for (const d of r.drivers) {
    out.push(`driver ${d.name}: ${plural(d.sources.length, 'source')}, ${d.lines} lines`);
    for (const [status, title] of SECTIONS) {
      const ddis = d.ddis.filter((x) => x.status === status);
      if (!ddis.length) continue;
      out.push(`  ${title}`);
      out.push(...(status === 'simulated' ? names(ddis) : table(ddis)));
    }
  }
  out.push(summary(r));
  return `${out.join('\n')}\n`;
}

/** One line each: name, how often, first where, header. */
function table(ddis: readonly ReportedDdi[]): string[] {
  const rows = ddis.map((d) => [
    `${d.name}${d.macro ? ` (${d.macro})` : d.via ? ` (in ${d.via})` : ''}`,
    uses(d),
    `${d.place.file}:${d.place.line}:${d.place.column}`,
    [d.header, d.missing].filter((x) => x !== undefined).join(': '),
  ]);
  const width = (i: number): number => Math.max(...rows.map((r) => r[i].length));
  return rows.map((r) => `    ${r[0].padEnd(width(0))}  ${r[1].padEnd(width(1))}  ${r[2].padEnd(r[3] ? width(2) : 0)}  ${r[3]}`.trimEnd());
}

/** Names with the number of calls, as many as fit on a line. */
function names(given: readonly ReportedDdi[]): string[] {
  // a macro may lead to several routines, to one of them more than once: it is written as often as the one that it calls least
  const calls = new Map<string, number>();
  for (const d of given) calls.set(d.macro ?? d.name, Math.min(d.calls, calls.get(d.macro ?? d.name) ?? d.calls));
  const shown = [...calls].sort(([a], [b]) => (a < b ? -1 : 1));
  const lines: string[] = [];
  let line = '   ';
  for (const [i, [name, n]] of shown.entries()) {
    const word = ` ${name}${n > 1 ? ` ${n}x` : ''}${i + 1 < shown.length ? ',' : ''}`;
    if (line.length + word.length > WIDTH && line.trim() !== '') {
      lines.push(line);
      line = '   ';
    }
    line += word;
  }
  return [...lines, line];
}

function uses(d: ReportedDdi): string {
  if (d.status === 'undeclared') return `in ${plural(d.calls, 'function')}`;
  if (d.calls === 0) return plural(d.references, 'reference');
  return plural(d.calls, 'call');
}

const WORDS: Readonly<Record<DdiStatus, string>> = {
  simulated: 'simulated',
  stubbed: 'stubbed',
  modelled: 'modelled',
  imported: 'from another driver',
  declared: 'declared only',
  external: 'defined nowhere',
  undeclared: 'undeclared',
};

function summary(r: CompileReport): string {
  const problems = [...r.errors, ...r.drivers.flatMap((d) => d.problems)];
  const count = (s: string): number => problems.filter((p) => p.severity === s).length;
  const of = (s: DdiStatus): number => r.drivers.reduce((n, d) => n + d.counts[s], 0);
  const used = DDI_STATUSES.filter((s) => of(s) > 0).map((s) => `${of(s)} ${WORDS[s]}`);
  const total = DDI_STATUSES.reduce((n, s) => n + of(s), 0);
  return (
    `${basename(r.path) || r.path}: ${plural(r.drivers.length, 'driver')}, ${plural(count('error'), 'error')}, ${plural(count('warning'), 'warning')}; ` +
    `${plural(total, 'routine')} used${used.length ? `: ${used.join(', ')}` : ''}`
  );
}

const plural = (n: number, word: string): string => `${n} ${word}${n === 1 ? '' : 's'}`;
