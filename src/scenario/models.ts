// `models`: C files of the user that answer for functions which nothing else provides. They are linked to the driver, as a library would be: same image, same
// debugger, same checks, and a function that both define is an error with both places. A simulated routine gives way only where the scenario says `replaces`.
import type { Diagnostic } from '../base/diagnostic.js';
import type { FileProvider } from '../base/files.js';
import { joinPath } from '../base/files.js';
import type { Range } from '../base/source.js';
import { compileUnit } from '../c/compile-unit.js';
import type { TranslationUnit } from '../c/tree.js';
import type { ModelsStatement } from './ast.js';
import { isSimulated } from './ddi-use.js';
import { actualPath, expandWildcard } from './msbuild/wildcard.js';
import { type DriverSources, shownPath } from './sources.js';

export interface DriverModels {
  readonly units: readonly TranslationUnit[];
  /** Functions that the models define for others: name -> place. */
  readonly defines: ReadonlyMap<string, Range>;
  readonly diagnostics: readonly Diagnostic[];
}

export interface ModelsContext {
  readonly files: FileProvider;
  readonly headers: Readonly<Record<string, string>>;
  /** Folder of the scenario. */
  readonly folder: string;
}

/** Compiles the models of one driver, with the driver's include folders and definitions. */
export function buildModels(statements: readonly ModelsStatement[], sources: DriverSources, c: ModelsContext): DriverModels {
  const units: TranslationUnit[] = [];
  const defines = new Map<string, Range>();
  const diagnostics: Diagnostic[] = [];
  const error = (code: string, message: string, hint: string, range: Range): void => {
    diagnostics.push({ severity: 'error', code, message, hint, range });
  };
  for (const s of statements) {
    const replaces = new Set(s.replaces.map((r) => r.value));
    const defined = new Set<string>();
    let readable = true;
    for (const file of s.files) {
      for (const path of modelPaths(file.value, c)) {
        if (c.files.read(path) === undefined) {
          readable = false;
          error('scenario-missing-file', `models file ${shownPath(path, c.folder)} was not found`, `looked for ${path}`, file.range);
        } else if (/\.(cpp|cc|cxx)$/i.test(path)) {
          readable = false;
          error('scenario-cpp', `${shownPath(path, c.folder)} is C++, which is not simulated yet`, 'models are written in C', file.range);
        } else if (sources.paths.includes(path)) {
          readable = false;
          error(
            'scenario-models',
            `${shownPath(path, c.folder)} is a source of the driver already`,
            'keep models in a file of their own',
            file.range,
          );
        } else if (!units.some((u) => u.file.path === shownPath(path, c.folder))) {
          const unit = compileModel(path, sources, c);
          units.push(unit);
          for (const f of unit.functions) {
            const { name } = f.symbol;
            if (f.range.file.builtin || f.symbol.linkage !== 'external') continue;
            defined.add(name);
            if (!defines.has(name)) defines.set(name, f.nameRange);
            if (isSimulated(name) && !replaces.has(name))
              error(
                'scenario-models',
                `'${name}' is simulated; a model takes its place only where the scenario says so`,
                `write  models "${file.value}" replaces ${name};  or give the function another name`,
                f.nameRange,
              );
          }
        }
      }
    }
    if (readable && !units.some((u) => u.diagnostics.some((d) => d.severity === 'error')))
      for (const r of s.replaces)
        if (!defined.has(r.value))
          error(
            'scenario-models',
            `no models file defines '${r.value}'`,
            `define it in ${s.files.map((f) => f.value).join(', ')}`,
            r.range,
          );
  }
  for (const u of units) diagnostics.push(...u.diagnostics);
  return { units, defines, diagnostics };
}

/** Paths of a file or pattern; a pattern that nothing matches is taken as a file, which then is missing. */
function modelPaths(value: string, c: ModelsContext): string[] {
  const pattern = joinPath(c.folder, value);
  const found = expandWildcard(pattern, c.files).map((p) => actualPath(p, c.files));
  return found.length ? found : [pattern];
}

function compileModel(path: string, sources: DriverSources, c: ModelsContext): TranslationUnit {
  return compileUnit(
    path,
    {
      files: c.files,
      builtinHeaders: c.headers,
      includePaths: [c.folder, ...sources.includes],
      defines: sources.defines,
    },
    shownPath(path, c.folder),
  );
}
