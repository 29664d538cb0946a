// Back in time, as the session uses it: what the view shows now (present or past), going to a moment, stepping back, running back. While the view is in the past the
// present waits in a checkpoint of its own; running forward across it leaves the past.
import type { Checkpoint } from '../machine/checkpoint.js';
import type { FunctionInfo } from '../machine/image.js';
import { EvaluationError } from '../machine/inspect/value.js';
import type { End, Simulation } from '../scenario/simulation.js';
import { formatPosition, type Position } from '../trace/position.js';
import type { BreakFlags } from './break-flags.js';
import type { Breakpoint, Breakpoints } from './breakpoints.js';
import { History, type HitCounts } from './history.js';
import { BreakpointBefore, type SearchBack, StatementBefore } from './search-back.js';
import type { StopJudge } from './stop-judge.js';
import type { Target } from './target.js';
import { Travel } from './travel.js';
import type { OutputLine, Stop } from './types.js';

/** Where the view went: the session makes a stop of it. */
export interface Arrival {
  readonly stop: Stop;
  /** Set when it is the present again, with what the session kept about it. */
  readonly present?: unknown;
}

interface Present {
  readonly checkpoint: Checkpoint;
  readonly position: Position;
  readonly edits: number;
  readonly hits: HitCounts;
  readonly end: End | undefined;
  /** The session's own. */
  readonly kept: unknown;
  readonly stop: Stop | undefined;
}

type Job =
  | { readonly kind: 'goTo'; readonly steps: number | 'present'; readonly threadId: number | undefined }
  | { readonly kind: 'stepBack'; readonly threadId: number; readonly from: number | 'present'; readonly search: SearchBack }
  | { readonly kind: 'reverse'; readonly search: SearchBack };

export interface TimeTravelParts {
  readonly simulation: Simulation;
  readonly target: Target;
  readonly flags: BreakFlags;
  readonly breakpoints: Breakpoints;
  readonly judge: StopJudge;
  readonly output: (line: OutputLine) => void;
  /** Bytes for checkpoints; 0: nothing is recorded. */
  readonly budget: number;
}

export class TimeTravel {
  readonly history: History;
  private readonly travel: Travel;
  private present: Present | undefined;
  private job: Job | undefined;
  private differenceTold = false;

  constructor(private readonly parts: TimeTravelParts) {
    const { simulation, flags } = parts;
    this.history = new History(simulation, parts.budget);
    this.history.hitCounts = () => this.hitCounts();
    this.travel = new Travel(simulation, this.history, flags, {
      steps: () => this.countedSteps(),
      pass: (step) => this.countPass(step),
      reset: (entry) => this.setHits(entry.hits),
    });
  }

  // ---------------------------------------------------------------- where the view is
  get enabled(): boolean {
    return this.parts.budget > 0;
  }
  get inPast(): boolean {
    return this.present !== undefined;
  }
  get position(): Position {
    return this.parts.simulation.kernel.trace.now();
  }
  /** The furthest point of this branch. */
  get furthest(): Position {
    return this.present?.position ?? this.position;
  }

  // ---------------------------------------------------------------- running forward
  /** Steps that may run until `afterPiece`. */
  room(): number {
    if (!this.enabled) return Number.MAX_SAFE_INTEGER;
    const room = this.history.room();
    return this.present ? Math.max(1, Math.min(room, this.present.position.step - this.parts.simulation.stepsRun)) : room;
  }
  /** Before the first piece: the record begins here. */
  begin(): void {
    if (this.enabled && this.history.length === 0) this.history.capture();
  }
  afterPiece(): void {
    if (!this.enabled) return;
    const { simulation } = this.parts;
    const { trace } = simulation.kernel;
    if (trace.difference && !this.differenceTold) this.tellDifference();
    if (!simulation.end) this.history.afterPiece();
    if (this.present && simulation.stepsRun >= this.present.position.step) this.dropPresent();
  }

  private tellDifference(): void {
    this.differenceTold = true;
    const { simulation, output } = this.parts;
    const d = simulation.kernel.trace.difference!;
    simulation.branch(d.index);
    output({
      category: 'important',
      text: `Interlock: the repeated run was not the recorded one. At ${formatPosition(d.expected.position)} the record has ${d.expected.kind}, the repetition ${d.actual.kind}. This is a defect of Interlock; what follows is a run of its own.\n`,
    });
    this.history.dropAfter(d.expected.position.step - 1);
    this.dropPresent();
  }

  private dropPresent(): void {
    if (this.present) this.parts.simulation.kernel.machine.release(this.present.checkpoint);
    this.present = undefined;
  }

  /** The user changed memory. In the past: what was ahead is not the future any more. */
  edited(): void {
    if (!this.enabled) return;
    const { simulation, output } = this.parts;
    const past = this.inPast;
    if (past) {
      simulation.branch();
      for (const b of this.parts.breakpoints.all()) b.loggedTo = Math.min(b.loggedTo, simulation.stepsRun);
      output({
        category: 'important',
        text: `The past was changed at ${formatPosition(this.position)}: from here the run goes another way; what was recorded after it is dropped.\n`,
      });
    }
    this.history.edit();
    if (past) this.dropPresent();
  }

  // ---------------------------------------------------------------- travelling
  /** A journey is under way: `work` until it answers. */
  get busy(): boolean {
    return this.job !== undefined;
  }

  goTo(position: Position | 'present', threadId: number | undefined, kept: unknown, stop: Stop | undefined): void {
    this.needRecord();
    const present = this.furthest;
    if (position !== 'present' && position.step > present.step)
      throw new EvaluationError(
        `the run has not come to ${formatPosition(position)} yet; its furthest point is ${formatPosition(present)}`,
      );
    this.leavePresent(kept, stop);
    const atPresent = position === 'present' || (position.step === present.step && position.sequence >= present.sequence);
    this.job = { kind: 'goTo', steps: atPresent ? 'present' : position.step, threadId };
  }

  stepBack(threadId: number, kept: unknown, stop: Stop | undefined): void {
    this.needRecord();
    const { simulation, target } = this.parts;
    const t = target.thread(threadId);
    const frames = t ? target.stack(t).filter((f) => f.info && !f.info.unit.file.builtin) : [];
    if (!t || frames.length === 0)
      throw new EvaluationError('this thread has no statement in its call stack to step back to; choose another thread');
    const from = this.inPast ? simulation.stepsRun : 'present';
    this.leavePresent(kept, stop);
    const search = new StatementBefore(
      this.travel,
      frames.map((f) => ({ fp: f.fp, pc: f.pc, fn: f.info as FunctionInfo })),
      simulation.stepsRun,
      this.behindStep(),
    );
    this.job = { kind: 'stepBack', threadId, from, search };
  }

  reverseContinue(kept: unknown, stop: Stop | undefined): void {
    this.needRecord();
    const { breakpoints, judge, simulation } = this.parts;
    this.leavePresent(kept, stop);
    this.job = { kind: 'reverse', search: new BreakpointBefore(this.travel, breakpoints, judge, simulation.stepsRun) };
  }

  /** Goes on with the journey, one interval of the record at most. */
  work(): Arrival | undefined {
    const job = this.job;
    if (!job) return undefined;
    if (job.kind === 'goTo') return this.arriveAt(job.steps, { reason: 'goto', threadId: job.threadId ?? 0 });
    const found = job.search.next();
    if (!found) return undefined;
    if (job.kind === 'stepBack') {
      return found.at === undefined
        ? this.arriveAt(job.from, {
            reason: 'step',
            threadId: job.threadId,
            description: 'First statement of the thread',
            text: 'the thread did nothing before this that could be shown',
          })
        : this.arriveAt(found.at, { reason: 'step', threadId: job.threadId });
    }
    if (found.at === undefined)
      return this.arriveAt(this.history.first!.steps, { reason: 'entry', threadId: 0, description: 'Start of the recorded run' });
    return this.arriveAt(found.at, { reason: 'breakpoint', threadId: 0 });
  }

  /** The user pauses the journey: the view stays where it has come to. */
  interrupt(): Arrival | undefined {
    const job = this.job;
    if (!job) return undefined;
    const at = job.kind === 'goTo' ? job.steps : job.search.end;
    return this.arriveAt(at, { reason: 'pause', threadId: job.kind === 'stepBack' ? job.threadId : 0 });
  }

  private arriveAt(steps: number | 'present', stop: Stop): Arrival {
    this.job = undefined;
    this.history.hold([]);
    const { present } = this;
    if (steps === 'present') {
      if (!present) return { stop: this.withThread(stop) };
      const { simulation } = this.parts;
      simulation.restore(present.checkpoint);
      simulation.end = present.end;
      this.history.editsNow = present.edits;
      this.setHits(present.hits);
      this.dropPresent();
      const shown = present.stop?.reason === 'exception' ? present.stop : stop;
      return { stop: this.withThread({ ...shown, threadId: stop.threadId || (present.stop?.threadId ?? 0) }), present: present.kept };
    }
    this.travel.goTo(steps);
    const arrived = this.withThread(stop);
    if (arrived.reason !== 'breakpoint') return { stop: arrived };
    const here = this.stepHere();
    return { stop: { ...arrived, breakpointIds: here === undefined ? [] : this.parts.breakpoints.at(here).map((b) => b.id) } };
  }

  /** The machine stands behind a step, which faulted, or in the kernel. */
  private behindStep(): boolean {
    return (
      this.parts.simulation.end !== undefined ||
      this.parts.simulation.kernel.machine.exception() !== undefined ||
      this.stepHere() === undefined
    );
  }
  /** Global number of the step before which the CPU that runs next stands; undefined: it is in a kernel routine. */
  stepHere(): number | undefined {
    const { target, simulation } = this.parts;
    const thread = target.threadOn(simulation.kernel.cpuNumber);
    const top = thread && target.stack(thread)[0];
    return top?.info && top.info.stepBase + top.pc;
  }

  /** The thread that is asked for if it is there, else the one that runs next. */
  private withThread(stop: Stop): Stop {
    const { target, simulation } = this.parts;
    const threads = target.threads();
    const wanted = threads.find((t) => t.id === stop.threadId) ?? threads.find((t) => t.cpu === simulation.kernel.cpuNumber) ?? threads[0];
    return { ...stop, threadId: wanted?.id ?? 0 };
  }

  private needRecord(): void {
    if (!this.enabled) throw new EvaluationError('this run is not recorded: start it with debugging to go back in time');
  }

  private leavePresent(kept: unknown, stop: Stop | undefined): void {
    this.begin();
    const { simulation } = this.parts;
    this.present ??= {
      checkpoint: simulation.checkpoint(),
      position: this.position,
      edits: this.history.editsNow,
      hits: this.hitCounts(),
      end: simulation.end,
      kept,
      stop,
    };
  }

  // ---------------------------------------------------------------- hit counts
  private *counting(): Iterable<Breakpoint> {
    for (const b of this.parts.breakpoints.all()) if (b.request.hitCondition !== undefined) yield b;
  }
  private hitCounts(): HitCounts {
    return new Map([...this.counting()].map((b) => [b.id, b.hits]));
  }
  private setHits(hits: HitCounts): void {
    for (const b of this.counting()) b.hits = hits.get(b.id) ?? 0;
  }
  private countedSteps(): number[] {
    return [...this.counting()].flatMap((b) => b.locations.map((l) => l.step));
  }
  private countPass(step: number): void {
    for (const b of this.parts.breakpoints.at(step))
      if (b.request.hitCondition !== undefined && this.parts.judge.conditionHolds(b)) b.hits++;
  }
}
