// The debugger without protocol: one launched scenario, its breakpoints, stepping, and what can be seen when it stands. The owner calls `run(steps)` again and
// again; everything else only reads, or sets what the next `run` is to do. Where a stop falls never changes what the machine does (invariant 4).

import { type Diagnostic, formatDiagnostic } from '../base/diagnostic.js';
import type { SourceFile } from '../base/source.js';
import type { Chooser } from '../kernel/ke/choice.js';
import { Reg, toAddress } from '../machine/abi.js';
import type { FunctionInfo } from '../machine/image.js';
import { asInteger, asNumber, EvaluationError } from '../machine/inspect/value.js';
import type { Build } from '../scenario/build.js';
import { Simulation } from '../scenario/simulation.js';
import { tellStory } from '../scenario/story.js';
import { BreakFlags } from './break-flags.js';
import { type Breakpoint, Breakpoints, parseHitCondition } from './breakpoints.js';
import { Evaluator } from './evaluator.js';
import { formatValue } from './format.js';
import { frameName } from './frame-names.js';
import { Locations } from './locations.js';
import { type StepKind, type StepOperation, stepOperation } from './stepping.js';
import { Target, type TargetThread } from './target.js';
import { describeThread } from './thread-names.js';
import {
  type BreakpointInfo,
  type BreakpointRequest,
  type ExceptionFilters,
  type ExceptionInfo,
  type FrameInfo,
  LaunchError,
  type OutputLine,
  type RunEvent,
  type ScopeInfo,
  type Stop,
  type ThreadInfo,
  type VariableInfo,
} from './types.js';
import { type Frame, Variables } from './variables.js';

export interface SessionOptions {
  /** Code with break tests; false for "run without debugging". */
  readonly debug: boolean;
  /** Who says which CPU goes on (a schedule); default: the seed. */
  readonly chooser?: Chooser;
}

export class Session {
  readonly simulation: Simulation;
  readonly target: Target;
  /** Output of the drivers, of the scenario and of the debugger itself. */
  onOutput: (line: OutputLine) => void = () => {};
  onThread: (id: number, started: boolean) => void = () => {};

  private readonly locations: Locations;
  private readonly flags: BreakFlags;
  private readonly breakpoints: Breakpoints;
  private readonly variablesView: Variables;
  private readonly evaluator: Evaluator;
  private filters: ExceptionFilters = { bugcheck: true, firstChance: false };
  private operation: StepOperation | undefined;
  private entryStop = false;
  private pauseRequested = false;
  /** The machine stands before a step whose break byte is set and has been told; the next run goes over it. */
  private skipBreak = false;
  private exception: ExceptionInfo | undefined;
  private finished = false;
  private endShown = false;
  /** Where and when the last stop at a break byte was: the same again without progress is the same stop, met after an interrupt. */
  private lastBreak = '';
  private frames: Frame[] = [];
  private bootThreadsTold = false;

  /** Boots the scenario up to its first step. Throws LaunchError when its images cannot be made. */
  constructor(
    readonly build: Build,
    options: SessionOptions,
  ) {
    this.simulation = new Simulation(build, options);
    const { diagnostics } = this.simulation;
    const errors = diagnostics.filter((d) => d.severity === 'error');
    if (errors.length) throw new LaunchError(summary(errors), diagnostics);
    this.target = new Target(this.simulation.kernel, this.simulation.images);
    this.locations = new Locations(this.simulation.images);
    const { machine } = this.simulation.kernel;
    this.flags = new BreakFlags((step, on) => machine.setBreak(step, on));
    this.breakpoints = new Breakpoints(this.locations, (step, on) => (on ? this.flags.add(step) : this.flags.remove(step)));
    this.variablesView = new Variables(this.target);
    this.evaluator = new Evaluator(this.target);
    this.simulation.onThread = (id, started) => this.onThread(id, started);
    this.simulation.onOutput = (text, category, range) => this.onOutput({ category, text, ...(range ? { range } : {}) });
  }

  // ---------------------------------------------------------------- breakpoints
  setBreakpoints(path: string, requests: readonly BreakpointRequest[]): BreakpointInfo[] {
    return this.breakpoints.set(path, requests);
  }
  breakpointLines(path: string, from: number, to: number): number[] {
    return this.locations.lines(path, from, to);
  }
  adoptBreakpoints(other: Session): void {
    for (const [path, requests] of other.breakpoints.requests()) this.breakpoints.set(path, requests);
  }
  setExceptionFilters(filters: ExceptionFilters): void {
    this.filters = filters;
    this.simulation.stopOnFirstChance = filters.firstChance;
  }
  /** Stop at the first statement of the first driver's DriverEntry. */
  stopOnEntry(): void {
    this.entryStop = true;
    this.flags.setTemporary(this.simulation.entrySteps());
  }
  sources(): readonly SourceFile[] {
    return [...new Set(this.simulation.images.flatMap((i) => i.units.flatMap((u) => [u.file, ...u.includes])))];
  }

  // ---------------------------------------------------------------- running
  /** Runs at most about `steps` steps. */
  run(steps: number): RunEvent {
    if (this.finished) return { kind: 'ended', exitCode: this.simulation.exitCode() };
    this.tellBootThreads();
    let left = steps;
    while (left > 0) {
      if (this.pauseRequested) {
        const stop = this.pauseStop();
        if (stop) return stop;
      }
      const before = this.simulation.stepsRun;
      const event = this.simulation.advance(left, this.skipBreak);
      left -= Math.max(1, this.simulation.stepsRun - before);
      this.skipBreak = false;
      switch (event.kind) {
        case 'running':
          break;
        case 'break': {
          this.skipBreak = true;
          const now = this.breakMoment(event.step, event.cpu);
          if (now === this.lastBreak) break;
          this.lastBreak = now;
          const stop = this.judgeBreak(event.step, event.cpu);
          if (stop) return this.stopped(stop);
          break;
        }
        case 'exception':
          this.exception = { id: event.id, description: event.description, breakMode: 'always', details: event.where };
          return this.stopped({
            reason: 'exception',
            threadId: this.target.threadIdOn(event.cpu),
            description: event.description,
            text: event.id,
          });
        case 'ended': {
          const stop = this.bugCheckStop() ?? this.notSimulatedStop();
          if (stop) return this.stopped(stop);
          return this.finish();
        }
      }
    }
    return { kind: 'running' };
  }

  private stopped(stop: Stop): RunEvent {
    this.operation = undefined;
    this.flags.setTemporary([]);
    this.variablesView.clear();
    this.frames = [];
    return { kind: 'stopped', stop };
  }

  private finish(): RunEvent {
    this.finished = true;
    const report = this.simulation.report();
    this.onOutput({ category: 'console', text: tellStory(report, { brief: true }) });
    return { kind: 'ended', exitCode: this.simulation.exitCode() };
  }

  private bugCheckStop(): Stop | undefined {
    const b = this.simulation.bugCheck();
    if (!b || this.endShown) return undefined;
    this.endShown = true;
    this.onOutput({ category: 'stderr', text: `${b.text}\n`, ...(b.range ? { range: b.range } : {}) });
    if (!this.filters.bugcheck) return undefined;
    this.exception = {
      id: `${b.name} (0x${b.code.toString(16).toUpperCase()})`,
      description: b.text,
      breakMode: 'unhandled',
      details: b.stackText,
    };
    return {
      reason: 'exception',
      threadId: this.target.threadIdOn(b.cpu),
      description: `Bug check ${b.name} (0x${b.code.toString(16).toUpperCase()})`,
      text: b.explanation,
    };
  }

  /** Something that is not simulated was called: nothing after it would be true, but the stopped machine can be looked at. */
  private notSimulatedStop(): Stop | undefined {
    const { end, kernel } = this.simulation;
    if (end?.kind !== 'not-simulated' || this.endShown) return undefined;
    this.endShown = true;
    const text = `${end.name} is declared but not simulated yet; it is called at ${end.where}`;
    this.onOutput({ category: 'stderr', text: `${text}\n` });
    if (!this.filters.bugcheck) return undefined;
    this.exception = { id: 'not simulated', description: text, breakMode: 'unhandled' };
    return { reason: 'exception', threadId: this.target.threadIdOn(kernel.cpuNumber), description: `Not simulated: ${end.name}`, text };
  }

  private pauseStop(): RunEvent | undefined {
    this.pauseRequested = false;
    const threads = this.target.threads();
    const t = threads.find((x) => x.cpu >= 0 && this.target.stack(x).some((f) => f.info)) ?? threads.find((x) => x.cpu >= 0) ?? threads[0];
    if (!t) return undefined;
    // shown here, so going on from here does not stop at this very step again
    const top = t.cpu >= 0 ? this.target.stack(t)[0] : undefined;
    if (top?.info) this.lastBreak = this.breakMoment(top.info.stepBase + top.pc, t.cpu);
    return this.stopped({ reason: 'pause', threadId: t.id });
  }

  /** A text that is the same only if the thread has not run since: it counts the steps of the thread (of the CPU, in a DPC). */
  private breakMoment(step: number, cpu: number): string {
    return `${step} ${this.target.progress(cpu)} ${this.simulation.kernel.machine.wordsOf(cpu)[Reg.Top >> 2]}`;
  }

  private judgeBreak(step: number, cpu: number): Stop | undefined {
    const threadId = this.target.threadIdOn(cpu);
    const hit = this.breakpoints.at(step).filter((b) => this.counts(b, cpu));
    if (hit.length) return { reason: 'breakpoint', threadId, breakpointIds: hit.map((b) => b.id) };
    if (this.entryStop) {
      this.entryStop = false;
      return { reason: 'entry', threadId };
    }
    const o = this.operation;
    const info = this.simulation.kernel.machine.stepInfo(step);
    const fp = this.simulation.kernel.machine.wordsOf(cpu)[Reg.Top >> 2];
    if (o && info && o.threadId === threadId && o.ends(step, fp, info.function)) return { reason: 'step', threadId };
    return undefined;
  }

  /** Condition, hit count, log message. A breakpoint whose condition cannot be evaluated stops and says why: better than a silent miss. */
  private counts(b: Breakpoint, cpu: number): boolean {
    const thread = this.target.threadOn(cpu);
    if (!thread) return false;
    const frame = this.frameOf(thread, 0);
    try {
      if (b.request.condition !== undefined) {
        const v = this.evaluator.value(b.request.condition, frame, false);
        if (v.type.kind === 'float' ? asNumber(v) === 0 : asInteger(v) === 0n) return false;
      }
    } catch (e) {
      if (!(e instanceof EvaluationError)) throw e;
      this.onOutput({ category: 'stderr', text: `breakpoint condition '${b.request.condition}': ${e.message}\n` });
      return true;
    }
    b.hits++;
    if (b.request.hitCondition !== undefined && !parseHitCondition(b.request.hitCondition)?.(b.hits)) return false;
    if (b.request.logMessage === undefined) return true;
    this.onOutput({ category: 'console', text: `${this.logText(b.request.logMessage, frame)}\n` });
    return false;
  }

  /** `{expression}` parts are evaluated; `{{` is a brace. */
  private logText(message: string, frame: Frame | undefined): string {
    return message.replace(/\{\{|\}\}|\{([^{}]*)\}/g, (all, expression: string | undefined) => {
      if (expression === undefined) return all[0];
      try {
        const v = this.evaluator.value(expression, frame, false);
        return formatValue(v, this.evaluator.memory(frame), this.target);
      } catch (e) {
        if (!(e instanceof EvaluationError)) throw e;
        return `{${e.message}}`;
      }
    });
  }

  continue(): void {
    this.forget();
    this.operation = undefined;
  }
  next(threadId: number): void {
    this.step('next', threadId);
  }
  stepIn(threadId: number): void {
    this.step('stepIn', threadId);
  }
  stepOut(threadId: number): void {
    this.step('stepOut', threadId);
  }
  pause(_threadId: number): void {
    this.pauseRequested = true;
  }

  private step(kind: StepKind, threadId: number): void {
    this.forget();
    const t = this.target.thread(threadId);
    const frames = t ? this.target.stack(t).filter((f) => f.info && !f.info.unit.file.builtin) : [];
    this.operation =
      t &&
      stepOperation(
        kind,
        threadId,
        frames.map((f) => ({ fp: f.fp, fn: f.info as FunctionInfo, pc: f.pc })),
        this.locations,
      );
    this.flags.setTemporary(this.operation?.steps ?? []);
  }

  private forget(): void {
    this.exception = undefined;
    this.variablesView.clear();
    this.frames = [];
  }

  /** Threads that boot has made; later ones are told as the trace has them. */
  private tellBootThreads(): void {
    if (this.bootThreadsTold) return;
    this.bootThreadsTold = true;
    for (const t of this.target.threads()) this.onThread(t.id, true);
    this.simulation.skipOutput();
  }

  // ---------------------------------------------------------------- looking
  threads(): ThreadInfo[] {
    return this.target.threads().map((t) => ({ id: t.id, name: describeThread(this.target, t) }));
  }

  private frameOf(thread: TargetThread, index: number): Frame | undefined {
    const frame = this.target.stack(thread)[index];
    return frame && { id: 0, thread, frame, memory: this.target.memoryOf(thread.process) };
  }

  stackTrace(threadId: number, start: number, levels: number): { frames: FrameInfo[]; total: number } {
    const thread = this.target.thread(threadId);
    if (!thread) return { frames: [], total: 0 };
    const all = this.target.stack(thread).filter((f) => f.kind !== 'internal');
    const memory = this.target.memoryOf(thread.process);
    const frames = all.slice(start, start + levels).map((frame): FrameInfo => {
      const f: Frame = { id: this.frames.length + 1, thread, frame, memory };
      this.frames.push(f);
      const range = frame.step?.range;
      const image = frame.info && this.target.imageOf(frame.info);
      return {
        id: f.id,
        name: frameName(this.target, frame),
        kind: image ? (image.mode === 'user' ? 'scenario' : 'driver') : 'kernel',
        address: frame.info ? toAddress(frame.info.codeOffset) : 0,
        ...(range ? { range } : {}),
      };
    });
    return { frames, total: all.length };
  }

  private frame(id: number): Frame {
    const f = this.frames[id - 1];
    if (!f) throw new EvaluationError('this stack frame is gone; the machine has run on');
    return f;
  }
  scopes(frameId: number): ScopeInfo[] {
    return this.variablesView.scopes(this.frame(frameId));
  }
  variables(reference: number): VariableInfo[] {
    return this.variablesView.variables(reference);
  }
  exceptionInfo(): ExceptionInfo | undefined {
    return this.exception;
  }

  evaluate(text: string, frameId: number | undefined, allowWrites: boolean): VariableInfo {
    const frame = frameId ? this.frame(frameId) : undefined;
    const value = this.evaluator.value(text, frame, allowWrites);
    return this.variablesView.describe(text, value, frame, text);
  }

  setVariable(reference: number, name: string, text: string): VariableInfo {
    const n = this.variablesView.node(reference);
    if (!n) throw new EvaluationError('this variable is gone; the machine has run on');
    const { frame } = n;
    const target = this.variablesView.variables(reference).find((v) => v.name === name);
    if (!target?.expression) throw new EvaluationError(`'${name}' cannot be changed`);
    this.evaluator.value(`${target.expression} = (${text})`, frame, true);
    return this.variablesView.describe(name, this.evaluator.value(target.expression, frame, false), frame, target.expression);
  }
}

/** One line for a dialog; the list goes to the output. */
export function summary(errors: readonly Diagnostic[]): string {
  const first = formatDiagnostic(errors[0]);
  return errors.length === 1 ? first : `${errors.length} errors; the first: ${first}`;
}
