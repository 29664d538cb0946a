// Quantum: a thread is charged the virtual time it ran; it ends at the first clock interrupt at which that is used up (reference: scheduler.md §2).
import type { Addr } from '../../machine/abi.js';
import type { Kernel } from '../kernel.js';
import { KTHREAD } from '../layouts.gen.js';
import { CLOCK_INTERVAL_NS, QUANTUM_UNITS_PER_TICK } from './constants.js';

/** Gives the thread a whole quantum from now on. */
export function armQuantum(k: Kernel, thread: Addr): void {
  const units = k.mem.u8(thread + KTHREAD.QuantumReset);
  const steps = Math.floor((units * CLOCK_INTERVAL_NS) / QUANTUM_UNITS_PER_TICK / k.config.stepNs);
  k.mem.setU8(thread + KTHREAD.Quantum, units);
  k.mem.setPtr(thread + KTHREAD.QuantumTarget, k.mem.ptr(thread + KTHREAD.CycleTime) + steps);
}

export const quantumUsedUp = (k: Kernel, thread: Addr): boolean =>
  k.mem.ptr(thread + KTHREAD.CycleTime) >= k.mem.ptr(thread + KTHREAD.QuantumTarget);
