// memcpy and its family. Both ranges are checked before anything is written, and the cost grows with the size.
import type { Addr } from '../../machine/abi.js';
import type { Frame, Kernel, KernelRoutine } from '../kernel.js';

/** Steps charged for `n` bytes: 64 bytes a step, about what a copy loop does per 100 ns. */
const cost = (n: number): number => n >> 6;
/** Sizes beyond the simulated memory are a negative number in disguise: the access faults at the start. */
const bounded = (n: number): number => (n < 0 || n > 0x40000000 ? 0x40000000 : n);

const copy = (name: string): KernelRoutine => ({
  name,
  step(k, f) {
    const n = bounded(f.ptr(2));
    if (n > 0) {
      const source = k.mem.checked.bytes(f.ptr(1), n);
      k.mem.checked.setBytes(f.ptr(0), source);
      k.machine.charge(cost(n));
    }
    return k.return(f.ptr(0));
  },
});

const fill = (name: string, size: number, value: number): KernelRoutine => ({
  name,
  step(k, f) {
    const n = bounded(f.ptr(size));
    if (n > 0) {
      k.mem.checked.fill(f.ptr(0), n, value < 0 ? 0 : f.u8(value));
      k.machine.charge(cost(n));
    }
    return k.return(f.ptr(0));
  },
});

/** (Destination, Length, Pattern): whole patterns of `size` bytes only. */
const fillPattern = (name: string, size: number, put: (k: Kernel, f: Frame, at: Addr) => void): KernelRoutine => ({
  name,
  step(k, f) {
    const n = bounded(f.ptr(1)) & -size;
    for (let i = 0; i < n; i += size) put(k, f, f.ptr(0) + i);
    k.machine.charge(cost(n));
    return k.returnVoid();
  },
});

export const routines: KernelRoutine[] = [
  copy('memcpy'),
  copy('memmove'),
  copy('RtlMoveMemory'),
  copy('RtlCopyMemory'),
  copy('RtlCopyMemoryNonTemporal'),
  copy('RtlCopyBytes'),
  fill('memset', 2, 1),
  fill('RtlFillMemory', 1, 2),
  fill('RtlZeroMemory', 1, -1),
  fill('RtlSecureZeroMemory', 1, -1),
  fill('RtlZeroBytes', 1, -1),
  fill('RtlFillMemoryNonTemporal', 1, 2),
  fillPattern('RtlFillMemoryUlong', 4, (k, f, at) => k.mem.checked.setU32(at, f.u32(2))),
  fillPattern('RtlFillMemoryUlonglong', 8, (k, f, at) => k.mem.checked.setU64(at, f.u64(2))),
  {
    name: 'RtlIsZeroMemory',
    step(k, f) {
      const n = bounded(f.ptr(1));
      k.machine.charge(cost(n));
      return k.return(n === 0 || k.mem.checked.bytes(f.ptr(0), n).every((b) => b === 0) ? 1 : 0);
    },
  },
  // a hint to the cache: the address is not even checked
  { name: 'RtlPrefetchMemoryNonTemporal', step: (k) => k.returnVoid() },
  {
    name: 'memcmp',
    step(k, f) {
      const n = bounded(f.ptr(2));
      if (n === 0) return k.return(0);
      const a = k.mem.checked.bytes(f.ptr(0), n);
      const b = k.mem.checked.bytes(f.ptr(1), n);
      k.machine.charge(cost(n));
      for (let i = 0; i < n; i++) if (a[i] !== b[i]) return k.return(a[i] < b[i] ? -1 : 1);
      return k.return(0);
    },
  },
  {
    // number of equal bytes from the start
    name: 'RtlCompareMemory',
    step(k, f) {
      const n = bounded(f.ptr(2));
      if (n === 0) return k.return(0);
      const a = k.mem.checked.bytes(f.ptr(0), n);
      const b = k.mem.checked.bytes(f.ptr(1), n);
      k.machine.charge(cost(n));
      let i = 0;
      while (i < n && a[i] === b[i]) i++;
      return k.return(i);
    },
  },
  {
    name: 'RtlCompareMemoryUlong',
    step(k, f) {
      const n = bounded(f.ptr(1)) & ~3;
      let i = 0;
      while (i < n && k.mem.checked.u32(f.ptr(0) + i) === f.u32(2)) i += 4;
      return k.return(i);
    },
  },
  {
    name: 'memchr',
    step(k, f) {
      const n = bounded(f.ptr(2));
      for (let i = 0; i < n; i++) if (k.mem.checked.u8(f.ptr(0) + i) === f.u8(1)) return k.return(f.ptr(0) + i);
      return k.return(0);
    },
  },
  ...['memcpy_s', 'memmove_s'].map(
    (name): KernelRoutine => ({
      name,
      step(k, f) {
        const size = f.ptr(1);
        const n = f.ptr(3);
        if (n === 0) return k.return(0);
        if (f.ptr(0) === 0) return k.return(22); // EINVAL
        if (f.ptr(2) === 0 || n < 0 || n > size) {
          k.mem.checked.fill(f.ptr(0), bounded(size), 0);
          return k.return(f.ptr(2) === 0 ? 22 : 34); // ERANGE
        }
        k.mem.checked.setBytes(f.ptr(0), k.mem.checked.bytes(f.ptr(2), n));
        k.machine.charge(cost(n));
        return k.return(0);
      },
    }),
  ),
];
