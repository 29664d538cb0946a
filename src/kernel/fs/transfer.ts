// IRP_MJ_READ, IRP_MJ_WRITE and IRP_MJ_FLUSH_BUFFERS of the volume. Transfers take effect at once: there is no cache that could differ from the disk.
import { FileFlag } from '../io/file.js';
import type { Kernel, KernelRoutine } from '../kernel.js';
import { FCB, FILE_OBJECT, IO_STACK_LOCATION, IRP } from '../layouts.gen.js';
import { NT } from '../ob/status.js';
import { dispatchRoutine, done, fromBuffer, type Outcome, type Request, toBuffer } from './dispatch.js';
import { isDirectory, MAX_FILE, readFile, sizeOf, touch, writeFile } from './volume.js';

/** A write at this offset goes to the end of the file. */
const WRITE_TO_END = -1n;
const USE_POSITION = -2n;
const IRP_PAGING_IO = 2;

/** A file with data, opened through the file system; else the status. */
function usable(k: Kernel, r: Request): number {
  if (r.fcb === 0) {
    k.event('io.not-simulated', { what: 'I/O on the volume itself', name: '' });
    return NT.INVALID_DEVICE_REQUEST;
  }
  if (isDirectory(k, r.fcb)) return NT.INVALID_DEVICE_REQUEST;
  if (k.mem.u32(r.fcb + FCB.Unlinked) !== 0) return NT.FILE_DELETED;
  return NT.SUCCESS;
}

/** Moves the position of a file opened for synchronous I/O behind the transfer. */
function advance(k: Kernel, r: Request, end: number): void {
  const paging = (k.mem.u32(r.irp + IRP.Flags) & IRP_PAGING_IO) !== 0;
  if (k.mem.u32(r.file + FILE_OBJECT.Flags) & FileFlag.Synchronous && !paging) k.mem.setPtr(r.file + FILE_OBJECT.CurrentByteOffset, end);
}

const position = (k: Kernel, r: Request): bigint => {
  const offset = k.mem.i64(r.stack + IO_STACK_LOCATION.Parameters_Read_ByteOffset);
  return offset === USE_POSITION ? k.mem.i64(r.file + FILE_OBJECT.CurrentByteOffset) : offset;
};

function read(k: Kernel, r: Request): Outcome {
  const status = usable(k, r);
  if (status !== NT.SUCCESS) return done(status);
  const length = k.mem.u32(r.stack + IO_STACK_LOCATION.Parameters_Read_Length);
  const offset = position(k, r);
  if (offset < 0n) return done(NT.INVALID_PARAMETER);
  if (length === 0) return done(NT.SUCCESS);
  if (offset >= BigInt(sizeOf(k, r.fcb))) return done(NT.END_OF_FILE);
  const bytes = readFile(k, r.fcb, Number(offset), length);
  toBuffer(k, r.irp, bytes);
  k.machine.charge(bytes.length >> 6);
  k.mem.setI64(r.fcb + FCB.LastAccessTime, k.systemTime());
  advance(k, r, Number(offset) + bytes.length);
  return done(NT.SUCCESS, bytes.length);
}

function write(k: Kernel, r: Request): Outcome {
  const status = usable(k, r);
  if (status !== NT.SUCCESS) return done(status);
  const length = k.mem.u32(r.stack + IO_STACK_LOCATION.Parameters_Read_Length);
  const asked = position(k, r);
  const offset = asked === WRITE_TO_END ? BigInt(sizeOf(k, r.fcb)) : asked;
  if (offset < 0n) return done(NT.INVALID_PARAMETER);
  if (length === 0) return done(NT.SUCCESS);
  if (offset + BigInt(length) > BigInt(MAX_FILE)) return done(NT.DISK_FULL);
  if (!writeFile(k, r.fcb, Number(offset), fromBuffer(k, r.irp, length))) return done(NT.DISK_FULL);
  k.machine.charge(length >> 6);
  touch(k, r.fcb, true);
  advance(k, r, Number(offset) + length);
  return done(NT.SUCCESS, length);
}

export const routines: KernelRoutine[] = [
  dispatchRoutine('IopFsdRead', read, 80),
  dispatchRoutine('IopFsdWrite', write, 80),
  dispatchRoutine('IopFsdFlushBuffers', () => done(NT.SUCCESS), 200),
];
