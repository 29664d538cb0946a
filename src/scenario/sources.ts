// From a driver block to files: patterns are expanded in code-point order (the same on every host), projects are read, and problems say which file is missing where.
import type { Diagnostic } from '../base/diagnostic.js';
import { basename, compareCodePoints, dirname, type FileProvider, joinPath } from '../base/files.js';
import { SourceFile } from '../base/source.js';
import type { DriverBlock } from './ast.js';
import { readProject } from './vcxproj.js';

export interface DriverSources {
  readonly paths: readonly string[];
  readonly includes: readonly string[];
  readonly defines: Readonly<Record<string, string>>;
  readonly integrityCheck: boolean;
  /** /INTEGRITYCHECK was neither written in the scenario nor read from a project. */
  readonly integrityCheckAssumed: boolean;
}

/** Path as the user sees it: relative to the scenario's folder where it lies below, else as given. */
export function shownPath(path: string, folder: string): string {
  return folder !== '' && path.startsWith(`${folder}/`) ? path.slice(folder.length + 1) : path;
}

/** The path as the file system spells it: Windows projects name files in any case. The given one when there is no such file. */
export function actualPath(path: string, files: FileProvider): string {
  if (files.read(path) !== undefined) return path;
  const name = basename(path).toLowerCase();
  const found = (files.list(dirname(path)) ?? []).find((n) => n.toLowerCase() === name);
  return found === undefined ? path : joinPath(dirname(path), found);
}

/** Expands `*` and `?` in the last component of a pattern. Undefined: nothing can be there (the folder does not exist). */
export function expandPattern(pattern: string, files: FileProvider): string[] {
  const name = basename(pattern);
  if (!/[*?]/.test(name)) return [pattern];
  const folder = dirname(pattern);
  const expression = new RegExp(
    `^${name
      .replace(/[.+^${}()|[\]\\]/g, '\\$&')
      .replace(/\*/g, '.*')
      .replace(/\?/g, '.')}$`,
    'i',
  );
  return (files.list(folder) ?? [])
    .filter((n) => expression.test(n))
    .sort(compareCodePoints)
    .map((n) => joinPath(folder, n));
}

export function driverSources(
  driver: DriverBlock,
  folder: string,
  files: FileProvider,
  missing: Set<string>,
): { sources: DriverSources; diagnostics: Diagnostic[] } {
  const diagnostics: Diagnostic[] = [];
  const paths: string[] = [];
  const includes = driver.includes.map((i) => joinPath(folder, i.value));
  const defines: Record<string, string> = {};
  let integrityCheck = driver.integrityCheck;
  if (driver.project) {
    const path = joinPath(folder, driver.project.value);
    const text = files.read(path);
    if (text === undefined) {
      missing.add(path);
      diagnostics.push({
        severity: 'error',
        code: 'scenario-missing-file',
        message: `project ${driver.project.value} was not found`,
        hint: `looked for ${path}`,
        range: driver.project.range,
      });
    } else {
      const r = readProject(new SourceFile(shownPath(path, folder), text), path, 'Debug', files);
      diagnostics.push(...r.diagnostics);
      for (const given of r.project.sources) {
        const p = actualPath(given, files);
        if (files.read(p) === undefined) {
          missing.add(p);
          diagnostics.push({
            severity: 'error',
            code: 'scenario-missing-file',
            message: `source file ${shownPath(p, folder)} of project ${driver.project.value} was not found`,
            hint: `looked for ${p}`,
            range: driver.project.range,
          });
        } else if (/\.(cpp|cc|cxx)$/i.test(p))
          diagnostics.push({
            severity: 'error',
            code: 'scenario-cpp',
            message: `${shownPath(p, folder)} is C++, which is not simulated yet`,
            hint: 'only C sources run',
            range: driver.project.range,
          });
        else paths.push(p);
      }
      includes.push(...r.project.includes);
      Object.assign(defines, r.project.defines);
      integrityCheck ??= r.project.integrityCheck;
    }
  }
  for (const s of driver.sources) {
    const expanded = expandPattern(joinPath(folder, s.value), files).map((p) => actualPath(p, files));
    if (!expanded.length) {
      missing.add(dirname(joinPath(folder, s.value)));
      diagnostics.push({
        severity: 'error',
        code: 'scenario-missing-file',
        message: `no file matches "${s.value}"`,
        hint: `patterns are relative to the scenario's folder (${folder || '.'})`,
        range: s.range,
      });
    }
    for (const p of expanded) {
      if (files.read(p) === undefined) {
        missing.add(p);
        diagnostics.push({
          severity: 'error',
          code: 'scenario-missing-file',
          message: `source file ${shownPath(p, folder)} was not found`,
          hint: `looked for ${p}`,
          range: s.range,
        });
      } else if (/\.(cpp|cc|cxx)$/i.test(p))
        diagnostics.push({
          severity: 'error',
          code: 'scenario-cpp',
          message: `${shownPath(p, folder)} is C++, which is not simulated yet`,
          hint: 'only C sources run',
          range: s.range,
        });
      else if (!paths.includes(p)) paths.push(p);
    }
  }
  Object.assign(defines, driver.defines);
  return {
    sources: { paths, includes, defines, integrityCheck: integrityCheck ?? true, integrityCheckAssumed: integrityCheck === undefined },
    diagnostics,
  };
}
