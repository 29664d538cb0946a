// Conversions of plain buffers between UTF-16 and the 8-bit code page (the ...N routines), and their size questions. The simulated machine has one
// code page, Latin-1, for ANSI and OEM alike: one byte a character, so every size is known from the length.
import type { KernelRoutine } from '../kernel.js';
import { STATUS } from './status.js';
import { upcase } from './text-unit.js';

/** (UnicodeString, MaxBytesInUnicodeString, BytesInUnicodeString, 8-bit string, its bytes): as much as fits. */
const toUnicode = (name: string): KernelRoutine => ({
  name,
  step(k, f) {
    const n = Math.min(f.u32(1) >>> 1, f.u32(4));
    if (n) k.mem.checked.writeUtf16(f.ptr(0), k.mem.checked.readAnsi(f.ptr(3), n));
    if (f.ptr(2) !== 0) k.mem.checked.setU32(f.ptr(2), n * 2);
    k.machine.charge(n >> 3);
    return k.return(STATUS.SUCCESS);
  },
});

/** (8-bit string, its maximum, BytesInString, UnicodeString, BytesInUnicodeString): as much as fits; what the code page lacks becomes '?'. */
const fromUnicode = (name: string, change?: (c: number) => number): KernelRoutine => ({
  name,
  step(k, f) {
    const n = Math.min(f.u32(1), f.u32(4) >>> 1);
    const source = n ? k.mem.checked.readUtf16(f.ptr(3), n * 2) : '';
    let out = '';
    for (let i = 0; i < n; i++) {
      const c = change ? change(source.charCodeAt(i)) : source.charCodeAt(i);
      out += c > 255 ? '?' : String.fromCharCode(c);
    }
    if (n) k.mem.checked.writeAnsi(f.ptr(0), out);
    if (f.ptr(2) !== 0) k.mem.checked.setU32(f.ptr(2), n);
    k.machine.charge(n >> 3);
    return k.return(STATUS.SUCCESS);
  },
});

export const routines: KernelRoutine[] = [
  toUnicode('RtlMultiByteToUnicodeN'),
  toUnicode('RtlOemToUnicodeN'),
  fromUnicode('RtlUnicodeToMultiByteN'),
  fromUnicode('RtlUnicodeToOemN'),
  fromUnicode('RtlUpcaseUnicodeToMultiByteN', upcase),
  fromUnicode('RtlUpcaseUnicodeToOemN', upcase),
  {
    name: 'RtlMultiByteToUnicodeSize',
    step(k, f) {
      k.mem.checked.setU32(f.ptr(0), f.u32(2) * 2);
      return k.return(STATUS.SUCCESS);
    },
  },
  {
    name: 'RtlUnicodeToMultiByteSize',
    step(k, f) {
      k.mem.checked.setU32(f.ptr(0), f.u32(2) >>> 1);
      return k.return(STATUS.SUCCESS);
    },
  },
  { name: 'RtlIsValidOemCharacter', step: (k, f) => k.return(k.mem.checked.u16(f.ptr(0)) <= 255 ? 1 : 0) },
];
