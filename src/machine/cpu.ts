// Register sets of the CPUs that are not running, and their clocks. Plain data: a checkpoint copies it.
import { Reg } from './abi.js';

/** One CPU as plain data. */
export interface CpuState {
  readonly number: number;
  /** All words of the register file (Reg.Size / 4); stale for the CPU that runs now, see Machine.switchCpu. */
  readonly words: Int32Array;
  /** Virtual time of this CPU in steps (exact integer). While it runs a slice the machine adds to it at the end; `Machine.now` is always exact. */
  time: number;
  /** Nothing to run. The machine only stores it. */
  idle: boolean;
}

export function createCpu(number: number): CpuState {
  const words = new Int32Array(Reg.Size >> 2);
  words[Reg.Cpu >> 2] = number;
  return { number, words, time: 0, idle: false };
}

export interface CpuSnapshot {
  readonly words: readonly number[];
  readonly time: number;
  readonly idle: boolean;
}

export const snapshotCpu = (c: CpuState): CpuSnapshot => ({ words: Array.from(c.words), time: c.time, idle: c.idle });

export function restoreCpu(c: CpuState, s: CpuSnapshot): void {
  c.words.set(s.words);
  c.time = s.time;
  c.idle = s.idle;
}
