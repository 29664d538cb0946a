// The main loop: takes clock and software interrupts, lets the chooser say which CPU advances and how far, runs that slice on the machine, acts on
// why it stopped. Between two slices everything is in memory and in the CPU register sets, so the loop can be left and entered anywhere.
import { Reason, Reg } from '../../machine/abi.js';
import type { Kernel } from '../kernel.js';
import { KE_GLOBALS, KI_BUGCHECK_DATA, KPRCB, KTHREAD } from '../layouts.gen.js';
import { GLOBALS } from '../nt-layout.js';
import { KERNEL_APC_PENDING, kernelApcDue, restartWait, takeApcInterrupt, USER_APC_PENDING } from './apc.js';
import { BugCheckError, type BugCheckInfo, raiseBugCheck } from './bugcheck.js';
import { clockInterrupt, skipToTick } from './clock.js';
import { APC_LEVEL, CLOCK_LEVEL, DISPATCH_LEVEL, IPI_LEVEL, ThreadState } from './constants.js';
import { takeDpcInterrupt } from './dpc.js';
import { addressAt, addSteps, cpuCount, currentThreadAt, numberAt, P, placeOf, prcbAt } from './fields.js';
import { takeIpi } from './ipi.js';
import { prcbOf } from './prcb.js';
import { spinSatisfied } from './spin-wait.js';
import { quantumEnd, swapContext } from './switch.js';
import { firstTimer } from './timer-queue.js';
import { listWaiters, type Waiter } from './waiters.js';

export interface RunOptions {
  /** Steps of all CPUs together, from now. */
  readonly maxSteps?: number;
  /** Virtual time since boot in steps (k.now): the run ends when every CPU that could advance is past it. */
  readonly maxTime?: number;
  /** Asked after each slice. */
  readonly stopAt?: (k: Kernel) => boolean;
  /** Goes on from a step whose break byte stopped the machine. */
  readonly skipBreak?: boolean;
  /**
   * With the steps used up: takes what is due and chooses who goes on, but runs nothing. The machine then stands exactly as it does at a break byte of the next
   * step, and goes on from there as it would have.
   */
  readonly settle?: boolean;
}

export type RunReason =
  | 'stopAt'
  | 'maxSteps'
  | 'maxTime'
  | 'deadlock'
  | 'bugcheck'
  | 'break'
  | 'debugbreak'
  | 'requested'
  | 'notSimulated'
  | 'choice';

export interface RunResult {
  readonly reason: RunReason;
  readonly bugCheck?: BugCheckInfo;
  /** deadlock: every thread that waits, and for what. Worker threads without work are in the list, marked idle. */
  readonly waiters?: readonly Waiter[];
}

/** No CPU runs ahead of the slowest busy one by more than this many steps. */
const SKEW = 2_000;

export function run(k: Kernel, options: RunOptions): RunResult {
  const loop = new RunLoop(k, options);
  for (;;) {
    try {
      return loop.go();
    } catch (e) {
      if (!(e instanceof BugCheckError)) throw e;
      raiseBugCheck(k, e.code, e.parameters, e.explanation);
    }
  }
}

const SLICE_LEFT = placeOf(GLOBALS.KE + KE_GLOBALS.SliceLeft);
const STEPS_RUN = placeOf(GLOBALS.KE + KE_GLOBALS.StepsRun);
const CYCLE_TIME = KTHREAD.CycleTime >> 2;

class RunLoop {
  private stepsLeft: number;
  private skipBreak: boolean;
  /** Frame that stood before the break byte: only its step is gone over, not that of a DPC or thread that comes first. */
  private readonly breakTop: number;
  private readonly cpus: number;
  private readonly skew: number;
  private readonly maxTime: number;
  // What the loop reads at every slice it reads as words: the structures are the kernel's own, nobody watches them, and a slice may be a few steps.
  private readonly words: Int32Array;
  private readonly bytes: Uint8Array;
  private readonly bugCheckActive: number;
  private readonly stopRequested: number;
  /** CPUs that can advance, and those of them that are not too far ahead; filled anew for each slice. */
  private readonly able: number[] = [];
  private readonly fair: number[] = [];

  constructor(
    private readonly k: Kernel,
    private readonly options: RunOptions,
  ) {
    this.stepsLeft = options.maxSteps ?? Number.MAX_SAFE_INTEGER;
    this.maxTime = options.maxTime ?? Number.MAX_SAFE_INTEGER;
    this.skipBreak = options.skipBreak ?? false;
    this.breakTop = k.mem.registers.top;
    this.cpus = cpuCount(k);
    this.skew = k.chooser.skew ?? SKEW;
    this.words = k.mem.words;
    this.bytes = k.mem.buffer;
    this.bugCheckActive = placeOf(k.globals.KE + KE_GLOBALS.KiBugCheckData + KI_BUGCHECK_DATA.Active);
    this.stopRequested = placeOf(k.globals.KE + KE_GLOBALS.StopRequested);
  }

  go(): RunResult {
    const { k, words } = this;
    for (;;) {
      if (words[this.bugCheckActive] !== 0) {
        const info = k.bugCheckInfo();
        if (info) return { reason: 'bugcheck', bugCheck: info };
      }
      if (k.notSimulated) return { reason: 'notSimulated' };
      if (words[this.stopRequested] !== 0 && k.takeStopRequest()) return { reason: 'requested' };
      if (this.stepsLeft <= 0 && !this.options.settle) return { reason: 'maxSteps' };
      let looked = false;
      if (this.sliceLeft === 0) {
        const end = this.beginSlice();
        if (end) return end;
        if (this.sliceLeft === 0) continue;
        looked = true;
      }
      if (this.stepsLeft <= 0) {
        if (this.interrupts()) return { reason: 'maxSteps' };
        this.sliceLeft = 0;
        continue;
      }
      const ended = this.runSlice(looked);
      if (ended) return ended;
      if (this.options.stopAt?.(k)) return { reason: 'stopAt' };
    }
  }

  // A slice ends at the next clock interrupt at the latest: 31 bits.
  private get sliceLeft(): number {
    return this.words[SLICE_LEFT];
  }
  private set sliceLeft(v: number) {
    this.words[SLICE_LEFT] = v;
    this.k.mem.touchPlace(SLICE_LEFT);
  }

  private timeOf(cpu: number): number {
    return this.k.machine.cpus[cpu].time;
  }

  /** Fills `able` with the CPUs that can advance now. */
  private findRunnable(): void {
    const { able } = this;
    let n = 0;
    for (let c = 0; c < this.cpus; c++) if (this.canAdvance(c)) able[n++] = c;
    if (able.length > n) able.length = n; // setting it costs more than all the rest
  }

  private canAdvance(cpu: number): boolean {
    const { words, k } = this;
    const p = prcbAt(cpu);
    if (words[p + P.request] !== 0) return true;
    // an idle CPU has no frame; one that is in a DPC or IPI has
    const busy = words[p + P.current] !== words[p + P.idle] || k.machine.wordsOf(cpu)[Reg.Top >> 2] !== 0;
    if (!busy && words[p + P.next] === 0 && this.bytes[(p << 2) + KPRCB.DpcRequested] === 0) return false;
    return words[p + P.spin] === 0 || spinSatisfied(k, addressAt(p));
  }

  /** Chooses who goes on; takes the interrupts due there. May leave no slice (state changed: look again). */
  private beginSlice(): RunResult | undefined {
    const { k, able, fair } = this;
    this.findRunnable();
    this.wake();
    if (able.length === 0) return this.nobodyRuns();
    let slowest = this.timeOf(able[0]);
    for (let i = 1; i < able.length; i++) slowest = Math.min(slowest, this.timeOf(able[i]));
    if (slowest >= this.maxTime) return { reason: 'maxTime' };
    if (able.length < this.cpus && this.carryOthers(slowest)) return undefined;
    let n = 0;
    for (const c of able) if (this.timeOf(c) <= slowest + this.skew) fair[n++] = c;
    if (fair.length > n) fair.length = n;
    const choice = k.chooser.choose(k, fair);
    if (!choice) return { reason: 'choice' };
    k.machine.switchCpu(choice.cpu);
    if (!this.interrupts()) return undefined;
    if (choice.steps > 0) this.sliceLeft = this.cut(choice.steps, slowest, able.length > 1);
    return undefined;
  }

  /** A CPU that was idle and now has work begins not before the moment at which it got it: the present time of the CPU that ran last. */
  private wake(): void {
    const { machine } = this.k;
    const now = machine.cpu.time;
    for (let c = 0, i = 0; c < this.cpus; c++) {
      const cpu = machine.cpus[c];
      const idle = this.able[i] !== c;
      if (!idle) i++;
      if (cpu.idle && !idle && cpu.time < now) cpu.time = now;
      cpu.idle = idle;
    }
  }

  /** CPUs that do nothing follow the slowest that does something. True: clock interrupts happened on the way, who can run may have changed. */
  private carryOthers(time: number): boolean {
    const k = this.k;
    let ticked = false;
    for (let c = 0, i = 0; c < this.cpus; c++) {
      if (this.able[i] === c) {
        i++;
        continue;
      }
      if (this.timeOf(c) >= time) continue;
      k.machine.cpus[c].time = time;
      const prcb = prcbOf(k, c);
      while (k.mem.ptr(prcb + KPRCB.NextTick) <= time) {
        this.tickOn(c);
        ticked = true;
      }
    }
    return ticked;
  }

  private tickOn(cpu: number): void {
    this.k.machine.switchCpu(cpu);
    clockInterrupt(this.k);
  }

  /** Steps until something must be looked at again. */
  private cut(steps: number, slowest: number, several: boolean): number {
    const { k, words } = this;
    const now = k.machine.cpu.time;
    const { cpu } = k.mem.registers;
    let n = Math.min(steps, numberAt(words, prcbAt(cpu) + P.nextTick) - now);
    if (several) n = Math.min(n, slowest + this.skew - now + 1);
    if (cpu !== 0) {
      const clock0 = numberAt(words, prcbAt(0) + P.nextTick);
      if (clock0 > now) n = Math.min(n, clock0 - now); // CPU 0 expires timers: nobody passes it
    }
    if (this.maxTime > now) n = Math.min(n, this.maxTime - now);
    return Math.max(1, n);
  }

  /** Nothing at all is due on the current CPU, as nearly always. */
  private quiet(p: number): boolean {
    const { words, k } = this;
    const r = k.mem.registers;
    if (words[p + P.request] !== 0 || k.machine.cpu.time >= numberAt(words, p + P.nextTick)) return false;
    const { irql } = r;
    if (irql >= DISPATCH_LEVEL) return true;
    if (words[p + P.flags] >>> 8 !== 0 || words[p + P.next] !== 0) return false;
    const thread = words[p + P.current];
    if (thread === words[p + P.idle] || irql >= APC_LEVEL) return true;
    if (this.bytes[thread + KERNEL_APC_PENDING] !== 0 || words[(thread + KTHREAD.WaitRestart) >> 2] !== 0) return false;
    return !r.userMode || this.bytes[thread + USER_APC_PENDING] === 0;
  }

  /** Takes every interrupt due on the current CPU. False: nothing to run on it after that. */
  private interrupts(): boolean {
    const k = this.k;
    const m = k.mem;
    const r = m.registers;
    if (this.quiet(prcbAt(r.cpu))) return r.top !== 0;
    const prcb = k.prcb();
    for (let guard = 0; guard < 64; guard++) {
      if (k.machine.cpu.time >= m.ptr(prcb + KPRCB.NextTick) && r.irql < CLOCK_LEVEL) {
        clockInterrupt(k);
        continue;
      }
      if (m.u32(prcb + KPRCB.RequestSummary) !== 0 && r.irql < IPI_LEVEL) {
        takeIpi(k);
        continue;
      }
      const thread = m.ptr(prcb + KPRCB.CurrentThread);
      const idle = thread === m.ptr(prcb + KPRCB.IdleThread);
      if (r.irql < DISPATCH_LEVEL) {
        if (m.u8(prcb + KPRCB.DpcRequested)) {
          takeDpcInterrupt(k);
          continue;
        }
        if (m.u8(prcb + KPRCB.QuantumEnd)) {
          quantumEnd(k);
          continue;
        }
        if (m.ptr(prcb + KPRCB.NextThread) !== 0 || m.u8(prcb + KPRCB.DispatchPending)) {
          swapContext(k);
          continue;
        }
        if (!idle && r.irql < APC_LEVEL && kernelApcDue(k, thread)) {
          takeApcInterrupt(k);
          continue;
        }
        if (!idle && r.irql < APC_LEVEL && m.u32(thread + KTHREAD.WaitRestart)) {
          if (restartWait(k, thread)) swapContext(k);
          continue;
        }
        // Back to user mode after an interrupt: a thread that was asked to end does so instead.
        if (!idle && r.userMode && m.u8(thread + USER_APC_PENDING) && k.hooks.userModeInterrupt?.(k)) continue;
      }
      break;
    }
    return r.top !== 0;
  }

  /** `looked`: what is due was taken a moment ago. */
  private runSlice(looked: boolean): RunResult | undefined {
    const k = this.k;
    const m = k.mem;
    if (!looked && !this.interrupts()) {
      this.sliceLeft = 0;
      return undefined;
    }
    const { words } = this;
    const given = Math.min(this.sliceLeft, this.stepsLeft);
    const thread = currentThreadAt(k);
    const reason = k.machine.run(given, this.skipBreak && m.registers.top === this.breakTop);
    this.skipBreak = false;
    const used = k.machine.executed;
    this.stepsLeft -= used;
    this.sliceLeft = Math.max(0, this.sliceLeft - used);
    addSteps(words, STEPS_RUN, used);
    m.touchPlace(STEPS_RUN);
    if ((words[prcbAt(m.registers.cpu) + P.flags] & 0xff) === 0) {
      addSteps(words, thread + CYCLE_TIME, used);
      m.touchPlace(thread + CYCLE_TIME);
    }
    switch (reason) {
      case Reason.Fuel:
        return undefined;
      case Reason.Done:
        this.sliceLeft = 0;
        return this.done(addressAt(thread));
      case Reason.Dispatch:
        this.sliceLeft = 0;
        this.giveUp();
        return undefined;
      case Reason.Break:
        return { reason: 'break' };
      case Reason.DebugBreak:
        return { reason: 'debugbreak' };
      case Reason.BugCheck:
      case Reason.Visible:
        this.sliceLeft = 0;
        return undefined;
      default:
        throw new Error(`machine stopped with reason ${Reason[reason]}`);
    }
  }

  /** The current thread waits, ended, spins or yielded. */
  private giveUp(): void {
    const { k, words } = this;
    const p = prcbAt(k.mem.registers.cpu);
    if (words[p + P.spin] !== 0) return;
    const state = words[(words[p + P.current] + KTHREAD.State) >> 2];
    if (state === ThreadState.Waiting || state === ThreadState.Terminated) swapContext(k);
  }

  /** The outermost frame returned: an idle CPU's DPC, or a thread whose stack was destroyed. */
  private done(thread: number): RunResult | undefined {
    const k = this.k;
    if (thread === k.mem.ptr(k.prcb() + KPRCB.IdleThread)) return undefined;
    k.bugCheck(0x7f, 0, thread, 0, 0, 'the outermost frame of a thread returned: its stack was overwritten');
    return undefined;
  }

  /** Every CPU is idle or spins: time jumps to the clock interrupt at which the next timer expires. */
  private nobodyRuns(): RunResult | undefined {
    const k = this.k;
    if (firstTimer(k) === 0 && !k.hooks.balanceDue?.(k)) return { reason: 'deadlock', waiters: listWaiters(k) };
    return skipToTick(k, this.maxTime) === undefined ? { reason: 'maxTime' } : undefined;
  }
}
