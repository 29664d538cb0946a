// Identifiers that are made from a name by SHA-1: the SIDs of services (S-1-5-80-...) and of virtual accounts, and version 5 GUIDs.
// Known answers: service TrustedInstaller is S-1-5-80-956008885-3418522649-1831038044-1853292631-2271478464; RFC 4122 for the GUIDs.
import type { Addr } from '../../machine/abi.js';
import { SHA1 } from '../cng/digests.js';
import { digestBytes } from '../cng/hash.js';
import type { Kernel, KernelRoutine } from '../kernel.js';
import { GUID, SID } from '../layouts.gen.js';
import { unicodeText } from './counted-string.js';
import { sidSize } from './sid.js';
import { STATUS } from './status.js';
import { upcase } from './text-unit.js';

const SERVICE_BASE = 80;
const SUB_AUTHORITIES = 6;

/** Digest of the upper-case UTF-16 text. */
function digestOf(name: string): Uint8Array {
  const bytes = new Uint8Array(2 * name.length);
  const view = new DataView(bytes.buffer);
  for (let i = 0; i < name.length; i++) view.setUint16(2 * i, upcase(name.charCodeAt(i)), true);
  return digestBytes(SHA1, [bytes]);
}

/** S-1-5-<base>-<five words of the digest>; `length` holds the buffer's size and gets the SID's. */
function createSid(k: Kernel, name: string, base: number, sid: Addr, length: Addr): number {
  const m = k.mem.checked;
  const size = sidSize(SUB_AUTHORITIES);
  const room = m.u32(length);
  m.setU32(length, size);
  if (room < size) return STATUS.BUFFER_TOO_SMALL;
  m.setU8(sid + SID.Revision, 1);
  m.setU8(sid + SID.SubAuthorityCount, SUB_AUTHORITIES);
  m.setBytes(sid + SID.IdentifierAuthority, Uint8Array.of(0, 0, 0, 0, 0, 5));
  m.setU32(sid + SID.SubAuthority, base);
  m.setBytes(sid + SID.SubAuthority + 4, digestOf(name));
  return STATUS.SUCCESS;
}

/** Version 5: the first 16 bytes of the digest of namespace (in network order) and data, with version and variant set. */
function class5(k: Kernel, namespace: Addr, buffer: Addr, size: number, result: Addr): number {
  const m = k.mem.checked;
  const swap = (b: Uint8Array): Uint8Array => Uint8Array.of(b[3], b[2], b[1], b[0], b[5], b[4], b[7], b[6], ...b.subarray(8, 16));
  const data = size === 0 ? new Uint8Array() : m.bytes(buffer, size);
  const digest = digestBytes(SHA1, [swap(m.bytes(namespace, GUID.sizeof)), data]);
  digest[6] = (digest[6] & 0x0f) | 0x50;
  digest[8] = (digest[8] & 0x3f) | 0x80;
  m.setBytes(result, swap(digest));
  k.machine.charge(size >> 3);
  return STATUS.SUCCESS;
}

export const routines: KernelRoutine[] = [
  {
    // (ServiceName, ServiceSid, ServiceSidLength)
    name: 'RtlCreateServiceSid',
    cost: 50,
    step: (k, f) => k.return(createSid(k, unicodeText(k, f.ptr(0)), SERVICE_BASE, f.ptr(1), f.ptr(2))),
  },
  {
    // (Name, BaseSubAuthority, Sid, SidLength)
    name: 'RtlCreateVirtualAccountSid',
    cost: 50,
    step: (k, f) => k.return(createSid(k, unicodeText(k, f.ptr(0)), f.u32(1), f.ptr(2), f.ptr(3))),
  },
  {
    // (NamespaceGuid, Buffer, BufferSize, Guid)
    name: 'RtlGenerateClass5Guid',
    cost: 50,
    step: (k, f) => k.return(class5(k, f.ptr(0), f.ptr(1), f.u32(2), f.ptr(3))),
  },
];
