// Silo monitors: drivers that are told of server silos (reference: ps-routines.md 5), each with a context slot of its own.
// Silos are made of jobs (job-services.ts: the classes 35 CreateSilo and 40 ServerSiloInitialize of ZwSetInformationJobObject).
import type { Addr, Status } from '../../machine/abi.js';
import { WaitReason } from '../ke/constants.js';
import type { Frame, Kernel, KernelRoutine } from '../kernel.js';
import { PS_GLOBALS, SILO_MONITOR, SILO_MONITOR_REGISTRATION } from '../layouts.gen.js';
import { clearEvent } from '../ob/event-object.js';
import { NT } from '../ob/status.js';
import { entries, insertTail, remove } from '../rtl/list.js';
import { currentServer, hostSilo, serverSilos } from './silo.js';
import { allocateSlot, freeSlot, userOfSlot } from './silo-context.js';

const VERSION = 1;
const R = SILO_MONITOR_REGISTRATION;
const monitors = (k: Kernel): Addr[] => entries(k.mem, k.globals.PS + PS_GLOBALS.SiloMonitors).map((e) => e - SILO_MONITOR.Link);
const started = (k: Kernel): Addr[] => monitors(k).filter((x) => k.mem.u8(x + SILO_MONITOR.Started) !== 0);

function register(k: Kernel, f: Frame): number {
  const c = k.mem.checked;
  const r = f.ptr(0);
  c.bytes(r, R.sizeof);
  if (c.u8(r + R.Version) !== VERSION || c.ptr(r + R.DriverObjectName) === 0 || c.ptr(r + R.TerminateCallback) === 0)
    return NT.INVALID_PARAMETER;
  if (currentServer(k) !== hostSilo(k)) return NT.PRIVILEGE_NOT_HELD;
  const monitor = k.pool.allocate('nonpaged', SILO_MONITOR.sizeof, 'PsSM');
  const slot = monitor === 0 ? -1 : allocateSlot(k);
  if (slot < 0) {
    if (monitor !== 0) k.pool.free(monitor);
    return NT.INSUFFICIENT_RESOURCES;
  }
  k.mem.fill(monitor, SILO_MONITOR.sizeof);
  k.mem.setU32(monitor + SILO_MONITOR.Slot, slot);
  k.mem.setU8(monitor + SILO_MONITOR.MonitorHost, c.u8(r + R.MonitorHost));
  k.mem.setU8(monitor + SILO_MONITOR.MonitorExistingSilos, c.u8(r + R.MonitorExistingSilos));
  k.mem.setPtr(monitor + SILO_MONITOR.CreateCallback, c.ptr(r + R.CreateCallback));
  k.mem.setPtr(monitor + SILO_MONITOR.TerminateCallback, c.ptr(r + R.TerminateCallback));
  insertTail(k.mem, k.globals.PS + PS_GLOBALS.SiloMonitors, monitor + SILO_MONITOR.Link);
  c.setPtr(f.ptr(1), monitor);
  return NT.SUCCESS;
}

/** Silos that a monitor is told of when it starts: the host if it wants it, then those that exist. */
const told = (k: Kernel, monitor: Addr): Addr[] => [
  ...(k.mem.u8(monitor + SILO_MONITOR.MonitorHost) ? [hostSilo(k)] : []),
  ...serverSilos(k),
];

/** PsStartSiloMonitor(Monitor). A create callback that fails does not stop the others (U). */
function start(k: Kernel, f: Frame): Status {
  const monitor = f.ptr(0);
  const m = k.mem;
  if (f.pc === 0) {
    if (serverSilos(k).length && !m.u8(monitor + SILO_MONITOR.MonitorExistingSilos)) return k.return(NT.NOT_SUPPORTED);
    m.setU8(monitor + SILO_MONITOR.Started, 1);
    f.set(0, 0);
  }
  const silo = told(k, monitor)[f.get(0)];
  const create = m.ptr(monitor + SILO_MONITOR.CreateCallback);
  if (silo === undefined || create === 0) return k.return(NT.SUCCESS);
  f.set(0, f.get(0) + 1);
  return k.call(f, 1, create, [silo]);
}

/** PsUnregisterSiloMonitor(Monitor): its silos end for it, then it waits until nothing is left in its slot. */
function unregister(k: Kernel, f: Frame): Status {
  const m = k.mem;
  const monitor = f.ptr(0);
  if (f.pc === 0) {
    f.set(0, m.u8(monitor + SILO_MONITOR.Started) ? 0 : 999);
    f.set(1, m.u32(monitor + SILO_MONITOR.Slot));
    m.setU8(monitor + SILO_MONITOR.Started, 0);
  }
  const silo = f.pc < 2 ? told(k, monitor)[f.get(0)] : undefined;
  if (silo !== undefined) {
    f.set(0, f.get(0) + 1);
    return k.call(f, 1, m.ptr(monitor + SILO_MONITOR.TerminateCallback), [silo]);
  }
  if (userOfSlot(k, f.get(1)) !== 0) {
    // several may wait, each for its own slot: a change wakes all of them
    const changed = k.globals.PS + PS_GLOBALS.SiloSlotEvent;
    clearEvent(k, changed);
    return k.wait(f, 2, { object: changed, reason: WaitReason.WrRundown });
  }
  freeSlot(k, f.get(1));
  remove(m, monitor + SILO_MONITOR.Link);
  k.pool.free(monitor);
  return k.returnVoid();
}

/** Calls one callback of every started monitor: (Silo). */
function tellAll(name: string, callback: number): KernelRoutine {
  return {
    name,
    locals: 1,
    step(k, f) {
      if (f.pc === 0) f.set(0, 0);
      const all = started(k);
      while (f.get(0) < all.length) {
        const routine = k.mem.ptr(all[f.get(0)] + callback);
        f.set(0, f.get(0) + 1);
        if (routine !== 0) return k.call(f, 1, routine, [f.ptr(0)]);
      }
      return k.returnVoid();
    },
  };
}

export const routines: KernelRoutine[] = [
  { name: 'PsRegisterSiloMonitor', cost: 30, step: (k, f) => k.return(register(k, f)) },
  { name: 'PsStartSiloMonitor', locals: 1, cost: 20, step: start },
  { name: 'PsUnregisterSiloMonitor', locals: 2, cost: 20, step: unregister },
  { name: 'PsGetSiloMonitorContextSlot', cost: 3, step: (k, f) => k.return(k.mem.checked.u32(f.ptr(0) + SILO_MONITOR.Slot)) },
  tellAll('PspSiloMonitorsCreate', SILO_MONITOR.CreateCallback),
  tellAll('PspSiloMonitorsTerminate', SILO_MONITOR.TerminateCallback),
];
