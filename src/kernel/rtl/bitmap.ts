// Bit maps (RTL_BITMAP): bit n is bit n & 31 of ULONG n >> 5, stored little-endian, so it is bit n & 7 of byte n >> 3. Setting and clearing are not
// checked against the size, as on Windows: a range that reaches beyond the buffer overwrites what lies there or faults.
import type { Addr } from '../../machine/abi.js';
import type { Kernel, KernelRoutine } from '../kernel.js';
import { RTL_BITMAP, RTL_BITMAP_RUN } from '../layouts.gen.js';

const NONE = 0xffffffff;

/** A copy of the map's bits. */
class Bits {
  readonly size: number;
  private readonly bytes: Uint8Array;
  constructor(k: Kernel, map: Addr) {
    this.size = k.mem.checked.u32(map + RTL_BITMAP.SizeOfBitMap);
    this.bytes = k.mem.checked.bytes(k.mem.checked.ptr(map + RTL_BITMAP.Buffer), ((this.size + 31) >>> 5) * 4);
    k.machine.charge(this.size >>> 8);
  }
  test(i: number): boolean {
    return ((this.bytes[i >>> 3] >> (i & 7)) & 1) !== 0;
  }
  /** First index >= from whose bit is not `value`, at most `end`. */
  runEnd(from: number, value: boolean, end = this.size): number {
    const full = value ? 0xff : 0;
    let i = from;
    while (i < end) {
      if ((i & 7) === 0 && i + 8 <= end && this.bytes[i >>> 3] === full) i += 8;
      else if (this.test(i) === value) i++;
      else break;
    }
    return i;
  }
  /** Start of the first run of at least `count` bits of `value` that begins in [from, to) and ends within the map; -1: none. */
  find(from: number, to: number, count: number, value: boolean): number {
    for (let start = this.runEnd(from, !value); start < to; ) {
      const end = this.runEnd(start, value);
      if (end - start >= count) return start;
      start = this.runEnd(end, !value);
    }
    return -1;
  }
  count(from: number, length: number): number {
    let n = 0;
    for (let i = from; i < from + length && i < this.size; i++) if (this.test(i)) n++;
    return n;
  }
}

/** Sets or clears [start, start + count). */
function write(k: Kernel, map: Addr, start: number, count: number, value: boolean): void {
  if (count === 0) return;
  const buffer = k.mem.checked.ptr(map + RTL_BITMAP.Buffer);
  const first = start >>> 3;
  const last = Math.floor((start + count - 1) / 8);
  const bytes = k.mem.checked.bytes(buffer + first, last - first + 1);
  for (let i = start; i < start + count; i++) {
    const b = Math.floor(i / 8) - first;
    if (value) bytes[b] |= 1 << (i & 7);
    else bytes[b] &= ~(1 << (i & 7));
  }
  k.mem.checked.setBytes(buffer + first, bytes);
  k.machine.charge(count >>> 8);
}

/** RtlFindClearBits and relatives: from the hint to the end, then from the start. */
function findFrom(k: Kernel, map: Addr, count: number, hint: number, value: boolean): number {
  const bits = new Bits(k, map);
  const from = hint < bits.size ? hint : 0;
  if (count === 0) return from & ~7;
  const at = bits.find(from, bits.size, count, value);
  if (at >= 0) return at;
  const wrapped = from > 0 ? bits.find(0, from, count, value) : -1;
  return wrapped < 0 ? NONE : wrapped;
}

interface Run {
  start: number;
  length: number;
}

function clearRuns(bits: Bits, limit: number, longest: boolean): Run[] {
  const runs: Run[] = [];
  for (let start = bits.runEnd(0, true); start < bits.size; ) {
    const end = bits.runEnd(start, false);
    runs.push({ start, length: end - start });
    if (!longest && runs.length === limit) break;
    start = bits.runEnd(end, true);
  }
  if (longest) runs.sort((a, b) => b.length - a.length || a.start - b.start);
  return runs.slice(0, limit);
}

const find = (name: string, value: boolean, change: boolean): KernelRoutine => ({
  name,
  step(k, f) {
    const at = findFrom(k, f.ptr(0), f.u32(1), f.u32(2), value);
    if (change && at !== NONE) write(k, f.ptr(0), at, f.u32(1), !value);
    return k.return(at | 0);
  },
});
const are = (name: string, value: boolean): KernelRoutine => ({
  name,
  step(k, f) {
    const bits = new Bits(k, f.ptr(0));
    const end = f.u32(1) + f.u32(2);
    return k.return(f.u32(2) !== 0 && end <= bits.size && bits.runEnd(f.u32(1), value, end) === end ? 1 : 0);
  },
});
/** (Map, FromIndex, StartingIndex): length of a run of clear bits, 0 when there is none. */
const run = (name: string, search: (bits: Bits, from: number) => Run): KernelRoutine => ({
  name,
  step(k, f) {
    const one = name === 'RtlFindFirstRunClear' || name === 'RtlFindLongestRunClear';
    const r = search(new Bits(k, f.ptr(0)), one ? 0 : f.u32(1));
    k.mem.checked.setU32(f.ptr(one ? 1 : 2), r.start);
    return k.return(r.length);
  },
});
const forward = (bits: Bits, from: number): Run => {
  const start = Math.min(bits.runEnd(from, true), bits.size);
  return { start, length: bits.runEnd(start, false) - start };
};
const backward = (bits: Bits, from: number): Run => {
  let end = Math.min(from, bits.size - 1);
  while (end >= 0 && bits.test(end)) end--;
  let start = end;
  while (start > 0 && !bits.test(start - 1)) start--;
  return end < 0 ? { start: 0, length: 0 } : { start, length: end - start + 1 };
};

const setOrClear = (name: string, value: boolean, many: boolean): KernelRoutine => ({
  name,
  step(k, f) {
    write(k, f.ptr(0), f.u32(1), many ? f.u32(2) : 1, value);
    return k.returnVoid();
  },
});
const all = (name: string, value: boolean): KernelRoutine => ({
  name,
  step(k, f) {
    const size = k.mem.checked.u32(f.ptr(0) + RTL_BITMAP.SizeOfBitMap);
    k.mem.checked.fill(k.mem.checked.ptr(f.ptr(0) + RTL_BITMAP.Buffer), ((size + 31) >>> 5) * 4, value ? 0xff : 0);
    return k.returnVoid();
  },
});

/** Index of a bit of a 64-bit value, -1 when it is zero. */
const bitIndex = (v: bigint, most: boolean): number => {
  const text = v.toString(2);
  if (v === 0n) return -1;
  return most ? text.length - 1 : text.length - 1 - text.lastIndexOf('1');
};

export const routines: KernelRoutine[] = [
  {
    name: 'RtlInitializeBitMap',
    step(k, f) {
      k.mem.checked.setU32(f.ptr(0) + RTL_BITMAP.SizeOfBitMap, f.u32(2));
      k.mem.checked.setPtr(f.ptr(0) + RTL_BITMAP.Buffer, f.ptr(1));
      return k.returnVoid();
    },
  },
  setOrClear('RtlSetBit', true, false),
  setOrClear('RtlClearBit', false, false),
  setOrClear('RtlSetBits', true, true),
  setOrClear('RtlClearBits', false, true),
  all('RtlSetAllBits', true),
  all('RtlClearAllBits', false),
  {
    name: 'RtlTestBit',
    step: (k, f) => k.return((k.mem.checked.u8(k.mem.checked.ptr(f.ptr(0) + RTL_BITMAP.Buffer) + (f.u32(1) >>> 3)) >> (f.u32(1) & 7)) & 1),
  },
  find('RtlFindClearBits', false, false),
  find('RtlFindClearBitsAndSet', false, true),
  find('RtlFindSetBits', true, false),
  find('RtlFindSetBitsAndClear', true, true),
  are('RtlAreBitsClear', false),
  are('RtlAreBitsSet', true),
  run('RtlFindNextForwardRunClear', forward),
  run('RtlFindFirstRunClear', forward),
  run('RtlFindLastBackwardRunClear', backward),
  run('RtlFindLongestRunClear', (bits) => clearRuns(bits, 1, true)[0] ?? { start: 0, length: 0 }),
  {
    // (Map, RunArray, SizeOfRunArray, LocateLongestRuns)
    name: 'RtlFindClearRuns',
    step(k, f) {
      const runs = clearRuns(new Bits(k, f.ptr(0)), f.u32(2), f.bool(3));
      runs.forEach((r, i) => {
        k.mem.checked.setU32(f.ptr(1) + i * RTL_BITMAP_RUN.sizeof + RTL_BITMAP_RUN.StartingIndex, r.start);
        k.mem.checked.setU32(f.ptr(1) + i * RTL_BITMAP_RUN.sizeof + RTL_BITMAP_RUN.NumberOfBits, r.length);
      });
      return k.return(runs.length);
    },
  },
  {
    name: 'RtlNumberOfSetBits',
    step(k, f) {
      const bits = new Bits(k, f.ptr(0));
      return k.return(bits.count(0, bits.size));
    },
  },
  {
    name: 'RtlNumberOfClearBits',
    step(k, f) {
      const bits = new Bits(k, f.ptr(0));
      return k.return(bits.size - bits.count(0, bits.size));
    },
  },
  { name: 'RtlNumberOfSetBitsInRange', step: (k, f) => k.return(new Bits(k, f.ptr(0)).count(f.u32(1), f.u32(2))) },
  { name: 'RtlNumberOfClearBitsInRange', step: (k, f) => k.return(f.u32(2) - new Bits(k, f.ptr(0)).count(f.u32(1), f.u32(2))) },
  { name: 'RtlNumberOfSetBitsUlongPtr', step: (k, f) => k.return(f.u64(0).toString(2).replaceAll('0', '').length) },
  { name: 'RtlFindMostSignificantBit', step: (k, f) => k.return(bitIndex(f.u64(0), true)) },
  { name: 'RtlFindLeastSignificantBit', step: (k, f) => k.return(bitIndex(f.u64(0), false)) },
  {
    // (Source, Destination, TargetBit): the source's bits, as many as fit behind TargetBit
    name: 'RtlCopyBitMap',
    step(k, f) {
      const source = new Bits(k, f.ptr(0));
      const room = k.mem.checked.u32(f.ptr(1) + RTL_BITMAP.SizeOfBitMap) - f.u32(2);
      for (let i = 0; i < source.size && i < room; i++) write(k, f.ptr(1), f.u32(2) + i, 1, source.test(i));
      return k.returnVoid();
    },
  },
  {
    // (Source, Destination, TargetBit, NumberOfBits): bits from TargetBit of the source to the start of the destination
    name: 'RtlExtractBitMap',
    step(k, f) {
      const source = new Bits(k, f.ptr(0));
      const room = k.mem.checked.u32(f.ptr(1) + RTL_BITMAP.SizeOfBitMap);
      for (let i = 0; i < f.u32(3) && i < room && f.u32(2) + i < source.size; i++) write(k, f.ptr(1), i, 1, source.test(f.u32(2) + i));
      return k.returnVoid();
    },
  },
];
