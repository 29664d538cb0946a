// The part of SDDL that IoCreateDeviceSecure takes: a DACL of allowing and denying entries without inheritance, `D:P(A;;GA;;;SY)(A;;GRGW;;;BA)`. Nothing else is read.
import { type Ace, aclBytes, GENERIC } from './default-dacl.js';
import type { Descriptor } from './descriptor.js';
import { ADMINISTRATORS, EVERYONE, RESTRICTED, type Sid, SYSTEM, sidBytes } from './sids.js';

const PROTECTED = 0x1000;
const RIGHTS: Readonly<Record<string, number>> = {
  GA: GENERIC.All,
  GX: GENERIC.Execute,
  GW: GENERIC.Write,
  GR: GENERIC.Read,
  SD: 0x10000,
  RC: 0x20000,
  WD: 0x40000,
  WO: 0x80000,
  FA: 0x1f01ff,
  FR: 0x120089,
  FW: 0x120116,
  FX: 0x1200a0,
};
const SIDS: Readonly<Record<string, Sid>> = {
  AC: [15, 2, 1],
  AN: [5, 7],
  AU: [5, 11],
  BA: ADMINISTRATORS,
  BG: [5, 32, 546],
  BU: [5, 32, 545],
  CG: [3, 1],
  CO: [3, 0],
  IU: [5, 4],
  LS: [5, 19],
  NO: [5, 32, 556],
  NS: [5, 20],
  NU: [5, 2],
  PS: [5, 10],
  PU: [5, 32, 547],
  RC: RESTRICTED,
  SO: [5, 32, 549],
  SU: [5, 6],
  SY: SYSTEM,
  UD: [5, 84, 0, 0, 0, 0, 0],
  WD: EVERYONE,
  WR: [5, 33],
};
const MAX_SUB_AUTHORITIES = 15;

function rights(text: string): number | undefined {
  if (/^0x[0-9a-f]{1,8}$/i.test(text)) return Number(text);
  if (!/^(?:[A-Z]{2})*$/i.test(text)) return undefined;
  let mask = 0;
  for (const word of text.toUpperCase().match(/../g) ?? []) {
    if (RIGHTS[word] === undefined) return undefined;
    mask |= RIGHTS[word];
  }
  return mask >>> 0;
}

function sidOf(text: string): Sid | undefined {
  if (!/^S-1(-\d{1,10}){2,}$/i.test(text)) return SIDS[text.toUpperCase()];
  const numbers = text.split('-').slice(2).map(Number);
  return numbers[0] > 255 || numbers.length > MAX_SUB_AUTHORITIES + 1 || numbers.some((n) => n > 0xffffffff) ? undefined : numbers;
}

function ace(text: string): Ace | undefined {
  const [type, flags, mask, object, inherited, who, ...more] = text.split(';').map((p) => p.trim());
  const [access, sid] = [rights(mask ?? '?'), sidOf(who ?? '')];
  if (!/^[AD]$/i.test(type) || flags !== '' || object !== '' || inherited !== '' || more.length > 0) return undefined;
  return access === undefined || sid === undefined
    ? undefined
    : { type: type.toUpperCase() === 'A' ? 0 : 1, mask: access, sid: sidBytes(sid) };
}

/** What the string describes; undefined: it is wrong, or more than is read. */
export function parseSddl(text: string): Descriptor | undefined {
  const m = /^\s*D:\s*(P?)\s*((?:\([^()]*\)\s*)*)$/i.exec(text);
  if (!m) return undefined;
  const aces = [...m[2].matchAll(/\(([^()]*)\)/g)].map((x) => ace(x[1]));
  if (aces.includes(undefined)) return undefined;
  return { control: m[1] === '' ? 0 : PROTECTED, dacl: aclBytes(aces as Ace[]) };
}
