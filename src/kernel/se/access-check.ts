// SeAccessCheck and its relatives. Access of user mode is decided by the discretionary list of the descriptor: entries in order, the first that speaks of a
// right decides it; the owner may always read and write the descriptor. Kernel mode gets what it asks. Integrity labels are not simulated (everybody is high).
import type { Addr, Status } from '../../machine/abi.js';
import type { Frame, Kernel, KernelRoutine } from '../kernel.js';
import { ACL, EPROCESS, GENERIC_MAPPING, PRIVILEGE_SET, SECURITY_DESCRIPTOR, SECURITY_SUBJECT_CONTEXT, SEP_TOKEN } from '../layouts.gen.js';
import { KERNEL_MODE } from '../ob/service.js';
import { NT } from '../ob/status.js';
import { impersonationOf } from './impersonation.js';
import { hasPrivilege, Level, tokenLevel } from './token.js';
import { ADMINISTRATORS, groupsOf, integrityLevel, type Sid, sidBytes, tokenValue, userOf } from './token-information.js';

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
const PRIVILEGE_SET_ALL_NECESSARY = 1;
const SE_SECURITY_PRIVILEGE = 8;
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
  if (client !== 0 && c.u32(f.ptr(1) + SECURITY_SUBJECT_CONTEXT.ImpersonationLevel) < Level.Impersonation)
    return answer(0, NT.BAD_IMPERSONATION_LEVEL);
  const token = client !== 0 ? client : c.ptr(f.ptr(1) + SECURITY_SUBJECT_CONTEXT.PrimaryToken);
  const audit = hasPrivilege(k, token, SE_SECURITY_PRIVILEGE) ? ACCESS_SYSTEM_SECURITY : 0;
  const rights = granted(k, f.ptr(0), token, mapping) | audit;
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
  const size = tokenValue(k, token, kind, 0)?.length;
  if (size === undefined) {
    k.event('se.not-simulated', { service: 'SeQueryInformationToken', class: kind });
    return k.return(NT.INVALID_INFO_CLASS);
  }
  const block = k.pool.allocate('paged', size, TAG);
  if (block === 0) return k.return(NT.INSUFFICIENT_RESOURCES);
  k.mem.setBytes(block, tokenValue(k, token, kind, block)!);
  c.setPtr(out, block);
  return k.return(NT.SUCCESS);
}

/** SeSinglePrivilegeCheck: does the caller of that mode hold the privilege, by the token that it acts with? */
export function callerHolds(k: Kernel, luid: number, mode: number): boolean {
  if (mode === KERNEL_MODE) return true;
  const client = impersonationOf(k, k.currentThread());
  if (client.token !== 0 && client.level < Level.Impersonation) return false;
  return hasPrivilege(k, client.token !== 0 ? client.token : k.mem.ptr(k.currentProcess() + EPROCESS.Token), luid);
}

export const routines: KernelRoutine[] = [
  { name: 'SeAccessCheck', cost: 60, step: accessCheck },
  { name: 'SeQueryInformationToken', cost: 40, step: queryToken },
  {
    // (PPRIVILEGE_SET, SubjectContext, AccessMode): all of them, or one when PRIVILEGE_SET_ALL_NECESSARY is not set; those that were used are marked
    name: 'SePrivilegeCheck',
    cost: 20,
    step(k, f) {
      const c = k.mem.checked;
      if (f.u8(2) === KERNEL_MODE) return k.return(1);
      const client = c.ptr(f.ptr(1) + SECURITY_SUBJECT_CONTEXT.ClientToken);
      if (client !== 0 && c.u32(f.ptr(1) + SECURITY_SUBJECT_CONTEXT.ImpersonationLevel) < Level.Impersonation) return k.return(0);
      const token = client !== 0 ? client : c.ptr(f.ptr(1) + SECURITY_SUBJECT_CONTEXT.PrimaryToken);
      const count = Math.min(64, c.u32(f.ptr(0) + PRIVILEGE_SET.PrivilegeCount));
      let held = 0;
      for (let i = 0; i < count; i++) {
        const at = f.ptr(0) + PRIVILEGE_SET.Privilege + 12 * i;
        if (!hasPrivilege(k, token, c.u32(at))) continue;
        held++;
        c.setU32(at + 8, (c.u32(at + 8) | USED_FOR_ACCESS) >>> 0);
      }
      const all = (c.u32(f.ptr(0) + PRIVILEGE_SET.Control) & PRIVILEGE_SET_ALL_NECESSARY) !== 0;
      return k.return((all ? held === count : held > 0) ? 1 : 0);
    },
  },
  {
    // (LUID, PreviousMode)
    name: 'SeSinglePrivilegeCheck',
    cost: 5,
    step: (k, f) => k.return(callerHolds(k, f.u32(0), f.u8(1)) ? 1 : 0),
  },
  { name: 'SeTokenIsAdmin', cost: 5, step: (k, f) => k.return(groupsOf(k, f.ptr(0)).includes(ADMINISTRATORS) ? 1 : 0) },
  { name: 'SeTokenImpersonationLevel', cost: 4, step: (k, f) => k.return(tokenLevel(k, f.ptr(0))) },
  {
    // (Token, PLUID)
    name: 'SeQueryAuthenticationIdToken',
    cost: 5,
    step(k, f) {
      k.mem.checked.setI64(f.ptr(1), k.mem.checked.i64(f.ptr(0) + SEP_TOKEN.AuthenticationId));
      return k.return(NT.SUCCESS);
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
  { name: 'SeTokenIsRestricted', cost: 4, step: (k) => k.return(0) },
];
