// The printf part of the safe-string family (ntstrsafe.h; copying and concatenation are inline C there). Truncation leaves a terminated string and
// answers STATUS_BUFFER_OVERFLOW; a size of 0 or beyond the limit is STATUS_INVALID_PARAMETER and touches nothing.
import type { Addr, Status } from '../../machine/abi.js';
import type { Frame, Kernel, KernelRoutine } from '../kernel.js';
import { counted, setCounted } from './counted-string.js';
import { formatText } from './format.js';
import { STATUS } from './status.js';

const MAX_CHARACTERS = 0x7fffffff;
const FILL_BEHIND_NULL = 0x200;
const IGNORE_NULLS = 0x100;
const FILL_ON_FAILURE = 0x400;
const NULL_ON_FAILURE = 0x800;
const NO_TRUNCATION = 0x1000;
const VALID_FLAGS = 0xff | FILL_BEHIND_NULL | IGNORE_NULLS | FILL_ON_FAILURE | NULL_ON_FAILURE | NO_TRUNCATION;

const format = (k: Kernel, at: Addr, args: Addr, wide: boolean): string => {
  const text = formatText(k.mem.checked, wide ? k.mem.checked.readUtf16z(at) : k.mem.checked.readAnsiz(at), args, wide);
  k.machine.charge(text.length >> 2);
  return text;
};
const put = (k: Kernel, at: Addr, text: string, wide: boolean, terminate: boolean): void => {
  if (wide) k.mem.checked.writeUtf16(at, text, terminate);
  else k.mem.checked.writeAnsi(at, text, terminate);
};

/** (To, Size, Format, arguments). */
function print(k: Kernel, to: Addr, size: number, formatAt: Addr, args: Addr, wide: boolean): Status {
  if (size <= 0 || size > MAX_CHARACTERS) return k.return(STATUS.INVALID_PARAMETER);
  const text = format(k, formatAt, args, wide);
  put(k, to, text.slice(0, size - 1), wide, true);
  return k.return(text.length < size ? STATUS.SUCCESS : STATUS.BUFFER_OVERFLOW);
}

/** (To, Size, End, Remaining, Flags, Format) and the address of the arguments. `bytes`: sizes count bytes. */
function printEx(k: Kernel, f: Frame, args: Addr, wide: boolean, bytes: boolean): Status {
  const unit = wide ? 2 : 1;
  const divisor = bytes ? unit : 1;
  const to = f.ptr(0);
  const given = f.ptr(1);
  const size = Math.floor(given / divisor);
  const odd = given - size * divisor;
  const flags = f.u32(4);
  const formatAt = f.ptr(5);
  const ignore = (flags & IGNORE_NULLS) !== 0;
  const badSize = size < 0 || size > MAX_CHARACTERS || (ignore ? to === 0 && size !== 0 : size === 0);
  if (flags & ~VALID_FLAGS || badSize) return k.return(STATUS.INVALID_PARAMETER);
  // a NULL format faults when it is read, unless the flag says that NULL is an empty string
  const text = formatAt === 0 && ignore ? '' : format(k, formatAt, args, wide);
  if (size === 0) {
    if (text !== '') return k.return(to === 0 ? STATUS.INVALID_PARAMETER : STATUS.BUFFER_OVERFLOW);
    return finish(k, f, to, odd, STATUS.SUCCESS);
  }
  const fits = text.length < size;
  const fill = (from: number): void => {
    const n = (size - from) * unit + odd;
    if (n > 0) k.mem.checked.fill(to + from * unit, n, flags & 0xff);
  };
  let end = Math.min(text.length, size - 1);
  put(k, to, text.slice(0, end), wide, true);
  if (fits && flags & FILL_BEHIND_NULL && end + 1 < size) fill(end + 1);
  if (!fits) {
    if (flags & NO_TRUNCATION) end = 0;
    if (flags & FILL_ON_FAILURE) {
      fill(0);
      end = (flags & 0xff) === 0 ? 0 : size - 1;
    }
    if (flags & NULL_ON_FAILURE) end = 0;
    if (flags & (NO_TRUNCATION | FILL_ON_FAILURE | NULL_ON_FAILURE)) put(k, to + end * unit, '', wide, true);
  }
  return finish(k, f, to + end * unit, (size - end) * divisor + odd, fits ? STATUS.SUCCESS : STATUS.BUFFER_OVERFLOW);
}

/** Stores where the text ends and how much is left. */
function finish(k: Kernel, f: Frame, end: Addr, remaining: number, status: number): Status {
  if (f.ptr(2) !== 0) k.mem.checked.setPtr(f.ptr(2), end);
  if (f.ptr(3) !== 0) k.mem.checked.setPtr(f.ptr(3), remaining);
  return k.return(status);
}

/** Prints to a UNICODE_STRING; its text is not terminated. `remaining`: where the rest of the buffer goes, 0 for nowhere. */
function printCounted(k: Kernel, destination: Addr, remaining: Addr, flags: number, formatAt: Addr, args: Addr): number {
  const ignore = (flags & IGNORE_NULLS) !== 0;
  if (flags & ~VALID_FLAGS || (destination === 0 && !ignore)) return STATUS.INVALID_PARAMETER;
  const text = formatAt === 0 && ignore ? '' : format(k, formatAt, args, true);
  if (destination === 0) return text === '' ? STATUS.SUCCESS : STATUS.INVALID_PARAMETER;
  const d = counted(k, destination);
  if (d.length > d.maximum || (d.length | d.maximum) & 1 || (d.buffer === 0 && d.maximum !== 0)) return STATUS.INVALID_PARAMETER;
  const room = d.maximum >> 1;
  const fits = text.length <= room;
  const fill = (from: number): void => {
    if (from < room) k.mem.checked.fill(d.buffer + 2 * from, 2 * (room - from), flags & 0xff);
  };
  let end = Math.min(text.length, room);
  if (end > 0) put(k, d.buffer, text.slice(0, end), true, false);
  if (fits && flags & FILL_BEHIND_NULL) fill(end);
  if (!fits) {
    if (flags & NO_TRUNCATION) end = 0;
    if (flags & FILL_ON_FAILURE) {
      fill(0);
      end = (flags & 0xff) === 0 ? 0 : room;
    }
    if (flags & NULL_ON_FAILURE) end = 0;
  }
  k.mem.checked.setU16(destination, end * 2);
  if (remaining !== 0) setCounted(k, remaining, 0, 2 * (room - end), d.buffer + 2 * end);
  return fits ? STATUS.SUCCESS : STATUS.BUFFER_OVERFLOW;
}

const family = (suffix: 'A' | 'W', wide: boolean): KernelRoutine[] => {
  const unit = wide ? 2 : 1;
  const one = (name: string, divisor: number, args: (f: Frame) => Addr): KernelRoutine => ({
    name: name + suffix,
    step: (k, f) => print(k, f.ptr(0), Math.floor(f.ptr(1) / divisor), f.ptr(2), args(f), wide),
  });
  return [
    one('RtlStringCchPrintf', 1, (f) => f.slotAddress(3)),
    one('RtlStringCbPrintf', unit, (f) => f.slotAddress(3)),
    one('RtlStringCchVPrintf', 1, (f) => f.ptr(3)),
    one('RtlStringCbVPrintf', unit, (f) => f.ptr(3)),
    { name: `RtlStringCchPrintfEx${suffix}`, step: (k, f) => printEx(k, f, f.slotAddress(6), wide, false) },
    { name: `RtlStringCbPrintfEx${suffix}`, step: (k, f) => printEx(k, f, f.slotAddress(6), wide, true) },
    { name: `RtlStringCchVPrintfEx${suffix}`, step: (k, f) => printEx(k, f, f.ptr(6), wide, false) },
    { name: `RtlStringCbVPrintfEx${suffix}`, step: (k, f) => printEx(k, f, f.ptr(6), wide, true) },
  ];
};

export const routines: KernelRoutine[] = [
  ...family('A', false),
  ...family('W', true),
  { name: 'RtlUnicodeStringPrintf', step: (k, f) => k.return(printCounted(k, f.ptr(0), 0, 0, f.ptr(1), f.slotAddress(2))) },
  { name: 'RtlUnicodeStringVPrintf', step: (k, f) => k.return(printCounted(k, f.ptr(0), 0, 0, f.ptr(1), f.ptr(2))) },
  {
    // (Destination, Remaining, Flags, Format, ...)
    name: 'RtlUnicodeStringPrintfEx',
    step: (k, f) => k.return(printCounted(k, f.ptr(0), f.ptr(1), f.u32(2), f.ptr(3), f.slotAddress(4))),
  },
  {
    name: 'RtlUnicodeStringVPrintfEx',
    step: (k, f) => k.return(printCounted(k, f.ptr(0), f.ptr(1), f.u32(2), f.ptr(3), f.ptr(4))),
  },
];
