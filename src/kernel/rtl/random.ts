// RtlRandom and RtlRandomEx: a linear congruential generator modulo 2^31 - 1 whose state is the caller's seed, so a run that seeds with a fixed number
// is repeatable. Windows additionally shuffles through a hidden table (U): the numbers differ from a real machine's, their range does not.
import type { KernelRoutine } from '../kernel.js';

const MODULUS = 0x7fffffffn;
const uniform = (seed: number): number => Number((BigInt(seed >>> 0) * 0x7fffffedn + 0x7fffffc3n) % MODULUS);

const random = (name: string): KernelRoutine => ({
  name,
  step(k, f) {
    const next = uniform(k.mem.checked.u32(f.ptr(0)));
    k.mem.checked.setU32(f.ptr(0), next);
    return k.return(next);
  },
});

export const routines: KernelRoutine[] = [random('RtlRandom'), random('RtlRandomEx'), random('RtlUniform')];
