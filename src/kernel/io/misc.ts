// Small I/O routines that monitors and samples use: top-level IRP, error log, power pass-through, device lists.
import type { KernelRoutine } from '../kernel.js';
import { DEVICE_OBJECT, ETHREAD, IO_ERROR_LOG_PACKET, IO_GLOBALS } from '../layouts.gen.js';
import { referenceObject } from '../ob/object.js';
import { NT } from '../ob/status.js';
import { devicesOf } from './device.js';

/** The version of WDM since Windows Vista. */
const [WDM_MAJOR, WDM_MINOR] = [6, 0];
const ERROR_LOG_MAXIMUM_SIZE = 240;

export const routines: KernelRoutine[] = [
  { name: 'IoGetTopLevelIrp', cost: 2, step: (k) => k.return(k.mem.ptr(k.currentThread() + ETHREAD.TopLevelIrp)) },
  { name: 'IoSetTopLevelIrp', cost: 2, step: (k, f) => (k.mem.setPtr(k.currentThread() + ETHREAD.TopLevelIrp, f.ptr(0)), k.returnVoid()) },
  { name: 'IoGetDeviceToVerify', cost: 2, step: (k, f) => k.return(k.mem.checked.ptr(f.ptr(0) + ETHREAD.DeviceToVerify)) },
  {
    name: 'IoSetDeviceToVerify',
    cost: 2,
    step: (k, f) => (k.mem.checked.setPtr(f.ptr(0) + ETHREAD.DeviceToVerify, f.ptr(1)), k.returnVoid()),
  },
  // counts that drivers keep themselves: each adds what it has found
  { name: 'IoGetConfigurationInformation', cost: 2, step: (k) => k.return(k.globals.IO + IO_GLOBALS.Configuration) },
  {
    // (DeviceObject, DpcRoutine): as IoInitializeDpcRequest, threaded
    name: 'IoInitializeThreadedDpcRequest',
    cost: 5,
    step(k, f) {
      if (f.pc === 1) return k.returnVoid();
      return k.call(f, 1, 'KeInitializeThreadedDpc', [f.ptr(0) + DEVICE_OBJECT.Dpc, f.ptr(1), f.ptr(0)]);
    },
  },
  {
    // (Major, Minor): an older version is available too
    name: 'IoIsWdmVersionAvailable',
    cost: 2,
    step: (k, f) => k.return(f.u8(0) < WDM_MAJOR || (f.u8(0) === WDM_MAJOR && f.u8(1) <= WDM_MINOR) ? 1 : 0),
  },
  // No 32-bit processes are simulated.
  { name: 'IoIs32bitProcess', cost: 2, step: (k) => k.return(0) },
  {
    // (DriverObject, DeviceObjectList, ListSize in bytes, PULONG ActualNumber): every device is referenced
    name: 'IoEnumerateDeviceObjectList',
    cost: 20,
    step(k, f) {
      const devices = devicesOf(k, f.ptr(0));
      k.mem.checked.setU32(f.ptr(3), devices.length);
      const room = Math.floor(f.u32(2) / 8);
      devices.slice(0, room).forEach((d, i) => {
        referenceObject(k, d);
        k.mem.checked.setPtr(f.ptr(1) + 8 * i, d);
      });
      return k.return(devices.length > room ? NT.BUFFER_TOO_SMALL : NT.SUCCESS);
    },
  },
  {
    // (IoObject, EntrySize): a block that IoWriteErrorLogEntry takes back
    name: 'IoAllocateErrorLogEntry',
    cost: 10,
    step(k, f) {
      const size = f.u8(1);
      if (size < IO_ERROR_LOG_PACKET.sizeof || size > ERROR_LOG_MAXIMUM_SIZE) return k.return(0);
      const entry = k.pool.allocate('nonpaged', size, 'IoEr');
      if (entry !== 0) k.mem.fill(entry, size);
      return k.return(entry);
    },
  },
  {
    name: 'IoWriteErrorLogEntry',
    cost: 10,
    step(k, f) {
      k.event('io.error-log', { code: k.mem.checked.u32(f.ptr(0) + IO_ERROR_LOG_PACKET.ErrorCode) });
      k.pool.free(f.ptr(0));
      return k.returnVoid();
    },
  },
  { name: 'IoFreeErrorLogEntry', cost: 5, step: (k, f) => (k.pool.free(f.ptr(0)), k.returnVoid()) },
  { name: 'PoStartNextPowerIrp', cost: 2, step: (k) => k.returnVoid() },
  {
    name: 'PoCallDriver',
    cost: 5,
    step: (k, f) => (f.pc === 0 ? k.call(f, 1, 'IofCallDriver', [f.ptr(0), f.ptr(1)]) : k.return(f.result32 | 0)),
  },
];
