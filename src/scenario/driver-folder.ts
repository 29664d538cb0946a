// Which driver a file or folder belongs to, found without a scenario: the nearest project that compiles the file, else all C files of the folder. And whether
// there is a driver at all: some C source includes a kernel header, itself or through its own headers. The language server and `interlock check` ask here, so
// that a workspace without drivers is left alone.
import type { Diagnostic } from '../base/diagnostic.js';
import { basename, dirname, type FileProvider, joinPath, normalizePath } from '../base/files.js';
import { type CompileOptions, compileUnit } from '../c/compile-unit.js';
import { settleAcrossUnits } from '../c/implicit-functions.js';
import type { TranslationUnit } from '../c/tree.js';
import type { DriverBlock } from './ast.js';
import { type DriverSources, driverSources, isRefusal, shownPath, unitOptions } from './sources.js';

/** A driver as it lies in a workspace. All paths are normalised. */
export interface DriverFolder {
  /** Name of the project file or of the folder. */
  readonly name: string;
  /** Folder of the project file, or the folder of the sources. */
  readonly folder: string;
  /** The `.vcxproj`, if the driver was found by one. */
  readonly project?: string;
  /** C sources, include folders and definitions. */
  readonly sources: DriverSources;
  /** What is wrong with the project (files missing, C++ sources); compiling has its own. */
  readonly diagnostics: readonly Diagnostic[];
}

export interface CompiledDriver {
  readonly driver: DriverFolder;
  readonly units: readonly TranslationUnit[];
}

/** Headers that only kernel code includes. */
const KERNEL_HEADERS = new Set(['ntddk.h', 'wdm.h', 'ntifs.h', 'fltkernel.h', 'ntdef.h', 'wdf.h', 'ndis.h', 'storport.h', 'portcls.h']);
/** Bounds of the search, so that a huge workspace costs no more than a small one. */
const MAX_PARENTS = 5;
const MAX_HEADERS = 200;

/**
 * The driver that a C file, header, `.vcxproj` or folder belongs to; undefined when there is none (no C source there includes a kernel header). A project
 * that is given and cannot run (C++, user mode) is answered with what is wrong with it.
 */
export function findDriver(path: string, files: FileProvider): DriverFolder | undefined {
  const p = normalizePath(path);
  const candidates = /\.(vcxproj|sln)$/i.test(p)
    ? [projectDriver(p, files)]
    : /\.(c|h|inl)$/i.test(p)
      ? driversOfFile(p, files)
      : driversOfFolder(p, files);
  return candidates.find((d) => isDriver(d, files)) ?? candidates.find((d) => d.project === p && d.diagnostics.some(isRefusal));
}

/** Every driver in a folder: its projects that compile kernel C, else its own C files. Not recursive. */
export function findDrivers(folder: string, files: FileProvider): DriverFolder[] {
  const found = driversOfFolder(normalizePath(folder), files).filter((d) => isDriver(d, files));
  const projects = found.filter((d) => d.project !== undefined);
  return projects.length ? projects : found;
}

/** Compiles the sources of a driver. */
export function compileDriver(
  driver: DriverFolder,
  options: { readonly files: FileProvider; readonly headers: Readonly<Record<string, string>> },
): CompiledDriver {
  return { driver, units: settleAcrossUnits(driver.sources.paths.map((p) => compileDriverUnit(driver, p, options))) };
}

/** Compiles one source of a driver with the project's include folders and definitions. */
export function compileDriverUnit(
  driver: DriverFolder,
  path: string,
  options: { readonly files: FileProvider; readonly headers: Readonly<Record<string, string>> },
  shown = shownPath(path, driver.folder),
): TranslationUnit {
  return compileUnit(path, driverUnitOptions(driver, path, options), shown);
}

/** How the sources of a driver are compiled. */
export function driverUnitOptions(
  driver: DriverFolder,
  path: string,
  options: { readonly files: FileProvider; readonly headers: Readonly<Record<string, string>> },
): CompileOptions {
  return {
    files: options.files,
    builtinHeaders: options.headers,
    ...unitOptions(driver.sources, path, options.files),
  };
}

/** Whether some C source of the driver includes a kernel header, itself or through headers of its own. */
export function isDriver(driver: DriverFolder, files: FileProvider): boolean {
  const seen = new Set<string>();
  return driver.sources.paths.some((p) => reachesKernelHeader(p, driver.sources.includes, files, seen));
}

function driversOfFile(path: string, files: FileProvider): DriverFolder[] {
  const isSource = /\.c$/i.test(path);
  const lower = path.toLowerCase();
  let folder = dirname(path);
  for (let i = 0; i <= MAX_PARENTS; i++) {
    for (const project of projectsOf(folder, files)) {
      const d = projectDriver(joinPath(folder, project), files);
      // a header belongs to the nearest project that could include it: one whose folder it lies below
      if (isSource ? d.sources.paths.some((s) => s.toLowerCase() === lower) : d.sources.paths.length > 0) return [d];
    }
    const parent = dirname(folder);
    if (parent === folder || folder === '') break;
    folder = parent;
  }
  return [plainDriver(dirname(path), files)];
}

function driversOfFolder(folder: string, files: FileProvider): DriverFolder[] {
  const projects = projectsOf(folder, files).map((p) => projectDriver(joinPath(folder, p), files));
  return [...projects.filter((d) => d.sources.paths.length > 0), plainDriver(folder, files)];
}

const projectsOf = (folder: string, files: FileProvider): string[] => (files.list(folder) ?? []).filter((n) => /\.vcxproj$/i.test(n));

function projectDriver(project: string, files: FileProvider): DriverFolder {
  const folder = dirname(project);
  const name = basename(project);
  const file = { value: name, range: undefined } as unknown as NonNullable<DriverBlock['project']>;
  const { sources, diagnostics } = driverSources(block({ project: file }), folder, files);
  return { name: name.replace(/\.(vcxproj|sln)$/i, ''), folder, project, sources, diagnostics };
}

function plainDriver(folder: string, files: FileProvider): DriverFolder {
  const paths = (files.list(folder) ?? []).filter((n) => /\.c$/i.test(n)).map((n) => joinPath(folder, n));
  return {
    name: basename(folder) || 'driver',
    folder,
    sources: { paths, includes: [], defines: { DBG: '1' }, integrityCheck: true, integrityCheckAssumed: true },
    diagnostics: [],
  };
}

/** A driver block as a scenario would have it; there is no scenario text, so nothing has a range. */
function block(parts: Pick<DriverBlock, 'project'>): DriverBlock {
  return {
    name: '',
    range: undefined as unknown as DriverBlock['range'],
    sources: [],
    includes: [],
    defines: {},
    registry: [],
    keepLoaded: false,
    stubs: [],
    models: [],
    ...parts,
  };
}

function reachesKernelHeader(path: string, includes: readonly string[], files: FileProvider, seen: Set<string>): boolean {
  if (seen.has(path) || seen.size > MAX_HEADERS) return false;
  seen.add(path);
  const text = files.read(path);
  if (text === undefined) return false;
  for (const m of text.matchAll(/^[ \t]*#[ \t]*include[ \t]*([<"])([^>"\r\n]+)[>"]/gm)) {
    const name = m[2].replace(/\\/g, '/');
    if (KERNEL_HEADERS.has(basename(name).toLowerCase())) return true;
    const folders = m[1] === '"' ? [dirname(path), ...includes] : includes;
    for (const folder of folders) {
      const found = ownHeader(joinPath(folder, name), files);
      if (found === undefined) continue;
      if (reachesKernelHeader(found, includes, files, seen)) return true;
      break;
    }
  }
  return false;
}

/** The header as the file system spells it, if it is there. */
function ownHeader(path: string, files: FileProvider): string | undefined {
  if (files.read(path) !== undefined) return path;
  const name = basename(path).toLowerCase();
  const found = (files.list(dirname(path)) ?? []).find((n) => n.toLowerCase() === name);
  return found === undefined ? undefined : joinPath(dirname(path), found);
}
