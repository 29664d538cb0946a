// NtSaveKey(Ex) and NtRestoreKey: a key with everything below it to a file and back. The file is written and read through its handle, so that what lies between
// sees the requests; registry callbacks see the operation.
import type { Addr, Status } from '../../machine/abi.js';
import type { Frame, Kernel, KernelRoutine } from '../kernel.js';
import {
  CMP_NODE,
  FILE_STANDARD_INFORMATION,
  IO_STATUS_BLOCK,
  REG_NOTIFY_CLASS as Notify,
  REG_RESTORE_KEY_INFORMATION,
  REG_SAVE_KEY_INFORMATION,
} from '../layouts.gen.js';
import { stopNotSimulated } from '../not-simulated.js';
import { borrowFor, referenceFor } from '../ob/reference.js';
import { makeServices, previousMode, type ServiceDefinition } from '../ob/service.js';
import { NT, ntSuccess } from '../ob/status.js';
import { readUnicode } from '../ob/strings.js';
import { ObType } from '../ob/types.js';
import { holdsPrivilege } from '../se/access-check.js';
import { createNode, deleteNode, deleteValue, freeNode, rootNode, setValue, subKeys, values } from './hive.js';
import { decodeHive, encodeHive, HEADER_SIZE, isHive, type SavedKey } from './hive-file.js';
import { begin, end, nodeOf } from './key-object.js';
import { Change, reportChange } from './notify.js';

const SE_BACKUP_PRIVILEGE = 17;
const SE_RESTORE_PRIVILEGE = 18;
const FILE_READ_DATA = 1;
const FILE_WRITE_DATA = 2;
const REG_STANDARD_FORMAT = 1;
const REG_LATEST_FORMAT = 2;
const REG_NO_COMPRESSION = 4;
const REG_WHOLE_HIVE_VOLATILE = 1;
const REG_REFRESH_HIVE = 2;
const REG_NO_LAZY_FLUSH = 4;
const REG_FORCE_RESTORE = 8;
const FileStandardInformation = 5;
const FileEndOfFileInformation = 20;

// Locals; the status block has two slots, the information of a query three.
const BODY = 0;
const OPERATION = 1;
const STATUS = 2;
const BUFFER = 3;
const LENGTH = 4;
const BLOCK = 5;
const OFFSET = 7;
const INFORMATION = 8;
const LOCALS = 11;

// Steps.
const Pc = { Pre: 1, Query: 2, Transfer: 3, Size: 4, Post: 5, Dereference: 6 } as const;

interface FileOperation {
  readonly name: string;
  readonly args: number;
  readonly privilege: number;
  readonly fileAccess: number;
  readonly pre: number;
  readonly post: number;
  readonly contextOffset: number;
  /** Checks the arguments. */
  readonly check: (k: Kernel, f: Frame) => number;
  readonly fill: (k: Kernel, f: Frame, info: Addr) => void;
  /** The callbacks agree. */
  readonly perform: (k: Kernel, f: Frame, node: Addr) => Status;
  /** A call of a file service has returned. */
  readonly go: (k: Kernel, f: Frame) => Status;
}

/** The operation is over: post callbacks, then memory and references. */
function done(k: Kernel, f: Frame, o: FileOperation, status: number): Status {
  f.set(STATUS, status);
  if (f.get(BUFFER) !== 0) k.pool.free(f.get(BUFFER));
  f.set(BUFFER, 0);
  const key = readUnicode(k, nodeOf(k, f.get(BODY)) + CMP_NODE.FullName);
  k.event('cm.operation', { service: o.name, key, status: status >>> 0 });
  if (f.get(OPERATION) === 0) return k.call(f, Pc.Dereference, 'ObfDereferenceObject', [f.get(BODY)]);
  return k.call(f, Pc.Post, 'CmpCallPostCallbacks', [f.get(OPERATION), status]);
}

/** (KeyHandle, FileHandle, ...) */
function onFile(o: FileOperation): ServiceDefinition {
  const perform = (k: Kernel, f: Frame): Status => {
    const node = nodeOf(k, f.get(BODY));
    return k.mem.u32(node + CMP_NODE.Deleted) !== 0 ? done(k, f, o, NT.KEY_DELETED) : o.perform(k, f, node);
  };
  return {
    name: o.name,
    args: o.args,
    locals: LOCALS,
    cost: 100,
    step(k, f) {
      switch (f.pc) {
        case 0: {
          if (!holdsPrivilege(k, o.privilege, previousMode(k))) return k.return(NT.PRIVILEGE_NOT_HELD);
          const bad = o.check(k, f);
          if (!ntSuccess(bad)) return k.return(bad);
          const file = borrowFor(k, f.ptr(1), o.fileAccess, ObType.File);
          if (!ntSuccess(file.status)) return k.return(file.status);
          const r = referenceFor(k, f.ptr(0), 0, ObType.Key);
          if (!ntSuccess(r.status)) return k.return(r.status);
          f.set(BODY, r.body);
          const op = begin(k, o.pre, o.post, r.body, '', o.contextOffset, (info) => o.fill(k, f, info));
          f.set(OPERATION, op);
          return op === 0 ? perform(k, f) : k.call(f, Pc.Pre, 'CmpCallPreCallbacks', [op]);
        }
        case Pc.Pre: {
          const pre = f.result32 | 0;
          if (ntSuccess(pre)) return perform(k, f);
          return done(k, f, o, pre === NT.CALLBACK_BYPASS ? NT.SUCCESS : pre);
        }
        case Pc.Post:
          end(k, f.get(OPERATION));
          f.set(STATUS, f.result32 | 0);
          return k.call(f, Pc.Dereference, 'ObfDereferenceObject', [f.get(BODY)]);
        case Pc.Dereference:
          return k.return(f.get(STATUS));
        default:
          return o.go(k, f);
      }
    },
    unwind(k, f) {
      if (f.get(BUFFER) !== 0) k.pool.free(f.get(BUFFER));
    },
  };
}

/** Buffer for the contents of the file; false: out of memory. */
function allocate(k: Kernel, f: Frame, length: number): boolean {
  const buffer = k.pool.allocate('paged', length, 'CmHv');
  f.set(BUFFER, buffer);
  f.set(LENGTH, length);
  return buffer !== 0;
}

/** ZwReadFile or ZwWriteFile of the whole buffer. */
function transfer(k: Kernel, f: Frame, service: string): Status {
  f.set(OFFSET, 0);
  const args = [f.ptr(1), 0, 0, 0, f.localAddress(BLOCK), f.get(BUFFER), f.get(LENGTH), f.localAddress(OFFSET), 0];
  return k.call(f, Pc.Transfer, service, args);
}
const transferred = (k: Kernel, f: Frame): number => k.mem.ptr(f.localAddress(BLOCK) + IO_STATUS_BLOCK.Information);

function save(name: string, args: number, format: (f: Frame) => number): ServiceDefinition {
  const o: FileOperation = {
    name,
    args,
    privilege: SE_BACKUP_PRIVILEGE,
    fileAccess: FILE_WRITE_DATA,
    pre: Notify.RegNtPreSaveKey,
    post: Notify.RegNtPostSaveKey,
    contextOffset: REG_SAVE_KEY_INFORMATION.CallContext,
    check: (_k, f) =>
      [REG_STANDARD_FORMAT, REG_LATEST_FORMAT, REG_NO_COMPRESSION].includes(format(f)) ? NT.SUCCESS : NT.INVALID_PARAMETER,
    fill(k, f, info) {
      k.mem.setPtr(info + REG_SAVE_KEY_INFORMATION.FileHandle, f.ptr(1));
      k.mem.setU32(info + REG_SAVE_KEY_INFORMATION.Format, format(f));
    },
    perform(k, f, node) {
      const bytes = encodeHive(k, node);
      if (!allocate(k, f, bytes.length)) return done(k, f, o, NT.INSUFFICIENT_RESOURCES);
      k.mem.setBytes(f.get(BUFFER), bytes);
      return transfer(k, f, 'ZwWriteFile');
    },
    go(k, f) {
      const status = f.result32 | 0;
      if (!ntSuccess(status)) return done(k, f, o, status);
      if (f.pc === Pc.Size) return done(k, f, o, NT.SUCCESS);
      if (transferred(k, f) !== f.get(LENGTH)) return done(k, f, o, NT.REGISTRY_IO_FAILED);
      // What the file had behind it is cut off.
      f.set(OFFSET, f.get(LENGTH));
      return k.call(f, Pc.Size, 'ZwSetInformationFile', [
        f.ptr(1),
        f.localAddress(BLOCK),
        f.localAddress(OFFSET),
        8,
        FileEndOfFileInformation,
      ]);
    },
  };
  return onFile(o);
}

const isHiveRoot = (k: Kernel, node: Addr): boolean => {
  const parent = k.mem.ptr(node + CMP_NODE.Parent);
  return parent !== 0 && k.mem.ptr(parent + CMP_NODE.Parent) === rootNode(k);
};

/** Is a key below this one open? */
const opened = (k: Kernel, node: Addr): boolean => subKeys(k, node).some((n) => k.mem.u32(n + CMP_NODE.Bodies) !== 0 || opened(k, n));

/** Deletes everything below a key; keys that are open stay as deleted ones until they are closed. */
function empty(k: Kernel, node: Addr): void {
  for (const n of subKeys(k, node)) {
    empty(k, n);
    const open = k.mem.u32(n + CMP_NODE.Bodies) !== 0;
    deleteNode(k, n);
    if (!open) freeNode(k, n);
  }
  for (const v of values(k, node)) deleteValue(k, node, v);
}

/** Makes the values and subkeys of a saved key; false: out of memory. */
function fillNode(k: Kernel, node: Addr, from: SavedKey): boolean {
  if (!from.values.every((v) => setValue(k, node, v.name, v.type, v.data))) return false;
  for (const key of from.keys) {
    const child = createNode(k, node, key.name);
    if (child === 0 || !fillNode(k, child, key)) return false;
  }
  k.mem.setI64(node + CMP_NODE.LastWriteTime, from.lastWrite);
  return true;
}

/** The contents of the file are in the buffer. */
function restoreFrom(k: Kernel, f: Frame, node: Addr): number {
  if (k.mem.u32(node + CMP_NODE.Deleted) !== 0) return NT.KEY_DELETED; // while the file was read
  const bytes = k.mem.bytes(f.get(BUFFER), f.get(LENGTH));
  if (!isHive(bytes)) return NT.NOT_REGISTRY_FILE;
  const root = decodeHive(bytes);
  if (!root) return NT.REGISTRY_CORRUPT;
  if ((f.u32(2) & REG_FORCE_RESTORE) === 0 && opened(k, node)) return NT.CANNOT_DELETE;
  empty(k, node);
  const whole = fillNode(k, node, root);
  reportChange(k, node, Change.Name | Change.LastSet);
  return whole ? NT.SUCCESS : NT.INSUFFICIENT_RESOURCES;
}

const restore: FileOperation = {
  name: 'RestoreKey',
  args: 3,
  privilege: SE_RESTORE_PRIVILEGE,
  fileAccess: FILE_READ_DATA,
  pre: Notify.RegNtPreRestoreKey,
  post: Notify.RegNtPostRestoreKey,
  contextOffset: REG_RESTORE_KEY_INFORMATION.CallContext,
  check(_k, f) {
    const known = REG_WHOLE_HIVE_VOLATILE | REG_REFRESH_HIVE | REG_NO_LAZY_FLUSH | REG_FORCE_RESTORE;
    return f.u32(2) & ~known ? NT.INVALID_PARAMETER : NT.SUCCESS;
  },
  fill(k, f, info) {
    k.mem.setPtr(info + REG_RESTORE_KEY_INFORMATION.FileHandle, f.ptr(1));
    k.mem.setU32(info + REG_RESTORE_KEY_INFORMATION.Flags, f.u32(2));
  },
  perform(k, f, node) {
    const flags = f.u32(2);
    const parent = k.mem.ptr(node + CMP_NODE.Parent);
    // \REGISTRY itself is no key of a hive.
    if (parent === 0) return done(k, f, restore, NT.ACCESS_DENIED);
    // A volatile hive goes below \REGISTRY\MACHINE or \REGISTRY\USER, and only a hive has a last flush to go back to. Here nothing is ever flushed.
    if (flags & REG_WHOLE_HIVE_VOLATILE && parent !== rootNode(k)) return done(k, f, restore, NT.INVALID_PARAMETER);
    if (flags & REG_REFRESH_HIVE && !isHiveRoot(k, node)) return done(k, f, restore, NT.INVALID_PARAMETER);
    if (flags & (REG_WHOLE_HIVE_VOLATILE | REG_REFRESH_HIVE))
      return stopNotSimulated(k, f, `NtRestoreKey(${flags & REG_REFRESH_HIVE ? 'REG_REFRESH_HIVE' : 'REG_WHOLE_HIVE_VOLATILE'})`);
    return k.call(f, Pc.Query, 'ZwQueryInformationFile', [
      f.ptr(1),
      f.localAddress(BLOCK),
      f.localAddress(INFORMATION),
      FILE_STANDARD_INFORMATION.sizeof,
      FileStandardInformation,
    ]);
  },
  go(k, f) {
    const status = f.result32 | 0;
    if (!ntSuccess(status)) return done(k, f, restore, status);
    if (f.pc === Pc.Query) {
      const size = k.mem.ptr(f.localAddress(INFORMATION) + FILE_STANDARD_INFORMATION.EndOfFile);
      if (size < HEADER_SIZE) return done(k, f, restore, NT.NOT_REGISTRY_FILE);
      return allocate(k, f, size) ? transfer(k, f, 'ZwReadFile') : done(k, f, restore, NT.INSUFFICIENT_RESOURCES);
    }
    if (transferred(k, f) !== f.get(LENGTH)) return done(k, f, restore, NT.REGISTRY_IO_FAILED);
    return done(k, f, restore, restoreFrom(k, f, nodeOf(k, f.get(BODY))));
  },
};

const services: ServiceDefinition[] = [
  // (KeyHandle, FileHandle)
  save('SaveKey', 2, () => REG_STANDARD_FORMAT),
  // (KeyHandle, FileHandle, Format): one format of our own, whatever is asked for
  save('SaveKeyEx', 3, (f) => f.u32(2)),
  // (KeyHandle, FileHandle, Flags)
  onFile(restore),
];

export const routines: KernelRoutine[] = makeServices(services);
