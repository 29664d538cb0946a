// The race detector: two accesses to the same bytes by two strands, one of them a write, and nothing that orders them. Compiled code of the race
// variant and the routines that work for a driver on its memory tell of accesses (RaceObserver), the trace's stream of events tells what orders them.
// It is exact for the order that was run: what it reports can happen. Rules for atomic accesses, as Microsoft's compiler has them on x64:
//   interlocked   one operation; orders the threads that do it on the same word; two of them are no race
//   volatile      a read acquires and a write releases (/volatile:ms, the default on x64); a read and a write are no race, two unordered writes are
//   plain read beside an interlocked or volatile write: aligned reads are whole on x64, so it is information, not a warning
// IRQL: on one CPU code at DISPATCH_LEVEL excludes other such code; between CPUs it orders nothing.
import { type Addr, KERNEL_BASE, Reg, ROUTINE_BASE } from '../../../machine/abi.js';
import { SlowKind } from '../../../machine/compile/imports.js';
import type { RaceObserver } from '../../../machine/observer.js';
import { clockOf, isShadowed, RaceKind, strandOf } from '../../../machine/shadow.js';
import type { Kernel } from '../../kernel.js';
import { KPRCB, KTHREAD, KTIMER } from '../../layouts.gen.js';
import { type Access, Accesses, Manner } from './accesses.js';
import { Clocks, cpuKey } from './clocks.js';
import { DPC_DONE, IPI, ORDER_KINDS, type OrderContext, orderHandler } from './order.js';
import { type Race, reportRace } from './report.js';

const DISPATCH = 2;
/** Key of what runs at DISPATCH_LEVEL on a CPU. */
const irqlKey = (cpu: number): number => 0x2000 + cpu;

interface Saved {
  readonly clocks: unknown;
  readonly lists: unknown;
  readonly running: readonly number[];
  readonly depth: readonly number[];
}

export class RaceDetector implements RaceObserver, OrderContext {
  readonly clocks = new Clocks();
  expired = 0;
  private readonly accesses: Accesses;
  /** By CPU: strand that runs there, and how many interrupts lie on top of its thread. */
  private running: number[];
  private depth: number[];
  /** Frame of the routine whose accesses count as its caller's, 0 = none. */
  private routine = 0;

  constructor(private readonly k: Kernel) {
    const { shadow } = k.mem;
    if (!shadow) throw new Error('the machine has no race shadow');
    this.accesses = new Accesses(shadow, this.clocks);
    this.running = Array.from({ length: k.config.cpus }, () => 0);
    this.depth = this.running.map(() => 0);
    k.machine.races = this;
    k.mem.races = this;
    k.trace.watch(ORDER_KINDS, (kind, values) => {
      this.sync();
      orderHandler(kind)?.(this, values);
      this.settle();
    });
  }

  /** Looks without being seen: an exploration watches the kernel's own accesses. */
  private word(address: Addr): number {
    return this.k.mem.raw.ptr(address - KERNEL_BASE);
  }

  // ---------------------------------------------------------------- who runs
  current(): number {
    return this.running[this.k.cpuNumber];
  }
  threadStrand(thread: number): number {
    return thread === 0 ? 0 : this.clocks.strandOf(thread);
  }
  processOf(thread: number): number {
    return this.word(thread + KTHREAD.Process);
  }
  dpcOf(timer: number): number {
    return this.word(timer + KTIMER.Dpc);
  }
  switched(cpu: number, thread: number): void {
    this.running[cpu] = this.threadStrand(thread);
  }
  fork(thread: number): void {
    const parent = this.current();
    this.clocks.begin(thread, this.clocks.clockOf(parent));
    const limit = this.word(thread + KTHREAD.StackLimit);
    this.forget(limit, this.word(thread + KTHREAD.StackBase) - limit);
    if (parent !== 0) this.clocks.release(parent, thread);
  }
  /** A DPC or another interrupt begins on this CPU, or has ended. */
  interrupt(begins: boolean, ipi: boolean): void {
    this.sync();
    const cpu = this.k.cpuNumber;
    if (begins) {
      if (this.depth[cpu]++ === 0) this.running[cpu] = this.clocks.strandOf(cpuKey(cpu));
      if (ipi) this.clocks.acquire(this.running[cpu], IPI);
    } else {
      if (ipi) this.clocks.release(this.running[cpu], IPI);
      if (--this.depth[cpu] === 0) {
        const prcb = this.k.prcb();
        const thread = this.word(prcb + KPRCB.CurrentThread);
        this.running[cpu] = thread === this.word(prcb + KPRCB.IdleThread) ? 0 : this.threadStrand(thread);
      }
    }
    this.settle();
  }
  irql(from: number, to: number): void {
    const cpu = this.k.cpuNumber;
    if (from < DISPATCH && to >= DISPATCH) this.clocks.acquire(this.running[cpu], irqlKey(cpu));
    else if (from >= DISPATCH && to < DISPATCH) this.clocks.release(this.running[cpu], irqlKey(cpu));
    if (from > DISPATCH && to <= DISPATCH) this.clocks.acquire(this.running[cpu], IPI);
  }
  /** Epochs that compiled code began. Answers the strand that runs. */
  private sync(cpu = this.k.cpuNumber): number {
    const strand = this.running[cpu];
    const word = this.k.machine.wordsOf(cpu)[Reg.Epoch >> 2];
    if (strand !== 0 && strandOf(word) === strand) this.clocks.sync(strand, clockOf(word));
    return strand;
  }
  /** The register file holds the word of who runs; begins anew when numbers ran out. */
  private settle(): void {
    if (this.clocks.exhausted) this.startOver();
    this.k.mem.registers.epoch = this.clocks.word(this.current());
  }
  /** Clocks or strands ran out: everything before is forgotten; races across this moment are not seen. */
  private startOver(): void {
    const keys = this.running.map((s) => this.clocks.keyOf(s));
    this.clocks.reset();
    this.accesses.forgetAll(this.k.mem.usedBlocks);
    this.running = keys.map((key) => (key === 0 ? 0 : this.clocks.strandOf(key)));
    this.k.machine.cpus.forEach((c, cpu) => {
      const word = this.clocks.word(this.running[cpu]);
      c.words[Reg.Epoch >> 2] = word;
      c.words[(Reg.Epoch >> 2) + 1] = word;
    });
  }

  // ---------------------------------------------------------------- what orders and has no event
  signalled(object: Addr): void {
    this.sync();
    this.clocks.release(this.current(), object);
    this.settle();
  }
  satisfied(object: Addr, thread: Addr): void {
    this.sync();
    this.clocks.acquire(this.threadStrand(thread), object);
  }
  atomic(object: Addr): void {
    this.sync();
    this.clocks.atomic(this.current(), object);
    this.settle();
  }
  dpcsFlushed(): void {
    this.sync();
    this.clocks.acquire(this.current(), DPC_DONE);
  }
  forget(address: Addr, bytes: number): void {
    const offset = address - KERNEL_BASE;
    if (isShadowed(offset) && isShadowed(offset + bytes)) this.accesses.forget(offset, bytes);
  }

  // ---------------------------------------------------------------- accesses
  access(offset: number, kind: number, fp: number): void {
    const strand = this.sync();
    if (strand === 0) return;
    const manner = kind & RaceKind.Atomic ? Manner.Atomic : kind & RaceKind.Volatile ? Manner.Volatile : Manner.Plain;
    const write = (kind & RaceKind.Write) !== 0;
    const site = kind >>> RaceKind.StepShift;
    if (manner !== Manner.Plain) this.acquireWord(strand, offset);
    const bytes = kind & 15;
    if (kind & RaceKind.Wide) {
      this.note(strand, offset, 15, write, manner, site, fp);
      this.note(strand, offset + 4, 15, write, manner, site, fp);
    } else this.note(strand, offset & ~3, (bytes << (offset & 3)) & 15, write, manner, site, fp);
    if (manner !== Manner.Plain && write) {
      this.clocks.release(strand, offset & ~3);
      this.settle();
    }
  }
  range(offset: number, sizeAndKind: number, kind: number, fp: number): void {
    const strand = this.sync();
    const size = sizeAndKind & SlowKind.SizeMask;
    if (strand === 0 || !isShadowed(offset) || !isShadowed(offset + size)) return;
    const manner =
      kind & RaceKind.Atomic || sizeAndKind & SlowKind.Interlocked
        ? Manner.Atomic
        : kind & RaceKind.Volatile
          ? Manner.Volatile
          : Manner.Plain;
    if (manner !== Manner.Plain) this.acquireWord(strand, offset);
    this.bytes(strand, offset, size, (kind & RaceKind.Write) !== 0, manner, kind >>> RaceKind.StepShift, fp);
    if (manner !== Manner.Plain && kind & RaceKind.Write) {
      this.clocks.release(strand, offset & ~3);
      this.settle();
    }
  }
  private acquireWord(strand: number, offset: number): void {
    this.accesses.settle(offset >> 2);
    this.clocks.acquire(strand, offset & ~3);
  }
  /** A routine whose accesses count as its caller's begins (its frame) or has ended (0). */
  inRoutine(frame: number): void {
    this.routine = frame;
  }
  touch(offset: number, size: number, write: boolean): void {
    if (this.routine === 0) return;
    const strand = this.sync();
    if (strand === 0 || !isShadowed(offset) || !isShadowed(offset + size)) return;
    const { headers } = this.k.machine;
    let fp = this.routine;
    for (let n = 0; fp > 0 && n < 64 && headers.fn(fp) >= ROUTINE_BASE; n++) fp = headers.prev(fp);
    const f = fp > 0 ? this.k.machine.function(headers.fn(fp)) : undefined;
    if (!f || this.k.mem.registers.userMode) return;
    this.bytes(strand, offset, size, write, Manner.Plain, f.stepBase + Math.max(0, headers.pc(fp) - 1), fp);
  }

  private bytes(strand: number, offset: number, size: number, write: boolean, manner: Manner, site: number, fp: number): void {
    const end = offset + size;
    for (let g = offset & ~3; g < end; g += 4) {
      const from = Math.max(offset, g) - g;
      const to = Math.min(end, g + 4) - g;
      this.note(strand, g, (15 >> (4 - (to - from))) << from, write, manner, site, fp);
    }
  }

  private note(strand: number, offset: number, bytes: number, write: boolean, manner: Manner, site: number, fp: number): void {
    const now: Access = { strand, clock: this.clocks.clockOf(strand)[strand] ?? 0, bytes, write, manner, site };
    const conflicts = this.accesses.add(offset >> 2, now);
    for (const before of conflicts) {
      const severity = judge(before, now);
      if (severity) this.report({ offset, before, now, severity, fp });
    }
  }

  private report(race: Race): void {
    const { mem } = this.k;
    const { observer } = mem;
    mem.observer = undefined;
    reportRace(this.k, this.clocks, race);
    mem.observer = observer;
  }

  // ---------------------------------------------------------------- checkpoints
  /** Exploration: a mark to go back to, cheaper than a checkpoint. */
  mark(): unknown {
    this.accesses.keepJournal();
    return { ...(this.save() as Saved), lists: this.accesses.mark };
  }
  back(mark: unknown): void {
    const m = mark as Saved & { lists: number };
    this.accesses.back(m.lists);
    this.restoreOrder(m);
  }
  save(): unknown {
    for (let cpu = 0; cpu < this.running.length; cpu++) this.sync(cpu);
    const state: Saved = { clocks: this.clocks.save(), lists: this.accesses.save(), running: [...this.running], depth: [...this.depth] };
    return state;
  }
  restore(saved: unknown): void {
    const s = saved as Saved;
    this.accesses.restore(s.lists);
    this.restoreOrder(s);
  }
  private restoreOrder(s: Saved): void {
    this.clocks.restore(s.clocks);
    this.running = [...s.running];
    this.depth = [...s.depth];
    this.expired = 0;
    this.routine = 0;
  }
}

/** How bad an unordered pair is, undefined: not at all. See the top of the file. */
function judge(a: Access, b: Access): 'warning' | 'information' | undefined {
  if (a.manner === Manner.Plain && b.manner === Manner.Plain) return 'warning';
  if (a.write && b.write) return a.manner === Manner.Atomic && b.manner === Manner.Atomic ? undefined : 'warning';
  const read = a.write ? b : a;
  return read.manner === Manner.Plain ? 'information' : undefined;
}
