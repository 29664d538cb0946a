// Character units: the narrow and the wide CRT are the same routines over units of 1 or 2 bytes, so each is written once.
import type { Addr } from '../../machine/abi.js';
import type { Kernel } from '../kernel.js';

export interface Unit {
  readonly size: 1 | 2;
  get(k: Kernel, at: Addr): number;
  set(k: Kernel, at: Addr, c: number): void;
}

export const NARROW: Unit = {
  size: 1,
  get: (k, at) => k.mem.checked.u8(at),
  set: (k, at, c) => k.mem.checked.setU8(at, c),
};
export const WIDE: Unit = {
  size: 2,
  get: (k, at) => k.mem.checked.u16(at),
  set: (k, at, c) => k.mem.checked.setU16(at, c),
};

/** Longest string that a routine follows before it is taken for not terminated: the fault at the end of its page comes first in practice. */
export const STRING_LIMIT = 0x100000;

/** Units before the terminator, at most `limit`. */
export function lengthOf(k: Kernel, u: Unit, at: Addr, limit = STRING_LIMIT): number {
  let n = 0;
  while (n < limit && u.get(k, at + n * u.size) !== 0) n++;
  k.machine.charge(n >> 3);
  return n;
}

/** Units of a string, at most `limit`. */
export function unitsOf(k: Kernel, u: Unit, at: Addr, limit = STRING_LIMIT): number[] {
  const out: number[] = [];
  for (let n = 0; n < limit; n++) {
    const c = u.get(k, at + n * u.size);
    if (c === 0) break;
    out.push(c);
  }
  k.machine.charge(out.length >> 3);
  return out;
}

export function write(k: Kernel, u: Unit, at: Addr, units: readonly number[], terminate: boolean): void {
  units.forEach((c, i) => u.set(k, at + i * u.size, c));
  if (terminate) u.set(k, at + units.length * u.size, 0);
}

/**
 * Letters that Windows leaves alone although Unicode maps them: the dotted and dotless I and the long s, which would become ASCII; and those whose mapping
 * came with Unicode 9 or later, so that the answer does not depend on how new the host's tables are.
 */
function unmapped(c: number): boolean {
  if (c < 0x264) return c === 0x130 || c === 0x131 || c === 0x17f || c === 0x19b;
  return (
    c === 0x264 ||
    (c >= 0x10d0 && c <= 0x10ff) ||
    (c >= 0x1c80 && c <= 0x1cbf) ||
    (c >= 0xa7ae && c <= 0xa7ff) ||
    c === 0x2c2f ||
    c === 0x2c5f
  );
}
/** Greek letters with iota subscript: their full mapping is two letters, Windows uses the simple one. */
function greekCapital(c: number): number {
  if (c >= 0x1f80 && c <= 0x1faf && (c & 8) === 0) return c + 8;
  return c === 0x1fb3 || c === 0x1fc3 || c === 0x1ff3 ? c + 9 : c;
}

/** Upper case of one UTF-16 unit as RtlUpcaseUnicodeChar: only mappings to one unit. */
export function upcase(c: number): number {
  if (c < 128) return c >= 97 && c <= 122 ? c - 32 : c;
  if (unmapped(c)) return c;
  const t = String.fromCharCode(c).toUpperCase();
  return t.length === 1 ? t.charCodeAt(0) : greekCapital(c);
}
export function downcase(c: number): number {
  if (c < 128) return c >= 65 && c <= 90 ? c + 32 : c;
  if (unmapped(c)) return c;
  const t = String.fromCharCode(c).toLowerCase();
  return t.length === 1 ? t.charCodeAt(0) : c;
}
