// Lengths of memory ranges in resource descriptors: up to 4 GiB exact, above in units of 256 bytes, 64 KiB or 4 GiB, whichever is the first that holds it.
import type { KernelRoutine } from '../kernel.js';
import { STATUS } from './status.js';

/** Shift of the 32-bit length field, by kind: plain, large 40, large 48, large 64. */
const SHIFTS = [0n, 8n, 16n, 32n];
const FIELD = 0xffffffffn;

/** Smallest encodable length that is not below; undefined when there is none. */
export function closestEncodable(length: bigint): bigint | undefined {
  for (const shift of SHIFTS) {
    if (length > FIELD << shift) continue;
    const unit = 1n << shift;
    const up = (length + unit - 1n) & ~(unit - 1n);
    if (up <= FIELD << shift) return up;
  }
  return undefined;
}

export const routines: KernelRoutine[] = [
  {
    // (SourceLength, TargetLength)
    name: 'RtlFindClosestEncodableLength',
    step(k, f) {
      const up = closestEncodable(f.u64(0));
      if (up === undefined) return k.return(STATUS.UNSUCCESSFUL);
      k.mem.checked.setU64(f.ptr(1), up);
      return k.return(STATUS.SUCCESS);
    },
  },
];
