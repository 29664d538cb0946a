// Prefix tables of names (RtlXxxUnicodePrefix): the longest registered name that is the front of a path, whole components only ("\A" is in front of
// "\A\B" and not of "\AB"; "\" is in front of everything). Entries are the driver's memory. Windows keeps a splay tree for each number of components;
// here all entries are on one chain through NextPrefixTree, longest first, because no driver reads the links (U) and tables are small.
import type { Addr } from '../../machine/abi.js';
import type { Kernel, KernelRoutine } from '../kernel.js';
import { UNICODE_PREFIX_TABLE_ENTRY as E, RTL_SPLAY_LINKS as L, UNICODE_PREFIX_TABLE as T } from '../layouts.gen.js';
import { unicodeText } from './counted-string.js';
import { LIST_LIMIT } from './list.js';
import { upcase } from './text-unit.js';

const TABLE_TYPE = 0x0800;
const ENTRY_TYPE = 0x0801;

/** Components of a name: the root is 1. */
function components(name: string): number {
  let n = 1;
  for (let i = 1; i < name.length; i++) if (name[i] === '\\') n++;
  return n;
}
const nextOf = (k: Kernel, entry: Addr): Addr => k.mem.checked.ptr(entry + E.NextPrefixTree);
const textOf = (k: Kernel, entry: Addr): string => unicodeText(k, k.mem.checked.ptr(entry + E.Prefix));

/** Is `prefix` the front of `name`? Characters from `insensitive` on compare without case. */
function isFront(prefix: string, name: string, insensitive: number): boolean {
  if (prefix.length > name.length) return false;
  for (let i = 0; i < prefix.length; i++) {
    const a = prefix.charCodeAt(i);
    const b = name.charCodeAt(i);
    if (i < insensitive ? a !== b : upcase(a) !== upcase(b)) return false;
  }
  return prefix.length === name.length || prefix === '\\' || name[prefix.length] === '\\';
}

/** Order of the chain: more components first, then longer, then by characters. */
function before(a: string, b: string): boolean {
  const n = components(a) - components(b);
  if (n !== 0) return n > 0;
  return a.length !== b.length ? a.length > b.length : a < b;
}

function insert(k: Kernel, table: Addr, prefix: Addr, entry: Addr): number {
  const m = k.mem.checked;
  const text = unicodeText(k, prefix);
  let at = table + T.NextPrefixTree;
  for (let n = 0; n < LIST_LIMIT; n++) {
    const e = m.ptr(at);
    if (e === 0) break;
    const other = textOf(k, e);
    if (other === text) return 0;
    if (!before(other, text)) break;
    at = e + E.NextPrefixTree;
  }
  m.fill(entry, E.sizeof);
  m.setU16(entry + E.NodeTypeCode, ENTRY_TYPE);
  m.setU16(entry + E.NameLength, components(text));
  m.setPtr(entry + E.NextPrefixTree, m.ptr(at));
  m.setPtr(entry + E.CaseMatch, entry);
  m.setPtr(entry + E.Links + L.Parent, entry + E.Links);
  m.setPtr(entry + E.Prefix, prefix);
  m.setPtr(at, entry);
  m.setPtr(table + T.LastNextEntry, 0);
  return 1;
}

export const routines: KernelRoutine[] = [
  {
    name: 'RtlInitializeUnicodePrefix',
    step(k, f) {
      k.mem.checked.fill(f.ptr(0), T.sizeof);
      k.mem.checked.setU16(f.ptr(0) + T.NodeTypeCode, TABLE_TYPE);
      return k.returnVoid();
    },
  },
  { name: 'RtlInsertUnicodePrefix', cost: 20, step: (k, f) => k.return(insert(k, f.ptr(0), f.ptr(1), f.ptr(2))) },
  {
    name: 'RtlRemoveUnicodePrefix',
    cost: 20,
    step(k, f) {
      let at = f.ptr(0) + T.NextPrefixTree;
      for (let n = 0; n < LIST_LIMIT && k.mem.checked.ptr(at) !== 0; n++) {
        const e = k.mem.checked.ptr(at);
        if (e === f.ptr(1)) {
          k.mem.checked.setPtr(at, nextOf(k, e));
          k.mem.checked.setPtr(f.ptr(0) + T.LastNextEntry, 0);
          break;
        }
        at = e + E.NextPrefixTree;
      }
      return k.returnVoid();
    },
  },
  {
    // (PrefixTable, FullName, CaseInsensitiveIndex): the first that fits is the longest
    name: 'RtlFindUnicodePrefix',
    cost: 20,
    step(k, f) {
      const name = unicodeText(k, f.ptr(1));
      let e = k.mem.checked.ptr(f.ptr(0) + T.NextPrefixTree);
      for (let n = 0; e !== 0 && n < LIST_LIMIT; n++, e = nextOf(k, e)) if (isFront(textOf(k, e), name, f.u32(2))) break;
      k.machine.charge(name.length >> 3);
      return k.return(e);
    },
  },
  {
    // (PrefixTable, Restart): begins anew also after the end and after a change of the table
    name: 'RtlNextUnicodePrefix',
    step(k, f) {
      const last = f.bool(1) ? 0 : k.mem.checked.ptr(f.ptr(0) + T.LastNextEntry);
      const e = last === 0 ? k.mem.checked.ptr(f.ptr(0) + T.NextPrefixTree) : nextOf(k, last);
      k.mem.checked.setPtr(f.ptr(0) + T.LastNextEntry, e);
      return k.return(e);
    },
  },
];
