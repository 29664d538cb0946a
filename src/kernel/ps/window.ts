// User address spaces: each process has one contiguous window of linear memory (machine/abi.ts), all at USER_BASE for itself. Here is what lies where in
// a window, how windows are given out, and the first contents: headers of the exe, PEB, process parameters. The kernel writes through the window's
// kernel alias, so it can prepare a process that is not current.
import { type Addr, KERNEL_BASE, MAP, PAGE_SIZE, USER_BASE } from '../../machine/abi.js';
import { peHeader } from '../../machine/pe-header.js';
import type { Kernel } from '../kernel.js';
import {
  CLIENT_ID,
  EPROCESS,
  KPROCESS,
  LIST_ENTRY,
  PEB,
  PEB_LDR_DATA,
  PS_GLOBALS,
  RTL_USER_PROCESS_PARAMETERS,
  TEB,
} from '../layouts.gen.js';
import { releaseMappings } from '../mm/alias.js';
import { releaseViews } from '../mm/view.js';
import { setUnicode } from '../ob/strings.js';

/** What lies where in a window: offsets from its start. */
export interface WindowLayout {
  readonly size: number;
  /** Image of the executable (scenario bodies are compiled to lie here). */
  readonly image: number;
  readonly imageEnd: number;
  readonly peb: number;
  readonly parameters: number;
  readonly ldr: number;
  /** Loader data and the entries of its lists. */
  readonly ldrSize: number;
  readonly teb: number;
  readonly tebStride: number;
  readonly heap: number;
  readonly heapEnd: number;
  readonly dll: number;
  readonly dllStride: number;
  readonly dllEnd: number;
  readonly stack: number;
  /** One stack: this much, the lowest page a guard. */
  readonly stackStride: number;
}

/** An ordinary window: 32 threads. One for more threads has a TEB and a stack for each of them behind it. */
export const WINDOW: WindowLayout = {
  size: 0x400000,
  image: 0x010000,
  imageEnd: 0x100000,
  peb: 0x100000,
  parameters: 0x101000,
  ldr: 0x103000,
  ldrSize: 0x2000,
  teb: 0x110000,
  tebStride: 0x2000,
  heap: 0x150000,
  heapEnd: 0x1c0000,
  dll: 0x200000,
  dllStride: 0x10000,
  dllEnd: 0x280000,
  stack: 0x280000,
  stackStride: 0xc000,
};

/** A small window, for processes beyond the first 64: 10 threads, a heap of 64 KiB, four DLLs, stacks of 28 KiB. */
export const SMALL_WINDOW: WindowLayout = {
  size: 0x100000,
  image: 0x010000,
  imageEnd: 0x040000,
  peb: 0x040000,
  parameters: 0x041000,
  ldr: 0x043000,
  ldrSize: 0x1000,
  teb: 0x044000,
  tebStride: 0x2000,
  heap: 0x058000,
  heapEnd: 0x068000,
  dll: 0x070000,
  dllStride: 0x10000,
  dllEnd: 0x0b0000,
  stack: 0x0b0000,
  stackStride: 0x8000,
};

/** The layout of a process' window. */
export const windowOf = (k: Kernel, process: Addr): WindowLayout =>
  k.mem.u32(process + KPROCESS.UserSize) >= WINDOW.size ? WINDOW : SMALL_WINDOW;

const slotsOf = (w: WindowLayout): number => Math.min((w.heap - w.teb) / w.tebStride, (w.size - w.stack) / w.stackStride);
/** Room for one more thread behind an ordinary window. */
const MORE = WINDOW.tebStride + WINDOW.stackStride;
/** Windows are given out in pieces of this size. */
const PIECE = SMALL_WINDOW.size;
const PIECES = Math.floor((MAP.user.end - MAP.user.start) / PIECE);
/** So many windows are ordinary ones even for processes that would do with less. */
const ORDINARY = 64;
const USER_DATA = { writable: true, user: true, pageable: true } as const;

export interface Window {
  /** In linear memory. */
  readonly offset: number;
  readonly size: number;
}

const pieceUsed = (k: Kernel, i: number): boolean =>
  ((k.mem.u32(k.globals.PS + PS_GLOBALS.WindowMap + 4 * (i >> 5)) >>> (i & 31)) & 1) !== 0;

function markPieces(k: Kernel, first: number, count: number, used: boolean): void {
  for (let i = first; i < first + count; i++) {
    const word = k.globals.PS + PS_GLOBALS.WindowMap + 4 * (i >> 5);
    const bit = 1 << (i & 31);
    k.mem.setU32(word, (used ? k.mem.u32(word) | bit : k.mem.u32(word) & ~bit) >>> 0);
  }
}

/** First free run of so many pieces, -1: none. */
function findPieces(k: Kernel, count: number): number {
  for (let i = 0, run = 0; i < PIECES; i++) {
    run = pieceUsed(k, i) ? 0 : run + 1;
    if (run === count) return i + 1 - count;
  }
  return -1;
}

/**
 * Reserves a window for a process that begins with so many threads and whose image ends at `imageEnd` in it; undefined when there is no room. The first 64 windows
 * are ordinary ones, later ones small where that is enough: memory for user mode lasts for a thousand processes, or for ten thousand threads.
 */
export function allocateWindow(k: Kernel, threads = 1, imageEnd = 0): Window | undefined {
  const inUse = k.mem.u32(k.globals.PS + PS_GLOBALS.WindowCount);
  const small = inUse >= ORDINARY && threads <= slotsOf(SMALL_WINDOW) && imageEnd <= SMALL_WINDOW.imageEnd;
  const more = Math.max(0, threads - slotsOf(WINDOW) / 2);
  const wanted = small ? SMALL_WINDOW.size : threads <= slotsOf(WINDOW) ? WINDOW.size : WINDOW.size + more * MORE;
  const count = Math.ceil(wanted / PIECE);
  const first = findPieces(k, count);
  if (first < 0) return undefined;
  markPieces(k, first, count, true);
  k.mem.setU32(k.globals.PS + PS_GLOBALS.WindowCount, inUse + 1);
  return { offset: MAP.user.start + first * PIECE, size: count * PIECE };
}

/** Gives a window back in which nothing is mapped. */
export function freeWindow(k: Kernel, w: Window): void {
  markPieces(k, (w.offset - MAP.user.start) / PIECE, w.size / PIECE, false);
  const count = k.globals.PS + PS_GLOBALS.WindowCount;
  k.mem.setU32(count, k.mem.u32(count) - 1);
}

/** Unmaps everything in a process' window and gives it back. */
export function releaseWindow(k: Kernel, process: Addr): void {
  releaseViews(k, process);
  releaseMappings(k, process);
  const offset = k.mem.u32(process + KPROCESS.UserOffset);
  if (offset === 0) return;
  const size = k.mem.u32(process + KPROCESS.UserSize);
  freeWindow(k, { offset, size });
  k.mem.pages.unmap(offset, size);
  k.mem.setU32(process + KPROCESS.UserOffset, 0);
  k.mem.setU32(process + KPROCESS.UserSize, 0);
}

/** Kernel alias of a place in the window of a process. */
export const windowAlias = (k: Kernel, process: Addr, at: number): Addr => KERNEL_BASE + k.mem.u32(process + KPROCESS.UserOffset) + at;

/** Maps zeroed user pages. */
export function mapUser(k: Kernel, process: Addr, at: number, size: number, executable = false): void {
  const offset = k.mem.u32(process + KPROCESS.UserOffset) + at;
  const bytes = Math.ceil(size / PAGE_SIZE) * PAGE_SIZE;
  k.mem.clearPages(offset, bytes);
  k.mem.pages.map(offset, bytes, { ...USER_DATA, executable });
}

/** Header page of an image that has no compiled code: all of it is one section of code. */
export function writeImageHeaders(k: Kernel, alias: Addr, base: Addr, size: number, entry: number, dll: boolean): void {
  k.mem.setBytes(alias, plainHeader(base, size, entry, dll));
}

/** The same as bytes: what the file of such an image begins with. */
export const plainHeader = (base: Addr, size: number, entry: number, dll: boolean): Uint8Array =>
  peHeader({
    base: BigInt(base),
    size,
    entry,
    subsystem: 3,
    dll,
    sections: [{ name: '.text', rva: PAGE_SIZE, size: size - PAGE_SIZE, code: true, writable: false, pageable: true }],
  });

/** PEB, parameters and exe header page of a new process. `imageSize` 0: there is no compiled image, one header page stands for it. */
export function buildProcessEnvironment(k: Kernel, process: Addr, imagePath: string, commandLine: string, hasImage: boolean): void {
  const w = windowOf(k, process);
  mapUser(k, process, w.peb, PAGE_SIZE);
  mapUser(k, process, w.parameters, 2 * PAGE_SIZE);
  mapUser(k, process, w.ldr, w.ldrSize);
  if (!hasImage) {
    mapUser(k, process, w.image, PAGE_SIZE);
    writeImageHeaders(k, windowAlias(k, process, w.image), USER_BASE + w.image, 0x20000, 0x1000, false);
  }
  const m = k.mem;
  const peb = windowAlias(k, process, w.peb);
  m.setPtr(peb + PEB.ImageBaseAddress, USER_BASE + w.image);
  m.setPtr(peb + PEB.ProcessParameters, USER_BASE + w.parameters);
  m.setPtr(peb + PEB.Ldr, USER_BASE + w.ldr);
  m.setPtr(peb + PEB.ProcessHeap, USER_BASE + w.heap);
  m.setU32(peb + PEB.NumberOfProcessors, k.config.cpus);
  m.setU32(peb + PEB.OSMajorVersion, 10);
  m.setU16(peb + PEB.OSBuildNumber, k.config.windowsBuild);
  m.setU32(peb + PEB.OSPlatformId, 2);
  m.setU32(peb + PEB.SessionId, m.u32(process + EPROCESS.SessionId));
  // Loader data: initialised, but its lists are still empty when the process-create callbacks run (reference: callbacks.md 2).
  const ldr = windowAlias(k, process, w.ldr);
  m.setU32(ldr + PEB_LDR_DATA.Length, PEB_LDR_DATA.sizeof);
  for (const list of [
    PEB_LDR_DATA.InLoadOrderModuleList,
    PEB_LDR_DATA.InMemoryOrderModuleList,
    PEB_LDR_DATA.InInitializationOrderModuleList,
  ]) {
    m.setPtr(ldr + list + LIST_ENTRY.Flink, USER_BASE + w.ldr + list);
    m.setPtr(ldr + list + LIST_ENTRY.Blink, USER_BASE + w.ldr + list);
  }
  const parameters = windowAlias(k, process, w.parameters);
  m.setU32(parameters + RTL_USER_PROCESS_PARAMETERS.MaximumLength, 2 * PAGE_SIZE);
  m.setU32(parameters + RTL_USER_PROCESS_PARAMETERS.Length, 2 * PAGE_SIZE);
  m.setU32(parameters + RTL_USER_PROCESS_PARAMETERS.Flags, 1);
  let next = 0x200;
  const put = (field: number, text: string): void => {
    const limit = Math.floor((2 * PAGE_SIZE - next) / 2) - 1;
    const shown = text.slice(0, Math.max(0, limit));
    m.writeUtf16(parameters + next, shown, true);
    setUnicode(k, parameters + field, USER_BASE + w.parameters + next, shown.length * 2, shown.length * 2 + 2);
    next += (shown.length + 1) * 2;
  };
  const dos = imagePath.replace(/^\\\?\?\\/, '');
  put(RTL_USER_PROCESS_PARAMETERS.ImagePathName, dos);
  put(RTL_USER_PROCESS_PARAMETERS.CurrentDirectoryPath, dos.slice(0, dos.lastIndexOf('\\') + 1));
  put(RTL_USER_PROCESS_PARAMETERS.CommandLine, commandLine);
  m.setPtr(process + EPROCESS.Peb, USER_BASE + w.peb);
  m.setPtr(process + EPROCESS.SectionBaseAddress, USER_BASE + w.image);
  m.setU32(process + EPROCESS.HeapNext, w.heap);
  m.setU32(process + EPROCESS.DllNext, w.dll);
}

export interface UserThreadPlaces {
  readonly slot: number;
  readonly teb: Addr;
  readonly stackBase: Addr;
  readonly stackLimit: Addr;
}

/** Where TEB and stack of a thread are; undefined: the window has no such place. */
function placesOf(k: Kernel, process: Addr, slot: number): { readonly teb: number; readonly stack: number } | undefined {
  const w = windowOf(k, process);
  const slots = slotsOf(w);
  if (slot < slots) return { teb: w.teb + slot * w.tebStride, stack: w.stack + slot * w.stackStride };
  const teb = w.size + (slot - slots) * MORE;
  return teb + MORE <= k.mem.u32(process + KPROCESS.UserSize) ? { teb, stack: teb + w.tebStride } : undefined;
}

/** TEB and user stack for a new thread; undefined when the process' window has no room for another one. A place is in use when its TEB is mapped. */
export function allocateThreadPlaces(k: Kernel, process: Addr, pid: number, tid: number): UserThreadPlaces | undefined {
  const w = windowOf(k, process);
  const window = k.mem.u32(process + KPROCESS.UserOffset);
  let slot = k.mem.u32(process + EPROCESS.TebHint);
  let at = placesOf(k, process, slot);
  while (at && k.mem.pages.query(window + at.teb).mapped) at = placesOf(k, process, ++slot);
  if (!at) return undefined;
  k.mem.setU32(process + EPROCESS.TebHint, slot + 1);
  mapUser(k, process, at.teb, w.tebStride);
  mapUser(k, process, at.stack + PAGE_SIZE, w.stackStride - PAGE_SIZE);
  const teb = windowAlias(k, process, at.teb);
  const places = {
    slot,
    teb: USER_BASE + at.teb,
    stackBase: USER_BASE + at.stack + w.stackStride,
    stackLimit: USER_BASE + at.stack + PAGE_SIZE,
  };
  k.mem.setPtr(teb + TEB.StackBase, places.stackBase);
  k.mem.setPtr(teb + TEB.StackLimit, places.stackLimit);
  k.mem.setPtr(teb + TEB.Self, places.teb);
  k.mem.setPtr(teb + TEB.ProcessEnvironmentBlock, USER_BASE + w.peb);
  k.mem.setPtr(teb + TEB.ClientId + CLIENT_ID.UniqueProcess, pid);
  k.mem.setPtr(teb + TEB.ClientId + CLIENT_ID.UniqueThread, tid);
  return places;
}

/** Gives TEB and stack of an ended thread back (the process still has its window). */
export function releaseThreadPlaces(k: Kernel, process: Addr, slot: number): void {
  const offset = k.mem.u32(process + KPROCESS.UserOffset);
  const at = offset === 0 ? undefined : placesOf(k, process, slot);
  if (!at) return;
  const w = windowOf(k, process);
  k.mem.pages.unmap(offset + at.teb, w.tebStride);
  k.mem.pages.unmap(offset + at.stack, w.stackStride);
  k.mem.setU32(process + EPROCESS.TebHint, Math.min(k.mem.u32(process + EPROCESS.TebHint), slot));
}

/** Bytes of a process' window that are mapped. */
export function mappedBytes(k: Kernel, process: Addr): number {
  const offset = k.mem.u32(process + KPROCESS.UserOffset);
  let n = 0;
  for (let at = 0; at < k.mem.u32(process + KPROCESS.UserSize); at += PAGE_SIZE) if (k.mem.pages.query(offset + at).mapped) n += PAGE_SIZE;
  return n;
}
