// Sending a packet down and waiting for it: IoForwardIrpSynchronously, IoSynchronousCallDriver. A completion routine takes the packet back and signals an event
// in the waiter's frame.
import type { Addr, Status } from '../../machine/abi.js';
import { WaitReason } from '../ke/constants.js';
import type { Frame, Kernel, KernelRoutine } from '../kernel.js';
import { IO_STACK_LOCATION, IO_STATUS_BLOCK, IRP, KEVENT } from '../layouts.gen.js';
import { initEvent, NotificationEvent } from '../ob/event-object.js';
import { NT } from '../ob/status.js';
import { currentStack, nextStack } from './irp.js';

/** SL_INVOKE_ON_SUCCESS, ERROR, CANCEL. */
const ALWAYS = 0xe0;
/** The KEVENT begins at the first local slot. */
const EVENT_SLOTS = KEVENT.sizeof / 8;
const eventOf = (f: Frame): Addr => f.localAddress(0);

/** (DeviceObject, Irp): `copy` the current stack location to the next one, or the caller has filled that; `answer` from the finished packet. */
function sender(copy: boolean, noRoom: number, answer: (k: Kernel, irp: Addr) => number): (k: Kernel, f: Frame) => Status {
  return (k, f) => {
    const m = k.mem;
    const irp = f.ptr(1);
    switch (f.pc) {
      case 0: {
        if (m.checked.u8(irp + IRP.CurrentLocation) <= 1) return k.return(noRoom);
        const next = nextStack(k, irp);
        if (copy) m.copy(next, currentStack(k, irp), IO_STACK_LOCATION.CompletionRoutine);
        m.setU8(next + IO_STACK_LOCATION.Control, ALWAYS);
        m.setPtr(next + IO_STACK_LOCATION.CompletionRoutine, k.addressOf('IopSynchronousCompletion'));
        m.setPtr(next + IO_STACK_LOCATION.Context, eventOf(f));
        initEvent(k, eventOf(f), NotificationEvent, false);
        return k.call(f, 1, 'IofCallDriver', [f.ptr(0), irp]);
      }
      case 1:
        // also when the driver returned another status than STATUS_PENDING: the packet is back when the event says so
        return k.wait(f, 2, { object: eventOf(f), reason: WaitReason.Executive });
      default:
        return k.return(answer(k, irp));
    }
  };
}

export const routines: KernelRoutine[] = [
  // TRUE whatever the drivers below made of it; FALSE: no stack location left
  { name: 'IoForwardIrpSynchronously', locals: EVENT_SLOTS, cost: 20, step: sender(true, 0, () => 1) },
  {
    name: 'IoSynchronousCallDriver',
    locals: EVENT_SLOTS,
    cost: 20,
    step: sender(false, NT.INVALID_PARAMETER, (k, irp) => k.mem.i32(irp + IRP.IoStatus + IO_STATUS_BLOCK.Status)),
  },
  {
    // completion routine: (DeviceObject, Irp, Event)
    name: 'IopSynchronousCompletion',
    step(k, f) {
      k.signalEvent(f.ptr(2), 0);
      return k.return(NT.MORE_PROCESSING_REQUIRED);
    },
  },
];
