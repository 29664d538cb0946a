// SeAccessCheck and its relatives. Access of user mode is decided by the discretionary list of the descriptor: entries in order, the first that speaks of a
// right decides it; the owner may always read and write the descriptor. Kernel mode gets what it asks. Integrity labels are not simulated (everybody is high).
import type { Addr, Status } from '../../machine/abi.js';
import type { Frame, Kernel, KernelRoutine } from '../kernel.js';
import {
  ACL,
  EPROCESS,
  ETHREAD,
  GENERIC_MAPPING,
  PRIVILEGE_SET,
  SECURITY_DESCRIPTOR,
  SECURITY_SUBJECT_CONTEXT,
  SEP_TOKEN,
} from '../layouts.gen.js';
import { stopNotSimulated } from '../not-simulated.js';
import { referenceObject } from '../ob/object.js';
import { KERNEL_MODE } from '../ob/service.js';
import { NT } from '../ob/status.js';
import { groupsOf, integrityLevel, type Sid, sidBytes, tokenStructure, userOf } from './token-information.js';

const MAXIMUM_ALLOWED = 0x02000000;
const ACCESS_SYSTEM_SECURITY = 0x01000000;
const OWNER_RIGHTS = 0x60000; // READ_CONTROL | WRITE_DAC
const SE_DACL_PRESENT = 4;
const SE_SELF_RELATIVE = 0x8000;
const SELF_RELATIVE = { Owner: 4, Dacl: 16 } as const;
const ALLOWED = 0;
const DENIED = 1;
const INHERIT_ONLY = 8;
const USED_FOR_ACCESS = 0x80000000;
const TAG = 'SeTo';

function mapGeneric(k: Kernel, access: number, mapping: Addr): number {
  const c = k.mem.checked;
  let mapped = access & 0x0fffffff;
  for (const [bit, field] of [
    [0x80000000, GENERIC_MAPPING.GenericRead],
    [0x40000000, GENERIC_MAPPING.GenericWrite],
    [0x20000000, GENERIC_MAPPING.GenericExecute],
    [0x10000000, GENERIC_MAPPING.GenericAll],
  ] as const)
    if (access & bit) mapped |= c.u32(mapping + field);
  return mapped;
}

/** Does the SID at an address name the account or one of its groups? */
function isMember(k: Kernel, token: Addr, sid: Addr): boolean {
  const there = k.mem.checked.bytes(sid, 8 + 4 * k.mem.checked.u8(sid + 1));
  const same = (s: Sid): boolean => {
    const b = sidBytes(s);
    return b.length === there.length && b.every((x, i) => x === there[i]);
  };
  return same(userOf(k, token)) || groupsOf(k, token).some(same);
}

/** Owner or list of a descriptor in either form, 0: none. */
function part(k: Kernel, sd: Addr, which: 'Owner' | 'Dacl'): Addr {
  const c = k.mem.checked;
  if ((c.u16(sd + SECURITY_DESCRIPTOR.Control) & SE_SELF_RELATIVE) === 0) return c.ptr(sd + SECURITY_DESCRIPTOR[which]);
  const offset = c.u32(sd + SELF_RELATIVE[which]);
  return offset === 0 ? 0 : sd + offset;
}

/** Rights that the descriptor gives the token. */
function granted(k: Kernel, sd: Addr, token: Addr, mapping: Addr): number {
  const c = k.mem.checked;
  const present = (c.u16(sd + SECURITY_DESCRIPTOR.Control) & SE_DACL_PRESENT) !== 0;
  const acl = present ? part(k, sd, 'Dacl') : 0;
  if (acl === 0) return c.u32(mapping + GENERIC_MAPPING.GenericAll);
  const owner = part(k, sd, 'Owner');
  let allowed = owner !== 0 && isMember(k, token, owner) ? OWNER_RIGHTS : 0;
  let denied = 0;
  let at = acl + ACL.sizeof;
  const end = acl + c.u16(acl + ACL.AclSize);
  for (let i = 0; i < c.u16(acl + ACL.AceCount) && at + 8 <= end; i++) {
    const type = c.u8(at);
    if ((type === ALLOWED || type === DENIED) && (c.u8(at + 1) & INHERIT_ONLY) === 0 && isMember(k, token, at + 8)) {
      const mask = mapGeneric(k, c.u32(at + 4), mapping);
      if (type === ALLOWED) allowed |= mask & ~denied;
      else denied |= mask & ~allowed;
    }
    at += Math.max(8, c.u16(at + 2));
  }
  return allowed;
}

/** (SecurityDescriptor, SubjectContext, Locked, Desired, PreviouslyGranted, *Privileges, GenericMapping, AccessMode, *Granted, *Status) */
function accessCheck(k: Kernel, f: Frame): Status {
  const c = k.mem.checked;
  const mapping = f.ptr(6);
  if (f.ptr(5) !== 0) c.setPtr(f.ptr(5), 0);
  const answer = (access: number, status: number): Status => {
    c.setU32(f.ptr(8), access >>> 0);
    c.setI32(f.ptr(9), status);
    return k.return(status === NT.SUCCESS ? 1 : 0);
  };
  const previous = f.u32(4);
  const desired = mapGeneric(k, f.u32(3) & ~MAXIMUM_ALLOWED, mapping);
  const maximum = (f.u32(3) & MAXIMUM_ALLOWED) !== 0;
  if (f.u8(7) === KERNEL_MODE)
    return answer(previous | (maximum ? c.u32(mapping + GENERIC_MAPPING.GenericAll) | desired : desired), NT.SUCCESS);
  if (f.ptr(0) === 0) return answer(0, NT.ACCESS_DENIED);
  const client = c.ptr(f.ptr(1) + SECURITY_SUBJECT_CONTEXT.ClientToken);
  const token = client !== 0 ? client : c.ptr(f.ptr(1) + SECURITY_SUBJECT_CONTEXT.PrimaryToken);
  // every privilege is held, SeSecurityPrivilege too
  const rights = granted(k, f.ptr(0), token, mapping) | ACCESS_SYSTEM_SECURITY;
  if ((desired & ~rights & ~previous) !== 0) return answer(0, NT.ACCESS_DENIED);
  return answer(previous | desired | (maximum ? rights & ~ACCESS_SYSTEM_SECURITY : 0), NT.SUCCESS);
}

/** (Token, Class, *Information): small values in the caller's word, structures in paged pool that the caller frees. */
function queryToken(k: Kernel, f: Frame): Status {
  const c = k.mem.checked;
  const [token, kind, out] = [f.ptr(0), f.u32(1), f.ptr(2)];
  const word = kind === 12 ? c.u32(token + SEP_TOKEN.SessionId) : kind === 25 ? integrityLevel(k, token) : undefined;
  if (word !== undefined) {
    c.setU32(out, word);
    return k.return(NT.SUCCESS);
  }
  const small = kind === 8 ? 1 : kind === 18 ? 2 : kind === 20 ? k.mem.u32(token + SEP_TOKEN.Elevated) : undefined;
  const size = small !== undefined ? 4 : tokenStructure(k, token, kind, 0)?.length;
  if (size === undefined) {
    k.event('se.not-simulated', { service: 'SeQueryInformationToken', class: kind });
    return k.return(NT.INVALID_INFO_CLASS);
  }
  const block = k.pool.allocate('paged', size, TAG);
  if (block === 0) return k.return(NT.INSUFFICIENT_RESOURCES);
  if (small !== undefined) k.mem.setU32(block, small);
  else k.mem.setBytes(block, tokenStructure(k, token, kind, block)!);
  c.setPtr(out, block);
  return k.return(NT.SUCCESS);
}

export const routines: KernelRoutine[] = [
  { name: 'SeAccessCheck', cost: 60, step: accessCheck },
  { name: 'SeQueryInformationToken', cost: 40, step: queryToken },
  {
    // (PPRIVILEGE_SET, SubjectContext, AccessMode): every privilege is held; which ones were used is marked for user mode
    name: 'SePrivilegeCheck',
    cost: 20,
    step(k, f) {
      const c = k.mem.checked;
      if (f.u8(2) === KERNEL_MODE) return k.return(1);
      const count = c.u32(f.ptr(0) + PRIVILEGE_SET.PrivilegeCount);
      for (let i = 0; i < Math.min(count, 64); i++) {
        const at = f.ptr(0) + PRIVILEGE_SET.Privilege + 12 * i + 8;
        c.setU32(at, (c.u32(at) | USED_FOR_ACCESS) >>> 0);
      }
      return k.return(1);
    },
  },
  { name: 'SeTokenType', cost: 4, step: (k, f) => k.return(k.mem.checked.u32(f.ptr(0) + SEP_TOKEN.TokenType)) },
  {
    name: 'SeQuerySessionIdToken',
    cost: 5,
    step(k, f) {
      k.mem.checked.setU32(f.ptr(1), k.mem.checked.u32(f.ptr(0) + SEP_TOKEN.SessionId));
      return k.return(NT.SUCCESS);
    },
  },
  {
    // (Thread, Process, SubjectContext): released with SeReleaseSubjectContext
    name: 'SeCaptureSubjectContextEx',
    cost: 8,
    step(k, f) {
      const c = k.mem.checked;
      const client = f.ptr(0) === 0 ? 0 : c.ptr(f.ptr(0) + ETHREAD.ImpersonationToken);
      if (client !== 0) return stopNotSimulated(k, f, 'SeCaptureSubjectContextEx of a thread that impersonates');
      const token = c.ptr(f.ptr(1) + EPROCESS.Token);
      referenceObject(k, token);
      c.fill(f.ptr(2), SECURITY_SUBJECT_CONTEXT.sizeof);
      c.setPtr(f.ptr(2) + SECURITY_SUBJECT_CONTEXT.PrimaryToken, token);
      c.setPtr(f.ptr(2) + SECURITY_SUBJECT_CONTEXT.ProcessAuditId, c.ptr(f.ptr(1) + EPROCESS.UniqueProcessId));
      return k.returnVoid();
    },
  },
  { name: 'SeTokenIsRestricted', cost: 4, step: (k) => k.return(0) },
];
