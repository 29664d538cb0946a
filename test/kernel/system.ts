// Runs a whole system for the tests of ps, ob, io, cm and um: driver sources and a scenario in memory, compiled, booted and run to the end as the terminal does it.
// Checking drivers (test/drivers, check.h) print "FAIL ..." lines; a run without them, with the wanted verdict, is a pass.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { formatDiagnostic } from '../../src/base/diagnostic.js';
import { MemoryFiles } from '../../src/base/files.js';
import type { BugCheckInfo, Kernel } from '../../src/kernel/kernel.js';
import { buildScenario } from '../../src/scenario/build.js';
import { Simulation } from '../../src/scenario/simulation.js';

const root = new URL('../../', import.meta.url);
const headers: Record<string, string> = {};
for (const f of readdirSync(new URL('src/wdk/', root)).sort())
  if (f.endsWith('.h')) headers[f] = readFileSync(new URL(`src/wdk/${f}`, root), 'utf8');
const read = (name: string): string => readFileSync(new URL(`test/drivers/${name}`, root), 'utf8');

export interface SystemOptions {
  /** C text of the driver, or `file.c` of test/drivers. Undefined: no driver. */
  readonly driver?: string;
  /** Bodies: text of thread blocks of one process, C:\Test\main.exe. */
  readonly threads?: string;
  /** Line of its file on which that text begins: the bodies are compiled with the same line numbers. */
  readonly threadsLine?: number;
  /** Process and program blocks beside it, and the line of its file on which their text begins. */
  readonly processes?: string;
  readonly processesLine?: number;
  /** The driver is a core driver of the boot. */
  readonly bootStart?: boolean;
  /** The whole scenario instead (files: t.c, check.h, system.h). */
  readonly scenario?: string;
  readonly integrityCheck?: boolean;
  /** More settings of the machine block. */
  readonly machine?: string;
  /** VARIANT in the driver and the bodies. */
  readonly variant?: number;
  readonly cpus?: number;
  readonly seed?: number;
  readonly files?: Readonly<Record<string, string>>;
  readonly maxSteps?: number;
  /** Every so many steps the run is saved, the machine emptied and everything rebuilt from what was saved. */
  readonly restoreEvery?: number;
}

export interface SystemEvent {
  readonly kind: string;
  readonly data: Readonly<Record<string, number | bigint | string>>;
}

export interface SystemResult {
  readonly k: Kernel;
  readonly simulation: Simulation;
  readonly output: readonly string[];
  readonly events: readonly SystemEvent[];
  readonly bugCheck: BugCheckInfo | undefined;
  /** How it ended: done, bugcheck, deadlock, limit. */
  readonly end: string;
  readonly hash: string;
}

/** One driver `t` and a process with the threads; the driver is unloaded at the end. */
export function runSystem(o: SystemOptions): SystemResult {
  const driver = o.driver === undefined ? undefined : /\n/.test(o.driver) ? o.driver : read(o.driver);
  const written =
    o.scenario ??
    [
      [
        `machine { cpus ${o.cpus ?? 1}; seed ${o.seed ?? 1}; time-limit 20s; step-limit ${o.maxSteps ?? 50_000_000}; ${o.machine ?? ''} }`,
        driver === undefined
          ? ''
          : `driver "t" { sources "t.c"; integrity-check ${o.integrityCheck === false ? 'no' : 'yes'}; ${o.bootStart ? 'boot-start; ' : ''}}`,
        o.threads === undefined ? '' : 'process "C:\\\\Test\\\\main.exe" command "main.exe -x" {',
      ].join(' '),
      ...(o.threads === undefined ? [] : ['#include "shared.h"', ...Array(Math.max(0, (o.threadsLine ?? 0) - 3)).fill(''), o.threads, '}']),
    ].join('\n');
  const scenario =
    o.processes === undefined
      ? written
      : `${written}${'\n'.repeat(Math.max(1, (o.processesLine ?? 0) - written.split('\n').length))}${o.processes}`;
  const files = new MemoryFiles({
    'w/test.scenario': scenario,
    'w/check.h': read('check.h'),
    'w/system.h': read('system/system.h'),
    'w/shared.h': `${o.variant === undefined ? '' : `#define VARIANT ${o.variant}\n`}${read('system/shared.h')}`,
    'w/linux_check.h': read('system/linux_check.h'),
    ...(driver === undefined ? {} : { 'w/t.c': driver }),
    ...Object.fromEntries(Object.entries(o.files ?? {}).map(([n, t]) => [`w/${n}`, t])),
  });
  const build = buildScenario('w/test.scenario', { files, headers, cpus: o.cpus, seed: o.seed });
  const errors = build.diagnostics.filter((d) => d.severity === 'error');
  assert.deepEqual(errors.map(formatDiagnostic), [], 'the test program compiles');
  let simulation = new Simulation(build, { debug: false });
  assert.deepEqual(simulation.diagnostics.filter((d) => d.severity === 'error').map(formatDiagnostic), []);
  while (simulation.advance(o.restoreEvery ?? 1_000_000, false).kind !== 'ended') {
    if (o.restoreEvery === undefined) continue;
    const bytes = simulation.save();
    simulation = new Simulation(build, { debug: false, reuse: simulation, start: 'restore' });
    simulation.load(bytes);
  }
  const k = simulation.kernel;
  const events: SystemEvent[] = [];
  for (let i = k.trace.begin; i < k.trace.cursor; i++) {
    const e = k.trace.get(i);
    events.push({ kind: e.kind, data: e.data });
  }
  const output = events.filter((e) => e.kind === 'ke.output' || e.kind === 'um.output').map((e) => String(e.data.text));
  return { k, simulation, output, events, bugCheck: k.bugCheckInfo(), end: simulation.end?.kind ?? '', hash: k.trace.hash() };
}

/** A run that must pass: no FAIL line, no bug check, reached its end; `leaks` false: no leak either. */
export function assertPasses(r: SystemResult, options: { readonly leaks?: boolean } = {}): void {
  assert.deepEqual(r.bugCheck && `0x${r.bugCheck.code.toString(16)} ${r.bugCheck.explanation}`, undefined);
  assert.deepEqual(
    r.output.filter((t) => t.startsWith('FAIL')),
    [],
  );
  assert.equal(r.end, 'done');
  if (!options.leaks) assert.deepEqual(leaks(r), []);
}

export const leaks = (r: SystemResult): string[] => r.events.filter((e) => e.kind === 'io.leak').map((e) => String(e.data.text));
export const ofKind = (r: SystemResult, kind: string): SystemEvent['data'][] => r.events.filter((e) => e.kind === kind).map((e) => e.data);
