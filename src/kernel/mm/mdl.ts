// Memory descriptor lists: allocation, describing a buffer, locking its pages. "Physical memory" is the linear memory itself: page frame n is the page at
// offset n * 4096, and a locked user page is the same page through its kernel address, so that both sides see one memory.
import { type Addr, KERNEL_BASE, MAP, PAGE_SHIFT, PAGE_SIZE, type Status, USER_BASE } from '../../machine/abi.js';
import type { PageState } from '../../machine/pages.js';
import { DISPATCH_LEVEL } from '../ke/constants.js';
import { hex } from '../ke/dispatcher.js';
import type { Frame, Kernel, KernelRoutine } from '../kernel.js';
import { IRP, KPROCESS, MDL } from '../layouts.gen.js';
import { STATUS } from '../rtl/status.js';
import { aliasOffset, dropSystemMappings, mappings } from './alias.js';
import { lockPages, unlockPages } from './page-lock.js';
import { isUserRange, USER_END } from './probe.js';

export const MdlFlag = {
  MappedToSystemVa: 0x1,
  PagesLocked: 0x2,
  SourceIsNonpagedPool: 0x4,
  AllocatedFixedSize: 0x8,
  Partial: 0x10,
  PartialHasBeenMapped: 0x20,
  IoPageRead: 0x40,
  WriteOperation: 0x80,
  ParentMappedSystemVa: 0x100,
} as const;

const TAG = 'Mdl ';
/** MDLs of up to this many pages come from a lookaside list on Windows and say so. */
const FIXED_SIZE_PAGES = 23;
const USER_MODE = 1;
const IO_READ_ACCESS = 0;

export const flagsOf = (k: Kernel, mdl: Addr): number => k.mem.checked.u16(mdl + MDL.MdlFlags);
export const setFlags = (k: Kernel, mdl: Addr, flags: number): void => k.mem.checked.setU16(mdl + MDL.MdlFlags, flags);
const pageOffset = (a: Addr): number => a - pageOf(a);
const pageOf = (a: Addr): Addr => Math.floor(a / PAGE_SIZE) * PAGE_SIZE;
/** Pages that [va, va + length) touches. */
export const pagesSpanned = (va: Addr, length: number): number => Math.ceil((pageOffset(va) + length) / PAGE_SIZE);
export const mdlSize = (va: Addr, length: number): number => MDL.sizeof + 8 * pagesSpanned(va, length);
/** Address of entry i of the page frame array. */
export const frameAt = (mdl: Addr, i: number): Addr => mdl + MDL.sizeof + 8 * i;
export const byteCount = (k: Kernel, mdl: Addr): number => k.mem.checked.u32(mdl + MDL.ByteCount);
export const virtualAddress = (k: Kernel, mdl: Addr): Addr =>
  k.mem.checked.ptr(mdl + MDL.StartVa) + k.mem.checked.u32(mdl + MDL.ByteOffset);
export const framesOf = (k: Kernel, mdl: Addr): number =>
  Math.ceil((k.mem.checked.u32(mdl + MDL.ByteOffset) + k.mem.checked.u32(mdl + MDL.ByteCount)) / PAGE_SIZE);

/** MmInitializeMdl. */
export function initializeMdl(k: Kernel, mdl: Addr, va: Addr, length: number): void {
  const m = k.mem.checked;
  m.fill(mdl, MDL.sizeof);
  m.setU16(mdl + MDL.Size, mdlSize(va, length));
  m.setPtr(mdl + MDL.StartVa, pageOf(va));
  m.setU32(mdl + MDL.ByteOffset, pageOffset(va));
  m.setU32(mdl + MDL.ByteCount, length);
}

/** New MDL in nonpaged pool, 0 when there is no memory. */
export function allocateMdl(k: Kernel, va: Addr, length: number): Addr {
  const mdl = k.pool.allocate('nonpaged', mdlSize(va, length), TAG);
  if (mdl === 0) return 0;
  initializeMdl(k, mdl, va, length);
  if (pagesSpanned(va, length) <= FIXED_SIZE_PAGES) setFlags(k, mdl, MdlFlag.AllocatedFixedSize);
  return mdl;
}

/** Writes the page frame numbers of the described range. */
export function fillFrames(k: Kernel, mdl: Addr, firstOffset: number): void {
  for (let i = 0; i < framesOf(k, mdl); i++) k.mem.checked.setPtr(frameAt(mdl, i), (firstOffset >>> PAGE_SHIFT) + i);
}

/** (VirtualAddress, Length, SecondaryBuffer, ChargeQuota, Irp). */
function allocate(k: Kernel, f: Frame): Status {
  const mdl = allocateMdl(k, f.ptr(0), f.u32(1));
  const irp = f.ptr(4);
  if (mdl === 0 || irp === 0) return k.return(mdl);
  let at = irp + IRP.MdlAddress;
  if (f.bool(2)) {
    for (let i = 0; i < 0x10000 && k.mem.checked.ptr(at) !== 0; i++) at = k.mem.checked.ptr(at) + MDL.Next;
  }
  k.mem.checked.setPtr(at, mdl);
  return k.return(mdl);
}

function free(k: Kernel, f: Frame): Status {
  const mdl = f.ptr(0);
  const flags = flagsOf(k, mdl);
  if (flags & MdlFlag.PagesLocked && (flags & MdlFlag.Partial) === 0) {
    k.finding(
      'mdl-freed-locked',
      `IoFreeMdl of the MDL at ${hex(mdl)} whose pages are still locked (MmUnlockPages is missing): nobody can unlock them any more`,
    );
  }
  if (mappings(k, k.currentProcess(), (m) => m.mdl === mdl).length > 0) {
    k.finding(
      'mdl-freed-mapped',
      `IoFreeMdl of the MDL at ${hex(mdl)} that is still mapped into the process (MmUnmapLockedPages is missing): the process can go on using the memory`,
    );
  }
  k.pool.free(mdl);
  return k.returnVoid();
}

/** (SourceMdl, TargetMdl, VirtualAddress, Length): a part of what a locked or nonpaged MDL describes; 0 = to its end. */
function buildPartial(k: Kernel, f: Frame): Status {
  const m = k.mem.checked;
  const source = f.ptr(0);
  const target = f.ptr(1);
  const va = f.ptr(2);
  const start = virtualAddress(k, source);
  const length = f.u32(3) || start + byteCount(k, source) - va;
  if (m.u16(target + MDL.Size) < mdlSize(va, length)) {
    return k.bugCheck(
      0x40,
      target,
      m.u16(target + MDL.Size),
      mdlSize(va, length),
      0,
      'IoBuildPartialMdl: the target MDL has no room for the page frames of the range',
    );
  }
  if (va < start || va + length > start + byteCount(k, source)) return k.raiseStatus(STATUS.INVALID_PARAMETER);
  const from = flagsOf(k, source);
  m.setPtr(target + MDL.Process, m.ptr(source + MDL.Process));
  m.setPtr(target + MDL.StartVa, pageOf(va));
  m.setU32(target + MDL.ByteOffset, pageOffset(va));
  m.setU32(target + MDL.ByteCount, length);
  const firstFrame = (pageOf(va) - m.ptr(source + MDL.StartVa)) / PAGE_SIZE;
  m.copy(frameAt(target, 0), frameAt(source, firstFrame), 8 * pagesSpanned(va, length));
  let flags =
    (flagsOf(k, target) & MdlFlag.AllocatedFixedSize) | MdlFlag.Partial | (from & (MdlFlag.SourceIsNonpagedPool | MdlFlag.IoPageRead));
  if (from & (MdlFlag.MappedToSystemVa | MdlFlag.SourceIsNonpagedPool)) {
    m.setPtr(target + MDL.MappedSystemVa, m.ptr(source + MDL.MappedSystemVa) + (va - start));
    flags |= MdlFlag.MappedToSystemVa | MdlFlag.ParentMappedSystemVa;
  }
  setFlags(k, target, flags);
  return k.returnVoid();
}

/** The buffer must be resident kernel memory: anything else would describe page frames that belong to somebody else a moment later. */
function buildForNonPagedPool(k: Kernel, f: Frame): Status {
  const mdl = f.ptr(0);
  const va = virtualAddress(k, mdl);
  const o = va < 0 ? k.mem.offsetOf(va, Math.max(1, byteCount(k, mdl))) : -1;
  if (o < 0 || pageStates(k, o, byteCount(k, mdl)).some((p) => !p.mapped || p.pageable)) {
    const what = va >= 0 ? 'is user memory' : 'is pageable or not mapped';
    return k.bugCheck(
      0xc4,
      0x140,
      mdl,
      va,
      byteCount(k, mdl),
      `MmBuildMdlForNonPagedPool: the buffer at ${hex(va)} ${what}; use MmProbeAndLockPages for it`,
    );
  }
  fillFrames(k, mdl, o);
  k.mem.checked.setPtr(mdl + MDL.MappedSystemVa, va);
  k.mem.checked.setPtr(mdl + MDL.Process, 0);
  setFlags(k, mdl, flagsOf(k, mdl) | MdlFlag.SourceIsNonpagedPool);
  return k.returnVoid();
}

function pageStates(k: Kernel, offset: number, length: number): PageState[] {
  const out = [];
  for (let p = pageOf(offset); p < offset + length; p += PAGE_SIZE) out.push(k.mem.pages.query(p));
  return out;
}

/** Where each page of a buffer lies; -1 for one that is not there, by range alone. `process` 0: the current one. */
function pagesOfBuffer(k: Kernel, va: Addr, length: number, process: Addr): number[] {
  const out: number[] = [];
  for (let at = pageOf(va); at < va + Math.max(1, length); at += PAGE_SIZE) {
    if (process === 0 || at < 0) out.push(k.mem.offsetOf(at));
    else {
      const o = at - USER_BASE;
      const inWindow = o >= 0 && o < k.mem.u32(process + KPROCESS.UserSize);
      out.push(inWindow ? k.mem.u32(process + KPROCESS.UserOffset) + o : aliasOffset(k, process, at, 1, false));
    }
  }
  return out;
}

/** Raises STATUS_ACCESS_VIOLATION for memory that cannot be accessed like that. `pages`: offsets of the pages, -1 for none. */
function lockFrames(k: Kernel, mdl: Addr, mode: number, operation: number, pages: readonly number[], process: Addr, name: string): Status {
  const va = virtualAddress(k, mdl);
  const write = operation !== IO_READ_ACCESS;
  const user = mode === USER_MODE;
  const flags = flagsOf(k, mdl);
  if (flags & (MdlFlag.PagesLocked | MdlFlag.SourceIsNonpagedPool | MdlFlag.Partial)) {
    k.finding(
      'mdl-locked-twice',
      `${name} of the MDL at ${hex(mdl)} that is locked already (or describes nonpaged pool): one of the locks can never be undone`,
    );
  }
  const states = pages.map((o) => (o < 0 ? undefined : k.mem.pages.query(o)));
  if (k.irql >= DISPATCH_LEVEL && states.some((p) => !p || p.pageable || !p.mapped)) {
    return k.bugCheck(
      0xa,
      va,
      k.irql,
      write ? 1 : 0,
      k.addressOf(name),
      `${name} of pageable memory at ${hex(va)} at IRQL ${k.irql}: the pages cannot be brought in there`,
    );
  }
  // a page outside the user windows that has a user address is one that an MDL was mapped to: the mapping makes it the user's
  const reachable = (p: PageState, o: number): boolean => !user || p.user || o < MAP.user.start;
  if (states.some((p, i) => !p?.mapped || (write && !p.writable) || !reachable(p, pages[i]))) return k.raiseStatus(STATUS.ACCESS_VIOLATION);
  pages.forEach((o, i) => {
    k.mem.checked.setPtr(frameAt(mdl, i), o >>> PAGE_SHIFT);
    lockPages(k, o, PAGE_SIZE);
  });
  k.mem.checked.setPtr(mdl + MDL.Process, va >= 0 ? process : 0);
  setFlags(k, mdl, flags | MdlFlag.PagesLocked | (write ? MdlFlag.WriteOperation : 0));
  k.event('mm.mdl.lock', { mdl, address: va, bytes: byteCount(k, mdl) });
  k.machine.charge(pages.length);
  return k.returnVoid();
}

/** The frames of the buffer that the MDL describes, seen from a process. */
function probeAndLock(k: Kernel, mdl: Addr, process: Addr, mode: number, operation: number, name: string): Status {
  const va = virtualAddress(k, mdl);
  const length = byteCount(k, mdl);
  const refused = (mode === USER_MODE && !isUserRange(va, length)) || (va >= 0 && va + length > USER_END);
  const count = pagesSpanned(va, Math.max(1, length));
  const pages = refused ? new Array<number>(count).fill(-1) : pagesOfBuffer(k, va, length, process);
  return lockFrames(k, mdl, mode, operation, pages, process || k.currentProcess(), name);
}

/** (MemoryDescriptorList, SegmentArray, AccessMode, Operation): one page-aligned address for each page of the MDL. */
function probeAndLockSelected(k: Kernel, f: Frame): Status {
  const mdl = f.ptr(0);
  const pages: number[] = [];
  for (let i = 0, n = framesOf(k, mdl); i < n; i++) {
    const at = k.mem.checked.ptr(f.ptr(1) + 8 * i);
    pages.push(at % PAGE_SIZE !== 0 || (f.u8(2) === USER_MODE && !isUserRange(at, PAGE_SIZE)) ? -1 : k.mem.offsetOf(at, PAGE_SIZE));
  }
  return lockFrames(k, mdl, f.u8(2), f.u32(3), pages, k.currentProcess(), 'MmProbeAndLockSelectedPages');
}

function unlock(k: Kernel, f: Frame): Status {
  const mdl = f.ptr(0);
  const flags = flagsOf(k, mdl);
  const n = framesOf(k, mdl);
  const notLocked = (): Status =>
    k.bugCheck(0x76, 1, mdl, n, 0, 'MmUnlockPages of an MDL whose pages are not locked: unlocked twice, or locking failed');
  if ((flags & MdlFlag.PagesLocked) === 0) return notLocked();
  let ok = true;
  for (let i = 0; i < n; i++) ok = unlockPages(k, k.mem.checked.ptr(frameAt(mdl, i)) * PAGE_SIZE, PAGE_SIZE) && ok;
  if (!ok) return notLocked();
  // a mapping into the kernel ends with the lock
  dropSystemMappings(k, mdl);
  setFlags(k, mdl, flags & ~(MdlFlag.PagesLocked | MdlFlag.WriteOperation | MdlFlag.MappedToSystemVa | MdlFlag.PartialHasBeenMapped));
  k.event('mm.mdl.unlock', { mdl });
  return k.returnVoid();
}

/** Kernel address of the first byte an MDL describes, through its first page frame. */
export const systemAddress = (k: Kernel, mdl: Addr): Addr =>
  KERNEL_BASE + k.mem.checked.ptr(frameAt(mdl, 0)) * PAGE_SIZE + k.mem.checked.u32(mdl + MDL.ByteOffset);

export const routines: KernelRoutine[] = [
  { name: 'IoAllocateMdl', cost: 20, step: allocate },
  { name: 'IoFreeMdl', cost: 15, step: free },
  { name: 'IoBuildPartialMdl', step: buildPartial },
  { name: 'MmBuildMdlForNonPagedPool', step: buildForNonPagedPool },
  {
    // (MemoryDescriptorList, AccessMode, Operation)
    name: 'MmProbeAndLockPages',
    cost: 30,
    step: (k, f) => probeAndLock(k, f.ptr(0), 0, f.u8(1), f.u32(2), 'MmProbeAndLockPages'),
  },
  {
    // (MemoryDescriptorList, Process, AccessMode, Operation): the buffer is one of that process
    name: 'MmProbeAndLockProcessPages',
    cost: 40,
    step: (k, f) => probeAndLock(k, f.ptr(0), f.ptr(1), f.u8(2), f.u32(3), 'MmProbeAndLockProcessPages'),
  },
  { name: 'MmProbeAndLockSelectedPages', cost: 40, step: probeAndLockSelected },
  { name: 'MmUnlockPages', cost: 20, step: unlock },
  { name: 'MmSizeOfMdl', step: (k, f) => k.return(mdlSize(f.ptr(0), f.ptr(1))) },
  {
    // (MemoryDescriptorList or NULL, Base, Length): the old way to make one
    name: 'MmCreateMdl',
    step(k, f) {
      if (f.ptr(0) === 0) return k.return(allocateMdl(k, f.ptr(1), f.u32(2)));
      initializeMdl(k, f.ptr(0), f.ptr(1), f.u32(2));
      return k.return(f.ptr(0));
    },
  },
];
