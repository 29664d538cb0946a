// The string routines of the kernel's CRT, narrow and wide from one text: length, copy, compare, search, case. Reads and writes go unit by unit through checked
// accessors, so an unterminated or too short buffer faults where the real one would.

import type { Status } from '../../machine/abi.js';
import type { Frame, Kernel, KernelRoutine } from '../kernel.js';
import { downcase, lengthOf, NARROW, STRING_LIMIT, type Unit, unitsOf, upcase, WIDE, write } from './text-unit.js';

const EINVAL = 22;
const ERANGE = 34;
/** _TRUNCATE as count. */
const TRUNCATE = -1;

const limited = (n: number): number => (n < 0 || n > STRING_LIMIT ? STRING_LIMIT : n);

/** Case of the C locale: narrow characters change only within ASCII. */
const lower = (u: Unit, c: number): number => (u.size === 1 && c > 127 ? c : downcase(c));
const upper = (u: Unit, c: number): number => (u.size === 1 && c > 127 ? c : upcase(c));

function compare(k: Kernel, u: Unit, a: number, b: number, limit: number, fold: boolean): number {
  for (let i = 0; i < limit; i++) {
    let x = u.get(k, a + i * u.size);
    let y = u.get(k, b + i * u.size);
    if (fold) {
      x = lower(u, x);
      y = lower(u, y);
    }
    if (x !== y) return x < y ? -1 : 1;
    if (x === 0) return 0;
  }
  return 0;
}

function find(text: readonly number[], search: readonly number[]): number {
  for (let i = 0; i + search.length <= text.length; i++) if (search.every((c, j) => text[i + j] === c)) return i;
  return -1;
}

/** Bounded copy (`strcpy_s` and relatives): on error the destination becomes empty. */
function copySecure(k: Kernel, u: Unit, destination: number, size: number, source: number, max: number, append: boolean): number {
  if (destination === 0 || size <= 0) return EINVAL;
  if (source === 0) {
    u.set(k, destination, 0);
    return EINVAL;
  }
  const start = append ? lengthOf(k, u, destination, limited(size)) : 0;
  const units = unitsOf(k, u, source, max === TRUNCATE ? limited(size) : Math.min(limited(max), limited(size)));
  const room = size - start - 1;
  if (units.length > room) {
    if (max !== TRUNCATE) {
      u.set(k, destination, 0);
      return ERANGE;
    }
    write(k, u, destination + start * u.size, units.slice(0, Math.max(0, room)), true);
    return 80; // STRUNCATE
  }
  write(k, u, destination + start * u.size, units, true);
  return 0;
}

type Body = (k: Kernel, f: Frame, u: Unit) => Status;

function family(narrow: string, wide: string, body: Body): KernelRoutine[] {
  const one = (name: string, u: Unit): KernelRoutine => ({ name, step: (k, f) => body(k, f, u) });
  return [...(narrow ? [one(narrow, NARROW)] : []), ...(wide ? [one(wide, WIDE)] : [])];
}

const character = (f: Frame, u: Unit): number => (u.size === 1 ? f.u8(1) : f.u16(1));

export const routines: KernelRoutine[] = [
  ...family('strlen', 'wcslen', (k, f, u) => k.return(lengthOf(k, u, f.ptr(0)))),
  ...family('strnlen', 'wcsnlen', (k, f, u) => k.return(lengthOf(k, u, f.ptr(0), limited(f.ptr(1))))),
  ...family('strcpy', 'wcscpy', (k, f, u) => {
    write(k, u, f.ptr(0), unitsOf(k, u, f.ptr(1)), true);
    return k.return(f.ptr(0));
  }),
  ...family('strncpy', 'wcsncpy', (k, f, u) => {
    const n = limited(f.ptr(2));
    const units = unitsOf(k, u, f.ptr(1), n);
    while (units.length < n) units.push(0);
    write(k, u, f.ptr(0), units, false);
    return k.return(f.ptr(0));
  }),
  ...family('strcat', 'wcscat', (k, f, u) => {
    write(k, u, f.ptr(0) + lengthOf(k, u, f.ptr(0)) * u.size, unitsOf(k, u, f.ptr(1)), true);
    return k.return(f.ptr(0));
  }),
  ...family('strncat', 'wcsncat', (k, f, u) => {
    write(k, u, f.ptr(0) + lengthOf(k, u, f.ptr(0)) * u.size, unitsOf(k, u, f.ptr(1), limited(f.ptr(2))), true);
    return k.return(f.ptr(0));
  }),
  ...family('strcpy_s', 'wcscpy_s', (k, f, u) => k.return(copySecure(k, u, f.ptr(0), f.ptr(1), f.ptr(2), STRING_LIMIT, false))),
  ...family('strncpy_s', 'wcsncpy_s', (k, f, u) => k.return(copySecure(k, u, f.ptr(0), f.ptr(1), f.ptr(2), f.ptr(3), false))),
  ...family('strcat_s', 'wcscat_s', (k, f, u) => k.return(copySecure(k, u, f.ptr(0), f.ptr(1), f.ptr(2), STRING_LIMIT, true))),
  ...family('strncat_s', 'wcsncat_s', (k, f, u) => k.return(copySecure(k, u, f.ptr(0), f.ptr(1), f.ptr(2), f.ptr(3), true))),
  ...family('strcmp', 'wcscmp', (k, f, u) => k.return(compare(k, u, f.ptr(0), f.ptr(1), STRING_LIMIT, false))),
  ...family('strncmp', 'wcsncmp', (k, f, u) => k.return(compare(k, u, f.ptr(0), f.ptr(1), limited(f.ptr(2)), false))),
  ...['_stricmp', 'stricmp'].flatMap((n) =>
    family(n, n.replace('str', 'wcs'), (k, f, u) => k.return(compare(k, u, f.ptr(0), f.ptr(1), STRING_LIMIT, true))),
  ),
  ...['_strnicmp', 'strnicmp'].flatMap((n) =>
    family(n, n.replace('str', 'wcs'), (k, f, u) => k.return(compare(k, u, f.ptr(0), f.ptr(1), limited(f.ptr(2)), true))),
  ),
  ...family('strchr', 'wcschr', (k, f, u) => {
    const units = unitsOf(k, u, f.ptr(0));
    const i = [...units, 0].indexOf(character(f, u));
    return k.return(i < 0 ? 0 : f.ptr(0) + i * u.size);
  }),
  ...family('strrchr', 'wcsrchr', (k, f, u) => {
    const units = unitsOf(k, u, f.ptr(0));
    const i = [...units, 0].lastIndexOf(character(f, u));
    return k.return(i < 0 ? 0 : f.ptr(0) + i * u.size);
  }),
  ...family('strstr', 'wcsstr', (k, f, u) => {
    const i = find(unitsOf(k, u, f.ptr(0)), unitsOf(k, u, f.ptr(1)));
    return k.return(i < 0 ? 0 : f.ptr(0) + i * u.size);
  }),
  ...family('strspn', 'wcsspn', (k, f, u) => {
    const units = unitsOf(k, u, f.ptr(0));
    const set = unitsOf(k, u, f.ptr(1));
    const i = units.findIndex((c) => !set.includes(c));
    return k.return(i < 0 ? units.length : i);
  }),
  ...family('strcspn', 'wcscspn', (k, f, u) => {
    const units = unitsOf(k, u, f.ptr(0));
    const set = unitsOf(k, u, f.ptr(1));
    const i = units.findIndex((c) => set.includes(c));
    return k.return(i < 0 ? units.length : i);
  }),
  ...family('strpbrk', 'wcspbrk', (k, f, u) => {
    const set = unitsOf(k, u, f.ptr(1));
    const i = unitsOf(k, u, f.ptr(0)).findIndex((c) => set.includes(c));
    return k.return(i < 0 ? 0 : f.ptr(0) + i * u.size);
  }),
  ...family('strtok_s', 'wcstok_s', (k, f, u) => {
    const at = f.ptr(0) || k.mem.checked.ptr(f.ptr(2));
    const set = unitsOf(k, u, f.ptr(1));
    const units = at === 0 ? [] : unitsOf(k, u, at);
    const start = units.findIndex((c) => !set.includes(c));
    if (start < 0) {
      k.mem.checked.setPtr(f.ptr(2), at + units.length * u.size);
      return k.return(0);
    }
    let end = start;
    while (end < units.length && !set.includes(units[end])) end++;
    if (end < units.length) u.set(k, at + end * u.size, 0);
    k.mem.checked.setPtr(f.ptr(2), at + (end < units.length ? end + 1 : end) * u.size);
    return k.return(at + start * u.size);
  }),
  ...family('_strlwr', '_wcslwr', (k, f, u) => {
    write(
      k,
      u,
      f.ptr(0),
      unitsOf(k, u, f.ptr(0)).map((c) => lower(u, c)),
      false,
    );
    return k.return(f.ptr(0));
  }),
  ...family('_strupr', '_wcsupr', (k, f, u) => {
    write(
      k,
      u,
      f.ptr(0),
      unitsOf(k, u, f.ptr(0)).map((c) => upper(u, c)),
      false,
    );
    return k.return(f.ptr(0));
  }),
  ...family('_strrev', '_wcsrev', (k, f, u) => {
    write(k, u, f.ptr(0), unitsOf(k, u, f.ptr(0)).reverse(), false);
    return k.return(f.ptr(0));
  }),
  ...family('tolower', 'towlower', (k, f, u) => k.return(lower(u, f.u16(0)))),
  ...family('toupper', 'towupper', (k, f, u) => k.return(upper(u, f.u16(0)))),
  ...(
    [
      ['isdigit', 'iswdigit', /^[0-9]$/],
      ['isxdigit', 'iswxdigit', /^[0-9A-Fa-f]$/],
      ['isalpha', 'iswalpha', /^\p{L}$/u],
      ['isalnum', 'iswalnum', /^[\p{L}0-9]$/u],
      ['isspace', 'iswspace', /^[ \t\n\v\f\r]$/],
      ['isupper', 'iswupper', /^\p{Lu}$/u],
      ['islower', 'iswlower', /^\p{Ll}$/u],
      ['isprint', 'iswprint', /^[^\p{Cc}]$/u],
      ['ispunct', 'iswpunct', /^[\p{P}\p{S}]$/u],
    ] as [string, string, RegExp][]
  ).flatMap(([narrow, wide, set]) =>
    family(narrow, wide, (k, f, u) => k.return((u.size === 2 || f.u16(0) < 128) && set.test(String.fromCharCode(f.u16(0))) ? 1 : 0)),
  ),
  ...family('atoi', '_wtoi', (k, f, u) => k.return(Number(parse(k, f.ptr(0), u, 10).value) | 0)),
  ...family('atol', '_wtol', (k, f, u) => k.return(Number(parse(k, f.ptr(0), u, 10).value) | 0)),
  ...family('_atoi64', '_wtoi64', (k, f, u) => k.returnBig(parse(k, f.ptr(0), u, 10).value)),
  ...family('_strtoui64', '_wcstoui64', (k, f, u) =>
    k.returnBig(BigInt.asUintN(64, numberBig(k, f, u, -0xffffffffffffffffn, 0xffffffffffffffffn))),
  ),
  ...family('strtol', 'wcstol', (k, f, u) => k.return(number(k, f, u, -0x80000000n, 0x7fffffffn))),
  ...family('strtoul', 'wcstoul', (k, f, u) => k.return(number(k, f, u, -0xffffffffn, 0xffffffffn) | 0)),
];

const number = (k: Kernel, f: Frame, u: Unit, low: bigint, high: bigint): number => Number(numberBig(k, f, u, low, high));

/** strtol family: (String, End, Radix), clamped like errno ERANGE says. */
function numberBig(k: Kernel, f: Frame, u: Unit, low: bigint, high: bigint): bigint {
  const r = parse(k, f.ptr(0), u, f.i32(2));
  if (f.ptr(1) !== 0) k.mem.checked.setPtr(f.ptr(1), f.ptr(0) + r.used * u.size);
  return r.value < low ? low : r.value > high ? high : r.value;
}

function parse(k: Kernel, at: number, u: Unit, base: number): { value: bigint; used: number } {
  const text = String.fromCharCode(...unitsOf(k, u, at, 128));
  const m = /^([ \t\n\v\f\r]*)([+-]?)(0[xX](?=[0-9A-Fa-f]))?/.exec(text)!;
  const hex = m[3] !== undefined && (base === 0 || base === 16);
  const radix = base !== 0 ? base : hex ? 16 : text[m[1].length + m[2].length] === '0' ? 8 : 10;
  let i = m[1].length + m[2].length + (hex ? 2 : 0);
  const start = i;
  let value = 0n;
  for (; i < text.length; i++) {
    const d = Number.parseInt(text[i], 36);
    if (Number.isNaN(d) || d >= radix) break;
    value = value * BigInt(radix) + BigInt(d);
  }
  return { value: m[2] === '-' ? -value : value, used: i === start ? 0 : i };
}
