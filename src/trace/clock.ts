// Where and when an event happens: asked by the trace at every event, so that no caller can forget or fake it.
import type { Addr } from '../machine/abi.js';
import type { Machine } from '../machine/machine.js';

export interface TraceClock {
  /** Brings the fields up to date; absent when they always are. */
  sync?(): void;
  /** Machine steps executed so far, all CPUs together. */
  readonly step: number;
  /** Virtual time of the running CPU in steps. */
  readonly time: number;
  readonly cpu: number;
  /** Thread object (simulated address), 0 = none. */
  readonly thread: Addr;
  /** Step, time and thread once more, where they are in an array: the host boxes each number that is written into a field or handed on. */
  readonly numbers?: Float64Array;
}

/** Before there is a machine: everything happens at 0:n. */
export const NO_CLOCK: TraceClock = { step: 0, time: 0, cpu: 0, thread: 0 };

/** The clock of a machine; `currentThread` tells the current thread object. */
export class MachineClock implements TraceClock {
  cpu = 0;
  readonly numbers = new Float64Array(3);

  constructor(
    private readonly machine: Machine,
    private readonly currentThread: () => Addr,
  ) {}

  get step(): number {
    return this.numbers[0];
  }
  get time(): number {
    return this.numbers[1];
  }
  get thread(): Addr {
    return this.numbers[2];
  }

  sync(): void {
    const m = this.machine;
    const used = m.usedInSlice;
    const { cpu } = m.registers;
    this.numbers[0] = m.totalSteps + used;
    this.numbers[1] = m.cpus[cpu].time + used;
    this.cpu = cpu;
    this.numbers[2] = this.currentThread();
  }
}
