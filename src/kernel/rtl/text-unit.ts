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

/** Upper case of one UTF-16 unit as RtlUpcaseUnicodeChar: only mappings to one unit. */
export function upcase(c: number): number {
  if (c < 128) return c >= 97 && c <= 122 ? c - 32 : c;
  const t = String.fromCharCode(c).toUpperCase();
  return t.length === 1 ? t.charCodeAt(0) : c;
}
export function downcase(c: number): number {
  if (c < 128) return c >= 65 && c <= 90 ? c + 32 : c;
  const t = String.fromCharCode(c).toLowerCase();
  return t.length === 1 ? t.charCodeAt(0) : c;
}
