// Access control lists that Windows makes itself: the default one of a token, which new objects with a name get, and the one of a device object.
import { ADMINISTRATORS, EVERYONE, RESTRICTED, type Sid, SYSTEM, sidBytes } from './sids.js';

const ACL_REVISION = 2;
export const GENERIC = { All: 0x10000000, Execute: 0x20000000, Write: 0x40000000, Read: 0x80000000 } as const;
const READ_CONTROL = 0x20000;

export interface Ace {
  /** ACCESS_ALLOWED_ACE_TYPE 0, ACCESS_DENIED_ACE_TYPE 1 */
  readonly type: number;
  readonly mask: number;
  readonly sid: Uint8Array;
}

/** An ACL with these entries, in this order. */
export function aclBytes(aces: readonly Ace[]): Uint8Array {
  const size = aces.reduce((n, a) => n + 8 + a.sid.length, 8);
  const bytes = new Uint8Array(size);
  const view = new DataView(bytes.buffer);
  bytes[0] = ACL_REVISION;
  view.setUint16(2, size, true);
  view.setUint16(4, aces.length, true);
  let at = 8;
  for (const a of aces) {
    bytes[at] = a.type;
    view.setUint16(at + 2, 8 + a.sid.length, true);
    view.setUint32(at + 4, a.mask >>> 0, true);
    bytes.set(a.sid, at + 8);
    at += 8 + a.sid.length;
  }
  return bytes;
}

const allowed = (...entries: readonly (readonly [number, Sid])[]): Uint8Array =>
  aclBytes(entries.map(([mask, sid]) => ({ type: 0, mask, sid: sidBytes(sid) })));

/** Of the token of SYSTEM: everything for itself, reading for administrators. Of the user's: everything for both. */
export const defaultDacl = (system: boolean): Uint8Array =>
  system
    ? allowed([GENERIC.All, SYSTEM], [GENERIC.Read | GENERIC.Execute | READ_CONTROL, ADMINISTRATORS])
    : allowed([GENERIC.All, ADMINISTRATORS], [GENERIC.All, SYSTEM]);

/** Of a device that IoCreateDevice makes (U: those of file systems and some others differ). */
export const deviceDacl = (): Uint8Array =>
  allowed(
    [GENERIC.Read | GENERIC.Write | GENERIC.Execute, EVERYONE],
    [GENERIC.All, SYSTEM],
    [GENERIC.All, ADMINISTRATORS],
    [GENERIC.Read | GENERIC.Execute, RESTRICTED],
  );
