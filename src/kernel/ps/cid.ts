// Process and thread IDs: one table for both, IDs are multiples of 4, System is 4, Idle 0 (not in the table). A freed ID is reused as late as possible, or
// by the next object (choice id-reuse). Entries hold object bodies without a reference: the object removes its ID when it is deleted, and finding another
// object there, or none, is bug check 0x17 (reference: ps-routines.md, conventions).
import type { Addr } from '../../machine/abi.js';
import type { Kernel } from '../kernel.js';
import { HANDLE_TABLE_ENTRY, PS_GLOBALS } from '../layouts.gen.js';
import { allocateHandle, createHandleTable, freeHandle, handlesOf, lookupHandle } from '../ob/handle-table.js';
import { isType, pointerCount } from '../ob/object.js';
import { ObType } from '../ob/types.js';

const table = (k: Kernel): Addr => k.mem.ptr(k.globals.PS + PS_GLOBALS.PspCidTable);

export function createCidTable(k: Kernel): void {
  k.mem.setPtr(k.globals.PS + PS_GLOBALS.PspCidTable, createHandleTable(k, 0, 0, true));
}

/** New ID for a process or thread object, 0 when out of memory. */
export const allocateId = (k: Kernel, body: Addr): number => allocateHandle(k, table(k), body, 0, 0);

/** Gives back the ID that an object says it has; 0: it has none (a driver that hides processes may have written that). */
export function freeId(k: Kernel, id: number, body: Addr): void {
  if (id === 0) return;
  const entry = lookupHandle(k, table(k), id);
  if (entry === 0 || k.mem.ptr(entry + HANDLE_TABLE_ENTRY.Object) !== body)
    k.throwBugCheck(
      0x17,
      [0, 0, 0, 0],
      `the ID ${id} of a process or thread that is deleted is not its own in the ID table: a driver overwrote it`,
    );
  freeHandle(k, table(k), id, k.choice('id-reuse') === 'soon');
}

function find(k: Kernel, id: number, thread: boolean): Addr {
  if (id <= 0 || (id % 4 !== 0 && k.choice('id-low-bits') === 'compared')) return 0;
  const entry = lookupHandle(k, table(k), id - (id % 4));
  if (entry === 0) return 0;
  const body = k.mem.ptr(entry + HANDLE_TABLE_ENTRY.Object);
  return isType(k, body, thread ? ObType.Thread : ObType.Process) && pointerCount(k, body) > 0 ? body : 0;
}

/** Process with this ID, or 0. Not referenced. */
export const processById = (k: Kernel, id: number): Addr => find(k, id, false);
/** Thread with this ID, or 0. Not referenced. */
export const threadById = (k: Kernel, id: number): Addr => find(k, id, true);
/** All objects of the table in order of their IDs. */
export const allIds = (k: Kernel): Addr[] => handlesOf(k, table(k)).map((h) => k.mem.ptr(h.entry + HANDLE_TABLE_ENTRY.Object));
