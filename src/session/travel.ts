// Going to a moment of the recorded run, and looking through a stretch of it. Both run the machine again from a checkpoint, silently: the user's break bytes are off,
// nothing is shown, and the trace verifies that the same happens. Passes of interesting steps are seen through break bytes and a filter that never leaves the
// machine, so a stretch costs little more than running it.
import type { Simulation } from '../scenario/simulation.js';
import type { BreakFlags } from './break-flags.js';
import type { History, HistoryEntry } from './history.js';

/** Told of every pass: step, frame, and machine steps executed before it. */
export type Visit = (step: number, frame: number, at: number) => void;

/** A part of the run that is searched at once: a checkpoint and where to end. */
export interface Stretch {
  readonly from: HistoryEntry;
  readonly to: number;
}

/** Where an interval is cut for a search from its end: what is looked for is mostly near. */
const CUTS = [65_536, 4_096, 256];

/** Passes that must be counted whenever the machine runs again: breakpoints with a hit count. */
export interface CountedPasses {
  steps(): readonly number[];
  pass(step: number): void;
  reset(entry: HistoryEntry): void;
}

export class Travel {
  constructor(
    private readonly simulation: Simulation,
    private readonly history: History,
    private readonly flags: BreakFlags,
    private readonly counted: CountedPasses,
  ) {}

  /** The moment at which so many steps have run: the CPU that runs next stands before its next step. A routine is not cut: then the moment is behind it. */
  goTo(steps: number): void {
    this.restoreBefore(steps);
    this.run(steps);
    this.simulation.settle();
  }

  /** Runs from the checkpoint to the end of the stretch and tells the passes of the given steps. */
  scan({ from, to }: Stretch, steps: Iterable<number>, visit: Visit): void {
    this.restore(from);
    this.run(to, steps, visit);
  }

  /**
   * The stretches of the interval that ends before `end`, last first, the shortest first; checkpoints between them are made on the way. Undefined: the record begins
   * here.
   */
  stretchesBefore(end: number): Stretch[] | undefined {
    const entry = this.history.before(end);
    if (!entry) return undefined;
    const cuts = CUTS.map((n) => end - n).filter((at) => at > entry.steps);
    const out: Stretch[] = [];
    let from = entry;
    this.history.hold([entry]);
    if (cuts.length) this.restoreBefore(cuts[0]);
    for (const cut of cuts) {
      this.run(cut);
      const at = this.simulation.stepsRun;
      if (at >= end || at <= from.steps) continue;
      const next = this.history.capture();
      this.history.hold([entry, next, ...out.map((s) => s.from)]);
      out.unshift({ from, to: at });
      from = next;
    }
    out.unshift({ from, to: end });
    return out;
  }

  private restoreBefore(steps: number): void {
    const entry = this.history.atOrBefore(steps) ?? this.history.first;
    if (!entry) throw new Error('nothing is recorded');
    this.restore(entry);
  }

  private restore(entry: HistoryEntry): void {
    this.history.restore(entry);
    this.counted.reset(entry);
  }

  private run(to: number, steps: Iterable<number> = [], visit?: Visit): void {
    const { simulation } = this;
    const { machine } = simulation.kernel;
    const wasStopping = machine.stopOnException;
    machine.stopOnException = undefined;
    const counted = new Set(this.counted.steps());
    const wanted = new Set(steps);
    machine.onBreak = (step, frame) => {
      if (counted.has(step)) this.counted.pass(step);
      if (wanted.has(step)) visit?.(step, frame, machine.steps);
      return false;
    };
    this.flags.replace([...wanted, ...counted]);
    try {
      while (simulation.stepsRun < to) {
        const left = to - simulation.stepsRun;
        if (simulation.advance(Math.min(left, this.history.room()), false).kind === 'ended') break;
        if (simulation.stepsRun < to) this.history.afterPiece();
      }
    } finally {
      machine.onBreak = undefined;
      machine.stopOnException = wasStopping;
      this.flags.replace(undefined);
    }
  }
}
