// Page protections of sections and views: which there are, what they need of a file and of a section handle, and which view a section permits
// (ZwCreateSection, ZwMapViewOfSection in the documentation).

import { NT } from '../ob/status.js';
import { State } from './alias.js';

const PAGE_WRITECOPY = 8;
const PAGE_EXECUTE_WRITECOPY = 0x80;
/** PAGE_NOCACHE, PAGE_WRITECOMBINE: no difference here. */
const CACHE_BITS = 0x600;

const FILE_READ = 1;
const FILE_WRITE = 2;
const FILE_EXECUTE = 0x20;
const MAP_WRITE = 2;
const MAP_READ = 4;
const MAP_EXECUTE = 8;

interface Row {
  /** Rights to the file, rights of the section handle. */
  readonly file: number;
  readonly map: number;
  readonly read: boolean;
  readonly write: boolean;
  readonly execute: boolean;
  readonly copy: boolean;
}
const row = (file: number, map: number, rights: string): Row => ({
  file,
  map,
  read: rights.includes('r'),
  write: rights.includes('w'),
  execute: rights.includes('x'),
  copy: rights.includes('c'),
});

const ROWS: Readonly<Record<number, Row>> = {
  1: row(FILE_READ, MAP_READ, ''),
  2: row(FILE_READ, MAP_READ, 'r'),
  4: row(FILE_READ | FILE_WRITE, MAP_READ | MAP_WRITE, 'rw'),
  [PAGE_WRITECOPY]: row(FILE_READ, MAP_READ, 'rc'),
  16: row(FILE_EXECUTE, MAP_EXECUTE, 'x'),
  32: row(FILE_EXECUTE | FILE_READ, MAP_EXECUTE | MAP_READ, 'rx'),
  64: row(FILE_EXECUTE | FILE_READ | FILE_WRITE, MAP_EXECUTE | MAP_READ | MAP_WRITE, 'rwx'),
  [PAGE_EXECUTE_WRITECOPY]: row(FILE_EXECUTE | FILE_READ, MAP_EXECUTE | MAP_READ, 'rxc'),
};

/** Without the bits that make no difference; STATUS_INVALID_PAGE_PROTECTION. */
export function plainProtection(protection: number): number {
  const plain = protection & ~CACHE_BITS;
  return ROWS[plain] ? plain : NT.INVALID_PAGE_PROTECTION;
}
export const fileAccessFor = (protection: number): number => ROWS[protection].file;
export const mapAccessFor = (protection: number): number => ROWS[protection].map;
export const copiesOnWrite = (protection: number): boolean => ROWS[protection].copy;
export const writesThrough = (protection: number): boolean => ROWS[protection].write;

/** May a view have this protection when the section has that one? Whoever may read may have a copy of his own. */
export function permits(section: number, view: number): boolean {
  const [s, v] = [ROWS[section], ROWS[view]];
  return (!v.read || s.read) && (!v.write || s.write) && (!v.execute || s.execute);
}

/** What the table of second names says of pages with this protection. (That code may be run there makes no difference: it cannot.) */
export function stateFor(protection: number): number {
  const r = ROWS[protection];
  if (r.write || r.copy) return State.MiMappingReadWrite;
  return r.read || r.execute ? State.MiMappingReadOnly : State.MiMappingReserved;
}
