import { Reason } from '../../machine/abi.js';
import type { Frame } from '../../machine/routine.js';
import type { Kernel, KernelRoutine } from '../kernel.js';
import { KTHREAD } from '../layouts.gen.js';
import { HIGH_PRIORITY, STATUS } from './constants.js';
import { setBaseIncrement, setThreadPriority } from './priority.js';
import { yieldThread } from './switch.js';

function yieldStep(k: Kernel, f: Frame) {
  if (f.pc === 1) return k.return(STATUS.SUCCESS);
  f.pc = 1;
  return yieldThread(k, f.fp) ? k.stop(Reason.Dispatch) : k.return(STATUS.NO_YIELD_PERFORMED);
}

const STATUS_ASSERTION_FAILURE = 0xc0000420;

const currentThread: KernelRoutine['step'] = (k, _f) => k.return(k.currentThread());

export const routines: KernelRoutine[] = [
  { name: 'KeGetCurrentThread', cost: 1, step: currentThread },
  {
    // A priority that does not exist fails the assertion of a checked kernel (U: a free one would write beyond its ready lists)
    name: 'KeSetPriorityThread',
    step: (k, f) =>
      f.i32(1) < 0 || f.i32(1) > HIGH_PRIORITY
        ? k.raiseStatus(STATUS_ASSERTION_FAILURE)
        : k.return(setThreadPriority(k, f.ptr(0), f.i32(1))),
  },
  { name: 'KeSetBasePriorityThread', step: (k, f) => k.return(setBaseIncrement(k, f.ptr(0), f.i32(1))) },
  { name: 'KeQueryPriorityThread', cost: 3, step: (k, f) => k.return(k.mem.checked.i8(f.ptr(0) + KTHREAD.Priority)) },
  {
    // (Thread, *UserTime): kernel ticks; both are sampled at the clock interrupt
    name: 'KeQueryRuntimeThread',
    cost: 3,
    step(k, f) {
      k.mem.checked.setU32(f.ptr(1), k.mem.checked.u32(f.ptr(0) + KTHREAD.UserTime));
      return k.return(k.mem.u32(f.ptr(0) + KTHREAD.KernelTime));
    },
  },
  { name: 'ZwYieldExecution', step: yieldStep },
  { name: 'NtYieldExecution', step: yieldStep },
  { name: 'ExGetPreviousMode', cost: 1, step: (k) => k.return(k.mem.u8(k.currentThread() + KTHREAD.PreviousMode)) },
  { name: 'KeGetPreviousMode', cost: 1, step: (k) => k.return(k.mem.u8(k.currentThread() + KTHREAD.PreviousMode)) },
];
