// Where and when an event happens: asked by the trace at every event, so that no caller can forget or fake it.
import type { Addr } from '../machine/abi.js';
import type { Machine } from '../machine/machine.js';
import { decode } from './word.js';

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
  /**
   * The same as the trace keeps it, where it is at hand: step, time and thread in an array, the thread as a word (word.ts) besides. The host boxes each number that is
   * written into a field or handed on, unless it is a small integer.
   */
  readonly now?: Float64Array;
  readonly who?: number;
}

/** Before there is a machine: everything happens at 0:n. */
export const NO_CLOCK: TraceClock = { step: 0, time: 0, cpu: 0, thread: 0 };

/** Who knows the current thread object of the running CPU. */
export interface ThreadSource {
  /** As a word (word.ts), 0 = none. */
  threadForTrace(): number;
}

/** The clock of a machine. */
export class MachineClock implements TraceClock {
  cpu = 0;
  who = 0;
  readonly now = new Float64Array(3);

  constructor(
    private readonly machine: Machine,
    private readonly threads: ThreadSource,
  ) {}

  get step(): number {
    return this.now[0];
  }
  get time(): number {
    return this.now[1];
  }
  get thread(): Addr {
    return decode(this.who);
  }

  sync(): void {
    const m = this.machine;
    const used = m.usedInSlice;
    const { cpu } = m.registers;
    this.now[0] = m.totalSteps + used;
    this.now[1] = m.cpus[cpu].time + used;
    this.cpu = cpu;
    this.who = this.threads.threadForTrace();
  }
}
