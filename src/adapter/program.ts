// What a launch request names: a scenario, a C file, or a schedule, which is a scenario with the order in which its threads are to run.
import { dirname, joinPath, normalizePath } from '../base/files.js';
import { UnitStore } from '../c/unit-store.js';
import { changedSources, ReplayChooser } from '../explore/replay.js';
import { parseSchedule, type Schedule } from '../explore/schedule.js';
import { type Build, buildScenario } from '../scenario/build.js';
import { LaunchError } from '../session/types.js';
import { wdkHeaders as headers } from '../wdk/headers.gen.js';
import type { AdapterHost } from './host.js';

export interface Program {
  readonly build: Build;
  /** Of a schedule. */
  readonly chooser?: ReplayChooser;
}

/** Of all launches in this process or worker: a restart compiles what was edited. */
const units = new UnitStore();

export const isSchedule = (path: string): boolean => /\.schedule$/i.test(path);

/** Reads and builds; the build may have errors. Throws LaunchError when the schedule cannot be used. */
export async function loadProgram(
  host: AdapterHost,
  path: string,
  options: { readonly cpus?: number; readonly seed?: number },
): Promise<Program> {
  const program = normalizePath(path);
  if (!isSchedule(program)) return { build: await build(host, program, options) };
  const schedule = await readSchedule(host, program);
  const built = await build(host, joinPath(dirname(program), schedule.scenario), { cpus: schedule.cpus, seed: schedule.seed });
  if (built.diagnostics.some((d) => d.severity === 'error')) return { build: built };
  const changed = changedSources(schedule, built);
  if (changed.length)
    throw new LaunchError(`${program} was made for other sources: ${changed.join('; ')}. Explore the scenario again.`, []);
  return { build: built, chooser: new ReplayChooser(schedule.slices) };
}

async function build(host: AdapterHost, path: string, options: { readonly cpus?: number; readonly seed?: number }): Promise<Build> {
  const all = { files: host.files, headers, units, ...options };
  let b = buildScenario(path, all);
  // on the web the snapshot fills while the build asks for files; each round fetches at least one new path, so this ends
  while (await host.fetch()) b = buildScenario(path, all);
  return b;
}

async function readSchedule(host: AdapterHost, path: string): Promise<Schedule> {
  let text = host.files.read(path);
  while (text === undefined && (await host.fetch())) text = host.files.read(path);
  if (text === undefined) throw new LaunchError(`schedule ${path} was not found`, []);
  const schedule = parseSchedule(text);
  if ('message' in schedule) throw new LaunchError(`${path}:${schedule.line}: ${schedule.message}`, []);
  return schedule;
}
