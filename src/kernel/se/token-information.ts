// What tokens say about identity: user, owner, groups, integrity, statistics. Two accounts exist (token.ts); the user's SID is one of our choosing (U), the
// well-known ones are Windows'. Structures are built as bytes with pointers relative to where they are put.
import type { Addr } from '../../machine/abi.js';
import type { Kernel } from '../kernel.js';
import { SEP_TOKEN, TOKEN_STATISTICS } from '../layouts.gen.js';

/** [authority, ...sub-authorities] */
export type Sid = readonly number[];
const SYSTEM: Sid = [5, 18];
const USER: Sid = [5, 21, 1004336348, 1177238915, 682003330, 1001];
export const ADMINISTRATORS: Sid = [5, 32, 544];
const EVERYONE: Sid = [1, 0];
const AUTHENTICATED: Sid = [5, 11];
const USERS: Sid = [5, 32, 545];
const SYSTEM_LABEL: Sid = [16, 16384];
const HIGH_LABEL: Sid = [16, 12288];
/** SE_GROUP_MANDATORY, ENABLED_BY_DEFAULT, ENABLED */
const GROUP_ON = 7;
const GROUP_OWNER = 8;
const LABEL_ON = 0x60;
/** Number of privileges: all of them are held. */
const PRIVILEGES = 35;

export const isSystemToken = (k: Kernel, token: Addr): boolean => k.mem.checked.readAnsiz(token + SEP_TOKEN.User, 16) === 'SYSTEM';
export const userOf = (k: Kernel, token: Addr): Sid => (isSystemToken(k, token) ? SYSTEM : USER);
export const groupsOf = (k: Kernel, token: Addr): readonly Sid[] =>
  isSystemToken(k, token) ? [ADMINISTRATORS, EVERYONE, AUTHENTICATED] : [ADMINISTRATORS, USERS, EVERYONE, AUTHENTICATED];

export function sidBytes(sid: Sid): Uint8Array {
  const bytes = new Uint8Array(8 + 4 * (sid.length - 1));
  const view = new DataView(bytes.buffer);
  bytes[0] = 1;
  bytes[1] = sid.length - 1;
  bytes[7] = sid[0];
  sid.slice(1).forEach((s, i) => {
    view.setUint32(8 + 4 * i, s, true);
  });
  return bytes;
}

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
  view.setUint32(TOKEN_STATISTICS.GroupCount, groupsOf(k, token).length, true);
  view.setUint32(TOKEN_STATISTICS.PrivilegeCount, PRIVILEGES, true);
  view.setUint32(TOKEN_STATISTICS.ModifiedId, k.mem.u32(token + SEP_TOKEN.TokenId), true);
  return bytes;
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
    case 4: // TOKEN_OWNER
    case 5: // TOKEN_PRIMARY_GROUP
      return withSids(at, 8, [[0, kind === 4 ? ADMINISTRATORS : userOf(k, token)]], []);
    case 10:
      return statistics(k, token);
    case 25: // TOKEN_MANDATORY_LABEL
      return withSids(at, 16, [[0, isSystemToken(k, token) ? SYSTEM_LABEL : HIGH_LABEL]], [[8, LABEL_ON]]);
    default:
      return undefined;
  }
}

/** Integrity level as a number: the last sub-authority of the label. */
export const integrityLevel = (k: Kernel, token: Addr): number => (isSystemToken(k, token) ? SYSTEM_LABEL : HIGH_LABEL)[1];
