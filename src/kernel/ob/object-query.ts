// NtQueryObject, NtQueryDirectoryObject, NtCreateDirectoryObject, NtCreateSymbolicLinkObject and ObOpenObjectByName.
import type { Addr, Status } from '../../machine/abi.js';
import type { Frame, Kernel, KernelRoutine } from '../kernel.js';
import {
  OBJECT_DIRECTORY,
  OBJECT_DIRECTORY_ENTRY,
  OBJECT_HEADER,
  OBJECT_TYPE,
  OBJECT_TYPE_INITIALIZER,
  UNICODE_STRING,
} from '../layouts.gen.js';
import { stopNotSimulated } from '../not-simulated.js';
import { entries, initListHead } from '../rtl/list.js';
import { OB_OPERATION_HANDLE_CREATE } from './callbacks.js';
import { handleFlags } from './handle-flags.js';
import { type Attributes, allocateLink, captureAttributes, fullName, lookupPath, refusesPermanent } from './namespace.js';
import { giveName, nameForNew } from './new-name.js';
import { allocateObject, dropReference, handleCount, headerOf, isType, nameOf, objectType } from './object.js';
import { referenceByHandle, referenceFor } from './reference.js';
import { assignSecurity, captureSecurity } from './security.js';
import { makeServices, previousMode, probeUser, type ServiceDefinition } from './service.js';
import { NT, ntSuccess } from './status.js';
import { captureUnicode, readUnicode } from './strings.js';
import { ObType, type ObTypeIndex, typeName } from './types.js';

const BASIC_SIZE = 56;
const TYPE_SIZE = 0x68;
const DIRECTORY_QUERY = 1;

/** A structure that begins with a UNICODE_STRING, its text behind `fixed` bytes. */
function counted(at: Addr, text: string, fixed: number): Uint8Array {
  const bytes = new Uint8Array(fixed + (text === '' ? 0 : 2 * text.length + 2));
  const view = new DataView(bytes.buffer);
  view.setUint16(UNICODE_STRING.Length, 2 * text.length, true);
  view.setUint16(UNICODE_STRING.MaximumLength, text === '' ? 0 : 2 * text.length + 2, true);
  view.setBigInt64(UNICODE_STRING.Buffer, text === '' ? 0n : BigInt(at + fixed), true);
  for (let i = 0; i < text.length; i++) view.setUint16(fixed + 2 * i, text.charCodeAt(i), true);
  return bytes;
}

function typeInformation(k: Kernel, body: Addr, at: Addr): Uint8Array {
  const type = objectType(k, body);
  const bytes = counted(at, typeName(k, type), TYPE_SIZE);
  const view = new DataView(bytes.buffer);
  view.setUint32(0x10, k.mem.u32(type + OBJECT_TYPE.TotalNumberOfObjects), true);
  view.setUint32(0x14, k.mem.u32(type + OBJECT_TYPE.TotalNumberOfHandles), true);
  view.setUint32(0x4c, k.mem.u32(type + OBJECT_TYPE.TypeInfo + OBJECT_TYPE_INITIALIZER.ValidAccessMask), true);
  return bytes;
}

function basicInformation(k: Kernel, body: Addr, attributes: number, access: number): Uint8Array {
  const bytes = new Uint8Array(BASIC_SIZE);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, attributes, true);
  view.setUint32(4, access, true);
  view.setUint32(8, handleCount(k, body), true);
  view.setUint32(12, k.mem.u32(headerOf(body) + OBJECT_HEADER.PointerCount) - 1, true); // without the reference of this query
  return bytes;
}

/** (Handle, Class, Buffer, Length, PULONG ReturnLength) */
function queryObject(k: Kernel, f: Frame): Status {
  const c = k.mem.checked;
  const [kind, buffer, length] = [f.u32(1), f.ptr(2), f.u32(3)];
  if (kind > 2 && kind !== 4) {
    if (kind > 5) return k.return(NT.INVALID_INFO_CLASS);
    return stopNotSimulated(k, f, `ZwQueryObject(class ${kind})`);
  }
  const r = referenceByHandle(k, f.ptr(0), 0, 0, previousMode(k));
  if (!ntSuccess(r.status)) return k.return(r.status);
  const bytes =
    kind === 4
      ? handleFlags(r.attributes)
      : kind === 0
        ? basicInformation(k, r.body, r.attributes, r.access)
        : kind === 1
          ? counted(buffer, fullName(k, r.body), UNICODE_STRING.sizeof)
          : typeInformation(k, r.body, buffer);
  dropReference(k, r.body); // its handle keeps it
  if (f.ptr(4) !== 0) {
    probeUser(k, f.ptr(4), 4, true);
    c.setU32(f.ptr(4), bytes.length);
  }
  if (kind === 0 || kind === 4 ? length !== bytes.length : length < bytes.length) return k.return(NT.INFO_LENGTH_MISMATCH);
  probeUser(k, buffer, length, true);
  c.setBytes(buffer, bytes);
  return k.return(NT.SUCCESS);
}

const ENTRY_SIZE = 2 * UNICODE_STRING.sizeof;

/** (DirectoryHandle, Buffer, Length, ReturnSingleEntry, RestartScan, PULONG Context, PULONG ReturnLength): OBJECT_DIRECTORY_INFORMATION, ended by an empty one */
function queryDirectory(k: Kernel, f: Frame): Status {
  const c = k.mem.checked;
  const [buffer, length, single] = [f.ptr(1), f.u32(2), f.bool(3)];
  probeUser(k, f.ptr(5), 4, true);
  if (f.ptr(6) !== 0) probeUser(k, f.ptr(6), 4, true);
  const r = referenceFor(k, f.ptr(0), DIRECTORY_QUERY, ObType.Directory);
  if (!ntSuccess(r.status)) return k.return(r.status);
  const objects = entries(k.mem, r.body + OBJECT_DIRECTORY.Entries).map((e) =>
    k.mem.ptr(e - OBJECT_DIRECTORY_ENTRY.Link + OBJECT_DIRECTORY_ENTRY.Object),
  );
  dropReference(k, r.body); // its handle keeps it
  let next = f.bool(4) ? 0 : c.u32(f.ptr(5));
  const taken: { readonly name: string; readonly type: string }[] = [];
  let size = ENTRY_SIZE; // the empty entry at the end
  for (; next < objects.length; next++) {
    const one = { name: readUnicode(k, nameOf(objects[next])), type: typeName(k, objectType(k, objects[next])) };
    const needed = ENTRY_SIZE + 2 * (one.name.length + one.type.length) + 4;
    if (size + needed > length) {
      if (taken.length > 0) break;
      if (f.ptr(6) !== 0) c.setU32(f.ptr(6), size + needed);
      return k.return(single ? NT.BUFFER_TOO_SMALL : NT.MORE_ENTRIES);
    }
    size += needed;
    taken.push(one);
    if (single) {
      next++;
      break;
    }
  }
  c.setU32(f.ptr(5), next);
  if (taken.length === 0) {
    if (f.ptr(6) !== 0) c.setU32(f.ptr(6), 0);
    return k.return(NT.NO_MORE_ENTRIES);
  }
  probeUser(k, buffer, size, true);
  c.fill(buffer, ENTRY_SIZE * (taken.length + 1));
  let text = buffer + ENTRY_SIZE * (taken.length + 1);
  taken.forEach((one, i) => {
    [one.name, one.type].forEach((s, j) => {
      const us = buffer + ENTRY_SIZE * i + UNICODE_STRING.sizeof * j;
      c.setU16(us + UNICODE_STRING.Length, 2 * s.length);
      c.setU16(us + UNICODE_STRING.MaximumLength, 2 * s.length + 2);
      c.setPtr(us + UNICODE_STRING.Buffer, text);
      c.writeUtf16(text, s, true);
      text += 2 * s.length + 2;
    });
  });
  if (f.ptr(6) !== 0) c.setU32(f.ptr(6), size);
  return k.return(next < objects.length && !single ? NT.MORE_ENTRIES : NT.SUCCESS);
}

/** (*Handle, Access, ObjectAttributes [, Target]): a new object in a directory, or without a name. Locals: 0 handle, 1 object, 2 status. */
export function creator(name: string, args: number, type: ObTypeIndex, make: (k: Kernel, f: Frame) => Addr): ServiceDefinition {
  return {
    name,
    args,
    locals: 3,
    cost: 50,
    step(k, f) {
      switch (f.pc) {
        case 0: {
          probeUser(k, f.ptr(0), 8, true);
          const a: Attributes = captureAttributes(k, f.ptr(2));
          if (!ntSuccess(a.status)) return k.return(a.status);
          const security = captureSecurity(k, f.ptr(2));
          if (typeof security === 'number') return k.return(security);
          if (refusesPermanent(k, a.flags)) return k.return(NT.PRIVILEGE_NOT_HELD);
          const name = nameForNew(k, a, type, false);
          if (!ntSuccess(name.status)) return k.return(name.status);
          if (name.existing !== 0) {
            f.set(1, 0);
            f.set(2, name.status);
            return handle(k, f, name.existing, a.flags);
          }
          const body = make(k, f);
          if (body === 0) return k.return(NT.INSUFFICIENT_RESOURCES);
          f.set(1, body);
          if (!assignSecurity(k, body, security) || !giveName(k, name, body, a.flags)) {
            f.set(2, NT.INSUFFICIENT_RESOURCES);
            return k.call(f, 2, 'ObfDereferenceObject', [body]);
          }
          f.set(2, NT.SUCCESS);
          return handle(k, f, body, a.flags);
        }
        case 1: {
          const status = f.result32 | 0;
          if (ntSuccess(status)) k.mem.checked.setPtr(f.ptr(0), f.get(0));
          else f.set(2, status);
          return f.get(1) === 0 ? k.return(f.get(2)) : k.call(f, 2, 'ObfDereferenceObject', [f.get(1)]);
        }
        default:
          return k.return(f.get(2));
      }
    },
  };
}

const handle = (k: Kernel, f: Frame, body: Addr, flags: number): Status =>
  k.call(f, 1, 'ObpCreateHandle', [body, f.u32(1), flags, previousMode(k), 0, f.localAddress(0), OB_OPERATION_HANDLE_CREATE, 0]);

function newDirectory(k: Kernel): Addr {
  const body = allocateObject(k, ObType.Directory, OBJECT_DIRECTORY.sizeof, 'Dire');
  if (body !== 0) initListHead(k.mem, body + OBJECT_DIRECTORY.Entries);
  return body;
}

function newLink(k: Kernel, f: Frame): Addr {
  probeUser(k, f.ptr(3), UNICODE_STRING.sizeof);
  return allocateLink(k, captureUnicode(k, f.ptr(3)));
}

export const routines: KernelRoutine[] = [
  ...makeServices([
    { name: 'QueryObject', args: 5, cost: 40, step: queryObject },
    { name: 'QueryDirectoryObject', args: 7, cost: 60, step: queryDirectory },
    creator('CreateDirectoryObject', 3, ObType.Directory, newDirectory),
    creator('CreateSymbolicLinkObject', 4, ObType.SymbolicLink, newLink),
  ]),
  {
    // (ObjectAttributes, ObjectType, AccessMode, AccessState, DesiredAccess, ParseContext, *Handle)
    name: 'ObOpenObjectByName',
    cost: 50,
    locals: 1,
    step(k, f) {
      if (f.pc === 1) {
        if (ntSuccess(f.result32)) k.mem.checked.setPtr(f.ptr(6), f.get(0));
        return k.return(f.result32 | 0);
      }
      const a = captureAttributes(k, f.ptr(0));
      if (!ntSuccess(a.status)) return k.return(a.status);
      if (a.name === undefined) return k.return(NT.OBJECT_PATH_SYNTAX_BAD);
      const found = lookupPath(k, a.name);
      if (!ntSuccess(found.status)) return k.return(found.status);
      if (found.remaining !== '' || isType(k, found.body, ObType.Device))
        return stopNotSimulated(k, f, 'ObOpenObjectByName of a file or key');
      if (f.ptr(1) !== 0 && f.ptr(1) !== objectType(k, found.body)) return k.return(NT.OBJECT_TYPE_MISMATCH);
      return k.call(f, 1, 'ObpCreateHandle', [found.body, f.u32(4), a.flags, f.u8(2), 0, f.localAddress(0), OB_OPERATION_HANDLE_CREATE, 0]);
    },
  },
];
