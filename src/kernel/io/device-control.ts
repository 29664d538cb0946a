// NtDeviceIoControlFile, NtFsControlFile, NtReadFile, NtWriteFile on devices: the four buffer methods of control codes, buffered, direct and neither I/O of reads and writes
// (by the device's flags). The service waits for completion when the file is synchronous; asynchronous files wait too unless an event is given (U).
import type { Addr, Status } from '../../machine/abi.js';
import { SimulatedFault } from '../../machine/routine.js';
import type { Frame, Kernel, KernelRoutine } from '../kernel.js';
import { DEVICE_OBJECT, FILE_OBJECT, IO_GLOBALS, IO_STACK_LOCATION, IO_STATUS_BLOCK, IOP_REQUEST, IRP } from '../layouts.gen.js';
import { clearEvent } from '../ob/event-object.js';
import { referenceFor } from '../ob/reference.js';
import { makeServices, previousMode, probeUser, type ServiceDefinition, USER_MODE } from '../ob/service.js';
import { NT, ntSuccess } from '../ob/status.js';
import { ObType } from '../ob/types.js';
import { DO_BUFFERED_IO, DO_DIRECT_IO, topOfStack } from './device.js';
import { FileFlag } from './file.js';
import { freeIrp, IRP_BUFFERED_IO, IRP_INPUT_OPERATION } from './irp.js';
import { Major, majorName } from './major.js';
import { irpOf, newRequest, send, stackOf } from './request.js';

const METHOD_BUFFERED = 0;
const METHOD_IN_DIRECT = 1;
const METHOD_OUT_DIRECT = 2;
const FILE_READ_DATA = 1;
const FILE_WRITE_DATA = 2;
const FILE_APPEND_DATA = 4;
const IoReadAccess = 0;
const IoWriteAccess = 1;

/** Locals of the transfer services. */
export const FILE = 0;
const EVENT = 1;
export const REQUEST = 2;
const STATUS = 3;
const INFORMATION = 4;
const LOCK = 5;
/** The handle may only append. */
const APPEND = 6;
export const TRANSFER_LOCALS = 7;

/** Arguments common to all: (FileHandle, Event, ApcRoutine, ApcContext, IoStatusBlock, ...). */
function begin(k: Kernel, f: Frame, access: number, major: number): number {
  probeUser(k, f.ptr(4), IO_STATUS_BLOCK.sizeof, true);
  const file = referenceFor(k, f.ptr(0), access, ObType.File);
  if (!ntSuccess(file.status)) return file.status;
  f.set(FILE, file.body);
  if (f.ptr(2) !== 0) {
    k.event('io.not-simulated', { what: 'APC routine of an I/O request', name: majorName(major) });
    return NT.NOT_SUPPORTED;
  }
  if (f.ptr(1) !== 0) {
    const event = referenceFor(k, f.ptr(1), 2, ObType.Event);
    if (!ntSuccess(event.status)) return event.status;
    f.set(EVENT, event.body);
    clearEvent(k, event.body);
  }
  clearEvent(k, file.body + FILE_OBJECT.Event);
  f.set(APPEND, (file.access & (FILE_WRITE_DATA | FILE_APPEND_DATA)) === FILE_APPEND_DATA ? 1 : 0);
  if (major === Major.Write && previousMode(k) === USER_MODE && (file.access & (FILE_WRITE_DATA | FILE_APPEND_DATA)) === 0)
    return NT.ACCESS_DENIED;
  return NT.SUCCESS;
}

/** A system buffer for the packet, filled from the caller's; false: out of memory. */
export function systemBuffer(k: Kernel, irp: Addr, size: number, source: Addr, count: number): boolean {
  if (size === 0) return true;
  const buffer = k.pool.allocate('nonpaged', size, 'IoSB');
  if (buffer === 0) return false;
  k.mem.fill(buffer, size);
  if (count > 0) k.mem.setBytes(buffer, k.mem.checked.bytes(source, count));
  k.mem.setPtr(irp + IRP.AssociatedIrp_SystemBuffer, buffer);
  return true;
}

const onDisk = (k: Kernel, file: Addr): boolean =>
  k.mem.ptr(file + FILE_OBJECT.DeviceObject) === k.mem.ptr(k.globals.IO + IO_GLOBALS.DiskDevice);
export const canAccess = (k: Kernel, address: Addr, size: number, write: boolean): boolean =>
  size === 0 || k.mem.allowed(address, size, write);

/** Builds the packet of a control code. Returns a status; LOCK = operation + 1 when an MDL is to be built. */
function prepareControl(k: Kernel, f: Frame, major: number): number {
  const m = k.mem;
  const [code, input, inputLength, output, outputLength] = [f.u32(5), f.ptr(6), f.u32(7), f.ptr(8), f.u32(9)];
  const file = f.get(FILE);
  const request = newRequest(k, m.ptr(file + FILE_OBJECT.DeviceObject), file, major);
  if (request === 0) return NT.INSUFFICIENT_RESOURCES;
  f.set(REQUEST, request);
  const irp = irpOf(k, request);
  const stack = stackOf(k, request);
  m.setU32(stack + IO_STACK_LOCATION.Parameters_DeviceIoControl_OutputBufferLength, outputLength);
  m.setU32(stack + IO_STACK_LOCATION.Parameters_DeviceIoControl_InputBufferLength, inputLength);
  m.setU32(stack + IO_STACK_LOCATION.Parameters_DeviceIoControl_IoControlCode, code);
  m.setPtr(request + IOP_REQUEST.UserBuffer, output);
  m.setU32(request + IOP_REQUEST.OutputLength, outputLength);
  m.setPtr(irp + IRP.UserBuffer, output);
  const method = code & 3;
  if (method === METHOD_BUFFERED) {
    if (!canAccess(k, input, inputLength, false) || !canAccess(k, output, outputLength, true)) return NT.ACCESS_VIOLATION;
    if (!systemBuffer(k, irp, Math.max(inputLength, outputLength), input, inputLength)) return NT.INSUFFICIENT_RESOURCES;
    m.setU32(irp + IRP.Flags, IRP_BUFFERED_IO | (outputLength > 0 ? IRP_INPUT_OPERATION : 0));
    m.setU32(request + IOP_REQUEST.CopyBack, outputLength > 0 ? 1 : 0);
  } else if (method === METHOD_IN_DIRECT || method === METHOD_OUT_DIRECT) {
    const write = method === METHOD_OUT_DIRECT;
    if (!canAccess(k, input, inputLength, false) || !canAccess(k, output, outputLength, write)) return NT.ACCESS_VIOLATION;
    if (!systemBuffer(k, irp, inputLength, input, inputLength)) return NT.INSUFFICIENT_RESOURCES;
    if (outputLength > 0) f.set(LOCK, 1 + (write ? IoWriteAccess : IoReadAccess));
  } else {
    m.setPtr(stack + IO_STACK_LOCATION.Parameters_DeviceIoControl_Type3InputBuffer, input);
  }
  k.event('io.control', { file, code, input: inputLength, output: outputLength });
  return NT.SUCCESS;
}

/** Packet of a read or write: (..., Buffer 5, Length 6, PLARGE_INTEGER ByteOffset 7, PULONG Key 8). */
function prepareTransfer(k: Kernel, f: Frame, major: number): number {
  const m = k.mem;
  const file = f.get(FILE);
  const device = topOfStack(k, m.ptr(file + FILE_OBJECT.DeviceObject));
  const read = major === Major.Read;
  const buffer = f.ptr(5);
  const length = f.u32(6);
  const request = newRequest(k, m.ptr(file + FILE_OBJECT.DeviceObject), file, major);
  if (request === 0) return NT.INSUFFICIENT_RESOURCES;
  f.set(REQUEST, request);
  if (!canAccess(k, buffer, length, read)) return NT.ACCESS_VIOLATION;
  const irp = irpOf(k, request);
  const stack = stackOf(k, request);
  m.setU32(stack + IO_STACK_LOCATION.Parameters_Read_Length, length);
  let offset = m.i64(file + FILE_OBJECT.CurrentByteOffset);
  if (f.ptr(7) !== 0) {
    probeUser(k, f.ptr(7), 8);
    offset = m.checked.i64(f.ptr(7));
  } else if (onDisk(k, file) && (m.u32(file + FILE_OBJECT.Flags) & FileFlag.Synchronous) === 0) {
    return NT.INVALID_PARAMETER;
  }
  if (!read && f.get(APPEND) !== 0 && onDisk(k, file)) offset = -1n;
  m.setI64(stack + IO_STACK_LOCATION.Parameters_Read_ByteOffset, offset);
  m.setPtr(irp + IRP.UserBuffer, buffer);
  m.setPtr(request + IOP_REQUEST.UserBuffer, buffer);
  m.setU32(request + IOP_REQUEST.OutputLength, length);
  const flags = m.u32(device + DEVICE_OBJECT.Flags);
  if (flags & DO_BUFFERED_IO) {
    if (!systemBuffer(k, irp, length, buffer, read ? 0 : length)) return NT.INSUFFICIENT_RESOURCES;
    m.setU32(irp + IRP.Flags, IRP_BUFFERED_IO | (read ? IRP_INPUT_OPERATION : 0));
    m.setU32(request + IOP_REQUEST.CopyBack, read ? 1 : 0);
  } else if (flags & DO_DIRECT_IO && length > 0) f.set(LOCK, 1 + (read ? IoWriteAccess : IoReadAccess));
  k.event('io.transfer', { file, major: majorName(major), length });
  return NT.SUCCESS;
}

/** Checks the arguments and builds the packet; a bad pointer of user mode is a status here, so that what was taken is given back. */
function start(k: Kernel, f: Frame, access: number, major: number, prepare: (k: Kernel, f: Frame, major: number) => number): number {
  try {
    const status = begin(k, f, access, major);
    return ntSuccess(status) ? prepare(k, f, major) : status;
  } catch (e) {
    if (e instanceof SimulatedFault && previousMode(k) === USER_MODE) return NT.ACCESS_VIOLATION;
    throw e;
  }
}

/** Steps of a service with an event and a status block: `prepare` makes the packet (REQUEST), the rest is common. Needs TRANSFER_LOCALS. */
export function transferSteps(
  access: number,
  major: number,
  prepare: (k: Kernel, f: Frame, major: number) => number,
): (k: Kernel, f: Frame) => Status {
  return (k, f) => {
    const m = k.mem;
    switch (f.pc) {
      case 0: {
        const status = start(k, f, access, major, prepare);
        if (!ntSuccess(status)) {
          if (f.get(REQUEST) !== 0) abandon(k, f.get(REQUEST));
          return leave(k, f, status);
        }
        if (f.get(LOCK) === 0) return send(k, f, 4, f.get(REQUEST), f.localAddress(INFORMATION));
        const request = f.get(REQUEST);
        return k.call(f, 1, 'IoAllocateMdl', [m.ptr(request + IOP_REQUEST.UserBuffer), m.u32(request + IOP_REQUEST.OutputLength), 0, 0, 0]);
      }
      case 1: {
        const mdl = f.result;
        if (mdl === 0) {
          abandon(k, f.get(REQUEST));
          return leave(k, f, NT.INSUFFICIENT_RESOURCES);
        }
        m.setPtr(f.get(REQUEST) + IOP_REQUEST.Mdl, mdl);
        m.setPtr(irpOf(k, f.get(REQUEST)) + IRP.MdlAddress, mdl);
        return k.call(f, 2, 'MmProbeAndLockPages', [mdl, previousMode(k), f.get(LOCK) - 1]);
      }
      case 2:
        return send(k, f, 4, f.get(REQUEST), f.localAddress(INFORMATION));
      case 4: {
        const status = f.result32 | 0;
        f.set(STATUS, status);
        // A successful or warning status is reported in the block; errors only as the result.
        if (status >>> 30 !== 3) {
          m.checked.setU32(f.ptr(4) + IO_STATUS_BLOCK.Status, status >>> 0);
          m.checked.setPtr(f.ptr(4) + IO_STATUS_BLOCK.Information, f.get(INFORMATION));
        }
        const file = f.get(FILE);
        // A file system moves the position itself.
        if ((major === Major.Read || major === Major.Write) && !onDisk(k, file)) {
          m.setI64(file + FILE_OBJECT.CurrentByteOffset, m.i64(file + FILE_OBJECT.CurrentByteOffset) + BigInt(f.get(INFORMATION)));
        }
        k.signalEvent(file + FILE_OBJECT.Event, 0);
        if (f.get(EVENT) !== 0) k.signalEvent(f.get(EVENT), 0);
        return leave(k, f, status);
      }
      case 5:
        f.set(EVENT, 0);
        return leave(k, f, f.get(STATUS));
      default:
        return k.return(f.get(STATUS));
    }
  };
}

/** Drops event and file, then returns the status. */
function leave(k: Kernel, f: Frame, status: number): Status {
  f.set(STATUS, status);
  if (f.get(EVENT) !== 0) return k.call(f, 5, 'ObfDereferenceObject', [f.get(EVENT)]);
  if (f.get(FILE) !== 0) return k.call(f, 6, 'ObfDereferenceObject', [f.get(FILE)]);
  return k.return(status);
}

/** A request that was never sent. */
export function abandon(k: Kernel, request: Addr): void {
  const irp = irpOf(k, request);
  const buffer = k.mem.ptr(irp + IRP.AssociatedIrp_SystemBuffer);
  if (buffer !== 0) k.pool.free(buffer);
  freeIrp(k, irp);
  k.pool.free(request);
}

const services: ServiceDefinition[] = [
  // (FileHandle, Event, ApcRoutine, ApcContext, Iosb, IoControlCode, InputBuffer, InputLength, OutputBuffer, OutputLength)
  { name: 'DeviceIoControlFile', args: 10, locals: TRANSFER_LOCALS, cost: 50, step: control(Major.DeviceControl) },
  { name: 'FsControlFile', args: 10, locals: TRANSFER_LOCALS, cost: 50, step: control(Major.FileSystemControl) },
  { name: 'ReadFile', args: 9, locals: TRANSFER_LOCALS, cost: 50, step: transferSteps(FILE_READ_DATA, Major.Read, prepareTransfer) },
  { name: 'WriteFile', args: 9, locals: TRANSFER_LOCALS, cost: 50, step: transferSteps(0, Major.Write, prepareTransfer) },
];

/** The access that a control code demands is in its bits 14 and 15. */
function control(major: number): (k: Kernel, f: Frame) => Status {
  const steps = [0, 1, 2, 3].map((access) => transferSteps(access, major, prepareControl));
  return (k, f) => steps[previousMode(k) === USER_MODE ? (f.u32(5) >>> 14) & 3 : 0](k, f);
}

export const routines: KernelRoutine[] = makeServices(services);
