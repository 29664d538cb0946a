// Security descriptors from one form into the other, and what looks at a self-relative one as bytes of known length: nobody has checked those yet, so every
// offset is held against the length before it is followed. Parts of a new self-relative one lie in the order SACL, DACL, owner, group.
import type { Addr } from '../../machine/abi.js';
import type { Frame, Kernel, KernelRoutine } from '../kernel.js';
import {
  ACCESS_ALLOWED_ACE as ACE,
  ACL,
  ACE_HEADER as H,
  SECURITY_DESCRIPTOR_RELATIVE as REL,
  SECURITY_DESCRIPTOR as SD,
  SID,
} from '../layouts.gen.js';
import { aceAt, validAcl } from './acl.js';
import { control, type Part, part, REVISION, SELF_RELATIVE, validDescriptor } from './security-descriptor.js';
import { equalSids, lengthOfSid, sidSize, validSid } from './sid.js';
import { STATUS } from './status.js';

const ORDER: readonly Part[] = ['Sacl', 'Dacl', 'Owner', 'Group'];
const round = (n: number): number => (n + 3) & ~3;

/** Bytes of a part, 0 when there is none. */
function sizeOf(k: Kernel, sd: Addr, name: Part): number {
  const at = part(k, sd, name);
  if (at === 0) return 0;
  return round(name === 'Owner' || name === 'Group' ? lengthOfSid(k, at) : k.mem.checked.u16(at + ACL.AclSize));
}

/** (AbsoluteSD, SelfRelativeSD, BufferLength): the length is stored also when the buffer is too small. */
function toRelative(k: Kernel, f: Frame): number {
  const m = k.mem.checked;
  const from = f.ptr(0);
  const to = f.ptr(1);
  if (control(k, from) & SELF_RELATIVE) return STATUS.BAD_DESCRIPTOR_FORMAT;
  const sizes = ORDER.map((name) => sizeOf(k, from, name));
  const total = sizes.reduce((a, b) => a + b, REL.sizeof);
  const room = m.u32(f.ptr(2));
  m.setU32(f.ptr(2), total);
  if (room < total) return STATUS.BUFFER_TOO_SMALL;
  m.fill(to, REL.sizeof);
  m.setU8(to + REL.Revision, m.u8(from + SD.Revision));
  m.setU8(to + REL.Sbz1, m.u8(from + SD.Sbz1));
  m.setU16(to + REL.Control, control(k, from) | SELF_RELATIVE);
  let at = REL.sizeof;
  ORDER.forEach((name, i) => {
    if (sizes[i] === 0) return;
    m.copy(to + at, part(k, from, name), sizes[i]);
    m.setU32(to + REL[name], at);
    at += sizes[i];
  });
  return STATUS.SUCCESS;
}

/** (SelfRelativeSD, AbsoluteSD, its size, Dacl, size, Sacl, size, Owner, size, PrimaryGroup, size): all sizes are stored when one is too small. */
function toAbsolute(k: Kernel, f: Frame): number {
  const m = k.mem.checked;
  const from = f.ptr(0);
  if ((control(k, from) & SELF_RELATIVE) === 0) return STATUS.BAD_DESCRIPTOR_FORMAT;
  const parts = [
    { name: 'Dacl', at: 3 },
    { name: 'Sacl', at: 5 },
    { name: 'Owner', at: 7 },
    { name: 'Group', at: 9 },
  ] as const;
  const sizes = parts.map((p) => sizeOf(k, from, p.name));
  const rooms = parts.map((p) => m.u32(f.ptr(p.at + 1)));
  const fits = m.u32(f.ptr(2)) >= SD.sizeof && sizes.every((n, i) => n <= rooms[i]);
  if (!fits) {
    m.setU32(f.ptr(2), SD.sizeof);
    parts.forEach((p, i) => m.setU32(f.ptr(p.at + 1), sizes[i]));
    return STATUS.BUFFER_TOO_SMALL;
  }
  const to = f.ptr(1);
  m.fill(to, SD.sizeof);
  m.setU8(to + SD.Revision, m.u8(from + REL.Revision));
  m.setU8(to + SD.Sbz1, m.u8(from + REL.Sbz1));
  m.setU16(to + SD.Control, control(k, from) & ~SELF_RELATIVE);
  parts.forEach((p, i) => {
    if (sizes[i] === 0) return;
    m.copy(f.ptr(p.at), part(k, from, p.name), sizes[i]);
    m.setPtr(to + SD[p.name], f.ptr(p.at));
  });
  return STATUS.SUCCESS;
}

/** (SecurityDescriptor, Length, RequiredInformation): OWNER 1, GROUP 2, DACL 4 must be there; everything lies inside the length. */
function validRelative(k: Kernel, sd: Addr, length: number, required: number): boolean {
  const m = k.mem.checked;
  if (length < REL.sizeof || m.u8(sd + REL.Revision) !== REVISION || (control(k, sd) & SELF_RELATIVE) === 0) return false;
  const bit: Record<Part, number> = { Owner: 1, Group: 2, Dacl: 4, Sacl: 0 };
  for (const name of ORDER) {
    const isAcl = name === 'Dacl' || name === 'Sacl';
    const present = isAcl ? (control(k, sd) & (name === 'Dacl' ? 0x4 : 0x10)) !== 0 : true;
    const offset = present ? m.u32(sd + REL[name]) : 0;
    if (offset === 0) {
      // a DACL that is present and NULL grants everything, and is one
      if (required & bit[name] && !(name === 'Dacl' && present)) return false;
      continue;
    }
    if (offset % 4 !== 0 || offset < REL.sizeof || offset + (isAcl ? ACL.sizeof : SID.SubAuthority) > length) return false;
    const at = sd + offset;
    if (isAcl ? offset + m.u16(at + ACL.AclSize) > length || !validAcl(k, at) : !validSid(k, at) || offset + lengthOfSid(k, at) > length)
      return false;
  }
  return true;
}

/** (SecurityDescriptor, OldSid, NewSid, NumChanges): only SIDs of one length can take each other's place. */
function replaceSid(k: Kernel, f: Frame): number {
  const [sd, old, fresh] = [f.ptr(0), f.ptr(1), f.ptr(2)];
  const m = k.mem.checked;
  if (!validDescriptor(k, sd)) return STATUS.INVALID_SECURITY_DESCR;
  if (!validSid(k, old) || !validSid(k, fresh) || lengthOfSid(k, old) !== lengthOfSid(k, fresh)) return STATUS.INVALID_SID;
  let changes = 0;
  const replace = (at: Addr): void => {
    if (!equalSids(k, at, old)) return;
    m.copy(at, fresh, lengthOfSid(k, fresh));
    changes++;
  };
  for (const name of ['Owner', 'Group'] as const) if (part(k, sd, name) !== 0) replace(part(k, sd, name));
  for (const name of ['Dacl', 'Sacl'] as const) {
    const acl = part(k, sd, name);
    if (acl === 0) continue;
    for (let i = 0; i < m.u16(acl + ACL.AceCount); i++) {
      const at = aceAt(k, acl, i);
      if (at < 0) break;
      // types 0 to 3 (allowed, denied, audit, alarm) hold a mask and a SID
      if (m.u8(acl + at + H.AceType) <= 3 && m.u16(acl + at + H.AceSize) >= ACE.SidStart + sidSize(1)) replace(acl + at + ACE.SidStart);
    }
  }
  m.setU32(f.ptr(3), changes);
  return STATUS.SUCCESS;
}

export const routines: KernelRoutine[] = [
  { name: 'RtlAbsoluteToSelfRelativeSD', cost: 30, step: (k, f) => k.return(toRelative(k, f)) },
  { name: 'RtlSelfRelativeToAbsoluteSD', cost: 30, step: (k, f) => k.return(toAbsolute(k, f)) },
  {
    name: 'RtlValidRelativeSecurityDescriptor',
    cost: 20,
    step: (k, f) => k.return(validRelative(k, f.ptr(0), f.u32(1), f.u32(2)) ? 1 : 0),
  },
  { name: 'RtlReplaceSidInSd', cost: 30, step: (k, f) => k.return(replaceSid(k, f)) },
];
