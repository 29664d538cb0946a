// The registry services on open keys: values, enumeration, deletion; every operation passes the registry callbacks. Only what is in hive.ts exists.
import type { Addr } from '../../machine/abi.js';
import type { Frame, Kernel, KernelRoutine } from '../kernel.js';
import {
  CMP_NODE,
  CMP_OPERATION,
  REG_NOTIFY_CLASS as Notify,
  REG_DELETE_KEY_INFORMATION,
  REG_DELETE_VALUE_KEY_INFORMATION,
  REG_ENUMERATE_KEY_INFORMATION,
  REG_KEY_HANDLE_CLOSE_INFORMATION,
  REG_QUERY_KEY_INFORMATION,
  REG_QUERY_VALUE_KEY_INFORMATION,
  REG_RENAME_KEY_INFORMATION,
  REG_SET_INFORMATION_KEY_INFORMATION,
  REG_SET_VALUE_KEY_INFORMATION,
} from '../layouts.gen.js';
import { makeServices, probeUser, type ServiceDefinition } from '../ob/service.js';
import { NT } from '../ob/status.js';
import { allocateUnicode, freeUnicode, readUnicode } from '../ob/strings.js';
import { childNamed, deleteNode, deleteValue, freeNode, rootNode, setValue, subKeys, valueNamed, values } from './hive.js';
import { keyInformation, valueInformation, writeResult } from './key-information.js';
import { begin, end, nodeOf, onKey } from './key-object.js';
import { Change, keyClosed, reportChange } from './notify.js';
import { hasContexts } from './object-context.js';
import { openKey } from './open-key.js';

const KEY_QUERY_VALUE = 1;
const KEY_SET_VALUE = 2;
const KEY_CREATE_SUB_KEY = 4;
const KEY_ENUMERATE_SUB_KEYS = 8;
const DELETE = 0x10000;

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
    perform: (k, f, node, name) =>
      setValue(k, node, name, f.u32(3), k.mem.checked.bytes(f.ptr(4), f.u32(5))) ? NT.SUCCESS : NT.INSUFFICIENT_RESOURCES,
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
      reportChange(k, parent, Change.Name);
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
        keyClosed(k, f.ptr(0));
        const op = begin(
          k,
          Notify.RegNtPreKeyHandleClose,
          Notify.RegNtPostKeyHandleClose,
          f.ptr(0),
          '',
          REG_KEY_HANDLE_CLOSE_INFORMATION.CallContext,
          () => undefined,
        );
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
      if (f.pc === 0 && hasContexts(k, f.ptr(0))) return k.call(f, 1, 'CmpCleanupContexts', [f.ptr(0), 0]);
      keyClosed(k, f.ptr(0)); // a call that came while the last handle was being closed
      const node = nodeOf(k, f.ptr(0));
      const bodies = node + CMP_NODE.Bodies;
      k.mem.setU32(bodies, k.mem.u32(bodies) - 1);
      if (k.mem.u32(bodies) === 0 && k.mem.u32(node + CMP_NODE.Deleted) !== 0) freeNode(k, node);
      return k.returnVoid();
    },
  },
];
