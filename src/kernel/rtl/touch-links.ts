// list.ts trusts its pointers, as the kernel does with its own lists. A list of a driver may run through freed or paged-out memory: the links that an
// operation will follow are accessed here first like the driver's own code would, so that they fault where they should.
import type { Addr } from '../../machine/abi.js';
import type { Kernel } from '../kernel.js';
import { LIST_ENTRY } from '../layouts.gen.js';
import { insertHead, remove } from './list.js';

const touch = (k: Kernel, e: Addr): void => k.mem.checked.setPtr(e, k.mem.checked.ptr(e));

/** Before inserting `entry` next to `at`, or removing `at`: faults when one of its neighbours cannot be written. */
export function touchLinks(k: Kernel, at: Addr, entry: Addr = at): void {
  touch(k, entry);
  touch(k, k.mem.checked.ptr(at + LIST_ENTRY.Flink));
  touch(k, k.mem.checked.ptr(at + LIST_ENTRY.Blink));
}

/** The list operations over links in a driver's memory: each touches what it follows, then verifies like list.ts (bug check 0x139). */
export function initHead(k: Kernel, head: Addr): void {
  k.mem.checked.setPtr(head + LIST_ENTRY.Flink, head);
  k.mem.checked.setPtr(head + LIST_ENTRY.Blink, head);
}
/** A list without entries (or an entry that is alone). */
export const isOwnHead = (k: Kernel, head: Addr): boolean => k.mem.checked.ptr(head + LIST_ENTRY.Flink) === head;
/** Inserts directly behind `at`, a head or an entry. */
export function insertAfter(k: Kernel, at: Addr, entry: Addr): void {
  touchLinks(k, at, entry);
  insertHead(k.mem, at, entry);
}
/** Takes the entry off its list; true when the list is empty now. */
export function unlink(k: Kernel, entry: Addr): boolean {
  touchLinks(k, entry);
  return remove(k.mem, entry);
}
