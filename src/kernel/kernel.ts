// The simulated kernel as one object: what every kernel routine gets as its first argument. It holds references and tables that can be rebuilt;
// the kernel's state itself is in simulated memory (DESIGN invariant 1). The work is in the concept files; here is the list of what they offer
// each other, so that a routine file needs to import nothing but this type.

import { CHOICE_NAMES, CHOICES, type ChoiceName, type ChoiceValue } from '../base/choices.js';
import { VERIFIER_OPTIONS, type VerifierOption } from '../base/verifier-options.js';
import { type Addr, KERNEL_BASE, Reason, Status, toAddress } from '../machine/abi.js';
import type { ExceptionInfo, Machine, MachineHost } from '../machine/machine.js';
import type { Memory } from '../machine/memory.js';
import type { Frame, RoutineDefinition } from '../machine/routine.js';
import type { DataOf, KindName } from '../trace/kinds.js';
import type { Trace, TraceMark } from '../trace/trace.js';
import { addressWord } from '../trace/word.js';
import type { KernelConfig } from './config.js';
import type { KernelHooks } from './hooks.js';
import type { IrqlLimit } from './irql-limit.js';
import { BugCheckError, type BugCheckInfo, raiseBugCheck, readBugCheck } from './ke/bugcheck.js';
import { callTarget } from './ke/call.js';
import type { Chooser } from './ke/choice.js';
import { catchUp } from './ke/clock.js';
import { signalEvent } from './ke/dispatcher.js';
import { addressAt, currentThreadAt, P, prcbAt } from './ke/fields.js';
import { lowerIrql, raiseIrql, softwareInterruptDue } from './ke/irql.js';
import { currentPrcb, prcbOf } from './ke/prcb.js';
import { readyThread } from './ke/ready.js';
import { enterCriticalRegion, enterGuardedRegion, leaveCriticalRegion, leaveGuardedRegion } from './ke/region.js';
import { type RunOptions, type RunResult, run } from './ke/run.js';
import { systemCall } from './ke/syscall.js';
import { enterUserMode, initializeThread, startThread, type ThreadOptions, terminateCurrentThread } from './ke/thread.js';
import { interruptTime, systemTime } from './ke/time.js';
import { onFault, onUnhandled } from './ke/unhandled.js';
import { type WaitRequest, wait } from './ke/wait.js';
import { KAPC_STATE, KE_GLOBALS, KPRCB, KTHREAD } from './layouts.gen.js';
import { Pool } from './mm/pool.js';
import { GLOBALS, NT_LAYOUT } from './nt-layout.js';
import type { NotSimulated, StubRoutine } from './stub.js';

export type { Frame } from '../machine/routine.js';
export type { BugCheckInfo } from './ke/bugcheck.js';
export type { RunOptions, RunResult } from './ke/run.js';
export type { ThreadOptions } from './ke/thread.js';
export type { WaitRequest } from './ke/wait.js';
export type KernelRoutine = RoutineDefinition<Kernel>;

/** Bit of KE_GLOBALS.ChoicesAsked. */
const CHOICE_BITS = Object.fromEntries(CHOICE_NAMES.map((n, i) => [n, i])) as Readonly<Record<ChoiceName, number>>;

/** What is outside the memory and belongs to a checkpoint; plain data, survives JSON. */
interface SavedState {
  readonly trace: TraceMark;
  readonly bugCheckExplanation: string;
  readonly notSimulated?: NotSimulated;
  readonly run?: unknown;
  readonly races?: unknown;
}

export class Kernel implements MachineHost {
  readonly globals = GLOBALS;
  readonly hooks: KernelHooks = { exitThread: 'KiExitThread' };
  readonly pool: Pool;
  readonly mem: Memory;
  /** Exported variables by name (`PsProcessType`): filled at boot by their owners with `exportData`. */
  readonly dataExports = new Map<string, Addr>();
  /** Those that headers declare as pointer to the kernel's variable (`POBJECT_TYPE *PsProcessType`): what is at the address is what the kernel exports. */
  readonly pointerExports = new Set<string>();

  /** Words for the bug check that stopped the machine; about this run, not simulated state. */
  bugCheckExplanation = '';
  /** Calls of DDIs outside their documented IRQLs are bug checks: limits by number of the routine, from the headers' annotations (imports.ts). */
  readonly irqlLimits: (IrqlLimit | undefined)[];
  /** Answers of the scenario for functions that nothing provides: by image, then by name. */
  readonly stubs = new Map<string, ReadonlyMap<string, StubRoutine>>();
  /** Set when the run ended because a driver called something that is not simulated. */
  notSimulated: NotSimulated | undefined;
  /** What the world above keeps about the run (expectations that failed ...): goes into checkpoints with the rest. Plain data. */
  runState: { save(): unknown; restore(state: unknown): void } | undefined;

  constructor(
    readonly machine: Machine,
    readonly trace: Trace,
    readonly config: KernelConfig,
    readonly chooser: Chooser,
    /** Sorted by name; index = routine id. */
    readonly routines: readonly KernelRoutine[],
    readonly routineIndex: ReadonlyMap<string, number>,
  ) {
    this.mem = machine.mem;
    this.pool = new Pool(this);
    this.irqlLimits = new Array<IrqlLimit | undefined>(routines.length).fill(undefined);
  }

  // ---------------------------------------------------------------- who runs
  get cpuNumber(): number {
    return this.mem.registers.cpu;
  }
  /** KPRCB of a CPU (default: the current one). */
  prcb(cpu?: number): Addr {
    return cpu === undefined ? currentPrcb(this) : prcbOf(this, cpu);
  }
  /** KTHREAD of the thread that runs (or that a DPC interrupted) on this CPU. */
  currentThread(): Addr {
    return addressAt(currentThreadAt(this));
  }
  /** KPROCESS (= EPROCESS) whose address space is current: the process the thread is attached to, else its own. */
  currentProcess(): Addr {
    return this.mem.ptr(this.currentThread() + KTHREAD.ApcState + KAPC_STATE.Process);
  }
  get irql(): number {
    return this.mem.registers.irql;
  }
  /** Interrupt time: steps of virtual time since boot on this CPU, exact also inside a routine. */
  get now(): number {
    return interruptTime(this);
  }
  /** An option of Driver Verifier is on. */
  verifies(option: VerifierOption): boolean {
    return (this.config.verifierFlags & VERIFIER_OPTIONS[option]) !== 0;
  }
  /** Somebody asked for this option of Driver Verifier (config.ts), or for any: its automatic checks come with each. Not for hot paths (verifier/call-checks.ts). */
  asked(option?: VerifierOption): boolean {
    const asked = this.config.verifierAsked;
    return (option === undefined ? asked : asked & VERIFIER_OPTIONS[option]) !== 0;
  }
  /**
   * What Driver Verifier stops with: bug check 0xC4. Undefined: violations are reported, a finding was told and the caller goes on.
   */
  violation(code: number, p2: number | bigint, p3: number | bigint, p4: number | bigint, text: string): Status | undefined {
    if (!this.config.verifierReports) return this.bugCheck(0xc4, code, p2, p3, p4, text);
    if (this.hooks.verifier) this.hooks.verifier.violation(this, code, text);
    else this.finding('verifier', text);
    return undefined;
  }
  /** Which way an unconfirmed fact is taken (base/choices.ts). The report names what was asked. */
  choice<N extends ChoiceName>(name: N): ChoiceValue<N> {
    const bit = CHOICE_BITS[name];
    const asked = this.globals.KE + KE_GLOBALS.ChoicesAsked + 4 * (bit >> 5);
    this.mem.setU32(asked, (this.mem.u32(asked) | (1 << (bit & 31))) >>> 0);
    return (this.config.choices[name] ?? CHOICES[name].values[0]) as ChoiceValue<N>;
  }
  /** Steps that all CPUs together have run since boot. */
  get stepsRun(): number {
    return this.mem.ptr(this.globals.KE + KE_GLOBALS.StepsRun);
  }
  /** System time in 100 ns since 1601. */
  systemTime(): bigint {
    return systemTime(this);
  }

  // ---------------------------------------------------------------- leaving a routine step
  /** Returns a 32-bit or address-size number (sign-extended) to the caller. */
  return(value: number): Status {
    this.machine.setReturn(value);
    return Status.Returned;
  }
  returnBig(value: bigint): Status {
    this.machine.setReturn64(value);
    return Status.Returned;
  }
  returnVoid(): Status {
    this.machine.setReturn(0);
    return Status.Returned;
  }
  /** Calls a function (simulated code address, or name of a routine or kernel function); the routine goes on at `nextPc` with `f.result`. */
  call(f: Frame, nextPc: number, target: Addr | string, args: readonly (number | bigint)[]): Status {
    return callTarget(this, f, nextPc, target, args);
  }
  /** Waits like KeWaitForSingle/MultipleObjects; the routine goes on at `nextPc` with `f.result` = wait status, also when nothing had to be waited for. */
  wait(f: Frame, nextPc: number, request: WaitRequest): Status {
    return wait(this, f, nextPc, request);
  }
  /** Stops the machine. `explanation` names the cause in words, for people who do not know the code. */
  bugCheck(
    code: number,
    p1: number | bigint = 0,
    p2: number | bigint = 0,
    p3: number | bigint = 0,
    p4: number | bigint = 0,
    explanation = '',
  ): Status {
    return raiseBugCheck(this, code, [p1, p2, p3, p4], explanation);
  }
  /** The bug check that stopped the machine, or undefined. */
  bugCheckInfo(): BugCheckInfo | undefined {
    return readBugCheck(this);
  }
  /** Raises an exception at the routine's caller (ExRaiseStatus); a `__try` around the call catches it. */
  raiseStatus(status: number): Status {
    return this.machine.raise(status);
  }
  /** Leaves user mode: runs the service (a routine name) on the thread's kernel stack; the user-mode routine goes on at `nextPc` with the status. */
  systemCall(f: Frame, nextPc: number, service: string, args: readonly (number | bigint)[]): Status {
    return systemCall(this, f, nextPc, service, args);
  }
  /** Bug check from deep inside a step: never returns; the step's wrapper or the run loop stops the machine. */
  throwBugCheck(code: number, parameters: readonly (number | bigint)[], explanation: string): never {
    throw new BugCheckError(code, parameters, explanation);
  }
  /** A bug check was raised in this step: how the step leaves. */
  stopForBugCheck(): Status {
    return this.machine.stop(Reason.BugCheck);
  }
  /** Last act of a routine: goes to user mode on the thread's user stack, with nothing left on the kernel stack. */
  enterUserMode(target: Addr | string, args: readonly (number | bigint)[]): Status {
    return enterUserMode(this, target, args);
  }
  /** Leaves the step so that the machine goes on with whatever Top says. */
  stop(reason: Reason): Status {
    return this.machine.stop(reason);
  }

  // ---------------------------------------------------------------- dispatcher
  /** KeSetEvent without the routine: returns the previous state. Waiters become ready; they run when the dispatcher gets to them. */
  signalEvent(event: Addr, increment = 0): number {
    return signalEvent(this, event, increment);
  }
  readyThread(thread: Addr, increment = 0): void {
    readyThread(this, thread, increment);
  }
  raiseIrql(irql: number): number {
    return raiseIrql(this, irql);
  }
  /** Lowers; what became deliverable (DPC, dispatch, APC) is taken before the next step. */
  lowerIrql(irql: number): void {
    lowerIrql(this, irql);
  }
  /** Ends the slice after the present step, so that the run loop takes what is due. */
  requestStop(): void {
    this.machine.requestStop();
  }
  /**
   * Ends the slice after the present step and lets the chooser decide anew: another CPU can go on now (got a thread or DPC, lock it spins on is free).
   * Without this the running CPU would keep a slice that was given to it when it was alone.
   */
  endSlice(): void {
    this.mem.setPtr(this.globals.KE + KE_GLOBALS.SliceLeft, 0);
    this.machine.requestStop();
  }
  /** Ends the slice if a DPC, dispatch or APC can be taken now. */
  checkSoftwareInterrupts(): void {
    if (softwareInterruptDue(this)) this.machine.requestStop();
  }
  /** Another CPU, idle until now, gets something to do: its clock is not behind the cause. */
  catchUp(cpu: number): void {
    const p = this.prcb(cpu);
    if (cpu === this.cpuNumber || this.mem.ptr(p + KPRCB.CurrentThread) !== this.mem.ptr(p + KPRCB.IdleThread)) return;
    catchUp(this, cpu, this.now);
    this.endSlice();
  }
  catchUpTo(cpu: number, time: number): void {
    catchUp(this, cpu, time);
  }
  enterCriticalRegion(thread = this.currentThread()): void {
    enterCriticalRegion(this, thread);
  }
  leaveCriticalRegion(thread = this.currentThread()): void {
    leaveCriticalRegion(this, thread);
  }
  enterGuardedRegion(thread = this.currentThread()): void {
    enterGuardedRegion(this, thread);
  }
  leaveGuardedRegion(thread = this.currentThread()): void {
    leaveGuardedRegion(this, thread);
  }

  // ---------------------------------------------------------------- threads
  /** Gives a zeroed KTHREAD its stack, lists and first frame. It does not run before `startThread`. False: no kernel stack left. */
  initializeThread(thread: Addr, process: Addr, options: ThreadOptions): boolean {
    return initializeThread(this, thread, process, options);
  }
  startThread(thread: Addr): void {
    startThread(this, thread);
  }
  /** Last act of the current thread, after ps has done its part: checks of the exit, signals the thread object, never comes back. */
  terminateCurrentThread(exitStatus: number): Status {
    return terminateCurrentThread(this, exitStatus);
  }

  // ---------------------------------------------------------------- the rest
  /** Records an event of the catalogue (src/trace/kinds.ts) with its values. */
  event<K extends KindName>(kind: K, data: DataOf<K>): void {
    this.trace.event(kind, data);
  }
  /** Something a verifier would complain about and the run survives. */
  finding(id: string, text: string): void {
    if (this.hooks.verifier) this.hooks.verifier.finding(this, id, text);
    else this.event('verifier.finding', { id, severity: 'warning', text, routine: 0, site: -1, place: '', stack: '' });
  }
  /** Code address of a routine or kernel function, 0 when there is none. */
  addressOf(name: string): Addr {
    const id = this.routineIndex.get(name);
    return id === undefined ? (this.machine.functionAddress(name) ?? 0) : this.routineAddress(id);
  }
  routineAddress(id: number): Addr {
    return KERNEL_BASE + NT_LAYOUT.routineCode + 16 * id;
  }
  exportData(name: string, address: Addr, pointer = false): void {
    this.dataExports.set(name, address);
    if (pointer) this.pointerExports.add(name);
  }
  /** Address of an exported variable itself: what MmGetSystemRoutineAddress and the export directory tell. */
  exportedVariable(name: string): Addr | undefined {
    const at = this.dataExports.get(name);
    return at !== undefined && this.pointerExports.has(name) ? this.mem.ptr(at) : at;
  }
  /** `driver.c:12 (function)` of a frame, for messages. */
  where(fp: number): string {
    return this.machine.where(fp);
  }
  /** `name (file:line)` of the function at a code address, else the address. */
  functionAtText(address: Addr): string {
    const fn = this.machine.resolveCode(address);
    if (fn >= 0) return this.machine.functionName(fn);
    return `0x${BigInt.asUintN(64, BigInt(address)).toString(16).toUpperCase()}`;
  }
  codeAddress(offset: number): Addr {
    return toAddress(offset);
  }
  /** Thread of an event: the current one, 0 before boot and on an idle CPU. As a word of the trace. */
  threadForTrace(): number {
    const { words, registers } = this.mem;
    const p = prcbAt(registers.cpu);
    const current = words[p + P.current];
    return current === words[p + P.idle] ? 0 : addressWord(current);
  }
  /** Makes `run` leave at the next boundary (scenario ended, pause). */
  requestRunEnd(): void {
    this.mem.setPtr(this.globals.KE + KE_GLOBALS.StopRequested, 1);
    this.machine.requestStop();
  }
  takeStopRequest(): boolean {
    const at = this.globals.KE + KE_GLOBALS.StopRequested;
    if (this.mem.ptr(at) === 0) return false;
    this.mem.setPtr(at, 0);
    return true;
  }
  run(options: RunOptions = {}): RunResult {
    return run(this, options);
  }
  /** All state that is not in memory and not in the CPUs (DESIGN invariant 1): where the trace stands, and what is known about the end of the run. */
  saveState(): unknown {
    const state: SavedState = {
      trace: this.trace.mark(),
      bugCheckExplanation: this.bugCheckExplanation,
      ...(this.notSimulated ? { notSimulated: this.notSimulated } : {}),
      ...(this.runState ? { run: this.runState.save() } : {}),
      ...(this.hooks.races ? { races: this.hooks.races.save() } : {}),
    };
    return state;
  }
  restoreState(state: unknown): void {
    const s = state as SavedState;
    this.trace.restore(s.trace);
    this.bugCheckExplanation = s.bugCheckExplanation;
    this.notSimulated = s.notSimulated;
    if (s.run !== undefined) this.runState?.restore(s.run);
    if (s.races !== undefined) this.hooks.races?.restore(s.races);
  }
  onFault(x: ExceptionInfo): Status | undefined {
    return onFault(this, x);
  }
  onUnhandled(x: ExceptionInfo): Status {
    return onUnhandled(this, x);
  }
}
