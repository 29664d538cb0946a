// One run of a scenario: images compiled, kernel booted, a controller thread inside the machine carrying out the script (load, start, wait, unload), and the
// machine advanced in pieces until it ends. Terminal, debugger and tests use this same class; a piece may be of any size without changing the run.
import type { Diagnostic } from '../base/diagnostic.js';
import { formatRange, type Range } from '../base/source.js';
import { attach, boot, createKernel } from '../kernel/boot.js';
import { setKeyValue } from '../kernel/cm/hive.js';
import { serviceKey } from '../kernel/io/driver-load.js';
import type { Chooser } from '../kernel/ke/choice.js';
import type { Kernel, RunResult } from '../kernel/kernel.js';
import { registerProgram } from '../kernel/ps/program.js';
import { scenarioDone, startScenario } from '../kernel/ps/scenario.js';
import { BREAK_TABLE, BREAK_TABLE_SIZE, Reg, toAddress, USER_BASE } from '../machine/abi.js';
import type { Checkpoint } from '../machine/checkpoint.js';
import type { CompiledImage } from '../machine/image.js';
import type { Machine } from '../machine/machine.js';
import { walkStack } from '../machine/walk.js';
import type { RegistryValue } from './ast.js';
import type { Build, BuiltProcess } from './build.js';
import { ConditionWatch, type Violation } from './condition-watch.js';
import { describeBugCheck } from './describe-bugcheck.js';
import { type BuiltImages, compileImages } from './images.js';
import { makeReport } from './make-report.js';
import { OutputTeller } from './output.js';
import type { ReportedBugCheck, RunReport } from './report.js';
import { scenarioScript } from './script.js';

export interface SimulationOptions {
  /** Code with break tests. */
  readonly debug: boolean;
  /**
   * An earlier simulation that nobody uses any more. Its machine (1.75 GiB of addresses, 4 when it searches races) is taken over when it has as many CPUs, and its code when it ran the
   * same compiled units.
   */
  readonly reuse?: Simulation;
  /** Another simulation of the same compiled units, still used: only its code is shared. */
  readonly code?: Simulation;
  /** `restore`: nothing is booted, because `load` brings a state. `continue`: all objects are new, the machine of `reuse` stays where it is. */
  readonly start?: 'boot' | 'restore' | 'continue';
  /** Code whose stops leave no garbage in frames (exploration). Not together with `reuse` or `code`. */
  readonly cleanStops?: boolean;
  /** Who says which CPU goes on; default: the seed. */
  readonly chooser?: Chooser;
}

export type SimulationEvent =
  /** The piece is over, or (`choice`) the chooser wants to be asked outside. */
  | { readonly kind: 'running'; readonly choice?: true }
  | { readonly kind: 'break'; readonly cpu: number; readonly step: number }
  | { readonly kind: 'exception'; readonly cpu: number; readonly id: string; readonly description: string; readonly where: string }
  | { readonly kind: 'ended' };

/** How the run ended, when it has. */
export type End =
  | { readonly kind: 'done' }
  | { readonly kind: 'bugcheck' }
  | { readonly kind: 'deadlock'; readonly waiters: NonNullable<RunResult['waiters']> }
  | { readonly kind: 'limit'; readonly what: string }
  | { readonly kind: 'not-simulated'; readonly name: string; readonly where: string };

const REGISTRY_TYPES: Record<RegistryValue['type'], number> = {
  string: 1,
  'expand-string': 2,
  binary: 3,
  dword: 4,
  'multi-string': 7,
  qword: 11,
};

/** Calls of functions that headers declare and nothing answers for: the run goes as far as the first of them. */
function notSimulatedWarnings(image: CompiledImage, k: Kernel): Diagnostic[] {
  const stubs = k.stubs.get(image.name);
  const left = image.unresolved.filter((u) => !stubs?.has(u.name));
  return left.map(({ name, range }) => ({
    severity: 'warning',
    code: 'not-simulated',
    message: `'${name}' is declared but not simulated yet`,
    hint: 'the run stops if it gets to this call',
    range,
  }));
}

/** The scenario says `no race`: accesses are watched, in every kind of run. */
export const searchesRaces = (build: Build): boolean => build.scenario.expectations.some((e) => e.kind === 'no' && e.what === 'race');

/** A machine as good as new for another simulation. */
function clearMachine(machine: Machine, keepCode: boolean): void {
  machine.mem.watches.set([]);
  machine.mem.watches.take();
  machine.stopOnException = undefined;
  machine.mem.buffer.fill(0, BREAK_TABLE, BREAK_TABLE + BREAK_TABLE_SIZE);
  machine.reset();
  if (!keepCode) machine.images.clear();
}

export class Simulation {
  readonly kernel: Kernel;
  readonly images: readonly CompiledImage[];
  /** Problems found while images were made (duplicate symbols ...); errors forbid running. */
  readonly diagnostics: readonly Diagnostic[];
  onOutput: (text: string, category: 'stdout' | 'console' | 'important', range?: Range) => void = () => {};
  /** A thread (its ID) began or ended. */
  onThread: (id: number, started: boolean) => void = () => {};
  /** Conditions of `expect` that were seen to be false. */
  get violations(): readonly Violation[] {
    return this.conditions.violations;
  }
  end: End | undefined;
  private readonly debug: boolean;
  private readonly built: BuiltImages;
  private readonly conditions: ConditionWatch;
  private readonly output: OutputTeller;

  constructor(
    readonly build: Build,
    options: SimulationOptions,
  ) {
    const m = build.scenario.machine;
    const { reuse, code = reuse, start = 'boot' } = options;
    const races = searchesRaces(build);
    const machine = reuse?.kernel.config.cpus === m.cpus && reuse.kernel.config.races === races ? reuse.kernel.machine : undefined;
    if (start === 'continue' && !machine) throw new Error('there is no machine to continue on');
    const shared =
      code?.debug === options.debug &&
      code.kernel.config.races === races &&
      code.build.drivers === build.drivers &&
      code.build.processes === build.processes
        ? code
        : undefined;
    const loaded = machine !== undefined && shared === reuse;
    if (machine && start !== 'continue') clearMachine(machine, loaded);
    this.debug = options.debug;
    this.kernel = createKernel({
      cpus: m.cpus,
      seed: m.seed,
      stepNs: m.stepNs,
      windowsBuild: Number(m.windows.split('.')[2]),
      races,
      callbackTimeNs: m.callbackTimeNs,
      callbackStackBytes: m.callbackStackBytes,
      prioritySeparation: m.prioritySeparation,
      choices: m.choices,
      verifierFlags: m.verifierFlags,
      verifierAsked: m.verifierAsked,
      verifierReports: m.verifierReports,
      faultProbability: m.faultProbability,
      ...(machine ? { machine } : {}),
      ...(options.chooser ? { chooser: options.chooser } : {}),
    });
    this.output = new OutputTeller(this);
    this.built =
      shared?.built ?? compileImages(build, this.kernel, { debug: options.debug, race: races, cleanStops: options.cleanStops ?? false });
    shared?.kernel.irqlLimits.forEach((limit, id) => {
      this.kernel.irqlLimits[id] = limit;
    });
    this.images = this.built.all;
    for (const d of build.drivers) if (d.stubs.length) this.kernel.stubs.set(d.block.name, new Map(d.stubs.map((x) => [x.name, x])));
    this.conditions = new ConditionWatch(this.kernel, build.scenario.expectations, [...this.built.drivers.values()]);
    this.diagnostics = [
      ...this.built.diagnostics,
      ...this.images.flatMap((i) => notSimulatedWarnings(i, this.kernel)),
      ...this.conditions.diagnostics,
    ];
    if (this.diagnostics.some((d) => d.severity === 'error')) return;
    if (!loaded) this.kernel.machine.loadImages(this.images);
    this.conditions.begin();
    if (start === 'boot') {
      boot(this.kernel);
      this.prepare();
    } else {
      attach(this.kernel);
      if (start === 'continue') this.kernel.restoreState(JSON.parse(JSON.stringify(reuse!.kernel.saveState())));
    }
  }

  // ---------------------------------------------------------------- start
  private prepare(): void {
    const k = this.kernel;
    for (const d of this.build.drivers) {
      for (const key of d.block.registry) {
        const path = key.path === '' ? serviceKey(d.block.name) : `${serviceKey(d.block.name)}\\${key.path}`;
        for (const v of key.values) setKeyValue(k, path, v.name, REGISTRY_TYPES[v.type], v.data);
      }
    }
    for (const p of this.build.processes) this.registerProcess(p);
    startScenario(
      k,
      scenarioScript(this.build, (d) => this.imageIndex(this.built.drivers.get(d)!)),
    );
    this.conditions.checkInitial();
  }

  private registerProcess(p: BuiltProcess): void {
    const image = this.built.processes.get(p);
    const entryOf = (name: string): number =>
      USER_BASE + (image?.functions.find((f) => f.name === name && f.parent === undefined)?.codeOffset ?? 0);
    registerProgram(this.kernel, {
      imagePath: p.block.path,
      imageIndex: image ? this.imageIndex(image) : -1,
      subsystem: p.block.subsystem,
      threads: p.block.threads.map((t) => ({
        name: t.name,
        entry: entryOf(t.name),
        priority: t.priority,
        affinity: BigInt(t.affinity),
        delay: BigInt(Math.round(t.delayNs / 100)),
        count: t.count,
      })),
    });
  }

  private imageIndex(image: CompiledImage): number {
    return this.kernel.machine.images.images.indexOf(image);
  }

  // ---------------------------------------------------------------- running
  /** Steps that all CPUs together have executed. */
  get stepsRun(): number {
    return this.kernel.machine.steps;
  }

  set stopOnFirstChance(on: boolean) {
    this.kernel.machine.stopOnException = on ? () => true : undefined;
  }

  /** Runs at most `steps` steps. `skipBreak`: go over the break byte that stopped the last piece. */
  advance(steps: number, skipBreak: boolean): SimulationEvent {
    return this.go(steps, { skipBreak });
  }
  /** Runs no step: takes what is due at this moment (context switch, interrupts), so that the CPU that runs next stands before its next step. */
  settle(): SimulationEvent {
    return this.go(0, { settle: true });
  }
  private go(steps: number, how: { readonly skipBreak?: boolean; readonly settle?: boolean }): SimulationEvent {
    if (this.end) return { kind: 'ended' };
    const m = this.build.scenario.machine;
    if (scenarioDone(this.kernel)) return this.finish({ kind: 'done' });
    const left = m.stepLimit - this.stepsRun;
    if (left <= 0) return this.finish({ kind: 'limit', what: `${m.stepLimit} steps` });
    const result = this.kernel.run({
      maxSteps: Math.min(steps, left),
      maxTime: Math.floor(m.timeLimitNs / m.stepNs),
      ...how,
      stopAt: (k) => {
        this.conditions.checkChanged();
        return scenarioDone(k);
      },
    });
    this.output.flush();
    const k = this.kernel;
    switch (result.reason) {
      case 'stopAt':
        return this.finish({ kind: 'done' });
      case 'bugcheck':
        return this.finish({ kind: 'bugcheck' });
      case 'deadlock':
        return this.finish({ kind: 'deadlock', waiters: result.waiters ?? [] });
      case 'maxTime':
        return this.finish({ kind: 'limit', what: `${m.timeLimitNs / 1e9} s of virtual time` });
      case 'notSimulated':
        return this.finish({
          kind: 'not-simulated',
          name: k.notSimulated?.name ?? 'an unknown function',
          where: k.notSimulated?.where ?? '',
        });
      case 'break':
        return { kind: 'break', cpu: k.cpuNumber, step: k.machine.reg(Reg.StopStep) };
      case 'choice':
        return { kind: 'running', choice: true };
      case 'debugbreak':
        return this.exceptionEvent();
      default:
        return { kind: 'running' };
    }
  }

  private exceptionEvent(): SimulationEvent {
    const k = this.kernel;
    const x = k.machine.exception();
    const code = x ? `0x${(x.code >>> 0).toString(16).toUpperCase().padStart(8, '0')}` : '0x80000003';
    const where = k.where(k.machine.registers.top);
    return {
      kind: 'exception',
      cpu: k.cpuNumber,
      id: code,
      description: x ? `exception ${code} at ${where}` : `breakpoint instruction at ${where}`,
      where,
    };
  }

  private finish(end: End): SimulationEvent {
    this.end = end;
    if (end.kind !== 'bugcheck' && end.kind !== 'not-simulated') {
      this.conditions.checkEnd();
    }
    return { kind: 'ended' };
  }

  /** What boot has recorded is not told through onOutput and onThread. */
  skipOutput(): void {
    this.output.skip();
  }

  /** Things go another way from an event on: what the trace holds ahead is forgotten, and output is told again from there. */
  branch(at = this.kernel.trace.cursor): void {
    this.kernel.trace.branch();
    this.output.back(at);
    this.output.flush();
  }

  /** Global steps at which a driver's DriverEntry begins. */
  entrySteps(): number[] {
    const out: number[] = [];
    for (const image of this.built.drivers.values()) {
      const f = image.functions.find((x) => x.name === 'DriverEntry' && x.parent === undefined);
      const first = f?.steps.findIndex((s) => s.first) ?? -1;
      if (f && first >= 0) out.push(f.stepBase + first);
    }
    return out;
  }

  // ---------------------------------------------------------------- results
  bugCheck(): (ReportedBugCheck & { readonly text: string; readonly range: Range | undefined; readonly stackText: string }) | undefined {
    return this.end?.kind === 'bugcheck' ? describeBugCheck(this) : undefined;
  }
  report(): RunReport {
    return makeReport(this);
  }
  /** 0 the expectations hold, 1 they do not or a bug check happened that was not expected, 2 the run met something that is not simulated. */
  exitCode({ verdict } = this.report()): number {
    return verdict === 'held' ? 0 : verdict === 'not-simulated' ? 2 : 1;
  }

  /** Function of a driver at a code address, also after the driver is gone. */
  driverFunctionAt(address: number): { readonly driver: string; readonly name: string } | undefined {
    for (const image of this.built.drivers.values()) {
      const f = image.functions.find((x) => toAddress(x.codeOffset) === address);
      if (f) return { driver: image.name, name: f.name };
    }
    return undefined;
  }
  /** Name of the driver function (or routine) at a code address, also after its driver is gone. */
  functionNameAt(address: number): string | undefined {
    const known = this.driverFunctionAt(address);
    if (known) return known.name;
    const fn = this.kernel.machine.resolveCode(address);
    return fn < 0 ? undefined : this.kernel.machine.functionName(fn);
  }
  /** ` in NAME (file:line)` of driver code that is running when a limit stops the run, or nothing. */
  whereBusy(): string {
    const k = this.kernel;
    for (let c = 0; c < k.config.cpus; c++) {
      const frame = walkStack(k.machine, k.machine.wordsOf(c)[Reg.Top >> 2], 8).find((f) => f.step && !f.step.range.file.builtin);
      if (frame?.step) return ` in ${frame.name} (${formatRange(frame.step.range)})`;
    }
    return '';
  }

  // ---------------------------------------------------------------- checkpoints
  /** The state now, between two pieces. Cheap; give it back with `machine.release`. */
  checkpoint(): Checkpoint {
    return this.kernel.machine.checkpoint();
  }
  /** Exactly that state again. What ran after it lies ahead in the trace and is verified when it runs again. */
  restore(c: Checkpoint): void {
    this.kernel.machine.restore(c);
    this.end = undefined;
  }
  /** The state now as bytes, for a simulation of the same build elsewhere. */
  save(): Uint8Array {
    const { machine } = this.kernel;
    const c = machine.checkpoint();
    const bytes = machine.serialize(c);
    machine.release(c);
    return bytes;
  }
  /** The state that `save` of a simulation of the same build gave. The trace begins there when this simulation did not pass it itself. */
  load(bytes: Uint8Array): void {
    const { machine } = this.kernel;
    const c = machine.deserialize(bytes);
    this.restore(c);
    machine.release(c);
  }
}
