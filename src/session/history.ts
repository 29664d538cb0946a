// The recorded run: checkpoints taken while the machine runs forward, at intervals of about constant cost to run again, inside a budget of memory. Over budget the
// recorder thins out where the user is not: density falls with the distance from the present view, the reach stays. Only deterministic quantities decide (steps and
// events, no clock), and a capture changes nothing in the machine, so a run with history is the same run.
//
// A user's assignment to memory is not something that a repeated run does by itself. It is recorded as an *edit*: a checkpoint taken right after it, never thinned
// out; whoever runs forward across it is put into that state (see `nextEdit`).
import type { Checkpoint } from '../machine/checkpoint.js';
import type { Simulation } from '../scenario/simulation.js';

/** Running again from a checkpoint to the next costs at most about this many steps; an event of the kernel counts as EVENT_COST steps. */
const REPLAY_COST = 400_000;
const EVENT_COST = 300;
/** Steps that run between two looks at the cost. */
const PIECE = 50_000;
/** Restoring walks the chain of checkpoints, so there is a bound beside the budget. */
const MAX_ENTRIES = 1_000;
/** As few as stay whatever the budget says: without them there is no going back at all. */
const MIN_ENTRIES = 4;

/** Passes of breakpoints with a hit count, by id, up to a moment. */
export type HitCounts = ReadonlyMap<number, number>;

export interface HistoryEntry {
  readonly checkpoint: Checkpoint;
  readonly steps: number;
  /** Events of the trace before it. */
  readonly events: number;
  /** Edits made up to it, itself included. */
  readonly edits: number;
  /** Taken right after the user changed memory. */
  readonly edited: boolean;
  readonly hits: HitCounts;
}

export class History {
  /** In order of steps, then edits. */
  private readonly entries: HistoryEntry[] = [];
  /** Edits that the present state has gone through. */
  private edits = 0;
  private held: ReadonlySet<HistoryEntry> = new Set();
  /** Counts of the breakpoints for a capture. */
  hitCounts: () => HitCounts = () => new Map();

  constructor(
    private readonly simulation: Simulation,
    /** Bytes of page copies. */
    readonly budget: number,
  ) {}

  /** Bytes that page copies really hold. */
  get bytes(): number {
    return this.simulation.kernel.machine.checkpointBytes;
  }
  get length(): number {
    return this.entries.length;
  }
  get first(): HistoryEntry | undefined {
    return this.entries[0];
  }

  /** Steps that may run until `afterPiece` must look again. */
  room(): number {
    const now = this.simulation.stepsRun;
    const edit = this.nextEdit();
    return Math.max(1, Math.min(PIECE, edit ? edit.steps - now : PIECE));
  }

  /** After a piece of the run: takes over an edit that was reached, captures when the way from the last checkpoint has become long. */
  afterPiece(): void {
    const now = this.simulation.stepsRun;
    const edit = this.nextEdit();
    if (edit && now >= edit.steps) {
      this.restore(edit);
      return;
    }
    const last = this.entries[this.indexAtOrBefore(now)];
    if (last && last.steps === now) return;
    const cost = last ? now - last.steps + EVENT_COST * (this.simulation.kernel.trace.cursor - last.events) : REPLAY_COST;
    if (cost >= REPLAY_COST) this.capture();
  }

  /** The edit that the run has ahead, when the view is in the past of one. */
  private nextEdit(): HistoryEntry | undefined {
    return this.entries.find((e) => e.edited && e.edits === this.edits + 1);
  }

  /** A checkpoint of the state now. */
  capture(edited = false): HistoryEntry {
    const { simulation } = this;
    const entry: HistoryEntry = {
      checkpoint: simulation.checkpoint(),
      steps: simulation.stepsRun,
      events: simulation.kernel.trace.cursor,
      edits: this.edits,
      edited,
      hits: this.hitCounts(),
    };
    this.entries.splice(this.indexAtOrBefore(entry.steps) + 1, 0, entry);
    this.keepBudget();
    return entry;
  }

  /** The user changed memory now: what was recorded ahead is not the future any more, and this moment cannot be reached by running. */
  edit(): void {
    const now = this.simulation.stepsRun;
    const here = this.entries.find((e) => e.edited && e.steps === now && e.edits === this.edits);
    if (!here) this.edits++;
    for (let i = this.entries.length - 1; i >= 0; i--) {
      const e = this.entries[i];
      if (e.steps > now || e.edits >= this.edits) this.remove(i);
    }
    this.capture(true);
  }

  /** Forgets checkpoints after a moment: the run went another way. */
  dropAfter(steps: number): void {
    for (let i = this.entries.length - 1; i >= 0 && this.entries[i].steps > steps; i--) this.remove(i);
  }

  /** The last checkpoint at or before a step. */
  atOrBefore(steps: number): HistoryEntry | undefined {
    return this.entries[this.indexAtOrBefore(steps)];
  }
  before(steps: number): HistoryEntry | undefined {
    return this.atOrBefore(steps - 1);
  }

  /** The machine stands there again. */
  restore(entry: HistoryEntry): void {
    this.simulation.restore(entry.checkpoint);
    this.edits = entry.edits;
  }
  /** These are not thinned out until others are held. */
  hold(entries: readonly HistoryEntry[]): void {
    this.held = new Set(entries);
  }
  /** For a state kept by others: so many edits lie before it. */
  get editsNow(): number {
    return this.edits;
  }
  set editsNow(n: number) {
    this.edits = n;
  }

  private indexAtOrBefore(steps: number): number {
    let lo = 0;
    let hi = this.entries.length;
    while (lo < hi) {
      const mid = (lo + hi) >> 1;
      if (this.entries[mid].steps <= steps) lo = mid + 1;
      else hi = mid;
    }
    return lo - 1;
  }

  private keepBudget(): void {
    while (this.entries.length > MIN_ENTRIES && (this.bytes > this.budget || this.entries.length > MAX_ENTRIES) && this.thin());
  }

  /** Removes the checkpoint whose loss costs least: the gap that it leaves, seen from the present view. */
  private thin(): boolean {
    const now = this.simulation.stepsRun;
    let best = -1;
    let least = Infinity;
    for (let i = 1; i < this.entries.length - 1; i++) {
      const e = this.entries[i];
      if (e.edited || e.steps === now || this.held.has(e)) continue;
      const gap = this.entries[i + 1].steps - this.entries[i - 1].steps;
      const cost = gap / (Math.abs(now - e.steps) + REPLAY_COST);
      if (cost < least) {
        least = cost;
        best = i;
      }
    }
    if (best < 0) return false;
    this.remove(best);
    return true;
  }

  private remove(i: number): void {
    const [e] = this.entries.splice(i, 1);
    this.simulation.kernel.machine.release(e.checkpoint);
  }
}
