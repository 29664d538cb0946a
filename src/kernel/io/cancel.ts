// Cancelling packets: the cancel spin lock (one in the system), IoCancelIrp and the cancel routine protocol, and the per-packet cancel routine slot.
import type { Kernel, KernelRoutine } from '../kernel.js';
import { IO_STACK_LOCATION, IRP, KE_GLOBALS } from '../layouts.gen.js';
import { currentStack } from './irp.js';

const lock = (k: Kernel): number => k.globals.KE + KE_GLOBALS.CancelSpinLock;

export const routines: KernelRoutine[] = [
  // IoAcquireCancelSpinLock and IoReleaseCancelSpinLock are with the other spin locks (ke/spinlock.ts)
  {
    // (Irp): TRUE when a cancel routine was called
    name: 'IoCancelIrp',
    cost: 10,
    locals: 3,
    step(k, f) {
      const m = k.mem;
      const irp = f.ptr(0);
      switch (f.pc) {
        case 0:
          return k.call(f, 1, 'KeAcquireSpinLockRaiseToDpc', [lock(k)]);
        case 1: {
          const irql = f.result & 0xff;
          m.checked.setU8(irp + IRP.Cancel, 1);
          const routine = m.ptr(irp + IRP.CancelRoutine);
          k.event('io.cancel', { irp, routine });
          if (routine === 0) {
            f.set(0, 0);
            return k.call(f, 2, 'KeReleaseSpinLock', [lock(k), irql]);
          }
          m.setPtr(irp + IRP.CancelRoutine, 0);
          m.setU8(irp + IRP.CancelIrql, irql);
          f.set(0, 1);
          f.set(1, irql);
          f.set(2, routine);
          // The cancel routine releases the lock with Irp->CancelIrql.
          return k.call(f, 3, routine, [m.ptr(currentStack(k, irp) + IO_STACK_LOCATION.DeviceObject), irp]);
        }
        case 3:
          if (k.irql > f.get(1) && m.ptr(lock(k)) !== 0) {
            const text = `the cancel routine ${k.functionAtText(f.get(2))} returned without IoReleaseCancelSpinLock(Irp->CancelIrql)`;
            return k.bugCheck(0x11b, irp, f.get(2), 0, 0, text);
          }
          return k.return(f.get(0));
        default:
          return k.return(f.get(0));
      }
    },
  },
];
