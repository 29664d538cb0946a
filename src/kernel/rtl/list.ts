// Doubly linked lists in simulated memory, as the kernel uses them: every removal and insertion verifies the neighbours' links like Windows does
// (fast fail 3, bug check 0x139), and every walk is bounded, so a driver that overwrites a list head breaks the kernel but never hangs it.
import type { Addr } from '../../machine/abi.js';
import type { Memory } from '../../machine/memory.js';
import { BugCheckError } from '../ke/bugcheck.js';
import { LIST_ENTRY } from '../layouts.gen.js';

const FLINK = LIST_ENTRY.Flink;
const BLINK = LIST_ENTRY.Blink;
/** More entries than any list of a sane run has. */
export const LIST_LIMIT = 1_000_000;

function corrupt(entry: Addr): never {
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

function insertBetween(mem: Memory, previous: Addr, next: Addr, entry: Addr): void {
  if (mem.ptr(previous + FLINK) !== next || mem.ptr(next + BLINK) !== previous) corrupt(previous);
  mem.setPtr(entry + FLINK, next);
  mem.setPtr(entry + BLINK, previous);
  mem.setPtr(next + BLINK, entry);
  mem.setPtr(previous + FLINK, entry);
}

export function insertTail(mem: Memory, head: Addr, entry: Addr): void {
  insertBetween(mem, mem.ptr(head + BLINK), head, entry);
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
