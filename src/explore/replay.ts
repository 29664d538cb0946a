// Gives the machine a recorded order again. Where it stands in the order is a word of simulated memory, so that stepping back and checkpoints work as in any run.

import { ALONE, type Choice, type Chooser } from '../kernel/ke/choice.js';
import type { Kernel } from '../kernel/kernel.js';
import { KE_GLOBALS } from '../kernel/layouts.gen.js';
import type { Build } from '../scenario/build.js';
import { EXPLORE_SKEW } from './order-chooser.js';
import type { Schedule } from './schedule.js';
import { sourceHashes } from './sources.js';

export class ReplayChooser implements Chooser {
  readonly exact = true;
  readonly skew = EXPLORE_SKEW;
  readonly initialState = 0;
  /** Set when the order asks for something that is not possible; the run goes on in an order of its own from there. */
  mismatch: string | undefined;
  onMismatch: (text: string) => void = () => {};

  constructor(private readonly slices: readonly number[]) {}

  choose(k: Kernel, runnable: readonly number[]): Choice {
    const at = k.globals.KE + KE_GLOBALS.ChoiceState;
    const given = k.mem.u32(at);
    const i = 2 * given;
    const current = runnable.includes(k.cpuNumber) ? k.cpuNumber : runnable[0];
    if (i >= this.slices.length || this.mismatch !== undefined) return { cpu: current, steps: ALONE };
    const cpu = this.slices[i];
    if (!runnable.includes(cpu)) {
      this.mismatch = `slice ${given + 1} of the order lets CPU ${cpu} go on, but only CPU ${runnable.join(', ')} can (step ${k.machine.steps.toString(16).toUpperCase()})`;
      this.onMismatch(this.mismatch);
      return { cpu: current, steps: ALONE };
    }
    k.mem.setU32(at, given + 1);
    return { cpu, steps: this.slices[i + 1] };
  }
}

/** Files that are not what they were when the schedule was made, in words; empty: all are. */
export function changedSources(schedule: Schedule, build: Build): string[] {
  const now = new Map(sourceHashes(build).map((s) => [s.path, s.hash]));
  const out: string[] = [];
  for (const { path, hash } of schedule.sources) {
    const h = now.get(path);
    if (h === undefined) out.push(`${path} is not part of the scenario any more`);
    else if (h !== hash) out.push(`${path} has changed`);
    now.delete(path);
  }
  for (const path of now.keys()) out.push(`${path} is new`);
  return out;
}
