// I/O request packets: allocation, stack locations, the call of a driver's dispatch routine and completion up the stack. Public layout, so that the inline
// routines of the headers (IoGetCurrentIrpStackLocation, IoSetCompletionRoutine, IoMarkIrpPending ...) work on the same memory.
import type { Addr, Status } from '../../machine/abi.js';
import { combinedApcDisable } from '../ke/region.js';
import type { Frame, Kernel, KernelRoutine } from '../kernel.js';
import { DEVICE_OBJECT, DRIVER_OBJECT, ETHREAD, IO_GLOBALS, IO_STACK_LOCATION, IO_STATUS_BLOCK, IRP, MDL } from '../layouts.gen.js';
import { NT, ntSuccess } from '../ob/status.js';
import { initListHead, insertTail, isEmpty, remove } from '../rtl/list.js';
import { majorName } from './major.js';

const IO_TYPE_IRP = 6;
const STACK = IO_STACK_LOCATION.sizeof;
/** IRP.AllocationFlags: the issuing service frees the packet itself. */
export const IOP_OWNED = 0x80;
/** IRP.Flags of packets that IoBuildDeviceIoControlRequest and friends make: freed when completed. */
export const IRP_BUFFERED_IO = 0x10;
export const IRP_DEALLOCATE_BUFFER = 0x20;
export const IRP_INPUT_OPERATION = 0x40;
export const IRP_SYNCHRONOUS_API = 0x4;
const IOP_THREADED = 0x40;
/** IRP.Flags: AssociatedIrp names the master. */
export const IRP_ASSOCIATED_IRP = 0x8;

const SL_PENDING_RETURNED = 0x01;
export const SL_INVOKE_ON_CANCEL = 0x20;
export const SL_INVOKE_ON_SUCCESS = 0x40;
export const SL_INVOKE_ON_ERROR = 0x80;

export const currentStack = (k: Kernel, irp: Addr): Addr => k.mem.ptr(irp + IRP.Tail_Overlay_CurrentStackLocation);

export function initIrp(k: Kernel, irp: Addr, size: number, stackSize: number): void {
  const m = k.mem;
  m.fill(irp, size);
  m.setU16(irp + IRP.Type, IO_TYPE_IRP);
  m.setU16(irp + IRP.Size, size);
  m.setU8(irp + IRP.StackCount, stackSize);
  m.setU8(irp + IRP.CurrentLocation, stackSize + 1);
  initListHead(m, irp + IRP.ThreadListEntry);
  m.setPtr(irp + IRP.Tail_Overlay_CurrentStackLocation, irp + IRP.sizeof + stackSize * STACK);
}

export const irpSize = (stackSize: number): number => IRP.sizeof + stackSize * STACK;

/** New packet, 0: out of memory. The pool knows which code asked. */
export function allocateIrp(k: Kernel, stackSize: number): Addr {
  const size = irpSize(stackSize);
  const irp = k.pool.allocate('nonpaged', size, 'Irp ');
  if (irp === 0) return 0;
  initIrp(k, irp, size, stackSize);
  count(k, 1);
  return irp;
}

function count(k: Kernel, delta: number): void {
  const at = k.globals.IO + IO_GLOBALS.OutstandingIrps;
  k.mem.setU32(at, Math.max(0, k.mem.u32(at) + delta));
}

export function freeIrp(k: Kernel, irp: Addr): void {
  if (!isEmpty(k.mem, irp + IRP.ThreadListEntry)) remove(k.mem, irp + IRP.ThreadListEntry);
  k.mem.setU16(irp + IRP.Type, 0);
  count(k, -1);
  k.pool.free(irp);
}

/** Next location of a packet that is about to be sent. */
export const nextStack = (k: Kernel, irp: Addr): Addr => currentStack(k, irp) - STACK;

/** IofCallDriver: the next location becomes current, the driver's dispatch routine is called; its status is the result. Locals: 0 IRQL of the caller,
 * 1 the dispatch routine, 2 the APC disable count of the caller. */
function callDriver(k: Kernel, f: Frame): Status {
  if (f.pc === 1) {
    k.event('io.dispatch-return', { irp: f.ptr(1), status: f.result32 });
    if (k.irql !== f.get(0)) k.event('io.irql-changed', { routine: f.get(1), before: f.get(0), after: k.irql });
    const changed = k.asked() ? apcCountChanged(k, 0xc5, f.get(1), f.get(2), 'the dispatch routine') : undefined;
    if (changed !== undefined) return changed;
    return k.return(f.result32 | 0);
  }
  const m = k.mem;
  const device = f.ptr(0);
  const irp = f.ptr(1);
  if (m.checked.u16(irp + IRP.Type) !== IO_TYPE_IRP) {
    return k.bugCheck(0xc9, 0x7, 0, irp, 0, 'IoCallDriver with something that is no IRP (freed or never allocated)');
  }
  const location = m.u8(irp + IRP.CurrentLocation) - 1;
  if (location <= 0)
    return k.bugCheck(
      0x35,
      irp,
      0,
      0,
      0,
      'IoCallDriver: the IRP has no stack location left for the next driver (allocated with too small a StackSize)',
    );
  m.setU8(irp + IRP.CurrentLocation, location);
  const stack = currentStack(k, irp) - STACK;
  m.setPtr(irp + IRP.Tail_Overlay_CurrentStackLocation, stack);
  m.checked.u8(device);
  m.setPtr(stack + IO_STACK_LOCATION.DeviceObject, device);
  const major = m.u8(stack + IO_STACK_LOCATION.MajorFunction);
  const driver = m.ptr(device + DEVICE_OBJECT.DriverObject);
  const routine = m.ptr(driver + DRIVER_OBJECT.MajorFunction + 8 * major);
  k.event('io.dispatch', { irp, device, major: majorName(major), routine });
  f.set(0, k.irql);
  f.set(1, routine);
  if (k.asked()) f.set(2, combinedApcDisable(k, k.currentThread()));
  return k.call(f, 1, routine, [device, irp]);
}

/** Driver Verifier: a routine of a driver returned with more or fewer critical regions than it was called with (reference: bugchecks 8, 0xC5, 0xFB). */
function apcCountChanged(k: Kernel, code: number, routine: Addr, before: number, what: string): Status | undefined {
  const now = combinedApcDisable(k, k.currentThread());
  if (now === before) return undefined;
  const text = `${what} ${k.functionAtText(routine)} changed the APC disable count from ${before | 0} to ${now | 0}: critical or guarded regions are unbalanced`;
  return k.violation(code, routine, now, before, text);
}

/** Local slots of IofCompleteRequest about the completion routine that runs. */
const ROUTINE = 1;
const IRQL = 2;
const APCS = 3;

/** Driver Verifier: a completion routine returned at another IRQL (0xFA) or APC disable count (0xFB). */
function completionChanged(k: Kernel, f: Frame): Status | undefined {
  const routine = f.get(ROUTINE);
  if (k.irql !== f.get(IRQL)) {
    const text = `the completion routine ${k.functionAtText(routine)} was called at IRQL ${f.get(IRQL)} and returned at ${k.irql}`;
    const stop = k.violation(0xfa, routine, f.get(IRQL), k.irql, text);
    if (stop !== undefined) return stop;
  }
  return apcCountChanged(k, 0xfb, routine, f.get(APCS), 'the completion routine');
}

/** Places in IofCompleteRequest besides 1, the return of a completion routine: the master is completed, pages of an MDL are unlocked, the MDL is freed. */
const MASTER = 2;
const UNLOCKED = 3;
const MDL_FREED = 4;

/** IofCompleteRequest(Irp, PriorityBoost). Locals: 0 MDL that is being released. */
function completeRequest(k: Kernel, f: Frame): Status {
  const m = k.mem;
  const irp = f.ptr(0);
  if (f.pc === 0) {
    if (m.checked.u16(irp + IRP.Type) !== IO_TYPE_IRP || m.u8(irp + IRP.CurrentLocation) > m.u8(irp + IRP.StackCount) + 1) {
      return k.bugCheck(0x44, irp, 0x1d7, 0, 0, 'the IRP was completed already: IoCompleteRequest was called twice for it');
    }
    if (m.ptr(irp + IRP.CancelRoutine) !== 0) {
      return k.bugCheck(
        0x48,
        irp,
        0,
        0,
        0,
        'an IRP is completed while its cancel routine is still set: call IoSetCancelRoutine(Irp, NULL) first',
      );
    }
    const status = m.i32(irp + IRP.IoStatus + IO_STATUS_BLOCK.Status);
    k.event('io.complete', { irp, status: status >>> 0, information: m.ptr(irp + IRP.IoStatus + IO_STATUS_BLOCK.Information) });
    if (status === NT.PENDING) k.event('io.completed-pending', { irp });
  } else if (f.pc === MASTER) {
    return k.returnVoid();
  } else if (f.pc === UNLOCKED || f.pc === MDL_FREED) {
    return releaseMdls(k, f, irp);
  } else {
    const changed = k.asked() ? completionChanged(k, f) : undefined;
    if (changed !== undefined) return changed;
    if ((f.result32 | 0) === NT.MORE_PROCESSING_REQUIRED) return k.returnVoid();
  }
  for (;;) {
    const location = m.u8(irp + IRP.CurrentLocation);
    const stackCount = m.u8(irp + IRP.StackCount);
    if (location > stackCount) return finishRequest(k, f, irp);
    const stack = currentStack(k, irp);
    const control = m.u8(stack + IO_STACK_LOCATION.Control);
    m.setU8(irp + IRP.PendingReturned, control & SL_PENDING_RETURNED);
    m.setU8(irp + IRP.CurrentLocation, location + 1);
    m.setPtr(irp + IRP.Tail_Overlay_CurrentStackLocation, stack + STACK);
    const status = m.i32(irp + IRP.IoStatus + IO_STATUS_BLOCK.Status);
    const wanted =
      (ntSuccess(status) && (control & SL_INVOKE_ON_SUCCESS) !== 0) ||
      (!ntSuccess(status) && (control & SL_INVOKE_ON_ERROR) !== 0) ||
      (m.u8(irp + IRP.Cancel) !== 0 && (control & SL_INVOKE_ON_CANCEL) !== 0);
    const routine = m.ptr(stack + IO_STACK_LOCATION.CompletionRoutine);
    const context = m.ptr(stack + IO_STACK_LOCATION.Context);
    m.setU8(stack + IO_STACK_LOCATION.MinorFunction, 0);
    m.setU8(stack + IO_STACK_LOCATION.Control, 0);
    m.setPtr(stack + IO_STACK_LOCATION.CompletionRoutine, 0);
    if (wanted && routine !== 0) {
      const device = location + 1 > stackCount ? 0 : m.ptr(stack + STACK + IO_STACK_LOCATION.DeviceObject);
      if (k.asked()) {
        f.set(ROUTINE, routine);
        f.set(IRQL, k.irql);
        f.set(APCS, combinedApcDisable(k, k.currentThread()));
      }
      return k.call(f, 1, routine, [device, irp, context]);
    }
    // No routine of its own: what was marked pending below is pending for the one above.
    if (control & SL_PENDING_RETURNED && location + 1 <= stackCount) {
      const above = stack + STACK + IO_STACK_LOCATION.Control;
      m.setU8(above, m.u8(above) | SL_PENDING_RETURNED);
    }
  }
}

/** The packet is through all drivers: status block, event, memory. */
function finishRequest(k: Kernel, f: Frame, irp: Addr): Status {
  const m = k.mem;
  // Two past the top: a second completion is recognised by it.
  m.setU8(irp + IRP.CurrentLocation, m.u8(irp + IRP.StackCount) + 2);
  if (m.u32(irp + IRP.Flags) & IRP_ASSOCIATED_IRP) return finishAssociated(k, f, irp);
  const flags = m.u8(irp + IRP.AllocationFlags);
  if ((flags & (IOP_OWNED | IOP_THREADED)) === 0) return k.returnVoid();
  if (flags & IOP_THREADED && m.ptr(irp + IRP.MdlAddress) !== 0) return releaseMdls(k, f, irp);
  return report(k, f, irp);
}

/** One packet of several less; with the last the master is completed. */
function finishAssociated(k: Kernel, f: Frame, irp: Addr): Status {
  const m = k.mem;
  const master = m.ptr(irp + IRP.AssociatedIrp_SystemBuffer);
  const count = master + IRP.AssociatedIrp_SystemBuffer;
  m.setI32(count, m.i32(count) - 1);
  freeIrp(k, irp);
  return m.i32(count) === 0 ? k.call(f, MASTER, 'IofCompleteRequest', [master, f.i32(1)]) : k.returnVoid();
}

/** Unlocks and frees the MDLs of a packet that the I/O manager finishes, one after the other; then it reports. */
function releaseMdls(k: Kernel, f: Frame, irp: Addr): Status {
  const m = k.mem;
  if (f.pc === UNLOCKED) {
    m.setPtr(irp + IRP.MdlAddress, m.ptr(f.get(0) + MDL.Next));
    return k.call(f, MDL_FREED, 'IoFreeMdl', [f.get(0)]);
  }
  const mdl = m.ptr(irp + IRP.MdlAddress);
  if (mdl === 0) return report(k, f, irp);
  f.set(0, mdl);
  if ((m.u16(mdl + MDL.MdlFlags) & MDL_PAGES_LOCKED) !== 0) return k.call(f, UNLOCKED, 'MmUnlockPages', [mdl]);
  m.setPtr(irp + IRP.MdlAddress, m.ptr(mdl + MDL.Next));
  return k.call(f, MDL_FREED, 'IoFreeMdl', [mdl]);
}
const MDL_PAGES_LOCKED = 2;

function report(k: Kernel, f: Frame, irp: Addr): Status {
  const m = k.mem;
  const flags = m.u8(irp + IRP.AllocationFlags);
  const status = m.i32(irp + IRP.IoStatus + IO_STATUS_BLOCK.Status);
  const information = m.ptr(irp + IRP.IoStatus + IO_STATUS_BLOCK.Information);
  if (flags & IOP_THREADED) {
    const bits = m.u32(irp + IRP.Flags);
    const buffer = m.ptr(irp + IRP.AssociatedIrp_SystemBuffer);
    if (bits & IRP_BUFFERED_IO) {
      if (bits & IRP_INPUT_OPERATION && status >= 0 && information > 0)
        m.checked.setBytes(m.ptr(irp + IRP.UserBuffer), m.bytes(buffer, information));
      if (bits & IRP_DEALLOCATE_BUFFER && buffer !== 0) k.pool.free(buffer);
    }
  }
  const iosb = m.ptr(irp + IRP.UserIosb);
  if (iosb !== 0) {
    m.checked.setU32(iosb + IO_STATUS_BLOCK.Status, status >>> 0);
    m.checked.setPtr(iosb + IO_STATUS_BLOCK.Information, information);
  }
  const event = m.ptr(irp + IRP.UserEvent);
  if (flags & IOP_THREADED) freeIrp(k, irp);
  if (event !== 0) k.signalEvent(event, f.i32(1) & 0xff);
  return k.returnVoid();
}

/** Marks a packet made by IoBuild...Request: completion finishes and frees it. */
export function markThreaded(k: Kernel, irp: Addr): void {
  k.mem.setU8(irp + IRP.AllocationFlags, k.mem.u8(irp + IRP.AllocationFlags) | IOP_THREADED);
}

/** (Irp, PacketSize, StackSize), the last two from `at` on. */
const initialise = (name: string, at: number): KernelRoutine => ({
  name,
  cost: 8,
  step(k, f) {
    k.mem.checked.fill(f.ptr(0), f.u16(at));
    initIrp(k, f.ptr(0), f.u16(at), f.u8(at + 1));
    return k.returnVoid();
  },
});

export const routines: KernelRoutine[] = [
  { name: 'IofCallDriver', locals: 3, cost: 10, step: callDriver },
  { name: 'IoCallDriver', locals: 3, cost: 10, step: callDriver },
  { name: 'IofCompleteRequest', locals: 4, cost: 15, step: completeRequest },
  { name: 'IoCompleteRequest', locals: 4, cost: 15, step: completeRequest },
  // (StackSize, ChargeQuota), with the device in front in the Ex form, where a packet may have more for its device: not here
  { name: 'IoAllocateIrp', cost: 15, step: (k, f) => k.return(allocateIrp(k, f.u8(0))) },
  { name: 'IoAllocateIrpEx', cost: 15, step: (k, f) => k.return(allocateIrp(k, f.u8(1))) },
  {
    name: 'IoFreeIrp',
    cost: 8,
    step(k, f) {
      const irp = f.ptr(0);
      if (k.mem.checked.u16(irp + IRP.Type) !== IO_TYPE_IRP)
        return k.bugCheck(0xc9, 0x1, 0, irp, 0, 'IoFreeIrp of something that is no IRP (freed twice?)');
      freeIrp(k, irp);
      return k.returnVoid();
    },
  },
  initialise('IoInitializeIrp', 1),
  initialise('IoInitializeIrpEx', 2),
  {
    // what IoInitializeIrpEx attached to a packet: nothing here
    name: 'IoCleanupIrp',
    cost: 4,
    step: (k, f) => (k.mem.checked.u16(f.ptr(0) + IRP.Type), k.returnVoid()),
  },
  {
    // the packet is one of those that are cancelled when the thread ends
    name: 'IoQueueThreadIrp',
    cost: 6,
    step(k, f) {
      k.mem.checked.ptr(f.ptr(0) + IRP.ThreadListEntry);
      insertTail(k.mem, k.currentThread() + ETHREAD.IrpList, f.ptr(0) + IRP.ThreadListEntry);
      return k.returnVoid();
    },
  },
  {
    // (Irp, Status)
    name: 'IoReuseIrp',
    cost: 8,
    step(k, f) {
      const irp = f.ptr(0);
      const flags = k.mem.checked.u8(irp + IRP.AllocationFlags);
      initIrp(k, irp, k.mem.u16(irp + IRP.Size), k.mem.u8(irp + IRP.StackCount));
      k.mem.setU8(irp + IRP.AllocationFlags, flags);
      k.mem.setI32(irp + IRP.IoStatus + IO_STATUS_BLOCK.Status, f.i32(1));
      return k.returnVoid();
    },
  },
  { name: 'IoSizeofIrp', cost: 1, step: (k, f) => k.return(irpSize(f.u8(0))) },
  { name: 'IoSizeOfIrpEx', cost: 1, step: (k, f) => k.return(irpSize(f.u8(1))) },
  {
    // Default of DRIVER_OBJECT.MajorFunction: (DeviceObject, Irp)
    name: 'IopInvalidDeviceRequest',
    step(k, f) {
      if (f.pc === 1) return k.return(NT.INVALID_DEVICE_REQUEST);
      k.mem.setI32(f.ptr(1) + IRP.IoStatus + IO_STATUS_BLOCK.Status, NT.INVALID_DEVICE_REQUEST);
      k.mem.setPtr(f.ptr(1) + IRP.IoStatus + IO_STATUS_BLOCK.Information, 0);
      return k.call(f, 1, 'IofCompleteRequest', [f.ptr(1), 0]);
    },
  },
];
