// From a system service to a driver and back: IopSynchronousService sends a packet to the device stack, waits when the driver left it pending (cancelling it
// when the thread is asked to end), and finishes in the caller's context: data, status block, memory.
import type { Addr, Status } from '../../machine/abi.js';
import { WaitReason } from '../ke/constants.js';
import type { Frame, Kernel, KernelRoutine } from '../kernel.js';
import { DEVICE_OBJECT, ETHREAD, IO_STACK_LOCATION, IO_STATUS_BLOCK, IOP_REQUEST, IRP } from '../layouts.gen.js';
import { initEvent, NotificationEvent } from '../ob/event-object.js';
import { previousMode } from '../ob/service.js';
import { NT } from '../ob/status.js';
import { entries, insertTail } from '../rtl/list.js';
import { countOperation, countTransfer } from './counters.js';
import { topOfStack } from './device.js';
import { allocateIrp, freeIrp, IOP_OWNED, nextStack } from './irp.js';

/** New request for the top of the device's stack, with its packet; 0: out of memory. */
export function newRequest(k: Kernel, device: Addr, file: Addr, major: number): Addr {
  const request = k.pool.allocate('nonpaged', IOP_REQUEST.sizeof, 'IoRq');
  if (request === 0) return 0;
  const m = k.mem;
  m.fill(request, IOP_REQUEST.sizeof);
  const top = topOfStack(k, device);
  const irp = allocateIrp(k, Math.max(1, m.u8(top + DEVICE_OBJECT.StackSize)));
  if (irp === 0) {
    k.pool.free(request);
    return 0;
  }
  m.setPtr(request + IOP_REQUEST.Irp, irp);
  m.setU32(request + IOP_REQUEST.Major, major);
  m.setPtr(request + IOP_REQUEST.File, file);
  m.setPtr(request + IOP_REQUEST.Device, top);
  initEvent(k, request + IOP_REQUEST.Event, NotificationEvent, false);
  m.setU8(irp + IRP.AllocationFlags, IOP_OWNED);
  m.setU8(irp + IRP.RequestorMode, previousMode(k));
  m.setPtr(irp + IRP.UserIosb, request + IOP_REQUEST.Iosb);
  m.setPtr(irp + IRP.UserEvent, request + IOP_REQUEST.Event);
  m.setPtr(irp + IRP.Tail_Overlay_Thread, k.currentThread());
  m.setPtr(irp + IRP.Tail_Overlay_OriginalFileObject, file);
  const stack = nextStack(k, irp);
  m.setU8(stack + IO_STACK_LOCATION.MajorFunction, major);
  m.setPtr(stack + IO_STACK_LOCATION.FileObject, file);
  return request;
}

export const irpOf = (k: Kernel, request: Addr): Addr => k.mem.ptr(request + IOP_REQUEST.Irp);
export const stackOf = (k: Kernel, request: Addr): Addr => nextStack(k, irpOf(k, request));

/** Completion of the request has been seen: the event is signalled. */
const completed = (k: Kernel, request: Addr): boolean => k.mem.i32(request + IOP_REQUEST.Event + 4) !== 0;

/** IopSynchronousService(IOP_REQUEST *): status of the request. Frees packet, buffers and request. Locals: 0 status, 1 information. */
function service(k: Kernel, f: Frame): Status {
  const m = k.mem;
  const request = f.ptr(0);
  const irp = irpOf(k, request);
  switch (f.pc) {
    case 0:
      countOperation(k, m.u32(request + IOP_REQUEST.Major));
      insertTail(m, k.currentThread() + ETHREAD.IrpList, irp + IRP.ThreadListEntry);
      return k.call(f, 1, 'IofCallDriver', [m.ptr(request + IOP_REQUEST.Device), irp]);
    case 1: {
      const status = f.result32 | 0;
      f.set(0, status);
      if (status === NT.PENDING || completed(k, request)) {
        if (status !== NT.PENDING && m.i32(request + IOP_REQUEST.Iosb + IO_STATUS_BLOCK.Status) !== status) {
          k.event('io.status-mismatch', {
            irp,
            returned: status >>> 0,
            completed: m.u32(request + IOP_REQUEST.Iosb + IO_STATUS_BLOCK.Status),
          });
        }
        return k.wait(f, 2, { object: request + IOP_REQUEST.Event, reason: WaitReason.Executive, mode: previousMode(k) });
      }
      // The driver returned a final status and kept the packet. Windows goes on and loses it; the run says so.
      k.event('io.not-completed', { irp, status: status >>> 0 });
      return k.return(status);
    }
    case 2:
      if (f.result === NT.USER_APC || f.result === NT.ALERTED) {
        k.event('io.cancel-on-exit', { irp });
        return k.call(f, 3, 'IoCancelIrp', [irp]);
      }
      return finish(k, f, request, irp);
    case 3:
      return k.wait(f, 4, { object: request + IOP_REQUEST.Event, reason: WaitReason.Executive });
    case 4:
      return finish(k, f, request, irp);
    case 5:
      return k.call(f, 6, 'IoFreeMdl', [m.ptr(request + IOP_REQUEST.Mdl)]);
    default:
      return release(k, f, request, irp);
  }
}

function finish(k: Kernel, f: Frame, request: Addr, irp: Addr): Status {
  const m = k.mem;
  const status = m.i32(request + IOP_REQUEST.Iosb + IO_STATUS_BLOCK.Status);
  const information = m.ptr(request + IOP_REQUEST.Iosb + IO_STATUS_BLOCK.Information);
  f.set(0, status);
  f.set(1, information);
  countTransfer(k, m.u32(request + IOP_REQUEST.Major), information);
  // Buffered output goes back unless the status is an error (warnings such as STATUS_BUFFER_OVERFLOW copy too).
  if (m.u32(request + IOP_REQUEST.CopyBack) !== 0 && status >>> 30 !== 3 && information > 0) {
    const size = Math.min(information, m.u32(request + IOP_REQUEST.OutputLength));
    if (information > size) k.event('io.information-too-large', { irp, information, length: size });
    m.checked.setBytes(m.ptr(request + IOP_REQUEST.UserBuffer), m.bytes(m.ptr(irp + IRP.AssociatedIrp_SystemBuffer), size));
  }
  if (m.ptr(request + IOP_REQUEST.Mdl) !== 0) return k.call(f, 5, 'MmUnlockPages', [m.ptr(request + IOP_REQUEST.Mdl)]);
  return release(k, f, request, irp);
}

function release(k: Kernel, f: Frame, request: Addr, irp: Addr): Status {
  const buffer = k.mem.ptr(irp + IRP.AssociatedIrp_SystemBuffer);
  if (buffer !== 0) k.pool.free(buffer);
  // (request, *Information): where the caller wants the information word, a kernel address
  if (f.ptr(1) !== 0) k.mem.setPtr(f.ptr(1), f.get(1));
  freeIrp(k, irp);
  k.pool.free(request);
  return k.return(f.get(0));
}

export const send = (k: Kernel, f: Frame, nextPc: number, request: Addr, information: Addr): Status =>
  k.call(f, nextPc, 'IopSynchronousService', [request, information]);

export const routines: KernelRoutine[] = [
  { name: 'IopSynchronousService', locals: 2, cost: 20, step: service },
  {
    // (Thread): the packets that a dying thread still has outstanding are cancelled
    name: 'IopCancelThreadIrps',
    locals: 1,
    step(k, f) {
      const all = entries(k.mem, f.ptr(0) + ETHREAD.IrpList).map((e) => e - IRP.ThreadListEntry);
      const next = all.find((irp) => k.mem.u8(irp + IRP.Cancel) === 0);
      if (next === undefined) return k.returnVoid();
      return k.call(f, 1, 'IoCancelIrp', [next]);
    },
  },
];
