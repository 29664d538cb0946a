// Numbers, characters and strings of MSVC: LLP64 types, `ui64` suffixes, multi-character constants, 16-bit wide text.
// Pure functions from text to value; problems come back as a message, the caller knows the place.

import { wrap } from './constant.js';
import { CHAR, DOUBLE, FLOAT, INT, INT64, LONG, LONG_DOUBLE, SHORT, UCHAR, UINT, UINT64, ULONG, USHORT, WCHAR } from './type-ops.js';
import type { FloatType, IntType } from './types.js';

export type NumberValue =
  | { kind: 'int'; value: bigint; type: IntType; problem?: string }
  | { kind: 'float'; value: number; type: FloatType; problem?: string };

const SUFFIXES: ReadonlyMap<string, readonly IntType[]> = new Map<string, readonly IntType[]>([
  ['u', [UINT, ULONG, UINT64]],
  ['l', [LONG, ULONG, INT64, UINT64]],
  ['ul', [ULONG, UINT64]],
  ['lu', [ULONG, UINT64]],
  ['ll', [INT64, UINT64]],
  ['ull', [UINT64]],
  ['llu', [UINT64]],
  ['i8', [CHAR]],
  ['ui8', [UCHAR]],
  ['i16', [SHORT]],
  ['ui16', [USHORT]],
  ['i32', [INT]],
  ['ui32', [UINT]],
  ['i64', [INT64, UINT64]],
  ['ui64', [UINT64]],
]);
// MSVC gives a decimal constant above LONG_MAX `unsigned long` (warning C4146 on its minus), not the next wider signed type as C99 says.
const DECIMAL: readonly IntType[] = [INT, LONG, ULONG, INT64, UINT64];
const OTHER: readonly IntType[] = [INT, UINT, LONG, ULONG, INT64, UINT64];
const LIMITS = new Map<IntType, bigint>();

function limit(type: IntType): bigint {
  let l = LIMITS.get(type);
  if (l === undefined) {
    l = (1n << BigInt(type.size * 8 - (type.signed ? 1 : 0))) - 1n;
    LIMITS.set(type, l);
  }
  return l;
}

const small = new Map<string, NumberValue>();

/** Value and type of a preprocessing number. Results are cached: headers repeat few spellings. */
export function parseNumber(text: string): NumberValue {
  let v = small.get(text);
  if (!v) {
    v = readNumber(text);
    if (small.size < 4096) small.set(text, v);
  }
  return v;
}

function readNumber(text: string): NumberValue {
  const m = /^(0[xX][0-9a-fA-F']+|0[bB][01']+|[0-9][0-9']*)([uUlLiI][uUlLiI0-9]*)?$/.exec(text);
  if (!m) return readFloat(text);
  let digits = m[1].replaceAll("'", '');
  const octal = digits.length > 1 && digits[0] === '0' && !/[xXbB]/.test(digits[1]);
  if (octal) {
    if (/[89]/.test(digits))
      return { kind: 'int', value: 0n, type: INT, problem: `'${text}' starts with 0, so it is octal and cannot have the digits 8 or 9` };
    digits = `0o${digits.slice(1)}`;
  }
  const value = BigInt(digits);
  const decimal = !octal && !/^0[xXbB]/.test(digits);
  const suffix = (m[2] ?? '').toLowerCase();
  const types = suffix === '' ? (decimal ? DECIMAL : OTHER) : SUFFIXES.get(suffix);
  if (!types) return { kind: 'int', value, type: INT, problem: `'${m[2]}' is not an integer suffix` };
  const type = types.find((t) => value <= limit(t));
  if (!type)
    return {
      kind: 'int',
      value: wrap(value, types[types.length - 1]),
      type: types[types.length - 1],
      problem: `the constant ${text} does not fit in 64 bits`,
    };
  return { kind: 'int', value, type };
}

function readFloat(text: string): NumberValue {
  const hex = /^0[xX]([0-9a-fA-F]*)\.?([0-9a-fA-F]*)[pP]([+-]?\d+)([fFlL]?)$/.exec(text);
  if (hex && hex[1] + hex[2] !== '') {
    const value = Number(BigInt(`0x${hex[1]}${hex[2]}`)) * 2 ** (Number(hex[3]) - 4 * hex[2].length);
    return floating(value, hex[4]);
  }
  const dec = /^((?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)([fFlL]?)$/.exec(text);
  if (dec) return floating(Number(dec[1]), dec[2]);
  return { kind: 'int', value: 0n, type: INT, problem: `'${text}' is not a number` };
}

function floating(value: number, suffix: string): NumberValue {
  if (/[fF]/.test(suffix)) return { kind: 'float', value: Math.fround(value), type: FLOAT };
  return { kind: 'float', value, type: /[lL]/.test(suffix) ? LONG_DOUBLE : DOUBLE };
}

/** Prefix (`L`, `u8`, ...) and the text between the quotes, which may be missing at the end of a broken line. */
function dissect(text: string): { prefix: string; body: string } {
  const quote = text.search(/["']/);
  if (quote < 0) return { prefix: '', body: text };
  const closed = text.length > quote + 1 && text[text.length - 1] === text[quote];
  return { prefix: text.slice(0, quote), body: text.slice(quote + 1, closed ? text.length - 1 : text.length) };
}

/** Code units of a literal's body. Narrow: bytes, other characters as UTF-8 (U: MSVC uses the code page of the build machine unless /utf-8). */
function units(body: string, wide: boolean, whole = false): { values: number[]; problem?: string; warning?: string } {
  const out: number[] = [];
  let problem: string | undefined;
  let warning: string | undefined;
  const top = whole ? 0xffffffff : wide ? 0xffff : 0xff;
  for (let i = 0; i < body.length; ) {
    const c = body.charCodeAt(i);
    if (c !== 92) {
      if (c < 128 || wide) {
        const cp = whole ? body.codePointAt(i)! : c;
        out.push(cp);
        i += cp > 0xffff ? 2 : 1;
      } else {
        const cp = body.codePointAt(i)!;
        pushUtf8(out, cp);
        i += cp > 0xffff ? 2 : 1;
      }
      continue;
    }
    const e = body[i + 1] ?? '';
    i += 2;
    const simple = e === '' ? -1 : 'abfnrtv\\\'"?'.indexOf(e);
    if (e === 'x') {
      const m = /^[0-9a-fA-F]+/.exec(body.slice(i, i + 32));
      if (!m) problem ??= 'a hexadecimal escape needs digits after \\x';
      const v = m ? Number.parseInt(m[0], 16) : 0;
      if (v > top) problem ??= `the escape \\x${m![0]} does not fit in one ${wide ? 'wide ' : ''}character`;
      out.push(whole ? v >>> 0 : v & top);
      i += m ? m[0].length : 0;
    } else if (e >= '0' && e <= '7') {
      const m = /^[0-7]{1,3}/.exec(body.slice(i - 1, i + 2))!;
      out.push(Number.parseInt(m[0], 8) & top);
      i += m[0].length - 1;
    } else if (e === 'u' || e === 'U') {
      const n = e === 'u' ? 4 : 8;
      const hex = body.slice(i, i + n);
      if (!/^[0-9a-fA-F]+$/.test(hex) || hex.length < n || Number.parseInt(hex, 16) > 0x10ffff)
        problem ??= `\\${e} needs ${n} hexadecimal digits of a Unicode character`;
      else if (whole) out.push(Number.parseInt(hex, 16));
      else if (wide) for (const u of utf16(Number.parseInt(hex, 16))) out.push(u);
      else pushUtf8(out, Number.parseInt(hex, 16));
      i += n;
    } else if (simple >= 0) {
      out.push([7, 8, 12, 10, 13, 9, 11, 92, 39, 34, 63][simple]);
    } else {
      // MSVC warns (C4129) and takes the character as it is: paths in strings are written like this.
      if (e) warning ??= `'\\${e}' is not a known escape sequence; it means '${e}'`;
      else problem ??= 'a backslash at the end of a literal';
      if (e) out.push(e.charCodeAt(0) & top);
    }
  }
  return { values: out, problem, warning };
}

function utf16(cp: number): number[] {
  return cp > 0xffff ? [0xd800 + ((cp - 0x10000) >> 10), 0xdc00 + ((cp - 0x10000) & 0x3ff)] : [cp];
}

function pushUtf8(out: number[], cp: number): void {
  if (cp < 0x80) out.push(cp);
  else if (cp < 0x800) out.push(0xc0 | (cp >> 6), 0x80 | (cp & 63));
  else if (cp < 0x10000) out.push(0xe0 | (cp >> 12), 0x80 | ((cp >> 6) & 63), 0x80 | (cp & 63));
  else out.push(0xf0 | (cp >> 18), 0x80 | ((cp >> 12) & 63), 0x80 | ((cp >> 6) & 63), 0x80 | (cp & 63));
}

/** A character constant has type int; `'gaTp'` puts the first character in the highest byte, as MSVC does. */
export function parseCharacter(text: string): { value: bigint; type: IntType; problem?: string; warning?: string } {
  const { prefix, body } = dissect(text);
  const wide = prefix === 'L' || prefix === 'u' || prefix === 'U';
  const { values, problem, warning } = units(body, wide, prefix === 'U');
  const type = prefix === 'U' ? UINT : wide ? WCHAR : INT;
  if (values.length === 0) return { value: 0n, type, problem: problem ?? 'empty character constant' };
  if (wide)
    return {
      value: BigInt(values[0]),
      type,
      problem,
      // MSVC (C4066) goes on with the first
      warning: warning ?? (values.length > 1 ? 'a wide character constant holds one character; the rest is dropped' : undefined),
    };
  if (values.length > 4) return { value: 0n, type, problem: 'too many characters in constant: at most four' };
  if (values.length === 1) return { value: BigInt.asIntN(8, BigInt(values[0])), type, problem, warning };
  let v = 0;
  for (const b of values) v = (v << 8) | b;
  return { value: BigInt(v), type, problem, warning };
}

/** Adjacent string literals joined, with terminator. One wide part makes all of them wide. `unit`: bytes of a character. */
export function parseStrings(texts: readonly string[]): { bytes: Uint8Array; unit: 1 | 2 | 4; problem?: string; warning?: string } {
  const parts = texts.map(dissect);
  const wide = parts.some((p) => p.prefix === 'L' || p.prefix === 'u');
  const whole = parts.some((p) => p.prefix === 'U');
  let problem = whole && wide ? 'strings of 16-bit and 32-bit characters cannot be joined' : undefined;
  let warning: string | undefined;
  const all: number[] = [];
  for (const p of parts) {
    const u = units(p.body, wide || whole, whole);
    problem ??= u.problem;
    warning ??= u.warning;
    for (const v of u.values) all.push(v);
  }
  all.push(0);
  if (whole) return { bytes: new Uint8Array(Uint32Array.from(all).buffer), unit: 4, problem, warning };
  if (!wide) return { bytes: Uint8Array.from(all), unit: 1, problem, warning };
  const bytes = new Uint8Array(all.length * 2);
  all.forEach((v, i) => {
    bytes[2 * i] = v & 0xff;
    bytes[2 * i + 1] = v >> 8;
  });
  return { bytes, unit: 2, problem, warning };
}
