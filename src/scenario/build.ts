// From a scenario file to compiled C units: parse, expand sources, compile each driver and the bodies of each process. Everything that is wrong comes back as a list
// of diagnostics; a build with errors is never run. Images (placing, code) are made later, because they need the kernel's table of routines.
import type { Diagnostic } from '../base/diagnostic.js';
import { dirname, type FileProvider, joinPath } from '../base/files.js';
import { SourceFile } from '../base/source.js';
import { type CompileOptions, compileUnit } from '../c/compile-unit.js';
import { settleAcrossUnits } from '../c/implicit-functions.js';
import type { FunctionDef, TranslationUnit } from '../c/tree.js';
import type { UnitStore } from '../c/unit-store.js';
import type { StubRoutine } from '../kernel/stub.js';
import type { DriverBlock, ProcessBlock, Scenario } from './ast.js';
import { bodyText } from './bodies.js';
import { defaultScenarioText, isDriverPath } from './default-scenario.js';
import { buildModels, type DriverModels } from './models.js';
import { parseScenario } from './parser.js';
import { type DriverSources, driverSources, isRefusal, shownPath, unitOptions, unitProblems } from './sources.js';
import { pushOnce, resolveAnswers } from './stubs.js';

export interface BuiltDriver {
  readonly block: DriverBlock;
  readonly sources: DriverSources;
  readonly units: readonly TranslationUnit[];
  /** Linked to the driver, its own and those of the scenario. */
  readonly models: DriverModels;
  /** Answers for functions that nothing provides. */
  readonly stubs: readonly StubRoutine[];
}
export interface BuiltProcess {
  readonly block: ProcessBlock;
  /** Undefined when the process has no bodies. */
  readonly unit: TranslationUnit | undefined;
}
export interface Build {
  readonly scenario: Scenario;
  /** Folder of the scenario file; paths shown to the user are relative to it. */
  readonly folder: string;
  readonly drivers: readonly BuiltDriver[];
  readonly processes: readonly BuiltProcess[];
  readonly diagnostics: readonly Diagnostic[];
}

export interface BuildOptions {
  readonly files: FileProvider;
  readonly headers: Readonly<Record<string, string>>;
  readonly cpus?: number;
  readonly seed?: number;
  /** Keeps units between builds; a file that did not change is not compiled again. */
  readonly units?: UnitStore;
}

function compile(build: BuildOptions, path: string, options: CompileOptions, shown: string): TranslationUnit {
  return build.units ? build.units.get(path, options, shown).unit : compileUnit(path, options, shown);
}

/** Builds a `.scenario` file, or the default scenario around a source, project, solution or folder. Never throws. */
export function buildScenario(path: string, options: BuildOptions): Build {
  const diagnostics: Diagnostic[] = [];
  const folder = dirname(path);
  const isC = isDriverPath(path, options.files);
  const text = isC ? defaultScenarioText(path, options.files) : options.files.read(path);
  const file = new SourceFile(isC ? `${shownPath(path, folder)} (default scenario)` : shownPath(path, folder), text ?? '');
  if (text === undefined) {
    diagnostics.push({
      severity: 'error',
      code: 'scenario-missing-file',
      message: `scenario ${path} was not found`,
      hint: 'check the path; it is taken relative to the current folder',
    });
  }
  const parsed = parseScenario(file);
  diagnostics.push(...parsed.diagnostics);
  const scenario: Scenario = {
    ...parsed.scenario,
    machine: {
      ...parsed.scenario.machine,
      ...(options.cpus === undefined ? {} : { cpus: options.cpus }),
      ...(options.seed === undefined ? {} : { seed: options.seed }),
    },
  };
  if (text !== undefined && !scenario.drivers.length && !scenario.processes.length && !diagnostics.length)
    diagnostics.push({
      severity: 'error',
      code: 'scenario-empty',
      message: 'this scenario has no driver and no process',
      hint: 'add  driver "name" { sources "*.c"; }',
      range: { file, start: 0, end: Math.min(1, file.text.length) },
    });

  const built = scenario.drivers.map((block) => buildDriver(scenario, block, folder, options, diagnostics));
  const answers = resolveAnswers(scenario, built);
  diagnostics.push(...answers.diagnostics);
  const drivers = built.map((d, i): BuiltDriver => ({ ...d, stubs: answers.stubs[i] }));
  const processes = scenario.processes.map((block) => buildProcess(scenario, block, folder, options, diagnostics));
  return { scenario, folder, drivers, processes, diagnostics };
}

/** The function a driver starts with, if one of its units defines it. */
export function driverEntry(units: readonly TranslationUnit[]): FunctionDef | undefined {
  for (const u of units) for (const f of u.functions) if (f.symbol.name === 'DriverEntry') return f;
  return undefined;
}

export const noDriverEntry = (driver: string): Diagnostic => ({
  severity: 'error',
  code: 'driver-no-entry',
  message: `driver "${driver}" has no DriverEntry`,
  hint: 'its sources must define  NTSTATUS DriverEntry(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath)',
});

function buildDriver(
  scenario: Scenario,
  block: DriverBlock,
  folder: string,
  options: BuildOptions,
  diagnostics: Diagnostic[],
): Omit<BuiltDriver, 'stubs'> {
  const { sources, diagnostics: problems } = driverSources(block, folder, options.files);
  diagnostics.push(...problems);
  const compiled = (problems.some(isRefusal) ? [] : sources.paths)
    .filter((p) => options.files.read(p) !== undefined)
    .map((p) =>
      compile(
        options,
        p,
        {
          files: options.files,
          builtinHeaders: options.headers,
          ...unitOptions(sources, p, options.files),
        },
        shownPath(p, folder),
      ),
    );
  const units = settleAcrossUnits(compiled);
  const wrong = unitProblems(units);
  diagnostics.push(...wrong);
  // a driver that cannot run has said so; where a C error hides DriverEntry this message would only be noise
  if (units.length && !driverEntry(units) && ![...problems, ...wrong].some((d) => d.severity === 'error'))
    diagnostics.push({ ...noDriverEntry(block.name), range: block.range });
  const models = buildModels([...block.models, ...scenario.models], sources, { ...options, folder });
  pushOnce(diagnostics, models.diagnostics);
  return { block, sources, units, models };
}

/** Compiles the bodies of one process; what is wrong with them is added to `diagnostics`. */
export function buildProcess(
  scenario: Scenario,
  block: ProcessBlock,
  folder: string,
  options: BuildOptions,
  diagnostics: Diagnostic[],
): BuiltProcess {
  if (!block.threads.length) return { block, unit: undefined };
  // the scenario's own place, so that what it includes is shown relative to the same folder
  const unitPath = joinPath(folder, scenario.file.path);
  const text = bodyText(scenario, block);
  // it stands for the scenario only in this view of the files
  const files: FileProvider = { read: (p) => (p === unitPath ? text : options.files.read(p)), list: (f) => options.files.list(f) };
  const unit = compile(
    options,
    unitPath,
    {
      files,
      builtinHeaders: options.headers,
      includePaths: [folder],
      defines: { DBG: '1' },
      forcedIncludes: [block.subsystem === 'wsl' ? 'linux.h' : 'windows.h'],
    },
    scenario.file.path,
  );
  diagnostics.push(...unit.diagnostics);
  return { block, unit };
}
