// From a driver block to files: patterns and folders are expanded in code-point order (the same on every host), projects and solutions are read, and problems
// say which file is missing where.
import type { Diagnostic } from '../base/diagnostic.js';
import { basename, type FileProvider, joinPath } from '../base/files.js';
import { type Range, SourceFile } from '../base/source.js';
import type { CompileOptions } from '../c/compile-unit.js';
import type { TranslationUnit } from '../c/tree.js';
import type { DriverBlock } from './ast.js';
import { solutionProjects } from './msbuild/solution.js';
import { actualPath, expandWildcard, hasWildcard } from './msbuild/wildcard.js';
import { isDriverProject, type ProjectInfo, readProject, type UnitSettings } from './vcxproj.js';
import { type WppSettings, wppHeaders } from './wpp.js';

export interface DriverSources {
  readonly paths: readonly string[];
  /** Of the driver as a whole; a source of a project may have others (`settings`). */
  readonly includes: readonly string[];
  readonly defines: Readonly<Record<string, string>>;
  readonly integrityCheck: boolean;
  /** /INTEGRITYCHECK was neither written in the scenario nor read from a project. */
  readonly integrityCheckAssumed: boolean;
  /** By path: what one source of a project is compiled with. */
  readonly settings?: ReadonlyMap<string, UnitSettings>;
  readonly undefines?: readonly string[];
  readonly forcedIncludes?: readonly string[];
  readonly wpp?: WppSettings;
  /** `Debug|x64`, when a project with configurations was read. */
  readonly configuration?: string;
}

/** What the compiler is told for one source of a driver. */
export function unitOptions(
  sources: DriverSources,
  path: string,
  files: FileProvider,
): Pick<CompileOptions, 'includePaths' | 'defines' | 'undefines' | 'forcedIncludes' | 'generated'> {
  const own = sources.settings?.get(path);
  return {
    includePaths: own?.includes ?? sources.includes,
    defines: own?.defines ?? sources.defines,
    undefines: own?.undefines ?? sources.undefines ?? [],
    forcedIncludes: own?.forcedIncludes ?? sources.forcedIncludes ?? [],
    generated: wppHeaders(sources.wpp, files),
  };
}

/** The driver as a whole cannot run, and one sentence has said why: what else is wrong with its sources is of no use. */
export const isRefusal = (d: Diagnostic): boolean =>
  d.severity === 'error' &&
  /^(scenario-cpp|pp-not-simulated|project-(user-mode|library|assembler|arm64|configuration|solution|unknown))$/.test(d.code);

/** What is wrong with the units of one driver. A header of something that is not simulated is one sentence for all of them. */
export function unitProblems(units: readonly TranslationUnit[]): Diagnostic[] {
  const all = units.flatMap((u) => u.diagnostics);
  const refused = all.find((d) => d.code === 'pp-not-simulated');
  return refused ? [refused] : all;
}

/** Path as the user sees it: relative to the scenario's folder where it lies below, else as given. */
export function shownPath(path: string, folder: string): string {
  return folder !== '' && path.startsWith(`${folder}/`) ? path.slice(folder.length + 1) : path;
}

export function driverSources(
  driver: DriverBlock,
  folder: string,
  files: FileProvider,
): { sources: DriverSources; diagnostics: Diagnostic[] } {
  const diagnostics: Diagnostic[] = [];
  const error = (code: string, message: string, hint: string, range: Range): void => {
    // C++ is one sentence, however many files there are
    if (code === 'scenario-cpp' && diagnostics.some((d) => d.code === code)) return;
    diagnostics.push({ severity: 'error', code, message, hint, range });
  };
  const paths: string[] = [];
  const add = (path: string, range: Range, of: string, quiet = false): void => {
    if (quiet && (files.read(path) === undefined || paths.includes(path))) return;
    if (files.read(path) === undefined) {
      error('scenario-missing-file', `source file ${shownPath(path, folder)}${of} was not found`, `looked for ${path}`, range);
    } else if (/\.(cpp|cc|cxx|hpp|hxx)$/i.test(path))
      error('scenario-cpp', `${shownPath(path, folder)} is C++, which is not simulated yet`, 'only drivers in C run', range);
    else if (/\.(asm|s)$/i.test(path))
      error(
        'project-assembler',
        `${shownPath(path, folder)} is assembler, which is not simulated`,
        'give a C file that defines its functions instead',
        range,
      );
    else if (!paths.includes(path)) paths.push(path);
  };

  const project = driver.project ? projectOf(driver, folder, files, diagnostics) : undefined;
  if (project && driver.project) {
    const refused = diagnostics.some((d) => d.severity === 'error');
    // of a refused project the C sources are still there to be looked at in the editor
    for (const given of project.sources)
      add(actualPath(given, files), driver.project.range, ` of project ${driver.project.value}`, refused);
  }
  for (const s of driver.sources) {
    const found = sourcesAt(joinPath(folder, s.value), files);
    if (!found.length) {
      error(
        'scenario-missing-file',
        files.list(joinPath(folder, s.value)) === undefined ? `no file matches "${s.value}"` : `folder "${s.value}" has no C sources`,
        `patterns are relative to the scenario's folder (${folder || '.'})`,
        s.range,
      );
    }
    for (const p of found) add(p, s.range, '');
  }
  const ownIncludes = driver.includes.map((i) => joinPath(folder, i.value));
  /** What the scenario adds goes before and over what the project says. */
  const merged = (u: UnitSettings): UnitSettings => ({
    ...u,
    includes: [...ownIncludes, ...u.includes],
    defines: { ...u.defines, ...driver.defines },
  });
  const common = merged(project?.common ?? { includes: [], defines: { DBG: '1' }, undefines: [], forcedIncludes: [] });
  const settings = new Map<string, UnitSettings>();
  for (const [path, u] of project?.settings ?? []) settings.set(actualPath(path, files), merged(u));
  const integrityCheck = driver.integrityCheck ?? project?.integrityCheck;
  return {
    sources: {
      paths,
      ...common,
      settings,
      integrityCheck: integrityCheck ?? true,
      integrityCheckAssumed: integrityCheck === undefined,
      ...(project ? { wpp: project.wpp } : {}),
      ...(project?.configuration ? { configuration: project.configuration } : {}),
    },
    diagnostics,
  };
}

/** A file, a pattern, or a folder, which stands for the C files in it. */
export function sourcesAt(path: string, files: FileProvider): string[] {
  if (hasWildcard(path)) return expandWildcard(path, files).map((p) => actualPath(p, files));
  const file = actualPath(path, files);
  if (files.read(file) === undefined && files.list(path) !== undefined) return expandWildcard(joinPath(path, '*.c'), files);
  return [file];
}

/** The project of a driver block: a `.vcxproj`, or the only driver of a `.sln`. */
function projectOf(driver: DriverBlock, folder: string, files: FileProvider, diagnostics: Diagnostic[]): ProjectInfo | undefined {
  const given = driver.project;
  if (!given) return undefined;
  const range = given.range;
  const options = { configuration: driver.configuration?.value, platform: driver.platform?.value, files };
  let path = actualPath(joinPath(folder, given.value), files);
  const text = files.read(path);
  if (text === undefined) {
    diagnostics.push({
      severity: 'error',
      code: 'scenario-missing-file',
      message: `project ${given.value} was not found`,
      hint: `looked for ${path}`,
      range,
    });
    return undefined;
  }
  let source = new SourceFile(shownPath(path, folder), text);
  if (/\.sln$/i.test(path)) {
    const all = solutionProjects(text, path).map((p) => ({ ...p, path: actualPath(p.path, files) }));
    const load = (p: string): SourceFile => new SourceFile(shownPath(p, folder), files.read(p) ?? '');
    const drivers = all.filter((p) => files.read(p.path) !== undefined && isDriverProject(load(p.path), p.path, options));
    if (drivers.length !== 1) {
      diagnostics.push({
        severity: 'error',
        code: 'project-solution',
        message: `solution ${given.value} has ${drivers.length === 0 ? 'no project of a kernel driver' : `${drivers.length} projects that may be the driver`}`,
        hint: all.length ? `name one: ${(drivers.length ? drivers : all).map((p) => p.written).join(', ')}` : 'it lists no .vcxproj',
        range,
      });
      return undefined;
    }
    path = drivers[0].path;
    source = load(path);
    diagnostics.push({
      severity: 'information',
      code: 'project-solution',
      message: `of solution ${given.value} project ${drivers[0].written} is taken, its only kernel driver`,
      range,
    });
  } else if (!/\.(vcxproj|props|targets|proj)$/i.test(path)) {
    diagnostics.push({
      severity: 'error',
      code: 'project-unknown',
      message: `${given.value} is not a Visual Studio C project`,
      hint: `give a .vcxproj${/\.vcxproj\.filters$/i.test(path) ? ', not its .filters' : ''} or .sln, or name the sources`,
      range,
    });
    return undefined;
  }
  const r = readProject(source, path, options);
  diagnostics.push(...r.diagnostics);
  if (driver.configuration === undefined && r.project.configuration !== '' && r.project.configuration.toLowerCase() !== 'debug|x64')
    diagnostics.push({
      severity: 'information',
      code: 'project-configuration',
      message: `${basename(path)} has no configuration Debug|x64; ${r.project.configuration} is taken`,
      hint: 'choose one with  project "..." configuration "..." platform "...";',
      range,
    });
  return r.project;
}
