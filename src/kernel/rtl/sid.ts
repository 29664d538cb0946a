// Security identifiers: revision, number of sub-authorities, 48-bit authority (big-endian), sub-authorities. As text: S-1-5-32-544.
import type { Addr } from '../../machine/abi.js';
import type { Frame, Kernel, KernelRoutine } from '../kernel.js';
import { SID } from '../layouts.gen.js';
import { produce } from './counted-string.js';
import { STATUS } from './status.js';

const REVISION = 1;
const MAX_SUB_AUTHORITIES = 15;
const TAG = 'RtlS';

const count = (k: Kernel, sid: Addr): number => k.mem.checked.u8(sid + SID.SubAuthorityCount);
export const sidSize = (subAuthorities: number): number => SID.SubAuthority + 4 * subAuthorities;
/** Bytes of the SID at an address. */
export const lengthOfSid = (k: Kernel, sid: Addr): number => sidSize(count(k, sid));
export const validSid = (k: Kernel, sid: Addr): boolean =>
  sid !== 0 && (k.mem.checked.u8(sid + SID.Revision) & 0xf) === REVISION && count(k, sid) <= MAX_SUB_AUTHORITIES;

/** `S-1-5-21-...`; an authority above 32 bits in hexadecimal. */
export function sidText(k: Kernel, sid: Addr): string {
  const a = k.mem.checked.bytes(sid + SID.IdentifierAuthority, 6);
  const authority = a.reduce((n, b) => n * 256 + b, 0);
  const subs = Array.from({ length: count(k, sid) }, (_, i) => k.mem.checked.u32(sid + SID.SubAuthority + 4 * i));
  return [
    'S',
    k.mem.checked.u8(sid + SID.Revision),
    authority < 0x100000000 ? authority : `0x${authority.toString(16).toUpperCase().padStart(12, '0')}`,
    ...subs,
  ].join('-');
}

export function equalSids(k: Kernel, a: Addr, b: Addr): boolean {
  return k.mem.checked.u16(a) === k.mem.checked.u16(b) && k.mem.checked.mismatch(a, b, lengthOfSid(k, a)) < 0;
}

/** Header of a new SID; sub-authorities are left to the caller. */
function initialize(k: Kernel, sid: Addr, authority: Addr, subAuthorities: number): void {
  k.mem.checked.setU8(sid + SID.Revision, REVISION);
  k.mem.checked.setU8(sid + SID.SubAuthorityCount, subAuthorities);
  k.mem.checked.copy(sid + SID.IdentifierAuthority, authority, 6);
}

/** Allocates and fills; `sub(i)` gives sub-authority i. Stores the pointer at `result`. */
function allocate(k: Kernel, authority: Addr, n: number, sub: (i: number) => number, result: Addr): number {
  if (n > MAX_SUB_AUTHORITIES) return STATUS.INVALID_SID;
  const sid = k.pool.allocate('paged', sidSize(n), TAG);
  if (sid === 0) return STATUS.NO_MEMORY;
  initialize(k, sid, authority, n);
  for (let i = 0; i < n; i++) k.mem.checked.setU32(sid + SID.SubAuthority + 4 * i, sub(i));
  k.mem.checked.setPtr(result, sid);
  return STATUS.SUCCESS;
}

export const routines: KernelRoutine[] = [
  { name: 'RtlValidSid', step: (k, f) => k.return(validSid(k, f.ptr(0)) ? 1 : 0) },
  { name: 'RtlLengthSid', step: (k, f) => k.return(lengthOfSid(k, f.ptr(0))) },
  { name: 'RtlLengthRequiredSid', step: (k, f) => k.return(sidSize(f.u32(0))) },
  { name: 'RtlEqualSid', step: (k, f) => k.return(equalSids(k, f.ptr(0), f.ptr(1)) ? 1 : 0) },
  {
    // all but the last sub-authority
    name: 'RtlEqualPrefixSid',
    step(k, f) {
      const same = k.mem.checked.u16(f.ptr(0)) === k.mem.checked.u16(f.ptr(1));
      return k.return(same && k.mem.checked.mismatch(f.ptr(0), f.ptr(1), Math.max(8, lengthOfSid(k, f.ptr(0)) - 4)) < 0 ? 1 : 0);
    },
  },
  {
    name: 'RtlCopySid',
    step(k, f) {
      const size = lengthOfSid(k, f.ptr(2));
      if (size > f.u32(0)) return k.return(STATUS.BUFFER_TOO_SMALL);
      k.mem.checked.copy(f.ptr(1), f.ptr(2), size);
      return k.return(STATUS.SUCCESS);
    },
  },
  {
    name: 'RtlInitializeSid',
    step(k, f) {
      if (f.u8(2) > MAX_SUB_AUTHORITIES) return k.return(STATUS.INVALID_PARAMETER);
      initialize(k, f.ptr(0), f.ptr(1), f.u8(2));
      return k.return(STATUS.SUCCESS);
    },
  },
  {
    name: 'RtlInitializeSidEx',
    step(k, f) {
      if (f.u8(2) > MAX_SUB_AUTHORITIES) return k.return(STATUS.INVALID_PARAMETER);
      initialize(k, f.ptr(0), f.ptr(1), f.u8(2));
      for (let i = 0; i < f.u8(2); i++) k.mem.checked.setU32(f.ptr(0) + SID.SubAuthority + 4 * i, f.u32(3 + i));
      return k.return(STATUS.SUCCESS);
    },
  },
  {
    // (IdentifierAuthority, Count, SubAuthority0..7, Sid)
    name: 'RtlAllocateAndInitializeSid',
    step: (k, f) => k.return(f.u8(1) > 8 ? STATUS.INVALID_SID : allocate(k, f.ptr(0), f.u8(1), (i) => f.u32(2 + i), f.ptr(10))),
  },
  {
    name: 'RtlAllocateAndInitializeSidEx',
    step: (k: Kernel, f: Frame) => k.return(allocate(k, f.ptr(0), f.u8(1), (i) => k.mem.checked.u32(f.ptr(2) + 4 * i), f.ptr(3))),
  },
  {
    name: 'RtlFreeSid',
    step(k, f) {
      k.pool.free(f.ptr(0));
      return k.return(0);
    },
  },
  { name: 'RtlSubAuthoritySid', step: (k, f) => k.return(f.ptr(0) + SID.SubAuthority + 4 * f.u32(1)) },
  { name: 'RtlSubAuthorityCountSid', step: (k, f) => k.return(f.ptr(0) + SID.SubAuthorityCount) },
  { name: 'RtlIdentifierAuthoritySid', step: (k, f) => k.return(f.ptr(0) + SID.IdentifierAuthority) },
  {
    name: 'RtlConvertSidToUnicodeString',
    step(k, f) {
      if (!validSid(k, f.ptr(1))) return k.return(STATUS.INVALID_SID);
      return k.return(produce(k, f.ptr(0), sidText(k, f.ptr(1)), true, f.bool(2), f.bool(2) ? 'required' : 'fits'));
    },
  },
  {
    name: 'RtlCopyLuid',
    step(k, f) {
      k.mem.checked.setU64(f.ptr(0), k.mem.checked.u64(f.ptr(1)));
      return k.returnVoid();
    },
  },
];
