// A spinning CPU is a waiter, not a stream of steps: its routine leaves with Reason.Dispatch after noting which word it looks at and what it saw;
// the CPU is not run again before that word is different (then the routine tries again at its pc).
import { type Addr, Reason, type Status } from '../../machine/abi.js';
import type { Frame } from '../../machine/routine.js';
import type { Kernel } from '../kernel.js';
import { KPRCB } from '../layouts.gen.js';

/** Leaves the routine (it runs again at `f.pc`) until the 64-bit word at `address` is not what it is now. */
export function spinOn(k: Kernel, f: Frame, address: Addr, lock = address): Status {
  const m = k.mem;
  const prcb = k.prcb();
  if (m.ptr(prcb + KPRCB.SpinAddress) === 0) k.event('ke.spin.wait', { lock });
  m.setPtr(prcb + KPRCB.SpinAddress, address);
  m.setU64(prcb + KPRCB.SpinValue, m.u64(address));
  m.setPtr(prcb + KPRCB.SpinStart, k.now);
  m.registers.top = f.fp;
  return k.stop(Reason.Dispatch);
}

/** May the CPU go on? Clears the note when its word has changed. */
export function spinSatisfied(k: Kernel, prcb: Addr): boolean {
  const m = k.mem;
  const address = m.ptr(prcb + KPRCB.SpinAddress);
  if (address === 0) return true;
  if (m.u64(address) === m.u64(prcb + KPRCB.SpinValue)) return false;
  m.setPtr(prcb + KPRCB.SpinAddress, 0);
  k.catchUpTo(m.u32(prcb + KPRCB.Number), k.machine.cpu.time);
  return true;
}

/** A lock was released: when a CPU spins, the slice ends so that it gets its chance. */
export function noteRelease(k: Kernel): void {
  for (let cpu = 0; cpu < k.config.cpus; cpu++) {
    if (k.mem.ptr(k.prcb(cpu) + KPRCB.SpinAddress) !== 0) {
      k.endSlice();
      return;
    }
  }
}
