// Priorities, yielding, run time, current thread, stack limits: the small routines around threads (reference: scheduler.md §1, §2, §16; ps-routines.md 6).
import type { Addr } from '../../machine/abi.js';
import { KERNEL_BASE, Reason } from '../../machine/abi.js';
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

/** Limits of the stack that is in use: the DPC stack inside a DPC, else the thread's kernel stack. */
function stackRange(k: Kernel): { low: Addr; high: Addr } {
  const low = k.mem.registers.stackLimit + KERNEL_BASE;
  const t = k.currentThread();
  const own = k.mem.ptr(t + KTHREAD.StackLimit);
  return { low, high: low === own ? k.mem.ptr(t + KTHREAD.StackBase) : low + 0x6000 };
}

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
  {
    name: 'KeSetKernelStackSwapEnable',
    cost: 3,
    step(k, f) {
      const at = k.currentThread() + KTHREAD.StackSwapDisabled;
      const was = k.mem.u8(at);
      k.mem.setU8(at, f.bool(0) ? 0 : 1);
      return k.return(was ? 0 : 1);
    },
  },
  {
    name: 'IoGetStackLimits',
    cost: 3,
    step(k, f) {
      const { low, high } = stackRange(k);
      k.mem.checked.setPtr(f.ptr(0), low);
      k.mem.checked.setPtr(f.ptr(1), high);
      return k.returnVoid();
    },
  },
  { name: 'IoGetRemainingStackSize', cost: 3, step: (k, f) => k.return(f.fp - k.mem.registers.stackLimit) },
  {
    name: 'IoWithinStackLimits',
    cost: 3,
    step(k, f) {
      const { low, high } = stackRange(k);
      return k.return(f.ptr(0) >= low && f.ptr(0) + Number(f.u64(1)) <= high ? 1 : 0);
    },
  },
  {
    // (Callout, Parameter, Size): the stack we have is used; its size counts as after an expansion (U)
    name: 'KeExpandKernelStackAndCallout',
    step(k, f) {
      if (f.pc === 1) return k.return(0);
      if (Number(f.u64(2)) > 0x11800) return k.return(0xc00000f1 | 0);
      return k.call(f, 1, f.ptr(0), [f.i64(1)]);
    },
  },
  {
    name: 'KeExpandKernelStackAndCalloutEx',
    step(k, f) {
      if (f.pc === 1) return k.return(0);
      if (Number(f.u64(2)) > 0x11800) return k.return(0xc00000f1 | 0);
      if (f.bool(3) && k.irql >= 2) return k.return(0xc00000f2 | 0);
      return k.call(f, 1, f.ptr(0), [f.i64(1)]);
    },
  },
  { name: 'ExGetPreviousMode', cost: 1, step: (k) => k.return(k.mem.u8(k.currentThread() + KTHREAD.PreviousMode)) },
  { name: 'KeGetPreviousMode', cost: 1, step: (k) => k.return(k.mem.u8(k.currentThread() + KTHREAD.PreviousMode)) },
];
