// KeGenericCallDpc: a routine as DPC on every CPU at once, with a counter that says when all are done and a barrier inside (exported, undocumented (U)).
// One call at a time; the calling CPU runs its instance itself, at DISPATCH_LEVEL, and spins until the others have called KeSignalCallDpcDone.
import type { Addr, Status } from '../../machine/abi.js';
import type { Frame } from '../../machine/routine.js';
import type { Kernel, KernelRoutine } from '../kernel.js';
import { KDPC, KE_GLOBALS } from '../layouts.gen.js';
import { DISPATCH_LEVEL, ObjectType } from './constants.js';
import { initializeDpc, insertQueueDpc, targetDpc } from './dpc.js';
import { cpuCount } from './ready.js';
import { noteRelease, spinOn } from './spin-wait.js';

const count = (k: Kernel): Addr => k.globals.KE + KE_GLOBALS.GenericDpcCount;
const barrier = (k: Kernel): Addr => k.globals.KE + KE_GLOBALS.GenericDpcBarrier;

const OLD = 0;

/** (Routine, Context): Routine(Dpc, Context, SystemArgument1, SystemArgument2) on every CPU. */
function genericCall(k: Kernel, f: Frame): Status {
  const m = k.mem;
  const free = k.globals.KE + KE_GLOBALS.GenericDpcFree;
  switch (f.pc) {
    case 0:
      return k.wait(f, 1, { object: free });
    case 1: {
      f.set(OLD, k.raiseIrql(DISPATCH_LEVEL));
      const n = cpuCount(k);
      m.setPtr(count(k), n);
      m.setPtr(barrier(k), n);
      for (let cpu = 0; cpu < n; cpu++) {
        const dpc = k.globals.KE + KE_GLOBALS.GenericDpc + cpu * KDPC.sizeof;
        initializeDpc(k, dpc, f.ptr(0), f.ptr(1), ObjectType.Dpc);
        targetDpc(k, dpc, cpu);
        if (cpu !== k.cpuNumber) insertQueueDpc(k, dpc, count(k), barrier(k));
      }
      const mine = k.globals.KE + KE_GLOBALS.GenericDpc + k.cpuNumber * KDPC.sizeof;
      return k.call(f, 2, f.ptr(0), [mine, f.i64(1), count(k), barrier(k)]);
    }
    default:
      f.pc = 2;
      if (m.ptr(count(k)) !== 0) return spinOn(k, f, count(k));
      k.lowerIrql(f.get(OLD));
      k.signalEvent(free);
      return k.returnVoid();
  }
}

export const routines: KernelRoutine[] = [
  { name: 'KeGenericCallDpc', locals: 1, cost: 20, step: genericCall },
  {
    // (SystemArgument1)
    name: 'KeSignalCallDpcDone',
    cost: 3,
    step(k, f) {
      k.mem.checked.setPtr(f.ptr(0), k.mem.checked.ptr(f.ptr(0)) - 1);
      noteRelease(k);
      return k.returnVoid();
    },
  },
  {
    // (SystemArgument2): TRUE for the CPU that came last, after all have come
    name: 'KeSignalCallDpcSynchronize',
    locals: 1,
    cost: 3,
    step(k, f) {
      const at = f.ptr(0);
      const generation = at + 8;
      if (f.pc === 0) {
        const left = k.mem.checked.ptr(at) - 1;
        if (left === 0) {
          k.mem.setPtr(at, cpuCount(k));
          k.mem.setPtr(generation, k.mem.ptr(generation) + 1);
          noteRelease(k);
          return k.return(1);
        }
        k.mem.setPtr(at, left);
        f.set(0, k.mem.ptr(generation));
        f.pc = 1;
      }
      return k.mem.ptr(generation) === f.get(0) ? spinOn(k, f, generation) : k.return(0);
    },
  },
];
