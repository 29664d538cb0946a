// Controller objects: devices that share one controller take turns. IoAllocateController calls the driver's ControllerControl routine at once, or when the device's turn
// comes; what it returns (KeepObject, DeallocateObject) says whether the controller stays taken until IoFreeController.
import type { Addr, Status } from '../../machine/abi.js';
import { hex } from '../ke/dispatcher.js';
import type { Frame, Kernel, KernelRoutine } from '../kernel.js';
import {
  CONTROLLER_OBJECT,
  DEVICE_OBJECT,
  IO_ALLOCATION_ACTION,
  KDEVICE_QUEUE,
  KDEVICE_QUEUE_ENTRY,
  WAIT_CONTEXT_BLOCK,
} from '../layouts.gen.js';
import { entries, initListHead } from '../rtl/list.js';

const IO_TYPE_CONTROLLER = 2;
const DEVICE_QUEUE_OBJECT = 20;
/** It belongs to the driver: one that is never deleted is found as a leak. */
export const CONTROLLER_TAG = 'Cont';
const QUEUE = CONTROLLER_OBJECT.DeviceWaitQueue;
const WCB = DEVICE_OBJECT.Queue_Wcb;
/** Entry of a device in a controller's queue. */
const ENTRY = WCB + WAIT_CONTEXT_BLOCK.WaitQueueEntry;

/** The bug check for an address that is no controller object, undefined when it is one. */
function refuse(k: Kernel, name: string, controller: Addr): Status | undefined {
  if (k.mem.checked.u16(controller + CONTROLLER_OBJECT.Type) === IO_TYPE_CONTROLLER) return undefined;
  return k.bugCheck(0x18, 0, controller, 0, 0, `${name}: ${hex(controller)} is no controller object (deleted already?)`);
}

/** Calls ControllerControl(DeviceObject, Irp, NULL, Context) of the device that has the controller now. */
function control(k: Kernel, f: Frame, nextPc: number, device: Addr): Status {
  const m = k.mem;
  const routine = m.ptr(device + WCB + WAIT_CONTEXT_BLOCK.DeviceRoutine);
  return k.call(f, nextPc, routine, [
    device,
    m.ptr(device + DEVICE_OBJECT.CurrentIrp),
    0,
    m.i64(device + WCB + WAIT_CONTEXT_BLOCK.DeviceContext),
  ]);
}

/** (ControllerObject, DeviceObject, ExecutionRoutine, Context) */
function allocate(k: Kernel, f: Frame): Status {
  const m = k.mem.checked;
  const [controller, device] = [f.ptr(0), f.ptr(1)];
  switch (f.pc) {
    case 0: {
      const bad = refuse(k, 'IoAllocateController', controller);
      if (bad !== undefined) return bad;
      const waiting = entries(k.mem, controller + QUEUE + KDEVICE_QUEUE.DeviceListHead).includes(device + ENTRY);
      if (waiting) {
        const text = `IoAllocateController for the device ${hex(device)}, which waits for this controller already: its entry would be linked twice`;
        return k.bugCheck(0x139, 3, 0, 0, device + ENTRY, text);
      }
      m.setPtr(device + WCB + WAIT_CONTEXT_BLOCK.DeviceRoutine, f.ptr(2));
      m.setI64(device + WCB + WAIT_CONTEXT_BLOCK.DeviceContext, f.i64(3));
      m.setPtr(device + WCB + WAIT_CONTEXT_BLOCK.DeviceObject, device);
      m.setPtr(device + WCB + WAIT_CONTEXT_BLOCK.CurrentIrp, m.ptr(device + DEVICE_OBJECT.CurrentIrp));
      return k.call(f, 1, 'KeInsertDeviceQueue', [controller + QUEUE, device + ENTRY]);
    }
    case 1:
      return f.result32 & 0xff ? k.returnVoid() : control(k, f, 2, device);
    case 2:
      return (f.result32 | 0) === IO_ALLOCATION_ACTION.DeallocateObject ? k.call(f, 3, 'IoFreeController', [controller]) : k.returnVoid();
    default:
      return k.returnVoid();
  }
}

/** (ControllerObject): the next device that waits gets it, and the one after that as long as they give it back at once. */
function free(k: Kernel, f: Frame): Status {
  const controller = f.ptr(0);
  switch (f.pc) {
    case 1:
      return f.result === 0 ? k.returnVoid() : control(k, f, 2, f.result - ENTRY);
    case 2:
      if ((f.result32 | 0) !== IO_ALLOCATION_ACTION.DeallocateObject) return k.returnVoid();
      break;
    default: {
      const bad = refuse(k, 'IoFreeController', controller);
      if (bad !== undefined) return bad;
      if (k.mem.u8(controller + QUEUE + KDEVICE_QUEUE.Busy) === 0)
        k.finding('controller-not-allocated', `IoFreeController of ${hex(controller)}, which no device has allocated`);
    }
  }
  return k.call(f, 1, 'KeRemoveDeviceQueue', [controller + QUEUE]);
}

export const routines: KernelRoutine[] = [
  {
    // (Size of the extension): in nonpaged pool, zeroed
    name: 'IoCreateController',
    cost: 40,
    step(k, f) {
      const m = k.mem;
      const size = CONTROLLER_OBJECT.sizeof + f.u32(0);
      const controller = k.pool.allocate('nonpaged', size, CONTROLLER_TAG);
      if (controller === 0) return k.return(0);
      m.fill(controller, size);
      m.setU16(controller + CONTROLLER_OBJECT.Type, IO_TYPE_CONTROLLER);
      m.setU16(controller + CONTROLLER_OBJECT.Size, size);
      m.setPtr(controller + CONTROLLER_OBJECT.ControllerExtension, controller + CONTROLLER_OBJECT.sizeof);
      m.setU16(controller + QUEUE + KDEVICE_QUEUE.Type, DEVICE_QUEUE_OBJECT);
      m.setU16(controller + QUEUE + KDEVICE_QUEUE.Size, KDEVICE_QUEUE.sizeof);
      initListHead(m, controller + QUEUE + KDEVICE_QUEUE.DeviceListHead);
      return k.return(controller);
    },
  },
  {
    // (ControllerObject)
    name: 'IoDeleteController',
    cost: 30,
    step(k, f) {
      const controller = f.ptr(0);
      const bad = refuse(k, 'IoDeleteController', controller);
      if (bad !== undefined) return bad;
      const waiting = entries(k.mem, controller + QUEUE + KDEVICE_QUEUE.DeviceListHead);
      for (const e of waiting) k.mem.setU8(e + KDEVICE_QUEUE_ENTRY.Inserted, 0);
      if (k.mem.u8(controller + QUEUE + KDEVICE_QUEUE.Busy) !== 0)
        k.finding(
          'controller-in-use',
          `IoDeleteController while a device has the controller and ${waiting.length} wait for it: their ControllerControl routines are never called`,
        );
      k.mem.setU16(controller + CONTROLLER_OBJECT.Type, 0);
      k.pool.free(controller);
      return k.returnVoid();
    },
  },
  { name: 'IoAllocateController', cost: 15, step: allocate },
  { name: 'IoFreeController', cost: 15, step: free },
];
