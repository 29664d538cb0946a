// IoBuildDeviceIoControlRequest and IoBuildSynchronousFsdRequest: threaded packets that the I/O manager finishes and frees when they are completed;
// IoBuildAsynchronousFsdRequest: those that their driver does.
import type { Addr, Status } from '../../machine/abi.js';
import type { Frame, Kernel, KernelRoutine } from '../kernel.js';
import { DEVICE_OBJECT, ETHREAD, IO_STACK_LOCATION, IRP } from '../layouts.gen.js';
import { insertTail } from '../rtl/list.js';
import { DO_BUFFERED_IO, DO_DIRECT_IO } from './device.js';
import { allocateIrp, freeIrp, IRP_BUFFERED_IO, IRP_DEALLOCATE_BUFFER, IRP_INPUT_OPERATION, markThreaded, nextStack } from './irp.js';
import { Major } from './major.js';

function threaded(k: Kernel, device: Addr, event: Addr, iosb: Addr): Addr {
  const irp = allocateIrp(k, Math.max(1, k.mem.checked.u8(device + DEVICE_OBJECT.StackSize)));
  if (irp === 0) return 0;
  markThreaded(k, irp);
  k.mem.setPtr(irp + IRP.UserEvent, event);
  k.mem.setPtr(irp + IRP.UserIosb, iosb);
  k.mem.setPtr(irp + IRP.Tail_Overlay_Thread, k.currentThread());
  insertTail(k.mem, k.currentThread() + ETHREAD.IrpList, irp + IRP.ThreadListEntry);
  return irp;
}

function buffer(k: Kernel, irp: Addr, size: number, source: Addr, count: number, output: boolean): boolean {
  if (size === 0) return true;
  const block = k.pool.allocate('nonpaged', size, 'IoSB');
  if (block === 0) return false;
  if (count > 0) k.mem.setBytes(block, k.mem.checked.bytes(source, count));
  k.mem.setPtr(irp + IRP.AssociatedIrp_SystemBuffer, block);
  k.mem.setU32(irp + IRP.Flags, IRP_BUFFERED_IO | IRP_DEALLOCATE_BUFFER | (output ? IRP_INPUT_OPERATION : 0));
  return true;
}

/** (IoControlCode, DeviceObject, InputBuffer, InputLength, OutputBuffer, OutputLength, Internal, Event, Iosb) */
function deviceControl(k: Kernel, f: Frame): Status {
  const m = k.mem;
  if (f.pc === 0) {
    const irp = threaded(k, f.ptr(1), f.ptr(7), f.ptr(8));
    if (irp === 0) return k.return(0);
    f.set(0, irp);
    const stack = nextStack(k, irp);
    m.setU8(stack + IO_STACK_LOCATION.MajorFunction, f.bool(6) ? Major.InternalDeviceControl : Major.DeviceControl);
    m.setU32(stack + IO_STACK_LOCATION.Parameters_DeviceIoControl_OutputBufferLength, f.u32(5));
    m.setU32(stack + IO_STACK_LOCATION.Parameters_DeviceIoControl_InputBufferLength, f.u32(3));
    m.setU32(stack + IO_STACK_LOCATION.Parameters_DeviceIoControl_IoControlCode, f.u32(0));
    m.setPtr(irp + IRP.UserBuffer, f.ptr(4));
    const method = f.u32(0) & 3;
    if (method === 3) {
      m.setPtr(stack + IO_STACK_LOCATION.Parameters_DeviceIoControl_Type3InputBuffer, f.ptr(2));
      return k.return(irp);
    }
    const size = method === 0 ? Math.max(f.u32(3), f.u32(5)) : f.u32(3);
    if (!buffer(k, irp, size, f.ptr(2), f.ptr(2) === 0 ? 0 : f.u32(3), method === 0 && f.u32(5) > 0)) {
      freeIrp(k, irp);
      return k.return(0);
    }
    if (method === 0 || f.u32(5) === 0) return k.return(irp);
    return k.call(f, 1, 'IoAllocateMdl', [f.ptr(4), f.u32(5), 0, 0, irp]);
  }
  if (f.pc === 1) return k.call(f, 2, 'MmProbeAndLockPages', [m.ptr(f.get(0) + IRP.MdlAddress), 0, (f.u32(0) & 3) === 2 ? 1 : 0]);
  return k.return(f.get(0));
}

/** (MajorFunction, DeviceObject, Buffer, Length, PLARGE_INTEGER Offset, Event, Iosb), or without Event: then the driver finishes and frees the packet. Local 0: the packet. */
function fsd(k: Kernel, f: Frame, synchronous: boolean): Status {
  const m = k.mem;
  if (f.pc === 1) return k.call(f, 2, 'MmProbeAndLockPages', [m.ptr(f.get(0) + IRP.MdlAddress), 0, f.u32(0) === Major.Read ? 1 : 0]);
  if (f.pc === 2) return k.return(f.get(0));
  const irp = synchronous ? threaded(k, f.ptr(1), f.ptr(5), f.ptr(6)) : asynchronous(k, f.ptr(1), f.ptr(5));
  if (irp === 0) return k.return(0);
  f.set(0, irp);
  const stack = nextStack(k, irp);
  const read = f.u32(0) === Major.Read;
  m.setU8(stack + IO_STACK_LOCATION.MajorFunction, f.u32(0));
  m.setPtr(irp + IRP.UserBuffer, f.ptr(2));
  if (read || f.u32(0) === Major.Write) {
    m.setU32(stack + IO_STACK_LOCATION.Parameters_Read_Length, f.u32(3));
    if (f.ptr(4) !== 0) m.setI64(stack + IO_STACK_LOCATION.Parameters_Read_ByteOffset, m.checked.i64(f.ptr(4)));
    if (m.u32(f.ptr(1) + DEVICE_OBJECT.Flags) & DO_BUFFERED_IO && !buffer(k, irp, f.u32(3), f.ptr(2), read ? 0 : f.u32(3), read)) {
      freeIrp(k, irp);
      return k.return(0);
    }
    if (m.u32(f.ptr(1) + DEVICE_OBJECT.Flags) & DO_DIRECT_IO && f.u32(3) > 0)
      return k.call(f, 1, 'IoAllocateMdl', [f.ptr(2), f.u32(3), 0, 0, irp]);
  }
  return k.return(irp);
}

/** A packet that nobody waits for: its completion routine takes it back. */
function asynchronous(k: Kernel, device: Addr, iosb: Addr): Addr {
  const irp = allocateIrp(k, Math.max(1, k.mem.checked.u8(device + DEVICE_OBJECT.StackSize)));
  if (irp === 0) return 0;
  k.mem.setPtr(irp + IRP.UserIosb, iosb);
  k.mem.setPtr(irp + IRP.Tail_Overlay_Thread, k.currentThread());
  return irp;
}

export const routines: KernelRoutine[] = [
  { name: 'IoBuildDeviceIoControlRequest', cost: 40, locals: 1, step: deviceControl },
  { name: 'IoBuildSynchronousFsdRequest', cost: 40, locals: 1, step: (k, f) => fsd(k, f, true) },
  { name: 'IoBuildAsynchronousFsdRequest', cost: 40, locals: 1, step: (k, f) => fsd(k, f, false) },
];
