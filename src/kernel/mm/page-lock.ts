// Locked pages: what MmProbeAndLockPages and MmLockPagableDataSection have in common. A locked page is resident, so it may be touched at any IRQL: its
// "pageable" bit is off while at least one lock is held. One byte a page in MM_GLOBALS counts the locks and remembers whether the page was pageable.
import { MAP, PAGE_SHIFT, PAGE_SIZE } from '../../machine/abi.js';
import type { Kernel } from '../kernel.js';
import { MM_GLOBALS } from '../layouts.gen.js';

const FIRST_PAGE = MAP.nt.end >>> PAGE_SHIFT;
const WAS_PAGEABLE = 0x80;
const COUNT = 0x7f;

const stateAt = (k: Kernel, page: number): number => k.globals.MM + MM_GLOBALS.PageLocks + (page - FIRST_PAGE);

/** Adds one lock to each page of [offset, offset + size) (offsets in linear memory; the pages are mapped). */
export function lockPages(k: Kernel, offset: number, size: number): void {
  eachPage(offset, size, (page) => {
    const at = stateAt(k, page);
    const old = k.mem.u8(at);
    if ((old & COUNT) === COUNT) return;
    const state = k.mem.pages.query(page * PAGE_SIZE);
    const pageable = (old & COUNT) === 0 ? state.pageable : (old & WAS_PAGEABLE) !== 0;
    if (state.pageable) k.mem.pages.protect(page * PAGE_SIZE, PAGE_SIZE, { ...state, pageable: false });
    k.mem.setU8(at, ((old & COUNT) + 1) | (pageable ? WAS_PAGEABLE : 0));
  });
}

/** Takes one lock from each page. False when a page had none (the others are unlocked all the same). */
export function unlockPages(k: Kernel, offset: number, size: number): boolean {
  let ok = true;
  eachPage(offset, size, (page) => {
    const at = stateAt(k, page);
    const old = k.mem.u8(at);
    const count = old & COUNT;
    if (count === 0) {
      ok = false;
      return;
    }
    k.mem.setU8(at, count === 1 ? 0 : old - 1);
    const state = k.mem.pages.query(page * PAGE_SIZE);
    // a page that went away while it was locked (freed block, ended process) keeps what it is now
    if (count === 1 && old & WAS_PAGEABLE && state.mapped) k.mem.pages.protect(page * PAGE_SIZE, PAGE_SIZE, { ...state, pageable: true });
  });
  return ok;
}

/** Pages of [offset, offset + size) that are locked: a process that ends with some is bug check 0x76. */
export function lockedPages(k: Kernel, offset: number, size: number): number {
  let n = 0;
  eachPage(offset, size, (page) => {
    if (k.mem.u8(stateAt(k, page)) & COUNT) n++;
  });
  return n;
}

function eachPage(offset: number, size: number, visit: (page: number) => void): void {
  if (size <= 0) return;
  const last = (offset + size - 1) >>> PAGE_SHIFT;
  for (let page = Math.max(offset >>> PAGE_SHIFT, FIRST_PAGE); page <= last; page++) visit(page);
}
