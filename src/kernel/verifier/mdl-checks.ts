// Driver Verifier's checks of MDLs: routines of the memory manager at an IRQL that is too high, and MDLs that are not in the state that a routine needs (Microsoft's
// page on bug check 0xC4, 0x70-0x7E, 0xB0-0xB8). All are automatic checks. Where the option ddi-compliance is on, its rules see the IRQL first.
import { APC_LEVEL, DISPATCH_LEVEL } from '../ke/constants.js';
import { hex } from '../ke/dispatcher.js';
import type { Frame, Kernel } from '../kernel.js';
import { flagsOf, MdlFlag } from '../mm/mdl.js';
import type { CallCheck, CallChecks } from './call-check.js';

const USER_MODE = 1;
type Numbers = (k: Kernel, f: Frame) => readonly [number, number];

/** The stop names the IRQL and two more values. */
const below =
  (code: number, limit: number, values: Numbers): CallCheck =>
  (k, f, name) => {
    if (k.irql <= limit) return undefined;
    return k.violation(code, k.irql, ...values(k, f), `${name} at IRQL ${k.irql}: only at ${limit} or below`);
  };

/** (MemoryDescriptorList, AccessMode, ...): a user-mode mapping needs the process, so APC_LEVEL. */
const maps =
  (kernel: number, user: number): CallCheck =>
  (k, f, name) => {
    const isUser = f.u8(1) === USER_MODE;
    return below(isUser ? user : kernel, isUser ? APC_LEVEL : DISPATCH_LEVEL, () => [f.ptr(0), f.u8(1)])(k, f, name);
  };

/** (BaseAddress, MemoryDescriptorList) */
const unmaps: CallCheck = (k, f, name) => {
  const isUser = f.ptr(0) >= 0;
  return below(isUser ? 0x7a : 0x79, isUser ? APC_LEVEL : DISPATCH_LEVEL, () => [f.ptr(0), f.ptr(1)])(k, f, name);
};

const NOT_LOCKABLE = MdlFlag.PagesLocked | MdlFlag.SourceIsNonpagedPool | MdlFlag.Partial | MdlFlag.MappedToSystemVa;

const locks =
  (code: number): CallCheck =>
  (k, f, name) => {
    const mdl = f.ptr(0);
    const flags = flagsOf(k, mdl);
    if ((flags & NOT_LOCKABLE) === 0) return undefined;
    const text = `${name} of the MDL at ${hex(mdl)} whose pages are locked already, nonpaged pool, mapped, or another MDL's`;
    return k.violation(code, mdl, flags, flags & NOT_LOCKABLE, text);
  };

const unlocks: CallCheck = (k, f, name) => {
  const mdl = f.ptr(0);
  const flags = flagsOf(k, mdl);
  const of = `${name} of the MDL at ${hex(mdl)}`;
  if (flags & MdlFlag.SourceIsNonpagedPool)
    return k.violation(0x7d, mdl, flags, 0, `${of}, which describes nonpaged pool: it was never locked`);
  if (flags & MdlFlag.Partial)
    return k.violation(0xb4, mdl, flags, MdlFlag.Partial, `${of}, which is partial: unlock the MDL that it is a part of`);
  if (flags & MdlFlag.PagesLocked) return undefined;
  return k.violation(0x7c, mdl, flags, 0, `${of} whose pages are not locked: unlocked twice, or locking failed`);
};

/** A partial MDL takes its mapping with it. */
const frees: CallCheck = (k, f, name) => {
  const mdl = f.ptr(0);
  const flags = flagsOf(k, mdl);
  if (flags & MdlFlag.Partial || (flags & MdlFlag.PagesLocked) === 0 || (flags & MdlFlag.MappedToSystemVa) === 0) return undefined;
  return k.violation(
    0xb8,
    mdl,
    flags,
    0,
    `${name} of the MDL at ${hex(mdl)} whose pages are still mapped: MmUnmapLockedPages or MmUnlockPages first`,
  );
};

const at = (routines: string, check: CallCheck): CallChecks => ({ option: undefined, routines, check });

export const mdlChecks: readonly CallChecks[] = [
  at(
    'MmProbeAndLockPages',
    below(0x70, DISPATCH_LEVEL, (_, f) => [f.ptr(0), f.u8(1)]),
  ),
  at(
    'MmProbeAndLockProcessPages',
    below(0x71, DISPATCH_LEVEL, (_, f) => [f.ptr(0), f.ptr(1)]),
  ),
  at(
    'MmProbeAndLockSelectedPages',
    below(0x72, DISPATCH_LEVEL, (k, f) => [f.ptr(0), k.currentProcess()]),
  ),
  at(
    'MmMapIoSpace MmMapIoSpaceEx',
    below(0x73, DISPATCH_LEVEL, (_, f) => [f.ptr(0), f.ptr(1)]),
  ),
  at('MmMapLockedPages', maps(0x74, 0x75)),
  at('MmMapLockedPagesSpecifyCache', maps(0x76, 0x77)),
  at(
    'MmUnlockPages',
    below(0x78, DISPATCH_LEVEL, (_, f) => [f.ptr(0), 0]),
  ),
  at('MmUnmapLockedPages', unmaps),
  at(
    'MmUnmapIoSpace',
    below(0x7b, APC_LEVEL, (_, f) => [f.ptr(0), f.ptr(1)]),
  ),
  at(
    'MmAllocatePagesForMdl MmAllocatePagesForMdlEx MmFreePagesFromMdl',
    below(0x7e, DISPATCH_LEVEL, () => [DISPATCH_LEVEL, 0]),
  ),
  at('MmProbeAndLockPages', locks(0xb0)),
  at('MmProbeAndLockProcessPages', locks(0xb1)),
  at('MmUnlockPages', unlocks),
  at('IoFreeMdl', frees),
];
