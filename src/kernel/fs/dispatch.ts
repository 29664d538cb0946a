// What the dispatch routines of the file system share: they do their work at once, complete the packet and return its status. Their names are in the driver
// object of the volume (io/init.ts), so that filters above see the packets and drivers may send their own.
import { type Addr, PAGE_SIZE, type Status, toAddress } from '../../machine/abi.js';
import { SimulatedFault } from '../../machine/routine.js';
import { currentStack } from '../io/irp.js';
import type { Frame, Kernel, KernelRoutine } from '../kernel.js';
import { FILE_OBJECT, IO_STACK_LOCATION, IO_STATUS_BLOCK, IRP, MDL } from '../layouts.gen.js';
import { frameAt } from '../mm/mdl.js';
import { NT } from '../ob/status.js';

export interface Outcome {
  readonly status: number;
  readonly information: number;
}
export const done = (status: number, information = 0): Outcome => ({ status, information });

export interface Request {
  readonly irp: Addr;
  readonly stack: Addr;
  readonly file: Addr;
  /** FCB of the file object, 0 when it was not opened through the file system. */
  readonly fcb: Addr;
}

/** A dispatch routine: (DeviceObject, Irp). */
export const dispatchRoutine = (name: string, work: (k: Kernel, r: Request) => Outcome, cost = 60): KernelRoutine => ({
  name,
  locals: 1,
  cost,
  step(k: Kernel, f: Frame): Status {
    if (f.pc === 1) return k.return(f.get(0));
    const m = k.mem;
    const irp = f.ptr(1);
    const stack = currentStack(k, irp);
    const file = m.ptr(stack + IO_STACK_LOCATION.FileObject);
    const fcb = file === 0 ? 0 : m.ptr(file + FILE_OBJECT.FsContext);
    let outcome: Outcome;
    try {
      outcome = file === 0 ? done(NT.INVALID_DEVICE_REQUEST) : work(k, { irp, stack, file, fcb });
    } catch (e) {
      // The user buffer went bad after the service had checked it.
      if (!(e instanceof SimulatedFault)) throw e;
      outcome = done(NT.INVALID_USER_BUFFER);
    }
    m.setI32(irp + IRP.IoStatus + IO_STATUS_BLOCK.Status, outcome.status);
    m.setPtr(irp + IRP.IoStatus + IO_STATUS_BLOCK.Information, outcome.information);
    f.set(0, outcome.status);
    return k.call(f, 1, 'IofCompleteRequest', [irp, 0]);
  },
});

/** Copies to or from the buffer of a read or write: its locked pages, else the user buffer. */
function eachPiece(k: Kernel, irp: Addr, length: number, piece: (address: Addr, from: number, size: number) => void): void {
  const mdl = k.mem.ptr(irp + IRP.MdlAddress);
  if (mdl === 0) return piece(k.mem.ptr(irp + IRP.UserBuffer), 0, length);
  let at = k.mem.u32(mdl + MDL.ByteOffset);
  for (let from = 0; from < length; ) {
    const within = at % PAGE_SIZE;
    const size = Math.min(length - from, PAGE_SIZE - within);
    piece(toAddress(k.mem.ptr(frameAt(mdl, Math.floor(at / PAGE_SIZE))) * PAGE_SIZE + within), from, size);
    from += size;
    at += size;
  }
}

export function toBuffer(k: Kernel, irp: Addr, bytes: Uint8Array): void {
  eachPiece(k, irp, bytes.length, (address, from, size) => k.mem.checked.setBytes(address, bytes.subarray(from, from + size)));
}

export function fromBuffer(k: Kernel, irp: Addr, length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  eachPiece(k, irp, length, (address, from, size) => bytes.set(k.mem.checked.bytes(address, size), from));
  return bytes;
}
