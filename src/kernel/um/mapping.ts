// File mappings in Win32: CreateFileMappingW, OpenFileMappingW, MapViewOfFile(Ex), UnmapViewOfFile over the section services.
import type { Addr } from '../../machine/abi.js';
import type { Frame, Kernel, KernelRoutine } from '../kernel.js';
import { created, NAMED_LOCALS, named } from './sync.js';
import { INVALID_HANDLE_VALUE, valueOr, win32 } from './win32.js';

const SECTION_ACCESS = 0xf0007;
const SECTION_MAP_EXECUTE = 8;
const SEC_COMMIT = 0x8000000;
/** Protection of the flProtect argument; the rest are SEC_ bits. */
const PROTECTION_BITS = 0xff;
const EXECUTES = 0xf0;
const FILE_MAP_COPY = 1;
const FILE_MAP_WRITE = 2;
const FILE_MAP_EXECUTE = 0x20;
const PAGE_READONLY = 2;
const PAGE_READWRITE = 4;
const PAGE_WRITECOPY = 8;
/** The same pages, to be executed. */
const EXECUTE = 4;
const VIEW_SHARE = 1;
const CURRENT_PROCESS = -1;

const SIZE = NAMED_LOCALS;

/** Address of the maximum size, written from its two halves; 0: that of the file. */
function maximumSize(k: Kernel, f: Frame): Addr {
  const [high, low] = [f.u32(3), f.u32(4)];
  if (high === 0 && low === 0) return 0;
  k.mem.setU32(f.localAddress(SIZE), low);
  k.mem.setU32(f.localAddress(SIZE) + 4, high);
  return f.localAddress(SIZE);
}

function protectionOf(access: number): number {
  const shift = access & FILE_MAP_EXECUTE ? EXECUTE : 0;
  // FILE_MAP_ALL_ACCESS has the bit of FILE_MAP_COPY too: alone it means a copy
  if ((access & (FILE_MAP_COPY | FILE_MAP_WRITE)) === FILE_MAP_COPY) return PAGE_WRITECOPY << shift;
  return (access & FILE_MAP_WRITE ? PAGE_READWRITE : PAGE_READONLY) << shift;
}

const mapView = (name: string): KernelRoutine =>
  win32({
    // (Section, Access, OffsetHigh, OffsetLow, Bytes[, Base]). Locals: 0 base, 1 offset, 2 size.
    name,
    locals: 3,
    service: 'NtMapViewOfSection',
    args: (k, f) => {
      k.mem.setPtr(f.localAddress(0), name.endsWith('Ex') ? f.ptr(5) : 0);
      k.mem.setU32(f.localAddress(1), f.u32(3));
      k.mem.setU32(f.localAddress(1) + 4, f.u32(2));
      k.mem.setPtr(f.localAddress(2), f.ptr(4));
      const [base, offset, size] = [0, 1, 2].map((i) => f.localAddress(i));
      return [f.ptr(0), CURRENT_PROCESS, base, 0, 0, offset, size, VIEW_SHARE, 0, protectionOf(f.u32(1))];
    },
    result: (k, f, status) => valueOr(k, status, f.get(0), 0),
  });

export const routines: KernelRoutine[] = [
  win32({
    // (File, Attributes, Protect | SEC_, SizeHigh, SizeLow, Name)
    name: 'CreateFileMappingW',
    locals: NAMED_LOCALS + 1,
    service: 'NtCreateSection',
    args: (k, f) => {
      const protect = f.u32(2) & PROTECTION_BITS;
      const access = SECTION_ACCESS | (protect & EXECUTES ? SECTION_MAP_EXECUTE : 0);
      const attributes = f.u32(2) - protect === 0 ? SEC_COMMIT : f.u32(2) - protect;
      const file = f.ptr(0) === INVALID_HANDLE_VALUE ? 0 : f.ptr(0);
      return [f.localAddress(0), access, named(k, f, f.ptr(5), 1, true), maximumSize(k, f), protect, attributes, file];
    },
    result: created,
  }),
  win32({
    // (Access, Inherit, Name)
    name: 'OpenFileMappingW',
    locals: NAMED_LOCALS,
    service: 'NtOpenSection',
    args: (k, f) => [f.localAddress(0), f.u32(0), named(k, f, f.ptr(2), 1, false)],
    result: (k, f, status) => valueOr(k, status, f.get(0), 0),
  }),
  mapView('MapViewOfFile'),
  mapView('MapViewOfFileEx'),
  win32({ name: 'UnmapViewOfFile', service: 'NtUnmapViewOfSection', args: (_k, f) => [CURRENT_PROCESS, f.ptr(0)] }),
];
