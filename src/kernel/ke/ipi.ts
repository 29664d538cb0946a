// Inter-processor calls: KeIpiGenericCall runs a routine on every CPU at IPI_LEVEL. The packet is in KE_GLOBALS; each target takes it as an interrupt on top
// of whatever it does, also while it spins.
import { type Addr, FrameFlag, KERNEL_BASE, type Status } from '../../machine/abi.js';
import type { Frame } from '../../machine/routine.js';
import type { Kernel, KernelRoutine } from '../kernel.js';
import { KE_GLOBALS, KPRCB } from '../layouts.gen.js';
import { IPI_LEVEL } from './constants.js';
import { INTERRUPT_SLOTS, pushInterrupt, returnFromInterrupt } from './interrupt.js';
import { prcbOf } from './prcb.js';
import { cpuCount } from './ready.js';
import { noteRelease, spinOn } from './spin-wait.js';

const global = (k: Kernel, field: number): Addr => k.globals.KE + field;

/** Takes the IPI on this CPU. */
export function takeIpi(k: Kernel): void {
  const m = k.mem;
  const prcb = k.prcb();
  m.setU32(prcb + KPRCB.RequestSummary, 0);
  m.setPtr(prcb + KPRCB.SpinAddress, 0); // a spinning routine tries again afterwards
  const idle = m.registers.top === 0;
  const stack = { base: m.ptr(prcb + KPRCB.DpcStack) - KERNEL_BASE, limit: m.ptr(prcb + KPRCB.DpcStackLimit) - KERNEL_BASE };
  pushInterrupt(k, { routine: 'KiIpiInterrupt', irql: IPI_LEVEL, flags: FrameFlag.Interrupt, stack: idle ? stack : undefined });
}

function interrupt(k: Kernel, f: Frame): Status {
  const m = k.mem;
  if (f.pc === 0) return k.call(f, 1, m.ptr(global(k, KE_GLOBALS.IpiRoutine)), [m.i64(global(k, KE_GLOBALS.IpiContext))]);
  const pending = global(k, KE_GLOBALS.IpiPending);
  m.setPtr(pending, m.ptr(pending) - 1);
  noteRelease(k);
  return returnFromInterrupt(k, f);
}

const OLD = 0;
const RESULT = 1;

/** (BroadcastFunction, Context): result of the function on the calling CPU. */
function genericCall(k: Kernel, f: Frame): Status {
  const m = k.mem;
  const owner = global(k, KE_GLOBALS.IpiOwner);
  const pending = global(k, KE_GLOBALS.IpiPending);
  switch (f.pc) {
    case 0: {
      if (m.ptr(owner) !== 0) return spinOn(k, f, owner);
      f.set(OLD, k.raiseIrql(IPI_LEVEL));
      m.setPtr(owner, k.currentThread());
      m.setPtr(global(k, KE_GLOBALS.IpiRoutine), f.ptr(0));
      m.setI64(global(k, KE_GLOBALS.IpiContext), f.i64(1));
      m.setPtr(pending, cpuCount(k) - 1);
      for (let cpu = 0; cpu < cpuCount(k); cpu++) {
        if (cpu === k.cpuNumber) continue;
        m.setU32(prcbOf(k, cpu) + KPRCB.RequestSummary, 1);
        k.catchUp(cpu);
      }
      k.event('ke.ipi', { routine: f.ptr(0) });
      return k.call(f, 1, f.ptr(0), [f.i64(1)]);
    }
    case 1:
      f.set(RESULT, f.result);
      f.pc = 2;
      break;
  }
  if (m.ptr(pending) !== 0) return spinOn(k, f, pending);
  m.setPtr(owner, 0);
  noteRelease(k);
  k.lowerIrql(f.get(OLD));
  return k.return(f.get(RESULT));
}

export const routines: KernelRoutine[] = [
  { name: 'KiIpiInterrupt', locals: INTERRUPT_SLOTS, cost: 10, step: interrupt },
  { name: 'KeIpiGenericCall', locals: 2, cost: 20, step: genericCall },
];
