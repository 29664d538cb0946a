// Minifilters register, start and go; their FilterUnloadCallback runs when the service is stopped. No file operation reaches them (there is no file system
// below), so no instance is set up either; the report of a run names that. What the INF of a filter writes (Instances, Altitude) is taken as done.
import type { Addr, Status } from '../../machine/abi.js';
import type { Frame } from '../../machine/routine.js';
import { KernelMode, WaitReason } from '../ke/constants.js';
import { hex } from '../ke/dispatcher.js';
import type { Kernel, KernelRoutine } from '../kernel.js';
import { DRIVER_OBJECT, FLT_REGISTRATION, FLTP_FILTER, IOP_CLIENT_EXTENSION, IOP_DRIVER } from '../layouts.gen.js';
import { initEvent } from '../ob/event-object.js';
import { NT, ntSuccess } from '../ob/status.js';
import { readUnicode } from '../ob/strings.js';
import { entries, insertTail } from '../rtl/list.js';

const SIGNATURE = 0x74666c46; // 'Flft'
const FLT_DO_NOT_DETACH = 0xc01c0010 | 0;
const NOTIFICATION_EVENT = 0;
const FLTFL_FILTER_UNLOAD_MANDATORY = 1;
/** Tag of a registered filter's block: it belongs to the driver, so that one that is never unregistered is found as a leak. */
export const FILTER_TAG = 'FMfl';

/** Where a driver object keeps its filter: the data of a client extension of our own, made at the first registration. */
function filterSlot(k: Kernel, driver: Addr, create: boolean): Addr {
  const head = driver + IOP_DRIVER.ExtensionList;
  const id = k.addressOf('FltRegisterFilter');
  for (const e of entries(k.mem, head)) {
    const block = e - IOP_CLIENT_EXTENSION.Link;
    if (k.mem.ptr(block + IOP_CLIENT_EXTENSION.Identification) === id) return block + IOP_CLIENT_EXTENSION.sizeof;
  }
  if (!create) return 0;
  const block = k.pool.allocate('nonpaged', IOP_CLIENT_EXTENSION.sizeof + 8, 'Driv');
  if (block === 0) return 0;
  k.mem.fill(block, IOP_CLIENT_EXTENSION.sizeof + 8);
  k.mem.setPtr(block + IOP_CLIENT_EXTENSION.Identification, id);
  k.mem.setU32(block + IOP_CLIENT_EXTENSION.Size, 8);
  insertTail(k.mem, head, block + IOP_CLIENT_EXTENSION.Link);
  return block + IOP_CLIENT_EXTENSION.sizeof;
}

/** True when `filter` is what FltRegisterFilter handed out; else it says so. Reading through a wild pointer faults as usual. */
export function isFilter(k: Kernel, filter: Addr, caller: string): boolean {
  if (k.mem.checked.u32(filter + FLTP_FILTER.Signature) === SIGNATURE) return true;
  k.finding('filter-not-registered', `${caller} with ${hex(filter)}, which is not a registered filter`);
  return false;
}

/** (Driver, Registration, *RetFilter) */
function register(k: Kernel, f: Frame): Status {
  const m = k.mem.checked;
  const driver = f.ptr(0);
  const registration = f.ptr(1);
  m.setPtr(f.ptr(2), 0);
  if (m.u16(registration + FLT_REGISTRATION.Version) >>> 8 !== 2) return k.return(NT.INVALID_PARAMETER);
  const unload = m.ptr(registration + FLT_REGISTRATION.FilterUnloadCallback);
  const slot = filterSlot(k, driver, true);
  if (slot === 0) return k.return(NT.INSUFFICIENT_RESOURCES);
  if (k.mem.ptr(slot) !== 0) return k.return(NT.OBJECT_NAME_COLLISION);
  const filter = k.pool.allocate('nonpaged', FLTP_FILTER.sizeof, FILTER_TAG);
  if (filter === 0) return k.return(NT.INSUFFICIENT_RESOURCES);
  k.mem.fill(filter, FLTP_FILTER.sizeof);
  k.mem.setU32(filter + FLTP_FILTER.Signature, SIGNATURE);
  k.mem.setPtr(filter + FLTP_FILTER.DriverObject, driver);
  k.mem.setPtr(filter + FLTP_FILTER.FilterUnload, unload);
  k.mem.setPtr(filter + FLTP_FILTER.OldDriverUnload, m.ptr(driver + DRIVER_OBJECT.DriverUnload));
  initEvent(k, filter + FLTP_FILTER.Drained, NOTIFICATION_EVENT, false);
  k.mem.setPtr(slot, filter);
  // A filter without unload callback cannot be unloaded.
  m.setPtr(driver + DRIVER_OBJECT.DriverUnload, unload === 0 ? 0 : k.addressOf('FltpMiniFilterDriverUnload'));
  m.setPtr(f.ptr(2), filter);
  k.event('flt.register', { driver: readUnicode(k, driver + DRIVER_OBJECT.DriverName), filter });
  return k.return(NT.SUCCESS);
}

/** DriverUnload of a driver with a filter: a mandatory unload, as when its service is stopped. Slot 0: what the driver had as DriverUnload. */
function driverUnload(k: Kernel, f: Frame): Status {
  const driver = f.ptr(0);
  switch (f.pc) {
    case 0: {
      const slot = filterSlot(k, driver, false);
      const filter = slot === 0 ? 0 : k.mem.ptr(slot);
      if (filter === 0) return k.returnVoid(); // the driver unregistered its filter itself, before it was asked to unload
      f.set(0, k.mem.ptr(filter + FLTP_FILTER.OldDriverUnload));
      const routine = k.mem.ptr(filter + FLTP_FILTER.FilterUnload);
      k.event('flt.unload', { filter, routine });
      return k.call(f, 1, routine, [FLTFL_FILTER_UNLOAD_MANDATORY]);
    }
    case 1: {
      const status = f.result32 | 0;
      if (!ntSuccess(status) && status !== FLT_DO_NOT_DETACH)
        k.finding(
          'filter-unload-status',
          `FilterUnloadCallback returned 0x${(status >>> 0).toString(16)} to a mandatory unload; the driver goes all the same`,
        );
      return f.get(0) === 0 ? k.returnVoid() : k.call(f, 2, f.get(0), [driver]);
    }
    default:
      return k.returnVoid();
  }
}

/** (Filter): waits until the work items of the filter have run; nothing new is queued or referenced meanwhile. */
function unregister(k: Kernel, f: Frame): Status {
  const filter = f.ptr(0);
  if (f.pc === 0) {
    if (!isFilter(k, filter, 'FltUnregisterFilter')) return k.returnVoid();
    if (k.mem.u32(filter + FLTP_FILTER.Deleting) !== 0) {
      k.finding('filter-not-registered', `FltUnregisterFilter with ${hex(filter)}, which another call is unregistering`);
      return k.returnVoid();
    }
    k.mem.setU32(filter + FLTP_FILTER.Deleting, 1);
    if (k.mem.i32(filter + FLTP_FILTER.WorkItems) > 0)
      return k.wait(f, 1, { object: filter + FLTP_FILTER.Drained, reason: WaitReason.Executive, mode: KernelMode });
  }
  const ports = k.mem.i32(filter + FLTP_FILTER.Ports);
  // Windows waits here for every port to be closed, so with an open one this call never comes back.
  if (ports !== 0) k.finding('filter-port-open', `FltUnregisterFilter while ${ports} communication port(s) of the filter are open`);
  const references = k.mem.i32(filter + FLTP_FILTER.References);
  if (references !== 0)
    k.finding('filter-referenced', `FltUnregisterFilter while ${references} reference(s) of FltObjectReference are held`);
  const driver = k.mem.ptr(filter + FLTP_FILTER.DriverObject);
  const slot = filterSlot(k, driver, false);
  if (slot !== 0) k.mem.setPtr(slot, 0);
  k.mem.setU32(filter + FLTP_FILTER.Signature, 0);
  k.event('flt.unregister', { filter });
  k.pool.free(filter);
  return k.returnVoid();
}

export const routines: KernelRoutine[] = [
  { name: 'FltRegisterFilter', cost: 60, step: register },
  { name: 'FltpMiniFilterDriverUnload', locals: 1, cost: 20, step: driverUnload },
  {
    // (Filter)
    name: 'FltStartFiltering',
    cost: 30,
    step(k, f) {
      if (!isFilter(k, f.ptr(0), 'FltStartFiltering')) return k.return(NT.INVALID_PARAMETER);
      if (k.mem.u32(f.ptr(0) + FLTP_FILTER.Started) !== 0) return k.return(NT.INVALID_PARAMETER);
      k.mem.setU32(f.ptr(0) + FLTP_FILTER.Started, 1);
      k.event('io.not-simulated', { what: 'minifilter:', name: 'file operations' });
      return k.return(NT.SUCCESS);
    },
  },
  {
    // (Filter)
    name: 'FltUnregisterFilter',
    cost: 40,
    step: unregister,
  },
];
