// Generic tables over balanced trees (RtlXxxGenericTableAvl). The compare, allocate and free routines are the driver's (table-search.ts).
// An element's data follow its links: node + sizeof links.
import type { Addr, Status } from '../../machine/abi.js';
import type { Frame, Kernel, KernelRoutine } from '../kernel.js';
import { RTL_BALANCED_LINKS as L, TABLE_SEARCH_RESULT as Result, RTL_AVL_TABLE as T } from '../layouts.gen.js';
import { avlInsert, avlRemove } from './avl.js';
import { leftmost, predecessor, rightOf, successor } from './binary-links.js';
import {
  ALLOCATED,
  COMPARED,
  FREED,
  GREATER_THAN,
  LESS_THAN,
  NODE,
  RESULT,
  search,
  setNewElement,
  setRoutines,
  type TableKind,
} from './table-search.js';

const header = (table: Addr): Addr => table + T.BalancedRoot;
const root = (k: Kernel, table: Addr): Addr => rightOf(k, header(table));
const data = (node: Addr): Addr => node + L.sizeof;
const KIND: TableKind = { compare: T.CompareRoutine, root, data };
const elements = (k: Kernel, table: Addr): number => k.mem.checked.u32(table + T.NumberGenericTableElements);

/** From the search result to the element: (Table, Buffer, BufferSize, NewElement). */
function insert(k: Kernel, f: Frame): Status {
  const table = f.ptr(0);
  if (f.pc !== ALLOCATED) {
    if (f.get(RESULT) === Result.TableFoundNode) {
      setNewElement(k, f.ptr(3), false);
      return k.return(data(f.get(NODE)));
    }
    return k.call(f, ALLOCATED, k.mem.checked.ptr(table + T.AllocateRoutine), [table, f.u32(2) + L.sizeof]);
  }
  const node = f.result;
  if (node === 0) {
    setNewElement(k, f.ptr(3), false);
    return k.return(0);
  }
  const empty = f.get(RESULT) === Result.TableEmptyTree;
  avlInsert(k, table, node, empty ? header(table) : f.get(NODE), f.get(RESULT) === Result.TableInsertAsLeft);
  k.mem.checked.setU32(table + T.NumberGenericTableElements, elements(k, table) + 1);
  k.mem.checked.setPtr(table + T.OrderedPointer, 0);
  k.mem.checked.setU32(table + T.WhichOrderedElement, 0);
  k.mem.checked.copy(data(node), f.ptr(1), f.u32(2));
  setNewElement(k, f.ptr(3), true);
  return k.return(data(node));
}

/** Takes the node out of the tree and gives it to the free routine. */
function unlinkAndFree(k: Kernel, f: Frame, table: Addr, node: Addr): Status {
  if (node === k.mem.checked.ptr(table + T.RestartKey)) k.mem.checked.setPtr(table + T.RestartKey, predecessor(k, node));
  k.mem.checked.setU32(table + T.DeleteCount, k.mem.checked.u32(table + T.DeleteCount) + 1);
  avlRemove(k, table, node);
  k.mem.checked.setU32(table + T.NumberGenericTableElements, elements(k, table) - 1);
  k.mem.checked.setPtr(table + T.OrderedPointer, 0);
  k.mem.checked.setU32(table + T.WhichOrderedElement, 0);
  return k.call(f, FREED, k.mem.checked.ptr(table + T.FreeRoutine), [table, node]);
}

/** Next element after the node whose address is at `key`, which moves on; 0 at the end. */
function enumerate(k: Kernel, table: Addr, key: Addr): Addr {
  if (elements(k, table) === 0) return 0;
  const from = k.mem.checked.ptr(key);
  const node = from === 0 ? leftmost(k, root(k, table)) : successor(k, from);
  if (node === 0) return 0;
  k.mem.checked.setPtr(key, node);
  return data(node);
}

/** Element number `index` in order; the table remembers the last one asked for. */
function elementAt(k: Kernel, table: Addr, index: number): Addr {
  if (index >= elements(k, table)) return 0;
  let node = k.mem.checked.ptr(table + T.OrderedPointer);
  let at = k.mem.checked.u32(table + T.WhichOrderedElement) - 1; // 0 = none
  if (node === 0 || at < 0 || at > index) {
    node = leftmost(k, root(k, table));
    at = 0;
  }
  k.machine.charge(index - at);
  for (; at < index && node !== 0; at++) node = successor(k, node);
  k.mem.checked.setPtr(table + T.OrderedPointer, node);
  k.mem.checked.setU32(table + T.WhichOrderedElement, index + 1);
  return node === 0 ? 0 : data(node);
}

const MATCHED = 5;
const NO_MATCH = 0xc0000272 | 0;
const NO_MORE_MATCHES = 0xc0000273 | 0;

/**
 * (Table, MatchFunction, MatchData, NextFlag, RestartKey, DeleteCount, Buffer): goes on from the restart key, or, when there is none or something was deleted
 * since, from the place of Buffer; first element from there (with NextFlag: behind it) that the match function takes.
 */
function enumerateLikeADirectory(k: Kernel, f: Frame): Status {
  const table = f.ptr(0);
  const m = k.mem.checked;
  if (f.pc === MATCHED) {
    const status = f.result32 | 0;
    if (status === NO_MORE_MATCHES) return k.return(0);
    if (status !== NO_MATCH) {
      m.setPtr(f.ptr(4), f.get(NODE));
      m.setU32(f.ptr(5), m.u32(table + T.DeleteCount));
      return k.return(data(f.get(NODE)));
    }
    f.set(NODE, successor(k, f.get(NODE)));
  } else {
    const key = m.ptr(f.ptr(4));
    if (f.pc === 0 && elements(k, table) === 0) return k.return(0);
    if (f.pc === 0 && key !== 0 && m.u32(f.ptr(5)) === m.u32(table + T.DeleteCount)) {
      f.set(NODE, f.u32(3) ? successor(k, key) : key);
    } else {
      const status = search(KIND, k, f, table, f.ptr(6));
      if (status !== undefined) return status;
      const beyond = f.get(RESULT) === Result.TableInsertAsRight || (f.get(RESULT) === Result.TableFoundNode && f.u32(3) !== 0);
      if (beyond) f.set(NODE, successor(k, f.get(NODE)));
    }
  }
  const node = f.get(NODE);
  if (node === 0) return k.return(0);
  if (f.ptr(1) === 0) {
    m.setPtr(f.ptr(4), node);
    m.setU32(f.ptr(5), m.u32(table + T.DeleteCount));
    return k.return(data(node));
  }
  return k.call(f, MATCHED, f.ptr(1), [table, data(node), f.ptr(2)]);
}

export const routines: KernelRoutine[] = [
  { name: 'RtlEnumerateGenericTableLikeADirectory', locals: 2, step: enumerateLikeADirectory },
  {
    name: 'RtlInitializeGenericTableAvl',
    step(k, f) {
      const table = f.ptr(0);
      k.mem.checked.fill(table, T.sizeof);
      k.mem.checked.setPtr(header(table) + L.Parent, header(table));
      setRoutines(k, f, [T.CompareRoutine, T.AllocateRoutine, T.FreeRoutine, T.TableContext]);
      return k.returnVoid();
    },
  },
  {
    name: 'RtlInsertElementGenericTableAvl',
    locals: 2,
    step: (k, f) => (f.pc <= COMPARED ? search(KIND, k, f, f.ptr(0), f.ptr(1)) : undefined) ?? insert(k, f),
  },
  {
    // (Table, Buffer, BufferSize, NewElement, NodeOrParent, SearchResult)
    name: 'RtlInsertElementGenericTableFullAvl',
    locals: 2,
    step(k, f) {
      f.set(NODE, f.ptr(4));
      f.set(RESULT, f.u32(5));
      return insert(k, f);
    },
  },
  {
    name: 'RtlLookupElementGenericTableAvl',
    locals: 2,
    step: (k, f) => search(KIND, k, f, f.ptr(0), f.ptr(1)) ?? k.return(f.get(RESULT) === Result.TableFoundNode ? data(f.get(NODE)) : 0),
  },
  {
    // (Table, Buffer, NodeOrParent, SearchResult)
    name: 'RtlLookupElementGenericTableFullAvl',
    locals: 2,
    step(k, f) {
      const status = search(KIND, k, f, f.ptr(0), f.ptr(1));
      if (status !== undefined) return status;
      k.mem.checked.setPtr(f.ptr(2), f.get(NODE));
      k.mem.checked.setU32(f.ptr(3), f.get(RESULT));
      return k.return(f.get(RESULT) === Result.TableFoundNode ? data(f.get(NODE)) : 0);
    },
  },
  {
    name: 'RtlDeleteElementGenericTableAvl',
    locals: 2,
    step(k, f) {
      if (f.pc === FREED) return k.return(1);
      const status = search(KIND, k, f, f.ptr(0), f.ptr(1));
      if (status !== undefined) return status;
      return f.get(RESULT) === Result.TableFoundNode ? unlinkAndFree(k, f, f.ptr(0), f.get(NODE)) : k.return(0);
    },
  },
  {
    // (Table, NodeOrParent): the node as RtlLookupElementGenericTableFullAvl gave it
    name: 'RtlDeleteElementGenericTableAvlEx',
    step: (k, f) => (f.pc === FREED ? k.returnVoid() : unlinkAndFree(k, f, f.ptr(0), f.ptr(1))),
  },
  {
    name: 'RtlEnumerateGenericTableAvl',
    step(k, f) {
      const key = f.ptr(0) + T.RestartKey;
      if (f.bool(1)) k.mem.checked.setPtr(key, 0);
      return k.return(enumerate(k, f.ptr(0), key));
    },
  },
  { name: 'RtlEnumerateGenericTableWithoutSplayingAvl', step: (k, f) => k.return(enumerate(k, f.ptr(0), f.ptr(1))) },
  {
    // (Table, Buffer, RestartKey): of equal elements the first in order; RestartKey goes on from there
    name: 'RtlLookupFirstMatchingElementGenericTableAvl',
    locals: 3,
    step(k, f) {
      const table = f.ptr(0);
      const compare = (pc: number, node: Addr): Status =>
        k.call(f, pc, k.mem.checked.ptr(table + T.CompareRoutine), [table, f.ptr(1), data(node)]);
      if (f.pc <= COMPARED) {
        const status = search(KIND, k, f, table, f.ptr(1));
        if (status !== undefined) return status;
        if (f.get(RESULT) !== Result.TableFoundNode) {
          k.mem.checked.setPtr(f.ptr(2), 0);
          return k.return(0);
        }
      } else if (f.result32 !== LESS_THAN && f.result32 !== GREATER_THAN) f.set(NODE, f.get(2));
      else {
        k.mem.checked.setPtr(f.ptr(2), f.get(NODE));
        return k.return(data(f.get(NODE)));
      }
      const before = predecessor(k, f.get(NODE));
      f.set(2, before);
      if (before !== 0 && before !== header(table)) return compare(4, before);
      k.mem.checked.setPtr(f.ptr(2), f.get(NODE));
      return k.return(data(f.get(NODE)));
    },
  },
  { name: 'RtlGetElementGenericTableAvl', step: (k, f) => k.return(elementAt(k, f.ptr(0), f.u32(1))) },
  { name: 'RtlNumberGenericTableElementsAvl', step: (k, f) => k.return(elements(k, f.ptr(0))) },
  { name: 'RtlIsGenericTableEmptyAvl', step: (k, f) => k.return(elements(k, f.ptr(0)) === 0 ? 1 : 0) },
];
