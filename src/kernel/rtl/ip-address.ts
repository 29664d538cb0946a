// Addresses of the Internet as text and back: RtlIpv4/6AddressToString and RtlIpv4/6StringToAddress (documentation of ip2string.h; text forms of RFC 4291).
import type { Addr, Status } from '../../machine/abi.js';
import type { Frame, Kernel, KernelRoutine } from '../kernel.js';
import { STATUS } from './status.js';

/** More characters than any address has. */
const MOST = 64;
const MAX_PARTS = 4;
const TWO32 = 4294967296;

const dotted = (bytes: ArrayLike<number>, at = 0): string => `${bytes[at]}.${bytes[at + 1]}.${bytes[at + 2]}.${bytes[at + 3]}`;

/** The longest run of zero words, from two on: first and number. */
function longestZeros(words: readonly number[]): readonly [number, number] {
  let best: [number, number] = [-1, 1];
  for (let i = 0; i < words.length; i++) {
    let n = 0;
    while (words[i + n] === 0) n++;
    if (n > best[1]) best = [i, n];
    i += n;
  }
  return best[0] < 0 ? [-1, 0] : best;
}

/** Text of 16 bytes; an address that carries one of IPv4 (mapped, compatible, ISATAP) ends in dotted form. */
export function ipv6Text(bytes: Uint8Array): string {
  const words = Array.from({ length: 8 }, (_, i) => bytes[2 * i] * 256 + bytes[2 * i + 1]);
  const leading = words.slice(0, 4).every((w) => w === 0);
  const carries =
    (leading && words[4] === 0 && (words[5] === 0xffff || (words[5] === 0 && words[6] !== 0))) ||
    ((words[4] & 0xfdff) === 0 && words[5] === 0x5efe);
  const shown = carries ? words.slice(0, 6) : words;
  const [from, count] = longestZeros(shown);
  const hex = (list: readonly number[]): string => list.map((w) => w.toString(16)).join(':');
  const text = count === 0 ? hex(shown) : `${hex(shown.slice(0, from))}::${hex(shown.slice(from + count))}`;
  if (!carries) return text;
  return `${text}${text.endsWith(':') ? '' : ':'}${dotted(bytes, 12)}`;
}

interface Parsed {
  /** Characters that belong to the address, or at which it went wrong. */
  readonly used: number;
  readonly bytes?: number[];
}

/** One to four numbers, the last of which fills what is left; `strict`: four decimal ones. */
export function parseIpv4(text: string, strict: boolean): Parsed {
  const parts: number[] = [];
  let at = 0;
  for (;;) {
    const m = (strict ? /^\d+/ : /^(0[xX][0-9a-fA-F]+|0[0-7]*|[1-9]\d*)/).exec(text.slice(at));
    if (!m) return { used: at };
    const digits = m[0];
    const value =
      strict || !/^0./.test(digits)
        ? Number(digits)
        : digits.startsWith('0x') || digits.startsWith('0X')
          ? Number(digits)
          : Number.parseInt(digits, 8);
    if (value >= TWO32) return { used: at };
    parts.push(value);
    at += digits.length;
    if (text[at] !== '.' || parts.length === MAX_PARTS) break;
    at++;
  }
  const last = parts[parts.length - 1];
  if ((strict && parts.length !== MAX_PARTS) || parts.slice(0, -1).some((p) => p > 255) || last >= 256 ** (5 - parts.length))
    return { used: at };
  let address = last;
  parts.slice(0, -1).forEach((p, i) => (address += p * 256 ** (3 - i)));
  return { used: at, bytes: [24, 16, 8, 0].map((s) => Math.floor(address / 2 ** s) % 256) };
}

/** Groups of hexadecimal digits, one `::`, a dotted end. */
export function parseIpv6(text: string): Parsed {
  const groups: number[] = [];
  let gap = -1;
  let at = 0;
  if (text.startsWith('::')) {
    gap = 0;
    at = 2;
  }
  while (groups.length < 8) {
    const m = /^[0-9a-fA-F]{1,4}/.exec(text.slice(at));
    if (!m) break;
    if (text[at + m[0].length] === '.') {
      const v4 = groups.length <= 6 ? parseIpv4(text.slice(at), true) : { used: 0 };
      if (!v4.bytes) return { used: at };
      groups.push(v4.bytes[0] * 256 + v4.bytes[1], v4.bytes[2] * 256 + v4.bytes[3]);
      at += v4.used;
      break;
    }
    groups.push(Number.parseInt(m[0], 16));
    at += m[0].length;
    if (text.startsWith('::', at) && gap < 0) {
      gap = groups.length;
      at += 2;
    } else if (text[at] === ':' && /^:[0-9a-fA-F]/.test(text.slice(at)) && groups.length < 8) at++;
    else break;
  }
  if (gap < 0 ? groups.length !== 8 : groups.length > 7) return { used: at };
  const whole = gap < 0 ? groups : [...groups.slice(0, gap), ...new Array<number>(8 - groups.length).fill(0), ...groups.slice(gap)];
  return { used: at, bytes: whole.flatMap((g) => [g >> 8, g & 255]) };
}

function put(k: Kernel, at: Addr, text: string, wide: boolean): Status {
  const c = k.mem.checked;
  if (wide) c.writeUtf16(at, text, true);
  else
    c.setBytes(
      at,
      Uint8Array.from(`${text}\0`, (x) => x.charCodeAt(0)),
    );
  return k.return(at + text.length * (wide ? 2 : 1));
}

/** Text at an address as far as it can be one. */
function read(k: Kernel, at: Addr, wide: boolean): string {
  let text = '';
  for (let i = 0; i < MOST; i++) {
    const code = wide ? k.mem.checked.u16(at + 2 * i) : k.mem.checked.u8(at + i);
    if (code === 0) break;
    text += String.fromCharCode(code);
  }
  return text;
}

/** Stores where the text ended and, when it is an address, its bytes. */
function answer(k: Kernel, f: Frame, p: Parsed, terminator: Addr, address: Addr, wide: boolean): Status {
  k.mem.checked.setPtr(terminator, f.ptr(0) + p.used * (wide ? 2 : 1));
  if (!p.bytes) return k.return(STATUS.INVALID_PARAMETER);
  k.mem.checked.setBytes(address, Uint8Array.from(p.bytes));
  return k.return(STATUS.SUCCESS);
}

const forms = (letter: 'A' | 'W'): KernelRoutine[] => {
  const wide = letter === 'W';
  return [
    { name: `RtlIpv4AddressToString${letter}`, cost: 15, step: (k, f) => put(k, f.ptr(1), dotted(k.mem.checked.bytes(f.ptr(0), 4)), wide) },
    {
      name: `RtlIpv6AddressToString${letter}`,
      cost: 25,
      step: (k, f) => put(k, f.ptr(1), ipv6Text(k.mem.checked.bytes(f.ptr(0), 16)), wide),
    },
    {
      // (String, Strict, *Terminator, struct in_addr *)
      name: `RtlIpv4StringToAddress${letter}`,
      cost: 25,
      step: (k, f) => answer(k, f, parseIpv4(read(k, f.ptr(0), wide), f.bool(1)), f.ptr(2), f.ptr(3), wide),
    },
    {
      // (String, *Terminator, struct in6_addr *)
      name: `RtlIpv6StringToAddress${letter}`,
      cost: 30,
      step: (k, f) => answer(k, f, parseIpv6(read(k, f.ptr(0), wide)), f.ptr(1), f.ptr(2), wide),
    },
  ];
};

export const routines: KernelRoutine[] = [...forms('A'), ...forms('W')];
