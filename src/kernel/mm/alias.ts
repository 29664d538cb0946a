// Second names of memory. There are no page tables here: an address is a place in linear memory by adding a constant. What Windows does by mapping pages
// a second time (an MDL into a process, a reserved system range) is an entry of a small table; the addresses lie outside both ranges that compiled code checks
// inline, so an access comes by the slow path, which asks this table. Slower than memory under its first name, and the same bytes.
import { type Addr, KERNEL_BASE, PAGE_SIZE } from '../../machine/abi.js';
import type { Kernel } from '../kernel.js';
import { MI_MAPPING as M, MM_GLOBALS, MI_MAPPING_STATE as State } from '../layouts.gen.js';

const ENTRIES = 60;
/** Each entry that chooses its address gets this much room, so the largest mapping is 64 MiB. */
const STRIDE = 0x4000000;
const USER_AREA = 0x7ff400000000;
const SYSTEM_AREA = KERNEL_BASE + 0x80000000;

export { State };
export interface Mapping {
  /** Its entry in the table. */
  readonly at: Addr;
  readonly address: Addr;
  readonly bytes: number;
  readonly mdl: Addr;
  readonly state: number;
}

const entryAt = (k: Kernel, i: number): Addr => k.globals.MM + MM_GLOBALS.Mappings + i * M.sizeof;
const count = (k: Kernel): number => k.mem.u32(k.globals.MM + MM_GLOBALS.MappingCount);
const stateOf = (k: Kernel, e: Addr): number => k.mem.u32(e + M.State);

function read(k: Kernel, e: Addr): Mapping {
  const m = k.mem;
  return { at: e, address: m.ptr(e + M.Address), bytes: m.ptr(e + M.Bytes), mdl: m.ptr(e + M.Mdl), state: m.u32(e + M.State) };
}

/** Entries in use for which `wanted` holds. `process` 0: system addresses. */
export function mappings(k: Kernel, process: Addr, wanted: (m: Mapping) => boolean = () => true): Mapping[] {
  const out: Mapping[] = [];
  for (let i = 0; i < count(k); i++) {
    const e = entryAt(k, i);
    if (stateOf(k, e) === State.MiMappingFree || k.mem.ptr(e + M.Process) !== process) continue;
    const m = read(k, e);
    if (wanted(m)) out.push(m);
  }
  return out;
}

/** Pieces of linear memory that are to be one range of addresses. */
export interface Piece {
  readonly offset: number;
  readonly bytes: number;
}

function freeEntry(k: Kernel): number {
  const used = count(k);
  for (let i = 0; i < used; i++) if (stateOf(k, entryAt(k, i)) === State.MiMappingFree) return i;
  if (used >= ENTRIES) return -1;
  k.mem.setU32(k.globals.MM + MM_GLOBALS.MappingCount, used + 1);
  return used;
}

function overlaps(k: Kernel, process: Addr, address: Addr, bytes: number): boolean {
  return (
    mappings(k, process, (m) => {
      const room = Math.max(m.bytes, k.mem.u32(m.at + M.Reservation));
      return address < m.address + room && m.address < address + bytes;
    }).length > 0
  );
}

/** First address of the area of a process (0: system) where `bytes` fit; 0 when there is none. */
function choose(k: Kernel, process: Addr, bytes: number): Addr {
  if (bytes <= 0 || bytes > STRIDE) return 0;
  const area = process === 0 ? SYSTEM_AREA : USER_AREA;
  for (let i = 0; i < ENTRIES; i++) if (!overlaps(k, process, area + i * STRIDE, bytes)) return area + i * STRIDE;
  return 0;
}

/** Maps pieces one behind the other; `address` 0 chooses. The address, 0 when nothing is free or the place is taken. */
export function addMapping(k: Kernel, process: Addr, address: Addr, pieces: readonly Piece[], mdl: Addr, state: number): Addr {
  const bytes = pieces.reduce((n, p) => n + p.bytes, 0);
  const base = address === 0 ? choose(k, process, bytes) : address;
  if (base === 0 || bytes <= 0 || overlaps(k, process, base, bytes)) return 0;
  const done: Addr[] = [];
  let at = base;
  for (const p of pieces) {
    const i = freeEntry(k);
    if (i < 0) {
      for (const e of done) k.mem.setU32(e + M.State, State.MiMappingFree);
      return 0;
    }
    const e = entryAt(k, i);
    fill(k, e, process, at, p, mdl, state);
    done.push(e);
    at += p.bytes;
  }
  return base;
}

function fill(k: Kernel, e: Addr, process: Addr, address: Addr, piece: Piece, mdl: Addr, state: number): void {
  k.mem.fill(e, M.sizeof);
  k.mem.setPtr(e + M.Process, process);
  k.mem.setPtr(e + M.Address, address);
  k.mem.setPtr(e + M.Bytes, piece.bytes);
  k.mem.setPtr(e + M.Mdl, mdl);
  k.mem.setU32(e + M.Offset, piece.offset);
  k.mem.setU32(e + M.State, state);
}

export function removeMapping(k: Kernel, m: Mapping): void {
  k.mem.setU32(m.at + M.State, State.MiMappingFree);
}

/** A process ends: its mappings go with it. */
export function releaseMappings(k: Kernel, process: Addr): void {
  for (const m of mappings(k, process)) removeMapping(k, m);
}

/** The pages of an MDL are unlocked: its system mappings end, reservations stay. */
export function dropSystemMappings(k: Kernel, mdl: Addr): void {
  for (const m of mappings(k, 0, (x) => x.mdl === mdl)) {
    if (k.mem.u32(m.at + M.Reservation) > 0) setReserved(k, m, { offset: 0, bytes: 0 }, 0);
    else removeMapping(k, m);
  }
}

/** Reserves system addresses: nothing is there until something is mapped. 0 when there is no room. */
export function reserve(k: Kernel, bytes: number, tag: number): Addr {
  const size = Math.ceil(bytes / PAGE_SIZE) * PAGE_SIZE;
  const address = choose(k, 0, size);
  const i = address === 0 ? -1 : freeEntry(k);
  if (i < 0) return 0;
  const e = entryAt(k, i);
  fill(k, e, 0, address, { offset: 0, bytes: 0 }, 0, State.MiMappingReserved);
  k.mem.setU32(e + M.Tag, tag);
  k.mem.setU32(e + M.Reservation, size);
  return address;
}

/** The reservation that begins at an address, with its tag and size. */
export function reservationAt(k: Kernel, address: Addr): (Mapping & { tag: number; room: number }) | undefined {
  const [m] = mappings(k, 0, (x) => x.address === address && k.mem.u32(x.at + M.Reservation) > 0);
  return m && { ...m, tag: k.mem.u32(m.at + M.Tag), room: k.mem.u32(m.at + M.Reservation) };
}

/** Puts memory into a reservation (bytes 0: takes it out). */
export function setReserved(k: Kernel, m: Mapping, piece: Piece, mdl: Addr): void {
  k.mem.setPtr(m.at + M.Bytes, piece.bytes);
  k.mem.setPtr(m.at + M.Mdl, mdl);
  k.mem.setU32(m.at + M.Offset, piece.offset);
  k.mem.setU32(m.at + M.State, piece.bytes === 0 ? State.MiMappingReserved : State.MiMappingReadWrite);
}

/** Offset behind an alias for `process`, -1 when there is none. An access does not cross from one piece into the next. */
export function aliasOffset(k: Kernel, process: Addr, address: Addr, size: number, write: boolean): number {
  const owner = address < 0 ? 0 : process;
  for (let i = 0, n = count(k); i < n; i++) {
    const e = entryAt(k, i);
    const state = stateOf(k, e);
    if (state < State.MiMappingReadWrite || k.mem.ptr(e + M.Process) !== owner) continue;
    const o = address - k.mem.ptr(e + M.Address);
    if (o < 0 || o + size > k.mem.ptr(e + M.Bytes)) continue;
    return write && state === State.MiMappingReadOnly ? -1 : k.mem.u32(e + M.Offset) + o;
  }
  return -1;
}

/** Lets the machine ask. Also for a kernel object around a restored machine. */
export function attachAliases(k: Kernel): void {
  k.mem.aliases = (address, size, write) =>
    k.mem.u32(k.globals.MM + MM_GLOBALS.MappingCount) === 0 || k.currentThread() === 0
      ? -1
      : aliasOffset(k, k.currentProcess(), address, size, write);
}
