// Copies of pages for checkpoints. Allocating a typed array costs ten times the copy itself, so pages are cut from slabs and reused; a slab none of whose
// pages is used goes back to the host, so that a history that was thinned out really holds less.
import { PAGE_SIZE } from './abi.js';

const SLAB_PAGES = 64;
const SLAB_BYTES = SLAB_PAGES * PAGE_SIZE;

interface Slab {
  readonly buffer: ArrayBufferLike;
  readonly free: Uint8Array[];
}

export class PagePool {
  private readonly slabs = new Map<ArrayBufferLike, Slab>();
  /** Slabs that have a free page; pages are taken from the last one. */
  private readonly open: Slab[] = [];
  /** Wholly free slabs among the open ones: one is kept, against allocating and dropping in turn. */
  private spare = 0;
  private used = 0;

  /** Bytes that the pool really holds, free pages of its slabs included. */
  get bytes(): number {
    return this.slabs.size * SLAB_BYTES;
  }
  /** Bytes of the pages that are in use. */
  get usedBytes(): number {
    return this.used * PAGE_SIZE;
  }

  /** A page of unspecified contents. */
  take(): Uint8Array {
    const slab = this.open.at(-1) ?? this.grow();
    if (slab.free.length === SLAB_PAGES) this.spare--;
    const page = slab.free.pop()!;
    if (slab.free.length === 0) this.open.pop();
    this.used++;
    return page;
  }

  give(page: Uint8Array): void {
    const slab = this.slabs.get(page.buffer);
    if (!slab) return;
    slab.free.push(page);
    this.used--;
    if (slab.free.length === 1) this.open.push(slab);
    if (slab.free.length < SLAB_PAGES) return;
    if (this.spare === 0) {
      this.spare = 1;
      return;
    }
    this.slabs.delete(slab.buffer);
    this.open.splice(this.open.indexOf(slab), 1);
  }

  /** Many slabs are mostly free: moving pages together would give memory back. */
  get scattered(): boolean {
    return this.bytes > 2 * this.usedBytes + 4 * SLAB_BYTES;
  }
  /** From now on pages are taken from the fullest slabs. */
  sort(): void {
    this.open.sort((a, b) => b.free.length - a.free.length);
  }
  /** The page lies in a slab that is mostly free. */
  lonely(page: Uint8Array): boolean {
    return (this.slabs.get(page.buffer)?.free.length ?? 0) > SLAB_PAGES / 2;
  }

  private grow(): Slab {
    const bytes = new Uint8Array(SLAB_BYTES);
    const free: Uint8Array[] = [];
    for (let i = SLAB_PAGES - 1; i >= 0; i--) free.push(bytes.subarray(i * PAGE_SIZE, (i + 1) * PAGE_SIZE));
    const slab: Slab = { buffer: bytes.buffer, free };
    this.slabs.set(slab.buffer, slab);
    this.open.push(slab);
    this.spare++;
    return slab;
  }
}
