// Access control lists: a header and entries one behind the other. Only what drivers build and look through; access checks are the security room's.
import type { Addr, Status } from '../../machine/abi.js';
import type { Frame, Kernel, KernelRoutine } from '../kernel.js';
import { ACCESS_ALLOWED_ACE as ACE, ACL, ACE_HEADER as H } from '../layouts.gen.js';
import { lengthOfSid, validSid } from './sid.js';
import { STATUS } from './status.js';

const MIN_REVISION = 2;
const MAX_REVISION = 4;
export const ACCESS_ALLOWED = 0;

/** End of the entries, or -1 when they do not fit in the ACL. */
function endOfAces(k: Kernel, acl: Addr): number {
  const m = k.mem.checked;
  const size = m.u16(acl + ACL.AclSize);
  let at = ACL.sizeof;
  for (let i = 0; i < m.u16(acl + ACL.AceCount); i++) {
    if (at + H.sizeof > size) return -1;
    const length = m.u16(acl + at + H.AceSize);
    if (length < H.sizeof || at + length > size) return -1;
    at += length;
  }
  return at;
}
export const validAcl = (k: Kernel, acl: Addr): boolean => {
  const revision = k.mem.checked.u8(acl + ACL.AclRevision);
  return (
    revision >= MIN_REVISION && revision <= MAX_REVISION && k.mem.checked.u16(acl + ACL.AclSize) >= ACL.sizeof && endOfAces(k, acl) >= 0
  );
};

/** Offset of entry `index`, or -1. */
export function aceAt(k: Kernel, acl: Addr, index: number): number {
  if (index >= k.mem.checked.u16(acl + ACL.AceCount) || endOfAces(k, acl) < 0) return -1;
  let at = ACL.sizeof;
  for (let i = 0; i < index; i++) at += k.mem.checked.u16(acl + at + H.AceSize);
  return at;
}

function addAllowed(k: Kernel, acl: Addr, revision: number, flags: number, mask: number, sid: Addr): number {
  const m = k.mem.checked;
  if (!validSid(k, sid)) return STATUS.INVALID_SID;
  if (!validAcl(k, acl)) return STATUS.INVALID_ACL;
  if (revision < MIN_REVISION || revision > MAX_REVISION || m.u8(acl + ACL.AclRevision) > MAX_REVISION) return STATUS.REVISION_MISMATCH;
  const at = endOfAces(k, acl);
  const size = ACE.SidStart + lengthOfSid(k, sid);
  if (at + size > m.u16(acl + ACL.AclSize)) return STATUS.ALLOTTED_SPACE_EXCEEDED;
  m.setU8(acl + at + H.AceType, ACCESS_ALLOWED);
  m.setU8(acl + at + H.AceFlags, flags);
  m.setU16(acl + at + H.AceSize, size);
  m.setU32(acl + at + ACE.Mask, mask);
  m.copy(acl + at + ACE.SidStart, sid, lengthOfSid(k, sid));
  m.setU16(acl + ACL.AceCount, m.u16(acl + ACL.AceCount) + 1);
  m.setU8(acl + ACL.AclRevision, Math.max(m.u8(acl + ACL.AclRevision), revision));
  return STATUS.SUCCESS;
}

/** Takes the entry out by moving what follows. */
function deleteAce(k: Kernel, acl: Addr, index: number): number {
  const m = k.mem.checked;
  const at = aceAt(k, acl, index);
  if (at < 0) return STATUS.INVALID_PARAMETER;
  const size = m.u16(acl + at + H.AceSize);
  const end = endOfAces(k, acl);
  m.copy(acl + at, acl + at + size, end - at - size);
  m.setU16(acl + ACL.AceCount, m.u16(acl + ACL.AceCount) - 1);
  return STATUS.SUCCESS;
}

/** RtlAddAce: entries of a list of `length` bytes before entry `index` (beyond the last: at the end). */
function addAces(k: Kernel, acl: Addr, revision: number, index: number, list: Addr, length: number): number {
  const m = k.mem.checked;
  if (!validAcl(k, acl)) return STATUS.INVALID_PARAMETER;
  if (revision < MIN_REVISION || revision > MAX_REVISION) return STATUS.INVALID_PARAMETER;
  let count = 0;
  for (let at = 0; at < length; count++) {
    const size = at + H.sizeof <= length ? m.u16(list + at + H.AceSize) : 0;
    if (size < H.sizeof || at + size > length) return STATUS.INVALID_PARAMETER;
    at += size;
  }
  const end = endOfAces(k, acl);
  if (end + length > m.u16(acl + ACL.AclSize)) return STATUS.BUFFER_TOO_SMALL;
  const place = aceAt(k, acl, index);
  const at = place < 0 ? end : place;
  const bytes = length === 0 ? new Uint8Array() : m.bytes(list, length).slice();
  if (end > at) m.setBytes(acl + at + length, m.bytes(acl + at, end - at).slice());
  if (length > 0) m.setBytes(acl + at, bytes);
  m.setU16(acl + ACL.AceCount, m.u16(acl + ACL.AceCount) + count);
  m.setU8(acl + ACL.AclRevision, Math.max(m.u8(acl + ACL.AclRevision), revision));
  return STATUS.SUCCESS;
}

export const routines: KernelRoutine[] = [
  {
    name: 'RtlCreateAcl',
    step(k: Kernel, f: Frame): Status {
      const size = f.u32(1);
      if (size < ACL.sizeof) return k.return(STATUS.BUFFER_TOO_SMALL);
      if (size > 0xffff || f.u32(2) < MIN_REVISION || f.u32(2) > MAX_REVISION) return k.return(STATUS.INVALID_PARAMETER);
      k.mem.checked.fill(f.ptr(0), ACL.sizeof);
      k.mem.checked.setU8(f.ptr(0) + ACL.AclRevision, f.u32(2));
      k.mem.checked.setU16(f.ptr(0) + ACL.AclSize, size & ~3);
      return k.return(STATUS.SUCCESS);
    },
  },
  { name: 'RtlAddAccessAllowedAce', step: (k, f) => k.return(addAllowed(k, f.ptr(0), f.u32(1), 0, f.u32(2), f.ptr(3))) },
  { name: 'RtlAddAccessAllowedAceEx', step: (k, f) => k.return(addAllowed(k, f.ptr(0), f.u32(1), f.u32(2), f.u32(3), f.ptr(4))) },
  {
    name: 'RtlGetAce',
    step(k, f) {
      const at = aceAt(k, f.ptr(0), f.u32(1));
      if (at < 0) return k.return(STATUS.INVALID_PARAMETER);
      k.mem.checked.setPtr(f.ptr(2), f.ptr(0) + at);
      return k.return(STATUS.SUCCESS);
    },
  },
  { name: 'RtlAddAce', step: (k, f) => k.return(addAces(k, f.ptr(0), f.u32(1), f.u32(2), f.ptr(3), f.u32(4))) },
  { name: 'RtlDeleteAce', step: (k, f) => k.return(deleteAce(k, f.ptr(0), f.u32(1))) },
  {
    // (AccessMask, GenericMapping): GENERIC_READ, WRITE, EXECUTE, ALL become the mapping's specific bits
    name: 'RtlMapGenericMask',
    step(k, f) {
      let mask = k.mem.checked.u32(f.ptr(0));
      [0x80000000, 0x40000000, 0x20000000, 0x10000000].forEach((bit, i) => {
        if (mask & bit) mask = (mask | k.mem.checked.u32(f.ptr(1) + 4 * i)) >>> 0;
      });
      k.mem.checked.setU32(f.ptr(0), mask & 0x0fffffff);
      return k.returnVoid();
    },
  },
];
