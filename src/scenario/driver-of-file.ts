// Which driver an open file belongs to. A project that compiles it decides; else a scenario beside or above it that names it as a source, because F5 compiles it
// so (with the scenario's include folders and definitions); else its folder. No kernel header anywhere: no driver, and nothing is shown.
import { dirname, type FileProvider, joinPath } from '../base/files.js';
import { SourceFile } from '../base/source.js';
import type { DriverBlock, Scenario } from './ast.js';
import { type DriverFolder, findDriver, isDriver } from './driver-folder.js';
import { parseScenario } from './parser.js';
import { driverSources } from './sources.js';

export interface WorkspaceDriver extends DriverFolder {
  /** One string for each driver: its project, its scenario and name there, or its folder. */
  readonly key: string;
}

/** Folders above a file in which scenarios are looked for. */
const MAX_PARENTS = 2;

export function driverOfFile(path: string, files: FileProvider): WorkspaceDriver | undefined {
  const found = findDriver(path, files);
  if (found?.project !== undefined) return { ...found, key: found.project };
  const named = scenarioDriver(path, files);
  if (named) return named;
  return found && { ...found, key: `${found.folder}/` };
}

function scenarioDriver(path: string, files: FileProvider): WorkspaceDriver | undefined {
  for (const { path: file, scenario } of scenariosAround(path, files))
    for (const block of scenario.drivers) {
      const folder = dirname(file);
      const { sources, diagnostics } = driverSources(block, folder, files);
      const driver: WorkspaceDriver = { name: block.name, folder, sources, diagnostics, key: `${file}#${block.name}` };
      if (belongs(path, driver) && isDriver(driver, files)) return driver;
    }
  return undefined;
}

export interface ScenarioFile {
  /** Normalised. */
  readonly path: string;
  readonly scenario: Scenario;
}

/** Scenarios beside a file and in the folders above it, nearest first. */
function* scenariosAround(path: string, files: FileProvider): Generator<ScenarioFile> {
  let folder = dirname(path);
  for (let i = 0; i <= MAX_PARENTS; i++) {
    for (const name of (files.list(folder) ?? []).filter((n) => /\.scenario$/i.test(n))) {
      const file = joinPath(folder, name);
      const scenario = scenarioAt(file, files);
      if (scenario) yield { path: file, scenario };
    }
    const parent = dirname(folder);
    if (parent === folder || folder === '') break;
    folder = parent;
  }
}

/** Scenarios around a driver that load it, with the blocks that do. */
export function scenariosOf(driver: DriverFolder, files: FileProvider): (ScenarioFile & { readonly blocks: readonly DriverBlock[] })[] {
  const [first] = driver.sources.paths;
  if (first === undefined) return [];
  const own = new Set(driver.sources.paths);
  const out: (ScenarioFile & { readonly blocks: readonly DriverBlock[] })[] = [];
  for (const s of scenariosAround(first, files)) {
    const blocks = s.scenario.drivers.filter((b) => driverSources(b, dirname(s.path), files).sources.paths.some((p) => own.has(p)));
    if (blocks.length) out.push({ ...s, blocks });
  }
  return out;
}

/** A source is named; a header lies beside a source or in an include folder. */
function belongs(path: string, driver: DriverFolder): boolean {
  if (driver.sources.paths.includes(path)) return true;
  const folder = dirname(path);
  return !/\.c$/i.test(path) && (driver.sources.includes.includes(folder) || driver.sources.paths.some((p) => dirname(p) === folder));
}

/** Scenarios by path, parsed once for each text. */
const parsed = new Map<string, { readonly text: string; readonly scenario: Scenario }>();
const MAX_PARSED = 100;

function scenarioAt(path: string, files: FileProvider): Scenario | undefined {
  const text = files.read(path);
  if (text === undefined) return undefined;
  const old = parsed.get(path);
  if (old?.text === text) return old.scenario;
  if (parsed.size >= MAX_PARSED) parsed.clear();
  const { scenario } = parseScenario(new SourceFile(path, text));
  parsed.set(path, { text, scenario });
  return scenario;
}
