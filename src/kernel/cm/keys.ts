// The registry services: NtCreateKey ... NtFlushKey over the hive, each with its pre- and post-notification to registry callbacks. What a driver sees in the information
// blocks is in simulated memory (one pool block an operation), so that it can read and, where Windows lets it, change it.
import { type Addr, Status } from '../../machine/abi.js';
import type { Frame, Kernel, KernelRoutine } from '../kernel.js';
import {
  CM_KEY_BODY,
  CMP_NODE,
  REG_CREATE_KEY_INFORMATION,
  REG_DELETE_KEY_INFORMATION,
  REG_DELETE_VALUE_KEY_INFORMATION,
  REG_ENUMERATE_KEY_INFORMATION,
  REG_NOTIFY_CLASS,
  REG_POST_OPERATION_INFORMATION,
  REG_QUERY_KEY_INFORMATION,
  REG_QUERY_VALUE_KEY_INFORMATION,
  REG_SET_VALUE_KEY_INFORMATION,
  UNICODE_STRING,
} from '../layouts.gen.js';
import { OB_OPERATION_HANDLE_CREATE } from '../ob/callbacks.js';
import { captureAttributes } from '../ob/namespace.js';
import { pidOf } from '../ob/note.js';
import { allocateObject } from '../ob/object.js';
import { referenceByHandle } from '../ob/reference.js';
import { makeServices, previousMode, probeUser, type ServiceDefinition } from '../ob/service.js';
import { NT, ntSuccess } from '../ob/status.js';
import { allocateUnicode, captureUnicode, freeUnicode, readUnicode } from '../ob/strings.js';
import { ObType, typeOf } from '../ob/types.js';
import { initListHead } from '../rtl/list.js';
import { anyCallbacks } from './callbacks.js';
import { childrenOf, createNode, deleteNode, deleteValue, findKey, findValue, releaseNode, setValue, valuesOf } from './hive.js';
import { type Information, keyInformation, valueInformation } from './query.js';

const KEY_QUERY_VALUE = 1;
const KEY_SET_VALUE = 2;
const KEY_ENUMERATE_SUB_KEYS = 8;
const DELETE = 0x10000;
const MAXIMUM_NAME = 255;
const TAG = 'CMop';
const KEY_BODY_TYPE = 0x6b793032;

/** Slots every operation uses: 0 key object, 1 information block, 2 status, 3.. its own. */
const BODY = 0;
const INFO = 1;
const STATUS = 2;

interface Operation {
  readonly name: string;
  readonly args: number;
  readonly access: number;
  readonly pre: number;
  readonly post: number;
  /** Size of the information block, and what to put in it; `f` has the arguments. Offsets of Object are 0 in all of them. */
  readonly infoSize: number;
  readonly fill: (k: Kernel, f: Frame, info: Addr) => void;
  /** The operation itself: key control block -> status. */
  readonly run: (k: Kernel, f: Frame, node: Addr) => number;
  /** Information blocks that hold a captured name free it here. */
  readonly nameAt?: number;
}

/** Operation on an open key: reference, pre callbacks, work, post callbacks, release. */
function operation(o: Operation): ServiceDefinition {
  const finish = (k: Kernel, f: Frame): Status => {
    const info = f.get(INFO);
    if (info !== 0) {
      if (o.nameAt !== undefined && k.mem.ptr(k.mem.ptr(info + o.nameAt) + UNICODE_STRING.Buffer) !== 0) freeUnicode(k, k.mem.ptr(info + o.nameAt));
      k.pool.free(info);
      f.set(INFO, 0);
    }
    return k.call(f, 3, 'ObfDereferenceObject', [f.get(BODY)]);
  };
  const run = (k: Kernel, f: Frame): Status => {
    const node = k.mem.ptr(f.get(BODY) + CM_KEY_BODY.KeyControlBlock);
    f.set(STATUS, k.mem.u32(node + CMP_NODE.Deleted) ? NT.KEY_DELETED : o.run(k, f, node));
    if (f.get(INFO) === 0) return finish(k, f);
    const post = f.get(INFO) + o.infoSize;
    k.mem.setPtr(post + REG_POST_OPERATION_INFORMATION.Object, f.get(BODY));
    k.mem.setI32(post + REG_POST_OPERATION_INFORMATION.Status, f.get(STATUS));
    k.mem.setPtr(post + REG_POST_OPERATION_INFORMATION.PreInformation, f.get(INFO));
    k.mem.setI32(post + REG_POST_OPERATION_INFORMATION.ReturnStatus, f.get(STATUS));
    return k.call(f, 2, 'CmpCallCallbacks', [o.post, post, 1]);
  };
  return {
    name: o.name,
    args: o.args,
    locals: 4,
    cost: 60,
    step(k, f) {
      switch (f.pc) {
        case 0: {
          const r = referenceByHandle(k, f.ptr(0), o.access, typeOf(k, ObType.Key), previousMode(k));
          if (!ntSuccess(r.status)) return k.return(r.status);
          f.set(BODY, r.body);
          if (!anyCallbacks(k)) return run(k, f);
          const info = k.pool.allocate('paged', o.infoSize + REG_POST_OPERATION_INFORMATION.sizeof + UNICODE_STRING.sizeof, TAG);
          if (info === 0) {
            f.set(STATUS, NT.INSUFFICIENT_RESOURCES);
            return finish(k, f);
          }
          k.mem.fill(info, o.infoSize + REG_POST_OPERATION_INFORMATION.sizeof + UNICODE_STRING.sizeof);
          k.mem.setPtr(info, r.body);
          f.set(INFO, info);
          if (o.nameAt !== undefined) k.mem.setPtr(info + o.nameAt, info + o.infoSize + REG_POST_OPERATION_INFORMATION.sizeof);
          o.fill(k, f, info);
          return k.call(f, 1, 'CmpCallCallbacks', [o.pre, info, 0]);
        }
        case 1: {
          const status = f.result32 | 0;
          if (ntSuccess(status)) return run(k, f);
          f.set(STATUS, status === NT.CALLBACK_BYPASS ? NT.SUCCESS : status);
          return finish(k, f);
        }
        case 2:
          f.set(STATUS, k.mem.i32(f.get(INFO) + o.infoSize + REG_POST_OPERATION_INFORMATION.Status));
          return finish(k, f);
        default:
          return k.return(f.get(STATUS));
      }
    },
    unwind(k, f) {
      if (f.get(INFO) !== 0) k.pool.free(f.get(INFO));
    },
  };
}

/** Gives an answer to the caller's buffer. */
function answer(k: Kernel, information: Information | undefined, buffer: Addr, length: number, resultLength: Addr): number {
  if (!information) return NT.INVALID_PARAMETER;
  const { bytes, fixed } = information;
  probeUser(k, buffer, length, true);
  probeUser(k, resultLength, 4, true);
  if (resultLength !== 0) k.mem.checked.setU32(resultLength, bytes.length);
  if (length < fixed) return NT.BUFFER_TOO_SMALL;
  const n = Math.min(length, bytes.length);
  if (n) k.mem.checked.setBytes(buffer, bytes.subarray(0, n));
  return n < bytes.length ? NT.BUFFER_OVERFLOW : NT.SUCCESS;
}

const text = (k: Kernel, us: Addr): string => (us === 0 ? '' : captureUnicode(k, us));
/** Copies a caller's string into the block's own UNICODE_STRING. */
const captureName = (k: Kernel, info: Addr, at: number, us: Addr): void => void allocateUnicode(k, k.mem.ptr(info + at), text(k, us), TAG);

/** ZwCreateKey / ZwOpenKey(Ex). Arguments differ in number only: (Handle*, Access, Attributes, ...). */
function openOrCreate(name: string, args: number, create: boolean): ServiceDefinition {
  const pre = create ? REG_NOTIFY_CLASS.RegNtPreCreateKeyEx : REG_NOTIFY_CLASS.RegNtPreOpenKeyEx;
  const post = create ? REG_NOTIFY_CLASS.RegNtPostCreateKeyEx : REG_NOTIFY_CLASS.RegNtPostOpenKeyEx;
  const size = REG_CREATE_KEY_INFORMATION.sizeof;
  const I = REG_CREATE_KEY_INFORMATION;
  /** Locals: 0 created body, 1 info block, 2 status, 3 handle, 4 disposition, 5 attributes, 6 granted handle status. */
  const work = (k: Kernel, f: Frame): Status => {
    const a = captureAttributes(k, f.ptr(2));
    if (!ntSuccess(a.status)) return done(k, f, a.status);
    if (a.name === undefined) return done(k, f, NT.OBJECT_NAME_INVALID);
    const found = findKey(k, a.name);
    let node = found.node;
    let disposition = 2; // REG_OPENED_EXISTING_KEY
    if (node === 0) {
      if (found.last === 0) return done(k, f, NT.OBJECT_PATH_SYNTAX_BAD);
      if (!create || found.missing.length > 1) return done(k, f, NT.OBJECT_NAME_NOT_FOUND);
      if (found.missing[0].length > MAXIMUM_NAME || found.missing[0] === '') return done(k, f, NT.INVALID_PARAMETER);
      node = createNode(k, found.last, found.missing[0]);
      disposition = 1; // REG_CREATED_NEW_KEY
      if (node === 0) return done(k, f, NT.INSUFFICIENT_RESOURCES);
    }
    const body = allocateObject(k, ObType.Key, CM_KEY_BODY.sizeof, 'Key ');
    if (body === 0) return done(k, f, NT.INSUFFICIENT_RESOURCES);
    k.mem.setU32(body + CM_KEY_BODY.Type, KEY_BODY_TYPE);
    k.mem.setPtr(body + CM_KEY_BODY.KeyControlBlock, node);
    k.mem.setPtr(body + CM_KEY_BODY.ProcessID, pidOf(k, k.currentProcess()));
    initListHead(k.mem, body + CM_KEY_BODY.CallbackContexts);
    k.mem.setU32(node + CMP_NODE.Bodies, k.mem.u32(node + CMP_NODE.Bodies) + 1);
    f.set(0, body);
    f.set(4, disposition);
    return k.call(f, 2, 'ObpCreateHandle', [body, f.u32(1), a.flags, previousMode(k), 0, f.localAddress(3), OB_OPERATION_HANDLE_CREATE, 0]);
  };
  const done = (k: Kernel, f: Frame, status: number): Status => {
    f.set(2, status);
    const info = f.get(1);
    if (info === 0 || f.get(5) !== 0) return cleanUp(k, f);
    const block = info + size;
    k.mem.setPtr(block + REG_POST_OPERATION_INFORMATION.Object, f.get(0));
    k.mem.setI32(block + REG_POST_OPERATION_INFORMATION.Status, status);
    k.mem.setPtr(block + REG_POST_OPERATION_INFORMATION.PreInformation, info);
    k.mem.setI32(block + REG_POST_OPERATION_INFORMATION.ReturnStatus, status);
    return k.call(f, 4, 'CmpCallCallbacks', [post, block, 1]);
  };
  const cleanUp = (k: Kernel, f: Frame): Status => {
    const info = f.get(1);
    if (info !== 0) {
      freeUnicode(k, k.mem.ptr(info + I.CompleteName));
      k.pool.free(info);
      f.set(1, 0);
    }
    const body = f.get(0);
    if (body !== 0) {
      f.set(0, 0);
      return k.call(f, 5, 'ObfDereferenceObject', [body]);
    }
    return k.return(f.get(2));
  };
  return {
    name,
    args,
    locals: 7,
    cost: 100,
    step(k, f) {
      switch (f.pc) {
        case 0: {
          probeUser(k, f.ptr(0), 8, true);
          if (!anyCallbacks(k)) return work(k, f);
          const a = captureAttributes(k, f.ptr(2));
          if (!ntSuccess(a.status)) return done(k, f, a.status);
          const total = size + REG_POST_OPERATION_INFORMATION.sizeof + UNICODE_STRING.sizeof + 4;
          const info = k.pool.allocate('paged', total, TAG);
          if (info === 0) return done(k, f, NT.INSUFFICIENT_RESOURCES);
          k.mem.fill(info, total);
          f.set(1, info);
          const us = info + size + REG_POST_OPERATION_INFORMATION.sizeof;
          allocateUnicode(k, us, a.name ?? '', TAG);
          k.mem.setPtr(info + I.CompleteName, us);
          k.mem.setPtr(info + I.ObjectType, typeOf(k, ObType.Key));
          k.mem.setU32(info + I.CreateOptions, create ? f.u32(5) : args > 3 ? f.u32(3) : 0);
          k.mem.setU32(info + I.DesiredAccess, f.u32(1));
          k.mem.setU32(info + I.GrantedAccess, f.u32(1));
          k.mem.setPtr(info + I.Disposition, us + UNICODE_STRING.sizeof);
          return k.call(f, 1, 'CmpCallCallbacks', [pre, info, 0]);
        }
        case 1: {
          const status = f.result32 | 0;
          if (ntSuccess(status)) return work(k, f);
          f.set(5, 1); // refused: no post notification for an operation that did not begin
          return done(k, f, status === NT.CALLBACK_BYPASS ? NT.SUCCESS : status);
        }
        case 2: {
          const status = f.result32 | 0;
          if (ntSuccess(status)) {
            k.mem.checked.setPtr(f.ptr(0), f.get(3));
            if (create && f.ptr(6) !== 0) k.mem.checked.setU32(f.ptr(6), f.get(4));
            k.event('cm.open-key', { key: readUnicode(k, k.mem.ptr(f.get(0) + CM_KEY_BODY.KeyControlBlock) + CMP_NODE.FullName), handle: f.get(3), created: f.get(4) === 1 ? 1 : 0 });
          }
          return done(k, f, status);
        }
        case 4:
          f.set(5, 1);
          return cleanUp(k, f);
        default:
          return k.return(f.get(2));
      }
    },
    unwind(k, f) {
      if (f.get(1) !== 0) k.pool.free(f.get(1));
    },
  };
}

const C = REG_NOTIFY_CLASS;
const services: ServiceDefinition[] = [
  openOrCreate('CreateKey', 7, true),
  openOrCreate('OpenKey', 3, false),
  openOrCreate('OpenKeyEx', 4, false),
  operation({
    name: 'SetValueKey',
    args: 6,
    access: KEY_SET_VALUE,
    pre: C.RegNtPreSetValueKey,
    post: C.RegNtPostSetValueKey,
    infoSize: REG_SET_VALUE_KEY_INFORMATION.sizeof,
    nameAt: REG_SET_VALUE_KEY_INFORMATION.ValueName,
    fill(k, f, info) {
      captureName(k, info, REG_SET_VALUE_KEY_INFORMATION.ValueName, f.ptr(1));
      k.mem.setU32(info + REG_SET_VALUE_KEY_INFORMATION.TitleIndex, f.u32(2));
      k.mem.setU32(info + REG_SET_VALUE_KEY_INFORMATION.Type, f.u32(3));
      k.mem.setPtr(info + REG_SET_VALUE_KEY_INFORMATION.Data, f.ptr(4));
      k.mem.setU32(info + REG_SET_VALUE_KEY_INFORMATION.DataSize, f.u32(5));
    },
    run(k, f, node) {
      const length = f.u32(5);
      probeUser(k, f.ptr(4), length);
      if (length > 0x100000) return NT.INSUFFICIENT_RESOURCES;
      const data = length ? k.mem.checked.bytes(f.ptr(4), length) : new Uint8Array();
      return setValue(k, node, text(k, f.ptr(1)), f.u32(3), Uint8Array.from(data)) ? NT.SUCCESS : NT.INSUFFICIENT_RESOURCES;
    },
  }),
  operation({
    name: 'QueryValueKey',
    args: 6,
    access: KEY_QUERY_VALUE,
    pre: C.RegNtPreQueryValueKey,
    post: C.RegNtPostQueryValueKey,
    infoSize: REG_QUERY_VALUE_KEY_INFORMATION.sizeof,
    nameAt: REG_QUERY_VALUE_KEY_INFORMATION.ValueName,
    fill(k, f, info) {
      captureName(k, info, REG_QUERY_VALUE_KEY_INFORMATION.ValueName, f.ptr(1));
      k.mem.setU32(info + REG_QUERY_VALUE_KEY_INFORMATION.KeyValueInformationClass, f.u32(2));
      k.mem.setPtr(info + REG_QUERY_VALUE_KEY_INFORMATION.KeyValueInformation, f.ptr(3));
      k.mem.setU32(info + REG_QUERY_VALUE_KEY_INFORMATION.Length, f.u32(4));
      k.mem.setPtr(info + REG_QUERY_VALUE_KEY_INFORMATION.ResultLength, f.ptr(5));
    },
    run(k, f, node) {
      const value = findValue(k, node, text(k, f.ptr(1)));
      return value === 0 ? NT.OBJECT_NAME_NOT_FOUND : answer(k, valueInformation(k, value, f.u32(2)), f.ptr(3), f.u32(4), f.ptr(5));
    },
  }),
  operation({
    name: 'EnumerateValueKey',
    args: 6,
    access: KEY_QUERY_VALUE,
    pre: C.RegNtPreEnumerateValueKey,
    post: C.RegNtPostEnumerateValueKey,
    infoSize: REG_ENUMERATE_KEY_INFORMATION.sizeof,
    fill: fillEnumeration,
    run(k, f, node) {
      const value = valuesOf(k, node)[f.u32(1)];
      return value === undefined ? NT.NO_MORE_ENTRIES : answer(k, valueInformation(k, value, f.u32(2)), f.ptr(3), f.u32(4), f.ptr(5));
    },
  }),
  operation({
    name: 'EnumerateKey',
    args: 6,
    access: KEY_ENUMERATE_SUB_KEYS,
    pre: C.RegNtPreEnumerateKey,
    post: C.RegNtPostEnumerateKey,
    infoSize: REG_ENUMERATE_KEY_INFORMATION.sizeof,
    fill: fillEnumeration,
    run(k, f, node) {
      const child = childrenOf(k, node)[f.u32(1)];
      return child === undefined ? NT.NO_MORE_ENTRIES : answer(k, keyInformation(k, child, f.u32(2)), f.ptr(3), f.u32(4), f.ptr(5));
    },
  }),
  operation({
    name: 'QueryKey',
    args: 5,
    access: 0,
    pre: C.RegNtPreQueryKey,
    post: C.RegNtPostQueryKey,
    infoSize: REG_QUERY_KEY_INFORMATION.sizeof,
    fill(k, f, info) {
      k.mem.setU32(info + REG_QUERY_KEY_INFORMATION.KeyInformationClass, f.u32(1));
      k.mem.setPtr(info + REG_QUERY_KEY_INFORMATION.KeyInformation, f.ptr(2));
      k.mem.setU32(info + REG_QUERY_KEY_INFORMATION.Length, f.u32(3));
      k.mem.setPtr(info + REG_QUERY_KEY_INFORMATION.ResultLength, f.ptr(4));
    },
    run: (k, f, node) => answer(k, keyInformation(k, node, f.u32(1)), f.ptr(2), f.u32(3), f.ptr(4)),
  }),
  operation({
    name: 'DeleteValueKey',
    args: 2,
    access: KEY_SET_VALUE,
    pre: C.RegNtPreDeleteValueKey,
    post: C.RegNtPostDeleteValueKey,
    infoSize: REG_DELETE_VALUE_KEY_INFORMATION.sizeof,
    nameAt: REG_DELETE_VALUE_KEY_INFORMATION.ValueName,
    fill: (k, f, info) => captureName(k, info, REG_DELETE_VALUE_KEY_INFORMATION.ValueName, f.ptr(1)),
    run(k, f, node) {
      const value = findValue(k, node, text(k, f.ptr(1)));
      if (value === 0) return NT.OBJECT_NAME_NOT_FOUND;
      deleteValue(k, node, value);
      return NT.SUCCESS;
    },
  }),
  operation({
    name: 'DeleteKey',
    args: 1,
    access: DELETE,
    pre: C.RegNtPreDeleteKey,
    post: C.RegNtPostDeleteKey,
    infoSize: REG_DELETE_KEY_INFORMATION.sizeof,
    fill: () => {},
    run(k, _f, node) {
      if (k.mem.u32(node + CMP_NODE.SubKeyCount) !== 0 || k.mem.ptr(node + CMP_NODE.Parent) === 0) return NT.CANNOT_DELETE;
      deleteNode(k, node);
      return NT.SUCCESS;
    },
  }),
  operation({
    name: 'FlushKey',
    args: 1,
    access: 0,
    pre: C.RegNtPreFlushKey,
    post: C.RegNtPostFlushKey,
    infoSize: REG_DELETE_KEY_INFORMATION.sizeof,
    fill: () => {},
    run: () => NT.SUCCESS,
  }),
];

function fillEnumeration(k: Kernel, f: Frame, info: Addr): void {
  k.mem.setU32(info + REG_ENUMERATE_KEY_INFORMATION.Index, f.u32(1));
  k.mem.setU32(info + REG_ENUMERATE_KEY_INFORMATION.KeyInformationClass, f.u32(2));
  k.mem.setPtr(info + REG_ENUMERATE_KEY_INFORMATION.KeyInformation, f.ptr(3));
  k.mem.setU32(info + REG_ENUMERATE_KEY_INFORMATION.Length, f.u32(4));
  k.mem.setPtr(info + REG_ENUMERATE_KEY_INFORMATION.ResultLength, f.ptr(5));
}

export const routines: KernelRoutine[] = [
  ...makeServices(services),
  {
    // delete procedure of key objects
    name: 'CmpDeleteKeyObject',
    step(k, f) {
      const node = k.mem.ptr(f.ptr(0) + CM_KEY_BODY.KeyControlBlock);
      if (node !== 0) {
        k.mem.setU32(node + CMP_NODE.Bodies, k.mem.u32(node + CMP_NODE.Bodies) - 1);
        releaseNode(k, node);
      }
      return k.returnVoid();
    },
  },
];
