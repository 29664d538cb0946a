// ExUuidCreate: a random UUID (version 4 of RFC 9562) from the machine's seed. Windows makes time-based ones while it knows a network address (U).
import { xorshift32 } from '../../base/prng.js';
import type { KernelRoutine } from '../kernel.js';
import { KE_GLOBALS } from '../layouts.gen.js';
import { NT } from '../ob/status.js';

export const routines: KernelRoutine[] = [
  {
    // (UUID *)
    name: 'ExUuidCreate',
    cost: 20,
    step(k, f) {
      const seed = k.globals.KE + KE_GLOBALS.RandomSeed;
      let x = k.mem.u32(seed);
      for (let i = 0; i < 4; i++) {
        x = xorshift32(x);
        k.mem.checked.setU32(f.ptr(0) + 4 * i, x);
      }
      k.mem.setU32(seed, x);
      k.mem.checked.setU8(f.ptr(0) + 7, (k.mem.checked.u8(f.ptr(0) + 7) & 0xf) | 0x40);
      k.mem.checked.setU8(f.ptr(0) + 8, (k.mem.checked.u8(f.ptr(0) + 8) & 0x3f) | 0x80);
      return k.return(NT.SUCCESS);
    },
  },
];
