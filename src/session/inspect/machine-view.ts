// What every group of the inspector and every console command asks about the stopped machine: names of addresses, places in sources, names of threads and
// processes. Reads only.
import type { Range } from '../../base/source.js';
import { BugCheckError } from '../../kernel/ke/bugcheck.js';
import { THREAD_STATE_NAMES, ThreadState } from '../../kernel/ke/constants.js';
import type { Kernel } from '../../kernel/kernel.js';
import { EPROCESS, ETHREAD, KPRCB, KTHREAD } from '../../kernel/layouts.gen.js';
import { type Addr, isKernelAddress, KERNEL_BASE, Reg, ROUTINE_BASE, toAddress } from '../../machine/abi.js';
import type { CompiledImage, FunctionInfo, GlobalInfo } from '../../machine/image.js';
import { SimulatedFault } from '../../machine/routine.js';
import type { StackFrame } from '../../machine/walk.js';
import type { Target, TargetThread } from '../target.js';
import { LockHistory } from './lock-history.js';
import { ntVariableAt } from './nt-variables.js';
import { Reader } from './reader.js';

/** By IRQL, on x64. */
const IRQL_NAMES: Record<number, string> = {
  0: 'PASSIVE_LEVEL',
  1: 'APC_LEVEL',
  2: 'DISPATCH_LEVEL',
  12: 'SYNCH_LEVEL',
  13: 'CLOCK_LEVEL',
  14: 'IPI_LEVEL',
  15: 'HIGH_LEVEL',
};

export class MachineView {
  readonly kernel: Kernel;
  readonly mem: Reader;
  readonly history: LockHistory;

  constructor(readonly target: Target) {
    this.kernel = target.kernel;
    this.mem = new Reader(target.kernel);
    this.history = new LockHistory(target.kernel.trace);
  }

  get cpus(): number {
    return this.kernel.config.cpus;
  }
  prcb(cpu: number): Addr {
    return this.kernel.prcb(cpu);
  }
  irql(cpu: number): number {
    return this.target.machine.wordsOf(cpu)[Reg.Irql >> 2];
  }
  irqlText(irql: number): string {
    return IRQL_NAMES[irql] ? `${irql} (${IRQL_NAMES[irql]})` : String(irql);
  }
  currentThread(cpu: number): Addr {
    return this.mem.ptr(this.prcb(cpu) + KPRCB.CurrentThread);
  }
  isIdleThread(thread: Addr): boolean {
    return this.cpuWhere((cpu) => this.mem.ptr(this.prcb(cpu) + KPRCB.IdleThread) === thread) >= 0;
  }
  /** CPU on which a thread runs, or -1. */
  cpuOf(thread: Addr): number {
    return this.cpuWhere((cpu) => this.currentThread(cpu) === thread);
  }
  private cpuWhere(is: (cpu: number) => boolean): number {
    for (let c = 0; c < this.cpus; c++) if (is(c)) return c;
    return -1;
  }

  // ---------------------------------------------------------------- threads and processes
  tid(thread: Addr): number {
    return this.mem.ptr(thread + ETHREAD.Cid + 8);
  }
  pid(process: Addr): number {
    return process === 0 ? 0 : this.mem.ptr(process + EPROCESS.UniqueProcessId);
  }
  processOf(thread: Addr): Addr {
    return this.mem.ptr(thread + KTHREAD.Process);
  }
  imageName(process: Addr): string {
    if (process === 0) return '';
    return this.mem.ansi(process + EPROCESS.ImageFileName, 15) || (this.pid(process) === 0 ? 'Idle' : 'process');
  }

  /** What the debugger's thread list has for a thread object, also when it is not in that list. */
  targetThread(thread: Addr): TargetThread {
    const process = this.processOf(thread);
    const state = this.mem.u32(thread + KTHREAD.State);
    return { address: thread, id: this.tid(thread), processId: this.pid(process), process, state, cpu: this.cpuOf(thread) };
  }
  stack(thread: Addr): StackFrame[] {
    return this.target.stack(this.targetThread(thread));
  }

  /** `36.40 explorer.exe!launcher` (decimal, as in the call stack). */
  threadName(thread: Addr): string {
    if (thread === 0) return 'no thread';
    if (!this.mem.readable(thread, ETHREAD.sizeof)) return `thread ${this.hex(thread)} (cannot be read)`;
    if (this.isIdleThread(thread))
      return `Idle thread of CPU ${this.cpuWhere((c) => this.mem.ptr(this.prcb(c) + KPRCB.IdleThread) === thread)}`;
    const name = this.threadFunction(thread);
    const process = this.processOf(thread);
    return `${this.pid(process)}.${this.tid(thread)} ${this.imageName(process)}${name ? `!${name}` : ''}`;
  }
  /** The function a thread is about: its start routine, or the body of a scenario. */
  threadFunction(thread: Addr): string | undefined {
    const own = this.mem.unicode(thread + ETHREAD.ThreadName);
    if (own) return own;
    const start = this.symbol(this.mem.ptr(thread + KTHREAD.StartRoutine))?.replace(/^.*!/, '');
    if (start) return start;
    const frames = this.stack(thread).filter((f) => f.info);
    const outermost = frames[frames.length - 1];
    return outermost?.mode === 'user' ? outermost.name : undefined;
  }
  stateName(thread: Addr): string {
    const state = this.mem.u32(thread + KTHREAD.State);
    const cpu = this.cpuOf(thread);
    if (cpu >= 0) return `RUNNING on processor ${cpu}`;
    if (state === ThreadState.Ready || state === ThreadState.DeferredReady)
      return `READY on processor ${this.mem.u32(thread + KTHREAD.NextProcessor)}`;
    return (THREAD_STATE_NAMES[state] ?? `state ${state}`).toUpperCase();
  }
  /** Where a thread stands in the user's sources. */
  placeOf(thread: Addr): Range | undefined {
    return this.stack(thread).find((f) => f.step && !f.step.range.file.builtin)?.step?.range;
  }

  // ---------------------------------------------------------------- addresses
  hex(a: Addr): string {
    return `0x${BigInt.asUintN(64, BigInt(a)).toString(16)}`;
  }
  symbol(a: Addr): string | undefined {
    return this.target.symbol(a) ?? ntVariableAt(a);
  }
  /** Driver function at a code address, also of a driver that is gone. */
  functionAt(a: Addr): { image: CompiledImage; fn: FunctionInfo } | undefined {
    if (!isKernelAddress(a)) return undefined;
    const o = a - KERNEL_BASE;
    const image = this.target.images.find((i) => i.mode === 'kernel' && o >= i.start && o < i.end);
    const fn = image?.functions.find((f) => f.codeOffset === o);
    return image && fn && { image, fn };
  }
  globalAt(a: Addr): { image: CompiledImage; global: GlobalInfo } | undefined {
    if (!isKernelAddress(a)) return undefined;
    const o = a - KERNEL_BASE;
    for (const image of this.target.images) {
      if (image.mode !== 'kernel' || o < image.start || o >= image.end) continue;
      const global = image.globals.find((g) => o >= g.offset && o < g.offset + Math.max(1, g.size));
      if (global) return { image, global };
    }
    return undefined;
  }
  /** Name of the driver that was at an address before it was unloaded. */
  unloadedImageAt(a: Addr): string | undefined {
    try {
      const image = this.kernel.hooks.imageAt?.(this.kernel, a);
      return image?.unloaded ? image.name : undefined;
    } catch (e) {
      if (e instanceof BugCheckError || e instanceof SimulatedFault) return undefined; // the list of modules is overwritten
      throw e;
    }
  }
  /** Definition of the function or variable at an address. */
  rangeOf(a: Addr): Range | undefined {
    const f = this.functionAt(a)?.fn;
    const range = f ? (f.definition?.nameRange ?? f.steps[0]?.range) : this.globalAt(a)?.global.symbol.range;
    return range?.file.builtin ? undefined : range;
  }
  /** `driver!function`, `nt!KeSetEvent`, or the bare address. */
  codeName(a: Addr): string {
    return this.symbol(a) ?? this.hex(a);
  }
  /** Code address of a frame: entry of its function (steps have no addresses of their own). */
  frameAddress(f: StackFrame): Addr {
    if (f.kind === 'corrupted') return 0;
    if (f.fn >= ROUTINE_BASE) return this.kernel.routineAddress(f.fn - ROUTINE_BASE);
    const fn = f.info?.parent === undefined ? f.info : this.target.machine.function(f.info.parent);
    const image = f.info && this.target.imageOf(f.info);
    if (!fn) return 0;
    return image?.mode === 'user' ? f.bias + fn.codeOffset : toAddress(fn.codeOffset);
  }
}
