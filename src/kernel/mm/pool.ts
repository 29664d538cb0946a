// Pool: every block has a record (who, where, how much) in memory. While pages last each block gets pages of its own, ending at a page end with an
// unmapped page behind it (special pool): an overrun or a use after free faults at the very access. Freed pages stay unmapped in a first-in first-out
// quarantine until pages run out. Beyond that budget blocks are packed into shared pages with one state byte per 16 bytes.
import type { Range } from '../../base/source.js';
import { type Addr, FRAME, KERNEL_BASE, MAP, PAGE_SIZE, ROUTINE_BASE, toAddress } from '../../machine/abi.js';
import { KIND_ID } from '../../trace/kinds.js';
import { BugCheckError } from '../ke/bugcheck.js';
import { APC_LEVEL, DISPATCH_LEVEL } from '../ke/constants.js';
import { hex } from '../ke/dispatcher.js';
import type { Kernel } from '../kernel.js';
import { KE_GLOBALS, MI_POOL_ARENA, MI_POOL_RECORD } from '../layouts.gen.js';
import { NT_LAYOUT } from '../nt-layout.js';
import { PackedPool } from './pool-packed.js';

export type PoolKind = 'nonpaged' | 'paged';

/** POOL_TYPE bit: paged. */
export const PAGED = 1;
export const RecordState = { Never: 0, Allocated: 1, Freed: 2, Tail: 3, Guard: 4 } as const;
/** Pattern of the slack between a block's end and its page's end, and in front of it; checked at free. */
const SLACK = 0x5a;
/** Contents of a fresh block that was not asked to be zero: garbage that looks like garbage. */
const FRESH = 0xcd;

export interface PoolBlock {
  readonly address: Addr;
  readonly bytes: number;
  readonly tag: string;
  readonly paged: boolean;
  /** `function (file:line)` of the allocation. */
  readonly site: string;
  /** The same as a place in the sources; undefined for blocks of the kernel. */
  readonly place: Range | undefined;
  /** Offset of the allocating image's code: 0 = the kernel itself. */
  readonly owner: number;
  readonly sequence: number;
}

export interface PoolDescription {
  readonly state: 'live' | 'freed' | 'beyond';
  readonly text: string;
  readonly address: Addr;
  readonly paged?: boolean;
}

const R = MI_POOL_RECORD;
const ARENA = MI_POOL_ARENA;

/** Tags in words; they are few and asked for at every allocation. */
const tagTexts = new Map<number, string>();
export function tagText(tag: number): string {
  let text = tagTexts.get(tag);
  if (text === undefined) {
    text = Array.from({ length: 4 }, (_, i) => (tag >>> (8 * i)) & 0xff)
      .map((c) => (c >= 32 && c < 127 ? String.fromCharCode(c) : '.'))
      .join('');
    if (tagTexts.size < 10_000) tagTexts.set(tag, text);
  }
  return text;
}
/** A tag as drivers write it in a multi-character constant is stored first character lowest. */
export const tagNumber = (tag: string | number): number => {
  if (typeof tag === 'number') return tag >>> 0;
  let n = 0;
  for (let i = 0; i < 4; i++) n |= (i < tag.length ? tag.charCodeAt(i) : 32) << (8 * i);
  return n >>> 0;
};

export class Pool {
  private readonly packed: PackedPool;
  /** Told about every block before it is freed. */
  onFree: ((address: Addr, bytes: number) => void) | undefined;
  /** Told about every new block; `tag` is empty for one that a driver asked for. For those who watch the run from outside. */
  onAllocate: ((address: Addr, bytes: number, tag: string) => void) | undefined;
  constructor(private readonly k: Kernel) {
    this.packed = new PackedPool(k);
  }

  private get firstPage(): number {
    return MAP.pool.start / PAGE_SIZE;
  }
  private get budget(): number {
    return Math.min(this.k.config.specialPoolPages, SPECIAL_PAGES);
  }
  /** Each CPU takes blocks from pages of its own: addresses do not depend on the order in which CPUs allocate. */
  private get separate(): boolean {
    return this.k.chooser.exact === true;
  }
  /** Pages of one arena. */
  private get share(): number {
    return this.separate ? Math.floor(this.budget / this.k.config.cpus) : this.budget;
  }
  private arena(cpu: number): Addr {
    return this.separate ? this.global(KE_GLOBALS.PoolArenas) + cpu * ARENA.sizeof : this.global(KE_GLOBALS.PoolSequence);
  }
  private nextSequence(): number {
    const m = this.k.mem;
    const at = this.arena(this.k.cpuNumber) + ARENA.Sequence;
    const n = m.ptr(at) + 1;
    m.setPtr(at, n);
    return this.separate ? 64 * n + this.k.cpuNumber : n;
  }
  private record(index: number): Addr {
    return toAddress(NT_LAYOUT.poolRecords) + index * R.sizeof;
  }
  private global(field: number): Addr {
    return this.k.globals.KE + field;
  }

  /** A block of `bytes` (> 0), 16-aligned; page-aligned from a page up. 0: no memory. Contents are a pattern. */
  allocate(type: PoolKind | number, bytes: number, tag: string | number): Addr {
    const paged = (typeof type === 'number' ? type & PAGED : type === 'paged' ? PAGED : 0) !== 0;
    const site = this.site();
    const address = this.special(bytes, tagNumber(tag), paged, site) || this.packed.allocate(bytes, tagNumber(tag), paged, site);
    if (address === 0) return 0;
    this.onAllocate?.(address, bytes, typeof type === 'number' ? '' : String(tag));
    this.count(paged, bytes, 1);
    const { trace } = this.k;
    trace.note(KIND_ID['mm.pool.allocate'], address, bytes, trace.text(tagText(tagNumber(tag))), paged ? 1 : 0);
    return address;
  }

  private count(paged: boolean, bytes: number, blocks: number): void {
    const m = this.k.mem;
    const i = paged ? 8 : 0;
    m.setPtr(this.global(KE_GLOBALS.PoolBytes) + i, m.ptr(this.global(KE_GLOBALS.PoolBytes) + i) + bytes);
    m.setPtr(this.global(KE_GLOBALS.PoolBlocks) + i, m.ptr(this.global(KE_GLOBALS.PoolBlocks) + i) + blocks);
  }

  /** Function number and step of the innermost compiled frame that asks. */
  private site(): { fn: number; step: number; owner: number } {
    const h = this.k.machine.headers;
    for (let fp = this.k.mem.registers.top, n = 0; fp > 0 && n < 64; fp = h.prev(fp), n++) {
      const fn = h.fn(fp);
      if (fn >= ROUTINE_BASE) continue;
      const f = this.k.machine.function(fn);
      return { fn, step: this.k.mem.raw.i32(fp + FRAME.pc), owner: f ? toAddress(f.codeOffset) : 0 };
    }
    return { fn: 0, step: 0, owner: 0 };
  }

  private special(bytes: number, tag: number, paged: boolean, site: { fn: number; step: number; owner: number }): Addr {
    const pages = Math.ceil(bytes / PAGE_SIZE);
    const index = this.takePages(pages + 1);
    if (index < 0) return 0;
    const m = this.k.mem;
    const start = (this.firstPage + index) * PAGE_SIZE;
    m.pages.map(start, pages * PAGE_SIZE, { writable: true, pageable: paged });
    m.pages.reserve(start + pages * PAGE_SIZE, PAGE_SIZE);
    const size = (bytes + 15) & ~15;
    const offset = bytes >= PAGE_SIZE ? start : start + pages * PAGE_SIZE - size;
    m.raw.fill(start, pages * PAGE_SIZE, SLACK);
    m.raw.fill(offset, bytes, FRESH);
    const sequence = this.nextSequence();
    const r = this.record(index);
    m.fill(r, R.sizeof);
    m.setU32(r + R.State, RecordState.Allocated);
    m.setU32(r + R.Tag, tag);
    m.setPtr(r + R.Address, toAddress(offset));
    m.setU32(r + R.Bytes, bytes);
    m.setU32(r + R.Type, paged ? PAGED : 0);
    m.setU32(r + R.AllocatedBy, site.fn);
    m.setU32(r + R.AllocatedAt, site.step);
    m.setU32(r + R.Pages, pages);
    m.setPtr(r + R.Owner, site.owner);
    m.setPtr(r + R.Sequence, sequence);
    for (let i = 1; i <= pages; i++) {
      m.setU32(this.record(index + i) + R.State, i === pages ? RecordState.Guard : RecordState.Tail);
      m.setU32(this.record(index + i) + R.Next, index + 1);
    }
    return toAddress(offset);
  }

  /** `n` consecutive pages: never used ones first, then the oldest freed block that is large enough. Index of the first, -1: none. */
  private takePages(n: number): number {
    const m = this.k.mem;
    const arena = this.arena(this.k.cpuNumber);
    const next = m.u32(arena + ARENA.Next);
    if (next + n <= this.share) {
      m.setU32(arena + ARENA.Next, next + n);
      return next + (this.separate ? this.k.cpuNumber * this.share : 0);
    }
    let previous = 0;
    for (let at = m.u32(arena + ARENA.FreeHead), tries = 0; at !== 0 && tries < 512; tries++) {
      const r = this.record(at - 1);
      const following = m.u32(r + R.Next);
      if (m.u32(r + R.Pages) + 1 >= n) {
        if (previous === 0) m.setU32(arena + ARENA.FreeHead, following);
        else m.setU32(this.record(previous - 1) + R.Next, following);
        if (following === 0) m.setU32(arena + ARENA.FreeTail, previous);
        return at - 1;
      }
      previous = at;
      at = following;
    }
    return -1;
  }

  private recordOf(address: Addr): Addr {
    const offset = address - KERNEL_BASE;
    if (offset < MAP.pool.start || offset >= MAP.pool.start + SPECIAL_PAGES * PAGE_SIZE) return 0;
    return this.record(Math.floor(offset / PAGE_SIZE) - this.firstPage);
  }

  /** Frees a block. Wrong addresses, double frees and damaged surroundings are bug checks. `tag` 0 or absent: not compared. */
  free(address: Addr, tag: string | number = 0): void {
    const m = this.k.mem;
    const wanted = tagNumber(tag);
    if (tag === 0 || tag === '') return this.freeTagged(address, 0, m);
    this.freeTagged(address, wanted, m);
  }

  private freeTagged(address: Addr, wanted: number, m: Kernel['mem']): void {
    if (address >= 0) {
      const what = address === 0 ? 'a NULL pointer' : `the user-mode address ${hex(address)}`;
      this.badFree(address < 0x10000 ? 0x46 : 0x40, 0x16, address, `free of ${what}`);
    }
    const r = this.recordOf(address);
    if (r === 0) {
      const packed = this.packed.blockAt(address);
      if (packed) this.checkFreeIrql(packed.paged, address);
      const size = this.packed.free(address, wanted);
      if (size !== undefined) return this.freed(size.paged, size.bytes, address);
      if (this.packed.wasFreed(address)) this.badFree(0x7, 0x13, address, `double free: the block at ${hex(address)} was freed already`);
      const inside = this.packed.describe(address);
      if (
        inside?.paged &&
        inside.state === 'live' &&
        address % PAGE_SIZE === inside.address % PAGE_SIZE &&
        !this.k.asked('pool-tracking')
      ) {
        const pages = (address - inside.address) / PAGE_SIZE;
        throw new BugCheckError(0xc2, [0x41286, 0, 0, pages], `free in the middle of ${inside.text}, ${pages} pages behind its start`);
      }
      this.badFree(0x46, 0x10, address, `free of ${hex(address)}, which is not a pool block (a stack, global or foreign address?)`);
    }
    const state = m.u32(r + R.State);
    if (state === RecordState.Freed)
      this.badFree(0x7, 0x13, address, `double free: ${this.text(r)} was freed already${this.freedAt(r)}`, m.u32(r + R.Tag));
    if (state !== RecordState.Allocated || m.ptr(r + R.Address) !== address) {
      const start = state === RecordState.Allocated ? ` (the block starts at ${hex(m.ptr(r + R.Address))})` : '';
      const text = `free of ${hex(address)}, which is not the start of a pool block${start}`;
      if (this.k.asked('special-pool') && !this.k.asked('pool-tracking')) {
        if (state !== RecordState.Allocated) throw new BugCheckError(0xc1, [address, 0, 0, 0x20], text);
        throw new BugCheckError(0xc1, [address, m.u32(r + R.Bytes), m.u32(r + R.Pages) * PAGE_SIZE, 0x21], text);
      }
      this.badFree(0x46, 0x10, address, text);
    }
    const own = m.u32(r + R.Tag);
    // The protected-pool bit is not part of the name.
    if (wanted !== 0 && (own & 0x7fffffff) !== (wanted & 0x7fffffff)) {
      throw new BugCheckError(0xc2, [0xa, address, own, wanted], `free with tag '${tagText(wanted)}' of ${this.text(r)}`);
    }
    const paged = (m.u32(r + R.Type) & PAGED) !== 0;
    this.checkFreeIrql(paged, address);
    this.checkSlack(r);
    this.onFree?.(address, m.u32(r + R.Bytes));
    this.release(r);
    this.freed(paged, m.u32(r + R.Bytes), address);
  }

  /** The code of the pool itself is 0xC2; pool tracking that was asked for has its own, 0xC4. */
  private badFree(plain: number, tracked: number, address: Addr, text: string, contents = 0): never {
    if (!this.k.asked('pool-tracking')) bad(plain, address, contents, text);
    const p = tracked === 0x10 ? [address, 0, 0] : tracked === 0x16 ? [0, address, 0] : [0, address, contents];
    throw new BugCheckError(0xc4, [tracked, ...p], text);
  }

  private checkFreeIrql(paged: boolean, address: Addr): void {
    const { irql } = this.k;
    if (irql <= (paged ? APC_LEVEL : DISPATCH_LEVEL)) return;
    const text = `free of ${paged ? 'paged' : 'nonpaged'} pool at IRQL ${irql}`;
    const type = paged ? PAGED : 0;
    if (this.k.asked('pool-tracking')) throw new BugCheckError(0xc4, [paged ? 0x11 : 0x12, irql, type, address], text);
    if (this.k.asked('special-pool')) throw new BugCheckError(0xc1, [irql, type, address, 0x31], text);
    throw new BugCheckError(0xc2, [0x9, irql, type, address], text);
  }

  private freed(paged: boolean, bytes: number, address: Addr): void {
    this.count(paged, -bytes, -1);
    this.k.trace.note(KIND_ID['mm.pool.free'], address, bytes);
  }

  private release(r: Addr): void {
    const m = this.k.mem;
    const index = (r - toAddress(NT_LAYOUT.poolRecords)) / R.sizeof;
    const pages = m.u32(r + R.Pages);
    m.pages.reserve((this.firstPage + index) * PAGE_SIZE, pages * PAGE_SIZE);
    const site = this.site();
    m.setU32(r + R.State, RecordState.Freed);
    m.setU32(r + R.FreedBy, site.fn);
    m.setU32(r + R.FreedAt, site.step);
    m.setU32(r + R.Next, 0);
    const arena = this.arena(this.k.cpuNumber);
    const tail = m.u32(arena + ARENA.FreeTail);
    if (tail === 0) m.setU32(arena + ARENA.FreeHead, index + 1);
    else m.setU32(this.record(tail - 1) + R.Next, index + 1);
    m.setU32(arena + ARENA.FreeTail, index + 1);
  }

  /** Bytes around the block inside its pages must still hold the pattern. */
  private checkSlack(r: Addr): void {
    const m = this.k.mem;
    const offset = m.ptr(r + R.Address) - KERNEL_BASE;
    const bytes = m.u32(r + R.Bytes);
    const start = Math.floor(offset / PAGE_SIZE) * PAGE_SIZE;
    const end = start + m.u32(r + R.Pages) * PAGE_SIZE;
    const memory = m.buffer;
    for (let o = m.raw.unequal(offset + bytes, end, SLACK); o < end; o++) {
      if (memory[o] !== SLACK)
        throw new BugCheckError(
          0xc1,
          [m.ptr(r + R.Address), toAddress(o), bytes, 0x24],
          `bytes behind the end of ${this.text(r)} were overwritten (first at ${hex(toAddress(o))})`,
        );
    }
    for (let o = m.raw.unequal(start, offset, SLACK); o < offset; o++) {
      if (memory[o] !== SLACK)
        throw new BugCheckError(
          0xc1,
          [m.ptr(r + R.Address), toAddress(o), bytes, 0x23],
          `bytes in front of ${this.text(r)} were overwritten (at ${hex(toAddress(o))})`,
        );
    }
  }

  private siteRange(fn: number, step: number): Range | undefined {
    const f = fn === 0 ? undefined : this.k.machine.function(fn);
    return f?.steps[Math.min(step, f.steps.length - 1)]?.range;
  }
  /** `function (file:line)` of a step of compiled code. */
  siteText(fn: number, step: number): string {
    const f = fn === 0 ? undefined : this.k.machine.function(fn);
    if (!f) return 'the kernel';
    const range = this.siteRange(fn, step);
    return range ? `${f.name} (${range.file.path}:${range.file.position(range.start).line})` : f.name;
  }
  private freedAt(r: Addr): string {
    return ` by ${this.siteText(this.k.mem.u32(r + R.FreedBy), this.k.mem.u32(r + R.FreedAt))}`;
  }
  private text(r: Addr): string {
    const m = this.k.mem;
    return `the ${m.u32(r + R.Bytes)}-byte block '${tagText(m.u32(r + R.Tag))}' at ${hex(m.ptr(r + R.Address))} allocated by ${this.siteText(m.u32(r + R.AllocatedBy), m.u32(r + R.AllocatedAt))}`;
  }

  /** What the pool knows about an address, for messages; undefined when it is none of its. */
  describe(address: Addr): PoolDescription | undefined {
    const m = this.k.mem;
    let r = this.recordOf(address);
    if (r === 0) return this.packed.describe(address);
    let state = m.u32(r + R.State);
    const guard = state === RecordState.Guard;
    if (guard || state === RecordState.Tail) {
      r = this.record(m.u32(r + R.Next) - 1);
      state = m.u32(r + R.State);
    }
    if (state === RecordState.Freed)
      return { state: 'freed', text: `${this.text(r)}, freed${this.freedAt(r)}`, address: m.ptr(r + R.Address) };
    if (state === RecordState.Allocated) return { state: guard ? 'beyond' : 'live', text: this.text(r), address: m.ptr(r + R.Address) };
    return undefined;
  }

  /** Slow path of an access to a page with state bytes. */
  allows(offset: number, size: number): boolean {
    return this.packed.allows(offset, size);
  }

  /** Size of a live block that starts here, or undefined. */
  sizeOf(address: Addr): number | undefined {
    const r = this.recordOf(address);
    if (r === 0) return this.packed.sizeOf(address);
    return this.k.mem.u32(r + R.State) === RecordState.Allocated && this.k.mem.ptr(r + R.Address) === address
      ? this.k.mem.u32(r + R.Bytes)
      : undefined;
  }

  /** All live blocks in order of allocation; with `from`, `to` (code addresses) only those allocated by code in that range (leak report of a driver). */
  live(from?: Addr, to?: Addr): PoolBlock[] {
    const m = this.k.mem;
    const out: PoolBlock[] = [];
    for (let cpu = 0; cpu < (this.separate ? this.k.config.cpus : 1); cpu++) {
      for (let i = 0; i < m.u32(this.arena(cpu) + ARENA.Next); i++) {
        const r = this.record(cpu * this.share + i);
        if (m.u32(r + R.State) === RecordState.Allocated) out.push(this.block(r));
      }
    }
    out.push(...this.packed.live().map((r) => this.block(r)));
    const owned = from === undefined || to === undefined ? out : out.filter((b) => b.owner >= from && b.owner < to);
    return owned.sort((a, b) => a.sequence - b.sequence);
  }

  private block(r: Addr): PoolBlock {
    const m = this.k.mem;
    return {
      address: m.ptr(r + R.Address),
      bytes: m.u32(r + R.Bytes),
      tag: tagText(m.u32(r + R.Tag)),
      paged: (m.u32(r + R.Type) & PAGED) !== 0,
      site: this.siteText(m.u32(r + R.AllocatedBy), m.u32(r + R.AllocatedAt)),
      place: this.siteRange(m.u32(r + R.AllocatedBy), m.u32(r + R.AllocatedAt)),
      owner: m.ptr(r + R.Owner),
      sequence: m.ptr(r + R.Sequence),
    };
  }
}

/** Pages of the pool region that special pool may use; the rest belongs to packed blocks. */
export const SPECIAL_PAGES = 32768;

function bad(type: number, address: Addr, contents: number, text: string): never {
  throw new BugCheckError(0xc2, [type, type === 0x7 ? 0 : address, contents, address], text);
}
