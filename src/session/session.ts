// The debugger without protocol: one launched scenario, its breakpoints, stepping, and what can be seen when it stands. The owner calls `run(steps)` again and
// again; everything else only reads, or sets what the next `run` is to do. Where a stop falls never changes what the machine does (invariant 4).

import { type Diagnostic, formatDiagnostic } from '../base/diagnostic.js';
import type { SourceFile } from '../base/source.js';
import type { Chooser } from '../kernel/ke/choice.js';
import { Reg, toAddress } from '../machine/abi.js';
import type { FunctionInfo } from '../machine/image.js';
import { EvaluationError } from '../machine/inspect/value.js';
import type { Build } from '../scenario/build.js';
import { Simulation } from '../scenario/simulation.js';
import { tellStory } from '../scenario/story.js';
import { formatPosition, type Position } from '../trace/position.js';
import { BreakFlags } from './break-flags.js';
import { Breakpoints } from './breakpoints.js';
import { type Completion, complete } from './console/complete.js';
import { Console } from './console/console.js';
import { Evaluator } from './evaluator.js';
import { formatType } from './format.js';
import { frameName } from './frame-names.js';
import { Inspector } from './inspect/inspector.js';
import { MachineView } from './inspect/machine-view.js';
import { Locations } from './locations.js';
import { Standing, toldAsPast } from './standing.js';
import { type StepKind, stepOperation } from './stepping.js';
import { StopJudge } from './stop-judge.js';
import { Target } from './target.js';
import { describeThread } from './thread-names.js';
import { TimeTravel } from './time-travel.js';
import {
  type BreakpointInfo,
  type BreakpointRequest,
  type ExceptionFilters,
  type ExceptionInfo,
  type FrameInfo,
  LaunchError,
  type Moment,
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
  /** Bytes of memory for going back in time (of page copies). */
  readonly historyBudget?: number;
  /** Who says which CPU goes on (a schedule); default: the seed. */
  readonly chooser?: Chooser;
}

const DEFAULT_BUDGET = 256 << 20;

export class Session {
  readonly simulation: Simulation;
  readonly target: Target;
  readonly past: TimeTravel;
  /** The stopped machine for trees and commands. */
  readonly view: MachineView;
  readonly inspector: Inspector;
  readonly console: Console;
  /** Output of the drivers, of the scenario and of the debugger itself. */
  onOutput: (line: OutputLine) => void = () => {};
  onThread: (id: number, started: boolean) => void = () => {};

  private readonly locations: Locations;
  private readonly flags: BreakFlags;
  private readonly breakpoints: Breakpoints;
  private readonly variablesView: Variables;
  private readonly evaluator: Evaluator;
  private readonly judge: StopJudge;
  private filters: ExceptionFilters = { bugcheck: true, firstChance: false };
  private pauseRequested = false;
  private at = new Standing();
  private lastStop: Stop | undefined;
  /** Memory was changed and the record does not know it yet. */
  private written = false;
  private finished = false;
  private endTold = false;
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
    this.view = new MachineView(this.target);
    this.inspector = new Inspector(this.view);
    this.locations = new Locations(this.simulation.images);
    const { machine } = this.simulation.kernel;
    this.flags = new BreakFlags((step, on) => machine.setBreak(step, on));
    this.breakpoints = new Breakpoints(this.locations, (step, on) => (on ? this.flags.add(step) : this.flags.remove(step)));
    this.variablesView = new Variables(this.target);
    this.evaluator = new Evaluator(this.target);
    this.judge = new StopJudge(this.simulation, this.target, this.evaluator, this.breakpoints, (line) => this.onOutput(line));
    this.past = new TimeTravel({
      simulation: this.simulation,
      target: this.target,
      flags: this.flags,
      breakpoints: this.breakpoints,
      judge: this.judge,
      output: (line) => this.onOutput(line),
      budget: options.debug ? (options.historyBudget ?? DEFAULT_BUDGET) : 0,
    });
    this.target.onWrite = () => {
      this.written = true;
    };
    this.console = new Console(this.view, this.simulation, this.evaluator);
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
    this.judge.entryStop = true;
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
    if (this.past.busy) return this.travel();
    this.noteWrites();
    let left = steps;
    while (left > 0) {
      if (this.pauseRequested) {
        const stop = this.pauseStop();
        if (stop) return stop;
      }
      const before = this.simulation.stepsRun;
      const event = this.simulation.advance(Math.min(left, this.past.room()), this.at.skipBreak);
      left -= Math.max(1, this.simulation.stepsRun - before);
      this.at.skipBreak = false;
      this.past.afterPiece();
      switch (event.kind) {
        case 'running':
          break;
        case 'break': {
          this.at.skipBreak = true;
          const now = this.breakMoment(event.step, event.cpu);
          if (now === this.at.lastBreak) break;
          this.at.lastBreak = now;
          const stop = this.judge.atBreak(event.step, event.cpu);
          if (stop) return this.stopped(stop);
          break;
        }
        case 'exception':
          this.at.exception = { id: event.id, description: event.description, breakMode: 'always', details: event.where };
          return this.stopped({
            reason: 'exception',
            threadId: this.target.threadIdOn(event.cpu),
            description: event.description,
            text: event.id,
          });
        case 'ended': {
          const stop = this.endStop();
          if (stop) return this.stopped(stop);
          return this.finish();
        }
      }
    }
    return { kind: 'running' };
  }

  private stopped(stop: Stop): RunEvent {
    this.judge.operation = undefined;
    this.flags.setTemporary([]);
    this.variablesView.clear();
    this.frames = [];
    this.console.moved(stop.threadId);
    this.lastStop = stop;
    return { kind: 'stopped', stop: this.past.inPast ? toldAsPast(stop, formatPosition(this.past.position)) : stop };
  }

  // ---------------------------------------------------------------- back in time
  /** The statement that this thread began before, in its frame or its caller's; `run` goes there. */
  stepBack(threadId: number): void {
    this.noteWrites();
    this.past.stepBack(threadId, this.at, this.lastStop);
    this.forget();
  }
  /** The last stop at a breakpoint before, or the start of the record. */
  reverseContinue(): void {
    this.noteWrites();
    this.past.reverseContinue(this.at, this.lastStop);
    this.forget();
  }
  goTo(position: Position | 'present', threadId?: number): void {
    this.noteWrites();
    this.past.goTo(position, threadId, this.at, this.lastStop);
    this.forget();
  }
  /** What is shown now. `threadId`: whose CPU tells the time. */
  moment(threadId: number): Moment {
    const { kernel, build } = this.simulation;
    const t = this.target.thread(threadId);
    const cpu = t && t.cpu >= 0 ? t.cpu : kernel.cpuNumber;
    return {
      position: formatPosition(this.past.position),
      present: formatPosition(this.past.furthest),
      inPast: this.past.inPast,
      timeNs: kernel.machine.cpus[cpu].time * build.scenario.machine.stepNs,
    };
  }

  private travel(): RunEvent {
    const arrival = this.pauseRequested ? this.past.interrupt() : this.past.work();
    if (!arrival) return { kind: 'running' };
    this.pauseRequested = false;
    this.at = arrival.present instanceof Standing ? arrival.present : new Standing();
    const step = arrival.present ? undefined : this.past.stepHere();
    if (step !== undefined) {
      this.at.skipBreak = true;
      this.at.lastBreak = this.breakMoment(step, this.simulation.kernel.cpuNumber);
    }
    return this.stopped(arrival.stop);
  }

  /** The record learns of assignments before anything runs on. */
  private noteWrites(): void {
    if (!this.written) return;
    this.written = false;
    this.past.edited();
  }

  private finish(): RunEvent {
    this.finished = true;
    const report = this.simulation.report();
    this.onOutput({ category: 'console', text: tellStory(report, { brief: true }) });
    return { kind: 'ended', exitCode: this.simulation.exitCode(report) };
  }

  private endStop(): Stop | undefined {
    const end = this.at.endShown ? undefined : this.judge.atEnd();
    if (!end) return undefined;
    this.at.endShown = true;
    if (!this.endTold) this.onOutput(end.line);
    this.endTold = true;
    if (!this.filters.bugcheck) return undefined;
    this.at.exception = end.exception;
    return end.stop;
  }

  private pauseStop(): RunEvent | undefined {
    this.pauseRequested = false;
    const threads = this.target.threads();
    const t = threads.find((x) => x.cpu >= 0 && this.target.stack(x).some((f) => f.info)) ?? threads.find((x) => x.cpu >= 0) ?? threads[0];
    if (!t) return undefined;
    // shown here, so going on from here does not stop at this very step again
    const top = t.cpu >= 0 ? this.target.stack(t)[0] : undefined;
    if (top?.info) this.at.lastBreak = this.breakMoment(top.info.stepBase + top.pc, t.cpu);
    return this.stopped({ reason: 'pause', threadId: t.id });
  }

  /** A text that is the same only if the thread has not run since: it counts the steps of the thread (of the CPU, in a DPC). */
  private breakMoment(step: number, cpu: number): string {
    return `${step} ${this.target.progress(cpu)} ${this.simulation.kernel.machine.wordsOf(cpu)[Reg.Top >> 2]}`;
  }

  continue(): void {
    this.forget();
    this.judge.operation = undefined;
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
    this.judge.operation =
      t &&
      stepOperation(
        kind,
        threadId,
        frames.map((f) => ({ fp: f.fp, fn: f.info as FunctionInfo, pc: f.pc })),
        this.locations,
      );
    this.flags.setTemporary(this.judge.operation?.steps ?? []);
  }

  private forget(): void {
    this.at = Object.assign(new Standing(), this.at, { exception: undefined });
    this.variablesView.clear();
    this.frames = [];
  }

  /** Threads that boot has made; later ones are told as the trace has them. */
  private tellBootThreads(): void {
    if (this.bootThreadsTold) return;
    this.bootThreadsTold = true;
    for (const t of this.target.threads()) this.onThread(t.id, true);
    this.simulation.skipOutput();
    this.past.begin();
  }

  // ---------------------------------------------------------------- looking
  threads(): ThreadInfo[] {
    return this.target.threads().map((t) => ({ id: t.id, name: describeThread(this.view, t) }));
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
    return this.at.exception;
  }

  /** `console`: text that was typed into the debug console, which may be a command and may write. */
  evaluate(text: string, frameId: number | undefined, console: boolean): VariableInfo {
    const frame = frameId ? this.frame(frameId) : undefined;
    const answer = console ? this.console.run(text, frame) : undefined;
    if (answer?.kind === 'text') return { name: text, value: answer.text, type: '', reference: 0 };
    const expression = answer?.text ?? text;
    const value = this.evaluator.value(expression, frame, console);
    this.noteWrites();
    return this.variablesView.describe(expression, value, frame, expression);
  }

  /** Completion of what is typed into the console; `cursor` is an offset. */
  completions(text: string, cursor: number, frameId: number | undefined): Completion[] {
    const frame = frameId ? this.frame(frameId) : undefined;
    const variables = this.variablesView.inReach(frame).map((s) => ({ name: s.name, type: formatType(s.type) }));
    return complete(this.console.context(frame), text, cursor, variables);
  }

  setVariable(reference: number, name: string, text: string): VariableInfo {
    const n = this.variablesView.node(reference);
    if (!n) throw new EvaluationError('this variable is gone; the machine has run on');
    const { frame } = n;
    const target = this.variablesView.variables(reference).find((v) => v.name === name);
    if (!target?.expression) throw new EvaluationError(`'${name}' cannot be changed`);
    this.evaluator.value(`${target.expression} = (${text})`, frame, true);
    this.noteWrites();
    return this.variablesView.describe(name, this.evaluator.value(target.expression, frame, false), frame, target.expression);
  }
}

/** One line for a dialog; the list goes to the output. */
export function summary(errors: readonly Diagnostic[]): string {
  const first = formatDiagnostic(errors[0]);
  return errors.length === 1 ? first : `${errors.length} errors; the first: ${first}`;
}
