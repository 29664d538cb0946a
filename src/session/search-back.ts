// What lies before a moment of the recorded run: the statement before it in a frame or its callers, and the breakpoint passed last. A search looks at one interval
// between checkpoints at a time, backwards, so that whoever runs it stays responsive; in an interval it lets the machine run with break bytes and remembers the last
// pass that counts.
import type { Breakpoints } from './breakpoints.js';
import { parseHitCondition } from './breakpoints.js';
import type { HistoryEntry } from './history.js';
import type { StopJudge } from './stop-judge.js';
import type { Stretch, Travel } from './travel.js';

/** Machine steps before the moment that was found; undefined: there is none. */
export interface Found {
  readonly at: number | undefined;
}

export interface SearchBack {
  /** Looks at one more interval. Undefined: not yet found. */
  next(): Found | undefined;
  /** How far back it has looked. */
  readonly end: number;
}

/** A compiled frame as a search sees it. */
export interface FrameCode {
  readonly fp: number;
  readonly pc: number;
  readonly fn: { readonly stepBase: number; readonly steps: readonly { readonly first: boolean }[] };
}

/**
 * The last statement begun before a moment in the innermost of the frames, or in its callers. Callees are gone over because their frames are others. A frame's place on the stack
 * can have been used before by another call of the same function: the function's entry closes the view on those.
 */
export class StatementBefore implements SearchBack {
  /** The innermost frame was entered after what is looked at now. */
  private entered: boolean;
  private readonly steps = new Set<number>();
  private readonly callers: ReadonlyMap<number, FrameCode>;

  constructor(
    private readonly travel: Travel,
    private readonly frames: readonly FrameCode[],
    public end: number,
    /** The frame stands behind the step at its pc, which faulted, not before it. */
    behind: boolean,
  ) {
    const [top, ...callers] = frames;
    this.callers = new Map(callers.map((f) => [f.fp, f]));
    this.entered = top.pc === 0 && !behind;
    this.steps.add(top.fn.stepBase);
    for (const { fn } of frames) fn.steps.forEach((s, i) => s.first && this.steps.add(fn.stepBase + i));
  }

  next(): Found | undefined {
    const stretches = this.travel.stretchesBefore(this.end);
    if (!stretches) return { at: undefined };
    for (const s of stretches) {
      const found = this.look(s);
      if (found) return found;
    }
    return undefined;
  }

  private look(stretch: Stretch): Found | undefined {
    const { callers } = this;
    const top = this.frames[0];
    let own: number | undefined;
    let caller: number | undefined;
    let entered = false;
    this.travel.scan(stretch, this.steps, (step, frame, at) => {
      if (frame === top.fp && begins(top, step) !== undefined) {
        if (step === top.fn.stepBase) {
          own = undefined;
          entered = true;
        }
        if (begins(top, step)) own = at;
      } else if (begins(callers.get(frame), step)) {
        caller = at;
        own = undefined;
      }
    });
    this.end = stretch.from.steps;
    if (own !== undefined && !this.entered) return { at: own };
    if (caller !== undefined) return { at: caller };
    this.entered ||= entered;
    return this.entered && callers.size === 0 ? { at: undefined } : undefined;
  }
}

/** True: a statement of the frame's function begins at the step; undefined: the step is not of that function. */
function begins(frame: FrameCode | undefined, step: number): boolean | undefined {
  return frame?.fn.steps[step - frame.fn.stepBase]?.first;
}

/** Passes whose conditions are evaluated at once, the last ones first. */
const FIRST_BATCH = 200;

/** The last pass of a breakpoint at which it would have stopped. */
export class BreakpointBefore implements SearchBack {
  constructor(
    private readonly travel: Travel,
    private readonly breakpoints: Breakpoints,
    private readonly judge: StopJudge,
    public end: number,
  ) {}

  next(): Found | undefined {
    const stretches = this.travel.stretchesBefore(this.end);
    if (!stretches) return { at: undefined };
    for (const s of stretches) {
      const at = this.look(s);
      if (at !== undefined) return { at };
      this.end = s.from.steps;
    }
    return undefined;
  }

  private look(stretch: Stretch): number | undefined {
    let sure: number | undefined;
    let open: number[] = [];
    this.travel.scan(stretch, this.breakpoints.steps(), (step, _frame, at) => {
      const list = this.breakpoints.at(step).filter((b) => b.request.logMessage === undefined);
      if (list.some((b) => b.request.condition === undefined && b.request.hitCondition === undefined)) {
        sure = at;
        open = [];
      } else if (list.length) open.push(at);
    });
    for (let to = open.length, batch = FIRST_BATCH; to > 0; to -= batch, batch *= 4) {
      const at = this.evaluate(stretch, open[Math.max(0, to - batch)], to < open.length ? open[to] : undefined);
      if (at !== undefined) return at;
    }
    return sure;
  }

  private evaluate(stretch: Stretch, from: number, until = Number.MAX_SAFE_INTEGER): number | undefined {
    let last: number | undefined;
    const part = { ...stretch, to: Math.min(until, stretch.to) };
    this.travel.scan(part, this.breakpoints.steps(), (step, _frame, at) => {
      if (at >= from && at < until && this.wouldStop(step, stretch.from)) last = at;
    });
    return last;
  }

  /** A hit count that the record does not know, because the breakpoint was set later, does not hold the stop back. */
  private wouldStop(step: number, entry: HistoryEntry): boolean {
    return this.breakpoints.at(step).some((b) => {
      const { hitCondition, logMessage } = b.request;
      if (logMessage !== undefined || !this.judge.conditionHolds(b)) return false;
      return hitCondition === undefined || !entry.hits.has(b.id) || parseHitCondition(hitCondition)?.(b.hits) === true;
    });
  }
}
