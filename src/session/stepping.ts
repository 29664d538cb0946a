// Stepping by source statement, without ever single-stepping through a callee: temporary break bytes are put where the operation may end, and a stop there
// counts only for the right thread and the right frame. Frames are told apart by their offset, which is unique while they live; an ancestor that is
// reached (by return, exception or __leave) ends the operation too.
import type { FunctionInfo } from '../machine/image.js';
import type { Locations } from './locations.js';

export type StepKind = 'next' | 'stepIn' | 'stepOut';

/** A compiled frame of the thread, innermost first. */
export interface SteppingFrame {
  readonly fp: number;
  readonly fn: FunctionInfo;
  /** Local step number at which it stands (callers: the step of the call). */
  readonly pc: number;
}

export interface StepOperation {
  readonly kind: StepKind;
  readonly threadId: number;
  /** Break bytes to set while it lasts. */
  readonly steps: ReadonlySet<number>;
  /** Does a stop of this thread at (global step, innermost frame) end it? */
  ends(step: number, fp: number, fn: FunctionInfo): boolean;
}

export function stepOperation(
  kind: StepKind,
  threadId: number,
  frames: readonly SteppingFrame[],
  locations: Locations,
): StepOperation | undefined {
  // frames of built-in inline functions (list helpers) are stepped over like kernel code
  const top = frames[0];
  if (!top) return undefined;
  const ancestors = new Set(frames.slice(1).map((f) => f.fp));
  const steps = new Set<number>();
  for (const f of frames.slice(1)) f.fn.steps.forEach((s, i) => s.kind !== 'resume' && steps.add(f.fn.stepBase + i));
  if (kind !== 'stepOut') top.fn.steps.forEach((s, i) => s.first && steps.add(top.fn.stepBase + i));
  if (kind === 'stepIn') for (const s of locations.allStarts()) steps.add(s);
  return {
    kind,
    threadId,
    steps,
    ends(step, fp, fn) {
      if (ancestors.has(fp)) return true;
      const first = fn.steps[step - fn.stepBase]?.first === true;
      if (fp === top.fp && fn === top.fn) return kind !== 'stepOut' && first;
      return kind === 'stepIn' && first && !fn.unit.file.builtin;
    },
  };
}
