// Copies of pages for checkpoints. Allocating a typed array costs ten times the copy itself, so pages are cut from slabs and reused.
import { PAGE_SIZE } from './abi.js';

const SLAB_PAGES = 256;

export class PagePool {
  private readonly free: Uint8Array[] = [];

  /** A page of unspecified contents. */
  take(): Uint8Array {
    const page = this.free.pop();
    if (page) return page;
    const slab = new Uint8Array(SLAB_PAGES * PAGE_SIZE);
    for (let i = 1; i < SLAB_PAGES; i++) this.free.push(slab.subarray(i * PAGE_SIZE, (i + 1) * PAGE_SIZE));
    return slab.subarray(0, PAGE_SIZE);
  }

  give(page: Uint8Array): void {
    this.free.push(page);
  }
}
