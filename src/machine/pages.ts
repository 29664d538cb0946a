// Page permissions (the deny table) and a deterministic first-fit page allocator. The allocator has no state of its own: a page is free exactly
// when its deny byte is DENY_UNMAPPED, so a checkpoint that holds the table holds the allocator too.
import { DENY_HOST, DENY_UNMAPPED, Deny, MEMORY_SIZE, PAGE_SHIFT, PAGE_SIZE } from './abi.js';

/** What a mapped page permits. Readable always. */
export interface Protection {
  readonly writable?: boolean;
  readonly executable?: boolean;
  /** Refused at IRQL >= DISPATCH_LEVEL. */
  readonly pageable?: boolean;
  /** User mode may touch it. */
  readonly user?: boolean;
  /** Accesses ask `memory.slowAccess` (pool state bytes). */
  readonly slow?: boolean;
}

export interface PageState extends Required<Protection> {
  readonly mapped: boolean;
  /** Not mapped but not free either (guard page, quarantined freed block). */
  readonly reserved: boolean;
}

/** Not present and not free. */
const RESERVED = DENY_UNMAPPED | Deny.Pageable;
/** Deny bytes are checkpointed in chunks of one page (4096 entries); the last one holds fewer where the memory ends in it. */
export const DENY_CHUNKS = Math.ceil((MEMORY_SIZE >>> PAGE_SHIFT) / PAGE_SIZE);

export interface Region {
  readonly start: number;
  readonly end: number;
}

export class PageTable {
  /** Chunk of the deny table changed since the last checkpoint. */
  readonly dirtyChunks = new Uint8Array(DENY_CHUNKS).fill(1);

  /** Pageable pages stay in memory: they can be touched at every IRQL. */
  resident = false;

  constructor(
    private readonly memory: {
      readonly deny: Uint8Array;
      readonly usedBlocks: Uint8Array;
    },
  ) {}

  /** Makes the pages of [offset, offset + size) present. Contents stay as they are (all zero in a fresh machine). */
  map(offset: number, size: number, protection: Protection): void {
    this.set(offset, size, this.bits(protection));
  }

  /** Changes permissions; like map, the name tells the reader that the pages were there before. */
  protect(offset: number, size: number, protection: Protection): void {
    this.set(offset, size, this.bits(protection));
  }

  private bits(p: Protection): number {
    return this.resident ? encode(p) & ~Deny.Pageable : encode(p);
  }

  /** Makes the pages absent and free. */
  unmap(offset: number, size: number): void {
    this.set(offset, size, DENY_UNMAPPED);
  }

  /** Makes the pages absent but keeps the allocator away: guard pages, freed blocks that must fault. */
  reserve(offset: number, size: number): void {
    this.set(offset, size, RESERVED);
  }

  query(offset: number): PageState {
    const d = this.memory.deny[offset >>> PAGE_SHIFT] & ~DENY_HOST;
    const mapped = (d & Deny.Read) === 0;
    return {
      mapped,
      reserved: !mapped && d !== DENY_UNMAPPED,
      writable: (d & Deny.Write) === 0,
      executable: (d & Deny.Execute) === 0,
      pageable: mapped && (d & Deny.Pageable) !== 0,
      user: mapped && (d & Deny.Supervisor) === 0,
      slow: (d & Deny.Slow) !== 0,
    };
  }

  /**
   * First fit: the lowest run of `count` free pages in the region; maps it and returns its offset, 0 when there is none.
   * `before`/`after`: guard pages to reserve around it; `align` in bytes (of the first mapped page).
   */
  allocate(
    region: Region,
    count: number,
    protection: Protection,
    options: { readonly before?: number; readonly after?: number; readonly align?: number } = {},
  ): number {
    const before = options.before ?? 0;
    const after = options.after ?? 0;
    const alignPages = Math.max(1, (options.align ?? PAGE_SIZE) >>> PAGE_SHIFT);
    const first = this.findFree(region, before, count, after, alignPages);
    if (first < 0) return 0;
    const offset = first * PAGE_SIZE;
    if (before) this.reserve(offset - before * PAGE_SIZE, before * PAGE_SIZE);
    if (after) this.reserve(offset + count * PAGE_SIZE, after * PAGE_SIZE);
    this.map(offset, count * PAGE_SIZE, protection);
    return offset;
  }

  /** Number of free pages of a region. */
  freePages(region: Region): number {
    let n = 0;
    for (let p = region.start >>> PAGE_SHIFT; p < region.end >>> PAGE_SHIFT; p++) if (this.isFree(p)) n++;
    return n;
  }

  private isFree(page: number): boolean {
    return (this.memory.deny[page] & ~DENY_HOST) === DENY_UNMAPPED;
  }

  private findFree(region: Region, before: number, count: number, after: number, align: number): number {
    const end = region.end >>> PAGE_SHIFT;
    let start = region.start >>> PAGE_SHIFT;
    while (start + before + count + after <= end) {
      const first = Math.ceil((start + before) / align) * align;
      if (first + count + after > end) return -1;
      let p = first + count + after - 1;
      while (p >= first - before && this.isFree(p)) p--;
      if (p < first - before) return first;
      start = p + 1;
      while (start < end && !this.isFree(start)) start++;
    }
    return -1;
  }

  private set(offset: number, size: number, bits: number): void {
    const deny = this.memory.deny;
    const last = (offset + size - 1) >>> PAGE_SHIFT;
    for (let p = offset >>> PAGE_SHIFT; p <= last; p++) {
      deny[p] = bits | (deny[p] & DENY_HOST);
      this.dirtyChunks[p >>> PAGE_SHIFT] = 1;
      this.memory.usedBlocks[p >>> 8] = 1;
    }
  }
}

function encode(p: Protection): number {
  return (
    (p.writable ? 0 : Deny.Write) |
    (p.executable ? 0 : Deny.Execute) |
    (p.pageable ? Deny.Pageable : 0) |
    (p.user ? 0 : Deny.Supervisor) |
    (p.slow ? Deny.Slow : 0)
  );
}
