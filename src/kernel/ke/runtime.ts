// Run time of threads and processes in clock ticks, sampled as on Windows: the clock interrupt charges a whole tick to the thread that it interrupted, as user
// or kernel time by the mode it found. Cycle times (KTHREAD.CycleTime) are exact and kept by the run loop.
import type { Addr } from '../../machine/abi.js';
import type { Kernel } from '../kernel.js';
import { KPROCESS, KTHREAD } from '../layouts.gen.js';

/** One clock tick in 100 ns. */
export const TICK_100NS = 156_250n;

export function chargeTick(k: Kernel, thread: Addr): void {
  const m = k.mem;
  const process = m.ptr(thread + KTHREAD.Process);
  const user = m.registers.userMode;
  const ticks = thread + (user ? KTHREAD.UserTime : KTHREAD.KernelTime);
  m.setU32(ticks, m.u32(ticks) + 1);
  const all = process + (user ? KPROCESS.UserTime : KPROCESS.KernelTime);
  m.setPtr(all, m.ptr(all) + 1);
}

/** Steps that a thread has run, up to this moment when it is the current one. */
export function cyclesOf(k: Kernel, thread: Addr): number {
  return k.mem.ptr(thread + KTHREAD.CycleTime) + (thread === k.currentThread() ? k.machine.usedInSlice : 0);
}
