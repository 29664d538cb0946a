// RtlCrc32 and RtlCrc64: the reflected CRC-32 (polynomial 0xEDB88320) and the reflected CRC-64 with the polynomial of NVMe (U for the latter).
import type { KernelRoutine } from '../kernel.js';

export function crc32(bytes: Uint8Array, initial: number): number {
  let c = ~initial;
  for (const b of bytes) {
    c ^= b;
    for (let i = 0; i < 8; i++) c = c & 1 ? (c >>> 1) ^ 0xedb88320 : c >>> 1;
  }
  return ~c >>> 0;
}
const POLYNOMIAL64 = 0x9a6c9329ac4bc9b5n;
export function crc64(bytes: Uint8Array, initial: bigint): bigint {
  let c = BigInt.asUintN(64, ~initial);
  for (const b of bytes) {
    c ^= BigInt(b);
    for (let i = 0; i < 8; i++) c = c & 1n ? (c >> 1n) ^ POLYNOMIAL64 : c >> 1n;
  }
  return BigInt.asUintN(64, ~c);
}

const LIMIT = 0x40000000;
const bounded = (n: number): number => (n < 0 || n > LIMIT ? LIMIT : n);

export const routines: KernelRoutine[] = [
  {
    name: 'RtlCrc32',
    step(k, f) {
      const bytes = k.mem.checked.bytes(f.ptr(0), bounded(f.ptr(1)));
      k.machine.charge(bytes.length >> 3);
      return k.return(crc32(bytes, f.u32(2)) | 0);
    },
  },
  {
    name: 'RtlCrc64',
    step(k, f) {
      const bytes = k.mem.checked.bytes(f.ptr(0), bounded(f.ptr(1)));
      k.machine.charge(bytes.length >> 3);
      return k.returnBig(crc64(bytes, f.u64(2)));
    },
  },
];
