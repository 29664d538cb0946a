// ExUuidCreate: a random UUID (version 4 of RFC 9562) from the machine's seed. Windows makes time-based ones while it knows a network address (U).
import { randomBytes } from '../ke/random.js';
import type { KernelRoutine } from '../kernel.js';
import { NT } from '../ob/status.js';

export const routines: KernelRoutine[] = [
  {
    // (UUID *)
    name: 'ExUuidCreate',
    cost: 20,
    step(k, f) {
      const bytes = randomBytes(k, 16);
      bytes[7] = (bytes[7] & 0xf) | 0x40;
      bytes[8] = (bytes[8] & 0x3f) | 0x80;
      k.mem.checked.setBytes(f.ptr(0), bytes);
      return k.return(NT.SUCCESS);
    },
  },
];
