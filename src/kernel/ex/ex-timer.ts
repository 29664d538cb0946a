// EX_TIMER: timers that the kernel allocates (reference: scheduler.md §9). A KTIMER and a KDPC of ours whose routine calls the driver's callback.
import type { Addr, Status } from '../../machine/abi.js';
import type { Frame } from '../../machine/routine.js';
import { wrongIrql } from '../irql-limit.js';
import { APC_LEVEL, ObjectType } from '../ke/constants.js';
import { hex } from '../ke/dispatcher.js';
import { initializeDpc, removeQueueDpc } from '../ke/dpc.js';
import { cancelTimer, initializeTimer, setTimer } from '../ke/timer.js';
import { isHighResolution, isQueued, setHighResolution } from '../ke/timer-queue.js';
import type { Kernel, KernelRoutine } from '../kernel.js';
import { EXP_TIMER, EXT_DELETE_PARAMETERS, KDPC, KE_GLOBALS, KTIMER } from '../layouts.gen.js';

const EX_TIMER_HIGH_RESOLUTION = 4;
const EX_TIMER_NOTIFICATION = 0x80000000;
const MAGIC = 0x6d695445; // 'ETim'

function timerArgument(k: Kernel, f: Frame): Addr {
  const t = f.ptr(0);
  if (k.pool.sizeOf(t) !== EXP_TIMER.sizeof || k.mem.u32(t + EXP_TIMER.Signature) !== MAGIC) {
    k.throwBugCheck(0xc7, [0, t, t, t + EXP_TIMER.sizeof], `${hex(t)} is no EX_TIMER (deleted already?)`);
  }
  return t;
}

/** (Timer): nobody uses it any more; the delete callback, then the memory. */
function finish(k: Kernel, f: Frame): Status {
  const t = f.ptr(0);
  const callback = k.mem.ptr(t + EXP_TIMER.DeleteCallback);
  if (f.pc === 0 && callback !== 0) return k.call(f, 1, callback, [k.mem.i64(t + EXP_TIMER.DeleteContext)]);
  if (isHighResolution(k, t + EXP_TIMER.Timer)) countHighResolution(k, -1);
  k.pool.free(t);
  return k.returnVoid();
}

function countHighResolution(k: Kernel, delta: number): void {
  const at = k.globals.KE + KE_GLOBALS.HighResolutionTimers;
  k.mem.setU32(at, k.mem.u32(at) + delta);
}

const setActive = (k: Kernel, t: Addr, delta: number): number => {
  const now = k.mem.u32(t + EXP_TIMER.Active) + delta;
  k.mem.setU32(t + EXP_TIMER.Active, now);
  return now;
};

/** (Dpc, Timer): DPC of every EX_TIMER; calls Callback(Timer, Context). After ExDeleteTimer the last one frees. */
function onExpiry(k: Kernel, f: Frame): Status {
  const t = f.ptr(1);
  if (f.pc === 2) return k.returnVoid();
  if (f.pc === 0) {
    setActive(k, t, 1);
    const callback = k.mem.ptr(t + EXP_TIMER.Callback);
    if (callback !== 0) return k.call(f, 1, callback, [t, k.mem.i64(t + EXP_TIMER.CallbackContext)]);
  }
  return setActive(k, t, -1) === 0 && k.mem.u32(t + EXP_TIMER.Deleted) ? k.call(f, 2, 'ExpFinishTimer', [t]) : k.returnVoid();
}

export const routines: KernelRoutine[] = [
  { name: 'ExpTimerDpc', step: onExpiry },
  { name: 'ExpFinishTimer', step: finish },
  {
    // (Callback, Context, Attributes)
    name: 'ExAllocateTimer',
    cost: 20,
    step(k, f) {
      const t = k.pool.allocate('nonpaged', EXP_TIMER.sizeof, 'ETim');
      if (t === 0) return k.return(0);
      k.mem.fill(t, EXP_TIMER.sizeof);
      initializeTimer(k, t + EXP_TIMER.Timer, f.u32(2) >= EX_TIMER_NOTIFICATION ? 0 : 1);
      if (f.u32(2) & EX_TIMER_HIGH_RESOLUTION) {
        setHighResolution(k, t + EXP_TIMER.Timer);
        countHighResolution(k, 1);
      }
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
    // (Timer, Cancel, Wait, Parameters). Without Cancel a timer that is set is deleted after it has expired; Wait goes with Cancel only.
    name: 'ExDeleteTimer',
    locals: 1,
    step(k, f) {
      const m = k.mem;
      const t = f.ptr(0);
      if (f.pc === 0) {
        timerArgument(k, f);
        const wait = f.bool(1) && f.bool(2);
        const stop = wait && k.irql > APC_LEVEL ? wrongIrql(k, 'ExDeleteTimer', k.irql, { min: 0, max: APC_LEVEL }) : undefined;
        if (stop !== undefined) return stop;
        f.set(0, f.bool(1) && cancelTimer(k, t + EXP_TIMER.Timer) ? 1 : 0);
        if (f.bool(1)) removeQueueDpc(k, t + EXP_TIMER.Dpc);
        if (f.ptr(3) !== 0) {
          m.setI64(t + EXP_TIMER.DeleteCallback, m.checked.i64(f.ptr(3) + EXT_DELETE_PARAMETERS.DeleteCallback));
          m.setI64(t + EXP_TIMER.DeleteContext, m.checked.i64(f.ptr(3) + EXT_DELETE_PARAMETERS.DeleteContext));
        }
        m.setU32(t + EXP_TIMER.Signature, 0);
        m.setU32(t + EXP_TIMER.Timer + KTIMER.Period, 0);
        if (wait) return k.call(f, 1, 'KeFlushQueuedDpcs', []);
      }
      if (f.pc === 2) return k.return(f.get(0));
      const used = isQueued(k, t + EXP_TIMER.Timer) || m.ptr(t + EXP_TIMER.Dpc + KDPC.DpcData) !== 0 || m.u32(t + EXP_TIMER.Active) !== 0;
      if (!used) return k.call(f, 2, 'ExpFinishTimer', [t]);
      m.setU32(t + EXP_TIMER.Deleted, 1);
      return k.return(f.get(0));
    },
  },
];
