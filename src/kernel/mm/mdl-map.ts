// Mapping what an MDL describes, and MDLs that bring their own pages. Page frames of one MDL are consecutive here, because every buffer lies in one piece in
// linear memory; a mapping therefore only names an address that exists already, and unmapping only takes the name away.
import { type Addr, PAGE_SIZE, type Status, toAddress, USER_BASE } from '../../machine/abi.js';
import { hex } from '../ke/dispatcher.js';
import type { Frame, Kernel, KernelRoutine } from '../kernel.js';
import { MDL } from '../layouts.gen.js';
import { STATUS } from '../rtl/status.js';
import { byteCount, fillFrames, flagsOf, frameAt, initializeMdl, MdlFlag, mdlSize, setFlags, systemAddress } from './mdl.js';
import { lockPages, unlockPages } from './page-lock.js';

const USER_MODE = 1;
const TAG = 'MmPg';

/** User address of the MDL's memory in the current process, 0 when it lies elsewhere (another process, or kernel memory). */
function userAlias(k: Kernel, mdl: Addr): Addr {
  const r = k.mem.registers;
  const o = k.mem.checked.ptr(frameAt(mdl, 0)) * PAGE_SIZE - r.userOffset;
  return r.userSize > 0 && o >= 0 && o + byteCount(k, mdl) <= r.userSize ? USER_BASE + o + k.mem.checked.u32(mdl + MDL.ByteOffset) : 0;
}

/** (MemoryDescriptorList, AccessMode, ...). */
function map(k: Kernel, f: Frame): Status {
  const mdl = f.ptr(0);
  const flags = flagsOf(k, mdl);
  if ((flags & (MdlFlag.PagesLocked | MdlFlag.SourceIsNonpagedPool | MdlFlag.Partial)) === 0) {
    return k.bugCheck(
      0xc4,
      0xb5,
      mdl,
      flags,
      0,
      'MmMapLockedPages of an MDL whose pages are neither locked nor nonpaged pool: its page frames mean nothing (U)',
    );
  }
  if (f.u8(1) === USER_MODE) {
    const user = userAlias(k, mdl);
    if (user !== 0) return k.return(user);
    // a process has one window of memory, nothing else can appear in it: fails like a full address space
    k.event('mm.mdl.mapuser', { mdl, result: 'not simulated: kernel memory or memory of another process in a user address space' });
    return k.raiseStatus(STATUS.INSUFFICIENT_RESOURCES);
  }
  if (flags & MdlFlag.MappedToSystemVa) {
    k.finding(
      'mdl-mapped-twice',
      `MmMapLockedPages of the MDL at ${hex(mdl)} that is mapped already: one of the mappings leaks (use MmGetSystemAddressForMdlSafe)`,
    );
    return k.return(k.mem.checked.ptr(mdl + MDL.MappedSystemVa));
  }
  if (flags & MdlFlag.SourceIsNonpagedPool) return k.return(k.mem.checked.ptr(mdl + MDL.MappedSystemVa));
  const address = systemAddress(k, mdl);
  k.mem.checked.setPtr(mdl + MDL.MappedSystemVa, address);
  setFlags(k, mdl, flags | MdlFlag.MappedToSystemVa | (flags & MdlFlag.Partial ? MdlFlag.PartialHasBeenMapped : 0));
  k.event('mm.mdl.map', { mdl, address, bytes: byteCount(k, mdl) });
  return k.return(address);
}

/** (BaseAddress, MemoryDescriptorList). */
function unmap(k: Kernel, f: Frame): Status {
  const mdl = f.ptr(1);
  const flags = flagsOf(k, mdl);
  if (f.ptr(0) >= 0) {
    if (f.ptr(0) === userAlias(k, mdl)) return k.returnVoid();
  } else if (flags & MdlFlag.MappedToSystemVa && k.mem.checked.ptr(mdl + MDL.MappedSystemVa) === f.ptr(0)) {
    setFlags(k, mdl, flags & ~(MdlFlag.MappedToSystemVa | MdlFlag.PartialHasBeenMapped | MdlFlag.ParentMappedSystemVa));
    k.mem.checked.setPtr(mdl + MDL.MappedSystemVa, 0);
    k.event('mm.mdl.unmap', { mdl });
    return k.returnVoid();
  }
  return k.bugCheck(
    0xda,
    0x1,
    mdl,
    f.ptr(0),
    0,
    `MmUnmapLockedPages of ${hex(f.ptr(0))}, which is not where the MDL is mapped (unmapped twice, or another address)`,
  );
}

/** (LowAddress, HighAddress, SkipBytes, TotalBytes, ...): zeroed pages; as many as there are, here all or none. */
function allocatePages(k: Kernel, f: Frame): Status {
  const bytes = Math.ceil(f.ptr(3) / PAGE_SIZE) * PAGE_SIZE;
  if (bytes <= 0 || bytes > 0x4000_0000) return k.return(0);
  const mdl = k.pool.allocate('nonpaged', mdlSize(0, bytes), 'Mdl ');
  const pages = mdl === 0 ? 0 : k.pool.allocate('nonpaged', bytes, TAG);
  if (pages === 0) {
    if (mdl !== 0) k.pool.free(mdl);
    return k.return(0);
  }
  const offset = k.mem.offsetOf(pages, bytes);
  k.mem.fill(pages, bytes);
  initializeMdl(k, mdl, 0, bytes);
  fillFrames(k, mdl, offset);
  lockPages(k, offset, bytes);
  setFlags(k, mdl, MdlFlag.PagesLocked);
  k.machine.charge(bytes >> 12);
  return k.return(mdl);
}

/** Gives the pages back; the MDL itself is freed by its owner with ExFreePool. */
function freePages(k: Kernel, f: Frame): Status {
  const mdl = f.ptr(0);
  const flags = flagsOf(k, mdl);
  if ((flags & MdlFlag.PagesLocked) === 0)
    return k.bugCheck(0x76, 1, mdl, 0, 0, 'MmFreePagesFromMdl of an MDL whose pages are not there (freed twice?)');
  if (flags & MdlFlag.MappedToSystemVa) {
    return k.bugCheck(
      0xda,
      0x1,
      mdl,
      k.mem.checked.ptr(mdl + MDL.MappedSystemVa),
      0,
      'MmFreePagesFromMdl of pages that are still mapped (MmUnmapLockedPages is missing)',
    );
  }
  const offset = k.mem.checked.ptr(frameAt(mdl, 0)) * PAGE_SIZE;
  unlockPages(k, offset, byteCount(k, mdl));
  setFlags(k, mdl, flags & ~MdlFlag.PagesLocked);
  k.pool.free(toAddress(offset));
  return k.returnVoid();
}

/** (MemoryDescriptorList, NumberOfBytes): forgets the first bytes. */
function advance(k: Kernel, f: Frame): Status {
  const m = k.mem.checked;
  const mdl = f.ptr(0);
  const by = f.u32(1);
  if (by >= byteCount(k, mdl)) return k.return(STATUS.INVALID_PARAMETER);
  const from = m.u32(mdl + MDL.ByteOffset) + by;
  const pages = Math.floor(from / PAGE_SIZE);
  const left = Math.ceil((from - pages * PAGE_SIZE + byteCount(k, mdl) - by) / PAGE_SIZE);
  if (flagsOf(k, mdl) & MdlFlag.PagesLocked) {
    for (let i = 0; i < pages; i++) unlockPages(k, m.ptr(frameAt(mdl, i)) * PAGE_SIZE, PAGE_SIZE);
  }
  m.copy(frameAt(mdl, 0), frameAt(mdl, pages), 8 * left);
  m.setPtr(mdl + MDL.StartVa, m.ptr(mdl + MDL.StartVa) + pages * PAGE_SIZE);
  m.setU32(mdl + MDL.ByteOffset, from - pages * PAGE_SIZE);
  m.setU32(mdl + MDL.ByteCount, byteCount(k, mdl) - by);
  if (flagsOf(k, mdl) & (MdlFlag.MappedToSystemVa | MdlFlag.SourceIsNonpagedPool))
    m.setPtr(mdl + MDL.MappedSystemVa, m.ptr(mdl + MDL.MappedSystemVa) + by);
  return k.return(STATUS.SUCCESS);
}

export const routines: KernelRoutine[] = [
  { name: 'MmMapLockedPages', cost: 20, step: map },
  { name: 'MmMapLockedPagesSpecifyCache', cost: 20, step: map },
  { name: 'MmMapLockedPagesSpecifyCache_NXOptIn', cost: 20, step: map },
  { name: 'MmUnmapLockedPages', cost: 15, step: unmap },
  { name: 'MmAllocatePagesForMdl', cost: 50, step: allocatePages },
  { name: 'MmAllocatePagesForMdlEx', cost: 50, step: allocatePages },
  { name: 'MmFreePagesFromMdl', cost: 30, step: freePages },
  { name: 'MmFreePagesFromMdlEx', cost: 30, step: freePages },
  { name: 'MmAdvanceMdl', step: advance },
  { name: 'MmAreMdlPagesCached', step: (k) => k.return(1) },
];
