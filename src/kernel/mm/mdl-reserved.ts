// Reserved mappings: a driver takes system addresses in advance (MmAllocateMappingAddress), so that it can map an MDL later without failing. The addresses are
// an alias (alias.ts); outside of a mapping they fault like any address without memory. Misuse is SYSTEM_PTE_MISUSE, bug check 0xDA (its sub-codes: U).
import type { Addr, Status } from '../../machine/abi.js';
import { hex } from '../ke/dispatcher.js';
import type { Frame, Kernel, KernelRoutine } from '../kernel.js';
import { MDL } from '../layouts.gen.js';
import { removeMapping, reservationAt, reserve, State, setReserved } from './alias.js';
import { flagsOf, MdlFlag } from './mdl.js';
import { clearSystemMapping, piecesOf, setSystemMapping } from './mdl-map.js';

const misuse = (k: Kernel, code: number, address: Addr, tag: number, what: string): Status => k.bugCheck(0xda, code, address, tag, 0, what);

/** (NumberOfBytes, PoolTag). */
function allocate(k: Kernel, f: Frame): Status {
  if (f.ptr(0) === 0) return misuse(k, 0x100, 0, f.u32(1), 'MmAllocateMappingAddress of zero bytes');
  return k.return(f.ptr(0) < 0 ? 0 : reserve(k, f.ptr(0), f.u32(1)));
}

/** (BaseAddress, PoolTag). */
function free(k: Kernel, f: Frame): Status {
  const r = reservationAt(k, f.ptr(0));
  if (!r) return misuse(k, 0x101, f.ptr(0), f.u32(1), `MmFreeMappingAddress of ${hex(f.ptr(0))}, which is no reservation (freed twice?)`);
  if (r.tag !== f.u32(1))
    return misuse(k, 0x102, f.ptr(0), f.u32(1), 'MmFreeMappingAddress with another tag than the reservation was made with');
  if (r.state !== State.MiMappingReserved)
    return misuse(
      k,
      0x103,
      f.ptr(0),
      f.u32(1),
      'MmFreeMappingAddress of a reservation in which an MDL is still mapped (MmUnmapReservedMapping is missing)',
    );
  removeMapping(k, r);
  return k.returnVoid();
}

/** (MappingAddress, PoolTag, MemoryDescriptorList, CacheType): NULL when the pages do not fit. */
function map(k: Kernel, f: Frame): Status {
  const mdl = f.ptr(2);
  const r = reservationAt(k, f.ptr(0));
  if (!r || r.tag !== f.u32(1))
    return misuse(k, 0x104, f.ptr(0), f.u32(1), `MmMapLockedPagesWithReservedMapping: ${hex(f.ptr(0))} is no reservation with this tag`);
  if (r.state !== State.MiMappingReserved)
    return misuse(k, 0x105, f.ptr(0), f.u32(1), 'MmMapLockedPagesWithReservedMapping: an MDL is mapped there already');
  const flags = flagsOf(k, mdl);
  if ((flags & (MdlFlag.PagesLocked | MdlFlag.SourceIsNonpagedPool | MdlFlag.Partial)) === 0)
    return k.bugCheck(
      0xc4,
      0xb5,
      mdl,
      flags,
      0,
      'MmMapLockedPagesWithReservedMapping of an MDL whose pages are neither locked nor nonpaged pool (U)',
    );
  const pieces = piecesOf(k, mdl);
  // frames that are not consecutive have no place in one entry
  if (pieces.length !== 1 || pieces[0].bytes > r.room) return k.return(0);
  setReserved(k, r, pieces[0], mdl);
  const address = r.address + k.mem.checked.u32(mdl + MDL.ByteOffset);
  setSystemMapping(k, mdl, flags, address);
  return k.return(address);
}

/** (BaseAddress, PoolTag, MemoryDescriptorList). */
function unmap(k: Kernel, f: Frame): Status {
  const r = reservationAt(k, f.ptr(0));
  if (!r || r.tag !== f.u32(1) || r.mdl !== f.ptr(2) || r.state === State.MiMappingReserved)
    return misuse(
      k,
      0x108,
      f.ptr(0),
      f.u32(1),
      `MmUnmapReservedMapping: the MDL is not mapped in a reservation at ${hex(f.ptr(0))} with this tag`,
    );
  setReserved(k, r, { offset: 0, bytes: 0 }, 0);
  clearSystemMapping(k, f.ptr(2), flagsOf(k, f.ptr(2)));
  return k.returnVoid();
}

export const routines: KernelRoutine[] = [
  { name: 'MmAllocateMappingAddress', cost: 30, step: allocate },
  { name: 'MmAllocateMappingAddressEx', cost: 30, step: allocate },
  { name: 'MmFreeMappingAddress', cost: 20, step: free },
  { name: 'MmMapLockedPagesWithReservedMapping', cost: 20, step: map },
  { name: 'MmUnmapReservedMapping', cost: 15, step: unmap },
];
