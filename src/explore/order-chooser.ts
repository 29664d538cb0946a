// The chooser of an exploring run. Steps that nobody else can see are not worth a choice: every CPU is first brought to its next visible operation (it is
// then *parked* before it); only when all CPUs that can go on are parked there is a choice, and it is made outside, by a strategy. Each slice is
// logged, so that the order can be given to the machine again.

import { ALONE, type Choice, type Chooser } from '../kernel/ke/choice.js';
import type { Kernel } from '../kernel/kernel.js';
import { KPRCB } from '../kernel/layouts.gen.js';
import { Reg } from '../machine/abi.js';
import { Hash64 } from '../trace/hash.js';
import type { Footprint, Sharing } from './sharing.js';

/**
 * How far one CPU may run ahead of another, in steps: long enough that a whole system call of one fits between two statements of the other, short enough that a
 * thread that polls for another gets its answer. Belongs to the meaning of a schedule.
 */
export const EXPLORE_SKEW = 50_000;

export interface Poll {
  readonly spins: boolean;
  readonly reads: Footprint;
  readonly states: readonly number[];
}
const NOTHING_READ: Poll = { spins: false, reads: [], states: [] };
/** Reads of shared memory in one round of a polling loop, at most. */
const POLL_LOOP = 8;

const touches = (reads: Footprint, writes: Footprint): boolean => writes.some((w) => reads.includes(w - 1));

/** The innermost frame of a CPU as a number: where it stands, with its locals and arguments. */
function localState(k: Kernel, cpu: number): number {
  const { headers } = k.machine;
  const top = k.machine.wordsOf(cpu)[Reg.Top >> 2];
  const raw = k.mem.raw;
  const h = new Hash64();
  h.word(top);
  const end = top + k.machine.fixedSize(headers.fn(top)) + 32;
  for (let at = top; at < end; at += 4) h.word(raw.i32(at));
  return (h.a >>> 0) * 1048576 + (h.b >>> 12) + 1;
}

export class OrderChooser implements Chooser {
  readonly exact = true;
  readonly skew = EXPLORE_SKEW;
  sharing: Sharing | undefined;
  /** CPUs that can go on at the choice that is waited for. */
  fair: readonly number[] = [];
  /** The slices so far: CPU, steps (ALONE: until it gave up by itself). */
  readonly log: number[] = [];
  /** Per CPU: the state in which it was parked, 0 = it is not. */
  readonly parked: Float64Array;
  /** Per CPU: what it has read since it last changed something, and the states it read it in. Replaced, never changed: marks keep it. */
  polls: Poll[];
  /** Asks also when only one CPU can go on: a strategy that knows states it has seen wants to look. */
  askAlone = false;
  private decision = -1;
  private from = 0;

  constructor(cpus: number) {
    this.parked = new Float64Array(cpus);
    this.polls = Array.from({ length: cpus }, () => NOTHING_READ);
  }

  /** The answer to the choice: the CPU does its visible operation. */
  decide(cpu: number): void {
    this.decision = cpu;
  }

  choose(k: Kernel, fair: readonly number[]): Choice | undefined {
    this.settle(k);
    const cpu = this.unparked(k, fair);
    if (cpu >= 0) return this.slice(k, cpu, 0);
    if (fair.length === 1 && !this.askAlone) return this.slice(k, fair[0], Number.MAX_SAFE_INTEGER);
    if (this.decision >= 0 && fair.includes(this.decision)) {
      const decided = this.decision;
      this.decision = -1;
      return this.slice(k, decided, 1);
    }
    this.decision = -1;
    this.fair = [...fair];
    return undefined;
  }

  /**
   * The CPU did its visible operation with this footprint and stands before the next. When it only reads, and stands where it stood before, in the same state,
   * it polls: it is a waiter until somebody writes what it read.
   */
  noteOperation(k: Kernel, cpu: number, footprint: Footprint): void {
    const writes = footprint.filter((x) => x & 1);
    if (writes.length) {
      this.polls = this.polls.map((p, c) => (c === cpu || touches(p.reads, writes) ? NOTHING_READ : p));
      return;
    }
    const poll = this.polls[cpu];
    const state = this.parked[cpu] === 0 ? 0 : localState(k, cpu);
    const spins = state !== 0 && poll.states.includes(state);
    const states = spins || state === 0 ? poll.states : [...poll.states.slice(1 - POLL_LOOP), state];
    const next: Poll = { spins, reads: [...new Set([...poll.reads, ...footprint])], states };
    this.polls = this.polls.map((p, c) => (c === cpu ? next : p));
  }

  /** Writes the length of the last slice into the log when the machine was stopped in it. Also after the run. */
  settle(k: Kernel): void {
    const { sharing, log } = this;
    if (!sharing?.stopped || log.length === 0) return;
    sharing.stopped = false;
    log[log.length - 1] = k.stepsRun - this.from;
    const cpu = log[log.length - 2];
    this.parked[cpu] = this.stateOf(k, cpu);
  }

  private slice(k: Kernel, cpu: number, pass: number): Choice {
    this.parked[cpu] = 0;
    this.from = k.stepsRun;
    this.sharing?.grant(pass);
    this.log.push(cpu, ALONE);
    return { cpu, steps: ALONE };
  }

  /** A CPU that is not yet in front of a visible operation: the running one if it can, else the first. */
  private unparked(k: Kernel, fair: readonly number[]): number {
    const current = k.cpuNumber;
    if (fair.includes(current) && !this.isParked(k, current)) return current;
    for (const c of fair) if (!this.isParked(k, c)) return c;
    return -1;
  }

  private isParked(k: Kernel, cpu: number): boolean {
    return this.parked[cpu] !== 0 && this.parked[cpu] === this.stateOf(k, cpu);
  }

  /** Innermost frame and what interrupts wait: changes when the CPU would not go on with the operation that it was parked before. Never 0. */
  private stateOf(k: Kernel, cpu: number): number {
    const m = k.mem;
    const p = k.prcb(cpu);
    const due =
      (m.ptr(p + KPRCB.NextThread) !== 0 ? 1 : 0) +
      (m.u8(p + KPRCB.DpcRequested) ? 2 : 0) +
      (m.u8(p + KPRCB.QuantumEnd) ? 4 : 0) +
      (m.u8(p + KPRCB.DispatchPending) ? 8 : 0) +
      (m.u32(p + KPRCB.RequestSummary) !== 0 ? 16 : 0) +
      (k.machine.cpus[cpu].time >= m.ptr(p + KPRCB.NextTick) ? 32 : 0);
    return 1 + due + 64 * (k.machine.wordsOf(cpu)[Reg.Top >> 2] >>> 0);
  }
}
