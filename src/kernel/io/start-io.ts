// The StartIo model: IoStartPacket gives a request to the driver's DriverStartIo or puts it into the device queue while another one is under way;
// IoStartNextPacket takes the next one. DriverStartIo runs at DISPATCH_LEVEL. Cancelling inside the queue is the driver's matter, as on Windows.
import type { Addr, Status } from '../../machine/abi.js';
import { DISPATCH_LEVEL } from '../ke/constants.js';
import type { Frame, Kernel, KernelRoutine } from '../kernel.js';
import { DEVICE_OBJECT, DRIVER_OBJECT, IRP } from '../layouts.gen.js';

/** Locals: 0 IRQL to go back to. */
const OLD = 0;
const DRIVER_START_IO_DEVICE = DEVICE_OBJECT.DeviceQueue;

/** Calls DriverStartIo(DeviceObject, Irp) with the request as the current one. */
function startIo(k: Kernel, f: Frame, nextPc: number, device: Addr, irp: Addr): Status {
  k.mem.setPtr(device + DEVICE_OBJECT.CurrentIrp, irp);
  const routine = k.mem.ptr(k.mem.ptr(device + DEVICE_OBJECT.DriverObject) + DRIVER_OBJECT.DriverStartIo);
  return k.call(f, nextPc, routine, [device, irp]);
}

function leave(k: Kernel, f: Frame): Status {
  k.lowerIrql(f.get(OLD));
  return k.returnVoid();
}

/** (DeviceObject, Irp, PULONG Key, CancelFunction) */
function startPacket(k: Kernel, f: Frame): Status {
  const [device, irp] = [f.ptr(0), f.ptr(1)];
  switch (f.pc) {
    case 0: {
      f.set(OLD, k.raiseIrql(DISPATCH_LEVEL));
      if (f.ptr(3) !== 0) k.mem.checked.setPtr(irp + IRP.CancelRoutine, f.ptr(3));
      const entry = irp + IRP.Tail_Overlay_DeviceQueueEntry;
      const queue = device + DRIVER_START_IO_DEVICE;
      if (f.ptr(2) === 0) return k.call(f, 1, 'KeInsertDeviceQueue', [queue, entry]);
      return k.call(f, 1, 'KeInsertByKeyDeviceQueue', [queue, entry, k.mem.checked.u32(f.ptr(2))]);
    }
    case 1:
      // FALSE: the queue was not busy, and now it is: this request starts at once
      return (f.result32 & 0xff) !== 0 ? leave(k, f) : startIo(k, f, 2, device, irp);
    default:
      return leave(k, f);
  }
}

/** (DeviceObject, Cancelable [, Key]) */
const startNext = (name: string, byKey: boolean): KernelRoutine => ({
  name,
  locals: 1,
  cost: 15,
  step(k, f) {
    const device = f.ptr(0);
    switch (f.pc) {
      case 0: {
        f.set(OLD, k.raiseIrql(DISPATCH_LEVEL));
        k.mem.checked.setPtr(device + DEVICE_OBJECT.CurrentIrp, 0);
        const queue = device + DRIVER_START_IO_DEVICE;
        return byKey ? k.call(f, 1, 'KeRemoveByKeyDeviceQueue', [queue, f.u32(2)]) : k.call(f, 1, 'KeRemoveDeviceQueue', [queue]);
      }
      case 1:
        return f.result === 0 ? leave(k, f) : startIo(k, f, 2, device, f.result - IRP.Tail_Overlay_DeviceQueueEntry);
      default:
        return leave(k, f);
    }
  },
});

export const routines: KernelRoutine[] = [
  { name: 'IoStartPacket', locals: 1, cost: 15, step: startPacket },
  startNext('IoStartNextPacket', false),
  startNext('IoStartNextPacketByKey', true),
];
