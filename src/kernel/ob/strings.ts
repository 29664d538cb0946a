// UNICODE_STRING values in simulated memory: reading them for the kernel's own use and building them in pool. Lengths are bytes; reads are
// bounded by Length, never by a terminator, because a counted string need not have one.
import type { Addr } from '../../machine/abi.js';
import type { Kernel } from '../kernel.js';
import { UNICODE_STRING } from '../layouts.gen.js';

/** Text of a UNICODE_STRING of the kernel's own at `us` ('' for a NULL pointer or buffer). */
export function readUnicode(k: Kernel, us: Addr): string {
  if (us === 0) return '';
  const buffer = k.mem.ptr(us + UNICODE_STRING.Buffer);
  return buffer === 0 ? '' : k.mem.readUtf16(buffer, k.mem.u16(us + UNICODE_STRING.Length));
}

/** Text of a UNICODE_STRING that a driver or user code passed in: every byte is checked, a bad pointer faults. */
export function captureUnicode(k: Kernel, us: Addr): string {
  const length = k.mem.checked.u16(us + UNICODE_STRING.Length);
  const buffer = k.mem.checked.ptr(us + UNICODE_STRING.Buffer);
  return length === 0 ? '' : k.mem.checked.readUtf16(buffer, length);
}

/** Fills the UNICODE_STRING at `us` with `text` in a new NUL-terminated pool block; false when pool is exhausted. `''` still gets a buffer. */
export function allocateUnicode(k: Kernel, us: Addr, text: string, tag = 'ObNm'): boolean {
  const bytes = text.length * 2;
  const buffer = k.pool.allocate('paged', bytes + 2, tag);
  if (buffer === 0) return false;
  k.mem.writeUtf16(buffer, text, true);
  setUnicode(k, us, buffer, bytes, bytes + 2);
  return true;
}

/** The same without a terminator: the buffer ends with the last character, and reading on meets filler and then the end of the page. */
export function allocateCounted(k: Kernel, us: Addr, text: string, tag: string): boolean {
  if (text === '') return allocateUnicode(k, us, text, tag);
  const bytes = text.length * 2;
  const buffer = k.pool.allocate('paged', bytes, tag);
  if (buffer === 0) return false;
  k.mem.writeUtf16(buffer, text, false);
  setUnicode(k, us, buffer, bytes, bytes);
  return true;
}

/** Points the UNICODE_STRING at `us` to a buffer. */
export function setUnicode(k: Kernel, us: Addr, buffer: Addr, length: number, maximum = length): void {
  k.mem.setU16(us + UNICODE_STRING.Length, length);
  k.mem.setU16(us + UNICODE_STRING.MaximumLength, maximum);
  k.mem.setPtr(us + UNICODE_STRING.Buffer, buffer);
}

/** Frees the buffer of a string made by allocateUnicode and empties it. */
export function freeUnicode(k: Kernel, us: Addr): void {
  const buffer = k.mem.ptr(us + UNICODE_STRING.Buffer);
  if (buffer !== 0) k.pool.free(buffer);
  setUnicode(k, us, 0, 0);
}

/** Case-insensitive comparison of object names (upper-case ASCII and Latin-1, which is what the simulation's names use). */
export const sameName = (a: string, b: string): boolean => a.toUpperCase() === b.toUpperCase();
