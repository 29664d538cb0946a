// Security descriptors that the kernel builds: read from either form, checked like a caller's, completed like SeAssignSecurity does it, and written self-relative.
import type { Addr } from '../../machine/abi.js';
import type { Kernel } from '../kernel.js';
import { ACL, SECURITY_DESCRIPTOR as SD } from '../layouts.gen.js';
import { probeUser } from '../ob/service.js';
import { NT } from '../ob/status.js';
import { validAcl } from '../rtl/acl.js';
import { control, type Part, part, REVISION, SELF_RELATIVE } from '../rtl/security-descriptor.js';
import { lengthOfSid, validSid } from '../rtl/sid.js';

const DACL_PRESENT = 0x4;
const SACL_PRESENT = 0x10;
/** Bits that survive: defaulted, auto-inherited, protected. */
const KEPT = 0x0fff | 0x3000;
const HEADER = 20;
/** Types of ACEs whose mask is at offset 4. */
const LAST_STANDARD_ACE = 0x14;

/** null: the list is there and NULL (everybody may do everything); undefined: not there. */
export interface Descriptor {
  readonly control: number;
  readonly owner?: Uint8Array;
  readonly group?: Uint8Array;
  readonly sacl?: Uint8Array | null;
  readonly dacl?: Uint8Array | null;
}

/** A descriptor that a caller gave: its parts, or the status with which it is refused. */
export function captureDescriptor(k: Kernel, sd: Addr): Descriptor | number {
  const c = k.mem.checked;
  probeUser(k, sd, SD.sizeof);
  if (c.u8(sd + SD.Revision) !== REVISION) return NT.UNKNOWN_REVISION;
  const sid = (which: Part): Uint8Array | undefined | number => {
    const at = part(k, sd, which);
    if (at === 0) return undefined;
    probeUser(k, at, 8);
    if (!validSid(k, at)) return NT.INVALID_SID;
    probeUser(k, at, lengthOfSid(k, at));
    return c.bytes(at, lengthOfSid(k, at)).slice();
  };
  const list = (which: Part, present: number): Uint8Array | null | undefined | number => {
    if ((control(k, sd) & present) === 0) return undefined;
    const at = part(k, sd, which);
    if (at === 0) return null;
    probeUser(k, at, ACL.sizeof);
    probeUser(k, at, c.u16(at + ACL.AclSize));
    return validAcl(k, at) ? c.bytes(at, c.u16(at + ACL.AclSize)).slice() : NT.INVALID_ACL;
  };
  const [owner, group] = [sid('Owner'), sid('Group')];
  const [sacl, dacl] = [list('Sacl', SACL_PRESENT), list('Dacl', DACL_PRESENT)];
  for (const x of [owner, group, sacl, dacl]) if (typeof x === 'number') return x;
  return { control: control(k, sd) & KEPT, owner, group, sacl, dacl } as Descriptor;
}

/** The list with every mask of its entries changed. */
export function mapAcl(acl: Uint8Array, map: (mask: number) => number): Uint8Array {
  const bytes = acl.slice();
  const view = new DataView(bytes.buffer);
  let at: number = ACL.sizeof;
  for (let i = 0; i < view.getUint16(ACL.AceCount, true) && at + 8 <= bytes.length; i++) {
    if (bytes[at] <= LAST_STANDARD_ACE) view.setUint32(at + 4, map(view.getUint32(at + 4, true)) >>> 0, true);
    at += Math.max(8, view.getUint16(at + 2, true));
  }
  return bytes;
}

/** Offset of each part behind the header: owner, group, SACL, DACL. */
export function selfRelative(d: Descriptor): Uint8Array {
  const parts = [d.owner, d.group, d.sacl ?? undefined, d.dacl ?? undefined];
  const round = (n: number): number => (n + 3) & ~3;
  const bytes = new Uint8Array(parts.reduce((n, p) => n + round(p?.length ?? 0), HEADER));
  const view = new DataView(bytes.buffer);
  bytes[0] = REVISION;
  const present = (d.sacl === undefined ? 0 : SACL_PRESENT) | (d.dacl === undefined ? 0 : DACL_PRESENT);
  view.setUint16(2, (d.control & ~(SACL_PRESENT | DACL_PRESENT)) | SELF_RELATIVE | present, true);
  let at = HEADER;
  parts.forEach((p, i) => {
    if (!p) return;
    view.setUint32(4 + 4 * i, at, true);
    bytes.set(p, at);
    at += round(p.length);
  });
  return bytes;
}
