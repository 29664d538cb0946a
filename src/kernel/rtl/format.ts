// printf formatting as the kernel's CRT and DbgPrint do it: one engine for DbgPrint, sprintf and the safe-string family. Arguments are read from a va_list,
// that is, from consecutive 8-byte slots. Every pointer that a conversion follows is checked: a bad one faults like in the real routine.
import type { Addr } from '../../machine/abi.js';
import type { Accessors } from '../../machine/accessors.js';

/** Reads variadic arguments in order. */
export class Slots {
  constructor(
    private readonly m: Accessors,
    private at: Addr,
  ) {}
  u64(): bigint {
    const v = this.m.u64(this.at);
    this.at += 8;
    return v;
  }
  ptr(): Addr {
    const v = this.m.ptr(this.at);
    this.at += 8;
    return v;
  }
  i32(): number {
    const v = this.m.i32(this.at);
    this.at += 8;
    return v;
  }
  f64(): number {
    const d = new DataView(new ArrayBuffer(8));
    d.setBigUint64(0, this.u64());
    return d.getFloat64(0);
  }
}

interface Spec {
  left: boolean;
  plus: boolean;
  space: boolean;
  zero: boolean;
  alternate: boolean;
  width: number;
  /** -1: none given. */
  precision: number;
  /** 'hh' | 'h' | 'l' | 'll' | 'w' | 'I64' ... ; '' none. */
  size: string;
}

/** No single conversion grows beyond this, however wide the driver asks. */
const WIDTH_LIMIT = 65536;

/** Longest string that is followed when no precision bounds it. */
const STRING_LIMIT = 65536;

/**
 * Formats. `wide`: the format string is UTF-16, so that %s means a wide string and %S a narrow one (and the other way round for narrow formats).
 * Throws SimulatedFault for pointers that cannot be read.
 */
export function formatText(m: Accessors, format: string, args: Addr, wide: boolean): string {
  return formatArguments(m, format, args, wide);
}

/** The same with conversions of another kind: `special` answers the text of `%!NAME!` and takes its argument. */
export function formatArguments(
  m: Accessors,
  format: string,
  args: Addr,
  wide: boolean,
  special?: (name: string, slots: Slots) => string,
): string {
  const slots = new Slots(m, args);
  let out = '';
  for (let i = 0; i < format.length; ) {
    const c = format[i];
    if (c !== '%') {
      const next = format.indexOf('%', i);
      out += next < 0 ? format.slice(i) : format.slice(i, next);
      i = next < 0 ? format.length : next;
      continue;
    }
    i++;
    if (format[i] === '%') {
      out += '%';
      i++;
      continue;
    }
    const name = special && format[i] === '!' ? /^!([A-Za-z_]\w*)!/.exec(format.slice(i, i + 80)) : null;
    if (special && name) {
      out += special(name[1], slots);
      i += name[0].length;
      continue;
    }
    const s: Spec = { left: false, plus: false, space: false, zero: false, alternate: false, width: 0, precision: -1, size: '' };
    for (; ; i++) {
      const f = format[i];
      if (f === '-') s.left = true;
      else if (f === '+') s.plus = true;
      else if (f === ' ') s.space = true;
      else if (f === '0') s.zero = true;
      else if (f === '#') s.alternate = true;
      else break;
    }
    const number = (): number => {
      if (format[i] === '*') {
        i++;
        return slots.i32();
      }
      let n = 0;
      for (; format[i] >= '0' && format[i] <= '9'; i++) n = Math.min(n * 10 + (format.charCodeAt(i) - 48), WIDTH_LIMIT);
      return n;
    };
    s.width = number();
    if (s.width < 0) {
      s.left = true;
      s.width = -s.width;
    }
    s.width = Math.min(s.width, WIDTH_LIMIT);
    if (format[i] === '.') {
      i++;
      s.precision = Math.min(number(), WIDTH_LIMIT);
    }
    const size = /^(I64|I32|I(?=[diuoxX])|hh|h|ll|l|L|w|z|t|j)/.exec(format.slice(i, i + 4));
    if (size) {
      s.size = size[1];
      i += size[1].length;
    }
    if (i >= format.length) break;
    out += convert(m, format[i], s, slots, wide);
    i++;
  }
  return out;
}

function convert(m: Accessors, c: string, s: Spec, slots: Slots, wide: boolean): string {
  switch (c) {
    case 'd':
    case 'i': {
      const v = signed(slots.u64(), s.size);
      return integer(v < 0n ? -v : v, 10, false, v < 0n ? '-' : s.plus ? '+' : s.space ? ' ' : '', s);
    }
    case 'u':
      return integer(unsigned(slots.u64(), s.size), 10, false, '', s);
    case 'x':
    case 'X': {
      const v = unsigned(slots.u64(), s.size);
      return integer(v, 16, c === 'X', s.alternate && v !== 0n ? `0${c}` : '', s);
    }
    case 'o': {
      const v = unsigned(slots.u64(), s.size);
      return integer(v, 8, false, s.alternate && v !== 0n ? '0' : '', s);
    }
    case 'p':
      return integer(slots.u64(), 16, true, '', { ...s, precision: 16 });
    case 'c':
    case 'C': {
      const isWide = s.size === 'l' || s.size === 'w' ? true : s.size === 'h' ? false : (c === 'c') === wide;
      const v = Number(slots.u64() & (isWide ? 0xffffn : 0xffn));
      return pad(String.fromCharCode(v), s);
    }
    case 's':
    case 'S': {
      const isWide = s.size === 'l' || s.size === 'w' || s.size === 'll' ? true : s.size === 'h' ? false : (c === 's') === wide;
      return pad(text(m, slots.ptr(), isWide, s.precision), s);
    }
    case 'Z': {
      // counted strings: %Z ANSI_STRING, %wZ (or %lZ) UNICODE_STRING, whatever the format's own width; a precision is ignored (U)
      const isWide = s.size === 'w' || s.size === 'l';
      const at = slots.ptr();
      if (at === 0) return pad('(null)', s);
      const length = m.u16(at);
      const buffer = m.ptr(at + 8);
      if (buffer === 0) return pad('(null)', s);
      const t = length === 0 ? '' : isWide ? m.readUtf16(buffer, length & ~1) : m.readAnsi(buffer, length);
      return pad(t, s);
    }
    case 'e':
    case 'E':
    case 'f':
    case 'F':
    case 'g':
    case 'G':
    case 'a':
    case 'A':
      return float(slots.f64(), c, s);
    case 'n':
      slots.ptr(); // writing through a format is refused by the CRT as well
      return '';
    default:
      return c; // unknown conversions print their letter, as the CRT does
  }
}

const BITS: Record<string, number> = { hh: 8, h: 16, I32: 32, l: 32, '': 32, w: 32 };
const unsigned = (v: bigint, size: string): bigint => BigInt.asUintN(BITS[size] ?? 64, v);
const signed = (v: bigint, size: string): bigint => BigInt.asIntN(BITS[size] ?? 64, v);

function text(m: Accessors, at: Addr, wide: boolean, precision: number): string {
  if (at === 0) return '(null)'.slice(0, precision < 0 ? undefined : precision);
  const limit = precision < 0 ? STRING_LIMIT : precision;
  if (limit === 0) return '';
  return wide ? m.readUtf16z(at, limit) : m.readAnsiz(at, limit);
}

function pad(t: string, s: Spec, sign = ''): string {
  const fill = s.width - t.length - sign.length;
  if (fill <= 0) return sign + t;
  if (s.left) return sign + t + ' '.repeat(fill);
  return s.zero ? sign + '0'.repeat(fill) + t : ' '.repeat(fill) + sign + t;
}

function integer(v: bigint, base: number, upper: boolean, sign: string, s: Spec): string {
  let digits = v === 0n && s.precision === 0 ? '' : v.toString(base);
  if (upper) digits = digits.toUpperCase();
  if (s.precision >= 0) digits = digits.padStart(s.precision, '0');
  return pad(digits, s.precision >= 0 ? { ...s, zero: false } : s, sign);
}

function float(v: number, c: string, s: Spec): string {
  const negative = v < 0 || Object.is(v, -0);
  const sign = negative ? '-' : s.plus ? '+' : s.space ? ' ' : '';
  const a = Math.abs(v);
  const upper = c === c.toUpperCase();
  if (!Number.isFinite(a)) return pad(Number.isNaN(a) ? 'nan' : 'inf', { ...s, zero: false }, sign);
  const precision = Math.min(s.precision < 0 ? 6 : s.precision, 100);
  const exponent = (t: string): string => t.replace(/e([+-])(\d)$/, 'e$10$2');
  let t: string;
  if (/[fF]/.test(c)) t = a.toFixed(precision);
  else if (/[eE]/.test(c)) t = exponent(a.toExponential(precision));
  else if (/[aA]/.test(c)) t = `0x${a.toString(16)}`;
  else {
    const p = precision || 1;
    const e = a === 0 ? 0 : Number(a.toExponential(p - 1).split('e')[1]);
    t = e < -4 || e >= p ? exponent(a.toExponential(p - 1)) : a.toFixed(Math.max(0, p - 1 - e));
    if (!s.alternate && t.includes('.')) t = t.replace(/\.?0+($|e)/, '$1');
  }
  return pad(upper ? t.toUpperCase() : t, s, sign);
}
