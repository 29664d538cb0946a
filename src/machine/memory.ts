// The one linear memory that holds the whole machine, and the ways TypeScript reaches it: trusted by address (`memory.u32(a)`), checked like an
// access of compiled code (`memory.checked.u32(a)`), raw by offset (`memory.raw.u32(o)`). `translate` is the check itself; the wasm slow path uses
// the same function, so that a driver and a DDI working for it see the same faults.
import {
  type Addr,
  DENY_TABLE,
  DENY_UNMAPPED,
  Deny,
  DIRTY_TABLE,
  HOST_END,
  KERNEL_BASE,
  MEMORY_SIZE,
  PAGE_SHIFT,
  PAGE_SIZE,
  USER_BASE,
  WASM_PAGES,
} from './abi.js';
import { Accessors } from './accessors.js';
import type { MachineObserver, RaceObserver } from './observer.js';
import { DENY_CHUNKS, PageTable } from './pages.js';
import { Registers } from './registers.js';
import { SimulatedFault } from './routine.js';
import { SHADOW_WASM_PAGES, Shadow } from './shadow.js';
import { WatchList } from './watch.js';

/** Bits that only ask for a closer look; everything else in a deny byte refuses. */
const LOOK = Deny.Watch | Deny.Slow | Deny.Observe;

/** Addresses only: the host commits what is touched. */
function reserve(pages: number): WebAssembly.Memory {
  try {
    return new WebAssembly.Memory({ initial: pages, maximum: pages });
  } catch {
    const more = pages === WASM_PAGES ? '' : `; without 'no race' in the scenario ${(WASM_PAGES / 16384).toFixed(1)} GiB are enough`;
    throw new Error(`the host has no room for ${(pages / 16384).toFixed(1)} GiB of addresses that the simulated machine needs${more}`);
  }
}

const TWO32 = 4294967296;
/** Bytes that lie behind a place in `words` for certain: the two links of a list. */
const WORDS_AT = 16;
const LAST_DIRECT = MEMORY_SIZE - WORDS_AT;

class CheckedAccessors extends Accessors {
  constructor(private readonly memory: Memory) {
    super(memory.wasm.buffer, memory.usedBlocks);
  }
  /** The same check as an access of compiled code on the running CPU (mode, IRQL, page bits). */
  at(a: Addr, size: number, write: boolean): number {
    const o = this.memory.translate(a, size, write);
    if (o < 0) throw new SimulatedFault(this.memory.firstRefused(a, size, write), write, size);
    if (write) this.mark(o, size);
    this.memory.observer?.touch(o, size, write);
    this.memory.races?.touch(o, size, write);
    return o;
  }
}

class RawAccessors extends Accessors {
  at(o: number, size: number, write: boolean): number {
    if (o < 0 || o + size > HOST_END) throw new RangeError(`offset ${o} is outside linear memory`);
    if (write && o < MEMORY_SIZE) this.mark(o, size);
    return o;
  }
}

/**
 * Trusted accessors by simulated address (kernel address, or user address of the current process): no page check, for the kernel's own structures.
 * An address outside the memory throws SimulatedFault (a driver may have overwritten the pointer that is followed).
 */
export class Memory extends Accessors {
  /** Like the trusted accessors, but with the page check of the running CPU; throws SimulatedFault. For everything a driver passed in. */
  readonly checked: Accessors;
  /** By offset in linear memory instead of address. */
  readonly raw: Accessors;
  readonly registers: Registers;
  readonly pages: PageTable;
  /** Data breakpoints. */
  readonly watches: WatchList;
  /** Asked for an access to a page with Deny.Slow (pool state bytes): false refuses it. Set by the kernel's pool. */
  slowAccess: ((offset: number, size: number, write: boolean) => boolean) | undefined;
  /**
   * Second names of memory, outside the kernel range and the user windows (MDLs mapped into a process, reserved mappings): the offset behind an address for
   * the running process, -1 for none or, with `write`, for one that may only be read. Set by the kernel's mm. Compiled code comes here by the slow path.
   */
  aliases: ((address: Addr, size: number, write: boolean) => number) | undefined;
  /** Told of checked accesses, when races are searched. */
  races: RaceObserver | undefined;
  private seen: MachineObserver | undefined;
  /** Offsets up to here are reached directly by the trusted accessors of a few bytes; -1 while somebody sees every access. */
  private direct = LAST_DIRECT;
  /** One byte a page, non-zero = written since the last checkpoint. */
  readonly dirty: Uint8Array;
  /** Whole chunks: what lies behind the last page of memory is never free, present or asked for. */
  readonly deny: Uint8Array;
  /** The linear memory by words of 32 bits. Also what is host-only. For hot loops over structures that are the kernel's own; who writes calls `touch`. */
  readonly words: Int32Array;

  readonly wasm: WebAssembly.Memory;
  /** The race variant's words, when the machine was made with them. */
  readonly shadow: Shadow | undefined;

  /** `shadow`: with the words of the race variant behind it (shadow.ts). */
  constructor(shadow = false) {
    const size = shadow ? SHADOW_WASM_PAGES : WASM_PAGES;
    const wasm = reserve(size);
    super(wasm.buffer, new Uint8Array((MEMORY_SIZE >>> PAGE_SHIFT) >>> 8));
    this.wasm = wasm;
    this.shadow = shadow ? new Shadow(wasm.buffer) : undefined;
    this.dirty = new Uint8Array(wasm.buffer, DIRTY_TABLE, MEMORY_SIZE >>> PAGE_SHIFT);
    this.deny = new Uint8Array(wasm.buffer, DENY_TABLE, DENY_CHUNKS * PAGE_SIZE);
    this.deny.fill(DENY_UNMAPPED);
    this.words = new Int32Array(wasm.buffer);
    this.registers = new Registers(wasm.buffer);
    this.registers.updateMasks();
    this.pages = new PageTable(this);
    this.watches = new WatchList(this.deny);
    this.checked = new CheckedAccessors(this);
    this.raw = new RawAccessors(wasm.buffer, this.blocks);
  }

  /** Sees accesses; set by Machine.observe. */
  get observer(): MachineObserver | undefined {
    return this.seen;
  }
  set observer(o: MachineObserver | undefined) {
    this.seen = o;
    this.direct = o ? -1 : LAST_DIRECT;
  }

  /** Place in `words` of 16 bytes at a kernel address on a word boundary; -1 for any other address, and while somebody sees every access. */
  wordAt(a: Addr): number {
    const o = a - KERNEL_BASE;
    return o >= 0 && o <= this.direct && (o & 3) === 0 ? o >>> 2 : -1;
  }

  /** The same for a kernel address of which the low half is at hand: it is the offset. */
  placeOf(low: number): number {
    return low >= 0 && low <= this.direct && (low & 3) === 0 ? low >> 2 : -1;
  }
  /** Marks the page of one place in `words` (and of the next, when the pair is aligned). */
  touchPlace(place: number): void {
    this.all[DIRTY_TABLE + (place >>> (PAGE_SHIFT - 2))] = 1;
    this.blocks[place >>> (PAGE_SHIFT + 6)] = 1;
  }

  // The accessors that the kernel uses a hundred times at a context switch: kernel addresses without the general way through `at`.
  override u8(a: Addr): number {
    const o = a - KERNEL_BASE;
    return o >= 0 && o <= this.direct ? this.all[o] : super.u8(a);
  }
  override u32(a: Addr): number {
    const o = a - KERNEL_BASE;
    return o >= 0 && o <= this.direct ? this.view.getUint32(o, true) : super.u32(a);
  }
  override i32(a: Addr): number {
    const o = a - KERNEL_BASE;
    return o >= 0 && o <= this.direct ? this.view.getInt32(o, true) : super.i32(a);
  }
  override ptr(a: Addr): Addr {
    const o = a - KERNEL_BASE;
    return o >= 0 && o <= this.direct ? this.view.getUint32(o, true) + this.view.getInt32(o + 4, true) * TWO32 : super.ptr(a);
  }
  override setU8(a: Addr, v: number): void {
    const o = a - KERNEL_BASE;
    if (!(o >= 0 && o <= this.direct)) return super.setU8(a, v);
    this.all[o] = v;
    this.mark(o, 1);
  }
  override setU32(a: Addr, v: number): void {
    const o = a - KERNEL_BASE;
    if (!(o >= 0 && o <= this.direct)) return super.setU32(a, v);
    this.view.setUint32(o, v, true);
    this.mark(o, 4);
  }
  override setI32(a: Addr, v: number): void {
    this.setU32(a, v);
  }
  override setPtr(a: Addr, v: Addr): void {
    const o = a - KERNEL_BASE;
    if (!(o >= 0 && o <= this.direct)) return super.setPtr(a, v);
    this.view.setUint32(o, v >>> 0, true);
    this.view.setInt32(o + 4, Math.floor(v / TWO32), true);
    this.mark(o, 8);
  }

  /** The whole linear memory (simulated part and host-only part). Writers must call `touch`. */
  get buffer(): Uint8Array {
    return this.all;
  }

  /** The same with the race shadow behind it, when there is one. For copies of pages. */
  get whole(): Uint8Array {
    return this.shadow?.all ?? this.all;
  }

  /** Blocks of 256 pages in which a page is or was mapped or written: compiled code writes nowhere else. */
  get usedBlocks(): Uint8Array {
    return this.blocks;
  }

  /** Marks simulated pages dirty after a write through `buffer`. */
  touch(offset: number, size: number): void {
    if (size > 0) this.mark(offset, size);
  }

  /** Makes whole pages zero. Those that are zero are not written, so that memory which nobody touched costs the host nothing. */
  clearPages(offset: number, size: number): void {
    for (let page = offset; page < offset + size; page += PAGE_SIZE)
      if (this.raw.unequal(page, page + PAGE_SIZE, 0) < page + PAGE_SIZE) this.raw.fill(page, PAGE_SIZE);
  }

  /** Offset of an address by range alone (no page check), -1 when it is outside the kernel range, the current process' window and all aliases. */
  offsetOf(a: Addr, size = 1): number {
    const o = this.regionOffset(a, size);
    return o < 0 && this.aliases ? this.aliases(a, size, false) : o;
  }

  private regionOffset(a: Addr, size: number): number {
    let o = a - KERNEL_BASE;
    if (o >= 0 && o + size <= MEMORY_SIZE) return o;
    o = a - USER_BASE;
    return o >= 0 && o + size <= this.registers.userSize ? o + this.registers.userOffset : -1;
  }

  at(a: Addr, size: number, write: boolean): number {
    const o = this.offsetOf(a, size);
    if (o < 0) throw new SimulatedFault(a, write, size);
    if (write) this.mark(o, size);
    this.observer?.touch(o, size, write);
    return o;
  }

  /**
   * The check of one access by the running CPU: address range, user window, deny bits of every page touched, data breakpoints, pool state.
   * Returns the offset, or -1 when it faults. Does not mark dirty. Kernel addresses are refused in user mode.
   */
  translate(a: Addr, size: number, write: boolean): number {
    const r = this.registers;
    if (a < 0 && r.userMode) return -1;
    let o = this.regionOffset(a, size);
    let mask = write ? r.writeMask : r.readMask;
    if (o < 0) {
      o = this.aliases ? this.aliases(a, size, write) : -1;
      if (o < 0) return -1;
      mask &= ~Deny.Supervisor; // who may use the alias is the alias' business
    }
    const last = (o + (size > 0 ? size - 1 : 0)) >>> PAGE_SHIFT;
    let bits = 0;
    for (let p = o >>> PAGE_SHIFT; p <= last; p++) bits |= this.deny[p] & mask;
    if (bits === 0) return o;
    if (bits & ~LOOK) return -1;
    if (bits & Deny.Slow && this.slowAccess && !this.slowAccess(o, size, write)) return -1;
    if (bits & Deny.Watch) this.watches.note(o, size, write);
    return o;
  }

  /** May the running CPU do this access? (ProbeForRead and friends; does not trigger data breakpoints.) */
  allowed(a: Addr, size: number, write: boolean): boolean {
    const paused = this.watches.paused;
    this.watches.paused = true;
    const ok = this.translate(a, size, write) >= 0;
    this.watches.paused = paused;
    return ok;
  }

  /** The first address of a refused access that is itself refused: what CR2 would hold for an access that crosses into a bad page. */
  firstRefused(a: Addr, size: number, write: boolean): Addr {
    if (size <= 1 || !this.allowed(a, 1, write)) return a;
    for (let next = (Math.floor(a / PAGE_SIZE) + 1) * PAGE_SIZE; next < a + size; next += PAGE_SIZE) {
      if (!this.allowed(next, 1, write)) return next;
    }
    return a;
  }
}
