// Ranges of user memory that were allocated with NtAllocateVirtualMemory: a list in each process, one byte of protection a page (0: reserved only). They lie in
// the free parts of the process window (ps/window.ts): between the image and the PEB, and between heap and DLLs. That is small: 1.2 MB a process, 128 KiB in a small window.
import { type Addr, PAGE_SHIFT, PAGE_SIZE, USER_BASE } from '../../machine/abi.js';
import type { Kernel } from '../kernel.js';
import { EPROCESS, KPROCESS, MM_VAD } from '../layouts.gen.js';
import { windowOf } from '../ps/window.js';
import { entries, initListHead, insertTail, remove } from '../rtl/list.js';

export const GRANULARITY = 0x10000;
/** Parts of a window that allocations may take, highest first. */
function roomOf(k: Kernel, process: Addr): readonly (readonly [number, number])[] {
  const w = windowOf(k, process);
  return [
    [Math.ceil(w.heapEnd / GRANULARITY) * GRANULARITY, w.dll],
    [w.image + GRANULARITY, w.imageEnd],
  ];
}

export const Protect = {
  NoAccess: 1,
  ReadOnly: 2,
  ReadWrite: 4,
  Execute: 0x10,
  ExecuteRead: 0x20,
  ExecuteReadWrite: 0x40,
} as const;
const ALL: readonly number[] = Object.values(Protect);
export const isProtection = (p: number): boolean => ALL.includes(p);

const head = (process: Addr): Addr => process + EPROCESS.VadList;

export function vads(k: Kernel, process: Addr): Addr[] {
  return k.mem.ptr(head(process)) === 0 ? [] : entries(k.mem, head(process)).map((e) => e - MM_VAD.Link);
}
/** First page (from the start of the window) and number of pages. */
export const firstPage = (k: Kernel, vad: Addr): number => k.mem.u32(vad + MM_VAD.FirstPage);
export const pageCount = (k: Kernel, vad: Addr): number => k.mem.u32(vad + MM_VAD.Pages);
/** Protection of a page by its index in the range, 0: reserved. */
export const protectionOf = (k: Kernel, vad: Addr, i: number): number => k.mem.u8(vad + MM_VAD.Protection + i);

/** Range that holds a page of the window, 0: none. */
export const vadAt = (k: Kernel, process: Addr, page: number): Addr =>
  vads(k, process).find((v) => page >= firstPage(k, v) && page < firstPage(k, v) + pageCount(k, v)) ?? 0;

/** Nothing is mapped or reserved in these pages of the window. */
export function isFree(k: Kernel, process: Addr, page: number, count: number): boolean {
  const base = k.mem.u32(process + KPROCESS.UserOffset);
  for (let p = page; p < page + count; p++) {
    const state = k.mem.pages.query(base + p * PAGE_SIZE);
    if (state.mapped || state.reserved || vadAt(k, process, p) !== 0) return false;
  }
  return roomOf(k, process).some(([from, to]) => page * PAGE_SIZE >= from && (page + count) * PAGE_SIZE <= to);
}

/** A free place for so many pages, -1: none. */
export function findRoom(k: Kernel, process: Addr, count: number): number {
  for (const [from, to] of roomOf(k, process))
    for (let at = from; at + count * PAGE_SIZE <= to; at += GRANULARITY)
      if (isFree(k, process, at >> PAGE_SHIFT, count)) return at >> PAGE_SHIFT;
  return -1;
}

/** Reserves pages; the new range, 0: out of memory. */
export function reserve(k: Kernel, process: Addr, page: number, count: number, protect: number): Addr {
  const vad = k.pool.allocate('nonpaged', MM_VAD.Protection + count, 'VadS');
  if (vad === 0) return 0;
  k.mem.fill(vad, MM_VAD.Protection + count);
  if (k.mem.ptr(head(process)) === 0) initListHead(k.mem, head(process));
  k.mem.setU32(vad + MM_VAD.FirstPage, page);
  k.mem.setU32(vad + MM_VAD.Pages, count);
  k.mem.setU32(vad + MM_VAD.AllocationProtect, protect);
  insertTail(k.mem, head(process), vad + MM_VAD.Link);
  return vad;
}

/** Gives a page of the window its rights. */
export function applyProtection(k: Kernel, process: Addr, page: number, protect: number): void {
  const offset = k.mem.u32(process + KPROCESS.UserOffset) + page * PAGE_SIZE;
  if (protect === Protect.NoAccess) return k.mem.pages.reserve(offset, PAGE_SIZE);
  k.mem.pages.map(offset, PAGE_SIZE, {
    user: true,
    pageable: true,
    writable: protect === Protect.ReadWrite || protect === Protect.ExecuteReadWrite,
    executable: protect >= Protect.Execute,
  });
}

/** Commits a page (zeroed when it was not) or changes its protection; 0 decommits. */
export function setPage(k: Kernel, process: Addr, vad: Addr, i: number, protect: number): void {
  const page = firstPage(k, vad) + i;
  const offset = k.mem.u32(process + KPROCESS.UserOffset) + page * PAGE_SIZE;
  if (protect === 0) k.mem.pages.unmap(offset, PAGE_SIZE);
  else {
    if (protectionOf(k, vad, i) === 0) k.mem.clearPages(offset, PAGE_SIZE);
    applyProtection(k, process, page, protect);
  }
  k.mem.setU8(vad + MM_VAD.Protection + i, protect);
}

export function release(k: Kernel, process: Addr, vad: Addr): void {
  k.mem.pages.unmap(k.mem.u32(process + KPROCESS.UserOffset) + firstPage(k, vad) * PAGE_SIZE, pageCount(k, vad) * PAGE_SIZE);
  remove(k.mem, vad + MM_VAD.Link);
  k.pool.free(vad);
}

/** The process goes: only the records, its window is unmapped as a whole. */
export function forgetVads(k: Kernel, process: Addr): void {
  for (const vad of vads(k, process)) {
    remove(k.mem, vad + MM_VAD.Link);
    k.pool.free(vad);
  }
}

export const pageAddress = (page: number): Addr => USER_BASE + page * PAGE_SIZE;
