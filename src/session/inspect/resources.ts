// ERESOURCEs: all of them are on one list of the kernel, and each names its owners.
import { ERESOURCE, KE_GLOBALS, OWNER_ENTRY } from '../../kernel/layouts.gen.js';
import type { Addr } from '../../machine/abi.js';
import type { MachineView } from './machine-view.js';
import type { ListWalk } from './reader.js';

const EXCLUSIVE = 0x80;
/** OWNER_ENTRY.TableSize: three flag bits below the owner's count; in the table's first entry the number of entries. */
const COUNT_SHIFT = 3;
const TABLE_LIMIT = 4096;

export interface ResourceOwner {
  readonly thread: Addr;
  readonly count: number;
}

export function resources(v: MachineView): ListWalk {
  const walk = v.mem.list(v.kernel.globals.KE + KE_GLOBALS.ResourceListHead);
  return { ...walk, entries: walk.entries.map((e) => e - ERESOURCE.SystemResourcesList) };
}

export const isExclusive = (v: MachineView, r: Addr): boolean => (v.mem.u16(r + ERESOURCE.Flag) & EXCLUSIVE) !== 0;

export function resourceOwners(v: MachineView, r: Addr): ResourceOwner[] {
  const { mem } = v;
  if (mem.u32(r + ERESOURCE.ActiveEntries) === 0) return [];
  const out: ResourceOwner[] = [];
  const add = (entry: Addr): void => {
    const owner = mem.ptr(entry + OWNER_ENTRY.OwnerThread);
    // ExSetResourceOwnerPointer: low bits set, no thread
    if (owner !== 0) out.push({ thread: owner - (((owner % 4) + 4) % 4), count: mem.u32(entry + OWNER_ENTRY.TableSize) >>> COUNT_SHIFT });
  };
  add(r + ERESOURCE.OwnerEntry);
  const table = mem.ptr(r + ERESOURCE.OwnerTable);
  const size = table === 0 ? 0 : Math.min(mem.u32(table + OWNER_ENTRY.TableSize), TABLE_LIMIT);
  for (let i = 1; i < size; i++) add(table + i * OWNER_ENTRY.sizeof);
  return out;
}
