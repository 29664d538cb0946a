// `interlock run`: builds a scenario, runs it to its end, tells the story or prints the report as JSON.
import { type Diagnostic, formatDiagnostic } from '../base/diagnostic.js';
import { normalizePath } from '../base/files.js';
import { buildScenario } from '../scenario/build.js';
import { placeOf } from '../scenario/describe-bugcheck.js';
import type { BadInputReport, ReportedError } from '../scenario/report.js';
import { Simulation } from '../scenario/simulation.js';
import { tellStory } from '../scenario/story.js';
import { wdkHeaders } from '../wdk/headers.gen.js';
import { UsageError } from './arguments.js';
import { DiskFiles } from './disk-files.js';

/** Steps between two looks at the clock of the host (only to answer Ctrl+C in time). */
export const PIECE = 5_000_000;

export function runCommand(path: string, options: Readonly<Record<string, number | string | boolean | undefined>>): number {
  inRange('cpus', options.cpus, 1, 64);
  inRange('seed', options.seed, 0, 0xffffffff);
  const build = buildScenario(normalizePath(path), {
    files: new DiskFiles(),
    headers: wdkHeaders,
    ...(typeof options.cpus === 'number' ? { cpus: options.cpus } : {}),
    ...(typeof options.seed === 'number' ? { seed: options.seed } : {}),
  });
  tellDiagnostics(build.diagnostics);
  if (hasErrors(build.diagnostics)) return refuse(build.diagnostics, options.json === true);
  const simulation = new Simulation(build, { debug: false });
  tellDiagnostics(simulation.diagnostics);
  if (hasErrors(simulation.diagnostics)) return refuse(simulation.diagnostics, options.json === true);
  while (simulation.advance(PIECE, false).kind !== 'ended');
  const report = simulation.report();
  process.stdout.write(options.json ? `${JSON.stringify(report, null, 2)}\n` : tellStory(report));
  return simulation.exitCode(report);
}

export function inRange(name: string, value: unknown, min: number, max: number): void {
  if (typeof value === 'number' && (value < min || value > max))
    throw new UsageError(`--${name} must be between ${min} and ${max}, not ${value}`);
}

export const hasErrors = (diagnostics: readonly Diagnostic[]): boolean => diagnostics.some((d) => d.severity === 'error');

export function tellDiagnostics(diagnostics: readonly Diagnostic[]): void {
  for (const d of diagnostics) if (d.severity !== 'hint') process.stderr.write(`${formatDiagnostic(d)}\n`);
}

/** One problem in the form of docs/json.md. */
function reportedError(d: Diagnostic): ReportedError {
  return {
    severity: 'error',
    code: d.code,
    message: d.message,
    ...(d.hint ? { hint: d.hint } : {}),
    ...(d.range ? { place: placeOf(d.range) } : {}),
  };
}

/** The input is wrong: says so, in the form that was asked for. */
export function refuse(diagnostics: readonly Diagnostic[], json: boolean): number {
  const errors = diagnostics.filter((d) => d.severity === 'error');
  if (json) {
    const report: BadInputReport = { verdict: 'bad-input', errors: errors.map(reportedError) };
    process.stdout.write(`${JSON.stringify(report, null, 2)}\n`);
  }
  process.stderr.write(`interlock: ${errors.length} error${errors.length === 1 ? '' : 's'}; nothing was run\n`);
  return 2;
}
