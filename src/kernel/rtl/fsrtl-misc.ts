// Small routines of the file system library: paths with dots, names of old file systems, locks that it allocates, questions with a constant answer here.
import type { Addr } from '../../machine/abi.js';
import type { Kernel, KernelRoutine } from '../kernel.js';
import { ANSI_STRING, ERESOURCE } from '../layouts.gen.js';
import { isShortName } from './short-name.js';
import { STATUS } from './status.js';

const constant = (name: string, value: number): KernelRoutine => ({ name, cost: 3, step: (k) => k.return(value) });
const CRC_ERROR = 0xc000003f | 0;
const DEVICE_DATA_ERROR = 0xc000009c | 0;
const IO_REPARSE_DATA_INVALID = 0xc0000278 | 0;
const WILD = /[*?<>"]/g;

/** `\a\.\b\..\c` is `\a\c`; undefined when `..` leads above the beginning. */
export function withoutDots(path: string): string | undefined {
  const parts: string[] = [];
  for (const p of path.split('\\')) {
    if (p === '.') continue;
    if (p !== '..') parts.push(p);
    else if (parts.length > 1 || (parts.length === 1 && parts[0] !== '')) parts.pop();
    else return undefined;
  }
  return parts.length === 1 && parts[0] === '' && path.startsWith('\\') ? '\\' : parts.join('\\');
}

/** (Name by value, WildCardsPermissible, PathNamePermissible, LeadingBackslashPermissible). */
function legalName(k: Kernel, at: Addr, wild: boolean, path: boolean, leading: boolean, one: (part: string) => boolean): number {
  const length = k.mem.checked.u16(at + ANSI_STRING.Length);
  let text = length === 0 ? '' : k.mem.checked.readAnsi(k.mem.checked.ptr(at + ANSI_STRING.Buffer), length);
  if (text.startsWith('\\')) {
    if (!leading) return 0;
    text = text.slice(1);
  }
  const parts = text.split('\\');
  if (text === '' || (parts.length > 1 && !path)) return 0;
  // a wild card counts as a character when it is permitted
  return parts.every((p) => one(wild ? p.replace(WILD, '_') : p)) ? 1 : 0;
}
const isLongName = (p: string): boolean => p.length > 0 && p.length <= 255 && !/[\x00-\x1f"*/:<>?|]/.test(p) && !/[. ]$/.test(p);

export const routines: KernelRoutine[] = [
  {
    // (OriginalString, PathLength in bytes, NewLength): in place
    name: 'FsRtlRemoveDotsFromPath',
    step(k, f) {
      const text = f.u16(1) < 2 ? '' : k.mem.checked.readUtf16(f.ptr(0), f.u16(1) & ~1);
      const short = withoutDots(text);
      if (short === undefined) return k.return(IO_REPARSE_DATA_INVALID);
      if (short !== '') k.mem.checked.writeUtf16(f.ptr(0), short);
      k.mem.checked.setU16(f.ptr(2), 2 * short.length);
      return k.return(STATUS.SUCCESS);
    },
  },
  { name: 'FsRtlIsFatDbcsLegal', step: (k, f) => k.return(legalName(k, f.ptr(0), f.bool(1), f.bool(2), f.bool(3), isShortName)) },
  { name: 'FsRtlIsHpfsDbcsLegal', step: (k, f) => k.return(legalName(k, f.ptr(0), f.bool(1), f.bool(2), f.bool(3), isLongName)) },
  {
    // an error of one sector is not the device's end
    name: 'FsRtlIsTotalDeviceFailure',
    step: (k, f) => k.return(f.i32(0) < 0 && f.i32(0) !== CRC_ERROR && f.i32(0) !== DEVICE_DATA_ERROR ? 1 : 0),
  },
  {
    name: 'FsRtlAllocateResource',
    locals: 1,
    step(k, f) {
      if (f.pc === 1) return k.return(f.get(0));
      const resource = k.pool.allocate('nonpaged', ERESOURCE.sizeof, 'FSrs');
      if (resource === 0) return k.raiseStatus(STATUS.INSUFFICIENT_RESOURCES);
      f.set(0, resource);
      return k.call(f, 1, 'ExInitializeResourceLite', [resource]);
    },
  },
  {
    // (PoolType, Tag): a push lock in pool
    name: 'FsRtlAllocateAePushLock',
    step(k, f) {
      const lock = k.pool.allocate(f.u32(0), 8, f.u32(1));
      if (lock !== 0) k.mem.setU64(lock, 0n);
      return k.return(lock);
    },
  },
  {
    name: 'FsRtlFreeAePushLock',
    step(k, f) {
      if (f.ptr(0) !== 0) k.pool.free(f.ptr(0));
      return k.returnVoid();
    },
  },
  // no process is a 32-bit one, no file a paging file, no create request carries parameters
  constant('FsRtlIs32BitProcess', 0),
  constant('FsRtlIsMobileOS', 0),
  constant('FsRtlIsPagingFile', 0),
  constant('FsRtlIsSystemPagingFile', 0),
  {
    name: 'FsRtlGetEcpListFromIrp',
    cost: 3,
    step(k, f) {
      k.mem.checked.setPtr(f.ptr(1), 0);
      return k.return(STATUS.SUCCESS);
    },
  },
];
