// The main loop: takes clock and software interrupts, lets the chooser say which CPU advances and how far, runs that slice on the machine, acts on
// why it stopped. Between two slices everything is in memory and in the CPU register sets, so the loop can be left and entered anywhere.
import { type Addr, Reason, Reg } from '../../machine/abi.js';
import type { Kernel } from '../kernel.js';
import { KE_GLOBALS, KI_BUGCHECK_DATA, KPRCB, KTHREAD } from '../layouts.gen.js';
import { KERNEL_APC_PENDING, kernelApcDue, restartWait, takeApcInterrupt, USER_APC_PENDING } from './apc.js';
import { BugCheckError, type BugCheckInfo, raiseBugCheck } from './bugcheck.js';
import { clockInterrupt, skipToTick } from './clock.js';
import { APC_LEVEL, CLOCK_LEVEL, DISPATCH_LEVEL, IPI_LEVEL, ThreadState } from './constants.js';
import { takeDpcInterrupt } from './dpc.js';
import { takeIpi } from './ipi.js';
import { prcbOf } from './prcb.js';
import { cpuCount } from './ready.js';
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

/** Place of a word of kernel memory in `mem.words`: the low half of a kernel address is its offset. */
const word = (a: Addr): number => a >>> 2;

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
    this.bugCheckActive = word(k.globals.KE + KE_GLOBALS.KiBugCheckData + KI_BUGCHECK_DATA.Active);
    this.stopRequested = word(k.globals.KE + KE_GLOBALS.StopRequested);
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

  private get sliceLeft(): number {
    return this.k.mem.ptr(this.k.globals.KE + KE_GLOBALS.SliceLeft);
  }
  private set sliceLeft(v: number) {
    this.k.mem.setPtr(this.k.globals.KE + KE_GLOBALS.SliceLeft, v);
  }

  private timeOf(cpu: number): number {
    return this.k.machine.cpus[cpu].time;
  }

  /** Fills `able` with the CPUs that can advance now. */
  private findRunnable(): void {
    const { able, words, k } = this;
    able.length = 0;
    for (let c = 0; c < this.cpus; c++) {
      const p = prcbOf(k, c);
      if (words[word(p + KPRCB.RequestSummary)] !== 0) {
        able.push(c);
        continue;
      }
      // an idle CPU has no frame; one that is in a DPC or IPI has
      const busy = words[word(p + KPRCB.CurrentThread)] !== words[word(p + KPRCB.IdleThread)] || k.machine.wordsOf(c)[Reg.Top >> 2] !== 0;
      if (!busy && words[word(p + KPRCB.NextThread)] === 0 && this.bytes[(p + KPRCB.DpcRequested) >>> 0] === 0) continue;
      if (words[word(p + KPRCB.SpinAddress)] === 0 || spinSatisfied(k, p)) able.push(c);
    }
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
    fair.length = 0;
    for (const c of able) if (this.timeOf(c) <= slowest + this.skew) fair.push(c);
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
    const k = this.k;
    const now = k.machine.cpu.time;
    let n = Math.min(steps, k.mem.ptr(k.prcb() + KPRCB.NextTick) - now);
    if (several) n = Math.min(n, slowest + this.skew - now + 1);
    const clock0 = k.mem.ptr(prcbOf(k, 0) + KPRCB.NextTick);
    if (clock0 > now) n = Math.min(n, clock0 - now); // CPU 0 expires timers: nobody passes it
    if (this.maxTime > now) n = Math.min(n, this.maxTime - now);
    return Math.max(1, n);
  }

  /** Nothing at all is due on the current CPU, as nearly always. */
  private quiet(prcb: Addr): boolean {
    const { words, k } = this;
    const r = k.mem.registers;
    if (k.machine.cpu.time >= k.mem.ptr(prcb + KPRCB.NextTick) || words[word(prcb + KPRCB.RequestSummary)] !== 0) return false;
    if (r.irql >= DISPATCH_LEVEL) return true;
    // four bytes: DpcRoutineActive, DpcRequested, QuantumEnd, DispatchPending
    if (words[word(prcb + KPRCB.DpcRoutineActive)] >>> 8 !== 0 || words[word(prcb + KPRCB.NextThread)] !== 0) return false;
    const thread = words[word(prcb + KPRCB.CurrentThread)] >>> 0;
    if (thread === words[word(prcb + KPRCB.IdleThread)] >>> 0 || r.irql >= APC_LEVEL) return true;
    if (this.bytes[thread + KERNEL_APC_PENDING] !== 0 || words[word(thread + KTHREAD.WaitRestart)] !== 0) return false;
    return !r.userMode || this.bytes[thread + USER_APC_PENDING] === 0;
  }

  /** Takes every interrupt due on the current CPU. False: nothing to run on it after that. */
  private interrupts(): boolean {
    const k = this.k;
    const m = k.mem;
    const r = m.registers;
    const prcb = k.prcb();
    if (this.quiet(prcb)) return r.top !== 0;
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
    const given = Math.min(this.sliceLeft, this.stepsLeft);
    const thread = k.currentThread();
    const reason = k.machine.run(given, this.skipBreak && m.registers.top === this.breakTop);
    this.skipBreak = false;
    const used = k.machine.executed;
    this.stepsLeft -= used;
    this.sliceLeft = Math.max(0, this.sliceLeft - used);
    const globals = k.globals.KE;
    m.setPtr(globals + KE_GLOBALS.StepsRun, m.ptr(globals + KE_GLOBALS.StepsRun) + used);
    if (!m.u8(k.prcb() + KPRCB.DpcRoutineActive)) m.setPtr(thread + KTHREAD.CycleTime, m.ptr(thread + KTHREAD.CycleTime) + used);
    switch (reason) {
      case Reason.Fuel:
        return undefined;
      case Reason.Done:
        this.sliceLeft = 0;
        return this.done(thread);
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
    const k = this.k;
    const m = k.mem;
    const prcb = k.prcb();
    if (this.words[word(prcb + KPRCB.SpinAddress)] !== 0) return;
    const thread = m.ptr(prcb + KPRCB.CurrentThread);
    const state = this.words[word(thread + KTHREAD.State)];
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
