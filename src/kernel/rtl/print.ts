// DbgPrint and the sprintf family over the one formatting engine. Debug output is an event of the trace; what a driver prints is part of what a run is.
import type { Status } from '../../machine/abi.js';
import type { Frame, Kernel, KernelRoutine } from '../kernel.js';
import { formatText } from './format.js';

/** One DbgPrint transmits at most 512 bytes (documented limit); the rest is cut. */
const DEBUG_PRINT_LIMIT = 512;

const narrow = (k: Kernel, at: number): string => k.mem.checked.readAnsiz(at);
const wide = (k: Kernel, at: number): string => k.mem.checked.readUtf16z(at);

function debugPrint(k: Kernel, component: number, level: number, prefix: string, format: string, args: number): Status {
  const text = (prefix + formatText(k.mem.checked, format, args, false)).slice(0, DEBUG_PRINT_LIMIT);
  k.machine.charge(text.length >> 2);
  k.event('ke.output', { component, level, text });
  return k.return(0);
}

/** Writes like _vsnprintf: no terminator when the buffer is full; returns the length, or -1 when it does not fit. */
function printBounded(k: Kernel, f: Frame, isWide: boolean, buffer: number, count: number, text: string): Status {
  const fits = Math.min(text.length, Math.max(0, count));
  if (buffer !== 0) {
    const cut = text.slice(0, fits);
    if (isWide) k.mem.checked.writeUtf16(buffer, cut, text.length < count);
    else k.mem.checked.writeAnsi(buffer, cut, text.length < count);
  } else if (count !== 0) return k.return(-1);
  void f;
  k.machine.charge(text.length >> 2);
  return k.return(text.length > count && buffer !== 0 ? -1 : text.length);
}

/** sprintf_s: the buffer must be large enough, else it becomes empty and -1 is returned. */
function printSecure(k: Kernel, isWide: boolean, buffer: number, size: number, max: number, text: string): Status {
  if (buffer === 0 || size <= 0) return k.return(-1);
  const write = (t: string) => (isWide ? k.mem.checked.writeUtf16(buffer, t, true) : k.mem.checked.writeAnsi(buffer, t, true));
  const wanted = max < 0 ? text : text.slice(0, max);
  k.machine.charge(text.length >> 2);
  if (wanted.length < size) {
    write(wanted);
    return k.return(wanted.length < text.length ? -1 : wanted.length);
  }
  write(max < 0 ? wanted.slice(0, size - 1) : '');
  return k.return(-1);
}

/** Slot of `...` (address of the slot) or of a va_list parameter (its value). */
const dots = (i: number) => (f: Frame) => f.slotAddress(i);
const list = (i: number) => (f: Frame) => f.ptr(i);

function plain(name: string, isWide: boolean, args: (f: Frame) => number): KernelRoutine {
  return {
    name,
    step(k, f) {
      const text = formatText(k.mem.checked, isWide ? wide(k, f.ptr(1)) : narrow(k, f.ptr(1)), args(f), isWide);
      if (isWide) k.mem.checked.writeUtf16(f.ptr(0), text, true);
      else k.mem.checked.writeAnsi(f.ptr(0), text, true);
      k.machine.charge(text.length >> 2);
      return k.return(text.length);
    },
  };
}
const bounded = (name: string, isWide: boolean, args: (f: Frame) => number, terminate = false): KernelRoutine => ({
  name,
  step(k, f) {
    const text = formatText(k.mem.checked, isWide ? wide(k, f.ptr(2)) : narrow(k, f.ptr(2)), args(f), isWide);
    if (terminate && f.ptr(0) !== 0 && f.ptr(1) > 0 && text.length >= f.ptr(1)) {
      // C99 snprintf always terminates and returns the full length
      k.mem.checked.writeAnsi(f.ptr(0), text.slice(0, f.ptr(1) - 1), true);
      return k.return(text.length);
    }
    return printBounded(k, f, isWide, f.ptr(0), f.ptr(1), text);
  },
});
const secure = (name: string, isWide: boolean, args: (f: Frame) => number): KernelRoutine => ({
  name,
  step: (k, f) => printSecure(k, isWide, f.ptr(0), f.ptr(1), f.ptr(1), secureText(k, isWide, f.ptr(2), args(f), f.ptr(1))),
});
/** sprintf_s treats a text that does not fit as an error: make it one unit longer than allowed, so that printSecure empties the buffer. */
function secureText(k: Kernel, isWide: boolean, format: number, args: number, size: number): string {
  const text = formatText(k.mem.checked, isWide ? wide(k, format) : narrow(k, format), args, isWide);
  return text.length >= size ? text.slice(0, Math.max(0, size)) : text;
}
const secureCounted = (name: string, isWide: boolean, args: (f: Frame) => number): KernelRoutine => ({
  name,
  step: (k, f) =>
    printSecure(
      k,
      isWide,
      f.ptr(0),
      f.ptr(1),
      f.ptr(2),
      formatText(k.mem.checked, isWide ? wide(k, f.ptr(3)) : narrow(k, f.ptr(3)), args(f), isWide),
    ),
});

export const routines: KernelRoutine[] = [
  { name: 'DbgPrint', cost: 50, step: (k, f) => debugPrint(k, 101, 3, '', narrow(k, f.ptr(0)), f.slotAddress(1)) },
  { name: 'DbgPrintReturnControlC', cost: 50, step: (k, f) => debugPrint(k, 101, 3, '', narrow(k, f.ptr(0)), f.slotAddress(1)) },
  { name: 'DbgPrintEx', cost: 50, step: (k, f) => debugPrint(k, f.u32(0), f.u32(1), '', narrow(k, f.ptr(2)), f.slotAddress(3)) },
  { name: 'vDbgPrintEx', cost: 50, step: (k, f) => debugPrint(k, f.u32(0), f.u32(1), '', narrow(k, f.ptr(2)), f.ptr(3)) },
  {
    name: 'vDbgPrintExWithPrefix',
    cost: 50,
    step: (k, f) => debugPrint(k, f.u32(1), f.u32(2), narrow(k, f.ptr(0)), narrow(k, f.ptr(3)), f.ptr(4)),
  },
  plain('sprintf', false, dots(2)),
  plain('swprintf', true, dots(2)),
  plain('vsprintf', false, list(2)),
  bounded('_snprintf', false, dots(3)),
  bounded('_vsnprintf', false, list(3)),
  bounded('snprintf', false, dots(3), true),
  bounded('_snwprintf', true, dots(3)),
  bounded('_vsnwprintf', true, list(3)),
  secure('sprintf_s', false, dots(3)),
  secure('vsprintf_s', false, list(3)),
  secure('swprintf_s', true, dots(3)),
  secure('vswprintf_s', true, list(3)),
  secureCounted('_snprintf_s', false, dots(4)),
  secureCounted('_vsnprintf_s', false, list(4)),
  secureCounted('_snwprintf_s', true, dots(4)),
  secureCounted('_vsnwprintf_s', true, list(4)),
];
