// Counted strings: UNICODE_STRING and ANSI_STRING routines of the run-time library. Lengths are bytes; nothing here looks for a terminator inside
// a counted string (reference: the DDI pages; statuses from ntstatus.h).
import type { Addr, Status } from '../../machine/abi.js';
import type { Kernel, KernelRoutine } from '../kernel.js';
import { lengthOf, NARROW, unitsOf, upcase, downcase, WIDE } from './text-unit.js';

export const STATUS_SUCCESS = 0;
const STATUS_INVALID_PARAMETER = 0xc000000d | 0;
const STATUS_BUFFER_TOO_SMALL = 0xc0000023 | 0;
const STATUS_BUFFER_OVERFLOW = 0x80000005 | 0;
const STATUS_NO_MEMORY = 0xc0000017 | 0;
const STATUS_NAME_TOO_LONG = 0xc0000106 | 0;
const MAX_BYTES = 0xfffe;
const TAG = 'RtlS';

/** A counted string as it lies in memory: Length, MaximumLength, Buffer. */
interface Counted {
  readonly length: number;
  readonly maximum: number;
  readonly buffer: Addr;
}
const counted = (k: Kernel, at: Addr): Counted => ({ length: k.mem.checked.u16(at), maximum: k.mem.checked.u16(at + 2), buffer: k.mem.checked.ptr(at + 8) });
function setCounted(k: Kernel, at: Addr, length: number, maximum: number, buffer: Addr): void {
  k.mem.checked.setU16(at, length);
  k.mem.checked.setU16(at + 2, maximum);
  k.mem.checked.setPtr(at + 8, buffer);
}

/** Text of a UNICODE_STRING / ANSI_STRING passed by a driver. */
export function unicodeText(k: Kernel, at: Addr): string {
  const s = counted(k, at);
  return s.length < 2 ? '' : k.mem.checked.readUtf16(s.buffer, s.length & ~1);
}
export function ansiText(k: Kernel, at: Addr): string {
  const s = counted(k, at);
  return s.length === 0 ? '' : k.mem.checked.readAnsi(s.buffer, s.length);
}

const fold = (t: string, ignoreCase: boolean): string => {
  if (!ignoreCase) return t;
  let out = '';
  for (let i = 0; i < t.length; i++) out += String.fromCharCode(upcase(t.charCodeAt(i)));
  return out;
};

/** Difference of the first unequal units, else of the lengths, as RtlCompareUnicodeString returns it. */
function compareText(a: string, b: string, unit: number): number {
  const n = Math.min(a.length, b.length);
  for (let i = 0; i < n; i++) if (a.charCodeAt(i) !== b.charCodeAt(i)) return a.charCodeAt(i) - b.charCodeAt(i);
  return (a.length - b.length) * unit;
}

const init = (name: string, wide: boolean): KernelRoutine => ({
  name,
  step(k, f) {
    const source = f.ptr(1);
    const bytes = source === 0 ? 0 : lengthOf(k, wide ? WIDE : NARROW, source) * (wide ? 2 : 1);
    const max = wide ? MAX_BYTES : 0xffff;
    const length = Math.min(bytes, max - (wide ? 2 : 1));
    setCounted(k, f.ptr(0), source === 0 ? 0 : length, source === 0 ? 0 : length + (wide ? 2 : 1), source);
    return k.returnVoid();
  },
});
const initEx = (name: string, wide: boolean): KernelRoutine => ({
  name,
  step(k, f) {
    const source = f.ptr(1);
    const unit = wide ? 2 : 1;
    const bytes = source === 0 ? 0 : lengthOf(k, wide ? WIDE : NARROW, source) * unit;
    if (bytes > 0xffff - unit) return k.return(STATUS_NAME_TOO_LONG);
    setCounted(k, f.ptr(0), bytes, source === 0 ? 0 : bytes + unit, source);
    return k.return(STATUS_SUCCESS);
  },
});

const copy = (name: string, unit: number): KernelRoutine => ({
  name,
  step(k, f) {
    const d = counted(k, f.ptr(0));
    if (f.ptr(1) === 0) {
      k.mem.checked.setU16(f.ptr(0), 0);
      return k.returnVoid();
    }
    const s = counted(k, f.ptr(1));
    const n = Math.min(s.length, d.maximum);
    if (n > 0) k.mem.checked.setBytes(d.buffer, k.mem.checked.bytes(s.buffer, n));
    k.mem.checked.setU16(f.ptr(0), n);
    if (unit === 2 && n + 2 <= d.maximum) k.mem.checked.setU16(d.buffer + n, 0);
    return k.returnVoid();
  },
});

function append(k: Kernel, destination: Addr, bytes: Uint8Array, unit: number): Status {
  const d = counted(k, destination);
  if (d.length + bytes.length > d.maximum) return k.return(STATUS_BUFFER_TOO_SMALL);
  if (bytes.length) k.mem.checked.setBytes(d.buffer + d.length, bytes);
  const n = d.length + bytes.length;
  k.mem.checked.setU16(destination, n);
  if (unit === 2 && n + 2 <= d.maximum) k.mem.checked.setU16(d.buffer + n, 0);
  return k.return(STATUS_SUCCESS);
}

/** Writes `text` to a counted string, allocating its buffer when asked. The terminator is written where it fits. */
function produce(k: Kernel, destination: Addr, text: string, wide: boolean, allocate: boolean): number {
  const unit = wide ? 2 : 1;
  const bytes = text.length * unit;
  if (bytes > 0xffff - unit) return STATUS_INVALID_PARAMETER;
  let { buffer, maximum } = counted(k, destination);
  if (allocate) {
    buffer = k.pool.allocate('paged', bytes + unit, TAG);
    if (buffer === 0) return STATUS_NO_MEMORY;
    maximum = bytes + unit;
  } else if (bytes > maximum) return STATUS_BUFFER_OVERFLOW;
  if (wide) k.mem.checked.writeUtf16(buffer, text, bytes + unit <= maximum);
  else k.mem.checked.writeAnsi(buffer, text, bytes + unit <= maximum);
  setCounted(k, destination, bytes, maximum, buffer);
  return STATUS_SUCCESS;
}

const convert = (name: string, wideSource: boolean, wide: boolean, change?: (c: number) => number): KernelRoutine => ({
  name,
  step(k, f) {
    let t = wideSource ? unicodeText(k, f.ptr(1)) : ansiText(k, f.ptr(1));
    if (change) t = [...Array(t.length).keys()].map((i) => String.fromCharCode(change(t.charCodeAt(i)))).join('');
    // characters outside Latin-1 have no place in the ANSI code page of the simulated machine
    if (!wide) t = [...Array(t.length).keys()].map((i) => (t.charCodeAt(i) > 255 ? '?' : t[i])).join('');
    return k.return(produce(k, f.ptr(0), t, wide, f.bool(2)));
  },
});

const free = (name: string): KernelRoutine => ({
  name,
  step(k, f) {
    const s = counted(k, f.ptr(0));
    if (s.buffer !== 0) {
      setCounted(k, f.ptr(0), 0, 0, 0);
      return k.call(f, 1, 'ExFreePool', [s.buffer]);
    }
    return k.returnVoid();
  },
});
/** Routines that end with a callee's return. */
const after = (r: KernelRoutine): KernelRoutine => ({ ...r, step: (k, f) => (f.pc === 1 ? k.returnVoid() : r.step(k, f)) });

const integerToText = (value: bigint, base: number, bits: number): string | undefined => {
  const b = base === 0 ? 10 : base;
  if (b !== 2 && b !== 8 && b !== 10 && b !== 16) return undefined;
  return BigInt.asUintN(bits, value).toString(b).toUpperCase();
};

/** Digits at the start of a text as RtlUnicodeStringToInteger reads them: sign, 0x/0o/0b prefix when base is 0. */
function textToInteger(text: string, base: number): number | undefined {
  const m = /^[\x01-\x20]*([+-]?)(0[xob])?/.exec(text)!;
  let radix = base;
  let i = m[0].length;
  if (base === 0) radix = m[2] ? { x: 16, o: 8, b: 2 }[m[2][1] as 'x' | 'o' | 'b'] : 10;
  else if (base !== 2 && base !== 8 && base !== 10 && base !== 16) return undefined;
  else if (m[2]) i -= 2;
  let value = 0;
  for (; i < text.length; i++) {
    const d = Number.parseInt(text[i], 36);
    if (Number.isNaN(d) || d >= radix) break;
    value = (Math.imul(value, radix) + d) >>> 0;
  }
  return m[1] === '-' ? -value >>> 0 : value;
}

/** RtlHashUnicodeString, HASH_STRING_ALGORITHM_X65599. */
export function hashUnicode(text: string, ignoreCase: boolean): number {
  let h = 0;
  for (let i = 0; i < text.length; i++) h = (Math.imul(h, 65599) + (ignoreCase ? upcase(text.charCodeAt(i)) : text.charCodeAt(i))) >>> 0;
  return h;
}

export const routines: KernelRoutine[] = [
  init('RtlInitUnicodeString', true),
  init('RtlInitAnsiString', false),
  init('RtlInitString', false),
  init('RtlInitUTF8String', false),
  initEx('RtlInitUnicodeStringEx', true),
  initEx('RtlInitAnsiStringEx', false),
  initEx('RtlInitStringEx', false),
  copy('RtlCopyUnicodeString', 2),
  copy('RtlCopyString', 1),
  {
    name: 'RtlCompareUnicodeString',
    step: (k, f) => k.return(compareText(fold(unicodeText(k, f.ptr(0)), f.bool(2)), fold(unicodeText(k, f.ptr(1)), f.bool(2)), 2)),
  },
  { name: 'RtlCompareString', step: (k, f) => k.return(compareText(fold(ansiText(k, f.ptr(0)), f.bool(2)), fold(ansiText(k, f.ptr(1)), f.bool(2)), 1)) },
  { name: 'RtlEqualUnicodeString', step: (k, f) => k.return(fold(unicodeText(k, f.ptr(0)), f.bool(2)) === fold(unicodeText(k, f.ptr(1)), f.bool(2)) ? 1 : 0) },
  { name: 'RtlEqualString', step: (k, f) => k.return(fold(ansiText(k, f.ptr(0)), f.bool(2)) === fold(ansiText(k, f.ptr(1)), f.bool(2)) ? 1 : 0) },
  { name: 'RtlPrefixUnicodeString', step: (k, f) => k.return(fold(unicodeText(k, f.ptr(1)), f.bool(2)).startsWith(fold(unicodeText(k, f.ptr(0)), f.bool(2))) ? 1 : 0) },
  { name: 'RtlPrefixString', step: (k, f) => k.return(fold(ansiText(k, f.ptr(1)), f.bool(2)).startsWith(fold(ansiText(k, f.ptr(0)), f.bool(2))) ? 1 : 0) },
  { name: 'RtlSuffixUnicodeString', step: (k, f) => k.return(fold(unicodeText(k, f.ptr(1)), f.bool(2)).endsWith(fold(unicodeText(k, f.ptr(0)), f.bool(2))) ? 1 : 0) },
  {
    name: 'RtlFindUnicodeSubstring',
    step(k, f) {
      const i = fold(unicodeText(k, f.ptr(0)), f.bool(2)).indexOf(fold(unicodeText(k, f.ptr(1)), f.bool(2)));
      return k.return(i < 0 ? 0 : counted(k, f.ptr(0)).buffer + 2 * i);
    },
  },
  {
    name: 'RtlAppendUnicodeStringToString',
    step(k, f) {
      const s = counted(k, f.ptr(1));
      return append(k, f.ptr(0), s.length ? k.mem.checked.bytes(s.buffer, s.length) : new Uint8Array(), 2);
    },
  },
  {
    name: 'RtlAppendUnicodeToString',
    step(k, f) {
      if (f.ptr(1) === 0) return k.return(STATUS_SUCCESS);
      const n = lengthOf(k, WIDE, f.ptr(1)) * 2;
      return append(k, f.ptr(0), n ? k.mem.checked.bytes(f.ptr(1), n) : new Uint8Array(), 2);
    },
  },
  {
    name: 'RtlAppendStringToString',
    step(k, f) {
      const s = counted(k, f.ptr(1));
      return append(k, f.ptr(0), s.length ? k.mem.checked.bytes(s.buffer, s.length) : new Uint8Array(), 1);
    },
  },
  {
    name: 'RtlAppendAsciizToString',
    step(k, f) {
      if (f.ptr(1) === 0) return k.return(STATUS_SUCCESS);
      return append(k, f.ptr(0), Uint8Array.from(unitsOf(k, NARROW, f.ptr(1))), 1);
    },
  },
  convert('RtlUpcaseUnicodeString', true, true, upcase),
  convert('RtlDowncaseUnicodeString', true, true, downcase),
  convert('RtlAnsiStringToUnicodeString', false, true),
  convert('RtlOemStringToUnicodeString', false, true),
  convert('RtlUnicodeStringToAnsiString', true, false),
  convert('RtlUnicodeStringToOemString', true, false),
  convert('RtlUpcaseUnicodeStringToAnsiString', true, false, upcase),
  {
    name: 'RtlUpperString',
    step(k, f) {
      const d = counted(k, f.ptr(0));
      const t = fold(ansiText(k, f.ptr(1)), true).slice(0, d.maximum);
      if (t.length) k.mem.checked.writeAnsi(d.buffer, t);
      k.mem.checked.setU16(f.ptr(0), t.length);
      return k.returnVoid();
    },
  },
  { name: 'RtlUpcaseUnicodeChar', step: (k, f) => k.return(upcase(f.u16(0))) },
  { name: 'RtlDowncaseUnicodeChar', step: (k, f) => k.return(downcase(f.u16(0))) },
  { name: 'RtlUpperChar', step: (k, f) => k.return(upcase(f.u8(0)) & 255) },
  { name: 'RtlxAnsiStringToUnicodeSize', step: (k, f) => k.return((counted(k, f.ptr(0)).length + 1) * 2) },
  { name: 'RtlxUnicodeStringToAnsiSize', step: (k, f) => k.return((counted(k, f.ptr(0)).length >> 1) + 1) },
  ...['RtlFreeUnicodeString', 'RtlFreeAnsiString', 'RtlFreeOemString', 'RtlFreeUTF8String'].map((n) => after(free(n))),
  {
    name: 'RtlCreateUnicodeString',
    step(k, f) {
      const text = f.ptr(1) === 0 ? '' : String.fromCharCode(...unitsOf(k, WIDE, f.ptr(1)));
      return k.return(produce(k, f.ptr(0), text, true, true) === STATUS_SUCCESS ? 1 : 0);
    },
  },
  {
    // flags: 1 = terminate, 2 = allocate also for an empty source
    name: 'RtlDuplicateUnicodeString',
    step(k, f) {
      const text = f.ptr(1) === 0 ? '' : unicodeText(k, f.ptr(1));
      if (text === '' && (f.u32(0) & 2) === 0) {
        setCounted(k, f.ptr(2), 0, 0, 0);
        return k.return(STATUS_SUCCESS);
      }
      return k.return(produce(k, f.ptr(2), text, true, true));
    },
  },
  {
    name: 'RtlUnicodeStringToInteger',
    step(k, f) {
      const v = textToInteger(unicodeText(k, f.ptr(0)), f.u32(1));
      if (v === undefined) return k.return(STATUS_INVALID_PARAMETER);
      k.mem.checked.setU32(f.ptr(2), v);
      return k.return(STATUS_SUCCESS);
    },
  },
  {
    name: 'RtlCharToInteger',
    step(k, f) {
      const v = textToInteger(k.mem.checked.readAnsiz(f.ptr(0), 128), f.u32(1));
      if (v === undefined) return k.return(STATUS_INVALID_PARAMETER);
      k.mem.checked.setU32(f.ptr(2), v);
      return k.return(STATUS_SUCCESS);
    },
  },
  ...(['RtlIntegerToUnicodeString', 'RtlInt64ToUnicodeString'] as const).map(
    (name): KernelRoutine => ({
      name,
      step(k, f) {
        const t = integerToText(f.u64(0), f.u32(1), name === 'RtlIntegerToUnicodeString' ? 32 : 64);
        return k.return(t === undefined ? STATUS_INVALID_PARAMETER : produce(k, f.ptr(2), t, true, false));
      },
    }),
  ),
  {
    name: 'RtlHashUnicodeString',
    step(k, f) {
      if (f.ptr(3) === 0 || f.u32(2) > 1) return k.return(STATUS_INVALID_PARAMETER);
      k.mem.checked.setU32(f.ptr(3), hashUnicode(unicodeText(k, f.ptr(0)), f.bool(1)));
      return k.return(STATUS_SUCCESS);
    },
  },
  {
    name: 'RtlValidateUnicodeString',
    step(k, f) {
      const s = counted(k, f.ptr(1));
      const bad = f.u32(0) !== 0 || (s.length & 1) !== 0 || (s.maximum & 1) !== 0 || s.length > s.maximum || (s.buffer === 0 && s.maximum !== 0);
      return k.return(bad ? STATUS_INVALID_PARAMETER : STATUS_SUCCESS);
    },
  },
  {
    name: 'RtlMultiByteToUnicodeN',
    step(k, f) {
      const n = Math.min(f.u32(1) >> 1, f.u32(4));
      if (n) k.mem.checked.writeUtf16(f.ptr(0), k.mem.checked.readAnsi(f.ptr(3), n));
      if (f.ptr(2) !== 0) k.mem.checked.setU32(f.ptr(2), n * 2);
      return k.return(STATUS_SUCCESS);
    },
  },
  {
    name: 'RtlUnicodeToMultiByteN',
    step(k, f) {
      const n = Math.min(f.u32(1), f.u32(4) >> 1);
      if (n) k.mem.checked.writeAnsi(f.ptr(0), k.mem.checked.readUtf16(f.ptr(3), n * 2).replace(/[^\x00-\xff]/g, '?'));
      if (f.ptr(2) !== 0) k.mem.checked.setU32(f.ptr(2), n);
      return k.return(STATUS_SUCCESS);
    },
  },
];
