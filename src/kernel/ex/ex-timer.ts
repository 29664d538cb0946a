// EX_TIMER: timers that the kernel allocates (reference: scheduler.md §9). A KTIMER and a KDPC of ours whose routine calls the driver's callback.
import type { Addr, Status } from '../../machine/abi.js';
import type { Frame } from '../../machine/routine.js';
import { ObjectType } from '../ke/constants.js';
import { hex } from '../ke/dispatcher.js';
import { initializeDpc, removeQueueDpc } from '../ke/dpc.js';
import { cancelTimer, initializeTimer, setTimer } from '../ke/timer.js';
import type { Kernel, KernelRoutine } from '../kernel.js';
import { EXP_TIMER } from '../layouts.gen.js';

const EX_TIMER_NOTIFICATION = 0x80000000;
const MAGIC = 0x6d695445; // 'ETim'

function timerArgument(k: Kernel, f: Frame): Addr {
  const t = f.ptr(0);
  if (k.pool.sizeOf(t) !== EXP_TIMER.sizeof || k.mem.u32(t + EXP_TIMER.Signature) !== MAGIC) {
    k.throwBugCheck(0xc7, [0, t, t, t + EXP_TIMER.sizeof], `${hex(t)} is no EX_TIMER (deleted already?)`);
  }
  return t;
}

/** (Dpc, Timer): DPC of every EX_TIMER; calls Callback(Timer, Context) and, after ExDeleteTimer, frees. */
function onExpiry(k: Kernel, f: Frame): Status {
  const t = f.ptr(1);
  if (f.pc === 0) {
    const callback = k.mem.ptr(t + EXP_TIMER.Callback);
    if (callback === 0) return k.returnVoid();
    return k.call(f, 1, callback, [t, k.mem.i64(t + EXP_TIMER.CallbackContext)]);
  }
  return k.returnVoid();
}

export const routines: KernelRoutine[] = [
  { name: 'ExpTimerDpc', step: onExpiry },
  {
    // (Callback, Context, Attributes)
    name: 'ExAllocateTimer',
    cost: 20,
    step(k, f) {
      const t = k.pool.allocate('nonpaged', EXP_TIMER.sizeof, 'ETim');
      if (t === 0) return k.return(0);
      k.mem.fill(t, EXP_TIMER.sizeof);
      initializeTimer(k, t + EXP_TIMER.Timer, f.u32(2) >= EX_TIMER_NOTIFICATION ? 0 : 1);
      initializeDpc(k, t + EXP_TIMER.Dpc, k.addressOf('ExpTimerDpc'), t, ObjectType.Dpc);
      k.mem.setPtr(t + EXP_TIMER.Callback, f.ptr(0));
      k.mem.setI64(t + EXP_TIMER.CallbackContext, f.i64(1));
      k.mem.setU32(t + EXP_TIMER.Signature, MAGIC);
      return k.return(t);
    },
  },
  {
    // (Timer, DueTime, Period in 100 ns, Parameters)
    name: 'ExSetTimer',
    step(k, f) {
      const t = timerArgument(k, f);
      const period = Number(f.i64(2) / 10_000n);
      return k.return(setTimer(k, t + EXP_TIMER.Timer, f.i64(1), f.i64(2) > 0n ? Math.max(1, period) : 0, t + EXP_TIMER.Dpc) ? 1 : 0);
    },
  },
  { name: 'ExCancelTimer', step: (k, f) => k.return(cancelTimer(k, timerArgument(k, f) + EXP_TIMER.Timer) ? 1 : 0) },
  {
    // (Timer, Cancel, Wait, Parameters)
    name: 'ExDeleteTimer',
    locals: 2,
    step(k, f) {
      if (f.pc === 0) {
        const t = timerArgument(k, f);
        f.set(0, f.bool(1) && cancelTimer(k, t + EXP_TIMER.Timer) ? 1 : 0);
        if (f.bool(1)) removeQueueDpc(k, t + EXP_TIMER.Dpc);
        if (f.bool(2) && f.bool(1)) return k.call(f, 1, 'KeFlushQueuedDpcs', []);
      }
      k.mem.setU32(f.ptr(0) + EXP_TIMER.Signature, 0);
      k.pool.free(f.ptr(0));
      return k.return(f.get(0));
    },
  },
];
