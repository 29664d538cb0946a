// The machine: one memory, CPUs, compiled images, frames. It runs the innermost frame of the running CPU until something must be decided above it.
// All simulated state is in memory, in the register sets of the CPUs and in `host.saveState`; the fields here are tables that follow from the images.
import {
  type Addr,
  BREAK_TABLE,
  BREAK_TABLE_SIZE,
  CODE_MAGIC,
  Deny,
  Fault,
  FRAME,
  FrameFlag,
  PAGE_SHIFT,
  Reason,
  Reg,
  ROUTINE_BASE,
  Status,
  toAddress,
} from './abi.js';
import { type Checkpoint, CheckpointStore } from './checkpoint.js';
import { type CpuState, createCpu } from './cpu.js';
import { Dispatcher } from './dispatch.js';
import { instructionPointer } from './exception-record.js';
import { FrameHeaders, plausibleFrame, StackFault } from './frames.js';
import type { ExceptionInfo, MachineHost } from './host.js';
import type { CompiledImage, FunctionInfo, Step } from './image.js';
import { Loader } from './loader.js';
import { Memory } from './memory.js';
import type { MachineObserver, RaceObserver } from './observer.js';
import { DISPATCH_LEVEL, type Registers } from './registers.js';
import { routineFixedSize } from './routine.js';
import { beginRaise, exceptionAt, internalRoutine, pushTrap, type RaiseOptions } from './seh.js';
import { describeFrame } from './walk.js';

export { StackFault } from './frames.js';
export type { ExceptionInfo, MachineHost, UnhandledException } from './host.js';

export interface MachineOptions {
  readonly cpus?: number;
  /** With the shadow words that images of the race variant need. */
  readonly shadow?: boolean;
  readonly host?: MachineHost;
}

export interface PushOptions {
  /** fp of the caller, 0 = outermost. Default Reg.Top. */
  readonly prev?: number;
  /** The frame is placed below this offset (top of a fresh stack). Default: sp of `prev`. With `base` the StackLimit register is not checked. */
  readonly base?: number;
  /** FrameFlag bits to add. FrameFlag.User is inherited from `prev` unless `base` is given. */
  readonly flags?: number;
  /** FRAME.seh word. */
  readonly seh?: number;
}

const NO_HOST: MachineHost = {
  routines: [],
  onUnhandled: (x) => {
    throw new Error(`unhandled exception ${x.code.toString(16)} and no host`);
  },
};

export class Machine {
  readonly mem: Memory;
  readonly registers: Registers;
  readonly headers: FrameHeaders;
  readonly cpus: readonly CpuState[];
  readonly images: Loader;
  host: MachineHost;
  /** Debugger: asked before the search for a handler; true stops with Reason.DebugBreak (resumable, looking changes nothing). */
  stopOnException: ((x: ExceptionInfo) => boolean) | undefined;
  /**
   * Debugger: asked at every break byte, with the machine standing before the step (global number, frame), in the middle of a slice; false goes on at once, without
   * leaving the machine, so that a million uninteresting passes cost little. It may look at memory and registers and must change nothing.
   */
  onBreak: ((step: number, frame: number) => boolean) | undefined;
  /** Told of accesses that the shadow words alone do not settle (race variant). */
  races: RaceObserver | undefined;
  private readonly dispatcher: Dispatcher;
  private readonly checkpoints: CheckpointStore;

  constructor(options: MachineOptions = {}) {
    this.mem = new Memory(options.shadow ?? false);
    this.registers = this.mem.registers;
    this.headers = new FrameHeaders(this.mem);
    this.cpus = Array.from({ length: options.cpus ?? 1 }, (_, i) => createCpu(i));
    this.host = options.host ?? NO_HOST;
    this.images = new Loader(this.mem, {
      routine: (fp, id) => this.dispatcher.callRoutine(fp, id),
      slow: (address, sizeAndKind) => this.dispatcher.slow(address, sizeAndKind),
      race: (offset, kind, fp) => this.races?.access(offset, kind, fp),
      raceRange: (offset, size, kind, fp) => this.races?.range(offset, size, kind, fp),
    });
    this.dispatcher = new Dispatcher(this);
    this.checkpoints = new CheckpointStore(this);
    this.registers.words.set(this.cpus[0].words);
    this.registers.updateMasks();
    this.mem.watches.onHit = () => {
      this.requestStop();
      return this.callingStep();
    };
  }

  // ---------------------------------------------------------------- images
  /** Instantiates the code of images (once, before boot). Nothing is mapped yet. */
  loadImages(images: readonly CompiledImage[]): void {
    for (const i of images) this.images.load(i);
  }
  /** Maps the image's pages and resets its data. `base`: offset of the process window for user images. */
  mapImage(image: CompiledImage, base = 0): void {
    this.images.map(image, base);
  }
  /** Takes the pages away: a later call or access faults. */
  unmapImage(image: CompiledImage, base = 0): void {
    this.mem.observer?.touch(image.start + base, image.end - image.start, true);
    this.images.unmap(image, base);
  }
  /** A compiled function by number, or undefined (routines have none). */
  function(fn: number): FunctionInfo | undefined {
    return this.images.functions[fn];
  }
  /** Name of any function number: compiled function, routine or machine-internal frame. */
  functionName(fn: number): string {
    return fn >= ROUTINE_BASE
      ? (this.routine(fn - ROUTINE_BASE)?.name ?? `routine ${fn - ROUTINE_BASE}`)
      : (this.function(fn)?.name ?? `function ${fn}`);
  }
  /** Simulated address of the kernel-mode function or global with this name in any loaded image. */
  functionAddress(name: string): Addr | undefined {
    const f = this.images.functionNamed(name);
    return f && toAddress(f.codeOffset);
  }
  globalAddress(name: string): Addr | undefined {
    const g = this.images.globalNamed(name);
    return g && toAddress(g.offset);
  }
  /** Function number of a code address as the running CPU would call it: executable page, 16-aligned, magic; -1 when a call would fault. */
  resolveCode(address: Addr): number {
    const o = this.mem.offsetOf(address, 16);
    if (o < 0 || (o & 15) !== 0 || this.mem.deny[o >>> PAGE_SHIFT] & Deny.Execute) return -1;
    return this.mem.raw.u32(o) === CODE_MAGIC ? this.mem.raw.u32(o + 4) : -1;
  }
  /** The compiled function at a code address, or undefined. */
  functionAt(address: Addr): FunctionInfo | undefined {
    const fn = this.resolveCode(address);
    return fn >= 0 && fn < ROUTINE_BASE ? this.function(fn) : undefined;
  }
  /** Writes the 16 bytes that make an offset callable (routines; compiled images bring theirs). The page must be mapped executable by the caller. */
  writeCodeEntry(offset: number, fn: number, extra = 0): void {
    this.images.writeCodeEntry(offset, fn, this.fixedSize(fn), extra);
  }
  /** Function and step of a global step number (Reg.StopStep, break table). */
  stepInfo(globalStep: number): { readonly function: FunctionInfo; readonly step: Step; readonly local: number } | undefined {
    return this.images.stepInfo(globalStep);
  }
  /** The function that a frame of UNRESOLVED_ROUTINE stands for. */
  unresolved(
    fp: number,
  ): { readonly image: CompiledImage; readonly name: string; readonly range: CompiledImage['unresolved'][number]['range'] } | undefined {
    return this.images.unresolved(
      this.mem.raw.u32(fp + FRAME.result),
      this.mem.raw.u32(fp + FRAME.result + 4),
      this.headers.prev(fp),
      this.headers,
    );
  }
  /** Step of the innermost compiled frame below Top that made a call which has not returned, -1 when there is none. */
  private callingStep(): number {
    for (let fp = this.registers.top, n = 0; plausibleFrame(fp) && n < 64; fp = this.headers.prev(fp), n++) {
      const f = this.function(this.headers.fn(fp));
      if (f) return f.stepBase + Math.max(0, this.headers.pc(fp) - 1);
    }
    return -1;
  }
  /** Name and frame size of a routine, the host's or a machine-internal one. */
  routine(id: number): { readonly name: string; readonly locals?: number } | undefined {
    return internalRoutine(id) ?? this.host.routines[id];
  }
  /** Bytes of a function's frame before its argument slots. */
  fixedSize(fn: number): number {
    if (fn < ROUTINE_BASE) return this.function(fn)?.fixedSize ?? FRAME.header;
    return routineFixedSize(this.routine(fn - ROUTINE_BASE)?.locals);
  }

  // ---------------------------------------------------------------- registers, CPUs, time
  reg(r: Reg): number {
    return this.registers.words[r >> 2];
  }
  setReg(r: Reg, value: number): void {
    this.registers.words[r >> 2] = value;
  }
  /** Value a routine returns with Status.Returned: signed 64 as number / exact. */
  setReturn(value: number): void {
    this.registers.returnValue = value;
  }
  setReturn64(value: bigint): void {
    this.registers.returnValue64 = value;
  }
  /** Makes another CPU the running one: its register set becomes the register file. Not inside a step. */
  switchCpu(n: number): void {
    const now = this.registers.cpu;
    if (n === now) return;
    this.cpus[now].words.set(this.registers.words);
    this.registers.words.set(this.cpus[n].words);
  }
  get cpu(): CpuState {
    return this.cpus[this.registers.cpu];
  }
  /** Register set of any CPU (live for the running one). */
  wordsOf(n: number): Int32Array {
    return n === this.registers.cpu ? this.registers.words : this.cpus[n].words;
  }
  /** Virtual time of the running CPU in steps, exact also in the middle of a slice (inside a routine). */
  get now(): number {
    return this.cpu.time + this.dispatcher.used;
  }
  /** Steps executed since the machine was made, all CPUs together; exact also inside a slice. Part of every checkpoint. */
  get steps(): number {
    return this.totalSteps + this.dispatcher.used;
  }
  /** Steps of the slice that is running, which are not in `totalSteps` and in the CPU's time yet. */
  get usedInSlice(): number {
    return this.dispatcher.used;
  }
  /** @internal Steps of finished slices; the dispatcher adds, a restore sets it. */
  totalSteps = 0;
  /** Steps that the last `run` executed (routines cost what they declare). */
  get executed(): number {
    return this.dispatcher.executed;
  }

  // ---------------------------------------------------------------- running
  /**
   * Runs the current CPU's Top for at most `steps` steps until something must be decided: Fuel, Break, Dispatch, BugCheck, DebugBreak or Done.
   * The CPU's time advances by what was executed (a routine may overrun the slice by its cost).
   * `skipBreak`: goes on from a step whose break byte stopped the machine.
   */
  run(steps: number, skipBreak = false): Reason {
    return this.dispatcher.run(steps, skipBreak);
  }
  /** Ends the slice after the present step (Reason.Fuel); the steps not used are not counted. Legal inside a routine step and in slow accesses. */
  requestStop(): void {
    this.dispatcher.requestStop();
  }
  /** Charges virtual time inside a routine step beyond its declared cost. */
  charge(steps: number): void {
    this.dispatcher.charge(steps);
  }
  /** One step of a frame that is not compiled code; false: the slice has none left (stop with Reason.Fuel and ask again). */
  takeStep(): boolean {
    return this.dispatcher.takeStep();
  }
  /** Slices end exactly after their steps (also between a call and the routine that is called), so that a recorded schedule can be given again. */
  set exactSlices(on: boolean) {
    this.dispatcher.exact = on;
  }
  /** Somebody sees every access from now on, or nobody any more. Not inside a step. */
  observe(observer: MachineObserver | undefined): void {
    this.mem.observer = observer;
    this.registers.observe = observer ? Deny.Observe : 0;
    this.applyHostBits();
    this.registers.updateMasks();
    const change = (words: Int32Array): void => {
      for (const at of [Reg.ReadMask >> 2, Reg.WriteMask >> 2]) words[at] = (words[at] & ~Deny.Observe) | this.registers.observe;
    };
    for (const c of this.cpus) change(c.words);
  }
  /** @internal Page bits of the host: put (back) into the deny table. */
  applyHostBits(): void {
    const { deny } = this.mem;
    const bit = this.registers.observe;
    if (((deny[0] ^ bit) & Deny.Observe) !== 0 || bit) for (let i = 0; i < deny.length; i++) deny[i] = (deny[i] & ~Deny.Observe) | bit;
    this.mem.watches.apply();
  }
  setBreak(globalStep: number, on: boolean): void {
    if (globalStep >= 0 && globalStep < BREAK_TABLE_SIZE) this.mem.buffer[BREAK_TABLE + globalStep] = on ? 1 : 0;
  }

  // ---------------------------------------------------------------- frames
  /**
   * Pushes a frame for function number `fn` with its arguments (numbers are stored as signed 64-bit integers) and makes it Top.
   * Returns its fp. Throws StackFault when the stack has no room. Used for calls from routines, thread start, DPCs, APCs.
   */
  pushFrame(fn: number, args: readonly (number | bigint)[], options: PushOptions = {}): number {
    const r = this.registers;
    const prev = options.prev ?? r.top;
    const base = options.base ?? this.headers.sp(prev);
    const slots = Math.max(args.length, 4);
    const size = this.fixedSize(fn);
    const fp = (base - (size + 8 * slots)) & ~15;
    if (fp <= 0 || (options.base === undefined && fp < r.stackLimit)) throw new StackFault(prev);
    const inherited = options.base === undefined && prev ? this.headers.flags(prev) & FrameFlag.User : 0;
    const m = this.mem.raw;
    m.fill(fp, fn >= ROUTINE_BASE ? size : FRAME.header);
    m.setI32(fp + FRAME.fn, fn);
    m.setI32(fp + FRAME.prev, prev);
    m.setI32(fp + FRAME.sp, fp);
    m.setI32(fp + FRAME.seh, options.seh ?? 0);
    m.setI32(fp + FRAME.flags, inherited | (options.flags ?? 0));
    for (let i = 0; i < slots; i++) {
      const a = args[i] ?? 0;
      if (typeof a === 'bigint') m.setI64(fp + size + 8 * i, a);
      else m.setPtr(fp + size + 8 * i, a);
    }
    r.top = fp;
    return fp;
  }

  /**
   * Calls a code address (driver callback) from a routine step: `f.pc = next; return machine.call(target, args);` — the routine goes on at its pc
   * with `f.result`. A target that cannot be called raises an execute fault at the routine.
   */
  call(target: Addr, args: readonly (number | bigint)[], flags = 0): Status {
    const fn = this.resolveCode(target);
    if (fn < 0 || this.isAbsent(target)) return this.fault(Fault.Execute, target, 16);
    return this.callNumber(fn, args, flags);
  }
  /** Pageable code at an IRQL at which it cannot be brought in. */
  private isAbsent(code: Addr): boolean {
    if (this.registers.irql < DISPATCH_LEVEL) return false;
    const o = this.mem.offsetOf(code, 16);
    return o >= 0 && (this.mem.deny[o >>> PAGE_SHIFT] & Deny.Pageable) !== 0;
  }
  /** The same for a function number: ROUTINE_BASE + id, or a compiled function. */
  callNumber(fn: number, args: readonly (number | bigint)[], flags = 0): Status {
    this.pushFrame(fn, args, { flags });
    return this.stop(Reason.Call);
  }
  /** Leaves a step: the machine's `run` goes on (Call) or returns with this reason. */
  stop(reason: Reason): Status {
    this.registers.reason = reason;
    return Status.Stopped;
  }
  /** Raises a hardware-like fault at the innermost frame. */
  fault(kind: Fault, address: Addr, size: number): Status {
    this.registers.setFault(kind, address, size);
    return this.stop(Reason.Fault);
  }
  /**
   * Raises a software exception at the innermost frame (the routine that calls this): a `__try` of its caller may catch it.
   * Default flags: noncontinuable (ExRaiseStatus). With a continuable one the routine runs again at its pc when a filter says so.
   */
  raise(code: number, options: RaiseOptions = {}): Status {
    return beginRaise(this, code, options);
  }
  /** Runs the unwind action of the routine frame at fp. */
  unwindRoutine(fp: number): void {
    this.dispatcher.unwindRoutine(fp, this.headers.fn(fp) - ROUTINE_BASE);
  }
  /**
   * Between slices: pushes a trap frame on Top that keeps ReturnValue and ExceptionCode of the interrupted code; DPC, interrupt and APC frames go on top
   * of it, and when they have returned the interrupted frame goes on as if nothing had been. Throws StackFault.
   */
  pushTrap(flags = 0): number {
    return pushTrap(this, flags);
  }
  /** The exception that is being dispatched when the machine stopped with Top = its dispatcher frame (first chance, unhandled), else undefined. */
  exception(fp = this.registers.top): ExceptionInfo | undefined {
    return exceptionAt(this, fp);
  }
  /** Code address of the function that called the frame at fp (what a return address tells on Windows); 0 = outermost. */
  callerAddress(fp: number): Addr {
    const prev = this.headers.prev(fp);
    return plausibleFrame(prev) ? instructionPointer(this, prev) : 0;
  }
  /** `name+step` of a frame with file and line where there is one, for messages. */
  where(fp: number): string {
    return describeFrame(this, fp);
  }

  // ---------------------------------------------------------------- checkpoints
  /** State now (not inside a step). Cheap: copies only pages written since the last checkpoint or restore. */
  checkpoint(): Checkpoint {
    return this.checkpoints.take();
  }
  /** Exactly the state of the checkpoint. It must come from this machine, or from `deserialize`. */
  restore(c: Checkpoint): void {
    this.checkpoints.restore(c);
  }
  /** Back to the state before anything was mapped or run; images stay loaded. Cheaper than another machine, which reserves 1.75 GiB. */
  reset(): void {
    this.checkpoints.reset();
  }
  /** Contents of a page (number over the whole linear memory) in a checkpoint; undefined = all zero. */
  pageOf(c: Checkpoint, page: number): Uint8Array | undefined {
    return this.checkpoints.page(c, page);
  }
  /** Self-contained bytes of a checkpoint for another machine with the same images loaded. */
  serialize(c: Checkpoint): Uint8Array {
    return this.checkpoints.serialize(c);
  }
  deserialize(data: Uint8Array): Checkpoint {
    return this.checkpoints.deserialize(data);
  }
  /** Bytes that the page copies of all checkpoints really hold. */
  get checkpointBytes(): number {
    return this.checkpoints.bytes;
  }
  /** Gives the page copies of a checkpoint back; later checkpoints that build on it stay valid. */
  release(c: Checkpoint): void {
    this.checkpoints.release(c);
  }
}
