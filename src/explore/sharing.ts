// Which memory do threads share? Only there does the order of threads matter, so only there an order is chosen: the explorer stops the machine before an
// access to memory that two threads touch, at least one of them writing, and before a kernel routine that works on such memory (a lock, an event, a list).
//
// What is shared is found by looking. Every access of compiled code and of kernel routines to memory that drivers can reach is seen, and who did it is
// noted for each 4 bytes. A search begins with nothing known to be shared; when an order shows something new, the search begins again with it. The last
// search found nothing new in any of its orders: in all of them everything it did not stop at was touched by one thread, or only read, so that moving
// it past other threads' accesses changes nothing.

import type { Kernel } from '../kernel/kernel.js';
import { DEVICE_OBJECT, OBJECT_HEADER, OBJECT_HEADER_NAME_INFO } from '../kernel/layouts.gen.js';
import { KERNEL_BASE, MAP, PAGE_SHIFT, Reg } from '../machine/abi.js';
import type { MachineObserver } from '../machine/observer.js';
import { Controller } from './controller.js';

/** Accesses of one transition to shared memory: granule * 2 + 1 for a write. */
export type Footprint = readonly number[];

const GRANULE_SHIFT = 2;
/** Granules of a page: a power of two. */
const PAGE_GRANULES = PAGE_SHIFT - GRANULE_SHIFT;
const GRANULE_MASK = (1 << PAGE_GRANULES) - 1;
const NO_GRANULES = new Int32Array(0);
const AGENTS = 13;
const WRITERS = AGENTS;
const AGENT_BITS = (1 << AGENTS) - 1;
/** The search stops at it. */
const ACTIVE = 1 << 28;
/** Found in this search: the next one will stop at it. */
const FOUND = 1 << 29;
const UNTRACKED = 0xffff;
const OBJECT_PREFIX = OBJECT_HEADER_NAME_INFO.sizeof + OBJECT_HEADER.sizeof;
/** Blocks of the kernel's own that drivers' threads meet in, and where the part that drivers see begins. */
const KERNEL_BLOCKS: Readonly<Record<string, number | undefined>> = {
  Even: OBJECT_PREFIX,
  Devi: OBJECT_PREFIX + DEVICE_OBJECT.sizeof,
  'Irp ': 0,
  IoSB: 0,
};
const WORDS = Reg.Size >> 2;

const bitCount = (x: number): number => {
  let n = 0;
  for (; x; x &= x - 1) n++;
  return n;
};

export class Sharing implements MachineObserver {
  /** Something is shared that the search did not stop at. */
  grown = false;
  /** Accesses are noted (not during boot). */
  watching = false;
  /** Visible operations that the running slice may still do before it stops. */
  pass = 0;
  /** The machine was stopped before a visible operation since this was last cleared. */
  stopped = false;
  footprint: number[] = [];
  /** What is known of each granule, by page. */
  private readonly pages = new Map<number, Int32Array>();
  private lastPage = -1;
  private lastGranules: Int32Array = NO_GRANULES;
  private lastStack = -1;
  private lastBit = 0;
  private readonly visibleRoutines = new Set<number>();
  private readonly foundRoutines = new Set<number>();
  private readonly agents = new Map<number, number>();
  private readonly tracked = new Uint16Array(MAP.stacks.start >>> PAGE_SHIFT).fill(UNTRACKED);
  private readonly registers: Int32Array;
  private routine = -1;
  private grantedFuel = -1;

  private readonly controller: Controller;

  constructor(k: Kernel) {
    this.controller = new Controller(k);
    this.registers = k.mem.registers.words.subarray(0, WORDS);
    // who frees a block takes it away from everybody who would touch it
    k.pool.onFree = (address, bytes) => this.touch(address - KERNEL_BASE, bytes, true);
    k.pool.onAllocate = (address, bytes, tag) => this.allocated(address - KERNEL_BASE, bytes, tag);
  }

  /** Number of places that are shared. */
  get places(): number {
    let n = 0;
    for (const page of this.pages.values()) for (const v of page) if (v & (ACTIVE | FOUND)) n++;
    return n;
  }

  /** Begins a slice that may do `pass` visible operations. */
  grant(pass: number): void {
    this.pass = pass;
    this.grantedFuel = -1;
    this.controller.look();
  }

  /** What was found becomes what the next search stops at. */
  promote(): void {
    for (const page of this.pages.values()) {
      for (let i = 0; i < page.length; i++) if (page[i] & FOUND) page[i] = (page[i] & ~FOUND) | ACTIVE;
    }
    for (const r of this.foundRoutines) this.visibleRoutines.add(r);
    this.foundRoutines.clear();
    this.grown = false;
  }

  // ---------------------------------------------------------------- what the machine tells
  access(offset: number, size: number, write: boolean): boolean {
    if (!this.watching || !this.note(offset, size, write)) return false;
    const fuel = this.registers[Reg.Fuel >> 2];
    if (fuel === this.grantedFuel) return false; // the second access of the same step
    if (this.pass > 0) {
      this.pass--;
      this.grantedFuel = fuel;
      return false;
    }
    this.footprint.length = Math.max(0, this.footprint.length - this.added);
    this.stopped = true;
    return true;
  }

  enterRoutine(id: number): boolean {
    this.routine = id;
    if (!this.watching || !this.visibleRoutines.has(id)) return false;
    this.grantedFuel = -1;
    if (this.pass > 0) {
      this.pass--;
      return false;
    }
    this.routine = -1;
    this.stopped = true;
    return true;
  }

  leaveRoutine(): void {
    this.routine = -1;
  }

  touch(offset: number, size: number, write: boolean): void {
    if (!this.watching || offset < MAP.drivers.start || offset >= MAP.stacks.end) return;
    if (offset >= MAP.pool.start && offset < MAP.pool.end && (offset & 0xfff) < this.tracked[offset >>> PAGE_SHIFT]) return;
    this.note(offset, size, write);
  }

  // ---------------------------------------------------------------- who touches what
  private added = 0;

  /** Notes an access. True: the search stops at this memory. */
  private note(offset: number, size: number, write: boolean): boolean {
    let visible = false;
    this.added = 0;
    const last = (offset + Math.max(1, size) - 1) >>> GRANULE_SHIFT;
    const agent = this.agentBit();
    for (let g = offset >>> GRANULE_SHIFT; g <= last; g++) {
      const granules = g >>> PAGE_GRANULES === this.lastPage ? this.lastGranules : this.granulesOf(g >>> PAGE_GRANULES);
      const old = granules[g & GRANULE_MASK];
      if (old & ACTIVE) {
        visible = true;
        this.footprint.push(2 * g + (write ? 1 : 0));
        this.added++;
        if (this.routine >= 0 && !this.visibleRoutines.has(this.routine)) this.find(this.routine);
        continue;
      }
      let now = old | (write ? agent << WRITERS : agent);
      if (now === old) continue;
      const writers = (now >>> WRITERS) & AGENT_BITS;
      if (!(now & FOUND) && writers !== 0 && bitCount((now | writers) & AGENT_BITS) > 1) {
        now |= FOUND;
        this.grown = true;
      }
      granules[g & GRANULE_MASK] = now;
      if (now & FOUND && this.routine >= 0) this.find(this.routine);
    }
    return visible;
  }

  private granulesOf(page: number): Int32Array {
    let granules = this.pages.get(page);
    if (!granules) this.pages.set(page, (granules = new Int32Array(GRANULE_MASK + 1)));
    this.lastPage = page;
    this.lastGranules = granules;
    return granules;
  }

  private find(routine: number): void {
    if (this.visibleRoutines.has(routine) || this.foundRoutines.has(routine)) return;
    this.foundRoutines.add(routine);
    this.grown = true;
  }

  /** A bit for the stack that runs: a thread in one mode, or the DPCs of a CPU. 0: accesses that nobody else can race with. */
  private agentBit(): number {
    const stack = this.registers[Reg.StackLimit >> 2];
    if (stack === this.controller.stack && this.controller.alone(this.agents)) return 0;
    if (stack === this.lastStack) return this.lastBit;
    let n = this.agents.get(stack);
    if (n === undefined) this.agents.set(stack, (n = Math.min(this.agents.size, AGENTS - 1)));
    // the last bit stands for many threads: together with the first it always counts as two
    this.lastStack = stack;
    this.lastBit = n === AGENTS - 1 ? (1 << (AGENTS - 1)) | 1 : 1 << n;
    return this.lastBit;
  }

  /** A new block has no history; only some of the kernel's own blocks are looked at. */
  private allocated(offset: number, bytes: number, tag: string): void {
    if (tag === 'Thre') this.controller.look();
    const from = tag === '' ? 0 : KERNEL_BLOCKS[tag];
    const start = offset + (from ?? 0);
    if (offset < MAP.pool.start || offset >= MAP.pool.end) return;
    const first = offset >>> PAGE_SHIFT;
    const last = (offset + bytes - 1) >>> PAGE_SHIFT;
    for (let page = first; page <= last; page++) {
      this.tracked[page] =
        from === undefined || page < start >>> PAGE_SHIFT ? UNTRACKED : page === start >>> PAGE_SHIFT ? start & 0xfff : 0;
    }
    for (let page = first; page <= last; page++) {
      const granules = this.pages.get(page);
      if (!granules) continue;
      for (let i = 0; i < granules.length; i++) {
        const at = (page << PAGE_SHIFT) + (i << GRANULE_SHIFT);
        if (at >= (offset & ~3) && at < offset + bytes && !(granules[i] & (ACTIVE | FOUND))) granules[i] = 0;
      }
    }
  }
}

/** No access of one that the other's accesses could change or see. */
export function independent(a: Footprint, b: Footprint): boolean {
  for (const x of a) for (const y of b) if (x >>> 1 === y >>> 1 && (x | y) & 1) return false;
  return true;
}
