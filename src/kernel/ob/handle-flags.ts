// Flags of a handle: inheritance and protection from close (ObSetHandleAttributes, NtSetInformationObject, ObjectHandleFlagInformation of NtQueryObject).
import type { Addr, Status } from '../../machine/abi.js';
import type { Frame, Kernel, KernelRoutine } from '../kernel.js';
import { HANDLE_TABLE_ENTRY } from '../layouts.gen.js';
import { OBJ_INHERIT, PROTECT_FROM_CLOSE } from './handle-table.js';
import { findHandle } from './reference.js';
import { makeServices, previousMode, probeUser } from './service.js';
import { NT } from './status.js';

const OBJECT_HANDLE_FLAG_INFORMATION = 4;

/** OBJECT_HANDLE_FLAG_INFORMATION {Inherit, ProtectFromClose} at `flags`. */
function setFlags(k: Kernel, handle: Addr, flags: Addr, mode: number): number {
  const c = k.mem.checked;
  const [inherit, protect] = [c.u8(flags) !== 0, c.u8(flags + 1) !== 0];
  const found = findHandle(k, handle, mode);
  if (!found) return NT.INVALID_HANDLE;
  const at = found.entry + HANDLE_TABLE_ENTRY.Attributes;
  const rest = k.mem.u32(at) & ~(OBJ_INHERIT | PROTECT_FROM_CLOSE);
  k.mem.setU32(at, rest | (inherit ? OBJ_INHERIT : 0) | (protect ? PROTECT_FROM_CLOSE : 0));
  return NT.SUCCESS;
}

/** The two bytes of a handle with these attributes. */
export const handleFlags = (attributes: number): Uint8Array =>
  new Uint8Array([attributes & OBJ_INHERIT ? 1 : 0, attributes & PROTECT_FROM_CLOSE ? 1 : 0]);

/** (Handle, Class, Buffer, Length) */
function setInformation(k: Kernel, f: Frame): Status {
  if (f.u32(1) !== OBJECT_HANDLE_FLAG_INFORMATION) return k.return(NT.INVALID_INFO_CLASS);
  if (f.u32(3) !== 2) return k.return(NT.INFO_LENGTH_MISMATCH);
  probeUser(k, f.ptr(2), 2);
  return k.return(setFlags(k, f.ptr(0), f.ptr(2), previousMode(k)));
}

export const routines: KernelRoutine[] = [
  ...makeServices([{ name: 'SetInformationObject', args: 4, step: setInformation }]),
  { name: 'ObSetHandleAttributes', cost: 10, step: (k, f) => k.return(setFlags(k, f.ptr(0), f.ptr(1), f.u8(2))) },
];
