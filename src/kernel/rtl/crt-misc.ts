// What is left of the kernel's CRT: numbers to text, absolute values, byte order, rotation, rand and strtok. The two that remember something between
// calls keep it in the memory manager's globals, in simulated memory like everything else.
import type { Kernel, KernelRoutine } from '../kernel.js';
import { MM_GLOBALS } from '../layouts.gen.js';
import { lengthOf, NARROW, type Unit, unitsOf, WIDE, write } from './text-unit.js';

const units = (t: string): number[] => [...t].map((c) => c.charCodeAt(0));

/** (Value, Buffer, Radix): a negative value has a sign only in base 10. */
const toText = (name: string, u: Unit, bits: 32 | 64, signed: boolean): KernelRoutine => ({
  name,
  step(k, f) {
    const radix = f.i32(2);
    const v = signed && radix === 10 ? BigInt.asIntN(bits, f.i64(0)) : BigInt.asUintN(bits, f.i64(0));
    write(k, u, f.ptr(1), radix < 2 || radix > 36 ? [] : units(v.toString(radix)), true);
    return k.return(f.ptr(1));
  },
});

const rotate = (name: string, bits: number, left: boolean): KernelRoutine => ({
  name,
  step(k, f) {
    const v = BigInt.asUintN(bits, f.u64(0));
    const n = BigInt(f.i32(1) & (bits - 1));
    const by = left ? n : BigInt(bits) - n;
    const r = BigInt.asUintN(bits, (v << by) | (v >> (BigInt(bits) - by)));
    return k.returnBig(r);
  },
});

const swap = (name: string, bytes: number): KernelRoutine => ({
  name,
  step(k, f) {
    let v = f.u64(0);
    let r = 0n;
    for (let i = 0; i < bytes; i++, v >>= 8n) r = (r << 8n) | (v & 0xffn);
    return k.returnBig(r);
  },
});

/** strtok: its place survives in memory; not thread-safe, like the original in the kernel. */
function strtok(k: Kernel, string: number, delimiters: number): number {
  const next = k.globals.MM + MM_GLOBALS.StrtokNext;
  let at = string || k.mem.ptr(next);
  const set = unitsOf(k, NARROW, delimiters);
  if (at === 0) return 0;
  while (NARROW.get(k, at) !== 0 && set.includes(NARROW.get(k, at))) at++;
  const length = lengthOf(k, NARROW, at);
  let end = 0;
  while (end < length && !set.includes(NARROW.get(k, at + end))) end++;
  if (end < length) NARROW.set(k, at + end, 0);
  k.mem.setPtr(next, end < length ? at + end + 1 : at + end);
  return end === 0 ? 0 : at;
}

export const routines: KernelRoutine[] = [
  toText('_itoa', NARROW, 32, true),
  toText('_ltoa', NARROW, 32, true),
  toText('_ultoa', NARROW, 32, false),
  toText('_i64toa', NARROW, 64, true),
  toText('_ui64toa', NARROW, 64, false),
  toText('_itow', WIDE, 32, true),
  toText('_ltow', WIDE, 32, true),
  toText('_ultow', WIDE, 32, false),
  toText('_i64tow', WIDE, 64, true),
  toText('_ui64tow', WIDE, 64, false),
  { name: 'abs', step: (k, f) => k.return(Math.abs(f.i32(0)) | 0) },
  { name: 'labs', step: (k, f) => k.return(Math.abs(f.i32(0)) | 0) },
  swap('_byteswap_ushort', 2),
  swap('_byteswap_ulong', 4),
  swap('_byteswap_uint64', 8),
  swap('RtlUshortByteSwap', 2),
  swap('RtlUlongByteSwap', 4),
  swap('RtlUlonglongByteSwap', 8),
  rotate('_rotl', 32, true),
  rotate('_rotr', 32, false),
  rotate('_rotl64', 64, true),
  rotate('_rotr64', 64, false),
  {
    // the generator of Microsoft's CRT: 15 bits, seed 1 when srand was never called
    name: 'rand',
    step(k) {
      const at = k.globals.MM + MM_GLOBALS.RandState;
      const seed = k.mem.u32(k.globals.MM + MM_GLOBALS.RandSeeded) ? k.mem.u32(at) : 1;
      const next = (Math.imul(seed, 214013) + 2531011) >>> 0;
      k.mem.setU32(at, next);
      k.mem.setU32(k.globals.MM + MM_GLOBALS.RandSeeded, 1);
      return k.return((next >>> 16) & 0x7fff);
    },
  },
  {
    name: 'srand',
    step(k, f) {
      k.mem.setU32(k.globals.MM + MM_GLOBALS.RandState, f.u32(0));
      k.mem.setU32(k.globals.MM + MM_GLOBALS.RandSeeded, 1);
      return k.returnVoid();
    },
  },
  { name: 'strtok', step: (k, f) => k.return(strtok(k, f.ptr(0), f.ptr(1))) },
];
