// MDLs that bring their own pages (MmAllocatePagesForMdl): a run of pool pages that belongs to nobody but the MDL, and what is known about the pages of one.
import { type Addr, PAGE_SIZE, type Status, toAddress } from '../../machine/abi.js';
import type { Frame, Kernel, KernelRoutine } from '../kernel.js';
import { MDL } from '../layouts.gen.js';
import { mappings } from './alias.js';
import { byteCount, fillFrames, flagsOf, frameAt, initializeMdl, MdlFlag, mdlSize, setFlags } from './mdl.js';
import { piecesOf } from './mdl-map.js';
import { lockPages, unlockPages } from './page-lock.js';

const TAG = 'MmPg';

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
  if (mappings(k, k.currentProcess(), (m) => m.mdl === mdl).length > 0) {
    return k.bugCheck(
      0xda,
      0x1,
      mdl,
      0,
      0,
      'MmFreePagesFromMdl of pages that are still mapped into the process (MmUnmapLockedPages is missing)',
    );
  }
  const offset = k.mem.checked.ptr(frameAt(mdl, 0)) * PAGE_SIZE;
  unlockPages(k, offset, byteCount(k, mdl));
  setFlags(k, mdl, flags & ~MdlFlag.PagesLocked);
  k.pool.free(toAddress(offset));
  return k.returnVoid();
}

/** Looks at the pages themselves; Windows only says yes when it already knows (U). */
function areZero(k: Kernel, mdl: Addr): boolean {
  return piecesOf(k, mdl).every((p) => k.mem.raw.bytes(p.offset, p.bytes).every((b) => b === 0));
}

export const routines: KernelRoutine[] = [
  { name: 'MmAllocatePagesForMdl', cost: 50, step: allocatePages },
  { name: 'MmAllocatePagesForMdlEx', cost: 50, step: allocatePages },
  { name: 'MmAllocateNodePagesForMdlEx', cost: 50, step: allocatePages },
  { name: 'MmFreePagesFromMdl', cost: 30, step: freePages },
  { name: 'MmFreePagesFromMdlEx', cost: 30, step: freePages },
  { name: 'MmMdlPagesAreZero', cost: 20, step: (k, f) => k.return(areZero(k, f.ptr(0)) ? 1 : 0) },
];
