// Further ways to make, send and finish packets: associated ones, those that name their device, a completion routine that keeps its driver loaded.
import type { Addr, Status } from '../../machine/abi.js';
import type { Frame, Kernel, KernelRoutine } from '../kernel.js';
import { ETHREAD, IO_STACK_LOCATION, IRP } from '../layouts.gen.js';
import { referenceObject } from '../ob/object.js';
import { NT } from '../ob/status.js';
import { insertTail } from '../rtl/list.js';
import { allocateIrp, IRP_ASSOCIATED_IRP, initIrp, irpSize, nextStack } from './irp.js';

const SL_INVOKE_ON_CANCEL = 0x20;
const SL_INVOKE_ON_SUCCESS = 0x40;
const SL_INVOKE_ON_ERROR = 0x80;
const COMPLETION_TAG = 'IoUs';
/** Fields of the block that stands for the context: device, routine, context. */
const [DEVICE, ROUTINE, CONTEXT, BYTES] = [0, 8, 16, 24];
/** IRP.Flags: IO_PRIORITY_HINT + 1. */
const PRIORITY_SHIFT = 17;
const PRIORITY_MASK = 0xe0000;
const MAX_PRIORITY_TYPES = 5;
const IO_PRIORITY_NORMAL = 2;
/** The version of WDM since Windows Vista. */
const [WDM_MAJOR, WDM_MINOR] = [6, 0];

/** A packet whose completion counts for its master; the master's IrpCount is the caller's business. */
function associated(k: Kernel, master: Addr, stackSize: number): Addr {
  k.mem.checked.u32(master + IRP.Flags);
  const irp = allocateIrp(k, stackSize);
  if (irp === 0) return 0;
  k.mem.setU32(irp + IRP.Flags, k.mem.u32(irp + IRP.Flags) | IRP_ASSOCIATED_IRP);
  k.mem.setPtr(irp + IRP.AssociatedIrp_SystemBuffer, master);
  k.mem.setPtr(irp + IRP.Tail_Overlay_Thread, k.mem.ptr(master + IRP.Tail_Overlay_Thread));
  return irp;
}

/** (DeviceObject, Irp, Routine, Context, OnSuccess, OnError, OnCancel): the device, and with it its driver, is referenced until the routine has run. */
function setCompletion(k: Kernel, f: Frame): Status {
  const m = k.mem;
  const block = k.pool.allocate('nonpaged', BYTES, COMPLETION_TAG);
  if (block === 0) return k.return(NT.INSUFFICIENT_RESOURCES);
  referenceObject(k, f.ptr(0));
  m.setPtr(block + DEVICE, f.ptr(0));
  m.setPtr(block + ROUTINE, f.ptr(2));
  m.setPtr(block + CONTEXT, f.ptr(3));
  const stack = nextStack(k, f.ptr(1));
  m.setPtr(stack + IO_STACK_LOCATION.CompletionRoutine, k.addressOf('IopUnloadSafeCompletion'));
  m.setPtr(stack + IO_STACK_LOCATION.Context, block);
  const control = (f.bool(4) ? SL_INVOKE_ON_SUCCESS : 0) | (f.bool(5) ? SL_INVOKE_ON_ERROR : 0) | (f.bool(6) ? SL_INVOKE_ON_CANCEL : 0);
  m.setU8(stack + IO_STACK_LOCATION.Control, control);
  return k.return(NT.SUCCESS);
}

/** IO_COMPLETION_ROUTINE. Local 0: what the driver's routine returned. */
function unloadSafe(k: Kernel, f: Frame): Status {
  const m = k.mem;
  const block = f.ptr(2);
  if (f.pc === 0) return k.call(f, 1, m.ptr(block + ROUTINE), [f.ptr(0), f.ptr(1), m.ptr(block + CONTEXT)]);
  if (f.pc === 2) return k.return(f.get(0));
  f.set(0, f.result32 | 0);
  const device = m.ptr(block + DEVICE);
  k.pool.free(block);
  return k.call(f, 2, 'ObDereferenceObjectDeferDelete', [device]);
}

export const routines: KernelRoutine[] = [
  { name: 'IoMakeAssociatedIrp', cost: 15, step: (k, f) => k.return(associated(k, f.ptr(0), f.u8(1))) },
  // (Irp, DeviceObject, StackSize)
  { name: 'IoMakeAssociatedIrpEx', cost: 15, step: (k, f) => k.return(associated(k, f.ptr(0), f.u8(2))) },
  // (DeviceObject, StackSize, ChargeQuota)
  { name: 'IoAllocateIrpEx', cost: 15, step: (k, f) => k.return(allocateIrp(k, f.u8(1))) },
  {
    // (Irp, DeviceObject, PacketSize, StackSize)
    name: 'IoInitializeIrpEx',
    cost: 8,
    step(k, f) {
      k.mem.checked.fill(f.ptr(0), f.u16(2));
      initIrp(k, f.ptr(0), f.u16(2), f.u8(3));
      return k.returnVoid();
    },
  },
  // (DeviceObject, StackSize)
  { name: 'IoSizeOfIrpEx', cost: 1, step: (k, f) => k.return(irpSize(f.u8(1))) },
  {
    // what IoInitializeIrpEx attached to a packet: nothing here
    name: 'IoCleanupIrp',
    cost: 4,
    step(k, f) {
      k.mem.checked.u16(f.ptr(0) + IRP.Type);
      return k.returnVoid();
    },
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
  { name: 'IoSetCompletionRoutineEx', cost: 15, step: setCompletion },
  { name: 'IopUnloadSafeCompletion', locals: 1, cost: 6, step: unloadSafe },
  {
    // (Irp, IO_PRIORITY_HINT)
    name: 'IoSetIoPriorityHint',
    cost: 4,
    step(k, f) {
      if (f.u32(1) >= MAX_PRIORITY_TYPES) return k.return(NT.INVALID_PARAMETER);
      const at = f.ptr(0) + IRP.Flags;
      k.mem.checked.setU32(at, (k.mem.checked.u32(at) & ~PRIORITY_MASK) | ((f.u32(1) + 1) << PRIORITY_SHIFT));
      return k.return(NT.SUCCESS);
    },
  },
  {
    name: 'IoGetIoPriorityHint',
    cost: 4,
    step(k, f) {
      const hint = (k.mem.checked.u32(f.ptr(0) + IRP.Flags) & PRIORITY_MASK) >>> PRIORITY_SHIFT;
      return k.return(hint === 0 ? IO_PRIORITY_NORMAL : hint - 1);
    },
  },
  {
    // (Major, Minor)
    name: 'IoIsWdmVersionAvailable',
    cost: 2,
    step: (k, f) => k.return(f.u8(0) < WDM_MAJOR || (f.u8(0) === WDM_MAJOR && f.u8(1) <= WDM_MINOR) ? 1 : 0),
  },
];
