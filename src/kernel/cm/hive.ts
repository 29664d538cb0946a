// The registry's contents: keys and values in simulated memory, children sorted by name without case. Plain functions; the services and callbacks around them are
// in keys.ts and callbacks.ts.
import type { Addr } from '../../machine/abi.js';
import type { Kernel } from '../kernel.js';
import { CM_GLOBALS, CMP_NODE, CMP_VALUE } from '../layouts.gen.js';
import { allocateUnicode, freeUnicode, readUnicode, sameName } from '../ob/strings.js';
import { entries, initListHead, insertBefore, insertTail, remove } from '../rtl/list.js';

const TAG = 'CMkb';

export const childrenOf = (k: Kernel, node: Addr): Addr[] => entries(k.mem, node + CMP_NODE.SubKeys).map((e) => e - CMP_NODE.Link);
export const valuesOf = (k: Kernel, node: Addr): Addr[] => entries(k.mem, node + CMP_NODE.Values).map((e) => e - CMP_VALUE.Link);
export const keyName = (k: Kernel, node: Addr): string => readUnicode(k, node + CMP_NODE.Name);
export const keyPath = (k: Kernel, node: Addr): string => readUnicode(k, node + CMP_NODE.FullName);
export const valueName = (k: Kernel, value: Addr): string => readUnicode(k, value + CMP_VALUE.Name);
export const rootNode = (k: Kernel): Addr => k.mem.ptr(k.globals.CM + CM_GLOBALS.Root);

function bump(k: Kernel, at: Addr, by: number): void {
  k.mem.setU32(at, k.mem.u32(at) + by);
}

/** New key below `parent` (0: the root); 0 when pool is exhausted. */
export function createNode(k: Kernel, parent: Addr, name: string): Addr {
  const node = k.pool.allocate('paged', CMP_NODE.sizeof, TAG);
  if (node === 0) return 0;
  k.mem.fill(node, CMP_NODE.sizeof);
  initListHead(k.mem, node + CMP_NODE.SubKeys);
  initListHead(k.mem, node + CMP_NODE.Values);
  k.mem.setPtr(node + CMP_NODE.Parent, parent);
  const path = parent === 0 ? `\\${name}` : `${keyPath(k, parent)}\\${name}`;
  if (!allocateUnicode(k, node + CMP_NODE.Name, name, TAG) || !allocateUnicode(k, node + CMP_NODE.FullName, path, TAG)) return 0;
  k.mem.setI64(node + CMP_NODE.LastWriteTime, k.systemTime());
  const id = k.globals.CM + CM_GLOBALS.NextObjectId;
  bump(k, id, 1);
  k.mem.setPtr(node + CMP_NODE.ObjectId, k.mem.u32(id));
  if (parent === 0) return node;
  const upper = name.toUpperCase();
  const next = childrenOf(k, parent).find((c) => keyName(k, c).toUpperCase() > upper);
  if (next === undefined) insertTail(k.mem, parent + CMP_NODE.SubKeys, node + CMP_NODE.Link);
  else insertBefore(k.mem, next + CMP_NODE.Link, node + CMP_NODE.Link);
  bump(k, parent + CMP_NODE.SubKeyCount, 1);
  return node;
}

export const findChild = (k: Kernel, node: Addr, name: string): Addr => childrenOf(k, node).find((c) => sameName(keyName(k, c), name)) ?? 0;
export const findValue = (k: Kernel, node: Addr, name: string): Addr => valuesOf(k, node).find((v) => sameName(valueName(k, v), name)) ?? 0;

/** Names whose real place is elsewhere: the current control set, the user's hive. */
const LINKS: readonly [string, string][] = [
  ['\\REGISTRY\\MACHINE\\SYSTEM\\CURRENTCONTROLSET', '\\REGISTRY\\MACHINE\\SYSTEM\\ControlSet001'],
  ['\\REGISTRY\\USER\\CURRENT', '\\REGISTRY\\USER\\S-1-5-21-1-2-3-1001'],
];

/** Path with registry links resolved, without a trailing backslash. */
export function resolvePath(path: string): string {
  const p = path.replace(/\\+$/, '');
  const upper = p.toUpperCase();
  for (const [from, to] of LINKS) if (upper === from || upper.startsWith(`${from}\\`)) return to + p.slice(from.length);
  return p;
}

export interface Found {
  /** The key, or 0. */
  readonly node: Addr;
  /** Deepest key that exists. */
  readonly last: Addr;
  /** Names below `last` that do not exist. */
  readonly missing: readonly string[];
}

/** Walks an absolute `\REGISTRY\...` path. `last` is 0 when it does not start there. */
export function findKey(k: Kernel, path: string): Found {
  const parts = resolvePath(path).split('\\').slice(1);
  if (parts.length === 0 || !sameName(parts[0], 'REGISTRY')) return { node: 0, last: 0, missing: parts };
  let at = rootNode(k);
  for (let i = 1; i < parts.length; i++) {
    const child = findChild(k, at, parts[i]);
    if (child === 0) return { node: 0, last: at, missing: parts.slice(i) };
    at = child;
  }
  return { node: at, last: at, missing: [] };
}

/** Creates a key with everything above it. For boot and for the services of drivers. */
export function ensureKey(k: Kernel, path: string): Addr {
  const found = findKey(k, path);
  let at = found.last;
  for (const name of found.missing) {
    if (at === 0) return 0;
    at = createNode(k, at, name);
  }
  return at;
}

/** Sets a value; false when pool is exhausted. */
export function setValue(k: Kernel, node: Addr, name: string, type: number, data: Uint8Array): boolean {
  let value = findValue(k, node, name);
  if (value === 0) {
    value = k.pool.allocate('paged', CMP_VALUE.sizeof, TAG);
    if (value === 0) return false;
    k.mem.fill(value, CMP_VALUE.sizeof);
    if (!allocateUnicode(k, value + CMP_VALUE.Name, name, TAG)) return false;
    insertTail(k.mem, node + CMP_NODE.Values, value + CMP_VALUE.Link);
    bump(k, node + CMP_NODE.ValueCount, 1);
  }
  const old = k.mem.ptr(value + CMP_VALUE.Data);
  const buffer = data.length ? k.pool.allocate('paged', data.length, TAG) : 0;
  if (data.length && buffer === 0) return false;
  if (buffer !== 0) k.mem.setBytes(buffer, data);
  if (old !== 0) k.pool.free(old);
  k.mem.setPtr(value + CMP_VALUE.Data, buffer);
  k.mem.setU32(value + CMP_VALUE.Type, type);
  k.mem.setU32(value + CMP_VALUE.Length, data.length);
  touch(k, node);
  return true;
}

export function touch(k: Kernel, node: Addr): void {
  k.mem.setI64(node + CMP_NODE.LastWriteTime, k.systemTime());
}

export function valueData(k: Kernel, value: Addr): Uint8Array {
  const length = k.mem.u32(value + CMP_VALUE.Length);
  return length === 0 ? new Uint8Array() : k.mem.bytes(k.mem.ptr(value + CMP_VALUE.Data), length);
}

export function deleteValue(k: Kernel, node: Addr, value: Addr): void {
  remove(k.mem, value + CMP_VALUE.Link);
  bump(k, node + CMP_NODE.ValueCount, -1);
  if (k.mem.ptr(value + CMP_VALUE.Data) !== 0) k.pool.free(k.mem.ptr(value + CMP_VALUE.Data));
  freeUnicode(k, value + CMP_VALUE.Name);
  k.pool.free(value);
  touch(k, node);
}

/** Takes a key without sub-keys out of the tree. Its memory goes when no key object refers to it any more. */
export function deleteNode(k: Kernel, node: Addr): void {
  const parent = k.mem.ptr(node + CMP_NODE.Parent);
  k.mem.setU32(node + CMP_NODE.Deleted, 1);
  for (const v of valuesOf(k, node)) deleteValue(k, node, v);
  remove(k.mem, node + CMP_NODE.Link);
  if (parent !== 0) bump(k, parent + CMP_NODE.SubKeyCount, -1);
  releaseNode(k, node);
}

/** Frees a deleted key that nobody has open. */
export function releaseNode(k: Kernel, node: Addr): void {
  if (k.mem.u32(node + CMP_NODE.Deleted) === 0 || k.mem.u32(node + CMP_NODE.Bodies) !== 0) return;
  freeUnicode(k, node + CMP_NODE.Name);
  freeUnicode(k, node + CMP_NODE.FullName);
  k.pool.free(node);
}

/** Boot: the root and the hives every system has. */
export function createHives(k: Kernel): void {
  const root = createNode(k, 0, 'REGISTRY');
  k.mem.setPtr(k.globals.CM + CM_GLOBALS.Root, root);
  for (const path of [
    'MACHINE\\SYSTEM\\ControlSet001\\Services',
    'MACHINE\\SYSTEM\\ControlSet001\\Control\\Session Manager',
    'MACHINE\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Run',
    'MACHINE\\SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion',
    'MACHINE\\HARDWARE',
    'MACHINE\\SAM',
    'MACHINE\\SECURITY',
    'USER\\.DEFAULT\\Software',
    'USER\\S-1-5-18\\Software',
    'USER\\S-1-5-21-1-2-3-1001\\Software',
  ])
    ensureKey(k, `\\REGISTRY\\${path}`);
}
