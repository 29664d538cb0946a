// `interlock explore` and `interlock replay`: a scenario under many orders of its threads, and one of these orders again.
// Exit codes of explore: 0 held, 1 an order fails, 2 bad input, 3 the budget was spent without a verdict. Of replay: those of run.
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { normalizePath } from '../base/files.js';
import { DEFAULT_STEPS, explore, STRATEGIES } from '../explore/explore.js';
import { outcomeOf, tellOutcome } from '../explore/outcome.js';
import { changedSources, ReplayChooser } from '../explore/replay.js';
import { parseSchedule } from '../explore/schedule.js';
import type { StrategyName } from '../explore/strategy.js';
import { type Build, buildScenario } from '../scenario/build.js';
import { Simulation } from '../scenario/simulation.js';
import { tellStory } from '../scenario/story.js';
import { wdkHeaders } from '../wdk/headers.gen.js';
import { UsageError } from './arguments.js';
import { DiskFiles } from './disk-files.js';
import { hasErrors, inRange, PIECE, refuse, tellDiagnostics } from './run.js';

type Options = Readonly<Record<string, number | string | boolean | undefined>>;

export const EXPLORE_OPTIONS = {
  strategy: 'text',
  schedules: 'number',
  depth: 'number',
  seed: 'number',
  seconds: 'number',
  cpus: 'number',
  output: 'text',
  json: 'flag',
  progress: 'flag',
} as const;
const DEFAULT_SECONDS = 60;
const PROGRESS_MS = 200;

export function exploreCommand(file: string, options: Options): number {
  const strategy = options.strategy ?? 'exhaustive';
  if (!Object.hasOwn(STRATEGIES, String(strategy)))
    throw new UsageError(`--strategy must be one of ${Object.keys(STRATEGIES).join(', ')}, not '${String(strategy)}'`);
  inRange('cpus', options.cpus, 1, 64);
  inRange('seed', options.seed, 0, 0xffffffff);
  inRange('depth', options.depth, 1, 100);
  inRange('schedules', options.schedules, 1, Number.MAX_SAFE_INTEGER);
  inRange('seconds', options.seconds, 1, 1_000_000);
  const build = buildScenario(normalizePath(file), {
    files: new DiskFiles(),
    headers: wdkHeaders,
    ...(typeof options.cpus === 'number' ? { cpus: options.cpus } : {}),
  });
  tellDiagnostics(build.diagnostics);
  if (hasErrors(build.diagnostics)) return refuse(build.diagnostics, options.json === true);
  const until = performance.now() + 1000 * (typeof options.seconds === 'number' ? options.seconds : DEFAULT_SECONDS);
  const progress = progressLine(options.progress === true);
  const result = explore(build, {
    strategy: strategy as StrategyName,
    ...(typeof options.schedules === 'number' ? { schedules: options.schedules } : {}),
    ...(typeof options.depth === 'number' ? { depth: options.depth } : {}),
    ...(typeof options.seed === 'number' ? { seed: options.seed } : {}),
    steps: Math.min(DEFAULT_STEPS, build.scenario.machine.stepLimit),
    stop: () => performance.now() > until,
    onProgress: (p) => progress.show(`${p.orders.toLocaleString('en-US')} orders`),
  });
  progress.clear();
  tellDiagnostics(result.diagnostics);
  if (hasErrors(result.diagnostics)) return refuse(result.diagnostics, options.json === true);
  const target = typeof options.output === 'string' ? options.output : file.replace(/(\.scenario|\.c)?$/i, '.schedule');
  const relative = normalizePath(path.relative(path.dirname(path.resolve(target)), path.resolve(file)));
  const outcome = outcomeOf(build, result, relative);
  if (outcome.failure) {
    try {
      writeFileSync(target, outcome.failure.schedule);
    } catch (e) {
      process.stderr.write(`interlock: ${target} cannot be written: ${e instanceof Error ? e.message : String(e)}\n`);
      return 2;
    }
  }
  const shown = outcome.failure ? target : undefined;
  process.stdout.write(
    options.json ? `${JSON.stringify({ ...outcome, ...(shown ? { file: shown } : {}) }, null, 2)}\n` : tellOutcome(outcome, shown),
  );
  return { held: 0, failed: 1, 'not-simulated': 2, budget: 3 }[outcome.verdict];
}

/** How far the search is: on a terminal, or as lines for a program that asked. */
function progressLine(asked: boolean): { show(text: string): void; clear(): void } {
  let shownAt = performance.now();
  let shown = false;
  const { stderr } = process;
  return {
    show(text) {
      if (!(stderr.isTTY || asked) || performance.now() - shownAt < PROGRESS_MS) return;
      shownAt = performance.now();
      shown = stderr.isTTY;
      stderr.write(stderr.isTTY ? `\r\x1b[Kexploring: ${text}` : `exploring: ${text}\n`);
    },
    clear() {
      if (shown) stderr.write('\r\x1b[K');
    },
  };
}

export function replayCommand(file: string, options: Options): number {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch {
    return bad(`schedule ${file} was not found`, options);
  }
  const schedule = parseSchedule(text);
  if ('message' in schedule) return bad(`${file}:${schedule.line}: ${schedule.message}`, options);
  const scenario = normalizePath(path.join(path.dirname(file), schedule.scenario));
  const build = buildScenario(scenario, { files: new DiskFiles(), headers: wdkHeaders, cpus: schedule.cpus, seed: schedule.seed });
  tellDiagnostics(build.diagnostics);
  if (hasErrors(build.diagnostics)) return refuse(build.diagnostics, options.json === true);
  const changed = changedSources(schedule, build);
  if (changed.length) {
    const message = `${file} was made for other sources: ${changed.join('; ')}`;
    if (!options.force) return bad(`${message}; explore again, or use --force to follow the order as far as it fits`, options);
    process.stderr.write(`interlock: ${message}\n`);
  }
  return replay(build, new ReplayChooser(schedule.slices), schedule.trace, changed.length === 0, options);
}

function replay(build: Build, chooser: ReplayChooser, trace: string, same: boolean, options: Options): number {
  const simulation = new Simulation(build, { debug: false, chooser });
  tellDiagnostics(simulation.diagnostics);
  if (hasErrors(simulation.diagnostics)) return refuse(simulation.diagnostics, options.json === true);
  while (simulation.advance(PIECE, false).kind !== 'ended');
  const report = simulation.report();
  process.stdout.write(options.json ? `${JSON.stringify(report, null, 2)}\n` : tellStory(report));
  if (chooser.mismatch !== undefined) process.stderr.write(`interlock: the schedule does not fit: ${chooser.mismatch}\n`);
  else if (report.traceHash !== trace && same)
    process.stderr.write(
      `interlock: the run is not the one that was recorded (trace ${report.traceHash}, recorded ${trace}): was it made by another version?\n`,
    );
  return chooser.mismatch !== undefined ? 2 : simulation.exitCode(report);
}

/** Wrong input, said in the form that was asked for. */
function bad(message: string, options: Options): number {
  if (options.json)
    process.stdout.write(
      `${JSON.stringify({ verdict: 'bad-input', errors: [{ severity: 'error', code: 'schedule', message }] }, null, 2)}\n`,
    );
  process.stderr.write(`interlock: ${message}\n`);
  return 2;
}
