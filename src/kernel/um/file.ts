// Devices and handles in Win32: CreateFileW on \\.\Name, DeviceIoControl, ReadFile, WriteFile, CloseHandle, DuplicateHandle, and Interlock's OpenEachDevice.
import type { Addr, Status } from '../../machine/abi.js';
import { openableDevices } from '../io/device.js';
import type { Frame, Kernel, KernelRoutine } from '../kernel.js';
import { IO_STATUS_BLOCK } from '../layouts.gen.js';
import { makeServices, type ServiceDefinition } from '../ob/service.js';
import { NT, ntSuccess } from '../ob/status.js';
import { toNtPath } from '../ps/program.js';
import { ATTRIBUTE_SLOTS, attributes, INVALID_HANDLE_VALUE, PATH_SLOTS, putPath, toBool, valueOr, wideArg, win32 } from './win32.js';

/** CreationDisposition 1..5 -> FILE_CREATE, OVERWRITE_IF, OPEN, OPEN_IF, OVERWRITE. */
const DISPOSITION = [1, 2, 5, 1, 3, 4];
const FILE_SYNCHRONOUS_IO_NONALERT = 0x20;
const FILE_NON_DIRECTORY_FILE = 0x40;
const FILE_FLAG_OVERLAPPED = 0x40000000;
const SYNCHRONIZE = 0x100000;
const FILE_READ_ATTRIBUTES = 0x80;

// Slots: handle, status block (2), attributes and string, path.
const HANDLE = 0;
const IOSB = 1;
const ATTRIBUTES = 3;
const PATH = ATTRIBUTES + ATTRIBUTE_SLOTS;
const LOCALS = PATH + PATH_SLOTS;

function open(
  k: Kernel,
  f: Frame,
  nextPc: number,
  name: string,
  access: number,
  share: number,
  disposition: number,
  flags: number,
): Status {
  const path = putPath(k, f, PATH, toNtPath(name));
  return k.systemCall(f, nextPc, 'NtCreateFile', [
    f.localAddress(HANDLE),
    (access | SYNCHRONIZE | FILE_READ_ATTRIBUTES) >>> 0,
    attributes(k, f, ATTRIBUTES, path.address, path.bytes),
    f.localAddress(IOSB),
    0,
    0x80,
    share,
    DISPOSITION[disposition] ?? 1,
    FILE_NON_DIRECTORY_FILE | (flags & FILE_FLAG_OVERLAPPED ? 0 : FILE_SYNCHRONOUS_IO_NONALERT),
    0,
    0,
  ]);
}

/** STATUS_PENDING of a device that is not asynchronous for us does not occur: services wait. `got`: where the byte count goes. */
function transferred(k: Kernel, f: Frame, status: number, got: Addr): Status {
  if (got !== 0 && status >>> 30 !== 3) k.mem.checked.setU32(got, k.mem.u32(f.localAddress(0) + IO_STATUS_BLOCK.Information));
  else if (got !== 0) k.mem.checked.setU32(got, 0);
  return ntSuccess(status) ? k.return(1) : toBool(k, status);
}

/** OVERLAPPED {Internal, InternalHigh, Offset, OffsetHigh, hEvent}: its event and offset when one is given. */
const overlappedEvent = (k: Kernel, overlapped: Addr): Addr => (overlapped === 0 ? 0 : k.mem.checked.ptr(overlapped + 0x18));

function transfer(name: string, service: string): KernelRoutine {
  return win32({
    // (File, Buffer, Count, PDWORD Done, OVERLAPPED)
    name,
    locals: 3,
    service,
    args(k, f) {
      const o = f.ptr(4);
      if (o !== 0) k.mem.setI64(f.localAddress(2), k.mem.checked.i64(o + 0x10));
      return [f.ptr(0), overlappedEvent(k, o), 0, 0, f.localAddress(0), f.ptr(1), f.u32(2), o === 0 ? 0 : f.localAddress(2), 0];
    },
    result: (k, f, status) => transferred(k, f, status, f.ptr(3)),
  });
}

const services: ServiceDefinition[] = [
  {
    // Ours: (Index, Buffer, Characters): Win32 name of the n-th device that can be opened; STATUS_NO_MORE_ENTRIES after the last
    name: 'QueryOpenableDevice',
    args: 3,
    step(k, f) {
      const name = openableDevices(k)[f.u32(0)];
      if (name === undefined || name.length >= f.u32(2)) return k.return(NT.NO_MORE_ENTRIES);
      k.mem.checked.writeUtf16(f.ptr(1), name, true);
      return k.return(NT.SUCCESS);
    },
  },
];

export const routines: KernelRoutine[] = [
  ...makeServices(services),
  {
    // (FileName, Access, Share, SecurityAttributes, CreationDisposition, FlagsAndAttributes, Template)
    name: 'CreateFileW',
    locals: LOCALS,
    cost: 30,
    step(k, f) {
      if (f.pc === 0) return open(k, f, 1, wideArg(k, f.ptr(0)), f.u32(1), f.u32(2), f.u32(4), f.u32(5));
      return valueOr(k, f.result32 | 0, f.get(HANDLE), INVALID_HANDLE_VALUE);
    },
  },
  win32({
    // (Device, Code, Input, InputLength, Output, OutputLength, PDWORD Returned, OVERLAPPED)
    name: 'DeviceIoControl',
    locals: 2,
    service: 'NtDeviceIoControlFile',
    args: (k, f) => [f.ptr(0), overlappedEvent(k, f.ptr(7)), 0, 0, f.localAddress(0), f.u32(1), f.ptr(2), f.u32(3), f.ptr(4), f.u32(5)],
    result: (k, f, status) => transferred(k, f, status, f.ptr(6)),
  }),
  transfer('ReadFile', 'NtReadFile'),
  transfer('WriteFile', 'NtWriteFile'),
  win32({ name: 'CloseHandle', service: 'NtClose', args: (_k, f) => [f.ptr(0)] }),
  win32({
    // (SourceProcess, Source, TargetProcess, *Target, Access, Inherit, Options)
    name: 'DuplicateHandle',
    service: 'NtDuplicateObject',
    args: (_k, f) => [f.ptr(0), f.ptr(1), f.ptr(2), f.ptr(3), f.u32(4), f.bool(5) ? 2 : 0, f.u32(6)],
  }),
  {
    // Interlock's own: opens and closes every device that has a Win32 name
    name: 'OpenEachDevice',
    locals: LOCALS + 1,
    cost: 20,
    step(k, f) {
      switch (f.pc) {
        case 0:
        case 3:
          return k.systemCall(f, 1, 'NtQueryOpenableDevice', [f.get(LOCALS), f.localAddress(PATH), 250]);
        case 1: {
          if (!ntSuccess(f.result32)) return k.returnVoid();
          f.set(LOCALS, f.get(LOCALS) + 1);
          return open(k, f, 2, k.mem.checked.readUtf16z(f.localAddress(PATH)), 0xc0000000, 3, 3, 0);
        }
        default:
          if (!ntSuccess(f.result32)) return k.systemCall(f, 1, 'NtQueryOpenableDevice', [f.get(LOCALS), f.localAddress(PATH), 250]);
          return k.systemCall(f, 3, 'NtClose', [f.get(HANDLE)]);
      }
    },
  },
];
