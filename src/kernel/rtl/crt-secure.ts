// More exports of the kernel's CRT: numbers to text and case changes with a checked size, filling, paths taken apart and put together, and conversions
// between narrow (Latin-1, as the ANSI code page of the simulated machine maps below 256) and wide text. A bad parameter answers EINVAL and a buffer that is
// too small ERANGE, with the destination made empty; the invalid-parameter handler of user mode does not exist in the kernel.
import type { Status } from '../../machine/abi.js';
import type { Frame, Kernel, KernelRoutine } from '../kernel.js';
import { downcase, lengthOf, NARROW, STRING_LIMIT, type Unit, unitsOf, upcase, WIDE, write } from './text-unit.js';

const EINVAL = 22;
const EILSEQ = 42;
const ERANGE = 34;
const units = (t: string): number[] => [...t].map((c) => c.charCodeAt(0));

function empty(k: Kernel, u: Unit, at: number, code: number): Status {
  if (at !== 0) u.set(k, at, 0);
  return k.return(code);
}

/** (Value, Buffer, Size, Radix) -> errno_t. */
const toTextSecure = (name: string, u: Unit, bits: 32 | 64, signed: boolean): KernelRoutine => ({
  name,
  step(k, f) {
    const [buffer, size, radix] = [f.ptr(1), f.ptr(2), f.i32(3)];
    if (buffer === 0 || size <= 0) return k.return(EINVAL);
    if (radix < 2 || radix > 36) return empty(k, u, buffer, EINVAL);
    const v = signed && radix === 10 ? BigInt.asIntN(bits, f.i64(0)) : BigInt.asUintN(bits, f.i64(0));
    const text = units(v.toString(radix));
    if (text.length + 1 > size) return empty(k, u, buffer, ERANGE);
    write(k, u, buffer, text, true);
    return k.return(0);
  },
});

const limited = (n: number): number => (n < 0 || n > STRING_LIMIT ? STRING_LIMIT : n);

/** (String, Size) -> errno_t: every unit mapped in place. */
function mapSecure(k: Kernel, f: Frame, u: Unit, map: (c: number) => number): Status {
  const [at, size] = [f.ptr(0), limited(f.ptr(1))];
  if (at === 0) return k.return(EINVAL);
  const n = lengthOf(k, u, at, size);
  if (n >= size) return empty(k, u, at, EINVAL);
  for (let i = 0; i < n; i++) u.set(k, at + i * u.size, map(u.get(k, at + i * u.size)));
  return k.return(0);
}
const ascii =
  (u: Unit, map: (c: number) => number) =>
  (c: number): number =>
    u.size === 1 && c > 127 ? c : map(c);

/** Fills the first units of a string up to its end. */
function fill(k: Kernel, u: Unit, at: number, c: number, limit: number): void {
  const n = lengthOf(k, u, at, limited(limit));
  for (let i = 0; i < n; i++) u.set(k, at + i * u.size, c);
}
const character = (f: Frame, u: Unit, i: number): number => (u.size === 1 ? f.u8(i) : f.u16(i));

function fillSecure(k: Kernel, u: Unit, at: number, size: number, c: number, count: number): Status {
  if (at === 0 || size <= 0) return k.return(EINVAL);
  if (lengthOf(k, u, at, limited(size)) >= size) return empty(k, u, at, EINVAL);
  fill(k, u, at, c, count);
  return k.return(0);
}

/** (Path, Drive, n, Directory, n, Name, n, Extension, n): a part that is not wanted has NULL and 0. */
function splitPath(k: Kernel, f: Frame, u: Unit): Status {
  const path = f.ptr(0);
  const wanted = [1, 3, 5, 7].map((i) => ({ at: f.ptr(i), size: f.ptr(i + 1) }));
  const clear = (code: number): Status => {
    for (const w of wanted) if (w.at !== 0 && w.size > 0) u.set(k, w.at, 0);
    return k.return(code);
  };
  if (path === 0 || wanted.some((w) => (w.at === 0) !== (w.size === 0))) return clear(EINVAL);
  let rest = unitsOf(k, u, path);
  const drive = rest[1] === 0x3a ? rest.slice(0, 2) : [];
  rest = rest.slice(drive.length);
  const slash = Math.max(rest.lastIndexOf(0x5c), rest.lastIndexOf(0x2f));
  const dot = rest.lastIndexOf(0x2e);
  const end = dot > slash ? dot : rest.length;
  const parts = [drive, rest.slice(0, slash + 1), rest.slice(slash + 1, end), rest.slice(end)];
  if (wanted.some((w, i) => w.at !== 0 && parts[i].length + 1 > w.size)) return clear(ERANGE);
  wanted.forEach((w, i) => {
    if (w.at !== 0) write(k, u, w.at, parts[i], true);
  });
  return k.return(0);
}

/** (Path, Size, Drive, Directory, Name, Extension): adds the colon, the backslash and the dot where they are missing. */
function makePath(k: Kernel, f: Frame, u: Unit): Status {
  const [path, size] = [f.ptr(0), f.ptr(1)];
  if (path === 0 || size <= 0) return k.return(EINVAL);
  const part = (i: number): number[] => (f.ptr(i) === 0 ? [] : unitsOf(k, u, f.ptr(i)));
  const [drive, directory, name, extension] = [part(2), part(3), part(4), part(5)];
  const out = [...(drive.length ? [drive[0], 0x3a] : []), ...directory];
  if (directory.length && directory.at(-1) !== 0x5c && directory.at(-1) !== 0x2f) out.push(0x5c);
  out.push(...name);
  if (extension.length && extension[0] !== 0x2e) out.push(0x2e);
  out.push(...extension);
  if (out.length + 1 > size) return empty(k, u, path, ERANGE);
  write(k, u, path, out, true);
  return k.return(0);
}

/** (Destination, Source, Count) between units of both sizes; NULL as destination asks for the length. What has no counterpart answers -1. */
function convert(k: Kernel, f: Frame, from: Unit, to: Unit): Status {
  const [destination, source, count] = [f.ptr(0), f.ptr(1), limited(f.ptr(2))];
  const text = unitsOf(k, from, source);
  if (text.some((c) => to.size === 1 && c > 255)) return k.return(-1);
  if (destination === 0) return k.return(text.length);
  write(k, to, destination, text.slice(0, count), text.length < count);
  return k.return(Math.min(text.length, count));
}

type Body = (k: Kernel, f: Frame, u: Unit) => Status;
const pair = (narrow: string, wide: string, body: Body): KernelRoutine[] => [
  { name: narrow, step: (k, f) => body(k, f, NARROW) },
  { name: wide, step: (k, f) => body(k, f, WIDE) },
];

export const routines: KernelRoutine[] = [
  toTextSecure('_itoa_s', NARROW, 32, true),
  toTextSecure('_itow_s', WIDE, 32, true),
  toTextSecure('_ltoa_s', NARROW, 32, true),
  toTextSecure('_ltow_s', WIDE, 32, true),
  toTextSecure('_ultoa_s', NARROW, 32, false),
  toTextSecure('_ultow_s', WIDE, 32, false),
  toTextSecure('_i64toa_s', NARROW, 64, true),
  toTextSecure('_i64tow_s', WIDE, 64, true),
  toTextSecure('_ui64toa_s', NARROW, 64, false),
  toTextSecure('_ui64tow_s', WIDE, 64, false),
  ...pair('_strlwr_s', '_wcslwr_s', (k, f, u) => mapSecure(k, f, u, ascii(u, downcase))),
  ...pair('_strupr_s', '_wcsupr_s', (k, f, u) => mapSecure(k, f, u, ascii(u, upcase))),
  ...pair('_strset', '_wcsset', (k, f, u) => {
    fill(k, u, f.ptr(0), character(f, u, 1), STRING_LIMIT);
    return k.return(f.ptr(0));
  }),
  ...pair('_strnset', '_wcsnset', (k, f, u) => {
    fill(k, u, f.ptr(0), character(f, u, 1), f.ptr(2));
    return k.return(f.ptr(0));
  }),
  ...pair('_strset_s', '_wcsset_s', (k, f, u) => fillSecure(k, u, f.ptr(0), f.ptr(1), character(f, u, 2), STRING_LIMIT)),
  ...pair('_strnset_s', '_wcsnset_s', (k, f, u) => fillSecure(k, u, f.ptr(0), f.ptr(1), character(f, u, 2), f.ptr(3))),
  ...pair('_splitpath_s', '_wsplitpath_s', splitPath),
  ...pair('_makepath_s', '_wmakepath_s', makePath),
  { name: 'mbstowcs', step: (k, f) => convert(k, f, NARROW, WIDE) },
  { name: 'wcstombs', step: (k, f) => convert(k, f, WIDE, NARROW) },
  {
    name: 'mbtowc',
    step(k, f) {
      if (f.ptr(1) === 0 || f.ptr(2) === 0) return k.return(0);
      const c = NARROW.get(k, f.ptr(1));
      if (f.ptr(0) !== 0) WIDE.set(k, f.ptr(0), c);
      return k.return(c === 0 ? 0 : 1);
    },
  },
  {
    name: 'wctomb',
    step(k, f) {
      if (f.ptr(0) === 0) return k.return(0);
      if (f.u16(1) > 255) return k.return(-1);
      NARROW.set(k, f.ptr(0), f.u16(1));
      return k.return(1);
    },
  },
  {
    // (RetValue, Destination, Size, wchar): the checked form of wctomb
    name: 'wctomb_s',
    step(k, f) {
      if (f.u16(3) > 255) return k.return(EILSEQ);
      if (f.ptr(1) !== 0 && f.ptr(2) < 1) return k.return(ERANGE);
      if (f.ptr(1) !== 0) NARROW.set(k, f.ptr(1), f.u16(3));
      if (f.ptr(0) !== 0) k.mem.checked.setU32(f.ptr(0), f.ptr(1) === 0 ? 0 : 1);
      return k.return(0);
    },
  },
];
