// The registry's contents: a tree of nodes with values in simulated pool, names without case, subkeys sorted. Nothing is ever written anywhere else; a run
// starts with the few keys that drivers expect and what the scenario declares.

import { compareCodePoints } from '../../base/files.js';
import type { Addr } from '../../machine/abi.js';
import type { Kernel } from '../kernel.js';
import { CM_GLOBALS, CMP_NODE, CMP_VALUE } from '../layouts.gen.js';
import { allocateUnicode, freeUnicode, readUnicode, sameName } from '../ob/strings.js';
import { entries, initListHead, insertBefore, insertTail, remove } from '../rtl/list.js';
import { Change, keyDeleted, reportChange } from './notify.js';

export const RegType = { None: 0, Sz: 1, ExpandSz: 2, Binary: 3, Dword: 4, MultiSz: 7, Qword: 11 } as const;

/** New node below `parent` (0: the root). 0: out of memory. */
export function createNode(k: Kernel, parent: Addr, name: string): Addr {
  const m = k.mem;
  const node = k.pool.allocate('paged', CMP_NODE.sizeof, 'CmNd');
  if (node === 0) return 0;
  m.fill(node, CMP_NODE.sizeof);
  initListHead(m, node + CMP_NODE.SubKeys);
  initListHead(m, node + CMP_NODE.Values);
  m.setPtr(node + CMP_NODE.Parent, parent);
  allocateUnicode(k, node + CMP_NODE.Name, name, 'CmNm');
  const prefix = parent === 0 ? '' : readUnicode(k, parent + CMP_NODE.FullName);
  allocateUnicode(k, node + CMP_NODE.FullName, `${prefix}\\${name}`, 'CmNm');
  m.setI64(node + CMP_NODE.LastWriteTime, k.systemTime());
  const id = k.globals.CM + CM_GLOBALS.NextObjectId;
  m.setU32(id, m.u32(id) + 1);
  m.setPtr(node + CMP_NODE.ObjectId, m.u32(id));
  if (parent === 0) return node;
  const key = name.toUpperCase();
  const after = subKeys(k, parent).find((n) => compareCodePoints(readUnicode(k, n + CMP_NODE.Name).toUpperCase(), key) > 0);
  if (after === undefined) insertTail(m, parent + CMP_NODE.SubKeys, node + CMP_NODE.Link);
  else insertBefore(m, after + CMP_NODE.Link, node + CMP_NODE.Link);
  m.setU32(parent + CMP_NODE.SubKeyCount, m.u32(parent + CMP_NODE.SubKeyCount) + 1);
  reportChange(k, parent, Change.Name);
  return node;
}

export const subKeys = (k: Kernel, node: Addr): Addr[] => entries(k.mem, node + CMP_NODE.SubKeys).map((e) => e - CMP_NODE.Link);
export const values = (k: Kernel, node: Addr): Addr[] => entries(k.mem, node + CMP_NODE.Values).map((e) => e - CMP_VALUE.Link);
export const rootNode = (k: Kernel): Addr => k.mem.ptr(k.globals.CM + CM_GLOBALS.Root);

const parts = (path: string): string[] => path.split('\\').filter((p) => p !== '');

/** Node of `\REGISTRY\...`, `create`: with all keys in between. 0: not there. */
export function nodeAt(k: Kernel, path: string, create = false): Addr {
  const names = parts(path);
  if (names.length === 0 || !sameName(names[0], 'REGISTRY')) return 0;
  let node = rootNode(k);
  for (const name of names.slice(1)) {
    let next = childNamed(k, node, name);
    if (next === 0) {
      if (!create) return 0;
      next = createNode(k, node, name);
    }
    node = next;
  }
  return node;
}

export const childNamed = (k: Kernel, node: Addr, name: string): Addr =>
  subKeys(k, node).find((n) => sameName(readUnicode(k, n + CMP_NODE.Name), name)) ?? 0;
export const valueNamed = (k: Kernel, node: Addr, name: string): Addr =>
  values(k, node).find((v) => sameName(readUnicode(k, v + CMP_VALUE.Name), name)) ?? 0;

/** Sets a value of a node; false: out of memory. */
export function setValue(k: Kernel, node: Addr, name: string, type: number, data: Uint8Array): boolean {
  const m = k.mem;
  let value = valueNamed(k, node, name);
  // What is written again as it was is no change to those who wait for one.
  const same = value !== 0 && m.u32(value + CMP_VALUE.Type) === type && sameBytes(valueData(k, value), data);
  const block = data.length === 0 ? 0 : k.pool.allocate('paged', data.length, 'CmVa');
  if (data.length > 0 && block === 0) return false;
  if (value === 0) {
    value = k.pool.allocate('paged', CMP_VALUE.sizeof, 'CmVa');
    if (value === 0) return false;
    m.fill(value, CMP_VALUE.sizeof);
    allocateUnicode(k, value + CMP_VALUE.Name, name, 'CmNm');
    insertTail(m, node + CMP_NODE.Values, value + CMP_VALUE.Link);
    m.setU32(node + CMP_NODE.ValueCount, m.u32(node + CMP_NODE.ValueCount) + 1);
  } else if (m.ptr(value + CMP_VALUE.Data) !== 0) k.pool.free(m.ptr(value + CMP_VALUE.Data));
  if (block !== 0) m.setBytes(block, data);
  m.setU32(value + CMP_VALUE.Type, type);
  m.setU32(value + CMP_VALUE.Length, data.length);
  m.setPtr(value + CMP_VALUE.Data, block);
  m.setI64(node + CMP_NODE.LastWriteTime, k.systemTime());
  if (!same) reportChange(k, node, Change.LastSet);
  return true;
}

const sameBytes = (a: Uint8Array, b: Uint8Array): boolean => a.length === b.length && a.every((x, i) => x === b[i]);

export const valueData = (k: Kernel, value: Addr): Uint8Array => {
  const at = k.mem.ptr(value + CMP_VALUE.Data);
  return at === 0 ? new Uint8Array(0) : k.mem.bytes(at, k.mem.u32(value + CMP_VALUE.Length));
};

export function deleteValue(k: Kernel, node: Addr, value: Addr): void {
  const m = k.mem;
  remove(m, value + CMP_VALUE.Link);
  m.setU32(node + CMP_NODE.ValueCount, m.u32(node + CMP_NODE.ValueCount) - 1);
  m.setI64(node + CMP_NODE.LastWriteTime, k.systemTime());
  freeUnicode(k, value + CMP_VALUE.Name);
  if (m.ptr(value + CMP_VALUE.Data) !== 0) k.pool.free(m.ptr(value + CMP_VALUE.Data));
  k.pool.free(value);
  reportChange(k, node, Change.LastSet);
}

/** Takes a node without subkeys out of the tree; its memory goes with the last key object that points to it. */
export function deleteNode(k: Kernel, node: Addr): void {
  const m = k.mem;
  const parent = m.ptr(node + CMP_NODE.Parent);
  remove(m, node + CMP_NODE.Link);
  m.setU32(parent + CMP_NODE.SubKeyCount, m.u32(parent + CMP_NODE.SubKeyCount) - 1);
  m.setU32(node + CMP_NODE.Deleted, 1);
  keyDeleted(k, node);
  for (const v of values(k, node)) deleteValue(k, node, v);
  reportChange(k, parent, Change.Name);
}

export function freeNode(k: Kernel, node: Addr): void {
  freeUnicode(k, node + CMP_NODE.Name);
  freeUnicode(k, node + CMP_NODE.FullName);
  k.pool.free(node);
}

/** For the loader and scenarios: sets a value by path, creating the key. */
export function setKeyValue(k: Kernel, path: string, name: string, type: number, data: Uint8Array): void {
  setValue(k, nodeAt(k, path, true), name, type, data);
}

/** A string with its terminator, as values keep it. */
export function terminated(text: string): Uint8Array {
  const data = new Uint8Array(text.length * 2 + 2);
  for (let i = 0; i < text.length; i++) {
    data[2 * i] = text.charCodeAt(i) & 0xff;
    data[2 * i + 1] = text.charCodeAt(i) >> 8;
  }
  return data;
}

/** The string that such data holds: up to its first NUL. */
export function textOf(data: Uint8Array): string {
  let text = '';
  for (let i = 0; i + 1 < data.length; i += 2) {
    const unit = data[i] | (data[i + 1] << 8);
    if (unit === 0) break;
    text += String.fromCharCode(unit);
  }
  return text;
}

/** Data of a REG_DWORD value. */
export function dword(value: number): Uint8Array {
  const data = new Uint8Array(4);
  new DataView(data.buffer).setUint32(0, value, true);
  return data;
}

/** A REG_SZ or REG_EXPAND_SZ value. */
export const setKeyString = (k: Kernel, path: string, name: string, type: number, text: string): void =>
  setKeyValue(k, path, name, type, terminated(text));
