// Mapping what an MDL describes. Into the kernel a mapping is only the kernel address that the pages have anyway, as long as the frames are consecutive, and
// unmapping takes the name away. Into a process it is the address in its own window when the memory lies there, else an alias (alias.ts); so are frames
// that are not consecutive (MmProbeAndLockSelectedPages) and reserved mappings (mdl-reserved.ts).
import { type Addr, PAGE_SIZE, type Status, USER_BASE } from '../../machine/abi.js';
import { hex } from '../ke/dispatcher.js';
import type { Frame, Kernel, KernelRoutine } from '../kernel.js';
import { MDL } from '../layouts.gen.js';
import { STATUS } from '../rtl/status.js';
import { addMapping, mappings, type Piece, removeMapping, State } from './alias.js';
import { byteCount, flagsOf, frameAt, framesOf, MdlFlag, setFlags, systemAddress } from './mdl.js';
import { unlockPages } from './page-lock.js';
import { USER_END } from './probe.js';

const USER_MODE = 1;
const NO_WRITE = 0x80000000;
/** PAGE_NOACCESS to PAGE_EXECUTE_READWRITE without the copy-on-write ones. */
const PROTECTIONS = [0x1, 0x2, 0x4, 0x10, 0x20, 0x40];

const byteOffset = (k: Kernel, mdl: Addr): number => k.mem.checked.u32(mdl + MDL.ByteOffset);

/** User address of the MDL's memory in the current process' window, 0 when it lies elsewhere (another process, or kernel memory). */
function windowAddress(k: Kernel, mdl: Addr): Addr {
  const r = k.mem.registers;
  const o = k.mem.checked.ptr(frameAt(mdl, 0)) * PAGE_SIZE - r.userOffset;
  return r.userSize > 0 && o >= 0 && o + byteCount(k, mdl) <= r.userSize ? USER_BASE + o + byteOffset(k, mdl) : 0;
}

/** The frames as pieces of linear memory, consecutive ones in one piece. */
export function piecesOf(k: Kernel, mdl: Addr): Piece[] {
  const out: { offset: number; bytes: number }[] = [];
  for (let i = 0, n = framesOf(k, mdl); i < n; i++) {
    const offset = k.mem.checked.ptr(frameAt(mdl, i)) * PAGE_SIZE;
    const last = out[out.length - 1];
    if (last && last.offset + last.bytes === offset) last.bytes += PAGE_SIZE;
    else out.push({ offset, bytes: PAGE_SIZE });
  }
  return out;
}

/** (MemoryDescriptorList, AccessMode, CacheType, RequestedAddress, BugCheckOnFailure, Priority): user mode raises when it does not work. */
function mapUser(k: Kernel, mdl: Addr, requested: Addr, readOnly: boolean): Status {
  const r = k.mem.registers;
  const inWindow = windowAddress(k, mdl);
  if (inWindow !== 0 && (requested === 0 || requested === inWindow)) return k.return(inWindow);
  // the System process has no user address space to map into
  if (r.userSize === 0) return k.raiseStatus(STATUS.INVALID_PARAMETER);
  const pieces = piecesOf(k, mdl);
  const bytes = pieces.reduce((n, p) => n + p.bytes, 0);
  const window = requested < USER_BASE + r.userSize && USER_BASE < requested + bytes;
  if (requested !== 0 && (requested < 0x10000 || requested % PAGE_SIZE !== 0 || requested + bytes > USER_END || window))
    return k.raiseStatus(STATUS.CONFLICTING_ADDRESSES);
  const base = addMapping(k, k.currentProcess(), requested, pieces, mdl, readOnly ? State.MiMappingReadOnly : State.MiMappingReadWrite);
  if (base === 0) return k.raiseStatus(requested === 0 ? STATUS.INSUFFICIENT_RESOURCES : STATUS.CONFLICTING_ADDRESSES);
  k.event('mm.mdl.mapuser', { mdl, address: base, bytes });
  k.machine.charge(pieces.length);
  return k.return(base + byteOffset(k, mdl));
}

/** Kernel address of the MDL's memory: its own, or an alias when its frames are not consecutive. 0 when the table is full. */
function systemMapping(k: Kernel, mdl: Addr): Addr {
  const pieces = piecesOf(k, mdl);
  if (pieces.length <= 1) return systemAddress(k, mdl);
  const base = addMapping(k, 0, 0, pieces, mdl, State.MiMappingReadWrite);
  return base === 0 ? 0 : base + byteOffset(k, mdl);
}

const mapping = (name: string, withAddress: boolean): KernelRoutine => ({
  name,
  cost: 20,
  step(k, f) {
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
    if (f.u8(1) === USER_MODE) return mapUser(k, mdl, withAddress ? f.ptr(3) : 0, withAddress && (f.u32(5) & NO_WRITE) !== 0);
    return mapSystem(k, mdl, flags);
  },
});

function mapSystem(k: Kernel, mdl: Addr, flags: number): Status {
  if (flags & MdlFlag.MappedToSystemVa) {
    k.finding(
      'mdl-mapped-twice',
      `MmMapLockedPages of the MDL at ${hex(mdl)} that is mapped already: one of the mappings leaks (use MmGetSystemAddressForMdlSafe)`,
    );
    return k.return(k.mem.checked.ptr(mdl + MDL.MappedSystemVa));
  }
  if (flags & MdlFlag.SourceIsNonpagedPool) return k.return(k.mem.checked.ptr(mdl + MDL.MappedSystemVa));
  const address = systemMapping(k, mdl);
  if (address === 0) return k.return(0);
  setSystemMapping(k, mdl, flags, address);
  return k.return(address);
}

/** Notes in the MDL where it is mapped. */
export function setSystemMapping(k: Kernel, mdl: Addr, flags: number, address: Addr): void {
  k.mem.checked.setPtr(mdl + MDL.MappedSystemVa, address);
  setFlags(k, mdl, flags | MdlFlag.MappedToSystemVa | (flags & MdlFlag.Partial ? MdlFlag.PartialHasBeenMapped : 0));
  k.event('mm.mdl.map', { mdl, address, bytes: byteCount(k, mdl) });
}
/** The MDL is mapped there: not any more. */
export function clearSystemMapping(k: Kernel, mdl: Addr, flags: number): void {
  setFlags(k, mdl, flags & ~(MdlFlag.MappedToSystemVa | MdlFlag.PartialHasBeenMapped | MdlFlag.ParentMappedSystemVa));
  k.mem.checked.setPtr(mdl + MDL.MappedSystemVa, 0);
  k.event('mm.mdl.unmap', { mdl });
}

/** Takes away the aliases of an MDL; false when it has none at that address. */
function removeAliases(k: Kernel, process: Addr, mdl: Addr, base: Addr): boolean {
  const all = mappings(k, process, (m) => m.mdl === mdl);
  if (!all.some((m) => base >= m.address && base < m.address + m.bytes)) return false;
  for (const m of all) removeMapping(k, m);
  return true;
}

/** (BaseAddress, MemoryDescriptorList). */
function unmap(k: Kernel, f: Frame): Status {
  const base = f.ptr(0);
  const mdl = f.ptr(1);
  const flags = flagsOf(k, mdl);
  if (base >= 0) {
    if (base === windowAddress(k, mdl)) return k.returnVoid();
    if (removeAliases(k, k.currentProcess(), mdl, base)) {
      k.event('mm.mdl.unmap', { mdl });
      return k.returnVoid();
    }
  } else if (flags & MdlFlag.MappedToSystemVa && k.mem.checked.ptr(mdl + MDL.MappedSystemVa) === base) {
    removeAliases(k, 0, mdl, base);
    clearSystemMapping(k, mdl, flags);
    return k.returnVoid();
  }
  return k.bugCheck(
    0xda,
    0x1,
    mdl,
    base,
    0,
    `MmUnmapLockedPages of ${hex(base)}, which is not where the MDL is mapped ${base >= 0 ? 'in the current process ' : ''}(unmapped twice, or another address)`,
  );
}

/**
 * (MemoryDescriptorList, NewProtect). The pages have one kernel address here, so the protection of a mapping is not enforced: a write to a mapping that was
 * made read-only does not fault (U).
 */
function protect(k: Kernel, f: Frame): Status {
  const flags = flagsOf(k, f.ptr(0));
  if (!PROTECTIONS.includes(f.u32(1) & 0xff)) return k.return(STATUS.INVALID_PAGE_PROTECTION);
  return k.return(flags & MdlFlag.MappedToSystemVa ? STATUS.SUCCESS : STATUS.NOT_MAPPED_VIEW);
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
  mapping('MmMapLockedPages', false),
  mapping('MmMapLockedPagesSpecifyCache', true),
  mapping('MmMapLockedPagesSpecifyCache_NXOptIn', true),
  { name: 'MmUnmapLockedPages', cost: 15, step: unmap },
  { name: 'MmProtectMdlSystemAddress', step: protect },
  { name: 'MmAdvanceMdl', step: advance },
  { name: 'MmAreMdlPagesCached', step: (k) => k.return(1) },
];
