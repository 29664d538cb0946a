// Cancel-safe queues: the I/O manager's half of the protocol (cancel routine, context, lock discipline) around the driver's queue callbacks. Each routine is the
// same short loop: acquire, act through the callbacks, release; a packet whose cancel routine could not be cleared is left to it.
import type { Addr, Status } from '../../machine/abi.js';
import type { Frame, Kernel, KernelRoutine } from '../kernel.js';
import { IO_CSQ, IO_CSQ_IRP_CONTEXT, IO_STACK_LOCATION, IO_STATUS_BLOCK, IRP } from '../layouts.gen.js';
import { NT, ntSuccess } from '../ob/status.js';
import { currentStack } from './irp.js';

const IO_TYPE_CSQ_IRP_CONTEXT = 1;
const IO_TYPE_CSQ = 2;
const IO_TYPE_CSQ_EX = 3;
const SL_PENDING_RETURNED = 1;
/** Where a packet in a queue points back: DriverContext[3] holds its context or the queue. */
const BACK = IRP.Tail_Overlay_DriverContext + 24;

/** A callback of the queue by its field. */
const callback = (k: Kernel, csq: Addr, field: number): Addr => k.mem.checked.ptr(csq + field);

/** Locals of all queue routines: 0 IRQL for the lock, 1 packet, 2 status. */
const acquire = (k: Kernel, f: Frame, nextPc: number, csq: Addr): Status =>
  k.call(f, nextPc, callback(k, csq, IO_CSQ.CsqAcquireLock), [csq, f.localAddress(0)]);
const releaseLock = (k: Kernel, f: Frame, nextPc: number, csq: Addr): Status =>
  k.call(f, nextPc, callback(k, csq, IO_CSQ.CsqReleaseLock), [csq, f.get(0) & 0xff]);

/** Takes the cancel routine away; false: it runs already and will complete the packet. */
function clearCancel(k: Kernel, irp: Addr): boolean {
  const had = k.mem.ptr(irp + IRP.CancelRoutine) !== 0;
  k.mem.setPtr(irp + IRP.CancelRoutine, 0);
  return had;
}

/** Undoes the link between packet and context. */
function unlink(k: Kernel, irp: Addr): void {
  const back = k.mem.ptr(irp + BACK);
  if (back !== 0 && k.mem.u32(back + IO_CSQ_IRP_CONTEXT.Type) === IO_TYPE_CSQ_IRP_CONTEXT) k.mem.setPtr(back + IO_CSQ_IRP_CONTEXT.Irp, 0);
  k.mem.setPtr(irp + BACK, 0);
}

/** IoCsqInsertIrp(Csq, Irp, Context) and the Ex form with InsertContext and a status. */
function insert(k: Kernel, f: Frame, ex: boolean): Status {
  const m = k.mem;
  const csq = f.ptr(0);
  const irp = f.ptr(1);
  switch (f.pc) {
    case 0:
      f.set(2, NT.SUCCESS);
      return acquire(k, f, 1, csq);
    case 1: {
      const context = f.ptr(2);
      if (context !== 0) {
        m.checked.setU32(context + IO_CSQ_IRP_CONTEXT.Type, IO_TYPE_CSQ_IRP_CONTEXT);
        m.setPtr(context + IO_CSQ_IRP_CONTEXT.Irp, irp);
        m.setPtr(context + IO_CSQ_IRP_CONTEXT.Csq, csq);
      }
      m.checked.setPtr(irp + BACK, context !== 0 ? context : csq);
      const control = currentStack(k, irp) + IO_STACK_LOCATION.Control;
      m.setU8(control, m.u8(control) | SL_PENDING_RETURNED);
      const isEx = m.u32(csq + IO_CSQ.Type) === IO_TYPE_CSQ_EX;
      return k.call(f, isEx ? 2 : 3, callback(k, csq, IO_CSQ.CsqInsertIrp), isEx ? [csq, irp, ex ? f.ptr(3) : 0] : [csq, irp]);
    }
    case 2:
      f.set(2, f.result32 | 0);
      if (ntSuccess(f.get(2))) return arm(k, f, csq, irp);
      unlink(k, irp);
      return releaseLock(k, f, 6, csq);
    case 3:
      return arm(k, f, csq, irp);
    case 4:
      unlink(k, irp);
      return releaseLock(k, f, 5, csq);
    case 5:
      return k.call(f, 6, callback(k, csq, IO_CSQ.CsqCompleteCanceledIrp), [csq, irp]);
    default:
      return k.return(f.get(2));
  }
}

/** The packet is queued: from now on it can be cancelled. Cancelled before it had a cancel routine: then this is the one who takes it out again. */
function arm(k: Kernel, f: Frame, csq: Addr, irp: Addr): Status {
  k.mem.setPtr(irp + IRP.CancelRoutine, k.addressOf('IopCsqCancelRoutine'));
  if (k.mem.u8(irp + IRP.Cancel) !== 0 && clearCancel(k, irp)) return k.call(f, 4, callback(k, csq, IO_CSQ.CsqRemoveIrp), [csq, irp]);
  return releaseLock(k, f, 6, csq);
}

/** IoCsqRemoveNextIrp(Csq, PeekContext): the first packet that is not being cancelled, or NULL. */
function removeNext(k: Kernel, f: Frame): Status {
  const csq = f.ptr(0);
  switch (f.pc) {
    case 0:
      f.set(1, 0);
      return acquire(k, f, 1, csq);
    case 1:
      return k.call(f, 2, callback(k, csq, IO_CSQ.CsqPeekNextIrp), [csq, f.get(1), f.ptr(1)]);
    case 2: {
      const irp = f.result;
      f.set(1, irp);
      if (irp === 0) return releaseLock(k, f, 4, csq);
      if (!clearCancel(k, irp)) return k.call(f, 2, callback(k, csq, IO_CSQ.CsqPeekNextIrp), [csq, irp, f.ptr(1)]);
      return k.call(f, 3, callback(k, csq, IO_CSQ.CsqRemoveIrp), [csq, irp]);
    }
    case 3:
      unlink(k, f.get(1));
      return releaseLock(k, f, 4, csq);
    default:
      return k.return(f.get(1));
  }
}

/** IoCsqRemoveIrp(Csq, Context): that packet, or NULL when it is gone or being cancelled. */
function removeOne(k: Kernel, f: Frame): Status {
  const csq = f.ptr(0);
  switch (f.pc) {
    case 0:
      f.set(1, 0);
      return acquire(k, f, 1, csq);
    case 1: {
      const irp = k.mem.checked.ptr(f.ptr(1) + IO_CSQ_IRP_CONTEXT.Irp);
      if (irp === 0 || !clearCancel(k, irp)) return releaseLock(k, f, 3, csq);
      f.set(1, irp);
      return k.call(f, 2, callback(k, csq, IO_CSQ.CsqRemoveIrp), [csq, irp]);
    }
    case 2:
      unlink(k, f.get(1));
      return releaseLock(k, f, 3, csq);
    default:
      return k.return(f.get(1));
  }
}

/** Cancel routine of queued packets: (DeviceObject, Irp), cancel spin lock held. Local 1 keeps the queue. */
function cancel(k: Kernel, f: Frame): Status {
  const irp = f.ptr(1);
  if (f.pc > 0) return cancelSteps(k, f, f.get(1), irp);
  const back = k.mem.ptr(irp + BACK);
  f.set(1, k.mem.u32(back) === IO_TYPE_CSQ_IRP_CONTEXT ? k.mem.ptr(back + IO_CSQ_IRP_CONTEXT.Csq) : back);
  return k.call(f, 1, 'IoReleaseCancelSpinLock', [k.mem.u8(irp + IRP.CancelIrql)]);
}

function cancelSteps(k: Kernel, f: Frame, csq: Addr, irp: Addr): Status {
  switch (f.pc) {
    case 1:
      return acquire(k, f, 2, csq);
    case 2:
      return k.call(f, 3, callback(k, csq, IO_CSQ.CsqRemoveIrp), [csq, irp]);
    case 3:
      unlink(k, irp);
      return releaseLock(k, f, 4, csq);
    case 4:
      k.mem.setI32(irp + IRP.IoStatus + IO_STATUS_BLOCK.Status, NT.CANCELLED);
      return k.call(f, 5, callback(k, csq, IO_CSQ.CsqCompleteCanceledIrp), [csq, irp]);
    default:
      return k.returnVoid();
  }
}

/** (Csq, Insert, Remove, PeekNext, AcquireLock, ReleaseLock, CompleteCanceled) */
const initialize = (name: string, type: number): KernelRoutine => ({
  name,
  cost: 5,
  step(k, f) {
    k.mem.checked.fill(f.ptr(0), IO_CSQ.sizeof);
    k.mem.setU32(f.ptr(0) + IO_CSQ.Type, type);
    const fields = [
      IO_CSQ.CsqInsertIrp,
      IO_CSQ.CsqRemoveIrp,
      IO_CSQ.CsqPeekNextIrp,
      IO_CSQ.CsqAcquireLock,
      IO_CSQ.CsqReleaseLock,
      IO_CSQ.CsqCompleteCanceledIrp,
    ];
    fields.forEach((field, i) => k.mem.setPtr(f.ptr(0) + field, f.ptr(i + 1)));
    return k.return(NT.SUCCESS);
  },
});

export const routines: KernelRoutine[] = [
  initialize('IoCsqInitialize', IO_TYPE_CSQ),
  initialize('IoCsqInitializeEx', IO_TYPE_CSQ_EX),
  { name: 'IoCsqInsertIrp', locals: 3, cost: 10, step: (k, f) => insert(k, f, false) },
  { name: 'IoCsqInsertIrpEx', locals: 3, cost: 10, step: (k, f) => insert(k, f, true) },
  { name: 'IoCsqRemoveNextIrp', locals: 3, cost: 10, step: removeNext },
  { name: 'IoCsqRemoveIrp', locals: 3, cost: 10, step: removeOne },
  { name: 'IopCsqCancelRoutine', locals: 3, cost: 10, step: cancel },
];
