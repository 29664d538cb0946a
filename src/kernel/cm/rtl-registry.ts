// The run-time library's registry helpers: RtlQueryRegistryValues with its table, write, create, check, delete. They work on the registry directly; registry
// callbacks see only the Zw services (U: Windows implements these over the services).
import type { Addr, Status } from '../../machine/abi.js';
import type { Frame, Kernel, KernelRoutine } from '../kernel.js';
import { CM_KEY_BODY, CMP_NODE, CMP_VALUE, RTL_QUERY_REGISTRY_TABLE as Table, UNICODE_STRING } from '../layouts.gen.js';
import { dropReference } from '../ob/object.js';
import { referenceByHandle } from '../ob/reference.js';
import { NT, ntSuccess } from '../ob/status.js';
import { readUnicode } from '../ob/strings.js';
import { ObType, typeOf } from '../ob/types.js';
import { deleteValue, nodeAt, RegType, setValue, valueData, valueNamed } from './hive.js';

const BASES = [
  '',
  '\\REGISTRY\\MACHINE\\SYSTEM\\CurrentControlSet\\Services',
  '\\REGISTRY\\MACHINE\\SYSTEM\\CurrentControlSet\\Control',
  '\\REGISTRY\\MACHINE\\SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion',
  '\\REGISTRY\\MACHINE\\HARDWARE\\DEVICEMAP',
  '\\REGISTRY\\USER\\.DEFAULT',
];
const RTL_REGISTRY_HANDLE = 0x40000000;
const RTL_REGISTRY_OPTIONAL = 0x80000000;
const Flag = { SubKey: 1, TopKey: 2, Required: 4, NoValue: 8, Direct: 0x20, Delete: 0x40 } as const;

/** Node that (RelativeTo, Path) names; Path is a handle with RTL_REGISTRY_HANDLE. */
function nodeFor(k: Kernel, relativeTo: number, path: Addr, create: boolean): Addr {
  if (relativeTo & RTL_REGISTRY_HANDLE) {
    const r = referenceByHandle(k, path, 0, typeOf(k, ObType.Key), 0);
    if (!ntSuccess(r.status)) return 0;
    dropReference(k, r.body); // its handle keeps it
    return k.mem.ptr(r.body + CM_KEY_BODY.KeyControlBlock);
  }
  const base = BASES[relativeTo & 0xff];
  if (base === undefined) return 0;
  const text = path === 0 ? '' : k.mem.checked.readUtf16z(path);
  return nodeAt(k, text.startsWith('\\') && base === '' ? text : `${base}\\${text}`, create);
}

const name = (k: Kernel, at: Addr): string => (at === 0 ? '' : k.mem.checked.readUtf16z(at));

/** Writes a value as RTL_QUERY_REGISTRY_DIRECT does; returns a status. */
function direct(k: Kernel, entry: Addr, type: number, data: Uint8Array): number {
  const c = k.mem.checked;
  const target = c.ptr(entry + Table.EntryContext);
  if (type === RegType.Sz || type === RegType.ExpandSz || type === RegType.MultiSz) {
    const buffer = c.ptr(target + UNICODE_STRING.Buffer);
    const length = Math.max(0, data.length - 2);
    if (buffer === 0) {
      const block = k.pool.allocate('paged', Math.max(2, data.length), 'qrgR');
      if (block === 0) return NT.NO_MEMORY;
      k.mem.setBytes(block, data);
      c.setPtr(target + UNICODE_STRING.Buffer, block);
      c.setU16(target + UNICODE_STRING.MaximumLength, data.length);
    } else {
      if (c.u16(target + UNICODE_STRING.MaximumLength) < data.length) return NT.BUFFER_TOO_SMALL;
      c.setBytes(buffer, data);
    }
    c.setU16(target + UNICODE_STRING.Length, length);
    return NT.SUCCESS;
  }
  if (data.length <= 4) {
    c.setBytes(target, data);
    return NT.SUCCESS;
  }
  // Larger data: the first ULONG of the buffer is its size, negative: type and length are stored too.
  const room = c.i32(target);
  if (room >= 0) {
    if (room < data.length) return NT.BUFFER_TOO_SMALL;
    c.setBytes(target, data);
  } else {
    if (-room < data.length + 8) return NT.BUFFER_TOO_SMALL;
    c.setU32(target, data.length);
    c.setU32(target + 4, type);
    c.setBytes(target + 8, data);
  }
  return NT.SUCCESS;
}

/** (RelativeTo, Path, QueryTable, Context, Environment). Locals: 0 entry, 1 key, 2 top key, 3 pool copy of the value that a routine sees. */
function query(k: Kernel, f: Frame): Status {
  const c = k.mem.checked;
  if (f.pc === 0) {
    const key = nodeFor(k, f.u32(0), f.ptr(1), false);
    if (key === 0) return k.return(f.u32(0) & RTL_REGISTRY_OPTIONAL ? NT.SUCCESS : NT.OBJECT_NAME_NOT_FOUND);
    f.set(0, f.ptr(2));
    f.set(1, key);
    f.set(2, key);
    f.set(3, 0);
  } else {
    if (f.get(3) !== 0) k.pool.free(f.get(3));
    f.set(3, 0);
    if (!ntSuccess(f.result32)) return k.return(f.result32 | 0);
    f.set(0, f.get(0) + Table.sizeof);
  }
  for (; ; f.set(0, f.get(0) + Table.sizeof)) {
    const entry = f.get(0);
    const routine = c.ptr(entry + Table.QueryRoutine);
    const flags = c.u32(entry + Table.Flags);
    const nameAt = c.ptr(entry + Table.Name);
    if (routine === 0 && (flags & (Flag.SubKey | Flag.Direct)) === 0) return k.return(NT.SUCCESS);
    if (flags & Flag.TopKey) f.set(1, f.get(2));
    if (flags & Flag.SubKey) {
      const sub = subKey(k, f.get(2), name(k, nameAt));
      if (sub === 0 && flags & Flag.Required) return k.return(NT.OBJECT_NAME_NOT_FOUND);
      f.set(1, sub === 0 ? f.get(1) : sub);
      continue;
    }
    if (flags & Flag.NoValue) return k.call(f, 1, routine, [0, 0, 0, 0, f.ptr(3), c.ptr(entry + Table.EntryContext)]);
    const value = valueNamed(k, f.get(1), name(k, nameAt));
    let type: number = value === 0 ? c.u32(entry + Table.DefaultType) & 0xff : k.mem.u32(value + CMP_VALUE.Type);
    let data: Uint8Array;
    if (value !== 0) data = valueData(k, value);
    else {
      if (flags & Flag.Required) return k.return(NT.OBJECT_NAME_NOT_FOUND);
      if (type === RegType.None) continue;
      data = defaultData(k, entry, type);
    }
    if (value !== 0 && flags & Flag.Delete) deleteValue(k, f.get(1), value);
    if (flags & Flag.Direct) {
      const status = direct(k, entry, type, data);
      if (!ntSuccess(status)) return k.return(status);
      continue;
    }
    if (type === RegType.ExpandSz) type = RegType.Sz;
    const block = k.pool.allocate('paged', Math.max(1, data.length), 'CmRq');
    if (block === 0) return k.return(NT.NO_MEMORY);
    k.mem.setBytes(block, data);
    f.set(3, block);
    return k.call(f, 1, routine, [nameAt, type, block, data.length, f.ptr(3), c.ptr(entry + Table.EntryContext)]);
  }
}

function subKey(k: Kernel, node: Addr, path: string): Addr {
  return nodeAt(k, `${fullNameOf(k, node)}\\${path}`);
}
const fullNameOf = (k: Kernel, node: Addr): string => readUnicode(k, node + CMP_NODE.FullName);

function defaultData(k: Kernel, entry: Addr, type: number): Uint8Array {
  const c = k.mem.checked;
  const at = c.ptr(entry + Table.DefaultData);
  let length = c.u32(entry + Table.DefaultLength);
  if (length === 0 && (type === RegType.Sz || type === RegType.ExpandSz)) length = at === 0 ? 0 : c.readUtf16z(at).length * 2 + 2;
  return at === 0 ? new Uint8Array(0) : c.bytes(at, length);
}

export const routines: KernelRoutine[] = [
  { name: 'RtlQueryRegistryValues', locals: 4, cost: 60, step: query },
  { name: 'RtlQueryRegistryValuesEx', locals: 4, cost: 60, step: query },
  {
    // (RelativeTo, Path, ValueName, Type, Data, Length)
    name: 'RtlWriteRegistryValue',
    cost: 60,
    step(k, f) {
      const node = nodeFor(k, f.u32(0), f.ptr(1), false);
      if (node === 0) return k.return(NT.OBJECT_NAME_NOT_FOUND);
      return k.return(setValue(k, node, name(k, f.ptr(2)), f.u32(3), k.mem.checked.bytes(f.ptr(4), f.u32(5))) ? NT.SUCCESS : NT.NO_MEMORY);
    },
  },
  {
    name: 'RtlCreateRegistryKey',
    cost: 60,
    step: (k, f) => k.return(nodeFor(k, f.u32(0), f.ptr(1), true) === 0 ? NT.INVALID_PARAMETER : NT.SUCCESS),
  },
  {
    name: 'RtlCheckRegistryKey',
    cost: 40,
    step: (k, f) => k.return(nodeFor(k, f.u32(0), f.ptr(1), false) === 0 ? NT.OBJECT_NAME_NOT_FOUND : NT.SUCCESS),
  },
  {
    // (RelativeTo, Path, ValueName)
    name: 'RtlDeleteRegistryValue',
    cost: 60,
    step(k, f) {
      const node = nodeFor(k, f.u32(0), f.ptr(1), false);
      const value = node === 0 ? 0 : valueNamed(k, node, name(k, f.ptr(2)));
      if (value === 0) return k.return(NT.OBJECT_NAME_NOT_FOUND);
      deleteValue(k, node, value);
      return k.return(NT.SUCCESS);
    },
  },
];
