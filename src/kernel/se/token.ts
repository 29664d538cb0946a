// Token objects. Two accounts exist: SYSTEM and the user; everybody is an administrator, and all privileges are held and enabled until somebody disables them
// (U: on Windows most are disabled at first). Each process has a primary token of its own, a copy of its parent's; duplicates carry type and level.
import type { Addr } from '../../machine/abi.js';
import type { Kernel } from '../kernel.js';
import { EPROCESS, PS_GLOBALS, SEP_TOKEN } from '../layouts.gen.js';
import { allocateObject, referenceObject } from '../ob/object.js';
import { ObType } from '../ob/types.js';

export const TokenType = { Primary: 1, Impersonation: 2 } as const;
export const Level = { Anonymous: 0, Identification: 1, Impersonation: 2, Delegation: 3 } as const;
/** LUIDs 2 to 36: SeCreateTokenPrivilege to SeDelegateSessionUserImpersonatePrivilege. */
export const FIRST_PRIVILEGE = 2;
export const LAST_PRIVILEGE = 36;
const ALL_PRIVILEGES = ((1n << BigInt(LAST_PRIVILEGE + 1)) - 1n) & ~3n;
const SYSTEM_LUID = 0x3e7;
const USER_LUID = 0x1002;

function newId(k: Kernel): number {
  const at = k.globals.PS + PS_GLOBALS.NextTokenId;
  const id = k.mem.u32(at) + 1;
  k.mem.setU32(at, id);
  return id;
}

function createToken(k: Kernel, user: string, session: number): Addr {
  const token = allocateObject(k, ObType.Token, SEP_TOKEN.sizeof, 'Toke');
  const id = newId(k);
  k.mem.setU32(token + SEP_TOKEN.TokenId, id);
  k.mem.setU32(token + SEP_TOKEN.ModifiedId, id);
  k.mem.setU32(token + SEP_TOKEN.AuthenticationId, user === 'SYSTEM' ? SYSTEM_LUID : USER_LUID);
  k.mem.setU32(token + SEP_TOKEN.TokenType, TokenType.Primary);
  k.mem.setU32(token + SEP_TOKEN.SessionId, session);
  k.mem.setU32(token + SEP_TOKEN.Elevated, 1);
  k.mem.setU64(token + SEP_TOKEN.PrivilegesPresent, ALL_PRIVILEGES);
  k.mem.setU64(token + SEP_TOKEN.PrivilegesEnabled, ALL_PRIVILEGES);
  k.mem.writeAnsi(token + SEP_TOKEN.User, user, true);
  return token;
}

/** Boot: both tokens; the System process gets its own. */
export function createSystemToken(k: Kernel, system: Addr): void {
  const g = k.globals.PS;
  const token = createToken(k, 'SYSTEM', 0);
  k.mem.setPtr(g + PS_GLOBALS.SystemToken, token);
  k.mem.setPtr(g + PS_GLOBALS.UserToken, createToken(k, 'user', 1));
  referenceObject(k, token);
  k.mem.setPtr(system + EPROCESS.Token, token);
}

/** A copy with another type and level, one reference; 0: out of memory. With `effectiveOnly` disabled privileges are left out. */
export function duplicateToken(k: Kernel, source: Addr, type: number, level: number, effectiveOnly = false): Addr {
  const token = allocateObject(k, ObType.Token, SEP_TOKEN.sizeof, 'Toke');
  if (token === 0) return 0;
  k.mem.setBytes(token, k.mem.bytes(source, SEP_TOKEN.sizeof));
  k.mem.setU32(token + SEP_TOKEN.TokenId, newId(k));
  k.mem.setU32(token + SEP_TOKEN.TokenType, type);
  k.mem.setU32(token + SEP_TOKEN.ImpersonationLevel, type === TokenType.Impersonation ? level : 0);
  if (effectiveOnly) k.mem.setU64(token + SEP_TOKEN.PrivilegesPresent, k.mem.u64(token + SEP_TOKEN.PrivilegesEnabled));
  return token;
}

/** Primary token of a new process: like its parent's; what the System process starts runs as the user. 0: out of memory. */
export function tokenForProcess(k: Kernel, parent: Addr): Addr {
  const g = k.globals.PS;
  const system = parent === 0 || parent === k.mem.ptr(g + PS_GLOBALS.PsInitialSystemProcess);
  return duplicateToken(k, k.mem.ptr(system ? g + PS_GLOBALS.UserToken : parent + EPROCESS.Token), TokenType.Primary, 0);
}

export const tokenType = (k: Kernel, token: Addr): number => k.mem.checked.u32(token + SEP_TOKEN.TokenType);
export const isPrimaryToken = (k: Kernel, token: Addr): boolean => tokenType(k, token) === TokenType.Primary;
export const tokenLevel = (k: Kernel, token: Addr): number => k.mem.checked.u32(token + SEP_TOKEN.ImpersonationLevel);
/** Is the privilege with this LUID held and enabled? */
export const hasPrivilege = (k: Kernel, token: Addr, luid: number): boolean =>
  ((k.mem.checked.u64(token + SEP_TOKEN.PrivilegesEnabled) >> BigInt(luid)) & 1n) !== 0n;
