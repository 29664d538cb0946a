// Random bytes for drivers (BCryptGenRandom, ExUuidCreate): from the seed of the machine, so that runs repeat.
import { xorshift32 } from '../../base/prng.js';
import type { Kernel } from '../kernel.js';
import { KE_GLOBALS } from '../layouts.gen.js';

export function randomBytes(k: Kernel, count: number): Uint8Array {
  const seed = k.globals.KE + KE_GLOBALS.RandomSeed;
  const bytes = new Uint8Array(count);
  let x = k.mem.u32(seed);
  for (let i = 0; i < count; i++) {
    if (i % 4 === 0) x = xorshift32(x);
    bytes[i] = x >>> (8 * (i % 4));
  }
  k.mem.setU32(seed, x);
  return bytes;
}
