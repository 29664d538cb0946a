// What a run-time check of a DDI is: a look at the call while a callback runs, before the routine does its work. A routine that no check names costs nothing.
import type { Addr } from '../../machine/abi.js';
import type { Frame } from '../../machine/routine.js';
import type { Kernel } from '../kernel.js';

export interface EntryCheck {
  /** Routines that it looks at; the ones that this build does not have are no mistake (they are not simulated yet). */
  readonly routines: readonly string[];
  /** Called with the frame of the routine, which driver code inside the callback `invocation` calls. */
  readonly check: (k: Kernel, f: Frame, invocation: Addr, name: string) => void;
}
