// NtQueryInformationFile, NtSetInformationFile, NtQueryVolumeInformationFile, NtQueryDirectoryFile, NtFlushBuffersFile, NtQueryAttributesFile,
// NtQueryFullAttributesFile and NtDeleteFile: parameters and access are checked here, what a file object knows itself is answered here, the rest is a packet to
// the device (reference: ps-routines.md has none of these; the documented contracts of the routines).
import type { Addr, Status } from '../../machine/abi.js';
import type { Frame, Kernel, KernelRoutine } from '../kernel.js';
import {
  DEVICE_OBJECT,
  FILE_OBJECT,
  IO_STACK_LOCATION,
  IO_STATUS_BLOCK,
  IOP_REQUEST,
  IRP,
  OBJECT_ATTRIBUTES,
  UNICODE_STRING,
} from '../layouts.gen.js';
import { referenceFor } from '../ob/reference.js';
import { makeServices, previousMode, probeUser, type ServiceDefinition, USER_MODE } from '../ob/service.js';
import { NT, ntSuccess } from '../ob/status.js';
import { ObType } from '../ob/types.js';
import { abandon, canAccess, FILE, REQUEST, systemBuffer, TRANSFER_LOCALS, transferSteps } from './device-control.js';
import { FileFlag } from './file.js';
import { IRP_BUFFERED_IO, IRP_INPUT_OPERATION } from './irp.js';
import { Major } from './major.js';
import { irpOf, newRequest, send, stackOf } from './request.js';

const READ_ATTRIBUTES = 0x80;
const WRITE_ATTRIBUTES = 0x100;
const DELETE = 0x10000;
const FILE_WRITE_DATA = 2;
const FILE_LIST_DIRECTORY = 1;

/** Class -> [shortest buffer, access]. Classes that are not here are no classes of this operation. */
type Classes = Readonly<Record<number, readonly [number, number]>>;
const QUERY: Classes = {
  4: [0x28, READ_ATTRIBUTES],
  5: [0x18, 0],
  6: [8, 0],
  7: [4, 0],
  8: [4, 0],
  9: [8, 0],
  14: [8, 0],
  16: [4, 0],
  17: [4, 0],
  18: [0x68, READ_ATTRIBUTES],
  34: [0x38, READ_ATTRIBUTES],
  35: [8, READ_ATTRIBUTES],
  48: [8, 0],
};
const SET: Classes = {
  4: [0x28, WRITE_ATTRIBUTES],
  10: [0x18, DELETE],
  13: [1, DELETE],
  14: [8, 0],
  19: [8, FILE_WRITE_DATA],
  20: [8, FILE_WRITE_DATA],
  64: [4, DELETE],
};
const VOLUME_QUERY: Classes = { 1: [0x18, 0], 3: [0x18, 0], 4: [8, 0], 5: [0x10, 0] };

const FileAccess = 8;
const FilePosition = 14;
const FileMode = 16;
const FileAlignment = 17;
const FILE_SYNCHRONOUS_IO_ALERT = 0x10;
const FILE_SYNCHRONOUS_IO_NONALERT = 0x20;

/** Locals beside FILE. */
const STATUS = 1;
const INFORMATION = 2;

/** What the file object itself answers; undefined: ask the device. */
function ownAnswer(k: Kernel, file: Addr, kind: number, access: number): { readonly size: number; readonly value: bigint } | undefined {
  const flags = k.mem.u32(file + FILE_OBJECT.Flags);
  const mode = flags & FileFlag.Synchronous ? (flags & FileFlag.Alertable ? FILE_SYNCHRONOUS_IO_ALERT : FILE_SYNCHRONOUS_IO_NONALERT) : 0;
  switch (kind) {
    case FileAccess:
      return { size: 4, value: BigInt(access) };
    case FilePosition:
      return flags & FileFlag.Synchronous ? { size: 8, value: k.mem.i64(file + FILE_OBJECT.CurrentByteOffset) } : undefined;
    case FileMode:
      return { size: 4, value: BigInt(mode) };
    case FileAlignment:
      return { size: 4, value: BigInt(k.mem.u32(k.mem.ptr(file + FILE_OBJECT.DeviceObject) + DEVICE_OBJECT.AlignmentRequirement)) };
    default:
      return undefined;
  }
}

function putStatus(k: Kernel, at: Addr, status: number, information: number): void {
  k.mem.checked.setU32(at + IO_STATUS_BLOCK.Status, status >>> 0);
  k.mem.checked.setPtr(at + IO_STATUS_BLOCK.Information, information);
}

interface InformationService {
  readonly name: string;
  readonly classes: Classes;
  readonly major: number;
  readonly sets: boolean;
  readonly volume?: boolean;
}

/** (FileHandle, IoStatusBlock, Buffer, Length, Class) */
function informationService(o: InformationService): ServiceDefinition {
  const parameters = o.volume
    ? [IO_STACK_LOCATION.Parameters_QueryVolume_Length, IO_STACK_LOCATION.Parameters_QueryVolume_FsInformationClass]
    : [IO_STACK_LOCATION.Parameters_QueryFile_Length, IO_STACK_LOCATION.Parameters_QueryFile_FileInformationClass];
  return {
    name: o.name,
    args: 5,
    locals: 3,
    cost: 40,
    step(k, f) {
      const m = k.mem;
      switch (f.pc) {
        case 0: {
          const [iosb, buffer, length, kind] = [f.ptr(1), f.ptr(2), f.u32(3), f.u32(4)];
          const row = o.classes[kind];
          if (!row) {
            k.event('io.not-simulated', { what: `Nt${o.name} class`, name: String(kind) });
            return k.return(NT.INVALID_INFO_CLASS);
          }
          if (length < row[0]) return k.return(NT.INFO_LENGTH_MISMATCH);
          probeUser(k, iosb, IO_STATUS_BLOCK.sizeof, true);
          probeUser(k, buffer, length, !o.sets);
          if (previousMode(k) === USER_MODE && !canAccess(k, buffer, length, !o.sets)) return k.return(NT.ACCESS_VIOLATION);
          const r = referenceFor(k, f.ptr(0), row[1], ObType.File);
          if (!ntSuccess(r.status)) return k.return(r.status);
          f.set(FILE, r.body);
          if (!o.volume) {
            const status = ownClass(k, f, o, r.access);
            if (status !== undefined) {
              f.set(STATUS, status);
              return k.call(f, 2, 'ObfDereferenceObject', [r.body]);
            }
          }
          const request = newRequest(k, m.ptr(r.body + FILE_OBJECT.DeviceObject), r.body, o.major);
          if (request === 0 || !systemBuffer(k, irpOf(k, request), length, buffer, o.sets ? length : 0)) {
            if (request !== 0) abandon(k, request);
            f.set(STATUS, NT.INSUFFICIENT_RESOURCES);
            return k.call(f, 2, 'ObfDereferenceObject', [r.body]);
          }
          m.setU32(irpOf(k, request) + IRP.Flags, IRP_BUFFERED_IO | (o.sets ? 0 : IRP_INPUT_OPERATION));
          m.setPtr(request + IOP_REQUEST.UserBuffer, buffer);
          m.setU32(request + IOP_REQUEST.OutputLength, length);
          m.setU32(request + IOP_REQUEST.CopyBack, o.sets ? 0 : 1);
          m.setU32(stackOf(k, request) + parameters[0], length);
          m.setU32(stackOf(k, request) + parameters[1], kind);
          return send(k, f, 1, request, f.localAddress(INFORMATION));
        }
        case 1: {
          const status = f.result32 | 0;
          f.set(STATUS, status);
          if (status >>> 30 !== 3) putStatus(k, f.ptr(1), status, f.get(INFORMATION));
          return k.call(f, 2, 'ObfDereferenceObject', [f.get(FILE)]);
        }
        default:
          return k.return(f.get(STATUS));
      }
    },
  };
}

/** Classes of the file object itself; undefined: it is the device's. */
function ownClass(k: Kernel, f: Frame, o: InformationService, access: number): number | undefined {
  const file = f.get(FILE);
  const [iosb, buffer, kind] = [f.ptr(1), f.ptr(2), f.u32(4)];
  const c = k.mem.checked;
  if (!o.sets) {
    const own = ownAnswer(k, file, kind, access);
    if (!own) return undefined;
    if (own.size === 8) c.setI64(buffer, own.value);
    else c.setU32(buffer, Number(own.value));
    putStatus(k, iosb, NT.SUCCESS, own.size);
    return NT.SUCCESS;
  }
  if (kind !== FilePosition) return undefined;
  const position = c.i64(buffer);
  if (position < 0n || (k.mem.u32(file + FILE_OBJECT.Flags) & FileFlag.Synchronous) === 0) return NT.INVALID_PARAMETER;
  k.mem.setI64(file + FILE_OBJECT.CurrentByteOffset, position);
  putStatus(k, iosb, NT.SUCCESS, 0);
  return NT.SUCCESS;
}

/** Packet of (FileHandle, Event, ApcRoutine, ApcContext, Iosb, Buffer, Length, Class, ReturnSingleEntry, FileName, RestartScan). */
function prepareDirectory(k: Kernel, f: Frame, major: number): number {
  const m = k.mem;
  probeUser(k, f.ptr(5), f.u32(6), true);
  probeUser(k, f.ptr(9), UNICODE_STRING.sizeof);
  const request = newRequest(k, m.ptr(f.get(FILE) + FILE_OBJECT.DeviceObject), f.get(FILE), major);
  if (request === 0) return NT.INSUFFICIENT_RESOURCES;
  f.set(REQUEST, request);
  const stack = stackOf(k, request);
  m.setU8(stack + IO_STACK_LOCATION.MinorFunction, 1);
  m.setU8(stack + IO_STACK_LOCATION.Flags, (f.bool(10) ? 1 : 0) | (f.bool(8) ? 2 : 0));
  m.setU32(stack + IO_STACK_LOCATION.Parameters_QueryDirectory_Length, f.u32(6));
  m.setU32(stack + IO_STACK_LOCATION.Parameters_QueryDirectory_FileInformationClass, f.u32(7));
  m.setPtr(stack + IO_STACK_LOCATION.Parameters_QueryDirectory_FileName, f.ptr(9));
  m.setPtr(irpOf(k, request) + IRP.UserBuffer, f.ptr(5));
  return NT.SUCCESS;
}

/** (FileHandle, IoStatusBlock) */
function flush(k: Kernel, f: Frame): Status {
  switch (f.pc) {
    case 0: {
      probeUser(k, f.ptr(1), IO_STATUS_BLOCK.sizeof, true);
      const r = referenceFor(k, f.ptr(0), FILE_WRITE_DATA, ObType.File);
      if (!ntSuccess(r.status)) return k.return(r.status);
      f.set(FILE, r.body);
      const request = newRequest(k, k.mem.ptr(r.body + FILE_OBJECT.DeviceObject), r.body, Major.FlushBuffers);
      if (request !== 0) return send(k, f, 1, request, 0);
      f.set(STATUS, NT.INSUFFICIENT_RESOURCES);
      return k.call(f, 2, 'ObfDereferenceObject', [r.body]);
    }
    case 1:
      f.set(STATUS, f.result32 | 0);
      if (ntSuccess(f.result32)) putStatus(k, f.ptr(1), f.result32 | 0, 0);
      return k.call(f, 2, 'ObfDereferenceObject', [f.get(FILE)]);
    default:
      return k.return(f.get(STATUS));
  }
}

/**
 * Opens by attributes, does one thing, closes: through the Zw forms, because handle and answer lie in kernel memory.
 * Slots: 0 handle, 1 status block (2), 3 status, 4.. the answer.
 */
const HANDLE = 0;
const IOSB = 1;
const RESULT = 3;
const ANSWER = 4;
const ANSWER_SLOTS = 8;
const SHARE_ALL = 7;
const FILE_DELETE_ON_CLOSE = 0x1000;
const SYNCHRONIZE = 0x100000;

interface Brief {
  readonly name: string;
  readonly access: number;
  readonly options: number;
  /** Class and size of what is asked and given to the caller as second argument. */
  readonly query?: readonly [number, number];
}

const brief = (o: Brief): ServiceDefinition => ({
  name: o.name,
  args: o.query ? 2 : 1,
  locals: ANSWER + ANSWER_SLOTS,
  cost: 60,
  step(k, f) {
    switch (f.pc) {
      case 0:
        probeUser(k, f.ptr(0), OBJECT_ATTRIBUTES.sizeof);
        if (o.query) probeUser(k, f.ptr(1), o.query[1], true);
        return k.call(f, 1, 'ZwOpenFile', [
          f.localAddress(HANDLE),
          o.access | SYNCHRONIZE,
          f.ptr(0),
          f.localAddress(IOSB),
          SHARE_ALL,
          o.options | FILE_SYNCHRONOUS_IO_NONALERT,
        ]);
      case 1:
        f.set(RESULT, f.result32 | 0);
        if (!ntSuccess(f.result32)) return k.return(f.get(RESULT));
        if (!o.query) return k.call(f, 3, 'ZwClose', [f.get(HANDLE)]);
        return k.call(f, 2, 'ZwQueryInformationFile', [
          f.get(HANDLE),
          f.localAddress(IOSB),
          f.localAddress(ANSWER),
          o.query[1],
          o.query[0],
        ]);
      case 2:
        f.set(RESULT, f.result32 | 0);
        return k.call(f, 4, 'ZwClose', [f.get(HANDLE)]);
      case 4:
        if (ntSuccess(f.get(RESULT))) k.mem.checked.setBytes(f.ptr(1), k.mem.bytes(f.localAddress(ANSWER), o.query![1]));
        return k.return(f.get(RESULT));
      default:
        return k.return(f.get(RESULT));
    }
  },
});

export const routines: KernelRoutine[] = makeServices([
  informationService({ name: 'QueryInformationFile', classes: QUERY, major: Major.QueryInformation, sets: false }),
  informationService({ name: 'SetInformationFile', classes: SET, major: Major.SetInformation, sets: true }),
  informationService({
    name: 'QueryVolumeInformationFile',
    classes: VOLUME_QUERY,
    major: Major.QueryVolumeInformation,
    sets: false,
    volume: true,
  }),
  {
    name: 'QueryDirectoryFile',
    args: 11,
    locals: TRANSFER_LOCALS,
    cost: 60,
    step: transferSteps(FILE_LIST_DIRECTORY, Major.DirectoryControl, prepareDirectory),
  },
  { name: 'FlushBuffersFile', args: 2, locals: 3, cost: 40, step: flush },
  brief({ name: 'QueryAttributesFile', access: READ_ATTRIBUTES, options: 0, query: [4, 0x28] }),
  brief({ name: 'QueryFullAttributesFile', access: READ_ATTRIBUTES, options: 0, query: [34, 0x38] }),
  brief({ name: 'DeleteFile', access: DELETE, options: FILE_DELETE_ON_CLOSE }),
]);
