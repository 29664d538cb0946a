// The search in a generic table, the same over both kinds of tree. The compare, allocate and free routines are the driver's: a search is one
// call a level, and the routine's place between two calls (the node compared with) lies in its frame.
import type { Addr, Status } from '../../machine/abi.js';
import type { Frame, Kernel } from '../kernel.js';
import { TABLE_SEARCH_RESULT as Result } from '../layouts.gen.js';
import { leftOf, rightOf } from './binary-links.js';

/** Answers of a compare routine (RTL_GENERIC_COMPARE_RESULTS). */
export const LESS_THAN = 0;
export const GREATER_THAN = 1;

/** Slots of the frame. */
export const NODE = 0;
export const RESULT = 1;
/** f.pc: the compare routine has answered; the allocate routine; the free routine. */
export const COMPARED = 1;
export const ALLOCATED = 2;
export const FREED = 3;

/** What tells the two kinds of table apart in a search. */
export interface TableKind {
  /** Offset of CompareRoutine in the table. */
  readonly compare: number;
  root(k: Kernel, table: Addr): Addr;
  /** The element's data of a node. */
  data(node: Addr): Addr;
}

/**
 * One step of the search for `buffer`: the Status of a compare call, or undefined when slots NODE (node found, or the parent) and RESULT
 * (TABLE_SEARCH_RESULT) have the answer. Call it while f.pc <= COMPARED.
 */
export function search(kind: TableKind, k: Kernel, f: Frame, table: Addr, buffer: Addr): Status | undefined {
  const done = (result: number): undefined => {
    f.set(RESULT, result);
    return undefined;
  };
  if (f.pc === 0) {
    f.set(NODE, kind.root(k, table));
    if (f.get(NODE) === 0) return done(Result.TableEmptyTree);
  } else {
    const order = f.result32;
    if (order !== LESS_THAN && order !== GREATER_THAN) return done(Result.TableFoundNode);
    const child = order === LESS_THAN ? leftOf(k, f.get(NODE)) : rightOf(k, f.get(NODE));
    if (child === 0) return done(order === LESS_THAN ? Result.TableInsertAsLeft : Result.TableInsertAsRight);
    f.set(NODE, child);
  }
  return k.call(f, COMPARED, k.mem.checked.ptr(table + kind.compare), [table, buffer, kind.data(f.get(NODE))]);
}

/** `NewElement` of an insertion, which the caller may leave out. */
export function setNewElement(k: Kernel, at: Addr, isNew: boolean): void {
  if (at !== 0) k.mem.checked.setU8(at, isNew ? 1 : 0);
}

/** The four last parameters of an initialisation, (Table, CompareRoutine, AllocateRoutine, FreeRoutine, TableContext), into their fields. */
export function setRoutines(k: Kernel, f: Frame, fields: readonly number[]): void {
  fields.forEach((at, i) => k.mem.checked.setPtr(f.ptr(0) + at, f.ptr(i + 1)));
}
