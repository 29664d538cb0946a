// The one place where a run chooses: which CPU goes on, and for how many steps. Debugger, seeded run and explorer differ only in who answers.
// Everything else in the kernel is decided by Windows' own rules.
import { seedState, xorshift32 } from '../../base/prng.js';
import type { Kernel } from '../kernel.js';
import { KE_GLOBALS } from '../layouts.gen.js';

export interface Choice {
  readonly cpu: number;
  /** Upper bound; the run loop cuts it at clock interrupts and the skew bound. */
  readonly steps: number;
}

export interface Chooser {
  /** `runnable`: CPUs that can advance, ascending, at least one. Undefined: the run loop is left (reason `choice`) and asks again when it is entered. */
  choose(k: Kernel, runnable: readonly number[]): Choice | undefined;
  /** What the word KE_GLOBALS.ChoiceState, which belongs to the chooser, holds at first; default: a state made of the seed. */
  readonly initialState?: number;
  /** Slices end exactly after their steps, and may be of no steps (interrupts are taken): what a recorded schedule needs. */
  readonly exact?: boolean;
  /** No CPU runs ahead of the slowest busy one by more than this many steps. */
  readonly skew?: number;
}

/** A slice when nobody competes: the run loop cuts it at the next clock interrupt anyway. */
export const ALONE = 0x7fffffff;

/** Seeded choice: short slices mostly (they find races), long ones sometimes (they get somewhere). Its state is a word of KE_GLOBALS. */
export class SeededChooser implements Chooser {
  /** The answer when a CPU is alone, made once: a slice may be a few steps. */
  private readonly alone: (Choice | undefined)[] = [];

  choose(k: Kernel, runnable: readonly number[]): Choice {
    if (runnable.length === 1) return (this.alone[runnable[0]] ??= { cpu: runnable[0], steps: ALONE });
    const cpu = runnable[this.next(k) % runnable.length];
    const r = this.next(k);
    const limit = (r & 15) < 8 ? 16 : (r & 15) < 14 ? 256 : 4096;
    return { cpu, steps: 1 + ((r >>> 8) % limit) };
  }

  private next(k: Kernel): number {
    const at = k.globals.KE + KE_GLOBALS.ChoiceState;
    const state = xorshift32(k.mem.u32(at));
    k.mem.setU32(at, state);
    return state >>> 0;
  }
}

export const initialChoiceState = (seed: number): number => seedState(seed);
