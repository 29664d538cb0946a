// Packed pool blocks: what is used when special pool's pages are gone. Blocks of size classes lie side by side in shared pages; their record is in front of
// them, and one state byte per 16 bytes (0 no block, 1 inside a live block) lets the slow path refuse an access to anything else.
import { type Addr, KERNEL_BASE, MAP, PAGE_SIZE, toAddress } from '../../machine/abi.js';
import { BugCheckError } from '../ke/bugcheck.js';
import { DISPATCH_LEVEL } from '../ke/constants.js';
import { hex } from '../ke/dispatcher.js';
import type { Kernel } from '../kernel.js';
import { KE_GLOBALS, MI_POOL_RECORD } from '../layouts.gen.js';
import { NT_LAYOUT } from '../nt-layout.js';
import type { PoolDescription } from './pool.js';

const R = MI_POOL_RECORD;
const HEADER = (R.sizeof + 15) & ~15;
const SPECIAL_END = MAP.pool.start + 32768 * PAGE_SIZE;
const START = SPECIAL_END;
const END = MAP.pool.end;
const GRANULE = 16;
/** A new block, and what is left of its place behind it. */
const FILL = 0xcd;
/** How far below an address the start of its block is looked for. */
const BELOW = 16 * PAGE_SIZE;
/** 'lPkP' in front of a record: tells a block start from anything else. */
const MAGIC = 0x506b506c;

interface Site {
  readonly fn: number;
  readonly step: number;
  readonly owner: number;
}

/** Size class: sixteen steps to 256 bytes, then powers of two. Below 64. */
function classOf(bytes: number): number {
  return bytes <= 256 ? (bytes + 15) >> 4 : 16 + (32 - Math.clz32((bytes - 1) >> 8));
}
const classBytes = (c: number): number => (c <= 16 ? c * 16 : 256 << (c - 16));

export class PackedPool {
  constructor(private readonly k: Kernel) {}

  private state(offset: number): number {
    return NT_LAYOUT.poolStates + Math.floor((offset - START) / GRANULE);
  }

  allocate(bytes: number, tag: number, paged: boolean, site: Site): Addr {
    if (bytes > END - START) return 0; // beyond 32 bits the classes would wrap around
    const m = this.k.mem;
    // paged blocks have classes of their own so that page protection fits all blocks of a page
    const c = classOf(bytes);
    const slot = this.k.globals.KE + KE_GLOBALS.PoolPackedFree + 8 * (c + (paged ? 64 : 0));
    let header = m.ptr(slot);
    if (header !== 0) {
      this.checkLink(header);
      m.setPtr(slot, m.ptr(header + R.Sequence));
    }
    if (header === 0) header = this.carve(classBytes(c), paged);
    if (header === 0) return 0;
    const block = header + HEADER;
    const sequence = m.ptr(this.k.globals.KE + KE_GLOBALS.PoolSequence) + 1;
    m.setPtr(this.k.globals.KE + KE_GLOBALS.PoolSequence, sequence);
    m.fill(header, R.sizeof);
    m.setU32(header + R.State, MAGIC);
    m.setU32(header + R.Tag, tag);
    m.setPtr(header + R.Address, block);
    m.setU32(header + R.Bytes, bytes);
    m.setU32(header + R.Type, paged ? 1 : 0);
    m.setU32(header + R.AllocatedBy, site.fn);
    m.setU32(header + R.AllocatedAt, site.step);
    m.setU32(header + R.Pages, c);
    m.setPtr(header + R.Owner, site.owner);
    m.setPtr(header + R.Sequence, sequence);
    const offset = block - KERNEL_BASE;
    m.raw.fill(offset, classBytes(c), FILL);
    m.raw.fill(this.state(offset), Math.ceil(bytes / GRANULE), 1);
    return block;
  }

  /** Somebody wrote over the header of the free block that is to be taken next. */
  private checkLink(header: Addr): void {
    const m = this.k.mem;
    const offset = header - KERNEL_BASE;
    const next = m.ptr(header + R.Sequence);
    const inPool = (a: Addr): boolean => a === 0 || (a >= toAddress(START) && a < toAddress(END) && a % GRANULE === 0);
    if (offset >= START && offset < END && m.u32(header + R.State) === 0 && inPool(next)) return;
    const text = `the list of free pool blocks is damaged at ${hex(header)}: somebody wrote beyond the block in front of it`;
    if (this.k.irql >= DISPATCH_LEVEL) throw new BugCheckError(0xc5, [next, this.k.irql, 0, 0], text);
    throw new BugCheckError(0x19, [3, header, next, 0], text);
  }

  /** What lies behind a block that is freed: the rest of its place, and the header of the next one. */
  private checkBehind(header: Addr): void {
    const m = this.k.mem;
    const bytes = m.u32(header + R.Bytes);
    const size = classBytes(m.u32(header + R.Pages));
    const block = header + HEADER - KERNEL_BASE;
    const first = m.raw.unequal(block + bytes, block + size, FILL);
    if (this.k.asked('pool-tracking') && first < block + size) {
      const text = `bytes behind the end of the ${bytes}-byte block at ${hex(header + HEADER)} were overwritten (first at ${hex(toAddress(first))})`;
      throw new BugCheckError(0xc4, [0x51, header + HEADER, toAddress(first), bytes], text);
    }
    const next = header + HEADER + size;
    if (Math.floor((next - KERNEL_BASE + HEADER + size - 1) / PAGE_SIZE) !== Math.floor((header - KERNEL_BASE) / PAGE_SIZE)) return;
    const state = m.u32(next + R.State);
    const own = m.ptr(next + R.Address);
    if ((state === MAGIC && own === next + HEADER) || (state === 0 && (own === 0 || own === next + HEADER))) return;
    const text = `the header behind the ${bytes}-byte block at ${hex(header + HEADER)} was overwritten`;
    if (this.k.asked('pool-tracking')) throw new BugCheckError(0xc4, [0x51, header + HEADER, next, bytes], text);
    throw new BugCheckError(0x19, [0x20, header, next, 0], text);
  }

  /** A fresh place for header and block; small ones do not cross a page. */
  private carve(size: number, paged: boolean): Addr {
    const m = this.k.mem;
    const at = this.k.globals.KE + KE_GLOBALS.PoolPackedNext;
    const pages = Math.ceil((HEADER + size) / PAGE_SIZE);
    const used = m.u32(at);
    const start = START + used * PAGE_SIZE;
    if (start + pages * PAGE_SIZE > END) return 0;
    m.setU32(at, used + pages);
    m.pages.map(start, pages * PAGE_SIZE, { writable: true, pageable: paged, slow: true });
    const c = classOf(size);
    const slot = this.k.globals.KE + KE_GLOBALS.PoolPackedFree + 8 * (c + (paged ? 64 : 0));
    // the rest of the page becomes free blocks of the same class
    for (let o = start + HEADER + size; o + HEADER + size <= start + pages * PAGE_SIZE; o += HEADER + size) {
      m.setPtr(toAddress(o) + R.Sequence, m.ptr(slot));
      m.setPtr(slot, toAddress(o));
    }
    return toAddress(start);
  }

  private header(address: Addr): Addr {
    const offset = address - KERNEL_BASE;
    if (
      offset < START + HEADER ||
      offset >= START + this.k.mem.u32(this.k.globals.KE + KE_GLOBALS.PoolPackedNext) * PAGE_SIZE ||
      offset & 15
    )
      return 0;
    const header = address - HEADER;
    return this.k.mem.u32(header + R.State) === MAGIC && this.k.mem.ptr(header + R.Address) === address ? header : 0;
  }

  /** The live block that starts here. */
  blockAt(address: Addr): { readonly paged: boolean } | undefined {
    const header = this.header(address);
    return header === 0 ? undefined : { paged: this.k.mem.u32(header + R.Type) !== 0 };
  }

  /** A block started here, and its place was not used again. */
  wasFreed(address: Addr): boolean {
    const offset = address - KERNEL_BASE;
    const end = START + this.k.mem.u32(this.k.globals.KE + KE_GLOBALS.PoolPackedNext) * PAGE_SIZE;
    if (offset < START + HEADER || offset >= end || offset & 15) return false;
    return this.k.mem.raw.u32(offset - HEADER + R.State) === 0 && this.k.mem.raw.ptr(offset - HEADER + R.Address) === address;
  }

  /** Frees; undefined when no packed block starts there. */
  free(address: Addr, tag: number): { bytes: number; paged: boolean } | undefined {
    const m = this.k.mem;
    const header = this.header(address);
    if (header === 0) return undefined;
    const own = m.u32(header + R.Tag);
    if (tag !== 0 && (own & 0x7fffffff) !== (tag & 0x7fffffff)) {
      throw new BugCheckError(
        0xc2,
        [0xa, address, own, tag],
        `free of the block at ${hex(address)} with another tag than it was allocated with`,
      );
    }
    this.checkBehind(header);
    const bytes = m.u32(header + R.Bytes);
    const paged = m.u32(header + R.Type) !== 0;
    const slot = this.k.globals.KE + KE_GLOBALS.PoolPackedFree + 8 * (m.u32(header + R.Pages) + (paged ? 64 : 0));
    m.raw.fill(this.state(address - KERNEL_BASE), Math.ceil(bytes / GRANULE), 0);
    m.setU32(header + R.State, 0);
    m.setPtr(header + R.Sequence, m.ptr(slot));
    m.setPtr(slot, header);
    return { bytes, paged };
  }

  /** Slow path of an access to a packed page: is every granule of it inside a live block? */
  allows(offset: number, size: number): boolean {
    if (offset < START || offset >= END || !this.k.verifies('special-pool')) return true;
    const memory = this.k.mem.buffer;
    for (let s = this.state(offset), end = this.state(offset + size - 1); s <= end; s++) if (memory[s] === 0) return false;
    return true;
  }

  sizeOf(address: Addr): number | undefined {
    const header = this.header(address);
    return header === 0 ? undefined : this.k.mem.u32(header + R.Bytes);
  }

  /** Nearest live block at or below an address in the same page, or 0. */
  private blockBelow(offset: number): Addr {
    const m = this.k.mem;
    for (let o = offset & ~(GRANULE - 1); o >= START + HEADER && o > offset - BELOW; o -= GRANULE) {
      if (m.raw.u32(o - HEADER + R.State) === MAGIC && m.raw.ptr(o - HEADER + R.Address) === toAddress(o)) return toAddress(o);
    }
    return 0;
  }

  describe(address: Addr): PoolDescription | undefined {
    const offset = address - KERNEL_BASE;
    if (offset < START || offset >= START + this.k.mem.u32(this.k.globals.KE + KE_GLOBALS.PoolPackedNext) * PAGE_SIZE) return undefined;
    const block = this.blockBelow(offset);
    const size = block === 0 ? 0 : (this.sizeOf(block) ?? 0);
    const what = `the ${size}-byte pool block at ${hex(block)}`;
    const paged = block !== 0 && this.k.mem.u32(block - HEADER + R.Type) !== 0;
    if (block !== 0 && address < block + size) return { state: 'live', text: what, address: block, paged };
    if (block !== 0 && address < block + size + 4 * GRANULE) return { state: 'beyond', text: what, address: block };
    return { state: 'freed', text: `a pool block around ${hex(address)}`, address };
  }

  /** Records of live blocks. */
  live(): Addr[] {
    const m = this.k.mem;
    const out: Addr[] = [];
    const pages = m.u32(this.k.globals.KE + KE_GLOBALS.PoolPackedNext);
    for (let o = START; o + HEADER < START + pages * PAGE_SIZE; o += GRANULE) {
      if (m.raw.u32(o + R.State) === MAGIC && m.raw.ptr(o + R.Address) === toAddress(o + HEADER)) out.push(toAddress(o));
    }
    return out;
  }
}
