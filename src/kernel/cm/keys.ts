// The registry services: handles to keys, values, enumeration; every operation passes the registry callbacks. Only what is in hive.ts exists.
import { type Addr, Status } from '../../machine/abi.js';
import type { Frame, Kernel, KernelRoutine } from '../kernel.js';
import {
  CM_KEY_BODY,
  CMP_NODE,
  CMP_OPERATION,
  CMP_VALUE,
  REG_CREATE_KEY_INFORMATION,
  REG_DELETE_KEY_INFORMATION,
  REG_DELETE_VALUE_KEY_INFORMATION,
  REG_ENUMERATE_KEY_INFORMATION,
  REG_KEY_HANDLE_CLOSE_INFORMATION,
  REG_NOTIFY_CLASS as Notify,
  REG_QUERY_KEY_INFORMATION,
  REG_QUERY_VALUE_KEY_INFORMATION,
  REG_RENAME_KEY_INFORMATION,
  REG_SET_INFORMATION_KEY_INFORMATION,
  REG_SET_VALUE_KEY_INFORMATION,
} from '../layouts.gen.js';
import { OB_OPERATION_HANDLE_CREATE } from '../ob/callbacks.js';
import { captureAttributes, lookupPath } from '../ob/namespace.js';
import { allocateObject } from '../ob/object.js';
import { referenceFor } from '../ob/reference.js';
import { type ServiceDefinition, makeServices, previousMode, probeUser } from '../ob/service.js';
import { allocateUnicode, captureUnicode, freeUnicode, readUnicode, sameName } from '../ob/strings.js';
import { NT, ntSuccess } from '../ob/status.js';
import { ObType, typeOf } from '../ob/types.js';
import { hasRegistryCallbacks, KEY_BODY_TYPE } from './callbacks.js';
import { childNamed, createNode, deleteNode, deleteValue, freeNode, nodeAt, rootNode, setValue, subKeys, valueData, valueNamed, values } from './hive.js';

const KEY_QUERY_VALUE = 1;
const KEY_SET_VALUE = 2;
const KEY_CREATE_SUB_KEY = 4;
const KEY_ENUMERATE_SUB_KEYS = 8;
const DELETE = 0x10000;
const REG_CREATED_NEW_KEY = 1;
const REG_OPENED_EXISTING_KEY = 2;

/** Key object for a node (one reference), 0: out of memory. */
export function createKeyObject(k: Kernel, node: Addr): Addr {
  const body = allocateObject(k, ObType.Key, CM_KEY_BODY.sizeof, 'CmKb');
  if (body === 0) return 0;
  k.mem.setU32(body + CM_KEY_BODY.Type, KEY_BODY_TYPE);
  k.mem.setPtr(body + CM_KEY_BODY.KeyControlBlock, node);
  const bodies = node + CMP_NODE.Bodies;
  k.mem.setU32(bodies, k.mem.u32(bodies) + 1);
  return body;
}

const nodeOf = (k: Kernel, body: Addr): Addr => k.mem.ptr(body + CM_KEY_BODY.KeyControlBlock);

/** Operation record when somebody listens, else 0. `fill` writes the pre information. */
function begin(k: Kernel, preClass: number, postClass: number, object: Addr, name: string, contextOffset: number, fill: (info: Addr, op: Addr) => void): Addr {
  if (!hasRegistryCallbacks(k)) return 0;
  const op = k.pool.allocate('nonpaged', CMP_OPERATION.sizeof, 'CmCc');
  if (op === 0) return 0;
  const m = k.mem;
  m.fill(op, CMP_OPERATION.sizeof);
  m.setU32(op + CMP_OPERATION.PreClass, preClass);
  m.setU32(op + CMP_OPERATION.PostClass, postClass);
  m.setPtr(op + CMP_OPERATION.Object, object);
  m.setU32(op + CMP_OPERATION.CallContextOffset, contextOffset);
  allocateUnicode(k, op + CMP_OPERATION.Name, name, 'CmCc');
  m.setPtr(op + CMP_OPERATION.Info, object);
  fill(op + CMP_OPERATION.Info, op);
  return op;
}

function end(k: Kernel, op: Addr): void {
  freeUnicode(k, op + CMP_OPERATION.Name);
  k.pool.free(op);
}

interface KeyOperation {
  readonly name: string;
  readonly args: number;
  readonly access: number;
  readonly pre: number;
  readonly post: number;
  readonly contextOffset: number;
  /** Value or new name in the arguments, captured before the callbacks. */
  readonly nameArg?: number;
  readonly probe?: (k: Kernel, f: Frame) => void;
  readonly fill: (k: Kernel, f: Frame, info: Addr, op: Addr) => void;
  readonly perform: (k: Kernel, f: Frame, node: Addr, name: string) => number;
}

/** A service on an open key. Locals: 0 key object, 1 operation, 2 status. */
function onKey(o: KeyOperation): ServiceDefinition {
  const nameOf = (k: Kernel, f: Frame): string => (o.nameArg === undefined || f.ptr(o.nameArg) === 0 ? '' : captureUnicode(k, f.ptr(o.nameArg)));
  const perform = (k: Kernel, f: Frame): number => {
    const node = nodeOf(k, f.get(0));
    if (k.mem.u32(node + CMP_NODE.Deleted) !== 0) return NT.KEY_DELETED;
    const status = o.perform(k, f, node, nameOf(k, f));
    k.event('cm.operation', { service: o.name, key: readUnicode(k, node + CMP_NODE.FullName), status: status >>> 0 });
    return status;
  };
  return {
    name: o.name,
    args: o.args,
    locals: 3,
    cost: 60,
    step(k, f) {
      switch (f.pc) {
        case 0: {
          if (o.nameArg !== undefined && f.ptr(o.nameArg) !== 0) {
            probeUser(k, f.ptr(o.nameArg), 16);
            nameOf(k, f);
          }
          o.probe?.(k, f);
          const r = referenceFor(k, f.ptr(0), o.access, ObType.Key);
          if (!ntSuccess(r.status)) return k.return(r.status);
          f.set(0, r.body);
          const op = begin(k, o.pre, o.post, r.body, nameOf(k, f), o.contextOffset, (info, record) => o.fill(k, f, info, record));
          f.set(1, op);
          if (op !== 0) return k.call(f, 1, 'CmpCallPreCallbacks', [op]);
          return k.call(f, 3, 'ObfDereferenceObject', [keepStatus(f, perform(k, f), r.body)]);
        }
        case 1: {
          const pre = f.result32 | 0;
          const status = pre === NT.CALLBACK_BYPASS ? NT.SUCCESS : ntSuccess(pre) ? perform(k, f) : pre;
          return k.call(f, 2, 'CmpCallPostCallbacks', [f.get(1), status]);
        }
        case 2:
          end(k, f.get(1));
          return k.call(f, 3, 'ObfDereferenceObject', [keepStatus(f, f.result32 | 0, f.get(0))]);
        default:
          return k.return(f.get(2));
      }
    },
  };
}

function keepStatus(f: Frame, status: number, body: Addr): Addr {
  f.set(2, status);
  return body;
}

// ---------------------------------------------------------------- create and open
interface OpenShape {
  readonly create: boolean;
  readonly args: number;
}

/** Finds or makes the node for an absolute path. */
function resolve(k: Kernel, path: string, create: boolean): { readonly status: number; readonly node: Addr; readonly disposition: number } {
  const existing = nodeAt(k, path);
  if (existing !== 0) return { status: NT.SUCCESS, node: existing, disposition: REG_OPENED_EXISTING_KEY };
  if (!create) return { status: NT.OBJECT_NAME_NOT_FOUND, node: 0, disposition: 0 };
  const cut = path.lastIndexOf('\\');
  const parent = nodeAt(k, path.slice(0, cut));
  // Only one level is created at a time, as on Windows.
  if (parent === 0) return { status: NT.OBJECT_NAME_NOT_FOUND, node: 0, disposition: 0 };
  const node = createNode(k, parent, path.slice(cut + 1));
  return node === 0 ? { status: NT.INSUFFICIENT_RESOURCES, node: 0, disposition: 0 } : { status: NT.SUCCESS, node, disposition: REG_CREATED_NEW_KEY };
}

/** Locals: 0 operation, 1 status, 2 key object, 3 handle, 4 disposition, 5 attribute flags. */
function openKey(name: string, shape: OpenShape): ServiceDefinition {
  const perform = (k: Kernel, f: Frame): Status => {
    const a = captureAttributes(k, f.ptr(2));
    const found = resolve(k, (a.name ?? '').replace(/\\+$/, ''), shape.create);
    f.set(1, found.status);
    k.event('cm.operation', { service: name, key: a.name ?? '', status: found.status >>> 0 });
    if (!ntSuccess(found.status)) return after(k, f);
    const body = createKeyObject(k, found.node);
    f.set(2, body);
    f.set(4, found.disposition);
    if (body === 0) {
      f.set(1, NT.INSUFFICIENT_RESOURCES);
      return after(k, f);
    }
    return k.call(f, 2, 'ObpCreateHandle', [body, f.u32(1), f.get(5), previousMode(k), 0, f.localAddress(3), OB_OPERATION_HANDLE_CREATE, 0]);
  };
  const after = (k: Kernel, f: Frame): Status => {
    const op = f.get(0);
    if (op === 0) return finish(k, f);
    k.mem.setPtr(op + CMP_OPERATION.Object, f.get(2));
    return k.call(f, 3, 'CmpCallPostCallbacks', [op, f.get(1)]);
  };
  const finish = (k: Kernel, f: Frame): Status => {
    if (ntSuccess(f.get(1)) && f.get(3) !== 0) {
      k.mem.checked.setPtr(f.ptr(0), f.get(3));
      if (shape.create && f.ptr(6) !== 0) k.mem.checked.setU32(f.ptr(6), f.get(4));
    }
    if (f.get(2) !== 0) return k.call(f, 4, 'ObfDereferenceObject', [f.get(2)]);
    return k.return(f.get(1));
  };
  return {
    name,
    args: shape.args,
    locals: 6,
    cost: 80,
    step(k, f) {
      switch (f.pc) {
        case 0: {
          probeUser(k, f.ptr(0), 8, true);
          const a = captureAttributes(k, f.ptr(2));
          if (!ntSuccess(a.status)) return k.return(a.status);
          if (a.name === undefined || !sameName(a.name.slice(0, 9), '\\REGISTRY')) return k.return(NT.OBJECT_NAME_INVALID);
          f.set(5, a.flags);
          const op = begin(
            k,
            shape.create ? Notify.RegNtPreCreateKeyEx : Notify.RegNtPreOpenKeyEx,
            shape.create ? Notify.RegNtPostCreateKeyEx : Notify.RegNtPostOpenKeyEx,
            0,
            a.name,
            REG_CREATE_KEY_INFORMATION.CallContext,
            (info, record) => fillOpen(k, f, info, record),
          );
          f.set(0, op);
          return op === 0 ? perform(k, f) : k.call(f, 1, 'CmpCallPreCallbacks', [op]);
        }
        case 1: {
          const pre = f.result32 | 0;
          if (ntSuccess(pre)) return perform(k, f);
          f.set(1, pre === NT.CALLBACK_BYPASS ? NT.SUCCESS : pre);
          return after(k, f);
        }
        case 2:
          f.set(1, f.result32 | 0);
          return after(k, f);
        case 3:
          f.set(1, f.result32 | 0);
          end(k, f.get(0));
          return finish(k, f);
        default:
          return k.return(f.get(1));
      }
    },
  };
}

function fillOpen(k: Kernel, f: Frame, info: Addr, op: Addr): void {
  const m = k.mem;
  m.setPtr(info + REG_CREATE_KEY_INFORMATION.CompleteName, op + CMP_OPERATION.Name);
  m.setPtr(info + REG_CREATE_KEY_INFORMATION.RootObject, rootObject(k));
  m.setPtr(info + REG_CREATE_KEY_INFORMATION.ObjectType, typeOf(k, ObType.Key));
  m.setU32(info + REG_CREATE_KEY_INFORMATION.DesiredAccess, f.u32(1));
  m.setPtr(info + REG_CREATE_KEY_INFORMATION.ResultObject, op + CMP_OPERATION.ResultObject);
  m.setPtr(info + REG_CREATE_KEY_INFORMATION.Disposition, op + CMP_OPERATION.Disposition);
}
/** Key object of \REGISTRY. */
const rootObject = (k: Kernel): Addr => lookupPath(k, '\\REGISTRY').body;

// ---------------------------------------------------------------- results in KEY_..._INFORMATION form
function writeResult(k: Kernel, buffer: Addr, length: number, resultLength: Addr, bytes: Uint8Array, fixed: number): number {
  if (resultLength !== 0) {
    probeUser(k, resultLength, 4, true);
    k.mem.checked.setU32(resultLength, bytes.length);
  }
  if (length < fixed) return NT.BUFFER_TOO_SMALL;
  probeUser(k, buffer, Math.min(length, bytes.length), true);
  k.mem.checked.setBytes(buffer, bytes.subarray(0, length));
  return length < bytes.length ? NT.BUFFER_OVERFLOW : NT.SUCCESS;
}

function packed(size: number, words: readonly (readonly [number, number])[], tails: readonly (readonly [number, Uint8Array])[] = []): Uint8Array {
  const total = tails.reduce((n, [at, data]) => Math.max(n, at + data.length), size);
  const bytes = new Uint8Array(total);
  const view = new DataView(bytes.buffer);
  for (const [at, value] of words) view.setUint32(at, value >>> 0, true);
  for (const [at, data] of tails) bytes.set(data, at);
  return bytes;
}

function utf16(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length * 2);
  for (let i = 0; i < text.length; i++) {
    bytes[2 * i] = text.charCodeAt(i) & 0xff;
    bytes[2 * i + 1] = text.charCodeAt(i) >> 8;
  }
  return bytes;
}

function valueInformation(k: Kernel, value: Addr, infoClass: number): { bytes: Uint8Array; fixed: number } | undefined {
  const m = k.mem;
  const name = utf16(readUnicode(k, value + CMP_VALUE.Name));
  const data = valueData(k, value);
  const type = m.u32(value + CMP_VALUE.Type);
  switch (infoClass) {
    case 0:
      return { bytes: packed(0xc, [[4, type], [8, name.length]], [[0xc, name]]), fixed: 0xc };
    case 1:
    case 3: {
      const at = (0x14 + name.length + 7) & ~7;
      return { bytes: packed(0x14, [[4, type], [8, at], [0xc, data.length], [0x10, name.length]], [[0x14, name], [at, data]]), fixed: 0x14 };
    }
    case 2:
      return { bytes: packed(0xc, [[4, type], [8, data.length]], [[0xc, data]]), fixed: 0xc };
    case 4:
      return { bytes: packed(8, [[0, type], [4, data.length]], [[8, data]]), fixed: 8 };
    default:
      return undefined;
  }
}

function keyInformation(k: Kernel, node: Addr, infoClass: number): { bytes: Uint8Array; fixed: number } | undefined {
  const m = k.mem;
  const name = utf16(readUnicode(k, node + CMP_NODE.Name));
  const time = m.i64(node + CMP_NODE.LastWriteTime);
  const low = Number(BigInt.asUintN(32, time));
  const high = Number(BigInt.asUintN(32, time >> 32n));
  const longest = (lengths: number[]): number => lengths.reduce((a, b) => Math.max(a, b), 0);
  const subs = subKeys(k, node);
  const vals = values(k, node);
  const maxName = longest(subs.map((s) => m.u16(s + CMP_NODE.Name)));
  const maxValueName = longest(vals.map((v) => m.u16(v + CMP_VALUE.Name)));
  const maxData = longest(vals.map((v) => m.u32(v + CMP_VALUE.Length)));
  switch (infoClass) {
    case 0:
      return { bytes: packed(0x10, [[0, low], [4, high], [0xc, name.length]], [[0x10, name]]), fixed: 0x10 };
    case 1:
      return { bytes: packed(0x18, [[0, low], [4, high], [0xc, 0xffffffff], [0x14, name.length]], [[0x18, name]]), fixed: 0x18 };
    case 2:
      return {
        bytes: packed(0x2c, [[0, low], [4, high], [0xc, 0xffffffff], [0x14, subs.length], [0x18, maxName], [0x20, vals.length], [0x24, maxValueName], [0x28, maxData]]),
        fixed: 0x2c,
      };
    case 3: {
      const full = utf16(readUnicode(k, node + CMP_NODE.FullName));
      return { bytes: packed(4, [[0, full.length]], [[4, full]]), fixed: 4 };
    }
    case 4:
      return {
        bytes: packed(0x28, [[0, low], [4, high], [0xc, subs.length], [0x10, maxName], [0x14, vals.length], [0x18, maxValueName], [0x1c, maxData], [0x20, name.length]]),
        fixed: 0x28,
      };
    default:
      return undefined;
  }
}

// ---------------------------------------------------------------- the services
const services: ServiceDefinition[] = [
  // (*KeyHandle, Access, ObjectAttributes, TitleIndex, Class, CreateOptions, PULONG Disposition)
  openKey('CreateKey', { create: true, args: 7 }),
  openKey('OpenKey', { create: false, args: 3 }),
  openKey('OpenKeyEx', { create: false, args: 4 }),
  onKey({
    // (KeyHandle, ValueName, TitleIndex, Type, Data, DataSize)
    name: 'SetValueKey',
    args: 6,
    access: KEY_SET_VALUE,
    pre: Notify.RegNtPreSetValueKey,
    post: Notify.RegNtPostSetValueKey,
    contextOffset: REG_SET_VALUE_KEY_INFORMATION.CallContext,
    nameArg: 1,
    probe: (k, f) => probeUser(k, f.ptr(4), f.u32(5)),
    fill(k, f, info, op) {
      k.mem.setPtr(info + REG_SET_VALUE_KEY_INFORMATION.ValueName, op + CMP_OPERATION.Name);
      k.mem.setU32(info + REG_SET_VALUE_KEY_INFORMATION.TitleIndex, f.u32(2));
      k.mem.setU32(info + REG_SET_VALUE_KEY_INFORMATION.Type, f.u32(3));
      k.mem.setPtr(info + REG_SET_VALUE_KEY_INFORMATION.Data, f.ptr(4));
      k.mem.setU32(info + REG_SET_VALUE_KEY_INFORMATION.DataSize, f.u32(5));
    },
    perform: (k, f, node, name) => (setValue(k, node, name, f.u32(3), k.mem.checked.bytes(f.ptr(4), f.u32(5))) ? NT.SUCCESS : NT.INSUFFICIENT_RESOURCES),
  }),
  onKey({
    // (KeyHandle, ValueName)
    name: 'DeleteValueKey',
    args: 2,
    access: KEY_SET_VALUE,
    pre: Notify.RegNtPreDeleteValueKey,
    post: Notify.RegNtPostDeleteValueKey,
    contextOffset: REG_DELETE_VALUE_KEY_INFORMATION.CallContext,
    nameArg: 1,
    fill: (k, _f, info, op) => k.mem.setPtr(info + REG_DELETE_VALUE_KEY_INFORMATION.ValueName, op + CMP_OPERATION.Name),
    perform(k, _f, node, name) {
      const value = valueNamed(k, node, name);
      if (value === 0) return NT.OBJECT_NAME_NOT_FOUND;
      deleteValue(k, node, value);
      return NT.SUCCESS;
    },
  }),
  onKey({
    // (KeyHandle, ValueName, Class, Buffer, Length, PULONG ResultLength)
    name: 'QueryValueKey',
    args: 6,
    access: KEY_QUERY_VALUE,
    pre: Notify.RegNtPreQueryValueKey,
    post: Notify.RegNtPostQueryValueKey,
    contextOffset: REG_QUERY_VALUE_KEY_INFORMATION.CallContext,
    nameArg: 1,
    fill(k, f, info, op) {
      k.mem.setPtr(info + REG_QUERY_VALUE_KEY_INFORMATION.ValueName, op + CMP_OPERATION.Name);
      k.mem.setU32(info + REG_QUERY_VALUE_KEY_INFORMATION.KeyValueInformationClass, f.u32(2));
      k.mem.setPtr(info + REG_QUERY_VALUE_KEY_INFORMATION.KeyValueInformation, f.ptr(3));
      k.mem.setU32(info + REG_QUERY_VALUE_KEY_INFORMATION.Length, f.u32(4));
      k.mem.setPtr(info + REG_QUERY_VALUE_KEY_INFORMATION.ResultLength, f.ptr(5));
    },
    perform(k, f, node, name) {
      const value = valueNamed(k, node, name);
      if (value === 0) return NT.OBJECT_NAME_NOT_FOUND;
      const result = valueInformation(k, value, f.u32(2));
      return result ? writeResult(k, f.ptr(3), f.u32(4), f.ptr(5), result.bytes, result.fixed) : NT.INVALID_PARAMETER;
    },
  }),
  onKey({
    // (KeyHandle, Index, Class, Buffer, Length, PULONG ResultLength)
    name: 'EnumerateKey',
    args: 6,
    access: KEY_ENUMERATE_SUB_KEYS,
    pre: Notify.RegNtPreEnumerateKey,
    post: Notify.RegNtPostEnumerateKey,
    contextOffset: REG_ENUMERATE_KEY_INFORMATION.CallContext,
    fill: fillEnumerate,
    perform(k, f, node) {
      const child = subKeys(k, node)[f.u32(1)];
      if (child === undefined) return NT.NO_MORE_ENTRIES;
      const result = keyInformation(k, child, f.u32(2));
      return result ? writeResult(k, f.ptr(3), f.u32(4), f.ptr(5), result.bytes, result.fixed) : NT.INVALID_PARAMETER;
    },
  }),
  onKey({
    name: 'EnumerateValueKey',
    args: 6,
    access: KEY_QUERY_VALUE,
    pre: Notify.RegNtPreEnumerateValueKey,
    post: Notify.RegNtPostEnumerateValueKey,
    contextOffset: REG_ENUMERATE_KEY_INFORMATION.CallContext,
    fill: fillEnumerate,
    perform(k, f, node) {
      const value = values(k, node)[f.u32(1)];
      if (value === undefined) return NT.NO_MORE_ENTRIES;
      const result = valueInformation(k, value, f.u32(2));
      return result ? writeResult(k, f.ptr(3), f.u32(4), f.ptr(5), result.bytes, result.fixed) : NT.INVALID_PARAMETER;
    },
  }),
  onKey({
    // (KeyHandle, Class, Buffer, Length, PULONG ResultLength)
    name: 'QueryKey',
    args: 5,
    access: KEY_QUERY_VALUE,
    pre: Notify.RegNtPreQueryKey,
    post: Notify.RegNtPostQueryKey,
    contextOffset: REG_QUERY_KEY_INFORMATION.CallContext,
    fill(k, f, info) {
      k.mem.setU32(info + REG_QUERY_KEY_INFORMATION.KeyInformationClass, f.u32(1));
      k.mem.setPtr(info + REG_QUERY_KEY_INFORMATION.KeyInformation, f.ptr(2));
      k.mem.setU32(info + REG_QUERY_KEY_INFORMATION.Length, f.u32(3));
      k.mem.setPtr(info + REG_QUERY_KEY_INFORMATION.ResultLength, f.ptr(4));
    },
    perform(k, f, node) {
      const result = keyInformation(k, node, f.u32(1));
      return result ? writeResult(k, f.ptr(2), f.u32(3), f.ptr(4), result.bytes, result.fixed) : NT.INVALID_PARAMETER;
    },
  }),
  onKey({
    name: 'DeleteKey',
    args: 1,
    access: DELETE,
    pre: Notify.RegNtPreDeleteKey,
    post: Notify.RegNtPostDeleteKey,
    contextOffset: REG_DELETE_KEY_INFORMATION.CallContext,
    fill: () => undefined,
    perform(k, _f, node) {
      if (subKeys(k, node).length > 0 || k.mem.ptr(node + CMP_NODE.Parent) === rootNode(k)) return NT.CANNOT_DELETE;
      deleteNode(k, node);
      return NT.SUCCESS;
    },
  }),
  onKey({
    // (KeyHandle, NewName)
    name: 'RenameKey',
    args: 2,
    access: KEY_CREATE_SUB_KEY,
    pre: Notify.RegNtPreRenameKey,
    post: Notify.RegNtPostRenameKey,
    contextOffset: REG_RENAME_KEY_INFORMATION.CallContext,
    nameArg: 1,
    fill: (k, _f, info, op) => k.mem.setPtr(info + REG_RENAME_KEY_INFORMATION.NewName, op + CMP_OPERATION.Name),
    perform(k, _f, node, name) {
      const parent = k.mem.ptr(node + CMP_NODE.Parent);
      if (parent === 0 || name === '' || name.includes('\\')) return NT.INVALID_PARAMETER;
      if (childNamed(k, parent, name) !== 0) return NT.CANNOT_DELETE;
      freeUnicode(k, node + CMP_NODE.Name);
      freeUnicode(k, node + CMP_NODE.FullName);
      allocateUnicode(k, node + CMP_NODE.Name, name, 'CmNm');
      allocateUnicode(k, node + CMP_NODE.FullName, `${readUnicode(k, parent + CMP_NODE.FullName)}\\${name}`, 'CmNm');
      return NT.SUCCESS;
    },
  }),
  onKey({
    // (KeyHandle, Class, Information, Length)
    name: 'SetInformationKey',
    args: 4,
    access: KEY_SET_VALUE,
    pre: Notify.RegNtPreSetInformationKey,
    post: Notify.RegNtPostSetInformationKey,
    contextOffset: REG_SET_INFORMATION_KEY_INFORMATION.CallContext,
    fill(k, f, info) {
      k.mem.setU32(info + REG_SET_INFORMATION_KEY_INFORMATION.KeySetInformationClass, f.u32(1));
      k.mem.setPtr(info + REG_SET_INFORMATION_KEY_INFORMATION.KeySetInformation, f.ptr(2));
      k.mem.setU32(info + REG_SET_INFORMATION_KEY_INFORMATION.KeySetInformationLength, f.u32(3));
    },
    perform(k, f, node) {
      if (f.u32(1) !== 0) return NT.INVALID_PARAMETER;
      if (f.u32(3) < 8) return NT.INFO_LENGTH_MISMATCH;
      k.mem.setI64(node + CMP_NODE.LastWriteTime, k.mem.checked.i64(f.ptr(2)));
      return NT.SUCCESS;
    },
  }),
  onKey({
    name: 'FlushKey',
    args: 1,
    access: 0,
    pre: Notify.RegNtPreFlushKey,
    post: Notify.RegNtPostFlushKey,
    contextOffset: REG_DELETE_KEY_INFORMATION.CallContext,
    fill: () => undefined,
    perform: () => NT.SUCCESS,
  }),
];

function fillEnumerate(k: Kernel, f: Frame, info: Addr): void {
  k.mem.setU32(info + REG_ENUMERATE_KEY_INFORMATION.Index, f.u32(1));
  k.mem.setU32(info + REG_ENUMERATE_KEY_INFORMATION.KeyInformationClass, f.u32(2));
  k.mem.setPtr(info + REG_ENUMERATE_KEY_INFORMATION.KeyInformation, f.ptr(3));
  k.mem.setU32(info + REG_ENUMERATE_KEY_INFORMATION.Length, f.u32(4));
  k.mem.setPtr(info + REG_ENUMERATE_KEY_INFORMATION.ResultLength, f.ptr(5));
}

export const routines: KernelRoutine[] = [
  ...makeServices(services),
  {
    // Called for a key whose last handle is closed: (KeyObject)
    name: 'CmpCloseKeyObject',
    locals: 1,
    step(k, f) {
      if (f.pc === 0) {
        const op = begin(k, Notify.RegNtPreKeyHandleClose, Notify.RegNtPostKeyHandleClose, f.ptr(0), '', REG_KEY_HANDLE_CLOSE_INFORMATION.CallContext, () => undefined);
        f.set(0, op);
        return op === 0 ? k.returnVoid() : k.call(f, 1, 'CmpCallPreCallbacks', [op]);
      }
      if (f.pc === 1) return k.call(f, 2, 'CmpCallPostCallbacks', [f.get(0), NT.SUCCESS]);
      end(k, f.get(0));
      return k.returnVoid();
    },
  },
  {
    // Delete procedure: (KeyObject)
    name: 'CmpDeleteKeyObject',
    step(k, f) {
      const node = nodeOf(k, f.ptr(0));
      const bodies = node + CMP_NODE.Bodies;
      k.mem.setU32(bodies, k.mem.u32(bodies) - 1);
      if (k.mem.u32(bodies) === 0 && k.mem.u32(node + CMP_NODE.Deleted) !== 0) freeNode(k, node);
      return k.returnVoid();
    },
  },
];
