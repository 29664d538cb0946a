// The stopped machine as the debugger reads it: threads and their innermost frames, memory through a process' eyes, names of addresses. Reads only; the one
// exception is `write`, used for setVariable and assignments in the console.

import type { VarSymbol } from '../c/tree.js';
import { ObjectType } from '../kernel/ke/constants.js';
import type { Kernel } from '../kernel/kernel.js';
import {
  EPROCESS,
  ETHREAD,
  HANDLE_TABLE,
  HANDLE_TABLE_ENTRY,
  KE_GLOBALS,
  KPRCB,
  KPROCESS,
  KTHREAD,
  PS_GLOBALS,
} from '../kernel/layouts.gen.js';
import { aliasOffset } from '../kernel/mm/alias.js';
import { type Addr, Deny, isKernelAddress, KERNEL_BASE, PAGE_SHIFT, Reg, ROUTINE_BASE, toAddress, USER_BASE } from '../machine/abi.js';
import type { CompiledImage, FunctionInfo } from '../machine/image.js';
import type { TargetMemory } from '../machine/inspect/value.js';
import type { Machine } from '../machine/machine.js';
import { type StackFrame, walkStack } from '../machine/walk.js';
import { findStatusName } from '../scenario/status-name.js';
import type { Names } from './format.js';

const THREAD_LIMIT = 100_000;
/** IDs under which idle threads are shown while a DPC runs on them; real IDs are multiples of 4. */
const IDLE_IDS = 1_000_000_001;

export interface TargetThread {
  /** KTHREAD = ETHREAD. */
  readonly address: Addr;
  readonly id: number;
  readonly processId: number;
  readonly process: Addr;
  readonly state: number;
  /** CPU it runs on, or -1. */
  readonly cpu: number;
}

export class Target implements Names {
  /** Told after memory was changed through `write`. */
  onWrite: () => void = () => {};

  constructor(
    readonly kernel: Kernel,
    readonly images: readonly CompiledImage[],
  ) {}

  get machine(): Machine {
    return this.kernel.machine;
  }

  /** All threads that are not terminated, in order of creation; of the idle threads those whose CPU runs a DPC. */
  threads(): TargetThread[] {
    const { mem } = this.kernel;
    const running = this.runningThreads();
    const out = this.busyIdleThreads(running);
    const head = this.kernel.globals.KE + KE_GLOBALS.AllThreads;
    // a driver may have overwritten the list: what lies outside the memory ends it, and so does an entry that was seen before
    const seen = new Set<Addr>();
    for (let at = mem.ptr(head); at !== head && !seen.has(at) && seen.size < THREAD_LIMIT && this.inMemory(at); at = mem.ptr(at)) {
      seen.add(at);
      const t = this.threadAt(at - KTHREAD.AllThreadsEntry, running);
      if (t) out.push(t);
    }
    return out;
  }

  private inMemory(a: Addr, size = 8): boolean {
    return isKernelAddress(a) && this.kernel.mem.offsetOf(a, size) >= 0;
  }

  private threadAt(address: Addr, running: ReadonlyMap<Addr, number>): TargetThread | undefined {
    const { mem } = this.kernel;
    if (!this.inMemory(address, ETHREAD.sizeof)) return undefined;
    const state = mem.u32(address + KTHREAD.State);
    const cpu = running.get(address) ?? -1;
    const own = mem.ptr(address + ETHREAD.Cid + 8);
    const id = own !== 0 || cpu < 0 ? own : IDLE_IDS + cpu;
    if (state === 4 || id === 0) return undefined;
    const process = mem.ptr(address + KTHREAD.Process);
    return {
      address,
      id,
      processId: own === 0 ? 0 : mem.ptr(address + ETHREAD.Cid),
      process: this.inMemory(process, EPROCESS.sizeof) ? process : 0,
      state,
      cpu,
    };
  }

  /** An idle CPU that was interrupted has frames to show. */
  private busyIdleThreads(running: ReadonlyMap<Addr, number>): TargetThread[] {
    const out: TargetThread[] = [];
    for (const [address, cpu] of running) {
      if (this.kernel.mem.ptr(address + ETHREAD.Cid + 8) !== 0 || this.machine.wordsOf(cpu)[Reg.Top >> 2] === 0) continue;
      const t = this.threadAt(address, running);
      if (t) out.push(t);
    }
    return out;
  }

  /** A number that grows with every step that the thread (or, in a DPC, the CPU) on a CPU executes. */
  progress(cpu: number): string {
    const { mem } = this.kernel;
    const prcb = this.kernel.prcb(cpu);
    const thread = mem.ptr(prcb + KPRCB.CurrentThread);
    return mem.u8(prcb + KPRCB.DpcRoutineActive)
      ? `cpu ${cpu} ${this.machine.cpus[cpu].time}`
      : `thread ${thread} ${mem.ptr(thread + KTHREAD.CycleTime)}`;
  }

  private runningThreads(): Map<Addr, number> {
    const { kernel } = this;
    const out = new Map<Addr, number>();
    for (let c = 0; c < kernel.config.cpus; c++) out.set(kernel.mem.ptr(kernel.prcb(c) + KPRCB.CurrentThread), c);
    return out;
  }

  thread(id: number): TargetThread | undefined {
    // Asked at every stop and stack: through the table of IDs first, as there may be ten thousand threads. Damaged memory may give another answer or none.
    const { kernel } = this;
    const table = kernel.mem.ptr(kernel.globals.PS + PS_GLOBALS.PspCidTable);
    const known = id < IDLE_IDS && this.inMemory(table, HANDLE_TABLE.sizeof) ? this.threadInTable(table, id) : undefined;
    return known?.id === id ? known : this.threads().find((t) => t.id === id);
  }

  private threadInTable(table: Addr, id: number): TargetThread | undefined {
    const { mem } = this.kernel;
    const index = id / 4;
    if (!Number.isInteger(index) || index <= 0 || index >= mem.u32(table + HANDLE_TABLE.Capacity)) return undefined;
    const entry = mem.ptr(table + HANDLE_TABLE.TableCode) + index * HANDLE_TABLE_ENTRY.sizeof;
    if (!this.inMemory(entry, HANDLE_TABLE_ENTRY.sizeof)) return undefined;
    const body = mem.ptr(entry + HANDLE_TABLE_ENTRY.Object);
    return this.inMemory(body, ETHREAD.sizeof) && (mem.u8(body) & 0x7f) === ObjectType.Thread
      ? this.threadAt(body, this.runningThreads())
      : undefined;
  }

  /** Thread that runs on a CPU (also while a DPC interrupts it). */
  threadOn(cpu: number): TargetThread | undefined {
    const running = this.runningThreads();
    for (const [address, c] of running) if (c === cpu) return this.threadAt(address, running);
    return undefined;
  }

  threadIdOn(cpu: number): number {
    return this.threadOn(cpu)?.id ?? 0;
  }

  processName(process: Addr): string {
    if (!this.inMemory(process, EPROCESS.sizeof)) return 'process';
    const b = this.kernel.mem.bytes(process + EPROCESS.ImageFileName, 15);
    const end = b.indexOf(0);
    return new TextDecoder('latin1').decode(end < 0 ? b : b.subarray(0, end)) || 'process';
  }

  /** Frames of a thread, innermost first. */
  stack(t: TargetThread): StackFrame[] {
    const top =
      t.cpu >= 0 ? this.machine.wordsOf(t.cpu)[Reg.Top >> 2] : this.offsetOrZero(this.kernel.mem.ptr(t.address + KTHREAD.KernelStack));
    const userOffset = this.inMemory(t.process, KPROCESS.sizeof) ? this.kernel.mem.u32(t.process + KPROCESS.UserOffset) : 0;
    return walkStack(this.machine, top, undefined, userOffset);
  }
  private offsetOrZero(a: Addr): number {
    return a === 0 ? 0 : a - KERNEL_BASE;
  }

  /** Memory as a thread's process sees it. */
  memoryOf(process: Addr): TargetMemory {
    const { mem } = this.kernel;
    const has = this.inMemory(process, KPROCESS.sizeof);
    const userOffset = has ? mem.u32(process + KPROCESS.UserOffset) : 0;
    const userSize = has ? mem.u32(process + KPROCESS.UserSize) : 0;
    const offsetOf = (address: Addr, size: number): number => {
      let o = -1;
      if (isKernelAddress(address) && isKernelAddress(address + size - 1)) o = address - KERNEL_BASE;
      else if (address >= USER_BASE && address + size <= USER_BASE + userSize) o = userOffset + (address - USER_BASE);
      if (o < 0) o = aliasOffset(this.kernel, process, address, size, false);
      if (o < 0 || size <= 0) return -1;
      for (let p = o >>> PAGE_SHIFT; p <= (o + size - 1) >>> PAGE_SHIFT; p++) if (mem.deny[p] & Deny.Read) return -1;
      return o;
    };
    const written = (): void => this.onWrite();
    return {
      read(address, size) {
        const o = offsetOf(address, size);
        return o < 0 ? undefined : mem.buffer.slice(o, o + size);
      },
      write(address, bytes) {
        const o = offsetOf(address, bytes.length);
        if (o < 0) return false;
        for (let i = 0; i < bytes.length; i++) mem.raw.setU8(o + i, bytes[i]);
        written();
        return true;
      },
    };
  }

  // ---------------------------------------------------------------- names
  status(value: number): string | undefined {
    return findStatusName(value);
  }

  imageOf(fn: FunctionInfo): CompiledImage | undefined {
    return this.images.find((i) => i.functions.includes(fn));
  }

  symbol(address: Addr): string | undefined {
    if (isKernelAddress(address)) {
      const o = address - KERNEL_BASE;
      for (const image of this.images) {
        if (image.mode !== 'kernel' || o < image.start || o >= image.end) continue;
        const f = image.functions.find((x) => x.codeOffset === o);
        if (f) return `${image.name}!${f.name}`;
        const g = image.globals.find((x) => o >= x.offset && o < x.offset + Math.max(1, x.size));
        return g ? `${image.name}!${g.symbol.name}${o === g.offset ? '' : `+0x${(o - g.offset).toString(16)}`}` : undefined;
      }
      const fn = this.machine.resolveCode(address);
      if (fn >= ROUTINE_BASE) return `nt!${this.machine.functionName(fn)}`;
    }
    return undefined;
  }

  /** Address of a file-scope or static variable: the definition, in whichever unit of its image it is. */
  globalAddress(symbol: VarSymbol): Addr | undefined {
    for (const image of this.images) {
      const g =
        image.globals.find((x) => x.symbol === symbol) ??
        (symbol.linkage === 'external' && image.units.some((u) => u.globals.includes(symbol))
          ? image.globals.find((x) => x.symbol.linkage === 'external' && x.symbol.name === symbol.name)
          : undefined);
      if (g) return image.mode === 'kernel' ? toAddress(g.offset) : USER_BASE + g.offset;
    }
    return this.kernel.dataExports.get(symbol.name);
  }

  /** Address of an automatic variable in a frame; undefined when the frame has no such variable. */
  localAddress(symbol: VarSymbol, frame: StackFrame): Addr | undefined {
    let fp = frame.fp;
    let info = frame.info;
    if (frame.parent !== undefined && info?.parent !== undefined) {
      fp = frame.parent;
      info = this.machine.function(info.parent);
    }
    const local = info?.locals.find((l) => l.symbol === symbol);
    if (!local) return undefined;
    const place = fp + local.offset;
    if (local.align) return Math.ceil((place + frame.bias) / local.align) * local.align;
    return local.indirect ? this.kernel.mem.raw.ptr(place) : place + frame.bias;
  }
}
