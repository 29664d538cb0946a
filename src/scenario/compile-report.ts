// What `interlock compile` says about one driver, as data: its errors and warnings, linked as for a run, and every routine it uses with what a call of it comes to.
// The command line only formats this (docs/json.md).
import type { Diagnostic, Severity } from '../base/diagnostic.js';
import type { TranslationUnit } from '../c/tree.js';
import { createKernel } from '../kernel/boot.js';
import { kernelImports } from '../kernel/imports.js';
import type { Kernel } from '../kernel/kernel.js';
import { MAP } from '../machine/abi.js';
import { compileImage } from '../machine/compile/compile-image.js';
import { notSimulated, reasonText } from '../wdk/not-simulated.js';
import type { BuiltDriver } from './build.js';
import { headerDefinitions, headerOf, isSimulated, type UsedFunction, usedFunctions } from './ddi-use.js';
import type { Place } from './report.js';
import { unitProblems } from './sources.js';

/**
 * What a call comes to. simulated: a routine of the kernel, or code in a header. stubbed, modelled: the scenario answers for it. imported: a driver that the
 * scenario loads before defines it. declared: a header of the WDK
 * declares it and nothing more, so a run stops there. external: the driver itself declares it and nobody defines it, as from a library. undeclared: an error.
 */
export type DdiStatus = 'simulated' | 'stubbed' | 'modelled' | 'imported' | 'declared' | 'external' | 'undeclared';
export const DDI_STATUSES: readonly DdiStatus[] = ['simulated', 'stubbed', 'modelled', 'imported', 'declared', 'external', 'undeclared'];

export interface ReportedDdi {
  readonly name: string;
  readonly status: DdiStatus;
  /** Calls in the text; of an undeclared one, functions that call it. */
  readonly calls: number;
  /** Uses other than calls: its address is taken. */
  readonly references: number;
  /** WDK header that declares it, where known. */
  readonly header?: string;
  /** Of one that is declared only: what part of Windows is missing, in the words of `interlock ddis`. */
  readonly missing?: string;
  /** Macro of a WDK header that the first use was written with: `IoCompleteRequest`. */
  readonly macro?: string;
  /** Inline routine of a header through which it is reached. */
  readonly via?: string;
  /** First use. */
  readonly place: Place;
}

export interface ReportedProblem {
  readonly severity: Severity;
  readonly code: string;
  readonly message: string;
  readonly hint?: string;
  readonly place?: Place;
}

export interface CompiledDriverReport {
  readonly name: string;
  /** C sources, as messages show them. */
  readonly sources: readonly string[];
  /** Lines of the sources, headers not counted. */
  readonly lines: number;
  readonly problems: readonly ReportedProblem[];
  /** Sorted by status, then by name. */
  readonly ddis: readonly ReportedDdi[];
  readonly counts: Readonly<Record<DdiStatus, number>>;
}

export interface DriverToReport {
  readonly name: string;
  readonly units: readonly TranslationUnit[];
  /** Units of `models`. */
  readonly models?: readonly TranslationUnit[];
  /** Names that a `stub` of the scenario answers for. */
  readonly stubs?: ReadonlySet<string>;
  /** Functions of drivers that the scenario loads before. */
  readonly imports?: ReadonlySet<string>;
  /** Problems that do not come from compiling: of the project, of the scenario. */
  readonly problems: readonly Diagnostic[];
}

/** The drivers of a scenario, each with what answers for it: its stubs and models, and the drivers before it. */
export function driversToReport(drivers: readonly BuiltDriver[]): DriverToReport[] {
  return drivers.map((d, i) => ({
    name: d.block.name,
    units: d.units,
    models: d.models.units,
    stubs: new Set(d.stubs.map((s) => s.name)),
    imports: exportedFunctions(drivers.slice(0, i).flatMap((x) => x.units)),
    problems: [],
  }));
}

/** A name that `c-undeclared` says is called. */
const UNDECLARED = /^function '(\w+)' is called/;

let kernel: Kernel | undefined;

/** Compiles, links and describes a driver. Never throws for bad source. */
export function reportDriver(d: DriverToReport): { report: CompiledDriverReport; diagnostics: readonly Diagnostic[] } {
  const all = [...d.units, ...(d.models ?? [])];
  const diagnostics = [...d.problems, ...unitProblems(all)];
  if (!diagnostics.some((x) => x.severity === 'error'))
    diagnostics.push(...linkProblems(d.name, all, (x) => d.stubs?.has(x) === true || d.imports?.has(x) === true));
  const ddis = [...usedFunctions(d.units).values()]
    .filter((u) => !u.symbol.implicit)
    .map((u) => reportDdi(u, d))
    .concat(undeclared(diagnostics));
  ddis.sort((a, b) => DDI_STATUSES.indexOf(a.status) - DDI_STATUSES.indexOf(b.status) || (a.name < b.name ? -1 : 1));
  const counts = Object.fromEntries(DDI_STATUSES.map((s) => [s, ddis.filter((x) => x.status === s).length])) as Record<DdiStatus, number>;
  return {
    report: {
      name: d.name,
      sources: d.units.map((u) => u.file.path),
      lines: d.units.reduce((n, u) => n + u.file.text.replace(/\n$/, '').split('\n').length, 0),
      problems: diagnostics.filter((x) => x.severity !== 'hint').map(reportProblem),
      ddis,
      counts,
    },
    diagnostics,
  };
}

/** Names that another driver may call when these are the units of one loaded before it. */
const exportedFunctions = (units: readonly TranslationUnit[]): ReadonlySet<string> =>
  new Set(
    units.flatMap((u) => u.functions.filter((f) => f.symbol.linkage === 'external' && !f.range.file.builtin).map((f) => f.symbol.name)),
  );

/** What only linking shows: names defined twice, variables defined nowhere. */
function linkProblems(name: string, units: readonly TranslationUnit[], answered: (name: string) => boolean): readonly Diagnostic[] {
  kernel ??= createKernel();
  return compileImage({
    name,
    mode: 'kernel',
    units,
    start: MAP.drivers.start,
    imports: { ...kernelImports(kernel), answered },
    functionBase: 1,
    stepBase: 0,
    debug: false,
  }).diagnostics;
}

function reportDdi(u: UsedFunction, d: DriverToReport): ReportedDdi {
  const header = headerOf(u.symbol);
  const macro = d.units.map((x) => (u.macro === undefined ? undefined : x.macros.get(u.macro))).find((m) => m?.range.file.builtin);
  const status = statusOf(u, d);
  const reason = status === 'declared' ? notSimulated(u.name) : undefined;
  return {
    name: u.name,
    status,
    calls: u.calls,
    references: u.references,
    ...(header === undefined ? {} : { header }),
    ...(reason ? { missing: reasonText(reason) } : {}),
    ...(macro && macro.name !== u.name ? { macro: macro.name } : {}),
    ...(u.via === undefined ? {} : { via: u.via }),
    place: placeOf(u.places[0]),
  };
}

function statusOf(u: UsedFunction, d: DriverToReport): DdiStatus {
  if (d.models?.some((m) => m.functions.some((f) => f.symbol.name === u.name && f.symbol.linkage === 'external' && !f.range.file.builtin)))
    return 'modelled';
  if (d.stubs?.has(u.name)) return 'stubbed';
  if (!isSimulated(u.name) && d.imports?.has(u.name)) return 'imported';
  if (isSimulated(u.name) || headerDefinitions(d.units).has(u.name)) return 'simulated';
  return u.symbol.builtin ? 'declared' : 'external';
}

function undeclared(diagnostics: readonly Diagnostic[]): ReportedDdi[] {
  const found = new Map<string, ReportedDdi>();
  for (const x of diagnostics) {
    const name = x.code === 'c-undeclared' ? UNDECLARED.exec(x.message)?.[1] : undefined;
    if (name === undefined || !x.range) continue;
    const known = found.get(name);
    found.set(name, { name, status: 'undeclared', calls: (known?.calls ?? 0) + 1, references: 0, place: known?.place ?? placeOf(x.range) });
  }
  return [...found.values()];
}

const placeOf = (r: NonNullable<Diagnostic['range']>): Place => ({ file: r.file.path, ...r.file.position(r.start) });

export function reportProblem(d: Diagnostic): ReportedProblem {
  return {
    severity: d.severity,
    code: d.code,
    message: d.message,
    ...(d.hint ? { hint: d.hint } : {}),
    ...(d.range ? { place: placeOf(d.range) } : {}),
  };
}
