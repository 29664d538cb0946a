// The real product as the tests of this folder run it: scenarios built from files of the disk or from texts, run to their end in one piece or in many.
import assert from 'node:assert/strict';
import { formatDiagnostic } from '../../src/base/diagnostic.js';
import { MemoryFiles } from '../../src/base/files.js';
import { DiskFiles } from '../../src/cli/disk-files.js';
import { type Build, buildScenario } from '../../src/scenario/build.js';
import type { RunReport } from '../../src/scenario/report.js';
import { Simulation, type SimulationOptions } from '../../src/scenario/simulation.js';
import { toJsonLines } from '../../src/trace/export.js';
import { wdkHeaders } from '../../src/wdk/headers.gen.js';

/** Absolute path below the repository. */
export const repositoryPath = (path: string): string => new URL(`../../${path}`, import.meta.url).pathname;

const checked = (build: Build): Build => {
  assert.deepEqual(build.diagnostics.filter((d) => d.severity === 'error').map(formatDiagnostic), [], 'the scenario builds');
  return build;
};

/** A scenario of the repository (or below test/fixtures/scenarios). */
export function buildFile(path: string, options: { cpus?: number; seed?: number } = {}): Build {
  return checked(buildScenario(repositoryPath(path), { files: new DiskFiles(), headers: wdkHeaders, ...options }));
}

/** A scenario given as text, with further files beside it. */
export function buildText(scenario: string, files: Readonly<Record<string, string>> = {}): Build {
  return checked(buildScenario('s/test.scenario', { files: textFiles(scenario, files), headers: wdkHeaders }));
}
export function textFiles(scenario: string, files: Readonly<Record<string, string>> = {}): MemoryFiles {
  return new MemoryFiles({ 's/test.scenario': scenario, ...Object.fromEntries(Object.entries(files).map(([n, t]) => [`s/${n}`, t])) });
}

/** The same build with other words in the machine block: compiled units stay the same objects, so that a simulation can reuse the code. */
export const withMachine = (build: Build, machine: Partial<Build['scenario']['machine']>): Build => ({
  ...build,
  scenario: { ...build.scenario, machine: { ...build.scenario.machine, ...machine } },
});

/** Runs to the end in pieces of `piece()` steps. */
export function finish(simulation: Simulation, piece: () => number = () => 10_000_000): Simulation {
  while (simulation.advance(piece(), false).kind !== 'ended');
  return simulation;
}

export const run = (build: Build, options: Partial<SimulationOptions> = {}, piece?: () => number): Simulation =>
  finish(new Simulation(build, { debug: false, ...options }), piece);

export const reportOf = (build: Build): RunReport => run(build).report();

/** The whole trace from an event on, as text. */
export const traceText = (simulation: Simulation, from = simulation.kernel.trace.begin): string[] => [
  ...toJsonLines(simulation.kernel.trace, from),
];

/** Lines of a program's and the drivers' output. */
export const outputOf = (report: RunReport): string[] => report.output.map((o) => o.text.replace(/\n$/, ''));
