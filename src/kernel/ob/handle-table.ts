// Handle tables: an array of entries with a free list. Ordinary tables reuse the handle closed last; the CID table (strict FIFO) reuses an ID as late
// as possible. A handle or ID is 4 * index; kernel handles additionally have the upper bits set (0xFFFFFFFF80000000).
import type { Addr } from '../../machine/abi.js';
import type { Kernel } from '../kernel.js';
import { HANDLE_TABLE, HANDLE_TABLE_ENTRY, OB_GLOBALS } from '../layouts.gen.js';
import { insertTail, remove } from '../rtl/list.js';

const INITIAL_CAPACITY = 64;
const ENTRY = HANDLE_TABLE_ENTRY.sizeof;
/** HANDLE_TABLE_ENTRY.Attributes while in use. */
export const OBJ_INHERIT = 2;
export const PROTECT_FROM_CLOSE = 1;
const KERNEL_HANDLE_BASE = -0x80000000;

export const isKernelHandle = (handle: Addr): boolean => handle < -2 && handle >= KERNEL_HANDLE_BASE;
export const toKernelHandle = (handle: Addr): Addr => KERNEL_HANDLE_BASE + handle;

/** New empty table, or 0. */
export function createHandleTable(k: Kernel, process: Addr, uniqueProcessId: number, strictFifo: boolean): Addr {
  const table = k.pool.allocate('nonpaged', HANDLE_TABLE.sizeof, 'Obtb');
  if (table === 0) return 0;
  k.mem.fill(table, HANDLE_TABLE.sizeof);
  k.mem.setPtr(table + HANDLE_TABLE.QuotaProcess, process);
  k.mem.setPtr(table + HANDLE_TABLE.UniqueProcessId, uniqueProcessId);
  k.mem.setU32(table + HANDLE_TABLE.StrictFifo, strictFifo ? 1 : 0);
  if (!grow(k, table)) return 0;
  insertTail(k.mem, k.globals.OB + OB_GLOBALS.HandleTables, table + HANDLE_TABLE.HandleTableList);
  return table;
}

export function deleteHandleTable(k: Kernel, table: Addr): void {
  remove(k.mem, table + HANDLE_TABLE.HandleTableList);
  k.pool.free(k.mem.ptr(table + HANDLE_TABLE.TableCode));
  k.pool.free(table);
}

const entryAt = (k: Kernel, table: Addr, index: number): Addr => k.mem.ptr(table + HANDLE_TABLE.TableCode) + ENTRY * index;

function grow(k: Kernel, table: Addr): boolean {
  const old = k.mem.u32(table + HANDLE_TABLE.Capacity);
  const capacity = old === 0 ? INITIAL_CAPACITY : old * 2;
  const code = k.pool.allocate('nonpaged', capacity * ENTRY, 'Obtb');
  if (code === 0) return false;
  k.mem.fill(code, capacity * ENTRY);
  const previous = k.mem.ptr(table + HANDLE_TABLE.TableCode);
  if (old > 0) {
    k.mem.copy(code, previous, old * ENTRY);
    k.pool.free(previous);
  }
  k.mem.setPtr(table + HANDLE_TABLE.TableCode, code);
  k.mem.setU32(table + HANDLE_TABLE.Capacity, capacity);
  for (let i = Math.max(old, 1); i < capacity; i++) appendFree(k, table, i);
  return true;
}

function appendFree(k: Kernel, table: Addr, index: number): void {
  k.mem.setU32(entryAt(k, table, index) + HANDLE_TABLE_ENTRY.Attributes, 0);
  const last = k.mem.u32(table + HANDLE_TABLE.LastFree);
  if (last === 0) k.mem.setU32(table + HANDLE_TABLE.FirstFree, index);
  else k.mem.setU32(entryAt(k, table, last) + HANDLE_TABLE_ENTRY.Attributes, index);
  k.mem.setU32(table + HANDLE_TABLE.LastFree, index);
}

/** Puts an object (header, or body in the CID table) into the table. Returns the handle (4 * index), or 0 when out of memory. */
export function allocateHandle(k: Kernel, table: Addr, object: Addr, access: number, attributes: number): number {
  if (k.mem.u32(table + HANDLE_TABLE.FirstFree) === 0 && !grow(k, table)) return 0;
  const index = k.mem.u32(table + HANDLE_TABLE.FirstFree);
  const entry = entryAt(k, table, index);
  const next = k.mem.u32(entry + HANDLE_TABLE_ENTRY.Attributes);
  k.mem.setU32(table + HANDLE_TABLE.FirstFree, next);
  if (next === 0) k.mem.setU32(table + HANDLE_TABLE.LastFree, 0);
  k.mem.setPtr(entry + HANDLE_TABLE_ENTRY.Object, object);
  k.mem.setU32(entry + HANDLE_TABLE_ENTRY.GrantedAccess, access);
  k.mem.setU32(entry + HANDLE_TABLE_ENTRY.Attributes, attributes);
  const count = k.mem.u32(table + HANDLE_TABLE.HandleCount) + 1;
  k.mem.setU32(table + HANDLE_TABLE.HandleCount, count);
  const high = table + HANDLE_TABLE.HandleCountHighWatermark;
  if (count > k.mem.u32(high)) k.mem.setU32(high, count);
  return index * 4;
}

/** Entry in use for a handle, or 0. The low two bits of a handle are ignored, as on Windows. */
export function lookupHandle(k: Kernel, table: Addr, handle: number): Addr {
  const index = Math.floor(handle / 4);
  if (table === 0 || index <= 0 || index >= k.mem.u32(table + HANDLE_TABLE.Capacity)) return 0;
  const entry = entryAt(k, table, index);
  return k.mem.ptr(entry + HANDLE_TABLE_ENTRY.Object) === 0 ? 0 : entry;
}

/** Frees the entry of a handle in use; `soon`: it is the next to be given out, else the last. */
export function freeHandle(k: Kernel, table: Addr, handle: number, soon = k.mem.u32(table + HANDLE_TABLE.StrictFifo) === 0): void {
  const index = Math.floor(handle / 4);
  const entry = entryAt(k, table, index);
  k.mem.fill(entry, ENTRY);
  if (!soon) {
    appendFree(k, table, index);
  } else {
    const first = k.mem.u32(table + HANDLE_TABLE.FirstFree);
    k.mem.setU32(entry + HANDLE_TABLE_ENTRY.Attributes, first);
    k.mem.setU32(table + HANDLE_TABLE.FirstFree, index);
    if (first === 0) k.mem.setU32(table + HANDLE_TABLE.LastFree, index);
  }
  k.mem.setU32(table + HANDLE_TABLE.HandleCount, k.mem.u32(table + HANDLE_TABLE.HandleCount) - 1);
}

/** Handles in use, ascending. */
export function handlesOf(k: Kernel, table: Addr): { handle: number; entry: Addr }[] {
  const all: { handle: number; entry: Addr }[] = [];
  const capacity = k.mem.u32(table + HANDLE_TABLE.Capacity);
  for (let i = 1; i < capacity; i++) {
    const entry = entryAt(k, table, i);
    if (k.mem.ptr(entry + HANDLE_TABLE_ENTRY.Object) !== 0) all.push({ handle: i * 4, entry });
  }
  return all;
}

/** First handle in use at or after `from`, or 0: for sweeps that run in steps. */
export function nextHandle(k: Kernel, table: Addr, from: number): number {
  const capacity = k.mem.u32(table + HANDLE_TABLE.Capacity);
  for (let i = Math.max(1, Math.ceil(from / 4)); i < capacity; i++) {
    if (k.mem.ptr(entryAt(k, table, i) + HANDLE_TABLE_ENTRY.Object) !== 0) return i * 4;
  }
  return 0;
}

/** Copies the handles that are inherited into a table that is still empty, under the same values; answers the object headers that got a handle. */
export function copyInherited(k: Kernel, from: Addr, to: Addr): Addr[] {
  const objects: Addr[] = [];
  const inherited = handlesOf(k, from).filter(({ entry }) => k.mem.u32(entry + HANDLE_TABLE_ENTRY.Attributes) & OBJ_INHERIT);
  if (inherited.length === 0) return objects;
  while (k.mem.u32(to + HANDLE_TABLE.Capacity) * 4 <= inherited[inherited.length - 1].handle) if (!grow(k, to)) return objects;
  for (const { handle, entry } of inherited) {
    k.mem.setBytes(entryAt(k, to, handle / 4), k.mem.bytes(entry, ENTRY));
    objects.push(k.mem.ptr(entry + HANDLE_TABLE_ENTRY.Object));
  }
  k.mem.setU32(to + HANDLE_TABLE.FirstFree, 0);
  k.mem.setU32(to + HANDLE_TABLE.LastFree, 0);
  const capacity = k.mem.u32(to + HANDLE_TABLE.Capacity);
  for (let i = 1; i < capacity; i++) if (k.mem.ptr(entryAt(k, to, i) + HANDLE_TABLE_ENTRY.Object) === 0) appendFree(k, to, i);
  k.mem.setU32(to + HANDLE_TABLE.HandleCount, objects.length);
  k.mem.setU32(to + HANDLE_TABLE.HandleCountHighWatermark, objects.length);
  return objects;
}
