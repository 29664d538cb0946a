// The processor control blocks: one KPRCB per CPU inside KE_GLOBALS, found by number.
import type { Addr } from '../../machine/abi.js';
import type { Kernel } from '../kernel.js';
import { KE_GLOBALS, KPRCB } from '../layouts.gen.js';

export function prcbOf(k: Kernel, cpu: number): Addr {
  return k.globals.KE + KE_GLOBALS.Prcb + cpu * KPRCB.sizeof;
}

export function currentPrcb(k: Kernel): Addr {
  return prcbOf(k, k.mem.registers.cpu);
}

/** The thread a CPU runs; its idle thread when it has nothing to do. */
export function threadOn(k: Kernel, cpu: number): Addr {
  return k.mem.ptr(prcbOf(k, cpu) + KPRCB.CurrentThread);
}
