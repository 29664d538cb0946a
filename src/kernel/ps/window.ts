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
import { setUnicode } from '../ob/strings.js';

/** Places in a window (offsets from its start). */
export const WINDOW = {
  size: 0x400000,
  /** Image of the executable (scenario bodies are compiled to lie here). */
  image: 0x010000,
  imageEnd: 0x100000,
  peb: 0x100000,
  parameters: 0x101000,
  ldr: 0x103000,
  teb: 0x110000,
  tebStride: 0x2000,
  heap: 0x150000,
  heapEnd: 0x1c0000,
  dll: 0x200000,
  dllStride: 0x10000,
  dllEnd: 0x280000,
  stack: 0x280000,
  /** One stack: this much, the lowest page a guard. */
  stackStride: 0xc000,
} as const;
export const MAX_USER_THREADS = 32;
const MAX_WINDOWS = Math.floor((MAP.user.end - MAP.user.start) / WINDOW.size);
const USER_DATA = { writable: true, user: true, pageable: true } as const;

/** Reserves a window; its offset in linear memory, or 0 when all are in use. */
export function allocateWindow(k: Kernel): number {
  const map = k.globals.PS + PS_GLOBALS.WindowMap;
  for (let i = 0; i < MAX_WINDOWS; i++) {
    const word = map + 4 * (i >> 5);
    const bits = k.mem.u32(word);
    if ((bits >>> (i & 31)) & 1) continue;
    k.mem.setU32(word, (bits | (1 << (i & 31))) >>> 0);
    return MAP.user.start + i * WINDOW.size;
  }
  return 0;
}

/** Unmaps everything in a process' window and gives it back. */
export function releaseWindow(k: Kernel, process: Addr): void {
  releaseMappings(k, process);
  const offset = k.mem.u32(process + KPROCESS.UserOffset);
  if (offset === 0) return;
  const i = (offset - MAP.user.start) / WINDOW.size;
  const word = k.globals.PS + PS_GLOBALS.WindowMap + 4 * (i >> 5);
  k.mem.setU32(word, (k.mem.u32(word) & ~(1 << (i & 31))) >>> 0);
  k.mem.pages.unmap(offset, WINDOW.size);
  k.mem.setU32(process + KPROCESS.UserOffset, 0);
  k.mem.setU32(process + KPROCESS.UserSize, 0);
}

/** Kernel alias of a place in the window of a process. */
export const windowAlias = (k: Kernel, process: Addr, at: number): Addr => KERNEL_BASE + k.mem.u32(process + KPROCESS.UserOffset) + at;

/** Maps zeroed user pages. */
export function mapUser(k: Kernel, process: Addr, at: number, size: number, executable = false): void {
  const offset = k.mem.u32(process + KPROCESS.UserOffset) + at;
  const bytes = Math.ceil(size / PAGE_SIZE) * PAGE_SIZE;
  k.mem.raw.fill(offset, bytes);
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
  mapUser(k, process, WINDOW.peb, PAGE_SIZE);
  mapUser(k, process, WINDOW.parameters, 2 * PAGE_SIZE);
  mapUser(k, process, WINDOW.ldr, PAGE_SIZE);
  if (!hasImage) {
    mapUser(k, process, WINDOW.image, PAGE_SIZE);
    writeImageHeaders(k, windowAlias(k, process, WINDOW.image), USER_BASE + WINDOW.image, 0x20000, 0x1000, false);
  }
  const m = k.mem;
  const peb = windowAlias(k, process, WINDOW.peb);
  m.setPtr(peb + PEB.ImageBaseAddress, USER_BASE + WINDOW.image);
  m.setPtr(peb + PEB.ProcessParameters, USER_BASE + WINDOW.parameters);
  m.setPtr(peb + PEB.Ldr, USER_BASE + WINDOW.ldr);
  m.setPtr(peb + PEB.ProcessHeap, USER_BASE + WINDOW.heap);
  m.setU32(peb + PEB.NumberOfProcessors, k.config.cpus);
  m.setU32(peb + PEB.OSMajorVersion, 10);
  m.setU16(peb + PEB.OSBuildNumber, k.config.windowsBuild);
  m.setU32(peb + PEB.OSPlatformId, 2);
  m.setU32(peb + PEB.SessionId, m.u32(process + EPROCESS.SessionId));
  // Loader data: initialised, but its lists are still empty when the process-create callbacks run (reference: callbacks.md 2).
  const ldr = windowAlias(k, process, WINDOW.ldr);
  m.setU32(ldr + PEB_LDR_DATA.Length, PEB_LDR_DATA.sizeof);
  for (const list of [
    PEB_LDR_DATA.InLoadOrderModuleList,
    PEB_LDR_DATA.InMemoryOrderModuleList,
    PEB_LDR_DATA.InInitializationOrderModuleList,
  ]) {
    m.setPtr(ldr + list + LIST_ENTRY.Flink, USER_BASE + WINDOW.ldr + list);
    m.setPtr(ldr + list + LIST_ENTRY.Blink, USER_BASE + WINDOW.ldr + list);
  }
  const parameters = windowAlias(k, process, WINDOW.parameters);
  m.setU32(parameters + RTL_USER_PROCESS_PARAMETERS.MaximumLength, 2 * PAGE_SIZE);
  m.setU32(parameters + RTL_USER_PROCESS_PARAMETERS.Length, 2 * PAGE_SIZE);
  m.setU32(parameters + RTL_USER_PROCESS_PARAMETERS.Flags, 1);
  let next = 0x200;
  const put = (field: number, text: string): void => {
    const limit = Math.floor((2 * PAGE_SIZE - next) / 2) - 1;
    const shown = text.slice(0, Math.max(0, limit));
    m.writeUtf16(parameters + next, shown, true);
    setUnicode(k, parameters + field, USER_BASE + WINDOW.parameters + next, shown.length * 2, shown.length * 2 + 2);
    next += (shown.length + 1) * 2;
  };
  const dos = imagePath.replace(/^\\\?\?\\/, '');
  put(RTL_USER_PROCESS_PARAMETERS.ImagePathName, dos);
  put(RTL_USER_PROCESS_PARAMETERS.CurrentDirectoryPath, dos.slice(0, dos.lastIndexOf('\\') + 1));
  put(RTL_USER_PROCESS_PARAMETERS.CommandLine, commandLine);
  m.setPtr(process + EPROCESS.Peb, USER_BASE + WINDOW.peb);
  m.setPtr(process + EPROCESS.SectionBaseAddress, USER_BASE + WINDOW.image);
  m.setU32(process + EPROCESS.HeapNext, WINDOW.heap);
  m.setU32(process + EPROCESS.DllNext, WINDOW.dll);
}

export interface UserThreadPlaces {
  readonly slot: number;
  readonly teb: Addr;
  readonly stackBase: Addr;
  readonly stackLimit: Addr;
}

/** TEB and user stack for a new thread; undefined when the process has 32 threads already. */
export function allocateThreadPlaces(k: Kernel, process: Addr, pid: number, tid: number): UserThreadPlaces | undefined {
  const used = k.mem.u32(process + EPROCESS.TebSlots);
  let slot = 0;
  while (slot < MAX_USER_THREADS && (used >>> slot) & 1) slot++;
  if (slot === MAX_USER_THREADS) return undefined;
  k.mem.setU32(process + EPROCESS.TebSlots, (used | (1 << slot)) >>> 0);
  const tebAt = WINDOW.teb + slot * WINDOW.tebStride;
  const stackAt = WINDOW.stack + slot * WINDOW.stackStride;
  mapUser(k, process, tebAt, WINDOW.tebStride);
  mapUser(k, process, stackAt + PAGE_SIZE, WINDOW.stackStride - PAGE_SIZE);
  const teb = windowAlias(k, process, tebAt);
  const places = {
    slot,
    teb: USER_BASE + tebAt,
    stackBase: USER_BASE + stackAt + WINDOW.stackStride,
    stackLimit: USER_BASE + stackAt + PAGE_SIZE,
  };
  k.mem.setPtr(teb + TEB.StackBase, places.stackBase);
  k.mem.setPtr(teb + TEB.StackLimit, places.stackLimit);
  k.mem.setPtr(teb + TEB.Self, places.teb);
  k.mem.setPtr(teb + TEB.ProcessEnvironmentBlock, USER_BASE + WINDOW.peb);
  k.mem.setPtr(teb + TEB.ClientId + CLIENT_ID.UniqueProcess, pid);
  k.mem.setPtr(teb + TEB.ClientId + CLIENT_ID.UniqueThread, tid);
  return places;
}

/** Gives TEB and stack of an ended thread back (the process still has its window). */
export function releaseThreadPlaces(k: Kernel, process: Addr, slot: number): void {
  if (k.mem.u32(process + KPROCESS.UserOffset) === 0) return;
  const offset = k.mem.u32(process + KPROCESS.UserOffset);
  k.mem.pages.unmap(offset + WINDOW.teb + slot * WINDOW.tebStride, WINDOW.tebStride);
  k.mem.pages.unmap(offset + WINDOW.stack + slot * WINDOW.stackStride, WINDOW.stackStride);
  k.mem.setU32(process + EPROCESS.TebSlots, (k.mem.u32(process + EPROCESS.TebSlots) & ~(1 << slot)) >>> 0);
}

/** Bytes of a process' window that are mapped. */
export function mappedBytes(k: Kernel, process: Addr): number {
  const offset = k.mem.u32(process + KPROCESS.UserOffset);
  let n = 0;
  for (let at = 0; at < k.mem.u32(process + KPROCESS.UserSize); at += PAGE_SIZE) if (k.mem.pages.query(offset + at).mapped) n += PAGE_SIZE;
  return n;
}
