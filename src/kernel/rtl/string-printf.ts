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

/** (To, Size, End, Remaining, Flags, Format, ...). `bytes`: sizes count bytes. */
function printEx(k: Kernel, f: Frame, wide: boolean, bytes: boolean): Status {
  const unit = wide ? 2 : 1;
  const divisor = bytes ? unit : 1;
  const to = f.ptr(0);
  const size = Math.floor(f.ptr(1) / divisor);
  const flags = f.u32(4);
  const formatAt = f.ptr(5);
  const nothing = to === 0 && size === 0 && (flags & IGNORE_NULLS) !== 0;
  if (!nothing && (size <= 0 || size > MAX_CHARACTERS)) return k.return(STATUS.INVALID_PARAMETER);
  // a NULL format faults when it is read, unless the flag says that NULL is an empty string
  const text = formatAt === 0 && flags & IGNORE_NULLS ? '' : format(k, formatAt, f.slotAddress(6), wide);
  if (nothing) return k.return(text === '' ? STATUS.SUCCESS : STATUS.INVALID_PARAMETER);
  const fits = text.length < size;
  const fill = (from: number): void => k.mem.checked.fill(to + from * unit, (size - from) * unit, flags & 0xff);
  let kept = text.slice(0, size - 1);
  if (!fits && flags & (NO_TRUNCATION | FILL_ON_FAILURE | NULL_ON_FAILURE)) {
    kept = '';
    if (flags & FILL_ON_FAILURE) fill(0);
    if (flags & FILL_ON_FAILURE && (flags & 0xff) !== 0 && (flags & (NULL_ON_FAILURE | NO_TRUNCATION)) === 0)
      put(k, to + (size - 1) * unit, '', wide, true);
    else put(k, to, '', wide, true);
  } else {
    put(k, to, kept, wide, true);
    if (fits && flags & FILL_BEHIND_NULL && kept.length + 1 < size) fill(kept.length + 1);
  }
  if (f.ptr(2) !== 0) k.mem.checked.setPtr(f.ptr(2), to + kept.length * unit);
  if (f.ptr(3) !== 0) k.mem.checked.setPtr(f.ptr(3), (size - kept.length) * divisor);
  return k.return(fits ? STATUS.SUCCESS : STATUS.BUFFER_OVERFLOW);
}

/** Prints to a UNICODE_STRING; its text is not terminated. */
function printCounted(k: Kernel, destination: Addr, formatAt: Addr, args: Addr): { status: number; left: number } {
  const d = counted(k, destination);
  if (d.length > d.maximum || (d.length | d.maximum) & 1 || (d.buffer === 0 && d.maximum !== 0))
    return { status: STATUS.INVALID_PARAMETER, left: 0 };
  const room = d.maximum >> 1;
  const text = formatAt === 0 ? '' : format(k, formatAt, args, true);
  const kept = text.slice(0, room);
  if (kept !== '') put(k, d.buffer, kept, true, false);
  k.mem.checked.setU16(destination, kept.length * 2);
  return { status: text.length > room ? STATUS.BUFFER_OVERFLOW : STATUS.SUCCESS, left: room - kept.length };
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
    { name: `RtlStringCchPrintfEx${suffix}`, step: (k, f) => printEx(k, f, wide, false) },
    { name: `RtlStringCbPrintfEx${suffix}`, step: (k, f) => printEx(k, f, wide, true) },
  ];
};

export const routines: KernelRoutine[] = [
  ...family('A', false),
  ...family('W', true),
  { name: 'RtlUnicodeStringPrintf', step: (k, f) => k.return(printCounted(k, f.ptr(0), f.ptr(1), f.slotAddress(2)).status) },
  { name: 'RtlUnicodeStringVPrintf', step: (k, f) => k.return(printCounted(k, f.ptr(0), f.ptr(1), f.ptr(2)).status) },
  {
    name: 'RtlUnicodeStringPrintfEx',
    step(k, f) {
      const r = printCounted(k, f.ptr(0), f.ptr(3), f.slotAddress(4));
      if (f.ptr(1) !== 0) {
        const d = counted(k, f.ptr(0));
        setCounted(k, f.ptr(1), 0, r.left * 2, d.buffer + d.length);
      }
      return k.return(r.status);
    },
  },
];
