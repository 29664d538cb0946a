// The object namespace: directories of names, symbolic links, and the walk from a path to an object. Names compare without case. The walk stops at
// objects that have a name space of their own behind them (devices: files; the registry root: keys) and says what is left of the path.
import type { Addr } from '../../machine/abi.js';
import type { Kernel, KernelRoutine } from '../kernel.js';
import {
  CM_KEY_BODY,
  CMP_NODE,
  FILE_OBJECT,
  OB_GLOBALS,
  OBJECT_ATTRIBUTES,
  OBJECT_DIRECTORY,
  OBJECT_DIRECTORY_ENTRY,
  OBJECT_HEADER,
  OBJECT_HEADER_NAME_INFO,
  OBJECT_SYMBOLIC_LINK,
  UNICODE_STRING,
} from '../layouts.gen.js';
import { entries, initListHead, insertTail, remove } from '../rtl/list.js';
import { currentAccount } from '../se/account.js';
import { OB_OPERATION_HANDLE_CREATE } from './callbacks.js';
import {
  allocateObject,
  dropReference,
  freeObject,
  handleCount,
  headerOf,
  isType,
  nameInfoOf,
  nameOf,
  OBP_PERMANENT,
  objectType,
  referenceObject,
} from './object.js';
import { referenceByHandle } from './reference.js';
import { makeServices, previousMode, probeUser, type ServiceDefinition, USER_MODE } from './service.js';
import { NT, ntSuccess } from './status.js';
import { allocateUnicode, captureUnicode, freeUnicode, readUnicode, sameName } from './strings.js';
import { ObType, type ObTypeIndex, typeOf } from './types.js';

const MAXIMUM_LINKS = 32;

export interface Lookup {
  readonly status: number;
  /** The object found (not referenced), or 0. */
  readonly body: Addr;
  /** What follows a device or key root in the path, e.g. `\dir\file`. */
  readonly remaining: string;
  /** Where the last name was searched, and that name: for inserting. */
  readonly directory: Addr;
  readonly leaf: string;
}

const not = (status: number, directory = 0, leaf = ''): Lookup => ({ status, body: 0, remaining: '', directory, leaf });

/** Object with this name in a directory, or 0. */
export function findInDirectory(k: Kernel, directory: Addr, name: string): Addr {
  for (const e of entries(k.mem, directory + OBJECT_DIRECTORY.Entries)) {
    const body = k.mem.ptr(e - OBJECT_DIRECTORY_ENTRY.Link + OBJECT_DIRECTORY_ENTRY.Object);
    if (sameName(readUnicode(k, nameOf(body)), name)) return body;
  }
  return 0;
}

export const rootDirectory = (k: Kernel): Addr => k.mem.ptr(k.globals.OB + OB_GLOBALS.RootDirectory);

/** Walks `path` from the root (or from the directory `start`). `followLast`: resolve a symbolic link in the last place too. */
export function lookupPath(k: Kernel, path: string, followLast = true, start = 0): Lookup {
  if (start === 0 && !path.startsWith('\\')) return not(path === '' ? NT.OBJECT_NAME_INVALID : NT.OBJECT_PATH_SYNTAX_BAD);
  let rest = path;
  for (let links = 0; links < MAXIMUM_LINKS; links++) {
    let directory = start !== 0 && links === 0 ? start : rootDirectory(k);
    const parts = rest.split('\\').filter((p) => p !== '');
    if (parts.length === 0) return { status: NT.SUCCESS, body: directory, remaining: '', directory, leaf: '' };
    let redirected = false;
    for (let i = 0; i < parts.length; i++) {
      const last = i === parts.length - 1;
      const body = findInDirectory(k, directory, parts[i]);
      if (body === 0) return last ? not(NT.OBJECT_NAME_NOT_FOUND, directory, parts[i]) : not(NT.OBJECT_PATH_NOT_FOUND);
      if (isType(k, body, ObType.SymbolicLink) && (!last || followLast)) {
        const target = readUnicode(k, body + OBJECT_SYMBOLIC_LINK.LinkTarget);
        rest = [target, ...parts.slice(i + 1)].join('\\') + (rest.endsWith('\\') ? '\\' : '');
        redirected = true;
        break;
      }
      if (last) {
        // `\Device\X\` names the root directory of a device, `\Device\X` the device itself.
        const slash = rest.endsWith('\\') && isType(k, body, ObType.Device) ? '\\' : '';
        return { status: NT.SUCCESS, body, remaining: slash, directory, leaf: parts[i] };
      }
      if (isType(k, body, ObType.Device) || isType(k, body, ObType.Key)) {
        const after = parts.slice(i + 1).join('\\');
        return { status: NT.SUCCESS, body, remaining: `\\${after}${rest.endsWith('\\') ? '\\' : ''}`, directory, leaf: parts[i] };
      }
      if (!isType(k, body, ObType.Directory)) return not(NT.OBJECT_PATH_NOT_FOUND);
      directory = body;
    }
    if (!redirected) break;
  }
  return not(NT.OBJECT_NAME_INVALID);
}

/** Gives an object its name in a directory; the directory holds a reference. False: out of memory. */
export function insertName(k: Kernel, directory: Addr, name: string, body: Addr): boolean {
  const entry = k.pool.allocate('nonpaged', OBJECT_DIRECTORY_ENTRY.sizeof, 'ObDi');
  if (entry === 0 || !allocateUnicode(k, nameOf(body), name, 'ObNm')) return false;
  k.mem.setPtr(nameInfoOf(body) + OBJECT_HEADER_NAME_INFO.Directory, directory);
  k.mem.setU32(headerOf(body) + OBJECT_HEADER.Account, currentAccount(k));
  k.mem.setPtr(entry + OBJECT_DIRECTORY_ENTRY.Object, body);
  k.mem.setU32(entry + OBJECT_DIRECTORY_ENTRY.HashValue, 0);
  insertTail(k.mem, directory + OBJECT_DIRECTORY.Entries, entry + OBJECT_DIRECTORY_ENTRY.Link);
  referenceObject(k, body);
  return true;
}

/** Takes the name out of its directory and drops the directory's reference (others remain: the caller holds one). */
export function removeName(k: Kernel, body: Addr): void {
  const directory = k.mem.ptr(nameInfoOf(body) + OBJECT_HEADER_NAME_INFO.Directory);
  if (directory === 0) return;
  for (const e of entries(k.mem, directory + OBJECT_DIRECTORY.Entries)) {
    const entry = e - OBJECT_DIRECTORY_ENTRY.Link;
    if (k.mem.ptr(entry + OBJECT_DIRECTORY_ENTRY.Object) !== body) continue;
    remove(k.mem, e);
    k.pool.free(entry);
    k.mem.setPtr(nameInfoOf(body) + OBJECT_HEADER_NAME_INFO.Directory, 0);
    dropReference(k, body);
    return;
  }
}

/** Last handle closed: a name that is not permanent goes. The caller still holds a reference. */
export function removeTemporaryName(k: Kernel, body: Addr): void {
  if ((k.mem.u8(headerOf(body) + OBJECT_HEADER.Flags) & OBP_PERMANENT) === 0) removeName(k, body);
}

export function setPermanent(k: Kernel, body: Addr, permanent: boolean): void {
  const flags = headerOf(body) + OBJECT_HEADER.Flags;
  k.mem.setU8(flags, permanent ? k.mem.u8(flags) | OBP_PERMANENT : k.mem.u8(flags) & ~OBP_PERMANENT);
}

const OBJ_PERMANENT = 0x10;
/** Attributes of a creation: only kernel mode can ask for a permanent object; user mode needs SeCreatePermanentPrivilege, which nobody here is given. */
export const refusesPermanent = (k: Kernel, flags: number): boolean => (flags & OBJ_PERMANENT) !== 0 && previousMode(k) === USER_MODE;
/** A new object that has its name now. */
export function keepIfPermanent(k: Kernel, body: Addr, flags: number): void {
  if (flags & OBJ_PERMANENT) setPermanent(k, body, true);
}

/** Boot: a permanent directory. */
export function createDirectory(k: Kernel, parent: Addr, name: string): Addr {
  const body = allocateObject(k, ObType.Directory, OBJECT_DIRECTORY.sizeof, 'Dire');
  initListHead(k.mem, body + OBJECT_DIRECTORY.Entries);
  setPermanent(k, body, true);
  if (parent !== 0) insertName(k, parent, name, body);
  return body;
}

/** New symbolic link object without a name, 0: out of memory. */
export function allocateLink(k: Kernel, target: string): Addr {
  const body = allocateObject(k, ObType.SymbolicLink, OBJECT_SYMBOLIC_LINK.sizeof, 'Symb');
  if (body === 0) return 0;
  if (!allocateUnicode(k, body + OBJECT_SYMBOLIC_LINK.LinkTarget, target, 'Symt')) {
    freeObject(k, body);
    return 0;
  }
  k.mem.setI64(body + OBJECT_SYMBOLIC_LINK.CreationTime, k.systemTime());
  return body;
}

/** New symbolic link object in a directory; returns 0 when out of memory. The reference of creation is the caller's. */
export function createLink(k: Kernel, directory: Addr, name: string, target: string): Addr {
  const body = allocateLink(k, target);
  if (body === 0 || insertName(k, directory, name, body)) return body;
  freeUnicode(k, body + OBJECT_SYMBOLIC_LINK.LinkTarget);
  freeObject(k, body);
  return 0;
}

/** Boot: the directories and links that every system has. */
export function createNamespace(k: Kernel): void {
  const root = createDirectory(k, 0, '');
  k.mem.setPtr(k.globals.OB + OB_GLOBALS.RootDirectory, root);
  for (const name of [
    'Device',
    'Driver',
    'FileSystem',
    'ObjectTypes',
    'KernelObjects',
    'BaseNamedObjects',
    'Callback',
    'GLOBAL??',
    'Security',
    'KnownDlls',
  ]) {
    createDirectory(k, root, name);
  }
  const global = findInDirectory(k, root, 'GLOBAL??');
  for (const [name, target] of [
    ['??', '\\GLOBAL??'],
    ['DosDevices', '\\??'],
    ['SystemRoot', '\\Device\\HarddiskVolume3\\Windows'],
  ]) {
    setPermanent(k, createLink(k, root, name, target), true);
  }
  for (const [name, target] of [
    ['GLOBALROOT', ''],
    ['Global', '\\GLOBAL??'],
    ['C:', '\\Device\\HarddiskVolume3'],
  ]) {
    setPermanent(k, createLink(k, global, name, target), true);
  }
}

/** Full name of an object: `\Device\ProcWatch`; files: device name plus file name; keys: registry path; '' when it has none. */
export function fullName(k: Kernel, body: Addr): string {
  if (isType(k, body, ObType.File)) {
    const device = k.mem.ptr(body + FILE_OBJECT.DeviceObject);
    return (device === 0 ? '' : fullName(k, device)) + readUnicode(k, body + FILE_OBJECT.FileName);
  }
  if (isType(k, body, ObType.Key)) {
    const node = k.mem.ptr(body + CM_KEY_BODY.KeyControlBlock);
    return node === 0 ? '' : readUnicode(k, node + CMP_NODE.FullName);
  }
  if (body === rootDirectory(k)) return '\\';
  let path = '';
  for (let at = body, i = 0; at !== 0 && at !== rootDirectory(k) && i < MAXIMUM_LINKS; i++) {
    const directory = k.mem.ptr(nameInfoOf(at) + OBJECT_HEADER_NAME_INFO.Directory);
    if (directory === 0) return i === 0 ? '' : path;
    path = `\\${readUnicode(k, nameOf(at))}${path}`;
    at = directory;
  }
  return path;
}

export interface Attributes {
  readonly status: number;
  /** Absolute name, or undefined when there is no name. */
  readonly name: string | undefined;
  readonly root: Addr;
  readonly flags: number;
}

/** Captures OBJECT_ATTRIBUTES (NULL allowed). A RootDirectory handle of a directory or key is turned into its full name. */
export function captureAttributes(k: Kernel, attributes: Addr): Attributes {
  if (attributes === 0) return { status: NT.SUCCESS, name: undefined, root: 0, flags: 0 };
  probeUser(k, attributes, OBJECT_ATTRIBUTES.sizeof);
  const c = k.mem.checked;
  const length = c.u32(attributes + OBJECT_ATTRIBUTES.Length);
  if (length !== OBJECT_ATTRIBUTES.sizeof) return { status: NT.INVALID_PARAMETER, name: undefined, root: 0, flags: 0 };
  const flags = c.u32(attributes + OBJECT_ATTRIBUTES.Attributes);
  const us = c.ptr(attributes + OBJECT_ATTRIBUTES.ObjectName);
  const root = c.ptr(attributes + OBJECT_ATTRIBUTES.RootDirectory);
  if (us === 0) return { status: NT.SUCCESS, name: undefined, root, flags };
  probeUser(k, us, UNICODE_STRING.sizeof);
  const length16 = c.u16(us + UNICODE_STRING.Length);
  if (length16 % 2 !== 0) return { status: NT.OBJECT_NAME_INVALID, name: undefined, root, flags };
  probeUser(k, c.ptr(us + UNICODE_STRING.Buffer), length16);
  let name = captureUnicode(k, us);
  if (root !== 0) {
    if (name.startsWith('\\')) return { status: NT.OBJECT_NAME_INVALID, name: undefined, root, flags };
    const r = referenceByHandle(k, root, 0, 0, previousMode(k));
    if (!ntSuccess(r.status)) return { status: r.status, name: undefined, root, flags };
    const base = fullName(k, r.body);
    dropReference(k, r.body); // its handle keeps it
    name = name === '' ? base : `${base === '\\' ? '' : base}\\${name}`;
  }
  return { status: NT.SUCCESS, name: name === '' ? undefined : name, root, flags };
}

/** Opens an existing object of a type by name into a handle: shared by NtOpenEvent, NtOpenSymbolicLinkObject ... (Handle*, Access, Attributes). */
export function openByName(name: string, type: ObTypeIndex): ServiceDefinition {
  return {
    name,
    args: 3,
    locals: 2,
    step(k, f) {
      if (f.pc === 0) {
        probeUser(k, f.ptr(0), 8, true);
        const a = captureAttributes(k, f.ptr(2));
        if (!ntSuccess(a.status)) return k.return(a.status);
        if (a.name === undefined) return k.return(NT.OBJECT_PATH_SYNTAX_BAD);
        const found = lookupPath(k, a.name, type !== ObType.SymbolicLink);
        if (!ntSuccess(found.status)) return k.return(found.status);
        if (!isType(k, found.body, type)) return k.return(NT.OBJECT_TYPE_MISMATCH);
        return k.call(f, 1, 'ObpCreateHandle', [
          found.body,
          f.u32(1),
          a.flags,
          previousMode(k),
          0,
          f.localAddress(0),
          OB_OPERATION_HANDLE_CREATE,
          0,
        ]);
      }
      const status = f.result32 | 0;
      if (ntSuccess(status)) k.mem.checked.setPtr(f.ptr(0), f.get(0));
      return k.return(status);
    },
  };
}

const services: ServiceDefinition[] = [
  openByName('OpenSymbolicLinkObject', ObType.SymbolicLink),
  openByName('OpenDirectoryObject', ObType.Directory),
  {
    // (LinkHandle, PUNICODE_STRING LinkTarget, PULONG ReturnedLength)
    name: 'QuerySymbolicLinkObject',
    args: 3,
    step(k, f) {
      const r = referenceByHandle(k, f.ptr(0), 1, typeOf(k, ObType.SymbolicLink), previousMode(k));
      if (!ntSuccess(r.status)) return k.return(r.status);
      const target = readUnicode(k, r.body + OBJECT_SYMBOLIC_LINK.LinkTarget);
      dropReference(k, r.body);
      const us = f.ptr(1);
      probeUser(k, us, UNICODE_STRING.sizeof, true);
      const c = k.mem.checked;
      if (f.ptr(2) !== 0) c.setU32(f.ptr(2), target.length * 2);
      if (c.u16(us + UNICODE_STRING.MaximumLength) < target.length * 2) return k.return(NT.BUFFER_TOO_SMALL);
      c.writeUtf16(c.ptr(us + UNICODE_STRING.Buffer), target);
      c.setU16(us + UNICODE_STRING.Length, target.length * 2);
      return k.return(NT.SUCCESS);
    },
  },
  {
    name: 'MakeTemporaryObject',
    args: 1,
    step(k, f) {
      if (f.pc === 1) return k.return(NT.SUCCESS);
      const r = referenceByHandle(k, f.ptr(0), 0x10000, 0, previousMode(k));
      if (!ntSuccess(r.status)) return k.return(r.status);
      setPermanent(k, r.body, false);
      if (handleCount(k, r.body) === 0) removeName(k, r.body);
      return k.call(f, 1, 'ObfDereferenceObject', [r.body]);
    },
  },
];

export const routines: KernelRoutine[] = [
  ...makeServices(services),
  {
    // (Object): name goes when no handle is open.
    name: 'ObMakeTemporaryObject',
    step(k, f) {
      setPermanent(k, f.ptr(0), false);
      if (handleCount(k, f.ptr(0)) === 0) removeName(k, f.ptr(0));
      return k.returnVoid();
    },
  },
  {
    // (ObjectName, Attributes, AccessState, DesiredAccess, ObjectType, AccessMode, ParseContext, *Object)
    name: 'ObReferenceObjectByName',
    cost: 30,
    step(k, f) {
      const found = lookupPath(k, captureUnicode(k, f.ptr(0)));
      if (!ntSuccess(found.status)) return k.return(found.status);
      if (found.remaining !== '') return k.return(NT.OBJECT_NAME_NOT_FOUND);
      if (f.ptr(4) !== 0 && f.ptr(4) !== objectType(k, found.body)) return k.return(NT.OBJECT_TYPE_MISMATCH);
      referenceObject(k, found.body);
      k.mem.checked.setPtr(f.ptr(7), found.body);
      return k.return(NT.SUCCESS);
    },
  },
  {
    // (Object, ObjectNameInfo, Length, PULONG ReturnLength)
    name: 'ObQueryNameString',
    cost: 30,
    step(k, f) {
      const name = fullName(k, f.ptr(0));
      const info = f.ptr(1);
      const length = f.u32(2);
      const needed = UNICODE_STRING.sizeof + (name === '' ? 0 : name.length * 2 + 2);
      k.mem.checked.setU32(f.ptr(3), needed);
      if (info === 0 || length < needed) return k.return(NT.INFO_LENGTH_MISMATCH);
      const c = k.mem.checked;
      const buffer = info + UNICODE_STRING.sizeof;
      c.setU16(info + UNICODE_STRING.Length, name.length * 2);
      c.setU16(info + UNICODE_STRING.MaximumLength, name === '' ? 0 : name.length * 2 + 2);
      c.setPtr(info + UNICODE_STRING.Buffer, name === '' ? 0 : buffer);
      if (name !== '') c.writeUtf16(buffer, name, true);
      return k.return(NT.SUCCESS);
    },
  },
  {
    // Delete procedure: (SymbolicLink)
    name: 'ObpDeleteSymbolicLink',
    step(k, f) {
      const buffer = k.mem.ptr(f.ptr(0) + OBJECT_SYMBOLIC_LINK.LinkTarget + UNICODE_STRING.Buffer);
      if (buffer !== 0) k.pool.free(buffer);
      return k.returnVoid();
    },
  },
];
