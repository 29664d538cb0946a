// Counted strings: UNICODE_STRING and ANSI_STRING routines of the run-time library. Lengths are bytes; nothing here looks for a terminator inside
// a counted string (reference: the DDI pages; statuses from ntstatus.h).
import type { Addr, Status } from '../../machine/abi.js';
import type { Kernel, KernelRoutine } from '../kernel.js';
import { ansiText, counted, produce, setCounted, type Terminator, unicodeText } from './counted-string.js';
import { STATUS } from './status.js';
import { downcase, lengthOf, NARROW, unitsOf, upcase, WIDE } from './text-unit.js';

const MAX_BYTES = 0xfffe;

/** Upper case of a text unit by unit, as the case-insensitive routines compare. */
export const fold = (t: string, ignoreCase: boolean): string => {
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
    if (bytes > 0xffff - unit) return k.return(STATUS.NAME_TOO_LONG);
    setCounted(k, f.ptr(0), bytes, source === 0 ? 0 : bytes + unit, source);
    return k.return(STATUS.SUCCESS);
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
  if (d.length + bytes.length > d.maximum) return k.return(STATUS.BUFFER_TOO_SMALL);
  if (bytes.length) k.mem.checked.setBytes(d.buffer + d.length, bytes);
  const n = d.length + bytes.length;
  k.mem.checked.setU16(destination, n);
  if (unit === 2 && n + 2 <= d.maximum) k.mem.checked.setU16(d.buffer + n, 0);
  return k.return(STATUS.SUCCESS);
}

const mapUnits = (t: string, change: (c: number) => number): string => {
  let out = '';
  for (let i = 0; i < t.length; i++) out += String.fromCharCode(change(t.charCodeAt(i)));
  return out;
};
/** Characters outside Latin-1 have no place in the ANSI code page of the simulated machine. */
const toAnsi = (c: number): number => (c > 255 ? 63 : c);

/** (Destination, Source, AllocateDestinationString). */
const convert = (
  name: string,
  wideSource: boolean,
  wide: boolean,
  terminator: Terminator,
  change?: (c: number) => number,
): KernelRoutine => ({
  name,
  step(k, f) {
    let t = wideSource ? unicodeText(k, f.ptr(1)) : ansiText(k, f.ptr(1));
    if (change) t = mapUnits(t, change);
    if (!wide) t = mapUnits(t, toAnsi);
    k.machine.charge(t.length >> 3);
    return k.return(produce(k, f.ptr(0), t, wide, f.bool(2), terminator));
  },
});

const free = (name: string): KernelRoutine => ({
  name,
  step(k, f) {
    const s = counted(k, f.ptr(0));
    if (s.buffer !== 0) {
      k.pool.free(s.buffer);
      setCounted(k, f.ptr(0), 0, 0, 0);
    }
    return k.returnVoid();
  },
});

const integerToText = (value: bigint, base: number, bits: number): string | undefined => {
  const b = base === 0 ? 10 : base;
  if (b !== 2 && b !== 8 && b !== 10 && b !== 16) return undefined;
  return BigInt.asUintN(bits, value).toString(b).toUpperCase();
};

/** Digits at the start of a text as RtlUnicodeStringToInteger reads them: sign, 0x/0o/0b prefix when base is 0. */
function textToInteger64(text: string, base: number): { value: bigint; used: number } | undefined {
  const m = /^[\x01-\x20]*([+-]?)(0[xob])?/.exec(text)!;
  let radix = base;
  let i = m[0].length;
  if (base === 0) radix = m[2] ? { x: 16, o: 8, b: 2 }[m[2][1] as 'x' | 'o' | 'b'] : 10;
  else if (base !== 2 && base !== 8 && base !== 10 && base !== 16) return undefined;
  else if (m[2]) i -= 2;
  let value = 0n;
  for (; i < text.length; i++) {
    const d = Number.parseInt(text[i], 36);
    if (Number.isNaN(d) || d >= radix) break;
    value = BigInt.asUintN(64, value * BigInt(radix) + BigInt(d));
  }
  return { value: m[1] === '-' ? -value : value, used: i };
}
/** The low 32 bits of it, as the ULONG routines store them. */
function textToInteger(text: string, base: number): number | undefined {
  const v = textToInteger64(text, base);
  return v && Number(BigInt.asUintN(32, v.value));
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
  initEx('RtlInitUTF8StringEx', false),
  copy('RtlCopyUnicodeString', 2),
  copy('RtlCopyString', 1),
  {
    name: 'RtlCompareUnicodeString',
    step: (k, f) => k.return(compareText(fold(unicodeText(k, f.ptr(0)), f.bool(2)), fold(unicodeText(k, f.ptr(1)), f.bool(2)), 2)),
  },
  {
    name: 'RtlCompareString',
    step: (k, f) => k.return(compareText(fold(ansiText(k, f.ptr(0)), f.bool(2)), fold(ansiText(k, f.ptr(1)), f.bool(2)), 1)),
  },
  {
    name: 'RtlEqualUnicodeString',
    step: (k, f) => k.return(fold(unicodeText(k, f.ptr(0)), f.bool(2)) === fold(unicodeText(k, f.ptr(1)), f.bool(2)) ? 1 : 0),
  },
  {
    name: 'RtlEqualString',
    step: (k, f) => k.return(fold(ansiText(k, f.ptr(0)), f.bool(2)) === fold(ansiText(k, f.ptr(1)), f.bool(2)) ? 1 : 0),
  },
  {
    name: 'RtlPrefixUnicodeString',
    step: (k, f) => k.return(fold(unicodeText(k, f.ptr(1)), f.bool(2)).startsWith(fold(unicodeText(k, f.ptr(0)), f.bool(2))) ? 1 : 0),
  },
  {
    name: 'RtlPrefixString',
    step: (k, f) => k.return(fold(ansiText(k, f.ptr(1)), f.bool(2)).startsWith(fold(ansiText(k, f.ptr(0)), f.bool(2))) ? 1 : 0),
  },
  {
    name: 'RtlSuffixUnicodeString',
    step: (k, f) => k.return(fold(unicodeText(k, f.ptr(1)), f.bool(2)).endsWith(fold(unicodeText(k, f.ptr(0)), f.bool(2))) ? 1 : 0),
  },
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
      if (f.ptr(1) === 0) return k.return(STATUS.SUCCESS);
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
      if (f.ptr(1) === 0) return k.return(STATUS.SUCCESS);
      return append(k, f.ptr(0), Uint8Array.from(unitsOf(k, NARROW, f.ptr(1))), 1);
    },
  },
  convert('RtlUpcaseUnicodeString', true, true, 'none', upcase),
  convert('RtlDowncaseUnicodeString', true, true, 'none', downcase),
  convert('RtlAnsiStringToUnicodeString', false, true, 'required'),
  convert('RtlOemStringToUnicodeString', false, true, 'required'),
  convert('RtlOemStringToCountedUnicodeString', false, true, 'none'),
  convert('RtlUnicodeStringToAnsiString', true, false, 'required'),
  convert('RtlUnicodeStringToOemString', true, false, 'required'),
  convert('RtlUnicodeStringToCountedOemString', true, false, 'none'),
  convert('RtlUpcaseUnicodeStringToAnsiString', true, false, 'required', upcase),
  convert('RtlUpcaseUnicodeStringToOemString', true, false, 'required', upcase),
  convert('RtlUpcaseUnicodeStringToCountedOemString', true, false, 'none', upcase),
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
  ...['RtlxAnsiStringToUnicodeSize', 'RtlxOemStringToUnicodeSize'].map(
    (name): KernelRoutine => ({ name, step: (k, f) => k.return((counted(k, f.ptr(0)).length + 1) * 2) }),
  ),
  ...['RtlxUnicodeStringToAnsiSize', 'RtlxUnicodeStringToOemSize'].map(
    (name): KernelRoutine => ({ name, step: (k, f) => k.return((counted(k, f.ptr(0)).length >> 1) + 1) }),
  ),
  ...['RtlFreeUnicodeString', 'RtlFreeAnsiString', 'RtlFreeOemString', 'RtlFreeUTF8String'].map(free),
  {
    name: 'RtlCreateUnicodeString',
    step(k, f) {
      const text = f.ptr(1) === 0 ? '' : String.fromCharCode(...unitsOf(k, WIDE, f.ptr(1)));
      return k.return(produce(k, f.ptr(0), text, true, true, 'required') === STATUS.SUCCESS ? 1 : 0);
    },
  },
  {
    // flags: 1 = terminate, 2 = allocate also for an empty source (only together with 1)
    name: 'RtlDuplicateUnicodeString',
    step(k, f) {
      const flags = f.u32(0);
      if ((flags & ~3) !== 0 || flags === 2 || f.ptr(1) === 0 || f.ptr(2) === 0) return k.return(STATUS.INVALID_PARAMETER);
      const text = unicodeText(k, f.ptr(1));
      if (text === '' && (flags & 2) === 0) {
        setCounted(k, f.ptr(2), 0, 0, 0);
        return k.return(STATUS.SUCCESS);
      }
      return k.return(produce(k, f.ptr(2), text, true, true, flags & 1 ? 'required' : 'none'));
    },
  },
  {
    name: 'RtlUnicodeStringToInteger',
    step(k, f) {
      const v = textToInteger(unicodeText(k, f.ptr(0)), f.u32(1));
      if (v === undefined) return k.return(STATUS.INVALID_PARAMETER);
      k.mem.checked.setU32(f.ptr(2), v);
      return k.return(STATUS.SUCCESS);
    },
  },
  {
    // (String, Base, Number, EndPointer)
    name: 'RtlUnicodeStringToInt64',
    step(k, f) {
      const v = textToInteger64(unicodeText(k, f.ptr(0)), f.u32(1));
      if (v === undefined) return k.return(STATUS.INVALID_PARAMETER);
      k.mem.checked.setI64(f.ptr(2), v.value);
      if (f.ptr(3) !== 0) k.mem.checked.setPtr(f.ptr(3), counted(k, f.ptr(0)).buffer + 2 * v.used);
      return k.return(STATUS.SUCCESS);
    },
  },
  {
    name: 'RtlCharToInteger',
    step(k, f) {
      const v = textToInteger(k.mem.checked.readAnsiz(f.ptr(0), 128), f.u32(1));
      if (v === undefined) return k.return(STATUS.INVALID_PARAMETER);
      k.mem.checked.setU32(f.ptr(2), v);
      return k.return(STATUS.SUCCESS);
    },
  },
  ...(['RtlIntegerToUnicodeString', 'RtlInt64ToUnicodeString'] as const).map(
    (name): KernelRoutine => ({
      name,
      step(k, f) {
        const t = integerToText(f.u64(0), f.u32(1), name === 'RtlIntegerToUnicodeString' ? 32 : 64);
        return k.return(t === undefined ? STATUS.INVALID_PARAMETER : produce(k, f.ptr(2), t, true, false, 'required'));
      },
    }),
  ),
  {
    name: 'RtlHashUnicodeString',
    step(k, f) {
      if (f.ptr(3) === 0 || f.u32(2) > 1) return k.return(STATUS.INVALID_PARAMETER);
      k.mem.checked.setU32(f.ptr(3), hashUnicode(unicodeText(k, f.ptr(0)), f.bool(1)));
      return k.return(STATUS.SUCCESS);
    },
  },
  {
    // what lies behind the text, up to MaximumLength, becomes zero
    name: 'RtlSanitizeUnicodeStringPadding',
    step(k, f) {
      const s = counted(k, f.ptr(0));
      if (s.buffer !== 0 && s.maximum > s.length) k.mem.checked.fill(s.buffer + s.length, s.maximum - s.length);
      return k.returnVoid();
    },
  },
  {
    name: 'RtlValidateUnicodeString',
    step(k, f) {
      const s = counted(k, f.ptr(1));
      const bad =
        f.u32(0) !== 0 || (s.length & 1) !== 0 || (s.maximum & 1) !== 0 || s.length > s.maximum || (s.buffer === 0 && s.maximum !== 0);
      return k.return(bad ? STATUS.INVALID_PARAMETER : STATUS.SUCCESS);
    },
  },
  {
    name: 'RtlCompareUnicodeStrings',
    step(k, f) {
      const text = (i: number): string => fold(k.mem.checked.readUtf16(f.ptr(i), 2 * Math.min(f.ptr(i + 1), 0x8000)), f.bool(4));
      return k.return(compareText(text(0), text(2), 1));
    },
  },
];
