// Security descriptors: building absolute ones and reading both forms. The self-relative form holds offsets where the absolute one holds pointers.
import type { Addr } from '../../machine/abi.js';
import type { Kernel, KernelRoutine } from '../kernel.js';
import { ACL, SECURITY_DESCRIPTOR_RELATIVE as REL, SECURITY_DESCRIPTOR as SD } from '../layouts.gen.js';
import { validAcl } from './acl.js';
import { lengthOfSid, validSid } from './sid.js';
import { STATUS } from './status.js';

export const REVISION = 1;
const OWNER_DEFAULTED = 0x1;
const GROUP_DEFAULTED = 0x2;
const DACL_PRESENT = 0x4;
const DACL_DEFAULTED = 0x8;
const SACL_PRESENT = 0x10;
const SACL_DEFAULTED = 0x20;
export const SELF_RELATIVE = 0x8000;

export type Part = 'Owner' | 'Group' | 'Sacl' | 'Dacl';

export const control = (k: Kernel, sd: Addr): number => k.mem.checked.u16(sd + SD.Control);
const setBits = (k: Kernel, sd: Addr, mask: number, bits: number): void =>
  k.mem.checked.setU16(sd + SD.Control, (control(k, sd) & ~mask) | bits);

/** Address of a part, 0 when there is none. */
export function part(k: Kernel, sd: Addr, name: Part): Addr {
  if (name === 'Dacl' && (control(k, sd) & DACL_PRESENT) === 0) return 0;
  if (name === 'Sacl' && (control(k, sd) & SACL_PRESENT) === 0) return 0;
  if ((control(k, sd) & SELF_RELATIVE) === 0) return k.mem.checked.ptr(sd + SD[name]);
  const offset = k.mem.checked.u32(sd + REL[name]);
  return offset === 0 ? 0 : sd + offset;
}

/** Are its parts what they should be? */
export function validDescriptor(k: Kernel, sd: Addr): boolean {
  if (sd === 0 || k.mem.checked.u8(sd + SD.Revision) !== REVISION) return false;
  for (const name of ['Owner', 'Group'] as const) {
    const sid = part(k, sd, name);
    if (sid !== 0 && !validSid(k, sid)) return false;
  }
  for (const name of ['Dacl', 'Sacl'] as const) {
    const acl = part(k, sd, name);
    if (acl !== 0 && !validAcl(k, acl)) return false;
  }
  return true;
}

export function descriptorLength(k: Kernel, sd: Addr): number {
  const round = (n: number): number => (n + 3) & ~3;
  let n: number = (control(k, sd) & SELF_RELATIVE) !== 0 ? REL.sizeof : SD.sizeof;
  for (const name of ['Owner', 'Group'] as const) {
    const sid = part(k, sd, name);
    if (sid !== 0) n += round(lengthOfSid(k, sid));
  }
  for (const name of ['Dacl', 'Sacl'] as const) {
    const acl = part(k, sd, name);
    if (acl !== 0) n += round(k.mem.checked.u16(acl + ACL.AclSize));
  }
  return n;
}

/** Owner or group: (SecurityDescriptor, Sid, Defaulted). */
const setSid = (name: string, which: 'Owner' | 'Group', defaulted: number): KernelRoutine => ({
  name,
  step(k, f) {
    const sd = f.ptr(0);
    if (k.mem.checked.u8(sd + SD.Revision) !== REVISION) return k.return(STATUS.UNKNOWN_REVISION);
    if (control(k, sd) & SELF_RELATIVE) return k.return(STATUS.INVALID_SECURITY_DESCR);
    k.mem.checked.setPtr(sd + SD[which], f.ptr(1));
    setBits(k, sd, defaulted, f.bool(2) ? defaulted : 0);
    return k.return(STATUS.SUCCESS);
  },
});
/** (SecurityDescriptor, Present, Acl, Defaulted). */
const setAcl = (name: string, which: 'Dacl' | 'Sacl', present: number, defaulted: number): KernelRoutine => ({
  name,
  step(k, f) {
    const sd = f.ptr(0);
    if (k.mem.checked.u8(sd + SD.Revision) !== REVISION) return k.return(STATUS.UNKNOWN_REVISION);
    if (control(k, sd) & SELF_RELATIVE) return k.return(STATUS.INVALID_SECURITY_DESCR);
    setBits(k, sd, present | defaulted, f.bool(1) ? present | (f.bool(3) ? defaulted : 0) : 0);
    if (f.bool(1)) k.mem.checked.setPtr(sd + SD[which], f.ptr(2));
    return k.return(STATUS.SUCCESS);
  },
});
const getSid = (name: string, which: 'Owner' | 'Group', defaulted: number): KernelRoutine => ({
  name,
  step(k, f) {
    if (k.mem.checked.u8(f.ptr(0) + SD.Revision) !== REVISION) return k.return(STATUS.UNKNOWN_REVISION);
    k.mem.checked.setPtr(f.ptr(1), part(k, f.ptr(0), which));
    k.mem.checked.setU8(f.ptr(2), control(k, f.ptr(0)) & defaulted ? 1 : 0);
    return k.return(STATUS.SUCCESS);
  },
});
/** (SecurityDescriptor, Present, Acl, Defaulted): the last two are only written when there is one. */
const getAcl = (name: string, which: 'Dacl' | 'Sacl', present: number, defaulted: number): KernelRoutine => ({
  name,
  step(k, f) {
    const sd = f.ptr(0);
    if (k.mem.checked.u8(sd + SD.Revision) !== REVISION) return k.return(STATUS.UNKNOWN_REVISION);
    const has = (control(k, sd) & present) !== 0;
    k.mem.checked.setU8(f.ptr(1), has ? 1 : 0);
    if (has) {
      k.mem.checked.setPtr(f.ptr(2), part(k, sd, which));
      k.mem.checked.setU8(f.ptr(3), control(k, sd) & defaulted ? 1 : 0);
    }
    return k.return(STATUS.SUCCESS);
  },
});
const create = (name: string, size: number, bits: number): KernelRoutine => ({
  name,
  step(k, f) {
    if (f.u32(1) !== REVISION) return k.return(STATUS.UNKNOWN_REVISION);
    k.mem.checked.fill(f.ptr(0), size);
    k.mem.checked.setU8(f.ptr(0) + SD.Revision, REVISION);
    k.mem.checked.setU16(f.ptr(0) + SD.Control, bits);
    return k.return(STATUS.SUCCESS);
  },
});

export const routines: KernelRoutine[] = [
  create('RtlCreateSecurityDescriptor', SD.sizeof, 0),
  create('RtlCreateSecurityDescriptorRelative', REL.sizeof, SELF_RELATIVE),
  setAcl('RtlSetDaclSecurityDescriptor', 'Dacl', DACL_PRESENT, DACL_DEFAULTED),
  setAcl('RtlSetSaclSecurityDescriptor', 'Sacl', SACL_PRESENT, SACL_DEFAULTED),
  setSid('RtlSetOwnerSecurityDescriptor', 'Owner', OWNER_DEFAULTED),
  setSid('RtlSetGroupSecurityDescriptor', 'Group', GROUP_DEFAULTED),
  getAcl('RtlGetDaclSecurityDescriptor', 'Dacl', DACL_PRESENT, DACL_DEFAULTED),
  getAcl('RtlGetSaclSecurityDescriptor', 'Sacl', SACL_PRESENT, SACL_DEFAULTED),
  getSid('RtlGetOwnerSecurityDescriptor', 'Owner', OWNER_DEFAULTED),
  getSid('RtlGetGroupSecurityDescriptor', 'Group', GROUP_DEFAULTED),
  { name: 'RtlValidSecurityDescriptor', step: (k, f) => k.return(validDescriptor(k, f.ptr(0)) ? 1 : 0) },
  { name: 'RtlLengthSecurityDescriptor', step: (k, f) => k.return(descriptorLength(k, f.ptr(0))) },
];
