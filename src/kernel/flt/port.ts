// Communication ports of minifilters. A driver makes, closes and sends; no program can connect yet (FilterConnectCommunicationPort is not simulated), so a message
// finds nobody, as on Windows before the service of a filter has started.
import type { Addr, Status } from '../../machine/abi.js';
import type { Frame } from '../../machine/routine.js';
import type { Kernel, KernelRoutine } from '../kernel.js';
import { ACL, FLTP_FILTER, FLTP_PORT, OBJECT_ATTRIBUTES, SECURITY_DESCRIPTOR } from '../layouts.gen.js';
import { NT } from '../ob/status.js';
import { allocateUnicode, captureUnicode, freeUnicode } from '../ob/strings.js';
import { isFilter } from './filter.js';

const SIGNATURE = 0x74506c46; // 'FlPt'
export const PORT_TAG = 'FMpt';
export const DESCRIPTOR_TAG = 'FMsd';
const SE_DACL_PRESENT = 4;
/** Identifier authority and sub-authorities of LocalSystem and of the local administrators. */
const TRUSTEES = [[18], [32, 544]];

/** Absolute descriptor with its DACL behind it, in one block: SYSTEM and the administrators get `access`. 0: out of memory. */
function defaultDescriptor(k: Kernel, access: number): Addr {
  const sizes = TRUSTEES.map((t) => 8 + 8 + 4 * t.length);
  const aclSize = ACL.sizeof + sizes.reduce((a, b) => a + b, 0);
  const block = k.pool.allocate('paged', SECURITY_DESCRIPTOR.sizeof + aclSize, DESCRIPTOR_TAG);
  if (block === 0) return 0;
  const m = k.mem;
  m.fill(block, SECURITY_DESCRIPTOR.sizeof + aclSize);
  const acl = block + SECURITY_DESCRIPTOR.sizeof;
  m.setU8(block + SECURITY_DESCRIPTOR.Revision, 1);
  m.setU16(block + SECURITY_DESCRIPTOR.Control, SE_DACL_PRESENT);
  m.setPtr(block + SECURITY_DESCRIPTOR.Dacl, acl);
  m.setU8(acl + ACL.AclRevision, 2);
  m.setU16(acl + ACL.AclSize, aclSize);
  m.setU16(acl + ACL.AceCount, TRUSTEES.length);
  let at = acl + ACL.sizeof;
  TRUSTEES.forEach((subAuthorities, i) => {
    m.setU16(at + 2, sizes[i]); // ACCESS_ALLOWED_ACE: type 0, flags 0, size, mask, SID
    m.setU32(at + 4, access);
    m.setU8(at + 8, 1);
    m.setU8(at + 9, subAuthorities.length);
    m.setU8(at + 15, 5);
    subAuthorities.forEach((s, j) => m.setU32(at + 16 + 4 * j, s));
    at += sizes[i];
  });
  return block;
}

/** (Filter, *ServerPort, ObjectAttributes, Cookie, Connect, Disconnect, Message, MaxConnections) */
function create(k: Kernel, f: Frame): Status {
  const m = k.mem.checked;
  if (!isFilter(k, f.ptr(0), 'FltCreateCommunicationPort')) return k.return(NT.INVALID_PARAMETER);
  m.setPtr(f.ptr(1), 0);
  const nameAt = m.ptr(f.ptr(2) + OBJECT_ATTRIBUTES.ObjectName);
  if (nameAt === 0 || f.ptr(4) === 0 || f.ptr(5) === 0 || f.i32(7) <= 0) return k.return(NT.INVALID_PARAMETER);
  const name = captureUnicode(k, nameAt);
  const port = k.pool.allocate('nonpaged', FLTP_PORT.sizeof, PORT_TAG);
  if (port === 0) return k.return(NT.INSUFFICIENT_RESOURCES);
  k.mem.fill(port, FLTP_PORT.sizeof);
  if (!allocateUnicode(k, port + FLTP_PORT.Name, name)) {
    k.pool.free(port);
    return k.return(NT.INSUFFICIENT_RESOURCES);
  }
  k.mem.setU32(port + FLTP_PORT.Signature, SIGNATURE);
  k.mem.setI32(port + FLTP_PORT.MaxConnections, f.i32(7));
  k.mem.setPtr(port + FLTP_PORT.Filter, f.ptr(0));
  k.mem.setPtr(port + FLTP_PORT.Cookie, f.ptr(3));
  k.mem.setPtr(port + FLTP_PORT.Connect, f.ptr(4));
  k.mem.setPtr(port + FLTP_PORT.Disconnect, f.ptr(5));
  k.mem.setPtr(port + FLTP_PORT.Message, f.ptr(6));
  const ports = f.ptr(0) + FLTP_FILTER.Ports;
  k.mem.setI32(ports, k.mem.i32(ports) + 1);
  m.setPtr(f.ptr(1), port);
  k.event('flt.port', { port, name });
  k.event('io.not-simulated', { what: 'connections to the port', name });
  return k.return(NT.SUCCESS);
}

/** (ServerPort) */
function close(k: Kernel, f: Frame): Status {
  const port = f.ptr(0);
  if (k.mem.checked.u32(port + FLTP_PORT.Signature) !== SIGNATURE) {
    k.finding('filter-port-not-open', 'FltCloseCommunicationPort with something that is not an open server port');
    return k.returnVoid();
  }
  const ports = k.mem.ptr(port + FLTP_PORT.Filter) + FLTP_FILTER.Ports;
  if (k.mem.allowed(ports, 4, true)) k.mem.setI32(ports, k.mem.i32(ports) - 1);
  k.mem.setU32(port + FLTP_PORT.Signature, 0);
  freeUnicode(k, port + FLTP_PORT.Name);
  k.pool.free(port);
  k.event('flt.port-close', { port });
  return k.returnVoid();
}

export const routines: KernelRoutine[] = [
  { name: 'FltCreateCommunicationPort', cost: 60, step: create },
  { name: 'FltCloseCommunicationPort', cost: 30, step: close },
  {
    // (Filter, *ClientPort): the caller's pointer becomes NULL, also when there was no client
    name: 'FltCloseClientPort',
    cost: 15,
    step(k, f) {
      if (isFilter(k, f.ptr(0), 'FltCloseClientPort')) k.mem.checked.setPtr(f.ptr(1), 0);
      return k.returnVoid();
    },
  },
  {
    // (Filter, *ClientPort, ...)
    name: 'FltSendMessage',
    cost: 40,
    step(k, f) {
      if (!isFilter(k, f.ptr(0), 'FltSendMessage')) return k.return(NT.INVALID_PARAMETER);
      k.mem.checked.ptr(f.ptr(1));
      return k.return(NT.PORT_DISCONNECTED);
    },
  },
  {
    // (*SecurityDescriptor, DesiredAccess)
    name: 'FltBuildDefaultSecurityDescriptor',
    cost: 20,
    step(k, f) {
      const descriptor = defaultDescriptor(k, f.u32(1));
      k.mem.checked.setPtr(f.ptr(0), descriptor);
      return k.return(descriptor === 0 ? NT.INSUFFICIENT_RESOURCES : NT.SUCCESS);
    },
  },
  {
    // (SecurityDescriptor)
    name: 'FltFreeSecurityDescriptor',
    cost: 10,
    step(k, f) {
      k.mem.checked.u8(f.ptr(0));
      k.pool.free(f.ptr(0));
      return k.returnVoid();
    },
  },
];
