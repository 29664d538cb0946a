// What tokens say about identity: user, owner, groups, integrity, statistics. Two accounts exist (token.ts); the user's SID is one of our choosing (U), the
// well-known ones are Windows'. Structures are built as bytes with pointers relative to where they are put.
import type { Addr } from '../../machine/abi.js';
import type { Kernel } from '../kernel.js';
import { SEP_TOKEN, TOKEN_STATISTICS } from '../layouts.gen.js';
import { defaultDacl } from './default-dacl.js';
import { ADMINISTRATORS, EVERYONE, type Sid, SYSTEM, sidBytes, USER } from './sids.js';
import { FIRST_PRIVILEGE, hasPrivilege, isPrimaryToken, LAST_PRIVILEGE, tokenLevel, tokenType } from './token.js';

const AUTHENTICATED: Sid = [5, 11];
const USERS: Sid = [5, 32, 545];
const SYSTEM_LABEL: Sid = [16, 16384];
const HIGH_LABEL: Sid = [16, 12288];
/** SE_GROUP_MANDATORY, ENABLED_BY_DEFAULT, ENABLED */
const GROUP_ON = 7;
const GROUP_OWNER = 8;
const LABEL_ON = 0x60;
/** SE_PRIVILEGE_ENABLED_BY_DEFAULT | SE_PRIVILEGE_ENABLED */
const PRIVILEGE_ON = 3;
const ELEVATION_FULL = 2;
/** TOKEN_MANDATORY_POLICY_VALID_MASK: no write up, new process minimum */
const MANDATORY_POLICY = 3;
const TOKEN_IMPERSONATION_LEVEL = 9;
export const isSystemToken = (k: Kernel, token: Addr): boolean => k.mem.checked.readAnsiz(token + SEP_TOKEN.User, 16) === 'SYSTEM';
export const userOf = (k: Kernel, token: Addr): Sid => (isSystemToken(k, token) ? SYSTEM : USER);
export const groupsOf = (k: Kernel, token: Addr): readonly Sid[] =>
  isSystemToken(k, token) ? [ADMINISTRATORS, EVERYONE, AUTHENTICATED] : [ADMINISTRATORS, USERS, EVERYONE, AUTHENTICATED];

/** A structure of `fixed` bytes with SIDs behind it: their addresses go to the given offsets. */
function withSids(
  at: Addr,
  fixed: number,
  sids: readonly (readonly [number, Sid])[],
  words: readonly (readonly [number, number])[],
): Uint8Array {
  const encoded = sids.map(([, sid]) => sidBytes(sid));
  const bytes = new Uint8Array(encoded.reduce((n, b) => n + b.length, fixed));
  const view = new DataView(bytes.buffer);
  for (const [offset, value] of words) view.setUint32(offset, value, true);
  let next = fixed;
  encoded.forEach((b, i) => {
    view.setBigInt64(sids[i][0], BigInt(at + next), true);
    bytes.set(b, next);
    next += b.length;
  });
  return bytes;
}

function statistics(k: Kernel, token: Addr): Uint8Array {
  const bytes = new Uint8Array(TOKEN_STATISTICS.sizeof);
  const view = new DataView(bytes.buffer);
  view.setUint32(TOKEN_STATISTICS.TokenId, k.mem.u32(token + SEP_TOKEN.TokenId), true);
  view.setUint32(TOKEN_STATISTICS.AuthenticationId, k.mem.u32(token + SEP_TOKEN.AuthenticationId), true);
  view.setBigInt64(TOKEN_STATISTICS.ExpirationTime, 0x7fffffffffffffffn, true);
  view.setUint32(TOKEN_STATISTICS.TokenType, k.mem.u32(token + SEP_TOKEN.TokenType), true);
  view.setUint32(TOKEN_STATISTICS.ImpersonationLevel, tokenLevel(k, token), true);
  view.setUint32(TOKEN_STATISTICS.GroupCount, groupsOf(k, token).length, true);
  view.setUint32(TOKEN_STATISTICS.PrivilegeCount, heldPrivileges(k, token).length, true);
  view.setUint32(TOKEN_STATISTICS.ModifiedId, k.mem.u32(token + SEP_TOKEN.ModifiedId), true);
  return bytes;
}

/** LUIDs of the privileges that a token holds. */
function heldPrivileges(k: Kernel, token: Addr): number[] {
  const held: number[] = [];
  for (let luid = FIRST_PRIVILEGE; luid <= LAST_PRIVILEGE; luid++)
    if ((k.mem.u64(token + SEP_TOKEN.PrivilegesPresent) >> BigInt(luid)) & 1n) held.push(luid);
  return held;
}

/** TOKEN_PRIVILEGES: all enabled ones count as enabled by default. */
function privileges(k: Kernel, token: Addr): Uint8Array {
  const held = heldPrivileges(k, token);
  const bytes = new Uint8Array(4 + 12 * held.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, held.length, true);
  held.forEach((luid, i) => {
    view.setUint32(4 + 12 * i, luid, true);
    view.setUint32(12 + 12 * i, hasPrivilege(k, token, luid) ? PRIVILEGE_ON : 0, true);
  });
  return bytes;
}

function tokenSource(): Uint8Array {
  const bytes = new Uint8Array(16);
  for (const [i, c] of [...'User32 '].entries()) bytes[i] = c.charCodeAt(0);
  return bytes;
}

const word = (value: number): Uint8Array => {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, value, true);
  return bytes;
};

/** Classes that are one ULONG. Containers, restrictions and virtualization do not exist here. */
const WORDS: Readonly<Record<number, (k: Kernel, token: Addr) => number>> = {
  8: (k, t) => tokenType(k, t),
  12: (k, t) => k.mem.checked.u32(t + SEP_TOKEN.SessionId),
  15: () => 0, // TokenSandBoxInert
  18: () => ELEVATION_FULL,
  20: (k, t) => k.mem.checked.u32(t + SEP_TOKEN.Elevated),
  21: () => 0, // TokenHasRestrictions
  23: () => 0, // TokenVirtualizationAllowed
  24: () => 0, // TokenVirtualizationEnabled
  26: () => 0, // TokenUIAccess
  27: () => MANDATORY_POLICY,
  29: () => 0, // TokenIsAppContainer
  40: () => 0, // TokenIsRestricted
};

/** Bytes of a class as NtQueryInformationToken writes them to `at`; undefined: not answered (the level of a primary token is one of those). */
export function tokenValue(k: Kernel, token: Addr, kind: number, at: Addr): Uint8Array | undefined {
  if (kind === TOKEN_IMPERSONATION_LEVEL) return isPrimaryToken(k, token) ? undefined : word(tokenLevel(k, token));
  const small = WORDS[kind];
  return small ? word(small(k, token)) : tokenStructure(k, token, kind, at);
}

/** Bytes of a class of information, as they lie at `at`; undefined: a class that is not answered. */
export function tokenStructure(k: Kernel, token: Addr, kind: number, at: Addr): Uint8Array | undefined {
  switch (kind) {
    case 1: // TOKEN_USER
      return withSids(at, 16, [[0, userOf(k, token)]], []);
    case 2: {
      // TOKEN_GROUPS
      const groups = groupsOf(k, token);
      return withSids(
        at,
        8 + 16 * groups.length,
        groups.map((g, i) => [8 + 16 * i, g]),
        [[0, groups.length], ...groups.map((g, i) => [16 + 16 * i, g === ADMINISTRATORS ? GROUP_ON | GROUP_OWNER : GROUP_ON] as const)],
      );
    }
    case 3:
      return privileges(k, token);
    case 4: // TOKEN_OWNER
    case 5: // TOKEN_PRIMARY_GROUP
      return withSids(at, 8, [[0, kind === 4 ? ADMINISTRATORS : userOf(k, token)]], []);
    case 6: {
      // TOKEN_DEFAULT_DACL
      const acl = defaultDacl(isSystemToken(k, token));
      const bytes = new Uint8Array(8 + acl.length);
      new DataView(bytes.buffer).setBigInt64(0, BigInt(at + 8), true);
      bytes.set(acl, 8);
      return bytes;
    }
    case 7:
      return tokenSource();
    case 10:
      return statistics(k, token);
    case 11: // TOKEN_GROUPS of restricting SIDs, and of capabilities: none
    case 30:
      return new Uint8Array(8);
    case 17: // TOKEN_ORIGIN
      return new Uint8Array(8);
    case 25: // TOKEN_MANDATORY_LABEL
      return withSids(at, 16, [[0, isSystemToken(k, token) ? SYSTEM_LABEL : HIGH_LABEL]], [[8, LABEL_ON]]);
    default:
      return undefined;
  }
}

/** Integrity level as a number: the last sub-authority of the label. */
export const integrityLevel = (k: Kernel, token: Addr): number => (isSystemToken(k, token) ? SYSTEM_LABEL : HIGH_LABEL)[1];
