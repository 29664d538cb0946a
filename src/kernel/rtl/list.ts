// Doubly linked lists in simulated memory, as the kernel uses them: every removal and insertion verifies the neighbours' links like Windows does
// (fast fail 3, bug check 0x139), and every walk is bounded, so a driver that overwrites a list head breaks the kernel but never hangs it.
import { type Addr, KERNEL_BASE, KERNEL_HIGH } from '../../machine/abi.js';
import type { Memory } from '../../machine/memory.js';
import { BugCheckError } from '../ke/bugcheck.js';
import { LIST_ENTRY } from '../layouts.gen.js';

const FLINK = LIST_ENTRY.Flink;
const BLINK = LIST_ENTRY.Blink;
/** More entries than any list of a sane run has. */
export const LIST_LIMIT = 1_000_000;

export function corrupt(entry: Addr): never {
  throw new BugCheckError(
    0x139,
    [3, 0, 0, entry],
    'a LIST_ENTRY is corrupted: the neighbours of the entry do not point back to it (removed twice, freed or overwritten while it was on a list)',
  );
}

export function initListHead(mem: Memory, head: Addr): void {
  mem.setPtr(head + FLINK, head);
  mem.setPtr(head + BLINK, head);
}

export function isEmpty(mem: Memory, head: Addr): boolean {
  return mem.ptr(head + FLINK) === head;
}

// Insertion and removal happen several times at every wait and context switch. Where all three links are aligned and in kernel memory, as nearly always, they
// are read and written as words: the upper half of a kernel address is always the same. Everything else goes the general way.
const ENTRY_BYTES = LIST_ENTRY.sizeof;
const addressOf = (place: number): Addr => KERNEL_BASE + 4 * place;

function insertBetween(mem: Memory, previous: Addr, next: Addr, entry: Addr): void {
  const p = mem.wordAt(previous);
  const n = mem.wordAt(next);
  const e = mem.wordAt(entry);
  if (p < 0 || n < 0 || e < 0) return insertSlowly(mem, previous, next, entry);
  link(mem, p, n, e);
}

/** `insertBetween` by places in `words`. */
function link(mem: Memory, p: number, n: number, e: number): void {
  const w = mem.words;
  if (w[p] !== n << 2 || w[p + 1] !== KERNEL_HIGH || w[n + 2] !== p << 2 || w[n + 3] !== KERNEL_HIGH) corrupt(addressOf(p));
  w[e] = n << 2;
  w[e + 1] = KERNEL_HIGH;
  w[e + 2] = p << 2;
  w[e + 3] = KERNEL_HIGH;
  w[n + 2] = e << 2;
  w[p] = e << 2;
  mem.touch(e << 2, ENTRY_BYTES);
  mem.touchPlace(n + 2);
  mem.touchPlace(p);
}

function insertSlowly(mem: Memory, previous: Addr, next: Addr, entry: Addr): void {
  if (mem.ptr(previous + FLINK) !== next || mem.ptr(next + BLINK) !== previous) corrupt(previous);
  mem.setPtr(entry + FLINK, next);
  mem.setPtr(entry + BLINK, previous);
  mem.setPtr(next + BLINK, entry);
  mem.setPtr(previous + FLINK, entry);
}

export function insertTail(mem: Memory, head: Addr, entry: Addr): void {
  const h = mem.wordAt(head);
  const e = mem.wordAt(entry);
  if (h < 0 || e < 0) return insertSlowly(mem, mem.ptr(head + BLINK), head, entry);
  insertTailAt(mem, h, e);
}

/** The same by places in `words` (Memory.wordAt), of which both must be valid. */
export function insertTailAt(mem: Memory, head: number, entry: number): void {
  const w = mem.words;
  const p = w[head + 3] === KERNEL_HIGH ? mem.placeOf(w[head + 2]) : -1;
  if (p < 0) return insertSlowly(mem, mem.ptr(addressOf(head) + BLINK), addressOf(head), addressOf(entry));
  link(mem, p, head, entry);
}

export function insertHead(mem: Memory, head: Addr, entry: Addr): void {
  insertBetween(mem, head, mem.ptr(head + FLINK), entry);
}

/** Inserts before an entry that is on the list (or before the head = at the tail). */
export function insertBefore(mem: Memory, position: Addr, entry: Addr): void {
  insertBetween(mem, mem.ptr(position + BLINK), position, entry);
}

/** Unlinks the entry; true when its list is empty now. */
export function remove(mem: Memory, entry: Addr): boolean {
  const e = mem.wordAt(entry);
  return e < 0 ? removeSlowly(mem, entry) : removeAt(mem, e);
}

/** The same by place in `words`, which must be valid. */
export function removeAt(mem: Memory, e: number): boolean {
  const w = mem.words;
  const n = w[e + 1] === KERNEL_HIGH ? mem.placeOf(w[e]) : -1;
  const p = w[e + 3] === KERNEL_HIGH ? mem.placeOf(w[e + 2]) : -1;
  if (n < 0 || p < 0) return removeSlowly(mem, addressOf(e));
  if (w[n + 2] !== e << 2 || w[n + 3] !== KERNEL_HIGH || w[p] !== e << 2 || w[p + 1] !== KERNEL_HIGH) corrupt(addressOf(e));
  w[p] = n << 2;
  w[n + 2] = p << 2;
  mem.touchPlace(p);
  mem.touchPlace(n + 2);
  return n === p;
}

function removeSlowly(mem: Memory, entry: Addr): boolean {
  const next = mem.ptr(entry + FLINK);
  const previous = mem.ptr(entry + BLINK);
  if (mem.ptr(next + BLINK) !== entry || mem.ptr(previous + FLINK) !== entry) corrupt(entry);
  mem.setPtr(previous + FLINK, next);
  mem.setPtr(next + BLINK, previous);
  return next === previous;
}

/** First entry, or 0 when the list is empty. */
export function first(mem: Memory, head: Addr): Addr {
  const e = mem.ptr(head + FLINK);
  return e === head ? 0 : e;
}

/** Removes and returns the first entry, or 0. */
export function removeHead(mem: Memory, head: Addr): Addr {
  const e = first(mem, head);
  if (e !== 0) remove(mem, e);
  return e;
}

/** Snapshot of the entries in order. A broken or endless list is a bug check. */
export function entries(mem: Memory, head: Addr, limit = LIST_LIMIT): Addr[] {
  const out: Addr[] = [];
  let previous = head;
  for (let e = mem.ptr(head + FLINK); e !== head; e = mem.ptr(e + FLINK)) {
    if (out.length >= limit || mem.ptr(e + BLINK) !== previous) corrupt(e);
    out.push(e);
    previous = e;
  }
  return out;
}

/** The first entry that is wanted, or 0; looks no further. */
export function find(mem: Memory, head: Addr, wanted: (entry: Addr) => boolean): Addr {
  let previous = head;
  let n = 0;
  for (let e = mem.ptr(head + FLINK); e !== head; e = mem.ptr(e + FLINK)) {
    if (n++ >= LIST_LIMIT || mem.ptr(e + BLINK) !== previous) corrupt(e);
    if (wanted(e)) return e;
    previous = e;
  }
  return 0;
}
