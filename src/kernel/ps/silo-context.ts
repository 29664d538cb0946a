// What drivers keep for each silo: context slots, and contexts with references and a cleanup routine (reference: ps-routines.md 5). A context lies behind a private
// header; a slot holds one reference of it.
import type { Addr, Status } from '../../machine/abi.js';
import type { Frame, Kernel, KernelRoutine } from '../kernel.js';
import { EJOB, PS_GLOBALS, PSP_SILO_CONTEXT } from '../layouts.gen.js';
import { NT } from '../ob/status.js';
import { silos } from './silo.js';

const SLOTS = 64;
const MAGIC = 0x78437353;
const MAP = PS_GLOBALS.SiloSlotMap;

const headerOf = (context: Addr): Addr => context - PSP_SILO_CONTEXT.sizeof;
export const slotAddress = (silo: Addr, slot: number): Addr => silo + EJOB.SiloSlots + 8 * slot;
const allocated = (k: Kernel, slot: number): boolean => slot < SLOTS && ((k.mem.u64(k.globals.PS + MAP) >> BigInt(slot)) & 1n) !== 0n;
const isPermanent = (k: Kernel, silo: Addr, slot: number): boolean => ((k.mem.u64(silo + EJOB.SiloPermanent) >> BigInt(slot)) & 1n) !== 0n;
const setPermanent = (k: Kernel, silo: Addr, slot: number): void =>
  k.mem.setU64(silo + EJOB.SiloPermanent, k.mem.u64(silo + EJOB.SiloPermanent) | (1n << BigInt(slot)));

/** A free slot of all silos, -1: none. */
export function allocateSlot(k: Kernel): number {
  const at = k.globals.PS + MAP;
  for (let i = 0; i < SLOTS; i++) {
    if (allocated(k, i)) continue;
    k.mem.setU64(at, k.mem.u64(at) | (1n << BigInt(i)));
    return i;
  }
  return -1;
}
export const freeSlot = (k: Kernel, slot: number): void =>
  k.mem.setU64(k.globals.PS + MAP, k.mem.u64(k.globals.PS + MAP) & ~(1n << BigInt(slot)));

/** A silo with a context in the slot, 0: none. */
export const userOfSlot = (k: Kernel, slot: number): Addr => silos(k).find((s) => k.mem.ptr(slotAddress(s, slot)) !== 0) ?? 0;

function reference(k: Kernel, context: Addr): void {
  if (context === 0) return;
  const at = headerOf(context) + PSP_SILO_CONTEXT.References;
  k.mem.setI32(at, k.mem.checked.i32(at) + 1);
}

/** PsDereferenceSiloContext as steps: the cleanup routine at zero, then the memory goes. */
function dereference(k: Kernel, f: Frame): Status {
  const context = f.ptr(0);
  if (context === 0) return k.returnVoid();
  const header = headerOf(context);
  if (f.pc === 0) {
    const left = k.mem.checked.i32(header + PSP_SILO_CONTEXT.References) - 1;
    k.mem.setI32(header + PSP_SILO_CONTEXT.References, left);
    if (left > 0) return k.returnVoid();
    const cleanup = k.mem.ptr(header + PSP_SILO_CONTEXT.Cleanup);
    if (cleanup !== 0) return k.call(f, 1, cleanup, [context]);
  }
  k.pool.free(header);
  return k.returnVoid();
}

function create(k: Kernel, f: Frame): number {
  const type = f.u32(2);
  if (type !== 512 && type !== 1) return NT.INVALID_PARAMETER; // NonPagedPoolNx, PagedPool
  const header = k.pool.allocate(type === 1 ? 'paged' : 'nonpaged', PSP_SILO_CONTEXT.sizeof + f.u32(1), 'PsSC');
  if (header === 0) return NT.INSUFFICIENT_RESOURCES;
  k.mem.fill(header, PSP_SILO_CONTEXT.sizeof + f.u32(1));
  k.mem.setU32(header + PSP_SILO_CONTEXT.Magic, MAGIC);
  k.mem.setI32(header + PSP_SILO_CONTEXT.References, 1);
  k.mem.setPtr(header + PSP_SILO_CONTEXT.Cleanup, f.ptr(3));
  k.mem.setU64(header + PSP_SILO_CONTEXT.Size, BigInt(f.u32(1)));
  k.mem.checked.setPtr(f.ptr(4), header + PSP_SILO_CONTEXT.sizeof);
  return NT.SUCCESS;
}

/** (Silo, Slot, Context): into an empty slot. */
function insert(k: Kernel, f: Frame, permanent: boolean): number {
  const [silo, slot, context] = [f.ptr(0), f.u32(1), f.ptr(2)];
  if (!allocated(k, slot)) return NT.INVALID_PARAMETER;
  if (k.mem.ptr(slotAddress(silo, slot)) !== 0) return NT.NOT_SUPPORTED;
  reference(k, context);
  k.mem.setPtr(slotAddress(silo, slot), context);
  if (permanent) setPermanent(k, silo, slot);
  return NT.SUCCESS;
}

/** (Silo, Slot, *Context) */
function get(k: Kernel, f: Frame, permanent: boolean): number {
  const [silo, slot] = [f.ptr(0), f.u32(1)];
  if (!allocated(k, slot)) return NT.INVALID_PARAMETER;
  const context = k.mem.ptr(slotAddress(silo, slot));
  if (context === 0) return NT.NOT_FOUND;
  if (permanent && !isPermanent(k, silo, slot)) return NT.NOT_SUPPORTED;
  if (!permanent) reference(k, context);
  k.mem.checked.setPtr(f.ptr(2), context);
  return NT.SUCCESS;
}

/** (Silo, Slot, New, *Old): the slot's reference of the old one is the caller's. */
function replace(k: Kernel, f: Frame): number {
  const [silo, slot, context] = [f.ptr(0), f.u32(1), f.ptr(2)];
  if (!allocated(k, slot)) return NT.INVALID_PARAMETER;
  if (isPermanent(k, silo, slot)) return NT.NOT_SUPPORTED;
  reference(k, context);
  k.mem.checked.setPtr(f.ptr(3), k.mem.ptr(slotAddress(silo, slot)));
  k.mem.setPtr(slotAddress(silo, slot), context);
  return NT.SUCCESS;
}

/** (Silo, Slot, *Removed): the slot's reference is the caller's, or goes when no place for it is given. */
function removeContext(k: Kernel, f: Frame): Status {
  if (f.pc !== 0) return k.return(NT.SUCCESS);
  const [silo, slot] = [f.ptr(0), f.u32(1)];
  if (!allocated(k, slot)) return k.return(NT.INVALID_PARAMETER);
  const context = k.mem.ptr(slotAddress(silo, slot));
  if (context === 0) return k.return(NT.NOT_FOUND);
  if (isPermanent(k, silo, slot)) return k.return(NT.NOT_SUPPORTED);
  k.mem.setPtr(slotAddress(silo, slot), 0);
  k.signalEvent(k.globals.PS + PS_GLOBALS.SiloSlotEvent, 0);
  if (f.ptr(2) === 0) return k.call(f, 1, 'PsDereferenceSiloContext', [context]);
  k.mem.checked.setPtr(f.ptr(2), context);
  return k.return(NT.SUCCESS);
}

export const routines: KernelRoutine[] = [
  {
    // (Reserved, *Slot)
    name: 'PsAllocSiloContextSlot',
    cost: 10,
    step(k, f) {
      if (f.ptr(0) !== 0) return k.return(NT.INVALID_PARAMETER);
      const slot = allocateSlot(k);
      if (slot < 0) return k.return(NT.INSUFFICIENT_RESOURCES);
      k.mem.checked.setU32(f.ptr(1), slot);
      return k.return(NT.SUCCESS);
    },
  },
  {
    name: 'PsFreeSiloContextSlot',
    cost: 10,
    step(k, f) {
      const slot = f.u32(0);
      if (!allocated(k, slot)) return k.return(NT.INVALID_PARAMETER);
      const user = userOfSlot(k, slot);
      if (user !== 0)
        return k.bugCheck(0x199, user + EJOB.SiloSlots, 0, 0, 0, `silo context slot ${slot} is freed while a silo has a context in it`);
      freeSlot(k, slot);
      return k.return(NT.SUCCESS);
    },
  },
  { name: 'PsCreateSiloContext', cost: 30, step: (k, f) => k.return(create(k, f)) },
  { name: 'PsInsertSiloContext', cost: 10, step: (k, f) => k.return(insert(k, f, false)) },
  { name: 'PsInsertPermanentSiloContext', cost: 10, step: (k, f) => k.return(insert(k, f, true)) },
  { name: 'PsReplaceSiloContext', cost: 10, step: (k, f) => k.return(replace(k, f)) },
  { name: 'PsGetSiloContext', cost: 5, step: (k, f) => k.return(get(k, f, false)) },
  { name: 'PsGetPermanentSiloContext', cost: 5, step: (k, f) => k.return(get(k, f, true)) },
  { name: 'PsRemoveSiloContext', cost: 10, step: removeContext },
  { name: 'PsReferenceSiloContext', cost: 3, step: (k, f) => (reference(k, f.ptr(0)), k.returnVoid()) },
  { name: 'PsDereferenceSiloContext', cost: 5, step: dereference },
  {
    // (Silo, Slot): read-only from now on
    name: 'PsMakeSiloContextPermanent',
    cost: 5,
    step(k, f) {
      if (!allocated(k, f.u32(1))) return k.return(NT.NOT_FOUND);
      if (k.mem.ptr(slotAddress(f.ptr(0), f.u32(1))) === 0) return k.return(NT.INVALID_PARAMETER);
      setPermanent(k, f.ptr(0), f.u32(1));
      return k.return(NT.SUCCESS);
    },
  },
  {
    // (Silo): it is gone; every slot's reference goes, permanent or not
    name: 'PspSiloDropContexts',
    locals: 1,
    step(k, f) {
      if (f.pc === 0) f.set(0, 0);
      for (let i = f.get(0); i < SLOTS; i++) {
        const context = k.mem.ptr(slotAddress(f.ptr(0), i));
        if (context === 0) continue;
        k.mem.setPtr(slotAddress(f.ptr(0), i), 0);
        k.signalEvent(k.globals.PS + PS_GLOBALS.SiloSlotEvent, 0);
        f.set(0, i + 1);
        return k.call(f, 1, 'PsDereferenceSiloContext', [context]);
      }
      return k.returnVoid();
    },
  },
];
