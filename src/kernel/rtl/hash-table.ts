// Dynamic hash tables (RTL_DYNAMIC_HASH_TABLE): linear hashing in which a table grows and shrinks by one bucket at a time. Bucket heads lie in a directory of
// two levels: the first has 16 pointers, level i of the second 128 << i list heads, so growing never moves a head. A chain is sorted by signature; an
// enumerator is an entry of the chain with the reserved signature 0, so entries may come and go while somebody enumerates, but the table must not resize.
// The caller brings the lock. How a signature becomes a bucket is private to Windows (U): here the low bits after the shift.
import type { Addr } from '../../machine/abi.js';
import type { Kernel, KernelRoutine } from '../kernel.js';
import {
  RTL_DYNAMIC_HASH_TABLE_CONTEXT as C,
  RTL_DYNAMIC_HASH_TABLE_ENUMERATOR as E,
  RTL_DYNAMIC_HASH_TABLE_ENTRY as H,
  LIST_ENTRY,
  RTL_DYNAMIC_HASH_TABLE as T,
} from '../layouts.gen.js';
import { LIST_LIMIT } from './list.js';
import { initHead, insertAfter, isOwnHead, unlink } from './touch-links.js';

const FIRST_LEVELS = 16;
const SMALLEST = 128;
/** Buckets when every second level is there. */
const LARGEST = SMALLEST * (2 ** FIRST_LEVELS - 1);
const TAG = 'HTab';
const ALLOCATED_HEADER = 1;
/** Signature of an enumerator; entries that ask for it get the next one. */
const RESERVED = 0n;
const INSTEAD_OF_RESERVED = 1n;

const flink = (k: Kernel, e: Addr): Addr => k.mem.checked.ptr(e + LIST_ENTRY.Flink);
const get = (k: Kernel, table: Addr, field: number): number => k.mem.checked.u32(table + field);
const add = (k: Kernel, table: Addr, field: number, by: number): void =>
  k.mem.checked.setU32(table + field, (get(k, table, field) + by) >>> 0);
const signatureOf = (k: Kernel, entry: Addr): bigint => k.mem.checked.u64(entry + H.Signature);
const usable = (signature: bigint): bigint => (signature === RESERVED ? INSTEAD_OF_RESERVED : signature);

/** Level of the directory and place in it of a bucket. */
function place(bucket: number): { level: number; index: number } {
  const n = bucket + SMALLEST;
  const level = 31 - Math.clz32(n);
  return { level: level - 7, index: n - 2 ** level };
}
function headOf(k: Kernel, table: Addr, bucket: number): Addr {
  const { level, index } = place(bucket);
  return k.mem.checked.ptr(k.mem.checked.ptr(table + T.Directory) + 8 * level) + LIST_ENTRY.sizeof * index;
}
function bucketOf(k: Kernel, table: Addr, signature: bigint): number {
  const n = Number((signature >> BigInt(get(k, table, T.Shift) & 63)) & 0xffffffffn);
  const mask = get(k, table, T.DivisorMask);
  const low = (n & mask) >>> 0;
  return low < get(k, table, T.Pivot) ? (n & ((mask << 1) | 1)) >>> 0 : low;
}

/** Chain of a signature and the last link in front of its entries; into the context too when there is one. */
function find(k: Kernel, table: Addr, signature: bigint, context: Addr): { head: Addr; before: Addr } {
  const head = headOf(k, table, bucketOf(k, table, signature));
  let before = head;
  let n = 0;
  for (let e = flink(k, before); e !== head && n < LIST_LIMIT; e = flink(k, before), n++) {
    const s = signatureOf(k, e);
    if (s !== RESERVED && s >= signature) break;
    before = e;
  }
  k.machine.charge(n >> 2);
  if (context !== 0) {
    k.mem.checked.setPtr(context + C.ChainHead, head);
    k.mem.checked.setPtr(context + C.PrevLinkage, before);
    k.mem.checked.setU64(context + C.Signature, signature);
  }
  return { head, before };
}

function insert(k: Kernel, table: Addr, entry: Addr, wanted: bigint, context: Addr): void {
  const signature = usable(wanted);
  const known = context === 0 ? 0 : k.mem.checked.ptr(context + C.ChainHead);
  const { head, before } =
    known === 0 ? find(k, table, signature, context) : { head: known, before: k.mem.checked.ptr(context + C.PrevLinkage) };
  k.mem.checked.setU64(entry + H.Signature, signature);
  add(k, table, T.NumEntries, 1);
  if (isOwnHead(k, head)) add(k, table, T.NonEmptyBuckets, 1);
  insertAfter(k, before, entry);
}

function remove(k: Kernel, table: Addr, entry: Addr, context: Addr): void {
  const signature = signatureOf(k, entry);
  add(k, table, T.NumEntries, -1);
  if (unlink(k, entry)) add(k, table, T.NonEmptyBuckets, -1);
  if (context !== 0 && k.mem.checked.ptr(context + C.ChainHead) === 0) find(k, table, signature, context);
}

/** First entry behind `from` that is no enumerator, 0 at the end of the chain. */
function nextEntry(k: Kernel, head: Addr, from: Addr): Addr {
  let e = flink(k, from);
  for (let n = 0; e !== head && n < LIST_LIMIT; n++, e = flink(k, e)) if (signatureOf(k, e) !== RESERVED) return e;
  return 0;
}

/** Head of the chain after bucket `bucket`, with its first entry: 0 when no chain has one any more. */
function nextChain(k: Kernel, table: Addr, bucket: number): { bucket: number; head: Addr; entry: Addr } | undefined {
  const size = get(k, table, T.TableSize);
  for (let i = bucket + 1; i < size; i++) {
    const head = headOf(k, table, i);
    const entry = nextEntry(k, head, head);
    if (entry !== 0) {
      k.machine.charge((i - bucket) >> 3);
      return { bucket: i, head, entry };
    }
  }
  return undefined;
}

/** The enumerator moves behind the entry that it answers. */
function enumerate(k: Kernel, table: Addr, enumerator: Addr): Addr {
  const own = k.mem.checked.ptr(enumerator + E.ChainHead);
  const bucket = get(k, enumerator, E.BucketIndex);
  const here = nextEntry(k, own, enumerator);
  const next = here !== 0 ? { bucket, head: own, entry: here } : nextChain(k, table, bucket);
  if (!next) return 0;
  if (unlink(k, enumerator)) add(k, table, T.NonEmptyBuckets, -1);
  insertAfter(k, next.entry, enumerator);
  k.mem.checked.setU32(enumerator + E.BucketIndex, next.bucket);
  k.mem.checked.setPtr(enumerator + E.ChainHead, next.head);
  return next.entry;
}

/** Strong enumeration: the caller keeps the table as it is, so the enumerator only remembers the entry. */
function enumerateStrongly(k: Kernel, table: Addr, enumerator: Addr): Addr {
  const head = k.mem.checked.ptr(enumerator + E.ChainHead);
  const bucket = get(k, enumerator, E.BucketIndex);
  const here = nextEntry(k, head, k.mem.checked.ptr(enumerator + E.CurEntry));
  const next = here !== 0 ? { bucket, head, entry: here } : nextChain(k, table, bucket);
  if (!next) return 0;
  k.mem.checked.setPtr(enumerator + E.CurEntry, next.entry);
  k.mem.checked.setU32(enumerator + E.BucketIndex, next.bucket);
  k.mem.checked.setPtr(enumerator + E.ChainHead, next.head);
  return next.entry;
}

function beginEnumeration(k: Kernel, table: Addr, enumerator: Addr): void {
  const head = headOf(k, table, 0);
  add(k, table, T.NumEnumerators, 1);
  if (isOwnHead(k, head)) add(k, table, T.NonEmptyBuckets, 1);
  k.mem.checked.setU64(enumerator + H.Signature, RESERVED);
  insertAfter(k, head, enumerator);
  k.mem.checked.setU32(enumerator + E.BucketIndex, 0);
  k.mem.checked.setPtr(enumerator + E.ChainHead, head);
}
function endEnumeration(k: Kernel, table: Addr, enumerator: Addr): void {
  add(k, table, T.NumEnumerators, -1);
  if (unlink(k, enumerator)) add(k, table, T.NonEmptyBuckets, -1);
  k.mem.checked.setPtr(enumerator + E.ChainHead, 0);
}

/** List heads of second level `level`, initialised; false without memory. */
function addLevel(k: Kernel, table: Addr, level: number): boolean {
  const n = SMALLEST << level;
  const heads = k.pool.allocate('nonpaged', n * LIST_ENTRY.sizeof, TAG);
  if (heads === 0) return false;
  for (let i = 0; i < n; i++) initHead(k, heads + i * LIST_ENTRY.sizeof);
  k.machine.charge(n >> 4);
  k.mem.checked.setPtr(k.mem.checked.ptr(table + T.Directory) + 8 * level, heads);
  return true;
}

function freeLevels(k: Kernel, table: Addr): void {
  const directory = k.mem.checked.ptr(table + T.Directory);
  if (directory === 0) return;
  for (let i = 0; i < FIRST_LEVELS; i++) {
    const heads = k.mem.checked.ptr(directory + 8 * i);
    if (heads !== 0) k.pool.free(heads);
  }
  k.pool.free(directory);
  k.mem.checked.setPtr(table + T.Directory, 0);
}

/** (HashTable: where the table is, or where its address is to be stored when NULL, Shift, Flags). */
function create(k: Kernel, at: Addr, size: number, shift: number, flags: number): number {
  if (flags !== 0 || size < SMALLEST || size > LARGEST || (size & (size - 1)) !== 0) return 0;
  let table = k.mem.checked.ptr(at);
  const own = table === 0;
  if (own) table = k.pool.allocate('nonpaged', T.sizeof, TAG);
  const directory = table === 0 ? 0 : k.pool.allocate('nonpaged', 8 * FIRST_LEVELS, TAG);
  if (directory === 0) {
    if (own && table !== 0) k.pool.free(table);
    return 0;
  }
  k.mem.checked.fill(table, T.sizeof);
  k.mem.checked.fill(directory, 8 * FIRST_LEVELS);
  k.mem.checked.setU32(table + T.Flags, own ? ALLOCATED_HEADER : 0);
  k.mem.checked.setU32(table + T.Shift, shift);
  k.mem.checked.setU32(table + T.TableSize, size);
  k.mem.checked.setU32(table + T.DivisorMask, size - 1);
  k.mem.checked.setPtr(table + T.Directory, directory);
  for (let level = 0; level <= place(size - 1).level; level++) {
    if (addLevel(k, table, level)) continue;
    freeLevels(k, table);
    if (own) k.pool.free(table);
    return 0;
  }
  if (own) k.mem.checked.setPtr(at, table);
  return 1;
}

/** Moves the entries of `from` for which `take` holds to chain `to`, in order of signature. */
function moveEntries(k: Kernel, from: Addr, to: Addr, take: (signature: bigint) => boolean): void {
  let e = flink(k, from);
  for (let n = 0; e !== from && n < LIST_LIMIT; n++) {
    const next = flink(k, e);
    const signature = signatureOf(k, e);
    if (take(signature)) {
      unlink(k, e);
      let before = to;
      for (let p = flink(k, to); p !== to && signatureOf(k, p) < signature; p = flink(k, p)) before = p;
      insertAfter(k, before, e);
    }
    e = next;
  }
}
const filled = (k: Kernel, heads: readonly Addr[]): number => heads.filter((h) => !isOwnHead(k, h)).length;

function expand(k: Kernel, table: Addr): number {
  const size = get(k, table, T.TableSize);
  if (size >= LARGEST || get(k, table, T.NumEnumerators) !== 0) return 0;
  const { level, index } = place(size);
  if (index === 0 && !addLevel(k, table, level)) return 0;
  const pivot = get(k, table, T.Pivot);
  const mask = get(k, table, T.DivisorMask);
  const heads = [headOf(k, table, pivot), headOf(k, table, size)];
  const before = filled(k, heads);
  k.mem.checked.setU32(table + T.TableSize, size + 1);
  if (pivot === mask) {
    k.mem.checked.setU32(table + T.DivisorMask, ((mask << 1) | 1) >>> 0);
    k.mem.checked.setU32(table + T.Pivot, 0);
  } else k.mem.checked.setU32(table + T.Pivot, pivot + 1);
  moveEntries(k, heads[0], heads[1], (s) => bucketOf(k, table, s) === size);
  add(k, table, T.NonEmptyBuckets, filled(k, heads) - before);
  return 1;
}

function contract(k: Kernel, table: Addr): number {
  const size = get(k, table, T.TableSize);
  if (size <= SMALLEST || get(k, table, T.NumEnumerators) !== 0) return 0;
  let pivot = get(k, table, T.Pivot);
  if (pivot === 0) {
    const mask = get(k, table, T.DivisorMask) >>> 1;
    k.mem.checked.setU32(table + T.DivisorMask, mask);
    pivot = mask;
  } else pivot--;
  k.mem.checked.setU32(table + T.Pivot, pivot);
  const heads = [headOf(k, table, pivot), headOf(k, table, size - 1)];
  const before = filled(k, heads);
  moveEntries(k, heads[1], heads[0], () => true);
  add(k, table, T.NonEmptyBuckets, filled(k, heads) - before);
  k.mem.checked.setU32(table + T.TableSize, size - 1);
  const { level, index } = place(size - 1);
  if (index === 0) {
    const slot = k.mem.checked.ptr(table + T.Directory) + 8 * level;
    k.pool.free(k.mem.checked.ptr(slot));
    k.mem.checked.setPtr(slot, 0);
  }
  return 1;
}

/** Weak enumeration keeps the table from resizing and lets entries come and go, like the plain one; what tells them apart is private to Windows (U). */
const enumeration = (infix: string): KernelRoutine[] => [
  {
    name: `RtlInit${infix}EnumerationHashTable`,
    step(k, f) {
      beginEnumeration(k, f.ptr(0), f.ptr(1));
      return k.return(1);
    },
  },
  {
    name: `RtlEnd${infix}EnumerationHashTable`,
    step(k, f) {
      endEnumeration(k, f.ptr(0), f.ptr(1));
      return k.returnVoid();
    },
  },
];

export const routines: KernelRoutine[] = [
  { name: 'RtlCreateHashTable', cost: 100, step: (k, f) => k.return(create(k, f.ptr(0), SMALLEST, f.u32(1), f.u32(2))) },
  { name: 'RtlCreateHashTableEx', cost: 100, step: (k, f) => k.return(create(k, f.ptr(0), f.u32(1), f.u32(2), f.u32(3))) },
  {
    name: 'RtlDeleteHashTable',
    cost: 50,
    step(k, f) {
      const table = f.ptr(0);
      freeLevels(k, table);
      if (get(k, table, T.Flags) & ALLOCATED_HEADER) k.pool.free(table);
      return k.returnVoid();
    },
  },
  {
    name: 'RtlInsertEntryHashTable',
    step(k, f) {
      insert(k, f.ptr(0), f.ptr(1), f.u64(2), f.ptr(3));
      return k.return(1);
    },
  },
  {
    name: 'RtlRemoveEntryHashTable',
    step(k, f) {
      remove(k, f.ptr(0), f.ptr(1), f.ptr(2));
      return k.return(1);
    },
  },
  {
    name: 'RtlLookupEntryHashTable',
    step(k, f) {
      const signature = usable(f.u64(1));
      const { head, before } = find(k, f.ptr(0), signature, f.ptr(2));
      const e = flink(k, before);
      return k.return(e !== head && signatureOf(k, e) === signature ? e : 0);
    },
  },
  {
    // (HashTable, Context): the context is where the last answer was found
    name: 'RtlGetNextEntryHashTable',
    step(k, f) {
      const context = f.ptr(1);
      const head = k.mem.checked.ptr(context + C.ChainHead);
      const last = nextEntry(k, head, k.mem.checked.ptr(context + C.PrevLinkage));
      const e = last === 0 ? 0 : nextEntry(k, head, last);
      if (e === 0 || signatureOf(k, e) !== k.mem.checked.u64(context + C.Signature)) return k.return(0);
      k.mem.checked.setPtr(context + C.PrevLinkage, last);
      return k.return(e);
    },
  },
  ...enumeration(''),
  ...enumeration('Weak'),
  { name: 'RtlEnumerateEntryHashTable', step: (k, f) => k.return(enumerate(k, f.ptr(0), f.ptr(1))) },
  { name: 'RtlWeaklyEnumerateEntryHashTable', step: (k, f) => k.return(enumerate(k, f.ptr(0), f.ptr(1))) },
  {
    name: 'RtlInitStrongEnumerationHashTable',
    step(k, f) {
      const head = headOf(k, f.ptr(0), 0);
      k.mem.checked.setPtr(f.ptr(1) + E.CurEntry, head);
      k.mem.checked.setPtr(f.ptr(1) + E.ChainHead, head);
      k.mem.checked.setU32(f.ptr(1) + E.BucketIndex, 0);
      return k.return(1);
    },
  },
  { name: 'RtlStronglyEnumerateEntryHashTable', step: (k, f) => k.return(enumerateStrongly(k, f.ptr(0), f.ptr(1))) },
  {
    name: 'RtlEndStrongEnumerationHashTable',
    step(k, f) {
      k.mem.checked.setPtr(f.ptr(1) + E.ChainHead, 0);
      return k.returnVoid();
    },
  },
  { name: 'RtlExpandHashTable', step: (k, f) => k.return(expand(k, f.ptr(0))) },
  { name: 'RtlContractHashTable', step: (k, f) => k.return(contract(k, f.ptr(0))) },
];
