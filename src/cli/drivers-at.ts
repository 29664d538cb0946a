// Which drivers a path on the command line means, compiled: a folder (or the folders in it), a C file, a project, a scenario.
import type { Diagnostic } from '../base/diagnostic.js';
import { joinPath } from '../base/files.js';
import { settleAcrossUnits } from '../c/implicit-functions.js';
import { buildScenario, driverEntry, noDriverEntry } from '../scenario/build.js';
import { type DriverToReport, driversToReport } from '../scenario/compile-report.js';
import { compileDriverUnit, type DriverFolder, findDriver, findDrivers } from '../scenario/driver-folder.js';
import { driverOfFile } from '../scenario/driver-of-file.js';
import { isRefusal } from '../scenario/sources.js';
import { wdkHeaders } from '../wdk/headers.gen.js';
import { DiskFiles } from './disk-files.js';

const MAX_DEPTH = 8;

/** What the command line adds to every driver. */
export interface CompileSettings {
  /** Normalised paths, searched first. */
  readonly includes?: readonly string[];
  readonly defines?: Readonly<Record<string, string>>;
}

/** Every driver at a path: a folder, C file, header, `.vcxproj` or `.scenario`. Errors are about the path itself and the scenario. */
export function driversAt(path: string, settings: CompileSettings = {}): { drivers: DriverToReport[]; errors: Diagnostic[] } {
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
    const own = new Set(build.drivers.flatMap((d) => [...d.units, ...d.models.units].flatMap((u) => u.diagnostics)));
    return {
      drivers: driversToReport(build.drivers),
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
  return { drivers: found.map((d) => compiled(d, settings, files)), errors: [] };
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

function compiled(d: DriverFolder, settings: CompileSettings, files: DiskFiles): DriverToReport {
  const driver = withSettings(d, settings);
  const paths = d.diagnostics.some(isRefusal) ? [] : driver.sources.paths;
  const units = settleAcrossUnits(paths.map((p) => compileDriverUnit(driver, p, { files, headers: wdkHeaders }, p)));
  const fine = ![...d.diagnostics, ...units.flatMap((u) => u.diagnostics)].some((x) => x.severity === 'error');
  return { name: d.name, units, problems: fine && !driverEntry(units) ? [...d.diagnostics, noDriverEntry(d.name)] : d.diagnostics };
}

function withSettings(d: DriverFolder, s: CompileSettings): DriverFolder {
  const { sources } = d;
  return {
    ...d,
    sources: {
      ...sources,
      includes: [...(s.includes ?? []), ...sources.includes],
      defines: { ...sources.defines, ...s.defines },
      settings: new Map(
        [...(sources.settings ?? [])].map(([path, u]) => [
          path,
          { ...u, includes: [...(s.includes ?? []), ...u.includes], defines: { ...u.defines, ...s.defines } },
        ]),
      ),
    },
  };
}
