// Generic tables over splay trees (RtlXxxGenericTable). Beside the tree every element is on a list in order of insertion, which
// RtlGetElementGenericTable counts along. In front of an element's data lie its splay links and its list entry.
import type { Addr, Status } from '../../machine/abi.js';
import type { Frame, Kernel, KernelRoutine } from '../kernel.js';
import { RTL_SPLAY_LINKS as L, LIST_ENTRY, TABLE_SEARCH_RESULT as Result, RTL_GENERIC_TABLE as T } from '../layouts.gen.js';
import { leftmost, setLeft, setParent, setRight, successor } from './binary-links.js';
import { insertTail, remove } from './list.js';
import { splay, splayDelete } from './splay.js';
import { ALLOCATED, COMPARED, FREED, NODE, RESULT, search, setNewElement, setRoutines, type TableKind } from './table-search.js';
import { touchLinks } from './touch-links.js';

const HEADER = L.sizeof + LIST_ENTRY.sizeof;

const data = (node: Addr): Addr => node + HEADER;
const entryOf = (node: Addr): Addr => node + L.sizeof;
const root = (k: Kernel, table: Addr): Addr => k.mem.checked.ptr(table + T.TableRoot);
const elements = (k: Kernel, table: Addr): number => k.mem.checked.u32(table + T.NumberGenericTableElements);
const KIND: TableKind = { compare: T.CompareRoutine, root, data };
const splayTo = (k: Kernel, table: Addr, node: Addr): void => k.mem.checked.setPtr(table + T.TableRoot, splay(k, node));

/** From the search result to the element: (Table, Buffer, BufferSize, NewElement). */
function insert(k: Kernel, f: Frame): Status {
  const table = f.ptr(0);
  if (f.pc !== ALLOCATED) {
    if (f.get(RESULT) === Result.TableFoundNode) {
      splayTo(k, table, f.get(NODE));
      setNewElement(k, f.ptr(3), false);
      return k.return(data(f.get(NODE)));
    }
    return k.call(f, ALLOCATED, k.mem.checked.ptr(table + T.AllocateRoutine), [table, f.u32(2) + HEADER]);
  }
  const node = f.result;
  if (node === 0) {
    setNewElement(k, f.ptr(3), false);
    return k.return(0);
  }
  k.mem.checked.fill(node, HEADER);
  setParent(k, node, node);
  touchLinks(k, table + T.InsertOrderList, entryOf(node));
  insertTail(k.mem, table + T.InsertOrderList, entryOf(node));
  if (f.get(RESULT) !== Result.TableEmptyTree) {
    setParent(k, node, f.get(NODE));
    if (f.get(RESULT) === Result.TableInsertAsLeft) setLeft(k, f.get(NODE), node);
    else setRight(k, f.get(NODE), node);
  }
  splayTo(k, table, node);
  k.mem.checked.setU32(table + T.NumberGenericTableElements, elements(k, table) + 1);
  k.mem.checked.copy(data(node), f.ptr(1), f.u32(2));
  setNewElement(k, f.ptr(3), true);
  return k.return(data(node));
}

/** A search is also a use: the tree is splayed at the node found. Not at one where an element would go: the free side of it that the caller was told of must stay free. */
function found(k: Kernel, f: Frame): Addr {
  if (f.get(RESULT) !== Result.TableFoundNode) return 0;
  splayTo(k, f.ptr(0), f.get(NODE));
  return data(f.get(NODE));
}

function elementAt(k: Kernel, table: Addr, index: number): Addr {
  if (index >= elements(k, table)) return 0;
  let entry = k.mem.checked.ptr(table + T.OrderedPointer);
  let at = k.mem.checked.u32(table + T.WhichOrderedElement); // 1-based, 0 = the list head
  if (at > index + 1) {
    entry = table + T.InsertOrderList;
    at = 0;
  }
  k.machine.charge(index + 1 - at);
  for (; at < index + 1; at++) entry = k.mem.checked.ptr(entry + LIST_ENTRY.Flink);
  k.mem.checked.setPtr(table + T.OrderedPointer, entry);
  k.mem.checked.setU32(table + T.WhichOrderedElement, index + 1);
  return data(entry - L.sizeof);
}

export const routines: KernelRoutine[] = [
  {
    name: 'RtlInitializeGenericTable',
    step(k, f) {
      const table = f.ptr(0);
      const list = table + T.InsertOrderList;
      k.mem.checked.fill(table, T.sizeof);
      k.mem.checked.setPtr(list + LIST_ENTRY.Flink, list);
      k.mem.checked.setPtr(list + LIST_ENTRY.Blink, list);
      k.mem.checked.setPtr(table + T.OrderedPointer, list);
      setRoutines(k, f, [T.CompareRoutine, T.AllocateRoutine, T.FreeRoutine, T.TableContext]);
      return k.returnVoid();
    },
  },
  {
    name: 'RtlInsertElementGenericTable',
    locals: 2,
    step: (k, f) => (f.pc <= COMPARED ? search(KIND, k, f, f.ptr(0), f.ptr(1)) : undefined) ?? insert(k, f),
  },
  {
    name: 'RtlInsertElementGenericTableFull',
    locals: 2,
    step(k, f) {
      f.set(NODE, f.ptr(4));
      f.set(RESULT, f.u32(5));
      return insert(k, f);
    },
  },
  { name: 'RtlLookupElementGenericTable', locals: 2, step: (k, f) => search(KIND, k, f, f.ptr(0), f.ptr(1)) ?? k.return(found(k, f)) },
  {
    name: 'RtlLookupElementGenericTableFull',
    locals: 2,
    step(k, f) {
      const status = search(KIND, k, f, f.ptr(0), f.ptr(1));
      if (status !== undefined) return status;
      k.mem.checked.setPtr(f.ptr(2), f.get(NODE));
      k.mem.checked.setU32(f.ptr(3), f.get(RESULT));
      return k.return(found(k, f));
    },
  },
  {
    name: 'RtlDeleteElementGenericTable',
    locals: 2,
    step(k, f) {
      if (f.pc === FREED) return k.return(1);
      const table = f.ptr(0);
      const status = search(KIND, k, f, table, f.ptr(1));
      if (status !== undefined) return status;
      if (f.get(RESULT) !== Result.TableFoundNode) return k.return(0);
      const node = f.get(NODE);
      k.mem.checked.setPtr(table + T.TableRoot, splayDelete(k, node));
      touchLinks(k, entryOf(node));
      remove(k.mem, entryOf(node));
      k.mem.checked.setU32(table + T.NumberGenericTableElements, elements(k, table) - 1);
      k.mem.checked.setU32(table + T.WhichOrderedElement, 0);
      k.mem.checked.setPtr(table + T.OrderedPointer, table + T.InsertOrderList);
      return k.call(f, FREED, k.mem.checked.ptr(table + T.FreeRoutine), [table, node]);
    },
  },
  {
    // (Table, Restart): the place is the root, because every answer is splayed there
    name: 'RtlEnumerateGenericTable',
    step(k, f) {
      const top = root(k, f.ptr(0));
      if (top === 0) return k.return(0);
      const node = f.bool(1) ? leftmost(k, top) : successor(k, top);
      if (node === 0) return k.return(0);
      splayTo(k, f.ptr(0), node);
      return k.return(data(node));
    },
  },
  {
    name: 'RtlEnumerateGenericTableWithoutSplaying',
    step(k, f) {
      const top = root(k, f.ptr(0));
      if (top === 0) return k.return(0);
      const from = k.mem.checked.ptr(f.ptr(1));
      const node = from === 0 ? leftmost(k, top) : successor(k, from);
      if (node === 0) return k.return(0);
      k.mem.checked.setPtr(f.ptr(1), node);
      return k.return(data(node));
    },
  },
  { name: 'RtlGetElementGenericTable', step: (k, f) => k.return(elementAt(k, f.ptr(0), f.u32(1))) },
  { name: 'RtlNumberGenericTableElements', step: (k, f) => k.return(elements(k, f.ptr(0))) },
  { name: 'RtlIsGenericTableEmpty', step: (k, f) => k.return(root(k, f.ptr(0)) === 0 ? 1 : 0) },
];
