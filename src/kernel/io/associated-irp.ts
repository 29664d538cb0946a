// Associated packets: parts of a master, which the I/O manager completes with the last of them (irp.ts).
import type { Addr } from '../../machine/abi.js';
import type { Kernel, KernelRoutine } from '../kernel.js';
import { IRP } from '../layouts.gen.js';
import { allocateIrp, IRP_ASSOCIATED_IRP } from './irp.js';

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

export const routines: KernelRoutine[] = [
  { name: 'IoMakeAssociatedIrp', cost: 15, step: (k, f) => k.return(associated(k, f.ptr(0), f.u8(1))) },
  // (Irp, DeviceObject, StackSize)
  { name: 'IoMakeAssociatedIrpEx', cost: 15, step: (k, f) => k.return(associated(k, f.ptr(0), f.u8(2))) },
];
