// NtSetSystemTime: the system clock is set. Interrupt time goes on as before; absolute timers and timeouts move with the clock (reference: scheduler.md §7, §9).
import { moveAbsoluteTimers } from '../ke/timer.js';
import type { KernelRoutine } from '../kernel.js';
import { KE_GLOBALS } from '../layouts.gen.js';
import { makeServices, probeUser } from '../ob/service.js';
import { NT } from '../ob/status.js';

/** Windows takes no time beyond the year 30828. */
const MAXIMUM = 0x7fff35f4f06c58f0n;

export const routines: KernelRoutine[] = makeServices([
  {
    // (NewTime, PreviousTime); no privilege is asked for (U)
    name: 'SetSystemTime',
    args: 2,
    step(k, f) {
      if (f.ptr(0) === 0) return k.return(NT.INVALID_PARAMETER);
      probeUser(k, f.ptr(0), 8, false);
      if (f.ptr(1) !== 0) probeUser(k, f.ptr(1), 8, true);
      const time = k.mem.checked.i64(f.ptr(0));
      if (time < 0n || time > MAXIMUM) return k.return(NT.INVALID_PARAMETER);
      const before = k.systemTime();
      const at = k.globals.KE + KE_GLOBALS.SystemTimeOffset;
      k.mem.setI64(at, k.mem.i64(at) + time - before);
      k.event('ke.system-time', { delta: Number(time - before) });
      moveAbsoluteTimers(k, Number(time - before));
      if (f.ptr(1) !== 0) k.mem.checked.setI64(f.ptr(1), before);
      return k.return(NT.SUCCESS);
    },
  },
]);
