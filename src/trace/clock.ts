// Where and when an event happens: asked by the trace at every event, so that no caller can forget or fake it.
import type { Addr } from '../machine/abi.js';
import type { Machine } from '../machine/machine.js';

export interface TraceClock {
  /** Machine steps executed so far, all CPUs together. */
  readonly steps: number;
  /** Virtual time of the running CPU in steps. */
  readonly time: number;
  readonly cpu: number;
  /** Thread object (simulated address), 0 = none. */
  readonly thread: Addr;
}

/** Before there is a machine: everything happens at 0:n. */
export const NO_CLOCK: TraceClock = { steps: 0, time: 0, cpu: 0, thread: 0 };

/** The clock of a machine; `thread` tells the current thread object. */
export function machineClock(m: Machine, thread: () => Addr): TraceClock {
  return {
    get steps() {
      return m.steps;
    },
    get time() {
      return m.now;
    },
    get cpu() {
      return m.registers.cpu;
    },
    get thread() {
      return thread();
    },
  };
}
