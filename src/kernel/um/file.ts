// Files of user mode: opening devices, control requests, reading and writing, handles.
import type { Frame, Kernel, KernelRoutine } from '../kernel.js';
import { IO_STATUS_BLOCK } from '../layouts.gen.js';
import { ntSuccess } from '../ob/status.js';
import { ATTRIBUTE_SLOTS, bool, direct, failed, putAttributes, putString, statusOf, store32, STRING_SLOTS, win32 } from './win32.js';
import { heapFree, heapText } from './heap.js';
import { unitsOf, WIDE } from '../rtl/text-unit.js';

const INVALID_HANDLE_VALUE = -1;
const STATUS_PENDING = 0x103;
const OBJ_CASE_INSENSITIVE = 0x40;
const FILE_FLAG_OVERLAPPED = 0x40000000;
const FILE_SYNCHRONOUS_IO_NONALERT = 0x20;
const SYNCHRONIZE_READ_ATTRIBUTES = 0x00100080;
/** CREATE_NEW .. TRUNCATE_EXISTING -> FILE_CREATE .. FILE_OVERWRITE. */
const DISPOSITION = [0, 2, 5, 1, 3, 4];

/** Win32 file name to NT name: `\\.\X` and `\\?\X` are `\??\X`, a drive path gets `\??\`. */
function ntName(path: string): string {
  if (/^\\\\[.?]\\/.test(path)) return `\\??\\${path.slice(4)}`;
  return path.startsWith('\\??\\') || path.startsWith('\\Device\\') ? path : `\\??\\${path}`;
}

/** Waits for a pending request on a synchronous handle are the I/O manager's; here one can only be pending when the handle is overlapped. */
const iosb = (f: Frame): number => f.localAddress(0);

function finishTransfer(k: Kernel, f: Frame, transferred: number) {
  const status = statusOf(f);
  if (status === STATUS_PENDING) {
    store32(k, transferred, 0);
    return failed(k, status); // ERROR_IO_PENDING
  }
  if (ntSuccess(status) || status === (0x80000005 | 0)) store32(k, transferred, k.mem.u32(iosb(f) + IO_STATUS_BLOCK.Information));
  return bool(k, status);
}

/** OVERLAPPED begins like an IO_STATUS_BLOCK, so the service may complete into it. */
const blockOf = (f: Frame, overlapped: number): number => (overlapped === 0 ? iosb(f) : overlapped);
const eventOf = (k: Kernel, overlapped: number): number => (overlapped === 0 ? 0 : k.mem.checked.ptr(overlapped + 0x18));

/** (File, Buffer, Length, *Transferred, Overlapped) */
const transfer = (name: string, service: string): KernelRoutine =>
  win32({
    name,
    locals: 4,
    step(k, f) {
      if (f.pc === 1) return finishTransfer(k, f, f.ptr(3));
      const overlapped = f.ptr(4);
      k.mem.setI64(f.localAddress(2), overlapped === 0 ? 0n : k.mem.checked.i64(overlapped + 0x10));
      return k.systemCall(f, 1, service, [f.ptr(0), eventOf(k, overlapped), 0, 0, blockOf(f, overlapped), f.ptr(1), f.u32(2), f.localAddress(2), 0]);
    },
  });

export const routines: KernelRoutine[] = [
  win32({
    // (FileName, Access, Share, Security, Disposition, FlagsAndAttributes, Template). Locals: 0 iosb, 2 handle, 3 text, 4 string, 6 attributes
    name: 'CreateFileW',
    locals: 4 + STRING_SLOTS + ATTRIBUTE_SLOTS,
    cost: 30,
    step(k, f) {
      if (f.pc === 0) {
        const text = heapText(k, ntName(String.fromCharCode(...unitsOf(k, WIDE, f.ptr(0), 32766))));
        f.set(3, text);
        const name = putString(k, f, 4, text);
        const attributes = putAttributes(k, f, 4 + STRING_SLOTS, name, OBJ_CASE_INSENSITIVE);
        const options = f.u32(5) & FILE_FLAG_OVERLAPPED ? 0 : FILE_SYNCHRONOUS_IO_NONALERT;
        const access = (f.u32(1) | SYNCHRONIZE_READ_ATTRIBUTES) >>> 0;
        return k.systemCall(f, 1, 'NtCreateFile', [f.localAddress(2), access, attributes, f.localAddress(0), 0, f.u32(5) & 0xffff, f.u32(2), DISPOSITION[f.u32(4)] ?? 1, options, 0, 0]);
      }
      heapFree(k, f.get(3));
      const status = statusOf(f);
      return ntSuccess(status) ? k.return(f.get(2)) : failed(k, status, INVALID_HANDLE_VALUE);
    },
  }),
  win32({
    // (Device, Code, In, InSize, Out, OutSize, *Returned, Overlapped)
    name: 'DeviceIoControl',
    locals: 2,
    cost: 20,
    step(k, f) {
      if (f.pc === 1) return finishTransfer(k, f, f.ptr(6));
      const overlapped = f.ptr(7);
      return k.systemCall(f, 1, 'NtDeviceIoControlFile', [f.ptr(0), eventOf(k, overlapped), 0, 0, blockOf(f, overlapped), f.u32(1), f.ptr(2), f.u32(3), f.ptr(4), f.u32(5)]);
    },
  }),
  transfer('ReadFile', 'NtReadFile'),
  transfer('WriteFile', 'NtWriteFile'),
  win32({
    // (File, Overlapped, *Transferred, Wait)
    name: 'GetOverlappedResult',
    locals: 2,
    step(k, f) {
      const overlapped = f.ptr(1);
      const status = k.mem.checked.i32(overlapped);
      if (f.pc === 0 && status === STATUS_PENDING && f.bool(3)) {
        return k.systemCall(f, 1, 'NtWaitForSingleObject', [eventOf(k, overlapped) || f.ptr(0), 0, 0]);
      }
      if (status === STATUS_PENDING) return failed(k, status);
      store32(k, f.ptr(2), k.mem.checked.u32(overlapped + 8));
      return bool(k, status);
    },
  }),
  direct('CloseHandle', 'NtClose', (_k, f) => [f.ptr(0)]),
  direct('DuplicateHandle', 'NtDuplicateObject', (_k, f) => [f.ptr(0), f.ptr(1), f.ptr(2), f.ptr(3), f.u32(4), f.bool(5) ? 2 : 0, f.u32(6)]),
];
